/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-node-private.h"

#include <base-limits.h>
#include "peer-group-records.h"

/* The records of a node. A deleted one stays, marked, until it expires, so that
 * nobody brings it back. */

#define PRESENCE_AGAIN_US (2 * G_USEC_PER_SEC)
#define EXPIRE_MIN_US (15 * G_USEC_PER_SEC)
#define EXPIRE_MAX_US (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define EXPIRED_AT_ONCE 256
#define EXPIRE_AGAIN_US 10000

static gboolean
is_deleted (const WfdPeerRecord *record)
{
  return (record->flags & WFD_PEER_RECORD_IS_DELETED) != 0;
}

static gboolean
defers_expiration (const WfdPeerNode *self)
{
  return self->has_properties && (self->properties.flags & WFD_PEER_GRAPH_DEFERS_EXPIRATION) != 0
      && wfd_peer_node_count_neighbours (self) == 0;
}

static gboolean
is_expired (const WfdPeerNode *self, const WfdPeerRecord *record)
{
  return record->expires <= wfd_peer_node_get_peer_time (self) && !defers_expiration (self);
}

gboolean
wfd_peer_node_is_alive (const WfdPeerNode *self, const WfdPeerRecord *record)
{
  return !is_deleted (record) && !is_expired (self, record);
}

/* --- what changes when a record does --- */

static void
tell_record (WfdPeerNode *self, const WfdPeerRecord *record, WfdPeerRecordChange change)
{
  g_autoptr (WfdPeerEvent) event = wfd_peer_event_new (WFD_PEER_EVENT_RECORD);

  event->change = change;
  event->guid = record->type;
  event->record_id = record->id;
  self->calls->tell (self->user_data, event);
}

static void
properties_changed (WfdPeerNode *self, const WfdPeerRecord *record)
{
  WfdPeerProperties properties;
  g_autoptr (WfdPeerEvent) event = NULL;

  if (!wfd_peer_properties_read (record->payload, &properties))
    return;

  wfd_peer_properties_clear (&self->properties);
  self->properties = properties;
  self->has_properties = TRUE;
  event = wfd_peer_event_new (WFD_PEER_EVENT_PROPERTIES);
  self->calls->tell (self->user_data, event);
}

static void
record_changed (WfdPeerNode *self, const WfdPeerRecord *record, const WfdPeerRecord *old,
    WfdPeerRecordChange change)
{
  if (wfd_peer_guid_equal (&record->type, &wfd_peer_type_graph_info))
    properties_changed (self, record);
  else if (wfd_peer_guid_equal (&record->type, &wfd_peer_type_presence))
    wfd_peer_node_presence_changed (self, record, old, change);
  else if (wfd_peer_guid_equal (&record->type, &wfd_peer_type_signature)
      || wfd_peer_guid_equal (&record->type, &wfd_peer_type_contact))
    wfd_peer_node_watch_parts (self);
  if (wfd_peer_guid_equal (&record->type, &wfd_peer_type_presence)
      || wfd_peer_guid_equal (&record->type, &wfd_peer_type_contact))
    wfd_peer_node_place_changed (self, record, old, change);
  if (!wfd_peer_type_is_reserved (&record->type))
    tell_record (self, record, change);
}

static void
flood (WfdPeerNode *self, const WfdPeerRecord *record, const Link *except)
{
  g_autoptr (GList) links = g_hash_table_get_values (self->links);

  for (GList *l = links; l != NULL; l = l->next) {
    Link *link = l->data;

    if (link != except && link->type == WFD_PEER_LINK_NEIGHBOUR
        && link->state == WFD_PEER_LINK_CONNECTED)
      wfd_peer_node_queue_flood (self, link, &record->id);
  }
}

/* --- how much there is --- */

/* What a graph and a group have of themselves is not kept out by what applications publish. */
static Kind
kind_of (const WfdPeerRecord *record)
{
  if (wfd_peer_type_is_reserved (&record->type))
    return KIND_OF_GRAPH;
  return wfd_peer_guid_equal (&record->type, &wfd_peer_type_membership)
          || wfd_peer_guid_equal (&record->type, &wfd_peer_type_group_properties)
      ? KIND_OF_GROUP
      : KIND_OF_APPLICATION;
}

