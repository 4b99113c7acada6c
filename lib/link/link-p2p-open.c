/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of a search, and from a peer to an open link. */
#include "link-p2p-op-private.h"

#include <base-limits.h>

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* Who owns a group is on the channel of that, also if it has not let us in. */
static gboolean
may_be_anywhere (WfdP2pOp *op)
{
  if (op->peer == NULL)
    return FALSE;
  if (wfd_link_peer_owns_group (op->peer))
    return TRUE;
  /* Whoever has formed no group listens. */
  if (op->doubts_peer && !wfd_link_peer_is_doubted (op->peer, g_get_monotonic_time ()))
    return FALSE;
  return op->last_failure != NULL
      && (!op->link->seeks_back || wfd_link_peer_is_doubted (op->peer, g_get_monotonic_time ()));
}

/* With a frequency of 6 GHz wpa_supplicant (2.10) refuses. */
#define MAX_JOIN_MHZ 5900

/* Where the group of the peer is, or was, so that it is not looked for on all channels, which takes
 * four seconds; 0 if that is not known, or the group may have moved. */
static guint
find_group_mhz (WfdP2pOp *op)
{
  guint8 device[WFD_IE_ADDRESS_BYTES];
  guint frequency_mhz = 0;

  if (op->peer == NULL || op->n_failures > 0 || op->was_started_over)
    return 0;
  if (wfd_link_read_address (wfd_link_peer_get_id (op->peer), device))
    frequency_mhz = wfd_net_find_group_mhz (op->link->device_name, device);
  /* Who has invited us need not have been heard there. */
  if (frequency_mhz == 0)
    frequency_mhz = wfd_link_peer_get_group_mhz (op->peer);
  return frequency_mhz <= MAX_JOIN_MHZ ? frequency_mhz : 0;
}

static void
answered_find (WfdP2pOp *op, GVariant *answer)
{
  op->link->is_finding = TRUE;
  wfd_p2p_op_advance (op);
}

/* Until the peer has been heard where its group was, or on the social channels. */
#define HEARD_MS 1000

static gboolean
on_not_heard (gpointer user_data)
{
  wfd_p2p_link_search (user_data, WFD_P2P_SEARCH_FULL);
  return G_SOURCE_REMOVE;
}

static void
glance_at_group (WfdP2pOp *op, guint frequency_mhz)
{
  wfd_p2p_link_wake_search_in (op->link, HEARD_MS, on_not_heard);
  wfd_p2p_link_note_search (op->link, WFD_P2P_SEARCH_GLANCE);
  wfd_p2p_op_ask_p2p (op, WPAS_FIND, wfd_p2p_build_glance (frequency_mhz), NULL);
}

/* Most devices listen on one of the three social channels; the rest is searched
 * when that has brought nothing. */
static void
begin_search (WfdP2pOp *op)
{
  WfdP2pSearch search = may_be_anywhere (op) ? WFD_P2P_SEARCH_FULL : WFD_P2P_SEARCH_SOCIAL;
  guint group_mhz;

  op->link->expects_back = FALSE;
  /* Who is expected is not looked for on one channel after the other meanwhile. */
  op->link->n_glances = op->doubts_peer ? 1 : 0;
  wfd_p2p_op_expect_peer (op, search);
  if (wfd_p2p_link_gives_way (op->link)) {
    wfd_p2p_link_search_again (op->link);
    if (op->step == WFD_P2P_STEP_FIND)
      answered_find (op, NULL);
    return;
  }
  if (op->step == WFD_P2P_STEP_FIND && wfd_p2p_link_is_sink (op->link)) {
    if (op->link->search != WFD_P2P_SEARCH_LISTEN)
      wfd_p2p_link_search_on (op->link);
    answered_find (op, NULL);
    return;
  }
  wfd_p2p_clear_source (&op->link->search_again);
  group_mhz = search == WFD_P2P_SEARCH_FULL ? find_group_mhz (op) : 0;
  if (group_mhz != 0) {
    glance_at_group (op, group_mhz);
    return;
  }
  wfd_p2p_link_note_search (op->link, search);
  wfd_p2p_op_ask_p2p (op, WPAS_FIND,
      wfd_p2p_build_find (search == WFD_P2P_SEARCH_SOCIAL,
          wfd_p2p_link_get_search_s (op->link, search)),
      NULL);
}

/* The peer comes by signal. */
static void
answered_search (WfdP2pOp *op, GVariant *answer)
{
}

