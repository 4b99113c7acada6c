/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The instruments of tools/bench: a picture is told from the others by what is
 * in it, percentiles are what they say, and packets are lost where they should. */
#include <gio/gio.h>
#include <string.h>

#include "drop.h"
#include "way.h"

#define MS G_GINT64_CONSTANT (1000)
#define FRAME_US (33 * MS)
#define UNIT_BYTES 5000
#define ALL 0, G_MAXINT64

/* Spans. */

static void
check_span (const gint64 *values_us, guint n, double median_ms, double p95_ms, double p99_ms,
    double max_ms)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gint64));
  WaySpan span;

  g_array_append_vals (values, values_us, n);
  way_span_init (&span, values);
  g_assert_cmpuint (span.count, ==, n);
  g_assert_cmpfloat_with_epsilon (span.median_ms, median_ms, 1e-9);
  g_assert_cmpfloat_with_epsilon (span.p95_ms, p95_ms, 1e-9);
  g_assert_cmpfloat_with_epsilon (span.p99_ms, p99_ms, 1e-9);
  g_assert_cmpfloat_with_epsilon (span.max_ms, max_ms, 1e-9);
}

static void
test_span_ranks (void)
{
  static const gint64 one[] = { 7500 }, four[] = { 4000, 1000, 3000, 2000 },
                      below[] = { -1000, 5000, 0 };
  gint64 hundred[100], hundred_and_one[101];

  for (guint i = 0; i < 100; i++)
    hundred[i] = (100 - i) * 1000;
  for (guint i = 0; i < 101; i++)
    hundred_and_one[i] = (i * 7 % 101 + 1) * 1000;

  check_span (one, 0, 0, 0, 0, 0);
  check_span (one, 1, 7.5, 7.5, 7.5, 7.5);
  check_span (four, 4, 2, 4, 4, 4);
  check_span (below, 3, 0, 5, 5, 5);
  check_span (hundred, 100, 50, 95, 99, 100);
  check_span (hundred_and_one, 101, 51, 96, 100, 101);
}

/* Pictures. */

static void
note (Way *way, WayPoint point, gint64 at_us, guint32 key, gint64 time_us, gsize bytes)
{
  WayEvent event = { .at_us = at_us, .key = key, .time_ns = time_us * 1000, .bytes = bytes };

  way_note (way, point, &event);
}

/* What the two ends call the time of one picture differs. */
#define SENDER_US (i * FRAME_US)
#define RECEIVER_US (900 * MS + i * FRAME_US)

/* The picture @i is captured at @captured_us, takes 1 ms to the encoder, 4 in it,
 * @transport_us to the decoder, 2 in that and 3 to be shown. */
static void
send_picture (Way *way, guint i, gint64 captured_us, gint64 transport_us, gint64 bytes_more)
{
  gint64 coded_us = captured_us + 5 * MS, arrived_us = coded_us + transport_us;

  note (way, WAY_ENCODER_IN, captured_us + 1 * MS, captured_us, SENDER_US, 0);
  note (way, WAY_ENCODER_OUT, coded_us, 1000 + i, SENDER_US, UNIT_BYTES);
  note (way, WAY_DECODER_IN, arrived_us, 1000 + i, RECEIVER_US, UNIT_BYTES + bytes_more);
  note (way, WAY_DECODER_OUT, arrived_us + 2 * MS, 0, RECEIVER_US, 0);
  note (way, WAY_SHOWN, arrived_us + 5 * MS, captured_us, 0, 0);
}

static void
lose_picture (Way *way, guint i, gint64 captured_us)
{
  note (way, WAY_ENCODER_IN, captured_us + 1 * MS, captured_us, SENDER_US, 0);
  note (way, WAY_ENCODER_OUT, captured_us + 5 * MS, 1000 + i, SENDER_US, UNIT_BYTES);
}

