/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of controllers, and those that need no model of the link: a fixed rate,
 * down when something is lost, by the modulation, and one that sees the future. */
#include "sim-controller.h"

#include <string.h>

static const SimControllerClass *const controllers[] = {
  &sim_ours_balanced,
  &sim_ours_low_latency,
  &sim_fixed,
  &sim_aimd,
  &sim_phy,
  &sim_gcc,
  &sim_scream,
  &sim_oracle,
};

const SimControllerClass *const *
sim_controllers_get_table (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (controllers);
  return controllers;
}

const SimControllerClass *
sim_controllers_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (controllers); i++) {
    if (strcmp (controllers[i]->name, name) == 0)
      return controllers[i];
  }
  return NULL;
}

void
sim_keys_request (SimKeys *self, gint64 now_ms)
{
  if (self->made_ms == 0 || now_ms - self->made_ms > 250)
    self->owes = TRUE;
}

gboolean
sim_keys_take (SimKeys *self, gint64 now_ms)
{
  gboolean key = self->owes;

  if (key)
    self->made_ms = now_ms;
  self->owes = FALSE;
  return key;
}

#define FIXED_KBPS 4096
#define FIXED_VBV_MS 50
#define AIMD_DOWN 0.7
#define AIMD_UP_KBPS_S 1000
#define AIMD_HOLD_MS 250
#define PHY_PART 0.35
#define ORACLE_DEADLINE_MS 92
#define ORACLE_FILL 0.95
#define ORACLE_GATE_MS 10
#define ORACLE_GATE_BYTES 60000
#define ORACLE_SLACK_MS 18
/* Of what can arrive in time, as a frame is not as large as it should be. */
#define ORACLE_MOST 0.6

typedef struct
{
  SimSetup setup;
  SimKeys keys;
  double kbps;
  gint64 cut_ms;
  gint64 updated_ms;
  LinkStation station;
  double retry_part;
  const LinkTrace *trace; /* of the oracle, from its first decision on */
  double pending_bytes;   /* of the oracle: the frame that cannot be changed any more */
} Simple;

static gpointer
create (const SimSetup *setup, gconstpointer argument)
{
  Simple *self = g_new0 (Simple, 1);

  self->setup = *setup;
  self->kbps = setup->start_kbps;
  self->pending_bytes = setup->start_kbps * 125 / setup->fps;
  return self;
}

static void
key_request (gpointer user_data, gint64 now_ms)
{
  Simple *self = user_data;

  sim_keys_request (&self->keys, now_ms);
}

static void
answer (Simple *self, double kbps, double vbv_ms, gint64 now_ms, SimDecision *ret_decision)
{
  ret_decision->key = sim_keys_take (&self->keys, now_ms);
  ret_decision->settings = (SimSettings) {
    CLAMP (kbps, self->setup.min_kbps, self->setup.max_kbps),
    vbv_ms,
  };
}

static void
decide_fixed (gpointer user_data, const SimTruth *truth, gint64 now_ms, SimDecision *ret_decision)
{
  answer (user_data, FIXED_KBPS, FIXED_VBV_MS, now_ms, ret_decision);
}

static void
cut_aimd (Simple *self, gint64 now_ms)
{
  if (now_ms - self->cut_ms < AIMD_HOLD_MS)
    return;
  self->kbps = MAX (self->kbps * AIMD_DOWN, self->setup.min_kbps);
  self->cut_ms = now_ms;
}

static void
key_request_aimd (gpointer user_data, gint64 now_ms)
{
  cut_aimd (user_data, now_ms);
  key_request (user_data, now_ms);
}

static void
station_simple (gpointer user_data, const LinkStation *station, gint64 now_ms)
{
  Simple *self = user_data;
  double packets = station->packets - self->station.packets;
  double retries = station->retries - self->station.retries;

  if (packets > 0)
    self->retry_part += (retries / (packets + retries) - self->retry_part) / 3;
  self->station = *station;
}

static void
station_aimd (gpointer user_data, const LinkStation *station, gint64 now_ms)
{
  Simple *self = user_data;

  if (station->queue_drops > self->station.queue_drops) {
    cut_aimd (self, now_ms);
    sim_keys_request (&self->keys, now_ms);
  }
  station_simple (user_data, station, now_ms);
}

static void
decide_aimd (gpointer user_data, const SimTruth *truth, gint64 now_ms, SimDecision *ret_decision)
{
  Simple *self = user_data;

  self->kbps = MIN (self->kbps + AIMD_UP_KBPS_S * (now_ms - self->updated_ms) / 1000.0,
      self->setup.max_kbps);
  self->updated_ms = now_ms;
  answer (self, self->kbps, FIXED_VBV_MS, now_ms, ret_decision);
}

