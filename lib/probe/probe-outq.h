/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* SIOCOUTQ tells of memory, not of bytes on the wire: a packet of 1356 counts as 2304,
 * one of 200 as 768, and what UDP_SEGMENT has not cut up yet as hardly more than it is
 * (Linux 6.18). So what counts for how much is seen from the kernel itself: right after
 * a hand-over to an empty queue all of that is in it. */
typedef struct
{
  double memory_per_byte; /* bytes of memory for a byte on the wire */
  gint64 fresh_bytes;     /* bytes handed over since the queue was seen to be empty */
  gint64 begin_us;        /* us, when the first of these was */
} WfdProbeOutq;

void wfd_probe_outq_init (WfdProbeOutq *self);
void wfd_probe_outq_add_sent (WfdProbeOutq *self, guint bytes, gint64 now_us);
/* Bytes on the wire that @memory_bytes are. */
gint64 wfd_probe_outq_read (WfdProbeOutq *self, gint64 memory_bytes, gint64 now_us);

G_END_DECLS
