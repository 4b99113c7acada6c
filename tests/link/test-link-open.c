/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a peer to an open link, in all ways, and why it may not come to that. */
#include <link-p2p-op-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

static void
assert_address (GInetAddress *address, const char *expected)
{
  g_autofree char *text = address != NULL ? g_inet_address_to_string (address) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_network (GInetAddressMask *network, const char *expected)
{
  g_autofree char *text = network != NULL ? g_inet_address_mask_to_string (network) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

/* --- pairing --- */

static void
test_pbc_as_client (Lab *lab, gconstpointer data)
{
  const WfdLinkInfo *info;

  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  assert_call (lab, "Connect",
      "Connect " IFACE " go_intent=7 peer='" TV "' persistent=true wps_method='pbc'");
  g_assert_cmpstr (lab->told->str, ==, "found opened");

  info = wfd_link_get_info (lab->link);
  g_assert_cmpstr (wfd_link_peer_get_id (info->peer), ==, TV_ID);
  g_assert_cmpstr (info->interface, ==, "p2p-wlan0-0");
  g_assert_false (info->is_owner);
  g_assert_true (info->is_persistent);
  g_assert_cmpuint (info->frequency_mhz, ==, 5180);
  assert_address (info->local_address, "192.168.42.100");
  assert_address (info->peer_address, "192.168.42.1");
  assert_network (info->network, "192.168.42.0/24");
}

/* The next time a person is asked again. */
static void
test_pairing_is_not_remembered (Lab *lab, gconstpointer data)
{
  static const WfdLinkPairing pairing = { WFD_PAIRING_PBC, NULL, FALSE };

  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab->done = FALSE;
  wfd_link_connect_async (lab->link, TV_ID, &pairing, NULL, lab_on_done, lab);
  lab_wait_ok (lab);
  assert_call (lab, "Connect", "Connect " IFACE " go_intent=7 peer='" TV "' wps_method='pbc'");
}

static void
test_pbc_as_owner (Lab *lab, gconstpointer data)
{
  const WfdLinkInfo *info;

  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);

  info = wfd_link_get_info (lab->link);
  g_assert_true (info->is_owner);
  g_assert_cmpstr (wfd_link_peer_get_id (info->peer), ==, TV_ID);
  /* Ours in the network that clients are given addresses of; theirs is seen there. */
  assert_address (info->local_address, "192.168.173.1");
  assert_network (info->network, "192.168.173.0/24");
  assert_address (info->peer_address, "192.168.173.10");
}

/* The group of the owner stands before the client has come into it. */
static void
test_owner_waits_for_peer (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  g_assert_false (lab->done);
  g_assert_null (wfd_link_get_info (lab->link));
  fake_wpas_say (lab->fake, ROOT "/Interfaces/9/Groups/zz", IF_GROUP, "PeerJoined",
      g_variant_new_parsed ("(objectpath '" OTHER "',)"));
  lab_settle (lab);
  g_assert_false (lab->done);
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerJoined",
      g_variant_new_parsed ("(objectpath '" TV "',)"));
  lab_wait_ok (lab);
}

static void
test_pin_made_up (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_answer (lab->fake, "Connect", g_variant_new ("(s)", "12345670"));
  lab_connect (lab, TV_ID, WFD_PAIRING_PIN_DISPLAY, NULL);
  lab_wait_told (lab, "pin");
  g_assert_cmpstr (lab->pin, ==, "12345670");
  assert_call (lab, "Connect",
      "Connect " IFACE " go_intent=7 peer='" TV "' persistent=true wps_method='display'");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

static void
test_pin_given_to_show (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PIN_DISPLAY, "31415927");
  lab_wait_told (lab, "pin");
  g_assert_cmpstr (lab->pin, ==, "31415927");
  assert_call (lab, "Connect",
      "Connect " IFACE " go_intent=7 peer='" TV
      "' persistent=true pin='31415927' wps_method='display'");
}

