/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups that were left over when a program of ours crashed. */
#include "link-claim.h"
#include "link-net.h"
#include "link-p2p-op-private.h"
#include "link-wpas.h"

/* What a claim says. */
#define KEY_OWNER "owner" /* wpa_supplicant, as it was then */
#define KEY_PATH "path"   /* of the group's interface there */
#define KEY_INTERFACE "interface"
#define KEY_ADDRESS "address" /* ours on it, with the length of its prefix */
#define KEY_PROGRAM "program" /* the number of one for DHCP */

static char *
dup_folder (WfdP2pLink *self)
{
  if (self->options.runtime_folder != NULL)
    return g_strdup (self->options.runtime_folder);
  return g_build_filename (g_get_user_runtime_dir (), "gst-wfd", NULL);
}

/* --- while all is well --- */

void
wfd_p2p_group_claim (WfdP2pLink *self)
{
  WfdP2pGroup *group = self->group;
  g_autofree char *folder = dup_folder (self);

  group->claim = wfd_claim_new (folder);
  if (group->claim == NULL)
    return;
  wfd_claim_set (group->claim, KEY_OWNER, self->owner);
  wfd_claim_set (group->claim, KEY_PATH, group->interface_path);
}

void
wfd_p2p_group_claim_more (WfdP2pGroup *group)
{
  g_autofree char *address = NULL, *text = NULL;
  const char *program = group->dhcp != NULL ? wfd_process_get_number (group->dhcp) : NULL;
  WfdNetAddress net;

  if (group->claim == NULL)
    return;
  wfd_claim_set (group->claim, KEY_INTERFACE, group->info->interface);
  if (group->has_address && wfd_p2p_group_get_address (group, &net)) {
    address = g_inet_address_to_string (net.address);
    text = g_strdup_printf ("%s/%u", address, net.prefix_length);
    wfd_claim_set (group->claim, KEY_ADDRESS, text);
  }
  if (program != NULL)
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

static void
ask_next (WfdP2pOp *op)
{
  const char *path = op->paths[op->n_asked];

  if (path != NULL)
    wfd_p2p_op_ask (op, op->link->owner, path, WPAS_INTERFACE_P2P, WPAS_DISCONNECT, NULL, NULL);
  else
    wfd_p2p_op_advance (op);
}

/* A wpa_supplicant that has been started since knows nothing of the group. */
void
wfd_p2p_op_begin_clean (WfdP2pOp *op)
{
  g_autofree char *folder = dup_folder (op->link);
  g_autoptr (GPtrArray) claims = wfd_claim_take_left_over (folder);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < claims->len; i++) {
    GHashTable *claim = g_ptr_array_index (claims, i);
    const char *path = g_hash_table_lookup (claim, KEY_PATH);

    undo_in_system (claim);
    if (path != NULL && g_variant_is_object_path (path)
        && g_strcmp0 (g_hash_table_lookup (claim, KEY_OWNER), op->link->owner) == 0)
      g_strv_builder_add (paths, path);
  }
  wfd_p2p_op_take_paths (op, g_strv_builder_end (paths));
  ask_next (op);
}

/* Gone is gone. */
void
wfd_p2p_op_answered_clean (WfdP2pOp *op, GVariant *answer)
{
  op->n_asked++;
  ask_next (op);
}
