/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-group-private.h"

#include <base-limits.h>
#include "peer-codes.h"

/* Who is a member. A certificate ends before its time where a later one of the same member
 * begins, if who has issued that could have issued the first: so a member is put out, or
 * gets another role. What was issued with it behind that end is void, and so is what
 * follows from that. In which order they become known makes no difference: whether one is
 * void depends on those that begin before it only, as none begins before its issuer's. */

static void
known_free (WfdPeerKnown *self)
{
  wfd_peer_chain_unref (self->chain);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_clear_pointer (&self->published, g_hash_table_unref);
  g_free (self);
}

static void
make_lists (WfdPeerGroup *self)
{
  self->by_name =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  self->known = g_ptr_array_new_with_free_func ((GDestroyNotify) known_free);
  self->by_issuer =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  self->n_followers = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_payload = g_hash_table_new (g_bytes_hash, g_bytes_equal);
}

static void
free_lists (WfdPeerGroup *self)
{
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->by_issuer);
  g_hash_table_unref (self->n_followers);
  g_hash_table_unref (self->by_payload);
  g_clear_pointer (&self->read_payload, g_bytes_unref);
  g_clear_pointer (&self->read_chain, wfd_peer_chain_unref);
  g_clear_pointer (&self->news, g_hash_table_unref);
  g_clear_pointer (&self->password_hash, g_free);
  g_ptr_array_unref (self->known);
}

guint32
wfd_peer_group_new (const WfdPeerGroupConfig *config, WfdPeerGroup **ret_group)
{
  WfdPeerGroup *self = g_new0 (WfdPeerGroup, 1);
  guint32 result = WFD_PEER_OK;

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (config->group_name);
  self->key = wfd_peer_key_ref (config->key);
  self->identity = wfd_peer_credential_ref (config->identity);
  self->group_key = config->group_key != NULL ? wfd_peer_key_ref (config->group_key) : NULL;
  self->typed_hash = g_strdup (config->password_hash);
  make_lists (self);
  if (config->chain != NULL)
    result = wfd_peer_group_belong (self, config->chain, G_MININT64);
  if (WFD_PEER_FAILED (result))
    wfd_peer_group_unref (self);
  else
    *ret_group = self;
  return result;
}

