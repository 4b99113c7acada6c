/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the pump gives to a socket, by a clock that the test turns, while the kernel holds
 * what the test says. */
#include <errno.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gsttestclock.h>
#include <string.h>
#include <wfd-pump.h>
#include <wfd-rtp-socket.h>
#include <wfd-send-queue.h>
#include <wfd-udp.h>

#define PACKET_BYTES 1328
#define HEAD_BYTES 28

static WfdPump *pump;
static WfdRateControl *rate;
static WfdUdp *udp;
static GSocket *rtp;
static GstClock *test_clock;
static guint16 next_sequence;

static GMutex lock;
static GCond changed;
/* With the lock. */
static GArray *sent;    /* of guint16: sequence numbers */
static GArray *leaving; /* of guint64: pictures */
static guint most_segments, n_left, n_lost, n_troubles, n_drained, n_looks;
static int send_error;     /* 0: it takes all */
static int segments_error; /* of many packets in one call; 0: it takes them */
static guint n_takes;      /* so many packets, then it has no room; 0: it takes all */
static gint64 kernel_bytes;

static gssize
fake_send (int fd, const struct msghdr *message, int flags)
{
  const guint8 *data = message->msg_iov[0].iov_base;
  gsize bytes = message->msg_iov[0].iov_len;
  gssize result = bytes;
  int error;

  g_mutex_lock (&lock);
  error = bytes > PACKET_BYTES && segments_error != 0 ? segments_error : send_error;
  if (error == 0 && n_takes > 0 && --n_takes == 0)
    send_error = EAGAIN;
  for (gsize at = 0; error == 0 && at < bytes; at += PACKET_BYTES) {
    guint16 sequence = GST_READ_UINT16_BE (data + at + 2);

    g_array_append_val (sent, sequence);
  }
  if (error == 0)
    most_segments = MAX (most_segments, (bytes + PACKET_BYTES - 1) / PACKET_BYTES);
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
  if (error != 0)
    result = -1;
  errno = error;
  return result;
}

static gboolean
fake_wait (GSocket *socket, gint64 timeout_us, GCancellable *cancellable)
{
  g_assert_not_reached ();
  return FALSE;
}

static void
link_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  g_mutex_lock (&lock);
  reading->queue_bytes = kernel_bytes;
  n_looks++;
  g_mutex_unlock (&lock);
}

static void
link_free (WfdLinkProbe *probe)
{
  g_free (probe);
}

