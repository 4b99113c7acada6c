/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <link-dhcp.h>

static void
assert_address (GInetAddress *address, const char *expected)
{
  g_autofree char *text = address != NULL ? g_inet_address_to_string (address) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

/* --- what clients say --- */

static const struct
{
  const char *line;
  const char *address; /* NULL: no lease */
  const char *network;
  const char *server;
} lines[] = {
  { "bound address=192.168.49.20 mask=255.255.255.0 server=192.168.49.1", "192.168.49.20",
      "192.168.49.0/24", "192.168.49.1" },
  { "BOUND address=192.168.137.5 mask=255.255.255.128 server=", "192.168.137.5", "192.168.137.0/25",
      NULL },
  { "RENEW  mask=255.255.0.0 server=10.1.0.1 address=10.1.2.3", "10.1.2.3", "10.1.0.0/16",
      "10.1.0.1" },
  { "REBOOT address=10.1.2.3 mask=255.255.0.0 address=10.9.9.9", "10.1.2.3", "10.1.0.0/16", NULL },
  { "bound address=10.1.2.3 mask=255.255.0.0 server=8.8.8.8", "10.1.2.3", "10.1.0.0/16", NULL },
  { "bound address=10.1.2.3 mask=255.255.0.0 server= router=10.1.0.9 10.1.0.8", "10.1.2.3",
      "10.1.0.0/16", "10.1.0.9" },
  { "bound address=10.1.2.3 mask=255.255.0.0 server=8.8.8.8 router=10.1.0.9", "10.1.2.3",
      "10.1.0.0/16", "10.1.0.9" },
  { "bound address=10.1.2.3 mask=255.255.0.0 server=10.1.0.1 router=10.1.0.9", "10.1.2.3",
      "10.1.0.0/16", "10.1.0.1" },
  { "bound address=10.1.2.3 mask=255.255.0.0 router=8.8.8.8", "10.1.2.3", "10.1.0.0/16", NULL },
  { "bound address=10.1.2.3 mask=255.254.0.0 server=10.0.0.1", NULL, NULL, NULL },
  { "bound address=10.1.2.3 mask=0.0.0.0 server=10.0.0.1", NULL, NULL, NULL },
  { "bound address=10.1.2.3 mask=255.0.255.0 server=10.0.0.1", NULL, NULL, NULL },
  { "bound address=10.1.2.3 mask=24 server=10.0.0.1", NULL, NULL, NULL },
  { "bound address=10.1.2 mask=255.255.255.0", NULL, NULL, NULL },
  { "bound address=10.1.2.3.4 mask=255.255.255.0", NULL, NULL, NULL },
  { "bound address=fe80::1 mask=255.255.255.0", NULL, NULL, NULL },
  { "bound address=0.0.0.0 mask=255.255.255.0", NULL, NULL, NULL },
  { "bound address=127.0.0.1 mask=255.255.255.0", NULL, NULL, NULL },
  { "bound address=224.0.0.1 mask=255.255.255.0", NULL, NULL, NULL },
  { "bound address=10.1.2.3", NULL, NULL, NULL },
  { "bound mask=255.255.255.0", NULL, NULL, NULL },
  { "deconfig address=10.1.2.3 mask=255.255.255.0", NULL, NULL, NULL },
  { "EXPIRE address=10.1.2.3 mask=255.255.255.0", NULL, NULL, NULL },
  { "boundary address=10.1.2.3 mask=255.255.255.0", NULL, NULL, NULL },
  { "bound", NULL, NULL, NULL },
  { "", NULL, NULL, NULL },
};

static void
test_client_lines (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_auto (WfdDhcpLease) lease = { NULL };
    g_autofree char *network = NULL;

    g_test_message ("%s", lines[i].line);
    g_assert_cmpint (wfd_dhcp_read_client (wfd_text (lines[i].line), &lease), ==,
        lines[i].address != NULL);
    assert_address (lease.address, lines[i].address);
    assert_address (lease.server, lines[i].server);
    network = lease.network != NULL ? g_inet_address_mask_to_string (lease.network) : NULL;
    g_assert_cmpstr (network, ==, lines[i].network);
  }
}

static void
test_clients (void)
{
  guint n = 0;

  for (; wfd_dhcp_get_client (n) != NULL; n++) {
    g_auto (GStrv) argv = wfd_dhcp_build_client (n, "/sbin/it", "p2p-wlan0-0", "/the script");

    g_assert_cmpstr (argv[0], ==, "/sbin/it");
    g_assert_true (g_strv_contains ((const char *const *) argv, "p2p-wlan0-0"));
    g_assert_true (g_strv_contains ((const char *const *) argv, "/the script"));
  }
  g_assert_cmpuint (n, >=, 3);
}

/* --- what the server says --- */

