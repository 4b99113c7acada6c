/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-uri.h>

typedef struct
{
  const char *text;
  const char *scheme;
  const char *host;
  guint16 port;
  const char *again; /* as it is written */
} Good;

static const Good good[] = {
  { "wfd://192.168.1.20", "wfd", "192.168.1.20", 0, "wfd://192.168.1.20" },
  { "wfd://192.168.1.20/", "wfd", "192.168.1.20", 0, "wfd://192.168.1.20" },
  { "wfd://192.168.1.20:7236", "wfd", "192.168.1.20", 7236, "wfd://192.168.1.20:7236" },
  { "wfd://living-room.local:8554", "wfd", "living-room.local", 8554,
      "wfd://living-room.local:8554" },
  { "WFD://127.0.0.1:1", "wfd", "127.0.0.1", 1, "wfd://127.0.0.1:1" },
  { "wfd://127.0.0.1:65535", "wfd", "127.0.0.1", 65535, "wfd://127.0.0.1:65535" },
  { "wfd://[fe80::1]:7000", "wfd", "fe80::1", 7000, "wfd://[fe80::1]:7000" },
  { "rtsp://10.0.0.1", "rtsp", "10.0.0.1", 0, "rtsp://10.0.0.1" },
  /* As a source presents itself. */
  { "rtsp://10.0.0.1:7236/wfd1.0/streamid=0", "rtsp", "10.0.0.1", 7236, "rtsp://10.0.0.1:7236" },
};

GST_START_TEST (uri_names_host_and_port)
{
  const Good *row = &good[__i__];
  g_auto (WfdUri) uri = { NULL, 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *again = NULL;

  fail_unless (wfd_uri_parse (row->text, row->scheme, &uri, &error));
  fail_unless (error == NULL);
  fail_unless_equals_string (uri.host, row->host);
  fail_unless_equals_int (uri.port, row->port);
  again = wfd_uri_to_string (&uri, row->scheme);
  fail_unless_equals_string (again, row->again);
}

GST_END_TEST;

typedef struct
{
  const char *text;
  const char *scheme;
  int code; /* of GstURIError */
} Bad;

static const Bad bad[] = {
  { "", "wfd", GST_URI_ERROR_UNSUPPORTED_PROTOCOL },
  { "wfd", "wfd", GST_URI_ERROR_UNSUPPORTED_PROTOCOL },
  { "192.168.1.20", "wfd", GST_URI_ERROR_UNSUPPORTED_PROTOCOL },
  { "http://192.168.1.20", "wfd", GST_URI_ERROR_UNSUPPORTED_PROTOCOL },
  { "rtsp://192.168.1.20", "wfd", GST_URI_ERROR_UNSUPPORTED_PROTOCOL },
  { "wfd://192.168.1.20", "rtsp", GST_URI_ERROR_UNSUPPORTED_PROTOCOL },
  { "wfd:", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://:7236", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://host:0", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://host:65536", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://host:99999999999999999999", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://host:-1", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://host:72x6", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://[fe80::1", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://me@host", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://me:secret@host", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://host/path", "wfd", GST_URI_ERROR_BAD_URI },
  { "wfd://host?latency=5", "wfd", GST_URI_ERROR_BAD_URI },
  { "rtsp://host/wfd1.0#x", "rtsp", GST_URI_ERROR_BAD_URI },
};

GST_START_TEST (uri_that_would_not_work_is_refused)
{
  const Bad *row = &bad[__i__];
  WfdUri uri = { (char *) "untouched", 1 };
  g_autoptr (GError) error = NULL;

  fail_if (wfd_uri_parse (row->text, row->scheme, &uri, &error));
  fail_unless (g_error_matches (error, GST_URI_ERROR, row->code), "%s", row->text);
  fail_unless_equals_string (uri.host, "untouched");
}

GST_END_TEST;

GST_START_TEST (uri_host_has_a_longest_length)
{
  g_autofree char *longest = g_strnfill (255, 'a'), *longer = g_strnfill (256, 'a');
  g_autofree char *fits = g_strconcat ("wfd://", longest, NULL);
  g_autofree char *too_long = g_strconcat ("wfd://", longer, NULL);
  g_auto (WfdUri) uri = { NULL, 0 };
  WfdUri none;

  fail_unless (wfd_uri_parse (fits, "wfd", &uri, NULL));
  fail_if (wfd_uri_parse (too_long, "wfd", &none, NULL));
}

GST_END_TEST;

static Suite *
wfd_uri_suite (void)
{
  Suite *suite = suite_create ("wfd-uri");
  TCase *tcase = tcase_create ("uri");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, uri_names_host_and_port, 0, G_N_ELEMENTS (good));
  tcase_add_loop_test (tcase, uri_that_would_not_work_is_refused, 0, G_N_ELEMENTS (bad));
  tcase_add_test (tcase, uri_host_has_a_longest_length);
  return suite;
}

GST_CHECK_MAIN (wfd_uri);
