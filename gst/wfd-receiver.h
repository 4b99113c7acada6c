/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <wfd/wfd-format.h>

G_BEGIN_DECLS

/* The media of the sink role: reads the RTP socket in a thread of its own, and has
 * sometimes pads for what comes: "src" with MPEG-TS, or "video_src" and "audio_src". Goes
 * from NULL to PLAYING and back once. */
#define WFD_TYPE_RECEIVER (wfd_receiver_get_type ())
G_DECLARE_FINAL_TYPE (WfdReceiver, wfd_receiver, WFD, RECEIVER, GstElement)

typedef struct
{
  /* The picture is damaged, or downstream wants a key unit; in the thread of the
   * receiver or that of the event. */
  void (*key_unit_wanted) (gpointer user_data);
} WfdReceiverEvents;

typedef struct
{
  GSocket *socket;
  gboolean demux; /* not "src" */
  guint latency_ms;
  const WfdReceiverEvents *events;
  gpointer user_data;
} WfdReceiverConfig;

/* Of the pads. */
extern GstStaticPadTemplate wfd_receiver_ts_template;
extern GstStaticPadTemplate wfd_receiver_video_template;
extern GstStaticPadTemplate wfd_receiver_audio_template;

/* (transfer floating) */
GstElement *wfd_receiver_new (const WfdReceiverConfig *config);

/* A format was agreed on, for the first time or anew: adds the pads that are not
 * there yet, and tells what will come. For one thread. */
void wfd_receiver_agree (WfdReceiver *self, const WfdFormat *agreed);

/* The functions below may be called from any thread. */

/* A session begins: what @peer sends is read; its port is 0 if the source named
 * none. NULL: it is over, and nothing is read until the next. */
void wfd_receiver_set_peer (WfdReceiver *self, GInetSocketAddress *peer);
/* Nothing more will come: EOS behind what is there. */
void wfd_receiver_end (WfdReceiver *self);
guint64 wfd_receiver_count_packets (WfdReceiver *self);
/* Whether there was one in the session with which decoding can begin, or nobody knows, or
 * there need be none. */
gboolean wfd_receiver_has_picture (WfdReceiver *self);
void wfd_receiver_add_stats (WfdReceiver *self, GstStructure *stats);

G_END_DECLS
