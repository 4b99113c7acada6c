/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of pictures and requests, by a clock that the test turns, while the kernel
 * holds what the test says. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <wfd-captures.h>

#define PICTURE_NS (GST_SECOND / 30)
#define PACKET_BYTES 1356

static GstHarness *harness; /* around what stands for the program */
static GstElement *encoder; /* NULL: pictures come coded */
static const WfdEncoder *row;
static WfdRateControl *rate;
static WfdCaptures *captures;
static gint64 kernel_bytes;
static gint64 n_failed; /* as the driver counts */
static guint n_keys;    /* asked of our encoder */
static guint n_pushed;

static void
link_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  reading->queue_bytes = kernel_bytes;
  reading->station = (WfdRateStation) { WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN, n_failed,
    WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN };
  reading->has_station = TRUE;
}

static void
link_free (WfdLinkProbe *probe)
{
  g_free (probe);
}

static void
ignore_target (gpointer owner)
{
}

static void
ignore_resize (gpointer owner, gint direction)
{
}

static const WfdRateControlEvents ignored = { ignore_target, ignore_resize };

static GstPadProbeReturn
count_key (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  n_keys += gst_video_event_is_force_key_unit (info->data);
  return GST_PAD_PROBE_OK;
}

static void
make_encoder (void)
{
  g_autoptr (GstPad) src = NULL;
  const WfdEncoderConfig config = { 640, 360, 30, 1, .bitrate_kbps = 1000 };

  row = wfd_encoder_find (WFD_ENCODER_H264, NULL, NULL);
  encoder = gst_object_ref_sink (wfd_encoder_make (row, &config));
  gst_element_set_state (encoder, GST_STATE_PAUSED);
  src = gst_element_get_static_pad (encoder, "src");
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, count_key, NULL, NULL);
}

static void
open_session (void)
{
  static const WfdLinkProbeClass klass = { "test", NULL, link_look, link_free };
  WfdLinkProbe *probe = g_new0 (WfdLinkProbe, 1);

  probe->klass = &klass;
  wfd_rate_control_open (rate, probe, NULL);
}

static void
set_up (gboolean coded)
{
  const WfdRateUser user = { TRUE, WFD_RATE_BALANCED, 1000, 40000, 8000, 100, TRUE };
  g_autoptr (GstElement) element = gst_element_factory_make ("identity", NULL);
  g_autoptr (GstPad) pictures = gst_element_get_static_pad (gst_object_ref_sink (element), "sink");
  g_autoptr (GstPad) left = gst_element_get_static_pad (element, "src");

  kernel_bytes = n_failed = n_keys = n_pushed = 0;
  row = NULL;
  encoder = NULL;
  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_harness_use_testclock (harness);
  gst_harness_set_src_caps_str (harness, "video/x-h264");
  gst_harness_play (harness);
  if (!coded)
    make_encoder ();
  rate = wfd_rate_control_new (&ignored, NULL);
  wfd_rate_control_set_user (rate, &user);
  captures = wfd_captures_new (&(WfdCapturesConfig) { .element = element,
      .pictures = pictures,
      .coded = left,
      .row = row,
      .encoder = encoder,
      .format = { .width = 640, .height = 360, .rate_n = 30, .rate_d = 1, .level = 31 },
      .rate = rate });
}

static void
tear_down (void)
{
  gst_harness_teardown (harness);
  if (encoder != NULL)
    gst_element_set_state (encoder, GST_STATE_NULL);
  gst_clear_object (&encoder);
  wfd_captures_free (captures);
  wfd_rate_control_unref (rate);
}

/* What went on has left at once. */
static void
send (void)
{
  gint64 now_us = (gint64) n_pushed * PICTURE_NS / 1000;
  guint bytes = wfd_rate_control_get_target (rate) * 1000 / 8 / 30;

  wfd_rate_control_frame (rate, &(WfdRateFrame) { bytes, FALSE }, now_us);
  wfd_rate_control_sent (rate, &(WfdLinkPacket) { 0, bytes }, 1, 0, now_us);
  wfd_rate_control_look (rate, 0, now_us);
}

/* The next one, 33 ms later; returns whether it went on. */
static gboolean
push (gboolean is_key)
{
  guint before = gst_harness_buffers_received (harness);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 100, NULL);

  if (!is_key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  gst_harness_set_time (harness, ++n_pushed * PICTURE_NS);
  GST_BUFFER_PTS (buffer) = n_pushed * PICTURE_NS;
  fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  if (gst_harness_buffers_received (harness) == before)
    return FALSE;
  send ();
  return TRUE;
}

static guint
push_many (guint n)
{
  guint passed = 0;

  for (guint i = 0; i < n; i++)
    passed += push (FALSE);
  return passed;
}

/* A hundred packets are handed over, and @part of them stay in the kernel. */
static void
hand_over (gboolean stay)
{
  static guint16 sequence;
  gint64 now_us = (gint64) n_pushed * PICTURE_NS / 1000;

  kernel_bytes = stay ? 100 * PACKET_BYTES : 0;
  for (guint i = 0; i < 100; i++)
    wfd_rate_control_sent (rate, &(WfdLinkPacket) { sequence++, PACKET_BYTES }, 1, 0, now_us);
}

