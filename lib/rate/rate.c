/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the controller is told. What comes of it is in rate-signal.c and rate-decide.c. */
#include "rate-private.h"

/* Of the modulation, what aggregation makes of it at best. */
#define PHY_BEST 0.7

/* A frame that is smaller than this part of its budget says that the content needs
 * no more; meanwhile the link is supposed to get better, within reason. */
#define SMALL_PART 0.5
#define DRIFT_PER_INTERVAL 0.004
#define DRIFT_MOST 0.7
#define DRIFT_INTERVAL_US 16667.0

/* Without a view of the queue: up by a tenth a second until something is lost. */
#define BLIND_UP_PER_INTERVAL 0.0015
#define BLIND_CUT 1.25
#define BLIND_CUT_US 1000000
/* Of the maximum, as who has set that may raise it. */
#define BLIND_MOST 1.1
/* No link stands still for so long while the peer answers, and no peer is there any more after
 * so long a time without anything. */
#define STUCK_US 1000000
#define DEAD_US 5000000
/* So much later an answer may be told of, and so much behind another thread may be. */
#define MAX_RTT_AGE_US 1000000
#define MAX_BEHIND_US 1000000

/* Less, when the queue in our own machine dropped something. */
#define DROP_CUT 1.25

/* More in the kernel while that runs out, up to four times what it should need. */
#define GATE_UP 1.5
#define GATE_DOWN 0.9
#define GATE_MOST 4

#define MTU_BYTES 1500

/* Between two that are measured, of pictures that need no more than the link has to spare; not of
 * those that come more rarely than 40 a second. */
#define EASE_INTERVALS 2
#define EASE_INTERVAL_US 25000

static void
limit_bounds (WfdRateConfig *config)
{
  config->max_kbps = CLAMP (config->max_kbps, WFD_LIMIT_RATE_KBPS_LOW, WFD_LIMIT_RATE_KBPS);
  config->min_kbps = CLAMP (config->min_kbps, WFD_LIMIT_RATE_KBPS_LOW, config->max_kbps);
  config->start_kbps = CLAMP (config->start_kbps, config->min_kbps, config->max_kbps);
}

static void
limit_config (WfdRateConfig *config)
{
  config->profile = CLAMP ((gint) config->profile, 0, WFD_RATE_N_PROFILES - 1);
  config->interval_us =
      CLAMP (config->interval_us, WFD_LIMIT_RATE_INTERVAL_US_LOW, WFD_LIMIT_RATE_INTERVAL_US);
  config->encode_us = CLAMP (config->encode_us, 0, 4 * config->interval_us);
  config->other_kbps = MIN (config->other_kbps, WFD_LIMIT_RATE_KBPS);
  if (config->payload_permille == 0 || config->payload_permille > 1000)
    config->payload_permille = 1000;
  if (config->air_share_permille == 0 || config->air_share_permille > 1000)
    config->air_share_permille = 1000;
  limit_bounds (config);
}

WfdRate *
wfd_rate_new (const WfdRateConfig *config)
{
  WfdRate *self = g_new0 (WfdRate, 1);
  double us_per_byte;

  self->config = *config;
  limit_config (&self->config);
  us_per_byte = wfd_rate_to_us_per_byte (self->config.start_kbps);
  wfd_rate_tuning_get (self->config.profile, self->config.interval_us, &self->tuning);
  wfd_rate_drain_init (&self->drain, us_per_byte);
  wfd_rate_hidden_init (&self->hidden, us_per_byte);
  wfd_rate_station_init (&self->station);
  wfd_rate_loss_init (&self->loss);
  wfd_rate_ladder_init (&self->ladder, self->config.width, self->config.height,
      self->config.can_shrink);
  self->blind_us_per_byte = us_per_byte;
  self->completion_us = self->answered_us = self->blind_cut_us = WFD_RATE_UNKNOWN;
  self->bitrate_kbps = self->wanted_kbps = self->config.start_kbps;
  self->frame_bytes = wfd_rate_to_frame_bytes (self, self->bitrate_kbps);
  self->vbv_us = self->tuning.interval_us;
  for (guint i = 0; i < WFD_RATE_BEFORE; i++)
    self->before[i] = us_per_byte;
  self->excess = 1;
  self->gate_factor = 1;
  return self;
}

void
wfd_rate_free (WfdRate *self)
{
  g_free (self);
}

