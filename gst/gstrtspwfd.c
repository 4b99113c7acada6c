/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-rtspwfd
 * @title: rtspwfd
 * @see_also: wfdsrc, wfdsink
 *
 * One Wi-Fi Display (Miracast) session and its media over an IP path that is
 * already there. There is no Wi-Fi in it, no encoder and no decoder.
 *
 * With role=sink, the default, it connects to the source at #GstRtspWfd:location,
 * negotiates and gives what is sent on the sometimes pad "src", or with
 * #GstRtspWfd:demux as access units on the sometimes pads "video_src" and "audio_src",
 * with caps that are known before the first packet. With role=source
 * it listens on #GstRtspWfd:address and #GstRtspWfd:rtsp-port for a sink and
 * sends what its request pads get: either "video_sink" (H.264) and "audio_sink" (AAC, AC-3,
 * or samples for LPCM), which it puts into MPEG-TS itself, each as soon as it
 * comes, or "sink" with MPEG-TS that is ready. #GstRtspWfd:video-formats and
 * #GstRtspWfd:audio-codecs must offer what comes. A live stream is dropped while nobody
 * wants it; any other is stopped, so that a file begins when the sink says PLAY.
 *
 * What the two agreed on is told by #GstRtspWfd:negotiated and by an element
 * message with the same structure, the progress by PROGRESS messages with the
 * codes "connect", "negotiate" and "play". The signals "session-opened" and
 * "session-closed" come, in the thread of the session, when it was set up (SETUP, M6)
 * and when it is over; a handler may set the pipeline to NULL there. PAUSED and PLAYING pause and resume the session.
 *
 * docs/elements.md lists properties, signals, messages and statistics.
 *
 * ## Example pipelines
 * |[
 * gst-launch-1.0 rtspwfd location=rtsp://127.0.0.1:7236 demux=true ! video/x-h264 ! avdec_h264 ! autovideosink
 * ]|
 * Shows what a source on this machine sends.
 * |[
 * gst-launch-1.0 rtspwfd location=rtsp://127.0.0.1:7236 ! filesink location=film.ts
 * ]|
 * Writes it to a file.
 * |[
 * gst-launch-1.0 filesrc location=film.ts ! tsparse set-timestamps=true ! rtspwfd role=source
 * ]|
 * Casts a ready file to the first sink that connects.
 */
#include "gstrtspwfd-private.h"
#include "wfd-element.h"
#include "wfd-error.h"
#include "wfd-offer.h"
#include "wfd-outlet.h"
#include "wfd-report.h"
#include "wfd-rtp-socket.h"
#include "wfd-uri.h"

GST_DEBUG_CATEGORY (rtsp_wfd_debug);
#define GST_CAT_DEFAULT rtsp_wfd_debug

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK,
    GST_PAD_REQUEST, GST_STATIC_CAPS (GST_RTSP_WFD_TS_CAPS));
static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE ("video_sink", GST_PAD_SINK,
    GST_PAD_REQUEST, GST_STATIC_CAPS (WFD_OUTLET_VIDEO_CAPS));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE ("audio_sink", GST_PAD_SINK,
    GST_PAD_REQUEST, GST_STATIC_CAPS (WFD_OUTLET_AUDIO_CAPS));

G_DEFINE_FINAL_TYPE_WITH_CODE (GstRtspWfd, gst_rtsp_wfd, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (rtsp_wfd_debug, "rtspwfd", 0, "Wi-Fi Display session"))
GST_ELEMENT_REGISTER_DEFINE (rtspwfd, "rtspwfd", GST_RANK_NONE, GST_TYPE_RTSP_WFD)

static void
ensure_pads (GstRtspWfd *self)
{
  if (self->pads == NULL)
    self->pads = wfd_sender_pads_new (GST_BIN (self), &gst_rtsp_wfd_send_events);
}

void
gst_rtsp_wfd_set_rate_control (GstRtspWfd *self, WfdRateControl *rate)
{
  ensure_pads (self);
  self->rate = wfd_rate_control_ref (rate);
  wfd_sender_pads_set_rate_control (self->pads, rate);
}

