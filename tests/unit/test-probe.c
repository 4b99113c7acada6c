/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a link's probes make of what they are told: with made-up kernels where a real one
 * would have to be slow or wrong, with real sockets where these must be understood. */
#include <errno.h>
#include <linux/net_tstamp.h>
#include <probe-outq.h>
#include <probe-position.h>
#include <probe-rtt.h>
#include <probe-wire.h>
#include <string.h>
#include <sys/socket.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#define WIRE 1356

/* What the kernel counts for so much on the wire, in these tests. */
#define MEMORY 2304

static void
test_outq_of_usual_packets (void)
{
  WfdProbeOutq outq;

  wfd_probe_outq_init (&outq);
  wfd_probe_outq_add_sent (&outq, 60 * WIRE, 0);
  g_assert_cmpint (wfd_probe_outq_read (&outq, 60 * MEMORY, 100), ==, 60 * WIRE);
  g_assert_cmpint (wfd_probe_outq_read (&outq, 30 * MEMORY, 15000), ==, 30 * WIRE);
  g_assert_cmpint (wfd_probe_outq_read (&outq, 0, 30000), ==, 0);
}

/* Before UDP_SEGMENT has cut it up, a frame counts as hardly more than it has. */
static void
test_outq_learns_what_a_byte_counts (void)
{
  WfdProbeOutq outq;
  gint64 got = 0;

  wfd_probe_outq_init (&outq);
  for (guint i = 0; i < 10; i++) {
    wfd_probe_outq_add_sent (&outq, 20000, i * 100000);
    wfd_probe_outq_read (&outq, 21000, i * 100000 + 10);
    got = wfd_probe_outq_read (&outq, 10500, i * 100000 + 8000);
    wfd_probe_outq_read (&outq, 0, i * 100000 + 50000);
  }
  g_assert_cmpint (got, >=, 9900);
  g_assert_cmpint (got, <=, 10100);
  /* Small packets count for more than that at once. */
  wfd_probe_outq_add_sent (&outq, 200, 2000000);
  g_assert_cmpint (wfd_probe_outq_read (&outq, 768, 2050000), ==, 200);
}

/* A look that comes late says nothing of how much there was. */
static void
test_outq_is_not_fooled_by_late_looks (void)
{
  WfdProbeOutq outq;

  wfd_probe_outq_init (&outq);
  for (guint i = 0; i < 10; i++) {
    wfd_probe_outq_add_sent (&outq, 60 * WIRE, i * 100000);
    g_assert_cmpint (wfd_probe_outq_read (&outq, 45 * MEMORY, i * 100000 + 7000), ==, 45 * WIRE);
    wfd_probe_outq_read (&outq, 0, i * 100000 + 50000);
  }
}

static void
test_outq_of_a_kernel_that_lies (void)
{
  WfdProbeOutq outq;

  wfd_probe_outq_init (&outq);
  wfd_probe_outq_add_sent (&outq, WIRE, 0);
  g_assert_cmpint (wfd_probe_outq_read (&outq, G_MAXINT64, 10), ==, WIRE);
  g_assert_cmpint (wfd_probe_outq_read (&outq, -1, 20), ==, WFD_RATE_UNKNOWN);
  g_assert_cmpint (wfd_probe_outq_read (&outq, 1, 30), ==, 0);
  /* And is forgotten. */
  g_assert_cmpint (wfd_probe_outq_read (&outq, 0, 40), ==, 0);
  wfd_probe_outq_add_sent (&outq, 10 * WIRE, 100000);
  g_assert_cmpint (wfd_probe_outq_read (&outq, 5 * MEMORY, 110000), ==, 5 * WIRE);
  /* Something in it that nobody handed over is not ours. */
  wfd_probe_outq_read (&outq, 0, 120000);
  g_assert_cmpint (wfd_probe_outq_read (&outq, MEMORY, 130000), ==, 0);
}

