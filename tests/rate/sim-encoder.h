/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sim-random.h"

G_BEGIN_DECLS

/* The sizes of an encoder's frames: what a picture costs, how far the rate control
 * gets it, the buffer that no frame overruns. Obeys what it is told a frame later, as a rule. */
typedef enum
{
  SIM_CONTENT_FILM,   /* could always use more bits */
  SIM_CONTENT_SCREEN, /* stands still, types, scrolls, plays a video, in turn */
} SimContent;

typedef struct
{
  double bitrate_kbps;
  double vbv_ms;
} SimSettings;

#define SIM_MAX_LAG 4

typedef struct
{
  SimRandom random;         /* of sizes */
  SimRandom content_random; /* goes on alike, whatever is encoded of it */
  double interval_ms;
  SimContent content;
  guint lag;                         /* frames until it obeys */
  double disobedience;               /* factor on what it is told; 1 */
  SimSettings told[SIM_MAX_LAG + 1]; /* oldest first */
  double noise;                      /* AR (1), of the logarithm of a size */
  double level_bytes;                /* in its buffer */
  double debt_bytes;                 /* made more than told, to be made up for */
  gint64 last_ms;                    /* of the last frame; -1 */
  double scene_ms;                   /* until the next scene */
  gboolean is_scene;                 /* begins with the next frame */
  double activity_ms;                /* until the screen does something else */
  double need_bytes;                 /* bytes of a frame that it needs now */
} SimEncoder;

void sim_encoder_init (SimEncoder *self, double interval_ms, SimContent content, guint lag,
    const SimSettings *start, guint64 seed);
/* Settings from the next frame, or @lag frames later, on. */
void sim_encoder_tell (SimEncoder *self, const SimSettings *settings);
/* A capture goes by, encoded or not. */
void sim_encoder_capture (SimEncoder *self);
/* Bytes of the frame captured now. */
guint sim_encoder_encode (SimEncoder *self, gboolean is_key, gint64 now_ms);

G_END_DECLS
