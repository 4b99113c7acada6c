/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-places.h"

/* What one creator has. */
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
}

void
wfd_peer_places_clear (WfdPeerPlaces *self)
{
  g_hash_table_unref (self->shares);
}

static gsize
cost_of (const WfdPeerRecord *record)
{
  return wfd_peer_record_get_bytes (record) + g_bytes_get_size (record->security);
}

static Share
get_share (const WfdPeerPlaces *self, const WfdPeerRecord *record)
{
  const Share *share = g_hash_table_lookup (self->shares, record->creator);

  return share != NULL ? *share : (Share) { 0 };
}

gboolean
wfd_peer_places_have_room (const WfdPeerPlaces *self, const WfdPeerRecord *record,
    const WfdPeerRecord *old)
{
  Share share = get_share (self, record);
  Share freed = old != NULL ? (Share) { 1, cost_of (old) } : (Share) { 0 };
  guint n = self->n - freed.n;
  gsize bytes = self->bytes - freed.bytes, cost = cost_of (record);

  if (old != NULL && g_str_equal (old->creator, record->creator))
    share = (Share) { share.n - freed.n, share.bytes - freed.bytes };
  return (old != NULL || (share.n < self->max_of_creator && n + share.n < self->max))
      && bytes + share.bytes + cost <= self->max_bytes;
}

void
wfd_peer_places_take (WfdPeerPlaces *self, const WfdPeerRecord *record)
{
  Share *share = g_hash_table_lookup (self->shares, record->creator);

  if (share == NULL) {
    share = g_new0 (Share, 1);
    g_hash_table_insert (self->shares, g_strdup (record->creator), share);
  }
  share->n++;
  share->bytes += cost_of (record);
  self->n++;
  self->bytes += cost_of (record);
}

void
wfd_peer_places_give_back (WfdPeerPlaces *self, const WfdPeerRecord *record)
{
  Share *share = g_hash_table_lookup (self->shares, record->creator);

  share->n--;
  share->bytes -= cost_of (record);
  self->n--;
  self->bytes -= cost_of (record);
  if (share->n == 0)
    g_hash_table_remove (self->shares, record->creator);
}