static void
test_positions (void)
{
  g_autofree WfdProbePositions *positions = g_new0 (WfdProbePositions, 1);
  guint64 position = 77;

  g_assert_false (wfd_probe_positions_find (positions, 0, &position));
  wfd_probe_positions_add (positions, 65535, 100);
  wfd_probe_positions_add (positions, 0, 50);
  g_assert_true (wfd_probe_positions_find (positions, 65535, &position));
  g_assert_cmpuint (position, ==, 100);
  g_assert_true (wfd_probe_positions_find (positions, 0, &position));
  g_assert_cmpuint (position, ==, 150);
  g_assert_false (wfd_probe_positions_find (positions, 1, &position));
  /* One that has the same place is another one. */
  g_assert_false (wfd_probe_positions_find (positions, WFD_PROBE_POSITIONS, &position));
  wfd_probe_positions_add (positions, WFD_PROBE_POSITIONS, 10);
  g_assert_false (wfd_probe_positions_find (positions, 0, &position));
}

static void
test_rtt_out_of_the_mean (void)
{
  WfdProbeRtt rtt = { 0 };

  g_assert_cmpint (wfd_probe_rtt_read (&rtt, 0, 0), ==, WFD_RATE_UNKNOWN);
  g_assert_cmpint (wfd_probe_rtt_read (&rtt, 4000, 100), ==, 4000);
  /* Nothing came back since. */
  g_assert_cmpint (wfd_probe_rtt_read (&rtt, 4000, 100), ==, WFD_RATE_UNKNOWN);
  /* 4000 * 7/8 + 84000 / 8 */
  g_assert_cmpint (wfd_probe_rtt_read (&rtt, 14000, 200), ==, 84000);
  g_assert_cmpint (wfd_probe_rtt_read (&rtt, 12750, 300), ==, 4000);
  /* Two came at once, so that less than nothing would follow. */
  g_assert_cmpint (wfd_probe_rtt_read (&rtt, 4000, 400), ==, 0);
  g_assert_cmpint (wfd_probe_rtt_read (&rtt, G_MAXINT64, 500), ==, WFD_RATE_UNKNOWN);
  g_assert_cmpint (wfd_probe_rtt_read (&rtt, -1, 600), ==, WFD_RATE_UNKNOWN);
}

/* Ethernet, IPv4 with 24 bytes, UDP, RTP 0x1234. */
static const guint8 looped[] = { 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 0, 0x46, 0, 0, 0, 0, 0, 0,
  0, 64, 17, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 0x13, 0x88, 0x4a, 0x38, 0, 0, 0, 0, 0x80, 33,
  0x12, 0x34 };

/* IPv6 without Ethernet. */
static const guint8 looped6[] = { 0x60, 0, 0, 0, 0, 20, 17, 64, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0x13, 0x88, 0x4a, 0x38, 0, 0, 0, 0,
  0x80, 33, 0x56, 0x78 };

static void
test_sequence_of_looped_packets (void)
{
  guint8 other[sizeof looped];
  guint16 sequence = 0;

  g_assert_true (wfd_probe_wire_find_sequence (wfd_bytes (looped, sizeof looped), &sequence));
  g_assert_cmphex (sequence, ==, 0x1234);
  g_assert_true (
      wfd_probe_wire_find_sequence (wfd_bytes (looped + 14, sizeof looped - 14), &sequence));
  g_assert_true (wfd_probe_wire_find_sequence (wfd_bytes (looped6, sizeof looped6), &sequence));
  g_assert_cmphex (sequence, ==, 0x5678);
  for (gsize n = 0; n < sizeof looped; n++)
    g_assert_false (wfd_probe_wire_find_sequence (wfd_bytes (looped, n), &sequence));
  for (gsize n = 0; n < sizeof looped6; n++)
    g_assert_false (wfd_probe_wire_find_sequence (wfd_bytes (looped6, n), &sequence));

  memcpy (other, looped, sizeof looped);
  other[23] = 6; /* TCP */
  g_assert_false (wfd_probe_wire_find_sequence (wfd_bytes (other, sizeof other), &sequence));
  memcpy (other, looped, sizeof looped);
  other[14] = 0x44; /* a header shorter than it can be */
  g_assert_false (wfd_probe_wire_find_sequence (wfd_bytes (other, sizeof other), &sequence));
  memcpy (other, looped, sizeof looped);
  other[46] = 0x40; /* no RTP */
  g_assert_false (wfd_probe_wire_find_sequence (wfd_bytes (other, sizeof other), &sequence));
}

