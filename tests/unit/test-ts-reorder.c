/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-limits.h>
#include <ts-reorder.h>

#define MS G_GINT64_CONSTANT (1000000)
#define GAP (15 * MS)

typedef struct
{
  WfdTsReorder *reorder;
  GString *out; /* what came: numbers, ! before the first after loss, | restart */
  guint32 ssrc;
} Fixture;

static Fixture
fixture (void)
{
  return (Fixture) { wfd_ts_reorder_new (GAP), g_string_new (NULL), 0x1111 };
}

static void
fixture_clear (Fixture *self)
{
  wfd_ts_reorder_free (self->reorder);
  g_string_free (self->out, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
drain (Fixture *self)
{
  WfdTsOrdered ordered;

  while (wfd_ts_reorder_pop (self->reorder, &ordered)) {
    /* The payload is its own number, so that it is seen to be the right one. */
    g_assert_cmpuint (ordered.packet.payload.left, ==, 188);
    g_assert_cmpuint (ordered.packet.payload.pos[1] << 8 | ordered.packet.payload.pos[2], ==,
        ordered.packet.sequence);
    if (ordered.restarted)
      g_string_append (self->out, "| ");
    if (ordered.n_lost > 0)
      g_string_append_printf (self->out, "!%u ", ordered.n_lost);
    g_string_append_printf (self->out, "%u ", ordered.packet.sequence);
  }
}

static void
push (Fixture *self, guint16 sequence, gint64 now_ns)
{
  guint8 *block = g_malloc0 (188);
  WfdTsRtpPacket packet = {
    .sequence = sequence,
    .ssrc = self->ssrc,
    .payload = wfd_bytes (block, 188),
  };

  block[1] = sequence >> 8;
  block[2] = sequence & 0xff;
  wfd_ts_reorder_push (self->reorder, &packet, now_ns);
  drain (self);
  /* What is read of it later would be seen by the tools. */
  g_free (block);
}

static void
tick (Fixture *self, gint64 now_ns)
{
  while (wfd_ts_reorder_get_deadline (self->reorder) <= now_ns) {
    wfd_ts_reorder_tick (self->reorder, now_ns);
    drain (self);
  }
}

static void
assert_out (Fixture *self, const char *expected)
{
  g_assert_cmpstr (self->out->str, ==, expected);
  g_string_truncate (self->out, 0);
}

static WfdTsReorderStats
stats (Fixture *self)
{
  WfdTsReorderStats got;

  wfd_ts_reorder_get_stats (self->reorder, &got);
  return got;
}

static void
test_in_order_passes_at_once (void)
{
  g_auto (Fixture) f = fixture ();

  for (guint i = 0; i < 3; i++)
    push (&f, 65534 + i, i * MS);
  assert_out (&f, "65534 65535 0 ");
  g_assert_cmpint (wfd_ts_reorder_get_deadline (f.reorder), ==, G_MAXINT64);
  g_assert_cmphex (stats (&f).highest, ==, 0x10000);
  g_assert_cmpint (stats (&f).expected, ==, 3);
  g_assert_cmpint (stats (&f).received, ==, 3);
}

/* Each time after 65536 packets, which at 20 Mbit/s are 35 seconds. */
static void
test_numbers_wrap (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 65533, 0);
  push (&f, 0, 1 * MS);
  push (&f, 65535, 2 * MS);
  assert_out (&f, "65533 ");
  push (&f, 65534, 3 * MS);
  assert_out (&f, "65534 65535 0 ");

  for (guint i = 1; i < 65535; i++)
    push (&f, i, 4 * MS);
  g_string_truncate (f.out, 0);
  push (&f, 1, 5 * MS);
  tick (&f, 5 * MS + GAP);
  assert_out (&f, "!2 1 ");
  g_assert_cmpint (stats (&f).n_lost, ==, 2);
  g_assert_cmphex (stats (&f).highest, ==, 0x20001);
}

static void
test_swapped_packets (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 10, 0);
  push (&f, 12, MS);
  push (&f, 13, 2 * MS);
  assert_out (&f, "10 ");
  g_assert_cmpint (wfd_ts_reorder_get_deadline (f.reorder), ==, MS + GAP);
  push (&f, 11, 3 * MS);
  assert_out (&f, "11 12 13 ");
  g_assert_cmpint (wfd_ts_reorder_get_deadline (f.reorder), ==, G_MAXINT64);
  g_assert_cmpuint (stats (&f).n_reordered, ==, 1);
  g_assert_cmpuint (stats (&f).n_lost, ==, 0);
}

