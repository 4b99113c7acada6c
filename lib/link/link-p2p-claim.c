/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was left over when a program of ours crashed: what it has set, and groups. */
#include "link-claim.h"
#include "link-net.h"
#include "link-p2p-claim.h"
#include "link-p2p-op-private.h"

#include <base-limits.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "link-p2p-wire.h"
#include "link-wpas.h"

#define SYSTEM_FOLDER "/run"

/* Of WFD_P2P_CLAIMS_BUSY_MS each. Nobody needs it for so long: whoever has it does nothing any more. */
#define MAX_BUSY 60

char *
wfd_p2p_link_dup_claim_folder (WfdP2pLink *self)
{
  if (self->options.runtime_folder != NULL)
    return g_strdup (self->options.runtime_folder);
  /* Where nobody has logged in, GLib's is one that outlives the machine. */
  if (g_getenv ("XDG_RUNTIME_DIR") == NULL && g_access (SYSTEM_FOLDER, W_OK) == 0)
    return g_strdup (SYSTEM_FOLDER "/gst-wfd");
  return g_build_filename (g_get_user_runtime_dir (), "gst-wfd", NULL);
}

/* On another bus somebody else may have that name. NULL as long as it is unknown. */
static char *
dup_owner (WfdP2pLink *self)
{
  return self->owner != NULL
      ? g_strconcat (self->owner, " ", g_dbus_connection_get_guid (self->bus), NULL)
      : NULL;
}

/* NULL if there can be none. */
static WfdClaim *
claim_new (WfdP2pLink *self)
{
  g_autofree char *folder = wfd_p2p_link_dup_claim_folder (self), *owner = dup_owner (self);
  WfdClaim *claim = wfd_claim_new (folder);

  if (claim != NULL)
    wfd_claim_set (claim, KEY_OWNER, owner);
  return claim;
}

/* @wfd_ies and @config: (nullable) */
static void
send_old (WfdP2pLink *self, const char *device_path, GVariant *wfd_ies, GVariant *config)
{
  g_autoptr (GVariant) rest = NULL;
  g_autofree char *methods = NULL;

  if (wfd_ies != NULL)
    wfd_p2p_link_send_to (self, WPAS_PATH, DBUS_PROPERTIES, "Set",
        g_variant_new ("(ssv)", WPAS_INTERFACE_ROOT, WPAS_WFD_IES, wfd_ies));
  if (config != NULL)
    rest = wfd_p2p_take_methods (config, &methods);
  if (methods != NULL)
    wfd_p2p_link_send_to (self, device_path, DBUS_PROPERTIES, "Set",
        wfd_p2p_build_methods (methods));
  if (rest != NULL)
    wfd_p2p_link_send_to (self, device_path, DBUS_PROPERTIES, "Set",
        g_variant_new ("(ssv)", WPAS_INTERFACE_P2P, WPAS_P2P_CONFIG, rest));
}

const char *
wfd_p2p_claim_get_path (GHashTable *claim, const char *key)
{
  const char *path = g_hash_table_lookup (claim, key);

  return path != NULL && g_variant_is_object_path (path) ? path : NULL;
}

gboolean
wfd_p2p_claim_says (GHashTable *claim, const char *key, const char *value)
{
  const char *said = g_hash_table_lookup (claim, key);

  return said != NULL && g_strcmp0 (said, value) == 0;
}

static GVariant *
look_up_value (GHashTable *claim, const char *key, const GVariantType *type)
{
  const char *text = g_hash_table_lookup (claim, key);

  return text != NULL ? g_variant_parse (type, text, NULL, NULL, NULL) : NULL;
}

/* --- beside others of ours --- */

static GPtrArray *
read_claims (WfdP2pLink *self, GPtrArray *(*read) (const char *folder, const WfdClaim *ours))
{
  g_autofree char *folder = wfd_p2p_link_dup_claim_folder (self), *owner = dup_owner (self);
  GPtrArray *claims = read (folder, self->claim);

  for (guint i = claims->len; i > 0; i--) {
    if (!wfd_p2p_claim_says (g_ptr_array_index (claims, i - 1), KEY_OWNER, owner))
      g_ptr_array_remove_index (claims, i - 1);
  }
  return claims;
}

GPtrArray *
wfd_p2p_link_read_others (WfdP2pLink *self)
{
  return read_claims (self, wfd_claim_read_living);
}

