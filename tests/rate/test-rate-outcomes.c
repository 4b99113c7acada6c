/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a person would notice: pictures that come late or not at all, and a link left
 * unused. Each test is a small link and what must come of it. */
#include <rate.h>

#include "link-scenario.h"
#include "rate-links.h"
#include "sim.h"

#define TENFOLD_MS 5000

typedef struct
{
  gint64 from_ms;    /* what is before does not count */
  gint64 skipped_ms; /* the first capture left out since; -1 */
  double rate_kbps;  /* at or below this */
  gint64 low_ms;     /* the first decision since that is; -1 */
  double high_kbps;  /* at or above this */
  gint64 high_ms;    /* the first decision since that is; -1 */
  guint reasons[WFD_RATE_N_REASONS];
  double least_kbps, most_kbps;
  guint n_keys;
  double sum_kbps; /* of what was decided since */
  guint n;         /* of decisions since */
  gint64 after_ms; /* of what is captured from here on */
  guint n_late;    /* so many come late or not at all */
} Seen;

static void
decided (gpointer user_data, gint64 now_ms, const SimDecision *decision)
{
  Seen *self = user_data;
  double kbps = decision->settings.bitrate_kbps;

  self->reasons[decision->reason]++;
  self->n_keys += decision->key;
  self->least_kbps = self->least_kbps == 0 ? kbps : MIN (self->least_kbps, kbps);
  self->most_kbps = MAX (self->most_kbps, kbps);
  if (now_ms < self->from_ms)
    return;
  self->sum_kbps += kbps;
  self->n++;
  if (decision->skip && self->skipped_ms < 0)
    self->skipped_ms = now_ms;
  if (kbps <= self->rate_kbps && self->low_ms < 0)
    self->low_ms = now_ms;
  if (kbps >= self->high_kbps && self->high_ms < 0)
    self->high_ms = now_ms;
}

static void
ended (gpointer user_data, const SimPeer *peer)
{
  Seen *self = user_data;
  gint64 end_ms = g_array_index (peer->frames, SimFrame, peer->frames->len - 1).captured_ms;

  for (guint i = 0; i < peer->frames->len; i++) {
    const SimFrame *frame = &g_array_index (peer->frames, SimFrame, i);
    gint64 came_ms = frame->is_shown ? frame->complete_ms : G_MAXINT64;

    if (frame->captured_ms >= self->after_ms && frame->captured_ms < end_ms - 2 * SIM_DEADLINE_MS)
      self->n_late += !frame->is_skipped && came_ms > frame->captured_ms + SIM_DEADLINE_MS;
  }
}

static Seen
seen (gint64 from_ms, double rate_kbps, double high_kbps)
{
  return (Seen) {
    .from_ms = from_ms,
    .skipped_ms = -1,
    .rate_kbps = rate_kbps,
    .low_ms = -1,
    .high_kbps = high_kbps,
    .high_ms = -1,
    .after_ms = G_MAXINT64,
  };
}

static SimResult
run (SimConfig *config, const LinkPiece *pieces, guint n, const SimControllerClass *klass,
    Seen *seen_of_it)
{
  g_autoptr (LinkTrace) trace = link_from_pieces (pieces, n);
  SimWatch watch = { .decided = decided, .ended = ended, .user_data = seen_of_it };
  SimResult result;

  config->duration_ms = trace->n_ms;
  sim_run (config, trace, klass, seen_of_it != NULL ? &watch : NULL, &result);
  return result;
}

static const double rates[] = { 60, 30, 24 };

static void
test_good_link_is_used (gconstpointer fps)
{
  const LinkPiece pieces[] = { { 10000, 300 } };

  SimConfig config;
  SimResult result;

  sim_config_init (&config, *(const double *) fps);
  result = run (&config, pieces, 1, &sim_ours_balanced, NULL);
  g_assert_cmpfloat (result.bad_part, <=, 0.002);
  g_assert_cmpfloat (result.util_part, >=, 0.97);
  g_assert_cmpfloat (result.p95_ms, <=, 25);
}

