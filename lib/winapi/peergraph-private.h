/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <handle-table.h>
#include <p2p.h>
#include <peer-graph.h>

#include "winapi-block.h"
#include "winapi-enum.h"
#include "winapi-text.h"

G_BEGIN_DECLS

/* What an HGRAPH means, or what the HGRAPH means that a group has for itself. */
typedef struct
{
  HGRAPH handle;
  WfdPeerGraph *graph; /* NULL until it is there */
  gboolean of_group;
  PEER_SECURITY_INTERFACE security;
} Graph;

/* Who uses the thread of the peers: graphs, groups. */
typedef struct
{
  guint n_users;
  /* Everything that is open; the lock is held. */
  void (*end_all) (void);
} PeerApi;

/* Not in a callback of the application: E_UNEXPECTED. */
HRESULT peergraph_start (PeerApi *api);
/* FALSE: it was not started, or is called in a callback. */
gboolean peergraph_stop (PeerApi *api);

/* What an HPEEREVENT means. */
typedef struct
{
  Graph *graph;
  HANDLE event;
  WfdPeerQueue *queue;
} Registration;

/* Each function that is called with a handle: S_OK with the lock held, or a code for the
 * application and no lock. What ends one with S_OK ends with peergraph_leave (). */
HRESULT peergraph_check_started (void);
HRESULT peergraph_enter (void);
HRESULT peergraph_enter_graph (HGRAPH handle, Graph **ret_graph);
HRESULT peergraph_enter_event (HPEEREVENT handle, gboolean of_group,
    Registration **ret_registration);
/* @result, for the caller's return. */
HRESULT peergraph_leave (HRESULT result);

WfdPeerHub *peergraph_get_hub (void);
extern WfdHandleTable peergraph_events;

/* NULL if there are too many. */
Graph *peergraph_new (gboolean of_group);
/* The handle is none any more, its registrations have ended, and the graph is closed if it
 * is of no group. */
HRESULT peergraph_free (Graph *self);

/* A record callback of the application runs in this thread: it may call nothing. */
void peergraph_set_in_callback (gboolean in_callback);

/* peergraph-event.c */
/* The type of record of the @i-th of @registrations, or NULL; *@ret_type stays 0 if it is none. */
typedef const GUID *(
    *PeerFilterFunc) (gconstpointer registrations, ULONG i, WfdPeerEventType *ret_type);
HRESULT peergraph_register (Graph *graph, HANDLE event, ULONG n, gconstpointer registrations,
    PeerFilterFunc read, HPEEREVENT *ret_handle);
HRESULT peergraph_unregister (HPEEREVENT handle, gboolean of_group);
/* NULL with PEER_S_NO_EVENT_DATA. */
HRESULT peergraph_next_event (HPEEREVENT handle, gboolean of_group, WfdPeerEvent **ret_event);
void peergraph_fill_data (gpointer block, const WfdPeerEvent *event,
    PEER_EVENT_INCOMING_DATA *ret_data);
void peergraph_fill_record_change (const WfdPeerEvent *event,
    PEER_EVENT_RECORD_CHANGE_DATA *ret_data);
void peergraph_fill_link (const WfdPeerEvent *event, PEER_EVENT_CONNECTION_CHANGE_DATA *ret_data);
void peergraph_end_registrations (const Graph *graph);

/* peergraph-convert.c */
void peergraph_guid_from_wire (const WfdPeerGuid *wire, GUID *ret_guid);
WfdPeerGuid peergraph_guid_to_wire (const GUID *guid);
FILETIME peergraph_time_from_ticks (guint64 ticks);
guint64 peergraph_time_to_ticks (const FILETIME *time);
void peergraph_address_from_peer (const WfdPeerAddress *peer, PEER_ADDRESS *ret_address);
/* FALSE if nobody can be reached there. */
gboolean peergraph_address_to_peer (const PEER_ADDRESS *address, WfdPeerAddress *ret_peer);
/* Each fills a struct that is part of @block. */
void peergraph_fill_node (gpointer block, const WfdPeerNodeInfo *info, PEER_NODE_INFO *ret_info);
void peergraph_fill_record (gpointer block, const WfdPeerRecord *record, PEER_RECORD *ret_record);
/* Of WfdPeerLinkInfo, WfdPeerNodeInfo, WfdPeerRecord. */
extern const WinapiItemType peergraph_connections, peergraph_nodes, peergraph_records;

/* An id of a graph or a peer; NULL if it is none. */
char *peergraph_id_from_wide (PCWSTR id);

G_END_DECLS