static void
test_pin_entered (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PIN_KEYPAD, "1234");
  lab_wait_ok (lab);
  assert_call (lab, "Connect",
      "Connect " IFACE " go_intent=7 peer='" TV "' persistent=true pin='1234' wps_method='keypad'");
  g_assert_null (strstr (lab->told->str, "pin"));
}

static void
test_pin_of_rubbish (Lab *lab, gconstpointer data)
{
  static const char *const pins[] = { NULL, "", "123", "12345", "1234567", "123456789", "12 4",
    "abcd", "1234\n", "١٢٣٤" };

  for (guint i = 0; i < G_N_ELEMENTS (pins); i++) {
    lab_connect (lab, TV_ID, WFD_PAIRING_PIN_KEYPAD, pins[i]);
    lab_wait_error (lab, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
  }
  g_assert_cmpuint (fake_wpas_get_calls (lab->fake)->len, ==, 0);
}

/* Many televisions own a group already; a negotiation is never answered. */
static void
test_joins_group_of_peer (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_hear_owner (lab, TRUE);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  assert_call (lab, "Connect",
      "Connect " IFACE " join=true peer='" TV "' persistent=true wps_method='pbc'");
}

static void
check_join (Lab *lab, guint group_mhz, const char *expected)
{
  lab_know_tv (lab);
  lab_hear_owner (lab, TRUE);
  lab_set_group_mhz (lab, group_mhz);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  assert_call (lab, "Connect", expected);
}

/* Else wpa_supplicant looks on all channels for it. */
static void
test_joins_where_group_is (Lab *lab, gconstpointer data)
{
  check_join (lab, 5745,
      "Connect " IFACE " frequency=5745 join=true peer='" TV "' persistent=true wps_method='pbc'");
}

/* With such a frequency wpa_supplicant refuses. */
static void
test_joins_in_6_ghz (Lab *lab, gconstpointer data)
{
  check_join (lab, 5955,
      "Connect " IFACE " join=true peer='" TV "' persistent=true wps_method='pbc'");
}

static void
test_options_of_group (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .frequency_mhz = 5180 };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  assert_call (lab, "Connect",
      "Connect " IFACE " frequency=5180 peer='" TV "' persistent=true wps_method='pbc'");
}

/* Where a group is that stands already is not ours to choose. */
static void
test_options_of_group_of_peer (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = 15, .frequency_mhz = 5180 };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_hear_owner (lab, TRUE);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  assert_call (lab, "Connect",
      "Connect " IFACE " join=true peer='" TV "' persistent=true wps_method='pbc'");
}

static void
test_searches_first (Lab *lab, gconstpointer data)
{
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, "Living room", WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Find");
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" OTHER "', {'DeviceName': <'Kitchen'>})");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
  /* The search goes on elsewhere when it has ended where most devices are. */
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "FindStopped", "()");
  lab_wait_call (lab, "Find");
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=5180");
  /* The name comes later than the device. */
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', @a{sv} {})");
  lab_say_tv_found (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "StopFind"), ==, 1);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 1);
}

/* How long it takes to come as far as the step depends on the machine: with more
 * and more time, until the time is over there. */
static void
time_out_at (Lab *lab, const char *key, WfdError code)
{
  WfdP2pOptions options = { .go_intent = -1, .timeout_ms = 50 };

  do {
    options.timeout_ms *= 2;
    g_assert_cmpuint (options.timeout_ms, <, 20000);
    lab_use_options (lab, &options);
    fake_wpas_forget_calls (lab->fake);
    lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
    lab_wait_done (lab);
  } while (fake_wpas_count (lab->fake, key) == 0);
  g_assert_error (lab->error, WFD_ERROR, (gint) code);
}

static void
test_peer_never_found (Lab *lab, gconstpointer data)
{
  time_out_at (lab, "Find", WFD_ERROR_NO_PEER);
  lab_wait_call (lab, "StopFind");
}

static void
test_group_never_formed (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  time_out_at (lab, "Connect", WFD_ERROR_TIMEOUT);
  lab_wait_call (lab, "Cancel");
}

