/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-pace.h"

/* Pictures of a source at the negotiated rate come a little early or late and
 * shall not be thinned out or filled up for that. */
#define EARLY(period) ((period) / 4)
#define LATE(period) ((period) / 2)

void
wfd_pace_init (WfdPace *self, gint rate_n, gint rate_d)
{
  self->period = rate_n > 0 ? gst_util_uint64_scale_int (GST_SECOND, rate_d, rate_n) : 0;
  wfd_pace_restart (self);
}

void
wfd_pace_restart (WfdPace *self)
{
  self->last = GST_CLOCK_TIME_NONE;
  self->next = 0;
}

GstClockTime
wfd_pace_get_due (const WfdPace *self)
{
  GstClockTime early = EARLY (self->period);

  return self->next > early ? self->next - early : 0;
}

GstClockTime
wfd_pace_get_repeat (const WfdPace *self)
{
  if (self->period == 0 || self->last == GST_CLOCK_TIME_NONE)
    return GST_CLOCK_TIME_NONE;
  return self->last + self->period + LATE (self->period);
}

GstClockTime
wfd_pace_get_step (const WfdPace *self)
{
  return MAX (EARLY (self->period), GST_MSECOND);
}

/* The grid goes on from where it was, so that 50 pictures thin out to 30 and
 * not to 25, unless there was a break. */
void
wfd_pace_note (WfdPace *self, GstClockTime now)
{
  gboolean fresh = self->last == GST_CLOCK_TIME_NONE || now >= self->next + self->period;

  self->next = (fresh ? now : self->next) + self->period;
  self->last = now;
}
