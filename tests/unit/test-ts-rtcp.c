/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ts-rtcp.h>

static const WfdTsSenderInfo sender_info = { .ssrc = 0x01020304,
  .ntp = G_GUINT64_CONSTANT (0xaabbccdd11223344),
  .timestamp = 0x55667788,
  .n_packets = 0x10,
  .n_bytes = 0x5000 };

static const guint8 sender_report[] = { 0x80, 0xc8, 0x00, 0x06, 0x01, 0x02, 0x03, 0x04, 0xaa, 0xbb,
  0xcc, 0xdd, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00,
  0x50, 0x00, 0x81, 0xca, 0x00, 0x03, 0x01, 0x02, 0x03, 0x04, 0x01, 0x05, 'a', '@', 'h', 'o', 's',
  0x00 };

static void
test_sender_report (void)
{
  guint8 out[WFD_TS_RTCP_WRITTEN_BYTES];
  gsize n = wfd_ts_rtcp_write_sender_report (&sender_info, "a@hos", out);

  /* Seven octets of item want at least one zero behind them. */
  g_assert_cmpmem (out, n, sender_report, sizeof (sender_report));
}

static void
test_cname_ends_with_zeros (void)
{
  static const struct
  {
    const char *cname;
    gsize items; /* octets */
  } cases[] = { { "a", 4 }, { "ab", 8 }, { "abcde", 8 }, { "abcdef", 12 } };
  guint8 out[WFD_TS_RTCP_WRITTEN_BYTES];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gsize n = wfd_ts_rtcp_write_sender_report (&sender_info, cases[i].cname, out);

    g_assert_cmpuint (n, ==, 28 + 8 + cases[i].items);
    g_assert_cmpuint (out[31], ==, (8 + cases[i].items) / 4 - 1);
    g_assert_cmphex (out[n - 1], ==, 0);
  }
}

static void
test_longest_cname_fits (void)
{
  g_autofree char *cname = g_strnfill (400, 'x');
  guint8 out[WFD_TS_RTCP_WRITTEN_BYTES];

  g_assert_cmpuint (wfd_ts_rtcp_write_sender_report (&sender_info, cname, out), ==, 28 + 8 + 260);
  g_assert_cmpuint (out[37], ==, 255);
}

static const guint8 receiver_report[] = { 0x81, 0xc9, 0x00, 0x07, 0x0a, 0x0b, 0x0c, 0x0d, 0x01,
  0x02, 0x03, 0x04, 0x40, 0xff, 0xff, 0xfe, 0x00, 0x01, 0xff, 0xfe, 0x00, 0x00, 0x00, 0x77, 0xcc,
  0xdd, 0x11, 0x22, 0x00, 0x00, 0x80, 0x00, 0x81, 0xca, 0x00, 0x02, 0x0a, 0x0b, 0x0c, 0x0d, 0x01,
  0x01, 'z', 0x00 };

/* --- read --- */

static gboolean
read_bytes (const guint8 *data, gsize n, guint32 ssrc, WfdTsRtcp *rtcp)
{
  g_autofree guint8 *block = g_memdup2 (data, n);

  return wfd_ts_rtcp_read (wfd_bytes (block, n), ssrc, rtcp);
}

static void
test_read_receiver_report (void)
{
  WfdTsRtcp rtcp;

  g_assert_true (read_bytes (receiver_report, sizeof (receiver_report), 0x01020304, &rtcp));
  g_assert_false (rtcp.has_sender_info);
  g_assert_true (rtcp.has_report);
  g_assert_cmphex (rtcp.report.ssrc, ==, 0x01020304);
  g_assert_cmpuint (rtcp.report.fraction_lost, ==, 0x40);
  g_assert_cmpint (rtcp.report.lost, ==, -2);
  g_assert_cmphex (rtcp.report.sequence, ==, 0x0001fffe);
  g_assert_cmpuint (rtcp.report.jitter, ==, 0x77);
  g_assert_cmphex (rtcp.report.last_sr, ==, 0xccdd1122);
  g_assert_cmphex (rtcp.report.delay_since_sr, ==, 0x8000);
}

