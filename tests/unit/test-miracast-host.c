/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dlfcn.h>
#include <fcntl.h>
#include <miracast-host.h>
#include <miracast-display.h>
#include <miracast-kernel.h>
#include <miracast-sink.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wfd/wfd-miracast.h>
#include <windows.h>

#include "miracast-strange-driver.h"

#define MBPS 1000000ull

/* What happens, and what the strange driver knows. One test at a time. */
static struct
{
  StrangeHooks *hooks;
  void *library;
  MIRACAST_CALLBACKS callbacks;
  gint n_calls; /* of the four that run, atomic */
  GThread *thread;
  GAsyncQueue *asked; /* from another thread, as soon as it is about to */
  GMutex lock;        /* what the destruction waits for */
} now;

/* The strange driver. */

static void
enter (void)
{
  g_assert_cmpint (g_atomic_int_add (&now.n_calls, 1), ==, 0);
}

static void
leave (void)
{
  g_atomic_int_add (&now.n_calls, -1);
}

static NTSTATUS
create (HANDLE device, MIRACAST_CALLBACKS *callbacks)
{
  enter ();
  now.callbacks = *callbacks;
  display_device = device;
  leave ();
  return STATUS_SUCCESS;
}

static NTSTATUS
io_control (void)
{
  UINT n = 0;
  NTSTATUS status = now.callbacks.MiracastIoControl (display_device, FALSE, 0, NULL, 0, NULL, &n);

  if (status == STATUS_SUCCESS)
    g_assert_cmpuint (n, ==, 5);
  return status;
}

static NTSTATUS
io_control_bare (void)
{
  return now.callbacks.MiracastIoControl (display_device, FALSE, 0, NULL, 0, NULL, NULL);
}

static gpointer
io_control_elsewhere (gpointer data)
{
  NTSTATUS status;

  g_async_queue_push (now.asked, now.hooks);
  status = io_control ();
  display_tell ("io done %08x", (guint) status);
  return NULL;
}

static NTSTATUS
start (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *info)
{
  enter ();
  display_tell ("start %" G_GUINT64_FORMAT, (guint64) stats->CurrentBitRate);
  info->Value = 3;
  leave ();
  return STATUS_SUCCESS;
}

static void
stop (void)
{
  enter ();
  display_tell ("stop");
  leave ();
}

static void
destroy (void)
{
  enter ();
  display_tell ("destroy");
  leave ();
}

static NTSTATUS
message (UINT size, VOID *input, UINT output_size, VOID *output, UINT *ret_bytes)
{
  g_assert_cmpint (g_atomic_int_get (&now.n_calls), ==, 0);
  display_tell ("message %.*s %s", (int) size, (const char *) input, display_get_state_name ());
  *ret_bytes = 3;
  return STATUS_SUCCESS;
}

static void
set_up_strange (void)
{
  display_begin ();
  now.asked = g_async_queue_new ();
  now.library = dlopen (STRANGE_DRIVER, RTLD_NOW | RTLD_LOCAL);
  g_assert_nonnull (now.library);
  now.hooks = dlsym (now.library, "strange_driver_hooks");
  *now.hooks = (StrangeHooks) { NULL, create, start, stop, destroy, message };
}

typedef struct
{
  MiracastSink sink;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  HANDLE device;

  set_up_strange ();
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  g_assert_cmpint (WfdxMiracastOpen (STRANGE_DRIVER, &display, &device), ==, STATUS_SUCCESS);
  g_assert_true (device == display_device);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  NTSTATUS status = WfdxMiracastClose (display_device);

  g_assert_true (status == STATUS_SUCCESS || status == STATUS_INVALID_HANDLE);
  g_assert_cmpint (g_atomic_int_get (&now.n_calls), ==, 0);
  miracast_sink_clear (&self->sink);
  display_end ();
  g_async_queue_unref (now.asked);
  dlclose (now.library);
  memset (&now, 0, sizeof (now));
}

/* The system takes the socket over. */
static NTSTATUS
start_session (Fixture *self, guint64 rate_bps)
{
  MIRACAST_WFD_CONNECTION_STATS stats = { .CurrentBitRate = rate_bps };
  MIRACAST_SESSION_INFO info = { .Value = 0 };
  NTSTATUS status = WfdxMiracastStart (display_device, self->sink.source_fd, &stats, &info);

  self->sink.source_fd = -1;
  if (status == STATUS_SUCCESS)
    g_assert_cmpuint (info.Value, ==, 3);
  return status;
}

