/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-record.h"

G_BEGIN_DECLS

/* How many records there may be. Who has made them has no more than is free beside them, so that
 * nobody takes all there is from the others; and the machine that brought them, where anybody can
 * say to be anybody, leaves a quarter of all. */
typedef struct
{
  guint max, max_of_creator;
  gsize max_bytes;
  guint n;
  gsize bytes;
  GHashTable *shares;  /* of creators, by their names */
  GHashTable *brought; /* the same of machines, by their WfdPeerGuid */
} WfdPeerPlaces;

/* For tables of what others have chosen the ids. */
guint wfd_peer_guid_hash (gconstpointer guid);

static inline gboolean
wfd_peer_guid_equal_func (gconstpointer a, gconstpointer b)
{
  return wfd_peer_guid_equal (a, b);
}

void wfd_peer_places_init (WfdPeerPlaces *self, guint max, gsize max_bytes, guint max_of_creator);
void wfd_peer_places_clear (WfdPeerPlaces *self);
/* For @record, where @old, or NULL, leaves its place to it. */
gboolean wfd_peer_places_have_room (const WfdPeerPlaces *self, const WfdPeerRecord *record,
    const WfdPeerRecord *old);
void wfd_peer_places_take (WfdPeerPlaces *self, const WfdPeerRecord *record);
void wfd_peer_places_give_back (WfdPeerPlaces *self, const WfdPeerRecord *record);

G_END_DECLS
