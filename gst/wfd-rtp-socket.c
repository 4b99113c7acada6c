/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-rtp-socket.h"

#include <sys/socket.h>
#include <wfd/wfd-error.h>

/* Half of the ports are even, so this many attempts only fail together on a
 * machine that has no ports left. */
#define MAX_ATTEMPTS 32

/* A key frame comes as one burst, and whoever reads it may be busy: half a
 * second at 50 Mbit/s. The kernel takes what net.core.rmem_max allows. */
#define RECEIVE_BUFFER_BYTES (3 * 1024 * 1024)
/* The same burst on its way out. */
#define SEND_BUFFER_BYTES (1024 * 1024)

static GSocket *
bind_socket (GInetAddress *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) where = g_inet_socket_address_new (address, port);
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (address),
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);

  if (socket == NULL || !g_socket_bind (socket, where, FALSE, error))
    return NULL;

  g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES, NULL);
  g_socket_set_option (socket, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES, NULL);
  return g_steal_pointer (&socket);
}

static GSocket *
bind_even_socket (GInetAddress *address, GError **error)
{
  g_autoptr (GError) last = NULL;

  for (guint i = 0; i < MAX_ATTEMPTS; i++) {
    g_autoptr (GSocket) socket = NULL;
    guint16 port;

    g_clear_error (&last);
    socket = bind_socket (address, 0, &last);
    if (socket == NULL)
      break;
    port = wfd_rtp_socket_get_port (socket);
    if (port % 2 == 0)
      return g_steal_pointer (&socket);

    g_clear_object (&socket);
    socket = bind_socket (address, port - 1, &last);
    if (socket != NULL)
      return g_steal_pointer (&socket);
  }
  g_propagate_error (error, g_steal_pointer (&last));
  return NULL;
}

static GInetAddress *
parse_address (const char *address, GError **error)
{
  GInetAddress *inet = address != NULL ? g_inet_address_new_from_string (address)
                                       : g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);

  if (inet == NULL)
    g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT, "\"%s\" is no numeric address",
        address);
  return inet;
}

GSocket *
wfd_rtp_socket_new (const char *address, guint16 port, GError **error)
{
  g_autoptr (GInetAddress) inet = parse_address (address, error);
  GSocket *socket;

  if (inet == NULL)
    return NULL;
  socket = port != 0 ? bind_socket (inet, port, error) : bind_even_socket (inet, error);
  if (socket == NULL)
    g_prefix_error (error, "No UDP port for the media: ");
  return socket;
}

static GSocket *
bind_next_socket (GInetAddress *address, GSocket *socket)
{
  guint16 port = wfd_rtp_socket_get_port (socket);

  return port < G_MAXUINT16 ? bind_socket (address, port + 1, NULL) : NULL;
}

GSocket *
wfd_rtp_socket_new_pair (const char *address, guint16 port, GSocket **ret_rtcp, GError **error)
{
  g_autoptr (GInetAddress) inet = parse_address (address, error);
  g_autoptr (GSocket) socket = NULL;

  *ret_rtcp = NULL;
  if (inet == NULL)
    return NULL;
  for (guint i = 0; i < MAX_ATTEMPTS && *ret_rtcp == NULL; i++) {
    g_clear_object (&socket);
    socket = wfd_rtp_socket_new (address, port, error);
    if (socket == NULL)
      return NULL;
    *ret_rtcp = bind_next_socket (inet, socket);
    if (port != 0)
      break;
  }
  return g_steal_pointer (&socket);
}

guint16
wfd_rtp_socket_get_port (GSocket *socket)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);

  return G_IS_INET_SOCKET_ADDRESS (local)
      ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local))
      : 0;
}
