/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cast-picture.h"

#include <cast-stamp.h>
#include <string.h>

/* A texture wraps around at both edges. */
#define SIDE 1024
#define OCTAVES 7
#define SCENE_S 5
#define N_SCENES 4
#define BLOCK 8
#define C1 (0.01 * 255 * 0.01 * 255)
#define C2 (0.03 * 255 * 0.03 * 255)

struct _CastFilm
{
  guint fps;
  guint8 *textures[2]; /* SIDE × SIDE */
};

/* Pixels that the two move each second. */
static const struct
{
  double ax, ay, bx, by;
} scenes[N_SCENES] = {
  { 30, 7, -41, 11 },
  { 5, -3, 3, 4 },
  { 240, 20, 190, -60 },
  { 90, 90, -80, 70 },
};

static guint32
next_random (guint32 *state)
{
  *state = *state * 1664525 + 1013904223;
  return *state >> 8;
}

/* Noise of one octave, between the points of a grid that is @step pixels wide. */
static void
add_octave (float *sum, guint step, float part, guint32 *state)
{
  guint n = SIDE / step;
  g_autofree float *grid = g_new (float, (gsize) n *n);

  for (guint i = 0; i < n * n; i++)
    grid[i] = (next_random (state) % 2001 / 1000.0f - 1) * part;
  for (guint y = 0; y < SIDE; y++) {
    guint row = y / step, below = (row + 1) % n;
    float v = (float) (y % step) / step;

    for (guint x = 0; x < SIDE; x++) {
      guint column = x / step, beside = (column + 1) % n;
      float u = (float) (x % step) / step;
      float top = grid[row * n + column] * (1 - u) + grid[row * n + beside] * u;
      float bottom = grid[below * n + column] * (1 - u) + grid[below * n + beside] * u;

      sum[y * SIDE + x] += top * (1 - v) + bottom * v;
    }
  }
}

/* As in nature, the finer the fainter. */
static guint8 *
make_texture (guint32 seed)
{
  g_autofree float *sum = g_new0 (float, SIDE *SIDE);
  guint8 *texture = g_new (guint8, SIDE * SIDE);
  float part = 40;

  for (guint i = 0, step = 128; i < OCTAVES; i++, step /= 2, part *= 0.8f)
    add_octave (sum, step, part, &seed);
  for (guint i = 0; i < SIDE * SIDE; i++)
    texture[i] = CLAMP (128 + sum[i], 16, 235);
  return texture;
}

CastFilm *
cast_film_new (guint fps)
{
  CastFilm *self = g_new0 (CastFilm, 1);

  self->fps = fps;
  for (guint i = 0; i < 2; i++)
    self->textures[i] = make_texture (77 + i);
  return self;
}

void
cast_film_free (CastFilm *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < 2; i++)
    g_free (self->textures[i]);
  g_free (self);
}

static guint
wrap (double position)
{
  return (guint) (gint64) position & (SIDE - 1);
}

static void
mix (const guint8 *a, guint ax, const guint8 *b, guint bx, guint8 *out, guint n)
{
  guint done = 0;

  while (done < n) {
    guint piece = MIN (MIN (SIDE - ax, SIDE - bx), n - done);

    for (guint i = 0; i < piece; i++)
      out[done + i] = (a[ax + i] + b[bx + i] + 1) / 2;
    done += piece;
    ax = (ax + piece) & (SIDE - 1);
    bx = (bx + piece) & (SIDE - 1);
  }
}

void
cast_film_render (CastFilm *self, guint32 number, GstVideoFrame *frame)
{
  guint scene = number / (SCENE_S * self->fps);
  double seconds = (double) number / self->fps;
  guint from = scene * 389; /* somewhere else in the textures */
  guint ax = wrap (from + 1e6 + seconds * scenes[scene % N_SCENES].ax);
  guint ay = wrap (from + 1e6 + seconds * scenes[scene % N_SCENES].ay);
  guint bx = wrap (1e6 + seconds * scenes[scene % N_SCENES].bx);
  guint by = wrap (from + 1e6 + seconds * scenes[scene % N_SCENES].by);
  guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);

  for (gint y = 0; y < GST_VIDEO_FRAME_HEIGHT (frame); y++)
    mix (self->textures[0] + ((ay + y) & (SIDE - 1)) * SIDE, ax,
        self->textures[1] + ((by + y) & (SIDE - 1)) * SIDE, bx,
        luma + y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0), GST_VIDEO_FRAME_WIDTH (frame));
  for (guint plane = 1; plane < 3; plane++)
    memset (GST_VIDEO_FRAME_PLANE_DATA (frame, plane), plane == 1 ? 110 : 140,
        (gsize) GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane)
            * GST_VIDEO_FRAME_COMP_HEIGHT (frame, plane));
  cast_stamp_write (frame, number);
}

static double
compare_block (const guint8 *a, gint a_stride, const guint8 *b, gint b_stride)
{
  guint sum_a = 0, sum_b = 0, squares = 0, products = 0;
  double n = BLOCK * BLOCK, variances, covariance, means;

  for (guint y = 0; y < BLOCK; y++) {
    for (guint x = 0; x < BLOCK; x++) {
      guint p = a[x], q = b[x];

      sum_a += p;
      sum_b += q;
      squares += p * p + q * q;
      products += p * q;
    }
    a += a_stride;
    b += b_stride;
  }
  means = (double) sum_a * sum_a + (double) sum_b * sum_b;
  variances = squares / n - means / (n * n);
  covariance = products / n - (double) sum_a * sum_b / (n * n);
  return (2.0 * sum_a * sum_b / (n * n) + C1) * (2 * covariance + C2)
      / ((means / (n * n) + C1) * (variances + C2));
}

double
cast_ssim (GstVideoFrame *a, GstVideoFrame *b)
{
  const guint8 *p = GST_VIDEO_FRAME_PLANE_DATA (a, 0), *q = GST_VIDEO_FRAME_PLANE_DATA (b, 0);
  gint p_stride = GST_VIDEO_FRAME_PLANE_STRIDE (a, 0),
       q_stride = GST_VIDEO_FRAME_PLANE_STRIDE (b, 0);
  double sum = 0;
  guint n = 0;

  for (gint y = 0; y + BLOCK <= GST_VIDEO_FRAME_HEIGHT (a); y += BLOCK) {
    for (gint x = 0; x + BLOCK <= GST_VIDEO_FRAME_WIDTH (a); x += BLOCK) {
      sum += compare_block (p + y * p_stride + x, p_stride, q + y * q_stride + x, q_stride);
      n++;
    }
  }
  return n > 0 ? sum / n : 0;
}
