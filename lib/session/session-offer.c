/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-text.h>
#include <rtsp-params.h>
#include <wfd/wfd.h>

#include "session-private.h"

/* What this side can do, and would like. */

static gboolean
is_hex (WfdText token, gsize digits)
{
  guint64 value;

  return token.left == digits && wfd_text_take_hex (&token, G_MAXUINT64, &value);
}

/**
 * wfd_session_set_video_formats:
 * @self: a session that was not used yet, or is held
 * @formats: (nullable): names like "1920x1080p30, 1280x720p60", "none" for no
 *   video, %NULL or "default" for all progressive modes up to 1920x1080p60, or
 *   the value of `wfd_video_formats` itself (WFD 2.1 §6.1.3)
 * @error: return location for a %WFD_ERROR_INVALID_ARGUMENT
 *
 * Sets which video formats this side can do.
 *
 * Returns: whether @formats could be read
 */
gboolean
wfd_session_set_video_formats (WfdSession *self, const char *formats, GError **error)
{
  WfdText text, first;

  g_return_val_if_fail (WFD_IS_SESSION (self), FALSE);

  if (formats == NULL || g_ascii_strcasecmp (formats, "default") == 0) {
    wfd_media_default_video_formats (self->role == WFD_ROLE_SINK, &self->video);
    return TRUE;
  }
  text = wfd_text (formats);
  if (wfd_text_take_token (&text, &first) && is_hex (first, 2))
    return wfd_params_parse_video_formats (formats, &self->video, error);
  return wfd_media_video_formats_from_names (formats, self->role == WFD_ROLE_SINK, &self->video,
      error);
}

/**
 * wfd_session_set_audio_codecs:
 * @self: a session that was not used yet, or is held
 * @codecs: (nullable): names like "aac, lpcm", "none" for no audio, %NULL or
 *   "default" for what the role usually does, or the value of
 *   `wfd_audio_codecs` itself (WFD 2.1 §6.1.2)
 * @error: return location for a %WFD_ERROR_INVALID_ARGUMENT
 *
 * Sets which audio codecs this side can do.
 *
 * Returns: whether @codecs could be read
 */
gboolean
wfd_session_set_audio_codecs (WfdSession *self, const char *codecs, GError **error)
{
  WfdText text, token;

  g_return_val_if_fail (WFD_IS_SESSION (self), FALSE);

  if (codecs == NULL || g_ascii_strcasecmp (codecs, "default") == 0) {
    wfd_media_default_audio_codecs (self->role == WFD_ROLE_SINK, &self->audio);
    return TRUE;
  }
  text = wfd_text (codecs);
  if (wfd_text_take_token (&text, &token) && wfd_text_take_token (&text, &token)
      && is_hex (token, 8))
    return wfd_params_parse_audio_codecs (codecs, &self->audio, error);
  return wfd_media_audio_codecs_from_names (codecs, &self->audio, error);
}

/**
 * wfd_session_set_wish:
 * @self: a session that was not used yet, or is held
 * @width: pixels, 0 for no wish
 * @height: pixels, 0 for no wish
 * @rate_hz: frames per second, 0 for no wish
 *
 * Sets which picture a source would like to send, usually that of its input.
 * The nearest one that both sides can do is chosen, and rather one that holds
 * the whole picture, up to what 1920x1080p30 has, than one that loses lines.
 */
void
wfd_session_set_wish (WfdSession *self, guint width, guint height, guint rate_hz)
{
  g_return_if_fail (WFD_IS_SESSION (self));
  self->wish.width = width;
  self->wish.height = height;
  self->wish.rate_hz = rate_hz;
}

/**
 * wfd_session_set_wish_channels:
 * @self: a session that was not used yet, or is held
 * @channels: channels of the sound, 0 for no wish
 *
 * Sets how many channels a source would like to send, usually those of its input.
 * Without a wish, or where not both sides can do it, stereo comes first.
 */
void
wfd_session_set_wish_channels (WfdSession *self, guint channels)
{
  g_return_if_fail (WFD_IS_SESSION (self));
  self->wish.channels = channels;
}

/**
 * wfd_session_set_max_bitrate:
 * @self: a session that was not used yet, or is held
 * @kbps: kbit/s at which pictures can be sent at most, 0 if that is not known
 *
 * Leaves out the formats that are not worth sending at so little. 640x480p60, which
 * each device knows, stays.
 */
void
wfd_session_set_max_bitrate (WfdSession *self, guint kbps)
{
  g_return_if_fail (WFD_IS_SESSION (self));
  self->max_kbps = kbps;
}

void
wfd_session_get_video_offer (WfdSession *self, WfdVideoFormats *ret_video)
{
  *ret_video = self->video;
  if (self->max_kbps > 0)
    wfd_media_video_formats_limit (ret_video, self->max_kbps);
}

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

/* A format for each mode that @video has. */
static GPtrArray *
list_formats (const WfdVideoFormats *video)
{
  GPtrArray *formats = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_format_free);
  const WfdMode *modes;
  guint n, level = 0;

  modes = wfd_media_get_modes (&n);
  for (guint i = 0; i < n; i++) {
    WfdChoice choice = { .mode = &modes[i] };

    choice.profile = find_profile (video, choice.mode, &level);
    choice.level = level;
    if (choice.profile != WFD_H264_PROFILE_NONE)
      add_format (formats, &choice);
  }
  return formats;
}

/**
 * wfd_session_dup_video_offer:
 * @self: a session
 *
 * What wfd_session_set_video_formats() made of its text: a format for each
 * mode that this side can do, with the highest profile and level for it and
 * without audio. wfd_session_set_max_bitrate() does not count.
 *
 * Returns: (transfer full) (element-type WfdFormat): the formats, none if there
 *   is no video
 */
GPtrArray *
wfd_session_dup_video_offer (WfdSession *self)
{
  g_return_val_if_fail (WFD_IS_SESSION (self), NULL);
  return list_formats (&self->video);
}

/**
 * wfd_session_dup_peer_video_offer:
 * @self: a session of role %WFD_ROLE_SOURCE
 *
 * What the sink can show (M3): as wfd_session_dup_video_offer().
 *
 * Returns: (transfer full) (element-type WfdFormat): the formats, none if there is
 *   no video or nothing was told yet
 */
GPtrArray *
wfd_session_dup_peer_video_offer (WfdSession *self)
{
  static const WfdVideoFormats none = { 0 };

  g_return_val_if_fail (WFD_IS_SESSION (self), NULL);
  return list_formats (self->machine != NULL ? wfd_machine_get_peer_video (self->machine) : &none);
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