/* Near, as a radio is near: no worse than a fixed rate. */
static void
check_near (double fps, guint seed, gboolean at_once, SimContent content)
{
  g_autoptr (LinkTrace) trace = link_scenario_generate (link_scenario_find ("near-ac80"), seed, 20);

  SimConfig config;
  SimResult ours, fixed;

  sim_config_init (&config, fps);
  config.duration_ms = trace->n_ms;
  config.encoder_lag = !at_once;
  config.setup.obeys_at_once = at_once;
  config.content = content;
  sim_run (&config, trace, &sim_ours_balanced, NULL, &ours);
  sim_run (&config, trace, &sim_fixed, NULL, &fixed);
  g_assert_cmpfloat (ours.bad_part, <=, MAX (fixed.bad_part, 0.01));
  if (content == SIM_CONTENT_FILM)
    g_assert_cmpfloat (ours.geo_mbps, >=, 4 * fixed.geo_mbps);
  else
    g_assert_cmpfloat (ours.geo_mbps, >=, fixed.geo_mbps);
}

static void
test_near_is_no_worse_than_fixed (gconstpointer data)
{
  double fps = *(const double *) data;

  for (guint seed = 4711; seed < 4714; seed++) {
    for (gint at_once = 0; at_once < 2; at_once++) {
      check_near (fps, seed, at_once, SIM_CONTENT_FILM);
      check_near (fps, seed, at_once, SIM_CONTENT_SCREEN);
    }
  }
}

static void
test_narrow_link_is_filled (gconstpointer fps)
{
  const LinkPiece pieces[] = { { 20000, 12 } };

  SimConfig config;
  SimResult result;

  sim_config_init (&config, *(const double *) fps);
  result = run (&config, pieces, 1, &sim_ours_balanced, NULL);
  g_assert_cmpfloat (result.bad_part, <=, 0.005);
  g_assert_cmpfloat (result.util_part, >=, 0.9);
  g_assert_cmpfloat (result.p95_ms, <=, 80);
  g_assert_cmpuint (result.n_drops, ==, 0);
}

/* Within two intervals a capture is left out, or none after that comes late; within four the
 * rate is the link's. @offset_ms: from a capture to the fall. */
static void
check_fall (double fps, gboolean at_once, double makes, gint64 offset_ms)
{
  const LinkPiece pieces[] = { { TENFOLD_MS + offset_ms, 30 }, { 2000, 3 } };

  gint64 fall_ms = TENFOLD_MS + offset_ms;
  double interval_ms = 1000 / fps;
  Seen s = seen (fall_ms, 3300, 1e9);
  SimConfig config;
  SimResult result;

  s.after_ms = fall_ms + 2 * interval_ms + 1;
  sim_config_init (&config, fps);
  config.encoder_lag = !at_once;
  config.setup.obeys_at_once = at_once;
  config.disobedience = makes;
  config.settle_ms = 4000;
  result = run (&config, pieces, 2, &sim_ours_balanced, &s);
  g_test_message ("%g fps, %g, %d ms: skips after %d ms, rate after %d ms, %u late", fps, makes,
      (int) offset_ms, (int) (s.skipped_ms - fall_ms), (int) (s.low_ms - fall_ms), s.n_late);
  g_assert_cmpint (s.low_ms, >=, 0);
  g_assert_cmpfloat (s.low_ms - fall_ms, <=, 4 * interval_ms + 1);
  if (s.skipped_ms < 0 || s.skipped_ms >= s.after_ms)
    g_assert_cmpuint (s.n_late, ==, 0);
  /* Two frames of before take 20 intervals at the new rate. */
  g_assert_cmpfloat (result.bad_part * (config.duration_ms - config.settle_ms), <=,
      30 * interval_ms);
  /* What the kernel had at 30 Mbit/s is more than CoDel lets wait at 3. */
  g_assert_cmpuint (result.n_drops, <=, 3);
}

