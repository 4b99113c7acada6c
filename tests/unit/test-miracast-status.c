/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <miracast-status.h>

#define NEGOTIATING WFD_SESSION_STATE_NEGOTIATING
#define READY WFD_SESSION_STATE_READY

static void
test_end_of_a_session (void)
{
  static const struct
  {
    WfdError code;
    NTSTATUS why;
    MIRACAST_STATUS early, late; /* before it was set up, and after that */
  } rows[] = {
    { WFD_ERROR_TIMEOUT, STATUS_IO_TIMEOUT, MIRACAST_STATUS_CRITICAL_ERROR,
        MIRACAST_STATUS_MISSING_KEEPALIVE },
    { WFD_ERROR_REFUSED, STATUS_CONNECTION_REFUSED,
        MIRACAST_STATUS_SINK_FAILED_STANDARD_MODE_CHANGE, MIRACAST_STATUS_CRITICAL_ERROR },
    { WFD_ERROR_CLOSED, STATUS_CONNECTION_RESET, MIRACAST_STATUS_CRITICAL_ERROR,
        MIRACAST_STATUS_CRITICAL_ERROR },
    { WFD_ERROR_NO_FORMAT, STATUS_NOT_SUPPORTED, MIRACAST_STATUS_CRITICAL_ERROR,
        MIRACAST_STATUS_CRITICAL_ERROR },
    { WFD_ERROR_UNSUPPORTED, STATUS_NOT_SUPPORTED, MIRACAST_STATUS_CRITICAL_ERROR,
        MIRACAST_STATUS_CRITICAL_ERROR },
    { WFD_ERROR_STATE, STATUS_INVALID_DEVICE_STATE, MIRACAST_STATUS_CRITICAL_ERROR,
        MIRACAST_STATUS_CRITICAL_ERROR },
    { WFD_ERROR_INVALID_ARGUMENT, STATUS_INVALID_PARAMETER, MIRACAST_STATUS_CRITICAL_ERROR,
        MIRACAST_STATUS_CRITICAL_ERROR },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = g_error_new_literal (WFD_ERROR, rows[i].code, "why");

    g_test_message ("row %u", i);
    g_assert_cmphex (miracast_status_from_error (error), ==, rows[i].why);
    g_assert_cmpuint (miracast_status_from_end (error, NEGOTIATING), ==, rows[i].early);
    g_assert_cmpuint (miracast_status_from_end (error, READY), ==, rows[i].late);
  }
}

static void
test_end_that_the_sink_wanted (void)
{
  g_assert_cmphex (miracast_status_from_error (NULL), ==, STATUS_CONNECTION_RESET);
  g_assert_cmpuint (miracast_status_from_end (NULL, NEGOTIATING), ==,
      MIRACAST_STATUS_SINK_DISOCNNECT_REQUEST);
  g_assert_cmpuint (miracast_status_from_end (NULL, READY), ==,
      MIRACAST_STATUS_SINK_DISOCNNECT_REQUEST);
}

static void
test_errors_of_others (void)
{
  g_autoptr (GError) cancelled = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "why");
  g_autoptr (GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "why");

  g_assert_cmphex (miracast_status_from_error (cancelled), ==, STATUS_CANCELLED);
  g_assert_cmphex (miracast_status_from_error (other), ==, STATUS_UNSUCCESSFUL);
  g_assert_cmpuint (miracast_status_from_end (other, READY), ==, MIRACAST_STATUS_CRITICAL_ERROR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/miracast/status/end-of-a-session", test_end_of_a_session);
  g_test_add_func ("/miracast/status/end-that-the-sink-wanted", test_end_that_the_sink_wanted);
  g_test_add_func ("/miracast/status/errors-of-others", test_errors_of_others);
  return g_test_run ();
}
