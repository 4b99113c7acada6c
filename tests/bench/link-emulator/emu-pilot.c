/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "emu-pilot.h"

#define REPORT_LATE_MS 2

EmuPilot *
emu_pilot_new (const SimControllerClass *klass, const SimSetup *setup, guint64 seed)
{
  EmuPilot *self = g_new0 (EmuPilot, 1);

  self->klass = klass;
  self->controller = klass->create (setup, klass->argument);
  self->random.state = seed;
  self->own = g_array_new (FALSE, FALSE, sizeof (LinkPacket));
  self->report = g_array_new (FALSE, FALSE, sizeof (SimFeedback));
  self->station_ms = -LINK_STATION_MS;
  return self;
}

void
emu_pilot_free (EmuPilot *self)
{
  if (self == NULL)
    return;
  self->klass->destroy (self->controller);
  g_array_unref (self->own);
  g_array_unref (self->report);
  g_free (self);
}

void
emu_pilot_take (EmuPilot *self, const LinkPacket *packet)
{
  g_array_append_val (self->own, *packet);
  self->own_bytes += packet->bytes;
}

static gboolean
may_go (EmuPilot *self, const LinkModel *link, guint bytes, gint64 now_ms)
{
  return self->klass->may_send == NULL
      || self->klass->may_send (self->controller, link_model_get_outstanding (link),
             self->own_bytes, now_ms)
      >= bytes;
}

gboolean
emu_pilot_release (EmuPilot *self, const LinkModel *link, gint64 now_ms, LinkPacket *ret_packet)
{
  LinkPacket *packet;

  if (self->first_own == self->own->len) {
    g_array_set_size (self->own, 0);
    self->first_own = 0;
    return FALSE;
  }
  packet = &g_array_index (self->own, LinkPacket, self->first_own);
  if (!may_go (self, link, packet->bytes, now_ms))
    return FALSE;
  self->first_own++;
  self->own_bytes -= packet->bytes;
  self->sent_bytes += packet->bytes;
  packet->position = self->sent_bytes;
  packet->sequence = self->sequence++;
  if (self->klass->sent != NULL)
    self->klass->sent (self->controller, packet->bytes, now_ms);
  *ret_packet = *packet;
  return TRUE;
}

/* A report has no line for what nobody saw, so a gap is a loss. */
void
emu_pilot_arrived (EmuPilot *self, const LinkEvent *event)
{
  const LinkPacket *packet = &event->packet;
  SimFeedback got = { packet->bytes, packet->position, packet->sent_ms, event->at_ms };

  if (event->was_lost || self->klass->feedback_ms == 0)
    return;
  for (; self->expected < packet->sequence; self->expected++) {
    SimFeedback lost = { LINK_PACKET_BYTES, 0, packet->sent_ms, -1 };

    g_array_append_val (self->report, lost);
  }
  self->expected = packet->sequence + 1;
  g_array_append_val (self->report, got);
}

static void
tell_report (EmuPilot *self, gint64 now_ms)
{
  if (self->report->len == 0 || now_ms - self->reported_ms < self->klass->feedback_ms)
    return;
  self->klass->feedback (self->controller, (const SimFeedback *) self->report->data,
      self->report->len, now_ms + REPORT_LATE_MS);
  g_array_set_size (self->report, 0);
  self->reported_ms = now_ms;
}

void
emu_pilot_step (EmuPilot *self, const LinkModel *link, guint64 n_drops, gint64 now_ms)
{
  LinkStation station;

  tell_report (self, now_ms);
  if (self->klass->station == NULL || now_ms - self->station_ms < LINK_STATION_MS)
    return;
  self->station_ms = now_ms;
  link_driver_tell (link, n_drops, now_ms, &self->random, &station);
  self->klass->station (self->controller, &station, now_ms);
}

static void
decide (EmuPilot *self, const LinkModel *link, gint64 now_ms, GString *answer)
{
  SimTruth truth = { link->trace, link_model_get_outstanding (link), self->own_bytes, 0 };
  SimDecision decision = { FALSE };

  self->klass->decide (self->controller, &truth, now_ms, &decision);
  g_string_append_printf (answer, "decide %d %d %.0f %.0f\n", decision.skip, decision.key,
      decision.settings.bitrate_kbps, decision.settings.vbv_ms);
}

void
emu_pilot_hear (EmuPilot *self, const LinkModel *link, const char *text, gint64 now_ms,
    GString *answer)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (g_str_equal (lines[i], "key") && self->klass->key_request != NULL)
      self->klass->key_request (self->controller, now_ms);
    else if (g_str_equal (lines[i], "capture"))
      decide (self, link, now_ms, answer);
  }
}
