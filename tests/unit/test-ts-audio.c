/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-audio.h>

#define octets(...) ((const guint8[]) { __VA_ARGS__ })
#define bytes_of(...) wfd_bytes (octets (__VA_ARGS__), sizeof (octets (__VA_ARGS__)))

static void
assert_frame (const WfdTsFrame *frame, WfdTsCodec codec, guint rate_hz, guint channels,
    guint samples, gsize bytes)
{
  g_assert_cmpint (frame->codec, ==, codec);
  g_assert_cmpuint (frame->rate_hz, ==, rate_hz);
  g_assert_cmpuint (frame->channels, ==, channels);
  g_assert_cmpuint (frame->samples, ==, samples);
  g_assert_cmpuint (frame->bytes, ==, bytes);
}

/* --- AAC --- */

static void
test_adts_read (void)
{
  WfdTsFrame frame;

  /* As ffmpeg writes it: 48 kHz stereo, 371 octets. */
  g_assert_true (
      wfd_ts_audio_read_adts (bytes_of (0xff, 0xf1, 0x4c, 0x80, 0x2e, 0x7f, 0xfc, 0xde), &frame));
  assert_frame (&frame, WFD_TS_CODEC_AAC, 48000, 2, 1024, 371);
  /* With the ID bit of MPEG-2, 44.1 kHz, 7.1, two blocks, a CRC. */
  g_assert_true (
      wfd_ts_audio_read_adts (bytes_of (0xff, 0xf8, 0x51, 0xc3, 0xff, 0xff, 0xfd), &frame));
  assert_frame (&frame, WFD_TS_CODEC_AAC, 44100, 8, 2048, 8191);
}

static void
test_adts_that_is_none (void)
{
  guint8 header[] = { 0xff, 0xf1, 0x4c, 0x80, 0x2e, 0x7f, 0xfc };
  WfdTsFrame frame;

  for (gsize n = 0; n < sizeof (header); n++) {
    g_autofree guint8 *block = g_memdup2 (header, n);

    g_assert_false (wfd_ts_audio_read_adts (wfd_bytes (block, n), &frame));
  }
  header[1] = 0xf3; /* layer 1, which is MP3 */
  g_assert_false (wfd_ts_audio_read_adts (wfd_bytes (header, 7), &frame));
  header[1] = 0xe1; /* no syncword */
  g_assert_false (wfd_ts_audio_read_adts (wfd_bytes (header, 7), &frame));
  header[1] = 0xf1;
  header[2] = 0x7c; /* rate 15 */
  g_assert_false (wfd_ts_audio_read_adts (wfd_bytes (header, 7), &frame));
  header[2] = 0x4c;
  header[4] = 0x00; /* six octets long */
  header[5] = 0xdf;
  g_assert_false (wfd_ts_audio_read_adts (wfd_bytes (header, 7), &frame));
}

static void
test_adts_written (void)
{
  guint8 out[WFD_TS_ADTS_HEADER_BYTES];

  g_assert_true (wfd_ts_audio_write_adts (48000, 2, 364, out));
  g_assert_cmpmem (out, 7, octets (0xff, 0xf9, 0x4c, 0x80, 0x2e, 0x7f, 0xfc), 7);
  g_assert_true (wfd_ts_audio_write_adts (44100, 8, 8184, out));
  g_assert_cmpmem (out, 7, octets (0xff, 0xf9, 0x51, 0xc3, 0xff, 0xff, 0xfc), 7);
}

static void
test_adts_that_cannot_be_written (void)
{
  guint8 out[WFD_TS_ADTS_HEADER_BYTES];

  g_assert_false (wfd_ts_audio_write_adts (48000, 2, 8185, out));
  g_assert_false (wfd_ts_audio_write_adts (48000, 0, 1, out));
  g_assert_false (wfd_ts_audio_write_adts (48000, 7, 1, out));
  g_assert_false (wfd_ts_audio_write_adts (48000, 9, 1, out));
  g_assert_false (wfd_ts_audio_write_adts (0, 2, 1, out));
  g_assert_false (wfd_ts_audio_write_adts (47999, 2, 1, out));
}

/* CPE 001 0000, common window with nothing in it, two channels without gain;
 * END 111. Decoders are asked about it elsewhere. */
