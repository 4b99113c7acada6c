/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-private.h"

#include <base-source.h>
#include <wfd/wfd.h>

/**
 * WfdSession:
 *
 * One Wi-Fi Display session: the RTSP dialogue of a source or of a sink from
 * the TCP connection to the TEARDOWN (WFD 2.1 §6). It carries no media; the
 * application sends or receives RTP at the ports that were agreed.
 *
 * A session belongs to the thread-default main context in which it was made:
 * all functions are called from there, unless they say otherwise, and all
 * signals come from there. It is used once.
 */

G_DEFINE_FINAL_TYPE (WfdSession, wfd_session, G_TYPE_OBJECT)

enum
{
  PROP_ROLE = 1,
  PROP_STATE,
  PROP_RTP_PORT,
  PROP_RTCP_PORT,
  PROP_CONNECT_TIMEOUT_MS,
  PROP_LOCAL_ADDRESS,
  PROP_PEER_NAME,
  PROP_PEER_IDR_REQUEST,
  PROP_PEER_MICROSOFT,
  N_PROPS,
};

enum
{
  SIGNAL_FORMAT_AGREED,
  SIGNAL_FORMAT_REFUSED,
  SIGNAL_IDR_REQUESTED,
  SIGNAL_PEER_CAPABILITIES,
  SIGNAL_PEER_HEARD,
  SIGNAL_ATTEMPT_FAILED,
  SIGNAL_CLOSED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

void
wfd_session_set_state (WfdSession *self, WfdSessionState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
disconnect_socket (WfdSession *self)
{
  wfd_clear_source (&self->timer);
  g_clear_pointer (&self->socket, wfd_socket_free);
  if (self->connection != NULL)
    g_io_stream_close (G_IO_STREAM (self->connection), NULL, NULL);
  g_clear_object (&self->connection);
}

void
wfd_session_note_attempt (WfdSession *self, guint port, const GError *error)
{
  g_signal_emit (self, signals[SIGNAL_ATTEMPT_FAILED], 0, port, error);
}

void
wfd_session_give_up (WfdSession *self, const GError *error)
{
  wfd_session_set_state (self, WFD_SESSION_STATE_CLOSED);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0, error);
}

static void
handle_event (WfdSession *self, WfdEvent *event)
{
  g_autoptr (WfdFormat) format = NULL;

  switch (event->type) {
    case WFD_EVENT_STATE:
      /* CLOSED is told together with the signal that ends it all. */
      if (wfd_machine_get_state (self->machine) != WFD_SESSION_STATE_CLOSED)
        wfd_session_set_state (self, wfd_machine_get_state (self->machine));
      break;
    case WFD_EVENT_FORMAT_AGREED:
      format = wfd_session_dup_format (self);
      g_signal_emit (self, signals[SIGNAL_FORMAT_AGREED], 0, format);
      break;
    case WFD_EVENT_FORMAT_REFUSED:
      g_signal_emit (self, signals[SIGNAL_FORMAT_REFUSED], 0, event->error);
      break;
    case WFD_EVENT_IDR_REQUESTED:
      g_signal_emit (self, signals[SIGNAL_IDR_REQUESTED], 0);
      break;
    case WFD_EVENT_CAPABILITIES:
      g_signal_emit (self, signals[SIGNAL_PEER_CAPABILITIES], 0);
      break;
    case WFD_EVENT_ENDED:
      disconnect_socket (self);
      wfd_session_give_up (self, event->error);
      break;
  }
  g_clear_error (&event->error);
}

/* A stream that stops does so before the peer reads that it has: nothing may come
 * behind the answer to PAUSE or TEARDOWN. */
static void
stop_playing (WfdSession *self)
{
  WfdSessionState state = wfd_machine_get_state (self->machine);

  if (self->state == WFD_SESSION_STATE_PLAYING && state != WFD_SESSION_STATE_PLAYING)
    wfd_session_set_state (self,
        state == WFD_SESSION_STATE_CLOSED ? WFD_SESSION_STATE_CLOSING : state);
}

void
wfd_session_set_life_func (WfdSession *self, WfdSessionLifeFunc func, gpointer user_data)
{
  self->life_func = func;
  self->life_data = user_data;
}

static void
tell_life (WfdSession *self, WfdLinkLife life)
{
  if (self->life_func != NULL)
    self->life_func (self, life, self->life_data);
}

static void
send_message (WfdSession *self, GstRTSPMessage *message)
{
  if (gst_rtsp_message_get_type (message) == GST_RTSP_MESSAGE_REQUEST)
    tell_life (self, WFD_LINK_ASKED);
  wfd_socket_send (self->socket, message);
}

/* Carries out what the machine wants, after each call into it. */
static void
drive (WfdSession *self)
{
  G_GNUC_UNUSED g_autoptr (WfdSession) keep = g_object_ref (self);
  GstRTSPMessage *message;
  gint64 deadline_us;
  WfdEvent event;

  stop_playing (self);
  while ((message = wfd_machine_pop_message (self->machine)) != NULL) {
    if (self->socket != NULL)
      send_message (self, message);
    else
      gst_rtsp_message_free (message);
  }
  while (wfd_machine_pop_event (self->machine, &event))
    handle_event (self, &event);

  if (self->timer != NULL) {
    deadline_us = wfd_machine_get_deadline_us (self->machine);
    g_source_set_ready_time (self->timer, deadline_us == G_MAXINT64 ? -1 : deadline_us);
  }
}

static void
on_message (const GstRTSPMessage *message, gpointer user_data)
{
  WfdSession *self = user_data;
  G_GNUC_UNUSED g_autoptr (WfdSession) keep = g_object_ref (self);

  tell_life (self, WFD_LINK_HEARD);
  if (!self->heard) {
    self->heard = TRUE;
    g_signal_emit (self, signals[SIGNAL_PEER_HEARD], 0);
  }
  wfd_machine_receive (self->machine, message, g_get_monotonic_time ());
  drive (self);
}

static void
on_closed (const GError *error, gpointer user_data)
{
  WfdSession *self = user_data;

  wfd_machine_disconnect (self->machine, error, g_get_monotonic_time ());
  drive (self);
}

static gboolean
on_timer (gpointer user_data)
{
  WfdSession *self = user_data;
  gint64 media_us = __atomic_load_n (&self->media_us, __ATOMIC_RELAXED);

  if (media_us > 0)
    wfd_machine_note_media (self->machine, media_us);
  wfd_machine_tick (self->machine, g_get_monotonic_time ());
  drive (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };

/* An address in the form that it has in a URL. */
static char *
dup_url_host (GSocketAddress *address)
{
  GInetAddress *inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  g_autofree char *text = g_inet_address_to_string (inet);

  if (g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6)
    return g_strdup_printf ("[%s]", text);
  return g_steal_pointer (&text);
}

gboolean
wfd_session_begin (WfdSession *self, GSocketConnection *connection, GError **error)
{
  static const WfdSocketFuncs funcs = { on_message, on_closed };
  g_autoptr (GSocketAddress) local = NULL, remote = NULL;
  g_autofree char *local_host = NULL, *peer_host = NULL;
  WfdMachineConfig config;

  local = g_socket_connection_get_local_address (connection, error);
  if (local == NULL)
    return FALSE;
  remote = g_socket_connection_get_remote_address (connection, error);
  if (remote == NULL)
    return FALSE;
  local_host = dup_url_host (local);
  peer_host = dup_url_host (remote);

  self->socket =
      wfd_socket_new (g_socket_connection_get_socket (connection), self->context, &funcs, self);
  config = (WfdMachineConfig) { self->role, { 0 }, self->audio, self->wish, self->rtp_port,
    self->rtcp_port, local_host, peer_host };
  wfd_session_get_video_offer (self, &config.video);
  self->connection = g_object_ref (connection);
  self->machine = wfd_machine_new (&config);
  for (guint i = 0; i < self->n_holds; i++)
    wfd_machine_hold (self->machine);
  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, self->context);
  wfd_machine_start (self->machine, g_get_monotonic_time ());
  drive (self);
  return TRUE;
}

/**
 * wfd_session_start:
 * @self: a session that was not used yet
 * @connection: the TCP connection to the peer
 * @error: return location for an error: %WFD_ERROR_STATE or one of the
 *   #G_IO_ERROR domain
 *
 * Begins the dialogue on a connection that stands: a source after a sink has
 * connected (see #WfdListener), or a sink that made the connection by itself.
 * The session closes @connection at its end.
 *
 * Returns: whether it began
 */
gboolean
wfd_session_start (WfdSession *self, GSocketConnection *connection, GError **error)
{
  g_return_val_if_fail (WFD_IS_SESSION (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET_CONNECTION (connection), FALSE);

  if (self->state != WFD_SESSION_STATE_IDLE) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE, "A session can be used once only");
    return FALSE;
  }
  return wfd_session_begin (self, connection, error);
}

