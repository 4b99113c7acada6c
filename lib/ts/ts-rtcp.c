/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-rtcp.h"

#define VERSION 2
#define FLAG_PADDING 0x20

enum
{
  TYPE_SR = 200,
  TYPE_RR = 201,
  TYPE_SDES = 202
};

#define ITEM_CNAME 1
#define MAX_CNAME_BYTES 255

/* --- to write --- */

static guint8 *
put_u32 (guint8 *out, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (out, &value, 4);
  return out + 4;
}

/* @count: of reports, or of sources. */
static guint8 *
put_header (guint8 *out, guint type, guint count, gsize bytes)
{
  return put_u32 (out, (VERSION << 6 | count) << 24 | type << 16 | (bytes / 4 - 1));
}

/* The chunk ends with one to four zeros, at a multiple of four octets. */
static guint8 *
put_sdes (guint8 *out, guint32 ssrc, const char *cname)
{
  gsize len = MIN (strlen (cname), MAX_CNAME_BYTES);
  gsize items = (2 + len + 4) / 4 * 4;

  out = put_header (out, TYPE_SDES, 1, 8 + items);
  out = put_u32 (out, ssrc);
  memset (out, 0, items);
  out[0] = ITEM_CNAME;
  out[1] = len;
  memcpy (out + 2, cname, len);
  return out + items;
}

gsize
wfd_ts_rtcp_write_sender_report (const WfdTsSenderInfo *info, const char *cname, guint8 *out)
{
  guint8 *end = put_header (out, TYPE_SR, 0, 28);

  end = put_u32 (end, info->ssrc);
  end = put_u32 (end, info->ntp >> 32);
  end = put_u32 (end, info->ntp & G_MAXUINT32);
  end = put_u32 (end, info->timestamp);
  end = put_u32 (end, info->n_packets);
  end = put_u32 (end, info->n_bytes);
  end = put_sdes (end, info->ssrc, cname);
  return end - out;
}

/* --- to read --- */

typedef struct
{
  guint8 count;
  guint8 type;
  WfdBytes body;
} Packet;

/* The next packet of a compound one, without its padding. */
static gboolean
take_packet (WfdBytes *datagram, Packet *ret_packet)
{
  WfdBytes rest = *datagram;
  guint8 flags, padding;
  guint16 words;
  Packet packet;

  if (!wfd_bytes_take_u8 (&rest, &flags) || flags >> 6 != VERSION
      || !wfd_bytes_take_u8 (&rest, &packet.type) || !wfd_bytes_take_u16 (&rest, &words)
      || !wfd_bytes_take (&rest, 4 * (gsize) words, &packet.body))
    return FALSE;

  if (flags & FLAG_PADDING) {
    padding = packet.body.left > 0 ? packet.body.pos[packet.body.left - 1] : 0;
    if (padding == 0 || padding > packet.body.left)
      return FALSE;
    packet.body.left -= padding;
  }
  packet.count = flags & 31;
  *datagram = rest;
  *ret_packet = packet;
  return TRUE;
}

static gboolean
take_sender_info (WfdBytes *body, WfdTsSenderInfo *ret_info)
{
  guint32 high, low;

  if (!wfd_bytes_take_u32 (body, &high) || !wfd_bytes_take_u32 (body, &low)
      || !wfd_bytes_take_u32 (body, &ret_info->timestamp)
      || !wfd_bytes_take_u32 (body, &ret_info->n_packets)
      || !wfd_bytes_take_u32 (body, &ret_info->n_bytes))
    return FALSE;

  ret_info->ntp = (guint64) high << 32 | low;
  return TRUE;
}

static gboolean
take_report (WfdBytes *body, WfdTsReport *ret_report)
{
  guint32 lost;

  if (!wfd_bytes_take_u32 (body, &ret_report->ssrc)
      || !wfd_bytes_take_u8 (body, &ret_report->fraction_lost) || !wfd_bytes_take_u24 (body, &lost)
      || !wfd_bytes_take_u32 (body, &ret_report->sequence)
      || !wfd_bytes_take_u32 (body, &ret_report->jitter)
      || !wfd_bytes_take_u32 (body, &ret_report->last_sr)
      || !wfd_bytes_take_u32 (body, &ret_report->delay_since_sr))
    return FALSE;

  ret_report->lost = (gint32) (lost << 8) >> 8;
  return TRUE;
}

static gboolean
read_report_packet (Packet packet, guint32 ssrc, WfdTsRtcp *rtcp)
{
  WfdTsSenderInfo info;
  WfdTsReport report;

  if (!wfd_bytes_take_u32 (&packet.body, &info.ssrc))
    return FALSE;
  if (packet.type == TYPE_SR && !take_sender_info (&packet.body, &info))
    return FALSE;

  if (packet.type == TYPE_SR) {
    rtcp->has_sender_info = TRUE;
    rtcp->sender_info = info;
  }
  for (guint i = 0; i < packet.count && take_report (&packet.body, &report); i++) {
    if (report.ssrc == ssrc) {
      rtcp->has_report = TRUE;
      rtcp->report = report;
    }
  }
  return TRUE;
}

gboolean
wfd_ts_rtcp_read (WfdBytes datagram, guint32 ssrc, WfdTsRtcp *ret_rtcp)
{
  WfdTsRtcp rtcp = { 0 };
  Packet packet;

  if (!take_packet (&datagram, &packet) || (packet.type != TYPE_SR && packet.type != TYPE_RR)
      || !read_report_packet (packet, ssrc, &rtcp))
    return FALSE;

  while (take_packet (&datagram, &packet)) {
    if (packet.type == TYPE_SR || packet.type == TYPE_RR)
      read_report_packet (packet, ssrc, &rtcp);
  }
  *ret_rtcp = rtcp;
  return TRUE;
}
