/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two ends of a connection of a group, whose octets go from one to the other in memory. */
#include <base-limits.h>
#include <peer-channel.h>
#include <peer-club.h>
#include <peer-handshake.h>
#include <peer-key.h>
#include <peer-password.h>
#include <peer-tls.h>

typedef struct
{
  Person person;
  WfdPeerGroup *group;
  WfdPeerChannel *channel;
  GByteArray *out, *plain;
  gboolean broken;
} End;

static void
end_begin (End *self, Club *club, WfdPeerKeyKind kind, guint roles, const char *password)
{
  g_autofree char *hash =
      password != NULL ? wfd_peer_password_hash (club->profile, password) : NULL;
  g_autoptr (WfdPeerChain) chain = NULL;
  WfdPeerGroupConfig config = { .group_name = club->name, .password_hash = hash };

  person_begin (&self->person, kind);
  if (roles != 0)
    chain = club_let_in (club, &self->person, roles);
  config.key = self->person.key;
  config.identity = self->person.identity;
  config.chain = chain;
  g_assert_cmpuint (wfd_peer_group_new (&config, &self->group), ==, WFD_PEER_OK);
  self->channel = NULL;
  self->out = g_byte_array_new ();
  self->plain = g_byte_array_new ();
  self->broken = FALSE;
}

static void
end_end (End *self)
{
  g_clear_pointer (&self->channel, wfd_peer_channel_free);
  wfd_peer_group_unref (self->group);
  person_end (&self->person);
  g_byte_array_unref (self->out);
  g_byte_array_unref (self->plain);
}

static void
give (End *self, WfdBytes octets)
{
  if (!self->broken && !wfd_peer_channel_take (self->channel, octets, self->plain, self->out))
    self->broken = TRUE;
}

/* TRUE if something went. */
static gboolean
move (End *from, End *to, gsize at_once)
{
  g_autoptr (GByteArray) octets = from->out;

  from->out = g_byte_array_new ();
  for (gsize i = 0; i < octets->len; i += at_once)
    give (to, wfd_bytes (octets->data + i, MIN (at_once, octets->len - i)));
  return octets->len > 0;
}

static void
talk (End *client, End *server, gsize at_once)
{
  gboolean moved;

  do {
    moved = move (client, server, at_once);
    moved |= move (server, client, at_once);
  } while (moved);
}

static void
open_channels (End *client, End *server, gint64 now_s)
{
  client->channel = wfd_peer_channel_new (client->group, TRUE, now_s);
  server->channel = wfd_peer_channel_new (server->group, FALSE, now_s);
  g_assert_nonnull (client->channel);
  g_assert_nonnull (server->channel);
  give (client, wfd_bytes (NULL, 0));
}

static void
connect_ends (End *client, End *server, gint64 now_s)
{
  open_channels (client, server, now_s);
  talk (client, server, G_MAXINT16);
}

static void
assert_secured (const End *client, const End *server)
{
  g_assert_false (client->broken);
  g_assert_false (server->broken);
  g_assert_true (wfd_peer_channel_is_secured (client->channel));
  g_assert_true (wfd_peer_channel_is_secured (server->channel));
  g_assert_cmpstr (wfd_peer_channel_get_peer_name (client->channel), ==,
      server->person.identity->name);
  g_assert_cmpstr (wfd_peer_channel_get_peer_name (server->channel), ==,
      client->person.identity->name);
}

/* Of the one who counts, who would let the other speak. */
static void
assert_refused (const End *end)
{
  g_assert_true (end->broken);
  g_assert_false (wfd_peer_channel_is_secured (end->channel));
}

static void
say (End *from, End *to, const guint8 *data, gsize size)
{
  g_byte_array_set_size (to->plain, 0);
  g_assert_true (wfd_peer_channel_wrap (from->channel, wfd_bytes (data, size), from->out));
  move (from, to, 1000);
  g_assert_false (to->broken);
  g_assert_cmpmem (to->plain->data, to->plain->len, data, size);
}

/* --- members --- */

static void
test_members (gconstpointer data)
{
  static const gsize portions[] = { G_MAXINT16, 1, 100 };
  WfdPeerKeyKind kind = GPOINTER_TO_UINT (data);
  g_autofree guint8 *most = g_malloc0 (WFD_LIMIT_PEER_SENT_PLAIN_BYTES);
  Club club;

  club_begin (&club, kind);
  for (guint i = 0; i < G_N_ELEMENTS (portions); i++) {
    End alice, bob;

    end_begin (&alice, &club, kind, WFD_PEER_ROLE_MEMBER, NULL);
    end_begin (&bob, &club, kind, WFD_PEER_ROLE_ADMIN, NULL);
    open_channels (&alice, &bob, CLUB_NOW_S);
    talk (&alice, &bob, portions[i]);
    assert_secured (&alice, &bob);
    say (&alice, &bob, (const guint8 *) "hello", 5);
    say (&bob, &alice, most, WFD_LIMIT_PEER_SENT_PLAIN_BYTES);
    g_assert_nonnull (wfd_peer_group_find_member (alice.group, bob.person.identity->name));
    g_assert_nonnull (wfd_peer_group_find_member (bob.group, alice.person.identity->name));
    end_end (&alice);
    end_end (&bob);
  }
  club_end (&club);
}

