/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes to the system at an unfortunate moment. */
#include <dlfcn.h>
#include <miracast-display.h>
#include <miracast-host.h>
#include <miracast-kernel.h>
#include <miracast-sink.h>
#include <poll.h>

#include "miracast-strange-driver.h"

typedef struct
{
  MiracastSink sink;
  StrangeHooks *hooks;
  void *library;
  MIRACAST_CALLBACKS callbacks;
  GMutex gate;     /* what is waited for within a call */
  gint n_sessions; /* atomic */
} Fixture;

/* One test at a time. */
static Fixture *now;

static NTSTATUS
create (HANDLE device, MIRACAST_CALLBACKS *callbacks)
{
  now->callbacks = *callbacks;
  display_device = device;
  return STATUS_SUCCESS;
}

static NTSTATUS
start (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *info)
{
  g_atomic_int_inc (&now->n_sessions);
  return STATUS_SUCCESS;
}

static NTSTATUS
message (UINT size, VOID *input, UINT output_size, VOID *output, UINT *ret_bytes)
{
  display_tell ("message %.*s in session %d", (int) size, (const char *) input,
      g_atomic_int_get (&now->n_sessions));
  return STATUS_SUCCESS;
}

static void
open_system (const WFDX_MIRACAST_DISPLAY *of)
{
  HANDLE device;

  g_assert_cmpint (WfdxMiracastOpen (STRANGE_DRIVER, of, &device), ==, STATUS_SUCCESS);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  now = self;
  display_begin ();
  g_mutex_init (&self->gate);
  self->library = dlopen (STRANGE_DRIVER, RTLD_NOW | RTLD_LOCAL);
  g_assert_nonnull (self->library);
  self->hooks = dlsym (self->library, "strange_driver_hooks");
  *self->hooks = (StrangeHooks) { .create = create, .start = start, .message = message };
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  open_system (&display);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  NTSTATUS status;

  *self->hooks = (StrangeHooks) { 0 };
  status = WfdxMiracastClose (display_device);

  g_assert_true (status == STATUS_SUCCESS || status == STATUS_INVALID_HANDLE);
  miracast_sink_clear (&self->sink);
  display_end ();
  dlclose (self->library);
  g_mutex_clear (&self->gate);
}

static NTSTATUS
start_session (Fixture *self)
{
  MIRACAST_WFD_CONNECTION_STATS stats = { 0 };
  MIRACAST_SESSION_INFO info;
  NTSTATUS status = WfdxMiracastStart (display_device, self->sink.source_fd, &stats, &info);

  self->sink.source_fd = -1;
  return status;
}

static void
renew_sink (Fixture *self)
{
  miracast_sink_clear (&self->sink);
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
}

static VOID
on_done_waits (PVOID context, NTSTATUS status, UINT n)
{
  display_on_done (context, status, n);
  g_mutex_lock (&now->gate);
  g_mutex_unlock (&now->gate);
}

static NTSTATUS
send_message (const char *text, PFN_WFDX_MIRACAST_MESSAGE_DONE done)
{
  return WfdxMiracastSendMessage (display_device, text, 1, NULL, 0, done, (PVOID) text);
}

/* It is on its way still when its session has long been stopped. */
static void
test_message_is_of_its_session (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (start_session (self), ==, STATUS_SUCCESS);
  g_mutex_lock (&self->gate);
  g_assert_cmpint (send_message ("a", on_done_waits), ==, STATUS_PENDING);
  g_assert_cmpint (send_message ("b", display_on_done), ==, STATUS_PENDING);
  display_wait_told ("message a in session 1");
  display_wait_told ("done a 00000000 0");
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_SUCCESS);
  renew_sink (self);
  g_assert_cmpint (start_session (self), ==, STATUS_SUCCESS);
  g_assert_cmpint (send_message ("c", display_on_done), ==, STATUS_PENDING);
  g_mutex_unlock (&self->gate);
  display_wait_told ("done b c0000120 0");
  display_wait_told ("message c in session 2");
  display_wait_told ("done c 00000000 0");
}

static VOID
stop_at_statistic (PVOID context, const MIRACAST_STATISTIC_DATA *data)
{
  display_tell ("stop %08x", (guint) WfdxMiracastStop (display_device));
}

static gpointer
report_statistic (gpointer data)
{
  MIRACAST_STATISTIC_DATA statistic = { .StatisticType = MIRACAST_STATISTIC_TYPE_CHUNK_SENT };

  now->callbacks.ReportStatistic (display_device, &statistic);
  return NULL;
}

/* As a driver does whose threads have to end. */
static void
wait_for_report (void)
{
  g_thread_join (g_thread_new ("report", report_statistic, NULL));
}

