/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program of ours crashes: what it has left is undone by the next. */
#include <glib/gstdio.h>
#include <link-p2p-private.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/claim/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

/* That of the claim that has @key; fails if there is none. */
static char *
read_claim (Lab *lab, const char *key)
{
  g_autoptr (GDir) dir = g_dir_open (lab->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (lab->folder, name, NULL);
    g_autofree char *line = g_strconcat ("\n", key, "=", NULL);
    g_autofree char *text = NULL;

    if (g_str_has_prefix (name, "claim-") && g_file_get_contents (path, &text, NULL, NULL)
        && strstr (text, line) != NULL)
      return g_steal_pointer (&text);
  }
  g_assert_not_reached ();
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
#define OTHER_ADAPTER ROOT "/Interfaces/5"

/* But that of the living. */
static void
assert_nothing_left (Lab *lab)
{
  g_assert_cmpuint (lab_count_claims (lab), ==, 1);
}

static void
test_group_ended (Lab *lab, gconstpointer data)
{
  g_autofree char *text = NULL;

  learn_owner (lab);
  text = g_strdup_printf ("[claim]\nowner=%s\npath=" LEFT_GROUP
                          "\ninterface=p2p-wlan0-0\naddress=192.168.42.1/24\n",
      lab_get_owner (lab));
  lab_leave_claim (lab, text);
  search_anew (lab);
  assert_call (lab, "Disconnect", "Disconnect " LEFT_GROUP " ");
  g_assert_cmpstr (lab->network->str, ==, "-192.168.42.1/24");
  assert_nothing_left (lab);
}

/* wpa_supplicant says that there is no such group: all the better. */
static void
test_group_gone_already (Lab *lab, gconstpointer data)
{
  g_autofree char *text = NULL;

  learn_owner (lab);
  text = g_strdup_printf ("[claim]\nowner=%s\npath=" LEFT_GROUP "\n", lab_get_owner (lab));
  lab_leave_claim (lab, text);
  fake_wpas_refuse (lab->fake, "Disconnect", "org.freedesktop.DBus.Error.UnknownMethod");
  search_anew (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
}

/* Numbers and names mean somebody else since the machine was started anew. */
static void
test_other_boot (Lab *lab, gconstpointer data)
{
  g_autofree char *text = NULL;

  learn_owner (lab);
  text = g_strdup_printf ("[claim]\nboot=%s\nowner=%s\npath=" LEFT_GROUP
                          "\ninterface=p2p-wlan0-0\naddress=192.168.42.1/24\n",
      "6f1c0f3c-0000-4000-8000-000000000000", lab_get_owner (lab));
  lab_leave_claim (lab, text);
  search_anew (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
  g_assert_cmpstr (lab->network->str, ==, "");
  assert_nothing_left (lab);
}

/* Of a wpa_supplicant before this one; numbers of its objects begin anew. */
static void
test_other_service (Lab *lab, gconstpointer data)
{
  lab_leave_claim (lab, "[claim]\nowner=:1.999999\npath=" LEFT_GROUP "\n");
  search_anew (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
  assert_nothing_left (lab);
}

/* On another bus it has the same name. */
static void
test_other_bus (Lab *lab, gconstpointer data)
{
  g_autofree char *text = NULL;

  learn_owner (lab);
  text =
      g_strdup_printf ("[claim]\nowner=%s 0123456789abcdef0123456789abcdef\npath=" LEFT_GROUP "\n",
          WFD_P2P_LINK (lab->link)->owner);
  lab_leave_claim (lab, text);
  search_anew (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
  assert_nothing_left (lab);
}

static const char *const rubbish[] = {
  "",
  "what",
  "[claim]\nowner=%s\n",
  "[claim]\nowner=%s\npath=no path\n",
  "[claim]\nowner=%s\npath=\n",
  "[claim]\nowner=%s\ndevice=no path\nwfd-ies=[byte 0x00]\n",
  "[claim]\nowner=%s\ndevice=" IFACE "\nwfd-ies='text'\nconfig=[byte 0x00]\n",
  "[claim]\nowner=%s\ndevice=" IFACE "\nwfd-ies=[byte 0x\nconfig={{{{\n",
  "[claim]\nowner=%s\ninterfaces=\nforming=yes\n",
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
    g_autofree char *text = g_strjoinv (lab_get_owner (lab), parts);

    lab_leave_claim (lab, text);
    search_anew (lab);
    g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
    g_assert_cmpstr (lab->network->str, ==, "");
    g_assert_cmpuint (fake_wpas_count (lab->fake, "Set WFDIEs"), ==, 1);
    assert_nothing_left (lab);
  }
}

/* Who opens it waits for somebody who writes. */
static void
test_no_file (Lab *lab, gconstpointer data)
{
  g_autofree char *path = g_build_filename (lab->folder, "claim-pipe", NULL);

  learn_owner (lab);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  search_anew (lab);
}

/* Waits for a line that does not come; @word is one of its arguments. */
static GSubprocess *
start_program (const char *word)
{
  return g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, NULL, "sh", "-c", "read line", "sh", word,
      NULL);
}

static void
leave_program (Lab *lab, GSubprocess *program, const char *interface)
{
  g_autofree char *text = g_strdup_printf ("[claim]\ninterface=%s\nprogram=%s\n", interface,
      g_subprocess_get_identifier (program));

  lab_leave_claim (lab, text);
  search_anew (lab);
}

/* The server that was started for the group still runs. */
static void
test_program_ended (Lab *lab, gconstpointer data)
{
  g_autoptr (GSubprocess) program = start_program ("--interface=p2p-wlan0-0");

  leave_program (lab, program, "p2p-wlan0-0");
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_term_sig (program), ==, SIGTERM);
}

/* Its number is that of somebody else by now. */
static void
test_other_program (Lab *lab, gconstpointer data)
{
  static const char *const interfaces[] = { "p2p-wlan0-0", "h0", "" };
  g_autoptr (GSubprocess) program = start_program ("--interface=eth0");

  for (guint i = 0; i < G_N_ELEMENTS (interfaces); i++)
    leave_program (lab, program, interfaces[i]);
  g_subprocess_force_exit (program);
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_term_sig (program), ==, SIGKILL);
}

/* As long as it lives, what it has set is its own; also for another link beside it. */
static void
test_living_keeps (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1 };
  g_autoptr (GPtrArray) left_over = NULL;
  gboolean is_alone;

  lab_use_options (lab, &options);
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_assert_cmpuint (lab_count_claims (lab), ==, 2);
  left_over = wfd_claim_take_left_over (lab->folder, NULL, &is_alone);
  g_assert_cmpuint (left_over->len, ==, 0);
  g_assert_false (is_alone);
  wfd_link_close (lab->link);
  g_assert_cmpuint (lab_count_claims (lab), ==, 0);
}

