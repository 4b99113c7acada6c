/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-control-private.h"
#include "wfd-resize.h"

GST_DEBUG_CATEGORY_EXTERN (wfd_control_debug);
#define GST_CAT_DEFAULT wfd_control_debug

/* A source that is not there yet is not asked more often than this. */
#define RETRY_US G_TIME_SPAN_SECOND

/* The codes of the PROGRESS messages. */
static const char *const step_codes[] = { NULL, "connect", "negotiate", "play" };

void
wfd_control_post_progress (WfdControl *self, GstProgressType type, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (self->step == WFD_STEP_NONE)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  self->events.progress (self->user_data, type, step_codes[self->step], text);
}

gboolean
wfd_control_is_source (WfdControl *self)
{
  return self->config.role == WFD_ROLE_SOURCE;
}

void
wfd_control_drop_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

void
wfd_control_set_timer (WfdControl *self, GSource **timer, gint64 when_us, WfdSessionThreadFunc func)
{
  wfd_control_drop_timer (timer);
  if (when_us != G_MAXINT64)
    *timer = wfd_session_thread_add_timer (self->thread, when_us, func, self);
}

static guint64
lookup_counter (GVariant *stats, const char *key)
{
  guint64 value = 0;

  g_variant_lookup (stats, key, "t", &value);
  return value;
}

/* RTSP messages that came from the peer. */
static guint64
count_messages (WfdControl *self)
{
  g_autoptr (GVariant) stats = wfd_session_dup_stats (self->session);

  return lookup_counter (stats, "requests-received") + lookup_counter (stats, "responses-received");
}

static void
give_up_peer (WfdControl *self)
{
  g_autoptr (GError) error = g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT,
      "Neither picture nor message came from the source for %u ms", self->config.timeout_ms);

  wfd_control_end_session (self, error);
}

static void
give_up_stream (WfdControl *self)
{
  g_autoptr (GError) error = g_error_new (WFD_ERROR, WFD_ERROR_CONNECT,
      "The source says that it plays, and in %u ms nothing of it has come to UDP port %u; does a "
      "firewall here let that port through?",
      self->config.timeout_ms, self->config.rtp_port);

  wfd_control_end_session (self, error);
}

static void
give_up_picture (WfdControl *self)
{
  g_autoptr (GError) error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "The source sends, and in %u ms there was no picture in it that could be decoded; let it send "
      "H.264 or H.265 in MPEG-TS, without content protection, or agree on another format with "
      "video-formats",
      self->config.timeout_ms);

  wfd_control_end_session (self, error);
}

static void
check_watchdog (gpointer data)
{
  WfdControl *self = data;
  guint64 media = self->events.count_media (self->user_data);
  g_autoptr (GError) error = NULL;

  switch (wfd_watchdog_check (&self->watchdog, media, self->events.has_picture (self->user_data),
      count_messages (self), g_get_monotonic_time ())) {
    case WFD_WATCHDOG_FINE:
      break;
    case WFD_WATCHDOG_ASK:
      GST_INFO ("no sign of life, asking the source for a key unit");
      if (!wfd_session_request_idr (self->session, &error))
        GST_INFO ("cannot ask: %s", error->message);
      /* Asking may have been the end of the session. */
      if (!self->flowing)
        return;
      break;
    case WFD_WATCHDOG_DEAD:
      give_up_peer (self);
      return;
    case WFD_WATCHDOG_MUTE:
      give_up_stream (self);
      return;
    case WFD_WATCHDOG_DARK:
      give_up_picture (self);
      return;
  }
  wfd_control_set_timer (self, &self->watchdog_timer,
      wfd_watchdog_get_deadline_us (&self->watchdog), check_watchdog);
}

/* Often enough that the link hears in time that there is something, and that there is nothing. */
#define MEDIA_US (250 * G_TIME_SPAN_MILLISECOND)

static void
look_for_media (gpointer data)
{
  WfdControl *self = data;
  guint64 media = self->events.count_media (self->user_data);

  if (media != self->heard_media) {
    wfd_control_hear_media (self);
    self->has_shown = self->has_shown || self->events.has_picture (self->user_data);
  }
  self->heard_media = media;
  wfd_control_set_timer (self, &self->media_timer, g_get_monotonic_time () + MEDIA_US,
      look_for_media);
}

