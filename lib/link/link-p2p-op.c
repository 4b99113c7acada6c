/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One operation of the link: the steps of link-p2p-steps.c, done. Each asks one
 * question; its answer is looked at only as long as its step lasts. */
#include "link-p2p-op-private.h"

#include <base-limits.h>

#include "link-backoff.h"
#include "link-p2p-wire.h"
#include "link-wpas.h"

/* A television asks its user, who has to find the remote control first. PBC
 * lasts as long. */
#define TIMEOUT_MS (120 * 1000)
#define CALL_TIMEOUT_MS (10 * 1000)

WfdP2pOp *
wfd_p2p_op_ref (WfdP2pOp *op)
{
  op->n_refs++;
  return op;
}

void
wfd_p2p_op_unref (WfdP2pOp *op)
{
  if (--op->n_refs > 0)
    return;
  g_clear_object (&op->calls);
  g_clear_object (&op->peer);
  g_clear_error (&op->failure);
  g_clear_error (&op->last_failure);
  g_clear_error (&op->refusal);
  g_strfreev (op->paths);
  g_ptr_array_unref (op->held);
  g_ptr_array_unref (op->left);
  g_free (op->persistent_path);
  g_free (op->wanted);
  g_free (op->pin);
  if (op->names != NULL)
    g_string_free (op->names, TRUE);
  g_hash_table_unref (op->adapters);
  g_free (op->manager_path);
  g_free (op);
}

/* --- the end --- */

/* Nothing that is asked or waited for matters any more. */
static void
stop_step (WfdP2pOp *op)
{
  g_cancellable_cancel (op->calls);
  wfd_p2p_clear_source (&op->step_timer);
  wfd_p2p_clear_source (&op->joining);
  wfd_p2p_clear_source (&op->pause);
  wfd_p2p_clear_source (&op->radio);
  wfd_p2p_clear_source (&op->expecting);
}

void
wfd_p2p_op_wake_in (WfdP2pOp *op, guint wake_ms, GSourceFunc callback)
{
  wfd_p2p_clear_source (&op->step_timer);
  op->step_timer = g_timeout_source_new (wake_ms);
  g_source_set_callback (op->step_timer, callback, op, NULL);
  g_source_attach (op->step_timer, op->link->context);
}

static void
stop (WfdP2pOp *op)
{
  stop_step (op);
  wfd_p2p_clear_source (&op->cancelled);
  wfd_p2p_clear_source (&op->timer);
}

/* What was under way when the service went, or when we close, needs no words of its own.
 * @error: (nullable) (transfer full) */
static void
tell_not_opened (WfdP2pLink *self, GError *error)
{
  g_autoptr (GError) reason = error;

  if (reason != NULL && self->owner != NULL)
    wfd_link_emit (self, WFD_LINK_NOT_OPENED, reason);
}

/* @error: (nullable) (transfer full) */
void
wfd_p2p_op_finish (WfdP2pOp *op, GError *error)
{
  g_autoptr (WfdP2pLink) self = op->link;
  g_autoptr (GTask) task = g_steal_pointer (&op->task);

  stop (op);
  op->is_over = TRUE;
  self->op = NULL;
  op->link = NULL;
  wfd_p2p_link_claim_forming (self);
  if (task == NULL)
    tell_not_opened (self, error);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  wfd_p2p_op_unref (op);
  wfd_p2p_link_look_around (self);
}

void
wfd_p2p_op_abandon (WfdP2pOp *op, GError *error)
{
  /* The first reason is the reason. */
  if (op->failure != NULL) {
    g_error_free (error);
    error = g_steal_pointer (&op->failure);
  }
  wfd_p2p_op_finish (op, error);
}

gboolean
wfd_p2p_op_has_ended (WfdP2pOp *op)
{
  return op->is_over || op->failure != NULL;
}

/* --- calls --- */

