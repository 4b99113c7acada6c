/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What to do with a capture, and what the one after it may cost. */
#include "rate-private.h"

#include <math.h>

/* Nothing has come out of the encoder for so long: it is empty. */
#define INSIDE_US 500000

/* Nobody has looked at the queue for so long: what was in it is not known. */
#define LOOK_US 500000

/* With less than this under way, a capture is always worth a try. */
#define LEAST_SKIP_US 40000

/* What is told to an encoder only if it moves so much. */
#define UP_STEP 1.05
#define DOWN_STEP 0.98
#define VBV_STEP 1.1

/* How often the link turns out worse than expected, over so long. */
#define RISK_TAU_US 3000000.0
#define RISK_MOST 1
#define RISK_SPAN_US 100000

/* An IDR picture costs as much as so many others, if the buffer allows. */
#define KEY_FACTOR 4

/* Of an interval: what is decided on later, by so much, may take longer. */
#define AT_ONCE_PART 0.2

/* Frames that are so much larger than told are no noise. */
#define EXCESS 1.6

/* Bytes on the wire of a frame at @kbps of the encoder, with what comes beside it. */
double
wfd_rate_to_frame_bytes (const WfdRate *self, double kbps)
{
  return (kbps * 1000 / self->config.payload_permille + self->config.other_kbps)
      * self->tuning.interval_us / 8000;
}

double
wfd_rate_to_kbps (const WfdRate *self, double frame_bytes)
{
  double kbps = frame_bytes * 8000 / self->tuning.interval_us;

  return (kbps - self->config.other_kbps) * self->config.payload_permille / 1000;
}

void
wfd_rate_take_from_inside (WfdRate *self)
{
  if (self->n_inside == 0)
    return;
  self->n_inside--;
  memmove (self->inside, self->inside + 1, self->n_inside * sizeof (self->inside[0]));
}

static WfdRateReason
find_skip (WfdRate *self, const WfdRateSituation *situation)
{
  double us_per_byte = MAX (situation->us_per_byte, self->drain.recent);
  double backlog_us = situation->backlog_bytes * us_per_byte;
  double frame_us = situation->pending_bytes * us_per_byte;
  double most_us =
      MAX (self->tuning.skip_us - MIN (frame_us, self->tuning.interval_us), LEAST_SKIP_US);
  gint64 stalled_us =
      self->drain.outstanding_bytes > 0 ? self->now_us - self->drain.progress_us : 0;

  if (wfd_rate_loss_owes_key (&self->loss, self->now_us)
      && (backlog_us > self->tuning.key_skip_us || stalled_us > self->tuning.stall_us))
    return WFD_RATE_REASON_SKIP_KEY;
  if (backlog_us > most_us || situation->backlog_bytes * self->drain.sudden > most_us)
    return stalled_us > self->tuning.stall_us ? WFD_RATE_REASON_SKIP_STALL
                                              : WFD_RATE_REASON_SKIP_BACKLOG;
  return WFD_RATE_N_REASONS;
}

gboolean
wfd_rate_is_encoder_deaf (const WfdRate *self)
{
  return self->excess > EXCESS;
}

/* Which of what is measured decides, for people. */
static WfdRateReason
explain (const WfdRate *self, gboolean is_backlog)
{
  if (wfd_rate_is_encoder_deaf (self))
    return WFD_RATE_REASON_ENCODER;
  if (wfd_rate_get_signal (self) == WFD_RATE_SIGNAL_NONE)
    return WFD_RATE_REASON_BLIND;
  if (wfd_rate_get_signal (self) == WFD_RATE_SIGNAL_RTT)
    return WFD_RATE_REASON_HIDDEN;
  if (self->drain.drained_bytes <= 0)
    return WFD_RATE_REASON_START;
  if (wfd_rate_get_us_per_byte (self) > self->drain.us_per_byte)
    return WFD_RATE_REASON_PHY;
  if (self->smallness > 0.5)
    return WFD_RATE_REASON_CONTENT;
  return is_backlog ? WFD_RATE_REASON_BACKLOG : WFD_RATE_REASON_DRAIN;
}

/* kbit/s of which the encoder may have no more, whatever is under way. */
static double
find_most (const WfdRate *self, double us_per_byte, WfdRateReason *ret_limit)
{
  double share_kbps = wfd_rate_to_kbps (self, self->tuning.interval_us / us_per_byte)
      * self->config.air_share_permille / 1000;

  if (self->config.air_share_permille < 1000 && self->loss.cap_kbps > share_kbps) {
    *ret_limit = WFD_RATE_REASON_AIR_SHARE;
    return share_kbps;
  }
  *ret_limit = WFD_RATE_REASON_REPORT;
  return self->loss.cap_kbps;
}