static void
test_busy (Lab *lab, gconstpointer data)
{
  Lab other = { 0 };
  WfdLinkPairing pbc = { WFD_PAIRING_PBC, NULL, FALSE };

  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  wfd_link_connect_async (lab->link, OTHER_ID, &pbc, NULL, lab_on_done, &other);
  lab_wait_error (&other, WFD_ERROR, WFD_ERROR_STATE);
  other.done = FALSE;
  wfd_link_disconnect_async (lab->link, NULL, lab_on_done, &other);
  lab_wait_error (&other, WFD_ERROR, WFD_ERROR_STATE);
  g_clear_error (&other.error);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_STATE);
  g_assert_nonnull (wfd_link_get_info (lab->link));
}

/* --- failures of pairing --- */

static const struct
{
  const char *signal;
  const char *args;
  WfdError code;
  const char *words;
} failures[] = {
  { "GONegotiationFailure", "({'peer_object': <objectpath '" TV "'>, 'status': <-1>},)",
      WFD_ERROR_TIMEOUT, "no answer" },
  { "GONegotiationFailure", "({'status': <1>},)", WFD_ERROR_REFUSED, "accept" },
  { "GONegotiationFailure", "({'status': <2>},)", WFD_ERROR_UNSUPPORTED, "both are sources" },
  { "GONegotiationFailure", "({'status': <3>},)", WFD_ERROR_REFUSED, "as many connections" },
  { "GONegotiationFailure", "({'status': <4>},)", WFD_ERROR_REFUSED, "another go-intent" },
  { "GONegotiationFailure", "({'status': <5>},)", WFD_ERROR_REFUSED, "busy" },
  { "GONegotiationFailure", "({'status': <6>},)", WFD_ERROR_REFUSED, "stumbled" },
  { "GONegotiationFailure", "({'status': <7>},)", WFD_ERROR_UNSUPPORTED, "channel" },
  { "GONegotiationFailure", "({'status': <9>},)", WFD_ERROR_UNSUPPORTED, "go-intent" },
  { "GONegotiationFailure", "({'status': <10>},)", WFD_ERROR_PAIRING, "another way" },
  { "GONegotiationFailure", "({'status': <11>},)", WFD_ERROR_REFUSED, "has refused" },
  { "GONegotiationFailure", "({'status': <99>},)", WFD_ERROR_REFUSED, "status 99" },
  { "GroupFormationFailure", "('',)", WFD_ERROR_PAIRING, "not formed; try again" },
  { "GroupFormationFailure", "('FREQ_CONFLICT',)", WFD_ERROR_PAIRING, "FREQ_CONFLICT" },
  { "ProvisionDiscoveryFailure", "(objectpath '" TV "', 1)", WFD_ERROR_TIMEOUT, "did not answer" },
  { "ProvisionDiscoveryFailure", "(objectpath '" TV "', 2)", WFD_ERROR_REFUSED, "has refused" },
};

