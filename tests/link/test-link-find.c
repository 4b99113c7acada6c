/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a bus to a search: what is missing, what is said of us, who is found. */
#include <link-p2p-private.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

/* --- what may be missing --- */

static void
assert_says (Lab *lab, const char *words)
{
  if (strstr (lab->error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", lab->error->message, words);
}

static void
test_no_service (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_SERVICE);
  assert_says (lab, "wpasupplicant");
}

static void
test_no_permission (Lab *lab, gconstpointer data)
{
  fake_wpas_refuse (lab->fake, "GetAll fi.w1.wpa_supplicant1",
      "org.freedesktop.DBus.Error.AccessDenied");
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_PERMISSION);
  assert_says (lab, "netdev");
}

static void
test_no_p2p (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, ROOT, "Capabilities", g_variant_new_parsed ("['ap']"));
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_UNSUPPORTED);
  assert_says (lab, "CONFIG_P2P");
}

static void
test_no_wifi_display (Lab *lab, gconstpointer data)
{
  fake_wpas_unset (lab->fake, ROOT, "WFDIEs");
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_UNSUPPORTED);
  assert_says (lab, "CONFIG_WIFI_DISPLAY");
}

static void
test_no_interface (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, ROOT, "Interfaces", g_variant_new_parsed ("@ao []"));
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  assert_says (lab, "rfkill");
}

/* Or wpa_supplicant, which says the same then: the kernel knows which. */
static void
test_without_p2p (Lab *lab, gconstpointer data)
{
  static const struct
  {
    WfdNetP2p p2p;
    const char *says, *leaves_out;
  } rows[] = {
    { WFD_NET_P2P_NONE, "take an adapter of which iw phy lists P2P-client", "p2p_disabled" },
    { WFD_NET_P2P_THERE, "though the driver has it: p2p_disabled=1 is to be taken out", "iw phy" },
    { WFD_NET_P2P_UNKNOWN, "where it has), or p2p_disabled=1 is to be taken out", "CONFIG_P2P" },
  };

  fake_wpas_set (lab->fake, IFACE, "Capabilities",
      g_variant_new_parsed ("{'Modes': <['infrastructure', 'ap']>}"));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    lab_set_radio_p2p (lab, rows[i].p2p);
    lab_find (lab);
    lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
    assert_says (lab, "wlan0 (without Wi-Fi Direct)");
    assert_says (lab, rows[i].says);
    g_assert_null (strstr (lab->error->message, rows[i].leaves_out));
    g_clear_error (&lab->error);
  }
  lab_set_radio_p2p (lab, WFD_NET_P2P_UNKNOWN);
}

static void
test_switched_off (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("interface_disabled"));
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  assert_says (lab, "switched off: wlan0 (off)");
  assert_says (lab, "rfkill unblock");

  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("disconnected"));
  lab_find (lab);
  lab_wait_ok (lab);
}

static void
test_wanted_interface_absent (Lab *lab, gconstpointer data)
{
  lab_use_interface (lab, "wlan7");
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  assert_says (lab, "wlan7");
  assert_says (lab, "wpa_supplicant has wlan0");
}

/* The first has gone since the list, the second is no wireless one, the third
 * has what is wanted. */
static void
test_third_interface (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, ROOT, "Interfaces",
      g_variant_new_parsed (
          "[objectpath '" ROOT "/Interfaces/7', '" ROOT "/Interfaces/8', '" IFACE "']"));
  fake_wpas_set (lab->fake, ROOT "/Interfaces/8", "Ifname", g_variant_new_string ("eth0"));
  lab_use_interface (lab, "wlan0");
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=1");
}

/* It stands already, perhaps because a program of before has crashed, and can do all that
 * an adapter can. */
static void
test_not_that_of_a_group (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, ROOT, "Interfaces",
      g_variant_new_parsed ("[objectpath '" GROUP_IFACE "', '" IFACE "']"));
  fake_wpas_set (lab->fake, GROUP_IFACE, "Capabilities",
      g_variant_new_parsed ("{'Modes': <['infrastructure', 'ap', 'p2p']>}"));
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=1");
}

