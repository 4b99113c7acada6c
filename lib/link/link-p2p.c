/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The link object: its peers, its group, and what the application asks. */
#include "link-p2p-private.h"

#include <base-limits.h>
#include <wfd/wfd-enums.h>

#include "link-p2p-wire.h"
#include "link-wpas.h"

/**
 * WfdP2pLink:
 *
 * The link over Wi-Fi Direct. It needs wpa_supplicant 2.10 or later with D-Bus, an
 * adapter whose driver has Wi-Fi Direct, and the right to set addresses
 * (CAP_NET_ADMIN). It does not configure a network: what it has set is undone by
 * wfd_link_close().
 *
 * A property counts from the next time that this device announces itself: it is
 * set before the first use of the link, or after wfd_link_close().
 */

static void init_link (WfdLinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WfdP2pLink, wfd_p2p_link, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (WFD_TYPE_LINK, init_link))

/* --- helpers --- */

void
wfd_p2p_clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
wfd_p2p_link_send_to (WfdP2pLink *self, const char *path, const char *interface, const char *method,
    GVariant *args)
{
  g_dbus_connection_call (self->bus, self->owner, path, interface, method, args, NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

void
wfd_p2p_link_send (WfdP2pLink *self, const char *path, const char *method, GVariant *args)
{
  wfd_p2p_link_send_to (self, path, WPAS_INTERFACE_P2P, method, args);
}

/* --- its group --- */

gboolean
wfd_p2p_group_get_address (const WfdP2pGroup *group, WfdNetAddress *ret_address)
{
  const WfdLinkInfo *info = group->info;

  if (info->local_address == NULL || info->network == NULL)
    return FALSE;
  *ret_address = (WfdNetAddress) {
    .interface = info->interface,
    .address = info->local_address,
    .prefix_length = g_inet_address_mask_get_length (info->network),
  };
  return TRUE;
}

/* Most interfaces of groups go with their group, and their addresses with them. */
static void
remove_address (WfdP2pGroup *group)
{
  WfdNetAddress address;

  if (group->has_address && wfd_p2p_group_get_address (group, &address))
    wfd_net_remove_address (&address);
}

static void
group_free (WfdP2pGroup *group)
{
  remove_address (group);
  g_clear_pointer (&group->claim, wfd_claim_free);
  wfd_p2p_clear_source (&group->ride_out);
  wfd_p2p_clear_source (&group->loss_timer);
  wfd_p2p_clear_source (&group->look_timer);
  g_clear_pointer (&group->dhcp, wfd_process_free);
  g_clear_pointer (&group->stations, wfd_station_watch_free);
  wfd_link_info_free (group->info);
  g_array_unref (group->members);
  g_free (group->newcomer);
  g_free (group->server);
  g_ptr_array_unref (group->leases);
  g_free (group->interface_path);
  g_free (group->group_path);
  g_free (group);
}

void
wfd_p2p_link_clear_group (WfdP2pLink *self)
{
  /* So that it is neither joined when it is wanted again, nor invited on the channel of its group if
   * it was heard there. */
  if (self->group != NULL && !self->group->info->is_owner && self->group->info->peer != NULL)
    wfd_link_peer_doubt (self->group->info->peer);
  if (self->group != NULL)
    self->last_mhz = self->group->info->frequency_mhz;
  /* The state of the adapter's interface was that of the group. */
  if (self->group != NULL && g_strcmp0 (self->group->interface_path, self->interface_path) == 0)
    self->is_connected = self->is_in_network = FALSE;
  if (self->group != NULL)
    wfd_p2p_group_release (self);
  g_clear_pointer (&self->group, group_free);
  wfd_p2p_link_announce (self);
}

/* --- peers --- */

WfdLinkPeer *
wfd_p2p_link_find_peer (WfdP2pLink *self, const char *text)
{
  GHashTableIter iter;
  gpointer peer;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer)) {
    if (wfd_link_peer_matches (peer, text))
      return peer;
  }
  return NULL;
}

gboolean
wfd_p2p_link_has_peer (WfdP2pLink *self, WfdLinkPeer *peer)
{
  return g_hash_table_lookup (self->peers, wfd_link_peer_get_id (peer)) == peer;
}

char *
wfd_p2p_link_dup_peer_path (WfdP2pLink *self, WfdLinkPeer *peer)
{
  g_auto (GStrv) octets = g_strsplit (wfd_link_peer_get_id (peer), ":", -1);
  g_autofree char *compact = g_strjoinv (NULL, octets);

  return g_strconcat (self->interface_path, "/Peers/", compact, NULL);
}

