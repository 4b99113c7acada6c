/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A peer vanishes while it is paired with: told, and not of one that is there; or somebody else
 * comes first. */
#include <link-p2p-op-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/gone/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

static const WfdP2pOptions options = {
  .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
  .go_intent = -1,
  .ask_again_ms = G_MAXINT,
  .max_attempts = 4,
  .retry_ms = 1,
};

static WfdP2pOp *
get_op (Lab *lab)
{
  return WFD_P2P_LINK (lab->link)->op;
}

static void
ask_tv (Lab *lab)
{
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
}

/* The radio may have to come back first. */
static void
wait_expecting (Lab *lab)
{
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  g_assert_nonnull (get_op (lab)->expecting);
}

static void
assert_told_gone (Lab *lab)
{
  fake_wpas_forget_calls (lab->fake);
  g_source_set_ready_time (get_op (lab)->expecting, 0);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_PEER);
  g_assert_cmpstr (lab->error->message, ==,
      "Living room is not heard any more; is it still on, and near?");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
}

static void
assert_paired_when_heard (Lab *lab)
{
  fake_wpas_forget_calls (lab->fake);
  lab_say_tv_found (lab);
  lab_wait_call (lab, "Connect");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* --- after it has agreed --- */

/* As far as to a group that is not formed. */
static void
agree_in_vain (Lab *lab)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  ask_tv (lab);
  lab_say (lab, "GONegotiationSuccess", "({'peer_object': <objectpath '" TV "'>},)");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "GroupFormationFailure", "('',)");
  wait_expecting (lab);
}

static void
test_agreed (Lab *lab, gconstpointer data)
{
  agree_in_vain (lab);
  /* On one channel after the other it would not be heard meanwhile. */
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=10");
  assert_told_gone (lab);
}

static void
test_agreed_and_is_there (Lab *lab, gconstpointer data)
{
  agree_in_vain (lab);
  assert_paired_when_heard (lab);
}

static void
test_forgotten_meanwhile (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  ask_tv (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "DeviceLost", "(objectpath '" TV "',)");
  lab_say (lab, "GroupFormationFailure", "('',)");
  wait_expecting (lab);
  g_source_set_ready_time (get_op (lab)->expecting, 0);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_PEER);
}

/* As a client it never came in, say. */
static void
test_group_gone (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_set_neighbour (lab, NULL);
  ask_tv (lab);
  lab_start_group (lab, "GO");
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "GroupFinished", "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
  wait_expecting (lab);
  assert_told_gone (lab);
}

/* The group of another link that comes meanwhile keeps it from being searched for. */
static void
test_other_link_has_its_turn (Lab *lab, gconstpointer data)
{
  const WfdLinkPairing how = { WFD_PAIRING_PBC, NULL, TRUE };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  WfdP2pOptions theirs = options;
  WfdLink *other;

  agree_in_vain (lab);
  fake_wpas_set (lab->fake, IFACE, "Peers", g_variant_new_parsed ("[objectpath '" OTHER "']"));
  fake_wpas_set (lab->fake, OTHER, "DeviceName", g_variant_new_string ("Kitchen"));
  theirs.program_folders = theirs.runtime_folder = lab->folder;
  other = WFD_LINK (wfd_p2p_link_new_full (lab->bus, &theirs));
  wfd_link_connect_async (other, OTHER_ID, &how, cancellable, NULL, NULL);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  g_source_set_ready_time (get_op (lab)->expecting, 0);
  lab_settle (lab);
  g_assert_false (lab->done);
  wfd_link_close (other);
  lab_settle (lab);
  g_assert_finalize_object (other);
  g_source_set_ready_time (get_op (lab)->expecting, 0);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_PEER);
}

