/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-rtp.h>

static void
test_header (void)
{
  static const guint8 expected[] = { 0x80, 0x21, 0x12, 0x34, 0x89, 0xab, 0xcd, 0xef, 0xde, 0xad,
    0xbe, 0xef };
  WfdTsRtpPacket packet = { .payload_type = 33,
    .sequence = 0x1234,
    .timestamp = 0x89abcdef,
    .ssrc = 0xdeadbeef };
  guint8 out[WFD_TS_RTP_HEADER_BYTES];

  wfd_ts_rtp_write_header (&packet, out);
  g_assert_cmpmem (out, sizeof (out), expected, sizeof (expected));
  packet.marker = TRUE;
  wfd_ts_rtp_write_header (&packet, out);
  g_assert_cmphex (out[1], ==, 0xa1);
}

/* --- read --- */

/* A datagram in memory of its own: @head, then @n_payload octets that begin with
 * the sync byte, then @tail. */
typedef struct
{
  GByteArray *array;
  guint8 *block;
  WfdBytes bytes;
} Datagram;

static Datagram
datagram (const guint8 *head, gsize n_head, gsize n_payload, const guint8 *tail, gsize n_tail)
{
  Datagram self = { .array = g_byte_array_new () };

  g_byte_array_append (self.array, head, n_head);
  g_byte_array_set_size (self.array, n_head + n_payload);
  if (n_payload > 0) {
    memset (self.array->data + n_head, 0x11, n_payload);
    self.array->data[n_head] = WFD_TS_SYNC_BYTE;
  }
  g_byte_array_append (self.array, tail, n_tail);
  self.block = g_memdup2 (self.array->data, self.array->len);
  self.bytes = wfd_bytes (self.block, self.array->len);
  return self;
}

static void
datagram_clear (Datagram *self)
{
  g_byte_array_unref (self->array);
  g_free (self->block);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Datagram, datagram_clear)

static const guint8 plain[] = { 0x80, 0xa1, 0xff, 0xfe, 0, 0, 1, 2, 0x55, 0x66, 0x77, 0x88 };

static void
test_read (void)
{
  g_auto (Datagram) input = datagram (plain, sizeof (plain), 7 * 188, NULL, 0);
  WfdTsRtpPacket packet;

  g_assert_true (wfd_ts_rtp_read (input.bytes, &packet));
  g_assert_true (packet.marker);
  g_assert_cmpuint (packet.payload_type, ==, 33);
  g_assert_cmphex (packet.sequence, ==, 0xfffe);
  g_assert_cmphex (packet.timestamp, ==, 0x102);
  g_assert_cmphex (packet.ssrc, ==, 0x55667788);
  g_assert_cmpuint (packet.payload.left, ==, 7 * 188);
  g_assert_true (packet.payload.pos == input.bytes.pos + 12);
}

static void
test_read_short (void)
{
  for (gsize n = 0; n < sizeof (plain) + 188; n++) {
    g_auto (Datagram) input = datagram (plain, MIN (n, 12), n > 12 ? n - 12 : 0, NULL, 0);
    WfdTsRtpPacket packet;

    g_assert_false (wfd_ts_rtp_read (input.bytes, &packet));
  }
}

static void
test_read_other_version (void)
{
  static const guint8 versions[] = { 0x00, 0x40, 0xc0 };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
    g_auto (Datagram) input = datagram (plain, sizeof (plain), 188, NULL, 0);
    WfdTsRtpPacket packet;

    input.block[0] = versions[i];
    g_assert_false (wfd_ts_rtp_read (input.bytes, &packet));
  }
}

static void
test_read_no_ts (void)
{
  g_auto (Datagram) input = datagram (plain, sizeof (plain), 188, NULL, 0);
  WfdTsRtpPacket packet;

  input.block[12] = 0x48;
  g_assert_false (wfd_ts_rtp_read (input.bytes, &packet));
}

static void
test_read_any_payload_type (void)
{
  g_auto (Datagram) input = datagram (plain, sizeof (plain), 188, NULL, 0);
  WfdTsRtpPacket packet;

  input.block[1] = 96;
  g_assert_true (wfd_ts_rtp_read (input.bytes, &packet));
  g_assert_cmpuint (packet.payload_type, ==, 96);
  g_assert_false (packet.marker);
}

static void
test_read_odd_octets_at_the_end (void)
{
  static const guint8 tail[187] = { 0x47 };

  for (gsize n = 1; n <= sizeof (tail); n += 62) {
    g_auto (Datagram) input = datagram (plain, sizeof (plain), 2 * 188, tail, n);
    WfdTsRtpPacket packet;

    g_assert_true (wfd_ts_rtp_read (input.bytes, &packet));
    g_assert_cmpuint (packet.payload.left, ==, 2 * 188);
  }
}

/* Two CSRCs, an extension of one word, and three octets of padding. */
static const guint8 rich[] = { 0xb2, 0x21, 0x00, 0x00, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2,
  2, 0xbe, 0xde, 0x00, 0x01, 3, 3, 3, 3 };

static void
test_read_all_that_rtp_has (void)
{
  static const guint8 padding[] = { 0, 0, 3 };
  g_auto (Datagram) input = datagram (rich, sizeof (rich), 188, padding, 3);
  WfdTsRtpPacket packet;

  g_assert_true (wfd_ts_rtp_read (input.bytes, &packet));
  g_assert_cmpuint (packet.payload.left, ==, 188);
  g_assert_true (packet.payload.pos == input.bytes.pos + sizeof (rich));
}

static void
test_read_lengths_that_lie (void)
{
  static const guint8 zero[] = { 0 }, more[] = { 0xff };
  WfdTsRtpPacket packet;

  {
    g_auto (Datagram) input = datagram (rich, sizeof (rich), 188, zero, 1);
    g_assert_false (wfd_ts_rtp_read (input.bytes, &packet));
  }
  {
    g_auto (Datagram) input = datagram (rich, sizeof (rich), 188, more, 1);
    g_assert_false (wfd_ts_rtp_read (input.bytes, &packet));
  }
  {
    g_auto (Datagram) input = datagram (rich, sizeof (rich), 188, NULL, 0);

    input.block[0] = 0x92; /* no padding */
    g_assert_true (wfd_ts_rtp_read (input.bytes, &packet));
    input.block[22] = 0xff; /* words of the extension */
    g_assert_false (wfd_ts_rtp_read (input.bytes, &packet));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/rtp/header", test_header);
  g_test_add_func ("/ts/rtp/read", test_read);
  g_test_add_func ("/ts/rtp/read/short", test_read_short);
  g_test_add_func ("/ts/rtp/read/other-version", test_read_other_version);
  g_test_add_func ("/ts/rtp/read/no-ts", test_read_no_ts);
  g_test_add_func ("/ts/rtp/read/any-payload-type", test_read_any_payload_type);
  g_test_add_func ("/ts/rtp/read/odd-octets-at-the-end", test_read_odd_octets_at_the_end);
  g_test_add_func ("/ts/rtp/read/all-that-rtp-has", test_read_all_that_rtp_has);
  g_test_add_func ("/ts/rtp/read/lengths-that-lie", test_read_lengths_that_lie);

  return g_test_run ();
}
