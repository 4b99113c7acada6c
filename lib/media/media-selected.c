/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media-choice.h"

/* The codes of WFD 2.1 §6.2.3. */
#define STATUS_FORMAT 415
#define STATUS_PROFILE 457

static const char reason_selected[] = "selected by the source";

/* The profiles of a sink that decode a stream called @profile: Constrained High
 * has all tools of Constrained Baseline (WFD 2.1 §3.4.2). */
static guint
decoders_for (WfdH264Profile profile)
{
  return profile == WFD_H264_PROFILE_CBP ? WFD_H264_PROFILE_CBP | WFD_H264_PROFILE_CHP : profile;
}

static gboolean
offers_profile (const WfdVideoFormats *offered, guint profiles)
{
  for (guint i = 0; i < offered->n_codecs; i++) {
    if (offered->codecs[i].profiles & profiles)
      return TRUE;
  }
  return FALSE;
}

/* The largest of the offered modes in a tuple of M4; NULL if there is none. */
static const WfdMode *
find_largest (const WfdVideoFormats *offered, guint profiles, const WfdH264Codec *selected)
{
  const WfdMode *largest = NULL;
  guint i, n_modes;
  const WfdMode *modes = wfd_media_get_modes (&n_modes);

  for (i = 0; i < n_modes; i++) {
    if ((selected->modes[modes[i].table] >> modes[i].bit & 1) == 0
        || !wfd_media_video_formats_has (offered, profiles, &modes[i], NULL))
      continue;
    if (largest == NULL
        || wfd_media_mode_get_pixel_rate (&modes[i]) > wfd_media_mode_get_pixel_rate (largest))
      largest = &modes[i];
  }
  return largest;
}

/* Of two profile bits in one tuple (miraclecast) the wider counts: that is what
 * the decoder must be ready for. */
static guint
check_tuple (const WfdVideoFormats *offered, const WfdH264Codec *selected, WfdChoice *ret_choice)
{
  static const WfdH264Profile profiles[] = { WFD_H264_PROFILE_CHP, WFD_H264_PROFILE_CBP };
  guint status = STATUS_PROFILE;

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++) {
    guint decoders = decoders_for (profiles[i]);
    const WfdMode *mode;

    if ((selected->profiles & profiles[i]) == 0 || !offers_profile (offered, decoders))
      continue;

    status = STATUS_FORMAT;
    mode = find_largest (offered, decoders, selected);
    if (mode == NULL)
      continue;
    /* No check of the level: sources name "wrong" ones, and who decodes the
     * mode decodes it. */
    *ret_choice = (WfdChoice) {
      .mode = mode,
      .profile = profiles[i],
      .level = selected->level != 0 ? selected->level : wfd_media_mode_get_stream_level (mode),
    };
    return 0;
  }
  return status;
}

guint
wfd_media_check_selected_video (const WfdVideoFormats *offered, const WfdVideoFormats *selected,
    WfdChoice *ret_choice)
{
  guint status = offered->n_codecs == 0 ? STATUS_FORMAT : STATUS_PROFILE;
  WfdChoice best = { .mode = NULL };

  for (guint i = 0; i < selected->n_codecs; i++) {
    WfdChoice tuple;
    guint tuple_status = check_tuple (offered, &selected->codecs[i], &tuple);

    if (tuple_status == STATUS_FORMAT)
      status = STATUS_FORMAT;
    if (tuple_status == 0
        && (best.mode == NULL
            || wfd_media_mode_get_pixel_rate (tuple.mode)
                > wfd_media_mode_get_pixel_rate (best.mode)))
      best = tuple;
  }
  if (best.mode == NULL && selected->n_codecs > 0)
    return status;

  ret_choice->mode = best.mode;
  ret_choice->profile = best.profile;
  ret_choice->level = best.level;
  ret_choice->reason = reason_selected;
  return 0;
}

guint
wfd_media_check_selected_audio (const WfdAudioCodecs *offered, const WfdAudioCodecs *selected,
    WfdChoice *ret_choice)
{
  const WfdAudioMode *audio = wfd_media_find_common_audio (offered, selected, NULL);
  gboolean none = TRUE;

  for (guint i = 0; i < WFD_N_AUDIO_CODECS; i++)
    none = none && selected->modes[i] == 0;
  if (audio == NULL && !none)
    return STATUS_FORMAT;

  ret_choice->audio = audio;
  return 0;
}

void
wfd_media_choice_to_video_formats (const WfdChoice *choice, WfdVideoFormats *ret_formats)
{
  *ret_formats = (WfdVideoFormats) { .n_codecs = 0 };
  if (choice->mode == NULL)
    return;

  ret_formats->n_codecs = 1;
  ret_formats->codecs[0].profiles = choice->profile;
  ret_formats->codecs[0].level = choice->level;
  ret_formats->codecs[0].modes[choice->mode->table] = G_GUINT64_CONSTANT (1) << choice->mode->bit;
}

void
wfd_media_choice_to_audio_codecs (const WfdChoice *choice, WfdAudioCodecs *ret_codecs)
{
  *ret_codecs = (WfdAudioCodecs) { .modes = { 0 } };
  if (choice->audio != NULL)
    ret_codecs->modes[choice->audio->codec] = 1u << choice->audio->bit;
}

void
wfd_media_choice_to_format (const WfdChoice *choice, WfdFormat *ret_format)
{
  const WfdMode *mode = choice->mode;
  const WfdAudioMode *audio = choice->audio;

  *ret_format = (WfdFormat) { .width = 0 };
  if (mode != NULL) {
    ret_format->width = mode->width;
    ret_format->height = mode->height;
    ret_format->rate_hz = mode->rate_hz;
    ret_format->interlaced = mode->interlaced;
    ret_format->profile = choice->profile;
    ret_format->level = choice->level;
  }
  if (audio != NULL) {
    ret_format->audio_codec = audio->codec;
    ret_format->audio_rate_hz = audio->rate_hz;
    ret_format->audio_channels = audio->channels;
  }
}
