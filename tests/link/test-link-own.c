/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A group of our own, which waits for whoever comes, and more than one in a group. */
#include <link-p2p-op-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/own/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

#define FINISHED "({'interface_object': <objectpath '" GROUP_IFACE "'>},)"

static void
use_options (Lab *lab)
{
  static const WfdP2pOptions options = { .go_intent = -1, .lost_ms = 1 };

  lab_use_options (lab, &options);
}

static void
start_group (Lab *lab)
{
  lab_start_group_after (lab, "GroupAdd", "GO");
  lab_start_own_group (lab);
  lab_wait_ok (lab);
}

static void
set_members (Lab *lab, const char *members)
{
  g_autoptr (GVariant) parsed = parse (members);

  fake_wpas_set (lab->fake, GROUP, "Members", parsed);
}

static void
say_joined (Lab *lab, const char *peer)
{
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerJoined", g_variant_new ("(o)", peer));
}

/* wpa_supplicant tells of the device, and then of it as a station. */
static void
say_joined_as (Lab *lab, const char *peer, const char *station)
{
  say_joined (lab, peer);
  fake_wpas_say (lab->fake, GROUP_IFACE, IF_INTERFACE, "StaAuthorized",
      g_variant_new ("(s)", station));
}

static void
say_left (Lab *lab, const char *peer)
{
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerDisconnected", g_variant_new ("(o)", peer));
}

static void
assert_peer (Lab *lab, const char *id)
{
  const WfdLinkInfo *info = wfd_link_get_info (lab->link);

  g_assert_nonnull (info);
  g_assert_true (info->is_owner);
  g_assert_cmpstr (wfd_link_peer_get_id (info->peer), ==, id);
}

/* --- begun --- */

static void
test_waits (Lab *lab, gconstpointer data)
{
  start_group (lab);
  lab_settle (lab);
  assert_call (lab, "GroupAdd", "GroupAdd " IFACE " frequency=5 persistent=true");
  g_assert_cmpstr (lab->network->str, ==, "+192.168.173.1/24");
  g_assert_cmpstr (lab->told->str, ==, "");
  g_assert_null (wfd_link_get_info (lab->link));
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
}

/* Those who know it come in without being asked. */
static void
test_as_before (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .frequency_mhz = 5180 };

  lab_use_options (lab, &options);
  fake_wpas_set (lab->fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0', '" PERSISTENT "1']"));
  fake_wpas_set (lab->fake, PERSISTENT "0", "Properties",
      g_variant_new_parsed ("{'mode': <'3'>, 'p2p_client_list': <'" TV_ID "'>}"));
  fake_wpas_set (lab->fake, PERSISTENT "1", "Properties",
      g_variant_new_parsed ("{'mode': <'0'>, 'bssid': <'" TV_ID "'>}"));
  start_group (lab);
  assert_call (lab, "GroupAdd",
      "GroupAdd " IFACE " frequency=5180 persistent_group_object='" PERSISTENT "0'");
}

/* Two channels at once halve the air. */
static void
test_channel_of_own_network (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("completed"));
  start_group (lab);
  assert_call (lab, "GroupAdd", "GroupAdd " IFACE " persistent=true");
}

static void
allow_without_frequency (FakeWpas *fake, gpointer user_data)
{
  Lab *lab = user_data;

  fake_wpas_answer (fake, "GroupAdd", NULL);
  lab_start_group_after (lab, "GroupAdd", "GO");
}

static void
test_no_5_ghz (Lab *lab, gconstpointer data)
{
  fake_wpas_refuse (lab->fake, "GroupAdd", "fi.w1.wpa_supplicant1.UnknownError");
  fake_wpas_react (lab->fake, "GroupAdd", allow_without_frequency, lab);
  lab_start_own_group (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 2);
  assert_call (lab, "GroupAdd", "GroupAdd " IFACE " persistent=true");
}

