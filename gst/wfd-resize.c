/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-resize.h"

/* Nobody can read what is smaller. */
#define LEAST_WIDTH 640
#define LEAST_HEIGHT 360
/* Of 16:9 there are 854x480 and 864x480 too. */
#define SHAPE_TOLERANCE 50

static guint64
count_pixels (const WfdFormat *format)
{
  return (guint64) format->width * format->height;
}

static gboolean
is_same_shape (const WfdFormat *a, const WfdFormat *b)
{
  gint64 one = (gint64) a->width * b->height, other = (gint64) b->width * a->height;

  return ABS (one - other) * SHAPE_TOLERANCE <= one;
}

static gboolean
is_same_mode (const WfdFormat *a, const WfdFormat *b)
{
  return a->width == b->width && a->height == b->height && a->rate_hz == b->rate_hz
      && a->interlaced == b->interlaced;
}

static gboolean
has_mode (GPtrArray *formats, const WfdFormat *mode)
{
  for (guint i = 0; i < formats->len; i++)
    if (is_same_mode (g_ptr_array_index (formats, i), mode))
      return TRUE;
  return FALSE;
}

static gboolean
is_possible (const WfdResize *self, const WfdFormat *format, gint direction)
{
  guint64 pixels = count_pixels (format), now = count_pixels (&self->now);

  if (format->rate_hz != self->now.rate_hz || format->interlaced != self->now.interlaced
      || format->width < LEAST_WIDTH || format->height < LEAST_HEIGHT
      || !is_same_shape (format, &self->now) || !has_mode (self->peers, format))
    return FALSE;
  return direction < 0 ? pixels < now : pixels > now && pixels <= count_pixels (&self->most);
}

const WfdFormat *
wfd_resize_find (const WfdResize *self, gint direction)
{
  const WfdFormat *best = NULL;

  for (guint i = 0; i < self->ours->len; i++) {
    const WfdFormat *format = g_ptr_array_index (self->ours, i);

    if (!is_possible (self, format, direction))
      continue;
    if (best == NULL || (count_pixels (format) > count_pixels (best)) == (direction < 0))
      best = format;
  }
  return best;
}
