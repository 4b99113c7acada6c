/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>

/* What MS-PPSEC fixes has keys and signatures that no default of today allows. */
static const char *const priorities[] = {
  [WFD_PEER_PROFILE_MODERN] =
      "NORMAL:-VERS-ALL:+VERS-TLS1.3:-SIGN-ALL:+SIGN-ECDSA-SECP256R1-SHA256:"
      "+SIGN-EDDSA-ED25519:"
      "-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305",
  [WFD_PEER_PROFILE_COMPATIBLE] =
      "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+SIGN-RSA-SHA1:"
      "-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+AES-128-CBC:+AES-256-CBC:"
      "%PROFILE_VERY_WEAK:%VERIFY_ALLOW_SIGN_WITH_SHA1",
};

struct _WfdPeerTlsContext
{
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priority;
};

struct _WfdPeerTls
{
  gnutls_session_t session;
  WfdBytes in;     /* of the call that is being made */
  GByteArray *out; /* the same */
  gboolean open;
  WfdPeerCredential *peer;
};

static ssize_t
pull (gnutls_transport_ptr_t user_data, void *data, size_t size)
{
  WfdPeerTls *self = user_data;
  WfdBytes part = { 0 };

  if (self->in.left == 0) {
    gnutls_transport_set_errno (self->session, EAGAIN);
    return -1;
  }
  wfd_bytes_take (&self->in, MIN (size, self->in.left), &part);
  memcpy (data, part.pos, part.left);
  return part.left;
}

static ssize_t
push (gnutls_transport_ptr_t user_data, const void *data, size_t size)
{
  WfdPeerTls *self = user_data;

  g_byte_array_append (self->out, data, size);
  return size;
}

static int
wait_for_nothing (gnutls_transport_ptr_t user_data, unsigned int ms)
{
  return ((WfdPeerTls *) user_data)->in.left > 0;
}

static WfdPeerCredential *
read_peer (WfdPeerTls *self)
{
  unsigned int n = 0;
  const gnutls_datum_t *der = gnutls_certificate_get_peers (self->session, &n);
  g_autoptr (WfdPeerCredential) peer = NULL;

  if (der == NULL || n != 1)
    return NULL;
  peer = wfd_peer_credential_read (wfd_bytes (der->data, der->size));
  return peer != NULL && peer->type == WFD_PEER_CREDENTIAL_IDENTITY
          && wfd_peer_credential_is_signed_by (peer, peer)
      ? g_steal_pointer (&peer)
      : NULL;
}

/* With TLS 1.2, before GnuTLS counts with the key, whose size is up to the peer. */
static int
look_at_peer (gnutls_session_t session)
{
  WfdPeerTls *self = gnutls_session_get_ptr (session);

  g_clear_pointer (&self->peer, wfd_peer_credential_unref);
  self->peer = read_peer (self);
  return self->peer != NULL ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

WfdPeerTlsContext *
wfd_peer_tls_context_new (WfdPeerKey *key, WfdPeerCredential *identity)
{
  g_autoptr (WfdPeerTlsContext) self = g_new0 (WfdPeerTlsContext, 1);
  gnutls_x509_crt_t certificate = wfd_peer_credential_get_certificate (identity);

  if (gnutls_certificate_allocate_credentials (&self->credentials) < 0
      || gnutls_certificate_set_x509_key (self->credentials, &certificate, 1, key->key) < 0
      || gnutls_priority_init (&self->priority, priorities[identity->profile], NULL) < 0)
    return NULL;
  gnutls_certificate_set_known_dh_params (self->credentials, GNUTLS_SEC_PARAM_MEDIUM);
  gnutls_certificate_set_verify_function (self->credentials, look_at_peer);
  return g_steal_pointer (&self);
}

void
wfd_peer_tls_context_free (WfdPeerTlsContext *self)
{
  if (self->credentials != NULL)
    gnutls_certificate_free_credentials (self->credentials);
  if (self->priority != NULL)
    gnutls_priority_deinit (self->priority);
  g_free (self);
}

static gboolean
set_up (WfdPeerTls *self, WfdPeerTlsContext *context, gboolean client)
{
  if (gnutls_init (&self->session,
          (client ? GNUTLS_CLIENT : GNUTLS_SERVER) | GNUTLS_NO_TICKETS | GNUTLS_NONBLOCK
              | GNUTLS_KEY_SHARE_TOP | GNUTLS_FORCE_CLIENT_CERT)
          < 0
      || gnutls_priority_set (self->session, context->priority) < 0
      || gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, context->credentials) < 0)
    return FALSE;
  gnutls_session_set_ptr (self->session, self);
  if (!client)
    gnutls_certificate_server_set_request (self->session, GNUTLS_CERT_REQUIRE);
  gnutls_handshake_set_timeout (self->session, GNUTLS_INDEFINITE_TIMEOUT);
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_pull_function (self->session, pull);
  gnutls_transport_set_push_function (self->session, push);
  gnutls_transport_set_pull_timeout_function (self->session, wait_for_nothing);
  return TRUE;
}