static const WfdP2pStepRule *
get_rule (WfdP2pStep step)
{
  return step <= WFD_P2P_STEP_PEERS ? &wfd_p2p_preparing[step] : &wfd_p2p_opening[step];
}

typedef struct
{
  WfdP2pOp *op;
  WfdP2pStep step;
} Call;

/* Before we were told. */
static gboolean
is_ended_by_other (WfdP2pOp *op)
{
  WfdP2pGroup *group = op->link->group;

  return group != NULL && group->is_shared && !group->is_up;
}

/* wpa_supplicant forgets where a peer listens that it has heard in no search for a minute, and an
 * invitation of that peer does not tell it; unlike a request to pair. */
static void
search_for_unheard (WfdP2pOp *op)
{
  wfd_p2p_op_stop_asking (op);
  op->facts &= ~WFD_P2P_PEER_KNOWN;
  op->facts |= WFD_P2P_UNHEARD;
  wfd_p2p_op_advance (op);
}

/* Of an invitation of that peer it says nothing any more (2.10). */
void
wfd_p2p_op_peer_lost (WfdP2pOp *op)
{
  if (op->step != WFD_P2P_STEP_INVITE || op->failure != NULL
      || wfd_p2p_link_has_peer (op->link, op->peer))
    return;
  wfd_p2p_link_send (op->link, op->link->interface_path, WPAS_STOP_FIND, NULL);
  wfd_p2p_link_expect_radio_in (op->link, WFD_P2P_RADIO_BACK_MS);
  search_for_unheard (op);
}

/* @error: (transfer full) */
static void
fail_call (WfdP2pOp *op, GError *error)
{
  static const guint64 beginning = 1ull << WFD_P2P_STEP_INVITE | 1ull << WFD_P2P_STEP_REJOIN
      | 1ull << WFD_P2P_STEP_PAIR | 1ull << WFD_P2P_STEP_BEGIN;
  gboolean begins_none = (beginning & 1ull << op->step) != 0 && wfd_p2p_is_unspecified (error);
  gboolean has_moved = op->step == WFD_P2P_STEP_BEGIN && wfd_p2p_op_forget_channel (op);

  if (begins_none && op->step == WFD_P2P_STEP_INVITE && !op->was_unheard) {
    g_error_free (error);
    op->was_unheard = TRUE;
    search_for_unheard (op);
    return;
  }
  if (op->step == WFD_P2P_STEP_INVITE_IN && wfd_p2p_is_unspecified (error)) {
    wfd_p2p_op_invitation_result (op, WFD_P2P_NO_ANSWER);
    g_error_free (error);
    return;
  }
  if (begins_none && !has_moved)
    wfd_p2p_op_note_unformed (op);
  wfd_p2p_op_fail_for_now (op, begins_none || has_moved || is_ended_by_other (op),
      wfd_p2p_error_from_call (error, wfd_p2p_step_to_text (op->step)));
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Call *call = user_data;
  g_autoptr (WfdP2pOp) op = call->op;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (wfd_p2p_op_has_ended (op) || op->step != call->step)
    return;
  if (answer == NULL && !get_rule (op->step)->minds_no_error)
    fail_call (op, g_steal_pointer (&error));
  else
    get_rule (op->step)->answered (op, answer);
}

guint
wfd_p2p_link_get_call_timeout_ms (WfdP2pLink *self)
{
  return wfd_p2p_or_default (self->options.call_timeout_ms, CALL_TIMEOUT_MS);
}

void
wfd_p2p_op_ask (WfdP2pOp *op, const char *name, const char *path, const char *interface,
    const char *method, GVariant *args, const char *answer_type)
{
  Call *call = g_new (Call, 1);

  *call = (Call) { wfd_p2p_op_ref (op), op->step };
  g_dbus_connection_call (op->link->bus, name, path, interface, method, args,
      answer_type != NULL ? G_VARIANT_TYPE (answer_type) : NULL, G_DBUS_CALL_FLAGS_NONE,
      wfd_p2p_link_get_call_timeout_ms (op->link), op->calls, on_answer, call);
}