static void
renew_sink (Fixture *self)
{
  miracast_sink_clear (&self->sink);
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
}

static void
test_a_life (Fixture *self, gconstpointer data)
{
  g_assert_cmpstr (display_get_state_name (), ==, "stopped");
  g_assert_cmpint (start_session (self, 7), ==, STATUS_SUCCESS);
  display_wait_told ("start 7");
  g_assert_cmpstr (display_get_state_name (), ==, "started");
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_SUCCESS);
  display_wait_told ("stop");
  g_assert_cmpstr (display_get_state_name (), ==, "stopped");
  /* The system has closed its socket. */
  miracast_sink_wait (&self->sink, "closed");
  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_SUCCESS);
  display_wait_told ("destroy");
}

static void
test_close_ends_the_session (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (start_session (self, 7), ==, STATUS_SUCCESS);
  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_SUCCESS);
  display_wait_told ("start 7");
  display_wait_told ("stop");
  display_wait_told ("destroy");
}

static void
test_handles_that_are_none (Fixture *self, gconstpointer data)
{
  const HANDLE handles[] = { NULL, self, INVALID_HANDLE_VALUE };
  MIRACAST_SESSION_INFO info;
  MIRACAST_CHUNK_INFO chunk = { 0 };
  MIRACAST_WFD_CONNECTION_STATS stats;
  WFDX_MIRACAST_SESSION_STATE state;
  WFDX_MIRACAST_COUNTERS counters;
  UINT n = 1;
  PVOID context;

  for (guint i = 0; i < G_N_ELEMENTS (handles); i++) {
    HANDLE handle = handles[i];
    NTSTATUS status = handle == NULL ? STATUS_INVALID_PARAMETER : STATUS_INVALID_HANDLE;

    g_assert_cmpint (WfdxMiracastClose (handle), ==, status);
    g_assert_cmpint (WfdxMiracastStart (handle, 5, NULL, &info), ==, status);
    g_assert_cmpint (WfdxMiracastStop (handle), ==, status);
    g_assert_cmpint (WfdxMiracastGetContext (handle, &context), ==, status);
    g_assert_cmpint (WfdxMiracastGetState (handle, &state), ==, status);
    g_assert_cmpint (WfdxMiracastGetCounters (handle, &counters), ==, status);
    g_assert_cmpint (WfdxMiracastSetLink (handle, 1, NULL, 0), ==, status);
    g_assert_cmpint (WfdxMiracastGetConnectionStats (handle, &stats), ==, status);
    g_assert_cmpint (WfdxMiracastSendMessage (handle, "x", 1, NULL, 0, NULL, NULL), ==, status);
    g_assert_cmpint (WfdxMiracastPushChunk (handle, &chunk, NULL, 0), ==, status);
    /* What the driver calls. */
    g_assert_cmpint (now.callbacks.MiracastIoControl (handle, FALSE, 0, NULL, 0, NULL, NULL), ==,
        status);
    g_assert_cmpint (now.callbacks.GetNextChunkData (handle, 0, 0, NULL, &n, NULL, NULL), ==,
        status);
    g_assert_cmpint (now.callbacks.RegisterForDataRateNotifications (handle, NULL, NULL), ==,
        status);
    now.callbacks.ReportSessionStatus (handle, MIRACAST_STATUS_CRITICAL_ERROR, 0);
    now.callbacks.ReportStatistic (handle, NULL);
  }
}

