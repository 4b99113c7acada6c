/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-wfdsink
 * @title: wfdsink
 * @see_also: rtspwfd, wfdsrc
 *
 * Plays the part of a Wi-Fi Display (Miracast) source: shows what it gets on a
 * display that connects to it. The request pads "video" and "audio" take raw
 * streams, which are scaled, converted and encoded to what is agreed on with the
 * display, or H.264 and AAC that are coded already.
 *
 * What comes from a live source, e.g. a screen, is dropped while no display is
 * there or wants it; nothing is encoded meanwhile. Anything else, e.g. a film,
 * begins when the display says PLAY and stops while it pauses.
 *
 * Sound is sent as AAC. A display that takes LPCM only gets the picture without
 * sound; a warning says so.
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
#include "gstwfdsink.h"

#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>
#include <wfd/wfd.h>

#include "gstrtspwfd.h"
#include "wfd-make.h"
#include "wfd-properties.h"
#include "wfd-sending.h"

GST_DEBUG_CATEGORY_STATIC (wfd_sink_debug);
#define GST_CAT_DEFAULT wfd_sink_debug

#define DEFAULT_BITRATE_KBPS 5000
/* Of what comes without a rate of its own, as a screen that is grabbed when it
 * changes. */
#define DEFAULT_RATE_HZ 30

/* One pad; with the lock. */
typedef struct
{
  GstWfdSink *sink; /* owns us */
  WfdSendingStream id;
  GstPad *pad;     /* NULL: not requested */
  WfdInput *input; /* from the first caps on */
  gboolean known;  /* what comes */
  WfdInputFormat format;
  gboolean refused; /* it may not be sent to anybody */
  gboolean ended;
} Stream;

struct _GstWfdSink
{
  GstBin parent;

  GstElement *rtspwfd;
  GstPad *to; /* of rtspwfd */
  WfdSending *sending;

  GMutex lock;
  /* All below with the lock. */
  WfdLinkKind link;
  char *encoder; /* NULL: the best */
  guint bitrate_kbps;
  char *video_formats; /* as the user wants them */
  char *audio_codecs;
  const WfdEncoder *video_encoder; /* from READY on; NULL: there is none */
  const WfdEncoder *audio_encoder;
  Stream streams[WFD_SENDING_N_STREAMS];
  GstStructure *agreed; /* NULL: no session */
  gboolean flowing;
  gboolean complained; /* about what was agreed on */
};

enum
{
  PROP_0,
  PROP_LINK,
  PROP_ENCODER,
  PROP_BITRATE,
  PROP_VIDEO_FORMATS,
  PROP_AUDIO_CODECS,
  PROP_STATS,
  PROP_PASSED_ON,
};

/* Numbered from PROP_VIDEO_FORMATS on. */
static const char *const passed_on[] = {
  "video-formats",
  "audio-codecs",
  "stats",
  "address",
  "rtsp-port",
  "peer",
  "rtp-port",
  "video-caps",
  "audio-caps",
  "timeout",
  "after-session",
  "negotiated",
};

enum
{
  SIGNAL_SESSION_OPENED,
  SIGNAL_SESSION_CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static GstStaticPadTemplate video_template =
    GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SINK, GST_PAD_REQUEST,
        GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE (GST_VIDEO_FORMATS_ALL) "; video/x-h264"));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE ("audio", GST_PAD_SINK,
    GST_PAD_REQUEST, GST_STATIC_CAPS ("audio/x-raw; audio/mpeg, mpegversion=(int){ 2, 4 }"));

G_DEFINE_FINAL_TYPE_WITH_CODE (GstWfdSink, gst_wfd_sink, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (wfd_sink_debug, "wfdsink", 0, "Wi-Fi Display sender"))
GST_ELEMENT_REGISTER_DEFINE (wfdsink, "wfdsink", GST_RANK_NONE, GST_TYPE_WFD_SINK)

/*
 * What is offered to who connects
 */

/* With the lock. */
static char *
get_video_offer (GstWfdSink *self)
{
  const Stream *stream = &self->streams[WFD_SENDING_VIDEO];

  if (stream->pad == NULL || stream->refused)
    return g_strdup ("none");
  if (stream->known && stream->format.coded)
    return wfd_input_format_get_offer (&stream->format);
  return g_strdup (self->video_formats);
}