/* Searching again would get in the way of what follows. */
static void
end_search (WfdP2pOp *op)
{
  wfd_p2p_clear_source (&op->expecting);
  wfd_p2p_link_search (op->link, WFD_P2P_SEARCH_NONE);
  wfd_p2p_op_advance (op);
}

/* Whether it is the one, or may take the place of the one. */
static gboolean
is_peer (WfdP2pOp *op, WfdLinkPeer *peer)
{
  return wfd_link_peer_matches (peer, op->wanted)
      && (op->peer == NULL || op->peer == peer || !wfd_p2p_link_has_peer (op->link, op->peer));
}

void
wfd_p2p_op_peer_seen (WfdP2pOp *op, WfdLinkPeer *peer)
{
  if (op->failure != NULL || op->wanted == NULL || (op->facts & WFD_P2P_PEER_KNOWN) != 0
      || !is_peer (op, peer))
    return;

  g_set_object (&op->peer, peer);
  if (wfd_link_peer_is_doubted (peer, g_get_monotonic_time ()))
    return;
  op->doubts_peer = FALSE;
  op->facts |= WFD_P2P_PEER_KNOWN;
  op->facts &= ~WFD_P2P_UNHEARD;
  /* That it still owns its group says that it was no group of before that refused. */
  if (op->refusal != NULL && wfd_p2p_op_joins (op)) {
    wfd_p2p_op_fail (op, g_steal_pointer (&op->refusal));
    return;
  }
  g_clear_error (&op->refusal);
  if (op->step == WFD_P2P_STEP_SEARCH)
    end_search (op);
}

void
wfd_p2p_op_peer_asks (WfdP2pOp *op, WfdLinkPeer *peer)
{
  if (op->doubts_peer && op->peer == peer)
    wfd_p2p_op_peer_seen (op, peer);
}

/* --- the pairing of before --- */

static void
ask_next_group (WfdP2pOp *op)
{
  if (op->paths[op->n_asked] != NULL)
    wfd_p2p_op_ask_property (op, op->paths[op->n_asked], WPAS_INTERFACE_PERSISTENT,
        WPAS_PERSISTENT_PROPERTIES);
  else
    wfd_p2p_op_advance (op);
}

static void
begin_groups (WfdP2pOp *op)
{
  wfd_p2p_op_take_paths (op, g_new0 (char *, 1));
  wfd_p2p_op_ask_property (op, op->link->interface_path, WPAS_INTERFACE_P2P,
      WPAS_PERSISTENT_GROUPS);
}

static gboolean
is_wanted_group (WfdP2pOp *op, GVariant *properties)
{
  g_autofree char *id = NULL;

  if ((op->wish & WFD_P2P_BEGINS) != 0)
    return wfd_p2p_read_is_owner (properties);
  id = g_ascii_strdown (op->peer != NULL ? wfd_link_peer_get_id (op->peer) : op->wanted, -1);
  return wfd_p2p_read_is_paired (properties, id);
}

/* The later of two is that of the later pairing. */
static void
look_at_pairing (WfdP2pOp *op, const char *path, GVariant *properties)
{
  if (properties == NULL || !is_wanted_group (op, properties))
    return;
  op->facts |= WFD_P2P_PAIRED;
  op->facts &= ~WFD_P2P_PAIRED_HERE;
  if (wfd_p2p_read_is_owner (properties))
    op->facts |= WFD_P2P_PAIRED_HERE;
  g_free (op->persistent_path);
  op->persistent_path = g_strdup (path);
  wfd_p2p_op_take_channel (op, properties);
}

/* Of too many those of the latest pairings, which are the last. */
static char **
dup_latest (GVariant *paths)
{
  g_autofree const char **all = g_variant_get_objv (paths, NULL);
  guint n = g_strv_length ((char **) all);

  return g_strdupv ((char **) all + n - MIN (n, WFD_LIMIT_WPAS_OBJECTS));
}

static void
answered_groups (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) paths = wfd_p2p_read_value (answer, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  g_autoptr (GVariant) properties = wfd_p2p_read_value (answer, G_VARIANT_TYPE_VARDICT);

  if (op->paths[op->n_asked] != NULL) {
    const char *path = op->paths[op->n_asked++];

    look_at_pairing (op, path, properties);
  } else if (paths != NULL) {
    wfd_p2p_op_take_paths (op, dup_latest (paths));
  }
  ask_next_group (op);
}

