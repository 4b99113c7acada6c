/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim.h"

#include "sim-result.h"

#define ECHO_MS 100
#define ECHO_BYTES 100
/* PAT and PMT, in a packet that leaves right before the picture. */
#define TABLES_MS 100
#define TABLES_BYTES 228
#define CHECK_MS 100
#define POLL_MS 6
/* So much before it is due a look comes with a frame that leaves the encoder. */
#define EARLY_MS 2
#define VBV_MS 50
/* What the driver tells of: the last packet of a frame and each so many. */
#define TOLD_PACKETS 8
#define REPORT_LATE_MS 2

typedef struct
{
  guint frame;
  gint64 ready_ms;
  guint bytes;
  gboolean is_key;
} Coded;

typedef struct
{
  const SimConfig *config;
  const LinkTrace *trace;
  const SimControllerClass *klass;
  const SimWatch *watch;
  gpointer controller;
  LinkTrace shifted; /* the trace from where the cast begins */
  LinkModel *link;
  SimEncoder encoder;
  SimPeer peer;
  SimRandom random;

  GArray *coded; /* of Coded: in the encoder */
  GArray *own;   /* of LinkPacket: in the element's queue */
  guint first_own;
  gint64 own_bytes;
  guint64 sent_bytes;
  guint32 sequence;
  gint64 seen_bytes; /* what the kernel has as far as we know: at the last look, and sent since */
  gint64 looked_ms;
  gint64 checked_ms; /* right after something was handed over */
  guint64 n_looks;
  guint64 n_drops; /* packets that the queue dropped */

  GArray *report;   /* of SimFeedback: not told yet */
  guint32 expected; /* sequence of the packet to come, of reports */
  gint64 reported_ms;
  gint64 tables_ms; /* when the next ones are due */
  gint64 echo_ms;   /* when the next round trip begins */
  guint n_captured;
} Sim;

void
sim_config_init (SimConfig *self, double fps)
{
  *self = (SimConfig) {
    .setup = { .fps = fps,
        .min_kbps = 1000,
        .max_kbps = 40000,
        .start_kbps = 8000,
        .encode_ms = 5 },
    .encoder_lag = 1,
    .seed = 1,
    .duration_ms = 90000,
    .settle_ms = 3000,
  };
}

/* A look at the queue, at which the controller is told what is in it. */
static void
look (Sim *self, gint64 now_ms)
{
  self->seen_bytes = self->config->hides_queue ? 0 : link_model_get_outstanding (self->link);
  self->looked_ms = now_ms;
  self->n_looks++;
  if (self->klass->queue != NULL)
    self->klass->queue (self->controller, self->seen_bytes, self->own_bytes, now_ms);
}

static gint64
get_inside_bytes (Sim *self)
{
  gint64 sum = 0;

  for (guint i = 0; i < self->coded->len; i++)
    sum += g_array_index (self->coded, Coded, i).bytes;
  return sum;
}

static void
encode (Sim *self, guint number, gboolean is_key, gint64 now_ms)
{
  Coded coded = {
    number,
    now_ms + self->config->setup.encode_ms - 1 + (gint64) (sim_random_next (&self->random) % 3),
    sim_encoder_encode (&self->encoder, is_key, now_ms),
    is_key,
  };

  g_array_append_val (self->coded, coded);
}

static void
capture (Sim *self, gint64 now_ms)
{
  SimTruth truth = { &self->shifted, link_model_get_outstanding (self->link), self->own_bytes,
    get_inside_bytes (self) };
  SimFrame frame = { .captured_ms = now_ms, .complete_ms = -1 };
  SimDecision decision = { FALSE };

  if (self->seen_bytes > 0)
    look (self, now_ms);
  sim_encoder_capture (&self->encoder);
  self->klass->decide (self->controller, &truth, now_ms, &decision);
  if (self->watch != NULL && self->watch->decided != NULL)
    self->watch->decided (self->watch->user_data, now_ms, &decision);
  frame.is_skipped = decision.skip;
  frame.is_key = decision.key;
  frame.rate_kbps = decision.settings.bitrate_kbps;
  g_array_append_val (self->peer.frames, frame);
  sim_encoder_tell (&self->encoder, &decision.settings);
  if (!decision.skip)
    encode (self, self->n_captured, decision.key, now_ms);
  self->n_captured++;
}

static void
hand_over (Sim *self, gint64 now_ms)
{
  LinkPacket *packet = &g_array_index (self->own, LinkPacket, self->first_own++);

  self->sent_bytes += packet->bytes;
  self->own_bytes -= packet->bytes;
  self->seen_bytes += packet->bytes;
  packet->position = self->sent_bytes;
  packet->sequence = self->sequence++;
  link_model_send (self->link, packet, now_ms);
  if (self->klass->sent != NULL)
    self->klass->sent (self->controller, packet->bytes, now_ms);
}