static void
test_bad_arguments (Fixture *self, gconstpointer data)
{
  WFDX_MIRACAST_DISPLAY small = { .Size = sizeof (small) - 1 };
  MIRACAST_SESSION_INFO info;
  HANDLE device;

  g_assert_cmpint (WfdxMiracastOpen (NULL, NULL, &device), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastOpen (NULL, &display, NULL), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastOpen (NULL, &small, &device), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastStart (display_device, 5, NULL, NULL), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastStart (display_device, INVALID_SOCKET, NULL, &info), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastGetContext (display_device, NULL), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastGetState (display_device, NULL), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastGetCounters (display_device, NULL), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 0, NULL, 0), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastGetConnectionStats (display_device, NULL), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastSendMessage (display_device, NULL, 1, NULL, 0, NULL, NULL), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastSendMessage (display_device, "x", 0, NULL, 0, NULL, NULL), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastSendMessage (display_device, "x", 1, NULL, 1, NULL, NULL), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (WfdxMiracastPushChunk (display_device, NULL, NULL, 0), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (now.callbacks.MiracastIoControl (display_device, FALSE, 1, NULL, 0, NULL, NULL),
      ==, STATUS_INVALID_PARAMETER);
}

static NTSTATUS
query_of_another_version (UINT version, UINT size, MIRACAST_DRIVER_INTERFACE *driver)
{
  g_assert_cmpuint (version, ==, 1);
  return STATUS_REVISION_MISMATCH;
}

static NTSTATUS
query_with_a_small_table (UINT version, UINT size, MIRACAST_DRIVER_INTERFACE *driver)
{
  driver->Size -= 8;
  return STATUS_SUCCESS;
}

static NTSTATUS
query_with_a_hole (UINT version, UINT size, MIRACAST_DRIVER_INTERFACE *driver)
{
  driver->StopMiracastSession = NULL;
  return STATUS_SUCCESS;
}

static NTSTATUS
create_fails (HANDLE device, MIRACAST_CALLBACKS *callbacks)
{
  return STATUS_RESOURCE_IN_USE;
}

static NTSTATUS
open_with (StrangeHooks hooks)
{
  HANDLE device = NULL;
  NTSTATUS status;

  *now.hooks = hooks;
  status = WfdxMiracastOpen (STRANGE_DRIVER, &display, &device);
  g_assert_null (device);
  return status;
}

static void
test_drivers_that_are_none (void)
{
  HANDLE device = NULL;

  set_up_strange ();
  g_assert_cmpint (WfdxMiracastOpen ("/nonexistent/driver.so", &display, &device), ==,
      STATUS_DLL_NOT_FOUND);
  g_assert_cmpint (WfdxMiracastOpen (NO_DRIVER, &display, &device), ==,
      STATUS_ENTRYPOINT_NOT_FOUND);
  g_assert_cmpint (open_with ((StrangeHooks) { .query = query_of_another_version }), ==,
      STATUS_REVISION_MISMATCH);
  g_assert_cmpint (open_with ((StrangeHooks) { .query = query_with_a_small_table }), ==,
      STATUS_REVISION_MISMATCH);
  g_assert_cmpint (open_with ((StrangeHooks) { .query = query_with_a_hole }), ==,
      STATUS_REVISION_MISMATCH);
  g_assert_cmpint (open_with ((StrangeHooks) { .create = create_fails }), ==,
      STATUS_RESOURCE_IN_USE);
  display_end ();
  g_async_queue_unref (now.asked);
  dlclose (now.library);
}

static NTSTATUS
start_with_io_controls (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  enter ();
  info->Value = 3;
  now.thread = g_thread_new ("other", io_control_elsewhere, NULL);
  g_async_queue_pop (now.asked);
  /* It has time to be processed, were it not to wait. */
  g_assert_null (g_async_queue_timeout_pop (now.asked, G_USEC_PER_SEC / 5));
  g_assert_cmpuint (display_count_told (), ==, 0);
  g_assert_cmpint (io_control (), ==, STATUS_SUCCESS);
  display_wait_told ("io starting");
  leave ();
  return STATUS_SUCCESS;
}

static void
stop_with_io_controls (void)
{
  enter ();
  g_assert_cmpint (io_control (), ==, STATUS_SUCCESS);
  display_wait_told ("io stopping");
  now.thread = g_thread_new ("other", io_control_elsewhere, NULL);
  g_thread_join (now.thread);
  display_wait_told ("io done c0000184");
  leave ();
}

static void
test_io_control_waits_for_the_start (Fixture *self, gconstpointer data)
{
  now.hooks->start = start_with_io_controls;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_SUCCESS);
  g_thread_join (now.thread);
  display_wait_told ("io started");
  display_wait_told ("io done 00000000");
  g_assert_cmpint (io_control (), ==, STATUS_SUCCESS);
  display_wait_told ("io started");
}

static void
test_io_control_fails_at_the_stop (Fixture *self, gconstpointer data)
{
  now.hooks->stop = stop_with_io_controls;
  start_session (self, 0);
  display_wait_told ("start 0");
  WfdxMiracastStop (display_device);
  g_assert_cmpint (io_control (), ==, STATUS_INVALID_DEVICE_STATE);
}