static void
open_system_that_stops_at_statistics (void)
{
  const WFDX_MIRACAST_DISPLAY stopping = { .Size = sizeof (stopping),
    .Statistic = stop_at_statistic };

  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_SUCCESS);
  open_system (&stopping);
}

static void
test_stop_from_a_callback_that_the_end_waits_for (Fixture *self, gconstpointer data)
{
  open_system_that_stops_at_statistics ();
  self->hooks->destroy = wait_for_report;
  g_assert_cmpint (start_session (self), ==, STATUS_SUCCESS);
  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_SUCCESS);
  display_wait_told ("stop 00000000");
}

static NTSTATUS
start_and_wait_for_report (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  wait_for_report ();
  return STATUS_SUCCESS;
}

static void
tell_stop (void)
{
  display_tell ("stopped");
}

static void
test_stop_from_a_callback_that_a_start_waits_for (Fixture *self, gconstpointer data)
{
  open_system_that_stops_at_statistics ();
  self->hooks->start = start_and_wait_for_report;
  self->hooks->stop = tell_stop;
  g_assert_cmpint (start_session (self), ==, STATUS_SUCCESS);
  display_wait_told ("stop 00000103");
  display_wait_told ("stopped");
  miracast_sink_wait (&self->sink, "closed");
}

static NTSTATUS
start_until_it_breaks (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  struct pollfd fd = { socket, POLLIN, 0 };

  return poll (&fd, 1, 5000) == 1 ? STATUS_CONNECTION_RESET : STATUS_IO_TIMEOUT;
}

/* In the first moment at which there is something to stop. */
static gpointer
stop_at_once (gpointer data)
{
  WFDX_MIRACAST_SESSION_STATE state;

  do
    WfdxMiracastGetState (display_device, &state);
  while (state != WfdxMiracastStartPending);
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_SUCCESS);
  return NULL;
}

static void
test_stop_at_the_beginning_of_a_start (Fixture *self, gconstpointer data)
{
  self->hooks->start = start_until_it_breaks;
  for (guint i = 0; i < 200; i++) {
    GThread *thread = g_thread_new ("stop", stop_at_once, NULL);

    g_assert_cmpint (start_session (self), ==, STATUS_CONNECTION_RESET);
    g_thread_join (thread);
    renew_sink (self);
  }
}

static VOID NTAPI
on_rate (PVOID context, MIRACAST_DATARATE_STATS *stats)
{
  display_tell (stats != NULL ? "rate" : "rate gone");
  g_mutex_lock (&now->gate);
  g_mutex_unlock (&now->gate);
  display_tell ("rate taken");
}

static NTSTATUS
register_rates (PFN_DATARATE_NOTIFICATION notify)
{
  return now->callbacks.RegisterForDataRateNotifications (display_device, now, notify);
}

static NTSTATUS
start_with_rates (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *info)
{
  return register_rates (on_rate);
}

/* As a driver with a lock of its own does. */
static void
stop_with_rates (void)
{
  g_assert_cmpint (register_rates (NULL), ==, STATUS_SUCCESS);
  display_tell ("unregistered");
  g_mutex_unlock (&now->gate);
}

static void
test_notification_that_waits_for_who_stops (Fixture *self, gconstpointer data)
{
  self->hooks->start = start_with_rates;
  self->hooks->stop = stop_with_rates;
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 7, miracast_kernel_peer, 0), ==,
      STATUS_SUCCESS);
  g_assert_cmpint (start_session (self), ==, STATUS_SUCCESS);
  g_mutex_lock (&self->gate);
  miracast_kernel_tell (10000, 100, 0);
  display_wait_told ("rate");
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_SUCCESS);
  /* Nor is anything left of it. */
  g_assert_cmpuint (display_count_told (), ==, 2);
  display_wait_told ("unregistered");
  display_wait_told ("rate taken");
}

static NTSTATUS
start_with_rates_fails (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  g_assert_cmpint (register_rates (on_rate), ==, STATUS_SUCCESS);
  return STATUS_UNSUCCESSFUL;
}

static void
test_start_that_fails_leaves_no_notification (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 7, miracast_kernel_peer, 0), ==,
      STATUS_SUCCESS);
  self->hooks->start = start_with_rates_fails;
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (start_session (self), ==, STATUS_UNSUCCESSFUL);
    renew_sink (self);
  }
}

static NTSTATUS
ask (void)
{
  UINT n = 0;

  return now->callbacks.MiracastIoControl (display_device, FALSE, 0, NULL, 0, NULL, &n);
}

static gpointer
ask_elsewhere (gpointer data)
{
  g_assert_cmpint (ask (), ==, STATUS_INVALID_DEVICE_STATE);
  return NULL;
}

/* The driver's own thread may ask, others may not. */
static void
ask_from_both (void)
{
  g_assert_cmpint (ask (), ==, STATUS_SUCCESS);
  g_thread_join (g_thread_new ("other", ask_elsewhere, NULL));
}

