/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "pair.h"
#include "stream-writer.h"

#define FRAME (GST_SECOND / 30)

static Side source, sink;
static StreamWriter writer;
static GstElement *sound; /* appsink of the audio pad */

static void
start_source (const char *properties)
{
  writer = (StreamWriter) { .audio = TRUE };
  side_init_source (&source, TRUE, properties);
  side_set_state (&source, GST_STATE_PLAYING);
}

/* @rest: of the pipeline behind the element and its uri. */
static void
start_sink (const char *rest)
{
  g_autofree char *description = g_strdup_printf ("wfdsrc name=wfd uri=wfd://127.0.0.1:%u %s",
      side_get_rtsp_port (&source), rest);

  side_init (&sink, description);
  sound = gst_bin_get_by_name (GST_BIN (sink.pipeline), "sound");
  side_set_state (&sink, GST_STATE_PLAYING);
}

#define BOTH \
  "wfd.video ! appsink name=app sync=false async=false " \
  "wfd.audio ! appsink name=sound sync=false async=false"

static void
start_both (const char *source_properties)
{
  start_source (source_properties);
  start_sink (BOTH);
  side_wait_flowing (&source, TRUE);
}

static void
tear_down (void)
{
  gst_clear_object (&sound);
  /* Nor does any come behind what was waited for. */
  side_set_state (&sink, GST_STATE_NULL);
  recorder_assert_no_error (sink.recorder);
  side_clear (&sink);
  side_clear (&source);
}

static void
push_picture (guint number, GstClockTime pts)
{
  side_push (&source, stream_write_picture (&writer, number, pts));
}

static void
assert_is_picture (GstBuffer *buffer, guint number)
{
  g_autoptr (GBytes) picture = stream_get_picture (number);
  gsize size;
  gconstpointer data = g_bytes_get_data (picture, &size);

  fail_unless_equals_int (gst_buffer_get_size (buffer), size);
  fail_unless_equals_int (gst_buffer_memcmp (buffer, 0, data, size), 0);
}

static void
expect_picture (guint number)
{
  g_autoptr (GstBuffer) buffer = side_pull (&sink);

  assert_is_picture (buffer, number);
}

static GstPadProbeReturn
note_caps (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstCaps *caps;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
  g_async_queue_push (data, gst_caps_ref (caps));
  return GST_PAD_PROBE_OK;
}

static GAsyncQueue *
watch_caps (GstElement *appsink)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (appsink, "sink");
  GAsyncQueue *queue = g_async_queue_new_full ((GDestroyNotify) gst_caps_unref);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note_caps, queue, NULL);
  return queue;
}

static GstCaps *
pop_caps (GAsyncQueue *queue)
{
  GstCaps *caps = g_async_queue_timeout_pop (queue, WATCHDOG / GST_USECOND);

  fail_unless (caps != NULL);
  return caps;
}

static void
assert_next_caps (GAsyncQueue *queue, const char *text)
{
  g_autoptr (GstCaps) caps = pop_caps (queue);
  g_autoptr (GstCaps) expected = gst_caps_from_string (text);
  g_autofree char *shown = gst_caps_to_string (caps);

  fail_unless (gst_caps_is_subset (caps, expected), "%s", shown);
}

GST_START_TEST (pads_have_caps_before_the_first_packet)
{
  g_autofree char *description = NULL;
  g_autoptr (GAsyncQueue) video = NULL, audio = NULL;

  start_source ("video-formats=1280x720p30 wish-width=1280 wish-height=720 wish-rate=30");
  description = g_strdup_printf ("wfdsrc name=wfd uri=wfd://127.0.0.1:%u " BOTH,
      side_get_rtsp_port (&source));
  side_init (&sink, description);
  sound = gst_bin_get_by_name (GST_BIN (sink.pipeline), "sound");
  video = watch_caps (sink.app);
  audio = watch_caps (sound);
  side_set_state (&sink, GST_STATE_PLAYING);

  assert_next_caps (video,
      "video/x-h264, stream-format=(string)byte-stream, "
      "alignment=(string)au, width=(int)1280, height=(int)720, framerate=(fraction)30/1");
  assert_next_caps (audio, "audio/mpeg, rate=(int)48000, channels=(int)2, framed=(boolean)true");
  fail_unless_equals_uint64 (side_get_counter (&sink, "packets-received"), 0);
  tear_down ();
}