/* AAC is what we can send. With the lock. */
static char *
get_audio_offer (GstWfdSink *self)
{
  const Stream *stream = &self->streams[WFD_SENDING_AUDIO];

  if (stream->pad == NULL || stream->refused)
    return g_strdup ("none");
  if (g_strcmp0 (self->audio_codecs, "default") == 0)
    return g_strdup ("aac");
  return g_strdup (self->audio_codecs);
}

static guint
get_wished_rate (const WfdInputFormat *format)
{
  guint rate_hz = wfd_input_format_get_rate_hz (format);

  return rate_hz > 0 ? rate_hz : DEFAULT_RATE_HZ;
}

/* The next session is offered what comes into the pads now. */
static void
update_offer (GstWfdSink *self)
{
  const Stream *video = &self->streams[WFD_SENDING_VIDEO];
  g_autofree char *video_formats = NULL, *audio_codecs = NULL;
  guint width = 0, height = 0, rate_hz = 0;

  g_mutex_lock (&self->lock);
  video_formats = get_video_offer (self);
  audio_codecs = get_audio_offer (self);
  if (video->known) {
    width = video->format.width;
    height = video->format.height;
    rate_hz = get_wished_rate (&video->format);
  }
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "offering video %s, audio %s, wish %ux%u at %u Hz", video_formats,
      audio_codecs, width, height, rate_hz);
  g_object_set (self->rtspwfd, "video-formats", video_formats, "audio-codecs", audio_codecs,
      "wish-width", width, "wish-height", height, "wish-rate", rate_hz, NULL);
}

/*
 * What is sent when something was agreed on
 */

static void
read_agreed_video (GstWfdSink *self, WfdEncoderConfig *config)
{
  const WfdInputFormat *format = &self->streams[WFD_SENDING_VIDEO].format;
  const char *profile = gst_structure_get_string (self->agreed, "profile");
  const char *level = gst_structure_get_string (self->agreed, "level");
  gint width = 0, height = 0, rate_n = 0, rate_d = 1;

  gst_structure_get (self->agreed, "width", G_TYPE_INT, &width, "height", G_TYPE_INT, &height,
      "framerate", GST_TYPE_FRACTION, &rate_n, &rate_d, NULL);
  config->width = width;
  config->height = height;
  config->rate_n = rate_n;
  config->rate_d = rate_d;
  config->profile =
      g_strcmp0 (profile, "constrained-high") == 0 ? WFD_H264_PROFILE_CHP : WFD_H264_PROFILE_CBP;
  config->level = level != NULL ? gst_codec_utils_h264_get_level_idc (level) : 0;

  /* 29.97 pictures that were agreed on as 30 stay 29.97. */
  if (wfd_input_format_get_rate_hz (format) * rate_d == (guint) rate_n) {
    config->rate_n = format->rate_n;
    config->rate_d = format->rate_d;
  }
}

/* With the lock. */
static void
read_agreed (GstWfdSink *self, WfdEncoderConfig *ret_config)
{
  gint rate_hz = 0, channels = 0;

  *ret_config = (WfdEncoderConfig) { .bitrate_kbps = self->bitrate_kbps, .rate_d = 1 };
  if (gst_structure_has_field (self->agreed, "width"))
    read_agreed_video (self, ret_config);
  gst_structure_get (self->agreed, "audio-rate", G_TYPE_INT, &rate_hz, "audio-channels", G_TYPE_INT,
      &channels, NULL);
  ret_config->audio_rate_hz = rate_hz;
  ret_config->audio_channels = channels;
  gst_structure_get_boolean (self->agreed, "idr-request", &ret_config->peer_asks_for_idr);
}

static gboolean
is_agreed (GstWfdSink *self, WfdSendingStream id)
{
  if (id == WFD_SENDING_VIDEO)
    return gst_structure_has_field (self->agreed, "width");
  return g_strcmp0 (gst_structure_get_string (self->agreed, "audio-codec"), "aac") == 0;
}

/* With the lock. */
static gboolean
is_wanted (GstWfdSink *self, const Stream *stream)
{
  return stream->pad != NULL && !stream->refused && is_agreed (self, stream->id);
}

