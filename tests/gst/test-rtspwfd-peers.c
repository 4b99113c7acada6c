/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Peers that are silent, vanish, come too many or are no displays at all. */
#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <sys/socket.h>
#include <wfd/wfd.h>

#include "display.h"
#include "pair.h"
#include "stream-writer.h"

static Side source, sink;

static void
tear_down (void)
{
  side_clear (&sink);
  side_clear (&source);
}

static void
start_source (const char *properties)
{
  side_init_source (&source, TRUE, properties);
  side_set_state (&source, GST_STATE_PLAYING);
}

static void
start_sink (const char *properties)
{
  side_init_sink (&sink, &source, properties);
  side_set_state (&sink, GST_STATE_PLAYING);
}

static void
wait_until_flowing (void)
{
  side_wait_flowing (&source, TRUE);
  side_wait_flowing (&sink, TRUE);
}

static GSocketConnection *
connect_from (const char *local_address)
{
  return display_connect (side_get_rtsp_port (&source), local_address);
}

/* A place where nobody answers, and one where somebody listens and is silent. */
static GSocket *
listen_silently (guint *ret_port, int backlog)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_socket_set_listen_backlog (socket, backlog);
  fail_unless (g_socket_bind (socket, any, TRUE, NULL));
  fail_unless (g_socket_listen (socket, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  *ret_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

static void
start_sink_at (guint port, const char *properties)
{
  g_autofree char *description = g_strdup_printf (
      "rtspwfd name=wfd location=rtsp://127.0.0.1:%u %s ! appsink name=app", port, properties);

  side_init (&sink, description);
  side_set_state (&sink, GST_STATE_PLAYING);
}

/* What a person reads on the way to the picture. */
static const char *const steps[] = { "connect/start", "connect/complete", "negotiate/start",
  "negotiate/complete", "play/start", "play/complete" };

GST_START_TEST (second_connection_is_closed_counted_and_told)
{
  g_autoptr (GstBuffer) buffer = NULL;

  start_source ("");
  start_sink ("");
  wait_until_flowing ();
  for (guint i = 1; i <= 2; i++) {
    g_autoptr (GSocketConnection) other = connect_from ("127.0.0.2");

    fail_unless_equals_int (display_read_to_the_end (other), 0);
    fail_unless_equals_uint64 (side_get_counter (&source, "refused-connections"), i);
  }
  /* Who holds the other display reads nothing; who casts reads it once. */
  fail_unless_equals_int (
      recorder_count (source.recorder, match_words, "second display (127.0.0.2) was turned away"),
      1);

  side_push (&source, stream_write_numbered (0, 7));
  buffer = side_pull (&sink);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 7 * 188);
  tear_down ();
}

GST_END_TEST;

static void
be_turned_away (const char *address)
{
  g_autoptr (GSocketConnection) stranger = connect_from (address);

  fail_unless_equals_int (display_read_to_the_end (stranger), 0);
}

GST_START_TEST (only_the_named_peer_may_connect)
{
  start_source ("peer=127.0.0.1");
  be_turned_away ("127.0.0.2");
  be_turned_away ("127.0.0.2");
  be_turned_away ("127.0.0.3");
  start_sink ("");
  wait_until_flowing ();
  be_turned_away ("127.0.0.2");
  fail_unless_equals_uint64 (side_get_counter (&source, "refused-connections"), 4);
  fail_unless_equals_int (
      recorder_count (source.recorder, match_words, "127.0.0.2 was turned away"), 1);
  fail_unless_equals_int (recorder_count (source.recorder, match_words, "nobody but 127.0.0.1"), 2);
  tear_down ();
}

GST_END_TEST;

/* As a socket for both families sees it. */
GST_START_TEST (named_peer_may_be_written_as_ipv6)
{
  start_source ("peer=::ffff:127.0.0.1");
  start_sink ("");
  wait_until_flowing ();
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (peer_that_is_no_address_is_an_error_at_the_start)
{
  g_autoptr (GError) error = NULL;

  side_init_source (&source, TRUE, "peer=living-room");
  fail_unless (
      gst_element_set_state (source.pipeline, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE);
  error = recorder_wait_error (source.recorder);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS));
  fail_unless (strstr (error->message, "\"peer\"") != NULL);
  fail_unless (strstr (error->message, "\"living-room\"") != NULL);
  tear_down ();
}

GST_END_TEST;

/* Without an orderly end of TCP. */
static void
reset (GSocketConnection *connection)
{
  struct linger linger = { .l_onoff = 1 };
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection));

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* Anything may connect to an open port; it must not end the wait. */
GST_START_TEST (who_is_no_display_does_not_end_the_wait)
{
  static const char *const texts[] = { "", "GET / HTTP/1.0\r\n\r\n", "\x16\x03\x01\x02\xff\x01",
    "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nRTSP/1.0 404\r\n\r\n",
    "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n" };
  g_autoptr (GSocketConnection) stranger = NULL;
  GstMessageType warning = GST_MESSAGE_WARNING;
  gboolean speaks = __i__ / 2 >= 3;

  start_source ("");
  /* When a reset is seen is chance; with it goes whatever else came from that address. */
  stranger = connect_from (__i__ % 2 == 1 ? "127.0.0.2" : NULL);
  recorder_mark (source.recorder);
  display_read_message (stranger);
  display_say (stranger, texts[__i__ / 2]);
  if (__i__ % 2 == 1)
    reset (stranger);
  g_io_stream_close (G_IO_STREAM (stranger), NULL, NULL);
  /* What is reset may not have been read. */
  if (speaks && __i__ % 2 == 0)
    recorder_wait (source.recorder, match_type, &warning);

  start_sink ("");
  wait_until_flowing ();
  if (!speaks)
    fail_unless_equals_int (recorder_count (source.recorder, match_type, &warning), 0);
  tear_down ();
}

