/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A wpa_supplicant that says anything in any order, and answers with what it should not:
 * everything that was begun ends, and what is held has a limit. */
#include <link-p2p-op-private.h>

#include "link-lab.h"

/* --- signals in any order --- */

#define FINISHED(path) "({'interface_object': <objectpath '" path "'>},)"
#define STARTED(role, more) \
  "({'interface_object': <objectpath '" GROUP_IFACE "'>, 'group_object': <objectpath '" GROUP \
  "'>, 'role': <'" role "'>" more "},)"
#define HANDSHAKE(address, mask, owner) \
  ", 'IpAddr': <" address ">, 'IpAddrMask': <" mask ">, 'IpAddrGo': <" owner ">"

static const struct
{
  const char *path;
  const char *interface;
  const char *signal;
  const char *args;
} sayings[] = {
  { IFACE, IF_P2P, "DeviceFoundProperties", "(objectpath '" TV "', {'DeviceName': <'TV'>})" },
  { IFACE, IF_P2P, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <0x01>})" },
  { IFACE, IF_P2P, "DeviceFoundProperties", "(objectpath '" OTHER "', {'IEs': <@ay []>})" },
  { IFACE, IF_P2P, "DeviceFoundProperties", "(objectpath '/', {'DeviceName': <7>})" },
  { IFACE, IF_P2P, "DeviceLost", "(objectpath '" TV "',)" },
  { IFACE, IF_P2P, "DeviceLost", "('" TV "',)" },
  { IFACE, IF_P2P, "FindStopped", "()" },
  { IFACE, IF_P2P, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 0)" },
  { IFACE, IF_P2P, "GONegotiationRequest", "(objectpath '" TV "', 4, 'x')" },
  { IFACE, IF_P2P, "GONegotiationFailure", "({'status': <1>},)" },
  { IFACE, IF_P2P, "GONegotiationFailure", "({'status': <-2147483648>},)" },
  { IFACE, IF_P2P, "GroupFormationFailure", "('',)" },
  { IFACE, IF_P2P, "InvitationReceived", "({'go_dev_addr': <[byte 2, 0, 0, 0, 1, 0]>},)" },
  { IFACE, IF_P2P, "InvitationResult", "({'status': <0>},)" },
  { IFACE, IF_P2P, "InvitationResult", "({'status': <8>},)" },
  { IFACE, IF_P2P, "ProvisionDiscoveryFailure", "(objectpath '" TV "', 1)" },
  { IFACE, IF_P2P, "ProvisionDiscoveryPBCRequest", "(objectpath '" TV "',)" },
  { IFACE, IF_P2P, "ProvisionDiscoveryRequestDisplayPin", "(objectpath '" TV "', '')" },
  { IFACE, IF_P2P, "WpsFailed", "('', {'config_error': <'18'>})" },
  { IFACE, IF_P2P, "GroupStarted", STARTED ("GO", "") },
  { IFACE, IF_P2P, "GroupStarted", STARTED ("client", "") },
  { IFACE, IF_P2P, "GroupStarted",
      STARTED ("client",
          HANDSHAKE ("[byte 192, 168, 42, 100]", "[byte 255, 255, 255, 0]",
              "[byte 192, 168, 42, 1]")) },
  { IFACE, IF_P2P, "GroupStarted",
      STARTED ("client", HANDSHAKE ("[byte 127, 0, 0, 1]", "[byte 255, 0, 255, 0]", "'me'")) },
  { IFACE, IF_P2P, "GroupStarted", STARTED ("king", "") },
  { IFACE, IF_P2P, "GroupFinished", FINISHED (GROUP_IFACE) },
  { IFACE, IF_P2P, "GroupFinished", FINISHED (IFACE) },
  { GROUP, IF_GROUP, "PeerJoined", "(objectpath '" TV "',)" },
  { GROUP, IF_GROUP, "PeerJoined", "(objectpath '" OTHER "',)" },
  { GROUP, IF_GROUP, "PeerDisconnected", "(objectpath '" TV "',)" },
  { GROUP, IF_GROUP, "PeerDisconnected", "()" },
  { ROOT, "fi.w1.wpa_supplicant1", "InterfaceAdded", "(objectpath '" GROUP_IFACE "',)" },
  { ROOT, "fi.w1.wpa_supplicant1", "InterfaceRemoved", "(objectpath '" GROUP_IFACE "',)" },
  { TV, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      "('" IF_PEER "', {'DeviceName': <'another'>}, @as [])" },
  { ROOT, "fi.w1.wpa_supplicant1", "InterfaceRemoved", "(objectpath '" IFACE "',)" },
  { IFACE, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      "('" IF_INTERFACE "', {'State': <'interface_disabled'>}, @as [])" },
};
#define N_ENDS 2

