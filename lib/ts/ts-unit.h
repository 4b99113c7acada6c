/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "ts-codec.h"

G_BEGIN_DECLS

/* What comes out of a stream: a picture, a frame of AAC or AC-3, or the samples
 * of a PES packet of LPCM (16 bit big-endian). */

typedef enum
{
  WFD_TS_UNIT_KEY = 1 << 0,     /* decoding can begin with this picture */
  WFD_TS_UNIT_LOSSY = 1 << 1,   /* bytes of it are missing */
  WFD_TS_UNIT_DISCONT = 1 << 2, /* something right before it is missing */
  WFD_TS_UNIT_RESTART = 1 << 3, /* its time does not go on from the one before */
} WfdTsUnitFlags;

typedef struct
{
  gboolean is_video;
  WfdTsFormat format; /* rate and channels of audio, codec */
  GBytes *data;
  guint flags;
  gint64 pts;      /* 90 kHz, goes on where 33 bits wrap; or WFD_TS_NO_TIME */
  gint64 duration; /* 90 kHz, of audio, else 0 */
  gint64 last_ns;  /* when its last byte came */
  /* When to show it, on the clock of the arrival times, with nothing to spare
   * for jitter; WFD_TS_NO_TIME if it has no PTS. Set by WfdTsReceiver. */
  gint64 time_ns;
} WfdTsUnit;

void wfd_ts_unit_clear (WfdTsUnit *unit);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdTsUnit, wfd_ts_unit_clear)

/* Units on their way out of a reader. */
typedef struct
{
  GQueue units;
  guint lost[2]; /* flags for the next unit in place of one that found no room, by is_video */
  guint64 n_units;
  guint64 n_pictures;
  guint64 n_lossy;
} WfdTsUnitQueue;

void wfd_ts_unit_queue_clear (WfdTsUnitQueue *self);
/* Takes the data over. */
void wfd_ts_unit_queue_push (WfdTsUnitQueue *self, const WfdTsUnit *unit);
/* (transfer full) */
gboolean wfd_ts_unit_queue_pop (WfdTsUnitQueue *self, WfdTsUnit *ret_unit);

G_END_DECLS
