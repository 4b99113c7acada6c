/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-node-private.h"

#include <base-limits.h>

/* Links of a node: what the actions of peer-link.h do. */

/* A message of this type only looks whether TCP still works (2.2.2.13). */
static const WfdPeerGuid ping = { { 0x0c, 0xcb, 0xb0, 0xd2, 0xbe, 0x41, 0x4b, 0xd6, 0x91, 0x4b,
    0x05, 0x8e, 0xc5, 0xdc, 0xce, 0x64 } };

/* Clocks go wrong by less than one part in so many. */
#define CLOCK_DRIFTS_IN 5000

void
wfd_peer_link_info_free (WfdPeerLinkInfo *self)
{
  g_free (self->peer_id);
  g_free (self);
}

void
wfd_peer_node_free_link (gpointer data)
{
  Link *link = data;

  g_queue_clear_full (&link->floods, g_free);
  g_hash_table_unref (link->floods_known);
  g_array_unref (link->addresses);
  g_array_unref (link->refusers);
  g_clear_pointer (&link->asked, g_bytes_unref);
  g_free (link->wanted_id);
  g_free (link->peer_id);
  g_free (link);
}

Link *
wfd_peer_node_get_link (const WfdPeerNode *self, guint64 link_id)
{
  return g_hash_table_lookup (self->links, &link_id);
}

static void
enter (WfdPeerNode *self, Link *link, WfdPeerLinkState state)
{
  gint64 limit_us = state == WFD_PEER_LINK_PROVING
      ? wfd_peer_link_get_auth_limit_us (g_hash_table_size (self->links))
      : wfd_peer_link_get_limit_us (state);

  g_debug ("%s: link %" G_GINT64_MODIFIER "x: %s → %s", self->peer_id, link->id,
      wfd_peer_link_state_to_string (link->state), wfd_peer_link_state_to_string (state));
  link->state = state;
  link->deadline_us = limit_us != 0 ? self->now_us + limit_us : 0;
}

static Link *
add_link (WfdPeerNode *self, WfdPeerLinkType type, gboolean ours, const WfdPeerAddress *address)
{
  Link *link = g_new0 (Link, 1);

  link->id = ++self->last_link_id;
  link->type = type;
  link->ours = ours;
  link->address = *address;
  link->addresses = g_array_new (FALSE, FALSE, sizeof (WfdPeerAddress));
  link->refusers = g_array_new (FALSE, FALSE, sizeof (WfdPeerAddress));
  link->floods_known = g_hash_table_new (wfd_peer_guid_hash, wfd_peer_guid_equal_func);
  g_hash_table_insert (self->links, &link->id, link);
  return link;
}

static void
open_link (WfdPeerNode *self, Link *link)
{
  enter (self, link, WFD_PEER_LINK_OPENING);
  self->calls->open (self->user_data, link->id, &link->address);
}

Link *
wfd_peer_node_open_link (WfdPeerNode *self, WfdPeerLinkType type, const char *peer_id,
    const WfdPeerAddress *address)
{
  Link *link = add_link (self, type, TRUE, address);

  link->wanted_id = g_strdup (peer_id);
  open_link (self, link);
  return link;
}

/* Takes @head. */
static void
send_with_body (WfdPeerNode *self, Link *link, GByteArray *head, WfdBytes body)
{
  self->calls->send (self->user_data, link->id, wfd_bytes (head->data, head->len), body);
  g_byte_array_unref (head);
}

void
wfd_peer_node_send_message (WfdPeerNode *self, Link *link, GByteArray *message)
{
  send_with_body (self, link, message, wfd_bytes (NULL, 0));
}

guint
wfd_peer_node_count_neighbours (const WfdPeerNode *self)
{
  GHashTableIter iter;
  gpointer link;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &link))
    n += wfd_peer_link_is_neighbour (link);
  return n;
}

/* --- what the application hears --- */

static void
tell_change (WfdPeerNode *self, const Link *link, WfdPeerLinkChange change, guint32 reason,
    guint64 next_link_id)
{
  g_autoptr (WfdPeerEvent) event = wfd_peer_event_new (
      link->type == WFD_PEER_LINK_DIRECT ? WFD_PEER_EVENT_DIRECT : WFD_PEER_EVENT_NEIGHBOUR);

  event->change = change;
  event->link_id = link->id;
  event->next_link_id = next_link_id;
  event->node_id = link->node_id;
  event->reason = reason;
  self->calls->tell (self->user_data, event);
}

