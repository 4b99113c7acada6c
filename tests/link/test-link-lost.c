/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peer of an open link vanishes, at any moment: told in time by default, and not of who
 * is away for a moment. */
#include <link-p2p-private.h>

#include "link-lab.h"
#include "link-time.h"

#define add(path, test) g_test_add ("/link/lost/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

#define MS(ms) ((ms) * (gint64) G_TIME_SPAN_MILLISECOND)

/* What is documented. The half second to five is for who has to be told. */
#define PROMISED_US MS (4500)
#define RIDDEN_OUT_US MS (3000)

static const WfdP2pOptions defaults = { .go_intent = -1 };

static void
open_link (Lab *lab)
{
  lab_use_options (lab, &defaults);
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
}

static void
note_lost (WfdLink *link, const GError *error, gboolean *is_lost)
{
  *is_lost = TRUE;
}

/* It has answered for a while, and is gone so much later. */
static void
open_until_gone (Lab *lab, gint64 later_us, gboolean *is_lost)
{
  *is_lost = FALSE;
  lab_set_answers (lab, TRUE);
  open_link (lab);
  g_signal_connect (lab->link, "lost", G_CALLBACK (note_lost), is_lost);
  link_time_stop ();
  wfd_link_tell (lab->link, WFD_LINK_HEARD);
  link_time_pass (link_time_get_us () + G_TIME_SPAN_MINUTE + later_us, is_lost);
  g_assert_false (*is_lost);
  lab_set_answers (lab, FALSE);
}

/* The kernel tells nothing, and no session says anything. */
static void
test_told_in_time (Lab *lab, gconstpointer data)
{
  for (gint64 later_us = 0; later_us <= MS (2000); later_us += MS (50)) {
    gint64 gone_us;
    gboolean is_lost;

    open_until_gone (lab, later_us, &is_lost);
    gone_us = link_time_get_us ();
    link_time_pass (gone_us + G_TIME_SPAN_MINUTE, &is_lost);
    g_assert_true (is_lost);
    g_assert_cmpint (link_time_get_us () - gone_us, >, RIDDEN_OUT_US);
    g_assert_cmpint (link_time_get_us () - gone_us, <=, PROMISED_US);
    link_time_go_on ();
  }
}

static void
test_moment_is_ridden_out (Lab *lab, gconstpointer data)
{
  for (gint64 later_us = 0; later_us <= MS (2000); later_us += MS (50)) {
    gboolean is_lost;

    open_until_gone (lab, later_us, &is_lost);
    link_time_pass (link_time_get_us () + RIDDEN_OUT_US, &is_lost);
    lab_set_answers (lab, TRUE);
    link_time_pass (link_time_get_us () + G_TIME_SPAN_MINUTE, &is_lost);
    g_assert_false (is_lost);
    link_time_go_on ();
  }
}

/* What statistics tell is as new as that, and it costs little. */
static void
test_station_is_looked_at_often (Lab *lab, gconstpointer data)
{
  WfdStation station = station_new (1);
  gint64 before_us = g_get_monotonic_time (), ready_us;

  lab_set_stations (lab, &station, 1);
  open_link (lab);
  ready_us = g_source_get_ready_time (
      g_main_context_find_source_by_user_data (NULL, WFD_P2P_LINK (lab->link)->group->stations));
  g_assert_cmpint (ready_us, >=, before_us + MS (100));
  g_assert_cmpint (ready_us, <=, g_get_monotonic_time () + MS (500));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("told-in-time", test_told_in_time);
  add ("moment-is-ridden-out", test_moment_is_ridden_out);
  add ("station-is-looked-at-often", test_station_is_looked_at_often);
  return lab_run ();
}
