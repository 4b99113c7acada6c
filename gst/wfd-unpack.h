/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <ts.h>

#include "wfd-receiver-pad.h"
#include "wfd-stream.h"

G_BEGIN_DECLS

/* From datagrams to what leaves the pads of the receiver: MPEG-TS in order, or
 * access units. For one thread at a time, without waiting. Times are those of the
 * clock of the pipeline. */
typedef struct _WfdUnpack WfdUnpack;

/* @demux: access units. */
WfdUnpack *wfd_unpack_new (gboolean demux);
void wfd_unpack_free (WfdUnpack *self);

/* What was agreed on: caps of the pad, which are refined by what the stream says;
 * later ones replace them. */
void wfd_unpack_set_caps (WfdUnpack *self, WfdStream kind, GstCaps *caps);
/* From here on units go to @pad, which has got its caps already. */
void wfd_unpack_set_pad (WfdUnpack *self, WfdStream kind, WfdReceiverPad *pad);

/* Nobody read for a while. @base_time: of the element. */
void wfd_unpack_restart (WfdUnpack *self, GstClockTime base_time);
/* What came was not of the source: also its tables and what was counted of it. */
void wfd_unpack_forget (WfdUnpack *self);
/* FALSE if it is no RTP with MPEG-TS. */
gboolean wfd_unpack_push (WfdUnpack *self, WfdBytes datagram, gint64 now_ns);
void wfd_unpack_tick (WfdUnpack *self, gint64 now_ns);
/* When to tick; G_MAXINT64 if there is no need. */
gint64 wfd_unpack_get_deadline (WfdUnpack *self);
/* Nothing of this comes any more: hands on what waits or is open. */
void wfd_unpack_flush (WfdUnpack *self, gint64 now_ns);
/* Nor anything else: and EOS. */
void wfd_unpack_finish (WfdUnpack *self, gint64 now_ns);

/* What comes from now on is another stream. */
void wfd_unpack_forget_picture (WfdUnpack *self);
/* Whether there was one with which decoding can begin, or nobody knows, or there need be none. */
gboolean wfd_unpack_has_picture (WfdUnpack *self);
/* Whether somebody is linked to a sound that was agreed on, and of which nothing has come in
 * five seconds of pictures. */
gboolean wfd_unpack_lacks_sound (WfdUnpack *self);
/* Whether a key unit is needed since the last call. */
gboolean wfd_unpack_take_key_unit_wish (WfdUnpack *self);
/* Whether the stream is encrypted. */
gboolean wfd_unpack_is_protected (WfdUnpack *self);
/* If nothing can come out of the pad of @kind because all that it could be is of
 * types that are not known here: these, as text; else NULL. */
char *wfd_unpack_find_unknown (WfdUnpack *self, WfdStream kind);
void wfd_unpack_add_stats (WfdUnpack *self, GstStructure *stats);

G_END_DECLS