static void
prepare_pads (GstRtspWfd *self)
{
  WfdSenderSockets sockets = { self->socket, self->rtcp_socket, self->settings.max_pacing_kbps };

  ensure_pads (self);
  wfd_sender_pads_set_sockets (self->pads, &sockets);
}

static void
prepare_receiver (GstRtspWfd *self)
{
  const WfdReceiverConfig config = {
    .socket = self->socket,
    .demux = self->settings.demux,
    .latency_ms = self->settings.latency_ms,
    .events = &gst_rtsp_wfd_receive_events,
    .user_data = self,
  };
  GstElement *receiver = wfd_receiver_new (&config);

  g_signal_connect_object (receiver, "pad-added", G_CALLBACK (gst_rtsp_wfd_expose_pad), self, 0);
  g_signal_connect_object (receiver, "no-more-pads", G_CALLBACK (gst_element_no_more_pads), self,
      G_CONNECT_SWAPPED);
  gst_bin_add (GST_BIN (self), receiver);
  self->receive = WFD_RECEIVER (receiver);
}

static void
prepare_media (GstRtspWfd *self)
{
  if (self->settings.role == WFD_ROLE_SOURCE)
    prepare_pads (self);
  else
    prepare_receiver (self);
}

/* That in a network to come is not known yet; groups have IPv4. */
static const char *
get_rtp_address (GstRtspWfd *self)
{
  return self->link.kind == WFD_LINK_ADDRESS && self->settings.miracast_context == NULL
      ? self->settings.address
      : "0.0.0.0";
}

/* Over which family of addresses a sink connects, its name server says later. */
static gboolean
prepare_socket (GstRtspWfd *self, GError **error)
{
  const WfdSettings *settings = &self->settings;

  if (settings->role == WFD_ROLE_SOURCE)
    self->socket = wfd_rtp_socket_new_pair (get_rtp_address (self), settings->rtp_port,
        &self->rtcp_socket, error);
  else
    self->socket = wfd_rtp_socket_new (NULL, settings->rtp_port, error);
  if (self->socket == NULL)
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->rtp_port = wfd_rtp_socket_get_port (self->socket);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* Only a sink has one. */
static gboolean
parse_location (GstRtspWfd *self, WfdUri *ret_uri, GError **error)
{
  if (self->settings.role == WFD_ROLE_SOURCE || self->link.kind != WFD_LINK_ADDRESS)
    return TRUE;
  if (self->settings.location != NULL)
    return wfd_uri_parse (self->settings.location, WFD_URI_SCHEME_RTSP, ret_uri, error);

  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
      "No location is set; it says where the source is, as rtsp://host[:port]");
  return FALSE;
}

static void
update_offer (GstRtspWfd *self)
{
  g_mutex_lock (&self->control_lock);
  GST_OBJECT_LOCK (self);
  if (self->control != NULL)
    wfd_control_set_offer (self->control, &self->settings.offer);
  GST_OBJECT_UNLOCK (self);
  g_mutex_unlock (&self->control_lock);
}

static gboolean
prepare_control (GstRtspWfd *self, const WfdUri *uri, const WfdOffer *offer, GError **error)
{
  const WfdSettings *settings = &self->settings;
  WfdControlConfig config;

  config = (WfdControlConfig) {
    .role = settings->role,
    .host = uri->host,
    .port = uri->port,
    .address = settings->address,
    .rtsp_port = settings->rtsp_port,
    .peer = settings->peer,
    .rtp_port = self->rtp_port,
    .rtcp_port = self->rtcp_socket != NULL ? wfd_rtp_socket_get_port (self->rtcp_socket) : 0,
    .offer = *offer,
    .timeout_ms = settings->timeout_ms,
    .wait_for_next = settings->after_session == WFD_AFTER_SESSION_WAIT,
    .miracast_context = settings->miracast_context,
    .link = self->link,
    .link_events = self->link_events,
    .link_data = self->link_data,
  };
  g_mutex_lock (&self->control_lock);
  self->failed_step = NULL;
  self->control = wfd_control_new (&config, &gst_rtsp_wfd_control_events, self, error);
  g_mutex_unlock (&self->control_lock);
  if (self->control == NULL)
    return FALSE;
  update_offer (self);
  return TRUE;
}