static void
test_lines_of_an_emulated_link (void)
{
  static const char *const wrong[] = { "", "queue", "queue -", "queue -1", "queue 1 2", "queue x",
    "queue 99999999999999999999", "station 1 2 3 4", "station 1 2 3 4 5 6", "station 1 2 3 4 x",
    "station 1 2 3 4 -5", "done 1", "done 65536 0", "done 1 2", "done - 0", "gone 1 0" };
  WfdProbeLine line;

  g_assert_true (wfd_probe_wire_parse_line (wfd_text ("queue 40680"), &line));
  g_assert_cmpint (line.kind, ==, WFD_PROBE_LINE_QUEUE);
  g_assert_cmpuint (line.left_bytes, ==, 40680);
  g_assert_true (wfd_probe_wire_parse_line (wfd_text ("station 65000 - 3 400 -"), &line));
  g_assert_cmpint (line.kind, ==, WFD_PROBE_LINE_STATION);
  g_assert_cmpint (line.station.phy_kbps, ==, 65000);
  g_assert_cmpint (line.station.retries, ==, WFD_RATE_UNKNOWN);
  g_assert_cmpint (line.station.failed, ==, 3);
  g_assert_cmpint (line.station.packets, ==, 400);
  g_assert_cmpint (line.station.queue_drops, ==, WFD_RATE_UNKNOWN);
  g_assert_true (wfd_probe_wire_parse_line (wfd_text ("done 65535 1"), &line));
  g_assert_cmpint (line.kind, ==, WFD_PROBE_LINE_DONE);
  g_assert_cmpuint (line.sequence, ==, 65535);
  g_assert_true (line.was_lost);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (wfd_probe_wire_parse_line (wfd_text (wrong[i]), &line));
}

/* A kind of the test's own, as nl80211 would be one. */
typedef struct
{
  WfdLinkProbe parent;
  gboolean gives_queue;
  gboolean gives_station;
  gboolean gives_packets;
  guint n_sent;
} Fake;

static void
fake_sent (WfdLinkProbe *probe, const WfdLinkPacket *packets, guint n, gint64 now_us)
{
  ((Fake *) probe)->n_sent += n;
}

static void
fake_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  Fake *self = (Fake *) probe;

  if (self->gives_queue && reading->queue_bytes == WFD_RATE_UNKNOWN)
    reading->queue_bytes = 0;
  if (self->gives_station) {
    reading->has_station = TRUE;
    reading->station.phy_kbps = 65000;
  }
  if (self->gives_packets) {
    reading->tells_packets = TRUE;
    reading->completions[reading->n_completions++] = (WfdRateCompletion) { 1356, TRUE };
  }
}

static void
fake_free (WfdLinkProbe *probe)
{
  g_free (probe);
}

static const WfdLinkProbeClass fake_class = { "fake", fake_sent, fake_look, fake_free };

static Fake *
fake (void)
{
  Fake *self = g_new0 (Fake, 1);

  self->parent.klass = &fake_class;
  return self;
}

static GSocket *
udp (GSocketAddress **ret_own)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_assert_nonnull (socket);
  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  if (ret_own != NULL)
    *ret_own = g_socket_get_local_address (socket, NULL);
  return socket;
}

static void
assert_nothing_known (const WfdLinkReading *reading)
{
  g_assert_cmpint (reading->queue_bytes, ==, WFD_RATE_UNKNOWN);
  g_assert_cmpint (reading->rtt_us, ==, WFD_RATE_UNKNOWN);
  g_assert_false (reading->has_station);
  g_assert_false (reading->tells_packets);
  g_assert_cmpuint (reading->n_completions, ==, 0);
}

