/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-codes.h"
#include "peer-event.h"
#include "peer-record.h"

G_BEGIN_DECLS

/* One node of a graph: its connections, its records, and what keeps them the same
 * as those of others. No socket, no clock and no disk: who drives it says what time
 * it is, what has come, and does what the node calls for. Results are the codes of
 * peer-codes.h. */
typedef struct _WfdPeerNode WfdPeerNode;

/* What the node calls for; none of these may call the node. */
typedef struct
{
  /* TCP to @address; then wfd_peer_node_opened () or wfd_peer_node_lost (). */
  void (*open) (gpointer user_data, guint64 link_id, const WfdPeerAddress *address);
  /* It is connected: messages may have up to @max_bytes, and what their types allow. */
  void (*trust) (gpointer user_data, guint64 link_id, gsize max_bytes);
  /* A message of two parts, the second of which may be empty. */
  void (*send) (gpointer user_data, guint64 link_id, WfdBytes head, WfdBytes body);
  /* Whether the link takes @size bytes now, and not only after wfd_peer_node_drained (). */
  gboolean (*room) (gpointer user_data, guint64 link_id, gsize size);
  /* After what was sent. Nothing of the link is told any more. */
  void (*close) (gpointer user_data, guint64 link_id);
  void (*tell) (gpointer user_data, WfdPeerEvent *event);
  /* To keep all of these, or to forget them; or none of them and why. What nobody has @asked for
   * the node has all the same. */
  guint32 (*store) (gpointer user_data, WfdPeerRecord *const *records, guint n, gboolean asked);
  guint32 (*forget) (gpointer user_data, WfdPeerRecord *const *records, guint n, gboolean asked);
  /* May @record be had? WFD_PEER_OK, WFD_PEER_INVALID_RECORD or WFD_PEER_DEFERRED. */
  guint32 (*validate) (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change);
  /* Gives @record its security data. */
  guint32 (*sign) (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change);
} WfdPeerNodeCalls;

typedef struct
{
  const char *graph_id;
  const char *peer_id;
  const char *friendly_name;     /* or NULL */
  const WfdPeerGuid *precedence; /* types to synchronise first */
  guint n_precedence;
  guint max_direct; /* direct connections of others to it; 0: as many as there may be */
  gboolean secured; /* each link has to prove who is there: wfd_peer_node_secured () */
} WfdPeerNodeConfig;

/* @calls stays where it is. */
WfdPeerNode *wfd_peer_node_new (const WfdPeerNodeConfig *config, const WfdPeerNodeCalls *calls,
    gpointer user_data);
void wfd_peer_node_free (WfdPeerNode *self);

/* Before each other call: the monotonic clock, and the time of day in units of
 * 100 ns since 1601. */
void wfd_peer_node_set_now (WfdPeerNode *self, gint64 now_us, guint64 utc);
/* When wfd_peer_node_tick () is due; -1: never. */
gint64 wfd_peer_node_get_deadline_us (const WfdPeerNode *self);
void wfd_peer_node_tick (WfdPeerNode *self);

/* --- life --- */

/* As the creator of the graph, who is synchronised from the start. */
guint32 wfd_peer_node_create (WfdPeerNode *self, const WfdPeerProperties *properties);
/* With what was stored: each record, then the end; @known_until: how old what is known is, or 0
 * if nobody can tell, nor by whose clock. */
void wfd_peer_node_restore_record (WfdPeerNode *self, WfdPeerRecord *record);
void wfd_peer_node_restore (WfdPeerNode *self, gint64 peer_time_delta, gboolean synchronized,
    guint64 known_until);
/* Peer time, which has passed if there is no neighbour. */
guint64 wfd_peer_node_get_known_until (const WfdPeerNode *self);
/* Says goodbye to everybody. */
void wfd_peer_node_leave (WfdPeerNode *self);

void wfd_peer_node_set_listening (WfdPeerNode *self, const WfdPeerAddress *addresses, guint n);
void wfd_peer_node_accept_direct (WfdPeerNode *self, gboolean accept);

guint32 wfd_peer_node_get_status (const WfdPeerNode *self);
guint64 wfd_peer_node_get_id (const WfdPeerNode *self);
const char *wfd_peer_node_get_graph_id (const WfdPeerNode *self);
const char *wfd_peer_node_get_peer_id (const WfdPeerNode *self);
gint64 wfd_peer_node_get_time_delta (const WfdPeerNode *self);
guint64 wfd_peer_node_get_peer_time (const WfdPeerNode *self);
/* NULL as long as they are not known. */
const WfdPeerProperties *wfd_peer_node_get_properties (const WfdPeerNode *self);
/* Friendly name, comment, presence, flags; the rest stays as it is. @with: a record that changes
 * with them, or NULL. */
guint32 wfd_peer_node_set_properties (WfdPeerNode *self, const WfdPeerProperties *properties,
    const WfdPeerRecord *with);

/* --- links --- */

