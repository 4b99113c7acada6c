/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rate control over a link that the test makes, a millisecond at a time: a queue that
 * drains at what the link carries, and an encoder that makes what it is told. */
#include <gst/check/gstcheck.h>
#include <math.h>
#include <wfd-rate-control.h>

#define MS 1000
#define PACKET_BYTES 1356
#define ENCODE_MS 5

typedef struct
{
  guint capacity_kbps;
  guint makes_kbps; /* of an encoder that does not listen; 0: as told */
  gboolean vanished;
  gboolean answers; /* the peer, what it is asked */
  gint64 lie_bytes; /* what the probe says is in the kernel; -1: the truth */
  WfdRateStation station;
  gboolean lacks_station; /* what the driver tells comes from elsewhere */
} Link;

typedef struct
{
  gint64 captured_ms;
  gint64 ready_ms;
  double left_bytes; /* that have not left yet */
} Frame;

static Link radio;
static WfdRateControl *rate;
static GQueue frames; /* of Frame, that are under way */
static gint64 now_ms;
static double kernel_bytes, own_bytes;
static guint n_captures, n_skipped, n_late, n_changes;
static gboolean obeys_at_once = TRUE; /* the encoder */
static guint n_resizes;
static guint n_ceilings;
static gint last_resize;
static guint interval_us;
static guint told_kbps;
static guint told_divisor; /* of so many captures it gets one, and makes it so much larger */
static guint16 sequence;
static gint64 first_skip_ms, low_ms; /* -1: not yet */
static guint n_warnings, n_lines;    /* in the log, these included */
static const char *about;            /* (nullable) */
static guint n_about;                /* lines in which that stands */
static guint n_acted;                /* decisions that change something */
static guint n_explained;            /* lines for people who look for the reason */
static char explanation[300];        /* the last of them */

/* --- the link --- */

static void
link_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  if (radio.vanished)
    reading->problem = "the radio has gone";
  else
    reading->queue_bytes = radio.lie_bytes >= 0 ? radio.lie_bytes : (gint64) kernel_bytes;
  if (radio.answers)
    reading->rtt_us = 5 * MS;
  reading->station = radio.station;
  reading->has_station = !radio.lacks_station;
}

static void
link_free (WfdLinkProbe *probe)
{
  g_free (probe);
}

static WfdLinkProbe *
make_probe (void)
{
  static const WfdLinkProbeClass klass = { "test", NULL, link_look, link_free };
  WfdLinkProbe *probe = g_new0 (WfdLinkProbe, 1);

  probe->klass = &klass;
  return probe;
}

static void
count_change (gpointer owner)
{
  n_changes++;
}

static void
note_resize (gpointer owner, gint direction)
{
  n_resizes++;
  last_resize = direction;
}

static void
count_line (GstDebugCategory *category, GstDebugLevel level, const char *file, const char *function,
    gint line, GObject *object, GstDebugMessage *message, gpointer data)
{
  const char *text = gst_debug_message_get (message);

  if (strcmp (gst_debug_category_get_name (category), "wfdrate") != 0)
    return;
  n_about += about != NULL && strstr (text, about) != NULL;
  n_lines += level <= GST_LEVEL_INFO;
  n_warnings += level == GST_LEVEL_WARNING;
  if (level == GST_LEVEL_DEBUG) {
    n_explained++;
    g_strlcpy (explanation, text, sizeof explanation);
  }
}

static void
listen_to_log (void)
{
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (count_line, NULL, NULL);
  gst_debug_set_active (TRUE);
  gst_debug_set_threshold_for_name ("wfdrate", GST_LEVEL_INFO);
}

static void
stop_listening (void)
{
  gst_debug_remove_log_function (count_line);
}

static void
count_ceiling (gpointer owner)
{
  n_ceilings++;
}

static const WfdRateUser usual = {
  .on = TRUE,
  .min_kbps = 1000,
  .max_kbps = 40000,
  .start_kbps = 8000,
  .air_share_percent = 100,
  .adapts_format = TRUE,
};

