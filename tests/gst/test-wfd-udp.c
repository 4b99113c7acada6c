/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <gst/check/gstcheck.h>
#include <netinet/in.h>
#include <string.h>
#include <wfd-rtp-socket.h>
#include <wfd-udp.h>

#define SEGMENT 1328

/* A socket that does what the test says: what it was given, and what it answers. */
static struct
{
  guint n_calls;
  guint n_segmented;
  gsize bytes;
  int segmented_error; /* errno of all calls with segments; 0: none */
  int error;           /* of the next call that would work */
  guint n_errors;      /* so often */
  guint n_waits;
  gboolean room; /* what a wait comes to */
} fake;

static gssize
fake_send (int fd, const struct msghdr *message, int flags)
{
  gboolean segmented = message->msg_controllen > 0;

  fail_unless (flags & MSG_DONTWAIT);
  fake.n_calls++;
  fake.n_segmented += segmented;
  if (segmented && fake.segmented_error != 0) {
    errno = fake.segmented_error;
    return -1;
  }
  if (fake.n_errors > 0) {
    fake.n_errors--;
    errno = fake.error;
    return -1;
  }
  fake.bytes += message->msg_iov[0].iov_len;
  return message->msg_iov[0].iov_len;
}

static gboolean
fake_wait (GSocket *socket, gint64 timeout_us, GCancellable *cancellable)
{
  fail_unless (timeout_us > 0);
  fake.n_waits++;
  return fake.room;
}

static const WfdUdpCalls fakes = { fake_send, fake_wait };
static GSocket *sock;
static WfdUdp *udp;
static guint8 data[16 * SEGMENT];

static void
set_up (const WfdUdpCalls *calls)
{
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string ("127.0.0.1", 9);

  memset (&fake, 0, sizeof fake);
  sock = wfd_rtp_socket_new ("127.0.0.1", 0, NULL);
  udp = wfd_udp_new (sock, calls);
  wfd_udp_set_destination (udp, G_INET_SOCKET_ADDRESS (to));
}

static void
tear_down (void)
{
  g_clear_pointer (&udp, wfd_udp_free);
  g_clear_object (&sock);
}

static WfdUdpResult
send_all (gint64 until_us)
{
  return wfd_udp_send (udp, data, sizeof data, SEGMENT, until_us, NULL, NULL);
}

static gint64
soon (void)
{
  return g_get_monotonic_time () + G_TIME_SPAN_HOUR;
}

