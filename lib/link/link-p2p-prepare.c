/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps to where wpa_supplicant knows what we are and we know its peers. */
#include "link-p2p-op-private.h"

#include "link-p2p-wire.h"
#include "link-wpas.h"

#define DBUS_NAME "org.freedesktop.DBus"
#define DBUS_PATH "/org/freedesktop/DBus"

/* --- reaching wpa_supplicant --- */

static void
fail_no_bus (WfdP2pOp *op, const GError *error)
{
  wfd_p2p_op_fail_with (op, WFD_ERROR_NO_SERVICE,
      "There is no system message bus (D-Bus) to reach wpa_supplicant by; install and start it "
      "(Debian: package dbus, systemctl start dbus): %s",
      error->message);
}

static void
on_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WfdP2pOp) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_dbus_connection_new_for_address_finish (result, &error);

  if (wfd_p2p_op_has_ended (op))
    return;
  if (bus == NULL) {
    fail_no_bus (op, error);
    return;
  }
  op->link->bus = g_steal_pointer (&bus);
  wfd_p2p_op_advance (op);
}

/* A connection of our own: the one that a program shares belongs to the main context
 * of whoever was first, and is told there when it ends. */
static void
open_bus (WfdP2pOp *op)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, &error);

  if (address == NULL)
    fail_no_bus (op, error);
  else
    g_dbus_connection_new_for_address (address,
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
            | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
        NULL, op->calls, on_bus, wfd_p2p_op_ref (op));
}

static void
begin_bus (WfdP2pOp *op)
{
  wfd_p2p_link_forget_service (op->link);
  if (op->link->bus != NULL && g_dbus_connection_is_closed (op->link->bus))
    g_clear_object (&op->link->bus);
  if (op->link->bus != NULL)
    wfd_p2p_op_advance (op);
  else
    open_bus (op);
}

/* An error here says little: one that runs without a file that tells how to start
 * it cannot be started. Whether it runs is the next question. */
static void
begin_service (WfdP2pOp *op)
{
  wfd_p2p_op_ask (op, DBUS_NAME, DBUS_PATH, DBUS_NAME, "StartServiceByName",
      g_variant_new ("(su)", WPAS_NAME, 0), "(u)");
}

static void
begin_owner (WfdP2pOp *op)
{
  wfd_p2p_op_ask (op, DBUS_NAME, DBUS_PATH, DBUS_NAME, "GetNameOwner",
      g_variant_new ("(s)", WPAS_NAME), "(s)");
}

static void
answered_owner (WfdP2pOp *op, GVariant *answer)
{
  g_variant_get (answer, "(s)", &op->link->owner);
  wfd_p2p_link_subscribe (op->link);
  wfd_p2p_op_advance (op);
}

static void
begin_root (WfdP2pOp *op)
{
  wfd_p2p_op_ask_all (op, WPAS_PATH, WPAS_INTERFACE_ROOT);
}

static void
answered_root (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) properties = g_variant_get_child_value (answer, 0);
  g_autoptr (GVariant) wfd_ies = NULL;
  GError *error = NULL;
  char **paths;

  if (!wfd_p2p_read_root (properties, &paths, &wfd_ies, &error)) {
    wfd_p2p_op_fail (op, error);
    return;
  }
  g_strfreev (op->link->interfaces);
  op->link->interfaces = g_strdupv (paths);
  wfd_p2p_op_take_paths (op, paths);
  /* What we have set ourselves is not what was there before. */
  if (op->link->old_wfd_ies == NULL)
    op->link->old_wfd_ies = g_steal_pointer (&wfd_ies);
  wfd_p2p_op_advance (op);
}

/* --- the interface --- */

/* wpa_supplicant says the same of both; what the driver can do is asked of the kernel. */
static const char *const without_p2p[] = {
  [WFD_NET_P2P_NONE] =
      "no Wi-Fi Direct: the driver has none; take an adapter of which iw phy lists "
      "P2P-client and P2P-GO",
  [WFD_NET_P2P_UNKNOWN] =
      "no Wi-Fi Direct: the driver has none (iw phy lists P2P-client and P2P-GO where it has), or "
      "p2p_disabled=1 is to be taken out of the configuration of wpa_supplicant",
  [WFD_NET_P2P_THERE] =
      "no Wi-Fi Direct, though the driver has it: p2p_disabled=1 is to be taken out of the "
      "configuration of wpa_supplicant, or one to be installed that was built with CONFIG_P2P",
};

