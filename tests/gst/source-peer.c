/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source-peer.h"

#include <gst/check/gstcheck.h>

static void
on_peer_closed (WfdSession *session, const GError *error, SourcePeer *self)
{
  g_async_queue_push (self->ends, wfd_session_dup_stats (session));
}

static void
on_idr_requested (WfdSession *session, SourcePeer *self)
{
  g_async_queue_push (self->idr_requests, session);
}

static void
on_connection (WfdListener *listener, GSocketConnection *connection, SourcePeer *self)
{
  self->session = wfd_session_new (WFD_ROLE_SOURCE);
  g_object_set (self->session, "rtp-port", 19002, NULL);
  g_signal_connect (self->session, "idr-requested", G_CALLBACK (on_idr_requested), self);
  g_signal_connect (self->session, "closed", G_CALLBACK (on_peer_closed), self);
  fail_unless (wfd_session_start (self->session, connection, NULL));
}

static gpointer
source_peer_listen (gpointer data)
{
  SourcePeer *self = data;

  self->listener = wfd_listener_new ("127.0.0.1", 0, NULL);
  fail_unless (self->listener != NULL);
  g_signal_connect (self->listener, "connection", G_CALLBACK (on_connection), self);
  return GUINT_TO_POINTER (wfd_listener_get_port (self->listener));
}

guint
source_peer_init (SourcePeer *self)
{
  *self = (SourcePeer) { .thread = wfd_session_thread_new ("peer", NULL) };
  self->idr_requests = g_async_queue_new ();
  self->ends = g_async_queue_new_full ((GDestroyNotify) g_variant_unref);
  g_mutex_init (&self->hanging);
  return GPOINTER_TO_UINT (
      wfd_session_thread_call (self->thread, source_peer_listen, self, -1, NULL));
}

static gpointer
source_peer_release (gpointer data)
{
  SourcePeer *self = data;

  if (self->session != NULL)
    wfd_session_close (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->listener);
  return NULL;
}

void
source_peer_clear (SourcePeer *self)
{
  wfd_session_thread_call (self->thread, source_peer_release, self, -1, NULL);
  wfd_session_thread_free (self->thread);
  g_async_queue_unref (self->idr_requests);
  g_async_queue_unref (self->ends);
  g_mutex_clear (&self->hanging);
}

static void
hang (gpointer data)
{
  SourcePeer *self = data;

  g_mutex_lock (&self->hanging);
  g_mutex_unlock (&self->hanging);
}

void
source_peer_hang (SourcePeer *self)
{
  g_mutex_lock (&self->hanging);
  wfd_session_thread_post (self->thread, hang, self);
}

void
source_peer_go_on (SourcePeer *self)
{
  g_mutex_unlock (&self->hanging);
}

typedef struct
{
  WfdSession *session;
  guint width;
  guint height;
  guint rate_hz;
} Change;

static gpointer
change_format (gpointer data)
{
  const Change *change = data;

  fail_unless (wfd_session_change_format (change->session, change->width, change->height,
      change->rate_hz, 0, NULL));
  return NULL;
}

void
source_peer_change_format (SourcePeer *self, guint width, guint height, guint rate_hz)
{
  Change change = { self->session, width, height, rate_hz };

  wfd_session_thread_call (self->thread, change_format, &change, -1, NULL);
}
