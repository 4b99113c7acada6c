/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody can do to a graph without security is not for ever. */
#include <base-limits.h>
#include <peer-group-records.h>
#include <peer-world.h>

/* --- links --- */

/* Who has said who they are, and then nothing. */
static guint64
introduce_to (WfdPeerNode *node, const WfdPeerAddress *address)
{
  const WfdPeerAuthInfo info = { WFD_PEER_LINK_NEIGHBOUR, "g1", "mallory" };

  wfd_peer_node_make_room (node, address);
  return wfd_peer_node_accept (node, &info, address);
}

static guint64
introduce (Node *node, guint8 host)
{
  return introduce_to (touch (node), &(WfdPeerAddress) { { 0xfd, [7] = host } });
}

static void
ignore_close (gpointer user_data, guint64 link_id)
{
}

static void
test_silent_makes_room (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  guint64 first, second;

  create (alice);
  first = introduce (alice, 66);
  second = introduce (alice, 66);
  for (guint i = 2; i <= WFD_LIMIT_PEER_LINKS_EXPECTED; i++)
    g_assert_cmphex (introduce (alice, 66), !=, 0);
  g_assert_null (wfd_peer_node_get_link (alice->node, first));
  g_assert_nonnull (wfd_peer_node_get_link (alice->node, second));
  join (bob, alice);
  world_free (world);
}

/* Of many that have proved nothing, on few machines, none keeps a member out who takes a
 * moment to prove it. */
static void
test_unproved_make_room (void)
{
  WfdPeerNodeCalls calls = { .close = ignore_close };
  WfdPeerNodeConfig config = { "g1", "alice", .secured = TRUE };
  g_autoptr (WfdPeerNode) node = wfd_peer_node_new (&config, &calls, NULL);
  guint64 bob = 0, first = 0, id;

  for (guint i = 0; i < 1000; i++) {
    WfdPeerAddress address = { { 0xfd, [15] = i % 5 } };

    id = introduce_to (node, &address);
    if (i == 0)
      first = id;
    if (i == 500)
      bob = introduce_to (node, &(WfdPeerAddress) { { 0xfd, [15] = 66 } });
  }
  g_assert_cmpuint (g_hash_table_size (node->links), ==, WFD_LIMIT_PEER_LINKS_EXPECTED);
  g_assert_null (wfd_peer_node_get_link (node, first));
  g_assert_nonnull (wfd_peer_node_get_link (node, bob));

  /* Nor when each of them has another address of its network. */
  bob = introduce_to (node, &(WfdPeerAddress) { { 0xfd, 1 } });
  for (guint i = 0; i < 1000; i++)
    introduce_to (node, &(WfdPeerAddress) { { 0xfd, [14] = i / 256, [15] = i % 256 } });
  g_assert_nonnull (wfd_peer_node_get_link (node, bob));
}

/* Neighbours have other places; and of direct connections, the one that is not used goes for
 * somebody from elsewhere. */
static void
test_direct_make_room (void)
{
  static const WfdPeerGuid type = { { 0xca, 0xfe } };
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  Node *carol = add_node (world, "carol");
  guint64 ids[8];

  alice->host = 1;
  bob->host = 66;
  carol->host = 67;
  create (alice);
  wfd_peer_node_accept_direct (alice->node, TRUE);
  alice->node->max_direct = G_N_ELEMENTS (ids);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    ids[i] = connect_to (bob, WFD_PEER_LINK_DIRECT, "alice", alice);
    settle (world);
    world->now_us += S;
  }
  g_assert_cmpuint (wfd_peer_node_send (touch (bob), ids[0], &type, (const guint8 *) "x", 1), ==,
      WFD_PEER_OK);
  connect_to (bob, WFD_PEER_LINK_DIRECT, "alice", alice);
  settle (world);
  assert_link (bob, WFD_PEER_EVENT_DIRECT, 0, WFD_PEER_LINK_FAILED, WFD_PEER_CONNECTION_REFUSED);

  join (carol, alice);
  connect_to (carol, WFD_PEER_LINK_DIRECT, "alice", alice);
  settle (world);
  assert_link (carol, WFD_PEER_EVENT_DIRECT, 0, WFD_PEER_LINK_UP, WFD_PEER_OK);
  g_assert_true (wfd_peer_node_is_connected (bob->node, ids[0]));
  g_assert_false (wfd_peer_node_is_connected (bob->node, ids[1]));
  for (guint i = 2; i < G_N_ELEMENTS (ids); i++)
    g_assert_true (wfd_peer_node_is_connected (bob->node, ids[i]));
  world_free (world);
}