static void
test_group_takes_the_first_who_knows (void)
{
  g_autoptr (WfdLinkProbe) group = wfd_link_probe_new_group ();
  g_autoptr (GSocket) socket = udp (NULL);
  Fake *first = fake (), *second = fake ();
  const WfdLinkPacket packets[] = { { 1, 1356 }, { 2, 1356 } };
  WfdLinkReading reading;

  wfd_link_probe_look (group, &reading, 0);
  assert_nothing_known (&reading);

  wfd_link_probe_group_add (group, &first->parent);
  wfd_link_probe_group_add (group, &second->parent);
  wfd_link_probe_group_add (group, wfd_link_probe_new_queue (socket));
  wfd_link_probe_sent (group, packets, 2, 0);
  g_assert_cmpuint (first->n_sent, ==, 2);
  g_assert_cmpuint (second->n_sent, ==, 2);

  second->gives_station = TRUE;
  wfd_link_probe_look (group, &reading, 10);
  g_assert_true (reading.has_station);
  g_assert_cmpint (reading.station.phy_kbps, ==, 65000);
  g_assert_cmpint (reading.station.retries, ==, WFD_RATE_UNKNOWN);
  g_assert_cmpint (reading.queue_bytes, ==, 0);

  /* Nobody looks at the queue while packets are told of. */
  first->gives_packets = TRUE;
  wfd_link_probe_look (group, &reading, 20);
  g_assert_cmpint (reading.queue_bytes, ==, WFD_RATE_UNKNOWN);
  g_assert_cmpuint (reading.n_completions, ==, 1);
}

static WfdRate *
rate (void)
{
  WfdRateConfig config = { .interval_us = 16667,
    .min_kbps = 1000,
    .max_kbps = 40000,
    .start_kbps = 8000 };

  return wfd_rate_new (&config);
}

/* Whatever is told reaches the controller: what it goes by says so. */
static void
test_readings_feed_the_controller (void)
{
  g_autoptr (WfdLinkProbe) group = wfd_link_probe_new_group ();
  g_autoptr (WfdRate) r = rate ();
  Fake *one = fake ();
  WfdLinkReading reading;
  WfdRateDecision decision;
  WfdRateView view;

  wfd_link_probe_group_add (group, &one->parent);
  wfd_rate_feed_sent (r, 2712, 0);
  wfd_link_probe_look (group, &reading, 1000);
  wfd_link_reading_feed (&reading, r, 500, 1000);
  wfd_rate_get_view (r, &view);
  g_assert_cmpint (view.signal, ==, WFD_RATE_SIGNAL_NONE);
  g_assert_cmpint (view.phy_kbps, ==, WFD_RATE_UNKNOWN);
  g_assert_cmpint (view.backlog_us, >, 0);

  one->gives_station = one->gives_packets = TRUE;
  wfd_rate_feed_sent (r, 2712, 2000);
  wfd_link_probe_look (group, &reading, 3000);
  wfd_link_reading_feed (&reading, r, 500, 3000);
  wfd_rate_get_view (r, &view);
  g_assert_cmpint (view.signal, ==, WFD_RATE_SIGNAL_COMPLETION);
  g_assert_cmpint (view.phy_kbps, ==, 65000);
  /* The packet was lost. */
  wfd_rate_decide (r, 4000, &decision);
  g_assert_true (decision.key);
}

/* What a driver said is news once. */
static void
test_station_is_told_once (void)
{
  g_autoptr (WfdLinkProbe) probe = wfd_link_probe_new_station ();
  const WfdRateStation station = { 65000, WFD_RATE_UNKNOWN, 3, 400, WFD_RATE_UNKNOWN };
  WfdLinkReading reading;

  wfd_link_probe_look (probe, &reading, 0);
  assert_nothing_known (&reading);
  wfd_link_probe_station_tell (probe, &station);
  wfd_link_probe_look (probe, &reading, 1);
  g_assert_true (reading.has_station);
  g_assert_cmpmem (&reading.station, sizeof station, &station, sizeof station);
  wfd_link_probe_look (probe, &reading, 2);
  assert_nothing_known (&reading);
}

/* A socket that is closed, an interface that goes: unknown, and why. */
static void
test_closed_sockets_are_unknown (void)
{
  g_autoptr (GSocket) socket = udp (NULL);
  const WfdLinkPacket packet = { 1, 1356 };
  WfdLinkProbe *probes[] = { wfd_link_probe_new_queue (socket), wfd_link_probe_new_packets (socket),
    wfd_link_probe_new_tcp (socket) };
  WfdLinkReading reading;

  g_socket_close (socket, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++) {
    wfd_link_probe_sent (probes[i], &packet, 1, 1);
    wfd_link_probe_look (probes[i], &reading, 1000);
    assert_nothing_known (&reading);
    g_assert_nonnull (reading.problem);
    wfd_link_probe_free (probes[i]);
  }
}