static void
test_gap_is_given_up_in_time (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 1, 0);
  push (&f, 4, MS);
  push (&f, 5, 2 * MS);
  tick (&f, MS + GAP - 1);
  assert_out (&f, "1 ");
  tick (&f, MS + GAP);
  assert_out (&f, "!2 4 5 ");
  g_assert_cmpuint (stats (&f).n_lost, ==, 2);
  /* What comes now is too late. */
  push (&f, 2, MS + GAP + 1);
  assert_out (&f, "");
  g_assert_cmpuint (stats (&f).n_late, ==, 1);
  push (&f, 6, MS + GAP + 2);
  assert_out (&f, "6 ");
}

/* Without a timer, packets that come give the gap up as well. */
static void
test_gap_is_given_up_by_packets (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 1, 0);
  push (&f, 3, MS);
  push (&f, 4, MS + GAP);
  assert_out (&f, "1 !1 3 4 ");
}

/* Each gap has a time of its own. */
static void
test_two_gaps (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 1, 0);
  push (&f, 3, MS);
  push (&f, 6, 5 * MS);
  tick (&f, MS + GAP);
  assert_out (&f, "1 !1 3 ");
  g_assert_cmpint (wfd_ts_reorder_get_deadline (f.reorder), ==, 5 * MS + GAP);
  push (&f, 5, 6 * MS);
  g_assert_cmpint (wfd_ts_reorder_get_deadline (f.reorder), ==, 6 * MS + GAP);
  tick (&f, 6 * MS + GAP);
  assert_out (&f, "!1 5 6 ");
}

static void
test_two_old_gaps_at_once (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 1, 0);
  push (&f, 3, MS);
  push (&f, 5, MS);
  tick (&f, 1000 * MS);
  assert_out (&f, "1 !1 3 !1 5 ");
}

static void
test_doubled_packets (void)
{
  g_auto (Fixture) f = fixture ();

  for (guint i = 0; i < 100; i++) {
    push (&f, i, i * MS);
    push (&f, i, i * MS);
  }
  push (&f, 102, 100 * MS);
  push (&f, 102, 100 * MS);
  g_assert_cmpuint (stats (&f).n_late, ==, 100);
  g_assert_cmpuint (stats (&f).n_repeated, ==, 1);
  g_assert_cmpuint (stats (&f).n_restarts, ==, 0);
}

static void
test_memory_is_bounded (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 0, 0);
  /* All but one of the window, then one beyond it, which is another sequence. */
  for (guint i = 2; i <= WFD_LIMIT_RTP_WAITING; i++)
    push (&f, i, MS);
  assert_out (&f, "0 ");
  push (&f, WFD_LIMIT_RTP_WAITING + 1, MS);
  assert_out (&f, "");
  g_assert_cmpuint (stats (&f).n_foreign, ==, 1);
  push (&f, 1, MS);
  g_assert_cmpuint (f.out->len, >, 1000);
}

static void
test_too_long_is_refused (void)
{
  g_auto (Fixture) f = fixture ();
  g_autofree guint8 *block = g_malloc0 (WFD_LIMIT_RTP_PACKET_BYTES + 1);
  WfdTsRtpPacket packet = { .payload = wfd_bytes (block, WFD_LIMIT_RTP_PACKET_BYTES + 1) };

  wfd_ts_reorder_push (f.reorder, &packet, 0);
  drain (&f);
  assert_out (&f, "");
}

