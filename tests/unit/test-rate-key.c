/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is lost, and the key frames that are wanted for it: at once, later, or never. */
#include "rate-fixture.h"

static void
test_key_requests_are_answered (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  guint n = 0;

  cast (&f, 60, 20000);
  /* Eight at once, as a Samsung sink sends them: one key frame. */
  for (guint i = 0; i < 8; i++)
    wfd_rate_feed_key_request (f.rate, f.now_us);
  for (guint i = 0; i < 60; i++) {
    cast (&f, 1, 20000);
    n += f.decision.key;
  }
  g_assert_cmpuint (n, ==, 1);
  /* One each 300 ms: each is answered. */
  for (guint i = 0; i < 10 * 18; i++) {
    if (i % 18 == 0)
      wfd_rate_feed_key_request (f.rate, f.now_us);
    cast (&f, 1, 20000);
    n += f.decision.key;
  }
  g_assert_cmpuint (n, ==, 11);
}

static guint
count_keys (Fixture *self, guint n)
{
  guint n_keys = 0;

  for (guint i = 0; i < n; i++) {
    cast (self, 1, 20000);
    n_keys += self->decision.key;
  }
  return n_keys;
}

static void
test_keys_soon_after_each_other (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  cast (&f, 60, 20000);
  wfd_rate_feed_key_request (f.rate, f.now_us);
  g_assert_cmpuint (count_keys (&f, 6), ==, 1);
  /* 100 ms later: the first may have gone by when nobody listened. Answered when 250 ms
   * have passed. */
  wfd_rate_feed_key_request (f.rate, f.now_us);
  g_assert_cmpuint (count_keys (&f, 8), ==, 0);
  g_assert_cmpuint (count_keys (&f, 4), ==, 1);
}

static void
test_key_waits_for_the_link (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  WfdRateFrame frame = { 30000, FALSE };

  cast (&f, 60, 20000);
  wfd_rate_feed_frame (f.rate, &frame, f.now_us);
  wfd_rate_feed_sent (f.rate, 30000, f.now_us);
  look (&f, 30000);
  wfd_rate_feed_key_request (f.rate, f.now_us);
  f.now_us += 40 * MS;
  look (&f, 30000);
  wfd_rate_decide (f.rate, f.now_us, &f.decision);
  g_assert_true (f.decision.skip);
  g_assert_cmpint (f.decision.reason, ==, WFD_RATE_REASON_SKIP_KEY);
  f.now_us += 17 * MS;
  look (&f, 0);
  wfd_rate_decide (f.rate, f.now_us, &f.decision);
  g_assert_true (f.decision.key);
}

static void
feed_counters (Fixture *self, gint64 failed, gint64 drops)
{
  WfdRateStation station = { 65000, WFD_RATE_UNKNOWN, failed, WFD_RATE_UNKNOWN, drops };

  wfd_rate_feed_station (self->rate, &station, self->now_us);
}

/* A key frame, and after so many captures something that our own machine knows of: of the captures
 * until the next key frame, or 0 if 60 go by without. */
static guint
count_to_next_key (guint n_after, void (*tell) (Fixture *self))
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { .max_kbps = 10000 });

  cast (&f, 60, 20000);
  feed_counters (&f, 0, 0);
  wfd_rate_feed_key_request (f.rate, f.now_us);
  g_assert_cmpuint (count_keys (&f, 1), ==, 1);
  g_assert_cmpuint (count_keys (&f, n_after), ==, 0);
  tell (&f);
  for (guint i = 1; i <= 60; i++)
    if (count_keys (&f, 1) > 0)
      return n_after + i;
  return 0;
}

static void
lose_last_packet (Fixture *self)
{
  WfdRateCompletion lost = { self->sent_bytes, TRUE };

  self->tells_packets = TRUE;
  wfd_rate_feed_completion (self->rate, &lost, self->now_us);
}

static void
drop_in_queue (Fixture *self)
{
  feed_counters (self, 0, 1);
}

static void
fail_on_the_air (Fixture *self)
{
  feed_counters (self, 1, 0);
}

/* Whatever is lost of a key frame, or after it, gets another one: 250 ms after it, or 500 if only
 * the driver's counter says so. */
