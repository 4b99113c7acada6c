/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end, wanted or not, at every moment. */
#include <link-p2p-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

static void
open_link (Lab *lab)
{
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_string_set_size (lab->told, 0);
}

#define FINISHED(path) \
  "({'interface_object': <objectpath '" path \
  "'>, 'role': <'client'>, 'group_object': <objectpath " \
  "'" GROUP "'>},)"

/* --- an open link --- */

static void
test_group_finished (Lab *lab, gconstpointer data)
{
  open_link (lab);
  lab_say (lab, "GroupFinished", FINISHED (ROOT "/Interfaces/9"));
  lab_settle (lab);
  g_assert_nonnull (wfd_link_get_info (lab->link));
  lab_say (lab, "GroupFinished", FINISHED (GROUP_IFACE));
  lab_wait_told (lab, "lost");
  g_assert_error (lab->told_error, WFD_ERROR, WFD_ERROR_CLOSED);
  g_assert_null (wfd_link_get_info (lab->link));
  g_assert_cmpstr (lab->told->str, ==, "lost");

  /* It can be opened again. */
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
}

static void
open_own_group (Lab *lab)
{
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  g_string_set_size (lab->told, 0);
}

static void
say_of_group (Lab *lab, const char *signal, const char *peer)
{
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, signal, g_variant_new ("(o)", peer));
}

/* Our own group stays when its only client goes, and nobody could open another. */
static void
test_client_stays_away (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .lost_ms = 1 };

  lab_use_options (lab, &options);
  open_own_group (lab);
  say_of_group (lab, "PeerDisconnected", TV);
  lab_wait_told (lab, "interrupted lost");
  g_assert_error (lab->told_error, WFD_ERROR, WFD_ERROR_CLOSED);
  g_assert_null (wfd_link_get_info (lab->link));
  lab_wait_call (lab, "Disconnect");
  assert_call (lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
}

/* It leaves for good while its address is waited for. */
static void
test_client_leaves_early (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .lost_ms = 1 };

  lab_use_options (lab, &options);
  lab_set_neighbour (lab, NULL);
  lab_know_tv (lab);
  fake_wpas_set (lab->fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  say_of_group (lab, "PeerDisconnected", TV);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_CLOSED);
  lab_wait_call (lab, "Disconnect");
  g_assert_null (strstr (lab->told->str, "lost"));
  g_assert_null (strstr (lab->told->str, "opened"));
}

