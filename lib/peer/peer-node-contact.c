/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-node-private.h"

#include <math.h>

/* How parts of a graph that have lost each other meet again (MS-PPGRH 1.3.2, 3.1.7.11 to
 * 3.1.7.15). The lowest id of a node is the signature of the graph, which that node
 * publishes. A few nodes are contacts: they publish where they are, and the signature that
 * they know. A contact with another signature is in another part. */

#define SIGNATURE_TICKS (WFD_PEER_SIGNATURE_LIFE_S * TICKS_PER_S)
#define CONTACT_TICKS (WFD_PEER_CONTACT_LIFE_S * TICKS_PER_S)

/* What a contact says changes with the signature, which may change a few times in a row. */
#define STALE_US (2 * G_USEC_PER_SEC)

#define MIN_CONTACTS 5
#define MORE_CONTACTS 5

static void
start_if_idle (WfdPeerNode *self, Timer timer, gint64 delay_us)
{
  if (self->timers_us[timer] == 0)
    wfd_peer_node_start_timer (self, timer, delay_us);
}

static gboolean
takes_part (const WfdPeerNode *self)
{
  return !self->left && (self->status & WFD_PEER_STATUS_SYNCHRONIZED) != 0;
}

static WfdPeerRecord *
find_alive (const WfdPeerNode *self, const WfdPeerGuid *id)
{
  WfdPeerRecord *record = g_hash_table_lookup (self->records, id);

  return record != NULL && wfd_peer_node_is_alive (self, record) ? record : NULL;
}

/* --- the signature (3.1.7.6, 3.1.7.11) --- */

static gboolean
get_signature (const WfdPeerNode *self, guint64 *ret_signature)
{
  const WfdPeerRecord *record = find_alive (self, &wfd_peer_id_signature);

  return record != NULL && wfd_peer_signature_read (record->payload, ret_signature);
}

static gboolean
is_lowest (const WfdPeerNode *self)
{
  guint64 signature;

  return takes_part (self) && (!get_signature (self, &signature) || signature > self->node_id);
}

/* The lower the id the sooner, so that most find that somebody was. */
gint64
wfd_peer_node_get_signature_delay_us (guint64 node_id)
{
  return (29.9 * (1 - exp (-((node_id >> 48) / 65536.0))) + 0.1) * G_USEC_PER_SEC;
}

void
wfd_peer_node_publish_signature (WfdPeerNode *self)
{
  g_autoptr (GBytes) payload = NULL;

  if (!is_lowest (self))
    return;
  payload = wfd_peer_signature_build (self->node_id);
  wfd_peer_node_publish_own (self, &wfd_peer_type_signature, &wfd_peer_id_signature,
      WFD_PEER_RECORD_REFRESHED, SIGNATURE_TICKS, payload);
}

/* --- contacts (3.1.7.5, 3.1.7.12) --- */

static GBytes *
build_contact (const WfdPeerNode *self, guint64 signature)
{
  WfdPeerContact contact = { signature, self->node_id };

  contact.n_addresses = wfd_peer_node_copy_listening (self, contact.addresses);
  return wfd_peer_contact_build (&contact);
}

gboolean
wfd_peer_node_is_contact (const WfdPeerNode *self)
{
  return find_alive (self, &self->contact_id) != NULL;
}

static void
publish_contact (WfdPeerNode *self, guint64 signature)
{
  g_autoptr (GBytes) payload = build_contact (self, signature);

  wfd_peer_node_publish_own (self, &wfd_peer_type_contact, &self->contact_id,
      WFD_PEER_RECORD_REFRESHED, CONTACT_TICKS, payload);
}

/* The lower the signature, the more nodes there must be. */
guint
wfd_peer_node_get_min_contacts (guint64 signature)
{
  return signature > 0 ? MAX (MIN_CONTACTS, 60 - (int) log2 (signature)) : 60;
}

/* Of each who publishes some, one. */
static guint
count_contacts (WfdPeerNode *self)
{
  g_autoptr (GPtrArray) contacts = wfd_peer_node_list_records (self, &wfd_peer_type_contact, NULL);
  g_autoptr (GHashTable) creators = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < contacts->len; i++)
    g_hash_table_add (creators, ((WfdPeerRecord *) contacts->pdata[i])->creator);
  return g_hash_table_size (creators);
}

