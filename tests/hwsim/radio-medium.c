/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The air between simulated radios (mac80211_hwsim): each frame comes here, which is
 * heard or not, after so many attempts as the sender is ready to make, and the sender is told.
 * Obeys the commands on its standard input, one a line, both of which are about both directions:
 *
 *   signal RADIO RADIO DBM | loss RADIO RADIO PERCENT
 *
 * A loss is of each attempt. Radios have the numbers with which they were made. Whether a radio listens
 * on the channel, the kernel says when the frame is handed to it; which interfaces it has, when they
 * come and go: this is to begin before they do. */
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <math.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <string.h>

#define N_RADIOS 8
#define SIGNAL_DBM (-40)
#define NOISE_DBM (-91)
#define RECEIVE_BYTES (4 * 1024 * 1024)

/* drivers/net/wireless/mac80211_hwsim.h */
enum
{
  HWSIM_REGISTER = 1,
  HWSIM_FRAME = 2,
  HWSIM_TX_INFO = 3,
  HWSIM_ADD_ADDRESS = 7,
  HWSIM_REMOVE_ADDRESS = 8
};
enum
{
  HWSIM_RECEIVER = 1,
  HWSIM_TRANSMITTER = 2,
  HWSIM_DATA = 3,
  HWSIM_FLAGS = 4,
  HWSIM_RX_RATE = 5,
  HWSIM_SIGNAL = 6,
  HWSIM_RATES = 7,
  HWSIM_COOKIE = 8,
  HWSIM_FREQUENCY = 19,
  HWSIM_RATE_FLAGS = 21,
  HWSIM_N = 32
};
#define HWSIM_NO_ACK 2u
#define HWSIM_ACKED 4u
#define HWSIM_IS_MCS 8u
#define N_RATES 4

/* One after the other, until it is heard; -1: no more. */
typedef struct
{
  gint8 index;
  guint8 attempts;
} __attribute__ ((packed)) Rate;

typedef struct
{
  gint8 index;
  guint16 flags;
} __attribute__ ((packed)) RateFlags;

typedef struct
{
  guint8 *octets;
  gsize n;
  guint from;     /* radio */
  guint heard_by; /* bits of radios */
  guint n_open;   /* radios whose answer is awaited */
  guint32 flags;
  guint64 cookie;
  gboolean is_single; /* attempt */
  gboolean is_acked;
  Rate wanted[N_RATES];
  Rate rates[N_RATES]; /* attempts that were made */
} Frame;

/* The kernel answers in this order. */
typedef struct
{
  Frame *frame;
  guint radio;
  guint32 sequence;
} Delivery;

static struct
{
  struct nl_sock *socket;
  int family;
  GMainLoop *loop;
  GDataInputStream *commands;
  GQueue deliveries;
  GHashTable *interfaces; /* guint64, their addresses: how often each was told of */
  gint signals_dbm[N_RADIOS][N_RADIOS];
  gdouble losses[N_RADIOS][N_RADIOS];
} air;

/* --- what is heard --- */

/* The ratio of signal to noise at which one half gets through, about. */
static gdouble
get_needed_db (gint8 index, guint16 flags)
{
  static const gdouble legacy[] = { 1, 3, 6, 8, 4, 5, 7, 9, 12, 16, 20, 22 };
  static const gdouble mcs[] = { 5, 8, 11, 14, 18, 22, 24, 26 };

  if ((flags & HWSIM_IS_MCS) != 0)
    return mcs[index % 8] + 3 * (index / 8);
  return legacy[MIN (index, (gint8) G_N_ELEMENTS (legacy) - 1)];
}

static gboolean
is_heard (guint from, guint by, gdouble needed_db)
{
  gdouble excess_db = air.signals_dbm[from][by] - NOISE_DBM - needed_db;
  gdouble heard = (1 - air.losses[from][by]) / (1 + exp (-1.5 * excess_db));

  return g_random_double () < heard;
}

/* Of the addresses of a radio, octets 3 and 4 are its number. */
static guint
get_radio (const guint8 *address)
{
  return address[3] << 8 | address[4];
}