/* Not for as long as silence would last, unless that is shorter. */
static void
test_client_is_waited_for (Lab *lab, gconstpointer data)
{
  static const struct
  {
    guint lost_ms, expected_ms;
  } cases[] = { { 0, 3000 }, { 60000, 3000 }, { 900, 900 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const WfdP2pOptions options = { .go_intent = -1, .lost_ms = cases[i].lost_ms };
    gint64 wait_us = cases[i].expected_ms * G_TIME_SPAN_MILLISECOND;
    gint64 before_us, ready_us;
    GSource *ride_out;

    lab_use_options (lab, &options);
    open_own_group (lab);
    before_us = g_get_monotonic_time ();
    say_of_group (lab, "PeerDisconnected", TV);
    lab_wait_told (lab, "interrupted");
    ride_out = WFD_P2P_LINK (lab->link)->group->ride_out;
    ready_us = g_source_get_ready_time (ride_out);
    g_assert_cmpint (ready_us, >=, before_us + wait_us);
    g_assert_cmpint (ready_us, <=, g_get_monotonic_time () + wait_us);
  }
}

static void
on_interrupted_close (WfdLink *link, gpointer user_data)
{
  wfd_link_close (link);
}

static void
test_close_when_interrupted (Lab *lab, gconstpointer data)
{
  g_signal_connect (lab->link, "interrupted", G_CALLBACK (on_interrupted_close), NULL);
  open_own_group (lab);
  say_of_group (lab, "PeerDisconnected", TV);
  lab_wait_told (lab, "interrupted");
  g_assert_null (wfd_link_get_info (lab->link));
}

static void
test_client_comes_back (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  open_own_group (lab);
  say_of_group (lab, "PeerDisconnected", OTHER);
  lab_settle (lab);
  g_assert_null (link->group->ride_out);
  say_of_group (lab, "PeerDisconnected", TV);
  lab_settle (lab);
  g_assert_nonnull (link->group->ride_out);
  say_of_group (lab, "PeerJoined", OTHER);
  lab_settle (lab);
  g_assert_nonnull (link->group->ride_out);
  say_of_group (lab, "PeerJoined", TV);
  lab_settle (lab);
  g_assert_null (link->group->ride_out);
  g_assert_cmpstr (lab->told->str, ==, "interrupted resumed");
  g_assert_nonnull (wfd_link_get_info (lab->link));
}

static void
disconnect_link (Lab *lab)
{
  lab->done = FALSE;
  wfd_link_disconnect_async (lab->link, lab->cancellable, lab_on_done, lab);
}

static void
test_disconnect (Lab *lab, gconstpointer data)
{
  open_link (lab);
  lab_react (lab, "Disconnect", "GroupFinished", FINISHED (GROUP_IFACE));
  disconnect_link (lab);
  g_assert_null (wfd_link_get_info (lab->link));
  lab_wait_ok (lab);
  lab_settle (lab);
  assert_call (lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
  g_assert_cmpstr (lab->told->str, ==, "");

  disconnect_link (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
}

/* The peer was faster. */
static void
test_disconnect_gone (Lab *lab, gconstpointer data)
{
  open_link (lab);
  fake_wpas_refuse (lab->fake, "Disconnect", "fi.w1.wpa_supplicant1.UnknownError");
  disconnect_link (lab);
  lab_wait_ok (lab);
}

/* The peer may come back, and is heard at once where the source listens. */
static void
test_search_goes_on_after_link (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  lab_know_tv (lab);
  lab_find (lab);
  lab_wait_ok (lab);
  open_link (lab);
  lab_say (lab, "FindStopped", "()");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  disconnect_link (lab);
  lab_wait_ok (lab);
  lab_wait_call (lab, "ExtendedListen");
  assert_call (lab, "Listen", "Listen " IFACE " (4,)");
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " interval=4100 period=4000");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
  g_source_set_ready_time (link->search_again, 0);
  lab_wait_call (lab, "Find");
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='start_with_full' Timeout=2 freq=2412");

  /* Who is looked for anew is none of before. */
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=1");
  assert_call (lab, "ExtendedListen", "ExtendedListen " IFACE " ");
}

static void
test_service_dies (Lab *lab, gconstpointer data)
{
  open_link (lab);
  lab_drop_fake (lab);
  lab_wait_told (lab, "unavailable");
  g_assert_cmpstr (lab->told->str, ==, "lost peer-lost unavailable");
  g_assert_error (lab->told_error, WFD_ERROR, WFD_ERROR_NO_SERVICE);
  g_assert_null (wfd_link_get_info (lab->link));

  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_SERVICE);
}

static void
test_service_restarts (Lab *lab, gconstpointer data)
{
  open_link (lab);
  lab_drop_fake (lab);
  lab_wait_told (lab, "unavailable");
  lab_add_fake (lab);
  open_link (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Set WFDIEs"), ==, 1);
  g_assert_nonnull (wfd_link_get_info (lab->link));
}

static void
test_adapter_unplugged (Lab *lab, gconstpointer data)
{
  open_link (lab);
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceRemoved",
      g_variant_new_parsed ("(objectpath '" GROUP_IFACE "',)"));
  lab_settle (lab);
  g_assert_nonnull (wfd_link_get_info (lab->link));
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceRemoved",
      g_variant_new_parsed ("(objectpath '" IFACE "',)"));
  lab_wait_told (lab, "unavailable");
  g_assert_error (lab->told_error, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  g_assert_cmpstr (lab->told->str, ==, "lost peer-lost unavailable");
}

/* The group goes first; why it does is seen all the same. */
static void
test_group_of_unplugged_adapter (Lab *lab, gconstpointer data)
{
  open_link (lab);
  lab_unplug (lab);
  lab_say (lab, "GroupFinished", FINISHED (GROUP_IFACE));
  lab_wait_told (lab, "lost");
  g_assert_error (lab->told_error, WFD_ERROR, WFD_ERROR_NO_DEVICE);
}

/* A group of ours as well. */
static void
test_group_of_adapter_that_is_off (Lab *lab, gconstpointer data)
{
  open_link (lab);
  lab_switch_off (lab);
  lab_say (lab, "GroupFinished", FINISHED (GROUP_IFACE));
  lab_wait_told (lab, "lost");
  g_assert_error (lab->told_error, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (lab->told_error->message, "rfkill"));
}

static void
say_state (Lab *lab, const char *path, const char *state)
{
  fake_wpas_say (lab->fake, path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new_parsed ("('" IF_INTERFACE "', {'State': <%s>}, @as [])", state));
}

static void
test_switched_off (Lab *lab, gconstpointer data)
{
  open_link (lab);
  say_state (lab, IFACE, "scanning");
  say_state (lab, ROOT "/Interfaces/9", "interface_disabled");
  lab_settle (lab);
  g_assert_nonnull (wfd_link_get_info (lab->link));
  say_state (lab, IFACE, "interface_disabled");
  lab_wait_told (lab, "unavailable");
  g_assert_error (lab->told_error, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  g_assert_nonnull (strstr (lab->told_error->message, "rfkill"));
  g_assert_cmpstr (lab->told->str, ==, "lost peer-lost unavailable");
  /* It would be in the way of the next when the radio is on again. */
  lab_wait_call (lab, "Disconnect");
  assert_call (lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
  open_link (lab);
}

static GVariant *
get_wfd_ies (Lab *lab)
{
  return fake_wpas_get (lab->fake, ROOT, "WFDIEs");
}

static GVariant *
get_config (Lab *lab)
{
  return fake_wpas_get (lab->fake, IFACE, "P2PDeviceConfig");
}

#define NO_ADDRESS "[byte 0, 0, 0, 0]"

static void
assert_restored (Lab *lab, const char *key, const char *expected)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (get_config (lab), key, NULL);
  g_autoptr (GVariant) wanted = parse (expected);

  g_assert_nonnull (value);
  g_assert_cmpvariant (value, wanted);
}

/* As it is announced now. */
static gboolean
is_available (Lab *lab)
{
  gsize n;
  const guint8 *octets = g_variant_get_fixed_array (get_wfd_ies (lab), &n, 1);

  g_assert_cmpuint (n, >, 4);
  return (octets[4] & 0x30) == 0x10;
}

/* Who searches for a display meanwhile sees that this one is in use. */
static void
test_busy_is_announced (Lab *lab, gconstpointer data)
{
  open_link (lab);
  lab_settle (lab);
  g_assert_false (is_available (lab));
  disconnect_link (lab);
  lab_wait_ok (lab);
  g_assert_true (is_available (lab));
  open_link (lab);
  lab_settle (lab);
  lab_say (lab, "GroupFinished", FINISHED (GROUP_IFACE));
  lab_wait_told (lab, "lost");
  lab_settle (lab);
  g_assert_true (is_available (lab));
}

/* By who does not come back: what was there before is not asked again for this. */
static void
test_loss_of_device_restores (Lab *lab, gconstpointer data)
{
  g_autoptr (GVariant) before = g_variant_ref (get_wfd_ies (lab));

  for (guint i = 0; i < 2; i++) {
    open_link (lab);
    g_assert_false (g_variant_equal (get_wfd_ies (lab), before));
    if (i == 0)
      say_state (lab, IFACE, "interface_disabled");
    else
      fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceRemoved",
          g_variant_new_parsed ("(objectpath '" IFACE "',)"));
    lab_wait_told (lab, "unavailable");
    lab_settle (lab);
    g_assert_cmpvariant (get_wfd_ies (lab), before);
    assert_restored (lab, "DeviceName", "'somebody'");
    wfd_link_close (lab->link);
    lab_settle (lab);
    g_assert_cmpvariant (get_wfd_ies (lab), before);
    g_string_set_size (lab->told, 0);
  }
}

static void
test_close_restores (Lab *lab, gconstpointer data)
{
  g_autoptr (GVariant) before = g_variant_ref (get_wfd_ies (lab));
  g_autoptr (GVariant) config = g_variant_ref_sink (g_variant_new_parsed (
      "{'DeviceName': <'somebody'>, 'PersistentReconnect': <false>, "
      "'PrimaryDeviceType': <[byte 0x00, 0x01, 0x00, 0x50, 0xf2, 0x04, 0x00, 0x01]>}"));

  fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig", config);
  open_link (lab);
  g_assert_false (g_variant_equal (get_config (lab), config));
  g_assert_false (g_variant_equal (get_wfd_ies (lab), before));
  wfd_link_close (lab->link);
  g_assert_null (wfd_link_get_info (lab->link));
  g_assert_cmpstr (lab->told->str, ==, "peer-lost");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
  g_assert_cmpvariant (get_wfd_ies (lab), before);
  assert_restored (lab, "DeviceName", "'somebody'");
  assert_restored (lab, "PersistentReconnect", "false");
  assert_restored (lab, "PrimaryDeviceType",
      "[byte 0x00, 0x01, 0x00, 0x50, 0xf2, 0x04, 0x00, 0x01]");
  assert_restored (lab, "IpAddrGo", NO_ADDRESS);
  assert_restored (lab, "IpAddrMask", NO_ADDRESS);
  assert_restored (lab, "IpAddrStart", NO_ADDRESS);
  assert_restored (lab, "IpAddrEnd", NO_ADDRESS);
  g_assert_cmpuint (g_variant_n_children (get_config (lab)), ==, 7);

  open_link (lab);
}

#define OLD_ADDRESSES \
  "'IpAddrGo': <[byte 10, 1, 0, 1]>, 'IpAddrStart': <[byte 10, 1, 0, 5]>, 'IpAddrEnd': <[byte " \
  "10, 1, 0, 9]>"

/* Whose configuration gives addresses keeps them; half of one comes back as it was. */
static void
test_close_keeps_addresses (Lab *lab, gconstpointer data)
{
  g_autoptr (GVariant) whole =
      parse ("{'IpAddrMask': <[byte 255, 255, 255, 0]>, " OLD_ADDRESSES "}");
  g_autoptr (GVariant) half = parse ("{" OLD_ADDRESSES "}");

  fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig", whole);
  open_link (lab);
  wfd_link_close (lab->link);
  lab_settle (lab);
  g_assert_null (strstr (fake_wpas_find_call (lab->fake, "Set P2PDeviceConfig"), "IpAddr"));

  fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig", half);
  open_link (lab);
  wfd_link_close (lab->link);
  lab_settle (lab);
  assert_restored (lab, "IpAddrGo", "[byte 10, 1, 0, 1]");
  assert_restored (lab, "IpAddrMask", NO_ADDRESS);
  assert_restored (lab, "IpAddrStart", "[byte 10, 1, 0, 5]");
  assert_restored (lab, "IpAddrEnd", "[byte 10, 1, 0, 9]");
}

/* Dropping the link is enough. */
static void
test_dispose_closes (Lab *lab, gconstpointer data)
{
  open_link (lab);
  g_object_run_dispose (G_OBJECT (lab->link));
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
}

/* A first attempt that came half way leaves neither its own announcement as what
 * was there before, nor ears that hear everything twice. */
static void
test_second_attempt (Lab *lab, gconstpointer data)
{
  g_autoptr (GVariant) before = g_variant_ref (get_wfd_ies (lab));

  fake_wpas_hold (lab->fake, "Get Peers");
  lab_find (lab);
  lab_wait_call (lab, "Get Peers");
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_cancellable_reset (lab->cancellable);
  fake_wpas_answer (lab->fake, "Get Peers", NULL);

  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "ProvisionDiscoveryPBCRequest", "(objectpath '" TV "',)");
  lab_settle (lab);
  g_assert_cmpstr (lab->told->str, ==, "found request-pbc");
  wfd_link_close (lab->link);
  lab_settle (lab);
  g_assert_cmpvariant (get_wfd_ies (lab), before);
}

