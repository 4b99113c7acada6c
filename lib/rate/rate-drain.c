/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate-drain.h"

#include <base-limits.h>
#include <math.h>

/* Between two looks; of 60 captures a second there is one between a hand-over and the next capture. */
#define LOOK_US 6000
#define EARLY_LOOK_US 2000

/* Busy time that makes a sample: shorter ones are the noise of aggregation. */
#define SAMPLE_US 10000

/* A pause is not a fall: so much longer than expected may a sample be. */
#define MAX_LONGER 1.5
#define MAX_LONGER_US 3000

/* A sample with less than this is a pause, one with more, as of two packets, a slow link: a fall
 * is to be seen at once. */
#define STALL_BYTES 2700

/* A pause, if nothing left in so much of the time. */
#define STILL_PART 0.6

/* A fall, if it took so many times what was expected in each turn of so many intervals, and
 * nothing left in less than that part of them. */
#define FALLEN 4
#define FALLEN_INTERVALS 1.5
#define FALLEN_STILL_PART 0.4

/* One turn alone counts only by this part, unless it took so many times what was expected, as nothing
 * else than a fall does. */
#define DOUBT 2.5
#define PLUNGED 6

/* A rise, if it was so many times as quick, so often in a row. */
#define RISEN 1.5
#define RISEN_TURNS 2
#define RISEN_KEPT 0.5

/* Over so much busy time what aggregation and rivals do evens out. */
#define CALM_US 150000.0

/* With what it begins, the estimate weighs as much as a measurement of this. */
#define PRIOR_US 5000

/* Frames of one packet can be gone before anybody looks; this many bytes cannot. */
#define BLIND_BYTES 10000
#define BLIND_LOOKS 30
#define BLIND_US 2000

/* Looks so short after each other prove nothing about the rate. */
#define PROOF_US 2000

/* A small frame that is under way for so many intervals measures all the same. */
#define LIMITED_INTERVALS 2

static void
average_set (WfdRateAverage *self, double us_per_byte)
{
  *self = (WfdRateAverage) { PRIOR_US, PRIOR_US / us_per_byte };
}

static void
average_add (WfdRateAverage *self, double tau_us, double time_us, double bytes)
{
  double kept = exp (-time_us / tau_us);

  self->time_us = self->time_us * kept + time_us;
  self->bytes = self->bytes * kept + bytes;
}

/* Nothing at all may have come through. */
static double
average_get (const WfdRateAverage *self)
{
  return self->time_us / MAX (self->bytes, self->time_us / WFD_LIMIT_RATE_US_PER_BYTE);
}

void
wfd_rate_drain_init (WfdRateDrain *self, double us_per_byte)
{
  *self = (WfdRateDrain) {
    .us_per_byte = us_per_byte,
    .recent = us_per_byte,
    .calm = us_per_byte,
    .measured = us_per_byte,
    .busy_us = WFD_RATE_UNKNOWN,
    .measured_us = WFD_RATE_UNKNOWN,
    .n_blind = BLIND_LOOKS,
  };
  average_set (&self->fast, us_per_byte);
  average_set (&self->slow, us_per_byte);
  average_set (&self->calmer, us_per_byte);
}

void
wfd_rate_drain_add_sent (WfdRateDrain *self, guint bytes, gint64 now_us)
{
  if (self->outstanding_bytes == 0) {
    self->busy_us = now_us;
    self->n_looks = 0;
    self->progress_us = now_us;
  }
  self->sent_bytes += bytes;
  self->outstanding_bytes += bytes;
  self->fresh_bytes += bytes;
  self->sent_us = now_us;
}

static double
limit (double us_per_byte)
{
  return CLAMP (us_per_byte, WFD_LIMIT_RATE_US_PER_BYTE_LOW, WFD_LIMIT_RATE_US_PER_BYTE);
}

static void
publish (WfdRateDrain *self)
{
  self->calm = limit (average_get (&self->calmer));
  self->us_per_byte = limit (average_get (&self->slow));
  self->recent = limit (MAX (average_get (&self->fast), average_get (&self->slow)));
  self->measured = self->us_per_byte;
}

