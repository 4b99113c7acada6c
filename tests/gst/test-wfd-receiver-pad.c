/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#include <wfd-receiver-pad.h>

#include "recorder.h"

#define MIB (1024 * 1024)

/* A pad in an element, and a place behind it that the test can block. */
static GstElement *element;
static Recorder *recorder;
static WfdReceiverPad *under_test;
static GstPad *behind;
static GAsyncQueue *came; /* GstBuffer or GstEvent */
static GMutex blocked;
static GstFlowReturn flow;
static gint n_wanted; /* key units, atomic */

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  g_async_queue_push (came, buffer);
  g_mutex_lock (&blocked);
  g_mutex_unlock (&blocked);
  return flow;
}

static gboolean
take_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  g_async_queue_push (came, event);
  return TRUE;
}

static void
want_key_unit (gpointer user_data)
{
  g_atomic_int_inc (&n_wanted);
}

static void
link_behind (void)
{
  fail_unless (gst_pad_link (GST_PAD (under_test), behind) == GST_PAD_LINK_OK);
}

static void
begin (void)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  wfd_receiver_pad_send_event (under_test, gst_event_new_stream_start ("test"));
  wfd_receiver_pad_send_event (under_test, gst_event_new_segment (&segment));
}

static void
set_up (gboolean begins_with_key)
{
  g_autoptr (GstPadTemplate) template = gst_static_pad_template_get (&src_template);
  const WfdReceiverPadConfig config = { .begins_with_key = begins_with_key,
    .latency = 30 * GST_MSECOND,
    .key_unit_wanted = want_key_unit };

  flow = GST_FLOW_OK;
  n_wanted = 0;
  came = g_async_queue_new_full ((GDestroyNotify) gst_mini_object_unref);
  element = gst_pipeline_new (NULL);
  recorder = recorder_new (element);
  under_test = wfd_receiver_pad_new (template, &config);
  gst_pad_set_active (GST_PAD (under_test), TRUE);
  gst_element_add_pad (element, GST_PAD (under_test));
  gst_element_set_state (element, GST_STATE_PAUSED);
  behind = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (behind, chain);
  gst_pad_set_event_function (behind, take_event);
  gst_pad_set_active (behind, TRUE);
}

static void
tear_down (void)
{
  gst_pad_set_active (behind, FALSE);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (behind);
  recorder_free (recorder);
  /* It would keep what is said of the end, and with it the element. */
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
  g_async_queue_unref (came);
}

