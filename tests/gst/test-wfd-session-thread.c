/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-session-thread.h>

#define WATCHDOG_US (30 * G_TIME_SPAN_SECOND)

typedef struct
{
  GString *order;
  GThread *thread;
} Log;

static void
add_a (gpointer data)
{
  Log *log = data;

  log->thread = g_thread_self ();
  g_string_append_c (log->order, 'a');
}

static void
add_b (gpointer data)
{
  g_string_append_c (((Log *) data)->order, 'b');
}

static gpointer
read_order (gpointer data)
{
  return g_strdup (((Log *) data)->order->str);
}

GST_START_TEST (calls_run_in_their_order_and_in_the_thread)
{
  g_autoptr (WfdSessionThread) thread = wfd_session_thread_new ("test", NULL);
  g_autoptr (GString) order = g_string_new (NULL);
  g_autofree char *seen = NULL;
  Log log = { order, NULL };

  wfd_session_thread_post (thread, add_a, &log);
  wfd_session_thread_post (thread, add_b, &log);
  wfd_session_thread_post (thread, add_a, &log);
  seen = wfd_session_thread_call (thread, read_order, &log, WATCHDOG_US, g_free);
  fail_unless_equals_string (seen, "aba");
  fail_unless (log.thread != g_thread_self ());
}

GST_END_TEST;

/* A thread that is kept busy until the test lets it go. */
typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean inside;
  gboolean go;
  gboolean freed;
} Busy;

static gpointer
be_busy (gpointer data)
{
  Busy *busy = data;

  g_mutex_lock (&busy->lock);
  busy->inside = TRUE;
  g_cond_broadcast (&busy->cond);
  while (!busy->go)
    g_cond_wait (&busy->cond, &busy->lock);
  g_mutex_unlock (&busy->lock);
  return busy;
}

static void
note_freed (gpointer data)
{
  Busy *busy = data;

  g_mutex_lock (&busy->lock);
  busy->freed = TRUE;
  g_cond_broadcast (&busy->cond);
  g_mutex_unlock (&busy->lock);
}

GST_START_TEST (result_that_comes_too_late_is_freed)
{
  WfdSessionThread *thread = wfd_session_thread_new ("test", NULL);
  Busy busy = { 0 };

  g_mutex_init (&busy.lock);
  g_cond_init (&busy.cond);
  fail_unless (wfd_session_thread_call (thread, be_busy, &busy, 0, note_freed) == NULL);

  g_mutex_lock (&busy.lock);
  busy.go = TRUE;
  g_cond_broadcast (&busy.cond);
  while (!busy.freed)
    g_cond_wait (&busy.cond, &busy.lock);
  g_mutex_unlock (&busy.lock);

  wfd_session_thread_free (thread);
  g_mutex_clear (&busy.lock);
  g_cond_clear (&busy.cond);
}

GST_END_TEST;

typedef struct
{
  WfdSessionThread *thread;
  Log log;
} Nested;

static gpointer
call_nested (gpointer data)
{
  Nested *nested = data;

  return wfd_session_thread_call (nested->thread, read_order, &nested->log, -1, g_free);
}

GST_START_TEST (call_from_the_thread_itself_does_not_wait_for_it)
{
  g_autoptr (WfdSessionThread) thread = wfd_session_thread_new ("test", NULL);
  g_autoptr (GString) order = g_string_new ("x");
  Nested nested = { thread, { order, NULL } };
  g_autofree char *seen = NULL;

  seen = wfd_session_thread_call (thread, call_nested, &nested, WATCHDOG_US, g_free);
  fail_unless_equals_string (seen, "x");
}

GST_END_TEST;

static void
note_tick (gpointer data)
{
  Busy *busy = data;

  g_mutex_lock (&busy->lock);
  busy->inside = TRUE;
  g_cond_broadcast (&busy->cond);
  g_mutex_unlock (&busy->lock);
}

GST_START_TEST (timer_of_the_past_runs_once)
{
  g_autoptr (WfdSessionThread) thread = wfd_session_thread_new ("test", NULL);
  GSource *timer;
  Busy busy = { 0 };

  g_mutex_init (&busy.lock);
  g_cond_init (&busy.cond);
  timer = wfd_session_thread_add_timer (thread, 1, note_tick, &busy);
  g_mutex_lock (&busy.lock);
  while (!busy.inside)
    g_cond_wait (&busy.cond, &busy.lock);
  g_mutex_unlock (&busy.lock);

  g_clear_pointer (&thread, wfd_session_thread_free);
  fail_unless (g_source_is_destroyed (timer));
  g_source_unref (timer);
  g_mutex_clear (&busy.lock);
  g_cond_clear (&busy.cond);
}

GST_END_TEST;

static Suite *
wfd_session_thread_suite (void)
{
  Suite *suite = suite_create ("wfd-session-thread");
  TCase *tcase = tcase_create ("thread");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, calls_run_in_their_order_and_in_the_thread);
  tcase_add_test (tcase, result_that_comes_too_late_is_freed);
  tcase_add_test (tcase, call_from_the_thread_itself_does_not_wait_for_it);
  tcase_add_test (tcase, timer_of_the_past_runs_once);
  return suite;
}

GST_CHECK_MAIN (wfd_session_thread);
