/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How those who come find a place, also when the one whom they know has none. */
#include <base-limits.h>
#include <peer-world.h>

#define N_NODES 64

static gboolean
is_in (const Node *node)
{
  return (wfd_peer_node_get_status (node->node) & WFD_PEER_STATUS_SYNCHRONIZED) != 0;
}

/* As programs do: who knows the graph listens. */
static guint
listen_all (World *world)
{
  guint n = 0;

  for (guint i = 0; i < world->nodes->len; i++) {
    Node *node = world->nodes->pdata[i];
    WfdPeerAddress address = address_of (node);

    n += is_in (node);
    if (is_in (node) && node->node->listening->len == 0)
      wfd_peer_node_set_listening (touch (node), &address, 1);
  }
  return n;
}

static guint
pass_and_listen (World *world, guint seconds)
{
  guint n = listen_all (world);

  for (guint i = 0; i < seconds && n < world->nodes->len; i++) {
    pass (world, S);
    n = listen_all (world);
  }
  return n;
}

/* The one whom all know has seven places, and when they come nobody listens yet to whom it could
 * send the others. */
static void
test_all_at_once (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");

  create (alice);
  for (guint i = 1; i < N_NODES; i++) {
    g_autofree char *name = g_strdup_printf ("peer%02u", i);

    connect_to (add_node (world, name), WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  }
  g_assert_cmpuint (pass_and_listen (world, 60), ==, N_NODES);
  world_free (world);
}

/* Nor does a neighbour that tells nothing keep somebody from those who would. */
static void
test_beside_a_silent_one (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *mallory = add_node (world, "mallory");
  Node *bob = add_node (world, "bob"), *leaver = NULL;

  create (alice);
  create (mallory);
  mallory->has_no_room = TRUE;
  for (guint i = 0; i < MAX_NEIGHBOURS; i++) {
    leaver = add_node (world, "carol");
    connect_to (leaver, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  }
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, mallory);
  settle (world);
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  pass (world, 5 * S);
  g_assert_cmpuint (wfd_peer_node_count_neighbours (bob->node), ==, 1);
  g_assert_false (is_in (bob));
  wfd_peer_node_leave (touch (leaver));
  pass (world, 40 * S);
  g_assert_true (is_in (bob));
  world_free (world);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/join/all-at-once", test_all_at_once);
  g_test_add_func ("/peer/join/beside-a-silent-one", test_beside_a_silent_one);
  return g_test_run ();
}
