/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of a link and of the peer as a station. */
#include "link-lab.h"

#define add(path, test) g_test_add ("/link/stats/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

static void
assert_stats (Lab *lab, const char *expected)
{
  g_autoptr (GVariant) stats = wfd_link_dup_stats (lab->link);
  g_autoptr (GVariant) wanted = parse (expected);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_assert_cmpuint (g_variant_n_children (stats), ==, g_variant_n_children (wanted));
  g_variant_iter_init (&iter, wanted);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value)) {
    g_autoptr (GVariant) found = g_variant_lookup_value (stats, key, NULL);

    g_assert_cmpvariant (found, value);
    g_variant_unref (value);
  }
}

#define OPEN \
  "'peers': <uint32 1>, 'interface': <'p2p-wlan0-0'>, 'role': <'client'>, 'persistent': <true>, " \
  "'peer': <'" TV_ID "'>, 'frequency-mhz': <uint32 5180>, 'local-address': <'192.168.42.100'>, " \
  "'peer-address': <'192.168.42.1'>"

static void
test_known_only (Lab *lab, gconstpointer data)
{
  assert_stats (lab, "{'peers': <uint32 0>}");
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  assert_stats (lab, "{" OPEN "}");
}

static void
open_link (Lab *lab)
{
  static const WfdP2pOptions options = { .go_intent = -1, .station_ms = 1 };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
}

static void
test_station (Lab *lab, gconstpointer data)
{
  WfdStation station = station_new (1);

  station.signal_dbm = -60;
  station.tx_kbps = 144400;
  lab_set_stations (lab, &station, 1);
  open_link (lab);
  lab_wait_stations (lab, TRUE);
  assert_stats (lab, "{" OPEN ", 'signal-dbm': <int64 -60>, 'tx-kbps': <int64 144400>}");

  lab_set_stations (lab, NULL, 0);
  lab_wait_stations (lab, FALSE);
  assert_stats (lab, "{" OPEN "}");
}

static void
wait_inactive (Lab *lab, gint64 inactive_ms)
{
  while (wfd_link_get_station (lab->link) == NULL
      || wfd_link_get_station (lab->link)->inactive_ms != inactive_ms)
    g_main_context_iteration (NULL, TRUE);
}

/* In a group of ours somebody else may be. Whoever was there first is the peer. */
static void
test_second_station (Lab *lab, gconstpointer data)
{
  WfdStation stations[] = { station_new (1), station_new (2) };

  stations[0].inactive_ms = 1;
  stations[1].inactive_ms = 2;
  lab_set_stations (lab, &stations[1], 1);
  open_link (lab);
  wait_inactive (lab, 2);
  stations[1].inactive_ms = 3;
  lab_set_stations (lab, stations, 2);
  wait_inactive (lab, 3);
  /* It has gone for a moment. */
  lab_set_stations (lab, NULL, 0);
  lab_wait_stations (lab, FALSE);
  lab_set_stations (lab, stations, 2);
  wait_inactive (lab, 3);
}

/* Two from the beginning: nobody knows which. */
static void
test_stations_of_nobody (Lab *lab, gconstpointer data)
{
  WfdStation stations[] = { station_new (1), station_new (2) };

  lab_set_stations (lab, stations, 2);
  open_link (lab);
  for (guint i = 0; i < 10; i++)
    lab_settle (lab);
  g_assert_null (wfd_link_get_station (lab->link));
}

/* It is asked again, and goes on being so. */
static void
test_end_is_lost (Lab *lab, gconstpointer data)
{
  WfdStation station = station_new (1);

  lab_set_stations (lab, &station, 1);
  lab_cut_stations (lab, 2);
  open_link (lab);
  lab_wait_stations (lab, TRUE);
  lab_cut_stations (lab, 1);
  station.inactive_ms = 7;
  lab_set_stations (lab, &station, 1);
  wait_inactive (lab, 7);
}

/* A group without nl80211 is a link as well. */
static void
test_no_nl80211 (Lab *lab, gconstpointer data)
{
  open_link (lab);
  lab_settle (lab);
  g_assert_null (wfd_link_get_station (lab->link));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("known-only", test_known_only);
  add ("station", test_station);
  add ("second-station", test_second_station);
  add ("stations-of-nobody", test_stations_of_nobody);
  add ("end-is-lost", test_end_is_lost);
  add ("no-nl80211", test_no_nl80211);
  return lab_run ();
}
