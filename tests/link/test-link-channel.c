/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A peer that is in a network by a radio for one channel comes into groups on that channel only. */
#include <wfd/wfd-error.h>

#include "link-lab.h"

#define add(path, test) \
  g_test_add ("/link/channel/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

#define PAIRING PERSISTENT "1"
#define SET_CHANNEL(mhz) \
  "Set Properties " PAIRING " ('fi.w1.wpa_supplicant1.PersistentGroup', 'Properties', " \
  "<{'frequency': <uint32 " mhz ">}>)"
#define BEGIN_AT_5180 "GroupAdd " IFACE " frequency=5180 persistent_group_object='" PAIRING "'"
#define INVITE "Invite " IFACE " peer='" TV "' persistent_group_object='" PAIRING "'"
#define INVITE_IN "Invite " GROUP_IFACE " peer='" TV "'"
#define ACCEPTED "({'status': <0>},)"

/* --- it is kept --- */

static void
negotiate (Lab *lab, const char *result)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_say (lab, "GONegotiationSuccess", result);
  lab_say (lab, "PersistentGroupAdded", "(objectpath '" PAIRING "', @a{sv} {})");
  lab_settle (lab);
  g_assert_null (fake_wpas_find_call (lab->fake, "RemovePersistentGroup"));
}

static void
test_keeps_only_channel (Lab *lab, gconstpointer data)
{
  negotiate (lab, "({'role_go': <'GO'>, 'frequency_list': <[5180]>},)");
  assert_call (lab, "Set Properties", SET_CHANNEL ("5180"));
}

/* wpa_supplicant keeps a pairing that the owner of the group keeps. */
static void
test_keeps_no_pairing (Lab *lab, gconstpointer data)
{
  static const WfdLinkPairing pairing = { WFD_PAIRING_PBC, NULL, FALSE };

  lab_know_tv (lab);
  lab->done = FALSE;
  wfd_link_connect_async (lab->link, TV_ID, &pairing, NULL, lab_on_done, lab);
  lab_wait_call (lab, "Connect");
  lab_say (lab, "GONegotiationSuccess", "({'role_go': <'GO'>, 'frequency_list': <[5180]>},)");
  lab_say (lab, "PersistentGroupAdded", "(objectpath '" PAIRING "', @a{sv} {})");
  lab_wait_call (lab, "RemovePersistentGroup");
  assert_call (lab, "RemovePersistentGroup", "RemovePersistentGroup " IFACE " ('" PAIRING "',)");
  g_assert_null (fake_wpas_find_call (lab->fake, "Set Properties"));
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* That of our own network. */
static void
test_keeps_no_channel_of_ours (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("completed"));
  negotiate (lab, "({'role_go': <'GO'>, 'frequency_list': <[5180]>},)");
  g_assert_null (fake_wpas_find_call (lab->fake, "Set Properties"));
}

/* Wherever it was begun, that binds nobody; of a group of the peer that is not for us to say; and
 * what wpa_supplicant should not say is nothing. */
static void
test_keeps_nothing_else (Lab *lab, gconstpointer data)
{
  static const char *const results[] = {
    "({'role_go': <'GO'>, 'frequency_list': <[5180, 2437]>},)",
    "({'role_go': <'client'>, 'frequency_list': <[5180]>},)",
    "({'role_go': <'GO'>, 'frequency_list': <@ai []>},)",
    "({'role_go': <'GO'>, 'frequency_list': <[-5180]>},)",
    "({'role_go': <'GO'>, 'frequency_list': <[uint32 5180]>},)",
    "({'role_go': <'GO'>},)",
    "({'frequency_list': <[5180]>},)",
    "({'role_go': <'GO'>, 'frequency_list': <[5180]>, 'peer_object': <objectpath '" OTHER "'>},)",
    "(@a{sv} {},)",
  };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    if (i > 0)
      lab_use_options (lab, &(WfdP2pOptions) { .go_intent = -1 });
    negotiate (lab, results[i]);
    g_assert_null (fake_wpas_find_call (lab->fake, "Set Properties"));
    fake_wpas_forget_calls (lab->fake);
  }
}

/* The peer could have used others. */
static void
test_keeps_no_wish (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &(WfdP2pOptions) { .go_intent = -1, .frequency_mhz = 5180 });
  negotiate (lab, "({'role_go': <'GO'>, 'frequency_list': <[5180]>},)");
  g_assert_null (fake_wpas_find_call (lab->fake, "Set Properties"));
}

/* As after any other negotiation the peer comes by itself. */
static void
test_pairs_anew (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PAIRING "']"));
  fake_wpas_set (lab->fake, PAIRING, "Properties",
      g_variant_new_parsed ("{'mode': <'3'>, 'p2p_client_list': <'" TV_ID "'>}"));
  lab_react (lab, "Invite", "InvitationResult", "({'status': <8>},)");
  lab_reopen (lab, TV_ID, TRUE);
  lab_wait_call (lab, "Connect");
  lab_say (lab, "GONegotiationSuccess", "({'role_go': <'GO'>, 'frequency_list': <[5180]>},)");
  lab_start_group (lab, "GO");
  lab_wait_call (lab, "Get Members");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 1);
}

