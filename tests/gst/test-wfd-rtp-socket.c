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
  return suite;
}

GST_CHECK_MAIN (wfd_rtp_socket);
