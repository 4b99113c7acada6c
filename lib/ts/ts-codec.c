/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-codec.h"

/* LPCM has 0x80 in the standard's table 106 where Android writes 0x84 as for
 * all others; two stuffing octets bring the payload of audio to an even place. */
static const WfdTsCodecInfo codecs[WFD_TS_N_CODECS] = {
  [WFD_TS_CODEC_NONE] = { "nothing", 0x00, 0x00, 0x80, 0, FALSE },
  [WFD_TS_CODEC_H264] = { "H.264", 0x1b, 0xe0, 0x84, 0, TRUE },
  [WFD_TS_CODEC_H265] = { "H.265", 0x24, 0xe0, 0x84, 0, TRUE },
  [WFD_TS_CODEC_LPCM] = { "LPCM", 0x83, 0xbd, 0x80, 2, FALSE },
  [WFD_TS_CODEC_AAC] = { "AAC", 0x0f, 0xc0, 0x84, 2, FALSE },
  [WFD_TS_CODEC_AC3] = { "AC-3", 0x81, 0xbd, 0x84, 2, FALSE },
  [WFD_TS_CODEC_EAC3] = { "E-AC-3", 0x87, 0xbd, 0x84, 2, FALSE },
};

const WfdTsCodecInfo *
wfd_ts_codec_get_info (WfdTsCodec codec)
{
  g_assert ((guint) codec < WFD_TS_N_CODECS);

  return &codecs[codec];
}

WfdTsCodec
wfd_ts_codec_from_stream_type (guint8 stream_type)
{
  for (guint i = WFD_TS_CODEC_NONE + 1; i < WFD_TS_N_CODECS; i++) {
    if (codecs[i].stream_type == stream_type)
      return i;
  }
  return WFD_TS_CODEC_NONE;
}

gboolean
wfd_ts_format_is_same (const WfdTsFormat *a, const WfdTsFormat *b)
{
  return a->codec == b->codec && a->rate_hz == b->rate_hz && a->channels == b->channels;
}
