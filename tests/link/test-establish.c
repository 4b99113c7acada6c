/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to a session: its steps, and each failure of each. */
#include "establish-way.h"

/* --- the way --- */

static void
test_pairs (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_cmpstr (way->progress->str, ==, "discover+ discover. pair+ pair. address+ address.");
  g_assert_cmpstr (wfd_establish_get_peer_name (way->establish), ==, "Living room");
}

static void
pair_before (Way *way)
{
  lab_know_tv (&way->lab);
  fake_wpas_set (way->lab.fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0']"));
  fake_wpas_set (way->lab.fake, PERSISTENT "0", "Properties",
      g_variant_new_parsed ("{'mode': <'0'>, 'bssid': <'" TV_ID "'>}"));
}

static void
test_reopens (Way *way, gconstpointer data)
{
  pair_before (way);
  lab_start_group_after (&way->lab, "Invite", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_cmpstr (way->progress->str, ==,
      "discover+ discover. connect+ connect. address+ address.");
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

static void
test_pairs_again_if_forgotten (Way *way, gconstpointer data)
{
  pair_before (way);
  lab_react (&way->lab, "Invite", "InvitationResult", "({'status': <8>},)");
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_nonnull (strstr (way->progress->str, "connect+ connect. pair+ pair."));
}

static void
test_pin_is_shown (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  fake_wpas_answer (way->lab.fake, "Connect", g_variant_new ("(s)", "12345670"));
  g_object_set (way->establish, "pairing", WFD_PAIRING_PIN_DISPLAY, NULL);
  way_begin (way);
  WAIT_UNTIL (way->pin != NULL);
  g_assert_cmpstr (way->pin, ==, "12345670");
  g_assert_nonnull (strstr (way->text, "12345670"));
}

/* Nobody is shown the screen who was not named. */
static void
test_others_are_left_alone (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", "Kitchen", NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_call (&way->lab, "RejectPeer");
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  g_assert_cmpuint (way->n_requests, ==, 0);
}

static void
test_who_is_there_instead (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", "Kitchen", NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  g_source_set_ready_time (way->establish->news, 0);
  WAIT_UNTIL (g_str_equal (way->progress->str, "discover+ discover~"));
  g_assert_nonnull (strstr (way->text, "“Kitchen”"));
  g_assert_nonnull (strstr (way->text, TV_ID));
  g_assert_null (way->establish->news);
}

static void
test_who_is_there_needs_no_news (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_null (way->establish->news);
}

/* It comes as the last of more than can be kept, each of which has other names all the time. */
static void
test_one_of_thousand (Way *way, gconstpointer data)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  for (guint i = 0; i < 2000; i++) {
    g_autofree char *args =
        g_strdup_printf ("(objectpath '" IFACE
                         "/Peers/02000001%04x', {'DeviceName': <'%u'>, 'IEs': <" ROKU_IES ">})",
            i % 1000, i);

    lab_say (&way->lab, "DeviceFoundProperties", args);
  }
  lab_start_group_after (&way->lab, "Connect", "client");
  lab_say_tv_found (&way->lab);
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_cmpstr (wfd_establish_get_peer_name (way->establish), ==, "Living room");
}

/* --- a name is what a device says of itself --- */

static void
know_namesake (Way *way)
{
  fake_wpas_set (way->lab.fake, IFACE, "Peers",
      g_variant_new_parsed ("[objectpath '" OTHER "', '" TV "']"));
  fake_wpas_set (way->lab.fake, OTHER, "DeviceName", g_variant_new_string ("Living room"));
  fake_wpas_set (way->lab.fake, OTHER, "IEs", g_variant_new_parsed (ROKU_IES));
}

static void
test_two_of_one_name (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  know_namesake (way);
  g_object_set (way->establish, "peer", "Living room", NULL);
  way_begin (way);
  WAIT_UNTIL (g_str_has_suffix (way->progress->str, "discover~"));
  g_assert_nonnull (strstr (way->text, OTHER_ID));
  g_assert_nonnull (strstr (way->text, TV_ID));
  g_assert_nonnull (strstr (way->text, "set “peer” to the address"));
  g_assert_null (way->establish->news);
  lab_say_tv_found (&way->lab);
  lab_settle (&way->lab);
  g_assert_cmpstr (way->progress->str, ==, "discover+ discover~");
  /* That of the search. */
  g_assert_no_error (way->failed);
  wfd_establish_time_is_over (way->establish);
  way_wait_failed (way, WFD_ERROR_INVALID_ARGUMENT, OTHER_ID);
  g_assert_nonnull (strstr (way->failed->message, TV_ID));
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

/* What it says last counts. */
static void
test_peer_that_changes_sides (Way *way, gconstpointer data)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" TV "', {'DeviceName': <'Living room'>, 'IEs': <[byte 0x00, 0x00, 0x06, 0x00, "
      "0x10, 0x1c, 0x44, 0x00, 0x96]>})");
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  lab_say_tv_found (&way->lab);
  lab_wait_call (&way->lab, "Connect");
}

static void
test_address_is_of_one (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  know_namesake (way);
  g_object_set (way->establish, "peer", TV_ID, NULL);
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
}

/* Nor is a device meant that calls itself by the address of another one. */
static void
test_name_is_no_address (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", TV_ID, NULL);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" OTHER "', {'DeviceName': <'" TV_ID "'>, 'IEs': <" ROKU_IES ">})");
  lab_settle (&way->lab);
  g_assert_nonnull (wfd_p2p_link_find_peer (WFD_P2P_LINK (way->lab.link), OTHER_ID));
  for (guint i = 0; i < 10; i++)
    lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

/* Who takes the name of a peer while that one is away does not take its place. */
static void
test_namesake_does_not_take_over (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", "Living room", NULL);
  lab_know_tv (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  way->establish->state.has_worked = TRUE;
  fake_wpas_forget_calls (way->lab.fake);
  lab_say (&way->lab, "DeviceLost", "(objectpath '" TV "',)");
  way_end_group (way);
  WAIT_UNTIL (way->n_down == 1);
  wfd_establish_time_is_over (way->establish);
  lab_wait_call (&way->lab, "Find");
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" OTHER "', {'DeviceName': <'Living room'>, 'IEs': <" ROKU_IES ">})");
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  lab_say_tv_found (&way->lab);
  lab_wait_call (&way->lab, "Connect");
}

/* --- each step fails --- */

static void
test_no_service (Way *way, gconstpointer data)
{
  lab_drop_fake (&way->lab);
  lab_settle (&way->lab);
  way_begin (way);
  way_wait_failed (way, WFD_ERROR_NO_SERVICE,
      "package wpasupplicant, systemctl start wpa_supplicant");
}

static void
test_no_permission (Way *way, gconstpointer data)
{
  fake_wpas_refuse (way->lab.fake, "GetAll fi.w1.wpa_supplicant1",
      "org.freedesktop.DBus.Error.AccessDenied");
  way_begin (way);
  way_wait_failed (way, WFD_ERROR_NO_PERMISSION, "run as root or join the group netdev");
}

static void
test_no_p2p_in_driver (Way *way, gconstpointer data)
{
  fake_wpas_set (way->lab.fake, IFACE, "Capabilities",
      g_variant_new_parsed ("{'Modes': <['infrastructure']>}"));
  way_begin (way);
  way_wait_failed (way, WFD_ERROR_NO_DEVICE, "p2p_disabled=1");
}

static void
test_no_peer (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", "Kitchen", NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  wfd_establish_time_is_over (way->establish);
  way_wait_failed (way, WFD_ERROR_NO_PEER, "“Kitchen”");
  g_assert_nonnull (strstr (way->failed->message, "“Living room” (" TV_ID ")"));
}

static void
test_nobody_named (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", NULL, NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  wfd_establish_time_is_over (way->establish);
  way_wait_failed (way, WFD_ERROR_NO_PEER, "“Living room” (" TV_ID ")");
}

static void
fail_pairing (Way *way, const char *signal, const char *args)
{
  lab_know_tv (&way->lab);
  lab_react (&way->lab, "Connect", signal, args);
  way_begin (way);
}

static void
test_negotiation_fails (Way *way, gconstpointer data)
{
  fail_pairing (way, "GONegotiationFailure", "({'status': <7>},)");
  way_wait_failed (way, WFD_ERROR_UNSUPPORTED, "(status 7)");
}

static void
test_pairing_fails (Way *way, gconstpointer data)
{
  fail_pairing (way, "WpsFailed", "('fail', {'config_error': <int16 12>})");
  way_wait_failed (way, WFD_ERROR_PAIRING, "more than two devices");
}

static void
test_pin_is_wrong (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "pairing", WFD_PAIRING_PIN_KEYPAD, "pin", "12345670", NULL);
  fail_pairing (way, "WpsFailed", "('fail', {'config_error': <int16 18>})");
  way_wait_failed (way, WFD_ERROR_PAIRING, "the PIN is wrong");
}

static void
test_pin_is_missing (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "pairing", WFD_PAIRING_PIN_KEYPAD, NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  way_wait_failed (way, WFD_ERROR_NOT_PAIRED, "pin");
}

static void
on_pin_request (WfdEstablish *establish, const char *peer, const char *name, Way *way)
{
  g_assert_cmpstr (peer, ==, TV_ID);
  way->n_pin_requests++;
}

static void
prepare_to_enter_pin (Way *way)
{
  g_object_set (way->establish, "pairing", WFD_PAIRING_PIN_KEYPAD, NULL);
  g_signal_connect (way->establish, "pin-request", G_CALLBACK (on_pin_request), way);
}

static void
wait_for_pin_request (Way *way)
{
  prepare_to_enter_pin (way);
  lab_know_tv (&way->lab);
  way_begin (way);
  WAIT_UNTIL (way->n_pin_requests == 1);
}

/* The peer has to show it first. */
static void
test_pin_is_entered (Way *way, gconstpointer data)
{
  wait_for_pin_request (way);
  lab_wait_call (&way->lab, "ProvisionDiscoveryRequest");
  assert_call (&way->lab, "ProvisionDiscoveryRequest",
      "ProvisionDiscoveryRequest " IFACE " ('" TV "', 'display')");
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  wfd_establish_enter_pin (way->establish, OTHER_ID, "12345670");
  lab_start_group_after (&way->lab, "Connect", "client");
  wfd_establish_enter_pin (way->establish, TV_ID, "12345670");
  wfd_establish_enter_pin (way->establish, TV_ID, "00000000");
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 1);
  g_assert_nonnull (strstr (fake_wpas_find_call (way->lab.fake, "Connect"), "pin='12345670'"));
  g_assert_nonnull (strstr (fake_wpas_find_call (way->lab.fake, "Connect"), "'keypad'"));
  g_assert_cmpstr (way->progress->str, ==,
      "discover+ discover. pair+ pair~ pair. address+ address.");
}

