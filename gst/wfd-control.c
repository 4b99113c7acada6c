/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-control.h"

#include "wfd-key-unit.h"
#include "wfd-session-thread.h"
#include "wfd-watchdog.h"

GST_DEBUG_CATEGORY_STATIC (wfd_control_debug);
#define GST_CAT_DEFAULT wfd_control_debug

/* A peer's answer to TEARDOWN takes a millisecond or two; who does not answer
 * must not hold up a state change. */
#define STOP_PATIENCE_US (100 * G_TIME_SPAN_MILLISECOND)
/* A source that is not there yet is not asked more often than this. */
#define RETRY_US G_TIME_SPAN_SECOND
/* How long a reader of the statistics waits for the thread. */
#define STATS_PATIENCE_US (100 * G_TIME_SPAN_MILLISECOND)

/* What a person waits for, in this order; the code of the PROGRESS messages. */
typedef enum
{
  STEP_NONE,
  STEP_CONNECT,
  STEP_NEGOTIATE,
  STEP_PLAY,
} Step;

static const char *const step_codes[] = { NULL, "connect", "negotiate", "play" };

/* What the element wants. Before it was PLAYING for the first time it is on
 * its way there, and a session that is faster is not paused for that. */
typedef enum
{
  WANT_START,
  WANT_PLAY,
  WANT_PAUSE,
} Want;

struct _WfdControl
{
  WfdControlConfig config;
  WfdControlEvents events;
  gpointer user_data;
  WfdSessionThread *thread;
  guint16 rtsp_port;

  GMutex lock; /* also for what config says of the offer */
  GCond over_cond;
  gboolean over; /* with the lock: nothing is left to wait for */

  /* All below belongs to the thread. */
  WfdListener *listener;
  WfdSession *session;
  GCancellable *cancellable;
  char *peer;
  Step step;
  Want want;
  gboolean stopping;
  gboolean stream_ended;
  gboolean agreed;
  gboolean opened;
  gboolean flowing;
  gboolean paused_by_us;
  GSource *retry_timer;
  GSource *key_unit_timer;
  GSource *watchdog_timer;
  WfdKeyUnit key_unit;
  WfdWatchdog watchdog;
  guint64 sessions;
  guint64 refused_connections;
};

static void begin_session (gpointer data);
static void end_session (WfdControl *self, const GError *error);

static void G_GNUC_PRINTF (3, 4)
    post_progress (WfdControl *self, GstProgressType type, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (self->step == STEP_NONE)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  self->events.progress (self->user_data, type, step_codes[self->step], text);
}

static gboolean
is_source (WfdControl *self)
{
  return self->config.role == WFD_ROLE_SOURCE;
}

static void
drop_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

static void
set_timer (WfdControl *self, GSource **timer, gint64 when_us, WfdSessionThreadFunc func)
{
  drop_timer (timer);
  if (when_us != G_MAXINT64)
    *timer = wfd_session_thread_add_timer (self->thread, when_us, func, self);
}

static void
set_over (WfdControl *self)
{
  g_mutex_lock (&self->lock);
  self->over = TRUE;
  g_cond_signal (&self->over_cond);
  g_mutex_unlock (&self->lock);
}

/* The end of everything, once. */
static void
finish (WfdControl *self, const GError *error)
{
  if (self->listener != NULL)
    wfd_listener_close (self->listener);
  set_over (self);
  if (!self->stopping)
    self->events.finished (self->user_data, error);
}

static guint64
lookup_counter (GVariant *stats, const char *key)
{
  guint64 value = 0;

  g_variant_lookup (stats, key, "t", &value);
  return value;
}

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

  end_session (self, error);
}

static void
check_watchdog (gpointer data)
{
  WfdControl *self = data;
  guint64 media = self->events.count_media (self->user_data);
  g_autoptr (GError) error = NULL;

  if (media != self->watchdog.media)
    wfd_session_note_media (self->session);
  switch (
      wfd_watchdog_check (&self->watchdog, media, count_messages (self), g_get_monotonic_time ())) {
    case WFD_WATCHDOG_FINE:
      break;
    case WFD_WATCHDOG_ASK:
      GST_INFO ("no sign of life, asking the source for a key unit");
      if (!wfd_session_request_idr (self->session, &error))
        GST_INFO ("cannot ask: %s", error->message);
      break;
    case WFD_WATCHDOG_DEAD:
      give_up_peer (self);
      return;
  }
  set_timer (self, &self->watchdog_timer, wfd_watchdog_get_deadline_us (&self->watchdog),
      check_watchdog);
}

