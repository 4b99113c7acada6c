/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What fails for now is tried again. */
#include <link-p2p-op-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/retry/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

static guint n_failures_left;

/* The first attempts fail, then the group begins. */
static void
on_connect (FakeWpas *fake, gpointer user_data)
{
  Lab *lab = user_data;

  if (n_failures_left > 0)
    lab_say (lab, "GONegotiationFailure", "({'status': <-1>},)");
  else
    lab_start_group (lab, "client");
  if (n_failures_left > 0)
    n_failures_left--;
}

static void
on_find (FakeWpas *fake, gpointer user_data)
{
  lab_say (user_data, "DeviceFoundProperties", "(objectpath '" TV "', @a{sv} {})");
}

static void
set_up_failures (Lab *lab, guint n_failures, guint retry_ms)
{
  WfdP2pOptions options = { .go_intent = -1, .max_attempts = 3, .retry_ms = retry_ms };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  n_failures_left = n_failures;
  fake_wpas_react (lab->fake, "Connect", on_connect, lab);
  fake_wpas_react (lab->fake, "Find", on_find, lab);
}

static void
connect_tv (Lab *lab)
{
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
}

static void
test_succeeds (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 2, 1);
  connect_tv (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 3);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 2);
  g_assert_cmpstr (lab->told->str, ==, "found opened");
}

static void
test_gives_up (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 9, 1);
  connect_tv (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 3);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 3);
}

/* --- not the same again --- */

#define CONNECT_TV(options) \
  "Connect " IFACE " " options "peer='" TV "' persistent=true wps_method='pbc'"

/* The calls that negotiate, in their order. */
static void
assert_connects (Lab *lab, const char *const *expected)
{
  const GPtrArray *calls = fake_wpas_get_calls (lab->fake);
  guint n = 0;

  for (guint i = 0; i < calls->len; i++) {
    const char *call = g_ptr_array_index (calls, i);

    if (g_str_has_prefix (call, "Connect ")) {
      g_assert_nonnull (expected[n]);
      g_assert_cmpstr (call, ==, expected[n++]);
    }
  }
  g_assert_null (expected[n]);
}

static void
connect_in_vain_with (Lab *lab, const WfdP2pOptions *options)
{
  WfdP2pOptions ours = *options;

  ours.max_attempts = 4;
  ours.retry_ms = 1;
  lab_use_options (lab, &ours);
  lab_know_tv (lab);
  n_failures_left = G_MAXUINT;
  fake_wpas_react (lab->fake, "Connect", on_connect, lab);
  connect_tv (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
}

/* Some devices form no group with us as client, and some none in this band. */
static void
test_asks_otherwise (Lab *lab, gconstpointer data)
{
  static const char *const expected[] = { CONNECT_TV (""), CONNECT_TV ("go_intent=15 "),
    "Connect " IFACE " frequency=2437 go_intent=0 peer='" TV "' persistent=true wps_method='pbc'",
    "Connect " IFACE " frequency=2437 go_intent=15 peer='" TV "' persistent=true wps_method='pbc'",
    NULL };
  static const WfdP2pOptions options = { .go_intent = -1 };

  connect_in_vain_with (lab, &options);
  assert_connects (lab, expected);
}

/* Where the own network is, there the group has to be. */
static void
test_asks_otherwise_in_network (Lab *lab, gconstpointer data)
{
  static const char *const expected[] = { CONNECT_TV (""), CONNECT_TV ("go_intent=15 "),
    CONNECT_TV ("go_intent=0 "), CONNECT_TV ("go_intent=15 "), NULL };
  static const WfdP2pOptions options = { .go_intent = -1 };

  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("completed"));
  connect_in_vain_with (lab, &options);
  assert_connects (lab, expected);
}

/* So that two of ours do not insist both. */
static void
test_sink_asks_otherwise (Lab *lab, gconstpointer data)
{
  static const char *const expected[] = { CONNECT_TV (""), CONNECT_TV ("go_intent=0 "),
    CONNECT_TV ("frequency=2437 go_intent=15 "), CONNECT_TV ("frequency=2437 go_intent=0 "), NULL };
  static const WfdP2pOptions options = { .advert.type = WFD_IE_TYPE_PRIMARY_SINK, .go_intent = -1 };

  connect_in_vain_with (lab, &options);
  assert_connects (lab, expected);
}

