/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs dialogues (*.talk) against a session machine: real framing on a
 * loopback connection, simulated time. */
#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <rtsp-params.h>
#include <session-machine.h>
#include <session-socket.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <wfd/wfd.h>

#include "talk-file.h"

/* Nothing here waits for time to pass; this ends a test that hangs. */
#define WATCHDOG_S 20

typedef struct
{
  const char *path;
  const TalkStep *step;
  WfdMachineConfig config;
  gboolean split; /* deliver each byte by itself */
  gboolean hold;  /* before M4 */
  gint64 now_us;
  GMainContext *context;
  GSocket *peer;
  GSocket *own;
  WfdSocket *socket;
  WfdMachine *machine;
  GQueue sent; /* of char*: what we sent and nobody expected yet */
  GQueue told; /* of char*: what the application was told */
  WfdSessionState told_state;
} Dialogue;

#define fail(self, ...) \
  G_STMT_START \
  { \
    g_autofree char *message_ = g_strdup_printf (__VA_ARGS__); \
    g_error ("%s:%u: %s", (self)->path, (self)->step->line, message_); \
  } \
  G_STMT_END

static void drain (Dialogue *self);

static void
on_message (const GstRTSPMessage *message, gpointer user_data)
{
  Dialogue *self = user_data;

  wfd_machine_receive (self->machine, message, self->now_us);
  drain (self);
}

static void
on_closed (const GError *error, gpointer user_data)
{
  Dialogue *self = user_data;

  wfd_machine_disconnect (self->machine, error, self->now_us);
  drain (self);
}

