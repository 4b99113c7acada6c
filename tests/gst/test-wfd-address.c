/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-address.h>
#include <wfd/wfd-error.h>

static GInetSocketAddress *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GInetSocketAddress *address = wfd_address_parse (text, 7236, &error);

  fail_unless (address != NULL, "%s", error != NULL ? error->message : "");
  return address;
}

static const struct
{
  const char *self;
  const char *other;
  gboolean same;
} pairs[] = {
  { "127.0.0.1", "127.0.0.1", TRUE },
  { "127.0.0.1", "127.0.0.2", FALSE },
  { "127.0.0.1", "::ffff:127.0.0.1", TRUE },
  { "::ffff:127.0.0.1", "127.0.0.1", TRUE },
  { "::127.0.0.1", "127.0.0.1", FALSE },
  { "FE80:0:0:0::1", "fe80::1", TRUE },
  { "fe80::1", "fe80::1%lo", TRUE },
  { "fe80::1%lo", "fe80::1%lo", TRUE },
  { "fe80::1%lo", "fe80::1", FALSE },
};

GST_START_TEST (host_is_told_however_it_is_written)
{
  g_autoptr (GInetSocketAddress) self = parse (pairs[__i__].self);
  g_autoptr (GInetSocketAddress) other = parse (pairs[__i__].other);

  fail_unless_equals_int (wfd_address_is_host (self, other), pairs[__i__].same);
}

GST_END_TEST;

static const char *const faults[] = { "", "living-room", "10.0.0.1:7236", "10.0.0", "[::1]",
  "fe80::1%no-such-interface" };

GST_START_TEST (text_that_is_no_address_is_an_error)
{
  g_autoptr (GError) error = NULL;

  fail_unless (wfd_address_parse (faults[__i__], 0, &error) == NULL);
  fail_unless (g_error_matches (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT));
  fail_unless (strstr (error->message, faults[__i__]) != NULL);
}

GST_END_TEST;

static Suite *
wfd_address_suite (void)
{
  Suite *suite = suite_create ("wfd-address");
  TCase *tcase = tcase_create ("address");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, host_is_told_however_it_is_written, 0, G_N_ELEMENTS (pairs));
  tcase_add_loop_test (tcase, text_that_is_no_address_is_an_error, 0, G_N_ELEMENTS (faults));
  return suite;
}

GST_CHECK_MAIN (wfd_address);
