/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <net/if.h>
#include <string.h>
#include <wfd/wfd-peer-station.h>

#include "link-net.h"
#include "link-station.h"

#define INTERVAL_MS 250

/* What is older is of an interface that has gone. */
#define FRESH_US G_USEC_PER_SEC

/**
 * WfdPeerStation:
 *
 * The Wi-Fi station by which a peer is reached whose address is known: the peer itself
 * if it is in a network of this machine, else the access point. It lives in the
 * thread-default main context in which it was made.
 */
struct _WfdPeerStation
{
  GObject parent_instance;

  WfdNetWay way;
  WfdStationWatch *watch; /* NULL: there is no Wi-Fi */
  WfdStation station;     /* as it was told last */
  gint64 told_us;         /* when; 0: never */
};

G_DEFINE_FINAL_TYPE (WfdPeerStation, wfd_peer_station, G_TYPE_OBJECT)

/* A client of an access point knows one station. */
static const WfdStation *
find_station (WfdPeerStation *self, const WfdStation *stations, guint n)
{
  for (guint i = 0; i < n && self->way.has_neighbour; i++)
    if (memcmp (stations[i].address, self->way.neighbour, WFD_STATION_ADDRESS_BYTES) == 0)
      return &stations[i];
  return n == 1 ? stations : NULL;
}

static void
on_stations (const WfdStation *stations, guint n, gpointer user_data)
{
  WfdPeerStation *self = user_data;
  const WfdStation *station = find_station (self, stations, n);

  self->told_us = station != NULL ? g_get_monotonic_time () : 0;
  if (station != NULL)
    self->station = *station;
}

/**
 * wfd_peer_station_dup_stats:
 * @self: a station
 *
 * What the driver tells of it, asked four times a second, as the dictionary of
 * wfd_link_dup_stats() has it, with interface (s). What is not known is absent, and so is all of
 * it where the peer is not reached over Wi-Fi.
 *
 * Returns: (transfer full): an `a{sv}`
 */
GVariant *
wfd_peer_station_dup_stats (WfdPeerStation *self)
{
  GVariantDict dict;
  char interface[IF_NAMESIZE];

  g_return_val_if_fail (WFD_IS_PEER_STATION (self), NULL);

  g_variant_dict_init (&dict, NULL);
  if (self->told_us > 0 && g_get_monotonic_time () - self->told_us < FRESH_US) {
    if (if_indextoname (self->way.interface_index, interface) != NULL)
      g_variant_dict_insert (&dict, "interface", "s", interface);
    wfd_station_insert (&self->station, &dict);
  }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
wfd_peer_station_dispose (GObject *object)
{
  WfdPeerStation *self = WFD_PEER_STATION (object);

  g_clear_pointer (&self->watch, wfd_station_watch_free);
  G_OBJECT_CLASS (wfd_peer_station_parent_class)->dispose (object);
}

static void
wfd_peer_station_class_init (WfdPeerStationClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wfd_peer_station_dispose;
}

static void
wfd_peer_station_init (WfdPeerStation *self)
{
}

/**
 * wfd_peer_station_new:
 * @peer: the address of the peer
 *
 * Looks from now on at the station by which @peer is reached as things are now.
 *
 * Returns: (transfer full): the station
 */
WfdPeerStation *
wfd_peer_station_new (GInetSocketAddress *peer)
{
  WfdPeerStation *self;
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  g_return_val_if_fail (G_IS_INET_SOCKET_ADDRESS (peer), NULL);

  self = g_object_new (WFD_TYPE_PEER_STATION, NULL);
  if (wfd_net_find_way (peer, &self->way))
    self->watch = wfd_station_watch_new (self->way.interface_index, INTERVAL_MS, context,
        on_stations, self, NULL);
  return self;
}
