/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe-position.h"

void
wfd_probe_positions_add (WfdProbePositions *self, guint16 sequence, guint bytes)
{
  guint i = sequence % WFD_PROBE_POSITIONS;

  self->sent_bytes += bytes;
  self->positions[i] = self->sent_bytes;
  self->sequences[i] = sequence;
}

gboolean
wfd_probe_positions_find (const WfdProbePositions *self, guint16 sequence, guint64 *ret_position)
{
  guint i = sequence % WFD_PROBE_POSITIONS;

  if (self->positions[i] == 0 || self->sequences[i] != sequence)
    return FALSE;
  *ret_position = self->positions[i];
  return TRUE;
}
