/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ts-read.h>

#include "ts-builder.h"

G_BEGIN_DECLS

#define TS_FLOW_MS G_GINT64_CONSTANT (1000000)
#define TS_FLOW_FRAME_NS (33 * TS_FLOW_MS)
#define TS_FLOW_FRAME_TICKS 2970

/* PIDs unlike those of the standard. */
#define TS_FLOW_V 0x0041
#define TS_FLOW_A 0x0050

/* H.264 on TS_FLOW_V, AAC on TS_FLOW_A. */
extern const TsBuilderStream ts_flow_streams[2];

/* A builder whose packets go to a reader, and a line of text for what comes out,
 * for each unit:
 *   V or A, K key, ! lossy, d discontinuity, r restart, f format; size @ PTS */
typedef struct
{
  TsBuilder builder;
  WfdTsReader *reader;
  gint64 now_ns;
  GString *out;
  GPtrArray *units; /* GBytes */
  WfdTsUnit last;   /* without data */
} TsFlow;

TsFlow ts_flow (void);
TsFlow ts_flow_with (const TsBuilderStream *streams, guint n);
TsFlow ts_flow_without_program (void);
void ts_flow_clear (TsFlow *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsFlow, ts_flow_clear)

/* Gives what was built to the reader, a packet at a time or @n of them. */
void ts_flow_pass (TsFlow *self);
void ts_flow_pass_by (TsFlow *self, guint n);
/* Takes what came out. */
void ts_flow_drain (TsFlow *self);
/* What came out since the last call. */
void ts_flow_assert (TsFlow *self, const char *expected);
WfdTsReaderStats ts_flow_get_stats (TsFlow *self);

#define SLICE "\x41\x9a"
#define SLICE_THAT_GOES_ON "\x41\x4a"
#define KEY_SLICE "\x65\x88"
#define AUD "\x09\xf0"
#define PARAMETERS "\x67\x42\xc0\x1f"

/* @n octets: a start code, @head, and what never looks like a start code. */
GBytes *ts_flow_nal (const char *head, gsize n);
/* A PES packet of one NAL unit. */
void ts_flow_pes (TsFlow *self, const char *head, gsize n, guint64 pts, gint length);
/* Picture number @i of @n octets, in its time; the first is a key one. */
void ts_flow_picture (TsFlow *self, guint i, gsize n, gint length);

G_END_DECLS