WfdPeerGroup *
wfd_peer_group_ref (WfdPeerGroup *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
wfd_peer_group_unref (WfdPeerGroup *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  free_lists (self);
  g_clear_pointer (&self->tls, wfd_peer_tls_context_free);
  g_clear_pointer (&self->group_key, wfd_peer_key_unref);
  wfd_peer_key_unref (self->key);
  wfd_peer_credential_unref (self->identity);
  g_free (self->typed_hash);
  g_free (self->name);
  g_free (self);
}

WfdPeerProfile
wfd_peer_group_get_profile (const WfdPeerGroup *self)
{
  return self->identity->profile;
}

const char *
wfd_peer_group_get_name (const WfdPeerGroup *self)
{
  return self->name;
}

WfdPeerTlsContext *
wfd_peer_group_get_tls (WfdPeerGroup *self)
{
  if (self->tls == NULL)
    self->tls = wfd_peer_tls_context_new (self->key, self->identity);
  return self->tls;
}

const WfdPeerCredential *
wfd_peer_group_get_identity (const WfdPeerGroup *self)
{
  return self->identity;
}

const char *
wfd_peer_group_get_password_hash (const WfdPeerGroup *self)
{
  return self->password_hash != NULL ? self->password_hash : self->typed_hash;
}

/* --- members --- */

static gboolean
takes_place_of (const WfdPeerChain *later, const WfdPeerCredential *old)
{
  guint n = wfd_peer_chain_get_length (later);
  guint rights = n > 2 ? wfd_peer_chain_get (later, n - 2)->roles : (guint) WFD_PEER_ROLE_ADMIN;

  return wfd_peer_chain_get_leaf (later)->begins_s > old->begins_s
      && wfd_peer_roles_may_issue (rights, old->roles);
}

/* The last that has taken its place before @until_s, or NULL. */
static const WfdPeerCredential *
find_successor (const WfdPeerGroup *self, const WfdPeerCredential *credential, gint64 until_s)
{
  const GPtrArray *same = g_hash_table_lookup (self->by_name, credential->name);

  for (guint i = same != NULL ? same->len : 0; i-- > 0;) {
    const WfdPeerKnown *known = same->pdata[i];
    const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (known->chain);

    if (leaf->begins_s < until_s && !known->is_void && takes_place_of (known->chain, credential))
      return leaf;
  }
  return NULL;
}

/* Who has got another role may not have heard of it yet. */
static gboolean
could_issue (const WfdPeerCredential *issuer, const WfdPeerCredential *child)
{
  return child->begins_s < issuer->ends_s && wfd_peer_roles_may_issue (issuer->roles, child->roles);
}

/* Whether one of its certificates was issued by somebody who could not any more. */
gboolean
wfd_peer_group_is_void (const WfdPeerGroup *self, const WfdPeerChain *chain)
{
  guint n = wfd_peer_chain_get_length (chain);

  for (guint i = 1; i + 1 < n; i++) {
    const WfdPeerCredential *child = wfd_peer_chain_get (chain, i + 1);
    const WfdPeerCredential *successor =
        find_successor (self, wfd_peer_chain_get (chain, i), child->begins_s);

    if (successor != NULL && !could_issue (successor, child))
      return TRUE;
  }
  return FALSE;
}

/* Of two that stand beside each other, the one of the higher role. */
static gboolean
counts_more (const WfdPeerChain *chain, const WfdPeerChain *other)
{
  const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (chain);
  const WfdPeerCredential *other_leaf = wfd_peer_chain_get_leaf (other);

  if (takes_place_of (chain, other_leaf) || takes_place_of (other, leaf))
    return takes_place_of (chain, other_leaf);
  return g_bit_nth_lsf (leaf->roles, -1) < g_bit_nth_lsf (other_leaf->roles, -1);
}

static gboolean
counts_at (const WfdPeerGroup *self, const WfdPeerChain *chain, gint64 at_s)
{
  return !WFD_PEER_FAILED (wfd_peer_chain_check (chain, self->name, at_s))
      && wfd_peer_group_is_current (self, chain, at_s);
}

/* @at_s: when it has to count, or G_MININT64. */
static WfdPeerChain *
find_best (const WfdPeerGroup *self, const char *name, gint64 at_s)
{
  const GPtrArray *same = g_hash_table_lookup (self->by_name, name);
  WfdPeerChain *best = NULL;

  for (guint i = 0; same != NULL && i < same->len; i++) {
    const WfdPeerKnown *known = same->pdata[i];

    if (!known->is_void && (at_s == G_MININT64 || counts_at (self, known->chain, at_s))
        && (best == NULL || counts_more (known->chain, best)))
      best = known->chain;
  }
  return best;
}

WfdPeerChain *
wfd_peer_group_find_member (const WfdPeerGroup *self, const char *name)
{
  return find_best (self, name, G_MININT64);
}

WfdPeerChain *
wfd_peer_group_get_chain (const WfdPeerGroup *self)
{
  return wfd_peer_group_find_member (self, self->identity->name);
}

WfdPeerChain *
wfd_peer_group_get_chain_at (const WfdPeerGroup *self, gint64 now_s)
{
  WfdPeerChain *chain = find_best (self, self->identity->name, now_s);

  return chain != NULL ? chain : wfd_peer_group_get_chain (self);
}

WfdPeerCredential *
wfd_peer_group_get_root (const WfdPeerGroup *self)
{
  const WfdPeerKnown *first = self->known->len > 0 ? self->known->pdata[0] : NULL;

  return first != NULL ? wfd_peer_chain_get (first->chain, 0) : NULL;
}

/* The same certificates: a serial is what its issuer likes. */
static gboolean
is_same (const WfdPeerChain *chain, const WfdPeerChain *other)
{
  guint n = wfd_peer_chain_get_length (chain);

  if (n != wfd_peer_chain_get_length (other))
    return FALSE;
  for (guint i = n; i-- > 0;)
    if (!g_bytes_equal (wfd_peer_chain_get (chain, i)->der, wfd_peer_chain_get (other, i)->der))
      return FALSE;
  return TRUE;
}

/* Behind those that begin no later. */
static guint
find_place (const GPtrArray *list, gint64 begins_s)
{
  guint low = 0, high = list->len;

  while (low < high) {
    guint middle = (low + high) / 2;
    const WfdPeerKnown *known = list->pdata[middle];

    if (wfd_peer_chain_get_leaf (known->chain)->begins_s <= begins_s)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static GPtrArray *
get_list (GHashTable *lists, const char *name)
{
  GPtrArray *list = g_hash_table_lookup (lists, name);

  if (list == NULL) {
    list = g_ptr_array_new ();
    g_hash_table_insert (lists, (gpointer) name, list);
  }
  return list;
}

static void
doubt (WfdPeerGroup *self, WfdPeerKnown *known)
{
  self->n_in_doubt += !known->in_doubt;
  known->in_doubt = TRUE;
}

/* What @issuer has issued, or who follows from them, behind @since_s. */
static void
doubt_followers (WfdPeerGroup *self, const char *issuer, gint64 since_s)
{
  const GPtrArray *list = g_hash_table_lookup (self->by_issuer, issuer);

  for (guint i = 0; list != NULL && i < list->len; i++) {
    WfdPeerKnown *known = list->pdata[i];

    if (wfd_peer_chain_get_leaf (known->chain)->begins_s > since_s)
      doubt (self, known);
  }
}

/* Those in doubt are behind @place, in the order in which they depend on each other. */
static void
judge (WfdPeerGroup *self, guint place)
{
  for (guint i = place; self->n_in_doubt > 0; i++) {
    WfdPeerKnown *known = self->known->pdata[i];
    const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (known->chain);
    gboolean was_void = known->is_void;

    if (!known->in_doubt)
      continue;
    known->in_doubt = FALSE;
    self->n_in_doubt--;
    known->is_void = wfd_peer_group_is_void (self, known->chain);
    if (known->is_void != was_void)
      doubt_followers (self, leaf->name, leaf->begins_s);
  }
}

/* Whom the creator has let in and from whom it follows; NULL: it is from the creator. */
static const char *
get_origin (const WfdPeerChain *chain)
{
  return wfd_peer_chain_get_length (chain) > 3 ? wfd_peer_chain_get (chain, 2)->name : NULL;
}

/* All between are held, too. */
static guint
get_cost (const WfdPeerChain *chain)
{
  return wfd_peer_chain_get_length (chain) - 3;
}

static guint
count_followers (const WfdPeerGroup *self, const char *origin)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->n_followers, origin));
}

