/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-world.h"

/* --- the world --- */

WfdPeerNode *
touch (Node *node)
{
  wfd_peer_node_set_now (node->node, node->world->now_us,
      START_UTC + (node->world->now_us + node->wrong_s * S) * 10);
  return node->node;
}

Wire *
find_wire (Node *node, guint64 id, int *ret_end)
{
  for (guint i = 0; i < node->world->wires->len; i++) {
    Wire *wire = node->world->wires->pdata[i];

    for (int end = 0; end < 2; end++) {
      if (wire->ends[end] == node && wire->ids[end] == id && !wire->closed[end]) {
        *ret_end = end;
        return wire;
      }
    }
  }
  return NULL;
}

static gboolean
is_lost (World *world, const Wire *wire)
{
  return world->loses && world->is_parted != NULL && world->is_parted (world, wire);
}

static void
deliver (World *world, Wire *wire, int to, GBytes *message, gboolean end)
{
  Delivery *delivery;

  if (is_lost (world, wire)) {
    g_clear_pointer (&message, g_bytes_unref);
    return;
  }
  delivery = g_new0 (Delivery, 1);
  *delivery = (Delivery) { wire, to, message, end };
  g_queue_push_tail (&world->deliveries, delivery);
}

static Node *
find_node (World *world, guint16 port)
{
  for (guint i = 0; i < world->nodes->len; i++) {
    Node *node = world->nodes->pdata[i];

    if (node->port == port && node->reachable)
      return node;
  }
  return NULL;
}

static void
do_open (gpointer user_data, guint64 link_id, const WfdPeerAddress *address)
{
  Node *node = user_data;
  Wire *wire = g_new0 (Wire, 1);

  wire->ends[0] = node;
  wire->ids[0] = link_id;
  wire->ends[1] = find_node (node->world, address->port);
  if (node->world->is_parted != NULL && node->world->is_parted (node->world, wire))
    wire->ends[1] = NULL;
  g_ptr_array_add (node->world->wires, wire);
  deliver (node->world, wire, 0, NULL, wire->ends[1] == NULL);
}

static void
do_trust (gpointer user_data, guint64 link_id, gsize max_bytes)
{
  g_assert_true (wfd_peer_node_is_connected (((Node *) user_data)->node, link_id));
  ((Node *) user_data)->n_trusted++;
}

static void
do_send (gpointer user_data, guint64 link_id, WfdBytes head, WfdBytes body)
{
  Node *node = user_data;
  int end;
  Wire *wire = find_wire (node, link_id, &end);
  GByteArray *copy = g_byte_array_new ();

  g_assert_nonnull (wire);
  node->world->n_sent[head.pos[5] % G_N_ELEMENTS (node->world->n_sent)]++;
  g_byte_array_append (copy, head.pos, head.left);
  g_byte_array_append (copy, body.pos, body.left);
  deliver (node->world, wire, !end, g_byte_array_free_to_bytes (copy), FALSE);
}

static gboolean
do_room (gpointer user_data, guint64 link_id, gsize size)
{
  return !((Node *) user_data)->has_no_room;
}

static void
do_close (gpointer user_data, guint64 link_id)
{
  Node *node = user_data;
  int end;
  Wire *wire = find_wire (node, link_id, &end);

  if (wire == NULL)
    return;
  wire->closed[end] = TRUE;
  deliver (node->world, wire, !end, NULL, TRUE);
}

static void
do_tell (gpointer user_data, WfdPeerEvent *event)
{
  g_ptr_array_add (((Node *) user_data)->events, wfd_peer_event_ref (event));
}

static guint32
do_store (gpointer user_data, WfdPeerRecord *const *records, guint n, gboolean asked)
{
  Node *node = user_data;

  node->n_stored += n;
  return node->kept;
}

static guint32
do_forget (gpointer user_data, WfdPeerRecord *const *records, guint n, gboolean asked)
{
  ((Node *) user_data)->n_stored += n;
  return WFD_PEER_OK;
}

static guint32
do_validate (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change)
{
  return ((Node *) user_data)->verdict;
}

static const WfdPeerNodeCalls calls = { do_open, do_trust, do_send, do_room, do_close, do_tell,
  do_store, do_forget, do_validate };

void
take_delivery (Delivery *delivery)
{
  Wire *wire = delivery->wire;
  Node *node = wire->ends[delivery->to];
  WfdPeerAddress address = { { 0xfd } };
  WfdPeerMessage message;

  if (node == NULL || wire->closed[delivery->to])
    return;
  if (delivery->message == NULL && !delivery->end)
    wfd_peer_node_opened (touch (node), wire->ids[delivery->to]);
  else if (delivery->message == NULL) {
    wfd_peer_node_lost (touch (node), wire->ids[delivery->to]);
    wire->closed[delivery->to] = TRUE;
  } else if (wire->ids[delivery->to] == 0) {
    g_assert_true (wfd_peer_message_read (wfd_bytes_of (delivery->message), &message));
    g_assert_cmpint (message.type, ==, WFD_PEER_AUTH_INFO);
    address.ip[7] = wire->ends[0] != NULL ? wire->ends[0]->host : 0;
    wfd_peer_node_make_room (touch (node), &address);
    wire->ids[delivery->to] = wfd_peer_node_accept (touch (node), &message.auth_info, &address);
  } else
    wfd_peer_node_received (touch (node), wire->ids[delivery->to], delivery->message);
}