/* --- ends --- */

/* The link is no more, and the caller must not look at it again. */
static void
drop (WfdPeerNode *self, Link *link)
{
  enter (self, link, WFD_PEER_LINK_ENDED);
  self->calls->close (self->user_data, link->id);
  g_hash_table_remove (self->links, &link->id);
}

/* Not to somebody who has refused already. */
static Link *
follow_referral (WfdPeerNode *self, const Link *refused)
{
  WfdPeerAddress address;

  while (refused->refusers->len <= TRIES && self->referrals->len > 0) {
    wfd_peer_take_any (self->referrals, &address);
    if (!wfd_peer_addresses_contain (refused->refusers, &address)
        && !wfd_peer_node_is_tried (self, &address))
      return wfd_peer_node_open_link (self, WFD_PEER_LINK_NEIGHBOUR, NULL, &address);
  }
  return NULL;
}

/* A neighbour that has told us nothing yet may never do. */
static gboolean
has_place (const WfdPeerNode *self)
{
  return (self->status & WFD_PEER_STATUS_SYNCHRONIZED) != 0
      && wfd_peer_node_count_neighbours (self) > 0;
}

/* Who knows nobody else comes again, to one of those who had no place: the others that came with it
 * may have one to give when they are in themselves. At random, for all of them do. */
static Link *
wait_for_place (WfdPeerNode *self, const Link *refused)
{
  Link *next;

  if (has_place (self) || refused->n_rounds >= ROUNDS)
    return NULL;
  next = add_link (self, WFD_PEER_LINK_NEIGHBOUR, TRUE,
      &g_array_index (refused->refusers, WfdPeerAddress,
          g_random_int_range (0, refused->refusers->len)));
  enter (self, next, WFD_PEER_LINK_WAITING);
  next->deadline_us = self->now_us
      + (g_random_int_range (500, 1000) * G_GINT64_CONSTANT (1000) << refused->n_rounds);
  next->n_rounds = refused->n_rounds + 1;
  return next;
}

/* A neighbour of ours that was refused is followed by one that was named instead; those who
 * refuse and name each other, or themselves, are not followed for long. */
static Link *
try_next (WfdPeerNode *self, Link *refused)
{
  Link *next;

  g_array_append_val (refused->refusers, refused->address);
  next = follow_referral (self, refused);
  if (next == NULL)
    return refused->is_busy ? wait_for_place (self, refused) : NULL;
  next->n_rounds = refused->n_rounds;
  g_array_append_vals (next->refusers, refused->refusers->data, refused->refusers->len);
  return next;
}

static void
fail (WfdPeerNode *self, Link *link, guint32 reason)
{
  if (link->ours) {
    Link *next = link->type == WFD_PEER_LINK_NEIGHBOUR && !self->left
            && reason == WFD_PEER_CONNECTION_REFUSED
        ? try_next (self, link)
        : NULL;

    tell_change (self, link, WFD_PEER_LINK_FAILED, reason, next != NULL ? next->id : 0);
    if (link->type == WFD_PEER_LINK_NEIGHBOUR && next == NULL)
      wfd_peer_node_go_on (self);
  }
  drop (self, link);
}

static void
note_apartness (WfdPeerNode *self)
{
  if (self->known_until == 0 && wfd_peer_node_count_neighbours (self) == 0)
    self->known_until = wfd_peer_node_get_peer_time (self);
}

static void
end (WfdPeerNode *self, Link *link)
{
  gboolean neighbour = link->type == WFD_PEER_LINK_NEIGHBOUR;

  tell_change (self, link, WFD_PEER_LINK_DOWN, WFD_PEER_OK, 0);
  drop (self, link);
  if (neighbour) {
    note_apartness (self);
    wfd_peer_node_update_status (self);
    wfd_peer_node_look_for_others (self);
  }
}