static void
test_changed_octet_ends_it (gconstpointer data)
{
  WfdPeerKeyKind kind = GPOINTER_TO_UINT (data);
  End alice, bob;
  Club club;

  club_begin (&club, kind);
  end_begin (&alice, &club, kind, WFD_PEER_ROLE_MEMBER, NULL);
  end_begin (&bob, &club, kind, WFD_PEER_ROLE_MEMBER, NULL);
  connect_ends (&alice, &bob, CLUB_NOW_S);
  assert_secured (&alice, &bob);
  g_assert_true (
      wfd_peer_channel_wrap (alice.channel, wfd_bytes ((const guint8 *) "hello", 5), alice.out));
  alice.out->data[alice.out->len - 1] ^= 1;
  move (&alice, &bob, G_MAXINT16);
  g_assert_true (bob.broken);
  g_assert_cmpuint (bob.plain->len, ==, 0);
  end_end (&alice);
  end_end (&bob);
  club_end (&club);
}

static void
test_stranger (gconstpointer data)
{
  WfdPeerKeyKind kind = GPOINTER_TO_UINT (data);
  End mallory, bob;
  Club club, other;

  club_begin (&club, kind);
  club_begin (&other, kind);
  for (guint i = 0; i < 2; i++) {
    g_autofree char *name = NULL;

    end_begin (&mallory, &other, kind, WFD_PEER_ROLE_ADMIN, NULL);
    end_begin (&bob, &club, kind, WFD_PEER_ROLE_MEMBER, NULL);
    /* Whichever of the two has connected. */
    if (i == 0) {
      connect_ends (&mallory, &bob, CLUB_NOW_S);
      assert_refused (&bob);
      g_assert_false (wfd_peer_channel_is_secured (mallory.channel));
    } else {
      connect_ends (&bob, &mallory, CLUB_NOW_S);
      assert_refused (&mallory);
      g_assert_false (wfd_peer_channel_is_secured (bob.channel));
    }
    g_assert_null (wfd_peer_group_find_member (bob.group, mallory.person.identity->name));
    end_end (&mallory);
    end_end (&bob);
  }
  club_end (&club);
  club_end (&other);
}

/* A chain is no secret; the key is. */
static void
test_chain_of_somebody_else (void)
{
  End mallory, bob;
  Club club;
  WfdPeerGroupConfig config;

  club_begin (&club, WFD_PEER_KEY_P256);
  end_begin (&mallory, &club, WFD_PEER_KEY_P256, 0, NULL);
  end_begin (&bob, &club, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER, NULL);
  config = (WfdPeerGroupConfig) { club.name, mallory.person.key, mallory.person.identity,
    club.creator_chain };
  wfd_peer_group_unref (mallory.group);
  g_assert_cmpuint (wfd_peer_group_new (&config, &mallory.group), ==, WFD_PEER_NOT_TRUSTED);
  /* Nor with the name and the certificate of the other. */
  config.identity = club.creator.identity;
  g_assert_cmpuint (wfd_peer_group_new (&config, &mallory.group), ==, WFD_PEER_OK);
  mallory.channel = wfd_peer_channel_new (mallory.group, TRUE, CLUB_NOW_S);
  bob.channel = wfd_peer_channel_new (bob.group, FALSE, CLUB_NOW_S);
  if (mallory.channel != NULL) {
    give (&mallory, wfd_bytes (NULL, 0));
    talk (&mallory, &bob, G_MAXINT16);
  }
  g_assert_false (wfd_peer_channel_is_secured (bob.channel));
  end_end (&mallory);
  end_end (&bob);
  club_end (&club);
}

static WfdPeerCredential *
change_signature (const WfdPeerCredential *identity)
{
  gsize size;
  g_autofree guint8 *der = g_bytes_unref_to_data (g_bytes_ref (identity->der), &size);

  der[size - 1] ^= 1;
  return wfd_peer_credential_read (wfd_bytes (der, size));
}

