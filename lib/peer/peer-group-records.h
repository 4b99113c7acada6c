/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-chain.h"
#include "peer-record.h"

G_BEGIN_DECLS

/* The records that each group has (MS-PPSEC 2.2.3), and what makes any record one of a
 * member (2.2.4). */

extern const WfdPeerGuid wfd_peer_type_membership, wfd_peer_type_group_properties;

typedef enum
{
  WFD_PEER_GROUP_MEMBER_DATA_OPTIONAL = 1,
  WFD_PEER_GROUP_NO_PRESENCE = 2,
  WFD_PEER_GROUP_DEFERS_EXPIRATION = 4,
} WfdPeerGroupFlags;

/* The payload of Security Properties. Strings that are NULL are empty on the wire. */
typedef struct
{
  guint32 flags; /* WfdPeerGroupFlags */
  guint32 member_lifetime_s, presence_lifetime_s;
  char *comment, *cloud, *classifier, *group_name, *creator_name, *friendly_name;
  /* Of those who may come with a password, or NULL and 0. */
  char *password_hash;
  guint password_roles;
} WfdPeerGroupProperties;

void wfd_peer_group_properties_clear (WfdPeerGroupProperties *self);
gboolean wfd_peer_group_properties_read (GBytes *payload, WfdPeerGroupProperties *ret_properties);
GBytes *wfd_peer_group_properties_build (const WfdPeerGroupProperties *self);

/* The payload of Membership. The chain is not checked. */
guint32 wfd_peer_membership_read (GBytes *payload, WfdPeerChain **ret_chain);
GBytes *wfd_peer_membership_build (WfdPeerChain *chain);

/* --- security data --- */

typedef struct
{
  guint8 creator[WFD_PEER_SERIAL_BYTES];
  guint8 modifier[WFD_PEER_SERIAL_BYTES]; /* 0 if there is none */
  WfdBytes signature;
} WfdPeerRecordSecurity;

gboolean wfd_peer_record_security_read (GBytes *security, WfdPeerRecordSecurity *ret_security);
/* What is signed of @record, by @modifier if there is one, else by @creator. */
GByteArray *wfd_peer_record_build_signed_text (const WfdPeerRecord *record, WfdPeerProfile profile,
    const guint8 creator[WFD_PEER_SERIAL_BYTES], const guint8 modifier[WFD_PEER_SERIAL_BYTES]);
/* Gives @record its security data; FALSE if GnuTLS cannot. */
gboolean wfd_peer_record_sign (WfdPeerRecord *record, WfdPeerKey *key,
    const guint8 creator[WFD_PEER_SERIAL_BYTES], const guint8 modifier[WFD_PEER_SERIAL_BYTES]);
/* Whether @signer, who is the one whom its security data names, has signed it. */
gboolean wfd_peer_record_is_signed_by (const WfdPeerRecord *record,
    const WfdPeerCredential *signer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdPeerGroupProperties, wfd_peer_group_properties_clear)

G_END_DECLS