static NTSTATUS
start_fails (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *info)
{
  now.thread = g_thread_new ("other", io_control_elsewhere, NULL);
  g_assert_cmpint (WfdxMiracastSendMessage (display_device, "x", 1, NULL, 0, NULL, NULL), ==,
      STATUS_PENDING);
  return STATUS_UNSUCCESSFUL;
}

static void
test_start_that_fails (Fixture *self, gconstpointer data)
{
  now.hooks->start = start_fails;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_UNSUCCESSFUL);
  g_thread_join (now.thread);
  display_wait_told ("io done c0000184");
  miracast_sink_wait (&self->sink, "closed");
  g_assert_cmpstr (display_get_state_name (), ==, "stopped");
  renew_sink (self);
  now.hooks->start = start;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_SUCCESS);
  display_wait_told ("start 0");
}

static NTSTATUS
start_is_refused (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *info)
{
  return STATUS_INVALID_PARAMETER;
}

static void
test_socket_of_a_refused_start_is_the_callers (Fixture *self, gconstpointer data)
{
  int fd = self->sink.source_fd;

  now.hooks->start = start_is_refused;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (close (fd), ==, 0);
  miracast_sink_wait (&self->sink, "closed");
}

static NTSTATUS
send_message (const char *text)
{
  return WfdxMiracastSendMessage (display_device, text, 1, NULL, 0, display_on_done, (PVOID) text);
}

static NTSTATUS
start_with_messages (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  enter ();
  info->Value = 3;
  g_assert_cmpint (send_message ("a"), ==, STATUS_PENDING);
  g_assert_cmpint (send_message ("b"), ==, STATUS_PENDING);
  leave ();
  return STATUS_SUCCESS;
}

static void
stop_with_messages (void)
{
  enter ();
  g_assert_cmpint (send_message ("d"), ==, STATUS_INVALID_DEVICE_STATE);
  leave ();
}

static void
test_messages_wait_for_the_start (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (send_message ("0"), ==, STATUS_INVALID_DEVICE_STATE);
  now.hooks->start = start_with_messages;
  now.hooks->stop = stop_with_messages;
  start_session (self, 0);
  display_wait_told ("message a started");
  display_wait_told ("done a 00000000 3");
  display_wait_told ("message b started");
  display_wait_told ("done b 00000000 3");
  g_assert_cmpint (send_message ("c"), ==, STATUS_PENDING);
  display_wait_told ("message c started");
  display_wait_told ("done c 00000000 3");
  WfdxMiracastStop (display_device);
  g_assert_cmpint (send_message ("e"), ==, STATUS_INVALID_DEVICE_STATE);
  g_assert_cmpint (display_count_told (), ==, 0);
}

static NTSTATUS
start_that_fails_with_messages (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  g_assert_cmpint (send_message ("a"), ==, STATUS_PENDING);
  return STATUS_NO_MEMORY;
}

static void
test_messages_for_nobody_are_cancelled (Fixture *self, gconstpointer data)
{
  now.hooks->start = start_that_fails_with_messages;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_NO_MEMORY);
  display_wait_told ("done a c0000120 0");
}

static NTSTATUS
start_with_status (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *info)
{
  enter ();
  info->Value = 3;
  now.callbacks.ReportSessionStatus (display_device, MIRACAST_STATUS_CRITICAL_ERROR,
      STATUS_NO_MEMORY);
  leave ();
  return STATUS_SUCCESS;
}

static void
test_status_in_a_start_stops_afterwards (Fixture *self, gconstpointer data)
{
  now.hooks->start = start_with_status;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_SUCCESS);
  display_wait_told ("status 0 c0000017");
  display_wait_told ("stop");
  miracast_sink_wait (&self->sink, "closed");
}

static void
test_status_stops_the_session (Fixture *self, gconstpointer data)
{
  start_session (self, 0);
  display_wait_told ("start 0");
  now.callbacks.ReportSessionStatus (display_device, MIRACAST_STATUS_SINK_DISOCNNECT_REQUEST, 0);
  display_wait_told ("status 2 00000000");
  display_wait_told ("stop");
  miracast_sink_wait (&self->sink, "closed");
  /* It is told of one that is on only. */
  now.callbacks.ReportSessionStatus (display_device, MIRACAST_STATUS_CRITICAL_ERROR, 0);
  g_assert_cmpint (display_count_told (), ==, 0);
}

