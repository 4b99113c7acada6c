/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <wfd-gate.h>

#include "recorder.h"
#include "stream-writer.h"

/* A gate between a source whose kind the test decides and a place that counts. */
typedef struct
{
  GstHarness *h;
  WfdGateGroup *group;
  WfdGate *gate;
  gboolean live;
  guint latency_queries;
} Fixture;

static Fixture fixture;

static GstPadProbeReturn
answer_latency (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_PAD_PROBE_OK;
  fixture.latency_queries++;
  gst_query_set_latency (query, fixture.live, 0, GST_CLOCK_TIME_NONE);
  return GST_PAD_PROBE_HANDLED;
}

/* Around a gate that is @member of the group. */
static GstHarness *
new_harness (guint member)
{
  GstElement *gate = wfd_gate_new (fixture.group, member);
  GstHarness *h = gst_harness_new_with_element (gate, "sink", "src");
  GstSegment segment;

  gst_object_unref (gate);
  gst_harness_set_src_caps_str (h, "video/mpegts, packetsize=188, systemstream=true");
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  gst_pad_add_probe (h->srcpad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM, answer_latency, NULL, NULL);
  return h;
}

static void
set_up (gboolean live)
{
  fixture = (Fixture) { .live = live, .group = wfd_gate_group_new () };
  fixture.h = new_harness (0);
  fixture.gate = WFD_GATE (fixture.h->element);
}

static void
tear_down (void)
{
  gst_harness_teardown (fixture.h);
  wfd_gate_group_unref (fixture.group);
}

static GstBuffer *
make_buffer (guint number, GstClockTime pts)
{
  GstBuffer *buffer = stream_write_numbered (number, 2);

  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

static guint
pull_number (void)
{
  g_autoptr (GstBuffer) buffer = gst_harness_pull (fixture.h);
  guint8 packet[8];

  fail_unless (buffer != NULL);
  gst_buffer_extract (buffer, 0, packet, sizeof packet);
  return stream_read_number (packet);
}

/* What a thread that pushes comes back with. */
typedef struct
{
  GstBuffer *buffer;
  GstFlowReturn flow;
} Push;

static gpointer
push (gpointer data)
{
  Push *self = data;

  self->flow = gst_harness_push (fixture.h, g_steal_pointer (&self->buffer));
  return NULL;
}

static guint
count_key_unit_requests (void)
{
  guint n = 0;
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (fixture.h)) != NULL) {
    if (gst_video_event_is_force_key_unit (event)) {
      gboolean all_headers;

      gst_video_event_parse_upstream_force_key_unit (event, NULL, &all_headers, NULL);
      fail_unless (all_headers);
      n++;
    }
    gst_event_unref (event);
  }
  return n;
}