void
wfd_peer_node_init_places (WfdPeerNode *self)
{
  static const struct
  {
    guint max, max_of_creator;
    gsize max_bytes;
  } limits[N_KINDS] = {
    [KIND_OF_APPLICATION] = { WFD_LIMIT_PEER_RECORDS, G_MAXUINT, WFD_LIMIT_PEER_RECORDS_BYTES },
    [KIND_OF_GRAPH] = { WFD_LIMIT_PEER_OWN_RECORDS, WFD_LIMIT_PEER_OWN_RECORDS_OF_CREATOR,
        WFD_LIMIT_PEER_OWN_RECORDS_BYTES },
    [KIND_OF_GROUP] = { WFD_LIMIT_PEER_GROUP_RECORDS, G_MAXUINT,
        WFD_LIMIT_PEER_GROUP_RECORDS_BYTES },
  };

  for (guint i = 0; i < N_KINDS; i++)
    wfd_peer_places_init (&self->places[i], limits[i].max, limits[i].max_bytes,
        limits[i].max_of_creator);
  wfd_peer_places_init (&self->deferred_places, WFD_LIMIT_PEER_DEFERRED,
      WFD_LIMIT_PEER_DEFERRED_BYTES, G_MAXUINT);
}

void
wfd_peer_node_clear_places (WfdPeerNode *self)
{
  for (guint i = 0; i < N_KINDS; i++)
    wfd_peer_places_clear (&self->places[i]);
  wfd_peer_places_clear (&self->deferred_places);
}

static gboolean
can_keep (const WfdPeerNode *self, const WfdPeerRecord *record)
{
  const WfdPeerRecord *old = g_hash_table_lookup (self->records, &record->id);
  Kind kind = kind_of (record);

  return wfd_peer_places_have_room (&self->places[kind], record,
      old != NULL && kind_of (old) == kind ? old : NULL);
}

static void
take_out (WfdPeerNode *self, const WfdPeerGuid *id)
{
  const WfdPeerRecord *record = g_hash_table_lookup (self->records, id);

  if (record == NULL)
    return;
  wfd_peer_places_give_back (&self->places[kind_of (record)], record);
  g_hash_table_remove (self->records, id);
}

/* The key lies in the record, which has to be the one that is there. */
static void
put_in (WfdPeerNode *self, WfdPeerRecord *record)
{
  take_out (self, &record->id);
  g_hash_table_insert (self->records, &record->id, wfd_peer_record_ref (record));
  wfd_peer_places_take (&self->places[kind_of (record)], record);
}

static void
take_out_deferred (WfdPeerNode *self, const WfdPeerGuid *id)
{
  const WfdPeerRecord *record = g_hash_table_lookup (self->deferred, id);

  if (record == NULL)
    return;
  wfd_peer_places_give_back (&self->deferred_places, record);
  g_hash_table_remove (self->deferred, id);
}

static gint64
get_expire_delay_us (guint64 expires, guint64 now)
{
  return CLAMP ((gint64) (expires - MIN (now, expires)) / 10, EXPIRE_MIN_US, EXPIRE_MAX_US);
}

/* Whatever had the record before has it now; all others hear of it. */
static void
put_record (WfdPeerNode *self, WfdPeerRecord *record, WfdPeerRecordChange change, Link *from)
{
  WfdPeerRecord *there = g_hash_table_lookup (self->records, &record->id);
  g_autoptr (WfdPeerRecord) old = there != NULL ? wfd_peer_record_ref (there) : NULL;

  take_out_deferred (self, &record->id);
  put_in (self, record);
  wfd_peer_node_hasten_timer (self, TIMER_EXPIRE,
      get_expire_delay_us (record->expires, wfd_peer_node_get_peer_time (self)));
  record_changed (self, record, old, change);
  flood (self, record, from);
}

/* --- from others --- */

/* What the creator says is of the records of applications; the graph's own have to be known
 * everywhere. */
static gboolean
is_too_large (const WfdPeerNode *self, const WfdPeerRecord *record)
{
  gsize max = self->has_properties ? self->properties.max_record_bytes : 0;

  if (max == 0)
    max = WFD_LIMIT_PEER_RECORD_BYTES;
  if (wfd_peer_type_is_reserved (&record->type))
    max = MAX (max, WFD_LIMIT_PEER_OWN_RECORD_BYTES);
  return wfd_peer_record_get_bytes (record) > max;
}

