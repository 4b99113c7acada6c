/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/pbutils/pbutils.h>

#include "gstrtspwfd.h"
#include "gstwfdsink-private.h"
#include "wfd-error.h"
#include "wfd-plan.h"
#include "wfd-upstream.h"

GST_DEBUG_CATEGORY_EXTERN (wfd_sink_debug);
#define GST_CAT_DEFAULT wfd_sink_debug

/* What the plan is made of; with the lock. */
typedef struct
{
  WfdPadStatus status[WFD_N_ELEMENTARY];
  WfdPlanState state;
} Ground;

static void
get_ground (GstWfdSink *self, Ground *ret_ground)
{
  const WfdPadStatus *status[WFD_N_ELEMENTARY] = { NULL };

  *ret_ground = (Ground) { 0 };
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    if (self->streams[i].pad == NULL)
      continue;
    wfd_pad_get_status (self->streams[i].pad, &ret_ground->status[i]);
    status[i] = &ret_ground->status[i];
  }
  ret_ground->state = (WfdPlanState) {
    .video = status[WFD_STREAM_VIDEO],
    .audio = status[WFD_STREAM_AUDIO],
    .video_formats = self->video_formats,
    .audio_codecs = self->audio_codecs,
    .video_encoder = self->video_encoder,
    .audio_encoder = self->audio_encoder,
    .surround_encoder = self->surround_encoder,
    .bitrate_kbps = wfd_rate_control_limit (self->rate, self->bitrate_kbps),
  };
}

void
gst_wfd_sink_update_offer (GstWfdSink *self)
{
  g_auto (WfdOffer) offer = { NULL };
  guint64 serial;
  Ground ground;

  g_mutex_lock (&self->lock);
  get_ground (self, &ground);
  offer.video_formats = wfd_plan_get_video_offer (&ground.state);
  offer.audio_codecs = wfd_plan_get_audio_offer (&ground.state);
  offer.wish = wfd_plan_get_wish (&ground.state);
  serial = ++self->offer_serial;
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "offering video %s, audio %s, wish %ux%u at %u Hz", offer.video_formats,
      offer.audio_codecs, offer.wish.width, offer.wish.height, offer.wish.rate_hz);
  gst_rtsp_wfd_set_offer (GST_RTSP_WFD (self->rtspwfd), &offer, serial);
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
fill_plan (GstWfdSink *self, const WfdPlan *made, gboolean sound_known, WfdProgramPlan *plan)
{
  const gboolean part[] = { made->video, made->audio };

  plan->program = made->program;
  self->limit_kbps = wfd_encoder_get_limit (made->program.video_encoder, &made->program.format);
  plan->program.rate = self->rate_user.on ? self->rate : NULL;
  plan->program.trail = gst_rtsp_wfd_get_trail (GST_RTSP_WFD (self->rtspwfd));
  plan->wanted = made->video_ready && made->audio_ready && (made->video || made->audio);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    GstWfdSinkStream *stream = &self->streams[i];

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
    plan->wanted = plan->wanted && is_sound_ready (plan->inputs[WFD_STREAM_AUDIO], sound_known);
}

/* References the inputs. With the lock. */
static void
make_plan (GstWfdSink *self, WfdProgramPlan *ret_plan, GError **ret_error, GError **ret_warning)
{
  WfdPlan made;
  Ground ground;

  *ret_plan = (WfdProgramPlan) { .flowing = self->flowing };
  self->limit_kbps = G_MAXUINT;
  if (!self->agreed)
    return;
  get_ground (self, &ground);
  wfd_plan_check_audio (&ground.state, &self->terms.format, ret_warning);
  if (wfd_plan_make (&ground.state, &self->terms, &made, ret_error))
    fill_plan (self, &made, ground.status[WFD_STREAM_AUDIO].known, ret_plan);
}

/* The pad of the sound that was agreed on; (transfer full). */
static WfdPad *
find_agreed_sound (GstWfdSink *self)
{
  WfdPad *found = NULL;

  g_mutex_lock (&self->lock);
  if (self->agreed && self->terms.format.audio_codec != WFD_AUDIO_CODEC_NONE
      && self->streams[WFD_STREAM_AUDIO].pad != NULL)
    found = wfd_pad_ref (self->streams[WFD_STREAM_AUDIO].pad);
  g_mutex_unlock (&self->lock);
  return found;
}

