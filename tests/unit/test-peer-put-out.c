/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is put out of a group, and whom they would let in or put out afterwards. */
#include <base-limits.h>
#include <gnutls/pkcs7.h>
#include <peer-group-private.h>
#include <peer-members.h>

static const WfdPeerGuid type = { { 0xca, 0xfe } };

/* What they signed before stays, what they sign afterwards is nothing. */
static void
test_put_out (void)
{
  Pair pair;
  g_autoptr (WfdPeerChain) last = NULL;
  g_autoptr (WfdPeerRecord) before = NULL, after = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_MEMBER);
  last = member_reissue (pair.club.creator_chain, pair.club.creator.key, &pair.bob,
      CLUB_NOW_S + 100, CLUB_NOW_S + 101);
  wfd_peer_group_admit (pair.alice.group, last, pair.bob.person.identity, CLUB_NOW_S + 100);
  before = member_record_new (&type, pair.bob.person.identity->name, NULL);
  member_forge (&pair.bob, before, member_get_serial (&pair.bob));
  g_assert_cmpuint (group_take (pair.alice.group, before), ==, WFD_PEER_OK);
  after = member_record_new (&type, pair.bob.person.identity->name, NULL);
  after->created = after->modified = TICKS (CLUB_NOW_S + 100);
  member_forge (&pair.bob, after, member_get_serial (&pair.bob));
  g_assert_cmpuint (group_take (pair.alice.group, after), ==, WFD_PEER_INVALID_RECORD);
  pair_end (&pair);
}

/* Alice knows that Bob is out from the 100th second on; Twin is who he lets in with the
 * certificate that he had. */
typedef struct
{
  Pair pair;
  Person twin;
  WfdPeerChain *last, *chain;
} Twin;

static void
twin_begin (Twin *self, guint roles, gint64 begins_s)
{
  WfdPeerGrant grant = { "Twin", roles, NULL, begins_s, END_S };
  Member *bob = &self->pair.bob;

  pair_begin (&self->pair, WFD_PEER_KEY_P256, roles);
  person_begin (&self->twin, WFD_PEER_KEY_P256);
  self->last = member_reissue (self->pair.club.creator_chain, self->pair.club.creator.key, bob,
      CLUB_NOW_S + 100, CLUB_NOW_S + 101);
  g_assert_cmpuint (
      wfd_peer_chain_issue (bob->chain, bob->person.key, self->twin.identity, &grant, &self->chain),
      ==, WFD_PEER_OK);
}

static void
twin_end (Twin *self)
{
  wfd_peer_chain_unref (self->last);
  wfd_peer_chain_unref (self->chain);
  person_end (&self->twin);
  pair_end (&self->pair);
}

static guint32
admit_twin (Twin *self)
{
  return wfd_peer_group_admit (self->pair.alice.group, self->chain, self->twin.identity,
      CLUB_NOW_S + 300);
}

static void
put_bob_out (Twin *self)
{
  wfd_peer_group_admit (self->pair.alice.group, self->last, self->pair.bob.person.identity,
      CLUB_NOW_S + 100);
}

static WfdPeerRecord *
new_twin_record (const Twin *self, const WfdPeerGuid *record_type)
{
  Member twin = { self->twin, self->chain };
  WfdPeerRecord *record = wfd_peer_guid_equal (record_type, &type)
      ? member_record_new (record_type, self->twin.identity->name, NULL)
      : member_membership_new (&twin, self->chain);

  record->created = record->modified = TICKS (CLUB_NOW_S + 300);
  member_forge (&twin, record, member_get_serial (&twin));
  return record;
}