static void
test_way_parts (void)
{
  g_autoptr (Way) way = way_new ();
  g_auto (WayFigures) figures = { 0 };

  for (guint i = 0; i < 10; i++)
    send_picture (way, i, 100 * MS + i * FRAME_US, (10 + i) * MS, 2);
  way_get_figures (way, ALL, &figures);

  g_assert_cmpuint (figures.units, ==, 10);
  g_assert_cmpuint (figures.missing, ==, 0);
  g_assert_cmpuint (figures.damaged, ==, 0);
  g_assert_cmpfloat_with_epsilon (figures.bytes, UNIT_BYTES, 1e-6);
  g_assert_cmpfloat_with_epsilon (figures.entry.median_ms, 1, 1e-9);
  g_assert_cmpuint (figures.transport.count, ==, 10);
  g_assert_cmpfloat_with_epsilon (figures.transport.median_ms, 14, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.transport.max_ms, 19, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.codec.median_ms, 6, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.shown.median_ms, 24, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.shown_rest.median_ms, 18, 1e-9);
  g_assert_cmpuint (figures.gap.count, ==, 9);
  g_assert_cmpfloat_with_epsilon (figures.gap.median_ms, 34, 1e-9);
  g_assert_cmpuint (figures.stalls_ms->len, ==, 0);
}

/* Of the time of capture only 32 bits are written. */
static void
test_way_stamp_wraps (void)
{
  g_autoptr (Way) way = way_new ();
  g_auto (WayFigures) figures = { 0 };

  send_picture (way, 0, (G_GINT64_CONSTANT (5) << 32) - 3 * MS, 10 * MS, 0);
  way_get_figures (way, ALL, &figures);

  g_assert_cmpfloat_with_epsilon (figures.entry.max_ms, 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.shown.max_ms, 20, 1e-9);
}

static void
test_way_looks_at_its_time_only (void)
{
  g_autoptr (Way) way = way_new ();
  g_auto (WayFigures) figures = { 0 };

  for (guint i = 0; i < 10; i++)
    send_picture (way, i, i * FRAME_US, (10 + i) * MS, 0);
  /* When they leave the encoder. */
  way_get_figures (way, 3 * FRAME_US + 5 * MS, 6 * FRAME_US + 5 * MS, &figures);

  g_assert_cmpuint (figures.units, ==, 3);
  g_assert_cmpfloat_with_epsilon (figures.transport.median_ms, 14, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.transport.max_ms, 15, 1e-9);
}

/* The same content again is another picture: the one that came first is the one
 * that was sent first. */
static void
test_way_alike (void)
{
  g_autoptr (Way) way = way_new ();
  g_auto (WayFigures) figures = { 0 };

  for (guint i = 0; i < 3; i++) {
    note (way, WAY_ENCODER_OUT, i * FRAME_US, 77, SENDER_US, UNIT_BYTES);
    note (way, WAY_DECODER_IN, i * FRAME_US + 40 * MS, 77, RECEIVER_US, UNIT_BYTES);
  }
  way_get_figures (way, ALL, &figures);

  g_assert_cmpuint (figures.transport.count, ==, 3);
  g_assert_cmpfloat_with_epsilon (figures.transport.median_ms, 40, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.transport.max_ms, 40, 1e-9);
}

/* Nothing has arrived before it was sent. */
static void
test_way_forward (void)
{
  g_autoptr (Way) way = way_new ();
  g_auto (WayFigures) figures = { 0 };

  note (way, WAY_DECODER_IN, 20 * MS, 77, 0, UNIT_BYTES);
  note (way, WAY_ENCODER_OUT, 30 * MS, 77, 0, UNIT_BYTES);
  note (way, WAY_DECODER_IN, 42 * MS, 77, 0, UNIT_BYTES);
  way_get_figures (way, ALL, &figures);

  g_assert_cmpuint (figures.transport.count, ==, 1);
  g_assert_cmpfloat_with_epsilon (figures.transport.median_ms, 12, 1e-9);
}

