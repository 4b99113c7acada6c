/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-lead.h>

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define LEAD (125 * MS)
/* A decoder holds a second (H.222.0 §2.7.9), and its clock may be 100 ms old. */
#define MOST_AHEAD (900 * MS)

#define VIDEO 0
#define AUDIO 1

static WfdTsLead
new_lead (void)
{
  WfdTsLead lead;

  wfd_ts_lead_init (&lead);
  return lead;
}

/* Of what is captured then and sent @after_ns later: how far ahead it is shown. */
static gint64
ahead (WfdTsLead *lead, guint stream, gint64 captured_ns, gint64 after_ns)
{
  gint64 now_ns = captured_ns + after_ns;

  return wfd_ts_lead_place (lead, stream, captured_ns, now_ns) - now_ns;
}

static void
test_what_is_in_time (void)
{
  WfdTsLead lead = new_lead ();

  g_assert_cmpint (ahead (&lead, VIDEO, SECOND, 0), ==, LEAD);
  g_assert_cmpint (ahead (&lead, AUDIO, SECOND, 30 * MS), ==, LEAD - 30 * MS);
  g_assert_cmpint (ahead (&lead, AUDIO, SECOND, LEAD), ==, 0);
}

static void
test_slowest_upstream_counts_for_both (void)
{
  WfdTsLead lead = new_lead ();

  wfd_ts_lead_add_latency (&lead, 10 * MS);
  wfd_ts_lead_add_latency (&lead, 200 * MS);
  wfd_ts_lead_add_latency (&lead, 20 * MS);
  g_assert_cmpint (ahead (&lead, VIDEO, SECOND, 0), ==, LEAD + 200 * MS);
  g_assert_cmpint (ahead (&lead, AUDIO, SECOND, 200 * MS), ==, LEAD);
}

/* The first picture of an encoder that starts on a busy machine. */
static void
test_one_that_is_late_moves_no_other (void)
{
  WfdTsLead lead = new_lead ();

  g_assert_cmpint (ahead (&lead, VIDEO, SECOND, 950 * MS), ==, 0);
  g_assert_cmpint (ahead (&lead, VIDEO, SECOND + 33 * MS, 920 * MS), ==, 0);
  g_assert_cmpint (ahead (&lead, VIDEO, SECOND + 966 * MS, 5 * MS), ==, LEAD - 5 * MS);
  g_assert_cmpint (ahead (&lead, AUDIO, SECOND + 966 * MS, 5 * MS), ==, LEAD - 5 * MS);
}

/* Pictures that take 200 to 232 ms each, beside sound that does not. */
static void
run_slowly (WfdTsLead *lead, gint64 from_ns, gint64 to_ns)
{
  for (gint64 at_ns = from_ns; at_ns < to_ns; at_ns += 33 * MS) {
    g_assert_cmpint (ahead (lead, VIDEO, at_ns, 200 * MS + at_ns / MS % 5 * 8 * MS), >=, 0);
    g_assert_cmpint (ahead (lead, AUDIO, at_ns, 10 * MS), >=, LEAD - 10 * MS);
  }
}

static void
test_machine_that_is_too_slow_moves_both (void)
{
  WfdTsLead lead = new_lead ();

  run_slowly (&lead, SECOND, SECOND + 900 * MS);
  g_assert_cmpint (ahead (&lead, AUDIO, 2 * SECOND, 0), ==, LEAD);
  run_slowly (&lead, SECOND + 900 * MS, 10 * SECOND);
  /* By as much as the fastest needs, so that the others are a little late. */
  g_assert_cmpint (ahead (&lead, AUDIO, 11 * SECOND, 0), ==, 200 * MS);
  g_assert_cmpint (ahead (&lead, VIDEO, 11 * SECOND, 200 * MS), ==, 0);
}

/* Two that are late are two, whatever time lies between them. */
static void
test_few_late_units_say_nothing (void)
{
  WfdTsLead lead = new_lead ();

  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (ahead (&lead, VIDEO, i * 5 * SECOND, 300 * MS), ==, 0);
  g_assert_cmpint (ahead (&lead, VIDEO, 20 * SECOND, 0), ==, LEAD);
}

/* Whatever machines and those upstream do: nothing is behind the clock of the stream,
 * nothing is further ahead than a decoder bears, no time goes back. */
static void
test_never_behind_never_too_far_ahead (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint session = 0; session < 200; session++) {
    WfdTsLead lead = new_lead ();
    gint64 now_ns = 0, last_ns[2] = { 0 };
    gint64 most_late_ns = g_rand_int_range (rand, 1, 5000) * MS;

    wfd_ts_lead_add_latency (&lead, session % 3 * g_rand_int_range (rand, 0, 3000) * MS);
    for (guint i = 0; i < 500; i++) {
      guint stream = i % 2;
      gint64 captured_ns = now_ns - (gint64) (g_rand_double (rand) * most_late_ns);
      gint64 time_ns;

      /* One that comes before it is due. */
      if (i % 50 == 0)
        captured_ns = now_ns + most_late_ns;
      time_ns = wfd_ts_lead_place (&lead, stream, captured_ns, now_ns);
      g_assert_cmpint (time_ns, >=, now_ns);
      g_assert_cmpint (time_ns, <=, now_ns + MOST_AHEAD);
      last_ns[stream] = time_ns;
      now_ns += 16 * MS;
    }
    g_assert_cmpint (MAX (last_ns[0], last_ns[1]), >=, now_ns - 32 * MS);
  }
}

/* Those of a stream come in the order in which they were captured, and keep it. */
static void
test_time_does_not_go_back (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  WfdTsLead lead = new_lead ();
  gint64 now_ns = 0, last_ns = 0;

  for (guint i = 0; i < 5000; i++) {
    gint64 captured_ns = SECOND + i * 33 * MS;
    gint64 sent_ns = captured_ns + (gint64) (g_rand_double (rand) * (i / 100 % 5) * 100 * MS);
    gint64 time_ns;

    now_ns = MAX (now_ns, sent_ns);
    time_ns = wfd_ts_lead_place (&lead, VIDEO, captured_ns, now_ns);
    g_assert_cmpint (time_ns, >=, last_ns);
    last_ns = time_ns;
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/lead/what-is-in-time", test_what_is_in_time);
  g_test_add_func ("/ts/lead/slowest-upstream-counts-for-both",
      test_slowest_upstream_counts_for_both);
  g_test_add_func ("/ts/lead/one-that-is-late-moves-no-other",
      test_one_that_is_late_moves_no_other);
  g_test_add_func ("/ts/lead/machine-that-is-too-slow-moves-both",
      test_machine_that_is_too_slow_moves_both);
  g_test_add_func ("/ts/lead/few-late-units-say-nothing", test_few_late_units_say_nothing);
  g_test_add_func ("/ts/lead/never-behind-never-too-far-ahead",
      test_never_behind_never_too_far_ahead);
  g_test_add_func ("/ts/lead/time-does-not-go-back", test_time_does_not_go_back);

  return g_test_run ();
}
