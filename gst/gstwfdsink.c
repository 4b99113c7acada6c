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
 * begins when the display says PLAY and stops while it pauses.
 *
 * Raw sound is sent as AAC, or as LPCM to a display that knows nothing else, as
 * every display with sound does. #GstWfdSink:audio-codecs chooses: with "lpcm"
 * sound comes without the delay of an encoder, but takes 1.5 Mbit/s; with
 * "aac-6ch" there are six channels, if the display takes them. AAC and AC-3 that
 * are coded already are passed on.
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
#include "wfd-offer.h"
#include "wfd-pad.h"
#include "wfd-plan.h"
#include "wfd-properties.h"
#include "wfd-sending.h"

GST_DEBUG_CATEGORY_STATIC (wfd_sink_debug);
#define GST_CAT_DEFAULT wfd_sink_debug

#define DEFAULT_BITRATE_KBPS 5000

typedef struct
{
  WfdPad *pad; /* NULL: not requested */
  GstPad *to;  /* of rtspwfd, as long */
} Stream;

struct _GstWfdSink
{
  GstBin parent;

  GstElement *rtspwfd;
  WfdSending *sending;

  GMutex lock;
  /* All below with the lock. */
  WfdLinkKind link;
  char *encoder; /* NULL: the best */
  guint bitrate_kbps;
  char *video_formats; /* as the user wants them */
  char *audio_codecs;
  const WfdEncoder *video_encoder; /* from READY on; NULL: there is none */
  GError *no_video_encoder;        /* then: why */
  const WfdEncoder *audio_encoder;
  Stream streams[WFD_SENDING_N_STREAMS];
  GstStructure *agreed; /* NULL: no session */
  gboolean flowing;
  gboolean complained;                          /* about what was agreed on */
  gboolean told_missing[WFD_SENDING_N_STREAMS]; /* that no encoder is there for it */
};

enum
{
  PROP_0,
  PROP_LINK,
  PROP_ENCODER,
  PROP_BITRATE,
  PROP_FIRST_PASSED_ON,
  PROP_VIDEO_FORMATS = PROP_FIRST_PASSED_ON,
  PROP_AUDIO_CODECS,
  PROP_STATS,
};

/* Numbered from PROP_FIRST_PASSED_ON on. */
static const char *const passed_on[] = {
  "video-formats",
  "audio-codecs",
  "stats",
  "address",
  "rtsp-port",
  "peer",
  "rtp-port",
  "max-pacing-rate",
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
static GstStaticPadTemplate audio_template =
    GST_STATIC_PAD_TEMPLATE ("audio", GST_PAD_SINK, GST_PAD_REQUEST,
        GST_STATIC_CAPS ("audio/x-raw; audio/mpeg, mpegversion=(int){ 2, 4 }; audio/x-ac3"));

G_DEFINE_FINAL_TYPE_WITH_CODE (GstWfdSink, gst_wfd_sink, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (wfd_sink_debug, "wfdsink", 0, "Wi-Fi Display sender"))
GST_ELEMENT_REGISTER_DEFINE (wfdsink, "wfdsink", GST_RANK_NONE, GST_TYPE_WFD_SINK)

/* What the plan is made of; with the lock. */
typedef struct
{
  WfdPadStatus status[WFD_SENDING_N_STREAMS];
  WfdPlanState state;
} Ground;

static void
get_ground (GstWfdSink *self, Ground *ret_ground)
{
  const WfdPadStatus *status[WFD_SENDING_N_STREAMS] = { NULL };

  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    if (self->streams[i].pad == NULL)
      continue;
    wfd_pad_get_status (self->streams[i].pad, &ret_ground->status[i]);
    status[i] = &ret_ground->status[i];
  }
  ret_ground->state = (WfdPlanState) {
    .video = status[WFD_SENDING_VIDEO],
    .audio = status[WFD_SENDING_AUDIO],
    .video_formats = self->video_formats,
    .audio_codecs = self->audio_codecs,
    .video_encoder = self->video_encoder,
    .audio_encoder = self->audio_encoder,
    .bitrate_kbps = self->bitrate_kbps,
  };
}

/* The next session is offered what comes into the pads now. */
static void
update_offer (GstWfdSink *self)
{
  g_autofree char *video_formats = NULL, *audio_codecs = NULL;
  WfdControlOffer offer;
  WfdInputWish wish;
  Ground ground;

  g_mutex_lock (&self->lock);
  get_ground (self, &ground);
  video_formats = wfd_plan_get_video_offer (&ground.state);
  audio_codecs = wfd_plan_get_audio_offer (&ground.state);
  wish = wfd_plan_get_wish (&ground.state);
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "offering video %s, audio %s, wish %ux%u at %u Hz", video_formats,
      audio_codecs, wish.width, wish.height, wish.rate_hz);
  offer = (WfdControlOffer) {
    .video_formats = video_formats,
    .audio_codecs = audio_codecs,
    .wish_width = wish.width,
    .wish_height = wish.height,
    .wish_rate_hz = wish.rate_hz,
    .wish_channels = wish.channels,
  };
  gst_rtsp_wfd_set_offer (GST_RTSP_WFD (self->rtspwfd), &offer);
}