/* Where its group has gone the next question says whether it is there. */
static void
test_joined_is_asked_at_once (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_hear_owner (lab, TRUE);
  ask_tv (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_start_group_after (lab, "Connect", "client");
  lab_say (lab, "GroupFormationFailure", "('',)");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
}

/* It is searched for if it does not answer. */
static void
test_invited_is_invited_at_once (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0']"));
  fake_wpas_set (lab->fake, PERSISTENT "0", "Properties",
      g_variant_new_parsed ("{'mode': <'0'>, 'bssid': <'" TV_ID "'>}"));
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  lab_say (lab, "InvitationResult", "({'status': <0>},)");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_start_group_after (lab, "Invite", "client");
  lab_say (lab, "GroupFormationFailure", "('',)");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
}

/* --- after it has asked --- */

#define ASKS "(objectpath '" TV "', uint16 4, byte 0)"

static void
hear_question (Lab *lab)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_find (lab);
  lab_wait_ok (lab);
  lab->done = FALSE;
  wfd_link_stop_find (lab->link);
  lab_say (lab, "GONegotiationRequest", ASKS);
  lab_wait_told (lab, "request-pbc");
}

/* Five seconds later. */
static void
wait_for_answer (Lab *lab)
{
  fake_wpas_forget_calls (lab->fake);
  g_source_set_ready_time (get_op (lab)->step_timer, 0);
}

static void
answer_in_vain (Lab *lab)
{
  hear_question (lab);
  ask_tv (lab);
  wait_for_answer (lab);
  wait_expecting (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 1);
}

static void
test_asked (Lab *lab, gconstpointer data)
{
  answer_in_vain (lab);
  assert_told_gone (lab);
}

static void
test_asked_and_is_there (Lab *lab, gconstpointer data)
{
  answer_in_vain (lab);
  assert_paired_when_heard (lab);
  assert_call (lab, "Connect", "Connect " IFACE " peer='" TV "' persistent=true wps_method='pbc'");
}

/* That is no news to whoever has said yes. */
static void
test_asks_again (Lab *lab, gconstpointer data)
{
  answer_in_vain (lab);
  g_string_truncate (lab->told, 0);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "GONegotiationRequest", ASKS);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  g_assert_cmpstr (lab->told->str, ==, "");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* Its person has to be asked: it is asked again, and not looked for. */
static void
assert_waited_for (Lab *lab)
{
  wait_for_answer (lab);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 0);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

static void
test_heard_once_is_waited_for (Lab *lab, gconstpointer data)
{
  answer_in_vain (lab);
  lab_say_tv_found (lab);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  g_assert_null (get_op (lab)->expecting);
  g_assert_false (get_op (lab)->doubts_peer);
  assert_waited_for (lab);
}

static void
test_refused_is_waited_for (Lab *lab, gconstpointer data)
{
  hear_question (lab);
  wfd_link_reject (lab->link, lab->last_peer);
  ask_tv (lab);
  assert_waited_for (lab);
}

static void
test_asked_long_ago_is_waited_for (Lab *lab, gconstpointer data)
{
  hear_question (lab);
  wfd_link_peer_set_asked_us (lab->last_peer, g_get_monotonic_time () - 121 * G_TIME_SPAN_SECOND);
  ask_tv (lab);
  assert_waited_for (lab);
}

/* --- while something else goes on --- */

/* What it has begun was taken for what is wanted. */
static void
test_adopted (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_find (lab);
  lab_wait_ok (lab);
  fake_wpas_hold (lab->fake, "Get Ifname");
  lab_start_group (lab, "client");
  lab_wait_call (lab, "Get Ifname");
  lab_reopen (lab, TV_ID, FALSE);
  lab_say (lab, "GroupFinished", "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NOT_PAIRED);
}

/* Its last words are waited for, whatever is told meanwhile. */
static void
test_failing (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  ask_tv (lab);
  lab_say (lab, "WpsFailed", "('fail', {'config_error': <int16 18>})");
  lab_say (lab, "GONegotiationSuccess", "(@a{sv} {},)");
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_PAIRING);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 1);
}

/* --- somebody else is there instead --- */

static void
on_asked (FakeWpas *fake, gpointer user_data)
{
  lab_start_group (user_data, "client");
}

static void
on_group_left (FakeWpas *fake, gpointer user_data)
{
  fake_wpas_set (fake, GROUP_IFACE, "PeerGO", g_variant_new_object_path (TV));
}

static void
test_somebody_else_first (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP_IFACE, "PeerGO", g_variant_new_object_path (OTHER));
  fake_wpas_react (lab->fake, "Disconnect", on_group_left, NULL);
  fake_wpas_react (lab->fake, "Connect", on_asked, lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 2);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
}

