/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a session sends, from raw pictures and sound to MPEG-TS. */
#include <gst/app/app.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include <wfd-program.h>

#define PID_PAT 0
#define PID_PMT 0x0100
#define PID_VIDEO 0x1011
#define PID_AUDIO 0x1100
#define TS_BYTES 188

/* A program between sources and a sink that take and give at once. */
typedef struct
{
  GstElement *pipeline;
  GstElement *program;
  GstElement *video; /* appsrc, or NULL */
  GstElement *audio;
  GstElement *out; /* appsink */
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

static void
set_up (Fixture *f, const WfdProgramConfig *config, const char *video_caps, const char *audio_caps)
{
  g_autoptr (GError) error = NULL;

  *f = (Fixture) { .pipeline = gst_pipeline_new (NULL) };
  f->program = GST_ELEMENT (wfd_program_new (config, &error));
  fail_unless (f->program != NULL, "%s", error != NULL ? error->message : "");
  f->out = gst_element_factory_make ("appsink", NULL);
  g_object_set (f->out, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add_many (GST_BIN (f->pipeline), f->program, f->out, NULL);
  fail_unless (gst_element_link_pads (f->program, "src", f->out, "sink"));
  if (video_caps != NULL)
    f->video = add_source (f, "video", video_caps);
  if (audio_caps != NULL)
    f->audio = add_source (f, "audio", audio_caps);
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

/* All TS packets until the end. */
static GByteArray *
pull_all (Fixture *f)
{
  GByteArray *all = g_byte_array_new ();
  GstSample *sample;

  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (f->out))) != NULL) {
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstMapInfo map;

    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    fail_unless_equals_int (map.size % TS_BYTES, 0);
    g_byte_array_append (all, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    gst_sample_unref (sample);
  }
  return all;
}

static guint
get_pid (const guint8 *packet)
{
  fail_unless_equals_int (packet[0], 0x47);
  return GST_READ_UINT16_BE (packet + 1) & 0x1fff;
}

static gboolean
begins_payload (const guint8 *packet)
{
  return (packet[1] & 0x40) != 0;
}

static const guint8 *
find_packet (GByteArray *ts, guint pid)
{
  for (gsize at = 0; at < ts->len; at += TS_BYTES)
    if (get_pid (ts->data + at) == pid && begins_payload (ts->data + at))
      return ts->data + at;
  fail ("no packet with PID 0x%x", pid);
  return NULL;
}

static guint
count_packets (GByteArray *ts, guint pid)
{
  guint n = 0;

  for (gsize at = 0; at < ts->len; at += TS_BYTES)
    n += get_pid (ts->data + at) == pid && begins_payload (ts->data + at);
  return n;
}

/* The table in @packet. */
static const guint8 *
get_section (const guint8 *packet)
{
  const guint8 *payload = packet + 4;

  if ((packet[3] & 0x20) != 0)
    payload += 1 + payload[0];
  return payload + 1 + payload[0];
}

/* The stream type of @pid in the PMT, 0 if it is not there. */
static guint
find_stream_type (const guint8 *pmt, guint pid)
{
  const guint8 *section = get_section (pmt);
  guint length = GST_READ_UINT16_BE (section + 1) & 0xfff;
  const guint8 *end = section + 3 + length - 4;
  const guint8 *stream = section + 12 + (GST_READ_UINT16_BE (section + 10) & 0xfff);

  while (stream < end) {
    if ((GST_READ_UINT16_BE (stream + 1) & 0x1fff) == pid)
      return stream[0];
    stream += 5 + (GST_READ_UINT16_BE (stream + 3) & 0xfff);
  }
  return 0;
}

static guint
get_pcr_pid (const guint8 *pmt)
{
  return GST_READ_UINT16_BE (get_section (pmt) + 8) & 0x1fff;
}

static GByteArray *
run (Fixture *f)
{
  start (f);
  end_streams (f);
  return pull_all (f);
}

GST_START_TEST (numbers_are_those_of_the_standard)
{
  WfdProgramConfig config = default_config ();
  g_autoptr (GByteArray) ts = NULL;
  const guint8 *pat, *pmt;
  Fixture f;

  set_up (&f, &config, PICTURES ("width=640, height=360", "30/1"), SOUND);
  push_pictures (&f, 640, 360, 30, 30, 0);
  push_sound (&f, 100, 0);
  ts = run (&f);

  pat = find_packet (ts, PID_PAT);
  fail_unless_equals_int (GST_READ_UINT16_BE (get_section (pat) + 10) & 0x1fff, PID_PMT);
  pmt = find_packet (ts, PID_PMT);
  fail_unless_equals_int (find_stream_type (pmt, PID_VIDEO), 0x1b);
  fail_unless_equals_int (find_stream_type (pmt, PID_AUDIO), 0x0f);
  fail_unless_equals_int (get_pcr_pid (pmt), PID_VIDEO);
  /* One PES packet per picture; all the sound. */
  fail_unless_equals_int (count_packets (ts, PID_VIDEO), 30);
  fail_unless (count_packets (ts, PID_AUDIO) >= 46);
  tear_down (&f);
}

GST_END_TEST;

GST_START_TEST (tables_come_every_tenth_of_a_second)
{
  static const guint rates[] = { 24, 30, 60 };
  WfdProgramConfig config = default_config ();
  g_autoptr (GByteArray) ts = NULL;
  guint rate = rates[__i__], pictures = 0, longest = 0, last = 0;
  g_autofree char *caps = g_strdup_printf (PICTURES ("width=640, height=360", "%u/1"), rate);
  Fixture f;

  config.audio = FALSE;
  config.format.rate_n = rate;
  set_up (&f, &config, caps, NULL);
  push_pictures (&f, 640, 360, rate, 2 * rate, 0);
  ts = run (&f);
  for (gsize at = 0; at < ts->len; at += TS_BYTES) {
    guint pid = get_pid (ts->data + at);

    pictures += pid == PID_VIDEO && begins_payload (ts->data + at);
    if (pid != PID_PMT)
      continue;
    longest = MAX (longest, pictures - last);
    last = pictures;
  }
  longest = MAX (longest, pictures - last);
  fail_unless (longest * 1000 / rate <= 100, "%u ms", longest * 1000 / rate);
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
  g_autoptr (GByteArray) ts = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstBuffer *picture;
  Fixture f;

  config.audio = FALSE;
  set_up (&f, &config, rows[__i__].caps, NULL);
  pad = watch_encoder (&f, config.video_encoder);
  push_pictures (&f, rows[__i__].width, rows[__i__].height, 30, 3, 0);
  start (&f);
  gst_sample_unref (gst_app_sink_pull_sample (GST_APP_SINK (f.out)));
  picture = g_ptr_array_index (f.seen, 0);
  fail_unless (get_luma (pad, picture, rows[__i__].white[0], rows[__i__].white[1]) > 200);
  if (rows[__i__].black[0] > 0)
    fail_unless (get_luma (pad, picture, rows[__i__].black[0], rows[__i__].black[1]) < 30);
  tear_down (&f);
}

GST_END_TEST;

GST_START_TEST (stored_pictures_come_at_the_agreed_rate)
{
  WfdProgramConfig config = default_config ();
  g_autoptr (GByteArray) ts = NULL;
  g_autoptr (GstPad) pad = NULL;
  Fixture f;

  config.audio = FALSE;
  config.video_live = FALSE;
  set_up (&f, &config, PICTURES ("width=640, height=360", "24/1"), NULL);
  pad = watch_encoder (&f, config.video_encoder);
  /* Not with time 0 as its first, which would be repeated for ever. */
  push_pictures (&f, 640, 360, 24, 48, 1000 * GST_SECOND);
  ts = run (&f);
  fail_unless (f.seen->len >= 59 && f.seen->len <= 61, "%u", f.seen->len);
  tear_down (&f);
}

GST_END_TEST;

GST_START_TEST (interlaced_pictures_are_sent_progressive)
{
  WfdProgramConfig config = default_config ();
  g_autoptr (GByteArray) ts = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstCaps) caps = NULL;
  Fixture f;

  config.audio = FALSE;
  config.video_live = FALSE;
  set_up (&f, &config,
      PICTURES ("width=720, height=576, interlace-mode=interleaved, field-order=top-field-first",
          "25/1"),
      NULL);
  pad = watch_encoder (&f, config.video_encoder);
  push_pictures (&f, 720, 576, 25, 25, 0);
  start (&f);
  gst_sample_unref (gst_app_sink_pull_sample (GST_APP_SINK (f.out)));
  caps = gst_pad_get_current_caps (pad);
  fail_unless_equals_string (
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "interlace-mode"), "progressive");
  tear_down (&f);
}

