/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What may lie in the transport stream of a Wi-Fi Display session, and how it
 * is told there (WFD 2.1 Appendix B table 105). */

#define WFD_TS_PACKET_BYTES 188
#define WFD_TS_SYNC_BYTE 0x47
#define WFD_TS_HEADER_BYTES 4
/* Of a packet without adaptation field. */
#define WFD_TS_FULL_PAYLOAD_BYTES (WFD_TS_PACKET_BYTES - WFD_TS_HEADER_BYTES)

/* A point in time or a presentation time that is not known. */
#define WFD_TS_NO_TIME G_MININT64

/* The PIDs a source has to use (WFD 2.1 Appendix D.4.2). A sink follows the
 * tables, for other sources use others. */
#define WFD_TS_PID_PAT 0x0000
#define WFD_TS_PID_PMT 0x0100
#define WFD_TS_PID_PCR 0x1000
#define WFD_TS_PID_VIDEO 0x1011
#define WFD_TS_PID_AUDIO 0x1100
#define WFD_TS_PID_NULL 0x1fff

typedef enum
{
  WFD_TS_CODEC_NONE,
  WFD_TS_CODEC_H264,
  WFD_TS_CODEC_H265,
  WFD_TS_CODEC_LPCM,
  WFD_TS_CODEC_AAC,
  WFD_TS_CODEC_AC3,
  WFD_TS_CODEC_EAC3, /* read only */
} WfdTsCodec;

#define WFD_TS_N_CODECS (WFD_TS_CODEC_EAC3 + 1)

/* One elementary stream. */
typedef struct
{
  WfdTsCodec codec;

  /* Audio: */
  guint rate_hz;
  guint channels;

  /* Video, for the descriptors of what we send. H.264: the three octets of the
   * SPS behind its NAL header; H.265: the twelve of its general
   * profile_tier_level. Taken from the stream where it has them. */
  guint8 profile[12];
  /* If not 0, the descriptors that the standard recommends are sent as well;
   * Android does not. @frame_rate_code is that of ISO/IEC 13818-2 table 6-4
   * (1 to 8). */
  guint width;
  guint height;
  guint frame_rate_code;
} WfdTsFormat;

typedef struct
{
  const char *name;
  guint8 stream_type;
  guint8 stream_id;    /* of its PES */
  guint8 pes_flags;    /* the octet with data_alignment_indicator */
  guint8 pes_stuffing; /* octets of stuffing behind the PTS */
  gboolean is_video;
} WfdTsCodecInfo;

/* (transfer none), never NULL for a member of the enum. */
const WfdTsCodecInfo *wfd_ts_codec_get_info (WfdTsCodec codec);
/* WFD_TS_CODEC_NONE if the stream type is none of ours. */
WfdTsCodec wfd_ts_codec_from_stream_type (guint8 stream_type);
/* Whether the two need no new caps: same codec, rate and channels. */
gboolean wfd_ts_format_is_same (const WfdTsFormat *a, const WfdTsFormat *b);

G_END_DECLS
