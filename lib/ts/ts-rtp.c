/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-rtp.h"

#define VERSION 2
#define FLAG_PADDING 0x20
#define FLAG_EXTENSION 0x10
#define FLAG_MARKER 0x80

static void
put_u32 (guint32 value, guint8 *out)
{
  value = GUINT32_TO_BE (value);
  memcpy (out, &value, 4);
}

void
wfd_ts_rtp_write_header (const WfdTsRtpPacket *packet, guint8 *out)
{
  out[0] = VERSION << 6;
  out[1] = (packet->marker ? FLAG_MARKER : 0) | packet->payload_type;
  out[2] = packet->sequence >> 8;
  out[3] = packet->sequence & 0xff;
  put_u32 (packet->timestamp, out + 4);
  put_u32 (packet->ssrc, out + 8);
}

/* CSRCs, the extension and the padding. */
static gboolean
strip (WfdBytes *bytes, guint8 flags)
{
  guint16 profile, words;
  guint8 padding;

  if (!wfd_bytes_skip (bytes, 4 * (flags & 15)))
    return FALSE;
  if (flags & FLAG_EXTENSION
      && (!wfd_bytes_take_u16 (bytes, &profile) || !wfd_bytes_take_u16 (bytes, &words)
          || !wfd_bytes_skip (bytes, 4 * (gsize) words)))
    return FALSE;
  if (flags & FLAG_PADDING) {
    padding = bytes->left > 0 ? bytes->pos[bytes->left - 1] : 0;
    if (padding == 0 || padding > bytes->left)
      return FALSE;
    bytes->left -= padding;
  }
  return TRUE;
}

gboolean
wfd_ts_rtp_read (WfdBytes datagram, WfdTsRtpPacket *ret_packet)
{
  WfdTsRtpPacket packet;
  guint8 flags, type;

  if (!wfd_bytes_take_u8 (&datagram, &flags) || flags >> 6 != VERSION
      || !wfd_bytes_take_u8 (&datagram, &type) || !wfd_bytes_take_u16 (&datagram, &packet.sequence)
      || !wfd_bytes_take_u32 (&datagram, &packet.timestamp)
      || !wfd_bytes_take_u32 (&datagram, &packet.ssrc) || !strip (&datagram, flags))
    return FALSE;

  /* The sinks' notes name sources with another type than 33, and trailing octets. */
  datagram.left -= datagram.left % WFD_TS_PACKET_BYTES;
  if (datagram.left == 0 || datagram.pos[0] != WFD_TS_SYNC_BYTE)
    return FALSE;

  packet.marker = type & FLAG_MARKER;
  packet.payload_type = type & 0x7f;
  packet.payload = datagram;
  *ret_packet = packet;
  return TRUE;
}
