/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "ts-codec.h"

G_BEGIN_DECLS

/* When to show what came: from presentation times to times of the local clock.
 *
 *    arrival    .   .                   the network only delays, so the line
 *      ^     .  .'. _.-'                below all points is the sender's clock;
 *      |   . ' _.-' .                   it is followed slowly, as clocks drift
 *      |   _.-'                         by tens of microseconds a second while
 *      | -'                             units jitter by tens of milliseconds
 *      +------------------> PTS
 *
 * The stream that is furthest behind sets the time of both: a unit that arrives
 * as fast as any is to be shown at once, and the other stream waits for it. But the
 * picture does not wait for the last 20 ms: sound that is later by 125 ms is not
 * noticed yet, and sound that is earlier by 45 ms is (ITU-R BT.1359-1), while
 * an encoder of AAC is behind that of the picture by some 15 to 35. What the network
 * jitters has to be added by whoever shows them, as latency.
 *
 * The references of the program (PCR) only tell of jumps. What they would add, the
 * lead that a sender gives its presentation times over them, is 125 ms from
 * GStreamer and below 0 from Android; and GNOME Network Displays writes them 15
 * times a second and up to 37 ms off. */
typedef struct _WfdTsClock WfdTsClock;

typedef enum
{
  WFD_TS_CLOCK_SOUND,
  WFD_TS_CLOCK_PICTURE,
  WFD_TS_CLOCK_STREAMS, /* how many */
} WfdTsClockStream;

WfdTsClock *wfd_ts_clock_new (void);
void wfd_ts_clock_free (WfdTsClock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdTsClock, wfd_ts_clock_free)

/* The arrivals are of another clock from here on, or time went by unseen. */
void wfd_ts_clock_restart (WfdTsClock *self);

/* @clock: program clock reference, 27 MHz, wraps undone. @jumped: the sender says
 * that it does not go on from the one before. */
void wfd_ts_clock_add_reference (WfdTsClock *self, gint64 clock, gint64 arrival_ns,
    gboolean jumped);

/* A unit of @stream is complete: @pts in 90 kHz, wraps undone. Returns when to show
 * it, in ns of the clock of the arrivals. */
gint64 wfd_ts_clock_place (WfdTsClock *self, WfdTsClockStream stream, gint64 pts,
    gint64 arrival_ns);

/* Counts the times that what place returns jumped. */
guint wfd_ts_clock_get_jumps (WfdTsClock *self);

G_END_DECLS
