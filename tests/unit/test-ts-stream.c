/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-limits.h>

#include "ts-flow.h"

/* Of the first picture the end is not known before the second begins; of the
 * others it is, at their last packet. */
static void
assert_early (gint length, gsize n)
{
  g_auto (TsFlow) f = ts_flow ();

  ts_flow_picture (&f, 0, n, length);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "");
  ts_flow_picture (&f, 1, n, length);
  ts_flow_pass (&f);
  g_assert_cmpuint (f.units->len, ==, 2);
  for (guint i = 2; i < 30; i++) {
    ts_flow_picture (&f, i, n, length);
    ts_flow_pass (&f);
    g_assert_cmpuint (f.units->len, ==, i + 1);
    g_assert_cmpint (f.last.last_ns, ==, i * TS_FLOW_FRAME_NS);
  }
}

static void
test_end_by_length (void)
{
  /* With and without stuffing in the last packet: 14 octets are the header. */
  assert_early (TS_BOUNDED, 1000);
  assert_early (TS_BOUNDED, 5 * 184 - 14);
  assert_early (TS_BOUNDED, 100);
}

static void
test_end_by_stuffing (void)
{
  assert_early (TS_UNBOUNDED, 1000);
  assert_early (TS_UNBOUNDED, 100000);
  assert_early (TS_UNBOUNDED, 100);
  /* A field of one octet: nothing but its length. */
  assert_early (TS_UNBOUNDED, 5 * 184 - 14 - 1);
}

/* No stuffing, no length: at the end of a datagram that is not full, or marked. */
static void
test_end_by_short_datagram (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 10; i++) {
    ts_flow_picture (&f, i, 10 * 184 - 14, TS_UNBOUNDED);
    ts_flow_pass_by (&f, 7);
    g_assert_cmpuint (f.units->len, ==, i == 0 ? 0 : i + 1);
  }
}

static void
test_end_by_marker (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 10; i++) {
    g_autofree guint8 *block = NULL;

    ts_flow_picture (&f, i, 7 * 184 - 14, TS_UNBOUNDED);
    block = g_memdup2 (f.builder.ts->data, 7 * 188);
    g_byte_array_set_size (f.builder.ts, 0);
    wfd_ts_reader_push (f.reader, wfd_bytes (block, 7 * 188), TRUE, f.now_ns);
    ts_flow_drain (&f);
    g_assert_cmpuint (f.units->len, ==, i == 0 ? 0 : i + 1);
  }
}

/* No sign at all: with the first packet of the next one, or, of a still screen, in
 * the end. */
static void
test_end_without_a_sign (void)
{
  g_auto (TsFlow) f = ts_flow ();
  gint64 deadline_ns;

  for (guint i = 0; i < 20; i++) {
    ts_flow_picture (&f, i, 5 * 184 - 14, TS_UNBOUNDED);
    ts_flow_pass (&f);
    g_assert_cmpuint (f.units->len, ==, i);
  }
  deadline_ns = wfd_ts_reader_get_deadline (f.reader);
  g_assert_cmpint (deadline_ns, >, f.now_ns + 200 * TS_FLOW_MS);
  g_assert_cmpint (deadline_ns, <=, f.now_ns + 500 * TS_FLOW_MS);
  wfd_ts_reader_tick (f.reader, deadline_ns - 1);
  ts_flow_drain (&f);
  g_assert_cmpuint (f.units->len, ==, 19);
  wfd_ts_reader_tick (f.reader, deadline_ns);
  ts_flow_drain (&f);
  g_assert_cmpuint (f.units->len, ==, 20);
  g_assert_cmpint (wfd_ts_reader_get_deadline (f.reader), ==, G_MAXINT64);
}

