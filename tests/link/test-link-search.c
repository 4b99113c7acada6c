/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a source seeks, and how a display, or a source that was left, waits. */
#include <link-p2p-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

/* --- the search --- */

/* It has taken its time. */
static void
stop_search (Lab *lab)
{
  WFD_P2P_LINK (lab->link)->search_us = 0;
  lab_say (lab, "FindStopped", "()");
}

static void
assert_next_search (Lab *lab, const char *expected)
{
  guint n_before = fake_wpas_count (lab->fake, "Find");

  /* A glance ends by itself, soon. */
  if (WFD_P2P_LINK (lab->link)->search == WFD_P2P_SEARCH_GLANCE)
    g_source_set_ready_time (WFD_P2P_LINK (lab->link)->search_again, 0);
  else
    stop_search (lab);
  while (fake_wpas_count (lab->fake, "Find") == n_before)
    g_main_context_iteration (NULL, TRUE);
  if (expected != NULL)
    assert_call (lab, "Find", expected);
}

/* Then where a display may own a group; it may also have begun it since. */
static void
test_social_first (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=1");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=5180");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=5745");
  for (guint i = 2; i < 16; i++)
    assert_next_search (lab, NULL);
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=2457");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='social' Timeout=10");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");

  fake_wpas_forget_calls (lab->fake);
  wfd_link_stop_find (lab->link);
  lab_wait_call (lab, "StopFind");
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "FindStopped", "()");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
}

/* Who may be back at any moment listens, most likely, and is never out of sight for long. */
static void
test_seeks_back (Lab *lab, gconstpointer data)
{
  static const char social[] = "Find " IFACE " DiscoveryType='social' Timeout=3";
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  wfd_p2p_link_seek_back (link, TRUE);
  link->last_mhz = 5500;
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", social);
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=5500");
  assert_next_search (lab, social);
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=5745");
  assert_next_search (lab, social);
  /* After two minutes it is looked for on all channels, once. */
  link->n_glances = 32;
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=5500");
  assert_next_search (lab, social);
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=5180");
  assert_next_search (lab, social);
}

static const WfdP2pOptions sink_options = {
  .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, 0 },
  .go_intent = -1,
};

static void
begin_waiting (Lab *lab)
{
  lab_use_options (lab, &sink_options);
  lab_find (lab);
  lab_wait_ok (lab);
  lab_wait_call (lab, "ExtendedListen");
}

/* It is found and invited where it listens, and would be deaf on other channels. Linux (6.1) lets
 * nobody listen for longer than five seconds, and puts off what is asked near the end. */
static void
test_sink_listens (Lab *lab, gconstpointer data)
{
  begin_waiting (lab);
  assert_call (lab, "Listen", "Listen " IFACE " (4,)");
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);

  wfd_link_stop_find (lab->link);
  lab_wait_call (lab, "StopFind");
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " ");
}

static gint64
get_wake_ms (Lab *lab)
{
  gint64 wake_us = g_source_get_ready_time (WFD_P2P_LINK (lab->link)->search_again);

  return (wake_us - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;
}

static void
wake (Lab *lab)
{
  fake_wpas_forget_calls (lab->fake);
  g_source_set_ready_time (WFD_P2P_LINK (lab->link)->search_again, 0);
}

/* And listens again when the radio is back from there. */
static void
check_glance (Lab *lab, const char *expected)
{
  gint64 begun_us = g_get_monotonic_time ();

  wake (lab);
  lab_wait_call (lab, "Find");
  assert_call (lab, "Find", expected);
  lab_wait_call (lab, "StopFind");
  lab_say (lab, "FindStopped", "()");
  lab_wait_call (lab, "ExtendedListen");
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=,
      (100 + WFD_P2P_RADIO_BACK_MS) * G_TIME_SPAN_MILLISECOND);
  lab_settle (lab);
  assert_call (lab, "Listen", "Listen " IFACE " (4,)");
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
  g_assert_cmpuint (fake_wpas_get_calls (lab->fake)->len - fake_wpas_count (lab->fake, "Ping"), ==,
      4);
}

