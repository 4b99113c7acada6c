/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-p2p-wire.h"

#include <base-text.h>
#include <wfd/wfd-error.h>

#include "link-net.h"
#include "link-wpas.h"

#define IPV4_BYTES 4

/* As Windows has it in its groups; taken by us as owner if wpa_supplicant's
 * configuration names no other network. */
static const guint8 go_address[IPV4_BYTES] = { 192, 168, 173, 1 };
static const guint8 go_mask[IPV4_BYTES] = { 255, 255, 255, 0 };
static const guint8 first_client[IPV4_BYTES] = { 192, 168, 173, 10 };
static const guint8 last_client[IPV4_BYTES] = { 192, 168, 173, 99 };

/* WPS categories: Windows lists only a television as a sink, and a smartphone as
 * a source. */
static const guint8 type_display[] = { 0x00, 0x07, 0x00, 0x50, 0xf2, 0x04, 0x00, 0x01 };
static const guint8 type_smartphone[] = { 0x00, 0x0a, 0x00, 0x50, 0xf2, 0x04, 0x00, 0x05 };

/* --- addresses --- */

char *
wfd_p2p_address_to_id (const guint8 *octets)
{
  return g_strdup_printf ("%02x:%02x:%02x:%02x:%02x:%02x", octets[0], octets[1], octets[2],
      octets[3], octets[4], octets[5]);
}

static gboolean
take_octet (const char *digits, guint8 *ret_octet)
{
  gint high = g_ascii_xdigit_value (digits[0]);
  gint low = high < 0 ? -1 : g_ascii_xdigit_value (digits[1]);

  if (low < 0)
    return FALSE;
  *ret_octet = high << 4 | low;
  return TRUE;
}

char *
wfd_p2p_read_peer_id (const char *path)
{
  static const guint8 nobody[WFD_IE_ADDRESS_BYTES];
  const char *last = strrchr (path, '/');
  guint8 octets[WFD_IE_ADDRESS_BYTES];

  if (last == NULL || strlen (last + 1) != 2 * WFD_IE_ADDRESS_BYTES)
    return NULL;
  for (guint i = 0; i < WFD_IE_ADDRESS_BYTES; i++) {
    if (!take_octet (last + 1 + 2 * i, &octets[i]))
      return NULL;
  }
  if (memcmp (octets, nobody, sizeof (nobody)) == 0)
    return NULL;
  return wfd_p2p_address_to_id (octets);
}

GVariant *
wfd_p2p_read_value (GVariant *answer, const GVariantType *type)
{
  g_autoptr (GVariant) value = NULL;

  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(v)", &value);
  return g_variant_is_of_type (value, type) ? g_steal_pointer (&value) : NULL;
}

/* NULL if it is no ay of exactly this size. */
static const guint8 *
get_octets (GVariant *value, gsize size)
{
  const guint8 *octets;
  gsize n;

  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    return NULL;
  octets = g_variant_get_fixed_array (value, &n, 1);
  return n == size ? octets : NULL;
}

/* NULL also for 0.0.0.0, which says that there is none. */
static GInetAddress *
lookup_ipv4 (GVariant *dict, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dict, key, NULL);
  const guint8 *octets = get_octets (value, IPV4_BYTES);
  static const guint8 none[IPV4_BYTES];

  if (octets == NULL || memcmp (octets, none, IPV4_BYTES) == 0)
    return NULL;
  return g_inet_address_new_from_bytes (octets, G_SOCKET_FAMILY_IPV4);
}

static GInetAddressMask *
lookup_network (GVariant *dict, const char *key, GInetAddress *address)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dict, key, NULL);
  const guint8 *octets = get_octets (value, IPV4_BYTES);

  return octets != NULL && address != NULL ? wfd_net_new_network (address, octets) : NULL;
}

/* --- peers --- */

static gboolean
read_ies (GVariant *properties, WfdLinkPeer *peer)
{
  g_autoptr (GVariant) value =
      g_variant_lookup_value (properties, WPAS_PEER_IES, G_VARIANT_TYPE_BYTESTRING);
  const guint8 *octets;
  gsize n;

  if (value == NULL)
    return FALSE;
  octets = g_variant_get_fixed_array (value, &n, 1);
  return wfd_link_peer_set_ie (peer, wfd_bytes (octets, MIN (n, WFD_LIMIT_IE_BYTES)));
}