void
wfd_p2p_op_begin_not_paired (WfdP2pOp *op)
{
  if ((op->facts & WFD_P2P_HOSTS) != 0) {
    wfd_p2p_op_fail_with (op, WFD_ERROR_NOT_PAIRED,
        "wpa_supplicant knows no group of before that this device owns; pair first");
    return;
  }
  wfd_p2p_op_fail_with (op, WFD_ERROR_NOT_PAIRED,
      (op->facts & WFD_P2P_FORGOTTEN) != 0 ? "%s has forgotten the pairing; pair again"
                                           : "%s was not paired with this device; pair first",
      op->wanted);
}

/* wpa_supplicant searches for the group of the peer for up to a minute, and what
 * it knows of it may be from before its end. A scan of all channels takes some
 * seconds. */
#define JOIN_MS 6000

static gboolean
on_nothing_to_join (gpointer user_data)
{
  wfd_p2p_op_fail_for_now (user_data, TRUE,
      g_error_new (WFD_ERROR, WFD_ERROR_NO_PEER,
          "The group of the peer was not found; is it still on, and near?"));
  return G_SOURCE_REMOVE;
}

static void
watch_joining (WfdP2pOp *op, guint default_ms, GSourceFunc give_up)
{
  wfd_p2p_clear_source (&op->joining);
  op->joining = g_timeout_source_new (wfd_p2p_or_default (op->link->options.join_ms, default_ms));
  g_source_set_callback (op->joining, give_up, op, NULL);
  g_source_attach (op->joining, op->link->context);
}

/* Whether it still owns one is heard before it is asked again. */
static void
doubt_group (WfdP2pOp *op)
{
  wfd_link_peer_doubt (op->peer);
  op->facts &= ~WFD_P2P_PEER_KNOWN;
}

/* Its person may take his time, but the group may also have gone. */
#define LET_IN_MS 10000

static gboolean
on_not_let_in (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  doubt_group (op);
  wfd_p2p_op_start_over (op,
      g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT, "The peer does not let us into its group"));
  return G_SOURCE_REMOVE;
}

/* wpa_supplicant makes it when the owner of the group has answered; for a known group it
 * does so at once, before it answers us. */
void
wfd_p2p_op_interface_added (WfdP2pOp *op)
{
  wfd_p2p_op_stop_asking (op);
  op->has_interface = TRUE;
  if (op->step == WFD_P2P_STEP_GROUP && op->joining != NULL)
    watch_joining (op, LET_IN_MS, on_not_let_in);
}

static void
begin_rejoin (WfdP2pOp *op)
{
  op->has_joined = TRUE;
  watch_joining (op, JOIN_MS, on_nothing_to_join);
  wfd_p2p_op_ask_p2p (op, WPAS_GROUP_ADD, wfd_p2p_build_rejoin (op->persistent_path), NULL);
}

/* wpa_supplicant has often done it itself already, and says then that there is
 * none. */
static void
begin_forget (WfdP2pOp *op)
{
  wfd_p2p_op_ask_p2p (op, WPAS_REMOVE_PERSISTENT_GROUP, g_variant_new ("(o)", op->persistent_path),
      NULL);
}

/* --- a new pairing --- */

static GVariant *
build_connect (WfdP2pOp *op)
{
  g_autofree char *path = wfd_p2p_link_dup_peer_path (op->link, op->peer);
  gboolean joins = wfd_p2p_op_joins (op);
  gint go_intent;
  guint frequency_mhz;

  wfd_p2p_op_choose (op, &go_intent, &frequency_mhz);
  if (joins)
    frequency_mhz = find_group_mhz (op);
  return wfd_p2p_build_connect (path, &op->pairing, joins, go_intent, frequency_mhz);
}

/* Wi-Fi Direct devices wait so long for each other's person (wpa_supplicant, go_neg_wait_timeout). */
#define AWAITED_US (120 * (gint64) G_TIME_SPAN_SECOND)

static gboolean
takes_up_request (WfdP2pOp *op)
{
  gint64 asked_us = wfd_link_peer_get_asked_us (op->peer);

  wfd_link_peer_set_asked_us (op->peer, 0);
  return asked_us != 0 && g_get_monotonic_time () - asked_us < AWAITED_US;
}