/* Nobody else's place are those that a node has opened itself. */
static void
test_own_direct_stay (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  Node *carol = add_node (world, "carol");
  guint64 own, theirs;

  bob->host = 66;
  carol->host = 67;
  create (alice);
  wfd_peer_node_accept_direct (alice->node, TRUE);
  wfd_peer_node_accept_direct (bob->node, TRUE);
  alice->node->max_direct = 1;
  own = connect_to (alice, WFD_PEER_LINK_DIRECT, "bob", bob);
  settle (world);
  g_assert_false (wfd_peer_node_is_full_of_direct (alice->node));
  world->now_us += S;
  theirs = connect_to (bob, WFD_PEER_LINK_DIRECT, "alice", alice);
  settle (world);
  g_assert_true (wfd_peer_node_is_full_of_direct (alice->node));
  world->now_us += S;
  connect_to (carol, WFD_PEER_LINK_DIRECT, "alice", alice);
  settle (world);
  assert_link (carol, WFD_PEER_EVENT_DIRECT, 0, WFD_PEER_LINK_UP, WFD_PEER_OK);
  g_assert_true (wfd_peer_node_is_connected (alice->node, own));
  g_assert_false (wfd_peer_node_is_connected (bob->node, theirs));
  world_free (world);
}

/* Seven nodes at one address, which is full with them, and one elsewhere. */
static void
test_crowd_makes_room (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob, *carol;

  alice->host = 1;
  create (alice);
  for (guint i = 0; i < MAX_NEIGHBOURS; i++) {
    Node *mallory = add_node (world, "mallory");

    mallory->host = 66;
    connect_to (mallory, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
    settle (world);
  }
  g_assert_cmpuint (wfd_peer_node_count_neighbours (alice->node), ==, MAX_NEIGHBOURS);

  /* One more of them is refused. */
  carol = add_node (world, "carol");
  carol->host = 66;
  connect_to (carol, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  settle (world);
  assert_link (carol, WFD_PEER_EVENT_NEIGHBOUR, 0, WFD_PEER_LINK_FAILED,
      WFD_PEER_CONNECTION_REFUSED);

  bob = add_node (world, "bob");
  bob->host = 2;
  join (bob, alice);
  g_assert_cmpuint (wfd_peer_node_count_neighbours (alice->node), ==, MAX_NEIGHBOURS);
  world_free (world);
}

static gboolean
is_let_in (World *world, Node *alice, guint8 host)
{
  g_autofree char *name = g_strdup_printf ("peer%u", host);
  Node *node = add_node (world, name);
  guint64 id;

  node->host = host;
  id = connect_to (node, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  settle (world);
  return wfd_peer_node_is_connected (node->node, id);
}

/* Seven from seven places do not keep all others out, nor do they drive out whom we have chosen. */
static void
test_settled_make_room (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *chosen = add_node (world, "chosen");
  guint8 host = 10;
  guint64 ours;

  create (alice);
  create (chosen);
  chosen->host = 1;
  ours = connect_to (alice, WFD_PEER_LINK_NEIGHBOUR, NULL, chosen);
  settle (world);
  chosen->reachable = FALSE; /* by those whom alice refuses */
  while (wfd_peer_node_count_neighbours (alice->node) < MAX_NEIGHBOURS)
    g_assert_true (is_let_in (world, alice, host++));
  g_assert_false (is_let_in (world, alice, host++));
  pass (world, 301 * S);
  for (guint i = 0; i < MAX_NEIGHBOURS - 1; i++) {
    g_assert_true (is_let_in (world, alice, host++));
    g_assert_false (is_let_in (world, alice, host++));
    g_assert_cmpuint (wfd_peer_node_count_neighbours (alice->node), ==, MAX_NEIGHBOURS);
    pass (world, 30 * S);
  }
  g_assert_true (wfd_peer_node_is_connected (alice->node, ours));
  world_free (world);
}

static Link *
get_link (Node *node)
{
  g_autoptr (GPtrArray) links = wfd_peer_node_list_links (node->node, WFD_PEER_LINK_NEIGHBOUR);

  return links->len > 0
      ? wfd_peer_node_get_link (node->node, ((WfdPeerLinkInfo *) links->pdata[0])->link_id)
      : NULL;
}

/* For nothing; how often before the link ended. */
static guint
request_often (Node *node, guint n)
{
  g_autoptr (GBytes) request =
      g_byte_array_free_to_bytes (wfd_peer_build_request ((WfdPeerList) { NULL, 0 }));
  guint64 id = get_link (node)->id;

  for (guint i = 0; i < n; i++)
    if (!wfd_peer_node_received (touch (node), id, request))
      return i;
  return n;
}

/* Each request has an end, for which there has to be room; nobody asks again before. */
static void
test_ends_wait_for_room (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  guint n_ends;

  create (alice);
  join (bob, alice);
  n_ends = world->n_sent[WFD_PEER_SYNC_END];
  g_assert_cmpuint (request_often (alice, 100), ==, 100);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SYNC_END] - n_ends, ==, 100);

  alice->has_no_room = TRUE;
  g_assert_cmpuint (request_often (alice, 1), ==, 1);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SYNC_END] - n_ends, ==, 100);
  alice->has_no_room = FALSE;
  wfd_peer_node_drained (touch (alice), get_link (alice)->id);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SYNC_END] - n_ends, ==, 101);

  alice->has_no_room = TRUE;
  g_assert_cmpuint (request_often (alice, 10), ==, 1);
  g_assert_null (get_link (alice));
  world_free (world);
}