static void
leave (WfdPeerNode *self, Link *link, guint8 reason)
{
  WfdPeerAddress referrals[WFD_LIMIT_PEER_REFERRALS_SENT];
  guint n = 0;

  if (link->type == WFD_PEER_LINK_NEIGHBOUR)
    n = wfd_peer_node_list_referrals (self, link, referrals, G_N_ELEMENTS (referrals));
  wfd_peer_node_send_message (self, link,
      wfd_peer_build_end (WFD_PEER_DISCONNECT, reason, referrals, n));
  end (self, link);
}

/* --- beginnings --- */

static void
request (WfdPeerNode *self, Link *link)
{
  gboolean direct = link->type == WFD_PEER_LINK_DIRECT;
  WfdPeerConnect connect = { direct ? WFD_PEER_CONNECT_DIRECT : WFD_PEER_CONNECT_WANTS_LIST,
    self->node_id, .friendly_name = direct ? NULL : self->friendly_name };

  link->asked_at = wfd_peer_node_get_peer_time (self);
  enter (self, link, WFD_PEER_LINK_ASKED);
  wfd_peer_node_send_message (self, link,
      wfd_peer_build_connect (&connect, (const WfdPeerAddress *) self->listening->data,
          direct ? 0 : self->listening->len));
}

static void
ask (WfdPeerNode *self, Link *link)
{
  WfdPeerAuthInfo info = { link->type, self->graph_id, self->peer_id, link->wanted_id };

  wfd_peer_node_send_message (self, link, wfd_peer_build_auth_info (&info));
  if (self->secured)
    enter (self, link, WFD_PEER_LINK_PROVING);
  else
    request (self, link);
}

static void
proceed (WfdPeerNode *self, Link *link)
{
  if (link->ours)
    request (self, link);
  else
    enter (self, link, WFD_PEER_LINK_EXPECTED);
}

gboolean
wfd_peer_link_read_address (const Link *link, WfdPeerList list, guint i,
    WfdPeerAddress *ret_address)
{
  if (!wfd_peer_list_address (list, i, ret_address))
    return FALSE;
  /* What is said of a link can be reached over this one only. */
  if (wfd_peer_ip_is_of_link (ret_address->ip))
    ret_address->scope_id = link->address.scope_id;
  /* From elsewhere nobody knows who else is on this machine. */
  return wfd_peer_address_can_be (ret_address)
      && (!wfd_peer_ip_is_loopback (ret_address->ip) || wfd_peer_ip_is_loopback (link->address.ip));
}

static void
keep_addresses (Link *link, WfdPeerList list)
{
  WfdPeerAddress address;

  g_array_set_size (link->addresses, 0);
  for (guint i = 0; i < MIN (list.n, WFD_LIMIT_PEER_ADDRESSES); i++) {
    if (wfd_peer_link_read_address (link, list, i, &address))
      g_array_append_val (link->addresses, address);
  }
}

static void
send_ping (WfdPeerNode *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Link *) value)->state == WFD_PEER_LINK_CONNECTED)
      wfd_peer_node_send_message (self, value, wfd_peer_build_data (&ping, 0));
}

static void
connected (WfdPeerNode *self, Link *link)
{
  enter (self, link, WFD_PEER_LINK_CONNECTED);
  link->connected_us = link->used_us = self->now_us;
  self->calls->trust (self->user_data, link->id,
      link->type == WFD_PEER_LINK_DIRECT ? WFD_PEER_DATA_HEADER_BYTES + WFD_LIMIT_PEER_DATA_BYTES
                                         : G_MAXSIZE);
  tell_change (self, link, WFD_PEER_LINK_UP, WFD_PEER_OK, 0);
  if (link->type == WFD_PEER_LINK_DIRECT)
    return;

  /* The network may be another one now. */
  if (wfd_peer_node_count_neighbours (self) == 1)
    send_ping (self);
  wfd_peer_node_update_status (self);
}

static void
welcome (WfdPeerNode *self, Link *link)
{
  gboolean direct = link->type == WFD_PEER_LINK_DIRECT;
  WfdPeerWelcome answer = { self->node_id, wfd_peer_node_get_peer_time (self),
    .peer_id = self->peer_id, .friendly_name = direct ? NULL : self->friendly_name };

  wfd_peer_node_send_message (self, link,
      wfd_peer_build_welcome (&answer, (const WfdPeerAddress *) self->listening->data,
          direct ? 0 : self->listening->len));
  connected (self, link);
}