gboolean
wfd_p2p_read_peer (GVariant *properties, WfdLinkPeer *peer)
{
  const char *name;
  guint8 capability;
  gboolean changed = FALSE;

  if (!g_variant_is_of_type (properties, G_VARIANT_TYPE_VARDICT))
    return FALSE;
  if (g_variant_lookup (properties, WPAS_PEER_NAME, "&s", &name))
    changed |= wfd_link_peer_set_name (peer, name);
  /* Bit 0: group owner (P2P 1.7 table 14). */
  if (g_variant_lookup (properties, WPAS_PEER_GROUP_CAPABILITY, "y", &capability))
    changed |= wfd_link_peer_set_owns_group (peer, (capability & 1) != 0);
  changed |= read_ies (properties, peer);
  return changed;
}

/* --- groups --- */

/* The dictionary in (a{sv}), or a{sv} itself; NULL if it is neither. */
static GVariant *
get_dict (GVariant *args)
{
  if (g_variant_is_of_type (args, G_VARIANT_TYPE_VARDICT))
    return g_variant_ref (args);
  if (g_variant_is_of_type (args, G_VARIANT_TYPE ("(a{sv})")))
    return g_variant_get_child_value (args, 0);
  return NULL;
}

gboolean
wfd_p2p_read_started (GVariant *args, WfdLinkInfo *info, char **ret_interface_path,
    char **ret_group_path)
{
  g_autoptr (GVariant) dict = get_dict (args);
  const char *interface, *group, *role;

  if (dict == NULL || !g_variant_lookup (dict, WPAS_KEY_INTERFACE_OBJECT, "&o", &interface)
      || !g_variant_lookup (dict, WPAS_KEY_GROUP_OBJECT, "&o", &group)
      || !g_variant_lookup (dict, WPAS_KEY_ROLE, "&s", &role))
    return FALSE;
  if (strcmp (role, WPAS_ROLE_GO) != 0 && strcmp (role, WPAS_ROLE_CLIENT) != 0)
    return FALSE;

  info->is_owner = strcmp (role, WPAS_ROLE_GO) == 0;
  g_variant_lookup (dict, WPAS_KEY_PERSISTENT, "b", &info->is_persistent);
  info->local_address = lookup_ipv4 (dict, WPAS_KEY_IP);
  info->peer_address = lookup_ipv4 (dict, WPAS_KEY_IP_GO);
  info->network = lookup_network (dict, WPAS_KEY_IP_MASK, info->local_address);
  /* Half of an address, or one in too large a network, is none. */
  if (info->network == NULL || !wfd_net_is_small (info->network)) {
    g_clear_object (&info->local_address);
    g_clear_object (&info->network);
  }
  /* The owner of a group is in its network. */
  if (info->network == NULL || info->peer_address == NULL
      || !g_inet_address_mask_matches (info->network, info->peer_address))
    g_clear_object (&info->peer_address);
  *ret_interface_path = g_strdup (interface);
  *ret_group_path = g_strdup (group);
  return TRUE;
}

gboolean
wfd_p2p_read_go_address (GVariant *config, GInetAddress **ret_address,
    GInetAddressMask **ret_network)
{
  g_autoptr (GInetAddress) address = lookup_ipv4 (config, WPAS_CONFIG_IP_GO);
  g_autoptr (GInetAddressMask) network = lookup_network (config, WPAS_CONFIG_IP_MASK, address);

  if (address == NULL || network == NULL)
    return FALSE;
  *ret_address = g_steal_pointer (&address);
  *ret_network = g_steal_pointer (&network);
  return TRUE;
}

