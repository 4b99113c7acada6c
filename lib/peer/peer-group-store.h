/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-limits.h>
#include "peer-chain.h"

G_BEGIN_DECLS

/* The groups that identities of this user are in. Each has a folder, which only its user may
 * read:
 *   FOLDER/<sha256 of the identity>/<sha256 of the group>/{group, chain.p7b, key.pem, *.db}
 * Results are the codes of peer-codes.h. */

typedef struct
{
  char *identity, *name, *friendly_name;
  char *cloud;
  guint scope, cloud_flags;
  WfdPeerChain *chain; /* NULL until somebody gives one for the password */
  WfdPeerKey *key;     /* of the group, which its creator has; or NULL */
  char *password_hash; /* for who has no chain, or NULL */
  /* Where members were found last. */
  WfdPeerAddress addresses[WFD_LIMIT_PEER_ADDRESSES];
  guint n_addresses;
} WfdPeerGroupEntry;

/* Scopes of a cloud, as invitations number them. */
enum
{
  WFD_PEER_CLOUD_GLOBAL = 1,
  WFD_PEER_CLOUD_SITE,
  WFD_PEER_CLOUD_LINK,
};

/* That of the Internet, and what the name of one link begins with; the rest is that of the
 * interface. */
#define WFD_PEER_CLOUD_NAME "Global_"
#define WFD_PEER_CLOUD_OF_LINK "LinkLocal_"

/* What the database of a group is called. */
#define WFD_PEER_GROUP_DATABASE "group"

void wfd_peer_group_entry_free (WfdPeerGroupEntry *self);

char *wfd_peer_group_store_get_folder (const char *folder, const char *identity, const char *name);
/* By who has it open: a new one, or in the place of the one that is there. */
guint32 wfd_peer_group_store_write (const char *folder, const WfdPeerGroupEntry *entry);
/* The same by who does not: WFD_PEER_GROUP_IN_USE if anybody does. */
guint32 wfd_peer_group_store_add (const char *folder, const WfdPeerGroupEntry *entry);
guint32 wfd_peer_group_store_read (const char *folder, const char *identity, const char *name,
    WfdPeerGroupEntry **ret_entry);
guint32 wfd_peer_group_store_delete (const char *folder, const char *identity, const char *name);
/* WfdPeerIdentity: names of groups, in no order. */
guint32 wfd_peer_group_store_list (const char *folder, const char *identity, GPtrArray **ret_names);

/* Only one process has a group open, or deletes it: a descriptor to close, with
 * WFD_PEER_GROUP_IN_USE if there is another. The folder has to be there. */
guint32 wfd_peer_group_store_lock (const char *folder, const char *identity, const char *name,
    int *ret_fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerGroupEntry, wfd_peer_group_entry_free)

G_END_DECLS
