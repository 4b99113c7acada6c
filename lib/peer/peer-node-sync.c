/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-node-private.h"

#include <base-limits.h>

/* How two neighbours come to have the same records (MS-PPGRH 1.3.4). Who made the
 * link asks: for everything, type by type, if it has never been synchronised; for what is
 * new since it had a neighbour; and in the end for what differs, found by hashes over
 * ranges of records. What is sent waits in a queue of ids until the link has room, so that
 * a slow peer costs no memory. */

#define RANGE_RECORDS 10

#define SYNC_END_BYTES 12

/* Whoever waits to be told what is in the graph leaves a neighbour of which nothing comes for so
 * long: another one may know it too. */
#define SILENCE_US (60 * G_USEC_PER_SEC)

/* --- sending --- */

void
wfd_peer_node_queue_flood (WfdPeerNode *self, Link *link, const WfdPeerGuid *id)
{
  WfdPeerGuid *copy;

  if (!g_hash_table_contains (link->floods_known, id)) {
    copy = g_memdup2 (id, sizeof (*id));
    g_queue_push_tail (&link->floods, copy);
    g_hash_table_insert (link->floods_known, copy, g_queue_peek_tail_link (&link->floods));
  }
  wfd_peer_node_pump (self, link);
}

void
wfd_peer_node_unqueue_flood (Link *link, const WfdPeerGuid *id)
{
  GList *item = g_hash_table_lookup (link->floods_known, id);

  if (item == NULL)
    return;
  g_hash_table_remove (link->floods_known, id);
  g_free (item->data);
  g_queue_delete_link (&link->floods, item);
}

/* NULL: there is none, or no room for it. */
static GByteArray *
take_flood_to_send (WfdPeerNode *self, Link *link)
{
  const WfdPeerGuid *id = g_queue_peek_head (&link->floods);
  const WfdPeerRecord *record = id != NULL ? g_hash_table_lookup (self->records, id) : NULL;
  g_autoptr (GByteArray) octets = NULL;

  /* An estimate first: who has no room is asked often. */
  if (record == NULL
      || !self->calls->room (self->user_data, link->id, wfd_peer_record_get_bytes (record)))
    return NULL;

  octets = g_byte_array_new ();
  wfd_peer_record_append (record, octets);
  wfd_peer_node_unqueue_flood (link, id);
  return wfd_peer_build_flood (wfd_bytes (octets->data, octets->len));
}

void
wfd_peer_node_pump (WfdPeerNode *self, Link *link)
{
  GByteArray *flood;

  while ((flood = take_flood_to_send (self, link)) != NULL)
    wfd_peer_node_send_message (self, link, flood);
  if (!link->answering || !g_queue_is_empty (&link->floods)
      || !self->calls->room (self->user_data, link->id, SYNC_END_BYTES))
    return;
  link->answering = FALSE;
  wfd_peer_node_send_message (self, link, wfd_peer_build_sync_end (TRUE));
}

static void
end_behind (WfdPeerNode *self, Link *link)
{
  link->answering = TRUE;
  wfd_peer_node_pump (self, link);
}

/* --- order and ranges --- */

typedef struct
{
  guint64 time;
  WfdPeerGuid id;
} Position;

static int
compare_positions (const Position *a, const Position *b)
{
  if (a->time != b->time)
    return a->time < b->time ? -1 : 1;
  return memcmp (&a->id, &b->id, sizeof (a->id));
}

static Position
position_of (const WfdPeerRecord *record)
{
  return (Position) { record->modified, record->id };
}

static gint
compare_records (gconstpointer a, gconstpointer b)
{
  Position left = position_of (*(WfdPeerRecord *const *) a);
  Position right = position_of (*(WfdPeerRecord *const *) b);

  return compare_positions (&left, &right);
}

/* Those that are asked for; if none are named, those that are not. They may be 255, and each record
 * is looked for in them. */
static GHashTable *
list_types (const WfdPeerSolicit *solicit)
{
  const WfdPeerList *list = solicit->included.n > 0 ? &solicit->included : &solicit->excluded;
  GHashTable *types = g_hash_table_new (wfd_peer_guid_hash, wfd_peer_guid_equal_func);

  for (guint i = 0; i < list->n; i++)
    g_hash_table_add (types, &((WfdPeerGuid *) list->data)[i]);
  return types;
}

