/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate-ladder.h"

#define S G_GINT64_CONSTANT (1000000)

/* Bits for a pixel below which a picture falls apart. */
#define HALVE_BITS 0.035
#define SHRINK_BITS 0.03

#define HALVE_US (1 * S)
#define SHRINK_US (3 * S)
#define UP_US (10 * S)
/* How much more there must be before a step up, so that it does not fall back: of
 * pictures twice as many, of pixels up to 2.25 times (1280x720 to 1920x1080). */
#define UP_FACTOR 2
#define GROW_FACTOR 3

/* Half of what is above this looks like film, half of what is below like slides. */
#define HALVE_BELOW_US 30000

void
wfd_rate_ladder_init (WfdRateLadder *self, guint width, guint height, gboolean can_shrink)
{
  *self = (WfdRateLadder) { .divisor = 1 };
  wfd_rate_ladder_set_picture (self, width, height, can_shrink, FALSE);
}

void
wfd_rate_ladder_set_picture (WfdRateLadder *self, guint width, guint height, gboolean can_shrink,
    gboolean can_grow)
{
  self->width = width;
  self->height = height;
  self->can_shrink = can_shrink;
  self->can_grow = can_grow;
  self->resize = 0;
  self->poor_us = self->rich_us = WFD_RATE_UNKNOWN;
}

/* Whether @holds has done so for @span_us. */
static gboolean
has_lasted (gint64 *since_us, gboolean holds, gint64 span_us, gint64 now_us)
{
  if (!holds)
    *since_us = WFD_RATE_UNKNOWN;
  else if (*since_us == WFD_RATE_UNKNOWN)
    *since_us = now_us;
  return holds && now_us - *since_us >= span_us;
}

static void
step (WfdRateLadder *self, guint divisor, gint resize)
{
  self->divisor = divisor;
  self->resize = resize;
  self->poor_us = self->rich_us = WFD_RATE_UNKNOWN;
}

void
wfd_rate_ladder_update (WfdRateLadder *self, double kbps, double interval_us, gint64 now_us)
{
  double bits = kbps * interval_us * self->divisor / 1000;
  double bits_per_pixel = bits / ((double) self->width * self->height);
  gboolean can_halve = self->divisor == 1 && interval_us < HALVE_BELOW_US;
  double least = can_halve ? HALVE_BITS : SHRINK_BITS;
  gboolean can_fall = can_halve || (self->can_shrink && self->resize == 0);
  double more = self->can_grow ? GROW_FACTOR : UP_FACTOR * self->divisor;
  gboolean can_rise = self->divisor > 1 || (self->can_grow && self->resize == 0);

  if (self->width == 0 || self->height == 0)
    return;
  if (has_lasted (&self->poor_us, can_fall && bits_per_pixel < least,
          can_halve ? HALVE_US : SHRINK_US, now_us)) {
    step (self, can_halve ? 2 : self->divisor, can_halve ? self->resize : -1);
    return;
  }
  /* Up again in the order in which it went down: the picture first. */
  if (has_lasted (&self->rich_us, can_rise && bits_per_pixel > least * more, UP_US, now_us)) {
    if (self->can_grow)
      step (self, self->divisor, 1);
    else
      step (self, 1, self->resize);
  }
}

gboolean
wfd_rate_ladder_leaves_out (WfdRateLadder *self)
{
  return self->n_captures++ % self->divisor != 0;
}