/* It is asked for again, and not for ever. */
static void
test_pin_is_rubbish (Way *way, gconstpointer data)
{
  wait_for_pin_request (way);
  wfd_establish_enter_pin (way->establish, TV_ID, "a PIN");
  g_assert_cmpuint (way->n_pin_requests, ==, 2);
  wfd_establish_enter_pin (way->establish, TV_ID, "12345671");
  g_assert_cmpuint (way->n_pin_requests, ==, 3);
  wfd_establish_enter_pin (way->establish, TV_ID, "");
  way_wait_failed (way, WFD_ERROR_PAIRING, "four digits, or eight");
  g_assert_cmpuint (way->n_pin_requests, ==, 3);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

static void
test_pin_is_not_entered (Way *way, gconstpointer data)
{
  wait_for_pin_request (way);
  wfd_establish_time_is_over (way->establish);
  way_wait_failed (way, WFD_ERROR_PAIRING, "was not entered");
  wfd_establish_enter_pin (way->establish, TV_ID, "12345670");
}

static void
test_service_dies_while_pin_is_asked (Way *way, gconstpointer data)
{
  wait_for_pin_request (way);
  lab_drop_fake (&way->lab);
  way_wait_failed (way, WFD_ERROR_NO_SERVICE, "stopped");
}

/* It has asked, and shows it already. */
static void
test_sink_enters_pin (Way *way, gconstpointer data)
{
  prepare_to_enter_pin (way);
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_say (&way->lab, "ProvisionDiscoveryRequestEnterPin", "(objectpath '" TV "',)");
  WAIT_UNTIL (way->n_pin_requests == 1);
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "ProvisionDiscoveryRequest"), ==, 0);
  lab_start_group_after (&way->lab, "Connect", "client");
  wfd_establish_enter_pin (way->establish, TV_ID, "12345670");
  WAIT_UNTIL (way->n_opened == 1);
}