/* What a crash would leave is enough to undo it. */
static void
test_claim_says_all (Lab *lab, gconstpointer data)
{
  g_autofree char *text = NULL, *expected = NULL, *boot = NULL;

  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  text = read_claim (lab, "path");
  boot = lab_dup_boot ();
  expected =
      g_strdup_printf ("[claim]\n%sowner=%s\nprocess=%d\npath=" GROUP_IFACE
                       "\ninterface=p2p-wlan0-0\naddress=192.168.42.100/24\npeer=" TV_ID "\n",
          boot, lab_get_owner (lab), (int) getpid ());
  g_assert_cmpstr (strchr (text, '['), ==, expected);
}

/* Crashes where a call stands, with all that is set by then. */
static void
crash_at (Lab *lab, const LabStep *step)
{
  g_autoptr (GVariant) wfd_ies = NULL, config = NULL;
  g_autofree char *text = NULL;

  lab_stop_at (lab, step);
  text = read_claim (lab, "device");
  wfd_ies = g_variant_ref (fake_wpas_get (lab->fake, ROOT, "WFDIEs"));
  config = g_variant_ref (fake_wpas_get (lab->fake, IFACE, "P2PDeviceConfig"));
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lab_settle (lab);
  fake_wpas_set (lab->fake, ROOT, "WFDIEs", wfd_ies);
  fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig", config);
  lab_leave_claim (lab, text);
  fake_wpas_answer (lab->fake, step->key, NULL);
  fake_wpas_set (lab->fake, FAKE_UNSEEN, "Ifname", g_variant_new_string ("p2p-wlan0-0"));
  fake_wpas_set (lab->fake, ROOT, "Interfaces",
      g_variant_new_parsed ("[objectpath '" IFACE "', '" FAKE_UNSEEN "']"));
}

