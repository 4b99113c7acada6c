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

static void
test_driver_without_p2p (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, IFACE, "Capabilities",
      g_variant_new_parsed ("{'Modes': <['infrastructure', 'ap']>}"));
  lab_find (lab);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_NO_DEVICE);
  assert_says (lab, "wlan0 (without Wi-Fi Direct)");
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
use_interface (Lab *lab, const char *name)
{
  WfdP2pOptions options = { .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
    .interface = name,
    .go_intent = -1 };

  lab_use_options (lab, &options);
}

static void
test_wanted_interface_absent (Lab *lab, gconstpointer data)
{
  use_interface (lab, "wlan7");
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
  use_interface (lab, "wlan0");
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

/* --- the search --- */

/* It has taken its time. */
static void
stop_search (Lab *lab)
{
  WFD_P2P_LINK (lab->link)->search_us = 0;
  lab_say (lab, "FindStopped", "()");
}

static void
assert_next_search (Lab *lab, const char *expected)
{
  fake_wpas_forget_calls (lab->fake);
  if (WFD_P2P_LINK (lab->link)->search == WFD_P2P_SEARCH_GLANCE) {
    g_source_set_ready_time (WFD_P2P_LINK (lab->link)->search_again, 0);
    lab_wait_call (lab, "StopFind");
  }
  stop_search (lab);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  if (expected != NULL)
    assert_call (lab, "Find", expected);
}

/* Then where a display may own a group; it may also have begun it since. */
static void
test_social_first (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=1");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' freq=5180");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' freq=5745");
  for (guint i = 2; i < 16; i++)
    assert_next_search (lab, NULL);
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' freq=2457");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='social' Timeout=10");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");

  wfd_link_stop_find (lab->link);
  lab_wait_call (lab, "StopFind");
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "FindStopped", "()");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
}

/* A search that stops early does so for a group that is being formed, which a radio
 * that listens somewhere else would miss. */
static void
test_interrupted_sink_does_not_listen (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, 0 },
    .go_intent = -1,
  };

  lab_use_options (lab, &options);
  lab_find (lab);
  lab_wait_ok (lab);
  lab_say (lab, "FindStopped", "()");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Listen"), ==, 0);
  g_assert_nonnull (WFD_P2P_LINK (lab->link)->search_again);
}

/* It is found and invited where it listens, and would be deaf on other channels. Linux (6.1) lets
 * it wait for a second more if it asks before the radio has come back from the search. */
static void
test_sink_listens (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, 0 },
    .go_intent = -1,
  };
  gint64 ended_us;

  lab_use_options (lab, &options);
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=2");
  fake_wpas_forget_calls (lab->fake);
  ended_us = g_get_monotonic_time ();
  stop_search (lab);
  lab_wait_call (lab, "Listen");
  g_assert_cmpint (g_get_monotonic_time () - ended_us, >=, 100 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);

  /* And looks around again. */
  g_source_set_ready_time (WFD_P2P_LINK (lab->link)->search_again, 0);
  lab_wait_call (lab, "Find");
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=2");
}

/* wpa_supplicant listens no more then; who waits for a person, or was refused, asks again. */
static void
test_asked_sink_listens_on (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, 0 },
    .go_intent = -1,
  };
  WfdLinkPeer *peer;

  lab_use_options (lab, &options);
  lab_find (lab);
  lab_wait_ok (lab);
  stop_search (lab);
  lab_wait_call (lab, "Listen");
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  lab_wait_call (lab, "Listen");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);

  peer = wfd_p2p_link_find_peer (WFD_P2P_LINK (lab->link), TV_ID);
  fake_wpas_forget_calls (lab->fake);
  wfd_link_reject (lab->link, peer);
  lab_wait_call (lab, "RejectPeer");
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Listen"), ==, 0);
  lab_wait_call (lab, "Listen");
}

/* Until something wakes up by itself, if only because a question had no answer. */
static gint
get_rest_ms (void)
{
  GMainContext *context = g_main_context_default ();
  gint priority, timeout_ms;
  GPollFD fds[16];

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  g_main_context_query (context, priority, &timeout_ms, fds, G_N_ELEMENTS (fds));
  g_main_context_release (context);
  return timeout_ms < 0 ? G_MAXINT : timeout_ms;
}

/* Five minutes of a display that nobody comes to: three questions in half a minute, and
 * between them nothing that wakes up. */
static void
test_sink_rests (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, 0 },
    .go_intent = -1,
  };
  const GPtrArray *calls = fake_wpas_get_calls (lab->fake);

  lab_use_options (lab, &options);
  lab_find (lab);
  lab_wait_ok (lab);
  for (guint i = 0; i < 10; i++) {
    fake_wpas_forget_calls (lab->fake);
    stop_search (lab);
    lab_wait_call (lab, "Listen");
    lab_settle (lab);
    g_assert_cmpuint (calls->len - fake_wpas_count (lab->fake, "Ping"), ==, 2);
    g_assert_cmpint (get_rest_ms (), >, 20000);
    g_source_set_ready_time (WFD_P2P_LINK (lab->link)->search_again, 0);
    lab_wait_call (lab, "Find");
  }
}

/* Who searches is told what there is, and asks nothing meanwhile. */
static void
test_source_rests (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  WFD_P2P_LINK (lab->link)->n_glances = 1;
  assert_next_search (lab, "Find " IFACE " DiscoveryType='start_with_full' Timeout=40");
  fake_wpas_forget_calls (lab->fake);
  g_assert_cmpint (get_rest_ms (), >, 20000);
  lab_say_tv_found (lab);
  lab_wait_told (lab, "found");
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_get_calls (lab->fake)->len, ==, fake_wpas_count (lab->fake, "Ping"));
  g_assert_cmpint (get_rest_ms (), >, 20000);
}

