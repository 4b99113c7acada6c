/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-node-private.h"

#include <base-limits.h>

/* Once a node is synchronised it remains so: what it misses while nobody is near
 * it gets from the next neighbour. */

#define MAINTAIN_US (300 * G_USEC_PER_SEC)
#define MAINTAIN_ALONE_US (30 * G_USEC_PER_SEC)

WfdPeerNode *
wfd_peer_node_new (const WfdPeerNodeConfig *config, const WfdPeerNodeCalls *calls,
    gpointer user_data)
{
  WfdPeerNode *self = g_new0 (WfdPeerNode, 1);

  self->calls = calls;
  self->user_data = user_data;
  self->graph_id = g_strdup (config->graph_id);
  self->peer_id = g_strdup (config->peer_id);
  self->friendly_name = g_strdup (config->friendly_name);
  self->secured = config->secured;
  self->max_direct = config->max_direct != 0 ? config->max_direct : WFD_LIMIT_PEER_LINKS_DIRECT;
  self->precedence = g_array_new (FALSE, FALSE, sizeof (WfdPeerGuid));
  if (config->n_precedence > 0)
    g_array_append_vals (self->precedence, config->precedence, config->n_precedence);
  do
    self->node_id = (guint64) g_random_int () << 32 | g_random_int ();
  while (self->node_id == 0);
  self->last_link_id = (guint64) g_random_int_range (1, G_MAXINT32) << 16;
  self->listening = g_array_new (FALSE, FALSE, sizeof (WfdPeerAddress));
  self->referrals = g_array_new (FALSE, FALSE, sizeof (WfdPeerAddress));
  self->missed = wfd_peer_node_new_missed ();
  self->askers = wfd_peer_node_new_askers ();
  self->links = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, wfd_peer_node_free_link);
  self->records = g_hash_table_new_full (wfd_peer_guid_hash, wfd_peer_guid_equal_func, NULL,
      (GDestroyNotify) wfd_peer_record_unref);
  self->deferred = g_hash_table_new_full (wfd_peer_guid_hash, wfd_peer_guid_equal_func, NULL,
      (GDestroyNotify) wfd_peer_record_unref);
  wfd_peer_node_init_places (self);
  wfd_peer_record_make_id (self->peer_id, &self->presence_id);
  wfd_peer_record_make_id (self->peer_id, &self->contact_id);
  return self;
}

void
wfd_peer_node_free (WfdPeerNode *self)
{
  g_free (self->graph_id);
  g_free (self->peer_id);
  g_free (self->friendly_name);
  g_free (self->attributes);
  g_array_unref (self->precedence);
  g_array_unref (self->listening);
  g_array_unref (self->referrals);
  g_array_unref (self->missed);
  g_array_unref (self->askers);
  g_hash_table_unref (self->links);
  g_hash_table_unref (self->records);
  g_hash_table_unref (self->deferred);
  wfd_peer_node_clear_places (self);
  wfd_peer_properties_clear (&self->properties);
  g_free (self);
}

/* --- time --- */

void
wfd_peer_node_set_now (WfdPeerNode *self, gint64 now_us, guint64 utc)
{
  self->now_us = now_us;
  self->utc = utc;
}

guint64
wfd_peer_node_get_peer_time (const WfdPeerNode *self)
{
  return self->utc - self->time_delta;
}

void
wfd_peer_node_begin_time (WfdPeerNode *self, gint64 time_delta, gint64 max_change)
{
  self->time_delta = time_delta;
  self->furthest_time_delta = ABS (time_delta) + max_change;
  self->time_since_us = self->now_us;
  self->has_time = TRUE;
}

gint64
wfd_peer_node_get_time_delta (const WfdPeerNode *self)
{
  return self->time_delta;
}

guint64
wfd_peer_node_get_known_until (const WfdPeerNode *self)
{
  return self->known_until != 0 ? self->known_until : wfd_peer_node_get_peer_time (self);
}

void
wfd_peer_node_start_timer (WfdPeerNode *self, Timer timer, gint64 delay_us)
{
  self->timers_us[timer] = self->now_us + MAX (delay_us, 1);
}

void
wfd_peer_node_hasten_timer (WfdPeerNode *self, Timer timer, gint64 delay_us)
{
  if (self->timers_us[timer] == 0 || self->timers_us[timer] > self->now_us + delay_us)
    wfd_peer_node_start_timer (self, timer, delay_us);
}

