/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-stream.h"

G_BEGIN_DECLS

/* From the MPEG-TS of a session to its elementary streams, inside @bin. */
typedef struct _WfdDemux WfdDemux;

WfdDemux *wfd_demux_new (GstBin *bin, GError **error);
/* Takes the elements out of the bin; they must be in READY or below. */
void wfd_demux_free (WfdDemux *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdDemux, wfd_demux_free)

/* Where the MPEG-TS goes in (transfer full). */
GstPad *wfd_demux_get_sink (WfdDemux *self);
/* Adds the stream of @type with @caps; NULL if it is there already (or with
 * @error set). (transfer none) */
WfdStream *wfd_demux_add_stream (WfdDemux *self, GstStreamType type, GstCaps *caps, GError **error);
/* Sends the streams that are new on their way. */
void wfd_demux_begin (WfdDemux *self);

G_END_DECLS