static void
begin (guint fps, const WfdRateUser *user, guint limit_kbps)
{
  static const WfdRateControlEvents events = { count_change, note_resize, count_ceiling };
  const WfdRateStream stream = { .rate_n = fps,
    .rate_d = 1,
    .obeys_at_once = obeys_at_once,
    .limit_kbps = limit_kbps };
  const WfdRateStation unknown = { -1, -1, -1, -1, -1 };

  radio = (Link) { .capacity_kbps = 20000, .lie_bytes = -1, .station = unknown };
  now_ms = 0;
  kernel_bytes = own_bytes = 0;
  n_captures = n_skipped = n_late = n_changes = n_resizes = n_ceilings = 0;
  first_skip_ms = low_ms = -1;
  n_warnings = n_lines = n_acted = n_explained = n_about = 0;
  about = NULL;
  interval_us = G_USEC_PER_SEC / fps;
  rate = wfd_rate_control_new (&events, NULL);
  wfd_rate_control_set_user (rate, user);
  wfd_rate_control_set_stream (rate, &stream);
  told_kbps = wfd_rate_control_get_target (rate);
  told_divisor = 1;
  wfd_rate_control_open (rate, make_probe (), NULL);
}

static void
finish (void)
{
  g_queue_clear_full (&frames, g_free);
  wfd_rate_control_unref (rate);
}

static void
drain (void)
{
  double left = MIN (radio.capacity_kbps / 8.0, kernel_bytes);

  kernel_bytes -= left;
  for (GList *l = frames.head; l != NULL && left > 0; l = l->next) {
    Frame *frame = l->data;
    double part = MIN (left, frame->left_bytes);

    frame->left_bytes -= part;
    left -= part;
  }
  while (frames.head != NULL && ((Frame *) frames.head->data)->left_bytes < 1) {
    Frame *frame = g_queue_pop_head (&frames);

    n_late += now_ms - frame->captured_ms > 100;
    g_free (frame);
  }
}

static void
hand_over (void)
{
  gsize room = wfd_rate_control_get_room (rate);

  while (own_bytes > 0 && room >= PACKET_BYTES) {
    WfdLinkPacket packet = { sequence++, MIN (own_bytes, PACKET_BYTES) };

    own_bytes -= packet.bytes;
    kernel_bytes += packet.bytes;
    room -= packet.bytes;
    wfd_rate_control_sent (rate, &packet, 1, own_bytes, now_ms * MS);
  }
}

static void
encode (void)
{
  guint kbps = radio.makes_kbps > 0 ? radio.makes_kbps : told_kbps;
  double bytes = floor (kbps / 0.94 * interval_us * told_divisor / 8000);
  Frame *frame = g_new (Frame, 1);

  *frame = (Frame) { now_ms, now_ms + ENCODE_MS, bytes };
  g_queue_push_tail (&frames, frame);
}

static void
take_coded (void)
{
  for (GList *l = frames.head; l != NULL; l = l->next) {
    Frame *frame = l->data;
    WfdRateFrame told = { frame->left_bytes, FALSE };

    if (frame->ready_ms != now_ms)
      continue;
    own_bytes += frame->left_bytes;
    wfd_rate_control_frame (rate, &told, now_ms * MS);
  }
}

static void
capture (void)
{
  WfdRateDecision decision;

  fail_unless (wfd_rate_control_decide (rate, now_ms * MS, &decision));
  n_captures++;
  if (!obeys_at_once && !decision.skip)
    encode ();
  if (decision.set_bitrate)
    told_kbps = decision.bitrate_kbps;
  told_divisor = decision.frame_divisor;
  n_acted += decision.skip || decision.key || decision.set_bitrate;
  n_skipped += decision.skip;
  if (decision.skip && first_skip_ms < 0)
    first_skip_ms = now_ms;
  if (told_kbps <= radio.capacity_kbps && low_ms < 0)
    low_ms = now_ms;
  if (obeys_at_once && !decision.skip)
    encode ();
}

static void
run (guint duration_ms)
{
  for (gint64 end_ms = now_ms + duration_ms; now_ms < end_ms; now_ms++) {
    drain ();
    if (now_ms * MS >= wfd_rate_control_get_look_us (rate))
      wfd_rate_control_look (rate, own_bytes, now_ms * MS);
    if (now_ms * MS >= (gint64) n_captures * interval_us)
      capture ();
    take_coded ();
    hand_over ();
  }
}

/* --- */

static const struct
{
  guint fps;
  gboolean obeys_at_once;
} encoders[] = { { 60, TRUE }, { 30, TRUE }, { 24, TRUE }, { 60 }, { 30 }, { 24 } };

static void
begin_with (guint i)
{
  obeys_at_once = encoders[i].obeys_at_once;
  begin (encoders[i].fps, &usual, 0);
  radio.capacity_kbps = 30000;
  run (5000);
  fail_unless (told_kbps > 24000, "only %u kbit/s of 30000", told_kbps);
  fail_unless_equals_int (n_late, 0);
}

