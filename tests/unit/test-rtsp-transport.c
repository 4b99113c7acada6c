/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-limits.h>
#include <rtsp-transport.h>
#include <wfd/wfd-error.h>

#include <string.h>

/* What a peer sends, what it means, and how we would write it. */
static const struct
{
  const char *name;
  const char *value;
  WfdTransport expected;
  const char *canonical; /* NULL: as in value */
} vectors[] = {
  { "standard-request", "RTP/AVP/UDP;unicast;client_port=19000", { .client_rtp_port = 19000 } },
  { "standard-request-with-rtcp", "RTP/AVP/UDP;unicast;client_port=19000-19001",
      { .client_rtp_port = 19000, .client_rtcp_port = 19001 } },
  { "standard-answer", "RTP/AVP/UDP;unicast;client_port=19000;server_port=15550",
      { .client_rtp_port = 19000, .server_rtp_port = 15550 } },
  { "standard-answer-with-rtcp",
      "RTP/AVP/UDP;unicast;client_port=19000-19001;server_port=15550-15551",
      { .client_rtp_port = 19000,
          .client_rtcp_port = 19001,
          .server_rtp_port = 15550,
          .server_rtcp_port = 15551 } },
  { "tcp-after-a-transport-switch", "RTP/AVP/TCP;unicast;client_port=20000",
      { .tcp = TRUE, .client_rtp_port = 20000 } },
  { "short-profile", "RTP/AVP;unicast;client_port=40386-40387",
      { .client_rtp_port = 40386, .client_rtcp_port = 40387 },
      "RTP/AVP/UDP;unicast;client_port=40386-40387" },
  { "lg-pair", "RTP/AVP/UDP;unicast;client_port=53000-53001",
      { .client_rtp_port = 53000, .client_rtcp_port = 53001 } },
  { "old-lg-dongle-without-port", "RTP/AVP/UDP;unicast", { 0 } },
  { "single-server-port", "RTP/AVP/UDP;unicast;client_port=1028;server_port=49252",
      { .client_rtp_port = 1028, .server_rtp_port = 49252 } },
  { "win8-server-ports-not-consecutive",
      "RTP/AVP/UDP;unicast;client_port=1028-1029;server_port=53151-53153",
      { .client_rtp_port = 1028,
          .client_rtcp_port = 1029,
          .server_rtp_port = 53151,
          .server_rtcp_port = 53153 } },
  { "dispd-pair", "RTP/AVP/UDP;unicast;client_port=16384-16385;server_port=16384-16385",
      { .client_rtp_port = 16384,
          .client_rtcp_port = 16385,
          .server_rtp_port = 16384,
          .server_rtcp_port = 16385 } },
  { "iwd-without-equals-sign-is-no-port", "RTP/AVP/UDP;unicast;client_port46083;server_port=5",
      { .server_rtp_port = 5 }, "RTP/AVP/UDP;unicast;server_port=5" },
  { "gnome-network-displays-answer",
      "RTP/AVP;unicast;client_port=19000-19001;server_port=59262-59263;ssrc=00000001;"
      "mode=\"PLAY\"",
      { .client_rtp_port = 19000,
          .client_rtcp_port = 19001,
          .server_rtp_port = 59262,
          .server_rtcp_port = 59263 },
      "RTP/AVP/UDP;unicast;client_port=19000-19001;server_port=59262-59263" },
  { "windows-extra-parts",
      "RTP/AVP/UDP;unicast;client_port=1028;server_port=50000;ssrc=6B8B4567;"
      "rtcp-fb-ssrc=327B23C6;blocksize=1316;mode=play",
      { .client_rtp_port = 1028, .server_rtp_port = 50000 },
      "RTP/AVP/UDP;unicast;client_port=1028;server_port=50000" },
  { "second-port-0-is-not-given", "RTP/AVP/UDP;unicast;client_port=19000-0",
      { .client_rtp_port = 19000 }, "RTP/AVP/UDP;unicast;client_port=19000" },
  { "nothing-behind-the-dash", "RTP/AVP/UDP;unicast;client_port=19000-",
      { .client_rtp_port = 19000 }, "RTP/AVP/UDP;unicast;client_port=19000" },
  { "blanks-and-case", " rtp/avp/udp ;\tUNICAST ; Client_Port = 19000 - 19001 ; SERVER_PORT=15550 ",
      { .client_rtp_port = 19000, .client_rtcp_port = 19001, .server_rtp_port = 15550 },
      "RTP/AVP/UDP;unicast;client_port=19000-19001;server_port=15550" },
  { "without-the-word-unicast", "RTP/AVP/UDP;client_port=19000", { .client_rtp_port = 19000 },
      "RTP/AVP/UDP;unicast;client_port=19000" },
  { "semicolon-at-the-end", "RTP/AVP/UDP;unicast;;client_port=19000;", { .client_rtp_port = 19000 },
      "RTP/AVP/UDP;unicast;client_port=19000" },
  { "key-that-begins-like-ours", "RTP/AVP/UDP;unicast;client_port_hint=1;client_port=19000",
      { .client_rtp_port = 19000 }, "RTP/AVP/UDP;unicast;client_port=19000" },
  { "player-that-offers-several",
      "RTP/AVP/TCP;interleaved=0-1,RAW/RAW/UDP;unicast,RTP/AVP;unicast;client_port=5000-5001,"
      "RTP/AVP;unicast;client_port=6000",
      { .client_rtp_port = 5000, .client_rtcp_port = 5001 },
      "RTP/AVP/UDP;unicast;client_port=5000-5001" },
  { "highest-port", "RTP/AVP/UDP;unicast;client_port=65535-1",
      { .client_rtp_port = 65535, .client_rtcp_port = 1 } },
};

