/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-psi.h>

#define octets(...) ((const guint8[]) { __VA_ARGS__ })
#define bytes_of(...) wfd_bytes (octets (__VA_ARGS__), sizeof (octets (__VA_ARGS__)))

/* --- written --- */

static const WfdTsPmtStream h264 = {
  0x1011,
  { .codec = WFD_TS_CODEC_H264, .profile = { 0x42, 0xc0, 0x1f } },
};
static const WfdTsPmtStream lpcm = {
  0x1100,
  { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 48000, .channels = 2 },
};

static void
assert_packet (const guint8 *packet, const guint8 *begin, gsize n)
{
  g_assert_cmpmem (packet, n, begin, n);
  for (gsize i = n; i < WFD_TS_PACKET_BYTES; i++)
    g_assert_cmphex (packet[i], ==, 0xff);
}

static void
test_pat (void)
{
  static const guint8 expected[] = { 0x47, 0x40, 0x00, 0x10, 0x00, 0x00, 0xb0, 0x0d, 0x00, 0x00,
    0xc3, 0x00, 0x00, 0x00, 0x01, 0xe1, 0x00, 0x2d, 0xf6, 0x52, 0x95 };
  guint8 packet[WFD_TS_PACKET_BYTES];

  wfd_ts_psi_write_pat (1, packet);
  assert_packet (packet, expected, sizeof (expected));
}

static void
test_pmt (void)
{
  static const guint8 expected[] = { 0x47, 0x41, 0x00, 0x10, 0x00, 0x02, 0xb0, 0x25, 0x00, 0x01,
    0xc3, 0x00, 0x00, 0xf0, 0x00, 0xf0, 0x00, 0x1b, 0xf0, 0x11, 0xf0, 0x0a, 0x28, 0x04, 0x42, 0xc0,
    0x1f, 0x3f, 0x2a, 0x02, 0x7e, 0x1f, 0x83, 0xf1, 0x00, 0xf0, 0x04, 0x83, 0x02, 0x46, 0x2f, 0x91,
    0x4c, 0x0f, 0x26 };
  WfdTsPmtStream streams[] = { h264, lpcm };
  guint8 packet[WFD_TS_PACKET_BYTES];

  g_assert_true (wfd_ts_psi_write_pmt (1, streams, 2, packet));
  assert_packet (packet, expected, sizeof (expected));

  g_assert_true (wfd_ts_psi_write_pmt (31, streams, 2, packet));
  g_assert_cmphex (packet[10], ==, 0xff);
  g_assert_true (wfd_ts_psi_write_pmt (32, streams, 2, packet));
  g_assert_cmphex (packet[10], ==, 0xc1);
}

static void
test_pmt_that_does_not_fit (void)
{
  WfdTsPmtStream streams[12];
  guint8 packet[WFD_TS_PACKET_BYTES] = { 7 };

  /* Five octets of packet, 12 of table, 15 for each stream, four of CRC. */
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    streams[i] = h264;
  g_assert_true (wfd_ts_psi_write_pmt (1, streams, 11, packet));
  packet[0] = 7;
  g_assert_false (wfd_ts_psi_write_pmt (1, streams, 12, packet));
  g_assert_cmphex (packet[0], ==, 7);
}

static const struct
{
  const char *name;
  WfdTsFormat format;
  guint8 expected[40];
  gsize n;
} descriptors[] = {
  { "h264-as-android", { .codec = WFD_TS_CODEC_H264, .profile = { 0x64, 0x0c, 0x28 } },
      { 0x28, 0x04, 0x64, 0x0c, 0x28, 0x3f, 0x2a, 0x02, 0x7e, 0x1f }, 10 },
  { "h264-with-picture",
      { .codec = WFD_TS_CODEC_H264,
          .profile = { 0x42, 0xe0, 0x28 },
          .width = 1920,
          .height = 1080,
          .frame_rate_code = 5 },
      { 0x28, 0x04, 0x42, 0xe0, 0x28, 0x3f, 0x2a, 0x02, 0x7e, 0x1f, 0x02, 0x03, 0x28, 0x44, 0x5f,
          /* 1920 = 00011110000000, 1080 = 00010000111000, square pixels */
          0x07, 0x04, 0x1e, 0x00, 0x43, 0x81, 0x08, 0x04, 0x00, 0x00, 0x00, 0x00 },
      27 },
  { "h265",
      { .codec = WFD_TS_CODEC_H265, .profile = { 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0x5d } },
      { 0x38, 0x0d, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0x5d, 0x1f }, 15 },
  { "lpcm-48", { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 48000, .channels = 2 },
      { 0x83, 0x02, 0x46, 0x2f }, 4 },
  { "lpcm-44.1", { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 44100, .channels = 2 },
      { 0x83, 0x02, 0x26, 0x2f }, 4 },
  { "lpcm-8-channels", { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 48000, .channels = 8 },
      { 0x83, 0x02, 0x46, 0xef }, 4 },
  { "aac-stereo", { .codec = WFD_TS_CODEC_AAC, .rate_hz = 48000, .channels = 2 },
      { 0x2b, 0x03, 0x01, 0x02, 0x00 }, 5 },
  { "aac-8-channels", { .codec = WFD_TS_CODEC_AAC, .rate_hz = 48000, .channels = 8 },
      { 0x2b, 0x03, 0x01, 0x07, 0x00 }, 5 },
  { "ac3-5.1", { .codec = WFD_TS_CODEC_AC3, .rate_hz = 48000, .channels = 6 },
      { 0x81, 0x03, 0x08, 0xc8, 0x1b }, 5 },
  { "ac3-stereo-44.1", { .codec = WFD_TS_CODEC_AC3, .rate_hz = 44100, .channels = 2 },
      { 0x81, 0x03, 0x28, 0xc8, 0x13 }, 5 },
  { "none", { .codec = WFD_TS_CODEC_NONE }, { 0 }, 0 },
};