/* Who obeys at once makes a small picture of the one that the other leaves out. */
GST_START_TEST (tenfold_fall_is_answered_within_two_and_four_pictures)
{
  gint64 fell_ms, picture_ms;

  begin_with (__i__);
  picture_ms = interval_us / MS + 1;
  fell_ms = now_ms;
  radio.capacity_kbps = 3000;
  first_skip_ms = low_ms = -1;
  run (1000);
  fail_unless ((low_ms >= 0 && low_ms - fell_ms <= picture_ms)
          || (first_skip_ms >= 0 && first_skip_ms - fell_ms <= 2 * picture_ms),
      "the first small picture comes after %" G_GINT64_FORMAT
      " ms, the first skip after %" G_GINT64_FORMAT,
      low_ms - fell_ms, first_skip_ms - fell_ms);
  fail_unless (low_ms >= 0 && low_ms - fell_ms <= 4 * picture_ms,
      "slower after %" G_GINT64_FORMAT " ms", low_ms - fell_ms);
  finish ();
}

GST_END_TEST;

/* Of the 27 Mbit/s that can be used of 30. Who obeys a picture later is asked that much
 * later. */
GST_START_TEST (ninety_percent_are_back_500_ms_after_the_link)
{
  begin_with (__i__);
  radio.capacity_kbps = 3000;
  run (3000);
  fail_unless (told_kbps < 3500);
  radio.capacity_kbps = 30000;
  run (500 + (obeys_at_once ? 0 : 2 * interval_us / MS));
  fail_unless (told_kbps > 24300, "%u kbit/s", told_kbps);
  finish ();
}

GST_END_TEST;

/* The link carries the maximum easily: as at a fixed rate, nothing is left out. */
GST_START_TEST (good_link_is_no_worse_than_a_fixed_rate)
{
  WfdRateUser user = usual;

  user.max_kbps = user.start_kbps = 10000;
  begin (encoders[__i__].fps, &user, 0);
  radio.capacity_kbps = 50000;
  run (10000);
  fail_unless_equals_int (n_skipped, 0);
  fail_unless_equals_int (n_late, 0);
  fail_unless_equals_int (told_kbps, 10000);
  finish ();
}

GST_END_TEST;

GST_START_TEST (neither_user_nor_level_nor_peer_are_exceeded)
{
  WfdRateUser user = usual;

  begin (60, &user, 12000);
  run (2000);
  fail_unless_equals_int (told_kbps, 12000);
  user.max_kbps = 5000;
  wfd_rate_control_set_user (rate, &user);
  run (100);
  fail_unless_equals_int (told_kbps, 5000);
  user.min_kbps = user.max_kbps = 6000;
  wfd_rate_control_set_user (rate, &user);
  run (100);
  fail_unless_equals_int (told_kbps, 6000);
  finish ();
}

GST_END_TEST;

GST_START_TEST (ceiling_moves_at_once_and_both_ways)
{
  WfdRateUser user = usual;

  begin (60, &usual, 0);
  run (2000);
  fail_unless (told_kbps > 10000);
  wfd_rate_control_set_ceiling (rate, 3000);
  /* Who is told of it asks before the next picture. */
  fail_unless_equals_int (wfd_rate_control_get_target (rate), 3000);
  run (100);
  fail_unless_equals_int (told_kbps, 3000);
  fail_unless_equals_int (wfd_rate_control_limit (rate, 8000), 3000);
  fail_unless_equals_int (wfd_rate_control_limit (rate, 2000), 2000);
  user.max_kbps = 40000;
  wfd_rate_control_set_user (rate, &user);
  run (100);
  fail_unless_equals_int (told_kbps, 3000);
  /* Whoever says this knows the link better than who has set the minimum. */
  wfd_rate_control_set_ceiling (rate, 500);
  run (100);
  fail_unless_equals_int (told_kbps, 500);
  wfd_rate_control_set_ceiling (rate, 0);
  run (2000);
  fail_unless (told_kbps > 10000);
  fail_unless_equals_int (wfd_rate_control_limit (rate, 8000), 8000);
  fail_unless_equals_int (n_ceilings, 3);
  finish ();
}

GST_END_TEST;

static guint
get_wanted (guint *ret_carried_kbps)
{
  guint wanted_kbps;

  wfd_rate_control_get_found (rate, &wanted_kbps, ret_carried_kbps);
  return wanted_kbps;
}

