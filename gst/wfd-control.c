/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-control-private.h"

#include "wfd-address.h"

GST_DEBUG_CATEGORY (wfd_control_debug);
#define GST_CAT_DEFAULT wfd_control_debug

/* A display that comes again may be there before the end of its last connection is
 * seen, or before its TEARDOWN is answered. */
#define RETURN_PATIENCE_US (200 * G_TIME_SPAN_MILLISECOND)
/* A peer's answer to TEARDOWN takes a millisecond or two; who does not answer
 * must not hold up a state change. */
#define STOP_PATIENCE_US (100 * G_TIME_SPAN_MILLISECOND)
/* How long a reader of the statistics waits for the thread. */
#define STATS_PATIENCE_US (100 * G_TIME_SPAN_MILLISECOND)

static void
set_over (WfdControl *self)
{
  g_mutex_lock (&self->lock);
  self->over = TRUE;
  g_cond_signal (&self->over_cond);
  g_mutex_unlock (&self->lock);
}

/* The end of everything; who stopped us is not told. */
void
wfd_control_finish (WfdControl *self, const GError *error)
{
  wfd_control_stop_listening (self);
  self->is_finished = TRUE;
  wfd_control_close_media (self);
  if (self->establish != NULL)
    wfd_control_close_link_soon (self);
  set_over (self);
  if (!self->stopping)
    self->events.finished (self->user_data, error);
}

void
wfd_control_stop_listening (WfdControl *self)
{
  if (self->listener != NULL)
    wfd_listener_close (self->listener);
  g_clear_object (&self->listener);
  wfd_control_refuse_waiting (self, "nobody listens any more");
  wfd_control_drop_all_silent (self);
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
    wfd_control_end_session (self, error);
}

/* Sink role. */
void
wfd_control_connect (gpointer data)
{
  WfdControl *self = data;
  g_autoptr (GError) error = NULL;

  wfd_control_drop_timer (&self->retry_timer);
  self->events.preparing (self->user_data);
  if (self->step != WFD_STEP_CONNECT)
    wfd_control_enter_step (self, WFD_STEP_CONNECT);
  else
    wfd_control_post_progress (self, GST_PROGRESS_TYPE_CONTINUE,
        "No answer from %s yet, trying again", self->config.host);
  if (!wfd_control_create_session (self, &error)) {
    wfd_control_end_session (self, error);
    return;
  }

  self->peer = g_strdup (self->config.host);
  if (self->establish != NULL) {
    g_object_set (self->session, "local-address", wfd_establish_get_local_address (self->establish),
        NULL);
    wfd_establish_follow (self->establish, self->session);
  }
  wfd_session_connect_async (self->session, self->config.host, self->config.port, self->cancellable,
      on_connected, self);
}

char *
wfd_control_get_remote_address (GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return NULL;
  return g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

static const char not_named[] = "it is not the peer that was named";

/* Why a connection is not wanted; NULL if it is. */
static const char *
find_refusal (WfdControl *self, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  if (self->stream_ended || self->stopping)
    return "the stream has ended";
  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return "its address is not known";
  if (self->wanted_peer != NULL
      && !wfd_address_is_host (self->wanted_peer, G_INET_SOCKET_ADDRESS (remote)))
    return not_named;
  if (self->establish != NULL
      && !wfd_establish_accepts (self->establish,
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote))))
    return "it is not the peer of the link";
  return NULL;
}

static const char is_running[] = "a session is running";

/* Who has two displays wonders why one stays dark; once in a session is enough. */
static void
tell_of_other (WfdControl *self, const char *remote)
{
  g_autofree char *text = NULL;

  if (self->told_of_others)
    return;
  self->told_of_others = TRUE;
  text =
      g_strdup_printf ("A second display (%s) was turned away, as the picture is shown at %s; end "
                       "that session first",
          remote, self->peer);
  self->events.news (self->user_data, text);
}

static void
refuse (WfdControl *self, GSocketConnection *connection, const char *why)
{
  g_autofree char *remote = wfd_control_get_remote_address (connection);

  if (why == is_running)
    tell_of_other (self, remote);
  GST_WARNING ("refused a connection from %s: %s", remote, why);
  self->refused_connections++;
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
}

void
wfd_control_refuse_waiting (WfdControl *self, const char *why)
{
  GSocketConnection *connection;

  while ((connection = wfd_turns_take_next (&self->turns, 0, NULL)) != NULL) {
    refuse (self, connection, why);
    g_object_unref (connection);
  }
}

