/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the controller promises to whoever drives it, one promise at a time. How well
 * it does on links is in tests/rate. */
#include <base-limits.h>
#include <rate.h>
#include <string.h>

#include "rate-fixture.h"
#include "rate-script.h"

static void
test_follows_the_drain (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  cast (&f, 120, 20000);
  g_assert_cmpuint (f.decision.bitrate_kbps, >=, 17000);
  g_assert_cmpuint (f.decision.bitrate_kbps, <=, 22000);
  g_assert_cmpuint (view (&f).capacity_kbps, >=, 19000);
  g_assert_cmpuint (view (&f).capacity_kbps, <=, 21500);
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_QUEUE);
}

static void
test_keeps_within_bounds (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { .max_kbps = 10000, .min_kbps = 2000 });

  cast (&f, 120, 100000);
  g_assert_cmpuint (f.decision.bitrate_kbps, ==, 10000);
  g_assert_cmpint (f.decision.reason, ==, WFD_RATE_REASON_MAXIMUM);
  cast (&f, 120, 500);
  g_assert_cmpuint (f.decision.bitrate_kbps, ==, 2000);
  wfd_rate_set_bounds (f.rate, 3000, 5000);
  cast (&f, 1, 500);
  g_assert_cmpuint (f.decision.bitrate_kbps, ==, 3000);
}

static void
test_absurd_config (void)
{
  WfdRateConfig config;
  WfdRateDecision decision;
  WfdRate *rate;

  memset (&config, 0xff, sizeof (config));
  rate = wfd_rate_new (&config);
  wfd_rate_decide (rate, 0, &decision);
  g_assert_cmpuint (decision.bitrate_kbps, <=, WFD_LIMIT_RATE_KBPS);
  wfd_rate_free (rate);

  rate = wfd_rate_new (&(WfdRateConfig) { 0 });
  wfd_rate_decide (rate, 0, &decision);
  g_assert_cmpuint (decision.bitrate_kbps, ==, WFD_LIMIT_RATE_KBPS_LOW);
  g_assert_false (decision.skip);
  wfd_rate_free (rate);
}

/* Telling an encoder may cost a key frame. */
static void
test_encoder_is_told_of_moves_only (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  guint n_told = 0;

  cast (&f, 120, 20000);
  for (guint i = 0; i < 120; i++) {
    guint before = f.decision.bitrate_kbps;

    cast (&f, 1, 20000);
    n_told += f.decision.set_bitrate;
    if (!f.decision.set_bitrate)
      g_assert_cmpuint (f.decision.bitrate_kbps, ==, before);
  }
  g_assert_cmpuint (n_told, <=, 12);
  /* Out of new bounds it is told at once, however little. */
  wfd_rate_set_bounds (f.rate, 1000, f.decision.bitrate_kbps - 10);
  cast (&f, 1, 20000);
  g_assert_true (f.decision.set_bitrate);
}

static void
test_share_of_the_air (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { .air_share_permille = 250 });

  cast (&f, 240, 20000);
  g_assert_cmpuint (f.decision.bitrate_kbps, >=, 4000);
  g_assert_cmpuint (f.decision.bitrate_kbps, <=, 6000);
  g_assert_cmpint (f.decision.reason, ==, WFD_RATE_REASON_AIR_SHARE);
}

static void
test_sound_and_headers_count (void)
{
  g_auto (Fixture) plain = fixture (&(WfdRateConfig) { 0 });
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { .payload_permille = 900, .other_kbps = 1000 });

  cast (&plain, 1, 8000);
  cast (&f, 1, 8000);
  for (guint i = 0; i < 200; i++) {
    capture (&plain, 16667, 16667 * 8 / 10);
    capture (&f, 16667, 16667 * 8 / 10);
  }
  /* Of what the link carries, a megabit is sound and a tenth of the rest headers. */
  g_assert_cmpuint (f.decision.bitrate_kbps, >=, (plain.decision.bitrate_kbps - 1000) * 0.8);
  g_assert_cmpuint (f.decision.bitrate_kbps, <=, (plain.decision.bitrate_kbps - 1000) * 0.95);
}