static void
lose_peer (WfdP2pLink *self, const char *id)
{
  g_autofree char *key = NULL;
  g_autoptr (WfdLinkPeer) peer = NULL;

  if (g_hash_table_steal_extended (self->peers, id, (gpointer *) &key, (gpointer *) &peer))
    wfd_link_emit (self, WFD_LINK_PEER_LOST, peer);
}

static gboolean
is_needed (WfdP2pLink *self, WfdLinkPeer *peer)
{
  return (self->op != NULL && wfd_p2p_op_wants (self->op, peer))
      || (self->group != NULL && self->group->info->peer == peer);
}

/* Of which nothing was heard for longest; the one that is waited for may come as the last. */
static void
make_room (WfdP2pLink *self)
{
  WfdLinkPeer *oldest = NULL;
  GHashTableIter iter;
  gpointer peer;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer)) {
    if (!is_needed (self, peer)
        && (oldest == NULL
            || wfd_link_peer_get_heard_us (peer) < wfd_link_peer_get_heard_us (oldest)))
      oldest = peer;
  }
  if (oldest != NULL)
    lose_peer (self, wfd_link_peer_get_id (oldest));
}

/* What is new about it is told by the caller, for whom @ret_is_new was FALSE before. */
static WfdLinkPeer *
ensure_peer (WfdP2pLink *self, const char *path, gboolean *ret_is_new)
{
  g_autofree char *id = wfd_p2p_read_peer_id (path);
  WfdLinkPeer *peer;

  if (id == NULL)
    return NULL;
  peer = g_hash_table_lookup (self->peers, id);
  if (peer != NULL)
    return peer;
  if (g_hash_table_size (self->peers) >= WFD_LIMIT_LINK_PEERS)
    make_room (self);
  /* Closed by who was told. */
  if (self->owner == NULL)
    return NULL;
  *ret_is_new = TRUE;
  peer = wfd_link_peer_new (id);
  g_hash_table_insert (self->peers, g_steal_pointer (&id), peer);
  return peer;
}

WfdLinkPeer *
wfd_p2p_link_ensure_peer (WfdP2pLink *self, const char *path)
{
  gboolean is_new = FALSE;
  WfdLinkPeer *peer = ensure_peer (self, path, &is_new);
  g_autofree char *id = NULL;

  if (!is_new)
    return peer;
  id = g_strdup (wfd_link_peer_get_id (peer));
  wfd_link_emit (self, WFD_LINK_PEER_FOUND, peer);
  /* Unless the application has closed the link. */
  return g_hash_table_lookup (self->peers, id);
}

void
wfd_p2p_link_update_peer (WfdP2pLink *self, const char *path, GVariant *properties,
    gboolean is_heard)
{
  G_GNUC_UNUSED g_autoptr (WfdP2pLink) held = g_object_ref (self);
  gboolean is_new = FALSE;
  g_autoptr (WfdLinkPeer) peer = ensure_peer (self, path, &is_new);
  gboolean changed;

  if (peer == NULL)
    return;
  g_object_ref (peer);
  changed = wfd_p2p_read_peer (properties, peer);
  if (is_heard)
    wfd_link_peer_note_heard (peer, g_get_monotonic_time ());
  if (is_new)
    wfd_link_emit (self, WFD_LINK_PEER_FOUND, peer);
  else if (changed)
    wfd_link_emit (self, WFD_LINK_PEER_CHANGED, peer);
  if (self->op != NULL)
    wfd_p2p_op_peer_seen (self->op, peer);
}

void
wfd_p2p_link_lose_peer (WfdP2pLink *self, const char *path)
{
  g_autofree char *id = wfd_p2p_read_peer_id (path);

  if (id != NULL)
    lose_peer (self, id);
  if (self->op != NULL)
    wfd_p2p_op_peer_lost (self->op);
}

void
wfd_p2p_link_lose_all_peers (WfdP2pLink *self)
{
  g_autoptr (GHashTable) lost = g_steal_pointer (&self->peers);
  GHashTableIter iter;
  gpointer peer;

  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_hash_table_iter_init (&iter, lost);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    wfd_link_emit (self, WFD_LINK_PEER_LOST, peer);
}

/* --- what the application asks --- */

static void
begin (WfdLink *link, const WfdP2pWish *wish, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);

  wfd_p2p_op_begin (self, wish, g_task_new (self, cancellable, callback, user_data));
}

static void
p2p_find_async (WfdLink *link, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  WfdP2pWish wish = { 0 };

  begin (link, &wish, cancellable, callback, user_data);
}

static void
p2p_connect_async (WfdLink *link, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  WfdP2pWish wish = { WFD_P2P_OPENS, peer, pairing };

  begin (link, &wish, cancellable, callback, user_data);
}

