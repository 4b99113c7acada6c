/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "recorder.h"

G_BEGIN_DECLS

/* A source and a sink over loopback: appsrc ! rtspwfd role=source in one
 * pipeline, and in the other what the test wants to connect with. */
typedef struct
{
  GstElement *pipeline;
  GstElement *wfd; /* rtspwfd or wfdsrc */
  GstElement *app; /* appsrc, or appsink */
  Recorder *recorder;
} Side;

/* @live: of the appsrc. @properties: of rtspwfd, may be "". */
void side_init_source (Side *self, gboolean live, const char *properties);
/* rtspwfd ! appsink, to connect with @source, which must be PAUSED or PLAYING. */
void side_init_sink (Side *self, const Side *source, const char *properties);
/* Anything with an element called "wfd"; "app" is optional. */
void side_init (Side *self, const char *description);
void side_clear (Side *self);

void side_set_state (Side *self, GstState state);
guint side_get_rtsp_port (const Side *self);
/* Waits for the property "flowing" to become @flowing. */
void side_wait_flowing (Side *self, gboolean flowing);
/* The counter @name of the property "stats", 0 if it is not there. */
guint64 side_get_counter (const Side *self, const char *name);

/* As a multiplexer sends a frame; (transfer full). */
void side_push (Side *self, GstBuffer *buffer);
/* Waits until all that was pushed has gone through. */
void side_sync (Side *self);
void side_end_stream (Side *self);
/* The next buffer of the appsink (transfer full); fails if none comes. */
GstBuffer *side_pull (Side *self);

G_END_DECLS