/* Where there is no interface that is meant, nobody was asked. */
static WfdNetP2p
get_p2p (WfdP2pOp *op)
{
  return op->n_without > 0 ? op->radio_p2p : WFD_NET_P2P_UNKNOWN;
}

static void
fail_no_interface (WfdP2pOp *op)
{
  const char *wanted = op->link->options.interface;

  if (op->names->len == 0)
    wfd_p2p_op_fail_with (op, WFD_ERROR_NO_DEVICE,
        "wpa_supplicant has no Wi-Fi interface; is there an adapter, is it not blocked (rfkill "
        "list), and has wpa_supplicant been given it (NetworkManager does, or its option -i)?");
  else if (op->is_off)
    wfd_p2p_op_fail_with (op, WFD_ERROR_NO_DEVICE,
        "Wi-Fi is switched off: %s; switch it on (a key of the machine, rfkill unblock wlan, or "
        "ip link set up)",
        op->names->str);
  else if (wanted != NULL)
    wfd_p2p_op_fail_with (op, WFD_ERROR_NO_DEVICE, "The interface %s %s%s; wpa_supplicant has %s",
        wanted, op->n_without > 0 ? "has " : "is not there or has ", without_p2p[get_p2p (op)],
        op->names->str);
  else
    wfd_p2p_op_fail_with (op, WFD_ERROR_NO_DEVICE, "There is %s; wpa_supplicant has %s",
        without_p2p[get_p2p (op)], op->names->str);
}

static void
begin_interfaces (WfdP2pOp *op)
{
  if (op->names == NULL)
    op->names = g_string_new (NULL);
  if (op->n_asked == 0) {
    g_string_truncate (op->names, 0);
    op->is_off = FALSE;
    op->n_without = 0;
    op->radio_p2p = WFD_NET_P2P_NONE;
    g_hash_table_remove_all (op->adapters);
    wfd_p2p_op_note_manager_of_others (op);
  }
  if (op->paths[op->n_asked] != NULL)
    wfd_p2p_op_ask_all (op, op->paths[op->n_asked], WPAS_INTERFACE_INTERFACE);
  else if (op->link->interface_path == NULL
      || (op->link->options.interface == NULL && wfd_p2p_op_is_misplaced (op)))
    fail_no_interface (op);
  else if (wfd_p2p_op_check_manager (op))
    wfd_p2p_op_advance (op);
}

/* A group that stands already, whosever it is, is no adapter, and its interface may be the
 * first of the list. */
static gboolean
is_wanted_interface (WfdP2pOp *op, const char *name, gboolean can_p2p)
{
  const char *wanted = op->link->options.interface;

  if (wanted != NULL)
    return can_p2p && strcmp (wanted, name) == 0;
  return can_p2p && !g_str_has_prefix (name, WPAS_GROUP_PREFIX);
}

static void
note_interface (WfdP2pOp *op, const char *name, const char *why)
{
  g_string_append_printf (op->names, "%s%s%s", op->names->len > 0 ? ", " : "", name, why);
}

/* @name: (transfer full) */
static void
choose_interface (WfdP2pOp *op, const char *path, char *name, GVariant *properties)
{
  WfdP2pLink *self = op->link;

  g_free (self->interface_path);
  g_free (self->device_name);
  self->interface_path = g_strdup (path);
  self->device_name = name;
  wfd_p2p_link_note_state (self, properties);
}

/* What could be used, if it had Wi-Fi Direct. */
static void
note_without (WfdP2pOp *op, const char *name)
{
  if (!is_wanted_interface (op, name, TRUE))
    return;
  op->n_without++;
  op->radio_p2p = MAX (op->radio_p2p, wfd_net_find_p2p (name));
}

