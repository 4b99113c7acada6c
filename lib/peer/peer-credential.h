/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/abstract.h>
#include "peer-key.h"
#include "peer-wire.h"

G_BEGIN_DECLS

/* A certificate of a peer group (MS-PPSEC 2.2.5) and what it says. Names are those of
 * peers, UTF-8; times are seconds since 1970. */

typedef enum
{
  WFD_PEER_CREDENTIAL_KEY,      /* no certificate: a key and a name of it */
  WFD_PEER_CREDENTIAL_MEMBER,   /* GMC: who is a member of a group, and as what */
  WFD_PEER_CREDENTIAL_GROUP,    /* GRC: the key of a group */
  WFD_PEER_CREDENTIAL_IDENTITY, /* IDC: the key of a peer */
} WfdPeerCredentialType;

typedef enum
{
  WFD_PEER_ROLE_ADMIN = 1,
  WFD_PEER_ROLE_INVITING = 2,
  WFD_PEER_ROLE_MEMBER = 4,
} WfdPeerRole;

#define WFD_PEER_SERIAL_BYTES 16

typedef struct
{
  gint ref_count;
  WfdPeerCredentialType type;
  WfdPeerProfile profile;
  WfdPeerKeyKind kind; /* of its key */
  char *name;          /* the group's, of a GRC */
  char *friendly_name;
  char *issuer_name; /* of a GMC, or NULL */
  char *issuer_friendly_name;
  char *group_name;   /* of a GMC and a GRC, or NULL */
  guint roles;        /* WfdPeerRole flags, of a GMC */
  char **classifiers; /* of a GMC, or NULL */
  gint64 begins_s, ends_s;
  guint8 serial[WFD_PEER_SERIAL_BYTES];
  GBytes *der;
  GBytes *public_key; /* SubjectPublicKeyInfo in DER */
  gnutls_sign_algorithm_t signed_by;
  GBytes *signature;
  gnutls_pubkey_t key;
  gnutls_x509_crt_t certificate; /* NULL as long as nobody has asked: it has ten times as much */
} WfdPeerCredential;

WfdPeerCredential *wfd_peer_credential_ref (WfdPeerCredential *self);
void wfd_peer_credential_unref (WfdPeerCredential *self);
/* NULL if it is none, or if its name is none of its key (of an IDC and a GMC). */
WfdPeerCredential *wfd_peer_credential_read (WfdBytes der);
/* Not of a key alone. It lives as long as @self. */
gnutls_x509_crt_t wfd_peer_credential_get_certificate (WfdPeerCredential *self);
/* Of whom nothing is there but the key, SubjectPublicKeyInfo in DER; NULL as above. */
WfdPeerCredential *wfd_peer_credential_new_of_key (const char *name, WfdBytes public_key);
/* Whether @issuer has signed it, with the algorithm of its profile. */
gboolean wfd_peer_credential_is_signed_by (const WfdPeerCredential *self,
    const WfdPeerCredential *issuer);
gboolean wfd_peer_credential_has_same_key (const WfdPeerCredential *self,
    const WfdPeerCredential *other);

/* What is to be in a new one. */
typedef struct
{
  const char *friendly_name;      /* of the subject; NULL: its name */
  guint roles;                    /* WfdPeerRole flags */
  const char *const *classifiers; /* or NULL */
  gint64 begins_s, ends_s;
} WfdPeerGrant;

/* A GRC of @key, whose name is @group_name. */
WfdPeerCredential *wfd_peer_credential_new_group (WfdPeerKey *key, const char *group_name,
    const WfdPeerGrant *grant);
/* A GMC for the key of @identity, signed by @key, which is that of @issuer. NULL if
 * GnuTLS cannot; whether it may be given is wfd_peer_chain_issue ()'s business. */
WfdPeerCredential *wfd_peer_credential_new_member (WfdPeerKey *key, WfdPeerCredential *issuer,
    const WfdPeerCredential *identity, const WfdPeerGrant *grant);
/* An IDC as identities have it, of the profile of its key. */
WfdPeerCredential *wfd_peer_credential_new_identity (WfdPeerKey *key, const char *name);

/* 0 if it is none of a role. */
guint wfd_peer_role_from_guid (const WfdPeerGuid *guid);
const WfdPeerGuid *wfd_peer_role_to_guid (WfdPeerRole role);
/* Whether who has @roles may issue all of @wanted (2.2.5.3). */
gboolean wfd_peer_roles_may_issue (guint roles, guint wanted);

/* Over SHA-1 (compatible: PKCS#1 v1.5 without an object identifier, 2.2.4) or SHA-256. */
GBytes *wfd_peer_key_sign (WfdPeerKey *key, WfdBytes text);
gboolean wfd_peer_credential_verify (const WfdPeerCredential *self, WfdBytes text,
    WfdBytes signature);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerCredential, wfd_peer_credential_unref)

G_END_DECLS
