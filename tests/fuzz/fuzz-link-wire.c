/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What wpa_supplicant might say, as D-Bus would hand it over: the first octet
 * chooses the type, the rest is a serialised value of it, which GLib makes whole
 * where it is not. */
#include <link-p2p-wire.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
fuzz_peer (GVariant *value)
{
  g_autoptr (WfdLinkPeer) peer = wfd_link_peer_new ("02:00:00:00:01:00");

  wfd_p2p_read_peer (value, peer);
  g_assert_false (wfd_p2p_read_peer (value, peer));
  g_assert_true (g_utf8_validate (wfd_link_peer_get_name (peer), -1, NULL));
}

static void
fuzz_started (GVariant *value)
{
  g_autoptr (WfdLinkInfo) info = wfd_link_info_new ();
  g_autofree char *interface_path = NULL, *group_path = NULL;

  if (wfd_p2p_read_started (value, info, &interface_path, &group_path))
    g_assert_true (
        g_variant_is_object_path (interface_path) && g_variant_is_object_path (group_path));
}

static void
fuzz_invitation (GVariant *value)
{
  guint group_mhz = 0;
  g_autofree char *path = wfd_p2p_read_invitation (value, "/interface", &group_mhz);

  g_assert_true (group_mhz <= G_MAXINT);
  g_assert_true (path == NULL || g_variant_is_object_path (path));
}

static void
fuzz_dict (GVariant *value)
{
  g_autoptr (GVariant) ies = NULL;
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (GInetAddressMask) network = NULL;
  g_autofree char *name = NULL;
  g_auto (GStrv) interfaces = NULL;
  gboolean can_p2p;

  fuzz_peer (value);
  wfd_p2p_read_root (value, &interfaces, &ies, NULL);
  wfd_p2p_read_interface (value, &name, &can_p2p);
  wfd_p2p_read_is_paired (value, "02:00:00:00:01:00");
  wfd_p2p_read_is_owner (value);
  g_assert_cmpuint (wfd_p2p_read_kept_mhz (value), <=, G_MAXUINT16);
  if (wfd_p2p_read_go_address (value, &address, &network))
    g_assert_true (g_inet_address_mask_matches (network, address));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const types[] = { "a{sv}", "(a{sv})", "(sa{sv})", "v" };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) value = NULL;
  gint status;

  if (size == 0)
    return 0;
  bytes = g_bytes_new (data + 1, size - 1);
  value = g_variant_ref_sink (g_variant_new_from_bytes (
      G_VARIANT_TYPE (types[data[0] % G_N_ELEMENTS (types)]), bytes, FALSE));
  fuzz_started (value);
  fuzz_invitation (value);
  g_assert_cmpuint (wfd_p2p_read_only_mhz (value), <=, G_MAXUINT16);
  wfd_p2p_read_status (value, &status);
  g_error_free (wfd_p2p_error_from_wps (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    fuzz_dict (value);
  return 0;
}