/* Always the same. */
static GRand *chance;

static void
say_something (Lab *lab)
{
  /* The last, after which all begins anew, are rare. */
  guint n_said = G_N_ELEMENTS (sayings) - (g_rand_int_range (chance, 0, 20) == 0 ? 0 : N_ENDS);
  guint i = g_rand_int_range (chance, 0, n_said);
  g_autoptr (GVariant) args = parse (sayings[i].args);

  fake_wpas_say (lab->fake, sayings[i].path, sayings[i].interface, sayings[i].signal, args);
}

static guint n_begun, n_ended;

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  wfd_link_finish (WFD_LINK (source), result, &error);
  n_ended++;
}

/* What an application may do at any moment. */
static void
do_something (Lab *lab)
{
  WfdLinkPairing pbc = { WFD_PAIRING_PBC, NULL, TRUE };
  guint what = g_rand_int_range (chance, 0, 20);

  n_begun += what < 5;
  if (what == 0)
    wfd_link_find_async (lab->link, lab->cancellable, on_ended, NULL);
  else if (what == 1)
    wfd_link_connect_async (lab->link, TV_ID, &pbc, lab->cancellable, on_ended, NULL);
  else if (what == 2)
    wfd_link_reopen_async (lab->link, TV_ID, &pbc, lab->cancellable, on_ended, NULL);
  else if (what == 3)
    wfd_link_start_group_async (lab->link, lab->cancellable, on_ended, NULL);
  else if (what == 4)
    wfd_link_disconnect_async (lab->link, lab->cancellable, on_ended, NULL);
  else if (what == 5)
    wfd_link_stop_find (lab->link);
  else if (what == 6)
    wfd_link_close (lab->link);
  else if (what == 7)
    wfd_link_tell (lab->link, WFD_LINK_ASKED);
  else
    lab_settle (lab);
}

static void
check_limits (Lab *lab)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (lab->link);

  g_assert_cmpuint (peers->len, <=, 2);
  if (link->group != NULL)
    g_assert_cmpuint (link->group->members->len, <=, 2);
}

static void
test_any_order (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .lost_ms = 1, .address_ms = 1 };

  chance = g_rand_new_with_seed (GPOINTER_TO_UINT (data));
  n_begun = n_ended = 0;
  lab_use_options (lab, &options);
  for (guint i = 0; i < 2000; i++) {
    if (g_rand_int_range (chance, 0, 4) == 0)
      do_something (lab);
    else
      say_something (lab);
    check_limits (lab);
  }
  g_cancellable_cancel (lab->cancellable);
  wfd_link_close (lab->link);
  while (n_ended < n_begun)
    g_main_context_iteration (NULL, TRUE);
  lab_settle (lab);
  g_assert_null (WFD_P2P_LINK (lab->link)->op);
  g_assert_null (wfd_link_get_info (lab->link));
  g_assert_nonnull (strstr (lab->told->str, "opened"));
  g_assert_nonnull (strstr (lab->told->str, "lost"));
  g_test_message ("%s", lab->told->str);
  g_rand_free (chance);
}

/* --- what is no answer --- */

static const char *const answers[] = { "()", "('what?',)", "(<7>,)", "(<'what?'>,)", "(@a{sv} {},)",
  "(@ao [],)" };

/* What comes of each of them: an error that says that it is none (!) or another one (-), or
 * it is as if nothing had been answered, so that the operation goes on and comes to its end
 * (.), or waits for the signal that has to follow (~). None ever opens the link. */
static const struct
{
  const char *step;
  const char *outcomes;
  char unanswered; /* if none comes, of which the error (?) says so */
} outcomes[] = {
  { "clean", "......", '.' },
  { "root", "!!!!-!", '?' },
  { "interfaces", "------", '-' },
  { "read-config", "!!!!!!", '?' },
  { "read-methods", "......", '.' },
  { "configure", "......", '?' },
  { "announce", "......", '?' },
  { "manager", "......", '.' },
  { "peers", "......", '.' },
  { "peer", "......", '.' },
  { "find", "......", '?' },
  { "pair", "!~!!!!", '?' },
  { "network", "!!!-!!", '?' },
  { "frequency", "~~~~~~", '~' },
  { "members", "~~~~~~", '~' },
  { "pairings", "------", '-' },
  { "groups", "~~~~~~", '~' },
  { "pairing", "~~~~~~", '~' },
  { "invite", "~~~~~~", '?' },
  { "rejoin", "~~~~~~", '?' },
  { "forget", "~~~~~~", '~' },
  { "station", "~~~~~~", '~' },
  { "begin", "~~~~~~", '~' },
  { "begin-network", "!!!-!!", '?' },
  { "begin-frequency", "......", '.' },
  { "admit", "~~~~~~", '?' },
  { "invite-in", "~~~~~~", '?' },
};