static void
set_flowing (WfdControl *self, gboolean flowing)
{
  if (self->flowing == flowing)
    return;

  self->flowing = flowing;
  wfd_control_drop_timer (&self->watchdog_timer);
  wfd_control_drop_timer (&self->media_timer);
  if (flowing && !wfd_control_is_source (self)) {
    wfd_watchdog_start (&self->watchdog, self->config.timeout_ms * (gint64) G_TIME_SPAN_MILLISECOND,
        self->events.count_media (self->user_data), g_get_monotonic_time ());
    self->heard_media = self->watchdog.media;
    look_for_media (self);
    check_watchdog (self);
  }
  self->events.flow (self->user_data, flowing);
}

/* What the element wants against what the session does. */
void
wfd_control_reconcile (WfdControl *self)
{
  g_autoptr (GError) error = NULL;
  WfdSessionState state;

  if (self->session == NULL)
    return;

  state = wfd_session_get_state (self->session);
  if (self->want == WFD_WANT_PAUSE && state == WFD_SESSION_STATE_PLAYING && !self->paused_by_us) {
    self->paused_by_us = TRUE;
    if (!wfd_session_pause (self->session, &error))
      GST_WARNING ("cannot pause: %s", error->message);
  } else if (self->want == WFD_WANT_PLAY && state == WFD_SESSION_STATE_READY
      && self->paused_by_us) {
    self->paused_by_us = FALSE;
    if (!wfd_session_play (self->session, &error))
      GST_WARNING ("cannot go on: %s", error->message);
  }
}

void
wfd_control_enter_step (WfdControl *self, WfdStep step)
{
  static const char *const texts[2][G_N_ELEMENTS (step_codes)] = {
    [WFD_ROLE_SOURCE] = {
      [WFD_STEP_NEGOTIATE] = "Agreeing with the display on a format",
      [WFD_STEP_PLAY] = "Waiting for the display to begin",
    },
    [WFD_ROLE_SINK] = {
      [WFD_STEP_NEGOTIATE] = "Agreeing with the source on a format",
      [WFD_STEP_PLAY] = "Asking the source to begin",
    },
  };

  self->step = step;
  if (step == WFD_STEP_CONNECT && self->config.miracast_context != NULL)
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_START,
        "Waiting for the system to start a Miracast session");
  else if (step == WFD_STEP_CONNECT && wfd_control_is_source (self))
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_START,
        "Waiting for a display to connect to %s port %u", self->config.address, self->rtsp_port);
  else if (step == WFD_STEP_CONNECT && self->config.port == 0)
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_START, "Connecting to %s",
        self->config.host);
  else if (step == WFD_STEP_CONNECT)
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_START, "Connecting to %s port %u",
        self->config.host, self->config.port);
  else
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_START, "%s", texts[self->config.role][step]);
}

void
wfd_control_fail_step (WfdControl *self, const char *why)
{
  wfd_control_post_progress (self, GST_PROGRESS_TYPE_ERROR, "%s", why);
  self->step = WFD_STEP_NONE;
}

void
wfd_control_enter_negotiating (WfdControl *self)
{
  g_autoptr (GVariant) stats = NULL;
  guint32 port = 0; /* of a source: a display has none */

  if (self->step != WFD_STEP_CONNECT)
    return;
  if (self->session != NULL)
    stats = wfd_session_dup_stats (self->session);
  if (stats != NULL && g_variant_lookup (stats, "peer-port", "u", &port))
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_COMPLETE, "Connected with %s port %u",
        self->peer, port);
  else
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_COMPLETE, "Connected with %s", self->peer);
  wfd_control_enter_step (self, WFD_STEP_NEGOTIATE);
}

static void
enter_ready (WfdControl *self)
{
  g_autoptr (GInetSocketAddress) rtp = NULL, rtcp = NULL;

  set_flowing (self, FALSE);
  if (self->opened)
    return;

  self->opened = TRUE;
  self->told_of_others = FALSE;
  self->sessions++;
  wfd_control_drop_all_silent (self);
  wfd_control_consider_waiting (self);
  rtp = wfd_session_dup_peer_rtp_address (self->session);
  rtcp = wfd_session_dup_peer_rtcp_address (self->session);
  self->events.opened (self->user_data, rtp, rtcp,
      g_object_get_data (G_OBJECT (self->session), WFD_CONTROL_SESSION_SOCKET));
  if (self->step != WFD_STEP_PLAY)
    wfd_control_enter_step (self, WFD_STEP_PLAY);
  if (wfd_control_is_source (self))
    wfd_control_watch_station (self);
}

