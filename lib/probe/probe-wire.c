/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe-wire.h"

#include <netinet/in.h>
#include <string.h>

#define ETHERNET_BYTES 12 /* two addresses, before the type */
#define ETHERNET_IPV4 0x0800
#define ETHERNET_IPV6 0x86dd
#define IPV4_LEAST_BYTES 20
#define IPV6_BYTES 40
#define RTP_VERSION 2
/* RFC 792, RFC 4443 §4 */
#define ICMP_REQUEST 8
#define ICMP_REPLY 0
#define ICMP6_REQUEST 128
#define ICMP6_REPLY 129

static gboolean
skip_ethernet (WfdBytes *packet)
{
  WfdBytes rest = *packet;
  guint16 type;

  if (!wfd_bytes_skip (&rest, ETHERNET_BYTES) || !wfd_bytes_take_u16 (&rest, &type)
      || (type != ETHERNET_IPV4 && type != ETHERNET_IPV6))
    return FALSE;
  *packet = rest;
  return TRUE;
}

/* Our own packets have no IPv6 extension headers. */
static gboolean
skip_ip (WfdBytes *packet)
{
  gsize version = packet->left > 0 ? packet->pos[0] >> 4 : 0;
  gsize header = version == 4 ? (packet->pos[0] & 15) * 4 : IPV6_BYTES;
  gsize protocol = version == 4 ? 9 : 6;

  return (version == 4 || version == 6) && header >= IPV4_LEAST_BYTES && packet->left >= header
      && packet->pos[protocol] == IPPROTO_UDP && wfd_bytes_skip (packet, header);
}

gboolean
wfd_probe_wire_find_sequence (WfdBytes packet, guint16 *ret_sequence)
{
  guint8 first;

  /* An address can look like IP, an IP header like no type of Ethernet that we send. */
  skip_ethernet (&packet);
  return skip_ip (&packet) && wfd_bytes_skip (&packet, 8) && wfd_bytes_take_u8 (&packet, &first)
      && first >> 6 == RTP_VERSION && wfd_bytes_skip (&packet, 1)
      && wfd_bytes_take_u16 (&packet, ret_sequence);
}

void
wfd_probe_wire_write_echo (gboolean is_v6, guint16 sequence, guint8 *ret_data)
{
  const guint8 data[WFD_PROBE_ECHO_BYTES] = { is_v6 ? ICMP6_REQUEST : ICMP_REQUEST, 0, 0, 0, 0, 0,
    sequence >> 8, sequence & 0xff };

  memcpy (ret_data, data, sizeof data);
}

gboolean
wfd_probe_wire_read_echo (WfdBytes packet, gboolean is_v6, guint16 *ret_sequence)
{
  guint8 type, code;

  return wfd_bytes_take_u8 (&packet, &type) && type == (is_v6 ? ICMP6_REPLY : ICMP_REPLY)
      && wfd_bytes_take_u8 (&packet, &code) && code == 0 && wfd_bytes_skip (&packet, 4)
      && wfd_bytes_take_u16 (&packet, ret_sequence);
}

static gboolean
take_or_unknown (WfdText *line, gint64 *ret_value)
{
  WfdText rest = *line, token;
  guint64 value;

  if (wfd_text_take_decimal (line, G_MAXINT64, &value)) {
    *ret_value = value;
    return TRUE;
  }
  if (!wfd_text_take_token (&rest, &token) || !wfd_text_equal (token, "-"))
    return FALSE;
  *line = rest;
  *ret_value = WFD_RATE_UNKNOWN;
  return TRUE;
}

static gboolean
take_station (WfdText *line, WfdRateStation *ret_station)
{
  return take_or_unknown (line, &ret_station->phy_kbps)
      && take_or_unknown (line, &ret_station->retries)
      && take_or_unknown (line, &ret_station->failed)
      && take_or_unknown (line, &ret_station->packets)
      && take_or_unknown (line, &ret_station->queue_drops);
}

static gboolean
take_done (WfdText *line, WfdProbeLine *ret_line)
{
  guint64 sequence, was_lost;

  if (!wfd_text_take_decimal (line, G_MAXUINT16, &sequence)
      || !wfd_text_take_decimal (line, 1, &was_lost))
    return FALSE;
  ret_line->sequence = sequence;
  ret_line->was_lost = was_lost != 0;
  return TRUE;
}

gboolean
wfd_probe_wire_parse_line (WfdText line, WfdProbeLine *ret_line)
{
  WfdProbeLine got = { 0 };
  gboolean is_right = FALSE;
  WfdText word;

  if (!wfd_text_take_token (&line, &word))
    return FALSE;
  if (wfd_text_equal (word, "queue")) {
    got.kind = WFD_PROBE_LINE_QUEUE;
    is_right = wfd_text_take_decimal (&line, G_MAXINT64, &got.left_bytes);
  } else if (wfd_text_equal (word, "station")) {
    got.kind = WFD_PROBE_LINE_STATION;
    is_right = take_station (&line, &got.station);
  } else if (wfd_text_equal (word, "done")) {
    got.kind = WFD_PROBE_LINE_DONE;
    is_right = take_done (&line, &got);
  }
  if (!is_right || !wfd_text_is_empty (wfd_text_strip (line)))
    return FALSE;
  *ret_line = got;
  return TRUE;
}