void
gst_wfd_sink_update_plan (GstWfdSink *self)
{
  g_autoptr (WfdPad) sound = find_agreed_sound (self);
  g_autoptr (GError) error = NULL, warning = NULL;
  WfdProgramPlan plan;
  gboolean complained;

  if (sound != NULL)
    wfd_pad_expect_sound (sound);

  g_mutex_lock (&self->lock);
  make_plan (self, &plan, &error, &warning);
  complained = self->complained;
  self->complained = complained || error != NULL || warning != NULL;
  wfd_program_thread_set_plan (self->program_thread, &plan);
  wfd_program_plan_clear (&plan);
  g_mutex_unlock (&self->lock);

  gst_wfd_sink_notify_suggestion (self);
  if (error != NULL && !complained)
    wfd_post_error (GST_ELEMENT (self), error);
  else if (warning != NULL && !complained)
    GST_ELEMENT_WARNING (self, STREAM, WRONG_TYPE, ("%s.", warning->message),
        ("only the picture is sent"));
}

/* What rtspwfd tells, in the thread of the session. */

static void
set_agreed (GstWfdSink *self, const WfdTerms *terms)
{
  g_mutex_lock (&self->lock);
  self->agreed = terms != NULL;
  if (terms != NULL)
    self->terms = *terms;
  self->complained = FALSE;
  g_mutex_unlock (&self->lock);
  gst_wfd_sink_update_plan (self);
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

WfdPad *
gst_wfd_sink_ref_pad (GstWfdSink *self, WfdStream id)
{
  WfdPad *pad;

  g_mutex_lock (&self->lock);
  pad = self->streams[id].pad != NULL ? wfd_pad_ref (self->streams[id].pad) : NULL;
  g_mutex_unlock (&self->lock);
  return pad;
}

/* Nor is what it says of coded sound, and of how many channels a file has. */
static gboolean
is_audio_unknown (WfdPad *audio)
{
  WfdPadStatus status;

  wfd_pad_get_status (audio, &status);
  if (status.known || status.refused)
    return FALSE;
  wfd_pad_guess (audio);
  wfd_pad_get_status (audio, &status);
  return !status.known
      && (!status.guessed || status.format.coded
          || wfd_upstream_query (wfd_pad_get_pad (audio), NULL) != WFD_UPSTREAM_LIVE);
}

static gboolean
is_absent (WfdPad *pad)
{
  WfdPadStatus status;

  wfd_pad_get_status (pad, &status);
  return status.absent;
}

/* What can be offered is not known while it is not of a stream that comes, or of none
 * at all: the pads of a file are there when it has been looked into. */
static gboolean
on_session_preparing (GstElement *rtspwfd, GstWfdSink *self)
{
  static gboolean (*const unknown[]) (WfdPad * pad) = {
    [WFD_STREAM_VIDEO] = is_video_unknown,
    [WFD_STREAM_AUDIO] = is_audio_unknown,
  };
  gboolean any_known = FALSE, any_awaited = FALSE;

  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    g_autoptr (WfdPad) pad = gst_wfd_sink_ref_pad (self, i);

    if (pad == NULL)
      continue;
    if (!unknown[i](pad))
      any_known = TRUE;
    else if (!is_absent (pad))
      any_awaited = TRUE;
  }
  gst_wfd_sink_update_offer (self);
  return any_awaited || !any_known;
}

static void
on_negotiated (GstElement *rtspwfd, GParamSpec *pspec, GstWfdSink *self)
{
  WfdTerms terms;

  set_agreed (self, gst_rtsp_wfd_get_terms (GST_RTSP_WFD (rtspwfd), &terms) ? &terms : NULL);
}

static void
on_flowing (GstElement *rtspwfd, GParamSpec *pspec, GstWfdSink *self)
{
  gboolean flowing;

  g_object_get (rtspwfd, "flowing", &flowing, NULL);
  g_mutex_lock (&self->lock);
  self->flowing = flowing;
  g_mutex_unlock (&self->lock);
  gst_wfd_sink_update_plan (self);
}

/* The next session may begin at once, and must get nothing of what the encoders of
 * this one still hold. */
static void
on_session_closed (GstElement *rtspwfd, GstWfdSink *self)
{
  set_agreed (self, NULL);
  wfd_program_thread_wait (self->program_thread);
}

void
gst_wfd_sink_follow_session (GstWfdSink *self)
{
  g_signal_connect (self->rtspwfd, "notify::negotiated", G_CALLBACK (on_negotiated), self);
  g_signal_connect (self->rtspwfd, "notify::flowing", G_CALLBACK (on_flowing), self);
  g_signal_connect (self->rtspwfd, "session-preparing", G_CALLBACK (on_session_preparing), self);
  g_signal_connect (self->rtspwfd, "session-closed", G_CALLBACK (on_session_closed), self);
}