/* In the pauses between which it listens, so that it ends nothing that it has heard. */
static void
test_sink_glances (Lab *lab, gconstpointer data)
{
  begin_waiting (lab);
  g_assert_cmpint (get_wake_ms (lab), <=, 4050);
  check_glance (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=2412");
  g_assert_cmpint (get_wake_ms (lab), <=, 4050);
  check_glance (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=2437");
  check_glance (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=2462");
  check_glance (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=2412");
}

/* wpa_supplicant listens no more then; who waits for a person, or was refused, asks again. */
static void
test_asked_sink_listens_on (Lab *lab, gconstpointer data)
{
  WfdLinkPeer *peer;

  begin_waiting (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_call (lab, "Listen");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);

  peer = wfd_p2p_link_find_peer (WFD_P2P_LINK (lab->link), TV_ID);
  fake_wpas_forget_calls (lab->fake);
  wfd_link_reject (lab->link, peer);
  lab_wait_call (lab, "RejectPeer");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Listen"), ==, 0);
  lab_wait_call (lab, "Listen");
}

/* Or who asks several times a second would keep it from both listening and glancing. */
static void
test_asked_again_and_again (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link;
  gint64 wake_us;

  begin_waiting (lab);
  link = WFD_P2P_LINK (lab->link);
  wfd_p2p_link_listen_again (link);
  g_assert_cmpint (get_wake_ms (lab), <=, 250);
  wake_us = g_get_monotonic_time () + 100 * G_TIME_SPAN_MILLISECOND;
  g_source_set_ready_time (link->search_again, wake_us);
  wfd_p2p_link_listen_again (link);
  g_assert_cmpint (g_source_get_ready_time (link->search_again), ==, wake_us);
}

/* Until something wakes up by itself, if only because a question had no answer. */
static gint
get_rest_ms (void)
{
  GMainContext *context = g_main_context_default ();
  gint priority, timeout_ms;
  GPollFD fds[16];

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  g_main_context_query (context, priority, &timeout_ms, fds, G_N_ELEMENTS (fds));
  g_main_context_release (context);
  return timeout_ms < 0 ? G_MAXINT : timeout_ms;
}

static void
check_rest (Lab *lab)
{
  g_assert_cmpint (get_wake_ms (lab), >, 15000);
  g_assert_cmpint (get_rest_ms (), >, 15000);
  wake (lab);
  lab_wait_call (lab, "Listen");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_get_calls (lab->fake)->len - fake_wpas_count (lab->fake, "Ping"), ==,
      4);
}

/* Minutes of a display that nobody comes to: four calls each quarter of a minute, and between them
 * nothing that wakes up. */
static void
test_sink_rests (Lab *lab, gconstpointer data)
{
  begin_waiting (lab);
  for (guint i = 0; i < 3; i++) {
    wake (lab);
    lab_wait_call (lab, "Listen");
    lab_settle (lab);
  }
  for (guint i = 0; i < 5; i++)
    check_rest (lab);
}

/* Who searches is told what there is, and asks nothing meanwhile. */
static void
test_source_rests (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  WFD_P2P_LINK (lab->link)->n_glances = 1;
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  g_assert_cmpint (get_rest_ms (), >, 20000);
  lab_say_tv_found (lab);
  lab_wait_told (lab, "found");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_get_calls (lab->fake)->len, ==, fake_wpas_count (lab->fake, "Ping"));
  g_assert_cmpint (get_rest_ms (), >, 20000);
}

/* Somebody invites it, and there is a group to be formed. Where nothing comes of it the sink listens
 * again. */
static void
test_invited_while_it_listens (Lab *lab, gconstpointer data)
{
  begin_waiting (lab);
  fake_wpas_forget_calls (lab->fake);
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceAdded",
      g_variant_new_parsed ("(objectpath '" GROUP_IFACE "', @a{sv} {})"));
  lab_wait_call (lab, "StopFind");
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " ");
  lab_say (lab, "FindStopped", "()");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Listen"), ==, 0);
  g_assert_nonnull (WFD_P2P_LINK (lab->link)->search_again);
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceRemoved",
      g_variant_new_parsed ("(objectpath '" GROUP_IFACE "',)"));
  lab_wait_call (lab, "Listen");
}

static void
say_state (Lab *lab, const char *state)
{
  fake_wpas_say (lab->fake, IFACE, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new_parsed ("('fi.w1.wpa_supplicant1.Interface', {'State': <%s>}, @as [])", state));
  lab_settle (lab);
}

/* With p2p_no_group_iface nothing is added. */
static void
test_invited_without_an_interface (Lab *lab, gconstpointer data)
{
  begin_waiting (lab);
  say_state (lab, "scanning");
  wake (lab);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
  g_assert_cmpint (get_wake_ms (lab), >, 1000);
  say_state (lab, "inactive");
  check_glance (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=2412");
}

/* While it glances: wpa_supplicant listens by itself if nothing has come of it. */
static void
test_invited_by_who_is_glanced_at (Lab *lab, gconstpointer data)
{
  begin_waiting (lab);
  wake (lab);
  lab_wait_call (lab, "Find");
  say_state (lab, "scanning");
  lab_wait_call (lab, "ExtendedListen");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Listen"), ==, 0);
  g_assert_nonnull (WFD_P2P_LINK (lab->link)->search_again);
}

static void
stop_full_search (Lab *lab)
{
  lab_find (lab);
  lab_wait_ok (lab);
  fake_wpas_forget_calls (lab->fake);
  stop_search (lab);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "FindStopped", "()");
}