static gboolean
has_neighbour (WfdPeerNode *self, guint64 node_id)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (wfd_peer_link_is_neighbour (value) && ((Link *) value)->node_id == node_id)
      return TRUE;
  return FALSE;
}

/* 0, or why the one who asks cannot have the link (3.1.5.2.1). */
static guint8
get_refusal (WfdPeerNode *self, const Link *link)
{
  if (link->type == WFD_PEER_LINK_DIRECT && !self->accepts_direct)
    return WFD_PEER_REFUSE_NO_DIRECT;
  if (link->type == WFD_PEER_LINK_DIRECT)
    return wfd_peer_node_is_full_of_direct (self) ? WFD_PEER_REFUSE_BUSY : 0;
  if (link->node_id == self->node_id || has_neighbour (self, link->node_id))
    return WFD_PEER_REFUSE_DUPLICATE;
  return wfd_peer_node_count_neighbours (self) >= MAX_NEIGHBOURS ? WFD_PEER_REFUSE_BUSY : 0;
}

static void
answer (WfdPeerNode *self, Link *link, const WfdPeerConnect *connect)
{
  WfdPeerAddress referrals[WFD_LIMIT_PEER_REFERRALS_SENT];
  Link *place;
  gboolean direct = (connect->flags & WFD_PEER_CONNECT_DIRECT) != 0;
  guint8 refusal;
  guint n = 0;

  /* An update of a link that is none is nothing (3.1.5.2.1). */
  if ((connect->flags & WFD_PEER_CONNECT_UPDATE) != 0)
    return;
  if (direct != (link->type == WFD_PEER_LINK_DIRECT)) {
    drop (self, link);
    return;
  }

  link->node_id = connect->node_id;
  keep_addresses (link, connect->addresses);
  refusal = get_refusal (self, link);
  place = refusal == WFD_PEER_REFUSE_BUSY ? wfd_peer_node_find_place (self, link) : NULL;
  if (place != NULL)
    leave (self, place, WFD_PEER_DISCONNECT_LEAST_USEFUL);
  if (refusal == 0 || place != NULL) {
    welcome (self, link);
    return;
  }
  if (refusal == WFD_PEER_REFUSE_BUSY && !direct)
    n = wfd_peer_node_list_referrals (self, link, referrals, G_N_ELEMENTS (referrals));
  wfd_peer_node_send_message (self, link,
      wfd_peer_build_end (WFD_PEER_REFUSE, refusal, referrals, n));
  drop (self, link);
}

/* CONNECT on a link that is one: with U new addresses, else a mistake of the peer
 * (3.1.5.2.1). */
static void
update (WfdPeerNode *self, Link *link, const WfdPeerConnect *connect)
{
  if ((connect->flags & WFD_PEER_CONNECT_UPDATE) != 0) {
    keep_addresses (link, connect->addresses);
    return;
  }
  wfd_peer_node_send_message (self, link,
      wfd_peer_build_end (WFD_PEER_REFUSE, WFD_PEER_REFUSE_ALREADY_CONNECTED, NULL, 0));
}

/* Whoever comes again and again would lead peer time away from that of all others, a fifth of the
 * way each time. From our own clock it goes little further than it was at first; back it may. */
static gint64
get_furthest (const WfdPeerNode *self)
{
  gint64 drift = (self->now_us - self->time_since_us) * 10 / CLOCK_DRIFTS_IN;

  return MAX (ABS (self->time_delta), self->furthest_time_delta + drift);
}

/* Peer time of the other side, when half of the way there and back has passed. */
static void
take_time (WfdPeerNode *self, const Link *link, guint64 peer_time)
{
  guint64 now = wfd_peer_node_get_peer_time (self);
  guint64 remote = peer_time + (now - link->asked_at) / 2;
  gint64 delta = self->utc - remote, furthest;

  if (MAX (remote, now) - MIN (remote, now) > MAX_TIME_DIFFERENCE)
    return;

  if (!self->has_time) {
    wfd_peer_node_begin_time (self, delta, MAX_TIME_CHANGE);
    return;
  }
  furthest = get_furthest (self);
  self->time_delta = CLAMP (self->time_delta + (delta - self->time_delta) / 5, -furthest, furthest);
}