GST_END_TEST;

/* @data: that of a PROGRESS message. */
static gboolean
match_text (GstMessage *message, gconstpointer data)
{
  g_autofree char *text = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_PROGRESS)
    return FALSE;
  gst_message_parse_progress (message, NULL, NULL, &text);
  return g_str_equal (text, data);
}

/* A person has to know, and the next display may be another one. */
GST_START_TEST (display_with_nothing_in_common_does_not_end_the_wait)
{
  GstMessageType type = GST_MESSAGE_WARNING;
  g_autoptr (GError) warning = NULL;

  start_source ("video-formats=none audio-codecs=lpcm");
  start_sink ("video-formats=none audio-codecs=aac");
  gst_message_parse_warning (recorder_wait (source.recorder, match_type, &type), &warning, NULL);
  fail_unless (strstr (warning->message, "in common") != NULL, "%s", warning->message);
  side_clear (&sink);

  start_sink ("video-formats=none audio-codecs=lpcm");
  wait_until_flowing ();
  fail_unless_equals_int (recorder_count (sink.recorder, match_text, "The sound is on its way"), 1);
  type = GST_MESSAGE_ERROR;
  fail_unless_equals_int (recorder_count (source.recorder, match_type, &type), 0);
  tear_down ();
}

GST_END_TEST;

/* A peer made of the library alone, whose end the test decides. */
typedef struct
{
  GMainContext *context;
  WfdSession *session;
} Peer;

static void
peer_init (Peer *self, WfdRole role)
{
  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->session = wfd_session_new (role);
  g_object_set (self->session, "rtp-port", 19000, NULL);
}

static void
peer_clear (Peer *self)
{
  wfd_session_close (self->session);
  g_clear_object (&self->session);
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
}

static gboolean
on_watchdog (gpointer data)
{
  fail ("the peer does not get any further");
  return G_SOURCE_REMOVE;
}

static void
peer_run_until (Peer *self, WfdSessionState state)
{
  g_autoptr (GSource) watchdog = g_timeout_source_new_seconds (WATCHDOG / GST_SECOND);

  g_source_set_callback (watchdog, on_watchdog, NULL, NULL);
  g_source_attach (watchdog, self->context);
  while (wfd_session_get_state (self->session) != state)
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (watchdog);
}

static void
peer_connect (Peer *self)
{
  peer_init (self, WFD_ROLE_SINK);
  wfd_session_connect_async (self->session, "127.0.0.1", side_get_rtsp_port (&source), NULL, NULL,
      NULL);
  peer_run_until (self, WFD_SESSION_STATE_PLAYING);
}