/* Raw sound that did not begin has an entry that gives silence. */
static gboolean
is_sound_ready (WfdInput *input, gboolean known)
{
  return input != NULL
      && (known || wfd_entry_get_kind (wfd_input_get_entry (input)) == WFD_ENTRY_SOUND);
}

/* The inputs of what is sent and of what is left out; with the lock. */
static void
fill_plan (GstWfdSink *self, const WfdPlan *made, gboolean sound_known, WfdSendingPlan *plan)
{
  const gboolean part[] = { made->video, made->audio };

  plan->program = made->program;
  plan->wanted = made->video_ready && made->audio_ready && (made->video || made->audio);
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    Stream *stream = &self->streams[i];

    if (stream->pad == NULL)
      continue;
    if (!part[i]) {
      plan->left_out[i] = wfd_pad_dup_input (stream->pad);
      continue;
    }
    plan->inputs[i] = wfd_pad_dup_input (stream->pad);
    plan->to[i] = gst_object_ref (stream->to);
    plan->wanted = plan->wanted && plan->inputs[i] != NULL;
  }
  if (made->audio)
    plan->wanted = plan->wanted && is_sound_ready (plan->inputs[WFD_SENDING_AUDIO], sound_known);
}

/* References the inputs. With the lock. */
static void
make_plan (GstWfdSink *self, WfdSendingPlan *ret_plan, GError **ret_error, GError **ret_warning)
{
  WfdPlan made;
  Ground ground;

  *ret_plan = (WfdSendingPlan) { .flowing = self->flowing };
  if (self->agreed == NULL)
    return;
  get_ground (self, &ground);
  wfd_plan_check_audio (&ground.state, self->agreed, ret_warning);
  if (wfd_plan_make (&ground.state, self->agreed, &made, ret_error))
    fill_plan (self, &made, ground.status[WFD_SENDING_AUDIO].known, ret_plan);
}

static void
clear_plan (WfdSendingPlan *plan)
{
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    gst_clear_object (&plan->inputs[i]);
    gst_clear_object (&plan->left_out[i]);
    gst_clear_object (&plan->to[i]);
  }
}

/* The pad of the sound that was agreed on; (transfer full). */
static WfdPad *
find_agreed_sound (GstWfdSink *self)
{
  WfdPad *found = NULL;

  g_mutex_lock (&self->lock);
  if (self->agreed != NULL && gst_structure_has_field (self->agreed, "audio-codec")
      && self->streams[WFD_SENDING_AUDIO].pad != NULL)
    found = wfd_pad_ref (self->streams[WFD_SENDING_AUDIO].pad);
  g_mutex_unlock (&self->lock);
  return found;
}