/* --- answers as they should not be --- */

static const char *const asked_while_preparing[] = {
  "GetAll fi.w1.wpa_supplicant1",
  "Get P2PDeviceConfig",
};

static void
test_wrong_type (Lab *lab, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (asked_while_preparing); i++) {
    fake_wpas_answer (lab->fake, asked_while_preparing[i], g_variant_new ("(s)", "what?"));
    lab_find (lab);
    lab_wait_error (lab, WFD_ERROR, WFD_ERROR_MALFORMED);
    fake_wpas_answer (lab->fake, asked_while_preparing[i], NULL);
  }
  fake_wpas_answer (lab->fake, "Get P2PDeviceConfig", g_variant_new_parsed ("(<'what?'>,)"));
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_MALFORMED);
}

/* Properties of other types are as good as none. */
static void
test_wrong_properties (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, ROOT, "Interfaces", g_variant_new_string ("all of them"));
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);

  fake_wpas_set (lab->fake, ROOT, "Interfaces", g_variant_new_parsed ("[objectpath '" IFACE "']"));
  fake_wpas_set (lab->fake, IFACE, "Ifname", g_variant_new_int32 (0));
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);

  fake_wpas_set (lab->fake, ROOT, "WFDIEs", g_variant_new_string ("none"));
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_UNSUPPORTED);
}

static void
test_never_answers (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .call_timeout_ms = 1 };

  lab_use_options (lab, &options);
  fake_wpas_hold (lab->fake, "GetAll fi.w1.wpa_supplicant1");
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_SERVICE);
  g_assert_nonnull (strstr (lab->error->message, "does not answer; restart it"));
}

static void
test_find_refused (Lab *lab, gconstpointer data)
{
  fake_wpas_refuse (lab->fake, "Find", "fi.w1.wpa_supplicant1.UnknownError");
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);

  fake_wpas_refuse (lab->fake, "Find", "fi.w1.wpa_supplicant1.InterfaceUnknown");
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);

  fake_wpas_answer (lab->fake, "Find", NULL);
  lab_find (lab);
  lab_wait_ok (lab);
}

/* --- what is said of us --- */

static guint
index_of (Lab *lab, const char *key)
{
  const GPtrArray *calls = fake_wpas_get_calls (lab->fake);
  guint i = 0;

  while (i < calls->len && !g_str_has_prefix (g_ptr_array_index (calls, i), key))
    i++;
  g_assert_cmpuint (i, <, calls->len);
  return i;
}

/* A television shows up only if the first Probe Request has our element. */
static void
test_announced_before_search (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (index_of (lab, "Set P2PDeviceConfig"), <, index_of (lab, "Find"));
  g_assert_cmpuint (index_of (lab, "Set WFDIEs"), <, index_of (lab, "Find"));
  assert_call (lab, "Set WFDIEs",
      "Set WFDIEs " ROOT " ('fi.w1.wpa_supplicant1', 'WFDIEs', <[byte 0x00, 0x00, 0x06, 0x00, "
      "0x10, 0x1c, 0x44, 0x00, 0xc8, 0x0b, 0x00, 0x02, 0x00, 0x00]>)");
}

static GVariant *
lookup_config (Lab *lab, const char *key)
{
  return g_variant_lookup_value (fake_wpas_get (lab->fake, IFACE, "P2PDeviceConfig"), key, NULL);
}

static void
assert_config (Lab *lab, const char *key, const char *expected)
{
  g_autoptr (GVariant) value = lookup_config (lab, key);
  g_autoptr (GVariant) wanted = parse (expected);

  g_assert_nonnull (value);
  g_assert_cmpvariant (value, wanted);
}