/* Pictures can only be sent when it is known what they are; sound that did not
 * begin is silence. With the lock. */
static gboolean
is_ready (GstWfdSink *self)
{
  const Stream *video = &self->streams[WFD_SENDING_VIDEO];
  const Stream *audio = &self->streams[WFD_SENDING_AUDIO];

  if (self->agreed == NULL)
    return FALSE;
  if (is_wanted (self, video) && !video->known)
    return FALSE;
  return (is_wanted (self, video) || is_wanted (self, audio))
      && (!is_wanted (self, audio) || audio->input != NULL);
}

/* With the lock. */
static void
make_plan (GstWfdSink *self, WfdSendingPlan *ret_plan)
{
  WfdProgramConfig *program = &ret_plan->program;

  *ret_plan = (WfdSendingPlan) { .wanted = is_ready (self), .flowing = self->flowing };
  if (!ret_plan->wanted)
    return;

  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    if (is_wanted (self, &self->streams[i]))
      ret_plan->inputs[i] = self->streams[i].input;
  read_agreed (self, &program->format);
  if (!self->streams[WFD_SENDING_VIDEO].format.coded)
    program->video_encoder = self->video_encoder;
  if (!self->streams[WFD_SENDING_AUDIO].format.coded)
    program->audio_encoder = self->audio_encoder;
}

/* Posts what is wrong with what was agreed on, once; with the lock. */
static gboolean
check_agreed (GstWfdSink *self, const WfdSendingPlan *plan, GError **error)
{
  const Stream *video = &self->streams[WFD_SENDING_VIDEO];

  if (!plan->wanted || plan->inputs[WFD_SENDING_VIDEO] == NULL || !video->format.coded)
    return TRUE;
  return wfd_input_format_check (&video->format, &plan->program.format, error);
}

/* With the lock. */
static gboolean
is_sound_lost (GstWfdSink *self)
{
  const Stream *audio = &self->streams[WFD_SENDING_AUDIO];

  return self->agreed != NULL && audio->pad != NULL && !audio->refused
      && !is_agreed (self, WFD_SENDING_AUDIO);
}

static void
tell_sound_lost (GstWfdSink *self)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), gst_structure_new_empty ("wfd-sound-not-sent")));
  GST_ELEMENT_WARNING (self, STREAM, NOT_IMPLEMENTED,
      ("The display does not take AAC, so only the picture is sent."),
      ("LPCM, which every display with sound takes, cannot be sent yet"));
}

static WfdInput *ensure_input (Stream *stream, WfdEntryKind kind);

/* What is sent follows from what was agreed on and what comes. */
static void
update_plan (GstWfdSink *self)
{
  Stream *audio = &self->streams[WFD_SENDING_AUDIO];
  g_autoptr (GError) error = NULL;
  WfdSendingPlan plan;
  gboolean silent, lost;

  g_mutex_lock (&self->lock);
  silent = self->agreed != NULL && is_wanted (self, audio) && audio->input == NULL;
  g_mutex_unlock (&self->lock);
  if (silent)
    ensure_input (audio, WFD_ENTRY_SOUND);

  g_mutex_lock (&self->lock);
  make_plan (self, &plan);
  if (!check_agreed (self, &plan, &error))
    plan.wanted = FALSE;
  lost = is_sound_lost (self) && !self->complained;
  self->complained = self->complained || lost;
  wfd_sending_set_plan (self->sending, &plan);
  g_mutex_unlock (&self->lock);

  if (lost)
    tell_sound_lost (self);
  if (error != NULL)
    wfd_post_error (GST_ELEMENT (self), error);
}

/* What rtspwfd tells, in the thread of the session. */

static void
set_agreed (GstWfdSink *self, GstStructure *agreed)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->agreed, gst_structure_free);
  self->agreed = agreed;
  self->complained = FALSE;
  g_mutex_unlock (&self->lock);
  update_plan (self);
}

static void
on_negotiated (GstElement *rtspwfd, GParamSpec *pspec, GstWfdSink *self)
{
  GstStructure *agreed;

  g_object_get (rtspwfd, "negotiated", &agreed, NULL);
  set_agreed (self, agreed);
  g_object_notify (G_OBJECT (self), "negotiated");
}

