/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The station by which a peer at a known address is reached; the kernel is the test. */
#include <link-net.h>
#include <link-station.h>
#include <station-builder.h>
#include <string.h>
#include <wfd/wfd-peer-station.h>

static struct
{
  gboolean is_way;
  WfdNetWay way;
  gboolean is_wifi;
  guint asked_index;
  WfdStationFunc func; /* NULL: nobody watches */
  gpointer user_data;
} kernel;

struct _WfdStationWatch
{
  int nothing;
};

static WfdStationWatch watch;

WfdStationWatch *
wfd_station_watch_new (guint interface_index, guint interval_ms, GMainContext *context,
    WfdStationFunc func, gpointer user_data, GError **error)
{
  if (!kernel.is_wifi)
    return NULL;
  kernel.asked_index = interface_index;
  kernel.func = func;
  kernel.user_data = user_data;
  return &watch;
}

void
wfd_station_watch_free (WfdStationWatch *self)
{
  kernel.func = NULL;
}

gboolean
wfd_net_find_way (GInetSocketAddress *peer, WfdNetWay *ret_way)
{
  *ret_way = kernel.way;
  return kernel.is_way;
}

/* @neighbour: the last octet of its address; 0: not known. */
static WfdPeerStation *
make (gboolean is_way, gboolean is_wifi, guint8 neighbour)
{
  const WfdStation station = station_new (neighbour);
  g_autoptr (GSocketAddress) peer = g_inet_socket_address_new_from_string ("192.0.2.7", 7236);

  memset (&kernel, 0, sizeof (kernel));
  kernel.is_way = is_way;
  kernel.is_wifi = is_wifi;
  kernel.way = (WfdNetWay) { .interface_index = 1, .has_neighbour = neighbour != 0 };
  memcpy (kernel.way.neighbour, station.address, sizeof (kernel.way.neighbour));
  return wfd_peer_station_new (G_INET_SOCKET_ADDRESS (peer));
}

static void
assert_stats (WfdPeerStation *station, const char *expected)
{
  g_autoptr (GVariant) stats = wfd_peer_station_dup_stats (station);
  g_autoptr (GVariant) values = NULL;
  g_autofree char *text = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, stats);
  g_variant_dict_remove (&dict, "interface");
  values = g_variant_ref_sink (g_variant_dict_end (&dict));
  text = g_variant_print (values, TRUE);
  g_assert_cmpstr (text, ==, expected);
}

#define NOTHING "@a{sv} {}"

static void
test_only_station (void)
{
  g_autoptr (WfdPeerStation) station = make (TRUE, TRUE, 0);
  WfdStation told = station_new (1);
  g_autoptr (GVariant) stats = NULL;
  gint64 value;

  g_assert_cmpuint (kernel.asked_index, ==, 1);
  assert_stats (station, NOTHING);
  told.tx_kbps = 144400;
  told.queue_drops = 3;
  kernel.func (&told, 1, kernel.user_data);
  stats = wfd_peer_station_dup_stats (station);
  g_assert_true (g_variant_lookup (stats, "tx-kbps", "x", &value) && value == 144400);
  g_assert_true (g_variant_lookup (stats, "queue-drops", "x", &value) && value == 3);
  g_assert_true (g_variant_lookup (stats, "interface", "&s", &(const char *) { NULL }));
  g_assert_false (g_variant_lookup (stats, "tx-retries", "x", &value));
}

/* As an access point has them. */
static void
test_neighbour_of_several (void)
{
  g_autoptr (WfdPeerStation) station = make (TRUE, TRUE, 2);
  WfdStation told[] = { station_new (1), station_new (2), station_new (3) };

  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    told[i].tx_kbps = 1000 * (i + 1);
  kernel.func (told, G_N_ELEMENTS (told), kernel.user_data);
  assert_stats (station, "{'tx-kbps': <int64 2000>}");
}

static void
test_nobody_of_several (void)
{
  g_autoptr (WfdPeerStation) station = make (TRUE, TRUE, 0);
  WfdStation told[] = { station_new (1), station_new (2) };

  told[0].tx_kbps = told[1].tx_kbps = 1000;
  kernel.func (told, G_N_ELEMENTS (told), kernel.user_data);
  assert_stats (station, NOTHING);
}

/* Behind an access point the neighbour may be somebody else, a router say. */
static void
test_access_point (void)
{
  g_autoptr (WfdPeerStation) station = make (TRUE, TRUE, 9);
  WfdStation told = station_new (1);

  told.tx_kbps = 1000;
  kernel.func (&told, 1, kernel.user_data);
  assert_stats (station, "{'tx-kbps': <int64 1000>}");
}

static void
test_gone (void)
{
  g_autoptr (WfdPeerStation) station = make (TRUE, TRUE, 0);
  WfdStation told = station_new (1);

  told.tx_kbps = 1000;
  kernel.func (&told, 1, kernel.user_data);
  kernel.func (NULL, 0, kernel.user_data);
  assert_stats (station, NOTHING);
  g_clear_object (&station);
  g_assert_null (kernel.func);
}

static void
test_no_wifi (void)
{
  g_autoptr (WfdPeerStation) in_this_machine = make (FALSE, TRUE, 0);
  g_autoptr (WfdPeerStation) over_a_cable = NULL;

  g_assert_null (kernel.func);
  assert_stats (in_this_machine, NOTHING);
  over_a_cable = make (TRUE, FALSE, 0);
  assert_stats (over_a_cable, NOTHING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/peer-station/only-station", test_only_station);
  g_test_add_func ("/link/peer-station/neighbour-of-several", test_neighbour_of_several);
  g_test_add_func ("/link/peer-station/nobody-of-several", test_nobody_of_several);
  g_test_add_func ("/link/peer-station/access-point", test_access_point);
  g_test_add_func ("/link/peer-station/gone", test_gone);
  g_test_add_func ("/link/peer-station/no-wifi", test_no_wifi);
  return g_test_run ();
}