static void
push_from (Fixture *self, guint32 ssrc, guint16 sequence, gint64 now_ns)
{
  self->ssrc = ssrc;
  push (self, sequence, now_ns);
}

/* FluxCast: new SSRC, sequence and clock after each pause. */
static void
test_new_ssrc_begins_after_a_pause_with_its_second_packet (void)
{
  g_auto (Fixture) f = fixture ();

  push_from (&f, 0x1111, 100, 0);
  push_from (&f, 0x1111, 102, MS);
  push_from (&f, 0x2222, 7, 101 * MS);
  push_from (&f, 0x2222, 8, 101 * MS);
  assert_out (&f, "100 | 7 8 ");
  /* Late ones of the old sender do not bring it back... */
  push_from (&f, 0x1111, 103, 102 * MS);
  push_from (&f, 0x1111, 104, 102 * MS);
  push_from (&f, 0x2222, 9, 103 * MS);
  assert_out (&f, "9 ");
  g_assert_cmpuint (stats (&f).n_foreign, ==, 2);
  g_assert_cmphex (stats (&f).ssrc, ==, 0x2222);
  /* ...but it may come back itself. */
  push_from (&f, 0x1111, 500, 203 * MS);
  push_from (&f, 0x1111, 501, 203 * MS);
  assert_out (&f, "| 500 501 ");
}

/* Without a pause: what came before it was sure is not lost. */
static void
assert_change_loses_nothing (guint n, guint apart_us)
{
  g_auto (Fixture) f = fixture ();
  g_autoptr (GString) expected = g_string_new ("0 | ");

  push_from (&f, 0x1111, 0, 0);
  for (guint i = 0; i < n; i++) {
    push_from (&f, 0x2222, 65530 + i, MS + (gint64) i * apart_us * 1000);
    g_string_append_printf (expected, "%u ", (65530 + i) & 0xffff);
  }
  assert_out (&f, expected->str);
  g_assert_cmpuint (stats (&f).n_foreign, ==, 0);
  g_assert_cmpuint (stats (&f).n_lost, ==, 0);
  g_assert_cmpint (stats (&f).received, ==, n);
  g_assert_cmpint (stats (&f).expected, ==, n);
}

static void
test_new_ssrc_without_a_pause_loses_nothing (void)
{
  assert_change_loses_nothing (100, 500);
  assert_change_loses_nothing (65, 100);
  assert_change_loses_nothing (21, 5000);
  assert_change_loses_nothing (3, 60000);
}

/* Two at once, with numbers in sequence, are sent by anybody who knows the port. */
static void
test_pairs_of_another_ssrc_change_nothing (void)
{
  g_auto (Fixture) f = fixture ();

  for (guint i = 0; i < 100; i++) {
    gint64 now_ns = i * 33 * MS;

    push_from (&f, 0x1111, i, now_ns);
    push_from (&f, 0x2222 + i % 2, 2 * i, now_ns);
    push_from (&f, 0x2222 + i % 2, 2 * i + 1, now_ns);
  }
  g_assert_cmphex (stats (&f).ssrc, ==, 0x1111);
  g_assert_cmpuint (stats (&f).n_restarts, ==, 0);
  g_assert_cmpint (stats (&f).received, ==, 100);
}

/* Another program on the source's machine that sends to our port, or somebody who
 * says he was the source. */
static void
test_strays_of_another_ssrc_change_nothing (void)
{
  g_auto (Fixture) f = fixture ();

  for (guint i = 0; i < 2000; i++) {
    push_from (&f, 0x1111, i, i * MS);
    if (i % 300 == 0)
      push_from (&f, 0x2222, 7 + i / 300, i * MS);
  }
  push_from (&f, 0x2222, 50000, 2000 * MS);
  push_from (&f, 0x3333, 50001, 2000 * MS);
  g_assert_cmphex (stats (&f).ssrc, ==, 0x1111);
  g_assert_cmpuint (stats (&f).n_restarts, ==, 0);
  g_assert_cmpuint (stats (&f).n_foreign, ==, 9);
  g_assert_cmpint (stats (&f).received, ==, 2000);
}