/* Those that are meant, deleted ones too, in their order; borrowed. */
static GPtrArray *
sort_records (WfdPeerNode *self, const WfdPeerSolicit *solicit)
{
  GPtrArray *records = g_ptr_array_new ();
  g_autoptr (GHashTable) types = list_types (solicit);
  gboolean are_included = solicit->included.n > 0;
  guint64 now = wfd_peer_node_get_peer_time (self);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const WfdPeerRecord *record = value;

    if (record->expires > now && record->modified >= solicit->time
        && g_hash_table_contains (types, &record->type) == are_included)
      g_ptr_array_add (records, value);
  }
  g_ptr_array_sort (records, compare_records);
  return records;
}

/* @n records from @first on. */
static void
hash_records (const GPtrArray *records, guint first, guint n, guint8 ret_md5[16])
{
  g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
  gsize size = 16;

  for (guint i = first; i < first + n; i++) {
    const WfdPeerRecord *record = records->pdata[i];
    guint8 version[4];

    wfd_peer_put_u32 (version, record->version);
    g_checksum_update (md5, record->id.bytes, sizeof (record->id.bytes));
    g_checksum_update (md5, version, sizeof (version));
  }
  g_checksum_get_digest (md5, ret_md5, &size);
}

/* --- asking --- */

static void
solicit_hashes (WfdPeerNode *self, Link *link)
{
  WfdPeerSolicit solicit = { 0 };
  g_autoptr (GPtrArray) records = sort_records (self, &solicit);
  g_autoptr (GArray) hashes = g_array_new (FALSE, TRUE, sizeof (WfdPeerHash));

  for (guint first = 0; first < records->len; first += RANGE_RECORDS) {
    guint n = MIN (RANGE_RECORDS, records->len - first);
    const WfdPeerRecord *last = records->pdata[first + n - 1];
    WfdPeerHash hash;

    hash_records (records, first, n, hash.md5);
    wfd_peer_put_u64 (hash.time, last->modified);
    hash.upper_id = last->id;
    g_array_append_val (hashes, hash);
  }
  solicit.hashes = (WfdPeerList) { (const guint8 *) hashes->data, hashes->len };
  link->sync = SYNC_HASHES;
  wfd_peer_node_send_message (self, link, wfd_peer_build_solicit (WFD_PEER_SOLICIT_HASH, &solicit));
}

/* The graph's properties first, then who is there, then what the application would
 * like to have early, then everything else. */
static const WfdPeerGuid *
get_step (const WfdPeerNode *self, guint step)
{
  if (step == 0)
    return &wfd_peer_type_graph_info;
  if (step == 1)
    return &wfd_peer_type_presence;
  return step - 2 < self->precedence->len ? &g_array_index (self->precedence, WfdPeerGuid, step - 2)
                                          : NULL;
}

void
wfd_peer_node_watch_silence (WfdPeerNode *self, Link *link)
{
  link->deadline_us = link->sync != SYNC_NONE ? self->now_us + SILENCE_US : 0;
}

static void
solicit_step (WfdPeerNode *self, Link *link)
{
  const WfdPeerGuid *type = get_step (self, link->sync_step);
  g_autoptr (GArray) others = g_array_new (FALSE, FALSE, sizeof (WfdPeerGuid));
  WfdPeerSolicit solicit = { 0 };

  if (type != NULL)
    solicit.included = (WfdPeerList) { type->bytes, 1 };
  else {
    for (guint i = 0; i < link->sync_step; i++)
      g_array_append_vals (others, get_step (self, i), 1);
    solicit.excluded = (WfdPeerList) { (const guint8 *) others->data, others->len };
  }
  solicit.time = link->sync == SYNC_TIME ? link->sync_since : 0;
  wfd_peer_node_send_message (self, link,
      wfd_peer_build_solicit (
          link->sync == SYNC_TIME ? WFD_PEER_SOLICIT_TIME : WFD_PEER_SOLICIT_NEW, &solicit));
}

