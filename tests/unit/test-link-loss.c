/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A peer whose radio is in reach or not, in simulated time. */
#include <link-loss.h>

#include <station-builder.h>

#define LOOK_US (250 * G_TIME_SPAN_MILLISECOND)
#define LOST_US (4500 * G_TIME_SPAN_MILLISECOND)
#define S(seconds) ((gint64) ((seconds) *G_USEC_PER_SEC))
#define NEVER -1.0
#define START_US S (1000)

/* What the link has to go by. */
typedef enum
{
  STATION = 1 << 0,     /* the kernel tells of it */
  INACTIVE = 1 << 1,    /* and how long it has been silent */
  FAILURES = 1 << 2,    /* and what was given up */
  VANISHES = 1 << 3,    /* and forgets it when it is out of reach */
  STREAM = 1 << 4,      /* pictures are sent to it all the time */
  REPORTS = 1 << 5,     /* of which it reports each five seconds, and says nothing else */
  QUESTIONS = 1 << 6,   /* it can be asked when it is silent */
  STREAM_FROM = 1 << 7, /* pictures come from it, and are reported */
  KEEP_ALIVE = 1 << 8,  /* a keep-alive is sent each two seconds, and its answer reported */
} Trait;

typedef struct
{
  const char *name;
  guint traits;
  double away_s, back_s;  /* out of reach meanwhile */
  double least_s, most_s; /* when it has to be said lost, from the beginning; or NEVER */
} Scenario;

static const Scenario scenarios[] = {
  { "stays", STATION | INACTIVE | STREAM, NEVER, NEVER, NEVER, NEVER },
  { "stays-in-a-pause", STATION | INACTIVE | QUESTIONS, NEVER, NEVER, NEVER, NEVER },
  { "stays-without-inactivity", STATION | FAILURES | STREAM | REPORTS, NEVER, NEVER, NEVER, NEVER },
  { "stays-and-is-asked", STATION | STREAM | REPORTS | QUESTIONS, NEVER, NEVER, NEVER, NEVER },
  { "stays-nothing-told", QUESTIONS, NEVER, NEVER, NEVER, NEVER },
  { "pause-without-questions", STATION | INACTIVE, NEVER, NEVER, NEVER, NEVER },
  { "pause-nothing-told", 0, 10, NEVER, NEVER, NEVER },
  { "away", STATION | INACTIVE | STREAM, 10, NEVER, 13.5, 15 },
  { "away-in-a-pause", STATION | INACTIVE | QUESTIONS, 10, NEVER, 13.5, 15.1 },
  { "away-as-client", STATION | INACTIVE | VANISHES, 10, NEVER, 13.5, 15 },
  { "away-without-inactivity", STATION | STREAM | REPORTS | QUESTIONS, 10, NEVER, 13.5, 15.1 },
  { "away-failures-only", STATION | FAILURES | STREAM | REPORTS, 10, NEVER, 13.5, 15.1 },
  { "away-nothing-told", QUESTIONS, 10, NEVER, 13, 15.1 },
  { "away-stream-from-it", STREAM_FROM | QUESTIONS, 10, NEVER, 13.5, 15 },
  { "away-keep-alive-only", KEEP_ALIVE, 10, NEVER, 13, 16 },
  { "away-keep-alive-and-station", KEEP_ALIVE | STATION | INACTIVE, 10, NEVER, 13, 16 },
  { "away-1-s", STATION | INACTIVE | STREAM, 10, 11, NEVER, NEVER },
  { "away-3-s", STATION | INACTIVE | STREAM, 10, 13, NEVER, NEVER },
  { "away-3-s-as-client", STATION | INACTIVE | VANISHES, 10, 13, NEVER, NEVER },
  { "away-3-s-in-a-pause", STATION | INACTIVE | QUESTIONS, 10, 13, NEVER, NEVER },
  { "away-3-s-without-inactivity", STATION | STREAM | REPORTS | QUESTIONS, 10, 13, NEVER, NEVER },
  { "away-3-s-stream-from-it", STREAM_FROM | QUESTIONS, 10, 13, NEVER, NEVER },
  { "away-6-s", STATION | INACTIVE | STREAM, 10, 16, 13.5, 15 },
};

typedef struct
{
  const Scenario *scenario;
  WfdLossWatch watch;
  WfdStation station;
  gint64 now_us;
  gint64 heard_us;
  gint64 asked_us; /* what it has not answered yet; or 0 */
  double away_s;   /* when it was first told to be away; or NEVER */
} World;

