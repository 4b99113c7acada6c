/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <wfd/wfd.h>

/* Nothing waits for time to pass; this ends a test that hangs. */
#define WATCHDOG_S 20

/* A source and a sink of ours in one main context, over loopback. */
typedef struct
{
  GMainContext *context;
  WfdListener *listener;
  WfdSession *source;
  WfdSession *sink;
  guint idr_requests;
  guint formats_agreed;
  guint formats_refused;
  guint capabilities_told;
  guint closed;
  guint failed_attempts;
  int source_fd;
  guint sent_when_stopped;
  GError *source_error;
  GError *sink_error;
} Fixture;

static void
on_closed (WfdSession *session, GError *error, Fixture *self)
{
  GError **place = session == self->source ? &self->source_error : &self->sink_error;

  g_assert_cmpint (wfd_session_get_state (session), ==, WFD_SESSION_STATE_CLOSED);
  self->closed++;
  if (error != NULL)
    *place = g_error_copy (error);
}

static void
on_attempt_failed (WfdSession *session, guint port, GError *error, Fixture *self)
{
  g_assert_cmpuint (port, >, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  self->failed_attempts++;
}

static void
on_idr_requested (WfdSession *session, Fixture *self)
{
  self->idr_requests++;
}

static void
on_format_agreed (WfdSession *session, WfdFormat *format, Fixture *self)
{
  g_assert_cmpuint (format->width, >, 0);
  self->formats_agreed++;
}

static void
on_format_refused (WfdSession *session, GError *error, Fixture *self)
{
  g_assert_nonnull (error);
  self->formats_refused++;
}

static void
watch (Fixture *self, WfdSession *session)
{
  g_signal_connect (session, "closed", G_CALLBACK (on_closed), self);
  g_signal_connect (session, "idr-requested", G_CALLBACK (on_idr_requested), self);
  g_signal_connect (session, "format-agreed", G_CALLBACK (on_format_agreed), self);
  g_signal_connect (session, "attempt-failed", G_CALLBACK (on_attempt_failed), self);
  g_signal_connect (session, "format-refused", G_CALLBACK (on_format_refused), self);
}

static void
on_connection (WfdListener *listener, GSocketConnection *connection, Fixture *self)
{
  g_autoptr (GError) error = NULL;

  self->source_fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  g_assert_true (wfd_session_start (self->source, connection, &error));
  g_assert_no_error (error);
}

static gboolean
on_watchdog (gpointer data)
{
  g_error ("nothing happens any more");
  return G_SOURCE_REMOVE;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GSource) watchdog = g_timeout_source_new_seconds (WATCHDOG_S);
  GError *error = NULL;

  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  g_source_set_callback (watchdog, on_watchdog, NULL, NULL);
  g_source_attach (watchdog, self->context);

  self->listener = wfd_listener_new ("127.0.0.1", 0, &error);
  g_assert_no_error (error);
  g_signal_connect (self->listener, "connection", G_CALLBACK (on_connection), self);
  self->source = wfd_session_new (WFD_ROLE_SOURCE);
  self->sink = wfd_session_new (WFD_ROLE_SINK);
  g_object_set (self->source, "rtp-port", 15550, NULL);
  g_object_set (self->sink, "rtp-port", 19000, NULL);
  watch (self, self->source);
  watch (self, self->sink);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_add_weak_pointer (G_OBJECT (self->source), (gpointer *) &self->source);
  g_object_add_weak_pointer (G_OBJECT (self->sink), (gpointer *) &self->sink);
  g_object_unref (self->source);
  g_object_unref (self->sink);
  g_object_unref (self->listener);
  /* What is cancelled comes back through the main context. */
  while (self->source != NULL || self->sink != NULL)
    g_main_context_iteration (self->context, TRUE);
  g_clear_error (&self->source_error);
  g_clear_error (&self->sink_error);
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
}

static void
run_until (Fixture *self, WfdSessionState state)
{
  while (
      wfd_session_get_state (self->source) != state || wfd_session_get_state (self->sink) != state)
    g_main_context_iteration (self->context, TRUE);
}

static void
connect_sink (Fixture *self)
{
  wfd_session_connect_async (self->sink, "127.0.0.1", wfd_listener_get_port (self->listener), NULL,
      NULL, NULL);
  g_assert_cmpint (wfd_session_get_state (self->sink), ==, WFD_SESSION_STATE_CONNECTING);
}

