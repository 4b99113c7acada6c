/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which records a node takes, keeps and lets go. */
#include <base-limits.h>
#include <peer-group-records.h>
#include <peer-world.h>

typedef void (*Spoil) (WfdPeerRecord *record);

static void
spoil_nothing (WfdPeerRecord *record)
{
}

static void
spoil_graph (WfdPeerRecord *record)
{
  g_free (record->graph_id);
  record->graph_id = g_strdup ("g2");
}

static void
spoil_creator (WfdPeerRecord *record)
{
  g_free (record->creator);
  record->creator = g_strdup ("mallory");
}

static void
spoil_expiry (WfdPeerRecord *record)
{
  record->created = record->modified = 1;
  record->expires = 2;
}

static WfdPeerRecord *
make_up_record (Node *node, GBytes *payload)
{
  WfdPeerRecord *record = wfd_peer_record_new ();

  record->type = (WfdPeerGuid) { { 0xaa } };
  record->creator = g_strdup ("alice");
  record->graph_id = g_strdup ("g1");
  record->version = 1;
  record->created = record->modified = wfd_peer_node_get_peer_time (touch (node));
  record->expires = record->created + TICKS_PER_S;
  g_bytes_unref (record->payload);
  record->payload = g_bytes_ref (payload);
  wfd_peer_record_make_id ("alice", &record->id);
  return record;
}

/* Of @n that somebody made up, how many are let in. */
static guint
count_let_in (Node *node, GBytes *payload, guint n, guint32 verdict)
{
  g_autoptr (GPtrArray) records = NULL;
  WfdPeerGuid type = { { 0xaa } };

  node->verdict = verdict;
  for (guint i = 0; i < n; i++) {
    g_autoptr (WfdPeerRecord) record = make_up_record (node, payload);

    wfd_peer_node_import_record (node->node, record);
  }
  node->verdict = WFD_PEER_OK;
  wfd_peer_node_validate_deferred (node->node, NULL, 0);
  records = wfd_peer_node_list_records (node->node, &type, NULL);
  return records->len;
}

static void
test_limited_in_bytes (void)
{
  const gsize size = 32 * 1024 * 1024;
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (size), size);
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  g_autoptr (WfdPeerRecord) deleted = NULL, again = make_up_record (alice, large);

  create (alice);
  create (bob);
  g_assert_cmpuint (count_let_in (bob, large, 100, WFD_PEER_DEFERRED), ==,
      WFD_LIMIT_PEER_DEFERRED_BYTES / size / 2);
  wfd_peer_node_import_record (alice->node, again);
  /* Half of it stays free for others. */
  g_assert_cmpuint (count_let_in (alice, large, 100, WFD_PEER_OK), ==,
      WFD_LIMIT_PEER_RECORDS_BYTES / size / 2);

  /* One that is gone leaves its place. */
  deleted = make_up_record (alice, large);
  deleted->id = again->id;
  deleted->flags = WFD_PEER_RECORD_IS_DELETED;
  deleted->version = 2;
  g_bytes_unref (deleted->payload);
  deleted->payload = g_bytes_new (NULL, 0);
  wfd_peer_node_import_record (alice->node, deleted);
  g_assert_cmpuint (count_let_in (alice, large, 2, WFD_PEER_OK), ==,
      WFD_LIMIT_PEER_RECORDS_BYTES / size / 2);
  world_free (world);
}

/* One administrator can publish all whom the creator may let in, and leaves as many places. */
static void
test_memberships_of_one (void)
{
  g_autoptr (GBytes) payload = g_bytes_new_take (g_malloc0 (3000), 3000);
  World *world = world_new ();
  Node *alice = add_node (world, "alice");

  create (alice);
  for (guint i = 0; i < WFD_LIMIT_PEER_MEMBERS + 2; i++) {
    g_autoptr (WfdPeerRecord) record = make_up_record (alice, payload);
    g_autoptr (WfdPeerRecord) kept = NULL;
    gboolean ours = i <= WFD_LIMIT_PEER_MEMBERS;

    record->type = wfd_peer_type_membership;
    if (!ours) {
      g_free (record->creator);
      record->creator = g_strdup ("carol");
      wfd_peer_record_make_id ("carol", &record->id);
    }
    wfd_peer_node_import_record (alice->node, record);
    kept = wfd_peer_node_get_record (alice->node, &record->id);
    g_assert_true ((kept != NULL) == (i != WFD_LIMIT_PEER_MEMBERS));
  }
  world_free (world);
}

