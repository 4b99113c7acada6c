/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-channel.h"

#include <base-limits.h>
#include "peer-codes.h"
#include "peer-handshake.h"
#include "peer-password.h"
#include "peer-tls.h"

struct _WfdPeerChannel
{
  WfdPeerGroup *group;
  gboolean ours;
  gint64 now_s;
  WfdPeerTls *tls;
  WfdPeerHandshakeState state;
  gboolean begun;      /* what opens the handshake was sent */
  gsize taken_bytes;   /* of everything before it was secured */
  GByteArray *packets; /* of the handshake, as far as they have come; NULL behind it */
  char *peer_name;     /* behind it */
};

WfdPeerChannel *
wfd_peer_channel_new (WfdPeerGroup *group, gboolean ours, gint64 now_s)
{
  g_autoptr (WfdPeerChannel) self = g_new0 (WfdPeerChannel, 1);
  WfdPeerTlsContext *context;

  self->group = wfd_peer_group_ref (group);
  self->ours = ours;
  self->now_s = now_s;
  self->state = WFD_PEER_HANDSHAKE_LISTENS;
  self->packets = g_byte_array_new ();
  context = wfd_peer_group_get_tls (group);
  if (context != NULL)
    self->tls = wfd_peer_tls_new (context, ours);
  return self->tls != NULL ? g_steal_pointer (&self) : NULL;
}

void
wfd_peer_channel_free (WfdPeerChannel *self)
{
  g_clear_pointer (&self->tls, wfd_peer_tls_free);
  g_clear_pointer (&self->packets, g_byte_array_unref);
  g_free (self->peer_name);
  wfd_peer_group_unref (self->group);
  g_free (self);
}

/* --- Group Connect --- */

static WfdPeerProfile
profile_of (const WfdPeerChannel *self)
{
  return wfd_peer_group_get_profile (self->group);
}

static gboolean
send_packet (WfdPeerChannel *self, WfdPeerPacketKind kind, GBytes *body, GByteArray *out)
{
  g_autoptr (GByteArray) packet =
      wfd_peer_packet_build (kind, body != NULL ? wfd_bytes_of (body) : wfd_bytes (NULL, 0));

  return wfd_peer_tls_wrap (self->tls, wfd_bytes (packet->data, packet->len), out);
}

static gboolean
is_valid (const WfdPeerChannel *self, const WfdPeerChain *chain)
{
  return !WFD_PEER_FAILED (
      wfd_peer_chain_check (chain, wfd_peer_group_get_name (self->group), self->now_s));
}

/* Our certificate, or that it is out of date. */
static gboolean
send_ours (WfdPeerChannel *self, WfdPeerChain *chain, GByteArray *out)
{
  g_autoptr (GBytes) pkcs7 = NULL;

  if (!is_valid (self, chain))
    return send_packet (self, WFD_PEER_PACKET_HELLO, NULL, out);
  pkcs7 = wfd_peer_chain_build (chain);
  return pkcs7 != NULL && send_packet (self, WFD_PEER_PACKET_MEMBER, pkcs7, out);
}

static gboolean
begin (WfdPeerChannel *self, GByteArray *out)
{
  WfdPeerChain *chain = wfd_peer_group_get_chain_at (self->group, self->now_s);

  self->begun = TRUE;
  if (chain != NULL) {
    self->state = WFD_PEER_HANDSHAKE_ASKED;
    return send_ours (self, chain, out);
  }
  self->state = WFD_PEER_HANDSHAKE_BEGGED;
  return wfd_peer_group_get_password_hash (self->group) != NULL
      && send_packet (self, WFD_PEER_PACKET_NEWCOMER, NULL, out);
}

static gboolean
answer (WfdPeerChannel *self, GByteArray *out)
{
  WfdPeerChain *chain = wfd_peer_group_get_chain_at (self->group, self->now_s);

  return chain != NULL && send_ours (self, chain, out);
}

/* Who comes again mostly has the certificates that they had, whose signatures were looked at. */
static guint32
read_chain (WfdPeerChannel *self, WfdBytes pkcs7, WfdPeerChain **ret_chain)
{
  WfdPeerChain *known =
      wfd_peer_group_find_member (self->group, wfd_peer_tls_get_peer (self->tls)->name);
  g_autoptr (GBytes) same = known != NULL ? wfd_peer_chain_build (known) : NULL;

  if (same == NULL || g_bytes_get_size (same) != pkcs7.left
      || memcmp (g_bytes_get_data (same, NULL), pkcs7.pos, pkcs7.left) != 0)
    return wfd_peer_chain_read (pkcs7, ret_chain);
  *ret_chain = wfd_peer_chain_ref (known);
  return WFD_PEER_OK;
}

