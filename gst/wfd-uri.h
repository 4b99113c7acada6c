/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Where the source of a session is, as wfd://host[:port] or
 * rtsp://host[:port][/path] says it. */
typedef struct
{
  char *host;   /* name or address, IPv6 without brackets */
  guint16 port; /* 0 if the text names none */
} WfdUri;

#define WFD_URI_SCHEME "wfd"
#define WFD_URI_SCHEME_RTSP "rtsp"

/* Reads @text, which must have the scheme @scheme. FALSE with an error of
 * GST_URI_ERROR that says what is expected. */
gboolean wfd_uri_parse (const char *text, const char *scheme, WfdUri *ret_uri, GError **error);
/* (transfer full): the shortest text that says the same. */
char *wfd_uri_to_string (const WfdUri *self, const char *scheme);
void wfd_uri_clear (WfdUri *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdUri, wfd_uri_clear)

G_END_DECLS