/* What waits for somebody else has not to be looked at again. */
static void
test_deferred_of_somebody (void)
{
  static const char *const modifiers[] = { NULL, "bob", "carol" };
  g_autoptr (GBytes) payload = g_bytes_new_static ("x", 1);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  WfdPeerGuid ids[G_N_ELEMENTS (modifiers)];

  create (alice);
  alice->verdict = WFD_PEER_DEFERRED;
  for (guint i = 0; i < G_N_ELEMENTS (modifiers); i++) {
    g_autoptr (WfdPeerRecord) record = make_up_record (alice, payload);

    record->modifier = g_strdup (modifiers[i]);
    ids[i] = record->id;
    wfd_peer_node_import_record (alice->node, record);
  }
  alice->verdict = WFD_PEER_OK;
  g_hash_table_add (names, (gpointer) "alice");
  g_hash_table_add (names, (gpointer) "bob");
  wfd_peer_node_validate_deferred_of (alice->node, names);
  for (guint i = 0; i < G_N_ELEMENTS (modifiers); i++)
    g_assert_cmpint (has_record (alice, &ids[i]), ==, i < 2);
  world_free (world);
}

/* --- what was deferred --- */

#define LARGE_BYTES (32 * 1024 * 1024)

/* Of one creator half of the room for deferred records. */
static void
defer_two (Node *node, GBytes *large, WfdPeerRecord *ret_records[2])
{
  node->verdict = WFD_PEER_DEFERRED;
  for (guint i = 0; i < 2; i++) {
    ret_records[i] = make_up_record (node, large);
    wfd_peer_node_import_record (node->node, ret_records[i]);
  }
}

/* Whether one more is deferred, and accepted then. */
static gboolean
is_room_for_one_more (Node *node, GBytes *large)
{
  g_autoptr (WfdPeerRecord) another = make_up_record (node, large);

  node->verdict = WFD_PEER_DEFERRED;
  wfd_peer_node_import_record (node->node, another);
  node->verdict = WFD_PEER_OK;
  wfd_peer_node_validate_deferred (node->node, &another->id, 1);
  return has_record (node, &another->id);
}

/* Whatever becomes of one that was deferred, it leaves its place. */
static void
test_deferred_leaves_its_place (void)
{
  static const guint32 verdicts[] = { WFD_PEER_DEFERRED, WFD_PEER_ACCESS_DENIED, WFD_PEER_OK };
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (LARGE_BYTES), LARGE_BYTES);

  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++) {
    World *world = world_new ();
    Node *alice = add_node (world, "alice");
    g_autoptr (WfdPeerRecord) first = NULL, second = NULL;
    WfdPeerRecord *records[2];

    create (alice);
    defer_two (alice, large, records);
    first = records[0];
    second = records[1];
    alice->verdict = verdicts[i];
    wfd_peer_node_validate_deferred (alice->node, &first->id, 1);
    g_assert_cmpint (has_record (alice, &first->id), ==, verdicts[i] == WFD_PEER_OK);
    g_assert_cmpint (is_room_for_one_more (alice, large), ==, verdicts[i] != WFD_PEER_DEFERRED);
    world_free (world);
  }
}

static WfdPeerRecord *
make_version (Node *node, const WfdPeerRecord *of, guint32 version, const char *text)
{
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));
  WfdPeerRecord *record = make_up_record (node, payload);

  record->id = of->id;
  record->version = version;
  return record;
}

