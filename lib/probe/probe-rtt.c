/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe-rtt.h"

#include <base-limits.h>
#include <rate.h>

/* Of the mean. */
#define PARTS 8

gint64
wfd_probe_rtt_read (WfdProbeRtt *self, gint64 mean_us, guint64 acked_bytes)
{
  gint64 rtt_us = mean_us;

  if (mean_us <= 0 || mean_us > WFD_LIMIT_RATE_RTT_US || acked_bytes == self->acked_bytes)
    return WFD_RATE_UNKNOWN;
  if (self->has_mean)
    rtt_us = CLAMP (PARTS * mean_us - (PARTS - 1) * self->mean_us, 0, WFD_LIMIT_RATE_RTT_US);
  *self = (WfdProbeRtt) { mean_us, acked_bytes, TRUE };
  return rtt_us;
}