/* One whole message from our end of the connection, as text. */
static char *
read_message (Dialogue *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize want = 0;

  while (want == 0 || text->len < want) {
    g_autoptr (GError) error = NULL;
    char byte;
    const char *length;

    if (g_socket_receive (self->peer, &byte, 1, NULL, &error) != 1)
      fail (self, "cannot read what was sent: %s", error != NULL ? error->message : "end");
    g_string_append_c (text, byte);
    if (want == 0 && g_str_has_suffix (text->str, "\r\n\r\n")) {
      length = strstr (text->str, "Content-Length: ");
      want = text->len + (length != NULL ? g_ascii_strtoull (length + 16, NULL, 10) : 0);
    }
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe_event (Dialogue *self, const WfdEvent *event)
{
  static const char *const codes[] = {
    "malformed",
    "unsupported",
    "timeout",
    "state",
    "refused",
    "no-format",
    "connect",
    "closed",
    "invalid-argument",
  };
  WfdFormat format;

  switch (event->type) {
    case WFD_EVENT_STATE:
      self->told_state = wfd_machine_get_state (self->machine);
      return NULL;
    case WFD_EVENT_FORMAT_AGREED:
      wfd_media_choice_to_format (wfd_machine_get_choice (self->machine), &format);
      {
        g_autofree char *text = wfd_format_to_string (&format);

        return g_strdup_printf ("format %s", text);
      }
    case WFD_EVENT_FORMAT_REFUSED:
      return g_strdup ("format refused");
    case WFD_EVENT_IDR_REQUESTED:
      return g_strdup ("idr");
    case WFD_EVENT_CAPABILITIES:
      return g_strdup (wfd_machine_has_peer_monitor (self->machine) ? "monitor" : "no monitor");
    case WFD_EVENT_ENDED:
      if (event->error == NULL)
        return g_strdup ("end");
      g_assert (event->error->domain == WFD_ERROR);
      return g_strdup_printf ("error %s: %s", codes[event->error->code], event->error->message);
  }
  g_assert_not_reached ();
}

/* Takes over everything that the machine has for us. */
static void
drain (Dialogue *self)
{
  GstRTSPMessage *message;
  WfdEvent event;

  while ((message = wfd_machine_pop_message (self->machine)) != NULL) {
    wfd_socket_send (self->socket, message);
    g_queue_push_tail (&self->sent, read_message (self));
  }
  while (wfd_machine_pop_event (self->machine, &event)) {
    char *text = describe_event (self, &event);

    if (text != NULL)
      g_queue_push_tail (&self->told, text);
    g_clear_error (&event.error);
  }
}

/* What certainly fits into the buffers of the connection. */
#define MAX_SEND_BYTES 8192

static int
count_arrived (Dialogue *self)
{
  int n = 0;

  ioctl (g_socket_get_fd (self->own), FIONREAD, &n);
  return n;
}

/* Loopback delivers at once, but not always before send () returns. */
static void
deliver (Dialogue *self, const char *bytes, gsize len)
{
  g_autoptr (GError) error = NULL;
  int n_before = count_arrived (self);

  if (g_socket_send (self->peer, bytes, len, NULL, &error) != (gssize) len)
    fail (self, "cannot send: %s", error != NULL ? error->message : "short");
  while (count_arrived (self) < n_before + (int) len)
    g_thread_yield ();
  while (g_main_context_iteration (self->context, FALSE))
    ;
}

static void
run_send (Dialogue *self, const char *bytes, gsize len)
{
  gsize piece = self->split ? 1 : MAX_SEND_BYTES;

  for (gsize i = 0; i < len; i += piece)
    deliver (self, bytes + i, MIN (piece, len - i));
}

static void
run_hang_up (Dialogue *self)
{
  g_socket_shutdown (self->peer, FALSE, TRUE, NULL);
  while (wfd_machine_get_state (self->machine) != WFD_SESSION_STATE_CLOSED)
    g_main_context_iteration (self->context, TRUE);
}

/* Whether @line is @pattern, in which … stands for anything. */
static gboolean
line_matches (const char *pattern, const char *line)
{
  const char *dots = strstr (pattern, "…");
  gsize head = dots != NULL ? (gsize) (dots - pattern) : strlen (pattern);

  if (strncmp (pattern, line, head) != 0)
    return FALSE;
  if (dots == NULL)
    return line[head] == '\0';
  for (line += head;; line++) {
    if (line_matches (dots + strlen ("…"), line))
      return TRUE;
    if (*line == '\0')
      return FALSE;
  }
}

/* The headers that every message has and that say nothing about a dialogue,
 * unless it asks for them. */
static gboolean
is_boring (const char *line, const char *pattern)
{
  static const char *const headers[] = { "Date: ", "Content-Length: ", "Content-Type: ", "Server: ",
    "User-Agent: " };

  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    if (g_str_has_prefix (line, headers[i]))
      return strstr (pattern, headers[i]) == NULL;
  return FALSE;
}

static guint
count (const char *message, const char *header)
{
  guint n = 0;

  for (const char *at = message; (at = strstr (at, header)) != NULL; at++)
    n++;
  return n;
}

static void
check_common_headers (Dialogue *self, const char *message)
{
  const char *body = strstr (message, "\r\n\r\n") + 4;
  gboolean response = g_str_has_prefix (message, "RTSP/");

  if ((strstr (message, "\r\nContent-Type: text/parameters\r\n") != NULL) != (*body != '\0'))
    fail (self, "Content-Type goes with a body: %s", message);
  /* Tizen and miraclecast send it twice, which others do not read. */
  if (count (message, "\r\nContent-Length: ") != (*body != '\0'))
    fail (self, "Content-Length goes with a body, once: %s", message);
  if (self->config.role == WFD_ROLE_SINK && !response
      && strstr (message, "\r\nUser-Agent: gst-wfd/") == NULL)
    fail (self, "a request of a sink without User-Agent: %s", message);
  if (self->config.role == WFD_ROLE_SOURCE && response
      && strstr (message, "\r\nServer: gst-wfd/") == NULL)
    fail (self, "an answer of a source without Server: %s", message);
}

static void
run_expect (Dialogue *self, const char *pattern)
{
  g_autofree char *message = g_queue_pop_head (&self->sent);
  g_auto (GStrv) wanted = g_strsplit (pattern, "\n", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) lines = NULL, all = NULL;
  guint i;

  if (message == NULL)
    fail (self, "nothing was sent, expected:\n%s", pattern);
  check_common_headers (self, message);

  all = g_strsplit (message, "\r\n", -1);
  for (i = 0; all[i] != NULL; i++)
    if (!is_boring (all[i], pattern))
      g_strv_builder_add (builder, all[i]);
  lines = g_strv_builder_end (builder);

  for (i = 0; wanted[i] != NULL; i++)
    if (lines[i] == NULL || !line_matches (wanted[i], lines[i]))
      fail (self, "line %u is not “%s” in what was sent:\n%s", i + 1, wanted[i], message);
  /* A message without a body ends in the two ends of line of its head, one with
   * a body in one. */
  while (lines[i] != NULL && *lines[i] == '\0')
    i++;
  if (lines[i] != NULL)
    fail (self, "not expected: “%s” in what was sent:\n%s", lines[i], message);
}

/* What can be asked of the machine at any time. */
static char *
describe_property (Dialogue *self, const char *name)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (WFD_TYPE_SESSION_STATE);

  if (g_str_equal (name, "state")) {
    if (wfd_machine_get_state (self->machine) != self->told_state)
      fail (self, "the application was not told of the state");
    return g_strdup (g_enum_get_value (states, self->told_state)->value_nick);
  }
  if (g_str_equal (name, "peer-port"))
    return g_strdup_printf ("%u", wfd_machine_get_peer_rtp_port (self->machine));
  if (g_str_equal (name, "peer-reports-port"))
    return g_strdup_printf ("%u", wfd_machine_get_peer_rtcp_port (self->machine));
  if (g_str_equal (name, "peer-connector"))
    return g_strdup_printf ("%d", wfd_machine_get_peer_connector (self->machine));
  if (g_str_equal (name, "peer-name"))
    return g_strdup (wfd_machine_get_peer_name (self->machine));
  if (g_str_equal (name, "max-bitrate"))
    return g_strdup_printf ("%" G_GUINT64_FORMAT, wfd_machine_get_max_bitrate_bps (self->machine));
  return NULL;
}

static void
run_event (Dialogue *self, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 2);
  g_autofree char *property = describe_property (self, words[0]);
  g_autofree char *told = NULL;

  if (property != NULL) {
    if (g_strcmp0 (property, words[1]) != 0)
      fail (self, "the %s is %s", words[0], property);
    return;
  }
  told = g_queue_pop_head (&self->told);
  if (told == NULL)
    fail (self, "the application was not told “%s”", text);
  /* An error may be given without its text. */
  if (!line_matches (text, told)
      && !(g_str_has_prefix (text, "error ") && g_str_has_prefix (told, text)
          && told[strlen (text)] == ':'))
    fail (self, "the application was told “%s”, not “%s”", told, text);
}

