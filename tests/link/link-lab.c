/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-lab.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>

GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

static void
set (Lab *lab, const char *path, const char *property, const char *value)
{
  g_autoptr (GVariant) parsed = parse (value);

  fake_wpas_set (lab->fake, path, property, parsed);
}

void
lab_add_fake (Lab *lab)
{
  lab->fake = fake_wpas_new (lab_get_bus_address ());
  set (lab, ROOT, "Capabilities", "['ap', 'p2p']");
  set (lab, ROOT, "Interfaces", "[objectpath '" IFACE "']");
  set (lab, ROOT, "WFDIEs", "@ay [0x07, 0x00, 0x02, 0x00, 0x02]");
  set (lab, IFACE, "Ifname", "'wlan0'");
  set (lab, IFACE, "Capabilities", "{'Modes': <['infrastructure', 'ap', 'p2p']>}");
  set (lab, IFACE, "P2PDeviceConfig", "{'DeviceName': <'somebody'>}");
  set (lab, IFACE, "ConfigMethods", "'virtual_push_button'");
  set (lab, IFACE, "Peers", "@ao []");
  set (lab, IFACE, "PersistentGroups", "@ao []");
  set (lab, IFACE, "State", "'inactive'");
  set (lab, GROUP_IFACE, "Ifname", "'p2p-wlan0-0'");
  set (lab, GROUP_IFACE, "PeerGO", "objectpath '" TV "'");
  set (lab, GROUP_IFACE, "CurrentBSS", "objectpath '" BSS "'");
  set (lab, BSS, "Frequency", "uint16 5180");
  set (lab, GROUP, "Frequency", "uint16 2437");
  set (lab, GROUP, "Members", "@ao []");
  fake_wpas_answer (lab->fake, "Connect", g_variant_new ("(s)", ""));
}

/* One for all tests: to start it takes longer than most of them. */
static GTestDBus *bus_of_all;

const char *
lab_get_bus_address (void)
{
  return g_test_dbus_get_bus_address (bus_of_all);
}

gboolean
lab_begin_bus (void)
{
  g_autofree char *program = g_find_program_in_path ("dbus-daemon");

  if (program == NULL)
    return FALSE;
  bus_of_all = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus_of_all);
  return TRUE;
}

void
lab_end_bus (void)
{
  g_test_dbus_down (bus_of_all);
  g_clear_object (&bus_of_all);
}

int
lab_run (void)
{
  int status;

  if (!lab_begin_bus ()) {
    g_print ("1..0 # SKIP dbus-daemon is not installed (Debian: dbus)\n");
    return 0;
  }
  status = g_test_run ();
  lab_end_bus ();
  return status;
}

/* --- programs --- */

static char *
get_path (Lab *lab, const char *name, const char *suffix)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);

  return g_build_filename (lab->folder, file, NULL);
}

void
lab_add_program (Lab *lab, const char *name, const char *body)
{
  g_autofree char *path = get_path (lab, name, "");
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\n"
                                           "echo \"$*\" > $0.call.new\n"
                                           "mv $0.call.new $0.call\n"
                                           "echo $$ > $0.pid\n"
                                           "%s\n",
      body);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (chmod (path, 0700), ==, 0);
}

char *
lab_get_program_call (Lab *lab, const char *name)
{
  g_autofree char *path = get_path (lab, name, ".call");
  char *call = NULL;

  return g_file_get_contents (path, &call, NULL, NULL) ? g_strchomp (call) : NULL;
}

void
lab_wait_program_gone (Lab *lab, const char *name)
{
  g_autofree char *path = get_path (lab, name, ".pid");
  g_autofree char *text = NULL;
  pid_t pid;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  pid = atoi (text);
  while (kill (pid, 0) == 0)
    g_thread_yield ();
}

static void
remove_folder (Lab *lab)
{
  g_autoptr (GDir) dir = g_dir_open (lab->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = get_path (lab, name, "");

    g_unlink (path);
  }
  g_rmdir (lab->folder);
  g_clear_pointer (&lab->folder, g_free);
}