static void
pass_until_due (Node *node)
{
  node->world->now_us = wfd_peer_node_get_deadline_us (node->node);
  wfd_peer_node_tick (touch (node));
}

static guint64
get_next (Node *node)
{
  return last_event (node, WFD_PEER_EVENT_NEIGHBOUR)->next_link_id;
}

/* How often somebody gets an answer at once. */
static guint
send_often (Node *node, Link *link, GBytes *octets)
{
  guint n = 0;

  while (
      n < 10000 && wfd_peer_node_received (touch (node), link->id, octets) && link->asked == NULL)
    n++;
  return n;
}

/* Who has everything looked through for nothing. */
static guint
ask_often (Node *node, Link *link)
{
  static const WfdPeerGuid nothing = { { 0xee } };
  WfdPeerSolicit solicit = { .included = { nothing.bytes, 1 } };
  g_autoptr (GBytes) octets =
      g_byte_array_free_to_bytes (wfd_peer_build_solicit (WFD_PEER_SOLICIT_NEW, &solicit));

  return send_often (node, link, octets);
}

/* Whoever asks on and on is answered in time, and keeps nobody else waiting; to come again changes
 * nothing. */
static void
test_askers_have_a_pace (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *mallory = add_node (world, "mallory");
  guint64 look_us, n;
  guint ends;
  Link *link;

  create (alice);
  mallory->host = 66;
  join (mallory, alice);
  for (guint i = 0; i < 1000; i++)
    add_record (alice, "record", 3600, 0);
  settle (world);
  pass (world, S);
  look_us = g_hash_table_size (alice->node->records) * LOOK_US;
  link = get_link (alice);
  n = ask_often (alice, link);
  g_assert_cmpuint (n, >=, LOOKS_AHEAD_US / look_us);
  g_assert_cmpuint (n, <=, LOOKS_AHEAD_US / look_us + 1);
  ends = world->n_sent[WFD_PEER_SYNC_END];
  pass (world, S);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SYNC_END], ==, ends + 1);
  g_assert_cmpuint (ask_often (alice, link), <=, S / look_us);

  /* Again before the answer: nobody does. */
  g_assert_cmpuint (ask_often (alice, link), ==, 0);
  g_assert_null (get_link (alice));
  settle (world);
  connect_to (mallory, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  settle (world);
  g_assert_nonnull (get_link (alice)->asked);
  join (add_node (world, "bob"), alice);
  world_free (world);
}

