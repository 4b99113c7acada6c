/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-group.h"

G_BEGIN_DECLS

/* A connection of a group, behind AUTH_INFO: TLS, then Group Connect in it, then messages.
 * Octets in, octets out. */
typedef struct _WfdPeerChannel WfdPeerChannel;

/* NULL if GnuTLS cannot. @ours: we have connected. Times as for the group. */
WfdPeerChannel *wfd_peer_channel_new (WfdPeerGroup *group, gboolean ours, gint64 now_s);
void wfd_peer_channel_free (WfdPeerChannel *self);

/* What a frame had, all of which is taken; who has connected begins with nothing. What
 * messages it had is added to @plain, what is to be sent to @out. FALSE: no connection
 * of the group comes of it; @out may have the reason. */
gboolean wfd_peer_channel_take (WfdPeerChannel *self, WfdBytes octets, GByteArray *plain,
    GByteArray *out);
/* Each knows that the other is a member. */
gboolean wfd_peer_channel_is_secured (const WfdPeerChannel *self);
/* Who it is, as soon as it is secured. */
const char *wfd_peer_channel_get_peer_name (const WfdPeerChannel *self);
/* A part of a message, up to WFD_LIMIT_PEER_SENT_PLAIN_BYTES. */
gboolean wfd_peer_channel_wrap (WfdPeerChannel *self, WfdBytes plain, GByteArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerChannel, wfd_peer_channel_free)

G_END_DECLS