#define STRANGER_STATION "02:00:00:00:99:01"

static void
say_joined (Lab *lab, const char *peer)
{
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerJoined", g_variant_new ("(o)", peer));
}

/* Into a group of ours in which the peer is waited for. */
static void
let_stranger_come (Lab *lab, const WfdP2pOptions *some)
{
  lab_use_options (lab, some);
  lab_know_tv (lab);
  ask_tv (lab);
  lab_start_group (lab, "GO");
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  say_joined (lab, OTHER);
}

/* Who leaves it does not end it, either. */
static void
test_stranger_in_our_group (Lab *lab, gconstpointer data)
{
  let_stranger_come (lab, &options);
  fake_wpas_say (lab->fake, GROUP_IFACE, IF_INTERFACE, "StaAuthorized",
      g_variant_new ("(s)", STRANGER_STATION));
  lab_wait_call (lab, "RemoveClient");
  assert_call (lab, "RemoveClient", "RemoveClient " GROUP_IFACE " iface='" STRANGER_STATION "'");
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerDisconnected", g_variant_new ("(o)", OTHER));
  lab_settle (lab);
  g_assert_false (lab->done);
  say_joined (lab, TV);
  lab_wait_ok (lab);
  g_assert_cmpstr (wfd_link_peer_get_id (wfd_link_get_info (lab->link)->peer), ==, TV_ID);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 1);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
}

/* One that does as if it were no Wi-Fi Direct device is not the peer for that. */
static void
test_nameless_in_our_group (Lab *lab, gconstpointer data)
{
  static const char nobody[] = IFACE "/Peers/000000000000";

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  ask_tv (lab);
  fake_wpas_set (lab->fake, GROUP, "Members",
      g_variant_new_parsed ("[objectpath '" IFACE "/Peers/000000000000']"));
  lab_start_group (lab, "GO");
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  say_joined (lab, nobody);
  lab_settle (lab);
  g_assert_false (lab->done);
  say_joined (lab, TV);
  lab_wait_ok (lab);
}

/* The peer does not come beside him, for as long as it may take. */
static void
test_only_a_stranger (Lab *lab, gconstpointer data)
{
  WfdP2pOptions short_of_time = options;

  short_of_time.come_ms = 1;
  let_stranger_come (lab, &short_of_time);
  lab_wait_call (lab, "Disconnect");
  fake_wpas_forget_calls (lab->fake);
  lab_wait_call (lab, "Connect");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* He has begun it, and it has no address yet when another one is wanted. */
static void
test_group_of_stranger_is_not_adopted (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_set_neighbour (lab, NULL);
  lab_find (lab);
  lab_wait_ok (lab);
  lab_start_group (lab, "GO");
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  say_joined (lab, OTHER);
  lab_settle (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Disconnect");
  lab_wait_call (lab, "Connect");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpstr (wfd_link_peer_get_id (wfd_link_get_info (lab->link)->peer), ==, TV_ID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("agreed", test_agreed);
  add ("agreed/is-there", test_agreed_and_is_there);
  add ("agreed/forgotten-meanwhile", test_forgotten_meanwhile);
  add ("agreed/group-gone", test_group_gone);
  add ("agreed/other-link-has-its-turn", test_other_link_has_its_turn);
  add ("joined-is-asked-at-once", test_joined_is_asked_at_once);
  add ("invited-is-invited-at-once", test_invited_is_invited_at_once);
  add ("asked", test_asked);
  add ("asked/is-there", test_asked_and_is_there);
  add ("asked/asks-again", test_asks_again);
  add ("asked/heard-once-is-waited-for", test_heard_once_is_waited_for);
  add ("asked/refused-is-waited-for", test_refused_is_waited_for);
  add ("asked/long-ago-is-waited-for", test_asked_long_ago_is_waited_for);
  add ("adopted", test_adopted);
  add ("failing", test_failing);
  add ("somebody-else-first", test_somebody_else_first);
  add ("stranger/in-our-group", test_stranger_in_our_group);
  add ("stranger/nameless", test_nameless_in_our_group);
  add ("stranger/alone", test_only_a_stranger);
  add ("stranger/has-begun-the-group", test_group_of_stranger_is_not_adopted);
  return lab_run ();
}
