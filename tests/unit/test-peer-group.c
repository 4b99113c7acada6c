/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of a group: their payloads, and which of them a member has. */
#include <hex.h>
#include <peer-club.h>
#include <peer-group.h>
#include <peer-password.h>

#define EPOCH_S G_GINT64_CONSTANT (11644473600)
#define TICKS(seconds) ((guint64) ((seconds) + EPOCH_S) * 10000000)
#define END_S (CLUB_NOW_S + 365 * CLUB_DAY_S)

static const WfdPeerGuid type = { { 0xca, 0xfe } };

static GBytes *
from_hex (const char *text)
{
  return g_byte_array_free_to_bytes (hex_octets (text));
}

/* --- payloads --- */

/* "c", "", "", "g", "o", "" behind each other, and a password. */
#define PROPERTIES \
  "01 01 00000002 02000000 100e0000 2c010000" \
  "04000000 0063 0000 02000000 0000 02000000 0000" \
  "04000000 0067 0000 04000000 006f 0000 02000000 0000" \
  "00000003 01000000 06000000 0061 0062 0000 27713804 56aa 0a45 8ce54f565c6790f4"

static void
test_properties (void)
{
  g_autoptr (GBytes) payload = from_hex (PROPERTIES), built = NULL;
  g_auto (WfdPeerGroupProperties) properties = { 0 };
  gsize size = g_bytes_get_size (payload);

  g_assert_true (wfd_peer_group_properties_read (payload, &properties));
  g_assert_cmpuint (properties.flags, ==, WFD_PEER_GROUP_NO_PRESENCE);
  g_assert_cmpuint (properties.member_lifetime_s, ==, 3600);
  g_assert_cmpuint (properties.presence_lifetime_s, ==, 300);
  g_assert_cmpstr (properties.comment, ==, "c");
  g_assert_cmpstr (properties.cloud, ==, "");
  g_assert_cmpstr (properties.group_name, ==, "g");
  g_assert_cmpstr (properties.creator_name, ==, "o");
  g_assert_cmpstr (properties.password_hash, ==, "ab");
  g_assert_cmpuint (properties.password_roles, ==, WFD_PEER_ROLE_ADMIN);
  built = wfd_peer_group_properties_build (&properties);
  g_assert_true (g_bytes_equal (built, payload));
  for (gsize n = 0; n < size; n++) {
    g_autoptr (GBytes) shorter = g_bytes_new_from_bytes (payload, 0, n);

    g_assert_false (wfd_peer_group_properties_read (shorter, &properties));
  }
}

static void
test_bad_properties (void)
{
  static const struct
  {
    gsize offset;
    guint8 octet;
  } changes[] = {
    { 0, 2 },  /* major version */
    { 1, 2 },  /* minor version */
    { 1, 0 },  /* a password where none is */
    { 6, 3 },  /* lifetimes */
    { 18, 5 }, /* half a character */
    { 21, 1 }, /* a length beyond the end */
    { 23, 0 }, /* a NUL inside */
    { 63, 2 }, /* authentication */
    { 64, 2 }, /* passwords */
    { 78, 0 }, /* no role */
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autoptr (GByteArray) octets = hex_octets (PROPERTIES);
    g_autoptr (GBytes) payload = NULL;
    WfdPeerGroupProperties properties;

    octets->data[changes[i].offset] = changes[i].octet;
    payload = g_bytes_new (octets->data, octets->len);
    g_test_message ("change %u", i);
    g_assert_false (wfd_peer_group_properties_read (payload, &properties));
  }
}

static void
test_membership (void)
{
  Club club;
  g_autoptr (GBytes) payload = NULL, longer = NULL;
  g_autoptr (WfdPeerChain) chain = NULL;
  WfdPeerChain *none;
  GByteArray *octets = g_byte_array_new ();
  gsize size;

  club_begin (&club, WFD_PEER_KEY_P256);
  payload = wfd_peer_membership_build (club.creator_chain);
  size = g_bytes_get_size (payload);
  g_assert_cmpuint (wfd_peer_membership_read (payload, &chain), ==, WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_chain_get_length (chain), ==, 2);
  for (gsize n = 0; n < size; n++) {
    g_autoptr (GBytes) shorter = g_bytes_new_from_bytes (payload, 0, n);

    g_assert_true (WFD_PEER_FAILED (wfd_peer_membership_read (shorter, &none)));
  }
  g_byte_array_append (octets, g_bytes_get_data (payload, NULL), size);
  g_byte_array_append (octets, (const guint8 *) "x", 1);
  longer = g_byte_array_free_to_bytes (octets);
  g_assert_true (WFD_PEER_FAILED (wfd_peer_membership_read (longer, &none)));
  club_end (&club);
}

