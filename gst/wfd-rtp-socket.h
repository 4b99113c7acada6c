/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A UDP socket for RTP, bound before its port is told to the peer. */

/* @address: (nullable): numeric; NULL for any, of both families. @port: 0 takes a free
 * one, which is even (RFC 3550 §11). (transfer full), NULL with @error set. */
GSocket *wfd_rtp_socket_new (const char *address, guint16 port, GError **error);
/* The same with an @address, and one for RTCP at the next port if that is free; if not, @ret_rtcp is
 * NULL. A port that is chosen freely is one of a pair. */
GSocket *wfd_rtp_socket_new_pair (const char *address, guint16 port, GSocket **ret_rtcp,
    GError **error);
guint16 wfd_rtp_socket_get_port (GSocket *socket);

G_END_DECLS