static void
count (guint *counter)
{
  g_mutex_lock (&lock);
  *counter += 1;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

static void
note_leaving (gpointer data, guint64 number)
{
  g_mutex_lock (&lock);
  g_array_append_val (leaving, number);
  g_mutex_unlock (&lock);
}

static void
note_left (gpointer data)
{
  count (&n_left);
}

static void
note_lost (gpointer data)
{
  count (&n_lost);
}

static void
note_trouble (gpointer data, int code)
{
  fail_unless_equals_int (code, ENETUNREACH);
  count (&n_troubles);
}

static void
note_drained (gpointer data)
{
  count (&n_drained);
}

static void
ignore_target (gpointer owner)
{
}

static void
ignore_resize (gpointer owner, gint direction)
{
}

static const WfdRateControlEvents ignored = { ignore_target, ignore_resize };

static void
set_up (void)
{
  static const WfdLinkProbeClass klass = { "test", NULL, link_look, link_free };
  static const WfdUdpCalls calls = { fake_send, fake_wait };
  static const WfdPumpEvents events = { note_leaving, note_left, note_lost, note_trouble,
    note_drained };
  const WfdRateUser user = { TRUE, WFD_RATE_BALANCED, 1000, 40000, 8000, 100, TRUE };
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string ("127.0.0.1", 9);
  WfdLinkProbe *probe = g_new0 (WfdLinkProbe, 1);

  probe->klass = &klass;
  sent = g_array_new (FALSE, FALSE, sizeof (guint16));
  leaving = g_array_new (FALSE, FALSE, sizeof (guint64));
  most_segments = n_left = n_lost = n_troubles = n_drained = n_looks = next_sequence = 0;
  send_error = segments_error = n_takes = 0;
  kernel_bytes = 1;
  test_clock = gst_test_clock_new_with_start_time (10 * GST_SECOND);
  rtp = wfd_rtp_socket_new ("127.0.0.1", 0, NULL);
  udp = wfd_udp_new (rtp, &calls);
  wfd_udp_set_destination (udp, G_INET_SOCKET_ADDRESS (to));
  rate = wfd_rate_control_new (&ignored, NULL);
  wfd_rate_control_set_user (rate, &user);
  wfd_rate_control_open (rate, probe, NULL);
  pump = wfd_pump_new (udp, HEAD_BYTES, rate, &events, NULL, NULL);
  wfd_pump_set_clock (pump, test_clock, GST_SECOND);
}

static void
tear_down (void)
{
  wfd_pump_free (pump);
  wfd_rate_control_unref (rate);
  wfd_udp_free (udp);
  g_object_unref (rtp);
  gst_object_unref (test_clock);
  g_array_unref (sent);
  g_array_unref (leaving);
}

static gboolean
put_picture (guint n, guint64 picture)
{
  guint8 data[16 * PACKET_BYTES] = { 0 };
  gboolean fits = TRUE;

  while (n > 0 && fits) {
    guint part = MIN (n, 16);

    for (guint i = 0; i < part; i++)
      GST_WRITE_UINT16_BE (data + i * PACKET_BYTES + 2, next_sequence++);
    fits = wfd_pump_put (pump, data, part * PACKET_BYTES, PACKET_BYTES, picture);
    picture = WFD_SEND_QUEUE_NO_PICTURE;
    n -= part;
  }
  return fits;
}

static gboolean
put (guint n)
{
  return put_picture (n, WFD_SEND_QUEUE_NO_PICTURE);
}

static guint
count_sent (void)
{
  guint n;

  g_mutex_lock (&lock);
  n = sent->len;
  g_mutex_unlock (&lock);
  return n;
}

/* All of what was put in, in order. */
static void
check_sequence (guint n)
{
  fail_unless_equals_int (count_sent (), n);
  for (guint i = 0; i < n; i++)
    fail_unless_equals_int (g_array_index (sent, guint16, i), i);
}

static void
wait_for (guint *counter, guint n)
{
  g_mutex_lock (&lock);
  while (*counter < n)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
}

static guint
read_count (const guint *counter)
{
  guint n;

  g_mutex_lock (&lock);
  n = *counter;
  g_mutex_unlock (&lock);
  return n;
}

/* How many have left when nothing more does at this time. */
static guint
count_sent_by_now (void)
{
  gst_test_clock_wait_for_next_pending_id (GST_TEST_CLOCK (test_clock), NULL);
  return count_sent ();
}

/* Time passes. What the pump waited for may have come with that, and nothing else. */
static void
advance (guint duration_ms, const guint *counter, guint n)
{
  gst_test_clock_advance_time (GST_TEST_CLOCK (test_clock), duration_ms * GST_MSECOND);
  while (read_count (counter) < n) {
    if (gst_test_clock_peek_id_count (GST_TEST_CLOCK (test_clock)) > 0)
      gst_test_clock_crank (GST_TEST_CLOCK (test_clock));
    g_thread_yield ();
  }
}

/* Time passes until so many have left; the kernel never runs quite empty. */
static void
run_until_sent (guint n)
{
  while (count_sent () < n)
    fail_unless (gst_test_clock_crank (GST_TEST_CLOCK (test_clock)));
}

GST_START_TEST (kernel_gets_no_more_than_the_gate_at_a_time)
{
  gsize gate = wfd_rate_control_get_room (rate);

  kernel_bytes = G_MAXINT32;
  fail_unless (put (100));
  wfd_pump_push (pump, &(WfdRateFrame) { 0, TRUE });
  fail_unless (count_sent () >= 2);
  fail_unless (count_sent () * (PACKET_BYTES + HEAD_BYTES) <= gate);
  fail_unless (wfd_rate_control_get_room (rate) < PACKET_BYTES + HEAD_BYTES);
  g_mutex_lock (&lock);
  kernel_bytes = 1;
  g_mutex_unlock (&lock);
  run_until_sent (100);
  check_sequence (100);
}

GST_END_TEST;

GST_START_TEST (nothing_leaves_while_the_kernel_is_full)
{
  guint n;

  put (100);
  wfd_pump_push (pump, NULL);
  kernel_bytes = G_MAXINT32;
  n = count_sent ();
  for (guint i = 0; i < 20; i++)
    gst_test_clock_crank (GST_TEST_CLOCK (test_clock));
  fail_unless_equals_int (count_sent (), n);
  g_mutex_lock (&lock);
  kernel_bytes = 1;
  g_mutex_unlock (&lock);
  run_until_sent (100);
  check_sequence (100);
  fail_unless_equals_int (n_lost, 0);
}

GST_END_TEST;

/* Not when they are put in, as they may be given up. */
GST_START_TEST (pictures_are_told_when_they_begin_to_leave)
{
  kernel_bytes = G_MAXINT32;
  put_picture (100, 7);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, TRUE });
  put_picture (20, 8);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, FALSE });
  fail_unless (count_sent () < 100);
  fail_unless_equals_int (leaving->len, 1);
  fail_unless_equals_uint64 (g_array_index (leaving, guint64, 0), 7);
  g_mutex_lock (&lock);
  kernel_bytes = 1;
  g_mutex_unlock (&lock);
  run_until_sent (120);
  wait_for (&n_left, 1);
  fail_unless_equals_int (leaving->len, 2);
  fail_unless_equals_uint64 (g_array_index (leaving, guint64, 1), 8);
}

