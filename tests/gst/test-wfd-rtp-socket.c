/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-rtp-socket.h>
#include <wfd/wfd-error.h>

#define N_SOCKETS 20

GST_START_TEST (free_port_is_even_and_of_its_own)
{
  GSocket *sockets[N_SOCKETS];
  g_autoptr (GHashTable) ports = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < N_SOCKETS; i++) {
    guint port;

    sockets[i] = wfd_rtp_socket_new ("127.0.0.1", 0, NULL);
    fail_unless (sockets[i] != NULL);
    port = wfd_rtp_socket_get_port (sockets[i]);
    fail_unless (port > 0 && port % 2 == 0);
    fail_unless (g_hash_table_add (ports, GUINT_TO_POINTER (port)));
  }
  for (guint i = 0; i < N_SOCKETS; i++)
    g_object_unref (sockets[i]);
}

GST_END_TEST;

GST_START_TEST (port_in_use_is_an_error)
{
  g_autoptr (GSocket) first = wfd_rtp_socket_new ("127.0.0.1", 0, NULL), second = NULL;
  g_autoptr (GError) error = NULL;

  second = wfd_rtp_socket_new ("127.0.0.1", wfd_rtp_socket_get_port (first), &error);
  fail_unless (second == NULL);
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE));
}

GST_END_TEST;

GST_START_TEST (named_port_is_taken)
{
  g_autoptr (GSocket) socket = wfd_rtp_socket_new (NULL, 0, NULL);
  guint port = wfd_rtp_socket_get_port (socket);

  g_clear_object (&socket);
  socket = wfd_rtp_socket_new (NULL, port, NULL);
  fail_unless (socket != NULL);
  fail_unless_equals_int (wfd_rtp_socket_get_port (socket), port);
}

GST_END_TEST;

GST_START_TEST (pair_has_two_ports_in_a_row)
{
  g_autoptr (GSocket) reports = NULL, again = NULL;
  g_autoptr (GSocket) media = wfd_rtp_socket_new_pair ("127.0.0.1", 0, &reports, NULL);
  guint port = wfd_rtp_socket_get_port (media);

  fail_unless (media != NULL && reports != NULL);
  fail_unless_equals_int (port % 2, 0);
  fail_unless_equals_int (wfd_rtp_socket_get_port (reports), port + 1);

  /* A port that was named is taken even if the next is not free. */
  g_clear_object (&media);
  media = wfd_rtp_socket_new_pair ("127.0.0.1", port, &again, NULL);
  fail_unless (media != NULL && again == NULL);
}

GST_END_TEST;

GST_START_TEST (address_that_is_none_is_an_error)
{
  g_autoptr (GError) error = NULL;

  fail_unless (wfd_rtp_socket_new ("living-room", 0, &error) == NULL);
  fail_unless (g_error_matches (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT));
  fail_unless (g_str_has_prefix (error->message, "\"address\""), "%s", error->message);
}

GST_END_TEST;

/* One for documentation (RFC 5737) is nobody's. */
GST_START_TEST (address_of_another_machine_says_where_that_goes)
{
  g_autoptr (GError) error = NULL;

  fail_unless (wfd_rtp_socket_new ("192.0.2.1", 0, &error) == NULL);
  fail_unless (g_error_matches (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT));
  fail_unless (strstr (error->message, "\"peer\"") != NULL, "%s", error->message);
}

GST_END_TEST;

/* A byte that a socket on @address sends to @port there; FALSE: it has no such address. */
static gboolean
send_to_port (const char *address, guint port)
{
  g_autoptr (GSocketAddress) from = g_inet_socket_address_new_from_string (address, 0);
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (to),
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  if (socket == NULL || !g_socket_bind (socket, from, FALSE, NULL))
    return FALSE;
  fail_unless_equals_int (g_socket_send_to (socket, to, "x", 1, NULL, NULL), 1);
  return TRUE;
}

/* A name may lead to either. */
GST_START_TEST (any_address_is_one_of_both_families)
{
  static const char *const loopbacks[] = { "127.0.0.1", "::1" };
  g_autoptr (GSocket) socket = wfd_rtp_socket_new (NULL, 0, NULL);
  char byte;

  g_socket_set_timeout (socket, 10);
  if (send_to_port (loopbacks[__i__], wfd_rtp_socket_get_port (socket)))
    fail_unless_equals_int (g_socket_receive (socket, &byte, 1, NULL, NULL), 1);
}

GST_END_TEST;

static Suite *
wfd_rtp_socket_suite (void)
{
  Suite *suite = suite_create ("wfd-rtp-socket");
  TCase *tcase = tcase_create ("socket");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, free_port_is_even_and_of_its_own);
  tcase_add_test (tcase, port_in_use_is_an_error);
  tcase_add_test (tcase, named_port_is_taken);
  tcase_add_test (tcase, pair_has_two_ports_in_a_row);
  tcase_add_test (tcase, address_that_is_none_is_an_error);
  tcase_add_test (tcase, address_of_another_machine_says_where_that_goes);
  tcase_add_loop_test (tcase, any_address_is_one_of_both_families, 0, 2);
  return suite;
}

GST_CHECK_MAIN (wfd_rtp_socket);
