/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-finder.h"
#include "peer-group.h"
#include "peer-group-node.h"

G_BEGIN_DECLS

typedef enum
{
  WFD_PEER_GROUP_OFFLINE,
  WFD_PEER_GROUP_CONNECTING,
  WFD_PEER_GROUP_ONLINE,
} WfdPeerGroupState;

struct _WfdPeerGroupNode
{
  guint n_users;
  WfdPeerHub *hub;
  char *folder; /* of all groups */
  char *identities;
  WfdPeerGroupEntry *entry;
  WfdPeerKey *key; /* of the identity */
  WfdPeerCredential *identity;
  WfdPeerGroup *group;
  WfdPeerGraph *graph;
  int lock_fd;
  GSource *timer;

  WfdPeerGroupState state;
  gint64 deadline_us;   /* of CONNECTING */
  GHashTable *attempts; /* ids of links that may lead to the group */
  GArray *addresses;    /* WfdPeerAddress, of the last connect by address */
  gboolean searches;    /* until the deadline, for whoever is there */
  gboolean cannot_search;
  WfdPeerFinder *finder;
  gboolean any_attempt;  /* there was one at all */
  guint32 failure;       /* of the last one */
  guint32 link_scope_id; /* of the interface where the addresses of a link were, or 0 */

  GPtrArray *told; /* WfdPeerEvent that are to be looked at when the graph is at rest */
};

WfdPeerNode *wfd_peer_group_node_begin (WfdPeerGroupNode *self);
guint64 wfd_peer_group_node_get_end_ticks (const WfdPeerGroupNode *self);
/* Soon, with the lock held and the graph at rest. */
void wfd_peer_group_node_wake (WfdPeerGroupNode *self);
guint32 wfd_peer_group_node_store (WfdPeerGroupNode *self);

/* peer-group-connect.c */
/* Where members are, for the next time. */
void wfd_peer_group_node_remember (WfdPeerGroupNode *self);
void wfd_peer_group_node_link_told (WfdPeerGroupNode *self, const WfdPeerEvent *event);
void wfd_peer_group_node_go_on (WfdPeerGroupNode *self);

/* peer-group-members.c */
void wfd_peer_group_node_member_told (WfdPeerGroupNode *self, const WfdPeerEvent *event);
void wfd_peer_group_node_tell_members (WfdPeerGroupNode *self);
/* WfdPeerChain of all Memberships. */
GPtrArray *wfd_peer_group_node_list_published (WfdPeerGroupNode *self);

G_END_DECLS
