/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim-result.h"

#include <stdlib.h>

#define WINDOW_MS 100
#define SECOND_MS 1000
#define FREEZE_MS 150
/* The geometric mean must bear a second without any picture. */
#define LEAST_MBPS 0.05
#define FLIGHT_MS 3

typedef struct
{
  GArray *delays_ms; /* of gint64 */
  double *seconds_bytes;
  guint n_seconds;
  gint64 shown_ms; /* when the last picture came; -1 */
  double frozen_ms;
  double in_time_bytes;
  guint n, n_late, n_broken, n_skipped, n_unavoidable;
} Sum;

static double
sum_capacity (const SimConfig *config, const LinkTrace *trace, gint64 from_ms, gint64 to_ms)
{
  double sum = 0;

  for (gint64 ms = from_ms; ms < to_ms; ms++)
    sum += link_trace_at (trace, config->from_ms + ms)->capacity_bytes;
  return sum;
}

/* What is captured later could not have arrived. */
static gint64
get_end (const SimConfig *config)
{
  return config->duration_ms - 2 * SIM_DEADLINE_MS;
}

static double
find_offer (const SimConfig *config, const LinkTrace *trace)
{
  double sum = 0, most = config->setup.max_kbps / 8 * WINDOW_MS;

  for (gint64 ms = config->settle_ms; ms + WINDOW_MS <= get_end (config); ms += WINDOW_MS)
    sum += MIN (sum_capacity (config, trace, ms, ms + WINDOW_MS), most);
  return sum;
}

static gboolean
is_unavoidable (const SimConfig *config, const LinkTrace *trace, const SimFrame *frame)
{
  return sum_capacity (config, trace, frame->captured_ms + config->setup.encode_ms,
             frame->captured_ms + SIM_DEADLINE_MS - FLIGHT_MS)
      < LINK_PACKET_BYTES;
}

static void
add_shown (Sum *sum, const SimConfig *config, const SimFrame *frame)
{
  gint64 delay_ms = frame->complete_ms - frame->captured_ms;
  gint64 gap_ms = sum->shown_ms < 0 ? 0 : frame->complete_ms - sum->shown_ms;
  gint64 second;

  g_array_append_val (sum->delays_ms, delay_ms);
  sum->frozen_ms += MAX (gap_ms - FREEZE_MS, 0);
  sum->shown_ms = MAX (frame->complete_ms, sum->shown_ms);
  if (delay_ms > SIM_DEADLINE_MS) {
    sum->n_late++;
    return;
  }
  sum->in_time_bytes += frame->bytes;
  second = (frame->captured_ms - config->settle_ms) / SECOND_MS;
  /* The last one is not whole. */
  if (second < sum->n_seconds)
    sum->seconds_bytes[second] += frame->bytes;
}

static void
add_frame (Sum *sum, const SimConfig *config, const LinkTrace *trace, const SimFrame *frame)
{
  sum->n++;
  sum->n_unavoidable += is_unavoidable (config, trace, frame);
  if (frame->is_skipped)
    sum->n_skipped++;
  else if (frame->is_shown)
    add_shown (sum, config, frame);
  else if (frame->complete_ms < 0 && frame->n_arrived == 0)
    sum->n_late++; /* still under way at the end, or all of it lost */
  else
    sum->n_broken++;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static double
get_percentile (const Sum *sum, double part)
{
  if (sum->delays_ms->len == 0)
    return 0;
  return g_array_index (sum->delays_ms, gint64, (guint) (part * (sum->delays_ms->len - 1)));
}

static double
get_geometric_mean (const Sum *sum)
{
  double logarithms = 0;

  for (guint i = 0; i < sum->n_seconds; i++)
    logarithms += log (MAX (sum->seconds_bytes[i] * 8 / 1e6, LEAST_MBPS));
  return exp (logarithms / sum->n_seconds);
}

void
sim_result_compute (const SimConfig *config, const LinkTrace *trace, SimPeer *peer,
    SimResult *ret_result)
{
  Sum sum = {
    .delays_ms = g_array_new (FALSE, FALSE, sizeof (gint64)),
    .n_seconds = MAX ((get_end (config) - config->settle_ms) / SECOND_MS, 1),
    .shown_ms = -1,
  };

  sum.seconds_bytes = g_new0 (double, sum.n_seconds);
  for (guint i = 0; i < peer->frames->len; i++) {
    const SimFrame *frame = sim_peer_get_frame (peer, i);

    if (frame->captured_ms >= config->settle_ms && frame->captured_ms < get_end (config))
      add_frame (&sum, config, trace, frame);
  }
  g_array_sort (sum.delays_ms, compare);
  *ret_result = (SimResult) {
    .util_part = sum.in_time_bytes / MAX (find_offer (config, trace), 1),
    .late_part = sum.n_late / (double) MAX (sum.n, 1),
    .broken_part = sum.n_broken / (double) MAX (sum.n, 1),
    .skipped_part = sum.n_skipped / (double) MAX (sum.n, 1),
    .unavoidable_part = sum.n_unavoidable / (double) MAX (sum.n, 1),
    .geo_mbps = get_geometric_mean (&sum),
    .p50_ms = get_percentile (&sum, 0.5),
    .p95_ms = get_percentile (&sum, 0.95),
    .p99_ms = get_percentile (&sum, 0.99),
    .freeze_part = sum.frozen_ms / (get_end (config) - config->settle_ms),
  };
  ret_result->bad_part = ret_result->late_part + ret_result->broken_part + ret_result->skipped_part;
  g_array_unref (sum.delays_ms);
  g_free (sum.seconds_bytes);
}
