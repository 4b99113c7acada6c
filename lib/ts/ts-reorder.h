/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ts-rtp.h"

G_BEGIN_DECLS

/* Puts RTP packets in order. Those that come in order pass at once and without
 * a copy. Behind a gap packets wait until it is closed, or until it is so old
 * that what is missing is taken for lost.
 *
 *   wfd_ts_reorder_push (reorder, &packet, now_ns);
 *   while (wfd_ts_reorder_pop (reorder, &ordered))
 *     …
 *
 * Times in ns of any monotonic clock. */
typedef struct _WfdTsReorder WfdTsReorder;

/* @gap_ns: how long a gap is waited for. (transfer full) */
WfdTsReorder *wfd_ts_reorder_new (gint64 gap_ns);
void wfd_ts_reorder_free (WfdTsReorder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdTsReorder, wfd_ts_reorder_free)

/* What waits is forgotten; the next packet begins another stream, whatever its
 * number, and what is missing before it is not lost. */
void wfd_ts_reorder_restart (WfdTsReorder *self);

/* The payload of @packet is borrowed until the next push or tick, before which
 * pop must have said FALSE. */
void wfd_ts_reorder_push (WfdTsReorder *self, const WfdTsRtpPacket *packet, gint64 now_ns);
/* Gives gaps up that are too old by now. */
void wfd_ts_reorder_tick (WfdTsReorder *self, gint64 now_ns);
/* When to tick; G_MAXINT64 if nothing waits. */
gint64 wfd_ts_reorder_get_deadline (WfdTsReorder *self);

typedef struct
{
  WfdTsRtpPacket packet; /* payload valid until the next call of any of these */
  gint64 arrival_ns;
  guint n_lost;       /* packets missing right before it */
  gboolean restarted; /* another stream begins: the sequence is a new one */
} WfdTsOrdered;

/* The next packet in order; FALSE if there is none yet. */
gboolean wfd_ts_reorder_pop (WfdTsReorder *self, WfdTsOrdered *ret_ordered);

typedef struct
{
  guint32 ssrc; /* of the stream now */
  guint64 n_received;
  guint64 n_lost;
  guint64 n_reordered; /* came late, but in time */
  guint64 n_late;      /* came when given up */
  guint64 n_repeated;
  guint64 n_foreign; /* of another stream or sequence that did not go on */
  guint64 n_restarts;
  guint32 highest; /* sequence number, with the wraps in the upper half */
  gint64 expected; /* packets of this stream, as RFC 3550 §A.3 counts */
  gint64 received;
  guint32 jitter; /* of this stream in 90 kHz, RFC 3550 §A.8 */
} WfdTsReorderStats;

void wfd_ts_reorder_get_stats (WfdTsReorder *self, WfdTsReorderStats *ret_stats);

G_END_DECLS