/* The loopback device takes packets at once. */
static void
test_queue_of_loopback_is_empty (void)
{
  g_autoptr (GSocketAddress) to = NULL;
  g_autoptr (GSocket) receiver = udp (&to), sender = udp (NULL);
  g_autoptr (WfdLinkProbe) probe = wfd_link_probe_new_queue (sender);
  const WfdLinkPacket packet = { 1, 1356 };
  WfdLinkReading reading;
  char data[1328] = { 0 };

  g_assert_cmpint (g_socket_send_to (sender, to, data, sizeof data, NULL, NULL), ==, sizeof data);
  wfd_link_probe_sent (probe, &packet, 1, 0);
  wfd_link_probe_look (probe, &reading, 100);
  g_assert_cmpint (reading.queue_bytes, ==, 0);
  g_assert_null (reading.problem);
}

/* Time stamps come by the same way, with the packet in the same form; the driver's word
 * they are not. */
static void
test_packets_are_told_by_drivers_only (void)
{
  g_autoptr (GSocketAddress) to = NULL;
  g_autoptr (GSocket) receiver = udp (&to), sender = udp (NULL);
  g_autoptr (WfdLinkProbe) probe = wfd_link_probe_new_packets (sender);
  const WfdLinkPacket packet = { 0x1234, 1356 };
  WfdLinkReading reading;
  guint8 data[1328] = { 0x80, 33, 0x12, 0x34 }, head[128], control[256];
  struct iovec part = { head, sizeof head };
  struct msghdr message = { .msg_iov = &part,
    .msg_iovlen = 1,
    .msg_control = control,
    .msg_controllen = sizeof control };
  guint16 sequence = 0;
  gssize n;

  g_assert_true (g_socket_set_option (sender, SOL_SOCKET, SO_TIMESTAMPING,
      SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE, NULL));
  for (guint i = 0; i < 2; i++)
    g_socket_send_to (sender, to, (const char *) data, sizeof data, NULL, NULL);
  n = recvmsg (g_socket_get_fd (sender), &message, MSG_ERRQUEUE | MSG_DONTWAIT);
  g_assert_cmpint (n, >, 0);
  g_assert_true (wfd_probe_wire_find_sequence (wfd_bytes (head, n), &sequence));
  g_assert_cmphex (sequence, ==, 0x1234);

  wfd_link_probe_sent (probe, &packet, 1, 0);
  wfd_link_probe_look (probe, &reading, 100);
  assert_nothing_known (&reading);
  g_assert_null (reading.problem);
  /* It has been taken all the same. */
  g_assert_cmpint (recvmsg (g_socket_get_fd (sender), &message, MSG_ERRQUEUE | MSG_DONTWAIT), <, 0);
  g_assert_cmpint (errno, ==, EAGAIN);
}

/* What they answer acknowledges what we said. */
static void
talk (GSocketConnection *ours, GSocketConnection *theirs)
{
  GSocketConnection *both[] = { ours, theirs };
  char byte = 'x';

  for (guint i = 0; i < 2; i++) {
    GSocket *from = g_socket_connection_get_socket (both[i]);
    GSocket *to = g_socket_connection_get_socket (both[1 - i]);

    g_assert_cmpint (g_socket_send (from, &byte, 1, NULL, NULL), ==, 1);
    g_assert_cmpint (g_socket_receive (to, &byte, 1, NULL, NULL), ==, 1);
  }
}

static void
test_wire_echo (void)
{
  const guint8 reply[] = { 0, 0, 1, 2, 3, 4, 0x12, 0x34 };
  const guint8 reply6[] = { 129, 0, 1, 2, 3, 4, 0x12, 0x34, 9 };
  guint8 request[WFD_PROBE_ECHO_BYTES];
  guint16 sequence;

  g_assert_true (wfd_probe_wire_read_echo (wfd_bytes (reply, 8), FALSE, &sequence));
  g_assert_cmpuint (sequence, ==, 0x1234);
  g_assert_true (wfd_probe_wire_read_echo (wfd_bytes (reply6, 9), TRUE, &sequence));
  g_assert_cmpuint (sequence, ==, 0x1234);
  g_assert_false (wfd_probe_wire_read_echo (wfd_bytes (reply, 8), TRUE, &sequence));
  g_assert_false (wfd_probe_wire_read_echo (wfd_bytes (reply6, 9), FALSE, &sequence));
  for (guint n = 0; n < 8; n++)
    g_assert_false (wfd_probe_wire_read_echo (wfd_bytes (reply, n), FALSE, &sequence));
  /* What we asked is no answer. */
  wfd_probe_wire_write_echo (FALSE, 0x1234, request);
  g_assert_cmpuint (request[0], ==, 8);
  g_assert_false (wfd_probe_wire_read_echo (wfd_bytes (request, 8), FALSE, &sequence));
  wfd_probe_wire_write_echo (TRUE, 0x1234, request);
  g_assert_cmpuint (request[0], ==, 128);
  g_assert_cmpuint (request[6], ==, 0x12);
  g_assert_cmpuint (request[7], ==, 0x34);
}

