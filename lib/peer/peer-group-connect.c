/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-group-node-private.h"

/* How a group comes to those of its members that are there. Who has never been told what is in
 * the group has to find one of them; who has been is online at once, and others find it. */

#define CONNECT_US (30 * G_USEC_PER_SEC)
/* Of IANA, p2pgroup. */
#define GROUP_PORT 3587

/* --- online --- */

/* Of a link only what was meant: the interface that the cloud names, or on which a member was. */
static guint32
listen_at (WfdPeerGroupNode *self, guint16 port)
{
  if (self->link_scope_id != 0)
    return wfd_peer_graph_listen (self->graph, 3, self->link_scope_id, port);
  return wfd_peer_graph_listen (self->graph, 1, 0, port);
}

/* More than one identity of a computer may be in groups: who comes second is found at another
 * port, by the presence record that names it. */
static guint32
go_online (WfdPeerGroupNode *self)
{
  guint32 result = listen_at (self, GROUP_PORT);

  if (result == WFD_PEER_ADDRESS_IN_USE)
    result = listen_at (self, 0);
  return WFD_PEER_FAILED (result) ? WFD_PEER_UNABLE_TO_LISTEN : WFD_PEER_OK;
}

static gboolean
is_published (WfdPeerGroupNode *self)
{
  g_autoptr (GPtrArray) chains = wfd_peer_group_node_list_published (self);

  for (guint i = 0; i < chains->len; i++)
    if (g_str_equal (wfd_peer_chain_get_leaf (chains->pdata[i])->name, self->entry->identity))
      return TRUE;
  return FALSE;
}

void
wfd_peer_group_node_introduce (WfdPeerGroupNode *self)
{
  g_auto (WfdPeerGroupProperties) properties = { 0 };

  if (self->entry->chain == NULL || is_published (self)
      || WFD_PEER_FAILED (wfd_peer_group_node_get_properties (self, &properties)))
    return;
  wfd_peer_group_node_publish_member (self, self->entry->chain);
}

/* The creator does, whether a member is seen by everybody. */
static gboolean
leaves_it_to_each (WfdPeerGroupNode *self)
{
  g_auto (WfdPeerGroupProperties) properties = { 0 };

  return !WFD_PEER_FAILED (wfd_peer_group_node_get_properties (self, &properties))
      && (properties.flags & WFD_PEER_GROUP_MEMBER_DATA_OPTIONAL) != 0;
}

static void
fail (WfdPeerGroupNode *self, guint32 reason)
{
  g_autoptr (WfdPeerEvent) event = wfd_peer_event_new (WFD_PEER_EVENT_CONNECT_FAILED);

  self->state = WFD_PEER_GROUP_OFFLINE;
  self->searches = FALSE;
  event->reason = reason;
  wfd_peer_graph_tell (self->graph, event);
  /* Of who has nothing else to show, the password was wrong. */
  if (reason == WFD_PEER_NOT_AUTHENTICATED && self->entry->chain == NULL) {
    g_autoptr (WfdPeerEvent) wrong = wfd_peer_event_new (WFD_PEER_EVENT_AUTH_FAILED);

    wfd_peer_graph_tell (self->graph, wrong);
  }
}

static guint32
get_failure (const WfdPeerGroupNode *self)
{
  if (!self->any_attempt)
    return WFD_PEER_NO_MEMBERS_FOUND;
  /* That nobody was there is no news of one of them. */
  return self->failure == WFD_PEER_NOT_AUTHENTICATED ? self->failure
                                                     : WFD_PEER_NO_MEMBER_CONNECTIONS;
}

/* --- attempts --- */

static void
add_attempt (WfdPeerGroupNode *self, guint64 link_id)
{
  g_hash_table_add (self->attempts, g_memdup2 (&link_id, sizeof (link_id)));
  self->any_attempt = TRUE;
}

void
wfd_peer_group_node_link_told (WfdPeerGroupNode *self, const WfdPeerEvent *event)
{
  if (event->type == WFD_PEER_EVENT_NEIGHBOUR && event->change != WFD_PEER_LINK_UP) {
    if (event->reason != 0)
      self->failure = event->reason;
    g_hash_table_remove (self->attempts, &event->link_id);
    if (event->next_link_id != 0)
      add_attempt (self, event->next_link_id);
  }
  if (event->type == WFD_PEER_EVENT_NEIGHBOUR || event->type == WFD_PEER_EVENT_STATUS)
    wfd_peer_group_node_wake (self);
}

static void
try_address (WfdPeerGroupNode *self, const WfdPeerAddress *address)
{
  guint64 link_id;

  if (!WFD_PEER_FAILED (
          wfd_peer_graph_connect (self->graph, WFD_PEER_LINK_NEIGHBOUR, NULL, address, &link_id)))
    add_attempt (self, link_id);
}

/* --- search --- */

static gboolean
has_neighbour (const WfdPeerGroupNode *self)
{
  return (wfd_peer_node_get_status (self->graph->node) & WFD_PEER_STATUS_CONNECTED) != 0;
}

static void
on_found (gpointer user_data, const WfdPeerAddress *address)
{
  WfdPeerGroupNode *self = user_data;

  if (self->searches)
    try_address (self, address);
}

static void
on_cannot_search (gpointer user_data)
{
  WfdPeerGroupNode *self = user_data;

  self->cannot_search = TRUE;
  wfd_peer_group_node_wake (self);
}

