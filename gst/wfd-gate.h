/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Lets a stream through while the peer wants it. Closed, it drops what a live
 * upstream sends and blocks any other, so that a file begins when the peer
 * says PLAY and stops while the peer has paused. What comes from a file after
 * that is shifted to the running time at which it goes on. Which of the two
 * upstream is, its answer to a LATENCY query tells.
 *
 * The property "live" is that answer; the signal "end-of-stream" says that
 * upstream has nothing more. The event itself goes no further: the session
 * has to be ended before. */
#define WFD_TYPE_GATE (wfd_gate_get_type ())
G_DECLARE_FINAL_TYPE (WfdGate, wfd_gate, WFD, GATE, GstElement)

/* Gates of streams that belong together are shifted together, so that they stay
 * in time with each other. */
typedef struct _WfdGateGroup WfdGateGroup;

WfdGateGroup *wfd_gate_group_new (void);
void wfd_gate_group_unref (WfdGateGroup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdGateGroup, wfd_gate_group_unref)

/* @member: which of the group it is, below 32; another can be that once this one
 * is stopped. (transfer floating) */
GstElement *wfd_gate_new (WfdGateGroup *group, guint member);
/* What passes is MPEG-TS: each list leaves as wfd_ts_list_merge() makes it, while
 * the buffers of any other stay apart. Before data comes. */
void wfd_gate_set_ts (WfdGate *self);

/* The functions below may be called from any thread. */

/* An open gate lets through what comes while the element is PLAYING, and asks
 * upstream for a key unit whenever the stream begins to flow. */
void wfd_gate_set_open (WfdGate *self, gboolean open);
/* Nobody will want anything any more: upstream gets GST_FLOW_EOS. Until READY. */
void wfd_gate_end (WfdGate *self);
void wfd_gate_request_key_unit (WfdGate *self);

/* Whether something leads here that has not ended. */
gboolean wfd_gate_is_awaited (WfdGate *self);

typedef struct
{
  guint64 dropped_buffers; /* of a live upstream, while closed */
  guint key_units;         /* asked for */
} WfdGateStats;

void wfd_gate_get_stats (WfdGate *self, WfdGateStats *ret_stats);

G_END_DECLS
