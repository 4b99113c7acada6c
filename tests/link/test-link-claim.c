/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program of ours crashes: what it has left is undone by the next. */
#include <link-p2p-private.h>
#include <signal.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/claim/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

static const char *
get_owner (Lab *lab)
{
  return WFD_P2P_LINK (lab->link)->owner;
}

static guint
count_claims (Lab *lab)
{
  g_autoptr (GDir) dir = g_dir_open (lab->folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, "claim-");
  return n;
}

/* As it stays when nobody holds it any more. */
static void
leave_claim (Lab *lab, const char *text)
{
  g_autofree char *path = g_build_filename (lab->folder, "claim-left", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
learn_owner (Lab *lab)
{
  lab_find (lab);
  lab_wait_ok (lab);
}

static void
search_anew (Lab *lab)
{
  wfd_link_close (lab->link);
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  g_string_set_size (lab->network, 0);
  lab_find (lab);
  lab_wait_ok (lab);
}

#define LEFT_GROUP ROOT "/Interfaces/7"

static void
test_group_ended (Lab *lab, gconstpointer data)
{
  g_autofree char *text = NULL;

  learn_owner (lab);
  text = g_strdup_printf ("[claim]\nowner=%s\npath=" LEFT_GROUP
                          "\ninterface=p2p-wlan0-0\naddress=192.168.42.1/24\n",
      get_owner (lab));
  leave_claim (lab, text);
  search_anew (lab);
  assert_call (lab, "Disconnect", "Disconnect " LEFT_GROUP " ");
  g_assert_cmpstr (lab->network->str, ==, "-192.168.42.1/24");
  g_assert_cmpuint (count_claims (lab), ==, 0);
}

/* wpa_supplicant says that there is no such group: all the better. */
static void
test_group_gone_already (Lab *lab, gconstpointer data)
{
  g_autofree char *text = NULL;

  learn_owner (lab);
  text = g_strdup_printf ("[claim]\nowner=%s\npath=" LEFT_GROUP "\n", get_owner (lab));
  leave_claim (lab, text);
  fake_wpas_refuse (lab->fake, "Disconnect", "org.freedesktop.DBus.Error.UnknownMethod");
  search_anew (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
}

/* Of a wpa_supplicant before this one; numbers of its objects begin anew. */
static void
test_other_service (Lab *lab, gconstpointer data)
{
  leave_claim (lab, "[claim]\nowner=:1.999999\npath=" LEFT_GROUP "\n");
  search_anew (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
  g_assert_cmpuint (count_claims (lab), ==, 0);
}

static const char *const rubbish[] = {
  "",
  "what",
  "[claim]\nowner=%s\n",
  "[claim]\nowner=%s\npath=no path\n",
  "[claim]\nowner=%s\npath=\n",
  "[claim]\ninterface=p2p-wlan0-0\naddress=192.168.42.1\nprogram=1\n",
  "[claim]\ninterface=p2p-wlan0-0\naddress=192.168.42.1/33\nprogram=-1\n",
  "[claim]\ninterface=p2p-wlan0-0\naddress=fe80::1/24\nprogram=99999999999999999999\n",
};

static void
test_rubbish (Lab *lab, gconstpointer data)
{
  learn_owner (lab);
  for (guint i = 0; i < G_N_ELEMENTS (rubbish); i++) {
    g_auto (GStrv) parts = g_strsplit (rubbish[i], "%s", -1);
    g_autofree char *text = g_strjoinv (get_owner (lab), parts);

    leave_claim (lab, text);
    search_anew (lab);
    g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
    g_assert_cmpstr (lab->network->str, ==, "");
    g_assert_cmpuint (count_claims (lab), ==, 0);
  }
}

/* Waits for a line that does not come; @word is one of its arguments. */
static GSubprocess *
start_program (const char *word)
{
  return g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, NULL, "sh", "-c", "read line", "sh", word,
      NULL);
}

static void
leave_program (Lab *lab, GSubprocess *program)
{
  g_autofree char *text = g_strdup_printf ("[claim]\ninterface=p2p-wlan0-0\nprogram=%s\n",
      g_subprocess_get_identifier (program));

  leave_claim (lab, text);
  search_anew (lab);
}

/* The server that was started for the group still runs. */
static void
test_program_ended (Lab *lab, gconstpointer data)
{
  g_autoptr (GSubprocess) program = start_program ("--interface=p2p-wlan0-0");

  leave_program (lab, program);
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_term_sig (program), ==, SIGTERM);
}

/* Its number is that of somebody else by now. */
static void
test_other_program (Lab *lab, gconstpointer data)
{
  g_autoptr (GSubprocess) program = start_program ("--interface=eth0");

  leave_program (lab, program);
  g_subprocess_force_exit (program);
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_term_sig (program), ==, SIGKILL);
}

/* As long as it lives, its group is its own; also for another link beside it. */
static void
test_living_keeps (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1 };
  g_autoptr (GPtrArray) left_over = NULL;

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_assert_cmpuint (count_claims (lab), ==, 1);
  left_over = wfd_claim_take_left_over (lab->folder);
  g_assert_cmpuint (left_over->len, ==, 0);
  wfd_link_close (lab->link);
  g_assert_cmpuint (count_claims (lab), ==, 0);
}

/* What a crash would leave is enough to undo it. */
static void
test_claim_says_all (Lab *lab, gconstpointer data)
{
  g_autofree char *text = NULL, *expected = NULL, *path = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  dir = g_dir_open (lab->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL && !g_str_has_prefix (name, "claim-"))
    continue;
  path = g_build_filename (lab->folder, name, NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  expected = g_strdup_printf ("[claim]\nowner=%s\npath=" GROUP_IFACE
                              "\ninterface=p2p-wlan0-0\naddress=192.168.42.100/24\n",
      get_owner (lab));
  g_assert_cmpstr (text, ==, expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("group-ended", test_group_ended);
  add ("group-gone-already", test_group_gone_already);
  add ("other-service", test_other_service);
  add ("rubbish", test_rubbish);
  add ("program-ended", test_program_ended);
  add ("other-program", test_other_program);
  add ("living-keeps", test_living_keeps);
  add ("says-all", test_claim_says_all);
  return lab_run ();
}