static gboolean
trust (WfdPeerChannel *self, WfdBytes pkcs7)
{
  g_autoptr (WfdPeerChain) chain = NULL;
  guint32 result = read_chain (self, pkcs7, &chain);

  if (!WFD_PEER_FAILED (result))
    result =
        wfd_peer_group_admit (self->group, chain, wfd_peer_tls_get_peer (self->tls), self->now_s);
  if (WFD_PEER_FAILED (result))
    g_debug ("%s is no member: 0x%x", wfd_peer_tls_get_peer (self->tls)->name, result);
  return !WFD_PEER_FAILED (result);
}

static gboolean
trust_known (WfdPeerChannel *self)
{
  return wfd_peer_group_recall (self->group, wfd_peer_tls_get_peer (self->tls), self->now_s)
      != NULL;
}

/* Only who may let somebody in needs to ask for the password. */
static gboolean
offer (WfdPeerChannel *self, GByteArray *out)
{
  return wfd_peer_group_get_password_hash (self->group) != NULL
      && (wfd_peer_group_may (self->group, WFD_PEER_ROLE_ADMIN, self->now_s)
          || wfd_peer_group_may (self->group, WFD_PEER_ROLE_INVITING, self->now_s))
      && answer (self, out);
}

/* With the modern profile it is of no use on another connection. */
static GBytes *
make_proof (WfdPeerChannel *self, const char *name)
{
  const char *hash = wfd_peer_group_get_password_hash (self->group);
  guint8 binding[WFD_PEER_TLS_BINDING_BYTES];
  gboolean bound = profile_of (self) == WFD_PEER_PROFILE_MODERN;

  if (hash == NULL || (bound && !wfd_peer_tls_get_binding (self->tls, binding)))
    return NULL;
  return wfd_peer_password_prove (profile_of (self), hash, name,
      wfd_bytes (binding, bound ? sizeof (binding) : 0));
}

static gboolean
prove (WfdPeerChannel *self, WfdBytes pkcs7, GByteArray *out)
{
  g_autoptr (GBytes) proof = NULL;

  if (!trust (self, pkcs7))
    return FALSE;
  proof = make_proof (self, wfd_peer_group_get_identity (self->group)->name);
  return proof != NULL && send_packet (self, WFD_PEER_PACKET_PROOF, proof, out);
}

/* Of many that have come at once only so many are looked at. */
static gboolean
is_proof (WfdPeerChannel *self, WfdBytes proof)
{
  g_autoptr (GBytes) wanted = make_proof (self, wfd_peer_tls_get_peer (self->tls)->name);
  gboolean right;

  if (wanted == NULL || !wfd_peer_group_hears_proofs (self->group, self->now_s))
    return FALSE;
  right = wfd_peer_password_is_proof (wanted, proof);
  if (!right)
    wfd_peer_group_note_wrong_proof (self->group, self->now_s);
  return right;
}

static gboolean
issue (WfdPeerChannel *self, WfdBytes proof, GByteArray *out)
{
  const WfdPeerCredential *peer = wfd_peer_tls_get_peer (self->tls);
  g_autoptr (GBytes) pkcs7 = NULL, locked = NULL;
  g_autoptr (WfdPeerChain) chain = NULL;

  if (!is_proof (self, proof)
      || WFD_PEER_FAILED (
          wfd_peer_group_issue_by_password (self->group, peer, self->now_s, &chain)))
    return FALSE;
  pkcs7 = wfd_peer_chain_build (chain);
  if (pkcs7 == NULL)
    return FALSE;
  locked = wfd_peer_password_lock (profile_of (self),
      wfd_peer_group_get_password_hash (self->group), wfd_bytes_of (pkcs7));
  return send_packet (self, WFD_PEER_PACKET_CERTIFICATE, locked, out);
}

