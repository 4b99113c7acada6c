/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-wfdsrc
 * @title: wfdsrc
 * @see_also: rtspwfd, wfdsink
 *
 * Plays the part of a Wi-Fi Display (Miracast) sink: connects to a source and
 * gives what it shows as the streams "video" (H.264, or H.265 if that is what
 * comes) and "audio" (AAC, AC-3 or raw from LPCM). The pads appear when the two
 * have agreed on a format, with caps from the negotiation and before the first
 * packet, so that the rest of the pipeline is built meanwhile; they become those
 * of the stream. Each buffer of "video" is a whole access unit and leaves as soon
 * as it is there. A sound that was agreed on and does not come does not hold up
 * the picture, and whoever is slow behind one pad not the other.
 *
 * ## Over Wi-Fi Direct
 *
 * With link=p2p it is a display that others find, under the name
 * #GstWfdSrc:device-name; wpa_supplicant has to run. Who asks to be paired is
 * accepted if #GstWfdSrc:peer and #GstWfdSrc:pairing let it in, unless a handler of the
 * signal "pairing-request" returns FALSE; who was paired before comes in at once. Then it
 * connects to the source in their own network. When the link is lost it waits to be
 * found again.
 *
 * docs/elements.md lists properties, signals, messages and statistics.
 *
 * ## Example pipelines
 * |[
 * gst-launch-1.0 wfdsrc uri=wfd://127.0.0.1:7236 ! decodebin ! autovideosink
 * ]|
 * Shows the picture of a source on this machine.
 * |[
 * gst-launch-1.0 wfdsrc uri=wfd://127.0.0.1 name=w w.video ! decodebin ! autovideosink w.audio ! decodebin ! audioconvert ! audioresample ! autoaudiosink
 * ]|
 * The picture and the sound.
 * |[
 * gst-play-1.0 wfd://192.168.1.20
 * ]|
 * The same with a player.
 */
#include "gstwfdsrc.h"

#include "gstrtspwfd.h"
#include "wfd-element.h"
#include "wfd-error.h"
#include "wfd-pass-on.h"
#include "wfd-properties.h"
#include "wfd-unit-caps.h"
#include "wfd-uri.h"

GST_DEBUG_CATEGORY_STATIC (wfd_src_debug);
#define GST_CAT_DEFAULT wfd_src_debug

struct _GstWfdSrc
{
  GstBin parent;

  GstElement *rtspwfd;
  WfdUri uri;           /* with the object lock */
  char *refused;        /* why there is none, if one was set; likewise */
  WfdLinkSettings link; /* likewise */
};

enum
{
  PROP_0,
  PROP_URI,
  PROP_LOCATION,
  PROP_LINK,
  PROP_PASSED_ON = PROP_LINK + WFD_LINK_N_PROPS,
};

/* Numbered from PROP_PASSED_ON on. */
static const guint passed_on[] = {
  WFD_PROP_RTP_PORT,
  WFD_PROP_VIDEO_FORMATS,
  WFD_PROP_AUDIO_CODECS,
  WFD_PROP_VIDEO_CAPS,
  WFD_PROP_AUDIO_CAPS,
  WFD_PROP_TIMEOUT,
  WFD_PROP_LATENCY,
  WFD_PROP_AFTER_SESSION,
  WFD_PROP_NEGOTIATED,
  WFD_PROP_STATS,
  0,
};

static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SRC,
    GST_PAD_SOMETIMES, GST_STATIC_CAPS (WFD_UNIT_VIDEO_CAPS));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE ("audio", GST_PAD_SRC,
    GST_PAD_SOMETIMES, GST_STATIC_CAPS (WFD_UNIT_AUDIO_CAPS));

static void gst_wfd_src_uri_handler_init (gpointer iface, gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstWfdSrc, gst_wfd_src, GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_wfd_src_uri_handler_init)
        GST_DEBUG_CATEGORY_INIT (wfd_src_debug, "wfdsrc", 0, "Wi-Fi Display receiver"))
GST_ELEMENT_REGISTER_DEFINE (wfdsrc, "wfdsrc", GST_RANK_PRIMARY, GST_TYPE_WFD_SRC)

static char *
dup_uri (GstWfdSrc *self, const char *scheme)
{
  char *text = NULL;

  GST_OBJECT_LOCK (self);
  if (self->uri.host != NULL)
    text = wfd_uri_to_string (&self->uri, scheme);
  GST_OBJECT_UNLOCK (self);
  return text;
}

