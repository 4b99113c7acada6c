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
#include "wfd-pad.h"
#include "wfd-properties.h"
#include "wfd-sending.h"

GST_DEBUG_CATEGORY_STATIC (wfd_sink_debug);
#define GST_CAT_DEFAULT wfd_sink_debug

#define DEFAULT_BITRATE_KBPS 5000
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
  WfdPad *pads[WFD_SENDING_N_STREAMS]; /* NULL: not requested */
  GstStructure *agreed;                /* NULL: no session */
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
  "flowing",
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

/* FALSE: there is no such pad, or nobody can be sent what comes. With the lock. */
static gboolean
get_status (GstWfdSink *self, WfdSendingStream id, WfdPadStatus *ret_status)
{
  *ret_status = (WfdPadStatus) { FALSE };
  if (self->pads[id] == NULL)
    return FALSE;
  wfd_pad_get_status (self->pads[id], ret_status);
  return !ret_status->refused;
}

/* With the lock. */
static char *
get_video_offer (GstWfdSink *self)
{
  WfdPadStatus status;

  if (!get_status (self, WFD_SENDING_VIDEO, &status))
    return g_strdup ("none");
  if ((status.known || status.guessed) && status.format.coded)
    return wfd_input_format_get_offer (&status.format);
  return g_strdup (self->video_formats);
}

/* AAC is what we can send. With the lock. */
static char *
get_audio_offer (GstWfdSink *self)
{
  WfdPadStatus status;

  if (!get_status (self, WFD_SENDING_AUDIO, &status))
    return g_strdup ("none");
  if (g_strcmp0 (self->audio_codecs, "default") == 0)
    return g_strdup ("aac");
  return g_strdup (self->audio_codecs);
}

/* The next session is offered what comes into the pads now. */
static void
update_offer (GstWfdSink *self)
{
  g_autofree char *video_formats = NULL, *audio_codecs = NULL;
  WfdInputWish wish = { 0 };
  WfdPadStatus video;

  g_mutex_lock (&self->lock);
  video_formats = get_video_offer (self);
  audio_codecs = get_audio_offer (self);
  if (get_status (self, WFD_SENDING_VIDEO, &video) && (video.known || video.guessed))
    wish = wfd_input_format_get_wish (&video.format);
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "offering video %s, audio %s, wish %ux%u at %u Hz", video_formats,
      audio_codecs, wish.width, wish.height, wish.rate_hz);
  g_object_set (self->rtspwfd, "video-formats", video_formats, "audio-codecs", audio_codecs,
      "wish-width", wish.width, "wish-height", wish.height, "wish-rate", wish.rate_hz, NULL);
}

/*
 * What is sent when something was agreed on
 */

static void
read_agreed_video (GstWfdSink *self, const WfdInputFormat *input, WfdEncoderConfig *config)
{
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
  if (wfd_input_format_get_rate_hz (input) * rate_d == (guint) rate_n) {
    config->rate_n = input->rate_n;
    config->rate_d = input->rate_d;
  }
}

static void
read_agreed_audio (GstWfdSink *self, WfdEncoderConfig *config)
{
  gint rate_hz = 0, channels = 0;

  gst_structure_get (self->agreed, "audio-rate", G_TYPE_INT, &rate_hz, "audio-channels", G_TYPE_INT,
      &channels, NULL);
  config->audio_rate_hz = rate_hz;
  config->audio_channels = channels;
}

static gboolean
is_agreed (GstWfdSink *self, WfdSendingStream id)
{
  if (self->agreed == NULL)
    return FALSE;
  if (id == WFD_SENDING_VIDEO)
    return gst_structure_has_field (self->agreed, "width");
  return g_strcmp0 (gst_structure_get_string (self->agreed, "audio-codec"), "aac") == 0;
}

