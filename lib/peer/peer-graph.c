/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-graph-private.h"

#include <base-limits.h>

/* How long a sender waits for a peer that does not read. */
#define SEND_US (2 * G_USEC_PER_SEC)
#define DRAINED_BYTES (256 * 1024)

/* 1601 to 1970. */
#define EPOCH_TICKS G_GUINT64_CONSTANT (116444736000000000)

WfdPeerGraph *
wfd_peer_graph_ref (WfdPeerGraph *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
wfd_peer_graph_unref (WfdPeerGraph *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  wfd_peer_node_free (self->node);
  g_hash_table_unref (self->conns);
  g_hash_table_unref (self->paused);
  g_ptr_array_unref (self->listeners);
  g_ptr_array_unref (self->queues);
  g_hash_table_unref (self->unkept);
  g_free (self->folder);
  g_free (self->database);
  g_clear_pointer (&self->group, wfd_peer_group_unref);
  g_free (self);
}

WfdPeerNode *
wfd_peer_graph_begin (WfdPeerGraph *self)
{
  wfd_peer_node_set_now (self->node, g_get_monotonic_time (),
      EPOCH_TICKS + (guint64) g_get_real_time () * 10);
  return self->node;
}

static gint64
now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

void
wfd_peer_graph_take_news (WfdPeerGraph *self)
{
  GHashTable *names;

  while (self->group != NULL && (names = wfd_peer_group_take_news (self->group)) != NULL) {
    wfd_peer_node_validate_deferred_of (self->node, names);
    g_hash_table_unref (names);
    self->has_news = TRUE;
  }
}

void
wfd_peer_graph_end (WfdPeerGraph *self)
{
  gint64 deadline_us;

  wfd_peer_graph_take_news (self);
  if (self->closed)
    return;
  wfd_peer_graph_keep (self);
  deadline_us = self->has_news ? 0 : wfd_peer_node_get_deadline_us (self->node);
  if (self->retry_us > 0 && (deadline_us < 0 || self->retry_us < deadline_us))
    deadline_us = self->retry_us;
  /* To say the same again would wake the thread up. */
  if (deadline_us == self->deadline_us)
    return;
  self->deadline_us = deadline_us;
  g_source_set_ready_time (self->timer, deadline_us);
}

static gboolean
may_stay (gpointer user_data, const char *peer_id)
{
  return wfd_peer_group_may_stay (user_data, peer_id, now_s ());
}

/* With news of the group, and whenever the node has something to do: certificates end too. */
static gboolean
on_timer (gpointer data)
{
  WfdPeerGraph *self = data;

  /* It does not go off twice. */
  self->deadline_us = -1;
  self->has_news = FALSE;
  wfd_peer_node_tick (wfd_peer_graph_begin (self));
  if (self->group != NULL)
    wfd_peer_node_end_links (self->node, may_stay, self->group);
  wfd_peer_graph_end (self);
  return G_SOURCE_CONTINUE;
}

/* --- what connections tell --- */

typedef struct
{
  WfdPeerGraph *graph;
  guint64 link_id;
  WfdPeerConn *conn;
} Attached;

static Attached *
attach (WfdPeerGraph *self, guint64 link_id)
{
  Attached *attached = g_new0 (Attached, 1);

  attached->graph = self;
  attached->link_id = link_id;
  g_hash_table_insert (self->conns, &attached->link_id, attached);
  return attached;
}

static Attached *
get_attached (WfdPeerGraph *self, guint64 link_id)
{
  return g_hash_table_lookup (self->conns, &link_id);
}

/* From where so much comes that nobody fetches it, no more of it is taken: it waits at
 * the peer. */
static void
pause_if_full (WfdPeerGraph *self, guint64 link_id)
{
  Attached *attached = get_attached (self, link_id);
  gboolean full = FALSE;

  for (guint i = 0; i < self->queues->len; i++)
    full |= wfd_peer_queue_is_full (self->queues->pdata[i]);
  if (full && attached != NULL && g_hash_table_add (self->paused, &attached->link_id))
    wfd_peer_conn_set_reading (attached->conn, FALSE);
}

/* Behind AUTH_INFO. */
static void
secure (WfdPeerGraph *self, WfdPeerConn *conn, gboolean ours)
{
  WfdPeerChannel *channel =
      self->group != NULL ? wfd_peer_channel_new (self->group, ours, now_s ()) : NULL;

  if (channel != NULL)
    wfd_peer_conn_secure (conn, channel);
}

static void
on_opened (WfdPeerConn *conn, gpointer owner)
{
  Attached *attached = owner;
  WfdPeerGraph *self = attached->graph;

  wfd_peer_node_opened (wfd_peer_graph_begin (self), attached->link_id);
  wfd_peer_graph_end (self);
  secure (self, conn, TRUE);
}

static void
on_secured (WfdPeerConn *conn, gpointer owner)
{
  Attached *attached = owner;
  WfdPeerGraph *self = attached->graph;

  wfd_peer_node_secured (wfd_peer_graph_begin (self), attached->link_id,
      wfd_peer_conn_get_peer_name (conn));
  wfd_peer_graph_end (self);
}

static void
on_received (WfdPeerConn *conn, gpointer owner, GBytes *message)
{
  Attached *attached = owner;
  WfdPeerGraph *self = attached->graph;

  guint64 link_id = attached->link_id;

  wfd_peer_node_received (wfd_peer_graph_begin (self), link_id, message);
  wfd_peer_graph_end (self);
  pause_if_full (self, link_id);
}

static void
on_drained (WfdPeerConn *conn, gpointer owner)
{
  Attached *attached = owner;
  WfdPeerGraph *self = attached->graph;

  wfd_peer_node_drained (wfd_peer_graph_begin (self), attached->link_id);
  wfd_peer_graph_end (self);
}

static void
on_grew (WfdPeerConn *conn, gpointer owner)
{
  Attached *attached = owner;
  WfdPeerGraph *self = attached->graph;

  wfd_peer_node_grew (wfd_peer_graph_begin (self), attached->link_id);
  wfd_peer_graph_end (self);
}

static void
on_lost (WfdPeerConn *conn, gpointer owner)
{
  Attached *attached = owner;
  WfdPeerGraph *self = attached->graph;

  wfd_peer_node_lost (wfd_peer_graph_begin (self), attached->link_id);
  wfd_peer_graph_end (self);
}

static const WfdPeerConnCalls conn_calls = { on_opened, on_received, on_drained, on_lost,
  on_secured, on_grew };

/* --- what the node calls for --- */

static void
do_open (gpointer user_data, guint64 link_id, const WfdPeerAddress *address)
{
  WfdPeerGraph *self = user_data;
  Attached *attached = attach (self, link_id);

  attached->conn = wfd_peer_conn_open (&self->hub->loop, address, &conn_calls, attached);
}

static void
do_send (gpointer user_data, guint64 link_id, WfdBytes head, WfdBytes body)
{
  Attached *attached = get_attached (user_data, link_id);

  if (attached != NULL)
    wfd_peer_conn_send (attached->conn, head, body);
}

static void
do_trust (gpointer user_data, guint64 link_id, gsize max_bytes)
{
  Attached *attached = get_attached (user_data, link_id);

  if (attached != NULL)
    wfd_peer_conn_trust (attached->conn, max_bytes);
}

static gsize
get_queued_bytes (WfdPeerGraph *self, guint64 link_id)
{
  const Attached *attached = get_attached (self, link_id);

  return attached != NULL ? wfd_peer_conn_get_queued_bytes (attached->conn) : 0;
}

/* What is larger than the queue has to be alone in it. */
static gboolean
has_room (WfdPeerGraph *self, guint64 link_id, gsize size)
{
  gsize queued = get_queued_bytes (self, link_id);

  return queued == 0 || queued + size <= WFD_LIMIT_PEER_QUEUE_BYTES;
}

static gboolean
do_room (gpointer user_data, guint64 link_id, gsize size)
{
  return has_room (user_data, link_id, size);
}

static void
do_close (gpointer user_data, guint64 link_id)
{
  WfdPeerGraph *self = user_data;
  Attached *attached = get_attached (self, link_id);

  if (attached == NULL)
    return;

  wfd_peer_conn_close (attached->conn);
  g_hash_table_remove (self->paused, &link_id);
  g_hash_table_remove (self->conns, &link_id);
  /* Whoever waits for room in it. */
  g_cond_broadcast (&self->hub->loop.changed);
}

void
wfd_peer_graph_tell (WfdPeerGraph *self, WfdPeerEvent *event)
{
  for (guint i = 0; i < self->queues->len; i++)
    wfd_peer_queue_push (self->queues->pdata[i], event);
}

void
wfd_peer_graph_tell_all (WfdPeerGraph *self, WfdPeerEvent *event)
{
  wfd_peer_graph_tell (self, event);
  if (self->told != NULL)
    self->told (self->user_data, event);
}

static void
do_tell (gpointer user_data, WfdPeerEvent *event)
{
  WfdPeerGraph *self = user_data;

  if (self->starting)
    return;
  if (self->to_tell != NULL)
    g_ptr_array_add (self->to_tell, wfd_peer_event_ref (event));
  else
    wfd_peer_graph_tell_all (self, event);
}

static guint32
do_validate (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change)
{
  WfdPeerGraph *self = user_data;

  if (self->group != NULL)
    return wfd_peer_group_validate (self->group, record);
  return self->validate != NULL ? self->validate (self->user_data, record, change) : WFD_PEER_OK;
}

static guint32
do_sign (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change)
{
  WfdPeerGraph *self = user_data;

  if (self->group != NULL)
    return wfd_peer_group_sign (self->group, record, now_s ());
  return self->sign != NULL ? self->sign (self->user_data, record, change) : WFD_PEER_OK;
}

static const WfdPeerNodeCalls node_calls = {
  .open = do_open,
  .trust = do_trust,
  .send = do_send,
  .room = do_room,
  .close = do_close,
  .tell = do_tell,
  .store = wfd_peer_graph_do_store,
  .forget = wfd_peer_graph_do_forget,
  .validate = do_validate,
  .sign = do_sign,
};

/* --- life --- */

static gboolean
is_open (const WfdPeerHub *hub, const char *graph_id, const char *peer_id)
{
  for (guint i = 0; i < hub->graphs->len; i++) {
    const WfdPeerGraph *graph = hub->graphs->pdata[i];

    if (g_str_equal (wfd_peer_node_get_graph_id (graph->node), graph_id)
        && g_str_equal (wfd_peer_node_get_peer_id (graph->node), peer_id))
      return TRUE;
  }
  return FALSE;
}

static WfdPeerGraph *
graph_new (WfdPeerHub *hub, const WfdPeerGraphConfig *config)
{
  WfdPeerGraph *self = g_new0 (WfdPeerGraph, 1);
  WfdPeerNodeConfig node = config->node;

  node.secured = config->group != NULL;
  node.max_direct = wfd_peer_loop_get_share (&hub->loop, WFD_LIMIT_PEER_LINKS_DIRECT);
  g_atomic_ref_count_init (&self->ref_count);
  self->hub = hub;
  self->folder = g_strdup (config->folder != NULL ? config->folder : hub->folder);
  self->database = g_strdup (config->database);
  self->validate = config->validate;
  self->sign = config->sign;
  self->told = config->told;
  self->user_data = config->user_data;
  self->group = config->group != NULL ? wfd_peer_group_ref (config->group) : NULL;
  self->conns = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  self->paused = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->unkept = wfd_peer_graph_new_unkept ();
  self->listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_listener_unref);
  self->queues = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_queue_free);
  self->node = wfd_peer_node_new (&node, &node_calls, self);
  self->timer = wfd_peer_loop_add_timer (&hub->loop, on_timer, self);
  self->deadline_us = -1;
  /* They are called in no thread of the application's that does not call. */
  if (self->validate != NULL)
    wfd_peer_loop_keep (&hub->loop);
  g_ptr_array_add (hub->graphs, self);
  return self;
}

