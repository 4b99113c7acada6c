/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-group-private.h"

#include "peer-codes.h"

/* Which records a group has (MS-PPSEC 2.2.4, 2.2.5.3, 3.1.5): each is signed by who has
 * made it or changed it last, who may. */

#define TICKS_PER_S G_GUINT64_CONSTANT (10000000)
#define EPOCH_S G_GINT64_CONSTANT (11644473600)

static const guint8 no_serial[WFD_PEER_SERIAL_BYTES];

static gint64
seconds_of (guint64 ticks)
{
  return (gint64) (ticks / TICKS_PER_S) - EPOCH_S;
}

static guint64
ticks_of (gint64 seconds)
{
  return (guint64) (seconds + EPOCH_S) * TICKS_PER_S;
}

static gboolean
is_of (const WfdPeerRecord *record, const WfdPeerGuid *type)
{
  return wfd_peer_guid_equal (&record->type, type);
}

static gboolean
is_deleted (const WfdPeerRecord *record)
{
  return (record->flags & WFD_PEER_RECORD_IS_DELETED) != 0;
}

/* Signed with the key of the group: all that only its creator may say. */
static gboolean
is_of_group (const WfdPeerRecord *record)
{
  return is_of (record, &wfd_peer_type_group_properties);
}

/* --- rights --- */

/* 2.2.5.3. Of the graph's own properties, which have one id for all, none but an
 * administrator is the creator. The signature, which has one too, is whoever's node has the
 * lowest id. */
static gboolean
may_sign (const WfdPeerRecord *record, const WfdPeerCredential *signer)
{
  gboolean own = g_str_equal (record->creator, signer->name);

  if (is_of (record, &wfd_peer_type_signature))
    return TRUE;
  if (is_of (record, &wfd_peer_type_graph_info))
    own = FALSE;
  return own || (signer->roles & WFD_PEER_ROLE_ADMIN) != 0;
}

/* --- others' --- */

static gboolean
validate_group_record (const WfdPeerGroup *self, const WfdPeerRecord *record,
    const WfdPeerCredential *root)
{
  g_auto (WfdPeerGroupProperties) properties = { 0 };

  return !is_deleted (record) && g_str_equal (record->creator, self->name)
      && (record->modifier == NULL || g_str_equal (record->modifier, self->name))
      && wfd_peer_record_is_signed_by (record, root)
      && wfd_peer_group_properties_read (record->payload, &properties)
      && g_strcmp0 (properties.group_name, self->name) == 0;
}

/* 3.1.7.1: it lives within the life of the certificate. */
static gboolean
was_in_time (const WfdPeerGroup *self, const WfdPeerRecord *record, const WfdPeerChain *chain)
{
  const WfdPeerCredential *signer = wfd_peer_chain_get_leaf (chain);
  gint64 modified_s = seconds_of (record->modified);

  return modified_s >= signer->begins_s - WFD_PEER_CLOCK_TOLERANCE_S
      && record->expires <= ticks_of (signer->ends_s)
      && wfd_peer_group_is_current (self, chain, modified_s);
}

static gboolean
validate_member_record (const WfdPeerGroup *self, const WfdPeerRecord *record,
    const WfdPeerChain *chain)
{
  const WfdPeerCredential *signer = wfd_peer_chain_get_leaf (chain);
  const char *name = record->modifier != NULL ? record->modifier : record->creator;

  return g_str_equal (name, signer->name) && may_sign (record, signer)
      && was_in_time (self, record, chain) && wfd_peer_record_is_signed_by (record, signer);
}

/* Who publishes a certificate is its subject or an administrator; it may be the one with
 * which the record itself is signed. */
static gboolean
may_publish (const WfdPeerChain *publisher, const WfdPeerChain *chain)
{
  const WfdPeerCredential *signer = wfd_peer_chain_get_leaf (publisher);

  return (signer->roles & WFD_PEER_ROLE_ADMIN) != 0
      || g_str_equal (signer->name, wfd_peer_chain_get_leaf (chain)->name);
}

static void
remember_read (WfdPeerGroup *self, GBytes *payload, WfdPeerChain *chain)
{
  g_clear_pointer (&self->read_payload, g_bytes_unref);
  g_clear_pointer (&self->read_chain, wfd_peer_chain_unref);
  self->read_payload = g_bytes_ref (payload);
  self->read_chain = wfd_peer_chain_ref (chain);
}

WfdPeerChain *
wfd_peer_group_read_membership (WfdPeerGroup *self, const WfdPeerRecord *record)
{
  g_autoptr (WfdPeerChain) chain = NULL;
  const WfdPeerKnown *known;

  if (!is_of (record, &wfd_peer_type_membership) || is_deleted (record))
    return NULL;
  known = g_hash_table_lookup (self->by_payload, record->payload);
  if (known != NULL)
    return wfd_peer_chain_ref (known->chain);
  if (self->read_payload != NULL && g_bytes_equal (self->read_payload, record->payload))
    return wfd_peer_chain_ref (self->read_chain);
  if (WFD_PEER_FAILED (wfd_peer_membership_read (record->payload, &chain))
      || WFD_PEER_FAILED (wfd_peer_chain_check (chain, self->name, G_MININT64)))
    return NULL;
  remember_read (self, record->payload, chain);
  return g_steal_pointer (&chain);
}

static gboolean
is_of_signer (const WfdPeerChain *chain, const char *name, const guint8 *serial)
{
  const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (chain);

  return memcmp (leaf->serial, serial, WFD_PEER_SERIAL_BYTES) == 0
      && g_str_equal (leaf->name, name);
}