static NTSTATUS
start_until_it_breaks (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  char octet;

  enter ();
  display_tell ("start");
  g_assert_cmpint (recv (socket, &octet, 1, 0), ==, 0);
  leave ();
  return STATUS_CONNECTION_RESET;
}

static gpointer
stop_elsewhere (gpointer data)
{
  display_wait_told ("start");
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_SUCCESS);
  display_tell ("stopped");
  return NULL;
}

static void
test_stop_ends_a_start (Fixture *self, gconstpointer data)
{
  GThread *thread = g_thread_new ("other", stop_elsewhere, NULL);

  now.hooks->start = start_until_it_breaks;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_CONNECTION_RESET);
  g_thread_join (thread);
  display_wait_told ("stopped");
  /* The driver, which failed to start, is not stopped. */
  g_assert_cmpint (display_count_told (), ==, 0);
}

static NTSTATUS
start_and_call_back (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  info->Value = 3;
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_INVALID_DEVICE_STATE);
  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_INVALID_DEVICE_STATE);
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 1, NULL, 0), ==,
      STATUS_INVALID_DEVICE_STATE);
  g_assert_cmpint (WfdxMiracastStart (display_device, socket, NULL, info), ==,
      STATUS_INVALID_DEVICE_STATE);
  g_assert_cmpint (WfdxMiracastGetConnectionStats (display_device, stats), ==,
      STATUS_INVALID_DEVICE_STATE);
  return STATUS_SUCCESS;
}

static void
test_calls_from_within_a_call_are_refused (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  now.hooks->start = start_and_call_back;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_SUCCESS);
  /* There is a session. */
  g_assert_cmpint (WfdxMiracastStart (display_device, 5, NULL, &info), ==,
      STATUS_INVALID_DEVICE_STATE);
}

static NTSTATUS
call_back_at_message (UINT size, VOID *input, UINT output_size, VOID *output, UINT *ret_bytes)
{
  MIRACAST_WFD_CONNECTION_STATS stats;
  MIRACAST_SESSION_INFO info;

  start_and_call_back (5, &stats, &info);
  return STATUS_SUCCESS;
}

/* Somebody who stops the session waits for it. */
static void
test_calls_from_within_a_message_are_refused (Fixture *self, gconstpointer data)
{
  now.hooks->message = call_back_at_message;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_SUCCESS);
  display_wait_told ("start 0");
  g_assert_cmpint (send_message ("a"), ==, STATUS_PENDING);
  display_wait_told ("done a 00000000 0");
}

static VOID NTAPI
on_rate (PVOID context, MIRACAST_DATARATE_STATS *stats)
{
  g_assert_true (context == &now);
  if (stats != NULL)
    display_tell ("rate %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " sent",
        (guint64) stats->EncoderBitRate, (guint64) stats->CurrentMaxTxDataRate,
        (guint64) stats->TransmittedFrameCount);
  else
    display_tell ("rate gone");
}

static NTSTATUS
register_rates (PFN_DATARATE_NOTIFICATION notify)
{
  return now.callbacks.RegisterForDataRateNotifications (display_device, &now, notify);
}

static gpointer
register_elsewhere (gpointer data)
{
  g_assert_cmpint (register_rates (on_rate), ==, STATUS_NOT_SUPPORTED);
  return NULL;
}

