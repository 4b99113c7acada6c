/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-net.h"

#include <base-limits.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <sys/socket.h>
#include <wfd/wfd-error.h>

/* --- networks --- */

#define IPV4_BITS 32

static gboolean
is_of_host (GInetAddress *address)
{
  return !g_inet_address_get_is_any (address) && !g_inet_address_get_is_loopback (address)
      && !g_inet_address_get_is_multicast (address);
}

GInetAddressMask *
wfd_net_new_network (GInetAddress *address, const guint8 *mask)
{
  const guint8 *octets = g_inet_address_to_bytes (address);
  g_autoptr (GInetAddress) base = NULL;
  guint8 network[IPV4_BITS / 8];
  guint32 ones = 0;
  guint length = 0;

  for (guint i = 0; i < sizeof (network); i++) {
    ones = ones << 8 | mask[i];
    network[i] = octets[i] & mask[i];
  }
  while (length < IPV4_BITS && (ones & 1u << (IPV4_BITS - 1 - length)) != 0)
    length++;
  if (!is_of_host (address) || (length < IPV4_BITS && (guint32) (ones << length) != 0))
    return NULL;
  base = g_inet_address_new_from_bytes (network, G_SOCKET_FAMILY_IPV4);
  return g_inet_address_mask_new (base, length, NULL);
}

gboolean
wfd_net_is_small (GInetAddressMask *network)
{
  return g_inet_address_mask_get_length (network) >= WFD_LIMIT_NETWORK_PREFIX;
}

/* --- wire --- */

static struct nl_addr *
to_nl_addr (GInetAddress *address)
{
  return nl_addr_build (AF_INET, g_inet_address_to_bytes (address),
      g_inet_address_get_native_size (address));
}

struct nl_msg *
wfd_net_build_request (WfdNetRequest request, const WfdNetAddress *address, guint interface_index)
{
  struct rtnl_addr *object = rtnl_addr_alloc ();
  struct nl_addr *local = to_nl_addr (address->address);
  struct nl_msg *message = NULL;

  rtnl_addr_set_ifindex (object, interface_index);
  rtnl_addr_set_local (object, local);
  rtnl_addr_set_prefixlen (object, address->prefix_length);
  if (request == WFD_NET_ADD)
    rtnl_addr_build_add_request (object, NLM_F_CREATE | NLM_F_EXCL, &message);
  else
    rtnl_addr_build_delete_request (object, 0, &message);
  nl_addr_put (local);
  rtnl_addr_put (object);
  return message;
}

/* --- asked and answered --- */

static gboolean
is_forbidden (gint answer)
{
  return answer == -NLE_PERM || answer == -NLE_NOACCESS;
}

/* The kernel looks at that first, whatever it is asked for. */
gboolean
wfd_net_check_rights (GError **error)
{
  g_autoptr (GInetAddress) none = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  const WfdNetAddress address = { "", none, 32 };

  if (!is_forbidden (wfd_net_ask (wfd_net_build_request (WFD_NET_REMOVE, &address, 0))))
    return TRUE;
  g_set_error (error, WFD_ERROR, WFD_ERROR_NO_PERMISSION,
      "This program may not set the address that it would need in the group; it needs CAP_NET_ADMIN "
      "(or to be root)");
  return FALSE;
}

static gboolean
check_answer (gint answer, const WfdNetAddress *address, GError **error)
{
  if (answer == 0 || answer == -NLE_EXIST)
    return TRUE;
  if (is_forbidden (answer))
    g_set_error (error, WFD_ERROR, WFD_ERROR_NO_PERMISSION,
        "This program may not set an address on %s; it needs CAP_NET_ADMIN (or to be root)",
        address->interface);
  else
    g_set_error (error, WFD_ERROR, WFD_ERROR_NO_DEVICE, "No address could be set on %s: %s",
        address->interface, nl_geterror (answer));
  return FALSE;
}

static gboolean
ask (WfdNetRequest request, const WfdNetAddress *address, GError **error)
{
  guint index = wfd_net_get_index (address->interface);

  if (index == 0) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_NO_DEVICE,
        "There is no network interface %s; was the adapter unplugged?", address->interface);
    return FALSE;
  }
  return check_answer (wfd_net_ask (wfd_net_build_request (request, address, index)), address,
      error);
}

gboolean
wfd_net_add_address (const WfdNetAddress *address, GError **error)
{
  return ask (WFD_NET_ADD, address, error);
}

void
wfd_net_remove_address (const WfdNetAddress *address)
{
  ask (WFD_NET_REMOVE, address, NULL);
}
