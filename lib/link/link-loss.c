/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-loss.h"

#define NOTHING_SENT G_MAXINT64

#define SILENT_US (1 * G_USEC_PER_SEC)

void
wfd_loss_init (WfdLossWatch *self, gint64 lost_us, gint64 now_us)
{
  *self = (WfdLossWatch) {
    .lost_us = lost_us,
    .away_us = lost_us / 3,
    .silent_us = MIN (SILENT_US, lost_us / 4),
    .life_us = now_us,
    .attempt_us = NOTHING_SENT,
    .probe_us = now_us,
    .tx_packets = WFD_STATION_UNKNOWN,
    .tx_failed = WFD_STATION_UNKNOWN,
    .rx_packets = WFD_STATION_UNKNOWN,
  };
}

void
wfd_loss_feed_life (WfdLossWatch *self, gint64 now_us)
{
  self->life_us = MAX (self->life_us, now_us);
  if (self->attempt_us <= self->life_us)
    self->attempt_us = NOTHING_SENT;
}

void
wfd_loss_feed_attempt (WfdLossWatch *self, gint64 now_us)
{
  self->attempt_us = MIN (self->attempt_us, MAX (now_us, self->life_us));
}

/* A counter that goes back is that of a station that has come anew. */
static gboolean
has_grown (gint64 *counter, gint64 value)
{
  gboolean grown = *counter != WFD_STATION_UNKNOWN && value > *counter;

  *counter = value;
  return grown;
}

/* As old as the driver says; without that, packets from the peer are as new as
 * the look at them, and so is a station that has come back. */
static void
feed_life_of_station (WfdLossWatch *self, const WfdStation *station, gint64 now_us)
{
  gboolean received = has_grown (&self->rx_packets, station->rx_packets);

  if (station->inactive_ms != WFD_STATION_UNKNOWN)
    wfd_loss_feed_life (self, now_us - station->inactive_ms * G_TIME_SPAN_MILLISECOND);
  if (self->is_gone || (received && station->inactive_ms == WFD_STATION_UNKNOWN))
    wfd_loss_feed_life (self, now_us);
}

/* What was sent and not given up has been acknowledged perhaps: where the driver does not
 * say when it heard of the peer, it says nothing of acknowledgements. */
static gboolean
was_attempted (WfdLossWatch *self, const WfdStation *station)
{
  gboolean sent = has_grown (&self->tx_packets, station->tx_packets);
  gboolean failed = has_grown (&self->tx_failed, station->tx_failed);

  return failed || (sent && station->inactive_ms != WFD_STATION_UNKNOWN);
}

/* What was sent before the sign of life was acknowledged perhaps. */
void
wfd_loss_feed_station (WfdLossWatch *self, const WfdStation *station, gint64 now_us)
{
  if (station == NULL) {
    self->is_gone = TRUE;
    wfd_loss_feed_attempt (self, now_us);
    return;
  }
  feed_life_of_station (self, station, now_us);
  self->is_gone = FALSE;
  if (was_attempted (self, station) && self->life_us < now_us)
    wfd_loss_feed_attempt (self, now_us);
}

/* When there has been this much silence, and nearly as much of sending into it. */
static gint64
get_end_us (const WfdLossWatch *self, gint64 span_us)
{
  if (self->attempt_us == NOTHING_SENT)
    return G_MAXINT64;
  return MAX (self->life_us + span_us, self->attempt_us + span_us - self->silent_us);
}

/* Again and again. */
static gint64
get_probe_us (const WfdLossWatch *self)
{
  return MAX (self->life_us, self->probe_us) + self->silent_us;
}

WfdLossVerdict
wfd_loss_decide (WfdLossWatch *self, gint64 now_us)
{
  self->is_away = self->is_gone || now_us >= get_end_us (self, self->away_us);
  if (now_us >= get_end_us (self, self->lost_us))
    return WFD_LOSS_LOST;
  if (now_us < get_probe_us (self))
    return WFD_LOSS_PRESENT;
  self->probe_us = now_us;
  return WFD_LOSS_SILENT;
}

gint64
wfd_loss_get_deadline_us (const WfdLossWatch *self)
{
  gint64 next_us = get_end_us (self, self->is_away ? self->lost_us : self->away_us);

  return MIN (next_us, get_probe_us (self));
}
