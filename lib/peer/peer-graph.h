/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-group.h"
#include "peer-hub.h"
#include "peer-node.h"
#include "peer-store.h"

G_BEGIN_DECLS

/* A node with its sockets, its database and those who want to hear of it. Everything
 * is done with the lock of the hub held. */
struct _WfdPeerGraph
{
  gint ref_count;
  WfdPeerHub *hub;
  WfdPeerNode *node;
  WfdPeerStore *store;
  char *folder, *database;
  GSource *timer;
  gint64 deadline_us;   /* of it */
  GHashTable *conns;    /* link id to WfdPeerConn */
  GHashTable *paused;   /* link ids whose data nobody fetches */
  GPtrArray *listeners; /* WfdPeerListener */
  GPtrArray *queues;    /* WfdPeerQueue */
  gboolean closed;
  WfdPeerGroup *group;   /* or NULL */
  gboolean has_news;     /* of it, that the timer looks at */
  gboolean starting;     /* what is read from the disk is no event */
  gboolean synchronized; /* and kept, for who opens it next */
  GHashTable *unkept;    /* WfdPeerRecord by id, that are not on the disk yet */
  gint64 retry_us;       /* when that is tried again; 0: what was to be kept is */
  gint64 delay_us;
  guint32 failure; /* of the last try */
  /* What a copy brings, until all of it is kept: WfdPeerRecord and WfdPeerEvent, or NULL. */
  GPtrArray *brought, *to_tell;
  guint32 (*validate) (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change);
  guint32 (*sign) (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change);
  void (*told) (gpointer user_data, WfdPeerEvent *event);
  gpointer user_data;
};

typedef struct
{
  WfdPeerNodeConfig node;
  const char *folder; /* of the database; NULL: the hub's */
  const char *database;
  /* Members only; NULL: a graph for anybody. Its name is the id of the graph, that of its
   * identity the id of the peer. */
  WfdPeerGroup *group;
  /* Both or none; called with the lock held. */
  guint32 (*validate) (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change);
  guint32 (*sign) (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change);
  /* Or NULL: what the queues are told too. It may not call the graph. */
  void (*told) (gpointer user_data, WfdPeerEvent *event);
  gpointer user_data;
} WfdPeerGraphConfig;

/* @properties: of the graph that is created, or NULL to open one. The lock is not held while the
 * database is opened. */
guint32 wfd_peer_graph_open (WfdPeerHub *hub, const WfdPeerGraphConfig *config,
    const WfdPeerProperties *properties, WfdPeerGraph **ret_graph);
/* Closes it in any case; a failure: what others have published is not on the disk. */
guint32 wfd_peer_graph_close (WfdPeerGraph *self);
WfdPeerGraph *wfd_peer_graph_ref (WfdPeerGraph *self);
void wfd_peer_graph_unref (WfdPeerGraph *self);
guint32 wfd_peer_graph_delete (WfdPeerHub *hub, const char *graph_id, const char *peer_id,
    const char *database);

/* Before and after what is done with the node. */
WfdPeerNode *wfd_peer_graph_begin (WfdPeerGraph *self);
void wfd_peer_graph_end (WfdPeerGraph *self);

/* @scope as PEER_GRAPH_SCOPE numbers them. */
guint32 wfd_peer_graph_listen (WfdPeerGraph *self, guint scope, guint32 scope_id, guint16 port);
/* Whether a connection to @address would end at a listener of this graph. */
gboolean wfd_peer_graph_is_own_address (WfdPeerGraph *self, const WfdPeerAddress *address);
guint32 wfd_peer_graph_connect (WfdPeerGraph *self, WfdPeerLinkType type, const char *peer_id,
    const WfdPeerAddress *address, guint64 *ret_link_id);
/* Waits for room, up to two seconds; the lock is not held meanwhile. */
guint32 wfd_peer_graph_send (WfdPeerGraph *self, guint64 link_id, const WfdPeerGuid *type,
    const guint8 *data, gsize size);

/* From where the graph shall be heard of; taken over. */
void wfd_peer_graph_add_queue (WfdPeerGraph *self, WfdPeerQueue *queue);
void wfd_peer_graph_remove_queue (WfdPeerGraph *self, WfdPeerQueue *queue);
/* For the queues, of whoever has the graph. */
void wfd_peer_graph_tell (WfdPeerGraph *self, WfdPeerEvent *event);
WfdPeerEvent *wfd_peer_graph_next_event (WfdPeerGraph *self, WfdPeerQueue *queue);

guint32 wfd_peer_graph_export (WfdPeerGraph *self, const char *path);
guint32 wfd_peer_graph_import (WfdPeerGraph *self, const char *path);

/* For the hub: somebody who has introduced themselves. FALSE: this graph is not
 * meant, and nothing was done. */
gboolean wfd_peer_graph_take (WfdPeerGraph *self, WfdPeerListener *listener, WfdPeerConn *conn,
    const WfdPeerAuthInfo *info);

G_END_DECLS