static void
on_flowing (GstElement *rtspwfd, GParamSpec *pspec, GstWfdSink *self)
{
  gboolean flowing;

  g_object_get (rtspwfd, "flowing", &flowing, NULL);
  g_mutex_lock (&self->lock);
  self->flowing = flowing;
  g_mutex_unlock (&self->lock);
  update_plan (self);
}

static void
on_session_opened (GstElement *rtspwfd, GstWfdSink *self)
{
  g_signal_emit (self, signals[SIGNAL_SESSION_OPENED], 0);
}

static void
on_session_closed (GstElement *rtspwfd, GstWfdSink *self)
{
  set_agreed (self, NULL);
  g_signal_emit (self, signals[SIGNAL_SESSION_CLOSED], 0);
}

static void
on_port (GstElement *rtspwfd, GParamSpec *pspec, GstWfdSink *self)
{
  g_object_notify (G_OBJECT (self), pspec->name);
}

static void
on_sending_failed (gpointer user_data, const GError *error)
{
  wfd_post_error (user_data, error);
}

/*
 * What comes into the pads
 */

/* The stream has ended where nobody was who would have noticed. */
static void
note_end (Stream *stream)
{
  GstWfdSink *self = stream->sink;
  gboolean all = TRUE;

  g_mutex_lock (&self->lock);
  stream->ended = TRUE;
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    all = all && (self->streams[i].pad == NULL || self->streams[i].ended);
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "%s has ended%s", GST_PAD_NAME (stream->pad), all ? ", the last" : "");
  if (!all || wfd_sending_is_running (self->sending))
    return;
  gst_pad_send_event (self->to, gst_event_new_stream_start ("wfdsink"));
  gst_pad_send_event (self->to, gst_event_new_eos ());
}

static void
on_entry_end (WfdEntry *entry, Stream *stream)
{
  note_end (stream);
}

static void
post_missing_encoder (GstWfdSink *self, WfdEncoderKind kind)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (
      kind == WFD_ENCODER_H264 ? "video/x-h264" : "audio/mpeg, mpegversion=(int)4");
  g_autoptr (GError) error = NULL;

  if (wfd_encoder_find (kind, NULL, &error) != NULL)
    return;
  gst_element_post_message (GST_ELEMENT (self),
      gst_missing_encoder_message_new (GST_ELEMENT (self), caps));
  wfd_post_error (GST_ELEMENT (self), error);
}

static gboolean
has_encoder (Stream *stream)
{
  GstWfdSink *self = stream->sink;
  gboolean has;

  g_mutex_lock (&self->lock);
  has = stream->format.coded
      || (stream->id == WFD_SENDING_VIDEO ? self->video_encoder : self->audio_encoder) != NULL;
  g_mutex_unlock (&self->lock);
  return has;
}

/* A picture that cannot be sent is the end; sound that cannot is left out. */
static void
refuse (Stream *stream, const GError *error)
{
  GstWfdSink *self = stream->sink;

  g_mutex_lock (&self->lock);
  stream->refused = TRUE;
  g_mutex_unlock (&self->lock);
  if (stream->id == WFD_SENDING_VIDEO)
    wfd_post_error (GST_ELEMENT (self), error);
  else
    GST_ELEMENT_WARNING (self, STREAM, WRONG_TYPE, ("%s.", error->message),
        ("only the picture is sent"));
}

static void
note_format (Stream *stream, const GstCaps *caps)
{
  GstWfdSink *self = stream->sink;
  g_autoptr (GError) error = NULL;
  WfdInputFormat format;

  GST_DEBUG_OBJECT (self, "%s is %" GST_PTR_FORMAT, GST_PAD_NAME (stream->pad), caps);
  if (!wfd_input_format_read (caps, &format, &error)) {
    refuse (stream, error);
  } else {
    g_mutex_lock (&self->lock);
    stream->format = format;
    stream->known = TRUE;
    stream->refused = FALSE;
    g_mutex_unlock (&self->lock);
    if (!has_encoder (stream))
      post_missing_encoder (self,
          stream->id == WFD_SENDING_VIDEO ? WFD_ENCODER_H264 : WFD_ENCODER_AAC);
  }
  update_offer (self);
  update_plan (self);
}

