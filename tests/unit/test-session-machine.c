/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the dialogues cannot show of a session machine: what it tells of itself,
 * when it wants to be called, and that it frees what nobody took. */
#include <base-limits.h>
#include <session-machine.h>
#include <string.h>
#include <wfd/wfd-error.h>

#define START_US (1000 * G_USEC_PER_SEC)
#define S(n) ((gint64) (n) *G_USEC_PER_SEC)

static WfdMachine *
new_machine (WfdRole role)
{
  WfdMachineConfig config = {
    .role = role,
    .rtp_port = 19000,
    .rtcp_port = 19001,
    .local_host = "192.168.173.1",
    .peer_host = "192.168.173.1",
  };

  wfd_media_default_video_formats (role == WFD_ROLE_SINK, &config.video);
  wfd_media_default_audio_codecs (role == WFD_ROLE_SINK, &config.audio);
  return wfd_machine_new (&config);
}

static WfdMachine *
start_machine (WfdRole role)
{
  WfdMachine *self = new_machine (role);

  wfd_machine_start (self, START_US);
  return self;
}

static GstRTSPMessage *
new_request (GstRTSPMethod method, const char *cseq, const char *body)
{
  GstRTSPMessage *message = NULL;

  gst_rtsp_message_new_request (&message, method, "rtsp://192.168.173.1/wfd1.0/streamid=0");
  if (cseq != NULL)
    gst_rtsp_message_add_header (message, GST_RTSP_HDR_CSEQ, cseq);
  if (body != NULL)
    gst_rtsp_message_set_body (message, (const guint8 *) body, strlen (body));
  return message;
}

static void
receive (WfdMachine *self, GstRTSPMessage *message, gint64 now_us)
{
  wfd_machine_receive (self, message, now_us);
  gst_rtsp_message_free (message);
}

static void
receive_request (WfdMachine *self, GstRTSPMethod method, const char *header, const char *value,
    gint64 now_us)
{
  GstRTSPMessage *message = new_request (method, "1", NULL);

  if (header != NULL)
    gst_rtsp_message_add_header_by_name (message, header, value);
  receive (self, message, now_us);
}

static void
receive_answer (WfdMachine *self, const char *cseq, const char *body, gint64 now_us)
{
  GstRTSPMessage *message = NULL;

  gst_rtsp_message_new_response (&message, GST_RTSP_STS_OK, "OK", NULL);
  gst_rtsp_message_add_header (message, GST_RTSP_HDR_CSEQ, cseq);
  if (body != NULL)
    gst_rtsp_message_set_body (message, (const guint8 *) body, strlen (body));
  receive (self, message, now_us);
}

/* Throws away what was to be sent; how much it was. */
static guint
drop_messages (WfdMachine *self)
{
  GstRTSPMessage *message;
  guint n = 0;

  while ((message = wfd_machine_pop_message (self)) != NULL) {
    gst_rtsp_message_free (message);
    n++;
  }
  return n;
}

/* How often the machine told of its end, and with which error at last. */
static guint
count_ends (WfdMachine *self, GError **ret_error)
{
  WfdEvent event;
  guint n = 0;

  while (wfd_machine_pop_event (self, &event)) {
    n += event.type == WFD_EVENT_ENDED;
    if (event.error != NULL && ret_error != NULL && *ret_error == NULL)
      *ret_error = g_steal_pointer (&event.error);
    g_clear_error (&event.error);
  }
  return n;
}

/* From M1 to the answer to SETUP, 10 ms each. */
static WfdMachine *
new_source_in_session (void)
{
  WfdMachine *self = start_machine (WFD_ROLE_SOURCE);
  gint64 now_us = START_US;

  receive_answer (self, "1", NULL, now_us += 10000);
  receive_request (self, GST_RTSP_OPTIONS, NULL, NULL, now_us += 10000);
  receive_answer (self, "2",
      "wfd_video_formats: 38 00 01 08 0001bdeb 00000000 00000000 00 0000 0000 00 none none\r\n"
      "wfd_audio_codecs: AAC 00000001 00\r\n"
      "wfd_client_rtp_ports: RTP/AVP/UDP;unicast 1028 0 mode=play\r\n"
      "wfd_idr_request_capability: 1\r\n"
      "microsoft_max_bitrate: none\r\n",
      now_us += 10000);
  receive_answer (self, "3", NULL, now_us += 10000);
  receive_answer (self, "4", NULL, now_us += 10000);
  receive_request (self, GST_RTSP_SETUP, "Transport", "RTP/AVP/UDP;unicast;client_port=1028-1029",
      now_us += 10000);
  g_assert_cmpint (wfd_machine_get_state (self), ==, WFD_SESSION_STATE_READY);
  return self;
}

