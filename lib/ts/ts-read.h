/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-psi.h"
#include "ts-unit.h"

G_BEGIN_DECLS

/* From TS packets to access units: follows PAT and PMT to the first video and
 * the first audio of a codec we know, whatever their PIDs, and hands units on as
 * soon as they are complete (see ts-end.h). Times in ns of any monotonic
 * clock. */
typedef struct _WfdTsReader WfdTsReader;

WfdTsReader *wfd_ts_reader_new (void);
void wfd_ts_reader_free (WfdTsReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdTsReader, wfd_ts_reader_free)

/* The payload of one RTP packet: whole TS packets. @marker: its marker bit. */
void wfd_ts_reader_push (WfdTsReader *self, WfdBytes packets, gboolean marker, gint64 now_ns);
/* RTP packets are missing here. */
void wfd_ts_reader_lose (WfdTsReader *self, guint n_packets);
/* Another sender begins here. The program stays until its tables say other. */
void wfd_ts_reader_restart (WfdTsReader *self);
/* Nothing comes any more: hands on what is open. */
void wfd_ts_reader_finish (WfdTsReader *self);
/* Hands on the picture that is complete if nothing came until now. */
void wfd_ts_reader_tick (WfdTsReader *self, gint64 now_ns);
/* When to tick; G_MAXINT64 if there is no need. */
gint64 wfd_ts_reader_get_deadline (WfdTsReader *self);

/* (transfer full) */
gboolean wfd_ts_reader_pop (WfdTsReader *self, WfdTsUnit *ret_unit);

/* The last program clock reference that came since the last call; 27 MHz, goes
 * on where it wraps. @ret_jumped: its packet said that it jumps. */
gboolean wfd_ts_reader_take_clock (WfdTsReader *self, gint64 *ret_clock, gint64 *ret_arrival_ns,
    gboolean *ret_jumped);

/* The program; NULL until PAT and PMT have come. (transfer none) */
const WfdTsProgram *wfd_ts_reader_get_program (WfdTsReader *self);
/* Whether the stream is encrypted, or says that it is (HDCP): for a second, in which
 * no picture came. */
gboolean wfd_ts_reader_is_protected (WfdTsReader *self);

typedef struct
{
  guint64 n_packets;  /* of MPEG-TS */
  guint64 n_unsynced; /* without sync byte, or with transport_error_indicator */
  guint64 n_gaps;     /* continuity counters that did not go on */
  guint64 n_repeated;
  guint64 n_bad_sections; /* wrong CRC */
  guint64 n_units;
  guint64 n_lossy;
} WfdTsReaderStats;

void wfd_ts_reader_get_stats (WfdTsReader *self, WfdTsReaderStats *ret_stats);

G_END_DECLS