/* 3.1.7.27, as far as it takes a graph. */
static gboolean
is_acceptable (const WfdPeerNode *self, const WfdPeerRecord *record)
{
  return g_str_equal (record->graph_id, self->graph_id) && wfd_peer_record_id_fits (record)
      && wfd_peer_node_is_plausible (self, record) && !is_too_large (self, record)
      && !is_expired (self, record);
}

static WfdPeerRecordChange
change_of (const WfdPeerRecord *record, const WfdPeerRecord *old)
{
  if (is_deleted (record))
    return WFD_PEER_RECORD_DELETED;
  return old == NULL || is_deleted (old) ? WFD_PEER_RECORD_ADDED : WFD_PEER_RECORD_UPDATED;
}

static void
defer (WfdPeerNode *self, WfdPeerRecord *record)
{
  const WfdPeerRecord *old = g_hash_table_lookup (self->deferred, &record->id);

  if (!wfd_peer_places_have_room (&self->deferred_places, record, old))
    return;
  take_out_deferred (self, &record->id);
  g_hash_table_insert (self->deferred, &record->id, wfd_peer_record_ref (record));
  wfd_peer_places_take (&self->deferred_places, record);
}

Taken
wfd_peer_node_take_record (WfdPeerNode *self, WfdPeerRecord *record, Link *from)
{
  const WfdPeerRecord *old = g_hash_table_lookup (self->records, &record->id);
  const WfdPeerRecord *deferred;
  WfdPeerRecordChange change = change_of (record, old);
  guint32 valid = WFD_PEER_OK;
  int order;

  if (from != NULL)
    wfd_peer_ip_get_host (from->address.ip, &record->host);
  if (!is_acceptable (self, record))
    return TAKEN_REFUSED;
  if (!can_keep (self, record))
    return TAKEN_REFUSED;
  order = old != NULL ? wfd_peer_record_compare (record, old) : 1;
  if (order <= 0)
    return order == 0 ? TAKEN_SAME : TAKEN_OLD;

  /* To look at signatures is dear: not at those of what waits already, once for each neighbour. */
  deferred = g_hash_table_lookup (self->deferred, &record->id);
  if (deferred != NULL && wfd_peer_record_compare (record, deferred) <= 0)
    return TAKEN_REFUSED;
  if (self->calls->validate != NULL)
    valid = self->calls->validate (self->user_data, record, change);
  if (valid == WFD_PEER_DEFERRED)
    defer (self, record);
  if (WFD_PEER_FAILED (valid))
    return TAKEN_REFUSED;

  self->calls->store (self->user_data, &record, 1, FALSE);
  put_record (self, record, change, from);
  /* Somebody else has spoken for us. */
  if (self->has_presence && wfd_peer_guid_equal (&record->id, &self->presence_id))
    wfd_peer_node_start_timer (self, TIMER_PRESENCE, PRESENCE_AGAIN_US);
  return TAKEN_NEW;
}

void
wfd_peer_node_import_record (WfdPeerNode *self, WfdPeerRecord *record)
{
  wfd_peer_node_take_record (self, record, NULL);
}

void
wfd_peer_node_restore_record (WfdPeerNode *self, WfdPeerRecord *record)
{
  /* What the graph published by itself was of a node that is no more. */
  if (wfd_peer_type_is_reserved (&record->type))
    record->flags &= ~WFD_PEER_RECORD_REFRESHED;
  put_in (self, record);
  if (wfd_peer_guid_equal (&record->type, &wfd_peer_type_graph_info))
    properties_changed (self, record);
}

static GPtrArray *
list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_record_unref);
}

static void
validate_again (WfdPeerNode *self, const GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++) {
    WfdPeerRecord *record = records->pdata[i];

    take_out_deferred (self, &record->id);
    wfd_peer_node_take_record (self, record, NULL);
  }
}

void
wfd_peer_node_drop_records (WfdPeerNode *self)
{
  g_hash_table_remove_all (self->records);
  g_hash_table_remove_all (self->deferred);
  wfd_peer_node_clear_places (self);
  wfd_peer_node_init_places (self);
  self->has_properties = FALSE;
  wfd_peer_properties_clear (&self->properties);
}

