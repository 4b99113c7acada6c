/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-driver.h"

#define PHY_LATE_MS 50
#define PHY_NOISE 0.1
#define PHY_STEP 1.25

static gint64
get_told_phy (const LinkModel *link, gint64 now_ms, SimRandom *random)
{
  double phy = link_trace_at (link->trace, MAX (now_ms - PHY_LATE_MS, 0))->phy_kbps;

  if (sim_random_part (random) < PHY_NOISE)
    phy *= sim_random_part (random) < 0.5 ? PHY_STEP : 1 / PHY_STEP;
  return phy;
}

void
link_driver_tell (const LinkModel *link, guint64 n_drops, gint64 now_ms, SimRandom *random,
    LinkStation *ret_station)
{
  *ret_station = (LinkStation) {
    .phy_kbps = get_told_phy (link, now_ms, random),
    .retries = link->n_retries,
    .failed = link->n_failed,
    .packets = link->n_packets,
    .queue_drops = n_drops,
  };
}
