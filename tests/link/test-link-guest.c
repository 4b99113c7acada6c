/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that were paired before and that nobody has asked: they begin their groups. */
#include <link-p2p-op-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/guest/" path, Lab, NULL, set_up, test, lab_tear_down)

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

/* While the peer is asked, always for the same. */
static void
test_begins_groups_instead (Lab *lab, gconstpointer data)
{
  g_autofree char *asked = NULL;

  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  asked = g_strdup (fake_wpas_find_call (lab->fake, "Connect"));
  for (guint i = 0; i < 6; i++) {
    begin_group_of_other (lab);
    lab_wait_call (lab, "Connect");
    g_assert_cmpstr (fake_wpas_find_call (lab->fake, "Connect"), ==, asked);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("begins-groups", test_begins_groups);
  add ("begins-groups/instead", test_begins_groups_instead);
  add ("begins-groups/until-it-is-over", test_begins_groups_until_it_is_over);
  return lab_run ();
}