/* TLS takes any certificate with the right key; it has to be an IDC, and its own. */
static void
test_certificate_that_is_no_identity (void)
{
  for (guint i = 0; i < 2; i++) {
    End alice, bob;
    Club club;
    g_autoptr (WfdPeerChain) chain = NULL;
    g_autoptr (WfdPeerCredential) shown = NULL;
    WfdPeerGroupConfig config;

    club_begin (&club, WFD_PEER_KEY_P256);
    end_begin (&alice, &club, club.member_kind, 0, NULL);
    end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
    chain = club_let_in (&club, &alice.person, WFD_PEER_ROLE_MEMBER);
    shown = i == 0
        ? change_signature (alice.person.identity)
        : wfd_peer_credential_ref ((WfdPeerCredential *) wfd_peer_chain_get_leaf (chain));
    g_assert_nonnull (shown);
    config = (WfdPeerGroupConfig) { club.name, alice.person.key, shown, chain };
    wfd_peer_group_unref (alice.group);
    g_assert_cmpuint (wfd_peer_group_new (&config, &alice.group), ==, WFD_PEER_OK);
    connect_ends (&alice, &bob, CLUB_NOW_S);
    assert_refused (&bob);
    end_end (&alice);
    end_end (&bob);
    club_end (&club);
  }
}

