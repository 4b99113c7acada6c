/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel knows of neighbours, asked for as little as is wanted. */
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/neighbour.h>

#include "link-net-neighbour.h"
#include "link-net.h"

/* --- wire --- */

struct rtnl_neigh *
wfd_net_read_neighbour (struct nlmsghdr *header)
{
  struct rtnl_neigh *neighbour = NULL;

  if (header->nlmsg_type != RTM_NEWNEIGH || rtnl_neigh_parse (header, &neighbour) != 0)
    return NULL;
  return neighbour;
}

const guint8 *
wfd_net_get_neighbour_station (struct rtnl_neigh *neighbour)
{
  struct nl_addr *station = rtnl_neigh_get_lladdr (neighbour);

  return station != NULL && nl_addr_get_len (station) == WFD_NET_STATION_BYTES
      ? nl_addr_get_binary_addr (station)
      : NULL;
}

GInetAddress *
wfd_net_dup_neighbour_address (struct rtnl_neigh *neighbour)
{
  struct nl_addr *address = rtnl_neigh_get_dst (neighbour);

  if (address == NULL || nl_addr_get_family (address) != AF_INET || nl_addr_get_len (address) != 4
      || (rtnl_neigh_get_state (neighbour) & WFD_NET_SPOKEN_TO) == 0)
    return NULL;
  return g_inet_address_new_from_bytes (nl_addr_get_binary_addr (address), G_SOCKET_FAMILY_IPV4);
}

/* --- socket --- */

static struct nl_msg *
new_question (int flags, int family, int index)
{
  struct nl_msg *message = nlmsg_alloc_simple (RTM_GETNEIGH, flags);
  struct ndmsg header = { .ndm_family = family, .ndm_ifindex = index };

  nlmsg_append (message, &header, sizeof (header), NLMSG_ALIGNTO);
  return message;
}

/* @request: (transfer full) */
static int
ask (struct nl_sock *socket, struct nl_msg *request, nl_recvmsg_msg_cb_t func, gpointer data)
{
  nl_socket_modify_cb (socket, NL_CB_VALID, NL_CB_CUSTOM, func, data);
  return nl_send_sync (socket, request);
}

static int
take_one (struct nl_msg *message, gpointer data)
{
  struct rtnl_neigh **neighbour = data;

  if (*neighbour == NULL)
    *neighbour = wfd_net_read_neighbour (nlmsg_hdr (message));
  return NL_OK;
}

struct rtnl_neigh *
wfd_net_get_neighbour (struct nl_sock *socket, int index, struct nl_addr *address)
{
  struct nl_msg *request = new_question (0, nl_addr_get_family (address), index);
  struct rtnl_neigh *neighbour = NULL;

  nla_put_addr (request, NDA_DST, address);
  /* What is asked for comes before the acknowledgement, in a message of its own. */
  if (ask (socket, request, take_one, &neighbour) == 0 && neighbour != NULL)
    nl_wait_for_ack (socket);
  return neighbour;
}

static int
take_each (struct nl_msg *message, gpointer data)
{
  struct rtnl_neigh *neighbour = wfd_net_read_neighbour (nlmsg_hdr (message));

  if (neighbour != NULL)
    g_ptr_array_add (data, neighbour);
  return NL_OK;
}

GPtrArray *
wfd_net_list_neighbours (struct nl_sock *socket, int index)
{
  GPtrArray *neighbours = g_ptr_array_new_with_free_func ((GDestroyNotify) rtnl_neigh_put);
  struct nl_msg *request = new_question (NLM_F_DUMP, AF_INET, 0);

  nla_put_u32 (request, NDA_IFINDEX, index);
  ask (socket, request, take_each, neighbours);
  return neighbours;
}