static void
set_flowing (WfdControl *self, gboolean flowing)
{
  if (self->flowing == flowing)
    return;

  self->flowing = flowing;
  drop_timer (&self->watchdog_timer);
  if (flowing && !is_source (self)) {
    wfd_watchdog_start (&self->watchdog, self->config.timeout_ms * (gint64) G_TIME_SPAN_MILLISECOND,
        g_get_monotonic_time ());
    check_watchdog (self);
  }
  self->events.flow (self->user_data, flowing);
}

/* What the element wants against what the session does. */
static void
reconcile (WfdControl *self)
{
  g_autoptr (GError) error = NULL;
  WfdSessionState state;

  if (self->session == NULL)
    return;

  state = wfd_session_get_state (self->session);
  if (self->want == WANT_PAUSE && state == WFD_SESSION_STATE_PLAYING && !self->paused_by_us) {
    self->paused_by_us = TRUE;
    if (!wfd_session_pause (self->session, &error))
      GST_WARNING ("cannot pause: %s", error->message);
  } else if (self->want == WANT_PLAY && state == WFD_SESSION_STATE_READY && self->paused_by_us) {
    self->paused_by_us = FALSE;
    if (!wfd_session_play (self->session, &error))
      GST_WARNING ("cannot go on: %s", error->message);
  }
}

static void
enter_step (WfdControl *self, Step step)
{
  static const char *const texts[2][G_N_ELEMENTS (step_codes)] = {
    [WFD_ROLE_SOURCE] = {
      [STEP_NEGOTIATE] = "Agreeing with the display on a format",
      [STEP_PLAY] = "Waiting for the display to begin",
    },
    [WFD_ROLE_SINK] = {
      [STEP_NEGOTIATE] = "Agreeing with the source on a format",
      [STEP_PLAY] = "Asking the source to begin",
    },
  };

  self->step = step;
  if (step == STEP_CONNECT && is_source (self))
    post_progress (self, GST_PROGRESS_TYPE_START, "Waiting for a display to connect to %s port %u",
        self->config.address, self->rtsp_port);
  else if (step == STEP_CONNECT)
    post_progress (self, GST_PROGRESS_TYPE_START, "Connecting to %s port %u", self->config.host,
        self->config.port);
  else
    post_progress (self, GST_PROGRESS_TYPE_START, "%s", texts[self->config.role][step]);
}

static void
enter_negotiating (WfdControl *self)
{
  if (self->step != STEP_CONNECT)
    return;
  post_progress (self, GST_PROGRESS_TYPE_COMPLETE, "Connected with %s", self->peer);
  enter_step (self, STEP_NEGOTIATE);
}

static void
enter_ready (WfdControl *self)
{
  g_autoptr (GInetSocketAddress) rtp = NULL;

  set_flowing (self, FALSE);
  if (self->opened)
    return;

  self->opened = TRUE;
  self->sessions++;
  rtp = wfd_session_dup_peer_rtp_address (self->session);
  self->events.opened (self->user_data, rtp);
  enter_step (self, STEP_PLAY);
}

static void
enter_playing (WfdControl *self)
{
  if (self->step == STEP_PLAY) {
    post_progress (self, GST_PROGRESS_TYPE_COMPLETE, "The picture is on its way");
    self->step = STEP_NONE;
  }
  set_flowing (self, TRUE);
}