static void
test_expired (void)
{
  End alice, bob;
  Club club;
  gint64 late_s = CLUB_NOW_S + 366 * CLUB_DAY_S;

  club_begin (&club, WFD_PEER_KEY_P256);
  end_begin (&alice, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
  end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
  connect_ends (&alice, &bob, late_s);
  assert_refused (&bob);
  g_assert_false (wfd_peer_channel_is_secured (alice.channel));
  end_end (&alice);
  end_end (&bob);
  club_end (&club);
}

/* Bob gets another certificate, which Alice has heard of and he has not. */
static void
replace (Club *club, const End *alice, const End *bob, gint64 begins_s, gint64 ends_s)
{
  WfdPeerGrant grant = { "Bob", WFD_PEER_ROLE_MEMBER, NULL, begins_s, ends_s };
  g_autoptr (WfdPeerChain) chain = NULL;

  g_assert_cmpuint (wfd_peer_chain_issue (club->creator_chain, club->creator.key,
                        bob->person.identity, &grant, &chain),
      ==, WFD_PEER_OK);
  wfd_peer_group_admit (alice->group, chain, bob->person.identity, begins_s);
}

static void
test_put_out (void)
{
  End alice, bob;
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  end_begin (&alice, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
  end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
  replace (&club, &alice, &bob, CLUB_NOW_S + 3600, CLUB_NOW_S + 3601);
  connect_ends (&bob, &alice, CLUB_NOW_S + 7200);
  assert_refused (&alice);
  g_assert_false (wfd_peer_channel_is_secured (bob.channel));
  end_end (&alice);
  end_end (&bob);
  club_end (&club);
}

/* Of somebody who comes again with another certificate, which may be as long, that one counts. */
static void
test_new_certificate (gconstpointer data)
{
  static const char *const classifiers[] = { "participant", NULL };
  WfdPeerKeyKind kind = GPOINTER_TO_UINT (data);
  gint64 begins_s = CLUB_NOW_S + 3600;
  WfdPeerGrant grant = { "Jürgen 🙂", WFD_PEER_ROLE_MEMBER, classifiers, begins_s,
    begins_s + CLUB_DAY_S };
  g_autoptr (WfdPeerChain) chain = NULL;
  End alice, bob;
  Club club;

  club_begin (&club, kind);
  end_begin (&alice, &club, kind, WFD_PEER_ROLE_MEMBER, NULL);
  end_begin (&bob, &club, kind, WFD_PEER_ROLE_MEMBER, NULL);
  connect_ends (&bob, &alice, CLUB_NOW_S);
  assert_secured (&bob, &alice);
  g_assert_cmpuint (wfd_peer_chain_issue (club.creator_chain, club.creator.key, bob.person.identity,
                        &grant, &chain),
      ==, WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_group_belong (bob.group, chain, begins_s), ==, WFD_PEER_OK);
  wfd_peer_channel_free (alice.channel);
  wfd_peer_channel_free (bob.channel);
  connect_ends (&bob, &alice, begins_s + 1);
  assert_secured (&bob, &alice);
  g_assert_cmpint (
      wfd_peer_chain_get_leaf (wfd_peer_group_find_member (alice.group, bob.person.identity->name))
          ->begins_s,
      ==, begins_s);
  end_end (&alice);
  end_end (&bob);
  club_end (&club);
}

/* Where one end has nothing but an old certificate, the other may have the new one. */
static void
test_hello_alone (void)
{
  const gint64 late_s = CLUB_NOW_S + 366 * CLUB_DAY_S;

  for (guint i = 0; i < 2; i++) {
    End alice, bob;
    Club club;
    WfdPeerGrant grant = { "The Club", 0, NULL, CLUB_NOW_S, late_s + CLUB_DAY_S };
    WfdPeerGrant longer = { "Creator", WFD_PEER_ROLE_ADMIN, NULL, CLUB_NOW_S + 1, grant.ends_s };
    g_autoptr (WfdPeerChain) creator = NULL;

    club_begin (&club, WFD_PEER_KEY_P256);
    end_begin (&alice, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
    end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
    g_assert_cmpuint (
        wfd_peer_chain_issue (club.root, club.key, club.creator.identity, &longer, &creator), ==,
        WFD_PEER_OK);
    wfd_peer_chain_unref (club.creator_chain);
    club.creator_chain = g_steal_pointer (&creator);
    replace (&club, &alice, &bob, CLUB_NOW_S + 3600, late_s + 3600);
    replace (&club, &alice, &alice, CLUB_NOW_S + 3600, late_s + 3600);
    if (i == 0)
      connect_ends (&bob, &alice, late_s);
    else
      connect_ends (&alice, &bob, late_s);
    if (i == 0)
      assert_secured (&bob, &alice);
    else
      assert_secured (&alice, &bob);
    end_end (&alice);
    end_end (&bob);
    club_end (&club);
  }
}

static void
test_profiles_do_not_meet (void)
{
  End old, new;
  Club club, old_club;

  club_begin (&club, WFD_PEER_KEY_P256);
  club_begin (&old_club, WFD_PEER_KEY_RSA1024);
  for (guint i = 0; i < 2; i++) {
    end_begin (&old, &old_club, WFD_PEER_KEY_RSA1024, WFD_PEER_ROLE_MEMBER, NULL);
    end_begin (&new, &club, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER, NULL);
    if (i == 0)
      connect_ends (&old, &new, CLUB_NOW_S);
    else
      connect_ends (&new, &old, CLUB_NOW_S);
    g_assert_true (new.broken);
    g_assert_false (wfd_peer_channel_is_secured (new.channel));
    g_assert_false (wfd_peer_channel_is_secured (old.channel));
    end_end (&old);
    end_end (&new);
  }
  club_end (&club);
  club_end (&old_club);
}

/* What one end has said, said again to another connection of the same two. */
static void
test_replay (void)
{
  g_autoptr (GByteArray) said = g_byte_array_new ();
  End alice, bob;
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  end_begin (&alice, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
  end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
  open_channels (&alice, &bob, CLUB_NOW_S);
  do
    g_byte_array_append (said, alice.out->data, alice.out->len);
  while (move (&alice, &bob, G_MAXINT16) | move (&bob, &alice, G_MAXINT16));
  assert_secured (&alice, &bob);

  wfd_peer_channel_free (bob.channel);
  bob.channel = wfd_peer_channel_new (bob.group, FALSE, CLUB_NOW_S);
  give (&bob, wfd_bytes (said->data, said->len));
  assert_refused (&bob);
  end_end (&alice);
  end_end (&bob);
  club_end (&club);
}

/* Somebody who has a key, as anybody may, and never comes to an end. */
static void
test_endless_tokens (void)
{
  static const guint8 begin[] = { 0, 0, 1, 0, 0, 1, 0, 0, 1, 0 }; /* 64 KiB of certificates */
  g_autoptr (GByteArray) plain = g_byte_array_new (), octets = g_byte_array_new ();
  g_autoptr (WfdPeerTlsContext) context = NULL;
  g_autoptr (WfdPeerTls) tls = NULL;
  Person mallory;
  Club club;
  End bob;
  gsize taken = 0;

  club_begin (&club, WFD_PEER_KEY_P256);
  person_begin (&mallory, club.member_kind);
  end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
  bob.channel = wfd_peer_channel_new (bob.group, FALSE, CLUB_NOW_S);
  context = wfd_peer_tls_context_new (mallory.key, mallory.identity);
  tls = wfd_peer_tls_new (context, TRUE);
  while (!wfd_peer_tls_is_open (tls)) {
    g_assert_true (wfd_peer_tls_take (tls, wfd_bytes (bob.out->data, bob.out->len), plain, octets));
    g_byte_array_set_size (bob.out, 0);
    give (&bob, wfd_bytes (octets->data, octets->len));
    g_byte_array_set_size (octets, 0);
  }
  g_assert_true (wfd_peer_tls_wrap (tls, wfd_bytes (begin, sizeof (begin)), octets));
  /* Each octet in a record of its own. */
  while (!bob.broken) {
    give (&bob, wfd_bytes (octets->data, octets->len));
    taken += octets->len;
    g_assert_cmpuint (taken, <, WFD_LIMIT_PEER_TOKENS_BYTES + octets->len);
    g_byte_array_set_size (octets, 0);
    g_assert_true (wfd_peer_tls_wrap (tls, wfd_bytes (begin, 1), octets));
  }
  g_assert_cmpuint (taken, >, WFD_LIMIT_PEER_TOKENS_BYTES / 2);
  person_end (&mallory);
  end_end (&bob);
  club_end (&club);
}

/* Of an identity, but for its length. */
static WfdPeerKey *
make_long_key (void)
{
  WfdPeerKey *key = wfd_peer_key_new_of (WFD_PEER_KEY_RSA1024);

  gnutls_x509_privkey_deinit (key->key);
  gnutls_x509_privkey_init (&key->key);
  g_assert_cmpint (gnutls_x509_privkey_generate (key->key, GNUTLS_PK_RSA, 2048, 0), >=, 0);
  return key;
}

/* Until one of both gives up; TRUE if that was the first. */
static gboolean
shake_hands (WfdPeerTls *ends[2])
{
  g_autoptr (GByteArray) said = g_byte_array_new (), plain = g_byte_array_new ();

  for (guint i = 0; i < 20; i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();

    if (!wfd_peer_tls_take (ends[i % 2], wfd_bytes (said->data, said->len), plain, out))
      return i % 2 == 0;
    g_byte_array_set_size (said, 0);
    g_byte_array_append (said, out->data, out->len);
  }
  return FALSE;
}

/* Somebody who has a key that takes long is refused before anything is counted with it, and
 * not when the handshake has come to its end. */
static void
test_long_key (void)
{
  for (guint client = 0; client < 2; client++) {
    g_autoptr (WfdPeerKey) key = make_long_key ();
    g_autofree char *authority = wfd_peer_key_get_authority (key);
    g_autofree char *name = g_strconcat (authority, ".mallory", NULL);
    WfdPeerCredential identity = { .profile = WFD_PEER_PROFILE_COMPATIBLE };
    g_autoptr (WfdPeerTlsContext) with_alice = NULL, with_mallory = NULL;
    g_autoptr (WfdPeerTls) alice = NULL, mallory = NULL;
    Person person;

    identity.certificate = wfd_peer_key_certify (key, name, "Mallory");
    person_begin (&person, WFD_PEER_KEY_RSA1024);
    with_alice = wfd_peer_tls_context_new (person.key, person.identity);
    with_mallory = wfd_peer_tls_context_new (key, &identity);
    alice = wfd_peer_tls_new (with_alice, client);
    mallory = wfd_peer_tls_new (with_mallory, !client);
    g_assert_true (shake_hands ((WfdPeerTls *[2]) { alice, mallory }));
    g_assert_false (wfd_peer_tls_is_open (alice));
    gnutls_x509_crt_deinit (identity.certificate);
    person_end (&person);
  }
}

/* --- passwords --- */

/* As every member knows it from the properties of the group. */
static void
tell_password (End *self, Club *club, const char *password, WfdPeerRole role)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new ();
  WfdPeerGroupProperties properties = { .group_name = club->name, .password_roles = role };
  g_autofree char *hash = wfd_peer_password_hash (club->profile, password);

  properties.password_hash = hash;
  record->type = wfd_peer_type_group_properties;
  g_bytes_unref (record->payload);
  record->payload = wfd_peer_group_properties_build (&properties);
  wfd_peer_group_note (self->group, record);
}

static void
test_password (gconstpointer data)
{
  WfdPeerKeyKind kind = GPOINTER_TO_UINT (data);
  const WfdPeerCredential *leaf;
  End alice, bob, carol;
  Club club;

  club_begin (&club, kind);
  end_begin (&alice, &club, kind, 0, "sesame");
  end_begin (&bob, &club, kind, WFD_PEER_ROLE_ADMIN, NULL);
  end_begin (&carol, &club, kind, WFD_PEER_ROLE_MEMBER, NULL);
  tell_password (&bob, &club, "sesame", WFD_PEER_ROLE_INVITING);
  connect_ends (&alice, &bob, CLUB_NOW_S);
  assert_secured (&alice, &bob);
  leaf = wfd_peer_chain_get_leaf (wfd_peer_group_get_chain (alice.group));
  g_assert_cmpuint (leaf->roles, ==, WFD_PEER_ROLE_INVITING);
  g_assert_cmpstr (leaf->classifiers[0], ==, "participant");
  g_assert_cmpint (leaf->begins_s, ==, CLUB_NOW_S);
  g_assert_cmpint (leaf->ends_s, ==, CLUB_NOW_S + 365 * CLUB_DAY_S);

  /* From now on she is a member for anybody. */
  wfd_peer_channel_free (alice.channel);
  connect_ends (&alice, &carol, CLUB_NOW_S);
  assert_secured (&alice, &carol);
  end_end (&alice);
  end_end (&bob);
  end_end (&carol);
  club_end (&club);
}

static void
test_wrong_password (void)
{
  End alice, bob;
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  end_begin (&alice, &club, club.member_kind, 0, "sesam");
  end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_ADMIN, NULL);
  tell_password (&bob, &club, "sesame", WFD_PEER_ROLE_MEMBER);
  connect_ends (&alice, &bob, CLUB_NOW_S);
  assert_refused (&bob);
  g_assert_null (wfd_peer_group_get_chain (alice.group));
  end_end (&alice);
  end_end (&bob);
  club_end (&club);
}

/* Comes with @password as nobody who is known. */
static gboolean
is_let_in (Club *club, End *server, const char *password, gint64 now_s)
{
  gboolean secured;
  End alice;

  end_begin (&alice, club, club->member_kind, 0, password);
  server->broken = FALSE;
  g_byte_array_set_size (server->out, 0);
  connect_ends (&alice, server, now_s);
  secured = wfd_peer_channel_is_secured (server->channel);
  g_assert_true (secured == (wfd_peer_group_get_chain (alice.group) != NULL));
  g_clear_pointer (&server->channel, wfd_peer_channel_free);
  end_end (&alice);
  return secured;
}

static void
test_guesses_have_an_end (void)
{
  gint64 now_s = CLUB_NOW_S;
  End bob, carol;
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_ADMIN, NULL);
  end_begin (&carol, &club, club.member_kind, WFD_PEER_ROLE_MEMBER, NULL);
  tell_password (&bob, &club, "sesame", WFD_PEER_ROLE_MEMBER);
  for (guint i = 0; i < WFD_LIMIT_PEER_WRONG_PROOFS; i++) {
    g_assert_true (is_let_in (&club, &bob, "sesame", now_s));
    g_assert_false (is_let_in (&club, &bob, "guess", now_s));
  }
  g_assert_false (is_let_in (&club, &bob, "sesame", now_s));
  /* Who needs none. */
  bob.broken = FALSE;
  connect_ends (&carol, &bob, now_s);
  assert_secured (&carol, &bob);
  g_clear_pointer (&bob.channel, wfd_peer_channel_free);

  now_s += WFD_LIMIT_PEER_WRONG_PROOF_S;
  g_assert_false (is_let_in (&club, &bob, "sesame", now_s - 1));
  g_assert_true (is_let_in (&club, &bob, "sesame", now_s));
  g_assert_false (is_let_in (&club, &bob, "guess", now_s));
  g_assert_false (is_let_in (&club, &bob, "sesame", now_s));
  end_end (&bob);
  end_end (&carol);
  club_end (&club);
}

static void
guess (WfdPeerGroup *group, gint64 now_s, guint *n)
{
  if (!wfd_peer_group_hears_proofs (group, now_s))
    return;
  wfd_peer_group_note_wrong_proof (group, now_s);
  ++*n;
}

/* A thousand in each second of an hour, some of them on connections that were opened before. */
static void
test_guesses_in_an_hour (void)
{
  guint n = 0, more = 0;
  Club club;
  End bob;

  club_begin (&club, WFD_PEER_KEY_P256);
  end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_ADMIN, NULL);
  for (gint64 s = 0; s < 3600; s++)
    for (guint i = 0; i < 1000; i++)
      guess (bob.group, CLUB_NOW_S + s - i % WFD_LIMIT_PEER_HANDSHAKE_S, &n);
  g_assert_cmpuint (n, ==, WFD_LIMIT_PEER_WRONG_PROOFS + 3599 / WFD_LIMIT_PEER_WRONG_PROOF_S);

  /* A clock that was a year ahead and is set shuts nobody out for a year. */
  for (guint i = 0; i < 1000; i++)
    guess (bob.group, CLUB_NOW_S - 365 * CLUB_DAY_S, &more);
  g_assert_cmpuint (more, ==, WFD_LIMIT_PEER_WRONG_PROOFS);
  end_end (&bob);
  club_end (&club);
}

