/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-source.h>
#include <wfd/wfd.h>

#include "establish-private.h"
#include "session-private.h"

/**
 * WfdEstablish:
 *
 * From nothing to a session over Wi-Fi Direct: finds the peer, or lets itself be
 * found, opens a link, which needs a person the first time only, and opens it again
 * when it is lost. The steps are told by #WfdEstablish::progress.
 *
 * When the link is up, #WfdEstablish::opened is emitted. A source then listens on
 * wfd_establish_get_local_address(), a sink connects to
 * wfd_establish_get_peer_address() and wfd_establish_get_peer_port(); the session
 * that comes of it is handed to wfd_establish_follow().
 *
 * It needs wpa_supplicant on the system's message bus, a driver with Wi-Fi Direct,
 * and the right to set addresses (CAP_NET_ADMIN). It belongs to the thread-default
 * main context in which it was made.
 */

G_DEFINE_FINAL_TYPE (WfdEstablish, wfd_establish, G_TYPE_OBJECT)

enum
{
  PROP_ROLE = 1,
  PROP_PEER,
  PROP_INTERFACE,
  PROP_DEVICE_NAME,
  PROP_PAIRING,
  PROP_PIN,
  PROP_PERSISTENT,
  PROP_GO_INTENT,
  PROP_FREQUENCY,
  PROP_RTSP_PORT,
  PROP_IDLE_TIMEOUT,
  PROP_LOST_TIMEOUT,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[WFD_ESTABLISH_N_SIGNALS];

void
wfd_establish_emit (WfdEstablish *self, WfdEstablishSignal signal, ...)
{
  va_list args;

  va_start (args, signal);
  g_signal_emit_valist (self, signals[signal], 0, args);
  va_end (args);
}

gboolean
wfd_establish_has_handler (WfdEstablish *self, WfdEstablishSignal signal)
{
  return g_signal_has_handler_pending (self, signals[signal], 0, TRUE);
}

/* --- the deadline --- */

static gboolean
on_timer (gpointer user_data)
{
  wfd_establish_time_is_over (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };

/* --- the session --- */

static void
on_life (WfdSession *session, WfdLinkLife life, gpointer user_data)
{
  WfdEstablish *self = user_data;

  if (self->link != NULL)
    wfd_link_tell (self->link, life);
}

static void
unfollow (WfdEstablish *self)
{
  if (self->session == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->session, self);
  wfd_session_set_life_func (self->session, NULL, NULL);
  g_clear_object (&self->session);
}

static void
on_session_state (WfdSession *session, GParamSpec *pspec, WfdEstablish *self)
{
  switch (wfd_session_get_state (session)) {
    case WFD_SESSION_STATE_NEGOTIATING:
      if (!wfd_establish_begin_step (self, WFD_ESTABLISH_STEP_NEGOTIATE))
        break;
      wfd_establish_tell (self, WFD_ESTABLISH_BEGUN, "Agreeing with %s on a format",
          wfd_establish_name (self->candidate));
      wfd_establish_feed (self, WFD_ESTABLISH_EVENT_CONNECTED);
      break;
    case WFD_SESSION_STATE_READY:
      if (self->state.phase == WFD_ESTABLISH_PLAYING) {
        wfd_establish_feed (self, WFD_ESTABLISH_EVENT_RESTS);
        break;
      }
      if (wfd_establish_begin_step (self, WFD_ESTABLISH_STEP_PLAY))
        wfd_establish_tell (self, WFD_ESTABLISH_BEGUN, "Waiting for the stream to begin");
      break;
    case WFD_SESSION_STATE_PLAYING:
      if (wfd_establish_end_step (self))
        wfd_establish_feed (self, WFD_ESTABLISH_EVENT_PLAYS);
      break;
    default:
      break;
  }
}

static void
on_session_closed (WfdSession *session, const GError *error, WfdEstablish *self)
{
  unfollow (self);
  g_clear_error (&self->refusal);
  if (error != NULL && self->state.phase == WFD_ESTABLISH_NEGOTIATING)
    self->refusal = g_error_copy (error);
  if (error != NULL)
    wfd_establish_fail_step (self, error);
  wfd_establish_feed (self,
      error != NULL ? WFD_ESTABLISH_EVENT_TROUBLE : WFD_ESTABLISH_EVENT_RESTS);
}

static void
learn_address (WfdEstablish *self)
{
  GSocketConnection *connection = self->session->connection;
  g_autoptr (GSocketAddress) remote =
      connection != NULL ? g_socket_connection_get_remote_address (connection, NULL) : NULL;

  if (G_IS_INET_SOCKET_ADDRESS (remote) && self->link != NULL)
    wfd_link_learn_address (self->link,
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

/**
 * wfd_establish_follow:
 * @self: whose link is up
 * @session: the session with the peer
 *
 * From now on @session counts: a link that no session uses is closed after
 * #WfdEstablish:idle-timeout, and what the session hears of the peer helps to see
 * that it has vanished.
 */
void
wfd_establish_follow (WfdEstablish *self, WfdSession *session)
{
  g_return_if_fail (WFD_IS_ESTABLISH (self));
  g_return_if_fail (WFD_IS_SESSION (session));

  unfollow (self);
  self->session = g_object_ref (session);
  learn_address (self);
  wfd_session_set_life_func (session, on_life, self);
  g_signal_connect (session, "notify::state", G_CALLBACK (on_session_state), self);
  g_signal_connect (session, "closed", G_CALLBACK (on_session_closed), self);
  on_session_state (session, NULL, self);
}

/* --- what the application asks --- */

/**
 * wfd_establish_begin:
 * @self: an establish
 *
 * A session is wanted. Does nothing if it is there or under way already.
 */
void
wfd_establish_begin (WfdEstablish *self)
{
  g_return_if_fail (WFD_IS_ESTABLISH (self));

  if (self->timer == NULL) {
    wfd_establish_state_init (&self->state, self->role);
    self->state.unused_us = self->idle_timeout_ms * (gint64) G_TIME_SPAN_MILLISECOND;
    self->state.lists_only = self->role == WFD_ROLE_SOURCE && self->peer == NULL;
    self->timer = g_source_new (&timer_funcs, sizeof (GSource));
    g_source_set_callback (self->timer, on_timer, self, NULL);
    g_source_attach (self->timer, self->context);
    wfd_establish_adopt_link (self);
  }
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_WANTED);
}

/**
 * wfd_establish_close:
 * @self: an establish
 *
 * Undoes everything, whatever is under way, without waiting for anybody; the group
 * ends. It can begin again.
 */
void
wfd_establish_close (WfdEstablish *self)
{
  g_autoptr (WfdLink) link = NULL;

  g_return_if_fail (WFD_IS_ESTABLISH (self));

  link = g_steal_pointer (&self->link);
  unfollow (self);
  wfd_clear_source (&self->timer);
  wfd_clear_source (&self->news);
  wfd_clear_source (&self->closing);
  g_cancellable_cancel (self->closing_cancellable);
  g_clear_object (&self->closing_cancellable);
  g_clear_object (&self->calling);
  self->state.phase = WFD_ESTABLISH_OFF;
  self->is_finding = FALSE;
  self->after = WFD_ESTABLISH_DO_NOTHING;
  self->step = -1;
  wfd_establish_choose (self, NULL);
  g_clear_object (&self->candidate);
  g_clear_object (&self->last);
  g_clear_object (&self->busy);
  g_clear_pointer (&self->entered_pin, g_free);
  g_clear_pointer (&self->shown_pin, g_free);
  g_hash_table_remove_all (self->requests);
  if (link == NULL)
    return;
  g_signal_handlers_disconnect_by_data (link, self);
  wfd_link_close (link);
}

/**
 * wfd_establish_answer:
 * @self: an establish
 * @peer: the P2P device address of a peer that has asked to be paired
 * @accept: whether it may
 *
 * Answers a #WfdEstablish::pairing-request that was left open, once. A peer that is not
 * there any more, or a link that has been closed or is being opened meanwhile, makes it
 * void.
 */
void
wfd_establish_answer (WfdEstablish *self, const char *peer, gboolean accept)
{
  g_autoptr (GPtrArray) peers = NULL;
  g_autofree char *id = NULL, *asked = NULL, *pin = NULL;

  g_return_if_fail (WFD_IS_ESTABLISH (self));
  g_return_if_fail (peer != NULL);

  id = g_ascii_strdown (peer, -1);
  if (self->link == NULL
      || !g_hash_table_steal_extended (self->requests, id, (gpointer *) &asked, (gpointer *) &pin))
    return;
  peers = wfd_link_dup_peers (self->link);
  for (guint i = 0; i < peers->len; i++) {
    WfdLinkPeer *one = g_ptr_array_index (peers, i);

    if (strcmp (wfd_link_peer_get_id (one), id) == 0)
      wfd_establish_answer_request (self, one, accept, pin);
  }
}

/**
 * wfd_establish_enter_pin:
 * @self: an establish
 * @peer: the P2P device address of a peer, from #WfdEstablish::pin-request
 * @pin: the PIN that it shows
 *
 * Answers a #WfdEstablish::pin-request. If that is not, or no more, waited for, it is
 * void. A mistyped one, which cannot be a PIN, is asked for again, twice at most.
 */
void
wfd_establish_enter_pin (WfdEstablish *self, const char *peer, const char *pin)
{
  g_return_if_fail (WFD_IS_ESTABLISH (self));
  g_return_if_fail (peer != NULL);
  g_return_if_fail (pin != NULL);

  if (self->state.phase != WFD_ESTABLISH_ASKING
      || g_ascii_strcasecmp (wfd_link_peer_get_id (self->candidate), peer) != 0
      || !wfd_establish_check_entered (self, pin))
    return;
  g_free (self->entered_pin);
  self->entered_pin = g_strdup (pin);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_ENTERED);
}

/**
 * wfd_establish_is_open:
 * @self: an establish
 *
 * Returns: whether the link is up
 */
gboolean
wfd_establish_is_open (WfdEstablish *self)
{
  g_return_val_if_fail (WFD_IS_ESTABLISH (self), FALSE);
  return wfd_establish_is_phase_open (self->state.phase);
}

static const WfdLinkInfo *
get_info (WfdEstablish *self)
{
  return self->link != NULL ? wfd_link_get_info (self->link) : NULL;
}

/**
 * wfd_establish_get_peer_name:
 * @self: an establish
 *
 * Returns: (nullable): the name of the peer, or its address if it has none; valid
 *   until the main context runs
 */
const char *
wfd_establish_get_peer_name (WfdEstablish *self)
{
  g_return_val_if_fail (WFD_IS_ESTABLISH (self), NULL);
  return self->candidate != NULL ? wfd_establish_name (self->candidate) : NULL;
}

/**
 * wfd_establish_get_local_address:
 * @self: an establish
 *
 * Returns: (transfer none) (nullable): our address in the group; %NULL if the link
 *   is not up. Valid until the main context runs.
 */
GInetAddress *
wfd_establish_get_local_address (WfdEstablish *self)
{
  g_return_val_if_fail (WFD_IS_ESTABLISH (self), NULL);
  return get_info (self) != NULL ? get_info (self)->local_address : NULL;
}

/**
 * wfd_establish_get_peer_address:
 * @self: an establish
 *
 * Returns: (transfer none) (nullable): that of the peer; %NULL if the link is not up,
 *   or to a source that owns the group and has not seen it. Valid until the main
 *   context runs.
 */
GInetAddress *
wfd_establish_get_peer_address (WfdEstablish *self)
{
  g_return_val_if_fail (WFD_IS_ESTABLISH (self), NULL);
  return get_info (self) != NULL ? get_info (self)->peer_address : NULL;
}

/**
 * wfd_establish_get_peer_port:
 * @self: an establish
 *
 * Returns: the RTSP port of a source, as it has told over the air; 0 if it has told
 *   nothing
 */
guint16
wfd_establish_get_peer_port (WfdEstablish *self)
{
  g_return_val_if_fail (WFD_IS_ESTABLISH (self), 0);
  if (self->candidate == NULL || !wfd_link_peer_is_source (self->candidate))
    return 0;
  return wfd_link_peer_get_rtsp_port (self->candidate);
}

/**
 * wfd_establish_accepts:
 * @self: an establish
 * @address: where a connection comes from
 *
 * Returns: whether that is the peer with whom the link is open
 */
gboolean
wfd_establish_accepts (WfdEstablish *self, GInetAddress *address)
{
  const WfdLinkInfo *info;

  g_return_val_if_fail (WFD_IS_ESTABLISH (self), FALSE);
  g_return_val_if_fail (G_IS_INET_ADDRESS (address), FALSE);

  info = get_info (self);
  if (info == NULL)
    return FALSE;
  if (info->peer_address != NULL)
    return g_inet_address_equal (info->peer_address, address);
  return info->network != NULL && g_inet_address_mask_matches (info->network, address);
}

/**
 * wfd_establish_note_media:
 * @self: an establish
 *
 * Media, or a report about it, came from the peer: it is there.
 */
void
wfd_establish_note_media (WfdEstablish *self)
{
  g_return_if_fail (WFD_IS_ESTABLISH (self));
  if (self->link != NULL)
    wfd_link_tell (self->link, WFD_LINK_HEARD);
}

/**
 * wfd_establish_dup_stats:
 * @self: an establish
 *
 * What is known of the link, as a{sv}: interface (s), role (s, "owner" or "client"),
 * persistent (b), peer (s), frequency-mhz (u), local-address and peer-address (s),
 * peers (u, devices in reach); of the peer as a station, each (x): inactive-ms,
 * connected-s, signal-dbm, signal-avg-dbm, tx-kbps, rx-kbps, expected-kbps, tx-packets,
 * tx-retries, tx-failed, rx-packets, tx-bytes and rx-bytes. What is not known is
 * absent.
 *
 * Returns: (transfer full): the statistics
 */
GVariant *
wfd_establish_dup_stats (WfdEstablish *self)
{
  GVariantDict dict;

  g_return_val_if_fail (WFD_IS_ESTABLISH (self), NULL);
  if (self->link != NULL)
    return wfd_link_dup_stats (self->link);
  g_variant_dict_init (&dict, NULL);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* --- the object --- */

void
wfd_establish_set_link (WfdEstablish *self, WfdLink *link)
{
  g_assert (self->link == NULL);
  self->link = g_object_ref (link);
}

static void
set_string (char **member, const GValue *value)
{
  g_free (*member);
  *member = g_value_dup_string (value);
}

static void
wfd_establish_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  WfdEstablish *self = WFD_ESTABLISH (object);

  switch (id) {
    case PROP_ROLE:
      self->role = g_value_get_enum (value);
      break;
    case PROP_PEER:
      set_string (&self->peer, value);
      wfd_establish_choose (self, NULL);
      break;
    case PROP_INTERFACE:
      set_string (&self->interface, value);
      break;
    case PROP_DEVICE_NAME:
      set_string (&self->device_name, value);
      break;
    case PROP_PAIRING:
      self->pairing = g_value_get_enum (value);
      break;
    case PROP_PIN:
      set_string (&self->pin, value);
      break;
    case PROP_PERSISTENT:
      self->persistent = g_value_get_boolean (value);
      break;
    case PROP_GO_INTENT:
      self->go_intent = g_value_get_int (value);
      break;
    case PROP_FREQUENCY:
      self->frequency_mhz = g_value_get_uint (value);
      break;
    case PROP_RTSP_PORT:
      self->rtsp_port = g_value_get_uint (value);
      break;
    case PROP_IDLE_TIMEOUT:
      self->idle_timeout_ms = g_value_get_uint (value);
      break;
    case PROP_LOST_TIMEOUT:
      self->lost_timeout_ms = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
wfd_establish_dispose (GObject *object)
{
  wfd_establish_close (WFD_ESTABLISH (object));
  G_OBJECT_CLASS (wfd_establish_parent_class)->dispose (object);
}

static void
wfd_establish_finalize (GObject *object)
{
  WfdEstablish *self = WFD_ESTABLISH (object);

  g_clear_error (&self->failure);
  g_clear_error (&self->refusal);
  g_main_context_unref (self->context);
  g_hash_table_unref (self->requests);
  g_hash_table_unref (self->taken);
  g_free (self->peer);
  g_free (self->interface);
  g_free (self->device_name);
  g_free (self->pin);
  G_OBJECT_CLASS (wfd_establish_parent_class)->finalize (object);
}

static void
establish_init_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;

  /**
   * WfdEstablish:role:
   *
   * The part that this side plays.
   */
  properties[PROP_ROLE] = g_param_spec_enum ("role", "Role", "The part that this side plays",
      WFD_TYPE_ROLE, WFD_ROLE_SINK, flags | G_PARAM_CONSTRUCT_ONLY);
  /**
   * WfdEstablish:peer:
   *
   * The peer: its P2P device address, its name, or a pattern for either with "*" and
   * "?". A source shows its screen to nobody else, and needs it; a sink takes any
   * source without it. Of two devices in reach with the very name none is taken; the one
   * with which the link was up stays the peer until wfd_establish_close(). This
   * property, like all but the role, counts from the next begin on.
   */
  properties[PROP_PEER] =
      g_param_spec_string ("peer", "Peer", "Address, name or pattern of the peer", NULL, flags);
  /**
   * WfdEstablish:interface:
   *
   * The Wi-Fi interface, e.g. "wlan0"; %NULL for the first with Wi-Fi Direct.
   */
  properties[PROP_INTERFACE] =
      g_param_spec_string ("interface", "Interface", "The Wi-Fi interface", NULL, flags);
  /**
   * WfdEstablish:device-name:
   *
   * What others see, in up to 32 octets; %NULL for what wpa_supplicant is configured
   * with, or the name of the host.
   */
  properties[PROP_DEVICE_NAME] =
      g_param_spec_string ("device-name", "Device name", "What others see", NULL, flags);
  /**
   * WfdEstablish:pairing:
   *
   * How a person agrees, if the two are not paired yet.
   */
  properties[PROP_PAIRING] = g_param_spec_enum ("pairing", "Pairing", "How a person agrees",
      WFD_TYPE_PAIRING, WFD_PAIRING_PBC, flags);
  /**
   * WfdEstablish:pin:
   *
   * For %WFD_PAIRING_PIN_KEYPAD what the peer shows; %NULL: #WfdEstablish::pin-request
   * asks for it. For %WFD_PAIRING_PIN_DISPLAY what is shown here; %NULL for one that is
   * made up then, and told by #WfdEstablish::pin.
   */
  properties[PROP_PIN] = g_param_spec_string ("pin", "PIN", "Four or eight digits", NULL, flags);
  /**
   * WfdEstablish:persistent:
   *
   * Whether a new pairing is remembered, so that it needs nobody the next time.
   */
  properties[PROP_PERSISTENT] = g_param_spec_boolean ("persistent", "Persistent",
      "Whether a new pairing is remembered", TRUE, flags | G_PARAM_CONSTRUCT);
  /**
   * WfdEstablish:go-intent:
   *
   * How much this side wants to own the group, 0 to 15; -1 leaves it to
   * wpa_supplicant.
   */
  properties[PROP_GO_INTENT] = g_param_spec_int ("go-intent", "GO intent",
      "How much this side wants to own the group", -1, 15, -1, flags | G_PARAM_CONSTRUCT);
  /**
   * WfdEstablish:frequency-mhz:
   *
   * Of a new group, or one of before that this side owns and opens again, in MHz; 0 for any.
   */
  properties[PROP_FREQUENCY] = g_param_spec_uint ("frequency-mhz", "Frequency",
      "MHz of a new group; 0 for any", 0, G_MAXUINT16, 0, flags);
  /**
   * WfdEstablish:rtsp-port:
   *
   * Source: where it listens, which the peer is told over the air.
   */
  properties[PROP_RTSP_PORT] = g_param_spec_uint ("rtsp-port", "RTSP port",
      "Where a source listens", 1, G_MAXUINT16, WFD_DEFAULT_RTSP_PORT, flags | G_PARAM_CONSTRUCT);
  /**
   * WfdEstablish:idle-timeout-ms:
   *
   * Milliseconds after which a link is closed that no session uses, or whose session
   * is paused; 0 for never.
   */
  properties[PROP_IDLE_TIMEOUT] = g_param_spec_uint ("idle-timeout-ms", "Idle timeout",
      "Milliseconds until an unused link is closed", 0, G_MAXINT32, 30000,
      flags | G_PARAM_CONSTRUCT);
  /**
   * WfdEstablish:lost-timeout-ms:
   *
   * Milliseconds after which a peer is lost that is silent, though something was sent to
   * it; for one that has left our group 3000 at most. What is shorter is ridden out.
   */
  properties[PROP_LOST_TIMEOUT] = g_param_spec_uint ("lost-timeout-ms", "Lost timeout",
      "Milliseconds of silence until the peer is lost", 500, G_MAXINT32, 4500,
      flags | G_PARAM_CONSTRUCT);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

/* Nobody has to be asked; whoever is asked may take his time. */
static gboolean
default_pairing_request (WfdEstablish *self, const char *peer, const char *name, WfdPairing pairing,
    const char *pin)
{
  return TRUE;
}

static void
establish_init_questions (void)
{
  /**
   * WfdEstablish::pairing-request:
   * @self: the establish
   * @peer: the P2P device address of the peer
   * @name: its name
   * @pairing: what this side would do
   * @pin: (nullable): a PIN to be shown, if there is one already
   *
   * A peer would like to be paired that #WfdEstablish:peer and #WfdEstablish:pairing
   * let in. It waits for a minute or two, and may ask again meanwhile.
   *
   * Returns: %FALSE to leave it open until wfd_establish_answer(), so that a person
   *   can be asked; the first handler decides, and without one it is accepted
   */
  signals[WFD_ESTABLISH_SIGNAL_PAIRING_REQUEST] =
      g_signal_new_class_handler ("pairing-request", WFD_TYPE_ESTABLISH, G_SIGNAL_RUN_LAST,
          G_CALLBACK (default_pairing_request), g_signal_accumulator_first_wins, NULL, NULL,
          G_TYPE_BOOLEAN, 4, G_TYPE_STRING, G_TYPE_STRING, WFD_TYPE_PAIRING, G_TYPE_STRING);
  /**
   * WfdEstablish::pin:
   * @self: the establish
   * @pin: the PIN
   *
   * To be shown, for somebody to enter it at the peer.
   */
  signals[WFD_ESTABLISH_SIGNAL_PIN] = g_signal_new ("pin", WFD_TYPE_ESTABLISH, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * WfdEstablish::pin-request:
   * @self: the establish
   * @peer: the P2P device address of the peer
   * @name: its name
   *
   * The peer shows a PIN that has to be entered here: with %WFD_PAIRING_PIN_KEYPAD and
   * without #WfdEstablish:pin. wfd_establish_enter_pin() answers, within two minutes.
   * Without a handler there can be no new pairing then.
   */
  signals[WFD_ESTABLISH_SIGNAL_PIN_REQUEST] = g_signal_new ("pin-request", WFD_TYPE_ESTABLISH,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
establish_init_signals (void)
{
  /**
   * WfdEstablish::progress:
   * @self: the establish
   * @step: the step
   * @progress: where it stands
   * @text: a sentence for people
   *
   * Something is under way that a person waits for.
   */
  signals[WFD_ESTABLISH_SIGNAL_PROGRESS] =
      g_signal_new ("progress", WFD_TYPE_ESTABLISH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
          G_TYPE_NONE, 3, WFD_TYPE_ESTABLISH_STEP, WFD_TYPE_ESTABLISH_PROGRESS, G_TYPE_STRING);
  /**
   * WfdEstablish::opened:
   * @self: the establish
   *
   * The link is up, for the first time or again: a session can begin.
   */
  signals[WFD_ESTABLISH_SIGNAL_OPENED] = g_signal_new ("opened", WFD_TYPE_ESTABLISH,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * WfdEstablish::down:
   * @self: the establish
   * @error: (nullable): why; %NULL if nothing has used it, or the peer has gone after its session
   *
   * The link is not up any more. One that was lost is opened again, by a source; a
   * sink waits to be found again.
   */
  signals[WFD_ESTABLISH_SIGNAL_DOWN] = g_signal_new ("down", WFD_TYPE_ESTABLISH, G_SIGNAL_RUN_LAST,
      0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  /**
   * WfdEstablish::failed:
   * @self: the establish
   * @error: why, and what to do about it
   *
   * It has given up, and is closed.
   */
  signals[WFD_ESTABLISH_SIGNAL_FAILED] = g_signal_new ("failed", WFD_TYPE_ESTABLISH,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
wfd_establish_class_init (WfdEstablishClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = wfd_establish_set_property;
  object_class->dispose = wfd_establish_dispose;
  object_class->finalize = wfd_establish_finalize;
  establish_init_properties (object_class);
  establish_init_signals ();
  establish_init_questions ();
}

static void
wfd_establish_init (WfdEstablish *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->requests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->step = -1;
}

/**
 * wfd_establish_new:
 * @role: the part that this side plays
 *
 * Returns: (transfer full): a new establish in the current thread-default main
 *   context
 */
WfdEstablish *
wfd_establish_new (WfdRole role)
{
  return g_object_new (WFD_TYPE_ESTABLISH, "role", role, NULL);
}
