/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wfdsink over loopback, with wfdsrc or rtspwfd as the display. */
#include <gst/app/app.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include <wfd-encoder.h>

#include "cast-stage.h"

GST_START_TEST (pads_are_found_without_names)
{
  static const struct
  {
    const char *description;
    guint n_pads;
  } rows[] = {
    { "videotestsrc ! wfdsink name=wfd", 1 },
    { "audiotestsrc ! wfdsink name=wfd", 1 },
    { "wfdsink name=wfd  videotestsrc ! wfd.  audiotestsrc ! wfd.", 2 },
    { "wfdsink name=wfd  audiotestsrc ! audioconvert ! wfd.  videotestsrc ! videoconvert ! wfd.",
        2 },
    { "wfdsink name=wfd  videotestsrc ! wfd.video  audiotestsrc ! wfd.audio", 2 },
    { "appsrc ! video/x-h264 ! wfdsink name=wfd", 1 },
    { "appsrc ! audio/mpeg, mpegversion=4 ! wfdsink name=wfd", 1 },
    { "appsrc ! audio/x-ac3 ! wfdsink name=wfd", 1 },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (rows[__i__].description, &error);
  g_autoptr (GstElement) wfd = NULL;

  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  wfd = gst_bin_get_by_name (GST_BIN (pipeline), "wfd");
  fail_unless_equals_int (wfd->numsinkpads, rows[__i__].n_pads);
}

GST_END_TEST;

GST_START_TEST (pads_are_there_once_and_can_be_given_back)
{
  g_autoptr (GstElement) wfd = gst_object_ref_sink (gst_element_factory_make ("wfdsink", NULL));
  GstPadTemplate *video_template = gst_element_get_pad_template (wfd, "video");
  GstPadTemplate *audio_template = gst_element_get_pad_template (wfd, "audio");

  for (guint i = 0; i < 3; i++) {
    g_autoptr (GstPad) video = gst_element_request_pad (wfd, video_template, NULL, NULL);
    g_autoptr (GstPad) audio = gst_element_request_pad (wfd, audio_template, NULL, NULL);

    fail_unless (video != NULL && audio != NULL);
    fail_unless (gst_element_request_pad (wfd, video_template, NULL, NULL) == NULL);
    gst_element_release_request_pad (wfd, video);
    gst_element_release_request_pad (wfd, audio);
  }
}

GST_END_TEST;

static gint cycled; /* atomic */

static gpointer
request_and_release (gpointer wfd)
{
  while (!g_atomic_int_get (&cycled)) {
    GstPad *pad = gst_element_request_pad_simple (wfd, "audio");

    fail_unless (pad != NULL);
    gst_element_release_request_pad (wfd, pad);
    gst_object_unref (pad);
  }
  return NULL;
}

GST_START_TEST (pads_come_and_go_while_the_state_changes)
{
  GstElement *wfd = gst_object_ref_sink (gst_element_factory_make ("wfdsink", NULL));
  GThread *thread;

  g_object_set (wfd, "rtsp-port", 0, NULL);
  cycled = 0;
  thread = g_thread_new ("pads", request_and_release, wfd);
  for (guint i = 0; i < 10; i++) {
    fail_unless (gst_element_set_state (wfd, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE);
    gst_element_set_state (wfd, GST_STATE_READY);
  }
  g_atomic_int_set (&cycled, 1);
  g_thread_join (thread);
  fail_unless_equals_int (wfd->numsinkpads, 0);
  gst_element_set_state (wfd, GST_STATE_NULL);
  gst_object_unref (wfd);
}

GST_END_TEST;

/* Of what upstream has, in its order. */
GST_START_TEST (pictures_are_asked_for_as_encoders_take_them)
{
  static const struct
  {
    const char *upstream;
    const char *format;
  } rows[] = {
    { "videotestsrc name=camera", "I420" },
    { "videotestsrc ! videoscale name=camera", "I420" },
    { "fakesrc ! capsfilter name=camera caps=\"video/x-raw, format={ RGBA, NV12, I420 }\"",
        "I420" },
    { "fakesrc ! capsfilter name=camera caps=\"video/x-raw, format={ RGBA, NV12 }\"", "NV12" },
    { "fakesrc ! capsfilter name=camera caps=\"video/x-raw, format={ RGB16, BGRx }\"", "RGB16" },
    { "fakesrc ! capsfilter name=camera caps=\"video/x-raw, format=BGRx\"", "BGRx" },
  };
  g_autofree char *description = g_strconcat (rows[__i__].upstream, " ! wfdsink", NULL);
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, NULL), camera = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstCaps) caps = NULL;

  camera = gst_bin_get_by_name (GST_BIN (pipeline), "camera");
  pad = gst_element_get_static_pad (camera, "src");
  caps = gst_caps_fixate (gst_pad_get_allowed_caps (pad));
  fail_unless_equals_string (gst_structure_get_string (gst_caps_get_structure (caps, 0), "format"),
      rows[__i__].format);
}