/* Of many who were asked for it when there were few wrong ones. */
static void
test_guesses_at_once (void)
{
  gint64 now_s = CLUB_NOW_S;
  gboolean all = FALSE;
  Club club;
  End bob;

  club_begin (&club, WFD_PEER_KEY_P256);
  end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_ADMIN, NULL);
  tell_password (&bob, &club, "sesame", WFD_PEER_ROLE_MEMBER);
  for (guint steps = 0; !all; steps++, now_s += CLUB_DAY_S) {
    guint n = 0;
    End alice;

    end_begin (&alice, &club, club.member_kind, 0, "sesame");
    bob.broken = FALSE;
    g_byte_array_set_size (bob.out, 0);
    open_channels (&alice, &bob, now_s);
    for (guint i = 0; i < steps && !all; i++)
      all = !move (&alice, &bob, G_MAXINT16) && !move (&bob, &alice, G_MAXINT16);
    for (guint i = 0; i < WFD_LIMIT_PEER_WRONG_PROOFS; i++)
      guess (bob.group, now_s, &n);
    g_assert_cmpuint (n, ==, WFD_LIMIT_PEER_WRONG_PROOFS);
    talk (&alice, &bob, G_MAXINT16);
    if (wfd_peer_channel_is_secured (bob.channel))
      all = TRUE;
    else
      assert_refused (&bob);
    g_assert_true (all || steps < 20);
    g_assert_true (!all || steps > 2);
    g_clear_pointer (&bob.channel, wfd_peer_channel_free);
    end_end (&alice);
  }
  end_end (&bob);
  club_end (&club);
}

