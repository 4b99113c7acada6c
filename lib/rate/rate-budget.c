/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate-budget.h"

#include <base-limits.h>

/* However much is under way, a frame that is encoded at all must be worth it. */
#define LEAST 0.05

/* However often the link turns out worse, it is to be used. */
#define MOST_CAUTION 0.4

double
wfd_rate_budget_get_backlog_us (const WfdRateSituation *self)
{
  return self->backlog_bytes * self->us_per_byte;
}

/* us for a byte, with the risk that it becomes more. */
static double
be_careful (const WfdRateSituation *self, const WfdRateTuning *tuning)
{
  return self->us_per_byte * (1 + MIN (tuning->caution * self->risk, MOST_CAUTION));
}

double
wfd_rate_budget_get_bytes (const WfdRateSituation *self, const WfdRateTuning *tuning,
    gboolean *ret_is_backlog)
{
  double w = self->us_per_byte, interval_us = tuning->interval_us;
  double gone = self->ahead_us / w;
  double left = MAX (self->backlog_bytes + self->pending_bytes - gone, 0);
  double careful = be_careful (self, tuning);
  double most = tuning->most * interval_us / careful;
  double bytes = (tuning->fill * interval_us + tuning->slack_us + self->more_us) / careful - left;

  *ret_is_backlog = bytes < most;
  return CLAMP (bytes, LEAST * interval_us / w, most);
}

/* A link that carries more than the encoder makes takes a large picture sooner. */
double
wfd_rate_budget_get_vbv_us (const WfdRateSituation *self, const WfdRateTuning *tuning,
    double frame_bytes)
{
  double interval_us = tuning->interval_us;
  double left_us = tuning->vbv_us - wfd_rate_budget_get_backlog_us (self);
  double room = interval_us / (frame_bytes * be_careful (self, tuning));

  return CLAMP (left_us * MAX (room, 1), interval_us, tuning->vbv_intervals * interval_us);
}

guint
wfd_rate_budget_get_gate_bytes (double us_per_byte, const WfdRateTuning *tuning)
{
  return CLAMP (tuning->gate_us / us_per_byte, WFD_LIMIT_RATE_GATE_BYTES_LOW,
      WFD_LIMIT_RATE_GATE_BYTES);
}