static void
test_addresses_are_copied (void)
{
  char host[] = "192.168.173.1";
  WfdMachineConfig config = { .role = WFD_ROLE_SINK, .rtp_port = 19000, .peer_host = host };
  g_autoptr (WfdMachine) self = NULL;
  GstRTSPMessage *message, *last = NULL;

  wfd_media_default_video_formats (TRUE, &config.video);
  self = wfd_machine_new (&config);
  memset (host, 'x', strlen (host));
  wfd_machine_start (self, START_US);
  receive_request (self, GST_RTSP_OPTIONS, NULL, NULL, START_US);
  receive (self, new_request (GST_RTSP_GET_PARAMETER, "2", "wfd_video_formats\r\n"), START_US);
  receive (self,
      new_request (GST_RTSP_SET_PARAMETER, "3",
          "wfd_video_formats: 00 00 01 01 00000020 00000000 00000000 00 0000 0000 00 none none\r\n"
          "wfd_trigger_method: SETUP\r\n"),
      START_US);
  while ((message = wfd_machine_pop_message (self)) != NULL) {
    g_clear_pointer (&last, gst_rtsp_message_free);
    last = message;
  }
  g_assert_cmpstr (last->type_data.request.uri, ==, "rtsp://192.168.173.1/wfd1.0/streamid=0");
  gst_rtsp_message_free (last);
}

static void
test_nothing_is_waited_for_before_the_start (void)
{
  g_autoptr (WfdMachine) self = new_machine (WFD_ROLE_SOURCE);

  g_assert_cmpint (wfd_machine_get_state (self), ==, WFD_SESSION_STATE_IDLE);
  g_assert_cmpint (wfd_machine_get_deadline_us (self), ==, G_MAXINT64);
  receive_request (self, GST_RTSP_OPTIONS, NULL, NULL, START_US);
  wfd_machine_tick (self, START_US);
  g_assert_cmpuint (drop_messages (self), ==, 0);
  g_assert_cmpuint (count_ends (self, NULL), ==, 0);
}

static void
test_deadline_is_that_of_the_timer_that_ends_first (void)
{
  g_autoptr (WfdMachine) source = start_machine (WFD_ROLE_SOURCE);
  g_autoptr (WfdMachine) sink = start_machine (WFD_ROLE_SINK);

  /* T2 for M1, T1 */
  g_assert_cmpint (wfd_machine_get_deadline_us (source), ==, START_US + S (10));
  g_assert_cmpint (wfd_machine_get_deadline_us (sink), ==, START_US + S (15));

  /* T4 for M2, in place of T2 */
  receive_answer (source, "1", NULL, START_US + S (3));
  g_assert_cmpint (wfd_machine_get_deadline_us (source), ==, START_US + S (18));
}

static void
test_deadlines_of_a_session (void)
{
  g_autoptr (WfdMachine) self = new_source_in_session ();
  gint64 setup_us = START_US + 60000;

  /* T5, which PLAY takes away, then T8 from SETUP on. */
  g_assert_cmpint (wfd_machine_get_deadline_us (self), ==, setup_us + S (9));
  receive_request (self, GST_RTSP_PLAY, NULL, NULL, setup_us + S (1));
  g_assert_cmpint (wfd_machine_get_deadline_us (self), ==, setup_us + S (25));
  wfd_machine_tick (self, setup_us + S (25));
  g_assert_cmpint (wfd_machine_get_deadline_us (self), ==, setup_us + S (50));

  /* The end: 2 s for the other part of it, then nothing any more. */
  wfd_machine_teardown (self, setup_us + S (30));
  g_assert_cmpint (wfd_machine_get_deadline_us (self), ==, setup_us + S (32));
  wfd_machine_tick (self, setup_us + S (32));
  g_assert_cmpint (wfd_machine_get_deadline_us (self), ==, G_MAXINT64);
}

