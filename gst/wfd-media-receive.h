/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* The media of the sink role: receiving, putting in order and unpacking RTP,
 * inside @bin. */
typedef struct _WfdMediaReceive WfdMediaReceive;

typedef struct
{
  /* The picture is damaged, or downstream wants a key unit; in the streaming
   * thread or that of the event. */
  void (*key_unit_wanted) (gpointer user_data);
} WfdMediaReceiveEvents;

WfdMediaReceive *wfd_media_receive_new (GstBin *bin, GSocket *socket, guint latency_ms,
    const WfdMediaReceiveEvents *events, gpointer user_data, GError **error);
/* Takes the elements out of the bin; they must be in READY or below. */
void wfd_media_receive_free (WfdMediaReceive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdMediaReceive, wfd_media_receive_free)

/* Where the MPEG-TS comes out (transfer full). */
GstPad *wfd_media_receive_get_pad (WfdMediaReceive *self);
/* Packets from elsewhere are dropped once one came from @peer; NULL: from
 * anywhere. A source with two addresses may send from the other one. */
void wfd_media_receive_set_peer (WfdMediaReceive *self, GInetAddress *peer);
/* Throws away what came while nobody read it, and asks for a key unit if that
 * was anything. Before the elements go to PLAYING. */
void wfd_media_receive_drain (WfdMediaReceive *self);
void wfd_media_receive_end (WfdMediaReceive *self);
/* From any thread. */
guint64 wfd_media_receive_count_packets (WfdMediaReceive *self);
void wfd_media_receive_add_stats (WfdMediaReceive *self, GstStructure *stats);

G_END_DECLS
