/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-node-private.h"

/* Nodes that have gone without a word. They have crashed, or are on the other side of a partition:
 * of that no record may tell, where it began before there were contacts, and none does behind 900 s
 * (3.1.7.15 leaves the rest to the application). So they are tried now and then, for a day. */

#define FIRST_MIN_S 5
#define FIRST_MAX_S 30
#define LONGEST_US (300 * G_USEC_PER_SEC)
#define MISSED_FOR (24 * 3600 * TICKS_PER_S)
#define MISSED_ADDRESSES 4

typedef struct
{
  guint64 node_id;
  guint64 since;          /* peer time */
  gboolean was_neighbour; /* of ours */
  WfdPeerAddress addresses[MISSED_ADDRESSES];
  guint n_addresses;
} Missed;

GArray *
wfd_peer_node_new_missed (void)
{
  return g_array_new (FALSE, FALSE, sizeof (Missed));
}

static Missed *
get_missed (const WfdPeerNode *self, guint i)
{
  return &g_array_index (self->missed, Missed, i);
}

/* They were there at @time. */
static void
find (WfdPeerNode *self, guint64 node_id, guint64 time)
{
  for (guint i = self->missed->len; i-- > 0;)
    if (get_missed (self, i)->node_id == node_id && get_missed (self, i)->since < time)
      g_array_remove_index (self->missed, i);
}

void
wfd_peer_node_miss (WfdPeerNode *self, guint64 node_id, const WfdPeerAddress *addresses, guint n,
    gboolean was_neighbour)
{
  Missed missed = { node_id, wfd_peer_node_get_peer_time (self), was_neighbour };

  if (self->left || n == 0 || node_id == self->node_id)
    return;
  for (guint i = 0; i < self->missed->len; i++)
    missed.was_neighbour |=
        get_missed (self, i)->node_id == node_id && get_missed (self, i)->was_neighbour;
  find (self, node_id, G_MAXUINT64);
  if (self->missed->len >= WFD_LIMIT_PEER_REFERRALS)
    g_array_remove_index (self->missed, 0);
  missed.n_addresses = MIN (n, MISSED_ADDRESSES);
  memcpy (missed.addresses, addresses, missed.n_addresses * sizeof (*addresses));
  g_array_append_val (self->missed, missed);
  self->missed_delay_us = FIRST_MAX_S * G_USEC_PER_SEC;
  wfd_peer_node_hasten_timer (self, TIMER_MISSED,
      g_random_int_range (FIRST_MIN_S, FIRST_MAX_S) * G_USEC_PER_SEC);
}

/* Records that tell where somebody is end by themselves when nobody is there to refresh them. */
void
wfd_peer_node_place_changed (WfdPeerNode *self, const WfdPeerRecord *record,
    const WfdPeerRecord *old, WfdPeerRecordChange change)
{
  gboolean here = change == WFD_PEER_RECORD_ADDED || change == WFD_PEER_RECORD_UPDATED;
  const WfdPeerRecord *told = here ? record : old;
  WfdPeerContact place;

  if (told == NULL || !wfd_peer_node_read_place (self, told, &place))
    return;
  if (change == WFD_PEER_RECORD_EXPIRED)
    wfd_peer_node_miss (self, place.node_id, place.addresses, place.n_addresses, FALSE);
  else
    find (self, place.node_id, record->modified);
}

/* --- when it is time to try --- */

static void
forget_some (WfdPeerNode *self)
{
  guint64 now = wfd_peer_node_get_peer_time (self);

  for (guint i = self->missed->len; i-- > 0;) {
    const Missed *missed = get_missed (self, i);

    if (now - MIN (now, missed->since) > MISSED_FOR
        || wfd_peer_node_has_link_to (self, missed->node_id))
      g_array_remove_index (self->missed, i);
  }
}

/* Not all nodes of a large graph at once. */
static gboolean
is_ours_to_try (const WfdPeerNode *self, const Missed *missed)
{
  return missed->was_neighbour || wfd_peer_node_is_contact (self)
      || wfd_peer_node_count_neighbours (self) < IDEAL_NEIGHBOURS;
}

static void
try (WfdPeerNode *self, guint i)
{
  Missed missed = *get_missed (self, i);
  const WfdPeerAddress *address = &missed.addresses[g_random_int_range (0, missed.n_addresses)];

  g_array_remove_index (self->missed, i);
  g_array_append_val (self->missed, missed);
  if (!wfd_peer_node_is_tried (self, address))
    wfd_peer_node_open_link (self, WFD_PEER_LINK_NEIGHBOUR, NULL, address);
}

void
wfd_peer_node_try_missed (WfdPeerNode *self)
{
  guint n = wfd_peer_node_count_attempts (self);
  guint left;

  forget_some (self);
  if (self->left || self->missed->len == 0)
    return;
  left = self->missed->len;
  for (guint i = 0; left > 0 && n < IDEAL_NEIGHBOURS; left--) {
    if (!is_ours_to_try (self, get_missed (self, i))) {
      i++;
      continue;
    }
    try (self, i);
    n++;
  }
  wfd_peer_node_start_timer (self, TIMER_MISSED, self->missed_delay_us);
  self->missed_delay_us = MIN (2 * self->missed_delay_us, LONGEST_US);
}