static void
test_strays_of_the_same_ssrc_change_nothing (void)
{
  g_auto (Fixture) f = fixture ();

  for (guint i = 0; i < 2000; i++) {
    push (&f, i, i * MS);
    if (i % 300 == 0)
      push (&f, 30000 + i / 300, i * MS);
  }
  g_assert_cmpuint (stats (&f).n_restarts, ==, 0);
  g_assert_cmpint (stats (&f).received, ==, 2000);
}

/* Many at once, while the stream has a pause, are taken for it; not for long. */
static void
test_stream_is_back_soon_after_a_burst_of_strays (void)
{
  g_auto (Fixture) f = fixture ();

  push_from (&f, 0x1111, 0, 0);
  for (guint i = 0; i < 70; i++)
    push_from (&f, 0x2222, 40000 + i, MS);
  g_assert_cmphex (stats (&f).ssrc, ==, 0x2222);
  g_string_truncate (f.out, 0);
  for (guint i = 1; i < 60; i++)
    push_from (&f, 0x1111, i, (1 + 3 * i) * MS);
  g_assert_true (g_str_has_prefix (f.out->str, "| 1 2 3 4 "));
  g_assert_cmphex (stats (&f).ssrc, ==, 0x1111);
}

static void
test_one_odd_number_changes_nothing (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 100, 0);
  push (&f, 30000, MS);
  push (&f, 101, 2 * MS);
  push (&f, 40000, 2 * MS);
  push (&f, 102, 3 * MS);
  assert_out (&f, "100 101 102 ");
  g_assert_cmpuint (stats (&f).n_foreign, ==, 2);
}

static void
test_two_odd_numbers_in_sequence_begin_anew (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 100, 0);
  push (&f, 30000, 100 * MS);
  push (&f, 30001, 101 * MS);
  push (&f, 30002, 102 * MS);
  assert_out (&f, "100 | 30000 30001 30002 ");
  g_assert_cmpuint (stats (&f).n_foreign, ==, 0);
  g_assert_cmpint (stats (&f).expected, ==, 3);
  g_assert_cmpint (stats (&f).received, ==, 3);
}

/* Android begins each stream with 0, and the same SSRC. */
static void
test_same_numbers_again_begin_anew (void)
{
  g_auto (Fixture) f = fixture ();

  for (guint i = 0; i < 200; i++)
    push (&f, i, i * MS);
  g_string_truncate (f.out, 0);
  for (guint i = 0; i < 20; i++)
    push (&f, i, (1000 + i) * MS);
  assert_out (&f, "| 15 16 17 18 19 ");
  g_assert_cmpuint (stats (&f).n_restarts, ==, 1);
}

/* Nobody read for a while: what was missed is not lost, and what comes then is not
 * waited for. */
static void
test_restart (void)
{
  g_auto (Fixture) f = fixture ();

  push (&f, 1, 0);
  push (&f, 3, MS);
  wfd_ts_reorder_restart (f.reorder);
  g_assert_cmpint (wfd_ts_reorder_get_deadline (f.reorder), ==, G_MAXINT64);
  push (&f, 500, 2 * MS);
  push (&f, 501, 3 * MS);
  assert_out (&f, "1 | 500 501 ");
  g_assert_cmpuint (stats (&f).n_lost, ==, 0);
  g_assert_cmpint (stats (&f).expected, ==, 2);
}

static void
push_at (Fixture *self, guint16 sequence, guint32 timestamp, gint64 now_ns)
{
  static const guint8 block[188];
  WfdTsRtpPacket packet = {
    .sequence = sequence,
    .timestamp = timestamp,
    .ssrc = self->ssrc,
    .payload = wfd_bytes (block, sizeof (block)),
  };
  WfdTsOrdered ordered;

  wfd_ts_reorder_push (self->reorder, &packet, now_ns);
  while (wfd_ts_reorder_pop (self->reorder, &ordered))
    ;
}

