/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAT and PMT as we write them. */
#include "ts-psi.h"

#define TABLE_PAT 0x00
#define TABLE_PMT 0x02

#define PROGRAM 1

/* The remainders of the sixteen values of half an octet. */
static const guint32 crc_steps[16] = { 0x00000000, 0x04c11db7, 0x09823b6e, 0x0d4326d9, 0x130476dc,
  0x17c56b6b, 0x1a864db2, 0x1e475005, 0x2608edb8, 0x22c9f00f, 0x2f8ad6d6, 0x2b4bcb61, 0x350c9b64,
  0x31cd86d3, 0x3c8ea00a, 0x384fbdbd };

guint32
wfd_ts_psi_crc (WfdBytes bytes)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < bytes.left; i++) {
    crc = crc << 4 ^ crc_steps[crc >> 28 ^ bytes.pos[i] >> 4];
    crc = crc << 4 ^ crc_steps[crc >> 28 ^ (bytes.pos[i] & 15)];
  }
  return crc;
}

static void
append_u8 (GByteArray *out, guint8 value)
{
  g_byte_array_append (out, &value, 1);
}

static void
append_u16 (GByteArray *out, guint16 value)
{
  append_u8 (out, value >> 8);
  append_u8 (out, value & 0xff);
}

static void
append_u32 (GByteArray *out, guint32 value)
{
  append_u16 (out, value >> 16);
  append_u16 (out, value & 0xffff);
}

/* Both tables begin alike; the length is set when they are ended. */
static GByteArray *
begin_section (guint8 table, guint16 id, guint version)
{
  GByteArray *section = g_byte_array_new ();

  append_u8 (section, table);
  append_u16 (section, 0xb000);
  append_u16 (section, id);
  /* reserved, version_number, current_next_indicator */
  append_u8 (section, 0xc0 | (version & 31) << 1 | 1);
  append_u16 (section, 0x0000); /* section_number, last_section_number */
  return section;
}

/* Sets a length of twelve bits below four bits that stand. */
static void
set_length (GByteArray *out, gsize at, gsize length)
{
  out->data[at] = (out->data[at] & 0xf0) | length >> 8;
  out->data[at + 1] = length & 0xff;
}

static gboolean
end_section (GByteArray *section, guint16 pid, guint8 *ret_packet)
{
  const guint8 head[] = { WFD_TS_SYNC_BYTE, 0x40 | pid >> 8, pid & 0xff, 0x10, 0x00 };

  if (section->len + 4 + sizeof (head) > WFD_TS_PACKET_BYTES)
    return FALSE;

  set_length (section, 1, section->len + 4 - 3);
  append_u32 (section, wfd_ts_psi_crc (wfd_bytes (section->data, section->len)));

  memset (ret_packet, 0xff, WFD_TS_PACKET_BYTES);
  memcpy (ret_packet, head, sizeof (head));
  memcpy (ret_packet + sizeof (head), section->data, section->len);
  return TRUE;
}

void
wfd_ts_psi_write_pat (guint version, guint8 *ret_packet)
{
  g_autoptr (GByteArray) section = begin_section (TABLE_PAT, 0, version);

  append_u16 (section, PROGRAM);
  append_u16 (section, 0xe000 | WFD_TS_PID_PMT);
  if (!end_section (section, WFD_TS_PID_PAT, ret_packet))
    g_assert_not_reached ();
}

static void
append_stream (GByteArray *section, const WfdTsPmtStream *stream)
{
  gsize begin;

  append_u8 (section, wfd_ts_codec_get_info (stream->format.codec)->stream_type);
  append_u16 (section, 0xe000 | stream->pid);
  append_u16 (section, 0xf000);
  begin = section->len;
  wfd_ts_psi_append_descriptors (&stream->format, section);
  set_length (section, begin - 2, section->len - begin);
}

