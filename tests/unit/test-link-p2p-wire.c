/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <link-p2p-wire.h>
#include <wfd/wfd-error.h>

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

/* --- addresses --- */

static const struct
{
  const char *path;
  const char *id;
} paths[] = {
  { "/fi/w1/wpa_supplicant1/Interfaces/0/Peers/02aabbccdd01", "02:aa:bb:cc:dd:01" },
  { "/Peers/02AABBCCDD01", "02:aa:bb:cc:dd:01" },
  { "/Peers/02aabbccdd0", NULL },
  { "/Peers/02aabbccdd011", NULL },
  { "/Peers/02aabbccdd0g", NULL },
  { "/Peers/g2aabbccdd01", NULL },
  { "/Peers/000000000000", NULL },
  { "/Peers/000000000001", "00:00:00:00:00:01" },
  { "/Peers/", NULL },
  { "/", NULL },
  { "", NULL },
};

static void
test_peer_id (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autofree char *id = wfd_p2p_read_peer_id (paths[i].path);

    g_assert_cmpstr (id, ==, paths[i].id);
  }
}

/* --- peers --- */

/* A frame has room for so much; the rest would be no one's. */
static void
test_peer_with_endless_elements (void)
{
  g_autoptr (WfdLinkPeer) peer = wfd_link_peer_new ("02:00:00:00:01:00");
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  g_autoptr (GVariant) properties = NULL;
  static const guint8 unknown[] = { 0xff, 0x00, 0x01, 0x00 };
  static const guint8 device[] = { 0, 0, 6, 0, 0x11, 0x1c, 0x44, 0, 0x96 };
  GVariantDict dict;

  while (octets->len < WFD_LIMIT_IE_BYTES)
    g_byte_array_append (octets, unknown, sizeof (unknown));
  g_byte_array_append (octets, device, sizeof (device));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "IEs",
      g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, octets->data, octets->len, 1));
  properties = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_assert_false (wfd_p2p_read_peer (properties, peer));
  g_assert_cmpuint (wfd_link_peer_get_ie (peer)->present, ==, 0);
}

static void
test_peer_changes (void)
{
  g_autoptr (WfdLinkPeer) peer = wfd_link_peer_new ("02:00:00:00:01:00");
  g_autoptr (GVariant) named = parse ("{'DeviceName': <'TV'>}");
  g_autoptr (GVariant) owner = parse ("{'groupcapability': <byte 0x2b>}");
  g_autoptr (GVariant) none = parse ("@a{sv} {}");
  g_autoptr (GVariant) wrong = parse ("'TV'");

  g_assert_true (wfd_p2p_read_peer (named, peer));
  g_assert_false (wfd_p2p_read_peer (named, peer));
  g_assert_true (wfd_p2p_read_peer (owner, peer));
  g_assert_false (wfd_p2p_read_peer (none, peer));
  g_assert_false (wfd_p2p_read_peer (wrong, peer));
  g_assert_cmpstr (wfd_link_peer_get_name (peer), ==, "TV");
  g_assert_true (wfd_link_peer_owns_group (peer));
}

static void
test_peer_matches (void)
{
  g_autoptr (WfdLinkPeer) peer = wfd_link_peer_new ("02:aa:00:00:01:00");

  wfd_link_peer_set_name (peer, "TV");
  g_assert_true (wfd_link_peer_matches (peer, "02:AA:00:00:01:00"));
  g_assert_true (wfd_link_peer_matches (peer, "TV"));
  g_assert_false (wfd_link_peer_matches (peer, "tv"));
  g_assert_false (wfd_link_peer_matches (peer, "02:aa:00:00:01"));
}

static void
test_long_name (void)
{
  g_autoptr (WfdLinkPeer) peer = wfd_link_peer_new ("02:aa:00:00:01:00");
  g_autofree char *name = g_strnfill (WFD_LIMIT_NAME_BYTES + 1, 'x');

  wfd_link_peer_set_name (peer, name);
  g_assert_cmpuint (strlen (wfd_link_peer_get_name (peer)), ==, WFD_LIMIT_NAME_BYTES);
}

