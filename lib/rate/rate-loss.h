/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rate.h"

G_BEGIN_DECLS

/* What was lost: when a key frame is owed, and the cap that reports set. */
typedef struct
{
  gint64 due_us;       /* us, from when on a key frame is owed; or unknown */
  gint64 key_us;       /* us, when the last one was encoded; or unknown */
  gboolean awaits_key; /* it has not left the encoder yet */
  guint64 key_bytes;   /* bytes handed over before it, once it has left, in all */
  gint64 drop_us;  /* us, when the queue in our own machine last dropped something; or unknown */
  gint64 cut_us;   /* us, when the rate was last cut for that; or unknown */
  guint n_bad;     /* reports in a row that tell of losses we know nothing of */
  double cap_kbps; /* kbit/s to which reports limit */
  guint64 n_keys;  /* key frames wanted since the beginning */
} WfdRateLoss;

void wfd_rate_loss_init (WfdRateLoss *self);
void wfd_rate_loss_request (WfdRateLoss *self, gint64 now_us);
/* A counter of the driver says that something was lost. */
void wfd_rate_loss_suspect (WfdRateLoss *self, gint64 now_us);
/* A packet was lost that ends with the @position_bytes handed over. */
void wfd_rate_loss_at (WfdRateLoss *self, guint64 position_bytes, gint64 now_us);
/* The queue of our own machine dropped something: TRUE if the rate is to be cut. */
gboolean wfd_rate_loss_drop (WfdRateLoss *self, gint64 now_us);
void wfd_rate_loss_report (WfdRateLoss *self, gint64 loss_permille, double bitrate_kbps,
    gint64 now_us);
gboolean wfd_rate_loss_owes_key (const WfdRateLoss *self, gint64 now_us);
/* The encoder is told to make a key frame. */
void wfd_rate_loss_key_made (WfdRateLoss *self, gint64 now_us);
/* One has left the encoder, and will be handed over after @position_bytes. */
void wfd_rate_loss_key_left (WfdRateLoss *self, guint64 position_bytes);

G_END_DECLS