static gboolean
answer_uri (GstWfdSrc *self, GstQuery *query)
{
  g_autofree char *uri = dup_uri (self, WFD_URI_SCHEME);

  gst_query_set_uri (query, uri);
  return uri != NULL;
}

static gboolean
src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_URI)
    return answer_uri (GST_WFD_SRC (parent), query);
  return gst_pad_query_default (pad, parent, query);
}

/* In the thread of the session. */
static void
on_pad_added (GstElement *rtspwfd, GstPad *target, GstWfdSrc *self)
{
  gboolean video = g_str_equal (GST_PAD_NAME (target), "video_src");
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (video ? &video_template : &audio_template);
  GstPad *pad = gst_ghost_pad_new_from_template (template->name_template, target, template);

  gst_pad_set_query_function (pad, src_query);
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (GST_ELEMENT (self), pad);
}

static gboolean
prepare (GstWfdSrc *self)
{
  g_autofree char *location = dup_uri (self, WFD_URI_SCHEME_RTSP);
  g_autofree char *refused = NULL;
  g_auto (WfdLinkSettings) link = { 0 };

  GST_OBJECT_LOCK (self);
  refused = g_strdup (self->refused);
  link = wfd_link_settings_copy (&self->link);
  GST_OBJECT_UNLOCK (self);
  gst_rtsp_wfd_set_link (GST_RTSP_WFD (self->rtspwfd), &link, &wfd_link_settings_events,
      GST_ELEMENT (self));
  wfd_link_settings_tell_unused (&link, GST_ELEMENT (self));
  if (location == NULL && link.kind == WFD_LINK_ADDRESS) {
    wfd_post_gst_error (GST_ELEMENT (self), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, NULL,
        "%s",
        refused != NULL ? refused
                        : "No uri is set; it says where the source is, as wfd://host[:port]. "
                          "link=p2p waits for one to connect over Wi-Fi Direct.");
    return FALSE;
  }
  g_object_set (self->rtspwfd, "location", location, NULL);
  return TRUE;
}

static GstStateChangeReturn
gst_wfd_src_change_state (GstElement *element, GstStateChange transition)
{
  GstWfdSrc *self = GST_WFD_SRC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !prepare (self))
    return GST_STATE_CHANGE_FAILURE;

  ret = GST_ELEMENT_CLASS (gst_wfd_src_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret == GST_STATE_CHANGE_FAILURE))
    wfd_element_remove_src_pads (element);
  return ret;
}

static void
gst_wfd_src_handle_message (GstBin *bin, GstMessage *message)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STREAM_COLLECTION)
    wfd_element_post_collection (GST_ELEMENT (bin), message);
  else
    GST_BIN_CLASS (gst_wfd_src_parent_class)->handle_message (bin, message);
}

/* @text: NULL: there is none any more. */
static gboolean
set_uri (GstWfdSrc *self, const char *text, const char *scheme, GError **error)
{
  WfdUri uri = { NULL, 0 };

  if (GST_STATE (self) > GST_STATE_READY) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
        "The URI can only change in NULL or READY");
    return FALSE;
  }
  if (text != NULL && !wfd_uri_parse (text, scheme, &uri, error))
    return FALSE;

  GST_OBJECT_LOCK (self);
  wfd_uri_clear (&self->uri);
  g_clear_pointer (&self->refused, g_free);
  self->uri = uri;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static void
set_uri_property (GstWfdSrc *self, const GValue *value, const char *scheme)
{
  const char *text = g_value_get_string (value);
  g_autoptr (GError) error = NULL;

  if (set_uri (self, text, scheme, &error))
    return;
  GST_WARNING_OBJECT (self, "%s", error->message);
  GST_OBJECT_LOCK (self);
  g_free (self->refused);
  self->refused = g_strdup_printf ("%s.", error->message);
  GST_OBJECT_UNLOCK (self);
}

static void
answer_pairing (GstWfdSrc *self, const char *peer, gboolean accept)
{
  gst_rtsp_wfd_answer_pairing (GST_RTSP_WFD (self->rtspwfd), peer, accept);
}

static void
enter_pin (GstWfdSrc *self, const char *peer, const char *pin)
{
  gst_rtsp_wfd_enter_pin (GST_RTSP_WFD (self->rtspwfd), peer, pin);
}

static gboolean
is_of_link (guint id)
{
  return id >= PROP_LINK && id < PROP_PASSED_ON;
}

static void
set_link_property (GstWfdSrc *self, guint id, const GValue *value)
{
  GST_OBJECT_LOCK (self);
  wfd_link_settings_set (&self->link, id - PROP_LINK, value);
  GST_OBJECT_UNLOCK (self);
}