/* Others may keep the file for some seconds, in which the peers of other graphs shall not wait.
 * Until then nobody calls @self: it is there so that nobody else opens or deletes it. */
static guint32
open_and_read (WfdPeerGraph *self)
{
  guint32 result;

  wfd_peer_hub_unlock (self->hub);
  result = wfd_peer_graph_open_store (self);
  wfd_peer_hub_lock (self->hub);
  g_cond_broadcast (&self->hub->loop.changed);
  return result;
}

guint32
wfd_peer_graph_open (WfdPeerHub *hub, const WfdPeerGraphConfig *config,
    const WfdPeerProperties *properties, WfdPeerGraph **ret_graph)
{
  WfdPeerGraph *self;
  guint32 result;

  if (is_open (hub, config->node.graph_id, config->node.peer_id))
    return WFD_PEER_DUPLICATE_GRAPH;

  self = graph_new (hub, config);
  self->starting = TRUE;
  wfd_peer_graph_begin (self);
  result = properties != NULL ? wfd_peer_graph_create (self, properties) : WFD_PEER_OK;
  if (!WFD_PEER_FAILED (result))
    result = open_and_read (self);
  if (WFD_PEER_FAILED (result)) {
    wfd_peer_graph_close (self);
    return result;
  }
  self->starting = FALSE;
  wfd_peer_graph_end (self);
  *ret_graph = self;
  return properties == NULL
          && !(wfd_peer_node_get_status (self->node) & WFD_PEER_STATUS_SYNCHRONIZED)
      ? WFD_PEER_CREATED
      : WFD_PEER_OK;
}

