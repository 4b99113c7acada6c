/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* RTP packets are lost in the kernel, in front of a socket of this process that
 * is bound to @port: of those with a sequence number that is a multiple of
 * @every, a power of two, the ones in the middle of a picture, which is seven TS
 * packets that neither begin nor end anything. */
gboolean drop_begin (guint16 port, guint every, GError **error);

/* How many datagrams that socket did not get, for whatever reason; 0 if there is none. */
guint drop_count (guint16 port);

G_END_DECLS