/* Who has just wasted a turn is spoken of once there is a format. */
static void
greet_peer (WfdControl *self)
{
  if (!wfd_turns_is_behind (&self->turns, self->peer, g_get_monotonic_time ()))
    wfd_control_enter_negotiating (self);
}

/* Of several sources at one port, with a link each, this is the one of who comes from there. */
static void
claim_peer (WfdControl *self)
{
  if (self->establish != NULL && self->listener != NULL)
    wfd_listener_set_peer (self->listener, wfd_establish_get_peer_address (self->establish));
}

void
wfd_control_give_place (WfdControl *self, WfdSession *session)
{
  WfdSilent *silent = session != self->session ? wfd_control_take_silent (self, session) : NULL;

  if (silent != NULL && self->session != NULL
      && !wfd_turns_may_overtake (&self->turns, silent->peer, self->peer, self->begin_us,
          self->heard, g_get_monotonic_time ())) {
    GST_WARNING ("%s speaks too late: it is the turn of another", silent->peer);
    self->refused_connections++;
    wfd_control_free_silent (self, silent);
    return;
  }
  if (silent != NULL) {
    if (self->session != NULL)
      wfd_control_put_aside (self);
    self->session = silent->session;
    g_free (self->peer);
    self->peer = silent->peer;
    g_free (silent);
  }
  if (wfd_control_is_source (self))
    greet_peer (self);
  self->heard = TRUE;
  wfd_turns_note_heard (&self->turns, self->peer);
  self->begin_us = g_get_monotonic_time ();
  if (self->establish != NULL && wfd_control_is_source (self)) {
    wfd_establish_follow (self->establish, self->session);
    claim_peer (self);
  }
  wfd_control_consider_waiting (self);
}

/* Others wait, and the session has had its time. */
static void
decide_who_stays (gpointer data)
{
  WfdControl *self = data;
  g_autoptr (GError) error = NULL;

  wfd_control_drop_timer (&self->waiting_timer);
  if (self->opened) {
    wfd_control_refuse_waiting (self, is_running);
    return;
  }
  if (!self->heard) {
    wfd_control_consider_waiting (self);
    return;
  }
  error = g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT,
      "%s has not set up the session within %d s, while another one waits", self->peer,
      (int) (WFD_TURNS_TURN_US / G_USEC_PER_SEC));
  wfd_control_end_session (self, error);
}

static void
begin_waiting_session (gpointer data)
{
  WfdControl *self = data;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  wfd_control_drop_timer (&self->waiting_timer);
  g_clear_pointer (&self->peer, g_free);
  self->begin_us = g_get_monotonic_time ();
  connection = wfd_turns_take_next (&self->turns, self->begin_us, &self->peer);
  wfd_turns_note_asked (&self->turns, self->peer, self->begin_us);
  if (!wfd_control_create_session (self, &error)
      || !wfd_session_start (self->session, connection, &error)) {
    wfd_control_end_session (self, error);
    return;
  }
  wfd_control_set_session_socket (self, connection);
  wfd_control_consider_waiting (self);
}

/* Whether the session has the place, and will be looked at again. */
static gboolean
is_place_taken (WfdControl *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 end_us = self->opened
      ? now_us + RETURN_PATIENCE_US
      : wfd_turns_get_end_us (&self->turns, self->peer, self->begin_us, self->heard, now_us);

  if (self->session == NULL)
    return FALSE;
  if (!self->heard)
    end_us = MAX (end_us, wfd_control_get_room_us (self));
  if (!self->heard && end_us <= now_us)
    return FALSE;
  wfd_control_set_timer (self, &self->waiting_timer, end_us, decide_who_stays);
  return TRUE;
}

/* A pipeline that waited for a display begins only now that there is one, and
 * then learns what it can offer. */
void
wfd_control_consider_waiting (gpointer data)
{
  WfdControl *self = data;

  if (self->is_held && !self->events.preparing (self->user_data))
    wfd_control_release_held (self);
  if (wfd_turns_is_empty (&self->turns) || is_place_taken (self))
    return;
  if (self->session != NULL) {
    wfd_control_put_aside (self);
    wfd_control_drop_timer (&self->waiting_timer);
  }
  g_free (self->peer);
  self->peer = g_strdup (wfd_turns_get_next (&self->turns, g_get_monotonic_time ()));
  if (!self->events.preparing (self->user_data)) {
    begin_waiting_session (self);
    return;
  }
  if (self->waiting_timer != NULL)
    return;

  GST_INFO ("waiting for what can be offered");
  greet_peer (self);
  wfd_control_set_timer (self, &self->waiting_timer,
      g_get_monotonic_time () + WFD_CONTROL_OFFER_PATIENCE_US, begin_waiting_session);
}

