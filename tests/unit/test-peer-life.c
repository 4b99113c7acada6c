/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long records live, and who is present. */
#include <peer-world.h>

/* --- records --- */

static void
test_record_expires (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  WfdPeerGuid id;

  create (alice);
  id = add_record (alice, "short", 60, 0);
  pass (world, 59 * S);
  g_assert_true (has_record (alice, &id));
  pass (world, 30 * S);
  g_assert_false (has_record (alice, &id));
  g_assert_cmpuint (last_event (alice, WFD_PEER_EVENT_RECORD)->change, ==, WFD_PEER_RECORD_EXPIRED);
  world_free (world);
}

/* Others have their turn between. */
static void
test_many_expire_little_by_little (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  gint64 until_us = world->now_us + 90 * S;
  guint n_of_tick = 0;

  create (alice);
  for (guint i = 0; i < 1000; i++)
    add_record (alice, "short", 60, 0);
  for (; world->now_us < until_us; world->now_us = wfd_peer_node_get_deadline_us (alice->node)) {
    guint n = g_hash_table_size (alice->node->records);

    wfd_peer_node_tick (touch (alice));
    n_of_tick = MAX (n_of_tick, n - MIN (n, g_hash_table_size (alice->node->records)));
  }
  g_assert_cmpuint (g_hash_table_size (alice->node->records), <, 10);
  g_assert_cmpuint (n_of_tick, <, 500);
  world_free (world);
}

static void
test_record_refreshed (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  WfdPeerGuid id;

  create (alice);
  join (bob, alice);
  id = add_record (alice, "always", 300, WFD_PEER_RECORD_REFRESHED);
  pass (world, 3 * 3600 * S);
  g_assert_true (has_record (alice, &id));
  g_assert_true (has_record (bob, &id));
  world_free (world);
}

static void
test_presence_refreshed (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  g_autoptr (GPtrArray) nodes = NULL;

  create (alice);
  join (bob, alice);
  pass (world, 3 * 3600 * S);
  nodes = wfd_peer_node_list_nodes (touch (alice), "bob");
  g_assert_cmpuint (nodes->len, ==, 1);
  world_free (world);
}

/* One that ends before whatever else does. */
static void
test_late_record_expires (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  WfdPeerGuid id;

  create (alice);
  pass (world, 100 * S);
  id = add_record (alice, "short", 60, 0);
  pass (world, 59 * S);
  g_assert_true (has_record (alice, &id));
  pass (world, 2 * S);
  g_assert_cmpuint (last_event (alice, WFD_PEER_EVENT_RECORD)->change, ==, WFD_PEER_RECORD_EXPIRED);
  world_free (world);
}

/* Others that come all the time do not put it off. */
static void
test_record_refreshed_among_others (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  WfdPeerGuid id;

  create (alice);
  id = add_record (alice, "always", 300, WFD_PEER_RECORD_REFRESHED);
  for (guint i = 0; i < 300; i++) {
    add_record (alice, "another", 3600, WFD_PEER_RECORD_REFRESHED);
    pass (world, 3 * S);
  }
  g_assert_true (has_record (alice, &id));
  world_free (world);
}

/* --- nodes --- */

/* As Alice sees it. */
static gboolean
is_present (Node *alice, const char *peer_id)
{
  g_autoptr (GPtrArray) nodes = wfd_peer_node_list_nodes (touch (alice), peer_id);

  return nodes->len > 0;
}

static guint
count_present (Node *node)
{
  g_autoptr (GPtrArray) nodes = wfd_peer_node_list_nodes (touch (node), NULL);

  return nodes->len;
}

/* For good. */
static void
cut (World *world)
{
  for (guint i = 0; i < world->nodes->len; i++)
    ((Node *) world->nodes->pdata[i])->reachable = FALSE;
  for (guint i = 0; i < world->wires->len; i++) {
    Wire *wire = world->wires->pdata[i];

    for (int end = 0; end < 2; end++) {
      if (wire->closed[end] || wire->ends[end] == NULL)
        continue;
      wire->closed[end] = TRUE;
      wfd_peer_node_lost (touch (wire->ends[end]), wire->ids[end]);
    }
  }
}

/* Whether he has said so or is missed. */
static void
test_who_has_left (gconstpointer killed)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  const WfdPeerEvent *event;

  create (alice);
  join (bob, alice);
  pass (world, 200 * S);
  g_assert_true (is_present (alice, "bob"));
  if (killed != NULL) {
    cut (world);
    pass (world, 310 * S);
  } else {
    wfd_peer_node_leave (touch (bob));
    settle (world);
  }
  g_assert_false (is_present (alice, "bob"));
  event = last_event (alice, WFD_PEER_EVENT_NODE);
  g_assert_cmpuint (event->change, ==, WFD_PEER_NODE_DISCONNECTED);
  g_assert_cmpuint (event->node_id, ==, wfd_peer_node_get_id (bob->node));
  world_free (world);
}

static guint
count_events (const Node *node, WfdPeerEventType type)
{
  guint n = 0;

  for (guint i = 0; i < node->events->len; i++)
    n += ((WfdPeerEvent *) node->events->pdata[i])->type == type;
  return n;
}

