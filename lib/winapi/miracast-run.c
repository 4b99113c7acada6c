/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-run.h"

#include "miracast-judge.h"
#include "miracast-socket.h"
#include "miracast-status.h"

/* Who runs the main context has this long to see that a limit is over. */
#define GRACE_US (2 * G_USEC_PER_SEC)

/* A link that is too slow is told of once a second; a moment of that is no reason to end. */
#define MAX_SLOW_REPORTS 5

typedef enum
{
  STATE_NEW,
  STATE_STARTING,
  STATE_ON,
  STATE_OVER,
} State;

#define IS(state) (1u << (state))

/* Counted: one of who made it, one of each source and of the session, as a main context that
 * hangs may come to them late. */
struct _MiracastRun
{
  GMainContext *main_context;
  MiracastRunEvents events;
  gpointer user_data;

  GMutex lock;
  GCond changed;
  /* With the lock. */
  State state;
  NTSTATUS status;
  MIRACAST_SESSION_INFO info;
  gboolean is_stopping;
  MiracastSocket socket;

  /* All below belongs to the thread of the main context. */
  WfdSession *session;
  GSource *limit;
  guint kbps;
  guint least_kbps;
  guint n_slow;
  MiracastMonitor monitor;
  gboolean is_agreed; /* what arrives can be told */
  gboolean was_set_up;
  gboolean is_off_wanted; /* nobody looks at the monitor */
  gboolean is_off;        /* it was told so, and has not played since */
};