/* One that comes by another way takes the place of those that were deferred. */
static void
test_deferred_is_superseded (void)
{
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (LARGE_BYTES), LARGE_BYTES);
  g_autoptr (WfdPeerRecord) first = NULL, second = NULL, newer = NULL;
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  WfdPeerRecord *records[2];

  create (alice);
  defer_two (alice, large, records);
  first = records[0];
  second = records[1];
  newer = make_version (alice, first, 2, "newer");
  alice->verdict = WFD_PEER_OK;
  wfd_peer_node_import_record (alice->node, newer);
  g_assert_true (has_record (alice, &first->id));
  g_assert_true (is_room_for_one_more (alice, large));
  world_free (world);
}

/* In whichever order they come, the latest of a record is what is looked at again. */
static void
test_latest_is_deferred (void)
{
  for (guint turned = 0; turned < 2; turned++) {
    g_autoptr (GBytes) payload = g_bytes_new_static ("x", 1);
    g_autoptr (WfdPeerRecord) one = NULL, two = NULL, there = NULL;
    World *world = world_new ();
    Node *alice = add_node (world, "alice");

    create (alice);
    one = make_up_record (alice, payload);
    two = make_version (alice, one, 2, "two");
    alice->verdict = WFD_PEER_DEFERRED;
    wfd_peer_node_import_record (alice->node, turned ? two : one);
    wfd_peer_node_import_record (alice->node, turned ? one : two);
    alice->verdict = WFD_PEER_OK;
    wfd_peer_node_validate_deferred (alice->node, NULL, 0);
    there = wfd_peer_node_get_record (alice->node, &one->id);
    g_assert_nonnull (there);
    g_assert_cmpuint (there->version, ==, 2);
    world_free (world);
  }
}

/* With another database nothing is left of the one before. */
static void
test_deferred_is_dropped (void)
{
  g_autoptr (GBytes) payload = g_bytes_new_static ("x", 1);
  g_autoptr (WfdPeerRecord) record = NULL;
  World *world = world_new ();
  Node *alice = add_node (world, "alice");

  create (alice);
  record = make_up_record (alice, payload);
  alice->verdict = WFD_PEER_DEFERRED;
  wfd_peer_node_import_record (alice->node, record);
  wfd_peer_node_drop_records (alice->node);
  alice->verdict = WFD_PEER_OK;
  wfd_peer_node_validate_deferred (alice->node, NULL, 0);
  g_assert_false (has_record (alice, &record->id));
  world_free (world);
}

/* --- what applications may have --- */

static WfdPeerRecord *
make_own (Node *node, gsize size)
{
  WfdPeerRecord *record = wfd_peer_record_new ();

  record->type = (WfdPeerGuid) { { 0xaa } };
  record->expires = wfd_peer_node_get_peer_time (touch (node)) + 3600 * TICKS_PER_S;
  g_bytes_unref (record->payload);
  record->payload = g_bytes_new_take (g_malloc0 (size), size);
  return record;
}

/* What the creator of the graph allows counts for what others bring, too. */
static void
test_size_of_graph (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");

  create (alice);
  alice->node->properties.max_record_bytes = 1000;
  for (gsize size = 999; size < 1003; size++) {
    g_autoptr (GBytes) payload = g_bytes_new_take (g_malloc0 (size), size);
    g_autoptr (WfdPeerRecord) record = make_up_record (alice, payload);
    g_autoptr (WfdPeerRecord) own = make_own (alice, size);

    wfd_peer_node_import_record (alice->node, record);
    g_assert_cmpint (has_record (alice, &record->id), ==, size <= 1000);
    g_assert_cmpuint (wfd_peer_node_add_record (touch (alice), own), ==,
        size <= 1000 ? WFD_PEER_OK : WFD_PEER_TOO_LARGE);
  }
  world_free (world);
}