/* The caps follow from the texts. */
static void
notify_changes (GstRtspWfd *self, const WfdOffer *old, const WfdOffer *new)
{
  const gboolean video = g_strcmp0 (old->video_formats, new->video_formats) != 0;
  const gboolean audio = g_strcmp0 (old->audio_codecs, new->audio_codecs) != 0;
  const struct
  {
    const char *property;
    gboolean changed;
  } rows[] = {
    { "video-formats", video },
    { "video-caps", video },
    { "audio-codecs", audio },
    { "audio-caps", audio },
    { "wish-width", old->wish.width != new->wish.width },
    { "wish-height", old->wish.height != new->wish.height },
    { "wish-rate", old->wish.rate_hz != new->wish.rate_hz },
    { "wish-channels", old->wish.channels != new->wish.channels },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].changed)
      g_object_notify (G_OBJECT (self), rows[i].property);
}

void
gst_rtsp_wfd_set_offer (GstRtspWfd *self, const WfdOffer *offer, guint64 serial)
{
  g_auto (WfdOffer) old = { NULL };
  gboolean newer;

  GST_OBJECT_LOCK (self);
  newer = serial > self->offer_serial;
  if (newer) {
    old = self->settings.offer;
    self->settings.offer = wfd_offer_copy (offer);
    self->offer_serial = serial;
  }
  GST_OBJECT_UNLOCK (self);
  if (!newer)
    return;
  update_offer (self);
  notify_changes (self, &old, offer);
}

void
gst_rtsp_wfd_set_link (GstRtspWfd *self, const WfdLinkSettings *link, const WfdLinkEvents *events,
    GstElement *element)
{
  wfd_link_settings_clear (&self->link);
  self->link = wfd_link_settings_copy (link);
  self->link_events = *events;
  self->link_data = element;
}

/* NULL if there is none now. It is called without the lock, as it may take a moment. */
static WfdControl *
ref_control (GstRtspWfd *self)
{
  WfdControl *control;

  g_mutex_lock (&self->control_lock);
  control = self->control != NULL ? wfd_control_ref (self->control) : NULL;
  g_mutex_unlock (&self->control_lock);
  return control;
}

void
gst_rtsp_wfd_answer_pairing (GstRtspWfd *self, const char *peer, gboolean accept)
{
  g_autoptr (WfdControl) control = ref_control (self);

  if (control != NULL && peer != NULL)
    wfd_control_answer_pairing (control, peer, accept);
}

void
gst_rtsp_wfd_enter_pin (GstRtspWfd *self, const char *peer, const char *pin)
{
  g_autoptr (WfdControl) control = ref_control (self);

  if (control != NULL && peer != NULL && pin != NULL)
    wfd_control_enter_pin (control, peer, pin);
}

/* READY to PAUSED, before the elements inside follow. */
static gboolean
prepare (GstRtspWfd *self)
{
  g_auto (WfdUri) uri = { NULL, 0 };
  g_auto (WfdOffer) offer = { NULL };
  g_autoptr (GError) error = NULL;

  /* wfdsink may set another meanwhile, and has none before a stream comes. */
  GST_OBJECT_LOCK (self);
  offer = wfd_offer_copy (&self->settings.offer);
  GST_OBJECT_UNLOCK (self);
  if ((self->rate == NULL && !wfd_offer_check (&offer, self->settings.role, &error))
      || !wfd_link_settings_check (&self->link, &error) || !parse_location (self, &uri, &error)
      || !prepare_socket (self, &error) || !prepare_control (self, &uri, &offer, &error)) {
    wfd_post_error (GST_ELEMENT (self), error);
    return FALSE;
  }
  prepare_media (self);
  return TRUE;
}

