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

static const WfdFormat agreed = {
  .width = 1280,
  .height = 720,
  .rate_hz = 60,
  .profile = WFD_H264_PROFILE_CHP,
  .level = 32,
  .audio_codec = WFD_AUDIO_CODEC_AAC,
  .audio_rate_hz = 48000,
  .audio_channels = 2,
};

static void
assert_caps (GstCaps *is, const char *text)
{
  g_autoptr (GstCaps) expected = gst_caps_from_string (text);
  g_autofree char *shown = gst_caps_to_string (is);

  fail_unless (gst_caps_is_equal (is, expected), "%s", shown);
  gst_caps_unref (is);
}

GST_START_TEST (agreed_picture_has_size_and_rate_but_no_profile)
{
  WfdFormat fields = agreed;

  assert_caps (wfd_unit_caps_new_video (&agreed),
      H264 ", width=(int)1280, height=(int)720, framerate=(fraction)60/1");
  fields.interlaced = TRUE;
  assert_caps (wfd_unit_caps_new_video (&fields),
      H264 ", width=(int)1280, height=(int)720, framerate=(fraction)30/1");
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

GST_START_TEST (agreed_sound_has_codec_rate_and_channels)
{
  WfdFormat format = agreed;

  format.audio_codec = sounds[__i__].codec;
  assert_caps (wfd_unit_caps_new_audio (&format), sounds[__i__].caps);
}

GST_END_TEST;

GST_START_TEST (stream_that_was_not_agreed_on_has_no_caps)
{
  const WfdFormat nothing = { 0 };

  fail_unless (wfd_unit_caps_new_video (&nothing) == NULL);
  fail_unless (wfd_unit_caps_new_audio (&nothing) == NULL);
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
  tcase_add_test (tcase, agreed_picture_has_size_and_rate_but_no_profile);
  tcase_add_loop_test (tcase, agreed_sound_has_codec_rate_and_channels, 0, G_N_ELEMENTS (sounds));
  tcase_add_test (tcase, stream_that_was_not_agreed_on_has_no_caps);
  tcase_add_test (tcase, templates_take_every_codec);
  return suite;
}

GST_CHECK_MAIN (wfd_unit_caps);
