/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-machine-private.h"

#include <string.h>

/* Each step has its timer, but a peer may repeat steps; this is for all of them
 * together, with time for a person to say yes. */
#define SETUP_US (120 * G_USEC_PER_SEC)

static const char *
state_to_string (State state)
{
  static const char *const names[] = {
    "idle",
    "M1",
    "M1 answered",
    "M2 answered",
    "M3",
    "M3 answered",
    "M4",
    "M5",
    "M5 again",
    "M6",
    "ready",
    "M7",
    "playing",
    "M9",
    "M8",
    "closed",
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == STATE_CLOSED + 1);
  return names[state];
}

/* As an application sees it; the standard's Init has parts worth telling
 * apart only here. */
static WfdSessionState
to_public_state (State state)
{
  switch (state) {
    case STATE_IDLE:
      return WFD_SESSION_STATE_IDLE;
    case STATE_M1:
    case STATE_M1_ANSWERED:
    case STATE_M2_ANSWERED:
    case STATE_M3:
    case STATE_M3_ANSWERED:
    case STATE_M4:
    case STATE_M5:
    case STATE_M5_AGAIN:
    case STATE_M6:
      return WFD_SESSION_STATE_NEGOTIATING;
    case STATE_READY:
    case STATE_M7:
      return WFD_SESSION_STATE_READY;
    case STATE_PLAYING:
    case STATE_M9:
      return WFD_SESSION_STATE_PLAYING;
    case STATE_M8:
      return WFD_SESSION_STATE_CLOSING;
    case STATE_CLOSED:
      return WFD_SESSION_STATE_CLOSED;
  }
  g_return_val_if_reached (WFD_SESSION_STATE_CLOSED);
}

const char *
wfd_machine_get_state_name (WfdMachine *self)
{
  return state_to_string (self->state);
}

WfdMachine *
wfd_machine_new (const WfdMachineConfig *config)
{
  WfdMachine *self = g_new0 (WfdMachine, 1);

  self->config = *config;
  self->local_host = g_strdup (config->local_host);
  self->peer_host = g_strdup (config->peer_host);
  self->config.local_host = self->local_host;
  self->config.peer_host = self->peer_host;
  self->rules = config->role == WFD_ROLE_SOURCE ? &wfd_source_rules : &wfd_sink_rules;
  self->next_cseq = 1;
  self->last_idr_us = G_MININT64;
  self->stats.last_rtt_us = -1;
  g_queue_init (&self->outbox);
  g_queue_init (&self->events);
  for (guint i = 0; i < N_TIMERS; i++)
    self->deadline_us[i] = G_MAXINT64;
  return self;
}

static void
free_event (gpointer data)
{
  WfdEvent *event = data;

  g_clear_error (&event->error);
  g_free (event);
}

static void
free_message (gpointer data)
{
  gst_rtsp_message_free (data);
}

void
wfd_machine_free (WfdMachine *self)
{
  if (self == NULL)
    return;

  g_queue_clear_full (&self->outbox, free_message);
  g_queue_clear_full (&self->events, free_event);
  wfd_params_clear (&self->peer_capabilities);
  g_free (self->local_host);
  g_free (self->peer_host);
  g_free (self->session_id);
  g_free (self->url);
  g_free (self->peer_name);
  g_free (self);
}

void
wfd_machine_emit (WfdMachine *self, WfdEventType type, GError *error)
{
  WfdEvent *event = g_new (WfdEvent, 1);

  *event = (WfdEvent) { type, error };
  g_queue_push_tail (&self->events, event);
}

void
wfd_machine_arm (WfdMachine *self, TimerId id, gint64 after_us)
{
  if (self->state != STATE_CLOSED)
    self->deadline_us[id] = self->now_us + after_us;
}

void
wfd_machine_disarm (WfdMachine *self, TimerId id)
{
  self->deadline_us[id] = G_MAXINT64;
}

static const WaitRule *
find_wait (WfdMachine *self)
{
  for (gsize i = 0; i < self->rules->n_waits; i++)
    if (self->rules->waits[i].state == self->state)
      return &self->rules->waits[i];
  return NULL;
}