/* Pictures can only be sent when it is known what they are. With the lock. */
static void
plan_video (GstWfdSink *self, WfdSendingPlan *plan)
{
  WfdProgramConfig *program = &plan->program;
  WfdPadStatus status;

  if (!get_status (self, WFD_SENDING_VIDEO, &status) || !is_agreed (self, WFD_SENDING_VIDEO))
    return;
  plan->wanted = plan->wanted && status.known;
  plan->inputs[WFD_SENDING_VIDEO] = wfd_pad_dup_input (self->pads[WFD_SENDING_VIDEO]);
  read_agreed_video (self, &status.format, &program->format);
  program->video_encoder = status.format.coded ? NULL : self->video_encoder;
  plan->wanted = plan->wanted && (status.format.coded || program->video_encoder != NULL);
}

/* Raw sound that did not begin is silence. */
static gboolean
is_sound_ready (WfdInput *input, const WfdPadStatus *status)
{
  if (input == NULL)
    return FALSE;
  return status->known || wfd_entry_get_kind (wfd_input_get_entry (input)) == WFD_ENTRY_SOUND;
}

/* With the lock. */
static void
plan_audio (GstWfdSink *self, WfdSendingPlan *plan)
{
  WfdProgramConfig *program = &plan->program;
  WfdPadStatus status;

  if (!get_status (self, WFD_SENDING_AUDIO, &status) || !is_agreed (self, WFD_SENDING_AUDIO))
    return;
  plan->inputs[WFD_SENDING_AUDIO] = wfd_pad_dup_input (self->pads[WFD_SENDING_AUDIO]);
  read_agreed_audio (self, &program->format);
  program->audio_encoder = status.format.coded ? NULL : self->audio_encoder;
  plan->wanted = plan->wanted && is_sound_ready (plan->inputs[WFD_SENDING_AUDIO], &status)
      && (status.format.coded || program->audio_encoder != NULL);
}

/* References the inputs. With the lock. */
static void
make_plan (GstWfdSink *self, WfdSendingPlan *ret_plan)
{
  WfdEncoderConfig *format = &ret_plan->program.format;

  *ret_plan = (WfdSendingPlan) { .wanted = self->agreed != NULL, .flowing = self->flowing };
  if (self->agreed == NULL)
    return;
  format->bitrate_kbps = self->bitrate_kbps;
  format->rate_d = 1;
  gst_structure_get_boolean (self->agreed, "idr-request", &format->peer_asks_for_idr);
  plan_video (self, ret_plan);
  plan_audio (self, ret_plan);
  if (ret_plan->inputs[WFD_SENDING_VIDEO] == NULL && ret_plan->inputs[WFD_SENDING_AUDIO] == NULL)
    ret_plan->wanted = FALSE;
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    if (self->pads[i] != NULL && ret_plan->inputs[i] == NULL)
      ret_plan->left_out[i] = wfd_pad_dup_input (self->pads[i]);
}

/* Whether what comes coded is what was agreed on. With the lock. */
static gboolean
check_agreed (GstWfdSink *self, const WfdSendingPlan *plan, GError **error)
{
  WfdPadStatus status;

  if (!plan->wanted || plan->inputs[WFD_SENDING_VIDEO] == NULL
      || plan->program.video_encoder != NULL)
    return TRUE;
  get_status (self, WFD_SENDING_VIDEO, &status);
  return wfd_input_format_check (&status.format, &plan->program.format, error);
}

