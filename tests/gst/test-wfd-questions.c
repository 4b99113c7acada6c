/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-questions.h>

#define S G_TIME_SPAN_SECOND

static guint64
begin (WfdQuestions *questions, guint n, gint64 now_us)
{
  g_autofree char *key = g_strdup_printf ("pairing %u", n);

  return wfd_questions_begin (questions, key, now_us);
}

GST_START_TEST (who_repeats_himself_is_asked_about_once)
{
  WfdQuestions questions = { 0 };
  guint64 first = begin (&questions, 1, 0);

  fail_unless (first != 0);
  fail_unless (begin (&questions, 1, 119 * S) == 0);
  fail_unless (begin (&questions, 2, 119 * S) != 0);
  wfd_questions_end (&questions, first);
  fail_unless (begin (&questions, 1, 119 * S) != 0);
  wfd_questions_clear (&questions);
}
GST_END_TEST

/* Its handler has nothing to do with that, and may still wait. */
GST_START_TEST (what_somebody_else_has_answered_may_be_asked_again)
{
  WfdQuestions questions = { 0 };
  guint64 first = begin (&questions, 1, 0);

  wfd_questions_answer (&questions, "pairing 2");
  fail_unless (begin (&questions, 1, S) == 0);
  wfd_questions_answer (&questions, "pairing 1");
  fail_unless (begin (&questions, 1, S) != 0);
  wfd_questions_end (&questions, first);
  fail_unless (begin (&questions, 1, S) == 0);
  fail_unless (questions.n_running == 1);
  wfd_questions_clear (&questions);
}
GST_END_TEST

/* Nobody waits for that long; its handler may still think about it. */
GST_START_TEST (after_two_minutes_it_is_asked_again)
{
  WfdQuestions questions = { 0 };
  guint64 first = begin (&questions, 1, 0), second;

  second = begin (&questions, 1, 120 * S);
  fail_unless (second != 0);
  wfd_questions_end (&questions, first);
  fail_unless (begin (&questions, 1, 121 * S) == 0);
  wfd_questions_end (&questions, second);
  fail_unless (begin (&questions, 1, 121 * S) != 0);
  wfd_questions_clear (&questions);
}
GST_END_TEST

GST_START_TEST (strangers_do_not_keep_others_out)
{
  WfdQuestions questions = { 0 };

  for (guint i = 0; i < 9; i++)
    fail_unless (begin (&questions, i, i) != 0);
  fail_unless (begin (&questions, 8, 10) == 0);
  /* The oldest has made room, and may come again. */
  fail_unless (begin (&questions, 0, 10) != 0);
  wfd_questions_clear (&questions);
}
GST_END_TEST

GST_START_TEST (there_is_an_end_of_threads)
{
  WfdQuestions questions = { 0 };
  guint64 oldest = 0;
  guint n = 0;

  for (guint i = 0; i < 100; i++) {
    guint64 id = begin (&questions, i, i * 1000 * S);

    oldest = oldest != 0 ? oldest : id;
    n += id != 0;
  }
  fail_unless_equals_int (n, 32);
  wfd_questions_end (&questions, oldest);
  fail_unless (begin (&questions, 100, 100000 * S) != 0);
  fail_unless (begin (&questions, 101, 100000 * S) == 0);
  wfd_questions_clear (&questions);
}
GST_END_TEST

static Suite *
wfd_questions_suite (void)
{
  Suite *suite = suite_create ("wfd-questions");
  TCase *tc = tcase_create ("questions");

  tcase_add_test (tc, who_repeats_himself_is_asked_about_once);
  tcase_add_test (tc, what_somebody_else_has_answered_may_be_asked_again);
  tcase_add_test (tc, after_two_minutes_it_is_asked_again);
  tcase_add_test (tc, strangers_do_not_keep_others_out);
  tcase_add_test (tc, there_is_an_end_of_threads);
  suite_add_tcase (suite, tc);
  return suite;
}

GST_CHECK_MAIN (wfd_questions);