/* Several in a row are no luck: what was before counts for less. */
static void
follow_rise (WfdRateDrain *self)
{
  if (self->turn_bytes < STALL_BYTES)
    return;
  if (self->turn_us * RISEN < self->us_per_byte * self->turn_bytes)
    self->n_quick++;
  else
    self->n_quick = 0;
  if (self->n_quick < RISEN_TURNS)
    return;
  self->slow.time_us *= RISEN_KEPT;
  self->slow.bytes *= RISEN_KEPT;
}

/* What left since it became slow: if it stays so, nothing of before counts any more. A few
 * packets tell nothing of that yet, so turns are put together until there are enough. */
static void
follow_fall (WfdRateDrain *self, const WfdRateTuning *tuning, gboolean is_link)
{
  WfdRateFall *fall = &self->fall;

  self->has_fallen = FALSE;
  if (!is_link || self->is_limited
      || self->turn_us < FALLEN * self->us_per_byte * self->turn_bytes) {
    *fall = (WfdRateFall) { 0 };
    return;
  }
  fall->time_us += self->turn_us;
  fall->still_us += self->turn_still_us;
  fall->bytes += self->turn_bytes;
  if (fall->time_us < FALLEN_INTERVALS * tuning->interval_us || fall->bytes < STALL_BYTES
      || fall->still_us > FALLEN_STILL_PART * fall->time_us)
    return;
  self->slow = self->fast = self->calmer = (WfdRateAverage) { fall->time_us, fall->bytes };
  self->time_us = self->bytes = 0;
  publish (self);
  self->has_fallen = TRUE;
}

/* us for a byte by this turn; 0 if it tells nothing. */
static double
find_sudden (const WfdRateDrain *self)
{
  double found = self->turn_us / MAX (self->turn_bytes, 1);

  if (self->turn_bytes < STALL_BYTES)
    return 0;
  if (found > PLUNGED * self->us_per_byte
      && self->turn_still_us <= FALLEN_STILL_PART * self->turn_us)
    return found;
  return self->turn_still_us < STILL_PART * self->turn_us ? found / DOUBT : 0;
}

void
wfd_rate_drain_turn (WfdRateDrain *self, const WfdRateTuning *tuning, gboolean is_link)
{
  self->sudden = is_link ? find_sudden (self) : 0;
  follow_fall (self, tuning, is_link);
  if (is_link)
    follow_rise (self);
  self->turn_us = self->turn_still_us = self->turn_bytes = 0;
}

static void
commit (WfdRateDrain *self, const WfdRateTuning *tuning)
{
  double most_us = MAX_LONGER * self->us_per_byte * self->bytes + MAX_LONGER_US;
  double time_us = MIN (self->time_us, most_us);

  average_add (&self->fast, tuning->fast_us, self->bytes < STALL_BYTES ? time_us : self->time_us,
      self->bytes);
  average_add (&self->slow, tuning->slow_us, time_us, self->bytes);
  average_add (&self->calmer, CALM_US, time_us, self->bytes);
  self->time_us = self->bytes = 0;
  publish (self);
}

/* Of the time since the last look, in how much there was something to send. */
static double
find_busy_time (WfdRateDrain *self, double drained, gint64 outstanding_bytes, gint64 now_us)
{
  gint64 from_us =
      self->busy_us == WFD_RATE_UNKNOWN ? now_us : MAX (self->busy_us, self->looked_us);
  double time_us = MAX (now_us - from_us, 0);

  self->lowest_possible = time_us >= PROOF_US && drained > 0 ? time_us / drained : 0;
  return outstanding_bytes > 0 ? time_us : MIN (time_us, drained * self->us_per_byte);
}

void
wfd_rate_drain_see (WfdRateDrain *self)
{
  self->n_blind = 0;
}

static void
watch_blindness (WfdRateDrain *self, gint64 outstanding_bytes, gint64 now_us)
{
  if (outstanding_bytes > 0)
    wfd_rate_drain_see (self);
  else if (self->fresh_bytes >= BLIND_BYTES && now_us - self->sent_us < BLIND_US)
    self->n_blind = MIN (self->n_blind + 1, BLIND_LOOKS);
  self->fresh_bytes = 0;
}