static void
fail (Lab *lab, const char *signal, const char *args, WfdError code, const char *words)
{
  fake_wpas_forget_calls (lab->fake);
  lab_react (lab, "Connect", signal, args);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_error (lab, WFD_ERROR, (gint) code);
  if (strstr (lab->error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", lab->error->message, words);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 1);
}

static void
test_failures (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    fail (lab, failures[i].signal, failures[i].args, failures[i].code, failures[i].words);
}

/* Configuration Error of Wi-Fi Simple Configuration 2.0. */
static const struct
{
  guint number;
  const char *words;
} wps_failures[] = {
  { 0, "(WPS error 0); try again" },
  { 2, "decrypted; try again" },
  { 3, "of 2.4 GHz; try another frequency" },
  { 4, "of 5 GHz; try another frequency" },
  { 5, "signal is too weak; try again nearer" },
  { 6, "has refused the password; pair again" },
  { 7, "has not let in; pair again" },
  { 8, "(WPS error 8); try again" },
  { 12, "more than two devices; wait two minutes" },
  { 13, "somebody else takes part; " },
  { 14, "the peer is busy; " },
  { 15, "takes no more PINs for now; switch it off and on" },
  { 16, "a message did not come in time; try again nearer" },
  { 17, "it took too long; try again, within two minutes" },
  { 18, "the PIN is wrong; type the one that is shown now" },
  { 19, "(WPS error 19); try again" },
};

static void
test_wps_failures (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  for (guint i = 0; i < G_N_ELEMENTS (wps_failures); i++) {
    g_autofree char *args = g_strdup_printf ("('fail', {'msg': <8>, 'config_error': <int16 %u>})",
        wps_failures[i].number);

    fail (lab, "WpsFailed", args, WFD_ERROR_PAIRING, wps_failures[i].words);
  }
}

static void
fail_wps (Lab *lab)
{
  static const WfdP2pOptions options = { .go_intent = -1, .wps_end_ms = 600000 };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_say (lab, "WpsFailed", "('fail', {'msg': <8>, 'config_error': <int16 18>})");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 0);
}

/* The message that tells the peer is on its way still; wpa_supplicant says when that is over. */
static void
test_wps_ends (Lab *lab, gconstpointer data)
{
  fail_wps (lab);
  lab_say (lab, "GroupFormationFailure", "('',)");
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_PAIRING);
  g_assert_nonnull (strstr (lab->error->message, "the PIN is wrong"));
}

/* Who does not want it any more does not wait for that. */
static void
test_wps_is_cancelled (Lab *lab, gconstpointer data)
{
  fail_wps (lab);
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 1);
}

static const struct
{
  const char *error_name;
  WfdError code;
} refusals[] = {
  { "fi.w1.wpa_supplicant1.ConnectChannelUnavailable", WFD_ERROR_UNSUPPORTED },
  { "fi.w1.wpa_supplicant1.ConnectChannelUnsupported", WFD_ERROR_UNSUPPORTED },
  { "fi.w1.wpa_supplicant1.ConnectUnspecifiedError", WFD_ERROR_REFUSED },
  { "fi.w1.wpa_supplicant1.InvalidArgs", WFD_ERROR_REFUSED },
  { "org.freedesktop.DBus.Error.UnknownMethod", WFD_ERROR_UNSUPPORTED },
};

static void
test_connect_refused (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    fake_wpas_refuse (lab->fake, "Connect", refusals[i].error_name);
    lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
    lab_wait_error (lab, WFD_ERROR, refusals[i].code);
  }
}

/* What happens to others, or before there is a negotiation, is not our failure. */
static void
test_failure_of_others (Lab *lab, gconstpointer data)
{
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Find");
  lab_say (lab, "GONegotiationFailure", "({'status': <11>},)");
  lab_say_tv_found (lab);
  lab_wait_call (lab, "Connect");
  lab_say (lab, "GONegotiationFailure",
      "({'peer_object': <objectpath '" OTHER "'>, 'status': <11>},)");
  lab_say (lab, "ProvisionDiscoveryFailure", "(objectpath '" OTHER "', 2)");
  lab_settle (lab);
  g_assert_false (lab->done);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* A session is opened with the peer that was wanted, and with no other. */
static void
test_somebody_else_comes (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP_IFACE, "PeerGO", g_variant_new_object_path (OTHER));
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Disconnect");
  assert_call (lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
  g_assert_null (wfd_link_get_info (lab->link));
}

/* Nor before that was found. */
static void
test_somebody_else_comes_first (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, GROUP_IFACE, "PeerGO", g_variant_new_object_path (OTHER));
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Find");
  lab_start_group (lab, "client");
  lab_wait_call (lab, "Disconnect");
  g_assert_null (wfd_link_get_info (lab->link));
}

/* An older wpa_supplicant does not tell who the owner is, nor the frequency. */
static void
test_group_tells_little (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_unset (lab->fake, GROUP_IFACE, "PeerGO");
  fake_wpas_set (lab->fake, GROUP_IFACE, "CurrentBSS", g_variant_new_object_path ("/"));
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_assert_cmpstr (wfd_link_peer_get_id (wfd_link_get_info (lab->link)->peer), ==, TV_ID);
  g_assert_cmpuint (wfd_link_get_info (lab->link)->frequency_mhz, ==, 0);
}