/* --- groups --- */

#define STARTED "'interface_object': <objectpath '/i'>, 'group_object': <objectpath '/g'>"

static gboolean
read_started (const char *text, WfdLinkInfo *info)
{
  g_autoptr (GVariant) args = parse (text);
  g_autofree char *interface_path = NULL, *group_path = NULL;
  gboolean ok = wfd_p2p_read_started (args, info, &interface_path, &group_path);

  g_assert_cmpstr (interface_path, ==, ok ? "/i" : NULL);
  g_assert_cmpstr (group_path, ==, ok ? "/g" : NULL);
  return ok;
}

static void
test_started (void)
{
  g_autoptr (WfdLinkInfo) info = wfd_link_info_new ();
  g_autofree char *local = NULL, *network = NULL, *peer = NULL;

  g_assert_true (read_started ("({" STARTED
                               ", 'role': <'client'>, 'persistent': <true>, 'IpAddr': <[byte 192, "
                               "168, 42, 100]>, 'IpAddrMask': <[byte 255, 255, 254, 0]>, "
                               "'IpAddrGo': <[byte 192, 168, 42, 1]>},)",
      info));
  local = g_inet_address_to_string (info->local_address);
  network = g_inet_address_mask_to_string (info->network);
  peer = g_inet_address_to_string (info->peer_address);
  g_assert_cmpstr (local, ==, "192.168.42.100");
  g_assert_cmpstr (network, ==, "192.168.42.0/23");
  g_assert_cmpstr (peer, ==, "192.168.42.1");
  g_assert_true (info->is_persistent);
  g_assert_false (info->is_owner);
}

static const char *const started_in_vain[] = {
  "({'group_object': <objectpath '/g'>, 'role': <'GO'>},)",
  "({'interface_object': <objectpath '/i'>, 'role': <'GO'>},)",
  "({" STARTED "},)",
  "({" STARTED ", 'role': <'boss'>},)",
  "({" STARTED ", 'role': <7>},)",
  "({'interface_object': <'/i'>, 'group_object': <objectpath '/g'>, 'role': <'GO'>},)",
  "('what',)",
  "'what'",
};

static void
test_started_in_vain (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (started_in_vain); i++) {
    g_autoptr (WfdLinkInfo) info = wfd_link_info_new ();

    g_assert_false (read_started (started_in_vain[i], info));
  }
}

/* An address of three octets, of five, of none, another type; a mask with a hole,
 * of half the world, and none. */
#define GOOD_ADDRESS "'IpAddr': <[byte 10, 0, 0, 2]>"
static const char *const addresses_in_vain[] = {
  "'IpAddr': <[byte 192, 168, 42]>",
  "'IpAddr': <[byte 192, 168, 42, 100, 1]>",
  "'IpAddr': <[byte 0, 0, 0, 0]>",
  "'IpAddr': <'192.168.42.100'>",
  GOOD_ADDRESS ", 'IpAddrMask': <[byte 255, 0, 255, 0]>",
  GOOD_ADDRESS ", 'IpAddrMask': <[byte 128, 0, 0, 0]>",
  GOOD_ADDRESS ", 'IpAddrMask': <[byte 255, 254, 0, 0]>",
  GOOD_ADDRESS,
};

static void
test_addresses_in_vain (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (addresses_in_vain); i++) {
    g_autoptr (WfdLinkInfo) info = wfd_link_info_new ();
    g_autofree char *text =
        g_strdup_printf ("({" STARTED ", 'role': <'client'>, %s},)", addresses_in_vain[i]);

    g_assert_true (read_started (text, info));
    g_assert_null (info->local_address);
    g_assert_null (info->network);
  }
}

