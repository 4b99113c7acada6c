/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-pace.h"

/* Pictures of a source at the negotiated rate come a little early or late and
 * shall not be thinned out or filled up for that. */
#define EARLY(period) ((period) / 4)
#define LATE(period) ((period) / 2)
/* Others may have taken the place of a picture, as that which was shown again while it was
 * held up. A whole period would never be made up for, and sound would be as much too early. */
#define AHEAD(period) ((period) / 4 * 3)
/* A source whose pictures come at intervals of less than this is too fast. */
#define SHORT(period) ((period) / 20 * 19)
/* So much of each interval goes into the smoothed one. */
#define SMOOTHING 8

void
wfd_pace_init (WfdPace *self, gint rate_n, gint rate_d)
{
  self->rate_n = MAX (rate_n, 0);
  self->rate_d = rate_d;
  self->period = rate_n > 0 ? gst_util_uint64_scale_int (GST_SECOND, rate_d, rate_n) : 0;
  wfd_pace_restart (self);
}

void
wfd_pace_restart (WfdPace *self)
{
  self->last = GST_CLOCK_TIME_NONE;
  self->next = 0;
  self->arrived = GST_CLOCK_TIME_NONE;
  self->interval = self->period;
}

void
wfd_pace_note_arrival (WfdPace *self, GstClockTime now)
{
  GstClockTime interval = self->period;

  /* A break says nothing of what comes after it. */
  if (self->arrived != GST_CLOCK_TIME_NONE)
    interval = MIN (now - MIN (self->arrived, now), 2 * self->period);
  self->interval = (self->interval * (SMOOTHING - 1) + interval) / SMOOTHING;
  self->arrived = now;
}

static gboolean
is_too_fast (const WfdPace *self)
{
  return self->interval < SHORT (self->period);
}

GstClockTime
wfd_pace_get_due (const WfdPace *self)
{
  GstClockTime early = EARLY (self->period);

  if (!is_too_fast (self))
    return 0;
  return self->next > early ? self->next - early : 0;
}

GstClockTime
wfd_pace_get_repeat (const WfdPace *self)
{
  if (self->period == 0 || self->last == GST_CLOCK_TIME_NONE)
    return GST_CLOCK_TIME_NONE;
  return self->last + self->period + LATE (self->period);
}

static GstClockTime
get_time_of (const WfdPace *self, guint64 slot)
{
  return gst_util_uint64_scale_round (slot, self->rate_d * GST_SECOND, self->rate_n);
}

static guint64
get_slot_at (const WfdPace *self, GstClockTime time)
{
  return gst_util_uint64_scale (time, self->rate_n, self->rate_d * GST_SECOND);
}

GstClockTime
wfd_pace_place (const WfdPace *self, GstClockTime time, GstClockTime now, GstClockTime after)
{
  gboolean behind = !GST_CLOCK_TIME_IS_VALID (after) || time > after;
  GstClockTime early = EARLY (self->period), placed;

  if (self->rate_n == 0)
    return behind ? time : after + GST_MSECOND;
  placed = get_time_of (self, get_slot_at (self, time + early));
  if (GST_CLOCK_TIME_IS_VALID (after) && placed <= after)
    placed = get_time_of (self, get_slot_at (self, after + early) + 1);
  return placed <= MAX (time + AHEAD (self->period), now) ? placed : GST_CLOCK_TIME_NONE;
}

/* The grid of a source that is too fast goes on from where it was, so that 50
 * pictures thin out to 30 and not to 25, unless there was a break. */
void
wfd_pace_note (WfdPace *self, GstClockTime now)
{
  gboolean fresh =
      self->last == GST_CLOCK_TIME_NONE || !is_too_fast (self) || now >= self->next + self->period;

  self->next = (fresh ? now : self->next) + self->period;
  self->last = now;
}
