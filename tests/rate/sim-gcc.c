/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Google Congestion Control (draft-ietf-rmcat-gcc-02, with the trend line of today's
 * WebRTC) on reports of each packet every 50 ms, and its pacer. Reduced, but with
 * the constants of the original. */
#include "sim-controller.h"

#include <string.h>

#define WINDOW 20
#define SMOOTHING 0.9
#define GAIN 4.0
#define BURST_MS 5
#define OVERUSE_MS 10
#define THRESHOLD 12.5
#define K_UP 0.0087
#define K_DOWN 0.039
#define MAX_DELTAS 60
#define BETA 0.85
#define UP_PER_S 1.08
#define PACE 2.5
#define VBV_MS 55
#define ACKED_WINDOW_MS 500

typedef enum
{
  NORMAL,
  OVERUSE,
  UNDERUSE,
} Usage;

typedef struct
{
  gint64 first_sent_ms, last_sent_ms, arrived_ms;
} Group;

typedef struct
{
  gint64 ms;
  guint32 bytes;
} Acked;

typedef struct
{
  SimSetup setup;
  SimKeys keys;

  Group group, last_group;
  gboolean has_group, has_last_group;
  double accumulated_ms, smoothed_ms;
  double x_ms[WINDOW], y_ms[WINDOW];
  guint n_points, n_deltas;
  gint64 first_ms;
  double threshold, over_ms, last_trend;
  guint n_over;
  gint64 threshold_ms;
  Usage usage;

  gboolean holds;
  double kbps, delay_kbps, loss_kbps;
  double max_kbps, max_deviation; /* around what it was cut last; 0: not known */
  gint64 changed_ms, cut_ms, loss_ms;
  GArray *acked; /* of Acked */
  double rtt_ms;
  guint n_lost, n_told;

  double budget_bytes;
  gint64 paced_ms;
} Gcc;

static gpointer
create (const SimSetup *setup, gconstpointer argument)
{
  Gcc *self = g_new0 (Gcc, 1);

  self->setup = *setup;
  self->kbps = self->delay_kbps = self->loss_kbps = setup->start_kbps;
  self->threshold = THRESHOLD;
  self->acked = g_array_new (FALSE, FALSE, sizeof (Acked));
  self->rtt_ms = 50;
  self->max_deviation = 0.4;
  return self;
}

static void
destroy (gpointer user_data)
{
  Gcc *self = user_data;

  g_array_unref (self->acked);
  g_free (self);
}

static double
find_slope (const Gcc *self)
{
  double sum_x = 0, sum_y = 0, up = 0, down = 0;

  for (guint i = 0; i < WINDOW; i++) {
    sum_x += self->x_ms[i];
    sum_y += self->y_ms[i];
  }
  for (guint i = 0; i < WINDOW; i++) {
    up += (self->x_ms[i] - sum_x / WINDOW) * (self->y_ms[i] - sum_y / WINDOW);
    down += (self->x_ms[i] - sum_x / WINDOW) * (self->x_ms[i] - sum_x / WINDOW);
  }
  return down > 0 ? up / down : 0;
}

static void
adapt_threshold (Gcc *self, double trend, gint64 now_ms)
{
  double k = fabs (trend) < self->threshold ? K_DOWN : K_UP;

  if (fabs (trend) <= self->threshold + 15)
    self->threshold +=
        k * (fabs (trend) - self->threshold) * MIN (now_ms - self->threshold_ms, 100);
  self->threshold = CLAMP (self->threshold, 6, 600);
  self->threshold_ms = now_ms;
}

static void
detect (Gcc *self, double slope, double delta_ms, gint64 now_ms)
{
  double trend = MIN (self->n_deltas, MAX_DELTAS) * slope * GAIN;

  if (self->n_deltas < 2)
    return;
  if (trend > self->threshold) {
    self->over_ms = self->n_over == 0 ? delta_ms / 2 : self->over_ms + delta_ms;
    self->n_over++;
    if (self->over_ms > OVERUSE_MS && self->n_over > 1 && slope >= self->last_trend) {
      self->over_ms = self->n_over = 0;
      self->usage = OVERUSE;
    }
  } else {
    self->over_ms = self->n_over = 0;
    self->usage = trend < -self->threshold ? UNDERUSE : NORMAL;
  }
  self->last_trend = slope;
  adapt_threshold (self, trend, now_ms);
}

