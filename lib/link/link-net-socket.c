/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "link-net.h"

#define DISCARD_PORT 9 /* RFC 863 */

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

void
wfd_net_probe (GInetAddress *peer)
{
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new (peer, DISCARD_PORT);
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (peer),
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  if (socket == NULL)
    return;
  g_socket_set_blocking (socket, FALSE);
  g_socket_send_to (socket, to, "", 1, NULL, NULL);
}