/* Whoever knows what was proved elsewhere has proved nothing here. */
static void
test_proof_is_of_one_connection (void)
{
  g_autoptr (GByteArray) plain = g_byte_array_new (), octets = g_byte_array_new ();
  g_autoptr (GByteArray) begs =
      wfd_peer_packet_build (WFD_PEER_PACKET_NEWCOMER, wfd_bytes (NULL, 0));
  guint8 binding[WFD_PEER_TLS_BINDING_BYTES];

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GByteArray) proves = NULL;
    g_autoptr (GBytes) proof = NULL;
    g_autoptr (WfdPeerTlsContext) context = NULL;
    g_autoptr (WfdPeerTls) tls = NULL;
    Person mallory;
    Club club;
    End bob;

    club_begin (&club, WFD_PEER_KEY_P256);
    person_begin (&mallory, club.member_kind);
    end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_ADMIN, NULL);
    tell_password (&bob, &club, "sesame", WFD_PEER_ROLE_MEMBER);
    bob.channel = wfd_peer_channel_new (bob.group, FALSE, CLUB_NOW_S);
    context = wfd_peer_tls_context_new (mallory.key, mallory.identity);
    tls = wfd_peer_tls_new (context, TRUE);
    while (!wfd_peer_tls_is_open (tls)) {
      g_assert_true (
          wfd_peer_tls_take (tls, wfd_bytes (bob.out->data, bob.out->len), plain, octets));
      g_byte_array_set_size (bob.out, 0);
      give (&bob, wfd_bytes (octets->data, octets->len));
      g_byte_array_set_size (octets, 0);
    }
    g_assert_true (wfd_peer_tls_get_binding (tls, binding));
    binding[0] ^= i;
    proof = wfd_peer_password_prove (club.profile, wfd_peer_group_get_password_hash (bob.group),
        mallory.identity->name, wfd_bytes (binding, sizeof (binding)));
    proves = wfd_peer_packet_build (WFD_PEER_PACKET_PROOF, wfd_bytes_of (proof));
    g_assert_true (wfd_peer_tls_wrap (tls, wfd_bytes (begs->data, begs->len), octets));
    g_assert_true (wfd_peer_tls_wrap (tls, wfd_bytes (proves->data, proves->len), octets));
    give (&bob, wfd_bytes (octets->data, octets->len));
    g_byte_array_set_size (octets, 0);
    if (i == 0)
      g_assert_true (wfd_peer_channel_is_secured (bob.channel));
    else
      assert_refused (&bob);
    person_end (&mallory);
    end_end (&bob);
    club_end (&club);
  }
}

