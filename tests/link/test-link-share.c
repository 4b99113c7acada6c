/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two links of ours on one adapter, each with its peer, in one group. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <link-p2p-op-private.h>
#include <unistd.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/share/" path, Pair, NULL, set_up, test, tear_down)

#define TV_STATION "02:00:00:00:01:40"
#define OTHER_STATION "02:00:00:00:02:40"

/* The first link is that of the lab. */
typedef struct
{
  Lab lab;
  WfdLink *second;
  GCancellable *cancellable;
  GString *told; /* by the second */
  gboolean done;
  GError *error;
} Pair;

static void
on_second_opened (WfdLink *link, Pair *pair)
{
  g_string_append (pair->told, "opened ");
}

static void
on_second_lost (WfdLink *link, const GError *error, Pair *pair)
{
  g_string_append (pair->told, "lost ");
}

static const WfdP2pOptions options = {
  .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
  .go_intent = -1,
  .lost_ms = 1,
};

static WfdLink *
make_link (Pair *pair)
{
  WfdP2pOptions ours = options;

  ours.advert.port = 7237;
  ours.program_folders = ours.runtime_folder = pair->lab.folder;
  ours.max_attempts = 1;
  return WFD_LINK (wfd_p2p_link_new_full (pair->lab.bus, &ours));
}

static void
know_displays (Pair *pair)
{
  FakeWpas *fake = pair->lab.fake;

  lab_know_tv (&pair->lab);
  fake_wpas_set (fake, IFACE, "Peers", g_variant_new_parsed ("[objectpath '" TV "', '" OTHER "']"));
  fake_wpas_set (fake, OTHER, "DeviceName", g_variant_new_string ("Kitchen"));
  fake_wpas_set (fake, OTHER, "groupcapability", g_variant_new_byte (0));
}

static void
set_up (Pair *pair, gconstpointer data)
{
  lab_set_up (&pair->lab, data);
  lab_use_options (&pair->lab, &options);
  know_displays (pair);
  lab_set_neighbour (&pair->lab, NULL);
  lab_add_neighbour (&pair->lab, "192.168.173.10", TV_STATION);
  lab_add_neighbour (&pair->lab, "192.168.173.11", OTHER_STATION);
  pair->cancellable = g_cancellable_new ();
  pair->told = g_string_new (NULL);
  pair->second = make_link (pair);
  g_signal_connect (pair->second, "opened", G_CALLBACK (on_second_opened), pair);
  g_signal_connect (pair->second, "lost", G_CALLBACK (on_second_lost), pair);
}

static void
tear_down (Pair *pair, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (pair->second, pair);
  wfd_link_close (pair->second);
  lab_settle (&pair->lab);
  g_assert_finalize_object (pair->second);
  g_object_unref (pair->cancellable);
  g_string_free (pair->told, TRUE);
  g_clear_error (&pair->error);
  lab_tear_down (&pair->lab, data);
}

/* --- what is asked and said --- */

static void
on_second_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Pair *pair = user_data;

  g_clear_error (&pair->error);
  wfd_link_finish (WFD_LINK (source), result, &pair->error);
  pair->done = TRUE;
}

static void
connect_second_to (Pair *pair, const char *id)
{
  const WfdLinkPairing how = { WFD_PAIRING_PBC, NULL, TRUE };

  pair->done = FALSE;
  wfd_link_connect_async (pair->second, id, &how, pair->cancellable, on_second_done, pair);
}

static void
connect_second (Pair *pair)
{
  connect_second_to (pair, OTHER_ID);
}

static void
reopen_second_to (Pair *pair, const char *id)
{
  const WfdLinkPairing how = { WFD_PAIRING_PBC, NULL, TRUE };

  pair->done = FALSE;
  wfd_link_reopen_async (pair->second, id, &how, pair->cancellable, on_second_done, pair);
}

static void
reopen_second (Pair *pair)
{
  reopen_second_to (pair, OTHER_ID);
}