/* And comes with the group again, as an object of its own. */
static void
test_peer_forgotten_meanwhile (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_say (lab, "DeviceLost", "(objectpath '" TV "',)");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpstr (wfd_link_peer_get_id (wfd_link_get_info (lab->link)->peer), ==, TV_ID);
}

/* It has the zeros for an owner whom it has not heard of yet. */
static void
test_group_of_nobody (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP_IFACE, "PeerGO",
      g_variant_new_object_path (IFACE "/Peers/000000000000"));
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_assert_cmpstr (wfd_link_peer_get_id (wfd_link_get_info (lab->link)->peer), ==, TV_ID);
}

static void
test_group_without_interface (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP_IFACE, "Ifname", g_variant_new_int32 (1));
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_MALFORMED);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
}

/* The peer asks again and again while we do what it wants. */
static void
test_requests_while_pairing (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  for (guint i = 0; i < 3; i++)
    lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 0x07)");
  lab_settle (lab);
  g_assert_cmpstr (lab->told->str, ==, "found");
}

/* --- reopening --- */

static void
remember (Lab *lab, const char *n, const char *properties)
{
  g_autofree char *path = g_strconcat (PERSISTENT, n, NULL);
  g_autoptr (GVariant) parsed = parse (properties);

  fake_wpas_set (lab->fake, path, "Properties", parsed);
}

/* Three groups: that of others, of which we were a client; our own, to which the
 * peer and another belong; and one that tells nothing. */
static void
remember_as_owner (Lab *lab)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0', '" PERSISTENT "1', '" PERSISTENT
                            "2', '" PERSISTENT "3']"));
  remember (lab, "0", "{'mode': <'0'>, 'bssid': <'02:00:00:00:09:00'>}");
  remember (lab, "1", "{'mode': <'3'>, 'p2p_client_list': <'" OTHER_ID " " TV_ID "'>}");
  remember (lab, "2", "{'ssid': <'\"DIRECT-xy\"'>}");
}

static void
test_reopens_as_owner (Lab *lab, gconstpointer data)
{
  remember_as_owner (lab);
  fake_wpas_set (lab->fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_react (lab, "Invite", "InvitationResult", "({'status': <0>},)");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  assert_call (lab, "Invite",
      "Invite " IFACE " peer='" TV "' persistent_group_object='" PERSISTENT "1'");
  lab_start_group (lab, "GO");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
}

/* The group of before, where it shall be, and the peer is asked into it. */
static void
begin_where_it_shall_be (Lab *lab)
{
  static const WfdP2pOptions options = { .go_intent = -1, .frequency_mhz = 5180 };

  lab_use_options (lab, &options);
  remember_as_owner (lab);
  lab_start_group_after (lab, "GroupAdd", "GO");
}

static void
test_reopens_at_frequency (Lab *lab, gconstpointer data)
{
  begin_where_it_shall_be (lab);
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  assert_call (lab, "GroupAdd",
      "GroupAdd " IFACE " frequency=5180 persistent_group_object='" PERSISTENT "1'");
  assert_call (lab, "Invite", "Invite " GROUP_IFACE " peer='" TV "'");
  fake_wpas_set (lab->fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_say (lab, "InvitationResult", "({'status': <0>},)");
  fake_wpas_say (lab->fake, GROUP, "fi.w1.wpa_supplicant1.Group", "PeerJoined",
      g_variant_new_parsed ("(objectpath '" TV "',)"));
  lab_wait_ok (lab);
}

/* It has forgotten the pairing, and is let into the group as a new one. */
static void
test_pairs_at_frequency (Lab *lab, gconstpointer data)
{
  begin_where_it_shall_be (lab);
  lab_reopen (lab, TV_ID, TRUE);
  lab_wait_call (lab, "Invite");
  lab_say (lab, "InvitationResult", "({'status': <8>},)");
  lab_wait_call (lab, "Start");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 1);
}

static void
remember_as_client (Lab *lab)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0']"));
  /* hostap prints addresses in lower case; nobody promises it. */
  remember (lab, "0", "{'mode': <'0'>, 'bssid': <'02:00:00:00:01:00'>}");
}

