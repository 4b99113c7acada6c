/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>
#include <base-text.h>

#include "probe.h"

G_BEGIN_DECLS

/* The RTP sequence number of a packet that the kernel gives back, with its headers of
 * UDP, IP and mostly Ethernet before it. */
gboolean wfd_probe_wire_find_sequence (WfdBytes packet, guint16 *ret_sequence);

/* An echo request of ICMP or ICMPv6, of which the kernel fills in checksum and
 * identifier; and the answer to one. */
#define WFD_PROBE_ECHO_BYTES 8
void wfd_probe_wire_write_echo (gboolean is_v6, guint16 sequence, guint8 *ret_data);
gboolean wfd_probe_wire_read_echo (WfdBytes packet, gboolean is_v6, guint16 *ret_sequence);

typedef enum
{
  WFD_PROBE_LINE_QUEUE,
  WFD_PROBE_LINE_STATION,
  WFD_PROBE_LINE_DONE,
} WfdProbeLineKind;

/* A line of an emulated link. */
typedef struct
{
  WfdProbeLineKind kind;
  guint64 left_bytes;     /* of the stream that left the kernel, in all; QUEUE */
  WfdRateStation station; /* STATION */
  guint16 sequence;       /* of RTP; DONE */
  gboolean was_lost;      /* DONE */
} WfdProbeLine;

gboolean wfd_probe_wire_parse_line (WfdText line, WfdProbeLine *ret_line);

G_END_DECLS