/**
 * wfd_session_hold:
 * @self: a session of role %WFD_ROLE_SOURCE that was not used yet
 *
 * Lets the dialogue go no further than to what the sink can do (M3), until
 * wfd_session_release() was called as often as this. What this side offers can be
 * set meanwhile. The sink is asked for its monitor as well, and each time that it
 * tells, #WfdSession::peer-capabilities comes.
 */
void
wfd_session_hold (WfdSession *self)
{
  g_return_if_fail (WFD_IS_SESSION (self));
  g_return_if_fail (self->role == WFD_ROLE_SOURCE && self->machine == NULL);
  self->n_holds++;
}

/**
 * wfd_session_release:
 * @self: a session that is held, from #WfdSession::peer-capabilities on, or before
 *
 * Undoes one wfd_session_hold(). With the last the format is chosen from what both
 * sides can do then, and proposed (M4).
 */
void
wfd_session_release (WfdSession *self)
{
  WfdVideoFormats video;

  g_return_if_fail (WFD_IS_SESSION (self));
  g_return_if_fail (self->n_holds > 0);

  self->n_holds--;
  if (self->machine == NULL)
    return;
  wfd_session_get_video_offer (self, &video);
  wfd_machine_set_offer (self->machine, &video, &self->audio, &self->wish);
  wfd_machine_release (self->machine, g_get_monotonic_time ());
  drive (self);
}

