/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-model.h"

/* About a thousand packets, as a queue discipline has. */
#define LIMIT_BYTES (1024 * 1024)
#define TARGET_MS 20
#define INTERVAL_MS 100
#define PROBE_BYTES 100

static void
queue_init (LinkQueue *self)
{
  self->packets = g_array_new (FALSE, FALSE, sizeof (LinkPacket));
}

static void
queue_push (LinkQueue *self, const LinkPacket *packet)
{
  g_array_append_val (self->packets, *packet);
  self->bytes += packet->bytes;
}

static LinkPacket *
queue_peek (LinkQueue *self)
{
  return self->first < self->packets->len ? &g_array_index (self->packets, LinkPacket, self->first)
                                          : NULL;
}

static void
queue_pop (LinkQueue *self)
{
  self->bytes -= queue_peek (self)->bytes;
  self->first++;
  if (self->first > 1024 && self->first * 2 > self->packets->len) {
    g_array_remove_range (self->packets, 0, self->first);
    self->first = 0;
  }
}

LinkModel *
link_model_new (const LinkTrace *trace, const LinkConfig *config, guint64 seed)
{
  LinkModel *self = g_new0 (LinkModel, 1);

  self->trace = trace;
  self->config = *config;
  self->random.state = seed;
  queue_init (&self->queue);
  queue_init (&self->hidden);
  self->arrivals = g_array_new (FALSE, FALSE, sizeof (LinkEvent));
  self->completions = g_array_new (FALSE, FALSE, sizeof (LinkEvent));
  return self;
}

void
link_model_free (LinkModel *self)
{
  g_array_unref (self->queue.packets);
  g_array_unref (self->hidden.packets);
  g_array_unref (self->arrivals);
  g_array_unref (self->completions);
  g_free (self);
}

void
link_model_send (LinkModel *self, const LinkPacket *packet, gint64 now_ms)
{
  LinkPacket copy = *packet;

  if (self->queue.bytes + packet->bytes > LIMIT_BYTES) {
    self->n_drops++;
    return;
  }
  copy.sent_ms = copy.queued_ms = now_ms;
  queue_push (&self->queue, &copy);
}

void
link_model_probe (LinkModel *self, gint64 now_ms)
{
  LinkPacket probe = { .bytes = PROBE_BYTES, .is_probe = TRUE, .sent_ms = now_ms };

  queue_push (&self->hidden, &probe);
}

gint64
link_model_get_outstanding (const LinkModel *self)
{
  return self->queue.bytes;
}

/* RFC 8289 §5, with times of whole milliseconds. */
static gboolean
should_drop (LinkModel *self, const LinkPacket *packet, gint64 now_ms)
{
  LinkCodel *codel = &self->codel;

  if (now_ms - packet->queued_ms < TARGET_MS || self->queue.bytes <= 1500) {
    codel->first_above_ms = 0;
    return FALSE;
  }
  if (codel->first_above_ms == 0) {
    codel->first_above_ms = now_ms + INTERVAL_MS;
    return FALSE;
  }
  return now_ms >= codel->first_above_ms;
}

static void
drop (LinkModel *self)
{
  queue_pop (&self->queue);
  self->n_drops++;
}

static gint64
get_next_drop (const LinkCodel *codel, gint64 from_ms)
{
  return from_ms + INTERVAL_MS / sqrt (codel->count);
}

/* The packet that may leave the queue now, after those have been dropped that wait
 * too long; NULL if it is empty. */