/* A picture whose length is not reached is not complete, however quiet it is. */
static void
test_quiet_does_not_cut (void)
{
  g_auto (TsFlow) f = ts_flow ();
  gsize whole;

  for (guint i = 0; i < 10; i++)
    ts_flow_picture (&f, i, 1000, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_picture (&f, 10, 1000, TS_BOUNDED);
  whole = f.builder.ts->len;
  g_byte_array_set_size (f.builder.ts, whole - 188);
  ts_flow_pass (&f);
  g_assert_cmpint (wfd_ts_reader_get_deadline (f.reader), ==, G_MAXINT64);
  wfd_ts_reader_tick (f.reader, f.now_ns + 1000 * TS_FLOW_MS);
  ts_flow_drain (&f);
  g_assert_cmpuint (f.units->len, ==, 10);
}

static void
test_first_picture_of_a_still_screen (void)
{
  g_auto (TsFlow) f = ts_flow ();

  ts_flow_picture (&f, 0, 1000, TS_BOUNDED);
  ts_flow_pass (&f);
  wfd_ts_reader_tick (f.reader, wfd_ts_reader_get_deadline (f.reader));
  ts_flow_drain (&f);
  ts_flow_assert (&f, "VK1000@1000");
}

/* Nothing comes any more: what is open is handed on, and what is known not to be
 * all of it says so. */
static void
test_finish (void)
{
  static const struct
  {
    gint length;
    gsize cut; /* TS packets that do not come */
    const char *out;
  } ends[] = {
    { TS_UNBOUNDED, 0, "VK1000@1000" },
    { TS_UNBOUNDED, 1, "VK906@1000" },
    { TS_BOUNDED, 0, "VK1000@1000" },
    { TS_BOUNDED, 1, "VK!906@1000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_auto (TsFlow) f = ts_flow ();

    ts_flow_picture (&f, 0, 1000, ends[i].length);
    g_byte_array_set_size (f.builder.ts, f.builder.ts->len - ends[i].cut * 188);
    ts_flow_pass (&f);
    ts_flow_assert (&f, "");
    wfd_ts_reader_finish (f.reader);
    ts_flow_drain (&f);
    ts_flow_assert (&f, ends[i].out);
  }
}

/* LPCM without a length ends where the next packet begins, or here. */
static void
test_finish_of_lpcm (void)
{
  static const TsBuilderStream stream = { .type = 0x83, .pid = TS_FLOW_V };
  static const guint8 payload[4 + 320] = { 0xa0, 1, 0, 0x11 };

  for (guint i = 0; i < 2; i++) {
    g_auto (TsFlow) f = ts_flow_with (&stream, 1);

    ts_builder_pes (&f.builder, TS_FLOW_V, 0xbd, 1000, i == 0 ? TS_UNBOUNDED : 1000, payload,
        sizeof (payload));
    ts_flow_pass (&f);
    wfd_ts_reader_finish (f.reader);
    ts_flow_drain (&f);
    ts_flow_assert (&f, i == 0 ? "A320@1000" : "");
  }
}

/* A source that stuffs where it likes: what came too early is not a picture any
 * more, and it does not happen again. */
static void
test_stuffing_that_means_nothing (void)
{
  g_auto (TsFlow) f = ts_flow ();
  g_autoptr (GBytes) data = ts_flow_nal (SLICE, 1000);
  g_autoptr (GByteArray) pes = NULL;

  for (guint i = 0; i < 3; i++)
    ts_flow_picture (&f, i, 1000, TS_UNBOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V1000@3970 V1000@6940");
  for (guint i = 3; i < 6; i++) {
    gsize at = 0;

    pes = ts_builder_pes_header (0xe0, 1000 + i * TS_FLOW_FRAME_TICKS, 0);
    g_byte_array_append (pes, g_bytes_get_data (data, NULL), 1000);
    while (at < pes->len)
      at += ts_builder_packet (&f.builder, TS_FLOW_V, at == 0, NULL, 0, pes->data + at,
          MIN (pes->len - at, 100));
    g_clear_pointer (&pes, g_byte_array_unref);
  }
  ts_flow_pass (&f);
  /* The first octets of one, and the next one says that something is missing. */
  ts_flow_assert (&f, "V86@9910 Vd1000@12880");
  ts_flow_picture (&f, 6, 1000, TS_UNBOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "V1000@15850");
}

/* The low 16 bits of a length that does not fit. */
static void
test_length_of_low_bits (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 4; i++)
    ts_flow_picture (&f, i, 70000, (70000 + 8) & 0xffff);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK70000@1000 V70000@3970 V70000@6940 V70000@9910");
}

/* A length that is never reached is no loss, as no packet is missing. */
static void
test_length_too_long (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 4; i++)
    ts_flow_picture (&f, i, 1000, 2000);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V1000@3970 V1000@6940 V1000@9910");
}

/* Once it is known that lengths lie, silence ends a picture whatever they say. */
static void
test_quiet_despite_a_length_that_lies (void)
{
  g_auto (TsFlow) f = ts_flow ();

  /* Whole packets, so that there is no stuffing either. */
  for (guint i = 0; i < 4; i++) {
    ts_flow_picture (&f, i, 5 * 184 - 14, 2000);
    ts_flow_pass (&f);
  }
  wfd_ts_reader_tick (f.reader, wfd_ts_reader_get_deadline (f.reader));
  ts_flow_drain (&f);
  g_assert_cmpuint (f.units->len, ==, 4);
}

/* Small pictures have shown that the length is the end; then comes one of 64 KiB
 * and more, and another the low bits of which end with a packet. */
static void
test_length_of_low_bits_after_right_ones (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 4; i++)
    ts_flow_picture (&f, i, 1000, TS_BOUNDED);
  ts_flow_picture (&f, 4, 70000, (70000 + 8) & 0xffff);
  ts_flow_picture (&f, 5, 65536 + 170 + 3 * 184, 8 + 170 + 3 * 184);
  ts_flow_picture (&f, 6, 100, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f,
      "VK1000@1000 V1000@3970 V1000@6940 V1000@9910 V70000@12880 V66258@15850 "
      "V100@18820");
}