static const char *
get_begun_text (WfdControl *self)
{
  g_autoptr (WfdFormat) format = wfd_session_dup_format (self->session);

  if (wfd_control_is_source (self))
    return "The display has begun";
  return format != NULL && format->width == 0 ? "The sound is on its way"
                                              : "The picture is on its way";
}

static void
enter_playing (WfdControl *self)
{
  if (self->step == WFD_STEP_PLAY) {
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_COMPLETE, "%s", get_begun_text (self));
    self->step = WFD_STEP_NONE;
  }
  set_flowing (self, TRUE);
}

static void
on_state (WfdSession *session, GParamSpec *pspec, WfdControl *self)
{
  WfdSessionState state = wfd_session_get_state (session);

  if (session != self->session)
    return;
  GST_INFO ("session state %d", state);
  switch (state) {
    case WFD_SESSION_STATE_IDLE:
    case WFD_SESSION_STATE_CONNECTING:
      break;
    case WFD_SESSION_STATE_NEGOTIATING:
      if (!wfd_control_is_source (self))
        wfd_control_enter_negotiating (self);
      break;
    case WFD_SESSION_STATE_READY:
      enter_ready (self);
      break;
    case WFD_SESSION_STATE_PLAYING:
      enter_playing (self);
      break;
    case WFD_SESSION_STATE_CLOSING:
    case WFD_SESSION_STATE_CLOSED:
      set_flowing (self, FALSE);
      return;
  }
  wfd_control_reconcile (self);
}

WfdFormat
wfd_control_find_picture (WfdControl *self, const WfdFormat *now, gint direction)
{
  g_autoptr (GPtrArray) ours = wfd_session_dup_video_offer (self->session);
  g_autoptr (GPtrArray) peers = wfd_session_dup_peer_video_offer (self->session);
  const WfdResize resize = { *now, self->most, ours, peers };
  const WfdFormat *found = wfd_resize_find (&resize, direction);

  return found != NULL ? *found : (WfdFormat) { 0 };
}

static void
add_pictures (WfdControl *self, WfdTerms *terms)
{
  if (!wfd_control_is_source (self))
    return;
  if (!self->opened)
    self->most = terms->format;
  terms->can_shrink = wfd_control_find_picture (self, &terms->format, -1).width > 0;
  terms->can_grow = wfd_control_find_picture (self, &terms->format, 1).width > 0;
}

/* Less than 1 is not 0, which would be no limit. */
static guint
get_max_kbps (GVariant *stats)
{
  guint64 max_bps = lookup_counter (stats, "max-bitrate-bps");

  return max_bps > 0 ? CLAMP (max_bps / 1000, 1, G_MAXINT) : 0;
}

static void
on_format_agreed (WfdSession *session, const WfdFormat *format, WfdControl *self)
{
  g_autoptr (GVariant) stats = wfd_session_dup_stats (session);
  g_autofree char *name = NULL, *reason = NULL, *text = wfd_format_to_string (format);
  WfdControlAgreement agreement = { .terms.format = *format, .peer = self->peer };

  g_object_get (session, "peer-name", &name, "peer-idr-request", &agreement.terms.idr_request,
      "peer-microsoft", &agreement.terms.microsoft, NULL);
  g_variant_lookup (stats, "reason", "s", &reason);
  agreement.terms.max_bitrate_kbps = get_max_kbps (stats);
  add_pictures (self, &agreement.terms);
  agreement.peer_name = name;
  agreement.reason = reason;
  wfd_control_enter_negotiating (self);
  if (self->step == WFD_STEP_NEGOTIATE) {
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_COMPLETE, "Agreed on %s", text);
    wfd_control_enter_step (self, WFD_STEP_PLAY);
  }
  self->events.agreed (self->user_data, &agreement);
}