static void
test_descriptor (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  wfd_ts_psi_append_descriptors (&descriptors[i].format, out);
  g_assert_cmpmem (out->data, out->len, descriptors[i].expected, descriptors[i].n);
}

/* --- read --- */

/* The PAT that ffmpeg writes, with the CRC it has in every one of its files. */
static const guint8 ffmpeg_pat[] = { 0x00, 0xb0, 0x0d, 0x00, 0x01, 0xc1, 0x00, 0x00, 0x00, 0x01,
  0xf0, 0x00, 0x2a, 0xb1, 0x04, 0xb2 };

static void
test_crc (void)
{
  g_assert_cmphex (wfd_ts_psi_crc (wfd_bytes (ffmpeg_pat, 12)), ==, 0x2ab104b2);
  g_assert_cmphex (wfd_ts_psi_crc (wfd_bytes (ffmpeg_pat, 16)), ==, 0);
  g_assert_cmphex (wfd_ts_psi_crc (wfd_bytes (NULL, 0)), ==, 0xffffffff);
}

typedef struct
{
  guint n;
  guint8 data[4][WFD_LIMIT_PSI_SECTION_BYTES];
  gsize bytes[4];
} Found;

static void
found (WfdBytes section, gpointer user_data)
{
  Found *self = user_data;

  g_assert_cmpuint (self->n, <, 4);
  memcpy (self->data[self->n], section.pos, section.left);
  self->bytes[self->n++] = section.left;
}

/* A payload in memory of its own, for the tools that see reads behind it. */
static guint
push (WfdTsSection *section, const guint8 *payload, gsize n, gboolean starts, Found *result)
{
  g_autofree guint8 *block = g_memdup2 (payload, n);

  return wfd_ts_section_push (section, wfd_bytes (block, n), starts, found, result);
}

static void
test_section_in_one_packet (void)
{
  guint8 payload[184] = { 0x00 };
  WfdTsSection section = { 0 };
  Found result = { 0 };

  memset (payload, 0xff, sizeof (payload));
  payload[0] = 0x00;
  memcpy (payload + 1, ffmpeg_pat, sizeof (ffmpeg_pat));
  g_assert_cmpuint (push (&section, payload, sizeof (payload), TRUE, &result), ==, 0);
  g_assert_cmpuint (result.n, ==, 1);
  g_assert_cmpmem (result.data[0], result.bytes[0], ffmpeg_pat, sizeof (ffmpeg_pat));
}

static void
test_section_split_anywhere (void)
{
  for (gsize at = 0; at <= sizeof (ffmpeg_pat); at++) {
    WfdTsSection section = { 0 };
    Found result = { 0 };
    guint8 first[1 + sizeof (ffmpeg_pat)] = { 0x00 };

    memcpy (first + 1, ffmpeg_pat, at);
    push (&section, first, 1 + at, TRUE, &result);
    push (&section, ffmpeg_pat + at, sizeof (ffmpeg_pat) - at, FALSE, &result);
    g_assert_cmpuint (result.n, ==, 1);
    g_assert_cmpmem (result.data[0], result.bytes[0], ffmpeg_pat, sizeof (ffmpeg_pat));
  }
}

/* The pointer tells where the old section ends; another follows at once. */
static void
test_section_ends_where_the_next_starts (void)
{
  guint8 first[1 + 10] = { 0x00 }, second[1 + 6 + 2 * sizeof (ffmpeg_pat)] = { 6 };
  WfdTsSection section = { 0 };
  Found result = { 0 };

  memcpy (first + 1, ffmpeg_pat, 10);
  memcpy (second + 1, ffmpeg_pat + 10, 6);
  memcpy (second + 7, ffmpeg_pat, sizeof (ffmpeg_pat));
  memcpy (second + 7 + sizeof (ffmpeg_pat), ffmpeg_pat, sizeof (ffmpeg_pat));
  push (&section, first, sizeof (first), TRUE, &result);
  push (&section, second, sizeof (second), TRUE, &result);
  g_assert_cmpuint (result.n, ==, 3);
}