void
wfd_peer_node_validate_deferred (WfdPeerNode *self, const WfdPeerGuid *ids, guint n)
{
  g_autoptr (GPtrArray) records = list_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->deferred);
  while (n == 0 && g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (records, wfd_peer_record_ref (value));
  for (guint i = 0; i < n; i++) {
    value = g_hash_table_lookup (self->deferred, &ids[i]);
    if (value != NULL)
      g_ptr_array_add (records, wfd_peer_record_ref (value));
  }
  validate_again (self, records);
}

void
wfd_peer_node_validate_deferred_of (WfdPeerNode *self, GHashTable *names)
{
  g_autoptr (GPtrArray) records = list_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->deferred);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    WfdPeerRecord *record = value;

    if (g_hash_table_contains (names,
            record->modifier != NULL ? record->modifier : record->creator))
      g_ptr_array_add (records, wfd_peer_record_ref (record));
  }
  validate_again (self, records);
}

/* --- our own --- */

static guint32
stamp (WfdPeerNode *self, WfdPeerRecord *record, WfdPeerRecordChange change)
{
  guint64 now = wfd_peer_node_get_peer_time (self);

  record->host = (WfdPeerGuid) { { 0 } };
  if (record->created == 0) {
    record->created = record->modified = now;
    record->version = MAX (record->version, 1);
  } else if (record->version == G_MAXUINT32) {
    return WFD_PEER_INVALID_ARGUMENT;
  } else {
    record->version++;
    record->modified = MAX (now, wfd_peer_node_plausible_time (record, record->version));
    g_free (record->modifier);
    record->modifier = g_strdup (self->peer_id);
  }
  if (record->creator == NULL)
    record->creator = g_strdup (self->peer_id);
  if (record->graph_id == NULL)
    record->graph_id = g_strdup (self->graph_id);
  if (record->expires <= record->modified)
    return WFD_PEER_INVALID_ARGUMENT;

  return self->calls->sign != NULL ? self->calls->sign (self->user_data, record, change)
                                   : WFD_PEER_OK;
}

guint32
wfd_peer_node_publish (WfdPeerNode *self, WfdPeerRecord *const *records, guint n,
    WfdPeerRecordChange change)
{
  guint32 result = WFD_PEER_OK;

  for (guint i = 0; i < n && !WFD_PEER_FAILED (result); i++)
    result = stamp (self, records[i], change);
  if (!WFD_PEER_FAILED (result))
    result = self->calls->store (self->user_data, records, n, TRUE);
  for (guint i = 0; i < n && !WFD_PEER_FAILED (result); i++)
    put_record (self, records[i], change, NULL);
  return result;
}

/* What the graph says by itself lives while it does: it has to be said, and nobody who could be
 * told that the disk is full has asked for it. */
static gboolean
publish_unasked (WfdPeerNode *self, WfdPeerRecord *record, WfdPeerRecordChange change)
{
  if (WFD_PEER_FAILED (stamp (self, record, change)))
    return FALSE;
  self->calls->store (self->user_data, &record, 1, FALSE);
  put_record (self, record, change, NULL);
  return TRUE;
}

/* A record of which we say that it lives on is published again in time. */
static void
note_refresh (WfdPeerNode *self, const WfdPeerRecord *record)
{
  if ((record->flags & WFD_PEER_RECORD_REFRESHED) != 0)
    wfd_peer_node_hasten_timer (self, TIMER_REFRESH, 4 * G_USEC_PER_SEC);
}

void
wfd_peer_node_publish_own (WfdPeerNode *self, const WfdPeerGuid *type, const WfdPeerGuid *id,
    guint8 flags, guint64 life, GBytes *payload)
{
  WfdPeerRecord *old = g_hash_table_lookup (self->records, id);
  g_autoptr (WfdPeerRecord) record =
      old != NULL ? wfd_peer_record_copy (old) : wfd_peer_record_new ();

  record->type = *type;
  record->id = *id;
  record->flags = flags;
  record->expires = life
      + MAX (wfd_peer_node_get_peer_time (self),
          wfd_peer_node_plausible_time (record, record->version + 1));
  g_bytes_unref (record->payload);
  record->payload = g_bytes_ref (payload);
  if (publish_unasked (self, record, change_of (record, old)))
    note_refresh (self, record);
}