guint32
wfd_peer_graph_close (WfdPeerGraph *self)
{
  guint32 result;

  if (self->closed)
    return WFD_PEER_OK;

  /* One that was never open has said nothing. */
  if (self->store != NULL)
    wfd_peer_node_leave (wfd_peer_graph_begin (self));
  self->closed = TRUE;
  result = wfd_peer_graph_close_store (self);
  g_ptr_array_set_size (self->listeners, 0);
  g_ptr_array_set_size (self->queues, 0);
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_ptr_array_remove_fast (self->hub->graphs, self);
  if (self->validate != NULL)
    wfd_peer_loop_release (&self->hub->loop);
  g_cond_broadcast (&self->hub->loop.changed);
  wfd_peer_graph_unref (self);
  return result;
}

guint32
wfd_peer_graph_delete (WfdPeerHub *hub, const char *graph_id, const char *peer_id,
    const char *database)
{
  WfdPeerStoreKey key = { hub->folder, graph_id, peer_id, database };

  if (is_open (hub, graph_id, peer_id))
    return WFD_PEER_GRAPH_IN_USE;
  return wfd_peer_store_delete (&key);
}

/* --- links --- */

gboolean
wfd_peer_graph_take (WfdPeerGraph *self, WfdPeerListener *listener, WfdPeerConn *conn,
    const WfdPeerAuthInfo *info)
{
  const WfdPeerAddress *address = wfd_peer_conn_get_remote (conn);
  WfdPeerNode *node;
  Attached *attached;

  if (!g_ptr_array_find (self->listeners, listener, NULL)
      || !g_str_equal (info->graph_id, wfd_peer_node_get_graph_id (self->node))
      || (info->destination_id != NULL
          && !g_str_equal (info->destination_id, wfd_peer_node_get_peer_id (self->node))))
    return FALSE;

  node = wfd_peer_graph_begin (self);
  wfd_peer_node_make_room (node, address);
  attached = attach (self, wfd_peer_node_accept (node, info, address));
  attached->conn = conn;
  wfd_peer_conn_hand_over (conn, &conn_calls, attached);
  wfd_peer_graph_end (self);
  secure (self, conn, FALSE);
  return TRUE;
}