WfdPeerTls *
wfd_peer_tls_new (WfdPeerTlsContext *context, gboolean client)
{
  g_autoptr (WfdPeerTls) self = g_new0 (WfdPeerTls, 1);

  return set_up (self, context, client) ? g_steal_pointer (&self) : NULL;
}

void
wfd_peer_tls_free (WfdPeerTls *self)
{
  if (self->session != NULL)
    gnutls_deinit (self->session);
  wfd_peer_tls_drop_peer (self);
  g_free (self);
}

/* --- the handshake --- */

/* FALSE: it failed. */
static gboolean
shake_hands (WfdPeerTls *self)
{
  int result;

  do
    result = gnutls_handshake (self->session);
  while (result == GNUTLS_E_INTERRUPTED || result == GNUTLS_E_WARNING_ALERT_RECEIVED);
  if (result == GNUTLS_E_AGAIN)
    return TRUE;
  if (result < 0) {
    g_debug ("TLS: %s", gnutls_strerror (result));
    gnutls_alert_send_appropriate (self->session, result);
    return FALSE;
  }
  self->open = TRUE;
  return self->peer != NULL;
}

/* --- data --- */

/* FALSE: it is over. */
static gboolean
receive_record (WfdPeerTls *self, GByteArray *plain)
{
  gnutls_packet_t packet;
  gnutls_datum_t datum;
  gssize n = gnutls_record_recv_packet (self->session, &packet);

  if (n <= 0)
    return n == GNUTLS_E_AGAIN;
  gnutls_packet_get (packet, &datum, NULL);
  g_byte_array_append (plain, datum.data, datum.size);
  gnutls_packet_deinit (packet);
  return TRUE;
}

/* The end of TLS is the end of the connection, and a second handshake is none of ours. */
static gboolean
receive (WfdPeerTls *self, GByteArray *plain)
{
  while (self->in.left > 0 || gnutls_record_check_pending (self->session) > 0)
    if (!receive_record (self, plain))
      return FALSE;
  return TRUE;
}

gboolean
wfd_peer_tls_take (WfdPeerTls *self, WfdBytes octets, GByteArray *plain, GByteArray *out)
{
  gboolean good = TRUE;

  self->in = octets;
  self->out = out;
  if (!self->open)
    good = shake_hands (self);
  if (good && self->open)
    good = receive (self, plain);
  self->in = wfd_bytes (NULL, 0);
  self->out = NULL;
  return good;
}

gboolean
wfd_peer_tls_wrap (WfdPeerTls *self, WfdBytes plain, GByteArray *out)
{
  gboolean good = TRUE;

  self->out = out;
  while (good && plain.left > 0) {
    gssize n = gnutls_record_send (self->session, plain.pos, plain.left);

    good = n > 0 && wfd_bytes_skip (&plain, n);
  }
  self->out = NULL;
  return good;
}

gboolean
wfd_peer_tls_is_open (const WfdPeerTls *self)
{
  return self->open;
}

const WfdPeerCredential *
wfd_peer_tls_get_peer (const WfdPeerTls *self)
{
  return self->peer;
}

void
wfd_peer_tls_drop_peer (WfdPeerTls *self)
{
  g_clear_pointer (&self->peer, wfd_peer_credential_unref);
}

gboolean
wfd_peer_tls_get_binding (WfdPeerTls *self, guint8 ret_binding[32])
{
  static const char label[] = "EXPORTER-wfd-peer-group";

  return gnutls_prf_rfc5705 (self->session, sizeof (label) - 1, label, 0, NULL, 32,
             (char *) ret_binding)
      >= 0;
}