void
wfd_machine_wait (WfdMachine *self, const WaitRule *wait)
{
  self->wait = wait;
  if (wait != NULL)
    wfd_machine_arm (self, TIMER_NEXT_REQUEST, wait->wait_us);
  else
    wfd_machine_disarm (self, TIMER_NEXT_REQUEST);
}

void
wfd_machine_enter (WfdMachine *self, State state)
{
  State old = self->state;

  /* A request that could not be sent may have ended the session meanwhile. */
  if (old == STATE_CLOSED)
    return;

  g_debug ("state %s → %s", state_to_string (old), state_to_string (state));
  self->state = state;
  wfd_machine_wait (self, find_wait (self));
  if (state == STATE_READY)
    wfd_machine_disarm (self, TIMER_SETUP);

  if (to_public_state (old) != to_public_state (state))
    wfd_machine_emit (self, WFD_EVENT_STATE, NULL);
}

void
wfd_machine_end (WfdMachine *self, GError *error)
{
  if (self->state == STATE_CLOSED) {
    g_clear_error (&error);
    return;
  }

  for (guint i = 0; i < N_TIMERS; i++)
    wfd_machine_disarm (self, i);
  self->n_pending = 0;
  wfd_machine_enter (self, STATE_CLOSED);
  wfd_machine_emit (self, WFD_EVENT_ENDED, error);
}

/* An abort after M6 is announced to the peer (§6.5); before, the connection
 * just goes. */
static void
abort_session (WfdMachine *self, GError *error)
{
  if (IN (self->state) & IN_SESSION)
    self->rules->announce_end (self);
  wfd_machine_end (self, error);
}

void
wfd_machine_fail (WfdMachine *self, WfdError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  abort_session (self, g_error_new_valist (WFD_ERROR, code, format, args));
  va_end (args);
}

void
wfd_machine_adopt_choice (WfdMachine *self, const WfdChoice *choice)
{
  self->choice = *choice;
  wfd_machine_emit (self, WFD_EVENT_FORMAT_AGREED, NULL);
}

const char *
wfd_machine_call_peer (const WfdMachine *self)
{
  return self->config.role == WFD_ROLE_SOURCE ? "display" : "source";
}

static void
note_peer_name (WfdMachine *self, const GstRTSPMessage *message)
{
  char *name = NULL;

  if (self->peer_name != NULL)
    return;
  if (gst_rtsp_message_get_header (message, GST_RTSP_HDR_SERVER, &name, 0) == GST_RTSP_OK
      || gst_rtsp_message_get_header (message, GST_RTSP_HDR_USER_AGENT, &name, 0) == GST_RTSP_OK)
    self->peer_name = wfd_text_dup_printable (wfd_text (name), WFD_LIMIT_NAME_BYTES);
}

static void
note_life (WfdMachine *self, gint64 life_us)
{
  self->last_life_us = MAX (self->last_life_us, life_us);
  if (self->deadline_us[TIMER_SESSION] != G_MAXINT64)
    self->deadline_us[TIMER_SESSION] = self->last_life_us + self->rules->session_limit_us (self);
}

void
wfd_machine_start (WfdMachine *self, gint64 now_us)
{
  g_return_if_fail (self->state == STATE_IDLE);

  self->now_us = now_us;
  self->last_life_us = now_us;
  self->flood_window_us = now_us;
  wfd_machine_enter (self, STATE_M1);
  wfd_machine_arm (self, TIMER_SETUP, SETUP_US);
  if (self->rules->start != NULL)
    self->rules->start (self);
}

void
wfd_machine_receive (WfdMachine *self, const GstRTSPMessage *message, gint64 now_us)
{
  if (self->state == STATE_CLOSED || self->state == STATE_IDLE)
    return;

  self->now_us = now_us;
  note_life (self, now_us);
  note_peer_name (self, message);
  switch (message->type) {
    case GST_RTSP_MESSAGE_REQUEST:
      wfd_machine_receive_request (self, message);
      break;
    case GST_RTSP_MESSAGE_RESPONSE:
      wfd_machine_receive_response (self, message);
      break;
    case GST_RTSP_MESSAGE_INVALID:
    case GST_RTSP_MESSAGE_DATA:
    case GST_RTSP_MESSAGE_HTTP_REQUEST:
    case GST_RTSP_MESSAGE_HTTP_RESPONSE:
      wfd_machine_fail (self, WFD_ERROR_MALFORMED, "The %s sent something that is not RTSP",
          wfd_machine_call_peer (self));
      break;
  }
}

