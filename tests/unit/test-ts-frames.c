/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-limits.h>
#include <string.h>

#include "ts-flow.h"

/* --- sound --- */

/* A frame of AAC, 48 kHz stereo, @n octets. */
static void
append_aac (GByteArray *out, guint n)
{
  const guint8 header[] = { 0xff, 0xf1, 0x4c, 0x80 | n >> 11, n >> 3 & 0xff, (n & 7) << 5 | 0x1f,
    0xfc };
  guint begin = out->len;

  g_byte_array_set_size (out, begin + n);
  memset (out->data + begin, 0x22, n);
  memcpy (out->data + begin, header, sizeof (header));
}

static void
sound (TsFlow *self, GByteArray *data, gsize n, guint64 pts)
{
  ts_builder_pes (&self->builder, TS_FLOW_A, 0xc0, pts, TS_BOUNDED, data->data, n);
  g_byte_array_remove_range (data, 0, n);
}

static void
test_aac_frames (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  /* One in a packet, then three, of which two have no time; each at once. */
  append_aac (data, 300);
  sound (&f, data, data->len, 1000);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "A300@1000");
  append_aac (data, 300);
  append_aac (data, 301);
  append_aac (data, 302);
  sound (&f, data, data->len, 2920);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "A300@2920 A301@4840 A302@6760");
  g_assert_cmpuint (f.last.format.rate_hz, ==, 48000);
  g_assert_cmpuint (f.last.format.channels, ==, 2);
  g_assert_cmpint (f.last.duration, ==, 1920);
}

/* Packets that end within frames: the time belongs to the first frame that begins
 * in them. */
static void
test_aac_frames_across_packets (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 6; i++)
    append_aac (data, 400);
  sound (&f, data, 500, 1000);         /* 0 and 100 of 1 */
  sound (&f, data, 800, 1000 + 3840);  /* 300 of 1, 2, 100 of 3 */
  sound (&f, data, 100, TS_NO_PTS);    /* of 3 */
  sound (&f, data, 1000, 1000 + 7680); /* 200 of 3, 4, 5 */
  ts_flow_pass (&f);
  ts_flow_assert (&f, "A400@1000 A400@2920 A400@4840 A400@6760 A400@8680 A400@10600");
}

/* Between them, what is no frame; the last one waits for its end. */
static void
test_packet_full_of_aac_frames (void)
{
  static const guint8 noise[] = { 0xff, 0x00, 0xff };
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GString) expected = g_string_new ("A7@1000 ");
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 40; i++)
    append_aac (data, 7);
  g_byte_array_append (data, noise, sizeof (noise));
  append_aac (data, 40);
  for (guint i = 1; i < 40; i++)
    g_string_append_printf (expected, "A7@%u ", 1000 + 1920 * i);
  g_string_append (expected, "Ad40@-1 A41@70000");
  sound (&f, data, data->len - 5, 1000);
  append_aac (data, 41);
  sound (&f, data, data->len, 70000);
  ts_flow_pass (&f);
  ts_flow_assert (&f, expected->str);
}

/* A frame that lies in three packets has the time of the first. */
static void
test_aac_frame_in_three_packets (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  append_aac (data, 900);
  append_aac (data, 300);
  sound (&f, data, 300, 1000);
  sound (&f, data, 300, 70000);
  sound (&f, data, 600, 2921);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "A900@1000 A300@2921");
}

/* 1,024 samples at 44.1 kHz are 2,089.8 ticks: what is left over adds up. */
static void
test_time_at_44100 (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 11; i++) {
    append_aac (data, 50);
    data->data[50 * i + 2] = 0x50;
  }
  sound (&f, data, data->len, 1000);
  ts_flow_pass (&f);
  g_assert_cmpint (f.last.format.rate_hz, ==, 44100);
  g_assert_cmpint (f.last.pts, ==, 1000 + 10 * 1024 * 90000 / 44100);
}

/* Without length it would go on for ever. */
static void
test_lpcm_that_does_not_end (void)
{
  static const TsBuilderStream streams[] = { { .type = 0x83, .pid = TS_FLOW_A } };
  g_auto (TsFlow) f = ts_flow_with (streams, 1);
  g_autofree guint8 *data = g_malloc0 (200000);

  memcpy (data, "\xa0\x06\x00\x11", 4);
  ts_builder_pes (&f.builder, TS_FLOW_A, 0xbd, 1000, TS_UNBOUNDED, data, 200000);
  ts_builder_pes (&f.builder, TS_FLOW_A, 0xbd, 2000, TS_BOUNDED, data, 1924);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "Ad1920@2000");
}

static void
test_rubbish_between_frames (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  append_aac (data, 100);
  g_byte_array_append (data, (const guint8 *) "rubbish\xff", 8);
  append_aac (data, 101);
  sound (&f, data, data->len, 1000);
  append_aac (data, 102);
  sound (&f, data, data->len, 5000);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "A100@1000 Ad101@-1 A102@5000");
}

static void
test_sound_lost (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 3; i++) {
    for (guint j = 0; j < 4; j++)
      append_aac (data, 300);
    sound (&f, data, data->len, 1000 + 7680 * i);
  }
  /* Packets of 7; the fourth of the second is away: what is not sure to be whole
   * is not handed on. */
  g_byte_array_remove_range (f.builder.ts, 10 * 188, 188);
  ts_flow_pass (&f);
  ts_flow_assert (&f,
      "A300@1000 A300@2920 A300@4840 A300@6760 A300@8680 Ad300@16360 A300@18280 "
      "A300@20200 A300@22120");
}

