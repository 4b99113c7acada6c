/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-address.h"

#include <netinet/in.h>

gboolean
wfd_peer_ip_is_loopback (const guint8 ip[16])
{
  return IN6_IS_ADDR_LOOPBACK ((const struct in6_addr *) ip);
}

gboolean
wfd_peer_address_can_be (const WfdPeerAddress *address)
{
  const struct in6_addr *ip = (const struct in6_addr *) address->ip;

  return address->port != 0 && !IN6_IS_ADDR_UNSPECIFIED (ip) && !IN6_IS_ADDR_MULTICAST (ip)
      && !IN6_IS_ADDR_V4MAPPED (ip)
      && (!wfd_peer_ip_is_of_link (address->ip) || address->scope_id != 0);
}

void
wfd_peer_ip_get_host (const guint8 ip[16], WfdPeerGuid *ret_host)
{
  static const guint8 none[WFD_PEER_NETWORK_BYTES];
  gboolean has_network = memcmp (ip, none, sizeof (none)) != 0 && !wfd_peer_ip_is_of_link (ip);

  *ret_host = (WfdPeerGuid) { { 0 } };
  memcpy (ret_host->bytes, ip, has_network ? sizeof (none) : sizeof (ret_host->bytes));
}

gboolean
wfd_peer_ip_is_same_host (const guint8 a[16], const guint8 b[16])
{
  WfdPeerGuid first, second;

  wfd_peer_ip_get_host (a, &first);
  wfd_peer_ip_get_host (b, &second);
  return wfd_peer_guid_equal (&first, &second);
}

GSocketAddress *
wfd_peer_address_to_gio (const WfdPeerAddress *address)
{
  g_autoptr (GInetAddress) ip = g_inet_address_new_from_bytes (address->ip, G_SOCKET_FAMILY_IPV6);

  return g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", ip, "port", (guint) address->port,
      "scope-id", address->scope_id, NULL);
}

gboolean
wfd_peer_address_from_gio (GSocketAddress *gio, WfdPeerAddress *ret_address)
{
  GInetSocketAddress *inet;

  if (gio == NULL || g_socket_address_get_family (gio) != G_SOCKET_FAMILY_IPV6)
    return FALSE;

  inet = G_INET_SOCKET_ADDRESS (gio);
  memcpy (ret_address->ip, g_inet_address_to_bytes (g_inet_socket_address_get_address (inet)), 16);
  ret_address->port = g_inet_socket_address_get_port (inet);
  ret_address->scope_id = g_inet_socket_address_get_scope_id (inet);
  return TRUE;
}
