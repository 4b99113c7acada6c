/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A program around one pipeline, until SIGTERM or what goes wrong. */
typedef struct
{
  const char *name;
  gboolean may_end; /* the end of the stream is no fault */
  GMainLoop *loop;
  GstElement *pipeline;
  int status; /* of the program */
} CastProgram;

gboolean cast_program_init (CastProgram *self, const char *about, const GOptionEntry *entries,
    int *argc, char ***argv, GError **error);
gboolean cast_program_open (CastProgram *self, const char *pipeline, GError **error);
void cast_program_fail (CastProgram *self, const char *text);

G_END_DECLS