/* @over: (nullable): takes the place of what is in @base. */
static GVariant *
merge (GVariant *base, GVariant *over)
{
  GVariantDict dict;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_dict_init (&dict, base);
  if (over != NULL) {
    g_variant_iter_init (&iter, over);
    while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
      g_variant_dict_insert_value (&dict, key, value);
  }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* What we have found is what they have set; they know what was there before, also who has crashed
 * since we came. */
static void
adopt_old (WfdP2pLink *self)
{
  g_autoptr (GPtrArray) others = read_claims (self, wfd_claim_read_all);

  for (guint i = 0; i < others->len; i++) {
    GHashTable *claim = g_ptr_array_index (others, i);
    g_autoptr (GVariant) ies = look_up_value (claim, KEY_WFD_IES, G_VARIANT_TYPE_BYTESTRING);
    g_autoptr (GVariant) config = look_up_value (claim, KEY_CONFIG, G_VARIANT_TYPE_VARDICT);

    if (ies != NULL) {
      g_clear_pointer (&self->old_wfd_ies, g_variant_unref);
      self->old_wfd_ies = g_steal_pointer (&ies);
    }
    if (config != NULL && wfd_p2p_claim_says (claim, KEY_DEVICE, self->interface_path)) {
      g_autoptr (GVariant) found = self->old_config;

      self->old_config = merge (found, config);
    }
  }
}

gint64
wfd_p2p_claim_get_us (GHashTable *claim, const char *key)
{
  const char *value = g_hash_table_lookup (claim, key);
  WfdText text = wfd_text (value != NULL ? value : "");
  guint64 us = 0;

  return wfd_text_take_decimal (&text, G_MAXINT64, &us) ? (gint64) us : G_MININT64 / 2;
}

gint64
wfd_p2p_claim_get_now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
claim_now (WfdClaim *claim, const char *key)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, wfd_p2p_claim_get_now_us ());

  wfd_claim_set (claim, key, text);
}

/* Of those who say @key, the last; @device: (nullable): of any. NULL if there is nobody. */
static GHashTable *
find_last (GPtrArray *others, const char *key, const char *device)
{
  GHashTable *last = NULL;

  for (guint i = 0; i < others->len; i++) {
    GHashTable *claim = g_ptr_array_index (others, i);

    if (g_hash_table_contains (claim, key)
        && (device == NULL || wfd_p2p_claim_says (claim, KEY_DEVICE, device))
        && (last == NULL
            || wfd_p2p_claim_get_us (claim, KEY_SINCE) > wfd_p2p_claim_get_us (last, KEY_SINCE)))
      last = claim;
  }
  return last;
}

/* What the last one says; else what was there before. */
void
wfd_p2p_link_leave (WfdP2pLink *self)
{
  g_autoptr (GPtrArray) others = wfd_p2p_link_read_others (self);
  GHashTable *last = find_last (others, KEY_ANNOUNCES, NULL),
             *last_here = find_last (others, KEY_CONFIGURES, self->interface_path);
  g_autoptr (GVariant) ies = NULL, before = NULL, config = NULL, merged = NULL;

  if (last != NULL)
    ies = look_up_value (last, KEY_ANNOUNCES, G_VARIANT_TYPE_BYTESTRING);
  if (last_here != NULL)
    config = look_up_value (last_here, KEY_CONFIGURES, G_VARIANT_TYPE_VARDICT);
  if (self->old_config != NULL && self->interface_path != NULL)
    before = wfd_p2p_build_old_config (self->old_config, self->is_named);
  /* It may have left something as it was, which we have changed. */
  if (before != NULL)
    merged = merge (before, config);
  send_old (self, self->interface_path, last != NULL ? ies : self->old_wfd_ies, merged);
}

/* --- while all is well --- */

/* @value: (nullable) */
static void
claim_value (WfdClaim *claim, const char *key, GVariant *value)
{
  g_autofree char *text = value != NULL ? g_variant_print (value, TRUE) : NULL;

  wfd_claim_set (claim, key, text);
}

void
wfd_p2p_link_claim_interfaces (WfdP2pLink *self)
{
  g_autofree char *interfaces = g_strjoinv (" ", self->interfaces);

  if (self->claim != NULL)
    wfd_claim_set (self->claim, KEY_INTERFACES, interfaces);
}