static gboolean
check_started (WfdSession *self, GError **error)
{
  if (self->machine == NULL)
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE, "The session has no connection");
  return self->machine != NULL;
}

/**
 * wfd_session_play:
 * @self: a session in state %WFD_SESSION_STATE_READY
 * @error: return location for a %WFD_ERROR_STATE
 *
 * Resumes after a pause. A sink sends PLAY (M7); a source asks it to (M5).
 *
 * Returns: whether the request was sent
 */
gboolean
wfd_session_play (WfdSession *self, GError **error)
{
  gboolean sent;

  g_return_val_if_fail (WFD_IS_SESSION (self), FALSE);

  if (!check_started (self, error))
    return FALSE;
  sent = wfd_machine_play (self->machine, g_get_monotonic_time (), error);
  drive (self);
  return sent;
}

/**
 * wfd_session_pause:
 * @self: a session in state %WFD_SESSION_STATE_PLAYING
 * @error: return location for a %WFD_ERROR_STATE
 *
 * Stops the stream. A sink sends PAUSE (M9); a source asks it to (M5).
 *
 * Returns: whether the request was sent
 */
gboolean
wfd_session_pause (WfdSession *self, GError **error)
{
  gboolean sent;

  g_return_val_if_fail (WFD_IS_SESSION (self), FALSE);

  if (!check_started (self, error))
    return FALSE;
  sent = wfd_machine_pause (self->machine, g_get_monotonic_time (), error);
  drive (self);
  return sent;
}

