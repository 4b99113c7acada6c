/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-nal.h>

#define octets(...) ((const guint8[]) { __VA_ARGS__ })
#define bytes_of(...) wfd_bytes (octets (__VA_ARGS__), sizeof (octets (__VA_ARGS__)))

#define SLICE WFD_TS_NAL_SLICE
#define KEY WFD_TS_NAL_KEY
#define STARTS WFD_TS_NAL_STARTS_UNIT
#define PARAMETERS WFD_TS_NAL_PARAMETERS
#define SPS WFD_TS_NAL_SPS
#define AUD WFD_TS_NAL_AUD

static const struct
{
  WfdTsCodec codec;
  guint8 nal[3];
  guint flags;
} kinds[] = {
  { WFD_TS_CODEC_H264, { 0x41, 0x9a }, SLICE | STARTS },
  { WFD_TS_CODEC_H264, { 0x41, 0x7a }, SLICE },          /* first_mb_in_slice > 0 */
  { WFD_TS_CODEC_H264, { 0x01, 0x80 }, SLICE | STARTS }, /* nal_ref_idc 0 */
  { WFD_TS_CODEC_H264, { 0x65, 0x88 }, SLICE | KEY | STARTS },
  { WFD_TS_CODEC_H264, { 0x65, 0x40 }, SLICE | KEY }, { WFD_TS_CODEC_H264, { 0x06, 0x05 }, STARTS },
  { WFD_TS_CODEC_H264, { 0x67, 0x42 }, STARTS | PARAMETERS | SPS },
  { WFD_TS_CODEC_H264, { 0x68, 0xce }, STARTS | PARAMETERS },
  { WFD_TS_CODEC_H264, { 0x09, 0xf0 }, STARTS | AUD },
  { WFD_TS_CODEC_H264, { 0x0a, 0x00 }, 0 }, /* end of sequence */
  { WFD_TS_CODEC_H264, { 0x0c, 0xff }, 0 }, /* filler */
  { WFD_TS_CODEC_H264, { 0x0e, 0x80 }, STARTS },
  { WFD_TS_CODEC_H265, { 0x02, 0x01, 0xd0 }, SLICE | STARTS },
  { WFD_TS_CODEC_H265, { 0x02, 0x01, 0x50 }, SLICE },
  { WFD_TS_CODEC_H265, { 0x26, 0x01, 0xaf }, SLICE | KEY | STARTS },
  { WFD_TS_CODEC_H265, { 0x2a, 0x01, 0x2f }, SLICE | KEY },
  { WFD_TS_CODEC_H265, { 0x40, 0x01, 0x0c }, STARTS | PARAMETERS },
  { WFD_TS_CODEC_H265, { 0x42, 0x01, 0x01 }, STARTS | PARAMETERS | SPS },
  { WFD_TS_CODEC_H265, { 0x44, 0x01, 0xc0 }, STARTS | PARAMETERS },
  { WFD_TS_CODEC_H265, { 0x46, 0x01, 0x50 }, STARTS | AUD },
  { WFD_TS_CODEC_H265, { 0x4e, 0x01, 0x05 }, STARTS }, /* prefix SEI */
  { WFD_TS_CODEC_H265, { 0x50, 0x01, 0x84 }, 0 },      /* suffix SEI */
  { WFD_TS_CODEC_H265, { 0x4c, 0x01, 0xff }, 0 },      /* filler */
};

static void
test_kinds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_cmphex (wfd_ts_nal_get_flags (kinds[i].codec, kinds[i].nal), ==, kinds[i].flags);
}

static void
test_find (void)
{
  static const guint8 data[] = { 0x00, 0x00, 0x00, 0x01, 0x09, 0x01, 0x00, 0x01, 0x00, 0x00, 0x02,
    0x00, 0x00, 0x01, 0x41, 0x01 };

  g_assert_cmpuint (wfd_ts_nal_find (data, sizeof (data), 0), ==, 4);
  g_assert_cmpuint (wfd_ts_nal_find (data, sizeof (data), 4), ==, 4);
  g_assert_cmpuint (wfd_ts_nal_find (data, sizeof (data), 5), ==, 14);
  g_assert_cmpuint (wfd_ts_nal_find (data, sizeof (data), 14), ==, 14);
  g_assert_cmpuint (wfd_ts_nal_find (data, sizeof (data), 15), ==, sizeof (data));
}

/* At whatever place the bytes come in two parts, a search from where the first
 * ended finds what a search over all would have found. */
static void
test_find_across_parts (void)
{
  static const guint8 data[] = { 0xff, 0xff, 0x00, 0x00, 0x01, 0x65, 0xff };

  for (gsize n = 0; n < sizeof (data); n++) {
    g_autofree guint8 *first = g_memdup2 (data, n);
    gsize at = wfd_ts_nal_find (first, n, 0);

    g_assert_cmpuint (at, ==, MIN (n, 5));
    g_assert_cmpuint (wfd_ts_nal_find (data, sizeof (data), at), ==, 5);
  }
}

