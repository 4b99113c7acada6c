/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-wfdsink
 * @title: wfdsink
 * @see_also: rtspwfd, wfdsrc
 *
 * Plays the part of a Wi-Fi Display (Miracast) source: shows what it gets on a
 * display that connects to it. The request pads "video" and "audio" take raw
 * streams, which are scaled, converted and encoded to what is agreed on with the
 * display, or H.264, AAC and AC-3 that are coded already.
 *
 * What comes from a live source, e.g. a screen, is dropped while no display is
 * there or wants it; nothing is encoded meanwhile. Anything else, e.g. a film,
 * begins when the display says PLAY and stops while it pauses. A pad to which nothing
 * leads, as that for the sound of a film without sound, is no part of the session; the
 * session ends when every stream has that began.
 *
 * Raw sound is sent as AAC, or as LPCM to a display that knows nothing else, as
 * every display with sound does. #GstWfdSink:audio-codecs chooses: with "lpcm"
 * sound comes without the delay of an encoder, but takes 1.5 Mbit/s; with
 * "aac-6ch" there are six channels, if the display takes them. AAC and AC-3 that
 * are coded already are passed on.
 *
 * With #GstWfdSink:rate-control "auto", the bit rate follows what the link carries, and
 * pictures that would come too late are left out before they are encoded. It needs
 * nothing from the display. An encoder in front of wfdsink had better follow
 * #GstWfdSink:suggested-bitrate, or the custom upstream event
 * "wfd-suggested-bitrate" with the field "bitrate" (uint, kbit/s), and make a key
 * picture when a GstForceKeyUnit event asks for one.
 *
 * ## Over Wi-Fi Direct
 *
 * With link=p2p the display #GstWfdSink:peer is found, paired and connected when the
 * element goes to PLAYING; wpa_supplicant has to run. A display that was paired before
 * needs nobody. PROGRESS messages with the codes "discover", "pair", "connect" and
 * "address" come before those of the session. When the link is lost, a WARNING message
 * says so and it is opened again, after pauses that double; a group in which nothing
 * plays is closed after #GstWfdSink:idle-timeout, and opened again by PLAYING.
 *
 * In a program with a Miracast driver (netdispumdddi.h) #GstWfdSink:miracast-context
 * names the context whose sessions are served; the element listens nowhere then.
 *
 * docs/elements.md lists properties, signals, messages and statistics.
 *
 * ## Example pipelines
 * |[
 * gst-launch-1.0 ximagesrc ! videoconvert ! wfdsink
 * ]|
 * Shows the screen on a display on this machine, e.g. wfdsrc.
 * |[
 * gst-launch-1.0 wfdsink name=s address=0.0.0.0 ximagesrc ! videoconvert ! s. pulsesrc ! audioconvert ! s.
 * ]|
 * The screen and its sound, to whoever connects.
 * |[
 * gst-launch-1.0 uridecodebin uri=file:///tmp/film.mp4 name=d wfdsink name=s d. ! videoconvert ! s. d. ! audioconvert ! s.
 * ]|
 * A film.
 */
#include <gst/video/video.h>
#include <wfd/wfd.h>

#include "gstrtspwfd.h"
#include "gstwfdsink-private.h"
#include "wfd-element.h"
#include "wfd-error.h"
#include "wfd-offer.h"
#include "wfd-pass-on.h"

GST_DEBUG_CATEGORY (wfd_sink_debug);
#define GST_CAT_DEFAULT wfd_sink_debug

enum
{
  PROP_0,
  PROP_ENCODER,
  PROP_RATE, /* as many as there are about the bit rate */
  PROP_RATE_LAST = PROP_RATE + GST_WFD_SINK_N_RATE_PROPERTIES - 1,
  PROP_VIDEO_FORMATS,
  PROP_AUDIO_CODECS,
  PROP_STATS,
  PROP_LINK,
  PROP_PASSED_ON = PROP_LINK + WFD_LINK_N_PROPS,
};

/* Numbered from PROP_PASSED_ON on. */
static const guint passed_on[] = {
  WFD_PROP_ADDRESS,
  WFD_PROP_RTSP_PORT,
  WFD_PROP_RTP_PORT,
  WFD_PROP_MAX_PACING_RATE,
  WFD_PROP_VIDEO_CAPS,
  WFD_PROP_AUDIO_CAPS,
  WFD_PROP_AFTER_SESSION,
  WFD_PROP_MIRACAST_CONTEXT,
  WFD_PROP_FLOWING,
  WFD_PROP_NEGOTIATED,
  0,
};

