/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-plan.h"

#include "wfd-report.h"

/* What is made of samples. A display that takes both gets AAC: LPCM has no encoder
 * and 40 ms less delay, but needs 1.5 Mbit/s and 200 packets a second instead of
 * 0.13 and 47, and on Wi-Fi each packet costs the picture air. */
#define STEREO_OFFER "aac, lpcm, lpcm-44100"
#define STEREO_OFFER_WITHOUT_ENCODER "lpcm, lpcm-44100"

#define MAX_CHANNELS 8

static gboolean
has_format (const WfdPadStatus *status)
{
  return status->known || status->guessed;
}

/* Whether a stream is no part of any session. That nothing leads to a pad is final
 * once the other is there: the pads of a file come all at once. */
static gboolean
is_left_out (const WfdPadStatus *status, const WfdPadStatus *other)
{
  return status == NULL || status->refused
      || (status->absent && other != NULL && has_format (other));
}

static gboolean
is_video_left_out (const WfdPlanState *state)
{
  return is_left_out (state->video, state->audio);
}

static gboolean
is_audio_left_out (const WfdPlanState *state)
{
  return is_left_out (state->audio, state->video);
}

char *
wfd_plan_get_video_offer (const WfdPlanState *state)
{
  const WfdPadStatus *video = state->video;

  if (is_video_left_out (state))
    return g_strdup ("none");
  if (has_format (video) && video->format.coded)
    return wfd_input_format_get_offer (&video->format);
  return g_strdup (state->video_formats);
}

/* The modes of AAC have 2, 4, 6 and 8 channels (WFD 2.1 §6.1.2); of LPCM 2. */
static char *
get_sample_offer (const WfdPlanState *state)
{
  guint channels = state->audio->format.audio_channels;

  if (state->audio_encoder == NULL)
    return g_strdup (STEREO_OFFER_WITHOUT_ENCODER);
  if (channels <= 2 || channels % 2 != 0 || channels > state->surround_encoder->max_channels)
    return g_strdup (STEREO_OFFER);
  return g_strdup_printf ("aac-%uch, " STEREO_OFFER, channels);
}

static gboolean
can_make (const WfdEncoder *encoder, const char *name)
{
  gint max_channels = encoder != NULL ? encoder->max_channels : 0;

  if (g_ascii_strncasecmp (name, "aac-", 4) == 0)
    return g_ascii_digit_value (name[4]) <= max_channels;
  return encoder != NULL || g_ascii_strcasecmp (name, "aac") != 0;
}

/* What the user wants and the encoder can make of samples. */
static char *
get_possible_offer (const WfdPlanState *state)
{
  g_auto (GStrv) names = g_strsplit (state->audio_codecs, ",", -1);
  g_autoptr (GString) offer = g_string_new (NULL);

  for (guint i = 0; names[i] != NULL; i++)
    if (can_make (state->surround_encoder, g_strstrip (names[i])))
      g_string_append_printf (offer, "%s%s", offer->len > 0 ? ", " : "", names[i]);
  return g_strdup (offer->len > 0 ? offer->str : "none");
}

char *
wfd_plan_get_audio_offer (const WfdPlanState *state)
{
  const WfdPadStatus *audio = state->audio;
  gboolean coded;

  if (is_audio_left_out (state))
    return g_strdup ("none");
  coded = has_format (audio) && audio->format.coded;
  if (g_strcmp0 (state->audio_codecs, "default") != 0)
    return coded ? g_strdup (state->audio_codecs) : get_possible_offer (state);
  return coded ? wfd_input_format_get_offer (&audio->format) : get_sample_offer (state);
}

WfdOfferWish
wfd_plan_get_wish (const WfdPlanState *state)
{
  const WfdPadStatus *video = state->video, *audio = state->audio;
  WfdOfferWish wish = { 0 };

  if (!is_video_left_out (state) && has_format (video))
    wish = wfd_input_format_get_wish (&video->format);
  if (audio != NULL && has_format (audio))
    wish.channels = MIN (audio->format.audio_channels, MAX_CHANNELS);
  return wish;
}

static gboolean
is_raw (const WfdPadStatus *status)
{
  return status != NULL && status->known && !status->refused && !status->format.coded;
}

gboolean
wfd_plan_lacks_video_encoder (const WfdPlanState *state)
{
  return is_raw (state->video) && state->video_encoder == NULL;
}