static void
test_source_and_sink_come_to_play (Fixture *self, gconstpointer data)
{
  g_autoptr (WfdFormat) sent = NULL, received = NULL;
  g_autoptr (GInetSocketAddress) rtp = NULL;
  g_autofree char *address = NULL, *name = NULL;

  wfd_session_set_wish (self->source, 1280, 720, 30);
  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_PLAYING);

  sent = wfd_session_dup_format (self->source);
  received = wfd_session_dup_format (self->sink);
  g_assert_true (wfd_format_equal (sent, received));
  g_assert_cmpuint (sent->width, ==, 1280);
  g_assert_cmpuint (sent->rate_hz, ==, 30);
  g_assert_cmpint (sent->audio_codec, ==, WFD_AUDIO_CODEC_AAC);

  rtp = wfd_session_dup_peer_rtp_address (self->source);
  address = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (rtp));
  g_assert_cmpstr (address, ==, "127.0.0.1:19000");
  g_object_get (self->sink, "peer-name", &name, NULL);
  g_assert_true (g_str_has_prefix (name, "gst-wfd/"));
}

/* @told: the port in the answer to SETUP; a source need not name any. */
static void
check_where_media_comes_from (Fixture *self, guint told)
{
  g_autoptr (GInetSocketAddress) from = NULL;
  g_autofree char *host = NULL;

  g_object_set (self->source, "rtp-port", told, NULL);
  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_PLAYING);
  from = wfd_session_dup_peer_rtp_address (self->sink);
  g_assert_nonnull (from);
  host = g_inet_address_to_string (g_inet_socket_address_get_address (from));
  g_assert_cmpstr (host, ==, "127.0.0.1");
  g_assert_cmpuint (g_inet_socket_address_get_port (from), ==, told);
}

static void
test_sink_knows_where_media_comes_from (Fixture *self, gconstpointer data)
{
  check_where_media_comes_from (self, 20000);
}

static void
test_sink_knows_whence_without_a_port (Fixture *self, gconstpointer data)
{
  check_where_media_comes_from (self, 0);
}

static void
test_pause_and_play_work_from_both_sides (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_PLAYING);

  g_assert_true (wfd_session_pause (self->sink, &error));
  run_until (self, WFD_SESSION_STATE_READY);
  g_assert_true (wfd_session_play (self->source, &error));
  run_until (self, WFD_SESSION_STATE_PLAYING);
  g_assert_true (wfd_session_pause (self->source, &error));
  run_until (self, WFD_SESSION_STATE_READY);
  g_assert_false (wfd_session_pause (self->source, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_STATE);
}

static void
test_idr_request_reaches_the_source (Fixture *self, gconstpointer data)
{
  g_autoptr (GVariant) stats = NULL;
  guint64 asked;

  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_PLAYING);
  g_assert_true (wfd_session_request_idr (self->sink, NULL));
  while (self->idr_requests == 0)
    g_main_context_iteration (self->context, TRUE);

  stats = wfd_session_dup_stats (self->sink);
  g_assert_true (g_variant_lookup (stats, "idr-requests", "t", &asked));
  g_assert_cmpuint (asked, ==, 1);
  g_assert_false (wfd_session_request_idr (self->source, NULL));
}

static void
on_peer_capabilities (WfdSession *session, Fixture *self)
{
  self->capabilities_told++;
}

static void
test_held_source_looks_at_the_sink_first (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) offer = NULL, sink_offer = NULL;
  g_autoptr (GBytes) edid = NULL;
  g_autoptr (WfdFormat) format = NULL;

  wfd_session_hold (self->source);
  wfd_session_hold (self->source);
  g_signal_connect (self->source, "peer-capabilities", G_CALLBACK (on_peer_capabilities), self);
  g_assert_true (wfd_session_set_video_formats (self->sink, "1280x720p30", NULL));
  g_assert_false (wfd_session_has_peer_monitor (self->source));
  connect_sink (self);
  while (self->capabilities_told == 0)
    g_main_context_iteration (self->context, TRUE);

  g_assert_true (wfd_session_has_peer_monitor (self->source));
  g_assert_cmpint (wfd_session_get_peer_connector (self->source), ==, 7);
  edid = wfd_session_dup_peer_edid (self->source);
  g_assert_null (edid);
  offer = wfd_session_dup_peer_video_offer (self->source);
  sink_offer = wfd_session_dup_video_offer (self->sink);
  g_assert_cmpuint (offer->len, ==, sink_offer->len);
  for (guint i = 0; i < offer->len; i++)
    g_assert_true (
        wfd_format_equal (g_ptr_array_index (offer, i), g_ptr_array_index (sink_offer, i)));

  g_assert_true (wfd_session_set_video_formats (self->source, "640x480p60", NULL));
  wfd_session_release (self->source);
  g_assert_cmpuint (self->formats_agreed, ==, 0);
  wfd_session_release (self->source);
  run_until (self, WFD_SESSION_STATE_PLAYING);
  format = wfd_session_dup_format (self->source);
  g_assert_cmpuint (format->width, ==, 640);
}

