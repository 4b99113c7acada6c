/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-credential.h"

G_BEGIN_DECLS

/* The certificates from the root of a group (GRC, the first) to a member (GMC, the
 * last): what makes a member one. On the wire it is PKCS#7 SignedData without a
 * signature. Results are the codes of peer-codes.h. */
typedef struct _WfdPeerChain WfdPeerChain;

/* How far the clocks of members may be apart (MS-PPGRH 3.1.5.2.2). */
#define WFD_PEER_CLOCK_TOLERANCE_S (20 * 60)

/* Of @root alone: for the creator of a group, who issues the first GMC with its key. */
WfdPeerChain *wfd_peer_chain_new (WfdPeerCredential *root);
WfdPeerChain *wfd_peer_chain_ref (WfdPeerChain *self);
void wfd_peer_chain_unref (WfdPeerChain *self);

/* WFD_PEER_NOT_TRUSTED for what is no chain, WFD_PEER_CHAIN_TOO_LONG,
 * WFD_PEER_CIRCULAR_CHAIN. The order in which they stand does not matter. */
guint32 wfd_peer_chain_read (WfdBytes pkcs7, WfdPeerChain **ret_chain);
GBytes *wfd_peer_chain_build (WfdPeerChain *self);

guint wfd_peer_chain_get_length (const WfdPeerChain *self);
WfdPeerCredential *wfd_peer_chain_get (const WfdPeerChain *self, guint i);
/* The last. */
WfdPeerCredential *wfd_peer_chain_get_leaf (const WfdPeerChain *self);
/* Has @same, which is the @i-th octet for octet, in its place. */
void wfd_peer_chain_share (WfdPeerChain *self, guint i, WfdPeerCredential *same);

/* Whether it makes a member of @group_name; @now_s G_MININT64: at whatever time.
 * WFD_PEER_NOT_TRUSTED, WFD_PEER_INVALID_TIME. */
guint32 wfd_peer_chain_check (const WfdPeerChain *self, const char *group_name, gint64 now_s);

/* Only whether each of its certificates is valid then. */
guint32 wfd_peer_chain_check_time (const WfdPeerChain *self, gint64 now_s);

/* A chain that is longer by a GMC for @identity, an IDC or an older GMC. @key is the one of the leaf.
 * It begins and ends within the life of the leaf. WFD_PEER_NOT_AUTHORIZED,
 * WFD_PEER_CHAIN_TOO_LONG, WFD_PEER_INVALID_TIME, WFD_PEER_INVALID_ARGUMENT for an
 * identity of the other profile, WFD_PEER_NO_KEY_ACCESS. */
guint32 wfd_peer_chain_issue (const WfdPeerChain *self, WfdPeerKey *key,
    const WfdPeerCredential *identity, const WfdPeerGrant *grant, WfdPeerChain **ret_chain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerChain, wfd_peer_chain_unref)

G_END_DECLS
