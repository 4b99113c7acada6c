/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <peer-group-node.h>

#include "peergraph-private.h"
#include "peergroup-xml.h"
#include "peeridentity-private.h"

G_BEGIN_DECLS

#define PEERGROUP_STATUS (PEER_GROUP_STATUS_LISTENING | PEER_GROUP_STATUS_HAS_CONNECTIONS)
#define PEERGROUP_MAX_ROLES 16

/* What an HGROUP means: one of perhaps several ways into a group. Whatever groups and graphs have
 * in common goes through its HGRAPH, which no application sees. */
typedef struct
{
  HGROUP handle;
  WfdPeerGroupNode *node;
  Graph *graph;
} Group;

/* As peergraph_enter () and peergraph_enter_graph (); they end with peergraph_leave (). */
HRESULT peergroup_enter (void);
HRESULT peergroup_enter_group (HGROUP handle, Group **ret_group);
/* To call a function of graphs with; no lock is held. */
HRESULT peergroup_get_graph (HGROUP handle, HGRAPH *ret_graph);
/* What such a function returns, as one of groups does. */
HRESULT peergroup_code (HRESULT result);

/* The lock is held. */
WfdPeerGroupPlace peergroup_get_place (void);
/* A new handle of @node, which is taken over. */
HRESULT peergroup_add (WfdPeerGroupNode *node, HGROUP *ret_handle);
HRESULT peergroup_free (Group *self);
/* Those of a group that is deleted. */
void peergroup_free_all_of (const char *identity, const char *name);

/* --- what an application says --- */

/* The default one for NULL, which is made where there is none if @make; E_INVALIDARG. */
HRESULT peergroup_read_identity (PCWSTR identity, gboolean make, char **ret_identity);
/* NULL if it is none. */
char *peergroup_read_name (PCWSTR name);
char *peergroup_read_password (PCWSTR password);
/* Of NULL nothing; PEER_E_NO_CLOUD. */
HRESULT peergroup_read_cloud (PCWSTR name, PeerCloud *ret_cloud);
HRESULT peergroup_read_invitation (PCWSTR text, PeerInvitation *ret_invitation);
/* One that makes a member of a group, at whatever time. */
HRESULT peergroup_read_chain (GBytes *pkcs7, WfdPeerChain **ret_chain);
/* NULL if it is no key that identities have, or @name is none of it. */
WfdPeerCredential *peergroup_read_public_key (const CERT_PUBLIC_KEY_INFO *info, const char *name);
/* FALSE if one of them is none, or there is none. */
gboolean peergroup_read_roles (ULONG n, const PEER_ROLE_ID *roles, guint *ret_roles);

/* --- what it gets --- */

void peergroup_fill_roles (gpointer block, guint roles, ULONG *ret_n, PEER_ROLE_ID **ret_roles);
void peergroup_role_to_guid (guint role, PEER_ROLE_ID *ret_role);
CERT_PUBLIC_KEY_INFO *peergroup_build_public_key (gpointer block,
    const WfdPeerCredential *credential);
PPEER_CREDENTIAL_INFO peergroup_build_credential (gpointer block, const WfdPeerChain *chain);
FILETIME peergroup_time_from_s (gint64 time_s);
gint64 peergroup_time_to_s (const FILETIME *time);

G_END_DECLS