/* Who was put out does not come back under another name. */
static void
test_put_out_lets_nobody_in (void)
{
  static const guint roles[] = { WFD_PEER_ROLE_ADMIN, WFD_PEER_ROLE_INVITING };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++) {
    Twin twin;
    WfdPeerGroup *group;
    g_autoptr (WfdPeerRecord) record = NULL, membership = NULL;

    twin_begin (&twin, roles[i], CLUB_NOW_S + 200);
    group = twin.pair.alice.group;
    put_bob_out (&twin);
    g_assert_cmpuint (admit_twin (&twin), ==, WFD_PEER_INVALID_TIME);
    g_assert_null (wfd_peer_group_recall (group, twin.twin.identity, CLUB_NOW_S + 300));
    record = new_twin_record (&twin, &type);
    g_assert_true (WFD_PEER_FAILED (group_take (group, record)));
    membership = new_twin_record (&twin, &wfd_peer_type_membership);
    g_assert_cmpuint (group_take (group, membership), ==, WFD_PEER_INVALID_RECORD);
    g_assert_true (WFD_PEER_FAILED (group_take (group, record)));
    twin_end (&twin);
  }
}

/* They were known before the news came. */
static void
test_let_in_by_who_was_out_already (void)
{
  Twin twin;
  WfdPeerGroup *group;
  g_autoptr (WfdPeerRecord) record = NULL;

  twin_begin (&twin, WFD_PEER_ROLE_INVITING, CLUB_NOW_S + 200);
  group = twin.pair.alice.group;
  record = new_twin_record (&twin, &type);
  g_assert_cmpuint (admit_twin (&twin), ==, WFD_PEER_OK);
  g_assert_cmpuint (group_take (group, record), ==, WFD_PEER_OK);
  put_bob_out (&twin);
  g_assert_cmpuint (admit_twin (&twin), ==, WFD_PEER_INVALID_TIME);
  g_assert_null (wfd_peer_group_find_member (group, twin.twin.identity->name));
  g_assert_cmpuint (group_take (group, record), ==, WFD_PEER_INVALID_RECORD);
  twin_end (&twin);
}

static void
test_let_in_before_the_end_stays (void)
{
  Twin twin;

  twin_begin (&twin, WFD_PEER_ROLE_INVITING, CLUB_NOW_S + 99);
  put_bob_out (&twin);
  g_assert_cmpuint (admit_twin (&twin), ==, WFD_PEER_OK);
  twin_end (&twin);
}

/* Whoever is connected when the news come. */
static void
test_who_may_stay (void)
{
  Twin twin;
  WfdPeerGroup *group;
  const char *bob;

  twin_begin (&twin, WFD_PEER_ROLE_INVITING, CLUB_NOW_S + 200);
  group = twin.pair.alice.group;
  bob = twin.pair.bob.person.identity->name;
  g_assert_cmpuint (admit_twin (&twin), ==, WFD_PEER_OK);
  g_assert_false (wfd_peer_group_may_stay (group, "nobody", CLUB_NOW_S + 300));
  g_assert_true (wfd_peer_group_may_stay (group, bob, CLUB_NOW_S + 300));
  g_assert_true (wfd_peer_group_may_stay (group, twin.twin.identity->name, CLUB_NOW_S + 300));
  g_assert_false (wfd_peer_group_may_stay (group, bob, END_S));
  put_bob_out (&twin);
  g_assert_true (wfd_peer_group_may_stay (group, bob, CLUB_NOW_S + 99));
  g_assert_false (wfd_peer_group_may_stay (group, bob, CLUB_NOW_S + 300));
  g_assert_false (wfd_peer_group_may_stay (group, twin.twin.identity->name, CLUB_NOW_S + 300));
  twin_end (&twin);
}

/* Bob has become an administrator, and invites before he has heard of it. */
static void
test_let_in_with_an_old_role (void)
{
  Twin twin;
  g_autoptr (WfdPeerChain) higher = NULL;
  WfdPeerGrant grant = { NULL, WFD_PEER_ROLE_ADMIN, NULL, CLUB_NOW_S + 100, END_S };
  Club *club = &twin.pair.club;

  twin_begin (&twin, WFD_PEER_ROLE_INVITING, CLUB_NOW_S + 200);
  g_assert_cmpuint (wfd_peer_chain_issue (club->creator_chain, club->creator.key,
                        twin.pair.bob.person.identity, &grant, &higher),
      ==, WFD_PEER_OK);
  wfd_peer_group_admit (twin.pair.alice.group, higher, twin.pair.bob.person.identity,
      CLUB_NOW_S + 100);
  g_assert_cmpuint (admit_twin (&twin), ==, WFD_PEER_OK);
  twin_end (&twin);
}