/* The socket waits for a body by the clock of the machine we run on. */
static void
pass_short_body (Dialogue *self, gint64 until_us)
{
  if (!wfd_socket_is_short (self->socket) || until_us - self->now_us < WFD_SOCKET_SHORT_BODY_US)
    return;
  self->now_us += WFD_SOCKET_SHORT_BODY_US;
  wfd_socket_take_short (self->socket);
}

static void
run_wait (Dialogue *self, const char *text)
{
  char *unit;
  gint64 until_us = self->now_us
      + (gint64) (g_ascii_strtod (text, &unit)
          * (g_str_equal (unit, "ms") ? 1000 : G_USEC_PER_SEC));
  gint64 deadline_us;

  pass_short_body (self, until_us);
  while ((deadline_us = wfd_machine_get_deadline_us (self->machine)) <= until_us) {
    self->now_us = MAX (self->now_us, deadline_us);
    wfd_machine_tick (self->machine, self->now_us);
    drain (self);
    if (wfd_machine_get_deadline_us (self->machine) == deadline_us)
      fail (self, "the deadline stays when it is over");
  }
  self->now_us = until_us;
}

static const WfdMode *
find_mode (Dialogue *self, const char *name)
{
  const WfdMode *mode = wfd_media_find_mode_by_name (name);

  if (mode == NULL)
    fail (self, "there is no mode %s", name);
  return mode;
}