static void
test_tick_before_the_deadline_does_nothing (void)
{
  g_autoptr (WfdMachine) self = start_machine (WFD_ROLE_SINK);

  wfd_machine_tick (self, START_US + S (15) - 1);
  g_assert_cmpint (wfd_machine_get_state (self), ==, WFD_SESSION_STATE_NEGOTIATING);
  wfd_machine_tick (self, START_US + S (15));
  g_assert_cmpint (wfd_machine_get_state (self), ==, WFD_SESSION_STATE_CLOSED);
}

/* As after a suspend of the machine: all timers are over at once. */
static void
test_tick_long_after_all_deadlines_ends_once (void)
{
  g_autoptr (WfdMachine) self = new_source_in_session ();
  g_autoptr (GError) error = NULL;

  drop_messages (self);
  count_ends (self, NULL);
  wfd_machine_tick (self, START_US + S (100000));
  wfd_machine_tick (self, START_US + S (200000));
  g_assert_cmpuint (count_ends (self, &error), ==, 1);
  g_assert_error (error, WFD_ERROR, WFD_ERROR_TIMEOUT);
  g_assert_cmpint (wfd_machine_get_deadline_us (self), ==, G_MAXINT64);
}

static void
test_nothing_follows_the_end (void)
{
  g_autoptr (WfdMachine) self = new_source_in_session ();
  g_autoptr (GError) error = NULL;

  wfd_machine_close (self);
  drop_messages (self);
  g_assert_cmpuint (count_ends (self, NULL), ==, 1);

  receive_request (self, GST_RTSP_PLAY, NULL, NULL, START_US + S (1));
  wfd_machine_note_media (self, START_US + S (1));
  wfd_machine_tick (self, START_US + S (1000));
  wfd_machine_disconnect (self, NULL, START_US + S (1000));
  wfd_machine_teardown (self, START_US + S (1000));
  wfd_machine_close (self);
  g_assert_false (wfd_machine_play (self, START_US + S (1000), &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_STATE);
  g_assert_cmpuint (drop_messages (self), ==, 0);
  g_assert_cmpuint (count_ends (self, NULL), ==, 0);
  g_assert_cmpint (wfd_machine_get_state (self), ==, WFD_SESSION_STATE_CLOSED);
  g_assert_cmpint (wfd_machine_get_deadline_us (self), ==, G_MAXINT64);
}

/* Media is noted by another thread and told late. */
static void
test_older_sign_of_life_takes_nothing_away (void)
{
  g_autoptr (WfdMachine) self = new_source_in_session ();

  receive_request (self, GST_RTSP_PLAY, NULL, NULL, START_US + S (1));
  receive_request (self, GST_RTSP_OPTIONS, NULL, NULL, START_US + S (100));
  wfd_machine_note_media (self, START_US + S (1));
  wfd_machine_tick (self, START_US + S (219));
  g_assert_cmpint (wfd_machine_get_state (self), ==, WFD_SESSION_STATE_PLAYING);
  wfd_machine_tick (self, START_US + S (220));
  g_assert_cmpint (wfd_machine_get_state (self), ==, WFD_SESSION_STATE_CLOSED);
}

static void
test_session_is_told_when_it_is_known (void)
{
  g_autoptr (WfdMachine) fresh = start_machine (WFD_ROLE_SOURCE);
  g_autoptr (WfdMachine) self = new_source_in_session ();
  const WfdChoice *choice = wfd_machine_get_choice (self);

  g_assert_null (wfd_machine_get_session_id (fresh));
  g_assert_cmpuint (wfd_machine_get_peer_rtp_port (fresh), ==, 0);
  g_assert_cmpuint (wfd_machine_get_peer_rtcp_port (fresh), ==, 0);
  g_assert_false (wfd_machine_has_peer_idr_request (fresh));
  g_assert_null (wfd_machine_get_peer_name (fresh));
  g_assert_null (wfd_machine_get_choice (fresh)->mode);

  g_assert_cmpuint (strlen (wfd_machine_get_session_id (self)), <=, 15);
  g_assert_cmpuint (wfd_machine_get_peer_rtp_port (self), ==, 1028);
  g_assert_cmpuint (wfd_machine_get_peer_rtcp_port (self), ==, 1029);
  g_assert_true (wfd_machine_has_peer_idr_request (self));
  g_assert_false (wfd_machine_is_peer_microsoft (self));
  g_assert_cmpuint (choice->mode->width, ==, 1920);
  g_assert_cmpuint (choice->mode->rate_hz, ==, 30);
  g_assert_cmpint (choice->audio->codec, ==, WFD_AUDIO_CODEC_AAC);
}

static void
test_format_of_a_sink_is_told_when_it_is_complete (void)
{
  g_autoptr (WfdMachine) self = start_machine (WFD_ROLE_SINK);

  receive_request (self, GST_RTSP_OPTIONS, NULL, NULL, START_US);
  receive (self, new_request (GST_RTSP_GET_PARAMETER, "2", "wfd_video_formats\r\n"), START_US);
  receive (self,
      new_request (GST_RTSP_SET_PARAMETER, "3",
          "wfd_video_formats: 00 00 01 01 00000020 00000000 00000000 00 0000 0000 00 none none\r\n"),
      START_US);
  g_assert_null (wfd_machine_get_choice (self)->mode);
  receive (self, new_request (GST_RTSP_SET_PARAMETER, "4", "wfd_trigger_method: SETUP\r\n"),
      START_US);
  g_assert_cmpuint (wfd_machine_get_choice (self)->mode->height, ==, 720);
}

/* Who can guess it is not worth much, but two should not have the same. */
static void
test_session_ids_differ (void)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 16; i++) {
    g_autoptr (WfdMachine) self = new_source_in_session ();

    g_hash_table_add (ids, g_strdup (wfd_machine_get_session_id (self)));
  }
  g_assert_cmpuint (g_hash_table_size (ids), >, 12);
}

