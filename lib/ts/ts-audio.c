/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-audio.h"

/* --- AAC --- */

#define ADTS_SAMPLES 1024
#define ADTS_MAX_BYTES 8191

/* ISO/IEC 14496-3 table 1.18. */
static const guint adts_rates[16] = { 96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000,
  12000, 11025, 8000, 7350 };

gboolean
wfd_ts_audio_read_adts (WfdBytes bytes, WfdTsFrame *ret_frame)
{
  guint32 head, tail;
  guint8 last;
  guint channels;
  WfdTsFrame frame = { .codec = WFD_TS_CODEC_AAC };

  if (!wfd_bytes_take_u24 (&bytes, &head) || !wfd_bytes_take_u24 (&bytes, &tail)
      || !wfd_bytes_take_u8 (&bytes, &last))
    return FALSE;
  /* The syncword and layer 0. The ID bit is 1 in the standard, 0 from Android. */
  if ((head & 0xfff600) != 0xfff000)
    return FALSE;

  frame.rate_hz = adts_rates[head >> 2 & 15];
  channels = (head & 1) << 2 | tail >> 22;
  frame.channels = channels == 7 ? 8 : channels;
  frame.bytes = tail >> 5 & 0x1fff;
  frame.samples = ADTS_SAMPLES * ((last & 3) + 1);
  if (frame.rate_hz == 0 || frame.bytes < WFD_TS_ADTS_HEADER_BYTES)
    return FALSE;

  *ret_frame = frame;
  return TRUE;
}

