/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <wfd/wfd.h>

G_BEGIN_DECLS

/* What an application gets to see of a session, as structures. */

/* wfd-negotiated: role (string "source" or "sink"), width, height (int),
 * framerate (fraction), interlaced (boolean), profile, level (string, as in
 * video/x-h264), audio-codec (string), audio-rate (int, Hz), audio-channels
 * (int), peer, peer-name, reason (string), idr-request (boolean), max-bitrate
 * (uint, kbit/s). Without video or audio, or what is not known, its fields are
 * not there. */
typedef struct
{
  WfdRole role;
  const WfdFormat *format;
  const char *peer;
  const char *peer_name;  /* (nullable) */
  const char *reason;     /* (nullable) */
  gboolean idr_request;   /* role source: the sink asks for key frames */
  guint max_bitrate_kbps; /* role source: more the sink does not take; 0: unknown */
} WfdReport;

GstStructure *wfd_report_new_negotiated (const WfdReport *report);

/* wfd-stats with the fields of @stats, an a{sv} or NULL: t becomes uint64, x
 * int64, s string. */
GstStructure *wfd_report_new_stats (GVariant *stats);

/* The caps of the streams of a session by its wfd-negotiated; NULL if there is
 * none. Profile and level of the video are left out: gnome-network-displays
 * sends Constrained Baseline after it agreed on Constrained High, Windows the
 * other way round, and a decoder chosen by them would be the wrong one. */
GstCaps *wfd_report_new_video_caps (const GstStructure *negotiated);
GstCaps *wfd_report_new_audio_caps (const GstStructure *negotiated);

G_END_DECLS