void
wfd_p2p_link_claim (WfdP2pLink *self, GVariant *config)
{
  g_autoptr (GVariant) old = NULL, configures = NULL;

  adopt_old (self);
  g_clear_pointer (&self->claim, wfd_claim_free);
  self->claim = claim_new (self);
  self->claims_forming = self->claims_turn = FALSE;
  if (self->claim == NULL)
    return;
  old = wfd_p2p_build_old_config (self->old_config, self->is_named);
  wfd_claim_set (self->claim, KEY_DEVICE, self->interface_path);
  wfd_claim_set (self->claim, KEY_NAME, self->device_name);
  wfd_p2p_link_claim_interfaces (self);
  claim_value (self->claim, KEY_WFD_IES, self->old_wfd_ies);
  claim_value (self->claim, KEY_CONFIG, old);
  configures = wfd_p2p_with_methods (config, self->methods);
  claim_value (self->claim, KEY_CONFIGURES, configures);
}

void
wfd_p2p_link_claim_announced (WfdP2pLink *self, GVariant *wfd_ies)
{
  if (self->claim == NULL)
    return;
  claim_value (self->claim, KEY_ANNOUNCES, wfd_ies);
  claim_now (self->claim, KEY_SINCE);
}

void
wfd_p2p_link_claim_turn (WfdP2pLink *self, gboolean is_ours)
{
  if (self->claim == NULL || is_ours == self->claims_turn)
    return;
  self->claims_turn = is_ours;
  if (is_ours)
    claim_now (self->claim, KEY_TURN);
  else
    wfd_claim_set (self->claim, KEY_TURN, NULL);
}

void
wfd_p2p_link_claim_forming (WfdP2pLink *self)
{
  gboolean forming =
      self->unseen->len > 0 || wfd_p2p_link_has_to_undo (self, WFD_P2P_UNDO_FORMATION);

  wfd_p2p_link_claim_turn (self, wfd_p2p_link_has_to_undo (self, WFD_P2P_UNDO_TURN));
  if (self->claim == NULL || forming == self->claims_forming)
    return;
  self->claims_forming = forming;
  wfd_claim_set (self->claim, KEY_FORMING, forming ? CLAIM_YES : NULL);
}

char *
wfd_p2p_claim_dup_process (void)
{
  return g_strdup_printf ("%d", (int) getpid ());
}

/* One that was begun for whoever comes is not. */
static gboolean
is_for_others (WfdP2pLink *self)
{
  return self->group->info->is_owner && self->options.advert.type == WFD_IE_TYPE_SOURCE
      && (self->op == NULL || (self->op->wish & WFD_P2P_BEGINS) == 0);
}

void
wfd_p2p_group_claim_all (WfdP2pLink *self)
{
  WfdP2pGroup *group = self->group;
  g_autofree char *owner = dup_owner (self), *process = wfd_p2p_claim_dup_process ();

  wfd_claim_set (group->claim, KEY_OWNER, owner);
  wfd_claim_set (group->claim, KEY_PROCESS, process);
  if (is_for_others (self)) {
    wfd_claim_set (group->claim, KEY_ADAPTER, self->interface_path);
    wfd_claim_set (group->claim, KEY_GROUP, group->group_path);
    wfd_claim_set (group->claim, KEY_PERSISTENT, group->info->is_persistent ? CLAIM_YES : NULL);
    claim_now (group->claim, KEY_TURN);
  }
  wfd_claim_set (group->claim, KEY_PATH, group->interface_path);
}

void
wfd_p2p_group_claim (WfdP2pLink *self)
{
  self->group->claim = claim_new (self);
  if (self->group->claim != NULL)
    wfd_p2p_group_claim_all (self);
}

void
wfd_p2p_group_claim_open (WfdP2pGroup *group)
{
  WfdLinkPeer *peer = group->is_up ? group->info->peer : NULL;

  if (group->claim == NULL)
    return;
  wfd_claim_set (group->claim, KEY_PEER, peer != NULL ? wfd_link_peer_get_id (peer) : NULL);
  if (!group->info->is_owner)
    return;
  if (!group->is_up)
    claim_now (group->claim, KEY_TURN);
  wfd_claim_set (group->claim, KEY_OPEN, group->is_up ? CLAIM_YES : NULL);
  if (group->is_up)
    wfd_claim_set (group->claim, KEY_TURN, NULL);
}

void
wfd_p2p_group_claim_more (WfdP2pGroup *group)
{
  g_autofree char *address = NULL, *text = NULL;
  const char *program = group->dhcp != NULL ? wfd_process_get_number (group->dhcp) : group->server;
  WfdNetAddress net;

  if (group->claim == NULL)
    return;
  wfd_claim_set (group->claim, KEY_INTERFACE, group->info->interface);
  if (group->has_address && wfd_p2p_group_get_address (group, &net)) {
    address = g_inet_address_to_string (net.address);
    text = g_strdup_printf ("%s/%u", address, net.prefix_length);
    wfd_claim_set (group->claim, KEY_ADDRESS, text);
  }
  wfd_claim_set (group->claim, KEY_PROGRAM, program);
}

