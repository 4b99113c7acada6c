/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signature and contacts of a graph, and its parts that meet again. */
#include <base-limits.h>
#include <peer-world.h>

#define N 12

static gboolean
read_signature (Node *node, guint64 *ret_signature)
{
  g_autoptr (WfdPeerRecord) record =
      wfd_peer_node_get_record (touch (node), &wfd_peer_id_signature);

  return record != NULL && wfd_peer_signature_read (record->payload, ret_signature);
}

static void
assert_signature (Node *node, guint64 expected)
{
  guint64 signature;

  g_assert_true (read_signature (node, &signature));
  g_assert_cmphex (signature, ==, expected);
}

static guint
count_contacts (Node *node)
{
  g_autoptr (GPtrArray) contacts =
      wfd_peer_node_list_records (touch (node), &wfd_peer_type_contact, NULL);

  return contacts->len;
}

static void
assert_contacts_know (Node *node, guint64 signature)
{
  g_autoptr (GPtrArray) contacts =
      wfd_peer_node_list_records (touch (node), &wfd_peer_type_contact, NULL);

  for (guint i = 0; i < contacts->len; i++) {
    WfdPeerContact contact;

    g_assert_true (
        wfd_peer_contact_read (((WfdPeerRecord *) contacts->pdata[i])->payload, &contact));
    g_assert_cmphex (contact.signature, ==, signature);
    g_assert_cmpuint (contact.n_addresses, ==, 1);
  }
}

/* Of them the first has the lowest id, and so on. */
static void
add_nodes (World *world, Node **nodes, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf ("peer%u", i);

    nodes[i] = add_node (world, i == 0 ? "alice" : name);
    nodes[i]->node->node_id = (guint64) (i + 1) << 60;
    if (i == 0)
      create (nodes[0]);
    else
      join (nodes[i], nodes[i - 1]);
  }
}

static void
leave (Node *node)
{
  wfd_peer_node_leave (touch (node));
  settle (node->world);
  node->reachable = FALSE;
}

/* It says nothing any more, nor does it hear anything. */
static void
crash (Node *node)
{
  World *world = node->world;

  node->reachable = FALSE;
  node->node->left = TRUE;
  for (guint i = 0; i < world->wires->len; i++) {
    Wire *wire = world->wires->pdata[i];

    for (int end = 0; end < 2; end++) {
      if (wire->ends[end] != node || wire->closed[end])
        continue;
      for (int each = 0; each < 2; each++) {
        if (wire->ends[each] != NULL && !wire->closed[each])
          wfd_peer_node_lost (touch (wire->ends[each]), wire->ids[each]);
        wire->closed[each] = TRUE;
      }
    }
  }
}