/* The application searches; an attempt to find one peer that is given up is no
 * reason to stop. */
static void
test_own_search_goes_on (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_connect (lab, OTHER_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Find");
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "StopFind"), ==, 0);
}

static void
on_opened_close (WfdLink *link, gpointer user_data)
{
  wfd_link_close (link);
}

static void
on_found_close (WfdLink *link, WfdLinkPeer *peer, gpointer user_data)
{
  wfd_link_close (link);
}

/* An application may close the link in the very signal that says it is open. */
static void
test_close_in_signal (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  g_signal_connect (lab->link, "opened", G_CALLBACK (on_opened_close), NULL);
  lab_start_group_after (lab, "Connect", "GO");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Get Members");
  lab_settle (lab);
  fake_wpas_say (lab->fake, GROUP, IF_GROUP, "PeerJoined",
      g_variant_new_parsed ("(objectpath '" TV "',)"));
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (wfd_link_get_info (lab->link));
}

/* Or in one that tells of a device while it still prepares. */
static void
test_close_in_signal_of_peer (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  g_signal_connect (lab->link, "peer-found", G_CALLBACK (on_found_close), NULL);
  lab_find (lab);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* --- at each step --- */

static void
assert_undone (Lab *lab, const char *expected, guint n_calls)
{
  g_autofree char *undone = NULL;

  lab_settle (lab);
  undone = lab_get_methods_since (lab, n_calls);
  g_assert_cmpstr (undone, ==, expected);
}

/* Nothing of what was before is in the way. */
static void
assert_works_again (Lab *lab, const LabStep *step)
{
  /* A group of our own is still there. */
  wfd_link_close (lab->link);
  fake_wpas_react (lab->fake, "Connect", NULL, NULL);
  fake_wpas_answer (lab->fake, step->key,
      g_str_equal (step->key, "Connect") ? g_variant_new ("(s)", "") : NULL);
  lab_start_group_after (lab, "Connect", "client");
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  if (g_str_equal (step->step, "search"))
    lab_say_tv_found (lab);
  lab_wait_ok (lab);
}

static void
test_cancelled_at (Lab *lab, gconstpointer data)
{
  const LabStep *step = data;
  guint n_calls;

  lab_stop_at (lab, step);
  n_calls = fake_wpas_get_calls (lab->fake)->len;
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_undone (lab, step->undone, n_calls);
  g_cancellable_reset (lab->cancellable);
  assert_works_again (lab, step);
}

static void
test_closed_at (Lab *lab, gconstpointer data)
{
  const LabStep *step = data;
  guint n_calls;

  lab_stop_at (lab, step);
  n_calls = fake_wpas_get_calls (lab->fake)->len;
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_undone (lab, step->closed != NULL ? step->closed : step->undone, n_calls);
  assert_works_again (lab, step);
}

static void
test_service_dies_at (Lab *lab, gconstpointer data)
{
  lab_stop_at (lab, data);
  lab_drop_fake (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_SERVICE);
  lab_add_fake (lab);
  lab_know_tv (lab);
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
}

/* Before it there is none yet that could be missed. */
static gboolean
has_adapter (const LabStep *step)
{
  return !g_str_equal (step->step, "clean") && !g_str_equal (step->step, "root")
      && !g_str_equal (step->step, "interfaces");
}

/* What was refused there is told, and leaves nothing behind. */
static void
test_error_at (Lab *lab, gconstpointer data)
{
  const LabStep *step = data;
  guint n_calls;

  lab_stop_at (lab, step);
  n_calls = fake_wpas_get_calls (lab->fake)->len;
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceRemoved",
      g_variant_new_parsed ("(objectpath '" IFACE "',)"));
  if (!has_adapter (step)) {
    lab_settle (lab);
    g_assert_false (lab->done);
    return;
  }
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_get_calls (lab->fake)->len, >=, n_calls);
  assert_works_again (lab, step);
}