GST_START_TEST (many_datagrams_go_in_one_call)
{
  set_up (&fakes);
  fail_unless_equals_int (send_all (0), WFD_UDP_SENT);
  fail_unless_equals_int (fake.n_calls, 1);
  fail_unless_equals_int (fake.n_segmented, 1);
  fail_unless_equals_int (fake.bytes, sizeof data);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (one_datagram_needs_no_segments)
{
  set_up (&fakes);
  fail_unless_equals_int (wfd_udp_send (udp, data, 500, 500, 0, NULL, NULL), WFD_UDP_SENT);
  fail_unless_equals_int (fake.n_segmented, 0);
  tear_down ();
}
GST_END_TEST;

static const int refusals[] = { EIO, EINVAL, EOPNOTSUPP, ENOPROTOOPT, EMSGSIZE };

GST_START_TEST (who_cannot_segment_sends_one_by_one_from_then_on)
{
  set_up (&fakes);
  fake.segmented_error = refusals[__i__];
  fail_unless_equals_int (send_all (0), WFD_UDP_SENT);
  fail_unless_equals_int (fake.n_calls, 1 + 16);
  fail_unless_equals_int (fake.bytes, sizeof data);
  fail_unless_equals_int (send_all (0), WFD_UDP_SENT);
  fail_unless_equals_int (fake.n_segmented, 1);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (socket_without_room_is_waited_for)
{
  set_up (&fakes);
  fake.error = EAGAIN;
  fake.n_errors = 3;
  fake.room = TRUE;
  fail_unless_equals_int (send_all (soon ()), WFD_UDP_SENT);
  fail_unless_equals_int (fake.n_waits, 3);
  fail_unless_equals_int (fake.bytes, sizeof data);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (wait_has_an_end)
{
  set_up (&fakes);
  fake.error = EAGAIN;
  fake.n_errors = 1000;
  fail_unless_equals_int (send_all (soon ()), WFD_UDP_BLOCKED);
  fail_unless_equals_int (fake.n_waits, 1);
  fake.room = TRUE;
  fail_unless_equals_int (send_all (1), WFD_UDP_BLOCKED);
  fail_unless_equals_int (fake.n_waits, 1);
  fail_unless_equals_int (send_all (0), WFD_UDP_BLOCKED);
  fail_unless_equals_int (fake.n_waits, 1);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (error_is_told)
{
  set_up (&fakes);
  fake.error = ENETUNREACH;
  fake.n_errors = 1;
  fail_unless_equals_int (send_all (soon ()), WFD_UDP_FAILED);
  fail_unless_equals_int (errno, ENETUNREACH);
  fail_unless_equals_int (fake.n_waits, 0);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (nobody_gets_nothing)
{
  set_up (&fakes);
  wfd_udp_set_destination (udp, NULL);
  fail_unless_equals_int (send_all (0), WFD_UDP_SENT);
  fail_unless_equals_int (fake.n_calls, 0);
  tear_down ();
}
GST_END_TEST;

/* With the kernel itself, whether it segments or not. */
GST_START_TEST (datagrams_arrive_as_they_were_cut)
{
  g_autoptr (GSocket) receiver = wfd_rtp_socket_new ("127.0.0.1", 0, NULL);
  g_autoptr (GSocketAddress) to = g_socket_get_local_address (receiver, NULL);
  char datagram[2000];

  set_up (NULL);
  for (guint i = 0; i < sizeof data; i++)
    data[i] = i / SEGMENT;
  wfd_udp_set_destination (udp, G_INET_SOCKET_ADDRESS (to));
  fail_unless_equals_int (wfd_udp_send (udp, data, 2 * SEGMENT + 700, SEGMENT, 0, NULL, NULL),
      WFD_UDP_SENT);
  for (guint i = 0; i < 3; i++) {
    fail_unless_equals_int (g_socket_receive (receiver, datagram, sizeof datagram, NULL, NULL),
        i < 2 ? SEGMENT : 700);
    fail_unless_equals_int (datagram[0], i);
  }
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (kernel_is_told_how_and_how_fast)
{
  guint32 rate = 0;
  gint tos = 0;
  socklen_t size = sizeof rate;

  set_up (NULL);
  fail_unless (g_socket_get_option (sock, IPPROTO_IP, IP_TOS, &tos, NULL));
  fail_unless_equals_int (tos, 0x80);
  wfd_udp_set_pacing (udp, 8000);
  fail_unless (
      getsockopt (g_socket_get_fd (sock), SOL_SOCKET, SO_MAX_PACING_RATE, &rate, &size) == 0);
  fail_unless_equals_int (rate, 1000000);
  tear_down ();
}
GST_END_TEST;

static Suite *
wfd_udp_suite (void)
{
  Suite *suite = suite_create ("wfd-udp");
  TCase *tcase = tcase_create ("udp");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, many_datagrams_go_in_one_call);
  tcase_add_test (tcase, one_datagram_needs_no_segments);
  tcase_add_loop_test (tcase, who_cannot_segment_sends_one_by_one_from_then_on, 0,
      G_N_ELEMENTS (refusals));
  tcase_add_test (tcase, socket_without_room_is_waited_for);
  tcase_add_test (tcase, wait_has_an_end);
  tcase_add_test (tcase, error_is_told);
  tcase_add_test (tcase, nobody_gets_nothing);
  tcase_add_test (tcase, datagrams_arrive_as_they_were_cut);
  tcase_add_test (tcase, kernel_is_told_how_and_how_fast);
  return suite;
}

GST_CHECK_MAIN (wfd_udp);