static void
attempt (Frame *frame, gdouble needed_db)
{
  for (guint radio = 0; radio < N_RADIOS; radio++) {
    if (radio != frame->from && is_heard (frame->from, radio, needed_db))
      frame->heard_by |= 1u << radio;
  }
}

static guint
get_receiver (const Frame *frame)
{
  return get_radio (frame->octets + 4);
}

static guint64
read_address (const guint8 *octets)
{
  guint64 address = 0;

  memcpy (&address, octets, 6);
  return address;
}

static gboolean
has_receiver (const Frame *frame)
{
  guint64 address = read_address (frame->octets + 4);

  return g_hash_table_contains (air.interfaces, &address);
}

static void
send_frame (Frame *frame, const RateFlags *flags)
{
  guint to = has_receiver (frame) ? get_receiver (frame) : N_RADIOS;

  for (guint i = 0; i < N_RATES && frame->wanted[i].index >= 0 && !frame->is_acked; i++) {
    frame->rates[i].index = frame->wanted[i].index;
    while (frame->rates[i].attempts < frame->wanted[i].attempts && !frame->is_acked) {
      attempt (frame, get_needed_db (frame->wanted[i].index, flags[i].flags));
      frame->rates[i].attempts++;
      if (frame->is_single)
        return;
      frame->is_acked = to < N_RADIOS && (frame->heard_by & 1u << to) != 0;
    }
  }
}

/* --- frames --- */

static struct nl_msg *
begin (int command, int flags)
{
  struct nl_msg *message = nlmsg_alloc_size (8192);

  genlmsg_put (message, NL_AUTO_PORT, NL_AUTO_SEQ, air.family, 0, NLM_F_REQUEST | flags, command,
      1);
  return message;
}

static void
end (struct nl_msg *message)
{
  nl_send_auto (air.socket, message);
  nlmsg_free (message);
}

static void
put_radio (struct nl_msg *message, int attribute, guint radio)
{
  const guint8 address[] = { 0x42, 0, 0, radio >> 8, radio & 0xff, 0 };

  nla_put (message, attribute, sizeof address, address);
}

static void
tell_sender (const Frame *frame)
{
  struct nl_msg *message = begin (HWSIM_TX_INFO, 0);

  put_radio (message, HWSIM_TRANSMITTER, frame->from);
  nla_put_u32 (message, HWSIM_FLAGS, frame->flags | (frame->is_acked ? HWSIM_ACKED : 0));
  nla_put_u32 (message, HWSIM_SIGNAL, SIGNAL_DBM);
  nla_put (message, HWSIM_RATES, sizeof frame->rates, frame->rates);
  nla_put_u64 (message, HWSIM_COOKIE, frame->cookie);
  end (message);
}

static void
deliver (Frame *frame, guint radio, struct nlattr *frequency)
{
  struct nl_msg *message = begin (HWSIM_FRAME, NLM_F_ACK);
  Delivery *delivery = g_new (Delivery, 1);

  put_radio (message, HWSIM_RECEIVER, radio);
  nla_put (message, HWSIM_DATA, frame->n, frame->octets);
  nla_put_u32 (message, HWSIM_RX_RATE, 0);
  nla_put_u32 (message, HWSIM_SIGNAL, air.signals_dbm[frame->from][radio]);
  if (frequency != NULL)
    nla_put_u32 (message, HWSIM_FREQUENCY, nla_get_u32 (frequency));
  nl_complete_msg (air.socket, message);
  *delivery = (Delivery) { frame, radio, nlmsg_hdr (message)->nlmsg_seq };
  frame->n_open++;
  g_queue_push_tail (&air.deliveries, delivery);
  end (message);
}

/* Who does not listen on the channel answers none of the attempts. */
static void
note_refusal (Frame *frame, guint radio)
{
  if (radio != get_receiver (frame) || frame->is_single)
    return;
  frame->is_acked = FALSE;
  memcpy (frame->rates, frame->wanted, sizeof frame->rates);
}

static void
end_frame (Frame *frame)
{
  if (frame->n_open > 0)
    return;
  tell_sender (frame);
  g_free (frame->octets);
  g_free (frame);
}

static void
end_delivery (Delivery *delivery, gboolean is_refused)
{
  if (is_refused)
    note_refusal (delivery->frame, delivery->radio);
  delivery->frame->n_open--;
  end_frame (delivery->frame);
  g_free (delivery);
}