static void
tick_key_unit (gpointer data)
{
  WfdControl *self = data;

  if (wfd_key_unit_tick (&self->key_unit, g_get_monotonic_time ()))
    self->events.key_unit (self->user_data);
  wfd_control_set_timer (self, &self->key_unit_timer,
      wfd_key_unit_get_deadline_us (&self->key_unit), tick_key_unit);
}

void
wfd_control_need_key_unit (WfdControl *self)
{
  if (wfd_key_unit_request (&self->key_unit, g_get_monotonic_time ()))
    self->events.key_unit (self->user_data);
  wfd_control_set_timer (self, &self->key_unit_timer,
      wfd_key_unit_get_deadline_us (&self->key_unit), tick_key_unit);
}

static void
on_peer_heard (WfdSession *session, WfdControl *self)
{
  wfd_control_give_place (self, session);
}

static void
on_idr_requested (WfdSession *session, WfdControl *self)
{
  wfd_control_need_key_unit (self);
}

/* On an address that others can reach anything may connect. With what left before
 * SETUP there was no session, so it ends nothing, be it no display or one that can
 * do nothing of what we offer. */
static gboolean
is_stranger (WfdControl *self)
{
  return wfd_control_is_source (self) && !self->opened;
}

/* What has worked once over a link is tried again until it does. A source whose stream does not
 * come, or cannot be decoded, has not. */
static gboolean
is_loss (WfdControl *self, const GError *error)
{
  return error != NULL && (wfd_control_is_source (self) ? self->sessions > 0 : self->has_shown);
}

/* What is wrong with our own settings is so the next time, too. */
static gboolean
is_to_go_on (WfdControl *self, const GError *error)
{
  if (self->stopping || self->stream_ended
      || g_error_matches (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT))
    return FALSE;
  if (self->link_failed)
    return FALSE;
  if (wfd_control_has_link_down (self) || (self->establish != NULL && is_loss (self, error)))
    return TRUE;
  return is_stranger (self) || self->config.wait_for_next;
}

void
wfd_control_release_session (WfdControl *self, WfdSession *session)
{
  g_signal_handlers_disconnect_by_data (session, self);
  wfd_session_close (session);
  /* It may be one of its own signals that brought us here. */
  wfd_session_thread_post (self->thread, g_object_unref, session);
}

/* Who comes to speak and leaves, or stays and goes no further, has had its turn. */
static void
note_wasted_turn (WfdControl *self)
{
  if (self->session == NULL || !is_stranger (self))
    return;
  if (!self->heard) {
    wfd_turns_note_silent (&self->turns, self->peer, g_get_monotonic_time ());
    return;
  }
  wfd_turns_note_wasted (&self->turns, self->peer, g_get_monotonic_time ());
  wfd_control_drop_silent_of (self, self->peer);
}

static void
drop_session (WfdControl *self)
{
  if (self->session == NULL)
    return;

  wfd_control_release_session (self, g_steal_pointer (&self->session));
  g_clear_pointer (&self->peer, g_free);
  wfd_control_drop_timer (&self->key_unit_timer);
  wfd_control_drop_station (self);
  self->is_held = FALSE;
}

/* In order; with it the group goes, sooner or later. */
static gboolean
has_source_left (WfdControl *self, const GError *error)
{
  return self->establish != NULL && !wfd_control_is_source (self) && error == NULL;
}

static void
end_step (WfdControl *self, const GError *error)
{
  if (error != NULL) {
    wfd_control_fail_step (self, error->message);
    return;
  }
  wfd_control_post_progress (self, GST_PROGRESS_TYPE_CANCELED, "Ended");
  self->step = WFD_STEP_NONE;
}

/* We wait again for what is to come; the PROGRESS message says so. Nobody is told of
 * a source that is not there yet, nor of who never said anything or wasted a turn a
 * moment ago: a thousand may connect in a second. */
