/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What wpa_supplicant tells the link, and that it is gone. */
#include "link-p2p-private.h"

#include <wfd/wfd-error.h>

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* --- loss --- */

static void
unsubscribe (WfdP2pLink *self)
{
  for (guint i = 0; i < self->subscriptions->len; i++)
    g_dbus_connection_signal_unsubscribe (self->bus, g_array_index (self->subscriptions, guint, i));
  g_array_set_size (self->subscriptions, 0);
  g_signal_handlers_disconnect_by_data (self->bus, self);
}

void
wfd_p2p_link_forget_service (WfdP2pLink *self)
{
  wfd_p2p_clear_source (&self->search_again);
  g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  if (self->bus != NULL)
    unsubscribe (self);
  self->search = WFD_P2P_SEARCH_NONE;
  self->is_finding = self->is_reachable = FALSE;
  self->listen_ms = 0;
  self->is_prepared = self->shares_interface = FALSE;
  g_ptr_array_set_size (self->unseen, 0);
  g_clear_pointer (&self->owner, g_free);
  g_clear_pointer (&self->interface_path, g_free);
  g_clear_pointer (&self->device_name, g_free);
  g_clear_object (&self->go_address);
  g_clear_object (&self->go_network);
}

void
wfd_p2p_link_forget_old (WfdP2pLink *self)
{
  g_clear_pointer (&self->old_wfd_ies, g_variant_unref);
  g_clear_pointer (&self->old_config, g_variant_unref);
  g_clear_pointer (&self->methods, g_free);
  g_clear_pointer (&self->claim, wfd_claim_free);
  self->is_named = FALSE;
}

/* @error: (transfer full) */
static void
lose_service (WfdP2pLink *self, GError *error)
{
  G_GNUC_UNUSED g_autoptr (WfdP2pLink) held = g_object_ref (self);
  g_autoptr (GError) reason = error;
  gboolean was_up = self->group != NULL && (self->group->is_up || self->group->is_kept);

  self->is_prepared = FALSE;
  wfd_p2p_link_clear_group (self);
  wfd_p2p_link_forget_service (self);
  wfd_p2p_link_forget_old (self);
  if (self->op != NULL)
    wfd_p2p_op_abandon (self->op, g_error_copy (reason));
  if (was_up)
    wfd_link_emit (self, WFD_LINK_LOST, reason);
  wfd_p2p_link_lose_all_peers (self);
  wfd_link_emit (self, WFD_LINK_UNAVAILABLE, reason);
}

/* wpa_supplicant lives, and would go on saying what we are; a group that it keeps would be in the
 * way of the next one when the radio is on again. @error: (transfer full) */
static void
lose_device (WfdP2pLink *self, GError *error)
{
  wfd_p2p_link_undo_everything (self, 0);
  lose_service (self, error);
}

/* The message bus has ended, or has thrown us out, and with it goes all that was known. But
 * wpa_supplicant may live: whoever reaches it next undoes what cannot be undone now. */
static void
on_bus_closed (GDBusConnection *bus, gboolean remote_vanished, GError *error, gpointer user_data)
{
  WfdP2pLink *self = user_data;

  g_clear_pointer (&self->claim, wfd_claim_abandon);
  if (self->group != NULL)
    g_clear_pointer (&self->group->claim, wfd_claim_abandon);
  lose_service (self,
      g_error_new (WFD_ERROR, WFD_ERROR_NO_SERVICE,
          "The connection to the message bus is closed; is the message bus (D-Bus) there?"));
}

static void
on_owner_changed (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
    const char *signal, GVariant *args, gpointer user_data)
{
  lose_service (user_data,
      g_error_new (WFD_ERROR, WFD_ERROR_NO_SERVICE, "wpa_supplicant has stopped; start it again"));
}

static GError *
new_device_gone (void)
{
  return g_error_new (WFD_ERROR, WFD_ERROR_NO_DEVICE,
      "The Wi-Fi interface is gone; was the adapter unplugged?");
}

