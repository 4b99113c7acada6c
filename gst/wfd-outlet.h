/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

#include "wfd-sender.h"

G_BEGIN_DECLS

/* Where one elementary stream leaves the pipeline: by the clock if "sync" is set,
 * else at once. It makes units of the stream's buffers and gives them to the
 * sender, which it shares with the other stream:
 *
 *   H.264     a picture is a buffer
 *   AAC       a frame is a buffer; a GAP event becomes silence
 *   AC-3      a frame is a buffer
 *   samples   cut into payloads of LPCM; a GAP event becomes silence
 */
#define WFD_TYPE_OUTLET (wfd_outlet_get_type ())
G_DECLARE_FINAL_TYPE (WfdOutlet, wfd_outlet, WFD, OUTLET, GstBaseSink)

#define WFD_OUTLET_VIDEO_CAPS \
  "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au"
#define WFD_OUTLET_AUDIO_CAPS \
  "audio/mpeg, mpegversion=(int){ 2, 4 }, stream-format=(string){ adts, raw }, " \
  "rate=(int){ 44100, 48000 }, channels=(int)[ 1, 8 ]; " \
  "audio/x-ac3, rate=(int){ 44100, 48000 }, channels=(int)[ 1, 6 ]; " \
  "audio/x-raw, format=(string)S16LE, layout=(string)interleaved, " \
  "rate=(int){ 44100, 48000 }, channels=(int)[ 2, 8 ]"

/* (transfer floating) */
GstElement *wfd_outlet_new (WfdSender *sender, WfdStream stream);

G_END_DECLS
