/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wfd-input-format.h"
#include "wfd-pad.h"
#include "wfd-program.h"
#include "wfd-terms.h"

G_BEGIN_DECLS

/* What wfdsink offers to a display and what it then sends, from what comes and
 * what was agreed on. Pure: no elements, no locks. */

typedef struct
{
  const WfdPadStatus *video; /* NULL: there is no such pad */
  const WfdPadStatus *audio;
  const char *video_formats; /* as the user wants them */
  const char *audio_codecs;
  const WfdEncoder *video_encoder; /* NULL: none is installed */
  const WfdEncoder *audio_encoder;
  const WfdEncoder *surround_encoder; /* of sound that has more than two channels */
  guint bitrate_kbps;                 /* of video */
} WfdPlanState;

/* Values of the properties of rtspwfd; (transfer full). What comes coded is
 * offered as it is; of samples AAC and LPCM are made, which one a display takes
 * (WFD 2.1 §3.4.1 wants LPCM of each). */
char *wfd_plan_get_video_offer (const WfdPlanState *state);
char *wfd_plan_get_audio_offer (const WfdPlanState *state);
WfdOfferWish wfd_plan_get_wish (const WfdPlanState *state);

/* Whether what comes could be sent if an encoder were installed; of sound, if
 * nothing that the user wants can be made of it. */
gboolean wfd_plan_lacks_video_encoder (const WfdPlanState *state);
gboolean wfd_plan_lacks_audio_encoder (const WfdPlanState *state);

typedef struct
{
  gboolean video; /* part of the session */
  gboolean audio;
  gboolean video_ready; /* what it needs is known and there; so it is for what is no part */
  gboolean audio_ready;
  WfdProgramConfig program; /* without what only the inputs know */
} WfdPlan;

/* Errors, GST_STREAM_ERROR: the video comes
 * coded and is not what was agreed on. */
gboolean wfd_plan_make (const WfdPlanState *state, const WfdTerms *terms, WfdPlan *ret_plan,
    GError **error);

/* Whether the sound that was agreed on can be made of what comes. Errors:
 * GST_STREAM_ERROR. */
gboolean wfd_plan_check_audio (const WfdPlanState *state, const WfdFormat *agreed, GError **error);

G_END_DECLS
