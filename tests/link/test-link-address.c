/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses on both sides: from the handshake, else by DHCP. */
#include <netlink/errno.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

/* --- our address --- */

static void
test_address_set_and_removed (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_assert_cmpstr (lab->network->str, ==, "+192.168.42.100/24");
  wfd_link_close (lab->link);
  g_assert_cmpstr (lab->network->str, ==, "+192.168.42.100/24 -192.168.42.100/24");
}

static void
test_address_of_owner (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_assert_cmpstr (lab->network->str, ==, "+192.168.173.1/24");
}

/* It may be left from a program that has crashed. */
static void
test_address_there_already (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_set_kernel_answer (-NLE_EXIST);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
}

static const struct
{
  gint answer;
  WfdError code;
} address_errors[] = {
  { -NLE_NODEV, WFD_ERROR_NO_DEVICE },
  { -NLE_NOMEM, WFD_ERROR_NO_DEVICE },
};

static void
test_address_refused (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  for (guint i = 0; i < G_N_ELEMENTS (address_errors); i++) {
    fake_wpas_forget_calls (lab->fake);
    lab_set_kernel_answer (address_errors[i].answer);
    lab_start_group_after (lab, "Connect", "client");
    lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
    lab_wait_error (lab, WFD_ERROR, (gint) address_errors[i].code);
    g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
  }
  g_assert_null (strchr (lab->network->str, '-'));
}

/* A search needs no such right. */
static void
test_not_allowed (Lab *lab, gconstpointer data)
{
  static const gint answers[] = { -NLE_PERM, -NLE_NOACCESS };

  lab_know_tv (lab);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    lab_set_kernel_answer (answers[i]);
    lab_find (lab);
    lab_wait_ok (lab);
    lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
    lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_PERMISSION);
    g_assert_nonnull (strstr (lab->error->message, "CAP_NET_ADMIN"));
    g_clear_error (&lab->error);
    lab_start_own_group (lab);
    lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_PERMISSION);
  }
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 0);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "GroupAdd"), ==, 0);
}

/* By the peer, which is searched for. */
static void
test_group_begins_where_not_allowed (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_set_kernel_answer (-NLE_PERM);
  lab_find (lab);
  lab_wait_ok (lab);
  lab_start_group (lab, "client");
  lab_wait_call (lab, "Disconnect");
  lab_settle (lab);
  g_assert_null (wfd_link_get_info (lab->link));
}

/* Packets of one would go into the other. */
static void
test_network_of_other_group (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_set_address_of_other ("192.168.42.7");
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_STATE);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
  g_assert_cmpstr (lab->network->str, ==, "");
  lab_set_address_of_other ("192.168.43.7");
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
}

static void
test_interface_gone (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP_IFACE, "Ifname", g_variant_new_string ("p2p-wlan0-9"));
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
}

/* --- by DHCP, as client --- */

#define STARTED_BARE \
  "({'interface_object': <objectpath '" GROUP_IFACE "'>, 'group_object': <objectpath '" GROUP \
  "'>, 'role': <'client'>},)"

static void
connect_untold (Lab *lab)
{
  lab_know_tv (lab);
  lab_react (lab, "Connect", "GroupStarted", STARTED_BARE);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
}

static void
assert_peer_address (Lab *lab, const char *expected)
{
  GInetAddress *address = wfd_link_get_info (lab->link)->peer_address;
  g_autofree char *text = address != NULL ? g_inet_address_to_string (address) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_program_call (Lab *lab, const char *name, const char *expected)
{
  g_autofree char *call = lab_get_program_call (lab, name);

  g_assert_cmpstr (call, ==, expected);
}

#define BOUND "echo bound address=192.168.49.20 mask=255.255.255.0 server=192.168.49.1"
#define STAY "exec sleep 1000"

static void
test_lease (Lab *lab, gconstpointer data)
{
  lab_add_program (lab, "udhcpc", "echo deconfig address= mask= server=\n" BOUND "\n" STAY);
  lab_add_program (lab, "dhcpcd", STAY);
  connect_untold (lab);
  lab_wait_ok (lab);
  g_assert_cmpstr (lab->network->str, ==, "+192.168.49.20/24");
  assert_peer_address (lab, "192.168.49.1");
  assert_program_call (lab, "udhcpc", "-f -t 10 -T 1 -i p2p-wlan0-0 -s the-script");
  assert_program_call (lab, "dhcpcd", NULL);

  wfd_link_close (lab->link);
  g_assert_cmpstr (lab->network->str, ==, "+192.168.49.20/24 -192.168.49.20/24");
  lab_wait_program_gone (lab, "udhcpc");
}

static const WfdP2pOptions impatient_source = { .advert = { .type = WFD_IE_TYPE_SOURCE },
  .go_intent = -1,
  .address_ms = 1 };
static const WfdP2pOptions impatient_sink = { .advert = { .type = WFD_IE_TYPE_PRIMARY_SINK },
  .go_intent = -1,
  .address_ms = 1 };

#define UNTOLD "echo bound address=192.168.49.20 mask=255.255.255.0 server=8.8.8.8"

/* Of the owner's address, by the server, nor by the handshake: it is looked for, where it is
 * needed. */
static void
test_owner_without_address (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions sink = { .advert = { .type = WFD_IE_TYPE_PRIMARY_SINK },
    .go_intent = -1 };
  static const WfdP2pOptions source = { .advert = { .type = WFD_IE_TYPE_SOURCE }, .go_intent = -1 };

  lab_add_program (lab, "udhcpc", UNTOLD "\n" STAY);
  lab_set_neighbour (lab, "192.168.49.1");
  lab_use_options (lab, &sink);
  connect_untold (lab);
  lab_wait_ok (lab);
  assert_peer_address (lab, "192.168.49.1");

  lab_set_neighbour (lab, NULL);
  lab_use_options (lab, &source);
  connect_untold (lab);
  lab_wait_ok (lab);
  assert_peer_address (lab, NULL);
  g_assert_cmpuint (lab_count_probes (lab), ==, 0);

  lab_use_options (lab, &impatient_sink);
  lab_react (lab, "Connect", "GroupStarted",
      "({'interface_object': <objectpath '" GROUP_IFACE "'>, 'group_object': <objectpath '" GROUP
      "'>, 'role': <'client'>, 'IpAddr': <[byte 192, 168, 42, 100]>, 'IpAddrMask': <[byte 255, "
      "255, 255, 0]>},)");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (lab->error->message, "does not tell its own"));
  g_assert_cmpuint (lab_count_probes (lab), >=, 4);
}