static gboolean
has_place (const WfdPeerGroup *self, const WfdPeerChain *chain)
{
  const GPtrArray *same =
      g_hash_table_lookup (self->by_name, wfd_peer_chain_get_leaf (chain)->name);
  const char *origin = get_origin (chain);
  guint n = 0;

  if (origin == NULL)
    return self->n_of_creator < WFD_LIMIT_PEER_MEMBERS;
  for (guint i = 0; same != NULL && i < same->len; i++)
    n += g_strcmp0 (get_origin (((const WfdPeerKnown *) same->pdata[i])->chain), origin) == 0;
  return n < WFD_LIMIT_PEER_CERTIFICATES
      && count_followers (self, origin) + get_cost (chain) <= WFD_LIMIT_PEER_FOLLOWERS
      && self->n_others + get_cost (chain) <= WFD_LIMIT_PEER_MEMBERS;
}

static void
count_in (WfdPeerGroup *self, const WfdPeerChain *chain)
{
  const char *origin = get_origin (chain);

  if (origin == NULL) {
    self->n_of_creator++;
    return;
  }
  self->n_others += get_cost (chain);
  g_hash_table_insert (self->n_followers, (gpointer) origin,
      GUINT_TO_POINTER (count_followers (self, origin) + get_cost (chain)));
}