/* As well by the ids of records that are not there. */
static void
test_requests_have_a_pace (void)
{
  const guint n_ids = 1000;
  g_autofree WfdPeerAbstract *abstracts = g_new0 (WfdPeerAbstract, n_ids);
  g_autoptr (GBytes) octets = g_byte_array_free_to_bytes (
      wfd_peer_build_request ((WfdPeerList) { (const guint8 *) abstracts, n_ids }));
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *mallory = add_node (world, "mallory");
  guint ends;

  create (alice);
  mallory->host = 66;
  join (mallory, alice);
  pass (world, S);
  g_assert_cmpuint (send_often (alice, get_link (alice), octets), <=,
      LOOKS_AHEAD_US / (n_ids * LOOK_US) + 1);
  ends = world->n_sent[WFD_PEER_SYNC_END];
  pass (world, S);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SYNC_END], ==, ends + 1);
  world_free (world);
}

/* Who is there refuses, and names @n, of which @n_others are others; how often that is followed. */
static guint
count_followed (Node *node, const WfdPeerAddress *first, guint n, guint n_others)
{
  WfdPeerAddress named[WFD_LIMIT_PEER_REFERRALS_SENT];
  g_autoptr (GBytes) refusal = NULL;
  guint64 id;
  guint n_followed = 0;

  for (guint i = 0; i < n; i++) {
    named[i] = *first;
    named[i].port += i % (n_others + 1);
  }
  refusal = g_byte_array_free_to_bytes (
      wfd_peer_build_end (WFD_PEER_REFUSE, WFD_PEER_REFUSE_BUSY, named, n));
  wfd_peer_node_connect (touch (node), WFD_PEER_LINK_NEIGHBOUR, NULL, first, &id);
  do {
    while (wfd_peer_node_get_link (node->node, id)->state == WFD_PEER_LINK_WAITING)
      pass_until_due (node);
    wfd_peer_node_opened (node->node, id);
    wfd_peer_node_received (node->node, id, refusal);
    assert_link (node, WFD_PEER_EVENT_NEIGHBOUR, id, WFD_PEER_LINK_FAILED,
        WFD_PEER_CONNECTION_REFUSED);
    id = get_next (node);
    n_followed += id != 0;
  } while (id != 0 && n_followed < 1000);
  return n_followed;
}

static void
test_refusals_end (void)
{
  World *world = world_new ();
  Node *bob = add_node (world, "bob");
  WfdPeerAddress mallory = { { 0xfd, [15] = 66 }, 666 };

  gint64 begun_us = world->now_us;

  g_assert_cmpuint (count_followed (bob, &mallory, 1, 0), ==, ROUNDS);
  g_assert_cmpint (world->now_us - begun_us, >=, 31 * S);
  g_assert_cmpint (world->now_us - begun_us, <, 64 * S);
  g_assert_cmpuint (count_followed (bob, &mallory, 10, 9), ==, TRIES + ROUNDS * (1 + TRIES));
  /* Whoever names the same ones again and again. */
  g_assert_cmpuint (count_followed (add_node (world, "carol"), &mallory, 10, 1), ==,
      1 + ROUNDS * 2);
  settle (world);
  world_free (world);
}

static void
come_and_go (Node *node, Node *other)
{
  connect_to (node, WFD_PEER_LINK_NEIGHBOUR, NULL, other);
  settle (node->world);
  wfd_peer_node_lost (touch (other), get_link (other)->id);
  settle (node->world);
  /* Nor does it come again by itself. */
  node->node->left = TRUE;
}

/* Who comes and goes neither puts off that others are looked for, nor makes it happen more
 * often. */
static void
test_coming_and_going (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  gint64 due_us;

  create (alice);
  join (bob, alice);
  come_and_go (add_node (world, "mallory"), bob);
  due_us = bob->node->timers_us[TIMER_NEIGHBOUR];
  g_assert_cmpint (due_us, >=, world->now_us + S / 10);
  world->now_us += S / 20;
  come_and_go (add_node (world, "mallory"), bob);
  g_assert_cmpint (bob->node->timers_us[TIMER_NEIGHBOUR], ==, due_us);
  pass (world, 60 * S);
  world_free (world);
}