static GstStaticPadTemplate video_template =
    GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SINK, GST_PAD_REQUEST,
        GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE (GST_VIDEO_FORMATS_ALL) "; video/x-h264"));
static GstStaticPadTemplate audio_template =
    GST_STATIC_PAD_TEMPLATE ("audio", GST_PAD_SINK, GST_PAD_REQUEST,
        GST_STATIC_CAPS ("audio/x-raw; audio/mpeg, mpegversion=(int){ 2, 4 }; audio/x-ac3"));

G_DEFINE_FINAL_TYPE_WITH_CODE (GstWfdSink, gst_wfd_sink, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (wfd_sink_debug, "wfdsink", 0, "Wi-Fi Display sender"))
GST_ELEMENT_REGISTER_DEFINE (wfdsink, "wfdsink", GST_RANK_NONE, GST_TYPE_WFD_SINK)

static void
set_stream (GstWfdSink *self, WfdStream id, const GstWfdSinkStream *stream)
{
  g_mutex_lock (&self->lock);
  self->streams[id] = *stream;
  g_mutex_unlock (&self->lock);
}

static GstPad *
gst_wfd_sink_request_new_pad (GstElement *element, GstPadTemplate *template, const char *name,
    const GstCaps *caps)
{
  GstWfdSink *self = GST_WFD_SINK (element);
  const char *pad_name = GST_PAD_TEMPLATE_NAME_TEMPLATE (template);
  WfdStream id = g_str_equal (pad_name, "video") ? WFD_STREAM_VIDEO : WFD_STREAM_AUDIO;
  GstWfdSinkStream stream;
  GstPad *pad;

  /* Of two threads one gets it. */
  stream.to = gst_element_request_pad (self->rtspwfd,
      gst_element_get_pad_template (self->rtspwfd,
          id == WFD_STREAM_VIDEO ? "video_sink" : "audio_sink"),
      NULL, NULL);
  if (stream.to == NULL) {
    GST_WARNING_OBJECT (self, "there is one pad \"%s\" only", pad_name);
    return NULL;
  }
  stream.pad = wfd_pad_new (GST_BIN (self), template, &gst_wfd_sink_pad_events, self);
  set_stream (self, id, &stream);
  pad = wfd_pad_get_pad (stream.pad);
  if (GST_STATE (self) > GST_STATE_READY)
    gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  gst_wfd_sink_update_offer (self);
  return pad;
}

/* What belongs to @pad; others see it no more. */
static GstWfdSinkStream
take_stream (GstWfdSink *self, GstPad *pad)
{
  GstWfdSinkStream taken = { NULL };

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    if (self->streams[i].pad == NULL || wfd_pad_get_pad (self->streams[i].pad) != pad)
      continue;
    taken = self->streams[i];
    self->streams[i] = (GstWfdSinkStream) { NULL };
  }
  g_mutex_unlock (&self->lock);
  return taken;
}

static void
release_to (GstWfdSink *self, GstWfdSinkStream *stream)
{
  if (stream->to == NULL)
    return;
  gst_element_release_request_pad (self->rtspwfd, stream->to);
  gst_clear_object (&stream->to);
}

static void
gst_wfd_sink_release_pad (GstElement *element, GstPad *pad)
{
  GstWfdSink *self = GST_WFD_SINK (element);
  GstWfdSinkStream released;

  gst_pad_set_active (pad, FALSE);
  released = take_stream (self, pad);
  gst_element_remove_pad (element, pad);
  /* The last of an element that goes away are its pads. */
  if (self->program_thread != NULL) {
    gst_wfd_sink_update_offer (self);
    gst_wfd_sink_update_plan (self);
  }
  wfd_pad_reset (released.pad);
  wfd_pad_unref (released.pad);
  release_to (self, &released);
}

/*
 * Element
 */

/* A named encoder has to be there; of the others none is needed until raw
 * pictures come. */