static void
test_who_stays_is_no_news (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  guint n;

  create (alice);
  join (bob, alice);
  n = count_events (alice, WFD_PEER_EVENT_NODE);
  pass (world, 3600 * S);
  g_assert_cmpuint (count_events (alice, WFD_PEER_EVENT_NODE), ==, n);
  wfd_peer_node_set_attributes (touch (bob), "busy");
  settle (world);
  g_assert_cmpuint (count_events (alice, WFD_PEER_EVENT_NODE), ==, n + 1);
  g_assert_cmpuint (last_event (alice, WFD_PEER_EVENT_NODE)->change, ==, WFD_PEER_NODE_UPDATED);
  world_free (world);
}

/* Where nobody has to be present. */
static void
test_presence_forced_for_a_while (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");

  world->max_presence = 0;
  create (alice);
  join (bob, alice);
  pass (world, 600 * S);
  g_assert_false (is_present (alice, "bob"));
  wfd_peer_node_set_presence (touch (bob), TRUE);
  settle (world);
  g_assert_true (is_present (alice, "bob"));
  pass (world, 3600 * S);
  g_assert_true (is_present (alice, "bob"));
  wfd_peer_node_set_presence (touch (bob), FALSE);
  pass (world, 300 * S);
  g_assert_false (is_present (alice, "bob"));
  world_free (world);
}

static void
test_fewer_present (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  WfdPeerProperties fewer;

  create (alice);
  for (guint i = 0; i < 4; i++) {
    g_autofree char *name = g_strdup_printf ("node %u", i);

    join (add_node (world, name), alice);
    pass (world, 17 * S);
  }
  g_assert_cmpuint (count_present (alice), ==, 5);
  fewer = *wfd_peer_node_get_properties (alice->node);
  fewer.max_presence = 2;
  wfd_peer_node_set_properties (touch (alice), &fewer, NULL);
  pass (world, 3600 * S);
  g_assert_cmpuint (count_present (alice), ==, 2);
  world_free (world);
}

/* --- what a graph says of itself --- */

/* The limit is one for what applications add. */
static void
test_large_records_of_the_graph (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  WfdPeerProperties small = { .graph_id = (char *) "g1",
    .creator = (char *) "alice",
    .max_presence = G_MAXUINT32,
    .max_record_bytes = 1024 };
  WfdPeerAddress address = address_of (alice);
  g_autofree char *attributes = g_strnfill (3000, 'a'), *comment = g_strnfill (511, 'c');
  g_autofree char *name = g_strnfill (255, 'n');
  g_autoptr (GPtrArray) nodes = NULL;

  wfd_peer_node_create (touch (alice), &small);
  wfd_peer_node_set_listening (alice->node, &address, 1);
  join (bob, alice);
  wfd_peer_node_set_attributes (touch (bob), attributes);
  small.comment = comment;
  small.friendly_name = name;
  g_assert_cmpuint (wfd_peer_node_set_properties (touch (alice), &small, NULL), ==, WFD_PEER_OK);
  settle (world);
  nodes = wfd_peer_node_list_nodes (touch (alice), "bob");
  g_assert_cmpuint (nodes->len, ==, 1);
  g_assert_cmpstr (((WfdPeerNodeInfo *) nodes->pdata[0])->attributes, ==, attributes);
  g_assert_cmpstr (wfd_peer_node_get_properties (bob->node)->comment, ==, comment);
  world_free (world);
}

/* What others publish is there, and goes on to those behind. */
static void
test_full_disk (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob"),
       *carol = add_node (world, "carol");
  g_autoptr (WfdPeerRecord) own = wfd_peer_record_new ();
  g_autoptr (GPtrArray) records = NULL;
  WfdPeerGuid id;

  create (alice);
  join (bob, alice);
  join (carol, bob);
  bob->kept = WFD_PEER_DISK_FULL;
  id = add_record (alice, "of alice", 300, WFD_PEER_RECORD_REFRESHED);
  pass (world, 3600 * S);
  g_assert_true (has_record (bob, &id));
  g_assert_true (has_record (carol, &id));
  records = wfd_peer_node_list_nodes (touch (carol), "bob");
  g_assert_cmpuint (records->len, ==, 1);

  own->type.bytes[0] = 7;
  own->expires = G_MAXINT64;
  g_assert_cmphex (wfd_peer_node_add_record (touch (bob), own), ==, WFD_PEER_DISK_FULL);
  settle (world);
  g_assert_false (has_record (bob, &own->id));
  g_assert_false (has_record (carol, &own->id));
  world_free (world);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/life/record-expires", test_record_expires);
  g_test_add_func ("/peer/life/many-expire-little-by-little", test_many_expire_little_by_little);
  g_test_add_func ("/peer/life/record-refreshed", test_record_refreshed);
  g_test_add_func ("/peer/life/presence-refreshed", test_presence_refreshed);
  g_test_add_func ("/peer/life/late-record-expires", test_late_record_expires);
  g_test_add_func ("/peer/life/record-refreshed-among-others", test_record_refreshed_among_others);
  g_test_add_data_func ("/peer/life/who-has-left", NULL, test_who_has_left);
  g_test_add_data_func ("/peer/life/who-was-killed", "killed", test_who_has_left);
  g_test_add_func ("/peer/life/who-stays-is-no-news", test_who_stays_is_no_news);
  g_test_add_func ("/peer/life/presence-forced-for-a-while", test_presence_forced_for_a_while);
  g_test_add_func ("/peer/life/fewer-present", test_fewer_present);
  g_test_add_func ("/peer/life/full-disk", test_full_disk);
  g_test_add_func ("/peer/life/large-records-of-the-graph", test_large_records_of_the_graph);
  return g_test_run ();
}
