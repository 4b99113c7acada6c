/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "wfd-gate.h"

G_BEGIN_DECLS

/* The media of the source role: gate, RTP packing and sending, inside @bin.
 * What is live leaves at once, what is not goes by the clock. */
typedef struct _WfdMediaSend WfdMediaSend;

WfdMediaSend *wfd_media_send_new (GstBin *bin, GError **error);
/* Takes the elements out of the bin. */
void wfd_media_send_free (WfdMediaSend *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdMediaSend, wfd_media_send_free)

WfdGate *wfd_media_send_get_gate (WfdMediaSend *self);
/* Before the elements go to PAUSED. */
void wfd_media_send_set_socket (WfdMediaSend *self, GSocket *socket);
/* NULL: to nobody. */
void wfd_media_send_set_destination (WfdMediaSend *self, GInetSocketAddress *destination);
/* Whether @message is a complaint of the socket that was heard before: each
 * packet that the network does not take makes one. From any thread. */
gboolean wfd_media_send_is_repetition (WfdMediaSend *self, GstMessage *message);
void wfd_media_send_add_stats (WfdMediaSend *self, GstStructure *stats);

G_END_DECLS