/* Steps that ask for one thing after the other take their time. */
#define N_ROUNDS 20

static char
get_outcome (const GError *error)
{
  if (error == NULL)
    return '.';
  if (g_error_matches (error, WFD_ERROR, WFD_ERROR_TIMEOUT)
      || g_error_matches (error, WFD_ERROR, WFD_ERROR_NO_SERVICE))
    return '?';
  return g_error_matches (error, WFD_ERROR, WFD_ERROR_MALFORMED) ? '!' : '-';
}

static gboolean
is_radio_away (Lab *lab)
{
  return WFD_P2P_LINK (lab->link)->radio_back_us > g_get_monotonic_time ();
}

static char
end_operation (Lab *lab)
{
  for (guint i = 0; i < N_ROUNDS && !lab->done; i += !is_radio_away (lab))
    lab_settle (lab);
  if (lab->done)
    return get_outcome (lab->error);
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_cancellable_reset (lab->cancellable);
  return '~';
}

static guint
find_outcomes (const char *step)
{
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++) {
    if (g_str_equal (outcomes[i].step, step))
      return i;
  }
  g_assert_not_reached ();
}

static void
test_wrong_answer_at (Lab *lab, gconstpointer data)
{
  const LabStep *step = data;
  char found[G_N_ELEMENTS (answers) + 1] = "";

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autoptr (GVariant) answer = parse (answers[i]);

    fake_wpas_forget_calls (lab->fake);
    fake_wpas_answer (lab->fake, step->key, NULL);
    lab_begin_at (lab, step, answer);
    found[i] = end_operation (lab);
    wfd_link_close (lab->link);
    lab_settle (lab);
    g_assert_null (WFD_P2P_LINK (lab->link)->op);
    g_assert_null (strstr (lab->told->str, "opened"));
    /* Nor is the radio waited for. */
    WFD_P2P_LINK (lab->link)->radio_back_us = 0;
  }
  g_assert_cmpstr (found, ==, outcomes[find_outcomes (step->step)].outcomes);
}

/* What was begun then is undone. */
static void
test_no_answer_at (Lab *lab, gconstpointer data)
{
  const LabStep *step = data;
  char found;
  guint n_calls;

  lab_stop_at (lab, step);
  n_calls = fake_wpas_get_calls (lab->fake)->len;
  fake_wpas_answer (lab->fake, step->key, NULL);
  fake_wpas_release (lab->fake, step->key, NULL);
  found = end_operation (lab);
  g_assert_cmpint (found, ==, outcomes[find_outcomes (step->step)].unanswered);
  lab_settle (lab);
  if (found == '?') {
    g_autofree char *undone = lab_get_methods_since (lab, n_calls);

    g_assert_cmpstr (undone, ==, step->undone);
  }
  g_assert_null (WFD_P2P_LINK (lab->link)->op);
}

/* --- answers that come late --- */

/* The first attempt has failed, and the second is under way: the PIN that it has made up is
 * not to be shown any more. */
static void
test_late_answer_of_before (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .max_attempts = 2, .retry_ms = 1 };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  fake_wpas_hold (lab->fake, "Connect");
  lab_react (lab, "Connect", "GONegotiationFailure", "({'status': <-1>},)");
  lab_connect (lab, TV_ID, WFD_PAIRING_PIN_DISPLAY, NULL);
  lab_wait_call (lab, "Cancel");
  fake_wpas_forget_calls (lab->fake);
  lab_wait_call (lab, "Connect");
  fake_wpas_release (lab->fake, "Connect", g_variant_new ("(s)", "12345670"));
  lab_settle (lab);
  g_assert_cmpstr (lab->told->str, ==, "found");
  fake_wpas_release (lab->fake, "Connect", g_variant_new ("(s)", "31415927"));
  lab_wait_told (lab, "pin");
  g_assert_cmpstr (lab->pin, ==, "31415927");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* The signal was faster that says what comes of it. */
