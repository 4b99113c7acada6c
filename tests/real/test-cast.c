/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The instruments of tools/try, tools/bench and the tests beside this one: what
 * they measure must be what is there. */

#include <glib/gstdio.h>

#include <cast-report.h>
#include <cast-stamp.h>
#include <cast-watch.h>

#define WIDTH 1280
#define HEIGHT 720

typedef struct
{
  GstVideoInfo info;
  GstBuffer *buffer;
  GstVideoFrame frame;
} Picture;

static void
picture_init (Picture *self, GstVideoFormat format, guint width, guint height, guint8 value)
{
  gst_video_info_set_format (&self->info, format, width, height);
  self->buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&self->info), NULL);
  gst_buffer_memset (self->buffer, 0, value, -1);
  g_assert_true (gst_video_frame_map (&self->frame, &self->info, self->buffer, GST_MAP_READWRITE));
}

static GstBuffer *
picture_finish (Picture *self)
{
  gst_video_frame_unmap (&self->frame);
  return self->buffer;
}

static void
picture_clear (Picture *self)
{
  gst_buffer_unref (picture_finish (self));
}

static GstVideoRectangle
get_whole (Picture *self)
{
  return (GstVideoRectangle) { 0, 0, GST_VIDEO_INFO_WIDTH (&self->info),
    GST_VIDEO_INFO_HEIGHT (&self->info) };
}

static void
test_stamp_formats (void)
{
  static const GstVideoFormat formats[] = { GST_VIDEO_FORMAT_BGRx, GST_VIDEO_FORMAT_xRGB,
    GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_YUY2 };
  static const guint32 times_us[] = { 0, 1, 0x80000000, 0xffffffff, 0x12345678 };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (times_us); j++) {
      Picture picture;
      GstVideoRectangle whole;
      guint32 read_us = ~times_us[j];

      picture_init (&picture, formats[i], WIDTH, HEIGHT, 0x70);
      whole = get_whole (&picture);
      g_assert_true (cast_stamp_is_possible (&picture.info));
      cast_stamp_write (&picture.frame, times_us[j] + (G_GINT64_CONSTANT (7) << 32));
      g_assert_true (cast_stamp_read (&picture.frame, &whole, &read_us));
      g_assert_cmphex (read_us, ==, times_us[j]);
      picture_clear (&picture);
    }
  }
}

static void
test_stamp_impossible (void)
{
  static const struct
  {
    GstVideoFormat format;
    guint width;
  } rows[] = {
    { GST_VIDEO_FORMAT_RGB16, WIDTH },
    { GST_VIDEO_FORMAT_RGB8P, WIDTH },
    { GST_VIDEO_FORMAT_GRAY8, WIDTH },
    { GST_VIDEO_FORMAT_I420_10LE, WIDTH },
    { GST_VIDEO_FORMAT_NV12_64Z32, WIDTH },
    { GST_VIDEO_FORMAT_I420, CAST_STAMP_MIN_WIDTH - 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstVideoInfo info;

    gst_video_info_set_format (&info, rows[i].format, rows[i].width, HEIGHT);
    g_assert_false (cast_stamp_is_possible (&info));
  }
}

/* A picture that was sent as WIDTH x HEIGHT, scaled into one of another shape. */
static GstSample *
make_scaled (gint64 time_us, guint width, guint height)
{
  Picture picture;
  g_autoptr (GstCaps) from = NULL, to = NULL;
  g_autoptr (GstSample) sample = NULL;
  GstSample *scaled;

  picture_init (&picture, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT, 0x80);
  cast_stamp_write (&picture.frame, time_us);
  from = gst_video_info_to_caps (&picture.info);
  sample = gst_sample_new (picture_finish (&picture), from, NULL, NULL);
  gst_buffer_unref (picture.buffer);
  to = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT,
      width, "height", G_TYPE_INT, height, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
  scaled = gst_video_convert_sample (sample, to, GST_CLOCK_TIME_NONE, NULL);
  g_assert_nonnull (scaled);
  return scaled;
}

static gboolean
read_sample (GstSample *sample, const GstVideoRectangle *content, guint32 *ret_time_us)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  gboolean found;

  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  g_assert_true (gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ));
  found = cast_stamp_read (&frame, content, ret_time_us);
  gst_video_frame_unmap (&frame);
  return found;
}