gboolean
wfd_p2p_read_pool (GVariant *config, WfdDhcpRange *ret_pool)
{
  g_autoptr (GInetAddress) first = lookup_ipv4 (config, WPAS_CONFIG_IP_START);
  g_autoptr (GInetAddress) last = lookup_ipv4 (config, WPAS_CONFIG_IP_END);

  if (first == NULL || last == NULL || wfd_dhcp_to_number (first) > wfd_dhcp_to_number (last))
    return FALSE;
  *ret_pool = (WfdDhcpRange) { wfd_dhcp_to_number (first), wfd_dhcp_to_number (last) };
  return TRUE;
}

gboolean
wfd_p2p_read_is_owner (GVariant *properties)
{
  const char *mode;

  return g_variant_is_of_type (properties, G_VARIANT_TYPE_VARDICT)
      && g_variant_lookup (properties, WPAS_PERSISTENT_MODE, "&s", &mode)
      && strcmp (mode, WPAS_PERSISTENT_MODE_GO) == 0;
}

guint
wfd_p2p_read_kept_mhz (GVariant *properties)
{
  const char *text;
  guint64 frequency_mhz;

  if (!wfd_p2p_read_is_owner (properties)
      || !g_variant_lookup (properties, WPAS_PERSISTENT_FREQUENCY, "&s", &text)
      || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &frequency_mhz, NULL))
    return 0;
  return frequency_mhz;
}

gboolean
wfd_p2p_read_is_paired (GVariant *properties, const char *peer_id)
{
  const char *mode, *members;

  if (!g_variant_is_of_type (properties, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (properties, WPAS_PERSISTENT_MODE, "&s", &mode))
    return FALSE;
  /* As owner it lists its clients, as client it names the owner. */
  if (!g_variant_lookup (properties,
          strcmp (mode, WPAS_PERSISTENT_MODE_GO) == 0 ? WPAS_PERSISTENT_CLIENTS
                                                      : WPAS_PERSISTENT_BSSID,
          "&s", &members))
    return FALSE;

  for (WfdText text = wfd_text (members), token; wfd_text_take_token (&text, &token);) {
    if (wfd_text_equal (token, peer_id))
      return TRUE;
  }
  return FALSE;
}

char *
wfd_p2p_read_invitation (GVariant *args, const char *interface_path, guint *ret_mhz)
{
  g_autoptr (GVariant) dict = get_dict (args);
  g_autoptr (GVariant) value =
      dict != NULL ? g_variant_lookup_value (dict, WPAS_KEY_GO_ADDRESS, NULL) : NULL;
  const guint8 *octets = get_octets (value, WFD_IE_ADDRESS_BYTES);
  gint group_mhz = 0;

  if (octets == NULL || interface_path == NULL)
    return NULL;
  g_variant_lookup (dict, WPAS_KEY_GROUP_FREQUENCY, "i", &group_mhz);
  *ret_mhz = MAX (group_mhz, 0);
  return g_strdup_printf ("%s/Peers/%02x%02x%02x%02x%02x%02x", interface_path, octets[0], octets[1],
      octets[2], octets[3], octets[4], octets[5]);
}

/* --- what wpa_supplicant has --- */

static gboolean
has_word (GVariant *dict, const char *key, const char *word)
{
  g_autofree const char **words = NULL;

  return g_variant_lookup (dict, key, "^a&s", &words) && g_strv_contains (words, word);
}

gboolean
wfd_p2p_read_root (GVariant *properties, char ***ret_interfaces, GVariant **ret_wfd_ies,
    GError **error)
{
  g_autoptr (GVariant) ies = NULL;

  if (!has_word (properties, WPAS_CAPABILITIES, WPAS_CAPABILITY_P2P)) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_UNSUPPORTED,
        "This wpa_supplicant was built without Wi-Fi Direct (CONFIG_P2P)");
    return FALSE;
  }
  ies = g_variant_lookup_value (properties, WPAS_WFD_IES, G_VARIANT_TYPE_BYTESTRING);
  if (ies == NULL) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_UNSUPPORTED,
        "This wpa_supplicant was built without Wi-Fi Display (CONFIG_WIFI_DISPLAY)");
    return FALSE;
  }
  if (!g_variant_lookup (properties, WPAS_INTERFACES, "^ao", ret_interfaces))
    *ret_interfaces = g_new0 (char *, 1);
  *ret_wfd_ies = g_steal_pointer (&ies);
  return TRUE;
}

