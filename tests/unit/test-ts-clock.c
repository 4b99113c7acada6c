/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-clock.h>

#define US G_GINT64_CONSTANT (1000)
#define MS (1000 * US)
#define SECOND (1000 * MS)

#define AUDIO WFD_TS_CLOCK_SOUND
#define VIDEO WFD_TS_CLOCK_PICTURE

/* By so much sound may be later than the picture. */
#define LAG (20 * MS)

/* A sender and a network, simulated. Time of the sender: true time, times its
 * drift, plus where its clock began. */
typedef struct
{
  WfdTsClock *clock;
  GRand *rand;

  gint64 offset_ns; /* the sender's clock when ours is 0 */
  gint64 drift_ppm;
  gint64 delay_ns;        /* of the network, at least */
  gint64 jitter_ns;       /* and up to so much more */
  gint64 pcr_error_ns;    /* the sender writes PCR up to so much too small */
  gint64 video_behind_ns; /* PTS to complete unit, of the fastest */
  gint64 audio_behind_ns;

  gint64 last_arrival_ns;  /* packets do not overtake each other */
  gint64 last_error_ns[2]; /* of what place returned */
  gint64 last_pts_ns[2];
  gint64 last_time_ns[2];

  /* What was seen since the last reset_extremes (). */
  gint64 least_error_ns, most_error_ns;
  gint64 most_step_ppm; /* change of the mapping */
} Simulation;

static void
reset_extremes (Simulation *self)
{
  self->least_error_ns = G_MAXINT64;
  self->most_error_ns = G_MININT64;
  self->most_step_ppm = 0;
  self->last_pts_ns[AUDIO] = self->last_pts_ns[VIDEO] = G_MININT64;
}

static Simulation
simulation (void)
{
  Simulation self = {
    .clock = wfd_ts_clock_new (),
    .rand = g_rand_new_with_seed (42),
    .offset_ns = 3600 * SECOND,
    .delay_ns = 2 * MS,
    .video_behind_ns = 12 * MS,
    .audio_behind_ns = 12 * MS,
  };

  reset_extremes (&self);
  return self;
}

static void
simulation_clear (Simulation *self)
{
  wfd_ts_clock_free (self->clock);
  g_rand_free (self->rand);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Simulation, simulation_clear)

static gint64
to_pts (gint64 ns)
{
  return ns / 100000 * 9 + ns % 100000 * 9 / 100000;
}

static gint64
senders (const Simulation *self, gint64 now_ns)
{
  return now_ns + self->offset_ns + now_ns / 1000000 * self->drift_ppm;
}

static gint64
arrival (Simulation *self, gint64 sent_ns)
{
  gint64 at_ns = sent_ns + self->delay_ns;

  if (self->jitter_ns > 0)
    at_ns += (gint64) (g_rand_double (self->rand) * self->jitter_ns);
  self->last_arrival_ns = MAX (self->last_arrival_ns, at_ns);
  return self->last_arrival_ns;
}

static void
send_pcr (Simulation *self, gint64 sent_ns)
{
  gint64 pcr_ns = senders (self, sent_ns);

  if (self->pcr_error_ns > 0)
    pcr_ns -= (gint64) (g_rand_double (self->rand) * self->pcr_error_ns);
  wfd_ts_clock_add_reference (self->clock, pcr_ns / 1000 * 27, arrival (self, sent_ns), FALSE);
}

/* How long after its capture a unit can be shown at best, if the other stream is to be in time
 * with it. */
static gint64
find_ideal (const Simulation *self, WfdTsClockStream stream)
{
  if (stream == AUDIO)
    return MAX (self->audio_behind_ns, self->video_behind_ns) + self->delay_ns;
  return MAX (self->audio_behind_ns - LAG, self->video_behind_ns) + self->delay_ns;
}

/* A unit captured at @captured_ns; returns when it is to be shown. The ideal is
 * when it is complete with the least delay there is. */
