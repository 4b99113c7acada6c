/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ts-end.h"
#include "ts-frames.h"
#include "ts-pes.h"
#include "ts-video.h"

G_BEGIN_DECLS

/* One elementary stream of a reader: PES packets in, units out. */

typedef enum
{
  WFD_TS_PES_NONE,   /* wait for the start of a packet */
  WFD_TS_PES_HEADER, /* its header is not complete */
  WFD_TS_PES_PAYLOAD,
  WFD_TS_PES_DONE, /* the picture was handed on before the next packet */
} WfdTsPesState;

typedef struct
{
  WfdTsCodec codec; /* WFD_TS_CODEC_NONE: there is no such stream */
  gboolean is_video;
  WfdTsPesState state;
  guint8 header[WFD_TS_PES_READ_BYTES];
  gsize header_bytes;
  gboolean is_bounded;
  gsize left;       /* of the payload, if bounded */
  gboolean damaged; /* something of it is missing */
  gint64 last_pts;  /* with the wraps counted */
  WfdTsEnd end;
  union
  {
    WfdTsVideo video;
    WfdTsFrames frames;
  };
} WfdTsStream;

/* Gives 33 bits their place on a line that goes on. */
typedef struct
{
  gboolean is_known;
  gint64 last; /* 90 kHz */
} WfdTsTimeline;

gint64 wfd_ts_timeline_extend (WfdTsTimeline *self, guint64 time);

void wfd_ts_stream_init (WfdTsStream *self, WfdTsCodec codec);
/* Nothing comes any more: hands on what is there, with what is known to be missing
 * marked as such, and is empty then. */
void wfd_ts_stream_clear (WfdTsStream *self, WfdTsUnitQueue *queue);

/* The payload of a TS packet. @starts: its payload_unit_start_indicator;
 * @lost: packets are missing before it. @clock: where the clock of the program
 * is, if it has one. */
void wfd_ts_stream_push (WfdTsStream *self, WfdBytes payload, gboolean starts, gboolean lost,
    const WfdTsTimeline *clock, gint64 now_ns, WfdTsUnitQueue *queue);
/* The same for the common case: of the @n packets at @packets, which neither start
 * nor are lost and have nothing but payload, takes those that need no more
 * thought, and returns how many. */
guint wfd_ts_stream_take_plain (WfdTsStream *self, const guint8 *packets, guint n, gint64 now_ns);
/* Hands on what was complete before the last bytes that came. To be called when
 * there are no more bytes for now. */
void wfd_ts_stream_look (WfdTsStream *self, WfdTsUnitQueue *queue);
/* Signs that the packet that came last ended a picture. */
void wfd_ts_stream_add_signs (WfdTsStream *self, guint signs, WfdTsUnitQueue *queue);
void wfd_ts_stream_tick (WfdTsStream *self, gint64 now_ns, WfdTsUnitQueue *queue);
gint64 wfd_ts_stream_get_deadline (const WfdTsStream *self);

G_END_DECLS