static void
test_source_config (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  assert_config (lab, "DeviceName", "'ours'");
  /* 10-0050F204-5: smartphone */
  assert_config (lab, "PrimaryDeviceType", "[byte 0x00, 0x0a, 0x00, 0x50, 0xf2, 0x04, 0x00, 0x05]");
  assert_config (lab, "PersistentReconnect", "true");
  assert_config (lab, "IpAddrGo", "[byte 0xc0, 0xa8, 0xad, 0x01]");
  assert_config (lab, "IpAddrMask", "[byte 0xff, 0xff, 0xff, 0x00]");
  assert_config (lab, "IpAddrStart", "[byte 0xc0, 0xa8, 0xad, 0x0a]");
  assert_config (lab, "IpAddrEnd", "[byte 0xc0, 0xa8, 0xad, 0x63]");
}

/* What nobody has given a name is called as the host is; other names are left alone. */
static void
test_without_a_name (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1 };
  g_autofree char *host = g_strndup (g_get_host_name (), 32);
  g_autofree char *expected = g_strdup_printf ("'%s'", host);

  lab_use_options (lab, &options);
  lab_find (lab);
  lab_wait_ok (lab);
  g_assert_null (strstr (fake_wpas_find_call (lab->fake, "Set P2PDeviceConfig"), "DeviceName"));
  lab_use_options (lab, &options);
  fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig",
      g_variant_new_parsed ("{'DeviceName': <''>}"));
  lab_find (lab);
  lab_wait_ok (lab);
  assert_config (lab, "DeviceName", expected);
  wfd_link_close (lab->link);
  lab_settle (lab);
  assert_config (lab, "DeviceName", "''");
}

static void
assert_methods (Lab *lab, const char *expected)
{
  g_assert_cmpstr (g_variant_get_string (fake_wpas_get (lab->fake, IFACE, "ConfigMethods"), NULL),
      ==, expected);
}

/* A phone pairs by button only with who says that he can. What wpa_supplicant can without having
 * been told it says of nobody. */
static void
test_pairs_by_button (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1 };
  static const struct
  {
    const char *before, *meanwhile, *after;
  } rows[] = {
    { "", "virtual_display keypad virtual_push_button", "virtual_display keypad" },
    { "display", "display virtual_push_button", "display" },
    { "physical_push_button", "physical_push_button", "physical_push_button" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    lab_use_options (lab, &options);
    fake_wpas_set (lab->fake, IFACE, "ConfigMethods", g_variant_new_string (rows[i].before));
    lab_find (lab);
    lab_wait_ok (lab);
    assert_methods (lab, rows[i].meanwhile);
    wfd_link_close (lab->link);
    lab_settle (lab);
    assert_methods (lab, rows[i].after);
    g_assert_null (strstr (fake_wpas_find_call (lab->fake, "Set P2PDeviceConfig"), "Methods"));
  }
}

/* Told none, or a line that nobody has typed, it is left alone. */
static void
test_methods_unknown (Lab *lab, gconstpointer data)
{
  g_autofree char *text = g_strnfill (257, 'a');

  fake_wpas_set (lab->fake, IFACE, "ConfigMethods", g_variant_new_string (text));
  lab_find (lab);
  lab_wait_ok (lab);
  lab_use_options (lab, &(WfdP2pOptions) { .go_intent = -1 });
  fake_wpas_unset (lab->fake, IFACE, "ConfigMethods");
  lab_find (lab);
  lab_wait_ok (lab);
  wfd_link_close (lab->link);
  lab_settle (lab);
  g_assert_null (fake_wpas_find_call (lab->fake, "Set ConfigMethods"));
}

static void
find_as (Lab *lab, const char *name)
{
  const WfdP2pOptions options = { .device_name = name, .go_intent = -1 };

  lab_use_options (lab, &options);
  lab_find (lab);
}

/* A name that nobody would see as a whole. */
static void
test_name_too_long (Lab *lab, gconstpointer data)
{
  find_as (lab, "the name that has thirty-two octets"); /* 35 */
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (lab->error->message, "35 octets"));
  find_as (lab, "ein Name mit einem Umlaut zuvi\303\266");
  lab_wait_ok (lab);
  find_as (lab, "ein Name mit einem Umlaut zuvi\303\266l");
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
  find_as (lab, "half a character \303");
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
}