/* The last neighbour has gone, and nobody else is known. */
static void
test_left_alone_asks (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");

  create (alice);
  come_and_go (add_node (world, "mallory"), alice);
  g_assert_null (last_event (alice, WFD_PEER_EVENT_CONNECTION_REQUIRED));
  pass (world, S);
  g_assert_nonnull (last_event (alice, WFD_PEER_EVENT_CONNECTION_REQUIRED));
  world_free (world);
}

/* Who is said to be a neighbour and tells nothing is not waited for. */
static void
test_who_tells_nothing_is_left (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");

  create (alice);
  alice->has_no_room = TRUE;
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  settle (world);
  pass (world, 59 * S);
  assert_link (bob, WFD_PEER_EVENT_NEIGHBOUR, 0, WFD_PEER_LINK_UP, WFD_PEER_OK);
  pass (world, 2 * S);
  assert_link (bob, WFD_PEER_EVENT_NEIGHBOUR, 0, WFD_PEER_LINK_DOWN, WFD_PEER_OK);
  g_assert_nonnull (last_event (bob, WFD_PEER_EVENT_CONNECTION_REQUIRED));

  /* Who does is kept, with nothing more to tell. */
  alice->has_no_room = FALSE;
  join (bob, alice);
  pass (world, 200 * S);
  assert_link (bob, WFD_PEER_EVENT_NEIGHBOUR, 0, WFD_PEER_LINK_UP, WFD_PEER_OK);
  world_free (world);
}

static guint
count_ends (const Node *node)
{
  guint n = 0;

  for (guint i = 0; i < node->events->len; i++) {
    const WfdPeerEvent *event = node->events->pdata[i];

    n += event->type == WFD_PEER_EVENT_NEIGHBOUR && event->change == WFD_PEER_LINK_DOWN;
  }
  return n;
}

/* Nor by somebody who knows the graph, and does not know what is new; while some of a large
 * record comes, it is. */
static void
test_who_tells_nothing_new_is_left (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");

  create (alice);
  join (bob, alice);
  alice->has_no_room = TRUE;
  wfd_peer_node_lost (touch (alice), get_link (alice)->id);
  wfd_peer_node_lost (touch (bob), get_link (bob)->id);
  alice->node->timers_us[TIMER_NEIGHBOUR] = bob->node->timers_us[TIMER_NEIGHBOUR] = 0;
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  pass (world, 50 * S);
  wfd_peer_node_grew (touch (bob), get_link (bob)->id);
  pass (world, 50 * S);
  g_assert_cmpuint (count_ends (bob), ==, 1);
  pass (world, 11 * S);
  g_assert_cmpuint (count_ends (bob), ==, 2);
  world_free (world);
}

/* --- records --- */

/* Whoever counts in whatever part of the id does not find those that share a place. */
static void
test_ids_have_places (void)
{
  for (guint at = 0; at + 4 <= sizeof (WfdPeerGuid); at += 4) {
    g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
    WfdPeerGuid id = { { 0 } };

    for (guint i = 0; i < 10000; i++) {
      wfd_peer_put_u32 (id.bytes + at, i);
      g_hash_table_add (places, GUINT_TO_POINTER (wfd_peer_guid_hash (&id)));
    }
    g_assert_cmpuint (g_hash_table_size (places), >, 9900);
  }
}

/* Nor whoever counts in the upper ends of both halves, of which a product keeps little. */
static void
test_ids_with_low_zeros_have_places (void)
{
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
  WfdPeerGuid id = { { 0 } };

  for (guint i = 0; i < 10000; i++) {
    id.bytes[0] = i / 100;
    id.bytes[8] = i % 100;
    g_hash_table_add (places, GUINT_TO_POINTER (wfd_peer_guid_hash (&id)));
  }
  g_assert_cmpuint (g_hash_table_size (places), >, 9900);
}

typedef void (*Forge) (WfdPeerRecord *record, guint64 now);

static void
forge_version (WfdPeerRecord *record, guint64 now)
{
  record->version = G_MAXUINT32;
}

