/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Self-clocked rate adaptation in the manner of SCReAM (RFC 8298 and its second
 * version): a window on the bytes in flight that a queue delay of 60 ms limits, with
 * a report every 10 ms. Reduced. */
#include "sim-controller.h"

#define TARGET_MS 60.0
#define LOSS_DOWN 0.7
#define PACE 1.5
#define VBV_MS 55
#define BASE_WINDOW_MS 10000
#define MIN_WINDOW_BYTES (3 * LINK_PACKET_BYTES)
#define MIN_RTT_MS 25.0

typedef struct
{
  SimSetup setup;
  SimKeys keys;
  double window_bytes;
  double flight_bytes;
  double max_flight_bytes; /* lately */
  double rtt_ms, delay_ms, base_ms, next_base_ms;
  gint64 base_changed_ms, cut_ms, loss_ms;
  double kbps;
  gint64 own_bytes;
  double budget_bytes;
  gint64 paced_ms;
} Scream;

static gpointer
create (const SimSetup *setup, gconstpointer argument)
{
  Scream *self = g_new0 (Scream, 1);

  self->setup = *setup;
  self->kbps = setup->start_kbps;
  self->rtt_ms = MIN_RTT_MS;
  self->window_bytes = setup->start_kbps / 8 * 40;
  self->base_ms = self->next_base_ms = 1e6;
  return self;
}

static void
follow_delay (Scream *self, double one_way_ms, gint64 now_ms)
{
  if (now_ms - self->base_changed_ms > BASE_WINDOW_MS) {
    self->base_ms = self->next_base_ms;
    self->next_base_ms = 1e6;
    self->base_changed_ms = now_ms;
  }
  self->next_base_ms = MIN (self->next_base_ms, one_way_ms);
  self->base_ms = MIN (self->base_ms, one_way_ms);
  self->delay_ms = one_way_ms - self->base_ms;
}

static void
update_window (Scream *self, double acked_bytes, gboolean lost, gint64 now_ms)
{
  double off = self->delay_ms / TARGET_MS;

  if (lost && now_ms - self->loss_ms > self->rtt_ms) {
    self->window_bytes *= LOSS_DOWN;
    self->loss_ms = now_ms;
  } else if (off > 1 && now_ms - self->cut_ms > self->rtt_ms) {
    self->window_bytes *= 1 - MIN (0.25 * (off - 1), 0.3);
    self->cut_ms = now_ms;
  } else if (off < 1) {
    self->window_bytes += acked_bytes * (1 - off) * 0.5;
    self->window_bytes =
        MIN (self->window_bytes, 1.5 * self->max_flight_bytes + 2 * MIN_WINDOW_BYTES);
  }
  self->window_bytes = MAX (self->window_bytes, MIN_WINDOW_BYTES);
}

static void
feedback (gpointer user_data, const SimFeedback *packets, guint n, gint64 now_ms)
{
  Scream *self = user_data;
  double acked = 0;
  gboolean lost = FALSE;

  for (guint i = 0; i < n; i++) {
    self->flight_bytes = MAX (self->flight_bytes - packets[i].bytes, 0);
    if (packets[i].arrived_ms < 0) {
      lost = TRUE;
      continue;
    }
    acked += packets[i].bytes;
    follow_delay (self, packets[i].arrived_ms - packets[i].sent_ms, now_ms);
    self->rtt_ms += (now_ms - packets[i].sent_ms - self->rtt_ms) / 16;
  }
  update_window (self, acked, lost, now_ms);
  self->max_flight_bytes = MAX (self->max_flight_bytes * 0.98, self->flight_bytes + acked);
}

static void
key_request (gpointer user_data, gint64 now_ms)
{
  Scream *self = user_data;

  sim_keys_request (&self->keys, now_ms);
}

static double
may_send (gpointer user_data, gint64 kernel_bytes, gint64 own_bytes, gint64 now_ms)
{
  Scream *self = user_data;
  double rate = PACE * self->window_bytes / MAX (self->rtt_ms, MIN_RTT_MS);

  self->own_bytes = own_bytes;
  if (now_ms > self->paced_ms)
    self->budget_bytes =
        MIN (self->budget_bytes + rate * (now_ms - self->paced_ms), MAX (rate * 5, 3000));
  self->paced_ms = now_ms;
  return MIN (self->budget_bytes, self->window_bytes * 1.25 - self->flight_bytes);
}

static void
sent (gpointer user_data, guint bytes, gint64 now_ms)
{
  Scream *self = user_data;

  self->budget_bytes -= bytes;
  self->flight_bytes += bytes;
}

static void
decide (gpointer user_data, const SimTruth *truth, gint64 now_ms, SimDecision *ret_decision)
{
  Scream *self = user_data;
  double kbps = 0.9 * self->window_bytes * 8 / MAX (self->rtt_ms, MIN_RTT_MS);
  double own_ms = self->own_bytes * 8 / MAX (kbps, 1);

  /* What waits before the window is to go within a moment. */
  kbps *= 1 - MIN (own_ms / 100, 0.8);
  self->kbps = kbps > self->kbps * 1.02 ? MIN (kbps, self->kbps * 1.05) : kbps;
  ret_decision->key = sim_keys_take (&self->keys, now_ms);
  ret_decision->settings =
      (SimSettings) { CLAMP (self->kbps, self->setup.min_kbps, self->setup.max_kbps), VBV_MS };
  self->kbps = ret_decision->settings.bitrate_kbps;
}

const SimControllerClass sim_scream = {
  .name = "scream",
  .create = create,
  .destroy = g_free,
  .feedback_ms = 10,
  .feedback = feedback,
  .key_request = key_request,
  .may_send = may_send,
  .sent = sent,
  .decide = decide,
};
