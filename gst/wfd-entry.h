/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Where a stream of the application enters wfdsink: between the application's
 * pace and that of the session, in a thread of its own.
 *
 * Closed, i.e. while nobody watches, it drops what a live upstream sends before
 * anything is encoded, and holds any other back. Open, it sees to it that a
 * live stream neither lags nor falls silent:
 *
 *                  too much is there             nothing comes
 *   pictures       only the newest goes on       the last one again
 *   sound          the oldest is dropped         silence
 *   coded video    on with the next key unit     GAP events
 *   coded sound    the oldest is dropped         GAP events
 *
 * Upstream is live if it says so in answer to a LATENCY query. */
typedef enum
{
  WFD_ENTRY_PICTURES,
  WFD_ENTRY_SOUND,
  WFD_ENTRY_CODED_VIDEO,
  WFD_ENTRY_CODED_SOUND, /* AAC */
  WFD_ENTRY_AC3,         /* coded sound, too */
} WfdEntryKind;

#define WFD_TYPE_ENTRY (wfd_entry_get_type ())
G_DECLARE_FINAL_TYPE (WfdEntry, wfd_entry, WFD, ENTRY, GstElement)

/* Signal "end-of-stream": upstream has ended, and all that came before has left or
 * nobody is behind the pad "src" who would get it; once, in the entry's thread. */
WfdEntry *wfd_entry_new (WfdEntryKind kind);
WfdEntryKind wfd_entry_get_kind (WfdEntry *self);

/* The functions below may be called from any thread. */

gboolean wfd_entry_is_live (WfdEntry *self);

/* How many pictures leave (live pictures only), which the caps behind say too.
 * Only while nothing is linked to "src". */
void wfd_entry_set_rate (WfdEntry *self, gint rate_n, gint rate_d);

/* Something was linked to "src"; tells it the format at once, so that an
 * encoder can open before the first picture. Ended by an unlinked or flushing
 * "src", or by wfd_entry_detach(). */
void wfd_entry_attach (WfdEntry *self);
void wfd_entry_detach (WfdEntry *self);

void wfd_entry_set_open (WfdEntry *self, gboolean open);
/* The session does without this stream: what a stored upstream sends while the
 * entry is open goes nowhere, in real time, so that it holds up no other. */
void wfd_entry_set_discard (WfdEntry *self, gboolean discard);

/* Upstream has not begun and will not: the stream ends where it is. */
void wfd_entry_end (WfdEntry *self);

typedef struct
{
  guint64 passed;  /* buffers that went on, made ones too */
  guint64 dropped; /* while closed, too many, or left out of the session */
  guint64 filled;  /* made, for want of any */
} WfdEntryStats;

void wfd_entry_get_stats (WfdEntry *self, WfdEntryStats *ret_stats);

G_END_DECLS