static gint64
send_unit (Simulation *self, WfdTsClockStream stream, gint64 captured_ns)
{
  gint64 behind_ns = stream == VIDEO ? self->video_behind_ns : self->audio_behind_ns;
  gint64 pts_ns = senders (self, captured_ns);
  gint64 time_ns = wfd_ts_clock_place (self->clock, stream, to_pts (pts_ns),
      arrival (self, captured_ns + behind_ns));
  gint64 ideal_ns = captured_ns + find_ideal (self, stream);

  self->last_error_ns[stream] = time_ns - ideal_ns;
  self->least_error_ns = MIN (self->least_error_ns, time_ns - ideal_ns);
  self->most_error_ns = MAX (self->most_error_ns, time_ns - ideal_ns);
  if (self->last_pts_ns[stream] != G_MININT64) {
    gint64 step_ns =
        time_ns - self->last_time_ns[stream] - (captured_ns - self->last_pts_ns[stream]);

    self->most_step_ppm = MAX (self->most_step_ppm,
        (ABS (step_ns) - 1 * US - 100 * US / 9) * 1000000
            / (captured_ns - self->last_pts_ns[stream]));
  }
  self->last_pts_ns[stream] = captured_ns;
  self->last_time_ns[stream] = time_ns;
  return time_ns;
}

/* PCR each @pcr_ns, video at 30 Hz, sound each 10 ms, from @from_ns to @to_ns. */
static void
run (Simulation *self, gint64 from_ns, gint64 to_ns, gint64 pcr_ns)
{
  for (gint64 now_ns = from_ns; now_ns < to_ns; now_ns += MS) {
    if (pcr_ns != 0 && now_ns / MS % (pcr_ns / MS) == 0)
      send_pcr (self, now_ns);
    if (now_ns / MS % 10 == 0)
      send_unit (self, AUDIO, now_ns - self->audio_behind_ns);
    if (now_ns / MS % 33 == 0)
      send_unit (self, VIDEO, now_ns - self->video_behind_ns);
  }
}

static void
test_quiet_network (void)
{
  g_auto (Simulation) s = simulation ();

  run (&s, 0, 20 * SECOND, 33 * MS);
  g_assert_cmpint (s.least_error_ns, >=, -100 * US);
  g_assert_cmpint (s.most_error_ns, <=, 100 * US);
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 0);
}

/* An hour at 50 ppm is 180 ms of drift. */
static void
test_drift_for_an_hour (void)
{
  static const gint64 drifts[] = { 50, -50, 100 };

  for (guint i = 0; i < G_N_ELEMENTS (drifts); i++) {
    g_auto (Simulation) s = simulation ();

    s.drift_ppm = drifts[i];
    run (&s, 0, 10 * SECOND, 33 * MS);
    reset_extremes (&s);
    run (&s, 10 * SECOND, 3600 * SECOND, 33 * MS);
    g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
    g_assert_cmpint (s.most_error_ns, <=, 1 * MS);
    g_assert_cmpint (s.most_step_ppm, <=, 600);
    g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 0);
  }
}

static void
test_jitter_of_20_ms (void)
{
  g_auto (Simulation) s = simulation ();

  s.jitter_ns = 20 * MS;
  s.drift_ppm = 50;
  run (&s, 0, 5 * SECOND, 33 * MS);
  reset_extremes (&s);
  run (&s, 5 * SECOND, 600 * SECOND, 33 * MS);
  /* Packets queue behind each other, so that even the fastest is delayed. A
   * latency of 25 ms takes all of it. */
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 5 * MS);
  g_assert_cmpint (s.most_step_ppm, <=, 1500);
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 0);
}

/* In the first seconds nothing may be shown much before it comes, and the time
 * settles without a jump. */
static void
test_begins_smoothly (void)
{
  g_auto (Simulation) s = simulation ();

  s.jitter_ns = 20 * MS;
  run (&s, 0, 1 * SECOND, 33 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 45 * MS);
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
  reset_extremes (&s);
  run (&s, 1 * SECOND, 3 * SECOND, 33 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 10 * MS);
}

/* The first picture of a machine that is busy is much later than the others, or all are for a
 * while, until the source has made up for it: neither may be shown too late for long. */
static void
assert_made_up_for (gint64 late_ns, gint64 for_ns, gint64 within_ns)
{
  g_auto (Simulation) s = simulation ();

  s.jitter_ns = 5 * MS;
  s.delay_ns += late_ns;
  run (&s, 0, for_ns, 33 * MS);
  s.delay_ns -= late_ns;
  reset_extremes (&s);
  run (&s, for_ns, for_ns + within_ns, 33 * MS);
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
  g_assert_cmpint (s.most_step_ppm, <=, 80000);
  reset_extremes (&s);
  run (&s, for_ns + within_ns, 60 * SECOND, 33 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 4 * MS);
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 0);
}

static void
test_slow_start_is_made_up_for (void)
{
  assert_made_up_for (150 * MS, 33 * MS, 4 * SECOND);
  assert_made_up_for (80 * MS, 3500 * MS, 4 * SECOND);
  /* As late as in a minute of the slow way: nobody needs to hurry. */
  assert_made_up_for (10 * MS, 20 * SECOND, 20 * SECOND);
}

