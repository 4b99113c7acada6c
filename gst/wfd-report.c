/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-report.h"

#include <gst/pbutils/pbutils.h>

#include "wfd-unit-caps.h"

static const char *const profile_names[] = {
  [WFD_H264_PROFILE_NONE] = NULL,
  [WFD_H264_PROFILE_CBP] = "constrained-baseline",
  [WFD_H264_PROFILE_CHP] = "constrained-high",
};

const char *
wfd_report_get_codec_name (WfdAudioCodec codec)
{
  static const char *const names[] = {
    [WFD_AUDIO_CODEC_NONE] = NULL,
    [WFD_AUDIO_CODEC_LPCM] = "lpcm",
    [WFD_AUDIO_CODEC_AAC] = "aac",
    [WFD_AUDIO_CODEC_AC3] = "ac3",
  };

  return names[codec];
}

static void
set_video (GstStructure *structure, const WfdFormat *format)
{
  const guint8 sps[] = { 66, 0, format->level };

  if (format->width == 0)
    return;
  gst_structure_set (structure, "width", G_TYPE_INT, (int) format->width, "height", G_TYPE_INT,
      (int) format->height, "framerate", GST_TYPE_FRACTION, (int) wfd_unit_get_frames_hz (format),
      1, "interlaced", G_TYPE_BOOLEAN, format->interlaced, "level", G_TYPE_STRING,
      gst_codec_utils_h264_get_level (sps, sizeof sps), NULL);
  if (profile_names[format->profile] != NULL)
    gst_structure_set (structure, "profile", G_TYPE_STRING, profile_names[format->profile], NULL);
}

static void
set_audio (GstStructure *structure, const WfdFormat *format)
{
  if (format->audio_codec == WFD_AUDIO_CODEC_NONE)
    return;
  gst_structure_set (structure, "audio-codec", G_TYPE_STRING,
      wfd_report_get_codec_name (format->audio_codec), "audio-rate", G_TYPE_INT,
      (int) format->audio_rate_hz, "audio-channels", G_TYPE_INT, (int) format->audio_channels,
      NULL);
}

static void
set_string (GstStructure *structure, const char *name, const char *value)
{
  if (value != NULL)
    gst_structure_set (structure, name, G_TYPE_STRING, value, NULL);
}

GstStructure *
wfd_report_new_negotiated (WfdRole role, const WfdControlAgreement *agreement)
{
  const WfdTerms *terms = &agreement->terms;
  GstStructure *structure = gst_structure_new ("wfd-negotiated", "role", G_TYPE_STRING,
      role == WFD_ROLE_SOURCE ? "source" : "sink", NULL);

  set_video (structure, &terms->format);
  set_audio (structure, &terms->format);
  set_string (structure, "peer", agreement->peer);
  set_string (structure, "peer-name", agreement->peer_name);
  set_string (structure, "reason", agreement->reason);
  if (role == WFD_ROLE_SOURCE)
    gst_structure_set (structure, "idr-request", G_TYPE_BOOLEAN, terms->idr_request, NULL);
  if (terms->max_bitrate_kbps > 0)
    gst_structure_set (structure, "max-bitrate", G_TYPE_UINT, terms->max_bitrate_kbps, NULL);
  return structure;
}

void
wfd_report_add_stats (GstStructure *structure, GVariant *stats)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (stats == NULL)
    return;
  g_variant_iter_init (&iter, stats);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
      gst_structure_set (structure, name, G_TYPE_UINT64, g_variant_get_uint64 (value), NULL);
    else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
      gst_structure_set (structure, name, G_TYPE_INT64, g_variant_get_int64 (value), NULL);
    else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
      gst_structure_set (structure, name, G_TYPE_UINT, g_variant_get_uint32 (value), NULL);
    else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
      gst_structure_set (structure, name, G_TYPE_BOOLEAN, g_variant_get_boolean (value), NULL);
    else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
      set_string (structure, name, g_variant_get_string (value, NULL));
  }
}

GstStructure *
wfd_report_new_stats (GVariant *stats)
{
  GstStructure *structure = gst_structure_new_empty ("wfd-stats");

  wfd_report_add_stats (structure, stats);
  return structure;
}
