/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-graph-private.h"
#include "peer-places.h"

/* What a graph has on the disk. What an application asks for is there, or has not happened; what
 * others publish comes all the same, and is written when there is room again. */

#define RETRY_MIN_US G_USEC_PER_SEC
#define RETRY_MAX_US (64 * (gint64) G_USEC_PER_SEC)

/* Others have their turn between. */
#define PART_RECORDS 256
#define PART_BYTES (1024 * 1024)

static GPtrArray *
list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_record_unref);
}

GHashTable *
wfd_peer_graph_new_unkept (void)
{
  return g_hash_table_new_full (wfd_peer_guid_hash, wfd_peer_guid_equal_func, NULL,
      (GDestroyNotify) wfd_peer_record_unref);
}

/* --- what the disk does not take --- */

/* Each try takes the time of whoever holds the lock. */
static void
wait_longer (WfdPeerGraph *self, guint32 failure)
{
  self->failure = failure;
  self->delay_us = CLAMP (2 * self->delay_us, RETRY_MIN_US, RETRY_MAX_US);
  self->retry_us = g_get_monotonic_time () + self->delay_us;
}

/* What the graph has of itself is of no use to who opens it later, but for its properties. */
static gboolean
is_worth_it (const WfdPeerRecord *record)
{
  return !wfd_peer_type_is_reserved (&record->type)
      || wfd_peer_guid_equal (&record->type, &wfd_peer_type_graph_info);
}

static void
keep_later (WfdPeerGraph *self, WfdPeerRecord *record)
{
  if (is_worth_it (record))
    g_hash_table_replace (self->unkept, &record->id, wfd_peer_record_ref (record));
}

static GPtrArray *
take_part (WfdPeerGraph *self)
{
  GPtrArray *part = list_new ();
  gsize bytes = 0;
  GHashTableIter iter;
  gpointer record;

  g_hash_table_iter_init (&iter, self->unkept);
  while (part->len < PART_RECORDS && bytes < PART_BYTES
      && g_hash_table_iter_next (&iter, NULL, &record)) {
    bytes += wfd_peer_record_get_bytes (record);
    g_ptr_array_add (part, wfd_peer_record_ref (record));
  }
  return part;
}

static void
drop (WfdPeerGraph *self, WfdPeerRecord *const *records, guint n)
{
  for (guint i = 0; i < n; i++)
    g_hash_table_remove (self->unkept, &records[i]->id);
}

/* FALSE: it does not take them yet. */
static gboolean
keep_part (WfdPeerGraph *self)
{
  g_autoptr (GPtrArray) part = take_part (self);
  WfdPeerRecord *const *records = (WfdPeerRecord *const *) part->pdata;
  guint32 result =
      part->len > 0 ? wfd_peer_store_put (self->store, records, part->len, FALSE) : WFD_PEER_OK;

  if (WFD_PEER_FAILED (result)) {
    wait_longer (self, result);
    return FALSE;
  }
  drop (self, records, part->len);
  self->retry_us = g_hash_table_size (self->unkept) > 0 ? g_get_monotonic_time () : 0;
  return TRUE;
}

/* At once, for who is killed knows what is in the graph all the same; but not before it is there. */
static void
keep_synchronized (WfdPeerGraph *self)
{
  guint32 result;

  if (self->synchronized || self->retry_us > 0
      || (wfd_peer_node_get_status (self->node) & WFD_PEER_STATUS_SYNCHRONIZED) == 0)
    return;
  result = wfd_peer_store_set_number (self->store, WFD_PEER_STORE_SYNCHRONIZED, TRUE);
  self->synchronized = !WFD_PEER_FAILED (result);
  if (WFD_PEER_FAILED (result))
    wait_longer (self, result);
}

void
wfd_peer_graph_keep (WfdPeerGraph *self)
{
  if (self->retry_us > 0 && self->retry_us <= g_get_monotonic_time ())
    keep_part (self);
  keep_synchronized (self);
}

