/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The streams that an element of ours can take or give: picture and sound, or both
 * as one ready transport stream. The picture first: who links one pad, links the
 * first. */
typedef enum
{
  WFD_STREAM_VIDEO,
  WFD_STREAM_AUDIO,
  WFD_STREAM_TS,
} WfdStream;

#define WFD_N_ELEMENTARY 2 /* the first two */
#define WFD_N_STREAMS 3

G_END_DECLS
