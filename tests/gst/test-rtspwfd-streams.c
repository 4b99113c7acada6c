/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Elementary streams through role=source over loopback. */
#include <gst/app/app.h>
#include <gst/check/gstcheck.h>

#include "pair.h"
#include "stream-writer.h"

static Side source, sink;
static GstElement *sound_in, *heard;
static GstClockTime begin; /* running time of the source */

#define VIDEO_IN \
  "appsrc name=app is-live=%d format=time caps=\"video/x-h264, stream-format=byte-stream, " \
  "alignment=au\" ! wfd.video_sink "
#define AAC "audio/mpeg, mpegversion=4, stream-format=adts, rate=48000, channels=2"
#define AC3 "audio/x-ac3, rate=48000, channels=2"
#define SAMPLES "audio/x-raw, format=S16LE, layout=interleaved, rate=48000, channels=2"

/* A burst is no use to a display that does not play yet, or has no tables. They come every
 * 100 ms, and something each 40 ms. */
static void
wait_until_heard (void)
{
  guint64 packets;

  fail_if (gst_element_get_state (sink.pipeline, NULL, NULL, WATCHDOG) == GST_STATE_CHANGE_FAILURE);
  packets = side_get_counter (&sink, "packets-received");
  while (side_get_counter (&sink, "packets-received") < packets + 4)
    g_thread_yield ();
}

/* A source with video and sound of @caps, and a sink that wants @codecs. */
static void
connect_both (gboolean live, const char *caps, const char *codecs)
{
  g_autofree char *cast =
      g_strdup_printf ("rtspwfd name=wfd role=source rtsp-port=0 audio-codecs=%s " VIDEO_IN
                       "appsrc name=sound is-live=%d format=time caps=\"%s\" ! wfd.audio_sink",
          codecs, live, live, caps);
  g_autofree char *watch = NULL;

  side_init (&source, cast);
  sound_in = gst_bin_get_by_name (GST_BIN (source.pipeline), "sound");
  side_set_state (&source, GST_STATE_PLAYING);
  watch = g_strdup_printf ("wfdsrc name=wfd uri=wfd://127.0.0.1:%u audio-codecs=%s "
                           "wfd.video ! appsink name=app sync=false async=false "
                           "wfd.audio ! appsink name=sound sync=false async=false",
      side_get_rtsp_port (&source), codecs);
  side_init (&sink, watch);
  heard = gst_bin_get_by_name (GST_BIN (sink.pipeline), "sound");
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);
  recorder_wait_progress (sink.recorder, "play/complete");
  wait_until_heard ();
  begin = live ? gst_element_get_current_running_time (source.pipeline) : 0;
}

static void
tear_down (void)
{
  gst_clear_object (&sound_in);
  gst_clear_object (&heard);
  side_clear (&sink);
  side_clear (&source);
}

static GstBuffer *
wrap (GBytes *bytes, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

  GST_BUFFER_PTS (buffer) = begin + pts;
  g_bytes_unref (bytes);
  return buffer;
}

static void
push_picture (guint number, GstClockTime pts)
{
  side_push (&source, wrap (stream_get_picture (number), pts));
}

/* A display that has just begun may miss the first of what is sent. */
static void
push_until_seen (void)
{
  GstSample *sample = NULL;

  for (guint i = 0; i < 100 && sample == NULL; i++) {
    push_picture (0, i * GST_MSECOND);
    sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink.app), 300 * GST_MSECOND);
  }
  fail_unless (sample != NULL, "nothing is seen");
  gst_sample_unref (sample);
}

static void
push_sound (GBytes *bytes, GstClockTime pts)
{
  fail_unless_equals_int (gst_app_src_push_buffer (GST_APP_SRC (sound_in), wrap (bytes, pts)),
      GST_FLOW_OK);
}

static GstBuffer *
pull_sound (void)
{
  g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (GST_APP_SINK (heard), WATCHDOG);

  fail_unless (sample != NULL, "nothing is heard");
  return gst_buffer_ref (gst_sample_get_buffer (sample));
}

/* The last picture arrives with nothing behind it: none waits for the next. */
GST_START_TEST (each_picture_arrives_without_another_behind_it)
{
  connect_both (TRUE, AAC, "aac");
  push_until_seen ();
  for (guint i = 1; i < 3; i++) {
    g_autoptr (GBytes) sent = stream_get_picture (i);
    g_autoptr (GstBuffer) got = NULL;

    push_picture (i, GST_SECOND + i * 33 * GST_MSECOND);
    got = side_pull (&sink);
    fail_unless (gst_buffer_get_size (got) >= g_bytes_get_size (sent));
  }
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (sound_arrives_without_a_picture)
{
  g_autoptr (GBytes) frame = stream_get_silence ();

  connect_both (TRUE, AAC, "aac");
  /* tsdemux looks at a few packets before it believes that they are some. */
  for (guint i = 0; i < 20; i++)
    push_sound (stream_get_silence (), i * 21 * GST_MSECOND);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (GstBuffer) got = pull_sound ();

    fail_unless_equals_int (
        gst_buffer_memcmp (got, 0, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame)), 0);
  }
  tear_down ();
}
GST_END_TEST;