static void
go_on (WfdControl *self, const GError *error)
{
  gboolean waits_for_link = wfd_control_has_link_down (self) || has_source_left (self, error);

  if (error != NULL && (self->step != WFD_STEP_CONNECT || wfd_control_has_link_down (self)))
    self->events.trouble (self->user_data, error);
  /* Over a link what has played is connected with anew. */
  if (self->step == WFD_STEP_NONE && error != NULL && self->establish != NULL && !waits_for_link) {
    self->step = WFD_STEP_CONNECT;
    end_step (self, error);
  }
  if (waits_for_link || self->step != WFD_STEP_CONNECT)
    end_step (self, error);
  if (waits_for_link)
    return;
  if (wfd_control_is_source (self)) {
    if (self->step != WFD_STEP_CONNECT)
      wfd_control_enter_step (self, WFD_STEP_CONNECT);
    wfd_session_thread_post (self->thread, wfd_control_consider_waiting, self);
    return;
  }
  wfd_control_set_timer (self, &self->retry_timer, g_get_monotonic_time () + RETRY_US,
      wfd_control_connect);
}

void
wfd_control_end_session (WfdControl *self, const GError *error)
{
  gboolean opened = self->opened;
  gboolean again = is_to_go_on (self, error);

  GST_INFO ("session over: %s", error != NULL ? error->message : "orderly");
  set_flowing (self, FALSE);
  wfd_control_drop_timer (&self->waiting_timer);
  if (!again) {
    end_step (self, error);
    wfd_control_refuse_waiting (self, "the session was the last");
  }
  note_wasted_turn (self);
  drop_session (self);
  self->opened = FALSE;
  if (opened) {
    self->end_us = g_get_monotonic_time ();
    self->events.closed (self->user_data);
    wfd_control_tell_rate (self);
  }

  if (again)
    go_on (self, error);
  else
    wfd_control_finish (self, error);
}

/* Once is enough: there is an attempt each second. */
static void
on_attempt_failed (WfdSession *session, guint port, const GError *error, WfdControl *self)
{
  wfd_control_post_progress (self, GST_PROGRESS_TYPE_CONTINUE,
      "%s (port %u); trying again for up to %u s", error->message, port,
      (self->config.timeout_ms + 999) / 1000);
  g_signal_handlers_disconnect_by_func (session, on_attempt_failed, self);
}

static void
on_closed (WfdSession *session, const GError *error, WfdControl *self)
{
  if (!wfd_control_drop_silent (self, session))
    wfd_control_end_session (self, error);
}

gboolean
wfd_control_apply_offer (WfdControl *self, WfdSession *session, GError **error)
{
  gboolean applied;

  g_mutex_lock (&self->lock);
  applied = wfd_offer_apply (&self->config.offer, session, error);
  g_mutex_unlock (&self->lock);
  return applied;
}

static gboolean
configure_session (WfdControl *self, WfdSession *session, GError **error)
{
  const WfdControlConfig *config = &self->config;

  g_object_set (session, "rtp-port", (guint) config->rtp_port, "rtcp-port",
      (guint) config->rtcp_port, "connect-timeout-ms", config->timeout_ms, NULL);
  return wfd_control_apply_offer (self, session, error);
}

void
wfd_control_set_session_socket (WfdControl *self, GSocketConnection *connection)
{
  g_object_set_data_full (G_OBJECT (self->session), WFD_CONTROL_SESSION_SOCKET,
      g_object_ref (g_socket_connection_get_socket (connection)), g_object_unref);
}

gboolean
wfd_control_create_session (WfdControl *self, GError **error)
{
  return wfd_control_adopt_session (self, wfd_session_new (self->config.role), error);
}

gboolean
wfd_control_adopt_session (WfdControl *self, WfdSession *adopted, GError **error)
{
  g_autoptr (WfdSession) session = adopted;

  if (!configure_session (self, session, error))
    return FALSE;

  self->opened = self->heard = self->paused_by_us = FALSE;
  self->key_unit = (WfdKeyUnit) WFD_KEY_UNIT_INIT;
  g_signal_connect (session, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (session, "peer-heard", G_CALLBACK (on_peer_heard), self);
  g_signal_connect (session, "format-agreed", G_CALLBACK (on_format_agreed), self);
  g_signal_connect (session, "idr-requested", G_CALLBACK (on_idr_requested), self);
  g_signal_connect (session, "attempt-failed", G_CALLBACK (on_attempt_failed), self);
  g_signal_connect (session, "closed", G_CALLBACK (on_closed), self);
  self->session = g_steal_pointer (&session);
  return TRUE;
}
