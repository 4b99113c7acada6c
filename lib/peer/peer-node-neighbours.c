/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-node-private.h"

/* Neighbours are looked for among those who published presence or contact records, and those
 * whom others named. */

gboolean
wfd_peer_addresses_contain (const GArray *addresses, const WfdPeerAddress *address)
{
  for (guint i = 0; i < addresses->len; i++)
    if (wfd_peer_address_equal (&g_array_index (addresses, WfdPeerAddress, i), address))
      return TRUE;
  return FALSE;
}

void
wfd_peer_take_any (GArray *addresses, WfdPeerAddress *ret_address)
{
  guint i = g_random_int_range (0, addresses->len);

  *ret_address = g_array_index (addresses, WfdPeerAddress, i);
  g_array_remove_index_fast (addresses, i);
}

/* What is known already, or is ourselves, is no news. */
void
wfd_peer_node_remember_referrals (WfdPeerNode *self, const Link *link, WfdPeerList addresses)
{
  WfdPeerAddress address;

  for (guint i = 0; i < addresses.n && self->referrals->len < WFD_LIMIT_PEER_REFERRALS; i++)
    if (wfd_peer_link_read_address (link, addresses, i, &address)
        && !wfd_peer_addresses_contain (self->referrals, &address)
        && !wfd_peer_addresses_contain (self->listening, &address)
        && !wfd_peer_addresses_contain (link->refusers, &address))
      g_array_append_val (self->referrals, address);
}

guint
wfd_peer_node_list_referrals (WfdPeerNode *self, const Link *except, WfdPeerAddress *addresses,
    guint max)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->links);
  while (n < max && g_hash_table_iter_next (&iter, NULL, &value)) {
    const Link *link = value;

    if (link != except && link->type == WFD_PEER_LINK_NEIGHBOUR
        && link->state == WFD_PEER_LINK_CONNECTED && link->addresses->len > 0)
      addresses[n++] = g_array_index (link->addresses, WfdPeerAddress, 0);
  }
  return n;
}

gboolean
wfd_peer_node_has_link_to (const WfdPeerNode *self, guint64 node_id)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Link *) value)->type == WFD_PEER_LINK_NEIGHBOUR && ((Link *) value)->node_id == node_id)
      return TRUE;
  return FALSE;
}

static gboolean
is_attempt (const Link *link)
{
  return link->ours && link->type == WFD_PEER_LINK_NEIGHBOUR
      && link->state != WFD_PEER_LINK_CONNECTED;
}

guint
wfd_peer_node_count_attempts (const WfdPeerNode *self)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += is_attempt (value);
  return n;
}

gboolean
wfd_peer_node_is_tried (const WfdPeerNode *self, const WfdPeerAddress *address)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (is_attempt (value) && wfd_peer_address_equal (&((Link *) value)->address, address))
      return TRUE;
  return FALSE;
}

static void
add_candidates (WfdPeerNode *self, const WfdPeerGuid *type, GHashTable *known, GArray *candidates)
{
  g_autoptr (GPtrArray) records = wfd_peer_node_list_records (self, type, NULL);

  for (guint i = 0; i < records->len; i++) {
    WfdPeerContact place;
    const WfdPeerAddress *address;

    if (!wfd_peer_node_read_place (self, records->pdata[i], &place) || place.n_addresses == 0
        || place.node_id == self->node_id || wfd_peer_node_has_link_to (self, place.node_id))
      continue;
    address = &place.addresses[g_random_int_range (0, place.n_addresses)];
    if (!wfd_peer_node_is_tried (self, address)
        && g_hash_table_add (known, g_memdup2 (&place.node_id, sizeof (place.node_id))))
      g_array_append_vals (candidates, address, 1);
  }
}

/* Those who are present, and the contacts. */
static GArray *
list_candidates (WfdPeerNode *self)
{
  GArray *candidates = g_array_new (FALSE, FALSE, sizeof (WfdPeerAddress));
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  add_candidates (self, &wfd_peer_type_presence, known, candidates);
  add_candidates (self, &wfd_peer_type_contact, known, candidates);
  return candidates;
}

/* At random, so that a graph does not fall into parts. */
static gboolean
choose_neighbour (WfdPeerNode *self, GArray *candidates, WfdPeerAddress *ret_address)
{
  GArray *from = candidates->len > 0 ? candidates : self->referrals;

  if (from->len == 0)
    return FALSE;
  wfd_peer_take_any (from, ret_address);
  return TRUE;
}

/* At random: two that reach for each other at once would go on doing so. Somebody who does not
 * answer may be gone like the one who was lost. Neighbours that come and go do not put it off. */
static void
look_soon (WfdPeerNode *self)
{
  if (self->timers_us[TIMER_NEIGHBOUR] == 0)
    wfd_peer_node_start_timer (self, TIMER_NEIGHBOUR,
        g_random_int_range (G_USEC_PER_SEC / 10, G_USEC_PER_SEC));
}

/* Only the application knows of somebody else, if it does. */
static void
require_connection (WfdPeerNode *self)
{
  g_autoptr (WfdPeerEvent) event = NULL;

  if (self->left || wfd_peer_node_count_neighbours (self) > 0)
    return;
  event = wfd_peer_event_new (WFD_PEER_EVENT_CONNECTION_REQUIRED);
  self->calls->tell (self->user_data, event);
}

/* Graph maintenance (3.1.7.25): those who have lost the one node that held them together need
 * more than one neighbour again. To list who could be one takes long where there are many
 * records, so that happens when it is time to look. */
void
wfd_peer_node_look_for_others (WfdPeerNode *self)
{
  if (self->left || (self->status & WFD_PEER_STATUS_SYNCHRONIZED) == 0) {
    require_connection (self);
    return;
  }
  self->n_to_try = TRIES;
  look_soon (self);
}

void
wfd_peer_node_go_on (WfdPeerNode *self)
{
  if (self->n_to_try == 0)
    return;
  self->n_to_try--;
  look_soon (self);
}

void
wfd_peer_node_look (WfdPeerNode *self)
{
  if (!wfd_peer_node_maintain (self))
    require_connection (self);
}

gboolean
wfd_peer_node_maintain (WfdPeerNode *self)
{
  guint n = wfd_peer_node_count_neighbours (self) + wfd_peer_node_count_attempts (self);
  g_autoptr (GArray) candidates = NULL;
  WfdPeerAddress address;

  if (self->left || (self->status & WFD_PEER_STATUS_SYNCHRONIZED) == 0)
    return FALSE;
  if (n >= IDEAL_NEIGHBOURS)
    return TRUE;
  candidates = list_candidates (self);
  if (!choose_neighbour (self, candidates, &address))
    return wfd_peer_node_count_attempts (self) > 0;

  /* Some of them may be gone, and each of those takes its time. */
  do
    wfd_peer_node_open_link (self, WFD_PEER_LINK_NEIGHBOUR, NULL, &address);
  while (++n < IDEAL_NEIGHBOURS && choose_neighbour (self, candidates, &address));
  return TRUE;
}