static gboolean
push (gsize size, gboolean is_key, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  GST_BUFFER_PTS (buffer) = pts;
  if (!is_key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return wfd_receiver_pad_push (under_test, buffer);
}

static GstMiniObject *
take (void)
{
  GstMiniObject *item = g_async_queue_timeout_pop (came, WATCHDOG / GST_USECOND);

  fail_unless (item != NULL, "nothing comes");
  return item;
}

static void
expect_event (GstEventType type)
{
  GstMiniObject *item = take ();

  fail_unless (GST_IS_EVENT (item));
  fail_unless_equals_int (GST_EVENT_TYPE (item), type);
  gst_mini_object_unref (item);
}

static void
expect_buffer (GstClockTime pts, gboolean discont)
{
  GstMiniObject *item = take ();

  fail_unless (GST_IS_BUFFER (item));
  fail_unless_equals_uint64 (GST_BUFFER_PTS (item), pts);
  fail_unless (GST_BUFFER_FLAG_IS_SET (item, GST_BUFFER_FLAG_DISCONT) == discont);
  gst_mini_object_unref (item);
}

static void
start (gboolean begins_with_key)
{
  set_up (begins_with_key);
  link_behind ();
  begin ();
  expect_event (GST_EVENT_STREAM_START);
  expect_event (GST_EVENT_SEGMENT);
}

GST_START_TEST (slow_one_gets_what_fits_and_then_a_key_unit)
{
  start (TRUE);
  fail_if (push (MIB, FALSE, 0));
  g_mutex_lock (&blocked);
  fail_unless (push (MIB, TRUE, 0));
  expect_buffer (0, TRUE);
  /* It is in there, and eight more find room. */
  for (guint i = 1; i < 20; i++)
    fail_unless (push (MIB, i % 5 == 0, i));
  fail_unless_equals_uint64 (wfd_receiver_pad_count_dropped (under_test), 11);
  g_mutex_unlock (&blocked);
  for (guint i = 1; i <= 8; i++)
    expect_buffer (i, FALSE);
  fail_if (push (MIB, FALSE, 20));
  fail_unless (push (MIB, TRUE, 21));
  expect_buffer (21, TRUE);
  fail_unless (push (MIB, FALSE, 22));
  expect_buffer (22, FALSE);
  tear_down ();
}

GST_END_TEST;

/* Even if there was room again meanwhile: it would fall behind at once. */
GST_START_TEST (slow_one_has_to_catch_up_first)
{
  start (FALSE);
  g_mutex_lock (&blocked);
  push (MIB, TRUE, 0);
  expect_buffer (0, TRUE);
  for (guint i = 1; i < 10; i++)
    push (MIB, TRUE, i);
  fail_unless (push (1, TRUE, 10));
  fail_unless_equals_uint64 (wfd_receiver_pad_count_dropped (under_test), 2);
  g_mutex_unlock (&blocked);
  for (guint i = 1; i < 9; i++)
    expect_buffer (i, FALSE);
  fail_unless (push (1, FALSE, 11));
  expect_buffer (11, TRUE);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (many_small_buffers_are_too_many)
{
  start (FALSE);
  g_mutex_lock (&blocked);
  for (guint i = 0; i < 10000; i++)
    push (1, TRUE, 0);
  fail_unless (wfd_receiver_pad_count_dropped (under_test) > 1000);
  g_mutex_unlock (&blocked);
  tear_down ();
}

GST_END_TEST;

static void
send_caps (gint rate)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("audio/mpeg", "rate", G_TYPE_INT, rate, NULL);

  wfd_receiver_pad_send_event (under_test, gst_event_new_caps (caps));
}

/* A source that says with each buffer that all is new. */
GST_START_TEST (events_of_what_is_dropped_do_not_pile_up)
{
  GstSegment segment;
  guint n = 0;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  set_up (FALSE);
  link_behind ();
  wfd_receiver_pad_send_event (under_test, gst_event_new_stream_start ("test"));
  send_caps (0);
  wfd_receiver_pad_send_event (under_test, gst_event_new_segment (&segment));
  g_mutex_lock (&blocked);
  for (guint i = 1; i < 30000; i++) {
    send_caps (i);
    push (8, TRUE, i * GST_SECOND);
    wfd_receiver_pad_fill (under_test, (i + 1) * GST_SECOND);
  }
  g_mutex_unlock (&blocked);
  wfd_receiver_pad_send_event (under_test, gst_event_new_eos ());
  for (;;) {
    GstMiniObject *item = take ();
    gboolean last = GST_IS_EVENT (item) && GST_EVENT_TYPE (item) == GST_EVENT_EOS;

    gst_mini_object_unref (item);
    if (last)
      break;
    n++;
  }
  fail_unless (n <= 8192 + 16);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (pad_that_is_linked_late_begins_then)
{
  set_up (FALSE);
  begin ();
  for (guint i = 0; i < 100; i++)
    fail_unless (push (MIB, TRUE, i));
  fail_unless_equals_int (g_async_queue_length (came), 0);
  link_behind ();
  fail_unless (push (1, TRUE, 1000));
  expect_event (GST_EVENT_STREAM_START);
  expect_event (GST_EVENT_SEGMENT);
  tear_down ();
}

GST_END_TEST;

static void
expect_gap (GstClockTime start_time, GstClockTime duration)
{
  GstMiniObject *item = take ();
  GstClockTime is_start, is_duration;

  fail_unless (GST_IS_EVENT (item) && GST_EVENT_TYPE (item) == GST_EVENT_GAP);
  gst_event_parse_gap (GST_EVENT (item), &is_start, &is_duration);
  fail_unless_equals_uint64 (is_start, start_time);
  fail_unless_equals_uint64 (is_duration, duration);
  gst_mini_object_unref (item);
}

GST_START_TEST (silence_is_a_gap_at_once_and_then_each_half_second)
{
  start (FALSE);
  wfd_receiver_pad_fill (under_test, GST_SECOND);
  expect_gap (GST_SECOND, GST_MSECOND);
  wfd_receiver_pad_fill (under_test, 1400 * GST_MSECOND);
  wfd_receiver_pad_fill (under_test, 1501 * GST_MSECOND);
  expect_gap (1001 * GST_MSECOND, 500 * GST_MSECOND);
  /* What comes is no gap. */
  push (1, TRUE, 1900 * GST_MSECOND);
  expect_buffer (1900 * GST_MSECOND, TRUE);
  wfd_receiver_pad_fill (under_test, 2399 * GST_MSECOND);
  wfd_receiver_pad_fill (under_test, 2400 * GST_MSECOND);
  expect_gap (1900 * GST_MSECOND, 500 * GST_MSECOND);
  /* And time may go back. */
  wfd_receiver_pad_fill (under_test, GST_SECOND);
  expect_gap (GST_SECOND, GST_MSECOND);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (failure_behind_is_told_once_and_ends_the_stream)
{
  g_autoptr (GError) error = NULL;

  start (FALSE);
  flow = GST_FLOW_NOT_NEGOTIATED;
  push (1, TRUE, 0);
  push (1, TRUE, 1);
  error = recorder_wait_error (recorder);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED));
  expect_buffer (0, TRUE);
  expect_event (GST_EVENT_EOS);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (failure_while_all_is_stopped_is_none)
{
  start (FALSE);
  flow = GST_FLOW_ERROR;
  /* As it is from the first moment of the change to NULL. */
  GST_STATE_TARGET (element) = GST_STATE_NULL;
  push (1, TRUE, 0);
  expect_buffer (0, TRUE);
  expect_event (GST_EVENT_EOS);
  recorder_assert_no_error (recorder);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (pad_is_live_and_takes_wishes)
{
  g_autoptr (GstQuery) latency = gst_query_new_latency ();
  g_autoptr (GstQuery) seeking = gst_query_new_seeking (GST_FORMAT_TIME);
  GstClockTime min, max;
  gboolean live, seekable;

  start (FALSE);
  fail_unless (gst_pad_peer_query (behind, latency));
  gst_query_parse_latency (latency, &live, &min, &max);
  fail_unless (live && min == 30 * GST_MSECOND && max == GST_CLOCK_TIME_NONE);
  fail_unless (gst_pad_peer_query (behind, seeking));
  gst_query_parse_seeking (seeking, NULL, &seekable, NULL, NULL);
  fail_if (seekable);
  fail_unless (gst_pad_push_event (behind,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0)));
  fail_unless_equals_int (n_wanted, 1);
  tear_down ();
}

GST_END_TEST;

static Suite *
wfd_receiver_pad_suite (void)
{
  Suite *suite = suite_create ("wfd-receiver-pad");
  TCase *tcase = tcase_create ("pad");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, slow_one_gets_what_fits_and_then_a_key_unit);
  tcase_add_test (tcase, slow_one_has_to_catch_up_first);
  tcase_add_test (tcase, many_small_buffers_are_too_many);
  tcase_add_test (tcase, events_of_what_is_dropped_do_not_pile_up);
  tcase_add_test (tcase, pad_that_is_linked_late_begins_then);
  tcase_add_test (tcase, silence_is_a_gap_at_once_and_then_each_half_second);
  tcase_add_test (tcase, failure_behind_is_told_once_and_ends_the_stream);
  tcase_add_test (tcase, failure_while_all_is_stopped_is_none);
  tcase_add_test (tcase, pad_is_live_and_takes_wishes);
  return suite;
}

GST_CHECK_MAIN (wfd_receiver_pad);