/* --- what is signed --- */

static WfdPeerRecord *
new_record (const WfdPeerGuid *record_type, const char *creator, const char *modifier)
{
  WfdPeerRecord *record = wfd_peer_record_new ();

  record->type = *record_type;
  record->version = 1;
  record->creator = g_strdup (creator);
  record->modifier = g_strdup (modifier);
  record->created = TICKS (CLUB_NOW_S + 60);
  record->modified = record->created + (modifier != NULL);
  record->expires = TICKS (CLUB_NOW_S + CLUB_DAY_S);
  return record;
}

static void
test_signed_text (void)
{
  static const guint8 creator[WFD_PEER_SERIAL_BYTES] = { 0x11 }, modifier[16] = { 0x22 };
  g_autoptr (WfdPeerRecord) record = new_record (&type, "c", "m");
  g_autoptr (GByteArray) wanted = NULL, text = NULL;

  record->flags = WFD_PEER_RECORD_REFRESHED | WFD_PEER_RECORD_IS_DELETED;
  record->created = 1;
  record->expires = 2;
  record->modified = 3;
  record->attributes = g_strdup ("a");
  g_bytes_unref (record->payload);
  record->payload = g_bytes_new_static ("pay", 3);
  wanted = hex_octets ("00000060 cafe0000000000000000000000000000"
                       "00000000000000000000000000000000 00000001 00000002"
                       "0000000000000001 0000000000000002 0000000000000003"
                       "0063 0000 006d 0000 0061 0000 00000003 'pay'"
                       "11000000000000000000000000000000 22000000000000000000000000000000");
  text = wfd_peer_record_build_signed_text (record, WFD_PEER_PROFILE_COMPATIBLE, creator, modifier);
  g_assert_cmpmem (text->data, text->len, wanted->data, wanted->len);
}

/* A text that moves from one place to the next. */
static void
test_modern_text_is_counted (void)
{
  static const guint8 serial[WFD_PEER_SERIAL_BYTES] = { 1 };
  g_autoptr (WfdPeerRecord) one = new_record (&type, "c", "m"), other = wfd_peer_record_copy (one);
  g_autoptr (GByteArray) a = NULL, b = NULL;

  other->attributes = g_steal_pointer (&other->modifier);
  a = wfd_peer_record_build_signed_text (one, WFD_PEER_PROFILE_MODERN, serial, serial);
  b = wfd_peer_record_build_signed_text (other, WFD_PEER_PROFILE_MODERN, serial, serial);
  g_assert_false (a->len == b->len && memcmp (a->data, b->data, a->len) == 0);
}

/* --- whose records a member has --- */

typedef struct
{
  Person person;
  WfdPeerChain *chain;
  WfdPeerGroup *group;
} Member;

static void
member_begin (Member *self, Club *club, guint roles)
{
  WfdPeerGroupConfig config = { club->name };

  person_begin (&self->person, club->member_kind);
  self->chain = club_let_in (club, &self->person, roles);
  config.key = self->person.key;
  config.identity = self->person.identity;
  config.chain = self->chain;
  g_assert_cmpuint (wfd_peer_group_new (&config, &self->group), ==, WFD_PEER_OK);
}

static void
member_end (Member *self)
{
  wfd_peer_group_unref (self->group);
  wfd_peer_chain_unref (self->chain);
  person_end (&self->person);
}

static void
know (Member *self, const Member *other)
{
  g_assert_cmpuint (
      wfd_peer_group_admit (self->group, other->chain, other->person.identity, CLUB_NOW_S), ==,
      WFD_PEER_OK);
}

static const guint8 *
serial_of (const Member *self)
{
  return wfd_peer_chain_get_leaf (self->chain)->serial;
}

