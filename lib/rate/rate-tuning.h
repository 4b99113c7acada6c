/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rate.h"

G_BEGIN_DECLS

/* The numbers of an operating point at one frame rate. They were found with the
 * simulation of tests/rate on seeds that judge nothing; docs/rate-control.md. */
typedef struct
{
  double interval_us; /* us between captures that these are for */
  double fill;        /* of an interval, how much of it a frame and what is before it may take */
  double slack_us;    /* us that they may take beyond that */
  double most;        /* of an interval, how much a frame takes on the link at most */
  double caution; /* how much less a frame may have when the link is often worse than expected */
  double skip_us; /* us until a capture would have been sent, above which it is not encoded */
  double key_skip_us;   /* us of backlog above which an IDR picture waits */
  double stall_us;      /* us without progress after which an IDR picture waits */
  double vbv_us;        /* us that an IDR picture and what is before it may take */
  double vbv_intervals; /* intervals that an IDR picture takes at most */
  double fast_us;       /* us of busy time over which a fall is seen */
  double slow_us;       /* us of busy time over which a rise is believed */
  double gate_us;       /* us of backlog that the kernel is let have */
} WfdRateTuning;

/* Between the frame rates of the table, what is between their numbers. */
void wfd_rate_tuning_get (WfdRateProfile profile, double interval_us, WfdRateTuning *ret_tuning);

G_END_DECLS