/* What is sent follows from what was agreed on and what comes. */
static void
update_plan (GstWfdSink *self)
{
  g_autoptr (WfdPad) sound = find_agreed_sound (self);
  g_autoptr (GError) error = NULL, warning = NULL;
  WfdSendingPlan plan;
  gboolean complained;

  if (sound != NULL)
    wfd_pad_expect_sound (sound);

  g_mutex_lock (&self->lock);
  make_plan (self, &plan, &error, &warning);
  complained = self->complained;
  self->complained = complained || error != NULL || warning != NULL;
  wfd_sending_set_plan (self->sending, &plan);
  clear_plan (&plan);
  g_mutex_unlock (&self->lock);

  if (error != NULL && !complained)
    wfd_post_error (GST_ELEMENT (self), error);
  else if (warning != NULL && !complained)
    GST_ELEMENT_WARNING (self, STREAM, WRONG_TYPE, ("%s.", warning->message),
        ("only the picture is sent"));
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
is_video_unknown (WfdPad *video)
{
  WfdPadStatus status;

  wfd_pad_get_status (video, &status);
  if (status.known || status.refused)
    return FALSE;
  wfd_pad_guess (video);
  wfd_pad_get_status (video, &status);
  return !status.known && (!status.guessed || status.format.coded);
}

/* (transfer full), NULL if there is none */
static WfdPad *
ref_pad (GstWfdSink *self, WfdSendingStream id)
{
  WfdPad *pad;

  g_mutex_lock (&self->lock);
  pad = self->streams[id].pad != NULL ? wfd_pad_ref (self->streams[id].pad) : NULL;
  g_mutex_unlock (&self->lock);
  return pad;
}

static gboolean
is_audio_unknown (WfdPad *audio)
{
  WfdPadStatus status;

  wfd_pad_get_status (audio, &status);
  if (!status.known && !status.refused)
    wfd_pad_guess (audio);
  return !status.known;
}

/* The pads of a file are there when it has been looked into, and one after the
 * other. */
static gboolean
on_session_preparing (GstElement *rtspwfd, GstWfdSink *self)
{
  g_autoptr (WfdPad) video = ref_pad (self, WFD_SENDING_VIDEO);
  g_autoptr (WfdPad) audio = ref_pad (self, WFD_SENDING_AUDIO);
  gboolean unknown = audio == NULL || is_audio_unknown (audio);

  if (video != NULL)
    unknown = is_video_unknown (video);
  update_offer (self);
  return unknown;
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

/* The next session may begin at once, and must get nothing of what the encoders of
 * this one still hold. */
static void
on_session_closed (GstElement *rtspwfd, GstWfdSink *self)
{
  set_agreed (self, NULL);
  wfd_sending_wait (self->sending);
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

/* With the lock. */
static gboolean
is_all_ended (GstWfdSink *self)
{
  WfdPadStatus status;

  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++) {
    if (self->streams[i].pad == NULL)
      continue;
    wfd_pad_get_status (self->streams[i].pad, &status);
    if (!status.ended)
      return FALSE;
  }
  return TRUE;
}

static void
on_pad_ended (gpointer user_data, WfdPad *pad)
{
  GstWfdSink *self = user_data;
  g_autoptr (GstPad) to = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    if (self->streams[i].pad == pad && is_all_ended (self))
      to = gst_object_ref (self->streams[i].to);
  g_mutex_unlock (&self->lock);
  if (to == NULL || wfd_sending_is_running (self->sending))
    return;
  gst_pad_send_event (to, gst_event_new_stream_start ("wfdsink"));
  gst_pad_send_event (to, gst_event_new_eos ());
}

static void
post_missing_encoder (GstWfdSink *self, const char *media_type)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (media_type);

  gst_element_post_message (GST_ELEMENT (self),
      gst_missing_encoder_message_new (GST_ELEMENT (self), caps));
}

/* A picture that cannot be sent is the end; sound that cannot is left out. */
static void
on_pad_refused (gpointer user_data, WfdPad *pad, const GError *error)
{
  GstWfdSink *self = user_data;
  gboolean audio;

  g_mutex_lock (&self->lock);
  audio = pad == self->streams[WFD_SENDING_AUDIO].pad;
  g_mutex_unlock (&self->lock);
  if (error->domain == GST_STREAM_ERROR && audio)
    GST_ELEMENT_WARNING (self, STREAM, WRONG_TYPE, ("%s.", error->message),
        ("only the picture is sent"));
  else
    wfd_post_error (GST_ELEMENT (self), error);
}

/* With the lock. What lacks an encoder is told once, not with each caps. */
static gboolean
is_news (GstWfdSink *self, WfdSendingStream id, gboolean missing)
{
  gboolean news = missing && !self->told_missing[id];

  self->told_missing[id] = missing;
  return news;
}

static void
check_video_encoder (GstWfdSink *self)
{
  g_autoptr (GError) error = NULL;
  Ground ground;

  g_mutex_lock (&self->lock);
  get_ground (self, &ground);
  if (is_news (self, WFD_SENDING_VIDEO, wfd_plan_lacks_video_encoder (&ground.state)))
    error = g_error_copy (self->no_video_encoder);
  g_mutex_unlock (&self->lock);
  if (error == NULL)
    return;
  post_missing_encoder (self, "video/x-h264");
  wfd_post_error (GST_ELEMENT (self), error);
}

/* Of samples there can be LPCM in any case, unless "audio-codecs" leaves it out. */
static void
check_audio_encoder (GstWfdSink *self)
{
  gboolean news, installed;
  Ground ground;

  g_mutex_lock (&self->lock);
  get_ground (self, &ground);
  installed = self->audio_encoder != NULL;
  news = is_news (self, WFD_SENDING_AUDIO, wfd_plan_lacks_audio_encoder (&ground.state));
  g_mutex_unlock (&self->lock);
  if (!news)
    return;
  if (!installed)
    post_missing_encoder (self, "audio/mpeg, mpegversion=(int)4");
  GST_ELEMENT_WARNING (self, STREAM, ENCODE,
      ("No encoder that is installed makes the sound that \"audio-codecs\" wants; allow \"aac\" "
       "or \"lpcm\"."),
      ("only the picture is sent"));
}

static void
on_pad_changed (gpointer user_data, WfdPad *pad)
{
  GstWfdSink *self = user_data;

  check_video_encoder (self);
  check_audio_encoder (self);
  update_offer (self);
  update_plan (self);
}

static const WfdPadEvents pad_events = { on_pad_changed, on_pad_refused, on_pad_ended };

static void
set_stream (GstWfdSink *self, WfdSendingStream id, const Stream *stream)
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
  WfdSendingStream id = g_str_equal (pad_name, "video") ? WFD_SENDING_VIDEO : WFD_SENDING_AUDIO;
  Stream stream;
  GstPad *pad;

  if (self->streams[id].pad != NULL) {
    GST_WARNING_OBJECT (self, "there is one pad \"%s\" only", pad_name);
    return NULL;
  }

  stream.pad = wfd_pad_new (GST_BIN (self), template, &pad_events, self);
  stream.to = gst_element_request_pad_simple (self->rtspwfd,
      id == WFD_SENDING_VIDEO ? "video_sink" : "audio_sink");
  set_stream (self, id, &stream);
  pad = wfd_pad_get_pad (stream.pad);
  if (GST_STATE (self) > GST_STATE_READY)
    gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  update_offer (self);
  return pad;
}