static void
forge_old_version (WfdPeerRecord *record, guint64 now)
{
  record->created = 0;
  record->version = G_MAXUINT32;
}

static void
forge_future (WfdPeerRecord *record, guint64 now)
{
  record->modified = now + 2 * 24 * 3600 * TICKS_PER_S;
  record->expires = record->modified + TICKS_PER_S;
}

static void
forge_creator (WfdPeerRecord *record, guint64 now)
{
  g_free (record->creator);
  record->creator = g_strdup ("mallory");
}

static void
forge_payload (WfdPeerRecord *record, guint64 now)
{
  g_bytes_unref (record->payload);
  record->payload = g_bytes_new ("none", 4);
}

/* What is in it may be of another graph than the record, or of another creator. */
static void
forge_told (WfdPeerRecord *record, const char *graph_id, const char *creator)
{
  WfdPeerProperties told = { .graph_id = (char *) graph_id,
    .creator = (char *) creator,
    .max_record_bytes = 1 };

  g_bytes_unref (record->payload);
  record->payload = wfd_peer_properties_build (&told);
}

static void
forge_told_creator (WfdPeerRecord *record, guint64 now)
{
  forge_told (record, "g1", "mallory");
}

static void
forge_owner (WfdPeerRecord *record, guint64 now)
{
  forge_creator (record, now);
  forge_told_creator (record, now);
}

static void
forge_told_graph (WfdPeerRecord *record, guint64 now)
{
  forge_told (record, "g2", "alice");
}

/* As far as anybody will take it. */
static void
forge_plausible (WfdPeerRecord *record, guint64 now)
{
  record->created = now - 3600 * TICKS_PER_S;
  record->version = (1u << 28) + 3600;
}

static void
forge_beyond_plausible (WfdPeerRecord *record, guint64 now)
{
  record->created = now - 3600 * TICKS_PER_S;
  record->version = (1u << 28) + 3602;
}

static gboolean
import_forged (Node *node, const WfdPeerGuid *id, Forge forge)
{
  guint64 now = wfd_peer_node_get_peer_time (touch (node));
  g_autoptr (WfdPeerRecord) own = wfd_peer_node_get_record (node->node, id);
  g_autoptr (WfdPeerRecord) forged = wfd_peer_record_copy (own), kept = NULL;

  forged->version++;
  forged->modified = MAX (now, forged->created + 1);
  g_free (forged->modifier);
  forged->modifier = g_strdup ("zzz");
  forge (forged, now);
  wfd_peer_node_import_record (node->node, forged);
  kept = wfd_peer_node_get_record (node->node, id);
  return kept->version == forged->version && g_strcmp0 (kept->modifier, "zzz") == 0;
}

static void
test_forged_properties (void)
{
  static const Forge forges[] = { forge_version, forge_old_version, forge_future, forge_creator,
    forge_payload, forge_told_creator, forge_owner, forge_told_graph };
  WfdPeerProperties changes = { .friendly_name = (char *) "ours" };
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");

  create (alice);
  join (bob, alice);
  for (guint i = 0; i < G_N_ELEMENTS (forges); i++)
    g_assert_false (import_forged (bob, &wfd_peer_id_graph_info, forges[i]));
  g_assert_true (import_forged (bob, &wfd_peer_id_graph_info, forge_plausible));
  settle (world);

  /* It is not for ever. */
  wfd_peer_node_set_properties (touch (alice), &changes, NULL);
  settle (world);
  g_assert_cmpstr (wfd_peer_node_get_properties (bob->node)->friendly_name, ==, "ours");
  world_free (world);
}

static void
test_forged_presence (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  g_autoptr (WfdPeerRecord) record = NULL;

  create (alice);
  join (bob, alice);
  g_assert_true (import_forged (bob, &alice->node->presence_id, forge_plausible));
  pass (world, 3 * S);
  record = wfd_peer_node_get_record (touch (bob), &alice->node->presence_id);
  g_assert_cmpstr (record->modifier, ==, "alice");
  g_assert_cmpuint (record->version, ==, (1u << 28) + 3600 + 1);
  world_free (world);
}

