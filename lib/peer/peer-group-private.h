/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-group.h"

G_BEGIN_DECLS

/* A chain that has been valid. */
typedef struct
{
  WfdPeerChain *chain;
  gboolean is_void;
  gboolean in_doubt;     /* whether it is void depends on one that has changed */
  GBytes *payload;       /* of a Membership that has it, or NULL */
  GHashTable *published; /* by name, which record each has who has published it; NULL: nobody */
} WfdPeerKnown;

struct _WfdPeerGroup
{
  gint ref_count;
  char *name;
  WfdPeerKey *key;
  WfdPeerCredential *identity;
  WfdPeerTlsContext *tls; /* NULL until somebody is connected */
  WfdPeerKey *group_key;  /* or NULL */
  char *typed_hash;       /* of who has no chain, or NULL */
  char *password_hash;    /* of the group, or NULL */
  guint password_roles;
  gint64 wrong_until_s; /* when all wrong proofs of it are forgotten */
  /* Lists of WfdPeerKnown, by when the leaf begins. */
  GPtrArray *known;
  GHashTable *by_name;   /* all of a member */
  GHashTable *by_issuer; /* GPtrArray: all that somebody has issued, or who follows from them */
  guint n_in_doubt;
  guint n_of_creator, n_others;
  GHashTable *n_followers; /* of those whom the creator has let in, by name */
  GHashTable *by_payload;
  /* The Membership that was read last, which is noted next; or NULL. */
  GBytes *read_payload;
  WfdPeerChain *read_chain;
  GHashTable *news; /* names, or NULL */
};

/* FALSE if there is no room for it. */
gboolean wfd_peer_group_learn (WfdPeerGroup *self, WfdPeerChain *chain);
/* Whether it could be learned. */
gboolean wfd_peer_group_has_room (const WfdPeerGroup *self, const WfdPeerChain *chain);
/* What @record, a Membership that counts, has; it is known then, if there is room. */
void wfd_peer_group_learn_published (WfdPeerGroup *self, WfdPeerChain *chain,
    const WfdPeerRecord *record);
/* Whether somebody would publish a second time what everybody knows of them. */
gboolean wfd_peer_group_is_published_again (const WfdPeerGroup *self, const WfdPeerChain *chain,
    const WfdPeerRecord *record);
/* The certificate of the group; NULL as long as nobody is known. */
WfdPeerCredential *wfd_peer_group_get_root (const WfdPeerGroup *self);
/* Whether one of those who issued it had been put out before. */
gboolean wfd_peer_group_is_void (const WfdPeerGroup *self, const WfdPeerChain *chain);
/* Whether no later one had taken its place then, and it is not void. */
gboolean wfd_peer_group_is_current (const WfdPeerGroup *self, const WfdPeerChain *chain,
    gint64 at_s);

G_END_DECLS
