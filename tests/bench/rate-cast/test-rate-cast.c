/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The instruments of tools/rate-eval: units of a given size, marks, the film and how similar
 * pictures are. */
#include <gst/check/gstharness.h>
#include <string.h>

#include "cast-model.h"
#include "cast-picture.h"
#include "cast-unit.h"

static void
test_units_have_the_size (void)
{
  CastUnits units;

  cast_units_init (&units, 1920, 1080, 42);
  for (guint i = 0; i < 40; i++) {
    guint bytes = 8000 + i * i * 50;
    g_autoptr (GByteArray) unit = cast_units_write (&units, i % 10 == 0, bytes);

    g_assert_cmpuint (unit->len, ==, bytes);
  }
}

/* A decoder makes grey pictures of them, of the right size. */
static void
test_units_are_decoded (void)
{
  g_autoptr (GstElementFactory) decoder = gst_element_factory_find ("avdec_h264");
  CastUnits units;
  GstHarness *h;

  if (decoder == NULL) {
    g_test_skip ("there is no avdec_h264");
    return;
  }
  h = gst_harness_new_parse ("h264parse ! avdec_h264 max-threads=1 ! videoconvert");
  gst_harness_set_sink_caps_str (h, "video/x-raw, format=I420, width=1280, height=720");
  gst_harness_set_src_caps_str (h, "video/x-h264, stream-format=byte-stream, alignment=au");
  cast_units_init (&units, 1280, 720, 32);
  for (guint i = 0; i < 20; i++) {
    g_autoptr (GBytes) unit =
        g_byte_array_free_to_bytes (cast_units_write (&units, i % 8 == 0, 9000));
    GstBuffer *buffer = gst_buffer_new_wrapped_bytes (unit);

    GST_BUFFER_PTS (buffer) = i * GST_SECOND / 60;
    gst_harness_push (h, buffer);
  }
  gst_harness_push_event (h, gst_event_new_eos ());
  g_assert_cmpuint (gst_harness_buffers_received (h), ==, 20);
  for (guint i = 0; i < 20; i++) {
    g_autoptr (GstBuffer) picture = gst_harness_pull (h);
    guint8 luma[1280 * 720];

    g_assert_cmpuint (gst_buffer_extract (picture, 0, luma, sizeof luma), ==, sizeof luma);
    for (guint j = 0; j < sizeof luma; j++)
      g_assert_cmpuint (luma[j], ==, 128);
    g_assert_false (GST_BUFFER_FLAG_IS_SET (picture, GST_BUFFER_FLAG_CORRUPTED));
  }
  gst_harness_teardown (h);
}

static void
test_marks_are_read_again (void)
{
  const CastMark mark = { 123456, 654321, G_GINT64_CONSTANT (0x123456789abc), TRUE };
  g_autoptr (GBytes) sei = cast_mark_write (&mark);
  CastUnits units;
  g_autoptr (GByteArray) unit = NULL;
  gsize n, offset;
  const guint8 *data = g_bytes_get_data (sei, &n);
  CastMark got;

  g_assert_true (cast_mark_find (data, n, &got));
  g_assert_cmpuint (got.unit, ==, mark.unit);
  g_assert_cmpuint (got.capture, ==, mark.capture);
  g_assert_cmpint (got.captured_us, ==, mark.captured_us);
  g_assert_true (got.is_key);
  for (gsize i = 0; i < n - 1; i++)
    g_assert_false (cast_mark_find (data, i, &got));

  /* In front of the slice, behind delimiter and parameter sets. */
  cast_units_init (&units, 640, 480, 31);
  unit = cast_units_write (&units, TRUE, 5000);
  offset = cast_mark_get_offset (unit->data, unit->len);
  g_assert_cmpuint (offset, >, 20);
  g_assert_cmphex (unit->data[offset + 4], ==, 0x65);
}

typedef struct
{
  GstVideoInfo info;
  GstBuffer *buffer;
  GstVideoFrame frame;
} Picture;

static void
picture_init (Picture *self)
{
  gst_video_info_set_format (&self->info, GST_VIDEO_FORMAT_I420, 640, 480);
  self->buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&self->info), NULL);
  gst_video_frame_map (&self->frame, &self->info, self->buffer, GST_MAP_READWRITE);
}