/* As the own node of @self would never do it. */
static void
forge (const Member *self, WfdPeerRecord *record, const guint8 *creator)
{
  static const guint8 no_serial[WFD_PEER_SERIAL_BYTES];

  g_assert_true (wfd_peer_record_sign (record, self->person.key, creator,
      record->modifier != NULL ? serial_of (self) : no_serial));
}

/* Alice judges what Bob, who has the roles, has made. */
typedef struct
{
  Club club;
  Member alice, bob;
} Pair;

static void
pair_begin (Pair *self, WfdPeerKeyKind kind, guint roles)
{
  club_begin (&self->club, kind);
  member_begin (&self->alice, &self->club, WFD_PEER_ROLE_MEMBER);
  member_begin (&self->bob, &self->club, roles);
  know (&self->alice, &self->bob);
}

static void
pair_end (Pair *self)
{
  member_end (&self->alice);
  member_end (&self->bob);
  club_end (&self->club);
}

static void
test_own_record (gconstpointer data)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, GPOINTER_TO_UINT (data), WFD_PEER_ROLE_MEMBER);
  record = new_record (&type, pair.bob.person.identity->name, NULL);
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==, WFD_PEER_OK);
  pair_end (&pair);
}

typedef void (*Change) (WfdPeerRecord *record);

static void
change_type (WfdPeerRecord *record)
{
  record->type.bytes[15] ^= 1;
}

static void
change_id (WfdPeerRecord *record)
{
  record->id.bytes[15] ^= 1;
}

static void
change_version (WfdPeerRecord *record)
{
  record->version++;
}

static void
change_flags (WfdPeerRecord *record)
{
  record->flags = WFD_PEER_RECORD_IS_DELETED;
}

static void
change_created (WfdPeerRecord *record)
{
  record->created--;
}

static void
change_modified (WfdPeerRecord *record)
{
  record->modified++;
}

static void
change_expires (WfdPeerRecord *record)
{
  record->expires++;
}

static void
change_creator (WfdPeerRecord *record)
{
  g_free (record->creator);
  record->creator = g_strdup ("somebody");
}

static void
change_attributes (WfdPeerRecord *record)
{
  record->attributes = g_strdup ("<attributes/>");
}

static void
change_payload (WfdPeerRecord *record)
{
  g_bytes_unref (record->payload);
  record->payload = g_bytes_new_static ("x", 1);
}

static void
change_signature (WfdPeerRecord *record)
{
  GByteArray *octets = g_bytes_unref_to_array (record->security);

  octets->data[octets->len - 1] ^= 1;
  record->security = g_byte_array_free_to_bytes (octets);
}

static void
cut_signature (WfdPeerRecord *record)
{
  GBytes *security = record->security;

  record->security = g_bytes_new_from_bytes (security, 0, 2 * WFD_PEER_SERIAL_BYTES);
  g_bytes_unref (security);
}

static void
test_forged (gconstpointer data)
{
  static const Change changes[] = { change_type, change_id, change_version, change_flags,
    change_created, change_modified, change_expires, change_creator, change_attributes,
    change_payload, change_signature, cut_signature };
  Pair pair;

  pair_begin (&pair, GPOINTER_TO_UINT (data), WFD_PEER_ROLE_ADMIN);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autoptr (WfdPeerRecord) record = new_record (&type, pair.bob.person.identity->name, NULL);

    g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
    changes[i](record);
    g_test_message ("change %u", i);
    g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==,
        WFD_PEER_INVALID_RECORD);
  }
  pair_end (&pair);
}

/* Only an administrator changes what is not theirs (2.2.5.3). */
static void
test_others_records (void)
{
  static const guint roles[] = { WFD_PEER_ROLE_ADMIN, WFD_PEER_ROLE_INVITING,
    WFD_PEER_ROLE_MEMBER };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++) {
    Pair pair;
    g_autoptr (WfdPeerRecord) record = NULL;
    gboolean admin = roles[i] == WFD_PEER_ROLE_ADMIN;

    pair_begin (&pair, WFD_PEER_KEY_P256, roles[i]);
    record = new_record (&type, pair.alice.person.identity->name, NULL);
    g_assert_cmpuint (wfd_peer_group_sign (pair.alice.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
    record->modifier = g_strdup (pair.bob.person.identity->name);
    record->modified++;
    g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==,
        admin ? WFD_PEER_OK : WFD_PEER_NOT_AUTHORIZED);
    if (!admin)
      forge (&pair.bob, record, serial_of (&pair.alice));
    g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==,
        admin ? WFD_PEER_OK : WFD_PEER_INVALID_RECORD);
    pair_end (&pair);
  }
}