/* GNOME Network Displays: a reference each 66.7 ms that is off by up to 37 ms. */
static void
test_sparse_and_wrong_reference (void)
{
  g_auto (Simulation) s = simulation ();

  s.pcr_error_ns = 40 * MS;
  run (&s, 0, 5 * SECOND, 66 * MS);
  reset_extremes (&s);
  run (&s, 5 * SECOND, 600 * SECOND, 66 * MS);
  g_assert_cmpint (s.least_error_ns, >=, -3 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 6 * MS);
  g_assert_cmpint (s.most_step_ppm, <=, 1500);
}

static void
test_without_reference (void)
{
  g_auto (Simulation) s = simulation ();

  s.jitter_ns = 20 * MS;
  s.drift_ppm = 50;
  run (&s, 0, 10 * SECOND, 0);
  reset_extremes (&s);
  run (&s, 10 * SECOND, 600 * SECOND, 0);
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 4 * MS);
  g_assert_cmpint (s.most_step_ppm, <=, 1500);
}

/* Presentation times that have nothing to do with the reference. */
static void
test_reference_of_another_clock (void)
{
  g_auto (Simulation) s = simulation ();

  for (gint64 now_ns = 0; now_ns < 20 * SECOND; now_ns += 33 * MS) {
    wfd_ts_clock_add_reference (s.clock, now_ns / 1000 * 27, now_ns + s.delay_ns, FALSE);
    send_unit (&s, VIDEO, now_ns);
  }
  g_assert_cmpint (s.least_error_ns, >=, -100 * US);
  g_assert_cmpint (s.most_error_ns, <=, 100 * US);
}

/* Whichever is slower, what jitters and when: of what was captured together, the sound is
 * shown with the picture or up to 20 ms later. */
static void
assert_together (gint64 audio_behind_ns, gint64 video_behind_ns, gint64 lag_ns)
{
  g_auto (Simulation) s = simulation ();
  gint64 now_ns, found_ns;

  s.audio_behind_ns = audio_behind_ns;
  s.video_behind_ns = video_behind_ns;
  s.jitter_ns = 10 * MS;
  run (&s, 0, 10 * SECOND, 33 * MS);
  reset_extremes (&s);
  for (now_ns = 10 * SECOND; now_ns < 60 * SECOND; now_ns += 330 * MS) {
    run (&s, now_ns, now_ns + 330 * MS, 33 * MS);
    found_ns = s.last_time_ns[AUDIO] - s.last_pts_ns[AUDIO]
        - (s.last_time_ns[VIDEO] - s.last_pts_ns[VIDEO]);
    g_assert_cmpint (found_ns, >=, MAX (lag_ns - 2 * MS, -100 * US));
    g_assert_cmpint (found_ns, <=, MIN (lag_ns + 2 * MS, LAG + 100 * US));
  }
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 4 * MS);
}

static void
test_picture_and_sound_stay_together (void)
{
  assert_together (12 * MS, 12 * MS, 0);
  /* The picture waits for what 20 ms do not cover, ... */
  assert_together (60 * MS, 12 * MS, LAG);
  /* ... which here is nothing, ... */
  assert_together (25 * MS, 12 * MS, 13 * MS);
  /* ... and the sound for all of it. */
  assert_together (12 * MS, 60 * MS, 0);
}

/* Sound that comes seconds after the picture began does not make it jump. */
static void
test_late_sound_moves_picture_slowly (void)
{
  g_auto (Simulation) s = simulation ();

  for (gint64 now_ns = 0; now_ns < 10 * SECOND; now_ns += 33 * MS) {
    send_pcr (&s, now_ns);
    send_unit (&s, VIDEO, now_ns - s.video_behind_ns);
  }
  s.audio_behind_ns = 60 * MS;
  reset_extremes (&s);
  run (&s, 10 * SECOND, 30 * SECOND, 33 * MS);
  g_assert_cmpint (s.most_step_ppm, <=, 12000);
  reset_extremes (&s);
  run (&s, 30 * SECOND, 60 * SECOND, 33 * MS);
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
}

