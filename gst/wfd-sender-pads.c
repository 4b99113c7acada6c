/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-sender-pads.h"

#include "wfd-element.h"
#include "wfd-outlet.h"
#include "wfd-ts-list.h"

/* Seven TS packets and the header, as all Miracast sources send. */
#define RTP_PACKET_BYTES (12 + 7 * WFD_TS_PACKET_BYTES)

typedef struct
{
  GstPad *pad; /* of the bin; NULL: there is no such stream */
  GstElement *gate;
  GstElement *pay; /* of a transport stream */
  GstElement *out;
} Branch;

struct _WfdSenderPads
{
  GstBin *bin; /* owns us and the elements */
  WfdSender *sender;
  WfdGateGroup *group;
  gint complaints; /* atomic: in this session */
  gint errors;     /* atomic: in all */

  GMutex lock;
  /* With the lock. The application may release a pad at any time: elements that are
   * used without it are referenced. */
  GSocket *socket;
  GInetSocketAddress *client; /* NULL: no session */
  Branch branches[WFD_N_STREAMS];
  gboolean wanted;
  gboolean playing;
};

WfdSenderPads *
wfd_sender_pads_new (GstBin *bin, const WfdSenderEvents *events)
{
  WfdSenderPads *self = g_new0 (WfdSenderPads, 1);

  self->bin = bin;
  self->sender = wfd_sender_new (events, G_OBJECT (bin));
  self->group = wfd_gate_group_new ();
  g_mutex_init (&self->lock);
  return self;
}

/* --- branches --- */

static void
drop_branch (WfdSenderPads *self, Branch *branch)
{
  wfd_element_remove (self->bin, branch->out);
  wfd_element_remove (self->bin, branch->pay);
  wfd_element_remove (self->bin, branch->gate);
}

