/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstwfdsink.h"
#include "wfd-link-settings.h"
#include "wfd-pad.h"
#include "wfd-properties.h"
#include "wfd-program-thread.h"
#include "wfd-terms.h"

G_BEGIN_DECLS

/* What gstwfdsink.c, the element, shares with gstwfdsink-session.c, which knows what
 * is offered and sent. */

typedef struct
{
  WfdPad *pad; /* NULL: not requested */
  GstPad *to;  /* of rtspwfd, as long */
} GstWfdSinkStream;

struct _GstWfdSink
{
  GstBin parent;

  GstElement *rtspwfd;
  WfdProgramThread *program_thread;
  WfdRateControl *rate;

  GMutex lock;
  /* All below with the lock. */
  WfdLinkSettings link;
  char *encoder;             /* NULL: the best */
  gboolean encoder_outdated; /* it was not looked for since it was named */
  guint bitrate_kbps;
  WfdRateUser rate_user; /* start_kbps 0: bitrate_kbps */
  guint limit_kbps;      /* of level and peer; G_MAXUINT: nothing is agreed on */
  guint notified_kbps;   /* as "suggested-bitrate" */
  char *video_formats;   /* as the user wants them */
  char *audio_codecs;
  const WfdEncoder *video_encoder; /* from READY on; NULL: there is none */
  GError *no_video_encoder;        /* then: why */
  const WfdEncoder *audio_encoder;
  const WfdEncoder *surround_encoder;
  GstWfdSinkStream streams[WFD_N_ELEMENTARY];
  guint64 offer_serial; /* of the last offer that was made */
  gboolean agreed;      /* there is a session, with these terms */
  WfdTerms terms;
  gboolean flowing;
  gboolean complained;                     /* about what was agreed on */
  gboolean told_missing[WFD_N_ELEMENTARY]; /* that no encoder is there for it */
};

/* The properties that are about the bit rate, in this order from any number on. */
enum
{
  GST_WFD_SINK_BITRATE,
  GST_WFD_SINK_RATE_CONTROL,
  GST_WFD_SINK_RATE_PROFILE,
  GST_WFD_SINK_MIN_BITRATE,
  GST_WFD_SINK_MAX_BITRATE,
  GST_WFD_SINK_START_BITRATE,
  GST_WFD_SINK_MAX_AIR_SHARE,
  GST_WFD_SINK_ADAPT_FORMAT,
  GST_WFD_SINK_SUGGESTED_BITRATE,
  GST_WFD_SINK_N_RATE_PROPERTIES,
};

void gst_wfd_sink_install_rate_properties (GObjectClass *klass, guint first);
void gst_wfd_sink_set_rate_property (GstWfdSink *self, guint which, const GValue *value);
/* With the lock. */
void gst_wfd_sink_get_rate_property (GstWfdSink *self, guint which, GValue *value);
void gst_wfd_sink_init_rate (GstWfdSink *self);
/* Says what of it cannot be, if something cannot. */
void gst_wfd_sink_check_rate (GstWfdSink *self);
/* What follows from what has changed is told, if it is another suggestion than before. */
void gst_wfd_sink_notify_suggestion (GstWfdSink *self);
/* The rate control does what the properties say; with the lock. */
void gst_wfd_sink_update_rate (GstWfdSink *self);

/* Connects to what rtspwfd tells. */
void gst_wfd_sink_follow_session (GstWfdSink *self);

/* With the element as their data. */
extern const WfdPadEvents gst_wfd_sink_pad_events;

/* What may be released meanwhile: (transfer full), NULL if there is none. */
WfdPad *gst_wfd_sink_ref_pad (GstWfdSink *self, WfdStream id);

/* The next session is offered what comes into the pads now. */
void gst_wfd_sink_update_offer (GstWfdSink *self);
/* What is sent follows from what was agreed on and what comes. */
void gst_wfd_sink_update_plan (GstWfdSink *self);

G_END_DECLS