/* Else a ceiling that follows what is found would never rise again. */
GST_START_TEST (what_is_found_is_free_of_the_ceiling)
{
  guint wanted_kbps, carried_kbps;

  begin (60, &usual, 0);
  wfd_rate_control_set_ceiling (rate, 3000);
  run (5000);
  fail_unless_equals_int (told_kbps, 3000);
  wanted_kbps = get_wanted (&carried_kbps);
  fail_unless (wanted_kbps > 15000 && wanted_kbps < 30000, "%u kbit/s", wanted_kbps);
  fail_unless (carried_kbps > 17000 && carried_kbps < 30000, "%u kbit/s", carried_kbps);
  finish ();
}

GST_END_TEST;

GST_START_TEST (what_is_found_is_within_the_bounds_of_the_user)
{
  WfdRateUser user = usual;
  guint carried_kbps;

  user.max_kbps = 5000;
  begin (60, &user, 0);
  run (2000);
  fail_unless_equals_int (get_wanted (&carried_kbps), 5000);
  user.min_kbps = 2000;
  wfd_rate_control_set_user (rate, &user);
  radio.capacity_kbps = 500;
  run (3000);
  fail_unless_equals_int (get_wanted (&carried_kbps), 2000);
  wfd_rate_control_close (rate);
  fail_unless_equals_int (get_wanted (&carried_kbps), 5000);
  fail_unless_equals_int (carried_kbps, 0);
  finish ();
}

GST_END_TEST;

/* Where nothing can be seen the link is taken for better little by little. */
GST_START_TEST (ceiling_that_follows_what_is_found_rises)
{
  guint carried_kbps;

  begin (60, &usual, 0);
  radio.lie_bytes = 0;
  wfd_rate_control_set_ceiling (rate, 3000);
  run (1000);
  fail_unless (told_kbps <= 3000);
  for (guint i = 0; i < 15; i++) {
    wfd_rate_control_set_ceiling (rate, get_wanted (&carried_kbps));
    run (1000);
  }
  fail_unless (told_kbps > 7500, "%u kbit/s", told_kbps);
  finish ();
}

GST_END_TEST;

GST_START_TEST (share_of_the_air_is_kept)
{
  WfdRateUser user = usual;

  user.air_share_percent = 50;
  begin (60, &user, 0);
  run (5000);
  fail_unless (told_kbps > 7000 && told_kbps < 11000, "%u of 20000 kbit/s", told_kbps);
  finish ();
}

GST_END_TEST;

/* Of so few bits for so many pixels every second picture is left out, unless somebody wants
 * all of them. */
GST_START_TEST (frame_rate_is_kept_if_wanted)
{
  WfdRateStream stream = { .rate_n = 60, .rate_d = 1, .obeys_at_once = TRUE };
  WfdRateUser user = usual;

  obeys_at_once = __i__ < 2;
  stream.obeys_at_once = obeys_at_once;
  user.adapts_format = __i__ % 2 == 0;
  stream.width = 1920;
  stream.height = 1080;
  begin (60, &user, 0);
  wfd_rate_control_set_stream (rate, &stream);
  radio.capacity_kbps = 3000;
  run (3000);
  n_skipped = 0;
  run (2000);
  if (!user.adapts_format)
    fail_unless (n_skipped <= 2, "%u skipped", n_skipped);
  else
    fail_unless (n_skipped >= 55, "%u skipped", n_skipped);
  fail_unless (told_kbps > 2400 && told_kbps < 3200, "%u of 3000 kbit/s", told_kbps);
  finish ();
}

GST_END_TEST;

GST_START_TEST (target_is_told_when_it_changes)
{
  begin (60, &usual, 0);
  fail_unless_equals_int (wfd_rate_control_get_target (rate), 8000);
  run (3000);
  fail_unless_equals_int (wfd_rate_control_get_target (rate), told_kbps);
  fail_unless (n_changes > 0);
  n_changes = 0;
  wfd_rate_control_close (rate);
  fail_unless_equals_int (n_changes, 0);
  finish ();
}

GST_END_TEST;

static void
set_picture (guint width, guint height, gboolean can_shrink, gboolean can_grow)
{
  const WfdRateStream stream = { 30, 1, FALSE, width, height, can_shrink, can_grow, TRUE, 0, 0 };

  wfd_rate_control_set_stream (rate, &stream);
}

