/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-credential.h"

#include <gnutls/crypto.h>
#include "peer-credential-oids.h"
#include "peer-der.h"
#include "peer-put.h"

/* --- roles (2.2.5.3) --- */

static const struct
{
  WfdPeerRole role;
  WfdPeerGuid guid;
  guint may_issue;
} roles[] = {
  { WFD_PEER_ROLE_ADMIN,
      { { 0x04, 0x38, 0x71, 0x27, 0xaa, 0x56, 0x45, 0x0a, 0x8c, 0xe5, 0x4f, 0x56, 0x5c, 0x67, 0x90,
          0xf4 } },
      WFD_PEER_ROLE_ADMIN | WFD_PEER_ROLE_INVITING | WFD_PEER_ROLE_MEMBER },
  { WFD_PEER_ROLE_INVITING,
      { { 0x43, 0x70, 0xfd, 0x89, 0xdc, 0x18, 0x4c, 0xfb, 0x8d, 0xbf, 0x98, 0x53, 0xa8, 0xa9, 0xf9,
          0x05 } },
      WFD_PEER_ROLE_INVITING | WFD_PEER_ROLE_MEMBER },
  { WFD_PEER_ROLE_MEMBER,
      { { 0xf1, 0x2d, 0xc4, 0xc7, 0x08, 0x57, 0x4c, 0xa0, 0x93, 0xfc, 0xb1, 0xbb, 0x19, 0xa3, 0xd8,
          0xc2 } },
      0 },
};

guint
wfd_peer_role_from_guid (const WfdPeerGuid *guid)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (wfd_peer_guid_equal (guid, &roles[i].guid))
      return roles[i].role;
  return 0;
}

const WfdPeerGuid *
wfd_peer_role_to_guid (WfdPeerRole role)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (roles[i].role == role)
      return &roles[i].guid;
  return NULL;
}

gboolean
wfd_peer_roles_may_issue (guint issuer, guint wanted)
{
  guint may_issue = 0;

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if ((issuer & roles[i].role) != 0)
      may_issue |= roles[i].may_issue;
  return (wanted & ~may_issue) == 0;
}

/* --- signatures --- */

/* Certificate ::= SEQUENCE { tbsCertificate, … }, of which the first is signed. */
static gboolean
get_signed_part (const WfdPeerCredential *self, WfdBytes *ret_part)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (self->der, &size);
  WfdBytes der = wfd_bytes (data, size), certificate;

  return wfd_peer_der_take (&der, WFD_PEER_DER_SEQUENCE, &certificate)
      && wfd_peer_der_take_whole (&certificate, WFD_PEER_DER_SEQUENCE, ret_part);
}

gboolean
wfd_peer_credential_is_signed_by (const WfdPeerCredential *self, const WfdPeerCredential *issuer)
{
  WfdBytes signature = wfd_bytes_of (self->signature), part;
  gnutls_datum_t data, sum = { (guint8 *) signature.pos, signature.left };

  if (self->profile != issuer->profile || !get_signed_part (self, &part)
      || self->signed_by != wfd_peer_key_kind_get_sign (issuer->kind))
    return FALSE;
  data = (gnutls_datum_t) { (guint8 *) part.pos, part.left };
  return gnutls_pubkey_verify_data2 (issuer->key, self->signed_by,
             GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1, &data, &sum)
      >= 0;
}

gboolean
wfd_peer_credential_has_same_key (const WfdPeerCredential *self, const WfdPeerCredential *other)
{
  return g_bytes_equal (self->public_key, other->public_key);
}

/* What is signed with RSA: no object identifier says which hash it is (2.2.4), so GnuTLS does not
 * make it. */
static gnutls_datum_t
hash_text (WfdBytes text, guint8 sum[20])
{
  gnutls_hash_fast (GNUTLS_DIG_SHA1, text.pos, text.left, sum);
  return (gnutls_datum_t) { sum, gnutls_hash_get_len (GNUTLS_DIG_SHA1) };
}

