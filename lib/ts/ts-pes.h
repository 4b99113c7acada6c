/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-codec.h"

G_BEGIN_DECLS

/* The header of a PES packet (ISO/IEC 13818-1 §2.4.3.6). */

/* The longest that we write, and that may be read. */
#define WFD_TS_PES_WRITTEN_BYTES 16
#define WFD_TS_PES_READ_BYTES (9 + 255)

/* Writes the header for @payload_bytes of a stream of @codec into @out
 * (WFD_TS_PES_WRITTEN_BYTES), with @pts in 90 kHz, of which 33 bits are sent.
 * The length is 0, which means unbounded, where video does not fit into it.
 * Returns the bytes written. */
gsize wfd_ts_pes_write_header (WfdTsCodec codec, gint64 pts, gsize payload_bytes, guint8 *out);

typedef struct
{
  guint8 stream_id;
  gboolean has_pts;
  guint64 pts; /* 90 kHz, 33 bits */
  gboolean is_bounded;
  gsize payload_bytes; /* if bounded */
} WfdTsPesHeader;

typedef enum
{
  WFD_TS_PES_WHOLE, /* the header was taken */
  WFD_TS_PES_SHORT, /* nothing was taken, more bytes are needed */
  WFD_TS_PES_BAD,   /* no PES packet with a payload for us */
} WfdTsPesResult;

WfdTsPesResult wfd_ts_pes_take_header (WfdBytes *bytes, WfdTsPesHeader *ret_header);

G_END_DECLS