/* wpa_supplicant lives, and would go on with it as soon as the radio is on. */
static void
test_switched_off_at (Lab *lab, gconstpointer data)
{
  const LabStep *step = data;
  guint n_calls;

  lab_stop_at (lab, step);
  n_calls = fake_wpas_get_calls (lab->fake)->len;
  say_state (lab, IFACE, "interface_disabled");
  lab_settle (lab);
  if (!has_adapter (step)) {
    g_assert_false (lab->done);
    return;
  }
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  assert_undone (lab, step->closed != NULL ? step->closed : step->undone, n_calls);
}

/* --- races --- */

/* The peer has taken the invitation, and wpa_supplicant is about to begin the group.
 * The other interface is that of an adapter. */
static void
stop_at_taken_invitation (Lab *lab, const char *name)
{
  static const LabStep step = { "invited", LAB_REOPEN, "Invite", TRUE, "" };

  lab_stop_at (lab, &step);
  fake_wpas_set (lab->fake, FAKE_UNSEEN, "Ifname", g_variant_new_string (name));
  fake_wpas_set (lab->fake, ROOT, "Interfaces",
      g_variant_new_parsed ("[objectpath '" IFACE "', '" FAKE_UNSEEN "']"));
  fake_wpas_forget_calls (lab->fake);
}