void
wfd_rate_set_bounds (WfdRate *self, guint min_kbps, guint max_kbps)
{
  self->config.min_kbps = min_kbps;
  self->config.max_kbps = max_kbps;
  limit_bounds (&self->config);
}

void
wfd_rate_set_captures (WfdRate *self, gint64 interval_us, gint64 encode_us, gboolean obeys_at_once,
    guint other_kbps)
{
  self->config.interval_us = interval_us;
  self->config.encode_us = encode_us;
  self->config.obeys_at_once = obeys_at_once;
  self->config.other_kbps = other_kbps;
  limit_config (&self->config);
  wfd_rate_tuning_get (self->config.profile, self->config.interval_us * self->ladder.divisor,
      &self->tuning);
  self->frame_bytes = wfd_rate_to_frame_bytes (self, self->bitrate_kbps);
}

void
wfd_rate_set_picture (WfdRate *self, guint width, guint height, gboolean can_shrink,
    gboolean can_grow)
{
  wfd_rate_ladder_set_picture (&self->ladder, width, height, can_shrink, can_grow);
}

/* A clock that goes back stands still; one that jumps has slept for an hour at most. */
gint64
wfd_rate_advance (WfdRate *self, gint64 now_us)
{
  gint64 step_us = 0, behind_us = 0;

  if (self->has_time && now_us > self->raw_us
      && __builtin_sub_overflow (now_us, self->raw_us, &step_us))
    step_us = G_MAXINT64;
  /* Of a thread that has looked at the clock a little before another: that time has passed already. */
  if (self->has_time && now_us < self->raw_us
      && !__builtin_sub_overflow (self->raw_us, now_us, &behind_us) && behind_us <= MAX_BEHIND_US)
    return self->now_us;
  self->has_time = TRUE;
  self->raw_us = now_us;
  self->now_us += MIN (step_us, G_GINT64_CONSTANT (3600000000));
  return self->now_us;
}

static void
watch_encoder (WfdRate *self, const WfdRateFrame *frame)
{
  double part = CLAMP (frame->bytes / self->frame_bytes, 0, 10);
  double weight = MIN (self->tuning.interval_us / 1e6, 0.5);

  if (!frame->is_key)
    self->excess += (part - self->excess) * weight;
}

/* The content needs less than the link carries: nobody measures what it carries now,
 * so the estimate goes back to what was measured at last, and a little beyond. */
static void
drift (WfdRate *self)
{
  double intervals = self->tuning.interval_us / DRIFT_INTERVAL_US;
  double least = MAX (DRIFT_MOST * self->drain.measured, wfd_rate_get_phy_bound (self, PHY_BEST));

  if (self->drain.us_per_byte > least)
    wfd_rate_drain_scale (&self->drain, MAX (1 - DRIFT_PER_INTERVAL * intervals, 0.5));
}

void
wfd_rate_feed_frame (WfdRate *self, const WfdRateFrame *frame, gint64 now_us)
{
  gint64 now = wfd_rate_advance (self, now_us);
  guint bytes = MIN (frame->bytes, WFD_LIMIT_RATE_BYTES);
  gboolean is_small = !frame->is_key && bytes < SMALL_PART * self->frame_bytes;
  /* What comes right before a frame, as tables do, is no backlog. */
  gboolean is_idle = self->own_bytes + self->drain.outstanding_bytes < MTU_BYTES;
  double intervals = self->tuning.interval_us / DRIFT_INTERVAL_US;

  wfd_rate_drain_add_frame (&self->drain, is_small, is_idle);
  if (is_small && is_idle)
    drift (self);
  if (!is_small)
    wfd_rate_hidden_add_frame (&self->hidden, intervals);
  if (self->was_blind)
    self->blind_us_per_byte =
        MAX (self->blind_us_per_byte * (1 - BLIND_UP_PER_INTERVAL * intervals),
            wfd_rate_to_us_per_byte (BLIND_MOST * self->config.max_kbps));
  self->smallness += (is_small - self->smallness) * 0.1;
  watch_encoder (self, frame);
  wfd_rate_take_from_inside (self);
  self->inside_us = now;
  if (frame->is_key)
    wfd_rate_loss_key_left (&self->loss, self->drain.sent_bytes + (guint64) self->own_bytes);
  self->own_bytes = MIN (self->own_bytes + bytes, WFD_LIMIT_RATE_BYTES);
}

