/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "probe-outq.h"
#include "probe.h"

typedef struct
{
  WfdLinkProbe parent;
  GSocket *socket;
  WfdProbeOutq outq;
} Queue;

static void
queue_sent (WfdLinkProbe *probe, const WfdLinkPacket *packets, guint n, gint64 now_us)
{
  Queue *self = (Queue *) probe;

  for (guint i = 0; i < n; i++)
    wfd_probe_outq_add_sent (&self->outq, packets[i].bytes, now_us);
}

static void
queue_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  Queue *self = (Queue *) probe;
  int memory_bytes;

  /* Each look is a system call. */
  if (reading->tells_packets || reading->queue_bytes != WFD_RATE_UNKNOWN)
    return;
  if (ioctl (g_socket_get_fd (self->socket), SIOCOUTQ, &memory_bytes) == 0)
    reading->queue_bytes = wfd_probe_outq_read (&self->outq, memory_bytes, now_us);
  else if (reading->problem == NULL)
    reading->problem = "the queue of the socket cannot be read";
}

static void
queue_free (WfdLinkProbe *probe)
{
  Queue *self = (Queue *) probe;

  g_object_unref (self->socket);
  g_free (self);
}

static const WfdLinkProbeClass queue_class = { "queue", queue_sent, queue_look, queue_free };

WfdLinkProbe *
wfd_link_probe_new_queue (GSocket *socket)
{
  Queue *self = g_new0 (Queue, 1);

  self->parent.klass = &queue_class;
  self->socket = g_object_ref (socket);
  wfd_probe_outq_init (&self->outq);
  return &self->parent;
}
