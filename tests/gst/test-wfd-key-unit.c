/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-key-unit.h>

#define MS G_TIME_SPAN_MILLISECOND
#define START (1000 * G_TIME_SPAN_SECOND)

GST_START_TEST (first_request_is_passed_on_at_once)
{
  WfdKeyUnit limit = WFD_KEY_UNIT_INIT;

  fail_unless (wfd_key_unit_get_deadline_us (&limit) == G_MAXINT64);
  fail_unless (wfd_key_unit_request (&limit, START));
  fail_unless (wfd_key_unit_get_deadline_us (&limit) == G_MAXINT64);
}

GST_END_TEST;

/* A Samsung sink sends eight M13 in a row. */
GST_START_TEST (storm_makes_two_key_units)
{
  WfdKeyUnit limit = WFD_KEY_UNIT_INIT;
  guint n = 0;

  for (gint64 now = START; now < START + 300 * MS; now += MS) {
    if (now < START + 80 * MS && now % (10 * MS) == 0)
      n += wfd_key_unit_request (&limit, now);
    n += wfd_key_unit_tick (&limit, now);
  }
  fail_unless_equals_int (n, 2);
}

GST_END_TEST;

GST_START_TEST (late_request_is_not_forgotten)
{
  WfdKeyUnit limit = WFD_KEY_UNIT_INIT;

  fail_unless (wfd_key_unit_request (&limit, START));
  fail_if (wfd_key_unit_request (&limit, START + 249 * MS));
  fail_unless (wfd_key_unit_get_deadline_us (&limit) == START + 250 * MS);
  fail_if (wfd_key_unit_tick (&limit, START + 250 * MS - 1));
  fail_unless (wfd_key_unit_tick (&limit, START + 250 * MS));
  fail_if (wfd_key_unit_tick (&limit, START + 1000 * MS));
}

GST_END_TEST;

GST_START_TEST (requests_an_interval_apart_are_all_passed_on)
{
  WfdKeyUnit limit = WFD_KEY_UNIT_INIT;

  for (guint i = 0; i < 5; i++)
    fail_unless (wfd_key_unit_request (&limit, START + i * 250 * MS));
}

GST_END_TEST;

static Suite *
wfd_key_unit_suite (void)
{
  Suite *suite = suite_create ("wfd-key-unit");
  TCase *tcase = tcase_create ("limit");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, first_request_is_passed_on_at_once);
  tcase_add_test (tcase, storm_makes_two_key_units);
  tcase_add_test (tcase, late_request_is_not_forgotten);
  tcase_add_test (tcase, requests_an_interval_apart_are_all_passed_on);
  return suite;
}

GST_CHECK_MAIN (wfd_key_unit);