/* --- several pictures in a packet, several packets for a picture --- */

/* That there are two is seen only when the next packet comes: they have come all the
 * same when their last byte did. */
static void
test_second_picture_came_with_the_first (void)
{
  g_autoptr (GBytes) first = ts_flow_nal (KEY_SLICE, 300), second = ts_flow_nal (SLICE, 301);
  g_autoptr (GByteArray) both = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  g_byte_array_append (both, g_bytes_get_data (first, NULL), 300);
  g_byte_array_append (both, g_bytes_get_data (second, NULL), 301);
  ts_builder_pes (&f.builder, TS_FLOW_V, 0xe0, 1000, TS_UNBOUNDED, both->data, both->len);
  ts_flow_pass_by (&f, 100);
  f.now_ns += TS_FLOW_FRAME_NS;
  ts_flow_pes (&f, SLICE, 1000, 3970, TS_UNBOUNDED);
  g_byte_array_set_size (f.builder.ts, 188);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK300@1000 V301@-1");
  g_assert_cmpint (f.last.last_ns, ==, 0);
}

static void
append_nal (GByteArray *out, const char *head, gsize n)
{
  g_autoptr (GBytes) data = ts_flow_nal (head, n);

  g_byte_array_append (out, g_bytes_get_data (data, NULL), n);
}

static void
pes (TsFlow *self, GByteArray *data, guint64 pts, gint length)
{
  ts_builder_pes (&self->builder, TS_FLOW_V, 0xe0, pts, length, data->data, data->len);
  g_byte_array_set_size (data, 0);
}

static void
test_two_pictures_in_a_packet (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 3; i++) {
    append_nal (data, AUD, 6);
    append_nal (data, i == 0 ? KEY_SLICE : SLICE, 500);
    append_nal (data, AUD, 6);
    append_nal (data, SLICE, 700);
    pes (&f, data, 1000 + 2 * i * TS_FLOW_FRAME_TICKS, TS_BOUNDED);
  }
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK506@1000 V706@-1 V506@6940 V706@-1 V506@12880 V706@-1");
}

