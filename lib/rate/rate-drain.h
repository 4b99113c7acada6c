/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rate-tuning.h"

G_BEGIN_DECLS

/* How long the link takes for a byte, from how fast bytes leave our own queue.
 * Only the time counts in which there was something to send:
 *
 *   queue  |\      |\___      a look at the end of a busy time sees that all is
 *          | \     |    \     gone, but not since when: it counts as much time as
 *          |__\____|_____\__  the bytes should have taken, or less
 */
typedef struct
{
  double time_us; /* us of busy time, older ones fading */
  double bytes;   /* bytes that left meanwhile, older ones fading */
} WfdRateAverage;

typedef struct
{
  double time_us;  /* us of busy time since the link became slow */
  double still_us; /* us of it in which nothing left */
  double bytes;    /* bytes that left meanwhile */
} WfdRateFall;

typedef struct
{
  double us_per_byte; /* us for a byte: the answer */
  double recent;      /* us for a byte, as it has just become if that is more */
  double calm;        /* us for a byte, over longer, so that it changes when the link does */
  double measured;    /* us for a byte, the last time it was measured and not supposed */

  WfdRateAverage fast;   /* sees a fall */
  WfdRateAverage slow;   /* believes a rise */
  WfdRateAverage calmer; /* tells changes of the link from noise */
  double time_us;        /* us of busy time not in the averages yet */
  double bytes;          /* bytes that left meanwhile */
  double turn_us;        /* us of busy time since the last turn */
  double turn_bytes;     /* bytes that left meanwhile */
  double turn_still_us;  /* us of it in which nothing did */
  double sudden;       /* us for a byte by the last turn alone, with doubts; 0: it tells nothing */
  guint n_quick;       /* turns in a row in which it was much quicker than expected */
  WfdRateFall fall;    /* turns in a row that were far slower */
  gboolean has_fallen; /* at the last turn that became certain */

  guint64 sent_bytes;       /* bytes handed to the kernel since the beginning */
  double drained_bytes;     /* bytes that left it and were not dropped */
  double dropped_bytes;     /* bytes that left it as they were dropped */
  gint64 outstanding_bytes; /* bytes in the kernel at the last look, and sent since */
  gint64 looked_us;         /* us, time of the last look */
  gint64 busy_us;           /* us, since when the kernel has had something; or unknown */
  gint64 progress_us;       /* us, when something left it last, or it had nothing */
  gint64 sent_us;           /* us, when something was handed over last */
  gint64 measured_us;       /* us, of the last look that saw a part of it gone; or unknown */
  gint64 fresh_bytes;       /* bytes handed over since the last look */

  gboolean is_limited;    /* what is under way is too small to measure by */
  gboolean is_quick;      /* what was handed over was gone at the first look */
  guint n_looks;          /* since the kernel last had nothing */
  guint n_blind;          /* looks in a row that saw nothing of what was just sent */
  double lowest_possible; /* us for a byte that the last look proves at most; 0 if nothing */
} WfdRateDrain;

void wfd_rate_drain_init (WfdRateDrain *self, double us_per_byte);
void wfd_rate_drain_add_sent (WfdRateDrain *self, guint bytes, gint64 now_us);
/* @outstanding_bytes: in the kernel now. */
void wfd_rate_drain_look (WfdRateDrain *self, const WfdRateTuning *tuning, gint64 outstanding_bytes,
    gint64 now_us);
/* us from a hand-over to an empty queue, or from a look, to the next look. */
gint64 wfd_rate_drain_get_look_us (const WfdRateDrain *self);
/* @bytes left the queue without being sent. */
void wfd_rate_drain_drop (WfdRateDrain *self, double bytes);
/* A frame comes that is (not) too small to measure by, as the content needs no more. */
void wfd_rate_drain_add_frame (WfdRateDrain *self, gboolean is_small, gboolean is_idle);
/* A capture comes: what the link carried since the last one. @is_link: what leaves the
 * kernel is on the air, as far as can be seen, and not in the device. */
void wfd_rate_drain_turn (WfdRateDrain *self, const WfdRateTuning *tuning, gboolean is_link);
/* Supposes that a byte takes @factor times as long. */
void wfd_rate_drain_scale (WfdRateDrain *self, double factor);
/* Something other than a look shows what is in the queue. */
void wfd_rate_drain_see (WfdRateDrain *self);
/* Nothing is known any more of what is in the queue. */
void wfd_rate_drain_forget (WfdRateDrain *self);
/* Whether the device hides all of its queue from us; so it is taken to do until
 * something was seen. */
gboolean wfd_rate_drain_is_blind (const WfdRateDrain *self);

G_END_DECLS