static void
wait_second (Pair *pair)
{
  while (!pair->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
disconnect (Pair *pair, WfdLink *link)
{
  pair->done = FALSE;
  wfd_link_disconnect_async (link, NULL, on_second_done, pair);
  wait_second (pair);
  g_assert_no_error (pair->error);
  lab_settle (&pair->lab);
}

static void
set_members (Pair *pair, const char *members)
{
  g_autoptr (GVariant) parsed = parse (members);

  fake_wpas_set (pair->lab.fake, GROUP, "Members", parsed);
}

static void
say_joined (Pair *pair, const char *peer, const char *station)
{
  fake_wpas_say (pair->lab.fake, GROUP, IF_GROUP, "PeerJoined", g_variant_new ("(o)", peer));
  fake_wpas_say (pair->lab.fake, GROUP_IFACE, IF_INTERFACE, "StaAuthorized",
      g_variant_new ("(s)", station));
}

static void
say_left (Pair *pair, const char *peer)
{
  fake_wpas_say (pair->lab.fake, GROUP, IF_GROUP, "PeerDisconnected", g_variant_new ("(o)", peer));
}

static guint
count (Pair *pair, const char *key)
{
  return fake_wpas_count (pair->lab.fake, key);
}

static void
assert_peer (WfdLink *link, const char *id, const char *address)
{
  const WfdLinkInfo *info = wfd_link_get_info (link);
  g_autofree char *local = NULL, *text = NULL;

  g_assert_nonnull (info);
  g_assert_true (info->is_owner);
  g_assert_cmpstr (wfd_link_peer_get_id (info->peer), ==, id);
  local = g_inet_address_to_string (info->local_address);
  text = g_inet_address_to_string (info->peer_address);
  g_assert_cmpstr (local, ==, "192.168.173.1");
  g_assert_cmpstr (text, ==, address);
}

/* Both have reached wpa_supplicant and know both displays. */
static void
prepare (Pair *pair)
{
  Lab *lab = &pair->lab;
  WfdLink *links[] = { lab->link, pair->second };

  set_members (pair, "@ao []");
  for (guint i = 0; i < G_N_ELEMENTS (links); i++) {
    pair->done = FALSE;
    wfd_link_find_async (links[i], NULL, on_second_done, pair);
    wait_second (pair);
    wfd_link_stop_find (links[i]);
  }
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
}

static void
begin_first (Pair *pair)
{
  lab_connect (&pair->lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (&pair->lab, "Connect");
  lab_settle (&pair->lab);
}

static void
form_first (Pair *pair, const char *role)
{
  lab_start_group (&pair->lab, role);
  lab_settle (&pair->lab);
}

static void
let_tv_in (Pair *pair)
{
  set_members (pair, "[objectpath '" TV "']");
  say_joined (pair, TV, TV_STATION);
  lab_wait_ok (&pair->lab);
}

static void
open_first (Pair *pair)
{
  prepare (pair);
  begin_first (pair);
  form_first (pair, "GO");
  let_tv_in (pair);
  assert_peer (pair->lab.link, TV_ID, "192.168.173.10");
  g_string_set_size (pair->lab.told, 0);
}

static void
let_other_in (Pair *pair)
{
  set_members (pair, "[objectpath '" TV "', objectpath '" OTHER "']");
  say_joined (pair, OTHER, OTHER_STATION);
  wait_second (pair);
  g_assert_no_error (pair->error);
}

static void
open_both (Pair *pair)
{
  open_first (pair);
  connect_second (pair);
  lab_wait_call (&pair->lab, "Invite");
  let_other_in (pair);
}

/* --- in --- */

static void
test_both_join (Pair *pair, gconstpointer data)
{
  open_both (pair);
  assert_call (&pair->lab, "Start",
      "Start " GROUP_IFACE " P2PDeviceAddress=[0x02, 0x00, 0x00, 0x00, 0x02, 0x00] "
      "Role='registrar' Type='pbc'");
  assert_call (&pair->lab, "Invite", "Invite " GROUP_IFACE " peer='" OTHER "'");
  g_assert_cmpuint (count (pair, "Connect"), ==, 1);
  assert_peer (pair->lab.link, TV_ID, "192.168.173.10");
  assert_peer (pair->second, OTHER_ID, "192.168.173.11");
  g_assert_cmpstr (pair->told->str, ==, "opened ");
  g_assert_cmpstr (pair->lab.told->str, ==, "");
  g_assert_cmpuint (count (pair, "Disconnect") + count (pair, "RemoveClient"), ==, 0);
}

static void
know_pairing (Pair *pair, const char *properties)
{
  g_autoptr (GVariant) parsed = parse (properties);

  fake_wpas_set (pair->lab.fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0']"));
  fake_wpas_set (pair->lab.fake, PERSISTENT "0", "Properties", parsed);
}

/* It was in the group before. */
static void
test_second_paired_here (Pair *pair, gconstpointer data)
{
  open_first (pair);
  know_pairing (pair, "{'mode': <'3'>, 'p2p_client_list': <'" OTHER_ID "'>}");
  reopen_second (pair);
  lab_wait_call (&pair->lab, "Invite");
  assert_call (&pair->lab, "Invite", "Invite " GROUP_IFACE " peer='" OTHER "'");
  let_other_in (pair);
  g_assert_cmpuint (count (pair, "Start"), ==, 0);
}

/* What it knows is how to come into its own group. */
static void
test_second_paired_there (Pair *pair, gconstpointer data)
{
  open_first (pair);
  know_pairing (pair, "{'mode': <'0'>, 'bssid': <'" OTHER_ID "'>}");
  reopen_second (pair);
  lab_wait_call (&pair->lab, "Invite");
  g_assert_cmpuint (count (pair, "Start"), ==, 1);
  let_other_in (pair);
}

/* It knows no group of ours any more. */
static void
test_second_has_forgotten (Pair *pair, gconstpointer data)
{
  open_first (pair);
  know_pairing (pair, "{'mode': <'3'>, 'p2p_client_list': <'" OTHER_ID "'>}");
  lab_react (&pair->lab, "Invite", "InvitationResult", "({'status': <8>},)");
  reopen_second (pair);
  lab_wait_call (&pair->lab, "Start");
  lab_settle (&pair->lab);
  g_assert_cmpuint (count (pair, "Invite"), ==, 2);
  let_other_in (pair);
}

/* In a group of the display nobody else can be let in. */
static void
test_group_of_display (Pair *pair, gconstpointer data)
{
  prepare (pair);
  begin_first (pair);
  form_first (pair, "client");
  lab_wait_ok (&pair->lab);
  fake_wpas_forget_calls (pair->lab.fake);
  connect_second (pair);
  lab_wait_call (&pair->lab, "Connect");
  g_assert_cmpuint (count (pair, "Start") + count (pair, "Invite"), ==, 0);
}

static void
assert_second_refused (Pair *pair)
{
  wait_second (pair);
  g_assert_error (pair->error, WFD_ERROR, WFD_ERROR_IN_USE);
  g_assert_nonnull (strstr (pair->error->message, "tee"));
  lab_settle (&pair->lab);
  g_assert_null (WFD_P2P_LINK (pair->second)->group);
  g_assert_cmpuint (count (pair, "Connect"), ==, 1);
  g_assert_cmpuint (count (pair, "Start") + count (pair, "Invite") + count (pair, "Cancel")
          + count (pair, "Disconnect") + count (pair, "RemoveClient"),
      ==, 0);
}

/* The end of the second would be that of the first, which is still playing. */
static void
test_display_of_first (Pair *pair, gconstpointer data)
{
  open_first (pair);
  connect_second_to (pair, TV_ID);
  assert_second_refused (pair);
  reopen_second_to (pair, TV_ID);
  assert_second_refused (pair);
  assert_peer (pair->lab.link, TV_ID, "192.168.173.10");
  g_assert_cmpstr (pair->lab.told->str, ==, "");

  /* Another one it may have, and this one when it is free. */
  connect_second (pair);
  lab_wait_call (&pair->lab, "Invite");
  let_other_in (pair);
  disconnect (pair, pair->second);
  disconnect (pair, pair->lab.link);
  fake_wpas_forget_calls (pair->lab.fake);
  connect_second_to (pair, TV_ID);
  lab_wait_call (&pair->lab, "Connect");
}

/* Two that are begun at once. */
static void
test_display_of_first_meanwhile (Pair *pair, gconstpointer data)
{
  prepare (pair);
  begin_first (pair);
  connect_second_to (pair, TV_ID);
  form_first (pair, "GO");
  g_assert_false (pair->done);
  let_tv_in (pair);
  assert_second_refused (pair);
  assert_peer (pair->lab.link, TV_ID, "192.168.173.10");
}

static void
test_display_of_first_that_owns (Pair *pair, gconstpointer data)
{
  prepare (pair);
  begin_first (pair);
  form_first (pair, "client");
  lab_wait_ok (&pair->lab);
  connect_second_to (pair, TV_ID);
  assert_second_refused (pair);
}

static guint
get_port (Pair *pair)
{
  GVariant *wfd_ies = fake_wpas_get (pair->lab.fake, ROOT, "WFDIEs");
  gsize n;
  const guint8 *octets = g_variant_get_fixed_array (wfd_ies, &n, 1);

  g_assert_cmpuint (n, >=, 7);
  return octets[5] << 8 | octets[6];
}

/* Of which the last is told to everybody, and while one pairs it is the last. */
static void
test_ports (Pair *pair, gconstpointer data)
{
  prepare (pair);
  g_assert_cmpuint (get_port (pair), ==, 7237);
  begin_first (pair);
  g_assert_cmpuint (get_port (pair), ==, 7236);
  form_first (pair, "GO");
  let_tv_in (pair);
  connect_second (pair);
  lab_wait_call (&pair->lab, "Invite");
  g_assert_cmpuint (get_port (pair), ==, 7237);
}

/* --- one after the other --- */

static void
assert_waits (Pair *pair)
{
  lab_settle (&pair->lab);
  g_assert_false (pair->done);
  g_assert_cmpuint (count (pair, "Connect"), ==, 1);
  g_assert_cmpuint (count (pair, "Start") + count (pair, "Find"), ==, 0);
}

/* From a negotiation to an open link. */
static void
test_second_waits (Pair *pair, gconstpointer data)
{
  prepare (pair);
  begin_first (pair);
  connect_second (pair);
  assert_waits (pair);
  form_first (pair, "GO");
  assert_waits (pair);
  g_assert_null (WFD_P2P_LINK (pair->second)->group);
  let_tv_in (pair);
  lab_wait_call (&pair->lab, "Invite");
  let_other_in (pair);
  assert_peer (pair->lab.link, TV_ID, "192.168.173.10");
  assert_peer (pair->second, OTHER_ID, "192.168.173.11");
}

/* In between it drops a pairing that the display has forgotten, and begins nothing. */
static void
test_second_waits_while_first_pairs_again (Pair *pair, gconstpointer data)
{
  FakeWpas *fake = pair->lab.fake;
  const WfdP2pOp *second;

  prepare (pair);
  know_pairing (pair, "{'mode': <'3'>, 'p2p_client_list': <'" TV_ID "'>}");
  lab_react (&pair->lab, "Invite", "InvitationResult", "({'status': <8>},)");
  fake_wpas_hold (fake, "RemovePersistentGroup");
  lab_reopen (&pair->lab, TV_ID, TRUE);
  lab_wait_call (&pair->lab, "RemovePersistentGroup");
  connect_second (pair);
  second = WFD_P2P_LINK (pair->second)->op;
  while (second->step < WFD_P2P_STEP_SHARE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (second->step, ==, WFD_P2P_STEP_SHARE);
  lab_settle (&pair->lab);
  g_assert_cmpint (second->step, ==, WFD_P2P_STEP_SHARE);
  fake_wpas_release (fake, "RemovePersistentGroup", NULL);
  lab_wait_call (&pair->lab, "Connect");
  assert_waits (pair);
}

static void
test_first_fails (Pair *pair, gconstpointer data)
{
  prepare (pair);
  begin_first (pair);
  connect_second (pair);
  assert_waits (pair);
  fake_wpas_forget_calls (pair->lab.fake);
  lab_say (&pair->lab, "GONegotiationFailure",
      "({'peer_object': <objectpath '" TV "'>, 'status': <11>},)");
  lab_wait_error (&pair->lab, WFD_ERROR, WFD_ERROR_REFUSED);
  lab_wait_call (&pair->lab, "Connect");
  lab_settle (&pair->lab);
  g_assert_true (
      g_str_has_suffix (fake_wpas_find_call (pair->lab.fake, "Connect"), "wps_method='pbc'"));
}

/* A display that never answers keeps nobody waiting while the first rests. */
static void
test_first_rests (Pair *pair, gconstpointer data)
{
  WfdP2pOptions patient = options;

  patient.retry_ms = 1000000;
  patient.max_attempts = 2;
  lab_use_options (&pair->lab, &patient);
  prepare (pair);
  begin_first (pair);
  connect_second (pair);
  assert_waits (pair);
  fake_wpas_forget_calls (pair->lab.fake);
  lab_say (&pair->lab, "GONegotiationFailure", "({'status': <-1>},)");
  lab_wait_call (&pair->lab, "Connect");
  g_assert_nonnull (strstr (fake_wpas_find_call (pair->lab.fake, "Connect"), OTHER));
  g_assert_false (pair->lab.done);

  /* Its turn comes again behind that of the second. */
  wfd_p2p_op_end_pause (WFD_P2P_LINK (pair->lab.link)->op);
  lab_settle (&pair->lab);
  g_assert_cmpuint (count (pair, "Connect"), ==, 1);
  fake_wpas_forget_calls (pair->lab.fake);
  lab_say (&pair->lab, "GONegotiationFailure",
      "({'peer_object': <objectpath '" OTHER "'>, 'status': <11>},)");
  wait_second (pair);
  lab_wait_call (&pair->lab, "Connect");
  g_assert_nonnull (strstr (fake_wpas_find_call (pair->lab.fake, "Connect"), TV));
}

/* It would end a negotiation. */
static void
test_search_waits (Pair *pair, gconstpointer data)
{
  prepare (pair);
  begin_first (pair);
  pair->done = FALSE;
  wfd_link_find_async (pair->second, NULL, on_second_done, pair);
  wait_second (pair);
  g_assert_no_error (pair->error);
  lab_settle (&pair->lab);
  g_assert_cmpuint (count (pair, "Find"), ==, 0);
}

/* Of which whoever only searches is told as well. */
static void
test_group_is_of_first (Pair *pair, gconstpointer data)
{
  prepare (pair);
  pair->done = FALSE;
  wfd_link_find_async (pair->second, NULL, on_second_done, pair);
  wait_second (pair);
  begin_first (pair);
  form_first (pair, "GO");
  g_assert_null (WFD_P2P_LINK (pair->second)->group);
  g_assert_null (WFD_P2P_LINK (pair->second)->op);
  let_tv_in (pair);
}

/* --- out --- */

static void
assert_ended_by_last (Pair *pair, WfdLink *last)
{
  g_assert_cmpuint (count (pair, "Disconnect"), ==, 0);
  g_assert_null (strchr (pair->lab.network->str, '-'));
  disconnect (pair, last);
  g_assert_cmpuint (count (pair, "Disconnect"), ==, 1);
  assert_call (&pair->lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
  g_assert_true (g_str_has_suffix (pair->lab.network->str, " -192.168.173.1/24"));
}

static void
test_first_ends_first (Pair *pair, gconstpointer data)
{
  open_both (pair);
  disconnect (pair, pair->lab.link);
  assert_call (&pair->lab, "RemoveClient", "RemoveClient " GROUP_IFACE " iface='" TV_STATION "'");
  set_members (pair, "[objectpath '" OTHER "']");
  say_left (pair, TV);
  lab_settle (&pair->lab);
  assert_peer (pair->second, OTHER_ID, "192.168.173.11");
  g_assert_cmpstr (pair->told->str, ==, "opened ");
  assert_ended_by_last (pair, pair->second);
}

static void
test_second_ends_first (Pair *pair, gconstpointer data)
{
  open_both (pair);
  disconnect (pair, pair->second);
  assert_call (&pair->lab, "RemoveClient",
      "RemoveClient " GROUP_IFACE " iface='" OTHER_STATION "'");
  say_left (pair, OTHER);
  lab_settle (&pair->lab);
  assert_peer (pair->lab.link, TV_ID, "192.168.173.10");
  g_assert_cmpstr (pair->lab.told->str, ==, "");
  assert_ended_by_last (pair, pair->lab.link);
}

/* As before a program ends. */
static void
test_closed (Pair *pair, gconstpointer data)
{
  open_both (pair);
  wfd_link_close (pair->lab.link);
  lab_settle (&pair->lab);
  assert_call (&pair->lab, "RemoveClient", "RemoveClient " GROUP_IFACE " iface='" TV_STATION "'");
  assert_peer (pair->second, OTHER_ID, "192.168.173.11");
  assert_ended_by_last (pair, pair->second);
}

static void
test_lost (Pair *pair, gconstpointer data)
{
  open_both (pair);
  set_members (pair, "[objectpath '" OTHER "']");
  say_left (pair, TV);
  lab_wait_told (&pair->lab, "lost");
  lab_settle (&pair->lab);
  g_assert_null (wfd_link_get_info (pair->lab.link));
  g_assert_cmpstr (pair->told->str, ==, "opened ");
  assert_peer (pair->second, OTHER_ID, "192.168.173.11");
  g_assert_cmpuint (count (pair, "Disconnect"), ==, 0);

  /* And comes back beside the second, which alone is told of it. */
  fake_wpas_forget_calls (pair->lab.fake);
  lab_set_neighbour (&pair->lab, NULL);
  lab_add_neighbour (&pair->lab, "192.168.173.11", OTHER_STATION);
  lab_add_neighbour (&pair->lab, "192.168.173.10", TV_STATION);
  set_members (pair, "[objectpath '" OTHER "', objectpath '" TV "']");
  say_joined (pair, TV, TV_STATION);
  lab_settle (&pair->lab);
  lab_connect (&pair->lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (&pair->lab);
  assert_peer (pair->lab.link, TV_ID, "192.168.173.10");
  disconnect (pair, pair->second);
  assert_ended_by_last (pair, pair->lab.link);
}

/* --- the second is stopped --- */

typedef struct
{
  const char *key;
  gboolean answers;
  const char *undone; /* and that the peer is not waited for any more */
} Step;

static const Step steps[] = {
  { "Get Ifname", FALSE, "" },
  { "Get Frequency", FALSE, "" },
  { "Start", FALSE, "Cancel" },
  { "Start", TRUE, "StopFind Cancel" },
  { "Get Members", FALSE, "StopFind Cancel" },
};

static void
answer_again (Pair *pair, const Step *step)
{
  lab_settle (&pair->lab);
  fake_wpas_answer (pair->lab.fake, step->key, NULL);
}

static void
stop_second_at (Pair *pair, const Step *step)
{
  fake_wpas_forget_calls (pair->lab.fake);
  if (!step->answers)
    fake_wpas_hold (pair->lab.fake, step->key);
  connect_second (pair);
  lab_wait_call (&pair->lab, step->key);
  if (step->answers)
    lab_settle (&pair->lab);
  fake_wpas_forget_calls (pair->lab.fake);
}

static void
assert_undone (Pair *pair, const Step *step)
{
  g_autofree char *undone = lab_get_methods_since (&pair->lab, 0);

  g_assert_cmpstr (undone, ==, step->undone);
  g_assert_null (WFD_P2P_LINK (pair->second)->group);
  assert_peer (pair->lab.link, TV_ID, "192.168.173.10");
}

static void
test_cancelled (Pair *pair, gconstpointer data)
{
  open_first (pair);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    stop_second_at (pair, &steps[i]);
    g_cancellable_cancel (pair->cancellable);
    wait_second (pair);
    g_assert_error (pair->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    answer_again (pair, &steps[i]);
    assert_undone (pair, &steps[i]);
    g_cancellable_reset (pair->cancellable);
  }
  assert_ended_by_last (pair, pair->lab.link);
}

static void
test_closed_in_each_step (Pair *pair, gconstpointer data)
{
  open_first (pair);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    stop_second_at (pair, &steps[i]);
    wfd_link_close (pair->second);
    wait_second (pair);
    answer_again (pair, &steps[i]);
    assert_undone (pair, &steps[i]);
  }
  assert_ended_by_last (pair, pair->lab.link);
}

static void
test_cancelled_while_it_waits (Pair *pair, gconstpointer data)
{
  prepare (pair);
  begin_first (pair);
  connect_second (pair);
  assert_waits (pair);
  g_cancellable_cancel (pair->cancellable);
  wait_second (pair);
  g_assert_error (pair->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lab_settle (&pair->lab);
  g_assert_cmpuint (count (pair, "Cancel") + count (pair, "StopFind"), ==, 0);
  form_first (pair, "GO");
  let_tv_in (pair);
}

/* The group goes on for the second, who is alone then. */
static void
test_first_ends_meanwhile (Pair *pair, gconstpointer data)
{
  for (guint i = 0; i < 2; i++) {
    open_first (pair);
    connect_second (pair);
    lab_wait_call (&pair->lab, "Invite");
    if (i == 0)
      wfd_link_close (pair->lab.link);
    else
      disconnect (pair, pair->lab.link);
    pair->done = FALSE;
    set_members (pair, "[objectpath '" OTHER "']");
    say_left (pair, TV);
    say_joined (pair, OTHER, OTHER_STATION);
    wait_second (pair);
    g_assert_no_error (pair->error);
    assert_peer (pair->second, OTHER_ID, "192.168.173.11");
    assert_ended_by_last (pair, pair->second);
    g_string_set_size (pair->lab.network, 0);
  }
}

/* wpa_supplicant has ended it, and both are told. */
static void
test_group_ends (Pair *pair, gconstpointer data)
{
  open_both (pair);
  lab_say (&pair->lab, "GroupFinished", "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
  lab_wait_told (&pair->lab, "lost");
  lab_settle (&pair->lab);
  g_assert_cmpstr (pair->told->str, ==, "opened lost ");
  g_assert_cmpuint (count (pair, "Disconnect") + count (pair, "RemoveClient"), ==, 0);
}

/* --- what one has left --- */

/* A program that has crashed; a third that begins spares what the second goes on with. */
static void
test_crash_of_first (Pair *pair, gconstpointer data)
{
  g_autoptr (WfdLink) third = NULL;

  open_both (pair);
  g_clear_pointer (&WFD_P2P_LINK (pair->lab.link)->group->claim, wfd_claim_abandon);
  third = make_link (pair);
  pair->done = FALSE;
  wfd_link_find_async (third, NULL, on_second_done, pair);
  wait_second (pair);
  g_assert_no_error (pair->error);
  g_assert_cmpuint (count (pair, "Disconnect"), ==, 0);
  g_assert_null (strchr (pair->lab.network->str, '-'));
  wfd_link_close (third);
  lab_settle (&pair->lab);
  disconnect (pair, pair->second);
  assert_call (&pair->lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
}

static void
wait_for_file (Pair *pair, const char *name)
{
  g_autofree char *path = g_build_filename (pair->lab.folder, name, NULL);

  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, FALSE);
}

/* Whoever was given an address by it asks it again, also when who has begun it has gone. */
static void
test_server_goes_on (Pair *pair, gconstpointer data)
{
  g_autofree char *path = g_build_filename (pair->lab.folder, "dnsmasq.pid", NULL);
  g_autofree char *number = NULL, *stat = NULL;

  lab_add_program (&pair->lab, "dnsmasq", "mkfifo $0.fifo; read line < $0.fifo");
  open_both (pair);
  while (!g_file_get_contents (path, &number, NULL, NULL))
    g_thread_yield ();
  disconnect (pair, pair->lab.link);
  stat = g_strdup_printf ("/proc/%s", g_strchomp (number));
  g_assert_true (g_file_test (stat, G_FILE_TEST_EXISTS));
  disconnect (pair, pair->second);
  lab_wait_program_gone (&pair->lab, "dnsmasq");
}

static void
say_to_server (Pair *pair)
{
  g_autofree char *fifo = g_build_filename (pair->lab.folder, "dnsmasq.fifo", NULL);
  int fd = g_open (fifo, O_WRONLY | O_CLOEXEC, 0);

  g_assert_cmpint (write (fd, "\n", 1), ==, 1);
  close (fd);
}

/* And has as much to say as before: more than a pipe holds that nobody reads. */
static void
test_server_talks_on (Pair *pair, gconstpointer data)
{
  lab_add_program (&pair->lab, "dnsmasq",
      "trap '' PIPE\n"
      "mkfifo $0.fifo\n"
      "touch $0.ready\n"
      "read line < $0.fifo\n"
      "i=0\n"
      "while [ $i -lt 1000 ]; do\n"
      "  echo \"dnsmasq-dhcp[4711]: DHCPREQUEST(p2p-wlan0-0) 192.168.173.104 02:00:00:00:03:00\" >&2\n"
      "  i=$((i + 1))\n"
      "done\n"
      "touch $0.said\n"
      "read line < $0.fifo");
  open_both (pair);
  wait_for_file (pair, "dnsmasq.ready");
  disconnect (pair, pair->lab.link);
  say_to_server (pair);
  wait_for_file (pair, "dnsmasq.said");
  disconnect (pair, pair->second);
  lab_wait_program_gone (&pair->lab, "dnsmasq");
}

/* Who comes into the group later takes it for none that serves; it is started twice at most. */
static void
test_server_has_ended (Pair *pair, gconstpointer data)
{
  g_autofree char *path = g_build_filename (pair->lab.folder, "dnsmasq.starts", NULL);
  g_autofree char *starts = NULL;
  g_autoptr (GPtrArray) claims = NULL;
  guint n_of_groups = 0;

  lab_add_program (&pair->lab, "dnsmasq", "echo >> $0.starts; exit 1");
  open_first (pair);
  while (WFD_P2P_LINK (pair->lab.link)->group->dhcp != NULL)
    g_main_context_iteration (NULL, TRUE);
  claims = wfd_claim_read_living (pair->lab.folder, NULL);
  for (guint i = 0; i < claims->len; i++) {
    n_of_groups += g_hash_table_contains (claims->pdata[i], "group");
    g_assert_false (g_hash_table_contains (claims->pdata[i], "program"));
  }
  g_assert_cmpuint (n_of_groups, ==, 1);
  g_assert_true (g_file_get_contents (path, &starts, NULL, NULL));
  g_assert_cmpstr (starts, ==, "\n\n");
}

static gboolean
is_claimed (Pair *pair, const char *program)
{
  g_autoptr (GPtrArray) claims = wfd_claim_read_living (pair->lab.folder, NULL);
  gboolean is_said = FALSE;

  for (guint i = 0; i < claims->len; i++)
    is_said |= g_strcmp0 (g_hash_table_lookup (claims->pdata[i], "program"), program) == 0;
  return is_said;
}

static void
add_dying_server (Pair *pair)
{
  lab_add_program (&pair->lab, "dnsmasq",
      "[ -p $0.fifo ] && touch $0.again || mkfifo $0.fifo\n"
      "read line < $0.fifo");
}

/* One that dies while the group is open. The second knows the number of the first one only, and
 * would end it never. */
static void
test_server_is_started_anew (Pair *pair, gconstpointer data)
{
  const WfdP2pGroup *group;

  add_dying_server (pair);
  open_both (pair);
  wait_for_file (pair, "dnsmasq.fifo");
  say_to_server (pair);
  wait_for_file (pair, "dnsmasq.again");
  group = WFD_P2P_LINK (pair->lab.link)->group;
  g_assert_nonnull (group->dhcp);
  g_assert_true (is_claimed (pair, wfd_process_get_number (group->dhcp)));
  disconnect (pair, pair->lab.link);
  lab_wait_program_gone (&pair->lab, "dnsmasq");
  assert_peer (pair->second, OTHER_ID, "192.168.173.11");
}

/* But who came after that knows it. */
static void
test_new_server_goes_on (Pair *pair, gconstpointer data)
{
  g_autofree char *stat = NULL;

  add_dying_server (pair);
  open_first (pair);
  wait_for_file (pair, "dnsmasq.fifo");
  say_to_server (pair);
  wait_for_file (pair, "dnsmasq.again");
  connect_second (pair);
  lab_wait_call (&pair->lab, "Invite");
  let_other_in (pair);
  stat = g_strdup_printf ("/proc/%s", WFD_P2P_LINK (pair->second)->group->server);
  disconnect (pair, pair->lab.link);
  g_assert_true (g_file_test (stat, G_FILE_TEST_EXISTS));
  disconnect (pair, pair->second);
  lab_wait_program_gone (&pair->lab, "dnsmasq");
}

/* --- at rest --- */

/* The group needs the radio. */
static void
test_rests_beside_group (Pair *pair, gconstpointer data)
{
  prepare (pair);
  wfd_p2p_link_set_reachable (WFD_P2P_LINK (pair->second), TRUE);
  lab_wait_call (&pair->lab, "ExtendedListen");
  assert_call (&pair->lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
  fake_wpas_forget_calls (pair->lab.fake);
  begin_first (pair);
  form_first (pair, "GO");
  lab_wait_call (&pair->lab, "ExtendedListen");
  let_tv_in (pair);
  assert_call (&pair->lab, "ExtendedListen", "ExtendedListen " IFACE " interval=2000 period=250");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("both-join", test_both_join);
  add ("second-paired-here", test_second_paired_here);
  add ("second-paired-there", test_second_paired_there);
  add ("second-has-forgotten", test_second_has_forgotten);
  add ("group-of-display", test_group_of_display);
  add ("display-of-first", test_display_of_first);
  add ("display-of-first/meanwhile", test_display_of_first_meanwhile);
  add ("display-of-first/owner", test_display_of_first_that_owns);
  add ("ports", test_ports);
  add ("second-waits", test_second_waits);
  add ("second-waits-while-first-pairs-again", test_second_waits_while_first_pairs_again);
  add ("first-fails", test_first_fails);
  add ("first-rests", test_first_rests);
  add ("search-waits", test_search_waits);
  add ("group-is-of-first", test_group_is_of_first);
  add ("first-ends-first", test_first_ends_first);
  add ("second-ends-first", test_second_ends_first);
  add ("closed", test_closed);
  add ("lost", test_lost);
  add ("cancelled", test_cancelled);
  add ("closed-in-each-step", test_closed_in_each_step);
  add ("cancelled-while-it-waits", test_cancelled_while_it_waits);
  add ("first-ends-meanwhile", test_first_ends_meanwhile);
  add ("group-ends", test_group_ends);
  add ("crash-of-first", test_crash_of_first);
  add ("server-goes-on", test_server_goes_on);
  add ("server-talks-on", test_server_talks_on);
  add ("server-has-ended", test_server_has_ended);
  add ("server-is-started-anew", test_server_is_started_anew);
  add ("server-is-started-anew/before-the-second", test_new_server_goes_on);
  add ("rests-beside-a-group", test_rests_beside_group);
  return lab_run ();
}
