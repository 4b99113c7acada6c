/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A group of our own: begun without a peer, it lets others in, also beside each
 * other, and goes on when one of them goes. */
#include "link-p2p-op-private.h"

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* --- who is in it --- */

static gboolean
find_member (WfdP2pGroup *group, const char *peer_path, char **ret_id, guint *ret_index)
{
  *ret_id = wfd_p2p_read_peer_id (peer_path);
  return *ret_id != NULL
      && g_ptr_array_find_with_equal_func (group->members, *ret_id, g_str_equal, ret_index);
}

void
wfd_p2p_group_add_member (WfdP2pGroup *group, const char *peer_path)
{
  g_autofree char *id = NULL;
  guint index;

  if (!find_member (group, peer_path, &id, &index) && id != NULL
      && group->members->len < WFD_LIMIT_STATIONS)
    g_ptr_array_add (group->members, g_steal_pointer (&id));
}

void
wfd_p2p_group_remove_member (WfdP2pGroup *group, const char *peer_path)
{
  g_autofree char *id = NULL;
  guint index;

  if (find_member (group, peer_path, &id, &index))
    g_ptr_array_remove_index (group->members, index);
}

/* Somebody else may be in it, and has his own session. */
gboolean
wfd_p2p_group_outlives_peer (WfdP2pGroup *group)
{
  const char *peer_id = group->info->peer != NULL ? wfd_link_peer_get_id (group->info->peer) : NULL;

  for (guint i = 0; i < group->members->len; i++) {
    if (g_strcmp0 (g_ptr_array_index (group->members, i), peer_id) != 0)
      return TRUE;
  }
  return group->is_kept;
}

void
wfd_p2p_group_vacate (WfdP2pGroup *group)
{
  group->is_up = group->is_away = FALSE;
  group->has_station = group->knows_station = FALSE;
  wfd_p2p_clear_source (&group->ride_out);
  wfd_p2p_clear_source (&group->loss_timer);
  g_clear_pointer (&group->stations, wfd_station_watch_free);
  g_clear_object (&group->info->peer);
  g_clear_object (&group->info->peer_address);
  wfd_net_forget_neighbours (group->info->interface);
  g_clear_object (&group->given_address);
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
  wfd_p2p_op_ask_p2p (op, WPAS_GROUP_ADD,
      wfd_p2p_build_begin (op->persistent_path, op->link->options.frequency_mhz), NULL);
}

/* --- let in --- */

gboolean
wfd_p2p_op_is_inside (WfdP2pOp *op)
{
  WfdP2pGroup *group = op->link->group;

  return (op->wish & WFD_P2P_OPENS) != 0 && (op->wish & WFD_P2P_STARTED) == 0 && group != NULL
      && group->info->is_owner && (group->is_kept || group->is_up);
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
  wfd_p2p_op_ask (op, op->link->owner, op->link->group->interface_path, WPAS_INTERFACE_WPS,
      WPAS_WPS_START, wfd_p2p_build_admit (wfd_link_peer_get_id (op->peer), op->pairing.pin), NULL);
}

/* A peer that waits for a group to be negotiated has to be told that there is one; one
 * that has asked to come in knows. */
static void
invite_in (WfdP2pOp *op)
{
  g_autofree char *path = wfd_p2p_link_dup_peer_path (op->link, op->peer);

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
  invite_in (op);
  wfd_p2p_op_advance (op);
}

void
wfd_p2p_op_begin_invite_in (WfdP2pOp *op)
{
  g_autofree char *path = wfd_p2p_link_dup_peer_path (op->link, op->peer);

  wfd_p2p_op_ask (op, op->link->owner, op->link->group->interface_path, WPAS_INTERFACE_P2P,
      WPAS_INVITE, wfd_p2p_build_invite_in (path), NULL);
}

void
wfd_p2p_op_stop_admitting (WfdP2pOp *op)
{
  if (wfd_p2p_op_is_inside (op) && (op->wish & WFD_P2P_REOPENS) == 0)
    wfd_p2p_link_send_to (op->link, op->link->group->interface_path, WPAS_INTERFACE_WPS,
        WPAS_WPS_CANCEL, NULL);
}
