/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input is a dialogue of lines, each for both roles: a source and a sink of
 * ours meet the same peer.
 *
 *   < METHOD uri      a request begins; header lines and a body may follow
 *   < 200             an answer begins
 *   Name: value       a header of it; CSeq is that of the last request of ours
 *                     unless it is there
 *   = value           a line of its body
 *   @ ms              time passes
 *   * action          the application does something
 *
 * The framing is not in it: messages are put together here. */
#include <base-text.h>
#include <session-machine.h>
#include <string.h>
#include <wfd/wfd-error.h>

/* A request has an answer, and leads to a request of ours or two. */
#define MAX_MESSAGES_AT_ONCE 4
#define MAX_EVENTS_AT_ONCE 4
#define MAX_TICKS_AT_ONCE 10000
#define MAX_BODY_BYTES 65536

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  WfdMachine *machine;
  GstRTSPMessage *message; /* that is being put together; NULL for none */
  GString *body;
  gint64 now_us;
  guint last_cseq; /* of our requests */
  gboolean ended;
} Peer;

static void
check_request (Peer *self, GstRTSPMessage *message)
{
  g_autofree char *number = g_strdup_printf ("%u", ++self->last_cseq);
  char *cseq = NULL;

  g_assert_cmpint (message->type_data.request.method, !=, GST_RTSP_INVALID);
  g_assert_nonnull (message->type_data.request.uri);
  gst_rtsp_message_get_header (message, GST_RTSP_HDR_CSEQ, &cseq, 0);
  g_assert_cmpstr (cseq, ==, number);
}

/* What we write has no line that we did not mean. */
static void
check_lines (GstRTSPMessage *message)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint8 *body = NULL;
  guint size = 0;

  gst_rtsp_message_append_headers (message, text);
  for (const char *p = strchr (text->str, '\n'); p != NULL; p = strchr (p + 1, '\n'))
    g_assert_true (p[-1] == '\r' && p[1] != '\n' && p[1] != '\r');
  if (gst_rtsp_message_get_body (message, &body, &size) == GST_RTSP_OK && size > 0)
    g_assert_cmpmem (body + size - 2, 2, "\r\n", 2);
}

static void
check_message (Peer *self, GstRTSPMessage *message)
{
  g_assert_false (self->ended);
  if (message->type == GST_RTSP_MESSAGE_REQUEST) {
    check_request (self, message);
  } else {
    g_assert_cmpint (message->type, ==, GST_RTSP_MESSAGE_RESPONSE);
    g_assert_cmpint (message->type_data.response.code, >=, 200);
    g_assert_nonnull (message->type_data.response.reason);
  }
  check_lines (message);
}

static void
check_event (Peer *self, const WfdEvent *event)
{
  g_assert_false (self->ended);
  if (event->error != NULL)
    g_assert_cmpint (event->error->domain, ==, WFD_ERROR);
  if (event->type == WFD_EVENT_FORMAT_AGREED)
    g_assert_true (wfd_machine_get_choice (self->machine)->mode != NULL
        || wfd_machine_get_choice (self->machine)->audio != NULL);
  self->ended = event->type == WFD_EVENT_ENDED;
}

/* After each call: what came out is sane and not much, and the end is one. */
static void
take_all (Peer *self)
{
  GstRTSPMessage *message;
  guint n_messages = 0, n_events = 0;
  WfdEvent event;
  gboolean closed;

  while ((message = wfd_machine_pop_message (self->machine)) != NULL) {
    check_message (self, message);
    gst_rtsp_message_free (message);
    g_assert_cmpuint (++n_messages, <=, MAX_MESSAGES_AT_ONCE);
  }
  while (wfd_machine_pop_event (self->machine, &event)) {
    check_event (self, &event);
    g_clear_error (&event.error);
    g_assert_cmpuint (++n_events, <=, MAX_EVENTS_AT_ONCE);
  }

  closed = wfd_machine_get_state (self->machine) == WFD_SESSION_STATE_CLOSED;
  g_assert_true (closed == self->ended);
  if (closed)
    g_assert_cmpint (wfd_machine_get_deadline_us (self->machine), ==, G_MAXINT64);
}

static void
finish_message (Peer *self)
{
  char *cseq = NULL;

  if (self->message == NULL)
    return;
  if (gst_rtsp_message_get_header (self->message, GST_RTSP_HDR_CSEQ, &cseq, 0) != GST_RTSP_OK) {
    g_autofree char *number = g_strdup_printf ("%u", self->last_cseq);

    gst_rtsp_message_add_header (self->message, GST_RTSP_HDR_CSEQ, number);
  }
  if (self->body->len > 0)
    gst_rtsp_message_set_body (self->message, (const guint8 *) self->body->str, self->body->len);
  wfd_machine_receive (self->machine, self->message, self->now_us);
  gst_rtsp_message_free (self->message);
  self->message = NULL;
  g_string_truncate (self->body, 0);
  take_all (self);
}