void
wfd_p2p_op_ask_all (WfdP2pOp *op, const char *path, const char *interface)
{
  wfd_p2p_op_ask (op, op->link->owner, path, DBUS_PROPERTIES, "GetAll",
      g_variant_new ("(s)", interface), "(a{sv})");
}

void
wfd_p2p_op_ask_property (WfdP2pOp *op, const char *path, const char *interface,
    const char *property)
{
  wfd_p2p_op_ask (op, op->link->owner, path, DBUS_PROPERTIES, "Get",
      g_variant_new ("(ss)", interface, property), "(v)");
}

void
wfd_p2p_op_set_property (WfdP2pOp *op, const char *path, const char *interface,
    const char *property, GVariant *value)
{
  wfd_p2p_op_ask (op, op->link->owner, path, DBUS_PROPERTIES, "Set",
      g_variant_new ("(ssv)", interface, property, value), NULL);
}

void
wfd_p2p_op_ask_p2p (WfdP2pOp *op, const char *method, GVariant *args, const char *answer_type)
{
  wfd_p2p_op_ask (op, op->link->owner, op->link->interface_path, WPAS_INTERFACE_P2P, method, args,
      answer_type);
}

void
wfd_p2p_op_answered_nothing (WfdP2pOp *op, GVariant *answer)
{
  wfd_p2p_op_advance (op);
}

void
wfd_p2p_op_take_paths (WfdP2pOp *op, char **paths)
{
  guint n = g_strv_length (paths);

  for (guint i = WFD_LIMIT_WPAS_OBJECTS; i < n; i++)
    g_clear_pointer (&paths[i], g_free);
  g_strfreev (op->paths);
  op->paths = paths;
  op->n_asked = 0;
}

/* --- again --- */

#define MAX_ATTEMPTS 4
#define RETRY_MS 500

static gboolean
may_try_again (WfdP2pOp *op)
{
  return op->may_pass && op->task != NULL && op->link->owner != NULL
      && op->n_failures < wfd_p2p_or_default (op->link->options.max_attempts, MAX_ATTEMPTS);
}

/* wpa_supplicant may have forgotten the peer meanwhile. */
static gboolean
on_pause_over (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  wfd_p2p_clear_source (&op->pause);
  if (op->peer != NULL && !wfd_p2p_link_has_peer (op->link, op->peer)) {
    g_clear_object (&op->peer);
    op->facts &= ~WFD_P2P_PEER_KNOWN;
  }
  wfd_p2p_op_advance (op);
  return G_SOURCE_REMOVE;
}

void
wfd_p2p_op_pause (WfdP2pOp *op)
{
  guint first_ms = wfd_p2p_or_default (op->link->options.retry_ms, RETRY_MS);

  op->pause = g_timeout_source_new (wfd_backoff_get_ms (first_ms, op->n_failures, g_random_int ()));
  g_source_set_callback (op->pause, on_pause_over, op, NULL);
  g_source_attach (op->pause, op->link->context);
}

static void
try_again (WfdP2pOp *op)
{
  /* What is known of it may be from before its group ended. */
  op->doubts_group = wfd_p2p_op_joins (op);
  op->has_joined = FALSE;
  op->was_unheard = FALSE;
  op->has_begun = op->has_said_yes = op->has_negotiated = FALSE;
  g_clear_error (&op->last_failure);
  op->last_failure = g_steal_pointer (&op->failure);
  g_clear_object (&op->calls);
  op->calls = g_cancellable_new ();
  op->step = WFD_P2P_STEP_START;
  wfd_p2p_link_claim_forming (op->link);
  op->facts = op->wish | (op->facts & WFD_P2P_PEER_KNOWN);
  wfd_p2p_op_prepare_again (op);
}

/* A group that the peer has begun is not waited for. */
void
wfd_p2p_op_end_pause (WfdP2pOp *op)
{
  if (op->pause != NULL)
    on_pause_over (op);
}