static void
test_no_address (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  lab_set_kernel_answer (-31 /* NLE_NODEV */);
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  way_wait_failed (way, WFD_ERROR_NO_DEVICE, "No address could be set");
  g_assert_nonnull (strstr (way->progress->str, "address!"));
}

/* Nobody is asked for anything. */
static void
test_not_allowed (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  lab_set_kernel_answer (-28 /* NLE_PERM */);
  way_begin (way);
  way_wait_failed (way, WFD_ERROR_NO_PERMISSION, "CAP_NET_ADMIN");
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  g_assert_null (strstr (way->progress->str, "pair"));
}

static void
test_never_connects (Way *way, gconstpointer data)
{
  lab_know_tv (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  wfd_establish_time_is_over (way->establish);
  WAIT_UNTIL (way->failed != NULL);
  g_assert_error (way->failed, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (way->failed->message, "TCP port 7236"));
  lab_wait_call (&way->lab, "Disconnect");
}

/* It gets none in the handshake, and there is no server here that would give it one. */
static void
test_takes_no_address (Way *way, gconstpointer data)
{
  const WfdP2pOptions options = { .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
    .go_intent = -1,
    .address_ms = 1 };

  wfd_establish_close (way->establish);
  lab_use_options (&way->lab, &options);
  wfd_establish_set_link (way->establish, way->lab.link);
  lab_know_tv (&way->lab);
  lab_set_neighbour (&way->lab, NULL);
  fake_wpas_set (way->lab.fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_start_group_after (&way->lab, "Connect", "GO");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_null (wfd_establish_get_peer_address (way->establish));
  wfd_establish_time_is_over (way->establish);
  WAIT_UNTIL (way->failed != NULL);
  g_assert_error (way->failed, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (way->failed->message, "no address"));
  g_assert_nonnull (strstr (way->failed->message, "dnsmasq-base"));
}

/* A group with a display, whose connection is the other end of @session's. */
static GSocketConnection *
connect_display (Way *way, WfdSession *session)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
    .go_intent = -1,
    .address_ms = 1,
    .lost_ms = 40,
  };
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autoptr (GSocketConnection) connection = NULL;
  GSocketConnection *display;

  wfd_establish_close (way->establish);
  lab_use_options (&way->lab, &options);
  wfd_establish_set_link (way->establish, way->lab.link);
  lab_know_tv (&way->lab);
  lab_set_neighbour (&way->lab, NULL);
  fake_wpas_set (way->lab.fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_start_group_after (&way->lab, "Connect", "GO");
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  display = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);
  connection = g_socket_listener_accept (listener, NULL, NULL, NULL);
  g_assert_true (wfd_session_start (session, connection, NULL));
  wfd_establish_follow (way->establish, session);
  return display;
}