static void
test_loss_after_a_key_is_repaired (void)
{
  for (guint n = 0; n <= 30; n += 3) {
    g_assert_cmpuint (count_to_next_key (n, lose_last_packet), ==, MAX (15, n + 1));
    g_assert_cmpuint (count_to_next_key (n, drop_in_queue), ==, MAX (15, n + 1));
    g_assert_cmpuint (count_to_next_key (n, fail_on_the_air), ==, MAX (30, n + 1));
  }
}

static void
lose_what_was_before (Fixture *self)
{
  WfdRateCompletion lost = { self->key_at_bytes, TRUE };

  self->tells_packets = TRUE;
  wfd_rate_feed_completion (self->rate, &lost, self->now_us);
}

/* The key frame has repaired it already. */
static void
test_loss_before_a_key_needs_no_other (void)
{
  for (guint n = 0; n <= 30; n += 3)
    g_assert_cmpuint (count_to_next_key (n, lose_what_was_before), ==, 0);
}

static void
test_counters_that_wrap (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });

  cast (&f, 60, 20000);
  /* Unknown, known for the first time, back to the beginning, a jump: nothing happened. */
  feed_counters (&f, WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN);
  feed_counters (&f, 4294967290, 1000);
  feed_counters (&f, 3, 0);
  feed_counters (&f, G_MAXINT64, G_MAXINT64);
  feed_counters (&f, 5, 5);
  feed_counters (&f, WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN);
  cast (&f, 1, 20000);
  g_assert_false (f.decision.key);
  g_assert_cmpuint (view (&f).n_drops, ==, 0);
  /* One more: something did. */
  feed_counters (&f, 5, 5);
  feed_counters (&f, 6, 5);
  cast (&f, 1, 20000);
  g_assert_true (f.decision.key);
}

static void
test_air_loss_leaves_the_rate (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  guint before;

  cast (&f, 120, 20000);
  before = view (&f).capacity_kbps;
  feed_counters (&f, 0, 0);
  feed_counters (&f, 1, 0);
  g_assert_cmpuint (view (&f).capacity_kbps, ==, before);
  /* What our own machine drops does not. */
  feed_counters (&f, 1, 3);
  g_assert_cmpuint (view (&f).capacity_kbps, <=, before / 1.2);
  g_assert_cmpuint (view (&f).n_drops, ==, 3);
}

static void
test_lying_failures_make_few_keys (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  guint n = 0;

  cast (&f, 60, 20000);
  for (guint i = 0; i < 600; i++) {
    feed_counters (&f, i, 0);
    cast (&f, 1, 20000);
    n += f.decision.key;
  }
  /* Two a second. */
  g_assert_cmpuint (n, <=, 2 * f.now_us / S + 1);
}

static void
report (Fixture *self, gint64 loss_permille)
{
  WfdRateReport got = { loss_permille };

  wfd_rate_feed_report (self->rate, &got, self->now_us);
  cast (self, 30, 20000);
}

static void
test_reports_cap (void)
{
  g_auto (Fixture) f = fixture (&(WfdRateConfig) { 0 });
  guint before;

  cast (&f, 120, 20000);
  before = f.decision.bitrate_kbps;
  report (&f, 100);
  g_assert_cmpuint (f.decision.bitrate_kbps, >=, before * 0.9);
  report (&f, 100);
  g_assert_cmpuint (f.decision.bitrate_kbps, <=, before * 0.9);
  g_assert_cmpint (f.decision.reason, ==, WFD_RATE_REASON_REPORT);
  report (&f, WFD_RATE_UNKNOWN);
  report (&f, 30000);
  g_assert_cmpint (f.decision.reason, ==, WFD_RATE_REASON_REPORT);
  for (guint i = 0; i < 20; i++)
    report (&f, 0);
  g_assert_cmpuint (f.decision.bitrate_kbps, >=, before * 0.9);
}

/* An encoder that holds two frames back, and makes a @part of what it is told. */
typedef struct
{
  WfdRate *rate;
  gint64 now_us;
  guint64 sent_bytes;
  WfdRateFrame inside[3];
  guint n_captures;
  guint part;
  gboolean makes_no_keys;
} LateEncoder;