/* --- afterwards --- */

/* An interface that was made for the group is gone with it; another one is not. */
static void
remove_left_address (const char *interface, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  g_autoptr (GInetAddress) address =
      parts[0] != NULL ? g_inet_address_new_from_string (parts[0]) : NULL;
  guint64 length = 0;

  if (address == NULL || parts[1] == NULL
      || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4
      || !g_ascii_string_to_unsigned (parts[1], 10, 0, 32, &length, NULL))
    return;
  wfd_net_remove_address (&(WfdNetAddress) { interface, address, length });
}

static void
undo_in_system (GHashTable *claim)
{
  const char *interface = g_hash_table_lookup (claim, KEY_INTERFACE);
  const char *address = g_hash_table_lookup (claim, KEY_ADDRESS);
  const char *program = g_hash_table_lookup (claim, KEY_PROGRAM);

  if (interface == NULL)
    return;
  if (program != NULL)
    wfd_process_end_stray (program, interface);
  if (address != NULL)
    remove_left_address (interface, address);
}

/* Until our own claim says all that, whoever starts meanwhile is told here what was there before;
 * should we crash as well, what is to be undone. @claim: (nullable): he sees that he is not alone,
 * and leaves alone what we are about to say. */
static void
hold (WfdP2pOp *op, GHashTable *claim)
{
  static const char *const keys[] = { KEY_DEVICE, KEY_WFD_IES, KEY_CONFIG, KEY_NAME, KEY_INTERFACES,
    KEY_FORMING };
  WfdClaim *ours = claim_new (op->link);

  if (ours == NULL)
    return;
  for (guint i = 0; claim != NULL && i < G_N_ELEMENTS (keys); i++)
    wfd_claim_set (ours, keys[i], g_hash_table_lookup (claim, keys[i]));
  g_ptr_array_add (op->held, ours);
}

static void
hold_all (WfdP2pOp *op, GPtrArray *claims, const char *owner)
{
  hold (op, NULL);
  for (guint i = 0; i < claims->len; i++) {
    GHashTable *claim = g_ptr_array_index (claims, i);

    if (wfd_p2p_claim_says (claim, KEY_OWNER, owner) && g_hash_table_contains (claim, KEY_DEVICE))
      hold (op, claim);
  }
}

static void
restore (WfdP2pLink *self, GHashTable *claim, const char *device)
{
  g_autoptr (GVariant) ies = look_up_value (claim, KEY_WFD_IES, G_VARIANT_TYPE_BYTESTRING);
  g_autoptr (GVariant) config = look_up_value (claim, KEY_CONFIG, G_VARIANT_TYPE_VARDICT);

  send_old (self, device, ies, config);
}

/* What has become of it shows in the answers to what is asked next. */
static void
undo_in_service (WfdP2pLink *self, GHashTable *claim, gboolean is_alone)
{
  const char *path = wfd_p2p_claim_get_path (claim, KEY_PATH),
             *device = wfd_p2p_claim_get_path (claim, KEY_DEVICE);

  if (path != NULL)
    wfd_p2p_link_send (self, path, WPAS_DISCONNECT, NULL);
  /* What another program of ours has announced since counts. */
  if (device == NULL || !is_alone)
    return;
  if (g_hash_table_contains (claim, KEY_FORMING)) {
    wfd_p2p_link_send (self, device, WPAS_CANCEL, NULL);
    wfd_p2p_link_send (self, device, WPAS_STOP_FIND, NULL);
  }
  wfd_p2p_link_send (self, device, WPAS_EXTENDED_LISTEN, wfd_p2p_build_extended_listen (0, 0));
  restore (self, claim, device);
}

/* Whoever else is in the group goes on, and undoes all that is left of it. */
static gboolean
is_shared (GHashTable *claim, GPtrArray *living)
{
  for (guint i = 0; i < living->len; i++) {
    GHashTable *other = g_ptr_array_index (living, i);

    if (wfd_p2p_claim_says (claim, KEY_PATH, g_hash_table_lookup (other, KEY_PATH))
        && wfd_p2p_claim_says (claim, KEY_OWNER, g_hash_table_lookup (other, KEY_OWNER)))
      return TRUE;
  }
  return FALSE;
}

gboolean
wfd_p2p_op_lock_claims (WfdP2pOp *op, int *ret_lock)
{
  g_autofree char *folder = wfd_p2p_link_dup_claim_folder (op->link);

  *ret_lock = wfd_claim_lock (folder);
  if (*ret_lock == WFD_CLAIM_BUSY && op->n_busy++ < MAX_BUSY)
    return FALSE;
  op->n_busy = 0;
  return TRUE;
}

