/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "link-net.h"

guint
wfd_net_get_index (const char *interface)
{
  return if_nametoindex (interface);
}

gint
wfd_net_ask (struct nl_msg *request)
{
  struct nl_sock *socket = nl_socket_alloc ();
  gint answer = nl_connect (socket, NETLINK_ROUTE);

  if (answer == 0)
    answer = nl_send_sync (socket, request);
  else
    nlmsg_free (request);
  nl_socket_free (socket);
  return answer;
}