static void
test_what_the_rate_does_not_carry_is_not_offered (Fixture *self, gconstpointer data)
{
  g_autoptr (WfdFormat) format = NULL;

  wfd_session_hold (self->source);
  g_signal_connect (self->source, "peer-capabilities", G_CALLBACK (on_peer_capabilities), self);
  connect_sink (self);
  while (self->capabilities_told == 0)
    g_main_context_iteration (self->context, TRUE);
  wfd_session_set_max_bitrate (self->source, 1500);
  wfd_session_release (self->source);
  run_until (self, WFD_SESSION_STATE_PLAYING);
  format = wfd_session_dup_format (self->source);
  g_assert_cmpuint (format->width, ==, 1280);
  g_assert_cmpuint (format->rate_hz, ==, 30);
}

static void
test_format_changes_in_session (Fixture *self, gconstpointer data)
{
  g_autoptr (WfdFormat) format = NULL;
  g_autoptr (GError) error = NULL;

  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_PLAYING);
  self->formats_agreed = 0;
  g_assert_true (wfd_session_change_format (self->source, 1280, 720, 60, 0, &error));
  while (self->formats_agreed < 2)
    g_main_context_iteration (self->context, TRUE);
  format = wfd_session_dup_format (self->sink);
  g_assert_cmpuint (format->width, ==, 1280);
  g_assert_cmpuint (format->rate_hz, ==, 60);

  g_assert_false (wfd_session_change_format (self->source, 1234, 567, 60, 0, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
}

static void
test_teardown_ends_both_sides_in_order (Fixture *self, gconstpointer data)
{
  WfdSession *first = GPOINTER_TO_INT (data) == WFD_ROLE_SINK ? self->sink : self->source;

  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_PLAYING);
  wfd_session_teardown (first);
  run_until (self, WFD_SESSION_STATE_CLOSED);
  g_assert_cmpuint (self->closed, ==, 2);
  g_assert_no_error (self->source_error);
  g_assert_no_error (self->sink_error);
}

/* Segments with data that the source has sent until now. */
static guint
count_sent (Fixture *self)
{
  struct tcp_info info = { 0 };
  socklen_t size = sizeof info;

  g_assert_cmpint (getsockopt (self->source_fd, IPPROTO_TCP, TCP_INFO, &info, &size), ==, 0);
  return info.tcpi_data_segs_out;
}

static void
on_stop (WfdSession *session, GParamSpec *pspec, Fixture *self)
{
  if (wfd_session_get_state (session) != WFD_SESSION_STATE_PLAYING && self->sent_when_stopped == 0)
    self->sent_when_stopped = count_sent (self);
}

/* Nothing of the stream may come behind the answer, so who sends it is told before. */
static void
test_stream_stops_before_the_answer (Fixture *self, gconstpointer data)
{
  guint before;

  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_PLAYING);
  before = count_sent (self);
  g_signal_connect (self->source, "notify::state", G_CALLBACK (on_stop), self);
  if (GPOINTER_TO_INT (data) == WFD_SESSION_STATE_READY)
    g_assert_true (wfd_session_pause (self->sink, NULL));
  else
    wfd_session_teardown (self->sink);
  run_until (self, GPOINTER_TO_INT (data));
  g_assert_cmpuint (self->sent_when_stopped, ==, before);
}

static void
test_close_without_a_word_is_an_error_for_the_peer (Fixture *self, gconstpointer data)
{
  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_PLAYING);
  wfd_session_close (self->sink);
  wfd_session_close (self->sink);
  run_until (self, WFD_SESSION_STATE_CLOSED);
  g_assert_cmpuint (self->closed, ==, 2);
  g_assert_no_error (self->sink_error);
  g_assert_error (self->source_error, WFD_ERROR, WFD_ERROR_CLOSED);
}

static void
on_connect_done (GObject *object, GAsyncResult *result, gpointer data)
{
  GError **error = data;

  wfd_session_connect_finish (WFD_SESSION (object), result, error);
}

