/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The Transport header of M6 (WFD 2.1 §6.2.4). A port of 0 was not given. */
typedef struct
{
  gboolean tcp; /* RTP/AVP/TCP, only after an R2 transport switch */
  guint16 client_rtp_port;
  guint16 client_rtcp_port;
  guint16 server_rtp_port;
  guint16 server_rtcp_port;
} WfdTransport;

/* Reads all that is in use: RTP/AVP without /UDP, no client_port at all (old
 * LG dongles), parts we do not know, among them "client_port46083" without =
 * (iwd); of several transports the first that we can do. FALSE with
 * WFD_ERROR_UNSUPPORTED for what is not RTP over unicast UDP or TCP and
 * WFD_ERROR_MALFORMED for a port that is no port. */
gboolean wfd_transport_parse (const char *value, WfdTransport *ret_transport, GError **error);
/* In the exact form of the standard (transfer full). */
char *wfd_transport_print (const WfdTransport *self);

/* The Session header: the id up to ';' (transfer full), any visible characters,
 * and the timeout in seconds, at most a day, or 0 if the header does not give
 * it. WFD_ERROR_MALFORMED without an id that can be repeated in a request, or
 * with a timeout that is no number. */
gboolean wfd_session_header_parse (const char *value, char **ret_id, guint *ret_timeout_s,
    GError **error);

G_END_DECLS