void
wfd_peer_node_start_sync (WfdPeerNode *self, Link *link)
{
  gboolean synchronized = (self->status & WFD_PEER_STATUS_SYNCHRONIZED) != 0;

  if (synchronized && self->known_until == 0) {
    solicit_hashes (self, link);
    wfd_peer_node_watch_silence (self, link);
    return;
  }
  link->sync_step = 0;
  link->sync = synchronized ? SYNC_TIME : SYNC_TYPES;
  /* That of the node ends with the first link that has come to the end. */
  link->sync_since = self->known_until;
  wfd_peer_node_watch_silence (self, link);
  solicit_step (self, link);
}

static void
tell_synchronized (WfdPeerNode *self, const WfdPeerGuid *type)
{
  g_autoptr (WfdPeerEvent) event = wfd_peer_event_new (WFD_PEER_EVENT_SYNCHRONIZED);

  if (type != NULL)
    event->guid = *type;
  self->calls->tell (self->user_data, event);
}

static void
finish_sync (WfdPeerNode *self, Link *link)
{
  link->sync = SYNC_NONE;
  self->known_until = 0;
  wfd_peer_node_set_synchronized (self);
  wfd_peer_node_publish_presence (self);
}

static void
end_step (WfdPeerNode *self, Link *link)
{
  const WfdPeerGuid *type = get_step (self, link->sync_step);

  if (link->sync == SYNC_TYPES)
    tell_synchronized (self, type);
  if (type != NULL) {
    link->sync_step++;
    solicit_step (self, link);
  } else if (link->sync == SYNC_TIME)
    solicit_hashes (self, link);
  else
    finish_sync (self, link);
}

static void
take_sync_end (WfdPeerNode *self, Link *link, gboolean final)
{
  if (!final)
    return;

  if (link->sync == SYNC_TYPES || link->sync == SYNC_TIME)
    end_step (self, link);
  else if (link->sync == SYNC_HASHES || link->sync == SYNC_WANTED) {
    tell_synchronized (self, NULL);
    finish_sync (self, link);
  }
}

/* --- answering --- */

static void
answer_solicit (WfdPeerNode *self, Link *link, const WfdPeerSolicit *solicit)
{
  g_autoptr (GPtrArray) records = sort_records (self, solicit);

  for (guint i = 0; i < records->len; i++)
    wfd_peer_node_queue_flood (self, link, &((const WfdPeerRecord *) records->pdata[i])->id);
  end_behind (self, link);
}

static void
put_position (const Position *position, guint8 time[8], WfdPeerGuid *ret_id)
{
  wfd_peer_put_u64 (time, position->time);
  *ret_id = position->id;
}

static void
advertise_range (const GPtrArray *records, guint first, guint n, const Position *low,
    const Position *high, GArray *boundaries, GArray *abstracts)
{
  WfdPeerBoundary boundary;

  put_position (low, boundary.low_time, &boundary.low_id);
  put_position (high, boundary.high_time, &boundary.high_id);
  wfd_peer_put_u32 (boundary.count, n);
  g_array_append_val (boundaries, boundary);
  for (guint i = first; i < first + n; i++) {
    const WfdPeerRecord *record = records->pdata[i];
    WfdPeerAbstract abstract = { record->id };

    wfd_peer_put_u32 (abstract.version, record->version);
    g_array_append_val (abstracts, abstract);
  }
}

/* Up to and with @high. */
static guint
count_up_to (const GPtrArray *records, guint first, const Position *high)
{
  guint n = 0;

  while (first + n < records->len) {
    Position position = position_of (records->pdata[first + n]);

    if (compare_positions (&position, high) > 0)
      break;
    n++;
  }
  return n;
}

