/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* One elementary stream on its way from the demultiplexer to an output pad:
 * a parser or decoder that fits what really comes, and a queue, so that nobody
 * downstream holds up the network. It has its caps from the negotiation before
 * there is any data, so that downstream can be built meanwhile. */
typedef struct _WfdStream WfdStream;

/* Called in the streaming thread for each buffer: its time stamp and the
 * segment it is in. */
typedef void (*WfdStreamMoved) (WfdStream *stream, GstClockTime pts, const GstSegment *segment,
    gpointer user_data);

WfdStream *wfd_stream_new (GstBin *bin, GstStream *stream, WfdStreamMoved moved, gpointer user_data,
    GError **error);
/* Takes the elements out of the bin; they must be in READY or below. */
void wfd_stream_free (WfdStream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdStream, wfd_stream_free)

GstStream *wfd_stream_get_stream (WfdStream *self);
/* The pad to show outside; (transfer full). */
GstPad *wfd_stream_get_pad (WfdStream *self);
/* Sends stream-start, @collection and caps. Once, when the pad is in place. */
void wfd_stream_begin (WfdStream *self, guint group_id, GstStreamCollection *collection);

/* The functions below are for the streaming thread. */

/* Lets @pad of the demultiplexer feed the stream, instead of what did before;
 * FALSE with @error set if there is nothing for its caps. */
gboolean wfd_stream_link (WfdStream *self, GstPad *pad, GError **error);
/* Says that there is nothing up to @pts, if that is so. */
void wfd_stream_fill (WfdStream *self, GstClockTime pts, const GstSegment *segment);
/* The session is over: what ends from now on is no accident. */
void wfd_stream_end (WfdStream *self);

G_END_DECLS
