/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/audio/audio.h>

#include "wfd-backlog.h"
#include "wfd-entry.h"
#include "wfd-pace.h"
#include "wfd-upstream.h"

/* What the two sides of an entry share: wfd-entry.c is what comes, in the
 * threads of upstream and of the application, and wfd-entry-out.c what leaves, in
 * the thread of the pad "src". */

G_BEGIN_DECLS

struct _WfdEntry
{
  GstElement parent;

  WfdEntryKind kind;
  GstPad *sinkpad;
  GstPad *srcpad;

  GMutex lock;
  GCond changed;
  /* All below with the lock. */
  GstClockID waiting_for; /* what the thread waits for, or NULL */
  gboolean flushing;
  gboolean playing;
  gboolean attached;
  guint n_attached; /* how often so far */
  gboolean open;
  gboolean discard;
  GstFlowReturn flow; /* what upstream is told */

  WfdUpstream upstream;
  GstClockTime latency;  /* of upstream */
  GstClockTime delay;    /* of the newest buffer, when it came */
  GstSegment in_segment; /* of what comes */
  GstAudioInfo in_info;

  WfdBacklog backlog;
  gboolean need_key_unit; /* coded video: until one comes, nothing goes on */
  gboolean eos_told;

  GstClockTimeDiff discard_shift; /* from running time to when a buffer goes */

  gint rate_n; /* 0: as upstream */
  gint rate_d;
  WfdPace pace;
  GstBuffer *newest;      /* live pictures: also while closed */
  gboolean show_newest;   /* just opened */
  GstSegment out_segment; /* of what left */
  GstAudioInfo out_info;
  GstClockTime end; /* running time up to which the stream is out */
  WfdEntryStats stats;
};

extern guint wfd_entry_signal_end_of_stream;

/* All but the last with the lock. */

gboolean wfd_entry_is_flowing (WfdEntry *self);
gboolean wfd_entry_has_live_upstream (WfdEntry *self);
/* Something changed for who waits. */
void wfd_entry_wake (WfdEntry *self);
/* What is still to come from a live upstream comes from here on. */
GstClockTime wfd_entry_get_horizon (WfdEntry *self, GstClockTime now);
/* The rate at which live pictures leave is ours; (transfer full). */
GstEvent *wfd_entry_set_caps_rate (WfdEntry *self, GstEvent *event);
void wfd_entry_drop_buffers (WfdEntry *self);

/* The task of the pad "src". */
void wfd_entry_loop (gpointer entry);

G_END_DECLS