static void
say_interface_added (Lab *lab, const char *path, const char *name)
{
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceAdded",
      g_variant_new_parsed ("(%o, {'Ifname': <%s>})", path, name));
  lab_settle (lab);
}

static void
test_cancelled_when_taken (Lab *lab, gconstpointer data)
{
  stop_at_taken_invitation (lab, "p2p-wlan0-0");
  say_interface_added (lab, FAKE_UNSEEN, "p2p-wlan0-0");
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lab_settle (lab);
  assert_call (lab, "Disconnect", "Disconnect " FAKE_UNSEEN " ");
}

/* Where the whole name is too long for an interface; each is on the adapter it is not named after. */
static void
test_cancelled_with_short_name (Lab *lab, gconstpointer data)
{
  stop_at_taken_invitation (lab, "p2p-1");
  say_interface_added (lab, ROOT "/Interfaces/3", "p2p-0");
  say_interface_added (lab, FAKE_UNSEEN, "p2p-1");
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
  assert_call (lab, "Disconnect", "Disconnect " FAKE_UNSEEN " ");
}

/* At the end wpa_supplicant is asked what it has. */
static void
test_closed_with_short_name (Lab *lab, gconstpointer data)
{
  const char *name = data;
  gboolean is_ours = g_str_equal (name, "p2p-1");

  stop_at_taken_invitation (lab, name);
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_undone (lab, is_ours ? "Cancel StopFind Disconnect" : "Cancel StopFind", 0);
}

