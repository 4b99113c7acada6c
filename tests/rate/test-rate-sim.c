/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The instruments that the controller is judged by: they must not have the faults
 * they are to find. */
#include <gio/gio.h>

#include "link-scenario.h"
#include "rate-links.h"
#include "sim-frames.h"
#include "sim-result.h"
#include "sim.h"

static void
test_trace_exact (void)
{
  g_autoptr (LinkTrace) trace = link_trace_parse ("t",
      "# wfd-link-trace 1\n2500 65000 30 5\n# a word\n\n0 6500 1000 1000000\n", NULL);

  g_assert_nonnull (trace);
  g_assert_cmpuint (trace->n_ms, ==, 2);
  g_assert_cmpuint (trace->ms[0].capacity_bytes, ==, 2500);
  g_assert_cmpuint (trace->ms[0].phy_kbps, ==, 65000);
  g_assert_cmpuint (trace->ms[0].retry_permille, ==, 30);
  g_assert_cmpuint (trace->ms[0].loss_ppm, ==, 5);
  g_assert_cmpuint (trace->ms[1].loss_ppm, ==, 1000000);
  /* Begins again when it is at its end. */
  g_assert_cmpuint (link_trace_at (trace, 4)->capacity_bytes, ==, 2500);
}

static void
test_trace_refused (void)
{
  static const char *const texts[] = {
    "",
    "# wfd-link-trace 2\n1 1 1 1\n",
    "1 1 1 1\n",
    "# wfd-link-trace 1\n",
    "# wfd-link-trace 1\n1 1 1\n",
    "# wfd-link-trace 1\n1 1 1 1 1\n",
    "# wfd-link-trace 1\n-1 1 1 1\n",
    "# wfd-link-trace 1\n1 1 1001 1\n",
    "# wfd-link-trace 1\n1 1 1 1000001\n",
    "# wfd-link-trace 1\n10000001 1 1 1\n",
    "# wfd-link-trace 1\n1 x 1 1\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    LinkTrace *trace = link_trace_parse ("t", texts[i], &error);

    g_assert_null (trace);
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  }
}

static void
test_trace_written_is_read (void)
{
  g_autoptr (LinkTrace) trace = link_trace_new ("t", 2);
  g_autofree char *text = NULL;

  trace->ms[0] = (LinkMs) { 1, 2, 3, 4 };
  trace->ms[1] = (LinkMs) { 5, 6, 7, 8 };
  text = link_trace_to_text (trace);
  g_assert_cmpstr (text, ==, "# wfd-link-trace 1\n1 2 3 4\n5 6 7 8\n");
}

static double
sum_capacity (const LinkTrace *trace)
{
  double sum = 0;

  for (guint i = 0; i < trace->n_ms; i++)
    sum += trace->ms[i].capacity_bytes;
  return sum;
}

static void
test_trace_from_steps (void)
{
  g_autoptr (LinkTrace) trace = link_trace_parse_steps ("t", "0.0 8\n10.0 4.0\n20.0 4\n", 1, NULL);

  g_assert_nonnull (trace);
  g_assert_cmpuint (trace->n_ms, >=, 20000);
  /* 8 Mbit/s for 10 s and 4 for another ten. */
  g_assert_cmpfloat_with_epsilon (sum_capacity (trace), 15e6, 0.5e6);
  g_assert_null (link_trace_parse_steps ("t", "0 1\n0 2\n", 1, NULL));
  g_assert_null (link_trace_parse_steps ("t", "0 1\n1 -2\n", 1, NULL));
  g_assert_null (link_trace_parse_steps ("t", "0\n1\n", 1, NULL));
}

static void
test_trace_from_chances (void)
{
  g_autoptr (LinkTrace) trace = link_trace_parse_chances ("t", "0\n3\n3\n", NULL);

  g_assert_nonnull (trace);
  g_assert_cmpuint (trace->n_ms, ==, 4);
  g_assert_cmpuint (trace->ms[0].capacity_bytes, ==, 1500);
  g_assert_cmpuint (trace->ms[1].capacity_bytes, ==, 0);
  g_assert_cmpuint (trace->ms[3].capacity_bytes, ==, 3000);
  g_assert_null (link_trace_parse_chances ("t", "x\n", NULL));
}