static void
test_aac_silence (void)
{
  guint8 out[WFD_TS_SILENCE_BYTES];

  g_assert_cmpuint (wfd_ts_audio_write_aac_silence (2, out), ==, 6);
  g_assert_cmpmem (out, 6, octets (0x21, 0x00, 0x00, 0x00, 0x00, 0x1c), 6);
  /* SCE 000 0000, gain, window, END. */
  g_assert_cmpuint (wfd_ts_audio_write_aac_silence (1, out), ==, 4);
  g_assert_cmpmem (out, 4, octets (0x00, 0x00, 0x00, 0x07), 4);
  g_assert_cmpuint (wfd_ts_audio_write_aac_silence (8, out), <=, WFD_TS_SILENCE_BYTES);
  g_assert_cmpuint (wfd_ts_audio_write_aac_silence (0, out), ==, 0);
  g_assert_cmpuint (wfd_ts_audio_write_aac_silence (7, out), ==, 0);
  g_assert_cmpuint (wfd_ts_audio_write_aac_silence (9, out), ==, 0);
}

/* --- AC-3 --- */

static void
test_ac3_read (void)
{
  WfdTsFrame frame;

  /* ffmpeg: 48 kHz, 448 kbit/s, 5.1 (acmod 7). */
  g_assert_true (
      wfd_ts_audio_read_ac3 (bytes_of (0x0b, 0x77, 0x12, 0x34, 0x1e, 0x40, 0xe1), &frame));
  assert_frame (&frame, WFD_TS_CODEC_AC3, 48000, 6, 1536, 1792);
  /* Stereo (acmod 2, dsurmod before lfeon), 192 kbit/s. */
  g_assert_true (
      wfd_ts_audio_read_ac3 (bytes_of (0x0b, 0x77, 0x12, 0x34, 0x14, 0x40, 0x43), &frame));
  assert_frame (&frame, WFD_TS_CODEC_AC3, 48000, 2, 1536, 768);
  /* 44.1 kHz: the odd size has a word more. */
  g_assert_true (
      wfd_ts_audio_read_ac3 (bytes_of (0x0b, 0x77, 0x12, 0x34, 0x54, 0x40, 0x43), &frame));
  assert_frame (&frame, WFD_TS_CODEC_AC3, 44100, 2, 1536, 834);
  g_assert_true (
      wfd_ts_audio_read_ac3 (bytes_of (0x0b, 0x77, 0x12, 0x34, 0x55, 0x40, 0x43), &frame));
  assert_frame (&frame, WFD_TS_CODEC_AC3, 44100, 2, 1536, 836);
}

static void
test_eac3_read (void)
{
  WfdTsFrame frame;

  /* 48 kHz, six blocks, stereo, 768 octets. */
  g_assert_true (
      wfd_ts_audio_read_ac3 (bytes_of (0x0b, 0x77, 0x01, 0x7f, 0x34, 0x80, 0x00), &frame));
  assert_frame (&frame, WFD_TS_CODEC_EAC3, 48000, 2, 1536, 768);
  /* One block, 3/2 with LFE. */
  g_assert_true (
      wfd_ts_audio_read_ac3 (bytes_of (0x0b, 0x77, 0x00, 0x7f, 0x0f, 0x80, 0x00), &frame));
  assert_frame (&frame, WFD_TS_CODEC_EAC3, 48000, 6, 256, 256);
  /* Half the rate. */
  g_assert_true (
      wfd_ts_audio_read_ac3 (bytes_of (0x0b, 0x77, 0x00, 0x7f, 0xc4, 0x80, 0x00), &frame));
  assert_frame (&frame, WFD_TS_CODEC_EAC3, 24000, 2, 1536, 256);
}

static void
test_ac3_that_is_none (void)
{
  guint8 header[] = { 0x0b, 0x77, 0x12, 0x34, 0x1e, 0x40, 0xe1 };
  WfdTsFrame frame;

  for (gsize n = 0; n < sizeof (header); n++) {
    g_autofree guint8 *block = g_memdup2 (header, n);

    g_assert_false (wfd_ts_audio_read_ac3 (wfd_bytes (block, n), &frame));
  }
  header[4] = 0xde; /* no such rate */
  g_assert_false (wfd_ts_audio_read_ac3 (wfd_bytes (header, 7), &frame));
  header[4] = 38; /* no such size */
  g_assert_false (wfd_ts_audio_read_ac3 (wfd_bytes (header, 7), &frame));
  header[4] = 37;
  g_assert_true (wfd_ts_audio_read_ac3 (wfd_bytes (header, 7), &frame));
  header[5] = 17 << 3; /* no such version */
  g_assert_false (wfd_ts_audio_read_ac3 (wfd_bytes (header, 7), &frame));
  header[5] = 0x80; /* E-AC-3 of two octets */
  header[2] = header[3] = 0;
  g_assert_false (wfd_ts_audio_read_ac3 (wfd_bytes (header, 7), &frame));
}