static void
test_stamp_scaled (void)
{
  static const GstVideoRectangle contents[] = {
    { 0, 0, 640, 360 }, { 0, 0, 1920, 1080 }, { 0, 0, 854, 480 },
    { 0, 60, 640, 360 },  /* in 640x480, borders above and below */
    { 160, 0, 640, 360 }, /* in 960x360 */
  };
  static const guint sizes[][2] = { { 640, 360 }, { 1920, 1080 }, { 854, 480 }, { 640, 480 },
    { 960, 360 } };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++) {
    g_autoptr (GstSample) sample = make_scaled (0xcafe0123, sizes[i][0], sizes[i][1]);
    guint32 time_us = 0;

    g_assert_true (read_sample (sample, &contents[i], &time_us));
    g_assert_cmphex (time_us, ==, 0xcafe0123);
  }
}

static void
test_stamp_absent (void)
{
  static const guint8 values[] = { 0x00, 0x10, 0x70, 0xeb, 0xff };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    Picture picture;
    GstVideoRectangle whole;
    guint32 time_us;

    picture_init (&picture, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT, values[i]);
    whole = get_whole (&picture);
    g_assert_false (cast_stamp_read (&picture.frame, &whole, &time_us));
    picture_clear (&picture);
  }
}

/* One cell of the 48 turned over. */
static void
test_stamp_damaged (void)
{
  for (guint i = 0; i < CAST_STAMP_COLUMNS * CAST_STAMP_ROWS; i++) {
    gint cell = WIDTH / 80, left = i % CAST_STAMP_COLUMNS * cell,
         top = i / CAST_STAMP_COLUMNS * cell;
    Picture picture;
    GstVideoRectangle whole;
    guint32 time_us;

    picture_init (&picture, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT, 0x70);
    whole = get_whole (&picture);
    cast_stamp_write (&picture.frame, 123456789);
    for (gint y = top; y < top + cell; y++)
      for (gint x = left; x < left + cell; x++)
        ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&picture.frame, 0))[y * WIDTH + x] ^= 0xff;
    g_assert_false (cast_stamp_read (&picture.frame, &whole, &time_us));
    picture_clear (&picture);
  }
}

/* A pad that takes what is pushed. */

static GstFlowReturn
swallow (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

typedef struct
{
  GstPad *src;
  GstPad *sink;
  CastWatch *watch;
} Fixture;

static void
push_event (Fixture *self, GstEvent *event)
{
  g_assert_true (gst_pad_push_event (self->src, event));
}

static void
setup (Fixture *self, gconstpointer data)
{
  g_autoptr (GstCaps) caps =
      gst_caps_from_string ("video/x-raw, format=I420, width=1280, height=720, framerate=30/1");
  GstSegment segment;

  self->src = gst_pad_new ("src", GST_PAD_SRC);
  self->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (self->sink, swallow);
  self->watch = cast_watch_new (self->sink);
  gst_pad_set_active (self->sink, TRUE);
  gst_pad_set_active (self->src, TRUE);
  g_assert_cmpint (gst_pad_link (self->src, self->sink), ==, GST_PAD_LINK_OK);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  push_event (self, gst_event_new_stream_start ("test"));
  push_event (self, gst_event_new_caps (caps));
  push_event (self, gst_event_new_segment (&segment));
}

static void
teardown (Fixture *self, gconstpointer data)
{
  cast_watch_free (self->watch);
  gst_object_unref (self->src);
  gst_object_unref (self->sink);
}

/* A bright square at @x; without one if that is negative. */
static void
push_picture (Fixture *self, gint x, gint64 stamp_us, GstClockTime pts)
{
  Picture picture;

  picture_init (&picture, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT, 0x40);
  for (gint row = 300; x >= 0 && row < 364; row++)
    memset ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&picture.frame, 0) + row * WIDTH + x, 0xe0, 64);
  if (stamp_us != 0)
    cast_stamp_write (&picture.frame, stamp_us);
  GST_BUFFER_PTS (picture.buffer) = pts;
  g_assert_cmpint (gst_pad_push (self->src, picture_finish (&picture)), ==, GST_FLOW_OK);
}

static CastFigures
get_figures (Fixture *self)
{
  CastFigures figures;

  cast_watch_get_figures (self->watch, &figures);
  return figures;
}

static void
test_watch_motion (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 10; i++)
    push_picture (self, 100 * i, 0, i * 33 * GST_MSECOND);

  g_assert_cmpuint (get_figures (self).pictures, ==, 10);
  g_assert_cmpuint (get_figures (self).moved, ==, 9);
  g_assert_cmpuint (get_figures (self).blank, ==, 0);
  g_assert_cmpuint (get_figures (self).width, ==, WIDTH);
  g_assert_cmpfloat (get_figures (self).rate_hz, ==, 30);
  g_assert_cmpuint (get_figures (self).media, ==, 9 * 33 * GST_MSECOND);
}

/* Else every picture would move. */
static void
test_watch_ignores_stamp (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 10; i++)
    push_picture (self, 500, 1000000 * i + 1, 0);

  g_assert_cmpuint (get_figures (self).pictures, ==, 10);
  g_assert_cmpuint (get_figures (self).moved, ==, 0);
}