static void
test_peer_name_is_the_first_and_fit_to_be_shown (void)
{
  g_autoptr (WfdMachine) self = start_machine (WFD_ROLE_SOURCE);
  g_autofree char *rubbish = g_strnfill (WFD_LIMIT_NAME_BYTES + 100, '\xff');
  const char *name;

  receive_request (self, GST_RTSP_OPTIONS, "User-Agent", rubbish, START_US);
  name = wfd_machine_get_peer_name (self);
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (name, -1), ==, WFD_LIMIT_NAME_BYTES);
  receive_request (self, GST_RTSP_OPTIONS, "User-Agent", "another", START_US);
  g_assert_true (wfd_machine_get_peer_name (self) == name);
}

static void
test_stats_count_what_went_by (void)
{
  g_autoptr (WfdMachine) self = new_source_in_session ();
  const WfdMachineStats *stats = wfd_machine_get_stats (self);
  gint64 now_us = START_US + S (25) + 60000;

  /* M2, M6; M1, M3, M4, M5 */
  g_assert_cmpuint (stats->requests_received, ==, 2);
  g_assert_cmpuint (stats->requests_sent, ==, 4);
  g_assert_cmpuint (stats->responses_received, ==, 4);
  g_assert_cmpint (stats->last_rtt_us, ==, 10000);

  receive_request (self, GST_RTSP_PLAY, NULL, NULL, START_US + S (1));
  for (guint i = 0; i < 3; i++)
    receive (self, new_request (GST_RTSP_SET_PARAMETER, "9", "wfd_idr_request\r\n"),
        START_US + S (2));
  wfd_machine_tick (self, now_us);
  receive_answer (self, "5", NULL, now_us + 1234);
  g_assert_cmpuint (stats->idr_requests, ==, 3);
  g_assert_cmpuint (stats->keep_alives, ==, 1);
  g_assert_cmpuint (stats->requests_received, ==, 6);
  g_assert_cmpuint (stats->requests_sent, ==, 5);
  g_assert_cmpint (stats->last_rtt_us, ==, 1234);
}