static void
test_close_stops_an_attempt_to_connect (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  wfd_listener_close (self->listener); /* so that it is refused and tried again */
  wfd_session_connect_async (self->sink, "127.0.0.1", wfd_listener_get_port (self->listener), NULL,
      on_connect_done, &error);
  wfd_session_close (self->sink);
  g_assert_cmpuint (self->closed, ==, 1);
  while (error == NULL)
    g_main_context_iteration (self->context, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_nobody_listening_is_an_error_when_the_time_is_over (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  wfd_listener_close (self->listener);
  g_object_set (self->sink, "connect-timeout-ms", 0, NULL);
  wfd_session_connect_async (self->sink, "127.0.0.1", wfd_listener_get_port (self->listener), NULL,
      on_connect_done, &error);
  while (error == NULL)
    g_main_context_iteration (self->context, TRUE);
  g_assert_error (error, WFD_ERROR, WFD_ERROR_CONNECT);
  g_assert_error (self->sink_error, WFD_ERROR, WFD_ERROR_CONNECT);
  g_assert_cmpuint (self->failed_attempts, ==, 0);
}

/* 64 characters are more than a label may have, so that no server is asked. */
#define NAME_OF_NOBODY "nobody-nobody-nobody-nobody-nobody-nobody-nobody-nobody-nobody-x"

static void
test_name_of_nobody_is_told_with_advice (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  wfd_session_connect_async (self->sink, NAME_OF_NOBODY, 0, NULL, on_connect_done, &error);
  while (error == NULL)
    g_main_context_iteration (self->context, TRUE);
  g_assert_error (error, WFD_ERROR, WFD_ERROR_NO_PEER);
  g_assert_nonnull (strstr (error->message, NAME_OF_NOBODY));
  g_assert_nonnull (strstr (error->message, "IP address"));
  g_assert_cmpuint (self->failed_attempts, ==, 0);
}

/* Whoever has tried three ports wants to know which answered. */
static void
test_sink_tells_the_port_of_its_source (Fixture *self, gconstpointer data)
{
  g_autoptr (GVariant) stats = NULL, before = wfd_session_dup_stats (self->sink);
  guint32 port = 0;

  g_assert_false (g_variant_lookup (before, "peer-port", "u", &port));
  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_PLAYING);
  stats = wfd_session_dup_stats (self->sink);
  g_assert_true (g_variant_lookup (stats, "peer-port", "u", &port));
  g_assert_cmpuint (port, ==, wfd_listener_get_port (self->listener));
}

static void
close_it (WfdSession *session, guint port, GError *error, Fixture *self)
{
  wfd_session_close (session);
}

static void
test_application_may_end_it_when_nobody_listens (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  wfd_listener_close (self->listener);
  g_signal_connect (self->sink, "attempt-failed", G_CALLBACK (close_it), self);
  wfd_session_connect_async (self->sink, "127.0.0.1", wfd_listener_get_port (self->listener), NULL,
      on_connect_done, &error);
  while (error == NULL)
    g_main_context_iteration (self->context, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (self->failed_attempts, ==, 1);
}

static void
test_sink_waits_for_a_source_that_listens_later (Fixture *self, gconstpointer data)
{
  guint16 port = wfd_listener_get_port (self->listener);
  g_autoptr (GError) error = NULL;

  wfd_listener_close (self->listener);
  g_clear_object (&self->listener);
  wfd_session_connect_async (self->sink, "127.0.0.1", port, NULL, NULL, NULL);
  while (self->failed_attempts == 0)
    g_main_context_iteration (self->context, TRUE);

  self->listener = wfd_listener_new ("127.0.0.1", port, &error);
  g_assert_no_error (error);
  g_signal_connect (self->listener, "connection", G_CALLBACK (on_connection), self);
  run_until (self, WFD_SESSION_STATE_PLAYING);
}

static gboolean
is_refused (GInetAddress *address, guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) target = g_inet_socket_address_new (address, port);
  g_autoptr (GSocketConnection) connection = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (target), NULL, NULL);
  return connection == NULL;
}

/* An address of this machine that nobody else is likely to use. */
static GInetAddress *
make_lonely_address (void)
{
  guint32 number = g_random_int ();
  guint8 bytes[] = { 127, 1 + (number & 127), number >> 8, 1 + (number >> 16 & 127) };

  return g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV4);
}