static void
begin_pair (WfdP2pOp *op)
{
  op->facts &= ~(WFD_P2P_PAIRED_HERE | WFD_P2P_FORGOTTEN);
  op->only_mhz = 0;
  op->is_awaited = takes_up_request (op);
  op->has_joined = wfd_p2p_op_joins (op);
  if (op->has_joined) {
    watch_joining (op, JOIN_MS, on_nothing_to_join);
  } else {
    op->n_negotiations++;
    op->has_negotiated = TRUE;
  }
  wfd_p2p_op_ask_p2p (op, WPAS_CONNECT, build_connect (op), "(s)");
}

/* Unlike a person, a device that waits for us answers at once. */
static gboolean
on_awaited_in_vain (WfdP2pOp *op)
{
  wfd_p2p_op_doubt_peer (op);
  wfd_p2p_op_start_over (op,
      g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT, "The peer, which has asked, does not answer"));
  return G_SOURCE_REMOVE;
}

static gboolean
on_connect_again (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  /* It was not known to own a group. */
  if (wfd_p2p_op_joins (op))
    return on_not_let_in (op);
  if (op->is_awaited)
    return on_awaited_in_vain (op);
  wfd_p2p_op_ask_again (op, WPAS_CONNECT, build_connect (op));
  return G_SOURCE_CONTINUE;
}

/* wpa_supplicant has made up a PIN if it was given none. */
static void
show_pin (WfdP2pOp *op, const char *made_up)
{
  if (op->pin == NULL) {
    op->pin = g_strdup (made_up);
    op->pairing.pin = op->pin;
  }
  wfd_link_emit (op->link, WFD_LINK_PIN, op->pin);
}

static void
answered_pair (WfdP2pOp *op, GVariant *answer)
{
  const char *made_up;

  g_variant_get (answer, "(&s)", &made_up);
  if (op->pairing.pairing == WFD_PAIRING_PIN_DISPLAY)
    show_pin (op, made_up);
  if (wfd_p2p_op_has_ended (op))
    return;
  if (!op->has_joined && (op->facts & WFD_P2P_STARTED) == 0)
    wfd_p2p_op_watch_answer (op, on_connect_again);
  wfd_p2p_op_advance (op);
}

/* --- the group --- */

static void
begin_group (WfdP2pOp *op)
{
  if ((op->facts & WFD_P2P_STARTED) != 0)
    wfd_p2p_op_advance (op);
}

void
wfd_p2p_op_group_started (WfdP2pOp *op)
{
  static const guint64 waiting = 1ull << WFD_P2P_STEP_INVITE | 1ull << WFD_P2P_STEP_GROUP;
  G_GNUC_UNUSED g_autoptr (WfdP2pOp) held = wfd_p2p_op_ref (op);

  if (op->failure != NULL)
    return;
  op->facts |= WFD_P2P_STARTED;
  wfd_p2p_op_stop_asking (op);
  wfd_p2p_clear_source (&op->joining);
  wfd_p2p_op_end_pause (op);
  if (op->step == WFD_P2P_STEP_SEARCH)
    end_search (op);
  else if ((waiting & 1ull << op->step) != 0
      || (op->step == WFD_P2P_STEP_PAIR && op->radio != NULL))
    wfd_p2p_op_advance (op);
}

/* Into a group that has gone meanwhile nobody is let in; else a person has refused, who is
 * not asked again. */
static void
doubt_refusal (WfdP2pOp *op, GError *error)
{
  g_clear_error (&op->refusal);
  op->refusal = g_error_copy (error);
  doubt_group (op);
  wfd_p2p_op_fail_for_now (op, TRUE, error);
}

gboolean
wfd_p2p_op_is_with_peer (WfdP2pOp *op, const char *peer_path)
{
  g_autofree char *id = peer_path != NULL ? wfd_p2p_read_peer_id (peer_path) : NULL;

  return id == NULL || op->peer == NULL || strcmp (id, wfd_link_peer_get_id (op->peer)) == 0;
}