static void
test_scenarios_repeat (void)
{
  guint n;
  const LinkScenario *table = link_scenario_get_table (&n);

  g_assert_cmpuint (n, ==, 8);
  for (guint i = 0; i < n; i++) {
    g_autoptr (LinkTrace) one = link_scenario_generate (&table[i], 7, 10);
    g_autoptr (LinkTrace) same = link_scenario_generate (&table[i], 7, 10);
    g_autoptr (LinkTrace) other = link_scenario_generate (&table[i], 8, 10);

    g_assert_cmpmem (one->ms, one->n_ms * sizeof (LinkMs), same->ms, same->n_ms * sizeof (LinkMs));
    g_assert_cmpint (memcmp (one->ms, other->ms, one->n_ms * sizeof (LinkMs)), !=, 0);
    g_assert_cmpfloat (sum_capacity (one), >, 0);
  }
}

static LinkModel *
model (const LinkTrace *trace, gboolean is_fifo, guint hidden_bytes)
{
  LinkConfig config = { is_fifo, hidden_bytes };

  return link_model_new (trace, &config, 1);
}

static void
send (LinkModel *link, guint n, gint64 now_ms)
{
  for (guint i = 0; i < n; i++) {
    LinkPacket packet = { .bytes = LINK_PACKET_BYTES, .sequence = i };

    link_model_send (link, &packet, now_ms);
  }
}

static guint
count_arrivals (LinkModel *link, gint64 now_ms)
{
  LinkEvent event;
  guint n = 0;

  while (link_model_take_arrival (link, now_ms, &event))
    n++;
  return n;
}

static void
test_link_carries_its_capacity (void)
{
  const LinkPiece pieces[] = { { 1000, 10.848 } }; /* a packet each millisecond */
  g_autoptr (LinkTrace) trace = link_from_pieces (pieces, 1);
  g_autoptr (LinkModel) link = model (trace, TRUE, 0);

  send (link, 100, 0);
  for (gint64 ms = 0; ms < 50; ms++)
    link_model_step (link, ms);
  g_assert_cmpint (link_model_get_outstanding (link), ==, 50 * LINK_PACKET_BYTES);
  g_assert_cmpuint (count_arrivals (link, 52), ==, 50);
}

static void
test_link_wastes_what_nobody_uses (void)
{
  const LinkPiece pieces[] = { { 1000, 10.848 } };
  g_autoptr (LinkTrace) trace = link_from_pieces (pieces, 1);
  g_autoptr (LinkModel) link = model (trace, TRUE, 0);

  for (gint64 ms = 0; ms < 50; ms++)
    link_model_step (link, ms);
  send (link, 10, 50);
  link_model_step (link, 50);
  g_assert_cmpint (link_model_get_outstanding (link), ==, 9 * LINK_PACKET_BYTES);
}

static void
test_codel_drops_what_waits (void)
{
  const LinkPiece pieces[] = { { 1000, 1.0848 } }; /* a packet in 10 ms */
  g_autoptr (LinkTrace) trace = link_from_pieces (pieces, 1);
  g_autoptr (LinkModel) codel = model (trace, FALSE, 0), fifo = model (trace, TRUE, 0);

  send (codel, 80, 0);
  send (fifo, 80, 0);
  for (gint64 ms = 0; ms < 100; ms++)
    link_model_step (codel, ms);
  g_assert_cmpuint (codel->fq.drops->len, ==, 0);
  for (gint64 ms = 100; ms < 500; ms++)
    link_model_step (codel, ms);
  g_assert_cmpuint (codel->fq.drops->len, >=, 5);
  for (gint64 ms = 0; ms < 500; ms++)
    link_model_step (fifo, ms);
  g_assert_cmpuint (fifo->fq.drops->len, ==, 0);
}