/* The bit rate for @bytes a frame within all bounds. */
static double
find_bitrate (WfdRate *self, double bytes, double us_per_byte)
{
  WfdRateReason limit;
  double most_kbps = find_most (self, us_per_byte, &limit);
  double kbps = wfd_rate_to_kbps (self, bytes);

  if (kbps > most_kbps) {
    kbps = most_kbps;
    self->limit = limit;
  }
  if (!(kbps > self->config.min_kbps)) {
    kbps = self->config.min_kbps;
    self->limit = WFD_RATE_REASON_MINIMUM;
  }
  self->wanted_kbps = kbps;
  if (kbps >= self->config.max_kbps) {
    kbps = self->config.max_kbps;
    self->limit = WFD_RATE_REASON_MAXIMUM;
  }
  return kbps;
}

static gboolean
has_moved (double from, double to, double up, double down)
{
  return to > from * up || to < from * down;
}

/* What the next frame may have, and the encoder's settings for it. */
static void
plan (WfdRate *self, const WfdRateSituation *now, WfdRateDecision *ret_decision)
{
  gboolean is_backlog;
  double bytes = wfd_rate_budget_get_bytes (now, &self->tuning, &is_backlog);
  double vbv_us, kbps;

  self->limit = explain (self, is_backlog);
  kbps = find_bitrate (self, bytes, now->us_per_byte);
  vbv_us = wfd_rate_budget_get_vbv_us (now, &self->tuning, wfd_rate_to_frame_bytes (self, kbps));
  ret_decision->set_bitrate = has_moved (self->bitrate_kbps, kbps, UP_STEP, DOWN_STEP)
      || (kbps != self->bitrate_kbps
          && (kbps == self->config.max_kbps || kbps == self->config.min_kbps))
      || self->bitrate_kbps > self->config.max_kbps || self->bitrate_kbps < self->config.min_kbps
      || has_moved (self->vbv_us, vbv_us, VBV_STEP, 1 / VBV_STEP);
  if (ret_decision->set_bitrate) {
    self->bitrate_kbps = kbps;
    self->vbv_us = vbv_us;
  }
  ret_decision->bitrate_kbps = self->bitrate_kbps;
  ret_decision->vbv_ms = ceil (self->vbv_us / 1000);
}

static void
put_inside (WfdRate *self, double bytes)
{
  if (self->n_inside == WFD_LIMIT_RATE_FRAMES_INSIDE)
    wfd_rate_take_from_inside (self);
  self->inside[self->n_inside++] = bytes;
  self->inside_us = self->now_us;
}

/* What cannot be changed any more: the frame captured now has the size that was
 * told to the encoder before. */
static double
find_pending_bytes (const WfdRate *self, gboolean is_key)
{
  double vbv_bytes = self->frame_bytes * self->vbv_us / self->tuning.interval_us;

  return is_key ? MIN (KEY_FACTOR * self->frame_bytes, vbv_bytes) : self->frame_bytes;
}

/* By what the encoder gets with nothing under way. */
static void
follow_frame_rate (WfdRate *self, double us_per_byte)
{
  double interval_us = self->config.interval_us;
  double carried_kbps = wfd_rate_to_kbps (self, self->tuning.interval_us / us_per_byte);
  WfdRateReason limit;
  double kbps = MIN (carried_kbps, find_most (self, us_per_byte, &limit));

  wfd_rate_ladder_update (&self->ladder, CLAMP (kbps, self->config.min_kbps, self->config.max_kbps),
      interval_us, self->now_us);
  if (interval_us * self->ladder.divisor != self->tuning.interval_us)
    wfd_rate_tuning_get (self->config.profile, interval_us * self->ladder.divisor, &self->tuning);
}

/* While nothing can be seen, what was measured before is not worth anything, but that it
 * may have been little. */
static void
follow_blindness (WfdRate *self)
{
  gboolean is_blind = wfd_rate_drain_is_blind (&self->drain);
  double start = wfd_rate_to_us_per_byte (self->config.start_kbps);

  if (is_blind && !self->was_blind) {
    self->blind_us_per_byte = MAX (start, self->drain.us_per_byte);
    wfd_rate_drain_scale (&self->drain, start / self->drain.us_per_byte);
  }
  self->was_blind = is_blind;
}

