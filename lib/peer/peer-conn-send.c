/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-conn-private.h"

#include <base-limits.h>
#include "peer-put.h"

/* What goes out, and what waits because the peer does not read. */

/* A piece of a message that goes out before the next is made: a few frames, with what they and
 * TLS add. It stays in the cache of the processor, and the peer can read it meanwhile. */
#define PIECE_FRAMES 3
#define PIECE_BYTES (PIECE_FRAMES * (WFD_LIMIT_PEER_SENT_FRAME_BYTES + 256))

/* Of a process, to be used again: the kernel's zeroing of new memory takes as long as a cipher. */
#define MAX_SPARE 24

GByteArray *
wfd_peer_conn_take_piece (WfdPeerLoop *loop)
{
  return loop->spare->len > 0 ? g_ptr_array_steal_index_fast (loop->spare, loop->spare->len - 1)
                              : g_byte_array_sized_new (PIECE_BYTES);
}

void
wfd_peer_conn_give_back (WfdPeerLoop *loop, GByteArray *piece)
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
    wfd_peer_conn_give_back (self->loop, first);
  else
    g_byte_array_unref (first);
}

gboolean
wfd_peer_conn_flush (WfdPeerConn *self)
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
      wfd_peer_conn_update_watch (self);
      wfd_peer_conn_watch_stall (self);
      return TRUE;
    }
    drop_first (self);
  }
  wfd_peer_conn_update_watch (self);
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
  wfd_peer_conn_update_watch (self);
  wfd_peer_conn_watch_stall (self);
}

/* Takes @piece, which goes out at once as far as it can. Little that waits has little memory. */
static void
send_piece_now (WfdPeerConn *self, GByteArray *piece)
{
  gssize n = g_queue_is_empty (&self->queue) ? send_some (self, piece->data, piece->len) : 0;

  if (n < 0)
    wfd_peer_conn_lose_later (self);
  else if ((gsize) n < piece->len && piece->len - n >= PIECE_BYTES / 2) {
    g_byte_array_remove_range (piece, 0, n);
    queue_octets (self, piece);
    return;
  } else if ((gsize) n < piece->len) {
    GByteArray *rest = g_byte_array_sized_new (piece->len - n);

    g_byte_array_append (rest, piece->data + n, piece->len - n);
    queue_octets (self, rest);
  }
  wfd_peer_conn_give_back (self->loop, piece);
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
  GByteArray *piece = wfd_peer_conn_take_piece (self->loop);
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
      wfd_peer_conn_lose_later (self);
      return;
    }
}

gsize
wfd_peer_conn_get_queued_bytes (const WfdPeerConn *self)
{
  return self->queued_bytes;
}

void
wfd_peer_conn_send_framed (WfdPeerConn *self, WfdBytes octets)
{
  GByteArray *framed = wfd_peer_conn_take_piece (self->loop);

  wfd_peer_frames_append (framed, octets);
  send_piece_now (self, framed);
}
