/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of a group: their payloads, and which of them a member has. */
#include <base-limits.h>
#include <hex.h>
#include <peer-group-private.h>
#include <peer-members.h>
#include <peer-password.h>

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

static void
test_signed_text (void)
{
  static const guint8 creator[WFD_PEER_SERIAL_BYTES] = { 0x11 }, modifier[16] = { 0x22 };
  g_autoptr (WfdPeerRecord) record = member_record_new (&type, "c", "m");
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
  g_autoptr (WfdPeerRecord) one = member_record_new (&type, "c", "m"),
                            other = wfd_peer_record_copy (one);
  g_autoptr (GByteArray) a = NULL, b = NULL;

  other->attributes = g_steal_pointer (&other->modifier);
  a = wfd_peer_record_build_signed_text (one, WFD_PEER_PROFILE_MODERN, serial, serial);
  b = wfd_peer_record_build_signed_text (other, WFD_PEER_PROFILE_MODERN, serial, serial);
  g_assert_false (a->len == b->len && memcmp (a->data, b->data, a->len) == 0);
}

/* --- whose records a member has --- */

static void
test_own_record (gconstpointer data)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, GPOINTER_TO_UINT (data), WFD_PEER_ROLE_MEMBER);
  record = member_record_new (&type, pair.bob.person.identity->name, NULL);
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (group_take (pair.alice.group, record), ==, WFD_PEER_OK);
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
    g_autoptr (WfdPeerRecord) record =
        member_record_new (&type, pair.bob.person.identity->name, NULL);

    g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
    changes[i](record);
    g_test_message ("change %u", i);
    g_assert_cmpuint (group_take (pair.alice.group, record), ==,
        changes[i] == change_creator ? WFD_PEER_DEFERRED : WFD_PEER_INVALID_RECORD);
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
    record = member_record_new (&type, pair.alice.person.identity->name, NULL);
    g_assert_cmpuint (wfd_peer_group_sign (pair.alice.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
    record->modifier = g_strdup (pair.bob.person.identity->name);
    record->modified++;
    g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==,
        admin ? WFD_PEER_OK : WFD_PEER_NOT_AUTHORIZED);
    if (!admin)
      member_forge (&pair.bob, record, member_get_serial (&pair.alice));
    g_assert_cmpuint (group_take (pair.alice.group, record), ==,
        admin ? WFD_PEER_OK : WFD_PEER_INVALID_RECORD);
    pair_end (&pair);
  }
}

/* In the name of another one, of whom no certificate has that serial yet. */
static void
test_other_creator (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  record = member_record_new (&type, pair.alice.person.identity->name, NULL);
  member_forge (&pair.bob, record, member_get_serial (&pair.bob));
  g_assert_cmpuint (group_take (pair.alice.group, record), ==, WFD_PEER_DEFERRED);
  pair_end (&pair);
}

/* All nodes have one id for it, so that it does not tell whose it is. */
static void
test_graph_info_is_an_administrators (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  record = member_record_new (&wfd_peer_type_graph_info, pair.bob.person.identity->name, NULL);
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==,
      WFD_PEER_NOT_AUTHORIZED);
  member_forge (&pair.bob, record, member_get_serial (&pair.bob));
  g_assert_cmpuint (group_take (pair.alice.group, record), ==, WFD_PEER_INVALID_RECORD);
  pair_end (&pair);
}

/* Whose node has the lowest id changes. */
static void
test_signature_is_anybodys (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  record = member_record_new (&wfd_peer_type_signature, pair.alice.person.identity->name, NULL);
  g_assert_cmpuint (wfd_peer_group_sign (pair.alice.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  record->modifier = g_strdup (pair.bob.person.identity->name);
  record->modified++;
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (group_take (pair.alice.group, record), ==, WFD_PEER_OK);
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
    g_autoptr (WfdPeerRecord) record =
        member_record_new (&type, pair.bob.person.identity->name, NULL);

    record->created = record->modified = TICKS (CLUB_NOW_S + cases[i].modified_s);
    record->expires = TICKS (CLUB_NOW_S + cases[i].expires_s);
    member_forge (&pair.bob, record, member_get_serial (&pair.bob));
    g_assert_cmpuint (group_take (pair.alice.group, record), ==,
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
  record = member_record_new (&type, pair.bob.person.identity->name, NULL);
  record->expires = TICKS (END_S) + 1;
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==,
      WFD_PEER_INVALID_EXPIRATION);
  presence = member_record_new (&wfd_peer_type_presence, pair.bob.person.identity->name, NULL);
  presence->expires = TICKS (END_S) + 1;
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, presence, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (presence->expires, ==, TICKS (END_S));
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, presence, END_S), ==,
      WFD_PEER_NOT_AUTHORIZED);
  pair_end (&pair);
}