static WfdPeerRecord *
copy_with (Node *node, const WfdPeerGuid *id, const char *text)
{
  g_autoptr (WfdPeerRecord) there = wfd_peer_node_get_record (node->node, id);
  WfdPeerRecord *record = wfd_peer_record_copy (there);

  g_bytes_unref (record->payload);
  record->payload = g_bytes_new (text, strlen (text));
  return record;
}

/* Nor is that of an application. */
static void
test_forged_record (void)
{
  static const Forge forges[] = { forge_version, forge_old_version, forge_future,
    forge_beyond_plausible };
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  g_autoptr (WfdPeerRecord) changed = NULL, there = NULL;
  WfdPeerGuid id;

  create (alice);
  join (bob, alice);
  id = add_record (bob, "bob's", 3600, 0);
  settle (world);
  for (guint i = 0; i < G_N_ELEMENTS (forges); i++)
    g_assert_false (import_forged (alice, &id, forges[i]));
  g_assert_true (import_forged (alice, &id, forge_plausible));
  settle (world);

  changed = copy_with (bob, &id, "bob's again");
  g_assert_cmphex (wfd_peer_node_update_record (touch (bob), changed), ==, WFD_PEER_OK);
  settle (world);
  there = wfd_peer_node_get_record (touch (alice), &id);
  g_assert_true (g_bytes_equal (there->payload, changed->payload));
  g_assert_cmphex (wfd_peer_node_delete_record (touch (bob), &id, FALSE), ==, WFD_PEER_OK);
  settle (world);
  g_assert_false (has_record (alice, &id));
  world_free (world);
}

/* It may be in a file. */
static void
test_last_version_stays (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  g_autoptr (WfdPeerRecord) last = NULL, changed = NULL, there = NULL;
  WfdPeerGuid id;

  create (alice);
  id = add_record (alice, "first", 3600, 0);
  last = copy_with (alice, &id, "last");
  last->version = G_MAXUINT32;
  wfd_peer_node_restore_record (alice->node, last);
  changed = copy_with (alice, &id, "one more");
  g_assert_cmphex (wfd_peer_node_update_record (alice->node, changed), ==,
      WFD_PEER_INVALID_ARGUMENT);
  g_assert_cmphex (wfd_peer_node_delete_record (alice->node, &id, FALSE), ==,
      WFD_PEER_INVALID_ARGUMENT);
  there = wfd_peer_node_get_record (alice->node, &id);
  g_assert_true (there == last);
  world_free (world);
}

/* Of a name that somebody has chosen; over @link, or from a file. */
static gboolean
take_made_up (Node *node, const char *creator, const WfdPeerGuid *record_type, Link *link)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new (), kept = NULL;

  record->type = *record_type;
  record->creator = g_strdup (creator);
  record->graph_id = g_strdup ("g1");
  record->version = 1;
  record->created = record->modified = wfd_peer_node_get_peer_time (touch (node));
  record->expires = record->created + 60 * TICKS_PER_S;
  wfd_peer_record_make_id (creator, &record->id);
  wfd_peer_node_take_record (node->node, record, link);
  kept = wfd_peer_node_get_record (node->node, &record->id);
  return kept != NULL;
}

static gboolean
import_made_up (Node *node, const char *creator, const WfdPeerGuid *record_type)
{
  return take_made_up (node, creator, record_type, NULL);
}

/* Whoever publishes as much as there is room for leaves as much again. */
static void
test_nobody_has_all_records (void)
{
  static const WfdPeerGuid type = { { 0xaa } };
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  guint n = 0;

  create (alice);
  alice->node->places[KIND_OF_APPLICATION].max = 100;
  while (import_made_up (alice, "mallory", &type))
    n++;
  g_assert_cmpuint (n, ==, 50);
  add_record (alice, "ours", 60, 0);
  for (n = 0; import_made_up (alice, "bob", &type); n++)
    ;
  g_assert_cmpuint (n, ==, 25);
  g_assert_true (import_made_up (alice, "carol", &type));
  world_free (world);
}