GST_END_TEST;

/* It may come later, or have been forgotten. */
GST_START_TEST (nothing_linked_is_told)
{
  static const struct
  {
    const char *pipeline;
    guint n;
  } rows[] = {
    { SINK "fakesrc ! fakesink", 1 },
    { "rtspwfd name=wfd role=source rtsp-port=0 fakesrc ! fakesink", 1 },
    { SINK PICTURES " ! wfd.", 0 },
    { "rtspwfd name=wfd location=rtsp://127.0.0.1:9 ! fakesink", 0 },
  };

  side_init (&source, rows[__i__].pipeline);
  side_set_state (&source, GST_STATE_PAUSED);
  recorder_wait_progress (source.recorder, "connect/start");
  fail_unless_equals_int (recorder_count (source.recorder, match_words, "Nothing is linked"),
      rows[__i__].n);
  side_clear (&source);
}
GST_END_TEST;

/* It has to say which displays are in reach. */
GST_START_TEST (nothing_has_to_be_linked_to_list_displays)
{
  side_init (&source, "wfdsink name=wfd link=p2p fakesrc ! fakesink");
  gst_element_set_state (source.pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (recorder_count (source.recorder, match_words, "Nothing is linked"), 0);
  side_clear (&source);
}
GST_END_TEST;

GST_START_TEST (picture_and_sound_arrive)
{
  if (!can_encode ())
    return;
  cast (SINK PICTURES " ! wfd. " TONE " ! wfd.");
  watch ("", SHOW HEAR);
  fail_unless (pull_is_key_unit ());
  assert_size (sink.app, 640, 480);
  skip_samples (sink.app, 30);
  skip_samples (sound, 30);
  tear_down ();
}

GST_END_TEST;

/* What the display decodes is what the camera showed. */
GST_START_TEST (picture_is_the_one_that_was_shown)
{
  g_autoptr (GstSample) sample = NULL;
  GstVideoInfo info;
  GstVideoFrame frame;
  guint8 *luma;

  if (!can_encode ())
    return;
  cast (SINK "videotestsrc is-live=true pattern=white ! "
             "video/x-raw, width=480, height=480, framerate=60/1 ! wfd.");
  /* 4:3 of a square: bars of 80 pixels. */
  watch ("video-formats=640x480p60",
      "wfd.video ! decodebin ! videoconvert ! video/x-raw, format=I420 ! "
      "appsink name=app sync=false async=false max-buffers=5 drop=true");
  sample = pull_sample (sink.app);
  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  fail_unless_equals_int (info.width, 640);
  fail_unless (gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ));
  luma = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
      + 240 * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);
  fail_unless (luma[40] < 40 && luma[600] < 40, "%u %u", luma[40], luma[600]);
  fail_unless (luma[120] > 200 && luma[320] > 200, "%u %u", luma[120], luma[320]);
  gst_video_frame_unmap (&frame);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (nothing_is_encoded_while_nobody_watches)
{
  g_autoptr (GstElement) encoder = NULL, left = NULL;

  if (!can_encode ())
    return;
  cast (SINK "after-session=wait " PICTURES " ! wfd.");
  while (side_get_counter (&source, "video-buffers-dropped") < 5)
    continue;
  fail_unless (find_encoder () == NULL);
  fail_unless_equals_uint64 (side_get_counter (&source, "video-buffers"), 0);

  watch ("", SHOW);
  skip_samples (sink.app, 5);
  encoder = find_encoder ();
  fail_unless (encoder != NULL);
  fail_unless (side_get_counter (&source, "video-buffers") > 0);

  stop_watching ();
  while ((left = find_encoder ()) != NULL)
    gst_clear_object (&left);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (pause_stops_the_encoder_and_play_brings_a_key_unit)
{
  guint64 passed, dropped;

  if (!can_encode ())
    return;
  cast (SINK PICTURES " ! wfd.");
  watch ("", SHOW);
  skip_samples (sink.app, 10);

  side_set_state (&sink, GST_STATE_PAUSED);
  side_wait_flowing (&source, FALSE);
  /* What was under way when it stopped is not what comes all the time. */
  dropped = side_get_counter (&source, "video-buffers-dropped");
  while (side_get_counter (&source, "video-buffers-dropped") < dropped + 3)
    continue;
  passed = side_get_counter (&source, "video-buffers");
  dropped = side_get_counter (&source, "video-buffers-dropped");
  while (side_get_counter (&source, "video-buffers-dropped") < dropped + 5)
    continue;
  fail_unless_equals_uint64 (side_get_counter (&source, "video-buffers"), passed);

  recorder_mark (source.recorder);
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);
  while (!pull_is_key_unit ())
    continue;
  skip_samples (sink.app, 5);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (key_unit_comes_when_the_display_asks)
{
  if (!can_encode ())
    return;
  cast (SINK PICTURES " ! wfd.");
  watch ("", SHOW);
  fail_unless (pull_is_key_unit ());
  /* Requests in a row share a key unit. */
  skip_samples (sink.app, 40);
  gst_element_send_event (sink.app,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  while (!pull_is_key_unit ())
    fail_unless (side_get_counter (&source, "video-buffers") < 100, "no key unit");
  fail_unless (side_get_counter (&source, "idr-requests") >= 1);
  tear_down ();
}

GST_END_TEST;

static GstPadProbeReturn
drop_all (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  return GST_PAD_PROBE_DROP;
}

GST_START_TEST (sound_that_falls_silent_does_not_stop_the_picture)
{
  g_autoptr (GstElement) tone = NULL;
  g_autoptr (GstPad) pad = NULL;

  if (!can_encode ())
    return;
  cast (SINK PICTURES " ! wfd. audiotestsrc name=tone is-live=true samplesperbuffer=480 ! wfd.");
  watch ("", SHOW HEAR);
  skip_samples (sink.app, 10);
  skip_samples (sound, 10);
  tone = gst_bin_get_by_name (GST_BIN (source.pipeline), "tone");
  pad = gst_element_get_static_pad (tone, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, drop_all, NULL, NULL);

  skip_samples (sink.app, 120);
  fail_unless (side_get_counter (&source, "audio-buffers-filled") > 10);
  skip_samples (sound, 50);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (sound_that_never_begins_does_not_stop_the_picture)
{
  if (!can_encode ())
    return;
  cast (SINK PICTURES " ! wfd. appsrc is-live=true format=time ! audio/x-raw ! wfd.");
  watch ("", SHOW HEAR);
  skip_samples (sink.app, 60);
  skip_samples (sound, 20);
  tear_down ();
}

GST_END_TEST;

/* What is heard is what was played, sample by sample. */
GST_START_TEST (display_that_knows_only_lpcm_gets_the_samples)
{
  guint begun = 0;
  guint16 last = 0;

  if (!can_encode ())
    return;
  cast (SINK PICTURES " ! wfd. appsrc name=app format=time max-bytes=0 caps=\"audio/x-raw, "
                      "format=S16LE, layout=interleaved, rate=48000, channels=2\" ! wfd.audio");
  for (guint i = 0; i < 100; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 480 * 4, NULL);

    for (guint k = 0; k < 480; k++) {
      guint8 sample[4];

      GST_WRITE_UINT16_LE (sample, i * 480 + k);
      GST_WRITE_UINT16_LE (sample + 2, i * 480 + k);
      gst_buffer_fill (buffer, 4 * k, sample, 4);
    }
    GST_BUFFER_PTS (buffer) = i * 10 * GST_MSECOND;
    GST_BUFFER_DURATION (buffer) = 10 * GST_MSECOND;
    side_push (&source, buffer);
  }
  watch ("audio-codecs=lpcm", SHOW HEAR);
  skip_samples (sink.app, 10);
  while (last < 90 * 480) {
    g_autoptr (GstSample) sample = pull_sample (sound);
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstMapInfo map;

    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    for (gsize at = 0; at + 4 <= map.size; at += 4) {
      guint16 left = GST_READ_UINT16_BE (map.data + at);

      fail_unless_equals_int (left, GST_READ_UINT16_BE (map.data + at + 2));
      if (begun++ > 0)
        fail_unless_equals_int (left, last + 1);
      last = left;
    }
    gst_buffer_unmap (buffer, &map);
  }
  tear_down ();
}

GST_END_TEST;

/* One thread upstream gives both, as a demultiplexer does. */
GST_START_TEST (stored_sound_that_is_not_sent_does_not_stop_the_picture)
{
  if (!can_encode ())
    return;
  cast (SINK "videotestsrc ! video/x-raw, width=640, height=480, framerate=60/1 ! mux. "
             "audiotestsrc ! audioconvert ! mux. matroskamux name=mux ! matroskademux name=demux "
             "demux.video_0 ! wfd.video demux.audio_0 ! wfd.audio");
  watch ("audio-codecs=none video-formats=640x480p60", SHOW);
  skip_samples (sink.app, 90);
  fail_unless (side_get_counter (&source, "audio-buffers-dropped") > 10);
  fail_unless_equals_uint64 (side_get_counter (&source, "audio-buffers"), 0);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (sound_alone_is_cast)
{
  if (!can_encode ())
    return;
  cast (SINK TONE " ! wfd.");
  watch ("", HEAR);
  skip_samples (sound, 30);
  tear_down ();
}

GST_END_TEST;

/* Of so many channels that it is not what anybody would guess. */
GST_START_TEST (display_that_comes_before_the_sound_of_a_film_is_offered_it)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (
      "audio/x-raw, format=S16LE, layout=interleaved, rate=48000, channels=6, "
      "channel-mask=(bitmask)0x3f");
  g_autoptr (GstStructure) agreed = NULL;
  gint channels = 0;

  if (!can_encode () || wfd_encoder_find_widest ()->max_channels < 6)
    return;
  cast (SINK "videotestsrc ! video/x-raw, width=640, height=480, framerate=60/1 ! wfd. "
             "appsrc name=app format=time ! wfd.audio");
  watch ("audio-codecs=\"aac, aac-6ch, lpcm\"", SHOW HEAR);
  recorder_wait_progress (source.recorder, "negotiate/start");
  g_object_set (source.app, "caps", caps, NULL);
  for (guint i = 0; i < 50; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 480 * 12, NULL);

    gst_buffer_memset (buffer, 0, 0, 480 * 12);
    GST_BUFFER_PTS (buffer) = i * 10 * GST_MSECOND;
    side_push (&source, buffer);
  }
  skip_samples (sound, 5);
  g_object_get (sink.wfd, "negotiated", &agreed, NULL);
  fail_unless (gst_structure_get_int (agreed, "audio-channels", &channels));
  fail_unless_equals_int (channels, 6);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (end_of_the_stream_ends_the_session)
{
  if (!can_encode ())
    return;
  cast (SINK PICTURES " ! wfd. " TONE " ! wfd.");
  watch ("", SHOW HEAR);
  skip_samples (sink.app, 10);
  gst_element_send_event (source.pipeline, gst_event_new_eos ());
  recorder_wait_eos (source.recorder);
  recorder_wait_eos (sink.recorder);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (end_of_a_stream_that_nobody_saw_ends_the_pipeline)
{
  cast (SINK "videotestsrc is-live=true num-buffers=5 ! wfd. "
             "audiotestsrc is-live=true num-buffers=5 ! wfd.");
  recorder_wait_eos (source.recorder);
  side_clear (&source);
}

GST_END_TEST;

/* As gst-launch-1.0 leaves what has nothing to be linked to. */
static void
watch_to_the_end (const char *missing, const char *rest)
{
  g_autoptr (GstStructure) agreed = NULL;

  watch ("", rest);
  recorder_wait_eos (source.recorder);
  recorder_wait_eos (sink.recorder);
  g_object_get (sink.wfd, "negotiated", &agreed, NULL);
  fail_if (gst_structure_has_field (agreed, missing));
  tear_down ();
}

GST_START_TEST (film_without_sound_is_cast_and_ends)
{
  if (!can_encode ())
    return;
  cast (SINK "videotestsrc num-buffers=30 ! video/x-raw, width=640, height=480, framerate=60/1 ! "
             "wfd. queue ! audioconvert ! wfd.");
  watch_to_the_end ("audio-codec", SHOW);
}

GST_END_TEST;

GST_START_TEST (film_without_a_picture_is_cast_and_ends)
{
  if (!can_encode ())
    return;
  cast (SINK "audiotestsrc num-buffers=30 ! wfd. queue ! videoconvert ! wfd.");
  watch_to_the_end ("width", HEAR);
}

GST_END_TEST;

/* It was agreed on, and silence is sent. */
GST_START_TEST (sound_that_never_begins_does_not_keep_the_end)
{
  if (!can_encode ())
    return;
  cast (SINK "videotestsrc is-live=true num-buffers=60 ! video/x-raw, width=640, height=480, "
             "framerate=60/1 ! wfd. appsrc is-live=true format=time ! audio/x-raw ! wfd.");
  watch_to_the_end ("nothing", SHOW HEAR);
}

GST_END_TEST;

GST_START_TEST (stream_that_never_begins_does_not_keep_the_end_without_a_display)
{
  cast (SINK "videotestsrc is-live=true num-buffers=5 ! wfd. "
             "appsrc is-live=true format=time ! audio/x-raw ! wfd.");
  recorder_wait_eos (source.recorder);
  side_clear (&source);
}

GST_END_TEST;

GST_START_TEST (next_display_gets_its_own_format)
{
  if (!can_encode ())
    return;
  cast (SINK "after-session=wait " PICTURES " ! wfd.");
  watch ("video-formats=640x480p60", SHOW);
  fail_unless (pull_is_key_unit ());
  assert_size (sink.app, 640, 480);
  stop_watching ();

  recorder_mark (source.recorder);
  watch ("video-formats=\"00 00 01 10 00000020 00000000 00000000 00 0000 0000 00 none none\"",
      SHOW);
  fail_unless (pull_is_key_unit ());
  assert_size (sink.app, 1280, 720);
  tear_down ();
}

GST_END_TEST;

/* Whether a stored stream begins with its first picture: each has a brightness
 * of its own. */
static GstBuffer *
make_grey (guint8 value, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 640 * 480 * 3 / 2, NULL);

  gst_buffer_memset (buffer, 0, value, 640 * 480);
  gst_buffer_memset (buffer, 640 * 480, 128, 640 * 480 / 2);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = GST_SECOND / 60;
  return buffer;
}

static guint8
get_grey (GstSample *sample)
{
  guint8 value;

  gst_buffer_extract (gst_sample_get_buffer (sample), 640 * 240 + 320, &value, 1);
  return value;
}

GST_START_TEST (stored_stream_begins_with_its_first_picture)
{
  g_autoptr (GstSample) begin = NULL, end = NULL;

  if (!can_encode ())
    return;
  cast (SINK "appsrc name=app format=time max-bytes=0 caps=\"video/x-raw, format=I420, width=640, "
             "height=480, framerate=60/1\" ! wfd.");
  for (guint i = 0; i < 60; i++)
    side_push (&source, make_grey (i < 5 ? 50 : 200, gst_util_uint64_scale (i, GST_SECOND, 60)));
  watch ("video-formats=640x480p60",
      "wfd.video ! decodebin ! videoconvert ! video/x-raw, format=I420 ! "
      "appsink name=app sync=false async=false");
  begin = pull_sample (sink.app);
  fail_unless (ABS ((gint) get_grey (begin) - 50) < 15, "%u", get_grey (begin));
  skip_samples (sink.app, 10);
  end = pull_sample (sink.app);
  fail_unless (ABS ((gint) get_grey (end) - 200) < 15, "%u", get_grey (end));
  side_end_stream (&source);
  recorder_wait_eos (source.recorder);
  tear_down ();
}

GST_END_TEST;

#define CODED(size, profile) \
  "videotestsrc is-live=true ! video/x-raw, " size ", framerate=30/1 ! " \
  "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=1000 ! video/x-h264, profile=" profile

GST_START_TEST (coded_streams_pass)
{
  static const char *const profiles[] = { "constrained-baseline", "high" };
  g_autoptr (GstElement) encoder = NULL;
  g_autofree char *description = NULL;

  if (!has_x264 () || !can_encode ())
    return;
  description = g_strdup_printf (
      SINK CODED ("width=1280, height=720",
          "%s") " ! wfd. "
                "audiotestsrc is-live=true ! audio/x-raw, rate=48000, channels=2 ! avenc_aac ! wfd.",
      profiles[__i__]);
  cast (description);
  watch ("", SHOW HEAR);
  fail_unless (pull_is_key_unit ());
  assert_size (sink.app, 1280, 720);
  skip_samples (sink.app, 20);
  skip_samples (sound, 20);
  tear_down ();
}

GST_END_TEST;

/* The error of wfdsink must contain @word. */
static void
assert_error (const char *word)
{
  g_autoptr (GError) error = recorder_wait_error (source.recorder);

  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
}

GST_START_TEST (coded_stream_that_the_display_does_not_take_is_an_error)
{
  if (!has_x264 ())
    return;
  cast (SINK CODED ("width=1280, height=720", "constrained-baseline") " ! wfd.");
  watch ("video-formats=640x480p60", SHOW);
  assert_error ("1280x720 at 30 Hz");
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (coded_stream_that_nobody_takes_is_an_error)
{
  if (!has_x264 ())
    return;
  /* Without CABAC it would be Constrained Baseline, whatever it is called. */
  cast (SINK "videotestsrc is-live=true ! x264enc tune=zerolatency speed-preset=veryfast ! "
             "video/x-h264, profile=main ! wfd.");
  assert_error ("\"main\"");
  side_clear (&source);
}

GST_END_TEST;

GST_START_TEST (unknown_encoder_is_an_error_that_names_the_known)
{
  side_init (&source, SINK "encoder=theoraenc " PICTURES " ! wfd.");
  fail_unless (
      gst_element_set_state (source.pipeline, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE);
  assert_error ("x264enc (gstreamer1.0-plugins-ugly)");
  side_clear (&source);
}

GST_END_TEST;

GST_START_TEST (encoder_that_is_named_in_ready_is_looked_for)
{
  side_init (&source, SINK PICTURES " ! wfd.");
  side_set_state (&source, GST_STATE_READY);
  g_object_set (source.wfd, "encoder", "theoraenc", NULL);
  fail_unless (
      gst_element_set_state (source.pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
  assert_error ("x264enc (gstreamer1.0-plugins-ugly)");
  side_clear (&source);
}

GST_END_TEST;

#define NOTHING "video-formats=none audio-codecs=none"

GST_START_TEST (wishes_that_cannot_be_read_are_an_error_that_names_what_can)
{
  static const struct
  {
    const char *element;
    const char *names;
  } rows[] = {
    { "wfdsink name=wfd video-formats=foo rtsp-port=0", "1920x1080p30" },
    { "wfdsink name=wfd audio-codecs=mp3 rtsp-port=0", "lpcm" },
    { "wfdsrc name=wfd uri=wfd://127.0.0.1:9 video-formats=foo", "1920x1080p30" },
    { "wfdsrc name=wfd uri=wfd://127.0.0.1:9 " NOTHING, "nothing is offered" },
    { "wfdsink name=wfd rtsp-port=0 " NOTHING, "nothing is offered" },
    { "rtspwfd name=wfd role=source audio-codecs=mp3 rtsp-port=0", "lpcm" },
  };
  g_autofree char *pipeline = g_strdup_printf ("fakesrc ! fakesink %s", rows[__i__].element);
  g_autoptr (GError) error = NULL;

  side_init (&source, pipeline);
  fail_unless_equals_int (gst_element_set_state (source.pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  error = recorder_wait_error (source.recorder);
  fail_unless (strstr (error->message, rows[__i__].names) != NULL, "%s", error->message);
  side_clear (&source);
}
GST_END_TEST;

/* A display would be waited for in vain. */
GST_START_TEST (stream_of_which_nothing_is_offered_is_an_error)
{
  cast (SINK "video-formats=none " PICTURES " ! wfd.");
  assert_error ("\"video-formats\"");
  side_clear (&source);
}

GST_END_TEST;

/* As from a film, or a transport stream, that nothing has looked into. */
GST_START_TEST (data_that_is_no_stream_is_an_error_that_says_what_to_do)
{
  cast (SINK "fakesrc filltype=zero sizetype=fixed sizemax=188 ! wfd.video");
  assert_error ("decodebin");
  side_clear (&source);
}

GST_END_TEST;

/* Also where upstream goes on all the same. */
GST_START_TEST (data_that_is_no_stream_is_told_of_once)
{
  static const struct
  {
    const char *pad;
    const char *caps;
    GstFlowReturn flow;
    guint n_errors;
    guint n_warnings;
  } rows[] = {
    { "video", NULL, GST_FLOW_NOT_LINKED, 1, 0 },
    { "video", "video/mpegts, packetsize=188", GST_FLOW_NOT_LINKED, 1, 0 },
    { "audio", NULL, GST_FLOW_OK, 0, 1 },
    { "audio", "video/mpegts, packetsize=188", GST_FLOW_OK, 0, 1 },
  };
  GstMessageType error = GST_MESSAGE_ERROR;
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  side_init (&source, SINK "fakesrc ! fakesink");
  side_set_state (&source, GST_STATE_PLAYING);
  pad = gst_element_request_pad_simple (source.wfd, rows[__i__].pad);
  gst_pad_send_event (pad, gst_event_new_stream_start ("film"));
  if (rows[__i__].caps != NULL) {
    caps = gst_caps_from_string (rows[__i__].caps);
    fail_unless (
        gst_pad_send_event (pad, gst_event_new_caps (caps)) == (rows[__i__].n_errors == 0));
  }
  gst_pad_send_event (pad, gst_event_new_segment (&segment));
  for (guint i = 0; i < 3; i++)
    fail_unless_equals_int (gst_pad_chain (pad, gst_buffer_new_allocate (NULL, 188, NULL)),
        rows[__i__].flow);
  fail_unless_equals_int (recorder_count (source.recorder, match_type, &error),
      rows[__i__].n_errors);
  fail_unless_equals_int (recorder_count (source.recorder, match_words, "comes, and wfdsink takes"),
      rows[__i__].n_warnings);
  side_clear (&source);
}

GST_END_TEST;

GST_START_TEST (picture_arrives_without_the_sound_that_is_none)
{
  if (!can_encode ())
    return;
  cast (SINK PICTURES " ! wfd. fakesrc num-buffers=9 sizetype=fixed sizemax=188 ! wfd.audio");
  watch ("", SHOW);
  skip_samples (sink.app, 10);
  fail_unless_equals_int (recorder_count (source.recorder, match_words, "unknown type"), 1);
  recorder_assert_no_error (source.recorder);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stream_of_another_type_is_an_error_that_says_what_to_do)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/mpegts, packetsize=188");
  g_autoptr (GstPad) pad = NULL;

  side_init (&source, SINK "fakesrc ! fakesink");
  side_set_state (&source, GST_STATE_PLAYING);
  pad = gst_element_request_pad_simple (source.wfd, "video");
  gst_pad_send_event (pad, gst_event_new_stream_start ("film"));
  fail_if (gst_pad_send_event (pad, gst_event_new_caps (caps)));
  assert_error ("rtspwfd role=source");
  side_clear (&source);
}

GST_END_TEST;

GST_START_TEST (property_of_the_other_link_is_warned_of)
{
  static const struct
  {
    const char *element;
    const char *words;
    guint n;
  } rows[] = {
    { "wfdsink name=wfd rtsp-port=0 pin=12345670 frequency=5180",
        "\"pin\" and \"frequency\" count with link=p2p only", 1 },
    { "wfdsink name=wfd rtsp-port=0 peer=127.0.0.1", "count", 0 },
    { "wfdsink name=wfd link=p2p peer=Living* address=0.0.0.0",
        "\"address\" counts with link=address only", 1 },
    { "wfdsink name=wfd link=p2p peer=Living* device-name=Desk", "count", 0 },
    { "wfdsrc name=wfd uri=wfd://127.0.0.1:9 peer=Phone", "\"peer\" counts with link=p2p only", 1 },
    { "wfdsrc name=wfd link=p2p location=rtsp://127.0.0.1",
        "\"uri\" or \"location\" counts with link=address only", 1 },
    { "wfdsrc name=wfd link=p2p peer=Phone", "count", 0 },
  };
  g_autofree char *pipeline = g_strdup_printf ("fakesrc ! fakesink %s", rows[__i__].element);

  side_init (&source, pipeline);
  side_set_state (&source, GST_STATE_PAUSED);
  fail_unless_equals_int (recorder_count (source.recorder, match_words, rows[__i__].words),
      rows[__i__].n);
  side_clear (&source);
}

GST_END_TEST;

GST_START_TEST (ends_from_every_phase)
{
  static const struct
  {
    const char *description;
    gboolean watched;
    GstState source;
    GstState sink;
  } rows[] = {
    { SINK PICTURES " ! wfd. " TONE " ! wfd.", FALSE, GST_STATE_PAUSED, GST_STATE_NULL },
    { SINK PICTURES " ! wfd. " TONE " ! wfd.", FALSE, GST_STATE_PLAYING, GST_STATE_NULL },
    { SINK PICTURES " ! wfd. " TONE " ! wfd.", TRUE, GST_STATE_PLAYING, GST_STATE_PLAYING },
    { SINK PICTURES " ! wfd. " TONE " ! wfd.", TRUE, GST_STATE_PLAYING, GST_STATE_PAUSED },
    { SINK PICTURES " ! wfd. " TONE " ! wfd.", TRUE, GST_STATE_PAUSED, GST_STATE_PLAYING },
    { SINK "videotestsrc ! wfd. audiotestsrc ! wfd.", FALSE, GST_STATE_PLAYING, GST_STATE_NULL },
    { SINK "videotestsrc ! wfd. audiotestsrc ! wfd.", TRUE, GST_STATE_PLAYING, GST_STATE_PLAYING },
    { SINK "videotestsrc ! wfd. audiotestsrc ! wfd.", TRUE, GST_STATE_PLAYING, GST_STATE_PAUSED },
    { SINK "videotestsrc ! wfd. audiotestsrc ! wfd.", TRUE, GST_STATE_PAUSED, GST_STATE_PLAYING },
  };

  if (!can_encode ())
    return;
  cast (rows[__i__].description);
  if (rows[__i__].watched) {
    watch ("", SHOW HEAR);
    skip_samples (sink.app, 3);
    side_set_state (&sink, rows[__i__].sink);
  }
  side_set_state (&source, rows[__i__].source);
  /* The source first: it must not need the display to end. */
  side_clear (&source);
  stop_watching ();
}

GST_END_TEST;

/* A display that connects and is gone again, as often as it likes. */
GST_START_TEST (displays_come_and_go)
{
  if (!can_encode ())
    return;
  cast (SINK "after-session=wait " PICTURES " ! wfd. " TONE " ! wfd.");
  for (guint i = 0; i < 5; i++) {
    watch ("", SHOW HEAR);
    fail_unless (pull_is_key_unit ());
    skip_samples (sound, 2);
    stop_watching ();
  }
  /* The counters of a session are not there while its thread is busy with the end of one. */
  while (side_get_counter (&source, "sessions") != 5)
    continue;
  tear_down ();
}

GST_END_TEST;

static Suite *
wfdsink_suite (void)
{
  Suite *suite = suite_create ("wfdsink");
  TCase *pads = tcase_create ("pads");
  TCase *raw = tcase_create ("raw");
  TCase *coded = tcase_create ("coded");
  TCase *life = tcase_create ("life");

  suite_add_tcase (suite, pads);
  tcase_add_loop_test (pads, pads_are_found_without_names, 0, 8);
  tcase_add_test (pads, pads_are_there_once_and_can_be_given_back);
  tcase_add_test (pads, pads_come_and_go_while_the_state_changes);
  tcase_add_loop_test (pads, pictures_are_asked_for_as_encoders_take_them, 0, 6);

  suite_add_tcase (suite, raw);
  tcase_add_loop_test (raw, nothing_linked_is_told, 0, 4);
  tcase_add_test (raw, nothing_has_to_be_linked_to_list_displays);
  tcase_add_test (raw, picture_and_sound_arrive);
  tcase_add_test (raw, picture_is_the_one_that_was_shown);
  tcase_add_test (raw, nothing_is_encoded_while_nobody_watches);
  tcase_add_test (raw, pause_stops_the_encoder_and_play_brings_a_key_unit);
  tcase_add_test (raw, key_unit_comes_when_the_display_asks);
  tcase_add_test (raw, sound_that_falls_silent_does_not_stop_the_picture);
  tcase_add_test (raw, sound_that_never_begins_does_not_stop_the_picture);
  tcase_add_test (raw, display_that_knows_only_lpcm_gets_the_samples);
  tcase_add_test (raw, stored_sound_that_is_not_sent_does_not_stop_the_picture);
  tcase_add_test (raw, sound_alone_is_cast);
  tcase_add_test (raw, display_that_comes_before_the_sound_of_a_film_is_offered_it);
  tcase_add_test (raw, stored_stream_begins_with_its_first_picture);

  suite_add_tcase (suite, coded);
  tcase_add_loop_test (coded, coded_streams_pass, 0, 2);
  tcase_add_test (coded, coded_stream_that_the_display_does_not_take_is_an_error);
  tcase_add_test (coded, coded_stream_that_nobody_takes_is_an_error);

  suite_add_tcase (suite, life);
  tcase_add_test (life, end_of_the_stream_ends_the_session);
  tcase_add_test (life, end_of_a_stream_that_nobody_saw_ends_the_pipeline);
  tcase_add_test (life, film_without_sound_is_cast_and_ends);
  tcase_add_test (life, film_without_a_picture_is_cast_and_ends);
  tcase_add_test (life, sound_that_never_begins_does_not_keep_the_end);
  tcase_add_test (life, stream_that_never_begins_does_not_keep_the_end_without_a_display);
  tcase_add_test (life, next_display_gets_its_own_format);
  tcase_add_test (life, displays_come_and_go);
  tcase_add_test (life, unknown_encoder_is_an_error_that_names_the_known);
  tcase_add_test (life, encoder_that_is_named_in_ready_is_looked_for);
  tcase_add_loop_test (life, wishes_that_cannot_be_read_are_an_error_that_names_what_can, 0, 6);
  tcase_add_test (life, stream_of_which_nothing_is_offered_is_an_error);
  tcase_add_test (life, data_that_is_no_stream_is_an_error_that_says_what_to_do);
  tcase_add_loop_test (life, data_that_is_no_stream_is_told_of_once, 0, 4);
  tcase_add_test (life, picture_arrives_without_the_sound_that_is_none);
  tcase_add_test (life, stream_of_another_type_is_an_error_that_says_what_to_do);
  tcase_add_loop_test (life, property_of_the_other_link_is_warned_of, 0, 7);
  tcase_add_loop_test (life, ends_from_every_phase, 0, 9);
  return suite;
}

GST_CHECK_MAIN (wfdsink);