gboolean
wfd_p2p_op_joins (WfdP2pOp *op)
{
  return op->peer != NULL && wfd_link_peer_owns_group (op->peer) && !op->doubts_group;
}

/* --- failure --- */

/* Everything is undone. */
static void
finish_failure (WfdP2pOp *op)
{
  if (may_try_again (op))
    try_again (op);
  else
    wfd_p2p_op_finish (op, g_steal_pointer (&op->failure));
}

static void
on_group_undone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WfdP2pOp) op = user_data;
  G_GNUC_UNUSED g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  if (!op->is_over)
    finish_failure (op);
}

static void
undo (WfdP2pOp *op, const char *path, const char *method, GVariant *args, GAsyncReadyCallback done)
{
  g_dbus_connection_call (op->link->bus, op->link->owner, path, WPAS_INTERFACE_P2P, method, args,
      NULL, G_DBUS_CALL_FLAGS_NONE, wfd_p2p_link_get_call_timeout_ms (op->link), NULL, done,
      wfd_p2p_op_ref (op));
}

static void
undo_group (WfdP2pOp *op)
{
  WfdP2pLink *self = op->link;
  g_autofree char *path = NULL;
  const char *method;
  GVariant *args;

  /* Who has got no address in a group that waits for others has to come again. */
  if (self->group != NULL && self->group->is_kept && !self->group->is_up)
    g_array_set_size (self->group->members, 0);
  if ((op->undo & WFD_P2P_UNDO_GROUP) == 0 || self->group == NULL || self->group->is_up
      || self->group->is_kept) {
    finish_failure (op);
    return;
  }
  path = g_strdup (self->group->interface_path);
  method = wfd_p2p_group_get_end (self, &args);
  wfd_p2p_link_clear_group (self);
  if (method != NULL)
    undo (op, path, method, args, on_group_undone);
  else
    finish_failure (op);
}

/* Cancel came too late if the group has begun before it: wpa_supplicant says so
 * before it answers; or if the peer had taken the invitation. */
static void
on_formation_undone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WfdP2pOp) op = user_data;
  G_GNUC_UNUSED g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  if (op->is_over)
    return;
  wfd_p2p_link_end_unseen (op->link);
  undo_group (op);
}

static void
undo_formation (WfdP2pOp *op)
{
  undo (op, op->link->interface_path, WPAS_CANCEL, NULL, on_formation_undone);
}

static gboolean
on_wps_over (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  wfd_p2p_clear_source (&op->step_timer);
  undo_formation (op);
  return G_SOURCE_REMOVE;
}

/* The last message tells the peer that the PIN is wrong, say. To leave the group at once is heard
 * before that is read, and the peer waits for a quarter of a minute. wpa_supplicant gives it 50 ms
 * and says then that no group was formed. */
#define WPS_END_MS 100

static void
let_wps_end (WfdP2pOp *op)
{
  wfd_p2p_op_wake_in (op, wfd_p2p_or_default (op->link->options.wps_end_ms, WPS_END_MS),
      on_wps_over);
}

static void
undo_attempt (WfdP2pOp *op, gboolean may_pass, GError *error)
{
  op->failure = error;
  op->may_pass = may_pass;
  op->undo = wfd_p2p_step_get_undo (op->step);
  /* The application's own search goes on. */
  if (op->link->is_finding)
    op->undo &= ~WFD_P2P_UNDO_SEARCH;
  stop_step (op);
  wfd_p2p_op_stop_admitting (op);

  if ((op->undo & WFD_P2P_UNDO_SEARCH) != 0)
    wfd_p2p_link_search (op->link, WFD_P2P_SEARCH_NONE);
  if ((op->undo & WFD_P2P_UNDO_FORMATION) == 0)
    undo_group (op);
  else if (!may_pass && g_error_matches (error, WFD_ERROR, WFD_ERROR_PAIRING))
    let_wps_end (op);
  else
    undo_formation (op);
}