/* An adapter that is unplugged is taken down first. */
static GError *
new_device_off (void)
{
  return g_error_new (WFD_ERROR, WFD_ERROR_NO_DEVICE,
      "Wi-Fi was switched off, or its adapter unplugged; switch it on (a key of the machine, rfkill "
      "unblock wlan, or ip link set up)");
}

static void
on_interface_removed (GDBusConnection *bus, const char *sender, const char *path,
    const char *interface, const char *signal, GVariant *args, gpointer user_data)
{
  WfdP2pLink *self = user_data;
  const char *removed;

  if (!g_variant_is_of_type (args, G_VARIANT_TYPE ("(o)")))
    return;
  g_variant_get (args, "(&o)", &removed);
  wfd_p2p_link_forget_unseen (self, removed);
  if (g_strcmp0 (removed, self->interface_path) == 0)
    lose_device (self, new_device_gone ());
  else
    wfd_p2p_link_look_around (self);
}

/* --- what wpa_supplicant tells --- */

/* What is not told, of the interface or of ours, speaks for it. */
static gboolean
may_be_ours (WfdP2pLink *self, GVariant *properties)
{
  const char *name;

  if (!g_variant_lookup (properties, WPAS_IFNAME, "&s", &name))
    return TRUE;
  return self->device_name != NULL ? wfd_p2p_is_group_of (name, self->device_name)
                                   : wfd_p2p_is_group_name (name);
}

static void
on_interface_added (GDBusConnection *bus, const char *sender, const char *path,
    const char *interface, const char *signal, GVariant *args, gpointer user_data)
{
  WfdP2pLink *self = user_data;
  g_autoptr (GVariant) properties = NULL;
  const char *added;

  if (!g_variant_is_of_type (args, G_VARIANT_TYPE ("(oa{sv})")))
    return;
  g_variant_get (args, "(&o@a{sv})", &added, &properties);
  if (!may_be_ours (self, properties))
    return;
  if (wfd_p2p_link_is_of_other (self, added)) {
    wfd_p2p_link_note_other (self, added);
    return;
  }
  wfd_p2p_link_note_unseen (self, added);
  if (self->op != NULL)
    wfd_p2p_op_interface_added (self->op);
  else if (self->group == NULL && self->is_finding)
    wfd_p2p_link_make_way (self);
}

static void
on_device_found (WfdP2pLink *self, GVariant *args)
{
  g_autoptr (GVariant) properties = NULL;
  const char *path;

  g_variant_get (args, "(&o@a{sv})", &path, &properties);
  wfd_p2p_link_update_peer (self, path, properties, TRUE);
}

static void
on_device_lost (WfdP2pLink *self, GVariant *args)
{
  const char *path;

  g_variant_get (args, "(&o)", &path);
  wfd_p2p_link_lose_peer (self, path);
}

static void
on_find_stopped (WfdP2pLink *self, GVariant *args)
{
  wfd_p2p_link_search_stopped (self);
}

typedef struct
{
  WfdP2pLink *link;
  WfdLinkPeer *peer;
  WfdPairing pairing;
  char *pin;
} Request;

static void
request_free (Request *request)
{
  g_object_unref (request->link);
  g_object_unref (request->peer);
  g_free (request->pin);
  g_free (request);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* Televisions and phones repeat themselves; while we do what they want that is
 * no news. */
static void
tell_request (WfdP2pLink *self, const Request *request)
{
  if (self->op != NULL && wfd_p2p_op_pairs_with (self->op, request->peer))
    return;
  wfd_link_emit (self, WFD_LINK_PAIRING_REQUEST, request->peer, (guint) request->pairing,
      request->pin);
  wfd_p2p_link_listen_again (self);
}

static void
on_described (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) properties = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  g_autofree char *path = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || !wfd_p2p_link_has_peer (request->link, request->peer))
    return;
  path = wfd_p2p_link_dup_peer_path (request->link, request->peer);
  if (properties != NULL)
    wfd_p2p_link_update_peer (request->link, path, properties, FALSE);
  if (wfd_p2p_link_has_peer (request->link, request->peer))
    tell_request (request->link, request);
}