static void
adopt (WfdPeerNode *self, Link *link, const WfdPeerWelcome *welcome)
{
  /* Somebody else sits at the address. */
  if ((link->wanted_id != NULL && !g_str_equal (link->wanted_id, welcome->peer_id))
      || (link->proved && !g_str_equal (link->peer_id, welcome->peer_id))) {
    fail (self, link, WFD_PEER_CONNECTION_FAILED);
    return;
  }
  /* Two nodes that reach for each other at once would have two links. */
  if (link->type == WFD_PEER_LINK_NEIGHBOUR
      && (welcome->node_id == self->node_id || has_neighbour (self, welcome->node_id))) {
    fail (self, link, WFD_PEER_CONNECTION_REFUSED);
    return;
  }

  link->node_id = welcome->node_id;
  g_free (link->peer_id);
  link->peer_id = g_strdup (welcome->peer_id);
  keep_addresses (link, welcome->addresses);
  if (link->type == WFD_PEER_LINK_NEIGHBOUR)
    take_time (self, link, welcome->peer_time);
  connected (self, link);
  if (link->type == WFD_PEER_LINK_DIRECT)
    return;
  wfd_peer_node_start_sync (self, link);
  wfd_peer_node_go_on (self);
}

static void
be_refused (WfdPeerNode *self, Link *link, const WfdPeerEnd *refusal)
{
  wfd_peer_node_remember_referrals (self, link, refusal->referrals);
  link->is_busy = refusal->code == WFD_PEER_REFUSE_BUSY;
  /* On the same connection: the first CONNECT has been answered or will be. */
  if (refusal->code != WFD_PEER_REFUSE_ALREADY_CONNECTED)
    fail (self, link, WFD_PEER_CONNECTION_REFUSED);
}

static void
deliver (WfdPeerNode *self, Link *link, const WfdPeerMessage *message)
{
  const WfdPeerData *data = &message->data;
  gsize before = g_bytes_get_size (message->octets) - data->data.left;
  g_autoptr (WfdPeerEvent) event = NULL;

  if (wfd_peer_guid_equal (data->type, &ping) && data->data.left == 0)
    return;

  link->used_us = self->now_us;
  event = wfd_peer_event_new (WFD_PEER_EVENT_DATA);
  event->link_id = link->id;
  event->node_id = link->node_id;
  event->guid = *data->type;
  event->data = g_bytes_new_from_bytes (message->octets, before, data->data.left);
  self->calls->tell (self->user_data, event);
}

/* Records of a direct connection are nobody's (glossary: "only for application
 * messages"). */
static void
synchronize (WfdPeerNode *self, Link *link, const WfdPeerMessage *message)
{
  if (link->type != WFD_PEER_LINK_NEIGHBOUR || !wfd_peer_node_sync_message (self, link, message))
    end (self, link);
}

/* Nothing was heard of the end: they are not known to have left. */
static void
miss (WfdPeerNode *self, Link *link)
{
  if (link->type != WFD_PEER_LINK_NEIGHBOUR)
    return;
  if (link->addresses->len > 0)
    wfd_peer_node_miss (self, link->node_id, (const WfdPeerAddress *) link->addresses->data,
        link->addresses->len, TRUE);
  else if (link->ours)
    wfd_peer_node_miss (self, link->node_id, &link->address, 1, TRUE);
}

static void
be_ended (WfdPeerNode *self, Link *link, const WfdPeerMessage *message)
{
  if (message != NULL && message->type == WFD_PEER_DISCONNECT)
    wfd_peer_node_remember_referrals (self, link, message->end.referrals);
  end (self, link);
}

/* Unless it has found a place elsewhere. */
static void
retry (WfdPeerNode *self, Link *link)
{
  if (has_place (self))
    fail (self, link, WFD_PEER_CONNECTION_FAILED);
  else
    open_link (self, link);
}