static void
test_delay_of_signature (void)
{
  static const struct
  {
    guint64 node_id;
    gint64 us;
  } delays[] = {
    { 0, S / 10 },
    { G_GUINT64_CONSTANT (0x0000ffffffffffff), S / 10 },
    { G_GUINT64_CONSTANT (0x0001000000000000), 100456 },
    { G_GUINT64_CONSTANT (0x8000000000000000), 11864730 },
    { G_MAXUINT64, 19000079 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    g_assert_cmpint (ABS (wfd_peer_node_get_signature_delay_us (delays[i].node_id) - delays[i].us),
        <, 1000);
}

static void
test_wanted_contacts (void)
{
  static const struct
  {
    guint64 signature;
    guint n;
  } wanted[] = {
    { G_MAXUINT64, 5 },
    { G_GUINT64_CONSTANT (1) << 60, 5 },
    { G_GUINT64_CONSTANT (1) << 55, 5 },
    { G_GUINT64_CONSTANT (1) << 50, 10 },
    { 1, 60 },
    { 0, 60 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpuint (wfd_peer_node_get_min_contacts (wanted[i].signature), ==, wanted[i].n);
}

static void
test_lowest_signs (void)
{
  World *world = world_new ();
  Node *nodes[3];
  g_autoptr (WfdPeerRecord) record = NULL;

  add_nodes (world, nodes, G_N_ELEMENTS (nodes));
  pass (world, 40 * S);
  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    assert_signature (nodes[i], nodes[0]->node->node_id);

  /* 300 s, and again before they have passed. */
  record = wfd_peer_node_get_record (touch (nodes[2]), &wfd_peer_id_signature);
  g_assert_cmpuint (record->expires - record->modified, ==, 300 * TICKS_PER_S);
  pass (world, 3600 * S);
  assert_signature (nodes[2], nodes[0]->node->node_id);
  world_free (world);
}

/* Who is lower, and comes later, takes over. */
static void
test_lower_takes_over (void)
{
  World *world = world_new ();
  Node *nodes[2], *late;

  add_nodes (world, nodes, G_N_ELEMENTS (nodes));
  pass (world, 40 * S);
  late = add_node (world, "late");
  late->node->node_id = 5;
  join (late, nodes[0]);
  pass (world, S);
  assert_signature (nodes[1], 5);

  /* When they leave, the next does, long before the 300 s are over. */
  leave (late);
  g_assert_false (read_signature (nodes[1], &(guint64) { 0 }));
  pass (world, 20 * S);
  assert_signature (nodes[1], nodes[0]->node->node_id);
  world_free (world);
}

static void
test_crashed_is_followed (void)
{
  World *world = world_new ();
  Node *nodes[3];

  add_nodes (world, nodes, G_N_ELEMENTS (nodes));
  pass (world, 40 * S);
  crash (nodes[0]);
  pass (world, 200 * S);
  pass (world, 200 * S);
  assert_signature (nodes[1], nodes[1]->node->node_id);
  world_free (world);
}

static void
test_some_are_contacts (void)
{
  World *world = world_new ();
  Node *nodes[N];
  g_autoptr (GPtrArray) contacts = NULL;
  const WfdPeerRecord *record;

  add_nodes (world, nodes, N);
  pass (world, 700 * S);
  for (guint i = 0; i < N; i++) {
    g_assert_cmpuint (count_contacts (nodes[i]), >=, 5);
    g_assert_cmpuint (count_contacts (nodes[i]), <=, 10);
    assert_contacts_know (nodes[i], nodes[0]->node->node_id);
  }
  contacts = wfd_peer_node_list_records (touch (nodes[0]), &wfd_peer_type_contact, NULL);
  record = contacts->pdata[0];
  g_assert_cmpuint (record->expires - record->modified, ==, 900 * TICKS_PER_S);
  pass (world, 3600 * S);
  g_assert_cmpuint (count_contacts (nodes[0]), >=, 5);
  world_free (world);
}

/* So many that some go again, but not too many. */
static void
test_too_many_contacts (void)
{
  World *world = world_new ();
  Node *nodes[N];

  add_nodes (world, nodes, N);
  pass (world, 40 * S);
  for (guint i = 0; i < N; i++) {
    g_autoptr (GBytes) payload = wfd_peer_contact_build (&(WfdPeerContact) {
        nodes[0]->node->node_id, nodes[i]->node->node_id, { address_of (nodes[i]) }, 1 });

    wfd_peer_node_publish_own (touch (nodes[i]), &wfd_peer_type_contact,
        &nodes[i]->node->contact_id, WFD_PEER_RECORD_REFRESHED, 900 * TICKS_PER_S, payload);
  }
  settle (world);
  g_assert_cmpuint (count_contacts (nodes[0]), ==, N);
  pass (world, 700 * S);
  g_assert_cmpuint (count_contacts (nodes[0]), <=, 10);
  g_assert_cmpuint (count_contacts (nodes[0]), >=, 5);
  world_free (world);
}

/* Somebody who publishes many contacts does not make others withdraw theirs. */
static void
test_many_of_one (void)
{
  World *world = world_new ();
  Node *nodes[2];

  add_nodes (world, nodes, G_N_ELEMENTS (nodes));
  pass (world, 200 * S);
  g_assert_cmpuint (count_contacts (nodes[0]), ==, 2);
  for (guint i = 0; i < 100; i++) {
    WfdPeerContact contact = { nodes[0]->node->node_id, i + 1, { address_of (nodes[1]) }, 1 };
    g_autoptr (GBytes) payload = wfd_peer_contact_build (&contact);
    WfdPeerGuid id;

    wfd_peer_record_make_id ("peer1", &id);
    wfd_peer_node_publish_own (touch (nodes[1]), &wfd_peer_type_contact, &id, 0, 900 * TICKS_PER_S,
        payload);
  }
  settle (world);
  /* With his presence. */
  g_assert_cmpuint (count_contacts (nodes[0]), ==, 1 + WFD_LIMIT_PEER_OWN_RECORDS_OF_CREATOR - 1);
  pass (world, 400 * S);
  g_assert_true (has_record (nodes[0], &nodes[0]->node->contact_id));
  world_free (world);
}

/* A contact that leaves is none any more; one that has crashed for 900 s at most. */
static void
test_contact_leaves (void)
{
  World *world = world_new ();
  Node *nodes[4];

  add_nodes (world, nodes, G_N_ELEMENTS (nodes));
  pass (world, 200 * S);
  g_assert_cmpuint (count_contacts (nodes[0]), ==, 4);
  leave (nodes[3]);
  g_assert_cmpuint (count_contacts (nodes[0]), ==, 3);
  crash (nodes[2]);
  g_assert_cmpuint (count_contacts (nodes[0]), ==, 3);
  pass (world, 960 * S);
  g_assert_cmpuint (count_contacts (nodes[0]), ==, 2);
  world_free (world);
}

/* --- parts --- */

/* Between the first half and the others no packet goes through. */
static gboolean
is_across (World *world, const Wire *wire)
{
  guint side[2] = { 0 };

  for (guint i = 0; i < world->nodes->len; i++)
    for (int end = 0; end < 2; end++)
      if (world->nodes->pdata[i] == wire->ends[end])
        side[end] = i < world->nodes->len / 2;
  return side[0] != side[1];
}

static void
part (World *world)
{
  world->is_parted = is_across;
  for (guint i = 0; i < world->wires->len; i++) {
    Wire *wire = world->wires->pdata[i];

    for (int end = 0; end < 2 && is_across (world, wire); end++) {
      if (wire->closed[end] || wire->ends[end] == NULL)
        continue;
      wire->closed[end] = TRUE;
      wfd_peer_node_lost (touch (wire->ends[end]), wire->ids[end]);
    }
  }
  settle (world);
}

static guint
count_across (World *world)
{
  guint n = 0;

  for (guint i = 0; i < world->wires->len; i++) {
    const Wire *wire = world->wires->pdata[i];

    n += wire->ends[1] != NULL && !wire->closed[0] && !wire->closed[1] && is_across (world, wire);
  }
  return n;
}

static void
forget_presence (Node *node)
{
  g_autoptr (GPtrArray) records =
      wfd_peer_node_list_records (touch (node), &wfd_peer_type_presence, NULL);

  g_assert_cmpuint (records->len, ==, 0);
  g_array_set_size (node->node->referrals, 0);
}

/* Half of them cannot reach the other half for seven minutes. Both halves stay whole, so none
 * of them looks for neighbours; that there is another is seen by its signature alone. */
static void
test_halves_meet_again (void)
{
  World *world = world_new ();
  Node *nodes[N];
  WfdPeerGuid ids[N];

  world->max_presence = 0;
  add_nodes (world, nodes, N);
  pass (world, 1000 * S);
  part (world);
  for (guint i = 0; i < N; i++)
    ids[i] = add_record (nodes[i], "alone", 36000, 0);
  pass (world, 420 * S);
  g_assert_cmpuint (count_across (world), ==, 0);
  for (guint i = 0; i < N; i++) {
    forget_presence (nodes[i]);
    assert_signature (nodes[i], nodes[i < N / 2 ? 0 : N / 2]->node->node_id);
  }
  for (guint i = 0; i < N; i++)
    for (guint j = 0; j < N; j++)
      g_assert_cmpint (has_record (nodes[i], &ids[j]), ==, (i < N / 2) == (j < N / 2));

  world->is_parted = NULL;
  pass (world, 120 * S);
  g_assert_cmpuint (count_across (world), >, 0);
  for (guint i = 0; i < N; i++) {
    assert_signature (nodes[i], nodes[0]->node->node_id);
    for (guint j = 0; j < N; j++)
      g_assert_true (has_record (nodes[i], &ids[j]));
  }

  /* And there is peace. */
  pass (world, 40 * S);
  for (guint i = 0; i < N; i++)
    assert_contacts_know (nodes[i], nodes[0]->node->node_id);
  world_free (world);
}

/* All knew each other by one node only. When it is gone, two that have found each other are not
 * enough: they have to be one graph again, and soon. */
static void
test_hub_dies (void)
{
  for (guint seed = 0; seed < 20; seed++) {
    World *world = world_new ();
    Node *nodes[8];
    WfdPeerGuid id;

    for (guint i = 0; i < G_N_ELEMENTS (nodes); i++) {
      g_autofree char *name = g_strdup_printf ("peer%u", i);

      nodes[i] = add_node (world, i == 0 ? "alice" : name);
      if (i == 0)
        create (nodes[0]);
      else
        join (nodes[i], nodes[0]);
    }
    pass (world, 20 * S);
    crash (nodes[0]);
    pass (world, 25 * S);
    id = add_record (nodes[1], "after", 3600, 0);
    settle (world);
    for (guint i = 1; i < G_N_ELEMENTS (nodes); i++)
      g_assert_true (has_record (nodes[i], &id));
    world_free (world);
  }
}

/* Where nobody knows anybody of the other part any more, the application may: a contact asks
 * it each time it looks after the graph. */
static void
test_contact_asks_for_others (void)
{
  World *world = world_new ();
  Node *nodes[2];

  add_nodes (world, nodes, G_N_ELEMENTS (nodes));
  pass (world, 200 * S);
  g_ptr_array_set_size (nodes[0]->events, 0);
  pass (world, 600 * S);
  g_assert_nonnull (last_event (nodes[0], WFD_PEER_EVENT_CONNECTION_REQUIRED));
  world_free (world);
}

/* --- what somebody forged --- */

static void
test_forged_ends_in_time (void)
{
  World *world = world_new ();
  Node *nodes[2];
  g_autoptr (WfdPeerRecord) record = NULL;

  add_nodes (world, nodes, G_N_ELEMENTS (nodes));
  pass (world, 40 * S);
  record = wfd_peer_node_get_record (touch (nodes[1]), &wfd_peer_id_signature);
  {
    g_autoptr (WfdPeerRecord) forged = wfd_peer_record_copy (record);

    forged->version++;
    forged->modified = wfd_peer_node_get_peer_time (nodes[1]->node);
    g_free (forged->modifier);
    forged->modifier = g_strdup ("mallory");
    g_bytes_unref (forged->payload);
    forged->payload = wfd_peer_signature_build (1);
    forged->expires = forged->modified + 301 * TICKS_PER_S;
    wfd_peer_node_import_record (nodes[1]->node, forged);
    assert_signature (nodes[1], nodes[0]->node->node_id);
    forged->expires = forged->modified + 300 * TICKS_PER_S;
    wfd_peer_node_import_record (nodes[1]->node, forged);
    assert_signature (nodes[1], 1);
  }
  pass (world, 400 * S);
  assert_signature (nodes[1], nodes[0]->node->node_id);
  world_free (world);
}

/* Of an earlier life, which ended without a word: nobody keeps it alive. */
static void
test_signature_of_before (void)
{
  World *world = world_new ();
  Node *nodes[1], *again;
  g_autoptr (WfdPeerRecord) record = NULL;

  add_nodes (world, nodes, 1);
  pass (world, 40 * S);
  record = wfd_peer_node_get_record (touch (nodes[0]), &wfd_peer_id_signature);
  g_assert_true (record->flags & WFD_PEER_RECORD_REFRESHED);
  crash (nodes[0]);

  again = add_node (world, "alice");
  again->node->node_id = G_MAXUINT64;
  wfd_peer_node_restore_record (touch (again), record);
  wfd_peer_node_restore (again->node, 0, TRUE, 0);
  assert_signature (again, nodes[0]->node->node_id);
  pass (world, 400 * S);
  assert_signature (again, G_MAXUINT64);
  world_free (world);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/signature/lower-is-sooner", test_delay_of_signature);
  g_test_add_func ("/peer/signature/lowest-signs", test_lowest_signs);
  g_test_add_func ("/peer/signature/lower-takes-over", test_lower_takes_over);
  g_test_add_func ("/peer/signature/crashed-is-followed", test_crashed_is_followed);
  g_test_add_func ("/peer/signature/forged-ends-in-time", test_forged_ends_in_time);
  g_test_add_func ("/peer/signature/of-before-is-left-alone", test_signature_of_before);
  g_test_add_func ("/peer/contact/wanted", test_wanted_contacts);
  g_test_add_func ("/peer/contact/some-are", test_some_are_contacts);
  g_test_add_func ("/peer/contact/too-many", test_too_many_contacts);
  g_test_add_func ("/peer/contact/many-of-one", test_many_of_one);
  g_test_add_func ("/peer/contact/leaves", test_contact_leaves);
  g_test_add_func ("/peer/contact/asks-for-others", test_contact_asks_for_others);
  g_test_add_func ("/peer/partition/halves-meet-again", test_halves_meet_again);
  g_test_add_func ("/peer/partition/hub-dies", test_hub_dies);
  return g_test_run ();
}