static gboolean
is_described (WfdLinkPeer *peer)
{
  return *wfd_link_peer_get_name (peer) != '\0'
      && (wfd_link_peer_is_source (peer) || wfd_link_peer_is_sink (peer));
}

/* Whoever decides wants to know who it is, which the request has told wpa_supplicant. */
static void
request_from (WfdP2pLink *self, WfdLinkPeer *peer, WfdPairing pairing, const char *pin)
{
  g_autoptr (Request) request = g_new (Request, 1);
  g_autofree char *path = wfd_p2p_link_dup_peer_path (self, peer);

  *request = (Request) { g_object_ref (self), g_object_ref (peer), pairing, g_strdup (pin) };
  if (is_described (peer) || self->interface_path == NULL)
    tell_request (self, request);
  else
    g_dbus_connection_call (self->bus, self->owner, path, DBUS_PROPERTIES, "GetAll",
        g_variant_new ("(s)", WPAS_INTERFACE_PEER), G_VARIANT_TYPE ("(a{sv})"),
        G_DBUS_CALL_FLAGS_NONE, -1, self->asking, on_described, g_steal_pointer (&request));
}

/* Who owns a group waits to be asked: what is known is from before, and so is the
 * channel on which wpa_supplicant would call it. */
static void
request_pairing (WfdP2pLink *self, const char *path, WfdPairing pairing, const char *pin)
{
  WfdLinkPeer *known = wfd_p2p_link_ensure_peer (self, path);
  g_autoptr (WfdLinkPeer) peer = known != NULL ? g_object_ref (known) : NULL;

  if (peer == NULL)
    return;
  wfd_p2p_link_expect_radio_in (self, WFD_P2P_ANSWERED_MS);
  wfd_link_peer_doubt (peer);
  if (self->op != NULL)
    wfd_p2p_op_peer_asks (self->op, peer);
  if (wfd_p2p_link_has_peer (self, peer))
    request_from (self, peer, pairing, pin);
}

/* Device password ids (Wi-Fi Simple Configuration 2.0 table 37): what the peer
 * does, so that we do the other. */
#define PASSWORD_USER_SPECIFIED 1
#define PASSWORD_PUSH_BUTTON 4
#define PASSWORD_REGISTRAR_SPECIFIED 5

static void
on_go_negotiation_request (WfdP2pLink *self, GVariant *args)
{
  const char *path;
  guint16 password;
  WfdLinkPeer *peer;

  g_variant_get (args, "(&oqy)", &path, &password, NULL);
  peer = wfd_p2p_link_ensure_peer (self, path);
  /* Its person, if it has one, has pressed the button or typed the PIN. */
  if (peer != NULL)
    wfd_link_peer_set_asked_us (peer, g_get_monotonic_time ());
  if (password == PASSWORD_PUSH_BUTTON)
    request_pairing (self, path, WFD_PAIRING_PBC, NULL);
  else if (password == PASSWORD_REGISTRAR_SPECIFIED)
    request_pairing (self, path, WFD_PAIRING_PIN_KEYPAD, NULL);
  else if (password == PASSWORD_USER_SPECIFIED)
    request_pairing (self, path, WFD_PAIRING_PIN_DISPLAY, NULL);
}

static void
on_request_pbc (WfdP2pLink *self, GVariant *args)
{
  const char *path;

  g_variant_get (args, "(&o)", &path);
  request_pairing (self, path, WFD_PAIRING_PBC, NULL);
}

static void
on_request_show_pin (WfdP2pLink *self, GVariant *args)
{
  const char *path, *pin;

  g_variant_get (args, "(&o&s)", &path, &pin);
  request_pairing (self, path, WFD_PAIRING_PIN_DISPLAY, wfd_link_is_pin (pin) ? pin : NULL);
}

static void
on_request_enter_pin (WfdP2pLink *self, GVariant *args)
{
  const char *path;

  g_variant_get (args, "(&o)", &path);
  request_pairing (self, path, WFD_PAIRING_PIN_KEYPAD, NULL);
}