GST_START_TEST (display_that_vanishes_is_an_error)
{
  g_autoptr (GError) error = NULL;
  Peer peer;

  start_source ("");
  peer_connect (&peer);
  side_wait_flowing (&source, TRUE);
  peer_clear (&peer);
  error = recorder_wait_error (source.recorder);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ));
  /* The text is all that most programs show. */
  fail_unless (strstr (error->message, "without a TEARDOWN") != NULL, "%s", error->message);
  fail_unless (strstr (error->message, "after-session=wait") != NULL, "%s", error->message);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (display_that_vanishes_makes_room_for_the_next)
{
  GstMessageType warning = GST_MESSAGE_WARNING;
  Peer peer;

  start_source ("after-session=wait");
  for (guint i = 0; i < 3; i++) {
    recorder_mark (source.recorder);
    peer_connect (&peer);
    side_wait_flowing (&source, TRUE);
    peer_clear (&peer);
    recorder_wait (source.recorder, match_type, &warning);
    recorder_wait_progress (source.recorder, "connect/start");
  }
  recorder_mark (source.recorder);
  start_sink ("");
  wait_until_flowing ();
  fail_unless_equals_uint64 (side_get_counter (&source, "sessions"), 4);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (display_that_leaves_in_order_makes_room_for_the_next)
{
  GstMessageType eos = GST_MESSAGE_EOS;

  start_source ("after-session=wait");
  for (guint i = 0; i < 3; i++) {
    recorder_mark (source.recorder);
    start_sink ("");
    wait_until_flowing ();
    side_clear (&sink);
    recorder_wait_progress (source.recorder, "connect/start");
  }
  fail_unless_equals_int (recorder_count (source.recorder, match_type, &eos), 0);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stop_of_the_source_ends_the_stream_of_the_sink)
{
  start_source ("");
  start_sink ("");
  wait_until_flowing ();
  side_set_state (&source, GST_STATE_NULL);
  recorder_wait_eos (sink.recorder);
  tear_down ();
}

GST_END_TEST;

/* The end comes to a sink that has not begun. */
GST_START_TEST (stop_of_the_source_ends_a_sink_in_paused)
{
  start_source ("");
  side_init_sink (&sink, &source, "");
  side_set_state (&sink, GST_STATE_PAUSED);
  side_wait_flowing (&sink, TRUE);
  recorder_mark (sink.recorder);
  side_set_state (&source, GST_STATE_NULL);
  side_wait_flowing (&sink, FALSE);
  /* Asked in the thread that has to do with the end, so it is behind it. */
  side_get_counter (&sink, "sessions");
  if (__i__ == 1) {
    side_set_state (&sink, GST_STATE_PLAYING);
    recorder_wait_eos (sink.recorder);
  }
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (sink_that_waits_takes_the_next_source)
{
  g_autofree char *same_port = NULL;
  g_autoptr (GstBuffer) buffer = NULL;

  start_source ("");
  same_port = g_strdup_printf ("rtsp-port=%u", side_get_rtsp_port (&source));
  start_sink ("after-session=wait");
  wait_until_flowing ();
  recorder_mark (sink.recorder);
  side_clear (&source);
  side_wait_flowing (&sink, FALSE);

  start_source (same_port);
  wait_until_flowing ();
  side_push (&source, stream_write_numbered (5, 7));
  buffer = side_pull (&sink);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 7 * 188);
  tear_down ();
}

GST_END_TEST;

/* NULL must come about without an answer from anybody. */

GST_START_TEST (sink_says_that_nobody_listens_yet)
{
  guint port;
  g_autoptr (GSocket) socket = listen_silently (&port, 1);

  g_socket_close (socket, NULL);
  start_sink_at (port, "");
  recorder_wait_progress (sink.recorder, "connect/start");
  recorder_wait_progress (sink.recorder, "connect/continue");
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stop_while_the_connection_hangs)
{
  guint port;
  g_autoptr (GSocket) socket = listen_silently (&port, 0);
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);
  GSocket *waiting[8];

  /* A full queue: whoever comes next gets no answer at all. */
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++) {
    waiting[i] =
        g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_socket_set_blocking (waiting[i], FALSE);
    g_socket_connect (waiting[i], address, NULL, NULL);
  }
  start_sink_at (port, "");
  recorder_wait_progress (sink.recorder, "connect/start");
  tear_down ();
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    g_object_unref (waiting[i]);
}

GST_END_TEST;

GST_START_TEST (stop_while_the_source_is_silent)
{
  guint port;
  G_GNUC_UNUSED g_autoptr (GSocket) socket = listen_silently (&port, 8);

  start_sink_at (port, "");
  recorder_wait_progress (sink.recorder, "negotiate/start");
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stop_while_the_display_is_silent)
{
  g_autoptr (GSocketConnection) silent = NULL;

  start_source ("");
  silent = connect_from (NULL);
  display_read_message (silent);
  tear_down ();
}

