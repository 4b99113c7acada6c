/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-credential.h"

#include <base-limits.h>
#include "peer-credential-oids.h"
#include "peer-der.h"

/* What a certificate says. GnuTLS reads X.509, we the extensions that only peers have. */

WfdPeerCredential *
wfd_peer_credential_ref (WfdPeerCredential *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
wfd_peer_credential_unref (WfdPeerCredential *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->name);
  g_free (self->friendly_name);
  g_free (self->issuer_name);
  g_free (self->issuer_friendly_name);
  g_free (self->group_name);
  g_strfreev (self->classifiers);
  g_clear_pointer (&self->der, g_bytes_unref);
  g_clear_pointer (&self->public_key, g_bytes_unref);
  g_clear_pointer (&self->signature, g_bytes_unref);
  if (self->key != NULL)
    gnutls_pubkey_deinit (self->key);
  gnutls_x509_crt_deinit (self->certificate);
  g_free (self);
}

/* --- names --- */

#define MAX_ALT_NAMES 4

static gboolean
check_name (char **name)
{
  if (g_utf8_validate (*name, -1, NULL) && **name != '\0'
      && g_utf8_strlen (*name, -1) <= WFD_LIMIT_PEER_NAME_CHARS)
    return TRUE;
  g_clear_pointer (name, g_free);
  return FALSE;
}

typedef int (*GetAltName) (gnutls_x509_crt_t, unsigned int, void *, size_t *, unsigned int *);
typedef int (
    *GetCommonName) (gnutls_x509_crt_t, const char *, unsigned, unsigned int, void *, size_t *);

/* The first URI; Windows has a name in DNS form beside the one of an identity (MS-PPSEC 2.2.5). */
static gboolean
get_alt_name (gnutls_x509_crt_t certificate, GetAltName get, char **ret_name)
{
  char name[4 * WFD_LIMIT_PEER_NAME_CHARS + 1];
  gsize size;
  int kind, n = 0;

  do {
    size = sizeof (name) - 1;
    kind = get (certificate, n++, name, &size, NULL);
  } while (
      kind != GNUTLS_SAN_URI && kind != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE && n < MAX_ALT_NAMES);
  if (kind != GNUTLS_SAN_URI)
    return FALSE;
  *ret_name = g_strndup (name, size);
  return check_name (ret_name);
}

static gboolean
get_common_name (gnutls_x509_crt_t certificate, GetCommonName get, char **ret_name)
{
  char name[4 * WFD_LIMIT_PEER_NAME_CHARS + 1];
  gsize size = sizeof (name);

  if (get (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) < 0)
    return FALSE;
  /* As text of a DN it has backslashes before marks (RFC 4514 2.4). */
  *ret_name = g_strcompress (name);
  return check_name (ret_name);
}

/* --- extensions --- */

static gboolean
get_extension (gnutls_x509_crt_t certificate, const char *oid, gnutls_datum_t *ret_datum)
{
  return gnutls_x509_crt_get_extension_by_oid2 (certificate, oid, 0, ret_datum, NULL) >= 0;
}

static gboolean
take_type (WfdPeerCredential *self, WfdBytes der)
{
  WfdBytes octets;

  if (!wfd_peer_der_take (&der, WFD_PEER_DER_OCTETS, &octets) || der.left > 0 || octets.left != 4
      || octets.pos[0] < WFD_PEER_CREDENTIAL_MEMBER || octets.pos[0] > WFD_PEER_CREDENTIAL_IDENTITY
      || octets.pos[1] != 0 || octets.pos[2] != 0 || octets.pos[3] != 0)
    return FALSE;
  self->type = octets.pos[0];
  return TRUE;
}

/* The next of GeneralNames, which is an otherName of the type. */
static gboolean
take_other_name (WfdBytes *names, const guint8 *oid, gsize oid_size, char **ret_text)
{
  WfdBytes name, value;

  return wfd_peer_der_take (names, WFD_PEER_DER_TAGGED (0), &name)
      && wfd_bytes_take_exact (&name, oid, oid_size)
      && wfd_peer_der_take (&name, WFD_PEER_DER_TAGGED (0), &value) && name.left == 0
      && wfd_peer_der_take_text (&value, WFD_LIMIT_PEER_NAME_CHARS, ret_text) && value.left == 0;
}