void
wfd_machine_disconnect (WfdMachine *self, const GError *error, gint64 now_us)
{
  if (self->state == STATE_CLOSED)
    return;

  self->now_us = now_us;
  if (self->state == STATE_M8)
    wfd_machine_end (self, NULL);
  else if (g_error_matches (error, WFD_ERROR, WFD_ERROR_MALFORMED))
    wfd_machine_end (self,
        g_error_new (WFD_ERROR, WFD_ERROR_MALFORMED, "The %s sent %s", wfd_machine_call_peer (self),
            error->message));
  else if (error != NULL)
    wfd_machine_end (self, g_error_copy (error));
  else
    wfd_machine_end (self,
        g_error_new (WFD_ERROR, WFD_ERROR_CLOSED,
            "The %s closed the connection without a TEARDOWN (state %s)",
            wfd_machine_call_peer (self), state_to_string (self->state)));
}

void
wfd_machine_note_media (WfdMachine *self, gint64 media_us)
{
  note_life (self, media_us);
}

static void
expire_next_request (WfdMachine *self)
{
  const WaitRule *wait = self->wait;

  if (wait->retry != NULL)
    wait->retry (self);
  else
    wfd_machine_fail (self, WFD_ERROR_TIMEOUT, "The %s did not send %s within %d s (%s)",
        wfd_machine_call_peer (self), wait->missing, (int) (wait->wait_us / G_USEC_PER_SEC),
        wait->timer);
}

static void
expire (WfdMachine *self, TimerId id)
{
  switch (id) {
    case TIMER_NEXT_REQUEST:
      expire_next_request (self);
      break;
    case TIMER_SESSION:
      wfd_machine_fail (self, WFD_ERROR_TIMEOUT, "No sign of life from the %s for %d s (T9)",
          wfd_machine_call_peer (self),
          (int) (self->rules->session_limit_us (self) / G_USEC_PER_SEC));
      break;
    case TIMER_SETUP:
      wfd_machine_fail (self, WFD_ERROR_TIMEOUT, "No session was set up within %d s",
          (int) (SETUP_US / G_USEC_PER_SEC));
      break;
    case TIMER_CLOSE:
      wfd_machine_end (self, NULL);
      break;
    case TIMER_KEEP_ALIVE:
    case TIMER_IDR:
      self->rules->expire (self, id);
      break;
  }
}

void
wfd_machine_tick (WfdMachine *self, gint64 now_us)
{
  self->now_us = now_us;
  for (guint i = 0; i < N_TIMERS && self->state != STATE_CLOSED; i++)
    if (now_us >= self->deadline_us[i])
      expire (self, i);
  wfd_machine_expire_pending (self);
}

gint64
wfd_machine_get_deadline_us (WfdMachine *self)
{
  gint64 deadline_us = G_MAXINT64;

  for (guint i = 0; i < N_TIMERS; i++)
    deadline_us = MIN (deadline_us, self->deadline_us[i]);
  for (guint i = 0; i < self->n_pending; i++)
    deadline_us = MIN (deadline_us, self->pending[i].deadline_us);
  return deadline_us;
}

GstRTSPMessage *
wfd_machine_pop_message (WfdMachine *self)
{
  return g_queue_pop_head (&self->outbox);
}

gboolean
wfd_machine_pop_event (WfdMachine *self, WfdEvent *ret_event)
{
  WfdEvent *event = g_queue_pop_head (&self->events);

  if (event == NULL)
    return FALSE;
  *ret_event = *event;
  g_free (event);
  return TRUE;
}

static gboolean
check_state (gboolean possible, const char *what, GError **error)
{
  if (!possible)
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE, "The session cannot %s now", what);
  return possible;
}

gboolean
wfd_machine_play (WfdMachine *self, gint64 now_us, GError **error)
{
  self->now_us = now_us;
  return check_state (self->rules->play (self), "play", error);
}

gboolean
wfd_machine_pause (WfdMachine *self, gint64 now_us, GError **error)
{
  self->now_us = now_us;
  return check_state (self->rules->pause (self), "pause", error);
}

