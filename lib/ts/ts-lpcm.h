/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

G_BEGIN_DECLS

/* Cuts sound that comes in pieces of any size into the payloads of LPCM: six
 * access units of 80 samples, 10 ms at 48 kHz, big-endian.
 *
 * The times it gives go on evenly and follow those of the input slowly, so that
 * neither the jitter of a capture nor its drift is heard. Short gaps in the
 * input are filled with silence, longer ones are jumps. */
typedef struct _WfdTsLpcmPacker WfdTsLpcmPacker;

/* @rate_hz: 44100 or 48000. @channels: 2 to 8. (transfer full) */
WfdTsLpcmPacker *wfd_ts_lpcm_packer_new (guint rate_hz, guint channels);
void wfd_ts_lpcm_packer_free (WfdTsLpcmPacker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdTsLpcmPacker, wfd_ts_lpcm_packer_free)

/* @samples: signed 16 bit little-endian, interleaved, whole samples of all
 * channels. @pts_ns: of the first of them, WFD_TS_NO_TIME if they follow what
 * came before. What the call before made ready must have been taken with pop. */
void wfd_ts_lpcm_packer_push (WfdTsLpcmPacker *self, const guint8 *samples, gsize bytes,
    gint64 pts_ns);
/* Nothing came: puts silence in until @until_ns is reached, and no part of a
 * payload is left behind. */
void wfd_ts_lpcm_packer_fill (WfdTsLpcmPacker *self, gint64 until_ns);
/* The next payload without its private header, valid until the next call of any
 * of these; FALSE if there is none. */
gboolean wfd_ts_lpcm_packer_pop (WfdTsLpcmPacker *self, WfdBytes *ret_payload, gint64 *ret_pts_ns);

G_END_DECLS
