/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe-outq.h"

#include <base-limits.h>
#include <rate.h>

/* Full packets of Linux 6.18. */
#define USUAL (2304.0 / 1356)
/* An acknowledgement of 40 bytes counts as 768. */
#define MOST 20.0

/* So soon next to nothing has left. */
#define SOON_US 1000

void
wfd_probe_outq_init (WfdProbeOutq *self)
{
  *self = (WfdProbeOutq) { USUAL };
}

void
wfd_probe_outq_add_sent (WfdProbeOutq *self, guint bytes, gint64 now_us)
{
  if (self->fresh_bytes == 0)
    self->begin_us = now_us;
  self->fresh_bytes = MIN (self->fresh_bytes + bytes, WFD_LIMIT_RATE_BYTES);
}

/* There cannot be more than was handed over, so a byte counts for at least so much. */
static void
learn (WfdProbeOutq *self, double memory_per_byte, gint64 now_us)
{
  gint64 since_us = now_us - self->begin_us;

  if (memory_per_byte > MOST)
    return;
  if (memory_per_byte > self->memory_per_byte)
    self->memory_per_byte = memory_per_byte;
  else if (since_us >= 0 && since_us < SOON_US && memory_per_byte >= 1)
    self->memory_per_byte = (self->memory_per_byte + memory_per_byte) / 2;
}

gint64
wfd_probe_outq_read (WfdProbeOutq *self, gint64 memory_bytes, gint64 now_us)
{
  if (memory_bytes < 0)
    return WFD_RATE_UNKNOWN;
  if (memory_bytes == 0 || self->fresh_bytes == 0) {
    self->fresh_bytes = 0;
    return 0;
  }
  learn (self, (double) memory_bytes / self->fresh_bytes, now_us);
  return MIN (memory_bytes / self->memory_per_byte, self->fresh_bytes);
}
