/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <rate.h>

G_BEGIN_DECLS

/* A controller with an encoder and a link around it, a capture at a time. */

#define MS G_GINT64_CONSTANT (1000)
#define S (1000 * MS)
#define INTERVAL_US 16667

typedef struct
{
  WfdRate *rate;
  gint64 now_us;
  WfdRateDecision decision;
  guint64 sent_bytes, key_at_bytes; /* in all, and before the last key frame */
  gboolean tells_packets;           /* the driver, instead of the queue */
} Fixture;

static inline Fixture
fixture (const WfdRateConfig *wanted)
{
  WfdRateConfig config = *wanted;

  if (config.interval_us == 0)
    config.interval_us = INTERVAL_US;
  if (config.min_kbps == 0)
    config.min_kbps = 1000;
  if (config.max_kbps == 0)
    config.max_kbps = 40000;
  if (config.start_kbps == 0)
    config.start_kbps = 8000;
  return (Fixture) { wfd_rate_new (&config), 0 };
}

static inline void
fixture_clear (Fixture *self)
{
  wfd_rate_free (self->rate);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static inline void
look (Fixture *self, gint64 kernel_bytes)
{
  WfdRateQueue queue = { kernel_bytes, 0 };
  WfdRateCompletion done = { self->sent_bytes - kernel_bytes, FALSE };

  if (self->tells_packets)
    wfd_rate_feed_completion (self->rate, &done, self->now_us);
  else
    wfd_rate_feed_queue (self->rate, &queue, self->now_us);
}

/* A capture, its frame of @bytes, and a link that takes @drain_us for it. */
static inline void
capture (Fixture *self, guint bytes, gint64 drain_us)
{
  WfdRateFrame frame = { bytes, FALSE };
  gint64 begun_us = self->now_us;

  wfd_rate_decide (self->rate, self->now_us, &self->decision);
  frame.is_key = self->decision.key;
  if (!self->decision.skip) {
    wfd_rate_feed_frame (self->rate, &frame, self->now_us);
    wfd_rate_feed_sent (self->rate, bytes, self->now_us);
    if (frame.is_key)
      self->key_at_bytes = self->sent_bytes;
    self->sent_bytes += bytes;
    look (self, bytes);
    for (gint64 us = 2 * MS; us < drain_us; us += 2 * MS) {
      self->now_us = begun_us + us;
      look (self, bytes - bytes * us / drain_us);
    }
    self->now_us = begun_us + drain_us;
    look (self, 0);
  }
  self->now_us = MAX (self->now_us, begun_us + INTERVAL_US);
}

/* Frames as large as decided, over a link of @kbps. */
static inline void
cast (Fixture *self, guint n, guint kbps)
{
  for (guint i = 0; i < n; i++) {
    guint n_intervals = MAX (self->decision.frame_divisor, 1);
    guint bytes = MAX (self->decision.bitrate_kbps, 2000) * 125 / 60 * n_intervals;

    capture (self, MAX (bytes, 500), MAX ((gint64) bytes * 8000 / kbps, 1));
  }
}

static inline void
cast_for (Fixture *self, gint64 span_us, guint kbps)
{
  gint64 end_us = self->now_us + span_us;

  while (self->now_us < end_us)
    cast (self, 1, kbps);
}

static inline WfdRateView
view (Fixture *self)
{
  WfdRateView got;

  wfd_rate_get_view (self->rate, &got);
  return got;
}

G_END_DECLS
