/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-conn-private.h"

#include <base-limits.h>
#include <base-source.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

/* A peer that does not read its last messages, or does not close, is left then. */
#define LINGER_US (30 * G_USEC_PER_SEC)

#define BETWEEN_TURNS_US 1000

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

const WfdPeerAddress *
wfd_peer_conn_get_remote (const WfdPeerConn *self)
{
  return &self->remote;
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

void
wfd_peer_conn_lose_later (WfdPeerConn *self)
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
void
wfd_peer_conn_update_watch (WfdPeerConn *self)
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
    wfd_peer_conn_lose_later (self);
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

  if (bytes == 0)
    return;
  if (wfd_peer_room_hold (&self->loop->room, &self->claim, self->remote.ip, bytes,
          g_get_monotonic_time ())) {
    if (self->calls->grew != NULL && wfd_peer_room_has_grown (&self->claim))
      self->calls->grew (self, self->owner);
    return;
  }
  watch_overdue (self->loop);
  wfd_peer_conn_update_watch (self);
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
  wfd_clear_source (&self->timer);
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
void
wfd_peer_conn_watch_stall (WfdPeerConn *self)
{
  if (self->stalls || self->state != STATE_OPEN)
    return;
  self->stalls = TRUE;
  self->progress = FALSE;
  if (!self->broken && !self->resumes)
    start_timer (self, self->loop->stalled_us);
}

/* --- in --- */

/* And what it has to say by itself goes out. */
static gboolean
feed_channel (gpointer user_data, WfdBytes octets, GByteArray *plain)
{
  WfdPeerConn *self = user_data;
  GByteArray *out = wfd_peer_conn_take_piece (self->loop);
  gboolean good = wfd_peer_channel_take (self->channel, octets, plain, out);

  if (out->len > 0)
    wfd_peer_conn_send_framed (self, wfd_bytes (out->data, out->len));
  wfd_peer_conn_give_back (self->loop, out);
  return good;
}

void
wfd_peer_conn_secure (WfdPeerConn *self, WfdPeerChannel *channel)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();

  self->channel = channel;
  wfd_peer_frames_set_unwrap (self->frames, feed_channel, self);
  if (!feed_channel (self, wfd_bytes (NULL, 0), plain))
    wfd_peer_conn_lose_later (self);
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
  wfd_peer_conn_update_watch (self);
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
  wfd_peer_conn_update_watch (self);
  conn_unref (self);
}

/* Who never ends would keep the thread busy. */
static void
forget_octets (WfdPeerConn *self, gsize n)
{
  self->forgotten_bytes += n;
  if (self->forgotten_bytes > WFD_LIMIT_PEER_LINGERING_READ_BYTES)
    lose (self);
}

static void
take_readable (WfdPeerConn *self)
{
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive (self->socket, (char *) self->loop->buffer, WFD_PEER_READ_BYTES, NULL,
      &error);

  if (n > 0 && self->state == STATE_LINGERING)
    forget_octets (self, n);
  else if (n > 0)
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
    wfd_peer_conn_update_watch (self);
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
  if (!wfd_peer_conn_flush (self)) {
    lose (self);
    return;
  }
  g_cond_broadcast (&self->loop->changed);
  if (self->state == STATE_OPEN && self->queued_bytes <= WFD_LIMIT_PEER_QUEUE_BYTES / 2)
    self->calls->drained (self, self->owner);
  if (self->state == STATE_OPEN && may_take (self))
    take_rest (self);
  wfd_peer_conn_update_watch (self);
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
  self->remote = *address;
  wfd_peer_frames_set_max_bytes (self->frames, WFD_LIMIT_PEER_CONNECT_BYTES);
  if (socket == NULL)
    wfd_peer_conn_lose_later (self);
  else if (g_socket_connect (socket, gio, NULL, &error)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
    wfd_peer_conn_update_watch (self);
  else
    wfd_peer_conn_lose_later (self);
  return self;
}

WfdPeerConn *
wfd_peer_conn_new_accepted (WfdPeerLoop *loop, GSocket *socket, const WfdPeerConnCalls *calls,
    gpointer owner)
{
  WfdPeerConn *self = conn_new (loop, socket, STATE_OPEN, calls, owner);
  g_autoptr (GSocketAddress) gio = g_socket_get_remote_address (socket, NULL);

  wfd_peer_address_from_gio (gio, &self->remote);
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

/* Those who were turned away could be many: the oldest go, of the machine of the last one or of
 * all. */
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
    if (wfd_peer_ip_is_same_host (conn->remote.ip, last->remote.ip))
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
  self->link.data = self;
  g_queue_push_tail_link (&self->loop->lingering, &self->link);
  start_timer (self, LINGER_US);
  if (!wfd_peer_conn_flush (self))
    wfd_peer_conn_lose_later (self);
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
