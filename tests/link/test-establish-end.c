/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to a session: back after a loss, and closed at any moment. */
#include "establish-way.h"

/* --- losses --- */

static void
test_loss_before_a_session (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  way_end_group (way);
  WAIT_UNTIL (way->failed != NULL);
  g_assert_error (way->failed, WFD_ERROR, WFD_ERROR_CLOSED);
}

static void
get_unused (Way *way)
{
  lab_know_tv (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  fake_wpas_forget_calls (way->lab.fake);
  way->establish->state.phase = WFD_ESTABLISH_UNUSED;
  way->establish->state.is_missed = FALSE;
}

/* Nobody is looked for any more, and what brings the picture back is said. */
static void
assert_rests (Way *way)
{
  WAIT_UNTIL (way->n_down == 1);
  g_assert_no_error (way->failed);
  g_assert_true (g_str_has_suffix (way->progress->str, "connect~"));
  g_assert_nonnull (strstr (way->text, "PAUSED, then PLAYING"));
}

/* The display can find this device, and opens the group again without anybody here. */
static void
assert_peer_opens (Way *way)
{
  lab_wait_call (&way->lab, "ExtendedListen");
  assert_call (&way->lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Find"), ==, 0);
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  WAIT_UNTIL (way->n_opened == 2);
  assert_call (&way->lab, "ExtendedListen", "ExtendedListen " IFACE " ");
}

static void
test_unused_link_is_closed (Way *way, gconstpointer data)
{
  get_unused (way);
  wfd_establish_time_is_over (way->establish);
  assert_rests (way);
  g_assert_no_error (way->down);
  assert_peer_opens (way);
}

static void
test_unused_link_goes (Way *way, gconstpointer data)
{
  get_unused (way);
  way_end_group (way);
  assert_rests (way);
  g_assert_error (way->down, WFD_ERROR, WFD_ERROR_CLOSED);
  assert_peer_opens (way);
}

/* It has forgotten the pairing. */
static void
test_peer_asks_at_rest (Way *way, gconstpointer data)
{
  get_unused (way);
  way_end_group (way);
  assert_rests (way);
  lab_wait_call (&way->lab, "ExtendedListen");
  fake_wpas_forget_calls (way->lab.fake);
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 0x0f)");
  lab_wait_call (&way->lab, "Connect");
  assert_call (&way->lab, "ExtendedListen", "ExtendedListen " IFACE " ");
}

/* Nobody listens any more then. */
static void
test_wifi_goes_at_rest (Way *way, gconstpointer data)
{
  get_unused (way);
  way_end_group (way);
  assert_rests (way);
  lab_drop_fake (&way->lab);
  WAIT_UNTIL (strstr (way->text, "stopped") != NULL);
  g_assert_no_error (way->failed);
}

static void
test_loss_of_sink (Way *way, gconstpointer data)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  WAIT_UNTIL (way->n_opened == 1);
  fake_wpas_forget_calls (way->lab.fake);
  way_end_group (way);
  WAIT_UNTIL (way->n_down == 1);
  g_assert_error (way->down, WFD_ERROR, WFD_ERROR_CLOSED);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  WAIT_UNTIL (way->n_opened == 2);
}

static void
say_of_group (Way *way, const char *signal)
{
  fake_wpas_say (way->lab.fake, GROUP, IF_GROUP, signal, g_variant_new ("(o)", TV));
}

/* A source whose session has ended in order is begun anew, and invites the sink: nobody waits for it in
 * the group. */
static void
test_source_begins_anew (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  fake_wpas_set (way->lab.fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "GO");
  WAIT_UNTIL (way->n_opened == 1);
  way->establish->state.phase = WFD_ESTABLISH_UNUSED;
  fake_wpas_forget_calls (way->lab.fake);
  say_of_group (way, "PeerDisconnected");
  lab_wait_call (&way->lab, "Disconnect");
  lab_wait_call (&way->lab, "Listen");
  g_assert_cmpuint (way->n_down, ==, 1);
  g_assert_no_error (way->down);
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "GO");
  WAIT_UNTIL (way->n_opened == 2);
}