/* --- the group is begun there --- */

static void
use_pairing (Lab *lab, const WfdP2pOptions *options)
{
  WfdP2pOptions ours = *options;

  ours.go_intent = -1;
  ours.max_attempts = 3;
  ours.retry_ms = 1;
  lab_use_options (lab, &ours);
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PAIRING "']"));
  fake_wpas_set (lab->fake, PAIRING, "Properties",
      g_variant_new_parsed ("{'mode': <'3'>, 'p2p_client_list': <'" TV_ID "'>, "
                            "'frequency': <'5180'>}"));
}

static void
test_begins_there (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { 0 });
  lab_start_group_after (lab, "GroupAdd", "GO");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  assert_call (lab, "GroupAdd", BEGIN_AT_5180);
  assert_call (lab, "Invite", INVITE_IN);
  fake_wpas_set (lab->fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_say (lab, "InvitationResult", ACCEPTED);
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerJoined",
      g_variant_new_parsed ("(objectpath '" TV "',)"));
  lab_wait_ok (lab);
  g_assert_null (fake_wpas_find_call (lab->fake, "Set Properties"));
}

/* The peer has begun it, and comes by itself. */
static void
test_asks_nobody_into_group_of_peer (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { 0 });
  fake_wpas_set (lab->fake, IFACE, "Peers", g_variant_new_parsed ("@ao []"));
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Find");
  lab_start_group (lab, "GO");
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  g_assert_null (fake_wpas_find_call (lab->fake, "Invite"));
}

/* wpa_supplicant begins it on the channel of that. */
static void
test_begins_in_own_network (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { 0 });
  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("completed"));
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  assert_call (lab, "Invite", INVITE);
}

static void
test_begins_there_without_network (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { 0 });
  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("scanning"));
  fake_wpas_set (lab->fake, IFACE, "Networks",
      g_variant_new_parsed ("[objectpath '" IFACE "/Networks/0']"));
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "GroupAdd");
  assert_call (lab, "GroupAdd", BEGIN_AT_5180);
}

/* --- where that is of no use --- */

static void
on_group_add (FakeWpas *fake, gpointer user_data)
{
  lab_start_group (user_data, "GO");
}

static void
on_members_accept (FakeWpas *fake, gpointer user_data)
{
  lab_say (user_data, "InvitationResult", ACCEPTED);
}

/* Its program may have crashed the first time. */
static void
test_forgets_channel_of_before (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { .come_ms = 1 });
  fake_wpas_react (lab->fake, "GroupAdd", on_group_add, lab);
  fake_wpas_react (lab->fake, "Get Members", on_members_accept, lab);
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Set Properties");
  assert_call (lab, "Set Properties", SET_CHANNEL ("0"));
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 2);
  fake_wpas_forget_calls (lab->fake);
  lab_wait_call (lab, "Invite");
  assert_call (lab, "Invite", INVITE);
}

static void
on_members_move (FakeWpas *fake, gpointer user_data)
{
  lab_say (user_data, "InvitationResult", "({'status': <7>},)");
}

/* As it says itself, if it is it. */
static void
test_forgets_channel_of_another_network (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { 0 });
  fake_wpas_react (lab->fake, "GroupAdd", on_group_add, lab);
  fake_wpas_react (lab->fake, "Get Members", on_members_move, lab);
  lab_reopen (lab, TV_ID, TRUE);
  lab_wait_call (lab, "Connect");
  assert_call (lab, "Set Properties", SET_CHANNEL ("0"));
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 2);
}

/* The country has changed, say. */
static void
test_forgets_channel_that_is_refused (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { 0 });
  fake_wpas_refuse (lab->fake, "GroupAdd", "fi.w1.wpa_supplicant1.UnknownError");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  assert_call (lab, "Set Properties", SET_CHANNEL ("0"));
  assert_call (lab, "Invite", INVITE);
}

/* Who has not said that it comes may be asleep. */
static void
test_waits_for_answer (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { .come_ms = 1 });
  lab_start_group_after (lab, "GroupAdd", "GO");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  g_assert_null (fake_wpas_find_call (lab->fake, "Set Properties"));
}

/* --- what it answers --- */

/* wpa_supplicant tells it once; whoever says more is not heard while the group is ended. */
static void
test_one_answer_counts (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { .come_ms = 1 });
  lab_start_group_after (lab, "GroupAdd", "GO");
  fake_wpas_hold (lab->fake, "Disconnect");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  lab_say (lab, "InvitationResult", "({'status': <7>},)");
  lab_wait_call (lab, "Disconnect");
  lab_say (lab, "InvitationResult", ACCEPTED);
  lab_say (lab, "InvitationResult", "({'status': <7>},)");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 0);
  g_assert_null (fake_wpas_find_call (lab->fake, "Set Properties"));
  fake_wpas_release (lab->fake, "Disconnect", g_variant_new ("()"));
  lab_settle (lab);
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
invite_in (Lab *lab, const WfdP2pOptions *options)
{
  use_pairing (lab, options);
  lab_start_group_after (lab, "GroupAdd", "GO");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
}

