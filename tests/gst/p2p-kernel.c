/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel tells a stage, but for its addresses; called instead of what libwfd has, by --wrap
 * of the linker. */
#include "p2p-stage.h"

#include <establish-private.h>
#include <link-net.h>
#include <link-station.h>
#include <wfd/wfd.h>

gboolean __wrap_wfd_net_check_rights (GError **error);
void __wrap_wfd_net_probe (GInetAddress *peer);
guint __wrap_wfd_net_get_index (const char *interface);
gboolean __wrap_wfd_net_is_up (const char *interface);
WfdNetP2p __wrap_wfd_net_find_p2p (const char *interface);
gboolean __wrap_wfd_net_ask_peer (const char *interface, GInetAddress *peer);
gboolean __wrap_wfd_net_has_answered (const char *interface, GInetAddress *peer);
gboolean __wrap_wfd_station_socket_open (WfdStationSocket *ret_socket, GError **error);

gboolean
__wrap_wfd_net_check_rights (GError **error)
{
  return TRUE;
}

void
__wrap_wfd_net_probe (GInetAddress *peer)
{
}

guint
__wrap_wfd_net_get_index (const char *interface)
{
  return 7;
}

gboolean
__wrap_wfd_net_is_up (const char *interface)
{
  return TRUE;
}

/* Of the one of that name that this machine may have it would. */
WfdNetP2p
__wrap_wfd_net_find_p2p (const char *interface)
{
  return WFD_NET_P2P_UNKNOWN;
}

static gint kernel_asks; /* atomic */

void
stage_ask_in_vain (gboolean asks)
{
  g_atomic_int_set (&kernel_asks, asks);
}

gboolean
__wrap_wfd_net_ask_peer (const char *interface, GInetAddress *peer)
{
  return g_atomic_int_get (&kernel_asks);
}

gboolean
__wrap_wfd_net_has_answered (const char *interface, GInetAddress *peer)
{
  return FALSE;
}

gboolean
__wrap_wfd_station_socket_open (WfdStationSocket *ret_socket, GError **error)
{
  g_set_error (error, WFD_ERROR, WFD_ERROR_UNSUPPORTED, "there is no nl80211");
  return FALSE;
}

/* --- what the driver tells of the peer --- */

GVariant *__wrap_wfd_establish_dup_stats (WfdEstablish *establish);
GVariant *__real_wfd_establish_dup_stats (WfdEstablish *establish);

static gint driver_kbps, driver_drops, driver_overlimit, driver_has_gone;

void
stage_tell_modulation (guint kbps)
{
  g_atomic_int_set (&driver_kbps, kbps);
}

void
stage_tell_drops (guint drops, guint overlimit)
{
  g_atomic_int_set (&driver_overlimit, overlimit);
  g_atomic_int_set (&driver_drops, drops);
}

void
stage_take_driver_away (gboolean gone)
{
  g_atomic_int_set (&driver_has_gone, gone);
}

static void
add_number (GVariantDict *dict, const char *key, gint64 number)
{
  g_variant_dict_insert (dict, key, "x", number);
}

static void
add_queues (GVariantDict *dict)
{
  add_number (dict, "queue-bytes", 3000);
  add_number (dict, "queue-packets", 2);
  add_number (dict, "queue-flows", 9);
  add_number (dict, "queue-drops", g_atomic_int_get (&driver_drops));
  add_number (dict, "queue-overlimit", g_atomic_int_get (&driver_overlimit));
}

GVariant *
__wrap_wfd_establish_dup_stats (WfdEstablish *establish)
{
  g_autoptr (GVariant) stats = g_atomic_int_get (&driver_has_gone)
      ? g_variant_ref_sink (g_variant_new ("a{sv}", NULL))
      : __real_wfd_establish_dup_stats (establish);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (stats);
  gint64 kbps = g_atomic_int_get (&driver_kbps);

  if (kbps > 0 && !g_atomic_int_get (&driver_has_gone)) {
    add_number (&dict, "tx-kbps", kbps);
    add_number (&dict, "tx-packets", 1000);
    add_queues (&dict);
  }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
