/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-report.h"

#include <gst/pbutils/pbutils.h>

#include "wfd-unit-caps.h"

static const char *const profile_names[] = {
  [WFD_H264_PROFILE_NONE] = NULL,
  [WFD_H264_PROFILE_CBP] = "constrained-baseline",
  [WFD_H264_PROFILE_CHP] = "constrained-high",
};

typedef struct
{
  const char *name;
  WfdTsCodec codec;
} Codec;

static const Codec codecs[] = {
  [WFD_AUDIO_CODEC_NONE] = { NULL, WFD_TS_CODEC_NONE },
  [WFD_AUDIO_CODEC_LPCM] = { "lpcm", WFD_TS_CODEC_LPCM },
  [WFD_AUDIO_CODEC_AAC] = { "aac", WFD_TS_CODEC_AAC },
  [WFD_AUDIO_CODEC_AC3] = { "ac3", WFD_TS_CODEC_AC3 },
};

/* Of an interlaced picture the mode names the fields. */
static guint
get_frames_per_second (const WfdFormat *format)
{
  return format->interlaced ? format->rate_hz / 2 : format->rate_hz;
}

static void
set_video (GstStructure *structure, const WfdFormat *format)
{
  const guint8 sps[] = { 66, 0, format->level };

  if (format->width == 0)
    return;
  gst_structure_set (structure, "width", G_TYPE_INT, (int) format->width, "height", G_TYPE_INT,
      (int) format->height, "framerate", GST_TYPE_FRACTION, (int) get_frames_per_second (format), 1,
      "interlaced", G_TYPE_BOOLEAN, format->interlaced, "level", G_TYPE_STRING,
      gst_codec_utils_h264_get_level (sps, sizeof sps), NULL);
  if (profile_names[format->profile] != NULL)
    gst_structure_set (structure, "profile", G_TYPE_STRING, profile_names[format->profile], NULL);
}

static void
set_audio (GstStructure *structure, const WfdFormat *format)
{
  if (format->audio_codec == WFD_AUDIO_CODEC_NONE)
    return;
  gst_structure_set (structure, "audio-codec", G_TYPE_STRING, codecs[format->audio_codec].name,
      "audio-rate", G_TYPE_INT, (int) format->audio_rate_hz, "audio-channels", G_TYPE_INT,
      (int) format->audio_channels, NULL);
}

static void
set_string (GstStructure *structure, const char *name, const char *value)
{
  if (value != NULL)
    gst_structure_set (structure, name, G_TYPE_STRING, value, NULL);
}

GstStructure *
wfd_report_new_negotiated (const WfdReport *report)
{
  GstStructure *structure = gst_structure_new ("wfd-negotiated", "role", G_TYPE_STRING,
      report->role == WFD_ROLE_SOURCE ? "source" : "sink", NULL);

  set_video (structure, report->format);
  set_audio (structure, report->format);
  set_string (structure, "peer", report->peer);
  set_string (structure, "peer-name", report->peer_name);
  set_string (structure, "reason", report->reason);
  if (report->role == WFD_ROLE_SOURCE)
    gst_structure_set (structure, "idr-request", G_TYPE_BOOLEAN, report->idr_request, NULL);
  if (report->max_bitrate_kbps > 0)
    gst_structure_set (structure, "max-bitrate", G_TYPE_UINT, report->max_bitrate_kbps, NULL);
  return structure;
}

GstStructure *
wfd_report_new_stats (GVariant *stats)
{
  GstStructure *structure = gst_structure_new_empty ("wfd-stats");
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (stats == NULL)
    return structure;

  g_variant_iter_init (&iter, stats);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
      gst_structure_set (structure, name, G_TYPE_UINT64, g_variant_get_uint64 (value), NULL);
    else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
      gst_structure_set (structure, name, G_TYPE_INT64, g_variant_get_int64 (value), NULL);
    else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
      set_string (structure, name, g_variant_get_string (value, NULL));
  }
  return structure;
}

GstCaps *
wfd_report_new_video_caps (const GstStructure *negotiated)
{
  WfdTsFormat format = { .codec = WFD_TS_CODEC_H264 };
  int rate, per;
  GstCaps *caps;

  if (!gst_structure_get (negotiated, "width", G_TYPE_INT, &format.width, "height", G_TYPE_INT,
          &format.height, NULL)
      || !gst_structure_get_fraction (negotiated, "framerate", &rate, &per))
    return NULL;
  caps = wfd_unit_caps_new (&format);
  gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, rate, per, NULL);
  return caps;
}

static const Codec *
find_codec (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (g_strcmp0 (codecs[i].name, name) == 0)
      return &codecs[i];
  return NULL;
}

GstCaps *
wfd_report_new_audio_caps (const GstStructure *negotiated)
{
  const char *name = gst_structure_get_string (negotiated, "audio-codec");
  const Codec *codec = name != NULL ? find_codec (name) : NULL;
  WfdTsFormat format = { 0 };

  if (codec == NULL
      || !gst_structure_get (negotiated, "audio-rate", G_TYPE_INT, &format.rate_hz,
          "audio-channels", G_TYPE_INT, &format.channels, NULL))
    return NULL;
  format.codec = codec->codec;
  return wfd_unit_caps_new (&format);
}
