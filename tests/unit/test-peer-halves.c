/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nodes between which nothing goes through for a while, and nobody is told: links end when they are
 * missed, who is called does not answer. Some of these graphs are so young that none of their nodes
 * is a contact yet, so that neither half has a record of the other in the end. */
#include <peer-world.h>

#define N 8
#define GRAPHS 30

typedef struct
{
  World *world;
  Node *nodes[N];
  GArray *misses; /* Miss */
} Graph;

/* Of a link that goes across. */
typedef struct
{
  gint64 when_us;
  Wire *wire;
  int end;
} Miss;

static gboolean
is_odd (const Node *node)
{
  return (node->port & 1) != 0;
}

static gboolean
is_across (World *world, const Wire *wire)
{
  return wire->ends[0] != NULL && wire->ends[1] != NULL
      && is_odd (wire->ends[0]) != is_odd (wire->ends[1]);
}

/* All know each other by the first, who is the only neighbour of each. */
static Graph *
graph_new (void)
{
  Graph *self = g_new0 (Graph, 1);

  self->world = world_new ();
  self->world->loses = TRUE;
  self->misses = g_array_new (FALSE, FALSE, sizeof (Miss));
  for (guint i = 0; i < N; i++) {
    g_autofree char *name = g_strdup_printf ("peer%u", i);

    self->nodes[i] = add_node (self->world, i == 0 ? "alice" : name);
    if (i == 0)
      create (self->nodes[0]);
    else
      join (self->nodes[i], self->nodes[0]);
    pass (self->world, g_random_int_range (0, 3 * S));
  }
  return self;
}

static void
graph_free (Graph *self)
{
  world_free (self->world);
  g_array_unref (self->misses);
  g_free (self);
}

static void
part (Graph *self)
{
  World *world = self->world;

  world->is_parted = is_across;
  for (guint i = 0; i < world->wires->len; i++) {
    Miss miss = { .wire = world->wires->pdata[i] };

    for (; miss.end < 2 && is_across (world, miss.wire); miss.end++) {
      miss.when_us = world->now_us + g_random_int_range (60, 90) * S;
      if (!miss.wire->closed[miss.end])
        g_array_append_val (self->misses, miss);
    }
  }
}

static void
pass_second (Graph *self)
{
  pass (self->world, S);
  for (guint i = self->misses->len; i-- > 0;) {
    const Miss miss = g_array_index (self->misses, Miss, i);
    Wire *wire = miss.wire;

    if (miss.when_us > self->world->now_us)
      continue;
    g_array_remove_index_fast (self->misses, i);
    if (wire->closed[miss.end])
      continue;
    wire->closed[miss.end] = TRUE;
    wfd_peer_node_lost (touch (wire->ends[miss.end]), wire->ids[miss.end]);
  }
}

static void
publish (Graph *self, WfdPeerGuid ids[N])
{
  for (guint i = 0; i < N; i++)
    ids[i] = add_record (self->nodes[i], "x", 24 * 3600, 0);
}

/* All in reach of each other have the records of all. */
static gboolean
is_whole (Graph *self, const WfdPeerGuid ids[N])
{
  for (guint i = 0; i < N; i++)
    for (guint j = 0; j < N; j++)
      if ((self->world->is_parted == NULL || is_odd (self->nodes[i]) == is_odd (self->nodes[j]))
          && !has_record (self->nodes[i], &ids[j]))
        return FALSE;
  return TRUE;
}

static void
expect_whole (Graph *self, const WfdPeerGuid ids[N], guint seconds)
{
  for (guint i = 0; i < seconds && !(is_whole (self, ids) && self->misses->len == 0); i++)
    pass_second (self);
  g_assert_true (is_whole (self, ids));
}

static void
check_parted (guint age_s, guint parted_s, guint healed_s)
{
  Graph *graph = graph_new ();
  WfdPeerGuid ids[N];

  pass (graph->world, age_s * S);
  part (graph);
  publish (graph, ids);
  expect_whole (graph, ids, 200);
  for (guint i = 0; i < parted_s; i++)
    pass_second (graph);
  publish (graph, ids);
  graph->world->is_parted = NULL;
  expect_whole (graph, ids, healed_s);
  graph_free (graph);
}

/* As the processes of tests/peer are. */
static void
test_young_graph (void)
{
  for (guint seed = 0; seed < GRAPHS; seed++) {
    g_random_set_seed (seed);
    check_parted (seed % 30, 0, 60);
  }
}

/* Behind 900 s there is no contact record of the other half either. */
static void
test_for_hours (void)
{
  for (guint seed = 0; seed < GRAPHS / 10; seed++) {
    g_random_set_seed (seed);
    check_parted (1000, 3 * 3600, 330);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/halves/young-graph", test_young_graph);
  g_test_add_func ("/peer/halves/for-hours", test_for_hours);
  return g_test_run ();
}