/* The handshake has told: nobody else is asked. */
static void
test_no_lease_needed (Lab *lab, gconstpointer data)
{
  lab_add_program (lab, "udhcpc", STAY);
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  assert_program_call (lab, "udhcpc", NULL);
}

/* A busybox without it, say. */
static void
test_next_client (Lab *lab, gconstpointer data)
{
  lab_add_program (lab, "udhcpc", "exit 1");
  lab_add_program (lab, "dhclient", BOUND "\n" STAY);
  connect_untold (lab);
  lab_wait_ok (lab);
  assert_program_call (lab, "udhcpc", "-f -t 10 -T 1 -i p2p-wlan0-0 -s the-script");
  assert_program_call (lab, "dhclient",
      "-4 -d -cf /dev/null -lf /dev/null -pf /dev/null -sf the-script p2p-wlan0-0");
  assert_peer_address (lab, "192.168.49.1");
}

static void
test_no_client (Lab *lab, gconstpointer data)
{
  connect_untold (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_SERVICE);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);

  lab_add_program (lab, "busybox", "exit 1");
  connect_untold (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_SERVICE);
  assert_program_call (lab, "busybox", "udhcpc -f -t 10 -T 1 -i p2p-wlan0-0 -s the-script");
}

static void
test_no_lease (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .address_ms = 50 };

  lab_use_options (lab, &options);
  lab_add_program (lab, "udhcpc", STAY);
  connect_untold (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (lab->error->message, "UDP ports 67 and 68"));
  g_assert_nonnull (strstr (lab->error->message, "go-intent of 15"));
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
  g_assert_cmpstr (lab->network->str, ==, "");

  /* To join a group that stands nothing is negotiated. */
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_hear_owner (lab, TRUE);
  lab_react (lab, "Connect", "GroupStarted", STARTED_BARE);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (fake_wpas_find_call (lab->fake, "Connect"), "join=true"));
  g_assert_nonnull (strstr (lab->error->message, "UDP ports 67 and 68"));
  g_assert_null (strstr (lab->error->message, "go-intent"));
}

/* Lines without a lease, or of one that nobody may have, and one without an end. */
static void
test_rubbish_then_lease (Lab *lab, gconstpointer data)
{
  lab_add_program (lab, "udhcpc",
      "echo\necho bound\necho bound address=192.168.49.20\n"
      "echo bound address=192.168.49.20 mask=255.0.255.0 server=192.168.49.1\n"
      "echo bound address=10.0.0.20 mask=128.0.0.0 server=10.0.0.1\n"
      "echo bound address=127.0.0.1 mask=255.255.255.0 server=127.0.0.1\n"
      "printf 'bound address=192.168.49.77 mask=255.255.255.0 '\n"
      "head -c 100000 /dev/zero | tr '\\0' x\necho\n" BOUND "\n" STAY);
  connect_untold (lab);
  lab_wait_ok (lab);
  g_assert_cmpstr (lab->network->str, ==, "+192.168.49.20/24");
}

/* The lease stays as it is when the program goes. */
static void
test_client_ends_later (Lab *lab, gconstpointer data)
{
  lab_add_program (lab, "udhcpc", BOUND);
  connect_untold (lab);
  lab_wait_ok (lab);
  lab_wait_program_gone (lab, "udhcpc");
  lab_settle (lab);
  g_assert_nonnull (wfd_link_get_info (lab->link));
  g_assert_cmpstr (lab->network->str, ==, "+192.168.49.20/24");
}

