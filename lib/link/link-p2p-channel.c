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
wfd_p2p_op_negotiated (WfdP2pOp *op, guint only_mhz)
{
  gint go_intent;
  guint frequency_mhz;

  wfd_p2p_op_stop_asking (op);
  /* Or there is but one because we have asked for it. */
  wfd_p2p_op_choose (op, &go_intent, &frequency_mhz);
  op->only_mhz = frequency_mhz == 0 ? only_mhz : 0;
}

void
wfd_p2p_op_pairing_added (WfdP2pOp *op, const char *persistent_path)
{
  if (op->only_mhz != 0)
    keep (op, persistent_path, op->only_mhz);
}

void
wfd_p2p_op_take_channel (WfdP2pOp *op, GVariant *properties)
{
  /* In a network of our own that is the channel, as wpa_supplicant knows. */
  op->kept_mhz = op->link->is_connected ? 0 : wfd_p2p_read_kept_mhz (properties);
}

guint
wfd_p2p_op_get_begin_mhz (WfdP2pOp *op)
{
  guint wanted_mhz = op->link->options.frequency_mhz;

  return wanted_mhz != 0 ? wanted_mhz : op->kept_mhz;
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

/* --- whether it comes --- */

/* A program that has crashed meanwhile gets another invitation. */
#define MAX_IN_VAIN 2

gboolean
wfd_p2p_op_invites_in_vain (WfdP2pOp *op)
{
  return op->n_in_vain >= MAX_IN_VAIN;
}

#define COME_MS 15000 /* hostap, P2P_MAX_INITIAL_CONN_WAIT_GO_REINVOKE */

void
wfd_p2p_op_member_stays_away (WfdP2pOp *op, GError *error)
{
  op->n_in_vain++;
  wfd_p2p_op_forget_channel (op);
  if (error == NULL)
    error = g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT,
        "The peer has taken the invitation but does not come into the group; "
        "its own network may be on another channel");
  wfd_p2p_op_fail_for_now (op, TRUE, error);
}

static gboolean
on_not_come (gpointer user_data)
{
  wfd_p2p_op_member_stays_away (user_data, NULL);
  return G_SOURCE_REMOVE;
}

void
wfd_p2p_op_expect_member (WfdP2pOp *op)
{
  if (wfd_p2p_op_get_begin_mhz (op) != 0 && !wfd_p2p_op_is_inside (op))
    wfd_p2p_op_wake_in (op, wfd_p2p_or_default (op->link->options.come_ms, COME_MS), on_not_come);
}