GST_END_TEST;

/* As on a cable: nothing is to be seen of it later. */
GST_START_TEST (all_leaves_at_once_where_nothing_waits)
{
  kernel_bytes = 0;
  put (100);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, TRUE });
  check_sequence (100);
  fail_unless (wfd_rate_control_get_look_us (rate) == G_MAXINT64);
}

GST_END_TEST;

GST_START_TEST (link_that_becomes_slow_is_seen)
{
  kernel_bytes = 0;
  put (100);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, TRUE });
  kernel_bytes = G_MAXINT32;
  put (100);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, FALSE });
  fail_unless (count_sent () < 200);
}

GST_END_TEST;

GST_START_TEST (too_much_is_refused)
{
  kernel_bytes = G_MAXINT32;
  fail_unless (put (500));
  fail_if (put (500));
}

GST_END_TEST;

GST_START_TEST (large_picture_on_a_slow_link_leaves_whole)
{
  put (100);
  wfd_pump_push (pump, NULL);
  for (guint i = 0; i < 5; i++) {
    guint n = count_sent_by_now ();

    fail_unless (n < 100);
    advance (600, &sent->len, n + 1);
  }
  run_until_sent (100);
  check_sequence (100);
  fail_unless_equals_int (n_lost, 0);
}

GST_END_TEST;

/* On each step a little leaves. */
GST_START_TEST (what_waited_for_four_seconds_is_given_up)
{
  put (500);
  wfd_pump_push (pump, NULL);
  for (guint i = 0; i < 5; i++) {
    guint n = count_sent_by_now ();

    advance (700, &sent->len, n + 1);
  }
  fail_unless_equals_int (n_lost, 0);
  advance (700, &n_lost, 1);
}

GST_END_TEST;

