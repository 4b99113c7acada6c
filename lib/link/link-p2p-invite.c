/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A peer that was paired before is invited, until it answers, and comes. */
#include "link-p2p-op-private.h"

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* --- asked again --- */

/* Where the program of the peer is not there yet, or has a person to ask, its wpa_supplicant
 * says that it is not ready, of which nobody is told here, and tells its program, if it is
 * there. Asked again it tells once more, or that its person has refused. */
#define ASK_AGAIN_MS 5000

void
wfd_p2p_op_watch_answer (WfdP2pOp *op, GSourceFunc ask)
{
  wfd_p2p_op_wake_in (op, wfd_p2p_or_default (op->link->options.ask_again_ms, ASK_AGAIN_MS), ask);
}

static void
on_asked_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WfdP2pOp) op = user_data;
  G_GNUC_UNUSED g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  op->asks_again = FALSE;
}

/* The first answer counts. */
void
wfd_p2p_op_ask_again (WfdP2pOp *op, const char *method, GVariant *args)
{
  op->asks_again = TRUE;
  g_dbus_connection_call (op->link->bus, op->link->owner, op->link->interface_path,
      WPAS_INTERFACE_P2P, method, args, NULL, G_DBUS_CALL_FLAGS_NONE, -1, op->calls, on_asked_again,
      wfd_p2p_op_ref (op));
}

/* From now on to ask would get in the way. Where that has just been done, what is told of came
 * before it: wpa_supplicant makes another interface then, which waits for a group that nobody
 * wants, and goes with a search. */
void
wfd_p2p_op_stop_asking (WfdP2pOp *op)
{
  if (op->failure == NULL && (op->step == WFD_P2P_STEP_INVITE || op->step == WFD_P2P_STEP_GROUP))
    wfd_p2p_clear_source (&op->step_timer);
  if (op->asks_again)
    wfd_p2p_link_send (op->link, op->link->interface_path, WPAS_STOP_FIND, NULL);
  op->asks_again = FALSE;
}

static GVariant *
build_invite (WfdP2pOp *op)
{
  g_autofree char *path = wfd_p2p_link_dup_peer_path (op->link, op->peer);

  return wfd_p2p_build_invite (path, op->persistent_path);
}

void
wfd_p2p_op_begin_invite (WfdP2pOp *op)
{
  op->n_invitations = 0;
  wfd_p2p_op_ask_p2p (op, WPAS_INVITE, build_invite (op), NULL);
}

/* Of these two, the first lets the peer's person accept in peace and the peer
 * invite us then; the second says that the person has. */
#define STATUS_OK 0
#define STATUS_NOT_NOW 1
#define STATUS_NO_CHANNEL 7
#define STATUS_UNKNOWN_GROUP 8
#define STATUS_DEFERRED 12

/* It goes to where the peer listened last, again and again for half a minute. Who has begun anew
 * may listen on another of the social channels, of which wpa_supplicant (2.10) learns by a search,
 * and tells nobody; it searches half a second after the last frame that was sent, for 0.8 s. */
#define UNANSWERED_MS 5000
#define LOOK_AROUND_MS 1400
#define MAX_INVITATIONS 5

static gboolean on_unanswered (gpointer user_data);

static void
watch_invitation (WfdP2pOp *op)
{
  op->n_invitations++;
  wfd_p2p_op_wake_in (op, wfd_p2p_or_default (op->link->options.unanswered_ms, UNANSWERED_MS),
      on_unanswered);
}

static gboolean
on_invite_where_it_is (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  wfd_p2p_op_ask_again (op, WPAS_INVITE, build_invite (op));
  watch_invitation (op);
  return G_SOURCE_REMOVE;
}

static gboolean
on_looked_around (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  wfd_p2p_link_send (op->link, op->link->interface_path, WPAS_STOP_FIND, NULL);
  wfd_p2p_link_expect_radio_in (op->link, WFD_P2P_RADIO_BACK_MS);
  wfd_p2p_op_wake_in (op, WFD_P2P_RADIO_BACK_MS, on_invite_where_it_is);
  return G_SOURCE_REMOVE;
}

static gboolean
on_unanswered (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  if (op->n_invitations == MAX_INVITATIONS) {
    wfd_p2p_op_invitation_result (op, WFD_P2P_NO_ANSWER);
    return G_SOURCE_REMOVE;
  }
  /* Or the peer invites us just now. */
  if (!op->link->is_at_rest)
    return G_SOURCE_CONTINUE;
  wfd_p2p_link_send (op->link, op->link->interface_path, WPAS_FIND, wfd_p2p_build_find (TRUE, 1));
  wfd_p2p_op_wake_in (op, LOOK_AROUND_MS, on_looked_around);
  return G_SOURCE_REMOVE;
}

/* Whether the peer wants to comes by signal. */
void
wfd_p2p_op_answered_invite (WfdP2pOp *op, GVariant *answer)
{
  watch_invitation (op);
}