static void
test_refused (Lab *lab, gconstpointer data)
{
  fake_wpas_refuse (lab->fake, "GroupAdd", "fi.w1.wpa_supplicant1.UnknownError");
  lab_start_own_group (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);

  fake_wpas_answer (lab->fake, "GroupAdd", NULL);
  start_group (lab);
  lab_start_own_group (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_STATE);
}

static void
test_ends_by_itself (Lab *lab, gconstpointer data)
{
  start_group (lab);
  lab_say (lab, "GroupFinished", FINISHED);
  lab_wait_told (lab, "lost");
  start_group (lab);
}

static void
test_ended (Lab *lab, gconstpointer data)
{
  start_group (lab);
  lab->done = FALSE;
  wfd_link_disconnect_async (lab->link, NULL, lab_on_done, lab);
  lab_wait_ok (lab);
  assert_call (lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
  g_assert_cmpstr (lab->told->str, ==, "");
  g_assert_cmpstr (lab->network->str, ==, "+192.168.173.1/24 -192.168.173.1/24");
}

/* --- who comes and goes --- */

static void
test_comes_and_goes (Lab *lab, gconstpointer data)
{
  use_options (lab);
  start_group (lab);
  for (guint i = 0; i < 3; i++) {
    const char *peer = i % 2 == 0 ? TV : OTHER;

    set_members (lab, i % 2 == 0 ? "[objectpath '" TV "']" : "[objectpath '" OTHER "']");
    g_string_set_size (lab->told, 0);
    say_joined (lab, peer);
    lab_wait_told (lab, "opened");
    assert_peer (lab, i % 2 == 0 ? TV_ID : OTHER_ID);
    set_members (lab, "@ao []");
    say_left (lab, peer);
    lab_wait_told (lab, "interrupted lost");
    g_assert_null (wfd_link_get_info (lab->link));
    g_assert_cmpuint (lab_count_forgotten (lab), ==, i + 1);
  }
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 1);
  g_assert_cmpstr (lab->network->str, ==, "+192.168.173.1/24");
}

/* It has to come again; until then nobody asks in a circle. */
static void
test_comes_without_address (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, 0 },
    .go_intent = -1,
    .address_ms = 1,
  };
  guint n_calls;

  lab_use_options (lab, &options);
  lab_set_neighbour (lab, NULL);
  start_group (lab);
  set_members (lab, "[objectpath '" TV "']");
  say_joined (lab, TV);
  while (WFD_P2P_LINK (lab->link)->op == NULL)
    g_main_context_iteration (NULL, TRUE);
  while (WFD_P2P_LINK (lab->link)->op != NULL)
    g_main_context_iteration (NULL, TRUE);
  n_calls = fake_wpas_get_calls (lab->fake)->len;
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_get_calls (lab->fake)->len, ==, n_calls + 2);
  g_assert_cmpstr (lab->told->str, ==, "found");

  lab_set_neighbour (lab, "192.168.173.10");
  say_joined (lab, TV);
  lab_wait_told (lab, "opened");
}

/* --- let in --- */

/* In spite of the invitation, which would bring it in again when it has left. */
static void
come_in (Lab *lab)
{
  guint n = fake_wpas_count (lab->fake, "StopFind");

  set_members (lab, "[objectpath '" TV "']");
  say_joined (lab, TV);
  lab_wait_ok (lab);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "StopFind"), ==, n + 1);
}

static void
test_admits (Lab *lab, gconstpointer data)
{
  start_group (lab);
  lab_say_tv_found (lab);
  lab_say (lab, "ProvisionDiscoveryPBCRequest", "(objectpath '" TV "',)");
  lab_wait_told (lab, "request-pbc");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Invite");
  assert_call (lab, "Start",
      "Start " GROUP_IFACE " P2PDeviceAddress=[0x02, 0x00, 0x00, 0x00, 0x01, 0x00] "
      "Role='registrar' Type='pbc'");
  assert_call (lab, "Invite", "Invite " GROUP_IFACE " peer='" TV "'");
  lab_settle (lab);
  g_assert_false (lab->done);
  come_in (lab);
  assert_peer (lab, TV_ID);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
}

