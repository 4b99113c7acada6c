/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-model.h"

LinkModel *
link_model_new (const LinkTrace *trace, const LinkConfig *config, guint64 seed)
{
  LinkModel *self = g_new0 (LinkModel, 1);

  self->trace = trace;
  self->config = *config;
  self->random.state = seed;
  link_fq_init (&self->fq, config->is_fifo);
  link_queue_init (&self->hidden);
  self->arrivals = g_array_new (FALSE, FALSE, sizeof (LinkEvent));
  self->completions = g_array_new (FALSE, FALSE, sizeof (LinkEvent));
  return self;
}

void
link_model_free (LinkModel *self)
{
  link_fq_clear (&self->fq);
  link_queue_clear (&self->hidden);
  g_array_unref (self->arrivals);
  g_array_unref (self->completions);
  g_free (self);
}

void
link_model_send (LinkModel *self, const LinkPacket *packet, gint64 now_ms)
{
  link_fq_push (&self->fq, packet, now_ms);
}

gint64
link_model_get_outstanding (const LinkModel *self)
{
  return self->fq.flow_bytes[0];
}

/* From the kernel into the firmware, as fast as the bus: 1 Gbit/s. */
static void
fill_hidden (LinkModel *self, gint64 now_ms)
{
  gint64 bus_bytes = 125000;
  LinkPacket *packet;

  while (self->hidden.bytes < self->config.hidden_bytes && bus_bytes > 0
      && (packet = link_fq_peek (&self->fq, now_ms)) != NULL) {
    link_queue_push (&self->hidden, packet);
    bus_bytes -= packet->bytes;
    link_fq_pop (&self->fq);
  }
}

static void
finish (LinkModel *self, const LinkPacket *packet, gint64 now_ms)
{
  const LinkMs *ms = link_trace_at (self->trace, now_ms);
  LinkEvent event = { *packet, now_ms, FALSE };
  gint64 way_ms;

  event.was_lost = sim_random_part (&self->random) * 1e6 < ms->loss_ppm;
  self->n_packets++;
  self->n_failed += event.was_lost;
  self->n_retries += ms->retry_permille / 1000.0;
  g_array_append_val (self->completions, event);
  /* Drawn once: MAX looks at what it is given twice. */
  way_ms = 1 + (gint64) (sim_random_next (&self->random) % 3);
  self->arrival_ms = MAX (self->arrival_ms, now_ms + way_ms);
  event.at_ms = self->arrival_ms;
  g_array_append_val (self->arrivals, event);
}

/* The packet whose turn it is. CoDel looks at one when the air can take it, so not
 * while there is none. */
static LinkPacket *
peek (LinkModel *self, gint64 now_ms)
{
  LinkPacket *packet = link_queue_peek (&self->hidden);

  if (packet != NULL || self->config.hidden_bytes > 0)
    return packet;
  packet = link_fq_get_next (&self->fq);
  return packet != NULL && packet->bytes <= self->credit_bytes ? link_fq_peek (&self->fq, now_ms)
                                                               : packet;
}

static void
pop (LinkModel *self)
{
  if (self->config.hidden_bytes > 0)
    link_queue_pop (&self->hidden);
  else
    link_fq_pop (&self->fq);
}

void
link_model_step (LinkModel *self, gint64 now_ms)
{
  LinkPacket *packet;

  self->credit_bytes += link_trace_at (self->trace, now_ms)->capacity_bytes;
  for (;;) {
    if (self->config.hidden_bytes > 0)
      fill_hidden (self, now_ms);
    packet = peek (self, now_ms);
    if (packet == NULL) {
      /* Air that nobody uses is gone. */
      self->credit_bytes = 0;
      return;
    }
    if (packet->bytes > self->credit_bytes)
      return;
    self->credit_bytes -= packet->bytes;
    finish (self, packet, now_ms);
    pop (self);
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