static void
test_read_report_of_another_stream (void)
{
  WfdTsRtcp rtcp;

  g_assert_true (read_bytes (receiver_report, sizeof (receiver_report), 0x01020305, &rtcp));
  g_assert_false (rtcp.has_report);
}

static void
test_read_sender_report_and_bye (void)
{
  static const guint8 bye[] = { 0x81, 0xcb, 0x00, 0x01, 0x01, 0x02, 0x03, 0x04 };
  guint8 both[sizeof (sender_report) + sizeof (bye)];
  WfdTsRtcp rtcp;

  memcpy (both, sender_report, sizeof (sender_report));
  memcpy (both + sizeof (sender_report), bye, sizeof (bye));
  g_assert_true (read_bytes (both, sizeof (both), 1, &rtcp));
  g_assert_true (rtcp.has_sender_info);
  g_assert_cmphex (rtcp.sender_info.ssrc, ==, 0x01020304);
  g_assert_cmphex (rtcp.sender_info.ntp, ==, G_GUINT64_CONSTANT (0xaabbccdd11223344));
  g_assert_cmphex (rtcp.sender_info.timestamp, ==, 0x55667788);
  g_assert_cmpuint (rtcp.sender_info.n_packets, ==, 0x10);
  g_assert_cmpuint (rtcp.sender_info.n_bytes, ==, 0x5000);
}

static void
test_read_short (void)
{
  WfdTsRtcp rtcp;

  for (gsize n = 0; n < 28; n++)
    g_assert_false (read_bytes (sender_report, n, 1, &rtcp));
  for (gsize n = 28; n < sizeof (sender_report); n++)
    g_assert_true (read_bytes (sender_report, n, 1, &rtcp));
}

static void
test_read_what_lies (void)
{
  guint8 changed[sizeof (receiver_report)];
  WfdTsRtcp rtcp;

  /* 31 reports said, one there. */
  memcpy (changed, receiver_report, sizeof (changed));
  changed[0] = 0x9f;
  g_assert_true (read_bytes (changed, sizeof (changed), 0x01020304, &rtcp));
  g_assert_true (rtcp.has_report);
  /* No room even for the sender. */
  memcpy (changed, receiver_report, sizeof (changed));
  changed[3] = 0;
  g_assert_false (read_bytes (changed, sizeof (changed), 0x01020304, &rtcp));
  /* A sender report without sender information. */
  memcpy (changed, sender_report, sizeof (changed));
  changed[3] = 3;
  g_assert_false (read_bytes (changed, sizeof (changed), 0x01020304, &rtcp));
  /* More padding than packet. */
  memcpy (changed, receiver_report, sizeof (changed));
  changed[0] |= 0x20;
  changed[31] = 29;
  g_assert_false (read_bytes (changed, sizeof (changed), 0x01020304, &rtcp));
  /* Another version; no report first. */
  memcpy (changed, receiver_report, sizeof (changed));
  changed[0] = 0x41;
  g_assert_false (read_bytes (changed, sizeof (changed), 0x01020304, &rtcp));
  g_assert_false (read_bytes (receiver_report + 32, 12, 0x01020304, &rtcp));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/rtcp/sender-report", test_sender_report);
  g_test_add_func ("/ts/rtcp/cname-ends-with-zeros", test_cname_ends_with_zeros);
  g_test_add_func ("/ts/rtcp/longest-cname-fits", test_longest_cname_fits);
  g_test_add_func ("/ts/rtcp/read/receiver-report", test_read_receiver_report);
  g_test_add_func ("/ts/rtcp/read/report-of-another-stream", test_read_report_of_another_stream);
  g_test_add_func ("/ts/rtcp/read/sender-report-and-bye", test_read_sender_report_and_bye);
  g_test_add_func ("/ts/rtcp/read/short", test_read_short);
  g_test_add_func ("/ts/rtcp/read/what-lies", test_read_what_lies);

  return g_test_run ();
}