static void
test_search_again (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .search_again_ms = 1 };

  lab_use_options (lab, &options);
  stop_full_search (lab);
  lab_wait_call (lab, "Find");
}

/* Whom an operation wants, though it would wait without. */
static void
test_sink_seeks_on (Lab *lab, gconstpointer data)
{
  WfdP2pOptions options = sink_options;

  options.search_again_ms = 1;
  lab_use_options (lab, &options);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Find");
  stop_search (lab);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "FindStopped", "()");
  lab_wait_call (lab, "Find");
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");
}

/* Nothing listens any more then. */
static void
test_stopped_while_reachable (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  lab_find (lab);
  lab_wait_ok (lab);
  wfd_link_stop_find (lab->link);
  for (guint i = 0; i < 2; i++) {
    fake_wpas_forget_calls (lab->fake);
    wfd_p2p_link_set_reachable (link, TRUE);
    lab_wait_call (lab, "ExtendedListen");
    assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
    lab_settle (lab);
    fake_wpas_forget_calls (lab->fake);
    wfd_link_stop_find (lab->link);
    lab_wait_call (lab, "StopFind");
    assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " ");
  }
}

/* Its own network needs the radio, also to come back to it. */
static void
test_rests_beside_network (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, IFACE, "Networks", g_variant_new_parsed ("[objectpath '/n/0']"));
  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("completed"));
  lab_find (lab);
  lab_wait_ok (lab);
  wfd_link_stop_find (lab->link);
  lab_settle (lab);
  wfd_p2p_link_set_reachable (WFD_P2P_LINK (lab->link), TRUE);
  lab_settle (lab);
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=2000 period=250");
  fake_wpas_forget_calls (lab->fake);
  say_state (lab, "disconnected");
  say_state (lab, "scanning");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "ExtendedListen"), ==, 0);
  say_state (lab, "inactive");
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
}

/* wpa_supplicant does not look for it while it listens, and so stays in the state in which it was. */
static void
test_waits_beside_search_for_network (Lab *lab, gconstpointer data)
{
  begin_waiting (lab);
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  fake_wpas_say (lab->fake, IFACE, IF_INTERFACE, "NetworkAdded",
      g_variant_new_parsed ("(objectpath '/n/0', @a{sv} {})"));
  fake_wpas_say (lab->fake, IFACE, IF_INTERFACE, "NetworkSelected",
      g_variant_new_parsed ("(objectpath '/n/0',)"));
  lab_settle (lab);
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=1100 period=500");
  fake_wpas_forget_calls (lab->fake);
  say_state (lab, "scanning");
  say_state (lab, "completed");
  say_state (lab, "disconnected");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "ExtendedListen"), ==, 0);
  fake_wpas_say (lab->fake, IFACE, IF_INTERFACE, "NetworkRemoved",
      g_variant_new_parsed ("(objectpath '/n/0',)"));
  lab_settle (lab);
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
}

/* Which gets half of the time of the radio, also while somebody asks again and again. */
static void
test_waits_beside_network (Lab *lab, gconstpointer data)
{
  gint64 wake_us;

  fake_wpas_set (lab->fake, IFACE, "Networks", g_variant_new_parsed ("[objectpath '/n/0']"));
  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("completed"));
  begin_waiting (lab);
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=1100 period=500");
  lab_settle (lab);

  fake_wpas_forget_calls (lab->fake);
  wake_us = g_source_get_ready_time (WFD_P2P_LINK (lab->link)->search_again);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_told (lab, "request-pbc");
  g_assert_cmpint (g_source_get_ready_time (WFD_P2P_LINK (lab->link)->search_again), ==, wake_us);
  WFD_P2P_LINK (lab->link)->listened_us = 0;
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_call (lab, "Listen");
  assert_call (lab, "Listen", "Listen " IFACE " (1,)");

  say_state (lab, "inactive");
  check_glance (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=2412");
}

/* A group that the interface of the adapter has formed was none. */
static void
test_waits_after_group (Lab *lab, gconstpointer data)
{
  begin_waiting (lab);
  say_state (lab, "completed");
  lab_say (lab, "GroupStarted",
      "({'interface_object': <objectpath '" IFACE "'>, 'group_object': <objectpath '" GROUP
      "'>, 'role': <'client'>},)");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "GroupFinished",
      "({'interface_object': <objectpath '" IFACE "'>, 'group_object': <objectpath '" GROUP
      "'>},)");
  lab_wait_call (lab, "ExtendedListen");
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
}