static void
test_small_frames_tell_little (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  guint before;

  cast (&f, 120, 20000);
  before = view (&f).capacity_kbps;
  /* A still picture, each frame of which waits 8 ms for the air. */
  for (guint i = 0; i < 300; i++)
    capture (&f, 600, 8 * MS);
  g_assert_cmpuint (view (&f).capacity_kbps, >=, before);
  g_assert_cmpuint (view (&f).capacity_kbps, <=, before * 1.5);
  g_assert_cmpint (f.decision.reason, ==, WFD_RATE_REASON_CONTENT);
}

static void
test_gate_follows_the_link (void)
{
  g_auto (Fixture) fast = fixture (&(WfdRateConfig) { 0 });
  g_auto (Fixture) slow = fixture (&(WfdRateConfig) { 0 });

  cast (&fast, 120, 200000);
  cast (&slow, 120, 2000);
  g_assert_cmpuint (wfd_rate_get_gate_bytes (fast.rate), ==, WFD_LIMIT_RATE_GATE_BYTES);
  g_assert_cmpuint (wfd_rate_get_gate_bytes (slow.rate), <=, 3 * 1500);
}

static void
test_time_that_goes_back (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  cast (&f, 120, 20000);
  f.now_us = -3600 * S;
  cast (&f, 60, 20000);
  g_assert_cmpuint (f.decision.bitrate_kbps, >=, 15000);
  g_assert_cmpuint (f.decision.bitrate_kbps, <=, 22000);
  f.now_us = G_MAXINT64 - 10 * S;
  cast (&f, 60, 20000);
  g_assert_cmpuint (f.decision.bitrate_kbps, >=, 15000);
}

/* Nobody can look at the queue any more: pictures go on. */
static void
test_queue_that_vanishes (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  guint n_skipped = 0;

  cast (&f, 120, 20000);
  for (guint i = 0; i < 300; i++) {
    WfdRateFrame frame = { 20000, FALSE };

    wfd_rate_decide (f.rate, f.now_us, &f.decision);
    n_skipped += f.decision.skip;
    if (!f.decision.skip) {
      wfd_rate_feed_frame (f.rate, &frame, f.now_us);
      wfd_rate_feed_sent (f.rate, 20000, f.now_us);
    }
    look (&f, WFD_RATE_UNKNOWN);
    f.now_us += INTERVAL_US;
  }
  g_assert_cmpuint (n_skipped, ==, 0);
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_NONE);
}

/* So many captures of 3000 bytes, of which @left leave. */
static void
cast_into_queue (Fixture *self, guint n, gint64 left, gint64 *queue_bytes)
{
  for (guint i = 0; i < n; i++) {
    WfdRateFrame frame = { 3000, FALSE };

    wfd_rate_decide (self->rate, self->now_us, &self->decision);
    wfd_rate_feed_frame (self->rate, &frame, self->now_us);
    wfd_rate_feed_sent (self->rate, frame.bytes, self->now_us);
    *queue_bytes += frame.bytes - left;
    look (self, *queue_bytes);
    self->now_us += INTERVAL_US;
  }
}

/* A queue that nothing leaves is not believed; once something does it is, even if more comes than
 * leaves; one of always the same length is none. */
static void
test_queue_that_nothing_leaves (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  gint64 queue_bytes = 0;

  cast (&f, 120, 20000);
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_QUEUE);
  cast_into_queue (&f, 360, 0, &queue_bytes);
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_NONE);
  cast_into_queue (&f, 60, 3000, &queue_bytes);
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_NONE);
  cast_into_queue (&f, 2, 1000, &queue_bytes);
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_QUEUE);
}

/* What goes out while nothing can be seen makes what was seen before count for no less. */
static void
test_nothing_seen_is_no_rise (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  gint64 queue_bytes = 0;
  guint before;

  cast_into_queue (&f, 120, 3000, &queue_bytes);
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_NONE);
  look (&f, 0);
  wfd_rate_feed_sent (f.rate, 3000, f.now_us);
  look (&f, 3000);
  before = view (&f).capacity_kbps;
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_QUEUE);
  f.now_us += 20 * MS;
  look (&f, 100);
  g_assert_cmpuint (view (&f).capacity_kbps, >=, before / 2);
}