/* As much as the controller lets through, and now and then a look at once, which shows
 * whether the device lets its queue be seen at all. */
static void
send_own (Sim *self, gint64 now_ms)
{
  gboolean has_sent = FALSE, was_empty = self->seen_bytes == 0;

  if (was_empty)
    self->looked_ms = now_ms;

  while (self->first_own < self->own->len) {
    if (self->klass->may_send != NULL
        && self->klass->may_send (self->controller, self->seen_bytes, self->own_bytes, now_ms)
            < g_array_index (self->own, LinkPacket, self->first_own).bytes)
      break;
    hand_over (self, now_ms);
    has_sent = TRUE;
  }
  if (self->first_own == self->own->len) {
    g_array_set_size (self->own, 0);
    self->first_own = 0;
  }
  if (has_sent && was_empty && now_ms - self->checked_ms >= CHECK_MS) {
    self->checked_ms = now_ms;
    look (self, now_ms);
  }
}

static void
put_packets (Sim *self, const Coded *coded)
{
  SimFrame *frame = sim_peer_get_frame (&self->peer, coded->frame);
  guint left = coded->bytes;

  frame->bytes = coded->bytes;
  frame->n_packets += (coded->bytes + LINK_PACKET_BYTES - 1) / LINK_PACKET_BYTES;
  while (left > 0) {
    guint bytes = MIN (left, LINK_PACKET_BYTES);
    LinkPacket packet = { .frame = coded->frame, .bytes = bytes, .is_last = bytes == left };

    g_array_append_val (self->own, packet);
    left -= bytes;
  }
  self->own_bytes += coded->bytes;
}

static void
put_tables (Sim *self, guint frame, gint64 now_ms)
{
  LinkPacket packet = { .frame = frame, .bytes = TABLES_BYTES };

  sim_peer_get_frame (&self->peer, frame)->n_packets++;
  g_array_append_val (self->own, packet);
  self->own_bytes += TABLES_BYTES;
  self->tables_ms = now_ms + TABLES_MS;
  send_own (self, now_ms);
}

static gint64
get_look_ms (Sim *self)
{
  if (self->config->poll_ms == 0 && self->klass->look != NULL)
    return self->klass->look (self->controller);
  return self->config->poll_ms > 0 ? self->config->poll_ms : POLL_MS;
}

static void
look_if_due (Sim *self, gint64 early_ms, gint64 now_ms)
{
  if (self->seen_bytes > 0 && now_ms - self->looked_ms >= get_look_ms (self) - early_ms)
    look (self, now_ms);
}

static void
put_frame (Sim *self, const Coded *coded, gint64 now_ms)
{
  look_if_due (self, EARLY_MS, now_ms);
  if (now_ms >= self->tables_ms)
    put_tables (self, coded->frame, now_ms);
  put_packets (self, coded);
  if (self->klass->frame != NULL)
    self->klass->frame (self->controller, coded->bytes, coded->is_key, now_ms);
}

static void
take_coded (Sim *self, gint64 now_ms)
{
  while (self->coded->len > 0 && g_array_index (self->coded, Coded, 0).ready_ms <= now_ms) {
    put_frame (self, &g_array_index (self->coded, Coded, 0), now_ms);
    g_array_remove_index (self->coded, 0);
  }
}

static void
tell_completions (Sim *self, gint64 now_ms)
{
  for (guint i = 0; i < self->link->completions->len; i++) {
    const LinkEvent *event = &g_array_index (self->link->completions, LinkEvent, i);

    if (!self->config->tells_packets || self->klass->completion == NULL || event->packet.flow != 0)
      continue;
    if (event->packet.is_last || event->packet.sequence % TOLD_PACKETS == 0)
      self->klass->completion (self->controller, event->packet.position, event->was_lost, now_ms);
  }
  g_array_set_size (self->link->completions, 0);
  self->n_drops += self->link->fq.drops->len;
  g_array_set_size (self->link->fq.drops, 0);
}

static void
tell_station (Sim *self, gint64 now_ms)
{
  LinkStation station;

  link_driver_tell (self->link, self->n_drops, now_ms, &self->random, &station);
  if (self->klass->station != NULL && !self->config->lacks_station)
    self->klass->station (self->controller, &station, now_ms);
}

static void
add_to_report (Sim *self, const LinkEvent *event)
{
  SimFeedback got = { event->packet.bytes, event->packet.position, event->packet.sent_ms,
    event->at_ms };

  for (; self->expected < event->packet.sequence; self->expected++) {
    SimFeedback lost = { LINK_PACKET_BYTES, 0, event->packet.sent_ms, -1 };

    g_array_append_val (self->report, lost);
  }
  self->expected = event->packet.sequence + 1;
  g_array_append_val (self->report, got);
}

