/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages split where libgstrtsp 1.22 loses a byte; the dialogues have them
 * split everywhere. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <session-socket.h>
#include <string.h>

#define WATCHDOG_S 20

typedef struct
{
  GMainContext *context;
  GSocket *peer;
  GSocket *own;
  WfdSocket *socket;
  guint n_messages;
  gboolean closed;
} Fixture;

static void
on_message (const GstRTSPMessage *message, gpointer user_data)
{
  Fixture *self = user_data;

  self->n_messages++;
}

static void
on_closed (const GError *error, gpointer user_data)
{
  Fixture *self = user_data;

  self->closed = TRUE;
}

static GSocket *
new_tcp_socket (void)
{
  GError *error = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  return socket;
}

static void
connect_pair (Fixture *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) server = new_tcp_socket ();
  GError *error = NULL;

  g_assert_true (g_socket_bind (server, any, FALSE, &error) && g_socket_listen (server, &error));
  address = g_socket_get_local_address (server, &error);
  self->peer = new_tcp_socket ();
  g_assert_true (g_socket_connect (self->peer, address, NULL, &error));
  g_socket_set_option (self->peer, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  self->own = g_socket_accept (server, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  static const WfdSocketFuncs funcs = { on_message, on_closed };
  GError *error = NULL;

  self->context = g_main_context_new ();
  connect_pair (self);
  self->socket = wfd_socket_new (self->own, self->context, &funcs, self, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  wfd_socket_free (self->socket);
  g_object_unref (self->own);
  g_object_unref (self->peer);
  g_main_context_unref (self->context);
}

static void
send_text (Fixture *self, const char *text)
{
  GError *error = NULL;

  g_assert_cmpint (g_socket_send (self->peer, text, strlen (text), NULL, &error), ==,
      strlen (text));
  g_assert_no_error (error);
}

static gboolean
on_watchdog (gpointer user_data)
{
  g_error ("nothing came");
  return G_SOURCE_REMOVE;
}

/* Runs the main loop until @n messages have come, or the end. */
static void
await_messages (Fixture *self, guint n)
{
  g_autoptr (GSource) watchdog = g_timeout_source_new_seconds (WATCHDOG_S);

  g_source_set_callback (watchdog, on_watchdog, NULL, NULL);
  g_source_attach (watchdog, self->context);
  while (self->n_messages < n && !self->closed)
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (watchdog);
}

/* How often the main loop turned for nothing. */
static guint
count_turns (Fixture *self)
{
  guint n = 0;

  while (n < 1000 && g_main_context_iteration (self->context, FALSE))
    n++;
  return n;
}

static void
test_head_split_in_its_last_line_is_read (Fixture *self, gconstpointer data)
{
  send_text (self, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r");
  while (count_turns (self) == 0)
    ; /* until it is there */
  g_assert_cmpuint (self->n_messages, ==, 0);
  send_text (self, "\n\r\n");
  await_messages (self, 1);
  g_assert_cmpuint (self->n_messages, ==, 1);
}

/* A Content-Length that is one too short makes a body end in CR. */
static void
test_body_that_ends_in_cr_is_read_all_the_same (Fixture *self, gconstpointer data)
{
  send_text (self,
      "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 16\r\n\r\n"
      "wfd_idr_request\r");
  await_messages (self, 1);
  g_assert_cmpuint (self->n_messages, ==, 1);
  send_text (self, "\nOPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n");
  await_messages (self, 2);
  g_assert_cmpuint (self->n_messages, ==, 2);
}

static void
test_held_bytes_do_not_keep_the_loop_busy (Fixture *self, gconstpointer data)
{
  send_text (self, "OPTIONS * RTSP/1.0\r");
  while (count_turns (self) == 0)
    ;
  g_assert_cmpuint (count_turns (self), <, 1000);
}

static void
test_peer_that_goes_while_bytes_are_held_is_noticed (Fixture *self, gconstpointer data)
{
  send_text (self, "OPTIONS * RTSP/1.0\r");
  while (count_turns (self) == 0)
    ;
  g_socket_close (self->peer, NULL);
  await_messages (self, 1);
  g_assert_true (self->closed);
  g_assert_cmpuint (self->n_messages, ==, 0);
  g_assert_cmpuint (count_turns (self), <, 1000);
}

static void
test_end_of_garbage_does_not_keep_the_loop_busy (Fixture *self, gconstpointer data)
{
  send_text (self, "garbage\r\n\r\nand more of it\r\n\r\n");
  await_messages (self, 1);
  g_assert_true (self->closed);
  g_assert_cmpuint (count_turns (self), <, 1000);
}

#define TEST(name, func) g_test_add ("/session/gate/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("head-split-in-its-last-line-is-read", test_head_split_in_its_last_line_is_read);
  TEST ("body-that-ends-in-cr-is-read-all-the-same",
      test_body_that_ends_in_cr_is_read_all_the_same);
  TEST ("held-bytes-do-not-keep-the-loop-busy", test_held_bytes_do_not_keep_the_loop_busy);
  TEST ("peer-that-goes-while-bytes-are-held-is-noticed",
      test_peer_that_goes_while_bytes_are_held_is_noticed);
  TEST ("end-of-garbage-does-not-keep-the-loop-busy",
      test_end_of_garbage_does_not_keep_the_loop_busy);
  return g_test_run ();
}