/* --- what the link tells --- */

static void
tell (Lab *lab, const char *what, WfdLinkPeer *peer)
{
  g_string_append_printf (lab->told, "%s%s", lab->told->len > 0 ? " " : "", what);
  g_set_object (&lab->last_peer, peer);
}

static void
on_peer_found (WfdLink *link, WfdLinkPeer *peer, Lab *lab)
{
  tell (lab, "found", peer);
}

static void
on_peer_changed (WfdLink *link, WfdLinkPeer *peer, Lab *lab)
{
  tell (lab, "changed", peer);
}

static void
on_peer_lost (WfdLink *link, WfdLinkPeer *peer, Lab *lab)
{
  tell (lab, "peer-lost", peer);
}

static void
on_pairing_request (WfdLink *link, WfdLinkPeer *peer, guint pairing, const char *pin, Lab *lab)
{
  static const char *const names[] = { "request-pbc", "request-display", "request-keypad" };

  tell (lab, names[pairing], peer);
  g_free (lab->pin);
  lab->pin = g_strdup (pin);
}

static void
on_pin (WfdLink *link, const char *pin, Lab *lab)
{
  tell (lab, "pin", NULL);
  g_free (lab->pin);
  lab->pin = g_strdup (pin);
}

static void
on_opened (WfdLink *link, Lab *lab)
{
  tell (lab, "opened", NULL);
}

static void
on_interrupted (WfdLink *link, Lab *lab)
{
  tell (lab, "interrupted", NULL);
}

static void
on_resumed (WfdLink *link, Lab *lab)
{
  tell (lab, "resumed", NULL);
}

static void
on_lost (WfdLink *link, const GError *error, Lab *lab)
{
  tell (lab, "lost", NULL);
  g_clear_error (&lab->told_error);
  lab->told_error = g_error_copy (error);
}

static void
on_unavailable (WfdLink *link, const GError *error, Lab *lab)
{
  tell (lab, "unavailable", NULL);
  g_clear_error (&lab->told_error);
  lab->told_error = g_error_copy (error);
}

static const struct
{
  const char *name;
  GCallback callback;
} signals[] = {
  { "peer-found", G_CALLBACK (on_peer_found) },
  { "peer-changed", G_CALLBACK (on_peer_changed) },
  { "peer-lost", G_CALLBACK (on_peer_lost) },
  { "pairing-request", G_CALLBACK (on_pairing_request) },
  { "pin", G_CALLBACK (on_pin) },
  { "opened", G_CALLBACK (on_opened) },
  { "interrupted", G_CALLBACK (on_interrupted) },
  { "resumed", G_CALLBACK (on_resumed) },
  { "lost", G_CALLBACK (on_lost) },
  { "unavailable", G_CALLBACK (on_unavailable) },
};

/* --- the lab --- */

static void
drop_link (Lab *lab)
{
  if (lab->link == NULL)
    return;
  g_signal_handlers_disconnect_by_data (lab->link, lab);
  /* What is under way ends, and its task holds the link until it has. */
  wfd_link_close (lab->link);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (lab->link);
  lab->link = NULL;
}

void
lab_use_options (Lab *lab, const WfdP2pOptions *options)
{
  WfdP2pOptions ours = *options;

  /* Never the programs of this machine. */
  ours.program_folders = lab->folder;
  ours.dhcp_script = "the-script";
  ours.runtime_folder = lab->folder;
  /* Who wants to see more than one attempt says so. */
  if (ours.max_attempts == 0)
    ours.max_attempts = 1;
  drop_link (lab);
  lab->link = WFD_LINK (wfd_p2p_link_new_full (lab->bus, &ours));
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect (lab->link, signals[i].name, signals[i].callback, lab);
}

/* The fake of the test before is closed, but the bus may not have noticed. */
static void
wait_for_no_service (GDBusConnection *bus)
{
  gboolean has_owner;

  do {
    g_autoptr (GVariant) answer =
        g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
            "org.freedesktop.DBus", "NameHasOwner", g_variant_new ("(s)", "fi.w1.wpa_supplicant1"),
            NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

    g_assert_nonnull (answer);
    g_variant_get (answer, "(b)", &has_owner);
  } while (has_owner);
}

