/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-sps.h>

typedef struct
{
  const char *what;
  WfdTsCodec codec;
  const char *sps; /* hexadecimal */
  guint width;
  guint height;
} Row;

/* Those that name a program are its own; the others were put together bit by bit
 * for what none of these writes. */
static const Row rows[] = {
  { "x264, cut from 1088", WFD_TS_CODEC_H264,
      "67640028acb200f0044fcb80b501010140000003004000000f23c60c92", 1920, 1080 },
  { "x264, constrained baseline", WFD_TS_CODEC_H264,
      "6742c01fd9005005bb016a02020280000003008000001e478c1924", 1280, 720 },
  { "openh264", WFD_TS_CODEC_H264, "6742c01f8c8d406c1ef3700f08846a", 854, 480 },
  { "x264, fields", WFD_TS_CODEC_H264, "6764001eacd940b43db016a0c0c0d4a0000003002000000791e2c5b2c0",
      720, 480 },
  { "x264, 4:4:4", WFD_TS_CODEC_H264, "67f4001e919640280bfe27016a0c0c0c80000003008000001e478b1724",
      640, 360 },
  { "x264, 4:2:2", WFD_TS_CODEC_H264, "677a0020bcd94056061e6f0110000003001000000303c0f1831960",
      1366, 768 },
  { "no colours, scaling lists, order count 1, fields, cut on all sides", WFD_TS_CODEC_H264,
      "67640028f6d34d34d34d340847fffffffffffffffc550e20898000222e0282c1274c94", 349, 570 },
  { "x265", WFD_TS_CODEC_H265,
      "420101016000000300900000030000030078a003c08010e5964a924cafff000100016a020202080000030008000"
      "00300f040",
      1920, 1080 },
  { "sub-layers, cut from 736", WFD_TS_CODEC_H265,
      "42010501600000030090000003000003005dd000000300000300000300000300000300005a3ca00280802e1f13"
      "01",
      1280, 720 },
};

/* In memory of its own size, for tools that see what is read behind it. */
static GBytes *
from_hex (const char *text)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (gsize i = 0; text[i] != '\0'; i += 2) {
    guint8 octet = g_ascii_xdigit_value (text[i]) << 4 | g_ascii_xdigit_value (text[i + 1]);

    g_byte_array_append (bytes, &octet, 1);
  }
  return g_bytes_new (bytes->data, bytes->len);
}

static gboolean
read_first (GBytes *bytes, gsize n, WfdTsCodec codec, WfdTsFormat *ret_format)
{
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), n);

  return wfd_ts_sps_read (codec, wfd_bytes (copy, n), ret_format);
}

static void
test_size (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) sps = from_hex (rows[i].sps);
    WfdTsFormat format;

    g_test_message ("%s", rows[i].what);
    g_assert_true (read_first (sps, g_bytes_get_size (sps), rows[i].codec, &format));
    g_assert_cmpuint (format.codec, ==, rows[i].codec);
    g_assert_cmpuint (format.width, ==, rows[i].width);
    g_assert_cmpuint (format.height, ==, rows[i].height);
  }
}

static void
test_profile (void)
{
  static const guint8 h264[] = { 0x64, 0x00, 0x28 };
  static const guint8 h265[] = { 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0x78 };
  g_autoptr (GBytes) first = from_hex (rows[0].sps), second = from_hex (rows[7].sps);
  WfdTsFormat format;

  g_assert_true (read_first (first, g_bytes_get_size (first), WFD_TS_CODEC_H264, &format));
  g_assert_cmpmem (format.profile, 3, h264, 3);
  g_assert_true (read_first (second, g_bytes_get_size (second), WFD_TS_CODEC_H265, &format));
  g_assert_cmpmem (format.profile, 12, h265, 12);
}

/* What stands behind the size may be missing, nothing before it. */
static void
test_cut_is_refused_or_right (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) sps = from_hex (rows[i].sps);
    gboolean was_read = FALSE;

    for (gsize n = 0; n <= g_bytes_get_size (sps); n++) {
      WfdTsFormat format;
      gboolean is_read = read_first (sps, n, rows[i].codec, &format);

      g_assert_true (is_read || !was_read);
      if (is_read)
        g_assert_cmpuint (format.width << 16 | format.height, ==,
            rows[i].width << 16 | rows[i].height);
      was_read = is_read;
    }
  }
}

static void
test_impossible_is_refused (void)
{
  static const Row impossible[] = {
    { "nothing", WFD_TS_CODEC_H264, "", 0, 0 },
    { "zeros without end", WFD_TS_CODEC_H264, "6742c01f0000000000000000000000000000", 0, 0 },
    { "width of 2^32", WFD_TS_CODEC_H264, "6742c01ff400000000ffffffff80", 0, 0 },
    { "ones", WFD_TS_CODEC_H265, "4201ffffffffffffffffffffffffffffffffff", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (impossible); i++) {
    g_autoptr (GBytes) sps = from_hex (impossible[i].sps);
    WfdTsFormat format;

    g_test_message ("%s", impossible[i].what);
    g_assert_false (read_first (sps, g_bytes_get_size (sps), impossible[i].codec, &format));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ts/sps/size", test_size);
  g_test_add_func ("/ts/sps/profile", test_profile);
  g_test_add_func ("/ts/sps/cut-is-refused-or-right", test_cut_is_refused_or_right);
  g_test_add_func ("/ts/sps/impossible-is-refused", test_impossible_is_refused);
  return g_test_run ();
}
