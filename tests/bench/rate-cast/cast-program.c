/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cast-program.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>

static gboolean
on_end (gpointer user_data)
{
  CastProgram *self = user_data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

gboolean
cast_program_init (CastProgram *self, const char *about, const GOptionEntry *entries, int *argc,
    char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (about);

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  self->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_end, self);
  g_unix_signal_add (SIGINT, on_end, self);
  return TRUE;
}

void
cast_program_fail (CastProgram *self, const char *text)
{
  fprintf (stderr, "%s: %s\n", self->name, text);
  self->status = EXIT_FAILURE;
  g_main_loop_quit (self->loop);
}

static void
on_eos (CastProgram *self)
{
  if (self->may_end)
    g_main_loop_quit (self->loop);
  else
    cast_program_fail (self, "the pipeline has ended");
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  CastProgram *self = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    cast_program_fail (self, error->message);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    on_eos (self);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY) {
    gst_bin_recalculate_latency (GST_BIN (self->pipeline));
  }
  return G_SOURCE_CONTINUE;
}

gboolean
cast_program_open (CastProgram *self, const char *pipeline, GError **error)
{
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = gst_parse_launch_full (pipeline, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (self->pipeline == NULL)
    return FALSE;
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_add_watch (bus, on_message, self);
  return TRUE;
}