static gboolean
is_in_reach (World *world)
{
  const Scenario *scenario = world->scenario;
  double s = (double) (world->now_us - START_US) / G_USEC_PER_SEC;

  return scenario->away_s == NEVER || s < scenario->away_s
      || (scenario->back_s != NEVER && s >= scenario->back_s);
}

/* It acknowledges by radio, or the driver gives up. */
static void
send_something (World *world)
{
  world->station.tx_packets++;
  if (is_in_reach (world))
    world->heard_us = world->now_us;
  else if ((world->scenario->traits & FAILURES) != 0)
    world->station.tx_failed++;
}

static void
receive_something (World *world)
{
  world->station.rx_packets++;
  world->heard_us = world->now_us;
}

static void
look (World *world)
{
  guint traits = world->scenario->traits;

  if ((traits & INACTIVE) != 0)
    world->station.inactive_ms = (world->now_us - world->heard_us) / G_TIME_SPAN_MILLISECOND;
  if ((traits & STATION) != 0)
    wfd_loss_feed_station (&world->watch,
        (traits & VANISHES) != 0 && !is_in_reach (world) ? NULL : &world->station, world->now_us);
}

static gboolean
is_each (World *world, gint64 interval_us)
{
  return (world->now_us - START_US) % interval_us == 0;
}

static void
keep_alive (World *world)
{
  wfd_loss_feed_attempt (&world->watch, world->now_us);
  send_something (world);
  if (!is_in_reach (world))
    return;
  receive_something (world);
  wfd_loss_feed_life (&world->watch, world->now_us);
}

#define ANSWER_US S (0.05)

/* The kernel repeats each second what has not been answered. */
static void
answer (World *world)
{
  if (world->asked_us == 0 || (world->now_us - world->asked_us) % S (1) != ANSWER_US
      || !is_in_reach (world))
    return;
  receive_something (world);
  wfd_loss_feed_life (&world->watch, world->now_us);
  world->asked_us = 0;
}

static void
happen (World *world)
{
  guint traits = world->scenario->traits;

  if ((traits & STREAM) != 0)
    send_something (world);
  if ((traits & REPORTS) != 0 && is_each (world, S (5)) && is_in_reach (world))
    receive_something (world);
  answer (world);
  if ((traits & STREAM_FROM) != 0 && is_in_reach (world))
    wfd_loss_feed_life (&world->watch, world->now_us);
  if ((traits & KEEP_ALIVE) != 0 && is_each (world, S (2)))
    keep_alive (world);
  if (is_each (world, LOOK_US))
    look (world);
}

static void
ask (World *world)
{
  if ((world->scenario->traits & QUESTIONS) == 0)
    return;
  send_something (world);
  wfd_loss_feed_attempt (&world->watch, world->now_us);
  if (world->asked_us == 0)
    world->asked_us = world->now_us;
}

static double
run (World *world, const Scenario *scenario)
{
  *world = (World) { .scenario = scenario,
    .station = station_new (1),
    .now_us = START_US,
    .heard_us = START_US,
    .away_s = NEVER };
  world->station.tx_packets = world->station.tx_failed = world->station.rx_packets = 0;
  wfd_loss_init (&world->watch, LOST_US, START_US);
  for (; world->now_us < START_US + S (60); world->now_us += S (0.01)) {
    WfdLossVerdict verdict;
    double now_s;

    happen (world);
    verdict = wfd_loss_decide (&world->watch, world->now_us);
    now_s = (double) (world->now_us - START_US) / G_USEC_PER_SEC;
    if (world->watch.is_away && world->away_s == NEVER)
      world->away_s = now_s;
    switch (verdict) {
      case WFD_LOSS_LOST:
        return now_s;
      case WFD_LOSS_SILENT:
        ask (world);
        break;
      case WFD_LOSS_PRESENT:
        g_assert_cmpint (wfd_loss_get_deadline_us (&world->watch), >, world->now_us);
        break;
    }
  }
  return NEVER;
}

/* Told in the first two seconds and a half that something was sent in vain, and never
 * of who is there. */
static void
check_away (const World *world, double lost_s)
{
  const Scenario *scenario = world->scenario;

  g_test_message ("away at %.2f s", world->away_s);
  if (scenario->away_s == NEVER)
    g_assert_cmpfloat (world->away_s, ==, NEVER);
  else if (lost_s != NEVER)
    g_assert_cmpfloat (world->away_s, <=, lost_s - 2);
  else
    g_assert_false (world->watch.is_away);
}

