/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rate-budget.h"
#include "rate-drain.h"
#include "rate-hidden.h"
#include "rate-ladder.h"
#include "rate-loss.h"
#include "rate-station.h"

#include <base-limits.h>

G_BEGIN_DECLS

/* Decisions that are remembered: 100 ms at 80 frames a second. */
#define WFD_RATE_BEFORE 8

struct _WfdRate
{
  WfdRateConfig config;        /* what the user of this asked for, within limits */
  WfdRateTuning tuning;        /* of the interval that is in force now */
  WfdRateDrain drain;          /* how fast the queue in our own machine drains */
  WfdRateHidden hidden;        /* the queue in the device, if there is one */
  WfdRateStationState station; /* what the driver says of the modulation */
  WfdRateLoss loss;            /* what is lost, and which key frames that makes due */
  WfdRateLadder ladder;        /* frame rate and size of the picture */

  gint64 raw_us;     /* us, the last time that was passed in */
  gint64 now_us;     /* us, which never goes back */
  gboolean has_time; /* a time was passed in */

  double own_bytes;         /* bytes in the element's own queue */
  gint64 completion_us;     /* us, of the last completion; or unknown */
  gint64 answered_us;       /* us, of the last round trip; or unknown */
  gint64 queue_bytes;       /* bytes in the kernel, as the last look says */
  gint64 left_bytes;        /* bytes that have left it, by that */
  gboolean is_stuck;        /* the queue says that nothing leaves, and lies */
  double blind_us_per_byte; /* us for a byte, when nothing can be seen */
  gint64 blind_cut_us;      /* us, when that was last cut; or unknown */

  double inside[WFD_LIMIT_RATE_FRAMES_INSIDE]; /* bytes that the frames in the encoder will have */
  guint n_inside;                              /* frames in the encoder */
  gint64 inside_us;                            /* us, when one was put in or came out last */

  double frame_bytes;             /* bytes a frame has at the bit rate that the encoder was told */
  double bitrate_kbps;            /* kbit/s that the encoder was told */
  double wanted_kbps;             /* kbit/s that it would have been told without a maximum */
  double vbv_us;                  /* us of its buffer that the encoder was told */
  double before[WFD_RATE_BEFORE]; /* us for a byte at the decisions before, the last one first */
  double risk;         /* by how much, lately, a byte took longer than when it was decided on */
  double excess;       /* how much larger than told frames are, lately; 1 is obedient */
  double smallness;    /* how often frames are too small to measure by, 0 to 1 */
  double gate_factor;  /* how much more the kernel is let have, as it ran out */
  gboolean was_blind;  /* nothing of the queue could be seen at the last decision */
  WfdRateReason limit; /* what set the bit rate */
  guint64 n_drops;     /* packets */
};

/* Time of the room: goes on with @now_us and never back. */
gint64 wfd_rate_advance (WfdRate *self, gint64 now_us);

gboolean wfd_rate_has_completions (const WfdRate *self);
WfdRateSignal wfd_rate_get_signal (const WfdRate *self);
/* us for a byte at @kbps. */
double wfd_rate_to_us_per_byte (double kbps);
/* us for a byte, as it follows from the modulation; 0 if that is unknown. */
double wfd_rate_get_phy_bound (const WfdRate *self, double efficiency);
/* us for a byte, by the signal that is gone by. */
double wfd_rate_get_us_per_byte (const WfdRate *self);
/* Bytes that have left the kernel. */
double wfd_rate_get_position (const WfdRate *self);
/* Bytes under way, from the encoder to the device. */
double wfd_rate_get_backlog_bytes (const WfdRate *self);

/* Bytes on the wire of a frame at @kbps of the encoder, and the other way round. */
double wfd_rate_to_frame_bytes (const WfdRate *self, double kbps);
double wfd_rate_to_kbps (const WfdRate *self, double frame_bytes);
/* Whether the encoder makes far more than it is told to. */
gboolean wfd_rate_is_encoder_deaf (const WfdRate *self);
/* The oldest frame leaves the encoder. */
void wfd_rate_take_from_inside (WfdRate *self);

G_END_DECLS
