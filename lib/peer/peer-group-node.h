/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-graph.h"
#include "peer-group-records.h"
#include "peer-group-store.h"

G_BEGIN_DECLS

/* One of this user's identities in one group: what is stored of it, its graph, and how it comes
 * to others. Everything is done with the lock of the hub held, which create, open and join give
 * back for a while; results are the codes of peer-codes.h. */
typedef struct _WfdPeerGroupNode WfdPeerGroupNode;

/* Where groups and identities of the user lie. */
typedef struct
{
  WfdPeerHub *hub;
  const char *groups, *identities;
} WfdPeerGroupPlace;

/* The interface of the cloud of a link; 0 if there is none. */
guint32 wfd_peer_cloud_get_index (const char *cloud);

/* @entry is taken over: it gets the name of the group, which is made here, and its key.
 * @password: of @properties, or NULL. */
guint32 wfd_peer_group_node_create (const WfdPeerGroupPlace *place, WfdPeerGroupEntry *entry,
    WfdPeerGroupProperties *properties, const char *password, WfdPeerGroupNode **ret_node);
/* One that is stored: what is open already is given once more. */
guint32 wfd_peer_group_node_open (const WfdPeerGroupPlace *place, const char *identity,
    const char *name, WfdPeerGroupNode **ret_node);
/* Stores @entry, which an invitation has given, and opens it. @password: if it has no chain. */
guint32 wfd_peer_group_node_join (const WfdPeerGroupPlace *place, WfdPeerGroupEntry *entry,
    const char *password, WfdPeerGroupNode **ret_node);
/* As often as it was opened. It is closed in any case; a failure: what others have published is not
 * on the disk. */
guint32 wfd_peer_group_node_close (WfdPeerGroupNode *self);

const WfdPeerGroupEntry *wfd_peer_group_node_get_entry (const WfdPeerGroupNode *self);
WfdPeerGraph *wfd_peer_group_node_get_graph (const WfdPeerGroupNode *self);

/* To those at @addresses, or to whom it finds if @n is 0. It tells by WFD_PEER_EVENT_STATUS or
 * WFD_PEER_EVENT_CONNECT_FAILED how that has ended. */
guint32 wfd_peer_group_node_connect (WfdPeerGroupNode *self, const WfdPeerAddress *addresses,
    guint n);

/* The same again, with those that the last time was with. */
guint32 wfd_peer_group_node_reconnect (WfdPeerGroupNode *self);
/* Where it is connected from now on. */
void wfd_peer_group_node_set_cloud (WfdPeerGroupNode *self, const char *cloud, guint scope,
    guint flags);
/* WFD_PEER_NO_KEY_ACCESS: the keys of the identity cannot be read any more. */
guint32 wfd_peer_group_node_check_keys (WfdPeerGroupNode *self);

/* WFD_PEER_GROUP_NOT_READY until they are known. */
guint32 wfd_peer_group_node_get_properties (WfdPeerGroupNode *self,
    WfdPeerGroupProperties *ret_properties);
/* By the creator; only what may change is taken of @changes. */
guint32 wfd_peer_group_node_set_properties (WfdPeerGroupNode *self,
    const WfdPeerGroupProperties *changes, const char *password);

/* A chain for the member of @identity, an IDC. */
guint32 wfd_peer_group_node_issue (WfdPeerGroupNode *self, const WfdPeerCredential *identity,
    const WfdPeerGrant *grant, WfdPeerChain **ret_chain);
/* Before it publishes anything: who is not known as a member is not believed. */
void wfd_peer_group_node_introduce (WfdPeerGroupNode *self);
/* For everybody in the group to see. */
guint32 wfd_peer_group_node_publish_member (WfdPeerGroupNode *self, WfdPeerChain *chain);

/* --- members --- */

typedef struct
{
  char *identity;
  WfdPeerChain *chain;   /* or NULL: nothing is published */
  WfdPeerNodeInfo *node; /* or NULL: not present */
} WfdPeerMember;

void wfd_peer_member_free (WfdPeerMember *self);
/* WfdPeerMember, with this one first; @identity NULL: all. */
GPtrArray *wfd_peer_group_node_list_members (WfdPeerGroupNode *self, gboolean only_present,
    const char *identity);

G_END_DECLS