gint64
wfd_peer_node_get_deadline_us (const WfdPeerNode *self)
{
  gint64 deadline_us = G_MAXINT64;
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; i < N_TIMERS; i++)
    if (self->timers_us[i] != 0)
      deadline_us = MIN (deadline_us, self->timers_us[i]);
  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Link *link = value;

    if (link->deadline_us != 0)
      deadline_us = MIN (deadline_us, link->deadline_us);
    if (link->asked != NULL)
      deadline_us = MIN (deadline_us, link->answer_us);
  }
  return deadline_us != G_MAXINT64 ? deadline_us : -1;
}

static void
time_out_links (WfdPeerNode *self)
{
  g_autoptr (GList) links = g_hash_table_get_values (self->links);

  for (GList *l = links; l != NULL; l = l->next) {
    Link *link = l->data;

    if (link->deadline_us != 0 && link->deadline_us <= self->now_us)
      wfd_peer_node_link_event (self, link, WFD_PEER_LINK_EVENT_TIMEOUT, NULL);
    else if (link->asked != NULL && link->answer_us <= self->now_us)
      wfd_peer_node_answer_asked (self, link);
  }
}

/* 3.1.7.16, in this order. */
static void
maintain (WfdPeerNode *self)
{
  wfd_peer_node_watch_parts (self);
  wfd_peer_node_maintain (self);
  wfd_peer_node_ask_for_others (self);
  wfd_peer_node_start_timer (self, TIMER_MAINTAIN,
      wfd_peer_node_count_neighbours (self) > 0 ? MAINTAIN_US : MAINTAIN_ALONE_US);
}

void
wfd_peer_node_tick (WfdPeerNode *self)
{
  static void (*const due[N_TIMERS]) (WfdPeerNode *) = {
    [TIMER_MAINTAIN] = maintain,
    [TIMER_EXPIRE] = wfd_peer_node_expire,
    [TIMER_REFRESH] = wfd_peer_node_refresh,
    [TIMER_PRESENCE] = wfd_peer_node_publish_presence,
    [TIMER_SIGNATURE] = wfd_peer_node_publish_signature,
    [TIMER_CONTACTS] = wfd_peer_node_balance_contacts,
    [TIMER_CONTACT] = wfd_peer_node_renew_contact,
    [TIMER_PARTITION] = wfd_peer_node_mend_partition,
    [TIMER_NEIGHBOUR] = wfd_peer_node_look,
    [TIMER_MISSED] = wfd_peer_node_try_missed,
  };

  time_out_links (self);
  for (guint i = 0; i < N_TIMERS; i++) {
    if (self->timers_us[i] == 0 || self->timers_us[i] > self->now_us)
      continue;
    self->timers_us[i] = 0;
    due[i](self);
  }
}

/* --- life --- */

guint32
wfd_peer_node_create (WfdPeerNode *self, const WfdPeerProperties *properties)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new ();

  record->type = wfd_peer_type_graph_info;
  record->id = wfd_peer_id_graph_info;
  record->expires = G_MAXINT64;
  g_bytes_unref (record->payload);
  record->payload = wfd_peer_properties_build (properties);
  wfd_peer_node_begin_time (self, 0, MAX_TIME_CHANGE);
  wfd_peer_node_set_synchronized (self);
  return wfd_peer_node_publish (self, &record, 1, WFD_PEER_RECORD_ADDED);
}

void
wfd_peer_node_restore (WfdPeerNode *self, gint64 peer_time_delta, gboolean synchronized,
    guint64 known_until)
{
  /* As a database says that may be from anybody. */
  peer_time_delta = CLAMP (peer_time_delta, -MAX_TIME_DELTA, MAX_TIME_DELTA);
  self->known_until = known_until;
  self->time_delta = peer_time_delta;
  /* Meanwhile the clock may have been set. */
  if (synchronized && known_until != 0)
    wfd_peer_node_begin_time (self, peer_time_delta, MAX_TIME_DIFFERENCE);
  if (synchronized)
    wfd_peer_node_set_synchronized (self);
}

