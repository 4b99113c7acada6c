/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-datagrams.h>

static GSocket *in, *out;
static GSocketAddress *to;
static WfdDatagrams *datagrams;

static void
set_up (const char *address)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (address, 0);
  GSocketFamily family = g_socket_address_get_family (any);

  in = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  out = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  fail_unless (g_socket_bind (in, any, FALSE, NULL));
  to = g_socket_get_local_address (in, NULL);
  datagrams = wfd_datagrams_new (in);
}

static void
tear_down (void)
{
  wfd_datagrams_free (datagrams);
  g_object_unref (in);
  g_object_unref (out);
  g_object_unref (to);
}

static void
send (guint i, gsize size)
{
  g_autofree char *data = g_malloc0 (size);

  data[0] = i;
  fail_unless (g_socket_send_to (out, to, data, size, NULL, NULL) == (gssize) size);
}

GST_START_TEST (all_that_is_there_comes_in_batches)
{
  guint n = 0, read;

  set_up ("127.0.0.1");
  fail_unless_equals_int (wfd_datagrams_read (datagrams), 0);
  for (guint i = 0; i < WFD_DATAGRAMS_MAX + 3; i++)
    send (i, 1 + 40 * i);
  wfd_datagrams_wait (datagrams, GST_CLOCK_TIME_NONE);
  do {
    read = wfd_datagrams_read (datagrams);
    for (guint i = 0; i < read; i++, n++) {
      WfdBytes bytes = wfd_datagrams_get (datagrams, i);

      fail_unless_equals_int (bytes.left, 1 + 40 * n);
      fail_unless_equals_int (bytes.pos[0], n);
    }
  } while (read == WFD_DATAGRAMS_MAX);
  fail_unless_equals_int (n, WFD_DATAGRAMS_MAX + 3);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (jumbo_frame_is_whole)
{
  set_up ("127.0.0.1");
  send (1, 9000);
  wfd_datagrams_wait (datagrams, GST_CLOCK_TIME_NONE);
  fail_unless_equals_int (wfd_datagrams_read (datagrams), 1);
  fail_unless_equals_int (wfd_datagrams_get (datagrams, 0).left, 9000);
  tear_down ();
}

GST_END_TEST;

/* Before and in the wait. */
static gpointer
wait_for_ever (gpointer data)
{
  wfd_datagrams_wait (datagrams, GST_CLOCK_TIME_NONE);
  return NULL;
}

GST_START_TEST (wait_ends_when_called_away)
{
  set_up ("127.0.0.1");
  for (guint i = 0; i < 20; i++) {
    GThread *thread = g_thread_new ("wait", wait_for_ever, NULL);

    wfd_datagrams_call_away (datagrams, TRUE);
    g_thread_join (thread);
    wfd_datagrams_call_away (datagrams, FALSE);
  }
  wfd_datagrams_wait (datagrams, GST_MSECOND);
  tear_down ();
}

GST_END_TEST;

static gboolean
is_from (const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  return wfd_datagrams_is_from (datagrams, 0,
      wfd_bytes (g_inet_address_to_bytes (inet), g_inet_address_get_native_size (inet)));
}

static guint16
get_port_of_sender (void)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (out, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
}

GST_START_TEST (sender_is_told_by_its_address_and_port)
{
  static const char *const loopbacks[] = { "127.0.0.1", "::1" };
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (loopbacks[__i__], 0);
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (any),
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  if (socket == NULL || !g_socket_bind (socket, any, FALSE, NULL))
    return;
  set_up (loopbacks[__i__]);
  send (0, 10);
  wfd_datagrams_wait (datagrams, GST_CLOCK_TIME_NONE);
  fail_unless_equals_int (wfd_datagrams_read (datagrams), 1);
  fail_unless (is_from (loopbacks[__i__]));
  fail_unless (is_from ("::ffff:127.0.0.1") == (__i__ == 0));
  fail_if (is_from (loopbacks[!__i__]));
  fail_if (is_from ("127.0.0.2"));
  fail_if (is_from ("::2"));
  fail_unless_equals_int (wfd_datagrams_get_port (datagrams, 0), get_port_of_sender ());
  tear_down ();
}

GST_END_TEST;

static Suite *
wfd_datagrams_suite (void)
{
  Suite *suite = suite_create ("wfd-datagrams");
  TCase *tcase = tcase_create ("socket");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, all_that_is_there_comes_in_batches);
  tcase_add_test (tcase, jumbo_frame_is_whole);
  tcase_add_test (tcase, wait_ends_when_called_away);
  tcase_add_loop_test (tcase, sender_is_told_by_its_address_and_port, 0, 2);
  return suite;
}

GST_CHECK_MAIN (wfd_datagrams);