static void
use_finder (WfdPeerGroupNode *self)
{
  static const WfdPeerFinderCalls calls = { on_found, on_cannot_search };

  if (self->finder == NULL && (self->searches || self->state == WFD_PEER_GROUP_ONLINE))
    self->finder =
        wfd_peer_finder_new (self->hub, self->entry->name, self->link_scope_id, &calls, self);
  if (self->searches)
    wfd_peer_finder_browse (self->finder);
  if (self->state == WFD_PEER_GROUP_ONLINE)
    wfd_peer_finder_publish (self->finder, wfd_peer_node_get_id (self->graph->node),
        wfd_peer_listener_get_port (self->graph->listeners->pdata[0]));
}

void
wfd_peer_group_node_remember (WfdPeerGroupNode *self)
{
  g_autoptr (GPtrArray) nodes = NULL;
  WfdPeerGroupEntry *entry = self->entry;
  guint n = 0;

  if (self->state != WFD_PEER_GROUP_ONLINE)
    return;
  nodes = wfd_peer_node_list_nodes (wfd_peer_group_node_begin (self), NULL);
  for (guint i = 0; i < nodes->len && n < G_N_ELEMENTS (entry->addresses); i++) {
    const WfdPeerNodeInfo *node = nodes->pdata[i];

    if (node->n_addresses > 0 && !g_str_equal (node->peer_id, entry->identity))
      entry->addresses[n++] = node->addresses[0];
  }
  /* Who was alone this time may not be the next. */
  if (n == 0)
    return;
  entry->n_addresses = n;
  wfd_peer_group_node_store (self);
}

/* --- connect --- */

static gboolean
is_synchronized (const WfdPeerGroupNode *self)
{
  return (wfd_peer_node_get_status (self->graph->node) & WFD_PEER_STATUS_SYNCHRONIZED) != 0;
}

/* What was announced on a link may be anybody's; who is a neighbour has proved to be a member. */
static void
learn_link (WfdPeerGroupNode *self)
{
  g_autoptr (GPtrArray) links =
      wfd_peer_node_list_links (self->graph->node, WFD_PEER_LINK_NEIGHBOUR);

  for (guint i = 0; i < links->len && self->link_scope_id == 0; i++)
    self->link_scope_id = ((const WfdPeerLinkInfo *) links->pdata[i])->address.scope_id;
}

static void
be_online (WfdPeerGroupNode *self)
{
  guint32 result;

  learn_link (self);
  result = go_online (self);

  if (WFD_PEER_FAILED (result)) {
    fail (self, result);
    return;
  }
  self->state = WFD_PEER_GROUP_ONLINE;
  if (!leaves_it_to_each (self))
    wfd_peer_group_node_introduce (self);
}

/* A neighbour that tells something of the group may take longer. One that does not is left, and
 * until then the others are tried. */
static void
look_on (WfdPeerGroupNode *self)
{
  gboolean told = has_neighbour (self);
  gboolean due = g_get_monotonic_time () >= self->deadline_us;
  gboolean late = due && !(told && self->state == WFD_PEER_GROUP_CONNECTING);

  if (late || (told && is_synchronized (self)))
    self->searches = FALSE;
  if (self->state == WFD_PEER_GROUP_CONNECTING
      && (late
          || (g_hash_table_size (self->attempts) == 0 && (!self->searches || self->cannot_search))))
    fail (self, get_failure (self));
  else if (!due)
    g_source_set_ready_time (self->timer, self->deadline_us);
}

void
wfd_peer_group_node_go_on (WfdPeerGroupNode *self)
{
  if (self->state == WFD_PEER_GROUP_CONNECTING && is_synchronized (self))
    be_online (self);
  if (self->state == WFD_PEER_GROUP_OFFLINE)
    return;
  use_finder (self);
  look_on (self);
}

guint32
wfd_peer_group_node_connect (WfdPeerGroupNode *self, const WfdPeerAddress *addresses, guint n)
{
  if (self->state == WFD_PEER_GROUP_ONLINE)
    return WFD_PEER_ALREADY_CONNECTED;

  if (self->state == WFD_PEER_GROUP_OFFLINE) {
    g_hash_table_remove_all (self->attempts);
    self->any_attempt = FALSE;
    self->cannot_search = FALSE;
    self->failure = WFD_PEER_OK;
  }
  self->state = WFD_PEER_GROUP_CONNECTING;
  self->deadline_us = g_get_monotonic_time () + CONNECT_US;
  self->searches = n == 0;
  g_array_set_size (self->addresses, 0);
  if (n > 0)
    g_array_append_vals (self->addresses, addresses, n);
  else {
    addresses = self->entry->addresses;
    n = self->entry->n_addresses;
  }
  for (guint i = 0; i < n; i++) {
    try_address (self, &addresses[i]);
    if (addresses[i].scope_id != 0)
      self->link_scope_id = addresses[i].scope_id;
  }
  wfd_peer_group_node_wake (self);
  return WFD_PEER_OK;
}

guint32
wfd_peer_group_node_reconnect (WfdPeerGroupNode *self)
{
  g_autoptr (GArray) addresses = g_array_copy (self->addresses);

  return wfd_peer_group_node_connect (self, (const WfdPeerAddress *) addresses->data,
      addresses->len);
}
