/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-socket.h"

#include <base-limits.h>
#include <base-source.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <wfd/wfd-error.h>

#include "session-wire.h"

/* How much is read before the other sources of the main context have their
 * turn. */
#define READ_BYTES 4096

struct _WfdSocket
{
  gatomicrefcount refs; /* the owner, and each call into it */
  GSocket *socket;
  GMainContext *context;
  WfdSocketFuncs funcs;
  gpointer user_data;
  WfdWireReader reader;
  GString *unsent;
  GSource *input;
  GSource *output;     /* while there is something unsent */
  GSource *short_body; /* while a body is waited for */
  GSource *failure;    /* an error of sending that is to be told */
};

static void
stop (WfdSocket *self)
{
  wfd_clear_source (&self->input);
  wfd_clear_source (&self->output);
  wfd_clear_source (&self->short_body);
  wfd_clear_source (&self->failure);
}

static void
unref (WfdSocket *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  wfd_wire_reader_clear (&self->reader);
  g_string_free (self->unsent, TRUE);
  g_object_unref (self->socket);
  g_main_context_unref (self->context);
  g_free (self);
}

/* Nothing is read or sent from here on. */
static void
report_closed (WfdSocket *self, const GError *error)
{
  stop (self);
  self->funcs.closed (error, self->user_data);
}

static GSource *
attach (WfdSocket *self, GSource *source, GSourceFunc func)
{
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static gboolean
on_short_body (gpointer user_data)
{
  wfd_socket_take_short (user_data);
  return G_SOURCE_REMOVE;
}

/* TRUE if there may be another message. */
static gboolean
handle_result (WfdSocket *self, WfdWireResult result, GstRTSPMessage *message, const GError *error)
{
  switch (result) {
    case WFD_WIRE_MORE:
      break;
    case WFD_WIRE_MESSAGE:
      self->funcs.message (message, self->user_data);
      gst_rtsp_message_free (message);
      break;
    case WFD_WIRE_ERROR:
      report_closed (self, error);
      break;
  }
  return result == WFD_WIRE_MESSAGE && self->input != NULL;
}

static void
take_messages (WfdSocket *self)
{
  g_autoptr (GError) error = NULL;
  GstRTSPMessage *message = NULL;
  WfdWireResult result;

  wfd_clear_source (&self->short_body);
  do
    result = wfd_wire_reader_take (&self->reader, &message, &error);
  while (handle_result (self, result, message, error));

  if (self->input != NULL && wfd_wire_reader_is_short (&self->reader))
    self->short_body =
        attach (self, g_timeout_source_new (WFD_SOCKET_SHORT_BODY_US / 1000), on_short_body);
}

static gboolean
on_input (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  WfdSocket *self = user_data;
  g_autoptr (GError) error = NULL;
  guint8 bytes[READ_BYTES];
  gssize n;

  n = g_socket_receive_with_blocking (socket, (char *) bytes, sizeof (bytes), FALSE, NULL, &error);
  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;

  g_atomic_ref_count_inc (&self->refs);
  if (n > 0) {
    wfd_wire_reader_push (&self->reader, bytes, n);
    take_messages (self);
  } else if (n == 0) {
    report_closed (self, NULL);
  } else {
    g_autoptr (GError) broken =
        g_error_new (WFD_ERROR, WFD_ERROR_CLOSED, "The RTSP connection broke: %s", error->message);

    report_closed (self, broken);
  }
  unref (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_failure (gpointer user_data)
{
  WfdSocket *self = user_data;
  g_autoptr (GError) error =
      g_error_new (WFD_ERROR, WFD_ERROR_CLOSED, "The other side does not take what is sent to it");

  g_atomic_ref_count_inc (&self->refs);
  report_closed (self, error);
  unref (self);
  return G_SOURCE_REMOVE;
}

static void
fail_later (WfdSocket *self)
{
  GSource *source;

  if (self->failure != NULL)
    return;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  self->failure = attach (self, source, on_failure);
}

/* Sends what there is; FALSE if that is not possible any more. */
static gboolean
flush (WfdSocket *self)
{
  g_autoptr (GError) error = NULL;
  gssize n = 0;

  while (self->unsent->len > 0) {
    n = g_socket_send_with_blocking (self->socket, self->unsent->str, self->unsent->len, FALSE,
        NULL, &error);
    if (n < 0)
      return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    g_string_erase (self->unsent, 0, n);
  }
  return TRUE;
}

static gboolean
on_output (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  WfdSocket *self = user_data;

  if (!flush (self))
    fail_later (self);
  else if (self->unsent->len > 0)
    return G_SOURCE_CONTINUE;
  wfd_clear_source (&self->output);
  return G_SOURCE_REMOVE;
}

void
wfd_socket_send (WfdSocket *self, GstRTSPMessage *message)
{
  if (self->input != NULL) {
    wfd_wire_print (message, self->unsent);
    if (!flush (self) || self->unsent->len > WFD_LIMIT_SEND_QUEUE_BYTES)
      fail_later (self);
    else if (self->unsent->len > 0 && self->output == NULL)
      self->output = attach (self, g_socket_create_source (self->socket, G_IO_OUT, NULL),
          G_SOURCE_FUNC (on_output));
  }
  gst_rtsp_message_free (message);
}

gboolean
wfd_socket_is_short (WfdSocket *self)
{
  return self->short_body != NULL;
}

void
wfd_socket_take_short (WfdSocket *self)
{
  g_autoptr (GError) error = NULL;
  GstRTSPMessage *message = NULL;
  WfdWireResult result;

  g_atomic_ref_count_inc (&self->refs);
  wfd_clear_source (&self->short_body);
  result = wfd_wire_reader_take_short (&self->reader, &message, &error);
  handle_result (self, result, message, error);
  unref (self);
}

/* Some sinks bear no M16; this tells of one that vanished within 80 s too. */
static void
ask_for_life (GSocket *socket)
{
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, 20, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, 10, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, 6, NULL);
}

WfdSocket *
wfd_socket_new (GSocket *socket, GMainContext *context, const WfdSocketFuncs *funcs,
    gpointer user_data)
{
  WfdSocket *self = g_new0 (WfdSocket, 1);

  g_atomic_ref_count_init (&self->refs);
  self->socket = g_object_ref (socket);
  self->context = g_main_context_ref (context);
  self->funcs = *funcs;
  self->user_data = user_data;
  self->unsent = g_string_new (NULL);
  wfd_wire_reader_init (&self->reader);
  /* Without this each small message would wait for the acknowledgement of the
   * one before: 40 ms of set-up time. */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  ask_for_life (socket);
  self->input =
      attach (self, g_socket_create_source (socket, G_IO_IN, NULL), G_SOURCE_FUNC (on_input));
  return self;
}

void
wfd_socket_free (WfdSocket *self)
{
  if (self == NULL)
    return;
  stop (self);
  unref (self);
}