static gboolean
do_action (Dialogue *self, const char *action, GError **error)
{
  if (g_str_equal (action, "play"))
    return wfd_machine_play (self->machine, self->now_us, error);
  if (g_str_equal (action, "pause"))
    return wfd_machine_pause (self->machine, self->now_us, error);
  if (g_str_equal (action, "standby"))
    return wfd_machine_standby (self->machine, self->now_us, error);
  if (g_str_equal (action, "idr"))
    return wfd_machine_request_idr (self->machine, self->now_us, error);
  if (g_str_has_prefix (action, "change "))
    return wfd_machine_change_format (self->machine, find_mode (self, action + 7), 2000000,
        self->now_us, error);
  if (g_str_equal (action, "media"))
    wfd_machine_note_media (self->machine, self->now_us);
  else if (g_str_equal (action, "teardown"))
    wfd_machine_teardown (self->machine, self->now_us);
  else if (g_str_equal (action, "close"))
    wfd_machine_close (self->machine);
  else if (g_str_equal (action, "release"))
    wfd_machine_release (self->machine, self->now_us);
  else
    fail (self, "unknown action “%s”", action);
  return TRUE;
}

static void
run_action (Dialogue *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean fails = g_str_has_suffix (text, " fails");
  g_autofree char *action = g_strndup (text, strlen (text) - (fails ? 6 : 0));

  if (do_action (self, action, &error) == fails)
    fail (self, "“%s” %s", action, fails ? "does not fail" : error->message);
  drain (self);
}

static void
run_set (Dialogue *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean sink = self->config.role == WFD_ROLE_SINK;
  gboolean ok = TRUE;

  if (self->machine != NULL)
    fail (self, "settings come before the first message");
  if (g_str_equal (text, "role sink"))
    self->config.role = WFD_ROLE_SINK;
  else if (g_str_equal (text, "role source"))
    self->config.role = WFD_ROLE_SOURCE;
  else if (g_str_equal (text, "split"))
    self->split = TRUE;
  else if (g_str_equal (text, "no-rtcp-port"))
    self->config.rtcp_port = 0;
  else if (g_str_equal (text, "hold"))
    self->hold = TRUE;
  else if (g_str_has_prefix (text, "video-value "))
    ok = wfd_params_parse_video_formats (text + 12, &self->config.video, &error);
  else if (g_str_has_prefix (text, "video "))
    ok = wfd_media_video_formats_from_names (text + 6, sink, &self->config.video, &error);
  else if (g_str_has_prefix (text, "audio "))
    ok = wfd_media_audio_codecs_from_names (text + 6, &self->config.audio, &error);
  else if (g_str_has_prefix (text, "wish ")) {
    const WfdMode *mode = find_mode (self, text + 5);

    self->config.wish = (WfdWish) { mode->width, mode->height, mode->rate_hz };
  } else
    fail (self, "unknown setting “%s”", text);
  if (!ok)
    fail (self, "%s", error->message);
}