/* Each range that is not the same here, and what lies behind the last of theirs. */
static void
answer_hashes (WfdPeerNode *self, Link *link, const WfdPeerSolicit *solicit)
{
  g_autoptr (GPtrArray) records = sort_records (self, solicit);
  g_autoptr (GArray) boundaries = g_array_new (FALSE, FALSE, sizeof (WfdPeerBoundary));
  g_autoptr (GArray) abstracts = g_array_new (FALSE, FALSE, sizeof (WfdPeerAbstract));
  const WfdPeerHash *hashes = (const WfdPeerHash *) solicit->hashes.data;
  Position low = { 0 }, last = { G_MAXUINT64 };
  WfdPeerAdvertise advertise;
  guint first = 0;

  for (guint i = 0; i < solicit->hashes.n; i++) {
    Position high = { wfd_peer_get_u64 (hashes[i].time), hashes[i].upper_id };
    guint n = count_up_to (records, first, &high);
    guint8 md5[16];

    hash_records (records, first, n, md5);
    if (memcmp (md5, hashes[i].md5, sizeof (md5)) != 0)
      advertise_range (records, first, n, &low, &high, boundaries, abstracts);
    first += n;
    low = high;
  }
  memset (&last.id, 0xff, sizeof (last.id));
  if (first < records->len)
    advertise_range (records, first, records->len - first, &low, &last, boundaries, abstracts);

  advertise.boundaries = (WfdPeerList) { (const guint8 *) boundaries->data, boundaries->len };
  advertise.abstracts = (WfdPeerList) { (const guint8 *) abstracts->data, abstracts->len };
  link->advertised = TRUE;
  wfd_peer_node_send_message (self, link, wfd_peer_build_advertise (&advertise));
}

/* Those of ours in the ranges that the other has not, or has older. */
static void
give_what_lacks (WfdPeerNode *self, Link *link, const WfdPeerAdvertise *advertise,
    GHashTable *theirs)
{
  WfdPeerSolicit all = { 0 };
  g_autoptr (GPtrArray) records = sort_records (self, &all);
  const WfdPeerBoundary *boundaries = (const WfdPeerBoundary *) advertise->boundaries.data;
  guint b = 0;

  for (guint i = 0; i < records->len && b < advertise->boundaries.n;) {
    const WfdPeerRecord *record = records->pdata[i];
    Position position = position_of (record);
    Position low = { wfd_peer_get_u64 (boundaries[b].low_time), boundaries[b].low_id };
    Position high = { wfd_peer_get_u64 (boundaries[b].high_time), boundaries[b].high_id };
    const WfdPeerAbstract *abstract = g_hash_table_lookup (theirs, &record->id);

    if (compare_positions (&position, &high) > 0) {
      b++;
      continue;
    }
    i++;
    if (compare_positions (&position, &low) > 0
        && (abstract == NULL || wfd_peer_get_u32 (abstract->version) < record->version))
      wfd_peer_node_queue_flood (self, link, &record->id);
  }
}

static void
take_advertise (WfdPeerNode *self, Link *link, const WfdPeerAdvertise *advertise)
{
  g_autoptr (GHashTable) theirs = g_hash_table_new (wfd_peer_guid_hash, wfd_peer_guid_equal_func);
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (WfdPeerAbstract));
  const WfdPeerAbstract *abstracts = (const WfdPeerAbstract *) advertise->abstracts.data;

  for (guint i = 0; i < advertise->abstracts.n; i++) {
    const WfdPeerRecord *own = g_hash_table_lookup (self->records, &abstracts[i].id);

    g_hash_table_insert (theirs, (gpointer) &abstracts[i].id, (gpointer) &abstracts[i]);
    if (own == NULL || own->version < wfd_peer_get_u32 (abstracts[i].version))
      g_array_append_val (wanted, abstracts[i]);
  }
  link->sync = SYNC_WANTED;
  wfd_peer_node_send_message (self, link,
      wfd_peer_build_request ((WfdPeerList) { (const guint8 *) wanted->data, wanted->len }));
  give_what_lacks (self, link, advertise, theirs);
}

static void
answer_request (WfdPeerNode *self, Link *link, WfdPeerList abstracts)
{
  for (guint i = 0; i < abstracts.n; i++) {
    const WfdPeerGuid *id = &((const WfdPeerAbstract *) abstracts.data)[i].id;

    if (g_hash_table_contains (self->records, id))
      wfd_peer_node_queue_flood (self, link, id);
  }
  /* They have seen what is here, and send what is not. */
  self->known_until = 0;
  link->advertised = FALSE;
  end_behind (self, link);
}

/* --- records --- */

static void
acknowledge (WfdPeerNode *self, Link *link, const WfdPeerGuid *id, gboolean useful)
{
  WfdPeerAckEntry entry = { *id };

  wfd_peer_put_u32 (entry.flags, useful ? WFD_PEER_ACK_USEFUL : 0);
  wfd_peer_node_send_message (self, link,
      wfd_peer_build_ack ((WfdPeerList) { (const guint8 *) &entry, 1 }));
}