/* What the other end says by TLS alone, and what it hears. */
static void
say_packet (WfdPeerTls *tls, WfdPeerPacketKind kind, GBytes *body, End *to, GByteArray *heard)
{
  g_autoptr (GByteArray) packet = wfd_peer_packet_build (kind, wfd_bytes_of (body));
  g_autoptr (GByteArray) octets = g_byte_array_new ();

  g_assert_true (wfd_peer_tls_wrap (tls, wfd_bytes (packet->data, packet->len), octets));
  give (to, wfd_bytes (octets->data, octets->len));
  g_byte_array_set_size (octets, 0);
  g_assert_true (wfd_peer_tls_take (tls, wfd_bytes (to->out->data, to->out->len), heard, octets));
  g_byte_array_set_size (to->out, 0);
}

/* An administrator who has the password lets her in with her own certificate alone. */
static void
test_certificate_is_her_own (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GByteArray) heard = g_byte_array_new (), octets = g_byte_array_new ();
    g_autofree char *hash = NULL;
    g_autoptr (WfdPeerTlsContext) context = NULL;
    g_autoptr (WfdPeerTls) tls = NULL;
    g_autoptr (WfdPeerChain) chain = NULL;
    g_autoptr (GBytes) own = NULL, issued = NULL, locked = NULL;
    End alice, bob;
    Club club;

    club_begin (&club, WFD_PEER_KEY_P256);
    end_begin (&alice, &club, club.member_kind, 0, "sesame");
    end_begin (&bob, &club, club.member_kind, WFD_PEER_ROLE_ADMIN, NULL);
    alice.channel = wfd_peer_channel_new (alice.group, TRUE, CLUB_NOW_S);
    context = wfd_peer_tls_context_new (bob.person.key, bob.person.identity);
    tls = wfd_peer_tls_new (context, FALSE);
    while (heard->len == 0) {
      give (&alice, wfd_bytes (octets->data, octets->len));
      g_byte_array_set_size (octets, 0);
      g_assert_true (
          wfd_peer_tls_take (tls, wfd_bytes (alice.out->data, alice.out->len), heard, octets));
      g_byte_array_set_size (alice.out, 0);
    }
    own = wfd_peer_chain_build (wfd_peer_group_get_chain (bob.group));
    say_packet (tls, WFD_PEER_PACKET_MEMBER, own, &alice, heard);
    chain = club_let_in (&club, i == 0 ? &alice.person : &bob.person, WFD_PEER_ROLE_MEMBER);
    issued = wfd_peer_chain_build (chain);
    hash = wfd_peer_password_hash (club.profile, "sesame");
    locked = wfd_peer_password_lock (club.profile, hash, wfd_bytes_of (issued));
    say_packet (tls, WFD_PEER_PACKET_CERTIFICATE, locked, &alice, heard);
    if (i == 0)
      g_assert_true (wfd_peer_channel_is_secured (alice.channel));
    else
      assert_refused (&alice);
    g_assert_cmpint (wfd_peer_group_get_chain (alice.group) != NULL, ==, i == 0);
    end_end (&alice);
    end_end (&bob);
    club_end (&club);
  }
}

