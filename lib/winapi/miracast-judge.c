/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-judge.h"

#include <media-modes.h>

#define LOWEST_PIXELS (1024 * 768)

static gboolean
is_in (const GPtrArray *formats, const WfdFormat *wanted)
{
  for (guint i = 0; i < formats->len; i++) {
    const WfdFormat *format = g_ptr_array_index (formats, i);

    if (format->width == wanted->width && format->height == wanted->height
        && format->rate_hz == wanted->rate_hz && format->interlaced == wanted->interlaced)
      return TRUE;
  }
  return FALSE;
}

/* Whether @mode says more about the lowest than what was the lowest so far. */
static gboolean
is_lower (const WfdMode *mode, const WfdMode *lowest)
{
  guint pixels = mode->width * mode->height;
  guint lowest_pixels = lowest != NULL ? lowest->width * lowest->height : 0;

  if (lowest_pixels == pixels)
    return mode->rate_hz < lowest->rate_hz;
  if (lowest_pixels < LOWEST_PIXELS)
    return pixels > lowest_pixels;
  return pixels >= LOWEST_PIXELS && pixels < lowest_pixels;
}

MiracastVerdict
miracast_judge (const GPtrArray *ours, const GPtrArray *theirs, guint kbps)
{
  MiracastVerdict verdict = { 0, TRUE, FALSE };
  const WfdMode *lowest = NULL;

  for (guint i = 0; i < theirs->len; i++) {
    const WfdFormat *format = g_ptr_array_index (theirs, i);
    const WfdMode *mode =
        wfd_media_find_mode_by_size (format->width, format->height, format->rate_hz);

    if (format->interlaced || mode == NULL || !is_in (ours, format))
      continue;
    if (is_lower (mode, lowest))
      lowest = mode;
    if (kbps > 0 && wfd_media_mode_get_least_kbps (mode) > kbps)
      verdict.reduces = TRUE;
  }
  if (lowest != NULL)
    verdict.least_kbps = wfd_media_mode_get_least_kbps (lowest);
  verdict.is_enough = kbps == 0 || kbps >= verdict.least_kbps;
  return verdict;
}
