/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* A film that both ends can make: pictures by their number, which are never the same and
 * cost an encoder something. Two textures move through each other, with a new scene each
 * five seconds. */
typedef struct _CastFilm CastFilm;

CastFilm *cast_film_new (guint fps);
void cast_film_free (CastFilm *self);
/* Into a frame of I420, with its number (cast-stamp.h). */
void cast_film_render (CastFilm *self, guint32 number, GstVideoFrame *frame);

/* Structural similarity of the luma of two frames of the same size: the mean over blocks
 * of 8×8 pixels (Wang et al. 2004, flat window), 1: the same. */
double cast_ssim (GstVideoFrame *a, GstVideoFrame *b);

G_END_DECLS