static const struct
{
  const char *name;
  const char *value;
  WfdError code;
} refused[] = {
  { "nothing", "", WFD_ERROR_UNSUPPORTED },
  { "no-profile", ";unicast;client_port=19000", WFD_ERROR_UNSUPPORTED },
  { "no-rtp", "RAW/RAW/UDP;unicast;client_port=19000", WFD_ERROR_UNSUPPORTED },
  { "secure-rtp", "RTP/SAVP;unicast;client_port=19000", WFD_ERROR_UNSUPPORTED },
  { "multicast", "RTP/AVP/UDP;multicast;client_port=19000", WFD_ERROR_UNSUPPORTED },
  { "aosp-interleaved", "RTP/AVP/TCP;interleaved=0-1", WFD_ERROR_UNSUPPORTED },
  { "port-too-high", "RTP/AVP/UDP;unicast;client_port=65536", WFD_ERROR_MALFORMED },
  { "port-99999", "RTP/AVP/UDP;unicast;client_port=99999", WFD_ERROR_MALFORMED },
  { "port-overflow", "RTP/AVP/UDP;unicast;client_port=18446744073709551617", WFD_ERROR_MALFORMED },
  { "rtcp-port-too-high", "RTP/AVP/UDP;unicast;client_port=19000-65536", WFD_ERROR_MALFORMED },
  { "server-port-too-high", "RTP/AVP/UDP;unicast;client_port=19000;server_port=70000",
      WFD_ERROR_MALFORMED },
  { "port-0", "RTP/AVP/UDP;unicast;client_port=0", WFD_ERROR_MALFORMED },
  { "port-missing", "RTP/AVP/UDP;unicast;client_port=", WFD_ERROR_MALFORMED },
  { "port-and-equals-sign-missing", "RTP/AVP/UDP;unicast;client_port", WFD_ERROR_MALFORMED },
  { "port-is-a-word", "RTP/AVP/UDP;unicast;client_port=many", WFD_ERROR_MALFORMED },
  { "port-is-negative", "RTP/AVP/UDP;unicast;client_port=-1", WFD_ERROR_MALFORMED },
  { "port-is-hex", "RTP/AVP/UDP;unicast;client_port=0x4a38", WFD_ERROR_MALFORMED },
  { "three-ports", "RTP/AVP/UDP;unicast;client_port=1-2-3", WFD_ERROR_MALFORMED },
  { "two-words", "RTP/AVP/UDP;unicast;client_port=19000 19001", WFD_ERROR_MALFORMED },
  { "first-of-several-tells-why",
      "RTP/AVP/UDP;unicast;client_port=99999,RAW/RAW/UDP;unicast;client_port=1",
      WFD_ERROR_MALFORMED },
};

static void
read_vector (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  const WfdTransport *expected = &vectors[i].expected;
  g_autoptr (GError) error = NULL;
  WfdTransport transport;

  g_assert_true (wfd_transport_parse (vectors[i].value, &transport, &error));
  g_assert_no_error (error);
  g_assert_cmpint (transport.tcp, ==, expected->tcp);
  g_assert_cmpuint (transport.client_rtp_port, ==, expected->client_rtp_port);
  g_assert_cmpuint (transport.client_rtcp_port, ==, expected->client_rtcp_port);
  g_assert_cmpuint (transport.server_rtp_port, ==, expected->server_rtp_port);
  g_assert_cmpuint (transport.server_rtcp_port, ==, expected->server_rtcp_port);
}

static void
write_vector (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *value = wfd_transport_print (&vectors[i].expected);

  g_assert_cmpstr (value, ==,
      vectors[i].canonical != NULL ? vectors[i].canonical : vectors[i].value);
}

static void
refuse (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  WfdTransport transport = { .client_rtp_port = 0x5555 };

  g_assert_false (wfd_transport_parse (refused[i].value, &transport, &error));
  g_assert_error (error, WFD_ERROR, (gint) refused[i].code);
  g_assert_cmphex (transport.client_rtp_port, ==, 0x5555);
}