static void
test_asks_as_it_was_told (Lab *lab, gconstpointer data)
{
#define AS_TOLD CONNECT_TV ("frequency=5180 go_intent=7 ")
  static const char *const expected[] = { AS_TOLD, AS_TOLD, AS_TOLD, AS_TOLD, NULL };
  static const WfdP2pOptions options = { .go_intent = 7, .frequency_mhz = 5180 };

  connect_in_vain_with (lab, &options);
  assert_connects (lab, expected);
}

/* It takes a parameter for wrong. */
static void
test_wrong_parameter (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  lab_react (lab, "Connect", "GONegotiationFailure", "({'status': <4>},)");
  connect_tv (lab);
  lab_wait_call (lab, "Cancel");
  lab_start_group_after (lab, "Connect", "client");
  lab_wait_ok (lab);
  g_assert_nonnull (strstr (fake_wpas_find_call (lab->fake, "Connect"), "go_intent=15"));
}

static guint n_connects;

/* No answer; both insist on owning the group; the driver has no such channel. */
static void
on_connect_otherwise (FakeWpas *fake, gpointer user_data)
{
  Lab *lab = user_data;

  lab_say (lab, "GONegotiationFailure",
      n_connects++ == 1 ? "({'status': <9>},)" : "({'status': <-1>},)");
  if (n_connects == 2)
    fake_wpas_refuse (lab->fake, "Connect", "fi.w1.wpa_supplicant1.ConnectChannelUnavailable");
}

/* What nobody but we had wanted is not the reason that is told. */
static void
test_own_choice_does_not_fit (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  n_connects = 0;
  fake_wpas_react (lab->fake, "Connect", on_connect_otherwise, lab);
  connect_tv (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 3);
}

/* --- the driver gives no interface for the group --- */

static void
on_shared (FakeWpas *fake, gpointer user_data)
{
  Lab *lab = user_data;

  if (strstr (fake_wpas_find_call (fake, "Set P2PDeviceConfig"), "'NoGroupIface': <true>") == NULL)
    return;
  fake_wpas_answer (fake, "Connect", g_variant_new ("(s)", ""));
  lab_start_group_after (lab, "Connect", "client");
}

static void
connect_without_interface (Lab *lab, guint retry_ms)
{
  set_up_failures (lab, 0, retry_ms);
  fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig",
      g_variant_new_parsed ("{'DeviceName': <'somebody'>, 'NoGroupIface': <false>}"));
  fake_wpas_refuse (lab->fake, "Connect", "fi.w1.wpa_supplicant1.ConnectUnspecifiedError");
  fake_wpas_react (lab->fake, "Set P2PDeviceConfig", on_shared, lab);
  connect_tv (lab);
}

static void
test_no_interface_for_group (Lab *lab, gconstpointer data)
{
  g_autoptr (GVariant) restored = NULL;

  connect_without_interface (lab, 1);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 3);
  wfd_link_close (lab->link);
  lab_settle (lab);
  g_assert_nonnull (
      strstr (fake_wpas_find_call (lab->fake, "Set P2PDeviceConfig"), "'NoGroupIface': <false>"));
}

static void
end_pause (Lab *lab)
{
  while (WFD_P2P_LINK (lab->link)->op->pause == NULL)
    g_main_context_iteration (NULL, TRUE);
  wfd_p2p_op_end_pause (WFD_P2P_LINK (lab->link)->op);
}

/* A group that begins while it is asked about the adapter waits for the answer, and then for
 * nothing else. */
