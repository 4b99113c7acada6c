/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wpa_supplicant has several adapters, and does Wi-Fi Direct by one of them alone. */
#include <link-p2p-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/manager/" path, Lab, NULL, set_up, test, lab_tear_down)

#define FIND(path) "Find " path " DiscoveryType='social' Timeout=1"

static void
set_up (Lab *lab, gconstpointer data)
{
  lab_set_up (lab, data);
  lab_use_interface (lab, NULL);
  lab_add_adapter (lab);
}

/* The adapter that does it says so when a search by any of them is stopped. */
static void
say_stopped (FakeWpas *fake, gpointer path)
{
  fake_wpas_say (fake, path, IF_P2P, "FindStopped", NULL);
}

static void
stop_by (Lab *lab, const char *path)
{
  fake_wpas_react (lab->fake, "Find", say_stopped, (gpointer) path);
}

#define NO_ADDRESS "'IpAddrGo': <[byte 0x00, 0x00, 0x00, 0x00]>"

/* NULL if it was not. */
static const char *
get_config_set (Lab *lab, const char *path)
{
  const GPtrArray *calls = fake_wpas_get_calls (lab->fake);
  g_autofree char *start = g_strconcat ("Set P2PDeviceConfig ", path, " ", NULL);
  const char *found = NULL;

  for (guint i = 0; i < calls->len; i++) {
    if (g_str_has_prefix (g_ptr_array_index (calls, i), start))
      found = g_ptr_array_index (calls, i);
  }
  return found;
}

/* Others of ours read it. @text: "" for any */
static gboolean
has_claim (Lab *lab, const char *text)
{
  g_autoptr (GDir) folder = g_dir_open (lab->folder, 0, NULL);
  gboolean has = FALSE;
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *path = g_build_filename (lab->folder, name, NULL), *claim = NULL;

    has |= g_str_has_prefix (name, "claim-") && g_file_get_contents (path, &claim, NULL, NULL)
        && strstr (claim, text) != NULL;
  }
  return has;
}

/* wpa_supplicant names the last first. */
static void
test_first_of_two (Lab *lab, gconstpointer data)
{
  stop_by (lab, IFACE);
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", FIND (IFACE));
  g_assert_null (get_config_set (lab, SECOND));
}

/* The first was unplugged, plugged in again, and is the second now. What was set by the other one
 * is set back, and its claim withdrawn. */
static void
test_other_than_chosen (Lab *lab, gconstpointer data)
{
  stop_by (lab, SECOND);
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", FIND (SECOND));
  g_assert_null (strstr (get_config_set (lab, SECOND), NO_ADDRESS));
  g_assert_nonnull (strstr (get_config_set (lab, IFACE), NO_ADDRESS));
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 2);
}

static void
test_other_than_named (Lab *lab, gconstpointer data)
{
  lab_use_interface (lab, "wlan1");
  stop_by (lab, IFACE);
  for (guint i = 0; i < 2; i++) {
    lab_find (lab);
    lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
    g_assert_nonnull (
        strstr (lab->error->message, "by one adapter alone, which is wlan0, not wlan1"));
    g_assert_nonnull (strstr (lab->error->message, "set interface=wlan0"));
    g_clear_error (&lab->error);
    lab_settle (lab);
    g_assert_nonnull (strstr (get_config_set (lab, SECOND), NO_ADDRESS));
    g_assert_false (has_claim (lab, ""));
  }
}

/* It says so although it is off. */
static void
test_other_is_off (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_parsed ("'interface_disabled'"));
  stop_by (lab, IFACE);
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (lab->error->message, "switched off"));
  g_assert_nonnull (strstr (lab->error->message, "wlan0 (off)"));
}

static void
test_nothing_said (Lab *lab, gconstpointer data)
{
  lab_use_interface (lab, "wlan1");
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", FIND (SECOND));
}

/* Which has searched already, so that nothing of it is disturbed. */
static void
test_known_to_another_program (Lab *lab, gconstpointer data)
{
  WfdClaim *claim = wfd_claim_new (lab->folder);

  wfd_claim_set (claim, "owner", lab_get_owner (lab));
  wfd_claim_set (claim, "device", SECOND);
  wfd_claim_set (claim, "manager", "yes");
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", FIND (SECOND));
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 1);
  g_assert_null (get_config_set (lab, IFACE));
  wfd_claim_free (claim);
}

/* Which may be about to be told that it is the wrong one. */
static void
test_unknown_to_another_program (Lab *lab, gconstpointer data)
{
  WfdClaim *claim = wfd_claim_new (lab->folder);

  wfd_claim_set (claim, "owner", lab_get_owner (lab));
  wfd_claim_set (claim, "device", SECOND);
  stop_by (lab, IFACE);
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", FIND (IFACE));
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 2);
  wfd_claim_free (claim);
}

static void
test_says_what_it_knows (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  g_assert_true (has_claim (lab, "device=" IFACE));
  g_assert_false (has_claim (lab, "manager="));
  wfd_link_close (lab->link);

  stop_by (lab, SECOND);
  lab_find (lab);
  lab_wait_ok (lab);
  g_assert_true (has_claim (lab, "device=" SECOND));
  g_assert_true (has_claim (lab, "manager=yes"));
  wfd_link_close (lab->link);

  fake_wpas_set (lab->fake, ROOT, "Interfaces", g_variant_new_parsed ("[objectpath '" IFACE "']"));
  lab_find (lab);
  lab_wait_ok (lab);
  g_assert_true (has_claim (lab, "device=" IFACE));
  g_assert_true (has_claim (lab, "manager=yes"));
}

/* That by which it was done is unplugged, and the other one does not take over. */
static void
test_by_none (Lab *lab, gconstpointer data)
{
  fake_wpas_refuse_saying (lab->fake, "Get P2PDeviceConfig", "org.freedesktop.DBus.Error.Failed",
      "P2P is not available for this interface");
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (lab->error->message, "none of its adapters"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("first-of-two", test_first_of_two);
  add ("other-than-chosen", test_other_than_chosen);
  add ("other-than-named", test_other_than_named);
  add ("other-is-off", test_other_is_off);
  add ("nothing-said", test_nothing_said);
  add ("known-to-another-program", test_known_to_another_program);
  add ("unknown-to-another-program", test_unknown_to_another_program);
  add ("says-what-it-knows", test_says_what_it_knows);
  add ("by-none", test_by_none);
  return lab_run ();
}