/* 1.4 Mbit/s is little for 1920x1080, and enough for 1280x720. */
GST_START_TEST (smaller_picture_is_asked_for_once_and_the_larger_one_again)
{
  begin (30, &usual, 0);
  set_picture (1920, 1080, TRUE, FALSE);
  run (5000);
  fail_unless_equals_int (n_resizes, 0);
  radio.capacity_kbps = 1600;
  run (10000);
  fail_unless_equals_int (n_resizes, 1);
  fail_unless_equals_int (last_resize, -1);
  set_picture (1280, 720, TRUE, TRUE);
  run (20000);
  fail_unless_equals_int (n_resizes, 1);
  radio.capacity_kbps = 20000;
  run (15000);
  fail_unless_equals_int (n_resizes, 2);
  fail_unless_equals_int (last_resize, 1);
  finish ();
}

GST_END_TEST;

GST_START_TEST (picture_that_cannot_shrink_is_left_alone)
{
  begin (30, &usual, 0);
  set_picture (1920, 1080, FALSE, FALSE);
  radio.capacity_kbps = 1600;
  run (20000);
  fail_unless_equals_int (n_resizes, 0);
  finish ();
}

GST_END_TEST;

/* --- input that is wrong --- */

static const char *
dup_text (const char *field)
{
  GstStructure *stats = gst_structure_new_empty ("wfd-stats");
  const char *text;

  wfd_rate_control_add_stats (rate, stats);
  text = g_intern_string (gst_structure_get_string (stats, field));
  gst_structure_free (stats);
  return text;
}

/* Within the bounds, and pictures come in time. */
static void
check_sane (void)
{
  guint late = n_late, captures = n_captures;

  run (3000);
  fail_unless (told_kbps >= 1000 && told_kbps <= 40000);
  fail_unless (n_late - late < (n_captures - captures) / 4, "%u of %u late", n_late - late,
      n_captures - captures);
}

GST_START_TEST (interface_that_vanishes_leaves_a_sane_rate_and_a_reason)
{
  begin (60, &usual, 0);
  run (60000);
  radio.vanished = TRUE;
  run (1000);
  fail_unless_equals_string (dup_text ("rate-problem"), "the radio has gone");
  fail_unless_equals_string (dup_text ("rate-signal"), "none");
  fail_unless (told_kbps <= 10000, "%u kbit/s that nobody has measured", told_kbps);
  check_sane ();
  fail_unless_equals_int (n_warnings, 1);
  radio.vanished = FALSE;
  check_sane ();
  fail_unless (dup_text ("rate-problem") == NULL);
  fail_unless_equals_string (dup_text ("rate-signal"), "queue");
  fail_unless_equals_int (n_warnings, 1);
  finish ();
}

GST_END_TEST;

GST_START_TEST (statistics_that_jump_wrap_or_vanish_do_no_harm)
{
  static const WfdRateStation lies[] = {
    { 65000, 10, 10, 1000, 10 },
    { 65000, 5, 5, 500, 5 },
    { -1, -1, -1, -1, -1 },
    { G_MAXINT64, G_MAXINT64, G_MAXINT64, G_MAXINT64, G_MAXINT64 },
    { 0, G_MAXUINT32, G_MAXUINT32, G_MAXUINT32, G_MAXUINT32 },
    { G_MININT64, G_MININT64, G_MININT64, G_MININT64, G_MININT64 },
  };

  begin (60, &usual, 0);
  run (2000);
  for (guint i = 0; i < 10 * G_N_ELEMENTS (lies); i++) {
    radio.station = lies[i % G_N_ELEMENTS (lies)];
    run (50);
  }
  check_sane ();
  fail_unless (told_kbps > 10000, "%u of 20000 kbit/s", told_kbps);
  /* One line for each kind. */
  fail_unless_equals_int (n_warnings, 2);
  finish ();
}

GST_END_TEST;

/* Of one counter, the others being as they were. */
GST_START_TEST (each_kind_of_wrong_statistics_has_a_line_of_its_own)
{
  static const struct
  {
    gint64 before, now;
    const char *line;
  } rows[] = {
    { 1000, 999, "goes back" },
    { G_MAXUINT32, 0, "goes back" },
    { 1000, WFD_RATE_UNKNOWN, "is not told any more" },
    { 1000, 1000000, "jumps" },
    { 0, G_MAXINT64, "jumps" },
    { WFD_RATE_UNKNOWN, 1000000, NULL },
    { 1000, 2000, NULL },
  };

  for (guint i = 0; i < 4; i++) {
    WfdRateStation before = { 65000, 5, 5, 5, 5 }, now = before;
    gint64 *const counters[][2] = { { &before.retries, &now.retries },
      { &before.failed, &now.failed }, { &before.packets, &now.packets },
      { &before.queue_drops, &now.queue_drops } };

    *counters[i][0] = rows[__i__].before;
    *counters[i][1] = rows[__i__].now;
    begin (60, &usual, 0);
    about = rows[__i__].line;
    radio.station = before;
    run (200);
    radio.station = now;
    run (200);
    fail_unless_equals_int (n_warnings, about != NULL);
    fail_unless_equals_int (n_about, about != NULL);
    check_sane ();
    finish ();
  }
}

