/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-sink.h"

#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
send_text (MiracastSink *self, const char *text)
{
  /* The source may be gone. */
  send (g_socket_get_fd (self->socket), text, strlen (text), MSG_NOSIGNAL);
}

static void
send_request (MiracastSink *self, const char *method, const char *headers, const char *body)
{
  g_autofree char *text = NULL;

  g_mutex_lock (&self->lock);
  text = g_strdup_printf ("%s rtsp://127.0.0.1/wfd1.0/streamid=0 RTSP/1.0\r\nCSeq: %u\r\n%s"
                          "Content-Type: text/parameters\r\nContent-Length: %" G_GSIZE_FORMAT
                          "\r\n\r\n%s",
      method, ++self->cseq, headers, strlen (body), body);
  send_text (self, text);
  g_mutex_unlock (&self->lock);
}

static void
answer (MiracastSink *self, const char *cseq, const char *status, const char *body)
{
  g_autofree char *text = g_strdup_printf (
      "RTSP/1.0 %s\r\nCSeq: %s\r\nPublic: org.wfa.wfd1.0, GET_PARAMETER, SET_PARAMETER\r\n"
      "Content-Type: text/parameters\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
      status, cseq, strlen (body), body);

  g_mutex_lock (&self->lock);
  send_text (self, text);
  g_mutex_unlock (&self->lock);
}

static void
note (MiracastSink *self, const char *event)
{
  g_async_queue_push (self->events, g_strdup (event));
}

static void
answer_m3 (MiracastSink *self, const char *cseq)
{
  g_autofree char *body = NULL;

  note (self, "M3");
  if (self->behaviour == SINK_CLOSES_AT_M3)
    shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
  if (self->behaviour != SINK_PLAYS && self->behaviour != SINK_REFUSES_FORMATS)
    return;
  g_mutex_lock (&self->lock);
  body = g_strdup_printf ("wfd_client_rtp_ports: RTP/AVP/UDP;unicast %u 0 mode=play\r\n" SINK_AUDIO
                          "%s",
      self->rtp_port, self->capabilities);
  g_mutex_unlock (&self->lock);
  answer (self, cseq, "200 OK", body);
}

static void
take_set_parameter (MiracastSink *self, const char *cseq, const char *body)
{
  g_autofree char *transport = NULL;

  if (self->behaviour == SINK_REFUSES_FORMATS) {
    answer (self, cseq, "303 See Other", "wfd_video_formats: 415\r\n");
    return;
  }
  answer (self, cseq, "200 OK", "");
  if (strstr (body, "TEARDOWN") != NULL)
    note (self, "TEARDOWN");
  if (strstr (body, "wfd_standby\r\n") != NULL)
    note (self, "standby");
  if (strstr (body, "PAUSE") != NULL) {
    note (self, "pause");
    send_request (self, "PAUSE", "", "");
  }
  if (strstr (body, "PLAY") != NULL)
    send_request (self, "PLAY", "", "");
  if (strstr (body, "SETUP") == NULL)
    return;
  transport = g_strdup_printf ("Transport: RTP/AVP/UDP;unicast;client_port=%u\r\n", self->rtp_port);
  self->asked_setup = TRUE;
  send_request (self, "SETUP", transport, "");
}

static void
take_request (MiracastSink *self, const char *head, const char *cseq, const char *body)
{
  if (g_str_has_prefix (head, "OPTIONS ")) {
    answer (self, cseq, "200 OK", "");
    send_request (self, "OPTIONS", "Require: org.wfa.wfd1.0\r\n", "");
  } else if (g_str_has_prefix (head, "GET_PARAMETER ") && *body != '\0') {
    answer_m3 (self, cseq);
  } else if (g_str_has_prefix (head, "SET_PARAMETER ")) {
    take_set_parameter (self, cseq, body);
  } else {
    answer (self, cseq, "200 OK", "");
  }
}

static void
take_response (MiracastSink *self, const char *head)
{
  if (self->asked_setup && strstr (head, "Session:") != NULL && strstr (head, "Range:") == NULL
      && strstr (head, "Transport:") != NULL)
    send_request (self, "PLAY", "", "");
  else if (strstr (head, "Range:") != NULL)
    note (self, "PLAY");
}

