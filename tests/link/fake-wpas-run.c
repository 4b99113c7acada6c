/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a program on a message bus of its own, with a fake wpa_supplicant that finds a
 * television as soon as somebody searches, which lets itself be paired and opens a group:
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

/* Both remember it. */
static void
on_connect (FakeWpas *fake, gpointer user_data)
{
  fake_wpas_set (fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0']"));
  fake_wpas_set (fake, PERSISTENT "0", "Properties",
      g_variant_new_parsed ("{'mode': <'0'>, 'bssid': <'" TV_ID "'>}"));
  lab_start_group (user_data, "client");
}

static void
on_invite (FakeWpas *fake, gpointer user_data)
{
  lab_start_group (user_data, "client");
}

static void
on_disconnect (FakeWpas *fake, gpointer user_data)
{
  lab_say (user_data, "GroupFinished", "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
}

static const struct
{
  const char *key;
  FakeReaction reaction;
} reactions[] = {
  { "Find", on_find },
  { "Connect", on_connect },
  { "Invite", on_invite },
  { "Disconnect", on_disconnect },
};

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
  for (guint i = 0; i < G_N_ELEMENTS (reactions); i++)
    fake_wpas_react (lab.fake, reactions[i].key, reactions[i].reaction, &lab);
  status = run ((const char *const *) argv + 1);
  lab_drop_fake (&lab);
  lab_end_bus ();
  return status;
}