GST_END_TEST;

/* The driver's counters, told by another thread. */
static void
begin_with_driver (void)
{
  WfdLinkProbe *group = wfd_link_probe_new_group (), *station = wfd_link_probe_new_station ();

  begin (60, &usual, 0);
  wfd_link_probe_group_add (group, make_probe ());
  wfd_link_probe_group_add (group, station);
  wfd_rate_control_open (rate, group, station);
  radio.lacks_station = TRUE;
}

static void
tell_station (gint64 phy_kbps, gint64 queue_drops)
{
  const WfdRateStation station = { phy_kbps, -1, -1, -1, queue_drops };

  wfd_rate_control_tell_station (rate, &station);
  run (100);
}

static GstStructure *
dup_stats (void)
{
  GstStructure *stats = gst_structure_new_empty ("wfd-stats");

  wfd_rate_control_add_stats (rate, stats);
  return stats;
}

GST_START_TEST (what_the_driver_tells_is_in_the_statistics)
{
  g_autoptr (GstStructure) before = NULL, stats = NULL, late = NULL;
  gint64 phy_kbps = 0;
  guint64 n_drops = 0;

  begin_with_driver ();
  run (100);
  before = dup_stats ();
  fail_if (gst_structure_has_field (before, "rate-modulation"));
  fail_if (gst_structure_has_field (before, "packets-dropped-here"));
  tell_station (65000, 100);
  tell_station (65000, 103);
  stats = dup_stats ();
  fail_unless (gst_structure_get (stats, "rate-modulation", G_TYPE_INT64, &phy_kbps,
      "packets-dropped-here", G_TYPE_UINT64, &n_drops, NULL));
  fail_unless_equals_int (phy_kbps, 65000);
  fail_unless_equals_int (n_drops, 3);
  /* What nobody has told for so long is not known any more. */
  run (2500);
  late = dup_stats ();
  fail_if (gst_structure_has_field (late, "rate-modulation"));
  /* Of a session that has ended nothing more is told. */
  wfd_rate_control_close (rate);
  wfd_rate_control_tell_station (rate, &radio.station);
  finish ();
}

GST_END_TEST;

/* What it has decided on besides the bit rate. */
GST_START_TEST (view_of_the_controller_is_in_the_statistics)
{
  static const WfdRateStream stream = { .rate_n = 60,
    .rate_d = 1,
    .width = 1920,
    .height = 1080,
    .obeys_at_once = TRUE };
  g_autoptr (GstStructure) before = NULL, stats = NULL;
  guint divisor, cap_kbps, gate_bytes, narrow_bytes, buffer_ms, narrow_ms;
  guint64 n_keys;

  begin (60, &usual, 0);
  wfd_rate_control_set_stream (rate, &stream);
  run (1000);
  before = dup_stats ();
  fail_unless (gst_structure_get (before, "rate-frame-divisor", G_TYPE_UINT, &divisor,
      "rate-key-pictures", G_TYPE_UINT64, &n_keys, NULL));
  fail_unless_equals_int (divisor, 1);
  fail_unless_equals_uint64 (n_keys, 0);
  fail_unless (gst_structure_get (before, "rate-gate-bytes", G_TYPE_UINT, &gate_bytes,
      "rate-buffer-ms", G_TYPE_UINT, &buffer_ms, NULL));
  fail_unless (buffer_ms >= 17 && buffer_ms <= 60, "%u ms", buffer_ms);
  fail_if (gst_structure_has_field (before, "rate-cap"));
  radio.capacity_kbps = 3000;
  for (guint i = 0; i < 3; i++) {
    wfd_rate_control_report (rate, &(WfdRateReport) { 100 }, now_ms * MS);
    run (1000);
  }
  wfd_rate_control_request_key (rate, now_ms * MS);
  run (500);
  stats = dup_stats ();
  fail_unless (gst_structure_get (stats, "rate-frame-divisor", G_TYPE_UINT, &divisor,
      "rate-key-pictures", G_TYPE_UINT64, &n_keys, "rate-cap", G_TYPE_UINT, &cap_kbps, NULL));
  fail_unless_equals_int (divisor, 2);
  fail_unless_equals_uint64 (n_keys, 1);
  fail_unless (cap_kbps < 3000, "%u kbit/s", cap_kbps);
  /* Of the narrower link, in twice the time. */
  fail_unless (gst_structure_get (stats, "rate-gate-bytes", G_TYPE_UINT, &narrow_bytes,
      "rate-buffer-ms", G_TYPE_UINT, &narrow_ms, NULL));
  fail_unless (narrow_bytes >= 3000 && narrow_bytes < gate_bytes / 2, "%u bytes, then %u",
      gate_bytes, narrow_bytes);
  fail_unless (narrow_ms >= 33, "%u ms", narrow_ms);
  finish ();
}