static void
p2p_reopen_async (WfdLink *link, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  WfdP2pWish wish = { WFD_P2P_OPENS | WFD_P2P_REOPENS, peer, pairing };

  if (pairing != NULL)
    wish.facts |= WFD_P2P_MAY_PAIR;
  begin (link, &wish, cancellable, callback, user_data);
}

void
wfd_p2p_link_host_async (WfdP2pLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  WfdP2pWish wish = { .facts = WFD_P2P_OPENS | WFD_P2P_BEGINS | WFD_P2P_HOSTS };

  begin (WFD_LINK (self), &wish, cancellable, callback, user_data);
}

static void
p2p_start_group_async (WfdLink *link, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  WfdP2pWish wish = { WFD_P2P_BEGINS, NULL, NULL };

  begin (link, &wish, cancellable, callback, user_data);
}

static void
p2p_disconnect_async (WfdLink *link, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);

  wfd_p2p_op_disconnect (self, g_task_new (self, cancellable, callback, user_data));
}

static void
p2p_stop_find (WfdLink *link)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);

  self->is_finding = FALSE;
  if (self->op == NULL || !wfd_p2p_op_searches (self->op))
    wfd_p2p_link_leave_search (self);
}

static void
p2p_reject (WfdLink *link, WfdLinkPeer *peer)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);
  g_autofree char *path = NULL;

  if (self->owner == NULL || self->interface_path == NULL)
    return;
  wfd_link_peer_set_asked_us (peer, 0);
  path = wfd_p2p_link_dup_peer_path (self, peer);
  wfd_p2p_link_send (self, self->interface_path, WPAS_REJECT_PEER, g_variant_new ("(o)", path));
  wfd_p2p_link_listen_to_refused (self);
}

static void
p2p_ask_pin (WfdLink *link, WfdLinkPeer *peer)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);
  g_autofree char *path = NULL;

  if (self->owner == NULL || self->interface_path == NULL)
    return;
  path = wfd_p2p_link_dup_peer_path (self, peer);
  wfd_p2p_link_send (self, self->interface_path, WPAS_PROVISION_REQUEST,
      g_variant_new ("(os)", path, WPAS_PROVISION_DISPLAY));
}

/* What we said of us is not what we found. */
static void
restore (WfdP2pLink *self)
{
  wfd_p2p_link_set_reachable (self, FALSE);
  self->is_prepared = FALSE;
  wfd_p2p_link_leave (self);
}

/* Whoever closes the link waits so long for wpa_supplicant, and for the bus: the program may
 * end afterwards, so that no answer would find anybody who ends a group. */
#define CLOSE_US (100 * 1000)
#define FLUSH_US (20 * 1000)

/* In the order in which it is obeyed: what is being formed, what has been, the
 * search, what we said of us. */
void
wfd_p2p_link_undo_everything (WfdP2pLink *self, gint64 end_us)
{
  if (wfd_p2p_link_has_to_undo (self, WFD_P2P_UNDO_FORMATION)) {
    wfd_p2p_link_send (self, self->interface_path, WPAS_CANCEL, NULL);
    wfd_p2p_link_end_unseen_now (self, end_us);
  }
  if (self->group != NULL)
    wfd_p2p_link_end_group (self);
  wfd_p2p_link_leave_search (self);
  restore (self);
}

static void
undo_and_flush (WfdP2pLink *self)
{
  gint64 end_us = g_get_monotonic_time () + CLOSE_US, flush_end_us;

  if (self->owner == NULL)
    return;
  wfd_p2p_link_undo_everything (self, end_us);
  flush_end_us = g_get_monotonic_time () + FLUSH_US;
  /* This waits for the bus, and not for any answer. */
  wfd_p2p_link_flush (self, MAX (end_us, flush_end_us));
}

static void
p2p_close (WfdLink *link)
{
  g_autoptr (WfdP2pLink) self = g_object_ref (WFD_P2P_LINK (link));

  undo_and_flush (self);
  wfd_p2p_link_clear_group (self);
  wfd_p2p_link_forget_service (self);
  wfd_p2p_link_forget_old (self);
  if (self->op != NULL)
    wfd_p2p_op_abandon (self->op,
        g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The link was closed"));
  wfd_p2p_link_lose_all_peers (self);
}

static GPtrArray *
p2p_dup_peers (WfdLink *link)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);
  GPtrArray *peers = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer peer;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    g_ptr_array_add (peers, g_object_ref (peer));
  return peers;
}

static const WfdLinkInfo *
p2p_get_info (WfdLink *link)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);

  return self->group != NULL && self->group->is_up ? self->group->info : NULL;
}

