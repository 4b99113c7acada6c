/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-pes.h"

/* Of a header with optional fields: up to and with its length octet. */
#define FIXED_BYTES 9
#define PTS_BYTES 5

#define FLAG_PTS 0x80

/* ISO/IEC 13818-1 table 2-22: these have no optional fields: program stream map,
 * padding, private stream 2, ECM, EMM, DSM-CC, H.222.1 E, directory. */
static const guint8 plain_stream_ids[] = { 0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff };

static void
write_pts (guint64 pts, guint8 *out)
{
  out[0] = 0x21 | (pts >> 29 & 0x0e);
  out[1] = pts >> 22 & 0xff;
  out[2] = (pts >> 14 & 0xfe) | 1;
  out[3] = pts >> 7 & 0xff;
  out[4] = (pts << 1 & 0xfe) | 1;
}

gsize
wfd_ts_pes_write_header (WfdTsCodec codec, gint64 pts, gsize payload_bytes, guint8 *out)
{
  const WfdTsCodecInfo *info = wfd_ts_codec_get_info (codec);
  gsize header_bytes = PTS_BYTES + info->pes_stuffing;
  gsize length = 3 + header_bytes + payload_bytes;

  if (length > G_MAXUINT16)
    length = 0;
  memcpy (out, (const guint8[]) { 0x00, 0x00, 0x01, info->stream_id }, 4);
  out[4] = length >> 8;
  out[5] = length & 0xff;
  out[6] = info->pes_flags;
  out[7] = FLAG_PTS;
  out[8] = header_bytes;
  write_pts (pts, out + FIXED_BYTES);
  memset (out + FIXED_BYTES + PTS_BYTES, 0xff, info->pes_stuffing);
  return FIXED_BYTES + header_bytes;
}

/* FALSE if a marker bit is missing: then it is no time. */
static gboolean
take_pts (WfdBytes *bytes, guint64 *ret_pts)
{
  WfdBytes field;

  if (!wfd_bytes_take (bytes, PTS_BYTES, &field)
      || !(field.pos[0] & field.pos[2] & field.pos[4] & 1))
    return FALSE;

  *ret_pts = (guint64) (field.pos[0] & 0x0e) << 29 | (guint64) field.pos[1] << 22
      | (guint64) (field.pos[2] & 0xfe) << 14 | (guint64) field.pos[3] << 7 | field.pos[4] >> 1;
  return TRUE;
}

static gboolean
is_plain (guint8 stream_id)
{
  return memchr (plain_stream_ids, stream_id, sizeof (plain_stream_ids)) != NULL;
}

WfdTsPesResult
wfd_ts_pes_take_header (WfdBytes *bytes, WfdTsPesHeader *ret_header)
{
  static const guint8 start_code[] = { 0x00, 0x00, 0x01 };
  WfdBytes rest = *bytes, fields;
  WfdTsPesHeader header = { 0 };
  guint8 flags, more_flags, header_bytes;
  guint16 length;

  if (rest.left < FIXED_BYTES)
    return WFD_TS_PES_SHORT;
  if (!wfd_bytes_take_exact (&rest, start_code, sizeof (start_code))
      || !wfd_bytes_take_u8 (&rest, &header.stream_id) || is_plain (header.stream_id)
      || !wfd_bytes_take_u16 (&rest, &length) || !wfd_bytes_take_u8 (&rest, &flags)
      || !wfd_bytes_take_u8 (&rest, &more_flags) || !wfd_bytes_take_u8 (&rest, &header_bytes)
      || flags >> 6 != 2)
    return WFD_TS_PES_BAD;
  if (!wfd_bytes_take (&rest, header_bytes, &fields))
    return WFD_TS_PES_SHORT;

  header.is_bounded = length != 0;
  if (header.is_bounded) {
    if (length < 3u + header_bytes)
      return WFD_TS_PES_BAD;
    header.payload_bytes = length - 3u - header_bytes;
  }
  if (more_flags & FLAG_PTS)
    header.has_pts = take_pts (&fields, &header.pts);

  *bytes = rest;
  *ret_header = header;
  return WFD_TS_PES_WHOLE;
}