static void
take_arrivals (Sim *self, gint64 now_ms)
{
  LinkEvent event;

  while (link_model_take_arrival (self->link, now_ms, &event)) {
    if (event.packet.flow != 0) {
      if (self->klass->rtt != NULL)
        self->klass->rtt (self->controller, now_ms - event.packet.sent_ms + 2, now_ms);
      continue;
    }
    sim_peer_arrive (&self->peer, &event);
    if (!event.was_lost && self->klass->feedback_ms > 0)
      add_to_report (self, &event);
  }
}

static void
tell_report (Sim *self, gint64 now_ms)
{
  if (self->klass->feedback_ms == 0 || self->report->len == 0
      || now_ms - self->reported_ms < self->klass->feedback_ms)
    return;
  self->klass->feedback (self->controller, (const SimFeedback *) self->report->data,
      self->report->len, now_ms + REPORT_LATE_MS);
  g_array_set_size (self->report, 0);
  self->reported_ms = now_ms;
}

static void
step (Sim *self, gint64 now_ms)
{
  gint64 capture_ms = self->n_captured * 1000.0 / self->config->setup.fps;
  LinkPacket echo = { .bytes = ECHO_BYTES, .flow = 1 };

  take_arrivals (self, now_ms);
  tell_report (self, now_ms);
  if (sim_peer_take_request (&self->peer, now_ms) && self->klass->key_request != NULL)
    self->klass->key_request (self->controller, now_ms);
  if (now_ms % LINK_STATION_MS == 0)
    tell_station (self, now_ms);
  if (self->config->echoes && now_ms >= self->echo_ms) {
    link_model_send (self->link, &echo, now_ms);
    /* At odd times, or it would only meet one part of what is periodic. */
    self->echo_ms = now_ms + sim_random_between (&self->random, 0.5, 1.5) * ECHO_MS;
  }
  look_if_due (self, 0, now_ms);
  if (now_ms >= capture_ms)
    capture (self, now_ms);
  take_coded (self, now_ms);
  send_own (self, now_ms);
  link_model_step (self->link, now_ms);
  tell_completions (self, now_ms);
}

static void
sim_init (Sim *self, const SimConfig *config, const LinkTrace *trace,
    const SimControllerClass *klass, const SimWatch *watch)
{
  SimSettings start = { config->setup.start_kbps, VBV_MS };

  *self = (Sim) {
    .config = config,
    .trace = trace,
    .klass = klass,
    .watch = watch,
    .random = { config->seed * 7 + 1 },
    .shifted = { trace->name, g_new (LinkMs, config->duration_ms + 1000),
        config->duration_ms + 1000 },
    .coded = g_array_new (FALSE, FALSE, sizeof (Coded)),
    .own = g_array_new (FALSE, FALSE, sizeof (LinkPacket)),
    .report = g_array_new (FALSE, FALSE, sizeof (SimFeedback)),
  };
  for (guint i = 0; i < self->shifted.n_ms; i++)
    self->shifted.ms[i] = *link_trace_at (trace, config->from_ms + i);
  self->controller = klass->create (&config->setup, klass->argument);
  self->link = link_model_new (&self->shifted, &config->link, config->seed * 7 + 2);
  sim_peer_init (&self->peer, config->seed * 7 + 3);
  sim_encoder_init (&self->encoder, 1000 / config->setup.fps, config->content, config->encoder_lag,
      &start, config->seed * 7 + 4);
  if (config->disobedience > 0)
    self->encoder.disobedience = config->disobedience;
}

static void
sim_clear (Sim *self)
{
  self->klass->destroy (self->controller);
  link_model_free (self->link);
  sim_peer_clear (&self->peer);
  g_array_unref (self->coded);
  g_array_unref (self->own);
  g_array_unref (self->report);
  g_free (self->shifted.ms);
}

void
sim_run (const SimConfig *config, const LinkTrace *trace, const SimControllerClass *klass,
    const SimWatch *watch, SimResult *ret_result)
{
  Sim self;

  sim_init (&self, config, trace, klass, watch);
  for (gint64 ms = 0; ms < config->duration_ms; ms++)
    step (&self, ms);
  sim_result_compute (config, trace, &self.peer, ret_result);
  if (watch != NULL && watch->ended != NULL)
    watch->ended (watch->user_data, &self.peer);
  ret_result->n_drops = self.n_drops;
  ret_result->calls_per_s = self.n_looks * 1000.0 / config->duration_ms;
  sim_clear (&self);
}
