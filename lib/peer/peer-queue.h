/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-event.h"

G_BEGIN_DECLS

/* Events that wait until the application fetches them, for one registration. */
typedef struct
{
  WfdPeerEventType type;
  gboolean has_guid; /* of records or data: only this one */
  WfdPeerGuid guid;
} WfdPeerFilter;

typedef struct _WfdPeerQueue WfdPeerQueue;

/* @notify: something waits; called with the lock of the graph held. */
WfdPeerQueue *wfd_peer_queue_new (const WfdPeerFilter *filters, guint n_filters,
    void (*notify) (gpointer), gpointer user_data);
void wfd_peer_queue_free (WfdPeerQueue *self);

gboolean wfd_peer_queue_wants (const WfdPeerQueue *self, WfdPeerEventType type);
/* If it is one that is wanted. */
void wfd_peer_queue_push (WfdPeerQueue *self, WfdPeerEvent *event);
/* NULL if nothing waits. */
WfdPeerEvent *wfd_peer_queue_pop (WfdPeerQueue *self);
/* Has more than may wait; not full any more below half of it. */
gboolean wfd_peer_queue_is_full (const WfdPeerQueue *self);
gboolean wfd_peer_queue_is_half_empty (const WfdPeerQueue *self);

G_END_DECLS