/* --- who becomes known --- */

static void
test_unknown_is_deferred (void)
{
  Club club;
  Member alice, bob;
  g_autoptr (GHashTable) names = NULL;
  g_autoptr (WfdPeerRecord) record = NULL, membership = NULL;

  club_begin (&club, WFD_PEER_KEY_P256);
  member_begin (&alice, &club, WFD_PEER_ROLE_MEMBER);
  member_begin (&bob, &club, WFD_PEER_ROLE_MEMBER);
  names = wfd_peer_group_take_news (alice.group);
  g_assert_true (g_hash_table_contains (names, alice.person.identity->name));
  g_assert_true (g_hash_table_contains (names, club.name));
  record = member_record_new (&type, bob.person.identity->name, NULL);
  g_assert_cmpuint (wfd_peer_group_sign (bob.group, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (group_take (alice.group, record), ==, WFD_PEER_DEFERRED);
  g_assert_null (wfd_peer_group_take_news (alice.group));
  membership = member_membership_new (&bob, bob.chain);
  g_assert_cmpuint (wfd_peer_group_sign (bob.group, membership, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (group_take (alice.group, membership), ==, WFD_PEER_OK);
  g_hash_table_unref (names);
  names = wfd_peer_group_take_news (alice.group);
  g_assert_cmpuint (g_hash_table_size (names), ==, 1);
  g_assert_true (g_hash_table_contains (names, bob.person.identity->name));
  g_assert_cmpuint (group_take (alice.group, record), ==, WFD_PEER_OK);
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
    record = member_membership_new (&pair.bob, carol.chain);
    member_forge (&pair.bob, record, member_get_serial (&pair.bob));
    g_assert_cmpuint (group_take (pair.alice.group, record), ==,
        i == 0 ? WFD_PEER_OK : WFD_PEER_INVALID_RECORD);
    g_assert_cmpint (wfd_peer_group_find_member (pair.alice.group, carol.person.identity->name)
            != NULL,
        ==, i == 0);
    member_end (&carol);
    pair_end (&pair);
  }
}

static guint32
publish_membership (Pair *pair, const Member *publisher, const WfdPeerGuid *id, guint age_s)
{
  g_autoptr (WfdPeerRecord) record = member_membership_new (publisher, pair->bob.chain);

  if (id != NULL)
    record->id = *id;
  record->created += TICKS (age_s) - TICKS (0);
  record->modified += TICKS (age_s) - TICKS (0);
  record->expires += TICKS (age_s) - TICKS (0);
  member_forge (publisher, record, member_get_serial (publisher));
  return group_take (pair->alice.group, record);
}

/* Nobody fills the group with what everybody knows. */
static void
test_membership_has_one_place (void)
{
  static const WfdPeerGuid first = { { 1 } }, second = { { 2 } };
  Pair pair;
  Member carol;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  member_begin (&carol, &pair.club, WFD_PEER_ROLE_ADMIN);
  member_know (&pair.alice, &carol);
  g_assert_cmpuint (publish_membership (&pair, &pair.bob, &first, 0), ==, WFD_PEER_OK);
  g_assert_cmpuint (publish_membership (&pair, &pair.bob, &second, 0), ==, WFD_PEER_INVALID_RECORD);
  g_assert_cmpuint (publish_membership (&pair, &pair.bob, &first, 1), ==, WFD_PEER_OK);
  g_assert_cmpuint (publish_membership (&pair, &carol, &second, 0), ==, WFD_PEER_OK);
  /* The first one has ended by then. */
  g_assert_cmpuint (publish_membership (&pair, &pair.bob, &second, 2 * CLUB_DAY_S), ==,
      WFD_PEER_OK);
  member_end (&carol);
  pair_end (&pair);
}

/* To list members is to look, and not to prove again what all of them are. */
static void
test_published_is_not_read_again (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;
  g_autoptr (WfdPeerChain) unknown = NULL, known = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  record = member_membership_new (&pair.bob, pair.bob.chain);
  unknown = wfd_peer_group_read_membership (pair.alice.group, record);
  g_assert_nonnull (unknown);
  g_assert_cmpuint (publish_membership (&pair, &pair.bob, NULL, 0), ==, WFD_PEER_OK);
  known = wfd_peer_group_read_membership (pair.alice.group, record);
  g_assert_true (
      known == wfd_peer_group_find_member (pair.alice.group, pair.bob.person.identity->name));
  g_assert_true (known != unknown);
  pair_end (&pair);
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
  record = member_membership_new (&pair.bob, other.creator_chain);
  member_forge (&pair.bob, record, member_get_serial (&pair.bob));
  g_assert_cmpuint (group_take (pair.alice.group, record), ==, WFD_PEER_INVALID_RECORD);
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
    g_autoptr (WfdPeerRecord) record = member_record_new (&type, name, i == 0 ? name : NULL);

    g_assert_true (wfd_peer_record_sign (record, pair.bob.person.key, member_get_serial (&pair.bob),
        i == 0 ? no_serial : member_get_serial (&pair.bob)));
    g_assert_cmpuint (group_take (pair.alice.group, record), ==, WFD_PEER_INVALID_RECORD);
  }
  pair_end (&pair);
}

static void
test_membership_is_never_deleted (void)
{
  Pair pair;
  g_autoptr (WfdPeerRecord) record = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  record = member_record_new (&wfd_peer_type_membership, pair.bob.person.identity->name, NULL);
  record->flags = WFD_PEER_RECORD_IS_DELETED;
  g_assert_cmpuint (wfd_peer_group_sign (pair.bob.group, record, CLUB_NOW_S), ==,
      WFD_PEER_NOT_AUTHORIZED);
  member_forge (&pair.bob, record, member_get_serial (&pair.bob));
  g_assert_cmpuint (group_take (pair.alice.group, record), ==, WFD_PEER_INVALID_RECORD);
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

/* Who finds it valid may not be able to keep it, nor who signs it. */
static void
test_what_is_not_kept_tells_nothing (void)
{
  Club club;
  Member alice, bob;
  g_autoptr (WfdPeerRecord) membership = NULL;
  const char *name;

  club_begin (&club, WFD_PEER_KEY_P256);
  member_begin (&alice, &club, WFD_PEER_ROLE_MEMBER);
  member_begin (&bob, &club, WFD_PEER_ROLE_MEMBER);
  name = bob.person.identity->name;
  membership = member_membership_new (&bob, bob.chain);
  g_assert_cmpuint (wfd_peer_group_sign (bob.group, membership, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_group_validate (alice.group, membership), ==, WFD_PEER_OK);
  g_assert_null (wfd_peer_group_find_member (alice.group, name));
  wfd_peer_group_note (alice.group, membership);
  g_assert_nonnull (wfd_peer_group_find_member (alice.group, name));
  wfd_peer_group_forget (alice.group);
  g_assert_null (wfd_peer_group_find_member (alice.group, name));
  g_assert_true (wfd_peer_group_get_chain (alice.group) == alice.chain);
  member_end (&alice);
  member_end (&bob);
  club_end (&club);
}

/* Nor is another key of the name, which its certificate as a member does not have. */
static void
test_another_key_of_the_name (void)
{
  Pair pair;
  Person mallory;
  WfdPeerCredential twin;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  person_begin (&mallory, WFD_PEER_KEY_P256);
  twin = *mallory.identity;
  twin.name = pair.bob.person.identity->name;
  g_assert_cmpuint (wfd_peer_group_admit (pair.alice.group, pair.bob.chain, &twin, CLUB_NOW_S), ==,
      WFD_PEER_NOT_TRUSTED);
  g_assert_null (wfd_peer_group_recall (pair.alice.group, &twin, CLUB_NOW_S));
  person_end (&mallory);
  pair_end (&pair);
}

/* What many have of the certificates before them is held once. */
static void
test_issuers_are_shared (void)
{
  Club club;
  Member alice, bob;
  Person carol;
  g_autoptr (WfdPeerChain) read = NULL, of_carol = NULL;
  g_autoptr (GBytes) octets = NULL;
  guint32 result;

  club_begin (&club, WFD_PEER_KEY_P256);
  member_begin (&alice, &club, WFD_PEER_ROLE_MEMBER);
  member_begin (&bob, &club, WFD_PEER_ROLE_INVITING);
  person_begin (&carol, WFD_PEER_KEY_P256);
  of_carol = club_issue (bob.chain, bob.person.key, &carol, WFD_PEER_ROLE_MEMBER, &result);
  octets = wfd_peer_chain_build (of_carol);
  g_assert_cmphex (wfd_peer_chain_read (wfd_bytes_of (octets), &read), ==, WFD_PEER_OK);
  for (guint i = 0; i < 4; i++)
    g_assert_null (wfd_peer_chain_get (read, i)->certificate);
  member_know (&alice, &bob);
  g_assert_cmphex (wfd_peer_group_admit (alice.group, read, carol.identity, CLUB_NOW_S), ==,
      WFD_PEER_OK);
  g_assert_true (wfd_peer_chain_get (read, 0) == wfd_peer_chain_get (alice.chain, 0));
  g_assert_true (wfd_peer_chain_get (read, 2) == wfd_peer_chain_get_leaf (bob.chain));
  person_end (&carol);
  member_end (&bob);
  member_end (&alice);
  club_end (&club);
}

/* Who gets another role tomorrow has the one of today until then. */
static void
test_certificate_of_tomorrow (void)
{
  Pair pair;
  Member *bob = &pair.bob;
  const WfdPeerCredential *identity;
  g_autoptr (WfdPeerChain) later = NULL;
  g_autoptr (WfdPeerRecord) today = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  identity = bob->person.identity;
  later = member_reissue (pair.club.creator_chain, pair.club.creator.key, bob,
      CLUB_NOW_S + CLUB_DAY_S, CLUB_NOW_S + 2 * CLUB_DAY_S);
  g_assert_cmphex (wfd_peer_group_belong (bob->group, later, G_MININT64), ==, WFD_PEER_OK);
  g_assert_cmphex (
      wfd_peer_group_admit (pair.alice.group, later, identity, CLUB_NOW_S + CLUB_DAY_S), ==,
      WFD_PEER_OK);
  g_assert_true (wfd_peer_group_get_chain_at (bob->group, CLUB_NOW_S) == bob->chain);
  g_assert_true (wfd_peer_group_get_chain_at (bob->group, CLUB_NOW_S + CLUB_DAY_S) == later);
  g_assert_true (wfd_peer_group_get_chain_at (bob->group, CLUB_NOW_S + 3 * CLUB_DAY_S) == later);
  g_assert_nonnull (wfd_peer_group_recall (pair.alice.group, identity, CLUB_NOW_S));
  g_assert_null (wfd_peer_group_recall (pair.alice.group, identity, CLUB_NOW_S + 3 * CLUB_DAY_S));
  today = member_record_new (&type, identity->name, NULL);
  g_assert_cmphex (wfd_peer_group_sign (bob->group, today, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmphex (group_take (pair.alice.group, today), ==, WFD_PEER_OK);
  pair_end (&pair);
}

/* --- the properties of the group --- */

static void
set_password_role (Member *self, WfdPeerRole role)
{
  WfdPeerGroupProperties properties = { .password_hash = (char *) "hash", .password_roles = role };
  g_autoptr (WfdPeerRecord) record =
      member_record_new (&wfd_peer_type_group_properties, "group", NULL);

  g_bytes_unref (record->payload);
  record->payload = wfd_peer_group_properties_build (&properties);
  wfd_peer_group_note (self->group, record);
}

static WfdPeerChain *
join_by_password (Member *self, const Person *person, WfdPeerRole role, gint64 after_s)
{
  WfdPeerChain *chain = NULL;

  set_password_role (self, role);
  g_assert_cmpuint (wfd_peer_group_issue_by_password (self->group, person->identity,
                        CLUB_NOW_S + after_s, &chain),
      ==, WFD_PEER_OK);
  return chain;
}

/* As the creator of the club. */
static void
creator_begin (Member *self, const Club *club)
{
  WfdPeerGroupConfig config = { club->name, club->creator.key, club->creator.identity,
    club->creator_chain };

  self->person.key = wfd_peer_key_ref (club->creator.key);
  self->person.identity = wfd_peer_credential_ref (club->creator.identity);
  self->chain = wfd_peer_chain_ref (club->creator_chain);
  g_assert_cmphex (wfd_peer_group_new (&config, &self->group), ==, WFD_PEER_OK);
}

static void
assert_only_by_invitation (Member *self, const Person *person)
{
  g_autoptr (WfdPeerChain) invited = NULL;
  WfdPeerKey *key = self->group->key;
  WfdPeerChain *chain;
  guint32 result;

  set_password_role (self, WFD_PEER_ROLE_MEMBER);
  /* To sign is dear, and nothing is that nobody gets: it would not work with this one. */
  self->group->key = person->key;
  g_assert_cmphex (
      wfd_peer_group_issue_by_password (self->group, person->identity, CLUB_NOW_S, &chain), ==,
      WFD_PEER_NO_MEMORY);
  self->group->key = key;
  invited = club_issue (self->chain, self->person.key, person, WFD_PEER_ROLE_MEMBER, &result);
  g_assert_cmphex (wfd_peer_group_admit (self->group, invited, person->identity, CLUB_NOW_S), ==,
      WFD_PEER_OK);
}

/* Who knows it and makes many identities leaves places for those who are invited. To make them all
 * would take long. */
static void
test_password_leaves_places (void)
{
  Club club;
  Member creator, alice;
  Person bob;

  club_begin (&club, WFD_PEER_KEY_P256);
  creator_begin (&creator, &club);
  member_begin (&alice, &club, WFD_PEER_ROLE_ADMIN);
  person_begin (&bob, WFD_PEER_KEY_P256);
  creator.group->n_of_creator = WFD_LIMIT_PEER_MEMBERS / 2;
  assert_only_by_invitation (&creator, &bob);
  g_hash_table_insert (alice.group->n_followers, alice.person.identity->name,
      GUINT_TO_POINTER (WFD_LIMIT_PEER_FOLLOWERS / 2));
  assert_only_by_invitation (&alice, &bob);
  person_end (&bob);
  member_end (&alice);
  member_end (&creator);
  club_end (&club);
}

/* Who comes by it again and again does not fill the group with certificates. */
static void
test_password_lets_in_once (void)
{
  Club club;
  Member alice;
  Person bob;
  g_autoptr (WfdPeerChain) first = NULL, again = NULL, inviting = NULL, last = NULL;

  club_begin (&club, WFD_PEER_KEY_P256);
  member_begin (&alice, &club, WFD_PEER_ROLE_ADMIN);
  person_begin (&bob, WFD_PEER_KEY_P256);
  first = join_by_password (&alice, &bob, WFD_PEER_ROLE_MEMBER, 10);
  again = join_by_password (&alice, &bob, WFD_PEER_ROLE_MEMBER, 20);
  g_assert_true (again == first);
  inviting = join_by_password (&alice, &bob, WFD_PEER_ROLE_INVITING, 30);
  g_assert_cmpuint (wfd_peer_chain_get_leaf (inviting)->roles, ==, WFD_PEER_ROLE_INVITING);
  last = join_by_password (&alice, &bob, WFD_PEER_ROLE_MEMBER, 40);
  g_assert_true (last == inviting);
  person_end (&bob);
  member_end (&alice);
  club_end (&club);
}

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
  record = member_record_new (&wfd_peer_type_group_properties, club.name, NULL);
  g_bytes_unref (record->payload);
  record->payload = wfd_peer_group_properties_build (&properties);
  forged = wfd_peer_record_copy (record);

  /* An administrator has not the key of the group. */
  g_assert_cmpuint (wfd_peer_group_sign (alice.group, forged, CLUB_NOW_S), ==,
      WFD_PEER_NOT_AUTHORIZED);
  member_forge (&alice, forged, member_get_serial (&alice));
  g_assert_cmpuint (group_take (alice.group, forged), ==, WFD_PEER_INVALID_RECORD);

  /* Not even with it may they be of another group. */
  properties.group_name = club.creator.identity->name;
  elsewhere = wfd_peer_record_copy (record);
  g_bytes_unref (elsewhere->payload);
  elsewhere->payload = wfd_peer_group_properties_build (&properties);
  g_assert_cmpuint (wfd_peer_group_sign (founder, elsewhere, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_cmpuint (group_take (alice.group, elsewhere), ==, WFD_PEER_INVALID_RECORD);

  g_assert_cmpuint (wfd_peer_group_sign (founder, record, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_null (wfd_peer_group_get_password_hash (alice.group));
  g_assert_cmpuint (group_take (alice.group, record), ==, WFD_PEER_OK);
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
  g_test_add_func ("/peer/group/membership-has-one-place", test_membership_has_one_place);
  g_test_add_func ("/peer/group/published-is-not-read-again", test_published_is_not_read_again);
  g_test_add_func ("/peer/group/group-of-the-other-profile", test_group_of_the_other_profile);
  g_test_add_func ("/peer/group/membership-of-another-group", test_membership_of_another_group);
  g_test_add_func ("/peer/group/modifier-of-half", test_modifier_of_half);
  g_test_add_func ("/peer/group/membership-is-never-deleted", test_membership_is_never_deleted);
  g_test_add_func ("/peer/group/another-name-of-the-key", test_another_name_of_the_key);
  g_test_add_func ("/peer/group/another-key-of-the-name", test_another_key_of_the_name);
  g_test_add_func ("/peer/group/password-lets-in-once", test_password_lets_in_once);
  g_test_add_func ("/peer/group/group-properties", test_group_properties);
  g_test_add_func ("/peer/group/what-is-not-kept", test_what_is_not_kept_tells_nothing);
  g_test_add_func ("/peer/group/issuers-are-shared", test_issuers_are_shared);
  g_test_add_func ("/peer/group/certificate-of-tomorrow", test_certificate_of_tomorrow);
  g_test_add_func ("/peer/group/password-leaves-places", test_password_leaves_places);
  return g_test_run ();
}
