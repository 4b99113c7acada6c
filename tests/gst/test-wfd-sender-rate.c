/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sender tells the rate control, by a clock that the test turns. */
#include <gst/check/gstcheck.h>
#include <gst/check/gsttestclock.h>
#include <string.h>
#include <wfd-rtp-socket.h>
#include <wfd-sender.h>

#include "stream-writer.h"

#define RTP_BYTES 12

static WfdSender *sender;
static GstClock *test_clock;
static GSocket *rtp, *rtcp, *peer; /* ours, and that of the peer for reports */
static WfdRateControl *rate;
static guint8 first_packet[RTP_BYTES]; /* of the first packet that was sent */

static void
note_nothing (gpointer data)
{
}

static void
note_text (gpointer data, const char *text)
{
}

static void
note_picture (gpointer data, guint64 number)
{
}

static void
note_resize (gpointer data, gint direction)
{
}

static gssize
take_all (int fd, const struct msghdr *message, int flags)
{
  if (first_packet[0] == 0)
    memcpy (first_packet, message->msg_iov[0].iov_base, RTP_BYTES);
  return message->msg_iov[0].iov_len;
}

static gboolean
wait_for_nothing (GSocket *socket, gint64 timeout_us, GCancellable *cancellable)
{
  return FALSE;
}

static void
make_rate (void)
{
  static const WfdRateControlEvents events = { note_nothing, note_resize, note_nothing };
  const WfdRateUser user = {
    .on = TRUE,
    .min_kbps = 1000,
    .max_kbps = 40000,
    .start_kbps = 8000,
    .air_share_percent = 100,
  };

  rate = wfd_rate_control_new (&events, NULL);
  wfd_rate_control_set_user (rate, &user);
}

static void
open_session (void)
{
  static const WfdFormat format = {
    .width = 1280,
    .height = 720,
    .rate_hz = 30,
    .profile = WFD_H264_PROFILE_CBP,
    .level = 31,
  };
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string ("127.0.0.1", 9);
  g_autoptr (GSocketAddress) reports = g_socket_get_local_address (peer, NULL);

  wfd_sender_set_format (sender, &format, FALSE);
  wfd_sender_open (sender,
      &(WfdSenderPeer) { G_INET_SOCKET_ADDRESS (to), G_INET_SOCKET_ADDRESS (reports), NULL });
  wfd_sender_set_clock (sender, test_clock, 0);
}

static void
set_up (void)
{
  static const WfdSenderEvents events = { note_nothing, note_text, note_nothing, note_picture,
    note_nothing };
  static const WfdUdpCalls calls = { take_all, wait_for_nothing };

  memset (first_packet, 0, sizeof first_packet);
  test_clock = gst_test_clock_new_with_start_time (GST_SECOND);
  rtp = wfd_rtp_socket_new_pair ("127.0.0.1", 0, &rtcp, NULL);
  peer = wfd_rtp_socket_new ("127.0.0.1", 0, NULL);
  fail_unless (rtp != NULL && rtcp != NULL && peer != NULL);
  make_rate ();
  sender = wfd_sender_new (&events, NULL);
  wfd_sender_set_sockets (sender, &(WfdSenderSockets) { rtp, rtcp, 0 }, &calls);
  wfd_sender_set_rate_control (sender, rate);
  wfd_sender_set_present (sender, WFD_STREAM_VIDEO, TRUE);
  open_session ();
}

static void
tear_down (void)
{
  wfd_sender_close (sender);
  wfd_sender_unref (sender);
  wfd_rate_control_unref (rate);
  gst_object_unref (test_clock);
  g_object_unref (rtp);
  g_object_unref (rtcp);
  g_object_unref (peer);
}

static GstClockTime
now (void)
{
  return gst_clock_get_time (test_clock);
}

static void
send_picture (void)
{
  static const WfdTsFormat video = { .codec = WFD_TS_CODEC_H264 };
  g_autoptr (GBytes) picture = stream_get_picture (0);

  fail_unless (wfd_sender_send (sender, WFD_STREAM_VIDEO, &video,
      wfd_bytes (g_bytes_get_data (picture, NULL), g_bytes_get_size (picture)), now (), 0));
}

/* RFC 3550 §6.4.2: a quarter of our stream was lost. Then until it was read. */
static void
report_losses (void)
{
  g_autoptr (GSocketAddress) to = g_socket_get_local_address (rtcp, NULL);
  GstClockTime begin = now ();
  guint8 packet[32] = { 0x81, 201, 0, 7, 0, 0, 0, 7, 0, 0, 0, 0, 64 };

  memcpy (packet + 8, first_packet + 8, 4);
  fail_unless (g_socket_send_to (peer, to, (char *) packet, sizeof packet, NULL, NULL) > 0);
  while (now () < begin + GST_SECOND + 40 * GST_MSECOND)
    fail_unless (gst_test_clock_crank (GST_TEST_CLOCK (test_clock)));
}

/* One can be chance; the second in a row counts. */
GST_START_TEST (two_reports_of_losses_lower_the_rate)
{
  WfdRateDecision one, two;

  set_up ();
  send_picture ();
  report_losses ();
  fail_unless (wfd_rate_control_decide (rate, now () / GST_USECOND, &one));
  fail_unless (one.reason != WFD_RATE_REASON_REPORT);
  report_losses ();
  fail_unless (wfd_rate_control_decide (rate, now () / GST_USECOND, &two));
  fail_unless_equals_int (two.reason, WFD_RATE_REASON_REPORT);
  fail_unless (two.bitrate_kbps <= one.bitrate_kbps * 86 / 100, "%u after %u kbit/s",
      two.bitrate_kbps, one.bitrate_kbps);
  fail_unless_equals_int (wfd_rate_control_get_target (rate), two.bitrate_kbps);
  tear_down ();
}

GST_END_TEST;

static Suite *
wfd_sender_rate_suite (void)
{
  Suite *suite = suite_create ("wfd-sender-rate");
  TCase *all = tcase_create ("rate");

  suite_add_tcase (suite, all);
  tcase_add_test (all, two_reports_of_losses_lower_the_rate);
  return suite;
}

GST_CHECK_MAIN (wfd_sender_rate);