GST_START_TEST (what_stands_still_for_a_second_is_given_up)
{
  WfdPumpStats stats;

  kernel_bytes = G_MAXINT32;
  put (100);
  wfd_pump_push (pump, NULL);
  advance (2000, &n_lost, 1);
  wfd_pump_get_stats (pump, &stats);
  fail_unless_equals_uint64 (stats.packets + stats.thrown_away, 100);
  /* What comes after it is not. */
  g_mutex_lock (&lock);
  kernel_bytes = 1;
  g_mutex_unlock (&lock);
  put (10);
  wfd_pump_push (pump, NULL);
  run_until_sent (stats.packets + 10);
}

GST_END_TEST;

GST_START_TEST (socket_without_room_is_tried_again)
{
  send_error = EAGAIN;
  put (3);
  wfd_pump_push (pump, NULL);
  fail_unless_equals_int (count_sent (), 0);
  gst_test_clock_crank (GST_TEST_CLOCK (test_clock));
  g_mutex_lock (&lock);
  send_error = 0;
  g_mutex_unlock (&lock);
  run_until_sent (3);
  check_sequence (3);
  fail_unless_equals_int (n_lost, 0);
}

GST_END_TEST;

/* Of a batch that the kernel does not cut up some may be out when there is no room. */
GST_START_TEST (nothing_leaves_twice)
{
  wfd_rate_control_close (rate);
  segments_error = EIO;
  n_takes = 3;
  put (10);
  wfd_pump_push (pump, NULL);
  g_mutex_lock (&lock);
  fail_unless_equals_int (sent->len, 3);
  send_error = 0;
  g_mutex_unlock (&lock);
  wfd_pump_push (pump, NULL);
  check_sequence (10);
}

GST_END_TEST;

GST_START_TEST (network_that_takes_nothing_is_told_of_once)
{
  WfdPumpStats stats;

  send_error = ENETUNREACH;
  for (guint i = 1; i <= 3; i++) {
    put (3);
    wfd_pump_push (pump, NULL);
    wait_for (&n_lost, i);
  }
  wait_for (&n_troubles, 1);
  wfd_pump_get_stats (pump, &stats);
  fail_unless_equals_int (n_troubles, 1);
  fail_unless_equals_uint64 (stats.errors, 3);
  fail_unless_equals_uint64 (stats.packets, 0);
}

GST_END_TEST;

GST_START_TEST (what_is_thrown_away_holds_up_no_picture)
{
  WfdRateDecision decision;

  kernel_bytes = 0;
  send_error = ENETUNREACH;
  put (400);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, TRUE });
  fail_unless (wfd_rate_control_decide (rate, 9 * G_USEC_PER_SEC, &decision));
  fail_if (decision.skip, "%s", wfd_rate_reason_to_text (decision.reason));
}

GST_END_TEST;

/* The thread tries on its own what is put in. */
GST_START_TEST (what_is_thrown_away_before_it_is_handed_over_holds_up_no_picture)
{
  WfdRateDecision decision;

  kernel_bytes = 0;
  send_error = ENETUNREACH;
  put (400);
  wfd_pump_drain (pump);
  wait_for (&n_drained, 1);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, TRUE });
  fail_unless (wfd_rate_control_decide (rate, 9 * G_USEC_PER_SEC, &decision));
  fail_if (decision.skip, "%s", wfd_rate_reason_to_text (decision.reason));
}

GST_END_TEST;

GST_START_TEST (pause_throws_away_what_waits)
{
  guint n;

  kernel_bytes = G_MAXINT32;
  put (100);
  wfd_pump_push (pump, NULL);
  n = count_sent ();
  wfd_pump_set_clock (pump, NULL, 0);
  fail_if (put (1));
  wfd_pump_set_clock (pump, test_clock, GST_SECOND);
  wfd_pump_free (g_steal_pointer (&pump));
  fail_unless_equals_int (count_sent (), n);
}

GST_END_TEST;

