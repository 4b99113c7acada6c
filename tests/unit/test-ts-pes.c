/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-pes.h>

static void
assert_written (WfdTsCodec codec, gint64 pts, gsize payload, const guint8 *expected, gsize n)
{
  guint8 out[WFD_TS_PES_WRITTEN_BYTES];

  g_assert_cmpuint (wfd_ts_pes_write_header (codec, pts, payload, out), ==, n);
  g_assert_cmpmem (out, n, expected, n);
}

/* The first 16 octets of the golden LPCM packet; its payload is the private
 * header and 1,920 octets of samples. */
static void
test_lpcm (void)
{
  static const guint8 expected[] = { 0x00, 0x00, 0x01, 0xbd, 0x07, 0x8e, 0x80, 0x80, 0x07, 0x21,
    0x00, 0x01, 0x00, 0x01, 0xff, 0xff };

  assert_written (WFD_TS_CODEC_LPCM, 0, 1924, expected, sizeof (expected));
}

static void
test_video (void)
{
  /* PTS 0x123456789: 001 | 00100011 0100010 | 101100111 100010 01 in 3, 15 and 15 bits */
  static const guint8 expected[] = { 0x00, 0x00, 0x01, 0xe0, 0x00, 0x0c, 0x84, 0x80, 0x05, 0x29,
    0x8d, 0x15, 0xcf, 0x13 };

  assert_written (WFD_TS_CODEC_H264, G_GINT64_CONSTANT (0x123456789), 4, expected,
      sizeof (expected));
}

static void
test_video_beyond_64_kib (void)
{
  static const guint8 longest[] = { 0x00, 0x00, 0x01, 0xe0, 0xff, 0xff, 0x84, 0x80, 0x05, 0x21,
    0x00, 0x01, 0x00, 0x01 };
  static const guint8 unbounded[] = { 0x00, 0x00, 0x01, 0xe0, 0x00, 0x00, 0x84, 0x80, 0x05, 0x21,
    0x00, 0x01, 0x00, 0x01 };

  assert_written (WFD_TS_CODEC_H265, 0, 65527, longest, sizeof (longest));
  assert_written (WFD_TS_CODEC_H265, 0, 65528, unbounded, sizeof (unbounded));
}

/* 33 bits are sent, of a time before 0 as well. */
static void
test_pts_wraps (void)
{
  static const guint8 last[] = { 0x00, 0x00, 0x01, 0xc0, 0x00, 0x0c, 0x84, 0x80, 0x07, 0x2f, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff };
  static const guint8 first[] = { 0x00, 0x00, 0x01, 0xc0, 0x00, 0x0c, 0x84, 0x80, 0x07, 0x21, 0x00,
    0x01, 0x00, 0x01, 0xff, 0xff };

  assert_written (WFD_TS_CODEC_AAC, (G_GINT64_CONSTANT (1) << 33) - 1, 2, last, sizeof (last));
  assert_written (WFD_TS_CODEC_AAC, -1, 2, last, sizeof (last));
  assert_written (WFD_TS_CODEC_AAC, G_GINT64_CONSTANT (1) << 33, 2, first, sizeof (first));
}

/* --- read --- */

/* With PTS and DTS, ESCR, rate, private data, and an octet of payload. */
static const guint8 rich[] = { 0x00, 0x00, 0x01, 0xe5, 0x01, 0x23, 0x81, 0xf1, 0x22, 0x39, 0x8d,
  0x15, 0xcf, 0x13, 0x11, 0x00, 0x01, 0x00, 0x01, 0x04, 0x00, 0x04, 0x00, 0x04, 0x01, 0x80, 0x00,
  0x01, 0x8e, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0x65 };

static void
test_read (void)
{
  WfdBytes bytes = wfd_bytes (rich, sizeof (rich));
  WfdTsPesHeader header;

  g_assert_cmpint (wfd_ts_pes_take_header (&bytes, &header), ==, WFD_TS_PES_WHOLE);
  g_assert_cmphex (header.stream_id, ==, 0xe5);
  g_assert_true (header.has_pts);
  g_assert_cmphex (header.pts, ==, G_GUINT64_CONSTANT (0x123456789));
  g_assert_true (header.is_bounded);
  g_assert_cmpuint (header.payload_bytes, ==, 0x123 - 3 - 0x22);
  g_assert_cmpmem (bytes.pos, bytes.left, "\x65", 1);
}

