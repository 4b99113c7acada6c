/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <wfd/wfd-export.h>

G_BEGIN_DECLS

#define WFD_TYPE_LISTENER (wfd_listener_get_type ())
WFD_API
G_DECLARE_FINAL_TYPE (WfdListener, wfd_listener, WFD, LISTENER, GObject)

WFD_API WfdListener *wfd_listener_new (const char *address, guint16 port, GError **error);
WFD_API WfdListener *wfd_listener_new_sharing (const char *address, guint16 port, GError **error);
WFD_API void wfd_listener_set_peer (WfdListener *self, GInetAddress *address);
WFD_API gboolean wfd_listener_pass_on (WfdListener *self, GSocketConnection *connection);
WFD_API guint16 wfd_listener_get_port (WfdListener *self);
WFD_API void wfd_listener_close (WfdListener *self);

G_END_DECLS