void
wfd_peer_node_withdraw (WfdPeerNode *self, const WfdPeerGuid *id)
{
  WfdPeerRecord *old = g_hash_table_lookup (self->records, id);
  g_autoptr (WfdPeerRecord) record = NULL;

  if (old == NULL || !wfd_peer_node_is_alive (self, old))
    return;

  record = wfd_peer_record_copy (old);
  record->flags = WFD_PEER_RECORD_IS_DELETED;
  g_bytes_unref (record->payload);
  record->payload = g_bytes_new (NULL, 0);
  publish_unasked (self, record, WFD_PEER_RECORD_DELETED);
}

static gboolean
is_ready (const WfdPeerNode *self)
{
  return (self->status & WFD_PEER_STATUS_SYNCHRONIZED) != 0;
}

WfdPeerRecord *
wfd_peer_node_get_record (WfdPeerNode *self, const WfdPeerGuid *id)
{
  WfdPeerRecord *record = g_hash_table_lookup (self->records, id);

  return record != NULL && wfd_peer_node_is_alive (self, record) ? wfd_peer_record_ref (record)
                                                                 : NULL;
}

guint32
wfd_peer_node_add_record (WfdPeerNode *self, WfdPeerRecord *record)
{
  guint32 result;

  if (self->left)
    return WFD_PEER_SHUTTING_DOWN;
  if (!is_ready (self))
    return WFD_PEER_NOT_READY;
  if (wfd_peer_type_is_reserved (&record->type)
      || record->expires <= wfd_peer_node_get_peer_time (self))
    return WFD_PEER_INVALID_ARGUMENT;
  if (is_too_large (self, record))
    return WFD_PEER_TOO_LARGE;

  if (record->creator == NULL)
    record->creator = g_strdup (self->peer_id);
  wfd_peer_record_make_id (record->creator, &record->id);
  if (!can_keep (self, record))
    return WFD_PEER_NO_MEMORY;
  result = wfd_peer_node_publish (self, &record, 1, WFD_PEER_RECORD_ADDED);
  note_refresh (self, record);
  return result;
}

static guint32
find_to_change (WfdPeerNode *self, const WfdPeerGuid *id, WfdPeerRecord **ret_copy)
{
  g_autoptr (WfdPeerRecord) record = NULL;

  if (self->left)
    return WFD_PEER_SHUTTING_DOWN;
  if (!is_ready (self))
    return WFD_PEER_NOT_READY;
  record = wfd_peer_node_get_record (self, id);
  if (record == NULL || wfd_peer_type_is_reserved (&record->type))
    return WFD_PEER_RECORD_NOT_FOUND;

  *ret_copy = wfd_peer_record_copy (record);
  return WFD_PEER_OK;
}

guint32
wfd_peer_node_prepare_update (WfdPeerNode *self, const WfdPeerRecord *changes,
    WfdPeerRecord **ret_record)
{
  g_autoptr (WfdPeerRecord) record = NULL;
  guint32 result = find_to_change (self, &changes->id, &record);

  if (WFD_PEER_FAILED (result))
    return result;
  if (!wfd_peer_guid_equal (&changes->type, &record->type) || changes->expires < record->expires)
    return WFD_PEER_INVALID_ARGUMENT;

  record->expires = changes->expires;
  record->flags = changes->flags & WFD_PEER_RECORD_REFRESHED;
  g_free (record->attributes);
  record->attributes = g_strdup (changes->attributes);
  g_bytes_unref (record->payload);
  record->payload = g_bytes_ref (changes->payload);
  if (is_too_large (self, record))
    return WFD_PEER_TOO_LARGE;
  if (!can_keep (self, record))
    return WFD_PEER_NO_MEMORY;

  *ret_record = g_steal_pointer (&record);
  return WFD_PEER_OK;
}

guint32
wfd_peer_node_update_record (WfdPeerNode *self, const WfdPeerRecord *changes)
{
  g_autoptr (WfdPeerRecord) record = NULL;
  guint32 result = wfd_peer_node_prepare_update (self, changes, &record);

  if (WFD_PEER_FAILED (result))
    return result;
  result = wfd_peer_node_publish (self, &record, 1, WFD_PEER_RECORD_UPDATED);
  note_refresh (self, record);
  return result;
}

static void
forget (WfdPeerNode *self, WfdPeerRecord *record, WfdPeerRecordChange change)
{
  g_autoptr (WfdPeerRecord) kept = wfd_peer_record_ref (record);
  GHashTableIter iter;
  gpointer link;

  take_out (self, &kept->id);
  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &link))
    wfd_peer_node_unqueue_flood (link, &kept->id);
  if (!is_deleted (kept))
    record_changed (self, kept, kept, change);
}

