/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-club.h"

gint64 club_now_s = G_GINT64_CONSTANT (1764547200);

static char *
name_of (WfdPeerKey *key, const char *classifier)
{
  g_autofree char *authority = wfd_peer_key_get_authority (key);

  return g_strconcat (authority, ".", classifier, NULL);
}

void
person_begin (Person *self, WfdPeerKeyKind kind)
{
  g_autofree char *name = NULL;

  self->key = wfd_peer_key_new_of (kind);
  g_assert_nonnull (self->key);
  name = name_of (self->key, "person");
  self->identity = wfd_peer_credential_new_identity (self->key, name);
  g_assert_nonnull (self->identity);
}

void
person_end (Person *self)
{
  wfd_peer_key_unref (self->key);
  wfd_peer_credential_unref (self->identity);
}

void
club_begin (Club *self, WfdPeerKeyKind kind)
{
  WfdPeerGrant grant = { "The Club", .begins_s = CLUB_NOW_S,
    .ends_s = CLUB_NOW_S + 100 * 365 * (gint64) CLUB_DAY_S };
  g_autoptr (WfdPeerCredential) root = NULL;

  self->key = wfd_peer_key_new_of (kind);
  g_assert_nonnull (self->key);
  self->profile = wfd_peer_key_get_profile (self->key);
  self->member_kind =
      self->profile == WFD_PEER_PROFILE_MODERN ? WFD_PEER_KEY_P256 : WFD_PEER_KEY_RSA1024;
  self->name = name_of (self->key, "club");
  root = wfd_peer_credential_new_group (self->key, self->name, &grant);
  g_assert_nonnull (root);
  self->root = wfd_peer_chain_new (root);
  person_begin (&self->creator, kind);
  self->creator_chain =
      club_issue (self->root, self->key, &self->creator, WFD_PEER_ROLE_ADMIN, NULL);
  g_assert_nonnull (self->creator_chain);
}

void
club_end (Club *self)
{
  wfd_peer_key_unref (self->key);
  wfd_peer_chain_unref (self->root);
  g_free (self->name);
  person_end (&self->creator);
  wfd_peer_chain_unref (self->creator_chain);
}

WfdPeerChain *
club_issue (WfdPeerChain *issuer, WfdPeerKey *key, const Person *subject, guint roles,
    guint32 *ret_result)
{
  static const char *const classifiers[] = { "participant", NULL };
  WfdPeerGrant grant = { "Jürgen 🙂", roles, classifiers, CLUB_NOW_S,
    CLUB_NOW_S + 365 * CLUB_DAY_S };
  WfdPeerChain *chain = NULL;
  guint32 result = wfd_peer_chain_issue (issuer, key, subject->identity, &grant, &chain);

  g_assert_cmpint (WFD_PEER_FAILED (result), ==, chain == NULL);
  if (ret_result != NULL)
    *ret_result = result;
  return chain;
}

WfdPeerChain *
club_let_in (Club *self, const Person *subject, guint roles)
{
  WfdPeerChain *chain = club_issue (self->creator_chain, self->creator.key, subject, roles, NULL);

  g_assert_nonnull (chain);
  return chain;
}

void
club_add_for_kinds (const char *prefix, const ClubTest *tests, guint n)
{
  static const char *const kinds[] = {
    [WFD_PEER_KEY_P256] = "modern",
    [WFD_PEER_KEY_RSA1024] = "compatible",
    [WFD_PEER_KEY_ED25519] = "ed25519",
  };

  for (guint i = 0; i < n; i++)
    for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++) {
      g_autofree char *path = g_strconcat (prefix, tests[i].name, "/", kinds[kind], NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (kind), tests[i].func);
    }
}