void
wfd_sender_pads_free (WfdSenderPads *self)
{
  if (self == NULL)
    return;
  wfd_sender_close (self->sender);
  for (guint i = 0; i < WFD_N_STREAMS; i++)
    drop_branch (self, &self->branches[i]);
  wfd_sender_unref (self->sender);
  wfd_gate_group_unref (self->group);
  g_clear_object (&self->socket);
  g_clear_object (&self->client);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* NULL: there is no such stream. (transfer full) */
static WfdGate *
dup_gate (WfdSenderPads *self, WfdStream kind)
{
  WfdGate *gate = NULL;

  g_mutex_lock (&self->lock);
  g_set_object (&gate, (WfdGate *) self->branches[kind].gate);
  g_mutex_unlock (&self->lock);
  return gate;
}

static GstElement *
dup_udp (WfdSenderPads *self)
{
  GstElement *udp = NULL;

  g_mutex_lock (&self->lock);
  g_set_object (&udp, self->branches[WFD_STREAM_TS].out);
  g_mutex_unlock (&self->lock);
  return udp;
}

/* The session ends when every stream has that leads here. */
static gboolean
is_all_ended (WfdSenderPads *self)
{
  for (guint i = 0; i < WFD_N_STREAMS; i++) {
    g_autoptr (WfdGate) gate = dup_gate (self, i);

    if (gate != NULL && wfd_gate_is_awaited (gate))
      return FALSE;
  }
  return TRUE;
}

static void
on_end (WfdGate *gate, WfdSenderPads *self)
{
  if (is_all_ended (self))
    wfd_sender_drain (self->sender);
}

/* With the lock. */
static void
set_udp_socket (WfdSenderPads *self)
{
  GstElement *udp = self->branches[WFD_STREAM_TS].out;
  gboolean v6;

  if (udp == NULL || self->socket == NULL)
    return;
  v6 = g_socket_get_family (self->socket) == G_SOCKET_FAMILY_IPV6;
  g_object_set (udp, "socket", v6 ? NULL : self->socket, "socket-v6", v6 ? self->socket : NULL,
      NULL);
}

/* With the lock. */
static void
set_udp_client (WfdSenderPads *self)
{
  GstElement *udp = self->branches[WFD_STREAM_TS].out;
  g_autofree char *host = NULL;

  if (udp == NULL)
    return;
  g_signal_emit_by_name (udp, "clear");
  if (self->client == NULL)
    return;
  host = g_inet_address_to_string (g_inet_socket_address_get_address (self->client));
  g_signal_emit_by_name (udp, "add", host, (int) g_inet_socket_address_get_port (self->client));
}

static gboolean
make_ts (WfdSenderPads *self, Branch *branch, GError **error)
{
  branch->pay = wfd_element_make (self->bin, "rtpmp2tpay", error);
  if (branch->pay == NULL)
    return FALSE;
  branch->out = wfd_element_make (self->bin, "multiudpsink", error);
  if (branch->out == NULL)
    return FALSE;
  wfd_gate_set_ts (WFD_GATE (branch->gate));
  g_object_set (branch->pay, "pt", 33, "mtu", (guint) RTP_PACKET_BYTES, NULL);
  /* No preroll: nothing passes the gate before PLAYING. */
  g_object_set (branch->out, "async", FALSE, "close-socket", FALSE, "auto-multicast", FALSE,
      "processing-deadline", G_GUINT64_CONSTANT (0), NULL);
  return gst_element_link_many (branch->gate, branch->pay, branch->out, NULL);
}

static gboolean
make_outlet (WfdSenderPads *self, Branch *branch, WfdStream stream)
{
  branch->out = wfd_outlet_new (self->sender, stream);
  gst_bin_add (self->bin, branch->out);
  return gst_element_link (branch->gate, branch->out);
}

static gboolean
make_branch (WfdSenderPads *self, Branch *branch, WfdStream kind, GError **error)
{
  branch->gate = wfd_gate_new (self->group, kind);
  gst_bin_add (self->bin, branch->gate);
  if (!(kind == WFD_STREAM_TS ? make_ts (self, branch, error) : make_outlet (self, branch, kind)))
    return FALSE;
  g_object_bind_property (branch->gate, "live", branch->out, "sync",
      G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  g_signal_connect (branch->gate, "end-of-stream", G_CALLBACK (on_end), self);
  return TRUE;
}

/* With the lock. */
static gboolean
is_possible (WfdSenderPads *self, WfdStream kind)
{
  Branch *branches = self->branches;
  gboolean elementary =
      branches[WFD_STREAM_VIDEO].pad != NULL || branches[WFD_STREAM_AUDIO].pad != NULL;

  if (kind == WFD_STREAM_TS)
    return branches[kind].pad == NULL && !elementary;
  return branches[kind].pad == NULL && branches[WFD_STREAM_TS].pad == NULL;
}

/* FALSE: it is there already, or does not go together with those that are. */
static gboolean
put_branch (WfdSenderPads *self, WfdStream kind, const Branch *branch)
{
  gboolean possible;

  g_mutex_lock (&self->lock);
  possible = is_possible (self, kind);
  if (possible) {
    self->branches[kind] = *branch;
    set_udp_socket (self);
    set_udp_client (self);
  }
  g_mutex_unlock (&self->lock);
  if (possible && kind != WFD_STREAM_TS)
    wfd_sender_set_present (self->sender, kind, TRUE);
  return possible;
}

/* FALSE: no branch has @pad. */
static gboolean
take_branch (WfdSenderPads *self, GstPad *pad, Branch *ret_branch)
{
  guint kind = 0;

  g_mutex_lock (&self->lock);
  while (kind < WFD_N_STREAMS && self->branches[kind].pad != pad)
    kind++;
  if (kind < WFD_N_STREAMS) {
    *ret_branch = self->branches[kind];
    self->branches[kind] = (Branch) { NULL };
  }
  g_mutex_unlock (&self->lock);
  if (kind < WFD_STREAM_TS)
    wfd_sender_set_present (self->sender, kind, FALSE);
  return kind < WFD_N_STREAMS;
}

static GstPad *
make_pad (Branch *branch, GstPadTemplate *template)
{
  g_autoptr (GstPad) target = gst_element_get_static_pad (branch->gate, "sink");

  return gst_ghost_pad_new_from_template (GST_PAD_TEMPLATE_NAME_TEMPLATE (template), target,
      template);
}

/* In this order, so that what is opened can pass on what comes; a gate is closed by
 * being started. */
static void
start_branch (WfdSenderPads *self, Branch *branch)
{
  gst_element_sync_state_with_parent (branch->out);
  if (branch->pay != NULL)
    gst_element_sync_state_with_parent (branch->pay);
  gst_element_sync_state_with_parent (branch->gate);
  g_mutex_lock (&self->lock);
  wfd_gate_set_open (WFD_GATE (branch->gate), self->wanted);
  g_mutex_unlock (&self->lock);
}

GstPad *
wfd_sender_pads_add (WfdSenderPads *self, WfdStream kind, GstPadTemplate *template, GError **error)
{
  Branch branch = { NULL };

  if (!make_branch (self, &branch, kind, error)) {
    drop_branch (self, &branch);
    return NULL;
  }
  branch.pad = make_pad (&branch, template);
  if (!put_branch (self, kind, &branch)) {
    gst_object_unref (branch.pad);
    drop_branch (self, &branch);
    return NULL;
  }
  start_branch (self, &branch);
  gst_element_add_pad (GST_ELEMENT (self->bin), branch.pad);
  return branch.pad;
}

gboolean
wfd_sender_pads_remove (WfdSenderPads *self, GstPad *pad)
{
  Branch branch;

  if (!take_branch (self, pad, &branch))
    return FALSE;
  gst_element_remove_pad (GST_ELEMENT (self->bin), pad);
  drop_branch (self, &branch);
  return TRUE;
}

gboolean
wfd_sender_pads_is_empty (WfdSenderPads *self)
{
  gboolean empty = TRUE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WFD_N_STREAMS; i++)
    empty = empty && self->branches[i].pad == NULL;
  g_mutex_unlock (&self->lock);
  return empty;
}

/* --- sessions --- */

void
wfd_sender_pads_set_sockets (WfdSenderPads *self, const WfdSenderSockets *sockets)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->socket, sockets->rtp);
  set_udp_socket (self);
  g_mutex_unlock (&self->lock);
  wfd_sender_set_sockets (self->sender, sockets, NULL);
}