static const WfdStation *
p2p_get_station (WfdLink *link)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);

  return self->group != NULL && self->group->has_station ? &self->group->station : NULL;
}

static void
p2p_tell (WfdLink *link, WfdLinkLife life)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);

  if (self->group != NULL && self->group->is_up)
    wfd_p2p_link_tell (self, life);
}

/* A source that owns the group need not know where the sink is that comes to it, until it
 * falls silent. */
static void
p2p_learn_address (WfdLink *link, GInetAddress *peer_address)
{
  WfdP2pLink *self = WFD_P2P_LINK (link);

  if (self->group != NULL && self->group->is_up && self->group->info->peer_address == NULL
      && g_inet_address_get_family (peer_address) == G_SOCKET_FAMILY_IPV4)
    self->group->info->peer_address = g_object_ref (peer_address);
}

static void
init_link (WfdLinkInterface *iface)
{
  iface->find_async = p2p_find_async;
  iface->stop_find = p2p_stop_find;
  iface->connect_async = p2p_connect_async;
  iface->reopen_async = p2p_reopen_async;
  iface->start_group_async = p2p_start_group_async;
  iface->disconnect_async = p2p_disconnect_async;
  iface->reject = p2p_reject;
  iface->ask_pin = p2p_ask_pin;
  iface->close = p2p_close;
  iface->dup_peers = p2p_dup_peers;
  iface->get_info = p2p_get_info;
  iface->get_station = p2p_get_station;
  iface->tell = p2p_tell;
  iface->learn_address = p2p_learn_address;
}

/* --- the object --- */

static void
wfd_p2p_link_dispose (GObject *object)
{
  p2p_close (WFD_LINK (object));
  G_OBJECT_CLASS (wfd_p2p_link_parent_class)->dispose (object);
}

static void
wfd_p2p_link_finalize (GObject *object)
{
  WfdP2pLink *self = WFD_P2P_LINK (object);

  g_hash_table_unref (self->peers);
  g_array_unref (self->subscriptions);
  g_ptr_array_unref (self->unseen);
  g_clear_object (&self->bus);
  g_strfreev (self->interfaces);
  g_main_context_unref (self->context);
  g_free ((char *) self->options.device_name);
  g_free ((char *) self->options.interface);
  g_free ((char *) self->options.program_folders);
  g_free ((char *) self->options.dhcp_script);
  g_free ((char *) self->options.runtime_folder);
  G_OBJECT_CLASS (wfd_p2p_link_parent_class)->finalize (object);
}

enum
{
  PROP_ROLE = 1,
  PROP_DEVICE_NAME,
  PROP_INTERFACE,
  PROP_RTSP_PORT,
  PROP_GO_INTENT,
  PROP_FREQUENCY_MHZ,
  PROP_LOST_MS,
  N_PROPS,
};

static void
set_text (const char **text, const GValue *value)
{
  g_free ((char *) *text);
  *text = g_value_dup_string (value);
}

