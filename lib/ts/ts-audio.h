/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-codec.h"

G_BEGIN_DECLS

/* Frames of AAC (ADTS) and AC-3, and the private header of LPCM. */

/* Bytes that tell all about a frame of AAC, AC-3 or E-AC-3. */
#define WFD_TS_FRAME_HEADER_BYTES 7

typedef struct
{
  WfdTsCodec codec; /* AC-3 and E-AC-3 look alike from outside */
  guint rate_hz;
  guint channels; /* 0: told further inside */
  guint samples;  /* per channel */
  gsize bytes;    /* with the header */
} WfdTsFrame;

/* Reads the header that @bytes begin with. FALSE if it is none, or if there are
 * fewer than WFD_TS_FRAME_HEADER_BYTES. */
gboolean wfd_ts_audio_read_adts (WfdBytes bytes, WfdTsFrame *ret_frame);
gboolean wfd_ts_audio_read_ac3 (WfdBytes bytes, WfdTsFrame *ret_frame);

#define WFD_TS_ADTS_HEADER_BYTES 7

/* Writes the header for a raw AAC-LC frame of @raw_bytes (at most 8,184). FALSE
 * if ADTS has no such rate or number of channels, or the frame is too long. */
gboolean wfd_ts_audio_write_adts (guint rate_hz, guint channels, gsize raw_bytes, guint8 *out);

#define WFD_TS_SILENCE_BYTES 32

/* Writes a raw AAC-LC frame with nothing to hear; returns its bytes, 0 if there
 * is no such number of @channels (1 to 6, 8). */
gsize wfd_ts_audio_write_aac_silence (guint channels, guint8 *out);

/* --- LPCM (WFD 2.1 Appendix B table 106) --- */

#define WFD_TS_LPCM_HEADER_BYTES 4
/* Samples per channel in an access unit, and access units in a PES packet. */
#define WFD_TS_LPCM_UNIT_SAMPLES 80
#define WFD_TS_LPCM_PES_UNITS 6

typedef struct
{
  guint bits;
  guint rate_hz;
  guint channels;
} WfdTsLpcm;

/* @channels: 1 to 8, 16 bit. */
void wfd_ts_audio_write_lpcm (guint rate_hz, guint channels, guint8 *out);
/* @payload: the payload of a PES packet; what is taken is the private header.
 * FALSE if it is none, or of a kind that the standard does not have. */
gboolean wfd_ts_audio_take_lpcm (WfdBytes *payload, WfdTsLpcm *ret_lpcm);

G_END_DECLS
