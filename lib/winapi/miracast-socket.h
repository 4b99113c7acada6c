/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <netdispumdddi.h>

G_BEGIN_DECLS

/* A connection that somebody lends us: it stays open when we are done, and as it was. */
typedef struct
{
  int fd;         /* a duplicate, which shares everything with the original; -1 if there is none */
  int session_fd; /* another one, which the session closes; -1 until there is one */
  int dead_fd;    /* a connection to nobody, made before descriptors become rare */
  int flags;
  int options[5];
} MiracastSocket;

#define MIRACAST_SOCKET_INIT \
  { \
    -1, -1, -1, 0, \
    { \
      0 \
    } \
  }

/* STATUS_INVALID_PARAMETER: it is no socket; STATUS_DEVICE_NOT_CONNECTED; STATUS_NOT_SUPPORTED:
 * it is not TCP over IP. */
NTSTATUS miracast_socket_borrow (MiracastSocket *ret_socket, SOCKET original);
/* The same connection once more, for a session, which closes it. (transfer full) (nullable) */
GSocketConnection *miracast_socket_connect (MiracastSocket *self, GError **error);
void miracast_socket_give_back (MiracastSocket *self);
/* From under a session that hangs: it has a connection to nobody from then on. */
void miracast_socket_take_away (MiracastSocket *self);

G_END_DECLS
