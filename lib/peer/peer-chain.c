/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-chain.h"

#include <base-limits.h>
#include <gnutls/pkcs7.h>
#include "peer-codes.h"

struct _WfdPeerChain
{
  gint ref_count;
  GPtrArray *credentials; /* WfdPeerCredential */
  GBytes *pkcs7;          /* or NULL as long as nobody has asked */
};

static WfdPeerChain *
chain_new (GPtrArray *credentials)
{
  WfdPeerChain *self = g_new0 (WfdPeerChain, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->credentials = credentials;
  return self;
}

static GPtrArray *
list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_credential_unref);
}

WfdPeerChain *
wfd_peer_chain_new (WfdPeerCredential *root)
{
  GPtrArray *credentials = list_new ();

  g_ptr_array_add (credentials, wfd_peer_credential_ref (root));
  return chain_new (credentials);
}

WfdPeerChain *
wfd_peer_chain_ref (WfdPeerChain *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
wfd_peer_chain_unref (WfdPeerChain *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->credentials);
  g_clear_pointer (&self->pkcs7, g_bytes_unref);
  g_free (self);
}

guint
wfd_peer_chain_get_length (const WfdPeerChain *self)
{
  return self->credentials->len;
}

WfdPeerCredential *
wfd_peer_chain_get (const WfdPeerChain *self, guint i)
{
  return self->credentials->pdata[i];
}

WfdPeerCredential *
wfd_peer_chain_get_leaf (const WfdPeerChain *self)
{
  return self->credentials->pdata[self->credentials->len - 1];
}

void
wfd_peer_chain_share (WfdPeerChain *self, guint i, WfdPeerCredential *same)
{
  gpointer *place = &self->credentials->pdata[i];

  wfd_peer_credential_ref (same);
  wfd_peer_credential_unref (*place);
  *place = same;
}

/* --- PKCS#7 --- */

static guint32
read_all (gnutls_pkcs7_t pkcs7, GPtrArray *credentials)
{
  int n = gnutls_pkcs7_get_crt_count (pkcs7);

  if (n > WFD_LIMIT_PEER_CHAIN)
    return WFD_PEER_CHAIN_TOO_LONG;
  for (int i = 0; i < n; i++) {
    WfdPeerCredential *credential;
    gnutls_datum_t der;

    if (gnutls_pkcs7_get_crt_raw2 (pkcs7, i, &der) < 0)
      return WFD_PEER_NOT_TRUSTED;
    credential = wfd_peer_credential_read (wfd_bytes (der.data, der.size));
    gnutls_free (der.data);
    if (credential == NULL)
      return WFD_PEER_NOT_TRUSTED;
    g_ptr_array_add (credentials, credential);
  }
  return n > 0 ? WFD_PEER_OK : WFD_PEER_NOT_TRUSTED;
}

static gboolean
is_named_after (const WfdPeerCredential *credential, const WfdPeerCredential *last)
{
  return last == NULL ? credential->type == WFD_PEER_CREDENTIAL_GROUP
                      : credential->type == WFD_PEER_CREDENTIAL_MEMBER
          && g_str_equal (credential->issuer_name, last->name);
}

/* The one that follows; out of the list. Only one can: a second one of the same issuer would never
 * have its turn. So whoever sends them costs one look at a signature for each. */
static WfdPeerCredential *
take_next (GPtrArray *credentials, const WfdPeerCredential *last)
{
  for (guint i = 0; i < credentials->len; i++) {
    WfdPeerCredential *next = credentials->pdata[i];

    if (is_named_after (next, last))
      return wfd_peer_credential_is_signed_by (next, last != NULL ? last : next)
          ? g_ptr_array_steal_index (credentials, i)
          : NULL;
  }
  return NULL;
}

/* In PKCS#7 they are a set. */
static guint32
sort (GPtrArray *credentials, GPtrArray *sorted)
{
  while (credentials->len > 0) {
    const WfdPeerCredential *last = sorted->len > 0 ? sorted->pdata[sorted->len - 1] : NULL;
    WfdPeerCredential *next = take_next (credentials, last);

    if (next == NULL)
      return WFD_PEER_NOT_TRUSTED;
    for (guint i = 0; i < sorted->len; i++) {
      if (wfd_peer_credential_has_same_key (next, sorted->pdata[i])) {
        wfd_peer_credential_unref (next);
        return WFD_PEER_CIRCULAR_CHAIN;
      }
    }
    g_ptr_array_add (sorted, next);
  }
  return WFD_PEER_OK;
}

guint32
wfd_peer_chain_read (WfdBytes bytes, WfdPeerChain **ret_chain)
{
  g_autoptr (GPtrArray) credentials = list_new ();
  g_autoptr (GPtrArray) sorted = list_new ();
  gnutls_datum_t datum = { (guint8 *) bytes.pos, bytes.left };
  guint32 result = WFD_PEER_NOT_TRUSTED;
  gnutls_pkcs7_t pkcs7;

  gnutls_pkcs7_init (&pkcs7);
  if (bytes.left <= WFD_LIMIT_PEER_CHAIN_BYTES
      && gnutls_pkcs7_import (pkcs7, &datum, GNUTLS_X509_FMT_DER) >= 0)
    result = read_all (pkcs7, credentials);
  gnutls_pkcs7_deinit (pkcs7);
  if (!WFD_PEER_FAILED (result))
    result = sort (credentials, sorted);
  if (!WFD_PEER_FAILED (result))
    *ret_chain = chain_new (g_steal_pointer (&sorted));
  return result;
}

