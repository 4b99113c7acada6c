/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system and the driver of this library together. */
#include <miracast-display.h>
#include <miracast-kernel.h>
#include <miracast-sink.h>
#include <scarce.h>
#include <string.h>
#include <wfdxmiracast.h>

typedef struct
{
  MiracastSink sink;
} Fixture;

static void
renew_sink (Fixture *self)
{
  miracast_sink_clear (&self->sink);
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  display_begin ();
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  g_assert_cmpint (WfdxMiracastOpen (NULL, &display, &display_device), ==, STATUS_SUCCESS);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_SUCCESS);
  miracast_sink_clear (&self->sink);
  display_end ();
}

static NTSTATUS
start (Fixture *self, const MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *info)
{
  NTSTATUS status = WfdxMiracastStart (display_device, self->sink.source_fd, stats, info);

  self->sink.source_fd = -1;
  return status;
}

static void
test_monitor_arrives_after_the_start (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  g_assert_cmpint (start (self, NULL, &info), ==, STATUS_SUCCESS);
  g_assert_cmpuint (info.Value, ==, 1);
  display_wait_told ("io started");
  display_wait_told ("statistic 2");
  miracast_sink_wait (&self->sink, "PLAY");
  WfdxMiracastStop (display_device);
  miracast_sink_wait (&self->sink, "TEARDOWN");
  miracast_sink_wait (&self->sink, "closed");
}

static void
test_session_that_ends_is_stopped (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  g_assert_cmpint (start (self, NULL, &info), ==, STATUS_SUCCESS);
  miracast_sink_wait (&self->sink, "PLAY");
  display_wait_told ("io started");
  display_wait_told ("statistic 2");
  miracast_sink_tear_down (&self->sink);
  display_wait_told ("status 2 c000020d");
  miracast_sink_wait (&self->sink, "closed");
  renew_sink (self);
  /* The stop is under way. */
  while (!g_str_equal (display_get_state_name (), "stopped"))
    g_thread_yield ();
  g_assert_cmpint (start (self, NULL, &info), ==, STATUS_SUCCESS);
}

static void
test_driver_is_told_of_the_link (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  g_assert_cmpint (WfdxMiracastSetLink (display_device, 7, miracast_kernel_peer, 1400000), ==, 0);
  g_assert_cmpint (start (self, NULL, &info), ==, STATUS_DEVICE_INSUFFICIENT_RESOURCES);
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 7, miracast_kernel_peer, 2000000), ==, 0);
  renew_sink (self);
  g_assert_cmpint (start (self, NULL, &info), ==, STATUS_SUCCESS);
  g_assert_cmpuint (info.Value, ==, 3);
  display_wait_told ("io started");
  display_wait_told ("statistic 2");
}

static void
test_driver_on_a_slow_link_ends (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  g_assert_cmpint (WfdxMiracastSetLink (display_device, 7, miracast_kernel_peer, 0), ==, 0);
  g_assert_cmpint (start (self, NULL, &info), ==, STATUS_SUCCESS);
  display_wait_told ("io started");
  display_wait_told ("statistic 2");
  /* Half of what is on the air are repetitions. */
  for (guint i = 0; i < 6; i++)
    miracast_kernel_tell (5000, 1000 * i, 1000 * i);
  display_wait_told ("status 3 c0000468");
}

static void
start_playing (Fixture *self)
{
  MIRACAST_SESSION_INFO info;

  g_assert_cmpint (start (self, NULL, &info), ==, STATUS_SUCCESS);
  display_wait_told ("io started");
  display_wait_told ("statistic 2");
  miracast_sink_wait (&self->sink, "PLAY");
}

static void
send_message (UINT kind, WFDX_MIRACAST_COUNTERS *counters)
{
  const WFDX_MIRACAST_MESSAGE message = { sizeof (message), kind };
  UINT size = counters != NULL ? sizeof (*counters) : 0;

  g_assert_cmpint (WfdxMiracastSendMessage (display_device, &message, sizeof (message), counters,
                       size, display_on_done, (PVOID) "message"),
      ==, STATUS_PENDING);
}

