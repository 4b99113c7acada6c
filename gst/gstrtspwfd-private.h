/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstrtspwfd.h"
#include "wfd-control.h"
#include "wfd-sender-pads.h"
#include "wfd-receiver.h"
#include "wfd-settings.h"

G_BEGIN_DECLS

/* What gstrtspwfd.c, the element, shares with gstrtspwfd-session.c, which knows
 * what a session means for it. */

struct _GstRtspWfd
{
  GstBin parent;

  WfdSettings settings; /* with the object lock */
  guint64 offer_serial; /* of the offer in it, likewise */
  WfdLinkSettings link;
  WfdLinkEvents link_events;
  GstElement *link_data;
  WfdSenderPads *pads;  /* from the first pad or PAUSED with role=source on */
  WfdRateControl *rate; /* NULL: nothing controls the encoder */

  /* From PAUSED on. */
  GSocket *socket;
  GSocket *rtcp_socket; /* role=source: NULL if the port is taken */
  WfdReceiver *receive; /* in the bin */
  GMutex control_lock;  /* for the pointer; held for moments only */
  WfdControl *control;
  guint64 n_pictures;      /* that have a number, with that lock */
  const char *failed_step; /* (nullable): the last that was told of, in the thread of the session */

  /* With the object lock. */
  guint rtsp_port; /* as it is; 0: not listening */
  guint rtp_port;
  GstStructure *negotiated; /* the terms as a structure; NULL: nothing was agreed on */
  WfdTerms terms;
  gboolean flowing;
  gboolean playing;
  gboolean finished; /* an EOS message is due while PLAYING */
};

#define GST_RTSP_WFD_TS_CAPS "video/mpegts, systemstream=(boolean)true"

/* With the element as their data. */
extern const WfdControlEvents gst_rtsp_wfd_control_events;
extern const WfdReceiverEvents gst_rtsp_wfd_receive_events;
extern const WfdSenderEvents gst_rtsp_wfd_send_events;
/* What comes leaves by a pad of ours. */
void gst_rtsp_wfd_expose_pad (GstElement *receiver, GstPad *target, GstRtspWfd *self);

void gst_rtsp_wfd_install_signals (void);
/* @agreement: NULL: there is none any more. */
void gst_rtsp_wfd_set_agreement (GstRtspWfd *self, const WfdControlAgreement *agreement);
/* Once PLAYING is reached, if the stream has ended before. */
void gst_rtsp_wfd_post_due_eos (GstRtspWfd *self);

G_END_DECLS