void
wfd_p2p_op_formation_failed (WfdP2pOp *op, const char *peer_path, gboolean may_pass, GError *error)
{
  static const guint64 forming = 1ull << WFD_P2P_STEP_INVITE | 1ull << WFD_P2P_STEP_REJOIN
      | 1ull << WFD_P2P_STEP_BEGIN_5_GHZ | 1ull << WFD_P2P_STEP_BEGIN | 1ull << WFD_P2P_STEP_PAIR
      | 1ull << WFD_P2P_STEP_GROUP;

  /* Nothing has been sent before the radio is back: that is told of what was before. */
  if ((forming & 1ull << op->step) == 0 || op->radio != NULL
      || !wfd_p2p_op_is_with_peer (op, peer_path)) {
    g_error_free (error);
    return;
  }
  /* Unlike a negotiation that was not answered, or a PIN. */
  if (may_pass && g_error_matches (error, WFD_ERROR, WFD_ERROR_PAIRING)) {
    wfd_p2p_op_note_unformed (op);
    wfd_p2p_op_doubt_peer (op);
  }
  if (!may_pass && op->has_joined && g_error_matches (error, WFD_ERROR, WFD_ERROR_REFUSED))
    doubt_refusal (op, error);
  else
    wfd_p2p_op_fail_for_now (op, may_pass, error);
}

/* Until it has come so far that it is a loss. */
void
wfd_p2p_op_group_gone (WfdP2pOp *op, GError *error)
{
  op->facts &= ~WFD_P2P_STARTED;
  if (op->step == WFD_P2P_STEP_MEMBER && op->has_said_yes
      && g_error_matches (error, WFD_ERROR, WFD_ERROR_CLOSED)) {
    g_error_free (error);
    wfd_p2p_op_stays_away (op);
  } else if (op->step > WFD_P2P_STEP_BEGIN) {
    wfd_p2p_op_doubt_peer (op);
    wfd_p2p_op_fail_for_now (op, TRUE, error);
  } else {
    g_error_free (error);
  }
}

static void
begin_network (WfdP2pOp *op)
{
  wfd_p2p_op_ask_property (op, op->link->group->interface_path, WPAS_INTERFACE_INTERFACE,
      WPAS_IFNAME);
}

static void
answered_network (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) name = wfd_p2p_read_value (answer, G_VARIANT_TYPE_STRING);

  if (name == NULL) {
    wfd_p2p_op_fail_with (op, WFD_ERROR_MALFORMED,
        "wpa_supplicant does not tell the interface of the group; is it older than 2.10?");
    return;
  }
  g_free (op->link->group->info->interface);
  op->link->group->info->interface = g_variant_dup_string (name, NULL);
  wfd_p2p_op_advance (op);
}

/* What the group tells to a client was negotiated with its owner, and is unknown of a group
 * of before. */
static void
begin_frequency (WfdP2pOp *op)
{
  WfdP2pGroup *group = op->link->group;

  op->n_asked = 0;
  if (group->info->is_owner)
    wfd_p2p_op_ask_property (op, group->group_path, WPAS_INTERFACE_GROUP, WPAS_FREQUENCY);
  else
    wfd_p2p_op_ask_property (op, group->interface_path, WPAS_INTERFACE_INTERFACE, WPAS_CURRENT_BSS);
}

static void
answered_frequency (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) bss = wfd_p2p_read_value (answer, G_VARIANT_TYPE_OBJECT_PATH);
  g_autoptr (GVariant) frequency = wfd_p2p_read_value (answer, G_VARIANT_TYPE_UINT16);
  const char *path = bss != NULL ? g_variant_get_string (bss, NULL) : WPAS_NO_OBJECT;

  if (strcmp (path, WPAS_NO_OBJECT) != 0 && op->n_asked++ == 0) {
    wfd_p2p_op_ask_property (op, path, WPAS_INTERFACE_BSS, WPAS_FREQUENCY);
    return;
  }
  if (frequency != NULL)
    op->link->group->info->frequency_mhz = g_variant_get_uint16 (frequency);
  wfd_p2p_op_advance (op);
}

/* --- who is in it --- */

/* The peer is not known as long as it is searched for. @member: (nullable) */
static gboolean
is_unwanted (WfdP2pOp *op, WfdLinkPeer *member)
{
  if (member == NULL || member == op->peer)
    return FALSE;
  return op->peer != NULL || (op->wanted != NULL && !wfd_link_peer_matches (member, op->wanted));
}

/* @other: (nullable): it has told no address as a device */
static GError *
new_other_error (WfdP2pOp *op, WfdLinkPeer *other)
{
  return g_error_new (WFD_ERROR, WFD_ERROR_REFUSED, "Instead of %s, %s has come into the group",
      op->peer != NULL ? wfd_link_peer_get_id (op->peer) : op->wanted,
      other != NULL ? wfd_link_peer_get_id (other) : "somebody else");
}

