/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* At which bit rate wfdsink casts, and who is told. */
#include <gst/check/gstcheck.h>
#include <wfd-encoder.h>

#include "cast-stage.h"

GST_START_TEST (bit_rate_changes_while_it_plays)
{
  const WfdEncoder *row = wfd_encoder_find (WFD_ENCODER_H264, NULL, NULL);
  g_autoptr (GstElement) encoder = NULL;
  guint bitrate;

  if (!can_encode ())
    return;
  cast (SINK "rate-control=off " PICTURES " ! wfd.");
  watch ("", SHOW);
  skip_samples (sink.app, 5);
  encoder = find_encoder ();
  g_object_get (encoder, row->bitrate, &bitrate, NULL);
  fail_unless_equals_int (bitrate / row->bitrate_unit, 1000);
  g_object_set (source.wfd, "bitrate", 3000, NULL);
  g_object_get (encoder, row->bitrate, &bitrate, NULL);
  fail_unless_equals_int (bitrate / row->bitrate_unit, 3000);
  skip_samples (sink.app, 10);
  tear_down ();
}

GST_END_TEST;

static guint
get_encoder_kbps (void)
{
  const WfdEncoder *row = wfd_encoder_find (WFD_ENCODER_H264, NULL, NULL);
  g_autoptr (GstElement) encoder = find_encoder ();
  guint bitrate;

  g_object_get (encoder, row->bitrate, &bitrate, NULL);
  return bitrate / row->bitrate_unit;
}

GST_START_TEST (rate_control_keeps_the_encoder_within_its_bounds)
{
  g_autoptr (GstStructure) stats = NULL;
  guint suggested_kbps;

  if (!can_encode ())
    return;
  cast (SINK "max-bitrate=1000 " PICTURES " ! wfd.");
  watch ("", SHOW);
  skip_samples (sink.app, 5);
  fail_unless_equals_int (get_encoder_kbps (), 1000);
  g_object_get (source.wfd, "stats", &stats, "suggested-bitrate", &suggested_kbps, NULL);
  fail_unless_equals_int (suggested_kbps, 1000);
  fail_unless (gst_structure_has_field_typed (stats, "rate-signal", G_TYPE_STRING));
  fail_unless (gst_structure_has_field_typed (stats, "rate-reason", G_TYPE_STRING));
  g_object_set (source.wfd, "max-bitrate", 3000, "min-bitrate", 3000, NULL);
  while (get_encoder_kbps () != 3000)
    skip_samples (sink.app, 1);
  tear_down ();
}

GST_END_TEST;

/* All as if there were none: neither its statistics, nor a suggestion that changes. */
GST_START_TEST (rate_control_that_is_off_leaves_everything_alone)
{
  g_autoptr (GstStructure) stats = NULL;
  guint suggested_kbps;
  guint64 before;

  if (!can_encode ())
    return;
  cast (SINK "rate-control=off min-bitrate=3000 start-bitrate=4000 " PICTURES " ! wfd.");
  watch ("", SHOW);
  skip_samples (sink.app, 5);
  before = side_get_counter (&source, "video-buffers");
  skip_samples (sink.app, 60);
  fail_unless (side_get_counter (&source, "video-buffers") >= before + 55);
  fail_unless_equals_int (get_encoder_kbps (), 1000);
  g_object_get (source.wfd, "stats", &stats, "suggested-bitrate", &suggested_kbps, NULL);
  fail_unless_equals_int (suggested_kbps, 1000);
  fail_if (gst_structure_has_field (stats, "rate-signal"));
  fail_if (gst_structure_has_field (stats, "pictures-skipped"));
  tear_down ();
}

GST_END_TEST;

static void
lower_bit_rate (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer data)
{
  const WfdEncoder *row = wfd_encoder_find (WFD_ENCODER_H264, NULL, NULL);
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory != NULL && g_strcmp0 (GST_OBJECT_NAME (factory), row->factory) == 0)
    g_object_set (source.wfd, "bitrate", 700, NULL);
}

GST_START_TEST (bit_rate_changes_while_the_encoder_is_made)
{
  const WfdEncoder *row = wfd_encoder_find (WFD_ENCODER_H264, NULL, NULL);
  g_autoptr (GstElement) encoder = NULL;
  guint bitrate;

  if (!can_encode ())
    return;
  side_init (&source, SINK "rate-control=off " PICTURES " ! wfd.");
  g_signal_connect (source.wfd, "deep-element-added", G_CALLBACK (lower_bit_rate), NULL);
  side_set_state (&source, GST_STATE_PLAYING);
  watch ("", SHOW);
  skip_samples (sink.app, 1);
  encoder = find_encoder ();
  g_object_get (encoder, row->bitrate, &bitrate, NULL);
  fail_unless_equals_int (bitrate / row->bitrate_unit, 700);
  tear_down ();
}

GST_END_TEST;

static GstPadProbeReturn
note_suggestion (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  const GstStructure *structure = gst_event_get_structure (info->data);
  guint kbps;

  if (gst_event_has_name (info->data, "wfd-suggested-bitrate")
      && gst_structure_get_uint (structure, "bitrate", &kbps))
    g_atomic_int_set ((gint *) data, kbps);
  return GST_PAD_PROBE_OK;
}

