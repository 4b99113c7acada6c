/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-node-private.h"

#include <base-limits.h>
#include "peer-crowd.h"

/* What somebody can do to a graph that has no security, and must not undo it for all. */

/* So many neighbours on one machine leave no room for others. */
#define CROWD 3

/* Those who fill all places from many machines do not keep them for ever: so often one of them is
 * free, of those that have been taken for so long. */
#define PLACE_US (30 * G_USEC_PER_SEC)
#define SETTLED_US (300 * G_USEC_PER_SEC)

/* --- links --- */

/* In a group they make us do the work of TLS meanwhile. */
static gboolean
has_shown_nothing (const Link *link)
{
  return !link->ours
      && (link->state == WFD_PEER_LINK_PROVING || link->state == WFD_PEER_LINK_EXPECTED);
}

void
wfd_peer_node_make_room (WfdPeerNode *self, const WfdPeerAddress *address)
{
  g_autoptr (GArray) comers = g_array_new (FALSE, FALSE, sizeof (WfdPeerComer));
  WfdPeerComer newcomer = { address->ip, G_MAXUINT64 };
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Link *link = value;
    WfdPeerComer comer = { link->address.ip, link->id, link };

    if (has_shown_nothing (link))
      g_array_append_val (comers, comer);
  }
  if (comers->len < WFD_LIMIT_PEER_LINKS_EXPECTED)
    return;
  g_array_append_val (comers, newcomer);
  wfd_peer_node_link_event (self,
      wfd_peer_crowd_find_excess ((WfdPeerComer *) comers->data, comers->len)->who,
      WFD_PEER_LINK_EVENT_TIMEOUT, NULL);
}

static GArray *
list_direct (const WfdPeerNode *self)
{
  GArray *comers = g_array_new (FALSE, FALSE, sizeof (WfdPeerComer));
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Link *link = value;
    WfdPeerComer comer = { link->address.ip, link->used_us, link };

    if (link->type == WFD_PEER_LINK_DIRECT && link->state == WFD_PEER_LINK_CONNECTED && !link->ours)
      g_array_append_val (comers, comer);
  }
  return comers;
}

gboolean
wfd_peer_node_is_full_of_direct (const WfdPeerNode *self)
{
  g_autoptr (GArray) comers = list_direct (self);

  return comers->len >= self->max_direct;
}

/* The one that has not been used for longest, unless those who have most of them are where the
 * newcomer is. */
static Link *
find_idle_direct (WfdPeerNode *self, const Link *newcomer)
{
  g_autoptr (GArray) comers = list_direct (self);
  WfdPeerComer comer = { newcomer->address.ip, G_MAXUINT64 };
  const WfdPeerComer *excess;

  g_array_append_val (comers, comer);
  excess = wfd_peer_crowd_find_excess ((WfdPeerComer *) comers->data, comers->len);
  return memcmp (excess->ip, comer.ip, sizeof (newcomer->address.ip)) != 0 ? excess->who : NULL;
}

static guint
count_neighbours_at (const WfdPeerNode *self, const WfdPeerAddress *address)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += wfd_peer_link_is_neighbour (value)
        && wfd_peer_ip_is_same_host (((Link *) value)->address.ip, address->ip);
  return n;
}

/* The one of many neighbours on one machine. */
static Link *
find_crowd (WfdPeerNode *self, const Link *newcomer)
{
  guint most = MAX (CROWD, count_neighbours_at (self, &newcomer->address) + 2);
  Link *found = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Link *link = value;
    guint n = wfd_peer_link_is_neighbour (link) ? count_neighbours_at (self, &link->address) : 0;

    if (n < most || (n == most && found != NULL && link->usefulness >= found->usefulness))
      continue;
    most = n;
    found = link;
  }
  return found;
}

/* Who has come to us and stayed for long; those whom we have chosen ourselves remain. */
static Link *
find_settled (WfdPeerNode *self)
{
  Link *found = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Link *link = value;

    if (!wfd_peer_link_is_neighbour (link) || link->ours
        || self->now_us - link->connected_us < SETTLED_US)
      continue;
    if (found == NULL || link->usefulness < found->usefulness
        || (link->usefulness == found->usefulness && link->id < found->id))
      found = link;
  }
  return found;
}

Link *
wfd_peer_node_find_place (WfdPeerNode *self, const Link *newcomer)
{
  Link *found;

  if (newcomer->type == WFD_PEER_LINK_DIRECT)
    return find_idle_direct (self, newcomer);
  found = find_crowd (self, newcomer);
  if (found != NULL || self->now_us < self->next_place_us)
    return found;
  found = find_settled (self);
  if (found != NULL)
    self->next_place_us = self->now_us + PLACE_US;
  return found;
}

/* --- who asks --- */

#define MAX_ASKERS 64

typedef struct
{
  WfdPeerAddress address;
  gint64 until_us; /* their part of the time is taken */
} Asker;