gboolean
wfd_ts_psi_write_pmt (guint version, const WfdTsPmtStream *streams, guint n_streams,
    guint8 *ret_packet)
{
  g_autoptr (GByteArray) section = begin_section (TABLE_PMT, PROGRAM, version);

  append_u16 (section, 0xe000 | WFD_TS_PID_PCR);
  append_u16 (section, 0xf000); /* no program descriptors: nothing is encrypted */
  for (guint i = 0; i < n_streams; i++)
    append_stream (section, &streams[i]);
  return end_section (section, WFD_TS_PID_PMT, ret_packet);
}

/* --- descriptors --- */

/* The descriptors of ISO/IEC 13818-2 parameters, which the standard recommends
 * beside those of the codec (WFD 2.1 Appendix B table 105). */
static void
append_picture (const WfdTsFormat *format, GByteArray *out)
{
  guint32 size = format->width << 18 | format->height << 4;

  if (format->width == 0)
    return;

  /* video_stream: the frame rate; then Main profile, High level and 4:2:0 of
   * MPEG-2, which nobody looks at */
  append_u16 (out, 0x0203);
  append_u8 (out, format->frame_rate_code << 3);
  append_u16 (out, 0x445f);
  /* target_background_grid: the picture fills it; square pixels */
  append_u16 (out, 0x0704);
  append_u32 (out, size | 1);
  /* video_window: at the left top, priority 0 */
  append_u16 (out, 0x0804);
  append_u32 (out, 0);
}

static void
append_h264 (const WfdTsFormat *format, GByteArray *out)
{
  append_u16 (out, 0x2804); /* AVC video */
  g_byte_array_append (out, format->profile, 3);
  append_u8 (out, 0x3f);    /* no still picture, no 24 hour picture */
  append_u16 (out, 0x2a02); /* AVC timing and HRD: neither is in the stream */
  append_u16 (out, 0x7e1f);
  append_picture (format, out);
}

static void
append_h265 (const WfdTsFormat *format, GByteArray *out)
{
  append_u16 (out, 0x380d); /* HEVC video */
  g_byte_array_append (out, format->profile, 12);
  /* All temporal layers, no still picture, no 24 hour picture, no sub-picture
   * HRD; reserved; dynamic range not told. */
  append_u8 (out, 0x1f);
  append_picture (format, out);
}

static void
append_lpcm (const WfdTsFormat *format, GByteArray *out)
{
  append_u16 (out, 0x8302);
  append_u8 (out, (format->rate_hz == 44100 ? 1 : 2) << 5 | 3 << 1);
  append_u8 (out, (format->channels - 1) << 5 | 0x0f);
}

/* MPEG-2 AAC audio: low complexity. Eight channels are configuration 7. */
static void
append_aac (const WfdTsFormat *format, GByteArray *out)
{
  append_u16 (out, 0x2b03);
  append_u8 (out, 1);
  append_u8 (out, MIN (format->channels, 7));
  append_u8 (out, 0);
}

/* AC-3 audio (ATSC A/52 Annex A). Rate and channels are those agreed; the bit
 * rate is what no AC-3 stream goes beyond, 640 kbit/s. */
static void
append_ac3 (const WfdTsFormat *format, GByteArray *out)
{
  append_u16 (out, 0x8103);
  append_u8 (out, (format->rate_hz == 44100 ? 1 : 0) << 5 | 8);
  append_u8 (out, (0x20 | 18) << 2);
  append_u8 (out, (8 + format->channels - 1) << 1 | 1);
}

static void (*const descriptors[WFD_TS_N_CODECS]) (const WfdTsFormat *format, GByteArray *out) = {
  [WFD_TS_CODEC_H264] = append_h264,
  [WFD_TS_CODEC_H265] = append_h265,
  [WFD_TS_CODEC_LPCM] = append_lpcm,
  [WFD_TS_CODEC_AAC] = append_aac,
  [WFD_TS_CODEC_AC3] = append_ac3,
};

void
wfd_ts_psi_append_descriptors (const WfdTsFormat *format, GByteArray *out)
{
  if (descriptors[format->codec] != NULL)
    descriptors[format->codec](format, out);
}
