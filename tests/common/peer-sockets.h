/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Sockets of a peer that the test plays itself; none of them blocks. */
GSocket *peer_connect_to (GSocketAddress *address);
void peer_connect_pair (GSocket **ret_peer, GSocket **ret_accepted);
