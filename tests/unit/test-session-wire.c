/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-limits.h>
#include <session-wire.h>
#include <string.h>
#include <wfd/wfd-error.h>

#define M3_ANSWER "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 6\r\n\r\na: b\r\n"

static void
push (WfdWireReader *reader, const char *text)
{
  wfd_wire_reader_push (reader, (const guint8 *) text, strlen (text));
}

static GstRTSPMessage *
take_one (WfdWireReader *reader)
{
  GstRTSPMessage *message = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (wfd_wire_reader_take (reader, &message, &error), ==, WFD_WIRE_MESSAGE);
  g_assert_no_error (error);
  return message;
}

static void
assert_more (WfdWireReader *reader)
{
  GstRTSPMessage *message = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (wfd_wire_reader_take (reader, &message, &error), ==, WFD_WIRE_MORE);
  g_assert_null (message);
}

static void
assert_header (GstRTSPMessage *message, const char *name, const char *wanted)
{
  char *value = NULL;

  if (gst_rtsp_message_get_header_by_name (message, name, &value, 0) != GST_RTSP_OK)
    value = NULL;
  g_assert_cmpstr (value, ==, wanted);
}

static void
assert_body (GstRTSPMessage *message, const char *wanted)
{
  guint8 *body = NULL;
  guint n = 0;

  gst_rtsp_message_get_body (message, &body, &n);
  g_assert_cmpmem (body, n, wanted, strlen (wanted));
}