static gboolean
find_adts_rate (guint rate_hz, guint *ret_index)
{
  for (guint i = 0; i < G_N_ELEMENTS (adts_rates); i++) {
    if (adts_rates[i] == rate_hz && rate_hz != 0) {
      *ret_index = i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
wfd_ts_audio_write_adts (guint rate_hz, guint channels, gsize raw_bytes, guint8 *out)
{
  gsize bytes = raw_bytes + WFD_TS_ADTS_HEADER_BYTES;
  guint rate, configuration = channels == 8 ? 7 : channels;

  if (raw_bytes > ADTS_MAX_BYTES - WFD_TS_ADTS_HEADER_BYTES || configuration == 0 || channels == 7
      || configuration > 7 || !find_adts_rate (rate_hz, &rate))
    return FALSE;

  out[0] = 0xff;
  out[1] = 0xf9;                                    /* MPEG-2, layer 0, no CRC */
  out[2] = 1 << 6 | rate << 2 | configuration >> 2; /* low complexity */
  out[3] = (configuration & 3) << 6 | bytes >> 11;
  out[4] = bytes >> 3 & 0xff;
  out[5] = (bytes & 7) << 5 | 0x1f; /* the rate varies: fullness 0x7ff */
  out[6] = 0xfc;                    /* one raw_data_block */
  return TRUE;
}

typedef struct
{
  guint8 *out;
  guint n_bits;
} BitWriter;

static void
put_bits (BitWriter *self, guint value, guint n)
{
  while (n-- > 0) {
    guint8 *octet = &self->out[self->n_bits / 8];

    if (self->n_bits % 8 == 0)
      *octet = 0;
    *octet |= (value >> n & 1) << (7 - self->n_bits % 8);
    self->n_bits++;
  }
}

/* Elements of a raw_data_block (ISO/IEC 14496-3 table 4.85). */
enum
{
  ELEMENT_NONE = -1,
  ELEMENT_SCE = 0,
  ELEMENT_CPE = 1,
  ELEMENT_LFE = 3,
  ELEMENT_END = 7
};

/* Of each channel configuration (table 1.19). */
static const gint8 aac_elements[8][5] = {
  { ELEMENT_NONE },
  { ELEMENT_SCE, ELEMENT_NONE },
  { ELEMENT_CPE, ELEMENT_NONE },
  { ELEMENT_SCE, ELEMENT_CPE, ELEMENT_NONE },
  { ELEMENT_SCE, ELEMENT_CPE, ELEMENT_SCE, ELEMENT_NONE },
  { ELEMENT_SCE, ELEMENT_CPE, ELEMENT_CPE, ELEMENT_NONE },
  { ELEMENT_SCE, ELEMENT_CPE, ELEMENT_CPE, ELEMENT_LFE, ELEMENT_NONE },
  { ELEMENT_SCE, ELEMENT_CPE, ELEMENT_CPE, ELEMENT_CPE, ELEMENT_LFE },
};

/* ics_info of one long window without any scale factor band. */
static void
put_ics_info (BitWriter *bits)
{
  put_bits (bits, 0, 1 + 2 + 1 + 6 + 1);
}

/* global_gain; no pulses, no noise shaping, no gain control. */
static void
put_channel (BitWriter *bits, gboolean with_info)
{
  put_bits (bits, 0, 8);
  if (with_info)
    put_ics_info (bits);
  put_bits (bits, 0, 3);
}

static void
put_silent_element (BitWriter *bits, guint element, guint tag)
{
  put_bits (bits, element, 3);
  put_bits (bits, tag, 4);
  if (element == ELEMENT_CPE) {
    put_bits (bits, 1, 1); /* common_window */
    put_ics_info (bits);
    put_bits (bits, 0, 2); /* ms_mask_present */
    put_channel (bits, FALSE);
    put_channel (bits, FALSE);
  } else {
    put_channel (bits, TRUE);
  }
}

gsize
wfd_ts_audio_write_aac_silence (guint channels, guint8 *out)
{
  guint configuration = channels == 8 ? 7 : channels;
  BitWriter bits = { out, 0 };
  guint n_of_kind[8] = { 0 };

  if (configuration == 0 || channels == 7 || configuration > 7)
    return 0;

  for (guint i = 0; i < G_N_ELEMENTS (aac_elements[0]); i++) {
    gint element = aac_elements[configuration][i];

    if (element == ELEMENT_NONE)
      break;
    put_silent_element (&bits, element, n_of_kind[element]++);
  }
  put_bits (&bits, ELEMENT_END, 3);
  return (bits.n_bits + 7) / 8;
}

/* --- AC-3 (ATSC A/52) --- */

#define AC3_SAMPLES 1536
#define AC3_MAX_BSID 10
#define EAC3_MAX_BSID 16

static const guint ac3_rates[4] = { 48000, 44100, 32000, 0 };

/* Table 5.18: kbit/s of frmsizecod / 2. */
static const guint16 ac3_kbps[19] = { 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
  384, 448, 512, 576, 640 };

/* Table 5.8: channels of acmod without the low frequency one. */
static const guint8 ac3_channels[8] = { 2, 1, 2, 3, 3, 4, 4, 5 };

/* Where lfeon stands behind acmod, which depends on which mix levels do. */
static guint
ac3_lfe_bit (guint acmod)
{
  guint bits = 0;

  if (acmod & 1 && acmod != 1)
    bits += 2; /* cmixlev */
  if (acmod & 4)
    bits += 2; /* surmixlev */
  if (acmod == 2)
    bits += 2; /* dsurmod */
  return bits;
}

/* @head: the octets behind the syncword and crc1. */
static gboolean
read_ac3 (const guint8 *head, WfdTsFrame *ret_frame)
{
  guint fscod = head[0] >> 6, size_code = head[0] & 63, bsid = head[1] >> 3;
  guint acmod = head[2] >> 5, words;
  guint slower = bsid > 8 ? bsid - 8 : 0;

  if (ac3_rates[fscod] == 0 || size_code / 2 >= G_N_ELEMENTS (ac3_kbps))
    return FALSE;

  /* Two octets a word; a frame is 1,536 samples long at fscod, whatever bsid. */
  words = ac3_kbps[size_code / 2] * (AC3_SAMPLES * 1000 / 16) / ac3_rates[fscod];
  if (fscod == 1)
    words += size_code & 1;
  ret_frame->codec = WFD_TS_CODEC_AC3;
  ret_frame->rate_hz = ac3_rates[fscod] >> slower;
  ret_frame->samples = AC3_SAMPLES;
  ret_frame->bytes = words * 2;
  ret_frame->channels = ac3_channels[acmod] + (head[2] >> (4 - ac3_lfe_bit (acmod)) & 1);
  return TRUE;
}

/* @head: the octets behind the syncword (Annex E). */
static gboolean
read_eac3 (const guint8 *head, WfdTsFrame *ret_frame)
{
  static const guint8 blocks[4] = { 1, 2, 3, 6 };
  guint fscod = head[2] >> 6, code2 = head[2] >> 4 & 3;

  ret_frame->codec = WFD_TS_CODEC_EAC3;
  ret_frame->bytes = 2 * (((head[0] & 7) << 8 | head[1]) + 1);
  /* The rate that is none tells that code2 is the rate, halved, and not the
   * number of blocks. */
  ret_frame->rate_hz = fscod == 3 ? ac3_rates[code2] / 2 : ac3_rates[fscod];
  ret_frame->samples = 256 * (fscod == 3 ? 6 : blocks[code2]);
  ret_frame->channels = ac3_channels[head[2] >> 1 & 7] + (head[2] & 1);
  return ret_frame->rate_hz != 0 && ret_frame->bytes >= WFD_TS_FRAME_HEADER_BYTES;
}

gboolean
wfd_ts_audio_read_ac3 (WfdBytes bytes, WfdTsFrame *ret_frame)
{
  static const guint8 syncword[] = { 0x0b, 0x77 };
  WfdTsFrame frame = { 0 };
  guint bsid;

  if (bytes.left < WFD_TS_FRAME_HEADER_BYTES
      || !wfd_bytes_take_exact (&bytes, syncword, sizeof (syncword)))
    return FALSE;

  bsid = bytes.pos[3] >> 3;
  if (bsid > EAC3_MAX_BSID
      || !(bsid <= AC3_MAX_BSID ? read_ac3 (bytes.pos + 2, &frame) : read_eac3 (bytes.pos, &frame)))
    return FALSE;

  *ret_frame = frame;
  return TRUE;
}

/* --- LPCM --- */

/* sub_stream_id. */
#define LPCM_ID 0xa0

/* quantisation and frequency; 20 bits and more, and 96 kHz, are of R2. */
static const guint lpcm_bits[4] = { 16, 20, 24, 0 };
static const guint lpcm_rates[8] = { 0, 44100, 48000, 96000 };

void
wfd_ts_audio_write_lpcm (guint rate_hz, guint channels, guint8 *out)
{
  out[0] = LPCM_ID;
  out[1] = WFD_TS_LPCM_PES_UNITS;
  out[2] = 0x00;
  out[3] = 0 << 6 | (rate_hz == 44100 ? 1 : 2) << 3 | (channels - 1);
}

/* R1 has 000 for dual mono, R2 for one channel: then the length decides, if the
 * number of access units is right. */
static guint
lpcm_channels (guint code, guint n_units, gsize payload_bytes)
{
  if (code == 0 && n_units > 0 && payload_bytes == n_units * WFD_TS_LPCM_UNIT_SAMPLES * 2 * 2)
    return 2;
  return code + 1;
}

gboolean
wfd_ts_audio_take_lpcm (WfdBytes *payload, WfdTsLpcm *ret_lpcm)
{
  WfdBytes rest = *payload, header;
  WfdTsLpcm lpcm;

  if (!wfd_bytes_take (&rest, WFD_TS_LPCM_HEADER_BYTES, &header) || header.pos[0] != LPCM_ID)
    return FALSE;

  lpcm.bits = lpcm_bits[header.pos[3] >> 6];
  lpcm.rate_hz = lpcm_rates[header.pos[3] >> 3 & 7];
  lpcm.channels = lpcm_channels (header.pos[3] & 7, header.pos[1], rest.left);
  if (lpcm.bits == 0 || lpcm.rate_hz == 0)
    return FALSE;

  *payload = rest;
  *ret_lpcm = lpcm;
  return TRUE;
}
