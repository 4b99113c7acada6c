/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <link-station.h>
#include <netdispumdddi.h>
#include <rate-station.h>

G_BEGIN_DECLS

/* What the kernel says of the peer, as the rate controller understands it, in the words of the
 * driver interface. */
typedef struct
{
  WfdRateStationState state;
  WfdStation last;
  gboolean has_last;
  gint64 told_us; /* of the last, or the beginning */
} MiracastRates;

/* What the rate control of a driver's media has found. */
typedef struct
{
  guint wanted_kbps; /* it would encode at that, were it not for what the system suggests; 0: nobody
                         has told */
  guint carried_kbps; /* the link is taken to carry that, with headers; 0: nobody measures it */
  gint64 told_us;     /* when, of the monotonic clock */
} MiracastFoundRate;

void miracast_rates_init (MiracastRates *self, gint64 now_us);
/* Since the station before; the first tells no counts. @found: zeros if there is no such media;
 * while it measures, what it would encode at is what is suggested. */
MIRACAST_DATARATE_STATS miracast_rates_add (MiracastRates *self, const WfdStation *station,
    const MiracastFoundRate *found, gint64 now_us);
/* Nobody has told anything for so long that the interface, or the peer, must be gone. */
gboolean miracast_rates_is_gone (const MiracastRates *self, gint64 now_us);
/* For a session that begins: what such media would begin with, and no more than usually arrives.
 * @remote_max_bps: of the sink's hardware; 0 if it does not tell. */
MIRACAST_WFD_CONNECTION_STATS miracast_rates_get_connection (const MiracastRates *self,
    const MiracastFoundRate *found, guint64 remote_max_bps, gint64 now_us);

G_END_DECLS
