/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-loop.h"

#include <base-limits.h>
#include <base-source.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Who has waited once waits again soon. Until then the thread of the context is not woken
 * up for the sockets, and what comes for others may be as late as twice this, or these. */
#define COMEBACK_US 1000
/* Who has waited so often meanwhile is in the middle of a dialogue, which each look disturbs. */
#define MANY_HELPED 16
#define COMEBACK_OF_MANY_US 4000

#define BATCH 16

#define TURN_US 10000

/* --- sockets --- */

gboolean
wfd_peer_loop_watch (WfdPeerLoop *self, WfdPeerWatch *watch, guint32 events)
{
  struct epoll_event event = { .events = events };
  int change = watch->events == 0 ? EPOLL_CTL_ADD : events != 0 ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;

  if (watch->events == events)
    return TRUE;
  if (change == EPOLL_CTL_ADD)
    watch->id = ++self->last_id;
  event.data.u64 = watch->id;
  if (epoll_ctl (self->epoll_fd, change, watch->fd, &event) != 0 && change == EPOLL_CTL_ADD)
    return FALSE;
  if (change == EPOLL_CTL_ADD)
    g_hash_table_insert (self->watches, &watch->id, watch);
  else if (change == EPOLL_CTL_DEL)
    g_hash_table_remove (self->watches, &watch->id);
  watch->events = events;
  return TRUE;
}

/* With the lock held. What they say may be old: others may have served since. */
static void
serve (WfdPeerLoop *self, const struct epoll_event *events, int n)
{
  for (int i = 0; i < n; i++) {
    guint64 id = events[i].data.u64;
    WfdPeerWatch *watch = g_hash_table_lookup (self->watches, &id);

    if (watch != NULL)
      watch->ready (watch, events[i].events);
  }
}

/* --- sources of the context --- */

typedef struct
{
  GSource source;
  WfdPeerLoop *loop;
} Source;

static gboolean
dispatch_timer (GSource *source, GSourceFunc func, gpointer data)
{
  WfdPeerLoop *loop = ((Source *) source)->loop;

  g_mutex_lock (&loop->lock);
  /* Another thread may have had the lock, and destroyed it. */
  if (!g_source_is_destroyed (source)) {
    g_source_set_ready_time (source, -1);
    func (data);
  }
  g_mutex_unlock (&loop->lock);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_sockets (GSource *source, GSourceFunc func, gpointer data)
{
  WfdPeerLoop *loop = ((Source *) source)->loop;
  struct epoll_event events[BATCH];

  g_mutex_lock (&loop->lock);
  serve (loop, events, epoll_wait (loop->epoll_fd, events, BATCH, 0));
  g_mutex_unlock (&loop->lock);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };
static GSourceFuncs socket_funcs = { .dispatch = dispatch_sockets };

static GSource *
add_source (WfdPeerLoop *self, GSourceFuncs *funcs, GSourceFunc func, gpointer data)
{
  GSource *source = g_source_new (funcs, sizeof (Source));

  ((Source *) source)->loop = self;
  g_source_set_callback (source, func, data, NULL);
  /* None runs the context; for one that might, GLib would take it out of the poll while it
   * is called, which wakes the thread up twice. */
  g_source_set_can_recurse (source, TRUE);
  return source;
}

GSource *
wfd_peer_loop_add_timer (WfdPeerLoop *self, GSourceFunc func, gpointer data)
{
  GSource *source = add_source (self, &timer_funcs, func, data);

  g_source_attach (source, self->context);
  return source;
}

/* --- the context leaves the sockets alone, and comes back --- */

static void
leave_alone (WfdPeerLoop *self, gboolean alone)
{
  if (self->left_alone == alone)
    return;
  self->left_alone = alone;
  g_source_modify_unix_fd (self->sockets, self->sockets_tag, alone ? 0 : G_IO_IN);
}

/* A timer of the context would wake its thread up to be started; this one does not. */
static void
start_comeback (WfdPeerLoop *self, gint64 delay_us)
{
  const struct itimerspec in = { .it_value.tv_nsec = delay_us * 1000 };

  self->comes_back = timerfd_settime (self->comeback_fd, 0, &in, NULL) == 0;
  self->n_helped_then = self->n_helped;
  if (!self->comes_back)
    leave_alone (self, FALSE);
}

static gboolean
come_back (gpointer data)
{
  WfdPeerLoop *self = data;
  guint64 n;

  if (read (self->comeback_fd, &n, sizeof (n)) < 0)
    return G_SOURCE_CONTINUE;
  self->comes_back = FALSE;
  if (self->has_helper)
    return G_SOURCE_CONTINUE;
  if (self->n_helped_then != self->n_helped)
    start_comeback (self,
        self->n_helped - self->n_helped_then < MANY_HELPED ? COMEBACK_US : COMEBACK_OF_MANY_US);
  else
    leave_alone (self, FALSE);
  return G_SOURCE_CONTINUE;
}

/* --- a thread that waits --- */

/* It stays readable until the helper has seen it. */
static void
on_wake (WfdPeerWatch *watch, guint32 events)
{
}

void
wfd_peer_loop_wake_helper (WfdPeerLoop *self)
{
  eventfd_write (self->wake.fd, 1);
}

gboolean
wfd_peer_loop_begin_help (WfdPeerLoop *self)
{
  gboolean helps;

  g_mutex_lock (&self->lock);
  helps = !self->has_helper && self->n_keepers == 0;
  if (helps) {
    self->has_helper = TRUE;
    self->n_helped++;
    leave_alone (self, TRUE);
  } else
    self->n_others++;
  g_mutex_unlock (&self->lock);
  return helps;
}

/* Rounded up, so that it is not asked for again in the last millisecond. */
static int
get_left_ms (gint64 end_us)
{
  gint64 left_us = end_us - g_get_monotonic_time ();

  return end_us < 0 ? -1 : (int) CLAMP ((left_us + 999) / 1000, 0, G_MAXINT);
}

gboolean
wfd_peer_loop_help (WfdPeerLoop *self, gint64 end_us)
{
  struct epoll_event events[BATCH];
  int n = epoll_wait (self->epoll_fd, events, BATCH, get_left_ms (end_us));
  gboolean may;

  g_mutex_lock (&self->lock);
  for (int i = 0; i < n; i++) {
    eventfd_t value;

    if (events[i].data.u64 == self->wake.id)
      eventfd_read (self->wake.fd, &value);
  }
  may = self->n_keepers == 0;
  if (may)
    serve (self, events, n);
  g_mutex_unlock (&self->lock);
  return may;
}

void
wfd_peer_loop_end_help (WfdPeerLoop *self, gboolean helped)
{
  g_mutex_lock (&self->lock);
  if (!helped)
    self->n_others--;
  else {
    self->has_helper = FALSE;
    /* Others wait still. */
    if (self->n_others > 0 || self->n_keepers > 0)
      leave_alone (self, FALSE);
    else if (!self->comes_back)
      start_comeback (self, COMEBACK_US);
  }
  g_mutex_unlock (&self->lock);
}

void
wfd_peer_loop_keep (WfdPeerLoop *self)
{
  self->n_keepers++;
  leave_alone (self, FALSE);
  if (self->has_helper)
    wfd_peer_loop_wake_helper (self);
}

void
wfd_peer_loop_release (WfdPeerLoop *self)
{
  self->n_keepers--;
}

/* --- life --- */

#define MAX_CONNS (WFD_LIMIT_PEER_LINKS + WFD_LIMIT_PEER_STRANGERS + WFD_LIMIT_PEER_LINGERING)

/* Many programs end when they have no descriptor left, and GLib ends them. */
static guint
find_max_conns (void)
{
  struct rlimit files;

  if (getrlimit (RLIMIT_NOFILE, &files) != 0)
    return MAX_CONNS;
  return MIN (MAX_CONNS, files.rlim_cur - MIN (files.rlim_cur / 2, WFD_LIMIT_PEER_OTHER_FILES));
}

guint
wfd_peer_loop_get_share (const WfdPeerLoop *self, guint limit)
{
  return MAX (limit * self->max_conns / MAX_CONNS, 1);
}

static void
close_if_open (int fd)
{
  if (fd >= 0)
    close (fd);
}

static void
close_descriptors (WfdPeerLoop *self)
{
  close_if_open (self->epoll_fd);
  close_if_open (self->wake.fd);
  close_if_open (self->comeback_fd);
}

/* With room for the one of a context, without which GLib ends the process. */
static gboolean
open_descriptors (WfdPeerLoop *self)
{
  int spare;

  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->wake = (WfdPeerWatch) { eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK), .ready = on_wake };
  self->comeback_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  spare = eventfd (0, EFD_CLOEXEC);
  close_if_open (spare);
  if (self->epoll_fd >= 0 && self->wake.fd >= 0 && self->comeback_fd >= 0 && spare >= 0)
    return TRUE;
  close_descriptors (self);
  return FALSE;
}

