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
  const WfdControlAgreement what = {
    .terms = { .format = *format, .idr_request = TRUE },
    .peer = "192.168.1.20",
    .peer_name = "Some Source/1",
    .reason = "largest",
  };

  return wfd_report_new_negotiated (WFD_ROLE_SINK, &what);
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
  const WfdControlAgreement nothing = { .peer = "10.0.0.1" };
  WfdFormat video = full;

  video.audio_codec = WFD_AUDIO_CODEC_NONE;
  video.level = 40;
  assert_structure (report (&video),
      "wfd-negotiated, role=(string)sink, width=(int)1280, height=(int)720, "
      "framerate=(fraction)60/1, interlaced=(boolean)false, level=(string)4, "
      "profile=(string)constrained-high, peer=(string)192.168.1.20, "
      "peer-name=(string)\"Some Source/1\", reason=(string)largest;");
  assert_structure (wfd_report_new_negotiated (WFD_ROLE_SOURCE, &nothing),
      "wfd-negotiated, role=(string)source, peer=(string)10.0.0.1, idr-request=(boolean)false;");
}

GST_END_TEST;

/* Only a source hears it from its peer. */
GST_START_TEST (source_says_what_the_sink_takes_and_asks_for)
{
  const WfdControlAgreement what = {
    .terms = { .idr_request = TRUE, .max_bitrate_kbps = 8000 },
    .peer = "10.0.0.1",
  };

  assert_structure (wfd_report_new_negotiated (WFD_ROLE_SOURCE, &what),
      "wfd-negotiated, role=(string)source, peer=(string)10.0.0.1, idr-request=(boolean)true, "
      "max-bitrate=(uint)8000;");
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
  tcase_add_test (tcase, source_says_what_the_sink_takes_and_asks_for);
  tcase_add_test (tcase, interlaced_mode_has_half_as_many_frames);
  tcase_add_test (tcase, stats_keep_names_and_numbers);
  return suite;
}

GST_CHECK_MAIN (wfd_report);