static void
test_group_begins_meanwhile (Lab *lab, gconstpointer data)
{
  static const char key[] = "GetAll fi.w1.wpa_supplicant1.Interface";

  connect_without_interface (lab, 1000000);
  end_pause (lab);
  fake_wpas_forget_calls (lab->fake);
  fake_wpas_hold (lab->fake, key);
  lab_wait_call (lab, key);
  lab_start_group (lab, "client");
  lab_settle (lab);
  fake_wpas_answer (lab->fake, key, NULL);
  fake_wpas_release (lab->fake, key, NULL);
  lab_wait_ok (lab);
}

/* Its own network would end with it, also one that it has just lost and looks for. */
static void
test_no_interface_beside_network (Lab *lab, gconstpointer data)
{
  static const char *const states[] = { "completed", "associating", "4way_handshake", "scanning",
    "disconnected" };

  fake_wpas_set (lab->fake, IFACE, "Networks",
      g_variant_new_parsed ("[objectpath '" IFACE "/Networks/0']"));
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string (states[i]));
    fake_wpas_forget_calls (lab->fake);
    connect_without_interface (lab, 1);
    lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
    g_assert_nonnull (strstr (lab->error->message, "disconnect"));
    g_assert_cmpuint (fake_wpas_count (lab->fake, "Set P2PDeviceConfig"), ==, 1);
    wfd_link_close (lab->link);
    lab_settle (lab);
  }
}

/* It is to be in none. */
static void
test_no_interface_without_network (Lab *lab, gconstpointer data)
{
  static const char *const states[] = { "inactive", "disconnected" };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    fake_wpas_set (lab->fake, IFACE, "Networks",
        g_variant_new_parsed (i == 0 ? "[objectpath '" IFACE "/Networks/0']" : "@ao []"));
    fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string (states[i]));
    connect_without_interface (lab, 1);
    lab_wait_ok (lab);
    wfd_link_close (lab->link);
    lab_settle (lab);
  }
}

static void say_interface_added (Lab *lab);

static void
on_connect_unformed (FakeWpas *fake, gpointer user_data)
{
  Lab *lab = user_data;

  if (n_connects++ > 0)
    fake_wpas_say (fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceAdded",
        g_variant_new_parsed ("(objectpath '" GROUP_IFACE "', @a{sv} {})"));
  lab_say (lab, "GroupFormationFailure", "('',)");
}

/* Whose group had one fails for another reason. */
static void
test_group_with_interface_fails (Lab *lab, gconstpointer data)
{
  connect_without_interface (lab, 1);
  n_connects = 0;
  fake_wpas_answer (lab->fake, "Connect", g_variant_new ("(s)", ""));
  fake_wpas_react (lab->fake, "Connect", on_connect_unformed, lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_PAIRING);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Set P2PDeviceConfig"), ==, 1);
}

static void
test_refusal_is_final (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  lab_react (lab, "Connect", "GONegotiationFailure", "({'status': <11>},)");
  connect_tv (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
  lab_react (lab, "Connect", "WpsFailed", "('fail', {'msg': <8>, 'config_error': <int16 18>})");
  connect_tv (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_PAIRING);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 2);
}

/* The group stood, but the peer left it before all was done. */
static void
test_group_gone (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  lab_react (lab, "Get Ifname", "GroupFinished",
      "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
  fake_wpas_hold (lab->fake, "Get Frequency");
  connect_tv (lab);
  lab_wait_call (lab, "Get Ifname");
  lab_settle (lab);
  fake_wpas_answer (lab->fake, "Get Frequency", NULL);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 2);
}

static void
own_group_of_before (Lab *lab)
{
  lab_hear_owner (lab, TRUE);
  fake_wpas_set (lab->fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0']"));
  fake_wpas_set (lab->fake, PERSISTENT "0", "Properties",
      g_variant_new_parsed ("{'mode': <'0'>, 'bssid': <'" TV_ID "'>}"));
}

/* Its group has ended since we have heard of it. */
static void
test_group_of_peer_gone (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  own_group_of_before (lab);
  lab_react (lab, "GroupAdd", "GroupFormationFailure", "('',)");
  lab_start_group_after (lab, "Invite", "client");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 1);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 1);
}

