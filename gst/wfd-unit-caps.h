/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <ts.h>

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

G_END_DECLS
