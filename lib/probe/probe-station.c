/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe.h"

/* Told in one thread, looked at in another. */
typedef struct
{
  WfdLinkProbe parent;
  GMutex lock;
  WfdRateStation station;
  gboolean is_new;
} Station;

static void
station_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  Station *self = (Station *) probe;

  if (reading->has_station)
    return;
  g_mutex_lock (&self->lock);
  if (self->is_new)
    reading->station = self->station;
  reading->has_station = self->is_new;
  self->is_new = FALSE;
  g_mutex_unlock (&self->lock);
}

static void
station_free (WfdLinkProbe *probe)
{
  Station *self = (Station *) probe;

  g_mutex_clear (&self->lock);
  g_free (self);
}

static const WfdLinkProbeClass station_class = { "station", NULL, station_look, station_free };

WfdLinkProbe *
wfd_link_probe_new_station (void)
{
  Station *self = g_new0 (Station, 1);

  self->parent.klass = &station_class;
  g_mutex_init (&self->lock);
  return &self->parent;
}

void
wfd_link_probe_station_tell (WfdLinkProbe *probe, const WfdRateStation *station)
{
  Station *self = (Station *) probe;

  g_mutex_lock (&self->lock);
  self->station = *station;
  self->is_new = TRUE;
  g_mutex_unlock (&self->lock);
}