void
wfd_rate_feed_sent (WfdRate *self, guint bytes, gint64 now_us)
{
  gint64 now = wfd_rate_advance (self, now_us);

  bytes = MIN (bytes, WFD_LIMIT_RATE_BYTES);
  self->own_bytes = MAX (self->own_bytes - bytes, 0);
  wfd_rate_drain_add_sent (&self->drain, bytes, now);
}

/* The kernel ran out while more was waiting at the gate: so little at a time, nobody
 * would see that the link is faster than it is taken to be. */
static void
follow_starvation (WfdRate *self, gboolean is_starved)
{
  self->gate_factor = CLAMP (self->gate_factor * (is_starved ? GATE_UP : GATE_DOWN), 1, GATE_MOST);
}

/* Nothing has left for long, and yet the session goes on: until something does, the queue
 * says nothing. */
static gboolean
is_stuck (WfdRate *self, gint64 queue_bytes, gint64 now_us)
{
  gboolean is_answered =
      self->answered_us != WFD_RATE_UNKNOWN && now_us - self->answered_us < STUCK_US;
  gint64 most_us = is_answered ? STUCK_US : DEAD_US;
  gint64 left_bytes = (gint64) self->drain.sent_bytes - queue_bytes;

  /* What is always the same is no queue, whatever is sent. */
  if (left_bytes > self->left_bytes && queue_bytes != self->queue_bytes)
    self->is_stuck = FALSE;
  else if (self->drain.outstanding_bytes > 0 && now_us - self->drain.progress_us > most_us)
    self->is_stuck = TRUE;
  self->queue_bytes = queue_bytes;
  self->left_bytes = left_bytes;
  return self->is_stuck;
}

void
wfd_rate_feed_queue (WfdRate *self, const WfdRateQueue *queue, gint64 now_us)
{
  gint64 now = wfd_rate_advance (self, now_us);

  self->own_bytes = CLAMP (queue->own_bytes, 0, WFD_LIMIT_RATE_BYTES);
  if (wfd_rate_has_completions (self)) {
    /* Of a stall no completion tells. */
    wfd_rate_drain_look (&self->drain, &self->tuning, self->drain.outstanding_bytes, now);
    return;
  }
  if (queue->kernel_bytes < 0 || is_stuck (self, queue->kernel_bytes, now)) {
    wfd_rate_drain_forget (&self->drain);
    return;
  }
  follow_starvation (self, queue->kernel_bytes == 0 && self->own_bytes > 0);
  wfd_rate_drain_look (&self->drain, &self->tuning, queue->kernel_bytes, now);
  wfd_rate_hidden_mark (&self->hidden, wfd_rate_get_position (self), now);
  wfd_rate_hidden_prove (&self->hidden, self->drain.lowest_possible);
}

/* A picture cannot become larger, and is gone before the next capture, which comes with a look. */
static gboolean
is_at_ease (const WfdRate *self)
{
  double most_bytes = MAX (self->frame_bytes, self->drain.outstanding_bytes);

  return self->own_bytes <= 0 && self->bitrate_kbps >= self->config.max_kbps
      && most_bytes * self->drain.us_per_byte < self->config.interval_us - self->config.encode_us
      && self->config.interval_us < EASE_INTERVAL_US && !self->hidden.is_hidden;
}

/* @from_us: a look, or a hand-over. */
static gint64
find_rest_us (const WfdRate *self, gint64 from_us)
{
  if (self->drain.measured_us == WFD_RATE_UNKNOWN || !is_at_ease (self))
    return 0;
  return MAX (self->drain.measured_us + EASE_INTERVALS * self->config.interval_us - from_us, 0);
}

gint64
wfd_rate_get_look_us (const WfdRate *self)
{
  return MAX (wfd_rate_drain_get_look_us (&self->drain),
      find_rest_us (self, MAX (self->drain.busy_us, self->drain.looked_us)));
}

gint64
wfd_rate_get_rest_us (const WfdRate *self)
{
  return find_rest_us (self, self->drain.looked_us);
}

guint
wfd_rate_get_kernel_bytes (const WfdRate *self)
{
  return MIN (self->drain.outstanding_bytes, WFD_LIMIT_RATE_BYTES);
}

gboolean
wfd_rate_wants_look (const WfdRate *self)
{
  return self->drain.outstanding_bytes > 0 || self->hidden.is_hidden;
}