/* The same octets, if they are known. */
static WfdPeerCredential *
find_same (const WfdPeerGroup *self, const WfdPeerCredential *credential)
{
  const GPtrArray *same = g_hash_table_lookup (self->by_name, credential->name);
  WfdPeerCredential *root = wfd_peer_group_get_root (self);

  if (root != NULL && g_bytes_equal (root->der, credential->der))
    return root;
  for (guint i = 0; same != NULL && i < same->len; i++) {
    WfdPeerCredential *leaf =
        wfd_peer_chain_get_leaf (((const WfdPeerKnown *) same->pdata[i])->chain);

    if (g_bytes_equal (leaf->der, credential->der))
      return leaf;
  }
  return NULL;
}

/* What many have is there once. */
static void
share_issuers (WfdPeerGroup *self, WfdPeerChain *chain)
{
  for (guint i = 0; i + 1 < wfd_peer_chain_get_length (chain); i++) {
    WfdPeerCredential *same = find_same (self, wfd_peer_chain_get (chain, i));

    if (same != NULL)
      wfd_peer_chain_share (chain, i, same);
  }
}

static void
add (WfdPeerGroup *self, WfdPeerChain *chain)
{
  const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (chain);
  GPtrArray *same = get_list (self->by_name, leaf->name);
  guint place = find_place (self->known, leaf->begins_s);
  WfdPeerKnown *known = g_new0 (WfdPeerKnown, 1);

  share_issuers (self, chain);
  known->chain = wfd_peer_chain_ref (chain);
  /* As if it was not there. */
  known->is_void = TRUE;
  g_ptr_array_insert (self->known, place, known);
  g_ptr_array_insert (same, find_place (same, leaf->begins_s), known);
  for (guint i = 1; i + 1 < wfd_peer_chain_get_length (chain); i++)
    g_ptr_array_add (get_list (self->by_issuer, wfd_peer_chain_get (chain, i)->name), known);
  count_in (self, chain);
  doubt (self, known);
  judge (self, place);
}

static WfdPeerKnown *
find_known (const WfdPeerGroup *self, const WfdPeerChain *chain)
{
  const GPtrArray *same =
      g_hash_table_lookup (self->by_name, wfd_peer_chain_get_leaf (chain)->name);

  for (guint i = 0; same != NULL && i < same->len; i++)
    if (is_same (((const WfdPeerKnown *) same->pdata[i])->chain, chain))
      return same->pdata[i];
  return NULL;
}

static void
note_news (WfdPeerGroup *self, const char *name)
{
  if (self->news == NULL)
    self->news = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (self->news, g_strdup (name));
}

gboolean
wfd_peer_group_has_room (const WfdPeerGroup *self, const WfdPeerChain *chain)
{
  return find_known (self, chain) != NULL || has_place (self, chain);
}

/* A chain of this group. */
gboolean
wfd_peer_group_learn (WfdPeerGroup *self, WfdPeerChain *chain)
{
  if (find_known (self, chain) != NULL)
    return TRUE;
  if (!has_place (self, chain))
    return FALSE;
  note_news (self, wfd_peer_chain_get_leaf (chain)->name);
  /* With the first of all, what only the root has signed. */
  if (self->known->len == 0)
    note_news (self, self->name);
  add (self, chain);
  return TRUE;
}

void
wfd_peer_group_forget (WfdPeerGroup *self)
{
  WfdPeerChain *chain = wfd_peer_group_get_chain (self);
  g_autoptr (WfdPeerChain) own = chain != NULL ? wfd_peer_chain_ref (chain) : NULL;

  free_lists (self);
  self->n_of_creator = self->n_others = 0;
  self->password_roles = 0;
  make_lists (self);
  if (own != NULL)
    wfd_peer_group_learn (self, own);
}

/* --- who is published --- */

