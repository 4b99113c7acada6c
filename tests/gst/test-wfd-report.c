/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-report.h>

static const WfdFormat full = {
  .width = 1280,
  .height = 720,
  .rate_hz = 60,
  .profile = WFD_H264_PROFILE_CHP,
  .level = 32,
  .audio_codec = WFD_AUDIO_CODEC_AAC,
  .audio_rate_hz = 48000,
  .audio_channels = 2,
};

static GstStructure *
report (const WfdFormat *format)
{
  WfdReport what = { WFD_ROLE_SINK, format, "192.168.1.20", "Some Source/1", "largest", TRUE };

  return wfd_report_new_negotiated (&what);
}

static void
assert_structure (GstStructure *is, const char *text)
{
  g_autoptr (GstStructure) expected = gst_structure_from_string (text, NULL);
  g_autofree char *shown = gst_structure_to_string (is);

  fail_unless (expected != NULL);
  fail_unless (gst_structure_is_equal (is, expected), "%s", shown);
  gst_structure_free (is);
}

GST_START_TEST (negotiated_says_all_that_is_known)
{
  assert_structure (report (&full),
      "wfd-negotiated, role=(string)sink, width=(int)1280, height=(int)720, "
      "framerate=(fraction)60/1, interlaced=(boolean)false, level=(string)3.2, "
      "profile=(string)constrained-high, audio-codec=(string)aac, audio-rate=(int)48000, "
      "audio-channels=(int)2, peer=(string)192.168.1.20, peer-name=(string)\"Some Source/1\", "
      "reason=(string)largest;");
}

GST_END_TEST;

GST_START_TEST (what_is_not_there_is_left_out)
{
  WfdFormat video = full, nothing = { 0 };
  WfdReport what = { WFD_ROLE_SOURCE, &nothing, "10.0.0.1", NULL, NULL };

  video.audio_codec = WFD_AUDIO_CODEC_NONE;
  video.level = 40;
  assert_structure (report (&video),
      "wfd-negotiated, role=(string)sink, width=(int)1280, height=(int)720, "
      "framerate=(fraction)60/1, interlaced=(boolean)false, level=(string)4, "
      "profile=(string)constrained-high, peer=(string)192.168.1.20, "
      "peer-name=(string)\"Some Source/1\", reason=(string)largest;");
  assert_structure (wfd_report_new_negotiated (&what),
      "wfd-negotiated, role=(string)source, peer=(string)10.0.0.1, idr-request=(boolean)false;");
}

GST_END_TEST;

/* Only a source hears it from its peer. */
GST_START_TEST (source_says_whether_the_sink_asks_for_key_frames)
{
  WfdFormat nothing = { 0 };
  WfdReport what = { WFD_ROLE_SOURCE, &nothing, "10.0.0.1", NULL, NULL, TRUE };

  assert_structure (wfd_report_new_negotiated (&what),
      "wfd-negotiated, role=(string)source, peer=(string)10.0.0.1, idr-request=(boolean)true;");
}

GST_END_TEST;

static void
assert_caps (GstCaps *is, const char *text)
{
  g_autoptr (GstCaps) expected = gst_caps_from_string (text);
  g_autofree char *shown = gst_caps_to_string (is);

  fail_unless (gst_caps_is_equal (is, expected), "%s", shown);
  gst_caps_unref (is);
}

GST_START_TEST (video_caps_name_picture_but_not_profile)
{
  g_autoptr (GstStructure) negotiated = report (&full);

  assert_caps (wfd_report_new_video_caps (negotiated),
      "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au, width=(int)1280, "
      "height=(int)720, framerate=(fraction)60/1, parsed=(boolean)true");
}

GST_END_TEST;

GST_START_TEST (interlaced_mode_has_half_as_many_frames)
{
  WfdFormat fields = full;
  g_autoptr (GstStructure) negotiated = NULL;
  int rate, per;

  fields.interlaced = TRUE;
  negotiated = report (&fields);
  fail_unless (gst_structure_get_fraction (negotiated, "framerate", &rate, &per));
  fail_unless_equals_int (rate, 30);
  fail_unless_equals_int (per, 1);
}

GST_END_TEST;

typedef struct
{
  WfdAudioCodec codec;
  const char *caps;
} Sound;

static const Sound sounds[] = {
  { WFD_AUDIO_CODEC_AAC,
      "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts, "
      "framed=(boolean)true, rate=(int)48000, channels=(int)2" },
  { WFD_AUDIO_CODEC_LPCM,
      "audio/x-raw, format=(string)S16BE, layout=(string)interleaved, "
      "rate=(int)48000, channels=(int)2" },
  { WFD_AUDIO_CODEC_AC3,
      "audio/x-ac3, framed=(boolean)true, alignment=(string)frame, rate=(int)48000, channels=(int)2" },
};

GST_START_TEST (audio_caps_name_codec_rate_and_channels)
{
  WfdFormat format = full;
  g_autoptr (GstStructure) negotiated = NULL;

  format.audio_codec = sounds[__i__].codec;
  negotiated = report (&format);
  assert_caps (wfd_report_new_audio_caps (negotiated), sounds[__i__].caps);
}

GST_END_TEST;

GST_START_TEST (stream_that_was_not_agreed_on_has_no_caps)
{
  WfdFormat nothing = { 0 };
  g_autoptr (GstStructure) negotiated = report (&nothing);

  fail_unless (wfd_report_new_video_caps (negotiated) == NULL);
  fail_unless (wfd_report_new_audio_caps (negotiated) == NULL);
}

GST_END_TEST;

GST_START_TEST (stats_keep_names_and_numbers)
{
  g_autoptr (GVariant) stats = g_variant_ref_sink (g_variant_new_parsed (
      "{'requests-sent': <uint64 7>, 'last-rtt-us': <int64 900>, 'session-id': <'b4$ZP9'>}"));
  g_autoptr (GstStructure) empty = wfd_report_new_stats (NULL);

  assert_structure (wfd_report_new_stats (stats),
      "wfd-stats, requests-sent=(guint64)7, last-rtt-us=(gint64)900, session-id=(string)\"b4$ZP9\";");
  fail_unless_equals_int (gst_structure_n_fields (empty), 0);
}

GST_END_TEST;

static Suite *
wfd_report_suite (void)
{
  Suite *suite = suite_create ("wfd-report");
  TCase *tcase = tcase_create ("report");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, negotiated_says_all_that_is_known);
  tcase_add_test (tcase, what_is_not_there_is_left_out);
  tcase_add_test (tcase, source_says_whether_the_sink_asks_for_key_frames);
  tcase_add_test (tcase, video_caps_name_picture_but_not_profile);
  tcase_add_test (tcase, interlaced_mode_has_half_as_many_frames);
  tcase_add_loop_test (tcase, audio_caps_name_codec_rate_and_channels, 0, G_N_ELEMENTS (sounds));
  tcase_add_test (tcase, stream_that_was_not_agreed_on_has_no_caps);
  tcase_add_test (tcase, stats_keep_names_and_numbers);
  return suite;
}

GST_CHECK_MAIN (wfd_report);