/* And after. */
static gboolean
start (GstRtspWfd *self)
{
  g_autoptr (GError) error = NULL;

  if (!wfd_control_start (self->control, &error)) {
    wfd_post_error (GST_ELEMENT (self), error);
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  self->rtsp_port = wfd_control_get_rtsp_port (self->control);
  GST_OBJECT_UNLOCK (self);
  g_object_notify (G_OBJECT (self), "rtsp-port");
  g_object_notify (G_OBJECT (self), "rtp-port");
  if (self->settings.role == WFD_ROLE_SOURCE && self->rate == NULL)
    wfd_element_tell_unlinked (GST_ELEMENT (self), "video_sink, audio_sink or sink");
  return TRUE;
}

static void
begin_stop (GstRtspWfd *self)
{
  if (self->control != NULL)
    wfd_control_begin_stop (self->control);
}

static void
end_control (GstElement *element, gpointer control)
{
  wfd_control_stop (control);
  wfd_control_unref (control);
}

/* An application may have enough when it is told something, in a handler of a signal or a
 * synchronous one of the bus: the thread that tells it ends behind that. */
static void
free_control (GstRtspWfd *self)
{
  WfdControl *control;

  g_mutex_lock (&self->control_lock);
  control = g_steal_pointer (&self->control);
  g_mutex_unlock (&self->control_lock);
  if (control == NULL)
    return;
  if (wfd_control_is_telling (control))
    gst_element_call_async (GST_ELEMENT (self), end_control, control, NULL);
  else
    end_control (GST_ELEMENT (self), control);
}

/* PAUSED to READY, after the elements inside. */
static void
clean_up (GstRtspWfd *self)
{
  free_control (self);
  wfd_element_remove_src_pads (GST_ELEMENT (self));
  wfd_element_remove (GST_BIN (self), GST_ELEMENT (g_steal_pointer (&self->receive)));
  g_clear_object (&self->socket);
  g_clear_object (&self->rtcp_socket);
  gst_rtsp_wfd_set_agreement (self, NULL);

  GST_OBJECT_LOCK (self);
  self->rtsp_port = self->rtp_port = 0;
  self->flowing = self->finished = FALSE;
  GST_OBJECT_UNLOCK (self);
}

static void
set_playing (GstRtspWfd *self, gboolean playing)
{
  GST_OBJECT_LOCK (self);
  self->playing = playing;
  GST_OBJECT_UNLOCK (self);
  if (self->pads != NULL)
    wfd_sender_pads_set_playing (self->pads, playing);
  /* A PAUSE that is followed by a TEARDOWN at once is one message too much. */
  if (playing || !wfd_element_is_being_stopped (GST_ELEMENT (self)))
    wfd_control_set_playing (self->control, playing);
}

static GstStateChangeReturn
change_to_paused (GstRtspWfd *self)
{
  GstStateChangeReturn ret = GST_STATE_CHANGE_FAILURE;

  if (prepare (self))
    ret = GST_ELEMENT_CLASS (gst_rtsp_wfd_parent_class)
              ->change_state (GST_ELEMENT (self), GST_STATE_CHANGE_READY_TO_PAUSED);
  if (ret != GST_STATE_CHANGE_FAILURE && !start (self)) {
    GST_ELEMENT_CLASS (gst_rtsp_wfd_parent_class)
        ->change_state (GST_ELEMENT (self), GST_STATE_CHANGE_PAUSED_TO_READY);
    ret = GST_STATE_CHANGE_FAILURE;
  }
  if (ret == GST_STATE_CHANGE_FAILURE)
    clean_up (self);
  return ret;
}

static GstStateChangeReturn
gst_rtsp_wfd_change_state (GstElement *element, GstStateChange transition)
{
  GstRtspWfd *self = GST_RTSP_WFD (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    return change_to_paused (self);
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_playing (self, FALSE);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    begin_stop (self);

  ret = GST_ELEMENT_CLASS (gst_rtsp_wfd_parent_class)->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    clean_up (self);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING && ret != GST_STATE_CHANGE_FAILURE) {
    set_playing (self, TRUE);
    gst_rtsp_wfd_post_due_eos (self);
  }
  return ret;
}

static void
gst_rtsp_wfd_handle_message (GstBin *bin, GstMessage *message)
{
  GstRtspWfd *self = GST_RTSP_WFD (bin);

  if (self->pads != NULL && wfd_sender_pads_is_repetition (self->pads, message)) {
    gst_message_unref (message);
    return;
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STREAM_COLLECTION
      && GST_MESSAGE_SRC (message) == GST_OBJECT (self->receive)) {
    wfd_element_post_collection (GST_ELEMENT (self), message);
    return;
  }
  GST_BIN_CLASS (gst_rtsp_wfd_parent_class)->handle_message (bin, message);
}

static WfdStream
find_kind (GstPadTemplate *template)
{
  static const char *const names[] = {
    [WFD_STREAM_VIDEO] = "video_sink",
    [WFD_STREAM_AUDIO] = "audio_sink",
    [WFD_STREAM_TS] = "sink",
  };
  WfdStream kind = WFD_STREAM_TS;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], GST_PAD_TEMPLATE_NAME_TEMPLATE (template)))
      kind = i;
  return kind;
}

