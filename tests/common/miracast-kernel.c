/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-kernel.h"

const guint8 miracast_kernel_peer[] = { 2, 0, 0, 0, 0, 0 };

struct _WfdStationWatch
{
  WfdStationFunc func;
  gpointer user_data;
  GMainContext *main_context;
};

static WfdStationWatch *watch;

WfdStationWatch *
wfd_station_watch_new (guint interface_index, guint interval_ms, GMainContext *main_context,
    WfdStationFunc func, gpointer user_data, GError **error)
{
  if (interface_index == 99) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "there is no such interface");
    return NULL;
  }
  g_assert_cmpuint (interval_ms, ==, 1000);
  watch = g_new (WfdStationWatch, 1);
  *watch = (WfdStationWatch) { func, user_data, main_context };
  return watch;
}

void
wfd_station_watch_free (WfdStationWatch *self)
{
  watch = NULL;
  g_free (self);
}

static gboolean
on_stations (gpointer data)
{
  if (watch != NULL)
    watch->func (data, 2, watch->user_data);
  return G_SOURCE_REMOVE;
}

void
miracast_kernel_tell (gint64 tx_kbps, gint64 packets, gint64 retries)
{
  WfdStation *stations = g_new0 (WfdStation, 2);
  g_autoptr (GSource) source = g_idle_source_new ();

  stations[0] = (WfdStation) { .address = { 1 }, .tx_kbps = 1000 };
  stations[1] = (WfdStation) { .address = { 2 },
    .tx_kbps = tx_kbps,
    .tx_packets = packets,
    .tx_retries = retries };
  g_source_set_callback (source, on_stations, stations, g_free);
  g_source_attach (source, watch->main_context);
}
