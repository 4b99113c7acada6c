/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel gives back of a packet, and what an emulated link says: the same octets
 * are both. */
#include <probe-wire.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  WfdText text = wfd_text_sized ((const char *) data, size), line;
  WfdProbeLine got;
  guint16 sequence;

  wfd_probe_wire_find_sequence (wfd_bytes (data, size), &sequence);
  wfd_probe_wire_read_echo (wfd_bytes (data, size), FALSE, &sequence);
  wfd_probe_wire_read_echo (wfd_bytes (data, size), TRUE, &sequence);
  while (wfd_text_take_line (&text, &line)) {
    if (!wfd_probe_wire_parse_line (line, &got))
      continue;
    g_assert_cmpuint (got.left_bytes, <=, G_MAXINT64);
    g_assert_cmpint (got.station.phy_kbps, >=, WFD_RATE_UNKNOWN);
    g_assert_cmpint (got.station.queue_drops, >=, WFD_RATE_UNKNOWN);
  }
  return 0;
}