/* Nobody even tries to look any more. */
static void
test_looks_that_end (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  guint n_encoded = 0;

  cast (&f, 120, 20000);
  for (guint i = 0; i < 300; i++) {
    WfdRateFrame frame = { 20000, FALSE };

    wfd_rate_decide (f.rate, f.now_us, &f.decision);
    n_encoded += !f.decision.skip;
    if (!f.decision.skip) {
      wfd_rate_feed_frame (f.rate, &frame, f.now_us);
      wfd_rate_feed_sent (f.rate, 20000, f.now_us);
    }
    f.now_us += INTERVAL_US;
  }
  g_assert_cmpuint (n_encoded, >=, 30);
}

/* An answer to a round trip shows that what was sent before it has left the device. */
static void
test_answers_empty_the_device (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  wfd_rate_feed_rtt (f.rate, 3 * MS, 0, f.now_us);
  for (guint i = 0; i < 60; i++) {
    capture (&f, 16000, 2 * MS);
    wfd_rate_feed_rtt (f.rate, 90 * MS, 0, f.now_us);
  }
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_RTT);
  g_assert_cmpint (view (&f).backlog_us, >, 10 * MS);
  f.now_us += 100 * MS;
  wfd_rate_feed_rtt (f.rate, 3 * MS, 0, f.now_us);
  g_assert_cmpint (view (&f).backlog_us, ==, 0);
}

/* @late_us: what was sent since the answer came is not proved by it. */
static gint64
get_backlog_after_answer (gint64 late_us)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  /* A stream begins at any time of its clock. */
  f.now_us = 5000 * MS;
  wfd_rate_feed_rtt (f.rate, 3 * MS, 0, f.now_us);
  for (guint i = 0; i < 60; i++) {
    capture (&f, 16000, 2 * MS);
    wfd_rate_feed_rtt (f.rate, 90 * MS, 0, f.now_us);
  }
  wfd_rate_feed_rtt (f.rate, 3 * MS, late_us, f.now_us);
  return view (&f).backlog_us;
}

static void
test_late_news_of_an_answer_count_from_when_it_came (void)
{
  g_assert_cmpint (get_backlog_after_answer (60 * MS), >, get_backlog_after_answer (0));
}

/* Of a link of 20 Mbit/s. */
static guint
get_capacity_with_answers (gint64 age_us)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  for (guint i = 0; i < 600; i++) {
    cast (&f, 1, 20000);
    wfd_rate_feed_rtt (f.rate, 3 * MS, age_us, f.now_us);
  }
  return view (&f).capacity_kbps;
}

static void
test_late_news_of_an_answer_take_no_time (void)
{
  guint at_once = get_capacity_with_answers (0);

  g_assert_cmpuint (at_once, >=, 19000);
  g_assert_cmpuint (get_capacity_with_answers (10 * MS), ==, at_once);
}

/* Threads look at the clock, and then one comes before the other: while 20000 bytes take 8 ms. */
static void
test_time_of_a_thread_that_is_behind_has_passed_already (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  const WfdRateFrame frame = { 20000, FALSE };

  for (guint i = 0; i < 600; i++) {
    wfd_rate_decide (f.rate, f.now_us, &f.decision);
    wfd_rate_feed_frame (f.rate, &frame, f.now_us);
    wfd_rate_feed_sent (f.rate, frame.bytes, f.now_us);
    look (&f, frame.bytes);
    f.now_us -= 5 * MS;
    look (&f, frame.bytes);
    f.now_us += 13 * MS;
    look (&f, 0);
    f.now_us += INTERVAL_US - 8 * MS;
  }
  g_assert_cmpuint (view (&f).capacity_kbps, >=, 18000);
}

/* Round trips go on while nothing is sent. */
static void
test_device_that_hides_is_looked_at_while_nothing_is_sent (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  g_assert_false (wfd_rate_wants_look (f.rate));
  wfd_rate_feed_sent (f.rate, 5000, f.now_us);
  g_assert_true (wfd_rate_wants_look (f.rate));
  look (&f, 0);
  g_assert_false (wfd_rate_wants_look (f.rate));
  wfd_rate_feed_rtt (f.rate, 3 * MS, 0, f.now_us);
  for (guint i = 0; i < 60; i++) {
    capture (&f, 16000, 2 * MS);
    wfd_rate_feed_rtt (f.rate, 90 * MS, 0, f.now_us);
  }
  g_assert_true (wfd_rate_wants_look (f.rate));
}