void
wfd_rate_feed_completion (WfdRate *self, const WfdRateCompletion *completion, gint64 now_us)
{
  gint64 now = wfd_rate_advance (self, now_us);
  guint64 sent = self->drain.sent_bytes;

  /* Positions that were never sent are another connection's. */
  if (completion->position_bytes > sent)
    return;
  self->completion_us = now;
  wfd_rate_drain_see (&self->drain);
  if (completion->was_lost)
    wfd_rate_loss_at (&self->loss, completion->position_bytes, now);
  if (sent - completion->position_bytes <= (guint64) self->drain.outstanding_bytes)
    wfd_rate_drain_look (&self->drain, &self->tuning, sent - completion->position_bytes, now);
}

void
wfd_rate_feed_station (WfdRate *self, const WfdRateStation *station, gint64 now_us)
{
  gint64 now = wfd_rate_advance (self, now_us);
  WfdRateStationChange change = wfd_rate_station_add (&self->station, station, now);

  wfd_rate_hidden_check (&self->hidden, wfd_rate_station_get_best_phy (&self->station, now));
  if (change.failed > 0)
    wfd_rate_loss_suspect (&self->loss, now);
  if (change.drops > 0) {
    self->n_drops += change.drops;
    wfd_rate_drain_drop (&self->drain, (double) change.drops * MTU_BYTES);
    if (wfd_rate_loss_drop (&self->loss, now))
      wfd_rate_drain_scale (&self->drain, DROP_CUT);
  }
}

void
wfd_rate_feed_rtt (WfdRate *self, gint64 rtt_us, gint64 age_us, gint64 now_us)
{
  gint64 came = wfd_rate_advance (self, now_us) - CLAMP (age_us, 0, MAX_RTT_AGE_US);
  WfdRateMark latest = { self->drain.looked_us, wfd_rate_get_position (self) };

  if (rtt_us < 0 || rtt_us > WFD_LIMIT_RATE_RTT_US)
    return;
  self->answered_us = came;
  wfd_rate_hidden_add_rtt (&self->hidden, rtt_us, &latest, came);
}

void
wfd_rate_feed_report (WfdRate *self, const WfdRateReport *report, gint64 now_us)
{
  gint64 now = wfd_rate_advance (self, now_us);

  wfd_rate_loss_report (&self->loss, report->loss_permille, self->bitrate_kbps, now);
}

void
wfd_rate_feed_key_request (WfdRate *self, gint64 now_us)
{
  gint64 now = wfd_rate_advance (self, now_us);

  wfd_rate_loss_request (&self->loss, now);
  if (wfd_rate_get_signal (self) != WFD_RATE_SIGNAL_NONE)
    return;
  if (self->blind_cut_us == WFD_RATE_UNKNOWN || now - self->blind_cut_us >= BLIND_CUT_US) {
    double lost =
        MAX (wfd_rate_get_us_per_byte (self), wfd_rate_to_us_per_byte (self->config.max_kbps));

    self->blind_us_per_byte = MIN (lost * BLIND_CUT, WFD_LIMIT_RATE_US_PER_BYTE);
    self->blind_cut_us = now;
  }
}

guint
wfd_rate_get_gate_bytes (WfdRate *self)
{
  double us_per_byte = wfd_rate_get_us_per_byte (self);

  return wfd_rate_budget_get_gate_bytes (us_per_byte / self->gate_factor, &self->tuning);
}

void
wfd_rate_get_view (WfdRate *self, WfdRateView *ret_view)
{
  double us_per_byte = wfd_rate_get_us_per_byte (self);

  *ret_view = (WfdRateView) {
    .signal = wfd_rate_get_signal (self),
    .capacity_kbps = MIN (8000 / us_per_byte, G_MAXINT),
    .backlog_us = wfd_rate_get_backlog_bytes (self) * us_per_byte,
    .bitrate_kbps = self->bitrate_kbps,
    .wanted_kbps = MIN (self->wanted_kbps, WFD_LIMIT_RATE_KBPS),
    .phy_kbps = wfd_rate_station_get_phy (&self->station, self->now_us),
    .cap_kbps = MIN (self->loss.cap_kbps, self->config.max_kbps),
    .frame_divisor = self->ladder.divisor,
    .n_keys = self->loss.n_keys,
    .n_drops = self->n_drops,
    .is_encoder_deaf = wfd_rate_is_encoder_deaf (self),
  };
}