/* Whoever was paired before can begin one again and again, and costs the peer no attempt. */
static void
leave_to_other (WfdP2pOp *op, WfdLinkPeer *other)
{
  wfd_p2p_op_start_over (op, new_other_error (op, other));
}

static gboolean
on_only_others (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  if (op->has_said_yes)
    wfd_p2p_op_stays_away (op);
  else
    wfd_p2p_op_fail_for_now (op, TRUE, new_other_error (op, NULL));
  return G_SOURCE_REMOVE;
}

/* Which stations they are is told behind who they are. */
void
wfd_p2p_op_turn_out_others (WfdP2pOp *op)
{
  if (op->step == WFD_P2P_STEP_MEMBER && op->failure == NULL && !wfd_p2p_op_is_inside (op)
      && op->peer != NULL)
    wfd_p2p_group_turn_out (op->link, op->peer);
}

/* The peer has been asked, and may come yet. wpa_supplicant ends a group by itself only as long as
 * nobody is in it. */
static void
wait_beside_others (WfdP2pOp *op)
{
  wfd_p2p_op_turn_out_others (op);
  if (op->step_timer == NULL)
    wfd_p2p_op_wake_in (op, wfd_p2p_or_default (op->link->options.come_ms, WFD_P2P_COME_MS),
        on_only_others);
}

void
wfd_p2p_op_check_group (WfdP2pOp *op)
{
  WfdLinkPeer *member = op->link->group != NULL ? op->link->group->info->peer : NULL;

  if (op->failure == NULL && is_unwanted (op, member))
    leave_to_other (op, member);
}

/* The application opens a session to this peer and to no other, who may be faster once. */
static void
take_member (WfdP2pOp *op, const char *path)
{
  G_GNUC_UNUSED g_autoptr (WfdP2pOp) held = wfd_p2p_op_ref (op);
  WfdLinkPeer *member = wfd_p2p_link_ensure_peer (op->link, path);
  gboolean is_stranger;

  if (wfd_p2p_op_has_ended (op))
    return;
  /* wpa_supplicant forgets a device that is silent for a minute, also while it is invited. */
  if (op->peer != NULL && member != NULL && wfd_p2p_op_is_with_peer (op, path))
    g_set_object (&op->peer, member);
  if (wfd_p2p_op_is_inside (op) && member != op->peer)
    return;
  /* A client that has told no address as a device is none that was asked. */
  is_stranger = member == NULL && op->link->group->info->is_owner && op->peer != NULL;
  if (is_stranger || is_unwanted (op, member)) {
    if (op->link->group->info->is_owner && op->peer != NULL)
      wait_beside_others (op);
    else
      leave_to_other (op, member);
    return;
  }
  if (member == NULL)
    member = op->peer;
  if (!op->link->group->is_up)
    g_set_object (&op->link->group->info->peer, member);
  wfd_p2p_clear_source (&op->step_timer);
  wfd_p2p_op_end_invitation (op);
  wfd_p2p_op_advance (op);
}

void
wfd_p2p_op_peer_joined (WfdP2pOp *op, const char *peer_path)
{
  if (op->step == WFD_P2P_STEP_MEMBER && op->failure == NULL)
    take_member (op, peer_path);
}

static void
begin_member (WfdP2pOp *op)
{
  WfdP2pGroup *group = op->link->group;

  if (group->info->is_owner)
    wfd_p2p_op_ask_property (op, group->group_path, WPAS_INTERFACE_GROUP, WPAS_GROUP_MEMBERS);
  else
    wfd_p2p_op_ask_property (op, group->interface_path, WPAS_INTERFACE_P2P, WPAS_PEER_GO);
}

/* That which is wanted, if others are there as well. */
static const char *
choose_member (WfdP2pOp *op, const char *const *paths)
{
  for (guint i = 0; op->peer != NULL && paths[i] != NULL; i++) {
    if (wfd_p2p_op_is_with_peer (op, paths[i]))
      return paths[i];
  }
  return paths[0];
}

/* As owner we may be earlier than the client, whose coming is a signal then. As
 * client we are not without the owner, even if it is not told who that is. */
static void
answered_member (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) owner = wfd_p2p_read_value (answer, G_VARIANT_TYPE_OBJECT_PATH);
  g_autoptr (GVariant) members = wfd_p2p_read_value (answer, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  g_autofree const char **paths = NULL;

  if (!op->link->group->info->is_owner) {
    take_member (op, owner != NULL ? g_variant_get_string (owner, NULL) : "/");
    return;
  }
  paths = members != NULL ? g_variant_get_objv (members, NULL) : NULL;
  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    wfd_p2p_group_add_member (op->link->group, paths[i]);
  if (paths != NULL && paths[0] != NULL)
    take_member (op, choose_member (op, paths));
}