static void
test_closed_when_taken (Lab *lab, gconstpointer data)
{
  stop_at_taken_invitation (lab, "p2p-wlan0-0");
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_undone (lab, "Cancel StopFind Disconnect", 0);
  assert_call (lab, "Disconnect", "Disconnect " FAKE_UNSEEN " ");
}

static void
test_new_adapter_is_left_alone (Lab *lab, gconstpointer data)
{
  stop_at_taken_invitation (lab, "wlan1");
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_undone (lab, "Cancel StopFind", 0);
}

/* Nor is one that has gone, or that some drivers form groups with. */
static void
test_only_new_groups_are_ended (Lab *lab, gconstpointer data)
{
  stop_at_taken_invitation (lab, "p2p-wlan0-0");
  say_interface_added (lab, FAKE_UNSEEN, "wlan1");
  say_interface_added (lab, ROOT "/Interfaces/3", "p2p-dev-wlan1");
  say_interface_added (lab, ROOT "/Interfaces/4", "p2p-wlan0-0");
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceRemoved",
      g_variant_new_parsed ("(objectpath '" ROOT "/Interfaces/4',)"));
  lab_settle (lab);
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
}

static void
cancel_it (FakeWpas *fake, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/* The group begins before wpa_supplicant has heard that it need not. */
static void
test_group_begins_while_cancelled (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_react (lab->fake, "Connect", cancel_it, lab->cancellable);
  fake_wpas_hold (lab->fake, "Cancel");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Cancel");
  lab_start_group (lab, "client");
  fake_wpas_answer (lab->fake, "Cancel", NULL);
  lab_settle (lab);
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
}

#define STARTED_OTHER \
  "({'interface_object': <objectpath '" FAKE_UNSEEN \
  "'>, 'group_object': <objectpath '" FAKE_UNSEEN "/Groups/cd'>, 'role': <'GO'>},)"

/* Its interface was told of like one of ours, and it stays when ours has ended. */
static void
test_group_of_other_is_left_alone (Lab *lab, gconstpointer data)
{
  open_link (lab);
  say_interface_added (lab, FAKE_UNSEEN, "p2p-wlan0-1");
  lab_say (lab, "GroupStarted", STARTED_OTHER);
  lab_say (lab, "GroupFinished", FINISHED (GROUP_IFACE));
  lab_wait_told (lab, "lost");
  fake_wpas_forget_calls (lab->fake);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_undone (lab, "Connect Cancel StopFind", 0);
}

static void
set_other_interfaces (Lab *lab)
{
  fake_wpas_set (lab->fake, FAKE_UNSEEN, "Ifname", g_variant_new_string ("p2p-wlan0-1"));
  fake_wpas_set (lab->fake, ROOT, "Interfaces",
      g_variant_new_parsed ("[objectpath '" IFACE "', '" FAKE_UNSEEN "']"));
}

/* It is not there yet when we begin, and is when we close, while ours is being formed. */
static void
test_group_of_other_outlives_us (Lab *lab, gconstpointer data)
{
  open_link (lab);
  say_interface_added (lab, FAKE_UNSEEN, "p2p-wlan0-1");
  lab_say (lab, "GroupStarted", STARTED_OTHER);
  lab_say (lab, "GroupFinished", FINISHED (GROUP_IFACE));
  lab_wait_told (lab, "lost");
  set_other_interfaces (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_undone (lab, "Connect Cancel StopFind", 0);
}

#define OTHER_ADAPTER ROOT "/Interfaces/5"

/* Of which only its interface is told like that of one of ours. */
static void
test_group_of_other_adapter (Lab *lab, gconstpointer data)
{
  g_autoptr (GVariant) started = parse (STARTED_OTHER);

  fake_wpas_set (lab->fake, OTHER_ADAPTER, "Ifname", g_variant_new_string ("wlan1"));
  fake_wpas_set (lab->fake, ROOT, "Interfaces",
      g_variant_new_parsed ("[objectpath '" IFACE "', '" OTHER_ADAPTER "']"));
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  say_interface_added (lab, FAKE_UNSEEN, "p2p-wlan1-0");
  fake_wpas_say (lab->fake, OTHER_ADAPTER, IF_P2P, "GroupStarted", started);
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_undone (lab, "Cancel StopFind", 0);
}

static void
test_group_begins_before_cancel (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  lab_settle (lab);
  /* On its way when the link asks to cancel. */
  lab_start_group (lab, "client");
  g_cancellable_cancel (lab->cancellable);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 1);
  g_assert_null (wfd_link_get_info (lab->link));
  g_assert_null (strstr (lab->told->str, "opened"));
}

/* In the middle of the questions about it. */
static void
test_group_ends_at_once (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  fake_wpas_hold (lab->fake, "Get Frequency");
  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Get Frequency");
  lab_say (lab, "GroupFinished", FINISHED (GROUP_IFACE));
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_CLOSED);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Disconnect"), ==, 0);
  g_assert_null (strstr (lab->told->str, "lost"));
}

