/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-audio.h>
#include <ts-lpcm.h>

#define MS G_GINT64_CONSTANT (1000000)
#define PES_NS (10 * MS)
#define FRAME_BYTES 4
#define PES_BYTES (480 * FRAME_BYTES)

/* Sample n of the left channel is n, of the right one -n; little-endian. */
static GBytes *
ramp (guint first, guint n)
{
  gint16 *samples = g_new (gint16, 2 * n);

  for (guint i = 0; i < n; i++) {
    samples[2 * i] = GINT16_TO_LE (first + i);
    samples[2 * i + 1] = GINT16_TO_LE (-(first + i));
  }
  return g_bytes_new_take (samples, n * FRAME_BYTES);
}

static void
push (WfdTsLpcmPacker *packer, guint first, guint n, gint64 pts_ns)
{
  g_autoptr (GBytes) bytes = ramp (first, n);

  wfd_ts_lpcm_packer_push (packer, g_bytes_get_data (bytes, NULL), n * FRAME_BYTES, pts_ns);
}

static gint16
left_of (WfdBytes payload, guint i)
{
  return (gint16) (payload.pos[FRAME_BYTES * i] << 8 | payload.pos[FRAME_BYTES * i + 1]);
}

static gint16
right_of (WfdBytes payload, guint i)
{
  return (gint16) (payload.pos[FRAME_BYTES * i + 2] << 8 | payload.pos[FRAME_BYTES * i + 3]);
}

static void
assert_ramp (WfdBytes payload, guint first)
{
  g_assert_cmpuint (payload.left, ==, PES_BYTES);
  for (guint i = 0; i < 480; i++) {
    g_assert_cmpint (left_of (payload, i), ==, (gint16) (first + i));
    g_assert_cmpint (right_of (payload, i), ==, (gint16) - (first + i));
  }
}

static gboolean
is_silent (WfdBytes payload)
{
  for (gsize i = 0; i < payload.left; i++) {
    if (payload.pos[i] != 0)
      return FALSE;
  }
  return TRUE;
}

static gint64
pop (WfdTsLpcmPacker *packer, WfdBytes *payload)
{
  gint64 pts_ns;

  g_assert_true (wfd_ts_lpcm_packer_pop (packer, payload, &pts_ns));
  return pts_ns;
}

static void
assert_empty (WfdTsLpcmPacker *packer)
{
  WfdBytes payload;
  gint64 pts_ns;

  g_assert_false (wfd_ts_lpcm_packer_pop (packer, &payload, &pts_ns));
}

static void
test_big_endian (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
  WfdBytes payload;

  push (packer, 0x1234, 480, 0);
  pop (packer, &payload);
  g_assert_cmphex (payload.pos[0], ==, 0x12);
  g_assert_cmphex (payload.pos[1], ==, 0x34);
  assert_ramp (payload, 0x1234);
}

/* Pieces of any size, and no sample is lost, doubled or out of time. */
static void
test_pieces_of_any_size (void)
{
  static const guint sizes[] = { 1, 7, 479, 480, 481, 960, 1024, 1441, 4800 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
    guint first = 0, n = 0, pushed = 0;
    WfdBytes payload;
    gint64 pts_ns;

    while (pushed < 10000) {
      push (packer, pushed, sizes[i], 5 * MS + pushed * PES_NS / 480);
      pushed += sizes[i];
      while (wfd_ts_lpcm_packer_pop (packer, &payload, &pts_ns)) {
        assert_ramp (payload, first);
        g_assert_cmpint (ABS (pts_ns - (5 * MS + n * PES_NS)), <=, 1000);
        first += 480;
        n++;
      }
    }
    g_assert_cmpuint (n, ==, pushed / 480);
  }
}

static void
test_44100 (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (44100, 8);
  g_autofree guint8 *samples = g_malloc0 (44100 * 16);
  gint64 pts_ns = 0;
  WfdBytes payload;
  guint n = 0;

  wfd_ts_lpcm_packer_push (packer, samples, 44100 * 16, 0);
  while (wfd_ts_lpcm_packer_pop (packer, &payload, &pts_ns)) {
    g_assert_cmpuint (payload.left, ==, 480 * 16);
    n++;
  }
  g_assert_cmpuint (n, ==, 44100 / 480);
  /* Rounding does not add up. */
  g_assert_cmpint (pts_ns, ==, (gint64) (n - 1) * 480 * 1000 * MS / 44100);
}

/* The times of a capture jitter by some milliseconds; those of the packets must
 * not, or sinks play with gaps. */
static void
test_jitter_is_not_passed_on (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
  gint64 last_ns = -PES_NS, pts_ns;
  WfdBytes payload;

  for (guint i = 0; i < 1000; i++) {
    gint64 jitter_ns = i == 0 ? 0 : ((gint64) (i * 7919 % 11) - 5) * MS;

    push (packer, 0, 480, i * PES_NS + jitter_ns);
    pts_ns = pop (packer, &payload);
    g_assert_cmpint (ABS (pts_ns - last_ns - PES_NS), <, MS / 2);
    g_assert_cmpint (ABS (pts_ns - i * PES_NS), <, 3 * MS);
    last_ns = pts_ns;
    assert_empty (packer);
  }
}