/* An owner that is elsewhere is not reached through the group. */
static void
test_owner_outside (void)
{
  g_autoptr (WfdLinkInfo) info = wfd_link_info_new ();

  g_assert_true (read_started ("({" STARTED ", 'role': <'client'>, " GOOD_ADDRESS
                               ", 'IpAddrMask': <[byte 255, 255, 255, 0]>, 'IpAddrGo': <[byte 10, "
                               "0, 1, 1]>},)",
      info));
  g_assert_nonnull (info->local_address);
  g_assert_null (info->peer_address);
}

static const struct
{
  const char *properties;
  gboolean paired;
} persistent[] = {
  { "{'mode': <'0'>, 'bssid': <'02:00:00:00:01:00'>}", TRUE },
  { "{'mode': <'0'>, 'bssid': <'02:00:00:00:01:0'>}", FALSE },
  { "{'mode': <'0'>, 'bssid': <'02:00:00:00:01:000'>}", FALSE },
  { "{'mode': <'0'>, 'p2p_client_list': <'02:00:00:00:01:00'>}", FALSE },
  { "{'mode': <'3'>, 'bssid': <'02:00:00:00:01:00'>}", FALSE },
  { "{'mode': <'3'>, 'p2p_client_list': <'02:00:00:00:02:00 02:00:00:00:01:00'>}", TRUE },
  { "{'mode': <'3'>, 'p2p_client_list': <''>}", FALSE },
  { "{'mode': <'3'>}", FALSE },
  { "{'mode': <3>, 'p2p_client_list': <'02:00:00:00:01:00'>}", FALSE },
  { "@a{sv} {}", FALSE },
  { "'02:00:00:00:01:00'", FALSE },
};

static void
test_paired (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (persistent); i++) {
    g_autoptr (GVariant) properties = parse (persistent[i].properties);

    g_assert_cmpint (wfd_p2p_read_is_paired (properties, "02:00:00:00:01:00"), ==,
        persistent[i].paired);
    g_assert_cmpint (wfd_p2p_read_is_owner (properties), ==,
        strstr (persistent[i].properties, "'mode': <'3'>") != NULL);
  }
}

static const struct
{
  const char *properties;
  guint frequency_mhz;
} kept[] = {
  { "{'mode': <'3'>, 'frequency': <'2462'>}", 2462 },
  { "{'mode': <'3'>, 'frequency': <'0'>}", 0 },
  { "{'mode': <'3'>}", 0 },
  { "{'mode': <'3'>, 'frequency': <'65535'>}", 65535 },
  { "{'mode': <'3'>, 'frequency': <'65536'>}", 0 },
  { "{'mode': <'3'>, 'frequency': <'-1'>}", 0 },
  { "{'mode': <'3'>, 'frequency': <'2462 MHz'>}", 0 },
  { "{'mode': <'3'>, 'frequency': <uint32 2462>}", 0 },
  /* That of the peer begins where it likes. */
  { "{'mode': <'0'>, 'frequency': <'2462'>}", 0 },
  { "{'frequency': <'2462'>}", 0 },
};

static void
test_kept_channel (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++) {
    g_autoptr (GVariant) properties = parse (kept[i].properties);

    g_assert_cmpuint (wfd_p2p_read_kept_mhz (properties), ==, kept[i].frequency_mhz);
  }
}

/* --- PINs --- */

static void
test_pins (void)
{
  static const char *const good[] = { "0000", "12345670", "31415927", "00000017" };
  static const char *const bad[] = { "", "123", "12345", "123456789", "12a4", " 123", "1234 ",
    "12345678", "1234567 " };
  /* The first is in every manual of a router. */
  static const struct
  {
    guint32 random;
    const char *pin;
  } made[] = { { 1234567, "12345670" }, { 0, "00000000" }, { 9999999, "99999995" },
    { 10000001, "00000017" } };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (wfd_link_is_pin (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (wfd_link_is_pin (bad[i]));
  for (guint i = 0; i < G_N_ELEMENTS (made); i++) {
    g_autofree char *pin = wfd_p2p_make_pin (made[i].random);

    g_assert_cmpstr (pin, ==, made[i].pin);
  }
}

/* --- reasons --- */

static const struct
{
  gint status;
  WfdError code;
} statuses[] = {
  { -1, WFD_ERROR_TIMEOUT },
  { 1, WFD_ERROR_REFUSED },
  { 2, WFD_ERROR_UNSUPPORTED },
  { 5, WFD_ERROR_REFUSED },
  { 7, WFD_ERROR_UNSUPPORTED },
  { 8, WFD_ERROR_NOT_PAIRED },
  { 9, WFD_ERROR_UNSUPPORTED },
  { 10, WFD_ERROR_PAIRING },
  { 11, WFD_ERROR_REFUSED },
  { 4711, WFD_ERROR_REFUSED },
};

static void
test_statuses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autofree char *number = g_strdup_printf ("(status %d)", statuses[i].status);
    g_autoptr (GError) error = wfd_p2p_error_from_status ("It failed", statuses[i].status);

    g_assert_error (error, WFD_ERROR, (gint) statuses[i].code);
    g_assert_nonnull (strstr (error->message, number));
  }
}

