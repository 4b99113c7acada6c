/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "peer-wire.h"

G_BEGIN_DECLS

/* Addresses of nodes as those of sockets, and back. */
GSocketAddress *wfd_peer_address_to_gio (const WfdPeerAddress *address);
gboolean wfd_peer_address_from_gio (GSocketAddress *gio, WfdPeerAddress *ret_address);

G_END_DECLS
