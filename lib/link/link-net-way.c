/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/route.h>
#include <string.h>

#include "link-net-neighbour.h"
#include "link-net.h"

static const guint8 v4_mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

#define V4_BYTES 4

/* To be freed with nl_addr_put (). */
static struct nl_addr *
to_nl_addr (GInetAddress *address)
{
  const guint8 *octets = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return nl_addr_build (AF_INET, octets, V4_BYTES);
  if (memcmp (octets, v4_mapped, sizeof (v4_mapped)) == 0)
    return nl_addr_build (AF_INET, octets + sizeof (v4_mapped), V4_BYTES);
  return nl_addr_build (AF_INET6, octets, g_inet_address_get_native_size (address));
}

/* @ret_next: (transfer full): whom the kernel gives packets to @to. */
static gboolean
look_up (struct nl_sock *socket, struct nl_addr *to, guint *ret_index, struct nl_addr **ret_next)
{
  struct rtnl_route *route = NULL;
  struct rtnl_nexthop *hop = NULL;

  if (rtnl_route_lookup (socket, to, &route) < 0)
    return FALSE;
  if (rtnl_route_get_type (route) == RTN_UNICAST && rtnl_route_get_nnexthops (route) > 0)
    hop = rtnl_route_nexthop_n (route, 0);
  if (hop != NULL) {
    struct nl_addr *gateway = rtnl_route_nh_get_gateway (hop);

    *ret_index = rtnl_route_nh_get_ifindex (hop);
    *ret_next = nl_addr_get (gateway != NULL ? gateway : to);
  }
  rtnl_route_put (route);
  return hop != NULL;
}

static void
find_neighbour (struct nl_sock *socket, struct nl_addr *next, WfdNetWay *way)
{
  struct rtnl_neigh *neighbour = wfd_net_get_neighbour (socket, way->interface_index, next);
  const guint8 *station = neighbour != NULL ? wfd_net_get_neighbour_station (neighbour) : NULL;

  if (station != NULL) {
    memcpy (way->neighbour, station, sizeof (way->neighbour));
    way->has_neighbour = TRUE;
  }
  if (neighbour != NULL)
    rtnl_neigh_put (neighbour);
}

static guint
get_scope (GInetSocketAddress *peer)
{
  GInetAddress *address = g_inet_socket_address_get_address (peer);

  return g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
      ? g_inet_socket_address_get_scope_id (peer)
      : 0;
}

static gboolean
find (struct nl_sock *socket, GInetSocketAddress *peer, struct nl_addr *to, WfdNetWay *way)
{
  struct nl_addr *next = NULL;

  way->interface_index = get_scope (peer);
  /* With a scope, the address says by which interface, and that it is a neighbour. */
  if (way->interface_index != 0)
    next = nl_addr_get (to);
  else if (!look_up (socket, to, &way->interface_index, &next))
    return FALSE;
  find_neighbour (socket, next, way);
  nl_addr_put (next);
  return TRUE;
}

gboolean
wfd_net_find_way (GInetSocketAddress *peer, WfdNetWay *ret_way)
{
  struct nl_sock *socket = nl_socket_alloc ();
  struct nl_addr *to = to_nl_addr (g_inet_socket_address_get_address (peer));
  gboolean found;

  *ret_way = (WfdNetWay) { 0 };
  found = nl_connect (socket, NETLINK_ROUTE) == 0 && find (socket, peer, to, ret_way);
  nl_addr_put (to);
  nl_socket_free (socket);
  return found;
}
