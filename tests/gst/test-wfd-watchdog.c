/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-watchdog.h>

#define S G_TIME_SPAN_SECOND
#define START (1000 * S)
#define LIMIT (15 * S)

/* Asks the watchdog exactly when it wants to be asked. */
static WfdWatchdogVerdict
run (WfdWatchdog *dog, guint64 media, guint64 messages, gint64 *now_us)
{
  *now_us = wfd_watchdog_get_deadline_us (dog);
  return wfd_watchdog_check (dog, media, TRUE, messages, *now_us);
}

GST_START_TEST (silent_source_is_asked_and_then_given_up)
{
  WfdWatchdog dog;
  gint64 now;

  wfd_watchdog_start (&dog, LIMIT, 0, START);
  fail_unless (run (&dog, 0, 0, &now) == WFD_WATCHDOG_ASK);
  fail_unless (now == START + LIMIT / 2);
  fail_unless (run (&dog, 0, 0, &now) == WFD_WATCHDOG_DEAD);
  fail_unless (now == START + LIMIT);
}

GST_END_TEST;

/* A still screen: after its first picture it answers, and shows nothing new. */
GST_START_TEST (answer_without_picture_is_life)
{
  WfdWatchdog dog;
  gint64 now;

  wfd_watchdog_start (&dog, LIMIT, 0, START);
  fail_unless (run (&dog, 1, 0, &now) == WFD_WATCHDOG_FINE);
  for (guint i = 1; i < 100; i++) {
    fail_unless (run (&dog, 1, i - 1, &now) == WFD_WATCHDOG_ASK);
    fail_unless (wfd_watchdog_check (&dog, 1, TRUE, i, now + 1) == WFD_WATCHDOG_FINE);
  }
}

GST_END_TEST;

/* A firewall: it answers, and nothing comes. What came of a session before is not of
 * this one. */
GST_START_TEST (answer_without_any_picture_is_mute)
{
  WfdWatchdog dog;
  gint64 now;

  wfd_watchdog_start (&dog, LIMIT, 1000, START);
  fail_unless (wfd_watchdog_check (&dog, 1000, TRUE, 1, START + 1) == WFD_WATCHDOG_FINE);
  fail_unless (run (&dog, 1000, 1, &now) == WFD_WATCHDOG_ASK);
  fail_unless (wfd_watchdog_check (&dog, 1000, TRUE, 2, START + LIMIT - 1) == WFD_WATCHDOG_FINE);
  fail_unless (run (&dog, 1000, 2, &now) == WFD_WATCHDOG_ASK);
  fail_unless (wfd_watchdog_check (&dog, 1000, TRUE, 3, now + 1) == WFD_WATCHDOG_MUTE);
}

GST_END_TEST;

/* What cannot be decoded is no picture. Once there was one, there need be no other. */
GST_START_TEST (stream_without_a_picture_is_dark)
{
  WfdWatchdog dog;

  wfd_watchdog_start (&dog, LIMIT, 1000, START);
  fail_unless (wfd_watchdog_check (&dog, 2000, FALSE, 1, START + LIMIT - 1) == WFD_WATCHDOG_FINE);
  fail_unless (wfd_watchdog_check (&dog, 3000, FALSE, 2, START + LIMIT) == WFD_WATCHDOG_DARK);
  fail_unless (wfd_watchdog_check (&dog, 4000, TRUE, 3, START + 2 * LIMIT) == WFD_WATCHDOG_FINE);
}

GST_END_TEST;

GST_START_TEST (picture_is_life_and_nothing_is_asked)
{
  WfdWatchdog dog;
  gint64 now;

  wfd_watchdog_start (&dog, LIMIT, 0, START);
  for (guint i = 1; i < 100; i++)
    fail_unless (run (&dog, i, 0, &now) == WFD_WATCHDOG_FINE);
}

GST_END_TEST;

/* Whoever was busy himself must give the source the time to answer. */
GST_START_TEST (late_check_leaves_time_for_the_answer)
{
  WfdWatchdog dog;

  wfd_watchdog_start (&dog, LIMIT, 0, START);
  fail_unless (wfd_watchdog_check (&dog, 0, TRUE, 0, START + 3 * LIMIT) == WFD_WATCHDOG_ASK);
  fail_unless (wfd_watchdog_check (&dog, 0, TRUE, 0, START + 3 * LIMIT + 1) == WFD_WATCHDOG_FINE);
  fail_unless (wfd_watchdog_get_deadline_us (&dog) == START + 3 * LIMIT + LIMIT / 2);
}

GST_END_TEST;

static Suite *
wfd_watchdog_suite (void)
{
  Suite *suite = suite_create ("wfd-watchdog");
  TCase *tcase = tcase_create ("watchdog");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, silent_source_is_asked_and_then_given_up);
  tcase_add_test (tcase, answer_without_picture_is_life);
  tcase_add_test (tcase, answer_without_any_picture_is_mute);
  tcase_add_test (tcase, stream_without_a_picture_is_dark);
  tcase_add_test (tcase, picture_is_life_and_nothing_is_asked);
  tcase_add_test (tcase, late_check_leaves_time_for_the_answer);
  return suite;
}

GST_CHECK_MAIN (wfd_watchdog);