static void
note_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  g_atomic_int_inc ((gint *) data);
}

/* As an event, and as a property that is notified. */
GST_START_TEST (encoder_of_the_application_is_told_the_bit_rate)
{
  g_autoptr (GstPad) pad = NULL;
  gint suggested = 0, n_notified = 0;

  if (!has_x264 ())
    return;
  side_init (&source,
      SINK "start-bitrate=700 min-bitrate=300 max-bitrate=9000 "
           "videotestsrc is-live=true ! video/x-raw, width=1280, height=720, "
           "framerate=30/1 ! x264enc name=app tune=zerolatency "
           "speed-preset=ultrafast ! video/x-h264, profile=constrained-baseline ! "
           "wfd.");
  pad = gst_element_get_static_pad (source.app, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, note_suggestion, &suggested, NULL);
  g_signal_connect (source.wfd, "notify::suggested-bitrate", G_CALLBACK (note_notify), &n_notified);
  side_set_state (&source, GST_STATE_PLAYING);
  watch ("", SHOW);
  skip_samples (sink.app, 1);
  fail_unless (g_atomic_int_get (&suggested) >= 300 && g_atomic_int_get (&suggested) <= 9000);
  g_object_set (source.wfd, "max-bitrate", 500, NULL);
  while (g_atomic_int_get (&suggested) != 500)
    skip_samples (sink.app, 1);
  fail_unless (g_atomic_int_get (&n_notified) > 0);
  tear_down ();
}

GST_END_TEST;

/* Nobody else knows at which bit rate it shall encode. */
GST_START_TEST (encoder_of_the_application_is_told_without_rate_control_too)
{
  g_autoptr (GstPad) pad = NULL;
  gint suggested = 0, n_notified = 0;
  guint suggested_kbps;

  if (!has_x264 ())
    return;
  side_init (&source,
      SINK "rate-control=off videotestsrc is-live=true ! video/x-raw, width=1280, height=720, "
           "framerate=30/1 ! x264enc name=app tune=zerolatency speed-preset=ultrafast ! "
           "video/x-h264, profile=constrained-baseline ! wfd.");
  pad = gst_element_get_static_pad (source.app, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, note_suggestion, &suggested, NULL);
  g_signal_connect (source.wfd, "notify::suggested-bitrate", G_CALLBACK (note_notify), &n_notified);
  side_set_state (&source, GST_STATE_PLAYING);
  watch ("", SHOW);
  skip_samples (sink.app, 1);
  fail_unless_equals_int (g_atomic_int_get (&suggested), 1000);
  g_object_set (source.wfd, "bitrate", 700, NULL);
  fail_unless_equals_int (g_atomic_int_get (&suggested), 700);
  fail_unless_equals_int (g_atomic_int_get (&n_notified), 1);
  g_object_get (source.wfd, "suggested-bitrate", &suggested_kbps, NULL);
  fail_unless_equals_int (suggested_kbps, 700);
  /* No level of H.264 that is agreed on carries so much. */
  g_object_set (source.wfd, "bitrate", 100000, NULL);
  fail_unless (g_atomic_int_get (&suggested) > 700 && g_atomic_int_get (&suggested) <= 62500, "%d",
      g_atomic_int_get (&suggested));
  g_object_get (source.wfd, "suggested-bitrate", &suggested_kbps, NULL);
  fail_unless_equals_int (suggested_kbps, g_atomic_int_get (&suggested));
  tear_down ();
}

GST_END_TEST;

/* The default of the minimum is above this maximum too, and nobody has asked for it. */
GST_START_TEST (maximum_counts_if_the_minimum_is_above_it)
{
  static const struct
  {
    const char *bounds;
    guint n_warnings;
  } rows[] = { { "min-bitrate=3000 max-bitrate=800 ", 1 }, { "max-bitrate=800 ", 0 } };
  GstMessageType warning = GST_MESSAGE_WARNING;

  if (!can_encode ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *description =
        g_strconcat (SINK "start-bitrate=5000 ", rows[i].bounds, PICTURES " ! wfd.", NULL);

    cast (description);
    watch ("", SHOW);
    skip_samples (sink.app, 5);
    fail_unless_equals_int (recorder_count (source.recorder, match_type, &warning),
        rows[i].n_warnings);
    fail_unless_equals_int (get_encoder_kbps (), 800);
    tear_down ();
  }
}

GST_END_TEST;

static Suite *
wfdsink_rate_suite (void)
{
  Suite *suite = suite_create ("wfdsink-rate");
  TCase *all = tcase_create ("rate");

  suite_add_tcase (suite, all);
  tcase_add_test (all, bit_rate_changes_while_it_plays);
  tcase_add_test (all, rate_control_keeps_the_encoder_within_its_bounds);
  tcase_add_test (all, rate_control_that_is_off_leaves_everything_alone);
  tcase_add_test (all, bit_rate_changes_while_the_encoder_is_made);
  tcase_add_test (all, encoder_of_the_application_is_told_the_bit_rate);
  tcase_add_test (all, encoder_of_the_application_is_told_without_rate_control_too);
  tcase_add_test (all, maximum_counts_if_the_minimum_is_above_it);
  return suite;
}

GST_CHECK_MAIN (wfdsink_rate);
