/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who somebody is: a key, the name that follows from it (MS-PNRP 2.2.4: 40 hex digits of
 * SHA-1 over the public key, a dot, a classifier), and a certificate that says both. Each
 * has a folder of its own, which only its user may read:
 *   FOLDER/<sha256 of the name>/{key.pem, certificate.pem, identity}
 * Results are the codes of peer-codes.h. */
typedef struct _WfdPeerKey WfdPeerKey;

/* Which algorithms a group and its members have; never two in one group. */
typedef enum
{
  WFD_PEER_PROFILE_MODERN,     /* P-256 or Ed25519, SHA-256, TLS 1.3 */
  WFD_PEER_PROFILE_COMPATIBLE, /* those of MS-PPSEC: RSA, SHA-1, TLS up to 1.2 */
} WfdPeerProfile;

/* Each has its profile; members of a group may have different kinds. */
typedef enum
{
  WFD_PEER_KEY_P256,
  WFD_PEER_KEY_ED25519,
  WFD_PEER_KEY_RSA1024,
} WfdPeerKeyKind;

/* NULL if there is no randomness. */
WfdPeerKey *wfd_peer_key_new_of (WfdPeerKeyKind kind);
/* P-256. */
WfdPeerKey *wfd_peer_key_new (void);
WfdPeerKeyKind wfd_peer_key_get_kind (WfdPeerKey *self);
WfdPeerProfile wfd_peer_key_get_profile (WfdPeerKey *self);
WfdPeerKey *wfd_peer_key_ref (WfdPeerKey *self);
void wfd_peer_key_unref (WfdPeerKey *self);
/* PKCS#8, without a password. */
char *wfd_peer_key_to_pem (WfdPeerKey *self);
/* The first part of each name with this key. */
char *wfd_peer_key_get_authority (WfdPeerKey *self);

typedef struct
{
  char *name, *friendly_name;
} WfdPeerIdentity;

void wfd_peer_identity_free (WfdPeerIdentity *self);

/* The authority of a name; FALSE if it is none of a secured name. */
gboolean wfd_peer_name_get_authority (const char *name, char **ret_authority);

/* @friendly_name NULL: the name itself. */
guint32 wfd_peer_identity_create (const char *folder, WfdPeerKey *key, const char *classifier,
    const char *friendly_name, char **ret_name);
guint32 wfd_peer_identity_delete (const char *folder, const char *name);
guint32 wfd_peer_identity_get (const char *folder, const char *name,
    WfdPeerIdentity **ret_identity);
guint32 wfd_peer_identity_set_friendly_name (const char *folder, const char *name,
    const char *friendly_name);
guint32 wfd_peer_identity_load_key (const char *folder, const char *name, WfdPeerKey **ret_key);
/* DER. */
guint32 wfd_peer_identity_load_certificate (const char *folder, const char *name,
    GBytes **ret_certificate);
/* WfdPeerIdentity, in no order. */
guint32 wfd_peer_identity_list (const char *folder, GPtrArray **ret_identities);

/* The one that is meant where none is named; WFD_PEER_NOT_FOUND: none yet. */
guint32 wfd_peer_identity_get_default (const char *folder, char **ret_name);
guint32 wfd_peer_identity_make_default (const char *folder, char **ret_name);

/* Key and certificate in PKCS#12. */
guint32 wfd_peer_identity_export (const char *folder, const char *name, const char *password,
    GBytes **ret_pfx);
guint32 wfd_peer_identity_import (const char *folder, const char *name, GBytes *pfx,
    const char *password);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerKey, wfd_peer_key_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerIdentity, wfd_peer_identity_free)

G_END_DECLS