gboolean
wfd_p2p_read_interface (GVariant *properties, char **ret_name, gboolean *ret_can_p2p)
{
  g_autoptr (GVariant) capabilities =
      g_variant_lookup_value (properties, WPAS_CAPABILITIES, G_VARIANT_TYPE_VARDICT);

  if (!g_variant_lookup (properties, WPAS_IFNAME, "s", ret_name))
    return FALSE;
  *ret_can_p2p = capabilities != NULL && has_word (capabilities, WPAS_MODES, WPAS_MODE_P2P);
  return TRUE;
}

/* "" if it is not told. */
static const char *
get_state (GVariant *properties)
{
  const char *state = "";

  if (g_variant_is_of_type (properties, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (properties, WPAS_STATE, "&s", &state);
  return state;
}

gboolean
wfd_p2p_read_is_at_rest (GVariant *properties)
{
  static const char *const states[] = { "", WPAS_STATE_CONNECTED, WPAS_STATE_OFF, "disconnected",
    WPAS_STATE_UNUSED, NULL };

  return g_strv_contains (states, get_state (properties));
}

gboolean
wfd_p2p_read_has_state (GVariant *properties)
{
  return *get_state (properties) != '\0';
}

gboolean
wfd_p2p_read_is_off (GVariant *properties)
{
  return strcmp (get_state (properties), WPAS_STATE_OFF) == 0;
}

gboolean
wfd_p2p_read_is_connected (GVariant *properties)
{
  static const char *const states[] = { "authenticating", "associating", "associated",
    "4way_handshake", "group_handshake", WPAS_STATE_CONNECTED, NULL };

  return g_strv_contains (states, get_state (properties));
}

/* Between two attempts it is "disconnected", or "scanning", as who is in no network is. */
gboolean
wfd_p2p_read_is_in_use (GVariant *properties)
{
  guint n_networks = 0;

  if (wfd_p2p_read_is_connected (properties))
    return TRUE;
  wfd_p2p_read_networks (properties, &n_networks);
  return n_networks > 0 && !wfd_p2p_read_is_unused (properties);
}

gboolean
wfd_p2p_read_is_unused (GVariant *properties)
{
  return strcmp (get_state (properties), WPAS_STATE_UNUSED) == 0;
}

void
wfd_p2p_read_networks (GVariant *properties, guint *ret_n_networks)
{
  g_autofree const char **networks = NULL;

  if (g_variant_lookup (properties, WPAS_NETWORKS, "^a&o", &networks))
    *ret_n_networks = g_strv_length ((char **) networks);
}

gboolean
wfd_p2p_is_group_name (const char *name)
{
  return g_str_has_prefix (name, WPAS_GROUP_PREFIX) && !g_str_has_prefix (name, WPAS_DEVICE_PREFIX);
}

gboolean
wfd_p2p_read_status (GVariant *args, gint *ret_status)
{
  g_autoptr (GVariant) dict = get_dict (args);
  gint32 status;

  if (dict == NULL || !g_variant_lookup (dict, WPAS_KEY_STATUS, "i", &status))
    return FALSE;
  *ret_status = status;
  return TRUE;
}

guint
wfd_p2p_read_only_mhz (GVariant *args)
{
  g_autoptr (GVariant) dict = get_dict (args);
  g_autoptr (GVariant) list = NULL;
  const char *role;
  const gint32 *frequencies;
  gsize n;

  if (dict == NULL || !g_variant_lookup (dict, WPAS_KEY_ROLE_GO, "&s", &role)
      || strcmp (role, WPAS_ROLE_GO) != 0)
    return 0;
  list = g_variant_lookup_value (dict, WPAS_KEY_FREQUENCIES, G_VARIANT_TYPE ("ai"));
  if (list == NULL)
    return 0;
  frequencies = g_variant_get_fixed_array (list, &n, sizeof (gint32));
  return n == 1 ? (guint) CLAMP (frequencies[0], 0, G_MAXUINT16) : 0;
}

/* --- asked --- */

static GVariant *
new_octets (const guint8 *octets, gsize n)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, octets, n, 1);
}

