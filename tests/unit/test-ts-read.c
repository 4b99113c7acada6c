/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-flow.h"

static void
test_any_pids (void)
{
  g_auto (TsFlow) f = ts_flow ();
  const WfdTsProgram *program = wfd_ts_reader_get_program (f.reader);

  g_assert_nonnull (program);
  g_assert_cmpuint (program->program, ==, 7);
  ts_flow_picture (&f, 0, 1000, TS_BOUNDED);
  ts_flow_picture (&f, 1, 500, TS_BOUNDED);
  ts_flow_picture (&f, 2, 300, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V500@3970 V300@6940");
}

/* --- loss --- */

/* Ten pictures of six packets; the packets that are named are left out. */
static void
assert_lost (guint from, guint n, gint length, const char *expected)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 6; i++)
    ts_flow_picture (&f, i, 1000, length);
  g_assert_cmpuint (f.builder.ts->len, ==, 36 * 188);
  g_byte_array_remove_range (f.builder.ts, from * 188, n * 188);
  ts_flow_pass (&f);
  wfd_ts_reader_tick (f.reader, G_MAXINT64 - 1);
  ts_flow_drain (&f);
  ts_flow_assert (&f, expected);
  g_assert_cmpuint (ts_flow_get_stats (&f).n_gaps, ==, 1);
}

static void
test_loss_is_told (void)
{
  /* Of picture 2, which is packets 12 to 17: one amid it, its end, its beginning,
   * all of it. Nothing is handed on as whole that is not. */
  assert_lost (14, 1, TS_BOUNDED,
      "VK1000@1000 V1000@3970 V!816@6940 V1000@9910 V1000@12880 V1000@15850");
  assert_lost (17, 1, TS_BOUNDED,
      "VK1000@1000 V1000@3970 V!906@6940 V1000@9910 V1000@12880 V1000@15850");
  assert_lost (12, 1, TS_BOUNDED, "VK1000@1000 V1000@3970 Vd1000@9910 V1000@12880 V1000@15850");
  assert_lost (12, 6, TS_BOUNDED, "VK1000@1000 V1000@3970 Vd1000@9910 V1000@12880 V1000@15850");
  /* From the middle of one to the middle of the next. */
  assert_lost (15, 6, TS_BOUNDED, "VK1000@1000 V1000@3970 V!1000@6940 V1000@12880 V1000@15850");
}

/* The length of the first picture was reached, so it is whole whatever is missing
 * behind it. */
static void
test_loss_behind_a_whole_picture (void)
{
  assert_lost (6, 6, TS_BOUNDED, "VK1000@1000 Vd1000@6940 V1000@9910 V1000@12880 V1000@15850");
}

/* Two pictures in a PES packet that comes in one go: the loss is of the second. */
static void
test_loss_is_of_the_right_picture (void)
{
  g_autoptr (GBytes) first = ts_flow_nal (KEY_SLICE, 300), second = ts_flow_nal (SLICE, 2000);
  g_autoptr (GByteArray) both = g_byte_array_new ();
  g_auto (TsFlow) f = ts_flow ();

  g_byte_array_append (both, g_bytes_get_data (first, NULL), 300);
  g_byte_array_append (both, g_bytes_get_data (second, NULL), 2000);
  ts_builder_pes (&f.builder, TS_FLOW_V, 0xe0, 1000, TS_BOUNDED, both->data, both->len);
  g_byte_array_remove_range (f.builder.ts, 5 * 188, 188);
  ts_flow_picture (&f, 2, 100, TS_BOUNDED);
  ts_flow_picture (&f, 3, 100, TS_BOUNDED);
  ts_flow_pass_by (&f, 100);
  ts_flow_assert (&f, "VK300@1000 V!1816@-1 V100@6940 V100@9910");
}

/* After a gap in RTP, too, a packet that comes twice is one. */
static void
test_packet_sent_twice_after_a_gap (void)
{
  g_auto (TsFlow) f = ts_flow ();
  g_autoptr (GBytes) last = NULL;

  ts_flow_picture (&f, 0, 1000, TS_BOUNDED);
  ts_flow_pass (&f);
  wfd_ts_reader_lose (f.reader, 1);
  ts_flow_picture (&f, 1, 100, TS_BOUNDED);
  last = g_bytes_new (f.builder.ts->data, 188);
  ts_flow_pass (&f);
  g_byte_array_append (f.builder.ts, g_bytes_get_data (last, NULL), 188);
  ts_flow_pass (&f);
  g_assert_cmpuint (ts_flow_get_stats (&f).n_repeated, ==, 1);
}