#define OLD_CONFIG "{'DeviceName': <'theirs'>, 'PersistentReconnect': <false>}"

static void
set_old_config (Lab *lab)
{
  g_autoptr (GVariant) config = parse (OLD_CONFIG);

  fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig", config);
  fake_wpas_set (lab->fake, IFACE, "ConfigMethods", g_variant_new_string ("display"));
}

static const char *
get_methods (Lab *lab)
{
  return g_variant_get_string (fake_wpas_get (lab->fake, IFACE, "ConfigMethods"), NULL);
}

/* The next ends as if there had been none before it. */
static void
assert_old_restored (Lab *lab, GVariant *wfd_ies)
{
  GVariant *config;
  gboolean reconnects = TRUE;
  const char *name = "";

  search_anew (lab);
  wfd_link_close (lab->link);
  lab_settle (lab);
  g_assert_cmpvariant (fake_wpas_get (lab->fake, ROOT, "WFDIEs"), wfd_ies);
  config = fake_wpas_get (lab->fake, IFACE, "P2PDeviceConfig");
  g_variant_lookup (config, "DeviceName", "&s", &name);
  g_variant_lookup (config, "PersistentReconnect", "b", &reconnects);
  g_assert_cmpstr (name, ==, "theirs");
  g_assert_false (reconnects);
  g_assert_cmpstr (get_methods (lab), ==, "display");
  g_assert_cmpuint (lab_count_claims (lab), ==, 0);
}

static void
test_crash_while_searching (Lab *lab, gconstpointer data)
{
  static const LabStep searching = { "search", LAB_CONNECT, "Find", TRUE, "" };
  g_autoptr (GVariant) wfd_ies = g_variant_ref (fake_wpas_get (lab->fake, ROOT, "WFDIEs"));

  set_old_config (lab);
  crash_at (lab, &searching);
  assert_old_restored (lab, wfd_ies);
  /* That group is somebody else's. */
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 0);
}

/* Whether the group begins before the crash or after it. */
static void
test_crash_while_forming (Lab *lab, gconstpointer data)
{
  static const LabStep forming[] = {
    { "group", LAB_CONNECT, "Connect", TRUE, "" },
    { "invited", LAB_REOPEN, "Invite", TRUE, "" },
    { "begin", LAB_START_GROUP, "GroupAdd", FALSE, "" },
  };
  g_autoptr (GVariant) wfd_ies = g_variant_ref (fake_wpas_get (lab->fake, ROOT, "WFDIEs"));

  for (guint i = 0; i < G_N_ELEMENTS (forming); i++) {
    set_old_config (lab);
    fake_wpas_set (lab->fake, ROOT, "Interfaces",
        g_variant_new_parsed ("[objectpath '" IFACE "']"));
    crash_at (lab, &forming[i]);
    assert_old_restored (lab, wfd_ies);
    g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
    assert_call (lab, "Disconnect", "Disconnect " FAKE_UNSEEN " ");
    assert_call (lab, "Cancel", "Cancel " IFACE " ");
  }
}

/* Another program begins one on its adapter while we live. */
static void
test_group_of_other_is_spared (Lab *lab, gconstpointer data)
{
  static const LabStep forming = { "group", LAB_CONNECT, "Connect", TRUE, "" };
  g_autoptr (GVariant) started =
      parse ("({'interface_object': <objectpath '" FAKE_UNSEEN
             "'>, 'group_object': <objectpath '" FAKE_UNSEEN "/Groups/cd'>, 'role': <'GO'>},)");

  fake_wpas_set (lab->fake, OTHER_ADAPTER, "Ifname", g_variant_new_string ("wlan1"));
  fake_wpas_set (lab->fake, ROOT, "Interfaces",
      g_variant_new_parsed ("[objectpath '" IFACE "', '" OTHER_ADAPTER "']"));
  lab_know_tv (lab);
  learn_owner (lab);
  fake_wpas_say (lab->fake, OTHER_ADAPTER, IF_P2P, "GroupStarted", started);
  lab_settle (lab);
  crash_at (lab, &forming);
  search_anew (lab);
  assert_call (lab, "Cancel", "Cancel " IFACE " ");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
}