/**
 * wfd_session_standby:
 * @self: a session of role %WFD_ROLE_SOURCE in state %WFD_SESSION_STATE_PLAYING
 * @error: return location for a %WFD_ERROR_STATE: also for a sink that cannot
 *
 * Stops the stream, and lets the sink sleep (M12) until wfd_session_play() or until it
 * wakes up by itself. Sinks are asked whether they can in sessions that were held with
 * wfd_session_hold() before M3. One that can and does not want to is paused.
 *
 * Returns: whether the request was sent
 */
gboolean
wfd_session_standby (WfdSession *self, GError **error)
{
  gboolean sent;

  g_return_val_if_fail (WFD_IS_SESSION (self), FALSE);

  if (!check_started (self, error))
    return FALSE;
  sent = wfd_machine_standby (self->machine, g_get_monotonic_time (), error);
  drive (self);
  return sent;
}

/**
 * wfd_session_request_idr:
 * @self: a session of role %WFD_ROLE_SINK that is playing
 * @error: return location for a %WFD_ERROR_STATE
 *
 * Asks the source for a key frame (M13). Requests within 500 ms of the last
 * one are put together into one at the end of that time.
 *
 * Returns: whether the source is or will be asked
 */
gboolean
wfd_session_request_idr (WfdSession *self, GError **error)
{
  gboolean asked;

  g_return_val_if_fail (WFD_IS_SESSION (self), FALSE);

  if (!check_started (self, error))
    return FALSE;
  asked = wfd_machine_request_idr (self->machine, g_get_monotonic_time (), error);
  drive (self);
  return asked;
}

/**
 * wfd_session_change_format:
 * @self: a session of role %WFD_ROLE_SOURCE after its SETUP
 * @width: pixels
 * @height: pixels
 * @rate_hz: frames per second
 * @pts_90khz: time stamp of the first picture in the new format, 33 bits, in
 *   units of 1/90000 s
 * @error: return location for an error: %WFD_ERROR_STATE,
 *   %WFD_ERROR_INVALID_ARGUMENT if there is no such mode, %WFD_ERROR_NO_FORMAT
 *   if the sink did not offer it
 *
 * Changes the picture in session by another M4 (WFD 2.1 §4.10.3.2). The
 * answer is told by #WfdSession::format-agreed or #WfdSession::format-refused.
 *
 * Returns: whether the request was sent
 */
gboolean
wfd_session_change_format (WfdSession *self, guint width, guint height, guint rate_hz,
    guint64 pts_90khz, GError **error)
{
  const WfdMode *mode = wfd_media_find_mode_by_size (width, height, rate_hz);
  gboolean sent;

  g_return_val_if_fail (WFD_IS_SESSION (self), FALSE);

  if (mode == NULL) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
        "Wi-Fi Display has no mode of %ux%u at %u Hz", width, height, rate_hz);
    return FALSE;
  }
  if (!check_started (self, error))
    return FALSE;
  sent = wfd_machine_change_format (self->machine, mode, pts_90khz, g_get_monotonic_time (), error);
  drive (self);
  return sent;
}

/**
 * wfd_session_note_media:
 * @self: a session
 *
 * Tells that RTP came from the source, or RTCP from the sink, just now. It
 * counts as a sign of life: some peers neither send nor answer a keep-alive
 * (WFD 2.1 §6.5.1). May be called from any thread and for each packet.
 */
void
wfd_session_note_media (WfdSession *self)
{
  __atomic_store_n (&self->media_us, g_get_monotonic_time (), __ATOMIC_RELAXED);
}

/**
 * wfd_session_teardown:
 * @self: a session
 *
 * Ends the session in order: a sink sends TEARDOWN (M8), a source asks for it
 * (M5), and both wait at most 2 s for the answer before
 * #WfdSession::closed comes. Without a session there is nothing to wait for.
 */
