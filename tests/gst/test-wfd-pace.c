/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-pace.h>

#define MS GST_MSECOND

/* How many of @n pictures, @interval apart, leave in time at 30 per second. A
 * picture that is not due yet waits, and is replaced by the next. */
static guint
count_leaving (guint n, GstClockTime interval, GstClockTime jitter)
{
  WfdPace pace;
  guint left = 0;
  gboolean waits = FALSE;

  wfd_pace_init (&pace, 30, 1);
  for (guint i = 0; i < n; i++) {
    GstClockTime now = GST_SECOND + i * interval + (i % 2) * jitter;

    wfd_pace_note_arrival (&pace, now);
    if (waits && wfd_pace_get_due (&pace) <= now) {
      wfd_pace_note (&pace, wfd_pace_get_due (&pace));
      left++;
    }
    waits = now < wfd_pace_get_due (&pace);
    if (!waits) {
      wfd_pace_note (&pace, now);
      left++;
    }
  }
  return left;
}

GST_START_TEST (right_rate_passes_whole)
{
  fail_unless_equals_int (count_leaving (300, GST_SECOND / 30, 0), 300);
}

GST_END_TEST;

GST_START_TEST (right_rate_passes_whole_though_it_jitters)
{
  fail_unless_equals_int (count_leaving (300, GST_SECOND / 30, 7 * MS), 300);
}

GST_END_TEST;

GST_START_TEST (twice_the_rate_is_halved)
{
  guint left = count_leaving (600, GST_SECOND / 60, 0);

  fail_unless (left >= 299 && left <= 302, "%u", left);
}

GST_END_TEST;

/* And not every second one of them, which would be 25. */
GST_START_TEST (fifty_become_thirty)
{
  guint left = count_leaving (500, GST_SECOND / 50, 0);

  fail_unless (left >= 298 && left <= 302, "%u", left);
}

GST_END_TEST;

/* As after a picture that was repeated when the session began. */
GST_START_TEST (right_rate_is_not_held_whenever_the_first_one_left)
{
  for (GstClockTime phase = 0; phase < GST_SECOND / 30; phase += MS) {
    WfdPace pace;

    wfd_pace_init (&pace, 30, 1);
    wfd_pace_note (&pace, GST_SECOND);
    for (guint i = 0; i < 30; i++) {
      GstClockTime now = GST_SECOND + phase + i * (GST_SECOND / 30);

      wfd_pace_note_arrival (&pace, now);
      fail_unless (wfd_pace_get_due (&pace) <= now, "%u ms, %u", (guint) (phase / MS), i);
      wfd_pace_note (&pace, now);
    }
  }
}

GST_END_TEST;

/* 60 a second, of which nothing left yet. */
static void
begin_too_fast (WfdPace *pace)
{
  wfd_pace_init (pace, 30, 1);
  for (guint i = 0; i < 30; i++)
    wfd_pace_note_arrival (pace, GST_SECOND / 2 + i * (GST_SECOND / 60));
}

GST_START_TEST (first_picture_leaves_at_once)
{
  WfdPace pace;

  begin_too_fast (&pace);
  fail_unless_equals_uint64 (wfd_pace_get_due (&pace), 0);
  wfd_pace_note (&pace, 5 * GST_SECOND);
  fail_unless (wfd_pace_get_due (&pace) > 5 * GST_SECOND);
  wfd_pace_restart (&pace);
  fail_unless_equals_uint64 (wfd_pace_get_due (&pace), 0);
  fail_unless_equals_uint64 (wfd_pace_get_repeat (&pace), GST_CLOCK_TIME_NONE);
}

GST_END_TEST;

GST_START_TEST (break_does_not_let_many_through)
{
  WfdPace pace;

  begin_too_fast (&pace);
  wfd_pace_note (&pace, GST_SECOND);
  /* Ten seconds late: the next one is a period away, and not long ago. */
  wfd_pace_note (&pace, 11 * GST_SECOND);
  fail_unless (wfd_pace_get_due (&pace) >= 11 * GST_SECOND + 20 * MS);
}

GST_END_TEST;

GST_START_TEST (last_picture_is_due_again_after_a_period_and_a_half)
{
  WfdPace pace;

  wfd_pace_init (&pace, 25, 1);
  wfd_pace_note (&pace, GST_SECOND);
  fail_unless_equals_uint64 (wfd_pace_get_repeat (&pace), GST_SECOND + 60 * MS);
}

GST_END_TEST;

