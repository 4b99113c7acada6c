/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Key frames that are wanted, and come out of the encoder later, or never. */
#include <rate.h>

#define INTERVAL_US 16667

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
} Fixture;

/* By a driver that tells of packets, of which it may have lost the first of the frame. */
static void
send_out (Fixture *self, const WfdRateFrame *frame, gboolean is_broken)
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
capture (Fixture *self, gboolean is_broken)
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
count_to_next_key (guint part, guint n_after, gboolean makes_no_keys)
{
  WfdRateConfig config = { .interval_us = INTERVAL_US,
    .encode_us = INTERVAL_US,
    .min_kbps = 1000,
    .max_kbps = 10000,
    .start_kbps = 8000 };
  g_autoptr (WfdRate) rate = wfd_rate_new (&config);
  Fixture f = { .rate = rate, .part = part, .makes_no_keys = makes_no_keys };

  for (guint i = 0; i < 120; i++)
    g_assert_false (capture (&f, FALSE));
  wfd_rate_feed_key_request (rate, f.now_us);
  g_assert_true (capture (&f, FALSE));
  for (guint i = 1; i <= 60; i++)
    if (capture (&f, i == n_after))
      return i;
  return 0;
}

/* Where the key frame begins is known once it is there, however small the frames before it are:
 * it comes two captures after it was wanted. */
static void
test_loss_in_a_key_is_repaired (void)
{
  for (guint part = 1; part <= 5; part++) {
    g_assert_cmpuint (count_to_next_key (part, 1, FALSE), ==, 0);
    g_assert_cmpuint (count_to_next_key (part, 2, FALSE), ==, 15);
    g_assert_cmpuint (count_to_next_key (part, 3, FALSE), ==, 15);
  }
}

/* An encoder that was told, and makes none, is told again, once none can come any more: after
 * half a second. */
static void
test_loss_without_a_key_is_repaired (void)
{
  g_assert_cmpuint (count_to_next_key (1, 29, TRUE), ==, 0);
  g_assert_cmpuint (count_to_next_key (1, 30, TRUE), ==, 31);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate/key/loss-in-one-is-repaired", test_loss_in_a_key_is_repaired);
  g_test_add_func ("/rate/key/loss-without-one-is-repaired", test_loss_without_a_key_is_repaired);
  return g_test_run ();
}