/* Should two of a member have one serial, the one that counts. */
static const WfdPeerChain *
find_signer (const WfdPeerGroup *self, const WfdPeerRecord *record, const guint8 *serial,
    const WfdPeerChain *membership)
{
  const char *name = record->modifier != NULL ? record->modifier : record->creator;
  const GPtrArray *same = g_hash_table_lookup (self->by_name, name);
  const WfdPeerChain *signer = NULL;

  for (guint i = 0; same != NULL && i < same->len; i++) {
    const WfdPeerChain *chain = ((const WfdPeerKnown *) same->pdata[i])->chain;

    if (!is_of_signer (chain, name, serial))
      continue;
    signer = chain;
    if (was_in_time (self, record, chain))
      return chain;
  }
  return membership != NULL && is_of_signer (membership, name, serial) ? membership : signer;
}

guint32
wfd_peer_group_validate (WfdPeerGroup *self, const WfdPeerRecord *record)
{
  g_autoptr (WfdPeerChain) membership = wfd_peer_group_read_membership (self, record);
  WfdPeerRecordSecurity security;
  const WfdPeerChain *signer;
  const WfdPeerCredential *root = wfd_peer_group_get_root (self);
  gboolean modified = record->modifier != NULL;

  if (!wfd_peer_record_security_read (record->security, &security)
      || (is_of (record, &wfd_peer_type_membership) && membership == NULL)
      || modified == (memcmp (security.modifier, no_serial, sizeof (no_serial)) == 0))
    return WFD_PEER_INVALID_RECORD;
  if (is_of_group (record)) {
    if (root == NULL)
      return WFD_PEER_DEFERRED;
    return validate_group_record (self, record, root) ? WFD_PEER_OK : WFD_PEER_INVALID_RECORD;
  }

  signer = find_signer (self, record, modified ? security.modifier : security.creator, membership);
  if (signer == NULL)
    return WFD_PEER_DEFERRED;
  return validate_member_record (self, record, signer)
          && (membership == NULL
              || (may_publish (signer, membership) && !wfd_peer_group_is_void (self, membership)
                  && !wfd_peer_group_is_published_again (self, membership, record)
                  && wfd_peer_group_has_room (self, membership)))
      ? WFD_PEER_OK
      : WFD_PEER_INVALID_RECORD;
}

void
wfd_peer_group_note (WfdPeerGroup *self, const WfdPeerRecord *record)
{
  g_autoptr (WfdPeerChain) membership = wfd_peer_group_read_membership (self, record);
  g_auto (WfdPeerGroupProperties) properties = { 0 };

  if (membership != NULL)
    wfd_peer_group_learn_published (self, membership, record);
  if (!is_of_group (record) || !wfd_peer_group_properties_read (record->payload, &properties))
    return;
  g_free (self->password_hash);
  self->password_hash = g_steal_pointer (&properties.password_hash);
  self->password_roles = properties.password_roles;
}

/* --- our own --- */

static guint32
sign_for_group (const WfdPeerGroup *self, WfdPeerRecord *record)
{
  const WfdPeerCredential *root = wfd_peer_group_get_root (self);

  if (self->group_key == NULL || root == NULL)
    return WFD_PEER_NOT_AUTHORIZED;
  if (record->modifier != NULL) {
    g_free (record->modifier);
    record->modifier = g_strdup (self->name);
  }
  return wfd_peer_record_sign (record, self->group_key, root->serial,
             record->modifier != NULL ? root->serial : no_serial)
      ? WFD_PEER_OK
      : WFD_PEER_NO_KEY_ACCESS;
}

/* The end of what the graph publishes by itself, or of what is only a mark, is no
 * application's wish. */
static gboolean
limit_expiration (WfdPeerRecord *record, guint64 end)
{
  if (record->expires <= end)
    return TRUE;
  if (!wfd_peer_type_is_reserved (&record->type) && !is_deleted (record))
    return FALSE;
  record->expires = end;
  return record->expires > record->modified;
}

/* Who created it has left the serial in the old security data. */
static void
get_creator_serial (const WfdPeerRecord *record, const WfdPeerCredential *own,
    guint8 ret_serial[WFD_PEER_SERIAL_BYTES])
{
  WfdPeerRecordSecurity old;
  gboolean kept =
      record->modifier != NULL && wfd_peer_record_security_read (record->security, &old);

  memcpy (ret_serial, kept ? old.creator : own->serial, WFD_PEER_SERIAL_BYTES);
}

guint32
wfd_peer_group_sign (WfdPeerGroup *self, WfdPeerRecord *record, gint64 now_s)
{
  const WfdPeerChain *chain = wfd_peer_group_get_chain_at (self, now_s);
  g_autoptr (WfdPeerChain) membership = wfd_peer_group_read_membership (self, record);
  const WfdPeerCredential *own;
  guint8 creator[WFD_PEER_SERIAL_BYTES];

  if (chain == NULL || WFD_PEER_FAILED (wfd_peer_chain_check (chain, self->name, now_s)))
    return WFD_PEER_NOT_AUTHORIZED;
  own = wfd_peer_chain_get_leaf (chain);
  if (is_of_group (record))
    return sign_for_group (self, record);
  if (!may_sign (record, own) || (is_of (record, &wfd_peer_type_membership) && is_deleted (record)))
    return WFD_PEER_NOT_AUTHORIZED;
  if (membership != NULL && !wfd_peer_group_has_room (self, membership))
    return WFD_PEER_NO_MEMORY;
  if (!limit_expiration (record, ticks_of (own->ends_s)))
    return WFD_PEER_INVALID_EXPIRATION;

  get_creator_serial (record, own, creator);
  return wfd_peer_record_sign (record, self->key, creator,
             record->modifier != NULL ? own->serial : no_serial)
      ? WFD_PEER_OK
      : WFD_PEER_NO_KEY_ACCESS;
}
