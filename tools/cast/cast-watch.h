/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* Looks at the raw pictures that come to an element, whatever the element does
 * with them: do they move, and how old are they when the element is done, which
 * for a sink is when they are shown. (When they come says little: a sink that
 * waits for its time keeps the next picture waiting.) Needs the same little memory however long it looks. */
typedef struct _CastWatch CastWatch;

/* Delays are counted in steps of so many microseconds, up to so many steps. */
#define CAST_WATCH_STEP_US 100
#define CAST_WATCH_MAX_STEPS 100000

/* How long something took, over many pictures. */
typedef struct
{
  guint64 count;
  double median_ms;
  double p95_ms;
  double max_ms;
} CastDelay;

typedef struct
{
  guint width;
  guint height;
  double rate_hz; /* as the caps say; 0: they do not */
  guint64 pictures;
  guint64 moved;   /* show something else than the one before, apart from the stamp */
  guint64 blank;   /* of one colour */
  gint64 first_us; /* monotonic time when the first one came; 0: none yet */
  gint64 last_us;
  GstClockTime media; /* from the first timestamp to the last */
  CastDelay delay;    /* capture → the element is done; without stamps its count is 0 */
} CastFigures;

/* @pad: a sink pad that takes buffers one by one. Until cast_watch_free(), the
 * chain function of the pad is ours, and calls the one it had. */
CastWatch *cast_watch_new (GstPad *pad);
void cast_watch_free (CastWatch *self);

/* The size of the pictures that were stamped, if it is another than that of the
 * pictures here, which then may have borders. Before data flows. */
void cast_watch_set_sent_size (CastWatch *self, gint width, gint height);

/* From any thread. */
gint64 cast_watch_get_first_us (CastWatch *self);
void cast_watch_get_figures (CastWatch *self, CastFigures *ret_figures);

/* Writes the picture that came last to a PNG file. */
gboolean cast_watch_save_picture (CastWatch *self, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CastWatch, cast_watch_free)

G_END_DECLS
