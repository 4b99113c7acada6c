/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-limits.h>
#include <wfd/wfd-format.h>

#include "media-modes.h"

G_BEGIN_DECLS

/* One tuple of wfd_video_formats (WFD 2.1 §6.1.3). */
typedef struct
{
  guint8 profiles;             /* WfdH264Profile bits; one in what we send */
  guint8 level;                /* times ten, 31 to 52: highest (M3) or actual (M4) */
  guint64 modes[WFD_N_TABLES]; /* bitmaps by WfdTable */
  guint16 latency_ms;          /* decoder delay, 0 if not given */
  guint16 min_slice_size_mb;   /* macroblocks; 0: one slice per picture only */
  guint16 slice_enc_params;    /* as on the wire */
  guint8 frame_rate_control;   /* as on the wire */
  guint16 max_hres;            /* pixels, 0 for none */
  guint16 max_vres;            /* pixels, 0 for none */
} WfdH264Codec;

/* wfd_video_formats; no codecs at all is the value "none". */
typedef struct
{
  guint8 native;    /* table in bits 2:0, index in bits 7:3 */
  guint8 preferred; /* preferred-display-mode supported */
  guint n_codecs;
  WfdH264Codec codecs[WFD_LIMIT_H264_CODECS];
} WfdVideoFormats;

/* wfd_audio_codecs: bitmap of modes and decoder delay for each codec, indexed
 * by WfdAudioCodec (index 0 is unused); a bitmap of 0 means not supported. */
#define WFD_N_AUDIO_CODECS 4

typedef struct
{
  guint32 modes[WFD_N_AUDIO_CODECS];
  guint16 latency_ms[WFD_N_AUDIO_CODECS];
} WfdAudioCodecs;

/* One row of the audio tables (WFD 2.1 §6.1.2): bit @bit of @codec. Samples have
 * 16 bits throughout. */
typedef struct
{
  WfdAudioCodec codec;
  guint8 bit;
  guint32 rate_hz;
  guint8 channels;
} WfdAudioMode;

const WfdAudioMode *wfd_media_get_audio_modes (guint *ret_n);
const WfdAudioMode *wfd_media_find_audio_mode (WfdAudioCodec codec, guint bit);
/* "LPCM", "AAC", "AC3" as on the wire; NULL for none. */
const char *wfd_media_audio_codec_name (WfdAudioCodec codec);
/* As in wfd_media_audio_codecs_from_names (), e.g. "aac" or "lpcm-44100". */
char *wfd_media_audio_mode_to_name (const WfdAudioMode *mode);

/* Whether @mode is in a tuple that has one of @profiles (WfdH264Profile bits),
 * and the highest level of such tuples (may be NULL). */
gboolean wfd_media_video_formats_has (const WfdVideoFormats *self, guint profiles,
    const WfdMode *mode, guint *ret_level);
/* Takes the modes away that need more than @kbps, see wfd_media_mode_get_least_kbps ();
 * 640x480p60, which each device knows, stays. */
void wfd_media_video_formats_limit (WfdVideoFormats *self, guint kbps);
gboolean wfd_media_audio_codecs_has (const WfdAudioCodecs *self, const WfdAudioMode *mode);

/* What a source or a sink of ours offers unless told otherwise: progressive
 * modes up to 1920x1080p60, a sink those of the CEA table, a source those of
 * all tables; a sink decodes both profiles, a source encodes Constrained
 * Baseline. A sink takes LPCM and AAC, both in stereo, a source sends AAC in
 * stereo. */
void wfd_media_default_video_formats (gboolean sink, WfdVideoFormats *ret_formats);
void wfd_media_default_audio_codecs (gboolean sink, WfdAudioCodecs *ret_codecs);

/* From names, e.g. "1920x1080p30, 1280x720p60", with the mandatory modes of R1
 * (WFD 2.1 §3.4.2) added; the first is the native mode. With "-chp" behind it a
 * mode is offered in Constrained High only, as by a source whose stream is
 * encoded already, and nothing is added. "none" for no video.
 * Neither interlaced modes nor those of R2, which wfd_video_formats cannot
 * name. WFD_ERROR_INVALID_ARGUMENT with a list of all possible names. */
gboolean wfd_media_video_formats_from_names (const char *names, gboolean sink,
    WfdVideoFormats *ret_formats, GError **error);
/* From names, e.g. "aac, lpcm" or "lpcm-44100, aac-6ch": 48 kHz and two
 * channels unless the name says more; exactly these, nothing is added. "none"
 * for no audio. WFD_ERROR_INVALID_ARGUMENT with a list of all possible names. */
gboolean wfd_media_audio_codecs_from_names (const char *names, WfdAudioCodecs *ret_codecs,
    GError **error);

G_END_DECLS
