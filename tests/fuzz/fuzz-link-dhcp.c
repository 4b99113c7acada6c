/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What DHCP programs might write, line by line. */
#include <link-dhcp.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
fuzz_range (const WfdDhcpLease *lease)
{
  WfdDhcpRange taken, range;

  if (lease->server == NULL)
    return;
  taken.first = wfd_dhcp_to_number (lease->server);
  taken.last = taken.first | 0xff;
  if (!wfd_dhcp_choose_range (lease->network, lease->address, &taken, &range))
    return;
  g_assert_cmpuint (range.first, <=, range.last);
  g_assert_true (range.last < taken.first || range.first > taken.last);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  WfdText text = wfd_text_sized ((const char *) data, size), line;

  while (wfd_text_take_line (&text, &line)) {
    g_auto (WfdDhcpLease) lease = { NULL };
    guint8 station[6];
    g_autoptr (GInetAddress) given = wfd_dhcp_read_server (line, station);

    if (given != NULL)
      g_assert_cmpint (g_inet_address_get_family (given), ==, G_SOCKET_FAMILY_IPV4);
    if (wfd_dhcp_read_client (line, &lease)) {
      g_assert_true (g_inet_address_mask_matches (lease.network, lease.address));
      fuzz_range (&lease);
    }
  }
  return 0;
}
