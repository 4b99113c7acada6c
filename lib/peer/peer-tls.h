/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-credential.h"

G_BEGIN_DECLS

/* TLS with a certificate on each side, over octets: no socket. It only makes sure that
 * the peer has the key of its certificate, an IDC; who may have it is another matter. */
typedef struct _WfdPeerTls WfdPeerTls;

/* What all connections of an identity have in common. Versions and algorithms are those of the
 * profile of @identity. NULL if GnuTLS cannot. */
typedef struct _WfdPeerTlsContext WfdPeerTlsContext;

WfdPeerTlsContext *wfd_peer_tls_context_new (WfdPeerKey *key, WfdPeerCredential *identity);
void wfd_peer_tls_context_free (WfdPeerTlsContext *self);

/* @context has to stay. NULL if GnuTLS cannot. */
WfdPeerTls *wfd_peer_tls_new (WfdPeerTlsContext *context, gboolean client);
void wfd_peer_tls_free (WfdPeerTls *self);

/* What has come, all of which is taken; the client begins with nothing. What was in it is
 * added to @plain, what has to be sent to @out. FALSE: it is broken, and @out may have
 * an alert. */
gboolean wfd_peer_tls_take (WfdPeerTls *self, WfdBytes octets, GByteArray *plain, GByteArray *out);
/* Its handshake is done. */
gboolean wfd_peer_tls_is_open (const WfdPeerTls *self);
/* An IDC, self-signed; NULL before it is open, and when it was dropped. */
const WfdPeerCredential *wfd_peer_tls_get_peer (const WfdPeerTls *self);
/* Nobody will ask for it again: a certificate needs more memory than all else. */
void wfd_peer_tls_drop_peer (WfdPeerTls *self);
/* What the two ends of this connection have in common with nobody else. */
#define WFD_PEER_TLS_BINDING_BYTES 32
gboolean wfd_peer_tls_get_binding (WfdPeerTls *self, guint8 ret_binding[32]);

gboolean wfd_peer_tls_wrap (WfdPeerTls *self, WfdBytes plain, GByteArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerTlsContext, wfd_peer_tls_context_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerTls, wfd_peer_tls_free)

G_END_DECLS
