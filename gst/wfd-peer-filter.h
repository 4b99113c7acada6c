/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What does not come from @peer's address, whatever its port, is dropped by the
 * kernel before it takes room in the UDP @socket; NULL: all is heard again. What is
 * in the socket stays. FALSE where the kernel cannot: then callers see strangers,
 * and have to know them anyway. */
gboolean wfd_peer_filter_set (GSocket *socket, GInetAddress *peer);

G_END_DECLS