static gboolean
find_encoders (GstWfdSink *self)
{
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  const WfdEncoder *video, *audio = wfd_encoder_find (WFD_ENCODER_AAC, NULL, NULL);
  const WfdEncoder *surround = wfd_encoder_find_widest ();

  g_mutex_lock (&self->lock);
  name = g_strdup (self->encoder);
  self->encoder_outdated = FALSE;
  g_mutex_unlock (&self->lock);
  video = wfd_encoder_find (WFD_ENCODER_H264, name, &error);
  if (video == NULL && name != NULL) {
    wfd_post_error (GST_ELEMENT (self), error);
    return FALSE;
  }

  GST_INFO_OBJECT (self, "encoders %s, %s", video != NULL ? video->factory : "none",
      audio != NULL ? audio->factory : "none");
  g_mutex_lock (&self->lock);
  self->video_encoder = video;
  g_clear_error (&self->no_video_encoder);
  self->no_video_encoder = g_steal_pointer (&error);
  self->audio_encoder = audio;
  self->surround_encoder = surround;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Loads all plugins that a session needs, which would delay the first picture,
 * and finds out whether they are there. */
static gboolean
load_plugins (GstWfdSink *self)
{
  WfdProgramConfig config = {
    .video = TRUE,
    .audio = TRUE,
    .format = { .width = 640,
        .height = 480,
        .rate_n = 60,
        .rate_d = 1,
        .profile = WFD_H264_PROFILE_CBP,
        .bitrate_kbps = 1000,
        .audio_rate_hz = 48000,
        .audio_channels = 2 },
  };
  g_autoptr (GError) error = NULL;
  WfdProgram *program;

  g_mutex_lock (&self->lock);
  config.video_encoder = self->video_encoder;
  config.audio_encoder = self->audio_encoder;
  config.audio_lpcm = self->audio_encoder == NULL;
  g_mutex_unlock (&self->lock);
  program = wfd_program_new (&config, &error);
  if (program == NULL) {
    wfd_post_error (GST_ELEMENT (self), error);
    return FALSE;
  }
  g_object_ref_sink (program);
  g_object_unref (program);
  return TRUE;
}

static gboolean
find_elements (GstWfdSink *self)
{
  return find_encoders (self) && load_plugins (self);
}

/* Another encoder may have been named in READY. */
static gboolean
update_elements (GstWfdSink *self)
{
  gboolean outdated;

  g_mutex_lock (&self->lock);
  outdated = self->encoder_outdated;
  g_mutex_unlock (&self->lock);
  return !outdated || find_elements (self);
}

/* What is offered may be another thing, should the input be coded. */
static gboolean
check_wishes (GstWfdSink *self)
{
  g_autoptr (GError) error = NULL;
  gboolean valid;

  g_mutex_lock (&self->lock);
  valid = wfd_offer_check (&(WfdOffer) { self->video_formats, self->audio_codecs }, WFD_ROLE_SOURCE,
      &error);
  g_mutex_unlock (&self->lock);
  if (!valid)
    wfd_post_error (GST_ELEMENT (self), error);
  return valid;
}

static void
prepare_link (GstWfdSink *self)
{
  g_auto (WfdLinkSettings) link = { 0 };

  g_mutex_lock (&self->lock);
  link = wfd_link_settings_copy (&self->link);
  g_mutex_unlock (&self->lock);
  wfd_link_settings_tell_unused (&link, GST_ELEMENT (self));
  gst_rtsp_wfd_set_link (GST_RTSP_WFD (self->rtspwfd), &link, &wfd_link_settings_events,
      GST_ELEMENT (self));
  g_object_set (self->rtspwfd, "peer", link.kind == WFD_LINK_ADDRESS ? link.peer : NULL, NULL);
}

/* PAUSED to READY, after the elements inside. */
static void
clean_up (GstWfdSink *self)
{
  wfd_program_thread_clear (self->program_thread);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    g_autoptr (WfdPad) pad = gst_wfd_sink_ref_pad (self, i);

    if (pad != NULL)
      wfd_pad_reset (pad);
  }

  g_mutex_lock (&self->lock);
  self->agreed = self->flowing = FALSE;
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    self->told_missing[i] = FALSE;
  g_mutex_unlock (&self->lock);
}

/* Which displays there are, as no one of them is named. */
static gboolean
only_lists (GstWfdSink *self)
{
  gboolean lists;

  g_mutex_lock (&self->lock);
  lists = self->link.kind == WFD_LINK_P2P && self->link.peer == NULL;
  g_mutex_unlock (&self->lock);
  return lists;
}

static GstStateChangeReturn
gst_wfd_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstWfdSink *self = GST_WFD_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !find_elements (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    if (!check_wishes (self) || !update_elements (self))
      return GST_STATE_CHANGE_FAILURE;
    gst_wfd_sink_check_rate (self);
    gst_wfd_sink_update_offer (self);
    prepare_link (self);
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    wfd_program_thread_hold (self->program_thread);

  ret = GST_ELEMENT_CLASS (gst_wfd_sink_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret == GST_STATE_CHANGE_FAILURE))
    clean_up (self);
  else if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !only_lists (self))
    wfd_element_tell_unlinked (element, "video or audio");
  return ret;
}

