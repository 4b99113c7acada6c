/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What is in front of an element: a live source goes on whether or not we take what
 * it gives, anything else waits. */
typedef enum
{
  WFD_UPSTREAM_UNKNOWN, /* ask again later */
  WFD_UPSTREAM_LIVE,
  WFD_UPSTREAM_STORED,
} WfdUpstream;

/* Asks what is linked to @sink by a LATENCY query, which may take upstream's
 * locks. @ret_latency: (nullable): of what is live, else 0. */
WfdUpstream wfd_upstream_query (GstPad *sink, GstClockTime *ret_latency);

/* Makes *@upstream known if it is not, with @lock, which is released meanwhile. FALSE if
 * it was, or if there is no answer: then we ask again the next time. */
gboolean wfd_upstream_ensure (WfdUpstream *upstream, GMutex *lock, GstPad *sink,
    GstClockTime *ret_latency);

/* Whether what is linked to @sink leads to an element that makes data. gst-launch-1.0
 * links elements to a demultiplexer only once this has something for them: of a film
 * without sound, the converter for the sound leads nowhere. */
gboolean wfd_upstream_is_there (GstPad *sink);

G_END_DECLS
