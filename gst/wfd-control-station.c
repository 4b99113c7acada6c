/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the driver tells of the peer while a session is on, whatever the link. */
#include "wfd-control-private.h"

/* As often as the driver is asked about the peer. */
#define STATION_US (250 * G_TIME_SPAN_MILLISECOND)

static gint64
lookup (GVariant *stats, const char *key)
{
  gint64 value;

  return g_variant_lookup (stats, key, "x", &value) ? value : WFD_RATE_UNKNOWN;
}

/* Of what a driver counts in two places, as far as it does. */
static gint64
add_known (gint64 one, gint64 other)
{
  if (one == WFD_RATE_UNKNOWN || other == WFD_RATE_UNKNOWN)
    return MAX (one, other);
  return one + other;
}

static void
tell_station (WfdControl *self)
{
  g_autoptr (GVariant) stats = wfd_control_dup_link_stats (self);
  gboolean has_station = stats != NULL && g_variant_n_children (stats) > 0;
  WfdRateStation station;

  /* Over no Wi-Fi nothing is told, which is not that it is not told any more: that, as of an
   * interface that has gone, is told once. */
  if (stats == NULL || (!has_station && !self->had_station))
    return;
  self->had_station = has_station;
  station = (WfdRateStation) {
    .phy_kbps = lookup (stats, "tx-kbps"),
    .retries = lookup (stats, "tx-retries"),
    .failed = lookup (stats, "tx-failed"),
    .packets = lookup (stats, "tx-packets"),
    .queue_drops = add_known (lookup (stats, "queue-drops"), lookup (stats, "queue-overlimit")),
  };
  self->events.station (self->user_data, &station);
}

static void
tell_what_is_known (gpointer data)
{
  WfdControl *self = data;

  tell_station (self);
  wfd_control_tell_rate (self);
  wfd_control_set_timer (self, &self->station_timer, g_get_monotonic_time () + STATION_US,
      tell_what_is_known);
}

/* (transfer full) (nullable): NULL if the other end is not known. */
static WfdPeerStation *
new_station (WfdControl *self)
{
  GSocket *socket = g_object_get_data (G_OBJECT (self->session), WFD_CONTROL_SESSION_SOCKET);
  g_autoptr (GSocketAddress) peer =
      socket != NULL ? g_socket_get_remote_address (socket, NULL) : NULL;

  return G_IS_INET_SOCKET_ADDRESS (peer) ? wfd_peer_station_new (G_INET_SOCKET_ADDRESS (peer))
                                         : NULL;
}

void
wfd_control_watch_station (WfdControl *self)
{
  if (self->establish == NULL)
    self->station = new_station (self);
  tell_what_is_known (self);
}

void
wfd_control_drop_station (WfdControl *self)
{
  wfd_control_drop_timer (&self->station_timer);
  self->had_station = FALSE;
  g_clear_object (&self->station);
}

GVariant *
wfd_control_dup_link_stats (WfdControl *self)
{
  if (self->establish != NULL)
    return wfd_establish_dup_stats (self->establish);
  return self->station != NULL ? wfd_peer_station_dup_stats (self->station) : NULL;
}