/* One of an application that becomes one of the group leaves the places of applications. */
static void
test_kind_changes (void)
{
  g_autoptr (GBytes) payload = g_bytes_new_take (g_malloc0 (1000), 1000);
  g_autoptr (WfdPeerRecord) first = NULL, second = NULL, there = NULL;
  World *world = world_new ();
  Node *alice = add_node (world, "alice");

  create (alice);
  first = make_up_record (alice, payload);
  second = make_version (alice, first, 2, "second");
  second->type = wfd_peer_type_membership;
  wfd_peer_node_import_record (alice->node, first);
  g_assert_cmpuint (alice->node->places[KIND_OF_APPLICATION].bytes, ==, 1000);
  wfd_peer_node_import_record (alice->node, second);
  there = wfd_peer_node_get_record (alice->node, &first->id);
  g_assert_cmpuint (there->version, ==, 2);
  g_assert_cmpuint (alice->node->places[KIND_OF_APPLICATION].bytes, ==, 0);
  g_assert_cmpuint (alice->node->places[KIND_OF_GROUP].bytes, ==, strlen ("second"));
  world_free (world);
}

/* What it was first counts no more. */
static guint32
update (Node *node, const WfdPeerRecord *record, gsize size)
{
  g_autoptr (WfdPeerRecord) changes = make_own (node, size);

  changes->id = record->id;
  changes->expires = record->expires;
  return wfd_peer_node_update_record (touch (node), changes);
}

/* An update has the limits of a record that is added. */
static void
test_update_has_limits (void)
{
  const gsize max = WFD_LIMIT_PEER_RECORD_BYTES, share = WFD_LIMIT_PEER_RECORDS_BYTES / 2;
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  g_autoptr (WfdPeerRecord) first = NULL, too_large = NULL;

  create (alice);
  first = make_own (alice, 1);
  too_large = make_own (alice, max + 1);
  g_assert_cmpuint (wfd_peer_node_add_record (touch (alice), too_large), ==, WFD_PEER_TOO_LARGE);
  g_assert_cmpuint (wfd_peer_node_add_record (touch (alice), first), ==, WFD_PEER_OK);
  g_assert_cmpuint (update (alice, first, max + 1), ==, WFD_PEER_TOO_LARGE);
  for (gsize there = 1; there + max <= share; there += max) {
    g_autoptr (WfdPeerRecord) more = make_own (alice, max);

    g_assert_cmpuint (wfd_peer_node_add_record (touch (alice), more), ==, WFD_PEER_OK);
  }
  g_assert_cmpuint (update (alice, first, max), ==, WFD_PEER_NO_MEMORY);
  g_assert_cmpuint (update (alice, first, 1000), ==, WFD_PEER_OK);
  world_free (world);
}

static void
test_made_up_record (void)
{
  static const Spoil spoils[] = { spoil_nothing, spoil_graph, spoil_creator, spoil_expiry };

  for (guint i = 0; i < G_N_ELEMENTS (spoils); i++) {
    World *world = world_new ();
    Node *bob = add_node (world, "bob");
    g_autoptr (GBytes) payload = g_bytes_new_static ("x", 1);
    g_autoptr (WfdPeerRecord) record = make_up_record (bob, payload);

    create (bob);
    spoils[i](record);
    wfd_peer_node_import_record (bob->node, record);
    g_assert_cmpint (has_record (bob, &record->id), ==, i == 0);
    world_free (world);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/records/made-up-is-refused", test_made_up_record);
  g_test_add_func ("/peer/records/limited-in-bytes", test_limited_in_bytes);
  g_test_add_func ("/peer/records/memberships-of-one", test_memberships_of_one);
  g_test_add_func ("/peer/records/deferred-of-somebody", test_deferred_of_somebody);
  g_test_add_func ("/peer/records/deferred-leaves-its-place", test_deferred_leaves_its_place);
  g_test_add_func ("/peer/records/deferred-is-superseded", test_deferred_is_superseded);
  g_test_add_func ("/peer/records/latest-is-deferred", test_latest_is_deferred);
  g_test_add_func ("/peer/records/deferred-is-dropped", test_deferred_is_dropped);
  g_test_add_func ("/peer/records/size-of-graph", test_size_of_graph);
  g_test_add_func ("/peer/records/kind-changes", test_kind_changes);
  g_test_add_func ("/peer/records/update-has-limits", test_update_has_limits);
  return g_test_run ();
}
