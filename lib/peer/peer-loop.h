/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "peer-room.h"

G_BEGIN_DECLS

/* Sockets and timers under one lock, which each callback is made with. A thread that runs
 * the main context serves them. A thread that waits for what comes of them may serve the
 * sockets in its place: what has come then goes to it without another thread between. */
typedef struct _WfdPeerWatch WfdPeerWatch;

/* A part of what waits for the socket. */
struct _WfdPeerWatch
{
  int fd;
  guint32 events;                                     /* of epoll; 0: none */
  guint64 id;                                         /* for as long as there are some */
  void (*ready) (WfdPeerWatch *self, guint32 events); /* may clear itself and others */
};

typedef struct
{
  GMainContext *context;
  GMutex lock;
  GCond changed;     /* room in a queue, or a connection less */
  GHashTable *conns; /* all that are not closed */
  guint max_conns;   /* so that the program has descriptors, too */
  GQueue lingering;  /* of them, those that are given up, the last one last */
  guint8 *buffer;    /* for what is read with the lock held */
  GPtrArray *spare;  /* GByteArray, for what is sent */
  gint64 stalled_us; /* how long a peer may take nothing */
  gint64 turn_us;    /* how long what has come from one may keep the lock */
  WfdPeerRoom room;  /* for messages that have come in part */
  GSource *overdue;  /* or NULL: who has been waited for too long gives it back */
  gint64 overdue_us; /* when it is due, or -1 */
  gint64 missed_us;  /* how often those are looked for who have gone without a word */
  GSource *missed;   /* or NULL: there was no connection yet */

  int epoll_fd;
  GHashTable *watches; /* by their ids: what another thread has cleared is not called */
  guint64 last_id;
  GSource *sockets;
  gpointer sockets_tag;

  gboolean left_alone; /* the context does not look at the sockets */
  gboolean has_helper; /* a thread that waits does */
  WfdPeerWatch wake;   /* for it: what it waits for has come from elsewhere */
  guint n_keepers;     /* reasons why none may */
  guint n_others;      /* threads that wait besides */
  guint n_helped;      /* how often */
  GSource *comeback;   /* of the context, when no helper has come for a while */
  int comeback_fd;
  guint n_helped_then;
  gboolean comes_back;
} WfdPeerLoop;

#define WFD_PEER_READ_BYTES (64 * 1024)

/* FALSE: the process has too many descriptors; there is nothing to clear. */
gboolean wfd_peer_loop_init (WfdPeerLoop *self);
void wfd_peer_loop_clear (WfdPeerLoop *self);

/* @limit, of base-limits.h, as far as the process has descriptors for all that may be. */
guint wfd_peer_loop_get_share (const WfdPeerLoop *self, guint limit);

/* What to wait for from now on: EPOLLIN, EPOLLOUT, both or nothing. FALSE: the kernel has no
 * place for another one, and it is waited for nothing. */
gboolean wfd_peer_loop_watch (WfdPeerLoop *self, WfdPeerWatch *watch, guint32 events);

/* A timer that calls with the lock held. */
GSource *wfd_peer_loop_add_timer (WfdPeerLoop *self, GSourceFunc func, gpointer data);

/* --- a thread that waits; these take the lock themselves --- */

/* FALSE: it waits by itself, for somebody else serves. */
gboolean wfd_peer_loop_begin_help (WfdPeerLoop *self);
/* Waits until something is ready, and serves it; @end_us -1: for ever. FALSE: it shall do so
 * no more. */
gboolean wfd_peer_loop_help (WfdPeerLoop *self, gint64 end_us);
/* Takes no lock: the thread that helps has something to look at. */
void wfd_peer_loop_wake_helper (WfdPeerLoop *self);
/* @helped: what it was told at first. */
void wfd_peer_loop_end_help (WfdPeerLoop *self, gboolean helped);
/* With the lock held: until it is released, only the thread of the context serves. */
void wfd_peer_loop_keep (WfdPeerLoop *self);
void wfd_peer_loop_release (WfdPeerLoop *self);

G_END_DECLS
