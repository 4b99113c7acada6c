/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-peer-filter.h>

/* More than any socket holds. */
#define FLOOD 5000

typedef struct
{
  const char *bound;
  const char *from;
  const char *peer; /* as the socket would tell it */
  const char *other;
} Family;

static const Family families[] = {
  { "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.2" },
  { "::1", "::1", "::1", "::1:1" },
  { "::1", "::1", "::1", "100::1" },
  { "::", "127.0.0.1", "::ffff:127.0.0.1", "::ffff:127.0.0.2" },
  { "::", "127.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1" },
};

static GSocket *in, *peer;
static GSocketAddress *to;

/* NULL where there is no such family. */
static GSocket *
new_socket (const char *address)
{
  g_autoptr (GSocketAddress) local = g_inet_socket_address_new_from_string (address, 0);
  GSocket *socket = g_socket_new (g_socket_address_get_family (local), G_SOCKET_TYPE_DATAGRAM,
      G_SOCKET_PROTOCOL_UDP, NULL);

  if (socket == NULL || !g_socket_bind (socket, local, FALSE, NULL))
    g_clear_object (&socket);
  else
    g_socket_set_blocking (socket, FALSE);
  return socket;
}

static gboolean
set_up (const Family *family)
{
  g_autoptr (GSocketAddress) bound = NULL;

  in = new_socket (family->bound);
  peer = new_socket (family->from);
  if (in == NULL || peer == NULL)
    return FALSE;
  bound = g_socket_get_local_address (in, NULL);
  to = g_inet_socket_address_new_from_string (family->from,
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  return TRUE;
}

static void
tear_down (void)
{
  g_clear_object (&in);
  g_clear_object (&peer);
  g_clear_object (&to);
}

static void
hear_only (const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  fail_unless (wfd_peer_filter_set (in, inet));
}

static void
send (GSocket *from, char what)
{
  fail_unless (g_socket_send_to (from, to, &what, 1, NULL, NULL) == 1);
}

/* 0: there is none. */
static char
receive (void)
{
  char got = 0;

  return g_socket_receive (in, &got, 1, NULL, NULL) == 1 ? got : 0;
}

GST_START_TEST (only_the_address_of_the_peer_is_heard)
{
  const Family *family = &families[__i__];

  if (set_up (family)) {
    hear_only (family->other);
    send (peer, 'a');
    fail_unless_equals_int (receive (), 0);
    hear_only (family->peer);
    send (peer, 'b');
    fail_unless_equals_int (receive (), 'b');
    hear_only (family->other);
    fail_unless (wfd_peer_filter_set (in, NULL));
    send (peer, 'c');
    fail_unless_equals_int (receive (), 'c');
  }
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stranger_takes_no_room_and_other_ports_are_heard)
{
  g_autoptr (GSocket) stranger = new_socket ("127.0.0.2");
  g_autoptr (GSocket) other_port = new_socket ("127.0.0.1");

  fail_unless (set_up (&families[0]));
  hear_only ("127.0.0.1");
  for (guint i = 0; i < FLOOD; i++)
    send (stranger, 's');
  send (peer, 'p');
  send (other_port, 'o');
  fail_unless_equals_int (receive (), 'p');
  fail_unless_equals_int (receive (), 'o');
  fail_unless_equals_int (receive (), 0);
  tear_down ();
}

GST_END_TEST;

static Suite *
wfd_peer_filter_suite (void)
{
  Suite *suite = suite_create ("wfd-peer-filter");
  TCase *tcase = tcase_create ("filter");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, only_the_address_of_the_peer_is_heard, 0, G_N_ELEMENTS (families));
  tcase_add_test (tcase, stranger_takes_no_room_and_other_ports_are_heard);
  return suite;
}

GST_CHECK_MAIN (wfd_peer_filter);