static void
message_quotes_little_and_plain (void)
{
  g_autofree char *tail = g_strnfill (10000, 'x');
  g_autofree char *value = g_strconcat ("\xff\x1b[2J", tail, NULL);
  g_autoptr (GError) error = NULL;
  WfdTransport transport;

  g_assert_false (wfd_transport_parse (value, &transport, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_UNSUPPORTED);
  g_assert_cmpuint (strlen (error->message), <, 300);
  g_assert_true (g_str_is_ascii (error->message));
  g_assert_null (strchr (error->message, '\x1b'));
}

static const struct
{
  const char *name;
  const char *value;
  const char *id;
  guint timeout_s;
} sessions[] = {
  { "plain", "5A6B7C8D", "5A6B7C8D", 0 },
  { "with-timeout", "5A6B7C8D;timeout=30", "5A6B7C8D", 30 },
  { "letters", "VaMkltjy;timeout=60", "VaMkltjy", 60 },
  { "decimal", "607778589;timeout=60", "607778589", 60 },
  { "hex-with-zeros", "0000000a", "0000000a", 0 },
  { "one-digit", "1;timeout=30", "1", 30 },
  { "tizen-with-dollar", "b4$ZP9UDedwNYDha", "b4$ZP9UDedwNYDha", 0 },
  { "gnome-network-displays-with-signs", "icZDe1y+iGXzr_.-;timeout=30", "icZDe1y+iGXzr_.-", 30 },
  { "libwds", "abcdefg123456;timeout=60", "abcdefg123456", 60 },
  { "blanks-and-case", " 5A6B7C8D ; Timeout = 30 ", "5A6B7C8D", 30 },
  { "other-parts", "1;x=2;timeout=45;y", "1", 45 },
  { "semicolon-at-the-end", "1;", "1", 0 },
  { "timeout-0-is-not-given", "1;timeout=0", "1", 0 },
  { "timeout-beyond-a-day", "1;timeout=4294967295", "1", WFD_LIMIT_SESSION_TIMEOUT_S },
};

static const struct
{
  const char *name;
  const char *value;
} refused_sessions[] = {
  { "nothing", "" },
  { "blanks", "  " },
  { "no-id", ";timeout=30" },
  { "two-words", "one two;timeout=30" },
  { "line-end", "1\r\nX: y" },
  { "not-ascii", "b\xc3\xbcro" },
  { "timeout-missing", "1;timeout=" },
  { "timeout-is-a-word", "1;timeout=never" },
  { "timeout-negative", "1;timeout=-1" },
  { "timeout-overflow", "1;timeout=18446744073709551616" },
  { "timeout-and-more", "1;timeout=30 s" },
};

static void
read_session (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  guint timeout_s = 0x5555;

  g_assert_true (wfd_session_header_parse (sessions[i].value, &id, &timeout_s, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (id, ==, sessions[i].id);
  g_assert_cmpuint (timeout_s, ==, sessions[i].timeout_s);
}

static void
refuse_session_value (const char *value)
{
  g_autoptr (GError) error = NULL;
  char *id = NULL;
  guint timeout_s = 0x5555;

  g_assert_false (wfd_session_header_parse (value, &id, &timeout_s, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_MALFORMED);
  g_assert_null (id);
  g_assert_cmpuint (timeout_s, ==, 0x5555);
}

static void
refuse_session (gconstpointer data)
{
  refuse_session_value (refused_sessions[GPOINTER_TO_SIZE (data)].value);
}

static void
longest_session_id (void)
{
  g_autofree char *longest = g_strnfill (WFD_LIMIT_SESSION_ID_CHARS, 'x');
  g_autofree char *too_long = g_strnfill (WFD_LIMIT_SESSION_ID_CHARS + 1, 'x');
  g_autofree char *id = NULL;
  guint timeout_s;

  g_assert_true (wfd_session_header_parse (longest, &id, &timeout_s, NULL));
  g_assert_cmpstr (id, ==, longest);
  refuse_session_value (too_long);
}

static void
add (const char *path, const char *name, GTestDataFunc func, gsize index)
{
  g_autofree char *full = g_strconcat ("/rtsp/", path, "/", name, NULL);

  g_test_add_data_func (full, GSIZE_TO_POINTER (index), func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++) {
    add ("transport/read", vectors[i].name, read_vector, i);
    add ("transport/write", vectors[i].name, write_vector, i);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    add ("transport/refused", refused[i].name, refuse, i);
  g_test_add_func ("/rtsp/transport/message-quotes-little-and-plain",
      message_quotes_little_and_plain);

  for (gsize i = 0; i < G_N_ELEMENTS (sessions); i++)
    add ("session/read", sessions[i].name, read_session, i);
  for (gsize i = 0; i < G_N_ELEMENTS (refused_sessions); i++)
    add ("session/refused", refused_sessions[i].name, refuse_session, i);
  g_test_add_func ("/rtsp/session/longest-id", longest_session_id);

  return g_test_run ();
}
