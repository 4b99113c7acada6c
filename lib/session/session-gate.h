/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A source to be attached beside the GstRTSPWatch of @socket, with a higher
 * priority. It keeps the watch from reading while what has arrived ends between
 * the CR and the LF of a line: libgstrtsp 1.22 forgets that CR, and does not
 * see the end of a head of which this was the last line until the peer sends
 * more, which waits for our answer. (transfer full) */
GSource *wfd_gate_new (GSocket *socket);

G_END_DECLS