/* --- for the node --- */

static void
store_unasked (WfdPeerGraph *self, WfdPeerRecord *const *records, guint n)
{
  guint32 result = WFD_PEER_OK;

  if (self->retry_us == 0) {
    result = wfd_peer_store_put (self->store, records, n, FALSE);
    if (!WFD_PEER_FAILED (result)) {
      self->delay_us = 0;
      return;
    }
    wait_longer (self, result);
  }
  for (guint i = 0; i < n; i++)
    keep_later (self, records[i]);
}

static guint32
store_asked (WfdPeerGraph *self, WfdPeerRecord *const *records, guint n)
{
  guint32 result = wfd_peer_store_put (self->store, records, n, TRUE);

  if (WFD_PEER_FAILED (result))
    return result;
  drop (self, records, n);
  /* There is room for the rest too, perhaps. */
  if (self->retry_us > 0)
    self->retry_us = g_get_monotonic_time ();
  return result;
}

guint32
wfd_peer_graph_do_store (gpointer user_data, WfdPeerRecord *const *records, guint n, gboolean asked)
{
  WfdPeerGraph *self = user_data;
  guint32 result = WFD_PEER_OK;

  if (self->brought != NULL)
    for (guint i = 0; i < n; i++)
      g_ptr_array_add (self->brought, wfd_peer_record_ref (records[i]));
  else if (asked)
    result = store_asked (self, records, n);
  else
    store_unasked (self, records, n);
  if (self->group != NULL && !WFD_PEER_FAILED (result))
    for (guint i = 0; i < n; i++)
      wfd_peer_group_note (self->group, records[i]);
  return result;
}

/* What stays there and has expired goes when it is read again. */
guint32
wfd_peer_graph_do_forget (gpointer user_data, WfdPeerRecord *const *records, guint n,
    gboolean asked)
{
  WfdPeerGraph *self = user_data;
  guint32 result = asked || self->retry_us == 0
      ? wfd_peer_store_remove (self->store, records, n, asked)
      : WFD_PEER_OK;

  if (!asked || !WFD_PEER_FAILED (result))
    drop (self, records, n);
  return result;
}

/* --- open and close --- */

static void
restore_record (gpointer user_data, WfdPeerRecord *record)
{
  WfdPeerGraph *self = user_data;

  if (self->group != NULL)
    wfd_peer_group_note (self->group, record);
  wfd_peer_node_restore_record (self->node, record);
}

/* What waits for room is the newer one where both have it. */
static void
restore_records (WfdPeerGraph *self)
{
  GHashTableIter iter;
  gpointer record;

  wfd_peer_store_foreach (self->store, restore_record, self);
  g_hash_table_iter_init (&iter, self->unkept);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    restore_record (self, record);
}

guint32
wfd_peer_graph_create (WfdPeerGraph *self, const WfdPeerProperties *properties)
{
  self->brought = list_new ();
  self->synchronized = TRUE;
  return wfd_peer_node_create (self->node, properties);
}

/* One that was opened may have been left before anybody had told us of it. */
static void
restore (WfdPeerGraph *self)
{
  self->synchronized = wfd_peer_store_get_number (self->store, WFD_PEER_STORE_SYNCHRONIZED) != 0;
  restore_records (self);
  wfd_peer_node_restore (self->node,
      wfd_peer_store_get_number (self->store, WFD_PEER_STORE_TIME_DELTA), self->synchronized,
      wfd_peer_store_get_number (self->store, WFD_PEER_STORE_KNOWN_UNTIL));
}

static WfdPeerStoreKey
get_key (WfdPeerGraph *self)
{
  return (WfdPeerStoreKey) { self->folder, wfd_peer_node_get_graph_id (self->node),
    wfd_peer_node_get_peer_id (self->node), self->database };
}

