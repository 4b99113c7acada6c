/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several sources of this program on one adapter: one group for all. The second has its peer let
 * into the group of the first, and the last that leaves ends it. What each does stands in its
 * claims, as they live in different threads; and a source of another program waits as well until
 * a group is formed. It has none in common with us: a peer knows one RTSP port of this device,
 * at which one program listens. */
#include "link-p2p-claim.h"
#include "link-p2p-op-private.h"

#include <base-limits.h>

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* How often it is looked whether another has formed its group. */
#define LOOK_MS 200
/* As long as an operation may last. */
#define TURN_US (120 * G_USEC_PER_SEC)

/* --- what others say --- */

/* Who has it for longer than anything may take does not use it. @key: whose it is: of a link, or
 * of its group, which is being formed until it is open */
static gboolean
has_turn (GHashTable *claim, const char *key, WfdP2pLink *self)
{
  gint64 age_us = wfd_p2p_claim_get_now_us () - wfd_p2p_claim_get_us (claim, KEY_TURN);

  return wfd_p2p_claim_says (claim, key, self->interface_path) && age_us >= 0 && age_us < TURN_US;
}

/* The turn is given up when the group has a claim, completely: who asks for both asks for the turn
 * first, or finds neither. */
static gboolean
somebody_has_turn (WfdP2pLink *self)
{
  g_autoptr (GPtrArray) others = wfd_p2p_link_read_others (self);

  for (guint i = 0; i < others->len; i++) {
    if (has_turn (g_ptr_array_index (others, i), KEY_DEVICE, self))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_at (GHashTable *claim, const char *interface_path)
{
  return wfd_p2p_claim_says (claim, KEY_PATH, interface_path);
}

gboolean
wfd_p2p_link_gives_way (WfdP2pLink *self)
{
  return self->owner != NULL && !wfd_p2p_link_has_to_undo (self, WFD_P2P_UNDO_TURN)
      && somebody_has_turn (self);
}

gboolean
wfd_p2p_link_is_of_other (WfdP2pLink *self, const char *interface_path)
{
  g_autoptr (GPtrArray) others = NULL;

  if (wfd_p2p_link_has_to_undo (self, WFD_P2P_UNDO_TURN))
    return FALSE;
  if (somebody_has_turn (self))
    return TRUE;
  others = wfd_p2p_link_read_others (self);
  for (guint i = 0; i < others->len; i++) {
    if (is_at (g_ptr_array_index (others, i), interface_path))
      return TRUE;
  }
  return FALSE;
}

/* --- in --- */

/* FALSE if that is none, or nobody could be told that we are in it. */
static gboolean
enter (WfdP2pLink *self, GHashTable *claim, GPtrArray *others)
{
  g_autofree char *folder = wfd_p2p_link_dup_claim_folder (self);
  const char *path = wfd_p2p_claim_get_path (claim, KEY_PATH),
             *group_path = wfd_p2p_claim_get_path (claim, KEY_GROUP);
  WfdClaim *ours = path != NULL && group_path != NULL ? wfd_claim_new (folder) : NULL;

  if (ours == NULL)
    return FALSE;
  self->group = g_new0 (WfdP2pGroup, 1);
  *self->group = (WfdP2pGroup) {
    .info = wfd_link_info_new (),
    .interface_path = g_strdup (path),
    .group_path = g_strdup (group_path),
    .claim = ours,
    .is_shared = TRUE,
    .server = g_strdup (g_hash_table_lookup (claim, KEY_PROGRAM)),
  };
  self->group->info->is_owner = TRUE;
  self->group->info->is_persistent = g_hash_table_contains (claim, KEY_PERSISTENT);
  wfd_p2p_group_init_members (self->group);
  wfd_p2p_group_claim_all (self);
  for (guint i = 0; i < others->len; i++) {
    GHashTable *other = g_ptr_array_index (others, i);
    const char *stations = g_hash_table_lookup (other, KEY_STATIONS);

    if (stations != NULL && is_at (other, path))
      wfd_p2p_group_learn_stations (self->group, stations);
  }
  return TRUE;
}

/* Both would have one station, and the end of either would be that of the other. */
static gboolean
has_our_peer (GHashTable *claim, WfdP2pOp *op, const char *process)
{
  return op->peer != NULL && wfd_p2p_claim_says (claim, KEY_PROCESS, process)
      && wfd_p2p_claim_says (claim, KEY_PEER, wfd_link_peer_get_id (op->peer));
}

/* wpa_supplicant has one group of ours, that of before, to which it would invite the peer; whose
 * sessions are those of that program. */
static gboolean
is_group_of_other_program (GHashTable *claim, WfdP2pOp *op, const char *process)
{
  return (op->facts & WFD_P2P_PAIRED_HERE) != 0 && g_hash_table_contains (claim, KEY_OPEN)
      && wfd_p2p_claim_says (claim, KEY_ADAPTER, op->link->interface_path)
      && !wfd_p2p_claim_says (claim, KEY_PROCESS, process);
}

/* A peer that owns a group comes into no other. FALSE without @error: as long as another link of
 * ours forms a group, of which ours would be the end. */
static gboolean
take_turn (WfdP2pOp *op, GError **error)
{
  WfdP2pLink *self = op->link;
  gboolean is_others = somebody_has_turn (self);
  g_autoptr (GPtrArray) others = wfd_p2p_link_read_others (self);
  g_autofree char *process = wfd_p2p_claim_dup_process ();
  GHashTable *open = NULL;

  for (guint i = 0; i < others->len; i++) {
    GHashTable *claim = g_ptr_array_index (others, i);

    if (has_our_peer (claim, op, process)) {
      g_set_error (error, WFD_ERROR, WFD_ERROR_IN_USE,
          "This program has a link to %s already, and a display shows one source at a time; name "
          "another display, or use tee in front of the one sink",
          wfd_link_peer_get_id (op->peer));
      return FALSE;
    }
    if (is_group_of_other_program (claim, op, process)) {
      g_set_error (error, WFD_ERROR, WFD_ERROR_STATE,
          "Another program shows something in the group into which %s would be invited; end that "
          "first, or, for two displays at once, let one program show on both",
          wfd_link_peer_get_id (op->peer));
      return FALSE;
    }
    is_others |= has_turn (claim, KEY_ADAPTER, self);
    if (wfd_p2p_claim_says (claim, KEY_ADAPTER, self->interface_path)
        && wfd_p2p_claim_says (claim, KEY_PROCESS, process)
        && g_hash_table_contains (claim, KEY_OPEN))
      open = claim;
  }
  if (is_others)
    return FALSE;
  if (open == NULL || wfd_p2p_op_joins (op) || !enter (self, open, others))
    wfd_p2p_link_claim_turn (self, TRUE);
  /* What is said of this device is what the last one has said. */
  if (others->len > 0)
    wfd_p2p_link_announce_anew (self);
  return TRUE;
}

static gboolean
on_look (gpointer user_data)
{
  wfd_p2p_op_begin_share (user_data);
  return G_SOURCE_REMOVE;
}

static void
look_again (WfdP2pOp *op)
{
  op->has_waited = TRUE;
  wfd_p2p_op_wake_in (op, op->n_busy > 0 ? WFD_P2P_CLAIMS_BUSY_MS : LOOK_MS, on_look);
}

static gboolean
may_begin (WfdP2pOp *op, GError **error)
{
  int lock;
  gboolean is_ours;

  /* The peer was faster. */
  if (op->link->group != NULL || op->link->options.advert.type != WFD_IE_TYPE_SOURCE)
    return TRUE;
  if (!wfd_p2p_op_lock_claims (op, &lock))
    return FALSE;
  is_ours = take_turn (op, error);
  wfd_claim_unlock (lock);
  return is_ours;
}

void
wfd_p2p_op_begin_share (WfdP2pOp *op)
{
  GError *error = NULL;

  if (!may_begin (op, &error)) {
    if (error != NULL)
      wfd_p2p_op_fail (op, error);
    else
      look_again (op);
    return;
  }
  wfd_p2p_clear_source (&op->step_timer);
  /* A person has had to do with the other display until now. */
  if (op->has_waited)
    wfd_p2p_op_watch_time (op);
  op->has_waited = FALSE;
  if (op->link->group != NULL)
    wfd_p2p_link_search (op->link, WFD_P2P_SEARCH_NONE);
  wfd_p2p_op_advance (op);
}

gboolean
wfd_p2p_link_is_beside_group (WfdP2pLink *self)
{
  g_autoptr (GPtrArray) others = wfd_p2p_link_read_others (self);
  gboolean is_beside = somebody_has_turn (self);

  for (guint i = 0; i < others->len; i++)
    is_beside |= g_hash_table_contains (g_ptr_array_index (others, i), KEY_PATH);
  return is_beside;
}

static gint64
get_longest_listening_us (WfdP2pLink *self)
{
  g_autoptr (GPtrArray) others = wfd_p2p_link_read_others (self);
  gint64 longest_us = 0;

  for (guint i = 0; i < others->len; i++) {
    GHashTable *claim = g_ptr_array_index (others, i);

    if (wfd_p2p_claim_says (claim, KEY_DEVICE, self->interface_path))
      longest_us = MAX (longest_us, wfd_p2p_claim_get_us (claim, KEY_LISTENS));
  }
  return longest_us;
}

gboolean
wfd_p2p_link_has_company (WfdP2pLink *self)
{
  g_autoptr (GPtrArray) others = wfd_p2p_link_read_others (self);

  for (guint i = 0; i < others->len; i++) {
    if (wfd_p2p_claim_says (g_ptr_array_index (others, i), KEY_DEVICE, self->interface_path))
      return TRUE;
  }
  return FALSE;
}

gboolean
wfd_p2p_link_others_listen (WfdP2pLink *self)
{
  return self->interface_path != NULL && get_longest_listening_us (self) > 0;
}

guint
wfd_p2p_link_share_listening (WfdP2pLink *self, guint period_ms)
{
  gint64 longest_us = period_ms * G_TIME_SPAN_MILLISECOND;
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, longest_us);

  if (self->claim != NULL)
    wfd_claim_set (self->claim, KEY_LISTENS, period_ms > 0 ? text : NULL);
  /* Behind that, so that of two at once the last knows of both. */
  longest_us = MAX (longest_us, get_longest_listening_us (self));
  return MIN (longest_us / G_TIME_SPAN_MILLISECOND, G_MAXUINT16);
}

/* --- out --- */

static gboolean
is_with_others (WfdP2pLink *self)
{
  g_autoptr (GPtrArray) claims = wfd_p2p_link_read_others (self);
  guint n = 0;

  for (guint i = 0; i < claims->len; i++)
    n += is_at (g_ptr_array_index (claims, i), self->group->interface_path);
  /* Of which one is ours. */
  return n > (self->group->claim != NULL);
}

gboolean
wfd_p2p_link_shares_group (WfdP2pLink *self)
{
  return self->group->claim != NULL && is_with_others (self);
}

/* Whoever does not know the number of our server would never end it. */
static gboolean
others_know_server (WfdP2pLink *self)
{
  g_autoptr (GPtrArray) claims = wfd_p2p_link_read_others (self);
  const char *number = wfd_process_get_number (self->group->dhcp);

  for (guint i = 0; i < claims->len; i++)
    if (is_at (g_ptr_array_index (claims, i), self->group->interface_path)
        && wfd_p2p_claim_says (g_ptr_array_index (claims, i), KEY_PROGRAM, number))
      return TRUE;
  return FALSE;
}

static void
leave_to_others (WfdP2pLink *self)
{
  WfdP2pGroup *group = self->group;
  gboolean is_known = group->dhcp != NULL && others_know_server (self);

  group->is_left = TRUE;
  group->has_address = FALSE;
  g_clear_pointer (&group->dhcp, is_known ? wfd_process_leave : wfd_process_free);
}

/* Of two that go at once the second is the last. Without the lock, both: it is ended twice, or
 * under somebody who is about to enter, and tries again. */
void
wfd_p2p_group_release (WfdP2pLink *self)
{
  WfdP2pGroup *group = self->group;
  g_autofree char *folder = wfd_p2p_link_dup_claim_folder (self);
  int lock;

  if (group->claim == NULL)
    return;
  lock = wfd_claim_lock (folder);
  g_clear_pointer (&group->claim, wfd_claim_free);
  if (is_with_others (self))
    leave_to_others (self);
  else if (group->server != NULL && group->info->interface != NULL)
    wfd_process_end_stray (group->server, group->info->interface);
  wfd_claim_unlock (lock);
}

const char *
wfd_p2p_group_get_end (WfdP2pLink *self, GVariant **ret_args)
{
  const guint8 *station;

  *ret_args = NULL;
  wfd_p2p_group_release (self);
  if (!self->group->is_left)
    return WPAS_DISCONNECT;
  if (self->op != NULL)
    wfd_p2p_op_stop_admitting (self->op);
  station = wfd_p2p_group_get_station (self->group);
  if (station == NULL)
    return NULL;
  *ret_args = wfd_p2p_build_remove (station);
  return WPAS_REMOVE_CLIENT;
}

void
wfd_p2p_link_end_group (WfdP2pLink *self)
{
  GVariant *args;
  const char *method = wfd_p2p_group_get_end (self, &args);

  if (method != NULL)
    wfd_p2p_link_send (self, self->group->interface_path, method, args);
}