/* After this, @link may be gone. */
void
wfd_peer_node_link_event (WfdPeerNode *self, Link *link, WfdPeerLinkEvent event,
    const WfdPeerMessage *message)
{
  switch (wfd_peer_link_next (link->state, event)) {
    case WFD_PEER_LINK_IGNORE:
      break;
    case WFD_PEER_LINK_RETRY:
      retry (self, link);
      break;
    case WFD_PEER_LINK_ASK:
      ask (self, link);
      break;
    case WFD_PEER_LINK_PROCEED:
      proceed (self, link);
      break;
    case WFD_PEER_LINK_ANSWER:
      answer (self, link, &message->connect);
      break;
    case WFD_PEER_LINK_UPDATE:
      update (self, link, &message->connect);
      break;
    case WFD_PEER_LINK_ADOPT:
      adopt (self, link, &message->welcome);
      break;
    case WFD_PEER_LINK_BE_REFUSED:
      be_refused (self, link, &message->end);
      break;
    case WFD_PEER_LINK_DELIVER:
      deliver (self, link, message);
      break;
    case WFD_PEER_LINK_SYNC:
      synchronize (self, link, message);
      break;
    case WFD_PEER_LINK_FAIL:
      fail (self, link,
          link->state == WFD_PEER_LINK_PROVING && event != WFD_PEER_LINK_EVENT_CLOSE
              ? WFD_PEER_NOT_AUTHENTICATED
              : WFD_PEER_CONNECTION_FAILED);
      break;
    case WFD_PEER_LINK_LEAVE:
      leave (self, link,
          self->left ? WFD_PEER_DISCONNECT_LEAVING : WFD_PEER_DISCONNECT_APPLICATION);
      break;
    case WFD_PEER_LINK_END:
      if (event == WFD_PEER_LINK_EVENT_LOST)
        miss (self, link);
      be_ended (self, link, message);
      break;
  }
}

/* Neighbours that came to us before we listened can be sent to us from now on. */
void
wfd_peer_node_send_addresses (WfdPeerNode *self)
{
  WfdPeerConnect connect = { WFD_PEER_CONNECT_UPDATE, self->node_id };
  GHashTableIter iter;
  gpointer value;

  if (self->listening->len == 0)
    return;
  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (wfd_peer_link_is_neighbour (value))
      wfd_peer_node_send_message (self, value,
          wfd_peer_build_connect (&connect, (const WfdPeerAddress *) self->listening->data,
              self->listening->len));
}

/* --- from outside --- */

guint32
wfd_peer_node_connect (WfdPeerNode *self, WfdPeerLinkType type, const char *peer_id,
    const WfdPeerAddress *address, guint64 *ret_link_id)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (type == WFD_PEER_LINK_NEIGHBOUR && g_hash_table_iter_next (&iter, NULL, &value)) {
    const Link *link = value;

    if (wfd_peer_link_is_neighbour (link) && peer_id != NULL
        && g_strcmp0 (link->peer_id, peer_id) == 0)
      return WFD_PEER_ALREADY_EXISTS;
    if (wfd_peer_link_is_neighbour (link) && link->ours
        && wfd_peer_address_equal (&link->address, address))
      return WFD_PEER_ALREADY_EXISTS;
  }

  *ret_link_id = wfd_peer_node_open_link (self, type, peer_id, address)->id;
  return WFD_PEER_OK;
}

guint32
wfd_peer_node_disconnect_direct (WfdPeerNode *self, guint64 link_id)
{
  Link *link = wfd_peer_node_get_link (self, link_id);

  if (link == NULL || link->type != WFD_PEER_LINK_DIRECT)
    return WFD_PEER_CONNECTION_NOT_FOUND;

  wfd_peer_node_link_event (self, link, WFD_PEER_LINK_EVENT_CLOSE, NULL);
  return WFD_PEER_OK;
}

gboolean
wfd_peer_node_is_connected (const WfdPeerNode *self, guint64 link_id)
{
  const Link *link = wfd_peer_node_get_link (self, link_id);

  return link != NULL && link->state == WFD_PEER_LINK_CONNECTED;
}

guint32
wfd_peer_node_send (WfdPeerNode *self, guint64 link_id, const WfdPeerGuid *type, const guint8 *data,
    gsize size)
{
  Link *link;

  if (wfd_peer_guid_equal (type, &ping) || size > WFD_LIMIT_PEER_DATA_BYTES)
    return WFD_PEER_INVALID_ARGUMENT;
  if (!wfd_peer_node_is_connected (self, link_id))
    return WFD_PEER_CONNECTION_NOT_FOUND;

  link = wfd_peer_node_get_link (self, link_id);
  link->used_us = self->now_us;
  send_with_body (self, link, wfd_peer_build_data (type, size), wfd_bytes (data, size));
  return WFD_PEER_OK;
}

