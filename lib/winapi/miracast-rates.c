/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-rates.h"

/* Those of wfdsink: what it begins with, and the most that it takes. */
#define START_KBPS 5000
#define MAX_KBPS 40000

/* It is told of each second. */
#define GONE_US (3 * G_USEC_PER_SEC)

/* Of the bytes on the wire, what is the encoder's. */
#define PAYLOAD 0.94

/* What a driver encodes at now, and that the link carries, may grow by so much until it is told
 * again; and this often what usually arrives is all that a modulation can give. */
#define GROWTH 1.1
#define MOST 2

/* Nothing was encoded for so long. */
#define ENCODER_FRESH_US (2 * G_USEC_PER_SEC)

void
miracast_rates_init (MiracastRates *self, gint64 now_us)
{
  *self = (MiracastRates) { .told_us = now_us };
  wfd_rate_station_init (&self->state);
}

static gint64
to_rate (gint64 value)
{
  return value < 0 ? WFD_RATE_UNKNOWN : value;
}

/* A counter that goes back, or is not told, counts nothing. */
static guint64
find_change (gint64 before, gint64 now)
{
  return before >= 0 && now > before ? now - before : 0;
}

void
miracast_rates_note_encoder (MiracastRates *self, guint kbps, gint64 now_us)
{
  self->encoder_kbps = kbps;
  self->encoder_us = now_us;
}

/* 0: nobody has told. */
static double
get_grown_kbps (const MiracastRates *self, gint64 now_us)
{
  return now_us - self->encoder_us > ENCODER_FRESH_US ? 0 : GROWTH * self->encoder_kbps;
}

/* In bit/s; @max_kbps where nothing is known. */
static guint64
suggest (const MiracastRates *self, guint max_kbps, gint64 now_us)
{
  double usual_kbps = PAYLOAD * wfd_rate_station_get_usual_kbps (&self->state, now_us);
  double kbps = CLAMP (get_grown_kbps (self, now_us), usual_kbps, MOST * usual_kbps);

  return 1000ull * (kbps > 0 ? (guint) MIN (kbps, max_kbps) : max_kbps);
}

static guint64
to_bps (gint64 kbps)
{
  return kbps > 0 ? 1000ull * kbps : 0;
}

/* The kernel tells how often in all packets were sent again, and not which how often. */
static void
count (const WfdStation *before, const WfdStation *now, MIRACAST_DATARATE_STATS *stats)
{
  guint64 packets = find_change (before->tx_packets, now->tx_packets);
  guint64 retries = find_change (before->tx_retries, now->tx_retries);

  stats->FailedFrameCount = find_change (before->tx_failed, now->tx_failed);
  stats->RetriedFrameCount = MIN (retries, packets);
  stats->TransmittedFrameCount = packets - stats->RetriedFrameCount;
}

MIRACAST_DATARATE_STATS
miracast_rates_add (MiracastRates *self, const WfdStation *station, gint64 now_us)
{
  MIRACAST_DATARATE_STATS stats = { 0 };

  wfd_rate_station_add (&self->state,
      &(WfdRateStation) {
          .phy_kbps = to_rate (station->tx_kbps),
          .retries = to_rate (station->tx_retries),
          .failed = to_rate (station->tx_failed),
          .packets = to_rate (station->tx_packets),
          .queue_drops = WFD_RATE_UNKNOWN,
      },
      now_us);
  if (self->has_last)
    count (&self->last, station, &stats);
  self->last = *station;
  self->has_last = TRUE;
  self->told_us = now_us;
  stats.EncoderBitRate = suggest (self, MAX_KBPS, now_us);
  stats.CurrentMaxTxDataRate = to_bps (wfd_rate_station_get_phy (&self->state, now_us));
  return stats;
}

gboolean
miracast_rates_is_gone (const MiracastRates *self, gint64 now_us)
{
  return now_us - self->told_us > GONE_US;
}

MIRACAST_WFD_CONNECTION_STATS
miracast_rates_get_connection (const MiracastRates *self, guint64 remote_max_bps, gint64 now_us)
{
  MIRACAST_WFD_CONNECTION_STATS stats = {
    .CurrentBitRate = suggest (self, START_KBPS, now_us),
    .LocalMaxBitRate = to_bps (wfd_rate_station_get_best_phy (&self->state, now_us)),
    .RemoteMaxBitRate = remote_max_bps,
  };

  if (remote_max_bps > 0)
    stats.CurrentBitRate = MIN (stats.CurrentBitRate, remote_max_bps);
  return stats;
}
