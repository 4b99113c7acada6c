/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <sim-encoder.h>

G_BEGIN_DECLS

/* An encoder that looks at no picture: it makes units as large as SimEncoder says a real
 * one would, at the properties "bitrate" (kbit/s) and "vbv-buf-capacity" (ms), which it
 * obeys at once, and takes as long as one. */
typedef struct
{
  SimContent content;
  guint64 seed;
} CastModelConfig;

/* In this process, in the place of x264enc, for whoever makes one by that name. */
gboolean cast_model_register (const CastModelConfig *config);

G_END_DECLS