/* And on its adapter when nobody of ours is there. */
static void
test_later_group_of_other_is_spared (Lab *lab, gconstpointer data)
{
  static const LabStep forming = { "group", LAB_CONNECT, "Connect", TRUE, "" };

  lab_know_tv (lab);
  crash_at (lab, &forming);
  fake_wpas_set (lab->fake, OTHER_ADAPTER, "Ifname", g_variant_new_string ("wlan1"));
  fake_wpas_set (lab->fake, LEFT_GROUP, "Ifname", g_variant_new_string ("p2p-wlan1-0"));
  fake_wpas_set (lab->fake, ROOT, "Interfaces",
      g_variant_new_parsed (
          "[objectpath '" IFACE "', '" FAKE_UNSEEN "', '" OTHER_ADAPTER "', '" LEFT_GROUP "']"));
  search_anew (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
  assert_call (lab, "Disconnect", "Disconnect " FAKE_UNSEEN " ");
}

/* As soon as the group is told of it has a claim of its own, and others are safe. */
static void
test_forming_ends (Lab *lab, gconstpointer data)
{
  static const LabStep network = { "network", LAB_CONNECT, "Get Ifname", FALSE, "" };
  g_autofree char *text = NULL;

  lab_stop_at (lab, &network);
  text = read_claim (lab, "device");
  g_assert_null (strstr (text, "forming"));
  g_free (read_claim (lab, "path"));
}

/* What it announces counts; the group of the one that has crashed ends all the same. */
static void
test_beside_living (Lab *lab, gconstpointer data)
{
  WfdClaim *living = wfd_claim_new (lab->folder);
  g_autofree char *text = NULL;

  learn_owner (lab);
  text = g_strdup_printf ("[claim]\nowner=%s\npath=" LEFT_GROUP "\ndevice=" IFACE
                          "\ndevice-name=wlan0\ninterfaces=" IFACE
                          "\nwfd-ies=[byte 0x01]\nforming=yes\n",
      lab_get_owner (lab));
  lab_leave_claim (lab, text);
  search_anew (lab);
  assert_call (lab, "Disconnect", "Disconnect " LEFT_GROUP " ");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Cancel"), ==, 0);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Set WFDIEs"), ==, 1);
  wfd_claim_free (living);
}

/* --- several of ours at once --- */

#define N_LINKS 3

static GVariant *
get_announced (Lab *lab)
{
  return g_variant_ref (fake_wpas_get (lab->fake, ROOT, "WFDIEs"));
}

static char *
dup_type (Lab *lab)
{
  g_autoptr (GVariant) type = g_variant_lookup_value (
      fake_wpas_get (lab->fake, IFACE, "P2PDeviceConfig"), "PrimaryDeviceType", NULL);

  return g_variant_print (type, TRUE);
}

/* Each says something else of what we are. */
static WfdLink *
begin_link (Lab *lab, guint n)
{
  const WfdP2pOptions options = {
    .advert = { n == 1 ? WFD_IE_TYPE_PRIMARY_SINK : WFD_IE_TYPE_SOURCE, TRUE, 7236 + n, 200, 0 },
    .device_name = n == 2 ? "third" : NULL,
    .runtime_folder = lab->folder,
  };
  WfdLink *link = WFD_LINK (wfd_p2p_link_new_full (lab->bus, &options));

  lab->done = FALSE;
  wfd_link_find_async (link, NULL, lab_on_done, lab);
  lab_wait_ok (lab);
  return link;
}

typedef struct
{
  WfdLink *link;
  GVariant *announced;
  char *type;
} Living;

static void
end_living (Lab *lab, Living *living)
{
  wfd_link_close (living->link);
  lab_settle (lab);
  g_assert_finalize_object (living->link);
  living->link = NULL;
}

/* What the last of those says who are left; what was there before if nobody is. */
static void
assert_left_to (Lab *lab, const Living *living, GVariant *wfd_ies)
{
  g_autoptr (GVariant) announced = get_announced (lab);
  g_autofree char *type = dup_type (lab);

  for (guint i = N_LINKS; i > 0; i--) {
    if (living[i - 1].link == NULL)
      continue;
    g_assert_cmpvariant (announced, living[i - 1].announced);
    g_assert_cmpstr (type, ==, living[i - 1].type);
    return;
  }
  g_assert_cmpvariant (announced, wfd_ies);
  g_assert_cmpstr (type, ==, "[byte 0x00, 0x01, 0x00, 0x50, 0xf2, 0x04, 0x00, 0x01]");
}