static gboolean
on_invite_again (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  wfd_p2p_op_ask_again (op, WPAS_INVITE, build_invite (op));
  return G_SOURCE_CONTINUE;
}

/* --- whether it comes --- */

/* A program that has crashed meanwhile gets another invitation. */
#define MAX_IN_VAIN 2

gboolean
wfd_p2p_op_invites_in_vain (WfdP2pOp *op)
{
  /* Nor would a negotiation for this one help. */
  return op->n_in_vain >= MAX_IN_VAIN && op->link->options.frequency_mhz == 0;
}

/* Anybody may say once that it cannot. */
static void
note_in_vain (WfdP2pOp *op)
{
  if (++op->n_in_vain >= MAX_IN_VAIN)
    wfd_p2p_op_forget_channel (op);
}

void
wfd_p2p_op_stays_away (WfdP2pOp *op)
{
  note_in_vain (op);
  wfd_p2p_op_fail_for_now (op, TRUE,
      g_error_new (WFD_ERROR, WFD_ERROR_PAIRING,
          "The peer has taken the invitation but does not come into the group; pair again: it may "
          "have another key, or its own network may be on another channel"));
}

static gboolean
on_not_come (gpointer user_data)
{
  wfd_p2p_op_stays_away (user_data);
  return G_SOURCE_REMOVE;
}

static void
expect_member (WfdP2pOp *op)
{
  if (wfd_p2p_op_is_inside (op))
    return;
  op->has_said_yes = TRUE;
  if (op->step == WFD_P2P_STEP_MEMBER)
    wfd_p2p_op_wake_in (op, wfd_p2p_or_default (op->link->options.come_ms, WFD_P2P_COME_MS),
        on_not_come);
}

/* --- what it answers --- */

/* Into the group that stands already, of which it was asked to be a member again. */
static void
let_in_anew (WfdP2pOp *op)
{
  if (op->link->group == NULL || (op->facts & WFD_P2P_PAIRED_HERE) == 0)
    return;
  op->facts &= ~WFD_P2P_PAIRED_HERE;
  op->facts |= WFD_P2P_FORGOTTEN;
  if ((op->wish & WFD_P2P_MAY_PAIR) == 0) {
    wfd_p2p_op_begin_not_paired (op);
    return;
  }
  op->step = WFD_P2P_STEP_SERVE;
  wfd_p2p_op_advance (op);
}

static void
invited (WfdP2pOp *op, gint status)
{
  wfd_p2p_op_stop_asking (op);
  if (status == STATUS_UNKNOWN_GROUP) {
    op->facts |= WFD_P2P_FORGOTTEN;
    wfd_p2p_op_advance (op);
  } else if (status == STATUS_NOT_NOW) {
    wfd_p2p_op_watch_answer (op, on_invite_again);
  } else if (status == STATUS_OK || status == STATUS_DEFERRED) {
    op->has_said_yes = TRUE;
    wfd_p2p_op_advance (op);
  } else {
    wfd_p2p_op_fail_for_now (op, wfd_p2p_may_status_pass (status),
        wfd_p2p_error_from_status ("The peer did not take the invitation", status));
  }
}

static gboolean
on_invite_in_again (gpointer user_data)
{
  wfd_p2p_op_invite_in (user_data);
  return G_SOURCE_CONTINUE;
}

/* Who is let in has to be paired first, and comes by himself when he likes. */
static void
invited_in (WfdP2pOp *op, gint status)
{
  gboolean may_pass = wfd_p2p_may_status_pass (status);

  if (status == STATUS_UNKNOWN_GROUP) {
    let_in_anew (op);
  } else if (op->admits) {
    return;
  } else if (status == STATUS_OK || status == STATUS_DEFERRED) {
    expect_member (op);
  } else if (status == STATUS_NOT_NOW) {
    wfd_p2p_op_watch_answer (op, on_invite_in_again);
  } else {
    /* It is where it was heard last no more. */
    if (status == WFD_P2P_NO_ANSWER)
      op->facts &= ~WFD_P2P_PEER_KNOWN;
    if (status == STATUS_NO_CHANNEL && !wfd_p2p_op_is_inside (op)) {
      may_pass = op->kept_mhz != 0;
      note_in_vain (op);
    }
    wfd_p2p_op_fail_for_now (op, may_pass,
        wfd_p2p_error_from_status ("The peer did not take the invitation", status));
  }
}

void
wfd_p2p_op_invitation_result (WfdP2pOp *op, gint status)
{
  if (op->failure != NULL)
    return;
  /* It may also be that of an invitation of before. */
  if (op->invites_in && (op->step == WFD_P2P_STEP_INVITE_IN || op->step == WFD_P2P_STEP_MEMBER))
    invited_in (op, status);
  else if (op->step == WFD_P2P_STEP_INVITE)
    invited (op, status);
}
