/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <media-modes.h>
#include <miracast-judge.h>

/* Of names like "1280x720p30". */
static GPtrArray *
list (const char *names)
{
  GPtrArray *formats = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_format_free);
  g_auto (GStrv) split = g_strsplit (names, " ", -1);

  for (guint i = 0; split[i] != NULL && *split[i] != '\0'; i++) {
    const WfdMode *mode = wfd_media_find_mode_by_name (split[i]);
    WfdFormat format = { .width = mode->width,
      .height = mode->height,
      .rate_hz = mode->rate_hz,
      .interlaced = mode->interlaced };

    g_ptr_array_add (formats, wfd_format_copy (&format));
  }
  return formats;
}

#define ALL "640x480p60 1024x768p30 1280x720p30 1280x720p60 1920x1080p30 1920x1080p60 1920x1200p60"

static const struct
{
  const char *theirs;
  guint kbps;
  guint least_kbps;
  gboolean is_enough, reduces;
} rows[] = {
  /* Nothing is known of the link. */
  { ALL, 0, 1500, TRUE, FALSE },
  /* Just below and at what 1024x768 needs, and all. */
  { ALL, 1, 1500, FALSE, TRUE },
  { ALL, 500, 1500, FALSE, TRUE },
  { ALL, 1499, 1500, FALSE, TRUE },
  { ALL, 1500, 1500, TRUE, TRUE },
  { ALL, 4999, 1500, TRUE, TRUE },
  { ALL, 5000, 1500, TRUE, FALSE },
  /* The smallest of at least so many pixels is what counts. */
  { "640x480p60 1280x720p60", 2499, 2500, FALSE, TRUE },
  { "640x480p60 1280x720p60", 2500, 2500, TRUE, FALSE },
  { "1920x1080p60 1280x720p30 640x480p60", 1500, 1500, TRUE, TRUE },
  /* There is none as large. */
  { "640x480p60", 999, 1000, FALSE, TRUE },
  { "640x480p60", 1000, 1000, TRUE, FALSE },
  { "640x480p60 800x480p60", 1499, 1500, FALSE, TRUE },
  /* What we cannot do, and what is interlaced, does not count. */
  { "640x480p60 1920x1080p50", 1000, 1000, TRUE, FALSE },
  { "640x480p60 1920x1080i60", 1000, 1000, TRUE, FALSE },
  /* Nothing in common. */
  { "", 1, 0, TRUE, FALSE },
};

static void
test_judge (void)
{
  g_autoptr (GPtrArray) ours = list (ALL " 800x480p60 1920x1080i60");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) theirs = list (rows[i].theirs);
    MiracastVerdict verdict = miracast_judge (ours, theirs, rows[i].kbps);

    g_test_message ("row %u", i);
    g_assert_cmpuint (verdict.least_kbps, ==, rows[i].least_kbps);
    g_assert_cmpint (verdict.is_enough, ==, rows[i].is_enough);
    g_assert_cmpint (verdict.reduces, ==, rows[i].reduces);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/miracast/judge/each-rate-and-sink", test_judge);
  return g_test_run ();
}