static void
picture_clear (Picture *self)
{
  gst_video_frame_unmap (&self->frame);
  gst_buffer_unref (self->buffer);
}

static void
test_film_moves_and_is_the_same_again (void)
{
  CastFilm *film = cast_film_new (30), *again = cast_film_new (30);
  Picture a, b;

  picture_init (&a);
  picture_init (&b);
  for (guint number = 0; number < 700; number += 97) {
    cast_film_render (film, number, &a.frame);
    cast_film_render (again, number, &b.frame);
    g_assert_cmpfloat_with_epsilon (cast_ssim (&a.frame, &b.frame), 1, 1e-9);
    cast_film_render (again, number + 30, &b.frame);
    g_assert_cmpfloat (cast_ssim (&a.frame, &b.frame), <, 0.9);
  }
  picture_clear (&a);
  picture_clear (&b);
  cast_film_free (film);
  cast_film_free (again);
}

static void
test_noise_costs_similarity (void)
{
  CastFilm *film = cast_film_new (30);
  double last = 1;
  Picture a, b;

  picture_init (&a);
  picture_init (&b);
  cast_film_render (film, 20, &a.frame);
  for (guint noise = 2; noise <= 32; noise *= 2) {
    guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA (&b.frame, 0);
    double ssim;

    cast_film_render (film, 20, &b.frame);
    for (guint i = 0; i < 640 * 480; i++) {
      gint32 change = g_test_rand_int_range (-noise, noise + 1);

      luma[i] = CLAMP (luma[i] + change, 0, 255);
    }
    ssim = cast_ssim (&a.frame, &b.frame);
    g_assert_cmpfloat (ssim, <, last);
    last = ssim;
  }
  picture_clear (&a);
  picture_clear (&b);
  cast_film_free (film);
}

/* kbit/s that come out of 120 pictures at what the encoder is told. */
static double
measure_model (GstHarness *h, GstElement *encoder, guint kbps, GstClockTime *from)
{
  gsize bytes = 0;

  g_object_set (encoder, "bitrate", kbps, "vbv-buf-capacity", 60, NULL);
  for (guint i = 0; i < 120; i++) {
    GstBuffer *picture = gst_buffer_new_allocate (NULL, 640 * 480 * 3 / 2, NULL);
    GstBuffer *unit;

    GST_BUFFER_PTS (picture) = *from;
    *from += GST_SECOND / 60;
    unit = gst_harness_push_and_pull (h, picture);
    bytes += gst_buffer_get_size (unit);
    gst_buffer_unref (unit);
  }
  return bytes * 8 / 2000.0;
}

static void
test_model_obeys (void)
{
  CastModelConfig config = { SIM_CONTENT_FILM, 1 };
  GstHarness *h;
  GstElement *encoder;
  GstClockTime time = 0;

  g_assert_true (cast_model_register (&config));
  h = gst_harness_new ("x264enc");
  encoder = gst_harness_find_element (h, "x264enc");
  gst_harness_set_src_caps_str (h,
      "video/x-raw, format=I420, width=640, height=480, framerate=60/1");
  for (guint kbps = 2000; kbps <= 32000; kbps *= 4) {
    double got = measure_model (h, encoder, kbps, &time);

    g_assert_cmpfloat (got, >, 0.8 * kbps);
    g_assert_cmpfloat (got, <, 1.2 * kbps);
  }
  gst_object_unref (encoder);
  gst_harness_teardown (h);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate-cast/units-have-the-size", test_units_have_the_size);
  g_test_add_func ("/rate-cast/units-are-decoded", test_units_are_decoded);
  g_test_add_func ("/rate-cast/marks-are-read-again", test_marks_are_read_again);
  g_test_add_func ("/rate-cast/film-moves-and-is-the-same-again",
      test_film_moves_and_is_the_same_again);
  g_test_add_func ("/rate-cast/noise-costs-similarity", test_noise_costs_similarity);
  g_test_add_func ("/rate-cast/model-obeys", test_model_obeys);
  return g_test_run ();
}