static void
test_loss_without_length (void)
{
  assert_lost (14, 1, TS_UNBOUNDED,
      "VK1000@1000 V1000@3970 V!816@6940 V1000@9910 V1000@12880 V1000@15850");
  assert_lost (17, 1, TS_UNBOUNDED,
      "VK1000@1000 V1000@3970 V!906@6940 V1000@9910 V1000@12880 V1000@15850");
  assert_lost (12, 1, TS_UNBOUNDED, "VK1000@1000 V1000@3970 Vd1000@9910 V1000@12880 V1000@15850");
}

/* Sixteen packets lost look like none; the RTP packets that carried them tell. */
static void
test_loss_of_sixteen_packets (void)
{
  g_auto (TsFlow) f = ts_flow ();

  ts_flow_picture (&f, 0, 100, TS_BOUNDED);
  ts_flow_picture (&f, 1, 100, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK100@1000 V100@3970");
  ts_flow_picture (&f, 2, 20 * 184 - 14, TS_BOUNDED);
  g_byte_array_remove_range (f.builder.ts, 2 * 188, 16 * 188);
  {
    g_autoptr (GBytes) rest = g_bytes_new (f.builder.ts->data + 2 * 188, 2 * 188);

    g_byte_array_set_size (f.builder.ts, 2 * 188);
    ts_flow_pass (&f);
    wfd_ts_reader_lose (f.reader, 3);
    g_byte_array_append (f.builder.ts, g_bytes_get_data (rest, NULL), 2 * 188);
    ts_flow_pass (&f);
  }
  ts_flow_picture (&f, 3, 100, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "V!722@6940 V100@9910");
  g_assert_cmpuint (ts_flow_get_stats (&f).n_gaps, ==, 0);
}

static void
test_packet_sent_twice (void)
{
  g_auto (TsFlow) f = ts_flow ();
  g_autoptr (GByteArray) twice = g_byte_array_new ();

  for (guint i = 0; i < 3; i++)
    ts_flow_picture (&f, i, 1000, TS_BOUNDED);
  for (guint i = 0; i < f.builder.ts->len / 188; i++) {
    g_byte_array_append (twice, f.builder.ts->data + i * 188, 188);
    g_byte_array_append (twice, f.builder.ts->data + i * 188, 188);
  }
  g_byte_array_set_size (f.builder.ts, 0);
  g_byte_array_append (f.builder.ts, twice->data, twice->len);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V1000@3970 V1000@6940");
  g_assert_cmpuint (ts_flow_get_stats (&f).n_repeated, ==, 18);
  g_assert_cmpuint (ts_flow_get_stats (&f).n_gaps, ==, 0);
}

/* discontinuity_indicator: the counter may jump. */
static void
test_announced_discontinuity (void)
{
  g_auto (TsFlow) f = ts_flow ();
  g_autoptr (GBytes) data = ts_flow_nal (SLICE, 100);
  g_autoptr (GByteArray) whole = ts_builder_pes_header (0xe0, 6940, 108);

  ts_flow_picture (&f, 0, 1000, TS_BOUNDED);
  ts_flow_picture (&f, 1, 1000, TS_BOUNDED);
  f.builder.counters[TS_FLOW_V] = 9;
  g_byte_array_append (whole, g_bytes_get_data (data, NULL), 100);
  ts_builder_packet (&f.builder, TS_FLOW_V, TRUE, (const guint8 *) "\x80", 1, whole->data,
      whole->len);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V1000@3970 V100@6940");
  g_assert_cmpuint (ts_flow_get_stats (&f).n_gaps, ==, 0);
}

static void
test_packets_that_are_broken (void)
{
  g_auto (TsFlow) f = ts_flow ();
  guint8 *ts;

  for (guint i = 0; i < 3; i++)
    ts_flow_picture (&f, i, 1000, TS_BOUNDED);
  ts = f.builder.ts->data;
  ts[13 * 188] = 0x46;      /* no sync byte */
  ts[14 * 188 + 1] |= 0x80; /* transport_error_indicator */
  ts[17 * 188 + 4] = 200;   /* adaptation field beyond the packet */
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V1000@3970");
  g_assert_cmpuint (ts_flow_get_stats (&f).n_unsynced, ==, 3);
  ts_flow_picture (&f, 3, 1000, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "V!538@6940 V1000@9910");
}

static void
test_another_sender (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 3; i++)
    ts_flow_picture (&f, i, 1000, TS_BOUNDED);
  ts_flow_picture (&f, 3, 1000, TS_BOUNDED);
  g_byte_array_set_size (f.builder.ts, f.builder.ts->len - 188);
  ts_flow_pass (&f);
  g_string_truncate (f.out, 0);
  wfd_ts_reader_restart (f.reader);
  f.builder.counters[TS_FLOW_V] = 5;
  ts_flow_drain (&f);
  g_string_truncate (f.out, 0);
  /* The tables of before hold until others come. */
  for (guint i = 0; i < 2; i++)
    ts_flow_picture (&f, i, 1000, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VKd1000@1000 V1000@3970");
}

/* --- program --- */

static void
test_nothing_before_the_tables (void)
{
  g_auto (TsFlow) f = ts_flow_without_program ();

  g_assert_null (wfd_ts_reader_get_program (f.reader));
  ts_flow_picture (&f, 0, 1000, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_builder_pmt (&f.builder, 0x0020, 7, TS_FLOW_V, 0, ts_flow_streams, 2);
  ts_flow_pass (&f);
  g_assert_null (wfd_ts_reader_get_program (f.reader));
  ts_flow_assert (&f, "");
}

static void
test_tables_change (void)
{
  static const TsBuilderStream other[] = { { .type = 0x83, .pid = TS_FLOW_A },
    { .type = 0x1b, .pid = 0x99 } };
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 2; i++)
    ts_flow_picture (&f, i, 1000, TS_BOUNDED);
  /* The picture goes to another PID, and the sound is LPCM from now on, with the
   * version as before. */
  ts_builder_pmt (&f.builder, 0x0020, 7, 0x99, 0, other, 2);
  ts_flow_picture (&f, 2, 1000, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V1000@3970");
  g_assert_cmphex (wfd_ts_reader_get_program (f.reader)->pcr_pid, ==, 0x99);
  {
    g_autoptr (GBytes) data = ts_flow_nal (KEY_SLICE, 300);

    for (guint i = 0; i < 2; i++)
      ts_builder_pes (&f.builder, 0x99, 0xe0, 9000 + i, TS_BOUNDED, g_bytes_get_data (data, NULL),
          300);
    ts_builder_pes (&f.builder, TS_FLOW_A, 0xbd, 9000, TS_BOUNDED,
        (const guint8 *) "\xa0\x06\x00\x11\1\2\3\4", 8);
  }
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK300@9000 VK300@9001 A4@9000");
}

static void
test_table_moves (void)
{
  static const TsBuilderStream other = { .type = 0x1b, .pid = 0x99 };
  g_auto (TsFlow) f = ts_flow ();

  ts_builder_pat (&f.builder, 9, 0x0030);
  ts_builder_pmt (&f.builder, 0x0020, 7, TS_FLOW_V, 5, ts_flow_streams, 1);
  ts_builder_pmt (&f.builder, 0x0030, 8, TS_FLOW_V, 5, ts_flow_streams, 1);
  ts_flow_pass (&f);
  g_assert_null (wfd_ts_reader_get_program (f.reader));
  ts_builder_pmt (&f.builder, 0x0030, 9, TS_FLOW_V, 5, &other, 1);
  ts_flow_pass (&f);
  g_assert_cmpuint (wfd_ts_reader_get_program (f.reader)->program, ==, 9);
}

/* PIDs that belong to something else. */
static void
test_pids_that_clash (void)
{
  static const TsBuilderStream streams[] = {
    { .type = 0x1b, .pid = 0x0000 },
    { .type = 0x1b, .pid = 0x0020 },
    { .type = 0x1b, .pid = 0x1fff },
    { .type = 0x1b, .pid = TS_FLOW_V },
    { .type = 0x0f, .pid = TS_FLOW_V },
    { .type = 0x0f, .pid = TS_FLOW_A },
  };
  g_auto (TsFlow) f = ts_flow_with (streams, 6);

  for (guint i = 0; i < 2; i++)
    ts_flow_picture (&f, i, 1000, TS_BOUNDED);
  ts_builder_pat (&f.builder, 7, 0x0020);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "VK1000@1000 V1000@3970");
  g_assert_nonnull (wfd_ts_reader_get_program (f.reader));
}

/* Pictures @from to @to, scrambled or not, 33 ms apart, each with the tables. */
static void
pass_pictures (TsFlow *self, guint from, guint to, gboolean scrambled)
{
  for (guint i = from; i < to; i++) {
    ts_flow_picture (self, i, 100, TS_BOUNDED);
    if (scrambled)
      self->builder.ts->data[3] |= 0x80;
    ts_builder_pat (&self->builder, 7, 0x0020);
    ts_flow_pass (self);
    self->now_ns += 33 * TS_FLOW_MS;
  }
}

static void
test_scrambled (void)
{
  g_auto (TsFlow) f = ts_flow ();

  g_assert_false (wfd_ts_reader_is_protected (f.reader));
  /* One of two is hurt. */
  for (guint i = 0; i < 60; i++)
    pass_pictures (&f, i, i + 1, i % 2 == 0);
  g_assert_false (wfd_ts_reader_is_protected (f.reader));
  /* From the eighth on for a second. */
  pass_pictures (&f, 60, 60 + 7 + 31, TRUE);
  g_assert_false (wfd_ts_reader_is_protected (f.reader));
  pass_pictures (&f, 60 + 7 + 31, 60 + 7 + 32, TRUE);
  g_assert_true (wfd_ts_reader_is_protected (f.reader));
}

static void
pass_tables (TsFlow *self, gboolean hdcp)
{
  self->builder.hdcp = hdcp;
  ts_builder_pmt (&self->builder, 0x0020, 7, TS_FLOW_V, 0, ts_flow_streams, 1);
  ts_flow_pass (self);
}

static void
test_protection_that_lasts (void)
{
  g_auto (TsFlow) f = ts_flow ();

  pass_tables (&f, TRUE);
  f.now_ns += 999 * TS_FLOW_MS;
  pass_tables (&f, TRUE);
  g_assert_false (wfd_ts_reader_is_protected (f.reader));
  f.now_ns += TS_FLOW_MS;
  g_assert_false (wfd_ts_reader_is_protected (f.reader));
  pass_tables (&f, TRUE);
  g_assert_true (wfd_ts_reader_is_protected (f.reader));
}

static void
test_protection_that_does_not_last (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 10; i++) {
    /* A table that says otherwise, or a picture. */
    pass_tables (&f, TRUE);
    f.now_ns += 990 * TS_FLOW_MS;
    if (i % 2 == 0)
      pass_tables (&f, FALSE);
    else
      pass_pictures (&f, 2 * i, 2 * i + 2, FALSE);
    f.now_ns += 990 * TS_FLOW_MS;
    g_assert_false (wfd_ts_reader_is_protected (f.reader));
  }
}