/* What the statistics call so. */
static guint64
count_left_out (void)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("wfd-stats");
  guint64 n = 0;

  wfd_rate_control_add_stats (rate, stats);
  fail_unless (gst_structure_get_uint64 (stats, "pictures-skipped", &n));
  return n;
}

static gboolean
take_event (gboolean (*is_it) (GstEvent *event))
{
  gboolean found = FALSE;
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (harness)) != NULL) {
    found = found || is_it (event);
    gst_event_unref (event);
  }
  return found;
}

static gboolean
is_suggestion (GstEvent *event)
{
  guint kbps;

  return gst_event_has_name (event, WFD_CAPTURES_SUGGESTION)
      && gst_structure_get_uint (gst_event_get_structure (event), "bitrate", &kbps)
      && kbps == wfd_rate_control_get_target (rate);
}

static void
ask_for_key (void)
{
  gst_harness_push_upstream_event (harness,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

static guint
get_bitrate (void)
{
  guint bitrate;

  g_object_get (encoder, row->bitrate, &bitrate, NULL);
  return bitrate / row->bitrate_unit;
}

/* --- our encoder --- */

GST_START_TEST (picture_that_would_come_late_is_left_out)
{
  set_up (FALSE);
  open_session ();
  fail_unless_equals_int (push_many (10), 10);
  hand_over (TRUE);
  fail_unless_equals_int (push_many (10), 0);
  fail_unless_equals_uint64 (count_left_out (), 10);
  kernel_bytes = 0;
  fail_unless (push_many (10) > 8);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (encoder_is_told_before_the_picture)
{
  guint before;

  set_up (FALSE);
  fail_unless_equals_int (get_bitrate (), 8000);
  open_session ();
  push_many (10);
  before = get_bitrate ();
  hand_over (TRUE);
  push (FALSE);
  fail_unless (get_bitrate () < before / 2, "%u after %u", get_bitrate (), before);
  fail_unless_equals_int (get_bitrate (), wfd_rate_control_get_target (rate));
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (request_makes_a_key_picture_once_it_gets_through)
{
  set_up (FALSE);
  open_session ();
  push_many (10);
  hand_over (TRUE);
  ask_for_key ();
  push_many (10);
  fail_unless_equals_int (n_keys, 0);
  fail_if (take_event (gst_video_event_is_force_key_unit));
  kernel_bytes = 0;
  push_many (10);
  fail_unless_equals_int (n_keys, 1);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (requests_within_250_ms_share_a_key_picture)
{
  set_up (FALSE);
  open_session ();
  push_many (30);
  for (guint i = 0; i < 3; i++) {
    ask_for_key ();
    push_many (2);
  }
  fail_unless_equals_int (n_keys, 1);
  ask_for_key ();
  push_many (30);
  fail_unless_equals_int (n_keys, 2);
  tear_down ();
}

GST_END_TEST;

/* The first key picture may have left before the display said PLAY, which then asks for one
 * that it can see. */
GST_START_TEST (request_right_after_a_key_picture_is_answered_too)
{
  set_up (FALSE);
  open_session ();
  ask_for_key ();
  push_many (1);
  fail_unless_equals_int (n_keys, 1);
  wfd_rate_control_frame (rate, &(WfdRateFrame) { 5000, TRUE }, PICTURE_NS / 1000);
  push_many (1);
  ask_for_key ();
  push_many (10);
  fail_unless_equals_int (n_keys, 2);
  tear_down ();
}

GST_END_TEST;

/* The pads are those of others. */
GST_START_TEST (pads_go_on_without_us)
{
  set_up (FALSE);
  open_session ();
  push_many (10);
  hand_over (TRUE);
  g_clear_pointer (&captures, wfd_captures_free);
  ask_for_key ();
  fail_unless (take_event (gst_video_event_is_force_key_unit));
  fail_unless_equals_int (push_many (10), 10);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (without_a_session_all_goes_on)
{
  set_up (FALSE);
  fail_unless_equals_int (push_many (10), 10);
  ask_for_key ();
  fail_unless (take_event (gst_video_event_is_force_key_unit));
  tear_down ();
}

GST_END_TEST;

/* --- an encoder of the application --- */

GST_START_TEST (bit_rate_is_suggested_upstream)
{
  set_up (TRUE);
  open_session ();
  push (TRUE);
  fail_unless (take_event (is_suggestion));
  push_many (3);
  hand_over (TRUE);
  push_many (3);
  fail_unless (take_event (is_suggestion));
  tear_down ();
}

GST_END_TEST;

/* A short fall costs no picture, a long one all up to a key picture, which is asked for
 * when it gets through. */
GST_START_TEST (coded_pictures_that_come_late_for_long_are_left_out_up_to_a_key_picture)
{
  guint passed;

  set_up (TRUE);
  open_session ();
  push (TRUE);
  push_many (10);
  hand_over (TRUE);
  fail_unless_equals_int (push_many (4), 4);
  fail_unless_equals_uint64 (count_left_out (), 0);
  passed = push_many (10);
  fail_unless (passed < 4, "%u of 10 went on", passed);
  fail_if (take_event (gst_video_event_is_force_key_unit));
  kernel_bytes = 0;
  fail_unless_equals_int (push_many (3), 0);
  fail_unless (take_event (gst_video_event_is_force_key_unit));
  fail_unless_equals_uint64 (count_left_out (), 13 - passed);
  fail_unless (push (TRUE));
  fail_unless_equals_int (push_many (10), 10);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (request_reaches_an_encoder_of_the_application_at_once)
{
  set_up (TRUE);
  open_session ();
  push (TRUE);
  ask_for_key ();
  fail_unless (take_event (gst_video_event_is_force_key_unit));
  tear_down ();
}

GST_END_TEST;

/* Within 250 ms of another it is asked for with the next picture after these. */
GST_START_TEST (requests_within_250_ms_reach_an_encoder_of_the_application_once)
{
  set_up (TRUE);
  open_session ();
  push (TRUE);
  ask_for_key ();
  fail_unless (take_event (gst_video_event_is_force_key_unit));
  for (guint i = 0; i < 5; i++) {
    push (FALSE);
    ask_for_key ();
  }
  fail_if (take_event (gst_video_event_is_force_key_unit));
  push_many (6);
  fail_unless (take_event (gst_video_event_is_force_key_unit));
  push (TRUE);
  push_many (30);
  fail_if (take_event (gst_video_event_is_force_key_unit));
  tear_down ();
}

GST_END_TEST;

/* In milliseconds that is more than 31 bits have. */
GST_START_TEST (request_after_25_days_reaches_an_encoder_of_the_application)
{
  set_up (TRUE);
  open_session ();
  push (TRUE);
  n_pushed = 25 * 24 * 3600 * 30;
  push (FALSE);
  for (guint i = 0; i < 3; i++) {
    ask_for_key ();
    fail_unless (take_event (gst_video_event_is_force_key_unit));
    push (TRUE);
    push_many (8);
  }
  tear_down ();
}

GST_END_TEST;

/* Who cannot ask by M13 would wait for the next key picture that comes by itself. */
GST_START_TEST (loss_that_our_machine_knows_of_reaches_an_encoder_of_the_application)
{
  set_up (TRUE);
  open_session ();
  push (TRUE);
  push_many (30);
  fail_if (take_event (gst_video_event_is_force_key_unit));
  n_failed = 1;
  hand_over (FALSE);
  fail_unless_equals_int (push_many (3), 3);
  fail_unless (take_event (gst_video_event_is_force_key_unit));
  push (TRUE);
  push_many (30);
  fail_if (take_event (gst_video_event_is_force_key_unit));
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (key_picture_that_does_not_come_is_asked_for_again)
{
  set_up (TRUE);
  open_session ();
  push (TRUE);
  push_many (10);
  hand_over (TRUE);
  push_many (10);
  kernel_bytes = 0;
  push_many (3);
  fail_unless (take_event (gst_video_event_is_force_key_unit));
  for (guint i = 0; i < 3; i++) {
    fail_unless_equals_int (push_many (12), 0);
    fail_if (take_event (gst_video_event_is_force_key_unit));
    fail_unless_equals_int (push_many (3), 0);
    fail_unless (take_event (gst_video_event_is_force_key_unit));
  }
  fail_unless (push (TRUE));
  push_many (30);
  fail_if (take_event (gst_video_event_is_force_key_unit));
  tear_down ();
}

GST_END_TEST;

static Suite *
captures_suite (void)
{
  Suite *suite = suite_create ("wfd-captures");
  TCase *raw = tcase_create ("raw"), *coded = tcase_create ("coded");

  if (wfd_encoder_find (WFD_ENCODER_H264, NULL, NULL) != NULL)
    suite_add_tcase (suite, raw);
  tcase_add_test (raw, picture_that_would_come_late_is_left_out);
  tcase_add_test (raw, encoder_is_told_before_the_picture);
  tcase_add_test (raw, request_makes_a_key_picture_once_it_gets_through);
  tcase_add_test (raw, requests_within_250_ms_share_a_key_picture);
  tcase_add_test (raw, request_right_after_a_key_picture_is_answered_too);
  tcase_add_test (raw, without_a_session_all_goes_on);
  tcase_add_test (raw, pads_go_on_without_us);
  suite_add_tcase (suite, coded);
  tcase_add_test (coded, bit_rate_is_suggested_upstream);
  tcase_add_test (coded, coded_pictures_that_come_late_for_long_are_left_out_up_to_a_key_picture);
  tcase_add_test (coded, request_reaches_an_encoder_of_the_application_at_once);
  tcase_add_test (coded, requests_within_250_ms_reach_an_encoder_of_the_application_once);
  tcase_add_test (coded, request_after_25_days_reaches_an_encoder_of_the_application);
  tcase_add_test (coded, loss_that_our_machine_knows_of_reaches_an_encoder_of_the_application);
  tcase_add_test (coded, key_picture_that_does_not_come_is_asked_for_again);
  return suite;
}

GST_CHECK_MAIN (captures);
