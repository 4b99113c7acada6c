/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-rtp-socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <wfd/wfd-error.h>

#include "wfd-address.h"

/* Half of the ports are even, so this many attempts only fail together on a
 * machine that has no ports left. */
#define MAX_ATTEMPTS 32

/* A key frame comes as one burst, and whoever reads it may be busy: half a
 * second at 50 Mbit/s. The kernel takes what net.core.rmem_max allows. */
#define RECEIVE_BUFFER_BYTES (3 * 1024 * 1024)
/* The same burst on its way out. */
#define SEND_BUFFER_BYTES (1024 * 1024)

/* GLib has a code of its own for a port that is taken, and none for an address that is
 * somebody else's. */
static gboolean
bind_to (GSocket *socket, GInetSocketAddress *where, const char *address, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (g_socket_bind (socket, G_SOCKET_ADDRESS (where), FALSE, &why))
    return TRUE;
  if (!g_error_matches (why, G_IO_ERROR, G_IO_ERROR_FAILED)) {
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
      "\"%s\" is no address of this machine, as \"address\" has to be; which display may connect is "
      "said with \"peer\" (%s)",
      address, why->message);
  return FALSE;
}

static GSocket *
bind_socket (const char *address, guint16 port, GError **error)
{
  g_autoptr (GInetSocketAddress) where = wfd_address_parse (address, port, error);
  g_autoptr (GSocket) socket = NULL;

  if (where == NULL) {
    g_prefix_error (error, "\"address\" says where this machine listens: ");
    return NULL;
  }
  socket = g_socket_new (g_socket_address_get_family (G_SOCKET_ADDRESS (where)),
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  if (socket == NULL)
    return NULL;
  /* Any address of IPv6 is any of both families. Others take no notice. */
  g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, FALSE, NULL);
  if (!bind_to (socket, where, address, error))
    return NULL;

  g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES, NULL);
  g_socket_set_option (socket, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES, NULL);
  return g_steal_pointer (&socket);
}

static GSocket *
bind_even_socket (const char *address, GError **error)
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

/* A kernel may have been told to do without IPv6. */
static const char *
get_any_address (void)
{
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  return socket != NULL ? "::" : "0.0.0.0";
}

GSocket *
wfd_rtp_socket_new (const char *address, guint16 port, GError **error)
{
  GSocket *socket;

  if (address == NULL)
    address = get_any_address ();
  socket = port != 0 ? bind_socket (address, port, error) : bind_even_socket (address, error);
  if (socket == NULL && error != NULL && (*error)->domain == G_IO_ERROR)
    g_prefix_error (error, "No UDP port for the media: ");
  return socket;
}

static GSocket *
bind_next_socket (const char *address, GSocket *socket)
{
  guint16 port = wfd_rtp_socket_get_port (socket);

  return port < G_MAXUINT16 ? bind_socket (address, port + 1, NULL) : NULL;
}

GSocket *
wfd_rtp_socket_new_pair (const char *address, guint16 port, GSocket **ret_rtcp, GError **error)
{
  g_autoptr (GSocket) socket = NULL, rtcp = NULL;

  for (guint i = 0; i < MAX_ATTEMPTS && rtcp == NULL; i++) {
    g_clear_object (&socket);
    socket = wfd_rtp_socket_new (address, port, error);
    if (socket == NULL)
      return NULL;
    rtcp = bind_next_socket (address, socket);
    if (port != 0)
      break;
  }
  *ret_rtcp = g_steal_pointer (&rtcp);
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
