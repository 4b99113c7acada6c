/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "way.h"

#include <math.h>

#define TAIL_BYTES 64
/* Among so many units after a loss its stall is looked for. */
#define STALL_UNITS 10
/* A parser may write start codes longer than they were. */
#define MAX_REWRITTEN_BYTES 64

struct _Way
{
  GArray *events[WAY_N_POINTS]; /* of WayEvent, as they came */
};

/* One access unit, and where it was found. */
typedef struct
{
  const WayEvent *coded;
  const WayEvent *raw; /* NULL: not known, and so the others */
  const WayEvent *arrived;
  const WayEvent *decoded;
  const WayEvent *shown;
} Picture;

Way *
way_new (void)
{
  Way *self = g_new0 (Way, 1);

  for (guint i = 0; i < WAY_N_POINTS; i++)
    self->events[i] = g_array_new (FALSE, FALSE, sizeof (WayEvent));
  return self;
}

void
way_free (Way *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < WAY_N_POINTS; i++)
    g_array_unref (self->events[i]);
  g_free (self);
}

/* FNV-1a. */
guint32
way_hash_tail (const guint8 *data, gsize n)
{
  guint32 hash = 2166136261u;

  for (gsize i = n > TAIL_BYTES ? n - TAIL_BYTES : 0; i < n; i++)
    hash = (hash ^ data[i]) * 16777619u;
  return hash;
}

void
way_note (Way *self, WayPoint point, const WayEvent *event)
{
  g_array_append_val (self->events[point], *event);
}

/* Nearest rank. */
static double
get_quantile_ms (GArray *sorted_us, double quantile)
{
  guint rank = ceil (quantile * sorted_us->len);

  return g_array_index (sorted_us, gint64, MAX (rank, 1) - 1) / 1000.0;
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

void
way_span_init (WaySpan *self, GArray *values_us)
{
  *self = (WaySpan) { .count = values_us->len };
  if (values_us->len == 0)
    return;
  g_array_sort (values_us, compare_times);
  self->median_ms = get_quantile_ms (values_us, 0.5);
  self->p95_ms = get_quantile_ms (values_us, 0.95);
  self->p99_ms = get_quantile_ms (values_us, 0.99);
  self->max_ms = get_quantile_ms (values_us, 1);
}

/* Takes from @from on the first one that is alike and not earlier; what lies
 * before it is of no use to later pictures either. */
static const WayEvent *
find (Way *self, WayPoint point, guint *from, gint64 not_before_us,
    gboolean (*is_alike) (const WayEvent *event, const WayEvent *wanted), const WayEvent *wanted)
{
  GArray *events = self->events[point];

  for (guint i = *from; i < events->len; i++) {
    const WayEvent *event = &g_array_index (events, WayEvent, i);

    if (event->at_us < not_before_us || !is_alike (event, wanted))
      continue;
    *from = i + 1;
    return event;
  }
  return NULL;
}

static gboolean
has_key (const WayEvent *event, const WayEvent *wanted)
{
  return event->key == wanted->key;
}

static gboolean
has_time (const WayEvent *event, const WayEvent *wanted)
{
  return event->time_ns == wanted->time_ns;
}

/* The array of Picture, in the order in which they left the encoder. */
static GArray *
follow_pictures (Way *self)
{
  GArray *pictures = g_array_new (FALSE, TRUE, sizeof (Picture));
  GArray *coded = self->events[WAY_ENCODER_OUT];
  guint from[WAY_N_POINTS] = { 0 };

  for (guint i = 0; i < coded->len; i++) {
    Picture picture = { .coded = &g_array_index (coded, WayEvent, i) };

    picture.raw = find (self, WAY_ENCODER_IN, &from[WAY_ENCODER_IN], 0, has_time, picture.coded);
    picture.arrived = find (self, WAY_DECODER_IN, &from[WAY_DECODER_IN], picture.coded->at_us,
        has_key, picture.coded);
    if (picture.arrived != NULL)
      picture.decoded = find (self, WAY_DECODER_OUT, &from[WAY_DECODER_OUT], picture.arrived->at_us,
          has_time, picture.arrived);
    if (picture.raw != NULL)
      picture.shown =
          find (self, WAY_SHOWN, &from[WAY_SHOWN], picture.coded->at_us, has_key, picture.raw);
    g_array_append_val (pictures, picture);
  }
  return pictures;
}

static gboolean
is_arrived (const Picture *picture)
{
  return picture->arrived != NULL;
}

static gboolean
is_whole (const Picture *picture)
{
  gssize more;

  if (!is_arrived (picture))
    return FALSE;
  more = (gssize) picture->arrived->bytes - (gssize) picture->coded->bytes;
  return ABS (more) <= MAX_REWRITTEN_BYTES;
}

static gint64
get_transport_us (const Picture *picture)
{
  return picture->arrived->at_us - picture->coded->at_us;
}

/* How old a picture was, from the low bits of its time of capture. */
static gint64
get_age_us (const WayEvent *event)
{
  return (guint32) event->at_us - event->key;
}

static gboolean
is_raw_known (const Picture *picture)
{
  return picture->raw != NULL;
}

static gint64
get_entry_us (const Picture *picture)
{
  return get_age_us (picture->raw);
}

static gboolean
has_codec (const Picture *picture)
{
  return picture->raw != NULL && picture->decoded != NULL;
}

static gint64
get_codec_us (const Picture *picture)
{
  return picture->coded->at_us - picture->raw->at_us + picture->decoded->at_us
      - picture->arrived->at_us;
}

static gboolean
is_shown (const Picture *picture)
{
  return picture->shown != NULL;
}

static gint64
get_shown_us (const Picture *picture)
{
  return get_age_us (picture->shown);
}

static gboolean
is_shown_with_codec (const Picture *picture)
{
  return is_shown (picture) && has_codec (picture);
}

static gint64
get_shown_rest_us (const Picture *picture)
{
  return get_shown_us (picture) - get_codec_us (picture);
}

/* Of the pictures of which it is known. */
static void
measure_span (GArray *pictures, gboolean (*is_known) (const Picture *picture),
    gint64 (*get_us) (const Picture *picture), WaySpan *ret_span)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < pictures->len; i++) {
    const Picture *picture = &g_array_index (pictures, Picture, i);
    gint64 value_us = is_known (picture) ? get_us (picture) : 0;

    if (is_known (picture))
      g_array_append_val (values, value_us);
  }
  way_span_init (ret_span, values);
}

