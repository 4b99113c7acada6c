/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd-session-thread.h>
#include <wfd/wfd.h>

G_BEGIN_DECLS

/* A source made of the library alone, in a thread of its own. It sends nothing. */
typedef struct
{
  WfdSessionThread *thread;
  WfdListener *listener;
  WfdSession *session;
  GAsyncQueue *idr_requests; /* of anything */
  GAsyncQueue *ends;         /* of GVariant: the statistics of the session */
  GMutex hanging;
} SourcePeer;

/* Returns the port on which it listens, on 127.0.0.1. */
guint source_peer_init (SourcePeer *self);
void source_peer_clear (SourcePeer *self);
void source_peer_change_format (SourcePeer *self, guint width, guint height, guint rate_hz);
/* Answers nothing any more, until it goes on. */
void source_peer_hang (SourcePeer *self);
void source_peer_go_on (SourcePeer *self);

G_END_DECLS
