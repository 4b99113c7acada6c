/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-rate-control.h"
#include "wfd-send-queue.h"
#include "wfd-udp.h"

G_BEGIN_DECLS

/* Lets datagrams into the kernel no faster than they leave it, so that what waits, waits
 * here: there it would be dropped when it becomes old, and nobody could tell. Who
 * puts something in does not wait; what is left over goes in a thread of the pump.
 *
 *   put → [ datagrams that wait ] → gate → kernel → air
 *                                    ↑ looks at ↑
 */
typedef struct _WfdPump WfdPump;

/* Called in the thread of the pump, with @data; the last also in that which frees it. */
typedef struct
{
  /* The kernel has taken the first packet of a picture. With the lock of the pump and in any thread,
   * so that it is noted only; what comes of it is for have_left (), or after wfd_pump_push(). */
  void (*leaves) (gpointer data, guint64 picture);
  void (*have_left) (gpointer data);
  /* What waited is gone: a key unit is needed. */
  void (*lost) (gpointer data);
  /* The network takes nothing (errno); once. */
  void (*trouble) (gpointer data, int code);
  /* Nothing waits any more, be it that it has left, or was thrown away, as what waits at the end is;
   * once for wfd_pump_drain(). */
  void (*drained) (gpointer data);
} WfdPumpEvents;

/* @udp is ours until we are freed. @head_bytes: of UDP and IP. NULL: no thread can be had. */
WfdPump *wfd_pump_new (WfdUdp *udp, guint head_bytes, WfdRateControl *rate,
    const WfdPumpEvents *events, gpointer data, GError **error);
/* What still waits is thrown away. */
void wfd_pump_free (WfdPump *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPump, wfd_pump_free)

/* NULL: nothing flows; what waits is thrown away. */
void wfd_pump_set_clock (WfdPump *self, GstClock *clock, GstClockTime base_time);

/* RTP packets of @segment_bytes each, with which @picture begins, or none
 * (WFD_SEND_QUEUE_NO_PICTURE). FALSE: too much waits. */
gboolean wfd_pump_put (WfdPump *self, const guint8 *data, gsize bytes, gsize segment_bytes,
    guint64 picture);
/* All of a unit was put in: lets go what may. @picture: (nullable): it is one, of
 * which the pump knows the size. */
void wfd_pump_push (WfdPump *self, const WfdRateFrame *picture);

/* Nothing more will be put in: tells when all that waits has left, or was given up,
 * which it is when nothing leaves for a second, or after four. */
void wfd_pump_drain (WfdPump *self);

typedef struct
{
  guint64 bytes; /* of UDP payload */
  guint64 packets;
  guint64 thrown_away; /* packets that waited too long */
  guint64 errors;      /* of the socket */
} WfdPumpStats;

void wfd_pump_get_stats (WfdPump *self, WfdPumpStats *ret_stats);

G_END_DECLS
