/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-conn.h"
#include "peer-queue.h"

G_BEGIN_DECLS

/* All graphs of a process: their thread, their listeners, and those who have
 * connected and not said yet to which graph. Everything below is done with the lock
 * held: wfd_peer_hub_lock (). */
typedef struct _WfdPeerHub WfdPeerHub;
typedef struct _WfdPeerGraph WfdPeerGraph;
typedef struct _WfdPeerListener WfdPeerListener;

struct _WfdPeerHub
{
  gint ref_count;
  WfdPeerLoop loop;
  GMainLoop *main_loop;
  GThread *thread;
  char *folder;         /* of the databases */
  GPtrArray *graphs;    /* WfdPeerGraph */
  GPtrArray *groups;    /* WfdPeerGroupNode, whose graphs are among the graphs */
  GPtrArray *listeners; /* WfdPeerListener */
  guint n_calls;        /* to others on the message bus that are not answered */
  GPtrArray *strangers; /* WfdPeerConn and what is known of it */
};

/* Takes no lock; databases lie in @folder, which is made when the first is. NULL: the process
 * has too many descriptors, or threads. */
WfdPeerHub *wfd_peer_hub_new (const char *folder);
/* Takes the lock itself. All graphs are closed; what they have still to send has a
 * second for it. Threads that help its loop may hold it a little longer. */
void wfd_peer_hub_free (WfdPeerHub *self);
WfdPeerHub *wfd_peer_hub_ref (WfdPeerHub *self);
void wfd_peer_hub_unref (WfdPeerHub *self);

static inline void
wfd_peer_hub_lock (WfdPeerHub *self)
{
  g_mutex_lock (&self->loop.lock);
}

static inline void
wfd_peer_hub_unlock (WfdPeerHub *self)
{
  g_mutex_unlock (&self->loop.lock);
}

/* At @address, with port 0 at any; graphs share one. NULL with @ret_result. */
WfdPeerListener *wfd_peer_hub_listen (WfdPeerHub *self, const WfdPeerAddress *address,
    guint32 *ret_result);
guint16 wfd_peer_listener_get_port (const WfdPeerListener *self);
void wfd_peer_listener_unref (WfdPeerListener *self);

G_END_DECLS