static void
test_section_with_wrong_crc (void)
{
  guint8 payload[1 + 2 * sizeof (ffmpeg_pat)] = { 0x00 };
  WfdTsSection section = { 0 };
  Found result = { 0 };

  memcpy (payload + 1, ffmpeg_pat, sizeof (ffmpeg_pat));
  memcpy (payload + 1 + sizeof (ffmpeg_pat), ffmpeg_pat, sizeof (ffmpeg_pat));
  payload[11] ^= 0x10;
  g_assert_cmpuint (push (&section, payload, sizeof (payload), TRUE, &result), ==, 1);
  g_assert_cmpuint (result.n, ==, 1);
}

static void
test_section_after_loss (void)
{
  guint8 payload[1 + 8] = { 0x00 };
  WfdTsSection section = { 0 };
  Found result = { 0 };

  /* The second half alone says nothing, and is not put to another first one. */
  g_assert_cmpuint (push (&section, ffmpeg_pat + 8, 8, FALSE, &result), ==, 0);
  memcpy (payload + 1, ffmpeg_pat, 8);
  push (&section, payload, sizeof (payload), TRUE, &result);
  wfd_ts_section_lose (&section);
  push (&section, ffmpeg_pat + 8, 8, FALSE, &result);
  g_assert_cmpuint (result.n, ==, 0);
}

static void
test_section_lengths_that_lie (void)
{
  static const guint8 too_long[] = { 0x00, 0x00, 0xbf, 0xff, 0x00, 0x01 };
  static const guint8 pointer_behind[] = { 0x09, 0x00, 0xb0, 0x0d };
  WfdTsSection section = { 0 };
  Found result = { 0 };
  guint8 rest[184] = { 0 };

  push (&section, too_long, sizeof (too_long), TRUE, &result);
  for (guint i = 0; i < 30; i++)
    push (&section, rest, sizeof (rest), FALSE, &result);
  push (&section, pointer_behind, sizeof (pointer_behind), TRUE, &result);
  push (&section, NULL, 0, TRUE, &result);
  push (&section, octets (0x00), 1, TRUE, &result);
  push (&section, NULL, 0, FALSE, &result);
  g_assert_cmpuint (result.n, ==, 0);
}

static void
test_pat_read (void)
{
  guint16 program = 7, pid = 7;

  g_assert_true (wfd_ts_psi_read_pat (wfd_bytes (ffmpeg_pat, 16), &program, &pid));
  g_assert_cmpuint (program, ==, 1);
  g_assert_cmphex (pid, ==, 0x1000);

  /* The network PID comes first. */
  g_assert_true (
      wfd_ts_psi_read_pat (bytes_of (0x00, 0xb0, 0x11, 0x00, 0x01, 0xc1, 0x00, 0x00, 0x00, 0x00,
                               0xe0, 0x10, 0x00, 0x02, 0xe0, 0x20, 0, 0, 0, 0),
          &program, &pid));
  g_assert_cmpuint (program, ==, 2);
  g_assert_cmphex (pid, ==, 0x0020);
}

static void
test_pat_that_is_none (void)
{
  guint16 program = 7, pid = 7;
  guint8 other[16];

  for (gsize n = 0; n < 16; n++)
    g_assert_false (wfd_ts_psi_read_pat (wfd_bytes (ffmpeg_pat, n), &program, &pid));
  memcpy (other, ffmpeg_pat, 16);
  other[0] = 0x02;
  g_assert_false (wfd_ts_psi_read_pat (wfd_bytes (other, 16), &program, &pid));
  memcpy (other, ffmpeg_pat, 16);
  other[5] = 0xc0; /* not in force yet */
  g_assert_false (wfd_ts_psi_read_pat (wfd_bytes (other, 16), &program, &pid));
  g_assert_cmpuint (program + pid, ==, 14);
}

/* As a Windows source might have it, with things we do not know. */
static const guint8 foreign_pmt[] = { 0x02, 0xb0, 0x36, 0x00, 0x05, 0xdb, 0x00, 0x00, 0xe0, 0x41,
  0xf0, 0x08, 0x05, 0x06, 'H', 'D', 'M', 'V', 0x88, 0x04, 0x1b, 0xe0, 0x41, 0xf0, 0x00, 0x06, 0xe0,
  0x50, 0xf0, 0x03, 0x6a, 0x01, 0x00, 0x92, 0xf1, 0x20, 0xf0, 0x02, 0x92, 0x00, 0x83, 0xe0, 0x44,
  0xf0, 0x00, 0x0f, 0xe0, 0x45, 0xf0, 0x03, 0x0a, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00 };

