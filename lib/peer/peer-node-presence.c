/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-node-private.h"

/* Who is there: presence records. */

#define PRESENCE_MIN_S 300

void
wfd_peer_node_info_free (WfdPeerNodeInfo *self)
{
  g_free (self->peer_id);
  g_free (self->attributes);
  g_free (self);
}

/* --- our own --- */

static guint64
get_lifetime (const WfdPeerNode *self)
{
  guint32 lifetime_s = self->has_properties ? self->properties.presence_lifetime_s : 0;

  return MAX (lifetime_s, PRESENCE_MIN_S) * TICKS_PER_S;
}

static guint
count_others (WfdPeerNode *self)
{
  g_autoptr (GPtrArray) records = wfd_peer_node_list_records (self, &wfd_peer_type_presence, NULL);
  guint n = records->len;

  for (guint i = 0; i < records->len; i++)
    n -= wfd_peer_guid_equal (&((WfdPeerRecord *) records->pdata[i])->id, &self->presence_id);
  return n;
}

/* The creator says how many nodes tell that they are there. */
static gboolean
is_wanted (WfdPeerNode *self)
{
  if (self->left || (self->status & WFD_PEER_STATUS_SYNCHRONIZED) == 0 || !self->has_properties)
    return FALSE;
  return self->forced_presence || count_others (self) < self->properties.max_presence;
}

guint
wfd_peer_node_copy_listening (const WfdPeerNode *self, WfdPeerAddress *addresses)
{
  for (guint i = 0; i < self->listening->len; i++)
    addresses[i] = g_array_index (self->listening, WfdPeerAddress, i);
  return self->listening->len;
}

static GBytes *
build_presence (const WfdPeerNode *self)
{
  WfdPeerPresence presence = { self->node_id, self->attributes };

  presence.n_addresses = wfd_peer_node_copy_listening (self, presence.addresses);
  return wfd_peer_presence_build (&presence);
}

/* Again before it has lived half its life; or no more, where there are too many by now. */
void
wfd_peer_node_publish_presence (WfdPeerNode *self)
{
  g_autoptr (GBytes) payload = NULL;

  if (!is_wanted (self)) {
    if (self->has_presence)
      wfd_peer_node_withdraw_presence (self);
    wfd_peer_node_start_timer (self, TIMER_PRESENCE, g_random_int_range (30, 180) * G_USEC_PER_SEC);
    return;
  }

  payload = build_presence (self);
  self->has_presence = TRUE;
  wfd_peer_node_publish_own (self, &wfd_peer_type_presence, &self->presence_id, 0,
      get_lifetime (self), payload);
  wfd_peer_node_start_timer (self, TIMER_PRESENCE, get_lifetime (self) / 20);
}

void
wfd_peer_node_withdraw_presence (WfdPeerNode *self)
{
  self->has_presence = FALSE;
  wfd_peer_node_withdraw (self, &self->presence_id);
}

guint32
wfd_peer_node_set_attributes (WfdPeerNode *self, const char *attributes)
{
  g_free (self->attributes);
  self->attributes = g_strdup (attributes);
  if (self->has_presence)
    wfd_peer_node_publish_presence (self);
  return WFD_PEER_OK;
}

guint32
wfd_peer_node_set_presence (WfdPeerNode *self, gboolean forced)
{
  self->forced_presence = forced;
  if (forced && !self->has_presence)
    wfd_peer_node_publish_presence (self);
  return WFD_PEER_OK;
}

/* --- that of others --- */

/* The interface on which addresses that are those of a link can be reached: the one on
 * which we listen, or from which a neighbour has come; 0: none. */
static guint32
get_scope_id (const WfdPeerNode *self)
{
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; i < self->listening->len; i++) {
    const WfdPeerAddress *own = &g_array_index (self->listening, WfdPeerAddress, i);

    if (wfd_peer_ip_is_of_link (own->ip) && own->scope_id != 0)
      return own->scope_id;
  }
  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (wfd_peer_ip_is_of_link (((Link *) value)->address.ip)
        && ((Link *) value)->address.scope_id != 0)
      return ((Link *) value)->address.scope_id;
  return 0;
}

static void
add_scope (const WfdPeerNode *self, WfdPeerAddress *addresses, guint n)
{
  for (guint i = 0; i < n; i++)
    if (wfd_peer_ip_is_of_link (addresses[i].ip))
      addresses[i].scope_id = get_scope_id (self);
}

/* Others of the graph may be on this machine, for all we know. */
static gboolean
is_on_loopback (const WfdPeerNode *self)
{
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; i < self->listening->len; i++)
    if (wfd_peer_ip_is_loopback (g_array_index (self->listening, WfdPeerAddress, i).ip))
      return TRUE;
  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (wfd_peer_ip_is_loopback (((Link *) value)->address.ip))
      return TRUE;
  return self->listening->len == 0;
}