static GstPadProbeReturn
on_format_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    note_format (user_data, caps);
  }
  return GST_PAD_PROBE_OK;
}

static void
remove_input (Stream *stream)
{
  GstWfdSink *self = stream->sink;
  WfdInput *input;

  g_mutex_lock (&self->lock);
  input = g_steal_pointer (&stream->input);
  stream->known = stream->refused = FALSE;
  stream->format = (WfdInputFormat) { FALSE };
  g_mutex_unlock (&self->lock);
  if (input == NULL)
    return;
  if (stream->pad != NULL)
    gst_ghost_pad_set_target (GST_GHOST_PAD (stream->pad), NULL);
  wfd_remove_element (GST_BIN (self), GST_ELEMENT (input));
}

static WfdInput *
add_input (Stream *stream, WfdEntryKind kind)
{
  GstWfdSink *self = stream->sink;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPad) format_pad = NULL, target = NULL;
  WfdInput *input = wfd_input_new (kind, &error);

  if (input == NULL) {
    wfd_post_error (GST_ELEMENT (self), error);
    return NULL;
  }
  gst_bin_add (GST_BIN (self), GST_ELEMENT (input));
  format_pad = wfd_input_get_format_pad (input);
  gst_pad_add_probe (format_pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_format_event, stream,
      NULL);
  g_signal_connect (wfd_input_get_entry (input), "end-of-stream", G_CALLBACK (on_entry_end),
      stream);
  gst_element_sync_state_with_parent (GST_ELEMENT (input));
  target = gst_element_get_static_pad (GST_ELEMENT (input), "sink");
  gst_ghost_pad_set_target (GST_GHOST_PAD (stream->pad), target);
  return input;
}

/* NULL: it is not possible, which was posted. */
static WfdInput *
ensure_input (Stream *stream, WfdEntryKind kind)
{
  GstWfdSink *self = stream->sink;
  WfdInput *input;

  g_mutex_lock (&self->lock);
  input = stream->input;
  g_mutex_unlock (&self->lock);
  if (input != NULL && wfd_entry_get_kind (wfd_input_get_entry (input)) == kind)
    return input;

  remove_input (stream);
  input = add_input (stream, kind);
  g_mutex_lock (&self->lock);
  stream->input = input;
  g_mutex_unlock (&self->lock);
  return input;
}

/* Only the caps tell what has to be inside. */
static GstPadProbeReturn
on_pad_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  Stream *stream = user_data;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      if (ensure_input (stream, wfd_input_find_kind (caps)) == NULL)
        return GST_PAD_PROBE_DROP;
      break;
    case GST_EVENT_EOS:
      if (stream->input == NULL)
        note_end (stream);
      break;
    default:
      break;
  }
  return GST_PAD_PROBE_OK;
}

/* The same, whatever is inside. */
static gboolean
query_pad (GstPad *pad, GstObject *parent, GstQuery *query)
{
  g_autoptr (GstCaps) possible = NULL, result = NULL;
  GstCaps *caps;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      possible = gst_pad_get_pad_template_caps (pad);
      gst_query_parse_caps (query, &caps);
      result = caps != NULL ? gst_caps_intersect_full (caps, possible, GST_CAPS_INTERSECT_FIRST)
                            : gst_caps_ref (possible);
      gst_query_set_caps_result (query, result);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      possible = gst_pad_get_pad_template_caps (pad);
      gst_query_parse_accept_caps (query, &caps);
      gst_query_set_accept_caps_result (query, gst_caps_is_subset (caps, possible));
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

static GstPad *
gst_wfd_sink_request_new_pad (GstElement *element, GstPadTemplate *template, const char *name,
    const GstCaps *caps)
{
  GstWfdSink *self = GST_WFD_SINK (element);
  const char *pad_name = GST_PAD_TEMPLATE_NAME_TEMPLATE (template);
  WfdSendingStream id = g_str_equal (pad_name, "video") ? WFD_SENDING_VIDEO : WFD_SENDING_AUDIO;
  Stream *stream = &self->streams[id];
  GstPad *pad;

  if (stream->pad != NULL) {
    GST_WARNING_OBJECT (self, "there is one pad \"%s\" only", pad_name);
    return NULL;
  }

  pad = gst_ghost_pad_new_no_target_from_template (pad_name, template);
  gst_pad_set_query_function (pad, query_pad);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_pad_event, stream, NULL);
  g_mutex_lock (&self->lock);
  stream->pad = pad;
  stream->ended = FALSE;
  g_mutex_unlock (&self->lock);
  if (GST_STATE (self) > GST_STATE_READY)
    gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  update_offer (self);
  return pad;
}