GST_START_TEST (live_stream_is_dropped_while_closed)
{
  WfdGateStats stats;

  set_up (TRUE);
  fail_unless_equals_int (gst_harness_push (fixture.h, make_buffer (1, 0)), GST_FLOW_OK);
  wfd_gate_set_open (fixture.gate, TRUE);
  gst_harness_push (fixture.h, make_buffer (2, 0));
  wfd_gate_set_open (fixture.gate, FALSE);
  gst_harness_push (fixture.h, make_buffer (3, 0));
  wfd_gate_set_open (fixture.gate, TRUE);
  gst_harness_push (fixture.h, make_buffer (4, 0));

  fail_unless_equals_int (pull_number (), 2);
  fail_unless_equals_int (pull_number (), 4);
  fail_unless_equals_int (gst_harness_buffers_in_queue (fixture.h), 0);
  wfd_gate_get_stats (fixture.gate, &stats);
  fail_unless_equals_uint64 (stats.dropped_buffers, 2);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (upstream_is_asked_whether_it_is_live_and_only_once)
{
  gboolean live;

  set_up (TRUE);
  for (guint i = 0; i < 5; i++)
    gst_harness_push (fixture.h, make_buffer (i, 0));
  fail_unless_equals_int (fixture.latency_queries, 1);
  g_object_get (fixture.gate, "live", &live, NULL);
  fail_unless (live);
  tear_down ();
}

GST_END_TEST;

static void
note_notify (GObject *object, GParamSpec *pspec, GAsyncQueue *told)
{
  g_async_queue_push (told, object);
}

/* The thread is known to be in the gate: it has told what upstream is. */
static GThread *
push_until_it_blocks (Push *self)
{
  GAsyncQueue *told = g_async_queue_new ();
  GThread *thread;

  g_signal_connect (fixture.gate, "notify::live", G_CALLBACK (note_notify), told);
  thread = g_thread_new ("push", push, self);
  g_async_queue_pop (told);
  g_signal_handlers_disconnect_by_data (fixture.gate, told);
  g_async_queue_unref (told);
  return thread;
}

GST_START_TEST (stored_stream_waits_until_the_gate_opens)
{
  Push one = { make_buffer (1, 0), GST_FLOW_CUSTOM_ERROR };
  GThread *thread;

  set_up (FALSE);
  thread = push_until_it_blocks (&one);
  fail_unless_equals_int (gst_harness_buffers_received (fixture.h), 0);
  wfd_gate_set_open (fixture.gate, TRUE);
  g_thread_join (thread);
  fail_unless_equals_int (one.flow, GST_FLOW_OK);
  fail_unless_equals_int (pull_number (), 1);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stop_frees_a_stream_that_waits)
{
  Push one = { make_buffer (1, 0), GST_FLOW_CUSTOM_ERROR };
  GThread *thread;

  set_up (FALSE);
  thread = push_until_it_blocks (&one);
  gst_element_set_state (GST_ELEMENT (fixture.gate), GST_STATE_NULL);
  g_thread_join (thread);
  fail_unless_equals_int (one.flow, GST_FLOW_FLUSHING);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (flush_frees_a_stream_that_waits)
{
  Push one = { make_buffer (1, 0), GST_FLOW_CUSTOM_ERROR };
  GThread *thread;

  set_up (FALSE);
  thread = push_until_it_blocks (&one);
  gst_harness_push_event (fixture.h, gst_event_new_flush_start ());
  g_thread_join (thread);
  fail_unless_equals_int (one.flow, GST_FLOW_FLUSHING);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (ended_gate_tells_upstream_to_stop)
{
  Push one = { make_buffer (1, 0), GST_FLOW_CUSTOM_ERROR };
  GThread *thread;

  set_up (FALSE);
  thread = push_until_it_blocks (&one);
  wfd_gate_end (fixture.gate);
  g_thread_join (thread);
  fail_unless_equals_int (one.flow, GST_FLOW_EOS);
  wfd_gate_set_open (fixture.gate, TRUE);
  fail_unless_equals_int (gst_harness_push (fixture.h, make_buffer (2, 0)), GST_FLOW_EOS);
  tear_down ();
}

GST_END_TEST;

static GstClockTime
pull_running_time (void)
{
  g_autoptr (GstBuffer) buffer = gst_harness_pull (fixture.h);
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (fixture.h->sinkpad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;

  gst_event_parse_segment (event, &segment);
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
}

GST_START_TEST (stored_stream_goes_on_at_the_time_it_is)
{
  set_up (FALSE);
  gst_harness_use_testclock (fixture.h);

  /* The display said PLAY after seven seconds. */
  gst_harness_set_time (fixture.h, 7 * GST_SECOND);
  wfd_gate_set_open (fixture.gate, TRUE);
  gst_harness_push (fixture.h, make_buffer (1, 0));
  gst_harness_push (fixture.h, make_buffer (2, GST_SECOND));
  fail_unless_equals_uint64 (pull_running_time (), 7 * GST_SECOND);
  fail_unless_equals_uint64 (pull_running_time (), 8 * GST_SECOND);

  /* It paused for a while. */
  wfd_gate_set_open (fixture.gate, FALSE);
  gst_harness_set_time (fixture.h, 60 * GST_SECOND);
  wfd_gate_set_open (fixture.gate, TRUE);
  gst_harness_push (fixture.h, make_buffer (3, 2 * GST_SECOND));
  gst_harness_push (fixture.h, make_buffer (4, 3 * GST_SECOND));
  fail_unless_equals_uint64 (pull_running_time (), 60 * GST_SECOND);
  fail_unless_equals_uint64 (pull_running_time (), 61 * GST_SECOND);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (live_stream_keeps_its_time)
{
  set_up (TRUE);
  gst_harness_use_testclock (fixture.h);
  gst_harness_set_time (fixture.h, 7 * GST_SECOND);
  wfd_gate_set_open (fixture.gate, TRUE);
  gst_harness_push (fixture.h, make_buffer (1, 6 * GST_SECOND));
  fail_unless_equals_uint64 (pull_running_time (), 6 * GST_SECOND);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stream_that_is_early_is_not_shifted)
{
  set_up (FALSE);
  gst_harness_use_testclock (fixture.h);
  gst_harness_set_time (fixture.h, GST_SECOND);
  wfd_gate_set_open (fixture.gate, TRUE);
  gst_harness_push (fixture.h, make_buffer (1, 5 * GST_SECOND));
  fail_unless_equals_uint64 (pull_running_time (), 5 * GST_SECOND);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (untimed_stream_is_warned_of_once)
{
  GstBus *bus = gst_bus_new ();
  GstMessage *message;

  set_up (FALSE);
  gst_element_set_bus (GST_ELEMENT (fixture.gate), bus);
  wfd_gate_set_open (fixture.gate, TRUE);
  gst_harness_push (fixture.h, make_buffer (1, GST_CLOCK_TIME_NONE));
  wfd_gate_set_open (fixture.gate, FALSE);
  wfd_gate_set_open (fixture.gate, TRUE);
  gst_harness_push (fixture.h, make_buffer (2, GST_CLOCK_TIME_NONE));
  fail_unless_equals_int (pull_number (), 1);
  fail_unless_equals_int (pull_number (), 2);

  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_unref (message);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
  gst_element_set_bus (GST_ELEMENT (fixture.gate), NULL);
  gst_object_unref (bus);
  tear_down ();
}

GST_END_TEST;

/* The first timestamp counts, though tables came before it. */
/* A file that is read as it is: what is in it has to be found out first. */
GST_START_TEST (stream_that_does_not_say_what_it_is_is_an_error)
{
  WfdGateGroup *group = wfd_gate_group_new ();
  GstElement *gate = wfd_gate_new (group, 0);
  GstHarness *h = gst_harness_new_with_element (gate, "sink", "src");
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  GstSegment segment;

  gst_element_set_bus (gate, bus);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_stream_start ("file"));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  fail_unless_equals_int (gst_harness_push (h, make_buffer (0, GST_CLOCK_TIME_NONE)),
      GST_FLOW_NOT_NEGOTIATED);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  assert_tells_programs (message);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT));
  fail_unless (strstr (error->message, "tsparse set-timestamps=true") != NULL, "%s",
      error->message);
  gst_element_set_bus (gate, NULL);
  gst_harness_teardown (h);
  gst_object_unref (gate);
  wfd_gate_group_unref (group);
}

GST_END_TEST;

GST_START_TEST (tables_without_a_time_are_no_untimed_stream)
{
  g_autoptr (GstBus) bus = gst_bus_new ();

  set_up (FALSE);
  gst_element_set_bus (GST_ELEMENT (fixture.gate), bus);
  gst_harness_set_time (fixture.h, 10 * GST_SECOND);
  wfd_gate_set_open (fixture.gate, TRUE);
  gst_harness_push (fixture.h, make_buffer (1, GST_CLOCK_TIME_NONE));
  gst_harness_push (fixture.h, make_buffer (2, GST_SECOND));
  gst_harness_push (fixture.h, make_buffer (3, 2 * GST_SECOND));
  for (guint i = 1; i <= 3; i++)
    fail_unless_equals_int (pull_number (), i);
  fail_unless_equals_int64 (gst_pad_get_offset (GST_PAD_PEER (fixture.h->sinkpad)), 9 * GST_SECOND);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
  gst_element_set_bus (GST_ELEMENT (fixture.gate), NULL);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (each_opening_asks_for_a_key_unit)
{
  set_up (TRUE);
  fail_unless_equals_int (count_key_unit_requests (), 0);
  wfd_gate_set_open (fixture.gate, TRUE);
  fail_unless_equals_int (count_key_unit_requests (), 1);
  wfd_gate_set_open (fixture.gate, TRUE);
  fail_unless_equals_int (count_key_unit_requests (), 0);
  wfd_gate_set_open (fixture.gate, FALSE);
  wfd_gate_set_open (fixture.gate, TRUE);
  fail_unless_equals_int (count_key_unit_requests (), 1);
  wfd_gate_request_key_unit (fixture.gate);
  fail_unless_equals_int (count_key_unit_requests (), 1);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (nothing_passes_an_open_gate_before_playing)
{
  set_up (TRUE);
  gst_element_set_state (GST_ELEMENT (fixture.gate), GST_STATE_PAUSED);
  wfd_gate_set_open (fixture.gate, TRUE);
  fail_unless_equals_int (count_key_unit_requests (), 0);
  gst_harness_push (fixture.h, make_buffer (1, 0));
  fail_unless_equals_int (gst_harness_buffers_in_queue (fixture.h), 0);
  gst_element_set_state (GST_ELEMENT (fixture.gate), GST_STATE_PLAYING);
  fail_unless_equals_int (count_key_unit_requests (), 1);
  gst_harness_push (fixture.h, make_buffer (2, 0));
  fail_unless_equals_int (pull_number (), 2);
  tear_down ();
}

GST_END_TEST;

static void
count_signal (WfdGate *gate, guint *n)
{
  (*n)++;
}

GST_START_TEST (end_of_stream_is_told_and_not_passed_on)
{
  guint n = 0;
  GstEvent *event;

  set_up (TRUE);
  g_signal_connect (fixture.gate, "end-of-stream", G_CALLBACK (count_signal), &n);
  fail_unless (gst_harness_push_event (fixture.h, gst_event_new_eos ()));
  fail_unless_equals_int (n, 1);
  while ((event = gst_harness_try_pull_event (fixture.h)) != NULL) {
    fail_if (GST_EVENT_TYPE (event) == GST_EVENT_EOS);
    gst_event_unref (event);
  }
  tear_down ();
}

GST_END_TEST;

static void
push_list (guint n_buffers)
{
  GstBufferList *list = gst_buffer_list_new ();

  wfd_gate_set_open (fixture.gate, TRUE);
  for (guint i = 0; i < n_buffers; i++)
    gst_buffer_list_add (list, make_buffer (i, 0));
  fail_unless_equals_int (gst_pad_push_list (fixture.h->srcpad, list), GST_FLOW_OK);
}

GST_START_TEST (list_of_ts_leaves_as_one_buffer)
{
  set_up (TRUE);
  wfd_gate_set_ts (fixture.gate);
  push_list (3);
  fail_unless_equals_int (gst_harness_buffers_in_queue (fixture.h), 1);
  fail_unless_equals_int (pull_number (), 0);
  tear_down ();
}

GST_END_TEST;

/* Each is a unit of its own. */
GST_START_TEST (frames_of_a_list_stay_apart)
{
  set_up (TRUE);
  push_list (3);
  fail_unless_equals_int (gst_harness_buffers_in_queue (fixture.h), 3);
  for (guint i = 0; i < 3; i++)
    fail_unless_equals_int (pull_number (), i);
  tear_down ();
}

GST_END_TEST;

static void
push_at (GstHarness *h, GstClockTime now, GstClockTime pts)
{
  gst_harness_use_testclock (h);
  gst_harness_set_time (h, now);
  wfd_gate_set_open (WFD_GATE (h->element), TRUE);
  fail_unless_equals_int (gst_harness_push (h, make_buffer (0, pts)), GST_FLOW_OK);
}

static GstClockTime
get_shift (GstHarness *h)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (h->element, "src");

  return gst_pad_get_offset (src);
}

/* A stream that goes on late takes the other one with it, so that the two stay in
 * time with each other, unless it is so little that it does not matter. */
GST_START_TEST (streams_of_one_group_are_shifted_alike)
{
  static const struct
  {
    GstClockTime at, shift;
  } rows[] = {
    { 4 * GST_SECOND, 4 * GST_SECOND },
    { 3 * GST_SECOND + 50 * GST_MSECOND, 3 * GST_SECOND },
  };
  GstHarness *other;

  set_up (FALSE);
  other = new_harness (1);
  push_at (fixture.h, 3 * GST_SECOND, 0);
  fail_unless_equals_uint64 (get_shift (fixture.h), 3 * GST_SECOND);

  push_at (other, rows[__i__].at, 0);
  gst_harness_push (fixture.h, make_buffer (2, 0));
  fail_unless_equals_uint64 (get_shift (fixture.h), rows[__i__].shift);
  gst_harness_teardown (other);
  tear_down ();
}

GST_END_TEST;

/* However often, and although each is the same member. */
GST_START_TEST (stream_that_joins_or_leaves_does_not_move_the_other)
{
  set_up (FALSE);
  push_at (fixture.h, 3 * GST_SECOND, 0);
  for (guint i = 0; i < 40; i++) {
    GstHarness *other = new_harness (1);

    gst_harness_push (fixture.h, make_buffer (1, 0));
    fail_unless_equals_uint64 (get_shift (fixture.h), 3 * GST_SECOND);
    push_at (other, 4 * GST_SECOND, 2 * GST_SECOND);
    fail_unless_equals_uint64 (get_shift (other), 3 * GST_SECOND);
    gst_harness_teardown (other);
    gst_harness_push (fixture.h, make_buffer (2, 0));
    fail_unless_equals_uint64 (get_shift (fixture.h), 3 * GST_SECOND);
  }
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (shift_ends_when_all_have_stopped)
{
  GstHarness *h;

  set_up (FALSE);
  push_at (fixture.h, 3 * GST_SECOND, 0);
  gst_element_set_state (fixture.h->element, GST_STATE_NULL);

  h = new_harness (1);
  push_at (h, GST_SECOND, 0);
  fail_unless_equals_uint64 (get_shift (h), GST_SECOND);
  gst_harness_teardown (h);
  tear_down ();
}

GST_END_TEST;

static Suite *
wfd_gate_suite (void)
{
  Suite *suite = suite_create ("wfd-gate");
  TCase *tcase = tcase_create ("gate");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, live_stream_is_dropped_while_closed);
  tcase_add_test (tcase, upstream_is_asked_whether_it_is_live_and_only_once);
  tcase_add_test (tcase, stored_stream_waits_until_the_gate_opens);
  tcase_add_test (tcase, stop_frees_a_stream_that_waits);
  tcase_add_test (tcase, flush_frees_a_stream_that_waits);
  tcase_add_test (tcase, ended_gate_tells_upstream_to_stop);
  tcase_add_test (tcase, stored_stream_goes_on_at_the_time_it_is);
  tcase_add_test (tcase, live_stream_keeps_its_time);
  tcase_add_test (tcase, stream_that_is_early_is_not_shifted);
  tcase_add_loop_test (tcase, streams_of_one_group_are_shifted_alike, 0, 2);
  tcase_add_test (tcase, stream_that_joins_or_leaves_does_not_move_the_other);
  tcase_add_test (tcase, shift_ends_when_all_have_stopped);
  tcase_add_test (tcase, untimed_stream_is_warned_of_once);
  tcase_add_test (tcase, tables_without_a_time_are_no_untimed_stream);
  tcase_add_test (tcase, stream_that_does_not_say_what_it_is_is_an_error);
  tcase_add_test (tcase, each_opening_asks_for_a_key_unit);
  tcase_add_test (tcase, nothing_passes_an_open_gate_before_playing);
  tcase_add_test (tcase, end_of_stream_is_told_and_not_passed_on);
  tcase_add_test (tcase, list_of_ts_leaves_as_one_buffer);
  tcase_add_test (tcase, frames_of_a_list_stay_apart);
  return suite;
}

GST_CHECK_MAIN (wfd_gate);
