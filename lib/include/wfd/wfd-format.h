/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>
#include <wfd/wfd-export.h>

G_BEGIN_DECLS

/**
 * WfdH264Profile:
 * @WFD_H264_PROFILE_NONE: no video
 * @WFD_H264_PROFILE_CBP: Constrained Baseline
 * @WFD_H264_PROFILE_CHP: Constrained High (called RHP in WFD 2.1)
 *
 * The H.264 profiles of `wfd_video_formats`, with the values they have on the
 * wire (WFD 2.1 §6.1.3).
 */
typedef enum
{
  WFD_H264_PROFILE_NONE = 0,
  WFD_H264_PROFILE_CBP = 1,
  WFD_H264_PROFILE_CHP = 2,
} WfdH264Profile;

/**
 * WfdAudioCodec:
 * @WFD_AUDIO_CODEC_NONE: no audio
 * @WFD_AUDIO_CODEC_LPCM: 16 bit big-endian linear PCM
 * @WFD_AUDIO_CODEC_AAC: MPEG-2 AAC-LC in ADTS
 * @WFD_AUDIO_CODEC_AC3: AC-3
 *
 * The audio codecs of `wfd_audio_codecs` (WFD 2.1 §6.1.2).
 */
typedef enum
{
  WFD_AUDIO_CODEC_NONE,
  WFD_AUDIO_CODEC_LPCM,
  WFD_AUDIO_CODEC_AAC,
  WFD_AUDIO_CODEC_AC3,
} WfdAudioCodec;

/**
 * WfdFormat:
 * @width: width of the picture in pixels, 0 if there is no video
 * @height: height of the picture in pixels, 0 if there is no video
 * @rate_hz: frames per second (fields per second if @interlaced); 60, 30 and
 *   24 stand for 59.94, 29.97 and 23.98 as well
 * @interlaced: whether the picture is interlaced
 * @profile: H.264 profile
 * @level: H.264 level times ten, 31 to 52; 0 if there is no video
 * @audio_codec: audio codec
 * @audio_rate_hz: audio sampling rate in Hz, 0 if there is no audio
 * @audio_channels: number of audio channels, 0 if there is no audio
 *
 * What source and sink agreed to send (M4).
 */
typedef struct _WfdFormat WfdFormat;

struct _WfdFormat
{
  guint width;
  guint height;
  guint rate_hz;
  gboolean interlaced;
  WfdH264Profile profile;
  guint level;
  WfdAudioCodec audio_codec;
  guint audio_rate_hz;
  guint audio_channels;
};

#define WFD_TYPE_FORMAT (wfd_format_get_type ())

WFD_API GType wfd_format_get_type (void) G_GNUC_CONST;
WFD_API WfdFormat *wfd_format_copy (const WfdFormat *self);
WFD_API void wfd_format_free (WfdFormat *self);
WFD_API gboolean wfd_format_equal (const WfdFormat *a, const WfdFormat *b);
WFD_API char *wfd_format_to_string (const WfdFormat *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdFormat, wfd_format_free)

G_END_DECLS