/* It listens on another channel since it was switched on again, say. */
static void
invite_without_answer (Lab *lab)
{
  static const WfdP2pOptions options = { .go_intent = -1, .unanswered_ms = 1 };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0']"));
  fake_wpas_set (lab->fake, PERSISTENT "0", "Properties",
      g_variant_new_parsed ("{'mode': <'0'>, 'bssid': <'" TV_ID "'>}"));
  lab_reopen (lab, TV_ID, FALSE);
}

static void
test_unanswered_is_looked_for (Lab *lab, gconstpointer data)
{
  invite_without_answer (lab);
  lab_wait_call (lab, "Find");
  /* This time it answers. */
  WFD_P2P_LINK (lab->link)->options.unanswered_ms = 0;
  while (fake_wpas_count (lab->fake, "Invite") < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 1);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=1");
  g_assert_false (lab->done);
  lab_say (lab, "InvitationResult", "({'status': <0>},)");
  while (WFD_P2P_LINK (lab->link)->op->step != WFD_P2P_STEP_GROUP)
    g_main_context_iteration (NULL, TRUE);
  fake_wpas_forget_calls (lab->fake);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
}

static void
test_unanswered_for_too_long (Lab *lab, gconstpointer data)
{
  invite_without_answer (lab);
  while (WFD_P2P_LINK (lab->link)->op == NULL || WFD_P2P_LINK (lab->link)->op->n_invitations == 0)
    g_main_context_iteration (NULL, TRUE);
  /* All but one. */
  WFD_P2P_LINK (lab->link)->op->n_invitations = 4;
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 2);
}

/* wpa_supplicant says nothing for a minute. */
static void
test_group_of_peer_not_found (Lab *lab, gconstpointer data)
{
  WfdP2pOptions options = { .go_intent = -1, .max_attempts = 3, .retry_ms = 1, .join_ms = 1 };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  own_group_of_before (lab);
  lab_start_group_after (lab, "Invite", "client");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 1);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 1);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Invite"), ==, 1);
}

static void
say_interface_added (Lab *lab)
{
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceAdded",
      g_variant_new_parsed ("(objectpath '" GROUP_IFACE "', @a{sv} {})"));
  lab_settle (lab);
}

static void
wait_to_be_let_in (Lab *lab)
{
  set_up_failures (lab, 0, 1);
  fake_wpas_react (lab->fake, "Connect", NULL, NULL);
  lab_hear_owner (lab, TRUE);
  connect_tv (lab);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  say_interface_added (lab);
}

/* Its owner has answered, so that it is waited for his person, who is asked again. */
static void
test_group_of_peer_found (Lab *lab, gconstpointer data)
{
  WfdP2pOp *op;

  wait_to_be_let_in (lab);
  op = WFD_P2P_LINK (lab->link)->op;
  for (guint i = 0; i < 5; i++) {
    fake_wpas_forget_calls (lab->fake);
    g_source_set_ready_time (op->joining, 0);
    lab_wait_call (lab, "Cancel");
    lab_wait_call (lab, "Find");
    lab_say (lab, "DeviceFoundProperties",
        "(objectpath '" TV "', {'groupcapability': <byte 0x2b>})");
    lab_wait_call (lab, "Connect");
    g_assert_nonnull (strstr (fake_wpas_find_call (lab->fake, "Connect"), "join=true"));
    lab_settle (lab);
    say_interface_added (lab);
  }
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* Its group has gone meanwhile, as is heard when it is. */
static void
test_group_of_peer_goes_meanwhile (Lab *lab, gconstpointer data)
{
  wait_to_be_let_in (lab);
  fake_wpas_forget_calls (lab->fake);
  g_source_set_ready_time (WFD_P2P_LINK (lab->link)->op->joining, 0);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
  lab_start_group_after (lab, "Connect", "client");
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <byte 0x2a>})");
  lab_wait_ok (lab);
  g_assert_null (strstr (fake_wpas_find_call (lab->fake, "Connect"), "join=true"));
}

/* It has ended with our being in it: the channel on which it was heard is not that on which it is
 * invited. */