/* Nor does whoever brings those of many, who may be nobody. */
static void
test_nobody_brings_all_records (void)
{
  static const WfdPeerGuid type = { { 0xaa } };
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *mallory = add_node (world, "mallory");
  Node *bob = add_node (world, "bob");
  Link *link;
  guint n;

  create (alice);
  alice->node->places[KIND_OF_APPLICATION].max = 100;
  mallory->host = 66;
  join (mallory, alice);
  link = get_link (alice);
  for (n = 0; n < 1000; n++) {
    g_autofree char *name = g_strdup_printf ("nobody%u", n);

    if (!take_made_up (alice, name, &type, link))
      break;
  }
  g_assert_cmpuint (n, ==, 75);
  add_record (alice, "ours", 60, 0);
  wfd_peer_node_lost (touch (alice), link->id);
  bob->host = 2;
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  settle (world);
  g_assert_true (take_made_up (alice, "carol", &type, get_link (alice)));
  g_assert_cmpuint (alice->node->places[KIND_OF_APPLICATION].n, ==, 77);
  world_free (world);
}

/* Nor as much of what a graph needs as they like, of which applications take nothing. */
static void
test_own_records_have_places (void)
{
  static const WfdPeerGuid type = { { 0xaa } };
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  guint n = 0;

  create (alice);
  alice->node->places[KIND_OF_APPLICATION].max = 1;
  g_assert_true (import_made_up (alice, "mallory", &type));
  g_assert_false (import_made_up (alice, "bob", &type));
  while (import_made_up (alice, "mallory", &wfd_peer_type_presence))
    n++;
  g_assert_cmpuint (n, ==, WFD_LIMIT_PEER_OWN_RECORDS_OF_CREATOR);
  g_assert_true (import_made_up (alice, "bob", &wfd_peer_type_presence));

  /* Who may publish all Memberships leaves as much free. */
  for (n = 0; import_made_up (alice, "mallory", &wfd_peer_type_membership); n++)
    continue;
  g_assert_cmpuint (n, ==, WFD_LIMIT_PEER_MEMBERS);
  g_assert_true (import_made_up (alice, "bob", &wfd_peer_type_membership));
  world_free (world);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/guard/silent-makes-room", test_silent_makes_room);
  g_test_add_func ("/peer/guard/unproved-make-room", test_unproved_make_room);
  g_test_add_func ("/peer/guard/direct-make-room", test_direct_make_room);
  g_test_add_func ("/peer/guard/own-direct-stay", test_own_direct_stay);
  g_test_add_func ("/peer/guard/crowd-makes-room", test_crowd_makes_room);
  g_test_add_func ("/peer/guard/settled-make-room", test_settled_make_room);
  g_test_add_func ("/peer/guard/ends-wait-for-room", test_ends_wait_for_room);
  g_test_add_func ("/peer/guard/askers-have-a-pace", test_askers_have_a_pace);
  g_test_add_func ("/peer/guard/requests-have-a-pace", test_requests_have_a_pace);
  g_test_add_func ("/peer/guard/refusals-end", test_refusals_end);
  g_test_add_func ("/peer/guard/coming-and-going", test_coming_and_going);
  g_test_add_func ("/peer/guard/who-tells-nothing-is-left", test_who_tells_nothing_is_left);
  g_test_add_func ("/peer/guard/who-tells-nothing-new-is-left", test_who_tells_nothing_new_is_left);
  g_test_add_func ("/peer/guard/left-alone-asks", test_left_alone_asks);
  g_test_add_func ("/peer/guard/ids-have-places", test_ids_have_places);
  g_test_add_func ("/peer/guard/ids-have-places-with-low-zeros",
      test_ids_with_low_zeros_have_places);
  g_test_add_func ("/peer/guard/nobody-has-all-records", test_nobody_has_all_records);
  g_test_add_func ("/peer/guard/nobody-brings-all-records", test_nobody_brings_all_records);
  g_test_add_func ("/peer/guard/own-records-have-places", test_own_records_have_places);
  g_test_add_func ("/peer/guard/forged-properties", test_forged_properties);
  g_test_add_func ("/peer/guard/forged-presence", test_forged_presence);
  g_test_add_func ("/peer/guard/forged-record", test_forged_record);
  g_test_add_func ("/peer/guard/last-version-stays", test_last_version_stays);
  return g_test_run ();
}