static void
assert_old_config (Lab *lab)
{
  GVariant *config = fake_wpas_get (lab->fake, IFACE, "P2PDeviceConfig");
  gboolean reconnects = TRUE;
  const char *name = "";

  g_variant_lookup (config, "DeviceName", "&s", &name);
  g_variant_lookup (config, "PersistentReconnect", "b", &reconnects);
  g_assert_cmpstr (name, ==, "theirs");
  g_assert_false (reconnects);
}

/* In whichever order they end. */
static void
test_several_links (Lab *lab, gconstpointer data)
{
  static const guint orders[][N_LINKS] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 },
    { 2, 0, 1 }, { 2, 1, 0 } };
  g_autoptr (GVariant) wfd_ies = get_announced (lab);

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++) {
    Living living[N_LINKS];
    g_autoptr (GVariant) config =
        parse ("{'DeviceName': <'theirs'>, 'PersistentReconnect': <false>, 'PrimaryDeviceType': "
               "<[byte 0x00, 0x01, 0x00, 0x50, 0xf2, 0x04, 0x00, 0x01]>}");

    fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig", config);
    fake_wpas_set (lab->fake, IFACE, "ConfigMethods", g_variant_new_string ("display"));
    for (guint j = 0; j < N_LINKS; j++)
      living[j] = (Living) { begin_link (lab, j), get_announced (lab), dup_type (lab) };
    for (guint j = 0; j < N_LINKS; j++) {
      end_living (lab, &living[orders[i][j]]);
      assert_left_to (lab, living, wfd_ies);
      g_assert_cmpstr (get_methods (lab), ==,
          j < N_LINKS - 1 ? "display virtual_push_button" : "display");
    }
    assert_old_config (lab);
    g_assert_cmpuint (lab_count_claims (lab), ==, 0);
    for (guint j = 0; j < N_LINKS; j++) {
      g_variant_unref (living[j].announced);
      g_free (living[j].type);
    }
  }
}

#define CRASHED "[byte 0x02]"

static void
set_announced (Lab *lab, const char *text)
{
  g_autoptr (GVariant) wfd_ies = parse (text);

  fake_wpas_set (lab->fake, ROOT, "WFDIEs", wfd_ies);
}

/* By a program that has set what nobody has undone. */
static char *
dup_what_was_set (Lab *lab)
{
  return g_strdup_printf ("[claim]\nowner=%s\ndevice=" IFACE
                          "\nwfd-ies=[byte 0x01]\nconfig=" OLD_CONFIG "\n",
      lab_get_owner (lab));
}

static void
assert_ends_as_before (Lab *lab, WfdLink *link)
{
  g_autoptr (GVariant) old = parse ("[byte 0x01]"), announced = NULL;

  wfd_link_close (link);
  lab_settle (lab);
  announced = get_announced (lab);
  g_assert_cmpvariant (announced, old);
  assert_old_config (lab);
}

/* Of two that start the first takes what is left over, and what it says to wpa_supplicant has not
 * been heard there when the second asks. */
static void
test_two_after_crash (Lab *lab, gconstpointer data)
{
  g_autoptr (WfdLink) second = NULL;
  g_autofree char *text = NULL;

  learn_owner (lab);
  text = dup_what_was_set (lab);
  wfd_link_close (lab->link);
  lab_settle (lab);
  lab_leave_claim (lab, text);
  fake_wpas_forget_calls (lab->fake);
  fake_wpas_hold (lab->fake, "GetAll fi.w1.wpa_supplicant1");
  lab_find (lab);
  lab_wait_call (lab, "GetAll fi.w1.wpa_supplicant1");
  set_announced (lab, CRASHED);
  fake_wpas_answer (lab->fake, "GetAll fi.w1.wpa_supplicant1", NULL);
  second = begin_link (lab, 2);
  lab->done = FALSE;
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_ends_as_before (lab, second);
}

typedef struct
{
  Lab *lab;
  char *text;
} Crash;

static void
on_asked (FakeWpas *fake, gpointer user_data)
{
  Crash *crash = user_data;

  lab_leave_claim (crash->lab, crash->text);
}