static void
test_scenario (gconstpointer data)
{
  const Scenario *scenario = data;
  World world;
  double lost_s = run (&world, scenario);

  g_test_message ("lost at %.2f s", lost_s);
  g_assert_cmpfloat (lost_s, >=, scenario->least_s);
  g_assert_cmpfloat (lost_s, <=, scenario->most_s);
  check_away (&world, lost_s);
}

static void
check_away_at (WfdLossWatch *watch, gint64 away_us)
{
  g_assert_false (watch->is_away);
  g_assert_cmpint (wfd_loss_get_deadline_us (watch), ==, away_us);
  g_assert_cmpint (wfd_loss_decide (watch, away_us), ==, WFD_LOSS_PRESENT);
  g_assert_true (watch->is_away);
}

/* Who waits until the deadline, and looks then, is in time. */
static void
test_deadline (void)
{
  WfdLossWatch watch;

  wfd_loss_init (&watch, LOST_US, START_US);
  g_assert_cmpint (wfd_loss_get_deadline_us (&watch), ==, START_US + S (1));
  for (guint i = 1; i <= 4; i++) {
    gint64 now_us = wfd_loss_get_deadline_us (&watch);

    g_assert_cmpint (now_us, ==, START_US + S (i));
    g_assert_cmpint (wfd_loss_decide (&watch, now_us), ==, WFD_LOSS_SILENT);
    g_assert_cmpint (wfd_loss_decide (&watch, now_us), ==, WFD_LOSS_PRESENT);
    wfd_loss_feed_attempt (&watch, now_us);
    if (i == 1)
      check_away_at (&watch, START_US + LOST_US / 3);
  }
  g_assert_cmpint (wfd_loss_get_deadline_us (&watch), ==, START_US + LOST_US);
  g_assert_cmpint (wfd_loss_decide (&watch, START_US + LOST_US - 1), ==, WFD_LOSS_PRESENT);
  g_assert_cmpint (wfd_loss_decide (&watch, START_US + LOST_US), ==, WFD_LOSS_LOST);
}

/* After a long pause in which nothing was sent, one packet is not enough. */
static void
test_first_packet_after_pause (void)
{
  WfdLossWatch watch;

  wfd_loss_init (&watch, LOST_US, START_US);
  wfd_loss_feed_attempt (&watch, START_US + S (600));
  g_assert_cmpint (wfd_loss_decide (&watch, START_US + S (603)), !=, WFD_LOSS_LOST);
  g_assert_cmpint (wfd_loss_decide (&watch, START_US + S (604)), ==, WFD_LOSS_LOST);
}

/* What is told late, of an earlier time, takes nothing back. */
static void
test_late_news (void)
{
  WfdLossWatch watch;
  WfdStation station = station_new (1);

  wfd_loss_init (&watch, LOST_US, START_US);
  wfd_loss_feed_life (&watch, START_US + S (3));
  station.inactive_ms = 60 * 1000;
  wfd_loss_feed_station (&watch, &station, START_US + S (4));
  wfd_loss_feed_attempt (&watch, START_US + S (2));
  g_assert_cmpint (watch.life_us, ==, START_US + S (3));
  g_assert_cmpint (wfd_loss_decide (&watch, START_US + S (7)), !=, WFD_LOSS_LOST);
}

/* A station that has come anew counts from the beginning; that is no sending. */
static void
test_counters_begin_anew (void)
{
  WfdLossWatch watch;
  WfdStation station = station_new (1);

  wfd_loss_init (&watch, LOST_US, START_US);
  for (guint i = 0; i < 100; i++) {
    station.tx_packets = 1000 - i;
    station.rx_packets = 1000 - i;
    wfd_loss_feed_station (&watch, &station, START_US + i * LOOK_US);
    g_assert_cmpint (wfd_loss_decide (&watch, START_US + i * LOOK_US), !=, WFD_LOSS_LOST);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++) {
    g_autofree char *path = g_strconcat ("/link/loss/", scenarios[i].name, NULL);

    g_test_add_data_func (path, &scenarios[i], test_scenario);
  }
  g_test_add_func ("/link/loss/deadline", test_deadline);
  g_test_add_func ("/link/loss/first-packet-after-a-pause", test_first_packet_after_pause);
  g_test_add_func ("/link/loss/late-news", test_late_news);
  g_test_add_func ("/link/loss/counters-begin-anew", test_counters_begin_anew);
  return g_test_run ();
}