static GstPad *
gst_rtsp_wfd_request_new_pad (GstElement *element, GstPadTemplate *template, const char *name,
    const GstCaps *caps)
{
  GstRtspWfd *self = GST_RTSP_WFD (element);
  g_autoptr (GError) error = NULL;
  GstPad *pad;

  if (self->settings.role != WFD_ROLE_SOURCE) {
    GST_WARNING_OBJECT (self, "there are request pads with role=source only");
    return NULL;
  }
  ensure_pads (self);
  pad = wfd_sender_pads_add (self->pads, find_kind (template), template, &error);
  if (error != NULL)
    wfd_post_error (element, error);
  else if (pad == NULL)
    GST_WARNING_OBJECT (self, "each pad is there once, and \"sink\" does not go with the others");
  return pad;
}

static void
gst_rtsp_wfd_release_pad (GstElement *element, GstPad *pad)
{
  GstRtspWfd *self = GST_RTSP_WFD (element);

  if (self->pads == NULL || !wfd_sender_pads_remove (self->pads, pad))
    gst_element_remove_pad (element, pad);
}

/* An element that plays the source is a sink for GStreamer. */
static void
update_flags (GstRtspWfd *self)
{
  gboolean source = self->settings.role == WFD_ROLE_SOURCE;

  GST_OBJECT_FLAG_UNSET (self, GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK);
  GST_OBJECT_FLAG_SET (self, source ? GST_ELEMENT_FLAG_SINK : GST_ELEMENT_FLAG_SOURCE);
}

static void
set_role (GstRtspWfd *self, WfdRole role)
{
  if (role == self->settings.role)
    return;
  if (self->pads != NULL && !wfd_sender_pads_is_empty (self->pads)) {
    GST_WARNING_OBJECT (self, "the role cannot change while there is a pad");
    return;
  }
  self->settings.role = role;
  update_flags (self);
  g_object_notify (G_OBJECT (self), "video-caps");
  g_object_notify (G_OBJECT (self), "audio-caps");
}