static void
insert_octets (GVariantDict *dict, const char *key, const guint8 *octets, gsize n)
{
  g_variant_dict_insert_value (dict, key, new_octets (octets, n));
}

GVariant *
wfd_p2p_build_config (const WfdP2pConfig *config)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (config->name != NULL)
    g_variant_dict_insert (&dict, WPAS_CONFIG_DEVICE_NAME, "s", config->name);
  if (config->is_sink)
    insert_octets (&dict, WPAS_CONFIG_PRIMARY_TYPE, type_display, sizeof (type_display));
  else
    insert_octets (&dict, WPAS_CONFIG_PRIMARY_TYPE, type_smartphone, sizeof (type_smartphone));
  /* A peer that was paired may come back without anybody being asked. */
  g_variant_dict_insert (&dict, WPAS_CONFIG_PERSISTENT_RECONNECT, "b", TRUE);
  if (config->sets_address) {
    insert_octets (&dict, WPAS_CONFIG_IP_GO, go_address, IPV4_BYTES);
    insert_octets (&dict, WPAS_CONFIG_IP_MASK, go_mask, IPV4_BYTES);
    insert_octets (&dict, WPAS_CONFIG_IP_START, first_client, IPV4_BYTES);
    insert_octets (&dict, WPAS_CONFIG_IP_END, last_client, IPV4_BYTES);
  }
  return g_variant_dict_end (&dict);
}

/* Of those we set all where one is missing; 0.0.0.0 is what wpa_supplicant has for none. */
static void
insert_old_addresses (GVariantDict *dict, GVariant *old)
{
  static const char *const keys[] = { WPAS_CONFIG_IP_GO, WPAS_CONFIG_IP_MASK, WPAS_CONFIG_IP_START,
    WPAS_CONFIG_IP_END };
  static const guint8 none[IPV4_BYTES];
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (GInetAddressMask) network = NULL;

  if (wfd_p2p_read_go_address (old, &address, &network))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (old, keys[i], G_VARIANT_TYPE_BYTESTRING);

    if (value != NULL)
      g_variant_dict_insert_value (dict, keys[i], value);
    else
      insert_octets (dict, keys[i], none, sizeof (none));
  }
}

GVariant *
wfd_p2p_build_old_config (GVariant *old, gboolean was_named)
{
  static const char *const keys[] = { WPAS_CONFIG_PRIMARY_TYPE, WPAS_CONFIG_PERSISTENT_RECONNECT,
    WPAS_CONFIG_NO_GROUP_INTERFACE, WPAS_WPS_METHODS };
  const char *name = "";
  GVariantDict dict;
  g_autoptr (GVariant) config = NULL;

  g_variant_dict_init (&dict, NULL);
  if (was_named) {
    g_variant_lookup (old, WPAS_CONFIG_DEVICE_NAME, "&s", &name);
    g_variant_dict_insert (&dict, WPAS_CONFIG_DEVICE_NAME, "s", name);
  }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (old, keys[i], NULL);

    if (value != NULL)
      g_variant_dict_insert_value (&dict, keys[i], value);
  }
  insert_old_addresses (&dict, old);
  config = g_variant_ref_sink (g_variant_dict_end (&dict));
  return g_variant_n_children (config) > 0 ? g_steal_pointer (&config) : NULL;
}

#define MAX_METHODS_BYTES 256

char *
wfd_p2p_choose_methods (GVariant *found, char **ret_old)
{
  const char *text = found != NULL ? g_variant_get_string (found, NULL) : NULL;

  *ret_old = NULL;
  if (text == NULL || strlen (text) > MAX_METHODS_BYTES)
    return NULL;
  if (strstr (text, WPAS_WPS_BUTTON) != NULL)
    return g_strdup (text);
  *ret_old = g_strdup (*text != '\0' ? text : WPAS_WPS_METHODS_OF_NONE);
  return g_strconcat (*ret_old, " virtual_" WPAS_WPS_BUTTON, NULL);
}

GVariant *
wfd_p2p_with_methods (GVariant *config, const char *methods)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, config);
  if (methods != NULL)
    g_variant_dict_insert (&dict, WPAS_WPS_METHODS, "s", methods);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

