/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/socket.h>

#include "probe-position.h"
#include "probe-wire.h"
#include "probe.h"

#ifndef SCM_WIFI_STATUS
#define SCM_WIFI_STATUS SO_WIFI_STATUS
#endif

/* Headers of Ethernet, IP with options, UDP and RTP. */
#define HEAD_BYTES 128
#define CONTROL_BYTES 256
#define BATCH 32

/* Completions are what is gone by while they come. */
#define FRESH_US 1000000
/* A driver that has told nothing of so many packets probably never will. */
#define PATIENCE_PACKETS 200
#define RARELY_US 1000000

typedef struct
{
  WfdLinkProbe parent;
  GSocket *socket;
  WfdProbePositions positions;
  guint n_untold;   /* packets sent since the driver told of one */
  gint64 told_us;   /* us, when it did last; or unknown */
  gint64 looked_us; /* us, of the last look at what it tells */
} Packets;

static void
packets_sent (WfdLinkProbe *probe, const WfdLinkPacket *packets, guint n, gint64 now_us)
{
  Packets *self = (Packets *) probe;

  for (guint i = 0; i < n; i++)
    wfd_probe_positions_add (&self->positions, packets[i].sequence, packets[i].bytes);
  self->n_untold = MIN (self->n_untold + n, PATIENCE_PACKETS);
}

/* Other things come this way too: time stamps, errors of ICMP. */
static gboolean
find_status (struct msghdr *message, gboolean *ret_was_lost)
{
  for (struct cmsghdr *one = CMSG_FIRSTHDR (message); one != NULL;
       one = CMSG_NXTHDR (message, one)) {
    int is_acknowledged;

    if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_WIFI_STATUS
        || one->cmsg_len < CMSG_LEN (sizeof is_acknowledged))
      continue;
    memcpy (&is_acknowledged, CMSG_DATA (one), sizeof is_acknowledged);
    *ret_was_lost = is_acknowledged == 0;
    return TRUE;
  }
  return FALSE;
}

static void
add (Packets *self, struct msghdr *message, gsize bytes, WfdLinkReading *reading, gint64 now_us)
{
  WfdRateCompletion *completion = &reading->completions[reading->n_completions];
  guint16 sequence;

  if (!find_status (message, &completion->was_lost)
      || !wfd_probe_wire_find_sequence (wfd_bytes (message->msg_iov->iov_base, bytes), &sequence)
      || !wfd_probe_positions_find (&self->positions, sequence, &completion->position_bytes))
    return;
  reading->n_completions++;
  self->n_untold = 0;
  self->told_us = now_us;
}

/* Up to @BATCH in one call; how many there were, or -1. */
static int
receive (Packets *self, WfdLinkReading *reading, gint64 now_us)
{
  guint8 heads[BATCH][HEAD_BYTES];
  guint8 controls[BATCH][CONTROL_BYTES] __attribute__ ((aligned (8)));
  struct iovec parts[BATCH];
  struct mmsghdr messages[BATCH] = { 0 };
  guint room = MIN (BATCH, WFD_LINK_PROBE_COMPLETIONS - reading->n_completions);
  int n;

  for (guint i = 0; i < room; i++) {
    parts[i] = (struct iovec) { heads[i], HEAD_BYTES };
    messages[i].msg_hdr = (struct msghdr) { .msg_iov = &parts[i],
      .msg_iovlen = 1,
      .msg_control = controls[i],
      .msg_controllen = CONTROL_BYTES };
  }
  n = recvmmsg (g_socket_get_fd (self->socket), messages, room, MSG_ERRQUEUE | MSG_DONTWAIT, NULL);
  for (int i = 0; i < n; i++)
    add (self, &messages[i].msg_hdr, MIN (messages[i].msg_len, HEAD_BYTES), reading, now_us);
  return n;
}

static gboolean
is_worth_it (const Packets *self, gint64 now_us)
{
  gint64 since_us = now_us - self->looked_us;

  return self->n_untold < PATIENCE_PACKETS || since_us < 0 || since_us >= RARELY_US;
}

static void
packets_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  Packets *self = (Packets *) probe;
  int n = BATCH;

  if (is_worth_it (self, now_us)) {
    self->looked_us = now_us;
    while (n == BATCH && reading->n_completions < WFD_LINK_PROBE_COMPLETIONS)
      n = receive (self, reading, now_us);
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && reading->problem == NULL)
      reading->problem = "what the driver tells of packets cannot be read";
  }
  reading->tells_packets |= self->told_us != WFD_RATE_UNKNOWN && now_us - self->told_us < FRESH_US;
}

static void
packets_free (WfdLinkProbe *probe)
{
  Packets *self = (Packets *) probe;

  g_object_unref (self->socket);
  g_free (self);
}

static const WfdLinkProbeClass packets_class = { "packets", packets_sent, packets_look,
  packets_free };

WfdLinkProbe *
wfd_link_probe_new_packets (GSocket *socket)
{
  Packets *self = g_new0 (Packets, 1);

  self->parent.klass = &packets_class;
  self->socket = g_object_ref (socket);
  self->told_us = WFD_RATE_UNKNOWN;
  /* A kernel without it tells nothing, as most drivers do. */
  g_socket_set_option (socket, SOL_SOCKET, SO_WIFI_STATUS, 1, NULL);
  return &self->parent;
}