static void
test_group_of_peer_ended (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  own_group_of_before (lab);
  lab_start_group_after (lab, "GroupAdd", "client");
  fake_wpas_set (lab->fake, GROUP_IFACE, "PeerGO", g_variant_new_object_path (TV));
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_ok (lab);
  lab_say (lab, "GroupFinished", "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
  lab_wait_told (lab, "lost");
  fake_wpas_forget_calls (lab->fake);
  lab_hear_owner (lab, FALSE);
  lab_start_group_after (lab, "Invite", "client");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 0);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=1");
}

/* wpa_supplicant would call it on the channel of its group. */
static void
test_owner_of_before_asks (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  lab_hear_owner (lab, TRUE);
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "ProvisionDiscoveryPBCRequest", "(objectpath '" TV "',)");
  lab_wait_told (lab, "request-pbc");
  fake_wpas_forget_calls (lab->fake);
  connect_tv (lab);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <byte 0x2a>})");
  lab_wait_ok (lab);
  g_assert_null (strstr (fake_wpas_find_call (lab->fake, "Connect"), "join=true"));
}

static void
refuse_to_join (Lab *lab)
{
  set_up_failures (lab, 0, 1);
  lab_hear_owner (lab, TRUE);
  lab_react (lab, "Connect", "ProvisionDiscoveryFailure", "(objectpath '" TV "', 2)");
  connect_tv (lab);
  lab_wait_call (lab, "Connect");
  fake_wpas_forget_calls (lab->fake);
  lab_wait_call (lab, "Find");
}

/* It does not let in who asks for a group that it has no more. */
static void
test_group_of_peer_refused (Lab *lab, gconstpointer data)
{
  refuse_to_join (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <byte 0x2a>})");
  lab_wait_ok (lab);
  g_assert_null (strstr (fake_wpas_find_call (lab->fake, "Connect"), "join=true"));
}

/* Who still owns his group has refused as a person, who is not asked again. */
static void
test_refused_by_owner (Lab *lab, gconstpointer data)
{
  refuse_to_join (lab);
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <byte 0x2b>})");
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
}

/* That the group has gone was heard between the question and the answer. */
static void
test_refused_by_owner_of_before (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  fake_wpas_react (lab->fake, "Connect", NULL, NULL);
  lab_hear_owner (lab, TRUE);
  connect_tv (lab);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <byte 0x2a>})");
  lab_say (lab, "ProvisionDiscoveryFailure", "(objectpath '" TV "', 2)");
  lab_wait_call (lab, "Find");
  lab_start_group_after (lab, "Connect", "client");
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <byte 0x2a>})");
  lab_wait_ok (lab);
  g_assert_null (strstr (fake_wpas_find_call (lab->fake, "Connect"), "join=true"));
}

/* The group that refused has gone; that the next attempt fails as well, and that the peer has
 * another group then, is no refusal. */
static void
test_refusal_of_before_is_over (Lab *lab, gconstpointer data)
{
  refuse_to_join (lab);
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <byte 0x2a>})");
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "DeviceLost", "(objectpath '" TV "',)");
  lab_say (lab, "GroupFormationFailure", "('',)");
  lab_wait_call (lab, "Find");
  lab_start_group_after (lab, "Connect", "client");
  lab_say (lab, "DeviceFoundProperties",
      "(objectpath '" TV "', {'groupcapability': <byte 0x2b>, 'IEs': <" ROKU_IES ">})");
  lab_wait_ok (lab);
  g_assert_nonnull (strstr (fake_wpas_find_call (lab->fake, "Connect"), "join=true"));
}

/* Nobody is told when a group ends that he is not in. */
static void
test_owner_of_long_ago (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  own_group_of_before (lab);
  lab_start_group_after (lab, "Invite", "client");
  lab_find (lab);
  lab_wait_ok (lab);
  lab_settle (lab);
  wfd_link_peer_note_heard (lab->last_peer, 0);
  fake_wpas_forget_calls (lab->fake);
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Find");
  /* Its group may be in another band. */
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <byte 0x2a>})");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 0);
}

