/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* At which byte of the stream a packet ended, of the last ones: a second at 40 Mbit/s. */
#define WFD_PROBE_POSITIONS 4096

typedef struct
{
  guint64 sent_bytes;                     /* in all */
  guint64 positions[WFD_PROBE_POSITIONS]; /* by sequence number; 0: none */
  guint16 sequences[WFD_PROBE_POSITIONS];
} WfdProbePositions;

void wfd_probe_positions_add (WfdProbePositions *self, guint16 sequence, guint bytes);
/* FALSE if it was not sent, or too long ago. */
gboolean wfd_probe_positions_find (const WfdProbePositions *self, guint16 sequence,
    guint64 *ret_position);

G_END_DECLS