guint32
wfd_peer_node_delete_record (WfdPeerNode *self, const WfdPeerGuid *id, gboolean local)
{
  g_autoptr (WfdPeerRecord) record = NULL;
  guint32 result = find_to_change (self, id, &record);

  if (WFD_PEER_FAILED (result))
    return result;
  if (local) {
    /* It must not be let in again either. */
    if (self->calls->validate == NULL
        || !WFD_PEER_FAILED (
            self->calls->validate (self->user_data, record, WFD_PEER_RECORD_DELETED)))
      return WFD_PEER_ACCESS_DENIED;
    result = self->calls->forget (self->user_data, &record, 1, TRUE);
    if (WFD_PEER_FAILED (result))
      return result;
    forget (self, g_hash_table_lookup (self->records, id), WFD_PEER_RECORD_DELETED);
    return WFD_PEER_OK;
  }

  record->flags = WFD_PEER_RECORD_IS_DELETED;
  g_bytes_unref (record->payload);
  record->payload = g_bytes_new (NULL, 0);
  g_clear_pointer (&record->attributes, g_free);
  return wfd_peer_node_publish (self, &record, 1, WFD_PEER_RECORD_DELETED);
}

GPtrArray *
wfd_peer_node_list_records (WfdPeerNode *self, const WfdPeerGuid *type, const char *creator)
{
  GPtrArray *records = list_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    WfdPeerRecord *record = value;

    if (wfd_peer_node_is_alive (self, record)
        && (type == NULL || wfd_peer_guid_equal (&record->type, type))
        && (creator == NULL || g_str_equal (record->creator, creator)))
      g_ptr_array_add (records, wfd_peer_record_ref (record));
  }
  return records;
}

/* --- time --- */

/* With each there is something to do, and many may end at one time: others have their turn
 * between. */
void
wfd_peer_node_expire (WfdPeerNode *self)
{
  g_autoptr (GPtrArray) expired = list_new ();
  guint64 now = wfd_peer_node_get_peer_time (self);
  guint64 next = now + EXPIRE_MAX_US * 10;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->records);
  while (expired->len < EXPIRED_AT_ONCE && g_hash_table_iter_next (&iter, NULL, &value)) {
    WfdPeerRecord *record = value;

    if (is_expired (self, record))
      g_ptr_array_add (expired, wfd_peer_record_ref (record));
    else
      next = MIN (next, record->expires);
  }
  if (expired->len > 0)
    self->calls->forget (self->user_data, (WfdPeerRecord *const *) expired->pdata, expired->len,
        FALSE);
  for (guint i = 0; i < expired->len; i++)
    forget (self, expired->pdata[i], WFD_PEER_RECORD_EXPIRED);
  wfd_peer_node_start_timer (self, TIMER_EXPIRE,
      expired->len < EXPIRED_AT_ONCE ? get_expire_delay_us (next, now) : EXPIRE_AGAIN_US);
}

/* In the last fifth of its life a record gets another one of the same length. */
void
wfd_peer_node_refresh (WfdPeerNode *self)
{
  g_autoptr (GList) records = g_hash_table_get_values (self->records);
  guint64 now = wfd_peer_node_get_peer_time (self);
  gint64 next_us = EXPIRE_MAX_US;
  gboolean any = FALSE;

  for (GList *l = records; l != NULL; l = l->next) {
    g_autoptr (WfdPeerRecord) record = wfd_peer_record_ref (l->data);
    guint64 life = record->expires - record->modified;
    guint64 due = record->expires - life / 5;

    if ((record->flags & WFD_PEER_RECORD_REFRESHED) == 0 || is_deleted (record))
      continue;
    any = TRUE;
    if (due <= now) {
      WfdPeerRecord *again = wfd_peer_record_copy (record);

      again->expires = now + life;
      publish_unasked (self, again, WFD_PEER_RECORD_UPDATED);
      wfd_peer_record_unref (again);
      due = now + life - life / 5;
    }
    next_us = MIN (next_us, (gint64) (due - now) / 10);
  }
  if (any)
    wfd_peer_node_start_timer (self, TIMER_REFRESH, MAX (next_us, (gint64) G_USEC_PER_SEC));
}