GPtrArray *
wfd_peer_node_list_links (const WfdPeerNode *self, guint types)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_link_info_free);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Link *link = value;
    WfdPeerLinkInfo *info;

    if (link->state != WFD_PEER_LINK_CONNECTED || (link->type & types) == 0)
      continue;
    info = g_new0 (WfdPeerLinkInfo, 1);
    *info = (WfdPeerLinkInfo) { link->id, link->type, link->node_id, g_strdup (link->peer_id),
      link->address };
    g_ptr_array_add (infos, info);
  }
  return infos;
}

guint64
wfd_peer_node_accept (WfdPeerNode *self, const WfdPeerAuthInfo *info, const WfdPeerAddress *address)
{
  Link *link = add_link (self, info->link_type, FALSE, address);

  link->peer_id = g_strdup (info->source_id);
  enter (self, link, self->secured ? WFD_PEER_LINK_PROVING : WFD_PEER_LINK_EXPECTED);
  return link->id;
}

static void
happened (WfdPeerNode *self, guint64 link_id, WfdPeerLinkEvent event)
{
  Link *link = wfd_peer_node_get_link (self, link_id);

  if (link != NULL)
    wfd_peer_node_link_event (self, link, event, NULL);
}

void
wfd_peer_node_opened (WfdPeerNode *self, guint64 link_id)
{
  happened (self, link_id, WFD_PEER_LINK_EVENT_OPENED);
}

/* Who was asked for or has named themselves; else whoever is there. */
void
wfd_peer_node_secured (WfdPeerNode *self, guint64 link_id, const char *peer_id)
{
  Link *link = wfd_peer_node_get_link (self, link_id);
  const char *named;

  if (link == NULL)
    return;
  named = link->ours ? link->wanted_id : link->peer_id;
  if (named != NULL && !g_str_equal (named, peer_id)) {
    fail (self, link, WFD_PEER_CONNECTION_FAILED);
    return;
  }
  g_free (link->peer_id);
  link->peer_id = g_strdup (peer_id);
  link->proved = TRUE;
  wfd_peer_node_link_event (self, link, WFD_PEER_LINK_EVENT_SECURED, NULL);
}

void
wfd_peer_node_end_links (WfdPeerNode *self, gboolean (*may_stay) (gpointer, const char *peer_id),
    gpointer user_data)
{
  g_autoptr (GList) links = g_hash_table_get_values (self->links);

  for (GList *l = links; l != NULL; l = l->next) {
    Link *link = l->data;

    if (link->proved && !may_stay (user_data, link->peer_id))
      wfd_peer_node_link_event (self, link, WFD_PEER_LINK_EVENT_CLOSE, NULL);
  }
}

void
wfd_peer_node_lost (WfdPeerNode *self, guint64 link_id)
{
  happened (self, link_id, WFD_PEER_LINK_EVENT_LOST);
}

gboolean
wfd_peer_node_received (WfdPeerNode *self, guint64 link_id, GBytes *octets)
{
  Link *link = wfd_peer_node_get_link (self, link_id);
  WfdPeerMessage message;

  if (link == NULL)
    return FALSE;
  if (!wfd_peer_message_read (wfd_bytes_of (octets), &message)) {
    wfd_peer_node_link_event (self, link, WFD_PEER_LINK_EVENT_LOST, NULL);
    return FALSE;
  }

  message.octets = octets;
  wfd_peer_node_link_event (self, link, wfd_peer_link_event_of (message.type), &message);
  return wfd_peer_node_get_link (self, link_id) != NULL;
}

void
wfd_peer_node_grew (WfdPeerNode *self, guint64 link_id)
{
  Link *link = wfd_peer_node_get_link (self, link_id);

  if (link != NULL && wfd_peer_link_is_neighbour (link))
    wfd_peer_node_watch_silence (self, link);
}

void
wfd_peer_node_drained (WfdPeerNode *self, guint64 link_id)
{
  Link *link = wfd_peer_node_get_link (self, link_id);

  if (link != NULL && link->state == WFD_PEER_LINK_CONNECTED)
    wfd_peer_node_pump (self, link);
}
