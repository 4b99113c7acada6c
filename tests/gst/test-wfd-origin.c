/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-origin.h>

#define MS G_GINT64_CONSTANT (1000000)
#define START (1000 * 1000 * MS)

static gboolean
take (WfdOrigin *origin, WfdOriginPlace place, guint ms)
{
  gint64 now_ns = START + ms * MS;

  if (!wfd_origin_is_wanted (origin, place, now_ns))
    return FALSE;
  wfd_origin_note (origin, place, now_ns);
  return TRUE;
}

/* dispd, iwd. */
GST_START_TEST (source_that_sends_from_another_port_is_heard_at_once)
{
  WfdOrigin origin = { 0 };

  for (guint i = 0; i < 100; i++)
    fail_unless (take (&origin, WFD_ORIGIN_ADDRESS, i));
}

GST_END_TEST;

GST_START_TEST (other_ports_have_no_say_beside_the_one_that_was_told)
{
  WfdOrigin origin = { 0 };

  fail_unless (take (&origin, WFD_ORIGIN_ADDRESS, 0));
  fail_unless (take (&origin, WFD_ORIGIN_PORT, 1));
  for (guint i = 2; i < 2000; i++) {
    fail_if (take (&origin, WFD_ORIGIN_ADDRESS, i));
    fail_unless (take (&origin, WFD_ORIGIN_PORT, i));
  }
}

GST_END_TEST;

GST_START_TEST (source_that_goes_on_from_another_port_is_heard_after_a_silence)
{
  WfdOrigin origin = { 0 };

  fail_unless (take (&origin, WFD_ORIGIN_PORT, 0));
  fail_if (take (&origin, WFD_ORIGIN_ADDRESS, 499));
  fail_unless (take (&origin, WFD_ORIGIN_ADDRESS, 500));
  fail_unless (take (&origin, WFD_ORIGIN_ADDRESS, 501));
  /* And the one that was told again, which then is it again. */
  fail_unless (take (&origin, WFD_ORIGIN_PORT, 502));
  fail_if (take (&origin, WFD_ORIGIN_ADDRESS, 503));
}

GST_END_TEST;

GST_START_TEST (other_address_is_never_heard)
{
  WfdOrigin origin = { 0 };

  fail_if (take (&origin, WFD_ORIGIN_NOWHERE, 0));
  fail_if (take (&origin, WFD_ORIGIN_NOWHERE, 100000));
  fail_unless (take (&origin, WFD_ORIGIN_ADDRESS, 100001));
  fail_if (take (&origin, WFD_ORIGIN_NOWHERE, 100002));
  fail_if (take (&origin, WFD_ORIGIN_NOWHERE, 200000));
}

GST_END_TEST;

GST_START_TEST (what_was_of_somebody_else_is_known)
{
  WfdOrigin origin = { 0 };

  fail_if (wfd_origin_is_better (&origin, WFD_ORIGIN_ADDRESS));
  wfd_origin_note (&origin, WFD_ORIGIN_ADDRESS, START);
  fail_unless (wfd_origin_is_better (&origin, WFD_ORIGIN_PORT));
  wfd_origin_note (&origin, WFD_ORIGIN_PORT, START);
  fail_if (wfd_origin_is_better (&origin, WFD_ORIGIN_PORT));
  fail_if (wfd_origin_is_better (&origin, WFD_ORIGIN_ADDRESS));
}

GST_END_TEST;

static Suite *
wfd_origin_suite (void)
{
  Suite *suite = suite_create ("wfd-origin");
  TCase *tcase = tcase_create ("origin");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, source_that_sends_from_another_port_is_heard_at_once);
  tcase_add_test (tcase, other_ports_have_no_say_beside_the_one_that_was_told);
  tcase_add_test (tcase, source_that_goes_on_from_another_port_is_heard_after_a_silence);
  tcase_add_test (tcase, other_address_is_never_heard);
  tcase_add_test (tcase, what_was_of_somebody_else_is_known);
  return suite;
}

GST_CHECK_MAIN (wfd_origin);
