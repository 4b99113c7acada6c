/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What was seen of pictures on their way from capture to the screen, and from
 * it how long the parts of the way took. Knows no clock and no pipeline. */
typedef struct _Way Way;

typedef enum
{
  WAY_ENCODER_IN,  /* raw, complete */
  WAY_ENCODER_OUT, /* an access unit, complete */
  WAY_DECODER_IN,  /* the same on the other side */
  WAY_DECODER_OUT,
  WAY_SHOWN, /* the sink is done with it */
  WAY_N_POINTS,
} WayPoint;

typedef struct
{
  gint64 at_us; /* monotonic */
  /* What the picture is recognised by. Raw: the low bits of its time of
   * capture, which are written in it; coded: way_hash_tail(). */
  guint32 key;
  guint64 time_ns; /* running time: the same on both sides of one codec */
  gsize bytes;     /* of an access unit */
} WayEvent;

typedef struct
{
  guint count;
  double median_ms;
  double p95_ms;
  double p99_ms;
  double max_ms;
} WaySpan;

typedef struct
{
  guint units;        /* sent in the time looked at */
  guint missing;      /* of them nothing came */
  guint damaged;      /* came shorter or longer */
  double bytes;       /* of a unit, on average */
  WaySpan entry;      /* capture → encoder input */
  WaySpan transport;  /* encoder output → decoder input */
  WaySpan codec;      /* in the encoder and in the decoder */
  WaySpan shown;      /* capture → shown */
  WaySpan shown_rest; /* the same without the time in the codecs */
  WaySpan gap;        /* from one unit to the next at the decoder */
  GArray *stalls_ms;  /* of double: see way_get_figures() */
} WayFigures;

Way *way_new (void);
void way_free (Way *self);

/* Bytes at the end of a unit stay as they are, whatever parsers put before it. */
guint32 way_hash_tail (const guint8 *data, gsize n);

void way_note (Way *self, WayPoint point, const WayEvent *event);

/* Of what left the encoder from @begin_us on and before @end_us.
 *
 * A stall is there for each unit that is missing or damaged while the one
 * before it was not: how much later than usual (the median) any of the next
 * units came, of those that came. */
void way_get_figures (Way *self, gint64 begin_us, gint64 end_us, WayFigures *ret_figures);
void way_figures_clear (WayFigures *self);

/* @values_us: of gint64; will be sorted. The least value which so many of them
 * do not exceed. */
void way_span_init (WaySpan *self, GArray *values_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Way, way_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WayFigures, way_figures_clear)

G_END_DECLS
