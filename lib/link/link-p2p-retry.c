/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an attempt does otherwise than the one before, which has failed. */
#include "link-p2p-op-private.h"

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* --- what is negotiated --- */

/* wpa_supplicant prefers 5 GHz; this is a channel on which every device listens. */
#define OTHER_BAND_MHZ 2437

/* With Realtek, mt7921, and Intel beside a network of its own, the same asked again fails
 * again. A sink begins at the other end: two of ours must not insist on the same. */
static const struct
{
  gint source_intent, sink_intent;
  guint frequency_mhz;
} attempts[] = {
  { -1, -1, 0 },
  { 15, 0, 0 },
  { 0, 15, OTHER_BAND_MHZ },
  { 15, 0, OTHER_BAND_MHZ },
};

void
wfd_p2p_op_choose (WfdP2pOp *op, gint *ret_go_intent, guint *ret_frequency_mhz)
{
  const WfdP2pOptions *options = &op->link->options;
  guint n = CLAMP (op->n_negotiations, 1, G_N_ELEMENTS (attempts)) - 1;
  gboolean is_source = options->advert.type == WFD_IE_TYPE_SOURCE;

  *ret_go_intent = options->go_intent >= 0 ? options->go_intent
      : is_source                          ? attempts[n].source_intent
                                           : attempts[n].sink_intent;
  /* By a radio for one channel a group is formed on that of the own network, or not at all. */
  *ret_frequency_mhz = options->frequency_mhz != 0 ? options->frequency_mhz
      : op->link->is_connected                     ? 0
                                                   : attempts[n].frequency_mhz;
}

gboolean
wfd_p2p_op_has_chosen (WfdP2pOp *op)
{
  const WfdP2pOptions *options = &op->link->options;

  return op->n_negotiations > 1 && !wfd_p2p_op_joins (op)
      && (options->go_intent < 0 || options->frequency_mhz == 0);
}

/* --- whether the peer is still there --- */

/* Where it listens, on a social channel, perhaps after it has begun anew; and where it may own a
 * group, on any: to look at all of them takes four seconds. */
#define HEARD_MS 8000
#define HEARD_ANYWHERE_MS 12000

void
wfd_p2p_op_doubt_peer (WfdP2pOp *op)
{
  if (op->n_negotiations == 0)
    return;
  op->doubts_peer = TRUE;
  op->facts &= ~WFD_P2P_PEER_KNOWN;
}

static gboolean
on_not_heard (gpointer user_data)
{
  WfdP2pOp *op = user_data;
  const char *name = op->peer != NULL ? wfd_link_peer_get_name (op->peer) : "";

  /* It is not searched for as long as another link forms its group. */
  if (wfd_p2p_link_gives_way (op->link))
    return G_SOURCE_CONTINUE;
  wfd_p2p_op_fail_with (op, WFD_ERROR_NO_PEER,
      "%s is not heard any more; is it still on, and near?", *name != '\0' ? name : op->wanted);
  return G_SOURCE_REMOVE;
}

void
wfd_p2p_op_expect_peer (WfdP2pOp *op, WfdP2pSearch search)
{
  if (!op->doubts_peer)
    return;
  wfd_p2p_clear_source (&op->expecting);
  op->expecting =
      g_timeout_source_new (search == WFD_P2P_SEARCH_FULL ? HEARD_ANYWHERE_MS : HEARD_MS);
  g_source_set_callback (op->expecting, on_not_heard, op, NULL);
  g_source_attach (op->expecting, op->link->context);
}

/* --- where the group is formed --- */

/* One failure may have any reason. */
#define MAX_UNFORMED 2

void
wfd_p2p_op_note_unformed (WfdP2pOp *op)
{
  if (!op->has_interface)
    op->n_unformed++;
}

/* That of the adapter will do where the driver gives none for the group (-95, say). */
static gboolean
may_share (WfdP2pOp *op)
{
  WfdP2pLink *self = op->link;

  return op->n_unformed >= MAX_UNFORMED && !self->shares_interface && self->old_config != NULL
      && wfd_p2p_read_has_group_interface (self->old_config);
}

static void
share_interface (WfdP2pLink *self)
{
  self->shares_interface = TRUE;
  wfd_p2p_link_send_to (self, self->interface_path, DBUS_PROPERTIES, "Set",
      g_variant_new ("(ssv)", WPAS_INTERFACE_P2P, WPAS_P2P_CONFIG,
          wfd_p2p_build_no_group_interface ()));
}

/* Who is in a network by it, or is about to be, would be thrown out of that. */
static void
on_adapter (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WfdP2pOp) op = user_data;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autoptr (GVariant) properties = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;

  if (wfd_p2p_op_has_ended (op))
    return;
  if (properties != NULL && !wfd_p2p_read_is_in_use (properties))
    share_interface (op->link);
  wfd_p2p_op_pause (op);
  /* It stands already. */
  if ((op->facts & WFD_P2P_STARTED) != 0)
    wfd_p2p_op_end_pause (op);
}

void
wfd_p2p_op_prepare_again (WfdP2pOp *op)
{
  WfdP2pLink *self = op->link;

  op->has_interface = FALSE;
  if (may_share (op))
    g_dbus_connection_call (self->bus, self->owner, self->interface_path, DBUS_PROPERTIES, "GetAll",
        g_variant_new ("(s)", WPAS_INTERFACE_INTERFACE), G_VARIANT_TYPE ("(a{sv})"),
        G_DBUS_CALL_FLAGS_NONE, wfd_p2p_link_get_call_timeout_ms (self), op->calls, on_adapter,
        wfd_p2p_op_ref (op));
  else
    wfd_p2p_op_pause (op);
}