GST_END_TEST;

/* A display that stands still as soon as it plays: nobody iterates it. */
GST_START_TEST (stop_while_the_display_hangs)
{
  Peer peer;

  start_source ("");
  peer_connect (&peer);
  side_wait_flowing (&source, TRUE);
  side_set_state (&source, GST_STATE_NULL);
  peer_clear (&peer);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stop_while_a_file_waits_for_a_display)
{
  side_init_source (&source, FALSE, "");
  side_set_state (&source, GST_STATE_PLAYING);
  side_push (&source, stream_write_numbered (0, 7));
  recorder_wait_progress (source.recorder, "connect/start");
  tear_down ();
}

GST_END_TEST;

/* Whatever the thread of the session is doing just then. */
#define STOPS 10

GST_START_TEST (stop_of_the_sink_at_any_step)
{
  start_source ("after-session=wait");
  for (guint i = 0; i < STOPS; i++) {
    start_sink ("");
    recorder_wait_progress (sink.recorder, steps[__i__]);
    side_clear (&sink);
  }
  /* And the source takes the next. */
  recorder_mark (source.recorder);
  start_sink ("");
  side_wait_flowing (&source, TRUE);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stop_of_the_source_at_any_step)
{
  for (guint i = 0; i < STOPS; i++) {
    start_source ("");
    start_sink ("after-session=wait");
    recorder_wait_progress (source.recorder, steps[__i__]);
    side_clear (&source);
    side_clear (&sink);
  }
}

GST_END_TEST;

/* An error says what to do. */

