/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ie-p2p.h>

#define octets(...) ((const guint8[]) { __VA_ARGS__ })
#define bytes_of(...) wfd_bytes (octets (__VA_ARGS__), sizeof (octets (__VA_ARGS__)))

#define P2P_TYPE 0x50, 0x6f, 0x9a, 0x09
#define ADDRESS 0x02, 0x00, 0x00, 0x00, 0x01, 0x00
#define OWNER 2, 2, 0, 0x25, 0x09
#define NO_OWNER 2, 2, 0, 0x25, 0x08
#define DEVICE_ID 3, 6, 0, ADDRESS

static void
assert_owner (WfdBytes elements)
{
  guint8 address[WFD_IE_ADDRESS_BYTES];

  g_assert_true (wfd_ie_read_group_owner (elements, address));
  g_assert_cmpmem (address, sizeof (address), octets (ADDRESS), 6);
}

static void
assert_none (WfdBytes elements)
{
  guint8 address[WFD_IE_ADDRESS_BYTES] = { 7 };

  g_assert_false (wfd_ie_read_group_owner (elements, address));
  g_assert_cmpuint (address[0], ==, 7);
}

/* As wpa_supplicant 2.10 sends it, behind an SSID and in front of a WFD element. */
static void
test_beacon (void)
{
  assert_owner (bytes_of (0x00, 2, 'h', 'i', 0xdd, 18, P2P_TYPE, OWNER, DEVICE_ID, 0xdd, 5, 0x50,
      0x6f, 0x9a, 0x0a, 0xff));
}

/* The information on the device begins with its address. */
static void
test_probe_response (void)
{
  assert_owner (bytes_of (0xdd, 39, P2P_TYPE, OWNER, 13, 27, 0, ADDRESS, 0x01, 0x88, 0, 7, 0, 0x50,
      0xf2, 4, 0, 1, 0, 0x10, 0x11, 0, 6, 'S', 'c', 'r', 'e', 'e', 'n'));
}

/* An attribute begins in one element and ends in the next. */
static void
test_across_elements (void)
{
  assert_owner (bytes_of (0xdd, 11, P2P_TYPE, OWNER, 3, 6, 0xdd, 11, P2P_TYPE, 0, ADDRESS));
}

/* As whoever waits to be found answers, on the channel on which it listens. */
static void
test_no_owner (void)
{
  assert_none (bytes_of (0xdd, 18, P2P_TYPE, NO_OWNER, DEVICE_ID));
  assert_none (bytes_of (0xdd, 13, P2P_TYPE, DEVICE_ID));
  assert_none (bytes_of (0xdd, 9, P2P_TYPE, OWNER));
  assert_none (bytes_of (0xdd, 18, 0x50, 0x6f, 0x9a, 0x0a, OWNER, DEVICE_ID));
  assert_none (wfd_bytes (NULL, 0));
}

static void
test_short (void)
{
  assert_none (bytes_of (0xdd, 17, P2P_TYPE, OWNER, 3, 5, 0, 0x02, 0x00, 0x00, 0x00, 0x01));
  assert_none (bytes_of (0xdd, 17, P2P_TYPE, OWNER, 3, 6, 0, 0x02, 0x00, 0x00, 0x00, 0x01));
  assert_none (bytes_of (0xdd, 17, P2P_TYPE, 2, 1, 0, 0x25, DEVICE_ID));
  assert_none (bytes_of (0xdd, 11, P2P_TYPE, OWNER, 3, 6));
}

/* What stands behind the address does not matter; of a capability that is longer nothing is known. */
static void
test_long (void)
{
  assert_owner (bytes_of (0xdd, 19, P2P_TYPE, OWNER, 3, 7, 0, ADDRESS, 0xff));
  assert_none (bytes_of (0xdd, 19, P2P_TYPE, 2, 3, 0, 0x25, 0x09, 0x01, DEVICE_ID));
  assert_none (bytes_of (0xdd, 18, P2P_TYPE, 2, 0xff, 0xff, 0x25, 0x09, DEVICE_ID));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ie/p2p/beacon", test_beacon);
  g_test_add_func ("/ie/p2p/probe-response", test_probe_response);
  g_test_add_func ("/ie/p2p/attribute-across-elements", test_across_elements);
  g_test_add_func ("/ie/p2p/no-owner", test_no_owner);
  g_test_add_func ("/ie/p2p/too-short", test_short);
  g_test_add_func ("/ie/p2p/too-long", test_long);
  return g_test_run ();
}
