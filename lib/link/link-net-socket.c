/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ifaddrs.h>
#include <linux/nl80211.h>
#include <net/if.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/neighbour.h>

#include "link-net-neighbour.h"
#include "link-net.h"

#define DISCARD_PORT 9 /* RFC 863 */

static gboolean
is_in (const struct ifaddrs *entry, GInetAddressMask *network)
{
  const struct sockaddr_in *found = (const struct sockaddr_in *) (const void *) entry->ifa_addr;
  g_autoptr (GInetAddress) address = NULL;

  if (found == NULL || found->sin_family != AF_INET)
    return FALSE;
  address = g_inet_address_new_from_bytes ((const guint8 *) &found->sin_addr, G_SOCKET_FAMILY_IPV4);
  return g_inet_address_mask_matches (network, address);
}

char *
wfd_net_dup_interface_in (GInetAddressMask *network, const char *interface, WfdNetNameFunc matters)
{
  struct ifaddrs *all = NULL;
  char *name = NULL;

  if (getifaddrs (&all) != 0)
    return NULL;
  for (const struct ifaddrs *entry = all; entry != NULL && name == NULL; entry = entry->ifa_next) {
    if (!g_str_equal (entry->ifa_name, interface) && matters (entry->ifa_name)
        && is_in (entry, network))
      name = g_strdup (entry->ifa_name);
  }
  freeifaddrs (all);
  return name;
}

guint
wfd_net_get_index (const char *interface)
{
  return if_nametoindex (interface);
}

gboolean
wfd_net_is_up (const char *interface)
{
  struct ifaddrs *all = NULL;
  gboolean is_up = FALSE;

  if (getifaddrs (&all) != 0)
    return FALSE;
  for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next)
    is_up |= g_str_equal (entry->ifa_name, interface) && (entry->ifa_flags & IFF_UP) != 0;
  freeifaddrs (all);
  return is_up;
}

static int
on_interface (struct nl_msg *message, void *user_data)
{
  *(gint *) user_data = wfd_net_read_radio (nlmsg_hdr (message));
  return NL_OK;
}

/* Each message of the answer goes to @func. */
static void
ask_nl80211 (guint8 command, int flags, const char *interface, nl_recvmsg_msg_cb_t func,
    gpointer data)
{
  struct nl_sock *socket = nl_socket_alloc ();
  struct nl_msg *request = nlmsg_alloc ();
  gint family = genl_connect (socket);

  if (family == 0)
    family = genl_ctrl_resolve (socket, NL80211_GENL_NAME);
  nl_socket_modify_cb (socket, NL_CB_VALID, NL_CB_CUSTOM, func, data);
  genlmsg_put (request, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, command, 0);
  nla_put_u32 (request, NL80211_ATTR_IFINDEX, wfd_net_get_index (interface));
  if (family >= 0)
    nl_send_sync (socket, request);
  else
    nlmsg_free (request);
  nl_socket_free (socket);
}

gint
wfd_net_get_radio (const char *interface)
{
  gint radio = -1;

  ask_nl80211 (NL80211_CMD_GET_INTERFACE, 0, interface, on_interface, &radio);
  return radio;
}

static int
on_radio (struct nl_msg *message, void *user_data)
{
  *(WfdNetP2p *) user_data = wfd_net_read_p2p (nlmsg_hdr (message));
  return NL_OK;
}

WfdNetP2p
wfd_net_find_p2p (const char *interface)
{
  WfdNetP2p p2p = WFD_NET_P2P_UNKNOWN;

  ask_nl80211 (NL80211_CMD_GET_WIPHY, 0, interface, on_radio, &p2p);
  return p2p;
}

typedef struct
{
  const guint8 *device;
  guint frequency_mhz;
  guint age_ms;
} Group;

/* It may have been heard on another channel before. */
static int
on_heard (struct nl_msg *message, void *user_data)
{
  Group *group = user_data;
  guint frequency_mhz, age_ms;

  if (wfd_net_read_group (nlmsg_hdr (message), group->device, &frequency_mhz, &age_ms)
      && age_ms <= group->age_ms) {
    group->frequency_mhz = frequency_mhz;
    group->age_ms = age_ms;
  }
  return NL_OK;
}