static NTSTATUS
start_with_rates (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *info)
{
  info->Value = 3;
  display_tell ("start %" G_GUINT64_FORMAT, (guint64) stats->CurrentBitRate);
  g_assert_cmpint (register_rates (NULL), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (register_rates (on_rate), ==, STATUS_SUCCESS);
  g_assert_cmpint (register_rates (on_rate), ==, STATUS_INVALID_PARAMETER);
  g_thread_join (g_thread_new ("other", register_elsewhere, NULL));
  return STATUS_SUCCESS;
}

static void
stop_with_rates (void)
{
  g_assert_cmpint (register_rates (NULL), ==, STATUS_SUCCESS);
  g_assert_cmpint (register_rates (NULL), ==, STATUS_INVALID_PARAMETER);
  display_tell ("stop");
}

static void
test_rates_are_told_each_second (Fixture *self, gconstpointer data)
{
  MIRACAST_WFD_CONNECTION_STATS stats;
  MIRACAST_SESSION_INFO info;

  now.hooks->start = start_with_rates;
  now.hooks->stop = stop_with_rates;
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 99, NULL, 0), ==, STATUS_NOT_SUPPORTED);
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 7, miracast_kernel_peer, 54 * MBPS), ==,
      STATUS_SUCCESS);
  g_assert_cmpint (WfdxMiracastGetConnectionStats (display_device, &stats), ==, STATUS_SUCCESS);
  g_assert_cmpuint (stats.CurrentBitRate, ==, 5 * MBPS);
  g_assert_cmpuint (stats.RemoteMaxBitRate, ==, 54 * MBPS);

  /* What was measured is what a session is started with. */
  g_assert_cmpint (WfdxMiracastStart (display_device, self->sink.source_fd, NULL, &info), ==, 0);
  self->sink.source_fd = -1;
  display_wait_told ("start 5000000");
  miracast_kernel_tell (10000, 100, 0);
  display_wait_told ("rate 3290000 of 10000000, 0 sent");
  miracast_kernel_tell (10000, 150, 0);
  display_wait_told ("rate 3290000 of 10000000, 50 sent");
  g_assert_cmpint (register_rates (NULL), ==, STATUS_NOT_SUPPORTED);
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 7, NULL, 0), ==,
      STATUS_INVALID_DEVICE_STATE);
  WfdxMiracastStop (display_device);
  display_wait_told ("stop");
  miracast_kernel_tell (10000, 200, 0);
  WfdxMiracastGetConnectionStats (display_device, &stats);
  g_assert_cmpint (display_count_told (), ==, 0);
}

static NTSTATUS
start_without_rates (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  info->Value = 3;
  g_assert_cmpint (register_rates (on_rate), ==, STATUS_NOT_SUPPORTED);
  return STATUS_SUCCESS;
}

static void
test_no_link_no_rates (Fixture *self, gconstpointer data)
{
  now.hooks->start = start_without_rates;
  g_assert_cmpint (start_session (self, 0), ==, STATUS_SUCCESS);
}

static void
test_chunks_reach_the_driver (Fixture *self, gconstpointer data)
{
  MIRACAST_CHUNK_INFO info = { MIRACAST_CHUNK_TYPE_ENCODE_COMPLETE, { .FrameNumber = 4 }, 0, 0 };
  MIRACAST_CHUNK_DATA chunk;
  UINT size = sizeof (chunk);

  g_assert_cmpint (WfdxMiracastPushChunk (display_device, &info, "ab", 2), ==,
      STATUS_INVALID_DEVICE_STATE);
  start_session (self, 0);
  g_assert_cmpint (WfdxMiracastPushChunk (display_device, &info, "ab", 2), ==, STATUS_SUCCESS);
  g_assert_cmpint (
      now.callbacks.GetNextChunkData (display_device, INFINITE, 0, NULL, &size, &chunk, NULL), ==,
      STATUS_SUCCESS);
  g_assert_cmpuint (size, ==, 30);
  g_assert_cmpuint (chunk.ChunkInfo.ChunkId.FrameNumber, ==, 4);
  WfdxMiracastStop (display_device);
  g_assert_cmpint (
      now.callbacks.GetNextChunkData (display_device, INFINITE, 0, NULL, &size, &chunk, NULL), ==,
      STATUS_INSTANCE_NOT_AVAILABLE);
}

static void
report_chunk (MIRACAST_CHUNK_TYPE type, guint64 frame, guint part, UINT took_us)
{
  MIRACAST_STATISTIC_DATA data = {
    .StatisticType = MIRACAST_STATISTIC_TYPE_CHUNK_PROCESSING_COMPLETE,
  };

  data.EncodeComplete.ChunkInfo =
      (MIRACAST_CHUNK_INFO) { type, { .FrameNumber = frame, .PartNumber = part }, took_us, 15000 };
  now.callbacks.ReportStatistic (display_device, &data);
  display_wait_told ("statistic 0");
}

static void
report_event (guint event)
{
  MIRACAST_STATISTIC_DATA data = { .StatisticType = MIRACAST_STATISTIC_TYPE_EVENT };

  data.ProtocolEvent.Event = event;
  now.callbacks.ReportStatistic (display_device, &data);
  display_wait_told ("statistic 2");
}

