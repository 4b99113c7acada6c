/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-control.h"
#include "wfd-rate-control.h"
#include "wfd-trail.h"

G_BEGIN_DECLS

#define GST_TYPE_RTSP_WFD (gst_rtsp_wfd_get_type ())
G_DECLARE_FINAL_TYPE (GstRtspWfd, gst_rtsp_wfd, GST, RTSP_WFD, GstBin)

GST_ELEMENT_REGISTER_DECLARE (rtspwfd);

/* The six properties that are an offer, at once: no session begins with a part
 * of it. Offers come from several threads; one whose @serial is not greater than that
 * of the last was made before it, and is dropped. */
void gst_rtsp_wfd_set_offer (GstRtspWfd *self, const WfdOffer *offer, guint64 serial);

/* What is offered is known now, though it may be the same: a session that waits for that
 * (GstRtspWfd::session-preparing) need not any more. */
void gst_rtsp_wfd_consider_offer (GstRtspWfd *self);

/* What the encoder in front is controlled by; once, before the first
 * session. */
void gst_rtsp_wfd_set_rate_control (GstRtspWfd *self, WfdRateControl *rate);

/* Who wants to know what happens to each picture on its way here. */
WfdTrailListener gst_rtsp_wfd_get_trail (GstRtspWfd *self);

/* How the bin around it comes to the peer, from the next PAUSED on. Everything is
 * copied. */
void gst_rtsp_wfd_set_link (GstRtspWfd *self, const WfdLinkSettings *link,
    const WfdLinkEvents *events, GstElement *element);
/* Of a request that was left open. */
void gst_rtsp_wfd_answer_pairing (GstRtspWfd *self, const char *peer, gboolean accept);
void gst_rtsp_wfd_enter_pin (GstRtspWfd *self, const char *peer, const char *pin);

/* The peer is asked to take a smaller (-1) or larger (1) picture. Does not wait; if it
 * does, "negotiated" changes. */
void gst_rtsp_wfd_resize (GstRtspWfd *self, gint direction);

/* What "negotiated" says, for those who need no text; FALSE: nothing yet. */
gboolean gst_rtsp_wfd_get_terms (GstRtspWfd *self, WfdTerms *ret_terms);

G_END_DECLS