gboolean
wfd_plan_lacks_audio_encoder (const WfdPlanState *state)
{
  g_autofree char *offer = wfd_plan_get_audio_offer (state);

  return is_raw (state->audio) && g_str_equal (offer, "none")
      && g_strcmp0 (state->audio_codecs, "none") != 0;
}

static void
read_video (const WfdFormat *agreed, const WfdInputFormat *input, WfdEncoderConfig *config)
{
  config->width = agreed->width;
  config->height = agreed->height;
  config->rate_n = agreed->rate_hz;
  config->rate_d = 1;
  config->profile = agreed->profile;
  config->level = agreed->level;

  /* 29.97 pictures that were agreed on as 30 stay 29.97. */
  if (wfd_input_format_get_rate_hz (input) == agreed->rate_hz) {
    config->rate_n = input->rate_n;
    config->rate_d = input->rate_d;
  }
}

/* Pictures can only be sent when it is known what they are. */
static gboolean
plan_video (const WfdPlanState *state, const WfdFormat *agreed, WfdPlan *plan, GError **error)
{
  const WfdPadStatus *video = state->video;
  WfdEncoderConfig *format = &plan->program.format;

  plan->video_ready = TRUE;
  if (is_video_left_out (state) || agreed->width == 0)
    return TRUE;
  plan->video = TRUE;
  read_video (agreed, &video->format, format);
  plan->program.video_encoder = video->format.coded ? NULL : state->video_encoder;
  plan->video_ready = video->known && (video->format.coded || plan->program.video_encoder != NULL);
  return !plan->video_ready || !video->format.coded
      || wfd_input_format_check (&video->format, format, error);
}

/* Raw sound that did not begin is silence, so it is always known. */
static void
plan_audio (const WfdPlanState *state, const WfdFormat *agreed, WfdPlan *plan)
{
  const WfdPadStatus *audio = state->audio;

  plan->audio_ready = TRUE;
  if (is_audio_left_out (state) || agreed->audio_codec == WFD_AUDIO_CODEC_NONE
      || !wfd_plan_check_audio (state, agreed, NULL))
    return;
  plan->audio = TRUE;
  plan->program.format.audio_rate_hz = agreed->audio_rate_hz;
  plan->program.format.audio_channels = agreed->audio_channels;
  if (audio->format.coded) {
    plan->audio_ready = audio->known;
  } else if (agreed->audio_codec == WFD_AUDIO_CODEC_AAC) {
    plan->program.audio_encoder =
        agreed->audio_channels > 2 ? state->surround_encoder : state->audio_encoder;
    plan->audio_ready = plan->program.audio_encoder != NULL;
  } else {
    plan->program.audio_lpcm = TRUE;
  }
}

gboolean
wfd_plan_make (const WfdPlanState *state, const WfdTerms *terms, WfdPlan *ret_plan, GError **error)
{
  WfdPlan plan = {
    .program.format = {
        .rate_d = 1,
        .bitrate_kbps = state->bitrate_kbps,
        .peer_asks_for_idr = terms->idr_request,
        .max_bitrate_kbps = terms->max_bitrate_kbps,
    },
    .program.can_shrink = terms->can_shrink,
    .program.can_grow = terms->can_grow,
  };

  if (!plan_video (state, &terms->format, &plan, error))
    return FALSE;
  plan_audio (state, &terms->format, &plan);
  *ret_plan = plan;
  return TRUE;
}

static gboolean
is_audio_possible (const WfdInputFormat *input, const WfdFormat *agreed)
{
  if (!input->coded)
    return agreed->audio_codec == WFD_AUDIO_CODEC_AAC
        || agreed->audio_codec == WFD_AUDIO_CODEC_LPCM;
  return input->audio_codec == agreed->audio_codec && input->audio_rate_hz == agreed->audio_rate_hz
      && input->audio_channels == agreed->audio_channels;
}

gboolean
wfd_plan_check_audio (const WfdPlanState *state, const WfdFormat *agreed, GError **error)
{
  const WfdPadStatus *audio = state->audio;

  if (is_audio_left_out (state) || agreed->audio_codec == WFD_AUDIO_CODEC_NONE
      || !has_format (audio) || is_audio_possible (&audio->format, agreed))
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "The display was promised %s, which cannot be made of the sound that comes; decode it in "
      "front of wfdsink, or set \"audio-codecs\" to what comes",
      wfd_report_get_codec_name (agreed->audio_codec));
  return FALSE;
}
