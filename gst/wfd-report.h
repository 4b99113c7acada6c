/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <wfd/wfd.h>

#include "wfd-control.h"

G_BEGIN_DECLS

/* What an application gets to see of a session, as structures. */

/* wfd-negotiated: role (string "source" or "sink"), width, height (int),
 * framerate (fraction), interlaced (boolean), profile, level (string, as in
 * video/x-h264), audio-codec (string), audio-rate (int, Hz), audio-channels
 * (int), peer, peer-name, reason (string), idr-request (boolean), max-bitrate
 * (uint, kbit/s). Without video or audio, or what is not known, its fields are
 * not there. */
GstStructure *wfd_report_new_negotiated (WfdRole role, const WfdControlAgreement *agreement);
/* audio-codec; NULL for none. */
const char *wfd_report_get_codec_name (WfdAudioCodec codec);

/* wfd-stats with the fields of @stats, an a{sv} or NULL: t becomes uint64, x
 * int64, s string. */
GstStructure *wfd_report_new_stats (GVariant *stats);
/* @stats: (nullable) */
void wfd_report_add_stats (GstStructure *structure, GVariant *stats);

G_END_DECLS