/* In the name of another one. */
static void
test_other_creator (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  record = new_record (&type, pair.alice.person.identity->name, NULL);
  forge (&pair.bob, record, serial_of (&pair.bob));
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==,
      WFD_PEER_INVALID_RECORD);
  pair_end (&pair);
}

/* All nodes have one id for it, so that it does not tell whose it is. */
static void
test_graph_info_is_an_administrators (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  record = new_record (&wfd_peer_type_graph_info, pair.bob.person.identity->name, NULL);
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==,
      WFD_PEER_NOT_AUTHORIZED);
  forge (&pair.bob, record, serial_of (&pair.bob));
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==,
      WFD_PEER_INVALID_RECORD);
  pair_end (&pair);
}

/* Whose node has the lowest id changes. */
static void
test_signature_is_anybodys (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  record = new_record (&wfd_peer_type_signature, pair.alice.person.identity->name, NULL);
  g_assert_cmpuint (wfd_peer_group_sign (pair.alice.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  record->modifier = g_strdup (pair.bob.person.identity->name);
  record->modified++;
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==, WFD_PEER_OK);
  pair_end (&pair);
}

static void
test_times (void)
{
  static const struct
  {
    gint64 modified_s, expires_s;
    gboolean good;
  } cases[] = {
    { 0, CLUB_DAY_S, TRUE }, { 0, 365 * CLUB_DAY_S, TRUE },
    { 0, 365 * CLUB_DAY_S + 1, FALSE }, /* longer than the certificate */
    { -WFD_PEER_CLOCK_TOLERANCE_S, CLUB_DAY_S, TRUE },
    { -WFD_PEER_CLOCK_TOLERANCE_S - 1, CLUB_DAY_S, FALSE }, /* before it */
  };
  Pair pair;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WfdPeerRecord) record = new_record (&type, pair.bob.person.identity->name, NULL);

    record->created = record->modified = TICKS (CLUB_NOW_S + cases[i].modified_s);
    record->expires = TICKS (CLUB_NOW_S + cases[i].expires_s);
    forge (&pair.bob, record, serial_of (&pair.bob));
    g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==,
        cases[i].good ? WFD_PEER_OK : WFD_PEER_INVALID_RECORD);
  }
  pair_end (&pair);
}

/* What we publish ourselves ends in time, or is not published. */
static void
test_own_times (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL, presence = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  record = new_record (&type, pair.bob.person.identity->name, NULL);
  record->expires = TICKS (END_S) + 1;
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==,
      WFD_PEER_INVALID_EXPIRATION);
  presence = new_record (&wfd_peer_type_presence, pair.bob.person.identity->name, NULL);
  presence->expires = TICKS (END_S) + 1;
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, presence, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (presence->expires, ==, TICKS (END_S));
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, presence, END_S), ==,
      WFD_PEER_NOT_AUTHORIZED);
  pair_end (&pair);
}

/* --- who becomes known, and who is put out --- */

static WfdPeerRecord *
new_membership (const Member *publisher, const WfdPeerChain *chain)
{
  WfdPeerRecord *record =
      new_record (&wfd_peer_type_membership, publisher->person.identity->name, NULL);

  g_bytes_unref (record->payload);
  record->payload = wfd_peer_membership_build (chain);
  return record;
}

