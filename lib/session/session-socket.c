/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-socket.h"

#include <base-limits.h>
#include <gst/rtsp/gstrtspconnection.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <wfd/wfd-error.h>

#include "session-gate.h"

struct _WfdSocket
{
  GstRTSPConnection *connection;
  GstRTSPWatch *watch;
  GSource *gate;
  WfdSocketFuncs funcs;
  gpointer user_data;
  gboolean closed;
};

static void
report_closed (WfdSocket *self, const GError *error)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  g_source_destroy (self->gate);
  self->funcs.closed (error, self->user_data);
}

static void
report_malformed (WfdSocket *self, const char *what)
{
  g_autoptr (GError) error = g_error_new (WFD_ERROR, WFD_ERROR_MALFORMED, "The peer sent %s", what);

  report_closed (self, error);
}

static GstRTSPResult
on_message (GstRTSPWatch *watch, GstRTSPMessage *message, gpointer user_data)
{
  WfdSocket *self = user_data;

  if (!self->closed)
    self->funcs.message (message, self->user_data);
  return GST_RTSP_OK;
}

static GstRTSPResult
on_closed (GstRTSPWatch *watch, gpointer user_data)
{
  report_closed (user_data, NULL);
  return GST_RTSP_OK;
}

static GstRTSPResult
on_error (GstRTSPWatch *watch, GstRTSPResult result, GstRTSPMessage *message, guint id,
    gpointer user_data)
{
  WfdSocket *self = user_data;
  g_autofree char *text = gst_rtsp_strresult (result);
  g_autoptr (GError) error = NULL;

  /* The second is another version, or GET as a method of RTSP. */
  if (result == GST_RTSP_EPARSE || result == GST_RTSP_ERROR)
    report_malformed (self, "something that is not RTSP");
  else if (result == GST_RTSP_ENOMEM)
    report_malformed (self, "a message that is too large");
  else {
    error = g_error_new (WFD_ERROR, WFD_ERROR_CLOSED, "The RTSP connection broke: %s", text);
    report_closed (self, error);
  }
  return GST_RTSP_OK;
}

/* libgstrtsp would accept RTSP tunnelled through HTTP; Miracast has no such
 * thing. */
static GstRTSPStatusCode
on_tunnel_start (GstRTSPWatch *watch, gpointer user_data)
{
  report_malformed (user_data, "an HTTP request");
  return GST_RTSP_STS_NOT_IMPLEMENTED;
}

/* The same, when it begins with the POST. */
static GstRTSPResult
on_tunnel_complete (GstRTSPWatch *watch, gpointer user_data)
{
  report_malformed (user_data, "an HTTP request");
  return GST_RTSP_ERROR;
}

WfdSocket *
wfd_socket_new (GSocket *socket, GMainContext *context, const WfdSocketFuncs *funcs,
    gpointer user_data, GError **error)
{
  GstRTSPWatchFuncs watch_funcs = {
    .message_received = on_message,
    .closed = on_closed,
    .error_full = on_error,
    .tunnel_start = on_tunnel_start,
    .tunnel_complete = on_tunnel_complete,
  };
  GstRTSPConnection *connection = NULL;
  GstRTSPResult result;
  WfdSocket *self;

  /* Without this each small message would wait for the acknowledgement of the
   * one before: 40 ms of set-up time. */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  result = gst_rtsp_connection_create_from_socket (socket, "wfd-peer", 0, NULL, &connection);
  if (result != GST_RTSP_OK) {
    g_autofree char *text = gst_rtsp_strresult (result);

    g_set_error (error, WFD_ERROR, WFD_ERROR_CONNECT, "The socket cannot be used: %s", text);
    return NULL;
  }
  gst_rtsp_connection_set_remember_session_id (connection, FALSE);
  gst_rtsp_connection_set_content_length_limit (connection, WFD_LIMIT_BODY_BYTES);

  self = g_new0 (WfdSocket, 1);
  self->connection = connection;
  self->funcs = *funcs;
  self->user_data = user_data;
  self->watch = gst_rtsp_watch_new (connection, &watch_funcs, self, NULL);
  gst_rtsp_watch_set_send_backlog (self->watch, 0, WFD_LIMIT_SEND_QUEUE_MESSAGES);
  gst_rtsp_watch_attach (self->watch, context);
  self->gate = wfd_gate_new (socket);
  g_source_attach (self->gate, context);
  return self;
}

void
wfd_socket_send (WfdSocket *self, GstRTSPMessage *message)
{
  GstRTSPResult result = GST_RTSP_OK;

  if (!self->closed)
    result = gst_rtsp_watch_send_message (self->watch, message, NULL);
  gst_rtsp_message_free (message);
  if (result != GST_RTSP_OK)
    on_error (self->watch, result, NULL, 0, self);
}

static gboolean
on_released (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

static void
release (gpointer user_data)
{
  WfdSocket *self = user_data;

  gst_rtsp_watch_unref (self->watch);
  gst_rtsp_connection_free (self->connection);
  g_free (self);
}

/* It may be a callback of the watch that leads here, and libgstrtsp goes on
 * with the watch, the connection and us after it; so they go once the main
 * loop is out of it. */
void
wfd_socket_free (WfdSocket *self)
{
  g_autoptr (GSource) after = NULL;

  if (self == NULL)
    return;
  self->closed = TRUE;
  after = g_idle_source_new ();
  g_source_set_priority (after, G_PRIORITY_DEFAULT);
  g_source_set_callback (after, on_released, self, release);
  g_source_attach (after, g_source_get_context ((GSource *) self->watch));
  g_source_destroy (self->gate);
  g_source_unref (self->gate);
  g_source_destroy ((GSource *) self->watch);
}
