/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim-peer.h"

/* From seeing a loss to our hearing of it, and again if nothing comes of it. */
#define REQUEST_FROM_MS 40
#define REQUEST_TO_MS 100
#define REPEAT_MS 500

void
sim_peer_init (SimPeer *self, guint64 seed)
{
  *self = (SimPeer) {
    .frames = g_array_new (FALSE, TRUE, sizeof (SimFrame)),
    .random = { seed },
    .request_ms = -1,
  };
}

void
sim_peer_clear (SimPeer *self)
{
  g_array_unref (self->frames);
}

SimFrame *
sim_peer_get_frame (SimPeer *self, guint n)
{
  return &g_array_index (self->frames, SimFrame, n);
}

static void
see_loss (SimPeer *self, gint64 now_ms)
{
  self->is_broken = TRUE;
  if (self->request_ms < 0)
    self->request_ms = now_ms + sim_random_between (&self->random, REQUEST_FROM_MS, REQUEST_TO_MS);
}

void
sim_peer_arrive (SimPeer *self, const LinkEvent *event)
{
  SimFrame *frame = sim_peer_get_frame (self, event->packet.frame);

  if (event->was_lost)
    return;
  if (event->packet.sequence != self->next_sequence)
    see_loss (self, event->at_ms);
  self->next_sequence = event->packet.sequence + 1;
  if (++frame->n_arrived < frame->n_packets)
    return;

  frame->complete_ms = event->at_ms;
  if (frame->is_key) {
    self->is_broken = FALSE;
    self->request_ms = -1;
  }
  frame->is_shown = !self->is_broken;
}

gboolean
sim_peer_take_request (SimPeer *self, gint64 now_ms)
{
  if (self->request_ms < 0 || self->request_ms > now_ms)
    return FALSE;
  self->request_ms = now_ms + REPEAT_MS;
  return TRUE;
}