GST_END_TEST;

/* The multiplexer of GStreamer 1.22 waits for sound for ever; a gap is what
 * lets it go on. */
GST_START_TEST (gap_in_the_sound_does_not_stop_the_picture)
{
  WfdProgramConfig config = default_config ();
  Fixture f;
  guint video = 0;

  config.audio_encoder = NULL;
  set_up (&f, &config, PICTURES ("width=640, height=360", "30/1"),
      "audio/mpeg, mpegversion=4, stream-format=adts, framed=true, rate=48000, channels=2");
  start (&f);
  push_pictures (&f, 640, 360, 30, 30, 0);
  for (guint i = 0; i < 30; i++) {
    g_autoptr (GstPad) pad = gst_element_get_static_pad (f.audio, "src");

    if (i == 0)
      gst_app_src_push_buffer (GST_APP_SRC (f.audio), make_buffer (100, 0, 0, 21 * GST_MSECOND));
    else
      gst_element_send_event (f.audio, gst_event_new_gap (i * 40 * GST_MSECOND, 40 * GST_MSECOND));
  }
  while (video < 25) {
    g_autoptr (GstSample) sample = gst_app_sink_pull_sample (GST_APP_SINK (f.out));
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    guint8 packet[TS_BYTES];

    gst_buffer_extract (buffer, 0, packet, sizeof packet);
    video += get_pid (packet) == PID_VIDEO && begins_payload (packet);
  }
  tear_down (&f);
}