/* Of 60 captures, how many want a look between the hand-over and the next capture, over a link of
 * @kbps that the looks see. */
static guint
count_looks (Fixture *self, guint kbps)
{
  guint n = 0;

  for (guint i = 0; i < 60; i++) {
    gint64 begun_us = self->now_us, look_us, drain_us;
    WfdRateFrame frame;

    wfd_rate_decide (self->rate, self->now_us, &self->decision);
    frame = (WfdRateFrame) { self->decision.bitrate_kbps * 125 / 60, FALSE };
    drain_us = (gint64) frame.bytes * 8000 / kbps;
    wfd_rate_feed_frame (self->rate, &frame, self->now_us);
    wfd_rate_feed_sent (self->rate, frame.bytes, self->now_us);
    self->sent_bytes += frame.bytes;
    look_us = wfd_rate_get_look_us (self->rate);
    if (look_us < INTERVAL_US - 5 * MS) {
      n++;
      self->now_us = begun_us + look_us;
      look (self, MAX (frame.bytes - frame.bytes * look_us / drain_us, 0));
    }
    self->now_us = begun_us + INTERVAL_US;
    look (self, 0);
  }
  return n;
}

/* What has room to spare need not be measured each time, if it cannot become more. */
static void
test_pictures_at_the_maximum_are_measured_in_turn (void)
{
  g_auto (Fixture) easy = fixture (&(WfdRateConfig) { .max_kbps = 8000, .encode_us = 5 * MS });
  g_auto (Fixture) full = fixture (&(WfdRateConfig) { .encode_us = 5 * MS });

  count_looks (&easy, 14000);
  g_assert_cmpuint (count_looks (&easy, 14000), ==, 30);
  count_looks (&full, 14000);
  g_assert_cmpuint (count_looks (&full, 14000), ==, 60);
}

/* @bytes right after the tables of the stream, while the radio is elsewhere for @away_us. */
static void
capture_away (Fixture *self, guint bytes, gint64 away_us)
{
  WfdRateFrame frame = { bytes, FALSE };
  gint64 end_us = self->now_us + away_us;

  wfd_rate_decide (self->rate, self->now_us, &self->decision);
  wfd_rate_feed_sent (self->rate, 228, self->now_us);
  wfd_rate_feed_frame (self->rate, &frame, self->now_us);
  wfd_rate_feed_sent (self->rate, bytes, self->now_us);
  for (; self->now_us < end_us; self->now_us += 6 * MS)
    look (self, bytes + 228);
  look (self, 0);
}

/* Both what waits in the kernel and round trips take long then. */
static void
test_radio_that_is_elsewhere_is_no_device_that_hides (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  wfd_rate_feed_rtt (f.rate, 3 * MS, 0, f.now_us);
  for (guint i = 0; i < 200; i++) {
    capture_away (&f, 2000, 36 * MS);
    wfd_rate_feed_rtt (f.rate, 36 * MS, 0, f.now_us);
    f.now_us += 60 * MS;
  }
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_QUEUE);
}

static void
test_small_frames_that_wait_for_the_radio_tell_nothing (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { .interval_us = 33333 });
  guint capacity_kbps;

  cast (&f, 120, 20000);
  capacity_kbps = view (&f).capacity_kbps;
  for (guint i = 0; i < 200; i++) {
    capture_away (&f, 2000, 36 * MS);
    f.now_us += 10 * MS;
  }
  g_assert_cmpuint (view (&f).capacity_kbps, >=, capacity_kbps);
}

/* A radio that is elsewhere for 40 of each 100 ms, and little to send, says nothing of how
 * much it carries. */
static void
test_little_to_send_is_no_slow_device (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { .start_kbps = 20000 });
  guint capacity_kbps;

  wfd_rate_feed_rtt (f.rate, 3 * MS, 0, f.now_us);
  for (guint i = 0; i < 60; i++) {
    capture (&f, 40000, 2 * MS);
    wfd_rate_feed_rtt (f.rate, 60 * MS, 0, f.now_us);
  }
  capacity_kbps = view (&f).capacity_kbps;
  for (guint i = 0; i < 300; i++) {
    capture (&f, 1500, 2 * MS);
    if (i % 6 == 0)
      wfd_rate_feed_rtt (f.rate, i % 12 == 0 ? 14 * MS : 20 * MS, 0, f.now_us);
  }
  g_assert_cmpuint (view (&f).capacity_kbps, >, capacity_kbps / 4);
}