/* 7-0050F204-1: display. The addresses of the configuration are left alone. */
static void
test_sink_config (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, 0 },
    .go_intent = -1,
  };

  fake_wpas_set (lab->fake, IFACE, "P2PDeviceConfig",
      g_variant_new_parsed ("{'DeviceName': <'somebody'>, 'IpAddrGo': <[byte 10, 0, 0, 1]>, "
                            "'IpAddrMask': <[byte 255, 0, 0, 0]>}"));
  lab_use_options (lab, &options);
  lab_find (lab);
  lab_wait_ok (lab);
  assert_config (lab, "DeviceName", "'somebody'");
  assert_config (lab, "PrimaryDeviceType", "[byte 0x00, 0x07, 0x00, 0x50, 0xf2, 0x04, 0x00, 0x01]");
  assert_config (lab, "IpAddrGo", "[byte 10, 0, 0, 1]");
  assert_call (lab, "Set WFDIEs",
      "Set WFDIEs " ROOT " ('fi.w1.wpa_supplicant1', 'WFDIEs', <[byte 0x00, 0x00, 0x06, 0x00, "
      "0x11, 0x1c, 0x44, 0x01, 0x2c, 0x0b, 0x00, 0x02, 0x00, 0x01]>)");
}

/* As an application makes a link, which knows no options. */
static void
test_properties (Lab *lab, gconstpointer data)
{
  g_autofree char *interface = NULL;
  WfdP2pLink *link = wfd_p2p_link_new (WFD_ROLE_SINK);
  WfdRole role;

  g_object_set (link, "device-name", "ours", "interface", "wlan0", "rtsp-port", 7250, "go-intent",
      3, "frequency-mhz", 5180, "lost-ms", 900, NULL);
  g_object_get (link, "interface", &interface, "role", &role, NULL);
  g_assert_cmpstr (interface, ==, "wlan0");
  g_assert_cmpint (role, ==, WFD_ROLE_SINK);
  g_assert_cmpint (link->options.go_intent, ==, 3);
  g_assert_cmpuint (link->options.frequency_mhz, ==, 5180);
  g_assert_cmpuint (link->options.lost_ms, ==, 900);

  link->bus = g_object_ref (lab->bus);
  link->options.runtime_folder = g_strdup (lab->folder);
  wfd_link_find_async (WFD_LINK (link), NULL, lab_on_done, lab);
  lab_wait_ok (lab);
  assert_config (lab, "DeviceName", "'ours'");
  assert_call (lab, "Set WFDIEs",
      "Set WFDIEs " ROOT " ('fi.w1.wpa_supplicant1', 'WFDIEs', <[byte 0x00, 0x00, 0x06, 0x00, "
      "0x11, 0x1c, 0x52, 0x01, 0x2c, 0x0b, 0x00, 0x02, 0x00, 0x01]>)");
  g_assert_finalize_object (link);
}

/* --- peers --- */

static void
assert_told (Lab *lab, const char *expected)
{
  lab_settle (lab);
  g_assert_cmpstr (lab->told->str, ==, expected);
  g_string_set_size (lab->told, 0);
}

static guint
count_peers (Lab *lab)
{
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (lab->link);

  return peers->len;
}

static void
test_known_peers (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  /* It has gone since the list was made. */
  fake_wpas_set (lab->fake, IFACE, "Peers",
      g_variant_new_parsed ("[objectpath '" OTHER "', '" TV "']"));
  lab_find (lab);
  lab_wait_ok (lab);
  assert_told (lab, "found found");
  g_assert_cmpstr (wfd_link_peer_get_id (lab->last_peer), ==, TV_ID);
  g_assert_cmpstr (wfd_link_peer_get_name (lab->last_peer), ==, "Living room");
  g_assert_true (wfd_ie_is_primary_sink (wfd_link_peer_get_ie (lab->last_peer)));
}

