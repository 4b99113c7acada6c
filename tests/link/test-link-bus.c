/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The message bus takes nothing any more, or not at once. */
#include <signal.h>

#include "link-lab.h"

typedef struct
{
  pid_t bus;
  GMutex lock;
  GCond cond;
  gboolean is_closed, is_late;
} StoppedBus;

/* So that the test ends. */
static gpointer
let_go_on (gpointer data)
{
  StoppedBus *stopped = data;
  gint64 end_us = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&stopped->lock);
  while (!stopped->is_closed && !stopped->is_late)
    stopped->is_late = !g_cond_wait_until (&stopped->cond, &stopped->lock, end_us);
  g_mutex_unlock (&stopped->lock);
  kill (stopped->bus, SIGCONT);
  return NULL;
}

/* Its socket is full: what is sent does not leave. */
static void
stop_bus (Lab *lab, StoppedBus *stopped)
{
  g_autoptr (GVariant) pid = g_dbus_connection_call_sync (lab->bus, "org.freedesktop.DBus",
      "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
      g_variant_new ("(s)", "org.freedesktop.DBus"), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_autofree char *much = g_strnfill (4 << 20, 'x');
  guint32 number;

  g_variant_get (pid, "(u)", &number);
  stopped->bus = number;
  g_assert_cmpint (kill (stopped->bus, SIGSTOP), ==, 0);
  g_dbus_connection_emit_signal (lab->bus, NULL, ROOT, "test.Lab", "Much",
      g_variant_new ("(s)", much), NULL);
}

/* Whoever closes is held up by nobody. */
static void
test_close_with_stopped_bus (Lab *lab, gconstpointer data)
{
  StoppedBus stopped = { 0 };
  GThread *rescue;

  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  stop_bus (lab, &stopped);
  rescue = g_thread_new ("rescue", let_go_on, &stopped);
  wfd_link_close (lab->link);
  g_mutex_lock (&stopped.lock);
  stopped.is_closed = TRUE;
  g_cond_signal (&stopped.cond);
  g_mutex_unlock (&stopped.lock);
  g_thread_join (rescue);
  g_assert_false (stopped.is_late);
  lab_wait_call (lab, "Disconnect");
}

/* Whoever has waited for the bus is gone when that goes on. */
static void
tear_down (Lab *lab, gconstpointer data)
{
  gint64 end_us = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;
  GDBusConnection *left;
  GWeakRef bus;

  g_weak_ref_init (&bus, lab->bus);
  lab_tear_down (lab, data);
  while ((left = g_weak_ref_get (&bus)) != NULL && g_get_monotonic_time () < end_us) {
    g_object_unref (left);
    g_main_context_iteration (NULL, FALSE);
  }
  g_assert_null (left);
  g_weak_ref_clear (&bus);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/link/bus/is-stopped", Lab, NULL, lab_set_up, test_close_with_stopped_bus,
      tear_down);
  return lab_run ();
}
