/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a session sends, from raw pictures and sound to coded streams. */
#include <gst/app/app.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include <wfd-program.h>

/* A program between sources and a sink that take and give at once. */
typedef struct
{
  GstElement *pipeline;
  GstElement *program;
  GstElement *video; /* appsrc, or NULL */
  GstElement *audio;
  GstElement *video_out; /* appsink, or NULL */
  GstElement *audio_out;
  GPtrArray *seen; /* pictures in front of the encoder */
} Fixture;

static const WfdEncoder *
find_encoder (WfdEncoderKind kind)
{
  g_autoptr (GError) error = NULL;
  const WfdEncoder *row = wfd_encoder_find (kind, NULL, &error);

  fail_unless (row != NULL, "%s", error != NULL ? error->message : "");
  return row;
}

static WfdProgramConfig
default_config (void)
{
  return (WfdProgramConfig) {
    .video = TRUE,
    .video_encoder = find_encoder (WFD_ENCODER_H264),
    .video_live = TRUE,
    .audio = TRUE,
    .audio_encoder = find_encoder (WFD_ENCODER_AAC),
    .format = { .width = 640,
        .height = 360,
        .rate_n = 30,
        .rate_d = 1,
        .profile = WFD_H264_PROFILE_CBP,
        .level = 31,
        .bitrate_kbps = 2000,
        .audio_rate_hz = 48000,
        .audio_channels = 2 },
  };
}

static GstElement *
add_source (Fixture *f, const char *pad, const char *caps_text)
{
  GstElement *source = gst_element_factory_make ("appsrc", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_text);

  g_object_set (source, "format", GST_FORMAT_TIME, "caps", caps, "max-bytes",
      G_GUINT64_CONSTANT (0), NULL);
  gst_bin_add (GST_BIN (f->pipeline), source);
  fail_unless (gst_element_link_pads (source, "src", f->program, pad));
  return source;
}

#define PICTURES(size, rate) "video/x-raw, format=I420, " size ", framerate=" rate
#define SOUND "audio/x-raw, format=S16LE, layout=interleaved, rate=44100, channels=1"

static GstElement *
add_out (Fixture *f, const char *pad)
{
  GstElement *out = gst_element_factory_make ("appsink", NULL);

  g_object_set (out, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (f->pipeline), out);
  fail_unless (gst_element_link_pads (f->program, pad, out, "sink"));
  return out;
}

static void
set_up (Fixture *f, const WfdProgramConfig *config, const char *video_caps, const char *audio_caps)
{
  g_autoptr (GError) error = NULL;

  *f = (Fixture) { .pipeline = gst_pipeline_new (NULL) };
  f->program = GST_ELEMENT (wfd_program_new (config, &error));
  fail_unless (f->program != NULL, "%s", error != NULL ? error->message : "");
  gst_bin_add (GST_BIN (f->pipeline), f->program);
  if (video_caps != NULL) {
    f->video = add_source (f, "video", video_caps);
    f->video_out = add_out (f, "video_src");
  }
  if (audio_caps != NULL) {
    f->audio = add_source (f, "audio", audio_caps);
    f->audio_out = add_out (f, "audio_src");
  }
  f->seen = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
}

static void
start (Fixture *f)
{
  fail_if (gst_element_set_state (f->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
}

static void
tear_down (Fixture *f)
{
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  gst_object_unref (f->pipeline);
  g_ptr_array_unref (f->seen);
}

static GstBuffer *
make_buffer (gsize size, guint8 value, GstClockTime pts, GstClockTime duration)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, value, size);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = duration;
  return buffer;
}

/* White, of the size and rate. */
static void
push_pictures (Fixture *f, guint width, guint height, guint rate, guint n, GstClockTime from)
{
  for (guint i = 0; i < n; i++) {
    GstBuffer *buffer = make_buffer (width * height * 3 / 2, 235,
        from + gst_util_uint64_scale (i, GST_SECOND, rate), GST_SECOND / rate);

    gst_buffer_memset (buffer, width * height, 128, width * height / 2);
    fail_unless_equals_int (gst_app_src_push_buffer (GST_APP_SRC (f->video), buffer), GST_FLOW_OK);
  }
}

/* 10 ms each. */
static void
push_sound (Fixture *f, guint n, GstClockTime from)
{
  for (guint i = 0; i < n; i++)
    fail_unless_equals_int (
        gst_app_src_push_buffer (GST_APP_SRC (f->audio),
            make_buffer (441 * 2, i, from + i * 10 * GST_MSECOND, 10 * GST_MSECOND)),
        GST_FLOW_OK);
}

static void
end_streams (Fixture *f)
{
  if (f->video != NULL)
    gst_app_src_end_of_stream (GST_APP_SRC (f->video));
  if (f->audio != NULL)
    gst_app_src_end_of_stream (GST_APP_SRC (f->audio));
}

/* All of a stream until its end, and how many buffers it was. */
static GByteArray *
pull_all (GstElement *out, guint *ret_n)
{
  GByteArray *all = g_byte_array_new ();
  GstSample *sample;

  *ret_n = 0;
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (out))) != NULL) {
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstMapInfo map;

    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    g_byte_array_append (all, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    gst_sample_unref (sample);
    *ret_n += 1;
  }
  return all;
}

