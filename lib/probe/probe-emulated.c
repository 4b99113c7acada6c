/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gunixsocketaddress.h>

#include "probe-position.h"
#include "probe-wire.h"
#include "probe.h"

#define MESSAGE_BYTES 8192
/* A look must end, however much is told. */
#define MAX_MESSAGES 256
#define FRESH_US 1000000

typedef struct
{
  WfdLinkProbe parent;
  GSocket *socket;
  WfdProbePositions positions;
  guint64 left_bytes; /* of the stream that left the kernel */
  gint64 told_us;     /* us, when a packet was told of last; or unknown */
  const char *problem;
} Emulated;

static void
emulated_sent (WfdLinkProbe *probe, const WfdLinkPacket *packets, guint n, gint64 now_us)
{
  Emulated *self = (Emulated *) probe;

  for (guint i = 0; i < n; i++)
    wfd_probe_positions_add (&self->positions, packets[i].sequence, packets[i].bytes);
}

static void
take_done (Emulated *self, const WfdProbeLine *line, WfdLinkReading *reading, gint64 now_us)
{
  guint64 position;

  if (reading->n_completions == WFD_LINK_PROBE_COMPLETIONS
      || !wfd_probe_positions_find (&self->positions, line->sequence, &position))
    return;
  reading->completions[reading->n_completions++] = (WfdRateCompletion) { position, line->was_lost };
  self->told_us = now_us;
}

static void
take_line (Emulated *self, WfdText text, WfdLinkReading *reading, gint64 now_us)
{
  WfdProbeLine line;

  if (!wfd_probe_wire_parse_line (text, &line)) {
    self->problem = "the emulated link says what is not understood";
    return;
  }
  switch (line.kind) {
    case WFD_PROBE_LINE_QUEUE:
      /* What has left does not come back. */
      self->left_bytes = MAX (self->left_bytes, line.left_bytes);
      break;
    case WFD_PROBE_LINE_STATION:
      reading->has_station = TRUE;
      reading->station = line.station;
      break;
    case WFD_PROBE_LINE_DONE:
      take_done (self, &line, reading, now_us);
      break;
  }
}

static gboolean
receive (Emulated *self, WfdLinkReading *reading, gint64 now_us)
{
  char message[MESSAGE_BYTES];
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive (self->socket, message, sizeof message, NULL, &error);
  WfdText text = wfd_text_sized (message, MAX (n, 0)), line;

  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return FALSE;
  if (n <= 0) {
    self->problem = "the emulated link has gone";
    g_socket_close (self->socket, NULL);
    return FALSE;
  }
  while (wfd_text_take_line (&text, &line))
    take_line (self, line, reading, now_us);
  return TRUE;
}

static void
emulated_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  Emulated *self = (Emulated *) probe;
  guint64 sent_bytes = self->positions.sent_bytes;

  for (guint i = 0; i < MAX_MESSAGES && !g_socket_is_closed (self->socket); i++) {
    if (!receive (self, reading, now_us))
      break;
  }
  if (reading->problem == NULL)
    reading->problem = self->problem;
  if (g_socket_is_closed (self->socket))
    return;
  reading->tells_packets |= self->told_us != WFD_RATE_UNKNOWN && now_us - self->told_us < FRESH_US;
  reading->queue_bytes = sent_bytes - MIN (self->left_bytes, sent_bytes);
}

static void
emulated_free (WfdLinkProbe *probe)
{
  Emulated *self = (Emulated *) probe;

  g_object_unref (self->socket);
  g_free (self);
}

static const WfdLinkProbeClass emulated_class = { "emulated", emulated_sent, emulated_look,
  emulated_free };

WfdLinkProbe *
wfd_link_probe_new_emulated (const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_SEQPACKET,
      G_SOCKET_PROTOCOL_DEFAULT, error);
  Emulated *self;

  if (socket == NULL || !g_socket_connect (socket, address, NULL, error))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  self = g_new0 (Emulated, 1);
  self->parent.klass = &emulated_class;
  self->socket = g_steal_pointer (&socket);
  self->told_us = WFD_RATE_UNKNOWN;
  return &self->parent;
}
