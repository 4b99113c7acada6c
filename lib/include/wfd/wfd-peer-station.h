/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <wfd/wfd-export.h>

G_BEGIN_DECLS

#define WFD_TYPE_PEER_STATION (wfd_peer_station_get_type ())
WFD_API
G_DECLARE_FINAL_TYPE (WfdPeerStation, wfd_peer_station, WFD, PEER_STATION, GObject)

WFD_API WfdPeerStation *wfd_peer_station_new (GInetSocketAddress *peer);
WFD_API GVariant *wfd_peer_station_dup_stats (WfdPeerStation *self);

G_END_DECLS
