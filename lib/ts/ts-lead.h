/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* When a sink is to show what was captured: the presentation times of all streams of
 * a sender, from the times of capture.
 *
 *    captured          sent              shown
 *    |-- encoder, ... -->|<--- ahead --->|
 *    |<------ latency + lead + moved --->|
 *
 * What is sent too late to be shown in time is shown at once, and moves nothing else:
 * an encoder needs longer for its first picture, and a machine may be busy for a
 * moment. Only if all of a stream is late for a second the machine is too slow, and
 * then both streams are moved on together, or who plays by the clock of the stream
 * would drop all of it. */
typedef struct
{
  gint64 latency_ns; /* of what is upstream */
  gint64 moved_ns;
  struct
  {
    gint64 late_since_ns; /* WFD_TS_NO_TIME: the last unit was in time */
    gint64 least_late_ns; /* since then, */
    guint n_late;         /* of so many units */
  } streams[2];
} WfdTsLead;

void wfd_ts_lead_init (WfdTsLead *self);
/* The latency of what is upstream of one stream; that of the slowest counts. */
void wfd_ts_lead_add_latency (WfdTsLead *self, gint64 latency_ns);
/* When a unit that is in time is shown. */
gint64 wfd_ts_lead_get_aim (const WfdTsLead *self, gint64 captured_ns);
/* When a unit of @stream, 0 or 1, that is sent @now_ns is shown: not before now, and
 * never so far ahead that a decoder could not hold it (H.222.0 §2.7.9: a second). */
gint64 wfd_ts_lead_place (WfdTsLead *self, guint stream, gint64 captured_ns, gint64 now_ns);

G_END_DECLS
