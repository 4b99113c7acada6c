/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-event.h"
#include "peer-group-records.h"
#include "peer-tls.h"

G_BEGIN_DECLS

/* What a node of a group has to be one, and what it knows of the others: who is a member,
 * as what, and what each may do. A graph that was opened with it lets in members only,
 * and has only records that they signed. Times are seconds since 1970; results are the
 * codes of peer-codes.h. Not for more than one thread at once: a graph uses it with the
 * lock of its hub held. */
typedef struct _WfdPeerGroup WfdPeerGroup;

typedef struct
{
  const char *group_name;
  WfdPeerKey *key; /* of the identity */
  WfdPeerCredential *identity;
  WfdPeerChain *chain;       /* or NULL: only a password */
  WfdPeerKey *group_key;     /* or NULL: not the creator */
  const char *password_hash; /* of who has no chain, else NULL */
} WfdPeerGroupConfig;

/* WFD_PEER_NOT_TRUSTED: the chain is none of this group and this identity. That it is out
 * of date is no reason: others may know a later one. */
guint32 wfd_peer_group_new (const WfdPeerGroupConfig *config, WfdPeerGroup **ret_group);
WfdPeerGroup *wfd_peer_group_ref (WfdPeerGroup *self);
void wfd_peer_group_unref (WfdPeerGroup *self);

WfdPeerProfile wfd_peer_group_get_profile (const WfdPeerGroup *self);
const char *wfd_peer_group_get_name (const WfdPeerGroup *self);
const WfdPeerCredential *wfd_peer_group_get_identity (const WfdPeerGroup *self);
/* NULL if GnuTLS cannot. */
WfdPeerTlsContext *wfd_peer_group_get_tls (WfdPeerGroup *self);
/* The latest that is known, or NULL: nobody has let us in yet. */
WfdPeerChain *wfd_peer_group_get_chain (const WfdPeerGroup *self);
/* The one that counts at @now_s: the latest may begin later, or have ended. Without one, the
 * latest. */
WfdPeerChain *wfd_peer_group_get_chain_at (const WfdPeerGroup *self, gint64 now_s);
gboolean wfd_peer_group_may (const WfdPeerGroup *self, WfdPeerRole role, gint64 now_s);

/* --- members --- */

/* Of a Membership of this group, NULL for anything else. Of one that counts, nothing has to be
 * proved again. */
WfdPeerChain *wfd_peer_group_read_membership (WfdPeerGroup *self, const WfdPeerRecord *record);
/* Has the latest of a member; NULL if none is known that counts. */
WfdPeerChain *wfd_peer_group_find_member (const WfdPeerGroup *self, const char *name);
/* Whether @chain makes @identity a member at @now_s, if what is known of the group does
 * not say that a later one has taken its place, or that of who issued it. It is known then. */
guint32 wfd_peer_group_admit (WfdPeerGroup *self, WfdPeerChain *chain,
    const WfdPeerCredential *identity, gint64 now_s);
/* Of somebody who brings none: the latest that is known, if it is valid. */
WfdPeerChain *wfd_peer_group_recall (const WfdPeerGroup *self, const WfdPeerCredential *identity,
    gint64 now_s);

/* Of somebody who was let in: FALSE when none of their certificates that are known counts any
 * more. */
gboolean wfd_peer_group_may_stay (const WfdPeerGroup *self, const char *name, gint64 now_s);

/* --- passwords --- */

/* What we have typed or the group has told us, or NULL. */
const char *wfd_peer_group_get_password_hash (const WfdPeerGroup *self);
/* FALSE while there were so many wrong proofs that none is looked at, the right one included. */
gboolean wfd_peer_group_hears_proofs (const WfdPeerGroup *self, gint64 now_s);
void wfd_peer_group_note_wrong_proof (WfdPeerGroup *self, gint64 now_s);
/* For somebody who has proved the password: as what the group says (3.3.5.2.5). WFD_PEER_NO_MEMORY:
 * as many as may have come so. */
guint32 wfd_peer_group_issue_by_password (WfdPeerGroup *self, const WfdPeerCredential *identity,
    gint64 now_s, WfdPeerChain **ret_chain);
/* Ours, which another member has issued. */
guint32 wfd_peer_group_belong (WfdPeerGroup *self, WfdPeerChain *chain, gint64 now_s);

/* --- records --- */

/* WFD_PEER_OK, WFD_PEER_INVALID_RECORD, or WFD_PEER_DEFERRED: who has made it is not known
 * yet. It tells nothing until it is noted. */
guint32 wfd_peer_group_validate (WfdPeerGroup *self, const WfdPeerRecord *record);
/* WFD_PEER_NOT_AUTHORIZED, WFD_PEER_INVALID_EXPIRATION, WFD_PEER_NO_MEMORY. */
guint32 wfd_peer_group_sign (WfdPeerGroup *self, WfdPeerRecord *record, gint64 now_s);
/* What a record tells that is kept, and was valid then. */
void wfd_peer_group_note (WfdPeerGroup *self, const WfdPeerRecord *record);
/* Nothing was noted, and nobody has come: for who notes again what is kept. */
void wfd_peer_group_forget (WfdPeerGroup *self);
/* The names of those who have become known since the last call, whose records may have been
 * deferred; NULL: nobody. */
GHashTable *wfd_peer_group_take_news (WfdPeerGroup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerGroup, wfd_peer_group_unref)

G_END_DECLS