static gboolean
take_group_name (WfdPeerCredential *self, WfdBytes der)
{
  WfdBytes names;

  return wfd_peer_der_take (&der, WFD_PEER_DER_SEQUENCE, &names) && der.left == 0
      && take_other_name (&names, wfd_peer_oid_name, sizeof (wfd_peer_oid_name), &self->group_name)
      && names.left == 0;
}

static gboolean
take_classifiers (WfdPeerCredential *self, WfdBytes der)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  WfdBytes names;
  guint n = 0;

  if (!wfd_peer_der_take (&der, WFD_PEER_DER_SEQUENCE, &names) || der.left > 0)
    return FALSE;
  while (names.left > 0) {
    g_autofree char *text = NULL;

    if (++n > WFD_LIMIT_PEER_CLASSIFIERS
        || !take_other_name (&names, wfd_peer_oid_classifier, sizeof (wfd_peer_oid_classifier),
            &text))
      return FALSE;
    g_strv_builder_add (texts, text);
  }
  self->classifiers = g_strv_builder_end (texts);
  return TRUE;
}

/* A role that we do not know gives no right. */
static gboolean
take_roles (WfdPeerCredential *self, WfdBytes der)
{
  WfdBytes roles, role;

  if (!wfd_peer_der_take (&der, WFD_PEER_DER_SEQUENCE, &roles) || der.left > 0)
    return FALSE;
  while (roles.left > 0) {
    WfdPeerGuid guid;

    if (!wfd_peer_der_take (&roles, WFD_PEER_DER_OCTETS, &role) || role.left != sizeof (guid))
      return FALSE;
    wfd_peer_guid_swap (&guid, role.pos);
    self->roles |= wfd_peer_role_from_guid (&guid);
  }
  return TRUE;
}

#define IN(type) (1u << WFD_PEER_CREDENTIAL_##type)

static const struct
{
  const char *oid;
  guint types; /* that have to have it */
  gboolean (*take) (WfdPeerCredential *self, WfdBytes der);
} extensions[] = {
  { OID_CERTIFICATE_TYPE, IN (MEMBER) | IN (GROUP) | IN (IDENTITY), take_type },
  { OID_GROUP_NAME, IN (MEMBER) | IN (GROUP), take_group_name },
  { OID_ROLES, IN (MEMBER), take_roles },
  { OID_CLASSIFIERS, IN (MEMBER), take_classifiers },
};

static gboolean
take_extensions (WfdPeerCredential *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (extensions); i++) {
    gnutls_datum_t datum;
    gboolean good;

    if (i > 0 && (extensions[i].types & 1u << self->type) == 0)
      continue;
    if (!get_extension (self->certificate, extensions[i].oid, &datum))
      return FALSE;
    good = extensions[i].take (self, wfd_bytes (datum.data, datum.size));
    gnutls_free (datum.data);
    if (!good)
      return FALSE;
  }
  return TRUE;
}

/* --- X.509 --- */

static gboolean
take_kind (WfdPeerCredential *self)
{
  gnutls_datum_t info;

  if (gnutls_pubkey_export2 (self->key, GNUTLS_X509_FMT_DER, &info) < 0)
    return FALSE;
  self->public_key = g_bytes_new (info.data, info.size);
  gnutls_free (info.data);
  if (!wfd_peer_key_kind_of (self->key, &self->kind))
    return FALSE;
  self->profile = wfd_peer_key_kind_get_profile (self->kind);
  return TRUE;
}

static gboolean
take_key (WfdPeerCredential *self)
{
  gnutls_pubkey_init (&self->key);
  return gnutls_pubkey_import_x509 (self->key, self->certificate, 0) >= 0 && take_kind (self);
}

