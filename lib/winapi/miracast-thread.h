/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A thread with a main context of its own. */
typedef struct
{
  GMainContext *main_context;
  GMainLoop *loop;
  GThread *thread;
} MiracastThread;

/* FALSE if there cannot be one. */
gboolean miracast_thread_start (MiracastThread *self, const char *name);
/* After what is running; nothing was started is fine. Not from the thread itself. */
void miracast_thread_end (MiracastThread *self);
/* @func in the thread, some time; @free_data afterwards. */
void miracast_thread_post (MiracastThread *self, GSourceFunc func, gpointer data,
    GDestroyNotify free_data);
/* Waits for it; just calls it if this is the thread. */
void miracast_thread_call (MiracastThread *self, void (*func) (gpointer data), gpointer data);

G_END_DECLS