gboolean
wfd_peer_loop_init (WfdPeerLoop *self)
{
  if (!open_descriptors (self))
    return FALSE;
  self->watches = g_hash_table_new (g_int64_hash, g_int64_equal);
  if (!wfd_peer_loop_watch (self, &self->wake, EPOLLIN)) {
    g_hash_table_unref (self->watches);
    close_descriptors (self);
    return FALSE;
  }

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->context = g_main_context_new ();
  self->conns = g_hash_table_new (NULL, NULL);
  self->max_conns = find_max_conns ();
  g_queue_init (&self->lingering);
  self->buffer = g_malloc (WFD_PEER_READ_BYTES);
  self->spare = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  self->stalled_us = WFD_LIMIT_PEER_STALLED_S * G_USEC_PER_SEC;
  self->turn_us = TURN_US;
  wfd_peer_room_init (&self->room);
  self->overdue = NULL;
  self->overdue_us = -1;
  self->missed = NULL;
  self->missed_us = WFD_LIMIT_PEER_KEEP_ALIVE_S * G_USEC_PER_SEC;

  self->sockets = add_source (self, &socket_funcs, NULL, NULL);
  self->sockets_tag = g_source_add_unix_fd (self->sockets, self->epoll_fd, G_IO_IN);
  g_source_attach (self->sockets, self->context);
  self->comeback = add_source (self, &timer_funcs, come_back, self);
  g_source_add_unix_fd (self->comeback, self->comeback_fd, G_IO_IN);
  g_source_attach (self->comeback, self->context);
  return TRUE;
}

void
wfd_peer_loop_clear (WfdPeerLoop *self)
{
  wfd_clear_source (&self->sockets);
  wfd_clear_source (&self->comeback);
  wfd_clear_source (&self->overdue);
  wfd_clear_source (&self->missed);
  g_main_context_unref (self->context);
  close_descriptors (self);
  g_hash_table_unref (self->watches);
  g_hash_table_unref (self->conns);
  g_free (self->buffer);
  g_ptr_array_unref (self->spare);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}