static const struct
{
  const char *name;
  WfdError code;
} calls[] = {
  { "org.freedesktop.DBus.Error.ServiceUnknown", WFD_ERROR_NO_SERVICE },
  { "org.freedesktop.DBus.Error.Spawn.ChildExited", WFD_ERROR_NO_SERVICE },
  { "org.freedesktop.systemd1.NoSuchUnit", WFD_ERROR_NO_SERVICE },
  { "org.freedesktop.DBus.Error.AccessDenied", WFD_ERROR_NO_PERMISSION },
  { "org.freedesktop.DBus.Error.NoReply", WFD_ERROR_NO_SERVICE },
  { "org.freedesktop.DBus.Error.UnknownMethod", WFD_ERROR_UNSUPPORTED },
  { "fi.w1.wpa_supplicant1.InterfaceUnknown", WFD_ERROR_NO_DEVICE },
  { "fi.w1.wpa_supplicant1.UnknownError", WFD_ERROR_REFUSED },
  { "of.nobody.Error", WFD_ERROR_REFUSED },
};

static void
test_call_errors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++) {
    g_autoptr (GError) error = wfd_p2p_error_from_call (
        g_dbus_error_new_for_dbus_error (calls[i].name, "so it is"), "searching");

    g_assert_error (error, WFD_ERROR, (gint) calls[i].code);
    g_assert_true (g_str_has_prefix (error->message, "Error searching: "));
  }
}

static void
test_local_errors (void)
{
  g_autoptr (GError) cancelled = wfd_p2p_error_from_call (
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stop"), "searching");
  g_autoptr (GError) late = wfd_p2p_error_from_call (
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "late"), "searching");
  g_autoptr (GError) closed = wfd_p2p_error_from_call (
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed"), "searching");

  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (late, WFD_ERROR, WFD_ERROR_NO_SERVICE);
  g_assert_error (closed, WFD_ERROR, WFD_ERROR_NO_SERVICE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/wire/peer-id", test_peer_id);
  g_test_add_func ("/link/wire/peer/endless-elements", test_peer_with_endless_elements);
  g_test_add_func ("/link/wire/peer/changes", test_peer_changes);
  g_test_add_func ("/link/wire/peer/matches", test_peer_matches);
  g_test_add_func ("/link/wire/peer/long-name", test_long_name);
  g_test_add_func ("/link/wire/started", test_started);
  g_test_add_func ("/link/wire/started-in-vain", test_started_in_vain);
  g_test_add_func ("/link/wire/addresses-in-vain", test_addresses_in_vain);
  g_test_add_func ("/link/wire/owner-outside", test_owner_outside);
  g_test_add_func ("/link/wire/paired", test_paired);
  g_test_add_func ("/link/wire/kept-channel", test_kept_channel);
  g_test_add_func ("/link/wire/pins", test_pins);
  g_test_add_func ("/link/wire/statuses", test_statuses);
  g_test_add_func ("/link/wire/errors-of-calls", test_call_errors);
  g_test_add_func ("/link/wire/errors-of-our-own", test_local_errors);
  return g_test_run ();
}
