/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/rtsp/gstrtspmessage.h>

G_BEGIN_DECLS

/* The RTSP connection of one session, in one main context. It reads a bounded
 * piece at a time, and calls back from the main loop and from
 * wfd_socket_take_short() only, so that neither a peer that sends without end nor
 * one that does not read holds anything up. */
typedef struct _WfdSocket WfdSocket;

typedef struct
{
  void (*message) (const GstRTSPMessage *message, gpointer user_data);
  /* Once: the peer closed (@error NULL), or what went wrong. */
  void (*closed) (const GError *error, gpointer user_data);
} WfdSocketFuncs;

/* @socket stays the caller's, who closes it. */
WfdSocket *wfd_socket_new (GSocket *socket, GMainContext *context, const WfdSocketFuncs *funcs,
    gpointer user_data);
/* @message: (transfer full) */
void wfd_socket_send (WfdSocket *self, GstRTSPMessage *message);
/* A body that is shorter than its Content-Length is taken as it is after this
 * time without another byte. */
#define WFD_SOCKET_SHORT_BODY_US (5 * G_USEC_PER_SEC)
gboolean wfd_socket_is_short (WfdSocket *self);
void wfd_socket_take_short (WfdSocket *self);
/* May be called from within a callback. */
void wfd_socket_free (WfdSocket *self);

G_END_DECLS
