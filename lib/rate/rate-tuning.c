/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate-tuning.h"

#define N_RATES 3

static const WfdRateTuning tunings[WFD_RATE_N_PROFILES][N_RATES] = {
  [WFD_RATE_BALANCED] = {
    { 16667, 1.08, 6000, 1.08, 0.5, 112000, 90000, 12000, 100000, 1.6, 20000, 65000, 13000 },
    { 33333, 1.14, 6500, 1.14, 4.5, 115000, 90000, 12000, 37000, 2.5, 80000, 70000, 15000 },
    { 41667, 1.1, -3000, 1.1, 4, 115000, 90000, 12000, 46000, 2.5, 90000, 60000, 13000 },
  },
  [WFD_RATE_LOW_LATENCY] = {
    { 16667, 0.92, 0, 0.92, 1, 90000, 70000, 12000, 60000, 1.5, 20000, 65000, 12000 },
    { 33333, 0.95, -2500, 0.95, 5, 100000, 70000, 12000, 37000, 1.5, 46000, 65000, 12000 },
    { 41667, 0.95, -7000, 0.95, 5, 100000, 70000, 12000, 46000, 1.5, 46000, 60000, 12000 },
  },
};

#define N_NUMBERS (sizeof (WfdRateTuning) / sizeof (double))

G_STATIC_ASSERT (sizeof (WfdRateTuning) == N_NUMBERS * sizeof (double));

static void
mix (const WfdRateTuning *from, const WfdRateTuning *to, double part, WfdRateTuning *ret_tuning)
{
  const double *a = (const double *) from, *b = (const double *) to;
  double *out = (double *) ret_tuning;

  for (guint i = 0; i < N_NUMBERS; i++)
    out[i] = a[i] + (b[i] - a[i]) * part;
}

void
wfd_rate_tuning_get (WfdRateProfile profile, double interval_us, WfdRateTuning *ret_tuning)
{
  const WfdRateTuning *rows = tunings[profile];
  guint last = 1;

  while (last < N_RATES - 1 && rows[last].interval_us < interval_us)
    last++;
  mix (&rows[last - 1], &rows[last],
      CLAMP ((interval_us - rows[last - 1].interval_us)
              / (rows[last].interval_us - rows[last - 1].interval_us),
          0, 1),
      ret_tuning);
  ret_tuning->interval_us = interval_us;
}
