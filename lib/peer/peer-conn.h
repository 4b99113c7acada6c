/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-address.h"
#include "peer-channel.h"
#include "peer-loop.h"

G_BEGIN_DECLS

/* The socket of one connection: messages in and out. The lock of its loop is held in each
 * of these calls and in each callback. */
typedef struct _WfdPeerConn WfdPeerConn;

typedef struct
{
  void (*opened) (WfdPeerConn *conn, gpointer owner);
  void (*received) (WfdPeerConn *conn, gpointer owner, GBytes *message);
  void (*drained) (WfdPeerConn *conn, gpointer owner);
  /* By the peer, the network or for what the peer sent. */
  void (*lost) (WfdPeerConn *conn, gpointer owner);
  /* The peer has proved who it is; only behind wfd_peer_conn_secure (). */
  void (*secured) (WfdPeerConn *conn, gpointer owner);
  /* Something more of a large message has come; or NULL. */
  void (*grew) (WfdPeerConn *conn, gpointer owner);
} WfdPeerConnCalls;

/* Never fails at once. */
WfdPeerConn *wfd_peer_conn_open (WfdPeerLoop *loop, const WfdPeerAddress *address,
    const WfdPeerConnCalls *calls, gpointer owner);
WfdPeerConn *wfd_peer_conn_new_accepted (WfdPeerLoop *loop, GSocket *socket,
    const WfdPeerConnCalls *calls, gpointer owner);
/* Who is told from now on, and that the peer may send what leads to a connection. */
void wfd_peer_conn_hand_over (WfdPeerConn *self, const WfdPeerConnCalls *calls, gpointer owner);
/* What comes and goes from now on does so through @channel, which it takes; messages have
 * to wait until it is secured. */
void wfd_peer_conn_secure (WfdPeerConn *self, WfdPeerChannel *channel);
/* Who has proved to be there. */
const char *wfd_peer_conn_get_peer_name (const WfdPeerConn *self);
/* The peer may send messages of up to @max_bytes. */
void wfd_peer_conn_trust (WfdPeerConn *self, gsize max_bytes);

/* A message of two parts, of which either may be empty. */
void wfd_peer_conn_send (WfdPeerConn *self, WfdBytes head, WfdBytes body);
gsize wfd_peer_conn_get_queued_bytes (const WfdPeerConn *self);
void wfd_peer_conn_set_reading (WfdPeerConn *self, gboolean reading);
const WfdPeerAddress *wfd_peer_conn_get_remote (const WfdPeerConn *self);

/* Gives it up. What was sent still goes out, as long as the peer reads it; the owner
 * hears nothing any more. */
void wfd_peer_conn_close (WfdPeerConn *self);
/* Gives it up at once. */
void wfd_peer_conn_abort (WfdPeerConn *self);
/* The same for all there are, at once. */
void wfd_peer_conn_abort_all (WfdPeerLoop *loop);

G_END_DECLS
