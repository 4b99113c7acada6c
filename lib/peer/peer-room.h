/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory for large messages that have come in part, of all connections together. What has
 * come of one is held, whatever it is said to become. Who would hold more than there is
 * waits, but for who began first, so that one can always end; and who is waited for in vain
 * has no place any more. No clock: who drives it says what time it is. */
typedef struct _WfdPeerShare WfdPeerShare;

typedef struct
{
  gsize bytes;
  gint64 began_us;   /* without the time in which it has waited */
  gint64 grew_us;    /* by as much as it has to, or began to wait */
  gsize grown_bytes; /* what it had then */
  gboolean waits;
  gboolean unread;     /* not for want of room: what comes is not looked at */
  WfdPeerShare *share; /* of its machine; NULL: it holds nothing */
  GList link;          /* of all */
  GList link_of_share;
} WfdPeerClaim;

typedef struct
{
  gsize max_bytes, max_bytes_of_address;
  gsize least_bytes; /* of progress */
  gint64 patience_us, silence_us;
  gsize used_bytes;
  GQueue holders; /* WfdPeerClaim, the first who began first */
  GQueue shares;  /* WfdPeerShare */
  guint n_waiting;
  gint64 waiting_since_us; /* somebody */
} WfdPeerRoom;

void wfd_peer_room_init (WfdPeerRoom *self);

/* So much has come of the message of @claim, from the address @ip. FALSE: no more may, until
 * wfd_peer_room_next () says so. */
gboolean wfd_peer_room_hold (WfdPeerRoom *self, WfdPeerClaim *claim, const guint8 ip[16],
    gsize bytes, gint64 now_us);
/* Whether there was progress with the last that it holds. */
gboolean wfd_peer_room_has_grown (const WfdPeerClaim *claim);
/* It holds nothing, and waits for nothing. */
void wfd_peer_room_release (WfdPeerRoom *self, WfdPeerClaim *claim);
/* Of a claim that holds something: who is not heard is not silent. */
void wfd_peer_room_set_unread (WfdPeerClaim *claim, gboolean unread, gint64 now_us);
/* One that has waited, and may go on; NULL: there is none. */
WfdPeerClaim *wfd_peer_room_next (WfdPeerRoom *self, gint64 now_us);
/* One that others have waited for too long; to be released. */
WfdPeerClaim *wfd_peer_room_get_overdue (const WfdPeerRoom *self, gint64 now_us);
/* When to look for one; -1: never. */
gint64 wfd_peer_room_get_deadline_us (const WfdPeerRoom *self);

G_END_DECLS