static LinkPacket *
codel_peek (LinkModel *self, gint64 now_ms)
{
  LinkCodel *codel = &self->codel;
  LinkPacket *packet = queue_peek (&self->queue);

  if (packet == NULL) {
    codel->is_dropping = FALSE;
    return NULL;
  }
  if (!should_drop (self, packet, now_ms)) {
    codel->is_dropping = FALSE;
    return packet;
  }
  if (!codel->is_dropping) {
    drop (self);
    codel->is_dropping = TRUE;
    codel->count =
        codel->count - codel->last_count > 1 && now_ms - codel->drop_next_ms < 16 * INTERVAL_MS
        ? codel->count - codel->last_count
        : 1;
    codel->last_count = codel->count;
    codel->drop_next_ms = get_next_drop (codel, now_ms);
  }
  while (codel->is_dropping && now_ms >= codel->drop_next_ms
      && (packet = queue_peek (&self->queue)) != NULL && should_drop (self, packet, now_ms)) {
    drop (self);
    codel->count++;
    codel->drop_next_ms = get_next_drop (codel, codel->drop_next_ms);
  }
  return queue_peek (&self->queue);
}

static LinkPacket *
peek_for_air (LinkModel *self, gint64 now_ms)
{
  return self->config.is_fifo ? queue_peek (&self->queue) : codel_peek (self, now_ms);
}

/* From the kernel into the firmware, as fast as the bus: 1 Gbit/s. */
static void
fill_hidden (LinkModel *self, gint64 now_ms)
{
  gint64 bus_bytes = 125000;
  LinkPacket *packet;

  while (self->hidden.bytes < self->config.hidden_bytes && bus_bytes > 0
      && (packet = peek_for_air (self, now_ms)) != NULL) {
    queue_push (&self->hidden, packet);
    bus_bytes -= packet->bytes;
    queue_pop (&self->queue);
  }
}

static void
finish (LinkModel *self, const LinkPacket *packet, gint64 now_ms)
{
  const LinkMs *ms = link_trace_at (self->trace, now_ms);
  LinkEvent event = { *packet, now_ms, FALSE };

  event.was_lost = sim_random_part (&self->random) * 1e6 < ms->loss_ppm;
  self->n_packets++;
  self->n_failed += event.was_lost && !packet->is_probe;
  self->n_retries += ms->retry_permille / 1000.0;
  if (!packet->is_probe)
    g_array_append_val (self->completions, event);
  self->arrival_ms =
      MAX (self->arrival_ms, now_ms + 1 + (gint64) (sim_random_next (&self->random) % 3));
  event.at_ms = self->arrival_ms;
  g_array_append_val (self->arrivals, event);
}

/* The queue whose turn it is. CoDel looks at a packet when the air can take it, so not
 * while there is none. */
static LinkQueue *
find_next (LinkModel *self, gint64 now_ms)
{
  LinkPacket *packet = queue_peek (&self->queue);

  if (queue_peek (&self->hidden) != NULL)
    return &self->hidden;
  if (self->config.hidden_bytes > 0 || packet == NULL)
    return NULL;
  if (packet->bytes <= self->credit_bytes && peek_for_air (self, now_ms) == NULL)
    return NULL;
  return &self->queue;
}

void
link_model_step (LinkModel *self, gint64 now_ms)
{
  LinkQueue *next;

  self->credit_bytes += link_trace_at (self->trace, now_ms)->capacity_bytes;
  for (;;) {
    if (self->config.hidden_bytes > 0)
      fill_hidden (self, now_ms);
    next = find_next (self, now_ms);
    if (next == NULL) {
      /* Air that nobody uses is gone. */
      self->credit_bytes = 0;
      return;
    }
    if (queue_peek (next)->bytes > self->credit_bytes)
      return;
    self->credit_bytes -= queue_peek (next)->bytes;
    finish (self, queue_peek (next), now_ms);
    queue_pop (next);
  }
}

gboolean
link_model_take_arrival (LinkModel *self, gint64 now_ms, LinkEvent *ret_event)
{
  LinkEvent *event;

  if (self->first_arrival == self->arrivals->len) {
    g_array_set_size (self->arrivals, 0);
    self->first_arrival = 0;
    return FALSE;
  }
  event = &g_array_index (self->arrivals, LinkEvent, self->first_arrival);
  if (event->at_ms > now_ms)
    return FALSE;
  *ret_event = *event;
  self->first_arrival++;
  return TRUE;
}