void
wfd_p2p_op_start_over (WfdP2pOp *op, GError *why)
{
  op->was_started_over = TRUE;
  /* So that the same is asked again. */
  if (op->has_negotiated)
    op->n_negotiations--;
  undo_attempt (op, TRUE, why);
}

/* What cannot be there, and was asked for only because the attempt before had failed. */
static gboolean
is_own_choice (WfdP2pOp *op, const GError *error)
{
  static const guint64 negotiating = 1ull << WFD_P2P_STEP_PAIR | 1ull << WFD_P2P_STEP_GROUP;

  return (negotiating & 1ull << op->step) != 0 && wfd_p2p_op_has_chosen (op)
      && op->last_failure != NULL && g_error_matches (error, WFD_ERROR, WFD_ERROR_UNSUPPORTED);
}

/* What ends it while the last attempt is being undone ends it for good. */
void
wfd_p2p_op_fail_for_now (WfdP2pOp *op, gboolean may_pass, GError *error)
{
  if (op->failure != NULL) {
    if (op->may_pass && !may_pass) {
      g_clear_error (&op->failure);
      op->failure = g_steal_pointer (&error);
    }
    op->may_pass &= may_pass;
    g_clear_error (&error);
    if (op->step_timer != NULL)
      on_wps_over (op);
    return;
  }
  if (!may_pass && is_own_choice (op, error)) {
    g_error_free (error);
    error = g_error_copy (op->last_failure);
    may_pass = TRUE;
  }
  op->n_failures++;
  undo_attempt (op, may_pass, error);
}

void
wfd_p2p_op_fail (WfdP2pOp *op, GError *error)
{
  wfd_p2p_op_fail_for_now (op, FALSE, error);
}

void
wfd_p2p_op_fail_with (WfdP2pOp *op, WfdError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  wfd_p2p_op_fail (op, g_error_new_valist (WFD_ERROR, code, format, args));
  va_end (args);
}

gboolean
wfd_p2p_link_has_to_undo (WfdP2pLink *self, guint what)
{
  return self->op != NULL && (wfd_p2p_step_get_undo (self->op->step) & what) != 0;
}

/* --- the way --- */

/* By a name a peer is known only when it is there. */
static gboolean
asks_first (WfdP2pOp *op)
{
  return (op->wish & (WFD_P2P_REOPENS | WFD_P2P_MAY_PAIR)) == WFD_P2P_REOPENS && op->wanted != NULL
      && wfd_link_is_address (op->wanted) && !wfd_p2p_op_is_inside (op);
}

/* What stands or falls with the moment, not with the operation. */
static guint
get_facts (WfdP2pOp *op)
{
  guint facts = op->facts;

  if (op->link->is_prepared)
    facts |= WFD_P2P_PREPARED;
  if (asks_first (op))
    facts |= WFD_P2P_ASKS_FIRST;
  if (wfd_p2p_op_has_to_choose (op))
    facts |= WFD_P2P_SEVERAL;
  if (wfd_p2p_op_is_misplaced (op))
    facts |= WFD_P2P_MISPLACED;
  if (wfd_p2p_op_get_begin_mhz (op) != 0 && (op->has_begun || (facts & WFD_P2P_STARTED) == 0))
    facts |= WFD_P2P_PICKS;
  if (wfd_p2p_op_invites_in_vain (op))
    facts |= WFD_P2P_IN_VAIN;
  if (wfd_p2p_op_joins (op))
    facts |= WFD_P2P_PEER_OWNS_GROUP;
  if (wfd_p2p_op_is_inside (op))
    facts |= WFD_P2P_INSIDE;
  if (op->link->group != NULL && op->link->group->is_shared)
    facts |= WFD_P2P_SHARES;
  if (op->link->group != NULL && op->link->group->is_up)
    facts |= WFD_P2P_UP;
  if (op->link->group != NULL && op->link->group->info->is_owner)
    facts |= WFD_P2P_OWNER;
  if (op->link->group != NULL && op->link->group->info->local_address != NULL)
    facts |= WFD_P2P_ADDRESSED;
  if (op->link->group != NULL && op->link->group->info->peer_address == NULL)
    facts |= WFD_P2P_PEER_HIDDEN;
  return facts;
}