/* A sound card that runs 100 ppm fast would be 360 ms off after an hour. */
static void
test_drift_is_followed (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
  WfdBytes payload;

  for (gint64 i = 0; i < 360000; i++) {
    gint64 true_ns = i * PES_NS - i * PES_NS / 10000;
    gint64 pts_ns;

    push (packer, 0, 480, true_ns);
    pts_ns = pop (packer, &payload);
    g_assert_cmpint (ABS (pts_ns - true_ns), <, MS);
    assert_empty (packer);
  }
}

static void
test_short_gap_is_silence (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
  WfdBytes payload;

  push (packer, 1, 480, 0);
  pop (packer, &payload);
  assert_empty (packer);
  push (packer, 481, 480, 10 * PES_NS);
  for (guint i = 1; i < 10; i++) {
    g_assert_cmpint (pop (packer, &payload), ==, i * PES_NS);
    g_assert_true (is_silent (payload));
  }
  g_assert_cmpint (pop (packer, &payload), ==, 10 * PES_NS);
  assert_ramp (payload, 481);
  assert_empty (packer);
}

static void
test_long_gap_is_a_jump (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
  WfdBytes payload;

  push (packer, 1, 480 + 100, 0);
  pop (packer, &payload);
  assert_empty (packer);
  push (packer, 1000, 480, 1000 * MS);
  /* What had waited goes out in its time, filled up. */
  g_assert_cmpint (pop (packer, &payload), ==, PES_NS);
  g_assert_cmpint (left_of (payload, 99), ==, 580);
  g_assert_cmpint (left_of (payload, 100), ==, 0);
  g_assert_cmpint (pop (packer, &payload), ==, 1000 * MS);
  assert_ramp (payload, 1000);
  assert_empty (packer);
}

static void
test_silence_when_nothing_comes (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
  WfdBytes payload;

  push (packer, 1, 480 + 240, 0);
  pop (packer, &payload);
  assert_empty (packer);
  /* The half that waited is not held back; then silence up to the time. */
  wfd_ts_lpcm_packer_fill (packer, 30 * MS);
  g_assert_cmpint (pop (packer, &payload), ==, 10 * MS);
  g_assert_cmpint (left_of (payload, 239), ==, 720);
  g_assert_cmpint (left_of (payload, 240), ==, 0);
  g_assert_cmpint (pop (packer, &payload), ==, 20 * MS);
  g_assert_true (is_silent (payload));
  assert_empty (packer);

  /* Sound that comes for a time that was silent already is cut there. */
  wfd_ts_lpcm_packer_fill (packer, 100 * MS);
  while (wfd_ts_lpcm_packer_pop (packer, &payload, &(gint64) { 0 }))
    g_assert_true (is_silent (payload));
  push (packer, 1, 480 * 6, 50 * MS);
  g_assert_cmpint (pop (packer, &payload), ==, 100 * MS);
  assert_ramp (payload, 1 + 480 * 5);
  assert_empty (packer);
}

static void
test_silence_after_a_long_pause (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
  WfdBytes payload;

  push (packer, 1, 480, 0);
  pop (packer, &payload);
  assert_empty (packer);
  /* Nobody wants to hear an hour of it at once. */
  wfd_ts_lpcm_packer_fill (packer, 3600 * 1000 * MS);
  assert_empty (packer);
  wfd_ts_lpcm_packer_fill (packer, 3600 * 1000 * MS + PES_NS);
  g_assert_cmpint (pop (packer, &payload), ==, 3600 * 1000 * MS);
  assert_empty (packer);
}

static void
test_silence_from_the_start (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
  WfdBytes payload;

  wfd_ts_lpcm_packer_fill (packer, 500 * MS);
  assert_empty (packer);
  wfd_ts_lpcm_packer_fill (packer, 515 * MS);
  g_assert_cmpint (pop (packer, &payload), ==, 500 * MS);
  g_assert_true (is_silent (payload));
  g_assert_cmpint (pop (packer, &payload), ==, 510 * MS);
  assert_empty (packer);
}

static void
test_time_jumps_back (void)
{
  g_autoptr (WfdTsLpcmPacker) packer = wfd_ts_lpcm_packer_new (48000, 2);
  WfdBytes payload;

  push (packer, 1, 480, 5000 * MS);
  pop (packer, &payload);
  assert_empty (packer);
  push (packer, 1, 480, 1000 * MS);
  g_assert_cmpint (pop (packer, &payload), ==, 1000 * MS);
  assert_ramp (payload, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/lpcm/big-endian", test_big_endian);
  g_test_add_func ("/ts/lpcm/pieces-of-any-size", test_pieces_of_any_size);
  g_test_add_func ("/ts/lpcm/44100", test_44100);
  g_test_add_func ("/ts/lpcm/jitter-is-not-passed-on", test_jitter_is_not_passed_on);
  g_test_add_func ("/ts/lpcm/drift-is-followed", test_drift_is_followed);
  g_test_add_func ("/ts/lpcm/short-gap-is-silence", test_short_gap_is_silence);
  g_test_add_func ("/ts/lpcm/long-gap-is-a-jump", test_long_gap_is_a_jump);
  g_test_add_func ("/ts/lpcm/silence-when-nothing-comes", test_silence_when_nothing_comes);
  g_test_add_func ("/ts/lpcm/silence-after-a-long-pause", test_silence_after_a_long_pause);
  g_test_add_func ("/ts/lpcm/silence-from-the-start", test_silence_from_the_start);
  g_test_add_func ("/ts/lpcm/time-jumps-back", test_time_jumps_back);

  return g_test_run ();
}