static NTSTATUS
create_and_ask (HANDLE device, MIRACAST_CALLBACKS *callbacks)
{
  create (device, callbacks);
  ask_from_both ();
  return STATUS_SUCCESS;
}

static void
test_io_control_of_creation_and_destruction (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_SUCCESS);
  self->hooks->create = create_and_ask;
  self->hooks->destroy = ask_from_both;
  open_system (&display);
  display_wait_told ("io stopped");
  g_assert_cmpint (WfdxMiracastClose (display_device), ==, STATUS_SUCCESS);
  display_wait_told ("io stopped");
  g_assert_cmpuint (display_count_told (), ==, 0);
}

/* It is on its way still when its session has long been stopped. */
static void
test_end_that_is_told_is_of_its_session (Fixture *self, gconstpointer data)
{
  self->hooks->stop = tell_stop;
  g_assert_cmpint (start_session (self), ==, STATUS_SUCCESS);
  g_mutex_lock (&self->gate);
  g_assert_cmpint (send_message ("a", on_done_waits), ==, STATUS_PENDING);
  display_wait_told ("message a in session 1");
  display_wait_told ("done a 00000000 0");
  self->callbacks.ReportSessionStatus (display_device, MIRACAST_STATUS_CRITICAL_ERROR, 0);
  display_wait_told ("status 0 00000000");
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_SUCCESS);
  display_wait_told ("stopped");
  renew_sink (self);
  g_assert_cmpint (start_session (self), ==, STATUS_SUCCESS);
  g_assert_cmpint (send_message ("b", display_on_done), ==, STATUS_PENDING);
  g_mutex_unlock (&self->gate);
  display_wait_told ("message b in session 2");
  display_wait_told ("done b 00000000 0");
  g_assert_cmpstr (display_get_state_name (), ==, "started");
}

static NTSTATUS
start_with_many_messages (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  for (guint i = 0; i < 64; i++)
    g_assert_cmpint (send_message ("a", display_on_done), ==, STATUS_PENDING);
  g_assert_cmpint (send_message ("b", display_on_done), ==, STATUS_INSUFFICIENT_RESOURCES);
  return STATUS_SUCCESS;
}

static void
test_messages_that_wait_are_limited (Fixture *self, gconstpointer data)
{
  self->hooks->start = start_with_many_messages;
  self->hooks->message = NULL;
  g_assert_cmpint (start_session (self), ==, STATUS_SUCCESS);
  for (guint i = 0; i < 64; i++)
    display_wait_told ("done a 00000000 0");
  g_assert_cmpint (send_message ("c", display_on_done), ==, STATUS_PENDING);
  display_wait_told ("done c 00000000 0");
}

static void
stop_without_rates (void)
{
  g_assert_cmpint (register_rates (NULL), ==, STATUS_INVALID_PARAMETER);
  display_tell ("stopped");
}

/* Three seconds, and nobody is registered from then on. */
static void
test_silence_of_the_kernel_is_told_once (Fixture *self, gconstpointer data)
{
  self->hooks->start = start_with_rates;
  self->hooks->stop = stop_without_rates;
  g_assert_cmpint (WfdxMiracastSetLink (display_device, 7, miracast_kernel_peer, 0), ==,
      STATUS_SUCCESS);
  g_assert_cmpint (start_session (self), ==, STATUS_SUCCESS);
  display_wait_told ("rate gone");
  display_wait_told ("rate taken");
  g_assert_cmpint (WfdxMiracastStop (display_device), ==, STATUS_SUCCESS);
  display_wait_told ("stopped");
}

#define TEST(name, func) \
  g_test_add ("/miracast/host-races/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("message-is-of-its-session", test_message_is_of_its_session);
  TEST ("stop-from-a-callback-that-the-end-waits-for",
      test_stop_from_a_callback_that_the_end_waits_for);
  TEST ("stop-from-a-callback-that-a-start-waits-for",
      test_stop_from_a_callback_that_a_start_waits_for);
  TEST ("stop-at-the-beginning-of-a-start", test_stop_at_the_beginning_of_a_start);
  TEST ("notification-that-waits-for-who-stops", test_notification_that_waits_for_who_stops);
  TEST ("start-that-fails-leaves-no-notification", test_start_that_fails_leaves_no_notification);
  TEST ("io-control-of-creation-and-destruction", test_io_control_of_creation_and_destruction);
  TEST ("end-that-is-told-is-of-its-session", test_end_that_is_told_is_of_its_session);
  TEST ("messages-that-wait-are-limited", test_messages_that_wait_are_limited);
  TEST ("silence-of-the-kernel-is-told-once", test_silence_of_the_kernel_is_told_once);
  return g_test_run ();
}
