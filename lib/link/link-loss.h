/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-station.h"

G_BEGIN_DECLS

/* Whether the peer is still there. The owner of a group sees nothing for minutes
 * when a client vanishes, and a client takes ten seconds; so silence is measured
 * here. It counts only when something was sent that the peer's radio or program
 * would have acknowledged: a pause is no loss. No clock and no socket; times are
 * in us. */

typedef enum
{
  WFD_LOSS_PRESENT,
  WFD_LOSS_SILENT, /* it should be asked something that it has to answer */
  WFD_LOSS_LOST,
} WfdLossVerdict;

typedef struct
{
  gint64 lost_us;    /* of silence */
  gint64 away_us;    /* of silence, until it is away, perhaps for a moment */
  gint64 silent_us;  /* of silence, until it should be asked */
  gint64 life_us;    /* the last sign of life */
  gint64 attempt_us; /* the first that was sent since; G_MAXINT64 if nothing was */
  gint64 probe_us;   /* when it was asked for last */
  gboolean is_gone;  /* the kernel has no station of it */
  gboolean is_away;  /* as it was decided last */
  gint64 tx_packets; /* of the station, and so on; or unknown */
  gint64 tx_failed;
  gint64 rx_packets;
} WfdLossWatch;

void wfd_loss_init (WfdLossWatch *self, gint64 lost_us, gint64 now_us);
/* What the kernel tells of the peer; @station: (nullable): that there is none. */
void wfd_loss_feed_station (WfdLossWatch *self, const WfdStation *station, gint64 now_us);
/* Something came from it: RTP, RTCP, RTSP, the answer to a keep-alive. */
void wfd_loss_feed_life (WfdLossWatch *self, gint64 now_us);
/* Something was sent to it that it has to answer: a keep-alive, a question. */
void wfd_loss_feed_attempt (WfdLossWatch *self, gint64 now_us);

WfdLossVerdict wfd_loss_decide (WfdLossWatch *self, gint64 now_us);
/* When to decide again, if nothing comes before. */
gint64 wfd_loss_get_deadline_us (const WfdLossWatch *self);

G_END_DECLS