/* A picture whose times are seconds off the sound's is shown when it comes. */
static void
test_streams_that_do_not_fit (void)
{
  g_auto (Simulation) s = simulation ();
  gint64 audio_ns = 0, video_ns = 0;

  for (gint64 now_ns = 0; now_ns < 20 * SECOND; now_ns += 10 * MS) {
    send_pcr (&s, now_ns);
    audio_ns = wfd_ts_clock_place (s.clock, AUDIO, to_pts (senders (&s, now_ns) - 12 * MS),
        now_ns + s.delay_ns);
    video_ns = wfd_ts_clock_place (s.clock, VIDEO, to_pts (senders (&s, now_ns) - 5 * SECOND),
        now_ns + s.delay_ns);
    g_assert_cmpint (ABS (audio_ns - now_ns - s.delay_ns), <, 1 * MS);
    g_assert_cmpint (ABS (video_ns - now_ns - s.delay_ns), <, 1 * MS);
  }
}

/* A jump of everything, while nothing comes for @pause_ns, with or without clock
 * references: soon what is shown is in time again. */
static void
assert_jump (gint64 jump_ns, gint64 pause_ns, gint64 pcr_ns, gint64 within_ns)
{
  g_auto (Simulation) s = simulation ();
  gint64 back_ns = 20 * SECOND + pause_ns;

  run (&s, 0, 20 * SECOND, pcr_ns);
  s.offset_ns += jump_ns;
  run (&s, back_ns, back_ns + within_ns, pcr_ns);
  reset_extremes (&s);
  run (&s, back_ns + within_ns, 40 * SECOND, pcr_ns);
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 1 * MS);
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), >, 0);
}

static void
test_clock_jumps (void)
{
  /* GNOME Network Displays after a pause, without a word. */
  for (guint i = 0; i < 2; i++) {
    gint64 pcr_ns = i * 33 * MS;

    assert_jump (-3600 * MS, 0, pcr_ns, 100 * MS);
    assert_jump (3600 * MS, 0, pcr_ns, 100 * MS);
    assert_jump (-2000 * SECOND, 0, pcr_ns, 100 * MS);
    assert_jump (600 * MS, 0, pcr_ns, 100 * MS);
  }
}

/* The reference is known to jump before any unit is placed by it. */
static void
test_clock_jump_is_seen_at_the_first_reference (void)
{
  g_auto (Simulation) s = simulation ();

  run (&s, 0, 20 * SECOND, 33 * MS);
  s.offset_ns -= 3600 * MS;
  send_pcr (&s, 20 * SECOND);
  send_unit (&s, VIDEO, 20 * SECOND + MS);
  g_assert_cmpint (ABS (s.last_error_ns[VIDEO]), <, 1 * MS);
}

static void
test_announced_jump (void)
{
  g_auto (Simulation) s = simulation ();

  run (&s, 0, 20 * SECOND, 33 * MS);
  s.offset_ns -= 60 * MS;
  wfd_ts_clock_add_reference (s.clock, senders (&s, 20 * SECOND) / 1000 * 27,
      20 * SECOND + s.delay_ns, TRUE);
  send_unit (&s, VIDEO, 20 * SECOND);
  g_assert_cmpint (ABS (s.last_error_ns[VIDEO]), <, 1 * MS);
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 1);
  /* Announced, but nothing jumps. */
  wfd_ts_clock_add_reference (s.clock, senders (&s, 20 * SECOND + MS) / 1000 * 27,
      20 * SECOND + MS + s.delay_ns, TRUE);
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 1);
}

/* The sender's clock stood still for a while: all is late from then on, and after
 * a second it is believed. */
static void
test_clock_that_stood_still (void)
{
  assert_jump (-300 * MS, 330 * MS, 33 * MS, 1500 * MS);
  assert_jump (-300 * MS, 330 * MS, 0, 1500 * MS);
}

/* The radio is away for 700 ms, and then all comes at once: no reason to change
 * anything. */
static void
test_outage_changes_nothing (void)
{
  g_auto (Simulation) s = simulation ();

  run (&s, 0, 20 * SECOND, 33 * MS);
  s.last_arrival_ns = 20 * SECOND + 700 * MS;
  reset_extremes (&s);
  run (&s, 20 * SECOND, 30 * SECOND, 33 * MS);
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 1 * MS);
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 0);
}

/* References that were held up say nothing, even if none came meanwhile. */
static void
test_one_late_reference (void)
{
  g_auto (Simulation) s = simulation ();

  run (&s, 0, 20 * SECOND, 33 * MS);
  wfd_ts_clock_add_reference (s.clock, senders (&s, 20 * SECOND) / 1000 * 27,
      20 * SECOND + 700 * MS, FALSE);
  wfd_ts_clock_add_reference (s.clock, senders (&s, 20 * SECOND + 700 * MS) / 1000 * 27,
      20 * SECOND + 702 * MS, FALSE);
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 0);
}

