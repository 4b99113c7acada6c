/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/rtsp/gstrtspmessage.h>

G_BEGIN_DECLS

/* The RTSP connection of one session: libgstrtsp's framing on a connected
 * socket, in one main context. */
typedef struct _WfdSocket WfdSocket;

typedef struct
{
  void (*message) (const GstRTSPMessage *message, gpointer user_data);
  /* Once: the peer closed (@error NULL), or what went wrong. */
  void (*closed) (const GError *error, gpointer user_data);
} WfdSocketFuncs;

/* @socket stays the caller's, who closes it. */
WfdSocket *wfd_socket_new (GSocket *socket, GMainContext *context, const WfdSocketFuncs *funcs,
    gpointer user_data, GError **error);
/* @message: (transfer full) */
void wfd_socket_send (WfdSocket *self, GstRTSPMessage *message);
void wfd_socket_free (WfdSocket *self);

G_END_DECLS