gboolean
take_next (World *world)
{
  Delivery *delivery = g_queue_pop_head (&world->deliveries);

  if (delivery == NULL)
    return FALSE;
  take_delivery (delivery);
  g_clear_pointer (&delivery->message, g_bytes_unref);
  g_free (delivery);
  return TRUE;
}

void
settle (World *world)
{
  while (take_next (world))
    ;
}

static gint64
get_next_us (World *world)
{
  gint64 next_us = G_MAXINT64;

  for (guint i = 0; i < world->nodes->len; i++) {
    gint64 deadline_us = wfd_peer_node_get_deadline_us (((Node *) world->nodes->pdata[i])->node);

    if (deadline_us >= 0)
      next_us = MIN (next_us, deadline_us);
  }
  return next_us;
}

void
pass (World *world, gint64 us)
{
  gint64 until_us = world->now_us + us;

  settle (world);
  while (get_next_us (world) <= until_us) {
    world->now_us = MAX (get_next_us (world), world->now_us);
    for (guint i = 0; i < world->nodes->len; i++)
      wfd_peer_node_tick (touch (world->nodes->pdata[i]));
    settle (world);
  }
  world->now_us = until_us;
}

static void
free_node (gpointer data)
{
  Node *node = data;

  wfd_peer_node_free (node->node);
  g_ptr_array_unref (node->events);
  g_free (node);
}

World *
world_new (void)
{
  World *world = g_new0 (World, 1);

  world->now_us = 1000 * S;
  world->max_presence = G_MAXUINT32;
  world->nodes = g_ptr_array_new_with_free_func (free_node);
  world->wires = g_ptr_array_new_with_free_func (g_free);
  return world;
}

void
world_free (World *world)
{
  for (guint i = 0; i < world->nodes->len; i++)
    wfd_peer_node_leave (touch (world->nodes->pdata[i]));
  settle (world);
  g_ptr_array_unref (world->nodes);
  g_ptr_array_unref (world->wires);
  g_free (world);
}

Node *
add_node (World *world, const char *peer_id)
{
  WfdPeerNodeConfig config = { "g1", peer_id };
  Node *node = g_new0 (Node, 1);

  node->world = world;
  node->node = wfd_peer_node_new (&config, &calls, node);
  node->port = 1000 + world->nodes->len;
  node->reachable = TRUE;
  node->events = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_event_unref);
  g_ptr_array_add (world->nodes, node);
  touch (node);
  return node;
}

WfdPeerAddress
address_of (const Node *node)
{
  return (WfdPeerAddress) { { 0xfd, [7] = node->host }, node->port };
}

void
create (Node *node)
{
  WfdPeerProperties properties = { .graph_id = (char *) "g1",
    .creator = (char *) "alice",
    .max_presence = node->world->max_presence };
  WfdPeerAddress address = address_of (node);

  g_assert_cmphex (wfd_peer_node_create (touch (node), &properties), ==, WFD_PEER_OK);
  wfd_peer_node_set_listening (node->node, &address, 1);
}

guint64
connect_to (Node *node, WfdPeerLinkType type, const char *peer_id, const Node *other)
{
  WfdPeerAddress address = address_of (other);
  guint64 id;

  g_assert_cmphex (wfd_peer_node_connect (touch (node), type, peer_id, &address, &id), ==,
      WFD_PEER_OK);
  return id;
}

void
join (Node *node, const Node *other)
{
  WfdPeerAddress address = address_of (node);

  connect_to (node, WFD_PEER_LINK_NEIGHBOUR, NULL, other);
  settle (node->world);
  g_assert_true (wfd_peer_node_get_status (node->node) & WFD_PEER_STATUS_SYNCHRONIZED);
  wfd_peer_node_set_listening (touch (node), &address, 1);
  settle (node->world);
}

const WfdPeerEvent *
last_event (const Node *node, WfdPeerEventType type)
{
  for (guint i = node->events->len; i-- > 0;)
    if (((WfdPeerEvent *) node->events->pdata[i])->type == type)
      return node->events->pdata[i];
  return NULL;
}

void
assert_link (const Node *node, WfdPeerEventType type, guint64 id, WfdPeerLinkChange change,
    guint32 reason)
{
  const WfdPeerEvent *event = last_event (node, type);

  g_assert_nonnull (event);
  if (id != 0)
    g_assert_cmphex (event->link_id, ==, id);
  g_assert_cmpuint (event->change, ==, change);
  g_assert_cmphex (event->reason, ==, reason);
}

WfdPeerGuid
add_record (Node *node, const char *text, gint64 life_s, guint8 flags)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new ();

  record->type = (WfdPeerGuid) { { 0xaa } };
  record->flags = flags;
  record->expires = wfd_peer_node_get_peer_time (touch (node)) + life_s * TICKS_PER_S;
  g_bytes_unref (record->payload);
  record->payload = g_bytes_new (text, strlen (text));
  g_assert_cmphex (wfd_peer_node_add_record (node->node, record), ==, WFD_PEER_OK);
  return record->id;
}

gboolean
has_record (Node *node, const WfdPeerGuid *id)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_node_get_record (touch (node), id);

  return record != NULL;
}