static gboolean
sign (WfdPeerKeyKind kind, gnutls_privkey_t key, WfdBytes text, gnutls_datum_t *ret_signature)
{
  gnutls_datum_t data = { (guint8 *) text.pos, text.left }, hash;
  guint8 sum[20];

  if (kind != WFD_PEER_KEY_RSA1024)
    return gnutls_privkey_sign_data2 (key, wfd_peer_key_kind_get_sign (kind), 0, &data,
               ret_signature)
        >= 0;
  hash = hash_text (text, sum);
  return gnutls_privkey_sign_hash (key, GNUTLS_DIG_SHA1, GNUTLS_PRIVKEY_SIGN_FLAG_TLS1_RSA, &hash,
             ret_signature)
      >= 0;
}

GBytes *
wfd_peer_key_sign (WfdPeerKey *self, WfdBytes text)
{
  gnutls_datum_t signature = { NULL, 0 };
  gnutls_privkey_t key;
  GBytes *bytes = NULL;

  gnutls_privkey_init (&key);
  if (gnutls_privkey_import_x509 (key, self->key, 0) >= 0
      && sign (wfd_peer_key_get_kind (self), key, text, &signature))
    bytes = g_bytes_new (signature.data, signature.size);
  gnutls_free (signature.data);
  gnutls_privkey_deinit (key);
  return bytes;
}

gboolean
wfd_peer_credential_verify (const WfdPeerCredential *self, WfdBytes text, WfdBytes signature)
{
  gnutls_datum_t data = { (guint8 *) text.pos, text.left }, hash;
  gnutls_datum_t sum = { (guint8 *) signature.pos, signature.left };
  guint8 octets[20];

  if (self->kind != WFD_PEER_KEY_RSA1024)
    return gnutls_pubkey_verify_data2 (self->key, wfd_peer_key_kind_get_sign (self->kind), 0, &data,
               &sum)
        >= 0;
  hash = hash_text (text, octets);
  return gnutls_pubkey_verify_hash2 (self->key, GNUTLS_SIGN_RSA_SHA1,
             GNUTLS_VERIFY_USE_TLS1_RSA | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1, &hash, &sum)
      >= 0;
}

/* --- new ones --- */

static gboolean
set_extension (gnutls_x509_crt_t certificate, const char *oid, const GByteArray *der)
{
  return gnutls_x509_crt_set_extension_by_oid (certificate, oid, der->data, der->len, 0) >= 0;
}

static gboolean
set_type (gnutls_x509_crt_t certificate, WfdPeerCredentialType type)
{
  g_autoptr (GByteArray) der = g_byte_array_new ();
  guint8 octets[4] = { type };

  wfd_peer_der_put (der, WFD_PEER_DER_OCTETS, wfd_bytes (octets, sizeof (octets)));
  return set_extension (certificate, OID_CERTIFICATE_TYPE, der);
}

static WfdBytes
bytes_of (const GByteArray *array)
{
  return wfd_bytes (array->data, array->len);
}

static void
put_other_name (GByteArray *names, const guint8 *oid, gsize oid_size, const char *text)
{
  g_autoptr (GByteArray) value = g_byte_array_new ();
  g_autoptr (GByteArray) name = g_byte_array_new ();

  wfd_peer_der_put_text (value, text);
  g_byte_array_append (name, oid, oid_size);
  wfd_peer_der_put (name, WFD_PEER_DER_TAGGED (0), bytes_of (value));
  wfd_peer_der_put (names, WFD_PEER_DER_TAGGED (0), bytes_of (name));
}

static gboolean
set_sequence (gnutls_x509_crt_t certificate, const char *oid, const GByteArray *content)
{
  g_autoptr (GByteArray) der = g_byte_array_new ();

  wfd_peer_der_put (der, WFD_PEER_DER_SEQUENCE, bytes_of (content));
  return set_extension (certificate, oid, der);
}

static gboolean
set_group_name (gnutls_x509_crt_t certificate, const char *group_name)
{
  g_autoptr (GByteArray) names = g_byte_array_new ();

  put_other_name (names, wfd_peer_oid_name, sizeof (wfd_peer_oid_name), group_name);
  return set_sequence (certificate, OID_GROUP_NAME, names);
}

