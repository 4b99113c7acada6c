/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-key.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/pkcs12.h>
#include <string.h>

#define SERIAL_BYTES 16
/* An identity has no end; a certificate must. */
#define LIFE_S (100LL * 365 * 24 * 3600)
/* Clocks of others may be behind. */
#define BEFORE_S (24 * 3600)

/* Extensions of MS-PPSEC 2.2.5: the type of a certificate, 3 for an identity, as four
 * octets with the lowest first, and what its key may be used for. */
#define OID_PEER_AUTHENTICATION "1.3.6.1.4.1.311.44.3.4"
static const guint8 type_identity[] = { 0x04, 0x04, 3, 0, 0, 0 };

/* Of MS-PNRP 2.2.3.5: 1.2. */
#define OID_VERSION "1.3.6.1.4.1.311.44.0.4"
static const guint8 version[] = { 0x04, 0x04, 1, 0, 2, 0 };

/* --- keys --- */

static WfdPeerKey *
key_new (void)
{
  WfdPeerKey *self = g_new0 (WfdPeerKey, 1);

  g_atomic_ref_count_init (&self->ref_count);
  gnutls_x509_privkey_init (&self->key);
  return self;
}

WfdPeerKey *
wfd_peer_key_ref (WfdPeerKey *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
wfd_peer_key_unref (WfdPeerKey *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  gnutls_x509_privkey_deinit (self->key);
  g_free (self);
}

/* No other size of RSA fits the 128 octets of a signature (MS-PPSEC 2.2.4). */
#define RSA_BITS 1024
#define RSA_MAX_EXPONENT_BYTES 4 /* as all that make keys have it */

/* By WfdPeerKeyKind. */
static const struct
{
  WfdPeerProfile profile;
  gnutls_pk_algorithm_t algorithm;
  gnutls_ecc_curve_t curve;
  gnutls_sign_algorithm_t signs_by;
  gnutls_digest_algorithm_t digest; /* as GnuTLS names the algorithm by it */
} kinds[] = {
  [WFD_PEER_KEY_P256] = { WFD_PEER_PROFILE_MODERN, GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP256R1,
      GNUTLS_SIGN_ECDSA_SHA256, GNUTLS_DIG_SHA256 },
  [WFD_PEER_KEY_ED25519] = { WFD_PEER_PROFILE_MODERN, GNUTLS_PK_EDDSA_ED25519,
      GNUTLS_ECC_CURVE_ED25519, GNUTLS_SIGN_EDDSA_ED25519, GNUTLS_DIG_SHA512 },
  [WFD_PEER_KEY_RSA1024] = { WFD_PEER_PROFILE_COMPATIBLE, GNUTLS_PK_RSA, GNUTLS_ECC_CURVE_INVALID,
      GNUTLS_SIGN_RSA_SHA1, GNUTLS_DIG_SHA1 },
};

WfdPeerKey *
wfd_peer_key_new_of (WfdPeerKeyKind kind)
{
  g_autoptr (WfdPeerKey) self = key_new ();
  gnutls_ecc_curve_t curve = kinds[kind].curve;

  if (gnutls_x509_privkey_generate (self->key, kinds[kind].algorithm,
          curve != GNUTLS_ECC_CURVE_INVALID ? GNUTLS_CURVE_TO_BITS (curve) : RSA_BITS, 0)
      < 0)
    return NULL;
  return g_steal_pointer (&self);
}

WfdPeerKey *
wfd_peer_key_new (void)
{
  return wfd_peer_key_new_of (WFD_PEER_KEY_P256);
}

static gboolean
find_kind (int algorithm, WfdPeerKeyKind *ret_kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if ((int) kinds[i].algorithm == algorithm) {
      *ret_kind = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* Another would take seconds of whoever looks at a signature. */
static gboolean
is_small_rsa (gnutls_pubkey_t key)
{
  gnutls_datum_t modulus, exponent;
  gboolean good;

  if (gnutls_pubkey_export_rsa_raw2 (key, &modulus, &exponent, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
    return FALSE;
  good = modulus.size == RSA_BITS / 8 && exponent.size <= RSA_MAX_EXPONENT_BYTES;
  gnutls_free (modulus.data);
  gnutls_free (exponent.data);
  return good;
}

static gboolean
has_curve (gnutls_pubkey_t key, gnutls_ecc_curve_t expected)
{
  gnutls_ecc_curve_t curve;

  return gnutls_pubkey_export_ecc_raw2 (key, &curve, NULL, NULL, 0) >= 0 && curve == expected;
}

gboolean
wfd_peer_key_kind_of (gnutls_pubkey_t key, WfdPeerKeyKind *ret_kind)
{
  WfdPeerKeyKind kind;

  if (!find_kind (gnutls_pubkey_get_pk_algorithm (key, NULL), &kind))
    return FALSE;
  if (!(kind == WFD_PEER_KEY_RSA1024 ? is_small_rsa (key) : has_curve (key, kinds[kind].curve)))
    return FALSE;
  *ret_kind = kind;
  return TRUE;
}

gnutls_sign_algorithm_t
wfd_peer_key_kind_get_sign (WfdPeerKeyKind kind)
{
  return kinds[kind].signs_by;
}

WfdPeerProfile
wfd_peer_key_kind_get_profile (WfdPeerKeyKind kind)
{
  return kinds[kind].profile;
}

WfdPeerKeyKind
wfd_peer_key_get_kind (WfdPeerKey *self)
{
  WfdPeerKeyKind kind = WFD_PEER_KEY_P256;

  find_kind (gnutls_x509_privkey_get_pk_algorithm (self->key), &kind);
  return kind;
}

WfdPeerProfile
wfd_peer_key_get_profile (WfdPeerKey *self)
{
  return kinds[wfd_peer_key_get_kind (self)].profile;
}

WfdPeerKey *
wfd_peer_key_new_from_pem (const char *pem, gsize size)
{
  g_autoptr (WfdPeerKey) self = key_new ();
  gnutls_datum_t datum = { (guint8 *) pem, size };

  if (gnutls_x509_privkey_import (self->key, &datum, GNUTLS_X509_FMT_PEM) < 0)
    return NULL;
  return g_steal_pointer (&self);
}

static char *
take_text (gnutls_datum_t *datum)
{
  char *text = g_strndup ((const char *) datum->data, datum->size);

  gnutls_memset (datum->data, 0, datum->size);
  gnutls_free (datum->data);
  return text;
}

char *
wfd_peer_key_to_pem (WfdPeerKey *self)
{
  gnutls_datum_t datum;

  if (gnutls_x509_privkey_export2_pkcs8 (self->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
          &datum)
      < 0)
    return NULL;
  return take_text (&datum);
}

char *
wfd_peer_key_get_authority (WfdPeerKey *self)
{
  gnutls_pubkey_t public_key;
  gnutls_privkey_t private_key;
  gnutls_datum_t info = { NULL, 0 };
  char *authority = NULL;

  gnutls_pubkey_init (&public_key);
  gnutls_privkey_init (&private_key);
  if (gnutls_privkey_import_x509 (private_key, self->key, 0) >= 0
      && gnutls_pubkey_import_privkey (public_key, private_key, 0, 0) >= 0
      && gnutls_pubkey_export2 (public_key, GNUTLS_X509_FMT_DER, &info) >= 0)
    authority = g_compute_checksum_for_data (G_CHECKSUM_SHA1, info.data, info.size);
  gnutls_free (info.data);
  gnutls_pubkey_deinit (public_key);
  gnutls_privkey_deinit (private_key);
  return authority;
}

/* --- certificates --- */

gboolean
wfd_peer_certificate_begin (gnutls_x509_crt_t certificate, const char *name,
    const char *friendly_name, gint64 begins_s, gint64 ends_s)
{
  guint8 serial[SERIAL_BYTES];

  if (gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof (serial)) < 0)
    return FALSE;
  /* Neither negative nor shorter. */
  serial[0] = (serial[0] & 0x7f) | 0x40;
  return gnutls_x509_crt_set_version (certificate, 3) >= 0
      && gnutls_x509_crt_set_serial (certificate, serial, sizeof (serial)) >= 0
      && gnutls_x509_crt_set_activation_time (certificate, begins_s) >= 0
      && gnutls_x509_crt_set_expiration_time (certificate, ends_s) >= 0
      && gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, friendly_name,
             strlen (friendly_name))
      >= 0
      && gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_URI, name, strlen (name),
             GNUTLS_FSAN_SET)
      >= 0;
}

gboolean
wfd_peer_certificate_sign (gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer, WfdPeerKey *key)
{
  WfdPeerKeyKind kind = wfd_peer_key_get_kind (key);

  return (kinds[kind].profile != WFD_PEER_PROFILE_COMPATIBLE
             || gnutls_x509_crt_set_extension_by_oid (certificate, OID_VERSION, version,
                    sizeof (version), 0)
                 >= 0)
      && gnutls_x509_crt_sign2 (certificate, issuer, key->key, kinds[kind].digest, 0) >= 0;
}

static gboolean
fill_certificate (gnutls_x509_crt_t certificate, WfdPeerKey *key, const char *name,
    const char *friendly_name)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;

  return wfd_peer_certificate_begin (certificate, name, friendly_name, now_s - BEFORE_S,
             now_s + LIFE_S)
      && gnutls_x509_crt_set_extension_by_oid (certificate, OID_CERTIFICATE_TYPE, type_identity,
             sizeof (type_identity), 0)
      >= 0
      && gnutls_x509_crt_set_key_purpose_oid (certificate, OID_PEER_AUTHENTICATION, 0) >= 0
      && gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0) >= 0
      && gnutls_x509_crt_set_key (certificate, key->key) >= 0
      && wfd_peer_certificate_sign (certificate, certificate, key);
}

