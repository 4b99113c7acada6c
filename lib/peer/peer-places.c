/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-places.h"

static const WfdPeerGuid nobody;

/* What one creator has, or has been brought by one machine. */
typedef struct
{
  guint n;
  gsize bytes;
} Share;

void
wfd_peer_places_init (WfdPeerPlaces *self, guint max, gsize max_bytes, guint max_of_creator)
{
  *self = (WfdPeerPlaces) { max, max_of_creator, max_bytes };
  self->shares = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->brought =
      g_hash_table_new_full (wfd_peer_guid_hash, wfd_peer_guid_equal_func, g_free, g_free);
}

void
wfd_peer_places_clear (WfdPeerPlaces *self)
{
  g_hash_table_unref (self->shares);
  g_hash_table_unref (self->brought);
}

static gsize
cost_of (const WfdPeerRecord *record)
{
  return wfd_peer_record_get_bytes (record) + g_bytes_get_size (record->security);
}

static const Share *
find_share (const WfdPeerPlaces *self, const WfdPeerRecord *record)
{
  return g_hash_table_lookup (self->shares, record->creator);
}

static const Share *
find_brought (const WfdPeerPlaces *self, const WfdPeerRecord *record)
{
  return g_hash_table_lookup (self->brought, &record->host);
}

/* Without @old, if that is in it too. */
static Share
without (const Share *share, const Share *of_old, const WfdPeerRecord *old)
{
  Share left = share != NULL ? *share : (Share) { 0 };

  if (old != NULL && of_old == share) {
    left.n--;
    left.bytes -= cost_of (old);
  }
  return left;
}

gboolean
wfd_peer_places_have_room (const WfdPeerPlaces *self, const WfdPeerRecord *record,
    const WfdPeerRecord *old)
{
  const Share all = { self->n, self->bytes };
  Share others = without (&all, &all, old);
  Share made =
      without (find_share (self, record), old != NULL ? find_share (self, old) : NULL, old);
  Share brought =
      without (find_brought (self, record), old != NULL ? find_brought (self, old) : NULL, old);
  gsize cost = cost_of (record);

  if (others.bytes + made.bytes + cost > self->max_bytes
      || (old == NULL && (made.n >= self->max_of_creator || others.n + made.n >= self->max)))
    return FALSE;
  return wfd_peer_guid_equal (&record->host, &nobody)
      || (brought.n < self->max - self->max / 4
          && brought.bytes + cost <= self->max_bytes - self->max_bytes / 4);
}

/* Takes @key. */
static void
add_to (GHashTable *shares, gpointer key, const WfdPeerRecord *record)
{
  Share *share = g_hash_table_lookup (shares, key);

  if (share == NULL) {
    share = g_new0 (Share, 1);
    g_hash_table_insert (shares, key, share);
  } else
    g_free (key);
  share->n++;
  share->bytes += cost_of (record);
}

void
wfd_peer_places_take (WfdPeerPlaces *self, const WfdPeerRecord *record)
{
  add_to (self->shares, g_strdup (record->creator), record);
  add_to (self->brought, g_memdup2 (&record->host, sizeof (record->host)), record);
  self->n++;
  self->bytes += cost_of (record);
}

static void
take_from (GHashTable *shares, gconstpointer key, const WfdPeerRecord *record)
{
  Share *share = g_hash_table_lookup (shares, key);

  share->n--;
  share->bytes -= cost_of (record);
  if (share->n == 0)
    g_hash_table_remove (shares, key);
}

void
wfd_peer_places_give_back (WfdPeerPlaces *self, const WfdPeerRecord *record)
{
  take_from (self->shares, record->creator, record);
  take_from (self->brought, &record->host, record);
  self->n--;
  self->bytes -= cost_of (record);
}