void
lab_set_up_bare (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
    .device_name = "ours",
    .go_intent = 7,
  };
  g_autoptr (GError) error = NULL;

  lab->bus = g_dbus_connection_new_for_address_sync (lab_get_bus_address (),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  wait_for_no_service (lab->bus);
  lab->told = g_string_new (NULL);
  lab_reset_kernel (lab);
  lab->folder = g_dir_make_tmp ("link-lab-XXXXXX", NULL);
  g_assert_nonnull (lab->folder);
  lab->cancellable = g_cancellable_new ();
  lab_use_options (lab, &options);
}

void
lab_set_up (Lab *lab, gconstpointer data)
{
  lab_set_up_bare (lab, data);
  lab_add_fake (lab);
}

void
lab_use_interface (Lab *lab, const char *name)
{
  WfdP2pOptions options = { .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
    .interface = name,
    .go_intent = -1 };

  lab_use_options (lab, &options);
}

void
lab_drop_fake (Lab *lab)
{
  g_clear_pointer (&lab->fake, fake_wpas_free);
}

void
lab_tear_down (Lab *lab, gconstpointer data)
{
  if (!g_dbus_connection_is_closed (lab->bus))
    lab_settle (lab);
  drop_link (lab);
  lab_drop_fake (lab);
  g_dbus_connection_close_sync (lab->bus, NULL, NULL);
  g_object_unref (lab->bus);
  g_object_unref (lab->cancellable);
  g_clear_object (&lab->last_peer);
  g_clear_error (&lab->told_error);
  g_clear_error (&lab->error);
  g_string_free (lab->told, TRUE);
  g_string_free (lab->network, TRUE);
  remove_folder (lab);
  g_clear_pointer (&lab->stations, g_array_unref);
  g_free (lab->owner);
  g_free (lab->pin);
}

/* --- what the fake says --- */

void
lab_say (Lab *lab, const char *signal, const char *args)
{
  g_autoptr (GVariant) parsed = parse (args);

  fake_wpas_say (lab->fake, IFACE, IF_P2P, signal, parsed);
}

#define TV_PROPERTIES \
  "{'DeviceName': <'Living room'>, 'groupcapability': <byte 0x00>, 'IEs': <" ROKU_IES ">}"

void
lab_say_tv_found (Lab *lab)
{
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', " TV_PROPERTIES ")");
}

void
lab_know_tv (Lab *lab)
{
  set (lab, IFACE, "Peers", "[objectpath '" TV "']");
  set (lab, TV, "DeviceName", "'Living room'");
  set (lab, TV, "groupcapability", "byte 0x00");
  set (lab, TV, "IEs", ROKU_IES);
}

typedef struct
{
  char *signal;
  GVariant *args;
} Saying;

/* Once: what was said must not be said again when the call comes again. */
static void
say_it (FakeWpas *fake, gpointer user_data)
{
  Saying *saying = user_data;

  if (saying->signal != NULL)
    fake_wpas_say (fake, IFACE, IF_P2P, saying->signal, saying->args);
  g_clear_pointer (&saying->signal, g_free);
  g_clear_pointer (&saying->args, g_variant_unref);
}

static void
saying_free (gpointer data)
{
  Saying *saying = data;

  g_free (saying->signal);
  g_clear_pointer (&saying->args, g_variant_unref);
  g_free (saying);
}

void
lab_react (Lab *lab, const char *key, const char *signal, const char *args)
{
  Saying *saying = g_new (Saying, 1);

  *saying = (Saying) { g_strdup (signal), parse (args) };
  fake_wpas_react (lab->fake, key, say_it, saying);
  g_test_queue_destroy (saying_free, saying);
}

