/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "peer-wire.h"

G_BEGIN_DECLS

/* What the addresses of a network have in common. */
#define WFD_PEER_NETWORK_BYTES 8

static inline gboolean
wfd_peer_ip_is_of_link (const guint8 ip[16])
{
  return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
}

gboolean wfd_peer_ip_is_loopback (const guint8 ip[16]);

/* Whether a node can be there: FALSE for port 0, ::, multicast, an address of IPv4 written as one of
 * IPv6, and one of a link of which @scope_id does not say which. */
gboolean wfd_peer_address_can_be (const WfdPeerAddress *address);

/* Addresses of nodes as those of sockets, and back. */
GSocketAddress *wfd_peer_address_to_gio (const WfdPeerAddress *address);
gboolean wfd_peer_address_from_gio (GSocketAddress *gio, WfdPeerAddress *ret_address);

/* What all addresses have that one machine may have: it has as many addresses of its network as it likes, but
 * not of a link, or of another family written as these. */
void wfd_peer_ip_get_host (const guint8 ip[16], WfdPeerGuid *ret_host);
gboolean wfd_peer_ip_is_same_host (const guint8 a[16], const guint8 b[16]);

G_END_DECLS