void
wfd_peer_node_leave (WfdPeerNode *self)
{
  g_autoptr (GList) links = NULL;

  wfd_peer_node_withdraw_presence (self);
  wfd_peer_node_withdraw_contact (self);
  self->left = TRUE;
  links = g_hash_table_get_values (self->links);
  for (GList *l = links; l != NULL; l = l->next)
    wfd_peer_node_link_event (self, l->data, WFD_PEER_LINK_EVENT_CLOSE, NULL);
}

void
wfd_peer_node_update_status (WfdPeerNode *self)
{
  guint32 status = self->status & WFD_PEER_STATUS_SYNCHRONIZED;
  g_autoptr (WfdPeerEvent) event = NULL;

  if (self->listening->len > 0)
    status |= WFD_PEER_STATUS_LISTENING;
  if (wfd_peer_node_count_neighbours (self) > 0)
    status |= WFD_PEER_STATUS_CONNECTED;
  if (status == self->status)
    return;

  self->status = status;
  event = wfd_peer_event_new (WFD_PEER_EVENT_STATUS);
  event->change = status;
  self->calls->tell (self->user_data, event);
}

void
wfd_peer_node_set_synchronized (WfdPeerNode *self)
{
  g_autoptr (WfdPeerEvent) event = NULL;

  if ((self->status & WFD_PEER_STATUS_SYNCHRONIZED) != 0)
    return;

  self->status |= WFD_PEER_STATUS_SYNCHRONIZED;
  event = wfd_peer_event_new (WFD_PEER_EVENT_STATUS);
  event->change = self->status;
  self->calls->tell (self->user_data, event);
  wfd_peer_node_start_timer (self, TIMER_EXPIRE, 15 * G_USEC_PER_SEC);
  wfd_peer_node_start_timer (self, TIMER_REFRESH, 4 * G_USEC_PER_SEC);
  wfd_peer_node_start_timer (self, TIMER_MAINTAIN, MAINTAIN_ALONE_US);
  wfd_peer_node_watch_parts (self);
}

void
wfd_peer_node_set_listening (WfdPeerNode *self, const WfdPeerAddress *addresses, guint n)
{
  g_array_set_size (self->listening, 0);
  g_array_append_vals (self->listening, addresses, MIN (n, WFD_LIMIT_PEER_ADDRESSES));
  wfd_peer_node_update_status (self);
  wfd_peer_node_send_addresses (self);
  wfd_peer_node_publish_presence (self);
  wfd_peer_node_watch_parts (self);
}

void
wfd_peer_node_accept_direct (WfdPeerNode *self, gboolean accept)
{
  self->accepts_direct = accept;
}

guint32
wfd_peer_node_get_status (const WfdPeerNode *self)
{
  return self->status;
}

guint64
wfd_peer_node_get_id (const WfdPeerNode *self)
{
  return self->node_id;
}

const char *
wfd_peer_node_get_graph_id (const WfdPeerNode *self)
{
  return self->graph_id;
}

const char *
wfd_peer_node_get_peer_id (const WfdPeerNode *self)
{
  return self->peer_id;
}

const WfdPeerProperties *
wfd_peer_node_get_properties (const WfdPeerNode *self)
{
  return self->has_properties ? &self->properties : NULL;
}

guint32
wfd_peer_node_set_properties (WfdPeerNode *self, const WfdPeerProperties *properties,
    const WfdPeerRecord *with)
{
  g_autoptr (WfdPeerRecord) record = NULL;
  g_autoptr (WfdPeerRecord) beside = NULL;
  guint32 result = WFD_PEER_OK;
  const WfdPeerRecord *old = g_hash_table_lookup (self->records, &wfd_peer_id_graph_info);
  WfdPeerProperties changed = self->properties;

  if (!self->has_properties || old == NULL)
    return WFD_PEER_NOT_READY;

  changed.flags = properties->flags;
  changed.friendly_name = properties->friendly_name;
  changed.comment = properties->comment;
  changed.presence_lifetime_s = properties->presence_lifetime_s;
  changed.max_presence = properties->max_presence;
  record = wfd_peer_record_copy (old);
  g_bytes_unref (record->payload);
  record->payload = wfd_peer_properties_build (&changed);
  if (with != NULL)
    result = wfd_peer_node_prepare_update (self, with, &beside);
  return WFD_PEER_FAILED (result)
      ? result
      : wfd_peer_node_publish (self, (WfdPeerRecord *[]) { record, beside }, with != NULL ? 2 : 1,
          WFD_PEER_RECORD_UPDATED);
}