static GBytes *
make_samples (guint number)
{
  guint8 samples[1920];

  for (guint i = 0; i < sizeof samples / 2; i++)
    GST_WRITE_UINT16_LE (samples + 2 * i, number * 960 + i);
  return g_bytes_new (samples, sizeof samples);
}

GST_START_TEST (samples_arrive_bit_by_bit)
{
  connect_both (TRUE, SAMPLES, "lpcm");
  for (guint i = 0; i < 20; i++)
    push_sound (make_samples (i), i * 10 * GST_MSECOND);
  for (guint i = 0; i < 15; i++) {
    g_autoptr (GstBuffer) got = pull_sound ();
    GstMapInfo map;

    fail_unless (gst_buffer_map (got, &map, GST_MAP_READ));
    fail_unless_equals_int (map.size, 1920);
    for (guint k = 0; k < 960; k++)
      fail_unless_equals_int (GST_READ_UINT16_BE (map.data + 2 * k), i * 960 + k);
    gst_buffer_unmap (got, &map);
  }
  tear_down ();
}
GST_END_TEST;

/* A frame of 128 bytes, 32 kbit/s. */
static GBytes *
make_ac3 (void)
{
  guint8 frame[128] = { 0x0b, 0x77, 0x00, 0x00, 0x00, 0x40, 0x40 };

  return g_bytes_new (frame, sizeof frame);
}

GST_START_TEST (ac3_is_passed_through)
{
  guint64 refused;

  connect_both (TRUE, AC3, "ac3");
  for (guint i = 0; i < 20; i++)
    push_sound (make_ac3 (), i * 32 * GST_MSECOND);
  gst_buffer_unref (pull_sound ());
  refused = side_get_counter (&source, "units-refused");
  fail_unless_equals_uint64 (refused, 0);
  tear_down ();
}
GST_END_TEST;

/* Coded sound that has a gap is silence, not nothing. */
GST_START_TEST (gap_in_aac_is_filled_with_silence)
{
  connect_both (TRUE, AAC, "aac");
  push_sound (stream_get_silence (), 0);
  gst_element_send_event (sound_in,
      gst_event_new_gap (begin + 21 * GST_MSECOND, 800 * GST_MSECOND));
  for (guint i = 0; i < 8; i++)
    gst_buffer_unref (pull_sound ());
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (stream_that_was_not_agreed_on_is_an_error)
{
  g_autoptr (GError) error = NULL;

  connect_both (TRUE, SAMPLES, "aac");
  for (guint i = 0; i < 3; i++)
    gst_app_src_push_buffer (GST_APP_SRC (sound_in), wrap (make_samples (i), i * GST_MSECOND));
  error = recorder_wait_error (source.recorder);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE));
  tear_down ();
}
GST_END_TEST;

/* wfdsrc for what @cast sends. */
static void
connect (const char *cast)
{
  g_autofree char *watch = NULL;

  side_init (&source, cast);
  side_set_state (&source, GST_STATE_PLAYING);
  watch = g_strdup_printf ("wfdsrc name=wfd uri=wfd://127.0.0.1:%u "
                           "wfd.video ! appsink name=app sync=false async=false",
      side_get_rtsp_port (&source));
  side_init (&sink, watch);
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);
}

#define PICTURES_OF(fields) \
  "appsrc name=app is-live=true format=time caps=\"video/x-h264, stream-format=byte-stream, " \
  "alignment=au, " fields "\" ! wfd.video_sink "
#define ALONE "rtspwfd name=wfd role=source rtsp-port=0 audio-codecs=none "

