/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A thread with a main context of its own, to which everything of a session
 * belongs: libwfd's objects are not thread-safe. */
typedef struct _WfdSessionThread WfdSessionThread;

/* NULL: no thread can be had. */
WfdSessionThread *wfd_session_thread_new (const char *name, GError **error);
/* Ends the thread after the call that is running, and waits for that. Not from
 * the thread itself. NULL is fine. */
void wfd_session_thread_free (WfdSessionThread *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdSessionThread, wfd_session_thread_free)

gboolean wfd_session_thread_is_current (const WfdSessionThread *self);

/* Runs @func in the thread, after all that was asked for before, and does not
 * wait for it. */
typedef void (*WfdSessionThreadFunc) (gpointer data);
void wfd_session_thread_post (WfdSessionThread *self, WfdSessionThreadFunc func, gpointer data);

/* The same, but waits for what @func returns: at most @timeout_us (-1: for
 * ever). NULL if that was not enough or the thread ended before; what comes
 * later is given to @free_result. In the thread itself @func is just called. */
typedef gpointer (*WfdSessionThreadCall) (gpointer data);
gpointer wfd_session_thread_call (WfdSessionThread *self, WfdSessionThreadCall func, gpointer data,
    gint64 timeout_us, GDestroyNotify free_result);

/* A source in the thread that calls @func at @when_us (monotonic) once;
 * (transfer full). End it with g_source_destroy() and g_source_unref(), in the
 * thread. */
GSource *wfd_session_thread_add_timer (WfdSessionThread *self, gint64 when_us,
    WfdSessionThreadFunc func, gpointer data);

G_END_DECLS