GST_START_TEST (end_lets_nothing_more_into_the_kernel)
{
  guint n_sent;

  put (100);
  wfd_pump_push (pump, NULL);
  n_sent = count_sent ();
  fail_unless (n_sent < 100);
  wfd_pump_free (g_steal_pointer (&pump));
  fail_unless_equals_int (count_sent (), n_sent);
}

GST_END_TEST;

GST_START_TEST (end_of_stream_is_told_when_all_has_left)
{
  kernel_bytes = G_MAXINT32;
  put (100);
  wfd_pump_push (pump, NULL);
  wfd_pump_drain (pump);
  for (guint i = 0; i < 5; i++)
    gst_test_clock_crank (GST_TEST_CLOCK (test_clock));
  fail_unless (count_sent () < 100);
  g_mutex_lock (&lock);
  fail_unless_equals_int (n_drained, 0);
  kernel_bytes = 1;
  g_mutex_unlock (&lock);
  run_until_sent (100);
  wait_for (&n_drained, 1);
  check_sequence (100);
  fail_unless_equals_int (n_lost, 0);
}

GST_END_TEST;

GST_START_TEST (end_of_stream_is_told_at_once_when_nothing_waits)
{
  wfd_pump_drain (pump);
  wait_for (&n_drained, 1);
}

GST_END_TEST;

GST_START_TEST (end_of_stream_waits_for_a_link_that_stands_still_a_second_at_most)
{
  kernel_bytes = G_MAXINT32;
  put (100);
  wfd_pump_push (pump, NULL);
  wfd_pump_drain (pump);
  advance (1001, &n_drained, 1);
}

GST_END_TEST;

GST_START_TEST (end_of_stream_is_told_when_the_peer_pauses_or_leaves_first)
{
  kernel_bytes = G_MAXINT32;
  put (100);
  wfd_pump_push (pump, NULL);
  wfd_pump_drain (pump);
  if (__i__ == 0)
    wfd_pump_set_clock (pump, NULL, 0);
  else
    wfd_pump_free (g_steal_pointer (&pump));
  wait_for (&n_drained, 1);
  fail_unless_equals_int (n_drained, 1);
}

GST_END_TEST;

/* A driver that tells of packets is only heard if these come one by one. */
GST_START_TEST (packets_are_cut_up_by_the_kernel_once_the_driver_has_told_nothing)
{
  put (200);
  wfd_pump_push (pump, NULL);
  run_until_sent (200);
  fail_unless_equals_int (most_segments, 1);
  put (200);
  wfd_pump_push (pump, NULL);
  run_until_sent (400);
  fail_unless (most_segments > 1);
  check_sequence (400);
}

GST_END_TEST;

GST_START_TEST (packets_that_come_one_after_another_leave_in_one_call)
{
  put (200);
  wfd_pump_push (pump, NULL);
  run_until_sent (200);
  fail_unless_equals_int (count_sent_by_now (), 200);
  for (guint i = 0; i < 3; i++)
    put (2);
  wfd_pump_push (pump, NULL);
  run_until_sent (206);
  fail_unless_equals_int (most_segments, 6);
  check_sequence (206);
}

GST_END_TEST;

static void
set_kernel_bytes (gint64 bytes)
{
  g_mutex_lock (&lock);
  kernel_bytes = bytes;
  g_mutex_unlock (&lock);
}

static GstClockTime
get_next_pending (void)
{
  GstClockID id;
  GstClockTime time;

  gst_test_clock_wait_for_next_pending_id (GST_TEST_CLOCK (test_clock), &id);
  time = gst_clock_id_get_time (id);
  gst_clock_id_unref (id);
  return time;
}

