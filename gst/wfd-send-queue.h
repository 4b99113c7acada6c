/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Datagrams that wait, in order; only bytes, no socket. They come in batches of
 * datagrams of equal size, the last perhaps smaller, and leave in part of one. */

/* Of a batch that is not the beginning of one. */
#define WFD_SEND_QUEUE_NO_PICTURE G_MAXUINT64

typedef struct
{
  GQueue batches; /* of Batch */
  gsize bytes;
  guint n_packets;
} WfdSendQueue;

#define WFD_SEND_QUEUE_INIT \
  { \
    G_QUEUE_INIT, 0, 0 \
  }

/* @picture: the number of the one that begins with it, or none. */
void wfd_send_queue_put (WfdSendQueue *self, const guint8 *data, gsize bytes, gsize segment_bytes,
    guint64 picture, gint64 now_us);
/* Of those in front up to @max; borrowed. How many; 0: none wait. */
guint wfd_send_queue_peek (WfdSendQueue *self, guint max, const guint8 **ret_data, gsize *ret_bytes,
    gsize *ret_segment_bytes);
/* The first @n of what was peeked at have left. The picture that has begun to leave with them, or
 * none. */
guint64 wfd_send_queue_drop (WfdSendQueue *self, guint n);
void wfd_send_queue_clear (WfdSendQueue *self);
/* us, since when the first one waits; G_MAXINT64: none does. */
gint64 wfd_send_queue_get_since_us (const WfdSendQueue *self);

G_END_DECLS