/* Of any driver, sliced pictures and types of its own too. */
static void
test_statistics_are_passed_on_and_counted (Fixture *self, gconstpointer data)
{
  MIRACAST_STATISTIC_DATA sent = { .StatisticType = MIRACAST_STATISTIC_TYPE_CHUNK_SENT };
  WFDX_MIRACAST_COUNTERS counters;

  sent.ChunkSent.ChunkId = (MIRACAST_CHUNK_ID) { .FrameNumber = 1ull << 39, .PartNumber = 3 };
  start_session (self, 9000);
  display_wait_told ("start 9000");
  report_chunk (MIRACAST_CHUNK_TYPE_FRAME_START, 4, 0, 0);
  report_chunk (MIRACAST_CHUNK_TYPE_COLOR_CONVERT_COMPLETE, 4, 0, 950);
  report_chunk (MIRACAST_CHUNK_TYPE_ENCODE_COMPLETE, 4, 1, 1042);
  report_chunk (MIRACAST_CHUNK_TYPE_ENCODE_COMPLETE, 4, 0, 1043);
  report_chunk (MIRACAST_CHUNK_TYPE_FRAME_DROPPED, 5, 0, 0);
  report_chunk (MIRACAST_CHUNK_TYPE_ENCODE_DRIVER_DEFINED_2, 6, 0, 0);
  for (guint event = 0; event < 5; event++)
    report_event (event);
  now.callbacks.ReportStatistic (display_device, &sent);
  display_wait_told ("statistic 1");
  g_assert_cmpint (WfdxMiracastGetCounters (display_device, &counters), ==, STATUS_SUCCESS);
  g_assert_cmpuint (counters.FramesStarted, ==, 1);
  g_assert_cmpuint (counters.FramesConverted, ==, 1);
  g_assert_cmpuint (counters.FramesEncoded, ==, 2);
  g_assert_cmpuint (counters.LastEncoded.ProcessingTime, ==, 1043);
  g_assert_cmpuint (counters.LastEncoded.EncodeRate, ==, 15000);
  g_assert_cmpuint (counters.FramesDropped, ==, 1);
  g_assert_cmpuint (counters.LastProcessed.ChunkId.FrameNumber, ==, 6);
  g_assert_cmpuint (counters.KeyFrameRequests, ==, 1);
  g_assert_cmpuint (counters.MonitorArrivals, ==, 1);
  g_assert_cmpuint (counters.MonitorDepartures, ==, 1);
  g_assert_cmpuint (counters.OtherReports, ==, 3);
  g_assert_cmpuint (counters.FramesSent, ==, 1);
  g_assert_cmpuint (counters.LastSent.FrameNumber, ==, 1ull << 39);
  g_assert_cmpuint (counters.LastSent.PartNumber, ==, 3);
  g_assert_cmpuint (counters.EncodeRate, ==, 9000);
  /* The next session counts anew. */
  WfdxMiracastStop (display_device);
  display_wait_told ("stop");
  renew_sink (self);
  start_session (self, 7);
  display_wait_told ("start 7");
  g_assert_cmpint (WfdxMiracastGetCounters (display_device, &counters), ==, STATUS_SUCCESS);
  g_assert_cmpuint (counters.FramesSent, ==, 0);
  g_assert_cmpuint (counters.EncodeRate, ==, 7);
}

/* Of the program's callbacks, which the driver waits for: at once, and not after three seconds. */
static VOID
close_at_status (PVOID context, MIRACAST_STATUS status, NTSTATUS why)
{
  display_tell ("closed %08x", (guint) WfdxMiracastClose (display_device));
}

static NTSTATUS
close_at_io_control (PVOID context, BOOL hardware, UINT size, VOID *input, UINT output_size,
    VOID *output, UINT *ret_bytes)
{
  return WfdxMiracastClose (display_device);
}

static VOID
close_at_statistic (PVOID context, const MIRACAST_STATISTIC_DATA *data)
{
  display_tell ("closed %08x", (guint) WfdxMiracastClose (display_device));
}