/* Into a group that stands already, of which wpa_supplicant knows nothing else. */
static void
on_invitation_received (WfdP2pLink *self, GVariant *args)
{
  guint group_mhz;
  g_autofree char *path = wfd_p2p_read_invitation (args, self->interface_path, &group_mhz);
  WfdLinkPeer *peer = path != NULL ? wfd_p2p_link_ensure_peer (self, path) : NULL;

  /* Whom we negotiate with does not invite us, though anybody may say so in its name. */
  if (peer == NULL || (self->op != NULL && wfd_p2p_op_negotiates (self->op, peer)))
    return;
  wfd_link_peer_set_owns_group (peer, TRUE);
  wfd_link_peer_set_group_mhz (peer, group_mhz);
  wfd_link_peer_note_heard (peer, g_get_monotonic_time ());
  request_from (self, peer, WFD_PAIRING_PBC, NULL);
}

/* @error: (transfer full); @peer_path: (nullable) */
static void
fail_formation (WfdP2pLink *self, const char *peer_path, gboolean may_pass, GError *error)
{
  if (self->op != NULL)
    wfd_p2p_op_formation_failed (self->op, peer_path, may_pass, error);
  else
    g_error_free (error);
}

static void
on_negotiation_failure (WfdP2pLink *self, GVariant *args)
{
  g_autoptr (GVariant) dict = g_variant_get_child_value (args, 0);
  const char *path = NULL;
  gint status;

  if (!wfd_p2p_read_status (dict, &status))
    return;
  g_variant_lookup (dict, WPAS_KEY_PEER_OBJECT, "&o", &path);
  fail_formation (self, path, wfd_p2p_may_status_pass (status),
      wfd_p2p_error_from_status ("The peer and this device did not form a group", status));
}

static void
on_negotiation_success (WfdP2pLink *self, GVariant *args)
{
  g_autoptr (GVariant) dict = g_variant_get_child_value (args, 0);
  const char *path = NULL;

  g_variant_lookup (dict, WPAS_KEY_PEER_OBJECT, "&o", &path);
  if (self->op != NULL)
    wfd_p2p_op_negotiated (self->op, path, wfd_p2p_read_only_mhz (args));
}

static void
on_pairing_added (WfdP2pLink *self, GVariant *args)
{
  const char *path;

  g_variant_get_child (args, 0, "&o", &path);
  if (self->op != NULL)
    wfd_p2p_op_pairing_added (self->op, path);
}

#define PROVISION_REJECTED 2 /* hostap, enum p2p_prov_disc_status */

static void
on_provision_failure (WfdP2pLink *self, GVariant *args)
{
  const char *path;
  gint status;

  g_variant_get (args, "(&oi)", &path, &status);
  if (status == PROVISION_REJECTED)
    fail_formation (self, path, FALSE,
        g_error_new (WFD_ERROR, WFD_ERROR_REFUSED, "The peer has refused the pairing"));
  else
    fail_formation (self, path, TRUE,
        g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT,
            "The peer did not answer the request to pair (%d)", status));
}

static void
on_formation_failure (WfdP2pLink *self, GVariant *args)
{
  const char *reason;

  g_variant_get (args, "(&s)", &reason);
  fail_formation (self, NULL, TRUE,
      g_error_new (WFD_ERROR, WFD_ERROR_PAIRING,
          "The group was not formed%s%s; try again, or with another go-intent or frequency",
          *reason != '\0' ? ": " : "", reason));
}

static void
on_wps_failed (WfdP2pLink *self, GVariant *args)
{
  fail_formation (self, NULL, FALSE, wfd_p2p_error_from_wps (args));
}

static void
on_invitation_result (WfdP2pLink *self, GVariant *args)
{
  gint status;

  if (self->op != NULL && wfd_p2p_read_status (args, &status))
    wfd_p2p_op_invitation_result (self->op, status);
}

/* --- groups --- */

