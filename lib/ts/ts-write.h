/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-codec.h"
#include "ts-rtcp.h"

G_BEGIN_DECLS

/* From access units to RTP packets, ready for the socket.
 *
 * One unit at a time: begin it, then fill and send batches until there is
 * nothing left. Its last packet is among them: no unit waits for another, and
 * no stream for another. Tables and clock go along with the units; when no unit
 * comes, a tick sends them alone.
 *
 *   wfd_ts_writer_begin_unit (writer, VIDEO, unit, pts_ns, now_ns);
 *   while (wfd_ts_writer_fill (writer, &batch))
 *     send (batch.data, batch.bytes, UDP_SEGMENT = batch.segment_bytes);
 *   wake_at (wfd_ts_writer_get_deadline (writer));
 *
 * All times are of one monotonic clock, in ns from any start, 0 or more: that
 * of the pipeline. The 27 MHz clock of the stream is that clock. No function
 * may be called while another runs on the same writer. */
typedef struct _WfdTsWriter WfdTsWriter;

/* One program of Wi-Fi Display has one video, one audio, and seldom more. */
#define WFD_TS_WRITER_STREAMS 4

/* When the marker bit of RTP is set. */
typedef enum
{
  WFD_TS_MARKER_JUMP,     /* when the timestamp jumps (RFC 2250 §2) */
  WFD_TS_MARKER_UNIT_END, /* on the last packet of a unit (MS-WFDPE §2) */
} WfdTsMarker;

typedef struct
{
  /* In this order the streams are numbered and get their PIDs: video from
   * 0x1011, audio from 0x1100. */
  WfdTsFormat formats[WFD_TS_WRITER_STREAMS];
  guint n_streams;

  guint32 ssrc;
  guint16 sequence; /* of the first packet */
  WfdTsMarker marker;
} WfdTsWriterConfig;

/* WFD_ERROR_INVALID_ARGUMENT for what cannot be sent. (transfer full) */
WfdTsWriter *wfd_ts_writer_new (const WfdTsWriterConfig *config, GError **error);
void wfd_ts_writer_free (WfdTsWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdTsWriter, wfd_ts_writer_free)

/* Begins an access unit. @unit is borrowed until it is sent or abandoned:
 * video a picture as byte stream, the delimiter and, in front of an IDR, the
 * parameter sets are put in where they are missing; AAC a frame, raw or with
 * ADTS header; AC-3 a frame; LPCM a payload of WfdTsLpcmPacker.
 * FALSE if it is not that, or if another unit is not all sent; then nothing
 * changed. */
gboolean wfd_ts_writer_begin_unit (WfdTsWriter *self, guint stream, WfdBytes unit, gint64 pts_ns,
    gint64 now_ns);

/* When something must be sent though no unit comes; now or earlier if it is
 * due. */
gint64 wfd_ts_writer_get_deadline (WfdTsWriter *self);
/* Begins what is due at @now_ns; FALSE if it is nothing. */
gboolean wfd_ts_writer_begin_tick (WfdTsWriter *self, gint64 now_ns);

/* RTP packets one behind the other, as one send with UDP_SEGMENT takes them:
 * each has segment_bytes, only the last may have fewer. */
typedef struct
{
  /* From the caller: */
  guint8 *data;
  gsize capacity;    /* at least one packet of 12 + 7 * 188 */
  guint max_packets; /* UDP_SEGMENT: 16 is what most devices take at once */
  /* To the caller: */
  gsize bytes;
  gsize segment_bytes;
  guint n_packets;
} WfdTsBatch;

/* FALSE if nothing is left to be sent. */
gboolean wfd_ts_writer_fill (WfdTsWriter *self, WfdTsBatch *batch);

/* Whether some of a unit is still to be taken by fill. */
gboolean wfd_ts_writer_is_pending (WfdTsWriter *self);

/* The socket takes no more: forgets the rest of the unit. If a part of it went
 * out, a sequence number and a continuity counter are left out, so that the
 * receiver sees the loss; then TRUE, and a key frame is needed. */
gboolean wfd_ts_writer_abandon (WfdTsWriter *self);

/* After a pause, or when the clock jumped: the next packets say so, and begin
 * with the tables. */
void wfd_ts_writer_restart (WfdTsWriter *self);

/* A new format of a stream, from the next unit on: PMT with the next version.
 * WFD_ERROR_INVALID_ARGUMENT for what cannot be sent. */
gboolean wfd_ts_writer_set_format (WfdTsWriter *self, guint stream, const WfdTsFormat *format,
    GError **error);

/* What a sender report has to say at @now_ns, which is @ntp (32.32) elsewhere. */
void wfd_ts_writer_get_sender_info (WfdTsWriter *self, gint64 now_ns, guint64 ntp,
    WfdTsSenderInfo *ret_info);

G_END_DECLS