/* --- clock and times --- */

static void
test_clock (void)
{
  g_auto (TsFlow) f = ts_flow ();
  gint64 clock, arrival_ns;
  gboolean jumped;

  g_assert_false (wfd_ts_reader_take_clock (f.reader, &clock, &arrival_ns, &jumped));
  ts_builder_pcr (&f.builder, TS_FLOW_A, 77, 0); /* not the PID of the clock */
  ts_flow_pass (&f);
  g_assert_false (wfd_ts_reader_take_clock (f.reader, &clock, &arrival_ns, &jumped));

  f.now_ns = 5 * TS_FLOW_MS;
  ts_builder_pcr (&f.builder, TS_FLOW_V, (G_GUINT64_CONSTANT (1) << 33) - 10, 0);
  f.builder.ts->data[10] |= 1; /* extension 256 + 5 */
  f.builder.ts->data[11] = 5;
  ts_flow_pass (&f);
  g_assert_true (wfd_ts_reader_take_clock (f.reader, &clock, &arrival_ns, &jumped));
  g_assert_cmpint (clock, ==, ((G_GINT64_CONSTANT (1) << 33) - 10) * 300 + 261);
  g_assert_cmpint (arrival_ns, ==, 5 * TS_FLOW_MS);
  g_assert_false (jumped);
  g_assert_false (wfd_ts_reader_take_clock (f.reader, &clock, &arrival_ns, &jumped));

  /* It wraps, and goes on. */
  ts_builder_pcr (&f.builder, TS_FLOW_V, 20, 0x80);
  ts_flow_pass (&f);
  g_assert_true (wfd_ts_reader_take_clock (f.reader, &clock, &arrival_ns, &jumped));
  g_assert_cmpint (clock, ==, ((G_GINT64_CONSTANT (1) << 33) + 20) * 300);
  g_assert_true (jumped);
}