static void
wfd_p2p_link_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  WfdP2pOptions *options = &WFD_P2P_LINK (object)->options;

  switch (id) {
    case PROP_ROLE:
      options->advert.type =
          g_value_get_enum (value) == WFD_ROLE_SINK ? WFD_IE_TYPE_PRIMARY_SINK : WFD_IE_TYPE_SOURCE;
      break;
    case PROP_DEVICE_NAME:
      set_text (&options->device_name, value);
      break;
    case PROP_INTERFACE:
      set_text (&options->interface, value);
      break;
    case PROP_RTSP_PORT:
      options->advert.port = g_value_get_uint (value);
      break;
    case PROP_GO_INTENT:
      options->go_intent = g_value_get_int (value);
      break;
    case PROP_FREQUENCY_MHZ:
      options->frequency_mhz = g_value_get_uint (value);
      break;
    case PROP_LOST_MS:
      options->lost_ms = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
wfd_p2p_link_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const WfdP2pOptions *options = &WFD_P2P_LINK (object)->options;

  switch (id) {
    case PROP_ROLE:
      g_value_set_enum (value,
          options->advert.type == WFD_IE_TYPE_SOURCE ? WFD_ROLE_SOURCE : WFD_ROLE_SINK);
      break;
    case PROP_DEVICE_NAME:
      g_value_set_string (value, options->device_name);
      break;
    case PROP_INTERFACE:
      g_value_set_string (value, options->interface);
      break;
    case PROP_RTSP_PORT:
      g_value_set_uint (value, options->advert.port);
      break;
    case PROP_GO_INTENT:
      g_value_set_int (value, options->go_intent);
      break;
    case PROP_FREQUENCY_MHZ:
      g_value_set_uint (value, options->frequency_mhz);
      break;
    case PROP_LOST_MS:
      g_value_set_uint (value, options->lost_ms);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
init_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * WfdP2pLink:role:
   *
   * What this device tells others it is.
   */
  g_object_class_install_property (object_class, PROP_ROLE,
      g_param_spec_enum ("role", NULL, NULL, WFD_TYPE_ROLE, WFD_ROLE_SOURCE,
          flags | G_PARAM_CONSTRUCT_ONLY));
  /**
   * WfdP2pLink:device-name:
   *
   * The name that others see while the link is used, up to 32 octets; %NULL for that of wpa_supplicant's
   * configuration, or of the host if there is none.
   */
  g_object_class_install_property (object_class, PROP_DEVICE_NAME,
      g_param_spec_string ("device-name", NULL, NULL, NULL, flags));
  /**
   * WfdP2pLink:interface:
   *
   * The network interface of the adapter, e.g. "wlan0"; %NULL for the first that
   * has Wi-Fi Direct.
   */
  g_object_class_install_property (object_class, PROP_INTERFACE,
      g_param_spec_string ("interface", NULL, NULL, NULL, flags));
  /**
   * WfdP2pLink:rtsp-port:
   *
   * Where a source listens for the sink.
   */
  g_object_class_install_property (object_class, PROP_RTSP_PORT,
      g_param_spec_uint ("rtsp-port", NULL, NULL, 1, G_MAXUINT16, WFD_DEFAULT_RTSP_PORT,
          flags | G_PARAM_CONSTRUCT));
  /**
   * WfdP2pLink:go-intent:
   *
   * How much this device would like to own the group, 0 to 15; -1 leaves it to
   * wpa_supplicant.
   */
  g_object_class_install_property (object_class, PROP_GO_INTENT,
      g_param_spec_int ("go-intent", NULL, NULL, -1, 15, -1, flags | G_PARAM_CONSTRUCT));
  /**
   * WfdP2pLink:frequency-mhz:
   *
   * Where a group that we negotiate, or of which we are the owner, shall be, in MHz, e.g. 5180; 0
   * for any. One that the peer opens again is where the two wpa_supplicants agree to have it.
   */
  g_object_class_install_property (object_class, PROP_FREQUENCY_MHZ,
      g_param_spec_uint ("frequency-mhz", NULL, NULL, 0, G_MAXUINT16, 0, flags));
  /**
   * WfdP2pLink:lost-ms:
   *
   * For how long a peer has to be silent, though something was sent to it, or, for 3000
   * at most, to be out of a group of ours, to be lost; 0 for the default of 4500.
   */
  g_object_class_install_property (object_class, PROP_LOST_MS,
      g_param_spec_uint ("lost-ms", NULL, NULL, 0, G_MAXINT, 0, flags));
}

static void
wfd_p2p_link_class_init (WfdP2pLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = wfd_p2p_link_dispose;
  object_class->finalize = wfd_p2p_link_finalize;
  object_class->set_property = wfd_p2p_link_set_property;
  object_class->get_property = wfd_p2p_link_get_property;
  init_properties (object_class);
}

static void
wfd_p2p_link_init (WfdP2pLink *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->subscriptions = g_array_new (FALSE, FALSE, sizeof (guint));
  self->unseen = g_ptr_array_new_with_free_func (g_free);
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->options.advert.available = TRUE;
  self->options.advert.max_throughput_mbps = WFD_P2P_MAX_THROUGHPUT_MBPS;
}

/**
 * wfd_p2p_link_new:
 * @role: what this device is
 *
 * Makes a link. Nothing is looked for yet, so that this cannot fail.
 *
 * Returns: (transfer full): a new link
 */
WfdP2pLink *
wfd_p2p_link_new (WfdRole role)
{
  return g_object_new (WFD_TYPE_P2P_LINK, "role", role, NULL);
}

WfdP2pLink *
wfd_p2p_link_new_full (GDBusConnection *bus, const WfdP2pOptions *options)
{
  WfdP2pLink *self = g_object_new (WFD_TYPE_P2P_LINK, NULL);

  self->bus = bus != NULL ? g_object_ref (bus) : NULL;
  self->options = *options;
  self->options.device_name = g_strdup (options->device_name);
  self->options.interface = g_strdup (options->interface);
  self->options.program_folders = g_strdup (options->program_folders);
  self->options.dhcp_script = g_strdup (options->dhcp_script);
  self->options.runtime_folder = g_strdup (options->runtime_folder);
  return self;
}
