/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate-hidden.h"

#include <base-limits.h>
#include <math.h>

/* Aggregation makes use of 0.7 of the modulation; what is told of that is late. */
#define MAX_EFFICIENCY 1.3
#define ENOUGH_IMPOSSIBLE 10
#define FORGIVEN 0.2

/* Round trips jitter by what others do on the air. */
#define LONG_US 20000.0
#define DELAYED_WEIGHT 0.1
#define EDGE_US 8000
#define ENOUGH_DELAYED 0.6
#define BUSY_US 12000.0
#define IDLE_US 6000.0
#define JITTER_US 2000
#define UP_PER_FRAME 0.985
#define BACK_PER_FRAME 0.975
#define DELAY_FOR_DOUBLE_US 60000.0

/* 500 kbit/s: what is slower is no rate but a device that is away. */
#define MOST_US_PER_BYTE 16.0

#define WINDOW_US G_GINT64_CONSTANT (15000000)
#define MARK_US 4000
#define FRESH_US G_GINT64_CONSTANT (1500000)

void
wfd_rate_hidden_init (WfdRateHidden *self, double us_per_byte)
{
  *self = (WfdRateHidden) {
    .us_per_byte = us_per_byte,
    .good = us_per_byte,
    .min_rtt_us = WFD_RATE_UNKNOWN,
    .next_min_us = WFD_RATE_UNKNOWN,
    .answer_us = WFD_RATE_UNKNOWN,
  };
}

void
wfd_rate_hidden_mark (WfdRateHidden *self, double position, gint64 now_us)
{
  if (self->n_marks > 0 && now_us - self->marked_us < MARK_US)
    return;

  self->marks[self->next_mark] = (WfdRateMark) { now_us, position };
  self->marked_us = now_us;
  self->next_mark = (self->next_mark + 1) % WFD_RATE_HIDDEN_MARKS;
  self->n_marks = MIN (self->n_marks + 1, WFD_RATE_HIDDEN_MARKS);
}

/* What had left the kernel at @at_us, rather too little than too much. */
static double
find_position (const WfdRateHidden *self, const WfdRateMark *latest, gint64 at_us)
{
  const WfdRateMark *mark = NULL;

  if (latest->at_us <= at_us)
    return latest->position;
  for (guint i = 1; i <= self->n_marks; i++) {
    mark = &self->marks[(self->next_mark + WFD_RATE_HIDDEN_MARKS - i) % WFD_RATE_HIDDEN_MARKS];
    if (mark->at_us <= at_us)
      break;
  }
  return mark != NULL ? mark->position : 0;
}

void
wfd_rate_hidden_prove (WfdRateHidden *self, double us_per_byte)
{
  if (us_per_byte > 0 && (self->quickest == 0 || us_per_byte < self->quickest))
    self->quickest = us_per_byte;
}

void
wfd_rate_hidden_check (WfdRateHidden *self, gint64 phy_kbps)
{
  /* What is told of the modulation now is how it was when that was seen. */
  double quickest = self->old_quickest;

  self->old_quickest = self->quickest;
  self->quickest = 0;
  if (phy_kbps == WFD_RATE_UNKNOWN || quickest == 0)
    return;
  if (quickest * phy_kbps * MAX_EFFICIENCY < 8000)
    self->impossible++;
  else
    self->impossible = MAX (self->impossible - FORGIVEN, 0);
  if (self->impossible >= ENOUGH_IMPOSSIBLE)
    self->is_hidden = TRUE;
}

/* The shortest of the last 15 to 30 s: routes change. */
static void
follow_minimum (WfdRateHidden *self, gint64 rtt_us, gint64 now_us)
{
  if (now_us - self->window_us > WINDOW_US) {
    self->min_rtt_us = self->next_min_us;
    self->next_min_us = WFD_RATE_UNKNOWN;
    self->window_us = now_us;
  }
  if (self->next_min_us == WFD_RATE_UNKNOWN || rtt_us < self->next_min_us)
    self->next_min_us = rtt_us;
  if (self->min_rtt_us == WFD_RATE_UNKNOWN || rtt_us < self->min_rtt_us)
    self->min_rtt_us = rtt_us;
}

/* Between two answers the device was busy, so what it sent is what the link carries. */
static void
measure (WfdRateHidden *self, double position, double delay_us, gint64 now_us)
{
  double bytes = position - self->position;
  gboolean was_busy = self->answer_us != WFD_RATE_UNKNOWN && self->delay_us > IDLE_US;
  double found = self->us_per_byte * (1 + (delay_us - BUSY_US) / DELAY_FOR_DOUBLE_US);

  /* Unless there was too little to keep it busy, which looks as if the link were slower. */
  if (was_busy && bytes > 0)
    found = MIN (found, (now_us - self->answer_us) / bytes);
  self->us_per_byte =
      CLAMP ((self->us_per_byte + found) / 2, WFD_LIMIT_RATE_US_PER_BYTE_LOW, MOST_US_PER_BYTE);
}

/* Something small passes by what waits in the kernel, so that is not what delays it. Nor is
 * it the device if that took nothing meanwhile: then the radio was elsewhere. */
static void
watch_delay (WfdRateHidden *self, const WfdRateMark *latest, gint64 rtt_us, gint64 now_us)
{
  gboolean is_long = self->delay_us > LONG_US;
  double first = find_position (self, latest, now_us - rtt_us + EDGE_US);

  if (is_long && find_position (self, latest, now_us - EDGE_US) <= first)
    return;
  self->delayed_part += (is_long - self->delayed_part) * DELAYED_WEIGHT;
  if (self->delayed_part > ENOUGH_DELAYED)
    self->is_hidden = TRUE;
}

void
wfd_rate_hidden_add_rtt (WfdRateHidden *self, gint64 rtt_us, const WfdRateMark *latest,
    gint64 now_us)
{
  double position = find_position (self, latest, now_us - rtt_us);
  double delay_us;

  follow_minimum (self, rtt_us, now_us);
  delay_us = MAX (rtt_us - self->min_rtt_us - JITTER_US, 0);
  if (delay_us > BUSY_US && self->delay_us <= BUSY_US)
    self->good = self->us_per_byte;
  if (delay_us > BUSY_US)
    measure (self, position, delay_us, now_us);
  self->position = MAX (self->position, position);
  self->answer_us = now_us;
  self->delay_us = delay_us;
  watch_delay (self, latest, rtt_us, now_us);
}

/* Quickly back to what it was before the device filled, then carefully on. */
void
wfd_rate_hidden_add_frame (WfdRateHidden *self, double intervals)
{
  double up = self->us_per_byte > self->good ? BACK_PER_FRAME : UP_PER_FRAME;

  if (self->delay_us < IDLE_US)
    self->us_per_byte =
        MAX (self->us_per_byte * pow (up, intervals), WFD_LIMIT_RATE_US_PER_BYTE_LOW);
}

double
wfd_rate_hidden_get_bytes (const WfdRateHidden *self, double position, gint64 now_us)
{
  double gone = self->position + (now_us - self->answer_us) / self->us_per_byte;

  if (!self->is_hidden || !wfd_rate_hidden_is_fresh (self, now_us))
    return 0;
  return MAX (position - gone, 0);
}

gboolean
wfd_rate_hidden_is_fresh (const WfdRateHidden *self, gint64 now_us)
{
  return self->answer_us != WFD_RATE_UNKNOWN && now_us - self->answer_us < FRESH_US;
}