GST_END_TEST;

/* Of no radio that was ever built, or of a frame that is no picture. */
GST_START_TEST (modulation_that_cannot_be_is_unknown_and_named_once)
{
  static const gint64 lies[] = { 0, 1, G_MAXINT64 };
  g_autoptr (GstStructure) stats = NULL;

  begin_with_driver ();
  about = "modulation";
  for (guint i = 0; i < 5; i++) {
    tell_station (lies[__i__], -1);
    tell_station (-1, -1);
  }
  stats = dup_stats ();
  fail_if (gst_structure_has_field (stats, "rate-modulation"));
  fail_unless_equals_int (n_about, 1);
  check_sane ();
  /* Whatever else is told is gone by. */
  tell_station (65000, -1);
  gst_clear_structure (&stats);
  stats = dup_stats ();
  fail_unless (gst_structure_has_field (stats, "rate-modulation"));
  fail_unless_equals_int (n_about, 1);
  finish ();
}

GST_END_TEST;

/* Each decision that changes something, and no other. */
GST_START_TEST (fall_is_explained_in_one_line_with_its_reason)
{
  begin_with (__i__);
  gst_debug_set_threshold_for_name ("wfdrate", GST_LEVEL_DEBUG);
  radio.capacity_kbps = 3000;
  for (n_acted = n_explained = 0; n_acted == 0;)
    run (1);
  fail_unless_equals_int (n_explained, 1);
  fail_unless (strstr (explanation, dup_text ("rate-reason")) != NULL, "%s", explanation);
  fail_unless (strstr (explanation, "kbit/s") != NULL, "%s", explanation);
  run (1000);
  fail_unless (n_acted > 2);
  fail_unless_equals_int (n_explained, n_acted);
  finish ();
}

GST_END_TEST;

/* Whether it says that nothing ever leaves, or that all is gone at once. */
GST_START_TEST (queue_that_lies_holds_nothing_for_ever)
{
  begin (60, &usual, 0);
  run (2000);
  radio.lie_bytes = __i__ == 0 ? G_MAXINT32 : 0;
  radio.answers = TRUE;
  run (2000);
  n_skipped = 0;
  run (3000);
  fail_unless (told_kbps >= 1000 && told_kbps <= 40000);
  fail_unless (n_skipped < 60, "%u of 180 are skipped", n_skipped);
  fail_unless (n_lines > 0 && n_lines <= 4, "%u lines in the log", n_lines);
  radio.lie_bytes = -1;
  run (4000);
  check_sane ();
  finish ();
}

GST_END_TEST;

GST_START_TEST (session_begins_with_nothing_of_the_one_before)
{
  begin (60, &usual, 0);
  run (2000);
  fail_if (g_str_equal (dup_text ("rate-reason"), "nothing measured yet"));
  wfd_rate_control_open (rate, make_probe (), NULL);
  fail_unless_equals_string (dup_text ("rate-reason"), "nothing measured yet");
  finish ();
}

GST_END_TEST;

GST_START_TEST (clock_that_goes_back_does_no_harm)
{
  WfdRateDecision decision;

  begin (60, &usual, 0);
  run (2000);
  fail_unless (wfd_rate_control_decide (rate, 0, &decision));
  wfd_rate_control_look (rate, 0, -5);
  fail_unless (wfd_rate_control_decide (rate, G_MAXINT64, &decision));
  fail_unless (decision.bitrate_kbps >= 1000 && decision.bitrate_kbps <= 40000);
  finish ();
}

GST_END_TEST;