static gboolean
take_signature (WfdPeerCredential *self)
{
  guint8 signature[1024];
  gsize size = sizeof (signature);
  int algorithm = gnutls_x509_crt_get_signature_algorithm (self->certificate);

  if (algorithm < 0
      || gnutls_x509_crt_get_signature (self->certificate, (char *) signature, &size) < 0)
    return FALSE;
  self->signed_by = algorithm;
  self->signature = g_bytes_new (signature, size);
  return TRUE;
}

static gboolean
take_serial_and_time (WfdPeerCredential *self)
{
  gsize size = sizeof (self->serial);

  self->begins_s = gnutls_x509_crt_get_activation_time (self->certificate);
  self->ends_s = gnutls_x509_crt_get_expiration_time (self->certificate);
  return gnutls_x509_crt_get_serial (self->certificate, self->serial, &size) >= 0
      && size == sizeof (self->serial) && self->begins_s < self->ends_s;
}

/* 40 hex digits of SHA-1 over the key (MS-PNRP 2.2.4). */
static gboolean
name_fits_key (const WfdPeerCredential *self)
{
  g_autofree char *authority = g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, self->public_key);
  g_autofree char *named = NULL;

  return wfd_peer_name_get_authority (self->name, &named) && g_str_equal (named, authority);
}

static gboolean
take_names (WfdPeerCredential *self)
{
  if (!get_alt_name (self->certificate, gnutls_x509_crt_get_subject_alt_name, &self->name)
      || !get_common_name (self->certificate, gnutls_x509_crt_get_dn_by_oid, &self->friendly_name)
      || !name_fits_key (self))
    return FALSE;
  if (self->type == WFD_PEER_CREDENTIAL_GROUP)
    return g_str_equal (self->name, self->group_name);
  return self->type == WFD_PEER_CREDENTIAL_IDENTITY
      || (get_alt_name (self->certificate, gnutls_x509_crt_get_issuer_alt_name, &self->issuer_name)
          && get_common_name (self->certificate, gnutls_x509_crt_get_issuer_dn_by_oid,
              &self->issuer_friendly_name));
}

static gnutls_x509_crt_t
import (WfdBytes der)
{
  gnutls_datum_t datum = { (guint8 *) der.pos, der.left };
  gnutls_x509_crt_t certificate;

  gnutls_x509_crt_init (&certificate);
  if (gnutls_x509_crt_import (certificate, &datum, GNUTLS_X509_FMT_DER) >= 0)
    return certificate;
  gnutls_x509_crt_deinit (certificate);
  return NULL;
}

WfdPeerCredential *
wfd_peer_credential_read (WfdBytes der)
{
  g_autoptr (WfdPeerCredential) self = g_new0 (WfdPeerCredential, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->certificate = der.left <= WFD_LIMIT_PEER_CHAIN_BYTES ? import (der) : NULL;
  if (self->certificate == NULL || !take_key (self) || !take_signature (self)
      || !take_serial_and_time (self) || !take_extensions (self) || !take_names (self))
    return NULL;
  self->der = g_bytes_new (der.pos, der.left);
  g_clear_pointer (&self->certificate, gnutls_x509_crt_deinit);
  return g_steal_pointer (&self);
}

gnutls_x509_crt_t
wfd_peer_credential_get_certificate (WfdPeerCredential *self)
{
  if (self->certificate == NULL)
    self->certificate = import (wfd_bytes_of (self->der));
  return self->certificate;
}

WfdPeerCredential *
wfd_peer_credential_new_of_key (const char *name, WfdBytes public_key)
{
  g_autoptr (WfdPeerCredential) self = g_new0 (WfdPeerCredential, 1);
  gnutls_datum_t datum = { (guint8 *) public_key.pos, public_key.left };

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  self->friendly_name = g_strdup (name);
  gnutls_pubkey_init (&self->key);
  return gnutls_pubkey_import (self->key, &datum, GNUTLS_X509_FMT_DER) >= 0 && take_kind (self)
          && name_fits_key (self)
      ? g_steal_pointer (&self)
      : NULL;
}