static void
expect_failure (const char *description, GQuark domain, int code, const char *word)
{
  g_autoptr (GError) error = NULL;

  side_init (&sink, description);
  fail_unless (
      gst_element_set_state (sink.pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
  error = recorder_wait_error (sink.recorder);
  fail_unless (g_error_matches (error, domain, code), "%s", error->message);
  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
  side_clear (&sink);
}

#define NOTHING "video-formats=none audio-codecs=none"

GST_START_TEST (settings_that_cannot_work_fail_at_once)
{
  expect_failure ("rtspwfd name=wfd ! fakesink", GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "property");
  expect_failure ("rtspwfd name=wfd location=http://127.0.0.1 ! fakesink", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "property");
  expect_failure ("fakesrc ! rtspwfd name=wfd role=source rtsp-port=0 address=living-room",
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "property");
  expect_failure ("fakesrc ! rtspwfd name=wfd role=source rtsp-port=0 address=192.0.2.1",
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "no address of this machine");
  expect_failure ("fakesrc ! rtspwfd name=wfd role=source rtsp-port=0 address=localhost",
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "127.0.0.1");
  /* Nobody could ever agree on anything. */
  expect_failure ("fakesrc ! rtspwfd name=wfd role=source rtsp-port=0 " NOTHING, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "nothing is offered");
  expect_failure ("rtspwfd name=wfd location=rtsp://127.0.0.1:9 " NOTHING " ! fakesink",
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "nothing is offered");
}

GST_END_TEST;

GST_START_TEST (port_in_use_fails_at_once)
{
  g_autofree char *description = NULL;

  start_source ("");
  description = g_strdup_printf ("fakesrc ! rtspwfd name=wfd role=source rtsp-port=%u",
      side_get_rtsp_port (&source));
  expect_failure (description, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY, "in use");
  tear_down ();
}

GST_END_TEST;

/* A second display is not taken, and its user reads why. */
GST_START_TEST (source_that_has_a_display_already_is_an_error_that_says_so)
{
  g_autoptr (GError) error = NULL;
  Side first;

  start_source ("");
  start_sink ("");
  wait_until_flowing ();
  first = sink;
  start_sink ("");
  error = recorder_wait_error (sink.recorder);
  fail_unless (strstr (error->message, "busy with another") != NULL, "%s", error->message);
  fail_if (strstr (error->message, "Connect again") != NULL, "%s", error->message);
  side_clear (&first);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (display_that_is_not_wanted_reads_so)
{
  g_autoptr (GError) error = NULL;

  start_source ("peer=127.0.0.2");
  start_sink ("");
  error = recorder_wait_error (sink.recorder);
  fail_unless (strstr (error->message, "not be the peer that it wants") != NULL, "%s",
      error->message);
  fail_if (strstr (error->message, "Connect again") != NULL, "%s", error->message);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (source_that_is_not_there_is_an_error)
{
  guint port;
  g_autoptr (GSocket) socket = listen_silently (&port, 1);
  g_autoptr (GError) error = NULL;

  g_socket_close (socket, NULL);
  start_sink_at (port, "timeout=1");
  error = recorder_wait_error (sink.recorder);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE));
  fail_unless_equals_int (recorder_count (sink.recorder, match_progress, "connect/error"), 1);
  tear_down ();
}

GST_END_TEST;

/* Who sends RTP to our port and is not the source. */
GST_START_TEST (media_from_elsewhere_is_dropped)
{
  g_autoptr (GSocket) elsewhere = NULL;
  g_autoptr (GSocketAddress) local = NULL, to = NULL;
  g_autoptr (GstBuffer) before = NULL, after = NULL;
  guint8 packet[12 + 188] = { 0x80, 33 };
  guint port;

  start_source ("");
  start_sink ("");
  wait_until_flowing ();
  side_push (&source, stream_write_numbered (0, 7));
  before = side_pull (&sink);

  g_object_get (sink.wfd, "rtp-port", &port, NULL);
  to = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  local = g_inet_socket_address_new_from_string ("127.0.0.9", 0);
  elsewhere =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  fail_unless (g_socket_bind (elsewhere, local, FALSE, NULL));
  fail_unless (g_socket_send_to (elsewhere, to, (const char *) packet, sizeof packet, NULL, NULL)
      == sizeof packet);

  side_push (&source, stream_write_numbered (7, 7));
  after = side_pull (&sink);
  fail_unless_equals_int (gst_buffer_get_size (after), 7 * 188);
  fail_unless_equals_uint64 (side_get_counter (&sink, "packets-received"), 2);
  tear_down ();
}

GST_END_TEST;

static Suite *
rtspwfd_peers_suite (void)
{
  Suite *suite = suite_create ("rtspwfd-peers");
  TCase *peers = tcase_create ("peers"), *stop = tcase_create ("stop"),
        *errors = tcase_create ("errors");

  suite_add_tcase (suite, peers);
  tcase_set_timeout (peers, 60);
  tcase_add_test (peers, second_connection_is_closed_counted_and_told);
  tcase_add_test (peers, only_the_named_peer_may_connect);
  tcase_add_test (peers, named_peer_may_be_written_as_ipv6);
  tcase_add_test (peers, peer_that_is_no_address_is_an_error_at_the_start);
  tcase_add_loop_test (peers, who_is_no_display_does_not_end_the_wait, 0, 10);
  tcase_add_test (peers, display_with_nothing_in_common_does_not_end_the_wait);
  tcase_add_test (peers, display_that_vanishes_is_an_error);
  tcase_add_test (peers, display_that_vanishes_makes_room_for_the_next);
  tcase_add_test (peers, display_that_leaves_in_order_makes_room_for_the_next);
  tcase_add_test (peers, stop_of_the_source_ends_the_stream_of_the_sink);
  tcase_add_loop_test (peers, stop_of_the_source_ends_a_sink_in_paused, 0, 2);
  tcase_add_test (peers, sink_that_waits_takes_the_next_source);
  tcase_add_test (peers, media_from_elsewhere_is_dropped);

  suite_add_tcase (suite, stop);
  tcase_set_timeout (stop, 60);
  tcase_add_test (stop, sink_says_that_nobody_listens_yet);
  tcase_add_test (stop, stop_while_the_connection_hangs);
  tcase_add_test (stop, stop_while_the_source_is_silent);
  tcase_add_test (stop, stop_while_the_display_is_silent);
  tcase_add_test (stop, stop_while_the_display_hangs);
  tcase_add_loop_test (stop, stop_of_the_sink_at_any_step, 0, G_N_ELEMENTS (steps));
  tcase_add_loop_test (stop, stop_of_the_source_at_any_step, 0, G_N_ELEMENTS (steps));
  tcase_add_test (stop, stop_while_a_file_waits_for_a_display);

  suite_add_tcase (suite, errors);
  tcase_set_timeout (errors, 60);
  tcase_add_test (errors, settings_that_cannot_work_fail_at_once);
  tcase_add_test (errors, port_in_use_fails_at_once);
  tcase_add_test (errors, source_that_has_a_display_already_is_an_error_that_says_so);
  tcase_add_test (errors, display_that_is_not_wanted_reads_so);
  tcase_add_test (errors, source_that_is_not_there_is_an_error);
  return suite;
}

GST_CHECK_MAIN (rtspwfd_peers);