/* At each moment between two captures, also with an encoder that makes less than it is told,
 * of which less is under way when it happens. */
static void
test_fall_to_a_tenth (gconstpointer data)
{
  double fps = *(const double *) data;

  for (gint64 offset_ms = 0; offset_ms < 1000 / fps; offset_ms++) {
    for (gint at_once = 0; at_once < 2; at_once++) {
      check_fall (fps, at_once, 1, offset_ms);
      check_fall (fps, at_once, 0.8, offset_ms);
    }
  }
}

/* The mean of what is decided in the fifth second. */
static double
find_rate_before (SimConfig *config)
{
  const LinkPiece pieces[] = { { TENFOLD_MS, 30 } };
  Seen s = seen (TENFOLD_MS - 1000, 0, 1e9);

  run (config, pieces, 1, &sim_ours_balanced, &s);
  return s.sum_kbps / s.n;
}

static void
check_return (SimConfig *config, double before_kbps, gint64 offset_ms)
{
  const LinkPiece pieces[] = { { TENFOLD_MS + offset_ms, 30 }, { 3000, 3 }, { 1000, 30 } };

  gint64 back_ms = TENFOLD_MS + offset_ms + 3000;
  Seen s = seen (back_ms, 0, 0.9 * before_kbps);

  run (config, pieces, 3, &sim_ours_balanced, &s);
  g_test_message ("%g fps, %g, %d ms: back after %d ms", config->setup.fps, config->disobedience,
      (int) offset_ms, (int) (s.high_ms - back_ms));
  g_assert_cmpint (s.high_ms, >=, 0);
  g_assert_cmpint (s.high_ms - back_ms, <=, 500);
}

/* Nine tenths of what the link carries, or of what was made of it before. */
static void
check_returns (double fps, gboolean at_once, double makes)
{
  double before_kbps;
  SimConfig config;

  sim_config_init (&config, fps);
  config.encoder_lag = !at_once;
  config.setup.obeys_at_once = at_once;
  config.disobedience = makes;
  before_kbps = MIN (find_rate_before (&config), 30000);
  g_assert_cmpfloat (before_kbps, >=, 0.9 * 30000);
  for (gint64 offset_ms = 0; offset_ms < 42; offset_ms += 3)
    check_return (&config, before_kbps, offset_ms);
}

/* Also as x264enc, of which smaller pictures tell less of the link. */
static void
test_return_within_half_a_second (gconstpointer data)
{
  static const double makes[] = { 1, 0.8, 0.65 };
  double fps = *(const double *) data;

  for (guint i = 0; i < G_N_ELEMENTS (makes); i++) {
    check_returns (fps, FALSE, makes[i]);
    check_returns (fps, TRUE, makes[i]);
  }
}

/* Too few bits for all pictures: half of them have all of it, until there is enough again. */
static void
test_half_of_the_pictures (void)
{
  const LinkPiece poor[] = { { 20000, 3 } }, better[] = { { 10000, 3 }, { 30000, 30 } };
  SimResult all, half, again;
  SimConfig config;

  sim_config_init (&config, 60);
  all = run (&config, poor, 1, &sim_ours_balanced, NULL);
  config.setup.width = 1920;
  config.setup.height = 1080;
  half = run (&config, poor, 1, &sim_ours_balanced, NULL);
  g_assert_cmpfloat (half.skipped_part, >=, 0.49);
  g_assert_cmpfloat (half.bad_part, <=, 0.51);
  g_assert_cmpfloat (half.geo_mbps, >=, 0.95 * all.geo_mbps);
  config.settle_ms = 25000;
  again = run (&config, better, 2, &sim_ours_balanced, NULL);
  g_assert_cmpfloat (again.bad_part, <=, 0.005);
}