/* Nor does he put out anybody else then, whichever is known first. */
static void
test_put_out_puts_nobody_out (void)
{
  for (guint i = 0; i < 2; i++) {
    Twin twin;
    Member carol;
    g_autoptr (WfdPeerChain) revenge = NULL;

    twin_begin (&twin, WFD_PEER_ROLE_ADMIN, CLUB_NOW_S + 200);
    member_begin (&carol, &twin.pair.club, WFD_PEER_ROLE_ADMIN);
    member_know (&twin.pair.alice, &carol);
    revenge = member_reissue (twin.pair.bob.chain, twin.pair.bob.person.key, &carol,
        CLUB_NOW_S + 200, CLUB_NOW_S + 201);
    if (i == 0)
      put_bob_out (&twin);
    wfd_peer_group_admit (twin.pair.alice.group, revenge, carol.person.identity, CLUB_NOW_S + 200);
    if (i == 1)
      put_bob_out (&twin);
    g_assert_cmpuint (wfd_peer_group_admit (twin.pair.alice.group, carol.chain,
                          carol.person.identity, CLUB_NOW_S + 300),
        ==, WFD_PEER_OK);
    member_end (&carol);
    twin_end (&twin);
  }
}

/* Two administrators in the same second: neither is in any more, and it comes to an end. */
static void
test_put_out_each_other (void)
{
  Pair pair;
  Member carol;
  g_autoptr (WfdPeerChain) bob_out = NULL, carol_out = NULL;
  WfdPeerGroup *group;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  group = pair.alice.group;
  member_begin (&carol, &pair.club, WFD_PEER_ROLE_ADMIN);
  member_know (&pair.alice, &carol);
  bob_out =
      member_reissue (carol.chain, carol.person.key, &pair.bob, CLUB_NOW_S + 5, CLUB_NOW_S + 6);
  carol_out =
      member_reissue (pair.bob.chain, pair.bob.person.key, &carol, CLUB_NOW_S + 5, CLUB_NOW_S + 6);
  wfd_peer_group_admit (group, bob_out, pair.bob.person.identity, CLUB_NOW_S + 5);
  wfd_peer_group_admit (group, carol_out, carol.person.identity, CLUB_NOW_S + 5);
  g_assert_cmpuint (
      wfd_peer_group_admit (group, pair.bob.chain, pair.bob.person.identity, CLUB_NOW_S + 60), ==,
      WFD_PEER_INVALID_TIME);
  g_assert_cmpuint (
      wfd_peer_group_admit (group, carol.chain, carol.person.identity, CLUB_NOW_S + 60), ==,
      WFD_PEER_INVALID_TIME);
  member_end (&carol);
  pair_end (&pair);
}

static WfdPeerChain *
let_in (WfdPeerChain *issuer, WfdPeerKey *key, const Person *subject, gint64 begins_s)
{
  WfdPeerGrant grant = { "Somebody", WFD_PEER_ROLE_ADMIN, NULL, begins_s, END_S };
  WfdPeerChain *chain = NULL;

  g_assert_cmpuint (wfd_peer_chain_issue (issuer, key, subject->identity, &grant, &chain), ==,
      WFD_PEER_OK);
  return chain;
}

/* Carol's friend puts Bob out, who puts out Carol: who was in when they did so is the same for
 * all, whatever they have heard first. */