/* Of what a record says of where somebody is. */
static void
keep_what_can_be (const WfdPeerNode *self, WfdPeerContact *place)
{
  guint n = 0;

  add_scope (self, place->addresses, place->n_addresses);
  for (guint i = 0; i < place->n_addresses; i++)
    if (wfd_peer_address_can_be (&place->addresses[i])
        && (!wfd_peer_ip_is_loopback (place->addresses[i].ip) || is_on_loopback (self)))
      place->addresses[n++] = place->addresses[i];
  place->n_addresses = n;
}

gboolean
wfd_peer_node_read_place (const WfdPeerNode *self, const WfdPeerRecord *record,
    WfdPeerContact *ret_place)
{
  WfdPeerPresence presence;

  if (wfd_peer_guid_equal (&record->type, &wfd_peer_type_contact)) {
    if (!wfd_peer_contact_read (record->payload, ret_place))
      return FALSE;
  } else {
    if (!wfd_peer_presence_read (record->payload, &presence))
      return FALSE;
    g_free (presence.attributes);
    ret_place->node_id = presence.node_id;
    ret_place->n_addresses = presence.n_addresses;
    memcpy (ret_place->addresses, presence.addresses, sizeof (presence.addresses));
  }
  keep_what_can_be (self, ret_place);
  return TRUE;
}

static WfdPeerNodeInfo *
read_info (const WfdPeerNode *self, const WfdPeerRecord *record)
{
  WfdPeerPresence presence;
  WfdPeerNodeInfo *info;

  if (!wfd_peer_presence_read (record->payload, &presence))
    return NULL;

  info = g_new0 (WfdPeerNodeInfo, 1);
  info->node_id = presence.node_id;
  info->peer_id = g_strdup (record->creator);
  info->attributes = presence.attributes;
  info->n_addresses = presence.n_addresses;
  memcpy (info->addresses, presence.addresses, sizeof (info->addresses));
  add_scope (self, info->addresses, info->n_addresses);
  return info;
}

static WfdPeerNodeInfo *
get_own_info (const WfdPeerNode *self)
{
  WfdPeerNodeInfo *info = g_new0 (WfdPeerNodeInfo, 1);

  info->node_id = self->node_id;
  info->peer_id = g_strdup (self->peer_id);
  info->attributes = g_strdup (self->attributes);
  info->n_addresses = self->listening->len;
  if (self->listening->len > 0)
    memcpy (info->addresses, self->listening->data,
        self->listening->len * sizeof (*info->addresses));
  return info;
}

GPtrArray *
wfd_peer_node_list_nodes (WfdPeerNode *self, const char *peer_id)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_node_info_free);
  g_autoptr (GPtrArray) records =
      wfd_peer_node_list_records (self, &wfd_peer_type_presence, peer_id);

  for (guint i = 0; i < records->len; i++) {
    WfdPeerNodeInfo *info = read_info (self, records->pdata[i]);

    if (info != NULL)
      g_ptr_array_add (infos, info);
  }
  return infos;
}

WfdPeerNodeInfo *
wfd_peer_node_get_info (WfdPeerNode *self, guint64 node_id)
{
  g_autoptr (GPtrArray) infos = NULL;

  if (node_id == 0 || node_id == self->node_id)
    return get_own_info (self);

  infos = wfd_peer_node_list_nodes (self, NULL);
  for (guint i = 0; i < infos->len; i++)
    if (((WfdPeerNodeInfo *) infos->pdata[i])->node_id == node_id)
      return g_ptr_array_steal_index_fast (infos, i);
  return NULL;
}

/* A deleted record has no payload any more, and a node that is there as before is no news. */
void
wfd_peer_node_presence_changed (WfdPeerNode *self, const WfdPeerRecord *record,
    const WfdPeerRecord *old, WfdPeerRecordChange change)
{
  static const WfdPeerNodeChange changes[] = {
    [WFD_PEER_RECORD_ADDED] = WFD_PEER_NODE_CONNECTED,
    [WFD_PEER_RECORD_UPDATED] = WFD_PEER_NODE_UPDATED,
    [WFD_PEER_RECORD_DELETED] = WFD_PEER_NODE_DISCONNECTED,
    [WFD_PEER_RECORD_EXPIRED] = WFD_PEER_NODE_DISCONNECTED,
  };
  gboolean here = change == WFD_PEER_RECORD_ADDED || change == WFD_PEER_RECORD_UPDATED;
  const WfdPeerRecord *told = here ? record : old;
  g_autoptr (WfdPeerNodeInfo) info = told != NULL ? read_info (self, told) : NULL;
  g_autoptr (WfdPeerEvent) event = NULL;

  if (info == NULL || wfd_peer_guid_equal (&record->id, &self->presence_id)
      || (change == WFD_PEER_RECORD_UPDATED && g_bytes_equal (record->payload, old->payload)))
    return;

  event = wfd_peer_event_new (WFD_PEER_EVENT_NODE);
  event->change = changes[change];
  event->node_id = info->node_id;
  event->peer_id = g_strdup (record->creator);
  self->calls->tell (self->user_data, event);
}