/* The application's search, while a group is being formed. */
static gboolean
gets_in_the_way (WfdP2pOp *op)
{
  return wfd_p2p_link_has_to_undo (op->link, WFD_P2P_UNDO_FORMATION)
      && (op->link->search != WFD_P2P_SEARCH_NONE || op->link->search_again != NULL);
}

static gboolean
on_radio_back (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  wfd_p2p_clear_source (&op->radio);
  get_rule (op->step)->begin (op);
  return G_SOURCE_REMOVE;
}

/* On the same adapter, where the radio is away for it. */
static void
end_listening_of_others (WfdP2pOp *op)
{
  WfdP2pLink *self = op->link;

  if (self->search != WFD_P2P_SEARCH_NONE || !wfd_p2p_link_others_listen (self))
    return;
  wfd_p2p_link_send (self, self->interface_path, WPAS_STOP_FIND, NULL);
  wfd_p2p_link_expect_radio_in (self, WFD_P2P_RADIO_BACK_MS);
}

/* What is sent before the radio is back from another channel, or from listening, waits for up to a
 * second more. */
static void
begin_step (WfdP2pOp *op)
{
  gboolean seeks = op->step == WFD_P2P_STEP_SEARCH
      || (op->step == WFD_P2P_STEP_FIND && !wfd_p2p_link_is_sink (op->link));
  gboolean sends = seeks || op->step == WFD_P2P_STEP_INVITE || op->step == WFD_P2P_STEP_INVITE_IN
      || op->step == WFD_P2P_STEP_PAIR;
  gint64 wait_us;

  if (seeks && op->link->listen_ms > 0)
    wfd_p2p_link_search (op->link, WFD_P2P_SEARCH_NONE);
  if (sends && !seeks)
    end_listening_of_others (op);
  wait_us = op->link->radio_back_us - g_get_monotonic_time ();
  if (!sends || wait_us <= 0) {
    get_rule (op->step)->begin (op);
    return;
  }
  op->radio = g_timeout_source_new ((wait_us + 999) / 1000);
  g_source_set_callback (op->radio, on_radio_back, op, NULL);
  g_source_attach (op->radio, op->link->context);
}

void
wfd_p2p_op_advance (WfdP2pOp *op)
{
  G_GNUC_UNUSED g_autoptr (WfdP2pOp) held = wfd_p2p_op_ref (op);
  gint stage;

  wfd_p2p_clear_source (&op->radio);
  op->step = wfd_p2p_next_step (op->step, get_facts (op));
  wfd_p2p_link_claim_forming (op->link);
  if (gets_in_the_way (op))
    wfd_p2p_link_search (op->link, WFD_P2P_SEARCH_NONE);
  stage = wfd_p2p_step_get_stage (op->step);
  if (stage >= 0)
    wfd_link_emit (op->link, WFD_LINK_STAGE, (guint) stage);
  if (!wfd_p2p_op_has_ended (op))
    begin_step (op);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  wfd_p2p_op_fail (user_data,
      g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The operation was cancelled"));
  return G_SOURCE_REMOVE;
}

static gboolean
on_timeout (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  if (op->last_failure != NULL)
    wfd_p2p_op_fail (op, g_error_copy (op->last_failure));
  else if (op->step == WFD_P2P_STEP_SEARCH)
    wfd_p2p_op_fail_with (op, WFD_ERROR_NO_PEER,
        "%s was not found; is it on, near, and its screen for wireless displays open?", op->wanted);
  else
    wfd_p2p_op_fail_with (op, WFD_ERROR_TIMEOUT, "It took too long: %s",
        wfd_p2p_step_to_text (op->step));
  return G_SOURCE_REMOVE;
}

void
wfd_p2p_op_watch_time (WfdP2pOp *op)
{
  wfd_p2p_clear_source (&op->timer);
  op->timer = g_timeout_source_new (wfd_p2p_or_default (op->link->options.timeout_ms, TIMEOUT_MS));
  g_source_set_callback (op->timer, on_timeout, op, NULL);
  g_source_attach (op->timer, op->link->context);
}

static void
watch_cancellable (WfdP2pOp *op)
{
  GCancellable *cancellable = op->task != NULL ? g_task_get_cancellable (op->task) : NULL;

  if (cancellable == NULL)
    return;
  op->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (op->cancelled, G_SOURCE_FUNC (on_cancelled), op, NULL);
  g_source_attach (op->cancelled, op->link->context);
}

/* That of the host is cut, but who asks for a name gets that. */
static gboolean
check_name (const char *name, GError **error)
{
  if (name == NULL || (strlen (name) <= WFD_P2P_NAME_BYTES && g_utf8_validate (name, -1, NULL)))
    return TRUE;
  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
      "The device name has %" G_GSIZE_FORMAT " octets; it may have %d, of UTF-8", strlen (name),
      WFD_P2P_NAME_BYTES);
  return FALSE;
}

