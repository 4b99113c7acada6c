/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include "peer-identity.h"

G_BEGIN_DECLS

/* Keys and certificates of identities, in GnuTLS. NULL means that GnuTLS could not, for
 * which the only reason is what it was given. */

struct _WfdPeerKey
{
  gint ref_count;
  gnutls_x509_privkey_t key;
};

/* FALSE: no identity has such a key. */
gboolean wfd_peer_key_kind_of (gnutls_pubkey_t key, WfdPeerKeyKind *ret_kind);
gnutls_sign_algorithm_t wfd_peer_key_kind_get_sign (WfdPeerKeyKind kind);
WfdPeerProfile wfd_peer_key_kind_get_profile (WfdPeerKeyKind kind);

WfdPeerKey *wfd_peer_key_new_from_pem (const char *pem, gsize size);
/* Self-signed: an IDC (MS-PPSEC 2.2.5). */
gnutls_x509_crt_t wfd_peer_key_certify (WfdPeerKey *self, const char *name,
    const char *friendly_name);
/* What all certificates have; then what one has of its own, its key, and the signature,
 * whose algorithm is the one of the profile of @key. */
#define OID_CERTIFICATE_TYPE "1.3.6.1.4.1.311.44.0.1"
gboolean wfd_peer_certificate_begin (gnutls_x509_crt_t certificate, const char *name,
    const char *friendly_name, gint64 begins_s, gint64 ends_s);
gboolean wfd_peer_certificate_sign (gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer,
    WfdPeerKey *key);
gnutls_x509_crt_t wfd_peer_certificate_from_pem (const char *pem, gsize size);
GBytes *wfd_peer_certificate_to_der (gnutls_x509_crt_t certificate);
char *wfd_peer_certificate_to_pem (gnutls_x509_crt_t certificate);

GBytes *wfd_peer_pfx_build (WfdPeerKey *key, gnutls_x509_crt_t certificate, const char *password);
/* FALSE for a wrong password too, or if anything was changed. */
gboolean wfd_peer_pfx_read (GBytes *pfx, const char *password, WfdPeerKey **ret_key,
    gnutls_x509_crt_t *ret_certificate);

G_END_DECLS