/* The display waits for it, and plays whatever else there is. */
GST_START_TEST (what_is_promised_and_does_not_come_is_told)
{
  static const struct
  {
    const char *cast;
    const char *words; /* NULL: all is well */
  } rows[] = {
    { "fakesrc ! fakesink " ALONE, "linked to \"video_sink\"" },
    { "rtspwfd name=wfd role=source rtsp-port=0 " PICTURES_OF ("width=1920, height=1080"),
        "linked to \"audio_sink\"" },
    { ALONE PICTURES_OF ("width=320, height=240"), "1920x1080, and what comes has 320x240" },
    { ALONE "video-formats=1600x900p30 " PICTURES_OF ("width=720, height=480"),
        "1600x900p30; agreed on is 720x480p60" },
    { ALONE "video-formats=1600x900p30,1280x720p30 " PICTURES_OF ("width=1280, height=720"), NULL },
    { ALONE PICTURES_OF ("width=1920, height=1080"), NULL },
  };
  GstMessageType type = GST_MESSAGE_WARNING;

  connect (rows[__i__].cast);
  if (source.app != NULL)
    push_until_seen ();
  if (rows[__i__].words != NULL)
    recorder_wait (source.recorder, match_words, rows[__i__].words);
  else
    fail_unless_equals_int (recorder_count (source.recorder, match_type, &type), 0);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (session_ends_when_both_streams_have)
{
  connect_both (TRUE, AAC, "aac");
  /* Nobody takes what comes at the end. */
  g_object_set (sink.app, "wait-on-eos", FALSE, NULL);
  push_until_seen ();
  gst_app_src_end_of_stream (GST_APP_SRC (sound_in));
  push_picture (1, GST_SECOND);
  gst_buffer_unref (side_pull (&sink));
  side_end_stream (&source);
  recorder_wait_eos (source.recorder);
  recorder_wait_eos (sink.recorder);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (pad_to_which_nothing_leads_does_not_keep_the_end)
{
  g_autofree char *watch = NULL;

  side_init (&source,
      "rtspwfd name=wfd role=source rtsp-port=0 audio-codecs=none "
      "queue ! wfd.audio_sink appsrc name=app is-live=true format=time caps=\"video/x-h264, "
      "stream-format=byte-stream, alignment=au\" ! wfd.video_sink");
  side_set_state (&source, GST_STATE_PLAYING);
  watch =
      g_strdup_printf ("rtspwfd name=wfd location=rtsp://127.0.0.1:%u demux=true ! video/x-h264 "
                       "! appsink name=app sync=false async=false wait-on-eos=false",
          side_get_rtsp_port (&source));
  side_init (&sink, watch);
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);
  side_end_stream (&source);
  recorder_wait_eos (source.recorder);
  tear_down ();
}
GST_END_TEST;

static GstPad *
request (GstElement *element, const char *name)
{
  return gst_element_request_pad (element, gst_element_get_pad_template (element, name), NULL,
      NULL);
}

GST_START_TEST (transport_stream_does_not_go_with_the_others)
{
  g_autoptr (GstElement) wfd = gst_object_ref_sink (gst_element_factory_make ("rtspwfd", NULL));
  GstPad *pad;

  gst_util_set_object_arg (G_OBJECT (wfd), "role", "source");
  pad = request (wfd, "video_sink");
  fail_unless (pad != NULL);
  fail_unless (request (wfd, "video_sink") == NULL);
  fail_unless (request (wfd, "sink") == NULL);
  gst_element_release_request_pad (wfd, pad);
  gst_object_unref (pad);
  pad = request (wfd, "sink");
  fail_unless (pad != NULL);
  fail_unless (request (wfd, "audio_sink") == NULL);
  gst_element_release_request_pad (wfd, pad);
  gst_object_unref (pad);
}
GST_END_TEST;

typedef struct
{
  gint stop;
  gint n; /* how often they were read */
} StatsReader;

static gpointer
read_stats (gpointer data)
{
  StatsReader *self = data;

  while (!g_atomic_int_get (&self->stop)) {
    GstStructure *stats = NULL;

    g_object_get (source.wfd, "stats", &stats, NULL);
    gst_structure_free (stats);
    g_atomic_int_inc (&self->n);
  }
  return NULL;
}

/* Whatever another thread does meanwhile, and the session goes on with what the
 * pad then gets. */
GST_START_TEST (pad_may_be_released_and_requested_again_in_a_session)
{
  g_autoptr (GstPad) src = NULL;
  StatsReader reader = { FALSE, 0 };
  GThread *thread;

  connect_both (TRUE, AAC, "aac");
  push_until_seen ();
  src = gst_element_get_static_pad (sound_in, "src");
  thread = g_thread_new ("stats", read_stats, &reader);
  for (guint i = 0; i < 40 || g_atomic_int_get (&reader.n) < 40; i++) {
    g_autoptr (GstPad) old = gst_pad_get_peer (src);
    g_autoptr (GstPad) pad = NULL;

    gst_pad_unlink (src, old);
    gst_element_release_request_pad (source.wfd, old);
    pad = request (source.wfd, "audio_sink");
    fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
  }
  g_atomic_int_set (&reader.stop, TRUE);
  g_thread_join (thread);
  for (guint i = 0; i < 20; i++)
    push_sound (stream_get_silence (), GST_SECOND + i * 21 * GST_MSECOND);
  gst_buffer_unref (pull_sound ());
  tear_down ();
}
GST_END_TEST;

static Suite *
rtspwfd_streams_suite (void)
{
  Suite *suite = suite_create ("rtspwfd-streams");
  TCase *tcase = tcase_create ("streams");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, each_picture_arrives_without_another_behind_it);
  tcase_add_test (tcase, sound_arrives_without_a_picture);
  tcase_add_test (tcase, samples_arrive_bit_by_bit);
  tcase_add_test (tcase, ac3_is_passed_through);
  tcase_add_test (tcase, gap_in_aac_is_filled_with_silence);
  tcase_add_test (tcase, stream_that_was_not_agreed_on_is_an_error);
  tcase_add_loop_test (tcase, what_is_promised_and_does_not_come_is_told, 0, 6);
  tcase_add_test (tcase, session_ends_when_both_streams_have);
  tcase_add_test (tcase, pad_to_which_nothing_leads_does_not_keep_the_end);
  tcase_add_test (tcase, transport_stream_does_not_go_with_the_others);
  tcase_add_test (tcase, pad_may_be_released_and_requested_again_in_a_session);
  return suite;
}

GST_CHECK_MAIN (rtspwfd_streams);