static void
set_string (GstWfdSink *self, char **member, const GValue *value)
{
  g_mutex_lock (&self->lock);
  g_free (*member);
  *member = g_value_dup_string (value);
  g_mutex_unlock (&self->lock);
}

static void
set_encoder (GstWfdSink *self, const GValue *value)
{
  set_string (self, &self->encoder, value);
  g_mutex_lock (&self->lock);
  self->encoder_outdated = TRUE;
  g_mutex_unlock (&self->lock);
}

static void
answer_pairing (GstWfdSink *self, const char *peer, gboolean accept)
{
  gst_rtsp_wfd_answer_pairing (GST_RTSP_WFD (self->rtspwfd), peer, accept);
}

static void
enter_pin (GstWfdSink *self, const char *peer, const char *pin)
{
  gst_rtsp_wfd_enter_pin (GST_RTSP_WFD (self->rtspwfd), peer, pin);
}

static gboolean
is_of_link (guint id)
{
  return id >= PROP_LINK && id < PROP_PASSED_ON;
}

static void
set_link_property (GstWfdSink *self, guint id, const GValue *value)
{
  g_mutex_lock (&self->lock);
  wfd_link_settings_set (&self->link, id - PROP_LINK, value);
  g_mutex_unlock (&self->lock);
}

static void
gst_wfd_sink_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstWfdSink *self = GST_WFD_SINK (object);

  if (!wfd_property_may_be_set (GST_ELEMENT (self), pspec))
    return;
  if (is_of_link (id)) {
    set_link_property (self, id, value);
    return;
  }
  switch (id) {
    case PROP_ENCODER:
      set_encoder (self, value);
      break;
    case PROP_RATE ... PROP_RATE_LAST:
      gst_wfd_sink_set_rate_property (self, id - PROP_RATE, value);
      break;
    case PROP_VIDEO_FORMATS:
      set_string (self, &self->video_formats, value);
      gst_wfd_sink_update_offer (self);
      break;
    case PROP_AUDIO_CODECS:
      set_string (self, &self->audio_codecs, value);
      gst_wfd_sink_update_offer (self);
      break;
    default:
      g_object_set_property (G_OBJECT (self->rtspwfd), pspec->name, value);
  }
}

/* With the lock. */
static void
add_entry_stats (GstWfdSink *self, WfdStream id, GstStructure *stats)
{
  static const char *const names[][3] = {
    { "video-buffers", "video-buffers-dropped", "video-buffers-filled" },
    { "audio-buffers", "audio-buffers-dropped", "audio-buffers-filled" },
  };
  g_autoptr (WfdInput) input = NULL;
  WfdEntryStats entry;

  if (self->streams[id].pad != NULL)
    input = wfd_pad_dup_input (self->streams[id].pad);
  if (input == NULL)
    return;
  wfd_entry_get_stats (wfd_input_get_entry (input), &entry);
  gst_structure_set (stats, names[id][0], G_TYPE_UINT64, entry.passed, names[id][1], G_TYPE_UINT64,
      entry.dropped, names[id][2], G_TYPE_UINT64, entry.filled, NULL);
}

static GstStructure *
create_stats (GstWfdSink *self)
{
  GstStructure *stats;

  g_object_get (self->rtspwfd, "stats", &stats, NULL);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    add_entry_stats (self, i, stats);
  if (self->video_encoder != NULL)
    gst_structure_set (stats, "encoder", G_TYPE_STRING, self->video_encoder->factory, NULL);
  g_mutex_unlock (&self->lock);
  wfd_rate_control_add_stats (self->rate, stats);
  return stats;
}

static void
gst_wfd_sink_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstWfdSink *self = GST_WFD_SINK (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, create_stats (self));
    return;
  }
  if (id >= PROP_PASSED_ON) {
    g_object_get_property (G_OBJECT (self->rtspwfd), pspec->name, value);
    return;
  }

  g_mutex_lock (&self->lock);
  if (is_of_link (id))
    wfd_link_settings_get (&self->link, id - PROP_LINK, value);
  else if (id == PROP_ENCODER)
    g_value_set_string (value, self->encoder);
  else if (id >= PROP_RATE && id <= PROP_RATE_LAST)
    gst_wfd_sink_get_rate_property (self, id - PROP_RATE, value);
  else
    g_value_set_string (value, id == PROP_VIDEO_FORMATS ? self->video_formats : self->audio_codecs);
  g_mutex_unlock (&self->lock);
}

