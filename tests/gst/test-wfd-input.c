/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <wfd-input-format.h>
#include <wfd-input.h>

static WfdInputFormat
read_format (const char *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  g_autoptr (GError) error = NULL;
  WfdInputFormat format;

  fail_unless (wfd_input_format_read (caps, &format, &error), "%s",
      error != NULL ? error->message : "");
  return format;
}

/* The message must contain @word. */
static void
refuse_format (const char *text, const char *word)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  g_autoptr (GError) error = NULL;
  WfdInputFormat format;

  fail_if (wfd_input_format_read (caps, &format, &error), "%s", text);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE));
  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
}

GST_START_TEST (kind_follows_from_the_caps)
{
  static const struct
  {
    const char *caps;
    WfdEntryKind kind;
  } rows[] = {
    { "video/x-raw", WFD_ENTRY_PICTURES },
    { "video/x-h264", WFD_ENTRY_CODED_VIDEO },
    { "audio/x-raw", WFD_ENTRY_SOUND },
    { "audio/mpeg, mpegversion=4", WFD_ENTRY_CODED_SOUND },
  };
  g_autoptr (GstCaps) caps = gst_caps_from_string (rows[__i__].caps);

  fail_unless_equals_int (wfd_input_format_find_kind (caps), rows[__i__].kind);
}

GST_END_TEST;

