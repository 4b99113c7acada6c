/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

G_BEGIN_DECLS

/* Reports about the RTP stream (RFC 3550 §6.4), where M6 agreed on a port for
 * them. */

/* The longest compound packet that is written here. */
#define WFD_TS_RTCP_WRITTEN_BYTES 320

/* What a receiver says of a stream. */
typedef struct
{
  guint32 ssrc;           /* of the stream */
  guint8 fraction_lost;   /* of 256, since the report before */
  gint32 lost;            /* 24 bits with sign; packets sent twice count back */
  guint32 sequence;       /* highest, with the wraps in the upper half */
  guint32 jitter;         /* in units of the RTP timestamp */
  guint32 last_sr;        /* middle 32 bits of the NTP time of the last SR, or 0 */
  guint32 delay_since_sr; /* in 1/65536 s */
} WfdTsReport;

typedef struct
{
  guint32 ssrc;      /* of the sender of the report */
  guint64 ntp;       /* 32.32, seconds since 1900 */
  guint32 timestamp; /* the same moment as RTP timestamp */
  guint32 n_packets;
  guint32 n_bytes; /* of payload */
} WfdTsSenderInfo;

/* Writes a compound packet: the report, and an SDES with @cname (1 to 255 octets). @out has WFD_TS_RTCP_WRITTEN_BYTES. Returns the bytes written. */
gsize wfd_ts_rtcp_write_sender_report (const WfdTsSenderInfo *info, const char *cname, guint8 *out);

typedef struct
{
  gboolean has_sender_info;
  WfdTsSenderInfo sender_info;
  gboolean has_report; /* one about the stream asked for */
  WfdTsReport report;
} WfdTsRtcp;

/* Reads a compound packet; @ssrc is the stream whose report is wanted. FALSE if
 * it does not begin with a whole report; what follows and is broken is left. */
gboolean wfd_ts_rtcp_read (WfdBytes datagram, guint32 ssrc, WfdTsRtcp *ret_rtcp);

G_END_DECLS
