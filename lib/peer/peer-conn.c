/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-conn.h"

#include <base-limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include "peer-frames.h"
#include "peer-put.h"

/* A peer that does not read its last messages, or does not close, is left then. */
#define LINGER_US (30 * G_USEC_PER_SEC)

/* A piece of a message that goes out before the next is made: a few frames, with what they and
 * TLS add. It stays in the cache of the processor, and the peer can read it meanwhile. */
#define PIECE_FRAMES 3
#define PIECE_BYTES (PIECE_FRAMES * (WFD_LIMIT_PEER_SENT_FRAME_BYTES + 256))

/* Of a process, to be used again: the kernel's zeroing of new memory takes as long as a cipher. */
#define MAX_SPARE 24

#define BETWEEN_TURNS_US 1000

typedef enum
{
  STATE_OPENING,
  STATE_OPEN,
  STATE_LINGERING, /* given up, with something still to be sent or the peer's end to come */
  STATE_CLOSED,
} State;

struct _WfdPeerConn
{
  gint ref_count;
  WfdPeerLoop *loop;
  const WfdPeerConnCalls *calls;
  gpointer owner;
  State state;
  GSocket *socket;
  WfdPeerWatch watch;
  WfdPeerFrames *frames;
  WfdPeerChannel *channel; /* or NULL */
  gboolean secured;        /* the owner knows it */
  GSource *timer;
  GQueue queue;     /* GByteArray */
  gsize sent_bytes; /* of the first */
  gsize queued_bytes;
  gsize alone_bytes;     /* of them, at the front: of a message before which nothing waited */
  gboolean broken;       /* lost as soon as nothing is done with it */
  gboolean stalls;       /* the timer looks whether it does */
  gboolean progress;     /* something was taken since it was started */
  gboolean reading;      /* as far as the owner goes */
  GByteArray *rest;      /* of what was read, and may not be taken yet */
  gboolean resumes;      /* the timer takes it */
  WfdPeerClaim claim;    /* room for the message that has come in part */
  WfdPeerAddress remote; /* when it lingers */
  GList link;            /* the same */
};

static void
conn_unref (gpointer data)
{
  WfdPeerConn *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->queue, (GDestroyNotify) g_byte_array_unref);
  wfd_peer_frames_free (self->frames);
  g_clear_pointer (&self->channel, wfd_peer_channel_free);
  g_clear_pointer (&self->rest, g_byte_array_unref);
  g_clear_object (&self->socket);
  g_free (self);
}