/* Of a display that is not seen until it comes, its connection tells where it is: from then
 * on it can be asked whether it is still there. */
static void
test_address_of_connection (Way *way, gconstpointer data)
{
  g_autoptr (WfdSession) session = wfd_session_new (WFD_ROLE_SOURCE);
  g_autoptr (GSocketConnection) display = connect_display (way, session);
  g_autofree char *address = NULL;
  guint n_probes;

  g_assert_nonnull (wfd_establish_get_peer_address (way->establish));
  address = g_inet_address_to_string (wfd_establish_get_peer_address (way->establish));
  g_assert_cmpstr (address, ==, "127.0.0.1");
  n_probes = lab_count_probes (&way->lab);
  lab_wait_probes (&way->lab, n_probes + 1);
}

/* It may come again, with something else; what is told when its time is over is the reason. */
static void
test_session_is_refused (Way *way, gconstpointer data)
{
  static const char refusal[] = "RTSP/1.0 551 Option not supported\r\nCSeq: 1\r\n\r\n";
  g_autoptr (WfdSession) session = wfd_session_new (WFD_ROLE_SOURCE);
  g_autoptr (GSocketConnection) display = connect_display (way, session);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (display));

  g_assert_true (g_output_stream_write_all (out, refusal, strlen (refusal), NULL, NULL, NULL));
  WAIT_UNTIL (wfd_session_get_state (session) == WFD_SESSION_STATE_CLOSED);
  lab_settle (&way->lab);
  g_assert_null (way->failed);
  wfd_establish_time_is_over (way->establish);
  WAIT_UNTIL (way->failed != NULL);
  g_assert_error (way->failed, WFD_ERROR, WFD_ERROR_REFUSED);
  g_assert_nonnull (strstr (way->failed->message, "551"));
}