static void
test_tcp_has_round_trips_when_used (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autoptr (GSocketConnection) ours =
      g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);
  g_autoptr (GSocketConnection) theirs = g_socket_listener_accept (listener, NULL, NULL, NULL);
  g_autoptr (WfdLinkProbe) probe = wfd_link_probe_new_tcp (g_socket_connection_get_socket (ours));
  WfdLinkReading reading;

  talk (ours, theirs);
  wfd_link_probe_look (probe, &reading, 1000000);
  g_assert_cmpint (reading.rtt_us, >=, 0);
  /* Not so soon again. */
  talk (ours, theirs);
  wfd_link_probe_look (probe, &reading, 1000001);
  g_assert_cmpint (reading.rtt_us, ==, WFD_RATE_UNKNOWN);
  wfd_link_probe_look (probe, &reading, 2000000);
  g_assert_cmpint (reading.rtt_us, >=, 0);
  /* And not if nothing was said. */
  wfd_link_probe_look (probe, &reading, 3000000);
  g_assert_cmpint (reading.rtt_us, ==, WFD_RATE_UNKNOWN);
  g_assert_null (reading.problem);
}

static void
look_and_tell_rtts (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  reading->tells_rtts = now_us < 1500000;
}

static void
free_nothing (WfdLinkProbe *probe)
{
}

/* It would be another system call. */
static void
test_tcp_is_not_asked_while_echoes_come_back (void)
{
  static const WfdLinkProbeClass klass = { "rtts", NULL, look_and_tell_rtts, free_nothing };
  WfdLinkProbe echo = { &klass };
  g_autoptr (GSocket) closed = udp (NULL);
  g_autoptr (WfdLinkProbe) group = wfd_link_probe_new_group ();
  WfdLinkReading reading;

  wfd_link_probe_group_add (group, &echo);
  wfd_link_probe_group_add (group, wfd_link_probe_new_tcp (closed));
  g_socket_close (closed, NULL);
  /* What asks a socket that is closed complains. */
  wfd_link_probe_look (group, &reading, 1000000);
  g_assert_null (reading.problem);
  wfd_link_probe_look (group, &reading, 2000000);
  g_assert_nonnull (reading.problem);
}

typedef struct
{
  char *folder, *path;
  GSocket *listener, *link;
  WfdLinkProbe *probe;
} Emulated;