/* To be woken for each costs both threads more than to look. */
GST_START_TEST (thread_sleeps_until_the_look_at_the_next_picture)
{
  for (guint i = 0; i < 20; i++) {
    GstClockTime at = 11 * GST_SECOND + i * 16 * GST_MSECOND;

    gst_test_clock_set_time (GST_TEST_CLOCK (test_clock), at);
    if (i >= 2) {
      fail_unless (get_next_pending () >= at + 2 * GST_MSECOND);
      fail_unless (get_next_pending () <= at + 8 * GST_MSECOND);
    }
    set_kernel_bytes (1);
    put (3);
    wfd_pump_push (pump, &(WfdRateFrame) { 0, i == 0 });
    set_kernel_bytes (0);
    gst_test_clock_crank (GST_TEST_CLOCK (test_clock));
    while (wfd_rate_control_get_look_us (rate) != G_MAXINT64)
      g_thread_yield ();
  }
  check_sequence (60);
}

GST_END_TEST;

GST_START_TEST (what_waits_leaves_with_the_look_of_a_decision)
{
  WfdRateDecision decision;
  guint n;

  set_kernel_bytes (G_MAXINT32);
  put (60);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, TRUE });
  n = count_sent ();
  fail_unless (n > 0 && n < 60);
  fail_unless (wfd_rate_control_decide (rate, 9 * G_USEC_PER_SEC + 10, &decision));
  fail_unless_equals_int (count_sent (), n);
  set_kernel_bytes (0);
  fail_unless (wfd_rate_control_decide (rate, 9 * G_USEC_PER_SEC + 20, &decision));
  fail_unless (count_sent () > n);
  check_sequence (count_sent ());
}

GST_END_TEST;

GST_START_TEST (look_that_is_nearly_due_comes_with_the_hand_over)
{
  guint n;

  put (3);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, TRUE });
  get_next_pending ();
  n = read_count (&n_looks);
  gst_test_clock_advance_time (GST_TEST_CLOCK (test_clock), 3 * GST_MSECOND);
  put (3);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, FALSE });
  fail_unless_equals_int (read_count (&n_looks), n);
  gst_test_clock_advance_time (GST_TEST_CLOCK (test_clock), 2 * GST_MSECOND);
  put (3);
  wfd_pump_push (pump, &(WfdRateFrame) { 0, FALSE });
  fail_unless_equals_int (read_count (&n_looks), n + 1);
}

GST_END_TEST;

/* --- the queue --- */

GST_START_TEST (queue_gives_back_in_parts_what_was_put_in)
{
  WfdSendQueue queue = WFD_SEND_QUEUE_INIT;
  const guint8 *data;
  gsize bytes, segment_bytes;

  fail_unless_equals_int (wfd_send_queue_peek (&queue, 9, &data, &bytes, &segment_bytes), 0);
  wfd_send_queue_put (&queue, (const guint8 *) "aabbc", 5, 2, 31, 7);
  wfd_send_queue_put (&queue, (const guint8 *) "dd", 2, 2, WFD_SEND_QUEUE_NO_PICTURE, 8);
  fail_unless_equals_int (queue.n_packets, 4);
  fail_unless_equals_int (queue.bytes, 7);
  fail_unless_equals_int (wfd_send_queue_get_since_us (&queue), 7);

  fail_unless_equals_int (wfd_send_queue_peek (&queue, 1, &data, &bytes, &segment_bytes), 1);
  fail_unless (bytes == 2 && memcmp (data, "aa", 2) == 0);
  fail_unless_equals_uint64 (wfd_send_queue_drop (&queue, 1), 31);
  fail_unless_equals_int (wfd_send_queue_peek (&queue, 9, &data, &bytes, &segment_bytes), 2);
  fail_unless (bytes == 3 && memcmp (data, "bbc", 3) == 0);
  fail_unless_equals_uint64 (wfd_send_queue_drop (&queue, 2), WFD_SEND_QUEUE_NO_PICTURE);
  fail_unless_equals_int (wfd_send_queue_get_since_us (&queue), 8);
  fail_unless_equals_int (queue.bytes, 2);
  wfd_send_queue_clear (&queue);
  fail_unless_equals_int (queue.n_packets, 0);
  fail_unless (wfd_send_queue_get_since_us (&queue) == G_MAXINT64);
}