/* Who has mistyped the address of the display would wait for ever. Of one that tries again
 * and again it is said once. */
static void
tell_turned_away (WfdControl *self, const char *remote)
{
  g_autoptr (GError) error = NULL;

  if (self->opened || g_strcmp0 (self->turned_away, remote) == 0)
    return;
  g_free (self->turned_away);
  self->turned_away = g_strdup (remote);
  error = g_error_new (WFD_ERROR, WFD_ERROR_REFUSED,
      "%s was turned away, as \"peer\" lets nobody but %s connect", remote, self->config.peer);
  self->events.trouble (self->user_data, error);
}

/* Source role. */
static void
on_connection (WfdListener *listener, GSocketConnection *connection, WfdControl *self)
{
  g_autofree char *remote = wfd_control_get_remote_address (connection);
  const char *refusal = find_refusal (self, connection);
  g_autoptr (GSocketConnection) left = NULL;

  if (refusal != NULL && wfd_listener_pass_on (listener, connection))
    return;
  if (refusal != NULL) {
    refuse (self, connection, refusal);
    if (refusal == not_named)
      tell_turned_away (self, remote);
    return;
  }
  left = wfd_turns_add (&self->turns, remote, g_object_ref (connection), g_get_monotonic_time ());
  if (left != NULL)
    refuse (self, left, "too many are waiting");
  /* Further ones do not put off the end of the wait for a session that is set up. */
  if (self->opened && self->waiting_timer != NULL)
    return;
  if (self->session != NULL || (left == NULL && wfd_turns_get_length (&self->turns) == 1))
    wfd_control_consider_waiting (self);
}

static gboolean
parse_peer (WfdControl *self, GError **error)
{
  if (self->config.peer == NULL)
    return TRUE;
  self->wanted_peer = wfd_address_parse (self->config.peer, 0, error);
  if (self->wanted_peer == NULL)
    g_prefix_error (error,
        "\"peer\" says from where a display may connect (its name only with link=p2p): ");
  return self->wanted_peer != NULL;
}

gboolean
wfd_control_listen (WfdControl *self, GError **error)
{
  self->listener = self->establish != NULL
      ? wfd_listener_new_sharing (self->config.address, self->config.rtsp_port, error)
      : wfd_listener_new (self->config.address, self->config.rtsp_port, error);
  if (self->listener == NULL)
    return FALSE;

  claim_peer (self);
  self->rtsp_port = wfd_listener_get_port (self->listener);
  g_signal_connect (self->listener, "connection", G_CALLBACK (on_connection), self);
  wfd_control_enter_step (self, WFD_STEP_CONNECT);
  return TRUE;
}

static gpointer
start (gpointer data)
{
  WfdControl *self = data;
  GError *error = NULL;

  if (self->config.link.kind != WFD_LINK_ADDRESS)
    wfd_control_create_link (self);
  else if (!wfd_control_is_source (self))
    wfd_control_connect (self);
  else if (self->config.miracast_context != NULL)
    wfd_control_attach_media (self, &error);
  else if (parse_peer (self, &error))
    wfd_control_listen (self, &error);
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
wfd_control_set_offer (WfdControl *self, const WfdOffer *offer)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = !wfd_offer_is_same (&self->config.offer, offer);
  if (changed) {
    wfd_offer_clear (&self->config.offer);
    self->config.offer = wfd_offer_copy (offer);
  }
  g_mutex_unlock (&self->lock);
  if (changed)
    wfd_control_consider_offer (self);
}

void
wfd_control_consider_offer (WfdControl *self)
{
  wfd_session_thread_post (self->thread, wfd_control_consider_waiting, self);
}

static void
want_play (gpointer data)
{
  WfdControl *self = data;

  self->want = WFD_WANT_PLAY;
  if (self->establish != NULL)
    wfd_control_want_link (self);
  wfd_control_reconcile (self);
}