static void
on_state (WfdSession *session, GParamSpec *pspec, WfdControl *self)
{
  WfdSessionState state = wfd_session_get_state (session);

  GST_INFO ("session state %d", state);
  switch (state) {
    case WFD_SESSION_STATE_IDLE:
    case WFD_SESSION_STATE_CONNECTING:
      break;
    case WFD_SESSION_STATE_NEGOTIATING:
      enter_negotiating (self);
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
  reconcile (self);
}

static void
on_format_agreed (WfdSession *session, const WfdFormat *format, WfdControl *self)
{
  g_autofree char *name = NULL, *text = wfd_format_to_string (format);
  WfdControlAgreement agreement = { format, self->peer, NULL };

  g_object_get (session, "peer-name", &name, NULL);
  agreement.peer_name = name;
  if (self->step == STEP_NEGOTIATE)
    post_progress (self, GST_PROGRESS_TYPE_COMPLETE, "Agreed on %s", text);
  self->agreed = TRUE;
  self->events.agreed (self->user_data, &agreement);
}

static void
tick_key_unit (gpointer data)
{
  WfdControl *self = data;

  if (wfd_key_unit_tick (&self->key_unit, g_get_monotonic_time ()))
    self->events.key_unit (self->user_data);
  set_timer (self, &self->key_unit_timer, wfd_key_unit_get_deadline_us (&self->key_unit),
      tick_key_unit);
}

static void
on_idr_requested (WfdSession *session, WfdControl *self)
{
  if (wfd_key_unit_request (&self->key_unit, g_get_monotonic_time ()))
    self->events.key_unit (self->user_data);
  set_timer (self, &self->key_unit_timer, wfd_key_unit_get_deadline_us (&self->key_unit),
      tick_key_unit);
}

/* On an address that others can reach anything may connect; what never got as
 * far as a format was no display, and we wait for one. */
static gboolean
is_stranger (WfdControl *self, const GError *error)
{
  return is_source (self) && !self->agreed
      && (g_error_matches (error, WFD_ERROR, WFD_ERROR_MALFORMED)
          || g_error_matches (error, WFD_ERROR, WFD_ERROR_TIMEOUT)
          || g_error_matches (error, WFD_ERROR, WFD_ERROR_STATE)
          || g_error_matches (error, WFD_ERROR, WFD_ERROR_CLOSED));
}

static gboolean
is_to_go_on (WfdControl *self, const GError *error)
{
  if (self->stopping || self->stream_ended)
    return FALSE;
  if (is_stranger (self, error))
    return TRUE;
  return self->config.wait_for_next
      && !g_error_matches (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
}

static void
drop_session (WfdControl *self)
{
  if (self->session == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->session, self);
  wfd_session_close (self->session);
  /* It may be one of its own signals that brought us here. */
  wfd_session_thread_post (self->thread, g_object_unref, g_steal_pointer (&self->session));
  g_clear_pointer (&self->peer, g_free);
  drop_timer (&self->key_unit_timer);
}

/* We wait again for what is to come; the PROGRESS message says so. */
static void
go_on (WfdControl *self, const GError *error)
{
  if (error != NULL && !(self->step == STEP_CONNECT && !is_source (self)))
    self->events.trouble (self->user_data, error);

  if (is_source (self)) {
    enter_step (self, STEP_CONNECT);
    return;
  }
  set_timer (self, &self->retry_timer, g_get_monotonic_time () + RETRY_US, begin_session);
}

static void
end_step (WfdControl *self, const GError *error)
{
  if (error != NULL)
    post_progress (self, GST_PROGRESS_TYPE_ERROR, "%s", error->message);
  else
    post_progress (self, GST_PROGRESS_TYPE_CANCELED, "Ended");
  self->step = STEP_NONE;
}

static void
end_session (WfdControl *self, const GError *error)
{
  gboolean opened = self->opened;
  gboolean again = is_to_go_on (self, error);

  GST_INFO ("session over: %s", error != NULL ? error->message : "orderly");
  set_flowing (self, FALSE);
  if (!again)
    end_step (self, error);
  drop_session (self);
  self->opened = FALSE;
  if (opened)
    self->events.closed (self->user_data);

  if (again)
    go_on (self, error);
  else
    finish (self, error);
  self->agreed = FALSE;
}

static void
on_closed (WfdSession *session, const GError *error, WfdControl *self)
{
  end_session (self, error);
}

static gboolean
configure_offer (WfdControl *self, WfdSession *session, GError **error)
{
  const WfdControlConfig *config = &self->config;
  gboolean set;

  g_mutex_lock (&self->lock);
  set = wfd_session_set_video_formats (session, config->video_formats, error)
      && wfd_session_set_audio_codecs (session, config->audio_codecs, error);
  wfd_session_set_wish (session, config->wish_width, config->wish_height, config->wish_rate_hz);
  g_mutex_unlock (&self->lock);
  return set;
}

static gboolean
configure_session (WfdControl *self, WfdSession *session, GError **error)
{
  const WfdControlConfig *config = &self->config;

  if (!configure_offer (self, session, error))
    return FALSE;

  g_object_set (session, "rtp-port", (guint) config->rtp_port, "connect-timeout-ms",
      config->timeout_ms, NULL);
  return TRUE;
}

static gboolean
create_session (WfdControl *self, GError **error)
{
  g_autoptr (WfdSession) session = wfd_session_new (self->config.role);

  if (!configure_session (self, session, error))
    return FALSE;

  self->agreed = self->opened = self->paused_by_us = FALSE;
  self->key_unit = (WfdKeyUnit) WFD_KEY_UNIT_INIT;
  g_signal_connect (session, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect (session, "format-agreed", G_CALLBACK (on_format_agreed), self);
  g_signal_connect (session, "idr-requested", G_CALLBACK (on_idr_requested), self);
  g_signal_connect (session, "closed", G_CALLBACK (on_closed), self);
  self->session = g_steal_pointer (&session);
  return TRUE;
}

static void
on_connected (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  WfdControl *self = data;

  if (wfd_session_connect_finish (WFD_SESSION (object), result, &error))
    return;
  /* Only the session that we still have says something about us. */
  if (WFD_SESSION (object) == self->session)
    end_session (self, error);
}

/* Sink role. */
static void
begin_session (gpointer data)
{
  WfdControl *self = data;
  g_autoptr (GError) error = NULL;

  drop_timer (&self->retry_timer);
  if (self->step != STEP_CONNECT)
    enter_step (self, STEP_CONNECT);
  else
    post_progress (self, GST_PROGRESS_TYPE_CONTINUE, "No answer from %s yet, trying again",
        self->config.host);
  if (!create_session (self, &error)) {
    end_session (self, error);
    return;
  }

  self->peer = g_strdup (self->config.host);
  wfd_session_connect_async (self->session, self->config.host, self->config.port, self->cancellable,
      on_connected, self);
}

static char *
get_remote_address (GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return NULL;
  return g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

/* Why a connection is not wanted; NULL if it is. */
static const char *
find_refusal (WfdControl *self, const char *remote)
{
  if (self->session != NULL)
    return "a session is running";
  if (self->stream_ended || self->stopping)
    return "the stream has ended";
  if (remote == NULL)
    return "its address is not known";
  if (self->config.peer != NULL && !g_str_equal (self->config.peer, remote))
    return "it is not the peer that was named";
  return NULL;
}

/* Source role. */
static void
on_connection (WfdListener *listener, GSocketConnection *connection, WfdControl *self)
{
  g_autofree char *remote = get_remote_address (connection);
  g_autoptr (GError) error = NULL;
  const char *refusal = find_refusal (self, remote);

  if (refusal != NULL) {
    GST_WARNING ("refused a connection from %s: %s", remote, refusal);
    self->refused_connections++;
    g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    return;
  }

  self->peer = g_steal_pointer (&remote);
  if (!create_session (self, &error) || !wfd_session_start (self->session, connection, &error))
    end_session (self, error);
}

static gboolean
begin_listening (WfdControl *self, GError **error)
{
  self->listener = wfd_listener_new (self->config.address, self->config.rtsp_port, error);
  if (self->listener == NULL)
    return FALSE;

  self->rtsp_port = wfd_listener_get_port (self->listener);
  g_signal_connect (self->listener, "connection", G_CALLBACK (on_connection), self);
  enter_step (self, STEP_CONNECT);
  return TRUE;
}

static gpointer
start (gpointer data)
{
  WfdControl *self = data;
  GError *error = NULL;

  if (!is_source (self))
    begin_session (self);
  else
    begin_listening (self, &error);
  return error;
}

gboolean
wfd_control_start (WfdControl *self, GError **error)
{
  GError *failure = wfd_session_thread_call (self->thread, start, self, -1, NULL);

  if (failure == NULL)
    return TRUE;
  set_over (self);
  g_propagate_error (error, failure);
  return FALSE;
}

guint16
wfd_control_get_rtsp_port (WfdControl *self)
{
  return self->rtsp_port;
}

void
wfd_control_set_offer (WfdControl *self, const WfdControlOffer *offer)
{
  WfdControlConfig *config = &self->config;

  g_mutex_lock (&self->lock);
  g_free ((char *) config->video_formats);
  g_free ((char *) config->audio_codecs);
  config->video_formats = g_strdup (offer->video_formats);
  config->audio_codecs = g_strdup (offer->audio_codecs);
  config->wish_width = offer->wish_width;
  config->wish_height = offer->wish_height;
  config->wish_rate_hz = offer->wish_rate_hz;
  g_mutex_unlock (&self->lock);
}

static void
want_play (gpointer data)
{
  WfdControl *self = data;

  self->want = WANT_PLAY;
  reconcile (self);
}

static void
want_pause (gpointer data)
{
  WfdControl *self = data;

  self->want = WANT_PAUSE;
  reconcile (self);
}

void
wfd_control_set_playing (WfdControl *self, gboolean playing)
{
  wfd_session_thread_post (self->thread, playing ? want_play : want_pause, self);
}

static void
request_key_unit (gpointer data)
{
  WfdControl *self = data;
  g_autoptr (GError) error = NULL;

  if (self->session != NULL && !wfd_session_request_idr (self->session, &error))
    GST_DEBUG ("no key unit can be asked for: %s", error->message);
}

void
wfd_control_request_key_unit (WfdControl *self)
{
  wfd_session_thread_post (self->thread, request_key_unit, self);
}

static void
end_stream (gpointer data)
{
  WfdControl *self = data;

  if (self->stream_ended || self->stopping)
    return;

  self->stream_ended = TRUE;
  if (self->session != NULL)
    wfd_session_teardown (self->session);
  else
    end_session (self, NULL);
}

void
wfd_control_end_stream (WfdControl *self)
{
  wfd_session_thread_post (self->thread, end_stream, self);
}

static void
begin_stop (gpointer data)
{
  WfdControl *self = data;

  if (self->stopping)
    return;

  self->stopping = TRUE;
  drop_timer (&self->retry_timer);
  drop_timer (&self->watchdog_timer);
  g_cancellable_cancel (self->cancellable);
  if (self->session != NULL)
    wfd_session_teardown (self->session);
  else
    end_session (self, NULL);
}

void
wfd_control_begin_stop (WfdControl *self)
{
  wfd_session_thread_post (self->thread, begin_stop, self);
}

static void
wait_until_over (WfdControl *self)
{
  gint64 end_us = g_get_monotonic_time () + STOP_PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (!self->over && g_cond_wait_until (&self->over_cond, &self->lock, end_us))
    continue;
  if (!self->over)
    GST_INFO ("the peer does not answer the end, closing");
  g_mutex_unlock (&self->lock);
}

/* The last thing that runs in the thread; its objects go where they lived. */
static gpointer
release (gpointer data)
{
  WfdControl *self = data;

  if (self->session != NULL)
    end_session (self, NULL);
  if (self->listener != NULL)
    wfd_listener_close (self->listener);
  g_clear_object (&self->listener);
  drop_timer (&self->retry_timer);
  drop_timer (&self->watchdog_timer);
  drop_timer (&self->key_unit_timer);
  return NULL;
}

static void
free_config (WfdControlConfig *config)
{
  g_free ((char *) config->host);
  g_free ((char *) config->address);
  g_free ((char *) config->peer);
  g_free ((char *) config->video_formats);
  g_free ((char *) config->audio_codecs);
}

void
wfd_control_free (WfdControl *self)
{
  if (self == NULL)
    return;

  wfd_control_begin_stop (self);
  wait_until_over (self);
  wfd_session_thread_call (self->thread, release, self, -1, NULL);
  wfd_session_thread_free (self->thread);

  g_object_unref (self->cancellable);
  g_free (self->peer);
  free_config (&self->config);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->over_cond);
  g_free (self);
}

static gpointer
collect_stats (gpointer data)
{
  WfdControl *self = data;
  GVariantDict dict;

  if (self->session != NULL) {
    g_autoptr (GVariant) stats = wfd_session_dup_stats (self->session);

    g_variant_dict_init (&dict, stats);
  } else {
    g_variant_dict_init (&dict, NULL);
  }
  g_variant_dict_insert (&dict, "sessions", "t", self->sessions);
  g_variant_dict_insert (&dict, "refused-connections", "t", self->refused_connections);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

GVariant *
wfd_control_dup_stats (WfdControl *self)
{
  return wfd_session_thread_call (self->thread, collect_stats, self, STATS_PATIENCE_US,
      (GDestroyNotify) g_variant_unref);
}

static WfdControlConfig
copy_config (const WfdControlConfig *config)
{
  WfdControlConfig copy = *config;

  copy.host = g_strdup (config->host);
  copy.address = g_strdup (config->address);
  copy.peer = g_strdup (config->peer);
  copy.video_formats = g_strdup (config->video_formats);
  copy.audio_codecs = g_strdup (config->audio_codecs);
  return copy;
}

WfdControl *
wfd_control_new (const WfdControlConfig *config, const WfdControlEvents *events, gpointer user_data)
{
  WfdControl *self = g_new0 (WfdControl, 1);

  GST_DEBUG_CATEGORY_INIT (wfd_control_debug, "wfdcontrol", 0, "Control of Wi-Fi Display sessions");
  self->config = copy_config (config);
  self->events = *events;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->over_cond);
  self->thread = wfd_session_thread_new ("wfd-session");
  return self;
}