static WfdSendingStream
find_stream (GstWfdSink *self, GstPad *pad)
{
  WfdPad *audio = self->streams[WFD_SENDING_AUDIO].pad;

  return audio != NULL && wfd_pad_get_pad (audio) == pad ? WFD_SENDING_AUDIO : WFD_SENDING_VIDEO;
}

static void
release_to (GstWfdSink *self, Stream *stream)
{
  if (stream->to == NULL)
    return;
  gst_element_release_request_pad (self->rtspwfd, stream->to);
  gst_clear_object (&stream->to);
}

static void
gst_wfd_sink_release_pad (GstElement *element, GstPad *pad)
{
  static const Stream none = { NULL };
  GstWfdSink *self = GST_WFD_SINK (element);
  WfdSendingStream id = find_stream (self, pad);
  Stream released = self->streams[id];

  gst_pad_set_active (pad, FALSE);
  set_stream (self, id, &none);
  gst_element_remove_pad (element, pad);
  /* The last of an element that goes away are its pads. */
  if (self->sending != NULL) {
    update_offer (self);
    update_plan (self);
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
  g_clear_error (&self->no_video_encoder);
  self->no_video_encoder = g_steal_pointer (&error);
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
    .audio_lpcm = self->audio_encoder == NULL,
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

/* What is offered may be another thing, should the input be coded. */
static gboolean
check_wishes (GstWfdSink *self)
{
  g_autoptr (GError) error = NULL;
  gboolean valid;

  g_mutex_lock (&self->lock);
  valid = wfd_offer_check (WFD_ROLE_SOURCE, self->video_formats, self->audio_codecs, &error);
  g_mutex_unlock (&self->lock);
  if (!valid)
    wfd_post_error (GST_ELEMENT (self), error);
  return valid;
}

/* PAUSED to READY, after the elements inside. */
static void
clean_up (GstWfdSink *self)
{
  wfd_sending_clear (self->sending);
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    if (self->streams[i].pad != NULL)
      wfd_pad_reset (self->streams[i].pad);

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->agreed, gst_structure_free);
  self->flowing = FALSE;
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    self->told_missing[i] = FALSE;
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
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    if (!check_wishes (self))
      return GST_STATE_CHANGE_FAILURE;
    update_offer (self);
  }
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
  for (guint i = 0; i < WFD_SENDING_N_STREAMS; i++)
    release_to (self, &self->streams[i]);
  G_OBJECT_CLASS (gst_wfd_sink_parent_class)->dispose (object);
}

static void
gst_wfd_sink_finalize (GObject *object)
{
  GstWfdSink *self = GST_WFD_SINK (object);

  g_clear_pointer (&self->agreed, gst_structure_free);
  g_clear_error (&self->no_video_encoder);
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
  wfd_properties_install (klass, PROP_FIRST_PASSED_ON, passed_on, G_N_ELEMENTS (passed_on));
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
  self->sending = wfd_sending_new (GST_BIN (self), on_sending_failed, self);

  g_signal_connect (self->rtspwfd, "notify::negotiated", G_CALLBACK (on_negotiated), self);
  g_signal_connect (self->rtspwfd, "notify::flowing", G_CALLBACK (on_flowing), self);
  g_signal_connect (self->rtspwfd, "notify::rtsp-port", G_CALLBACK (on_port), self);
  g_signal_connect (self->rtspwfd, "notify::rtp-port", G_CALLBACK (on_port), self);
  g_signal_connect (self->rtspwfd, "session-preparing", G_CALLBACK (on_session_preparing), self);
  g_signal_connect (self->rtspwfd, "session-opened", G_CALLBACK (on_session_opened), self);
  g_signal_connect (self->rtspwfd, "session-closed", G_CALLBACK (on_session_closed), self);
}