void
wfd_sender_pads_set_rate_control (WfdSenderPads *self, WfdRateControl *rate)
{
  wfd_sender_set_rate_control (self->sender, rate);
}

void
wfd_sender_pads_set_format (WfdSenderPads *self, const WfdFormat *format, gboolean microsoft)
{
  wfd_sender_set_format (self->sender, format, microsoft);
}

static void
set_client (WfdSenderPads *self, GInetSocketAddress *client)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->client, client);
  set_udp_client (self);
  g_mutex_unlock (&self->lock);
}

void
wfd_sender_pads_open (WfdSenderPads *self, const WfdSenderPeer *peer)
{
  g_atomic_int_set (&self->complaints, 0);
  wfd_sender_open (self->sender, peer);
  set_client (self, peer->rtp);
}

void
wfd_sender_pads_close (WfdSenderPads *self)
{
  wfd_sender_close (self->sender);
  set_client (self, NULL);
}

/* The sender before the gates: it has to know the time of what comes first. */
static void
update_clock (WfdSenderPads *self)
{
  g_autoptr (GstClock) clock = NULL;

  g_mutex_lock (&self->lock);
  if (self->wanted && self->playing)
    clock = gst_element_get_clock (GST_ELEMENT (self->bin));
  wfd_sender_set_clock (self->sender, clock, gst_element_get_base_time (GST_ELEMENT (self->bin)));
  g_mutex_unlock (&self->lock);
}

void
wfd_sender_pads_set_wanted (WfdSenderPads *self, gboolean wanted)
{
  g_mutex_lock (&self->lock);
  self->wanted = wanted;
  g_mutex_unlock (&self->lock);
  update_clock (self);
  for (guint i = 0; i < WFD_N_STREAMS; i++) {
    g_autoptr (WfdGate) gate = dup_gate (self, i);

    if (gate != NULL)
      wfd_gate_set_open (gate, wanted);
  }
}

void
wfd_sender_pads_set_playing (WfdSenderPads *self, gboolean playing)
{
  g_mutex_lock (&self->lock);
  self->playing = playing;
  g_mutex_unlock (&self->lock);
  update_clock (self);
}

void
wfd_sender_pads_end (WfdSenderPads *self)
{
  for (guint i = 0; i < WFD_N_STREAMS; i++) {
    g_autoptr (WfdGate) gate = dup_gate (self, i);

    if (gate != NULL)
      wfd_gate_end (gate);
  }
}

void
wfd_sender_pads_request_key_unit (WfdSenderPads *self)
{
  for (guint i = 0; i < WFD_N_STREAMS; i++) {
    g_autoptr (WfdGate) gate = dup_gate (self, i);

    if (gate != NULL && i != WFD_STREAM_AUDIO)
      wfd_gate_request_key_unit (gate);
  }
}

gboolean
wfd_sender_pads_is_repetition (WfdSenderPads *self, GstMessage *message)
{
  g_autoptr (GstElement) udp = dup_udp (self);

  if (udp == NULL || GST_MESSAGE_TYPE (message) != GST_MESSAGE_WARNING
      || GST_MESSAGE_SRC (message) != GST_OBJECT (udp))
    return FALSE;
  g_atomic_int_inc (&self->errors);
  return g_atomic_int_add (&self->complaints, 1) > 0;
}

void
wfd_sender_pads_add_stats (WfdSenderPads *self, GstStructure *stats)
{
  g_autoptr (GstElement) udp = dup_udp (self);
  guint64 udp_bytes = 0, dropped = 0, key_units = 0;
  WfdSenderStats sender;

  for (guint i = 0; i < WFD_N_STREAMS; i++) {
    g_autoptr (WfdGate) gate = dup_gate (self, i);
    WfdGateStats of_gate;

    if (gate == NULL)
      continue;
    wfd_gate_get_stats (gate, &of_gate);
    dropped += of_gate.dropped_buffers;
    key_units += i != WFD_STREAM_AUDIO ? of_gate.key_units : 0;
  }
  if (udp != NULL)
    g_object_get (udp, "bytes-served", &udp_bytes, NULL);
  wfd_sender_get_stats (self->sender, &sender);
  wfd_sender_add_reports (self->sender, stats);
  gst_structure_set (stats, "bytes-sent", G_TYPE_UINT64, sender.bytes + udp_bytes, "packets-sent",
      G_TYPE_UINT64, sender.packets, "units-abandoned", G_TYPE_UINT64, sender.abandoned,
      "units-refused", G_TYPE_UINT64, sender.refused, "buffers-dropped", G_TYPE_UINT64, dropped,
      "key-units-requested", G_TYPE_UINT64, key_units, "send-errors", G_TYPE_UINT64,
      sender.errors + g_atomic_int_get (&self->errors), NULL);
}