/* Two pictures that come late are no reason to show all later. */
static void
test_few_late_pictures (void)
{
  g_auto (Simulation) s = simulation ();

  run (&s, 0, 20 * SECOND, 33 * MS);
  for (guint i = 0; i < 4; i++) {
    s.delay_ns = 200 * MS;
    send_unit (&s, VIDEO, 20 * SECOND + i * 1500 * MS);
  }
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 0);
}

/* The sound ends: the picture does not have to wait for it any more. */
static void
test_slow_sound_ends (void)
{
  g_auto (Simulation) s = simulation ();

  s.audio_behind_ns = 60 * MS;
  run (&s, 0, 20 * SECOND, 33 * MS);
  s.audio_behind_ns = s.video_behind_ns;
  for (gint64 now_ns = 20 * SECOND; now_ns < 40 * SECOND; now_ns += 33 * MS)
    send_unit (&s, VIDEO, now_ns - s.video_behind_ns);
  g_assert_cmpint (ABS (s.last_error_ns[VIDEO]), <, 1 * MS);
}

/* Sound that begins a second after the picture, and is slower, is in time from its
 * first frame on. */
static void
test_slow_sound_begins (void)
{
  g_auto (Simulation) s = simulation ();

  for (gint64 now_ns = 0; now_ns < 1 * SECOND; now_ns += 33 * MS)
    send_unit (&s, VIDEO, now_ns - s.video_behind_ns);
  s.audio_behind_ns = 60 * MS;
  reset_extremes (&s);
  run (&s, 1 * SECOND, 20 * SECOND, 33 * MS);
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 1 * MS);
}

/* A still screen: a picture every five seconds, each as late as it may be. */
static void
test_rare_pictures (void)
{
  g_auto (Simulation) s = simulation ();

  s.jitter_ns = 20 * MS;
  run (&s, 0, 20 * SECOND, 33 * MS);
  reset_extremes (&s);
  for (gint64 now_ns = 20 * SECOND; now_ns < 300 * SECOND; now_ns += 5 * SECOND) {
    send_pcr (&s, now_ns);
    send_unit (&s, VIDEO, now_ns);
  }
  g_assert_cmpint (s.least_error_ns, >=, -1 * MS);
  g_assert_cmpint (s.most_error_ns, <=, 20 * MS);
  g_assert_cmpint (s.most_step_ppm, <=, 10000);
  g_assert_cmpuint (wfd_ts_clock_get_jumps (s.clock), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/clock/quiet-network", test_quiet_network);
  g_test_add_func ("/ts/clock/drift-for-an-hour", test_drift_for_an_hour);
  g_test_add_func ("/ts/clock/jitter-of-20-ms", test_jitter_of_20_ms);
  g_test_add_func ("/ts/clock/begins-smoothly", test_begins_smoothly);
  g_test_add_func ("/ts/clock/slow-start-is-made-up-for", test_slow_start_is_made_up_for);
  g_test_add_func ("/ts/clock/sparse-and-wrong-reference", test_sparse_and_wrong_reference);
  g_test_add_func ("/ts/clock/without-reference", test_without_reference);
  g_test_add_func ("/ts/clock/reference-of-another-clock", test_reference_of_another_clock);
  g_test_add_func ("/ts/clock/picture-and-sound-stay-together",
      test_picture_and_sound_stay_together);
  g_test_add_func ("/ts/clock/late-sound-moves-picture-slowly",
      test_late_sound_moves_picture_slowly);
  g_test_add_func ("/ts/clock/streams-that-do-not-fit", test_streams_that_do_not_fit);
  g_test_add_func ("/ts/clock/clock-jumps", test_clock_jumps);
  g_test_add_func ("/ts/clock/clock-jump-is-seen-at-the-first-reference",
      test_clock_jump_is_seen_at_the_first_reference);
  g_test_add_func ("/ts/clock/announced-jump", test_announced_jump);
  g_test_add_func ("/ts/clock/clock-that-stood-still", test_clock_that_stood_still);
  g_test_add_func ("/ts/clock/outage-changes-nothing", test_outage_changes_nothing);
  g_test_add_func ("/ts/clock/one-late-reference", test_one_late_reference);
  g_test_add_func ("/ts/clock/few-late-pictures", test_few_late_pictures);
  g_test_add_func ("/ts/clock/slow-sound-ends", test_slow_sound_ends);
  g_test_add_func ("/ts/clock/slow-sound-begins", test_slow_sound_begins);
  g_test_add_func ("/ts/clock/rare-pictures", test_rare_pictures);

  return g_test_run ();
}
