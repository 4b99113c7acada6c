/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-address.h"

#include <wfd/wfd-error.h>

GInetSocketAddress *
wfd_address_parse (const char *text, guint16 port, GError **error)
{
  GSocketAddress *address = g_inet_socket_address_new_from_string (text, port);

  if (address != NULL)
    return G_INET_SOCKET_ADDRESS (address);
  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
      "\"%s\" is no numeric address, as 127.0.0.1, 192.168.49.1 or fe80::1%%wlan0", text);
  return NULL;
}

WfdBytes
wfd_address_unmap (WfdBytes address)
{
  static const guint8 mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  WfdBytes rest = address;

  return rest.left == 16 && wfd_bytes_take_exact (&rest, mapped, sizeof (mapped)) ? rest : address;
}

static WfdBytes
get_bytes (GInetSocketAddress *address)
{
  GInetAddress *inet = g_inet_socket_address_get_address (address);

  return wfd_address_unmap (
      wfd_bytes (g_inet_address_to_bytes (inet), g_inet_address_get_native_size (inet)));
}

static guint32
get_zone (GInetSocketAddress *address)
{
  GInetAddress *inet = g_inet_socket_address_get_address (address);

  return g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6
      ? g_inet_socket_address_get_scope_id (address)
      : 0;
}

gboolean
wfd_address_is_host (GInetSocketAddress *self, GInetSocketAddress *other)
{
  WfdBytes bytes = get_bytes (self), others = get_bytes (other);

  return wfd_bytes_take_exact (&others, bytes.pos, bytes.left) && others.left == 0
      && (get_zone (self) == 0 || get_zone (self) == get_zone (other));
}