static void
test_reopens_as_client (Lab *lab, gconstpointer data)
{
  remember_as_client (lab);
  lab_start_group_after (lab, "Invite", "client");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_ok (lab);
  assert_call (lab, "Invite",
      "Invite " IFACE " peer='" TV "' persistent_group_object='" PERSISTENT "0'");
}

#define N_PAIRINGS 300

/* One that is remembered after hundreds of others is as good as the first. */
static void
test_reopens_latest_of_many (Lab *lab, gconstpointer data)
{
  GVariantBuilder paths;

  lab_know_tv (lab);
  g_variant_builder_init (&paths, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  for (guint i = 0; i < N_PAIRINGS; i++) {
    g_autofree char *path = g_strdup_printf (PERSISTENT "%u", i);

    g_variant_builder_add (&paths, "o", path);
  }
  fake_wpas_set (lab->fake, IFACE, "PersistentGroups", g_variant_builder_end (&paths));
  remember (lab, "299", "{'mode': <'0'>, 'bssid': <'" TV_ID "'>}");
  lab_start_group_after (lab, "Invite", "client");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Get Properties"), ==, 256);
}

static void
test_rejoins_group_of_peer (Lab *lab, gconstpointer data)
{
  remember_as_client (lab);
  lab_hear_owner (lab, TRUE);
  lab_start_group_after (lab, "GroupAdd", "client");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_ok (lab);
  assert_call (lab, "GroupAdd", "GroupAdd " IFACE " persistent_group_object='" PERSISTENT "0'");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 0);
}

static void
test_not_paired (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NOT_PAIRED);
  g_assert_nonnull (strstr (lab->error->message, "pair first"));

  lab_start_group_after (lab, "Connect", "client");
  lab_reopen (lab, TV_ID, TRUE);
  lab_wait_ok (lab);
}

/* Status 8: the peer does not know the group; it is dropped here as well. */
static void
test_forgotten (Lab *lab, gconstpointer data)
{
  remember_as_client (lab);
  lab_react (lab, "Invite", "InvitationResult", "({'status': <8>},)");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NOT_PAIRED);
  g_assert_nonnull (strstr (lab->error->message, "forgotten"));
  assert_call (lab, "RemovePersistentGroup",
      "RemovePersistentGroup " IFACE " ('" PERSISTENT "0',)");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
}

/* wpa_supplicant has dropped it already, which is no error. */
static void
test_forgotten_and_paired_again (Lab *lab, gconstpointer data)
{
  remember_as_client (lab);
  lab_react (lab, "Invite", "InvitationResult", "({'status': <8>},)");
  fake_wpas_refuse (lab->fake, "RemovePersistentGroup", "fi.w1.wpa_supplicant1.NetworkUnknown");
  lab_start_group_after (lab, "Connect", "client");
  lab_reopen (lab, TV_ID, TRUE);
  lab_wait_ok (lab);
  assert_call (lab, "Connect",
      "Connect " IFACE " go_intent=7 peer='" TV "' persistent=true wps_method='pbc'");
}

/* Its person accepts first, then the peer invites us. */
static void
test_accepted_later (Lab *lab, gconstpointer data)
{
  remember_as_client (lab);
  lab_react (lab, "Invite", "InvitationResult", "({'status': <1>},)");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  lab_settle (lab);
  g_assert_false (lab->done);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

static void
test_invitation_refused (Lab *lab, gconstpointer data)
{
  remember_as_client (lab);
  lab_react (lab, "Invite", "InvitationResult", "({'status': <11>},)");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);

  lab_react (lab, "Invite", "InvitationResult", "({'status': <-1>},)");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
}

