/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ie-device.h>
#include <wfd/wfd-link-peer.h>

G_BEGIN_DECLS

/* What it says of Wi-Fi Display; it may come later than the peer itself. */
const WfdIe *wfd_link_peer_get_ie (WfdLinkPeer *self);

/* --- for links --- */

/* Whether @text has the form of an id. */
gboolean wfd_link_is_address (const char *text);
/* @ret_octets: six */
gboolean wfd_link_read_address (const char *text, guint8 *ret_octets);
WfdLinkPeer *wfd_link_peer_new (const char *id);
/* Each returns whether that was new. */
gboolean wfd_link_peer_set_name (WfdLinkPeer *self, const char *name);
gboolean wfd_link_peer_set_ie (WfdLinkPeer *self, WfdBytes subelements);
gboolean wfd_link_peer_set_owns_group (WfdLinkPeer *self, gboolean owns_group);
/* Where it says that its group is; 0: it has not, or owns none any more. */
void wfd_link_peer_set_group_mhz (WfdLinkPeer *self, guint group_mhz);
guint wfd_link_peer_get_group_mhz (WfdLinkPeer *self);
/* It does something that does not fit to what was heard of it: it has to be heard
 * again first. */
void wfd_link_peer_doubt (WfdLinkPeer *self);
/* What was said of it last was said at @now_us. */
void wfd_link_peer_note_heard (WfdLinkPeer *self, gint64 now_us);
/* 0 for never */
gint64 wfd_link_peer_get_heard_us (WfdLinkPeer *self);
/* When it has asked to be paired, and began to wait for us; 0: it does not. */
void wfd_link_peer_set_asked_us (WfdLinkPeer *self, gint64 asked_us);
gint64 wfd_link_peer_get_asked_us (WfdLinkPeer *self);
/* Also if it was heard too long ago that it owns a group. */
gboolean wfd_link_peer_is_doubted (WfdLinkPeer *self, gint64 now_us);

G_END_DECLS
