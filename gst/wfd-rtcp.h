/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <ts-rtcp.h>

G_BEGIN_DECLS

/* The reports of a session, sent and received, where M6 agreed on a port for
 * them. It has neither thread nor timer: whoever sends the stream calls. */
typedef struct _WfdRtcp WfdRtcp;

#define WFD_RTCP_INTERVAL_NS G_GINT64_CONSTANT (1000000000)

WfdRtcp *wfd_rtcp_new (GSocket *socket, GInetSocketAddress *peer);
void wfd_rtcp_free (WfdRtcp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdRtcp, wfd_rtcp_free)

gboolean wfd_rtcp_is_due (WfdRtcp *self, gint64 now_ns);
/* Sends @info; never waits. */
void wfd_rtcp_send (WfdRtcp *self, const WfdTsSenderInfo *info, gint64 now_ns);
/* Reads what the peer sent about the stream @ssrc, and nobody else; returns
 * whether something came. */
gboolean wfd_rtcp_receive (WfdRtcp *self, guint32 ssrc);

/* What the peer misses of a thousand packets, once for each report. */
gboolean wfd_rtcp_take_loss (WfdRtcp *self, gint64 *ret_permille);
void wfd_rtcp_add_stats (WfdRtcp *self, GstStructure *stats);

G_END_DECLS
