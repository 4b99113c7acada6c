/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a program on a message bus of its own, with a fake wpa_supplicant that finds a
 * television as soon as somebody searches:
 *
 *   fake-wpas-run PROGRAM [ARGUMENT...]
 *
 * Its status is that of the program; 77 if this machine has no message bus. */
#include "link-lab.h"

#include <stdlib.h>

#define STATUS_SKIP 77

static void
on_find (FakeWpas *fake, gpointer user_data)
{
  lab_say_tv_found (user_data);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  g_main_loop_quit (user_data);
}

static int
run (const char *const *argv)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", lab_get_bus_address (), TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_subprocess_wait_async (process, NULL, on_ended, loop);
  g_main_loop_run (loop);
  return g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process)
                                              : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  Lab lab = { 0 };
  int status;

  if (argc < 2 || !lab_begin_bus ())
    return STATUS_SKIP;
  lab_add_fake (&lab);
  fake_wpas_react (lab.fake, "Find", on_find, &lab);
  status = run ((const char *const *) argv + 1);
  lab_drop_fake (&lab);
  lab_end_bus ();
  return status;
}