static char *
find_header (const char *head, const char *name)
{
  const char *at = strcasestr (head, name);
  const char *end;

  if (at == NULL)
    return g_strdup ("0");
  at += strlen (name);
  end = strstr (at, "\r\n");
  return g_strstrip (g_strndup (at, end - at));
}

/* Takes one message off @text; FALSE if it is not complete. */
static gboolean
take_message (MiracastSink *self, GString *text)
{
  const char *end = strstr (text->str, "\r\n\r\n");
  g_autofree char *head = NULL, *cseq = NULL, *length = NULL, *body = NULL;
  gsize n_head, n_body;

  if (end == NULL)
    return FALSE;
  n_head = end + 4 - text->str;
  head = g_strndup (text->str, n_head);
  cseq = find_header (head, "\r\nCSeq:");
  length = find_header (head, "\r\nContent-Length:");
  n_body = g_ascii_strtoull (length, NULL, 10);
  if (text->len < n_head + n_body)
    return FALSE;
  body = g_strndup (text->str + n_head, n_body);
  g_string_erase (text, 0, n_head + n_body);

  if (self->behaviour == SINK_IS_SILENT)
    note (self, "M1");
  else if (g_str_has_prefix (head, "RTSP/"))
    take_response (self, head);
  else
    take_request (self, head, cseq, body);
  return TRUE;
}

static gpointer
run (gpointer data)
{
  MiracastSink *self = data;
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  while ((n = recv (g_socket_get_fd (self->socket), buffer, sizeof (buffer), 0)) > 0) {
    g_string_append_len (text, buffer, n);
    while (take_message (self, text))
      ;
  }
  note (self, "closed");
  return NULL;
}

static void
connect_pair (MiracastSink *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) server = NULL, accepted = NULL;
  g_autoptr (GError) error = NULL;

  server = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (server, any, FALSE, NULL));
  g_assert_true (g_socket_listen (server, NULL));
  address = g_socket_get_local_address (server, NULL);
  self->socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_assert_true (g_socket_connect (self->socket, address, NULL, NULL));
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  accepted = g_socket_accept (server, NULL, NULL);
  self->source_fd = dup (g_socket_get_fd (accepted));
  /* As sockets are; GSocket has made it otherwise. */
  g_unix_set_fd_nonblocking (self->source_fd, FALSE, NULL);
  g_unix_set_fd_nonblocking (g_socket_get_fd (self->socket), FALSE, NULL);
}

void
miracast_sink_init (MiracastSink *self, SinkBehaviour behaviour, const char *capabilities)
{
  *self = (MiracastSink) { .behaviour = behaviour, .rtp_port = 19000 };
  self->events = g_async_queue_new_full (g_free);
  self->capabilities = g_strdup (capabilities);
  g_mutex_init (&self->lock);
  connect_pair (self);
  self->thread = g_thread_new ("sink", run, self);
}

void
miracast_sink_clear (MiracastSink *self)
{
  if (self->source_fd >= 0)
    close (self->source_fd);
  miracast_sink_close (self);
  g_thread_join (self->thread);
  g_object_unref (self->socket);
  g_async_queue_unref (self->events);
  g_free (self->capabilities);
  g_mutex_clear (&self->lock);
}

void
miracast_sink_exchange_monitor (MiracastSink *self, const char *connector, const char *capabilities)
{
  g_autofree char *body = g_strdup_printf ("wfd_connector_type: %s\r\n", connector);

  g_mutex_lock (&self->lock);
  g_free (self->capabilities);
  self->capabilities = g_strdup (capabilities);
  g_mutex_unlock (&self->lock);
  send_request (self, "SET_PARAMETER", "", body);
}

void
miracast_sink_request_key_frame (MiracastSink *self)
{
  send_request (self, "SET_PARAMETER", "", "wfd_idr_request\r\n");
}

void
miracast_sink_tear_down (MiracastSink *self)
{
  send_request (self, "TEARDOWN", "", "");
}

void
miracast_sink_close (MiracastSink *self)
{
  shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
}

void
miracast_sink_wait (MiracastSink *self, const char *event)
{
  g_autofree char *seen = NULL;

  do {
    g_free (seen);
    seen = g_async_queue_timeout_pop (self->events, 20 * G_USEC_PER_SEC);
    if (seen == NULL)
      g_error ("“%s” did not come", event);
  } while (!g_str_equal (seen, event));
}
