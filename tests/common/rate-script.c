/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate-script.h"

#include <base-bytes.h>
#include <base-limits.h>
#include <math.h>
#include <rate-private.h>

#define MS G_GINT64_CONSTANT (1000)

typedef struct
{
  WfdRate *rate;
  WfdBytes input;
  gint64 now_us;
  gint64 checked_us;  /* now_us at the last check */
  gint64 clock_us;    /* of the controller, then */
  gboolean went_back; /* time, ever */
  guint min_kbps, max_kbps;
  guint64 sent_bytes;
} Script;

static guint32
take (Script *self, guint n)
{
  guint32 value = 0;

  if (!wfd_bytes_take_number (&self->input, n, &value))
    self->input.left = 0;
  return value;
}

/* Small and ordinary, or anything that fits. */
static gint64
take_wild (Script *self)
{
  guint32 kind = take (self, 1);

  if (kind < 128)
    return kind;
  if (kind < 192)
    return (gint64) take (self, 2) * (kind - 127);
  if (kind < 200)
    return -1;
  return (gint64) ((guint64) take (self, 4) << 32 | take (self, 4));
}

/* Milliseconds as us; what does not fit wraps. */
static gint64
take_time (Script *self)
{
  return (gint64) ((guint64) take_wild (self) * MS);
}

static void
start (Script *self)
{
  WfdRateConfig config = {
    .profile = take (self, 1),
    .interval_us = take_time (self),
    .encode_us = take_time (self),
    .width = take (self, 2),
    .height = take (self, 2),
    .can_shrink = take (self, 1) & 1,
    .min_kbps = take (self, 3),
    .max_kbps = take (self, 3),
    .start_kbps = take (self, 4),
    .other_kbps = take (self, 2),
    .payload_permille = take (self, 2),
    .air_share_permille = take (self, 2),
  };

  /* Without an octet of its own, as the seeds have none for it. */
  config.obeys_at_once = config.width & 1;
  self->rate = wfd_rate_new (&config);
  self->max_kbps = CLAMP (config.max_kbps, WFD_LIMIT_RATE_KBPS_LOW, WFD_LIMIT_RATE_KBPS);
  self->min_kbps = CLAMP (config.min_kbps, WFD_LIMIT_RATE_KBPS_LOW, self->max_kbps);
}

/* Whatever is told in between, of whatever time: the controller's clock goes no faster than
 * ours, never back, and keeps pace while ours only goes on. */
static void
check_clock (Script *self)
{
  const gint64 most_us = 3600000 * MS;
  gint64 gone_us, clock_us = wfd_rate_advance (self->rate, self->now_us);
  gint64 told_us = clock_us - self->clock_us;

  if (__builtin_sub_overflow (self->now_us, self->checked_us, &gone_us))
    gone_us = self->now_us > 0 ? G_MAXINT64 : -1;
  self->went_back = self->went_back || gone_us < 0;
  gone_us = CLAMP (gone_us, 0, most_us);
  g_assert_cmpint (told_us, >=, 0);
  g_assert_cmpint (told_us, <=, gone_us);
  if (!self->went_back)
    g_assert_cmpint (told_us, ==, gone_us);
  self->checked_us = self->now_us;
  self->clock_us = clock_us;
}

static void
check_view (Script *self)
{
  WfdRateView view;
  guint gate_bytes = wfd_rate_get_gate_bytes (self->rate);

  /* The gate never starves: there is always room for two packets. */
  g_assert_cmpuint (gate_bytes, >=, 2 * 1500);
  g_assert_cmpuint (gate_bytes, <=, WFD_LIMIT_RATE_GATE_BYTES);
  g_assert_cmpint (wfd_rate_get_look_us (self->rate), >, 0);
  g_assert_cmpint (wfd_rate_get_look_us (self->rate), <=, 50 * MS);

  wfd_rate_get_view (self->rate, &view);
  g_assert_cmpuint (view.capacity_kbps, >=, 49);
  g_assert_cmpuint (view.capacity_kbps, <=, 8000 / WFD_LIMIT_RATE_US_PER_BYTE_LOW);
  g_assert_cmpint (view.backlog_us, >=, 0);
  g_assert_true (view.phy_kbps == WFD_RATE_UNKNOWN || view.phy_kbps > 0);
  g_assert_cmpuint (view.cap_kbps, <=, self->max_kbps);
  g_assert_nonnull (wfd_rate_signal_to_text (view.signal));
}

static gboolean
decide (Script *self)
{
  WfdRateDecision decision;

  wfd_rate_decide (self->rate, self->now_us, &decision);
  g_assert_cmpuint (decision.bitrate_kbps, >=, self->min_kbps);
  g_assert_cmpuint (decision.bitrate_kbps, <=, self->max_kbps);
  g_assert_cmpuint (decision.vbv_ms, >=, 1);
  g_assert_cmpuint (decision.vbv_ms, <=, 20000);
  g_assert_cmpuint (decision.frame_divisor, >=, 1);
  g_assert_cmpuint (decision.frame_divisor, <=, 2);
  g_assert_cmpint (ABS (decision.resize), <=, 1);
  g_assert_false (decision.skip && decision.key);
  g_assert_cmpint (decision.reason, <, WFD_RATE_N_REASONS);
  return !decision.skip;
}

