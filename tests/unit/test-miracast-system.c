/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system and the driver of this library together. */
#include <miracast-display.h>
#include <miracast-kernel.h>
#include <miracast-sink.h>
#include <scarce.h>
#include <string.h>
#include <wfd/wfd-miracast.h>
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

static GAsyncQueue *answered;

static VOID
on_counters (PVOID context, NTSTATUS status, UINT n)
{
  g_assert_cmpint (status, ==, STATUS_SUCCESS);
  g_async_queue_push (answered, &answered);
}

static NTSTATUS
get_connection (guint64 *ret_bps)
{
  MIRACAST_WFD_CONNECTION_STATS stats;
  NTSTATUS status = WfdxMiracastGetConnectionStats (display_device, &stats);

  *ret_bps = stats.CurrentBitRate;
  return status;
}

static void
check_found (guint64 wanted_bps, guint64 carried_bps)
{
  WFDX_MIRACAST_COUNTERS counters;

  g_assert_cmpint (WfdxMiracastGetCounters (display_device, &counters), ==, STATUS_SUCCESS);
  g_assert_cmpuint (counters.WantedRate, ==, wanted_bps);
  g_assert_cmpuint (counters.CarriedRate, ==, carried_bps);
}

static void
wait_encode_rate (guint64 bps)
{
  const WFDX_MIRACAST_MESSAGE message = { sizeof (message), WFDX_MIRACAST_GET_COUNTERS };
  WFDX_MIRACAST_COUNTERS counters = { 0 };

  while (counters.EncodeRate != bps) {
    miracast_kernel_tell (30000, 0, 0);
    g_assert_cmpint (WfdxMiracastSendMessage (display_device, &message, sizeof (message), &counters,
                         sizeof (counters), on_counters, NULL),
        ==, STATUS_PENDING);
    g_async_queue_pop (answered);
  }
}

/* Of its media, before the session and while it is on; the modulation would give 9.87 Mbit/s. */
static void
test_rate_that_the_driver_has_found_is_suggested (Fixture *self, gconstpointer data)
{
  g_autoptr (WfdMiracastMedia) media = NULL;
  MIRACAST_SESSION_INFO info;
  guint64 bps;
  PVOID context;

  answered = g_async_queue_new ();
  g_assert_cmpint (WfdxMiracastGetContext (display_device, &context), ==, STATUS_SUCCESS);
  media = wfd_miracast_media_new (context, NULL);
  wfd_miracast_media_note_rate (media, 3000, 0);
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 7, miracast_kernel_peer, 0), ==, 0);
  g_assert_cmpint (get_connection (&bps), ==, STATUS_SUCCESS);
  g_assert_cmpuint (bps, ==, 3000000);
  check_found (3000000, 0);
  g_assert_true (g_main_context_acquire (NULL));
  g_assert_cmpint (start (self, NULL, &info), ==, STATUS_SUCCESS);
  wfd_miracast_media_note_rate (media, 17000, 25000);
  wait_encode_rate (17000000);
  check_found (17000000, 25000000);
  wfd_miracast_media_note_rate (media, 2000, 2500);
  wait_encode_rate (2000000);
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_SUCCESS);
  g_main_context_release (NULL);
  g_async_queue_unref (answered);
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

static gint n_logged; /* of each side, what it counts; atomic */

/* As a program may that shows how things are whenever something is logged. */
static void
on_log (const char *domain, GLogLevelFlags level, const char *text, gpointer context)
{
  g_autoptr (GVariant) stats = wfd_miracast_dup_stats (context);
  WFDX_MIRACAST_COUNTERS counters;
  WFDX_MIRACAST_SESSION_STATE state;

  g_assert_nonnull (stats);
  g_assert_cmpint (WfdxMiracastGetCounters (display_device, &counters), ==, STATUS_SUCCESS);
  g_assert_cmpint (WfdxMiracastGetState (display_device, &state), ==, STATUS_SUCCESS);
  if (strstr (text, ": event: ") != NULL || strstr (text, ": session status: ") != NULL)
    g_atomic_int_inc (&n_logged);
}

static void
test_whoever_logs_may_ask (Fixture *self, gconstpointer data)
{
  PVOID context;
  guint id;

  g_assert_cmpint (WfdxMiracastGetContext (display_device, &context), ==, STATUS_SUCCESS);
  id = g_log_set_handler ("wfd-winapi", G_LOG_LEVEL_DEBUG, on_log, context);
  start_playing (self);
  miracast_sink_tear_down (&self->sink);
  display_wait_told ("status 2 c000020d");
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_SUCCESS);
  g_log_remove_handler ("wfd-winapi", id);
  g_assert_cmpint (g_atomic_int_get (&n_logged), ==, 4);
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

/* Twice, and then the session ends while it sleeps. */
/* Twice, and then the session ends while it sleeps. */
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
  TEST ("rate-that-the-driver-has-found-is-suggested",
      test_rate_that_the_driver_has_found_is_suggested);
  TEST ("counters", test_counters);
  TEST ("whoever-logs-may-ask", test_whoever_logs_may_ask);
  TEST ("monitor-that-is-off", test_monitor_that_is_off);
  TEST ("monitor-that-is-off-for-a-moment", test_monitor_that_is_off_for_a_moment);
  TEST ("monitor-that-is-off-sleeps", test_monitor_that_is_off_sleeps);
  TEST ("sessions-stopped-at-any-time-leave-nothing",
      test_sessions_stopped_at_any_time_leave_nothing);
  return g_test_run ();
}