static void
decide_phy (gpointer user_data, const SimTruth *truth, gint64 now_ms, SimDecision *ret_decision)
{
  Simple *self = user_data;
  double kbps = self->station.phy_kbps > 0
      ? PHY_PART * self->station.phy_kbps * (1 - self->retry_part)
      : self->kbps;

  answer (self, kbps, FIXED_VBV_MS, now_ms, ret_decision);
}

static double
sum_capacity (const LinkTrace *trace, gint64 from_ms, gint64 to_ms)
{
  double sum = 0;

  for (gint64 ms = from_ms; ms < to_ms; ms++)
    sum += link_trace_at (trace, ms)->capacity_bytes;
  return sum;
}

static double
get_waiting (const SimTruth *truth)
{
  return truth->outstanding_bytes + truth->own_bytes + truth->inside_bytes;
}

/* Of an encoder that obeys a frame later: what it is told now is for the frame after this one. */
static double
plan_later (Simple *self, const SimTruth *truth, gint64 now_ms, gboolean *ret_skip)
{
  gint64 interval_ms = 1000 / self->setup.fps, ready_ms = now_ms + self->setup.encode_ms;
  gint64 next_ms = ready_ms + interval_ms;
  double room =
      sum_capacity (truth->trace, now_ms, now_ms + ORACLE_DEADLINE_MS) - get_waiting (truth);
  double left;

  *ret_skip = room < self->pending_bytes * 0.6;
  left = get_waiting (truth) + (*ret_skip ? 0 : self->pending_bytes)
      - sum_capacity (truth->trace, now_ms, next_ms);
  return ORACLE_FILL * sum_capacity (truth->trace, next_ms, next_ms + interval_ms * 2) / 2
      - MAX (left, 0);
}

/* Of one that obeys at once: this frame fills what the link carries until a moment after the
 * next one is there. */
static double
plan_now (Simple *self, const SimTruth *truth, gint64 now_ms, gboolean *ret_skip)
{
  gint64 ready_ms = now_ms + self->setup.encode_ms;
  gint64 full_ms = ready_ms + (gint64) (1000 / self->setup.fps) + ORACLE_SLACK_MS;
  double room =
      sum_capacity (truth->trace, ready_ms, now_ms + ORACLE_DEADLINE_MS) - get_waiting (truth);
  double left = get_waiting (truth) - sum_capacity (truth->trace, now_ms, ready_ms);
  double bytes = ORACLE_FILL * sum_capacity (truth->trace, ready_ms, full_ms) - MAX (left, 0);

  *ret_skip = room < self->setup.min_kbps / 8 * 1000 / self->setup.fps;
  return MIN (bytes, ORACLE_MOST * room);
}

/* Knows what the link will carry, but not what the encoder will make of it. */
static void
decide_oracle (gpointer user_data, const SimTruth *truth, gint64 now_ms, SimDecision *ret_decision)
{
  Simple *self = user_data;
  double interval_ms = 1000 / self->setup.fps;
  double bytes = (self->setup.obeys_at_once ? plan_now : plan_later) (self, truth, now_ms,
      &ret_decision->skip);

  self->trace = truth->trace;
  answer (self, bytes * 8 / interval_ms, FIXED_VBV_MS, now_ms, ret_decision);
  if (ret_decision->skip) {
    self->keys.owes |= ret_decision->key;
    ret_decision->key = FALSE;
  }
  self->pending_bytes = ret_decision->settings.bitrate_kbps / 8 * interval_ms;
}

/* No more in the kernel than goes out at once, and two packets. */
static double
may_send_oracle (gpointer user_data, gint64 kernel_bytes, gint64 own_bytes, gint64 now_ms)
{
  Simple *self = user_data;
  double gate = self->trace == NULL ? ORACLE_GATE_BYTES
                                    : sum_capacity (self->trace, now_ms, now_ms + ORACLE_GATE_MS);

  return CLAMP (gate, 2 * LINK_PACKET_BYTES, ORACLE_GATE_BYTES) - kernel_bytes;
}

const SimControllerClass sim_fixed = {
  .name = "fixed",
  .create = create,
  .destroy = g_free,
  .key_request = key_request,
  .decide = decide_fixed,
};

const SimControllerClass sim_aimd = {
  .name = "aimd",
  .create = create,
  .destroy = g_free,
  .key_request = key_request_aimd,
  .station = station_aimd,
  .decide = decide_aimd,
};

const SimControllerClass sim_phy = {
  .name = "phy",
  .create = create,
  .destroy = g_free,
  .key_request = key_request,
  .station = station_simple,
  .decide = decide_phy,
};

const SimControllerClass sim_oracle = {
  .name = "oracle",
  .create = create,
  .destroy = g_free,
  .key_request = key_request,
  .may_send = may_send_oracle,
  .decide = decide_oracle,
};
