/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/audio/audio.h>
#include <gst/check/gstcheck.h>
#include <wfd-unit-caps.h>

typedef struct
{
  WfdTsFormat format;
  const char *caps;
} Row;

#define H264 "video/x-h264, stream-format=byte-stream, alignment=au, parsed=true"
#define H265 "video/x-h265, stream-format=byte-stream, alignment=au, parsed=true"

static const Row rows[] = {
  { { .codec = WFD_TS_CODEC_H264 }, H264 },
  { { .codec = WFD_TS_CODEC_H264, .width = 1280, .height = 720 }, H264 ", width=1280, height=720" },
  { { .codec = WFD_TS_CODEC_H264, .profile = { 0x42, 0xc0, 0x1f } },
      H264 ", profile=constrained-baseline, level=(string)3.1" },
  { { .codec = WFD_TS_CODEC_H264, .profile = { 0x64, 0x0c, 0x28 } },
      H264 ", profile=constrained-high, level=(string)4" },
  { { .codec = WFD_TS_CODEC_H265, .profile = { 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0x5d } },
      H265 ", profile=main, tier=main, level=(string)3.1" },
  { { .codec = WFD_TS_CODEC_AAC, .rate_hz = 48000, .channels = 2 },
      "audio/mpeg, mpegversion=4, stream-format=adts, framed=true, rate=48000, channels=2" },
  { { .codec = WFD_TS_CODEC_AAC, .rate_hz = 48000 },
      "audio/mpeg, mpegversion=4, stream-format=adts, framed=true, rate=48000" },
  { { .codec = WFD_TS_CODEC_EAC3, .rate_hz = 48000, .channels = 6 },
      "audio/x-eac3, framed=true, alignment=frame, rate=48000, channels=6" },
};

GST_START_TEST (caps_say_what_the_format_does)
{
  g_autoptr (GstCaps) is = wfd_unit_caps_new (&rows[__i__].format);
  g_autoptr (GstCaps) expected = gst_caps_from_string (rows[__i__].caps);
  g_autofree char *shown = gst_caps_to_string (is);

  fail_unless (gst_caps_is_equal (is, expected), "%s", shown);
}

GST_END_TEST;

/* As audioconvert and the sinks read it. */
GST_START_TEST (samples_of_any_channels_are_raw_audio)
{
  const WfdTsFormat format = { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 44100, .channels = __i__ };
  g_autoptr (GstCaps) caps = wfd_unit_caps_new (&format);
  GstAudioInfo info;

  fail_unless (gst_audio_info_from_caps (&info, caps));
  fail_unless_equals_int (GST_AUDIO_INFO_FORMAT (&info), GST_AUDIO_FORMAT_S16BE);
  fail_unless_equals_int (GST_AUDIO_INFO_RATE (&info), 44100);
  fail_unless_equals_int (GST_AUDIO_INFO_CHANNELS (&info), __i__);
  fail_if (GST_AUDIO_INFO_IS_UNPOSITIONED (&info));
}

GST_END_TEST;

GST_START_TEST (nothing_has_no_caps)
{
  fail_unless (wfd_unit_caps_new (&(WfdTsFormat) { 0 }) == NULL);
}

GST_END_TEST;

/* What can come out has to fit the templates of the pads. */
GST_START_TEST (templates_take_every_codec)
{
  g_autoptr (GstCaps) video = gst_caps_from_string (WFD_UNIT_VIDEO_CAPS);
  g_autoptr (GstCaps) audio = gst_caps_from_string (WFD_UNIT_AUDIO_CAPS);

  for (guint codec = WFD_TS_CODEC_NONE + 1; codec < WFD_TS_N_CODECS; codec++) {
    const WfdTsFormat format = { .codec = codec, .rate_hz = 48000, .channels = 2 };
    g_autoptr (GstCaps) caps = wfd_unit_caps_new (&format);

    fail_unless (
        gst_caps_is_subset (caps, wfd_ts_codec_get_info (codec)->is_video ? video : audio));
  }
}

GST_END_TEST;

static Suite *
wfd_unit_caps_suite (void)
{
  Suite *suite = suite_create ("wfd-unit-caps");
  TCase *tcase = tcase_create ("caps");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, caps_say_what_the_format_does, 0, G_N_ELEMENTS (rows));
  tcase_add_loop_test (tcase, samples_of_any_channels_are_raw_audio, 1, 9);
  tcase_add_test (tcase, nothing_has_no_caps);
  tcase_add_test (tcase, templates_take_every_codec);
  return suite;
}

GST_CHECK_MAIN (wfd_unit_caps);