/* An encoder may leave out a picture, and so may a decoder. */
static void
test_way_left_out (void)
{
  g_autoptr (Way) way = way_new ();
  g_auto (WayFigures) figures = { 0 };

  for (guint i = 0; i < 10; i++) {
    gint64 captured_us = i * FRAME_US;

    if (i == 2)
      note (way, WAY_ENCODER_IN, captured_us + 1 * MS, captured_us, SENDER_US, 0);
    else if (i == 5)
      note (way, WAY_DECODER_OUT, captured_us, 0, RECEIVER_US + 1, 0);
    else
      send_picture (way, i, captured_us, 10 * MS, 0);
  }
  way_get_figures (way, ALL, &figures);

  g_assert_cmpuint (figures.codec.count, ==, 8);
  g_assert_cmpfloat_with_epsilon (figures.codec.median_ms, 6, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.codec.max_ms, 6, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures.shown_rest.max_ms, 14, 1e-9);
}

/* One is lost and the two behind it wait, one comes shorter and holds nothing up. */
static void
test_way_stalls (void)
{
  static const guint transport_ms[] = { 10, 11, 10, 0, 90, 57, 12, 10, 9, 10, 10, 10, 10, 10, 10,
    10, 10, 10, 25, 10 };
  g_autoptr (Way) way = way_new ();
  g_auto (WayFigures) figures = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (transport_ms); i++) {
    if (i == 3)
      lose_picture (way, i, i * FRAME_US);
    else
      send_picture (way, i, i * FRAME_US, transport_ms[i] * MS, i == 18 ? -1316 : 0);
  }
  way_get_figures (way, ALL, &figures);

  g_assert_cmpuint (figures.units, ==, 20);
  g_assert_cmpuint (figures.missing, ==, 1);
  g_assert_cmpuint (figures.damaged, ==, 1);
  g_assert_cmpfloat_with_epsilon (figures.gap.max_ms, 2 * 33 + 80, 1e-9);
  g_assert_cmpuint (figures.stalls_ms->len, ==, 2);
  g_assert_cmpfloat_with_epsilon (g_array_index (figures.stalls_ms, double, 0), 80, 1e-9);
  g_assert_cmpfloat_with_epsilon (g_array_index (figures.stalls_ms, double, 1), 15, 1e-9);
}

/* Two in a row are one stall. */
static void
test_way_one_stall (void)
{
  g_autoptr (Way) way = way_new ();
  g_auto (WayFigures) figures = { 0 };

  for (guint i = 0; i < 8; i++) {
    if (i == 3 || i == 4)
      lose_picture (way, i, i * FRAME_US);
    else
      send_picture (way, i, i * FRAME_US, 10 * MS, 0);
  }
  way_get_figures (way, ALL, &figures);

  g_assert_cmpuint (figures.missing, ==, 2);
  g_assert_cmpuint (figures.stalls_ms->len, ==, 1);
  g_assert_cmpfloat_with_epsilon (g_array_index (figures.stalls_ms, double, 0), 0, 1e-9);
}

static void
test_way_hash (void)
{
  guint8 unit[200], longer[210];

  for (guint i = 0; i < sizeof (unit); i++)
    unit[i] = i;
  memset (longer, 0, 10);
  memcpy (longer + 10, unit, sizeof (unit));

  /* What a parser puts before it does not count, its last bytes do. */
  g_assert_cmphex (way_hash_tail (unit, 200), ==, way_hash_tail (longer, 210));
  unit[199] ^= 1;
  g_assert_cmphex (way_hash_tail (unit, 200), !=, way_hash_tail (longer, 210));
  unit[199] ^= 1;
  unit[140] ^= 1;
  g_assert_cmphex (way_hash_tail (unit, 200), !=, way_hash_tail (longer, 210));
  /* Shorter than what is looked at. */
  g_assert_cmphex (way_hash_tail (unit, 3), !=, way_hash_tail (unit, 4));
  g_assert_cmphex (way_hash_tail (unit, 0), ==, way_hash_tail (longer, 0));
}

/* Lost packets. */

#define TS_BYTES 188
#define PACKET_BYTES (12 + 7 * TS_BYTES)

typedef struct
{
  GSocket *out;
  GSocket *in;
  guint16 port;
} Sockets;

static GSocket *
open_socket (guint16 *ret_port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);

  g_assert_no_error (error);
  g_socket_set_blocking (socket, FALSE);
  g_assert_true (g_socket_bind (socket, any, FALSE, &error));
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *ret_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