/* What nobody tells of any more is gone: it must not hold the pictures for ever. */
static void
forget_old (WfdRate *self)
{
  if (self->n_inside > 0 && self->now_us - self->inside_us > INSIDE_US)
    self->n_inside = 0;
  if (self->now_us - MAX (self->drain.looked_us, self->drain.sent_us) > LOOK_US)
    wfd_rate_drain_forget (&self->drain);
}

static void
forget_before (WfdRate *self)
{
  for (guint i = 0; i < WFD_RATE_BEFORE; i++)
    self->before[i] = self->drain.calm;
}

/* How much slower the link has become while what was decided on was under way. A fall that is
 * followed at once is no reason to be careful after it. */
static void
follow_risk (WfdRate *self)
{
  guint n = CLAMP (RISK_SPAN_US / self->tuning.interval_us, 1, WFD_RATE_BEFORE);
  double worse = self->drain.calm / self->before[n - 1] - 1;
  double weight = MIN (self->tuning.interval_us / RISK_TAU_US, 1);

  self->risk += (CLAMP (worse, 0, RISK_MOST) - self->risk) * weight;
  memmove (self->before + 1, self->before, (WFD_RATE_BEFORE - 1) * sizeof (double));
  self->before[0] = self->drain.calm;
  if (self->drain.has_fallen)
    forget_before (self);
}

/* Which frame it is about: the one at hand, or the one after it. */
static void
look_ahead (const WfdRate *self, WfdRateSituation *situation)
{
  double interval_us = self->tuning.interval_us;

  situation->ahead_us = self->config.encode_us + (self->config.obeys_at_once ? 0 : interval_us);
  situation->more_us = self->config.obeys_at_once ? AT_ONCE_PART * interval_us : 0;
}

/* For all else it is no capture: the interval is that between two that are not left out. */
static void
leave_out (WfdRate *self, WfdRateDecision *ret_decision)
{
  *ret_decision = (WfdRateDecision) {
    .skip = TRUE,
    .bitrate_kbps = CLAMP (self->bitrate_kbps, self->config.min_kbps, self->config.max_kbps),
    .vbv_ms = ceil (self->vbv_us / 1000),
    .gate_bytes = wfd_rate_get_gate_bytes (self),
    .frame_divisor = self->ladder.divisor,
    .resize = self->ladder.resize,
    .reason = WFD_RATE_REASON_SKIP_FRAME_RATE,
  };
}

void
wfd_rate_decide (WfdRate *self, gint64 now_us, WfdRateDecision *ret_decision)
{
  gint64 now = wfd_rate_advance (self, now_us);
  WfdRateSituation situation;
  WfdRateReason skip;
  double pending_bytes;

  if (wfd_rate_ladder_leaves_out (&self->ladder)) {
    leave_out (self, ret_decision);
    return;
  }
  follow_blindness (self);
  forget_old (self);
  situation = (WfdRateSituation) {
    .us_per_byte = wfd_rate_get_us_per_byte (self),
    .backlog_bytes = wfd_rate_get_backlog_bytes (self),
  };
  wfd_rate_drain_turn (&self->drain, &self->tuning,
      wfd_rate_get_signal (self) == WFD_RATE_SIGNAL_QUEUE || wfd_rate_has_completions (self));
  follow_risk (self);
  situation.risk = self->risk;
  follow_frame_rate (self, situation.us_per_byte);
  look_ahead (self, &situation);
  situation.pending_bytes = find_pending_bytes (self, wfd_rate_loss_owes_key (&self->loss, now));
  skip = find_skip (self, &situation);

  *ret_decision = (WfdRateDecision) { .skip = skip != WFD_RATE_N_REASONS };
  ret_decision->key = !ret_decision->skip && wfd_rate_loss_owes_key (&self->loss, now);
  if (ret_decision->skip || self->config.obeys_at_once)
    situation.pending_bytes = 0;
  pending_bytes = situation.pending_bytes;
  plan (self, &situation, ret_decision);
  self->frame_bytes = wfd_rate_to_frame_bytes (self, self->bitrate_kbps);
  if (ret_decision->key)
    wfd_rate_loss_key_made (&self->loss, now);
  if (!ret_decision->skip)
    put_inside (self,
        self->config.obeys_at_once ? find_pending_bytes (self, ret_decision->key) : pending_bytes);

  ret_decision->gate_bytes = wfd_rate_get_gate_bytes (self);
  ret_decision->frame_divisor = self->ladder.divisor;
  ret_decision->resize = self->ladder.resize;
  ret_decision->reason = ret_decision->skip ? skip
      : ret_decision->key                   ? WFD_RATE_REASON_KEY
                                            : self->limit;
}
