/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that were paired before and that nobody has asked: they begin their groups, or come into
 * ours. */
#include <link-claim.h>
#include <link-p2p-claim.h>
#include <link-p2p-op-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/guest/" path, Lab, NULL, set_up, test, lab_tear_down)

#define TV_STATION "02:00:00:00:01:40"
#define OTHER_STATION "02:00:00:00:02:40"
#define TURNED_OUT "RemoveClient " GROUP_IFACE " iface='" OTHER_STATION "'"

static const WfdP2pOptions options = {
  .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
  .go_intent = -1,
  .ask_again_ms = G_MAXINT,
  .max_attempts = 2,
  .retry_ms = 1,
};

static void
set_up (Lab *lab, gconstpointer data)
{
  lab_set_up (lab, data);
  lab_use_options (lab, &options);
}

static guint
count (Lab *lab, const char *key)
{
  return fake_wpas_count (lab->fake, key);
}

/* --- their groups --- */

/* It is none that we would be in. */
static void
begin_group_of_other (Lab *lab)
{
  fake_wpas_set (lab->fake, GROUP_IFACE, "PeerGO", g_variant_new_object_path (OTHER));
  fake_wpas_forget_calls (lab->fake);
  lab_start_group (lab, "client");
  lab_wait_call (lab, "Disconnect");
}

static void
begin_group_of_tv (Lab *lab)
{
  fake_wpas_set (lab->fake, GROUP_IFACE, "PeerGO", g_variant_new_object_path (TV));
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* However often, while the peer is sought. */
static void
test_begins_groups (Lab *lab, gconstpointer data)
{
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Find");
  for (guint i = 0; i < 6; i++) {
    begin_group_of_other (lab);
    lab_wait_call (lab, "Find");
    lab_settle (lab);
    g_assert_false (lab->done);
  }
  lab_say_tv_found (lab);
  lab_wait_call (lab, "Connect");
  begin_group_of_tv (lab);
}

/* While the peer is asked. */
static void
test_begins_groups_instead (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  for (guint i = 0; i < 6; i++) {
    begin_group_of_other (lab);
    lab_wait_call (lab, "Connect");
    lab_settle (lab);
    g_assert_false (lab->done);
  }
  begin_group_of_tv (lab);
}

/* For as long as the operation may last. */
static void
test_begins_groups_until_it_is_over (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Find");
  begin_group_of_other (lab);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  g_source_set_ready_time (link->op->timer, 0);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
}

/* --- in ours --- */

static void
set_members (Lab *lab, const char *members)
{
  g_autoptr (GVariant) parsed = parse (members);

  fake_wpas_set (lab->fake, GROUP, "Members", parsed);
}

static void
say_joined_as (Lab *lab, const char *peer, const char *station)
{
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerJoined", g_variant_new ("(o)", peer));
  fake_wpas_say (lab->fake, GROUP_IFACE, IF_INTERFACE, "StaAuthorized",
      g_variant_new ("(s)", station));
  lab_settle (lab);
}

static void
open_ours_with_tv (Lab *lab)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  say_joined_as (lab, TV, TV_STATION);
  lab_wait_ok (lab);
  lab_settle (lab);
}

/* Again and again, and the peer stays. */
static void
test_comes_after_the_peer (Lab *lab, gconstpointer data)
{
  open_ours_with_tv (lab);
  for (guint i = 1; i <= 3; i++) {
    say_joined_as (lab, OTHER, OTHER_STATION);
    g_assert_cmpuint (count (lab, "RemoveClient"), ==, i);
    assert_call (lab, "RemoveClient", TURNED_OUT);
    fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerDisconnected", g_variant_new ("(o)", OTHER));
    lab_settle (lab);
  }
  say_joined_as (lab, TV, TV_STATION);
  g_assert_cmpuint (count (lab, "RemoveClient"), ==, 3);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, 0);
}

/* Both are there when it is looked who is. */
static void
test_comes_before_the_peer (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_hold (lab->fake, "Get Ifname");
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Get Ifname");
  lab_settle (lab);
  set_members (lab, "[objectpath '" OTHER "', '" TV "']");
  say_joined_as (lab, OTHER, OTHER_STATION);
  say_joined_as (lab, TV, TV_STATION);
  g_assert_cmpuint (count (lab, "RemoveClient"), ==, 0);
  fake_wpas_release (lab->fake, "Get Ifname", g_variant_new_parsed ("(<'p2p-wlan0-0'>,)"));
  lab_wait_ok (lab);
  lab_wait_call (lab, "RemoveClient");
  assert_call (lab, "RemoveClient", TURNED_OUT);
}

/* It is for whoever comes. */
static void
test_group_for_all (Lab *lab, gconstpointer data)
{
  lab_start_group_after (lab, "GroupAdd", "GO");
  lab_start_own_group (lab);
  lab_wait_ok (lab);
  set_members (lab, "[objectpath '" TV "']");
  say_joined_as (lab, TV, TV_STATION);
  lab_wait_told (lab, "found opened");
  say_joined_as (lab, OTHER, OTHER_STATION);
  g_assert_cmpuint (count (lab, "RemoveClient"), ==, 0);
}

/* By this link, which goes on to be for both. */
static void
test_let_in (Lab *lab, gconstpointer data)
{
  open_ours_with_tv (lab);
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" OTHER "', {'DeviceName': <'Kitchen'>})");
  lab_settle (lab);
  lab_connect (lab, OTHER_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Start");
  lab_settle (lab);
  say_joined_as (lab, OTHER, OTHER_STATION);
  lab_wait_ok (lab);
  say_joined_as (lab, OTHER, OTHER_STATION);
  g_assert_cmpuint (count (lab, "RemoveClient"), ==, 0);
}

/* --- of another link of ours --- */

/* @peer: (nullable): it waits for it yet */
static void
claim_group (Lab *lab, WfdClaim *claim, const char *peer)
{
  wfd_claim_set (claim, KEY_OWNER, lab_get_owner (lab));
  wfd_claim_set (claim, KEY_PATH, GROUP_IFACE);
  wfd_claim_set (claim, KEY_PEER, peer);
  wfd_claim_set (claim, KEY_OPEN, peer != NULL ? CLAIM_YES : NULL);
}

static void
test_shared (Lab *lab, gconstpointer data)
{
  WfdClaim *claim;

  open_ours_with_tv (lab);
  claim = wfd_claim_new (lab->folder);
  claim_group (lab, claim, NULL);
  say_joined_as (lab, OTHER, OTHER_STATION);
  g_assert_cmpuint (count (lab, "RemoveClient"), ==, 0);
  claim_group (lab, claim, OTHER_ID);
  say_joined_as (lab, OTHER, OTHER_STATION);
  g_assert_cmpuint (count (lab, "RemoveClient"), ==, 0);
  claim_group (lab, claim, "02:00:00:00:03:00");
  say_joined_as (lab, OTHER, OTHER_STATION);
  assert_call (lab, "RemoveClient", TURNED_OUT);
  wfd_claim_free (claim);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("begins-groups", test_begins_groups);
  add ("begins-groups/instead", test_begins_groups_instead);
  add ("begins-groups/until-it-is-over", test_begins_groups_until_it_is_over);
  add ("comes/after-the-peer", test_comes_after_the_peer);
  add ("comes/before-the-peer", test_comes_before_the_peer);
  add ("group-for-all", test_group_for_all);
  add ("let-in", test_let_in);
  add ("shared", test_shared);
  return lab_run ();
}