static gboolean
set_roles (gnutls_x509_crt_t certificate, guint wanted)
{
  g_autoptr (GByteArray) list = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++) {
    WfdPeerGuid swapped;

    if ((wanted & roles[i].role) == 0)
      continue;
    wfd_peer_guid_swap (&swapped, roles[i].guid.bytes);
    wfd_peer_der_put (list, WFD_PEER_DER_OCTETS, wfd_bytes (swapped.bytes, sizeof (swapped)));
  }
  return set_sequence (certificate, OID_ROLES, list);
}

static gboolean
set_classifiers (gnutls_x509_crt_t certificate, const char *const *classifiers)
{
  g_autoptr (GByteArray) names = g_byte_array_new ();

  for (guint i = 0; classifiers != NULL && classifiers[i] != NULL; i++)
    put_other_name (names, wfd_peer_oid_classifier, sizeof (wfd_peer_oid_classifier),
        classifiers[i]);
  return set_sequence (certificate, OID_CLASSIFIERS, names);
}

/* Read as others will read it: what they would refuse is none. Takes @certificate. */
static WfdPeerCredential *
finish (gnutls_x509_crt_t certificate, gboolean good)
{
  g_autoptr (GBytes) der = good ? wfd_peer_certificate_to_der (certificate) : NULL;

  gnutls_x509_crt_deinit (certificate);
  return der != NULL ? wfd_peer_credential_read (wfd_bytes_of (der)) : NULL;
}

static gboolean
begin (gnutls_x509_crt_t certificate, const char *name, const char *group_name,
    WfdPeerCredentialType type, const WfdPeerGrant *grant)
{
  return wfd_peer_certificate_begin (certificate, name,
             grant->friendly_name != NULL ? grant->friendly_name : name, grant->begins_s,
             grant->ends_s)
      && set_type (certificate, type) && set_group_name (certificate, group_name);
}

WfdPeerCredential *
wfd_peer_credential_new_group (WfdPeerKey *key, const char *group_name, const WfdPeerGrant *grant)
{
  gnutls_x509_crt_t certificate;

  gnutls_x509_crt_init (&certificate);
  return finish (certificate,
      begin (certificate, group_name, group_name, WFD_PEER_CREDENTIAL_GROUP, grant)
          && gnutls_x509_crt_set_key (certificate, key->key) >= 0
          && wfd_peer_certificate_sign (certificate, certificate, key));
}

static gboolean
set_issuer (gnutls_x509_crt_t certificate, const WfdPeerCredential *issuer)
{
  guint8 id[64];
  gsize size = sizeof (id);

  return gnutls_x509_crt_set_issuer_alt_name (certificate, GNUTLS_SAN_URI, issuer->name,
             strlen (issuer->name), GNUTLS_FSAN_SET)
      >= 0
      && gnutls_pubkey_get_key_id (issuer->key, 0, id, &size) >= 0
      && gnutls_x509_crt_set_authority_key_id (certificate, id, size) >= 0;
}

WfdPeerCredential *
wfd_peer_credential_new_member (WfdPeerKey *key, WfdPeerCredential *issuer,
    const WfdPeerCredential *identity, const WfdPeerGrant *grant)
{
  gnutls_x509_crt_t certificate;

  gnutls_x509_crt_init (&certificate);
  return finish (certificate,
      begin (certificate, identity->name, issuer->group_name, WFD_PEER_CREDENTIAL_MEMBER, grant)
          && set_roles (certificate, grant->roles)
          && set_classifiers (certificate, grant->classifiers) && set_issuer (certificate, issuer)
          && gnutls_x509_crt_set_pubkey (certificate, identity->key) >= 0
          && wfd_peer_certificate_sign (certificate, wfd_peer_credential_get_certificate (issuer),
              key));
}

WfdPeerCredential *
wfd_peer_credential_new_identity (WfdPeerKey *key, const char *name)
{
  gnutls_x509_crt_t certificate = wfd_peer_key_certify (key, name, name);

  return certificate != NULL ? finish (certificate, TRUE) : NULL;
}