static void
test_admits_by_pin (Lab *lab, gconstpointer data)
{
  g_autofree char *call = NULL;

  start_group (lab);
  lab_say_tv_found (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PIN_DISPLAY, NULL);
  lab_wait_told (lab, "pin");
  call = g_strdup_printf ("Start " GROUP_IFACE " Pin='%s' Role='registrar' Type='pin'", lab->pin);
  assert_call (lab, "Start", call);
  g_assert_cmpuint (strlen (lab->pin), ==, 8);
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_cancellable_reset (lab->cancellable);

  lab_connect (lab, TV_ID, WFD_PAIRING_PIN_KEYPAD, "12345670");
  lab_settle (lab);
  assert_call (lab, "Start", "Start " GROUP_IFACE " Pin='12345670' Role='registrar' Type='pin'");
}

static void
test_invites_in (Lab *lab, gconstpointer data)
{
  start_group (lab);
  lab_say_tv_found (lab);
  lab_settle (lab);
  lab_reopen (lab, TV_ID, FALSE);
  lab_wait_call (lab, "Invite");
  assert_call (lab, "Invite", "Invite " GROUP_IFACE " peer='" TV "'");
  come_in (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Start"), ==, 0);
}

/* --- two --- */

static void
open_with_tv (Lab *lab)
{
  lab_know_tv (lab);
  set_members (lab, "[objectpath '" TV "']");
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" OTHER "', {'DeviceName': <'Kitchen'>})");
  lab_settle (lab);
  g_string_set_size (lab->told, 0);
}

static void
add_other (Lab *lab)
{
  lab_connect (lab, "Kitchen", WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Start");
  lab_settle (lab);
  g_assert_false (lab->done);
  set_members (lab, "[objectpath '" TV "', '" OTHER "']");
  say_joined (lab, OTHER);
  lab_wait_ok (lab);
}

static void
test_second (Lab *lab, gconstpointer data)
{
  open_with_tv (lab);
  add_other (lab);
  g_assert_cmpstr (lab->told->str, ==, "");
  assert_peer (lab, TV_ID);
  /* The first is in it already. */
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_STATE);
}

/* It is in the group and has a session, and the link is its link then. */
static void
test_first_leaves (Lab *lab, gconstpointer data)
{
  use_options (lab);
  open_with_tv (lab);
  add_other (lab);
  set_members (lab, "[objectpath '" OTHER "']");
  say_left (lab, TV);
  lab_wait_told (lab, "interrupted lost opened");
  assert_peer (lab, OTHER_ID);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);

  g_string_set_size (lab->told, 0);
  set_members (lab, "@ao []");
  say_left (lab, OTHER);
  lab_wait_told (lab, "interrupted lost");
  lab_wait_call (lab, "Disconnect");
}

static void
test_second_leaves (Lab *lab, gconstpointer data)
{
  use_options (lab);
  open_with_tv (lab);
  add_other (lab);
  set_members (lab, "[objectpath '" TV "']");
  say_left (lab, OTHER);
  lab_settle (lab);
  g_assert_cmpstr (lab->told->str, ==, "");
  assert_peer (lab, TV_ID);
}

/* --- which of them is where --- */

#define THIRD IFACE "/Peers/020000000300"
#define TV_STATION "02:00:00:00:01:40"
#define OTHER_STATION "02:00:00:00:02:40"
#define THIRD_STATION "02:00:00:00:03:40"

