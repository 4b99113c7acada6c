/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-fq.h"

#include <math.h>
#include <string.h>

/* About a thousand packets, as a queue discipline has. */
#define LIMIT_BYTES (1024 * 1024)
#define TARGET_MS 20
#define INTERVAL_MS 100
#define MTU_BYTES 1500
/* Of a turn, as in mac80211. */
#define QUANTUM_BYTES 300

void
link_queue_init (LinkQueue *self)
{
  *self = (LinkQueue) { g_array_new (FALSE, FALSE, sizeof (LinkPacket)) };
}

void
link_queue_clear (LinkQueue *self)
{
  g_array_unref (self->packets);
}

void
link_queue_push (LinkQueue *self, const LinkPacket *packet)
{
  g_array_append_val (self->packets, *packet);
  self->bytes += packet->bytes;
}

LinkPacket *
link_queue_peek (LinkQueue *self)
{
  return self->first < self->packets->len ? &g_array_index (self->packets, LinkPacket, self->first)
                                          : NULL;
}

void
link_queue_pop (LinkQueue *self)
{
  self->bytes -= link_queue_peek (self)->bytes;
  self->first++;
  if (self->first > 1024 && self->first * 2 > self->packets->len) {
    g_array_remove_range (self->packets, 0, self->first);
    self->first = 0;
  }
}

void
link_fq_init (LinkFq *self, gboolean is_fifo)
{
  *self = (LinkFq) { is_fifo };
  for (guint i = 0; i < LINK_FLOWS; i++)
    link_queue_init (&self->flows[i].queue);
  self->drops = g_array_new (FALSE, FALSE, sizeof (LinkPacket));
}

void
link_fq_clear (LinkFq *self)
{
  for (guint i = 0; i < LINK_FLOWS; i++)
    link_queue_clear (&self->flows[i].queue);
  g_array_unref (self->drops);
}

static void
add_turn (LinkTurns *self, guint flow)
{
  self->flows[self->n++] = flow;
}

static void
end_turn (LinkTurns *self)
{
  self->n--;
  memmove (self->flows, self->flows + 1, self->n * sizeof (self->flows[0]));
}

void
link_fq_push (LinkFq *self, const LinkPacket *packet, gint64 now_ms)
{
  guint number = self->is_fifo ? 0 : packet->flow;
  LinkFlow *flow = &self->flows[number];
  LinkPacket copy = *packet;

  copy.sent_ms = now_ms;
  if (self->bytes + packet->bytes > LIMIT_BYTES) {
    g_array_append_val (self->drops, copy);
    return;
  }
  link_queue_push (&flow->queue, &copy);
  self->bytes += packet->bytes;
  self->flow_bytes[packet->flow] += packet->bytes;
  if (!flow->is_listed) {
    flow->is_listed = TRUE;
    flow->deficit_bytes = QUANTUM_BYTES;
    add_turn (&self->fresh, number);
  }
}

static LinkTurns *
get_turns (LinkFq *self)
{
  return self->fresh.n > 0 ? &self->fresh : &self->old;
}

/* A flow that has run out and a flow that has had its share go behind the others; one
 * that runs out there is forgotten, so that it begins anew as a fresh one. */
LinkPacket *
link_fq_get_next (LinkFq *self)
{
  LinkTurns *turns;

  while ((turns = get_turns (self))->n > 0) {
    guint number = turns->flows[0];
    LinkFlow *flow = &self->flows[number];
    LinkPacket *packet = link_queue_peek (&flow->queue);

    if (packet != NULL && flow->deficit_bytes > 0)
      return packet;
    end_turn (turns);
    if (packet != NULL)
      flow->deficit_bytes += QUANTUM_BYTES;
    else
      flow->codel.is_dropping = FALSE;
    if (packet != NULL || (turns == &self->fresh && self->old.n > 0))
      add_turn (&self->old, number);
    else
      flow->is_listed = FALSE;
  }
  return NULL;
}

static void
remove_first (LinkFq *self, LinkFlow *flow)
{
  const LinkPacket *packet = link_queue_peek (&flow->queue);

  self->bytes -= packet->bytes;
  self->flow_bytes[packet->flow] -= packet->bytes;
  link_queue_pop (&flow->queue);
}

static void
drop (LinkFq *self, LinkFlow *flow)
{
  g_array_append_val (self->drops, *link_queue_peek (&flow->queue));
  remove_first (self, flow);
}

/* RFC 8289 §5, with times of whole milliseconds. */
static gboolean
should_drop (LinkFlow *flow, const LinkPacket *packet, gint64 now_ms)
{
  LinkCodel *codel = &flow->codel;

  if (now_ms - packet->sent_ms < TARGET_MS || flow->queue.bytes <= MTU_BYTES) {
    codel->first_above_ms = 0;
    return FALSE;
  }
  if (codel->first_above_ms == 0) {
    codel->first_above_ms = now_ms + INTERVAL_MS;
    return FALSE;
  }
  return now_ms >= codel->first_above_ms;
}

static gint64
get_next_drop (const LinkCodel *codel, gint64 from_ms)
{
  return from_ms + INTERVAL_MS / sqrt (codel->count);
}

static void
begin_dropping (LinkFq *self, LinkFlow *flow, gint64 now_ms)
{
  LinkCodel *codel = &flow->codel;
  guint since = codel->count - codel->last_count;

  drop (self, flow);
  codel->is_dropping = TRUE;
  codel->count = since > 1 && now_ms - codel->drop_next_ms < 16 * INTERVAL_MS ? since : 1;
  codel->last_count = codel->count;
  codel->drop_next_ms = get_next_drop (codel, now_ms);
}

static LinkPacket *
peek_codel (LinkFq *self, LinkFlow *flow, gint64 now_ms)
{
  LinkCodel *codel = &flow->codel;
  LinkPacket *packet = link_queue_peek (&flow->queue);

  if (!should_drop (flow, packet, now_ms)) {
    codel->is_dropping = FALSE;
    return packet;
  }
  if (!codel->is_dropping)
    begin_dropping (self, flow, now_ms);
  while (now_ms >= codel->drop_next_ms && (packet = link_queue_peek (&flow->queue)) != NULL
      && should_drop (flow, packet, now_ms)) {
    drop (self, flow);
    codel->count++;
    codel->drop_next_ms = get_next_drop (codel, codel->drop_next_ms);
  }
  return link_queue_peek (&flow->queue);
}

LinkPacket *
link_fq_peek (LinkFq *self, gint64 now_ms)
{
  LinkPacket *packet = link_fq_get_next (self);

  if (packet == NULL || self->is_fifo)
    return packet;
  return peek_codel (self, &self->flows[get_turns (self)->flows[0]], now_ms);
}

void
link_fq_pop (LinkFq *self)
{
  LinkFlow *flow = &self->flows[get_turns (self)->flows[0]];

  flow->deficit_bytes -= link_queue_peek (&flow->queue)->bytes;
  remove_first (self, flow);
}
