/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-clock.h"

#define NS_PER_MS G_GINT64_CONSTANT (1000000)
#define NS_PER_SECOND (1000 * NS_PER_MS)

/* The smallest delay of the last eight seconds counts: so long that even with a
 * few pictures a second one was hardly delayed; so short that a drift of 100 ppm
 * is 0.8 ms meanwhile. */
#define BUCKETS 16
#define BUCKET_NS (NS_PER_SECOND / 2)

/* The value follows with this time constant, and not faster than so many parts in
 * a million. */
#define FOLLOW_NS (2 * NS_PER_SECOND)
#define FOLLOW_PPM 500
/* Both are quicker at first, when any unit may be the fastest, and when all could be
 * shown much earlier, until they are: a sender that has made up for a slow start would
 * be shown too late for minutes. */
#define SETTLE_NS (3 * NS_PER_SECOND)
#define QUICK_FOLLOW_NS (NS_PER_SECOND / 4)
#define QUICK_PPM 50000
#define MUCH_EARLIER_NS (20 * NS_PER_MS)
#define REACHED_NS (1 * NS_PER_MS)

/* Nothing comes this much too early: the sender's clock was set. */
#define EARLY_JUMP_NS (500 * NS_PER_MS)
/* All is late by this much for so long: it was set as well, or the way became a
 * longer one. A radio that was away for a moment sends all at once then. */
#define LATE_JUMP_NS (100 * NS_PER_MS)
#define LATE_FOR_NS (NS_PER_SECOND)
#define LATE_POINTS 5
/* A jump that the sender announces is one if there is anything to see of it. */
#define ANNOUNCED_JUMP_NS (20 * NS_PER_MS)
/* A reference that goes back is no late packet: they come in order. */
#define BACK_JUMP_NS (100 * NS_PER_MS)
/* The least delay of a reference is forgotten by a thousandth of the time. */
#define LEAST_LEAK 1000

/* A stream that was silent for so long does not hold the others up any more. */
#define SILENT_NS (2 * NS_PER_SECOND)
/* Encoders of sound and picture differ by less; what is further behind the other
 * stream has times that mean something else, and is shown when it comes. */
#define MAX_APART_NS (500 * NS_PER_MS)
/* By so much the picture may be shown before its sound. */
#define SOUND_LAG_NS (20 * NS_PER_MS)
/* The common delay grows so slowly that nobody sees or hears it, and falls as the
 * streams do; but while picture and sound are beginning, it has to reach both. */
#define DELAY_FOLLOW_NS (NS_PER_SECOND / 4)
#define DELAY_PPM 10000

/* --- the line below all points --- */

typedef struct
{
  gint64 least[BUCKETS];
  gint64 number; /* of the bucket that is filled */
  gint64 begun_ns;
  gint64 last_ns;
  gint64 late_since_ns; /* WFD_TS_NO_TIME: the last point was not late */
  gint64 late_least;    /* since then */
  guint n_late;
  gint64 value;
  gboolean is_known;
  gboolean is_quick;
} Envelope;

static void
envelope_begin (Envelope *self, gint64 point, gint64 now_ns)
{
  for (guint i = 0; i < BUCKETS; i++)
    self->least[i] = G_MAXINT64;
  self->number = now_ns / BUCKET_NS;
  self->least[self->number % BUCKETS] = point;
  self->begun_ns = self->last_ns = now_ns;
  self->late_since_ns = WFD_TS_NO_TIME;
  self->value = point;
  self->is_known = TRUE;
}

static void
envelope_put (Envelope *self, gint64 point, gint64 now_ns)
{
  gint64 number = now_ns / BUCKET_NS;

  for (guint i = 0; i < BUCKETS && self->number < number; i++) {
    self->number++;
    self->least[self->number % BUCKETS] = G_MAXINT64;
  }
  self->number = number;
  self->least[number % BUCKETS] = MIN (self->least[number % BUCKETS], point);
}

static gint64
envelope_least (const Envelope *self)
{
  gint64 least = G_MAXINT64;

  for (guint i = 0; i < BUCKETS; i++)
    least = MIN (least, self->least[i]);
  return least;
}