void
wfd_peer_node_balance_contacts (WfdPeerNode *self)
{
  guint n = count_contacts (self);
  gboolean is_one = wfd_peer_node_is_contact (self);
  guint64 signature;
  guint min;

  if (!takes_part (self) || self->listening->len == 0 || !get_signature (self, &signature))
    return;
  min = wfd_peer_node_get_min_contacts (signature);
  if (!is_one && n < min)
    publish_contact (self, signature);
  else if (is_one && n > min + MORE_CONTACTS)
    wfd_peer_node_withdraw (self, &self->contact_id);
}

void
wfd_peer_node_renew_contact (WfdPeerNode *self)
{
  const WfdPeerRecord *own = find_alive (self, &self->contact_id);
  g_autoptr (GBytes) payload = NULL;
  guint64 signature;

  if (own == NULL || !takes_part (self) || !get_signature (self, &signature))
    return;
  payload = build_contact (self, signature);
  if (!g_bytes_equal (own->payload, payload))
    publish_contact (self, signature);
}

void
wfd_peer_node_withdraw_contact (WfdPeerNode *self)
{
  guint64 signature;

  wfd_peer_node_withdraw (self, &self->contact_id);
  if (get_signature (self, &signature) && signature == self->node_id)
    wfd_peer_node_withdraw (self, &wfd_peer_id_signature);
}

/* --- other parts (3.1.6.5, 3.1.7.13) --- */

static gboolean
is_elsewhere (const WfdPeerNode *self, const WfdPeerRecord *record, guint64 signature,
    WfdPeerContact *ret_contact)
{
  return wfd_peer_node_read_place (self, record, ret_contact) && ret_contact->signature != signature
      && ret_contact->n_addresses > 0 && ret_contact->node_id != self->node_id
      && !wfd_peer_node_has_link_to (self, ret_contact->node_id);
}

/* For as long as there is one it is tried again, and then another. */
void
wfd_peer_node_mend_partition (WfdPeerNode *self)
{
  g_autoptr (GPtrArray) contacts = wfd_peer_node_list_records (self, &wfd_peer_type_contact, NULL);
  const WfdPeerAddress *address;
  WfdPeerContact contact;
  guint64 signature;

  if (!takes_part (self) || !get_signature (self, &signature))
    return;
  for (guint i = contacts->len; i-- > 0;)
    if (!is_elsewhere (self, contacts->pdata[i], signature, &contact))
      g_ptr_array_remove_index_fast (contacts, i);
  if (contacts->len == 0)
    return;
  wfd_peer_node_start_timer (self, TIMER_PARTITION, g_random_int_range (5, 30) * G_USEC_PER_SEC);
  if (wfd_peer_node_count_attempts (self) >= IDEAL_NEIGHBOURS)
    return;
  is_elsewhere (self, contacts->pdata[g_random_int_range (0, contacts->len)], signature, &contact);
  address = &contact.addresses[g_random_int_range (0, contact.n_addresses)];
  if (!wfd_peer_node_is_tried (self, address))
    wfd_peer_node_open_link (self, WFD_PEER_LINK_NEIGHBOUR, NULL, address);
}

/* --- when to look --- */

/* Whether there is something to do is seen when they go off: to count what is there at each
 * record that comes would make many of them dear. */
void
wfd_peer_node_watch_parts (WfdPeerNode *self)
{
  if (!takes_part (self))
    return;
  if (is_lowest (self))
    start_if_idle (self, TIMER_SIGNATURE, wfd_peer_node_get_signature_delay_us (self->node_id));
  start_if_idle (self, TIMER_CONTACTS, g_random_int_range (10, 180) * G_USEC_PER_SEC);
  start_if_idle (self, TIMER_CONTACT, STALE_US);
  start_if_idle (self, TIMER_PARTITION, g_random_int_range (5, 30) * G_USEC_PER_SEC);
}

/* Long-term repair (3.1.7.15): the part that nobody here has heard of is known to the
 * application alone. */
void
wfd_peer_node_ask_for_others (WfdPeerNode *self)
{
  g_autoptr (WfdPeerEvent) event = NULL;

  if (self->left || !wfd_peer_node_is_contact (self))
    return;
  event = wfd_peer_event_new (WFD_PEER_EVENT_CONNECTION_REQUIRED);
  self->calls->tell (self->user_data, event);
}