/* --- a display --- */

static void
test_sink_is_paired (Way *way, gconstpointer data)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_cmpuint (way->n_requests, ==, 1);
  g_assert_true (
      wfd_establish_accepts (way->establish, wfd_establish_get_peer_address (way->establish)));
  g_assert_false (
      wfd_establish_accepts (way->establish, wfd_establish_get_local_address (way->establish)));
}

static void
get_request_left_open (Way *way)
{
  way->leaves_open = TRUE;
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  WAIT_UNTIL (way->n_requests == 1);
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "RejectPeer"), ==, 0);
}

static void
test_sink_refuses (Way *way, gconstpointer data)
{
  get_request_left_open (way);
  wfd_establish_answer (way->establish, TV_ID, FALSE);
  lab_wait_call (&way->lab, "RejectPeer");
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

/* Its person was asked. */
static void
test_sink_accepts_later (Way *way, gconstpointer data)
{
  get_request_left_open (way);
  wfd_establish_answer (way->establish, OTHER_ID, TRUE);
  lab_start_group_after (&way->lab, "Connect", "client");
  wfd_establish_answer (way->establish, TV_ID, TRUE);
  WAIT_UNTIL (way->n_opened == 1);
  wfd_establish_answer (way->establish, TV_ID, TRUE);
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 1);
}

