/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <media-modes.h>

/* A row of the standard: its bit is its place. Levels times ten. */
typedef struct
{
  const char *name;
  guint h264_level;
} Row;

static const Row cea[] = {
  { "640x480p60", 31 },
  { "720x480p60", 31 },
  { "720x480i60", 31 },
  { "720x576p50", 31 },
  { "720x576i50", 31 },
  { "1280x720p30", 31 },
  { "1280x720p60", 32 },
  { "1920x1080p30", 40 },
  { "1920x1080p60", 42 },
  { "1920x1080i60", 40 },
  { "1280x720p25", 31 },
  { "1280x720p50", 32 },
  { "1920x1080p25", 32 },
  { "1920x1080p50", 42 },
  { "1920x1080i50", 32 },
  { "1280x720p24", 31 },
  { "1920x1080p24", 32 },
  { "3840x2160p24", 51 },
  { "3840x2160p25", 51 },
  { "3840x2160p30", 51 },
  { "3840x2160p50", 52 },
  { "3840x2160p60", 52 },
  { "4096x2160p24", 52 },
  { "4096x2160p25", 52 },
  { "4096x2160p30", 52 },
  { "4096x2160p50", 52 },
  { "4096x2160p60", 52 },
};

static const Row vesa[] = {
  { "800x600p30", 31 },
  { "800x600p60", 32 },
  { "1024x768p30", 31 },
  { "1024x768p60", 32 },
  { "1152x864p30", 32 },
  { "1152x864p60", 40 },
  { "1280x768p30", 32 },
  { "1280x768p60", 40 },
  { "1280x800p30", 32 },
  { "1280x800p60", 40 },
  { "1360x768p30", 32 },
  { "1360x768p60", 40 },
  { "1366x768p30", 32 },
  { "1366x768p60", 42 },
  { "1280x1024p30", 32 },
  { "1280x1024p60", 42 },
  { "1400x1050p30", 32 },
  { "1400x1050p60", 42 },
  { "1440x900p30", 32 },
  { "1440x900p60", 42 },
  { "1600x900p30", 32 },
  { "1600x900p60", 42 },
  { "1600x1200p30", 40 },
  { "1600x1200p60", 42 },
  { "1680x1024p30", 32 },
  { "1680x1024p60", 42 },
  { "1680x1050p30", 32 },
  { "1680x1050p60", 42 },
  { "1920x1200p30", 42 },
  { "1920x1200p60", 52 },
  { "2560x1440p30", 50 },
  { "2560x1440p60", 52 },
  { "2560x1600p30", 50 },
  { "2560x1600p60", 52 },
};

static const Row hh[] = {
  { "800x480p30", 31 },
  { "800x480p60", 31 },
  { "854x480p30", 31 },
  { "854x480p60", 31 },
  { "864x480p30", 31 },
  { "864x480p60", 31 },
  { "640x360p30", 31 },
  { "640x360p60", 31 },
  { "960x540p30", 31 },
  { "960x540p60", 31 },
  { "848x480p30", 31 },
  { "848x480p60", 31 },
};

static void
check_table (WfdTable table, const Row *rows, guint n)
{
  for (guint bit = 0; bit < n; bit++) {
    const WfdMode *mode = wfd_media_find_mode (table, bit);
    g_autofree char *name = NULL;

    g_test_message ("%s", rows[bit].name);
    g_assert_nonnull (mode);
    name = wfd_media_mode_to_name (mode);
    g_assert_cmpstr (name, ==, rows[bit].name);
    g_assert_cmpuint (mode->table, ==, table);
    g_assert_cmpuint (mode->bit, ==, bit);
    g_assert_cmpuint (mode->h264_level, ==, rows[bit].h264_level);
  }
  for (guint bit = n; bit <= 64; bit++)
    g_assert_null (wfd_media_find_mode (table, bit));
}

