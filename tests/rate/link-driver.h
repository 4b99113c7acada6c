/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-model.h"

G_BEGIN_DECLS

/* How often a driver is asked for its statistics, and tells what is new in them. */
#define LINK_STATION_MS 100

/* What nl80211 would say. */
typedef struct
{
  gint64 phy_kbps, retries, failed, packets, queue_drops;
} LinkStation;

/* As drivers tell it: the modulation late, in steps, and sometimes one that is only
 * tried; the counters as they are. @n_drops: by the queue, in all. */
void link_driver_tell (const LinkModel *link, guint64 n_drops, gint64 now_ms, SimRandom *random,
    LinkStation *ret_station);

G_END_DECLS