void
wfd_session_teardown (WfdSession *self)
{
  g_return_if_fail (WFD_IS_SESSION (self));

  if (self->machine == NULL) {
    wfd_session_close (self);
    return;
  }
  wfd_machine_teardown (self->machine, g_get_monotonic_time ());
  drive (self);
}

/**
 * wfd_session_close:
 * @self: a session
 *
 * Closes the connection, or gives up making it, at once and without a word to
 * the peer. #WfdSession::closed comes before this returns, unless it came
 * before.
 */
void
wfd_session_close (WfdSession *self)
{
  g_return_if_fail (WFD_IS_SESSION (self));

  if (self->machine != NULL) {
    wfd_machine_close (self->machine);
    drive (self);
  } else if (self->state != WFD_SESSION_STATE_CLOSED) {
    wfd_session_stop_connecting (self);
  }
}

static void
wfd_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  WfdSession *self = WFD_SESSION (object);

  switch (id) {
    case PROP_ROLE:
      g_value_set_enum (value, self->role);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_RTP_PORT:
      g_value_set_uint (value, self->rtp_port);
      break;
    case PROP_RTCP_PORT:
      g_value_set_uint (value, self->rtcp_port);
      break;
    case PROP_CONNECT_TIMEOUT_MS:
      g_value_set_uint (value, self->connect_timeout_ms);
      break;
    case PROP_LOCAL_ADDRESS:
      g_value_set_object (value, self->local_address);
      break;
    case PROP_PEER_NAME:
      g_value_set_string (value,
          self->machine != NULL ? wfd_machine_get_peer_name (self->machine) : NULL);
      break;
    case PROP_PEER_IDR_REQUEST:
      g_value_set_boolean (value,
          self->machine != NULL && wfd_machine_has_peer_idr_request (self->machine));
      break;
    case PROP_PEER_MICROSOFT:
      g_value_set_boolean (value,
          self->machine != NULL && wfd_machine_is_peer_microsoft (self->machine));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
wfd_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  WfdSession *self = WFD_SESSION (object);

  switch (id) {
    case PROP_ROLE:
      self->role = g_value_get_enum (value);
      break;
    case PROP_RTP_PORT:
      self->rtp_port = g_value_get_uint (value);
      break;
    case PROP_RTCP_PORT:
      self->rtcp_port = g_value_get_uint (value);
      break;
    case PROP_CONNECT_TIMEOUT_MS:
      self->connect_timeout_ms = g_value_get_uint (value);
      break;
    case PROP_LOCAL_ADDRESS:
      g_set_object (&self->local_address, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
wfd_session_constructed (GObject *object)
{
  WfdSession *self = WFD_SESSION (object);

  wfd_media_default_video_formats (self->role == WFD_ROLE_SINK, &self->video);
  wfd_media_default_audio_codecs (self->role == WFD_ROLE_SINK, &self->audio);
  G_OBJECT_CLASS (wfd_session_parent_class)->constructed (object);
}

static void
wfd_session_finalize (GObject *object)
{
  WfdSession *self = WFD_SESSION (object);

  disconnect_socket (self);
  wfd_clear_source (&self->retry);
  wfd_machine_free (self->machine);
  g_clear_object (&self->local_address);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (wfd_session_parent_class)->finalize (object);
}

static void
wfd_session_init (WfdSession *self)
{
  self->context = g_main_context_ref_thread_default ();
}

static void
install_properties (GObjectClass *klass)
{
  properties[PROP_ROLE] =
      g_param_spec_enum ("role", "Role", "The part that this side plays", WFD_TYPE_ROLE,
          WFD_ROLE_SINK, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATE] = g_param_spec_enum ("state", "State", "How far the session is",
      WFD_TYPE_SESSION_STATE, WFD_SESSION_STATE_IDLE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_RTP_PORT] = g_param_spec_uint ("rtp-port", "RTP port",
      "Sink: the UDP port where it receives RTP; source: the one it sends from", 0, 65535, 0,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_RTCP_PORT] = g_param_spec_uint ("rtcp-port", "RTCP port",
      "Source: the UDP port where it takes reports, which a sink may ask for; 0: there is none. "
      "Some sinks take none but the one behind rtp-port",
      0, 65535, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CONNECT_TIMEOUT_MS] = g_param_spec_uint ("connect-timeout-ms", "Connect timeout",
      "How long a sink tries to connect, in milliseconds (T0)", 0, G_MAXUINT, 90 * 1000,
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  properties[PROP_LOCAL_ADDRESS] = g_param_spec_object ("local-address", "Local address",
      "The address of this machine from which a sink connects; NULL for any", G_TYPE_INET_ADDRESS,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PEER_NAME] = g_param_spec_string ("peer-name", "Peer name",
      "Server or User-Agent header of the peer", NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PEER_IDR_REQUEST] = g_param_spec_boolean ("peer-idr-request", "Peer IDR request",
      "Source: whether the sink says that it asks for a key frame when it needs one (M3)", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PEER_MICROSOFT] = g_param_spec_boolean ("peer-microsoft", "Peer Microsoft",
      "Source: whether the sink follows Microsoft's extensions (M3)", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
wfd_session_class_init (WfdSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = wfd_session_get_property;
  object_class->set_property = wfd_session_set_property;
  object_class->constructed = wfd_session_constructed;
  object_class->finalize = wfd_session_finalize;
  install_properties (object_class);

  /**
   * WfdSession::format-agreed:
   * @self: the session
   * @format: what will be sent
   *
   * The peers agreed on a format (M4), for the first time or anew.
   */
  signals[SIGNAL_FORMAT_AGREED] = g_signal_new ("format-agreed", WFD_TYPE_SESSION,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, WFD_TYPE_FORMAT);

  /**
   * WfdSession::format-refused:
   * @self: the session
   * @error: why
   *
   * The sink refused what wfd_session_change_format() asked for; the format
   * stays as it was.
   */
  signals[SIGNAL_FORMAT_REFUSED] = g_signal_new ("format-refused", WFD_TYPE_SESSION,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * WfdSession::idr-requested:
   * @self: the session
   *
   * The sink asked for a key frame (M13). Some sinks do so many times in a
   * row; one key frame is the answer to all that came before it.
   */
  signals[SIGNAL_IDR_REQUESTED] = g_signal_new ("idr-requested", WFD_TYPE_SESSION,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * WfdSession::peer-capabilities:
   * @self: the session
   *
   * Source that was held, see wfd_session_hold(): the sink told what it can do (M3),
   * for the first time or, because it has another monitor, anew.
   */
  signals[SIGNAL_PEER_CAPABILITIES] = g_signal_new ("peer-capabilities", WFD_TYPE_SESSION,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * WfdSession::peer-heard:
   * @self: the session
   *
   * The first message of the peer came, and is about to be acted on: what has
   * connected speaks RTSP.
   */
  signals[SIGNAL_PEER_HEARD] = g_signal_new ("peer-heard", WFD_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * WfdSession::attempt-failed:
   * @self: the session
   * @port: the port that was tried
   * @error: why nobody was reached
   *
   * Sink: an attempt to connect failed, and the next one follows within a
   * second: most often nobody listens yet.
   */
  signals[SIGNAL_ATTEMPT_FAILED] = g_signal_new ("attempt-failed", WFD_TYPE_SESSION,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_ERROR);

  /**
   * WfdSession::closed:
   * @self: the session
   * @error: (nullable): why, or %NULL if it ended in order
   *
   * The session is over. Comes exactly once.
   */
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", WFD_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

/**
 * wfd_session_new:
 * @role: the part that this side plays
 *
 * Returns: (transfer full): a new session in the current thread-default main
 *   context
 */
WfdSession *
wfd_session_new (WfdRole role)
{
  return g_object_new (WFD_TYPE_SESSION, "role", role, NULL);
}