static void
test_nothing_seen_is_not_a_fast_link (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  /* All of it is gone at once, as on a tunnel. */
  for (guint i = 0; i < 120; i++) {
    WfdRateFrame frame = { 16000, FALSE };

    wfd_rate_decide (f.rate, f.now_us, &f.decision);
    wfd_rate_feed_frame (f.rate, &frame, f.now_us);
    wfd_rate_feed_sent (f.rate, 16000, f.now_us);
    look (&f, 0);
    f.now_us += INTERVAL_US;
  }
  g_assert_cmpint (view (&f).signal, ==, WFD_RATE_SIGNAL_NONE);
  g_assert_cmpuint (f.decision.bitrate_kbps, <=, 12000);
  /* But it may be one. */
  g_assert_cmpuint (f.decision.bitrate_kbps, >, 8000);
  /* A loss says that it is not. */
  wfd_rate_feed_key_request (f.rate, f.now_us);
  g_assert_cmpuint (view (&f).capacity_kbps, <=, 9000);
}

static void
test_ladder_halves_and_returns (void)
{
  g_auto (Fixture) f =
      fixture (&(WfdRateConfig) { .width = 1920, .height = 1080, .min_kbps = 500 });
  guint n_encoded = 0;

  cast_for (&f, 2 * S, 3000);
  g_assert_cmpuint (f.decision.frame_divisor, ==, 2);
  for (guint i = 0; i < 60; i++) {
    cast (&f, 1, 3000);
    n_encoded += !f.decision.skip;
    /* Of what is left out nothing is decided, or the picture after it would get half. */
    if (f.decision.reason == WFD_RATE_REASON_SKIP_FRAME_RATE)
      g_assert_false (f.decision.set_bitrate);
  }
  g_assert_cmpuint (n_encoded, >=, 28);
  g_assert_cmpuint (n_encoded, <=, 30);
  cast_for (&f, 8 * S, 40000);
  g_assert_cmpuint (f.decision.frame_divisor, ==, 2);
  cast_for (&f, 6 * S, 40000);
  g_assert_cmpuint (f.decision.frame_divisor, ==, 1);
}

/* Whatever it is that leaves too few bits, and not if the minimum is enough. */
static void
test_ladder_goes_by_what_the_encoder_gets (void)
{
  const WfdRateConfig picture = { .width = 1920, .height = 1080 };
  WfdRateConfig share = picture, minimum = picture;
  g_auto (Fixture) all = fixture (&picture), reports = fixture (&picture);

  share.air_share_permille = 250;
  minimum.min_kbps = 5000;
  g_auto (Fixture) part = fixture (&share), least = fixture (&minimum);
  cast_for (&all, 5 * S, 8000);
  g_assert_cmpuint (all.decision.frame_divisor, ==, 1);
  cast_for (&part, 5 * S, 8000);
  g_assert_cmpuint (part.decision.frame_divisor, ==, 2);
  cast_for (&least, 5 * S, 3000);
  g_assert_cmpuint (least.decision.frame_divisor, ==, 1);
  for (guint i = 0; i < 10; i++) {
    wfd_rate_feed_report (reports.rate, &(WfdRateReport) { 100 }, reports.now_us);
    cast_for (&reports, 1 * S, 8000);
  }
  g_assert_cmpuint (reports.decision.frame_divisor, ==, 2);
}

static void
test_ladder_makes_the_picture_smaller (void)
{
  g_auto (Fixture) f = fixture (
      &(WfdRateConfig) { .width = 1920, .height = 1080, .min_kbps = 300, .can_shrink = TRUE });

  cast_for (&f, 6 * S, 1000);
  g_assert_cmpint (f.decision.resize, ==, -1);
  wfd_rate_set_picture (f.rate, 640, 480, FALSE, TRUE);
  cast_for (&f, 1 * S, 1000);
  g_assert_cmpint (f.decision.resize, ==, 0);
  cast_for (&f, 14 * S, 20000);
  g_assert_cmpint (f.decision.resize, ==, 1);
}