/* Several graphs of one process may share a port: there the one who is asked for is
 * another. */
static gboolean
is_self (WfdPeerGraph *self, const char *peer_id, const WfdPeerAddress *address)
{
  const WfdPeerHub *hub = self->hub;

  if (!wfd_peer_graph_is_own_address (self, address))
    return FALSE;
  for (guint i = 0; i < hub->graphs->len; i++) {
    const WfdPeerGraph *other = hub->graphs->pdata[i];

    if (other != self && g_strcmp0 (wfd_peer_node_get_peer_id (other->node), peer_id) == 0
        && other->listeners->len > 0
        && g_ptr_array_find (self->listeners, other->listeners->pdata[0], NULL))
      return FALSE;
  }
  return TRUE;
}

guint32
wfd_peer_graph_connect (WfdPeerGraph *self, WfdPeerLinkType type, const char *peer_id,
    const WfdPeerAddress *address, guint64 *ret_link_id)
{
  guint32 result;

  if (g_hash_table_size (self->conns) >= WFD_LIMIT_PEER_LINKS)
    return WFD_PEER_NO_MEMORY;
  if (is_self (self, peer_id, address))
    return WFD_PEER_CONNECT_SELF;

  result = wfd_peer_node_connect (wfd_peer_graph_begin (self), type, peer_id, address, ret_link_id);
  wfd_peer_graph_end (self);
  return result;
}