static void
test_close_from_within_a_callback_is_refused (Fixture *self, gconstpointer data)
{
  const WFDX_MIRACAST_DISPLAY closing = {
    .Size = sizeof (closing),
    .SessionStatus = close_at_status,
    .IoControl = close_at_io_control,
    .Statistic = close_at_statistic,
  };
  MIRACAST_STATISTIC_DATA statistic = { .StatisticType = MIRACAST_STATISTIC_TYPE_CHUNK_SENT };
  HANDLE device;

  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_SUCCESS);
  display_wait_told ("destroy");
  g_assert_cmpint (WfdxMiracastOpen (STRANGE_DRIVER, &closing, &device), ==, STATUS_SUCCESS);
  g_assert_cmpint (start_session (self, 0), ==, STATUS_SUCCESS);
  display_wait_told ("start 0");
  g_assert_cmpint (io_control_bare (), ==, STATUS_INVALID_DEVICE_STATE);
  now.callbacks.ReportStatistic (device, &statistic);
  display_wait_told ("closed c0000184");
  now.callbacks.ReportSessionStatus (device, MIRACAST_STATUS_CRITICAL_ERROR, 0);
  display_wait_told ("closed c0000184");
  display_wait_told ("stop");
}

static void
destroy_when_let (void)
{
  g_mutex_lock (&now.lock);
  g_mutex_unlock (&now.lock);
  display_tell ("destroyed");
}

static void
test_destroy_has_a_limit (Fixture *self, gconstpointer data)
{
  NTSTATUS status;
  MiracastHost *host = miracast_host_find (display_device, &status);

  g_assert_cmpuint (host->destroy_limit_ms, ==, 3000);
  host->destroy_limit_ms = 10;
  miracast_host_unref (host);
  now.hooks->destroy = destroy_when_let;
  g_mutex_lock (&now.lock);
  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_IO_TIMEOUT);
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_INVALID_HANDLE);
  g_mutex_unlock (&now.lock);
  display_wait_told ("destroyed");
}

static void
test_two_drivers_at_once (Fixture *self, gconstpointer data)
{
  HANDLE own, strange = display_device;
  PVOID own_context, strange_context;

  g_assert_cmpint (WfdxMiracastOpen (NULL, &display, &own), ==, STATUS_SUCCESS);
  g_assert_cmpint (WfdxMiracastGetContext (own, &own_context), ==, STATUS_SUCCESS);
  g_assert_cmpint (WfdxMiracastGetContext (strange, &strange_context), ==, STATUS_SUCCESS);
  g_assert_true (strange_context == now.hooks);
  g_assert_null (wfd_miracast_media_new (strange_context, NULL));
  g_object_unref (wfd_miracast_media_new (own_context, NULL));
  g_assert_cmpint (WfdxMiracastClose (own), ==, STATUS_SUCCESS);
  g_assert_cmpint (start_session (self, 0), ==, STATUS_SUCCESS);
}

#define TEST(name, func) g_test_add ("/miracast/host/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/miracast/host/drivers-that-are-none", test_drivers_that_are_none);
  TEST ("a-life", test_a_life);
  TEST ("close-ends-the-session", test_close_ends_the_session);
  TEST ("handles-that-are-none", test_handles_that_are_none);
  TEST ("bad-arguments", test_bad_arguments);
  TEST ("io-control-waits-for-the-start", test_io_control_waits_for_the_start);
  TEST ("io-control-fails-at-the-stop", test_io_control_fails_at_the_stop);
  TEST ("start-that-fails", test_start_that_fails);
  TEST ("socket-of-a-refused-start-is-the-callers", test_socket_of_a_refused_start_is_the_callers);
  TEST ("messages-wait-for-the-start", test_messages_wait_for_the_start);
  TEST ("messages-for-nobody-are-cancelled", test_messages_for_nobody_are_cancelled);
  TEST ("status-in-a-start-stops-afterwards", test_status_in_a_start_stops_afterwards);
  TEST ("status-stops-the-session", test_status_stops_the_session);
  TEST ("stop-ends-a-start", test_stop_ends_a_start);
  TEST ("calls-from-within-a-call-are-refused", test_calls_from_within_a_call_are_refused);
  TEST ("calls-from-within-a-message-are-refused", test_calls_from_within_a_message_are_refused);
  TEST ("rates-are-told-each-second", test_rates_are_told_each_second);
  TEST ("no-link-no-rates", test_no_link_no_rates);
  TEST ("chunks-reach-the-driver", test_chunks_reach_the_driver);
  TEST ("statistics-are-passed-on-and-counted", test_statistics_are_passed_on_and_counted);
  TEST ("close-from-within-a-callback-is-refused", test_close_from_within_a_callback_is_refused);
  TEST ("destroy-has-a-limit", test_destroy_has_a_limit);
  TEST ("two-drivers-at-once", test_two_drivers_at_once);
  return g_test_run ();
}
