/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-rates.h"

/* Where no media tell: what wfdsink begins with, and the most that it takes by default. */
#define START_KBPS 5000
#define MAX_KBPS 40000

/* It is told of each second. */
#define GONE_US (3 * G_USEC_PER_SEC)

/* What the rate control of a session on the link has found, until it has not told for so long. It
 * tells four times a second. */
#define FOUND_FRESH_US (2 * G_USEC_PER_SEC)

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

/* Whether @found is measured by the stream itself, which nothing else does as well. */
static gboolean
is_live (const MiracastFoundRate *found, gint64 now_us)
{
  return found->carried_kbps > 0 && now_us - found->told_us <= FOUND_FRESH_US;
}

/* In bit/s. */
static guint64
suggest (const MiracastRates *self, const MiracastFoundRate *found, guint start_kbps, gint64 now_us)
{
  guint kbps = is_live (found, now_us)
      ? found->wanted_kbps
      : wfd_rate_station_limit_start (&self->state, start_kbps, now_us);

  return 1000ull * kbps;
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
miracast_rates_add (MiracastRates *self, const WfdStation *station, const MiracastFoundRate *found,
    gint64 now_us)
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
  stats.EncoderBitRate = suggest (self, found, MAX (MAX_KBPS, found->wanted_kbps), now_us);
  stats.CurrentMaxTxDataRate = to_bps (wfd_rate_station_get_phy (&self->state, now_us));
  return stats;
}

gboolean
miracast_rates_is_gone (const MiracastRates *self, gint64 now_us)
{
  return now_us - self->told_us > GONE_US;
}

MIRACAST_WFD_CONNECTION_STATS
miracast_rates_get_connection (const MiracastRates *self, const MiracastFoundRate *found,
    guint64 remote_max_bps, gint64 now_us)
{
  guint start_kbps = found->wanted_kbps > 0 ? found->wanted_kbps : START_KBPS;
  MIRACAST_WFD_CONNECTION_STATS stats = {
    .CurrentBitRate = suggest (self, found, start_kbps, now_us),
    .LocalMaxBitRate = to_bps (wfd_rate_station_get_best_phy (&self->state, now_us)),
    .RemoteMaxBitRate = remote_max_bps,
  };

  if (remote_max_bps > 0)
    stats.CurrentBitRate = MIN (stats.CurrentBitRate, remote_max_bps);
  return stats;
}