/*
 * What comes into the pads
 */

/* Whether all that has begun has ended. What did not begin by then is not waited for,
 * unless nothing did. With the lock. */
static gboolean
is_all_ended (GstWfdSink *self)
{
  gboolean any_begun = FALSE, all = TRUE, all_begun = TRUE;

  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    WfdPadStatus status;

    if (self->streams[i].pad == NULL)
      continue;
    wfd_pad_get_status (self->streams[i].pad, &status);
    any_begun = any_begun || status.begun;
    all = all && status.ended;
    all_begun = all_begun && (status.ended || !status.begun);
  }
  return any_begun ? all_begun : all;
}

/* Where the end of @pad goes; NULL if it is not the last. (transfer full) */
static GstPad *
find_last_end (GstWfdSink *self, WfdPad *pad)
{
  GstPad *to = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    if (self->streams[i].pad == pad && is_all_ended (self))
      to = gst_object_ref (self->streams[i].to);
  g_mutex_unlock (&self->lock);
  return to;
}

/* What did not begin is sent as silence, and would be for ever. */
static void
end_unbegun (GstWfdSink *self)
{
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    g_autoptr (WfdPad) pad = gst_wfd_sink_ref_pad (self, i);
    g_autoptr (WfdInput) input = pad != NULL ? wfd_pad_dup_input (pad) : NULL;
    WfdPadStatus status;

    if (input == NULL)
      continue;
    wfd_pad_get_status (pad, &status);
    if (!status.begun && !status.ended)
      wfd_entry_end (wfd_input_get_entry (input));
  }
}

static void
on_pad_ended (gpointer user_data, WfdPad *pad)
{
  GstWfdSink *self = user_data;
  g_autoptr (GstPad) to = find_last_end (self, pad);

  if (to == NULL)
    return;
  end_unbegun (self);
  if (wfd_program_thread_is_running (self->program_thread))
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
static gboolean
on_pad_refused (gpointer user_data, WfdPad *pad, const GError *error)
{
  GstWfdSink *self = user_data;
  gboolean left_out;

  g_mutex_lock (&self->lock);
  left_out = error->domain == GST_STREAM_ERROR && pad == self->streams[WFD_STREAM_AUDIO].pad;
  g_mutex_unlock (&self->lock);
  if (left_out)
    GST_ELEMENT_WARNING (self, STREAM, WRONG_TYPE, ("%s.", error->message),
        ("only the picture is sent"));
  else
    wfd_post_error (GST_ELEMENT (self), error);
  return left_out;
}

/* With the lock. What lacks an encoder is told once, not with each caps. */
static gboolean
is_news (GstWfdSink *self, WfdStream id, gboolean missing)
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
  if (is_news (self, WFD_STREAM_VIDEO, wfd_plan_lacks_video_encoder (&ground.state)))
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
  news = is_news (self, WFD_STREAM_AUDIO, wfd_plan_lacks_audio_encoder (&ground.state));
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

/* A pad of which nothing is known yet may bring something. With the lock. */
static gboolean
is_nothing_offered (GstWfdSink *self, const Ground *ground)
{
  g_autofree char *video = wfd_plan_get_video_offer (&ground->state);
  g_autofree char *audio = wfd_plan_get_audio_offer (&ground->state);

  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    if (self->streams[i].pad != NULL && !ground->status[i].known)
      return FALSE;
  return g_str_equal (video, "none") && g_str_equal (audio, "none");
}

static void
check_offer (GstWfdSink *self)
{
  gboolean nothing;
  Ground ground;

  g_mutex_lock (&self->lock);
  get_ground (self, &ground);
  nothing = is_nothing_offered (self, &ground) && !self->complained;
  self->complained = self->complained || nothing;
  g_mutex_unlock (&self->lock);
  if (nothing)
    wfd_post_gst_error (GST_ELEMENT (self), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, NULL,
        "Of what comes nothing is offered to a display; set \"video-formats\" for the picture, or "
        "\"audio-codecs\" for the sound, to something else than \"none\".");
}

static void
on_pad_changed (gpointer user_data, WfdPad *pad)
{
  GstWfdSink *self = user_data;

  check_video_encoder (self);
  check_audio_encoder (self);
  check_offer (self);
  gst_wfd_sink_update_offer (self);
  gst_rtsp_wfd_consider_offer (GST_RTSP_WFD (self->rtspwfd));
  gst_wfd_sink_update_plan (self);
}

const WfdPadEvents gst_wfd_sink_pad_events = { on_pad_changed, on_pad_refused, on_pad_ended };
