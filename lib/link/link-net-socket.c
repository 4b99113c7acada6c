/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/neighbour.h>

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

/* --- neighbours --- */

#define SPOKEN_TO (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE)
#define UNANSWERED (NUD_INCOMPLETE | NUD_FAILED)

static GInetAddress *
get_address (struct rtnl_neigh *neighbour)
{
  struct nl_addr *address = rtnl_neigh_get_dst (neighbour);

  if (address == NULL || nl_addr_get_family (address) != AF_INET || nl_addr_get_len (address) != 4
      || (rtnl_neigh_get_state (neighbour) & SPOKEN_TO) == 0)
    return NULL;
  return g_inet_address_new_from_bytes (nl_addr_get_binary_addr (address), G_SOCKET_FAMILY_IPV4);
}

/* For one on the interface; what is not NULL ends the search. */
typedef GInetAddress *(
    *NeighbourFunc) (struct nl_sock *socket, struct rtnl_neigh *neighbour, GInetAddress *ours);

static GInetAddress *
for_each_in_cache (struct nl_sock *socket, struct nl_cache *cache, int index, NeighbourFunc func,
    GInetAddress *ours)
{
  for (struct nl_object *object = nl_cache_get_first (cache); object != NULL;
       object = nl_cache_get_next (object)) {
    struct rtnl_neigh *neighbour = (struct rtnl_neigh *) object;
    GInetAddress *found =
        rtnl_neigh_get_ifindex (neighbour) == index ? func (socket, neighbour, ours) : NULL;

    if (found != NULL)
      return found;
  }
  return NULL;
}

static GInetAddress *
for_each_neighbour (const char *interface, NeighbourFunc func, GInetAddress *ours)
{
  struct nl_sock *socket = nl_socket_alloc ();
  struct nl_cache *cache = NULL;
  GInetAddress *found = NULL;

  if (nl_connect (socket, NETLINK_ROUTE) == 0 && rtnl_neigh_alloc_cache (socket, &cache) == 0)
    found = for_each_in_cache (socket, cache, wfd_net_get_index (interface), func, ours);
  if (cache != NULL)
    nl_cache_free (cache);
  nl_socket_free (socket);
  return found;
}

/* The kernel asks again after a second only, whatever is sent meanwhile; a
 * neighbour that it has forgotten it asks at once. */
static GInetAddress *
find (struct nl_sock *socket, struct rtnl_neigh *neighbour, GInetAddress *ours)
{
  g_autoptr (GInetAddress) address = get_address (neighbour);

  if (address != NULL && !g_inet_address_equal (address, ours))
    return g_steal_pointer (&address);
  if ((rtnl_neigh_get_state (neighbour) & UNANSWERED) != 0)
    rtnl_neigh_delete (socket, neighbour, 0);
  return NULL;
}

GInetAddress *
wfd_net_find_neighbour (const char *interface, GInetAddress *ours)
{
  return for_each_neighbour (interface, find, ours);
}

static GInetAddress *
forget (struct nl_sock *socket, struct rtnl_neigh *neighbour, GInetAddress *ours)
{
  rtnl_neigh_delete (socket, neighbour, 0);
  return NULL;
}

/* --- the peer --- */

/* Nobody asks for these. */
#define UNASKED (NUD_PERMANENT | NUD_NOARP)

/* @ret_neighbour: NULL if there is none; to be freed with rtnl_neigh_put () */
static gboolean
look_up (struct nl_sock *socket, const char *interface, GInetAddress *peer,
    struct rtnl_neigh **ret_neighbour)
{
  struct nl_cache *cache = NULL;
  struct nl_addr *address;

  if (nl_connect (socket, NETLINK_ROUTE) < 0 || rtnl_neigh_alloc_cache (socket, &cache) < 0)
    return FALSE;
  address = nl_addr_build (AF_INET, g_inet_address_to_bytes (peer),
      g_inet_address_get_native_size (peer));
  *ret_neighbour = rtnl_neigh_get (cache, wfd_net_get_index (interface), address);
  nl_addr_put (address);
  nl_cache_free (cache);
  return TRUE;
}

/* The kernel asks where its state says that it does. */
static gboolean
set_probe (struct nl_sock *socket, struct rtnl_neigh *neighbour)
{
  struct rtnl_neigh *change = rtnl_neigh_alloc ();
  gint answer;

  rtnl_neigh_set_ifindex (change, rtnl_neigh_get_ifindex (neighbour));
  rtnl_neigh_set_dst (change, rtnl_neigh_get_dst (neighbour));
  rtnl_neigh_set_lladdr (change, rtnl_neigh_get_lladdr (neighbour));
  rtnl_neigh_set_state (change, NUD_PROBE);
  answer = rtnl_neigh_add (socket, change, NLM_F_REPLACE);
  rtnl_neigh_put (change);
  return answer == 0;
}

/* Of one that it does not know it asks everybody before it sends something. */
static gboolean
ask_neighbour (struct nl_sock *socket, struct rtnl_neigh *neighbour, GInetAddress *peer)
{
  gint state = neighbour != NULL ? rtnl_neigh_get_state (neighbour) : NUD_NONE;

  if ((state & UNASKED) != 0)
    return FALSE;
  if ((state & SPOKEN_TO) != 0)
    return set_probe (socket, neighbour);
  wfd_net_probe (peer);
  return TRUE;
}

gboolean
wfd_net_ask_peer (const char *interface, GInetAddress *peer)
{
  struct nl_sock *socket = nl_socket_alloc ();
  struct rtnl_neigh *neighbour = NULL;
  gboolean asked =
      look_up (socket, interface, peer, &neighbour) && ask_neighbour (socket, neighbour, peer);

  if (neighbour != NULL)
    rtnl_neigh_put (neighbour);
  nl_socket_free (socket);
  return asked;
}

gboolean
wfd_net_has_answered (const char *interface, GInetAddress *peer)
{
  struct nl_sock *socket = nl_socket_alloc ();
  struct rtnl_neigh *neighbour = NULL;
  gboolean answered = look_up (socket, interface, peer, &neighbour) && neighbour != NULL
      && (rtnl_neigh_get_state (neighbour) & NUD_REACHABLE) != 0;

  if (neighbour != NULL)
    rtnl_neigh_put (neighbour);
  nl_socket_free (socket);
  return answered;
}

/* --- all of them --- */

void
wfd_net_forget_neighbours (const char *interface)
{
  for_each_neighbour (interface, forget, NULL);
}