/* With rare looks the gate alone must not decide what the link seems to carry. */
static void
test_rare_looks (void)
{
  const LinkPiece pieces[] = { { 3000, 3 }, { 9000, 30 } };
  SimConfig config;
  SimResult result;

  sim_config_init (&config, 60);
  config.poll_ms = 20;
  config.settle_ms = 6000;
  result = run (&config, pieces, 2, &sim_ours_balanced, NULL);
  g_assert_cmpfloat (result.util_part, >=, 0.6);
}

/* The radio scans: what is captured meanwhile is lost, nothing after it. */
static void
test_gap_costs_the_gap (void)
{
  const LinkPiece pieces[] = { { 5000, 30 }, { 250, 0 }, { 4750, 30 } };
  SimConfig config;
  SimResult result;

  sim_config_init (&config, 60);
  result = run (&config, pieces, 3, &sim_ours_balanced, NULL);
  /* 150 ms of captures cannot arrive in time; as many again at most are lost. */
  g_assert_cmpfloat (result.unavoidable_part, >, 0.015);
  g_assert_cmpfloat (result.bad_part, <=, 2 * result.unavoidable_part);
  g_assert_cmpuint (result.n_drops, ==, 0);
  g_assert_cmpfloat (result.util_part, >=, 0.88);
}

/* A queue of 256 KB in the firmware, seen by round trips only. */
static void
test_hidden_queue (void)
{
  const LinkPiece pieces[] = { { 8000, 30 }, { 6000, 10 }, { 8000, 20 } };
  SimResult blind, result;
  SimConfig config;

  sim_config_init (&config, 60);
  config.link.hidden_bytes = 256 * 1024;
  blind = run (&config, pieces, 3, &sim_phy, NULL);
  config.echoes = TRUE;
  result = run (&config, pieces, 3, &sim_ours_balanced, NULL);
  g_assert_cmpfloat (blind.bad_part, >, 0.3);
  g_assert_cmpfloat (result.bad_part, <=, 0.12);
  g_assert_cmpfloat (result.util_part, >=, 0.6);
}

/* Two seconds away must not look like a link that carries next to nothing. */
static void
test_hidden_queue_after_a_gap (void)
{
  const LinkPiece pieces[] = { { 5000, 30 }, { 2000, 0 }, { 2000, 30 }, { 6000, 30 } };
  Seen s = seen (9000, 0, 1e9);
  SimConfig config;
  SimResult result;

  sim_config_init (&config, 60);
  config.link.hidden_bytes = 256 * 1024;
  config.echoes = TRUE;
  config.settle_ms = 9000;
  result = run (&config, pieces, 4, &sim_ours_balanced, &s);
  g_assert_cmpfloat (result.bad_part, <=, 0.1);
  g_assert_cmpfloat (result.util_part, >=, 0.6);
}

/* The same with a driver that tells of each packet. */
static void
test_hidden_queue_with_completions (void)
{
  const LinkPiece pieces[] = { { 8000, 30 }, { 6000, 10 }, { 8000, 20 } };
  SimResult result;
  SimConfig config;

  sim_config_init (&config, 60);
  config.link.hidden_bytes = 256 * 1024;
  config.tells_packets = TRUE;
  result = run (&config, pieces, 3, &sim_ours_balanced, NULL);
  g_assert_cmpfloat (result.bad_part, <=, 0.03);
  g_assert_cmpfloat (result.util_part, >=, 0.88);
}

/* Wired adapters and tunnels take packets at once: nothing can be seen, so losses
 * have to do. */
static void
test_queue_that_cannot_be_seen (void)
{
  const LinkPiece pieces[] = { { 20000, 15 } };
  Seen s = seen (0, 0, 1e9);
  SimConfig config;
  SimResult result;

  sim_config_init (&config, 60);
  config.hides_queue = TRUE;
  config.lacks_station = TRUE;
  config.settle_ms = 8000;
  result = run (&config, pieces, 1, &sim_ours_balanced, &s);
  g_assert_cmpuint (s.reasons[WFD_RATE_REASON_BLIND], >, 0);
  g_assert_cmpfloat (result.geo_mbps, >=, 3);
  g_assert_cmpfloat (result.bad_part, <=, 0.25);
}