static void
assert_peer_address (Lab *lab, const char *expected)
{
  GInetAddress *address = wfd_link_get_info (lab->link)->peer_address;
  g_autofree char *text = address != NULL ? g_inet_address_to_string (address) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

/* Then the television leaves, whose link it was. */
static void
come_in_three (Lab *lab, const char *first, const char *second, const char *third)
{
  start_group (lab);
  set_members (lab, "[objectpath '" TV "']");
  say_joined_as (lab, TV, first);
  lab_wait_told (lab, "opened");
  say_joined_as (lab, THIRD, third);
  say_joined_as (lab, OTHER, second);
  lab_settle (lab);
  g_string_set_size (lab->told, 0);
}

static void
leave_to (Lab *lab, const char *id, const char *members)
{
  set_members (lab, members);
  say_left (lab, TV);
  lab_wait_told (lab, "opened");
  assert_peer (lab, id);
}

static void
leave_to_other (Lab *lab)
{
  leave_to (lab, OTHER_ID, "[objectpath '" OTHER "', '" THIRD "']");
}

/* Whoever else the kernel has spoken to. */
static void
test_address_of_each (Lab *lab, gconstpointer data)
{
  use_options (lab);
  lab_set_neighbour (lab, NULL);
  lab_add_neighbour (lab, "192.168.173.12", THIRD_STATION);
  lab_add_neighbour (lab, "192.168.173.10", TV_STATION);
  lab_add_neighbour (lab, "192.168.173.11", OTHER_STATION);
  come_in_three (lab, TV_STATION, OTHER_STATION, THIRD_STATION);
  assert_peer_address (lab, "192.168.173.10");
  leave_to_other (lab);
  assert_peer_address (lab, "192.168.173.11");
}

/* Of one of them nobody has told which station it is: it is none of the others. */
static void
test_address_of_the_rest (Lab *lab, gconstpointer data)
{
  use_options (lab);
  lab_set_neighbour (lab, NULL);
  lab_add_neighbour (lab, "192.168.173.12", THIRD_STATION);
  lab_add_neighbour (lab, "192.168.173.11", OTHER_STATION);
  lab_add_neighbour (lab, "192.168.173.10", TV_STATION);
  come_in_three (lab, TV_STATION, "rubbish", THIRD_STATION);
  lab_set_neighbour (lab, NULL);
  lab_add_neighbour (lab, "192.168.173.12", THIRD_STATION);
  lab_add_neighbour (lab, "192.168.173.11", OTHER_STATION);
  leave_to_other (lab);
  assert_peer_address (lab, "192.168.173.11");
}

#define SAY_LEASE(address, station) \
  "echo 'dnsmasq-dhcp[1]: DHCPACK(p2p-wlan0-0) " address " " station " name' >&2\n"

/* And to whoever else our server has given one since. */
static void
test_lease_of_each (Lab *lab, gconstpointer data)
{
  use_options (lab);
  lab_set_neighbour (lab, NULL);
  lab_add_program (lab, "dnsmasq",
      SAY_LEASE ("192.168.173.111", OTHER_STATION) SAY_LEASE ("192.168.173.110", TV_STATION)
          SAY_LEASE ("192.168.173.112", THIRD_STATION) "exec sleep 1000");
  come_in_three (lab, TV_STATION, OTHER_STATION, THIRD_STATION);
  assert_peer_address (lab, "192.168.173.110");
  leave_to_other (lab);
  assert_peer_address (lab, "192.168.173.111");
}

/* It is nobody's any more, though nobody tells which station the next is. */
static void
test_lease_of_one_who_has_left (Lab *lab, gconstpointer data)
{
  lab_set_neighbour (lab, NULL);
  lab_add_neighbour (lab, "192.168.173.110", TV_STATION);
  lab_add_program (lab, "dnsmasq", SAY_LEASE ("192.168.173.112", THIRD_STATION) "exec sleep 1000");
  start_group (lab);
  lab_say_tv_found (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Start");
  say_joined_as (lab, THIRD, THIRD_STATION);
  while (WFD_P2P_LINK (lab->link)->group->leases->len == 0)
    g_main_context_iteration (NULL, TRUE);
  say_left (lab, THIRD);
  set_members (lab, "[objectpath '" TV "']");
  say_joined_as (lab, TV, "rubbish");
  lab_wait_ok (lab);
  assert_peer_address (lab, "192.168.173.110");
}

/* The one who had it before is somewhere else. */
static void
test_lease_of_two (Lab *lab, gconstpointer data)
{
  use_options (lab);
  lab_set_neighbour (lab, NULL);
  lab_add_program (lab, "dnsmasq",
      SAY_LEASE ("192.168.173.111", THIRD_STATION) SAY_LEASE ("192.168.173.111", OTHER_STATION)
          SAY_LEASE ("192.168.173.110", TV_STATION) "exec sleep 1000");
  come_in_three (lab, TV_STATION, OTHER_STATION, THIRD_STATION);
  lab_add_neighbour (lab, "192.168.173.112", THIRD_STATION);
  leave_to (lab, "02:00:00:00:03:00", "[objectpath '" THIRD "', '" OTHER "']");
  assert_peer_address (lab, "192.168.173.112");
}

/* The fifth, sixth, ... client has an address of the handshake as well. */
static void
test_all_are_asked (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .address_ms = 1 };
  guint n_probes;

  lab_use_options (lab, &options);
  lab_set_neighbour (lab, "192.168.173.10");
  start_group (lab);
  set_members (lab, "[objectpath '" TV "']");
  say_joined_as (lab, TV, TV_STATION);
  lab_wait_told (lab, "opened");
  for (guint i = 3; i <= 9; i++) {
    g_autofree char *path = g_strdup_printf (IFACE "/Peers/020000000%u00", i);

    say_joined (lab, path);
  }
  lab_settle (lab);
  set_members (lab, "[objectpath '" OTHER "']");
  say_left (lab, TV);
  say_joined (lab, OTHER);
  lab_settle (lab);
  n_probes = lab_count_probes (lab);
  lab_wait_probes (lab, n_probes + 8);
}

static void
wait_inactive (Lab *lab, gint64 inactive_ms)
{
  while (wfd_link_get_station (lab->link) == NULL
      || wfd_link_get_station (lab->link)->inactive_ms != inactive_ms)
    g_main_context_iteration (NULL, TRUE);
}

/* Also if it was never there alone. */
static void
test_station_of_each (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .lost_ms = 1, .station_ms = 1 };
  WfdStation stations[] = { station_new (1), station_new (2), station_new (3) };
  char *names[3];

  for (guint i = 0; i < 3; i++) {
    const guint8 *octets = stations[i].address;

    stations[i].inactive_ms = i;
    names[i] = g_strdup_printf ("%02x:%02x:%02x:%02x:%02x:%02x", octets[0], octets[1], octets[2],
        octets[3], octets[4], octets[5]);
    lab_add_neighbour (lab, "192.168.173.20", names[i]);
  }
  lab_use_options (lab, &options);
  lab_set_stations (lab, stations, 3);
  come_in_three (lab, names[0], names[1], names[2]);
  wait_inactive (lab, 0);
  leave_to_other (lab);
  wait_inactive (lab, 1);
  for (guint i = 0; i < 3; i++)
    g_free (names[i]);
}