static void
wait_until_ended (Lab *lab)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, 0 },
    .go_intent = -1,
  };

  lab_use_options (lab, &options);
  lab_find (lab);
  lab_wait_ok (lab);
  stop_search (lab);
  lab_wait_call (lab, "Get State");
}

/* An invitation that comes when the search ends: wpa_supplicant says first that it has
 * ended, then that there is a group to be formed. Where nothing comes of it the sink
 * listens again. */
static void
test_invited_at_the_end_of_a_search (Lab *lab, gconstpointer data)
{
  fake_wpas_hold (lab->fake, "Get State");
  wait_until_ended (lab);
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceAdded",
      g_variant_new_parsed ("(objectpath '" GROUP_IFACE "', @a{sv} {})"));
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Listen"), ==, 0);
  g_assert_nonnull (WFD_P2P_LINK (lab->link)->search_again);
  fake_wpas_say (lab->fake, ROOT, "fi.w1.wpa_supplicant1", "InterfaceRemoved",
      g_variant_new_parsed ("(objectpath '" GROUP_IFACE "',)"));
  lab_wait_call (lab, "Listen");
}

/* With p2p_no_group_iface nothing is added. */
static void
test_invited_without_an_interface (Lab *lab, gconstpointer data)
{
  fake_wpas_set (lab->fake, IFACE, "State", g_variant_new_string ("scanning"));
  wait_until_ended (lab);
  lab_settle (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Listen"), ==, 0);
  g_assert_nonnull (WFD_P2P_LINK (lab->link)->search_again);
}

static void
stop_full_search (Lab *lab)
{
  lab_find (lab);
  lab_wait_ok (lab);
  fake_wpas_forget_calls (lab->fake);
  stop_search (lab);
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_say (lab, "FindStopped", "()");
}

static void
test_search_again (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = { .go_intent = -1, .search_again_ms = 1 };

  lab_use_options (lab, &options);
  stop_full_search (lab);
  lab_wait_call (lab, "Find");
}

/* It was stopped because a peer has invited us. */
static void
test_search_and_group (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  stop_full_search (lab);
  lab_settle (lab);
  g_assert_nonnull (link->search_again);
  lab_start_group (lab, "client");
  lab_wait_told (lab, "opened");
  g_assert_null (link->search_again);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 0);
}

/* Nor beside a group that is being formed. */
static void
test_search_and_operation (Lab *lab, gconstpointer data)
{
  WfdP2pLink *link = WFD_P2P_LINK (lab->link);

  stop_full_search (lab);
  lab_know_tv (lab);
  lab_say_tv_found (lab);
  lab_settle (lab);
  g_assert_nonnull (link->search_again);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "Connect");
  g_assert_null (link->search_again);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "StopFind"), ==, 1);
  /* But goes on when nothing has come of it. */
  lab_say (lab, "GONegotiationFailure", "({'status': <11>},)");
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_REFUSED);
  lab_wait_call (lab, "Find");
}

static void
test_prepared_once (Lab *lab, gconstpointer data)
{
  lab_find (lab);
  lab_wait_ok (lab);
  fake_wpas_forget_calls (lab->fake);
  lab_find (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Set WFDIEs"), ==, 0);
  g_assert_cmpuint (fake_wpas_count (lab->fake, "Find"), ==, 1);
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
say_many (Lab *lab)
{
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *args =
        g_strdup_printf ("(objectpath '" IFACE "/Peers/02000001%04x', @a{sv} {})", i);

    lab_say (lab, "DeviceFoundProperties", args);
  }
  lab_settle (lab);
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
  add ("missing/p2p-in-driver", test_driver_without_p2p);
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
  add ("search/social-channels-first", test_social_first);
  add ("search/sink-listens", test_sink_listens);
  add ("search/asked-sink-listens-on", test_asked_sink_listens_on);
  add ("search/waiting-sink-rests", test_sink_rests);
  add ("search/waiting-source-rests", test_source_rests);
  add ("search/interrupted-sink-does-not-listen", test_interrupted_sink_does_not_listen);
  add ("search/invited-when-it-ends", test_invited_at_the_end_of_a_search);
  add ("search/invited-without-an-interface", test_invited_without_an_interface);
  add ("search/again", test_search_again);
  add ("search/not-beside-a-group", test_search_and_group);
  add ("search/not-beside-an-operation", test_search_and_operation);
  add ("search/prepared-once", test_prepared_once);
  add ("peers/known-before", test_known_peers);
  add ("peers/found-and-lost", test_found_and_lost);
  add ("peers/wfd-information-later", test_wfd_information_later);
  add ("peers/nonsense-ignored", test_nonsense_ignored);
  add ("peers/properties-of-wrong-type", test_properties_of_wrong_type);
  add ("peers/thousand", test_thousand_peers);
  add ("peers/wanted-of-thousand", test_wanted_of_thousand);
  add ("peers/close-when-there-is-no-room", test_close_when_there_is_no_room);
  add ("peers/name-that-changes", test_name_that_changes);
  add ("peers/name-is-printable", test_name_is_printable);
  add ("peers/impostor-ignored", test_impostor_ignored);
  add ("requests/each-way-of-pairing", test_pairing_requests);
  add ("requests/of-a-stranger", test_request_of_stranger);
  return lab_run ();
}