static void
test_order_makes_no_difference (void)
{
  Pair pair;
  Member carol;
  Person friend;
  g_autoptr (WfdPeerChain) friends = NULL, bob_out = NULL, carol_out = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  member_begin (&carol, &pair.club, WFD_PEER_ROLE_ADMIN);
  person_begin (&friend, WFD_PEER_KEY_P256);
  friends = let_in (carol.chain, carol.person.key, &friend, CLUB_NOW_S + 100);
  bob_out = member_reissue (friends, friend.key, &pair.bob, CLUB_NOW_S + 5, CLUB_NOW_S + 200);
  carol_out = member_reissue (pair.bob.chain, pair.bob.person.key, &carol, CLUB_NOW_S + 50,
      CLUB_NOW_S + 200);
  g_assert_cmpint (wfd_peer_chain_get_leaf (bob_out)->begins_s, ==, CLUB_NOW_S + 100);
  for (guint i = 0; i < 2; i++) {
    Member dave;

    member_begin (&dave, &pair.club, WFD_PEER_ROLE_MEMBER);
    member_know (&dave, &pair.bob);
    member_know (&dave, &carol);
    for (guint j = 0; j < 2; j++) {
      gboolean is_bob = i == j;

      wfd_peer_group_admit (dave.group, is_bob ? bob_out : carol_out,
          is_bob ? pair.bob.person.identity : carol.person.identity, CLUB_NOW_S + 100);
    }
    g_assert_true (
        wfd_peer_group_may_stay (dave.group, pair.bob.person.identity->name, CLUB_NOW_S + 300));
    g_assert_false (
        wfd_peer_group_may_stay (dave.group, carol.person.identity->name, CLUB_NOW_S + 300));
    member_end (&dave);
  }
  person_end (&friend);
  member_end (&carol);
  pair_end (&pair);
}

/* As an issuer does it who chooses the serial. */
static WfdPeerChain *
with_serial (const WfdPeerChain *chain, const Member *issuer, const guint8 *serial)
{
  gnutls_x509_crt_t leaf = wfd_peer_credential_get_certificate (wfd_peer_chain_get_leaf (chain));
  guint n = wfd_peer_chain_get_length (chain);
  gnutls_datum_t der;
  gnutls_pkcs7_t pkcs7;
  WfdPeerChain *forged = NULL;

  gnutls_x509_crt_set_serial (leaf, serial, WFD_PEER_SERIAL_BYTES);
  g_assert_true (wfd_peer_certificate_sign (leaf,
      wfd_peer_credential_get_certificate (wfd_peer_chain_get (chain, n - 2)), issuer->person.key));
  gnutls_pkcs7_init (&pkcs7);
  for (guint i = 0; i < n; i++)
    gnutls_pkcs7_set_crt (pkcs7,
        wfd_peer_credential_get_certificate (wfd_peer_chain_get (chain, i)));
  gnutls_pkcs7_export2 (pkcs7, GNUTLS_X509_FMT_DER, &der);
  g_assert_cmpuint (wfd_peer_chain_read (wfd_bytes (der.data, der.size), &forged), ==, WFD_PEER_OK);
  gnutls_free (der.data);
  gnutls_pkcs7_deinit (pkcs7);
  return forged;
}

/* Bob has seen the certificate that puts him out, and lets in somebody with its serial, or gives
 * Alice another role; that is known first. */
static void
test_a_serial_twice (void)
{
  for (guint i = 0; i < 2; i++) {
    Twin twin;
    Member *bob = &twin.pair.bob;
    g_autoptr (WfdPeerChain) higher = NULL, forged = NULL;
    const WfdPeerCredential *leaf;

    twin_begin (&twin, WFD_PEER_ROLE_ADMIN, CLUB_NOW_S + 50);
    higher = let_in (bob->chain, bob->person.key, &twin.pair.alice.person, CLUB_NOW_S + 50);
    forged = with_serial (i == 0 ? twin.chain : higher, bob,
        wfd_peer_chain_get_leaf (twin.last)->serial);
    leaf = wfd_peer_chain_get_leaf (forged);
    g_assert_cmpmem (leaf->serial, WFD_PEER_SERIAL_BYTES,
        wfd_peer_chain_get_leaf (twin.last)->serial, WFD_PEER_SERIAL_BYTES);
    g_assert_cmpuint (wfd_peer_group_admit (twin.pair.alice.group, forged,
                          i == 0 ? twin.twin.identity : twin.pair.alice.person.identity,
                          CLUB_NOW_S + 100),
        ==, WFD_PEER_OK);
    put_bob_out (&twin);
    g_assert_false (wfd_peer_group_may_stay (twin.pair.alice.group, bob->person.identity->name,
        CLUB_NOW_S + 300));
    twin_end (&twin);
  }
}