/* What has been begun for the second ends with the group of the first. */
static void
test_first_leaves_early (Lab *lab, gconstpointer data)
{
  use_options (lab);
  open_with_tv (lab);
  lab_connect (lab, OTHER_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Start");
  lab_settle (lab);
  say_left (lab, TV);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_CLOSED);
  g_assert_cmpstr (lab->told->str, ==, "interrupted lost");
}

/* In a group of the peer it is the peer who lets others in. */
static void
test_not_in_group_of_peer (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  lab_connect (lab, OTHER_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_STATE);
}

/* --- invited into a group of others --- */

static void
test_invited (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "InvitationReceived", "({'go_dev_addr': <'nobody'>},)");
  lab_say (lab, "InvitationReceived", "({'persistent_id': <0>},)");
  lab_settle (lab);
  g_assert_cmpstr (lab->told->str, ==, "");
  lab_say (lab, "InvitationReceived",
      "({'sa': <[byte 2, 0, 0, 0, 2, 0]>, 'go_dev_addr': <[byte 2, 0, 0, 0, 1, 0]>},)");
  lab_wait_told (lab, "found request-pbc");
  g_assert_cmpstr (wfd_link_peer_get_id (lab->last_peer), ==, TV_ID);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  assert_call (lab, "Connect",
      "Connect " IFACE " join=true peer='" TV "' persistent=true wps_method='pbc'");
}