GST_START_TEST (encoder_that_ignores_its_bit_rate_is_skipped_and_named)
{
  begin (60, &usual, 0);
  run (2000);
  radio.makes_kbps = 40000;
  run (3000);
  fail_unless (n_skipped > n_captures / 5);
  fail_unless (strstr (dup_text ("rate-reason"), "encoder") != NULL
          || strstr (dup_text ("rate-reason"), "too late") != NULL,
      "%s", dup_text ("rate-reason"));
  fail_unless (kernel_bytes + own_bytes < 20000 / 8 * 150, "the queue has grown");
  fail_unless_equals_int (n_warnings, 1);
  finish ();
}

GST_END_TEST;

/* The program may come after the session that plays it. */
GST_START_TEST (sound_of_a_program_that_comes_later_counts)
{
  const WfdRateStream stream = { .rate_n = 60,
    .rate_d = 1,
    .obeys_at_once = obeys_at_once,
    .other_kbps = 4000 };
  guint without_kbps;

  begin (60, &usual, 0);
  run (5000);
  without_kbps = told_kbps;
  finish ();
  begin (60, &usual, 0);
  wfd_rate_control_set_stream (rate, &stream);
  run (5000);
  fail_unless (told_kbps + 3000 < without_kbps, "%u, without sound %u", told_kbps, without_kbps);
  finish ();
}

GST_END_TEST;

GST_START_TEST (nothing_is_decided_without_a_session)
{
  WfdRateDecision decision;

  begin (60, &usual, 0);
  wfd_rate_control_close (rate);
  fail_if (wfd_rate_control_decide (rate, 0, &decision));
  fail_if (wfd_rate_control_request_key (rate, 0));
  fail_unless (wfd_rate_control_get_look_us (rate) == G_MAXINT64);
  fail_unless (dup_text ("rate-signal") == NULL);
  finish ();
}

GST_END_TEST;

static Suite *
rate_control_suite (void)
{
  Suite *suite = suite_create ("wfd-rate-control");
  TCase *good = tcase_create ("link"), *bad = tcase_create ("wrong");
  int n = G_N_ELEMENTS (encoders);

  suite_add_tcase (suite, good);
  tcase_add_loop_test (good, tenfold_fall_is_answered_within_two_and_four_pictures, 0, n);
  tcase_add_loop_test (good, ninety_percent_are_back_500_ms_after_the_link, 0, n);
  tcase_add_loop_test (good, good_link_is_no_worse_than_a_fixed_rate, 0, n);
  tcase_add_test (good, neither_user_nor_level_nor_peer_are_exceeded);
  tcase_add_test (good, ceiling_moves_at_once_and_both_ways);
  tcase_add_test (good, what_is_found_is_free_of_the_ceiling);
  tcase_add_test (good, what_is_found_is_within_the_bounds_of_the_user);
  tcase_add_test (good, ceiling_that_follows_what_is_found_rises);
  tcase_add_test (good, share_of_the_air_is_kept);
  tcase_add_loop_test (good, frame_rate_is_kept_if_wanted, 0, 4);
  tcase_add_test (good, sound_of_a_program_that_comes_later_counts);
  tcase_add_test (good, target_is_told_when_it_changes);
  tcase_add_test (good, smaller_picture_is_asked_for_once_and_the_larger_one_again);
  tcase_add_test (good, picture_that_cannot_shrink_is_left_alone);
  suite_add_tcase (suite, bad);
  tcase_add_checked_fixture (bad, listen_to_log, stop_listening);
  tcase_add_test (bad, interface_that_vanishes_leaves_a_sane_rate_and_a_reason);
  tcase_add_test (bad, statistics_that_jump_wrap_or_vanish_do_no_harm);
  tcase_add_loop_test (bad, each_kind_of_wrong_statistics_has_a_line_of_its_own, 0, 7);
  tcase_add_test (bad, what_the_driver_tells_is_in_the_statistics);
  tcase_add_test (bad, view_of_the_controller_is_in_the_statistics);
  tcase_add_loop_test (bad, modulation_that_cannot_be_is_unknown_and_named_once, 0, 3);
  tcase_add_loop_test (bad, fall_is_explained_in_one_line_with_its_reason, 0, n);
  tcase_add_loop_test (bad, queue_that_lies_holds_nothing_for_ever, 0, 2);
  tcase_add_test (bad, session_begins_with_nothing_of_the_one_before);
  tcase_add_test (bad, clock_that_goes_back_does_no_harm);
  tcase_add_test (bad, encoder_that_ignores_its_bit_rate_is_skipped_and_named);
  tcase_add_test (bad, nothing_is_decided_without_a_session);
  return suite;
}

GST_CHECK_MAIN (rate_control);
