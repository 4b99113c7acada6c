/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one channel of a peer that is in a network by a radio for one channel. */
#include "link-p2p-op-private.h"

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* A negotiation heeds it. An owner that reopens its group with Invite does not (wpa_supplicant
 * 2.10): it begins it where it likes, where such a peer says yes and never comes. So the channel is
 * kept with the pairing, where wpa_supplicant makes no use of it, and the group is begun there. */

static void
keep (WfdP2pOp *op, const char *persistent_path, guint frequency_mhz)
{
  wfd_p2p_link_send_to (op->link, persistent_path, DBUS_PROPERTIES, "Set",
      g_variant_new ("(ssv)", WPAS_INTERFACE_PERSISTENT, WPAS_PERSISTENT_PROPERTIES,
          wfd_p2p_build_kept_mhz (frequency_mhz)));
}

void
wfd_p2p_op_negotiated (WfdP2pOp *op, const char *peer_path, guint only_mhz)
{
  gint go_intent;
  guint frequency_mhz;

  wfd_p2p_op_stop_asking (op);
  if (!wfd_p2p_op_is_with_peer (op, peer_path))
    return;
  /* There may be but one because we have asked for it, or are in a network ourselves. */
  wfd_p2p_op_choose (op, &go_intent, &frequency_mhz);
  op->only_mhz = frequency_mhz == 0 && !op->link->is_connected ? only_mhz : 0;
}

/* What the owner of the group remembers its client does too, asked or not. */
void
wfd_p2p_op_pairing_added (WfdP2pOp *op, const char *persistent_path)
{
  if (op->forgets)
    wfd_p2p_link_send (op->link, op->link->interface_path, WPAS_REMOVE_PERSISTENT_GROUP,
        g_variant_new ("(o)", persistent_path));
  else if (op->only_mhz != 0)
    keep (op, persistent_path, op->only_mhz);
}

void
wfd_p2p_op_take_channel (WfdP2pOp *op, GVariant *properties)
{
  gboolean is_for_all = (op->wish & WFD_P2P_BEGINS) != 0;

  /* In a network of our own that is the channel, as wpa_supplicant knows. */
  op->kept_mhz = op->link->is_connected || is_for_all || op->link->options.frequency_mhz != 0
      ? 0
      : wfd_p2p_read_kept_mhz (properties);
}

guint
wfd_p2p_op_get_begin_mhz (WfdP2pOp *op)
{
  return op->kept_mhz != 0 ? op->kept_mhz : op->link->options.frequency_mhz;
}

gboolean
wfd_p2p_op_forget_channel (WfdP2pOp *op)
{
  if (op->kept_mhz == 0)
    return FALSE;
  op->kept_mhz = 0;
  keep (op, op->persistent_path, 0);
  return TRUE;
}