/* The peer has been faster: what it has begun is what is wanted. */
static gboolean
may_adopt (WfdP2pOp *op, const WfdP2pWish *wish)
{
  return op->task == NULL && op->failure == NULL && (wish->facts & WFD_P2P_OPENS) != 0;
}

/* Others can come into a group of ours, unless the peer is in it already. */
static gboolean
has_room (WfdP2pLink *self, const WfdP2pWish *wish)
{
  WfdP2pGroup *group = self->group;

  if ((wish->facts & WFD_P2P_BEGINS) != 0)
    return group == NULL;
  if ((wish->facts & WFD_P2P_OPENS) == 0 || group == NULL || !group->is_up)
    return TRUE;
  return group->info->is_owner
      && (group->info->peer == NULL || wish->peer == NULL
          || !wfd_link_peer_matches (group->info->peer, wish->peer));
}

static gboolean
check_wish (WfdP2pLink *self, const WfdP2pWish *wish, GError **error)
{
  if (self->op != NULL && !may_adopt (self->op, wish)) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE, "The link is busy: %s",
        wfd_p2p_step_to_text (self->op->step));
    return FALSE;
  }
  if (!has_room (self, wish)) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE, "The link is open already; close it first");
    return FALSE;
  }
  if (!check_name (self->options.device_name, error))
    return FALSE;
  /* Before a person is asked for anything; what stands already is undone without it. */
  if ((wish->facts & (WFD_P2P_OPENS | WFD_P2P_BEGINS)) != 0 && (wish->facts & WFD_P2P_STARTED) == 0
      && !wfd_net_check_rights (error))
    return FALSE;
  return wish->pairing == NULL || wfd_link_pairing_check (wish->pairing, error);
}

static void
set_pairing (WfdP2pOp *op, const WfdLinkPairing *pairing)
{
  if (pairing == NULL)
    return;
  g_free (op->pin);
  op->pin = g_strdup (pairing->pin);
  op->pairing = *pairing;
  op->pairing.pin = op->pin;
  op->forgets = !pairing->persist;
}

static WfdP2pOp *
op_new (WfdP2pLink *self, const WfdP2pWish *wish)
{
  WfdP2pOp *op = g_new0 (WfdP2pOp, 1);

  *op = (WfdP2pOp) {
    .n_refs = 1,
    .link = g_object_ref (self),
    .calls = g_cancellable_new (),
    .adapters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
    .held = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_claim_free),
    .left = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref),
    .wish = wish->facts,
    .facts = wish->facts,
  };
  set_pairing (op, wish->pairing);
  return op;
}

/* Should what the peer has begun fail, it is done as it was asked for. */
static void
adopt (WfdP2pOp *op, const WfdP2pWish *wish)
{
  op->wish = wish->facts;
  set_pairing (op, wish->pairing);
}

