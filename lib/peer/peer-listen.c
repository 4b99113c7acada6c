/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-graph.h"

#include <base-limits.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

/* Where a graph listens, and at which addresses others find it then. */

typedef enum
{
  SCOPE_ANY,
  SCOPE_GLOBAL,
  SCOPE_SITE,
  SCOPE_LINK,
  SCOPE_LOOPBACK,
  N_SCOPES,
} Scope;

static Scope
scope_of (const guint8 ip[16])
{
  if (wfd_peer_ip_is_loopback (ip))
    return SCOPE_LOOPBACK;
  if (wfd_peer_ip_is_of_link (ip))
    return SCOPE_LINK;
  /* fec0::/10 is out of use, fc00::/7 has taken its place (RFC 4193). */
  if ((ip[0] == 0xfe && (ip[1] & 0xc0) == 0xc0) || (ip[0] & 0xfe) == 0xfc)
    return SCOPE_SITE;
  return SCOPE_GLOBAL;
}

/* What reaches a listener of @scope: ANY has all, and GLOBAL what is no matter of one
 * link. */
static gboolean
is_in_scope (Scope scope, Scope of_address)
{
  if (scope == SCOPE_ANY || scope == of_address)
    return TRUE;
  return scope == SCOPE_GLOBAL && of_address == SCOPE_SITE;
}

/* Of this machine, with an interface that is @index or any if that is 0. */
static GArray *
list_addresses (Scope scope, guint32 index)
{
  GArray *addresses = g_array_new (FALSE, FALSE, sizeof (WfdPeerAddress));
  struct ifaddrs *all = NULL;

  if (getifaddrs (&all) != 0)
    return addresses;
  for (struct ifaddrs *a = all; a != NULL && addresses->len < WFD_LIMIT_PEER_ADDRESSES;
       a = a->ifa_next) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) a->ifa_addr;
    WfdPeerAddress address = { 0 };

    if (in6 == NULL || in6->sin6_family != AF_INET6
        || !is_in_scope (scope, scope_of (in6->sin6_addr.s6_addr))
        || (index != 0 && if_nametoindex (a->ifa_name) != index))
      continue;
    memcpy (address.ip, &in6->sin6_addr, sizeof (address.ip));
    address.scope_id = in6->sin6_scope_id;
    g_array_append_val (addresses, address);
  }
  freeifaddrs (all);
  return addresses;
}

static guint32
listen_at (WfdPeerGraph *self, const WfdPeerAddress *address, guint16 *port)
{
  WfdPeerAddress with_port = *address;
  WfdPeerListener *listener;
  guint32 result = WFD_PEER_OK;

  with_port.port = *port;
  listener = wfd_peer_hub_listen (self->hub, &with_port, &result);
  if (listener == NULL)
    return result;

  *port = wfd_peer_listener_get_port (listener);
  g_ptr_array_add (self->listeners, listener);
  return WFD_PEER_OK;
}

/* One socket for all that a scope has; where only one interface is meant, one for
 * each of its addresses. */
static guint32
listen_in_scope (WfdPeerGraph *self, Scope scope, const GArray *addresses, guint16 *port)
{
  static const WfdPeerAddress everywhere;
  guint32 result = WFD_PEER_INVALID_ARGUMENT;

  if (scope == SCOPE_ANY || scope == SCOPE_GLOBAL)
    return listen_at (self, &everywhere, port);
  for (guint i = 0; i < addresses->len; i++) {
    result = listen_at (self, &g_array_index (addresses, WfdPeerAddress, i), port);
    if (WFD_PEER_FAILED (result))
      break;
  }
  return result;
}

guint32
wfd_peer_graph_listen (WfdPeerGraph *self, guint scope, guint32 scope_id, guint16 port)
{
  g_autoptr (GArray) addresses = NULL;
  guint32 result;

  if (scope >= N_SCOPES || (scope_id == 0 && (scope == SCOPE_SITE || scope == SCOPE_LINK)))
    return WFD_PEER_INVALID_ARGUMENT;
  if ((wfd_peer_node_get_status (self->node) & WFD_PEER_STATUS_SYNCHRONIZED) == 0)
    return WFD_PEER_NOT_READY;
  if (self->listeners->len > 0)
    return WFD_PEER_ALREADY_LISTENING;

  addresses = list_addresses (scope, scope_id);
  /* A machine without a network can still talk to itself. */
  if (addresses->len == 0 && scope == SCOPE_GLOBAL) {
    g_array_unref (addresses);
    addresses = list_addresses (SCOPE_LOOPBACK, 0);
  }
  result = listen_in_scope (self, scope, addresses, &port);
  if (WFD_PEER_FAILED (result)) {
    g_ptr_array_set_size (self->listeners, 0);
    return result;
  }

  for (guint i = 0; i < addresses->len; i++)
    g_array_index (addresses, WfdPeerAddress, i).port = port;
  wfd_peer_node_set_listening (wfd_peer_graph_begin (self), (WfdPeerAddress *) addresses->data,
      addresses->len);
  wfd_peer_graph_end (self);
  return WFD_PEER_OK;
}

gboolean
wfd_peer_graph_is_own_address (WfdPeerGraph *self, const WfdPeerAddress *address)
{
  g_autoptr (GArray) addresses = list_addresses (SCOPE_ANY, 0);

  if (self->listeners->len == 0
      || wfd_peer_listener_get_port (self->listeners->pdata[0]) != address->port)
    return FALSE;
  for (guint i = 0; i < addresses->len; i++)
    if (memcmp (g_array_index (addresses, WfdPeerAddress, i).ip, address->ip, 16) == 0)
      return TRUE;
  return FALSE;
}
