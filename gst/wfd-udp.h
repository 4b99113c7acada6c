/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* Sends datagrams, many in one call where the kernel and the device can
 * (UDP_SEGMENT), one by one where not. No call waits longer than it is told. */
typedef struct _WfdUdp WfdUdp;

/* What most devices segment at once. */
#define WFD_UDP_MAX_SEGMENTS 16

/* What a test takes the place of. */
typedef struct
{
  gssize (*send) (int fd, const struct msghdr *message, int flags); /* errno */
  /* FALSE: no room until @timeout_us were over, or cancelled. */
  gboolean (*wait) (GSocket *socket, gint64 timeout_us, GCancellable *cancellable);
} WfdUdpCalls;

/* @calls: NULL for those of the system. */
WfdUdp *wfd_udp_new (GSocket *socket, const WfdUdpCalls *calls);
void wfd_udp_free (WfdUdp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdUdp, wfd_udp_free)

/* @to: (nullable): to nobody. */
void wfd_udp_set_destination (WfdUdp *self, GInetSocketAddress *to);
/* The kernel spreads what is sent over time; 0: it does not. */
void wfd_udp_set_pacing (WfdUdp *self, guint kbps);

typedef enum
{
  WFD_UDP_SENT,
  WFD_UDP_BLOCKED, /* the socket had no room */
  WFD_UDP_FAILED,  /* errno says why */
} WfdUdpResult;

/* Datagrams of @segment_bytes, the last perhaps shorter. @until_us: of
 * g_get_monotonic_time (), when to stop waiting for room; 0: does not wait. Of
 * what is not SENT the first datagrams may be out: @ret_sent_bytes (nullable). */
WfdUdpResult wfd_udp_send (WfdUdp *self, const guint8 *data, gsize bytes, gsize segment_bytes,
    gint64 until_us, GCancellable *cancellable, gsize *ret_sent_bytes);

G_END_DECLS