/* Whoever makes up one address after the other does not fill anything. */
static void
test_request_of_gone_peer_is_void (Way *way, gconstpointer data)
{
  get_request_left_open (way);
  g_assert_cmpuint (g_hash_table_size (way->establish->requests), ==, 1);
  lab_say (&way->lab, "DeviceLost", "(objectpath '" TV "',)");
  lab_settle (&way->lab);
  g_assert_cmpuint (g_hash_table_size (way->establish->requests), ==, 0);
  wfd_establish_answer (way->establish, TV_ID, TRUE);
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

/* Also if nothing comes of it, because the search is just being begun. */
static void
test_accepted_request_is_not_open (Way *way, gconstpointer data)
{
  fake_wpas_hold (way->lab.fake, "Find");
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  WAIT_UNTIL (way->n_requests == 1);
  g_assert_cmpuint (g_hash_table_size (way->establish->requests), ==, 0);
}

static void
ask_to_show_pin (Way *way, const char *pin)
{
  guint n_before = way->n_requests;
  g_autofree char *args = g_strdup_printf ("(objectpath '" TV "', '%s')", pin);

  lab_say (&way->lab, "ProvisionDiscoveryRequestDisplayPin", args);
  WAIT_UNTIL (way->n_requests > n_before);
}

static void
wait_for_request_to_show (Way *way)
{
  g_object_set (way->establish, "pairing", WFD_PAIRING_PIN_DISPLAY, NULL);
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  ask_to_show_pin (way, "12345670");
}

static void
assert_shown (Way *way, const char *pin)
{
  g_autofree char *arg = g_strdup_printf ("pin='%s'", pin);

  lab_wait_call (&way->lab, "Connect");
  g_assert_nonnull (strstr (fake_wpas_find_call (way->lab.fake, "Connect"), arg));
  WAIT_UNTIL (way->pin != NULL);
  g_assert_cmpstr (way->pin, ==, pin);
  g_assert_cmpstr (way->request_pin, ==, pin);
}

/* wpa_supplicant has made it up with the request, and would make up another one. */
static void
test_pin_of_request_is_shown (Way *way, gconstpointer data)
{
  wait_for_request_to_show (way);
  assert_shown (way, "12345670");
}

/* Somebody may type it already. */
static void
test_shown_pin_stays (Way *way, gconstpointer data)
{
  way->leaves_open = TRUE;
  wait_for_request_to_show (way);
  ask_to_show_pin (way, "99999995");
  wfd_establish_answer (way->establish, TV_ID, TRUE);
  assert_shown (way, "12345670");
}

static void
test_own_pin_is_shown (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "pin", "00000000", NULL);
  wait_for_request_to_show (way);
  assert_shown (way, "00000000");
}

/* What was asked before is not asked now, and whoever refuses or accepts does so once. */
static void
test_answer_of_before_is_void (Way *way, gconstpointer data)
{
  const WfdP2pOptions options = { .go_intent = -1 };
  g_autoptr (WfdLink) next = NULL;

  get_request_left_open (way);
  next = WFD_LINK (wfd_p2p_link_new_full (way->lab.bus, &options));
  wfd_establish_close (way->establish);
  wfd_establish_set_link (way->establish, next);
  lab_know_tv (&way->lab);
  fake_wpas_forget_calls (way->lab.fake);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  wfd_establish_answer (way->establish, TV_ID, TRUE);
  wfd_establish_answer (way->establish, TV_ID, FALSE);
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "RejectPeer"), ==, 0);
}

/* By PIN where a button is wanted: whoever sees the display cannot have agreed. */
static void
test_sink_refuses_other_way (Way *way, gconstpointer data)
{
  gsize n_told;

  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 5, byte 7)");
  lab_wait_call (&way->lab, "RejectPeer");
  g_assert_cmpuint (way->n_requests, ==, 0);
  g_assert_nonnull (strstr (way->text, "pairing"));
  /* Once, as anybody may ask again and again. */
  n_told = way->progress->len;
  for (guint i = 0; i < 100; i++)
    lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 5, byte 7)");
  lab_settle (&way->lab);
  g_assert_cmpuint (way->progress->len, ==, n_told);
}

/* Who was paired before comes in without a word, but not if another one is awaited. */
static void
test_sink_throws_out (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", OTHER_ID, NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  lab_wait_call (&way->lab, "Disconnect");
  g_assert_cmpuint (way->n_opened, ==, 0);
}

/* Nobody was named, so nobody may come in, however well he is known. */
static void
test_source_throws_out (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", NULL, NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  lab_wait_call (&way->lab, "Disconnect");
  g_assert_cmpuint (way->n_opened, ==, 0);
}

/* Who is found while a wrong group is being closed is looked at afterwards. */
static void
test_found_while_closing (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", "Living room", NULL);
  fake_wpas_set (way->lab.fake, GROUP_IFACE, "PeerGO", g_variant_new_object_path (OTHER));
  fake_wpas_hold (way->lab.fake, "Disconnect");
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  lab_wait_call (&way->lab, "Disconnect");
  lab_say_tv_found (&way->lab);
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" OTHER "', {'DeviceName': <'Living room'>, 'IEs': <" ROKU_IES ">})");
  lab_settle (&way->lab);
  g_assert_no_error (way->failed);
}