GST_END_TEST;

GST_START_TEST (sound_alone_is_a_program_too)
{
  WfdProgramConfig config = default_config ();
  g_autoptr (GByteArray) ts = NULL;
  Fixture f;

  config.video = FALSE;
  set_up (&f, &config, NULL, SOUND);
  push_sound (&f, 50, 0);
  ts = run (&f);
  fail_unless_equals_int (find_stream_type (find_packet (ts, PID_PMT), PID_AUDIO), 0x0f);
  fail_unless_equals_int (find_stream_type (find_packet (ts, PID_PMT), PID_VIDEO), 0);
  fail_unless_equals_int (get_pcr_pid (find_packet (ts, PID_PMT)), PID_AUDIO);
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
  tcase_add_test (program, numbers_are_those_of_the_standard);
  tcase_add_loop_test (program, tables_come_every_tenth_of_a_second, 0, 3);
  tcase_add_loop_test (program, picture_keeps_its_shape_between_bars, 0, 3);
  tcase_add_test (program, stored_pictures_come_at_the_agreed_rate);
  tcase_add_test (program, interlaced_pictures_are_sent_progressive);
  tcase_add_test (program, gap_in_the_sound_does_not_stop_the_picture);
  tcase_add_test (program, sound_alone_is_a_program_too);
  tcase_add_test (program, bit_rate_reaches_the_encoder);
  return suite;
}

GST_CHECK_MAIN (wfd_program);