/* It is heard again where it was, or else anywhere. */
static void
test_owner_is_heard_where_it_was (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  own_group_of_before (lab);
  fake_wpas_react (lab->fake, "Find", NULL, NULL);
  lab_set_group_mhz (lab, 5180);
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=5180");
  fake_wpas_forget_calls (lab->fake);
  g_source_set_ready_time (WFD_P2P_LINK (lab->link)->search_again, 0);
  lab_wait_call (lab, "Find");
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");
  lab_start_group_after (lab, "GroupAdd", "client");
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'groupcapability': <byte 0x2b>})");
  lab_wait_ok (lab);
}

/* What wpa_supplicant knows already it may have heard a minute ago. */
static void
test_owner_of_the_cache (Lab *lab, gconstpointer data)
{
  set_up_failures (lab, 0, 1);
  own_group_of_before (lab);
  lab_hear_owner (lab, FALSE);
  lab_start_group_after (lab, "Invite", "client");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_ok (lab);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 0);
}

/* --- the peer does not answer --- */

static void
let_time_pass (Lab *lab)
{
  g_source_set_ready_time (WFD_P2P_LINK (lab->link)->op->step_timer, 0);
}

static void
connect_in_vain (Lab *lab, WfdPairing pairing)
{
  set_up_failures (lab, 0, 1);
  fake_wpas_react (lab->fake, "Connect", NULL, NULL);
  lab_connect (lab, TV_ID, pairing, NULL);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
}

/* Its wpa_supplicant says that it is not ready, also for a program that is not there yet, and
 * later whether its person has refused. */
static void
test_asks_again (Lab *lab, gconstpointer data)
{
  connect_in_vain (lab, WFD_PAIRING_PBC);
  for (guint i = 0; i < 3; i++) {
    let_time_pass (lab);
    lab_wait_call (lab, "Connect");
    fake_wpas_forget_calls (lab->fake);
  }
  lab_react (lab, "Connect", "GONegotiationFailure", "({'status': <11>},)");
  let_time_pass (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
}

/* Which somebody may be entering. */
static void
test_asks_again_with_the_same_pin (Lab *lab, gconstpointer data)
{
  fake_wpas_answer (lab->fake, "Connect", g_variant_new ("(s)", "12345670"));
  connect_in_vain (lab, WFD_PAIRING_PIN_DISPLAY);
  g_assert_cmpstr (lab->told->str, ==, "found pin");
  let_time_pass (lab);
  lab_wait_call (lab, "Connect");
  g_assert_nonnull (strstr (fake_wpas_find_call (lab->fake, "Connect"), "pin='12345670'"));
  lab_settle (lab);
  g_assert_cmpstr (lab->told->str, ==, "found pin");
}

static void
test_asks_no_more_when_agreed (Lab *lab, gconstpointer data)
{
  connect_in_vain (lab, WFD_PAIRING_PBC);
  g_assert_nonnull (WFD_P2P_LINK (lab->link)->op->step_timer);
  lab_say (lab, "GONegotiationSuccess", "(@a{sv} {},)");
  lab_settle (lab);
  g_assert_null (WFD_P2P_LINK (lab->link)->op->step_timer);
}

/* What is made for the question that came too late would stay. */
static void
test_asked_again_too_late (Lab *lab, gconstpointer data)
{
  connect_in_vain (lab, WFD_PAIRING_PBC);
  fake_wpas_hold (lab->fake, "Connect");
  let_time_pass (lab);
  lab_wait_call (lab, "Connect");
  lab_say (lab, "GONegotiationSuccess", "(@a{sv} {},)");
  lab_wait_call (lab, "StopFind");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "StopFind"), ==, 1);
}

static void
test_asked_again_in_time (Lab *lab, gconstpointer data)
{
  connect_in_vain (lab, WFD_PAIRING_PBC);
  let_time_pass (lab);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  lab_say (lab, "GONegotiationSuccess", "(@a{sv} {},)");
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "StopFind"), ==, 0);
}