/* With the lock. */
static gboolean
is_sound_lost (GstWfdSink *self)
{
  WfdPadStatus status;

  return self->agreed != NULL && get_status (self, WFD_SENDING_AUDIO, &status)
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

/* The pad of the sound that was agreed on; (transfer full). */
static WfdPad *
find_agreed_sound (GstWfdSink *self)
{
  WfdPad *found = NULL;
  WfdPadStatus status;

  g_mutex_lock (&self->lock);
  if (get_status (self, WFD_SENDING_AUDIO, &status) && is_agreed (self, WFD_SENDING_AUDIO))
    found = wfd_pad_ref (self->pads[WFD_SENDING_AUDIO]);
  g_mutex_unlock (&self->lock);
  return found;
}

/* What is sent follows from what was agreed on and what comes. */
static void
update_plan (GstWfdSink *self)
{
  g_autoptr (WfdPad) sound = find_agreed_sound (self);
  g_autoptr (GError) error = NULL;
  WfdSendingPlan plan;
  gboolean lost, complained;

  if (sound != NULL)
    wfd_pad_expect_sound (sound);

  g_mutex_lock (&self->lock);
  make_plan (self, &plan);
  if (!check_agreed (self, &plan, &error))
    plan.wanted = FALSE;
  complained = self->complained;
  lost = is_sound_lost (self);
  self->complained = complained || lost || error != NULL;
  wfd_sending_set_plan (self->sending, &plan);
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    gst_clear_object (&plan.inputs[i]);
    gst_clear_object (&plan.left_out[i]);
  }
  g_mutex_unlock (&self->lock);

  if (lost && !complained)
    tell_sound_lost (self);
  if (error != NULL && !complained)
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

/* What upstream says of coded video is too little to be held to. */
static gboolean
is_video_unknown (GstWfdSink *self, WfdPad *video)
{
  WfdPadStatus status;

  wfd_pad_get_status (video, &status);
  if (status.known || status.refused)
    return FALSE;
  wfd_pad_guess (video);
  wfd_pad_get_status (video, &status);
  update_offer (self);
  return !status.known && (!status.guessed || status.format.coded);
}

/* The pads of a file are there when it has been looked into, and one after the
 * other. */
static gboolean
on_session_preparing (GstElement *rtspwfd, GstWfdSink *self)
{
  WfdPadStatus status;
  g_autoptr (WfdPad) video = NULL;

  g_mutex_lock (&self->lock);
  get_status (self, WFD_SENDING_AUDIO, &status);
  if (self->pads[WFD_SENDING_VIDEO] != NULL)
    video = wfd_pad_ref (self->pads[WFD_SENDING_VIDEO]);
  g_mutex_unlock (&self->lock);
  return video != NULL ? is_video_unknown (self, video) : !status.known;
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
  g_object_notify (G_OBJECT (self), "flowing");
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

static void
on_pad_ended (gpointer user_data, WfdPad *pad)
{
  GstWfdSink *self = user_data;
  gboolean all = TRUE;
  WfdPadStatus status;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    get_status (self, i, &status);
    all = all && (self->pads[i] == NULL || status.ended);
  }
  g_mutex_unlock (&self->lock);
  if (!all || wfd_sending_is_running (self->sending))
    return;
  gst_pad_send_event (self->to, gst_event_new_stream_start ("wfdsink"));
  gst_pad_send_event (self->to, gst_event_new_eos ());
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

/* A picture that cannot be sent is the end; sound that cannot is left out. */
static void
on_pad_refused (gpointer user_data, WfdPad *pad, const GError *error)
{
  GstWfdSink *self = user_data;

  if (error->domain == GST_STREAM_ERROR && pad == self->pads[WFD_SENDING_AUDIO])
    GST_ELEMENT_WARNING (self, STREAM, WRONG_TYPE, ("%s.", error->message),
        ("only the picture is sent"));
  else
    wfd_post_error (GST_ELEMENT (self), error);
}

static void
check_encoder (GstWfdSink *self, WfdSendingStream id)
{
  WfdPadStatus status;
  gboolean missing;

  g_mutex_lock (&self->lock);
  missing = get_status (self, id, &status) && status.known && !status.format.coded
      && (id == WFD_SENDING_VIDEO ? self->video_encoder : self->audio_encoder) == NULL;
  g_mutex_unlock (&self->lock);
  if (missing)
    post_missing_encoder (self, id == WFD_SENDING_VIDEO ? WFD_ENCODER_H264 : WFD_ENCODER_AAC);
}

static void
on_pad_changed (gpointer user_data, WfdPad *pad)
{
  GstWfdSink *self = user_data;

  check_encoder (self,
      pad == self->pads[WFD_SENDING_VIDEO] ? WFD_SENDING_VIDEO : WFD_SENDING_AUDIO);
  update_offer (self);
  update_plan (self);
}

static const WfdPadEvents pad_events = { on_pad_changed, on_pad_refused, on_pad_ended };

static void
set_pad (GstWfdSink *self, WfdSendingStream id, WfdPad *pad)
{
  g_mutex_lock (&self->lock);
  self->pads[id] = pad;
  g_mutex_unlock (&self->lock);
}

static GstPad *
gst_wfd_sink_request_new_pad (GstElement *element, GstPadTemplate *template, const char *name,
    const GstCaps *caps)
{
  GstWfdSink *self = GST_WFD_SINK (element);
  const char *pad_name = GST_PAD_TEMPLATE_NAME_TEMPLATE (template);
  WfdSendingStream id = g_str_equal (pad_name, "video") ? WFD_SENDING_VIDEO : WFD_SENDING_AUDIO;
  GstPad *pad;

  if (self->pads[id] != NULL) {
    GST_WARNING_OBJECT (self, "there is one pad \"%s\" only", pad_name);
    return NULL;
  }

  set_pad (self, id, wfd_pad_new (GST_BIN (self), template, &pad_events, self));
  pad = wfd_pad_get_pad (self->pads[id]);
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
  WfdPad *released = NULL;

  gst_pad_set_active (pad, FALSE);
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    if (self->pads[i] == NULL || wfd_pad_get_pad (self->pads[i]) != pad)
      continue;
    released = self->pads[i];
    set_pad (self, i, NULL);
  }
  gst_element_remove_pad (element, pad);
  /* The last of an element that goes away are its pads. */
  if (self->sending != NULL) {
    update_offer (self);
    update_plan (self);
  }
  if (released != NULL)
    wfd_pad_reset (released);
  wfd_pad_unref (released);
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

/* Loads all plugins that a session needs, which would delay the first picture,
 * and finds out whether they are there. */
static gboolean
load_plugins (GstWfdSink *self)
{
  const WfdProgramConfig config = {
    .video = TRUE,
    .video_encoder = self->video_encoder,
    .audio = TRUE,
    .audio_encoder = self->audio_encoder,
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
  WfdProgram *program = wfd_program_new (&config, &error);

  if (program == NULL) {
    wfd_post_error (GST_ELEMENT (self), error);
    return FALSE;
  }
  g_object_ref_sink (program);
  g_object_unref (program);
  return TRUE;
}

/* PAUSED to READY, after the elements inside. */
static void
clean_up (GstWfdSink *self)
{
  wfd_sending_clear (self->sending);
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    if (self->pads[i] != NULL)
      wfd_pad_reset (self->pads[i]);

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

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && (!find_encoders (self) || !load_plugins (self)))
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

/* With the lock. */
static void
add_entry_stats (GstWfdSink *self, WfdSendingStream id, GstStructure *stats)
{
  static const char *const names[][3] = {
    { "video-buffers", "video-buffers-dropped", "video-buffers-filled" },
    { "audio-buffers", "audio-buffers-dropped", "audio-buffers-filled" },
  };
  g_autoptr (WfdInput) input = NULL;
  WfdEntryStats entry;

  if (self->pads[id] != NULL)
    input = wfd_pad_dup_input (self->pads[id]);
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
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    add_entry_stats (self, i, stats);
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
  g_signal_connect (self->rtspwfd, "session-preparing", G_CALLBACK (on_session_preparing), self);
  g_signal_connect (self->rtspwfd, "session-opened", G_CALLBACK (on_session_opened), self);
  g_signal_connect (self->rtspwfd, "session-closed", G_CALLBACK (on_session_closed), self);
}