gnutls_x509_crt_t
wfd_peer_key_certify (WfdPeerKey *self, const char *name, const char *friendly_name)
{
  gnutls_x509_crt_t certificate;

  gnutls_x509_crt_init (&certificate);
  if (fill_certificate (certificate, self, name, friendly_name))
    return certificate;
  gnutls_x509_crt_deinit (certificate);
  return NULL;
}

gnutls_x509_crt_t
wfd_peer_certificate_from_pem (const char *pem, gsize size)
{
  gnutls_datum_t datum = { (guint8 *) pem, size };
  gnutls_x509_crt_t certificate;

  gnutls_x509_crt_init (&certificate);
  if (gnutls_x509_crt_import (certificate, &datum, GNUTLS_X509_FMT_PEM) >= 0)
    return certificate;
  gnutls_x509_crt_deinit (certificate);
  return NULL;
}

GBytes *
wfd_peer_certificate_to_der (gnutls_x509_crt_t certificate)
{
  gnutls_datum_t der;
  GBytes *bytes;

  if (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der) < 0)
    return NULL;
  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  return bytes;
}

char *
wfd_peer_certificate_to_pem (gnutls_x509_crt_t certificate)
{
  gnutls_datum_t pem;

  if (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem) < 0)
    return NULL;
  return take_text (&pem);
}