static void
connect_pair (Dialogue *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) server = NULL;
  GError *error = NULL;

  server = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_bind (server, any, FALSE, &error);
  g_assert_no_error (error);
  g_socket_listen (server, &error);
  g_assert_no_error (error);
  address = g_socket_get_local_address (server, &error);
  g_assert_no_error (error);
  self->peer =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_connect (self->peer, address, NULL, &error);
  g_assert_no_error (error);
  self->own = g_socket_accept (server, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_timeout (self->peer, WATCHDOG_S);
  g_socket_set_option (self->peer, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
}

static void
begin (Dialogue *self)
{
  static const WfdSocketFuncs funcs = { on_message, on_closed };

  connect_pair (self);
  self->socket = wfd_socket_new (self->own, self->context, &funcs, self);
  self->machine = wfd_machine_new (&self->config);
  if (self->hold)
    wfd_machine_hold (self->machine);
  wfd_machine_start (self->machine, self->now_us);
  drain (self);
}

static void
check_nothing_left (Dialogue *self)
{
  const char *sent = g_queue_peek_head (&self->sent);
  const char *told = g_queue_peek_head (&self->told);

  if (sent != NULL)
    fail (self, "before this, nobody expected:\n%s", sent);
  if (told != NULL)
    fail (self, "before this, nobody expected the application to be told: %s", told);
}

static void
set_defaults (WfdMachineConfig *config)
{
  *config = (WfdMachineConfig) {
    .role = WFD_ROLE_SOURCE,
    .rtp_port = 19000,
    .rtcp_port = 19001,
    .local_host = "192.168.173.1",
    .peer_host = "192.168.173.1",
  };
  wfd_media_default_video_formats (TRUE, &config->video);
  wfd_media_default_audio_codecs (TRUE, &config->audio);
}

static void
end (Dialogue *self)
{
  if (self->machine == NULL)
    fail (self, "a dialogue without a message");
  check_nothing_left (self);

  g_clear_pointer (&self->socket, wfd_socket_free);
  g_clear_pointer (&self->machine, wfd_machine_free);
  g_clear_object (&self->own);
  g_clear_object (&self->peer);
  set_defaults (&self->config);
  self->split = self->hold = FALSE;
}

static void
run_step (Dialogue *self)
{
  const char *text = self->step->text->str;

  switch (self->step->kind) {
    case TALK_EXPECT:
      run_expect (self, text);
      break;
    case TALK_EVENT:
      run_event (self, text);
      break;
    case TALK_WAIT:
      check_nothing_left (self);
      run_wait (self, text);
      break;
    case TALK_ACTION:
      check_nothing_left (self);
      run_action (self, text);
      break;
    case TALK_HANG_UP:
      check_nothing_left (self);
      run_hang_up (self);
      break;
    case TALK_AGAIN:
      end (self);
      break;
    case TALK_SET:
    case TALK_SEND:
      g_assert_not_reached ();
  }
}

/* What the peer sends in a row arrives in one segment: @pending. */
static void
take_step (Dialogue *self, GString *pending)
{
  if (self->step->kind == TALK_SET) {
    run_set (self, self->step->text->str);
    return;
  }
  if (self->machine == NULL)
    begin (self);

  if (self->step->kind == TALK_SEND) {
    if (pending->len == 0)
      check_nothing_left (self);
    g_string_append_len (pending, self->step->text->str, self->step->text->len);
    return;
  }
  if (pending->len > 0) {
    run_send (self, pending->str, pending->len);
    g_string_truncate (pending, 0);
  }
  run_step (self);
}

static void
test_dialogue (gconstpointer data)
{
  Dialogue self = { .path = data, .now_us = 1000 * G_USEC_PER_SEC };
  g_autoptr (GPtrArray) steps = talk_file_read (self.path);
  g_autoptr (GString) pending = g_string_new (NULL);

  set_defaults (&self.config);
  self.context = g_main_context_new ();
  for (guint i = 0; i < steps->len; i++) {
    self.step = g_ptr_array_index (steps, i);
    take_step (&self, pending);
  }
  if (pending->len > 0)
    fail (&self, "a dialogue does not end with what the peer says");
  end (&self);
  g_main_context_unref (self.context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 1; i < argc; i++) {
    g_autofree char *base = g_path_get_basename (argv[i]);
    g_autofree char *name =
        g_strdup_printf ("/dialogue/%.*s", (int) (strlen (base) - strlen (".talk")), base);

    g_test_add_data_func (name, argv[i], test_dialogue);
  }
  return g_test_run ();
}
