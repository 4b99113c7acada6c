/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-wire.h"

G_BEGIN_DECLS

/* What a node tells its application. The numbers are those of p2p.h for graphs, and for
 * groups but for the last. */
typedef enum
{
  WFD_PEER_EVENT_STATUS = 1,
  WFD_PEER_EVENT_PROPERTIES,
  WFD_PEER_EVENT_RECORD,
  WFD_PEER_EVENT_DIRECT,
  WFD_PEER_EVENT_NEIGHBOUR,
  WFD_PEER_EVENT_DATA,
  WFD_PEER_EVENT_CONNECTION_REQUIRED,
  WFD_PEER_EVENT_NODE,
  WFD_PEER_EVENT_SYNCHRONIZED,
  /* Of groups. */
  WFD_PEER_EVENT_CONNECT_FAILED,
  WFD_PEER_EVENT_AUTH_FAILED,
  WFD_PEER_EVENT_MEMBER, /* 8 in p2p.h, which for graphs is NODE */
} WfdPeerEventType;

typedef enum
{
  WFD_PEER_STATUS_LISTENING = 1,
  WFD_PEER_STATUS_CONNECTED = 2,
  WFD_PEER_STATUS_SYNCHRONIZED = 4,
} WfdPeerStatus;

typedef enum
{
  WFD_PEER_LINK_UP = 1,
  WFD_PEER_LINK_DOWN,
  WFD_PEER_LINK_FAILED,
} WfdPeerLinkChange;

typedef enum
{
  WFD_PEER_RECORD_ADDED = 1,
  WFD_PEER_RECORD_UPDATED,
  WFD_PEER_RECORD_DELETED,
  WFD_PEER_RECORD_EXPIRED,
} WfdPeerRecordChange;

typedef enum
{
  WFD_PEER_NODE_CONNECTED = 1,
  WFD_PEER_NODE_DISCONNECTED,
  WFD_PEER_NODE_UPDATED,
} WfdPeerNodeChange;

/* The first three are those of a node. */
typedef enum
{
  WFD_PEER_MEMBER_CONNECTED = 1,
  WFD_PEER_MEMBER_DISCONNECTED,
  WFD_PEER_MEMBER_UPDATED,
  WFD_PEER_MEMBER_JOINED,
} WfdPeerMemberChange;

typedef struct
{
  WfdPeerEventType type;
  guint32 change;       /* WfdPeerStatus flags, or one of the changes */
  guint64 link_id;      /* DIRECT, NEIGHBOUR, DATA */
  guint64 next_link_id; /* NEIGHBOUR that failed: the one that is tried now, or 0 */
  guint64 node_id;      /* DIRECT, NEIGHBOUR, NODE */
  guint32 reason;       /* of a link or a connect that failed */
  WfdPeerGuid guid;     /* type of record or data */
  WfdPeerGuid record_id;
  char *peer_id; /* NODE, MEMBER */
  GBytes *data;  /* DATA */
  gint ref_count;
} WfdPeerEvent;

WfdPeerEvent *wfd_peer_event_new (WfdPeerEventType type);
WfdPeerEvent *wfd_peer_event_ref (WfdPeerEvent *self);
void wfd_peer_event_unref (WfdPeerEvent *self);
/* Somebody else has it too. */
gboolean wfd_peer_event_is_shared (const WfdPeerEvent *self);
/* Memory that it takes while it waits. */
gsize wfd_peer_event_get_bytes (const WfdPeerEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerEvent, wfd_peer_event_unref)

G_END_DECLS
