/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media-modes.h"

enum
{
  PROGRESSIVE = FALSE,
  INTERLACED = TRUE,
};

enum
{
  R1 = FALSE,
  R2 = TRUE,
};

/* WFD 2.1 §5.4.1.1. The levels are those of the standard, even where H.264
 * itself asks for another; see wfd_media_mode_get_stream_level (). */
static const WfdMode modes[] = {
  /* table, bit, width, height, rate, scan, H.264 level, release */
  { WFD_TABLE_CEA, 0, 640, 480, 60, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_CEA, 1, 720, 480, 60, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_CEA, 2, 720, 480, 60, INTERLACED, 31, R1 },
  { WFD_TABLE_CEA, 3, 720, 576, 50, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_CEA, 4, 720, 576, 50, INTERLACED, 31, R1 },
  { WFD_TABLE_CEA, 5, 1280, 720, 30, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_CEA, 6, 1280, 720, 60, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_CEA, 7, 1920, 1080, 30, PROGRESSIVE, 40, R1 },
  { WFD_TABLE_CEA, 8, 1920, 1080, 60, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_CEA, 9, 1920, 1080, 60, INTERLACED, 40, R1 },
  { WFD_TABLE_CEA, 10, 1280, 720, 25, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_CEA, 11, 1280, 720, 50, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_CEA, 12, 1920, 1080, 25, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_CEA, 13, 1920, 1080, 50, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_CEA, 14, 1920, 1080, 50, INTERLACED, 32, R1 },
  { WFD_TABLE_CEA, 15, 1280, 720, 24, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_CEA, 16, 1920, 1080, 24, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_CEA, 17, 3840, 2160, 24, PROGRESSIVE, 51, R2 },
  { WFD_TABLE_CEA, 18, 3840, 2160, 25, PROGRESSIVE, 51, R2 },
  { WFD_TABLE_CEA, 19, 3840, 2160, 30, PROGRESSIVE, 51, R2 },
  { WFD_TABLE_CEA, 20, 3840, 2160, 50, PROGRESSIVE, 52, R2 },
  { WFD_TABLE_CEA, 21, 3840, 2160, 60, PROGRESSIVE, 52, R2 },
  { WFD_TABLE_CEA, 22, 4096, 2160, 24, PROGRESSIVE, 52, R2 },
  { WFD_TABLE_CEA, 23, 4096, 2160, 25, PROGRESSIVE, 52, R2 },
  { WFD_TABLE_CEA, 24, 4096, 2160, 30, PROGRESSIVE, 52, R2 },
  { WFD_TABLE_CEA, 25, 4096, 2160, 50, PROGRESSIVE, 52, R2 },
  { WFD_TABLE_CEA, 26, 4096, 2160, 60, PROGRESSIVE, 52, R2 },

  { WFD_TABLE_VESA, 0, 800, 600, 30, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_VESA, 1, 800, 600, 60, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 2, 1024, 768, 30, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_VESA, 3, 1024, 768, 60, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 4, 1152, 864, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 5, 1152, 864, 60, PROGRESSIVE, 40, R1 },
  { WFD_TABLE_VESA, 6, 1280, 768, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 7, 1280, 768, 60, PROGRESSIVE, 40, R1 },
  { WFD_TABLE_VESA, 8, 1280, 800, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 9, 1280, 800, 60, PROGRESSIVE, 40, R1 },
  { WFD_TABLE_VESA, 10, 1360, 768, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 11, 1360, 768, 60, PROGRESSIVE, 40, R1 },
  { WFD_TABLE_VESA, 12, 1366, 768, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 13, 1366, 768, 60, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_VESA, 14, 1280, 1024, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 15, 1280, 1024, 60, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_VESA, 16, 1400, 1050, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 17, 1400, 1050, 60, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_VESA, 18, 1440, 900, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 19, 1440, 900, 60, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_VESA, 20, 1600, 900, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 21, 1600, 900, 60, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_VESA, 22, 1600, 1200, 30, PROGRESSIVE, 40, R1 },
  { WFD_TABLE_VESA, 23, 1600, 1200, 60, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_VESA, 24, 1680, 1024, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 25, 1680, 1024, 60, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_VESA, 26, 1680, 1050, 30, PROGRESSIVE, 32, R1 },
  { WFD_TABLE_VESA, 27, 1680, 1050, 60, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_VESA, 28, 1920, 1200, 30, PROGRESSIVE, 42, R1 },
  { WFD_TABLE_VESA, 29, 1920, 1200, 60, PROGRESSIVE, 52, R2 },
  { WFD_TABLE_VESA, 30, 2560, 1440, 30, PROGRESSIVE, 50, R2 },
  { WFD_TABLE_VESA, 31, 2560, 1440, 60, PROGRESSIVE, 52, R2 },
  { WFD_TABLE_VESA, 32, 2560, 1600, 30, PROGRESSIVE, 50, R2 },
  { WFD_TABLE_VESA, 33, 2560, 1600, 60, PROGRESSIVE, 52, R2 },

  { WFD_TABLE_HH, 0, 800, 480, 30, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 1, 800, 480, 60, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 2, 854, 480, 30, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 3, 854, 480, 60, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 4, 864, 480, 30, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 5, 864, 480, 60, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 6, 640, 360, 30, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 7, 640, 360, 60, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 8, 960, 540, 30, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 9, 960, 540, 60, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 10, 848, 480, 30, PROGRESSIVE, 31, R1 },
  { WFD_TABLE_HH, 11, 848, 480, 60, PROGRESSIVE, 31, R1 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (modes) == WFD_N_MODES);

/* What an H.264 level allows (ITU-T H.264 table A-1). */
static const struct
{
  guint8 level;        /* times ten */
  guint frame_size_mb; /* MaxFS, macroblocks */
  guint rate_mb;       /* MaxMBPS, macroblocks per second */
} h264_levels[] = {
  { 31, 3600, 108000 },
  { 32, 5120, 216000 },
  { 40, 8192, 245760 },
  { 41, 8192, 245760 },
  { 42, 8704, 522240 },
  { 50, 22080, 589824 },
  { 51, 36864, 983040 },
  { 52, 36864, 2073600 },
};

const WfdMode *
wfd_media_get_modes (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (modes);
  return modes;
}

const WfdMode *
wfd_media_find_mode (WfdTable table, guint bit)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    if (modes[i].table == table && modes[i].bit == bit)
      return &modes[i];
  }
  return NULL;
}

