/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The kernel tells a round trip only as a mean in which the last one counts for an
 * eighth (RFC 6298 §2); that one is what tells of a queue. */
typedef struct
{
  gint64 mean_us;      /* us, as told last */
  guint64 acked_bytes; /* bytes that the peer had acknowledged then */
  gboolean has_mean;   /* something was acknowledged before */
} WfdProbeRtt;

/* us, of the last round trip; WFD_RATE_UNKNOWN if there was none since the last call. */
gint64 wfd_probe_rtt_read (WfdProbeRtt *self, gint64 mean_us, guint64 acked_bytes);

G_END_DECLS