static void
test_unknown_is_deferred (void)
{
  Club club;
  Member alice, bob;
  g_autoptr (WfdPeerRecord) record = NULL, membership = NULL;

  club_begin (&club, WFD_PEER_KEY_P256);
  member_begin (&alice, &club, WFD_PEER_ROLE_MEMBER);
  member_begin (&bob, &club, WFD_PEER_ROLE_MEMBER);
  wfd_peer_group_take_news (alice.group);
  record = new_record (&type, bob.person.identity->name, NULL);
  g_assert_cmpuint (wfd_peer_group_sign (bob.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_group_validate (alice.group, record), ==, WFD_PEER_DEFERRED);
  g_assert_false (wfd_peer_group_take_news (alice.group));
  membership = new_membership (&bob, bob.chain);
  g_assert_cmpuint (wfd_peer_group_sign (bob.group, membership, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_group_validate (alice.group, membership), ==, WFD_PEER_OK);
  g_assert_true (wfd_peer_group_take_news (alice.group));
  g_assert_cmpuint (wfd_peer_group_validate (alice.group, record), ==, WFD_PEER_OK);
  member_end (&alice);
  member_end (&bob);
  club_end (&club);
}

static void
test_membership_is_published_by (void)
{
  static const guint roles[] = { WFD_PEER_ROLE_ADMIN, WFD_PEER_ROLE_INVITING };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++) {
    Pair pair;
    Member carol;
    g_autoptr (WfdPeerRecord) record = NULL;

    pair_begin (&pair, WFD_PEER_KEY_P256, roles[i]);
    member_begin (&carol, &pair.club, WFD_PEER_ROLE_MEMBER);
    record = new_membership (&pair.bob, carol.chain);
    forge (&pair.bob, record, serial_of (&pair.bob));
    g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==,
        i == 0 ? WFD_PEER_OK : WFD_PEER_INVALID_RECORD);
    g_assert_cmpint (wfd_peer_group_find_member (pair.alice.group, carol.person.identity->name)
            != NULL,
        ==, i == 0);
    member_end (&carol);
    pair_end (&pair);
  }
}

/* Who is of one profile finds no member in a group of the other. */
static void
test_group_of_the_other_profile (void)
{
  Club club;
  Person bob;
  WfdPeerGroup *group;
  WfdPeerGroupConfig config = { 0 };

  club_begin (&club, WFD_PEER_KEY_RSA1024);
  person_begin (&bob, WFD_PEER_KEY_P256);
  config = (WfdPeerGroupConfig) { club.name, bob.key, bob.identity };
  g_assert_cmpuint (wfd_peer_group_new (&config, &group), ==, WFD_PEER_OK);
  g_assert_cmpuint (
      wfd_peer_group_admit (group, club.creator_chain, club.creator.identity, CLUB_NOW_S), ==,
      WFD_PEER_NOT_TRUSTED);
  wfd_peer_group_unref (group);
  person_end (&bob);
  club_end (&club);
}

static void
test_membership_of_another_group (void)
{
  Pair pair;
  Club other;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  club_begin (&other, WFD_PEER_KEY_P256);
  record = new_membership (&pair.bob, other.creator_chain);
  forge (&pair.bob, record, serial_of (&pair.bob));
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==,
      WFD_PEER_INVALID_RECORD);
  g_assert_null (wfd_peer_group_find_member (pair.alice.group, other.creator.identity->name));
  club_end (&other);
  pair_end (&pair);
}

/* Each record says by whom it was changed in two places, or in none. */
static void
test_modifier_of_half (void)
{
  static const guint8 no_serial[WFD_PEER_SERIAL_BYTES];
  Pair pair;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  for (guint i = 0; i < 2; i++) {
    const char *name = pair.bob.person.identity->name;
    g_autoptr (WfdPeerRecord) record = new_record (&type, name, i == 0 ? name : NULL);

    g_assert_true (wfd_peer_record_sign (record, pair.bob.person.key, serial_of (&pair.bob),
        i == 0 ? no_serial : serial_of (&pair.bob)));
    g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==,
        WFD_PEER_INVALID_RECORD);
  }
  pair_end (&pair);
}

static void
test_membership_is_never_deleted (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  record = new_record (&wfd_peer_type_membership, pair.bob.person.identity->name, NULL);
  record->flags = WFD_PEER_RECORD_IS_DELETED;
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==,
      WFD_PEER_NOT_AUTHORIZED);
  forge (&pair.bob, record, serial_of (&pair.bob));
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, record), ==,
      WFD_PEER_INVALID_RECORD);
  pair_end (&pair);
}

