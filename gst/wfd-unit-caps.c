/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-unit-caps.h"

#include <gst/audio/audio.h>
#include <gst/pbutils/pbutils.h>

static const char *const caps_of_codec[WFD_TS_N_CODECS] = {
  [WFD_TS_CODEC_H264] = "video/x-h264, stream-format=byte-stream, alignment=au, parsed=true",
  [WFD_TS_CODEC_H265] = "video/x-h265, stream-format=byte-stream, alignment=au, parsed=true",
  [WFD_TS_CODEC_LPCM] = "audio/x-raw, format=S16BE, layout=interleaved",
  [WFD_TS_CODEC_AAC] = "audio/mpeg, mpegversion=4, stream-format=adts, framed=true",
  [WFD_TS_CODEC_AC3] = "audio/x-ac3, framed=true, alignment=frame",
  [WFD_TS_CODEC_EAC3] = "audio/x-eac3, framed=true, alignment=frame",
};

static void
set_number (GstCaps *caps, const char *name, guint number)
{
  if (number != 0)
    gst_caps_set_simple (caps, name, G_TYPE_INT, (int) number, NULL);
}

static void
set_profile (GstCaps *caps, const WfdTsFormat *format)
{
  static const guint8 unknown[sizeof (format->profile)];

  if (memcmp (format->profile, unknown, sizeof (unknown)) == 0)
    return;
  if (format->codec == WFD_TS_CODEC_H265)
    gst_codec_utils_h265_caps_set_level_tier_and_profile (caps, format->profile, 12);
  else
    gst_codec_utils_h264_caps_set_level_and_profile (caps, format->profile, 3);
}

/* The standard does not say which channel is where beyond two. */
static void
set_channel_mask (GstCaps *caps, guint channels)
{
  if (channels > 2)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK,
        gst_audio_channel_get_fallback_mask (channels), NULL);
}

GstCaps *
wfd_unit_caps_new (const WfdTsFormat *format)
{
  const char *text = caps_of_codec[format->codec];
  GstCaps *caps;

  if (text == NULL)
    return NULL;

  caps = gst_caps_from_string (text);
  set_number (caps, "rate", format->rate_hz);
  set_number (caps, "channels", format->channels);
  if (format->codec == WFD_TS_CODEC_LPCM)
    set_channel_mask (caps, format->channels);
  if (wfd_ts_codec_get_info (format->codec)->is_video) {
    set_number (caps, "width", format->width);
    set_number (caps, "height", format->height);
    set_profile (caps, format);
  }
  return caps;
}

guint
wfd_unit_get_frames_hz (const WfdFormat *format)
{
  return format->interlaced ? format->rate_hz / 2 : format->rate_hz;
}

WfdTsFormat
wfd_unit_get_audio_format (const WfdFormat *format)
{
  static const WfdTsCodec codecs[] = {
    [WFD_AUDIO_CODEC_NONE] = WFD_TS_CODEC_NONE,
    [WFD_AUDIO_CODEC_LPCM] = WFD_TS_CODEC_LPCM,
    [WFD_AUDIO_CODEC_AAC] = WFD_TS_CODEC_AAC,
    [WFD_AUDIO_CODEC_AC3] = WFD_TS_CODEC_AC3,
  };

  return (WfdTsFormat) {
    .codec = codecs[format->audio_codec],
    .rate_hz = format->audio_rate_hz,
    .channels = format->audio_channels,
  };
}

GstCaps *
wfd_unit_caps_new_video (const WfdFormat *format)
{
  const WfdTsFormat video = {
    .codec = WFD_TS_CODEC_H264,
    .width = format->width,
    .height = format->height,
  };
  GstCaps *caps;

  if (format->width == 0)
    return NULL;
  caps = wfd_unit_caps_new (&video);
  gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, (int) wfd_unit_get_frames_hz (format),
      1, NULL);
  return caps;
}

GstCaps *
wfd_unit_caps_new_audio (const WfdFormat *format)
{
  const WfdTsFormat audio = wfd_unit_get_audio_format (format);

  return wfd_unit_caps_new (&audio);
}
