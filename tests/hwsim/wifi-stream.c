/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wifi-stream.h"

#include <gio/gunixinputstream.h>
#include <probe.h>

#define PORT 19000
/* Some 3.2 Mbit/s. */
#define PACKET_BYTES 1000
#define HEADER_BYTES 28 /* of IP and UDP */
#define EVERY_MS 5
#define PER_TURN 2
/* For what is on its way after the last one, since any of it was told of: what is not heard is
 * sent again and again, and slower. */
#define TURNS_AFTER 100

typedef struct
{
  GSocket *socket;
  WfdLinkProbe *probe;
  guint n;
  guint turns_after;
  WfdStreamResult result;
  WfdStreamDone done;
  gpointer user_data;
} Stream;

static guint n_received;

static void
send_one (Stream *self)
{
  guint16 sequence = self->result.n_sent;
  guint8 packet[PACKET_BYTES] = { 0x80, 33, sequence >> 8, sequence & 0xff };
  WfdLinkPacket sent = { sequence, PACKET_BYTES + HEADER_BYTES };

  if (g_socket_send (self->socket, (const char *) packet, sizeof packet, NULL, NULL) < 0)
    return;
  self->result.n_sent++;
  wfd_link_probe_sent (self->probe, &sent, 1, g_get_monotonic_time ());
}

static void
look (Stream *self)
{
  WfdLinkReading reading;

  wfd_link_probe_look (self->probe, &reading, g_get_monotonic_time ());
  self->result.n_done += reading.n_completions;
  if (reading.n_completions > 0)
    self->turns_after = 0;
  for (guint i = 0; i < reading.n_completions; i++)
    self->result.n_lost += reading.completions[i].was_lost;
  self->result.most_queue_bytes = MAX (self->result.most_queue_bytes, reading.queue_bytes);
}

static void
stream_free (Stream *self)
{
  wfd_link_probe_free (self->probe);
  g_object_unref (self->socket);
  g_free (self);
}

static gboolean
on_turn (gpointer user_data)
{
  Stream *self = user_data;

  for (guint i = 0; i < PER_TURN && self->result.n_sent < self->n; i++)
    send_one (self);
  look (self);
  if (self->result.n_sent < self->n || self->turns_after++ < TURNS_AFTER)
    return G_SOURCE_CONTINUE;
  self->done (&self->result, self->user_data);
  stream_free (self);
  return G_SOURCE_REMOVE;
}

static GSocket *
make_socket (void)
{
  return g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
}

void
wfd_stream_send (const char *address, guint n, WfdStreamDone done, gpointer user_data)
{
  Stream *self = g_new0 (Stream, 1);
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string (address, PORT);

  *self = (Stream) { .socket = make_socket (), .n = n, .done = done, .user_data = user_data };
  g_socket_set_blocking (self->socket, FALSE);
  g_socket_connect (self->socket, to, NULL, NULL);
  self->probe = wfd_link_probe_new_group ();
  wfd_link_probe_group_add (self->probe, wfd_link_probe_new_packets (self->socket));
  wfd_link_probe_group_add (self->probe, wfd_link_probe_new_queue (self->socket));
  g_timeout_add (EVERY_MS, on_turn, self);
}

static gboolean
on_packet (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  char packet[PACKET_BYTES];

  while (g_socket_receive (socket, packet, sizeof packet, NULL, NULL) == PACKET_BYTES)
    n_received++;
  return G_SOURCE_CONTINUE;
}

void
wfd_stream_receive (const char *local_address)
{
  g_autoptr (GSocket) socket = make_socket ();
  g_autoptr (GSocketAddress) own = g_inet_socket_address_new_from_string (local_address, PORT);
  g_autoptr (GSource) source = NULL;

  g_socket_set_blocking (socket, FALSE);
  g_socket_bind (socket, own, TRUE, NULL);
  source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_packet), NULL, NULL);
  g_source_attach (source, NULL);
}

guint
wfd_stream_get_n_received (void)
{
  return n_received;
}