void
lab_hear_owner (Lab *lab, gboolean owns_group)
{
  fake_wpas_set (lab->fake, TV, "groupcapability", g_variant_new_byte (0x2b));
  lab_react (lab, "Find", "DeviceFoundProperties",
      owns_group ? "(objectpath '" TV "', {'groupcapability': <byte 0x2b>})"
                 : "(objectpath '" TV "', {'groupcapability': <byte 0x2a>})");
}

#define STARTED(role, more) \
  "({'interface_object': <objectpath '" GROUP_IFACE "'>, 'group_object': <objectpath '" GROUP \
  "'>, 'persistent': <true>, 'role': <'" role "'>" more "},)"
#define STARTED_GO STARTED ("GO", "")
#define STARTED_CLIENT \
  STARTED ("client", \
      ", 'IpAddr': <[byte 192, 168, 42, 100]>, 'IpAddrMask': <[byte 255, 255, 255, 0]>, " \
      "'IpAddrGo': <[byte 192, 168, 42, 1]>")

void
lab_start_group_after (Lab *lab, const char *key, const char *role)
{
  lab_react (lab, key, "GroupStarted", g_str_equal (role, "GO") ? STARTED_GO : STARTED_CLIENT);
}

void
lab_start_group (Lab *lab, const char *role)
{
  lab_say (lab, "GroupStarted", g_str_equal (role, "GO") ? STARTED_GO : STARTED_CLIENT);
}

/* --- what the link is asked --- */

void
lab_on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Lab *lab = user_data;

  g_assert_false (lab->done);
  g_clear_error (&lab->error);
  g_assert_cmpint (wfd_link_finish (WFD_LINK (source), result, &lab->error), ==,
      lab->error == NULL);
  lab->done = TRUE;
}

void
lab_find (Lab *lab)
{
  lab->done = FALSE;
  wfd_link_find_async (lab->link, lab->cancellable, lab_on_done, lab);
}

void
lab_connect (Lab *lab, const char *peer, WfdPairing pairing, const char *pin)
{
  WfdLinkPairing how = { pairing, pin, TRUE };

  lab->done = FALSE;
  wfd_link_connect_async (lab->link, peer, &how, lab->cancellable, lab_on_done, lab);
}

void
lab_reopen (Lab *lab, const char *peer, gboolean may_pair)
{
  WfdLinkPairing how = { WFD_PAIRING_PBC, NULL, TRUE };

  lab->done = FALSE;
  wfd_link_reopen_async (lab->link, peer, may_pair ? &how : NULL, lab->cancellable, lab_on_done,
      lab);
}

void
lab_start_own_group (Lab *lab)
{
  lab->done = FALSE;
  wfd_link_start_group_async (lab->link, lab->cancellable, lab_on_done, lab);
}

/* --- waiting --- */

#define WATCHDOG_S 20

