/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To which picture a session changes. */
#include <gst/check/gstcheck.h>
#include <wfd-resize.h>

static const WfdFormat modes[] = {
  { .width = 1920, .height = 1080, .rate_hz = 60 },
  { .width = 1920, .height = 1080, .rate_hz = 30 },
  { .width = 1920, .height = 1080, .rate_hz = 60, .interlaced = TRUE },
  { .width = 1280, .height = 720, .rate_hz = 60 },
  { .width = 1280, .height = 720, .rate_hz = 30 },
  { .width = 1024, .height = 768, .rate_hz = 30 },
  { .width = 864, .height = 480, .rate_hz = 30 },
  { .width = 640, .height = 480, .rate_hz = 60 },
  { .width = 640, .height = 360, .rate_hz = 30 },
  { .width = 320, .height = 180, .rate_hz = 30 },
};

static GPtrArray *
list (guint first, guint n)
{
  GPtrArray *formats = g_ptr_array_new ();

  for (guint i = first; i < first + n; i++)
    g_ptr_array_add (formats, (gpointer) &modes[i]);
  return formats;
}

/* Widths: the session began with @most, is at @now, and goes to @expected; 0: nowhere. */
static void
check (guint most, guint now, guint rate_hz, gint direction, guint expected)
{
  g_autoptr (GPtrArray) all = list (0, G_N_ELEMENTS (modes));
  WfdResize resize = { .ours = all, .peers = all };
  const WfdFormat *found;

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    if (modes[i].rate_hz != rate_hz || modes[i].interlaced)
      continue;
    resize.now = modes[i].width == now ? modes[i] : resize.now;
    resize.most = modes[i].width == most ? modes[i] : resize.most;
  }
  found = wfd_resize_find (&resize, direction);
  fail_unless_equals_int (found != NULL ? found->width : 0, expected);
}

GST_START_TEST (next_smaller_picture_has_rate_and_shape)
{
  check (1920, 1920, 60, -1, 1280);
  check (1920, 1920, 30, -1, 1280);
  check (1920, 1280, 30, -1, 864);
  check (1920, 864, 30, -1, 640);
}

GST_END_TEST;

GST_START_TEST (picture_stays_large_enough_and_in_shape)
{
  check (1920, 1280, 60, -1, 0);
  check (1920, 640, 30, -1, 0);
}

GST_END_TEST;

GST_START_TEST (picture_grows_step_by_step_to_what_it_was)
{
  check (1920, 640, 30, 1, 864);
  check (1920, 864, 30, 1, 1280);
  check (1280, 1280, 30, 1, 0);
  check (1920, 1920, 30, 1, 0);
}

GST_END_TEST;

GST_START_TEST (peer_must_have_offered_it)
{
  g_autoptr (GPtrArray) ours = list (0, G_N_ELEMENTS (modes)), peers = list (0, 3);
  g_autoptr (GPtrArray) none = list (0, 0);
  WfdResize resize = { modes[1], modes[1], ours, peers };

  fail_unless (wfd_resize_find (&resize, -1) == NULL);
  resize = (WfdResize) { modes[1], modes[1], peers, ours };
  fail_unless (wfd_resize_find (&resize, -1) == NULL);
  resize = (WfdResize) { modes[1], modes[1], none, none };
  fail_unless (wfd_resize_find (&resize, -1) == NULL);
}

GST_END_TEST;

static Suite *
resize_suite (void)
{
  Suite *suite = suite_create ("wfd-resize");
  TCase *all = tcase_create ("all");

  suite_add_tcase (suite, all);
  tcase_add_test (all, next_smaller_picture_has_rate_and_shape);
  tcase_add_test (all, picture_stays_large_enough_and_in_shape);
  tcase_add_test (all, picture_grows_step_by_step_to_what_it_was);
  tcase_add_test (all, peer_must_have_offered_it);
  return suite;
}

GST_CHECK_MAIN (resize);