GVariant *
wfd_p2p_build_methods (const char *methods)
{
  return g_variant_new ("(ssv)", WPAS_INTERFACE_WPS, WPAS_WPS_METHODS,
      g_variant_new_string (methods));
}

GVariant *
wfd_p2p_take_methods (GVariant *config, char **ret_methods)
{
  g_autoptr (GVariant) rest = NULL;
  GVariantDict dict;

  *ret_methods = NULL;
  g_variant_lookup (config, WPAS_WPS_METHODS, "s", ret_methods);
  g_variant_dict_init (&dict, config);
  g_variant_dict_remove (&dict, WPAS_WPS_METHODS);
  rest = g_variant_ref_sink (g_variant_dict_end (&dict));
  return g_variant_n_children (rest) > 0 ? g_steal_pointer (&rest) : NULL;
}

GVariant *
wfd_p2p_build_no_group_interface (void)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_CONFIG_NO_GROUP_INTERFACE, "b", TRUE);
  return g_variant_dict_end (&dict);
}

gboolean
wfd_p2p_read_has_group_interface (GVariant *config)
{
  gboolean has_none = TRUE;

  g_variant_lookup (config, WPAS_CONFIG_NO_GROUP_INTERFACE, "b", &has_none);
  return !has_none;
}

static GVariant *
end_args (GVariantDict *dict)
{
  return g_variant_new ("(@a{sv})", g_variant_dict_end (dict));
}

GVariant *
wfd_p2p_build_find (gboolean social, guint timeout_s)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_KEY_DISCOVERY_TYPE, "s",
      social ? WPAS_DISCOVERY_SOCIAL : WPAS_DISCOVERY_FULL);
  if (timeout_s > 0)
    g_variant_dict_insert (&dict, WPAS_KEY_TIMEOUT, "i", timeout_s);
  return end_args (&dict);
}

GVariant *
wfd_p2p_build_glance (guint frequency_mhz)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  /* wpa_supplicant looks only there first. */
  g_variant_dict_insert (&dict, WPAS_KEY_DISCOVERY_TYPE, "s", WPAS_DISCOVERY_FULL);
  g_variant_dict_insert (&dict, WPAS_KEY_FIND_FREQUENCY, "u", frequency_mhz);
  /* It is stopped before, unless this program is. */
  g_variant_dict_insert (&dict, WPAS_KEY_TIMEOUT, "i", 2);
  return end_args (&dict);
}

GVariant *
wfd_p2p_build_extended_listen (guint period_ms, guint interval_ms)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (period_ms > 0) {
    g_variant_dict_insert (&dict, WPAS_KEY_PERIOD, "i", period_ms);
    g_variant_dict_insert (&dict, WPAS_KEY_INTERVAL, "i", interval_ms);
  }
  return end_args (&dict);
}

GVariant *
wfd_p2p_build_connect (const char *peer_path, const WfdLinkPairing *pairing, gboolean join,
    gint go_intent, guint frequency_mhz)
{
  static const char *const methods[] = {
    [WFD_PAIRING_PBC] = "pbc",
    [WFD_PAIRING_PIN_DISPLAY] = "display",
    [WFD_PAIRING_PIN_KEYPAD] = "keypad",
  };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_KEY_PEER, "o", peer_path);
  g_variant_dict_insert (&dict, WPAS_KEY_WPS_METHOD, "s", methods[pairing->pairing]);
  if (pairing->pin != NULL)
    g_variant_dict_insert (&dict, WPAS_KEY_PIN, "s", pairing->pin);
  if (pairing->persist)
    g_variant_dict_insert (&dict, WPAS_KEY_PERSISTENT, "b", TRUE);
  if (join)
    g_variant_dict_insert (&dict, WPAS_KEY_JOIN, "b", TRUE);
  else if (go_intent >= 0)
    g_variant_dict_insert (&dict, WPAS_KEY_GO_INTENT, "i", go_intent);
  if (frequency_mhz > 0)
    g_variant_dict_insert (&dict, WPAS_KEY_FREQUENCY, "i", frequency_mhz);
  return end_args (&dict);
}