static void
begin_message (Peer *self, WfdText line)
{
  WfdText rest = line, first = wfd_text (""), uri = wfd_text ("*");
  g_autofree char *method = NULL, *uri_text = NULL;
  guint64 status;

  finish_message (self);
  if (wfd_text_take_decimal (&rest, 999, &status)) {
    gst_rtsp_message_new_response (&self->message, status, "", NULL);
    return;
  }
  wfd_text_take_token (&rest, &first);
  wfd_text_take_token (&rest, &uri);
  method = wfd_text_dup (first);
  uri_text = wfd_text_dup (uri);
  gst_rtsp_message_new_request (&self->message, gst_rtsp_find_method (method), uri_text);
}

static void
add_header (Peer *self, WfdText line)
{
  g_autofree char *name = NULL, *value = NULL;
  WfdText key = wfd_text ("");

  if (self->message == NULL)
    return;
  wfd_text_take_until (&line, ':', &key);
  name = wfd_text_dup (key);
  value = wfd_text_dup (wfd_text_strip (line));
  if (*name != '\0' && *value != '\0')
    gst_rtsp_message_add_header_by_name (self->message, name, value);
}

static void
add_to_body (Peer *self, WfdText line)
{
  if (self->body->len + line.left > MAX_BODY_BYTES)
    return;
  g_string_append_len (self->body, line.pos, line.left);
  g_string_append (self->body, "\r\n");
}

/* As the driver of a machine does it: whenever a deadline is over. */
static void
wait (Peer *self, WfdText line)
{
  gint64 until_us, deadline_us;
  guint64 ms;

  if (!wfd_text_take_decimal (&line, G_MAXUINT32, &ms))
    return;
  until_us = self->now_us + (gint64) ms * 1000;
  for (guint i = 0; i < MAX_TICKS_AT_ONCE; i++) {
    deadline_us = wfd_machine_get_deadline_us (self->machine);
    if (deadline_us > until_us)
      break;
    self->now_us = MAX (self->now_us, deadline_us);
    wfd_machine_tick (self->machine, self->now_us);
    take_all (self);
    /* It moves on, or the driver would spin. */
    g_assert_cmpint (wfd_machine_get_deadline_us (self->machine), >, self->now_us);
  }
  self->now_us = MAX (self->now_us, until_us);
  wfd_machine_tick (self->machine, self->now_us);
}

static void
act (Peer *self, WfdText action)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  if (wfd_text_equal (action, "play"))
    ok = wfd_machine_play (self->machine, self->now_us, &error);
  else if (wfd_text_equal (action, "pause"))
    ok = wfd_machine_pause (self->machine, self->now_us, &error);
  else if (wfd_text_equal (action, "idr"))
    ok = wfd_machine_request_idr (self->machine, self->now_us, &error);
  else if (wfd_text_equal (action, "change"))
    ok = wfd_machine_change_format (self->machine, wfd_media_find_mode_by_size (1280, 720, 30),
        90000, self->now_us, &error);
  else if (wfd_text_equal (action, "teardown"))
    wfd_machine_teardown (self->machine, self->now_us);
  else if (wfd_text_equal (action, "close"))
    wfd_machine_close (self->machine);
  else if (wfd_text_equal (action, "media"))
    wfd_machine_note_media (self->machine, self->now_us);
  else if (wfd_text_equal (action, "gone"))
    wfd_machine_disconnect (self->machine, NULL, self->now_us);
  g_assert_true (ok == (error == NULL));
}

static void
run_line (Peer *self, WfdText line)
{
  WfdText rest = line.left > 2 ? wfd_text_sized (line.pos + 2, line.left - 2) : wfd_text ("");

  if (wfd_text_has_prefix (line, "< ")) {
    begin_message (self, rest);
  } else if (wfd_text_has_prefix (line, "= ")) {
    add_to_body (self, rest);
  } else if (wfd_text_has_prefix (line, "@ ")) {
    finish_message (self);
    wait (self, rest);
  } else if (wfd_text_has_prefix (line, "* ")) {
    finish_message (self);
    act (self, wfd_text_strip (rest));
  } else {
    add_header (self, line);
  }
  take_all (self);
}

static void
run_role (WfdRole role, WfdText input)
{
  WfdMachineConfig config = { role, .rtp_port = 19000, .rtcp_port = 19001, .local_host = "1.2.3.4",
    .peer_host = "1.2.3.4" };
  Peer self = { .now_us = 1, .body = g_string_new (NULL) };
  WfdText line;

  wfd_media_default_video_formats (TRUE, &config.video);
  wfd_media_default_audio_codecs (TRUE, &config.audio);
  self.machine = wfd_machine_new (&config);
  wfd_machine_start (self.machine, self.now_us);
  take_all (&self);
  while (wfd_text_take_line (&input, &line))
    run_line (&self, line);
  finish_message (&self);

  wfd_machine_free (self.machine);
  g_string_free (self.body, TRUE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  WfdText input = wfd_text_sized ((const char *) data, size);

  run_role (WFD_ROLE_SOURCE, input);
  run_role (WFD_ROLE_SINK, input);
  return 0;
}