void
wfd_p2p_link_look_around (WfdP2pLink *self)
{
  static const WfdP2pWish wish = { .facts = WFD_P2P_OPENS | WFD_P2P_STARTED };

  if (self->op != NULL || self->owner == NULL)
    return;
  if (self->group != NULL && !self->group->is_up
      && (!self->group->is_kept || self->group->members->len > 0))
    wfd_p2p_op_begin (self, &wish, NULL);
  else if (self->group == NULL && self->is_finding && self->search == WFD_P2P_SEARCH_NONE)
    wfd_p2p_link_search_on (self);
}

/* A second group beside the first is none of ours, nor is it ended with what we begin. */
static void
on_group_started (WfdP2pLink *self, GVariant *args)
{
  g_autoptr (WfdLinkInfo) info = wfd_link_info_new ();
  g_autofree char *interface_path = NULL, *group_path = NULL;
  WfdP2pGroup *group;

  if (!wfd_p2p_read_started (args, info, &interface_path, &group_path))
    return;
  if (self->group != NULL || wfd_p2p_link_is_of_other (self, interface_path)) {
    wfd_p2p_link_note_other (self, interface_path);
    return;
  }
  wfd_p2p_link_forget_unseen (self, interface_path);
  group = g_new0 (WfdP2pGroup, 1);
  *group = (WfdP2pGroup) {
    .info = g_steal_pointer (&info),
    .interface_path = g_steal_pointer (&interface_path),
    .group_path = g_steal_pointer (&group_path),
  };
  wfd_p2p_group_init_members (group);
  self->group = group;
  wfd_p2p_group_claim (self);
  wfd_p2p_link_search_is_over (self);
  if (self->op != NULL)
    wfd_p2p_op_group_started (self->op);
  else
    wfd_p2p_link_look_around (self);
}

/* The kernel has taken all interfaces of an adapter away, or down, before wpa_supplicant sees
 * the first of them go, which may be that of the group. */
static GError *
new_group_finished (WfdP2pLink *self)
{
  if (self->device_name != NULL && wfd_net_get_index (self->device_name) == 0)
    return new_device_gone ();
  if (self->device_name != NULL && !wfd_net_is_up (self->device_name))
    return new_device_off ();
  return g_error_new (WFD_ERROR, WFD_ERROR_CLOSED, "The peer has left the group");
}

static void
on_group_finished (WfdP2pLink *self, GVariant *args)
{
  g_autoptr (GVariant) dict = g_variant_get_child_value (args, 0);
  g_autoptr (GError) error = new_group_finished (self);
  const char *path;
  gboolean was_up;

  if (self->group == NULL || !g_variant_lookup (dict, WPAS_KEY_INTERFACE_OBJECT, "&o", &path)
      || strcmp (path, self->group->interface_path) != 0)
    return;
  was_up = self->group->is_up || self->group->is_kept;
  wfd_p2p_link_clear_group (self);
  if (self->op != NULL)
    wfd_p2p_op_group_gone (self->op, g_error_copy (error));
  if (was_up)
    wfd_link_emit (self, WFD_LINK_LOST, error);
  wfd_p2p_link_look_around (self);
}

static void
on_group_signal (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
    const char *signal, GVariant *args, gpointer user_data)
{
  g_autoptr (WfdP2pLink) self = g_object_ref (user_data);
  const char *peer_path;

  if (self->group == NULL || strcmp (path, self->group->group_path) != 0
      || !g_variant_is_of_type (args, G_VARIANT_TYPE ("(o)")))
    return;
  g_variant_get (args, "(&o)", &peer_path);
  if (strcmp (signal, WPAS_SIGNAL_PEER_JOINED) == 0)
    wfd_p2p_link_peer_joined (self, peer_path);
  else if (strcmp (signal, WPAS_SIGNAL_PEER_DISCONNECTED) == 0)
    wfd_p2p_link_peer_left (self, peer_path);
}

/* Of each of its clients the owner is told as a station, also of those that know no Wi-Fi
 * Direct, and before that of those that do as devices. */