static void
test_found_and_lost (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say_tv_found (lab);
  assert_told (lab, "found");
  g_assert_cmpstr (wfd_link_peer_get_id (lab->last_peer), ==, TV_ID);
  g_assert_cmpuint (count_peers (lab), ==, 1);
  lab_say_tv_found (lab);
  assert_told (lab, "");
  lab_say (lab, "DeviceLost", "(objectpath '" TV "',)");
  lab_say (lab, "DeviceLost", "(objectpath '" TV "',)");
  assert_told (lab, "peer-lost");
  g_assert_cmpuint (count_peers (lab), ==, 0);
}

/* In both ways in which wpa_supplicant says it. */
static void
test_wfd_information_later (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" TV "', {'DeviceName': <'TV'>})");
  assert_told (lab, "found");
  g_assert_false (wfd_ie_has (wfd_link_peer_get_ie (lab->last_peer), WFD_IE_DEVICE));

  fake_wpas_say (lab->fake, TV, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new_parsed ("('" IF_PEER "', {'IEs': <" ROKU_IES ">}, @as [])"));
  assert_told (lab, "changed");
  g_assert_true (wfd_ie_is_primary_sink (wfd_link_peer_get_ie (lab->last_peer)));
  g_assert_cmpuint (wfd_link_peer_get_ie (lab->last_peer)->device.max_throughput_mbps, ==, 150);

  lab_say (lab, "DeviceFoundProperties",
      "(objectpath '" TV "', {'DeviceName': <'TV'>, 'groupcapability': <byte 0x2b>})");
  assert_told (lab, "changed");
  g_assert_true (wfd_link_peer_owns_group (lab->last_peer));
}

static void
test_nonsense_ignored (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "DeviceFoundProperties", "('no path', @a{sv} {})");
  lab_say (lab, "DeviceFoundProperties", "(objectpath '/', @a{sv} {})");
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" IFACE "/Peers/0200000001zz', @a{sv} {})");
  lab_say (lab, "DeviceFoundProperties", "(objectpath '" IFACE "/Peers/02000000010', @a{sv} {})");
  lab_say (lab, "DeviceLost", "()");
  lab_say (lab, "FindStopped", "('why',)");
  lab_say (lab, "GroupStarted", "({'role': <'GO'>},)");
  lab_say (lab, "GroupStarted", "('now',)");
  lab_say (lab, "GroupFinished", "(@a{sv} {},)");
  lab_say (lab, "GONegotiationRequest", "(objectpath '/', 'PBC')");
  lab_say (lab, "ProvisionDiscoveryRequestDisplayPin", "(objectpath '/', '12345670')");
  lab_say (lab, "InvitationResult", "({'status': <'good'>},)");
  lab_say (lab, "GONegotiationFailure", "(@a{sv} {},)");
  lab_say (lab, "WpsFailed", "('fail',)");
  lab_say (lab, "Unheard", "(1, 2, 3)");
  assert_told (lab, "");
  g_assert_cmpuint (count_peers (lab), ==, 0);
}

static void
test_properties_of_wrong_type (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "DeviceFoundProperties",
      "(objectpath '" TV "', {'DeviceName': <7>, 'IEs': <'sink'>, 'groupcapability': <true>})");
  assert_told (lab, "found");
  g_assert_cmpstr (wfd_link_peer_get_name (lab->last_peer), ==, "");
  g_assert_false (wfd_link_peer_owns_group (lab->last_peer));
}

static void
test_thousand_peers (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *args = g_strdup_printf (
        "(objectpath '" IFACE "/Peers/02000000%04x', {'DeviceName': <'%u'>})", i, i);

    lab_say (lab, "DeviceFoundProperties", args);
  }
  lab_settle (lab);
  g_assert_cmpuint (count_peers (lab), ==, 256);
  g_assert_cmpstr (wfd_link_peer_get_name (lab->last_peer), ==, "999");
  g_assert_null (wfd_p2p_link_find_peer (WFD_P2P_LINK (lab->link), "743"));
  g_assert_nonnull (wfd_p2p_link_find_peer (WFD_P2P_LINK (lab->link), "744"));
}

