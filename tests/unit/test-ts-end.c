/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-end.h>

#define MS G_GINT64_CONSTANT (1000000)
#define FRAME_NS (33 * MS)

/* A picture of three packets, 0.1 ms apart, the last with @signs. TRUE if it was
 * taken for complete at its last packet. */
static gboolean
picture (WfdTsEnd *end, gint64 at_ns, guint signs)
{
  wfd_ts_end_add_packet (end, TRUE, TRUE, at_ns);
  g_assert_false (wfd_ts_end_add_signs (end, 0));
  wfd_ts_end_add_packet (end, TRUE, FALSE, at_ns + MS / 10);
  wfd_ts_end_add_packet (end, TRUE, FALSE, at_ns + MS / 5);
  return wfd_ts_end_add_signs (end, signs);
}

static void
test_sign_counts_once_proved (void)
{
  static const guint signs[] = { WFD_TS_END_LENGTH, WFD_TS_END_STUFFING, WFD_TS_END_SHORT,
    WFD_TS_END_MARKER };

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++) {
    WfdTsEnd end = { 0 };

    g_assert_false (picture (&end, 0, signs[i]));
    g_assert_true (picture (&end, FRAME_NS, signs[i]));
    g_assert_true (picture (&end, 2 * FRAME_NS, signs[i]));
    /* Another sign has to be proved itself. */
    g_assert_false (picture (&end, 3 * FRAME_NS, signs[(i + 1) % G_N_ELEMENTS (signs)]));
  }
}

static void
test_refuted_sign_never_counts_again (void)
{
  WfdTsEnd end = { 0 };

  picture (&end, 0, WFD_TS_END_STUFFING | WFD_TS_END_LENGTH);
  g_assert_true (picture (&end, FRAME_NS, WFD_TS_END_STUFFING));
  /* The picture goes on. */
  wfd_ts_end_add_packet (&end, TRUE, FALSE, FRAME_NS + MS);
  for (guint i = 2; i < 200; i++)
    g_assert_false (picture (&end, i * FRAME_NS, WFD_TS_END_STUFFING));
  g_assert_true (picture (&end, 200 * FRAME_NS, WFD_TS_END_LENGTH));
}

/* After a loss nobody can tell what would have come next. */
static void
test_loss_tells_nothing (void)
{
  WfdTsEnd end = { 0 };

  picture (&end, 0, WFD_TS_END_LENGTH);
  wfd_ts_end_add_packet (&end, FALSE, TRUE, FRAME_NS);
  g_assert_false (wfd_ts_end_add_signs (&end, WFD_TS_END_LENGTH));
  picture (&end, FRAME_NS, WFD_TS_END_LENGTH);
  g_assert_true (picture (&end, 2 * FRAME_NS, WFD_TS_END_LENGTH));
  wfd_ts_end_add_packet (&end, FALSE, FALSE, 2 * FRAME_NS + MS);
  g_assert_true (picture (&end, 3 * FRAME_NS, WFD_TS_END_LENGTH));
}

static gint64
quiet_after_picture (WfdTsEnd *end, gint64 at_ns, guint signs)
{
  picture (end, at_ns, signs);
  return wfd_ts_end_get_deadline (end) - (at_ns + MS / 5);
}

/* With and without a sign that could be missing by chance, at first and later. */
static void
test_quiet_is_longer_than_stalls (void)
{
  WfdTsEnd end[2] = { { 0 }, { 0 } };

  for (guint i = 0; i < 100; i++) {
    g_assert_cmpint (quiet_after_picture (&end[0], i * FRAME_NS, 0), ==, 500 * MS);
    g_assert_cmpint (quiet_after_picture (&end[1], i * FRAME_NS, WFD_TS_END_STUFFING), ==,
        500 * MS);
  }
}

/* A picture that silence has cut shows how long a stall may be. */
static void
test_quiet_follows_stalls (void)
{
  WfdTsEnd end = { 0 };

  picture (&end, 0, 0);
  wfd_ts_end_add_packet (&end, TRUE, FALSE, MS / 5 + 600 * MS);
  g_assert_cmpint (quiet_after_picture (&end, 700 * MS, 0), ==, 1200 * MS);
  /* A loss tells nothing, and nobody waits for ever. */
  wfd_ts_end_add_packet (&end, FALSE, FALSE, 3000 * MS);
  g_assert_cmpint (quiet_after_picture (&end, 3000 * MS, 0), ==, 1200 * MS);
  wfd_ts_end_add_packet (&end, TRUE, FALSE, 9000 * MS);
  g_assert_cmpint (quiet_after_picture (&end, 9000 * MS, 0), ==, 2000 * MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/end/sign-counts-once-proved", test_sign_counts_once_proved);
  g_test_add_func ("/ts/end/refuted-sign-never-counts-again", test_refuted_sign_never_counts_again);
  g_test_add_func ("/ts/end/loss-tells-nothing", test_loss_tells_nothing);
  g_test_add_func ("/ts/end/quiet-is-longer-than-stalls", test_quiet_is_longer_than_stalls);
  g_test_add_func ("/ts/end/quiet-follows-stalls", test_quiet_follows_stalls);

  return g_test_run ();
}