static const struct
{
  const char *line;
  const char *address; /* to 7a:4f:01:97:97:c5; NULL: none */
} logs[] = {
  { "dnsmasq-dhcp[4711]: DHCPACK(p2p-wlan0-0) 192.168.173.104 7a:4f:01:97:97:c5 tv",
      "192.168.173.104" },
  { "dnsmasq-dhcp[4711]: DHCPACK(p2p-wlan0-0) 192.168.173.104 7A:4F:01:97:97:C5",
      "192.168.173.104" },
  { "dnsmasq-dhcp[4711]: DHCPACK(p2p-wlan0-0) 192.168.173.104", NULL },
  { "dnsmasq-dhcp[4711]: DHCPACK(p2p-wlan0-0) 192.168.173.104 7a:4f:01:97:97:c", NULL },
  { "dnsmasq-dhcp[4711]: DHCPACK(p2p-wlan0-0) 192.168.173.104 7a:4f:01:97:97:c5:06", NULL },
  { "dnsmasq-dhcp[4711]: DHCPOFFER(p2p-wlan0-0) 192.168.173.104 7a:4f:01:97:97:c5", NULL },
  { "dnsmasq-dhcp[4711]: DHCPNAK(p2p-wlan0-0) 192.168.173.104 7a:4f:01:97:97:c5", NULL },
  { "dnsmasq-dhcp[4711]: DHCPACK(p2p-wlan0-0) 192.168.173 7a:4f:01:97:97:c5", NULL },
  { "dnsmasq-dhcp[4711]: DHCPACK(p2p-wlan0-0)", NULL },
  { "dnsmasq[4711]: started, version 2.90 DNS disabled", NULL },
  { "", NULL },
};

static void
test_server_lines (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (logs); i++) {
    static const guint8 expected[6] = { 0x7a, 0x4f, 0x01, 0x97, 0x97, 0xc5 };
    guint8 station[6];
    g_autoptr (GInetAddress) address = wfd_dhcp_read_server (wfd_text (logs[i].line), station);

    g_test_message ("%s", logs[i].line);
    assert_address (address, logs[i].address);
    if (address != NULL)
      g_assert_cmpmem (station, sizeof (station), expected, sizeof (expected));
  }
}

/* --- ranges --- */

static const struct
{
  const char *network, *ours, *taken_first, *taken_last;
  const char *first, *last; /* NULL: none */
} ranges[] = {
  { "192.168.173.0/24", "192.168.173.1", "192.168.173.10", "192.168.173.99", "192.168.173.100",
      "192.168.173.254" },
  { "192.168.42.0/24", "192.168.42.1", "192.168.42.200", "192.168.42.250", "192.168.42.2",
      "192.168.42.199" },
  { "192.168.42.0/24", "192.168.42.254", "192.168.42.1", "192.168.42.100", "192.168.42.101",
      "192.168.42.253" },
  { "192.168.42.0/24", "192.168.42.254", "192.168.42.200", "192.168.42.253", "192.168.42.1",
      "192.168.42.199" },
  { "192.168.42.0/24", "192.168.42.1", NULL, NULL, "192.168.42.2", "192.168.42.254" },
  { "192.168.42.0/24", "192.168.42.200", NULL, NULL, "192.168.42.1", "192.168.42.199" },
  { "192.168.42.0/24", "192.168.42.1", "192.168.42.2", "192.168.42.254", NULL, NULL },
  { "192.168.42.0/24", "192.168.42.1", "10.0.0.1", "10.0.0.9", "192.168.42.2", "192.168.42.254" },
  { "192.168.42.0/24", "192.168.42.1", "192.168.41.0", "192.168.43.255", NULL, NULL },
  { "192.168.42.0/30", "192.168.42.1", NULL, NULL, "192.168.42.2", "192.168.42.2" },
  { "192.168.42.0/31", "192.168.42.1", NULL, NULL, NULL, NULL },
  { "192.168.42.1/32", "192.168.42.1", NULL, NULL, NULL, NULL },
  { "255.255.0.0/16", "255.255.0.1", NULL, NULL, "255.255.0.2", "255.255.255.254" },
};

static guint32
to_number (const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return wfd_dhcp_to_number (address);
}

static void
assert_number (guint32 number, const char *expected)
{
  g_autoptr (GInetAddress) address = wfd_dhcp_from_number (number);

  assert_address (address, expected);
}

static void
test_ranges (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++) {
    g_autoptr (GInetAddressMask) network =
        g_inet_address_mask_new_from_string (ranges[i].network, NULL);
    g_autoptr (GInetAddress) ours = g_inet_address_new_from_string (ranges[i].ours);
    WfdDhcpRange taken = { 1, 0 }, range;

    g_test_message ("row %u", i);
    if (ranges[i].taken_first != NULL)
      taken =
          (WfdDhcpRange) { to_number (ranges[i].taken_first), to_number (ranges[i].taken_last) };
    g_assert_cmpint (wfd_dhcp_choose_range (network, ours, &taken, &range), ==,
        ranges[i].first != NULL);
    if (ranges[i].first != NULL) {
      assert_number (range.first, ranges[i].first);
      assert_number (range.last, ranges[i].last);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/dhcp/client-lines", test_client_lines);
  g_test_add_func ("/link/dhcp/clients", test_clients);
  g_test_add_func ("/link/dhcp/server-lines", test_server_lines);
  g_test_add_func ("/link/dhcp/ranges", test_ranges);
  return g_test_run ();
}
