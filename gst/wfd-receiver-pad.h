/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A pad of the receiver with a queue and a thread of its own, so that whoever is
 * slow behind one pad stops neither the others nor the socket. Whoever is too far
 * behind gets no more until he has caught up. */
#define WFD_TYPE_RECEIVER_PAD (wfd_receiver_pad_get_type ())
G_DECLARE_FINAL_TYPE (WfdReceiverPad, wfd_receiver_pad, WFD, RECEIVER_PAD, GstPad)

/* Downstream wants a key unit; in its thread. */
typedef void (*WfdReceiverPadKeyUnitWanted) (gpointer user_data);

typedef struct
{
  /* Pictures: nothing is handed on that cannot be decoded, at the beginning and
   * after what was dropped. */
  gboolean begins_with_key;
  GstClockTime latency;
  WfdReceiverPadKeyUnitWanted key_unit_wanted;
  gpointer user_data;
} WfdReceiverPadConfig;

/* (transfer floating) */
WfdReceiverPad *wfd_receiver_pad_new (GstPadTemplate *template, const WfdReceiverPadConfig *config);

/* The functions below are for one thread; they never wait. */

/* (transfer full) @event. */
void wfd_receiver_pad_send_event (WfdReceiverPad *self, GstEvent *event);
/* (transfer full) @buffer. FALSE if it had to be dropped because it is no key unit. */
gboolean wfd_receiver_pad_push (WfdReceiverPad *self, GstBuffer *buffer);
/* Others have come to @position: if this one is silent, downstream is told that
 * there is a gap. */
void wfd_receiver_pad_fill (WfdReceiverPad *self, GstClockTime position);
/* Whether anybody downstream was told of a gap. */
gboolean wfd_receiver_pad_is_heard (WfdReceiverPad *self);
/* What was dropped because downstream was too far behind. */
guint64 wfd_receiver_pad_count_dropped (WfdReceiverPad *self);

G_END_DECLS