/* Its own has come first. */
static void
test_answer_to_another_is_none (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  lab_say (lab, "InvitationResult", "({'status': <-1>},)");
  lab_settle (lab);
  g_assert_false (lab->done);
}

static void
test_refusal_ends_it (Lab *lab, gconstpointer data)
{
  invite_in (lab, &(WfdP2pOptions) { 0 });
  lab_say (lab, "InvitationResult", "({'status': <11>},)");
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
  g_assert_nonnull (strstr (lab->error->message, "status 11"));
  g_assert_null (fake_wpas_find_call (lab->fake, "Set Properties"));
}

/* Its program begins a moment later, say. */
static void
test_asks_again_who_cannot_yet (Lab *lab, gconstpointer data)
{
  invite_in (lab, &(WfdP2pOptions) { .ask_again_ms = 1 });
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "InvitationResult", "({'status': <1>},)");
  lab_wait_call (lab, "Invite");
  assert_call (lab, "Invite", INVITE_IN);
}

static void
test_searches_for_who_does_not_answer (Lab *lab, gconstpointer data)
{
  invite_in (lab, &(WfdP2pOptions) { 0 });
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "InvitationResult", "({'status': <-1>},)");
  lab_wait_call (lab, "Find");
}

/* wpa_supplicant does not know where it listens. */
static void
test_searches_for_who_cannot_be_asked (Lab *lab, gconstpointer data)
{
  use_pairing (lab, &(WfdP2pOptions) { 0 });
  lab_start_group_after (lab, "GroupAdd", "GO");
  fake_wpas_refuse (lab->fake, "Invite", "fi.w1.wpa_supplicant1.UnknownError");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  fake_wpas_forget_calls (lab->fake);
  lab_wait_call (lab, "Find");
}

/* --- in vain --- */

/* It takes the invitation, and the group ends without it. */
static void
on_invite (FakeWpas *fake, gpointer user_data)
{
  Lab *lab = user_data;

  lab_say (lab, "InvitationResult", ACCEPTED);
  lab_start_group (lab, "GO");
}

static void
on_members (FakeWpas *fake, gpointer user_data)
{
  lab_say (user_data, "GroupFinished", "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
}

static void
invite_in_vain (Lab *lab, gboolean may_pair)
{
  use_pairing (lab, &(WfdP2pOptions) { .max_attempts = 3 });
  fake_wpas_set (lab->fake, PAIRING, "Properties",
      g_variant_new_parsed ("{'mode': <'3'>, 'p2p_client_list': <'" TV_ID "'>}"));
  fake_wpas_react (lab->fake, "Invite", on_invite, lab);
  fake_wpas_react (lab->fake, "Get Members", on_members, lab);
  lab_reopen (lab, TV_ID, may_pair);
}

/* A negotiation heeds where the peer has to be. */
static void
test_negotiates_at_last (Lab *lab, gconstpointer data)
{
  invite_in_vain (lab, TRUE);
  lab_wait_call (lab, "Connect");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 2);
}

static void
test_says_that_it_stays_away (Lab *lab, gconstpointer data)
{
  invite_in_vain (lab, FALSE);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_PAIRING);
  g_assert_nonnull (strstr (lab->error->message, "may be on another channel"));
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 3);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("keeps-only-channel", test_keeps_only_channel);
  add ("keeps-no-pairing", test_keeps_no_pairing);
  add ("keeps-nothing-else", test_keeps_nothing_else);
  add ("keeps-no-channel-of-ours", test_keeps_no_channel_of_ours);
  add ("keeps-no-wish", test_keeps_no_wish);
  add ("pairs-anew", test_pairs_anew);
  add ("begins-there", test_begins_there);
  add ("asks-nobody-into-group-of-peer", test_asks_nobody_into_group_of_peer);
  add ("begins-in-own-network", test_begins_in_own_network);
  add ("begins-there-without-network", test_begins_there_without_network);
  add ("forgets-channel-of-before", test_forgets_channel_of_before);
  add ("forgets-channel-of-another-network", test_forgets_channel_of_another_network);
  add ("forgets-channel-that-is-refused", test_forgets_channel_that_is_refused);
  add ("waits-for-answer", test_waits_for_answer);
  add ("one-answer-counts", test_one_answer_counts);
  add ("answer-to-another-is-none", test_answer_to_another_is_none);
  add ("refusal-ends-it", test_refusal_ends_it);
  add ("asks-again-who-cannot-yet", test_asks_again_who_cannot_yet);
  add ("searches-for-who-does-not-answer", test_searches_for_who_does_not_answer);
  add ("searches-for-who-cannot-be-asked", test_searches_for_who_cannot_be_asked);
  add ("negotiates-at-last", test_negotiates_at_last);
  add ("says-that-it-stays-away", test_says_that_it_stays_away);
  return lab_run ();
}