static gboolean
on_watchdog (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

#define WAIT_UNTIL(condition, what) \
  G_STMT_START \
  { \
    gboolean expired = FALSE; \
    guint watchdog = g_timeout_add_seconds (WATCHDOG_S, on_watchdog, &expired); \
\
    while (!(condition) && !expired) \
      g_main_context_iteration (NULL, TRUE); \
    if (expired) \
      g_error ("%s did not come; told: %s", what, lab->told->str); \
    g_source_remove (watchdog); \
  } \
  G_STMT_END

void
lab_wait_done (Lab *lab)
{
  WAIT_UNTIL (lab->done, "the end of the operation");
}

void
lab_wait_ok (Lab *lab)
{
  lab_wait_done (lab);
  g_assert_no_error (lab->error);
}

void
lab_wait_error (Lab *lab, GQuark domain, gint code)
{
  lab_wait_done (lab);
  g_assert_error (lab->error, domain, code);
  if (lab->error != NULL)
    g_test_message ("%s", lab->error->message);
}

void
lab_wait_call (Lab *lab, const char *key)
{
  WAIT_UNTIL (fake_wpas_count (lab->fake, key) > 0, key);
}

void
lab_wait_told (Lab *lab, const char *told)
{
  WAIT_UNTIL (strstr (lab->told->str, told) != NULL, told);
}

/* The link has asked the kernel, which has answered, and has heard it. */
void
lab_wait_stations (Lab *lab, gboolean is_known)
{
  WAIT_UNTIL ((wfd_link_get_station (lab->link) != NULL) == is_known, "stations");
}

void
lab_wait_probes (Lab *lab, guint n)
{
  WAIT_UNTIL (lab_count_probes (lab) >= n, "probes");
}

static void
on_pong (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  *(gboolean *) user_data = TRUE;
}

/* Messages of one sender arrive in their order, so an answer to a question comes
 * behind everything that was said before it; and the questions that the link has
 * asked have been answered when one from behind them has been. */
static void
settle_once (Lab *lab)
{
  gboolean pong = FALSE;

  g_dbus_connection_call (lab->bus,
      lab->fake != NULL ? "fi.w1.wpa_supplicant1" : "org.freedesktop.DBus", ROOT, "test.Lab",
      "Ping", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_pong, &pong);
  WAIT_UNTIL (pong, "the answer to a ping");
}

void
lab_settle (Lab *lab)
{
  settle_once (lab);
  settle_once (lab);
}

void
assert_call (Lab *lab, const char *key, const char *expected)
{
  g_assert_cmpstr (fake_wpas_find_call (lab->fake, key), ==, expected);
}

/* --- all steps of an operation --- */

#define GET_ALL_ROOT "GetAll fi.w1.wpa_supplicant1"
#define GET_ALL_INTERFACE "GetAll fi.w1.wpa_supplicant1.Interface"
#define GET_ALL_PEER "GetAll fi.w1.wpa_supplicant1.Peer"

const LabStep lab_steps[] = {
  { "clean", LAB_FIND, "Get Ifname", FALSE, "" },
  { "root", LAB_FIND, GET_ALL_ROOT, FALSE, "" },
  { "interfaces", LAB_FIND, GET_ALL_INTERFACE, FALSE, "" },
  { "read-config", LAB_FIND, "Get P2PDeviceConfig", FALSE, "" },
  { "read-methods", LAB_FIND, "Get ConfigMethods", FALSE, "" },
  { "configure", LAB_FIND, "Set P2PDeviceConfig", FALSE, "" },
  { "announce", LAB_FIND, "Set WFDIEs", FALSE, "" },
  { "manager", LAB_FIND, "StopFind", FALSE, "" },
  { "peers", LAB_FIND, "Get Peers", FALSE, "" },
  { "peer", LAB_FIND, GET_ALL_PEER, FALSE, "" },
  { "find", LAB_FIND, "Find", FALSE, "StopFind" },
  { "search", LAB_CONNECT, "Find", TRUE, "StopFind" },
  { "pair", LAB_CONNECT, "Connect", FALSE, "Cancel StopFind" },
  { "group", LAB_CONNECT, "Connect", TRUE, "Cancel StopFind" },
  { "network", LAB_CONNECT, "Get Ifname", FALSE, "Disconnect" },
  { "frequency", LAB_CONNECT, "Get Frequency", FALSE, "Disconnect" },
  { "members", LAB_CONNECT, "Get Members", FALSE, "Disconnect" },
  { "member", LAB_CONNECT, "Get Members", TRUE, "Disconnect" },
  { "lease", LAB_CONNECT, "Get PeerGO", TRUE, "Disconnect" },
  { "client-address", LAB_CONNECT, "Get Members", TRUE, "Disconnect" },
  { "pairings", LAB_ASK, "Get PersistentGroups", FALSE, "" },
  { "groups", LAB_REOPEN, "Get PersistentGroups", FALSE, "" },
  { "pairing", LAB_REOPEN, "Get Properties", FALSE, "" },
  { "invite", LAB_REOPEN, "Invite", FALSE, "Cancel StopFind" },
  { "invited", LAB_REOPEN, "Invite", TRUE, "Cancel StopFind" },
  { "rejoin", LAB_REOPEN, "GroupAdd", FALSE, "Cancel StopFind" },
  { "rejoined", LAB_REOPEN, "GroupAdd", TRUE, "Cancel StopFind" },
  { "forget", LAB_REOPEN, "RemovePersistentGroup", FALSE, "" },
  { "station", LAB_START_GROUP, GET_ALL_INTERFACE, FALSE, "" },
  { "begin", LAB_START_GROUP, "GroupAdd", FALSE, "Cancel StopFind" },
  { "begin-elsewhere", LAB_START_GROUP, "GroupAdd", TRUE, "Cancel StopFind" },
  { "begin-network", LAB_START_GROUP, "Get Ifname", FALSE, "Disconnect" },
  { "begin-frequency", LAB_START_GROUP, "Get Frequency", FALSE, "Disconnect" },
  { "admit", LAB_ADMIT, "Start", FALSE, "Cancel", "Disconnect" },
  { "admitted", LAB_ADMIT, "Start", TRUE, "StopFind Cancel", "Disconnect" },
  { "invite-in", LAB_INVITE, "Invite", FALSE, "StopFind", "Disconnect" },
  { "invited-in", LAB_INVITE, "Invite", TRUE, "StopFind", "Disconnect" },
};
const guint lab_n_steps = G_N_ELEMENTS (lab_steps);

#define LEFT_IFACE ROOT "/Interfaces/7"

char *
lab_dup_boot (void)
{
  g_autofree char *id = NULL;

  g_assert_true (g_file_get_contents ("/proc/sys/kernel/random/boot_id", &id, NULL, NULL));
  return g_strconcat ("boot=", id, NULL);
}

guint
lab_count_claims (Lab *lab)
{
  g_autoptr (GDir) dir = g_dir_open (lab->folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += strstr (name, "claim-") != NULL;
  return n;
}

void
lab_leave_claim (Lab *lab, const char *text)
{
  g_autofree char *path = g_build_filename (lab->folder, "claim-left", NULL);
  g_autofree char *boot = lab_dup_boot ();
  g_autofree char *whole = g_strconcat (text, strstr (text, "boot=") == NULL ? boot : NULL, NULL);

  g_assert_true (g_file_set_contents (path, whole, -1, NULL));
}

const char *
lab_get_owner (Lab *lab)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (lab->bus, "org.freedesktop.DBus",
      "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
      g_variant_new ("(s)", "fi.w1.wpa_supplicant1"), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  const char *name;

  g_variant_get (answer, "(&s)", &name);
  g_free (lab->owner);
  lab->owner = g_strconcat (name, " ", g_dbus_connection_get_guid (lab->bus), NULL);
  return lab->owner;
}

/* A program of ours has crashed while a group was being formed. */
static void
leave_claim (Lab *lab)
{
  g_autofree char *path = get_path (lab, "claim-left", "");
  g_autofree char *text = NULL, *boot = lab_dup_boot ();

  text = g_strdup_printf ("[claim]\n%sowner=%s\ndevice=" IFACE
                          "\ndevice-name=wlan0\ninterfaces=" IFACE "\nforming=yes\n",
      boot, lab_get_owner (lab));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  set (lab, ROOT, "Interfaces", "[objectpath '" IFACE "', '" LEFT_IFACE "']");
  set (lab, LEFT_IFACE, "Ifname", "'p2p-wlan0-3'");
}

void
lab_add_adapter (Lab *lab)
{
  set (lab, ROOT, "Interfaces", "[objectpath '" SECOND "', '" IFACE "']");
  set (lab, SECOND, "Ifname", "'wlan1'");
  set (lab, SECOND, "Capabilities", "{'Modes': <['infrastructure', 'ap', 'p2p']>}");
  set (lab, SECOND, "P2PDeviceConfig", "@a{sv} {}");
  set (lab, SECOND, "ConfigMethods", "''");
  set (lab, SECOND, "Peers", "@ao []");
}

/* The next answer does not come. */
static void
hold_group_add (FakeWpas *fake, gpointer user_data)
{
  fake_wpas_hold (fake, "GroupAdd");
}

/* So that the next question is none of those that come before all. */
static void
prepare (Lab *lab)
{
  lab_find (lab);
  lab_wait_ok (lab);
  wfd_link_stop_find (lab->link);
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
}

/* A step beyond the group needs one, and one beyond the invitation its result. */
static void
lead_to (Lab *lab, const LabStep *step)
{
  const char *key = step->key;

  if (g_str_equal (step->step, "station"))
    prepare (lab);
  if (g_str_equal (step->step, "manager"))
    lab_add_adapter (lab);
  if (g_str_equal (step->step, "clean")) {
    leave_claim (lab);
    return;
  }
  if (g_str_equal (step->step, "begin-elsewhere")) {
    fake_wpas_refuse (lab->fake, key, "fi.w1.wpa_supplicant1.UnknownError");
    fake_wpas_react (lab->fake, key, hold_group_add, NULL);
  }
  if (step->wish == LAB_REOPEN && g_str_equal (key, "GroupAdd"))
    lab_hear_owner (lab, TRUE);
  if (g_str_equal (key, "Get Ifname") || g_str_equal (key, "Get Frequency")
      || g_str_equal (key, "Get Members"))
    lab_start_group_after (lab, step->wish == LAB_START_GROUP ? "GroupAdd" : "Connect", "GO");
  if (g_str_equal (step->step, "lease")) {
    lab_add_program (lab, "udhcpc", "exec sleep 1000");
    lab_react (lab, "Connect", "GroupStarted", STARTED ("client", ""));
  }
  if (g_str_equal (step->step, "client-address")) {
    set (lab, GROUP, "Members", "[objectpath '" TV "']");
    lab_set_neighbour (lab, NULL);
  }
  if (g_str_equal (key, "RemovePersistentGroup"))
    lab_react (lab, "Invite", "InvitationResult", "({'status': <8>},)");
}

static void
begin_wish (Lab *lab, LabWish wish)
{
  if (wish == LAB_FIND)
    lab_find (lab);
  else if (wish == LAB_START_GROUP)
    lab_start_own_group (lab);
  else if (wish == LAB_CONNECT || wish == LAB_ADMIT)
    lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  else
    lab_reopen (lab, TV_ID, wish != LAB_ASK);
}

void
lab_begin_at (Lab *lab, const LabStep *step, GVariant *answer)
{
  if (!g_str_equal (step->step, "search") && step->wish != LAB_ASK)
    lab_know_tv (lab);
  set (lab, IFACE, "PersistentGroups", "[objectpath '" PERSISTENT "0']");
  set (lab, PERSISTENT "0", "Properties", "{'mode': <'0'>, 'bssid': <'" TV_ID "'>}");
  lead_to (lab, step);
  if (step->wish >= LAB_ADMIT) {
    lab_start_group_after (lab, "GroupAdd", "GO");
    lab_start_own_group (lab);
    lab_wait_ok (lab);
  }
  if (answer != NULL)
    fake_wpas_answer (lab->fake, step->key, answer);
  else if (!step->answers)
    fake_wpas_hold (lab->fake, step->key);
  begin_wish (lab, step->wish);
  lab_wait_call (lab, step->key);
}

void
lab_stop_at (Lab *lab, const LabStep *step)
{
  lab_begin_at (lab, step, NULL);
  if (step->answers)
    lab_settle (lab);
  g_assert_false (lab->done);
}

char *
lab_get_methods_since (Lab *lab, guint n_calls)
{
  const GPtrArray *calls = fake_wpas_get_calls (lab->fake);
  g_autoptr (GPtrArray) methods = g_ptr_array_new_with_free_func (g_free);

  for (guint i = n_calls; i < calls->len; i++) {
    const char *call = g_ptr_array_index (calls, i);
    g_autofree char *method = g_strndup (call, strcspn (call, " "));

    if (!g_str_equal (method, "Ping") && strncmp (method, "Get", 3) != 0
        && !g_str_equal (method, "Set"))
      g_ptr_array_add (methods, g_steal_pointer (&method));
  }
  g_ptr_array_add (methods, NULL);
  return g_strjoinv (" ", (char **) methods->pdata);
}