static void
say_some (Lab *lab, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *args =
        g_strdup_printf ("(objectpath '" IFACE "/Peers/02000001%04x', @a{sv} {})", i);

    lab_say (lab, "DeviceFoundProperties", args);
  }
  lab_settle (lab);
}

static void
say_many (Lab *lab)
{
  say_some (lab, 1000);
}

/* Whoever is about to be paired is not the one who goes, though silent for longest; nor is it
 * too late for who comes last. */
static void
test_wanted_of_thousand (Lab *lab, gconstpointer data)
{
  lab_know_tv (lab);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  say_many (lab);
  g_assert_nonnull (wfd_p2p_link_find_peer (WFD_P2P_LINK (lab->link), TV_ID));
  lab_start_group (lab, "client");
  lab_wait_ok (lab);
  say_many (lab);
  g_assert_nonnull (wfd_p2p_link_find_peer (WFD_P2P_LINK (lab->link), TV_ID));

  wfd_link_close (lab->link);
  fake_wpas_set (lab->fake, IFACE, "Peers", g_variant_new_parsed ("@ao []"));
  fake_wpas_forget_calls (lab->fake);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Find");
  say_many (lab);
  lab_say_tv_found (lab);
  lab_wait_call (lab, "Connect");
}

static void
on_lost_close (WfdLink *link, WfdLinkPeer *peer, gpointer user_data)
{
  wfd_link_close (link);
}

static void
test_close_when_there_is_no_room (Lab *lab, gconstpointer data)
{
  g_signal_connect (lab->link, "peer-lost", G_CALLBACK (on_lost_close), NULL);
  lab_find (lab);
  lab_wait_ok (lab);
  say_many (lab);
  g_assert_cmpuint (count_peers (lab), ==, 0);
}

/* The one too many is heard of by what it asks. */
static void
test_close_when_there_is_no_room_for_who_asks (Lab *lab, gconstpointer data)
{
  g_signal_connect (lab->link, "peer-lost", G_CALLBACK (on_lost_close), NULL);
  lab_find (lab);
  lab_wait_ok (lab);
  say_some (lab, 256);
  g_assert_cmpuint (count_peers (lab), ==, 256);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 0x0f)");
  lab_settle (lab);
  g_assert_cmpuint (count_peers (lab), ==, 0);
}

static void
test_name_that_changes (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *args =
        g_strdup_printf ("(objectpath '" TV "', {'DeviceName': <'name %u'>})", i);

    lab_say (lab, "DeviceFoundProperties", args);
  }
  lab_settle (lab);
  g_assert_cmpuint (count_peers (lab), ==, 1);
  g_assert_cmpstr (wfd_link_peer_get_name (lab->last_peer), ==, "name 999");
}

/* A name goes to terminals and dialogues. */
static void
test_name_is_printable (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "DeviceFoundProperties",
      "(objectpath '" TV "', {'DeviceName': <'\\u001b[2Jmine\\u0007'>})");
  assert_told (lab, "found");
  g_assert_cmpstr (wfd_link_peer_get_name (lab->last_peer), ==, "[2Jmine");
}

/* Signals of somebody else on the bus, which look like those that are awaited. */
static void
test_impostor_ignored (Lab *lab, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) impostor =
      g_dbus_connection_new_for_address_sync (lab_get_bus_address (),
          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
              | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
          NULL, NULL, &error);

  g_assert_no_error (error);
  lab_find (lab);
  lab_wait_ok (lab);
  g_dbus_connection_emit_signal (impostor, g_dbus_connection_get_unique_name (lab->bus), IFACE,
      IF_P2P, "DeviceFoundProperties", g_variant_new_parsed ("(objectpath '" TV "', @a{sv} {})"),
      &error);
  g_assert_no_error (error);
  g_assert_true (g_dbus_connection_flush_sync (impostor, NULL, NULL));
  assert_told (lab, "");
  g_dbus_connection_close_sync (impostor, NULL, NULL);
}

/* --- requests of peers --- */