/* --- done --- */

static void
open_link (WfdP2pLink *self)
{
  self->group->is_up = TRUE;
  /* Whoever comes by himself is not whom the search is for. */
  if (self->op != NULL && self->op->task != NULL) {
    self->expects_back = !wfd_p2p_link_is_sink (self);
    self->n_glances = 0;
  }
  wfd_p2p_group_claim_open (self->group);
  wfd_p2p_link_announce (self);
  wfd_p2p_link_watch_peer (self);
  wfd_link_emit (self, WFD_LINK_OPENED);
}

static void
begin_done (WfdP2pOp *op)
{
  G_GNUC_UNUSED g_autoptr (WfdP2pOp) held = wfd_p2p_op_ref (op);

  if ((op->wish & WFD_P2P_BEGINS) != 0)
    op->link->group->is_kept = TRUE;
  if ((op->facts & WFD_P2P_OPENS) != 0 && !op->link->group->is_up)
    open_link (op->link);
  if (!wfd_p2p_op_has_ended (op))
    wfd_p2p_op_finish (op, NULL);
}

const WfdP2pStepRule wfd_p2p_opening[WFD_P2P_N_STEPS] = {
  [WFD_P2P_STEP_FIND] = { begin_search, answered_find, FALSE },
  [WFD_P2P_STEP_PAIRINGS] = { begin_groups, answered_groups, TRUE },
  [WFD_P2P_STEP_SEARCH] = { begin_search, answered_search, FALSE },
  [WFD_P2P_STEP_GROUPS] = { begin_groups, answered_groups, TRUE },
  [WFD_P2P_STEP_SHARE] = { wfd_p2p_op_begin_share, NULL, FALSE },
  [WFD_P2P_STEP_INVITE] = { wfd_p2p_op_begin_invite, wfd_p2p_op_answered_invite, FALSE },
  [WFD_P2P_STEP_REJOIN] = { begin_rejoin, wfd_p2p_op_answered_nothing, FALSE },
  [WFD_P2P_STEP_FORGET] = { begin_forget, wfd_p2p_op_answered_nothing, TRUE },
  [WFD_P2P_STEP_PAIR] = { begin_pair, answered_pair, FALSE },
  [WFD_P2P_STEP_STATION] = { wfd_p2p_op_begin_station, wfd_p2p_op_answered_station, TRUE },
  [WFD_P2P_STEP_BEGIN_5_GHZ] = { wfd_p2p_op_begin_5_ghz, wfd_p2p_op_answered_5_ghz, TRUE },
  [WFD_P2P_STEP_BEGIN] = { wfd_p2p_op_begin_begin, wfd_p2p_op_answered_nothing, FALSE },
  [WFD_P2P_STEP_ADMIT] = { wfd_p2p_op_begin_admit, wfd_p2p_op_answered_admit, FALSE },
  [WFD_P2P_STEP_INVITE_IN] = { wfd_p2p_op_begin_invite_in, wfd_p2p_op_answered_nothing, FALSE },
  [WFD_P2P_STEP_GROUP] = { begin_group, NULL, FALSE },
  [WFD_P2P_STEP_NETWORK] = { begin_network, answered_network, FALSE },
  [WFD_P2P_STEP_FREQUENCY] = { begin_frequency, answered_frequency, TRUE },
  [WFD_P2P_STEP_SERVE] = { wfd_p2p_op_begin_serve, NULL, FALSE },
  [WFD_P2P_STEP_MEMBER] = { begin_member, answered_member, TRUE },
  [WFD_P2P_STEP_ADDRESS] = { wfd_p2p_op_begin_address, NULL, FALSE },
  [WFD_P2P_STEP_LEASE] = { wfd_p2p_op_begin_lease, NULL, FALSE },
  [WFD_P2P_STEP_PEER_ADDRESS] = { wfd_p2p_op_begin_peer_address, NULL, FALSE },
  [WFD_P2P_STEP_DONE] = { begin_done, NULL, FALSE },
  [WFD_P2P_STEP_NOT_PAIRED] = { wfd_p2p_op_begin_not_paired, NULL, FALSE },
};
