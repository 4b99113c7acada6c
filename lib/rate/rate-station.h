/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rate.h"

G_BEGIN_DECLS

/* What nl80211 says, as differences. Counters that go back, vanish or jump tell
 * nothing, which is not the same as that nothing happened. */
typedef struct
{
  WfdRateStation last;   /* the counters before */
  gint64 last_us;        /* us, when they came; or unknown */
  gint64 phy_kbps;       /* kbit/s of the modulation, the faster of the last two; or unknown */
  gint64 old_phy_kbps;   /* kbit/s of the one before */
  gint64 best_phy_kbps;  /* kbit/s, the fastest of two seconds before; or unknown */
  gint64 next_best_kbps; /* kbit/s, the fastest since; or unknown */
  gint64 best_us;        /* us, since when that is */
  double retry_part;     /* of the packets on the air, how many are repetitions */
} WfdRateStationState;

typedef struct
{
  gint64 failed; /* packets given up since the last time */
  gint64 drops;  /* packets dropped in our own machine since the last time */
} WfdRateStationChange;

void wfd_rate_station_init (WfdRateStationState *self);
WfdRateStationChange wfd_rate_station_add (WfdRateStationState *self, const WfdRateStation *station,
    gint64 now_us);
/* kbit/s, or unknown if it is too old to mean anything. */
gint64 wfd_rate_station_get_phy (const WfdRateStationState *self, gint64 now_us);
/* kbit/s that usually arrive at that modulation; 0 if it is unknown. */
double wfd_rate_station_get_usual_kbps (const WfdRateStationState *self, gint64 now_us);
/* kbit/s of the encoder at which a session may begin that would begin with @start_kbps: no more
 * than usually arrives, where that is known. */
guint wfd_rate_station_limit_start (const WfdRateStationState *self, guint start_kbps,
    gint64 now_us);
/* kbit/s that it may have had meanwhile; or unknown. */
gint64 wfd_rate_station_get_best_phy (const WfdRateStationState *self, gint64 now_us);

G_END_DECLS
