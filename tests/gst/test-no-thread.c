/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nothing aborts, and nothing is left over, where no thread can be had. */
#include <gst/check/gstcheck.h>
#include <wfd-control.h>
#include <wfd-pump.h>
#include <wfd-receiver.h>
#include <wfd-session-thread.h>

#include "recorder.h"

GThread *__wrap_g_thread_try_new (const char *name, GThreadFunc func, gpointer data,
    GError **error);

GThread *
__wrap_g_thread_try_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  g_set_error (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "There is no thread for %s", name);
  return NULL;
}

GST_START_TEST (session_has_none)
{
  g_autoptr (GError) error = NULL;

  fail_unless (wfd_session_thread_new ("test", &error) == NULL);
  fail_unless (g_error_matches (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN));
}

GST_END_TEST;

GST_START_TEST (control_has_none)
{
  static const WfdControlEvents events = { NULL };
  const WfdControlConfig config = { .role = WFD_ROLE_SINK, .host = "127.0.0.1", .port = 9 };
  g_autoptr (GError) error = NULL;

  fail_unless (wfd_control_new (&config, &events, NULL, &error) == NULL);
  fail_unless (g_error_matches (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN));
}

GST_END_TEST;

static void
ignore_target (gpointer owner)
{
}

static void
ignore_resize (gpointer owner, gint direction)
{
}

GST_START_TEST (pump_has_none)
{
  static const WfdRateControlEvents ignored = { ignore_target, ignore_resize };
  static const WfdPumpEvents events = { NULL };
  g_autoptr (GError) error = NULL;
  WfdRateControl *rate = wfd_rate_control_new (&ignored, NULL);

  fail_unless (wfd_pump_new (NULL, 28, rate, &events, NULL, &error) == NULL);
  fail_unless (g_error_matches (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN));
  wfd_rate_control_unref (rate);
}

GST_END_TEST;

/* An element says what to do. */
GST_START_TEST (receiver_has_none)
{
  static const WfdReceiverEvents none = { NULL };
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  const WfdReceiverConfig config = { .demux = TRUE, .events = &none, .socket = socket };
  GstElement *pipeline = gst_pipeline_new (NULL);
  Recorder *recorder = recorder_new (pipeline);
  g_autoptr (GError) error = NULL;

  gst_bin_add (GST_BIN (pipeline), wfd_receiver_new (&config));
  fail_unless (gst_element_set_state (pipeline, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE);
  error = recorder_wait_error (recorder);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT));
  fail_unless (strstr (error->message, "allow more threads") != NULL, "%s", error->message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  recorder_free (recorder);
  gst_object_unref (pipeline);
}

GST_END_TEST;

static Suite *
no_thread_suite (void)
{
  Suite *suite = suite_create ("no-thread");
  TCase *tcase = tcase_create ("no-thread");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, session_has_none);
  tcase_add_test (tcase, control_has_none);
  tcase_add_test (tcase, pump_has_none);
  tcase_add_test (tcase, receiver_has_none);
  return suite;
}

GST_CHECK_MAIN (no_thread);