GVariant *
wfd_p2p_build_invite (const char *peer_path, const char *group_path)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_KEY_PEER, "o", peer_path);
  g_variant_dict_insert (&dict, WPAS_KEY_PERSISTENT_GROUP_OBJECT, "o", group_path);
  return end_args (&dict);
}

GVariant *
wfd_p2p_build_rejoin (const char *group_path)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_KEY_PERSISTENT_GROUP_OBJECT, "o", group_path);
  return end_args (&dict);
}

GVariant *
wfd_p2p_build_begin (const char *group_path, guint frequency_mhz)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (group_path != NULL)
    g_variant_dict_insert (&dict, WPAS_KEY_PERSISTENT_GROUP_OBJECT, "o", group_path);
  else
    g_variant_dict_insert (&dict, WPAS_KEY_PERSISTENT, "b", TRUE);
  if (frequency_mhz > 0)
    g_variant_dict_insert (&dict, WPAS_KEY_FREQUENCY, "i", frequency_mhz);
  return end_args (&dict);
}

GVariant *
wfd_p2p_build_kept_mhz (guint frequency_mhz)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_PERSISTENT_FREQUENCY, "u", frequency_mhz);
  return g_variant_dict_end (&dict);
}

GVariant *
wfd_p2p_build_invite_in (const char *peer_path)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_KEY_PEER, "o", peer_path);
  return end_args (&dict);
}

/* By its address as a device it would have to be paired again. */
GVariant *
wfd_p2p_build_remove (const guint8 *station)
{
  GVariantDict dict;
  g_autofree char *text = wfd_p2p_address_to_id (station);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_KEY_CLIENT, "s", text);
  return end_args (&dict);
}

static void
insert_address (GVariantDict *dict, const char *key, const char *id)
{
  guint8 octets[WFD_IE_ADDRESS_BYTES];

  if (wfd_link_read_address (id, octets))
    insert_octets (dict, key, octets, sizeof (octets));
}

GVariant *
wfd_p2p_build_admit (const char *peer_id, const char *pin)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_WPS_ROLE, "s", WPAS_WPS_REGISTRAR);
  g_variant_dict_insert (&dict, WPAS_WPS_TYPE, "s", pin != NULL ? WPAS_WPS_TYPE_PIN : WPAS_WPS_PBC);
  if (pin != NULL)
    g_variant_dict_insert (&dict, WPAS_WPS_PIN, "s", pin);
  else
    insert_address (&dict, WPAS_WPS_P2P_ADDRESS, peer_id);
  return end_args (&dict);
}

#define SCAN_WIDTH_MHZ 20

/* An owner tells that it is one only to who asks as a P2P device, and its answer is
 * no answer for wpa_supplicant else: a P2P element (P2P 1.7 §4.1.1) with nothing but
 * the capability attribute, which says nothing. */
static const guint8 p2p_element[] = { 0xdd, 0x09, 0x50, 0x6f, 0x9a, 0x09, 0x02, 0x02, 0x00, 0x00,
  0x00 };

GVariant *
wfd_p2p_build_scan (guint frequency_mhz)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, WPAS_SCAN_TYPE, "s", WPAS_SCAN_ACTIVE);
  g_variant_dict_insert_value (&dict, WPAS_SCAN_CHANNELS,
      g_variant_new_parsed ("[(%u, %u)]", frequency_mhz, SCAN_WIDTH_MHZ));
  g_variant_dict_insert_value (&dict, WPAS_SCAN_IES,
      g_variant_new_parsed ("[%@ay]", new_octets (p2p_element, sizeof (p2p_element))));
  return end_args (&dict);
}

#define PIN_DIGITS 7 /* without the last */

char *
wfd_p2p_make_pin (guint32 random)
{
  guint32 digits = random % 10000000, sum = 0, rest = digits;

  for (guint i = 0; i < PIN_DIGITS; i++) {
    sum += rest % 10 * (i % 2 == 0 ? 3 : 1);
    rest /= 10;
  }
  return g_strdup_printf ("%07u%u", digits, (10 - sum % 10) % 10);
}
