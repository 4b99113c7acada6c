/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wlan-lab.h"

#include <glib/gstdio.h>

DOT11_MAC_ADDRESS wlan_tv = { 0x02, 0, 0, 0, 0x01, 0 };
DOT11_MAC_ADDRESS wlan_other = { 0x02, 0, 0, 0, 0x02, 0 };

#define WATCHDOG_S 20

static gboolean
on_watchdog (gpointer user_data)
{
  g_error ("what has to happen does not");
  return G_SOURCE_REMOVE;
}

void
wlan_wait_flag (const gint *flag)
{
  guint watchdog = g_timeout_add_seconds (WATCHDOG_S, on_watchdog, NULL);

  while (!g_atomic_int_get (flag))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
}

static void
set_flag (gint *flag)
{
  g_atomic_int_set (flag, TRUE);
  g_main_context_wakeup (NULL);
}

/* --- the lab --- */

int
wlan_run (int argc, char **argv, void (*add_tests) (void))
{
  g_autofree char *folder = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  add_tests ();
  if (!lab_begin_bus ()) {
    g_print ("1..0 # SKIP dbus-daemon is not installed (Debian: dbus)\n");
    return 0;
  }
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", lab_get_bus_address (), TRUE);
  /* Never the notes of this user, nor the DHCP programs of this machine. */
  folder = g_dir_make_tmp ("wlan-lab-XXXXXX", NULL);
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  g_setenv ("PATH", folder, TRUE);
  status = g_test_run ();
  lab_end_bus ();
  g_rmdir (folder);
  return status;
}

void
wlan_set_up (WlanLab *lab, gconstpointer data)
{
  DWORD version = 0;

  lab_set_up (&lab->lab, NULL);
  g_assert_cmpuint (WFDOpenHandle (WFD_API_VERSION, &version, &lab->client), ==, ERROR_SUCCESS);
  g_assert_cmpuint (version, ==, 1);
}

void
wlan_tear_down (WlanLab *lab, gconstpointer data)
{
  BlockingCall close;

  if (lab->client != NULL) {
    wlan_call (&close, wlan_close_handle, lab->client);
    g_assert_cmpuint (wlan_wait_result (&close), ==, ERROR_SUCCESS);
  }
  lab_tear_down (&lab->lab, NULL);
}

static void
set (WlanLab *lab, const char *path, const char *property, const char *value)
{
  g_autoptr (GVariant) parsed = parse (value);

  fake_wpas_set (lab->lab.fake, path, property, parsed);
}

void
wlan_pair (WlanLab *lab)
{
  lab_know_tv (&lab->lab);
  wlan_pair_out_of_reach (lab);
}

void
wlan_pair_out_of_reach (WlanLab *lab)
{
  set (lab, IFACE, "PersistentGroups", "[objectpath '" PERSISTENT "0']");
  set (lab, PERSISTENT "0", "Properties", "{'mode': <'0'>, 'bssid': <'" TV_ID "'>}");
}

void
wlan_pair_both (WlanLab *lab)
{
  wlan_pair (lab);
  set (lab, IFACE, "PersistentGroups",
      "[objectpath '" PERSISTENT "0', objectpath '" PERSISTENT "1']");
  set (lab, PERSISTENT "1", "Properties",
      "{'mode': <'3'>, 'p2p_client_list': <'02:00:00:00:02:00'>}");
}

static void
on_invite (FakeWpas *fake, gpointer user_data)
{
  WlanLab *lab = user_data;

  lab_start_group (&lab->lab, "client");
  lab->n_groups++;
}

void
wlan_answer_invitation (WlanLab *lab)
{
  fake_wpas_react (lab->lab.fake, "Invite", on_invite, lab);
}

/* --- starts --- */

VOID
wlan_callback (HANDLE session, PVOID context, GUID guid, DWORD error, DWORD reason)
{
  Started *self = context;

  self->told_handle = session;
  self->guid = guid;
  self->error = error;
  self->reason = reason;
  self->thread = g_thread_self ();
  g_atomic_int_inc (&self->n_called);
  g_main_context_wakeup (NULL);
  if (self->then != NULL)
    self->then (self);
  set_flag (&self->has_returned);
}

void
wlan_start (WlanLab *lab, Started *started)
{
  g_assert_cmpuint (
      WFDStartOpenSession (lab->client, &wlan_tv, started, wlan_callback, &started->handle), ==,
      ERROR_SUCCESS);
  g_assert_nonnull (started->handle);
}

void
wlan_wait_called (Started *started)
{
  wlan_wait_flag (&started->has_returned);
  g_assert_cmpint (g_atomic_int_get (&started->n_called), ==, 1);
  g_assert_true (started->told_handle == started->handle);
  g_assert_true (started->thread != g_thread_self ());
}

void
wlan_start_and_wait (WlanLab *lab, Started *started)
{
  wlan_start (lab, started);
  wlan_wait_called (started);
}

void
wlan_open (WlanLab *lab, Started *started)
{
  wlan_answer_invitation (lab);
  wlan_start_and_wait (lab, started);
  g_assert_cmpuint (started->error, ==, ERROR_SUCCESS);
  g_assert_cmphex (started->reason, ==, WLAN_REASON_CODE_SUCCESS);
}

void
wlan_assert_failed (const Started *started, DWORD error, DWORD reason)
{
  static const GUID none;

  g_assert_cmpuint (started->error, ==, error);
  g_assert_cmphex (started->reason, ==, reason);
  g_assert_cmpmem (&started->guid, sizeof (GUID), &none, sizeof (GUID));
}

void
wlan_close_session (Started *started)
{
  g_assert_cmpuint (WFDCloseSession (started->handle), ==, ERROR_SUCCESS);
}

gboolean
wlan_has_interface (const Started *started)
{
  WFDX_INTERFACE interface;

  return WfdxGetInterface (&started->guid, &interface) == ERROR_SUCCESS;
}

void
wlan_end_group (WlanLab *lab, const Started *started)
{
  lab_say (&lab->lab, "GroupFinished", "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
  while (wlan_has_interface (started))
    g_main_context_iteration (NULL, FALSE);
}

void
wlan_wait_count (WlanLab *lab, const char *key, guint n)
{
  while (fake_wpas_count (lab->lab.fake, key) < n)
    g_main_context_iteration (NULL, TRUE);
}

/* --- calls that may block --- */

static gpointer
call_in_thread (gpointer user_data)
{
  BlockingCall *call = user_data;

  call->result = call->func (call->data);
  set_flag (&call->is_done);
  return NULL;
}

void
wlan_call (BlockingCall *call, DWORD (*func) (gpointer), gpointer data)
{
  *call = (BlockingCall) { .func = func, .data = data };
  call->thread = g_thread_new ("blocks", call_in_thread, call);
}

DWORD
wlan_wait_result (BlockingCall *call)
{
  wlan_wait_flag (&call->is_done);
  g_thread_join (call->thread);
  return call->result;
}

DWORD
wlan_close_handle (gpointer handle)
{
  return WFDCloseHandle (handle);
}