/* Whatever comes: what is too much has no place. */
GST_START_TEST (pictures_have_the_times_of_the_rate)
{
  static const struct
  {
    gint rate_n;
    gint rate_d;
    gint came_hz;
  } rows[] = { { 60, 1, 30 }, { 24, 1, 30 }, { 30, 1, 30 }, { 30000, 1001, 30 }, { 60, 1, 7 },
    { 30, 1, 31 } };
  GstClockTime last = GST_CLOCK_TIME_NONE;
  guint n = 0;
  WfdPace pace;

  wfd_pace_init (&pace, rows[__i__].rate_n, rows[__i__].rate_d);
  for (gint i = 0; i < 10 * rows[__i__].came_hz; i++) {
    GstClockTime jitter = (i * 7919) % 5 * GST_MSECOND;
    GstClockTime came = gst_util_uint64_scale (i, GST_SECOND, rows[__i__].came_hz) + jitter;
    GstClockTime placed = wfd_pace_place (&pace, came, came, last);
    guint64 slot;

    if (!GST_CLOCK_TIME_IS_VALID (placed))
      continue;
    slot =
        gst_util_uint64_scale_round (placed, rows[__i__].rate_n, rows[__i__].rate_d * GST_SECOND);
    fail_unless_equals_uint64 (placed,
        gst_util_uint64_scale_round (slot, rows[__i__].rate_d * GST_SECOND, rows[__i__].rate_n));
    fail_unless (n == 0 || placed > last);
    fail_unless (placed <= came + pace.period && placed + pace.period >= came);
    last = placed;
    n++;
  }
  fail_unless (n + 1 >= 10u * MIN (rows[__i__].came_hz, rows[__i__].rate_n / rows[__i__].rate_d));
}
GST_END_TEST;

/* The last one was shown again meanwhile. */
GST_START_TEST (picture_that_comes_late_has_the_next_place)
{
  WfdPace pace;

  wfd_pace_init (&pace, 25, 1);
  fail_unless_equals_uint64 (
      wfd_pace_place (&pace, GST_SECOND, 2 * GST_SECOND, 2 * GST_SECOND - 40 * GST_MSECOND),
      2 * GST_SECOND);
}
GST_END_TEST;

/* A source that is held up makes up for it: what it captured meanwhile, of which the last one
 * before was shown again, comes at once. It costs as many pictures as were shown again, and
 * those after it are as early as those before. */
GST_START_TEST (picture_that_was_held_up_delays_no_other)
{
  const GstClockTime period = 40 * MS, held_up = __i__ * period + 30 * MS;
  GstClockTime last = GST_CLOCK_TIME_NONE, placed;
  guint n_dropped = 0;
  WfdPace pace;

  wfd_pace_init (&pace, 25, 1);
  for (gint i = 0; i < 20; i++) {
    GstClockTime captured = i * period, came = captured + 2 * MS;

    if (i == 10) {
      for (gint again = 0; again < __i__; again++)
        last = wfd_pace_place (&pace, captured + again * period, came + again * period, last);
    }
    if (i >= 10)
      came = MAX (came, 10 * period + held_up);
    placed = wfd_pace_place (&pace, captured, came, last);
    if (!GST_CLOCK_TIME_IS_VALID (placed)) {
      n_dropped++;
      continue;
    }
    fail_unless (placed <= MAX (captured, came));
    last = placed;
  }
  fail_unless_equals_int (n_dropped, __i__);
}
GST_END_TEST;

GST_START_TEST (without_a_rate_everything_leaves_at_once)
{
  WfdPace pace;

  wfd_pace_init (&pace, 0, 1);
  for (guint i = 0; i < 5; i++) {
    fail_unless (wfd_pace_get_due (&pace) <= GST_SECOND);
    wfd_pace_note (&pace, GST_SECOND);
  }
  fail_unless_equals_uint64 (wfd_pace_get_repeat (&pace), GST_CLOCK_TIME_NONE);
}

GST_END_TEST;

static Suite *
wfd_pace_suite (void)
{
  Suite *suite = suite_create ("wfd-pace");
  TCase *pace = tcase_create ("pace");

  suite_add_tcase (suite, pace);
  tcase_add_test (pace, right_rate_passes_whole);
  tcase_add_test (pace, right_rate_passes_whole_though_it_jitters);
  tcase_add_test (pace, right_rate_is_not_held_whenever_the_first_one_left);
  tcase_add_test (pace, twice_the_rate_is_halved);
  tcase_add_test (pace, fifty_become_thirty);
  tcase_add_test (pace, first_picture_leaves_at_once);
  tcase_add_test (pace, break_does_not_let_many_through);
  tcase_add_test (pace, last_picture_is_due_again_after_a_period_and_a_half);
  tcase_add_loop_test (pace, pictures_have_the_times_of_the_rate, 0, 6);
  tcase_add_test (pace, picture_that_comes_late_has_the_next_place);
  tcase_add_loop_test (pace, picture_that_was_held_up_delays_no_other, 0, 4);
  tcase_add_test (pace, without_a_rate_everything_leaves_at_once);
  return suite;
}

GST_CHECK_MAIN (wfd_pace);
