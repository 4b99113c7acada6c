/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <ts.h>

G_BEGIN_DECLS

/* Addresses as people write them, and as sockets tell them. */

/* @text: numeric, an IPv6 one with its zone if it needs that (fe80::1%wlan0).
 * (transfer full), NULL with a WFD_ERROR_INVALID_ARGUMENT. */
GInetSocketAddress *wfd_address_parse (const char *text, guint16 port, GError **error);
/* A socket for both families writes 10.0.0.1 as ::ffff:10.0.0.1: without that. */
WfdBytes wfd_address_unmap (WfdBytes address);
/* Whatever the ports are. A zone counts where @self has one. */
gboolean wfd_address_is_host (GInetSocketAddress *self, GInetSocketAddress *other);

G_END_DECLS