static void
invite_in_vain (Lab *lab)
{
  set_up_failures (lab, 0, 1);
  own_group_of_before (lab);
  fake_wpas_set (lab->fake, TV, "groupcapability", g_variant_new_byte (0));
  lab_react (lab, "Invite", "InvitationResult", "({'status': <1>},)");
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
}

/* Another adapter that is plugged in says nothing of the peer. */
static void
test_new_adapter_is_no_answer (Lab *lab, gconstpointer data)
{
  connect_in_vain (lab, WFD_PAIRING_PBC);
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceAdded",
      g_variant_new_parsed ("(objectpath '" GROUP_IFACE "', {'Ifname': <'wlan1'>})"));
  lab_settle (lab);
  g_assert_nonnull (WFD_P2P_LINK (lab->link)->op->step_timer);
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceAdded",
      g_variant_new_parsed ("(objectpath '" GROUP_IFACE "', {'Ifname': <'p2p-wlan0-0'>})"));
  lab_settle (lab);
  g_assert_null (WFD_P2P_LINK (lab->link)->op->step_timer);
}

static void
test_invites_again (Lab *lab, gconstpointer data)
{
  invite_in_vain (lab);
  lab_react (lab, "Invite", "InvitationResult", "({'status': <11>},)");
  let_time_pass (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
}

/* wpa_supplicant is busy with the group that the peer begins just now. */
static void
test_invites_again_too_late (Lab *lab, gconstpointer data)
{
  invite_in_vain (lab);
  fake_wpas_refuse (lab->fake, "Invite", "fi.w1.wpa_supplicant1.UnknownError");
  let_time_pass (lab);
  lab_wait_call (lab, "Invite");
  lab_settle (lab);
  g_assert_false (lab->done);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

static void
test_invited_peer_has_accepted (Lab *lab, gconstpointer data)
{
  invite_in_vain (lab);
  lab_react (lab, "Invite", "InvitationResult", "({'status': <0>},)");
  let_time_pass (lab);
  lab_wait_call (lab, "Invite");
  lab_settle (lab);
  g_assert_null (WFD_P2P_LINK (lab->link)->op->step_timer);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
}

/* Joined, negotiated, joined; its group may have moved meanwhile. */
static void
test_joins_by_turns (Lab *lab, gconstpointer data)
{
  static const gboolean joined[] = { TRUE, FALSE, TRUE };
  const GPtrArray *calls = fake_wpas_get_calls (lab->fake);
  guint n = 0;

  set_up_failures (lab, 9, 1);
  lab_hear_owner (lab, TRUE);
  lab_set_group_mhz (lab, 5180);
  connect_tv (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
  for (guint i = 0; i < calls->len; i++) {
    const char *call = g_ptr_array_index (calls, i);

    if (g_str_has_prefix (call, "Connect ")) {
      g_assert_cmpint (strstr (call, "join=true") != NULL, ==, joined[n]);
      g_assert_cmpint (strstr (call, "frequency=5180") != NULL, ==, n == 0);
      n++;
    }
  }
  g_assert_cmpuint (n, ==, 3);
}

/* --- in the pause between --- */

static void
stop_in_pause (Lab *lab)
{
  set_up_failures (lab, 1, 1000000);
  connect_tv (lab);
  lab_wait_call (lab, "Cancel");
  lab_settle (lab);
  g_assert_false (lab->done);
  g_assert_nonnull (WFD_P2P_LINK (lab->link)->op);
}

static void
test_cancelled (Lab *lab, gconstpointer data)
{
  stop_in_pause (lab);
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 1);
}

static void
test_closed (Lab *lab, gconstpointer data)
{
  stop_in_pause (lab);
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_service_dies (Lab *lab, gconstpointer data)
{
  stop_in_pause (lab);
  lab_drop_fake (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_SERVICE);
}

static void
test_peer_begins_group (Lab *lab, gconstpointer data)
{
  stop_in_pause (lab);
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 1);
}

/* Its person has found the button. */
static void
test_peer_asks (Lab *lab, gconstpointer data)
{
  stop_in_pause (lab);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 0x07)");
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 2);
  g_assert_null (strstr (lab->told->str, "request"));
}