/* A radio that is away asks for no packets, so nothing of the queue is dropped. */
static void
test_codel_drops_nothing_in_a_gap (void)
{
  const LinkPiece pieces[] = { { 300, 0 }, { 1000, 100 } };
  g_autoptr (LinkTrace) trace = link_from_pieces (pieces, 2);
  g_autoptr (LinkModel) link = model (trace, FALSE, 0);

  send (link, 40, 0);
  for (gint64 ms = 0; ms < 400; ms++)
    link_model_step (link, ms);
  g_assert_cmpuint (link->fq.drops->len, ==, 0);
  g_assert_cmpuint (count_arrivals (link, 400), ==, 40);
}

static void
test_hidden_queue_hides (void)
{
  const LinkPiece pieces[] = { { 1000, 10.848 } };
  g_autoptr (LinkTrace) trace = link_from_pieces (pieces, 1);
  g_autoptr (LinkModel) link = model (trace, FALSE, 64 * 1024);

  send (link, 40, 0);
  link_model_step (link, 0);
  g_assert_cmpint (link_model_get_outstanding (link), ==, 0);
  g_assert_cmpuint (count_arrivals (link, 20), ==, 1);
}

static void
test_encoder_makes_what_it_is_told (void)
{
  SimSettings settings = { 8000, 54 };
  SimEncoder encoder;
  double sum = 0;

  sim_encoder_init (&encoder, 1000 / 60.0, SIM_CONTENT_FILM, 1, &settings, 1);
  for (guint i = 0; i < 6000; i++) {
    guint bytes;

    sim_encoder_capture (&encoder);
    sim_encoder_tell (&encoder, &settings);
    bytes = sim_encoder_encode (&encoder, i % 600 == 0, i * 1000 / 60);
    /* No frame overruns the buffer. */
    g_assert_cmpuint (bytes, <=, 54000);
    sum += bytes;
  }
  g_assert_cmpfloat_with_epsilon (sum / 100 * 8 / 1e6, 8, 0.25);
}

static void
test_encoder_obeys_a_frame_later (void)
{
  SimSettings before = { 8000, 1000 }, after = { 800, 1000 };
  SimEncoder encoder;
  guint first, second;

  sim_encoder_init (&encoder, 1000 / 60.0, SIM_CONTENT_FILM, 1, &before, 1);
  sim_encoder_capture (&encoder);
  sim_encoder_tell (&encoder, &after);
  first = sim_encoder_encode (&encoder, FALSE, 0);
  sim_encoder_capture (&encoder);
  sim_encoder_tell (&encoder, &after);
  second = sim_encoder_encode (&encoder, FALSE, 17);
  g_assert_cmpuint (first, >, 8000);
  g_assert_cmpuint (second, <, 4000);
}

/* On a link with nothing to decide, the simulation must find nothing. */
static void
test_fixed_on_a_wide_link (void)
{
  const LinkPiece pieces[] = { { 10000, 100 } };
  g_autoptr (LinkTrace) trace = link_from_pieces (pieces, 1);
  SimConfig config;
  SimResult result;

  sim_config_init (&config, 60);
  config.duration_ms = 10000;
  sim_run (&config, trace, &sim_fixed, NULL, &result);
  g_assert_cmpfloat (result.bad_part, ==, 0);
  g_assert_cmpfloat (result.unavoidable_part, ==, 0);
  g_assert_cmpfloat_with_epsilon (result.geo_mbps, 4.1, 0.2);
  g_assert_cmpfloat_with_epsilon (result.util_part, 4.1 / 40, 0.01);
  g_assert_cmpfloat (result.p99_ms, <=, 14);
}

/* And nothing is in time when nothing is carried. */
static void
test_nothing_on_a_dead_link (void)
{
  const LinkPiece pieces[] = { { 4000, 20 }, { 6000, 0 } };
  g_autoptr (LinkTrace) trace = link_from_pieces (pieces, 2);
  SimConfig config;
  SimResult result;

  sim_config_init (&config, 60);
  config.duration_ms = 10000;
  config.settle_ms = 5000;
  sim_run (&config, trace, &sim_oracle, NULL, &result);
  g_assert_cmpfloat (result.bad_part, ==, 1);
  g_assert_cmpfloat (result.unavoidable_part, ==, 1);
}