static void
skip_all (GstElement *out)
{
  guint n;

  g_byte_array_unref (pull_all (out, &n));
}

static void
run (Fixture *f)
{
  start (f);
  end_streams (f);
}

static void
assert_caps (GstElement *out, const char *text)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (out, "sink");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad), wanted = gst_caps_from_string (text);
  g_autofree char *shown = gst_caps_to_string (caps);

  fail_unless (gst_caps_can_intersect (caps, wanted), "%s", shown);
}

GST_START_TEST (streams_are_what_was_agreed_on)
{
  WfdProgramConfig config = default_config ();
  guint pictures, frames;
  Fixture f;

  set_up (&f, &config, PICTURES ("width=640, height=360", "30/1"), SOUND);
  push_pictures (&f, 640, 360, 30, 30, 0);
  push_sound (&f, 100, 0);
  run (&f);
  g_byte_array_unref (pull_all (f.video_out, &pictures));
  g_byte_array_unref (pull_all (f.audio_out, &frames));
  fail_unless_equals_int (pictures, 30);
  fail_unless (frames >= 46, "%u", frames);
  assert_caps (f.video_out,
      "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au, width=(int)640, "
      "height=(int)360");
  assert_caps (f.audio_out, "audio/mpeg, mpegversion=(int)4, rate=(int)48000, channels=(int)2");
  tear_down (&f);
}

GST_END_TEST;

#define SAMPLES "audio/x-raw, format=S16LE, layout=interleaved, rate=48000, channels=2"

GST_START_TEST (samples_of_lpcm_stay_what_they_are)
{
  WfdProgramConfig config = default_config ();
  g_autoptr (GByteArray) sent = g_byte_array_new (), got = NULL;
  guint n;
  Fixture f;

  config.video = FALSE;
  config.audio_encoder = NULL;
  config.audio_lpcm = TRUE;
  set_up (&f, &config, NULL, SAMPLES);
  for (guint i = 0; i < 20; i++) {
    GstBuffer *buffer = make_buffer (480 * 4, 11 * i, i * 10 * GST_MSECOND, 10 * GST_MSECOND);
    GstMapInfo map;

    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    g_byte_array_append (sent, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    gst_app_src_push_buffer (GST_APP_SRC (f.audio), buffer);
  }
  run (&f);
  got = pull_all (f.audio_out, &n);
  fail_unless_equals_int (got->len, sent->len);
  fail_unless (memcmp (got->data, sent->data, sent->len) == 0);
  tear_down (&f);
}

GST_END_TEST;

static GstPadProbeReturn
keep_picture (GstPad *pad, GstPadProbeInfo *info, gpointer seen)
{
  g_ptr_array_add (seen, gst_buffer_ref (GST_PAD_PROBE_INFO_BUFFER (info)));
  return GST_PAD_PROBE_OK;
}

static GstElement *
find_element (Fixture *f, const char *factory)
{
  g_autoptr (GstIterator) iterator = gst_bin_iterate_recurse (GST_BIN (f->program));
  g_auto (GValue) item = G_VALUE_INIT;
  GstElement *found = NULL;

  while (found == NULL && gst_iterator_next (iterator, &item) == GST_ITERATOR_OK) {
    GstElement *element = g_value_get_object (&item);

    if (g_strcmp0 (GST_OBJECT_NAME (gst_element_get_factory (element)), factory) == 0)
      found = element;
    g_value_reset (&item);
  }
  fail_unless (found != NULL, "no %s", factory);
  return found;
}

/* What is in front of the encoder is kept. */
static GstPad *
watch_encoder (Fixture *f, const WfdEncoder *row)
{
  GstPad *pad = gst_element_get_static_pad (find_element (f, row->factory), "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, keep_picture, f->seen, NULL);
  return pad;
}

static guint8
get_luma (GstPad *pad, GstBuffer *buffer, guint x, guint y)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo info;
  GstVideoFrame frame;
  guint8 luma;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  luma = ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame,
      0))[y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0) + x];
  gst_video_frame_unmap (&frame);
  return luma;
}

GST_START_TEST (picture_keeps_its_shape_between_bars)
{
  static const struct
  {
    const char *caps;
    guint width;
    guint height;
    /* where black is, and where white */
    guint black[2];
    guint white[2];
  } rows[] = {
    { PICTURES ("width=640, height=480", "30/1"), 640, 480, { 10, 180 }, { 90, 180 } },
    { PICTURES ("width=640, height=160", "30/1"), 640, 160, { 320, 10 }, { 320, 110 } },
    { PICTURES ("width=320, height=360, pixel-aspect-ratio=2/1", "30/1"), 320, 360, { 0, 0 },
        { 2, 2 } },
  };
  WfdProgramConfig config = default_config ();
  g_autoptr (GstPad) pad = NULL;
  GstBuffer *picture;
  Fixture f;

  config.audio = FALSE;
  set_up (&f, &config, rows[__i__].caps, NULL);
  pad = watch_encoder (&f, config.video_encoder);
  push_pictures (&f, rows[__i__].width, rows[__i__].height, 30, 3, 0);
  run (&f);
  /* Until the end, after which nothing is seen any more. */
  skip_all (f.video_out);
  picture = g_ptr_array_index (f.seen, 0);
  fail_unless (get_luma (pad, picture, rows[__i__].white[0], rows[__i__].white[1]) > 200);
  if (rows[__i__].black[0] > 0)
    fail_unless (get_luma (pad, picture, rows[__i__].black[0], rows[__i__].black[1]) < 30);
  tear_down (&f);
}

