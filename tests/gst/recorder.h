/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Keeps every message of a pipeline, so that a test can wait for one without
 * losing the others. Nothing waits for time to pass; the watchdog only ends a
 * test that hangs. */
#define WATCHDOG (30 * GST_SECOND)

typedef struct _Recorder Recorder;

/* Takes the bus of @pipeline over. */
Recorder *recorder_new (GstElement *pipeline);
void recorder_free (Recorder *self);

typedef gboolean (*RecorderMatch) (GstMessage *message, gconstpointer data);

/* Messages before this moment do not count any more. */
void recorder_mark (Recorder *self);
/* (transfer none); fails the test if an error message or nothing comes
 * instead. */
GstMessage *recorder_wait (Recorder *self, RecorderMatch match, gconstpointer data);
guint recorder_count (Recorder *self, RecorderMatch match, gconstpointer data);

/* Fails the test with what the first error message says. */
void recorder_assert_no_error (Recorder *self);

/* @data: a pointer to the GstMessageType. */
gboolean match_type (GstMessage *message, gconstpointer data);
/* @data: "code/start", "code/complete", … of a PROGRESS message. */
gboolean match_progress (GstMessage *message, gconstpointer data);
/* @data: name of the structure of an ELEMENT message. */
gboolean match_element (GstMessage *message, gconstpointer data);

/* @data: words of a WARNING or INFO message. */
gboolean match_words (GstMessage *message, gconstpointer data);

void recorder_wait_eos (Recorder *self);
void recorder_wait_progress (Recorder *self, const char *step);
void recorder_wait_element (Recorder *self, const char *name);
/* Fails the test if an error of an element of ours tells programs nothing. */
void assert_tells_programs (GstMessage *message);
/* (transfer full) */
GError *recorder_wait_error (Recorder *self);

G_END_DECLS