static void
want_peer (WfdP2pOp *op, const char *wanted)
{
  WfdLinkPeer *peer;

  if (wanted == NULL)
    return;
  op->wanted = g_strdup (wanted);
  peer = wfd_p2p_link_find_peer (op->link, wanted);
  if (peer != NULL)
    wfd_p2p_op_peer_seen (op, peer);
}

void
wfd_p2p_op_begin (WfdP2pLink *self, const WfdP2pWish *wish, GTask *task)
{
  GError *error = NULL;
  gboolean is_new;

  if (!check_wish (self, wish, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  is_new = self->op == NULL;
  if (self->is_reachable)
    wfd_p2p_link_search (self, WFD_P2P_SEARCH_NONE);
  if (is_new)
    self->op = op_new (self, wish);
  else
    adopt (self->op, wish);
  self->op->task = task;
  want_peer (self->op, wish->peer);
  watch_cancellable (self->op);
  if (!is_new) {
    wfd_p2p_op_check_group (self->op);
    return;
  }
  wfd_p2p_op_watch_time (self->op);
  wfd_p2p_op_advance (self->op);
}

/* Its person has found the button while we wait to try again. */
gboolean
wfd_p2p_op_pairs_with (WfdP2pOp *op, WfdLinkPeer *peer)
{
  G_GNUC_UNUSED g_autoptr (WfdP2pOp) held = wfd_p2p_op_ref (op);

  if (op->pause != NULL && op->peer == peer)
    wfd_p2p_op_end_pause (op);
  return op->peer == peer && op->step >= WFD_P2P_STEP_PAIR;
}

gboolean
wfd_p2p_op_negotiates (WfdP2pOp *op, WfdLinkPeer *peer)
{
  return op->peer == peer && op->n_negotiations > 0 && !op->has_joined
      && (op->step == WFD_P2P_STEP_PAIR || op->step == WFD_P2P_STEP_GROUP);
}

gboolean
wfd_p2p_op_wants (WfdP2pOp *op, WfdLinkPeer *peer)
{
  return op->peer == peer || (op->wanted != NULL && wfd_link_peer_matches (peer, op->wanted));
}

gboolean
wfd_p2p_op_searches (WfdP2pOp *op)
{
  return op->step == WFD_P2P_STEP_SEARCH && op->failure == NULL;
}

/* --- closing --- */

static void
on_disconnected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  G_GNUC_UNUSED g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

  /* Gone is gone. */
  if (name != NULL && g_str_has_prefix (name, WPAS_NAME))
    g_clear_error (&error);
  if (error != NULL)
    g_task_return_error (task, wfd_p2p_error_from_call (error, "closing the group"));
  else
    g_task_return_boolean (task, TRUE);
  wfd_p2p_link_look_around (g_task_get_source_object (task));
}

/* The end of a group that is cleared before is no loss. */
static void
disconnect_group (WfdP2pLink *self, GTask *task)
{
  g_autofree char *path = g_strdup (self->group->interface_path);
  GVariant *args;
  const char *method = wfd_p2p_group_get_end (self, &args);

  wfd_p2p_link_clear_group (self);
  if (method == NULL) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  g_dbus_connection_call (self->bus, self->owner, path, WPAS_INTERFACE_P2P, method, args, NULL,
      G_DBUS_CALL_FLAGS_NONE, wfd_p2p_link_get_call_timeout_ms (self),
      g_task_get_cancellable (task), on_disconnected, task);
}

void
wfd_p2p_op_disconnect (WfdP2pLink *self, GTask *task)
{
  if (self->op == NULL && self->group != NULL) {
    disconnect_group (self, task);
    return;
  }
  if (self->op != NULL)
    g_task_return_new_error (task, WFD_ERROR, WFD_ERROR_STATE, "The link is busy: %s",
        wfd_p2p_step_to_text (self->op->step));
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}