/* A first look that sees all gone came too late to see how fast. One that comes with
 * the hand-over only shows whether the queue can be seen. */
static void
watch_quickness (WfdRateDrain *self, gint64 outstanding_bytes, gint64 now_us)
{
  if (self->busy_us == WFD_RATE_UNKNOWN || now_us - self->busy_us < EARLY_LOOK_US)
    return;
  if (self->n_looks++ == 0)
    self->is_quick = outstanding_bytes == 0;
}

gint64
wfd_rate_drain_get_look_us (const WfdRateDrain *self)
{
  return self->is_quick && self->n_looks == 0 ? EARLY_LOOK_US : LOOK_US;
}

gboolean
wfd_rate_drain_is_blind (const WfdRateDrain *self)
{
  return self->n_blind >= BLIND_LOOKS;
}

/* Since when there has been something to send, of a small frame or several, is what counts:
 * one that ends with the next capture was no slow one. */
static gboolean
is_held (WfdRateDrain *self, const WfdRateTuning *tuning, gint64 now_us)
{
  return self->is_limited
      && (self->busy_us == WFD_RATE_UNKNOWN
          || now_us - self->busy_us <= LIMITED_INTERVALS * tuning->interval_us);
}

void
wfd_rate_drain_look (WfdRateDrain *self, const WfdRateTuning *tuning, gint64 outstanding_bytes,
    gint64 now_us)
{
  gint64 outstanding = CLAMP (outstanding_bytes, 0, self->outstanding_bytes);
  double total = (double) self->sent_bytes - outstanding - self->dropped_bytes;
  double drained = MAX (total - self->drained_bytes, 0);
  double busy_us;
  gboolean held = is_held (self, tuning, now_us) || wfd_rate_drain_is_blind (self);

  watch_blindness (self, outstanding, now_us);
  watch_quickness (self, outstanding, now_us);
  busy_us = find_busy_time (self, drained, outstanding, now_us);
  self->time_us += busy_us;
  self->turn_us += busy_us;
  if (drained <= 0)
    self->turn_still_us += busy_us;
  self->bytes += drained;
  self->turn_bytes += drained;
  self->drained_bytes += drained;
  if (drained > 0 || outstanding == 0)
    self->progress_us = now_us;
  if (drained > 0 && outstanding > 0)
    self->measured_us = now_us;
  self->outstanding_bytes = outstanding;
  self->looked_us = now_us;
  if (outstanding == 0)
    self->busy_us = WFD_RATE_UNKNOWN;

  if (held) {
    if (outstanding == 0)
      self->time_us = self->bytes = 0;
  } else if (self->time_us >= SAMPLE_US || (outstanding == 0 && self->time_us > 0)) {
    commit (self, tuning);
  }
}

void
wfd_rate_drain_forget (WfdRateDrain *self)
{
  if (self->outstanding_bytes == 0)
    return;
  self->n_blind = BLIND_LOOKS;
  self->outstanding_bytes = 0;
  self->drained_bytes = (double) self->sent_bytes - self->dropped_bytes;
  self->busy_us = WFD_RATE_UNKNOWN;
  self->time_us = self->bytes = 0;
}

void
wfd_rate_drain_drop (WfdRateDrain *self, double bytes)
{
  self->dropped_bytes += bytes;
}

void
wfd_rate_drain_add_frame (WfdRateDrain *self, gboolean is_small, gboolean is_idle)
{
  if (is_idle || !is_small)
    self->is_limited = is_small;
}

void
wfd_rate_drain_scale (WfdRateDrain *self, double factor)
{
  self->us_per_byte = limit (self->us_per_byte * factor);
  self->recent = self->calm = self->us_per_byte;
  average_set (&self->fast, self->us_per_byte);
  average_set (&self->slow, self->us_per_byte);
  average_set (&self->calmer, self->us_per_byte);
}
