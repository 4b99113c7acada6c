/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate-station.h"

#include <base-limits.h>

#define FRESH_US G_GINT64_CONSTANT (2000000)

/* It is told late and may have been better meanwhile. */
#define BEST_US G_GINT64_CONSTANT (2000000)

/* More packets than this in one look are a counter that jumped. */
#define MAX_CHANGE 100000

/* Drivers report 1 Mbit/s of the last management frame, and rates of radios that
 * nobody has built. */
#define MIN_PHY_KBPS 5000

/* Of the modulation, what the air gives of it as a rule when others are there. */
#define USUAL 0.35

void
wfd_rate_station_init (WfdRateStationState *self)
{
  *self = (WfdRateStationState) {
    .last = { WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN,
        WFD_RATE_UNKNOWN },
    .last_us = WFD_RATE_UNKNOWN,
    .phy_kbps = WFD_RATE_UNKNOWN,
    .old_phy_kbps = WFD_RATE_UNKNOWN,
    .best_phy_kbps = WFD_RATE_UNKNOWN,
    .next_best_kbps = WFD_RATE_UNKNOWN,
  };
}

gboolean
wfd_rate_is_jump (gint64 before, gint64 now)
{
  return before >= 0 && now > before && now - before > MAX_CHANGE;
}

static gint64
find_change (gint64 before, gint64 now)
{
  return before < 0 || now < before || wfd_rate_is_jump (before, now) ? 0 : now - before;
}

gboolean
wfd_rate_is_modulation (gint64 phy_kbps)
{
  return phy_kbps >= MIN_PHY_KBPS && phy_kbps <= WFD_LIMIT_RATE_PHY_KBPS;
}

WfdRateStationChange
wfd_rate_station_add (WfdRateStationState *self, const WfdRateStation *station, gint64 now_us)
{
  WfdRateStationChange change = {
    find_change (self->last.failed, station->failed),
    find_change (self->last.queue_drops, station->queue_drops),
  };
  gint64 retries = find_change (self->last.retries, station->retries);
  gint64 packets = find_change (self->last.packets, station->packets);
  gint64 phy_kbps =
      wfd_rate_is_modulation (station->phy_kbps) ? station->phy_kbps : WFD_RATE_UNKNOWN;

  if (packets > 0)
    self->retry_part += (retries / (double) (retries + packets) - self->retry_part) / 4;
  /* Minstrel tries other rates in between; what is reported can be one of these. */
  self->phy_kbps = MAX (phy_kbps, self->old_phy_kbps);
  self->old_phy_kbps = phy_kbps;
  if (now_us - self->best_us > BEST_US) {
    self->best_phy_kbps = self->next_best_kbps;
    self->next_best_kbps = phy_kbps;
    self->best_us = now_us;
  }
  self->next_best_kbps = MAX (phy_kbps, self->next_best_kbps);
  self->last = *station;
  self->last_us = now_us;
  return change;
}

gint64
wfd_rate_station_get_phy (const WfdRateStationState *self, gint64 now_us)
{
  if (self->last_us == WFD_RATE_UNKNOWN || now_us - self->last_us > FRESH_US)
    return WFD_RATE_UNKNOWN;
  return self->phy_kbps;
}

double
wfd_rate_station_get_usual_kbps (const WfdRateStationState *self, gint64 now_us)
{
  gint64 phy_kbps = wfd_rate_station_get_phy (self, now_us);

  return phy_kbps == WFD_RATE_UNKNOWN ? 0 : USUAL * (1 - self->retry_part) * phy_kbps;
}

guint
wfd_rate_station_limit_start (const WfdRateStationState *self, guint start_kbps, gint64 now_us)
{
  double usual_kbps = wfd_rate_station_get_usual_kbps (self, now_us);
  double payload_kbps = usual_kbps * WFD_RATE_PAYLOAD_PERMILLE / 1000;

  return usual_kbps > 0 ? MIN (payload_kbps, start_kbps) : start_kbps;
}

gint64
wfd_rate_station_get_best_phy (const WfdRateStationState *self, gint64 now_us)
{
  gint64 phy_kbps = wfd_rate_station_get_phy (self, now_us);

  return phy_kbps == WFD_RATE_UNKNOWN ? WFD_RATE_UNKNOWN
                                      : MAX (self->next_best_kbps, self->best_phy_kbps);
}
