/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "emu-core.h"

G_BEGIN_DECLS

/* What a driver would tell of the link, as text for whoever listens: lines
 *
 *   queue <bytes>                   of the stream that have left the kernel since it listens
 *   station <phy kbit/s> <retries> <failed> <packets> <queue drops>
 *   done <RTP sequence> <0|1>       a packet left the air, 1: nobody acknowledged it
 *
 * The queue is exact as SIOCOUTQ is. The station comes ten times a second, with the
 * modulation as it was 50 ms before and sometimes wrong by a step. */
typedef struct
{
  gboolean tells_station;
  gboolean tells_packets; /* as SO_WIFI_STATUS would */
  SimRandom random;
  guint64 from_bytes; /* of the stream, that had come when somebody began to listen */
  guint64 told_bytes; /* of the last line */
  gint64 station_ms;  /* of the last line */
} EmuSignals;

void emu_signals_init (EmuSignals *self, guint64 seed);
/* Somebody begins to listen. */
void emu_signals_begin (EmuSignals *self, const EmuCore *core);
/* What is new after a step; nothing, if nothing is. */
void emu_signals_write (EmuSignals *self, EmuCore *core, gint64 now_ms, GString *text);
/* What was written last did not get through. */
void emu_signals_missed (EmuSignals *self);

G_END_DECLS