guint
wfd_net_find_group_mhz (const char *interface, const guint8 *device)
{
  Group group = { device, 0, G_MAXUINT };

  ask_nl80211 (NL80211_CMD_GET_SCAN, NLM_F_DUMP, interface, on_heard, &group);
  return group.frequency_mhz;
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

#define UNANSWERED (NUD_INCOMPLETE | NUD_FAILED)

/* Whether it is one of those that are meant. */
static gboolean
is_meant (struct rtnl_neigh *neighbour, WfdNetStationFunc is_wanted, gpointer user_data)
{
  const guint8 *station = wfd_net_get_neighbour_station (neighbour);

  return station != NULL && is_wanted (station, user_data);
}

/* The kernel asks again after a second only, whatever is sent meanwhile; a
 * neighbour that it has forgotten it asks at once. */
static GInetAddress *
look_at (struct nl_sock *socket, struct rtnl_neigh *neighbour, WfdNetStationFunc is_wanted,
    gpointer user_data)
{
  if ((rtnl_neigh_get_state (neighbour) & UNANSWERED) != 0)
    rtnl_neigh_delete (socket, neighbour, 0);
  return is_meant (neighbour, is_wanted, user_data) ? wfd_net_dup_neighbour_address (neighbour)
                                                    : NULL;
}

/* Connected, and with what the kernel knows now; NULL if there is no such interface. */
static GPtrArray *
list (struct nl_sock *socket, const char *interface)
{
  guint index = wfd_net_get_index (interface);

  return index != 0 && nl_connect (socket, NETLINK_ROUTE) == 0
      ? wfd_net_list_neighbours (socket, index)
      : NULL;
}

GInetAddress *
wfd_net_find_neighbour (const char *interface, WfdNetStationFunc is_wanted, gpointer user_data)
{
  struct nl_sock *socket = nl_socket_alloc ();
  g_autoptr (GPtrArray) neighbours = list (socket, interface);
  GInetAddress *found = NULL;

  for (guint i = 0; neighbours != NULL && i < neighbours->len && found == NULL; i++)
    found = look_at (socket, g_ptr_array_index (neighbours, i), is_wanted, user_data);
  nl_socket_free (socket);
  return found;
}

void
wfd_net_forget_neighbours (const char *interface, WfdNetStationFunc is_wanted, gpointer user_data)
{
  struct nl_sock *socket = nl_socket_alloc ();
  g_autoptr (GPtrArray) neighbours = list (socket, interface);

  for (guint i = 0; neighbours != NULL && i < neighbours->len; i++) {
    struct rtnl_neigh *neighbour = g_ptr_array_index (neighbours, i);

    if (is_meant (neighbour, is_wanted, user_data))
      rtnl_neigh_delete (socket, neighbour, 0);
  }
  nl_socket_free (socket);
}

/* --- the peer --- */

/* Nobody asks for these. */
#define UNASKED (NUD_PERMANENT | NUD_NOARP)

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
  if ((state & WFD_NET_SPOKEN_TO) != 0)
    return set_probe (socket, neighbour);
  wfd_net_probe (peer);
  return TRUE;
}

static gboolean
is_reachable (struct nl_sock *socket, struct rtnl_neigh *neighbour, GInetAddress *peer)
{
  return neighbour != NULL && (rtnl_neigh_get_state (neighbour) & NUD_REACHABLE) != 0;
}

/* @neighbour: NULL if the kernel knows none */
typedef gboolean (
    *PeerFunc) (struct nl_sock *socket, struct rtnl_neigh *neighbour, GInetAddress *peer);

static gboolean
look_up (struct nl_sock *socket, guint index, GInetAddress *peer, PeerFunc func)
{
  struct nl_addr *address = nl_addr_build (AF_INET, g_inet_address_to_bytes (peer),
      g_inet_address_get_native_size (peer));
  struct rtnl_neigh *neighbour = wfd_net_get_neighbour (socket, index, address);
  gboolean answer = func (socket, neighbour, peer);

  if (neighbour != NULL)
    rtnl_neigh_put (neighbour);
  nl_addr_put (address);
  return answer;
}

static gboolean
with_peer (const char *interface, GInetAddress *peer, PeerFunc func)
{
  guint index = wfd_net_get_index (interface);
  struct nl_sock *socket = nl_socket_alloc ();
  gboolean answer =
      index != 0 && nl_connect (socket, NETLINK_ROUTE) == 0 && look_up (socket, index, peer, func);

  nl_socket_free (socket);
  return answer;
}

gboolean
wfd_net_ask_peer (const char *interface, GInetAddress *peer)
{
  return with_peer (interface, peer, ask_neighbour);
}

gboolean
wfd_net_has_answered (const char *interface, GInetAddress *peer)
{
  return with_peer (interface, peer, is_reachable);
}