static GBytes *
build (const WfdPeerChain *self)
{
  gnutls_datum_t der = { NULL, 0 };
  gnutls_pkcs7_t pkcs7;
  gboolean good = TRUE;
  GBytes *bytes = NULL;

  gnutls_pkcs7_init (&pkcs7);
  for (guint i = 0; i < self->credentials->len; i++) {
    WfdBytes one = wfd_bytes_of (wfd_peer_chain_get (self, i)->der);
    gnutls_datum_t datum = { (guint8 *) one.pos, one.left };

    good = good && gnutls_pkcs7_set_crt_raw (pkcs7, &datum) >= 0;
  }
  if (good && gnutls_pkcs7_export2 (pkcs7, GNUTLS_X509_FMT_DER, &der) >= 0)
    bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  gnutls_pkcs7_deinit (pkcs7);
  return bytes;
}

GBytes *
wfd_peer_chain_build (WfdPeerChain *self)
{
  GBytes *pkcs7 = g_atomic_pointer_get (&self->pkcs7);

  if (pkcs7 == NULL) {
    pkcs7 = build (self);
    /* Unless another thread has been faster. */
    if (pkcs7 == NULL || !g_atomic_pointer_compare_and_exchange (&self->pkcs7, NULL, pkcs7))
      return pkcs7;
  }
  return g_bytes_ref (pkcs7);
}

/* --- what makes a member --- */

static gboolean
is_link_good (const WfdPeerCredential *parent, const WfdPeerCredential *child,
    const char *group_name)
{
  guint rights =
      parent->type == WFD_PEER_CREDENTIAL_GROUP ? (guint) WFD_PEER_ROLE_ADMIN : parent->roles;

  return g_str_equal (child->group_name, group_name) && child->roles != 0
      && wfd_peer_roles_may_issue (rights, child->roles) && child->begins_s >= parent->begins_s
      && child->ends_s <= parent->ends_s;
}

guint32
wfd_peer_chain_check_time (const WfdPeerChain *self, gint64 now_s)
{
  for (guint i = 0; i < self->credentials->len; i++) {
    const WfdPeerCredential *credential = self->credentials->pdata[i];

    if (now_s < credential->begins_s - WFD_PEER_CLOCK_TOLERANCE_S || now_s >= credential->ends_s)
      return WFD_PEER_INVALID_TIME;
  }
  return WFD_PEER_OK;
}

guint32
wfd_peer_chain_check (const WfdPeerChain *self, const char *group_name, gint64 now_s)
{
  const WfdPeerCredential *root = wfd_peer_chain_get (self, 0);

  if (self->credentials->len < 2 || !g_str_equal (root->group_name, group_name))
    return WFD_PEER_NOT_TRUSTED;
  for (guint i = 1; i < self->credentials->len; i++)
    if (!is_link_good (self->credentials->pdata[i - 1], self->credentials->pdata[i], group_name))
      return WFD_PEER_NOT_TRUSTED;
  return now_s != G_MININT64 ? wfd_peer_chain_check_time (self, now_s) : WFD_PEER_OK;
}

/* An IDC has signed itself, so that its key is there; that of a member was. A key alone has the
 * name that follows from it, so that the certificate is of no use to anybody else. */
static gboolean
is_subject (const WfdPeerCredential *subject)
{
  return subject->type == WFD_PEER_CREDENTIAL_MEMBER || subject->type == WFD_PEER_CREDENTIAL_KEY
      || (subject->type == WFD_PEER_CREDENTIAL_IDENTITY
          && wfd_peer_credential_is_signed_by (subject, subject));
}

static guint32
check_grant (const WfdPeerChain *self, const WfdPeerCredential *identity, const WfdPeerGrant *grant)
{
  const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (self);
  guint rights =
      leaf->type == WFD_PEER_CREDENTIAL_GROUP ? (guint) WFD_PEER_ROLE_ADMIN : leaf->roles;

  if (!is_subject (identity) || identity->profile != leaf->profile || grant->roles == 0)
    return WFD_PEER_INVALID_ARGUMENT;
  if (!wfd_peer_roles_may_issue (rights, grant->roles))
    return WFD_PEER_NOT_AUTHORIZED;
  if (self->credentials->len >= WFD_LIMIT_PEER_CHAIN)
    return WFD_PEER_CHAIN_TOO_LONG;
  return MAX (grant->begins_s, leaf->begins_s) < MIN (grant->ends_s, leaf->ends_s)
      ? WFD_PEER_OK
      : WFD_PEER_INVALID_TIME;
}

guint32
wfd_peer_chain_issue (const WfdPeerChain *self, WfdPeerKey *key, const WfdPeerCredential *identity,
    const WfdPeerGrant *grant, WfdPeerChain **ret_chain)
{
  WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (self);
  guint32 result = check_grant (self, identity, grant);
  WfdPeerGrant within = *grant;
  WfdPeerCredential *member;
  GPtrArray *credentials;

  if (WFD_PEER_FAILED (result))
    return result;
  within.begins_s = MAX (grant->begins_s, leaf->begins_s);
  within.ends_s = MIN (grant->ends_s, leaf->ends_s);
  member = wfd_peer_credential_new_member (key, leaf, identity, &within);
  if (member == NULL || !wfd_peer_credential_is_signed_by (member, leaf)) {
    g_clear_pointer (&member, wfd_peer_credential_unref);
    return WFD_PEER_NO_KEY_ACCESS;
  }

  credentials = list_new ();
  for (guint i = 0; i < self->credentials->len; i++)
    g_ptr_array_add (credentials, wfd_peer_credential_ref (self->credentials->pdata[i]));
  g_ptr_array_add (credentials, member);
  *ret_chain = chain_new (credentials);
  return WFD_PEER_OK;
}
