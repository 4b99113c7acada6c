/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <ts.h>
#include <wfd/wfd-format.h>

G_BEGIN_DECLS

/* What the pads of a received session may carry. */
#define WFD_UNIT_VIDEO_CAPS \
  "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au; " \
  "video/x-h265, stream-format=(string)byte-stream, alignment=(string)au"
#define WFD_UNIT_AUDIO_CAPS \
  "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts; " \
  "audio/x-ac3; audio/x-eac3; " \
  "audio/x-raw, format=(string)S16BE, layout=(string)interleaved"

/* The caps of what has @format; fields that it does not tell are not there. NULL
 * for a codec that is none. */
GstCaps *wfd_unit_caps_new (const WfdTsFormat *format);

/* The caps of what was agreed on; NULL if that has no such stream. Profile and level
 * of the video are left out: gnome-network-displays sends Constrained Baseline after
 * it agreed on Constrained High, Windows the other way round, and a decoder chosen
 * by them would be the wrong one. */
GstCaps *wfd_unit_caps_new_video (const WfdFormat *format);
GstCaps *wfd_unit_caps_new_audio (const WfdFormat *format);

/* The sound that was agreed on. */
WfdTsFormat wfd_unit_get_audio_format (const WfdFormat *format);
/* Of an interlaced picture the mode counts the fields. */
guint wfd_unit_get_frames_hz (const WfdFormat *format);

G_END_DECLS
