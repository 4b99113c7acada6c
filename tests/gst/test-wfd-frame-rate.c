/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A link with too few bits for all pictures, and a real encoder: half of the pictures are left out,
 * and those that are sent have the bits of both. The clock is turned by the test. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <wfd-program.h>

#define WIDTH 1280
#define HEIGHT 720
#define FPS 60
#define LINK_KBPS 1800 /* 0.027 bit for a pixel */
#define PACKET_BYTES 1356
#define MAX_NOISE 4
#define ENCODER "x264enc"
#define SKIPPED 77 /* as Meson has it */

typedef struct
{
  guint pictures, bytes, n_content, capacity_kbps;
} Result;

static GstHarness *harness;
static WfdRateControl *rate;
static guint n_captures;
static gint64 now_ms;
static double kernel_bytes;

static void
link_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  reading->queue_bytes = kernel_bytes;
}

static void
link_free (WfdLinkProbe *probe)
{
  g_free (probe);
}

static void
open_session (void)
{
  static const WfdLinkProbeClass klass = { "test", NULL, link_look, link_free };
  WfdLinkProbe *probe = g_new0 (WfdLinkProbe, 1);

  probe->klass = &klass;
  wfd_rate_control_open (rate, probe, NULL);
}

static void
ignore_target (gpointer owner)
{
}

static void
ignore_resize (gpointer owner, gint direction)
{
}

static void
begin (const char *factory, gboolean adapts_format)
{
  static const WfdRateControlEvents ignored = { ignore_target, ignore_resize, ignore_target };
  const WfdRateUser user = { TRUE, WFD_RATE_BALANCED, 500, 40000, 2000, 100, adapts_format };
  WfdProgramConfig config = { .video = TRUE,
    .video_encoder = wfd_encoder_find (WFD_ENCODER_H264, factory, NULL),
    .video_live = TRUE,
    .format = { WIDTH, HEIGHT, FPS, 1, .level = 32, .bitrate_kbps = 2000 } };
  WfdProgram *program;

  n_captures = now_ms = kernel_bytes = 0;
  config.rate = rate = wfd_rate_control_new (&ignored, NULL);
  wfd_rate_control_set_user (rate, &user);
  program = gst_object_ref_sink (wfd_program_new (&config, NULL));
  harness = gst_harness_new_with_element (GST_ELEMENT (program), "video", "video_src");
  gst_object_unref (program);
  gst_harness_use_testclock (harness);
  gst_harness_set_src_caps_str (harness,
      "video/x-raw,format=I420,width=1280,height=720,framerate=60/1,interlace-mode=progressive");
  gst_harness_play (harness);
  open_session ();
}

static void
finish (void)
{
  gst_harness_teardown (harness);
  wfd_rate_control_unref (rate);
}

/* Of noise there can always be more. */
static GstBuffer *
new_picture (void)
{
  static guint8 noise[WIDTH * HEIGHT * 3 / 2 + WIDTH];
  gsize bytes = WIDTH * HEIGHT * 3 / 2;
  guint8 *pixels = g_malloc (bytes);

  for (gsize i = 0; noise[0] == 0 && i < sizeof noise; i++)
    noise[sizeof noise - 1 - i] = 1 + g_random_int_range (0, MAX_NOISE);
  memcpy (pixels, noise + g_random_int_range (0, WIDTH), bytes);
  return gst_buffer_new_wrapped (pixels, bytes);
}

static void
send (guint bytes)
{
  static guint16 sequence;

  kernel_bytes += bytes;
  for (guint left = bytes; left > 0; left -= MIN (left, PACKET_BYTES))
    wfd_rate_control_sent (rate, &(WfdLinkPacket) { sequence++, MIN (left, PACKET_BYTES) }, 1, 0,
        now_ms * 1000);
}

static void
take_coded (Result *result)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (harness)) != NULL) {
    guint bytes = gst_buffer_get_size (buffer) * 1000 / WFD_RATE_PAYLOAD_PERMILLE;
    gboolean is_key = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);

    result->pictures++;
    result->bytes += bytes;
    wfd_rate_control_frame (rate, &(WfdRateFrame) { bytes, is_key }, now_ms * 1000);
    send (bytes);
    gst_buffer_unref (buffer);
  }
}

static void
note_stats (Result *result)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("wfd-stats");

  wfd_rate_control_add_stats (rate, stats);
  result->n_content += g_strcmp0 (gst_structure_get_string (stats, "rate-reason"),
                           wfd_rate_reason_to_text (WFD_RATE_REASON_CONTENT))
      == 0;
  gst_structure_get_uint (stats, "rate-capacity", &result->capacity_kbps);
}

static void
capture (Result *result)
{
  GstBuffer *picture = new_picture ();

  GST_BUFFER_PTS (picture) = gst_util_uint64_scale (n_captures++, GST_SECOND, FPS);
  GST_BUFFER_DURATION (picture) = GST_SECOND / FPS;
  gst_harness_set_time (harness, now_ms * GST_MSECOND);
  fail_unless_equals_int (gst_harness_push (harness, picture), GST_FLOW_OK);
  note_stats (result);
}

static Result
cast (guint duration_ms)
{
  Result result = { 0 };

  for (gint64 end_ms = now_ms + duration_ms; now_ms < end_ms; now_ms++) {
    kernel_bytes = MAX (kernel_bytes - LINK_KBPS / 8.0, 0);
    if (now_ms * 1000 >= wfd_rate_control_get_look_us (rate))
      wfd_rate_control_look (rate, 0, now_ms * 1000);
    if (now_ms * FPS >= n_captures * 1000)
      capture (&result);
    take_coded (&result);
  }
  return result;
}

static Result
cast_with (const char *factory, gboolean adapts_format)
{
  Result result;

  begin (factory, adapts_format);
  cast (2000);
  result = cast (2000);
  finish ();
  return result;
}

GST_START_TEST (half_of_the_pictures_have_all_of_the_bits)
{
  Result all = cast_with (ENCODER, FALSE), half = cast_with (ENCODER, TRUE);

  fail_unless (all.pictures >= 100, "%u of 120 pictures", all.pictures);
  fail_unless (half.pictures >= 54 && half.pictures <= 61, "%u of 120 pictures", half.pictures);
  fail_unless (half.bytes > 0.9 * all.bytes, "%u bytes, without %u", half.bytes, all.bytes);
  fail_unless (half.n_content < 6, "content %u times", half.n_content);
  fail_unless (half.capacity_kbps > 0.8 * LINK_KBPS && half.capacity_kbps < 1.25 * LINK_KBPS,
      "%u kbit/s", half.capacity_kbps);
}

GST_END_TEST;

static Suite *
frame_rate_suite (void)
{
  Suite *suite = suite_create ("wfd-frame-rate");
  TCase *tcase = tcase_create ("frame-rate");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, half_of_the_pictures_have_all_of_the_bits);
  return suite;
}

int
main (int argc, char **argv)
{
  gst_check_init (&argc, &argv);
  if (wfd_encoder_find (WFD_ENCODER_H264, ENCODER, NULL) == NULL) {
    g_printerr ("%s is not installed, not tested\n", ENCODER);
    return SKIPPED;
  }
  return gst_check_run_suite (frame_rate_suite (), "wfd-frame-rate", __FILE__);
}
