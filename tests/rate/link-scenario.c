/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-scenario.h"

#include <string.h>

#include "sim-random.h"

enum
{
  HT20_1,
  HT40_2,
  VHT80_2,
};

/* kbit/s with the long guard interval, slowest first (IEEE 802.11-2016 §19.5, §21.5). */
static const guint rates[3][10] = {
  [HT20_1] = { 6500, 13000, 19500, 26000, 39000, 52000, 58500, 65000 },
  [HT40_2] = { 27000, 54000, 81000, 108000, 162000, 216000, 243000, 270000 },
  [VHT80_2] = { 58500, 117000, 175500, 234000, 351000, 468000, 526500, 585000, 702000, 780000 },
};
static const guint n_rates[3] = { 8, 8, 10 };

/* dB at which a modulation loses a tenth of its packets. */
static const double needed_db[10] = { 4, 7, 9.5, 12.5, 16, 20, 21.5, 23, 27, 29 };

static const LinkScenario scenarios[] = {
  { "near-ac80", VHT80_2, 40, 0, 2, 1.5, { 0, 0 }, 0, 0, 0, FALSE },
  { "walk-n20", HT20_1, 28, 20, 2.5, 2, { 0, 0 }, 0, 0, 0, FALSE },
  { "contend-n40", HT40_2, 18, 0, 2.5, 2, { 1, 4 }, 0, 0, 0, FALSE },
  { "dense-n20", HT20_1, 23, 0, 2.5, 2, { 2, 4 }, 0, 0, 0, FALSE },
  { "microwave", HT20_1, 24, 0, 2.5, 2, { 0, 0 }, 10, 20, 0.9, FALSE },
  { "bt-coex", HT20_1, 22, 0, 2.5, 2.5, { 0, 0 }, 11, 30, 1, FALSE },
  { "scan-gaps", HT40_2, 16, 0, 2.5, 2, { 0, 0 }, 0, 0, 0, TRUE },
  { "mcc-60-40", HT40_2, 16, 0, 2.5, 2, { 0, 0 }, 40, 100, 1, FALSE },
};

#define TXOP_MS 3
#define AGGREGATE_BYTES 65535
#define OVERHEAD_US 190.0
#define LAG_MS 60
#define LOSS_FLOOR 5e-6

const LinkScenario *
link_scenario_get_table (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (scenarios);
  return scenarios;
}

const LinkScenario *
link_scenario_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++) {
    if (strcmp (scenarios[i].name, name) == 0)
      return &scenarios[i];
  }
  return NULL;
}

typedef struct
{
  const LinkScenario *scenario;
  SimRandom random;
  double shadow_db, fading_db; /* now */
  double seen_db;              /* as the choice of the modulation sees it, late */
  guint n_rivals;
  double rivals_ms;           /* until their number changes */
  gboolean is_ours;           /* the turn on the air */
  guint turn_ms;              /* what is left of it */
  double gap_ms, gap_left_ms; /* until the next scan begins; of one that goes on */
  guint n_gaps;               /* of this scan, to come */
} Generator;

/* Ornstein-Uhlenbeck, one millisecond on. */
static double
wander (Generator *self, double value, double deviation, double tau_ms)
{
  return value - value / tau_ms + deviation * sqrt (2 / tau_ms) * sim_random_normal (&self->random);
}

static double
step_snr (Generator *self, guint ms)
{
  const LinkScenario *s = self->scenario;
  double walk = s->walk_db * (1 - cos (2 * G_PI * ms / 60000.0)) / 2;

  self->shadow_db = wander (self, self->shadow_db, s->shadow_db, 1500);
  self->fading_db = wander (self, self->fading_db, s->fading_db, 60);
  return s->snr_db - walk + self->shadow_db + self->fading_db;
}

static double
get_error (double snr_db, guint rate)
{
  return 1 / (1 + exp ((snr_db - needed_db[rate] + 1.5) * 1.5));
}

