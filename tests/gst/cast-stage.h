/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "pair.h"

G_BEGIN_DECLS

/* wfdsink over loopback, with wfdsrc or rtspwfd as the display. */
extern Side source, sink;
extern GstElement *sound; /* appsink for what is heard */

#define PICTURES \
  "videotestsrc name=camera is-live=true ! video/x-raw, width=640, height=480, framerate=60/1"
#define TONE "audiotestsrc is-live=true samplesperbuffer=480"
/* Cheap to encode, whatever is installed. */
#define SINK "wfdsink name=wfd rtsp-port=0 bitrate=1000 "

#define SHOW \
  "wfd.video ! appsink name=app sync=false async=false max-buffers=100 drop=true wait-on-eos=false "
#define HEAR \
  "wfd.audio ! appsink name=sound sync=false async=false max-buffers=100 drop=true wait-on-eos=false "

/* The pipeline that casts; it plays. */
void cast (const char *description);
/* The display: wfdsrc with @properties and @rest behind it. */
void watch (const char *properties, const char *rest);
void stop_watching (void);
void tear_down (void);

/* Without an encoder there is nothing to test. */
gboolean can_encode (void);
gboolean has_x264 (void);
/* The encoder inside, if there is one just now; (transfer full). */
GstElement *find_encoder (void);

GstSample *pull_sample (GstElement *appsink);
void skip_samples (GstElement *appsink, guint n);
/* Whether the next picture is an IDR picture with its parameter sets. */
gboolean pull_is_key_unit (void);
void assert_size (GstElement *appsink, gint width, gint height);

G_END_DECLS