/* wpa_supplicant knows that the peer is there, and not where it listens, and says no reason. */
static void
reopen_unheard (Lab *lab)
{
  remember_as_client (lab);
  fake_wpas_refuse (lab->fake, "Invite", "fi.w1.wpa_supplicant1.UnknownError");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 1);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 0);
  g_assert_false (lab->done);
}

static void
test_unheard_is_searched_for (Lab *lab, gconstpointer data)
{
  reopen_unheard (lab);
  fake_wpas_answer (lab->fake, "Invite", NULL);
  lab_react (lab, "Invite", "InvitationResult", "({'status': <0>},)");
  lab_say_tv_found (lab);
  lab_wait_call (lab, "Invite");
  while (WFD_P2P_LINK (lab->link)->op->step != WFD_P2P_STEP_GROUP)
    g_main_context_iteration (NULL, TRUE);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 1);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 2);
  /* It was there all the time, for whoever looks. */
  g_assert_cmpstr (lab->told->str, ==, "found opened");
}

/* Then that was not the reason. */
static void
test_heard_is_not_searched_for_again (Lab *lab, gconstpointer data)
{
  reopen_unheard (lab);
  lab_say_tv_found (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 1);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 2);
}

/* The peer invites us, or says that it is gone and comes again, while it is searched for. */
static void
test_unheard_is_faster (Lab *lab, gconstpointer data)
{
  reopen_unheard (lab);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 1);
}

static void
test_unheard_is_lost (Lab *lab, gconstpointer data)
{
  reopen_unheard (lab);
  lab_say (lab, "DeviceLost", "(objectpath '" TV "',)");
  lab_wait_told (lab, "peer-lost");
  fake_wpas_answer (lab->fake, "Invite", NULL);
  lab_start_group_after (lab, "Invite", "client");
  lab_say_tv_found (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 1);
  g_assert_cmpstr (lab->told->str, ==, "found peer-lost found opened");
}

/* wpa_supplicant forgets whom nobody has heard for a minute, also while it invites it, and says
 * nothing of the invitation then. */
static void
reopen_forgotten (Lab *lab, const char *result)
{
  remember_as_client (lab);
  if (result != NULL)
    lab_react (lab, "Invite", "InvitationResult", result);
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  lab_settle (lab);
  fake_wpas_react (lab->fake, "Invite", NULL, NULL);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "DeviceLost", "(objectpath '" TV "',)");
  lab_wait_told (lab, "peer-lost");
}

static void
check_forgotten (Lab *lab, const char *result)
{
  reopen_forgotten (lab, result);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=1");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 0);
  lab_start_group_after (lab, "Invite", "client");
  lab_say_tv_found (lab);
  lab_wait_ok (lab);
  g_assert_cmpstr (lab->told->str, ==, "found peer-lost found opened");
}

static void
test_forgotten_while_invited (Lab *lab, gconstpointer data)
{
  check_forgotten (lab, NULL);
}

/* It has said that it is not ready, and is asked again and again. */
static void
test_forgotten_before_it_is_ready (Lab *lab, gconstpointer data)
{
  check_forgotten (lab, "({'status': <1>},)");
}

/* It has taken the invitation: who is in a group is not heard as a device. */
static void
test_forgotten_once_it_comes (Lab *lab, gconstpointer data)
{
  reopen_forgotten (lab, "({'status': <0>},)");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* --- invited --- */

static void
test_invited (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say_tv_found (lab);
  lab_start_group (lab, "client");
  lab_wait_told (lab, "opened");
  g_assert_cmpstr (wfd_link_peer_get_id (wfd_link_get_info (lab->link)->peer), ==, TV_ID);
}

/* Both wanted the same at the same time. */
static void
test_invited_while_searching (Lab *lab, gconstpointer data)
{
  remember_as_client (lab);
  fake_wpas_set (lab->fake, IFACE, "Peers", g_variant_new_parsed ("@ao []"));
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Find");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 0);
}

static void
test_invited_then_asked (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_find (lab);
  lab_wait_ok (lab);
  lab_start_group (lab, "GO");
  lab_wait_call (lab, "Get Members");
  lab_reopen (lab, TV_ID, FALSE);
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerJoined",
      g_variant_new_parsed ("(objectpath '" TV "',)"));
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 0);
  g_assert_nonnull (wfd_link_get_info (lab->link));
}