static gboolean
take_flood (WfdPeerNode *self, Link *link, WfdBytes octets)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_read (octets);
  Taken taken;

  if (record == NULL)
    return FALSE;

  taken = wfd_peer_node_take_record (self, record, link);
  if (taken == TAKEN_OLD)
    wfd_peer_node_queue_flood (self, link, &record->id);
  acknowledge (self, link, &record->id, taken == TAKEN_NEW);
  return TRUE;
}

static void
take_ack (Link *link, WfdPeerList entries)
{
  for (guint i = 0; i < entries.n; i++) {
    const WfdPeerAckEntry *entry = &((const WfdPeerAckEntry *) entries.data)[i];

    link->usefulness -= link->usefulness / 32;
    if ((wfd_peer_get_u32 (entry->flags) & WFD_PEER_ACK_USEFUL) != 0)
      link->usefulness += 128;
  }
}

static guint
count_looks (WfdPeerNode *self, const WfdPeerMessage *message)
{
  if (message->type == WFD_PEER_REQUEST)
    return message->request.n;
  return g_hash_table_size (self->records) + message->solicit.hashes.n;
}

static void
answer_or_wait (WfdPeerNode *self, Link *link, const WfdPeerMessage *message)
{
  gint64 wait_us = wfd_peer_node_take_looks_us (self, link, count_looks (self, message));

  if (wait_us > 0) {
    link->asked = g_bytes_ref (message->octets);
    link->answer_us = self->now_us + wait_us;
  } else if (message->type == WFD_PEER_REQUEST)
    answer_request (self, link, message->request);
  else if (message->type == WFD_PEER_SOLICIT_HASH)
    answer_hashes (self, link, &message->solicit);
  else
    answer_solicit (self, link, &message->solicit);
}

void
wfd_peer_node_answer_asked (WfdPeerNode *self, Link *link)
{
  g_autoptr (GBytes) asked = g_steal_pointer (&link->asked);
  WfdPeerMessage message;

  if (!wfd_peer_message_read (wfd_bytes_of (asked), &message))
    return;
  message.octets = asked;
  answer_or_wait (self, link, &message);
}

/* Who asks waits for the end of the answer before asking again. */
static gboolean
may_ask (const Link *link, WfdPeerMessageType type)
{
  switch (type) {
    case WFD_PEER_SOLICIT_NEW:
    case WFD_PEER_SOLICIT_TIME:
    case WFD_PEER_SOLICIT_HASH:
      return !link->answering && !link->advertised && link->asked == NULL;
    case WFD_PEER_REQUEST:
      return !link->answering && link->asked == NULL;
    default:
      return TRUE;
  }
}

gboolean
wfd_peer_node_sync_message (WfdPeerNode *self, Link *link, const WfdPeerMessage *message)
{
  if (!may_ask (link, message->type))
    return FALSE;
  switch (message->type) {
    case WFD_PEER_SOLICIT_NEW:
    case WFD_PEER_SOLICIT_TIME:
    case WFD_PEER_SOLICIT_HASH:
    case WFD_PEER_REQUEST:
      answer_or_wait (self, link, message);
      return TRUE;
    case WFD_PEER_ADVERTISE:
      /* An answer to nothing, or a second one. */
      if (link->sync != SYNC_HASHES)
        return FALSE;
      take_advertise (self, link, &message->advertise);
      break;
    case WFD_PEER_FLOOD:
      if (!take_flood (self, link, message->record))
        return FALSE;
      break;
    case WFD_PEER_SYNC_END:
      take_sync_end (self, link, message->final);
      break;
    case WFD_PEER_ACK:
      take_ack (link, message->ack);
      return TRUE;
    case WFD_PEER_AUTH_INFO:
    case WFD_PEER_CONNECT:
    case WFD_PEER_WELCOME:
    case WFD_PEER_REFUSE:
    case WFD_PEER_DISCONNECT:
    case WFD_PEER_PT2PT:
      return FALSE;
  }
  /* It was not silent: the rest has its time again. */
  wfd_peer_node_watch_silence (self, link);
  return TRUE;
}