GST_START_TEST (wish_is_a_mode_that_shows_the_picture_well)
{
  static const struct
  {
    const char *caps;
    guint width;
    guint height;
    guint rate_hz;
  } rows[] = {
    { "video/x-raw, width=1920, height=1080, framerate=30/1", 1920, 1080, 30 },
    { "video/x-raw, width=1280, height=720, framerate=60/1", 1280, 720, 60 },
    { "video/x-raw, width=640, height=480, framerate=30/1", 640, 480, 30 },
    { "video/x-raw, width=720, height=576, framerate=25/1", 720, 576, 25 },
    /* the exact rates that 30, 60 and 24 stand for */
    { "video/x-raw, width=1280, height=720, framerate=30000/1001", 1280, 720, 30 },
    { "video/x-raw, width=1280, height=720, framerate=60000/1001", 1280, 720, 60 },
    { "video/x-raw, width=1280, height=720, framerate=24000/1001", 1280, 720, 24 },
    /* not down to 640x480 */
    { "video/x-raw, width=960, height=540, framerate=25/1", 1280, 720, 25 },
    { "video/x-raw, width=1024, height=768, framerate=60/1", 1280, 720, 60 },
    { "video/x-raw, width=1366, height=768, framerate=60/1", 1280, 720, 60 },
    { "video/x-raw, width=1280, height=1024, framerate=30/1", 1920, 1080, 30 },
    { "video/x-raw, width=1680, height=1050, framerate=30/1", 1920, 1080, 30 },
    { "video/x-raw, width=3840, height=2160, framerate=30/1", 1920, 1080, 30 },
    /* rates that no mode has */
    { "video/x-raw, width=1280, height=720, framerate=0/1", 1280, 720, 30 },
    { "video/x-raw, width=1280, height=720", 1280, 720, 30 },
    { "video/x-raw, width=1280, height=720, framerate=15/1", 1280, 720, 30 },
    { "video/x-raw, width=1280, height=720, framerate=144/1", 1280, 720, 60 },
    /* what is coded is what it is */
    { "video/x-h264, width=1024, height=768, framerate=30/1, profile=constrained-baseline", 1024,
        768, 30 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    WfdInputFormat format = read_format (rows[i].caps);
    WfdOfferWish wish = wfd_input_format_get_wish (&format);

    fail_unless (wish.width == rows[i].width && wish.height == rows[i].height
            && wish.rate_hz == rows[i].rate_hz,
        "%s: %ux%u at %u", rows[i].caps, wish.width, wish.height, wish.rate_hz);
  }
}

GST_END_TEST;

#define H264(fields) "video/x-h264, width=1280, height=720, framerate=30/1, " fields

GST_START_TEST (coded_video_offers_just_what_it_is)
{
  static const struct
  {
    const char *caps;
    WfdH264Profile profile;
    guint level;
    const char *offer;
  } rows[] = {
    { H264 ("profile=constrained-baseline, level=(string)3.1"), WFD_H264_PROFILE_CBP, 31,
        "1280x720p30" },
    { H264 ("profile=baseline, level=(string)4"), WFD_H264_PROFILE_CBP, 40, "1280x720p30" },
    { H264 ("profile=constrained-high, level=(string)3.1"), WFD_H264_PROFILE_CHP, 31,
        "1280x720p30-chp" },
    { H264 ("profile=high, level=(string)4.2"), WFD_H264_PROFILE_CHP, 42, "1280x720p30-chp" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    WfdInputFormat format = read_format (rows[i].caps);
    g_autofree char *offer = wfd_input_format_get_offer (&format);

    fail_unless (format.coded);
    fail_unless_equals_int (format.profile, rows[i].profile);
    fail_unless_equals_int (format.level, rows[i].level);
    fail_unless_equals_string (offer, rows[i].offer);
  }
}

GST_END_TEST;

GST_START_TEST (coded_video_that_no_peer_takes_is_refused)
{
  refuse_format (H264 ("profile=main"), "\"main\"");
  refuse_format (H264 ("profile=high-4:4:4"), "\"high-4:4:4\"");
  refuse_format (H264 ("stream-format=avc"), "\"unknown\"");
  refuse_format (H264 ("profile=high, interlace-mode=mixed"), "interlaced");
#define CBP "profile=constrained-baseline"
  refuse_format ("video/x-h264, width=1000, height=500, framerate=30/1, " CBP, "videoscale");
  refuse_format ("video/x-h264, width=1280, height=720, framerate=15/1, " CBP, "1280x720p30");
}

GST_END_TEST;

GST_START_TEST (coded_sound_that_no_peer_takes_is_refused)
{
  read_format ("audio/mpeg, mpegversion=4, rate=48000, channels=2");
  read_format ("audio/mpeg, mpegversion=4, rate=48000, channels=6");
  refuse_format ("audio/mpeg, mpegversion=4, rate=44100, channels=2", "44100 Hz");
  refuse_format ("audio/mpeg, mpegversion=4, rate=48000, channels=1", "1 channels");
  refuse_format ("audio/mpeg, mpegversion=4", "0 Hz");
}

GST_END_TEST;

GST_START_TEST (coded_video_must_be_what_was_agreed_on)
{
  static const struct
  {
    const char *caps;
    WfdEncoderConfig agreed;
    gboolean fine;
  } rows[] = {
    { H264 ("profile=constrained-baseline"), { 1280, 720, 30, 1, WFD_H264_PROFILE_CBP }, TRUE },
    { H264 ("profile=constrained-baseline"), { 1280, 720, 30, 1, WFD_H264_PROFILE_CHP }, TRUE },
    { H264 ("profile=high"), { 1280, 720, 30, 1, WFD_H264_PROFILE_CHP }, TRUE },
    { H264 ("profile=high"), { 1280, 720, 30, 1, WFD_H264_PROFILE_CBP }, FALSE },
    { H264 ("profile=constrained-baseline"), { 640, 480, 60, 1, WFD_H264_PROFILE_CBP }, FALSE },
    { H264 ("profile=constrained-baseline"), { 1280, 720, 60, 1, WFD_H264_PROFILE_CBP }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    WfdInputFormat format = read_format (rows[i].caps);
    g_autoptr (GError) error = NULL;

    fail_unless_equals_int (wfd_input_format_check (&format, &rows[i].agreed, &error),
        rows[i].fine);
    fail_unless_equals_int (error == NULL, rows[i].fine);
  }
}

GST_END_TEST;

/* A grey picture of 64x48 in Constrained Baseline. */
static const guint8 picture[] = {
  0x00,
  0x00,
  0x00,
  0x01,
  0x67,
  0x42,
  0xc0,
  0x0a,
  0xdc,
  0x47,
  0xb0,
  0x11,
  0x00,
  0x00,
  0x03,
  0x00,
  0x01,
  0x00,
  0x00,
  0x03,
  0x00,
  0x3c,
  0x0f,
  0x12,
  0x27,
  0x80,
  0x00,
  0x00,
  0x00,
  0x01,
  0x68,
  0xce,
  0x0f,
  0xc8,
  0x00,
  0x00,
  0x01,
  0x65,
  0x88,
  0x84,
  0x04,
  0xbc,
  0x98,
  0xa0,
  0x00,
  0x20,
  0x2f,
  0x27,
  0x27,
  0x27,
  0x5d,
  0x75,
  0xd7,
  0x5d,
  0x75,
  0xd7,
  0x80,
};

GST_START_TEST (coded_video_is_parsed_before_the_entry)
{
  g_autoptr (GError) error = NULL;
  WfdInput *input = wfd_input_new (WFD_ENTRY_CODED_VIDEO, &error);
  GstHarness *h = gst_harness_new_with_element (GST_ELEMENT (input), "sink", "src");
  g_autoptr (GstPad) pad = wfd_input_get_format_pad (input);
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstCaps) expected = gst_caps_from_string (
      "video/x-h264, width=64, height=48, profile=constrained-baseline, level=(string)1");

  gst_object_unref (input);
  /* As an encoder in an application says it: without what only a parser knows. */
  gst_harness_set_src_caps_str (h, "video/x-h264, stream-format=byte-stream, alignment=au");
  gst_harness_push (h, gst_buffer_new_memdup (picture, sizeof picture));
  caps = gst_pad_get_current_caps (pad);
  fail_unless (caps != NULL);
  fail_unless (gst_caps_is_subset (caps, expected), "%" GST_PTR_FORMAT, caps);
  gst_harness_teardown (h);
}

GST_END_TEST;

static Suite *
wfd_input_suite (void)
{
  Suite *suite = suite_create ("wfd-input");
  TCase *format = tcase_create ("format");
  TCase *element = tcase_create ("element");

  suite_add_tcase (suite, format);
  tcase_add_loop_test (format, kind_follows_from_the_caps, 0, 4);
  tcase_add_test (format, wish_is_a_mode_that_shows_the_picture_well);
  tcase_add_test (format, coded_video_offers_just_what_it_is);
  tcase_add_test (format, coded_video_that_no_peer_takes_is_refused);
  tcase_add_test (format, coded_sound_that_no_peer_takes_is_refused);
  tcase_add_test (format, coded_video_must_be_what_was_agreed_on);
  suite_add_tcase (suite, element);
  tcase_add_test (element, coded_video_is_parsed_before_the_entry);
  return suite;
}

GST_CHECK_MAIN (wfd_input);
