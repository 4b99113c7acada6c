/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the measurements is gone by, and what follows from it: how long the link
 * takes for a byte, and how much is under way. */
#include "rate-private.h"

/* Completions count while they come. */
#define COMPLETION_US 1000000

double
wfd_rate_to_us_per_byte (double kbps)
{
  return CLAMP (8000 / MAX (kbps, 1), WFD_LIMIT_RATE_US_PER_BYTE_LOW, WFD_LIMIT_RATE_US_PER_BYTE);
}

gboolean
wfd_rate_has_completions (const WfdRate *self)
{
  return self->completion_us != WFD_RATE_UNKNOWN
      && self->now_us - self->completion_us < COMPLETION_US;
}

WfdRateSignal
wfd_rate_get_signal (const WfdRate *self)
{
  if (wfd_rate_has_completions (self))
    return WFD_RATE_SIGNAL_COMPLETION;
  if (self->hidden.is_hidden && wfd_rate_hidden_is_fresh (&self->hidden, self->now_us))
    return WFD_RATE_SIGNAL_RTT;
  return wfd_rate_drain_is_blind (&self->drain) ? WFD_RATE_SIGNAL_NONE : WFD_RATE_SIGNAL_QUEUE;
}

/* us for a byte, as it follows from what the driver says; 0 if it says nothing. */
double
wfd_rate_get_phy_bound (const WfdRate *self, double efficiency)
{
  gint64 phy_kbps = wfd_rate_station_get_phy (&self->station, self->now_us);

  return phy_kbps == WFD_RATE_UNKNOWN ? 0 : wfd_rate_to_us_per_byte (efficiency * phy_kbps);
}

/* The modulation adds nothing to a queue that can be seen, and drivers report it
 * wrongly; it is for those whose queue cannot. */
double
wfd_rate_get_us_per_byte (const WfdRate *self)
{
  double usual_kbps = wfd_rate_station_get_usual_kbps (&self->station, self->now_us);
  double usual = usual_kbps > 0 ? wfd_rate_to_us_per_byte (usual_kbps) : 0;

  switch (wfd_rate_get_signal (self)) {
    case WFD_RATE_SIGNAL_NONE:
      return MAX (self->blind_us_per_byte, usual);
    case WFD_RATE_SIGNAL_RTT:
      /* Once the device is full, the queue before it drains as the air does. */
      return MAX (self->hidden.us_per_byte, self->drain.us_per_byte);
    case WFD_RATE_SIGNAL_QUEUE:
      return MAX (self->drain.us_per_byte, self->hidden.is_hidden ? usual : 0);
    case WFD_RATE_SIGNAL_COMPLETION:
      break;
  }
  return self->drain.us_per_byte;
}

double
wfd_rate_get_position (const WfdRate *self)
{
  return (double) self->drain.sent_bytes - self->drain.outstanding_bytes;
}

static double
get_inside_bytes (const WfdRate *self)
{
  double sum = 0;

  for (guint i = 0; i < self->n_inside; i++)
    sum += self->inside[i];
  return sum;
}

double
wfd_rate_get_backlog_bytes (const WfdRate *self)
{
  double in_device = wfd_rate_has_completions (self)
      ? 0
      : wfd_rate_hidden_get_bytes (&self->hidden, wfd_rate_get_position (self), self->now_us);

  return self->drain.outstanding_bytes + self->own_bytes + get_inside_bytes (self) + in_device;
}