GST_END_TEST;

GST_START_TEST (stored_pictures_come_at_the_agreed_rate)
{
  static const struct
  {
    const char *caps;
    guint rate;
    gint agreed;
  } rows[] = {
    { PICTURES ("width=640, height=360", "24/1"), 24, 30 },
    { PICTURES ("width=640, height=360", "30/1"), 30, 60 },
    { PICTURES ("width=640, height=360", "60/1"), 60, 30 },
    { PICTURES ("width=640, height=360, interlace-mode=interleaved", "25/1"), 25, 30 },
    { PICTURES ("width=640, height=360, interlace-mode=interleaved", "30/1"), 30, 60 },
  };
  WfdProgramConfig config = default_config ();
  guint wanted = 2 * rows[__i__].agreed;
  g_autoptr (GstPad) pad = NULL;
  Fixture f;

  config.audio = FALSE;
  config.video_live = FALSE;
  config.format.rate_n = rows[__i__].agreed;
  set_up (&f, &config, rows[__i__].caps, NULL);
  pad = watch_encoder (&f, config.video_encoder);
  /* Not with time 0 as its first, which would be repeated for ever. */
  push_pictures (&f, 640, 360, rows[__i__].rate, 2 * rows[__i__].rate, 1000 * GST_SECOND);
  run (&f);
  skip_all (f.video_out);
  fail_unless (f.seen->len + 2 >= wanted && f.seen->len <= wanted + 1, "%u", f.seen->len);
  tear_down (&f);
}

GST_END_TEST;

/* Live and stored. */
GST_START_TEST (interlaced_pictures_are_sent_progressive)
{
  WfdProgramConfig config = default_config ();
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstCaps) caps = NULL;
  Fixture f;

  config.audio = FALSE;
  config.video_live = __i__ == 0;
  config.format.rate_n = 25;
  set_up (&f, &config,
      PICTURES ("width=720, height=576, interlace-mode=interleaved, field-order=top-field-first",
          "25/1"),
      NULL);
  pad = watch_encoder (&f, config.video_encoder);
  push_pictures (&f, 720, 576, 25, 25, 0);
  start (&f);
  gst_sample_unref (gst_app_sink_pull_sample (GST_APP_SINK (f.video_out)));
  caps = gst_pad_get_current_caps (pad);
  fail_unless_equals_string (
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "interlace-mode"), "progressive");
  tear_down (&f);
}

GST_END_TEST;

GST_START_TEST (sound_alone_is_a_program_too)
{
  WfdProgramConfig config = default_config ();
  guint frames;
  Fixture f;

  config.video = FALSE;
  set_up (&f, &config, NULL, SOUND);
  push_sound (&f, 50, 0);
  run (&f);
  g_byte_array_unref (pull_all (f.audio_out, &frames));
  fail_unless (frames >= 23, "%u", frames);
  tear_down (&f);
}

GST_END_TEST;

GST_START_TEST (bit_rate_reaches_the_encoder)
{
  WfdProgramConfig config = default_config ();
  GstElement *encoder;
  guint bitrate;
  Fixture f;

  set_up (&f, &config, PICTURES ("width=640, height=360", "30/1"), SOUND);
  encoder = find_element (&f, config.video_encoder->factory);
  wfd_program_set_bitrate (WFD_PROGRAM (f.program), 7000);
  g_object_get (encoder, config.video_encoder->bitrate, &bitrate, NULL);
  fail_unless_equals_int (bitrate / config.video_encoder->bitrate_unit, 7000);
  tear_down (&f);
}

GST_END_TEST;

static Suite *
wfd_program_suite (void)
{
  Suite *suite = suite_create ("wfd-program");
  TCase *program = tcase_create ("program");

  suite_add_tcase (suite, program);
  tcase_add_test (program, streams_are_what_was_agreed_on);
  tcase_add_test (program, samples_of_lpcm_stay_what_they_are);
  tcase_add_loop_test (program, picture_keeps_its_shape_between_bars, 0, 3);
  tcase_add_loop_test (program, stored_pictures_come_at_the_agreed_rate, 0, 5);
  tcase_add_loop_test (program, interlaced_pictures_are_sent_progressive, 0, 2);
  tcase_add_test (program, sound_alone_is_a_program_too);
  tcase_add_test (program, bit_rate_reaches_the_encoder);
  return suite;
}

GST_CHECK_MAIN (wfd_program);
