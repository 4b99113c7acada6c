/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What role=sink does with sources that are odd, silent or lossy. */
#include <gio/gio.h>
#include <gst/check/gstcheck.h>

#include "pair.h"
#include "source-peer.h"

static SourcePeer peer;
static Side sink;

static void
init_sink (const char *properties)
{
  g_autofree char *description = g_strdup_printf (
      "rtspwfd name=wfd location=rtsp://127.0.0.1:%u %s ! appsink name=app sync=false async=false",
      source_peer_init (&peer), properties);

  side_init (&sink, description);
}

static void
start_sink (const char *properties)
{
  init_sink (properties);
  side_set_state (&sink, GST_STATE_PLAYING);
}

static void
tear_down (void)
{
  side_clear (&sink);
  source_peer_clear (&peer);
}

/* The connection stands, and nothing comes any more. */
GST_START_TEST (source_that_hangs_is_given_up)
{
  g_autoptr (GError) error = NULL;

  start_sink ("timeout=300");
  side_wait_flowing (&sink, TRUE);
  source_peer_hang (&peer);
  error = recorder_wait_error (sink.recorder);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ));
  source_peer_go_on (&peer);
  tear_down ();
}

GST_END_TEST;

/* M2, M6, M7 and M8: the way from PLAYING to NULL leads through PAUSED, but the
 * source need not hear of it. */
GST_START_TEST (stop_sends_no_pause)
{
  g_autoptr (GVariant) stats = NULL;
  guint64 requests = 0;

  start_sink ("");
  side_wait_flowing (&sink, TRUE);
  side_clear (&sink);
  stats = g_async_queue_timeout_pop (peer.ends, WATCHDOG / GST_USECOND);
  fail_unless (stats != NULL);
  g_variant_lookup (stats, "requests-received", "t", &requests);
  fail_unless_equals_uint64 (requests, 4);
  source_peer_clear (&peer);
}

GST_END_TEST;

static void
send_datagram (const guint8 *data, gsize size)
{
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) to = NULL;
  guint port;

  g_object_get (sink.wfd, "rtp-port", &port, NULL);
  to = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  fail_unless (
      g_socket_send_to (socket, to, (const char *) data, size, NULL, NULL) == (gssize) size);
}

typedef struct
{
  guint32 ssrc;
  guint16 sequence;
  guint32 time; /* in units of 1/90000 s */
} Rtp;

static void
send_rtp_of (const Rtp *rtp)
{
  guint8 packet[12 + 188] = { 0x80, 33 };

  GST_WRITE_UINT16_BE (packet + 2, rtp->sequence);
  GST_WRITE_UINT32_BE (packet + 4, rtp->time);
  GST_WRITE_UINT32_BE (packet + 8, rtp->ssrc);
  packet[12] = 0x47;
  send_datagram (packet, sizeof packet);
}

static void
send_rtp (guint16 sequence)
{
  send_rtp_of (&(Rtp) { .sequence = sequence });
}

/* A screen that does not change sends nothing after its picture; that it answers is
 * enough. */
GST_START_TEST (source_that_only_answers_is_alive)
{
  GstMessageType error = GST_MESSAGE_ERROR;

  start_sink ("timeout=1100");
  side_wait_flowing (&sink, TRUE);
  send_rtp (1);
  for (guint i = 0; i < 3; i++)
    fail_unless (g_async_queue_timeout_pop (peer.idr_requests, WATCHDOG / GST_USECOND) != NULL);
  fail_unless_equals_int (recorder_count (sink.recorder, match_type, &error), 0);
  tear_down ();
}

GST_END_TEST;

/* A firewall lets TCP through and no UDP. */
GST_START_TEST (source_of_which_nothing_arrives)
{
  g_autoptr (GError) error = NULL;

  start_sink ("timeout=1100");
  side_wait_flowing (&sink, TRUE);
  error = recorder_wait_error (sink.recorder);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE));
  fail_unless (strstr (error->message, "UDP port") != NULL, "%s", error->message);
  tear_down ();
}

GST_END_TEST;

/* It sends what nothing can be made of, be it encrypted or of another kind. */
GST_START_TEST (source_that_sends_no_picture)
{
  g_autoptr (GError) error = NULL;

  start_sink ("timeout=1100 demux=true");
  side_wait_flowing (&sink, TRUE);
  send_rtp (1);
  error = recorder_wait_error (sink.recorder);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE), "%s",
      error->message);
  fail_unless (strstr (error->message, "H.264 or H.265") != NULL, "%s", error->message);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (lost_packet_makes_the_sink_ask_for_a_key_unit)
{
  start_sink ("");
  side_wait_flowing (&sink, TRUE);
  send_rtp (1);
  send_rtp (2);
  send_rtp (4);
  fail_unless (g_async_queue_timeout_pop (peer.idr_requests, WATCHDOG / GST_USECOND) != NULL);
  fail_unless_equals_uint64 (side_get_counter (&sink, "packets-lost"), 1);
  tear_down ();
}