static void
test_lpcm (void)
{
  static const TsBuilderStream streams[] = { { .type = 0x1b, .pid = TS_FLOW_V },
    { .type = 0x83, .pid = TS_FLOW_A } };
  g_auto (TsFlow) f = ts_flow_with (streams, 2);
  g_autofree guint8 *data = g_malloc0 (1924);

  memcpy (data, "\xa0\x06\x00\x11", 4);
  for (guint i = 0; i < 1920; i++)
    data[4 + i] = i % 253;
  ts_builder_pes (&f.builder, TS_FLOW_A, 0xbd, 1000, TS_BOUNDED, data, 1924);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "A1920@1000");
  g_assert_cmpint (f.last.duration, ==, 900);
  g_assert_cmpmem (g_bytes_get_data (f.units->pdata[0], NULL), 1920, data + 4, 1920);
  /* Without length it ends with the next; another rate; a half sample too much. */
  data[3] = 0x09;
  ts_builder_pes (&f.builder, TS_FLOW_A, 0xbd, 1900, TS_UNBOUNDED, data, 1924);
  ts_builder_pes (&f.builder, TS_FLOW_A, 0xbd, 2880, TS_BOUNDED, data, 4 + 402);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "A1920@1900 A400@2880");
  g_assert_cmpuint (f.last.format.rate_hz, ==, 44100);
  /* No header we know. */
  data[0] = 0x80;
  ts_builder_pes (&f.builder, TS_FLOW_A, 0xbd, 3000, TS_BOUNDED, data, 1924);
  data[0] = 0xa0;
  ts_builder_pes (&f.builder, TS_FLOW_A, 0xbd, 4000, TS_BOUNDED, data, 1924);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "Ad1920@4000");
}

static void
test_lpcm_lost (void)
{
  static const TsBuilderStream streams[] = { { .type = 0x83, .pid = TS_FLOW_A } };
  g_auto (TsFlow) f = ts_flow_with (streams, 1);
  g_autofree guint8 *data = g_malloc0 (1924);

  memcpy (data, "\xa0\x06\x00\x11", 4);
  for (guint i = 0; i < 3; i++)
    ts_builder_pes (&f.builder, TS_FLOW_A, 0xbd, 1000 + 900 * i, TS_BOUNDED, data, 1924);
  g_byte_array_remove_range (f.builder.ts, 13 * 188, 188);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "A1920@1000 Ad1920@2800");
}

static void
test_ac3 (void)
{
  static const TsBuilderStream in_private = { 0x06, TS_FLOW_A, { 0x6a, 0x01, 0x00 }, 3 };
  static const TsBuilderStream plain = { .type = 0x81, .pid = TS_FLOW_A };
  const TsBuilderStream streams[] = { in_private, plain };
  guint8 frame[768] = { 0x0b, 0x77, 0x12, 0x34, 0x14, 0x40, 0x43 };

  for (guint i = 0; i < 2; i++) {
    g_auto (TsFlow) f = ts_flow_with (&streams[i], 1);

    /* GStreamer has it on stream id 0xfd. */
    ts_builder_pes (&f.builder, TS_FLOW_A, i == 0 ? 0xfd : 0xbd, 1000, TS_BOUNDED, frame,
        sizeof (frame));
    ts_builder_pes (&f.builder, TS_FLOW_A, i == 0 ? 0xfd : 0xbd, TS_NO_PTS, TS_BOUNDED, frame, 768);
    ts_flow_pass (&f);
    ts_flow_assert (&f, "A768@1000 A768@3880");
    g_assert_cmpint (f.last.format.codec, ==, WFD_TS_CODEC_AC3);
  }
}

/* Every header looks like the smallest frame: what nobody fetches is bounded. */
static void
test_units_are_bounded (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();
  WfdTsUnit unit;
  guint n = 0;

  for (guint i = 0; i < 3000; i++)
    append_aac (data, 7);
  ts_builder_pes (&f.builder, TS_FLOW_A, 0xc0, 1000, TS_BOUNDED, data->data, data->len);
  wfd_ts_reader_push (f.reader, wfd_bytes (f.builder.ts->data, f.builder.ts->len), FALSE, 0);
  while (wfd_ts_reader_pop (f.reader, &unit)) {
    wfd_ts_unit_clear (&unit);
    n++;
  }
  g_assert_cmpuint (n, ==, WFD_LIMIT_TS_UNITS);
  /* What comes next says that something is missing. */
  g_byte_array_set_size (f.builder.ts, 0);
  append_aac (data, 8);
  ts_builder_pes (&f.builder, TS_FLOW_A, 0xc0, 1000, TS_BOUNDED, data->data + 3000 * 7, 8);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "Ad8@1000");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/frames/aac-frames", test_aac_frames);
  g_test_add_func ("/ts/frames/aac-frames-across-packets", test_aac_frames_across_packets);
  g_test_add_func ("/ts/frames/packet-full-of-aac-frames", test_packet_full_of_aac_frames);
  g_test_add_func ("/ts/frames/aac-frame-in-three-packets", test_aac_frame_in_three_packets);
  g_test_add_func ("/ts/frames/time-at-44100", test_time_at_44100);
  g_test_add_func ("/ts/frames/lpcm-that-does-not-end", test_lpcm_that_does_not_end);
  g_test_add_func ("/ts/frames/rubbish-between-frames", test_rubbish_between_frames);
  g_test_add_func ("/ts/frames/lost", test_sound_lost);
  g_test_add_func ("/ts/frames/lpcm", test_lpcm);
  g_test_add_func ("/ts/frames/lpcm-lost", test_lpcm_lost);
  g_test_add_func ("/ts/frames/ac3", test_ac3);
  g_test_add_func ("/ts/frames/units-are-bounded", test_units_are_bounded);

  return g_test_run ();
}