/* What nl80211 says is worth little while the queue can be seen. */
static void
test_without_station (void)
{
  g_autoptr (LinkTrace) trace =
      link_scenario_generate (link_scenario_find ("contend-n40"), 4711, 20);
  SimResult with, without;
  SimConfig config;

  sim_config_init (&config, 60);
  config.duration_ms = trace->n_ms;
  sim_run (&config, trace, &sim_ours_balanced, NULL, &with);
  config.lacks_station = TRUE;
  sim_run (&config, trace, &sim_ours_balanced, NULL, &without);
  g_assert_cmpfloat (without.bad_part, <=, with.bad_part + 0.02);
  g_assert_cmpfloat (without.util_part, >=, with.util_part - 0.05);
}

static void
test_encoder_that_does_not_obey (void)
{
  const LinkPiece pieces[] = { { 20000, 12 } };
  Seen s = seen (0, 0, 1e9);
  SimConfig config;
  SimResult result;

  sim_config_init (&config, 60);
  config.disobedience = 2.5;
  result = run (&config, pieces, 1, &sim_ours_balanced, &s);
  /* Half of the pictures, but those in time. */
  g_assert_cmpuint (s.reasons[WFD_RATE_REASON_ENCODER], >, 100);
  g_assert_cmpfloat (result.late_part + result.broken_part, <=, 0.1);
  g_assert_cmpfloat (result.skipped_part, <=, 0.7);
  g_assert_cmpfloat (s.least_kbps, >=, config.setup.min_kbps);
  g_assert_cmpfloat (s.most_kbps, <=, config.setup.max_kbps);
}

/* Who knows that the encoder obeys at once uses more of the link than who does not, and
 * loses fewer pictures than with one that obeys late. */
static void
test_prompt_encoder_is_made_use_of (gconstpointer fps)
{
  g_autoptr (LinkTrace) trace = link_scenario_generate (link_scenario_find ("dense-n20"), 4711, 30);
  SimResult late, untold, told;
  SimConfig config;

  sim_config_init (&config, *(const double *) fps);
  config.duration_ms = trace->n_ms;
  sim_run (&config, trace, &sim_ours_balanced, NULL, &late);
  config.encoder_lag = 0;
  sim_run (&config, trace, &sim_ours_balanced, NULL, &untold);
  config.setup.obeys_at_once = TRUE;
  sim_run (&config, trace, &sim_ours_balanced, NULL, &told);
  g_test_message ("%g fps: used %.3f, %.3f, %.3f, bad %.4f, %.4f, %.4f", *(const double *) fps,
      late.util_part, untold.util_part, told.util_part, late.bad_part, untold.bad_part,
      told.bad_part);
  g_assert_cmpfloat (told.util_part, >, untold.util_part);
  g_assert_cmpfloat (told.bad_part, <, late.bad_part);
}

static void
test_screen_content (gconstpointer fps)
{
  g_autoptr (LinkTrace) trace = link_scenario_generate (link_scenario_find ("bt-coex"), 4711, 30);
  SimResult result, oracle;
  SimConfig config;

  sim_config_init (&config, *(const double *) fps);
  config.content = SIM_CONTENT_SCREEN;
  config.duration_ms = trace->n_ms;
  sim_run (&config, trace, &sim_ours_balanced, NULL, &result);
  sim_run (&config, trace, &sim_oracle, NULL, &oracle);
  g_test_message ("%g fps: %.4f bad, used %.3f, who knows all %.3f", *(const double *) fps,
      result.bad_part, result.util_part, oracle.util_part);
  g_assert_cmpfloat (result.bad_part, <=, 0.04);
  g_assert_cmpfloat (result.util_part, >=, 0.88 * oracle.util_part);
}