static void
test_two_pictures_in_a_packet_without_delimiter (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 3; i++) {
    append_nal (data, SLICE, 500);
    append_nal (data, SLICE_THAT_GOES_ON, 100);
    append_nal (data, PARAMETERS, 20);
    append_nal (data, KEY_SLICE, 700);
    pes (&f, data, 1000 + 2 * i * TS_FLOW_FRAME_TICKS, TS_UNBOUNDED);
  }
  ts_flow_pass (&f);
  ts_flow_assert (&f, "V600@1000 VK720@-1 V600@6940 VK720@-1 V600@12880 VK720@-1");
}

/* As small as pictures can be, and as many as datagrams hold; then a large one that
 * begins among them. */
static void
test_packet_full_of_pictures (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GString) expected = g_string_new (NULL);
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 40; i++) {
    append_nal (data, KEY_SLICE, 6 + i % 3);
    g_string_append_printf (expected, "VK%u@%d ", 6 + i % 3, i == 0 ? 1000 : -1);
  }
  append_nal (data, SLICE, 5000);
  append_nal (data, SLICE, 7);
  g_string_append (expected, "V5000@-1 V7@-1 V700@3970");
  pes (&f, data, 1000, TS_UNBOUNDED);
  append_nal (data, SLICE, 700);
  pes (&f, data, 3970, TS_BOUNDED);
  ts_flow_pass_by (&f, 1000);
  ts_flow_assert (&f, expected->str);
}

/* Slices in packets of their own, each with its length: the picture is joined,
 * from the first one on. */
static void
test_picture_in_several_packets (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 4; i++) {
    guint64 pts = 1000 + i * TS_FLOW_FRAME_TICKS;

    f.now_ns = i * TS_FLOW_FRAME_NS;
    ts_flow_pes (&f, i == 0 ? KEY_SLICE : SLICE, 400, pts, TS_BOUNDED);
    ts_flow_pes (&f, SLICE_THAT_GOES_ON, 300, i % 2 == 0 ? pts : TS_NO_PTS, TS_BOUNDED);
    ts_flow_pes (&f, SLICE_THAT_GOES_ON, 200, TS_NO_PTS, TS_BOUNDED);
    ts_flow_pass (&f);
  }
  wfd_ts_reader_tick (f.reader, wfd_ts_reader_get_deadline (f.reader));
  ts_flow_drain (&f);
  ts_flow_assert (&f, "VK900@1000 V900@3970 V900@6940 V900@9910");
}

/* Parameter sets come in a packet before that of the picture they belong to. */
static void
test_parameters_in_a_packet_of_their_own (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 3; i++) {
    ts_flow_pes (&f, PARAMETERS, 20, i == 1 ? TS_NO_PTS : 1000 + i * TS_FLOW_FRAME_TICKS,
        TS_BOUNDED);
    ts_flow_pes (&f, KEY_SLICE, 400, 1000 + i * TS_FLOW_FRAME_TICKS, TS_BOUNDED);
  }
  ts_flow_pass (&f);
  wfd_ts_reader_tick (f.reader, wfd_ts_reader_get_deadline (f.reader));
  ts_flow_drain (&f);
  ts_flow_assert (&f, "VK420@1000 VK420@3970 VK420@6940");
}

/* A packet begins in the middle of a slice: its time is that of the picture that
 * begins within it. */
static void
test_packets_that_do_not_care (void)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 6; i++) {
    append_nal (all, AUD, 6);
    append_nal (all, SLICE, 994);
  }
  for (guint i = 0; i < 4; i++)
    ts_builder_pes (&f.builder, TS_FLOW_V, 0xe0, 1000 + i * TS_FLOW_FRAME_TICKS, TS_BOUNDED,
        all->data + i * 1500, 1500);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "V1000@1000 V1000@-1 V1000@3970 V1000@6940 V1000@-1");
  wfd_ts_reader_tick (f.reader, wfd_ts_reader_get_deadline (f.reader));
  ts_flow_drain (&f);
  ts_flow_assert (&f, "V1000@9910");
}

