/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both sides of the Miracast driver interface in a process that runs out of descriptors: with
 * each number of them that may be left, a call does what it is to do or says that it cannot. */
#include <miracast-sink.h>
#include <scarce.h>
#include <wfdxmiracast.h>

static MIRACAST_DRIVER_INTERFACE driver;
static MIRACAST_CALLBACKS callbacks;

/* TRUE if it was possible. */
typedef gboolean (*Attempt) (gpointer data);

/* It is refused until there are enough, and then never again. */
static void
try_with_each_number (Attempt attempt, gpointer data)
{
  guint n_done = 0;

  for (guint n = 0; n <= SCARCE_MAX; n++) {
    gboolean is_done;

    scarce_begin (n);
    is_done = attempt (data);
    scarce_end ();
    g_assert_true (is_done || n_done == 0);
    n_done += is_done;
  }
  g_assert_cmpuint (n_done, >, 0);
  g_assert_cmpuint (n_done, <=, SCARCE_MAX);
}

static gboolean
is_possible (NTSTATUS status)
{
  g_assert_true (status == STATUS_SUCCESS || status == STATUS_INSUFFICIENT_RESOURCES);
  return status == STATUS_SUCCESS;
}

static gboolean
create (gpointer data)
{
  PVOID context = NULL;
  gboolean is_done =
      is_possible (driver.CreateMiracastContext ((HANDLE) &driver, &callbacks, &context));

  g_assert_true (is_done == (context != NULL));
  if (is_done)
    driver.DestroyMiracastContext (context);
  return is_done;
}

static void
test_create (void)
{
  try_with_each_number (create, NULL);
}

static gboolean
open_device (gpointer data)
{
  static const WFDX_MIRACAST_DISPLAY display = { .Size = sizeof (display) };
  HANDLE device = NULL;
  gboolean is_done = is_possible (WfdxMiracastOpen (NULL, &display, &device));

  g_assert_true (is_done == (device != NULL));
  if (is_done)
    g_assert_cmpint (WfdxMiracastClose (device), ==, STATUS_SUCCESS);
  return is_done;
}

static void
test_open (void)
{
  try_with_each_number (open_device, NULL);
}

typedef struct
{
  PVOID context;
  MiracastSink sinks[SCARCE_MAX + 1]; /* as they need descriptors as well */
  guint n;
} Sessions;

static gboolean
start (gpointer data)
{
  Sessions *self = data;
  MiracastSink *sink = &self->sinks[self->n++];
  MIRACAST_WFD_CONNECTION_STATS stats = { 0 };
  MIRACAST_SESSION_INFO info;
  gboolean is_done =
      is_possible (driver.StartMiracastSession (self->context, sink->source_fd, &stats, &info));

  if (is_done) {
    miracast_sink_wait (sink, "PLAY");
    driver.StopMiracastSession (self->context);
  }
  return is_done;
}

static void
test_start (void)
{
  Sessions sessions = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (sessions.sinks); i++)
    miracast_sink_init (&sessions.sinks[i], SINK_PLAYS, SINK_VIDEO_CEA);
  g_assert_cmpint (driver.CreateMiracastContext ((HANDLE) &driver, &callbacks, &sessions.context),
      ==, STATUS_SUCCESS);
  try_with_each_number (start, &sessions);
  driver.DestroyMiracastContext (sessions.context);
  for (guint i = 0; i < G_N_ELEMENTS (sessions.sinks); i++)
    miracast_sink_clear (&sessions.sinks[i]);
}

static void
test_contexts_leave_nothing (void)
{
  guint n_files = 0, n_threads = scarce_count_entries ("/proc/self/task");
  PVOID context;

  for (guint i = 0; i < 50; i++) {
    g_assert_cmpint (driver.CreateMiracastContext (NULL, &callbacks, &context), ==, 0);
    driver.DestroyMiracastContext (context);
    /* The first have GLib open what it keeps. */
    if (i == 20)
      n_files = scarce_count_entries ("/proc/self/fd");
  }
  g_assert_cmpuint (scarce_count_entries ("/proc/self/fd"), ==, n_files);
  while (scarce_count_entries ("/proc/self/task") > n_threads)
    g_thread_yield ();
}

/* The context has one thread; the device one of its own, then that of the driver, and one to end. */
static void
test_threads (void)
{
  guint n_files = 0;

  for (gint n = 0; n < 4; n++) {
    scarce_set_threads (n);
    g_assert_true (create (NULL) == (n >= 1));
    scarce_set_threads (n);
    g_assert_true (open_device (NULL) == (n >= 2));
    if (n == 0)
      n_files = scarce_count_entries ("/proc/self/fd");
  }
  scarce_set_threads (0);
  for (guint i = 0; i < 10; i++)
    g_assert_false (create (NULL) || open_device (NULL));
  scarce_set_threads (-1);
  g_assert_cmpuint (scarce_count_entries ("/proc/self/fd"), ==, n_files);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (QueryMiracastDriverInterface (1, sizeof (driver), &driver), ==, 0);
  g_test_add_func ("/miracast/scarce/create", test_create);
  g_test_add_func ("/miracast/scarce/open", test_open);
  g_test_add_func ("/miracast/scarce/start", test_start);
  g_test_add_func ("/miracast/scarce/threads", test_threads);
  g_test_add_func ("/miracast/scarce/contexts-leave-nothing", test_contexts_leave_nothing);
  return g_test_run ();
}