static void
test_low_latency_is_earlier (gconstpointer fps)
{
  g_autoptr (LinkTrace) trace = link_scenario_generate (link_scenario_find ("dense-n20"), 4711, 30);

  SimResult balanced, low;
  SimConfig config;

  sim_config_init (&config, *(const double *) fps);
  config.duration_ms = trace->n_ms;
  sim_run (&config, trace, &sim_ours_balanced, NULL, &balanced);
  sim_run (&config, trace, &sim_ours_low_latency, NULL, &low);
  g_assert_cmpfloat (low.p95_ms, <, balanced.p95_ms);
  g_assert_cmpfloat (low.util_part, <, balanced.util_part);
  g_assert_cmpfloat (low.bad_part, <=, balanced.bad_part + 0.005);
}

/* On seeds of its own, the balance that the figures in the documentation show. */
static void
test_scenarios (void)
{
  guint n;
  const LinkScenario *table = link_scenario_get_table (&n);
  SimResult ours, gcc;
  SimConfig config;
  double ours_util = 0, gcc_util = 0, bad = 0;

  sim_config_init (&config, 60);
  config.duration_ms = 30000;
  for (guint i = 0; i < n; i++) {
    g_autoptr (LinkTrace) trace = link_scenario_generate (&table[i], 4712, 30);

    sim_run (&config, trace, &sim_ours_balanced, NULL, &ours);
    sim_run (&config, trace, &sim_gcc, NULL, &gcc);
    g_assert_cmpfloat (ours.bad_part - ours.unavoidable_part, <=, 0.09);
    ours_util += ours.util_part / n;
    gcc_util += gcc.util_part / n;
    bad += ours.bad_part / n;
  }
  g_test_message ("util %.3f, of GCC %.3f, bad %.4f", ours_util, gcc_util, bad);
  g_assert_cmpfloat (ours_util, >=, 0.88);
  g_assert_cmpfloat (ours_util, >=, 2 * gcc_util);
  g_assert_cmpfloat (bad, <=, 0.03);
}

static void
add_for_rates (const char *path, GTestDataFunc function)
{
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_autofree char *name = g_strdup_printf ("%s/%g", path, rates[i]);

    g_test_add_data_func (name, &rates[i], function);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_for_rates ("/rate/outcome/good-link-is-used", test_good_link_is_used);
  add_for_rates ("/rate/outcome/near-is-no-worse-than-fixed", test_near_is_no_worse_than_fixed);
  add_for_rates ("/rate/outcome/narrow-link-is-filled", test_narrow_link_is_filled);
  add_for_rates ("/rate/outcome/fall-to-a-tenth", test_fall_to_a_tenth);
  add_for_rates ("/rate/outcome/return-within-half-a-second", test_return_within_half_a_second);
  g_test_add_func ("/rate/outcome/half-of-the-pictures", test_half_of_the_pictures);
  g_test_add_func ("/rate/outcome/rare-looks", test_rare_looks);
  g_test_add_func ("/rate/outcome/gap-costs-the-gap", test_gap_costs_the_gap);
  g_test_add_func ("/rate/outcome/hidden-queue", test_hidden_queue);
  g_test_add_func ("/rate/outcome/hidden-queue-after-a-gap", test_hidden_queue_after_a_gap);
  g_test_add_func ("/rate/outcome/hidden-queue-with-completions",
      test_hidden_queue_with_completions);
  g_test_add_func ("/rate/outcome/queue-that-cannot-be-seen", test_queue_that_cannot_be_seen);
  g_test_add_func ("/rate/outcome/without-station", test_without_station);
  g_test_add_func ("/rate/outcome/encoder-that-does-not-obey", test_encoder_that_does_not_obey);
  add_for_rates ("/rate/outcome/prompt-encoder-is-made-use-of", test_prompt_encoder_is_made_use_of);
  add_for_rates ("/rate/outcome/screen-content", test_screen_content);
  add_for_rates ("/rate/outcome/low-latency-is-earlier", test_low_latency_is_earlier);
  g_test_add_func ("/rate/outcome/scenarios", test_scenarios);
  return g_test_run ();
}