/* The time of a packet in which no picture begins is nobody's. */
static void
test_time_of_a_packet_without_beginning (void)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  append_nal (all, AUD, 6);
  append_nal (all, SLICE, 1994);
  append_nal (all, AUD, 6);
  append_nal (all, SLICE, 994);
  ts_builder_pes (&f.builder, TS_FLOW_V, 0xe0, 1000, TS_BOUNDED, all->data, 1000);
  ts_builder_pes (&f.builder, TS_FLOW_V, 0xe0, 5000, TS_BOUNDED, all->data + 1000, 500);
  ts_builder_pes (&f.builder, TS_FLOW_V, 0xe0, TS_NO_PTS, TS_BOUNDED, all->data + 1500, 1500);
  ts_flow_pass (&f);
  wfd_ts_reader_tick (f.reader, wfd_ts_reader_get_deadline (f.reader));
  ts_flow_drain (&f);
  ts_flow_assert (&f, "V2000@1000 V1000@-1");
}

static void
test_header_across_packets (void)
{
  for (gsize n = 1; n < 20; n++) {
    g_auto (TsFlow) f = ts_flow ();

    for (guint i = 0; i < 3; i++) {
      g_autoptr (GBytes) data = ts_flow_nal (i == 0 ? KEY_SLICE : SLICE, 400);
      g_autoptr (GByteArray) whole =
          ts_builder_pes_header (0xe0, 1000 + i * TS_FLOW_FRAME_TICKS, 408);
      gsize at;

      g_byte_array_append (whole, g_bytes_get_data (data, NULL), 400);
      at = ts_builder_packet (&f.builder, TS_FLOW_V, TRUE, NULL, 0, whole->data, n);
      while (at < whole->len)
        at += ts_builder_packet (&f.builder, TS_FLOW_V, FALSE, NULL, 0, whole->data + at,
            whole->len - at);
    }
    ts_flow_pass (&f);
    wfd_ts_reader_tick (f.reader, G_MAXINT64 - 1);
    ts_flow_drain (&f);
    ts_flow_assert (&f, "VK400@1000 V400@3970 V400@6940");
  }
}

static void
test_tables_amid_a_picture (void)
{
  g_auto (TsFlow) f = ts_flow ();

  ts_flow_picture (&f, 0, 1000, TS_BOUNDED);
  ts_flow_picture (&f, 1, 1000, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_picture (&f, 2, 1000, TS_BOUNDED);
  {
    g_autoptr (GBytes) rest =
        g_bytes_new (f.builder.ts->data + 2 * 188, f.builder.ts->len - 2 * 188);

    g_byte_array_set_size (f.builder.ts, 2 * 188);
    ts_builder_pat (&f.builder, 7, 0x0020);
    ts_builder_pmt (&f.builder, 0x0020, 7, TS_FLOW_V, 0, ts_flow_streams, 2);
    ts_builder_packet (&f.builder, 0x1fff, FALSE, NULL, 0, (const guint8 *) "x", 1);
    g_byte_array_append (f.builder.ts, g_bytes_get_data (rest, NULL), g_bytes_get_size (rest));
  }
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V1000@3970 V1000@6940");
}

static void
test_picture_is_the_same_bytes (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 3; i++)
    ts_flow_picture (&f, i, 100000 + i, TS_UNBOUNDED);
  ts_flow_pass_by (&f, 7);
  g_assert_cmpuint (f.units->len, ==, 3);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GBytes) expected = ts_flow_nal (i == 0 ? KEY_SLICE : SLICE, 100000 + i);

    g_assert_true (g_bytes_equal (f.units->pdata[i], expected));
  }
}