static State
get_state (MiracastRun *self)
{
  State state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

gboolean
miracast_run_is_on (MiracastRun *self)
{
  return get_state (self) == STATE_ON;
}

static void
set_state (MiracastRun *self, State state, NTSTATUS status)
{
  g_mutex_lock (&self->lock);
  if (self->state == STATE_STARTING)
    self->status = status;
  self->state = state;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* @func in the thread of the main context, unless it is destroyed before. (transfer full) */
static GSource *
attach (MiracastRun *self, GSource *source, GSourceFunc func)
{
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, miracast_run_ref (self),
      (GDestroyNotify) miracast_run_unref);
  g_source_attach (source, self->main_context);
  return source;
}

static void
drop_limit (MiracastRun *self)
{
  if (self->limit != NULL)
    g_source_destroy (self->limit);
  g_clear_pointer (&self->limit, g_source_unref);
}

/* The sink hears of it; its answer is not waited for, as others wait for us. */
static void
drop_session (MiracastRun *self)
{
  g_autoptr (WfdSession) session = g_steal_pointer (&self->session);

  if (session == NULL)
    return;
  g_signal_handlers_disconnect_by_data (session, self);
  wfd_session_teardown (session);
  wfd_session_close (session);
  miracast_run_unref (self);
}

static void
finish (MiracastRun *self, NTSTATUS status)
{
  if (get_state (self) == STATE_OVER)
    return;
  drop_limit (self);
  drop_session (self);
  g_mutex_lock (&self->lock);
  miracast_socket_give_back (&self->socket);
  g_mutex_unlock (&self->lock);
  set_state (self, STATE_OVER, status);
}

static gboolean
is_heard (MiracastRun *self)
{
  gboolean is_heard;

  g_mutex_lock (&self->lock);
  is_heard = !self->is_stopping;
  g_mutex_unlock (&self->lock);
  return is_heard;
}

/* By itself, after it had begun. */
static void
end (MiracastRun *self, MIRACAST_STATUS status, NTSTATUS why)
{
  finish (self, why);
  if (is_heard (self))
    self->events.ended (self->user_data, status, why);
}

/* Who is told may stop the session at that. */
static void
tell_monitor (MiracastRun *self)
{
  miracast_run_ref (self);
  if (is_heard (self))
    self->events.monitor (self->user_data, &self->monitor);
  miracast_run_unref (self);
}

static MiracastVerdict
judge (MiracastRun *self)
{
  g_autoptr (GPtrArray) ours = wfd_session_dup_video_offer (self->session);
  g_autoptr (GPtrArray) theirs = wfd_session_dup_peer_video_offer (self->session);

  return miracast_judge (ours, theirs, self->kbps);
}

static void
look_at_monitor (MiracastRun *self)
{
  g_clear_pointer (&self->monitor.edid, g_bytes_unref);
  self->monitor = (MiracastMonitor) {
    .is_there = wfd_session_has_peer_monitor (self->session),
    .connector = wfd_session_get_peer_connector (self->session),
    .edid = wfd_session_dup_peer_edid (self->session),
  };
}

/* What is told to who waits for the start. */
static void
decide (MiracastRun *self)
{
  MiracastVerdict verdict = judge (self);

  look_at_monitor (self);
  self->least_kbps = verdict.least_kbps;
  if (self->monitor.is_there && !verdict.is_enough) {
    finish (self, STATUS_DEVICE_INSUFFICIENT_RESOURCES);
    return;
  }
  drop_limit (self);
  self->info.MonitorConnected = self->monitor.is_there;
  self->info.ReducedModeListDueToBandwidth = self->monitor.is_there && verdict.reduces;
  wfd_session_set_max_bitrate (self->session, self->kbps);
  set_state (self, STATE_ON, STATUS_SUCCESS);
}

/* The monitor was exchanged, unplugged or plugged in. */
static void
follow_monitor (MiracastRun *self)
{
  MiracastVerdict verdict = judge (self);
  gboolean was_there = self->monitor.is_there;

  look_at_monitor (self);
  self->least_kbps = verdict.least_kbps;
  if (self->monitor.is_there && !verdict.is_enough)
    end (self, MIRACAST_STATUS_INSUFFICIENT_BANDWIDTH, STATUS_DEVICE_INSUFFICIENT_RESOURCES);
  else if (self->is_agreed && (was_there || self->monitor.is_there))
    tell_monitor (self);
}

static void
on_capabilities (WfdSession *session, MiracastRun *self)
{
  if (get_state (self) == STATE_STARTING)
    decide (self);
  else
    follow_monitor (self);
}

static void
on_format_agreed (WfdSession *session, const WfdFormat *format, MiracastRun *self)
{
  if (self->is_agreed)
    return;
  self->is_agreed = TRUE;
  if (self->monitor.is_there)
    tell_monitor (self);
}

static void
on_idr_requested (WfdSession *session, MiracastRun *self)
{
  if (is_heard (self))
    self->events.event (self->user_data, MIRACAST_PROTOCOL_EVENT_IFRAME_RQ);
}

/* What cannot be said now, as the answer to what was said before is not there yet, is said when
 * the state is another one. */
static void
switch_monitor (MiracastRun *self)
{
  WfdSessionState state = wfd_session_get_state (self->session);

  if (self->is_off_wanted && !self->is_off && state == WFD_SESSION_STATE_PLAYING)
    self->is_off =
        wfd_session_standby (self->session, NULL) || wfd_session_pause (self->session, NULL);
  else if (!self->is_off_wanted && self->is_off && state == WFD_SESSION_STATE_READY)
    wfd_session_play (self->session, NULL);
}

static void
on_state (WfdSession *session, GParamSpec *pspec, MiracastRun *self)
{
  WfdSessionState state = wfd_session_get_state (session);

  if (state == WFD_SESSION_STATE_READY)
    self->was_set_up = TRUE;
  /* The sink may also wake up by itself: somebody does look. */
  if (state == WFD_SESSION_STATE_PLAYING && self->is_off)
    self->is_off = self->is_off_wanted = FALSE;
  switch_monitor (self);
}

static void
on_closed (WfdSession *session, const GError *error, MiracastRun *self)
{
  WfdSessionState state =
      self->was_set_up ? WFD_SESSION_STATE_READY : WFD_SESSION_STATE_NEGOTIATING;

  if (get_state (self) == STATE_STARTING)
    finish (self, miracast_status_from_error (error));
  else
    end (self, miracast_status_from_end (error, state), miracast_status_from_error (error));
}

static gboolean
on_limit (gpointer user_data)
{
  finish (user_data, STATUS_IO_TIMEOUT);
  return G_SOURCE_REMOVE;
}

static gboolean
start_session (MiracastRun *self, GError **error)
{
  g_autoptr (GSocketConnection) connection = NULL;

  g_mutex_lock (&self->lock);
  connection = miracast_socket_connect (&self->socket, error);
  g_mutex_unlock (&self->lock);
  if (connection == NULL)
    return FALSE;
  self->session = wfd_session_new (WFD_ROLE_SOURCE);
  miracast_run_ref (self);
  wfd_session_hold (self->session);
  g_signal_connect (self->session, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (self->session, "peer-capabilities", G_CALLBACK (on_capabilities), self);
  g_signal_connect (self->session, "format-agreed", G_CALLBACK (on_format_agreed), self);
  g_signal_connect (self->session, "idr-requested", G_CALLBACK (on_idr_requested), self);
  /* We hear of the end before others end something because of it. */
  g_signal_connect (self->session, "closed", G_CALLBACK (on_closed), self);
  self->events.begins (self->user_data, self->session, connection);
  if (self->session == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The media do not take the session");
    return FALSE;
  }
  return wfd_session_start (self->session, connection, error);
}

static gboolean
on_begin (gpointer user_data)
{
  MiracastRun *self = user_data;
  g_autoptr (GError) error = NULL;

  if (get_state (self) != STATE_STARTING)
    return G_SOURCE_REMOVE;
  g_main_context_push_thread_default (self->main_context);
  if (!start_session (self, &error))
    finish (self, miracast_status_from_error (error));
  g_main_context_pop_thread_default (self->main_context);
  return G_SOURCE_REMOVE;
}

/* While it is in one of @states; FALSE if that was too long. */
static gboolean
wait_while (MiracastRun *self, guint states, gint64 end_us)
{
  gboolean is_ours = g_main_context_is_owner (self->main_context);
  gboolean in_time = TRUE;

  g_mutex_lock (&self->lock);
  while ((IS (self->state) & states) != 0 && in_time) {
    if (is_ours) {
      g_mutex_unlock (&self->lock);
      g_main_context_iteration (self->main_context, TRUE);
      g_mutex_lock (&self->lock);
    } else {
      in_time = g_cond_wait_until (&self->changed, &self->lock, end_us);
    }
  }
  in_time = (IS (self->state) & states) == 0;
  g_mutex_unlock (&self->lock);
  return in_time;
}

/* FALSE if it was stopped before. */
static gboolean
enter_start (MiracastRun *self)
{
  gboolean may_start;

  g_mutex_lock (&self->lock);
  may_start = !self->is_stopping;
  if (may_start)
    self->state = STATE_STARTING;
  g_mutex_unlock (&self->lock);
  return may_start;
}

static gboolean
on_stop (gpointer user_data)
{
  finish (user_data, STATUS_CANCELLED);
  return G_SOURCE_REMOVE;
}

/* A main context that hangs comes to it later, and finds that the socket is no longer there. */
static void
stop (MiracastRun *self, gint64 grace_us)
{
  g_autoptr (GSource) source = NULL;

  g_mutex_lock (&self->lock);
  self->is_stopping = TRUE;
  g_mutex_unlock (&self->lock);
  if (IS (get_state (self)) & (IS (STATE_NEW) | IS (STATE_OVER)))
    return;

  /* From within something that was told. */
  if (g_main_context_is_owner (self->main_context)) {
    finish (self, STATUS_CANCELLED);
    return;
  }
  source = attach (self, g_idle_source_new (), on_stop);
  if (wait_while (self, ~IS (STATE_OVER), g_get_monotonic_time () + grace_us))
    return;
  g_mutex_lock (&self->lock);
  miracast_socket_take_away (&self->socket);
  g_mutex_unlock (&self->lock);
}

NTSTATUS
miracast_run_start (MiracastRun *self, guint limit_ms, MIRACAST_SESSION_INFO *ret_info)
{
  gint64 end_us = g_get_monotonic_time () + limit_ms * 1000ll + GRACE_US;
  g_autoptr (GSource) begin = NULL;

  if (!enter_start (self))
    return STATUS_CANCELLED;
  self->limit = attach (self, g_timeout_source_new (limit_ms), on_limit);
  begin = attach (self, g_idle_source_new (), on_begin);
  if (!wait_while (self, IS (STATE_STARTING), end_us)) {
    g_source_destroy (begin);
    stop (self, 0);
    return STATUS_IO_TIMEOUT;
  }
  if (self->status == STATUS_SUCCESS)
    *ret_info = self->info;
  return self->status;
}

static gboolean
on_go_on (gpointer user_data)
{
  MiracastRun *self = user_data;

  if (self->session != NULL)
    wfd_session_release (self->session);
  return G_SOURCE_REMOVE;
}

void
miracast_run_go_on (MiracastRun *self)
{
  g_source_unref (attach (self, g_idle_source_new (), on_go_on));
}

void
miracast_run_stop (MiracastRun *self)
{
  stop (self, GRACE_US);
}

void
miracast_run_give_up (MiracastRun *self)
{
  if (get_state (self) == STATE_ON)
    end (self, MIRACAST_STATUS_CRITICAL_ERROR, STATUS_CANCELLED);
  else
    finish (self, STATUS_CANCELLED);
}

typedef struct
{
  MiracastRun *run;
  guint value;
} Order;

static void
free_order (gpointer data)
{
  Order *order = data;

  miracast_run_unref (order->run);
  g_free (order);
}

static void
post (MiracastRun *self, GSourceFunc func, guint value)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Order *order = g_new (Order, 1);

  *order = (Order) { miracast_run_ref (self), value };
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, order, free_order);
  g_source_attach (source, self->main_context);
}

