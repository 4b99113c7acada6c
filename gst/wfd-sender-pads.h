/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "wfd-gate.h"
#include "wfd-sender.h"

G_BEGIN_DECLS

/* The request pads of the source role in @bin, and behind each a gate and what sends
 * its stream. What is live leaves at once, what is not goes by the clock.
 *
 *   video, audio   gate → outlet → sender
 *   sink (TS)      gate → payloader → UDP
 */
typedef struct _WfdSenderPads WfdSenderPads;

/* @events are called in any thread, with the bin; "drained" when all streams have ended and
 * all of them has left. */
WfdSenderPads *wfd_sender_pads_new (GstBin *bin, const WfdSenderEvents *events);
/* Takes the elements out of the bin. */
void wfd_sender_pads_free (WfdSenderPads *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdSenderPads, wfd_sender_pads_free)

/* Makes what a stream needs and gives its pad, which the bin gets and which has
 * the name and the caps of @template. NULL without @error: the stream is there
 * already, or does not go together with those that are there. (transfer none) */
GstPad *wfd_sender_pads_add (WfdSenderPads *self, WfdStream kind, GstPadTemplate *template,
    GError **error);
/* FALSE if @pad is none of ours. */
gboolean wfd_sender_pads_remove (WfdSenderPads *self, GstPad *pad);
gboolean wfd_sender_pads_is_empty (WfdSenderPads *self);

/* Before the elements go to PAUSED. */
void wfd_sender_pads_set_sockets (WfdSenderPads *self, const WfdSenderSockets *sockets);
void wfd_sender_pads_set_rate_control (WfdSenderPads *self, WfdRateControl *rate);
void wfd_sender_pads_set_format (WfdSenderPads *self, const WfdFormat *format, gboolean microsoft);
/* A session begins. */
void wfd_sender_pads_open (WfdSenderPads *self, const WfdSenderPeer *peer);
void wfd_sender_pads_close (WfdSenderPads *self);
/* Whether the peer wants media, and whether the element plays. */
void wfd_sender_pads_set_wanted (WfdSenderPads *self, gboolean wanted);
void wfd_sender_pads_set_playing (WfdSenderPads *self, gboolean playing);
/* Nobody will want anything any more. */
void wfd_sender_pads_end (WfdSenderPads *self);
void wfd_sender_pads_request_key_unit (WfdSenderPads *self);

/* Whether @message is a complaint of the socket that was heard before: each
 * packet that the network does not take makes one. From any thread. */
gboolean wfd_sender_pads_is_repetition (WfdSenderPads *self, GstMessage *message);
void wfd_sender_pads_add_stats (WfdSenderPads *self, GstStructure *stats);

G_END_DECLS
