/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-thread.h"

#include "winapi-descriptors.h"

static gpointer
run (gpointer data)
{
  MiracastThread *self = data;

  g_main_context_push_thread_default (self->main_context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->main_context);
  return NULL;
}

static void
clear (MiracastThread *self)
{
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->main_context, g_main_context_unref);
}

gboolean
miracast_thread_start (MiracastThread *self, const char *name)
{
  if (!winapi_has_descriptors (WINAPI_DESCRIPTORS_OF_THREAD))
    return FALSE;
  self->main_context = g_main_context_new ();
  self->loop = g_main_loop_new (self->main_context, FALSE);
  self->thread = g_thread_try_new (name, run, self, NULL);
  if (self->thread == NULL)
    clear (self);
  return self->thread != NULL;
}

void
miracast_thread_post (MiracastThread *self, GSourceFunc func, gpointer data,
    GDestroyNotify free_data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, free_data);
  g_source_attach (source, self->main_context);
}

static gboolean
on_quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
miracast_thread_end (MiracastThread *self)
{
  if (self->thread == NULL)
    return;
  miracast_thread_post (self, on_quit, self->loop, NULL);
  g_thread_join (g_steal_pointer (&self->thread));
  clear (self);
}

typedef struct
{
  void (*func) (gpointer data);
  gpointer data;
  GMutex lock;
  GCond done_cond;
  gboolean is_done;
} Call;

static gboolean
on_call (gpointer data)
{
  Call *call = data;

  call->func (call->data);
  g_mutex_lock (&call->lock);
  call->is_done = TRUE;
  g_cond_signal (&call->done_cond);
  g_mutex_unlock (&call->lock);
  return G_SOURCE_REMOVE;
}

void
miracast_thread_call (MiracastThread *self, void (*func) (gpointer data), gpointer data)
{
  Call call = { .func = func, .data = data };

  if (g_thread_self () == self->thread) {
    func (data);
    return;
  }
  g_mutex_init (&call.lock);
  g_cond_init (&call.done_cond);
  miracast_thread_post (self, on_call, &call, NULL);
  g_mutex_lock (&call.lock);
  while (!call.is_done)
    g_cond_wait (&call.done_cond, &call.lock);
  g_mutex_unlock (&call.lock);
  g_mutex_clear (&call.lock);
  g_cond_clear (&call.done_cond);
}