/* What was handed over before has got no answer, and gets none. */
static void
answered (guint32 sequence, gboolean is_refused)
{
  Delivery *delivery;

  while ((delivery = g_queue_peek_head (&air.deliveries)) != NULL
      && (gint32) (delivery->sequence - sequence) <= 0) {
    g_queue_pop_head (&air.deliveries);
    end_delivery (delivery, is_refused || delivery->sequence != sequence);
  }
}

static int
on_taken (struct nl_msg *message, void *arg)
{
  answered (nlmsg_hdr (message)->nlmsg_seq, FALSE);
  return NL_OK;
}

/* A radio that is not there, or on another channel. */
static int
on_refused (struct sockaddr_nl *who, struct nlmsgerr *error, void *arg)
{
  answered (error->msg.nlmsg_seq, TRUE);
  return NL_SKIP;
}

/* The simulated driver does not say which frames were of an aggregate, so that rates and counters
 * would stand still: it is answered that there can be none (ADDBA Response, IEEE 802.11 §9.6.4). */
static void
refuse_aggregates (guint8 *octets, gsize n)
{
  static const guint8 body[] = { 3, 1 };

  if (n >= 29 && octets[0] == 0xd0 && memcmp (octets + 24, body, sizeof body) == 0) {
    octets[27] = 37;
    octets[28] = 0;
  }
}

static gboolean
read_rates (struct nlattr *rates, struct nlattr *flags, Frame *frame, RateFlags *ret_flags)
{
  memset (ret_flags, 0, N_RATES * sizeof *ret_flags);
  if (rates == NULL || nla_len (rates) < (int) sizeof frame->wanted)
    return FALSE;
  memcpy (frame->wanted, nla_data (rates), sizeof frame->wanted);
  for (guint i = 0; i < N_RATES; i++)
    frame->wanted[i].attempts = MAX (frame->wanted[i].attempts, 1);
  if (flags != NULL && nla_len (flags) >= (int) (N_RATES * sizeof *ret_flags))
    memcpy (ret_flags, nla_data (flags), N_RATES * sizeof *ret_flags);
  return TRUE;
}

/* NULL if it is none. */
static Frame *
read_frame (struct nlattr **all, RateFlags *ret_flags)
{
  Frame frame = { .rates = { { -1, 0 }, { -1, 0 }, { -1, 0 }, { -1, 0 } } };

  if (all[HWSIM_DATA] == NULL || all[HWSIM_TRANSMITTER] == NULL || all[HWSIM_COOKIE] == NULL
      || all[HWSIM_FLAGS] == NULL || nla_len (all[HWSIM_DATA]) < 10
      || nla_len (all[HWSIM_TRANSMITTER]) < 6
      || !read_rates (all[HWSIM_RATES], all[HWSIM_RATE_FLAGS], &frame, ret_flags))
    return NULL;
  frame.from = get_radio (nla_data (all[HWSIM_TRANSMITTER]));
  if (frame.from >= N_RADIOS)
    return NULL;
  frame.n = nla_len (all[HWSIM_DATA]);
  frame.octets = g_memdup2 (nla_data (all[HWSIM_DATA]), frame.n);
  frame.flags = nla_get_u32 (all[HWSIM_FLAGS]);
  frame.cookie = nla_get_u64 (all[HWSIM_COOKIE]);
  frame.is_single = (frame.octets[4] & 1) != 0 || (frame.flags & HWSIM_NO_ACK) != 0;
  return g_memdup2 (&frame, sizeof frame);
}

/* While one searches, its address is told of once more. */
static void
note_interface (struct nlattr *attribute, gint change)
{
  guint64 address;
  gint n;

  if (attribute == NULL || nla_len (attribute) < 6)
    return;
  address = read_address (nla_data (attribute));
  n = GPOINTER_TO_INT (g_hash_table_lookup (air.interfaces, &address)) + change;
  if (n > 0)
    g_hash_table_insert (air.interfaces, g_memdup2 (&address, sizeof address), GINT_TO_POINTER (n));
  else
    g_hash_table_remove (air.interfaces, &address);
}