static void
test_cea (void)
{
  check_table (WFD_TABLE_CEA, cea, G_N_ELEMENTS (cea));
}

static void
test_vesa (void)
{
  check_table (WFD_TABLE_VESA, vesa, G_N_ELEMENTS (vesa));
}

static void
test_hh (void)
{
  check_table (WFD_TABLE_HH, hh, G_N_ELEMENTS (hh));
}

static void
test_all_modes (void)
{
  guint n;
  const WfdMode *modes = wfd_media_get_modes (&n);

  g_assert_cmpuint (n, ==, 27 + 34 + 12);
  g_assert_cmpuint (n, ==, WFD_N_MODES);
  for (guint i = 1; i < n; i++) {
    if (modes[i].table == modes[i - 1].table)
      g_assert_cmpuint (modes[i].bit, ==, modes[i - 1].bit + 1);
    else
      g_assert_cmpuint (modes[i].table, ==, modes[i - 1].table + 1);
  }
}

/* R1 ends at CEA bit 16, VESA bit 28, HH bit 11. */
static void
test_r2 (void)
{
  static const guint last_r1_bit[WFD_N_TABLES] = { 16, 28, 11 };
  guint n;
  const WfdMode *modes = wfd_media_get_modes (&n);

  for (guint i = 0; i < n; i++)
    g_assert_cmpint (modes[i].r2, ==, modes[i].bit > last_r1_bit[modes[i].table]);
}

static void
test_vesa_pairs (void)
{
  for (guint bit = 0; bit < G_N_ELEMENTS (vesa); bit += 2) {
    const WfdMode *p30 = wfd_media_find_mode (WFD_TABLE_VESA, bit);
    const WfdMode *p60 = wfd_media_find_mode (WFD_TABLE_VESA, bit + 1);

    g_assert_cmpuint (p30->rate_hz, ==, 30);
    g_assert_cmpuint (p60->rate_hz, ==, 60);
    g_assert_cmpuint (p30->width, ==, p60->width);
    g_assert_cmpuint (p30->height, ==, p60->height);
  }
}

static void
test_name_round_trip (void)
{
  guint n;
  const WfdMode *modes = wfd_media_get_modes (&n);

  for (guint i = 0; i < n; i++) {
    g_autofree char *name = wfd_media_mode_to_name (&modes[i]);

    g_assert_true (wfd_media_find_mode_by_name (name) == &modes[i]);
  }
  g_assert_nonnull (wfd_media_find_mode_by_name ("1920X1080P30"));
}