static void
test_watch_blank (Fixture *self, gconstpointer data)
{
  push_picture (self, -1, 0, 0);
  push_picture (self, 500, 0, 0);

  g_assert_cmpuint (get_figures (self).blank, ==, 1);
}

/* What was taken a second ago is at least a second old, and not much more than
 * the time that the test took. */
static void
test_watch_delay (Fixture *self, gconstpointer data)
{
  gint64 begin_us = g_get_monotonic_time ();
  double most_ms;

  for (guint i = 0; i < 5; i++)
    push_picture (self, 500, g_get_monotonic_time () - G_USEC_PER_SEC, 0);
  push_picture (self, 500, 0, 0);
  most_ms = 1000 + (g_get_monotonic_time () - begin_us) / 1000.0;

  g_assert_cmpuint (get_figures (self).delay.count, ==, 5);
  g_assert_cmpfloat (get_figures (self).delay.median_ms, >=, 1000);
  g_assert_cmpfloat (get_figures (self).delay.max_ms, <=, most_ms);
}

static void
test_watch_saves (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("test-cast-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "picture.png", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_assert_false (cast_watch_save_picture (self->watch, path, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  push_picture (self, 500, 0, 0);
  g_assert_true (cast_watch_save_picture (self->watch, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpuint (length, >, 24);
  g_assert_cmpmem (contents + 1, 3, "PNG", 3);
  g_assert_cmpuint (GST_READ_UINT32_BE (contents + 16), ==, WIDTH);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_report_judges (void)
{
  CastReport report = { .pictures = { .pictures = 300, .moved = 300 },
    .sound_levels = 100,
    .sound_loud = 90 };

  g_assert_true (cast_report_has_motion (&report));
  g_assert_true (cast_report_has_sound (&report));

  report.pictures.moved = 10;
  report.sound_loud = 10;
  g_assert_false (cast_report_has_motion (&report));
  g_assert_false (cast_report_has_sound (&report));

  report = (CastReport) { 0 };
  g_assert_false (cast_report_has_motion (&report));
  g_assert_false (cast_report_has_sound (&report));
}

/* Who is told that the machine is too slow looks for no other fault. */
static void
test_report_explains (void)
{
  static const struct
  {
    guint64 pictures, moved;
    double rate_hz, busy_percent;
    const char *text;
  } rows[] = {
    { 0, 0, 0, 100, "No picture came." },
    { 4, 3, 30, 99, "*too slow*of 30 pictures a second it showed 0.4*busy for 99 %*" },
    { 4, 3, 0, 99, "*too slow*of 30 pictures a second it showed 0.4*" },
    { 4, 3, 30, 40, "*did not move: 3 of 4 pictures*; 0.4 came a second, of 30." },
    { 4, 3, 30, 0, "*did not move: 3 of 4 pictures*" },
    { 250, 2, 30, 99, "*did not move: 2 of 250 pictures*; 25.0 came a second, of 30." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const CastReport report = {
      .pictures = { .pictures = rows[i].pictures,
          .moved = rows[i].moved,
          .rate_hz = rows[i].rate_hz },
      .watched_us = 10 * G_USEC_PER_SEC,
      .busy_percent = rows[i].busy_percent,
    };
    g_autofree char *text = cast_report_explain_stillness (&report);

    if (!g_pattern_match_simple (rows[i].text, text))
      g_error ("\"%s\" is not \"%s\"", text, rows[i].text);
  }
}

#define ADD_WATCH(name, function) \
  g_test_add ("/cast/watch/" name, Fixture, NULL, setup, function, teardown)

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cast/stamp/reads-what-it-writes", test_stamp_formats);
  g_test_add_func ("/cast/stamp/refuses-other-formats", test_stamp_impossible);
  g_test_add_func ("/cast/stamp/survives-scaling-and-borders", test_stamp_scaled);
  g_test_add_func ("/cast/stamp/none-in-a-plain-picture", test_stamp_absent);
  g_test_add_func ("/cast/stamp/one-wrong-cell-is-noticed", test_stamp_damaged);
  ADD_WATCH ("counts-pictures-that-move", test_watch_motion);
  ADD_WATCH ("the-stamp-is-no-motion", test_watch_ignores_stamp);
  ADD_WATCH ("sees-a-blank-picture", test_watch_blank);
  ADD_WATCH ("measures-the-age-of-a-picture", test_watch_delay);
  ADD_WATCH ("saves-a-picture", test_watch_saves);
  g_test_add_func ("/cast/report/judges", test_report_judges);
  g_test_add_func ("/cast/report/tells-a-slow-machine-from-a-fault", test_report_explains);
  return g_test_run ();
}
