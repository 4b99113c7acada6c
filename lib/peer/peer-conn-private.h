/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-conn.h"
#include "peer-frames.h"

G_BEGIN_DECLS

typedef enum
{
  STATE_OPENING,
  STATE_OPEN,
  STATE_LINGERING, /* given up, with something still to be sent or the peer's end to come */
  STATE_CLOSED,
} State;

struct _WfdPeerConn
{
  gint ref_count;
  WfdPeerLoop *loop;
  const WfdPeerConnCalls *calls;
  gpointer owner;
  State state;
  GSocket *socket;
  WfdPeerWatch watch;
  WfdPeerFrames *frames;
  WfdPeerChannel *channel; /* or NULL */
  gboolean secured;        /* the owner knows it */
  GSource *timer;
  GQueue queue;     /* GByteArray */
  gsize sent_bytes; /* of the first */
  gsize queued_bytes;
  gsize alone_bytes;  /* of them, at the front: of a message before which nothing waited */
  gboolean broken;    /* lost as soon as nothing is done with it */
  gboolean stalls;    /* the timer looks whether it does */
  gboolean progress;  /* something was taken since it was started */
  gboolean reading;   /* as far as the owner goes */
  GByteArray *rest;   /* of what was read, and may not be taken yet */
  gboolean resumes;   /* the timer takes it */
  WfdPeerClaim claim; /* room for the message that has come in part */
  WfdPeerAddress remote;
  GList link;            /* when it lingers */
  gsize forgotten_bytes; /* read since then */
};

/* peer-conn.c */
void wfd_peer_conn_update_watch (WfdPeerConn *self);
/* From below the owner's own call. */
void wfd_peer_conn_lose_later (WfdPeerConn *self);
/* Something waits for the peer to read. */
void wfd_peer_conn_watch_stall (WfdPeerConn *self);

/* peer-conn-send.c */
/* As much of the queue as the kernel takes. FALSE: the connection is broken. */
gboolean wfd_peer_conn_flush (WfdPeerConn *self);
/* In one frame, which is not wrapped. */
void wfd_peer_conn_send_framed (WfdPeerConn *self, WfdBytes octets);
/* Memory for what is sent, which is used again. */
GByteArray *wfd_peer_conn_take_piece (WfdPeerLoop *loop);
void wfd_peer_conn_give_back (WfdPeerLoop *loop, GByteArray *piece);

G_END_DECLS