static void
test_late_answer_to_invitation (Lab *lab, gconstpointer data)
{
  static const LabStep step = { "invite", LAB_REOPEN, "Invite", FALSE, "" };

  lab_stop_at (lab, &step);
  lab_say (lab, "InvitationResult", "({'status': <0>},)");
  lab_settle (lab);
  fake_wpas_release (lab->fake, "Invite", g_variant_new ("(s)", "what?"));
  lab_settle (lab);
  g_assert_false (lab->done);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* Who is in the group was told before, and others were there when it was asked. */
static void
test_late_list_of_members (Lab *lab, gconstpointer data)
{
  static const LabStep step = { "members", LAB_CONNECT, "Get Members", FALSE, "" };

  lab_stop_at (lab, &step);
  lab_set_neighbour (lab, NULL);
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerJoined",
      g_variant_new_parsed ("(objectpath '" TV "',)"));
  lab_settle (lab);
  fake_wpas_release (lab->fake, "Get Members",
      g_variant_new_parsed ("(<[objectpath '" OTHER "']>,)"));
  lab_settle (lab);
  g_assert_false (lab->done);
  lab_set_neighbour (lab, "192.168.173.10");
  lab_wait_ok (lab);
  g_assert_cmpstr (wfd_link_peer_get_id (wfd_link_get_info (lab->link)->peer), ==, TV_ID);
}

/* Of a group that is up, the call that has led to it is answered. */
static void
test_late_answer_behind_group (Lab *lab, gconstpointer data)
{
  static const LabStep step = { "pair", LAB_CONNECT, "Connect", FALSE, "" };

  lab_stop_at (lab, &step);
  lab_start_group (lab, "client");
  lab_settle (lab);
  fake_wpas_release (lab->fake, "Connect", g_variant_new ("(s)", ""));
  lab_wait_ok (lab);
}

/* --- the application closes the link in the middle of it --- */

static void
close_link (WfdLink *link)
{
  wfd_link_close (link);
}

static void
test_closed_when_stranger_asks (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  g_signal_connect (lab->link, "peer-found", G_CALLBACK (close_link), NULL);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" OTHER "', uint16 4, byte 7)");
  lab_settle (lab);
  g_assert_null (strstr (lab->told->str, "request"));
}

static void
test_closed_when_peer_asks_in_pause (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .max_attempts = 3, .retry_ms = 60000 };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_say (lab, "GroupFormationFailure", "('',)");
  while (WFD_P2P_LINK (lab->link)->op->pause == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (lab->link, "stage", G_CALLBACK (close_link), NULL);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < 5; i++) {
    g_autofree char *path = g_strdup_printf ("/link/chaos/any-order/%u", i);

    g_test_add (path, Lab, GUINT_TO_POINTER (i + 1), lab_set_up, test_any_order, lab_tear_down);
  }
  for (guint i = 0; i < lab_n_steps; i++) {
    g_autofree char *path = g_strdup_printf ("/link/chaos/wrong-answer-at/%s", lab_steps[i].step);

    g_autofree char *silent = g_strdup_printf ("/link/chaos/no-answer-at/%s", lab_steps[i].step);

    if (lab_steps[i].answers)
      continue;
    g_test_add (path, Lab, &lab_steps[i], lab_set_up, test_wrong_answer_at, lab_tear_down);
    g_test_add (silent, Lab, &lab_steps[i], lab_set_up, test_no_answer_at, lab_tear_down);
  }
  g_test_add ("/link/late/answer-of-before", Lab, NULL, lab_set_up, test_late_answer_of_before,
      lab_tear_down);
  g_test_add ("/link/late/answer-to-invitation", Lab, NULL, lab_set_up,
      test_late_answer_to_invitation, lab_tear_down);
  g_test_add ("/link/late/list-of-members", Lab, NULL, lab_set_up, test_late_list_of_members,
      lab_tear_down);
  g_test_add ("/link/late/answer-behind-group", Lab, NULL, lab_set_up,
      test_late_answer_behind_group, lab_tear_down);
  g_test_add ("/link/chaos/closed-when-a-stranger-asks", Lab, NULL, lab_set_up,
      test_closed_when_stranger_asks, lab_tear_down);
  g_test_add ("/link/chaos/closed-when-the-peer-asks-in-a-pause", Lab, NULL, lab_set_up,
      test_closed_when_peer_asks_in_pause, lab_tear_down);
  return lab_run ();
}