typedef struct
{
  WfdPeerGuid record_id;
  guint64 expires;
} Published;

static void
remember_payload (WfdPeerGroup *self, WfdPeerKnown *known, GBytes *payload)
{
  if (known->payload != NULL)
    g_hash_table_remove (self->by_payload, known->payload);
  g_clear_pointer (&known->payload, g_bytes_unref);
  known->payload = g_bytes_ref (payload);
  g_hash_table_insert (self->by_payload, known->payload, known);
}

void
wfd_peer_group_learn_published (WfdPeerGroup *self, WfdPeerChain *chain,
    const WfdPeerRecord *record)
{
  WfdPeerKnown *known = wfd_peer_group_learn (self, chain) ? find_known (self, chain) : NULL;
  Published *published;

  if (known == NULL)
    return;
  remember_payload (self, known, record->payload);
  if (known->published == NULL)
    known->published = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  published = g_new (Published, 1);
  *published = (Published) { record->id, record->expires };
  g_hash_table_replace (known->published, g_strdup (record->creator), published);
}

gboolean
wfd_peer_group_is_published_again (const WfdPeerGroup *self, const WfdPeerChain *chain,
    const WfdPeerRecord *record)
{
  const WfdPeerKnown *known = find_known (self, chain);
  const Published *published = known != NULL && known->published != NULL
      ? g_hash_table_lookup (known->published, record->creator)
      : NULL;

  return published != NULL && !wfd_peer_guid_equal (&published->record_id, &record->id)
      && published->expires > record->modified;
}

GHashTable *
wfd_peer_group_take_news (WfdPeerGroup *self)
{
  return g_steal_pointer (&self->news);
}

gboolean
wfd_peer_group_is_current (const WfdPeerGroup *self, const WfdPeerChain *chain, gint64 at_s)
{
  return find_successor (self, wfd_peer_chain_get_leaf (chain), at_s + 1) == NULL
      && !wfd_peer_group_is_void (self, chain);
}

gboolean
wfd_peer_group_may_stay (const WfdPeerGroup *self, const char *name, gint64 now_s)
{
  return find_best (self, name, now_s) != NULL;
}

static guint32
check (const WfdPeerGroup *self, const WfdPeerChain *chain, const WfdPeerCredential *identity,
    gint64 now_s)
{
  const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (chain);

  if (!wfd_peer_credential_has_same_key (leaf, identity)
      || !g_str_equal (leaf->name, identity->name) || leaf->profile != self->identity->profile)
    return WFD_PEER_NOT_TRUSTED;
  return wfd_peer_chain_check (chain, self->name, now_s);
}

guint32
wfd_peer_group_admit (WfdPeerGroup *self, WfdPeerChain *chain, const WfdPeerCredential *identity,
    gint64 now_s)
{
  guint32 result = check (self, chain, identity, now_s);

  if (WFD_PEER_FAILED (result))
    return result;
  /* Who is not known would not be ended when the certificate is. */
  if (!wfd_peer_group_is_void (self, chain) && !wfd_peer_group_learn (self, chain))
    return WFD_PEER_NO_MEMORY;
  if (wfd_peer_group_is_current (self, chain, now_s))
    return WFD_PEER_OK;
  return wfd_peer_group_recall (self, identity, now_s) != NULL ? WFD_PEER_OK
                                                               : WFD_PEER_INVALID_TIME;
}

WfdPeerChain *
wfd_peer_group_recall (const WfdPeerGroup *self, const WfdPeerCredential *identity, gint64 now_s)
{
  WfdPeerChain *chain = find_best (self, identity->name, now_s);

  return chain != NULL && !WFD_PEER_FAILED (check (self, chain, identity, now_s)) ? chain : NULL;
}

guint32
wfd_peer_group_belong (WfdPeerGroup *self, WfdPeerChain *chain, gint64 now_s)
{
  guint32 result = check (self, chain, self->identity, now_s);

  if (WFD_PEER_FAILED (result))
    return result;
  return wfd_peer_group_learn (self, chain) ? WFD_PEER_OK : WFD_PEER_NO_MEMORY;
}