static gboolean
belong (WfdPeerChannel *self, WfdBytes locked)
{
  g_autoptr (WfdPeerChain) chain = NULL;
  g_autoptr (GBytes) pkcs7 = wfd_peer_password_unlock (profile_of (self),
      wfd_peer_group_get_password_hash (self->group), locked);

  return pkcs7 != NULL && !WFD_PEER_FAILED (wfd_peer_chain_read (wfd_bytes_of (pkcs7), &chain))
      && !WFD_PEER_FAILED (wfd_peer_group_belong (self->group, chain, self->now_s));
}

static gboolean
act (WfdPeerChannel *self, WfdPeerHandshakeAction action, WfdBytes body, GByteArray *out)
{
  switch (action) {
    case WFD_PEER_HANDSHAKE_FAIL:
      break;
    case WFD_PEER_HANDSHAKE_ADMIT:
      return trust (self, body) && answer (self, out);
    case WFD_PEER_HANDSHAKE_RECALL:
      return trust_known (self) && answer (self, out);
    case WFD_PEER_HANDSHAKE_OFFER:
      return offer (self, out);
    case WFD_PEER_HANDSHAKE_ISSUE:
      return issue (self, body, out);
    case WFD_PEER_HANDSHAKE_TRUST:
      return trust (self, body);
    case WFD_PEER_HANDSHAKE_TRUST_KNOWN:
      return trust_known (self);
    case WFD_PEER_HANDSHAKE_PROVE:
      return prove (self, body, out);
    case WFD_PEER_HANDSHAKE_BELONG:
      return belong (self, body);
  }
  return FALSE;
}

/* FALSE: it failed. What is left of @packets belongs to messages once it is secured. */
static gboolean
take_packets (WfdPeerChannel *self, GByteArray *out)
{
  WfdBytes bytes = wfd_bytes (self->packets->data, self->packets->len), body;
  WfdPeerPacketResult result = WFD_PEER_PACKET_INCOMPLETE;
  gboolean good = TRUE;

  while (good && bytes.left > 0 && self->state != WFD_PEER_HANDSHAKE_DONE) {
    WfdPeerHandshakeState then;
    WfdPeerPacketKind kind;

    result = wfd_peer_packet_take (&bytes, &kind, &body);
    if (result != WFD_PEER_PACKET_GOOD)
      break;
    good = act (self, wfd_peer_handshake_next (self->state, kind, &then), body, out);
    if (good)
      self->state = then;
  }
  g_byte_array_remove_range (self->packets, 0, self->packets->len - bytes.left);
  return good && result != WFD_PEER_PACKET_BAD;
}

/* --- tokens --- */

static gboolean
take_token (WfdPeerChannel *self, WfdBytes octets, GByteArray *out)
{
  self->taken_bytes += octets.left;
  if (self->taken_bytes > WFD_LIMIT_PEER_TOKENS_BYTES
      || !wfd_peer_tls_take (self->tls, octets, self->packets, out))
    return FALSE;
  if (!wfd_peer_tls_is_open (self->tls))
    return TRUE;
  if (self->ours && !self->begun && !begin (self, out))
    return FALSE;
  return take_packets (self, out);
}

/* What only the handshake has needed goes. */
static void
finish (WfdPeerChannel *self, GByteArray *plain)
{
  g_byte_array_append (plain, self->packets->data, self->packets->len);
  g_clear_pointer (&self->packets, g_byte_array_unref);
  self->peer_name = g_strdup (wfd_peer_tls_get_peer (self->tls)->name);
  wfd_peer_tls_drop_peer (self->tls);
}

gboolean
wfd_peer_channel_take (WfdPeerChannel *self, WfdBytes octets, GByteArray *plain, GByteArray *out)
{
  if (wfd_peer_channel_is_secured (self))
    return wfd_peer_tls_take (self->tls, octets, plain, out);
  if (!take_token (self, octets, out))
    return FALSE;
  if (wfd_peer_channel_is_secured (self))
    finish (self, plain);
  return TRUE;
}

gboolean
wfd_peer_channel_is_secured (const WfdPeerChannel *self)
{
  return self->state == WFD_PEER_HANDSHAKE_DONE;
}

const char *
wfd_peer_channel_get_peer_name (const WfdPeerChannel *self)
{
  return self->peer_name;
}

gboolean
wfd_peer_channel_wrap (WfdPeerChannel *self, WfdBytes plain, GByteArray *out)
{
  return wfd_peer_tls_wrap (self->tls, plain, out);
}