static void
end_group (Gcc *self, gint64 now_ms)
{
  double sent_ms, arrived_ms;

  if (self->has_last_group) {
    sent_ms = self->group.last_sent_ms - self->last_group.last_sent_ms;
    arrived_ms = self->group.arrived_ms - self->last_group.arrived_ms;
    self->n_deltas++;
    self->accumulated_ms += arrived_ms - sent_ms;
    self->smoothed_ms = SMOOTHING * self->smoothed_ms + (1 - SMOOTHING) * self->accumulated_ms;
    if (self->n_points == WINDOW) {
      memmove (self->x_ms, self->x_ms + 1, (WINDOW - 1) * sizeof (double));
      memmove (self->y_ms, self->y_ms + 1, (WINDOW - 1) * sizeof (double));
      self->n_points--;
    }
    if (self->first_ms == 0)
      self->first_ms = self->group.arrived_ms;
    self->x_ms[self->n_points] = self->group.arrived_ms - self->first_ms;
    self->y_ms[self->n_points++] = self->smoothed_ms;
    if (self->n_points == WINDOW)
      detect (self, find_slope (self), sent_ms, now_ms);
  }
  self->last_group = self->group;
  self->has_last_group = TRUE;
}

static void
add_packet (Gcc *self, const SimFeedback *packet, gint64 now_ms)
{
  gboolean is_burst = self->has_group
      && (packet->sent_ms - self->group.first_sent_ms <= BURST_MS
          || (packet->arrived_ms - self->group.arrived_ms <= BURST_MS
              && packet->arrived_ms - self->group.arrived_ms
                  < packet->sent_ms - self->group.last_sent_ms));

  if (self->has_group && !is_burst) {
    end_group (self, now_ms);
    self->has_group = FALSE;
  }
  if (!self->has_group) {
    self->group = (Group) { packet->sent_ms, packet->sent_ms, packet->arrived_ms };
    self->has_group = TRUE;
  }
  self->group.last_sent_ms = packet->sent_ms;
  self->group.arrived_ms = packet->arrived_ms;
}

static double
get_acked_kbps (Gcc *self, gint64 now_ms)
{
  double bytes = 0;
  guint n_old = 0;

  for (guint i = 0; i < self->acked->len; i++) {
    Acked *acked = &g_array_index (self->acked, Acked, i);

    if (acked->ms < now_ms - ACKED_WINDOW_MS)
      n_old++;
    else
      bytes += acked->bytes;
  }
  g_array_remove_range (self->acked, 0, n_old);
  return bytes * 8 / ACKED_WINDOW_MS;
}

/* How far from what it was cut at the link may be and still be the same. */
static double
get_band (const Gcc *self)
{
  return 3 * sqrt (self->max_deviation * MAX (self->max_kbps, 1));
}

static void
decrease (Gcc *self, double acked_kbps, gint64 now_ms)
{
  double difference = acked_kbps - self->max_kbps;

  if (self->max_kbps > 0 && difference < -get_band (self))
    self->max_kbps = 0;
  if (self->max_kbps > 0) {
    self->max_kbps = 0.95 * self->max_kbps + 0.05 * acked_kbps;
    self->max_deviation = CLAMP (0.95 * self->max_deviation
            + 0.05 * difference * difference / MAX (self->max_kbps, 1),
        0.4, 2.5);
  } else {
    self->max_kbps = acked_kbps;
  }
  self->delay_kbps = MIN (BETA * acked_kbps, self->delay_kbps);
  self->cut_ms = now_ms;
  self->holds = TRUE;
}