static void
on_station_authorized (GDBusConnection *bus, const char *sender, const char *path,
    const char *interface, const char *signal, GVariant *args, gpointer user_data)
{
  WfdP2pLink *self = user_data;
  const char *station;

  if (self->group == NULL || strcmp (path, self->group->interface_path) != 0
      || !g_variant_is_of_type (args, G_VARIANT_TYPE ("(s)")))
    return;
  g_variant_get (args, "(&s)", &station);
  wfd_p2p_group_note_station (self->group, station);
  if (self->op != NULL) {
    wfd_p2p_op_turn_out_others (self->op);
    wfd_p2p_op_station_told (self->op);
  }
}

/* --- signals --- */

/* A signal whose arguments are of another type is ignored. */
static const struct
{
  const char *name;
  const char *type;
  void (*handle) (WfdP2pLink *self, GVariant *args);
} told[] = {
  { WPAS_SIGNAL_DEVICE_FOUND, "(oa{sv})", on_device_found },
  { WPAS_SIGNAL_DEVICE_LOST, "(o)", on_device_lost },
  { WPAS_SIGNAL_FIND_STOPPED, "()", on_find_stopped },
  { WPAS_SIGNAL_GO_NEGOTIATION_REQUEST, "(oqy)", on_go_negotiation_request },
  { WPAS_SIGNAL_REQUEST_PBC, "(o)", on_request_pbc },
  { WPAS_SIGNAL_REQUEST_SHOW_PIN, "(os)", on_request_show_pin },
  { WPAS_SIGNAL_REQUEST_ENTER_PIN, "(o)", on_request_enter_pin },
  { WPAS_SIGNAL_GO_NEGOTIATION_SUCCESS, "(a{sv})", on_negotiation_success },
  { WPAS_SIGNAL_GO_NEGOTIATION_FAILURE, "(a{sv})", on_negotiation_failure },
  { WPAS_SIGNAL_PERSISTENT_ADDED, "(oa{sv})", on_pairing_added },
  { WPAS_SIGNAL_PROVISION_FAILURE, "(oi)", on_provision_failure },
  { WPAS_SIGNAL_FORMATION_FAILURE, "(s)", on_formation_failure },
  { WPAS_SIGNAL_WPS_FAILED, "(sa{sv})", on_wps_failed },
  { WPAS_SIGNAL_INVITATION_RECEIVED, "(a{sv})", on_invitation_received },
  { WPAS_SIGNAL_INVITATION_RESULT, "(a{sv})", on_invitation_result },
  { WPAS_SIGNAL_GROUP_STARTED, "(a{sv})", on_group_started },
  { WPAS_SIGNAL_GROUP_FINISHED, "(a{sv})", on_group_finished },
};

/* Whether @path belongs to another adapter. Those of groups come later than ours is
 * found. */
static gboolean
is_of_other (WfdP2pLink *self, const char *path)
{
  for (char **other = self->interfaces; other != NULL && *other != NULL; other++) {
    gsize n = strlen (*other);

    if (strncmp (path, *other, n) == 0 && (path[n] == '\0' || path[n] == '/'))
      return self->interface_path != NULL && strcmp (*other, self->interface_path) != 0;
  }
  return FALSE;
}

/* Its interface was told of as one of ours may be. */
static void
on_signal_of_other (WfdP2pLink *self, const char *signal, GVariant *args)
{
  g_autoptr (WfdLinkInfo) info = wfd_link_info_new ();
  g_autofree char *interface_path = NULL, *group_path = NULL;

  if (strcmp (signal, WPAS_SIGNAL_GROUP_STARTED) == 0
      && g_variant_is_of_type (args, G_VARIANT_TYPE ("(a{sv})"))
      && wfd_p2p_read_started (args, info, &interface_path, &group_path))
    wfd_p2p_link_note_other (self, interface_path);
}

static void
on_p2p_signal (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
    const char *signal, GVariant *args, gpointer user_data)
{
  g_autoptr (WfdP2pLink) self = g_object_ref (user_data);

  if (self->op != NULL && strcmp (signal, WPAS_SIGNAL_FIND_STOPPED) == 0)
    wfd_p2p_op_note_manager (self->op, path);
  if (is_of_other (self, path)) {
    on_signal_of_other (self, signal, args);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (told); i++) {
    if (strcmp (signal, told[i].name) == 0
        && g_variant_is_of_type (args, G_VARIANT_TYPE (told[i].type))) {
      told[i].handle (self, args);
      return;
    }
  }
}

