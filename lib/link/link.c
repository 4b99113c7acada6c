/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link.h"

G_DEFINE_INTERFACE (WfdLink, wfd_link, G_TYPE_OBJECT)

static guint signals[WFD_LINK_N_SIGNALS];

static const char *const peer_signals[] = {
  [WFD_LINK_PEER_FOUND] = "peer-found",
  [WFD_LINK_PEER_CHANGED] = "peer-changed",
  [WFD_LINK_PEER_LOST] = "peer-lost",
};

static const char *const error_signals[] = {
  [WFD_LINK_LOST] = "lost",
  [WFD_LINK_UNAVAILABLE] = "unavailable",
};

static void
wfd_link_default_init (WfdLinkInterface *iface)
{
  for (guint i = WFD_LINK_PEER_FOUND; i <= WFD_LINK_PEER_LOST; i++)
    signals[i] = g_signal_new (peer_signals[i], WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
        NULL, G_TYPE_NONE, 1, WFD_TYPE_LINK_PEER);
  for (guint i = WFD_LINK_LOST; i <= WFD_LINK_UNAVAILABLE; i++)
    signals[i] = g_signal_new (error_signals[i], WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
        NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[WFD_LINK_PAIRING_REQUEST] =
      g_signal_new ("pairing-request", WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
          G_TYPE_NONE, 3, WFD_TYPE_LINK_PEER, G_TYPE_UINT, G_TYPE_STRING);
  signals[WFD_LINK_PIN] = g_signal_new ("pin", WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
      NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[WFD_LINK_OPENED] = g_signal_new ("opened", WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL,
      NULL, NULL, G_TYPE_NONE, 0);
}

void
wfd_link_emit (gpointer self, WfdLinkSignal signal, ...)
{
  va_list args;

  va_start (args, signal);
  g_signal_emit_valist (self, signals[signal], 0, args);
  va_end (args);
}

void
wfd_link_find_async (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  WFD_LINK_GET_IFACE (self)->find_async (self, cancellable, callback, user_data);
}

void
wfd_link_stop_find (WfdLink *self)
{
  WFD_LINK_GET_IFACE (self)->stop_find (self);
}

void
wfd_link_connect_async (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  WFD_LINK_GET_IFACE (self)->connect_async (self, peer, pairing, cancellable, callback, user_data);
}

void
wfd_link_reopen_async (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  WFD_LINK_GET_IFACE (self)->reopen_async (self, peer, pairing, cancellable, callback, user_data);
}

void
wfd_link_disconnect_async (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  WFD_LINK_GET_IFACE (self)->disconnect_async (self, cancellable, callback, user_data);
}

gboolean
wfd_link_finish (WfdLink *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
wfd_link_reject (WfdLink *self, WfdLinkPeer *peer)
{
  WFD_LINK_GET_IFACE (self)->reject (self, peer);
}

void
wfd_link_close (WfdLink *self)
{
  WFD_LINK_GET_IFACE (self)->close (self);
}

GPtrArray *
wfd_link_dup_peers (WfdLink *self)
{
  return WFD_LINK_GET_IFACE (self)->dup_peers (self);
}

const WfdLinkInfo *
wfd_link_get_info (WfdLink *self)
{
  return WFD_LINK_GET_IFACE (self)->get_info (self);
}

const WfdStation *
wfd_link_get_station (WfdLink *self)
{
  return WFD_LINK_GET_IFACE (self)->get_station (self);
}

void
wfd_link_tell (WfdLink *self, WfdLinkLife life)
{
  WFD_LINK_GET_IFACE (self)->tell (self, life);
}

static void
insert_address (GVariantDict *dict, const char *key, GInetAddress *address)
{
  if (address != NULL)
    g_variant_dict_insert_value (dict, key,
        g_variant_new_take_string (g_inet_address_to_string (address)));
}

static void
insert_info (GVariantDict *dict, const WfdLinkInfo *info)
{
  g_variant_dict_insert (dict, "interface", "s", info->interface);
  g_variant_dict_insert (dict, "role", "s", info->is_owner ? "owner" : "client");
  g_variant_dict_insert (dict, "persistent", "b", info->is_persistent);
  if (info->peer != NULL)
    g_variant_dict_insert (dict, "peer", "s", wfd_link_peer_get_id (info->peer));
  if (info->frequency_mhz != 0)
    g_variant_dict_insert (dict, "frequency-mhz", "u", info->frequency_mhz);
  insert_address (dict, "local-address", info->local_address);
  insert_address (dict, "peer-address", info->peer_address);
}

GVariant *
wfd_link_dup_stats (WfdLink *self)
{
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (self);
  const WfdLinkInfo *info = wfd_link_get_info (self);
  const WfdStation *station = wfd_link_get_station (self);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "peers", "u", peers->len);
  if (info != NULL)
    insert_info (&dict, info);
  if (station != NULL)
    wfd_station_insert (station, &dict);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

WfdLinkInfo *
wfd_link_info_new (void)
{
  return g_new0 (WfdLinkInfo, 1);
}

void
wfd_link_info_free (WfdLinkInfo *self)
{
  g_clear_object (&self->peer);
  g_clear_object (&self->local_address);
  g_clear_object (&self->network);
  g_clear_object (&self->peer_address);
  g_free (self->interface);
  g_free (self);
}