/* One key may have several names, and each is somebody else. */
static void
test_another_name_of_the_key (void)
{
  Pair pair;
  g_autofree char *name = NULL;
  g_autoptr (WfdPeerCredential) twin = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  name = g_strconcat (pair.bob.person.identity->name, "by", NULL);
  twin = wfd_peer_credential_new_identity (pair.bob.person.key, name);
  g_assert_nonnull (twin);
  g_assert_cmpuint (wfd_peer_group_admit (pair.alice.group, pair.bob.chain, twin, CLUB_NOW_S), ==,
      WFD_PEER_NOT_TRUSTED);
  g_assert_null (wfd_peer_group_recall (pair.alice.group, twin, CLUB_NOW_S));
  pair_end (&pair);
}

static WfdPeerChain *
reissue (WfdPeerChain *issuer, WfdPeerKey *key, const Member *subject, gint64 begins_s,
    gint64 ends_s)
{
  WfdPeerGrant grant = { NULL, WFD_PEER_ROLE_MEMBER, NULL, begins_s, ends_s };
  WfdPeerChain *chain = NULL;

  g_assert_cmpuint (wfd_peer_chain_issue (issuer, key, subject->person.identity, &grant, &chain),
      ==, WFD_PEER_OK);
  return chain;
}

/* What they signed before stays, what they sign afterwards is nothing. */
static void
test_put_out (void)
{
  Pair pair;
  g_autoptr (WfdPeerChain) last = NULL;
  g_autoptr (WfdPeerRecord) before = NULL, after = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  last = reissue (pair.club.creator_chain, pair.club.creator.key, &pair.bob, CLUB_NOW_S + 100,
      CLUB_NOW_S + 101);
  wfd_peer_group_admit (pair.alice.group, last, pair.bob.person.identity, CLUB_NOW_S + 100);
  before = new_record (&type, pair.bob.person.identity->name, NULL);
  forge (&pair.bob, before, serial_of (&pair.bob));
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, before), ==, WFD_PEER_OK);
  after = new_record (&type, pair.bob.person.identity->name, NULL);
  after->created = after->modified = TICKS (CLUB_NOW_S + 100);
  forge (&pair.bob, after, serial_of (&pair.bob));
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, after), ==, WFD_PEER_INVALID_RECORD);
  pair_end (&pair);
}

/* Who may only let in members takes nothing from an administrator, whichever of the
 * certificates is known first. */
static void
test_no_one_is_put_out_from_below (void)
{
  for (guint i = 0; i < 2; i++) {
    Club club;
    Member alice, admin, inviting;
    g_autoptr (WfdPeerChain) weak = NULL;

    club_begin (&club, WFD_PEER_KEY_P256);
    member_begin (&alice, &club, WFD_PEER_ROLE_MEMBER);
    member_begin (&admin, &club, WFD_PEER_ROLE_ADMIN);
    member_begin (&inviting, &club, WFD_PEER_ROLE_INVITING);
    weak = reissue (inviting.chain, inviting.person.key, &admin, CLUB_NOW_S + 1, END_S);
    if (i == 0)
      know (&alice, &admin);
    wfd_peer_group_admit (alice.group, weak, admin.person.identity, CLUB_NOW_S + 60);
    if (i == 1)
      know (&alice, &admin);
    g_assert_true (
        wfd_peer_group_find_member (alice.group, admin.person.identity->name) == admin.chain);
    g_assert_cmpuint (
        wfd_peer_group_admit (alice.group, admin.chain, admin.person.identity, CLUB_NOW_S + 60), ==,
        WFD_PEER_OK);
    member_end (&alice);
    member_end (&admin);
    member_end (&inviting);
    club_end (&club);
  }
}

/* --- the properties of the group --- */