GArray *
wfd_peer_node_new_askers (void)
{
  return g_array_new (FALSE, FALSE, sizeof (Asker));
}

/* Of those who have taken more than has passed; beyond that the one who has taken least goes. */
static Asker *
get_asker (WfdPeerNode *self, const Link *link)
{
  Asker asker = { link->address, self->now_us };
  guint least = 0;

  for (guint i = self->askers->len; i-- > 0;)
    if (g_array_index (self->askers, Asker, i).until_us <= self->now_us)
      g_array_remove_index_fast (self->askers, i);
  for (guint i = 0; i < self->askers->len; i++) {
    Asker *other = &g_array_index (self->askers, Asker, i);

    if (wfd_peer_ip_is_same_host (other->address.ip, asker.address.ip))
      return other;
    if (other->until_us < g_array_index (self->askers, Asker, least).until_us)
      least = i;
  }
  if (self->askers->len >= MAX_ASKERS)
    g_array_remove_index_fast (self->askers, least);
  g_array_append_val (self->askers, asker);
  return &g_array_index (self->askers, Asker, self->askers->len - 1);
}

gint64
wfd_peer_node_take_looks_us (WfdPeerNode *self, const Link *link, guint n)
{
  Asker *asker = get_asker (self, link);
  gint64 ahead_us = asker->until_us - self->now_us;

  if (ahead_us > LOOKS_AHEAD_US)
    return ahead_us - LOOKS_AHEAD_US;
  asker->until_us += (gint64) n * LOOK_US;
  return 0;
}

/* --- records --- */

/* Their ids are for others to choose. With a hash that can be foreseen, all of them could be in
 * one place of a table, and to find one would be to look at each. Words of 32 bits times keys of
 * 64: two ids share a hash by chance alone, whatever they are (multilinear hashing). */
guint
wfd_peer_guid_hash (gconstpointer guid)
{
  static gsize made;
  static guint64 keys[5];
  const guint8 *bytes = ((const WfdPeerGuid *) guid)->bytes;
  guint64 sum;

  if (g_once_init_enter (&made)) {
    for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
      keys[i] = (guint64) g_random_int () << 32 | g_random_int ();
    g_once_init_leave (&made, 1);
  }
  sum = keys[4];
  for (guint i = 0; i < 4; i++)
    sum += wfd_peer_get_u32 (bytes + 4 * i) * keys[i];
  return sum >> 32;
}

/* The version decides which of two records wins, and it ends somewhere. One that had been
 * changed once a second for as long as it is there would never come to the end, so whatever
 * was forged can be published over. Before that, as often as an application likes: a hundred
 * times a second for a month. */
#define FREE_VERSIONS (1u << 28)
#define EPOCH_TICKS G_GUINT64_CONSTANT (116444736000000000) /* 1970 */
#define FUTURE_TICKS (24 * 3600 * TICKS_PER_S)

/* What is refreshed ends soon after who refreshes it; what somebody forged would stay. */
static gboolean
ends_in_time (const WfdPeerRecord *record)
{
  static const struct
  {
    const WfdPeerGuid *type;
    guint64 life_s;
  } lives[] = {
    { &wfd_peer_type_signature, WFD_PEER_SIGNATURE_LIFE_S },
    { &wfd_peer_type_contact, WFD_PEER_CONTACT_LIFE_S },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lives); i++)
    if (wfd_peer_guid_equal (&record->type, lives[i].type))
      return record->expires - record->modified <= lives[i].life_s * TICKS_PER_S;
  return TRUE;
}

/* Whose graph it is does not change, and its properties name nobody else than their record. */
static gboolean
tells_of_graph (const WfdPeerNode *self, const WfdPeerRecord *record)
{
  g_auto (WfdPeerProperties) told = { 0 };

  return wfd_peer_properties_read (record->payload, &told)
      && g_str_equal (told.graph_id, self->graph_id) && g_str_equal (told.creator, record->creator)
      && (!self->has_properties || g_str_equal (told.creator, self->properties.creator));
}

gboolean
wfd_peer_node_is_plausible (const WfdPeerNode *self, const WfdPeerRecord *record)
{
  guint64 age = record->modified - record->created;

  if (record->created < EPOCH_TICKS || !ends_in_time (record)
      || record->modified > wfd_peer_node_get_peer_time (self) + FUTURE_TICKS
      || record->version > FREE_VERSIONS + age / TICKS_PER_S)
    return FALSE;
  return !wfd_peer_guid_equal (&record->type, &wfd_peer_type_graph_info)
      || tells_of_graph (self, record);
}

guint64
wfd_peer_node_plausible_time (const WfdPeerRecord *record, guint32 version)
{
  guint64 over = version - MIN (version, FREE_VERSIONS);

  return record->created + MAX (over * TICKS_PER_S, 1);
}
