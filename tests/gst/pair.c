/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pair.h"

#include <gst/check/gstcheck.h>

#define TS_CAPS "video/mpegts,packetsize=188,systemstream=true"

void
side_init (Side *self, const char *description)
{
  g_autoptr (GError) error = NULL;

  self->pipeline = gst_parse_launch (description, &error);
  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  if (g_str_equal (GST_OBJECT_NAME (self->pipeline), "wfd"))
    self->wfd = gst_object_ref (self->pipeline);
  else
    self->wfd = gst_bin_get_by_name (GST_BIN (self->pipeline), "wfd");
  self->app = gst_bin_get_by_name (GST_BIN (self->pipeline), "app");
  self->recorder = recorder_new (self->pipeline);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (self->wfd), "flowing") != NULL)
    gst_element_add_property_notify_watch (self->wfd, "flowing", TRUE);
}

void
side_init_source (Side *self, gboolean live, const char *properties)
{
  g_autofree char *description =
      g_strdup_printf ("appsrc name=app is-live=%d format=time caps=" TS_CAPS
                       " ! rtspwfd name=wfd role=source rtsp-port=0 %s",
          live, properties);

  side_init (self, description);
}

void
side_init_sink (Side *self, const Side *source, const char *properties)
{
  g_autofree char *description = g_strdup_printf (
      "rtspwfd name=wfd location=rtsp://127.0.0.1:%u %s ! appsink name=app sync=false",
      side_get_rtsp_port (source), properties);

  side_init (self, description);
}

static void
note_gone (gpointer data, GObject *object)
{
  g_async_queue_push (data, object);
}

/* A thread of the state change may hold the pipeline for a moment longer. */
static void
assert_goes_away (GstElement *pipeline)
{
  g_autoptr (GAsyncQueue) gone = g_async_queue_new ();

  g_object_weak_ref (G_OBJECT (pipeline), note_gone, gone);
  gst_object_unref (pipeline);
  fail_unless (g_async_queue_timeout_pop (gone, WATCHDOG / GST_USECOND) != NULL,
      "somebody keeps the pipeline");
}

void
side_clear (Side *self)
{
  if (self->pipeline == NULL)
    return;
  fail_unless (gst_element_set_state (self->pipeline, GST_STATE_NULL) == GST_STATE_CHANGE_SUCCESS);
  recorder_free (self->recorder);
  g_clear_pointer (&self->wfd, gst_object_unref);
  g_clear_pointer (&self->app, gst_object_unref);
  assert_goes_away (g_steal_pointer (&self->pipeline));
}

void
side_set_state (Side *self, GstState state)
{
  fail_if (gst_element_set_state (self->pipeline, state) == GST_STATE_CHANGE_FAILURE);
}

guint
side_get_rtsp_port (const Side *self)
{
  guint port;

  g_object_get (self->wfd, "rtsp-port", &port, NULL);
  fail_if (port == 0);
  return port;
}

static gboolean
match_flowing (GstMessage *message, gconstpointer data)
{
  const GValue *value;
  const char *name;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_PROPERTY_NOTIFY)
    return FALSE;
  gst_message_parse_property_notify (message, NULL, &name, &value);
  return g_str_equal (name, "flowing") && g_value_get_boolean (value) == (data != NULL);
}

void
side_wait_flowing (Side *self, gboolean flowing)
{
  recorder_wait (self->recorder, match_flowing, GINT_TO_POINTER (flowing));
}

guint64
side_get_counter (const Side *self, const char *name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (self->wfd, "stats", &stats, NULL);
  fail_unless (stats != NULL);
  gst_structure_get_uint64 (stats, name, &value);
  return value;
}

void
side_push (Side *self, GstBuffer *buffer)
{
  GstBufferList *list = gst_buffer_list_new ();
  GstFlowReturn flow;

  gst_buffer_list_add (list, buffer);
  g_signal_emit_by_name (self->app, "push-buffer-list", list, &flow);
  gst_buffer_list_unref (list);
}

static GstPadProbeReturn
note_marker (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (!gst_event_has_name (GST_PAD_PROBE_INFO_EVENT (info), "marker"))
    return GST_PAD_PROBE_OK;
  g_async_queue_push (data, pad);
  return GST_PAD_PROBE_DROP;
}

void
side_sync (Side *self)
{
  g_autoptr (GAsyncQueue) passed = g_async_queue_new ();
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->app, "src");
  gulong id =
      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note_marker, passed, NULL);

  gst_element_send_event (self->app,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty ("marker")));
  fail_unless (g_async_queue_timeout_pop (passed, WATCHDOG / GST_USECOND) != NULL);
  gst_pad_remove_probe (pad, id);
}

void
side_end_stream (Side *self)
{
  GstFlowReturn flow;

  g_signal_emit_by_name (self->app, "end-of-stream", &flow);
}

GstBuffer *
side_pull (Side *self)
{
  g_autoptr (GstSample) sample = NULL;

  g_signal_emit_by_name (self->app, "try-pull-sample", (guint64) WATCHDOG, &sample);
  fail_unless (sample != NULL, "no buffer comes");
  return gst_buffer_ref (gst_sample_get_buffer (sample));
}
