/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A group of our own: begun without a peer, it lets others in, also beside each
 * other, and goes on when one of them goes. */
#include "link-p2p-claim.h"
#include "link-p2p-op-private.h"

#include "link-p2p-wire.h"
#include "link-wpas.h"

static void
clear_member (gpointer data)
{
  WfdP2pMember *member = data;

  g_free (member->id);
}

typedef struct
{
  guint8 station[WFD_STATION_ADDRESS_BYTES];
  GInetAddress *address;
} Lease;

static void
lease_free (gpointer data)
{
  Lease *lease = data;

  g_object_unref (lease->address);
  g_free (lease);
}

void
wfd_p2p_group_init_members (WfdP2pGroup *group)
{
  group->members = g_array_new (FALSE, FALSE, sizeof (WfdP2pMember));
  g_array_set_clear_func (group->members, clear_member);
  group->leases = g_ptr_array_new_with_free_func (lease_free);
}

/* --- who is in it --- */

static WfdP2pMember *
get_member (WfdP2pGroup *group, guint index)
{
  return &g_array_index (group->members, WfdP2pMember, index);
}

/* -1 if he is not in it. @id: (nullable) */
static gint
find_member (WfdP2pGroup *group, const char *id)
{
  for (guint i = 0; i < group->members->len; i++) {
    if (g_strcmp0 (get_member (group, i)->id, id) == 0)
      return i;
  }
  return -1;
}

/* @id: (nullable) (transfer full) */
static void
add_member (WfdP2pGroup *group, char *id)
{
  WfdP2pMember member = { id };

  if (id != NULL && find_member (group, id) < 0 && group->members->len < WFD_LIMIT_STATIONS)
    g_array_append_val (group->members, member);
  else
    g_free (id);
}

void
wfd_p2p_group_add_member (WfdP2pGroup *group, const char *peer_path)
{
  add_member (group, wfd_p2p_read_peer_id (peer_path));
}

/* For others of ours, who may come into the group later than they. */
static void
claim_stations (WfdP2pGroup *group)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < group->members->len; i++) {
    WfdP2pMember *member = get_member (group, i);
    g_autofree char *station = member->has_station ? wfd_p2p_address_to_id (member->station) : NULL;

    if (station != NULL)
      g_string_append_printf (text, "%s%s %s", text->len > 0 ? " " : "", member->id, station);
  }
  if (group->claim != NULL)
    wfd_claim_set (group->claim, KEY_STATIONS, text->len > 0 ? text->str : NULL);
}

void
wfd_p2p_group_learn_stations (WfdP2pGroup *group, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 2 * WFD_LIMIT_STATIONS);

  for (guint i = 0; words[i] != NULL && words[i + 1] != NULL; i += 2) {
    gint index;

    add_member (group, g_strdup (words[i]));
    index = find_member (group, words[i]);
    if (index >= 0)
      get_member (group, index)->has_station =
          wfd_link_read_address (words[i + 1], get_member (group, index)->station);
  }
}

void
wfd_p2p_group_note_joined (WfdP2pGroup *group, const char *peer_path)
{
  wfd_p2p_group_add_member (group, peer_path);
  g_free (group->newcomer);
  group->newcomer = wfd_p2p_read_peer_id (peer_path);
}

void
wfd_p2p_group_note_station (WfdP2pGroup *group, const char *station)
{
  g_autofree char *id = g_steal_pointer (&group->newcomer);
  gint index = id != NULL ? find_member (group, id) : -1;
  WfdP2pMember *member = index >= 0 ? get_member (group, index) : NULL;

  if (member != NULL)
    member->has_station = wfd_link_read_address (station, member->station);
  claim_stations (group);
}

/* By its address as a device it would also be forgotten. */
void
wfd_p2p_group_turn_out (WfdP2pLink *self, WfdLinkPeer *peer)
{
  WfdP2pGroup *group = self->group;

  for (guint i = 0; i < group->members->len; i++) {
    const WfdP2pMember *member = get_member (group, i);

    if (member->has_station && strcmp (member->id, wfd_link_peer_get_id (peer)) != 0)
      wfd_p2p_link_send (self, group->interface_path, WPAS_REMOVE_CLIENT,
          wfd_p2p_build_remove (member->station));
  }
}

static gboolean
is_same (const guint8 *station, gpointer other)
{
  return memcmp (station, other, WFD_STATION_ADDRESS_BYTES) == 0;
}

static const char *
get_peer_id (WfdP2pGroup *group)
{
  return group->info->peer != NULL ? wfd_link_peer_get_id (group->info->peer) : NULL;
}