#define IN_A_ROW 64

/* Each puts out who was to put out the next: every second one stays. */
static void
test_many_in_a_row (void)
{
  for (guint first = 0; first < 2; first++) {
    Club club;
    Member alice;
    Person people[IN_A_ROW + 1];
    WfdPeerChain *chains[IN_A_ROW + 1], *outs[IN_A_ROW];

    club_begin (&club, WFD_PEER_KEY_P256);
    member_begin (&alice, &club, WFD_PEER_ROLE_MEMBER);
    for (guint i = 0; i <= IN_A_ROW; i++) {
      person_begin (&people[i], WFD_PEER_KEY_P256);
      chains[i] = club_let_in (&club, &people[i], WFD_PEER_ROLE_ADMIN);
      wfd_peer_group_admit (alice.group, chains[i], people[i].identity, CLUB_NOW_S);
    }
    for (guint i = 0; i < IN_A_ROW; i++) {
      Member subject = { people[i + 1], NULL, NULL };

      outs[i] =
          member_reissue (chains[i], people[i].key, &subject, CLUB_NOW_S + 1 + i, CLUB_NOW_S + 500);
    }
    for (guint i = 0; i < IN_A_ROW; i++) {
      guint k = first == 0 ? i : IN_A_ROW - 1 - i;

      wfd_peer_group_admit (alice.group, outs[k], people[k + 1].identity, CLUB_NOW_S + 60);
    }
    for (guint i = 0; i <= IN_A_ROW; i++)
      g_assert_cmpint (
          wfd_peer_group_may_stay (alice.group, people[i].identity->name, CLUB_NOW_S + 1000), ==,
          i % 2 == 0);
    for (guint i = 0; i <= IN_A_ROW; i++) {
      wfd_peer_chain_unref (chains[i]);
      person_end (&people[i]);
    }
    for (guint i = 0; i < IN_A_ROW; i++)
      wfd_peer_chain_unref (outs[i]);
    member_end (&alice);
    club_end (&club);
  }
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
    weak = member_reissue (inviting.chain, inviting.person.key, &admin, CLUB_NOW_S + 1, END_S);
    if (i == 0)
      member_know (&alice, &admin);
    wfd_peer_group_admit (alice.group, weak, admin.person.identity, CLUB_NOW_S + 60);
    if (i == 1)
      member_know (&alice, &admin);
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

/* --- how many --- */

/* Bob is an administrator, whom the creator has let in. */
static WfdPeerChain *
let_in_by_bob (Pair *pair, const Person *subject, gint64 begins_s)
{
  const Member member = { *subject, NULL, NULL };

  return member_reissue (pair->bob.chain, pair->bob.person.key, &member, begins_s, END_S);
}

static guint32
tell_alice (Pair *pair, WfdPeerChain *chain, const Person *subject)
{
  return wfd_peer_group_admit (pair->alice.group, chain, subject->identity, CLUB_NOW_S);
}

/* Who puts somebody out finds room for it, whatever others have issued to them. */
static void
test_many_of_one (void)
{
  Pair pair;
  Person twin;
  Member subject;
  g_autoptr (WfdPeerChain) last = NULL, first = NULL;
  g_autoptr (WfdPeerRecord) membership = NULL;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  person_begin (&twin, WFD_PEER_KEY_P256);
  for (guint i = 0; i < WFD_LIMIT_PEER_CERTIFICATES; i++) {
    g_autoptr (WfdPeerChain) chain = let_in_by_bob (&pair, &twin, CLUB_NOW_S);

    g_assert_cmphex (tell_alice (&pair, chain, &twin), ==, WFD_PEER_OK);
  }
  first = let_in_by_bob (&pair, &twin, CLUB_NOW_S);
  g_assert_cmphex (tell_alice (&pair, first, &twin), ==, WFD_PEER_NO_MEMORY);
  membership = member_membership_new (&pair.bob, first);
  member_forge (&pair.bob, membership, member_get_serial (&pair.bob));
  g_assert_cmphex (group_take (pair.alice.group, membership), ==, WFD_PEER_INVALID_RECORD);

  subject = (Member) { twin, NULL, NULL };
  last = member_reissue (pair.club.creator_chain, pair.club.creator.key, &subject, CLUB_NOW_S + 1,
      CLUB_NOW_S + 2);
  tell_alice (&pair, last, &twin);
  g_assert_false (
      wfd_peer_group_may_stay (pair.alice.group, twin.identity->name, CLUB_NOW_S + 300));
  person_end (&twin);
  pair_end (&pair);
}

/* And for others, whomever one lets in. */
static void
test_many_of_many (void)
{
  Pair pair;
  Person dave, erin, carol;
  g_autoptr (WfdPeerChain) of_dave = NULL, below_dave = NULL, of_erin = NULL, of_carol = NULL;
  guint32 result;

  pair_begin (&pair, WFD_PEER_KEY_P256, WFD_PEER_ROLE_ADMIN);
  person_begin (&dave, WFD_PEER_KEY_P256);
  person_begin (&erin, WFD_PEER_KEY_P256);
  person_begin (&carol, WFD_PEER_KEY_P256);
  /* To make them all would take long. */
  g_hash_table_insert (pair.alice.group->n_followers, pair.bob.person.identity->name,
      GUINT_TO_POINTER (WFD_LIMIT_PEER_FOLLOWERS - 1));
  of_dave =
      club_issue (pair.bob.chain, pair.bob.person.key, &dave, WFD_PEER_ROLE_INVITING, &result);
  /* With the one between it would be two. */
  below_dave = club_issue (of_dave, dave.key, &erin, WFD_PEER_ROLE_MEMBER, &result);
  g_assert_cmphex (tell_alice (&pair, below_dave, &erin), ==, WFD_PEER_NO_MEMORY);
  g_assert_cmphex (tell_alice (&pair, of_dave, &dave), ==, WFD_PEER_OK);
  of_erin = let_in_by_bob (&pair, &erin, CLUB_NOW_S);
  g_assert_cmphex (tell_alice (&pair, of_erin, &erin), ==, WFD_PEER_NO_MEMORY);
  of_carol = club_let_in (&pair.club, &carol, WFD_PEER_ROLE_MEMBER);
  g_assert_cmphex (tell_alice (&pair, of_carol, &carol), ==, WFD_PEER_OK);
  person_end (&carol);
  person_end (&erin);
  person_end (&dave);
  pair_end (&pair);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/put-out/signs-no-more", test_put_out);
  g_test_add_func ("/peer/put-out/lets-nobody-in", test_put_out_lets_nobody_in);
  g_test_add_func ("/peer/put-out/let-in-by-who-was-out-already",
      test_let_in_by_who_was_out_already);
  g_test_add_func ("/peer/put-out/let-in-before-the-end-stays", test_let_in_before_the_end_stays);
  g_test_add_func ("/peer/put-out/who-may-stay", test_who_may_stay);
  g_test_add_func ("/peer/put-out/let-in-with-an-old-role", test_let_in_with_an_old_role);
  g_test_add_func ("/peer/put-out/puts-nobody-out", test_put_out_puts_nobody_out);
  g_test_add_func ("/peer/put-out/each-other", test_put_out_each_other);
  g_test_add_func ("/peer/put-out/order-makes-no-difference", test_order_makes_no_difference);
  g_test_add_func ("/peer/put-out/many-in-a-row", test_many_in_a_row);
  g_test_add_func ("/peer/put-out/a-serial-twice", test_a_serial_twice);
  g_test_add_func ("/peer/put-out/no-one-is-put-out-from-below", test_no_one_is_put_out_from_below);
  g_test_add_func ("/peer/put-out/many-of-one", test_many_of_one);
  g_test_add_func ("/peer/put-out/many-of-many", test_many_of_many);
  return g_test_run ();
}
