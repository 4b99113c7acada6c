/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By which of several adapters wpa_supplicant does Wi-Fi Direct. All of them take its calls and say
 * that they can, but it does it by one alone: the first that it was given without p2p_disabled, and
 * when that is unplugged the next that it is given. No property says which it is (2.10); the signals
 * come from it. */
#include "link-p2p-claim.h"
#include "link-p2p-op-private.h"

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* The numbers of paths grow. */
static gboolean
is_older (const char *path, const char *than)
{
  gsize n = strlen (path), n_than = strlen (than);

  return n != n_than ? n < n_than : strcmp (path, than) < 0;
}

gboolean
wfd_p2p_op_prefers (WfdP2pOp *op, const char *path)
{
  const char *chosen = op->link->interface_path, *manager = op->manager_path;

  if (chosen == NULL || g_strcmp0 (path, manager) == 0)
    return TRUE;
  return g_strcmp0 (chosen, manager) != 0 && is_older (path, chosen);
}

gboolean
wfd_p2p_op_has_to_choose (WfdP2pOp *op)
{
  return g_hash_table_size (op->adapters) > 1
      && (op->manager_path == NULL || !g_hash_table_contains (op->adapters, op->manager_path));
}

static void
set_manager (WfdP2pOp *op, const char *path)
{
  g_free (op->manager_path);
  op->manager_path = g_strdup (path);
}

void
wfd_p2p_op_note_manager (WfdP2pOp *op, const char *path)
{
  if (op->step == WFD_P2P_STEP_MANAGER && g_hash_table_contains (op->adapters, path))
    set_manager (op, path);
}

void
wfd_p2p_op_claim_manager (WfdP2pOp *op)
{
  WfdP2pLink *self = op->link;

  if (self->claim != NULL
      && (g_hash_table_size (op->adapters) == 1
          || g_strcmp0 (op->manager_path, self->interface_path) == 0))
    wfd_claim_set (self->claim, KEY_MANAGER, CLAIM_YES);
}

/* Another program of ours has been here: nothing is set by another adapter then, and no search
 * disturbs it. */
void
wfd_p2p_op_note_manager_of_others (WfdP2pOp *op)
{
  g_autoptr (GPtrArray) others = wfd_p2p_link_read_others (op->link);

  for (guint i = 0; i < others->len; i++) {
    GHashTable *claim = g_ptr_array_index (others, i);
    const char *path = wfd_p2p_claim_get_path (claim, KEY_DEVICE);

    if (path != NULL && g_hash_table_contains (claim, KEY_MANAGER))
      set_manager (op, path);
  }
}

gboolean
wfd_p2p_op_is_misplaced (WfdP2pOp *op)
{
  return op->manager_path != NULL && g_strcmp0 (op->manager_path, op->link->interface_path) != 0
      && g_hash_table_contains (op->adapters, op->manager_path);
}

gboolean
wfd_p2p_op_check_manager (WfdP2pOp *op)
{
  WfdP2pLink *self = op->link;
  const char *name;

  if (self->options.interface == NULL || !wfd_p2p_op_is_misplaced (op))
    return TRUE;
  name = g_hash_table_lookup (op->adapters, op->manager_path);
  wfd_p2p_op_fail_with (op, WFD_ERROR_NO_DEVICE,
      "wpa_supplicant does Wi-Fi Direct by one adapter alone, which is %s, not %s; set interface=%s, "
      "or p2p_disabled=1 in the configuration of wpa_supplicant for %s",
      name, self->device_name, name, name);
  return FALSE;
}

/* A search that is stopped at once: it says so before it answers. */
void
wfd_p2p_op_begin_manager (WfdP2pOp *op)
{
  wfd_p2p_link_send (op->link, op->link->interface_path, WPAS_FIND, wfd_p2p_build_find (TRUE, 1));
  wfd_p2p_op_ask_p2p (op, WPAS_STOP_FIND, NULL, NULL);
  wfd_p2p_link_expect_radio_in (op->link, WFD_P2P_RADIO_BACK_MS);
}

/* If nothing was heard, what was chosen is as good as any. */
void
wfd_p2p_op_answered_manager (WfdP2pOp *op, GVariant *answer)
{
  WfdP2pLink *self = op->link;

  wfd_p2p_op_claim_manager (op);
  if (wfd_p2p_op_is_misplaced (op)) {
    /* What was set is none of ours, and others of ours shall not take it for such. */
    wfd_p2p_link_leave (self);
    wfd_p2p_link_forget_old (self);
  }
  if (wfd_p2p_op_check_manager (op))
    wfd_p2p_op_advance (op);
}