static void
test_error_names_the_ports_that_were_tried (Fixture *self, gconstpointer data)
{
  g_autoptr (GInetAddress) inet = make_lonely_address ();
  g_autofree char *address = g_inet_address_to_string (inet);
  g_autoptr (GError) error = NULL;

  if (!is_refused (inet, WFD_DEFAULT_RTSP_PORT) || !is_refused (inet, 554)
      || !is_refused (inet, 8554)) {
    g_test_skip ("somebody listens on the ports in question on all addresses");
    return;
  }
  /* The others come when the usual one has refused for 1.6 s. */
  g_object_set (self->sink, "connect-timeout-ms", 2400, NULL);
  wfd_session_connect_async (self->sink, address, 0, NULL, on_connect_done, &error);
  while (error == NULL)
    g_main_context_iteration (self->context, TRUE);
  g_assert_nonnull (strstr (error->message, "(port 7236, 554, 8554)"));
}

static void
test_sink_without_a_port_finds_the_usual_ones (Fixture *self, gconstpointer data)
{
  g_autoptr (GInetAddress) inet = make_lonely_address ();
  g_autofree char *address = g_inet_address_to_string (inet);

  g_clear_object (&self->listener);
  if (!is_refused (inet, WFD_DEFAULT_RTSP_PORT) || !is_refused (inet, 554)
      || (self->listener = wfd_listener_new (address, 8554, NULL)) == NULL) {
    g_test_skip ("somebody listens on the ports in question on all addresses");
    self->listener = wfd_listener_new ("127.0.0.1", 0, NULL);
    return;
  }
  g_signal_connect (self->listener, "connection", G_CALLBACK (on_connection), self);
  wfd_session_connect_async (self->sink, address, 0, NULL, NULL, NULL);
  run_until (self, WFD_SESSION_STATE_PLAYING);
}