/* One that has looked what is left over before the other crashed. */
static void
test_crash_after_cleaning (Lab *lab, gconstpointer data)
{
  g_autoptr (WfdLink) second = NULL;
  Crash crash = { lab, NULL };

  learn_owner (lab);
  crash.text = dup_what_was_set (lab);
  wfd_link_close (lab->link);
  lab_settle (lab);
  set_announced (lab, CRASHED);
  fake_wpas_react (lab->fake, "GetAll fi.w1.wpa_supplicant1", on_asked, &crash);
  second = begin_link (lab, 2);
  assert_ends_as_before (lab, second);
  g_free (crash.text);
}

/* It is about to say what it is, which whoever cleans up meanwhile leaves alone. */
static void
test_cleaning_beside_beginner (Lab *lab, gconstpointer data)
{
  g_autoptr (WfdLink) second = NULL;
  g_autofree char *text = NULL;

  learn_owner (lab);
  text = dup_what_was_set (lab);
  wfd_link_close (lab->link);
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  fake_wpas_hold (lab->fake, "GetAll fi.w1.wpa_supplicant1");
  lab_find (lab);
  lab_wait_call (lab, "GetAll fi.w1.wpa_supplicant1");
  fake_wpas_answer (lab->fake, "GetAll fi.w1.wpa_supplicant1", NULL);
  lab_leave_claim (lab, text);
  set_announced (lab, CRASHED);
  second = begin_link (lab, 2);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Set WFDIEs"), ==, 1);
  lab->done = FALSE;
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_ends_as_before (lab, second);
}

/* Who cleans up may crash as well, and may take long with what follows. */
static void
test_left_over_is_held (Lab *lab, gconstpointer data)
{
  g_autofree char *text = NULL, *whole = NULL;

  learn_owner (lab);
  text = dup_what_was_set (lab);
  whole = g_strconcat (text, "device-name=wlan0\ninterfaces=" IFACE "\nforming=yes\n", NULL);
  wfd_link_close (lab->link);
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_leave_claim (lab, whole);
  fake_wpas_hold (lab->fake, "Get Ifname");
  fake_wpas_hold (lab->fake, "Get Peers");
  lab_find (lab);
  lab_wait_call (lab, "Get Ifname");
  g_free (read_claim (lab, "forming"));
  fake_wpas_release (lab->fake, "Get Ifname", g_variant_new_parsed ("(<'wlan0'>,)"));
  lab_wait_call (lab, "Get Peers");
  g_assert_cmpuint (lab_count_claims (lab), ==, 1);
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Whose a group is, its name says as far as it goes, and then the radio. */
static void
test_names_of_groups (Lab *lab, gconstpointer data)
{
  g_assert_true (wfd_p2p_is_group_of ("p2p-wlan0-3", "wlan0"));
  g_assert_true (wfd_p2p_is_group_of ("p2p-wla-3", "wlan0"));
  g_assert_true (wfd_p2p_is_group_of ("p2p-1", "wlan0"));
  g_assert_false (wfd_p2p_is_group_of ("p2p-0", "wlan0"));
  g_assert_false (wfd_p2p_is_group_of ("p2p-wlan2-0", "wlan0"));
  g_assert_false (wfd_p2p_is_group_of ("wlan2", "wlan0"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("group-ended", test_group_ended);
  add ("group-gone-already", test_group_gone_already);
  add ("other-service", test_other_service);
  add ("other-bus", test_other_bus);
  add ("other-boot", test_other_boot);
  add ("rubbish", test_rubbish);
  add ("no-file", test_no_file);
  add ("program-ended", test_program_ended);
  add ("other-program", test_other_program);
  add ("living-keeps", test_living_keeps);
  add ("says-all", test_claim_says_all);
  add ("crash-while-searching", test_crash_while_searching);
  add ("crash-while-forming", test_crash_while_forming);
  add ("group-of-other-is-spared", test_group_of_other_is_spared);
  add ("later-group-of-other-is-spared", test_later_group_of_other_is_spared);
  add ("forming-ends", test_forming_ends);
  add ("beside-living", test_beside_living);
  add ("several-links", test_several_links);
  add ("two-after-crash", test_two_after_crash);
  add ("crash-after-cleaning", test_crash_after_cleaning);
  add ("cleaning-beside-a-beginner", test_cleaning_beside_beginner);
  add ("left-over-is-held", test_left_over_is_held);
  add ("names-of-groups", test_names_of_groups);
  return lab_run ();
}