static void
test_time_wraps (void)
{
  guint64 before = (G_GUINT64_CONSTANT (1) << 33) - TS_FLOW_FRAME_TICKS;
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 4; i++)
    ts_flow_pes (&f, SLICE, 100, before + i * TS_FLOW_FRAME_TICKS, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "V100@8589931622 V100@8589934592 V100@8589937562 V100@8589940532");
}

/* GNOME Network Displays after a pause: back by 3.6 s without a word. */
static void
test_time_goes_back (void)
{
  g_auto (TsFlow) f = ts_flow ();

  for (guint i = 0; i < 3; i++)
    ts_flow_pes (&f, SLICE, 100, 900000 + i * TS_FLOW_FRAME_TICKS, TS_BOUNDED);
  ts_flow_pes (&f, KEY_SLICE, 100, 576000, TS_BOUNDED);
  ts_flow_pes (&f, SLICE, 100, 576000 + TS_FLOW_FRAME_TICKS, TS_BOUNDED);
  ts_flow_pass (&f);
  ts_flow_assert (&f, "V100@900000 V100@902970 V100@905940 VKr100@576000 V100@578970");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/read/any-pids", test_any_pids);
  g_test_add_func ("/ts/read/loss/is-told", test_loss_is_told);
  g_test_add_func ("/ts/read/loss/behind-a-whole-picture", test_loss_behind_a_whole_picture);
  g_test_add_func ("/ts/read/loss/is-of-the-right-picture", test_loss_is_of_the_right_picture);
  g_test_add_func ("/ts/read/loss/packet-sent-twice-after-a-gap",
      test_packet_sent_twice_after_a_gap);
  g_test_add_func ("/ts/read/loss/without-length", test_loss_without_length);
  g_test_add_func ("/ts/read/loss/of-sixteen-packets", test_loss_of_sixteen_packets);
  g_test_add_func ("/ts/read/loss/packet-sent-twice", test_packet_sent_twice);
  g_test_add_func ("/ts/read/loss/announced-discontinuity", test_announced_discontinuity);
  g_test_add_func ("/ts/read/loss/packets-that-are-broken", test_packets_that_are_broken);
  g_test_add_func ("/ts/read/loss/another-sender", test_another_sender);
  g_test_add_func ("/ts/read/program/nothing-before-the-tables", test_nothing_before_the_tables);
  g_test_add_func ("/ts/read/program/tables-change", test_tables_change);
  g_test_add_func ("/ts/read/program/table-moves", test_table_moves);
  g_test_add_func ("/ts/read/program/pids-that-clash", test_pids_that_clash);
  g_test_add_func ("/ts/read/program/scrambled", test_scrambled);
  g_test_add_func ("/ts/read/program/protection-that-lasts", test_protection_that_lasts);
  g_test_add_func ("/ts/read/program/protection-that-does-not-last",
      test_protection_that_does_not_last);
  g_test_add_func ("/ts/read/time/clock", test_clock);
  g_test_add_func ("/ts/read/time/wraps", test_time_wraps);
  g_test_add_func ("/ts/read/time/goes-back", test_time_goes_back);

  return g_test_run ();
}
