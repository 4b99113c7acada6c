/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <math.h>

/* Numbers that are the same everywhere for the same seed (splitmix64). */
typedef struct
{
  guint64 state;
} SimRandom;

static inline guint64
sim_random_next (SimRandom *self)
{
  guint64 z = self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* From 0 to below 1. */
static inline double
sim_random_part (SimRandom *self)
{
  return (sim_random_next (self) >> 11) * 0x1p-53;
}

static inline double
sim_random_between (SimRandom *self, double low, double high)
{
  return low + (high - low) * sim_random_part (self);
}

static inline double
sim_random_exponential (SimRandom *self, double mean)
{
  return -mean * log (1 - sim_random_part (self));
}

static inline double
sim_random_normal (SimRandom *self)
{
  double radius = sqrt (-2 * log (1 - sim_random_part (self)));

  return radius * cos (2 * G_PI * sim_random_part (self));
}