/* RFC 3550 §A.8: a delay that goes to and fro by 2 ms comes to 2 ms, a constant one
 * to nothing; timestamps wrap. */
static void
test_jitter_is_that_of_the_rfc (void)
{
  g_auto (Fixture) f = fixture ();
  guint32 begin = 0xffffffff - 90 * 1000;

  for (guint i = 0; i < 200; i++)
    push_at (&f, i, begin + i * 900, (1000 + 10 * i) * MS);
  g_assert_cmpuint (stats (&f).jitter, ==, 0);
  for (guint i = 200; i < 400; i++)
    push_at (&f, i, begin + i * 900, (1000 + 10 * i + i % 2 * 2) * MS);
  g_assert_cmpuint (stats (&f).jitter, >=, 178);
  g_assert_cmpuint (stats (&f).jitter, <=, 180);
  /* Another stream has its own. */
  f.ssrc++;
  push_at (&f, 7, 0, 6000 * MS);
  push_at (&f, 8, 900, 6010 * MS);
  g_assert_cmpuint (stats (&f).jitter, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/reorder/in-order-passes-at-once", test_in_order_passes_at_once);
  g_test_add_func ("/ts/reorder/numbers-wrap", test_numbers_wrap);
  g_test_add_func ("/ts/reorder/swapped-packets", test_swapped_packets);
  g_test_add_func ("/ts/reorder/gap-is-given-up-in-time", test_gap_is_given_up_in_time);
  g_test_add_func ("/ts/reorder/gap-is-given-up-by-packets", test_gap_is_given_up_by_packets);
  g_test_add_func ("/ts/reorder/two-gaps", test_two_gaps);
  g_test_add_func ("/ts/reorder/two-old-gaps-at-once", test_two_old_gaps_at_once);
  g_test_add_func ("/ts/reorder/doubled-packets", test_doubled_packets);
  g_test_add_func ("/ts/reorder/memory-is-bounded", test_memory_is_bounded);
  g_test_add_func ("/ts/reorder/too-long-is-refused", test_too_long_is_refused);
  g_test_add_func ("/ts/reorder/new-ssrc-begins-after-a-pause-with-its-second-packet",
      test_new_ssrc_begins_after_a_pause_with_its_second_packet);
  g_test_add_func ("/ts/reorder/new-ssrc-without-a-pause-loses-nothing",
      test_new_ssrc_without_a_pause_loses_nothing);
  g_test_add_func ("/ts/reorder/pairs-of-another-ssrc-change-nothing",
      test_pairs_of_another_ssrc_change_nothing);
  g_test_add_func ("/ts/reorder/strays-of-another-ssrc-change-nothing",
      test_strays_of_another_ssrc_change_nothing);
  g_test_add_func ("/ts/reorder/strays-of-the-same-ssrc-change-nothing",
      test_strays_of_the_same_ssrc_change_nothing);
  g_test_add_func ("/ts/reorder/stream-is-back-soon-after-a-burst-of-strays",
      test_stream_is_back_soon_after_a_burst_of_strays);
  g_test_add_func ("/ts/reorder/one-odd-number-changes-nothing",
      test_one_odd_number_changes_nothing);
  g_test_add_func ("/ts/reorder/two-odd-numbers-in-sequence-begin-anew",
      test_two_odd_numbers_in_sequence_begin_anew);
  g_test_add_func ("/ts/reorder/same-numbers-again-begin-anew", test_same_numbers_again_begin_anew);
  g_test_add_func ("/ts/reorder/restart", test_restart);
  g_test_add_func ("/ts/reorder/jitter-is-that-of-the-rfc", test_jitter_is_that_of_the_rfc);

  return g_test_run ();
}
