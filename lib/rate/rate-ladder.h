/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rate.h"

G_BEGIN_DECLS

/* When there are too few bits for each pixel: half the pictures first, which only
 * leaves captures out, then a smaller picture, which the peer has to agree to. */
typedef struct
{
  guint width;         /* pixels; 0: no ladder */
  guint height;        /* pixels; 0: no ladder */
  gboolean can_shrink; /* the peer would take a smaller picture */
  gboolean can_grow;   /* it is smaller than it could be */
  guint divisor;       /* of this many captures one is encoded */
  guint n_captures;    /* since the beginning */
  gint64 poor_us;      /* us, since when there have been too few bits; or unknown */
  gint64 rich_us;      /* us, since when there have been bits for the step up; or unknown */
  gint resize;         /* -1: smaller, 1: larger, until the picture changes */
} WfdRateLadder;

void wfd_rate_ladder_init (WfdRateLadder *self, guint width, guint height, gboolean can_shrink);
/* What the link would give is @kbps, of a capture each @interval_us. */
void wfd_rate_ladder_update (WfdRateLadder *self, double kbps, double interval_us, gint64 now_us);
/* Whether this capture is one of those left out. */
gboolean wfd_rate_ladder_leaves_out (WfdRateLadder *self);
void wfd_rate_ladder_set_picture (WfdRateLadder *self, guint width, guint height,
    gboolean can_shrink, gboolean can_grow);

G_END_DECLS