/* It has come into the group, and there is nobody where it should listen. */
static void
test_source_never_listens (Way *way, gconstpointer data)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  WAIT_UNTIL (way->n_opened == 1);
  wfd_establish_time_is_over (way->establish);
  WAIT_UNTIL (strstr (way->progress->str, "connect!") != NULL);
  g_assert_cmpuint (way->n_down, ==, 1);
  g_assert_error (way->down, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (way->down->message, "TCP port 7236 of 192.168.42.1"));
  g_assert_no_error (way->failed);
  lab_wait_call (&way->lab, "Disconnect");
}

/* A source that was paired before begins the group by itself: nobody here has asked for it. */
static void
test_source_without_address (Way *way, gconstpointer data)
{
  const WfdP2pOptions options = { .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 7236, 200, 0 },
    .go_intent = -1,
    .address_ms = 1 };

  wfd_establish_close (way->establish);
  lab_use_options (&way->lab, &options);
  wfd_establish_set_link (way->establish, way->lab.link);
  lab_set_neighbour (&way->lab, NULL);
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_say (&way->lab, "GroupStarted",
      "({'interface_object': <objectpath '" GROUP_IFACE "'>, 'group_object': <objectpath '" GROUP
      "'>, 'role': <'client'>, 'IpAddr': <[byte 192, 168, 42, 100]>, 'IpAddrMask': <[byte 255, "
      "255, 255, 0]>},)");
  WAIT_UNTIL (g_str_has_suffix (way->progress->str, "address+ address! discover+"));
  lab_wait_call (&way->lab, "Disconnect");
  g_assert_cmpuint (way->n_opened, ==, 0);
}

static void
ask_to_be_paired (Way *way, const char *properties)
{
  g_autofree char *found = g_strdup_printf ("(objectpath '" TV "', %s)", properties);

  lab_say (&way->lab, "DeviceFoundProperties", found);
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
}

/* Two displays have nothing to show each other. */
static void
test_display_is_refused (Way *way, gconstpointer data)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  ask_to_be_paired (way, "{'DeviceName': <'Kitchen'>, 'IEs': <" ROKU_IES ">}");
  lab_wait_call (&way->lab, "RejectPeer");
  g_assert_cmpuint (way->n_requests, ==, 0);
  g_assert_nonnull (strstr (way->text, "Kitchen wants to be paired, and is a display itself"));
}

#define SOURCE_IES "[byte 0x00, 0x00, 0x06, 0x00, 0x10, 0x1c, 0x44, 0x00, 0x96]"

/* wpa_supplicant remembers who was refused. */
static void
test_nameless_is_not_refused (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", "Phone", NULL);
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  ask_to_be_paired (way, "{'IEs': <" SOURCE_IES ">}");
  for (guint i = 0; i < 3; i++)
    lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "RejectPeer"), ==, 0);
  g_assert_cmpuint (way->n_requests, ==, 0);
  ask_to_be_paired (way, "{'DeviceName': <'Phone'>}");
  lab_wait_call (&way->lab, "Connect");
  g_assert_cmpuint (way->n_requests, ==, 1);
}

/* Its name is in the request, of which wpa_supplicant has told less. */
static void
test_who_asks_is_looked_at (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", "Phone", NULL);
  fake_wpas_set (way->lab.fake, TV, "DeviceName", g_variant_new_string ("Phone"));
  fake_wpas_set (way->lab.fake, TV, "IEs", g_variant_new_parsed (SOURCE_IES));
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_call (&way->lab, "Connect");
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "RejectPeer"), ==, 0);
}

static void
test_sink_waits_on (Way *way, gconstpointer data)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_react (&way->lab, "Connect", "GONegotiationFailure", "({'status': <11>},)");
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  WAIT_UNTIL (strstr (way->progress->str, "pair! discover+") != NULL);
  g_assert_no_error (way->failed);
}