static void
on_frame (struct nlattr **all)
{
  RateFlags flags[N_RATES];
  Frame *frame = read_frame (all, flags);

  if (frame == NULL)
    return;
  refuse_aggregates (frame->octets, frame->n);
  send_frame (frame, flags);
  for (guint radio = 0; radio < N_RADIOS; radio++) {
    if ((frame->heard_by & 1u << radio) != 0)
      deliver (frame, radio, all[HWSIM_FREQUENCY]);
  }
  end_frame (frame);
}

static int
on_told (struct nl_msg *message, void *arg)
{
  struct nlattr *all[HWSIM_N + 1];
  guint8 command = genlmsg_hdr (nlmsg_hdr (message))->cmd;

  if (genlmsg_parse (nlmsg_hdr (message), 0, all, HWSIM_N, NULL) < 0)
    return NL_SKIP;
  if (command == HWSIM_FRAME)
    on_frame (all);
  else if (command == HWSIM_ADD_ADDRESS || command == HWSIM_REMOVE_ADDRESS)
    note_interface (all[HWSIM_RECEIVER], command == HWSIM_ADD_ADDRESS ? 1 : -1);
  return NL_OK;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer user_data)
{
  nl_recvmsgs_default (air.socket);
  return G_SOURCE_CONTINUE;
}

static gboolean
listen_to_radios (void)
{
  air.socket = nl_socket_alloc ();
  if (genl_connect (air.socket) < 0
      || (air.family = genl_ctrl_resolve (air.socket, "MAC80211_HWSIM")) < 0)
    return FALSE;
  nl_socket_disable_seq_check (air.socket);
  nl_socket_disable_auto_ack (air.socket);
  nl_socket_set_buffer_size (air.socket, RECEIVE_BYTES, RECEIVE_BYTES);
  nl_socket_modify_cb (air.socket, NL_CB_VALID, NL_CB_CUSTOM, on_told, NULL);
  nl_socket_modify_cb (air.socket, NL_CB_ACK, NL_CB_CUSTOM, on_taken, NULL);
  nl_cb_err (nl_socket_get_cb (air.socket), NL_CB_CUSTOM, on_refused, NULL);
  nl_socket_set_nonblocking (air.socket);
  g_unix_fd_add (nl_socket_get_fd (air.socket), G_IO_IN, on_readable, NULL);
  end (begin (HWSIM_REGISTER, 0));
  return TRUE;
}

/* --- commands --- */

static void
obey (const char *line)
{
  char what[8];
  guint one, other;
  gint value;

  if (sscanf (line, "%7s %u %u %d", what, &one, &other, &value) != 4 || one >= N_RADIOS
      || other >= N_RADIOS)
    g_print ("what is “%s”?\n", line);
  else if (g_str_equal (what, "signal"))
    air.signals_dbm[one][other] = air.signals_dbm[other][one] = value;
  else
    air.losses[one][other] = air.losses[other][one] = value / 100.0;
}

static void
on_command (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *line = g_data_input_stream_read_line_finish (air.commands, result, NULL, NULL);

  if (line == NULL) {
    g_main_loop_quit (air.loop);
    return;
  }
  obey (line);
  g_print ("done %s\n", line);
  g_data_input_stream_read_line_async (air.commands, G_PRIORITY_DEFAULT, NULL, on_command, NULL);
}

int
main (void)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  for (guint i = 0; i < N_RADIOS * N_RADIOS; i++)
    air.signals_dbm[i / N_RADIOS][i % N_RADIOS] = SIGNAL_DBM;
  air.interfaces = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (!listen_to_radios ()) {
    g_printerr ("there are no simulated radios\n");
    return 1;
  }
  air.loop = g_main_loop_new (NULL, FALSE);
  air.commands = g_data_input_stream_new (input);
  g_data_input_stream_read_line_async (air.commands, G_PRIORITY_DEFAULT, NULL, on_command, NULL);
  g_print ("ready\n");
  g_main_loop_run (air.loop);
  nl_socket_free (air.socket);
  g_hash_table_unref (air.interfaces);
  g_object_unref (air.commands);
  g_main_loop_unref (air.loop);
  return 0;
}