const guint8 *
wfd_p2p_group_get_station (WfdP2pGroup *group)
{
  gint index = find_member (group, get_peer_id (group));

  return index >= 0 && get_member (group, index)->has_station ? get_member (group, index)->station
                                                              : NULL;
}

gboolean
wfd_p2p_group_knows_station (WfdP2pGroup *group)
{
  return wfd_p2p_group_get_station (group) != NULL;
}

gboolean
wfd_p2p_group_may_be_peer (const guint8 *station, gpointer user_data)
{
  WfdP2pGroup *group = user_data;
  const char *peer_id = get_peer_id (group);

  for (guint i = 0; i < group->members->len; i++) {
    WfdP2pMember *member = get_member (group, i);

    if (member->has_station && is_same (station, member->station))
      return g_strcmp0 (member->id, peer_id) == 0;
  }
  return !wfd_p2p_group_knows_station (group);
}

/* --- what they were given --- */

static void
forget_leases (WfdP2pGroup *group, WfdNetStationFunc is_wanted, gpointer user_data)
{
  for (guint i = group->leases->len; i > 0; i--) {
    Lease *lease = g_ptr_array_index (group->leases, i - 1);

    if (is_wanted (lease->station, user_data))
      g_ptr_array_remove_index (group->leases, i - 1);
  }
}

/* A station has one address, and an address one station. */
static void
make_way (WfdP2pGroup *group, const Lease *lease)
{
  for (guint i = group->leases->len; i > 0; i--) {
    Lease *old = g_ptr_array_index (group->leases, i - 1);

    if (is_same (old->station, (gpointer) lease->station)
        || g_inet_address_equal (old->address, lease->address))
      g_ptr_array_remove_index (group->leases, i - 1);
  }
}

void
wfd_p2p_group_take_lease (WfdP2pGroup *group, GInetAddress *address, const guint8 *station)
{
  Lease *lease = g_new (Lease, 1);

  lease->address = g_object_ref (address);
  memcpy (lease->station, station, sizeof (lease->station));
  make_way (group, lease);
  if (group->leases->len >= WFD_LIMIT_STATIONS)
    g_ptr_array_remove_index (group->leases, 0);
  g_ptr_array_add (group->leases, lease);
}

GInetAddress *
wfd_p2p_group_find_lease (WfdP2pGroup *group)
{
  for (guint i = group->leases->len; i > 0; i--) {
    Lease *lease = g_ptr_array_index (group->leases, i - 1);

    if (wfd_p2p_group_may_be_peer (lease->station, group))
      return lease->address;
  }
  return NULL;
}

/* --- when they go --- */

/* Who comes next may be given the address of one who has gone. */
static void
forget_addresses (WfdP2pGroup *group, WfdNetStationFunc is_wanted, gpointer user_data)
{
  if (group->info->interface != NULL)
    wfd_net_forget_neighbours (group->info->interface, is_wanted, user_data);
  forget_leases (group, is_wanted, user_data);
}

void
wfd_p2p_group_remove_member (WfdP2pGroup *group, const char *peer_path)
{
  g_autofree char *id = wfd_p2p_read_peer_id (peer_path);
  gint index = find_member (group, id);

  if (index < 0)
    return;
  if (get_member (group, index)->has_station)
    forget_addresses (group, is_same, get_member (group, index)->station);
  g_array_remove_index (group->members, index);
  claim_stations (group);
}

/* Somebody else may be in it, and has his own session. */
gboolean
wfd_p2p_group_outlives_peer (WfdP2pGroup *group)
{
  guint n_of_peer = find_member (group, get_peer_id (group)) >= 0;

  return group->members->len > n_of_peer || group->is_kept;
}

void
wfd_p2p_group_vacate (WfdP2pGroup *group)
{
  group->is_up = group->is_away = FALSE;
  wfd_p2p_group_claim_open (group);
  group->has_station = group->knows_station = FALSE;
  wfd_p2p_clear_source (&group->ride_out);
  wfd_p2p_clear_source (&group->loss_timer);
  g_clear_pointer (&group->stations, wfd_station_watch_free);
  forget_addresses (group, wfd_p2p_group_may_be_peer, group);
  g_clear_object (&group->info->peer);
  g_clear_object (&group->info->peer_address);
}

/* --- begun --- */

/* In a negotiation wpa_supplicant prefers 5 GHz, but in a group of its own a channel of
 * 2.4 GHz at random. That of a network in which this device is it prefers in both. */
void
wfd_p2p_op_begin_station (WfdP2pOp *op)
{
  if (op->link->options.frequency_mhz != 0)
    wfd_p2p_op_advance (op);
  else
    wfd_p2p_op_ask_all (op, op->link->interface_path, WPAS_INTERFACE_INTERFACE);
}