static void
test_counters (Fixture *self, gconstpointer data)
{
  WFDX_MIRACAST_COUNTERS counters = { .FramesSent = 1 }, own;
  g_autofree char *done = g_strdup_printf ("done message 00000000 %zu", sizeof (own));

  start_playing (self);
  send_message (WFDX_MIRACAST_GET_COUNTERS, &counters);
  display_wait_told (done);
  g_assert_cmpuint (counters.FramesSent, ==, 0);
  g_assert_cmpuint (counters.MonitorArrivals, ==, 1);
  g_assert_cmpint (WfdxMiracastGetCounters (display_device, &own), ==, STATUS_SUCCESS);
  g_assert_cmpuint (own.MonitorArrivals, ==, 1);
  g_assert_cmpuint (own.StatusReports, ==, 0);
  miracast_sink_tear_down (&self->sink);
  display_wait_told ("status 2 c000020d");
  g_assert_cmpint (WfdxMiracastGetCounters (display_device, &own), ==, STATUS_SUCCESS);
  g_assert_cmpuint (own.StatusReports, ==, 1);
  g_assert_cmpuint (own.LastStatus, ==, MIRACAST_STATUS_SINK_DISOCNNECT_REQUEST);
  g_assert_cmpint (own.LastStatusCode, ==, STATUS_CONNECTION_RESET);
}

static void
test_monitor_that_is_off (Fixture *self, gconstpointer data)
{
  start_playing (self);
  send_message (WFDX_MIRACAST_MONITOR_OFF, NULL);
  display_wait_told ("done message 00000000 0");
  miracast_sink_wait (&self->sink, "pause");
  send_message (WFDX_MIRACAST_MONITOR_ON, NULL);
  display_wait_told ("done message 00000000 0");
  miracast_sink_wait (&self->sink, "PLAY");
}

/* Twice, and then the session ends while it sleeps. */
/* On again before the display has answered. */
static void
test_monitor_that_is_off_for_a_moment (Fixture *self, gconstpointer data)
{
  start_playing (self);
  for (guint i = 0; i < 20; i++) {
    send_message (WFDX_MIRACAST_MONITOR_OFF, NULL);
    send_message (WFDX_MIRACAST_MONITOR_ON, NULL);
    display_wait_told ("done message 00000000 0");
    display_wait_told ("done message 00000000 0");
    miracast_sink_wait (&self->sink, "pause");
    miracast_sink_wait (&self->sink, "PLAY");
  }
}

static void
test_monitor_that_is_off_sleeps (Fixture *self, gconstpointer data)
{
  miracast_sink_clear (&self->sink);
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA SINK_STANDBY);
  start_playing (self);
  for (guint i = 0; i < 2; i++) {
    send_message (WFDX_MIRACAST_MONITOR_OFF, NULL);
    display_wait_told ("done message 00000000 0");
    miracast_sink_wait (&self->sink, "standby");
    send_message (WFDX_MIRACAST_MONITOR_ON, NULL);
    display_wait_told ("done message 00000000 0");
    miracast_sink_wait (&self->sink, "PLAY");
  }
  send_message (WFDX_MIRACAST_MONITOR_OFF, NULL);
  miracast_sink_wait (&self->sink, "standby");
  WfdxMiracastStop (display_device);
  miracast_sink_wait (&self->sink, "TEARDOWN");
}

static gpointer
stop_at_any_time (gpointer data)
{
  WfdxMiracastStop (display_device);
  return NULL;
}

static void
test_sessions_stopped_at_any_time_leave_nothing (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;
  guint n_files = 0, n_threads = scarce_count_entries ("/proc/self/task");

  for (guint i = 0; i < 300; i++) {
    GThread *thread = NULL;

    if (i % 4 == 3)
      thread = g_thread_new ("stop", stop_at_any_time, NULL);
    start (self, NULL, &info);
    WfdxMiracastStop (display_device);
    if (thread != NULL)
      g_thread_join (thread);
    renew_sink (self);
    if (i == 20)
      n_files = scarce_count_entries ("/proc/self/fd");
  }
  g_assert_cmpuint (scarce_count_entries ("/proc/self/fd"), ==, n_files);
  /* One that was joined may be there for a moment longer. */
  while (scarce_count_entries ("/proc/self/task") > n_threads)
    g_thread_yield ();
}

#define TEST(name, func) \
  g_test_add ("/miracast/system/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("monitor-arrives-after-the-start", test_monitor_arrives_after_the_start);
  TEST ("session-that-ends-is-stopped", test_session_that_ends_is_stopped);
  TEST ("driver-is-told-of-the-link", test_driver_is_told_of_the_link);
  TEST ("driver-on-a-slow-link-ends", test_driver_on_a_slow_link_ends);
  TEST ("counters", test_counters);
  TEST ("monitor-that-is-off", test_monitor_that_is_off);
  TEST ("monitor-that-is-off-for-a-moment", test_monitor_that_is_off_for_a_moment);
  TEST ("monitor-that-is-off-sleeps", test_monitor_that_is_off_sleeps);
  TEST ("sessions-stopped-at-any-time-leave-nothing",
      test_sessions_stopped_at_any_time_leave_nothing);
  return g_test_run ();
}
