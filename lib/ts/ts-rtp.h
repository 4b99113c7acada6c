/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-codec.h"

G_BEGIN_DECLS

/* RTP packets with MPEG-TS (RFC 3550 §5.1, RFC 2250 §2, WFD 2.1 Appendix B.1). */

#define WFD_TS_RTP_HEADER_BYTES 12
#define WFD_TS_RTP_PAYLOAD_TYPE 33
/* What fits into the 1,472 octets of a datagram on Ethernet and Wi-Fi. */
#define WFD_TS_RTP_MAX_TS_PACKETS 7

typedef struct
{
  gboolean marker;
  guint8 payload_type;
  guint16 sequence;
  guint32 timestamp;
  guint32 ssrc;
  WfdBytes payload; /* whole TS packets, borrowed from the datagram */
} WfdTsRtpPacket;

/* Writes the twelve octets of the header; the payload is not looked at. */
void wfd_ts_rtp_write_header (const WfdTsRtpPacket *packet, guint8 *out);

/* FALSE if the datagram is no RTP packet that begins with a TS packet. Any
 * payload type will do; octets behind the last whole TS packet are dropped. */
gboolean wfd_ts_rtp_read (WfdBytes datagram, WfdTsRtpPacket *ret_packet);

G_END_DECLS
