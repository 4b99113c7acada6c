/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-group.h"

G_BEGIN_DECLS

/* A chain that has been valid. */
typedef struct
{
  WfdPeerChain *chain;
  gboolean is_void;
} WfdPeerKnown;

struct _WfdPeerGroup
{
  gint ref_count;
  char *name;
  WfdPeerKey *key;
  WfdPeerCredential *identity;
  WfdPeerKey *group_key; /* or NULL */
  char *password_hash;   /* or NULL */
  guint password_roles;
  /* Lists of WfdPeerKnown, by when the leaf begins. */
  GPtrArray *known;
  GHashTable *by_name; /* all of a member */
  GHashTable *issuers; /* names of who has issued any of them */
  gboolean news;
};

/* FALSE if there is no room for it. */
gboolean wfd_peer_group_learn (WfdPeerGroup *self, WfdPeerChain *chain);
/* The certificate of the group; NULL as long as nobody is known. */
const WfdPeerCredential *wfd_peer_group_get_root (const WfdPeerGroup *self);
/* Whether one of those who issued it had been put out before. */
gboolean wfd_peer_group_is_void (const WfdPeerGroup *self, const WfdPeerChain *chain);
/* Whether no later one had taken its place then, and it is not void. */
gboolean wfd_peer_group_is_current (const WfdPeerGroup *self, const WfdPeerChain *chain,
    gint64 at_s);

G_END_DECLS