/* By a driver that tells of packets, of which it may have lost the first of the frame. */
static void
send_out (LateEncoder *self, const WfdRateFrame *frame, gboolean is_broken)
{
  WfdRateCompletion lost = { self->sent_bytes + 1, TRUE };
  WfdRateCompletion done = { self->sent_bytes + frame->bytes, FALSE };

  wfd_rate_feed_frame (self->rate, frame, self->now_us);
  wfd_rate_feed_sent (self->rate, frame->bytes, self->now_us);
  if (is_broken)
    wfd_rate_feed_completion (self->rate, &lost, self->now_us);
  wfd_rate_feed_completion (self->rate, &done, self->now_us);
  self->sent_bytes += frame->bytes;
}

/* Whether a key frame is wanted now. */
static gboolean
capture_late (LateEncoder *self, gboolean is_broken)
{
  WfdRateDecision decision;

  self->now_us += INTERVAL_US;
  wfd_rate_decide (self->rate, self->now_us, &decision);
  self->inside[self->n_captures++ % 3] = (WfdRateFrame) {
    decision.bitrate_kbps * 125 / 60 / self->part,
    decision.key && !self->makes_no_keys,
  };
  if (self->n_captures >= 3)
    send_out (self, &self->inside[self->n_captures % 3], is_broken);
  return decision.key;
}

/* A packet is lost @n_after captures after a key frame was wanted: of the captures until the
 * next one is, or 0 if 60 go by without. */
static guint
count_late_to_next_key (guint part, guint n_after, gboolean makes_no_keys)
{
  WfdRateConfig config = { .interval_us = INTERVAL_US,
    .encode_us = INTERVAL_US,
    .min_kbps = 1000,
    .max_kbps = 10000,
    .start_kbps = 8000 };
  g_autoptr (WfdRate) rate = wfd_rate_new (&config);
  LateEncoder f = { .rate = rate, .part = part, .makes_no_keys = makes_no_keys };

  for (guint i = 0; i < 120; i++)
    g_assert_false (capture_late (&f, FALSE));
  wfd_rate_feed_key_request (rate, f.now_us);
  g_assert_true (capture_late (&f, FALSE));
  for (guint i = 1; i <= 60; i++)
    if (capture_late (&f, i == n_after))
      return i;
  return 0;
}

/* Where the key frame begins is known once it is there, however small the frames before it are:
 * it comes two captures after it was wanted. */
static void
test_loss_in_a_key_is_repaired (void)
{
  for (guint part = 1; part <= 5; part++) {
    g_assert_cmpuint (count_late_to_next_key (part, 1, FALSE), ==, 0);
    g_assert_cmpuint (count_late_to_next_key (part, 2, FALSE), ==, 15);
    g_assert_cmpuint (count_late_to_next_key (part, 3, FALSE), ==, 15);
  }
}

/* An encoder that was told, and makes none, is told again, once none can come any more: after
 * half a second. */
static void
test_loss_without_a_key_is_repaired (void)
{
  g_assert_cmpuint (count_late_to_next_key (1, 29, TRUE), ==, 0);
  g_assert_cmpuint (count_late_to_next_key (1, 30, TRUE), ==, 31);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate/key/requests-are-answered", test_key_requests_are_answered);
  g_test_add_func ("/rate/key/soon-after-another-waits", test_keys_soon_after_each_other);
  g_test_add_func ("/rate/key/waits-for-the-link", test_key_waits_for_the_link);
  g_test_add_func ("/rate/key/loss-after-one-is-repaired", test_loss_after_a_key_is_repaired);
  g_test_add_func ("/rate/key/loss-before-one-needs-no-other",
      test_loss_before_a_key_needs_no_other);
  g_test_add_func ("/rate/counters-that-wrap", test_counters_that_wrap);
  g_test_add_func ("/rate/air-loss-leaves-the-rate", test_air_loss_leaves_the_rate);
  g_test_add_func ("/rate/lying-failures-make-few-keys", test_lying_failures_make_few_keys);
  g_test_add_func ("/rate/reports-cap", test_reports_cap);
  g_test_add_func ("/rate/key/loss-in-one-is-repaired", test_loss_in_a_key_is_repaired);
  g_test_add_func ("/rate/key/loss-without-one-is-repaired", test_loss_without_a_key_is_repaired);
  return g_test_run ();
}
