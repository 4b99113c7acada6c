/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* When the pictures of a live source go on, so that as many leave as were
 * negotiated: too many are thinned out, and too few, as from a screen that does
 * not change, are filled up with the last one. A source may skip pictures only
 * if the sink has said that it can bear it (WFD 2.1 §4.10.3.1).
 *
 *   source   |a   b   c    |d                           |e
 *   leaves   |a       c    |d         d         d       |e
 *            |<- period -> |<- 1.5 periods ->|
 *
 * Only what comes too fast has to wait for its turn; at the right rate every
 * picture leaves when it comes, whenever the first one left.
 *
 * Times are running times of the clock. Only arithmetic, no waiting. */
typedef struct
{
  gint rate_n; /* 0: everything goes on at once */
  gint rate_d;
  GstClockTime period;
  GstClockTime last;     /* when the last picture left, or NONE */
  GstClockTime next;     /* when the next one may leave */
  GstClockTime arrived;  /* when the last picture came, or NONE */
  GstClockTime interval; /* at which they come, smoothed */
} WfdPace;

void wfd_pace_init (WfdPace *self, gint rate_n, gint rate_d);
/* Forgets the past: the next picture leaves at once. */
void wfd_pace_restart (WfdPace *self);

/* A picture came. */
void wfd_pace_note_arrival (WfdPace *self, GstClockTime now);
/* When a picture that is there may leave. 0: now. */
GstClockTime wfd_pace_get_due (const WfdPace *self);
/* When the last picture has to leave again if no other came; NONE: never. */
GstClockTime wfd_pace_get_repeat (const WfdPace *self);
/* The time at which a picture of @time is shown that leaves at @now: a whole number
 * of periods, behind @after (NONE: nothing). NONE if that would be most of a period too late, so
 * that there is no place for the picture. */
GstClockTime wfd_pace_place (const WfdPace *self, GstClockTime time, GstClockTime now,
    GstClockTime after);
/* A picture left. */
void wfd_pace_note (WfdPace *self, GstClockTime now);

G_END_DECLS