/* What is made long before it can be sent has left the caches of the processor by then. So who
 * sends much gives the peer a moment to read, a millisecond for each 64 KiB. */
static void
let_drain (WfdPeerGraph *self, guint64 link_id, gsize size)
{
  gint64 until_us = g_get_monotonic_time () + (gint64) (size / (64 * 1024)) * 1000;

  if (size < DRAINED_BYTES)
    return;
  while (!self->closed && get_queued_bytes (self, link_id) > DRAINED_BYTES
      && g_cond_wait_until (&self->hub->loop.changed, &self->hub->loop.lock, until_us))
    ;
}

guint32
wfd_peer_graph_send (WfdPeerGraph *self, guint64 link_id, const WfdPeerGuid *type,
    const guint8 *data, gsize size)
{
  gint64 until_us = g_get_monotonic_time () + SEND_US;
  guint32 result;

  let_drain (self, link_id, size);
  while (!self->closed && wfd_peer_node_is_connected (self->node, link_id)
      && !has_room (self, link_id, size))
    if (!g_cond_wait_until (&self->hub->loop.changed, &self->hub->loop.lock, until_us))
      return WFD_PEER_NO_MEMORY;
  if (self->closed)
    return WFD_PEER_INVALID_GRAPH;

  result = wfd_peer_node_send (wfd_peer_graph_begin (self), link_id, type, data, size);
  wfd_peer_graph_end (self);
  return result;
}

/* --- events --- */

static void
update_acceptance (WfdPeerGraph *self)
{
  gboolean accepts = FALSE;

  for (guint i = 0; i < self->queues->len; i++)
    accepts |= wfd_peer_queue_wants (self->queues->pdata[i], WFD_PEER_EVENT_DIRECT);
  wfd_peer_node_accept_direct (self->node, accepts);
}

static void
resume_links (WfdPeerGraph *self)
{
  g_autoptr (GList) paused = NULL;

  for (guint i = 0; i < self->queues->len; i++)
    if (!wfd_peer_queue_is_half_empty (self->queues->pdata[i]))
      return;

  paused = g_hash_table_get_keys (self->paused);
  g_hash_table_remove_all (self->paused);
  for (GList *l = paused; l != NULL; l = l->next)
    wfd_peer_conn_set_reading (get_attached (self, *(guint64 *) l->data)->conn, TRUE);
}

void
wfd_peer_graph_add_queue (WfdPeerGraph *self, WfdPeerQueue *queue)
{
  g_ptr_array_add (self->queues, queue);
  update_acceptance (self);
}

void
wfd_peer_graph_remove_queue (WfdPeerGraph *self, WfdPeerQueue *queue)
{
  g_ptr_array_remove_fast (self->queues, queue);
  update_acceptance (self);
  resume_links (self);
}

WfdPeerEvent *
wfd_peer_graph_next_event (WfdPeerGraph *self, WfdPeerQueue *queue)
{
  WfdPeerEvent *event = wfd_peer_queue_pop (queue);

  if (g_hash_table_size (self->paused) > 0)
    resume_links (self);
  return event;
}
