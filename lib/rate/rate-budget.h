/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rate-tuning.h"

G_BEGIN_DECLS

/* How many bytes a frame may have. Pure arithmetic over what is under way. */
typedef struct
{
  double us_per_byte; /* us that the link takes for a byte */
  double risk;        /* by how much longer it takes than expected, lately */
  double
      backlog_bytes; /* bytes under way: in the encoder, in our queue, in the kernel, in the device */
  double
      pending_bytes; /* bytes that the frame captured now will have, which cannot be changed any more */
  double ahead_us; /* us until the frame that this is about has been encoded */
  double more_us;  /* us that it may take beyond what others may */
} WfdRateSituation;

/* us that what is under way needs. */
double wfd_rate_budget_get_backlog_us (const WfdRateSituation *self);
/* Bytes for the first frame that can be told. @ret_is_backlog: whether what is
 * under way makes it smaller. */
double wfd_rate_budget_get_bytes (const WfdRateSituation *self, const WfdRateTuning *tuning,
    gboolean *ret_is_backlog);
/* us that any frame may take at the rate of the encoder, which makes @frame_bytes of one. */
double wfd_rate_budget_get_vbv_us (const WfdRateSituation *self, const WfdRateTuning *tuning,
    double frame_bytes);
/* Bytes that the kernel may have. */
guint wfd_rate_budget_get_gate_bytes (double us_per_byte, const WfdRateTuning *tuning);

G_END_DECLS