static void
test_head_of_key_picture (void)
{
  static const guint8 data[] = { 0x00, 0x00, 0x00, 0x01, 0x09, 0x10, 0x00, 0x00, 0x00, 0x01, 0x67,
    0x42, 0xc0, 0x1f, 0xda, 0x00, 0x00, 0x00, 0x01, 0x68, 0xce, 0x00, 0x00, 0x01, 0x06, 0x05, 0x00,
    0x00, 0x01, 0x65, 0x88, 0x84, 0x00, 0x00, 0x01, 0x67, 0x11 };
  WfdTsUnitHead head;

  wfd_ts_nal_read_head (WFD_TS_CODEC_H264, wfd_bytes (data, sizeof (data)), &head);
  g_assert_cmphex (head.flags, ==, AUD | SPS | PARAMETERS | STARTS | SLICE | KEY);
  g_assert_cmpuint (head.aud_bytes, ==, 6);
  g_assert_cmpmem (head.parameters.pos, head.parameters.left, data + 6, 15);
  /* Not the one behind the first slice, which is none. */
  g_assert_cmpmem (head.sps.pos, head.sps.left, data + 10, 5);
}

static void
test_head_without_delimiter (void)
{
  WfdTsUnitHead head;

  wfd_ts_nal_read_head (WFD_TS_CODEC_H264, bytes_of (0, 0, 1, 0x41, 0x9a, 0x02), &head);
  g_assert_cmphex (head.flags, ==, SLICE | STARTS);
  g_assert_cmpuint (head.aud_bytes, ==, 0);
  g_assert_cmpuint (head.parameters.left, ==, 0);
}

static void
test_head_of_no_picture (void)
{
  WfdTsUnitHead head;

  wfd_ts_nal_read_head (WFD_TS_CODEC_H264, bytes_of (0x12, 0x34, 0x56, 0x78), &head);
  g_assert_cmphex (head.flags, ==, 0);
  wfd_ts_nal_read_head (WFD_TS_CODEC_H264, wfd_bytes (NULL, 0), &head);
  g_assert_cmphex (head.flags, ==, 0);
  /* A start code, and nothing behind it. */
  wfd_ts_nal_read_head (WFD_TS_CODEC_H264, bytes_of (0, 0, 1), &head);
  g_assert_cmphex (head.flags, ==, 0);
  wfd_ts_nal_read_head (WFD_TS_CODEC_H265, bytes_of (0, 0, 1, 0x42), &head);
  g_assert_cmphex (head.flags, ==, STARTS | PARAMETERS | SPS);
}

static void
test_profile_h264 (void)
{
  guint8 profile[3] = { 7, 7, 7 };

  g_assert_false (
      wfd_ts_nal_read_profile (WFD_TS_CODEC_H264, bytes_of (0x67, 0x64, 0x0c), profile));
  g_assert_cmphex (profile[0], ==, 7);
  g_assert_true (
      wfd_ts_nal_read_profile (WFD_TS_CODEC_H264, bytes_of (0x67, 0x64, 0x0c, 0x28), profile));
  g_assert_cmpmem (profile, 3, octets (0x64, 0x0c, 0x28), 3);
}

/* From an SPS of x265: 00 00 03 stands for 00 00. */
static void
test_profile_h265_without_emulation_prevention (void)
{
  static const guint8 expected[] = { 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0x5d };
  WfdBytes sps = bytes_of (0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00,
      0x03, 0x00, 0x00, 0x03, 0x00, 0x5d, 0xa0);
  guint8 profile[12];

  g_assert_true (wfd_ts_nal_read_profile (WFD_TS_CODEC_H265, sps, profile));
  g_assert_cmpmem (profile, 12, expected, 12);
  sps.left = 17;
  g_assert_false (wfd_ts_nal_read_profile (WFD_TS_CODEC_H265, sps, profile));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/nal/kinds", test_kinds);
  g_test_add_func ("/ts/nal/find", test_find);
  g_test_add_func ("/ts/nal/find-across-parts", test_find_across_parts);
  g_test_add_func ("/ts/nal/head-of-key-picture", test_head_of_key_picture);
  g_test_add_func ("/ts/nal/head-without-delimiter", test_head_without_delimiter);
  g_test_add_func ("/ts/nal/head-of-no-picture", test_head_of_no_picture);
  g_test_add_func ("/ts/nal/profile-h264", test_profile_h264);
  g_test_add_func ("/ts/nal/profile-h265-without-emulation-prevention",
      test_profile_h265_without_emulation_prevention);

  return g_test_run ();
}