static void
keep_text (gpointer user_data, const SimPeer *peer)
{
  *(char **) user_data = sim_frames_to_text (peer);
}

/* Whoever casts, the judgement is the same. */
static void
test_frames_judge_as_the_cast (void)
{
  const LinkPiece pieces[] = { { 4000, 20 }, { 500, 0 }, { 5500, 6 } };
  g_autoptr (LinkTrace) trace = link_from_pieces (pieces, 3);
  g_autofree char *text = NULL;
  SimWatch watch = { .ended = keep_text, .user_data = &text };
  SimConfig config;
  SimResult result, again;
  SimPeer peer;

  sim_config_init (&config, 60);
  config.duration_ms = 10000;
  sim_run (&config, trace, &sim_fixed, &watch, &result);
  g_assert_cmpfloat (result.bad_part, >, 0);
  sim_peer_init (&peer, 1);
  g_assert_true (sim_frames_parse (&peer, text, NULL));
  g_assert_cmpuint (peer.frames->len, ==, 600);
  sim_result_compute (&config, trace, &peer, &again);
  again.n_drops = result.n_drops;
  again.calls_per_s = result.calls_per_s;
  g_assert_cmpmem (&again, sizeof again, &result, sizeof result);
  sim_peer_clear (&peer);
}

static void
test_frames_refused (void)
{
  static const char *const lines[] = { "0,1,2,3,4,5,0,0", "0,1,2,3,4,5,0,0,1,7",
    "-1,1,2,3,4,5,0,0,1", "6,1,2,3,4,5,0,0,1", "0,x,2,3,4,5,0,0,1", "0,1,2,3,4,5 5,0,0,1",
    "0,1,2,3,4,5,0,0,-1", "99999999,1,2,3,4,-1,0,0,0", "5,1,1,1,1,9,0,0,1\n4,1,1,1,1,9,0,0,1" };
  const char *header =
      "captured_ms,rate_kbps,bytes,packets,arrived,complete_ms,skipped,key,shown\n";

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autofree char *text = g_strconcat (header, lines[i], NULL);
    g_autoptr (GError) error = NULL;
    SimPeer peer;

    sim_peer_init (&peer, 1);
    g_assert_false (sim_frames_parse (&peer, lines[i], NULL));
    g_assert_false (sim_frames_parse (&peer, text, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    sim_peer_clear (&peer);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate/sim/trace/exact", test_trace_exact);
  g_test_add_func ("/rate/sim/trace/refused", test_trace_refused);
  g_test_add_func ("/rate/sim/trace/written", test_trace_written_is_read);
  g_test_add_func ("/rate/sim/trace/from-steps", test_trace_from_steps);
  g_test_add_func ("/rate/sim/trace/from-chances", test_trace_from_chances);
  g_test_add_func ("/rate/sim/scenarios/repeat", test_scenarios_repeat);
  g_test_add_func ("/rate/sim/link/carries-its-capacity", test_link_carries_its_capacity);
  g_test_add_func ("/rate/sim/link/wastes-what-nobody-uses", test_link_wastes_what_nobody_uses);
  g_test_add_func ("/rate/sim/link/codel-drops-what-waits", test_codel_drops_what_waits);
  g_test_add_func ("/rate/sim/link/codel-drops-nothing-in-a-gap",
      test_codel_drops_nothing_in_a_gap);
  g_test_add_func ("/rate/sim/link/hidden-queue-hides", test_hidden_queue_hides);
  g_test_add_func ("/rate/sim/encoder/makes-what-it-is-told", test_encoder_makes_what_it_is_told);
  g_test_add_func ("/rate/sim/encoder/obeys-a-frame-later", test_encoder_obeys_a_frame_later);
  g_test_add_func ("/rate/sim/fixed-on-a-wide-link", test_fixed_on_a_wide_link);
  g_test_add_func ("/rate/sim/nothing-on-a-dead-link", test_nothing_on_a_dead_link);
  g_test_add_func ("/rate/sim/frames/judge-as-the-cast", test_frames_judge_as_the_cast);
  g_test_add_func ("/rate/sim/frames/refused", test_frames_refused);
  return g_test_run ();
}