static void
increase (Gcc *self, double acked_kbps, gint64 now_ms)
{
  double seconds = MIN (now_ms - self->changed_ms, 1000) / 1000.0;
  double response_s = (self->rtt_ms + 100) / 1000;
  /* What is sent is known to be carried up to that; it holds nothing back that is above. */
  double limit_kbps = MAX (1.5 * acked_kbps + 10, self->delay_kbps);

  if (self->max_kbps > 0 && acked_kbps > self->max_kbps + get_band (self))
    self->max_kbps = 0;
  if (self->max_kbps > 0)
    self->delay_kbps += MAX (4, LINK_PACKET_BYTES * 8 / 1000.0 / response_s) * seconds;
  else
    self->delay_kbps *= pow (UP_PER_S, seconds);
  self->delay_kbps = MIN (self->delay_kbps, MAX (limit_kbps, self->setup.min_kbps));
}

static void
control_by_loss (Gcc *self, gint64 now_ms)
{
  double lost;

  if (now_ms - self->loss_ms < 200 || self->n_told == 0)
    return;
  lost = (double) self->n_lost / self->n_told;
  if (lost > 0.1)
    self->loss_kbps = MAX (self->kbps * (1 - lost / 2), self->setup.min_kbps);
  else if (lost < 0.02)
    self->loss_kbps = MIN (MAX (self->loss_kbps, self->kbps) * 1.05, self->setup.max_kbps);
  self->n_lost = self->n_told = 0;
  self->loss_ms = now_ms;
}

static void
feedback (gpointer user_data, const SimFeedback *packets, guint n, gint64 now_ms)
{
  Gcc *self = user_data;
  double acked_kbps;

  for (guint i = 0; i < n; i++) {
    Acked acked = { packets[i].arrived_ms, packets[i].bytes };

    self->n_told++;
    if (packets[i].arrived_ms < 0) {
      self->n_lost++;
      continue;
    }
    g_array_append_val (self->acked, acked);
    add_packet (self, &packets[i], now_ms);
    self->rtt_ms += (MAX (now_ms - packets[i].sent_ms, 1) - self->rtt_ms) / 20;
  }
  acked_kbps = get_acked_kbps (self, now_ms);

  if (self->usage == OVERUSE && now_ms - self->cut_ms > self->rtt_ms)
    decrease (self, acked_kbps, now_ms);
  else if (self->usage == NORMAL && self->holds)
    self->holds = FALSE;
  else if (self->usage == NORMAL)
    increase (self, acked_kbps, now_ms);
  self->changed_ms = now_ms;
  control_by_loss (self, now_ms);
  self->delay_kbps = CLAMP (self->delay_kbps, self->setup.min_kbps, self->setup.max_kbps);
  self->kbps = MIN (self->delay_kbps, self->loss_kbps);
}

static void
key_request (gpointer user_data, gint64 now_ms)
{
  Gcc *self = user_data;

  sim_keys_request (&self->keys, now_ms);
}

static double
may_send (gpointer user_data, gint64 kernel_bytes, gint64 own_bytes, gint64 now_ms)
{
  Gcc *self = user_data;
  double rate = PACE * self->kbps / 8;

  if (now_ms > self->paced_ms)
    self->budget_bytes =
        MIN (self->budget_bytes + rate * (now_ms - self->paced_ms), MAX (rate * 5, 3000));
  self->paced_ms = now_ms;
  return self->budget_bytes;
}

static void
sent (gpointer user_data, guint bytes, gint64 now_ms)
{
  Gcc *self = user_data;

  self->budget_bytes -= bytes;
}

static void
decide (gpointer user_data, const SimTruth *truth, gint64 now_ms, SimDecision *ret_decision)
{
  Gcc *self = user_data;

  ret_decision->key = sim_keys_take (&self->keys, now_ms);
  ret_decision->settings = (SimSettings) { self->kbps, VBV_MS };
}

const SimControllerClass sim_gcc = {
  .name = "gcc",
  .create = create,
  .destroy = destroy,
  .feedback_ms = 50,
  .feedback = feedback,
  .key_request = key_request,
  .may_send = may_send,
  .sent = sent,
  .decide = decide,
};
