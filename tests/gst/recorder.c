/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recorder.h"

#include <gst/check/gstcheck.h>

struct _Recorder
{
  GstBus *bus;
  GMutex lock;
  GCond more;
  GPtrArray *messages;
  guint from;
};

static GstBusSyncReply
keep (GstBus *bus, GstMessage *message, gpointer data)
{
  Recorder *self = data;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->messages, message);
  g_cond_broadcast (&self->more);
  g_mutex_unlock (&self->lock);
  return GST_BUS_DROP;
}

Recorder *
recorder_new (GstElement *pipeline)
{
  Recorder *self = g_new0 (Recorder, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->more);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_message_unref);
  self->bus = gst_element_get_bus (pipeline);
  gst_bus_set_sync_handler (self->bus, keep, self, NULL);
  return self;
}

void
recorder_free (Recorder *self)
{
  gst_bus_set_sync_handler (self->bus, NULL, NULL, NULL);
  gst_object_unref (self->bus);
  g_ptr_array_unref (self->messages);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->more);
  g_free (self);
}

void
recorder_mark (Recorder *self)
{
  g_mutex_lock (&self->lock);
  self->from = self->messages->len;
  g_mutex_unlock (&self->lock);
}

static void
fail_on_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return;
  gst_message_parse_error (message, &error, &debug);
  fail ("error: %s (%s)", error->message, debug);
}

/* With the lock. */
static GstMessage *
find (Recorder *self, RecorderMatch match, gconstpointer data)
{
  for (guint i = self->from; i < self->messages->len; i++)
    if (match (g_ptr_array_index (self->messages, i), data))
      return g_ptr_array_index (self->messages, i);
  for (guint i = self->from; i < self->messages->len; i++)
    fail_on_error (g_ptr_array_index (self->messages, i));
  return NULL;
}

GstMessage *
recorder_wait (Recorder *self, RecorderMatch match, gconstpointer data)
{
  gint64 end_us = g_get_monotonic_time () + WATCHDOG / GST_USECOND;
  GstMessage *message;

  g_mutex_lock (&self->lock);
  while ((message = find (self, match, data)) == NULL)
    if (!g_cond_wait_until (&self->more, &self->lock, end_us))
      fail ("what was waited for does not come");
  g_mutex_unlock (&self->lock);
  return message;
}

guint
recorder_count (Recorder *self, RecorderMatch match, gconstpointer data)
{
  guint n = 0;

  g_mutex_lock (&self->lock);
  for (guint i = self->from; i < self->messages->len; i++)
    n += match (g_ptr_array_index (self->messages, i), data);
  g_mutex_unlock (&self->lock);
  return n;
}

void
recorder_assert_no_error (Recorder *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = self->from; i < self->messages->len; i++)
    fail_on_error (g_ptr_array_index (self->messages, i));
  g_mutex_unlock (&self->lock);
}

gboolean
match_type (GstMessage *message, gconstpointer data)
{
  return GST_MESSAGE_TYPE (message) == *(const GstMessageType *) data;
}

gboolean
match_progress (GstMessage *message, gconstpointer data)
{
  static const char *const types[] = { [GST_PROGRESS_TYPE_START] = "start",
    [GST_PROGRESS_TYPE_CONTINUE] = "continue",
    [GST_PROGRESS_TYPE_COMPLETE] = "complete",
    [GST_PROGRESS_TYPE_CANCELED] = "canceled",
    [GST_PROGRESS_TYPE_ERROR] = "error" };
  g_autofree char *code = NULL, *text = NULL, *step = NULL;
  GstProgressType type;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_PROGRESS)
    return FALSE;
  gst_message_parse_progress (message, &type, &code, &text);
  fail_unless (strlen (text) > 0);
  step = g_strdup_printf ("%s/%s", code, types[type]);
  return g_str_equal (step, data);
}

gboolean
match_element (GstMessage *message, gconstpointer data)
{
  return GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT && gst_message_has_name (message, data);
}

gboolean
match_words (GstMessage *message, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, NULL);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_INFO)
    gst_message_parse_info (message, &error, NULL);
  return error != NULL && strstr (error->message, data) != NULL;
}

void
recorder_wait_eos (Recorder *self)
{
  GstMessageType type = GST_MESSAGE_EOS;

  recorder_wait (self, match_type, &type);
}

void
recorder_wait_progress (Recorder *self, const char *step)
{
  recorder_wait (self, match_progress, step);
}

void
recorder_wait_element (Recorder *self, const char *name)
{
  recorder_wait (self, match_element, name);
}

static gboolean
is_ours (GstObject *object)
{
  return g_str_has_prefix (G_OBJECT_TYPE_NAME (object), "Wfd")
      || g_str_has_prefix (G_OBJECT_TYPE_NAME (object), "GstWfd")
      || g_str_has_prefix (G_OBJECT_TYPE_NAME (object), "GstRtspWfd");
}

void
assert_tells_programs (GstMessage *message)
{
  const GstStructure *details = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;
  const char *domain, *name;

  if (!is_ours (GST_MESSAGE_SRC (message)))
    return;
  gst_message_parse_error (message, &error, &debug);
  gst_message_parse_error_details (message, &details);
  fail_unless (details != NULL && gst_structure_has_name (details, "wfd-error"), "%s",
      error->message);
  domain = gst_structure_get_string (details, "domain");
  name = gst_structure_get_string (details, "name");
  fail_unless (gst_structure_has_field_typed (details, "code", G_TYPE_INT));
  fail_unless (domain != NULL && name != NULL, "%s", error->message);
  /* An error of GStreamer is its own cause. */
  fail_unless (
      error->domain != GST_STREAM_ERROR || g_str_equal (domain, g_quark_to_string (error->domain)));
  fail_unless (error->domain != GST_STREAM_ERROR || g_str_has_prefix (name, "GST_STREAM_ERROR_"));
}

GError *
recorder_wait_error (Recorder *self)
{
  GstMessageType type = GST_MESSAGE_ERROR;
  GstMessage *message = recorder_wait (self, match_type, &type);
  GError *error = NULL;

  assert_tells_programs (message);
  gst_message_parse_error (message, &error, NULL);
  return error;
}