/* An interface may be unplugged between the list and the question. */
static void
answered_interface (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) properties = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  g_autofree char *name = NULL;
  const char *path = op->paths[op->n_asked++];
  gboolean can_p2p;

  if (properties != NULL && wfd_p2p_read_interface (properties, &name, &can_p2p)) {
    gboolean is_off = wfd_p2p_read_is_off (properties);
    gboolean is_wanted = is_wanted_interface (op, name, can_p2p);

    op->is_off |= is_wanted && is_off;
    if (!can_p2p)
      note_without (op, name);
    else if (!g_str_has_prefix (name, WPAS_GROUP_PREFIX))
      g_hash_table_insert (op->adapters, g_strdup (path), g_strdup (name));
    note_interface (op, name, !can_p2p ? " (without Wi-Fi Direct)" : is_off ? " (off)" : "");
    if (is_wanted && !is_off && wfd_p2p_op_prefers (op, path))
      choose_interface (op, path, g_steal_pointer (&name), properties);
  }
  begin_interfaces (op);
}

/* --- what we are --- */

static void
begin_read_config (WfdP2pOp *op)
{
  wfd_p2p_op_ask_property (op, op->link->interface_path, WPAS_INTERFACE_P2P, WPAS_P2P_CONFIG);
}

static void
read_addresses (WfdP2pLink *self, GVariant *config)
{
  self->pool = (WfdDhcpRange) { 1, 0 };
  if (wfd_p2p_read_go_address (config, &self->go_address, &self->go_network))
    wfd_p2p_read_pool (config, &self->pool);
}

static void
answered_config (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) config = wfd_p2p_read_value (answer, G_VARIANT_TYPE_VARDICT);

  if (config == NULL)
    wfd_p2p_op_fail_with (op, WFD_ERROR_MALFORMED,
        "wpa_supplicant's %s is no dictionary; is it older than 2.10?", WPAS_P2P_CONFIG);
  else {
    const char *name = "";

    /* What we have set ourselves is not what was there before. */
    if (op->link->old_config == NULL)
      op->link->old_config = g_variant_ref (config);
    read_addresses (op->link, config);
    g_variant_lookup (config, WPAS_CONFIG_DEVICE_NAME, "&s", &name);
    op->link->is_nameless = *name == '\0';
    wfd_p2p_op_advance (op);
  }
}

static void
begin_read_methods (WfdP2pOp *op)
{
  wfd_p2p_op_ask_property (op, op->link->interface_path, WPAS_INTERFACE_WPS, WPAS_WPS_METHODS);
}

/* By button, where wpa_supplicant has not been told so, phones do not pair: they ask for a PIN. */
static void
answered_methods (WfdP2pOp *op, GVariant *answer)
{
  WfdP2pLink *self = op->link;
  g_autoptr (GVariant) found = wfd_p2p_read_value (answer, G_VARIANT_TYPE_STRING);
  g_autoptr (GVariant) config = self->old_config;
  g_autofree char *old = NULL;

  g_free (self->methods);
  self->methods = wfd_p2p_choose_methods (found, &old);
  self->sets_methods = old != NULL;
  self->old_config = wfd_p2p_with_methods (config, old);
  wfd_p2p_op_advance (op);
}

static void
set_methods (WfdP2pLink *self)
{
  if (self->sets_methods)
    wfd_p2p_link_send_to (self, self->interface_path, DBUS_PROPERTIES, "Set",
        wfd_p2p_build_methods (self->methods));
}

static char *
dup_name (WfdP2pLink *self)
{
  if (self->options.device_name != NULL || !self->is_nameless)
    return g_strdup (self->options.device_name);
  return wfd_text_dup_printable (wfd_text (g_get_host_name ()), WFD_P2P_NAME_BYTES);
}

static void
begin_configure (WfdP2pOp *op)
{
  WfdP2pLink *self = op->link;
  g_autofree char *name = dup_name (self);
  WfdP2pConfig wanted = {
    .name = name,
    .is_sink = self->options.advert.type != WFD_IE_TYPE_SOURCE,
    .sets_address = self->go_address == NULL,
  };
  g_autoptr (GVariant) config = g_variant_ref_sink (wfd_p2p_build_config (&wanted));

  self->is_named |= name != NULL;
  if (wanted.sets_address)
    read_addresses (self, config);
  wfd_p2p_link_claim (self, config);
  wfd_p2p_op_claim_manager (op);
  g_ptr_array_set_size (op->held, 0);
  set_methods (self);
  wfd_p2p_op_set_property (op, self->interface_path, WPAS_INTERFACE_P2P, WPAS_P2P_CONFIG, config);
}

/* A session runs, or is about to. A group that was begun for whoever comes takes more. */
static gboolean
is_busy (WfdP2pLink *self)
{
  return self->group != NULL && self->group->is_up && !self->group->is_kept;
}