static void
check_invited_to (Lab *lab, const char *op_freq, const char *expected)
{
  g_autofree char *said =
      g_strdup_printf ("({'go_dev_addr': <[byte 2, 0, 0, 0, 1, 0]>, 'op_freq': %s},)", op_freq);

  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "InvitationReceived", said);
  lab_wait_told (lab, "found request-pbc");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  assert_call (lab, "Connect", expected);
}

/* Else wpa_supplicant looks on all channels for it. */
static void
test_invited_where (Lab *lab, gconstpointer data)
{
  check_invited_to (lab, "<5180>",
      "Connect " IFACE " frequency=5180 join=true peer='" TV "' persistent=true wps_method='pbc'");
}

static void
test_invited_nowhere (Lab *lab, gconstpointer data)
{
  check_invited_to (lab, "<-1>",
      "Connect " IFACE " join=true peer='" TV "' persistent=true wps_method='pbc'");
}

/* It owns no other group while one is negotiated with it: somebody else says so, to disturb that. */
static void
test_invited_by_whom_we_ask (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  lab_say (lab, "InvitationReceived", "({'go_dev_addr': <[byte 2, 0, 0, 0, 1, 0]>},)");
  lab_settle (lab);
  g_assert_false (wfd_link_peer_owns_group (WFD_P2P_LINK (lab->link)->op->peer));
}

/* What is heard of a peer that is doubted is not where its last group was. */
static void
test_invited_before (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "InvitationReceived",
      "({'go_dev_addr': <[byte 2, 0, 0, 0, 1, 0]>, 'op_freq': <5180>},)");
  lab_wait_told (lab, "found request-pbc");
  wfd_link_peer_doubt (lab->last_peer);
  g_assert_cmpuint (wfd_link_peer_get_group_mhz (lab->last_peer), ==, 0);
}

/* What was heard of the group since counts. */
static void
test_invited_and_moved (Lab *lab, gconstpointer data)
{
  lab_set_group_mhz (lab, 2437);
  check_invited_to (lab, "<5180>",
      "Connect " IFACE " frequency=2437 join=true peer='" TV "' persistent=true wps_method='pbc'");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("waits", test_waits);
  add ("as-it-was-before", test_as_before);
  add ("channel-of-own-network", test_channel_of_own_network);
  add ("no-5-ghz", test_no_5_ghz);
  add ("refused", test_refused);
  add ("ends-by-itself", test_ends_by_itself);
  add ("ended", test_ended);
  add ("comes-and-goes", test_comes_and_goes);
  add ("comes-without-address", test_comes_without_address);
  add ("admits", test_admits);
  add ("admits-by-pin", test_admits_by_pin);
  add ("invites-in", test_invites_in);
  add ("second", test_second);
  add ("first-leaves", test_first_leaves);
  add ("second-leaves", test_second_leaves);
  add ("first-leaves-early", test_first_leaves_early);
  add ("address-of-each", test_address_of_each);
  add ("address-of-the-rest", test_address_of_the_rest);
  add ("lease-of-each", test_lease_of_each);
  add ("lease-of-one-who-has-left", test_lease_of_one_who_has_left);
  add ("lease-of-two", test_lease_of_two);
  add ("all-are-asked", test_all_are_asked);
  add ("station-of-each", test_station_of_each);
  add ("not-in-group-of-peer", test_not_in_group_of_peer);
  add ("invited-into-group-of-others", test_invited);
  add ("invited/where", test_invited_where);
  add ("invited/nowhere", test_invited_nowhere);
  add ("invited/by-whom-we-ask", test_invited_by_whom_we_ask);
  add ("invited/before", test_invited_before);
  add ("invited/and-moved", test_invited_and_moved);
  return lab_run ();
}
