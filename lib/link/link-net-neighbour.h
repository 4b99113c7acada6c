/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <linux/neighbour.h>

G_BEGIN_DECLS

struct nl_addr;
struct nl_sock;
struct nlmsghdr;
struct rtnl_neigh;

/* For the files of link-net. */

/* --- wire --- */

#define WFD_NET_SPOKEN_TO (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE)

/* To be freed with rtnl_neigh_put (); NULL if the message tells of none. */
struct rtnl_neigh *wfd_net_read_neighbour (struct nlmsghdr *header);
/* Its address on the interface, of WFD_NET_STATION_BYTES; NULL if it has none of that kind. */
const guint8 *wfd_net_get_neighbour_station (struct rtnl_neigh *neighbour);
/* Of IPv4; NULL if it has none, or if nobody has spoken to it there. */
GInetAddress *wfd_net_dup_neighbour_address (struct rtnl_neigh *neighbour);

/* --- socket --- */

/* @socket: connected to NETLINK_ROUTE, and of no other use for
 * what comes unasked */

/* To be freed with rtnl_neigh_put (); NULL if the kernel knows none. */
struct rtnl_neigh *wfd_net_get_neighbour (struct nl_sock *socket, int index,
    struct nl_addr *address);
/* Of IPv4: (element-type rtnl_neigh) (transfer full) */
GPtrArray *wfd_net_list_neighbours (struct nl_sock *socket, int index);

G_END_DECLS