static gint64
approach (gint64 from, gint64 to, gint64 elapsed_ns, gint64 follow_ns, gint64 ppm)
{
  gint64 most = elapsed_ns * ppm / 1000000;
  gint64 step = (gint64) ((gdouble) (to - from) * MIN (elapsed_ns, follow_ns) / follow_ns);

  return from + CLAMP (step, -most, most);
}

/* Whether points have been late, all of them, for too long; then the least of
 * them is where to go on. */
static gboolean
envelope_is_late (Envelope *self, gint64 point, gint64 now_ns)
{
  if (point - self->value < LATE_JUMP_NS) {
    self->late_since_ns = WFD_TS_NO_TIME;
    return FALSE;
  }
  if (self->late_since_ns == WFD_TS_NO_TIME) {
    self->late_since_ns = now_ns;
    self->late_least = point;
    self->n_late = 0;
  }
  self->late_least = MIN (self->late_least, point);
  self->n_late++;
  return self->n_late >= LATE_POINTS && now_ns - self->late_since_ns >= LATE_FOR_NS;
}

static void
envelope_follow (Envelope *self, gint64 elapsed_ns, gint64 now_ns)
{
  gint64 least = envelope_least (self);

  if (now_ns - self->begun_ns < SETTLE_NS || self->value - least > MUCH_EARLIER_NS)
    self->is_quick = TRUE;
  else if (self->value - least < REACHED_NS)
    self->is_quick = FALSE;
  self->value = approach (self->value, least, elapsed_ns,
      self->is_quick ? QUICK_FOLLOW_NS : FOLLOW_NS, self->is_quick ? QUICK_PPM : FOLLOW_PPM);
}

/* TRUE if the value jumped. */
static gboolean
envelope_add (Envelope *self, gint64 point, gint64 now_ns)
{
  gint64 elapsed_ns = MAX (now_ns - self->last_ns, 0);

  if (!self->is_known) {
    envelope_begin (self, point, now_ns);
    return FALSE;
  }
  if (point < self->value - EARLY_JUMP_NS) {
    envelope_begin (self, point, now_ns);
    return TRUE;
  }
  if (envelope_is_late (self, point, now_ns)) {
    envelope_begin (self, self->late_least, now_ns);
    return TRUE;
  }

  envelope_put (self, point, now_ns);
  envelope_follow (self, elapsed_ns, now_ns);
  self->last_ns = now_ns;
  return FALSE;
}

/* --- the clock --- */

struct _WfdTsClock
{
  Envelope streams[WFD_TS_CLOCK_STREAMS]; /* arrival behind presentation time */
  gint64 last_pts_ns[WFD_TS_CLOCK_STREAMS];
  gint64 delay_ns; /* the most of these, smoothed */
  gboolean has_delay;
  gint64 delay_begun_ns;
  gint64 delay_at_ns;

  gboolean has_reference;
  gint64 reference_ns;    /* the last one */
  gint64 reference_at_ns; /* its arrival */
  gint64 least_behind_ns; /* of all of them: arrival less reference */

  guint n_jumps;
};

WfdTsClock *
wfd_ts_clock_new (void)
{
  return g_new0 (WfdTsClock, 1);
}

void
wfd_ts_clock_free (WfdTsClock *self)
{
  g_free (self);
}

guint
wfd_ts_clock_get_jumps (WfdTsClock *self)
{
  return self->n_jumps;
}

/* The sender's clock begins anew, and with it the times of all streams. */
static void
begin_anew (WfdTsClock *self)
{
  for (guint i = 0; i < WFD_TS_CLOCK_STREAMS; i++)
    self->streams[i].is_known = FALSE;
  self->has_delay = FALSE;
  self->n_jumps++;
}

void
wfd_ts_clock_restart (WfdTsClock *self)
{
  begin_anew (self);
  self->has_reference = FALSE;
}

