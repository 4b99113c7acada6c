/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How often key units are asked of an encoder. A Samsung sink sends eight M13
 * at once, and every one honoured would cost the bit rate of a picture; but
 * each M13 must be followed by a key unit, or a sink that lost one stays
 * black. So requests within the interval share the key unit at its end. */
typedef struct
{
  gint64 last_us; /* when a key unit was asked for last */
  gboolean owed;  /* a request waits for the end of the interval */
} WfdKeyUnit;

#define WFD_KEY_UNIT_INTERVAL_US (250 * G_TIME_SPAN_MILLISECOND)
#define WFD_KEY_UNIT_INIT \
  { \
    G_MININT64, FALSE \
  }

/* A request came. TRUE: ask for a key unit now; FALSE: call
 * wfd_key_unit_tick() at the deadline. */
gboolean wfd_key_unit_request (WfdKeyUnit *self, gint64 now_us);
/* TRUE: ask for a key unit now. */
gboolean wfd_key_unit_tick (WfdKeyUnit *self, gint64 now_us);
/* G_MAXINT64 if nothing is owed. */
gint64 wfd_key_unit_get_deadline_us (const WfdKeyUnit *self);

G_END_DECLS