static void
gst_rtsp_wfd_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstRtspWfd *self = GST_RTSP_WFD (object);
  gboolean known = TRUE;

  if (!wfd_property_may_be_set (GST_ELEMENT (self), pspec))
    return;
  if (id == WFD_PROP_ROLE) {
    set_role (self, g_value_get_enum (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  known = wfd_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  update_offer (self);
  if (id == WFD_PROP_VIDEO_FORMATS)
    g_object_notify (object, "video-caps");
  if (id == WFD_PROP_AUDIO_CODECS)
    g_object_notify (object, "audio-caps");
}

static GstStructure *
create_stats (GstRtspWfd *self)
{
  g_autoptr (WfdControl) control = NULL;
  g_autoptr (WfdReceiver) receive = NULL;
  g_autoptr (GVariant) session = NULL, driver = NULL;
  GstStructure *stats;

  g_mutex_lock (&self->control_lock);
  if (self->control != NULL) {
    control = wfd_control_ref (self->control);
    g_set_object (&receive, self->receive);
  }
  g_mutex_unlock (&self->control_lock);

  if (control != NULL)
    session = wfd_control_dup_stats (control);
  stats = wfd_report_new_stats (session);
  if (receive != NULL)
    wfd_receiver_add_stats (receive, stats);
  else if (control != NULL)
    wfd_sender_pads_add_stats (self->pads, stats);
  if (self->settings.miracast_context != NULL)
    driver = wfd_miracast_dup_stats (self->settings.miracast_context);
  wfd_report_add_stats (stats, driver);
  return stats;
}

/* With the object lock. What is real comes before what was wished. */
static void
get_value (GstRtspWfd *self, guint id, GValue *value)
{
  wfd_settings_get (&self->settings, id, value);
  if (id == WFD_PROP_RTSP_PORT && self->rtsp_port != 0)
    g_value_set_uint (value, self->rtsp_port);
  else if (id == WFD_PROP_RTP_PORT && self->rtp_port != 0)
    g_value_set_uint (value, self->rtp_port);
  else if (id == WFD_PROP_FLOWING)
    g_value_set_boolean (value, self->flowing);
  else if (id == WFD_PROP_NEGOTIATED)
    g_value_set_boxed (value, self->negotiated);
  else if (id == WFD_PROP_VIDEO_CAPS)
    g_value_take_boxed (value,
        wfd_offer_new_video_caps (self->settings.role, self->settings.offer.video_formats));
  else if (id == WFD_PROP_AUDIO_CAPS)
    g_value_take_boxed (value,
        wfd_offer_new_audio_caps (self->settings.role, self->settings.offer.audio_codecs));
}

static void
gst_rtsp_wfd_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstRtspWfd *self = GST_RTSP_WFD (object);

  if (id == WFD_PROP_STATS) {
    g_value_take_boxed (value, create_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  get_value (self, id, value);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rtsp_wfd_dispose (GObject *object)
{
  GstRtspWfd *self = GST_RTSP_WFD (object);

  g_clear_pointer (&self->pads, wfd_sender_pads_free);
  G_OBJECT_CLASS (gst_rtsp_wfd_parent_class)->dispose (object);
}

static void
gst_rtsp_wfd_finalize (GObject *object)
{
  GstRtspWfd *self = GST_RTSP_WFD (object);

  g_clear_pointer (&self->rate, wfd_rate_control_unref);
  wfd_settings_clear (&self->settings);
  wfd_link_settings_clear (&self->link);
  g_mutex_clear (&self->control_lock);
  G_OBJECT_CLASS (gst_rtsp_wfd_parent_class)->finalize (object);
}

static void
gst_rtsp_wfd_class_init (GstRtspWfdClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_rtsp_wfd_set_property;
  object_class->get_property = gst_rtsp_wfd_get_property;
  object_class->dispose = gst_rtsp_wfd_dispose;
  object_class->finalize = gst_rtsp_wfd_finalize;
  GST_BIN_CLASS (klass)->handle_message = gst_rtsp_wfd_handle_message;
  element_class->change_state = gst_rtsp_wfd_change_state;
  element_class->request_new_pad = gst_rtsp_wfd_request_new_pad;
  element_class->release_pad = gst_rtsp_wfd_release_pad;

  for (guint id = 1; id < WFD_N_PROPS; id++)
    g_object_class_install_property (object_class, id, wfd_property_new (id, NULL));

  gst_rtsp_wfd_install_signals ();
  gst_element_class_add_static_pad_template (element_class, &wfd_receiver_ts_template);
  gst_element_class_add_static_pad_template (element_class, &wfd_receiver_video_template);
  gst_element_class_add_static_pad_template (element_class, &wfd_receiver_audio_template);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_set_static_metadata (element_class, "Wi-Fi Display session",
      "Source/Sink/Network/Protocol",
      "Negotiates a Wi-Fi Display (Miracast) session and carries its MPEG-TS, in either role",
      "The gst-wfd authors");
  gst_type_mark_as_plugin_api (WFD_TYPE_AFTER_SESSION, 0);
  gst_type_mark_as_plugin_api (WFD_TYPE_ELEMENT_ROLE, 0);
}

static void
gst_rtsp_wfd_init (GstRtspWfd *self)
{
  g_mutex_init (&self->control_lock);
  wfd_settings_init (&self->settings);
  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK);
  update_flags (self);
}