static void
test_stats_of_a_sink (void)
{
  g_autoptr (WfdMachine) self = start_machine (WFD_ROLE_SINK);
  const WfdMachineStats *stats = wfd_machine_get_stats (self);

  g_assert_cmpint (stats->last_rtt_us, ==, -1);
  receive_request (self, GST_RTSP_OPTIONS, NULL, NULL, START_US);
  receive_answer (self, "1", NULL, START_US + 777);
  g_assert_cmpuint (stats->requests_received, ==, 1);
  g_assert_cmpuint (stats->requests_sent, ==, 1);
  g_assert_cmpuint (stats->responses_received, ==, 1);
  g_assert_cmpint (stats->last_rtt_us, ==, 777);
  g_assert_cmpuint (stats->keep_alives, ==, 0);
}

static void
test_what_is_no_rtsp_ends_the_session (void)
{
  for (guint type = GST_RTSP_MESSAGE_INVALID; type <= GST_RTSP_MESSAGE_DATA; type++) {
    g_autoptr (WfdMachine) self = start_machine (WFD_ROLE_SINK);
    g_autoptr (GError) error = NULL;
    GstRTSPMessage message = { .type = type };

    if (type == GST_RTSP_MESSAGE_REQUEST || type == GST_RTSP_MESSAGE_RESPONSE)
      continue;
    wfd_machine_receive (self, &message, START_US);
    g_assert_cmpuint (count_ends (self, &error), ==, 1);
    g_assert_error (error, WFD_ERROR, WFD_ERROR_MALFORMED);
  }
}

static void
test_error_of_the_socket_is_that_of_the_end (void)
{
  g_autoptr (WfdMachine) self = start_machine (WFD_ROLE_SINK);
  g_autoptr (GError) broken = g_error_new (WFD_ERROR, WFD_ERROR_CLOSED, "reset by television");
  g_autoptr (GError) error = NULL;

  wfd_machine_disconnect (self, broken, START_US);
  g_assert_cmpuint (count_ends (self, &error), ==, 1);
  g_assert_error (error, WFD_ERROR, WFD_ERROR_CLOSED);
  g_assert_cmpstr (error->message, ==, "reset by television");
}

/* The sanitizers look at this one. */
static void
test_free_takes_all_that_nobody_took (void)
{
  WfdMachine *self = new_source_in_session ();

  receive_request (self, GST_RTSP_PLAY, "User-Agent", "display", START_US + S (1));
  receive (self, new_request (GST_RTSP_SET_PARAMETER, "9", "wfd_idr_request\r\n"), START_US);
  g_assert_true (wfd_machine_pause (self, START_US + S (1), NULL));
  wfd_machine_tick (self, START_US + S (20));
  wfd_machine_free (self);
  wfd_machine_free (NULL);
}

#define TEST(name, func) g_test_add_func ("/session/machine/" name, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("addresses-are-copied", test_addresses_are_copied);
  TEST ("nothing-is-waited-for-before-the-start", test_nothing_is_waited_for_before_the_start);
  TEST ("deadline-is-that-of-the-timer-that-ends-first",
      test_deadline_is_that_of_the_timer_that_ends_first);
  TEST ("deadlines-of-a-session", test_deadlines_of_a_session);
  TEST ("tick-before-the-deadline-does-nothing", test_tick_before_the_deadline_does_nothing);
  TEST ("tick-long-after-all-deadlines-ends-once", test_tick_long_after_all_deadlines_ends_once);
  TEST ("nothing-follows-the-end", test_nothing_follows_the_end);
  TEST ("older-sign-of-life-takes-nothing-away", test_older_sign_of_life_takes_nothing_away);
  TEST ("session-is-told-when-it-is-known", test_session_is_told_when_it_is_known);
  TEST ("format-of-a-sink-is-told-when-it-is-complete",
      test_format_of_a_sink_is_told_when_it_is_complete);
  TEST ("session-ids-differ", test_session_ids_differ);
  TEST ("peer-name-is-the-first-and-fit-to-be-shown",
      test_peer_name_is_the_first_and_fit_to_be_shown);
  TEST ("stats-count-what-went-by", test_stats_count_what_went_by);
  TEST ("stats-of-a-sink", test_stats_of_a_sink);
  TEST ("what-is-no-rtsp-ends-the-session", test_what_is_no_rtsp_ends_the_session);
  TEST ("error-of-the-socket-is-that-of-the-end", test_error_of_the_socket_is_that_of_the_end);
  TEST ("free-takes-all-that-nobody-took", test_free_takes_all_that_nobody_took);
  return g_test_run ();
}
