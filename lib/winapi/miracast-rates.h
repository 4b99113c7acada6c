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
  gint64 told_us;     /* of the last, or the beginning */
  guint encoder_kbps; /* what the driver has told that it encodes at */
  gint64 encoder_us;  /* when */
} MiracastRates;

void miracast_rates_init (MiracastRates *self, gint64 now_us);
/* Since the station before; the first tells no counts. */
MIRACAST_DATARATE_STATS miracast_rates_add (MiracastRates *self, const WfdStation *station,
    gint64 now_us);
/* The driver encodes at that. One whose own control of the rate has found that the link carries
 * more than usual is not held back. */
void miracast_rates_note_encoder (MiracastRates *self, guint kbps, gint64 now_us);
/* Nobody has told anything for so long that the interface, or the peer, must be gone. */
gboolean miracast_rates_is_gone (const MiracastRates *self, gint64 now_us);
/* For a session that begins. @remote_max_bps: of the sink's hardware; 0 if it does not tell. */
MIRACAST_WFD_CONNECTION_STATS miracast_rates_get_connection (const MiracastRates *self,
    guint64 remote_max_bps, gint64 now_us);

G_END_DECLS
