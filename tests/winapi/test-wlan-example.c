/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program of examples/winapi, whose main () has another name here. */
#include "wlan-lab.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

int example_main (int argc, char **argv);

/* Its standard input is empty, which is as good as Enter. */
static DWORD
run_example (gpointer address)
{
  char name[] = "open-session", *argv[] = { name, address, NULL };

  return example_main (address != NULL ? 2 : 1, argv);
}

/* @ret_said: (transfer full) */
static int
run (const char *address, char **ret_said)
{
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("wlan-example-XXXXXX", &path, NULL), out = dup (1);
  BlockingCall call;
  DWORD status;

  fflush (stdout);
  dup2 (file, 1);
  g_assert_nonnull (freopen ("/dev/null", "r", stdin));
  wlan_call (&call, run_example, (gpointer) address);
  status = wlan_wait_result (&call);
  fflush (stdout);
  dup2 (out, 1);
  close (out);
  close (file);
  g_assert_true (g_file_get_contents (path, ret_said, NULL, NULL));
  g_unlink (path);
  return status;
}

static void
test_opens (WlanLab *lab, gconstpointer data)
{
  g_autofree char *said = NULL;

  wlan_pair (lab);
  wlan_answer_invitation (lab);
  g_assert_cmpint (run ("02-00-00-00-01-00", &said), ==, 0);
  g_assert_cmpstr (said, ==,
      "interface p2p-wlan0-0, number 7: we are 192.168.42.100, the device is 192.168.42.1\n"
      "open; Enter closes the session\n");
  lab_wait_call (&lab->lab, "Disconnect");
}

static void
test_not_paired (WlanLab *lab, gconstpointer data)
{
  g_autofree char *said = NULL;

  lab_know_tv (&lab->lab);
  g_assert_cmpint (run (TV_ID, &said), ==, 1);
  /* GLib may say more before it. */
  g_assert_true (g_str_has_suffix (said, "error 1168, reason 0x80002\n"));
}

static void
test_usage (WlanLab *lab, gconstpointer data)
{
  g_autofree char *none = NULL, *bad = NULL;

  g_assert_cmpint (run (NULL, &none), ==, 2);
  g_assert_cmpint (run ("02:00:00", &bad), ==, 2);
  g_assert_cmpstr (none, ==, "usage: open-session DEVICE-ADDRESS\n");
  g_assert_cmpstr (bad, ==, none);
}

static void
add_tests (void)
{
  wlan_add ("example/opens", test_opens);
  wlan_add ("example/not-paired", test_not_paired);
  wlan_add ("example/usage", test_usage);
}

int
main (int argc, char **argv)
{
  return wlan_run (argc, argv, add_tests);
}
