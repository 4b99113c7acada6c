/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <wfd/wfd-session.h>

#include "session-private.h"

static WfdH264Profile
find_profile (const WfdVideoFormats *video, const WfdMode *mode, guint *ret_level)
{
  static const WfdH264Profile profiles[] = { WFD_H264_PROFILE_CHP, WFD_H264_PROFILE_CBP };

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    if (wfd_media_video_formats_has (video, profiles[i], mode, ret_level))
      return profiles[i];
  return WFD_H264_PROFILE_NONE;
}

static void
add_format (GPtrArray *formats, const WfdChoice *choice)
{
  WfdFormat format;

  wfd_media_choice_to_format (choice, &format);
  g_ptr_array_add (formats, wfd_format_copy (&format));
}

/**
 * wfd_session_dup_video_offer:
 * @self: a session
 *
 * What wfd_session_set_video_formats() made of its text: a format for each
 * mode that this side can do, with the highest profile and level for it and
 * without audio.
 *
 * Returns: (transfer full) (element-type WfdFormat): the formats, none if there
 *   is no video
 */
GPtrArray *
wfd_session_dup_video_offer (WfdSession *self)
{
  GPtrArray *formats;
  const WfdMode *modes;
  guint n, level = 0;

  g_return_val_if_fail (WFD_IS_SESSION (self), NULL);

  formats = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_format_free);
  modes = wfd_media_get_modes (&n);
  for (guint i = 0; i < n; i++) {
    WfdChoice choice = { .mode = &modes[i] };

    choice.profile = find_profile (&self->video, choice.mode, &level);
    choice.level = level;
    if (choice.profile != WFD_H264_PROFILE_NONE)
      add_format (formats, &choice);
  }
  return formats;
}

/**
 * wfd_session_dup_audio_offer:
 * @self: a session
 *
 * What wfd_session_set_audio_codecs() made of its text: a format for each
 * combination of codec, rate and channels that this side can do, without
 * video.
 *
 * Returns: (transfer full) (element-type WfdFormat): the formats, none if there
 *   is no audio
 */
GPtrArray *
wfd_session_dup_audio_offer (WfdSession *self)
{
  GPtrArray *formats;
  const WfdAudioMode *modes;
  guint n;

  g_return_val_if_fail (WFD_IS_SESSION (self), NULL);

  formats = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_format_free);
  modes = wfd_media_get_audio_modes (&n);
  for (guint i = 0; i < n; i++)
    if (wfd_media_audio_codecs_has (&self->audio, &modes[i]))
      add_format (formats, &(WfdChoice) { .audio = &modes[i] });
  return formats;
}