guint32
wfd_peer_graph_open_store (WfdPeerGraph *self)
{
  g_autoptr (GPtrArray) created = g_steal_pointer (&self->brought);
  WfdPeerStoreKey key = get_key (self);
  gboolean is_new;
  guint32 result =
      wfd_peer_store_open (&key, created != NULL ? (WfdPeerRecord *const *) created->pdata : NULL,
          created != NULL ? created->len : 0, &is_new, &self->store);

  if (WFD_PEER_FAILED (result))
    return result;
  if (created != NULL && !is_new) {
    g_clear_pointer (&self->store, wfd_peer_store_close);
    return WFD_PEER_DUPLICATE_GRAPH;
  }
  if (created == NULL)
    restore (self);
  return WFD_PEER_OK;
}

guint32
wfd_peer_graph_close_store (WfdPeerGraph *self)
{
  if (self->store == NULL)
    return WFD_PEER_OK;
  while (self->retry_us > 0 && keep_part (self))
    ;
  keep_synchronized (self);
  wfd_peer_store_set_number (self->store, WFD_PEER_STORE_TIME_DELTA,
      wfd_peer_node_get_time_delta (self->node));
  wfd_peer_store_set_number (self->store, WFD_PEER_STORE_KNOWN_UNTIL,
      wfd_peer_node_get_known_until (self->node));
  g_clear_pointer (&self->store, wfd_peer_store_close);
  return g_hash_table_size (self->unkept) > 0 ? self->failure : WFD_PEER_OK;
}

/* --- copies --- */

guint32
wfd_peer_graph_export (WfdPeerGraph *self, const char *path)
{
  return wfd_peer_store_export (self->store, path, wfd_peer_node_get_time_delta (self->node));
}

static void
import_record (gpointer user_data, WfdPeerRecord *record)
{
  wfd_peer_node_import_record (user_data, record);
}

/* All that was brought is kept, or none of it was ever there. */
static guint32
keep_brought (WfdPeerGraph *self)
{
  g_autoptr (GPtrArray) records = g_steal_pointer (&self->brought);
  g_autoptr (GPtrArray) events = g_steal_pointer (&self->to_tell);
  guint32 result = store_asked (self, (WfdPeerRecord *const *) records->pdata, records->len);

  if (WFD_PEER_FAILED (result)) {
    wfd_peer_node_drop_records (self->node);
    if (self->group != NULL)
      wfd_peer_group_forget (self->group);
    self->starting = TRUE;
    restore_records (self);
    self->starting = FALSE;
    return result;
  }
  for (guint i = 0; i < events->len; i++)
    wfd_peer_graph_tell_all (self, events->pdata[i]);
  return result;
}

/* Of who was never told anything, a copy tells nothing. Who has been has a time already. */
static void
take_state (WfdPeerGraph *self, gint64 time_delta)
{
  if (wfd_peer_node_get_properties (self->node) != NULL
      && (wfd_peer_node_get_status (self->node) & WFD_PEER_STATUS_SYNCHRONIZED) == 0)
    wfd_peer_node_restore (self->node, time_delta, TRUE, 0);
}

guint32
wfd_peer_graph_import (WfdPeerGraph *self, const char *path)
{
  WfdPeerNode *node = wfd_peer_graph_begin (self);
  WfdPeerStoreKey key = get_key (self);
  gint64 time_delta = 0;
  guint32 result, kept;

  if (self->listeners->len > 0 || g_hash_table_size (self->conns) > 0)
    return WFD_PEER_GRAPH_IN_USE;

  self->brought = list_new ();
  self->to_tell = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_event_unref);
  result = wfd_peer_store_import (&key, path, import_record, node, &time_delta);
  wfd_peer_graph_take_news (self);
  kept = keep_brought (self);
  if (!WFD_PEER_FAILED (result))
    result = kept;
  if (!WFD_PEER_FAILED (result))
    take_state (self, time_delta);
  wfd_peer_graph_end (self);
  return result;
}
