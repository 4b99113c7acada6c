/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-link.h"

#include <string.h>

#include "miracast-context.h"

#define INTERVAL_MS 1000

struct _MiracastLink
{
  WfdStationWatch *watch;
  GSource *tick;
  guint8 address[WFD_STATION_ADDRESS_BYTES];
  gboolean has_address;
  guint64 remote_max_bps;
  PVOID driver_context; /* whose media, if it is ours, know better than the kernel */

  GMutex lock;
  MiracastRates rates;

  GMutex notify_lock;
  GCond called;
  /* With that lock, which is not held while it is called. */
  PFN_DATARATE_NOTIFICATION notify;
  PVOID context;
  gboolean is_calling;
};

static const WfdStation *
find_peer (MiracastLink *self, const WfdStation *stations, guint n)
{
  if (!self->has_address)
    return n == 1 ? stations : NULL;
  for (guint i = 0; i < n; i++)
    if (memcmp (stations[i].address, self->address, sizeof (self->address)) == 0)
      return &stations[i];
  return NULL;
}

static void
tell (MiracastLink *self, MIRACAST_DATARATE_STATS *stats)
{
  PFN_DATARATE_NOTIFICATION notify;
  PVOID context;

  g_mutex_lock (&self->notify_lock);
  notify = self->notify;
  context = self->context;
  self->is_calling = notify != NULL;
  if (stats == NULL)
    self->notify = NULL;
  g_mutex_unlock (&self->notify_lock);
  if (notify == NULL)
    return;
  notify (context, stats);
  g_mutex_lock (&self->notify_lock);
  self->is_calling = FALSE;
  g_cond_broadcast (&self->called);
  g_mutex_unlock (&self->notify_lock);
}

static void
on_stations (const WfdStation *stations, guint n, gpointer user_data)
{
  MiracastLink *self = user_data;
  const WfdStation *peer = find_peer (self, stations, n);
  MiracastFoundRate found;
  MIRACAST_DATARATE_STATS stats;

  if (peer == NULL)
    return;
  found = miracast_context_find_rate (self->driver_context);
  g_mutex_lock (&self->lock);
  stats = miracast_rates_add (&self->rates, peer, &found, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
  g_debug ("the link: encode at %" G_GUINT64_FORMAT
           " bit/s (found: %u kbit/s of %u), modulation %" G_GUINT64_FORMAT
           " bit/s, sent %" G_GUINT64_FORMAT ", failed %" G_GUINT64_FORMAT
           ", sent again %" G_GUINT64_FORMAT,
      stats.EncoderBitRate, found.wanted_kbps, found.carried_kbps, stats.CurrentMaxTxDataRate,
      stats.TransmittedFrameCount, stats.FailedFrameCount, stats.RetriedFrameCount);
  tell (self, &stats);
}

static gboolean
on_tick (gpointer user_data)
{
  MiracastLink *self = user_data;

  if (miracast_rates_is_gone (&self->rates, g_get_monotonic_time ()))
    tell (self, NULL);
  return G_SOURCE_CONTINUE;
}

MiracastLink *
miracast_link_new (GMainContext *main_context, guint interface_index, const guint8 *address,
    guint64 remote_max_bps, PVOID driver_context)
{
  g_autoptr (GError) error = NULL;
  MiracastLink *self = g_new0 (MiracastLink, 1);

  g_mutex_init (&self->lock);
  g_mutex_init (&self->notify_lock);
  g_cond_init (&self->called);
  miracast_rates_init (&self->rates, g_get_monotonic_time ());
  self->has_address = address != NULL;
  if (address != NULL)
    memcpy (self->address, address, sizeof (self->address));
  self->remote_max_bps = remote_max_bps;
  self->driver_context = driver_context;
  self->watch =
      wfd_station_watch_new (interface_index, INTERVAL_MS, main_context, on_stations, self, &error);
  if (self->watch == NULL) {
    g_debug ("the kernel cannot be asked for stations: %s", error->message);
    miracast_link_free (self);
    return NULL;
  }
  self->tick = g_timeout_source_new (INTERVAL_MS);
  g_source_set_callback (self->tick, on_tick, self, NULL);
  g_source_attach (self->tick, main_context);
  return self;
}

void
miracast_link_free (MiracastLink *self)
{
  if (self == NULL)
    return;
  if (self->tick != NULL) {
    g_source_destroy (self->tick);
    g_source_unref (self->tick);
  }
  g_clear_pointer (&self->watch, wfd_station_watch_free);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->notify_lock);
  g_cond_clear (&self->called);
  g_free (self);
}

NTSTATUS
miracast_link_register (MiracastLink *self, PVOID context, PFN_DATARATE_NOTIFICATION notify)
{
  gboolean possible;

  g_mutex_lock (&self->notify_lock);
  possible = (self->notify == NULL) == (notify != NULL);
  if (possible) {
    self->notify = notify;
    self->context = context;
  }
  g_mutex_unlock (&self->notify_lock);
  return possible ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

void
miracast_link_end_session (MiracastLink *self)
{
  g_mutex_lock (&self->notify_lock);
  self->notify = NULL;
  while (self->is_calling)
    g_cond_wait (&self->called, &self->notify_lock);
  g_mutex_unlock (&self->notify_lock);
}

MIRACAST_WFD_CONNECTION_STATS
miracast_link_get_connection (MiracastLink *self)
{
  MiracastFoundRate found = miracast_context_find_rate (self->driver_context);
  MIRACAST_WFD_CONNECTION_STATS stats;

  g_mutex_lock (&self->lock);
  stats = miracast_rates_get_connection (&self->rates, &found, self->remote_max_bps,
      g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
  return stats;
}