GST_END_TEST;

/* As FluxCast after each pause, and as the next source; the sequence goes on,
 * has a gap, or goes back. */
static const Rtp beginnings[] = {
  { 2, 1001, 0 },
  { 2, 1500, 0x80000000 },
  { 2, 990, 4 * 90000 },
  { 2, 40000, 0xfffff000 },
};

GST_START_TEST (stream_that_begins_anew_is_followed_from_its_first_packet)
{
  const Rtp *anew = &beginnings[__i__];

  start_sink ("");
  side_wait_flowing (&sink, TRUE);
  for (guint i = 0; i < 3; i++) {
    send_rtp_of (&(Rtp) { 1, 998 + i, i * 3000 });
    gst_buffer_unref (side_pull (&sink));
  }
  for (guint i = 0; i < 70; i++)
    send_rtp_of (&(Rtp) { anew->ssrc, anew->sequence + i, anew->time });
  for (guint i = 0; i < 70; i++)
    gst_buffer_unref (side_pull (&sink));
  fail_unless_equals_uint64 (side_get_counter (&sink, "packets-lost"), 0);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (what_is_no_rtp_is_counted_and_dropped)
{
  static const guint8 rtcp[8] = { 0x80, 200, 0, 1 };
  static const guint8 no_payload[12] = { 0x80, 33 };
  static const guint8 too_many_sources[12 + 188] = { 0x8f, 33 };
  static const guint8 version_1[12 + 188] = { 0x40, 33 };
  GstMessageType warning = GST_MESSAGE_WARNING;

  start_sink ("");
  side_wait_flowing (&sink, TRUE);
  send_datagram (rtcp, 1);
  send_datagram (rtcp, sizeof rtcp);
  send_datagram (no_payload, sizeof no_payload);
  send_datagram (too_many_sources, sizeof too_many_sources);
  send_datagram (version_1, sizeof version_1);
  send_rtp (1);
  gst_buffer_unref (side_pull (&sink));
  fail_unless_equals_uint64 (side_get_counter (&sink, "packets-invalid"), 5);
  fail_unless_equals_uint64 (side_get_counter (&sink, "packets-received"), 1);
  fail_unless_equals_int (recorder_count (sink.recorder, match_type, &warning), 0);
  tear_down ();
}

GST_END_TEST;

/* The application took its time from PAUSED to PLAYING. */
GST_START_TEST (what_came_before_playing_is_not_played)
{
  g_autoptr (GstBuffer) buffer = NULL;

  init_sink ("");
  side_set_state (&sink, GST_STATE_PAUSED);
  side_wait_flowing (&sink, TRUE);
  for (guint i = 1; i <= 5; i++)
    send_rtp (i);
  side_set_state (&sink, GST_STATE_PLAYING);
  /* The picture that is missing now has to come from somewhere. */
  fail_unless (g_async_queue_timeout_pop (peer.idr_requests, WATCHDOG / GST_USECOND) != NULL);
  send_rtp (6);
  buffer = side_pull (&sink);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 188);
  fail_unless_equals_uint64 (side_get_counter (&sink, "packets-received"), 1);
  tear_down ();
}

GST_END_TEST;

static gboolean
match_width (GstMessage *message, gconstpointer data)
{
  int width = 0;

  return match_element (message, "wfd-negotiated")
      && gst_structure_get_int (gst_message_get_structure (message), "width", &width)
      && width == GPOINTER_TO_INT (data);
}

GST_START_TEST (format_that_changes_in_session_is_told)
{
  start_sink ("");
  side_wait_flowing (&sink, TRUE);
  recorder_wait (sink.recorder, match_width, GINT_TO_POINTER (1920));
  source_peer_change_format (&peer, 1280, 720, 30);
  recorder_wait (sink.recorder, match_width, GINT_TO_POINTER (1280));
  tear_down ();
}

GST_END_TEST;

static Suite *
rtspwfd_sources_suite (void)
{
  Suite *suite = suite_create ("rtspwfd-sources");
  TCase *tcase = tcase_create ("sources");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, source_that_hangs_is_given_up);
  tcase_add_test (tcase, source_that_only_answers_is_alive);
  tcase_add_test (tcase, source_of_which_nothing_arrives);
  tcase_add_test (tcase, source_that_sends_no_picture);
  tcase_add_test (tcase, stop_sends_no_pause);
  tcase_add_test (tcase, lost_packet_makes_the_sink_ask_for_a_key_unit);
  tcase_add_loop_test (tcase, stream_that_begins_anew_is_followed_from_its_first_packet, 0,
      G_N_ELEMENTS (beginnings));
  tcase_add_test (tcase, what_is_no_rtp_is_counted_and_dropped);
  tcase_add_test (tcase, what_came_before_playing_is_not_played);
  tcase_add_test (tcase, format_that_changes_in_session_is_told);
  return suite;
}

GST_CHECK_MAIN (rtspwfd_sources);
