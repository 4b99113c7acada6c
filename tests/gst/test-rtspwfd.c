/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include "pair.h"
#include "stream-writer.h"

static Side source, sink;

static void
tear_down (void)
{
  side_clear (&sink);
  side_clear (&source);
}

/* Both ends up to the point where media flows. */
static void
connect_both (gboolean live, const char *source_properties, const char *sink_properties)
{
  side_init_source (&source, live, source_properties);
  side_set_state (&source, GST_STATE_PLAYING);
  side_init_sink (&sink, &source, sink_properties);
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);
  side_wait_flowing (&sink, TRUE);
}

/* Seven packets fill one RTP packet. */
static GstBuffer *
make_packets (guint first, GstClockTime pts)
{
  GstBuffer *buffer = stream_write_numbered (first, 7);

  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

static guint
read_first_number (GstBuffer *buffer)
{
  guint8 packet[8] = { 0 };

  gst_buffer_extract (buffer, 0, packet, sizeof packet);
  return stream_read_number (packet);
}

static void
expect_numbers (guint from, guint n)
{
  for (guint i = from; i < from + n; i++) {
    g_autoptr (GstBuffer) buffer = side_pull (&sink);

    fail_unless_equals_int (gst_buffer_get_size (buffer), 7 * 188);
    fail_unless_equals_int (read_first_number (buffer), i);
  }
}

static void
push_numbers (guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    side_push (&source, make_packets (i, i * GST_MSECOND));
}

GST_START_TEST (media_arrives_as_it_was_sent)
{
  connect_both (TRUE, "", "");
  push_numbers (0, 100);
  expect_numbers (0, 100);
  fail_unless_equals_uint64 (side_get_counter (&source, "bytes-sent"), 100 * (12 + 7 * 188));
  fail_unless_equals_uint64 (side_get_counter (&sink, "packets-received"), 100);
  fail_unless_equals_uint64 (side_get_counter (&sink, "packets-lost"), 0);
  tear_down ();
}

GST_END_TEST;

static gboolean
have_ipv6 (void)
{
  g_autoptr (GSocketAddress) loopback = g_inet_socket_address_new_from_string ("::1", 0);
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  return socket != NULL && g_socket_bind (socket, loopback, FALSE, NULL);
}

GST_START_TEST (media_arrives_over_ipv6)
{
  g_autofree char *description = NULL;

  if (!have_ipv6 ())
    return;
  side_init_source (&source, TRUE, "address=::1");
  side_set_state (&source, GST_STATE_PLAYING);
  description =
      g_strdup_printf ("rtspwfd name=wfd location=rtsp://[::1]:%u ! appsink name=app sync=false",
          side_get_rtsp_port (&source));
  side_init (&sink, description);
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);
  side_wait_flowing (&sink, TRUE);
  push_numbers (0, 5);
  expect_numbers (0, 5);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (pad_requested_in_a_session_is_served_in_it)
{
  g_autoptr (GstPad) src = NULL, old = NULL, pad = NULL;

  connect_both (TRUE, "", "");
  src = gst_element_get_static_pad (source.app, "src");
  old = gst_pad_get_peer (src);
  gst_pad_unlink (src, old);
  gst_element_release_request_pad (source.wfd, old);
  pad = gst_element_request_pad_simple (source.wfd, "sink");
  fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
  push_numbers (0, 5);
  expect_numbers (0, 5);
  tear_down ();
}

GST_END_TEST;

static void
assert_negotiated (Side *side, const char *role, const char *peer)
{
  g_autoptr (GstStructure) negotiated = NULL;

  recorder_wait_element (side->recorder, "wfd-negotiated");
  g_object_get (side->wfd, "negotiated", &negotiated, NULL);
  fail_unless (negotiated != NULL);
  fail_unless_equals_string (gst_structure_get_string (negotiated, "role"), role);
  fail_unless_equals_string (gst_structure_get_string (negotiated, "peer"), peer);
  fail_unless_equals_string (gst_structure_get_string (negotiated, "audio-codec"), "aac");
  fail_unless_equals_string (gst_structure_get_string (negotiated, "profile"),
      "constrained-baseline");
  fail_unless (gst_structure_has_field_typed (negotiated, "framerate", GST_TYPE_FRACTION));
}

GST_START_TEST (both_ends_tell_what_was_agreed_on)
{
  connect_both (TRUE, "wish-width=1280 wish-height=720 wish-rate=30", "");
  assert_negotiated (&source, "source", "127.0.0.1");
  assert_negotiated (&sink, "sink", "127.0.0.1");
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (wish_of_the_source_is_agreed_on)
{
  g_autoptr (GstStructure) negotiated = NULL;
  int width, height;

  connect_both (TRUE, "wish-width=1280 wish-height=720 wish-rate=30", "");
  recorder_wait_element (sink.recorder, "wfd-negotiated");
  g_object_get (sink.wfd, "negotiated", &negotiated, NULL);
  gst_structure_get (negotiated, "width", G_TYPE_INT, &width, "height", G_TYPE_INT, &height, NULL);
  fail_unless_equals_int (width, 1280);
  fail_unless_equals_int (height, 720);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (progress_is_told_step_by_step)
{
  static const char *const steps[] = { "connect/start", "connect/complete", "negotiate/start",
    "negotiate/complete", "play/start", "play/complete" };
  g_autofree char *text = NULL, *wanted = NULL;
  guint port;

  connect_both (TRUE, "", "");
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    recorder_wait_progress (source.recorder, steps[i]);
    recorder_wait_progress (sink.recorder, steps[i]);
    fail_unless_equals_int (recorder_count (source.recorder, match_progress, steps[i]), 1);
    fail_unless_equals_int (recorder_count (sink.recorder, match_progress, steps[i]), 1);
  }
  gst_message_parse_progress (recorder_wait (sink.recorder, match_progress, "connect/complete"),
      NULL, NULL, &text);
  g_object_get (source.wfd, "rtsp-port", &port, NULL);
  wanted = g_strdup_printf ("Connected with 127.0.0.1 port %u", port);
  fail_unless_equals_string (text, wanted);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (step_that_is_broken_off_is_canceled)
{
  side_init_source (&source, TRUE, "");
  side_set_state (&source, GST_STATE_PLAYING);
  side_set_state (&source, GST_STATE_READY);
  recorder_wait_progress (source.recorder, "connect/canceled");
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (end_of_stream_ends_both_in_order)
{
  connect_both (TRUE, "", "");
  push_numbers (0, 3);
  expect_numbers (0, 3);
  side_end_stream (&source);
  recorder_wait_eos (source.recorder);
  recorder_wait_eos (sink.recorder);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (end_of_stream_before_anybody_came_is_an_end)
{
  side_init_source (&source, TRUE, "");
  side_set_state (&source, GST_STATE_PLAYING);
  side_end_stream (&source);
  recorder_wait_eos (source.recorder);
  tear_down ();
}

GST_END_TEST;

/* A pipeline would keep an early EOS to itself, so the element has none. */
GST_START_TEST (end_of_stream_in_paused_is_told_in_playing)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (gst_parse_launch_full (
      "rtspwfd role=source rtsp-port=0", NULL, GST_PARSE_FLAG_NO_SINGLE_ELEMENT_BINS, NULL));
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (element, "sink");
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstMessageType eos = GST_MESSAGE_EOS;
  Recorder *recorder;

  gst_element_set_bus (element, bus);
  recorder = recorder_new (element);
  gst_element_set_state (element, GST_STATE_PAUSED);
  fail_unless (gst_pad_send_event (pad, gst_event_new_stream_start ("test")));
  fail_unless (gst_pad_send_event (pad, gst_event_new_eos ()));
  recorder_wait_progress (recorder, "connect/canceled");
  fail_unless_equals_int (recorder_count (recorder, match_type, &eos), 0);
  gst_element_set_state (element, GST_STATE_PLAYING);
  recorder_wait_eos (recorder);

  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_release_request_pad (element, pad);
  recorder_free (recorder);
  gst_element_set_bus (element, NULL);
}

GST_END_TEST;

GST_START_TEST (display_that_leaves_in_order_ends_the_stream)
{
  connect_both (TRUE, "", "");
  side_set_state (&sink, GST_STATE_NULL);
  recorder_wait_eos (source.recorder);
  tear_down ();
}

GST_END_TEST;

static void
note_opened (GstElement *element, GAsyncQueue *signals)
{
  g_async_queue_push (signals, (gpointer) "opened");
}

static void
note_closed (GstElement *element, GAsyncQueue *signals)
{
  g_async_queue_push (signals, (gpointer) "closed");
}

static void
expect_signal (GAsyncQueue *signals, const char *name)
{
  const char *is = g_async_queue_timeout_pop (signals, WATCHDOG / GST_USECOND);

  fail_unless (is != NULL);
  fail_unless_equals_string (is, name);
}

GST_START_TEST (session_is_told_by_signals)
{
  g_autoptr (GAsyncQueue) signals = g_async_queue_new ();

  side_init_source (&source, TRUE, "after-session=wait");
  g_signal_connect (source.wfd, "session-opened", G_CALLBACK (note_opened), signals);
  g_signal_connect (source.wfd, "session-closed", G_CALLBACK (note_closed), signals);
  side_set_state (&source, GST_STATE_PLAYING);
  for (guint i = 0; i < 2; i++) {
    side_init_sink (&sink, &source, "");
    side_set_state (&sink, GST_STATE_PLAYING);
    expect_signal (signals, "opened");
    side_clear (&sink);
    expect_signal (signals, "closed");
  }
  fail_unless_equals_int (g_async_queue_length (signals), 0);
  tear_down ();
}

GST_END_TEST;

static void
end_and_note (GstElement *element, GAsyncQueue *signals)
{
  gst_element_set_state (source.pipeline, GST_STATE_NULL);
  g_async_queue_push (signals, (gpointer) "ended");
}

/* In the thread that tells it. */
GST_START_TEST (who_is_told_may_end_it)
{
  static const char *const names[] = { "session-opened", "session-closed" };
  g_autoptr (GAsyncQueue) signals = g_async_queue_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    side_init_source (&source, TRUE, "after-session=wait");
    g_signal_connect (source.wfd, names[i], G_CALLBACK (end_and_note), signals);
    side_set_state (&source, GST_STATE_PLAYING);
    side_init_sink (&sink, &source, "");
    side_set_state (&sink, GST_STATE_PLAYING);
    if (i == 1) {
      side_wait_flowing (&source, TRUE);
      side_set_state (&sink, GST_STATE_NULL);
    }
    expect_signal (signals, "ended");
    tear_down ();
  }
}

GST_END_TEST;

static gpointer
read_stats (gpointer data)
{
  GstStructure *stats;

  g_object_get (source.wfd, "stats", &stats, NULL);
  return stats;
}

/* Nothing but the question of the reader comes before the first message. */
static gboolean
set_while_stats_wait (GstElement *element, gpointer data)
{
  GThread *reader = g_thread_new ("reader", read_stats, NULL);

  while (!g_main_context_prepare (g_main_context_get_thread_default (), NULL))
    g_thread_yield ();
  g_object_set (element, "video-formats", "1280x720p30", NULL);
  g_async_queue_push (data, reader);
  return FALSE;
}

/* They wait for the session, which must not wait for them. */
GST_START_TEST (stats_hold_up_nobody)
{
  g_autoptr (GAsyncQueue) readers = g_async_queue_new ();
  GstStructure *stats;
  GThread *reader;

  side_init_source (&source, TRUE, "");
  g_signal_connect (source.wfd, "session-preparing", G_CALLBACK (set_while_stats_wait), readers);
  side_set_state (&source, GST_STATE_PLAYING);
  side_init_sink (&sink, &source, "");
  side_set_state (&sink, GST_STATE_PLAYING);
  reader = g_async_queue_timeout_pop (readers, WATCHDOG / GST_USECOND);
  fail_unless (reader != NULL);
  stats = g_thread_join (reader);
  fail_unless (gst_structure_has_field (stats, "sessions"), "they were given up");
  gst_structure_free (stats);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (pause_and_play_of_the_sink_reach_the_source)
{
  connect_both (TRUE, "", "");
  for (guint i = 0; i < 3; i++) {
    recorder_mark (source.recorder);
    side_set_state (&sink, GST_STATE_PAUSED);
    side_wait_flowing (&source, FALSE);
    push_numbers (1000, 5);
    side_sync (&source);
    side_set_state (&sink, GST_STATE_PLAYING);
    side_wait_flowing (&source, TRUE);
  }
  push_numbers (0, 5);
  expect_numbers (0, 5);
  fail_unless_equals_uint64 (side_get_counter (&source, "buffers-dropped"), 15);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (pause_and_play_of_the_source_reach_the_sink)
{
  connect_both (TRUE, "", "");
  for (guint i = 0; i < 3; i++) {
    recorder_mark (sink.recorder);
    side_set_state (&source, GST_STATE_PAUSED);
    side_wait_flowing (&sink, FALSE);
    side_set_state (&source, GST_STATE_PLAYING);
    side_wait_flowing (&sink, TRUE);
  }
  push_numbers (0, 5);
  expect_numbers (0, 5);
  tear_down ();
}

GST_END_TEST;

/* What a sink gets before it is PLAYING it drops, so the source begins last. */
GST_START_TEST (file_waits_until_the_display_is_there)
{
  side_init_source (&source, FALSE, "");
  side_set_state (&source, GST_STATE_PAUSED);
  push_numbers (0, 20);
  side_init_sink (&sink, &source, "");
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&sink, TRUE);
  side_set_state (&source, GST_STATE_PLAYING);
  expect_numbers (0, 20);
  tear_down ();
}

GST_END_TEST;

static gboolean
goes_by_the_clock (void)
{
  g_autoptr (GstIterator) iterator =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (source.wfd), "multiudpsink");
  g_auto (GValue) item = G_VALUE_INIT;
  gboolean sync;

  fail_unless (gst_iterator_next (iterator, &item) == GST_ITERATOR_OK);
  g_object_get (g_value_get_object (&item), "sync", &sync, NULL);
  return sync;
}

GST_START_TEST (file_goes_by_the_clock_and_live_does_not)
{
  gboolean live = __i__ == 1;

  connect_both (live, "", "");
  push_numbers (0, 1);
  expect_numbers (0, 1);
  fail_unless (goes_by_the_clock () == !live);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (file_stops_while_the_display_pauses)
{
  connect_both (FALSE, "", "");
  push_numbers (0, 5);
  expect_numbers (0, 5);
  recorder_mark (source.recorder);
  side_set_state (&sink, GST_STATE_PAUSED);
  side_wait_flowing (&source, FALSE);
  push_numbers (5, 20);
  side_set_state (&sink, GST_STATE_PLAYING);
  expect_numbers (5, 20);
  fail_unless_equals_uint64 (side_get_counter (&source, "buffers-dropped"), 0);
  tear_down ();
}

GST_END_TEST;

/* Key units that the source's upstream was asked for. */
static GAsyncQueue *asked;

static GstPadProbeReturn
note_key_unit (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    g_async_queue_push (asked, pad);
  return GST_PAD_PROBE_OK;
}

static void
wait_for_key_unit (void)
{
  fail_unless (g_async_queue_timeout_pop (asked, WATCHDOG / GST_USECOND) != NULL);
}

static void
watch_key_units (void)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source.app, "src");

  asked = g_async_queue_new ();
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, note_key_unit, NULL, NULL);
}

GST_START_TEST (key_unit_is_asked_for_at_the_start_and_on_request)
{
  side_init_source (&source, TRUE, "");
  watch_key_units ();
  side_set_state (&source, GST_STATE_PLAYING);
  side_init_sink (&sink, &source, "");
  side_set_state (&sink, GST_STATE_PLAYING);
  wait_for_key_unit ();

  side_wait_flowing (&sink, TRUE);
  gst_element_send_event (sink.app,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  /* The sink's pad appears with the first data. */
  push_numbers (0, 1);
  expect_numbers (0, 1);
  gst_element_send_event (sink.app,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 1));
  wait_for_key_unit ();
  tear_down ();
  g_async_queue_unref (asked);
}

GST_END_TEST;

GST_START_TEST (key_unit_is_asked_for_after_each_pause)
{
  side_init_source (&source, TRUE, "");
  watch_key_units ();
  side_set_state (&source, GST_STATE_PLAYING);
  side_init_sink (&sink, &source, "");
  side_set_state (&sink, GST_STATE_PLAYING);
  wait_for_key_unit ();
  side_wait_flowing (&sink, TRUE);
  recorder_mark (sink.recorder);
  side_set_state (&source, GST_STATE_PAUSED);
  side_wait_flowing (&sink, FALSE);
  side_set_state (&source, GST_STATE_PLAYING);
  wait_for_key_unit ();
  tear_down ();
  g_async_queue_unref (asked);
}

GST_END_TEST;

GST_START_TEST (sink_is_live_with_the_latency_of_its_buffer)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  g_autoptr (GstPad) pad = NULL;
  GstClockTime min, max;
  gboolean live;

  connect_both (TRUE, "", "latency=70");
  pad = gst_element_get_static_pad (sink.wfd, "src");
  fail_unless (gst_pad_query (pad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless (live);
  fail_unless_equals_uint64 (min, 70 * GST_MSECOND);
  fail_unless (max >= min);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (sink_has_no_preroll)
{
  side_init_source (&source, TRUE, "");
  side_set_state (&source, GST_STATE_PAUSED);
  side_init_sink (&sink, &source, "");
  fail_unless (gst_element_set_state (sink.wfd, GST_STATE_PAUSED) == GST_STATE_CHANGE_NO_PREROLL);
  fail_unless (gst_element_set_state (sink.wfd, GST_STATE_PLAYING) == GST_STATE_CHANGE_SUCCESS);
  fail_unless (gst_element_set_state (sink.wfd, GST_STATE_PAUSED) == GST_STATE_CHANGE_NO_PREROLL);
  tear_down ();
}

GST_END_TEST;

static Suite *
rtspwfd_suite (void)
{
  Suite *suite = suite_create ("rtspwfd");
  TCase *tcase = tcase_create ("loopback");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, media_arrives_as_it_was_sent);
  tcase_add_test (tcase, media_arrives_over_ipv6);
  tcase_add_test (tcase, pad_requested_in_a_session_is_served_in_it);
  tcase_add_test (tcase, both_ends_tell_what_was_agreed_on);
  tcase_add_test (tcase, wish_of_the_source_is_agreed_on);
  tcase_add_test (tcase, progress_is_told_step_by_step);
  tcase_add_test (tcase, step_that_is_broken_off_is_canceled);
  tcase_add_test (tcase, end_of_stream_ends_both_in_order);
  tcase_add_test (tcase, end_of_stream_before_anybody_came_is_an_end);
  tcase_add_test (tcase, end_of_stream_in_paused_is_told_in_playing);
  tcase_add_test (tcase, display_that_leaves_in_order_ends_the_stream);
  tcase_add_test (tcase, session_is_told_by_signals);
  tcase_add_test (tcase, who_is_told_may_end_it);
  tcase_add_test (tcase, stats_hold_up_nobody);
  tcase_add_test (tcase, pause_and_play_of_the_sink_reach_the_source);
  tcase_add_test (tcase, pause_and_play_of_the_source_reach_the_sink);
  tcase_add_test (tcase, file_waits_until_the_display_is_there);
  tcase_add_loop_test (tcase, file_goes_by_the_clock_and_live_does_not, 0, 2);
  tcase_add_test (tcase, file_stops_while_the_display_pauses);
  tcase_add_test (tcase, key_unit_is_asked_for_at_the_start_and_on_request);
  tcase_add_test (tcase, key_unit_is_asked_for_after_each_pause);
  tcase_add_test (tcase, sink_is_live_with_the_latency_of_its_buffer);
  tcase_add_test (tcase, sink_has_no_preroll);
  return suite;
}

GST_CHECK_MAIN (rtspwfd);