GST_END_TEST;

/* Sound alone, say: each time one is put in and one leaves, and something always waits. */
GST_START_TEST (queue_that_is_never_empty_is_no_older_than_what_waits)
{
  WfdSendQueue queue = WFD_SEND_QUEUE_INIT;
  const guint8 *data;
  gsize bytes, segment_bytes;

  wfd_send_queue_put (&queue, (const guint8 *) "xx", 2, 2, WFD_SEND_QUEUE_NO_PICTURE, 0);
  for (guint i = 1; i < 1000; i++) {
    wfd_send_queue_put (&queue, (const guint8 *) "xx", 2, 2, WFD_SEND_QUEUE_NO_PICTURE, i);
    fail_unless_equals_int (wfd_send_queue_peek (&queue, 1, &data, &bytes, &segment_bytes), 1);
    wfd_send_queue_drop (&queue, 1);
    fail_unless_equals_int (queue.n_packets, 1);
    fail_unless (wfd_send_queue_get_since_us (&queue) + WFD_UDP_MAX_SEGMENTS > i);
  }
  wfd_send_queue_clear (&queue);
}

GST_END_TEST;

static Suite *
pump_suite (void)
{
  Suite *suite = suite_create ("wfd-pump");
  TCase *all = tcase_create ("pump"), *queue = tcase_create ("queue");

  suite_add_tcase (suite, all);
  tcase_add_checked_fixture (all, set_up, tear_down);
  tcase_add_test (all, kernel_gets_no_more_than_the_gate_at_a_time);
  tcase_add_test (all, nothing_leaves_while_the_kernel_is_full);
  tcase_add_test (all, pictures_are_told_when_they_begin_to_leave);
  tcase_add_test (all, all_leaves_at_once_where_nothing_waits);
  tcase_add_test (all, link_that_becomes_slow_is_seen);
  tcase_add_test (all, too_much_is_refused);
  tcase_add_test (all, large_picture_on_a_slow_link_leaves_whole);
  tcase_add_test (all, what_waited_for_four_seconds_is_given_up);
  tcase_add_test (all, what_stands_still_for_a_second_is_given_up);
  tcase_add_test (all, socket_without_room_is_tried_again);
  tcase_add_test (all, nothing_leaves_twice);
  tcase_add_test (all, network_that_takes_nothing_is_told_of_once);
  tcase_add_test (all, what_is_thrown_away_holds_up_no_picture);
  tcase_add_test (all, what_is_thrown_away_before_it_is_handed_over_holds_up_no_picture);
  tcase_add_test (all, pause_throws_away_what_waits);
  tcase_add_test (all, end_lets_nothing_more_into_the_kernel);
  tcase_add_test (all, end_of_stream_is_told_when_all_has_left);
  tcase_add_test (all, end_of_stream_is_told_at_once_when_nothing_waits);
  tcase_add_test (all, end_of_stream_waits_for_a_link_that_stands_still_a_second_at_most);
  tcase_add_loop_test (all, end_of_stream_is_told_when_the_peer_pauses_or_leaves_first, 0, 2);
  tcase_add_test (all, packets_are_cut_up_by_the_kernel_once_the_driver_has_told_nothing);
  tcase_add_test (all, packets_that_come_one_after_another_leave_in_one_call);
  tcase_add_test (all, thread_sleeps_until_the_look_at_the_next_picture);
  tcase_add_test (all, what_waits_leaves_with_the_look_of_a_decision);
  tcase_add_test (all, look_that_is_nearly_due_comes_with_the_hand_over);
  suite_add_tcase (suite, queue);
  tcase_add_test (queue, queue_gives_back_in_parts_what_was_put_in);
  tcase_add_test (queue, queue_that_is_never_empty_is_no_older_than_what_waits);
  return suite;
}

GST_CHECK_MAIN (pump);