static void
test_formats_are_set_by_name_and_by_value (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (wfd_session_set_video_formats (self->sink, NULL, &error));
  g_assert_true (wfd_session_set_video_formats (self->sink, "1280x720p30", &error));
  g_assert_true (wfd_session_set_video_formats (self->sink,
      "00 00 01 01 00000020 00000000 00000000 00 0000 0000 00 none none", &error));
  g_assert_true (wfd_session_set_audio_codecs (self->sink, "aac, lpcm", &error));
  g_assert_true (wfd_session_set_audio_codecs (self->sink, "LPCM 00000002 00", &error));
  g_assert_no_error (error);

  g_assert_false (wfd_session_set_video_formats (self->sink, "17x4p3", &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (wfd_session_set_audio_codecs (self->sink, "mp3", &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
}

static void
test_nothing_in_common_is_said (Fixture *self, gconstpointer data)
{
  g_assert_true (wfd_session_set_video_formats (self->source, "none", NULL));
  g_assert_true (wfd_session_set_audio_codecs (self->source, "ac3", NULL));
  g_assert_true (wfd_session_set_audio_codecs (self->sink, "lpcm", NULL));
  connect_sink (self);
  run_until (self, WFD_SESSION_STATE_CLOSED);
  g_assert_error (self->source_error, WFD_ERROR, WFD_ERROR_NO_FORMAT);
}

static void
test_functions_before_the_connection_fail_softly (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WfdFormat) format = wfd_session_dup_format (self->sink);
  g_autoptr (GVariant) stats = wfd_session_dup_stats (self->sink);

  g_assert_cmpuint (format->width, ==, 0);
  g_assert_false (g_variant_lookup (stats, "last-rtt-us", "x", NULL));
  g_assert_null (wfd_session_dup_peer_rtp_address (self->sink));
  g_assert_false (wfd_session_play (self->sink, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_STATE);
  wfd_session_teardown (self->sink);
  g_assert_cmpuint (self->closed, ==, 1);
}

static void
test_closed_without_a_connection_has_no_addresses (Fixture *self, gconstpointer data)
{
  guint16 nobody = wfd_listener_get_port (self->listener);

  wfd_listener_close (self->listener);
  g_object_set (self->sink, "connect-timeout-ms", 1, NULL);
  wfd_session_connect_async (self->sink, "127.0.0.1", nobody, NULL, NULL, NULL);
  while (wfd_session_get_state (self->sink) != WFD_SESSION_STATE_CLOSED)
    g_main_context_iteration (self->context, TRUE);
  g_assert_null (wfd_session_dup_peer_rtp_address (self->sink));
  g_assert_null (wfd_session_dup_peer_rtcp_address (self->sink));
}

static void
test_listener_wants_an_address (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (wfd_listener_new ("localhost", 0, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
}

static void
on_one_more (WfdListener *listener, GSocketConnection *connection, guint *count)
{
  (*count)++;
}

/* Who is turned away and comes again as fast as it can costs no CPU; nobody is lost. */
static void
test_connections_that_are_too_many_come_later (Fixture *self, gconstpointer data)
{
  const struct sockaddr_in address = { .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
    .sin_port = htons (wfd_listener_get_port (self->listener)) };
  gint64 begin_us = g_get_monotonic_time ();
  int fds[101];
  guint count = 0;

  g_signal_handlers_disconnect_by_func (self->listener, on_connection, self);
  g_signal_connect (self->listener, "connection", G_CALLBACK (on_one_more), &count);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++) {
    fds[i] = socket (AF_INET, SOCK_STREAM, 0);
    g_assert_no_errno (connect (fds[i], (const struct sockaddr *) &address, sizeof (address)));
  }
  while (count < G_N_ELEMENTS (fds))
    g_main_context_iteration (self->context, TRUE);
  /* 50 in 100 ms. */
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, 200 * G_TIME_SPAN_MILLISECOND - 2000);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(name, data, func) g_test_add ("/session/" name, Fixture, data, set_up, func, tear_down)
  TEST ("source-and-sink-come-to-play", NULL, test_source_and_sink_come_to_play);
  TEST ("sink-knows-where-media-comes-from", NULL, test_sink_knows_where_media_comes_from);
  TEST ("sink-knows-whence-without-a-port", NULL, test_sink_knows_whence_without_a_port);
  TEST ("pause-and-play-work-from-both-sides", NULL, test_pause_and_play_work_from_both_sides);
  TEST ("idr-request-reaches-the-source", NULL, test_idr_request_reaches_the_source);
  TEST ("held-source-looks-at-the-sink-first", NULL, test_held_source_looks_at_the_sink_first);
  TEST ("what-the-rate-does-not-carry-is-not-offered", NULL,
      test_what_the_rate_does_not_carry_is_not_offered);
  TEST ("format-changes-in-session", NULL, test_format_changes_in_session);
  TEST ("teardown-by-the-sink-ends-both", GINT_TO_POINTER (WFD_ROLE_SINK),
      test_teardown_ends_both_sides_in_order);
  TEST ("teardown-by-the-source-ends-both", GINT_TO_POINTER (WFD_ROLE_SOURCE),
      test_teardown_ends_both_sides_in_order);
  TEST ("stream-stops-before-pause-is-answered", GINT_TO_POINTER (WFD_SESSION_STATE_READY),
      test_stream_stops_before_the_answer);
  TEST ("stream-stops-before-teardown-is-answered", GINT_TO_POINTER (WFD_SESSION_STATE_CLOSED),
      test_stream_stops_before_the_answer);
  TEST ("close-without-a-word-is-an-error-for-the-peer", NULL,
      test_close_without_a_word_is_an_error_for_the_peer);
  TEST ("close-stops-an-attempt-to-connect", NULL, test_close_stops_an_attempt_to_connect);
  TEST ("nobody-listening-is-an-error-when-the-time-is-over", NULL,
      test_nobody_listening_is_an_error_when_the_time_is_over);
  TEST ("name-of-nobody-is-told-with-advice", NULL, test_name_of_nobody_is_told_with_advice);
  TEST ("sink-tells-the-port-of-its-source", NULL, test_sink_tells_the_port_of_its_source);
  TEST ("application-may-end-it-when-nobody-listens", NULL,
      test_application_may_end_it_when_nobody_listens);
  TEST ("error-names-the-ports-that-were-tried", NULL, test_error_names_the_ports_that_were_tried);
  TEST ("sink-waits-for-a-source-that-listens-later", NULL,
      test_sink_waits_for_a_source_that_listens_later);
  TEST ("sink-without-a-port-finds-the-usual-ones", NULL,
      test_sink_without_a_port_finds_the_usual_ones);
  TEST ("formats-are-set-by-name-and-by-value", NULL, test_formats_are_set_by_name_and_by_value);
  TEST ("nothing-in-common-is-said", NULL, test_nothing_in_common_is_said);
  TEST ("functions-before-the-connection-fail-softly", NULL,
      test_functions_before_the_connection_fail_softly);
  TEST ("closed-without-a-connection-has-no-addresses", NULL,
      test_closed_without_a_connection_has_no_addresses);
  TEST ("connections-that-are-too-many-come-later", NULL,
      test_connections_that_are_too_many_come_later);
#undef TEST
  g_test_add_func ("/session/listener-wants-an-address", test_listener_wants_an_address);
  return g_test_run ();
}