static void
gst_wfd_sink_dispose (GObject *object)
{
  GstWfdSink *self = GST_WFD_SINK (object);

  g_clear_pointer (&self->program_thread, wfd_program_thread_free);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    release_to (self, &self->streams[i]);
  G_OBJECT_CLASS (gst_wfd_sink_parent_class)->dispose (object);
}

static void
gst_wfd_sink_finalize (GObject *object)
{
  GstWfdSink *self = GST_WFD_SINK (object);

  wfd_rate_control_unref (self->rate);
  g_clear_error (&self->no_video_encoder);
  wfd_link_settings_clear (&self->link);
  g_free (self->encoder);
  g_free (self->video_formats);
  g_free (self->audio_codecs);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_wfd_sink_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  wfd_link_settings_install_properties (klass, PROP_LINK, WFD_ROLE_SOURCE);
  g_object_class_install_property (klass, PROP_ENCODER,
      g_param_spec_string ("encoder", "Encoder",
          "H.264 encoder for raw pictures, e.g. \"x264enc\"; NULL for the best that is installed",
          NULL, flags | GST_PARAM_MUTABLE_READY));
  gst_wfd_sink_install_rate_properties (klass, PROP_RATE);
  g_object_class_install_property (klass, PROP_VIDEO_FORMATS,
      g_param_spec_string ("video-formats", "Video formats",
          "What is offered of raw pictures from the next session on: \"default\" for all "
          "progressive modes up to 1920x1080p60, \"none\", names like \"1920x1080p30, "
          "1280x720p60\", or the value of wfd_video_formats itself; what comes coded is offered as "
          "it is",
          "default", flags | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (klass, PROP_AUDIO_CODECS,
      g_param_spec_string ("audio-codecs", "Audio codecs",
          "What is offered from the next session on: \"default\" for AAC and LPCM of samples, and "
          "for what comes coded as it is, \"none\", names like \"aac, lpcm\", or the value of "
          "wfd_audio_codecs itself",
          "default", flags | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (klass, PROP_STATS,
      wfd_property_new (WFD_PROP_STATS, "role=source"));
  wfd_pass_on_install_properties (klass, PROP_PASSED_ON, passed_on, "role=source");
}

static void
gst_wfd_sink_class_init (GstWfdSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_wfd_sink_set_property;
  object_class->get_property = gst_wfd_sink_get_property;
  object_class->dispose = gst_wfd_sink_dispose;
  object_class->finalize = gst_wfd_sink_finalize;
  element_class->change_state = gst_wfd_sink_change_state;
  element_class->request_new_pad = gst_wfd_sink_request_new_pad;
  element_class->release_pad = gst_wfd_sink_release_pad;
  install_properties (object_class);
  wfd_pass_on_install_signals (GST_TYPE_WFD_SINK);
  wfd_link_settings_install_signals (GST_TYPE_WFD_SINK, G_CALLBACK (answer_pairing),
      G_CALLBACK (enter_pin));

  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_set_static_metadata (element_class, "Wi-Fi Display sender", "Sink/Network",
      "Shows a stream on a Wi-Fi Display (Miracast) display", "The gst-wfd authors");
}

static void
on_program_failed (gpointer user_data, const GError *error)
{
  wfd_post_error (user_data, error);
}

static void
gst_wfd_sink_init (GstWfdSink *self)
{
  g_mutex_init (&self->lock);
  wfd_link_settings_init (&self->link);
  gst_wfd_sink_init_rate (self);
  self->video_formats = g_strdup ("default");
  self->audio_codecs = g_strdup ("default");

  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  self->rtspwfd = g_object_new (GST_TYPE_RTSP_WFD, "role", WFD_ROLE_SOURCE, NULL);
  gst_bin_add (GST_BIN (self), self->rtspwfd);
  gst_rtsp_wfd_set_rate_control (GST_RTSP_WFD (self->rtspwfd), self->rate);
  self->program_thread = wfd_program_thread_new (GST_BIN (self), on_program_failed, self);
  /* In this order, so that we have done what is told. */
  gst_wfd_sink_follow_session (self);
  wfd_pass_on_connect (GST_BIN (self), self->rtspwfd, passed_on);
}
