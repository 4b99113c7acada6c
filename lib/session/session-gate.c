/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-gate.h"

#include <sys/socket.h>

/* A CR that nothing follows is no end of a line: the watch may have it then. */
#define HOLD_US (100 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  GSource source;
  /* Not a unix fd of the source: then it would be ready whenever the fd is. */
  GPollFD fd;
  gssize n_held_bytes; /* with a CR at their end; 0 if nothing is held */
} Gate;

/* Poll wakes us, and the watch, when there are so many bytes. */
static void
set_wanted_bytes (Gate *self, int n)
{
  setsockopt (self->fd.fd, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof (n));
}

static void
hold (Gate *self, gssize n_bytes)
{
  self->n_held_bytes = n_bytes;
  set_wanted_bytes (self, n_bytes + 1);
  g_source_set_ready_time (&self->source, g_get_monotonic_time () + HOLD_US);
}

static void
release (Gate *self)
{
  if (self->n_held_bytes == 0)
    return;
  self->n_held_bytes = 0;
  set_wanted_bytes (self, 1);
  g_source_set_ready_time (&self->source, -1);
}

/* Heads are shorter than this; a body may end as it likes. */
static gssize
peek (Gate *self, guint8 *ret_last)
{
  guint8 bytes[4096];
  gssize n = recv (self->fd.fd, bytes, sizeof (bytes), MSG_PEEK | MSG_DONTWAIT);

  if (n > 0)
    *ret_last = bytes[n - 1];
  return n;
}

/* While this is TRUE, sources of lower priority are not dispatched. */
static gboolean
gate_check (GSource *source)
{
  Gate *self = (Gate *) source;
  guint8 last = 0;
  gssize n;

  if (self->fd.revents == 0)
    return FALSE;

  n = peek (self, &last);
  if (n > self->n_held_bytes && last == '\r') {
    hold (self, n);
    return TRUE;
  }
  release (self);
  return FALSE;
}

/* The time is over, or the peek above has done all. */
static gboolean
gate_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Gate *self = (Gate *) source;

  if (self->n_held_bytes > 0 && g_source_get_time (source) >= g_source_get_ready_time (source)) {
    set_wanted_bytes (self, 1);
    g_source_set_ready_time (source, -1);
  }
  return G_SOURCE_CONTINUE;
}

GSource *
wfd_gate_new (GSocket *socket)
{
  static GSourceFuncs funcs = { .check = gate_check, .dispatch = gate_dispatch };
  GSource *source = g_source_new (&funcs, sizeof (Gate));
  Gate *self = (Gate *) source;

  self->fd = (GPollFD) { .fd = g_socket_get_fd (socket), .events = G_IO_IN };
  g_source_add_poll (source, &self->fd);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_static_name (source, "wfd-gate");
  return source;
}