void
wfd_p2p_op_answered_station (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) properties = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;

  if (properties != NULL && !wfd_p2p_read_is_connected (properties))
    op->facts |= WFD_P2P_MAY_CHOOSE;
  wfd_p2p_op_advance (op);
}

#define ANY_OF_5_GHZ 5 /* hostap, wpas_p2p_select_go_freq */

void
wfd_p2p_op_begin_5_ghz (WfdP2pOp *op)
{
  wfd_p2p_op_ask_p2p (op, WPAS_GROUP_ADD, wfd_p2p_build_begin (op->persistent_path, ANY_OF_5_GHZ),
      NULL);
}

/* The driver or the country may not have it. */
void
wfd_p2p_op_answered_5_ghz (WfdP2pOp *op, GVariant *answer)
{
  if (answer != NULL)
    op->facts |= WFD_P2P_BEGUN;
  wfd_p2p_op_advance (op);
}

/* As it was before, if there was one: those who know it come in by themselves. */
void
wfd_p2p_op_begin_begin (WfdP2pOp *op)
{
  op->has_begun = TRUE;
  wfd_p2p_op_ask_p2p (op, WPAS_GROUP_ADD,
      wfd_p2p_build_begin (op->persistent_path, wfd_p2p_op_get_begin_mhz (op)), NULL);
}

/* --- let in --- */

gboolean
wfd_p2p_op_is_inside (WfdP2pOp *op)
{
  WfdP2pGroup *group = op->link->group;

  return (op->wish & WFD_P2P_OPENS) != 0 && (op->wish & WFD_P2P_STARTED) == 0 && group != NULL
      && group->info->is_owner && (group->is_kept || group->is_up || group->is_shared);
}

/* wpa_supplicant makes up no PIN for somebody who comes into a group. */
static void
ensure_pin (WfdP2pOp *op)
{
  if (op->pairing.pairing != WFD_PAIRING_PIN_DISPLAY || op->pin != NULL)
    return;
  op->pin = wfd_p2p_make_pin (g_random_int ());
  op->pairing.pin = op->pin;
}

void
wfd_p2p_op_begin_admit (WfdP2pOp *op)
{
  ensure_pin (op);
  op->admits = TRUE;
  wfd_p2p_op_ask (op, op->link->owner, op->link->group->interface_path, WPAS_INTERFACE_WPS,
      WPAS_WPS_START, wfd_p2p_build_admit (wfd_link_peer_get_id (op->peer), op->pairing.pin), NULL);
}

/* A peer that waits for a group to be negotiated has to be told that there is one; one
 * that has asked to come in knows. */
void
wfd_p2p_op_invite_in (WfdP2pOp *op)
{
  g_autofree char *path = wfd_p2p_link_dup_peer_path (op->link, op->peer);

  op->invites_in = TRUE;
  wfd_p2p_link_send (op->link, op->link->group->interface_path, WPAS_INVITE,
      wfd_p2p_build_invite_in (path));
}

void
wfd_p2p_op_answered_admit (WfdP2pOp *op, GVariant *answer)
{
  if (op->pairing.pairing == WFD_PAIRING_PIN_DISPLAY)
    wfd_link_emit (op->link, WFD_LINK_PIN, op->pin);
  if (wfd_p2p_op_has_ended (op))
    return;
  wfd_p2p_op_invite_in (op);
  wfd_p2p_op_advance (op);
}

void
wfd_p2p_op_begin_invite_in (WfdP2pOp *op)
{
  g_autofree char *path = wfd_p2p_link_dup_peer_path (op->link, op->peer);

  op->invites_in = TRUE;
  wfd_p2p_op_ask (op, op->link->owner, op->link->group->interface_path, WPAS_INTERFACE_P2P,
      WPAS_INVITE, wfd_p2p_build_invite_in (path), NULL);
}

/* wpa_supplicant goes on until it is heard, and would bring in again who has come by itself and
 * has left. */
void
wfd_p2p_op_end_invitation (WfdP2pOp *op)
{
  if (op->invites_in)
    wfd_p2p_link_send (op->link, op->link->interface_path, WPAS_STOP_FIND, NULL);
  op->invites_in = FALSE;
}

void
wfd_p2p_op_stop_admitting (WfdP2pOp *op)
{
  wfd_p2p_op_end_invitation (op);
  if (op->admits && wfd_p2p_op_is_inside (op))
    wfd_p2p_link_send_to (op->link, op->link->group->interface_path, WPAS_INTERFACE_WPS,
        WPAS_WPS_CANCEL, NULL);
  op->admits = FALSE;
}
