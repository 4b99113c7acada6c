/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-group.h"

G_BEGIN_DECLS

struct _WfdPeerGroup
{
  gint ref_count;
  char *name;
  WfdPeerKey *key;
  WfdPeerCredential *identity;
  WfdPeerKey *group_key; /* or NULL */
  char *password_hash;   /* or NULL */
  guint password_roles;
  GPtrArray *chains;     /* all that have been valid, which the tables point into */
  GHashTable *by_serial; /* of the leaf */
  GHashTable *by_name;   /* GPtrArray, all of a member */
  GHashTable *judged;    /* of chains: whether it is void */
  gboolean news;
};

void wfd_peer_group_learn (WfdPeerGroup *self, WfdPeerChain *chain);
/* Whether one of those who issued it had been put out before. */
gboolean wfd_peer_group_is_void (const WfdPeerGroup *self, const WfdPeerChain *chain);
/* Whether no later one had taken its place then, and it is not void. */
gboolean wfd_peer_group_is_current (const WfdPeerGroup *self, const WfdPeerChain *chain,
    gint64 at_s);

G_END_DECLS