/* --- PKCS#12 --- */

/* @set puts one thing into the bag, which is locked with the password, or not. */
static gboolean
add_bag (gnutls_pkcs12_t pfx, gnutls_pkcs12_bag_type_t type, gnutls_datum_t data,
    const char *password)
{
  gnutls_pkcs12_bag_t bag;
  gboolean good;

  gnutls_pkcs12_bag_init (&bag);
  good = gnutls_pkcs12_bag_set_data (bag, type, &data) >= 0
      && (password == NULL
          || gnutls_pkcs12_bag_encrypt (bag, password, GNUTLS_PKCS_PBES2_AES_256) >= 0)
      && gnutls_pkcs12_set_bag (pfx, bag) >= 0;
  gnutls_pkcs12_bag_deinit (bag);
  return good;
}

static gboolean
fill_pfx (gnutls_pkcs12_t pfx, WfdPeerKey *key, gnutls_x509_crt_t certificate, const char *password)
{
  g_autoptr (GBytes) der = wfd_peer_certificate_to_der (certificate);
  gnutls_datum_t locked = { NULL, 0 }, plain;
  gsize size;
  gboolean good;

  if (der == NULL)
    return FALSE;
  plain.data = (guint8 *) g_bytes_get_data (der, &size);
  plain.size = size;
  good = gnutls_x509_privkey_export2_pkcs8 (key->key, GNUTLS_X509_FMT_DER, password,
             GNUTLS_PKCS_PBES2_AES_256, &locked)
          >= 0
      && add_bag (pfx, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, locked, NULL)
      && add_bag (pfx, GNUTLS_BAG_CERTIFICATE, plain, password)
      && gnutls_pkcs12_generate_mac2 (pfx, GNUTLS_MAC_SHA256, password) >= 0;
  gnutls_free (locked.data);
  return good;
}

GBytes *
wfd_peer_pfx_build (WfdPeerKey *key, gnutls_x509_crt_t certificate, const char *password)
{
  gnutls_pkcs12_t pfx;
  gnutls_datum_t der = { NULL, 0 };
  GBytes *bytes = NULL;

  gnutls_pkcs12_init (&pfx);
  if (fill_pfx (pfx, key, certificate, password)
      && gnutls_pkcs12_export2 (pfx, GNUTLS_X509_FMT_DER, &der) >= 0)
    bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  gnutls_pkcs12_deinit (pfx);
  return bytes;
}

static gboolean
take_pfx (gnutls_pkcs12_t pfx, const char *password, WfdPeerKey *key,
    gnutls_x509_crt_t *ret_certificate)
{
  gnutls_x509_crt_t *chain = NULL;
  gnutls_x509_privkey_t read_key = NULL;
  unsigned int n = 0;

  if (gnutls_pkcs12_verify_mac (pfx, password) < 0
      || gnutls_pkcs12_simple_parse (pfx, password, &read_key, &chain, &n, NULL, NULL, NULL,
             GNUTLS_PKCS12_SP_INCLUDE_SELF_SIGNED)
          < 0)
    return FALSE;

  gnutls_x509_privkey_deinit (key->key);
  key->key = read_key;
  for (unsigned int i = 1; i < n; i++)
    gnutls_x509_crt_deinit (chain[i]);
  *ret_certificate = n > 0 ? chain[0] : NULL;
  gnutls_free (chain);
  return n > 0;
}

gboolean
wfd_peer_pfx_read (GBytes *bytes, const char *password, WfdPeerKey **ret_key,
    gnutls_x509_crt_t *ret_certificate)
{
  g_autoptr (WfdPeerKey) key = key_new ();
  gnutls_datum_t der;
  gnutls_pkcs12_t pfx;
  gsize size;
  gboolean good;

  der.data = (guint8 *) g_bytes_get_data (bytes, &size);
  der.size = size;
  gnutls_pkcs12_init (&pfx);
  good = gnutls_pkcs12_import (pfx, &der, GNUTLS_X509_FMT_DER, 0) >= 0
      && take_pfx (pfx, password, key, ret_certificate);
  gnutls_pkcs12_deinit (pfx);
  if (good)
    *ret_key = g_steal_pointer (&key);
  return good;
}