static void
want_pause (gpointer data)
{
  WfdControl *self = data;

  self->want = WFD_WANT_PAUSE;
  wfd_control_reconcile (self);
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
note_loss (gpointer data)
{
  WfdControl *self = data;

  if (self->session != NULL)
    wfd_control_need_key_unit (self);
}

void
wfd_control_note_loss (WfdControl *self)
{
  wfd_session_thread_post (self->thread, note_loss, self);
}

void
wfd_control_hear_media (WfdControl *self)
{
  if (self->session != NULL)
    wfd_session_note_media (self->session);
  if (self->establish != NULL)
    wfd_establish_note_media (self->establish);
}

static void
note_media (gpointer data)
{
  wfd_control_hear_media (data);
}

void
wfd_control_note_media (WfdControl *self)
{
  wfd_session_thread_post (self->thread, note_media, self);
}

static void
resize (gpointer data)
{
  WfdControl *self = data;
  g_autoptr (WfdFormat) now = self->session != NULL ? wfd_session_dup_format (self->session) : NULL;
  g_autoptr (GError) error = NULL;
  WfdFormat next = { 0 };
  guint64 pts_90khz;
  gint direction;

  g_mutex_lock (&self->lock);
  direction = self->resize_direction;
  pts_90khz = self->resize_pts_90khz;
  g_mutex_unlock (&self->lock);
  if (now != NULL)
    next = wfd_control_find_picture (self, now, direction);
  if (next.width > 0
      && !wfd_session_change_format (self->session, next.width, next.height, next.rate_hz,
          pts_90khz, &error))
    GST_INFO ("the picture stays as it is: %s", error->message);
}

void
wfd_control_resize (WfdControl *self, gint direction, guint64 pts_90khz)
{
  g_mutex_lock (&self->lock);
  self->resize_direction = direction;
  self->resize_pts_90khz = pts_90khz;
  g_mutex_unlock (&self->lock);
  wfd_session_thread_post (self->thread, resize, self);
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
    wfd_control_end_session (self, NULL);
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
  wfd_control_drop_timer (&self->retry_timer);
  wfd_control_drop_timer (&self->watchdog_timer);
  wfd_control_drop_timer (&self->media_timer);
  g_cancellable_cancel (self->cancellable);
  wfd_control_close_media (self);
  if (self->session != NULL)
    wfd_session_teardown (self->session);
  else
    wfd_control_end_session (self, NULL);
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
    wfd_control_end_session (self, NULL);
  wfd_control_stop_listening (self);
  wfd_control_drop_media (self);
  wfd_control_drop_link (self);
  wfd_control_drop_timer (&self->retry_timer);
  wfd_control_drop_timer (&self->watchdog_timer);
  wfd_control_drop_timer (&self->media_timer);
  wfd_control_drop_timer (&self->key_unit_timer);
  return NULL;
}

static void
free_config (WfdControlConfig *config)
{
  g_free ((char *) config->host);
  g_free ((char *) config->address);
  g_free ((char *) config->peer);
  wfd_offer_clear (&config->offer);
  wfd_link_settings_clear (&config->link);
}

gboolean
wfd_control_is_telling (WfdControl *self)
{
  return wfd_session_thread_is_current (self->thread);
}

void
wfd_control_stop (WfdControl *self)
{
  wfd_control_begin_stop (self);
  wait_until_over (self);
  wfd_session_thread_call (self->thread, release, self, -1, NULL);
}

WfdControl *
wfd_control_ref (WfdControl *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  WfdControl *self = data;

  wfd_session_thread_free (self->thread);
  g_object_unref (self->cancellable);
  wfd_turns_clear (&self->turns);
  wfd_questions_clear (&self->questions);
  g_clear_object (&self->wanted_peer);
  g_free (self->turned_away);
  g_free (self->peer);
  free_config (&self->config);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->over_cond);
}

void
wfd_control_unref (WfdControl *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* Their names would mean something else beside those of a session. */
static void
insert_link_stats (WfdControl *self, GVariantDict *dict)
{
  g_autoptr (GVariant) stats = wfd_control_dup_link_stats (self);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (stats == NULL)
    return;
  g_variant_iter_init (&iter, stats);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    g_autofree char *key = g_strconcat ("link-", name, NULL);

    g_variant_dict_insert_value (dict, key, value);
  }
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
  insert_link_stats (self, &dict);
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
  copy.offer = wfd_offer_copy (&config->offer);
  copy.link = wfd_link_settings_copy (&config->link);
  return copy;
}

WfdControl *
wfd_control_new (const WfdControlConfig *config, const WfdControlEvents *events, gpointer user_data,
    GError **error)
{
  WfdControl *self = g_atomic_rc_box_new0 (WfdControl);

  GST_DEBUG_CATEGORY_INIT (wfd_control_debug, "wfdcontrol", 0, "Control of Wi-Fi Display sessions");
  self->config = copy_config (config);
  self->events = *events;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->over_cond);
  self->thread = wfd_session_thread_new ("wfd-session", error);
  if (self->thread == NULL)
    g_clear_pointer (&self, wfd_control_unref);
  return self;
}
