/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "display.h"

#include <gst/check/gstcheck.h>

#include "recorder.h"

GSocketConnection *
display_connect (guint rtsp_port, const char *local_address)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  if (local_address != NULL) {
    local = g_inet_socket_address_new_from_string (local_address, 0);
    g_socket_client_set_local_address (client, local);
  }
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, WATCHDOG / GST_SECOND);
  connection =
      g_socket_client_connect_to_host (client, "127.0.0.1", (guint16) rtsp_port, NULL, &error);
  fail_unless (connection != NULL, "%s", error != NULL ? error->message : "");
  return connection;
}

gsize
display_read_to_the_end (GSocketConnection *connection)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  gsize total = 0;
  gssize n;
  char data[1024];

  while ((n = g_input_stream_read (input, data, sizeof data, NULL, NULL)) > 0)
    total += n;
  return total;
}

void
display_say (GSocketConnection *connection, const char *text)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text,
      strlen (text), NULL, NULL, NULL);
}

void
display_read_message (GSocketConnection *connection)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GString) text = g_string_new (NULL);
  char byte;

  while (!g_str_has_suffix (text->str, "\r\n\r\n")) {
    fail_unless_equals_int (g_input_stream_read (input, &byte, 1, NULL, NULL), 1);
    g_string_append_c (text, byte);
  }
}

void
display_say_options (GSocketConnection *connection)
{
  display_say (connection, "OPTIONS * RTSP/1.0\r\nCSeq: 7\r\nRequire: org.wfa.wfd1.0\r\n\r\n");
}

void
display_expect_closed (GSocketConnection *connection)
{
  fail_unless_equals_int (display_read_to_the_end (connection), 0);
}