GST_END_TEST;

/* And nothing between those of the negotiation and them. */
GST_START_TEST (caps_become_those_of_the_stream)
{
  g_autofree char *description = NULL;
  g_autoptr (GAsyncQueue) video = NULL;

  start_source ("");
  description = g_strdup_printf ("wfdsrc name=wfd uri=wfd://127.0.0.1:%u " BOTH,
      side_get_rtsp_port (&source));
  side_init (&sink, description);
  video = watch_caps (sink.app);
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);
  push_picture (0, GST_SECOND);
  assert_next_caps (video, "video/x-h264, width=(int)1920, height=(int)1080");
  assert_next_caps (video,
      "video/x-h264, stream-format=(string)byte-stream, "
      "alignment=(string)au, width=(int)64, height=(int)64, "
      "profile=(string)constrained-baseline, parsed=(boolean)true");
  tear_down ();
}

GST_END_TEST;

/* Nothing follows: a picture must not wait for the next one. */
GST_START_TEST (picture_leaves_as_soon_as_it_is_there)
{
  start_both ("");
  for (guint i = 0; i < 3; i++) {
    push_picture (i, GST_SECOND + i * FRAME);
    expect_picture (i);
  }
  tear_down ();
}

GST_END_TEST;

/* As a source does it that sends each slice in a PES packet of its own. */
GST_START_TEST (picture_in_two_pes_packets_is_put_together)
{
  g_autoptr (GBytes) picture = stream_get_picture (0);
  gsize size, cut = 31; /* in front of the slice */
  const guint8 *data = g_bytes_get_data (picture, &size);

  start_both ("");
  side_push (&source, stream_write_tables (&writer));
  for (guint i = 0; i < 4; i++) {
    GstClockTime pts = GST_SECOND + i * FRAME;

    side_push (&source, stream_write_video (&writer, data, cut, pts, TRUE));
    side_push (&source, stream_write_video (&writer, data + cut, size - cut, pts, FALSE));
  }
  for (guint i = 0; i < 4; i++)
    expect_picture (0);
  tear_down ();
}

GST_END_TEST;

