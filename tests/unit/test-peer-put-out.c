/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is put out of a group, and whom they would let in or put out afterwards. */
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
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, before), ==, WFD_PEER_OK);
  after = member_record_new (&type, pair.bob.person.identity->name, NULL);
  after->created = after->modified = TICKS (CLUB_NOW_S + 100);
  member_forge (&pair.bob, after, member_get_serial (&pair.bob));
  g_assert_cmpuint (wfd_peer_group_validate (pair.alice.group, after), ==, WFD_PEER_INVALID_RECORD);
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
    g_assert_true (WFD_PEER_FAILED (wfd_peer_group_validate (group, record)));
    membership = new_twin_record (&twin, &wfd_peer_type_membership);
    g_assert_cmpuint (wfd_peer_group_validate (group, membership), ==, WFD_PEER_INVALID_RECORD);
    g_assert_true (WFD_PEER_FAILED (wfd_peer_group_validate (group, record)));
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
  g_assert_cmpuint (wfd_peer_group_validate (group, record), ==, WFD_PEER_OK);
  put_bob_out (&twin);
  g_assert_cmpuint (admit_twin (&twin), ==, WFD_PEER_INVALID_TIME);
  g_assert_null (wfd_peer_group_find_member (group, twin.twin.identity->name));
  g_assert_cmpuint (wfd_peer_group_validate (group, record), ==, WFD_PEER_INVALID_RECORD);
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
  g_assert_true (wfd_peer_group_may_stay (group, "whose certificates did not find room", 0));
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
  g_test_add_func ("/peer/put-out/no-one-is-put-out-from-below", test_no_one_is_put_out_from_below);
  return g_test_run ();
}