static gboolean
on_set_playing (gpointer data)
{
  Order *order = data;
  MiracastRun *self = order->run;

  self->is_off_wanted = !order->value;
  if (self->session != NULL)
    switch_monitor (self);
  return G_SOURCE_REMOVE;
}

void
miracast_run_set_playing (MiracastRun *self, gboolean playing)
{
  post (self, on_set_playing, playing);
}

static gboolean
on_rate (gpointer data)
{
  Order *order = data;
  MiracastRun *self = order->run;

  self->kbps = order->value;
  if (get_state (self) != STATE_ON)
    return G_SOURCE_REMOVE;
  if (self->kbps == 0 || self->kbps >= self->least_kbps || !self->monitor.is_there)
    self->n_slow = 0;
  else if (++self->n_slow >= MAX_SLOW_REPORTS)
    end (self, MIRACAST_STATUS_INSUFFICIENT_BANDWIDTH, STATUS_DEVICE_INSUFFICIENT_RESOURCES);
  return G_SOURCE_REMOVE;
}

void
miracast_run_tell_rate (MiracastRun *self, guint kbps)
{
  post (self, on_rate, kbps);
}

NTSTATUS
miracast_run_new (GMainContext *main_context, SOCKET socket, guint kbps,
    const MiracastRunEvents *events, gpointer user_data, MiracastRun **ret_run)
{
  MiracastSocket borrowed = MIRACAST_SOCKET_INIT;
  NTSTATUS status = miracast_socket_borrow (&borrowed, socket);
  MiracastRun *self;

  if (status != STATUS_SUCCESS)
    return status;
  self = g_atomic_rc_box_new0 (MiracastRun);
  self->main_context = g_main_context_ref (main_context);
  self->events = *events;
  self->user_data = user_data;
  self->socket = borrowed;
  self->kbps = kbps;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  *ret_run = self;
  return STATUS_SUCCESS;
}

MiracastRun *
miracast_run_ref (MiracastRun *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  MiracastRun *self = data;

  miracast_socket_give_back (&self->socket);
  g_clear_pointer (&self->monitor.edid, g_bytes_unref);
  g_main_context_unref (self->main_context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

void
miracast_run_unref (MiracastRun *self)
{
  g_atomic_rc_box_release_full (self, clear);
}