gboolean
wfd_peer_group_may (const WfdPeerGroup *self, WfdPeerRole role, gint64 now_s)
{
  const WfdPeerChain *chain = find_best (self, self->identity->name, now_s);

  return chain != NULL && (wfd_peer_chain_get_leaf (chain)->roles & role) != 0;
}

/* --- passwords --- */

#define ALL_WRONG_S (WFD_LIMIT_PEER_WRONG_PROOFS * WFD_LIMIT_PEER_WRONG_PROOF_S)

/* How long wrong proofs are remembered. @now_s may be that of a handshake that has begun earlier;
 * with more the clock was set back. */
static gint64
get_wrong_s (const WfdPeerGroup *self, gint64 now_s)
{
  gint64 left_s = self->wrong_until_s - now_s;

  return left_s <= ALL_WRONG_S + WFD_LIMIT_PEER_HANDSHAKE_S ? MAX (left_s, 0) : 0;
}

gboolean
wfd_peer_group_hears_proofs (const WfdPeerGroup *self, gint64 now_s)
{
  return get_wrong_s (self, now_s) <= ALL_WRONG_S - WFD_LIMIT_PEER_WRONG_PROOF_S;
}

void
wfd_peer_group_note_wrong_proof (WfdPeerGroup *self, gint64 now_s)
{
  self->wrong_until_s = now_s + get_wrong_s (self, now_s) + WFD_LIMIT_PEER_WRONG_PROOF_S;
}

/* Who comes by the password again has one already, with which as much may be done. */
static WfdPeerChain *
find_issued (const WfdPeerGroup *self, const WfdPeerCredential *identity, gint64 now_s)
{
  WfdPeerChain *chain = wfd_peer_group_recall (self, identity, now_s);

  return chain != NULL
          && g_bit_nth_lsf (wfd_peer_chain_get_leaf (chain)->roles, -1)
              <= g_bit_nth_lsf (self->password_roles, -1)
      ? chain
      : NULL;
}

/* Who has the password may come as whoever they like. They have half of the places of who lets them
 * in, who may need the others, and be it to put them out. */
static gboolean
has_place_for_newcomer (const WfdPeerGroup *self, const WfdPeerChain *issuer)
{
  const char *origin =
      wfd_peer_chain_get_length (issuer) > 2 ? wfd_peer_chain_get (issuer, 2)->name : NULL;

  return origin == NULL ? self->n_of_creator < WFD_LIMIT_PEER_MEMBERS / 2
                        : count_followers (self, origin) < WFD_LIMIT_PEER_FOLLOWERS / 2;
}

guint32
wfd_peer_group_issue_by_password (WfdPeerGroup *self, const WfdPeerCredential *identity,
    gint64 now_s, WfdPeerChain **ret_chain)
{
  static const char *const classifiers[] = { "participant", NULL };
  WfdPeerChain *chain = find_best (self, self->identity->name, now_s);
  WfdPeerGrant grant = { identity->friendly_name, self->password_roles, classifiers, now_s,
    G_MAXINT64 };
  WfdPeerChain *known = find_issued (self, identity, now_s);
  g_autoptr (WfdPeerChain) issued = NULL;
  guint32 result;

  if (chain == NULL || self->password_roles == 0)
    return WFD_PEER_NOT_AUTHORIZED;
  if (known != NULL) {
    *ret_chain = wfd_peer_chain_ref (known);
    return WFD_PEER_OK;
  }
  if (!has_place_for_newcomer (self, chain))
    return WFD_PEER_NO_MEMORY;
  result = wfd_peer_chain_issue (chain, self->key, identity, &grant, &issued);
  if (WFD_PEER_FAILED (result))
    return result;
  if (!wfd_peer_group_learn (self, issued))
    return WFD_PEER_NO_MEMORY;
  *ret_chain = g_steal_pointer (&issued);
  return WFD_PEER_OK;
}
