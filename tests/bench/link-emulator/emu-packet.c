/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "emu-packet.h"

#include <cast-unit.h>
#include <link-fq.h>
#include <netinet/in.h>

#define RTP_VERSION 2
/* MPEG-TS (RFC 3551 §6), as Wi-Fi Display sends it. */
#define RTP_MPEG_TS 33

/* Of version 4: header length, then all up to the protocol, and what is behind the header. */
static gboolean
take_ip4 (WfdBytes *packet, guint8 first, guint8 *ret_protocol, guint32 *ret_addresses)
{
  guint32 from, to;

  if ((first & 15) < 5 || !wfd_bytes_skip (packet, 8) || !wfd_bytes_take_u8 (packet, ret_protocol)
      || !wfd_bytes_skip (packet, 2) || !wfd_bytes_take_u32 (packet, &from)
      || !wfd_bytes_take_u32 (packet, &to) || !wfd_bytes_skip (packet, ((first & 15) - 5) * 4))
    return FALSE;
  *ret_addresses = from ^ to;
  return TRUE;
}

/* Extension headers there are none in what we send. */
static gboolean
take_ip6 (WfdBytes *packet, guint8 *ret_protocol, guint32 *ret_addresses)
{
  *ret_addresses = 0;
  if (!wfd_bytes_skip (packet, 5) || !wfd_bytes_take_u8 (packet, ret_protocol)
      || !wfd_bytes_skip (packet, 1))
    return FALSE;
  for (guint i = 0; i < 8; i++) {
    guint32 part;

    if (!wfd_bytes_take_u32 (packet, &part))
      return FALSE;
    *ret_addresses ^= part;
  }
  return TRUE;
}

static gboolean
take_ip (WfdBytes *packet, guint8 *ret_protocol, guint32 *ret_addresses)
{
  guint8 first;

  if (!wfd_bytes_take_u8 (packet, &first))
    return FALSE;
  if (first >> 4 == 6)
    return take_ip6 (packet, ret_protocol, ret_addresses);
  return first >> 4 == 4 && take_ip4 (packet, first, ret_protocol, ret_addresses);
}

static gboolean
take_rtp (WfdBytes *packet, EmuInfo *ret_info)
{
  guint8 first, second;

  return wfd_bytes_take_u8 (packet, &first) && first >> 6 == RTP_VERSION
      && wfd_bytes_take_u8 (packet, &second) && (second & 127) == RTP_MPEG_TS
      && wfd_bytes_take_u16 (packet, &ret_info->sequence)
      && wfd_bytes_take_u32 (packet, &ret_info->rtp_timestamp);
}

/* In TS packets, but in one piece: it is in the first of its picture. */
static gint64
find_unit (WfdBytes payload)
{
  CastMark mark;

  return cast_mark_find (payload.pos, payload.left, &mark) ? (gint64) mark.unit : -1;
}

gboolean
emu_packet_look (WfdBytes packet, EmuInfo *ret_info)
{
  guint32 addresses, ports = 0;
  guint8 protocol;

  *ret_info = (EmuInfo) { .unit = -1 };
  if (!take_ip (&packet, &protocol, &addresses))
    return FALSE;
  if (protocol == IPPROTO_UDP || protocol == IPPROTO_TCP)
    wfd_bytes_take_u32 (&packet, &ports);
  if (protocol == IPPROTO_UDP && wfd_bytes_skip (&packet, 4))
    ret_info->is_media = take_rtp (&packet, ret_info);
  if (ret_info->is_media)
    ret_info->unit = find_unit (packet);
  if (!ret_info->is_media)
    ret_info->flow = 1 + (addresses * 31 + ports * 7 + protocol) % (LINK_FLOWS - 1);
  return TRUE;
}
