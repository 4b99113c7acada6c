/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input is the value of a Transport and of a Session header. */
#include <base-limits.h>
#include <rtsp-transport.h>

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
fuzz_transport (const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = NULL;
  WfdTransport transport, again;

  if (!wfd_transport_parse (value, &transport, &error)) {
    g_assert_nonnull (error);
    return;
  }
  g_assert_no_error (error);
  printed = wfd_transport_print (&transport);
  g_assert_true (wfd_transport_parse (printed, &again, NULL));
  g_assert_cmpint (transport.tcp, ==, again.tcp);
  g_assert_cmpuint (transport.client_rtp_port, ==, again.client_rtp_port);
  g_assert_cmpuint (transport.client_rtcp_port, ==, again.client_rtcp_port);
  g_assert_cmpuint (transport.server_rtp_port, ==, again.server_rtp_port);
  g_assert_cmpuint (transport.server_rtcp_port, ==, again.server_rtcp_port);
}

static void
fuzz_session (const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autofree char *id_again = NULL;
  guint timeout_s, timeout_again_s;

  if (!wfd_session_header_parse (value, &id, &timeout_s, &error)) {
    g_assert_nonnull (error);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (id), >, 0);
  g_assert_cmpuint (strlen (id), <=, WFD_LIMIT_SESSION_ID_CHARS);
  g_assert_cmpuint (timeout_s, <=, WFD_LIMIT_SESSION_TIMEOUT_S);

  /* The id alone is what stands in the requests that follow. */
  g_assert_true (wfd_session_header_parse (id, &id_again, &timeout_again_s, NULL));
  g_assert_cmpstr (id, ==, id_again);
  g_assert_cmpuint (timeout_again_s, ==, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *value = g_strndup ((const char *) data, size);

  fuzz_transport (value);
  fuzz_session (value);
  return 0;
}
