/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-send-queue.h"

#include <string.h>

#include "wfd-udp.h"

typedef struct
{
  gint64 put_us;
  guint64 picture; /* that begins with it, until it has begun to leave; or none */
  gsize pos;       /* of the first datagram that has not left */
  gsize bytes;
  gsize segment_bytes;
  guint8 data[];
} Batch;

static guint
count_packets (gsize bytes, gsize segment_bytes)
{
  return (bytes + segment_bytes - 1) / segment_bytes;
}

/* So that they can leave in one call, which takes so many datagrams of one size, and a smaller one at
 * the end. A batch has one age, that of its first, and stays until all of it has left. */
static gboolean
append (WfdSendQueue *self, const guint8 *data, gsize bytes, gsize segment_bytes)
{
  GList *last = self->batches.tail;
  Batch *batch = last != NULL ? last->data : NULL;

  if (batch == NULL || batch->segment_bytes != segment_bytes || batch->bytes % segment_bytes != 0
      || batch->bytes >= WFD_UDP_MAX_SEGMENTS * segment_bytes)
    return FALSE;
  batch = last->data = g_realloc (batch, sizeof *batch + batch->bytes + bytes);
  memcpy (batch->data + batch->bytes, data, bytes);
  batch->bytes += bytes;
  return TRUE;
}

void
wfd_send_queue_put (WfdSendQueue *self, const guint8 *data, gsize bytes, gsize segment_bytes,
    guint64 picture, gint64 now_us)
{
  if (picture != WFD_SEND_QUEUE_NO_PICTURE || !append (self, data, bytes, segment_bytes)) {
    Batch *batch = g_malloc (sizeof *batch + bytes);

    *batch = (Batch) {
      .put_us = now_us,
      .picture = picture,
      .bytes = bytes,
      .segment_bytes = segment_bytes,
    };
    memcpy (batch->data, data, bytes);
    g_queue_push_tail (&self->batches, batch);
  }
  self->bytes += bytes;
  self->n_packets += count_packets (bytes, segment_bytes);
}

guint
wfd_send_queue_peek (WfdSendQueue *self, guint max, const guint8 **ret_data, gsize *ret_bytes,
    gsize *ret_segment_bytes)
{
  Batch *batch = g_queue_peek_head (&self->batches);

  if (batch == NULL || max == 0)
    return 0;
  *ret_data = batch->data + batch->pos;
  *ret_bytes = MIN (batch->bytes - batch->pos, max * batch->segment_bytes);
  *ret_segment_bytes = batch->segment_bytes;
  return count_packets (*ret_bytes, batch->segment_bytes);
}

guint64
wfd_send_queue_drop (WfdSendQueue *self, guint n)
{
  Batch *batch = g_queue_peek_head (&self->batches);
  guint64 picture = batch->picture;
  gsize bytes = MIN (batch->bytes - batch->pos, n * batch->segment_bytes);

  batch->picture = WFD_SEND_QUEUE_NO_PICTURE;
  batch->pos += bytes;
  self->bytes -= bytes;
  self->n_packets -= n;
  if (batch->pos == batch->bytes)
    g_free (g_queue_pop_head (&self->batches));
  return picture;
}

void
wfd_send_queue_clear (WfdSendQueue *self)
{
  g_queue_clear_full (&self->batches, g_free);
  self->bytes = 0;
  self->n_packets = 0;
}

gint64
wfd_send_queue_get_since_us (const WfdSendQueue *self)
{
  const Batch *batch = self->batches.head != NULL ? self->batches.head->data : NULL;

  return batch != NULL ? batch->put_us : G_MAXINT64;
}
