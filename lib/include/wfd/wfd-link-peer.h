/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>
#include <wfd/wfd-export.h>

G_BEGIN_DECLS

#define WFD_TYPE_LINK_PEER (wfd_link_peer_get_type ())
WFD_API
G_DECLARE_FINAL_TYPE (WfdLinkPeer, wfd_link_peer, WFD, LINK_PEER, GObject)

WFD_API const char *wfd_link_peer_get_id (WfdLinkPeer *self);
WFD_API const char *wfd_link_peer_get_name (WfdLinkPeer *self);
WFD_API gboolean wfd_link_peer_matches (WfdLinkPeer *self, const char *text);

WFD_API gboolean wfd_link_peer_is_source (WfdLinkPeer *self);
WFD_API gboolean wfd_link_peer_is_sink (WfdLinkPeer *self);
WFD_API gboolean wfd_link_peer_is_available (WfdLinkPeer *self);
WFD_API guint16 wfd_link_peer_get_rtsp_port (WfdLinkPeer *self);
WFD_API gboolean wfd_link_peer_owns_group (WfdLinkPeer *self);

G_END_DECLS