static void
test_ladder_needs_a_picture (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { .min_kbps = 300 });

  cast (&f, 60 * 6, 1000);
  g_assert_cmpuint (f.decision.frame_divisor, ==, 1);
  g_assert_cmpint (f.decision.resize, ==, 0);
}

static void
test_reasons_have_text (void)
{
  for (guint i = 0; i < WFD_RATE_N_REASONS; i++) {
    const char *text = wfd_rate_reason_to_text (i);

    g_assert_cmpuint (strlen (text), >, 5);
    g_assert_null (strchr (text, '\n'));
    for (guint j = 0; j < i; j++)
      g_assert_cmpstr (text, !=, wfd_rate_reason_to_text (j));
  }
}

/* Sessions nobody would believe; the fuzzer looks for worse ones. */
static void
test_wild_sessions (void)
{
  for (guint i = 0; i < 400; i++) {
    guint8 bytes[2000];

    for (guint j = 0; j < sizeof (bytes); j++)
      bytes[j] = g_test_rand_int_range (0, 256);
    rate_script_run (bytes, g_test_rand_int_range (0, sizeof (bytes)));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate/follows-the-drain", test_follows_the_drain);
  g_test_add_func ("/rate/keeps-within-bounds", test_keeps_within_bounds);
  g_test_add_func ("/rate/absurd-config", test_absurd_config);
  g_test_add_func ("/rate/encoder-is-told-of-moves-only", test_encoder_is_told_of_moves_only);
  g_test_add_func ("/rate/share-of-the-air", test_share_of_the_air);
  g_test_add_func ("/rate/sound-and-headers-count", test_sound_and_headers_count);
  g_test_add_func ("/rate/small-frames-tell-little", test_small_frames_tell_little);
  g_test_add_func ("/rate/gate-follows-the-link", test_gate_follows_the_link);
  g_test_add_func ("/rate/time-that-goes-back", test_time_that_goes_back);
  g_test_add_func ("/rate/queue-that-vanishes", test_queue_that_vanishes);
  g_test_add_func ("/rate/queue-that-nothing-leaves", test_queue_that_nothing_leaves);
  g_test_add_func ("/rate/nothing-seen-is-no-rise", test_nothing_seen_is_no_rise);
  g_test_add_func ("/rate/looks-that-end", test_looks_that_end);
  g_test_add_func ("/rate/answers-empty-the-device", test_answers_empty_the_device);
  g_test_add_func ("/rate/late-news-of-an-answer-count-from-when-it-came",
      test_late_news_of_an_answer_count_from_when_it_came);
  g_test_add_func ("/rate/signal/late-answer-takes-no-time",
      test_late_news_of_an_answer_take_no_time);
  g_test_add_func ("/rate/signal/thread-behind",
      test_time_of_a_thread_that_is_behind_has_passed_already);
  g_test_add_func ("/rate/radio-that-is-elsewhere-is-no-device-that-hides",
      test_radio_that_is_elsewhere_is_no_device_that_hides);
  g_test_add_func ("/rate/small-frames-that-wait-for-the-radio-tell-nothing",
      test_small_frames_that_wait_for_the_radio_tell_nothing);
  g_test_add_func ("/rate/device-that-hides-is-looked-at-while-nothing-is-sent",
      test_device_that_hides_is_looked_at_while_nothing_is_sent);
  g_test_add_func ("/rate/looks/at-the-maximum-in-turn",
      test_pictures_at_the_maximum_are_measured_in_turn);
  g_test_add_func ("/rate/little-to-send-is-no-slow-device", test_little_to_send_is_no_slow_device);
  g_test_add_func ("/rate/nothing-seen-is-not-a-fast-link", test_nothing_seen_is_not_a_fast_link);
  g_test_add_func ("/rate/ladder/halves-and-returns", test_ladder_halves_and_returns);
  g_test_add_func ("/rate/ladder/goes-by-what-the-encoder-gets",
      test_ladder_goes_by_what_the_encoder_gets);
  g_test_add_func ("/rate/ladder/makes-the-picture-smaller", test_ladder_makes_the_picture_smaller);
  g_test_add_func ("/rate/ladder/needs-a-picture", test_ladder_needs_a_picture);
  g_test_add_func ("/rate/reasons-have-text", test_reasons_have_text);
  g_test_add_func ("/rate/wild-sessions", test_wild_sessions);
  return g_test_run ();
}