static void
gst_wfd_sink_release_pad (GstElement *element, GstPad *pad)
{
  GstWfdSink *self = GST_WFD_SINK (element);

  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    if (self->streams[i].pad != pad)
      continue;
    gst_pad_set_active (pad, FALSE);
    remove_input (&self->streams[i]);
    g_mutex_lock (&self->lock);
    self->streams[i].pad = NULL;
    g_mutex_unlock (&self->lock);
  }
  gst_element_remove_pad (element, pad);
  /* The last of an element that goes away are its pads. */
  if (self->sending == NULL)
    return;
  update_offer (self);
  update_plan (self);
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

  g_mutex_lock (&self->lock);
  name = g_strdup (self->encoder);
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
  self->audio_encoder = audio;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* PAUSED to READY, after the elements inside. */
static void
clean_up (GstWfdSink *self)
{
  wfd_sending_clear (self->sending);
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    remove_input (&self->streams[i]);
    self->streams[i].ended = FALSE;
  }

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->agreed, gst_structure_free);
  self->flowing = FALSE;
  g_mutex_unlock (&self->lock);
}

static GstStateChangeReturn
gst_wfd_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstWfdSink *self = GST_WFD_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !find_encoders (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    update_offer (self);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    wfd_sending_hold (self->sending);

  ret = GST_ELEMENT_CLASS (gst_wfd_sink_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret == GST_STATE_CHANGE_FAILURE))
    clean_up (self);
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
set_bitrate (GstWfdSink *self, guint bitrate_kbps)
{
  g_mutex_lock (&self->lock);
  self->bitrate_kbps = bitrate_kbps;
  g_mutex_unlock (&self->lock);
  wfd_sending_set_bitrate (self->sending, bitrate_kbps);
}

static void
gst_wfd_sink_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstWfdSink *self = GST_WFD_SINK (object);

  switch (id) {
    case PROP_LINK:
      self->link = g_value_get_enum (value);
      break;
    case PROP_ENCODER:
      set_string (self, &self->encoder, value);
      break;
    case PROP_BITRATE:
      set_bitrate (self, g_value_get_uint (value));
      break;
    case PROP_VIDEO_FORMATS:
      set_string (self, &self->video_formats, value);
      update_offer (self);
      break;
    case PROP_AUDIO_CODECS:
      set_string (self, &self->audio_codecs, value);
      update_offer (self);
      break;
    default:
      g_object_set_property (G_OBJECT (self->rtspwfd), pspec->name, value);
  }
}

static void
add_entry_stats (Stream *stream, GstStructure *stats)
{
  static const char *const names[][3] = {
    { "video-buffers", "video-buffers-dropped", "video-buffers-filled" },
    { "audio-buffers", "audio-buffers-dropped", "audio-buffers-filled" },
  };
  const char *const *name = names[stream->id];
  WfdEntryStats entry;

  if (stream->input == NULL)
    return;
  wfd_entry_get_stats (wfd_input_get_entry (stream->input), &entry);
  gst_structure_set (stats, name[0], G_TYPE_UINT64, entry.passed, name[1], G_TYPE_UINT64,
      entry.dropped, name[2], G_TYPE_UINT64, entry.filled, NULL);
}

static GstStructure *
create_stats (GstWfdSink *self)
{
  GstStructure *stats;

  g_object_get (self->rtspwfd, "stats", &stats, NULL);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    add_entry_stats (&self->streams[i], stats);
  if (self->video_encoder != NULL)
    gst_structure_set (stats, "encoder", G_TYPE_STRING, self->video_encoder->factory, NULL);
  g_mutex_unlock (&self->lock);
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
  if (id > PROP_STATS) {
    g_object_get_property (G_OBJECT (self->rtspwfd), pspec->name, value);
    return;
  }

  g_mutex_lock (&self->lock);
  if (id == PROP_LINK)
    g_value_set_enum (value, self->link);
  else if (id == PROP_ENCODER)
    g_value_set_string (value, self->encoder);
  else if (id == PROP_BITRATE)
    g_value_set_uint (value, self->bitrate_kbps);
  else
    g_value_set_string (value, id == PROP_VIDEO_FORMATS ? self->video_formats : self->audio_codecs);
  g_mutex_unlock (&self->lock);
}