static Emulated
emulated (void)
{
  Emulated f = { g_dir_make_tmp ("wfd-probe-XXXXXX", NULL) };
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  f.path = g_build_filename (f.folder, "signals", NULL);
  address = g_unix_socket_address_new (f.path);
  f.listener =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_SEQPACKET, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_assert_null (wfd_link_probe_new_emulated (f.path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_true (g_socket_bind (f.listener, address, FALSE, NULL));
  g_assert_true (g_socket_listen (f.listener, NULL));
  f.probe = wfd_link_probe_new_emulated (f.path, NULL);
  g_assert_nonnull (f.probe);
  f.link = g_socket_accept (f.listener, NULL, NULL);
  return f;
}

static void
emulated_clear (Emulated *self)
{
  wfd_link_probe_free (self->probe);
  g_clear_object (&self->link);
  g_object_unref (self->listener);
  g_unlink (self->path);
  g_rmdir (self->folder);
  g_free (self->path);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Emulated, emulated_clear)

static void
say (Emulated *self, const char *text)
{
  g_assert_cmpint (g_socket_send (self->link, text, strlen (text), NULL, NULL), ==, strlen (text));
}

static void
test_emulated_link (void)
{
  g_auto (Emulated) f = emulated ();
  const WfdLinkPacket packets[] = { { 7, 1356 }, { 8, 1356 }, { 9, 600 } };
  WfdLinkReading reading;

  wfd_link_probe_sent (f.probe, packets, 3, 0);
  wfd_link_probe_look (f.probe, &reading, 1000);
  g_assert_cmpint (reading.queue_bytes, ==, 3312);
  g_assert_false (reading.has_station);

  say (&f, "queue 1356\n");
  say (&f, "queue 2712\ndone 7 0\nstation 65000 1 - 3 4\n");
  say (&f, "done 8 1\ndone 99 0\n");
  wfd_link_probe_look (f.probe, &reading, 2000);
  g_assert_cmpint (reading.queue_bytes, ==, 600);
  g_assert_true (reading.has_station);
  g_assert_cmpint (reading.station.phy_kbps, ==, 65000);
  g_assert_cmpint (reading.station.failed, ==, WFD_RATE_UNKNOWN);
  g_assert_cmpuint (reading.n_completions, ==, 2);
  g_assert_cmpuint (reading.completions[0].position_bytes, ==, 1356);
  g_assert_false (reading.completions[0].was_lost);
  g_assert_cmpuint (reading.completions[1].position_bytes, ==, 2712);
  g_assert_true (reading.completions[1].was_lost);
  g_assert_true (reading.tells_packets);
  g_assert_null (reading.problem);

  /* Back, and beyond what was sent. */
  say (&f, "queue 5\n");
  wfd_link_probe_look (f.probe, &reading, 3000);
  g_assert_cmpint (reading.queue_bytes, ==, 600);
  say (&f, "queue 999999\n");
  wfd_link_probe_look (f.probe, &reading, 2000000);
  g_assert_cmpint (reading.queue_bytes, ==, 0);
  g_assert_false (reading.tells_packets);

  say (&f, "station\n");
  wfd_link_probe_look (f.probe, &reading, 2001000);
  g_assert_nonnull (reading.problem);
  g_assert_cmpint (reading.queue_bytes, ==, 0);

  g_clear_object (&f.link);
  wfd_link_probe_look (f.probe, &reading, 2002000);
  assert_nothing_known (&reading);
  g_assert_nonnull (reading.problem);
  wfd_link_probe_look (f.probe, &reading, 2003000);
  assert_nothing_known (&reading);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/outq/usual-packets", test_outq_of_usual_packets);
  g_test_add_func ("/probe/outq/learns-what-a-byte-counts", test_outq_learns_what_a_byte_counts);
  g_test_add_func ("/probe/outq/not-fooled-by-late-looks", test_outq_is_not_fooled_by_late_looks);
  g_test_add_func ("/probe/outq/kernel-that-lies", test_outq_of_a_kernel_that_lies);
  g_test_add_func ("/probe/positions", test_positions);
  g_test_add_func ("/probe/rtt-out-of-the-mean", test_rtt_out_of_the_mean);
  g_test_add_func ("/probe/wire/sequence-of-looped-packets", test_sequence_of_looped_packets);
  g_test_add_func ("/probe/wire/lines-of-an-emulated-link", test_lines_of_an_emulated_link);
  g_test_add_func ("/probe/group/takes-the-first-who-knows", test_group_takes_the_first_who_knows);
  g_test_add_func ("/probe/readings-feed-the-controller", test_readings_feed_the_controller);
  g_test_add_func ("/probe/station-is-told-once", test_station_is_told_once);
  g_test_add_func ("/probe/closed-sockets-are-unknown", test_closed_sockets_are_unknown);
  g_test_add_func ("/probe/queue-of-loopback-is-empty", test_queue_of_loopback_is_empty);
  g_test_add_func ("/probe/packets-are-told-by-drivers-only",
      test_packets_are_told_by_drivers_only);
  g_test_add_func ("/probe/wire-echo", test_wire_echo);
  g_test_add_func ("/probe/tcp-has-round-trips-when-used", test_tcp_has_round_trips_when_used);
  g_test_add_func ("/probe/tcp-is-not-asked-while-echoes-come-back",
      test_tcp_is_not_asked_while_echoes_come_back);
  g_test_add_func ("/probe/emulated-link", test_emulated_link);
  return g_test_run ();
}