/* --- as owner --- */

static void
connect_as_owner (Lab *lab)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
}

#define SERVER_ARGS \
  " --keep-in-foreground --conf-file=/dev/null --port=0 --bind-interfaces --except-interface=lo " \
  "--dhcp-authoritative --no-ping --dhcp-option=3 --dhcp-option=6 --leasefile-ro --pid-file " \
  "--log-facility=-"

static void
test_serves (Lab *lab, gconstpointer data)
{
  lab_set_neighbour (lab, NULL);
  lab_add_program (lab, "dnsmasq",
      "echo 'dnsmasq-dhcp[1]: DHCPDISCOVER(p2p-wlan0-0) 02:00:00:00:03:00' >&2\n"
      "echo 'dnsmasq-dhcp[1]: DHCPACK(p2p-wlan0-0) 192.168.173.104 02:00:00:00:03:00 tv' >&2\n" STAY);
  connect_as_owner (lab);
  lab_wait_ok (lab);
  assert_peer_address (lab, "192.168.173.104");
  assert_program_call (lab, "dnsmasq",
      "--interface=p2p-wlan0-0 --dhcp-range=192.168.173.100,192.168.173.254,1h" SERVER_ARGS);
  wfd_link_close (lab->link);
  lab_wait_program_gone (lab, "dnsmasq");
}

/* What it waits for then is the first, not the last. */
static void
test_serves_again_and_again (Lab *lab, gconstpointer data)
{
  lab_set_neighbour (lab, NULL);
  lab_add_program (lab, "dnsmasq",
      "exec yes 'dnsmasq-dhcp[1]: DHCPACK(p2p-wlan0-0) 192.168.173.104 02:00:00:00:03:00 tv' >&2\n");
  connect_as_owner (lab);
  lab_wait_ok (lab);
  assert_peer_address (lab, "192.168.173.104");
  wfd_link_close (lab->link);
  lab_wait_program_gone (lab, "dnsmasq");
}

/* As wpa_supplicant is configured, with what it gives left out. */
static void
test_serves_as_configured (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig",
      g_variant_new_parsed ("{'IpAddrGo': <@ay [192, 168, 42, 1]>, 'IpAddrMask': <@ay [255, 255, "
                            "255, 0]>, 'IpAddrStart': <@ay [192, 168, 42, 200]>, 'IpAddrEnd': "
                            "<@ay [192, 168, 42, 250]>}"));
  lab_add_program (lab, "dnsmasq",
      "echo 'dnsmasq-dhcp[1]: DHCPACK(p2p-wlan0-0) 192.168.42.50 02:00:00:00:03:00' >&2\n" STAY);
  lab_set_neighbour (lab, NULL);
  connect_as_owner (lab);
  lab_wait_ok (lab);
  assert_peer_address (lab, "192.168.42.50");
  assert_program_call (lab, "dnsmasq",
      "--interface=p2p-wlan0-0 --dhcp-range=192.168.42.2,192.168.42.199,1h" SERVER_ARGS);
}

/* A sink will come to the source; a source waits for the sink. */
static void
test_client_without_address (Lab *lab, gconstpointer data)
{
  lab_use_options (lab, &impatient_source);
  lab_set_neighbour (lab, NULL);
  connect_as_owner (lab);
  lab_wait_ok (lab);
  assert_peer_address (lab, NULL);
  g_assert_cmpuint (lab_count_probes (lab), >=, 4);

  lab_use_options (lab, &impatient_sink);
  connect_as_owner (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (lab->error->message, "dnsmasq-base"));
  lab_wait_call (lab, "Disconnect");

  lab_add_program (lab, "dnsmasq", STAY);
  lab_use_options (lab, &impatient_sink);
  connect_as_owner (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_null (strstr (lab->error->message, "dnsmasq-base"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("address/set-and-removed", test_address_set_and_removed);
  add ("address/of-owner", test_address_of_owner);
  add ("address/there-already", test_address_there_already);
  add ("address/refused", test_address_refused);
  add ("address/not-allowed", test_not_allowed);
  add ("address/group-begins-where-not-allowed", test_group_begins_where_not_allowed);
  add ("address/of-other-group", test_network_of_other_group);
  add ("address/interface-gone", test_interface_gone);
  add ("dhcp/lease", test_lease);
  add ("dhcp/owner-without-address", test_owner_without_address);
  add ("dhcp/not-needed", test_no_lease_needed);
  add ("dhcp/next-client", test_next_client);
  add ("dhcp/no-client", test_no_client);
  add ("dhcp/no-lease", test_no_lease);
  add ("dhcp/rubbish-then-lease", test_rubbish_then_lease);
  add ("dhcp/client-ends-later", test_client_ends_later);
  add ("owner/serves", test_serves);
  add ("owner/serves-again-and-again", test_serves_again_and_again);
  add ("owner/serves-as-configured", test_serves_as_configured);
  add ("owner/client-without-address", test_client_without_address);
  return lab_run ();
}
