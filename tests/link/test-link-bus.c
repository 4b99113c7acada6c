/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The message bus has gone, or takes nothing for a while. */
#include <signal.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/bus/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

static void
open_link (Lab *lab)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_string_set_size (lab->told, 0);
}

/* --- closed --- */

/* As after a restart of the bus, or when it throws us out: it takes what is begun next. */
static void
close_bus (Lab *lab)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_close_sync (lab->bus, NULL, NULL);
  lab_wait_told (lab, "unavailable");
  g_object_unref (lab->bus);
  lab->bus = g_dbus_connection_new_for_address_sync (lab_get_bus_address (),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", lab_get_bus_address (), TRUE);
}

/* wpa_supplicant goes on with the group, and says what we were, until somebody undoes it. */
static void
test_bus_closed (Lab *lab, gconstpointer data)
{
  g_autoptr (GVariant) before = g_variant_ref (fake_wpas_get (lab->fake, ROOT, "WFDIEs"));
  const char *name;

  open_link (lab);
  close_bus (lab);
  g_assert_cmpstr (lab->told->str, ==, "lost peer-lost unavailable");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);

  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
  fake_wpas_forget_calls (lab->fake);
  wfd_link_close (lab->link);
  lab_wait_call (lab, "Set P2PDeviceConfig");
  g_assert_cmpvariant (fake_wpas_get (lab->fake, ROOT, "WFDIEs"), before);
  g_assert_true (g_variant_lookup (fake_wpas_get (lab->fake, IFACE, "P2PDeviceConfig"),
      "DeviceName", "&s", &name));
  g_assert_cmpstr (name, ==, "somebody");
  lab_settle (lab);
}

/* A group was being formed, of which nobody will be told. */
static void
test_bus_closed_while_forming (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  close_bus (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_SERVICE);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 0);
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Cancel", "Cancel " IFACE " ");
}

/* --- stopped --- */

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

  open_link (lab);
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
  add ("closed", test_bus_closed);
  add ("closed-while-forming", test_bus_closed_while_forming);
  g_test_add ("/link/bus/is-stopped", Lab, NULL, lab_set_up, test_close_with_stopped_bus,
      tear_down);
  return lab_run ();
}