static void
test_twenty_times (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  for (guint i = 0; i < 20; i++) {
    lab_start_group_after (lab, "Connect", i % 2 == 0 ? "client" : "GO");
    fake_wpas_set (lab->fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
    lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
    lab_wait_ok (lab);
    disconnect_link (lab);
    lab_wait_ok (lab);
  }
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Connect"), ==, 20);
  /* That a session runs, and that it does not. */
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Set WFDIEs"), ==, 1 + 2 * 20);
}

static void
add_step (const LabStep *step, const char *what, void (*test) (Lab *, gconstpointer))
{
  g_autofree char *path = g_strdup_printf ("/link/%s/%s", what, step->step);

  g_test_add (path, Lab, step, lab_set_up, test, lab_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("loss/group-finished", test_group_finished);
  add ("loss/client-stays-away", test_client_stays_away);
  add ("loss/client-is-waited-for", test_client_is_waited_for);
  add ("loss/client-leaves-early", test_client_leaves_early);
  add ("loss/client-comes-back", test_client_comes_back);
  add ("loss/close-when-interrupted", test_close_when_interrupted);
  add ("loss/disconnect", test_disconnect);
  add ("loss/disconnect-what-is-gone", test_disconnect_gone);
  add ("loss/search-goes-on-afterwards", test_search_goes_on_after_link);
  add ("loss/service-dies", test_service_dies);
  add ("loss/service-restarts", test_service_restarts);
  add ("loss/adapter-unplugged", test_adapter_unplugged);
  add ("loss/group-of-unplugged-adapter", test_group_of_unplugged_adapter);
  add ("loss/group-of-adapter-that-is-off", test_group_of_adapter_that_is_off);
  add ("loss/switched-off", test_switched_off);
  add ("loss/busy-is-announced", test_busy_is_announced);
  add ("loss/loss-of-device-restores", test_loss_of_device_restores);
  add ("loss/close-restores", test_close_restores);
  add ("loss/close-keeps-addresses", test_close_keeps_addresses);
  add ("loss/dispose-closes", test_dispose_closes);
  add ("loss/close-in-signal", test_close_in_signal);
  add ("loss/close-in-signal-of-peer", test_close_in_signal_of_peer);
  add ("loss/second-attempt", test_second_attempt);
  add ("loss/own-search-goes-on", test_own_search_goes_on);
  add ("race/cancelled-when-taken", test_cancelled_when_taken);
  add ("race/cancelled-with-short-name", test_cancelled_with_short_name);
  add ("race/closed-when-taken", test_closed_when_taken);
  g_test_add ("/link/race/closed-with-short-name", Lab, "p2p-1", lab_set_up,
      test_closed_with_short_name, lab_tear_down);
  g_test_add ("/link/race/closed-with-short-name-of-other", Lab, "p2p-0", lab_set_up,
      test_closed_with_short_name, lab_tear_down);
  add ("race/new-adapter-is-left-alone", test_new_adapter_is_left_alone);
  add ("race/only-new-groups-are-ended", test_only_new_groups_are_ended);
  add ("race/group-begins-while-cancelled", test_group_begins_while_cancelled);
  add ("race/group-of-other-is-left-alone", test_group_of_other_is_left_alone);
  add ("race/group-of-other-outlives-us", test_group_of_other_outlives_us);
  add ("race/group-of-other-adapter", test_group_of_other_adapter);
  add ("race/group-begins-before-cancel", test_group_begins_before_cancel);
  add ("race/group-ends-at-once", test_group_ends_at_once);
  add ("race/twenty-times", test_twenty_times);
  for (guint i = 0; i < lab_n_steps; i++) {
    add_step (&lab_steps[i], "cancelled-at", test_cancelled_at);
    add_step (&lab_steps[i], "closed-at", test_closed_at);
    add_step (&lab_steps[i], "service-dies-at", test_service_dies_at);
    add_step (&lab_steps[i], "adapter-unplugged-at", test_error_at);
    add_step (&lab_steps[i], "switched-off-at", test_switched_off_at);
  }
  return lab_run ();
}