/* --- LPCM --- */

static void
test_lpcm_written (void)
{
  guint8 out[WFD_TS_LPCM_HEADER_BYTES];

  wfd_ts_audio_write_lpcm (48000, 2, out);
  g_assert_cmpmem (out, 4, octets (0xa0, 0x06, 0x00, 0x11), 4);
  wfd_ts_audio_write_lpcm (44100, 2, out);
  g_assert_cmpmem (out, 4, octets (0xa0, 0x06, 0x00, 0x09), 4);
  wfd_ts_audio_write_lpcm (48000, 8, out);
  g_assert_cmpmem (out, 4, octets (0xa0, 0x06, 0x00, 0x17), 4);
}

static const struct
{
  guint8 header[4];
  gsize samples_bytes;
  gboolean good;
  guint bits, rate_hz, channels;
} lpcm[] = {
  { { 0xa0, 0x06, 0x00, 0x11 }, 1920, TRUE, 16, 48000, 2 },
  { { 0xa0, 0x06, 0x00, 0x09 }, 1920, TRUE, 16, 44100, 2 },
  { { 0xa0, 0x06, 0x01, 0x11 }, 1920, TRUE, 16, 48000, 2 }, /* emphasis */
  { { 0xa0, 0x05, 0x00, 0x11 }, 1920, TRUE, 16, 48000, 2 }, /* the count is a hint */
  { { 0xa0, 0x06, 0x00, 0x10 }, 1920, TRUE, 16, 48000, 2 }, /* R1: dual mono */
  { { 0xa0, 0x06, 0x00, 0x10 }, 960, TRUE, 16, 48000, 1 },  /* R2: one channel */
  { { 0xa0, 0x06, 0x00, 0x17 }, 7680, TRUE, 16, 48000, 8 },
  { { 0xa0, 0x06, 0x00, 0x99 }, 2880, TRUE, 24, 96000, 2 },
  { { 0xa1, 0x06, 0x00, 0x11 }, 1920, FALSE, 0, 0, 0 },
  { { 0xa0, 0x06, 0x00, 0xd1 }, 1920, FALSE, 0, 0, 0 }, /* no such quantisation */
  { { 0xa0, 0x06, 0x00, 0x01 }, 1920, FALSE, 0, 0, 0 }, /* no such rate */
  { { 0xa0, 0x06, 0x00, 0x21 }, 1920, FALSE, 0, 0, 0 },
};

static void
test_lpcm_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lpcm); i++) {
    g_autofree guint8 *block = g_malloc0 (4 + lpcm[i].samples_bytes);
    WfdBytes payload = wfd_bytes (block, 4 + lpcm[i].samples_bytes);
    WfdTsLpcm got;

    memcpy (block, lpcm[i].header, 4);
    g_assert_cmpint (wfd_ts_audio_take_lpcm (&payload, &got), ==, lpcm[i].good);
    g_assert_cmpuint (payload.left, ==, lpcm[i].samples_bytes + (lpcm[i].good ? 0 : 4));
    if (lpcm[i].good) {
      g_assert_cmpuint (got.bits, ==, lpcm[i].bits);
      g_assert_cmpuint (got.rate_hz, ==, lpcm[i].rate_hz);
      g_assert_cmpuint (got.channels, ==, lpcm[i].channels);
    }
  }
}

static void
test_lpcm_short (void)
{
  for (gsize n = 0; n < 4; n++) {
    g_autofree guint8 *block = g_memdup2 (lpcm[0].header, n);
    WfdBytes payload = wfd_bytes (block, n);
    WfdTsLpcm got;

    g_assert_false (wfd_ts_audio_take_lpcm (&payload, &got));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/audio/adts/read", test_adts_read);
  g_test_add_func ("/ts/audio/adts/that-is-none", test_adts_that_is_none);
  g_test_add_func ("/ts/audio/adts/written", test_adts_written);
  g_test_add_func ("/ts/audio/adts/that-cannot-be-written", test_adts_that_cannot_be_written);
  g_test_add_func ("/ts/audio/aac-silence", test_aac_silence);
  g_test_add_func ("/ts/audio/ac3/read", test_ac3_read);
  g_test_add_func ("/ts/audio/ac3/enhanced", test_eac3_read);
  g_test_add_func ("/ts/audio/ac3/that-is-none", test_ac3_that_is_none);
  g_test_add_func ("/ts/audio/lpcm/written", test_lpcm_written);
  g_test_add_func ("/ts/audio/lpcm/read", test_lpcm_read);
  g_test_add_func ("/ts/audio/lpcm/short", test_lpcm_short);

  return g_test_run ();
}
