/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rate-tuning.h"

G_BEGIN_DECLS

/* A queue in the device's firmware that swallows packets faster than the air can
 * carry them. Round trips of something small show it: when one comes back, all
 * that was in the device before it is gone too, so it tells a position.
 *
 *    sent − kernel's queue = position       position of the last answer
 *            |<------------ in the device ------------>|
 */
#define WFD_RATE_HIDDEN_MARKS 256

typedef struct
{
  gint64 at_us;    /* us, when */
  double position; /* bytes that had left the kernel by then */
} WfdRateMark;

typedef struct
{
  gboolean is_hidden;  /* the device is known to do so; it will not change */
  double quickest;     /* us for a byte that looks proved since the modulation was told; or 0 */
  double old_quickest; /* us for a byte that looks proved before that; or 0 */
  double impossible;   /* how often that was more than the modulation can carry, fading */
  double delayed_part; /* of the round trips, how many are long, older ones fading */
  double us_per_byte;  /* us for a byte, as round trips tell */
  double good;         /* us for a byte, before the device filled the last time */
  gint64 min_rtt_us;   /* us, the shortest round trip lately; or unknown */
  gint64 next_min_us;  /* us, the shortest one since @window_us; or unknown */
  gint64 window_us;    /* us, when the search for the shortest began anew */
  double delay_us;     /* us that the last round trip took longer than the shortest */
  gint64 answer_us;    /* us, when the last answer came; or unknown */
  double position;     /* bytes that had left the device when the last answer came */
  guint n_marks;       /* positions known of */
  guint next_mark;     /* where the next one goes */
  gint64 marked_us;    /* us, when the last one was written */
  WfdRateMark marks[WFD_RATE_HIDDEN_MARKS]; /* positions, of some 5 ms each */
} WfdRateHidden;

void wfd_rate_hidden_init (WfdRateHidden *self, double us_per_byte);
/* @position bytes have left the kernel. */
void wfd_rate_hidden_mark (WfdRateHidden *self, double position, gint64 now_us);
/* A look at the queue proves that a byte takes @us_per_byte at most; 0 proves nothing. */
void wfd_rate_hidden_prove (WfdRateHidden *self, double us_per_byte);
/* The driver tells of the modulation, some time late; or unknown. */
void wfd_rate_hidden_check (WfdRateHidden *self, gint64 phy_kbps);
/* @latest: what has left the kernel, and since when no more. */
void wfd_rate_hidden_add_rtt (WfdRateHidden *self, gint64 rtt_us, const WfdRateMark *latest,
    gint64 now_us);
/* A frame came of the size it was meant to have. */
void wfd_rate_hidden_add_frame (WfdRateHidden *self, double intervals);
/* Bytes in the device now, of @position that have left the kernel. */
double wfd_rate_hidden_get_bytes (const WfdRateHidden *self, double position, gint64 now_us);
/* Whether round trips come often enough to go by. */
gboolean wfd_rate_hidden_is_fresh (const WfdRateHidden *self, gint64 now_us);

G_END_DECLS
