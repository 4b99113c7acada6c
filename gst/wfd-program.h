/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-encoder.h"
#include "wfd-rate-control.h"
#include "wfd-trail.h"

G_BEGIN_DECLS

/* What one session needs between the entries and rtspwfd: a bin with the pads
 * "video" and "audio" for what there is, and behind each "video_src" and
 * "audio_src" with the stream that was agreed on. Made when the format is agreed
 * on, thrown away after the session. */
#define WFD_TYPE_PROGRAM (wfd_program_get_type ())
G_DECLARE_FINAL_TYPE (WfdProgram, wfd_program, WFD, PROGRAM, GstBin)

typedef struct
{
  gboolean video;
  const WfdEncoder *video_encoder; /* NULL: comes as H.264 */
  gboolean video_live;             /* comes at the agreed rate already */
  gboolean audio;
  const WfdEncoder *audio_encoder; /* NULL: comes coded, or is LPCM */
  gboolean audio_lpcm;             /* samples, converted but not encoded */
  WfdEncoderConfig format;         /* bitrate_kbps is that of the video */
  gboolean can_shrink;             /* the peer would take a smaller picture */
  gboolean can_grow;               /* it took a larger one */
  WfdRateControl *rate;            /* (nullable): what controls the video; borrowed */
  WfdTrailListener trail;          /* of pictures that we encode */
} WfdProgramConfig;

/* (transfer floating). Errors: GST_CORE_ERROR_MISSING_PLUGIN. */
WfdProgram *wfd_program_new (const WfdProgramConfig *config, GError **error);

/* From any thread; does nothing without an encoder, or if that is controlled. */
void wfd_program_set_bitrate (WfdProgram *self, guint bitrate_kbps);

G_END_DECLS
