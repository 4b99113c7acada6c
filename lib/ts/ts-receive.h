/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-read.h"
#include "ts-reorder.h"
#include "ts-unit.h"

G_BEGIN_DECLS

/* From datagrams to access units with their time: RTP, order, MPEG-TS and clock
 * in one.
 *
 *   wfd_ts_receiver_push (receiver, datagram, now_ns);
 *   while (wfd_ts_receiver_pop (receiver, &unit))
 *     …
 *   wake_at (wfd_ts_receiver_get_deadline (receiver));    → tick, pop
 *
 * All times are of one monotonic clock, in ns: that of the pipeline, or any
 * other. No function may be called while another runs on the same receiver. */
typedef struct _WfdTsReceiver WfdTsReceiver;

/* How long a missing packet is waited for. Wi-Fi sends again within some
 * milliseconds; a frame at 60 Hz has 16.7. */
#define WFD_TS_GAP_NS (G_GINT64_CONSTANT (15) * 1000 * 1000)

/* @gap_ns: WFD_TS_GAP_NS or another. (transfer full) */
WfdTsReceiver *wfd_ts_receiver_new (gint64 gap_ns);
void wfd_ts_receiver_free (WfdTsReceiver *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdTsReceiver, wfd_ts_receiver_free)

/* Nobody listened for a while, or the clock of the times is another one: what is
 * not complete is forgotten, and what comes next is the beginning of something.
 * The program stays until its tables say other. */
void wfd_ts_receiver_restart (WfdTsReceiver *self);

/* The payload of one UDP datagram. FALSE if it is no RTP packet with MPEG-TS. */
gboolean wfd_ts_receiver_push (WfdTsReceiver *self, WfdBytes datagram, gint64 now_ns);
void wfd_ts_receiver_tick (WfdTsReceiver *self, gint64 now_ns);
/* Nothing comes any more: gives gaps up, and hands on what is open. */
void wfd_ts_receiver_finish (WfdTsReceiver *self);
/* When to tick; G_MAXINT64 if there is no need. */
gint64 wfd_ts_receiver_get_deadline (WfdTsReceiver *self);
/* The next unit, with time_ns set. (transfer full) */
gboolean wfd_ts_receiver_pop (WfdTsReceiver *self, WfdTsUnit *ret_unit);

/* See ts-read.h. */
const WfdTsProgram *wfd_ts_receiver_get_program (WfdTsReceiver *self);
gboolean wfd_ts_receiver_is_protected (WfdTsReceiver *self);

typedef struct
{
  WfdTsReorderStats rtp;
  WfdTsReaderStats ts;
  guint64 n_clock_jumps;
} WfdTsReceiverStats;

void wfd_ts_receiver_get_stats (WfdTsReceiver *self, WfdTsReceiverStats *ret_stats);

G_END_DECLS
