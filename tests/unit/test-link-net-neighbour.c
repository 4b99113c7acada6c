/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <link-net-neighbour.h>
#include <link-net.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/route/neighbour.h>

static const guint8 ipv4[] = { 192, 168, 173, 2 };
static const guint8 ipv6[16] = { 0xfe, 0x80, [15] = 1 };
static const guint8 station[20] = { 0x02, 0x00, 0x00, 0x00, 0x01, 0x00 };

/* What the kernel tells; 0 octets: nothing of that. */
typedef struct
{
  int type;
  guint8 family;
  guint16 state;
  const guint8 *address;
  guint n_address;
  guint n_station;
} Told;

static const Told whole = { RTM_NEWNEIGH, AF_INET, NUD_REACHABLE, ipv4, 4, 6 };

static struct rtnl_neigh *
read_neighbour (const Told *told)
{
  struct ndmsg header = { .ndm_family = told->family, .ndm_ifindex = 3, .ndm_state = told->state };
  struct nl_msg *message = nlmsg_alloc_simple (told->type, 0);
  struct rtnl_neigh *neighbour;

  nlmsg_append (message, &header, sizeof (header), NLMSG_ALIGNTO);
  if (told->n_address > 0)
    nla_put (message, NDA_DST, told->n_address, told->address);
  if (told->n_station > 0)
    nla_put (message, NDA_LLADDR, told->n_station, station);
  neighbour = wfd_net_read_neighbour (nlmsg_hdr (message));
  nlmsg_free (message);
  return neighbour;
}

static void
test_whole (void)
{
  struct rtnl_neigh *neighbour = read_neighbour (&whole);
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *text = NULL;

  g_assert_nonnull (neighbour);
  address = wfd_net_dup_neighbour_address (neighbour);
  g_assert_nonnull (address);
  text = g_inet_address_to_string (address);
  g_assert_cmpstr (text, ==, "192.168.173.2");
  g_assert_cmpmem (wfd_net_get_neighbour_station (neighbour), WFD_NET_STATION_BYTES, station, 6);
  rtnl_neigh_put (neighbour);
}

static void
test_no_neighbour (void)
{
  Told told = whole;
  struct nl_msg *message = nlmsg_alloc_simple (RTM_NEWNEIGH, 0);

  told.type = RTM_DELNEIGH;
  g_assert_null (read_neighbour (&told));
  g_assert_null (wfd_net_read_neighbour (nlmsg_hdr (message)));
  nlmsg_free (message);
}

static void
test_no_address (void)
{
  static const Told told[] = {
    { RTM_NEWNEIGH, AF_INET, NUD_REACHABLE, ipv4, 0, 6 },
    { RTM_NEWNEIGH, AF_INET, NUD_REACHABLE, ipv4, 3, 6 },
    { RTM_NEWNEIGH, AF_INET, NUD_REACHABLE, ipv6, 5, 6 },
    { RTM_NEWNEIGH, AF_INET, NUD_INCOMPLETE, ipv4, 4, 6 },
    { RTM_NEWNEIGH, AF_INET, NUD_FAILED, ipv4, 4, 6 },
    { RTM_NEWNEIGH, AF_INET6, NUD_REACHABLE, ipv6, 16, 6 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (told); i++) {
    struct rtnl_neigh *neighbour = read_neighbour (&told[i]);

    g_assert_nonnull (neighbour);
    g_assert_null (wfd_net_dup_neighbour_address (neighbour));
    g_assert_nonnull (wfd_net_get_neighbour_station (neighbour));
    rtnl_neigh_put (neighbour);
  }
}

static void
test_no_station (void)
{
  static const guint octets[] = { 0, 1, 5, 7, 8, 20 };

  for (guint i = 0; i < G_N_ELEMENTS (octets); i++) {
    Told told = whole;
    struct rtnl_neigh *neighbour;

    told.n_station = octets[i];
    neighbour = read_neighbour (&told);
    g_assert_nonnull (neighbour);
    g_assert_null (wfd_net_get_neighbour_station (neighbour));
    rtnl_neigh_put (neighbour);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/net/neighbour/whole", test_whole);
  g_test_add_func ("/link/net/neighbour/none", test_no_neighbour);
  g_test_add_func ("/link/net/neighbour/no-address", test_no_address);
  g_test_add_func ("/link/net/neighbour/no-station", test_no_station);
  return g_test_run ();
}
