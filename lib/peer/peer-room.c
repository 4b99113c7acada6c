/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-room.h"

#include <base-limits.h>
#include "peer-address.h"

/* What one machine holds. */
struct _WfdPeerShare
{
  guint8 ip[16];
  gsize bytes;
  GQueue holders;
  GList link;
};

void
wfd_peer_room_init (WfdPeerRoom *self)
{
  *self = (WfdPeerRoom) { WFD_LIMIT_PEER_PARTIAL_BYTES, WFD_LIMIT_PEER_PARTIAL_BYTES_OF_ADDRESS,
    WFD_LIMIT_PEER_PROGRESS_BYTES, WFD_LIMIT_PEER_PARTIAL_S * G_USEC_PER_SEC,
    WFD_LIMIT_PEER_SILENCE_S * G_USEC_PER_SEC };
}

static WfdPeerShare *
find_share (const WfdPeerRoom *self, const guint8 ip[16])
{
  for (GList *l = self->shares.head; l != NULL; l = l->next)
    if (wfd_peer_ip_is_same_host (((WfdPeerShare *) l->data)->ip, ip))
      return l->data;
  return NULL;
}

static WfdPeerShare *
add_share (WfdPeerRoom *self, const guint8 ip[16])
{
  WfdPeerShare *share = g_new0 (WfdPeerShare, 1);

  memcpy (share->ip, ip, sizeof (share->ip));
  share->link.data = share;
  g_queue_push_tail_link (&self->shares, &share->link);
  return share;
}

static void
begin (WfdPeerRoom *self, WfdPeerClaim *claim, const guint8 ip[16], gint64 now_us)
{
  WfdPeerShare *share = find_share (self, ip);

  *claim = (WfdPeerClaim) { .began_us = now_us,
    .grew_us = now_us,
    .link.data = claim,
    .link_of_share.data = claim };
  claim->share = share != NULL ? share : add_share (self, ip);
  g_queue_push_tail_link (&self->holders, &claim->link);
  g_queue_push_tail_link (&claim->share->holders, &claim->link_of_share);
}

/* The first of all may fill what there is, and the first of each address its share; else
 * many could have begun, of which none could end. */
static gboolean
may_grow (const WfdPeerRoom *self, const WfdPeerClaim *claim)
{
  if (claim->link.prev == NULL)
    return TRUE;
  return self->used_bytes <= self->max_bytes
      && (claim->share->bytes <= self->max_bytes_of_address || claim->link_of_share.prev == NULL);
}

static void
set_waits (WfdPeerRoom *self, WfdPeerClaim *claim, gboolean waits, gint64 now_us)
{
  if (claim->waits == waits)
    return;
  claim->waits = waits;
  self->n_waiting += waits ? 1 : -1;
  if (waits && self->n_waiting == 1)
    self->waiting_since_us = now_us;
}

/* A little now and then is none. */
static void
note_progress (WfdPeerClaim *claim, gint64 now_us)
{
  claim->grew_us = now_us;
  claim->grown_bytes = claim->bytes;
}

gboolean
wfd_peer_room_has_grown (const WfdPeerClaim *claim)
{
  return claim->grown_bytes == claim->bytes;
}

gboolean
wfd_peer_room_hold (WfdPeerRoom *self, WfdPeerClaim *claim, const guint8 ip[16], gsize bytes,
    gint64 now_us)
{
  if (claim->share == NULL)
    begin (self, claim, ip, now_us);
  self->used_bytes += bytes - claim->bytes;
  claim->share->bytes += bytes - claim->bytes;
  claim->bytes = bytes;
  set_waits (self, claim, !may_grow (self, claim), now_us);
  if (claim->waits || bytes - claim->grown_bytes >= self->least_bytes)
    note_progress (claim, now_us);
  return !claim->waits;
}

void
wfd_peer_room_release (WfdPeerRoom *self, WfdPeerClaim *claim)
{
  WfdPeerShare *share = g_steal_pointer (&claim->share);

  if (share == NULL)
    return;
  set_waits (self, claim, FALSE, 0);
  self->used_bytes -= claim->bytes;
  share->bytes -= claim->bytes;
  g_queue_unlink (&self->holders, &claim->link);
  g_queue_unlink (&share->holders, &claim->link_of_share);
  if (!g_queue_is_empty (&share->holders))
    return;
  g_queue_unlink (&self->shares, &share->link);
  g_free (share);
}

WfdPeerClaim *
wfd_peer_room_next (WfdPeerRoom *self, gint64 now_us)
{
  for (GList *l = self->holders.head; self->n_waiting > 0 && l != NULL; l = l->next) {
    WfdPeerClaim *claim = l->data;

    if (!claim->waits || !may_grow (self, claim))
      continue;
    set_waits (self, claim, FALSE, now_us);
    claim->began_us += now_us - claim->grew_us;
    note_progress (claim, now_us);
    return claim;
  }
  return NULL;
}

void
wfd_peer_room_set_unread (WfdPeerClaim *claim, gboolean unread, gint64 now_us)
{
  if (claim->unread && !unread)
    note_progress (claim, now_us);
  claim->unread = unread;
}

/* Until somebody waits, nobody minds how long another one takes. */
static gint64
due_us (const WfdPeerRoom *self, const WfdPeerClaim *claim)
{
  gint64 silent_us = MAX (claim->grew_us, self->waiting_since_us) + self->silence_us;
  gint64 late_us = MAX (claim->began_us, self->waiting_since_us) + self->patience_us;

  return claim->unread ? late_us : MIN (silent_us, late_us);
}

static WfdPeerClaim *
find_first_due (const WfdPeerRoom *self)
{
  WfdPeerClaim *found = NULL;

  for (GList *l = self->holders.head; self->n_waiting > 0 && l != NULL; l = l->next) {
    WfdPeerClaim *claim = l->data;

    if (!claim->waits && (found == NULL || due_us (self, claim) < due_us (self, found)))
      found = claim;
  }
  return found;
}

gint64
wfd_peer_room_get_deadline_us (const WfdPeerRoom *self)
{
  const WfdPeerClaim *first = find_first_due (self);

  return first != NULL ? due_us (self, first) : -1;
}

WfdPeerClaim *
wfd_peer_room_get_overdue (const WfdPeerRoom *self, gint64 now_us)
{
  WfdPeerClaim *first = find_first_due (self);

  return first != NULL && due_us (self, first) <= now_us ? first : NULL;
}