static void
get_link_property (GstWfdSrc *self, guint id, GValue *value)
{
  GST_OBJECT_LOCK (self);
  wfd_link_settings_get (&self->link, id - PROP_LINK, value);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_wfd_src_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstWfdSrc *self = GST_WFD_SRC (object);

  if (!wfd_property_may_be_set (GST_ELEMENT (self), pspec))
    return;
  if (is_of_link (id)) {
    set_link_property (self, id, value);
    return;
  }
  switch (id) {
    case PROP_URI:
      set_uri_property (self, value, WFD_URI_SCHEME);
      break;
    case PROP_LOCATION:
      set_uri_property (self, value, WFD_URI_SCHEME_RTSP);
      break;
    default:
      g_object_set_property (G_OBJECT (self->rtspwfd), pspec->name, value);
  }
}

static void
gst_wfd_src_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstWfdSrc *self = GST_WFD_SRC (object);

  if (is_of_link (id)) {
    get_link_property (self, id, value);
    return;
  }
  switch (id) {
    case PROP_URI:
      g_value_take_string (value, dup_uri (self, WFD_URI_SCHEME));
      break;
    case PROP_LOCATION:
      g_value_take_string (value, dup_uri (self, WFD_URI_SCHEME_RTSP));
      break;
    default:
      g_object_get_property (G_OBJECT (self->rtspwfd), pspec->name, value);
  }
}

static void
gst_wfd_src_finalize (GObject *object)
{
  wfd_uri_clear (&GST_WFD_SRC (object)->uri);
  g_free (GST_WFD_SRC (object)->refused);
  wfd_link_settings_clear (&GST_WFD_SRC (object)->link);
  G_OBJECT_CLASS (gst_wfd_src_parent_class)->finalize (object);
}

static GstURIType
uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static const char *const *
uri_get_protocols (GType type)
{
  static const char *const protocols[] = { WFD_URI_SCHEME, NULL };

  return protocols;
}

static char *
uri_get_uri (GstURIHandler *handler)
{
  return dup_uri (GST_WFD_SRC (handler), WFD_URI_SCHEME);
}

static gboolean
uri_set_uri (GstURIHandler *handler, const char *uri, GError **error)
{
  return set_uri (GST_WFD_SRC (handler), uri, WFD_URI_SCHEME, error);
}

static void
gst_wfd_src_uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = uri_get_type;
  handler->get_protocols = uri_get_protocols;
  handler->get_uri = uri_get_uri;
  handler->set_uri = uri_set_uri;
}

static void
install_properties (GObjectClass *klass)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (klass, PROP_URI,
      g_param_spec_string ("uri", "URI",
          "Where the source is: wfd://host[:port]; without a port 7236, then 554 and 8554 are tried",
          NULL, flags));
  g_object_class_install_property (klass, PROP_LOCATION,
      g_param_spec_string ("location", "Location", "The same as rtsp://host[:port]", NULL, flags));
  wfd_link_settings_install_properties (klass, PROP_LINK, WFD_ROLE_SINK);
  wfd_pass_on_install_properties (klass, PROP_PASSED_ON, passed_on, "role=sink");
}

static void
gst_wfd_src_class_init (GstWfdSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_wfd_src_set_property;
  object_class->get_property = gst_wfd_src_get_property;
  object_class->finalize = gst_wfd_src_finalize;
  element_class->change_state = gst_wfd_src_change_state;
  GST_BIN_CLASS (klass)->handle_message = gst_wfd_src_handle_message;
  install_properties (object_class);
  wfd_pass_on_install_signals (GST_TYPE_WFD_SRC);
  wfd_link_settings_install_signals (GST_TYPE_WFD_SRC, G_CALLBACK (answer_pairing),
      G_CALLBACK (enter_pin));

  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_set_static_metadata (element_class, "Wi-Fi Display receiver", "Source/Network",
      "Receives the screen of a Wi-Fi Display (Miracast) source", "The gst-wfd authors");
}

static void
gst_wfd_src_init (GstWfdSrc *self)
{
  wfd_link_settings_init (&self->link);
  self->rtspwfd = g_object_new (GST_TYPE_RTSP_WFD, "demux", TRUE, NULL);
  gst_bin_add (GST_BIN (self), self->rtspwfd);
  g_signal_connect (self->rtspwfd, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect_swapped (self->rtspwfd, "no-more-pads", G_CALLBACK (gst_element_no_more_pads),
      self);
  wfd_pass_on_connect (GST_BIN (self), self->rtspwfd, passed_on);

  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
