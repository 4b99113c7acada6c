/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "emu-core.h"

EmuCore *
emu_core_new (const LinkTrace *trace, const LinkConfig *config, guint64 seed)
{
  EmuCore *self = g_new0 (EmuCore, 1);

  self->link = link_model_new (trace, config, seed);
  self->random.state = seed + 1;
  self->begin_ms = -1;
  self->log = g_string_new (EMU_LOG_HEADER);
  self->ended = g_array_new (FALSE, FALSE, sizeof (EmuEnd));
  return self;
}

void
emu_core_free (EmuCore *self)
{
  GList *link;

  while ((link = g_queue_peek_head_link (&self->live)) != NULL)
    emu_core_done (self, link->data);
  g_queue_clear (&self->back);
  emu_pilot_free (self->pilot);
  link_model_free (self->link);
  g_string_free (self->log, TRUE);
  g_array_unref (self->ended);
  g_free (self);
}

void
emu_core_done (EmuCore *self, EmuPacket *packet)
{
  g_queue_unlink (&self->live, &packet->live);
  g_free (packet);
}

/* Times of the log count from the first packet of the stream. */
static void
log_fate (EmuCore *self, const EmuPacket *packet, gint64 out_us, const char *fate)
{
  gint64 begin_us = self->begin_ms * 1000;

  if (packet->info.is_media)
    g_string_append_printf (self->log,
        "%u,%u,%" G_GINT64_FORMAT ",%u,%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%s\n",
        packet->info.sequence, packet->info.rtp_timestamp, packet->info.unit, packet->bytes,
        packet->in_us - begin_us, out_us < 0 ? -1 : out_us - begin_us, fate);
}

static void
delay (EmuCore *self, EmuPacket *packet, gint64 now_ms)
{
  gint64 at_ms = now_ms + 1 + (gint64) (sim_random_next (&self->random) % 3);

  self->back_at_ms = MAX (self->back_at_ms, at_ms);
  packet->at_ms = self->back_at_ms;
  g_queue_push_tail (&self->back, packet);
}

static void
take_drops (EmuCore *self)
{
  GArray *drops = self->link->fq.drops;

  for (guint i = 0; i < drops->len; i++) {
    EmuPacket *packet = g_array_index (drops, LinkPacket, i).user_data;

    log_fate (self, packet, -1, "dropped");
    emu_core_done (self, packet);
  }
  self->n_drops += drops->len;
  g_array_set_size (drops, 0);
}

static EmuPacket *
keep (EmuCore *self, EmuDirection direction, const EmuInfo *info, WfdBytes bytes, gint64 now_us)
{
  EmuPacket *packet = g_new (EmuPacket, 1);

  packet->direction = direction;
  packet->info = *info;
  packet->in_us = now_us;
  packet->is_lost = FALSE;
  packet->live = (GList) { packet };
  packet->bytes = bytes.left;
  memcpy (packet->data, bytes.pos, bytes.left);
  g_queue_push_tail_link (&self->live, &packet->live);
  return packet;
}

static void
send (EmuCore *self, EmuPacket *packet, gint64 now_ms)
{
  LinkPacket model = {
    .bytes = packet->bytes,
    .flow = packet->info.flow,
    .user_data = packet,
  };

  if (packet->info.is_media && self->pilot != NULL) {
    emu_pilot_take (self->pilot, &model);
    return;
  }
  if (packet->info.is_media)
    self->media_bytes += packet->bytes;
  link_model_send (self->link, &model, now_ms);
  take_drops (self);
}

static void
release (EmuCore *self)
{
  LinkPacket model;

  while (emu_pilot_release (self->pilot, self->link, self->now_ms, &model)) {
    self->media_bytes += model.bytes;
    link_model_send (self->link, &model, self->now_ms);
    take_drops (self);
  }
}

void
emu_core_take (EmuCore *self, EmuDirection direction, WfdBytes bytes, gint64 now_us)
{
  gint64 now_ms = now_us / 1000;
  EmuPacket *packet;
  EmuInfo info;

  if (bytes.left > EMU_PACKET_BYTES || !emu_packet_look (bytes, &info))
    return;
  packet = keep (self, direction, &info, bytes, now_us);
  if (direction == EMU_FORTH && info.is_media && self->begin_ms < 0)
    self->begin_ms = now_ms;
  if (direction == EMU_BACK || self->begin_ms < 0)
    delay (self, packet, now_ms);
  else
    send (self, packet, now_ms - self->begin_ms);
}

static void
take_completions (EmuCore *self)
{
  GArray *completions = self->link->completions;

  for (guint i = 0; i < completions->len; i++) {
    const LinkEvent *event = &g_array_index (completions, LinkEvent, i);
    EmuPacket *packet = event->packet.user_data;
    EmuEnd end = { packet->info.sequence, event->was_lost };

    packet->is_lost = event->was_lost;
    if (packet->info.is_media)
      g_array_append_val (self->ended, end);
  }
  g_array_set_size (completions, 0);
}

void
emu_core_step (EmuCore *self, gint64 now_ms)
{
  if (self->begin_ms < 0 || now_ms < self->begin_ms)
    return;
  self->now_ms = now_ms - self->begin_ms;
  if (self->pilot != NULL) {
    emu_pilot_step (self->pilot, self->link, self->n_drops, self->now_ms);
    release (self);
  }
  link_model_step (self->link, self->now_ms);
  take_drops (self);
  take_completions (self);
}

static gboolean
has_air (const EmuCore *self)
{
  return self->begin_ms < 0 || link_trace_at (self->link->trace, self->now_ms)->capacity_bytes > 0;
}

static EmuPacket *
pop_back (EmuCore *self, gint64 now_ms)
{
  EmuPacket *packet = g_queue_peek_head (&self->back);

  if (packet == NULL || packet->at_ms > now_ms || !has_air (self))
    return NULL;
  return g_queue_pop_head (&self->back);
}

EmuPacket *
emu_core_pop (EmuCore *self, gint64 now_us)
{
  gint64 now_ms = now_us / 1000;
  EmuPacket *packet = pop_back (self, now_ms);
  LinkEvent event;

  if (packet != NULL)
    return packet;
  while (self->begin_ms >= 0
      && link_model_take_arrival (self->link, now_ms - self->begin_ms, &event)) {
    packet = event.packet.user_data;
    if (self->pilot != NULL && packet->info.is_media)
      emu_pilot_arrived (self->pilot, &event);
    log_fate (self, packet, packet->is_lost ? -1 : now_us, packet->is_lost ? "lost" : "delivered");
    if (!packet->is_lost)
      return packet;
    emu_core_done (self, packet);
  }
  return NULL;
}

guint64
emu_core_get_left_bytes (const EmuCore *self)
{
  return self->media_bytes - link_model_get_outstanding (self->link);
}