typedef struct
{
  guint64 link_id;
  WfdPeerLinkType type;
  guint64 node_id;
  char *peer_id;
  WfdPeerAddress address;
} WfdPeerLinkInfo;

void wfd_peer_link_info_free (WfdPeerLinkInfo *self);

/* @peer_id NULL: whoever is there (neighbours only). */
guint32 wfd_peer_node_connect (WfdPeerNode *self, WfdPeerLinkType type, const char *peer_id,
    const WfdPeerAddress *address, guint64 *ret_link_id);
guint32 wfd_peer_node_disconnect_direct (WfdPeerNode *self, guint64 link_id);
/* Only looks whether it may be sent, and then sends. */
guint32 wfd_peer_node_send (WfdPeerNode *self, guint64 link_id, const WfdPeerGuid *type,
    const guint8 *data, gsize size);
gboolean wfd_peer_node_is_connected (const WfdPeerNode *self, guint64 link_id);
/* WfdPeerLinkInfo of those that are connected; @types are WfdPeerLinkType flags. */
GPtrArray *wfd_peer_node_list_links (const WfdPeerNode *self, guint types);

/* --- what happened to links --- */

/* For somebody from @address. */
void wfd_peer_node_make_room (WfdPeerNode *self, const WfdPeerAddress *address);
/* Somebody has introduced themselves to this node; the id of the link. */
guint64 wfd_peer_node_accept (WfdPeerNode *self, const WfdPeerAuthInfo *info,
    const WfdPeerAddress *address);
void wfd_peer_node_opened (WfdPeerNode *self, guint64 link_id);
/* Behind AUTH_INFO each end has proved who it is, the other one to be @peer_id. */
void wfd_peer_node_secured (WfdPeerNode *self, guint64 link_id, const char *peer_id);
/* To those who have proved who they are and may not stay. */
void wfd_peer_node_end_links (WfdPeerNode *self,
    gboolean (*may_stay) (gpointer, const char *peer_id), gpointer user_data);
/* FALSE: it broke the protocol, and the link has ended. @message must not change: data of it
 * are not copied. */
gboolean wfd_peer_node_received (WfdPeerNode *self, guint64 link_id, GBytes *message);
void wfd_peer_node_drained (WfdPeerNode *self, guint64 link_id);
/* Some of a large message has come. */
void wfd_peer_node_grew (WfdPeerNode *self, guint64 link_id);
void wfd_peer_node_lost (WfdPeerNode *self, guint64 link_id);

/* --- nodes --- */

typedef struct
{
  guint64 node_id;
  char *peer_id;
  char *attributes; /* or NULL */
  WfdPeerAddress addresses[WFD_LIMIT_PEER_ADDRESSES];
  guint n_addresses;
} WfdPeerNodeInfo;

void wfd_peer_node_info_free (WfdPeerNodeInfo *self);

/* @node_id 0: this one; NULL if nothing is known of it. */
WfdPeerNodeInfo *wfd_peer_node_get_info (WfdPeerNode *self, guint64 node_id);
/* WfdPeerNodeInfo of those that are present; @peer_id NULL: all. */
GPtrArray *wfd_peer_node_list_nodes (WfdPeerNode *self, const char *peer_id);
guint32 wfd_peer_node_set_attributes (WfdPeerNode *self, const char *attributes);
guint32 wfd_peer_node_set_presence (WfdPeerNode *self, gboolean forced);

/* --- records --- */

WfdPeerRecord *wfd_peer_node_get_record (WfdPeerNode *self, const WfdPeerGuid *id);
/* @record has type, expiry, attributes, payload, flags, and maybe a creator; the
 * rest is filled in. */
guint32 wfd_peer_node_add_record (WfdPeerNode *self, WfdPeerRecord *record);
/* @changes: NULL or what @record says, for attributes and payload. */
guint32 wfd_peer_node_update_record (WfdPeerNode *self, const WfdPeerRecord *changes);
guint32 wfd_peer_node_delete_record (WfdPeerNode *self, const WfdPeerGuid *id, gboolean local);
/* Those that are neither deleted nor expired; NULL: any. */
GPtrArray *wfd_peer_node_list_records (WfdPeerNode *self, const WfdPeerGuid *type,
    const char *creator);
/* @n 0: all that wait for it. */
void wfd_peer_node_validate_deferred (WfdPeerNode *self, const WfdPeerGuid *ids, guint n);
/* Those that somebody of @names has made, or changed last. */
void wfd_peer_node_validate_deferred_of (WfdPeerNode *self, GHashTable *names);
/* Of another copy of this graph: what is new in it. */
void wfd_peer_node_import_record (WfdPeerNode *self, WfdPeerRecord *record);
/* Knows none any more; what was stored may be restored. */
void wfd_peer_node_drop_records (WfdPeerNode *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerNode, wfd_peer_node_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerNodeInfo, wfd_peer_node_info_free)

G_END_DECLS