static void
gst_wfd_sink_dispose (GObject *object)
{
  GstWfdSink *self = GST_WFD_SINK (object);

  g_clear_pointer (&self->sending, wfd_sending_free);
  if (self->to != NULL)
    gst_element_release_request_pad (self->rtspwfd, self->to);
  gst_clear_object (&self->to);
  G_OBJECT_CLASS (gst_wfd_sink_parent_class)->dispose (object);
}

static void
gst_wfd_sink_finalize (GObject *object)
{
  GstWfdSink *self = GST_WFD_SINK (object);

  g_clear_pointer (&self->agreed, gst_structure_free);
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

  g_object_class_install_property (klass, PROP_LINK,
      g_param_spec_enum ("link", "Link", "How the IP path to the display comes to be",
          WFD_TYPE_LINK_KIND, WFD_LINK_ADDRESS, flags | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (klass, PROP_ENCODER,
      g_param_spec_string ("encoder", "Encoder",
          "H.264 encoder for raw pictures, e.g. \"x264enc\"; NULL for the best that is installed",
          NULL, flags | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (klass, PROP_BITRATE,
      g_param_spec_uint ("bitrate", "Bit rate",
          "Bit rate in kbit/s at which pictures are encoded; what comes coded stays as it is", 100,
          100000, DEFAULT_BITRATE_KBPS, flags | GST_PARAM_MUTABLE_PLAYING));
  wfd_properties_install (klass, PROP_VIDEO_FORMATS, passed_on, G_N_ELEMENTS (passed_on));
}

static void
install_signals (void)
{
  /**
   * GstWfdSink::session-opened:
   * @self: the element
   *
   * A session was set up (SETUP, M6). Emitted in the thread of the session.
   */
  signals[SIGNAL_SESSION_OPENED] = g_signal_new ("session-opened", GST_TYPE_WFD_SINK,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * GstWfdSink::session-closed:
   * @self: the element
   *
   * A session that was set up is over. Emitted in the thread of the session.
   */
  signals[SIGNAL_SESSION_CLOSED] = g_signal_new ("session-closed", GST_TYPE_WFD_SINK,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
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
  install_signals ();

  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_set_static_metadata (element_class, "Wi-Fi Display sender", "Sink/Network",
      "Shows a stream on a Wi-Fi Display (Miracast) display", "The gst-wfd authors");
}

static void
gst_wfd_sink_init (GstWfdSink *self)
{
  g_mutex_init (&self->lock);
  self->bitrate_kbps = DEFAULT_BITRATE_KBPS;
  self->video_formats = g_strdup ("default");
  self->audio_codecs = g_strdup ("default");
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    self->streams[i].sink = self;
    self->streams[i].id = i;
  }

  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  self->rtspwfd = g_object_new (GST_TYPE_RTSP_WFD, "role", WFD_ROLE_SOURCE, NULL);
  gst_bin_add (GST_BIN (self), self->rtspwfd);
  self->to = gst_element_request_pad_simple (self->rtspwfd, "sink");
  self->sending = wfd_sending_new (GST_BIN (self), self->to, on_sending_failed, self);

  g_signal_connect (self->rtspwfd, "notify::negotiated", G_CALLBACK (on_negotiated), self);
  g_signal_connect (self->rtspwfd, "notify::flowing", G_CALLBACK (on_flowing), self);
  g_signal_connect (self->rtspwfd, "notify::rtsp-port", G_CALLBACK (on_port), self);
  g_signal_connect (self->rtspwfd, "notify::rtp-port", G_CALLBACK (on_port), self);
  g_signal_connect (self->rtspwfd, "session-opened", G_CALLBACK (on_session_opened), self);
  g_signal_connect (self->rtspwfd, "session-closed", G_CALLBACK (on_session_closed), self);
}
