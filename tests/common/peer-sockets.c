/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-sockets.h"

#include <peer-address.h>

static GSocket *
new_socket (void)
{
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_assert_nonnull (socket);
  return socket;
}

GSocket *
peer_connect_to (GSocketAddress *address)
{
  GSocket *socket = new_socket ();

  g_assert_true (g_socket_connect (socket, address, NULL, NULL));
  g_socket_set_blocking (socket, FALSE);
  return socket;
}

void
peer_connect_pair (GSocket **ret_peer, GSocket **ret_accepted)
{
  g_autoptr (GSocketAddress) anywhere =
      wfd_peer_address_to_gio (&(WfdPeerAddress) { .ip = { [15] = 1 } });
  g_autoptr (GSocket) listener = new_socket ();
  g_autoptr (GSocketAddress) address = NULL;

  g_assert_true (g_socket_bind (listener, anywhere, TRUE, NULL));
  g_assert_true (g_socket_listen (listener, NULL));
  address = g_socket_get_local_address (listener, NULL);
  *ret_peer = peer_connect_to (address);
  *ret_accepted = g_socket_accept (listener, NULL, NULL);
}