/* A member who may not let in anybody; a group that has no password; and one who does not know yet
 * what it lets in as. The first two do not show who they are. */
static void
test_nobody_asks_for_a_password (void)
{
  for (guint i = 0; i < 3; i++) {
    End alice, bob;
    Club club;

    club_begin (&club, WFD_PEER_KEY_P256);
    end_begin (&alice, &club, club.member_kind, 0, "sesame");
    end_begin (&bob, &club, club.member_kind, i == 0 ? WFD_PEER_ROLE_MEMBER : WFD_PEER_ROLE_ADMIN,
        i == 2 ? "sesame" : NULL);
    if (i == 0)
      tell_password (&bob, &club, "sesame", WFD_PEER_ROLE_MEMBER);
    connect_ends (&alice, &bob, CLUB_NOW_S);
    assert_refused (&bob);
    g_assert_cmpint (wfd_peer_group_find_member (alice.group, bob.person.identity->name) == NULL,
        ==, i < 2);
    end_end (&alice);
    end_end (&bob);
    club_end (&club);
  }
}

/* Who says to be the group gets nothing from which a password could be guessed. */
static void
test_password_is_not_for_strangers (void)
{
  End alice, mallory;
  Club club, other;

  club_begin (&club, WFD_PEER_KEY_P256);
  club_begin (&other, WFD_PEER_KEY_P256);
  end_begin (&alice, &club, club.member_kind, 0, "sesame");
  end_begin (&mallory, &other, club.member_kind, WFD_PEER_ROLE_ADMIN, NULL);
  tell_password (&mallory, &other, "anything", WFD_PEER_ROLE_MEMBER);
  connect_ends (&alice, &mallory, CLUB_NOW_S);
  assert_refused (&alice);
  end_end (&alice);
  end_end (&mallory);
  club_end (&club);
  club_end (&other);
}

int
main (int argc, char *argv[])
{
  static const ClubTest both[] = {
    { "members", test_members },
    { "changed-octet-ends-it", test_changed_octet_ends_it },
    { "stranger", test_stranger },
    { "password", test_password },
    { "new-certificate", test_new_certificate },
  };

  g_test_init (&argc, &argv, NULL);
  club_add_for_kinds ("/peer/channel/", both, G_N_ELEMENTS (both));
  g_test_add_func ("/peer/channel/chain-of-somebody-else", test_chain_of_somebody_else);
  g_test_add_func ("/peer/channel/certificate-that-is-no-identity",
      test_certificate_that_is_no_identity);
  g_test_add_func ("/peer/channel/expired", test_expired);
  g_test_add_func ("/peer/channel/put-out", test_put_out);
  g_test_add_func ("/peer/channel/hello-alone", test_hello_alone);
  g_test_add_func ("/peer/channel/profiles-do-not-meet", test_profiles_do_not_meet);
  g_test_add_func ("/peer/channel/replay", test_replay);
  g_test_add_func ("/peer/channel/endless-tokens", test_endless_tokens);
  g_test_add_func ("/peer/channel/long-key", test_long_key);
  g_test_add_func ("/peer/channel/wrong-password", test_wrong_password);
  g_test_add_func ("/peer/channel/guesses-have-an-end", test_guesses_have_an_end);
  g_test_add_func ("/peer/channel/guesses-in-an-hour", test_guesses_in_an_hour);
  g_test_add_func ("/peer/channel/guesses-at-once", test_guesses_at_once);
  g_test_add_func ("/peer/channel/proof-is-of-one-connection", test_proof_is_of_one_connection);
  g_test_add_func ("/peer/channel/certificate-is-her-own", test_certificate_is_her_own);
  g_test_add_func ("/peer/channel/nobody-asks-for-a-password", test_nobody_asks_for_a_password);
  g_test_add_func ("/peer/channel/password-is-not-for-strangers",
      test_password_is_not_for_strangers);
  return g_test_run ();
}
