/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-room.h"

#include <base-limits.h>

void
wfd_peer_room_init (WfdPeerRoom *self)
{
  *self = (WfdPeerRoom) { WFD_LIMIT_PEER_PARTIAL_BYTES, WFD_LIMIT_PEER_PARTIAL_S * G_USEC_PER_SEC };
}

static void
hold (WfdPeerRoom *self, WfdPeerClaim *claim, gint64 now_us)
{
  self->used_bytes += claim->bytes;
  claim->since_us = now_us;
  claim->holds = TRUE;
  g_queue_push_tail_link (&self->holders, &claim->link);
}

/* What is larger than all of it has to be alone. */
static gboolean
fits (const WfdPeerRoom *self, gsize bytes)
{
  return self->used_bytes == 0 || self->used_bytes + bytes <= self->max_bytes;
}

gboolean
wfd_peer_room_claim (WfdPeerRoom *self, WfdPeerClaim *claim, gsize bytes, gint64 now_us)
{
  if (claim->holds || claim->waits)
    return claim->holds;

  *claim = (WfdPeerClaim) { bytes, now_us, .link.data = claim };
  if (g_queue_is_empty (&self->waiters) && fits (self, bytes)) {
    hold (self, claim, now_us);
    return TRUE;
  }
  claim->waits = TRUE;
  g_queue_push_tail_link (&self->waiters, &claim->link);
  return FALSE;
}

void
wfd_peer_room_release (WfdPeerRoom *self, WfdPeerClaim *claim)
{
  if (claim->holds) {
    self->used_bytes -= claim->bytes;
    g_queue_unlink (&self->holders, &claim->link);
  } else if (claim->waits)
    g_queue_unlink (&self->waiters, &claim->link);
  claim->holds = claim->waits = FALSE;
}

WfdPeerClaim *
wfd_peer_room_next (WfdPeerRoom *self, gint64 now_us)
{
  WfdPeerClaim *claim = g_queue_peek_head (&self->waiters);

  if (claim == NULL || !fits (self, claim->bytes))
    return NULL;
  wfd_peer_room_release (self, claim);
  hold (self, claim, now_us);
  return claim;
}

/* Who waits has come after who holds, or would hold it too. */
gint64
wfd_peer_room_get_deadline_us (const WfdPeerRoom *self)
{
  const WfdPeerClaim *holder = self->holders.head != NULL ? self->holders.head->data : NULL;
  const WfdPeerClaim *waiter = self->waiters.head != NULL ? self->waiters.head->data : NULL;

  if (holder == NULL || waiter == NULL)
    return -1;
  return MAX (holder->since_us, waiter->since_us) + self->patience_us;
}

WfdPeerClaim *
wfd_peer_room_get_overdue (WfdPeerRoom *self, gint64 now_us)
{
  gint64 deadline_us = wfd_peer_room_get_deadline_us (self);

  return deadline_us >= 0 && deadline_us <= now_us ? g_queue_peek_head (&self->holders) : NULL;
}