static void
test_h265 (void)
{
  const TsBuilderStream stream = { .type = 0x24, .pid = TS_FLOW_V };
  g_auto (TsFlow) f = ts_flow_with (&stream, 1);
  g_autoptr (GByteArray) data = g_byte_array_new ();

  append_nal (data, "\x42\x01\x01", 30);
  append_nal (data, "\x26\x01\xaf", 500);
  append_nal (data, "\x26\x01\x2f", 500);
  append_nal (data, "\x50\x01\x84", 20);
  append_nal (data, "\x02\x01\xd0", 300);
  pes (&f, data, 1000, TS_BOUNDED);
  append_nal (data, "\x46\x01\x50", 7);
  append_nal (data, "\x02\x01\xd0", 300);
  pes (&f, data, 3970, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1050@1000 V300@-1 V307@3970");
  g_assert_cmpint (f.last.format.codec, ==, WFD_TS_CODEC_H265);
}

static void
test_picture_too_large (void)
{
  g_auto (TsFlow) f = ts_flow ();

  ts_flow_picture (&f, 0, 1000, TS_UNBOUNDED);
  ts_flow_picture (&f, 1, 1000, TS_UNBOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V1000@3970");
  ts_flow_picture (&f, 2, WFD_LIMIT_TS_UNIT_BYTES + 1000, TS_UNBOUNDED);
  ts_flow_pass_by (&f, 7);
  for (guint i = 0; i < f.units->len; i++)
    g_assert_cmpuint (g_bytes_get_size (f.units->pdata[i]), <=, WFD_LIMIT_TS_UNIT_BYTES);
  ts_flow_picture (&f, 3, 1000, TS_UNBOUNDED);
  ts_flow_pass_by (&f, 7);
  ts_flow_assert (&f, "Vd1000@9910");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/stream/end/by-length", test_end_by_length);
  g_test_add_func ("/ts/stream/end/by-stuffing", test_end_by_stuffing);
  g_test_add_func ("/ts/stream/end/by-short-datagram", test_end_by_short_datagram);
  g_test_add_func ("/ts/stream/end/by-marker", test_end_by_marker);
  g_test_add_func ("/ts/stream/end/without-a-sign", test_end_without_a_sign);
  g_test_add_func ("/ts/stream/finish", test_finish);
  g_test_add_func ("/ts/stream/finish-of-lpcm", test_finish_of_lpcm);
  g_test_add_func ("/ts/stream/end/quiet-does-not-cut", test_quiet_does_not_cut);
  g_test_add_func ("/ts/stream/end/first-picture-of-a-still-screen",
      test_first_picture_of_a_still_screen);
  g_test_add_func ("/ts/stream/end/stuffing-that-means-nothing", test_stuffing_that_means_nothing);
  g_test_add_func ("/ts/stream/end/length-of-low-bits", test_length_of_low_bits);
  g_test_add_func ("/ts/stream/end/length-too-long", test_length_too_long);
  g_test_add_func ("/ts/stream/video/two-pictures-in-a-packet", test_two_pictures_in_a_packet);
  g_test_add_func ("/ts/stream/video/two-pictures-without-delimiter",
      test_two_pictures_in_a_packet_without_delimiter);
  g_test_add_func ("/ts/stream/video/packet-full-of-pictures", test_packet_full_of_pictures);
  g_test_add_func ("/ts/stream/video/picture-in-several-packets", test_picture_in_several_packets);
  g_test_add_func ("/ts/stream/video/parameters-in-a-packet-of-their-own",
      test_parameters_in_a_packet_of_their_own);
  g_test_add_func ("/ts/stream/video/packets-that-do-not-care", test_packets_that_do_not_care);
  g_test_add_func ("/ts/stream/end/quiet-despite-a-length-that-lies",
      test_quiet_despite_a_length_that_lies);
  g_test_add_func ("/ts/stream/end/length-of-low-bits-after-right-ones",
      test_length_of_low_bits_after_right_ones);
  g_test_add_func ("/ts/stream/video/time-of-a-packet-without-beginning",
      test_time_of_a_packet_without_beginning);
  g_test_add_func ("/ts/stream/video/second-picture-came-with-the-first",
      test_second_picture_came_with_the_first);
  g_test_add_func ("/ts/stream/video/header-across-packets", test_header_across_packets);
  g_test_add_func ("/ts/stream/video/tables-amid-a-picture", test_tables_amid_a_picture);
  g_test_add_func ("/ts/stream/video/the-same-bytes", test_picture_is_the_same_bytes);
  g_test_add_func ("/ts/stream/video/h265", test_h265);
  g_test_add_func ("/ts/stream/video/too-large", test_picture_too_large);

  return g_test_run ();
}
