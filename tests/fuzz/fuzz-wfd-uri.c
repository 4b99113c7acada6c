/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input is a URI. */
#include <string.h>
#include <wfd-uri.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
fuzz_uri (const char *text, const char *scheme)
{
  g_autoptr (GError) error = NULL;
  g_auto (WfdUri) uri = { NULL, 0 }, again = { NULL, 0 };
  g_autofree char *printed = NULL;

  if (!wfd_uri_parse (text, scheme, &uri, &error)) {
    g_assert_nonnull (error);
    return;
  }
  g_assert_no_error (error);
  printed = wfd_uri_to_string (&uri, scheme);
  g_assert_true (wfd_uri_parse (printed, scheme, &again, NULL));
  g_assert_cmpstr (uri.host, ==, again.host);
  g_assert_cmpuint (uri.port, ==, again.port);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  fuzz_uri (text, WFD_URI_SCHEME);
  fuzz_uri (text, WFD_URI_SCHEME_RTSP);
  return 0;
}
