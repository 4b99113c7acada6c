/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-session-thread.h"

struct _WfdSessionThread
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

typedef struct
{
  WfdSessionThreadFunc func;
  gpointer data;
} Job;

/* Shared by the caller and the thread; whoever comes last frees it. */
typedef struct
{
  gint refs;
  GMutex lock;
  GCond done_cond;
  gboolean done;
  gboolean abandoned;
  WfdSessionThreadCall func;
  gpointer data;
  gpointer result;
  GDestroyNotify free_result;
} Call;

static gpointer
run (gpointer data)
{
  WfdSessionThread *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

WfdSessionThread *
wfd_session_thread_new (const char *name, GError **error)
{
  WfdSessionThread *self = g_new0 (WfdSessionThread, 1);

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_try_new (name, run, self, error);
  if (self->thread == NULL)
    g_clear_pointer (&self, wfd_session_thread_free);
  return self;
}

static void
quit (gpointer data)
{
  WfdSessionThread *self = data;

  g_main_loop_quit (self->loop);
}

void
wfd_session_thread_free (WfdSessionThread *self)
{
  if (self == NULL)
    return;

  g_assert (!wfd_session_thread_is_current (self));
  if (self->thread != NULL) {
    wfd_session_thread_post (self, quit, self);
    g_thread_join (self->thread);
  }
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
}

gboolean
wfd_session_thread_is_current (const WfdSessionThread *self)
{
  return g_thread_self () == self->thread;
}

static gboolean
run_job (gpointer data)
{
  Job *job = data;

  job->func (job->data);
  return G_SOURCE_REMOVE;
}

/* Behind all that is ready already, in the order of the calls. */
static void
attach_idle (WfdSessionThread *self, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, self->context);
}

static Job *
new_job (WfdSessionThreadFunc func, gpointer data)
{
  Job *job = g_new (Job, 1);

  *job = (Job) { func, data };
  return job;
}

void
wfd_session_thread_post (WfdSessionThread *self, WfdSessionThreadFunc func, gpointer data)
{
  attach_idle (self, run_job, new_job (func, data), g_free);
}

GSource *
wfd_session_thread_add_timer (WfdSessionThread *self, gint64 when_us, WfdSessionThreadFunc func,
    gpointer data)
{
  /* The ready time below decides, not the interval. */
  GSource *source = g_timeout_source_new (G_MAXUINT);

  g_source_set_ready_time (source, when_us);
  g_source_set_callback (source, run_job, new_job (func, data), g_free);
  g_source_attach (source, self->context);
  return source;
}

static void
call_unref (gpointer data)
{
  Call *call = data;

  if (!g_atomic_int_dec_and_test (&call->refs))
    return;

  g_mutex_clear (&call->lock);
  g_cond_clear (&call->done_cond);
  g_free (call);
}

static gboolean
run_call (gpointer data)
{
  Call *call = data;
  gpointer result = call->func (call->data);

  g_mutex_lock (&call->lock);
  call->done = TRUE;
  if (!call->abandoned)
    call->result = g_steal_pointer (&result);
  g_cond_signal (&call->done_cond);
  g_mutex_unlock (&call->lock);

  if (result != NULL && call->free_result != NULL)
    call->free_result (result);
  return G_SOURCE_REMOVE;
}

/* The thread has no more use for @data, be it that it ran or that it ended. */
static void
drop_call (gpointer data)
{
  Call *call = data;

  g_mutex_lock (&call->lock);
  call->done = TRUE;
  g_cond_signal (&call->done_cond);
  g_mutex_unlock (&call->lock);
  call_unref (call);
}

static gpointer
wait_for_result (Call *call, gint64 timeout_us)
{
  gint64 end_us = g_get_monotonic_time () + timeout_us;
  gpointer result;

  g_mutex_lock (&call->lock);
  while (!call->done && !call->abandoned) {
    if (timeout_us < 0)
      g_cond_wait (&call->done_cond, &call->lock);
    else if (!g_cond_wait_until (&call->done_cond, &call->lock, end_us))
      call->abandoned = !call->done;
  }
  result = g_steal_pointer (&call->result);
  g_mutex_unlock (&call->lock);
  return result;
}

gpointer
wfd_session_thread_call (WfdSessionThread *self, WfdSessionThreadCall func, gpointer data,
    gint64 timeout_us, GDestroyNotify free_result)
{
  Call *call;
  gpointer result;

  if (wfd_session_thread_is_current (self))
    return func (data);

  call = g_new0 (Call, 1);
  call->refs = 2;
  call->func = func;
  call->data = data;
  call->free_result = free_result;
  g_mutex_init (&call->lock);
  g_cond_init (&call->done_cond);

  attach_idle (self, run_call, call, drop_call);
  result = wait_for_result (call, timeout_us);
  call_unref (call);
  return result;
}