static void
test_read_short (void)
{
  for (gsize n = 0; n < sizeof (rich) - 1; n++) {
    g_autofree guint8 *block = g_memdup2 (rich, n);
    WfdBytes bytes = wfd_bytes (block, n);
    WfdTsPesHeader header;

    g_assert_cmpint (wfd_ts_pes_take_header (&bytes, &header), ==, WFD_TS_PES_SHORT);
    g_assert_cmpuint (bytes.left, ==, n);
  }
}

static WfdTsPesResult
read_changed (gsize at, guint8 octet, WfdTsPesHeader *header)
{
  guint8 changed[sizeof (rich)];
  WfdBytes bytes = wfd_bytes (changed, sizeof (changed));

  memcpy (changed, rich, sizeof (rich));
  changed[at] = octet;
  return wfd_ts_pes_take_header (&bytes, header);
}

static void
test_read_no_pes (void)
{
  static const guint8 plain[] = { 0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff };
  WfdTsPesHeader header;

  g_assert_cmpint (read_changed (2, 0x00, &header), ==, WFD_TS_PES_BAD);
  g_assert_cmpint (read_changed (6, 0x41, &header), ==, WFD_TS_PES_BAD);
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    g_assert_cmpint (read_changed (3, plain[i], &header), ==, WFD_TS_PES_BAD);
}

static void
test_read_length_that_lies (void)
{
  WfdTsPesHeader header;

  /* Shorter than its own header. */
  g_assert_cmpint (read_changed (4, 0x00, &header), ==, WFD_TS_PES_BAD);
  /* Header data longer than the packet has. */
  g_assert_cmpint (read_changed (8, 0xff, &header), ==, WFD_TS_PES_SHORT);
}

static void
test_read_unbounded (void)
{
  static const guint8 octets[] = { 0x00, 0x00, 0x01, 0xe0, 0x00, 0x00, 0x80, 0x00, 0x00 };
  WfdBytes bytes = wfd_bytes (octets, sizeof (octets));
  WfdTsPesHeader header;

  g_assert_cmpint (wfd_ts_pes_take_header (&bytes, &header), ==, WFD_TS_PES_WHOLE);
  g_assert_false (header.is_bounded);
  g_assert_false (header.has_pts);
  g_assert_cmpuint (bytes.left, ==, 0);
}

/* No time is better than a wrong one. */
static void
test_read_pts_without_marker_bits (void)
{
  static const gsize marked[] = { 9, 11, 13 };
  WfdTsPesHeader header;

  for (guint i = 0; i < G_N_ELEMENTS (marked); i++) {
    g_assert_cmpint (read_changed (marked[i], rich[marked[i]] & 0xfe, &header), ==,
        WFD_TS_PES_WHOLE);
    g_assert_false (header.has_pts);
  }
  /* The flag, but no room for it. */
  g_assert_cmpint (read_changed (8, 0x04, &header), ==, WFD_TS_PES_WHOLE);
  g_assert_false (header.has_pts);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/pes/lpcm", test_lpcm);
  g_test_add_func ("/ts/pes/video", test_video);
  g_test_add_func ("/ts/pes/video-beyond-64-kib", test_video_beyond_64_kib);
  g_test_add_func ("/ts/pes/pts-wraps", test_pts_wraps);
  g_test_add_func ("/ts/pes/read", test_read);
  g_test_add_func ("/ts/pes/read/short", test_read_short);
  g_test_add_func ("/ts/pes/read/no-pes", test_read_no_pes);
  g_test_add_func ("/ts/pes/read/length-that-lies", test_read_length_that_lies);
  g_test_add_func ("/ts/pes/read/unbounded", test_read_unbounded);
  g_test_add_func ("/ts/pes/read/pts-without-marker-bits", test_read_pts_without_marker_bits);

  return g_test_run ();
}
