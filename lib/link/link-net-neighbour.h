/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

struct nl_addr;
struct nl_sock;
struct rtnl_neigh;

/* For the files of link-net. @socket: connected to NETLINK_ROUTE, and of no other use for
 * what comes unasked */

/* To be freed with rtnl_neigh_put (); NULL if the kernel knows none. */
struct rtnl_neigh *wfd_net_get_neighbour (struct nl_sock *socket, int index,
    struct nl_addr *address);
/* Of IPv4: (element-type rtnl_neigh) (transfer full) */
GPtrArray *wfd_net_list_neighbours (struct nl_sock *socket, int index);

G_END_DECLS