/* However often somebody asks, it sees who is there. */
static void
test_asked_sink_glances (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link;
  gint64 glance_us;

  begin_waiting (lab);
  link = WFD_P2P_LINK (lab->link);
  glance_us = link->glance_us;
  g_assert_cmpint (glance_us, >, g_get_monotonic_time ());
  for (guint i = 0; i < 2; i++) {
    fake_wpas_forget_calls (lab->fake);
    lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
    lab_wait_call (lab, "Listen");
    lab_settle (lab);
    g_assert_cmpint (link->glance_us, ==, glance_us);
  }
  link->glance_us = g_get_monotonic_time ();
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_call (lab, "Find");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Listen"), ==, 0);
  lab_wait_call (lab, "Listen");
}

static void
refuse_stranger (Lab *lab)
{
  g_string_set_size (lab->told, 0);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" OTHER "', uint16 4, byte 7)");
  lab_wait_told (lab, "request-pbc");
  wfd_link_reject (lab->link, lab->last_peer);
}

/* However often he asks, and where wpa_supplicant does not say that it is at rest. */
static void
test_stranger_ends_no_search (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);
  gint64 wake_us;

  lab_find (lab);
  lab_wait_ok (lab);
  refuse_stranger (lab);
  lab_wait_call (lab, "Listen");
  wake_us = g_source_get_ready_time (link->search_again);
  refuse_stranger (lab);
  g_assert_cmpint (g_source_get_ready_time (link->search_again), ==, wake_us);
  say_state (lab, "scanning");
  wake (lab);
  lab_settle (lab);
  wake (lab);
  lab_wait_call (lab, "Find");
  wfd_p2p_link_search (link, WFD_P2P_SEARCH_FULL);
  refuse_stranger (lab);
  g_assert_null (link->search_again);
}

/* Who has been let in before is none of those that are sought. */
static void
test_guest_ends_no_search (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_find (lab);
  lab_wait_ok (lab);
  lab_start_group (lab, "client");
  lab_wait_told (lab, "opened");
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "GroupFinished", "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
  lab_wait_told (lab, "lost");
  lab_wait_call (lab, "Find");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Listen"), ==, 0);
}

/* It was stopped because a peer has invited us. */
static void
test_search_and_group (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  stop_full_search (lab);
  lab_settle (lab);
  g_assert_nonnull (link->search_again);
  lab_start_group (lab, "client");
  lab_wait_told (lab, "opened");
  g_assert_null (link->search_again);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
}

/* Nor beside a group that is being formed. */
static void
test_search_and_operation (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  stop_full_search (lab);
  lab_know_tv (lab);
  lab_say_tv_found (lab);
  lab_settle (lab);
  g_assert_nonnull (link->search_again);
  /* A glance may have ended before it was stopped. */
  fake_wpas_forget_calls (lab->fake);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  g_assert_null (link->search_again);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "StopFind"), ==, 1);
  /* But goes on when nothing has come of it. */
  lab_say (lab, "GONegotiationFailure", "({'status': <11>},)");
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
  lab_wait_call (lab, "Find");
}

static void
test_prepared_once (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_find (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Set WFDIEs"), ==, 0);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("search/social-channels-first", test_social_first);
  add ("search/seeks-back", test_seeks_back);
  add ("search/sink-listens", test_sink_listens);
  add ("search/sink-glances", test_sink_glances);
  add ("search/asked-sink-listens-on", test_asked_sink_listens_on);
  add ("search/asked-again-and-again", test_asked_again_and_again);
  add ("search/waiting-sink-rests", test_sink_rests);
  add ("search/waiting-source-rests", test_source_rests);
  add ("search/invited-while-it-listens", test_invited_while_it_listens);
  add ("search/invited-without-an-interface", test_invited_without_an_interface);
  add ("search/invited-by-who-is-glanced-at", test_invited_by_who_is_glanced_at);
  add ("search/again", test_search_again);
  add ("search/sink-seeks-on", test_sink_seeks_on);
  add ("search/stopped-while-reachable", test_stopped_while_reachable);
  add ("search/rests-beside-a-network", test_rests_beside_network);
  add ("search/waits-beside-a-network", test_waits_beside_network);
  add ("search/waits-beside-the-search-for-a-network", test_waits_beside_search_for_network);
  add ("search/waits-after-a-group", test_waits_after_group);
  add ("search/asked-sink-glances", test_asked_sink_glances);
  add ("search/stranger-ends-none", test_stranger_ends_no_search);
  add ("search/guest-ends-none", test_guest_ends_no_search);
  add ("search/not-beside-a-group", test_search_and_group);
  add ("search/not-beside-an-operation", test_search_and_operation);
  add ("search/prepared-once", test_prepared_once);
  return lab_run ();
}