void
wfd_ts_clock_add_reference (WfdTsClock *self, gint64 clock, gint64 arrival_ns, gboolean jumped)
{
  gint64 clock_ns = clock / 27 * 1000 + clock % 27 * 1000 / 27;
  gint64 behind_ns = arrival_ns - clock_ns;
  gint64 least_ns = self->least_behind_ns + (arrival_ns - self->reference_at_ns) / LEAST_LEAK;
  gboolean is_jump = self->has_reference
      && (clock_ns < self->reference_ns - BACK_JUMP_NS || behind_ns < least_ns - EARLY_JUMP_NS
          || (jumped && ABS (behind_ns - least_ns) > ANNOUNCED_JUMP_NS));

  if (is_jump)
    begin_anew (self);
  self->least_behind_ns = is_jump || !self->has_reference ? behind_ns : MIN (behind_ns, least_ns);
  self->has_reference = TRUE;
  self->reference_ns = clock_ns;
  self->reference_at_ns = arrival_ns;
}

static gboolean
is_silent (const Envelope *stream, gint64 now_ns)
{
  return !stream->is_known || now_ns - stream->last_ns > SILENT_NS;
}

/* The stream is further behind another one than any encoder makes it. */
static gboolean
is_apart (WfdTsClock *self, guint stream, gint64 now_ns)
{
  for (guint i = 0; i < WFD_TS_CLOCK_STREAMS; i++) {
    if (!is_silent (&self->streams[i], now_ns)
        && self->streams[stream].value - self->streams[i].value > MAX_APART_NS)
      return TRUE;
  }
  return FALSE;
}

/* How far the stream is behind that is furthest behind. */
static gint64
find_delay (WfdTsClock *self, gint64 now_ns)
{
  gint64 most = G_MININT64;

  for (guint i = 0; i < WFD_TS_CLOCK_STREAMS; i++) {
    if (!is_silent (&self->streams[i], now_ns) && !is_apart (self, i, now_ns))
      most = MAX (most, self->streams[i].value);
  }
  return most;
}

static gint64
follow_delay (WfdTsClock *self, gint64 now_ns)
{
  gint64 wanted = find_delay (self, now_ns);
  gint64 elapsed_ns = MAX (now_ns - self->delay_at_ns, 0);
  gboolean is_far = self->has_delay && ABS (wanted - self->delay_ns) > MAX_APART_NS;

  if (!self->has_delay || is_far)
    self->delay_begun_ns = now_ns;
  if (!self->has_delay || is_far
      || (wanted > self->delay_ns && now_ns - self->delay_begun_ns < SETTLE_NS))
    self->delay_ns = wanted;
  else
    self->delay_ns = approach (self->delay_ns, wanted, elapsed_ns, DELAY_FOLLOW_NS,
        wanted < self->delay_ns ? QUICK_PPM : DELAY_PPM);
  self->has_delay = TRUE;
  self->delay_at_ns = now_ns;
  return self->delay_ns;
}

/* Adds the unit to what is known of its stream; TRUE if its time jumped. */
static gboolean
add_unit (WfdTsClock *self, guint stream, gint64 pts_ns, gint64 arrival_ns)
{
  Envelope *own = &self->streams[stream];
  gboolean went_back = own->is_known && pts_ns < self->last_pts_ns[stream] - BACK_JUMP_NS;

  self->last_pts_ns[stream] = pts_ns;
  if (!went_back)
    return envelope_add (own, arrival_ns - pts_ns, arrival_ns);
  envelope_begin (own, arrival_ns - pts_ns, arrival_ns);
  return TRUE;
}

gint64
wfd_ts_clock_place (WfdTsClock *self, WfdTsClockStream stream, gint64 pts, gint64 arrival_ns)
{
  gint64 pts_ns = pts / 9 * 100000 + pts % 9 * 100000 / 9;
  gint64 delay_ns;

  g_return_val_if_fail (stream < WFD_TS_CLOCK_STREAMS, arrival_ns);

  if (add_unit (self, stream, pts_ns, arrival_ns)) {
    self->has_delay = FALSE;
    self->n_jumps++;
  }
  if (is_apart (self, stream, arrival_ns))
    return pts_ns + self->streams[stream].value;
  delay_ns = follow_delay (self, arrival_ns);
  if (stream == WFD_TS_CLOCK_PICTURE)
    delay_ns = MAX (delay_ns - SOUND_LAG_NS, self->streams[stream].value);
  return pts_ns + delay_ns;
}