static const struct
{
  const char *signal;
  const char *args;
  const char *told;
  const char *pin;
} requests[] = {
  { "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 0x07)", "request-pbc", NULL },
  { "GONegotiationRequest", "(objectpath '" TV "', uint16 5, byte 0x07)", "request-keypad", NULL },
  { "GONegotiationRequest", "(objectpath '" TV "', uint16 1, byte 0x07)", "request-display", NULL },
  { "ProvisionDiscoveryPBCRequest", "(objectpath '" TV "',)", "request-pbc", NULL },
  { "ProvisionDiscoveryRequestEnterPin", "(objectpath '" TV "',)", "request-keypad", NULL },
  { "ProvisionDiscoveryRequestDisplayPin", "(objectpath '" TV "', '12345670')", "request-display",
      "12345670" },
  { "ProvisionDiscoveryRequestDisplayPin", "(objectpath '" TV "', '12\\u001b[2J')",
      "request-display", NULL },
};

static void
test_pairing_requests (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say_tv_found (lab);
  assert_told (lab, "found");
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    lab_say (lab, requests[i].signal, requests[i].args);
    assert_told (lab, requests[i].told);
    g_assert_cmpstr (lab->pin, ==, requests[i].pin);
  }
  wfd_link_reject (lab->link, lab->last_peer);
  lab_wait_call (lab, "RejectPeer");
  assert_call (lab, "RejectPeer", "RejectPeer " IFACE " ('" TV "',)");
}

/* Somebody who was never found, with a way of pairing that there is not. */
static void
test_request_of_stranger (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "ProvisionDiscoveryPBCRequest", "(objectpath '" OTHER "',)");
  assert_told (lab, "found request-pbc");
  g_assert_cmpstr (wfd_link_peer_get_id (lab->last_peer), ==, OTHER_ID);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" OTHER "', uint16 7, byte 0x07)");
  assert_told (lab, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/link/missing/service", Lab, NULL, lab_set_up_bare, test_no_service, lab_tear_down);
  add ("missing/permission", test_no_permission);
  add ("missing/p2p", test_no_p2p);
  add ("missing/wifi-display", test_no_wifi_display);
  add ("missing/interface", test_no_interface);
  add ("missing/p2p-in-driver", test_without_p2p);
  add ("missing/switched-off", test_switched_off);
  add ("missing/wanted-interface", test_wanted_interface_absent);
  add ("interface/third-of-three", test_third_interface);
  add ("interface/not-that-of-a-group", test_not_that_of_a_group);
  add ("answers/of-wrong-type", test_wrong_type);
  add ("answers/with-properties-of-wrong-type", test_wrong_properties);
  add ("answers/never", test_never_answers);
  add ("answers/find-refused", test_find_refused);
  add ("announce/before-the-search", test_announced_before_search);
  add ("announce/source", test_source_config);
  add ("announce/sink", test_sink_config);
  add ("announce/without-a-name", test_without_a_name);
  add ("announce/name-too-long", test_name_too_long);
  add ("announce/by-properties", test_properties);
  add ("peers/known-before", test_known_peers);
  add ("peers/found-and-lost", test_found_and_lost);
  add ("peers/wfd-information-later", test_wfd_information_later);
  add ("peers/nonsense-ignored", test_nonsense_ignored);
  add ("peers/properties-of-wrong-type", test_properties_of_wrong_type);
  add ("peers/thousand", test_thousand_peers);
  add ("peers/wanted-of-thousand", test_wanted_of_thousand);
  add ("peers/close-when-there-is-no-room", test_close_when_there_is_no_room);
  add ("peers/close-when-there-is-no-room-for-who-asks",
      test_close_when_there_is_no_room_for_who_asks);
  add ("pairs-by-button", test_pairs_by_button);
  add ("methods-unknown", test_methods_unknown);
  add ("peers/name-that-changes", test_name_that_changes);
  add ("peers/name-is-printable", test_name_is_printable);
  add ("peers/impostor-ignored", test_impostor_ignored);
  add ("requests/each-way-of-pairing", test_pairing_requests);
  add ("requests/of-a-stranger", test_request_of_stranger);
  return lab_run ();
}