/* What each text is read as: the whole of it is one message. */
static const struct
{
  const char *name;
  const char *text;
  guint status; /* 0: a request */
  GstRTSPMethod method;
  const char *cseq;
  const char *body;
} messages[] = {
  { "request", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", 0, GST_RTSP_OPTIONS, "1", "" },
  { "answer-with-body", M3_ANSWER, 200, 0, "2", "a: b\r\n" },
  { "lines-end-in-lf", "OPTIONS * RTSP/1.0\nCSeq: 1\n\n", 0, GST_RTSP_OPTIONS, "1", "" },
  { "blank-lines-before", "\r\n\r\n\nOPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", 0, GST_RTSP_OPTIONS,
      "1", "" },
  { "no-reason", "RTSP/1.0 200\r\nCSeq: 3\r\n\r\n", 200, 0, "3", "" },
  { "blanks-around-colon", "RTSP/1.0 200 OK\r\nCSeq \t:   3  \r\n\r\n", 200, 0, "3", "" },
  { "no-blank-after-colon", "RTSP/1.0 200 OK\r\ncseq:3\r\n\r\n", 200, 0, "3", "" },
  { "null-in-uri", "SETUP rtsp://10.0.0.1:1(null) RTSP/1.0\r\nCSeq: 4\r\n\r\n", 0, GST_RTSP_SETUP,
      "4", "" },
  { "unknown-method", "FROBNICATE * RTSP/1.0\r\nCSeq: 5\r\n\r\n", 0, GST_RTSP_INVALID, "5", "" },
  { "line-without-colon", "RTSP/1.0 200 OK\r\nrubbish\r\nCSeq: 6\r\n\r\n", 200, 0, "6", "" },
  { "content-length-twice",
      "RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", 200, 0, "7",
      "ab" },
};

static void
assert_message (GstRTSPMessage *message, guint i)
{
  if (messages[i].status == 0) {
    g_assert_cmpint (message->type, ==, GST_RTSP_MESSAGE_REQUEST);
    g_assert_cmpint (message->type_data.request.method, ==, messages[i].method);
  } else {
    g_assert_cmpint (message->type, ==, GST_RTSP_MESSAGE_RESPONSE);
    g_assert_cmpuint (message->type_data.response.code, ==, messages[i].status);
  }
  assert_header (message, "CSeq", messages[i].cseq);
  assert_body (message, messages[i].body);
}

static void
test_message (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  GstRTSPMessage *message;
  WfdWireReader reader;

  wfd_wire_reader_init (&reader);
  push (&reader, messages[i].text);
  message = take_one (&reader);
  assert_message (message, i);
  assert_more (&reader);
  gst_rtsp_message_free (message);
  wfd_wire_reader_clear (&reader);
}

/* In particular between the CR and the LF that end a head. */
static void
test_message_split_at_each_byte (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  gsize n = strlen (messages[i].text);

  for (gsize split = 1; split < n; split++) {
    GstRTSPMessage *message;
    WfdWireReader reader;

    wfd_wire_reader_init (&reader);
    wfd_wire_reader_push (&reader, (const guint8 *) messages[i].text, split);
    assert_more (&reader);
    push (&reader, messages[i].text + split);
    message = take_one (&reader);
    assert_message (message, i);
    gst_rtsp_message_free (message);
    wfd_wire_reader_clear (&reader);
  }
}

static void
test_two_messages_in_one_piece_are_two (void)
{
  GstRTSPMessage *first, *second;
  WfdWireReader reader;

  wfd_wire_reader_init (&reader);
  push (&reader, M3_ANSWER "\r\nOPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  first = take_one (&reader);
  second = take_one (&reader);
  assert_header (first, "CSeq", "2");
  assert_header (second, "CSeq", "1");
  assert_more (&reader);
  gst_rtsp_message_free (first);
  gst_rtsp_message_free (second);
  wfd_wire_reader_clear (&reader);
}

static void
test_short_body_can_be_taken_as_it_is (void)
{
  GstRTSPMessage *message = NULL;
  g_autoptr (GError) error = NULL;
  WfdWireReader reader;

  wfd_wire_reader_init (&reader);
  push (&reader, "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 8\r\n\r");
  assert_more (&reader);
  g_assert_false (wfd_wire_reader_is_short (&reader));
  push (&reader, "\na: b\r\n");
  assert_more (&reader);
  g_assert_true (wfd_wire_reader_is_short (&reader));
  g_assert_cmpint (wfd_wire_reader_take_short (&reader, &message, &error), ==, WFD_WIRE_MESSAGE);
  assert_body (message, "a: b\r\n");
  g_assert_false (wfd_wire_reader_is_short (&reader));
  gst_rtsp_message_free (message);
  wfd_wire_reader_clear (&reader);
}

static const struct
{
  const char *name;
  const char *text;
} malformed[] = {
  { "garbage", "hello there\r\n\r\n" },
  { "one-word", "x\r\n\r\n" },
  { "other-version", "OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n" },
  { "http", "GET / HTTP/1.0\r\n\r\n" },
  { "interleaved", "$" },
  { "status-of-two-digits", "RTSP/1.0 20 OK\r\n\r\n" },
  { "status-of-four-digits", "RTSP/1.0 2000 OK\r\n\r\n" },
  { "no-status", "RTSP/1.0\r\n\r\n" },
  { "content-length-not-a-number", "RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n" },
  { "content-length-with-rubbish", "RTSP/1.0 200 OK\r\nContent-Length: 1 2\r\n\r\n" },
  { "content-length-too-large", "RTSP/1.0 200 OK\r\nContent-Length: 262145\r\n\r\n" },
  { "content-length-overflows", "RTSP/1.0 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n" },
  { "content-lengths-differ",
      "RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab" },
};

static void
assert_malformed (WfdWireReader *reader)
{
  GstRTSPMessage *message = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (wfd_wire_reader_take (reader, &message, &error), ==, WFD_WIRE_ERROR);
  g_assert_error (error, WFD_ERROR, WFD_ERROR_MALFORMED);
}

static void
test_malformed (gconstpointer data)
{
  WfdWireReader reader;

  wfd_wire_reader_init (&reader);
  push (&reader, malformed[GPOINTER_TO_UINT (data)].text);
  assert_malformed (&reader);
  wfd_wire_reader_clear (&reader);
}

/* Servers of other protocols that greet; no head is ever complete. */
static const struct
{
  const char *name;
  const char *bytes;
  gsize n;
} greetings[] = {
#define GREETING(name, bytes) \
  { \
    name, bytes, sizeof bytes - 1 \
  }
  GREETING ("ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
  GREETING ("smtp", "220 mail.example ESMTP\r\n"),
  GREETING ("http", "HTTP/1.1 400 Bad Request\r\n"),
  GREETING ("binary", "\x4a\x00\x00\x00\x0a"),
#undef GREETING
};

static void
test_greeting_is_refused_at_once (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  for (gsize split = 0; split < greetings[i].n; split++) {
    GstRTSPMessage *message = NULL;
    WfdWireReader reader;

    wfd_wire_reader_init (&reader);
    wfd_wire_reader_push (&reader, (const guint8 *) greetings[i].bytes, split);
    if (wfd_wire_reader_take (&reader, &message, NULL) != WFD_WIRE_ERROR) {
      wfd_wire_reader_push (&reader, (const guint8 *) greetings[i].bytes + split,
          greetings[i].n - split);
      assert_malformed (&reader);
    }
    wfd_wire_reader_clear (&reader);
  }
}

static void
test_nul_in_a_head_is_refused (void)
{
  static const char text[] = "OPTIONS * RTSP/1.0\r\nCSeq: \0001\r\n\r\n";
  WfdWireReader reader;

  wfd_wire_reader_init (&reader);
  wfd_wire_reader_push (&reader, (const guint8 *) text, sizeof text - 1);
  assert_malformed (&reader);
  wfd_wire_reader_clear (&reader);
}

static void
test_head_has_a_limit (void)
{
  WfdWireReader reader;

  wfd_wire_reader_init (&reader);
  push (&reader, "OPTIONS * RTSP/1.0\r\nX: ");
  while (reader.buffer->len < WFD_LIMIT_HEAD_BYTES)
    push (&reader, "a");
  assert_more (&reader);
  push (&reader, "a");
  assert_malformed (&reader);
  wfd_wire_reader_clear (&reader);
}

static void
test_headers_have_a_limit (gconstpointer data)
{
  guint n_lines = GPOINTER_TO_UINT (data);
  GstRTSPMessage *message;
  WfdWireReader reader;

  wfd_wire_reader_init (&reader);
  push (&reader, "OPTIONS * RTSP/1.0\r\n");
  /* The blank line counts. */
  for (guint i = 1; i < n_lines; i++)
    push (&reader, "X: a\r\n");
  push (&reader, "\r\n");
  if (n_lines > WFD_LIMIT_HEAD_LINES) {
    assert_malformed (&reader);
  } else {
    message = take_one (&reader);
    gst_rtsp_message_free (message);
  }
  wfd_wire_reader_clear (&reader);
}

static void
test_print_is_exact (void)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  GstRTSPMessage *message = NULL;

  gst_rtsp_message_new_request (&message, GST_RTSP_SET_PARAMETER, "rtsp://localhost/wfd1.0");
  gst_rtsp_message_add_header (message, GST_RTSP_HDR_CSEQ, "5");
  gst_rtsp_message_set_body (message, (const guint8 *) "wfd_idr_request\r\n", 17);
  wfd_wire_print (message, bytes);
  g_assert_cmpstr (bytes->str, ==,
      "SET_PARAMETER rtsp://localhost/wfd1.0 RTSP/1.0\r\nCSeq: 5\r\nContent-Length: 17\r\n\r\n"
      "wfd_idr_request\r\n");
  gst_rtsp_message_free (message);
}

static void
test_answer_without_a_body_has_no_length (void)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  GstRTSPMessage *message = NULL;

  gst_rtsp_message_new_response (&message, GST_RTSP_STS_OK, "OK", NULL);
  gst_rtsp_message_add_header (message, GST_RTSP_HDR_CSEQ, "1");
  wfd_wire_print (message, bytes);
  g_assert_cmpstr (bytes->str, ==, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
  gst_rtsp_message_free (message);
}

static void
add (const char *folder, const char *name, guint i, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/session/wire/%s/%s", folder, name);

  g_test_add_data_func (path, GUINT_TO_POINTER (i), func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++) {
    add ("read", messages[i].name, i, test_message);
    add ("read-split", messages[i].name, i, test_message_split_at_each_byte);
  }
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    add ("refuse", malformed[i].name, i, test_malformed);
  for (guint i = 0; i < G_N_ELEMENTS (greetings); i++)
    add ("refuse-greeting-at-once", greetings[i].name, i, test_greeting_is_refused_at_once);
  add ("headers-have-a-limit", "exact", WFD_LIMIT_HEAD_LINES, test_headers_have_a_limit);
  add ("headers-have-a-limit", "one-more", WFD_LIMIT_HEAD_LINES + 1, test_headers_have_a_limit);
  g_test_add_func ("/session/wire/two-messages-in-one-piece-are-two",
      test_two_messages_in_one_piece_are_two);
  g_test_add_func ("/session/wire/short-body-can-be-taken-as-it-is",
      test_short_body_can_be_taken_as_it_is);
  g_test_add_func ("/session/wire/nul-in-a-head-is-refused", test_nul_in_a_head_is_refused);
  g_test_add_func ("/session/wire/head-has-a-limit", test_head_has_a_limit);
  g_test_add_func ("/session/wire/print-is-exact", test_print_is_exact);
  g_test_add_func ("/session/wire/answer-without-a-body-has-no-length",
      test_answer_without_a_body_has_no_length);
  return g_test_run ();
}