static void
test_name_unknown (void)
{
  static const char *const names[] = { "", "none", "1920x1080", "1920x1080p", "1920x1080p31",
    " 1920x1080p30", "1920x1080p300" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_null (wfd_media_find_mode_by_name (names[i]));
}

static void
test_size (void)
{
  const WfdMode *mode = wfd_media_find_mode_by_size (1920, 1080, 60);

  g_assert_true (mode == wfd_media_find_mode (WFD_TABLE_CEA, 8));
  mode = wfd_media_find_mode_by_size (720, 480, 60);
  g_assert_true (mode == wfd_media_find_mode (WFD_TABLE_CEA, 1));
  mode = wfd_media_find_mode_by_size (848, 480, 30);
  g_assert_true (mode == wfd_media_find_mode (WFD_TABLE_HH, 10));
  g_assert_null (wfd_media_find_mode_by_size (1920, 1080, 31));
  g_assert_null (wfd_media_find_mode_by_size (0, 0, 0));
}

static void
test_pixel_rate (void)
{
  const WfdMode *p60 = wfd_media_find_mode_by_name ("1920x1080p60");
  const WfdMode *i60 = wfd_media_find_mode_by_name ("1920x1080i60");
  const WfdMode *largest = wfd_media_find_mode_by_name ("4096x2160p60");

  g_assert_cmpuint (wfd_media_mode_get_pixel_rate (p60), ==, 124416000);
  g_assert_cmpuint (wfd_media_mode_get_pixel_rate (i60), ==, 62208000);
  g_assert_cmpuint (wfd_media_mode_get_pixel_rate (largest), ==, 530841600);
}

/* The rows whose level in WFD is too low for their size or rate by table A-1 of
 * H.264; every other stream has the level of its row. */
static void
test_stream_level (void)
{
  static const Row higher[] = {
    { "1920x1080p25", 40 }, /* 8160 macroblocks, level 3.2 has 5120 */
    { "1920x1080i50", 40 }, { "1920x1080p24", 40 }, { "1400x1050p30", 40 }, /* 5808 */
    { "1440x900p30", 40 },                                                  /* 5130 */
    { "1600x900p30", 40 },                                                  /* 5700 */
    { "1680x1024p30", 40 },                                                 /* 6720 */
    { "1680x1050p30", 40 },                                                 /* 6930 */
    { "1920x1200p30", 50 }, /* 9000, level 4.2 has 8704 */
    { "960x540p60", 32 },   /* 122400 macroblocks per second, level 3.1 has 108000 */
  };
  guint n, n_higher = 0;
  const WfdMode *modes = wfd_media_get_modes (&n);

  for (guint i = 0; i < n; i++)
    n_higher += wfd_media_mode_get_stream_level (&modes[i]) != modes[i].h264_level;
  g_assert_cmpuint (n_higher, ==, G_N_ELEMENTS (higher));

  for (guint i = 0; i < G_N_ELEMENTS (higher); i++) {
    const WfdMode *mode = wfd_media_find_mode_by_name (higher[i].name);

    g_assert_cmpuint (wfd_media_mode_get_stream_level (mode), ==, higher[i].h264_level);
  }
}

static void
test_least_rate (void)
{
  static const struct
  {
    const char *name;
    guint kbps;
  } rows[] = {
    { "640x480p60", 1000 },
    { "1024x768p30", 1500 },
    { "1280x720p30", 1500 },
    { "1024x768p60", 2500 },
    { "1280x720p60", 2500 },
    { "1920x1080p30", 2800 },
    { "1920x1080p60", 4500 },
    { "1920x1200p60", 5000 },
    { "3840x2160p60", 14000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (wfd_media_mode_get_least_kbps (wfd_media_find_mode_by_name (rows[i].name)),
        ==, rows[i].kbps);
}

static void
test_all_of_r1_fits_into_5_mbps (void)
{
  const WfdMode *modes;
  guint n;

  modes = wfd_media_get_modes (&n);
  for (guint i = 0; i < n; i++)
    if (!modes[i].r2)
      g_assert_cmpuint (wfd_media_mode_get_least_kbps (&modes[i]), <=, 5000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/modes/cea-rows", test_cea);
  g_test_add_func ("/media/modes/vesa-rows", test_vesa);
  g_test_add_func ("/media/modes/hh-rows", test_hh);
  g_test_add_func ("/media/modes/all-in-order-of-bits", test_all_modes);
  g_test_add_func ("/media/modes/r2-begins-after-r1", test_r2);
  g_test_add_func ("/media/modes/vesa-p60-follows-p30", test_vesa_pairs);
  g_test_add_func ("/media/modes/every-name-is-found", test_name_round_trip);
  g_test_add_func ("/media/modes/other-names-are-not-found", test_name_unknown);
  g_test_add_func ("/media/modes/size-finds-progressive", test_size);
  g_test_add_func ("/media/modes/pixel-rate-halves-interlaced", test_pixel_rate);
  g_test_add_func ("/media/modes/least-rate", test_least_rate);
  g_test_add_func ("/media/modes/all-of-r1-fits-into-5-mbps", test_all_of_r1_fits_into_5_mbps);
  g_test_add_func ("/media/modes/stream-level-obeys-h264", test_stream_level);
  return g_test_run ();
}