/* A sink that has closed the group, as nobody wanted to see the picture. */
static void
let_go (Way *way)
{
  lab_know_tv (&way->lab);
  fake_wpas_set (way->lab.fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0']"));
  fake_wpas_set (way->lab.fake, PERSISTENT "0", "Properties",
      g_variant_new_parsed ("{'mode': <'0'>, 'bssid': <'" TV_ID "'>}"));
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  WAIT_UNTIL (way->n_opened == 1);
  fake_wpas_forget_calls (way->lab.fake);
  wfd_establish_feed (way->establish, WFD_ESTABLISH_EVENT_CONNECTED);
  wfd_establish_feed (way->establish, WFD_ESTABLISH_EVENT_PLAYS);
  wfd_establish_feed (way->establish, WFD_ESTABLISH_EVENT_RESTS);
  wfd_establish_time_is_over (way->establish);
  lab_wait_call (&way->lab, "Disconnect");
}

static void
test_sink_calls (Way *way, gconstpointer data)
{
  let_go (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_start_group_after (&way->lab, "Invite", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 2);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

/* As soon as the group is closed. */
static void
test_sink_calls_at_once (Way *way, gconstpointer data)
{
  let_go (way);
  lab_start_group_after (&way->lab, "Invite", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 2);
  g_assert_null (strchr (way->progress->str, '!'));
}

/* It waits again then, for whoever comes. */
static void
test_sink_calls_in_vain (Way *way, gconstpointer data)
{
  let_go (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  way_begin (way);
  lab_wait_call (&way->lab, "Invite");
  fake_wpas_forget_calls (way->lab.fake);
  wfd_establish_time_is_over (way->establish);
  WAIT_UNTIL (strchr (way->progress->str, '!') != NULL);
  lab_wait_call (&way->lab, "Listen");
  g_assert_true (g_str_has_suffix (way->progress->str, "! discover+"));
  g_assert_no_error (way->failed);
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  WAIT_UNTIL (way->n_opened == 2);
}

/* Who has come is given the time that an address takes. */
static void
test_sink_calls_slow_source (Way *way, gconstpointer data)
{
  let_go (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  fake_wpas_hold (way->lab.fake, "Get PeerGO");
  lab_start_group_after (&way->lab, "Invite", "client");
  way_begin (way);
  lab_wait_call (&way->lab, "Get PeerGO");
  wfd_establish_time_is_over (way->establish);
  lab_settle (&way->lab);
  g_assert_null (strchr (way->progress->str, '!'));
  fake_wpas_release (way->lab.fake, "Get PeerGO",
      g_variant_new ("(v)", g_variant_new_object_path (TV)));
  WAIT_UNTIL (way->n_opened == 2);
}

/* Nor is somebody put off who is coming. */
static void
test_sink_calls_while_somebody_comes (Way *way, gconstpointer data)
{
  let_go (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  fake_wpas_hold (way->lab.fake, "Get PeerGO");
  lab_start_group (&way->lab, "client");
  lab_wait_call (&way->lab, "Get PeerGO");
  way_begin (way);
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Invite"), ==, 0);
  fake_wpas_release (way->lab.fake, "Get PeerGO",
      g_variant_new ("(v)", g_variant_new_object_path (OTHER)));
  WAIT_UNTIL (way->n_opened == 2);
}

/* Whoever else has tried to be paired is not the one who showed here. */
static void
test_sink_calls_after_a_stranger (Way *way, gconstpointer data)
{
  let_go (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  /* It is accepted then. */
  g_signal_handlers_disconnect_matched (way->establish, G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_DATA,
      g_signal_lookup ("pairing-request", WFD_TYPE_ESTABLISH), 0, NULL, NULL, way);
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" OTHER "', uint16 4, byte 7)");
  lab_wait_call (&way->lab, "Connect");
  lab_say (&way->lab, "GONegotiationFailure",
      "({'peer_object': <objectpath '" OTHER "'>, 'status': <11>},)");
  WAIT_UNTIL (strchr (way->progress->str, '!') != NULL);
  lab_settle (&way->lab);
  lab_start_group_after (&way->lab, "Invite", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 2);
  assert_call (&way->lab, "Invite",
      "Invite " IFACE " peer='" TV "' persistent_group_object='" PERSISTENT "0'");
}

/* Nor does it ask to be paired anew. */
static void
test_sink_calls_who_has_forgotten (Way *way, gconstpointer data)
{
  let_go (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_react (&way->lab, "Invite", "InvitationResult", "({'status': <8>},)");
  way_begin (way);
  lab_wait_call (&way->lab, "RemovePersistentGroup");
  WAIT_UNTIL (strstr (way->progress->str, "!") != NULL);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  g_assert_no_error (way->failed);
}

/* Its program was killed, say, and the next one has ended the group: nobody waits three seconds for
 * the one who has left. */
static void
test_gone_with_its_session (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "GO");
  fake_wpas_set (way->lab.fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  way->establish->state.phase = WFD_ESTABLISH_TROUBLED;
  fake_wpas_forget_calls (way->lab.fake);
  say_of_group (way, "PeerDisconnected");
  lab_wait_call (&way->lab, "Disconnect");
  lab_wait_call (&way->lab, "Find");
  g_assert_cmpuint (way->n_down, ==, 1);
  /* Else it was waited for until it was lost. */
  g_assert_no_error (way->down);
  g_assert_no_error (way->failed);
}

/* Whatever is under way ends without a word, and is undone. */
static void
test_closed_at_each_step (void)
{
  static const char *const keys[] = { "GetAll fi.w1.wpa_supplicant1", "Set WFDIEs", "Find",
    "Connect", "Get Ifname" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    Way closed = { { NULL } };
    Way *way = &closed;

    way_set_up (way, NULL);
    if (i >= 3)
      lab_know_tv (&way->lab);
    if (i == 4)
      lab_start_group_after (&way->lab, "Connect", "client");
    fake_wpas_hold (way->lab.fake, keys[i]);
    way_begin (way);
    lab_wait_call (&way->lab, keys[i]);
    wfd_establish_close (way->establish);
    g_assert_null (way->failed);
    lab_settle (&way->lab);
    if (i == 3)
      g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Cancel"), ==, 1);
    if (i == 4)
      g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Disconnect"), ==, 1);
    way_tear_down (way, NULL);
  }
}

static void
ignore_pin_request (WfdEstablish *establish, const char *peer, const char *name)
{
}

/* An application may have enough at any news. */
static void
test_closed_in_each_telling (void)
{
  static const struct
  {
    WfdPairing pairing;
    const char *at;
  } rows[] = {
    { WFD_PAIRING_PBC, "discover+" },
    { WFD_PAIRING_PBC, "discover+ discover." },
    { WFD_PAIRING_PIN_KEYPAD, "discover+ discover." },
    { WFD_PAIRING_PIN_KEYPAD, "discover+ discover. pair+" },
    { WFD_PAIRING_PBC, "discover+ discover. pair+" },
    { WFD_PAIRING_PBC, "discover+ discover. pair+ pair." },
    { WFD_PAIRING_PBC, "discover+ discover. pair+ pair. address+" },
    { WFD_PAIRING_PBC, "discover+ discover. pair+ pair. address+ address." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Way closed = { { NULL } };
    Way *way = &closed;

    way_set_up (way, NULL);
    g_object_set (way->establish, "pairing", rows[i].pairing, NULL);
    g_signal_connect (way->establish, "pin-request", G_CALLBACK (ignore_pin_request), NULL);
    way->closes_at = rows[i].at;
    lab_know_tv (&way->lab);
    lab_start_group_after (&way->lab, "Connect", "client");
    way_begin (way);
    WAIT_UNTIL (g_str_equal (way->progress->str, rows[i].at));
    lab_settle (&way->lab);
    g_assert_cmpstr (way->progress->str, ==, rows[i].at);
    g_assert_cmpuint (way->n_opened, ==, 0);
    g_assert_false (wfd_establish_is_open (way->establish));
    way_tear_down (way, NULL);
  }
}

/* A group that nothing uses is about to be closed, and wpa_supplicant takes its time. */
static void
test_closed_while_disconnecting (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  fake_wpas_hold (way->lab.fake, "Disconnect");
  way->establish->state.phase = WFD_ESTABLISH_UNUSED;
  wfd_establish_time_is_over (way->establish);
  lab_wait_call (&way->lab, "Disconnect");
  wfd_establish_close (way->establish);
  lab_settle (&way->lab);
  /* Else torn down would not be the end of it. */
  g_assert_cmpuint (G_OBJECT (way->establish)->ref_count, ==, 1);
}

/* What was under way over the link before is no news of this one. */
static void
test_begins_again_at_once (Way *way, gconstpointer data)
{
  const WfdP2pOptions options = { .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
    .go_intent = -1 };
  g_autoptr (WfdLink) next = NULL;

  fake_wpas_hold (way->lab.fake, "Find");
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  next = WFD_LINK (wfd_p2p_link_new_full (way->lab.bus, &options));
  wfd_establish_close (way->establish);
  wfd_establish_set_link (way->establish, next);
  way_begin (way);
  lab_settle (&way->lab);
  g_assert_no_error (way->failed);
}

static void
test_silence_is_loss_when_it_was_said (void)
{
  g_autoptr (WfdEstablish) establish = wfd_establish_new (WFD_ROLE_SINK);
  g_autoptr (WfdEstablish) other = wfd_establish_new (WFD_ROLE_SINK);

  wfd_establish_adopt_link (other);
  g_assert_cmpuint (WFD_P2P_LINK (other->link)->options.lost_ms, ==, 4500);
  g_object_set (establish, "lost-timeout-ms", 900, NULL);
  wfd_establish_adopt_link (establish);
  g_assert_cmpuint (WFD_P2P_LINK (establish->link)->options.lost_ms, ==, 900);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("loss-before-a-session", test_loss_before_a_session);
  add ("unused-link-is-closed", test_unused_link_is_closed);
  add ("unused-link-goes", test_unused_link_goes);
  add ("peer-asks-at-rest", test_peer_asks_at_rest);
  add ("wifi-goes-at-rest", test_wifi_goes_at_rest);
  add_sink ("loss-of-sink", test_loss_of_sink);
  add_sink ("source-begins-anew", test_source_begins_anew);
  add_sink ("sink-calls", test_sink_calls);
  add_sink ("sink-calls/at-once", test_sink_calls_at_once);
  add_sink ("sink-calls/in-vain", test_sink_calls_in_vain);
  add_sink ("sink-calls/slow-source", test_sink_calls_slow_source);
  add_sink ("sink-calls/while-somebody-comes", test_sink_calls_while_somebody_comes);
  add_sink ("sink-calls/after-a-stranger", test_sink_calls_after_a_stranger);
  add_sink ("sink-calls/who-has-forgotten", test_sink_calls_who_has_forgotten);
  add ("gone-with-its-session", test_gone_with_its_session);
  g_test_add_func ("/establish/silence-is-loss-when-it-was-said",
      test_silence_is_loss_when_it_was_said);
  g_test_add_func ("/establish/closed-at-each-step", test_closed_at_each_step);
  g_test_add_func ("/establish/closed-in-each-telling", test_closed_in_each_telling);
  add ("closed-while-disconnecting", test_closed_while_disconnecting);
  add ("begins-again-at-once", test_begins_again_at_once);
  return lab_run ();
}
