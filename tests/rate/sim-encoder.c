/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim-encoder.h"

#define NOISE 0.18
#define NOISE_KEPT 0.8
#define SCENE_MS 5000
#define SCENE_FACTOR 3
#define KEY_FACTOR 4
/* What was too much or too little is made up for within some frames, so that the
 * mean is what was told. */
#define PAY_BACK 0.15
#define MAX_DEBT 3
#define LEAST_BYTES 300
/* A frame of what moves wholly, in Mbit/s, and how long a screen does one thing. */
#define WHOLE_MBPS 30.0
#define ACTIVITY_MS 3000

void
sim_encoder_init (SimEncoder *self, double interval_ms, SimContent content, guint lag,
    const SimSettings *start, guint64 seed)
{
  *self = (SimEncoder) {
    .random = { seed },
    .content_random = { seed + 1000 },
    .interval_ms = interval_ms,
    .content = content,
    .lag = MIN (lag, SIM_MAX_LAG),
    .disobedience = 1,
    .last_ms = -1,
    .scene_ms = SCENE_MS,
  };
  for (guint i = 0; i <= SIM_MAX_LAG; i++)
    self->told[i] = *start;
}

void
sim_encoder_tell (SimEncoder *self, const SimSettings *settings)
{
  self->told[self->lag] = *settings;
}

/* Nothing, typing, scrolling, a video: parts of what a whole picture costs. */
static void
next_activity (SimEncoder *self)
{
  static const double parts[] = { 0.003, 0.05, 0.15, 1 };
  double whole_bytes = WHOLE_MBPS * 125 * self->interval_ms;

  self->activity_ms = sim_random_exponential (&self->content_random, ACTIVITY_MS);
  self->need_bytes =
      whole_bytes * parts[sim_random_next (&self->content_random) % G_N_ELEMENTS (parts)];
}

void
sim_encoder_capture (SimEncoder *self)
{
  for (guint i = 0; i < self->lag; i++)
    self->told[i] = self->told[i + 1];
  self->scene_ms -= self->interval_ms;
  if (self->scene_ms <= 0) {
    self->is_scene = TRUE;
    self->scene_ms = sim_random_exponential (&self->content_random, SCENE_MS);
  }
  self->activity_ms -= self->interval_ms;
  if (self->activity_ms <= 0 && self->content == SIM_CONTENT_SCREEN)
    next_activity (self);
}

/* What was made too little is not made up for by a screen that needs no more. */
static double
find_wanted (SimEncoder *self, double target_bytes, gboolean is_key)
{
  double factor = exp (self->noise), paid_back = PAY_BACK * self->debt_bytes;

  if (is_key)
    return KEY_FACTOR * target_bytes * factor - paid_back;
  if (self->content == SIM_CONTENT_SCREEN)
    return MIN (target_bytes * factor - paid_back, self->need_bytes * factor);
  return target_bytes * factor * (self->is_scene ? SCENE_FACTOR : 1) - paid_back;
}

guint
sim_encoder_encode (SimEncoder *self, gboolean is_key, gint64 now_ms)
{
  double rate = self->told[0].bitrate_kbps / 8 * self->disobedience; /* bytes per ms */
  double target = rate * self->interval_ms;
  double elapsed_ms = self->last_ms < 0 ? self->interval_ms : now_ms - self->last_ms;
  double most, bytes;

  self->noise = NOISE_KEPT * self->noise
      + NOISE * sqrt (1 - NOISE_KEPT * NOISE_KEPT) * sim_random_normal (&self->random);
  self->level_bytes = MAX (self->level_bytes - rate * elapsed_ms, 0);
  most = MAX (self->told[0].vbv_ms * rate - self->level_bytes, target / 10);
  bytes = find_wanted (self, target, is_key);
  bytes = CLAMP (bytes, LEAST_BYTES, MAX (most, LEAST_BYTES));
  self->level_bytes += bytes;
  self->debt_bytes =
      CLAMP (self->debt_bytes + bytes - target, -MAX_DEBT * target, MAX_DEBT * target);
  self->last_ms = now_ms;
  self->is_scene = FALSE;
  return bytes;
}