const WfdMode *
wfd_media_find_mode_by_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_autofree char *mode_name = wfd_media_mode_to_name (&modes[i]);

    if (g_ascii_strcasecmp (mode_name, name) == 0)
      return &modes[i];
  }
  return NULL;
}

const WfdMode *
wfd_media_find_mode_by_size (guint width, guint height, guint rate_hz)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    const WfdMode *mode = &modes[i];

    if (!mode->interlaced && mode->width == width && mode->height == height
        && mode->rate_hz == rate_hz)
      return mode;
  }
  return NULL;
}

char *
wfd_media_mode_to_name (const WfdMode *mode)
{
  return g_strdup_printf ("%ux%u%c%u", mode->width, mode->height, mode->interlaced ? 'i' : 'p',
      mode->rate_hz);
}

guint64
wfd_media_mode_get_pixel_rate (const WfdMode *mode)
{
  guint64 rate = (guint64) mode->width * mode->height * mode->rate_hz;

  return mode->interlaced ? rate / 2 : rate;
}

guint
wfd_media_mode_get_stream_level (const WfdMode *mode)
{
  guint frame_size_mb = ((mode->width + 15) / 16) * ((mode->height + 15) / 16);
  guint rate_mb = frame_size_mb * mode->rate_hz / (mode->interlaced ? 2 : 1);

  for (guint i = 0; i < G_N_ELEMENTS (h264_levels); i++) {
    if (h264_levels[i].level >= mode->h264_level && h264_levels[i].frame_size_mb >= frame_size_mb
        && h264_levels[i].rate_mb >= rate_mb)
      return h264_levels[i].level;
  }
  return h264_levels[G_N_ELEMENTS (h264_levels) - 1].level;
}

/* Rows by pixels per second, up to those of the mode that is named. A larger picture
 * of the same things needs fewer bits for each pixel. 5 Mbit/s carries all of R1. */
static const struct
{
  guint64 pixel_rate;
  guint kbps;
} least_rates[] = {
  { 640 * 480 * 60, 1000 },
  { 1280 * 720 * 30, 1500 },
  { 1280 * 720 * 60, 2500 },
  { 1920 * 1080 * 30, 2800 },
  { 1440 * 1080 * 60, 3600 },
  { 1920 * 1080 * 60, 4500 },
  { 1920 * 1200 * 60, 5000 },
  { 4096 * 2160 * 30, 9000 },
  { G_MAXUINT64, 14000 },
};

guint
wfd_media_mode_get_least_kbps (const WfdMode *mode)
{
  guint i = 0;

  while (wfd_media_mode_get_pixel_rate (mode) > least_rates[i].pixel_rate)
    i++;
  return least_rates[i].kbps;
}