/* As Minstrel does: what carries most, judged by what was seen some time ago. */
static guint
choose_rate (const Generator *self)
{
  guint best = 0;
  double most = 0;

  for (guint i = 0; i < n_rates[self->scenario->radio]; i++) {
    double carried = rates[self->scenario->radio][i] * (1 - get_error (self->seen_db, i));

    if (carried > most) {
      most = carried;
      best = i;
    }
  }
  return best;
}

static void
step_rivals (Generator *self)
{
  const guint *rivals = self->scenario->rivals;

  self->rivals_ms -= 1;
  if (self->rivals_ms > 0)
    return;
  self->rivals_ms = sim_random_exponential (&self->random, 2500);
  self->n_rivals = self->n_rivals > 0 && sim_random_part (&self->random) < 0.5
      ? 0
      : rivals[0] + sim_random_next (&self->random) % (rivals[1] - rivals[0] + 1);
}

static void
step_turn (Generator *self)
{
  if (self->turn_ms > 0) {
    self->turn_ms--;
    return;
  }
  self->is_ours = sim_random_part (&self->random) < 1.0 / (1 + self->n_rivals);
  self->turn_ms = self->is_ours ? TXOP_MS - 1 : sim_random_next (&self->random) % 4;
}

static gboolean
step_gap (Generator *self)
{
  if (!self->scenario->scans)
    return FALSE;
  if (self->gap_left_ms > 0) {
    self->gap_left_ms--;
    return TRUE;
  }
  self->gap_ms--;
  if (self->gap_ms > 0)
    return FALSE;
  if (self->n_gaps == 0)
    self->n_gaps = 1 + sim_random_next (&self->random) % 6;
  self->gap_left_ms = sim_random_between (&self->random, 100, 300);
  self->n_gaps--;
  /* Between two channels of a scan the radio comes home for a while. */
  self->gap_ms = self->n_gaps > 0 ? 200 : sim_random_exponential (&self->random, 25000) + 5000;
  return TRUE;
}

static double
get_air (Generator *self, guint ms)
{
  const LinkScenario *s = self->scenario;
  gboolean is_off = s->period_ms > 0 && ms % s->period_ms < s->off_ms;

  if (step_gap (self))
    return 0;
  step_rivals (self);
  step_turn (self);
  return (self->is_ours ? 1 : 0) * (is_off ? 1 - s->off_part : 1);
}

static LinkMs
step (Generator *self, guint ms)
{
  double snr_db = step_snr (self, ms), error, efficiency, aggregate, air;
  guint rate, kbps;

  self->seen_db += (snr_db - self->seen_db) / LAG_MS;
  rate = choose_rate (self);
  kbps = rates[self->scenario->radio][rate];
  error = get_error (snr_db, rate);
  aggregate = MIN (AGGREGATE_BYTES, kbps / 8.0 * TXOP_MS);
  efficiency = aggregate * 8000 / kbps / (aggregate * 8000 / kbps + OVERHEAD_US);
  air = get_air (self, ms);
  return (LinkMs) {
    .capacity_bytes = kbps / 8.0 * efficiency * 0.96 * (1 - error) * air,
    .phy_kbps = kbps,
    .retry_permille = MIN (error * 1000, 1000),
    .loss_ppm = MIN (LOSS_FLOOR + pow (error, 3) * pow (get_error (snr_db, 0), 7), 1) * 1e6,
  };
}

LinkTrace *
link_scenario_generate (const LinkScenario *self, guint64 seed, guint seconds)
{
  LinkTrace *trace = link_trace_new (self->name, seconds * 1000);
  Generator generator = {
    .scenario = self,
    /* Scenarios of one seed have nothing in common. */
    .random = { seed * 1000003 + g_str_hash (self->name) },
    .seen_db = self->snr_db,
    .is_ours = TRUE,
  };

  generator.gap_ms = sim_random_exponential (&generator.random, 10000);
  for (guint i = 0; i < trace->n_ms; i++)
    trace->ms[i] = step (&generator, i);
  return trace;
}
