/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is sent waits until the radio is back from another channel. */
#include <link-p2p-op-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

static void
search_for_tv (Lab *lab)
{
  lab_know_tv (lab);
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say_tv_found (lab);
  lab_wait_told (lab, "found");
  fake_wpas_forget_calls (lab->fake);
}

static void
connect_while_searching (Lab *lab)
{
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  while (WFD_P2P_LINK (lab->link)->op->radio == NULL && fake_wpas_count (lab->fake, "Connect") == 0)
    g_main_context_iteration (NULL, TRUE);
}

/* However late this machine is. */
static void
keep_radio_away (Lab *lab)
{
  WFD_P2P_LINK (lab->link)->radio_back_us = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
}

static void
test_waits_for_radio (Lab *lab, gconstpointer data)
{
  gint64 begun_us;

  search_for_tv (lab);
  begun_us = g_get_monotonic_time ();
  connect_while_searching (lab);
  lab_wait_call (lab, "StopFind");
  lab_wait_call (lab, "Connect");
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=,
      WFD_P2P_RADIO_BACK_MS * G_TIME_SPAN_MILLISECOND);
}

static void
test_waits_for_no_radio (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  while (WFD_P2P_LINK (lab->link)->op->step != WFD_P2P_STEP_PAIR)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (WFD_P2P_LINK (lab->link)->op->radio);
  lab_wait_call (lab, "Connect");
}

/* Who listens, and is told to search. */
static void
test_search_waits_for_radio (Lab *lab, gconstpointer data)
{
  gint64 begun_us;

  lab_find (lab);
  lab_wait_ok (lab);
  wfd_p2p_link_search (WFD_P2P_LINK (lab->link), WFD_P2P_SEARCH_LISTEN);
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  begun_us = g_get_monotonic_time ();
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "StopFind");
  lab_wait_call (lab, "Find");
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=,
      WFD_P2P_RADIO_BACK_MS * G_TIME_SPAN_MILLISECOND);
}

/* It has told the peer that it is not ready, and does what the peer wants. */
static void
test_waits_for_answer (Lab *lab, gconstpointer data)
{
  gint64 asked_us;

  lab_know_tv (lab);
  lab_find (lab);
  lab_wait_ok (lab);
  asked_us = g_get_monotonic_time ();
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_told (lab, "request");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  g_assert_cmpint (g_get_monotonic_time () - asked_us, >=,
      WFD_P2P_ANSWERED_MS * G_TIME_SPAN_MILLISECOND);
}

static void
test_cancelled_before_radio_is_back (Lab *lab, gconstpointer data)
{
  g_autoptr (GSource) radio = NULL;

  search_for_tv (lab);
  keep_radio_away (lab);
  connect_while_searching (lab);
  radio = g_source_ref (WFD_P2P_LINK (lab->link)->op->radio);
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_source_is_destroyed (radio));
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
}

/* The peer was faster. */
static void
test_invited_before_radio_is_back (Lab *lab, gconstpointer data)
{
  search_for_tv (lab);
  keep_radio_away (lab);
  connect_while_searching (lab);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
}

/* Who has refused hears it, though he looks around, and goes on with that when he has listened. */
static void
test_listens_to_refused (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_told (lab, "request-pbc");
  fake_wpas_forget_calls (lab->fake);
  wfd_link_reject (lab->link, lab->last_peer);
  lab_wait_call (lab, "Listen");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "RejectPeer"), ==, 1);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "StopFind"), ==, 1);
  g_source_set_ready_time (link->search_again, 0);
  lab_wait_call (lab, "Find");

  /* Until it is searched for anybody. */
  wfd_link_reject (lab->link, lab->last_peer);
  lab_find (lab);
  lab_wait_ok (lab);
  g_assert_null (link->search_again);

  /* In each phase of a search, which does not find him either. */
  wfd_p2p_link_search (link, WFD_P2P_SEARCH_GLANCE);
  link->deaf_until_us = 0;
  fake_wpas_forget_calls (lab->fake);
  wfd_link_reject (lab->link, lab->last_peer);
  lab_wait_call (lab, "Listen");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("radio/waited-for-after-a-search", test_waits_for_radio);
  add ("radio/waited-for-after-a-request", test_waits_for_answer);
  add ("radio/waited-for-before-a-search", test_search_waits_for_radio);
  add ("radio/not-waited-for", test_waits_for_no_radio);
  add ("radio/cancelled-before-it-is-back", test_cancelled_before_radio_is_back);
  add ("radio/invited-before-it-is-back", test_invited_before_radio_is_back);
  add ("radio/listens-to-who-was-refused", test_listens_to_refused);
  return lab_run ();
}