/* What others are to be told from now on. */
static GVariant *
note_announced (WfdP2pLink *self)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  WfdIeAdvert advert = self->options.advert;
  GVariant *wfd_ies;
  WfdIe ie;

  self->says_busy = is_busy (self);
  advert.available &= !self->says_busy;
  wfd_ie_advertise (&advert, &ie);
  wfd_ie_append (&ie, octets);
  wfd_ies = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, octets->data, octets->len, 1);
  wfd_p2p_link_claim_announced (self, wfd_ies);
  return wfd_ies;
}

static void
begin_announce (WfdP2pOp *op)
{
  wfd_p2p_op_set_property (op, WPAS_PATH, WPAS_INTERFACE_ROOT, WPAS_WFD_IES,
      note_announced (op->link));
}

void
wfd_p2p_link_announce_anew (WfdP2pLink *self)
{
  wfd_p2p_link_send_to (self, WPAS_PATH, DBUS_PROPERTIES, "Set",
      g_variant_new ("(ssv)", WPAS_INTERFACE_ROOT, WPAS_WFD_IES, note_announced (self)));
}

void
wfd_p2p_link_announce (WfdP2pLink *self)
{
  if (self->is_prepared && is_busy (self) != self->says_busy)
    wfd_p2p_link_announce_anew (self);
}

/* --- peers --- */

static void
ask_next_peer (WfdP2pOp *op)
{
  if (op->paths[op->n_asked] != NULL) {
    wfd_p2p_op_ask_all (op, op->paths[op->n_asked], WPAS_INTERFACE_PEER);
    return;
  }
  op->link->is_prepared = TRUE;
  wfd_p2p_op_advance (op);
}

static void
begin_peers (WfdP2pOp *op)
{
  wfd_p2p_op_take_paths (op, g_new0 (char *, 1));
  wfd_p2p_op_ask_property (op, op->link->interface_path, WPAS_INTERFACE_P2P, WPAS_PEERS);
}

/* First the list, then each of them; one may have gone meanwhile. */
static void
answered_peers (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) paths = NULL;
  g_autoptr (GVariant) properties = NULL;

  if (answer != NULL && g_variant_is_of_type (answer, G_VARIANT_TYPE ("(v)"))) {
    paths = wfd_p2p_read_value (answer, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
    if (paths != NULL)
      wfd_p2p_op_take_paths (op, g_variant_dup_objv (paths, NULL));
  } else if (op->paths[op->n_asked] != NULL) {
    const char *path = op->paths[op->n_asked++];

    if (answer != NULL) {
      properties = g_variant_get_child_value (answer, 0);
      wfd_p2p_link_update_peer (op->link, path, properties, FALSE);
    }
  }
  /* By whoever was told of the peer. */
  if (!wfd_p2p_op_has_ended (op))
    ask_next_peer (op);
}

const WfdP2pStepRule wfd_p2p_preparing[WFD_P2P_N_STEPS] = {
  [WFD_P2P_STEP_BUS] = { begin_bus, NULL, FALSE },
  [WFD_P2P_STEP_SERVICE] = { begin_service, wfd_p2p_op_answered_nothing, TRUE },
  [WFD_P2P_STEP_OWNER] = { begin_owner, answered_owner, FALSE },
  [WFD_P2P_STEP_CLEAN] = { wfd_p2p_op_begin_clean, wfd_p2p_op_answered_clean, TRUE },
  [WFD_P2P_STEP_ROOT] = { begin_root, answered_root, FALSE },
  [WFD_P2P_STEP_INTERFACES] = { begin_interfaces, answered_interface, TRUE },
  [WFD_P2P_STEP_READ_CONFIG] = { begin_read_config, answered_config, FALSE },
  [WFD_P2P_STEP_READ_METHODS] = { begin_read_methods, answered_methods, TRUE },
  [WFD_P2P_STEP_CONFIGURE] = { begin_configure, wfd_p2p_op_answered_nothing, FALSE },
  [WFD_P2P_STEP_ANNOUNCE] = { begin_announce, wfd_p2p_op_answered_nothing, FALSE },
  [WFD_P2P_STEP_MANAGER] = { wfd_p2p_op_begin_manager, wfd_p2p_op_answered_manager, TRUE },
  [WFD_P2P_STEP_PEERS] = { begin_peers, answered_peers, TRUE },
};