static void
feed_station (Script *self)
{
  WfdRateStation station;

  station.phy_kbps = take_wild (self);
  station.retries = take_wild (self);
  station.failed = take_wild (self);
  station.packets = take_wild (self);
  station.queue_drops = take_wild (self);
  wfd_rate_feed_station (self->rate, &station, self->now_us);
}

static void
feed_queue (Script *self)
{
  WfdRateQueue queue;

  queue.kernel_bytes = take_wild (self);
  queue.own_bytes = take_wild (self);
  wfd_rate_feed_queue (self->rate, &queue, self->now_us);
}

static void
feed_frame (Script *self)
{
  WfdRateFrame frame;

  frame.bytes = take_wild (self);
  frame.is_key = take (self, 1) & 1;
  wfd_rate_feed_frame (self->rate, &frame, self->now_us);
}

static void
feed_completion (Script *self)
{
  WfdRateCompletion completion;

  completion.position_bytes = self->sent_bytes - take_wild (self);
  completion.was_lost = take (self, 1) & 1;
  wfd_rate_feed_completion (self->rate, &completion, self->now_us);
}

static void
feed_report (Script *self)
{
  WfdRateReport report = { take_wild (self) };

  wfd_rate_feed_report (self->rate, &report, self->now_us);
}

static void
set_bounds (Script *self)
{
  guint min_kbps = take (self, 3), max_kbps = take (self, 3);

  wfd_rate_set_bounds (self->rate, min_kbps, max_kbps);
  self->max_kbps = CLAMP (max_kbps, WFD_LIMIT_RATE_KBPS_LOW, WFD_LIMIT_RATE_KBPS);
  self->min_kbps = CLAMP (min_kbps, WFD_LIMIT_RATE_KBPS_LOW, self->max_kbps);
}

static void
set_captures (Script *self)
{
  gint64 interval_us = take_time (self), encode_us = take_time (self);
  gboolean obeys_at_once = take (self, 1) & 1;

  wfd_rate_set_captures (self->rate, interval_us, encode_us, obeys_at_once, take (self, 2));
}

static void
set_picture (Script *self)
{
  guint width = take (self, 2), height = take (self, 2);
  gboolean can_shrink = take (self, 1) & 1;

  wfd_rate_set_picture (self->rate, width, height, can_shrink, take (self, 1) & 1);
}

static void
set_something (Script *self)
{
  static void (*const setters[]) (Script * self) = { set_picture, set_bounds, set_captures };

  setters[take (self, 1) % G_N_ELEMENTS (setters)](self);
}

static void
step (Script *self)
{
  guint bytes;

  switch (take (self, 1) % 14) {
    case 0:
      self->now_us = take_time (self);
      break;
    case 1:
    case 2:
      /* Unsigned, as time may be anywhere. */
      self->now_us = (gint64) ((guint64) self->now_us + take (self, 1) * MS);
      break;
    case 3:
    case 4:
      decide (self);
      break;
    case 5:
      feed_frame (self);
      break;
    case 6:
      bytes = take_wild (self);
      wfd_rate_feed_sent (self->rate, bytes, self->now_us);
      self->sent_bytes += MIN (bytes, WFD_LIMIT_RATE_BYTES);
      break;
    case 7:
      feed_queue (self);
      break;
    case 8:
      feed_station (self);
      break;
    case 9:
      wfd_rate_feed_rtt (self->rate, take_time (self), take_time (self), self->now_us);
      break;
    case 10:
      feed_report (self);
      break;
    case 11:
      wfd_rate_feed_key_request (self->rate, self->now_us);
      break;
    case 12:
      feed_completion (self);
      break;
    case 13:
      set_something (self);
      break;
  }
}

/* Whatever was told before: with a queue that is empty now, and a link that takes all,
 * pictures are encoded again within some seconds. */
static void
check_return (Script *self)
{
  guint n_encoded = 0;

  for (guint i = 0; i < 300; i++) {
    WfdRateQueue queue = { 0, 0 };

    self->now_us = (gint64) ((guint64) self->now_us + 33 * MS);
    wfd_rate_feed_queue (self->rate, &queue, self->now_us);
    if (i % 3 == 0)
      wfd_rate_feed_rtt (self->rate, 3 * MS, 0, self->now_us);
    if (decide (self) && i >= 200) {
      WfdRateFrame frame = { 2000, FALSE };

      wfd_rate_feed_frame (self->rate, &frame, self->now_us);
      wfd_rate_feed_sent (self->rate, 2000, self->now_us);
      n_encoded++;
    }
  }
  g_assert_cmpuint (n_encoded, >=, 40);
}

void
rate_script_run (const guint8 *data, gsize size)
{
  Script self = { .input = wfd_bytes (data, size) };

  start (&self);
  wfd_rate_advance (self.rate, self.now_us);
  while (self.input.left > 0) {
    step (&self);
    check_clock (&self);
    check_view (&self);
  }
  decide (&self);
  check_return (&self);
  wfd_rate_free (self.rate);
}