static void
test_second_group_ignored (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  lab_start_group (lab, "GO");
  lab_settle (lab);
  g_assert_false (wfd_link_get_info (lab->link)->is_owner);
  g_assert_cmpstr (lab->told->str, ==, "found opened");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("pair/pbc-as-client", test_pbc_as_client);
  add ("pair/not-remembered", test_pairing_is_not_remembered);
  add ("pair/pbc-as-owner", test_pbc_as_owner);
  add ("pair/owner-waits-for-the-peer", test_owner_waits_for_peer);
  add ("pair/pin-made-up", test_pin_made_up);
  add ("pair/pin-given-to-show", test_pin_given_to_show);
  add ("pair/pin-entered", test_pin_entered);
  add ("pair/pin-of-rubbish", test_pin_of_rubbish);
  add ("pair/joins-group-of-peer", test_joins_group_of_peer);
  add ("pair/joins-where-group-is", test_joins_where_group_is);
  add ("pair/joins-in-6-ghz", test_joins_in_6_ghz);
  add ("pair/options-of-the-group", test_options_of_group);
  add ("pair/options-of-the-group-of-the-peer", test_options_of_group_of_peer);
  add ("pair/searches-first", test_searches_first);
  add ("pair/peer-never-found", test_peer_never_found);
  add ("pair/group-never-formed", test_group_never_formed);
  add ("pair/one-at-a-time", test_busy);
  add ("pair/requests-while-pairing", test_requests_while_pairing);
  add ("failure/each-reason", test_failures);
  add ("failure/wps-ends", test_wps_ends);
  add ("failure/wps-is-cancelled", test_wps_is_cancelled);
  add ("failure/each-wps-error", test_wps_failures);
  add ("failure/connect-refused", test_connect_refused);
  add ("failure/of-others", test_failure_of_others);
  add ("failure/somebody-else-comes", test_somebody_else_comes);
  add ("failure/somebody-else-comes/first", test_somebody_else_comes_first);
  add ("group/tells-little", test_group_tells_little);
  add ("group/of-nobody", test_group_of_nobody);
  add ("group/peer-forgotten-meanwhile", test_peer_forgotten_meanwhile);
  add ("group/without-interface", test_group_without_interface);
  add ("reopen/as-owner", test_reopens_as_owner);
  add ("reopen/at-frequency", test_reopens_at_frequency);
  add ("reopen/at-frequency-forgotten", test_pairs_at_frequency);
  add ("reopen/as-client", test_reopens_as_client);
  add ("reopen/latest-of-many", test_reopens_latest_of_many);
  add ("reopen/rejoins-group-of-peer", test_rejoins_group_of_peer);
  add ("reopen/not-paired", test_not_paired);
  add ("reopen/forgotten", test_forgotten);
  add ("reopen/forgotten-and-paired-again", test_forgotten_and_paired_again);
  add ("reopen/accepted-later", test_accepted_later);
  add ("reopen/refused", test_invitation_refused);
  add ("reopen/unheard/searched-for", test_unheard_is_searched_for);
  add ("reopen/unheard/searched-for-once", test_heard_is_not_searched_for_again);
  add ("reopen/unheard/faster", test_unheard_is_faster);
  add ("reopen/unheard/lost", test_unheard_is_lost);
  add ("reopen/unheard/while-invited", test_forgotten_while_invited);
  add ("reopen/unheard/before-it-is-ready", test_forgotten_before_it_is_ready);
  add ("reopen/unheard/once-it-comes", test_forgotten_once_it_comes);
  add ("invited/at-rest", test_invited);
  add ("invited/while-searching", test_invited_while_searching);
  add ("invited/then-asked", test_invited_then_asked);
  add ("invited/second-group-ignored", test_second_group_ignored);
  return lab_run ();
}