/* What it searches with is restarted, or switched off: it waits for that too. */
static void
test_sink_waits_for_service (Way *way, gconstpointer data)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_drop_fake (&way->lab);
  WAIT_UNTIL (g_str_has_suffix (way->progress->str, "discover!"));
  g_assert_nonnull (strstr (way->text, "wpa_supplicant"));
  wfd_establish_time_is_over (way->establish);
  WAIT_UNTIL (g_str_has_suffix (way->progress->str, "discover! discover+ discover!"));
  g_assert_no_error (way->failed);
  lab_add_fake (&way->lab);
  lab_settle (&way->lab);
  wfd_establish_time_is_over (way->establish);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  WAIT_UNTIL (way->n_opened == 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("pairs", test_pairs);
  add ("reopens", test_reopens);
  add ("pairs-again-if-forgotten", test_pairs_again_if_forgotten);
  add ("pin-is-shown", test_pin_is_shown);
  add ("others-are-left-alone", test_others_are_left_alone);
  add ("who-is-there-instead", test_who_is_there_instead);
  add ("who-is-there-needs-no-news", test_who_is_there_needs_no_news);
  add ("one-of-thousand", test_one_of_thousand);
  add ("names/two-of-one", test_two_of_one_name);
  add ("peer-that-changes-sides", test_peer_that_changes_sides);
  add ("names/address-is-of-one", test_address_is_of_one);
  add ("names/name-is-no-address", test_name_is_no_address);
  add ("names/namesake-does-not-take-over", test_namesake_does_not_take_over);
  add ("no-service", test_no_service);
  add ("no-permission", test_no_permission);
  add ("no-p2p-in-driver", test_no_p2p_in_driver);
  add ("no-peer", test_no_peer);
  add ("nobody-named", test_nobody_named);
  add ("negotiation-fails", test_negotiation_fails);
  add ("pairing-fails", test_pairing_fails);
  add ("pin-is-wrong", test_pin_is_wrong);
  add ("pin-is-missing", test_pin_is_missing);
  add ("pin-is-entered", test_pin_is_entered);
  add ("pin-is-rubbish", test_pin_is_rubbish);
  add ("pin-is-not-entered", test_pin_is_not_entered);
  add ("service-dies-while-pin-is-asked", test_service_dies_while_pin_is_asked);
  add_sink ("sink-enters-pin", test_sink_enters_pin);
  add_sink ("answer-of-before-is-void", test_answer_of_before_is_void);
  add ("no-address", test_no_address);
  add ("not-allowed", test_not_allowed);
  add ("never-connects", test_never_connects);
  add ("takes-no-address", test_takes_no_address);
  add ("address-of-connection", test_address_of_connection);
  add ("session-is-refused", test_session_is_refused);
  add_sink ("sink-is-paired", test_sink_is_paired);
  add_sink ("sink-refuses", test_sink_refuses);
  add_sink ("sink-accepts-later", test_sink_accepts_later);
  add_sink ("request-of-gone-peer-is-void", test_request_of_gone_peer_is_void);
  add_sink ("accepted-request-is-not-open", test_accepted_request_is_not_open);
  add_sink ("pin-of-request-is-shown", test_pin_of_request_is_shown);
  add_sink ("shown-pin-stays", test_shown_pin_stays);
  add_sink ("own-pin-is-shown", test_own_pin_is_shown);
  add_sink ("sink-refuses-other-way", test_sink_refuses_other_way);
  add_sink ("sink-throws-out", test_sink_throws_out);
  add ("source-throws-out", test_source_throws_out);
  add ("found-while-closing", test_found_while_closing);
  add_sink ("source-never-listens", test_source_never_listens);
  add_sink ("source-without-address", test_source_without_address);
  add_sink ("display-is-refused", test_display_is_refused);
  add_sink ("nameless-is-not-refused", test_nameless_is_not_refused);
  add_sink ("who-asks-is-looked-at", test_who_asks_is_looked_at);
  add_sink ("sink-waits-on", test_sink_waits_on);
  add_sink ("sink-waits-for-service", test_sink_waits_for_service);
  return lab_run ();
}