static void
sockets_init (Sockets *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) to = NULL;
  guint16 out_port;

  self->out = open_socket (&out_port);
  self->in = open_socket (&self->port);
  to = g_socket_get_local_address (self->in, &error);
  g_assert_true (g_socket_connect (self->out, to, NULL, &error));
}

static void
sockets_clear (Sockets *self)
{
  g_object_unref (self->out);
  g_object_unref (self->in);
}

/* On loopback a datagram has arrived, or is lost, when it has been sent. */
static gboolean
passes (Sockets *self, const guint8 *packet, gsize n)
{
  guint8 received[2 * PACKET_BYTES];

  g_assert_cmpint (g_socket_send (self->out, (const char *) packet, n, NULL, NULL), ==, n);
  return g_socket_receive (self->in, (char *) received, sizeof (received), NULL, NULL)
      == (gssize) n;
}

/* Seven TS packets with payload and nothing else. */
static void
make_packet (guint8 packet[PACKET_BYTES], guint16 seq)
{
  memset (packet, 0x55, PACKET_BYTES);
  packet[0] = 0x80;
  packet[1] = 33;
  packet[2] = seq >> 8;
  packet[3] = seq & 0xff;
  for (guint i = 0; i < 7; i++)
    memcpy (packet + 12 + i * TS_BYTES, "\x47\x10\x11\x15", 4);
}

static void
test_drop_within_pictures (void)
{
  guint8 packet[PACKET_BYTES];
  g_autoptr (GError) error = NULL;
  Sockets sockets;

  sockets_init (&sockets);
  g_assert_true (drop_begin (sockets.port, 256, &error));
  for (guint seq = 255; seq <= 513; seq++) {
    make_packet (packet, seq);
    g_assert_cmpint (passes (&sockets, packet, sizeof (packet)), ==, seq % 256 != 0);
  }
  g_assert_cmpuint (drop_count (sockets.port), ==, 2);

  for (guint i = 0; i < 7; i++) {
    make_packet (packet, 256);
    packet[12 + i * TS_BYTES + 1] |= 0x40; /* a unit begins */
    g_assert_true (passes (&sockets, packet, sizeof (packet)));
    make_packet (packet, 256);
    packet[12 + i * TS_BYTES + 3] |= 0x20; /* the last one of a unit is filled up */
    g_assert_true (passes (&sockets, packet, sizeof (packet)));
  }
  make_packet (packet, 256);
  g_assert_true (passes (&sockets, packet, sizeof (packet) - TS_BYTES));
  g_assert_false (passes (&sockets, packet, sizeof (packet)));
  g_assert_cmpuint (drop_count (sockets.port), ==, 3);
  sockets_clear (&sockets);
}

static void
test_drop_nowhere (void)
{
  g_autoptr (GError) error = NULL;
  guint16 port;

  g_object_unref (open_socket (&port));
  g_assert_false (drop_begin (port, 256, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_cmpuint (drop_count (port), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bench/span/nearest-rank", test_span_ranks);
  g_test_add_func ("/bench/way/measures-each-part", test_way_parts);
  g_test_add_func ("/bench/way/the-stamp-wraps", test_way_stamp_wraps);
  g_test_add_func ("/bench/way/looks-at-its-time-only", test_way_looks_at_its_time_only);
  g_test_add_func ("/bench/way/units-that-are-alike", test_way_alike);
  g_test_add_func ("/bench/way/nothing-arrives-before-it-is-sent", test_way_forward);
  g_test_add_func ("/bench/way/a-codec-leaves-pictures-out", test_way_left_out);
  g_test_add_func ("/bench/way/what-a-loss-holds-up", test_way_stalls);
  g_test_add_func ("/bench/way/two-lost-in-a-row-are-one-stall", test_way_one_stall);
  g_test_add_func ("/bench/way/knows-a-unit-by-its-end", test_way_hash);
  g_test_add_func ("/bench/drop/within-pictures-only", test_drop_within_pictures);
  g_test_add_func ("/bench/drop/without-a-socket", test_drop_nowhere);
  return g_test_run ();
}
