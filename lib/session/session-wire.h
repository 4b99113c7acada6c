/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/rtsp/gstrtspmessage.h>

G_BEGIN_DECLS

/* RTSP on the wire: bytes to messages and back, without a socket. The messages
 * are libgstrtsp's; its reader is not used, because it
 *   - loses a CR at the end of what has arrived, and with it the end of a head
 *     that is split there,
 *   - reads a head without an end for as long as bytes come, and keeps it,
 *   - has no way to take a body that is shorter than its Content-Length. */
typedef struct
{
  GByteArray *buffer; /* what came and is in no message yet */
  gsize scanned;      /* of it, without the end of a head */
} WfdWireReader;

typedef enum
{
  WFD_WIRE_MORE,    /* no whole message is there */
  WFD_WIRE_MESSAGE, /* one was taken */
  WFD_WIRE_ERROR,   /* what is there cannot be one */
} WfdWireResult;

void wfd_wire_reader_init (WfdWireReader *self);
void wfd_wire_reader_clear (WfdWireReader *self);
void wfd_wire_reader_push (WfdWireReader *self, const guint8 *bytes, gsize n);

/* @ret_message: (transfer full), on MESSAGE only; @error: WFD_ERROR_MALFORMED,
 * on ERROR only, and its text is what came instead. */
WfdWireResult wfd_wire_reader_take (WfdWireReader *self, GstRTSPMessage **ret_message,
    GError **error);
/* A head is there and its body is not, as far as its Content-Length goes. */
gboolean wfd_wire_reader_is_short (const WfdWireReader *self);
/* The same as take, with the body that is there. */
WfdWireResult wfd_wire_reader_take_short (WfdWireReader *self, GstRTSPMessage **ret_message,
    GError **error);

/* Appends @message with the Content-Length of its body. */
void wfd_wire_print (const GstRTSPMessage *message, GString *bytes);

G_END_DECLS