static void
test_group_properties (void)
{
  Club club;
  Member alice;
  WfdPeerGroup *founder;
  WfdPeerGroupConfig config = { 0 };
  WfdPeerGroupProperties properties = { .password_roles = WFD_PEER_ROLE_MEMBER };
  g_autoptr (WfdPeerRecord) record = NULL, forged = NULL, elsewhere = NULL;
  g_autofree char *hash = wfd_peer_password_hash (WFD_PEER_PROFILE_MODERN, "sesame");

  club_begin (&club, WFD_PEER_KEY_P256);
  member_begin (&alice, &club, WFD_PEER_ROLE_ADMIN);
  config = (WfdPeerGroupConfig) { club.name, club.creator.key, club.creator.identity,
    club.creator_chain, club.key };
  g_assert_cmpuint (wfd_peer_group_new (&config, &founder), ==, WFD_PEER_OK);
  properties.group_name = club.name;
  properties.password_hash = hash;
  record = new_record (&wfd_peer_type_group_properties, club.name, NULL);
  g_bytes_unref (record->payload);
  record->payload = wfd_peer_group_properties_build (&properties);
  forged = wfd_peer_record_copy (record);

  /* An administrator has not the key of the group. */
  g_assert_cmpuint (wfd_peer_group_sign (alice.group, forged, CLUB_NOW_S), ==,
      WFD_PEER_NOT_AUTHORIZED);
  forge (&alice, forged, serial_of (&alice));
  g_assert_cmpuint (wfd_peer_group_validate (alice.group, forged), ==, WFD_PEER_INVALID_RECORD);

  /* Not even with it may they be of another group. */
  properties.group_name = club.creator.identity->name;
  elsewhere = wfd_peer_record_copy (record);
  g_bytes_unref (elsewhere->payload);
  elsewhere->payload = wfd_peer_group_properties_build (&properties);
  g_assert_cmpuint (wfd_peer_group_sign (founder, elsewhere, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_group_validate (alice.group, elsewhere), ==, WFD_PEER_INVALID_RECORD);

  g_assert_cmpuint (wfd_peer_group_sign (founder, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_null (wfd_peer_group_get_password_hash (alice.group));
  g_assert_cmpuint (wfd_peer_group_validate (alice.group, record), ==, WFD_PEER_OK);
  g_assert_cmpstr (wfd_peer_group_get_password_hash (alice.group), ==, hash);
  wfd_peer_group_unref (founder);
  member_end (&alice);
  club_end (&club);
}

int
main (int argc, char *argv[])
{
  static const ClubTest both[] = {
    { "own-record", test_own_record },
    { "forged", test_forged },
  };

  g_test_init (&argc, &argv, NULL);
  club_add_for_kinds ("/peer/group/", both, G_N_ELEMENTS (both));
  g_test_add_func ("/peer/group/properties", test_properties);
  g_test_add_func ("/peer/group/bad-properties", test_bad_properties);
  g_test_add_func ("/peer/group/membership", test_membership);
  g_test_add_func ("/peer/group/signed-text", test_signed_text);
  g_test_add_func ("/peer/group/modern-text-is-counted", test_modern_text_is_counted);
  g_test_add_func ("/peer/group/others-records", test_others_records);
  g_test_add_func ("/peer/group/other-creator", test_other_creator);
  g_test_add_func ("/peer/group/signature-is-anybodys", test_signature_is_anybodys);
  g_test_add_func ("/peer/group/graph-info-is-an-administrators",
      test_graph_info_is_an_administrators);
  g_test_add_func ("/peer/group/times", test_times);
  g_test_add_func ("/peer/group/own-times", test_own_times);
  g_test_add_func ("/peer/group/unknown-is-deferred", test_unknown_is_deferred);
  g_test_add_func ("/peer/group/membership-is-published-by", test_membership_is_published_by);
  g_test_add_func ("/peer/group/group-of-the-other-profile", test_group_of_the_other_profile);
  g_test_add_func ("/peer/group/membership-of-another-group", test_membership_of_another_group);
  g_test_add_func ("/peer/group/modifier-of-half", test_modifier_of_half);
  g_test_add_func ("/peer/group/membership-is-never-deleted", test_membership_is_never_deleted);
  g_test_add_func ("/peer/group/another-name-of-the-key", test_another_name_of_the_key);
  g_test_add_func ("/peer/group/put-out", test_put_out);
  g_test_add_func ("/peer/group/no-one-is-put-out-from-below", test_no_one_is_put_out_from_below);
  g_test_add_func ("/peer/group/group-properties", test_group_properties);
  return g_test_run ();
}
