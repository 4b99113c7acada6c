/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-format.h>

G_BEGIN_DECLS

/* What a bit rate means for a sink, by wfd_media_mode_get_least_kbps (). */
typedef struct
{
  /* What is enough for the smallest picture of 1024x768 pixels or more that both can do, or,
   * if there is none as large, for the largest of the smaller ones; kbit/s. */
  guint least_kbps;
  gboolean is_enough; /* for that */
  gboolean reduces;   /* it is not enough for each mode that both can do */
} MiracastVerdict;

/* @ours, @theirs: of WfdFormat. @kbps: 0 if it is not known, which is enough for anything. */
MiracastVerdict miracast_judge (const GPtrArray *ours, const GPtrArray *theirs, guint kbps);

G_END_DECLS