static void
test_pmt_read (void)
{
  static const WfdTsElementary expected[] = {
    { 0x0041, 0x1b, WFD_TS_CODEC_H264 },
    { 0x0050, 0x06, WFD_TS_CODEC_AC3 },
    { 0x1120, 0x92, WFD_TS_CODEC_NONE },
    { 0x0044, 0x83, WFD_TS_CODEC_LPCM },
    { 0x0045, 0x0f, WFD_TS_CODEC_AAC },
  };
  WfdTsProgram program;

  g_assert_true (wfd_ts_psi_read_pmt (wfd_bytes (foreign_pmt, sizeof (foreign_pmt)), &program));
  g_assert_cmpuint (program.program, ==, 5);
  g_assert_cmphex (program.pcr_pid, ==, 0x0041);
  g_assert_false (program.is_protected);
  g_assert_cmpuint (program.n_streams, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_assert_cmphex (program.streams[i].pid, ==, expected[i].pid);
    g_assert_cmphex (program.streams[i].stream_type, ==, expected[i].stream_type);
    g_assert_cmpint (program.streams[i].codec, ==, expected[i].codec);
  }
}

static void
test_pmt_cut (void)
{
  WfdTsProgram program;

  for (gsize n = 0; n < sizeof (foreign_pmt); n++) {
    g_autofree guint8 *block = g_memdup2 (foreign_pmt, n);
    gboolean whole_head = n >= 20 + 4;

    g_assert_cmpint (wfd_ts_psi_read_pmt (wfd_bytes (block, n), &program), ==, whole_head);
    if (whole_head)
      g_assert_cmpuint (program.n_streams, <, 5);
  }
}

static void
test_pmt_with_hdcp (void)
{
  guint8 section[sizeof (foreign_pmt)];
  WfdTsProgram program;

  memcpy (section, foreign_pmt, sizeof (section));
  memcpy (section + 14, "HDCP\x20", 5);
  g_assert_true (wfd_ts_psi_read_pmt (wfd_bytes (section, sizeof (section)), &program));
  g_assert_true (program.is_protected);
}

static void
test_pmt_with_too_many_streams (void)
{
  g_autoptr (GByteArray) section = g_byte_array_new ();
  WfdTsProgram program;

  g_byte_array_append (section, foreign_pmt, 12);
  section->data[11] = 0;
  for (guint i = 0; i < WFD_LIMIT_TS_STREAMS + 5; i++)
    g_byte_array_append (section, octets (0x1b, 0xe0, 0x41, 0xf0, 0x00), 5);
  g_byte_array_append (section, octets (0, 0, 0, 0), 4);
  g_assert_true (wfd_ts_psi_read_pmt (wfd_bytes (section->data, section->len), &program));
  g_assert_cmpuint (program.n_streams, ==, WFD_LIMIT_TS_STREAMS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/psi/pat", test_pat);
  g_test_add_func ("/ts/psi/pmt", test_pmt);
  g_test_add_func ("/ts/psi/pmt-that-does-not-fit", test_pmt_that_does_not_fit);
  for (guint i = 0; i < G_N_ELEMENTS (descriptors); i++) {
    g_autofree char *name = g_strdup_printf ("/ts/psi/descriptor/%s", descriptors[i].name);

    g_test_add_data_func (name, GUINT_TO_POINTER (i), test_descriptor);
  }
  g_test_add_func ("/ts/psi/crc", test_crc);
  g_test_add_func ("/ts/psi/section/in-one-packet", test_section_in_one_packet);
  g_test_add_func ("/ts/psi/section/split-anywhere", test_section_split_anywhere);
  g_test_add_func ("/ts/psi/section/ends-where-the-next-starts",
      test_section_ends_where_the_next_starts);
  g_test_add_func ("/ts/psi/section/with-wrong-crc", test_section_with_wrong_crc);
  g_test_add_func ("/ts/psi/section/after-loss", test_section_after_loss);
  g_test_add_func ("/ts/psi/section/lengths-that-lie", test_section_lengths_that_lie);
  g_test_add_func ("/ts/psi/pat/read", test_pat_read);
  g_test_add_func ("/ts/psi/pat/that-is-none", test_pat_that_is_none);
  g_test_add_func ("/ts/psi/pmt/read", test_pmt_read);
  g_test_add_func ("/ts/psi/pmt/cut", test_pmt_cut);
  g_test_add_func ("/ts/psi/pmt/with-hdcp", test_pmt_with_hdcp);
  g_test_add_func ("/ts/psi/pmt/with-too-many-streams", test_pmt_with_too_many_streams);

  return g_test_run ();
}
