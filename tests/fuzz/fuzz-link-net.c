/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel might say of interfaces, radios, groups that it has heard, and neighbours. */
#include <link-net-neighbour.h>
#include <link-net.h>
#include <netlink/msg.h>
#include <netlink/route/neighbour.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
stands_in (struct nlmsghdr *message, const guint8 *octets, gsize n)
{
  return memmem (message, message->nlmsg_len, octets, n) != NULL;
}

static void
fuzz_radio (struct nlmsghdr *message)
{
  static const guint8 device[] = { 0x02, 0x00, 0x00, 0x00, 0x01, 0x00 };
  guint frequency_mhz, age_ms;

  g_assert_cmpint (wfd_net_read_radio (message), >=, -1);
  wfd_net_read_p2p (message);
  if (wfd_net_read_group (message, device, &frequency_mhz, &age_ms))
    g_assert_true (stands_in (message, device, sizeof (device)));
}

/* Nothing is told of one that the message does not say. */
static void
fuzz_neighbour (struct nlmsghdr *message)
{
  struct rtnl_neigh *neighbour = wfd_net_read_neighbour (message);
  g_autoptr (GInetAddress) address = NULL;
  const guint8 *station;

  if (neighbour == NULL)
    return;
  station = wfd_net_get_neighbour_station (neighbour);
  g_assert_true (station == NULL || stands_in (message, station, WFD_NET_STATION_BYTES));
  address = wfd_net_dup_neighbour_address (neighbour);
  g_assert_true (address == NULL || stands_in (message, g_inet_address_to_bytes (address), 4));
  rtnl_neigh_put (neighbour);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *aligned = g_memdup2 (data, size);
  struct nlmsghdr *message = (gpointer) aligned;
  int left = size;

  for (; nlmsg_ok (message, left); message = nlmsg_next (message, &left)) {
    fuzz_radio (message);
    fuzz_neighbour (message);
  }
  return 0;
}
