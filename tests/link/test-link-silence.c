/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peer of an open link falls silent: it is asked, waited for, and lost. */
#include <link-p2p-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

static void
open_link (Lab *lab)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_string_set_size (lab->told, 0);
}

static void
open_to_watch (Lab *lab, guint lost_ms)
{
  WfdP2pOptions options = { .go_intent = -1, .station_ms = 1, .lost_ms = lost_ms };

  lab_use_options (lab, &options);
  open_link (lab);
}

/* As client: its driver has given the owner up, and nobody else says so. */
static void
test_station_vanishes (Lab *lab, gconstpointer data)
{
  WfdStation station = station_new (1);

  lab_set_answers (lab, FALSE);
  lab_set_stations (lab, &station, 1);
  open_to_watch (lab, 100);
  lab_wait_stations (lab, TRUE);
  lab_set_stations (lab, NULL, 0);
  lab_wait_told (lab, "lost");
  g_assert_error (lab->told_error, WFD_ERROR, WFD_ERROR_NO_PEER);
  g_assert_null (wfd_link_get_info (lab->link));
  lab_wait_call (lab, "Disconnect");
  assert_call (lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
  g_assert_cmpstr (lab->told->str, ==, "interrupted lost");
}

/* It is looked for where the group is, and wpa_supplicant joins again by itself. */
static void
test_owner_comes_back (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .station_ms = 1, .look_ms = 1 };
  WfdStation station = station_new (1);

  lab_set_answers (lab, FALSE);
  lab_use_options (lab, &options);
  lab_set_stations (lab, &station, 1);
  open_link (lab);
  lab_wait_stations (lab, TRUE);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Scan"), ==, 0);
  lab_set_stations (lab, NULL, 0);
  lab_wait_told (lab, "interrupted");
  g_assert_nonnull (wfd_link_get_info (lab->link));
  lab_wait_call (lab, "Scan");
  assert_call (lab, "Scan",
      "Scan " GROUP_IFACE
      " Channels=[(5180, 20)] IEs=[[0xdd, 0x09, 0x50, 0x6f, 0x9a, 0x09, 0x02, 0x02, "
      "0x00, 0x00, 0x00]] Type='active'");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "AbortScan"), >=, 1);
  fake_wpas_forget_calls (lab->fake);
  lab_wait_call (lab, "Scan");

  lab_set_stations (lab, &station, 1);
  lab_wait_told (lab, "interrupted resumed");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  g_assert_null (WFD_P2P_LINK (lab->link)->group->look_timer);
  g_assert_nonnull (wfd_link_get_info (lab->link));
  g_assert_cmpstr (lab->network->str, ==, "+192.168.42.100/24");
}

static void
on_interrupted_close (WfdLink *link, gpointer user_data)
{
  wfd_link_close (link);
}

static void
test_close_when_interrupted (Lab *lab, gconstpointer data)
{
  WfdStation station = station_new (1);

  lab_set_answers (lab, FALSE);
  lab_set_stations (lab, &station, 1);
  open_to_watch (lab, 0);
  g_signal_connect (lab->link, "interrupted", G_CALLBACK (on_interrupted_close), NULL);
  lab_wait_stations (lab, TRUE);
  lab_set_stations (lab, NULL, 0);
  lab_wait_told (lab, "interrupted");
  g_assert_null (wfd_link_get_info (lab->link));
}

/* As long as the kernel tells of it it is silent, but nobody knows whether it has
 * to say something: it is asked. */
static void
test_silence_is_asked (Lab *lab, gconstpointer data)
{
  WfdStation station = station_new (1);

  station.inactive_ms = 60000;
  lab_set_answers (lab, FALSE);
  lab_set_stations (lab, &station, 1);
  open_to_watch (lab, 100);
  lab_wait_told (lab, "lost");
  g_assert_cmpuint (lab_count_probes (lab), >=, 1);
}

/* It is there, says nothing, and its kernel tells nothing of it: it is asked. */
static void
test_answer_is_life (Lab *lab, gconstpointer data)
{
  open_to_watch (lab, 40);
  lab_wait_probes (lab, 20);
  g_assert_cmpstr (lab->told->str, ==, "");
}

/* A stream from it that ends, say, without a keep-alive for half a minute. */
static void
test_no_answer_is_loss (Lab *lab, gconstpointer data)
{
  open_to_watch (lab, 40);
  lab_wait_probes (lab, 2);
  lab_set_answers (lab, FALSE);
  lab_wait_told (lab, "lost");
  g_assert_error (lab->told_error, WFD_ERROR, WFD_ERROR_NO_PEER);
}

/* Whom nobody has asked owes no answer. */
static void
test_kernel_does_not_ask (Lab *lab, gconstpointer data)
{
  lab_set_asks (lab, FALSE);
  lab_set_answers (lab, FALSE);
  open_to_watch (lab, 40);
  lab_wait_probes (lab, 20);
  g_assert_cmpstr (lab->told->str, ==, "");
}

/* Of a kernel that has never told of it, that it tells nothing is no news. */
static void
test_kernel_never_told (Lab *lab, gconstpointer data)
{
  lab_set_stations (lab, NULL, 0);
  open_to_watch (lab, 40);
  lab_wait_probes (lab, 3);
  g_assert_false (WFD_P2P_LINK (lab->link)->group->loss.is_gone);
  g_assert_cmpstr (lab->told->str, ==, "");
}

/* What the session hears is enough to be back, whatever the kernel says. */
static void
test_silence_ends (Lab *lab, gconstpointer data)
{
  WfdStation station = station_new (1);

  station.inactive_ms = 60000;
  lab_set_answers (lab, FALSE);
  lab_set_stations (lab, &station, 1);
  open_to_watch (lab, 3000);
  lab_wait_told (lab, "interrupted");
  wfd_link_tell (lab->link, WFD_LINK_HEARD);
  g_assert_cmpstr (lab->told->str, ==, "interrupted");
  lab_wait_told (lab, "interrupted resumed");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Scan"), ==, 0);
}

static void
test_session_tells (Lab *lab, gconstpointer data)
{
  const WfdLossWatch *loss;
  gint64 before_us;

  open_link (lab);
  loss = &WFD_P2P_LINK (lab->link)->group->loss;
  wfd_link_tell (lab->link, WFD_LINK_ASKED);
  g_assert_cmpint (loss->attempt_us, <=, g_get_monotonic_time ());
  before_us = g_get_monotonic_time ();
  wfd_link_tell (lab->link, WFD_LINK_HEARD);
  g_assert_cmpint (loss->life_us, >=, before_us);
  g_assert_cmpint (loss->attempt_us, ==, G_MAXINT64);
  wfd_link_close (lab->link);
  wfd_link_tell (lab->link, WFD_LINK_HEARD);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("silence/station-vanishes", test_station_vanishes);
  add ("silence/owner-comes-back", test_owner_comes_back);
  add ("silence/close-when-interrupted", test_close_when_interrupted);
  add ("silence/is-asked", test_silence_is_asked);
  add ("silence/ends", test_silence_ends);
  add ("silence/answer-is-life", test_answer_is_life);
  add ("silence/no-answer-is-loss", test_no_answer_is_loss);
  add ("silence/kernel-never-told", test_kernel_never_told);
  add ("silence/kernel-does-not-ask", test_kernel_does_not_ask);
  add ("silence/session-tells", test_session_tells);
  return lab_run ();
}
