/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "probe-rtt.h"
#include "probe.h"

/* Some ten round trips a second are enough. */
#define PERIOD_US 80000

typedef struct
{
  WfdLinkProbe parent;
  GSocket *socket;
  WfdProbeRtt rtt;
  gint64 asked_us; /* us, of the last time; 0: never */
} Tcp;

static void
tcp_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  Tcp *self = (Tcp *) probe;
  struct tcp_info info = { 0 };
  socklen_t bytes = sizeof info;

  if (reading->tells_rtts || reading->rtt_us != WFD_RATE_UNKNOWN)
    return;
  if (self->asked_us != 0 && now_us - self->asked_us >= 0 && now_us - self->asked_us < PERIOD_US)
    return;
  self->asked_us = now_us;
  if (getsockopt (g_socket_get_fd (self->socket), IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) {
    if (reading->problem == NULL)
      reading->problem = "the round trip of the control connection cannot be read";
    return;
  }
  /* An older kernel tells less. */
  if (bytes >= offsetof (struct tcp_info, tcpi_bytes_received))
    reading->rtt_us = wfd_probe_rtt_read (&self->rtt, info.tcpi_rtt, info.tcpi_bytes_acked);
}

static void
tcp_free (WfdLinkProbe *probe)
{
  Tcp *self = (Tcp *) probe;

  g_object_unref (self->socket);
  g_free (self);
}

static const WfdLinkProbeClass tcp_class = { "tcp", NULL, tcp_look, tcp_free };

WfdLinkProbe *
wfd_link_probe_new_tcp (GSocket *socket)
{
  Tcp *self = g_new0 (Tcp, 1);

  self->parent.klass = &tcp_class;
  self->socket = g_object_ref (socket);
  return &self->parent;
}