/* Nothing if somebody else has it for good. */
static GPtrArray *
take_left_over (WfdP2pOp *op, int lock, gboolean *ret_is_alone)
{
  g_autofree char *folder = wfd_p2p_link_dup_claim_folder (op->link);

  *ret_is_alone = FALSE;
  return lock >= 0 ? wfd_claim_take_left_over (folder, op->link->claim, ret_is_alone)
                   : g_ptr_array_new ();
}

static gboolean
on_clean_again (gpointer user_data)
{
  wfd_p2p_op_begin_clean (user_data);
  return G_SOURCE_REMOVE;
}

/* A wpa_supplicant that has been started since knows nothing of all that. */
static void
clean (WfdP2pOp *op, int lock)
{
  g_autofree char *folder = wfd_p2p_link_dup_claim_folder (op->link), *owner = dup_owner (op->link);
  gboolean is_alone;
  g_autoptr (GPtrArray) claims = NULL, living = NULL;

  g_ptr_array_set_size (op->held, 0);
  g_ptr_array_set_size (op->left, 0);
  claims = take_left_over (op, lock, &is_alone);
  hold_all (op, claims, owner);
  living = wfd_claim_read_living (folder, op->link->claim);
  for (guint i = 0; i < claims->len; i++) {
    GHashTable *claim = g_ptr_array_index (claims, i);

    if (is_shared (claim, living))
      continue;
    undo_in_system (claim);
    if (!wfd_p2p_claim_says (claim, KEY_OWNER, owner))
      continue;
    undo_in_service (op->link, claim, is_alone);
    if (is_alone && g_hash_table_contains (claim, KEY_FORMING))
      g_ptr_array_add (op->left, g_hash_table_ref (claim));
  }
}

void
wfd_p2p_op_begin_clean (WfdP2pOp *op)
{
  int lock;

  wfd_p2p_clear_source (&op->step_timer);
  if (!wfd_p2p_op_lock_claims (op, &lock)) {
    wfd_p2p_op_wake_in (op, WFD_P2P_CLAIMS_BUSY_MS, on_clean_again);
    return;
  }
  clean (op, lock);
  wfd_claim_unlock (lock);
  wfd_p2p_op_take_paths (op, g_new0 (char *, 1));
  if (op->left->len > 0)
    wfd_p2p_op_ask_property (op, WPAS_PATH, WPAS_INTERFACE_ROOT, WPAS_INTERFACES);
  else
    wfd_p2p_op_advance (op);
}

/* A group that began when nobody was there any more to see it. */
static gboolean
is_left (GHashTable *claim, const char *path, const char *name)
{
  const char *device = g_hash_table_lookup (claim, KEY_NAME);
  const char *text = g_hash_table_lookup (claim, KEY_INTERFACES);
  g_auto (GStrv) others = NULL;

  if (device == NULL || text == NULL)
    return FALSE;
  others = g_strsplit (text, " ", WFD_LIMIT_WPAS_OBJECTS);
  return !g_strv_contains ((const char *const *) others, path)
      && wfd_p2p_is_group_of (name, device);
}

static void
end_if_left (WfdP2pOp *op, const char *path, const char *name)
{
  for (guint i = 0; i < op->left->len; i++) {
    if (is_left (g_ptr_array_index (op->left, i), path, name)) {
      wfd_p2p_link_send (op->link, path, WPAS_DISCONNECT, NULL);
      return;
    }
  }
}

/* First the list, then each of them. */
void
wfd_p2p_op_answered_clean (WfdP2pOp *op, GVariant *answer)
{
  g_autoptr (GVariant) paths = wfd_p2p_read_value (answer, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  g_autoptr (GVariant) name = wfd_p2p_read_value (answer, G_VARIANT_TYPE_STRING);

  if (op->paths[op->n_asked] != NULL) {
    const char *path = op->paths[op->n_asked++];

    if (name != NULL)
      end_if_left (op, path, g_variant_get_string (name, NULL));
  } else if (paths != NULL) {
    wfd_p2p_op_take_paths (op, g_variant_dup_objv (paths, NULL));
  }
  if (op->paths[op->n_asked] != NULL)
    wfd_p2p_op_ask_property (op, op->paths[op->n_asked], WPAS_INTERFACE_INTERFACE, WPAS_IFNAME);
  else
    wfd_p2p_op_advance (op);
}