static WfdPeerConn *
conn_ref (WfdPeerConn *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

gboolean
wfd_peer_conn_get_remote (WfdPeerConn *self, WfdPeerAddress *ret_address)
{
  g_autoptr (GSocketAddress) gio = g_socket_get_remote_address (self->socket, NULL);

  return wfd_peer_address_from_gio (gio, ret_address);
}

/* --- a peer that asks and does not read --- */

/* Two that have much to say to each other must not both wait for the other to read: a
 * full queue, or a larger message that is alone in it, is our own doing; what is behind
 * it is answers. */
static gboolean
is_clogged (const WfdPeerConn *self)
{
  return self->queued_bytes
      > WFD_LIMIT_PEER_QUEUE_BYTES + MAX (self->alone_bytes, WFD_LIMIT_PEER_QUEUE_BYTES);
}

/* From below the owner's own call. */
static void
lose_later (WfdPeerConn *self)
{
  self->broken = TRUE;
  g_source_set_ready_time (self->timer, 0);
}

static gboolean
may_take (const WfdPeerConn *self)
{
  return self->reading && !is_clogged (self) && !self->claim.waits;
}

static void watch_overdue (WfdPeerLoop *loop);

static void
note_unread (WfdPeerConn *self)
{
  gboolean unread = !self->reading || is_clogged (self);

  if (self->claim.share == NULL || self->claim.unread == unread)
    return;
  wfd_peer_room_set_unread (&self->claim, unread, g_get_monotonic_time ());
  watch_overdue (self->loop);
}

/* What is waited for follows from the state and from what waits to be sent. */
static void
update_watch (WfdPeerConn *self)
{
  guint32 events = 0;

  if (self->state == STATE_CLOSED || self->socket == NULL)
    return;
  note_unread (self);
  if (self->state == STATE_LINGERING || (may_take (self) && self->rest == NULL))
    events |= EPOLLIN;
  if (self->state == STATE_OPENING || !g_queue_is_empty (&self->queue))
    events |= EPOLLOUT;
  if (!wfd_peer_loop_watch (self->loop, &self->watch, events))
    lose_later (self);
}

/* --- room for what comes in part --- */

static gboolean on_overdue (gpointer loop);

/* To say the same again would wake the thread up. */
static void
watch_overdue (WfdPeerLoop *loop)
{
  gint64 deadline_us = wfd_peer_room_get_deadline_us (&loop->room);

  if (deadline_us == loop->overdue_us)
    return;
  if (loop->overdue == NULL)
    loop->overdue = wfd_peer_loop_add_timer (loop, on_overdue, loop);
  loop->overdue_us = deadline_us;
  g_source_set_ready_time (loop->overdue, deadline_us);
}

static WfdPeerConn *
conn_of (WfdPeerClaim *claim)
{
  return (WfdPeerConn *) ((guint8 *) claim - G_STRUCT_OFFSET (struct _WfdPeerConn, claim));
}

/* From below somebody's call: the rest may be a message. */
static void
resume_later (WfdPeerConn *self)
{
  self->resumes = TRUE;
  g_source_set_ready_time (self->timer, 0);
}

static void
release_room (WfdPeerConn *self)
{
  WfdPeerRoom *room = &self->loop->room;
  WfdPeerClaim *next;

  if (self->claim.share == NULL)
    return;
  wfd_peer_room_release (room, &self->claim);
  while ((next = wfd_peer_room_next (room, g_get_monotonic_time ())) != NULL)
    resume_later (conn_of (next));
  watch_overdue (self->loop);
}

static void
hold_room (WfdPeerConn *self)
{
  gsize bytes = wfd_peer_frames_get_partial_bytes (self->frames);
  WfdPeerAddress address = { 0 };

  if (bytes == 0)
    return;
  if (self->claim.share == NULL)
    wfd_peer_conn_get_remote (self, &address);
  if (wfd_peer_room_hold (&self->loop->room, &self->claim, address.ip, bytes,
          g_get_monotonic_time ()))
    return;
  watch_overdue (self->loop);
  update_watch (self);
}

/* --- ends --- */

static void
finish (WfdPeerConn *self)
{
  if (self->state == STATE_CLOSED)
    return;

  if (self->state == STATE_LINGERING)
    g_queue_unlink (&self->loop->lingering, &self->link);
  self->state = STATE_CLOSED;
  release_room (self);
  wfd_peer_loop_watch (self->loop, &self->watch, 0);
  wfd_peer_loop_clear_source (&self->timer);
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  g_hash_table_remove (self->loop->conns, self);
  g_cond_broadcast (&self->loop->changed);
  conn_unref (self);
}

/* Tells the owner, who gives it up then. */
static void
lose (WfdPeerConn *self)
{
  gpointer owner = g_steal_pointer (&self->owner);
  gboolean lingering = self->state == STATE_LINGERING;

  conn_ref (self);
  if (!lingering && owner != NULL)
    self->calls->lost (self, owner);
  finish (self);
  conn_unref (self);
}

static gboolean
on_overdue (gpointer data)
{
  WfdPeerLoop *loop = data;
  WfdPeerClaim *claim;

  loop->overdue_us = -1;
  while ((claim = wfd_peer_room_get_overdue (&loop->room, g_get_monotonic_time ())) != NULL)
    lose (conn_of (claim));
  watch_overdue (loop);
  return G_SOURCE_CONTINUE;
}

static void
start_timer (WfdPeerConn *self, gint64 delay_us)
{
  g_source_set_ready_time (self->timer, g_get_monotonic_time () + delay_us);
}

static void resume (WfdPeerConn *self);

/* It lingers too long, or takes nothing of what waits for it. */
static gboolean
on_timer (gpointer data)
{
  WfdPeerConn *self = data;

  if (self->resumes && !self->broken && self->state == STATE_OPEN)
    resume (self);
  else if (self->broken || self->state == STATE_LINGERING)
    lose (self);
  else if (g_queue_is_empty (&self->queue))
    self->stalls = FALSE;
  else if (self->progress) {
    self->progress = FALSE;
    start_timer (self, self->loop->stalled_us);
  } else
    lose (self);
  return G_SOURCE_CONTINUE;
}

/* While it is on, only what was taken is noted: to start it anew each time would wake the
 * thread up. What the timer shall do at once comes first; who resumes starts it then. */
static void
watch_stall (WfdPeerConn *self)
{
  if (self->stalls || self->state != STATE_OPEN)
    return;
  self->stalls = TRUE;
  self->progress = FALSE;
  if (!self->broken && !self->resumes)
    start_timer (self, self->loop->stalled_us);
}

/* --- out --- */

static GByteArray *
take_piece (WfdPeerLoop *loop)
{
  return loop->spare->len > 0 ? g_ptr_array_steal_index_fast (loop->spare, loop->spare->len - 1)
                              : g_byte_array_sized_new (PIECE_BYTES);
}

static void
give_back (WfdPeerLoop *loop, GByteArray *piece)
{
  g_byte_array_set_size (piece, 0);
  if (loop->spare->len < MAX_SPARE)
    g_ptr_array_add (loop->spare, piece);
  else
    g_byte_array_unref (piece);
}

/* As much as the kernel takes: how much, or -1, and the connection is broken. */
static gssize
send_some (WfdPeerConn *self, const guint8 *data, gsize size)
{
  gsize sent = 0;

  while (sent < size) {
    g_autoptr (GError) error = NULL;
    gssize n = g_socket_send (self->socket, (const char *) data + sent, size - sent, NULL, &error);

    if (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return -1;
    if (n < 0)
      break;
    sent += n;
    self->progress = TRUE;
  }
  self->alone_bytes -= MIN (self->alone_bytes, sent);
  return sent;
}

static void
drop_first (WfdPeerConn *self)
{
  GByteArray *first = g_queue_pop_head (&self->queue);

  self->sent_bytes = 0;
  if (first->len >= PIECE_BYTES / 2)
    give_back (self->loop, first);
  else
    g_byte_array_unref (first);
}

/* FALSE: the connection is broken. */
static gboolean
flush (WfdPeerConn *self)
{
  while (!g_queue_is_empty (&self->queue)) {
    const GByteArray *first = g_queue_peek_head (&self->queue);
    gsize left = first->len - self->sent_bytes;
    gssize n = send_some (self, first->data + self->sent_bytes, left);

    if (n < 0)
      return FALSE;
    self->sent_bytes += n;
    self->queued_bytes -= n;
    if ((gsize) n < left) {
      update_watch (self);
      watch_stall (self);
      return TRUE;
    }
    drop_first (self);
  }
  update_watch (self);
  /* The peer shall read all of it; to close now, with something of theirs unread,
   * could take it away again. */
  if (self->state == STATE_LINGERING)
    g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  return TRUE;
}

/* Takes @octets. */
static void
queue_octets (WfdPeerConn *self, GByteArray *octets)
{
  self->queued_bytes += octets->len;
  g_queue_push_tail (&self->queue, octets);
  update_watch (self);
  watch_stall (self);
}

/* Takes @piece, which goes out at once as far as it can. Little that waits has little memory. */
static void
send_piece_now (WfdPeerConn *self, GByteArray *piece)
{
  gssize n = g_queue_is_empty (&self->queue) ? send_some (self, piece->data, piece->len) : 0;

  if (n < 0)
    lose_later (self);
  else if ((gsize) n < piece->len && piece->len - n >= PIECE_BYTES / 2) {
    g_byte_array_remove_range (piece, 0, n);
    queue_octets (self, piece);
    return;
  } else if ((gsize) n < piece->len) {
    GByteArray *rest = g_byte_array_sized_new (piece->len - n);

    g_byte_array_append (rest, piece->data + n, piece->len - n);
    queue_octets (self, rest);
  }
  give_back (self->loop, piece);
}

/* What goes into the next frame: it is in @head, in @body, or, from both, in @joined. */
static WfdBytes
take_part (WfdBytes *head, WfdBytes *body, gsize max_bytes, guint8 *joined)
{
  gsize n_head = MIN (head->left, max_bytes), n_body = MIN (body->left, max_bytes - n_head);
  WfdBytes first = { 0 }, second = { 0 };

  wfd_bytes_take (head, n_head, &first);
  wfd_bytes_take (body, n_body, &second);
  if (n_body == 0 || n_head == 0)
    return n_body == 0 ? first : second;
  memcpy (joined, first.pos, n_head);
  memcpy (joined + n_head, second.pos, n_body);
  return wfd_bytes (joined, n_head + n_body);
}

/* With TLS, one record of it in a frame (MS-PPSEC 3.1.4.1). */
static gboolean
append_frame (WfdPeerConn *self, GByteArray *octets, WfdBytes part)
{
  guint begin = octets->len;

  put_u16 (octets, part.left);
  if (self->channel == NULL)
    g_byte_array_append (octets, part.pos, part.left);
  else if (!wfd_peer_channel_wrap (self->channel, part, octets))
    return FALSE;
  octets->data[begin] = (octets->len - begin - 2) >> 8;
  octets->data[begin + 1] = (octets->len - begin - 2) & 0xff;
  return TRUE;
}

static gboolean
send_piece (WfdPeerConn *self, WfdBytes *head, WfdBytes *body)
{
  gsize max_bytes =
      self->channel != NULL ? WFD_LIMIT_PEER_SENT_PLAIN_BYTES : WFD_LIMIT_PEER_SENT_FRAME_BYTES;
  GByteArray *piece = take_piece (self->loop);
  guint8 joined[WFD_LIMIT_PEER_SENT_FRAME_BYTES];
  gboolean good = TRUE;

  for (guint i = 0; good && i < PIECE_FRAMES && head->left + body->left > 0; i++)
    good = append_frame (self, piece, take_part (head, body, max_bytes, joined));
  send_piece_now (self, piece);
  return good;
}

void
wfd_peer_conn_send (WfdPeerConn *self, WfdBytes head, WfdBytes body)
{
  if (self->state != STATE_OPEN)
    return;
  if (g_queue_is_empty (&self->queue))
    self->alone_bytes = head.left + body.left;
  while (head.left + body.left > 0)
    if (!send_piece (self, &head, &body)) {
      lose_later (self);
      return;
    }
}

gsize
wfd_peer_conn_get_queued_bytes (const WfdPeerConn *self)
{
  return self->queued_bytes;
}

/* --- in --- */

static void
send_framed (WfdPeerConn *self, WfdBytes octets)
{
  GByteArray *framed = take_piece (self->loop);

  wfd_peer_frames_append (framed, octets);
  send_piece_now (self, framed);
}

/* And what it has to say by itself goes out. */
static gboolean
feed_channel (gpointer user_data, WfdBytes octets, GByteArray *plain)
{
  WfdPeerConn *self = user_data;
  GByteArray *out = take_piece (self->loop);
  gboolean good = wfd_peer_channel_take (self->channel, octets, plain, out);

  if (out->len > 0)
    send_framed (self, wfd_bytes (out->data, out->len));
  give_back (self->loop, out);
  return good;
}

void
wfd_peer_conn_secure (WfdPeerConn *self, WfdPeerChannel *channel)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();

  self->channel = channel;
  wfd_peer_frames_set_unwrap (self->frames, feed_channel, self);
  if (!feed_channel (self, wfd_bytes (NULL, 0), plain))
    lose_later (self);
}

const char *
wfd_peer_conn_get_peer_name (const WfdPeerConn *self)
{
  return wfd_peer_channel_get_peer_name (self->channel);
}

static void
tell_if_secured (WfdPeerConn *self)
{
  if (self->channel == NULL || self->secured || !wfd_peer_channel_is_secured (self->channel))
    return;
  self->secured = TRUE;
  self->calls->secured (self, self->owner);
}

static void
keep_rest (WfdPeerConn *self, WfdBytes octets)
{
  self->rest = g_byte_array_sized_new (octets.left);
  g_byte_array_append (self->rest, octets.pos, octets.left);
  update_watch (self);
  /* Its turn is over: somebody else's first, who may only be waking up. */
  if (may_take (self) && !self->broken) {
    self->resumes = TRUE;
    start_timer (self, BETWEEN_TURNS_US);
  }
}

static void
take_octets (WfdPeerConn *self, WfdBytes octets)
{
  gint64 until_us = g_get_monotonic_time () + self->loop->turn_us;
  gboolean over = FALSE;

  while (octets.left > 0 && self->state == STATE_OPEN && may_take (self) && !over) {
    g_autoptr (GBytes) message = NULL;

    if (!wfd_peer_frames_push (self->frames, &octets, &message)) {
      lose (self);
      return;
    }
    if (message != NULL)
      release_room (self);
    else
      hold_room (self);
    tell_if_secured (self);
    if (message != NULL && self->state == STATE_OPEN)
      self->calls->received (self, self->owner, message);
    over = g_get_monotonic_time () >= until_us;
  }
  if (octets.left > 0 && self->state == STATE_OPEN)
    keep_rest (self, octets);
}

static void
take_rest (WfdPeerConn *self)
{
  g_autoptr (GByteArray) rest = g_steal_pointer (&self->rest);

  if (rest != NULL)
    take_octets (self, wfd_bytes (rest->data, rest->len));
}

static void
resume (WfdPeerConn *self)
{
  self->resumes = FALSE;
  if (self->stalls)
    start_timer (self, self->loop->stalled_us);
  conn_ref (self);
  take_rest (self);
  update_watch (self);
  conn_unref (self);
}

static void
take_readable (WfdPeerConn *self)
{
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive (self->socket, (char *) self->loop->buffer, WFD_PEER_READ_BYTES, NULL,
      &error);

  if (n > 0)
    take_octets (self, wfd_bytes (self->loop->buffer, n));
  else if (n == 0 || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    lose (self);
}

void
wfd_peer_conn_set_reading (WfdPeerConn *self, gboolean reading)
{
  self->reading = reading;
  if (reading && self->rest != NULL)
    resume_later (self);
  else
    update_watch (self);
}

/* --- when the peer has read --- */

static void
take_connected (WfdPeerConn *self)
{
  if (!g_socket_check_connect_result (self->socket, NULL)) {
    lose (self);
    return;
  }
  self->state = STATE_OPEN;
  wfd_peer_conn_set_reading (self, TRUE);
  self->calls->opened (self, self->owner);
}

static void
take_writable (WfdPeerConn *self)
{
  if (!flush (self)) {
    lose (self);
    return;
  }
  g_cond_broadcast (&self->loop->changed);
  if (self->state == STATE_OPEN && self->queued_bytes <= WFD_LIMIT_PEER_QUEUE_BYTES / 2)
    self->calls->drained (self, self->owner);
  if (self->state == STATE_OPEN && may_take (self))
    take_rest (self);
  update_watch (self);
}

static void
on_ready (WfdPeerWatch *watch, guint32 events)
{
  WfdPeerConn *self =
      (WfdPeerConn *) ((guint8 *) watch - G_STRUCT_OFFSET (struct _WfdPeerConn, watch));
  guint32 waited = watch->events;
  gboolean broken = (events & (EPOLLERR | EPOLLHUP)) != 0;

  conn_ref (self);
  if (self->state == STATE_OPENING)
    take_connected (self);
  else {
    if ((waited & EPOLLIN) != 0 && (broken || (events & EPOLLIN) != 0))
      take_readable (self);
    if (self->state != STATE_CLOSED && (waited & EPOLLOUT) != 0
        && (broken || (events & EPOLLOUT) != 0))
      take_writable (self);
  }
  conn_unref (self);
}

/* --- who has gone without a word --- */

/* TCP asks only where nothing is on the way; else it would send it again for a quarter of an
 * hour. Who reads nothing still acknowledges what is sent to look. */
static gboolean
is_missed (const WfdPeerConn *self)
{
  struct tcp_info info = { 0 };
  socklen_t size = sizeof (info);

  return self->state == STATE_OPEN
      && getsockopt (self->watch.fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0
      && info.tcpi_unacked > 0 && info.tcpi_last_ack_recv > 2 * WFD_LIMIT_PEER_KEEP_ALIVE_S * 1000;
}

static gboolean
on_missed (gpointer data)
{
  WfdPeerLoop *loop = data;
  GList *conns = g_hash_table_get_keys (loop->conns);

  for (GList *l = conns; l != NULL; l = l->next)
    conn_ref (l->data);
  for (GList *l = conns; l != NULL; l = l->next)
    if (is_missed (l->data))
      lose (l->data);
  g_list_free_full (conns, conn_unref);
  if (g_hash_table_size (loop->conns) > 0)
    g_source_set_ready_time (loop->missed, g_get_monotonic_time () + loop->missed_us);
  return G_SOURCE_CONTINUE;
}

static void
watch_missed (WfdPeerLoop *loop)
{
  if (loop->missed == NULL)
    loop->missed = wfd_peer_loop_add_timer (loop, on_missed, loop);
  if (g_source_get_ready_time (loop->missed) < 0)
    g_source_set_ready_time (loop->missed, g_get_monotonic_time () + loop->missed_us);
}

/* --- life --- */

static WfdPeerConn *
conn_new (WfdPeerLoop *loop, GSocket *socket, State state, const WfdPeerConnCalls *calls,
    gpointer owner)
{
  WfdPeerConn *self = g_new0 (WfdPeerConn, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->loop = loop;
  self->socket = socket;
  self->state = state;
  self->calls = calls;
  self->owner = owner;
  self->frames = wfd_peer_frames_new ();
  self->timer = wfd_peer_loop_add_timer (loop, on_timer, self);
  g_hash_table_add (loop->conns, self);
  watch_missed (loop);
  if (socket == NULL)
    return self;
  self->watch = (WfdPeerWatch) { g_socket_get_fd (socket), .ready = on_ready };
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, WFD_LIMIT_PEER_KEEP_ALIVE_S, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, WFD_LIMIT_PEER_KEEP_ALIVE_S / 3, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, 3, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  return self;
}

WfdPeerConn *
wfd_peer_conn_open (WfdPeerLoop *loop, const WfdPeerAddress *address, const WfdPeerConnCalls *calls,
    gpointer owner)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_autoptr (GSocketAddress) gio = wfd_peer_address_to_gio (address);
  WfdPeerConn *self;

  /* Without a socket there were too many descriptors. */
  self = conn_new (loop, socket, STATE_OPENING, calls, owner);
  wfd_peer_frames_set_max_bytes (self->frames, WFD_LIMIT_PEER_CONNECT_BYTES);
  if (socket == NULL)
    lose_later (self);
  else if (g_socket_connect (socket, gio, NULL, &error)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
    update_watch (self);
  else
    lose_later (self);
  return self;
}

WfdPeerConn *
wfd_peer_conn_new_accepted (WfdPeerLoop *loop, GSocket *socket, const WfdPeerConnCalls *calls,
    gpointer owner)
{
  WfdPeerConn *self = conn_new (loop, socket, STATE_OPEN, calls, owner);

  wfd_peer_conn_set_reading (self, TRUE);
  return self;
}

void
wfd_peer_conn_hand_over (WfdPeerConn *self, const WfdPeerConnCalls *calls, gpointer owner)
{
  self->calls = calls;
  self->owner = owner;
  wfd_peer_frames_set_max_bytes (self->frames, WFD_LIMIT_PEER_CONNECT_BYTES);
}

void
wfd_peer_conn_trust (WfdPeerConn *self, gsize max_bytes)
{
  wfd_peer_frames_set_max_bytes (self->frames, max_bytes);
}

typedef struct
{
  guint n;
  gsize bytes;
} Lingering;

/* One of them may always have more than its part of what waits. */
static gboolean
exceeds (Lingering *lingering, const WfdPeerConn *conn, guint max, gsize max_bytes)
{
  lingering->n++;
  lingering->bytes += conn->queued_bytes;
  return lingering->n > max || (lingering->n > 1 && lingering->bytes > max_bytes);
}

/* Those who were turned away could be many: the oldest go, of the address of the last one or
 * of all. */
static void
limit_lingering (WfdPeerLoop *loop)
{
  const WfdPeerConn *last = loop->lingering.tail->data;
  guint max = wfd_peer_loop_get_share (loop, WFD_LIMIT_PEER_LINGERING);
  Lingering all = { 0 }, near = { 0 };

  for (GList *l = loop->lingering.tail, *next; l != NULL; l = next) {
    WfdPeerConn *conn = l->data;
    gboolean too_many = exceeds (&all, conn, max, WFD_LIMIT_PEER_LINGERING_BYTES);

    next = l->prev;
    if (memcmp (conn->remote.ip, last->remote.ip, sizeof (last->remote.ip)) == 0)
      too_many |= exceeds (&near, conn, WFD_LIMIT_PEER_LINGERING_OF_ADDRESS,
          WFD_LIMIT_PEER_LINGERING_BYTES_OF_ADDRESS);
    if (too_many)
      finish (conn);
  }
}

/* What still comes is read and forgotten. */
static void
linger (WfdPeerConn *self)
{
  release_room (self);
  self->state = STATE_LINGERING;
  wfd_peer_conn_get_remote (self, &self->remote);
  self->link.data = self;
  g_queue_push_tail_link (&self->loop->lingering, &self->link);
  start_timer (self, LINGER_US);
  if (!flush (self))
    lose_later (self);
  limit_lingering (self->loop);
}

void
wfd_peer_conn_abort (WfdPeerConn *self)
{
  self->owner = NULL;
  finish (self);
}

void
wfd_peer_conn_close (WfdPeerConn *self)
{
  gboolean lost = self->owner == NULL;

  self->owner = NULL;
  if (self->state == STATE_CLOSED || lost)
    return;
  if (self->state == STATE_OPENING)
    finish (self);
  else
    linger (self);
}

void
wfd_peer_conn_abort_all (WfdPeerLoop *loop)
{
  g_autoptr (GList) conns = g_hash_table_get_keys (loop->conns);

  for (GList *l = conns; l != NULL; l = l->next)
    finish (l->data);
}