static gboolean
have_element (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

static GstSample *
pull_sound (void)
{
  GstSample *sample = NULL;

  g_signal_emit_by_name (sound, "try-pull-sample", (guint64) WATCHDOG, &sample);
  fail_unless (sample != NULL);
  return sample;
}

GST_START_TEST (sound_comes_with_the_picture)
{
  g_autoptr (GstSample) sample = NULL;

  start_both ("");
  push_picture (0, GST_SECOND);
  side_push (&source, stream_write_audio (&writer, GST_SECOND));
  side_push (&source, stream_write_audio (&writer, GST_SECOND + 1024 * GST_SECOND / 48000));
  sample = pull_sound ();
  fail_unless_equals_int (gst_buffer_get_size (gst_sample_get_buffer (sample)), 13);
  expect_picture (0);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (lpcm_comes_out_as_the_samples_it_is)
{
  g_autoptr (GBytes) samples = stream_get_samples ();
  g_autoptr (GstSample) sample = NULL;
  g_autoptr (GstCaps) expected =
      gst_caps_from_string ("audio/x-raw, format=(string)S16BE, layout=(string)interleaved, "
                            "rate=(int)48000, channels=(int)2");
  gsize size;
  gconstpointer data = g_bytes_get_data (samples, &size);

  start_both ("audio-codecs=lpcm");
  writer.lpcm = TRUE;
  push_picture (0, GST_SECOND);
  for (guint i = 0; i < 3; i++)
    side_push (&source, stream_write_audio (&writer, GST_SECOND + i * 10 * GST_MSECOND));
  sample = pull_sound ();
  fail_unless (gst_caps_can_intersect (gst_sample_get_caps (sample), expected));
  fail_unless_equals_int (gst_buffer_get_size (gst_sample_get_buffer (sample)), size);
  fail_unless_equals_int (gst_buffer_memcmp (gst_sample_get_buffer (sample), 0, data, size), 0);
  tear_down ();
}

GST_END_TEST;

static GstPadProbeReturn
note_gap (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_GAP)
    g_async_queue_push (data, gst_event_ref (GST_PAD_PROBE_INFO_EVENT (info)));
  return GST_PAD_PROBE_OK;
}

/* gnome-network-displays without PulseAudio agrees on AAC and sends none. */
GST_START_TEST (sound_that_does_not_come_is_a_gap)
{
  g_autoptr (GAsyncQueue) gaps = g_async_queue_new_full ((GDestroyNotify) gst_event_unref);
  g_autoptr (GstPad) pad = NULL;
  GstClockTime end = 0;

  start_both ("");
  writer.audio = FALSE;
  pad = gst_element_get_static_pad (sound, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note_gap, gaps, NULL);

  /* The first with the first picture, so that nobody waits; then one every half
   * second, with nothing between them. */
  for (guint n = 0, i = 0; n < 3; n++) {
    g_autoptr (GstEvent) gap = NULL;
    GstClockTime start, duration;

    while (gap == NULL) {
      push_picture (i % 3, GST_SECOND + i * FRAME);
      i++;
      gap = g_async_queue_timeout_pop (gaps, FRAME / GST_USECOND);
      fail_unless (n > 0 || i < 15);
    }
    gst_event_parse_gap (gap, &start, &duration);
    fail_unless (n == 0 || start == end);
    end = start + duration;
  }
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (pad_that_nobody_links_holds_up_nothing)
{
  start_source ("");
  start_sink ("wfd.video ! appsink name=app sync=false async=false");
  side_wait_flowing (&source, TRUE);
  for (guint i = 0; i < 30; i++) {
    push_picture (i % 3, GST_SECOND + i * FRAME);
    side_push (&source, stream_write_audio (&writer, GST_SECOND + i * FRAME));
    expect_picture (i % 3);
  }
  side_end_stream (&source);
  recorder_wait_eos (sink.recorder);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (end_of_stream_reaches_both_pads)
{
  start_both ("");
  push_picture (0, GST_SECOND);
  expect_picture (0);
  side_end_stream (&source);
  recorder_wait_eos (sink.recorder);
  tear_down ();
}

GST_END_TEST;

/* Be it that nothing came at all or that there were no streams in it. */
GST_START_TEST (session_without_media_ends_without_an_error)
{
  start_both ("");
  if (__i__ == 1) {
    side_push (&source, stream_write_numbered (0, 20));
    side_sync (&source);
  }
  side_end_stream (&source);
  recorder_wait_eos (sink.recorder);
  tear_down ();
}

GST_END_TEST;

static GstClockTime
pull_running_time (guint number)
{
  g_autoptr (GstSample) sample = NULL;
  GstBuffer *buffer;

  g_signal_emit_by_name (sink.app, "try-pull-sample", (guint64) WATCHDOG, &sample);
  fail_unless (sample != NULL);
  buffer = gst_sample_get_buffer (sample);
  assert_is_picture (buffer, number);
  return gst_segment_to_running_time (gst_sample_get_segment (sample), GST_FORMAT_TIME,
      GST_BUFFER_PTS (buffer));
}

/* After PAUSE and PLAY gnome-network-displays goes back in time by seconds,
 * which is not the wrap of a counter that comes round after 26 hours. Here all
 * comes as fast as it can, so the times can only be about right. */
GST_START_TEST (source_that_goes_back_in_time_goes_on_now)
{
  GstClockTime before = 0;

  start_both ("");
  for (guint i = 0; i < 30; i++) {
    push_picture (i % 3, 20 * GST_SECOND + i * FRAME);
    before = pull_running_time (i % 3);
  }
  recorder_mark (source.recorder);
  side_set_state (&sink, GST_STATE_PAUSED);
  side_wait_flowing (&source, FALSE);
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);

  for (guint i = 0; i < 30; i++) {
    GstClockTimeDiff step;

    push_picture (i % 3, 16 * GST_SECOND + i * FRAME);
    step = GST_CLOCK_DIFF (before, pull_running_time (i % 3));
    fail_unless (ABS (step) < (GstClockTimeDiff) (2 * GST_SECOND),
        "picture %u is %" GST_STIME_FORMAT " from where the stream was", i, GST_STIME_ARGS (step));
  }
  tear_down ();
}

GST_END_TEST;

/* A source that makes its stream anew: everything in it is called otherwise. */
GST_START_TEST (stream_with_another_layout_goes_on_at_the_same_pads)
{
  start_both ("");
  for (guint layout = 0; layout < 4; layout++) {
    writer.layout = layout;
    for (guint i = 0; i < 30; i++) {
      push_picture (i % 3, (1 + layout) * GST_SECOND + i * FRAME);
      expect_picture (i % 3);
    }
  }
  fail_unless_equals_int (g_list_length (sink.wfd->srcpads), 2);
  side_end_stream (&source);
  recorder_wait_eos (sink.recorder);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (next_source_goes_on_at_the_same_pads)
{
  g_autofree char *same_port = NULL;

  start_source ("");
  same_port = g_strdup_printf ("rtsp-port=%u", side_get_rtsp_port (&source));
  start_sink ("after-session=wait " BOTH);
  side_wait_flowing (&source, TRUE);
  push_picture (0, GST_SECOND);
  expect_picture (0);
  side_clear (&source);

  start_source (same_port);
  writer.layout = 1;
  side_wait_flowing (&source, TRUE);
  for (guint i = 0; i < 3; i++) {
    push_picture (i, 100 * GST_SECOND + i * FRAME);
    expect_picture (i);
  }
  fail_unless_equals_int (g_list_length (sink.wfd->srcpads), 2);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (pad_is_live_from_its_first_moment)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  g_autoptr (GstPad) pad = NULL;
  GstClockTime min, max;
  gboolean live;

  start_source ("");
  start_sink (BOTH);
  recorder_wait_element (sink.recorder, "wfd-negotiated");
  side_wait_flowing (&source, TRUE);
  pad = gst_element_get_static_pad (sink.wfd, "video");
  fail_unless (gst_pad_query (pad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless (live);
  fail_unless_equals_uint64 (min, 30 * GST_MSECOND);

  push_picture (0, GST_SECOND);
  expect_picture (0);
  fail_unless (gst_pad_query (pad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless (live);
  fail_unless_equals_uint64 (min, 30 * GST_MSECOND);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (pad_knows_where_it_comes_from_and_does_not_seek)
{
  g_autoptr (GstQuery) uri = gst_query_new_uri ();
  g_autoptr (GstQuery) seeking = gst_query_new_seeking (GST_FORMAT_TIME);
  g_autoptr (GstPad) pad = NULL;
  g_autofree char *is = NULL, *expected = NULL;
  gboolean seekable;

  start_both ("");
  pad = gst_element_get_static_pad (sink.wfd, "video");
  fail_unless (gst_pad_query (pad, uri));
  gst_query_parse_uri (uri, &is);
  expected = g_strdup_printf ("wfd://127.0.0.1:%u", side_get_rtsp_port (&source));
  fail_unless_equals_string (is, expected);
  fail_unless (gst_pad_query (pad, seeking));
  gst_query_parse_seeking (seeking, NULL, &seekable, NULL, NULL);
  fail_if (seekable);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (streams_are_announced_once_and_as_ours)
{
  GstMessageType type = GST_MESSAGE_STREAM_COLLECTION;
  g_autoptr (GstStreamCollection) collection = NULL;
  GstMessage *message;

  start_both ("");
  push_picture (0, GST_SECOND);
  expect_picture (0);
  message = recorder_wait (sink.recorder, match_type, &type);
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (sink.wfd));
  gst_message_parse_stream_collection (message, &collection);
  fail_unless_equals_int (gst_stream_collection_get_size (collection), 2);
  fail_unless_equals_int (recorder_count (sink.recorder, match_type, &type), 1);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (video_alone_has_one_pad)
{
  g_autoptr (GstPad) audio = NULL;

  start_source ("audio-codecs=none");
  start_sink ("wfd.video ! appsink name=app sync=false async=false");
  side_wait_flowing (&source, TRUE);
  audio = gst_element_get_static_pad (sink.wfd, "audio");
  fail_unless (audio == NULL);
  push_picture (0, GST_SECOND);
  expect_picture (0);
  tear_down ();
}

GST_END_TEST;

/* The URI handler. */

static void
assert_uri_refused (GstElement *element, const char *uri, int code)
{
  g_autoptr (GError) error = NULL;

  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (element), uri, &error));
  fail_unless (g_error_matches (error, GST_URI_ERROR, code), "%s", uri);
}

GST_START_TEST (uri_and_properties_say_the_same)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (
      gst_element_make_from_uri (GST_URI_SRC, "wfd://10.1.2.3:7000", NULL, NULL));
  g_autofree char *uri = NULL, *location = NULL, *handled = NULL;

  fail_unless (element != NULL);
  fail_unless_equals_string (G_OBJECT_TYPE_NAME (element), "GstWfdSrc");
  g_object_get (element, "uri", &uri, "location", &location, NULL);
  fail_unless_equals_string (uri, "wfd://10.1.2.3:7000");
  fail_unless_equals_string (location, "rtsp://10.1.2.3:7000");
  g_object_set (element, "location", "rtsp://10.9.9.9/wfd1.0/streamid=0", NULL);
  handled = gst_uri_handler_get_uri (GST_URI_HANDLER (element));
  fail_unless_equals_string (handled, "wfd://10.9.9.9");
  assert_uri_refused (element, "wfd://10.1.2.3:0", GST_URI_ERROR_BAD_URI);
  assert_uri_refused (element, "rtsp://10.1.2.3", GST_URI_ERROR_UNSUPPORTED_PROTOCOL);
  g_object_set (element, "uri", NULL, NULL);
  fail_unless (gst_uri_handler_get_uri (GST_URI_HANDLER (element)) == NULL);
}

GST_END_TEST;

GST_START_TEST (uri_does_not_change_in_a_session)
{
  start_both ("");
  assert_uri_refused (sink.wfd, "wfd://10.1.2.3", GST_URI_ERROR_BAD_STATE);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (uri_that_cannot_be_used_is_in_the_error)
{
  g_autoptr (GError) error = NULL;

  side_init (&sink, "wfdsrc name=wfd uri=127.0.0.1 ! fakesink");
  fail_unless (
      gst_element_set_state (sink.pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
  error = recorder_wait_error (sink.recorder);
  fail_unless (strstr (error->message, "\"127.0.0.1\"") != NULL);
  side_clear (&sink);
}

GST_END_TEST;

/* In the terms of the property that was set. */
GST_START_TEST (location_that_cannot_be_used_is_told_what_it_has_to_be)
{
  g_autoptr (GError) error = NULL;

  side_init (&sink, "wfdsrc name=wfd location=wfd://127.0.0.1 ! fakesink");
  fail_unless (
      gst_element_set_state (sink.pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
  error = recorder_wait_error (sink.recorder);
  fail_unless (strstr (error->message, "rtsp://host[:port]") != NULL, "%s", error->message);
  fail_unless (strstr (error->message, "wfd://host[:port]") == NULL, "%s", error->message);
  side_clear (&sink);
}

GST_END_TEST;

GST_START_TEST (without_uri_the_error_says_so)
{
  g_autoptr (GError) error = NULL;

  side_init (&sink, "wfdsrc name=wfd ! fakesink");
  fail_unless (
      gst_element_set_state (sink.pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
  error = recorder_wait_error (sink.recorder);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND));
  fail_unless (strstr (error->message, "uri") != NULL);
  side_clear (&sink);
}

GST_END_TEST;

/* What applications use. */

static gboolean
have_decoder (void)
{
  return have_element ("avdec_h264") || have_element ("openh264dec");
}

static GstPadProbeReturn
note_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  g_async_queue_push (data, pad);
  return GST_PAD_PROBE_OK;
}

static GAsyncQueue *
watch_buffers (GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");
  GAsyncQueue *queue = g_async_queue_new ();

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_buffer, queue, NULL);
  return queue;
}

/* Enough pictures for a decoder that keeps some to itself. */
static void
expect_decoded (GAsyncQueue *decoded)
{
  for (guint i = 0; i < 60; i++)
    push_picture (i % 3, GST_SECOND + i * FRAME);
  fail_unless (g_async_queue_timeout_pop (decoded, WATCHDOG / GST_USECOND) != NULL);
}

GST_START_TEST (decodebin_decodes_the_picture)
{
  g_autoptr (GAsyncQueue) decoded = NULL;

  if (!have_decoder ())
    return;
  start_source ("");
  start_sink ("! decodebin ! fakesink name=app sync=false");
  decoded = watch_buffers (sink.app);
  side_wait_flowing (&source, TRUE);
  expect_decoded (decoded);
  tear_down ();
}

GST_END_TEST;

static const char *const players[] = { "playbin", "playbin3" };

/* With and without the sound that was agreed on. */
GST_START_TEST (player_shows_the_picture)
{
  g_autofree char *description = NULL;
  g_autoptr (GstElement) app = NULL;
  g_autoptr (GAsyncQueue) decoded = NULL;

  if (!have_decoder ())
    return;
  start_source ("");
  writer.audio = __i__ % 2 == 0;
  description = g_strdup_printf ("%s name=wfd uri=wfd://127.0.0.1:%u", players[__i__ / 2],
      side_get_rtsp_port (&source));
  side_init (&sink, description);
  app = gst_element_factory_make ("fakesink", NULL);
  g_object_set (app, "sync", FALSE, NULL);
  g_object_set (sink.wfd, "video-sink", gst_object_ref (app), "audio-sink",
      gst_element_factory_make ("fakesink", NULL), NULL);
  decoded = watch_buffers (app);
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);
  if (writer.audio)
    for (guint i = 0; i < 100; i++)
      side_push (&source, stream_write_audio (&writer, GST_SECOND + i * 1024 * GST_SECOND / 48000));
  expect_decoded (decoded);
  tear_down ();
}

GST_END_TEST;

static Suite *
wfdsrc_suite (void)
{
  Suite *suite = suite_create ("wfdsrc");
  TCase *streams = tcase_create ("streams"), *handler = tcase_create ("uri"),
        *apps = tcase_create ("applications");

  suite_add_tcase (suite, streams);
  tcase_set_timeout (streams, 60);
  tcase_add_test (streams, pads_have_caps_before_the_first_packet);
  tcase_add_test (streams, caps_become_those_of_the_stream);
  tcase_add_test (streams, picture_leaves_as_soon_as_it_is_there);
  tcase_add_test (streams, picture_in_two_pes_packets_is_put_together);
  tcase_add_test (streams, sound_comes_with_the_picture);
  tcase_add_test (streams, lpcm_comes_out_as_the_samples_it_is);
  tcase_add_test (streams, sound_that_does_not_come_is_a_gap);
  tcase_add_test (streams, pad_that_nobody_links_holds_up_nothing);
  tcase_add_test (streams, end_of_stream_reaches_both_pads);
  tcase_add_loop_test (streams, session_without_media_ends_without_an_error, 0, 2);
  tcase_add_test (streams, source_that_goes_back_in_time_goes_on_now);
  tcase_add_test (streams, stream_with_another_layout_goes_on_at_the_same_pads);
  tcase_add_test (streams, next_source_goes_on_at_the_same_pads);
  tcase_add_test (streams, pad_is_live_from_its_first_moment);
  tcase_add_test (streams, pad_knows_where_it_comes_from_and_does_not_seek);
  tcase_add_test (streams, streams_are_announced_once_and_as_ours);
  tcase_add_test (streams, video_alone_has_one_pad);

  suite_add_tcase (suite, handler);
  tcase_add_test (handler, uri_and_properties_say_the_same);
  tcase_add_test (handler, uri_does_not_change_in_a_session);
  tcase_add_test (handler, uri_that_cannot_be_used_is_in_the_error);
  tcase_add_test (handler, location_that_cannot_be_used_is_told_what_it_has_to_be);
  tcase_add_test (handler, without_uri_the_error_says_so);

  suite_add_tcase (suite, apps);
  tcase_set_timeout (apps, 60);
  tcase_add_test (apps, decodebin_decodes_the_picture);
  tcase_add_loop_test (apps, player_shows_the_picture, 0, 2 * G_N_ELEMENTS (players));
  return suite;
}

GST_CHECK_MAIN (wfdsrc);
