/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory for large messages that have come in part, of all connections together. Who finds
 * none waits in a line; who has some for long, while others wait, has it no more. No clock:
 * who drives it says what time it is. */
typedef struct
{
  gsize bytes;
  gint64 since_us;
  gboolean holds, waits;
  GList link; /* of the one or the other */
} WfdPeerClaim;

typedef struct
{
  gsize max_bytes;
  gint64 patience_us;
  gsize used_bytes;
  GQueue holders, waiters; /* WfdPeerClaim, the first who came first */
} WfdPeerRoom;

void wfd_peer_room_init (WfdPeerRoom *self);

/* TRUE: @claim has @bytes, which it may fill. Else it waits for wfd_peer_room_next (). */
gboolean wfd_peer_room_claim (WfdPeerRoom *self, WfdPeerClaim *claim, gsize bytes, gint64 now_us);
/* It holds nothing, and waits for nothing. */
void wfd_peer_room_release (WfdPeerRoom *self, WfdPeerClaim *claim);
/* One that has waited, and holds now what it claimed; NULL: there is none. */
WfdPeerClaim *wfd_peer_room_next (WfdPeerRoom *self, gint64 now_us);
/* One that others have waited for too long; to be released. */
WfdPeerClaim *wfd_peer_room_get_overdue (WfdPeerRoom *self, gint64 now_us);
/* When to look for one; -1: never. */
gint64 wfd_peer_room_get_deadline_us (const WfdPeerRoom *self);

G_END_DECLS
