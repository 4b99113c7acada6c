/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>
#include <ie-device.h>

G_BEGIN_DECLS

/* A device in reach of a link. The link that found it changes it, in its main
 * context, and says so with its signals. */
#define WFD_TYPE_LINK_PEER (wfd_link_peer_get_type ())
G_DECLARE_FINAL_TYPE (WfdLinkPeer, wfd_link_peer, WFD, LINK_PEER, GObject)

/* What stays the same when its name changes: for Wi-Fi Direct its P2P device
 * address, e.g. "02:00:00:00:01:00". */
const char *wfd_link_peer_get_id (WfdLinkPeer *self);
/* For people; never NULL, and the peer's own choice. */
const char *wfd_link_peer_get_name (WfdLinkPeer *self);
/* What it says of Wi-Fi Display; it may come later than the peer itself. */
const WfdIe *wfd_link_peer_get_ie (WfdLinkPeer *self);
/* Whether a group waits at the peer for others to join it. */
gboolean wfd_link_peer_owns_group (WfdLinkPeer *self);
/* Whether @text is its id, in either case, or its name. */
gboolean wfd_link_peer_matches (WfdLinkPeer *self, const char *text);

/* --- for links --- */

WfdLinkPeer *wfd_link_peer_new (const char *id);
/* Each returns whether that was new. */
gboolean wfd_link_peer_set_name (WfdLinkPeer *self, const char *name);
gboolean wfd_link_peer_set_ie (WfdLinkPeer *self, WfdBytes subelements);
gboolean wfd_link_peer_set_owns_group (WfdLinkPeer *self, gboolean owns_group);

G_END_DECLS