static void
test_peer_lost_meanwhile (Lab *lab, gconstpointer data)
{
  stop_in_pause (lab);
  lab_say (lab, "DeviceLost", "(objectpath '" TV "',)");
  lab_settle (lab);
  wfd_p2p_op_end_pause (WFD_P2P_LINK (lab->link)->op);
  lab_wait_call (lab, "Find");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 1);
  lab_say_tv_found (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 2);
}

/* The last reason says more than that time is over. */
static void
test_time_over (Lab *lab, gconstpointer data)
{
  WfdP2pOptions options = { .go_intent = -1, .max_attempts = 3, .retry_ms = 1000000 };

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_react (lab, "Connect", "GroupFormationFailure", "('',)");
  connect_tv (lab);
  lab_wait_call (lab, "Cancel");
  lab_settle (lab);
  g_assert_false (lab->done);
  g_source_set_ready_time (WFD_P2P_LINK (lab->link)->op->timer, 0);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_PAIRING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("succeeds", test_succeeds);
  add ("unanswered/is-looked-for", test_unanswered_is_looked_for);
  add ("unanswered/for-too-long", test_unanswered_for_too_long);
  add ("gives-up", test_gives_up);
  add ("asks-otherwise", test_asks_otherwise);
  add ("asks-otherwise-in-network", test_asks_otherwise_in_network);
  add ("sink-asks-otherwise", test_sink_asks_otherwise);
  add ("asks-as-it-was-told", test_asks_as_it_was_told);
  add ("wrong-parameter", test_wrong_parameter);
  add ("own-choice-does-not-fit", test_own_choice_does_not_fit);
  add ("no-interface-for-group", test_no_interface_for_group);
  add ("group-begins-meanwhile", test_group_begins_meanwhile);
  add ("no-interface-beside-network", test_no_interface_beside_network);
  add ("no-interface-without-network", test_no_interface_without_network);
  add ("group-with-interface-fails", test_group_with_interface_fails);
  add ("refusal-is-final", test_refusal_is_final);
  add ("group-gone", test_group_gone);
  add ("group-of-peer-gone", test_group_of_peer_gone);
  add ("group-of-peer-not-found", test_group_of_peer_not_found);
  add ("group-of-peer-found", test_group_of_peer_found);
  add ("group-of-peer-goes-meanwhile", test_group_of_peer_goes_meanwhile);
  add ("group-of-peer-refused", test_group_of_peer_refused);
  add ("refused-by-owner", test_refused_by_owner);
  add ("refused-by-owner-of-before", test_refused_by_owner_of_before);
  add ("refusal-of-before-is-over", test_refusal_of_before_is_over);
  add ("owner-of-long-ago", test_owner_of_long_ago);
  add ("owner-of-the-cache", test_owner_of_the_cache);
  add ("asks-again", test_asks_again);
  add ("asked-again-too-late", test_asked_again_too_late);
  add ("asked-again-in-time", test_asked_again_in_time);
  add ("asks-again-with-the-same-pin", test_asks_again_with_the_same_pin);
  add ("asks-no-more-when-agreed", test_asks_no_more_when_agreed);
  add ("new-adapter-is-no-answer", test_new_adapter_is_no_answer);
  add ("invites-again", test_invites_again);
  add ("invites-again-too-late", test_invites_again_too_late);
  add ("invited-peer-has-accepted", test_invited_peer_has_accepted);
  add ("group-of-peer-ended", test_group_of_peer_ended);
  add ("owner-of-before-asks", test_owner_of_before_asks);
  add ("joins-by-turns", test_joins_by_turns);
  add ("owner-is-heard-where-it-was", test_owner_is_heard_where_it_was);
  add ("pause/cancelled", test_cancelled);
  add ("pause/closed", test_closed);
  add ("pause/service-dies", test_service_dies);
  add ("pause/peer-begins-group", test_peer_begins_group);
  add ("pause/peer-asks", test_peer_asks);
  add ("pause/peer-lost-meanwhile", test_peer_lost_meanwhile);
  add ("time-over", test_time_over);
  return lab_run ();
}