static void
measure_spans (GArray *pictures, WayFigures *figures)
{
  measure_span (pictures, is_raw_known, get_entry_us, &figures->entry);
  measure_span (pictures, is_arrived, get_transport_us, &figures->transport);
  measure_span (pictures, has_codec, get_codec_us, &figures->codec);
  measure_span (pictures, is_shown, get_shown_us, &figures->shown);
  measure_span (pictures, is_shown_with_codec, get_shown_rest_us, &figures->shown_rest);
}

static void
count_units (GArray *pictures, WayFigures *figures)
{
  figures->units = pictures->len;
  for (guint i = 0; i < pictures->len; i++) {
    const Picture *picture = &g_array_index (pictures, Picture, i);

    figures->missing += picture->arrived == NULL;
    figures->damaged += picture->arrived != NULL && !is_whole (picture);
    figures->bytes += (double) picture->coded->bytes / pictures->len;
  }
}

static void
measure_gaps (GArray *pictures, WayFigures *figures)
{
  g_autoptr (GArray) gaps = g_array_new (FALSE, FALSE, sizeof (gint64));
  const Picture *last = NULL;

  for (guint i = 0; i < pictures->len; i++) {
    const Picture *picture = &g_array_index (pictures, Picture, i);
    gint64 gap_us;

    if (picture->arrived == NULL)
      continue;
    if (last != NULL) {
      gap_us = picture->arrived->at_us - last->arrived->at_us;
      g_array_append_val (gaps, gap_us);
    }
    last = picture;
  }
  way_span_init (&figures->gap, gaps);
}

static double
get_stall_ms (GArray *pictures, guint first, double usual_ms)
{
  double stall_ms = 0;

  for (guint i = first; i < pictures->len && i < first + STALL_UNITS; i++) {
    const Picture *picture = &g_array_index (pictures, Picture, i);

    if (picture->arrived != NULL)
      stall_ms = MAX (stall_ms, get_transport_us (picture) / 1000.0 - usual_ms);
  }
  return stall_ms;
}

/* After the spans. */
static void
measure_stalls (GArray *pictures, WayFigures *figures)
{
  gboolean hit = FALSE;

  for (guint i = 0; i < pictures->len; i++) {
    gboolean whole = is_whole (&g_array_index (pictures, Picture, i));
    double stall_ms;

    if (!whole && !hit) {
      stall_ms = get_stall_ms (pictures, i, figures->transport.median_ms);
      g_array_append_val (figures->stalls_ms, stall_ms);
    }
    hit = !whole;
  }
}

/* In place. */
static void
keep_between (GArray *pictures, gint64 begin_us, gint64 end_us)
{
  guint n = 0;

  for (guint i = 0; i < pictures->len; i++) {
    Picture picture = g_array_index (pictures, Picture, i);

    if (picture.coded->at_us >= begin_us && picture.coded->at_us < end_us)
      g_array_index (pictures, Picture, n++) = picture;
  }
  g_array_set_size (pictures, n);
}

void
way_get_figures (Way *self, gint64 begin_us, gint64 end_us, WayFigures *ret_figures)
{
  g_autoptr (GArray) pictures = follow_pictures (self);

  *ret_figures = (WayFigures) { .stalls_ms = g_array_new (FALSE, FALSE, sizeof (double)) };
  keep_between (pictures, begin_us, end_us);
  count_units (pictures, ret_figures);
  measure_spans (pictures, ret_figures);
  measure_gaps (pictures, ret_figures);
  measure_stalls (pictures, ret_figures);
}

void
way_figures_clear (WayFigures *self)
{
  g_clear_pointer (&self->stalls_ms, g_array_unref);
}