gboolean
wfd_machine_standby (WfdMachine *self, gint64 now_us, GError **error)
{
  self->now_us = now_us;
  return check_state (self->rules->standby != NULL && self->rules->standby (self),
      "let the peer sleep", error);
}

void
wfd_machine_teardown (WfdMachine *self, gint64 now_us)
{
  self->now_us = now_us;
  if (self->state == STATE_CLOSED || self->state == STATE_M8)
    return;

  if (!(IN (self->state) & IN_SESSION)) {
    wfd_machine_end (self, NULL);
    return;
  }
  self->rules->announce_end (self);
  if (self->state == STATE_CLOSED)
    return;
  wfd_machine_disarm (self, TIMER_KEEP_ALIVE);
  wfd_machine_disarm (self, TIMER_SESSION);
  wfd_machine_disarm (self, TIMER_IDR);
  wfd_machine_enter (self, STATE_M8);
  /* AOSP waits this long for M8 too (§6.4.5). */
  wfd_machine_arm (self, TIMER_CLOSE, 2 * G_USEC_PER_SEC);
}

void
wfd_machine_close (WfdMachine *self)
{
  wfd_machine_end (self, NULL);
}

WfdSessionState
wfd_machine_get_state (WfdMachine *self)
{
  return to_public_state (self->state);
}

const WfdChoice *
wfd_machine_get_choice (WfdMachine *self)
{
  return &self->choice;
}

guint16
wfd_machine_get_peer_rtp_port (WfdMachine *self)
{
  return self->peer_rtp_port;
}

guint16
wfd_machine_get_peer_rtcp_port (WfdMachine *self)
{
  return self->peer_rtcp_port;
}

gboolean
wfd_machine_has_peer_idr_request (WfdMachine *self)
{
  return wfd_params_has (&self->peer_capabilities, WFD_PARAM_IDR_REQUEST_CAPABILITY)
      && self->peer_capabilities.idr_request_supported;
}

/* Others answer "none" to Microsoft's names, or nothing. */
gboolean
wfd_machine_is_peer_microsoft (WfdMachine *self)
{
  return wfd_params_has (&self->peer_capabilities, WFD_PARAM_MICROSOFT_MAX_BITRATE)
      && self->peer_capabilities.max_bitrate_bps > 0;
}

const char *
wfd_machine_get_peer_name (WfdMachine *self)
{
  const char *friendly_name = self->peer_capabilities.text[WFD_PARAM_INTEL_FRIENDLY_NAME];

  return friendly_name != NULL ? friendly_name : self->peer_name;
}

gboolean
wfd_machine_has_peer_monitor (WfdMachine *self)
{
  const WfdParams *peer = &self->peer_capabilities;
  const char *edid = peer->text[WFD_PARAM_DISPLAY_EDID];

  if (peer->video_formats.n_codecs == 0)
    return FALSE;
  if (edid != NULL)
    return wfd_machine_get_peer_edid (self) != NULL;
  return !wfd_params_has (peer, WFD_PARAM_CONNECTOR_TYPE) || peer->connector_type >= 0;
}

gint
wfd_machine_get_peer_connector (WfdMachine *self)
{
  const WfdParams *peer = &self->peer_capabilities;

  return wfd_params_has (peer, WFD_PARAM_CONNECTOR_TYPE) ? peer->connector_type : -1;
}

/* "0001 00ffffff…", or "0000 none" (WFD 2.1 §6.1.6). */
const char *
wfd_machine_get_peer_edid (WfdMachine *self)
{
  const char *edid = self->peer_capabilities.text[WFD_PARAM_DISPLAY_EDID];
  const char *digits = edid != NULL ? strchr (edid, ' ') : NULL;

  return digits != NULL && !g_str_equal (digits, " none") ? digits + 1 : NULL;
}

const WfdVideoFormats *
wfd_machine_get_peer_video (WfdMachine *self)
{
  return &self->peer_capabilities.video_formats;
}

guint64
wfd_machine_get_max_bitrate_bps (WfdMachine *self)
{
  return self->peer_capabilities.max_bitrate_bps;
}

const char *
wfd_machine_get_session_id (WfdMachine *self)
{
  return self->session_id;
}

const WfdMachineStats *
wfd_machine_get_stats (WfdMachine *self)
{
  return &self->stats;
}