/* Its WFD information often comes later than the peer itself. */
static void
on_peer_changed (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
    const char *signal, GVariant *args, gpointer user_data)
{
  g_autoptr (WfdP2pLink) self = g_object_ref (user_data);
  g_autoptr (GVariant) properties = NULL;

  if (is_of_other (self, path) || !g_variant_is_of_type (args, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  properties = g_variant_get_child_value (args, 1);
  wfd_p2p_link_update_peer (self, path, properties, TRUE);
}

/* What is asked of it then is refused without a reason. */
static void
on_interface_changed (GDBusConnection *bus, const char *sender, const char *path,
    const char *interface, const char *signal, GVariant *args, gpointer user_data)
{
  WfdP2pLink *self = user_data;
  g_autoptr (GVariant) properties = NULL;

  if (g_strcmp0 (path, self->interface_path) != 0
      || !g_variant_is_of_type (args, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  properties = g_variant_get_child_value (args, 1);
  if (wfd_p2p_read_is_off (properties))
    lose_device (self, new_device_off ());
  else if (wfd_p2p_read_has_state (properties))
    wfd_p2p_link_note_state (self, properties);
}

static const char *const network_signals[] = {
  [WFD_P2P_NETWORK_ADDED] = WPAS_SIGNAL_NETWORK_ADDED,
  [WFD_P2P_NETWORK_SELECTED] = WPAS_SIGNAL_NETWORK_SELECTED,
  [WFD_P2P_NETWORK_REMOVED] = WPAS_SIGNAL_NETWORK_REMOVED,
};

static void
on_network (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
    const char *signal, GVariant *args, gpointer user_data)
{
  WfdP2pLink *self = user_data;

  if (g_strcmp0 (path, self->interface_path) != 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (network_signals); i++) {
    if (strcmp (signal, network_signals[i]) == 0)
      wfd_p2p_link_note_network (self, i);
  }
}

static void
subscribe (WfdP2pLink *self, const char *sender, const char *interface, const char *signal,
    const char *arg0, GDBusSignalCallback callback)
{
  guint id = g_dbus_connection_signal_subscribe (self->bus, sender, interface, signal, NULL, arg0,
      G_DBUS_SIGNAL_FLAGS_NONE, callback, self, NULL);

  g_array_append_val (self->subscriptions, id);
}

/* By its unique name: whoever comes after it, or pretends to be it, is another. */
void
wfd_p2p_link_subscribe (WfdP2pLink *self)
{
  self->asking = g_cancellable_new ();
  g_signal_connect (self->bus, "closed", G_CALLBACK (on_bus_closed), self);
  subscribe (self, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", WPAS_NAME,
      on_owner_changed);
  subscribe (self, self->owner, WPAS_INTERFACE_ROOT, WPAS_SIGNAL_INTERFACE_ADDED, NULL,
      on_interface_added);
  subscribe (self, self->owner, WPAS_INTERFACE_ROOT, WPAS_SIGNAL_INTERFACE_REMOVED, NULL,
      on_interface_removed);
  subscribe (self, self->owner, WPAS_INTERFACE_P2P, NULL, NULL, on_p2p_signal);
  subscribe (self, self->owner, WPAS_INTERFACE_INTERFACE, WPAS_SIGNAL_STATION_AUTHORIZED, NULL,
      on_station_authorized);
  for (guint i = 0; i < G_N_ELEMENTS (network_signals); i++)
    subscribe (self, self->owner, WPAS_INTERFACE_INTERFACE, network_signals[i], NULL, on_network);
  subscribe (self, self->owner, WPAS_INTERFACE_GROUP, NULL, NULL, on_group_signal);
  subscribe (self, self->owner, DBUS_PROPERTIES, "PropertiesChanged", WPAS_INTERFACE_PEER,
      on_peer_changed);
  subscribe (self, self->owner, DBUS_PROPERTIES, "PropertiesChanged", WPAS_INTERFACE_INTERFACE,
      on_interface_changed);
}
