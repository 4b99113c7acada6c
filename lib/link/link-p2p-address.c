/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps to addresses on both sides: from the handshake, else by DHCP. */
#include "link-dhcp.h"
#include "link-p2p-op-private.h"

#include "link-p2p-wire.h"

/* A DHCP server that has just been started needs some seconds, and so does a
 * client that has asked before it was there. */
#define ADDRESS_MS 10000
#define LOOK_MS 50

/* For a program to set what another one was given. */
#define SETTLE_MS 100

/* The handshake gives the lowest address that is free; beside those in the group others may
 * be on their way. */
#define N_PROBED 4

/* One that was killed; one that cannot do it here ends again. */
#define MAX_SERVERS 2

static gboolean
is_source (WfdP2pLink *self)
{
  return self->options.advert.type == WFD_IE_TYPE_SOURCE;
}

static guint
get_timeout_ms (WfdP2pOp *op)
{
  return wfd_p2p_or_default (op->link->options.address_ms, ADDRESS_MS);
}

/* --- ours, where it is known --- */

/* Of two groups with the same network the kernel reaches one, and packets for the other go there
 * too. A network of another kind makes way by its metric. */
static gboolean
is_network_free (WfdP2pOp *op)
{
  WfdLinkInfo *info = op->link->group->info;
  g_autofree char *interface =
      wfd_net_dup_interface_in (info->network, info->interface, wfd_p2p_is_group_name);
  g_autofree char *text = NULL;

  if (interface == NULL)
    return TRUE;
  text = g_inet_address_mask_to_string (info->network);
  wfd_p2p_op_fail_with (op, WFD_ERROR_STATE,
      "This group has the addresses %s, as has another one, %s; end what goes on there first, or, "
      "for two displays at once, let one program show on both, and own the group (go-intent=15)",
      text, interface);
  return FALSE;
}

/* FALSE if that has ended the operation. */
static gboolean
set_address (WfdP2pOp *op)
{
  WfdP2pGroup *group = op->link->group;
  WfdNetAddress address;
  GError *error = NULL;

  if (!wfd_p2p_group_get_address (group, &address))
    return TRUE;
  if (!is_network_free (op))
    return FALSE;
  if (!wfd_net_add_address (&address, &error)) {
    wfd_p2p_op_fail (op, error);
    return FALSE;
  }
  group->has_address = TRUE;
  wfd_p2p_group_claim_more (group);
  return TRUE;
}

/* --- as owner: for clients whose handshake gives none --- */

/* @address: (nullable): not yet */
static void
take_peer_address (WfdP2pOp *op, GInetAddress *address)
{
  if (address == NULL)
    return;
  g_set_object (&op->link->group->info->peer_address, address);
  wfd_p2p_clear_source (&op->step_timer);
  wfd_p2p_op_advance (op);
}

static gboolean on_look_for_peer (gpointer user_data);

/* Another one may have come, who is the peer then. */
static gboolean
on_settled (gpointer user_data)
{
  WfdP2pOp *op = user_data;
  GInetAddress *leased = wfd_p2p_group_find_lease (op->link->group);

  op->is_settling = FALSE;
  if (leased != NULL)
    take_peer_address (op, leased);
  else
    wfd_p2p_op_wake_in (op, LOOK_MS, on_look_for_peer);
  return G_SOURCE_REMOVE;
}

/* It says nothing when it has set what it was given, and the kernel, which asks for a neighbour
 * once a second, had better not ask before. */
static void
on_lease (WfdP2pOp *op)
{
  if (op->step != WFD_P2P_STEP_PEER_ADDRESS || op->failure != NULL || op->is_settling
      || wfd_p2p_group_find_lease (op->link->group) == NULL)
    return;
  op->is_settling = TRUE;
  wfd_p2p_op_wake_in (op, SETTLE_MS, on_settled);
}

static void
on_server_line (WfdText line, gpointer user_data)
{
  WfdP2pLink *self = user_data;
  guint8 station[WFD_STATION_ADDRESS_BYTES];
  g_autoptr (GInetAddress) given = wfd_dhcp_read_server (line, station);

  if (given == NULL)
    return;
  wfd_p2p_group_take_lease (self->group, given, station);
  if (self->op != NULL)
    on_lease (self->op);
}

static void start_server (WfdP2pLink *self);

static void
on_server_ended (gpointer user_data)
{
  WfdP2pLink *self = user_data;

  g_clear_pointer (&self->group->dhcp, wfd_process_free);
  start_server (self);
  wfd_p2p_group_claim_more (self->group);
}

static const WfdProcessRules server_rules = { on_server_line, on_server_ended, TRUE };

/* A system without one has clients that get their address in the handshake. */
static void
start_server (WfdP2pLink *self)
{
  WfdP2pGroup *group = self->group;
  g_autofree char *path = wfd_process_find (WFD_DHCP_SERVER, self->options.program_folders);
  g_auto (GStrv) argv = NULL;
  WfdDhcpRange range;

  if (path == NULL || !group->has_address || group->server != NULL
      || group->n_servers == MAX_SERVERS
      || !wfd_dhcp_choose_range (group->info->network, group->info->local_address, &self->pool,
          &range))
    return;
  group->n_servers++;
  argv = wfd_dhcp_build_server (path, group->info->interface, &range);
  group->dhcp = wfd_process_new ((const char *const *) argv, &server_rules, self, NULL);
  wfd_p2p_group_claim_more (group);
}

void
wfd_p2p_op_begin_serve (WfdP2pOp *op)
{
  WfdLinkInfo *info = op->link->group->info;

  /* A group that has been begun before somebody came has it. */
  if (op->link->group->has_address) {
    wfd_p2p_op_advance (op);
    return;
  }
  g_set_object (&info->local_address, op->link->go_address);
  g_set_object (&info->network, op->link->go_network);
  if (!set_address (op))
    return;
  start_server (op->link);
  wfd_p2p_op_advance (op);
}

/* --- as client --- */

void
wfd_p2p_op_begin_address (WfdP2pOp *op)
{
  if (set_address (op))
    wfd_p2p_op_advance (op);
}

static void try_next_client (WfdP2pOp *op);

static void
take_lease (WfdP2pOp *op, const WfdDhcpLease *lease)
{
  WfdLinkInfo *info = op->link->group->info;

  g_set_object (&info->local_address, lease->address);
  g_set_object (&info->network, lease->network);
  /* In a group it is the owner who gives addresses. */
  g_set_object (&info->peer_address, lease->server);
  wfd_p2p_clear_source (&op->step_timer);
  if (set_address (op))
    wfd_p2p_op_advance (op);
}

/* Later ones renew it; an address that changes then is no reason to stop. */
static void
on_client_line (WfdText line, gpointer user_data)
{
  WfdP2pLink *self = user_data;
  g_auto (WfdDhcpLease) lease = { NULL };

  if (self->op != NULL && self->op->step == WFD_P2P_STEP_LEASE && !wfd_p2p_op_has_ended (self->op)
      && wfd_dhcp_read_client (line, &lease))
    take_lease (self->op, &lease);
}

/* One that cannot do it here ends at once. */
static void
on_client_ended (gpointer user_data)
{
  WfdP2pLink *self = user_data;

  g_clear_pointer (&self->group->dhcp, wfd_process_free);
  if (self->op != NULL && self->op->step == WFD_P2P_STEP_LEASE && !wfd_p2p_op_has_ended (self->op))
    try_next_client (self->op);
}

static const WfdProcessRules client_rules = { on_client_line, on_client_ended, FALSE };

static void
start_client (WfdP2pOp *op, guint n)
{
  WfdP2pLink *self = op->link;
  const char *script = self->options.dhcp_script;
  g_autofree char *path = wfd_process_find (wfd_dhcp_get_client (n), self->options.program_folders);
  g_auto (GStrv) argv = NULL;

  if (path == NULL)
    return;
  argv = wfd_dhcp_build_client (n, path, self->group->info->interface,
      script != NULL ? script : WFD_DHCP_SCRIPT);
  self->group->dhcp = wfd_process_new ((const char *const *) argv, &client_rules, self, NULL);
  wfd_p2p_group_claim_more (self->group);
}

static void
try_next_client (WfdP2pOp *op)
{
  while (op->link->group->dhcp == NULL && wfd_dhcp_get_client (op->n_asked) != NULL)
    start_client (op, op->n_asked++);
  if (op->link->group->dhcp == NULL)
    wfd_p2p_op_fail_with (op, WFD_ERROR_NO_SERVICE,
        "The handshake has told no address, and there is no DHCP client that works; install udhcpc "
        "or dhcpcd-base");
}

/* Who owns the group is decided when it is negotiated, and only then. */
static const char *
get_other_owner (WfdP2pOp *op, const char *advice)
{
  return op->n_negotiations > 0 && !op->has_joined ? advice : "";
}

static gboolean
on_no_lease (gpointer user_data)
{
  WfdP2pOp *op = user_data;

  wfd_p2p_op_fail_with (op, WFD_ERROR_TIMEOUT,
      "No address came from the peer, neither in the handshake nor by DHCP; let UDP ports 67 and 68 "
      "through the firewalls of both sides, and try again%s",
      get_other_owner (op, ", or with a go-intent of 15"));
  return G_SOURCE_REMOVE;
}

void
wfd_p2p_op_begin_lease (WfdP2pOp *op)
{
  op->n_asked = 0;
  wfd_p2p_op_wake_in (op, get_timeout_ms (op), on_no_lease);
  try_next_client (op);
}

/* --- that of the peer --- */

/* Where it may be: among those that we give, or, if it is the owner, in the beginning of
 * its network. */
static guint32
get_first_guess (WfdP2pLink *self)
{
  const WfdLinkInfo *info = self->group->info;

  return info->is_owner ? self->pool.first
                        : wfd_dhcp_to_number (g_inet_address_mask_get_address (info->network)) + 1;
}

/* What is sent makes the kernel ask who has the address. */
static void
probe (WfdP2pLink *self)
{
  guint32 first = get_first_guess (self);
  guint n = N_PROBED + self->group->members->len;

  for (guint32 i = 0; i < n; i++) {
    g_autoptr (GInetAddress) address = wfd_dhcp_from_number (first + i);

    if (g_inet_address_mask_matches (self->group->info->network, address)
        && !g_inet_address_equal (self->group->info->local_address, address))
      wfd_net_probe (address);
  }
}

static void
look_for_peer (WfdP2pOp *op)
{
  WfdP2pGroup *group = op->link->group;
  GInetAddress *leased = wfd_p2p_group_find_lease (group);
  g_autoptr (GInetAddress) found = leased != NULL
      ? g_object_ref (leased)
      : wfd_net_find_neighbour (group->info->interface, wfd_p2p_group_may_be_peer, group);

  if (found == NULL)
    probe (op->link);
  take_peer_address (op, found);
}

void
wfd_p2p_op_station_told (WfdP2pOp *op)
{
  if (op->step == WFD_P2P_STEP_PEER_ADDRESS && op->failure == NULL)
    look_for_peer (op);
}

static void
fail_hidden (WfdP2pOp *op)
{
  WfdP2pGroup *group = op->link->group;

  if (!group->info->is_owner)
    wfd_p2p_op_fail_with (op, WFD_ERROR_TIMEOUT,
        "The peer gives addresses in its group and does not tell its own; try again%s",
        get_other_owner (op, ", or with a go-intent of 15"));
  else if (group->dhcp == NULL)
    wfd_p2p_op_fail_with (op, WFD_ERROR_TIMEOUT,
        "The peer has taken no address in our group; install dnsmasq-base, which gives it one, or "
        "try with a go-intent of 0");
  else
    wfd_p2p_op_fail_with (op, WFD_ERROR_TIMEOUT,
        "The peer has taken no address in our group; let UDP ports 67 and 68 through the firewalls of "
        "both sides, and try again%s",
        get_other_owner (op, ", or with a go-intent of 0"));
}

/* A sink comes to us, so that as a source we need not know; a source does not. */
static void
do_without (WfdP2pOp *op)
{
  wfd_p2p_clear_source (&op->step_timer);
  if (is_source (op->link))
    wfd_p2p_op_advance (op);
  else
    fail_hidden (op);
}

static gboolean
on_look_for_peer (gpointer user_data)
{
  g_autoptr (WfdP2pOp) op = wfd_p2p_op_ref (user_data);

  if (op->n_asked++ * LOOK_MS >= get_timeout_ms (op)) {
    do_without (op);
    return G_SOURCE_REMOVE;
  }
  look_for_peer (op);
  return G_SOURCE_CONTINUE;
}

void
wfd_p2p_op_begin_peer_address (WfdP2pOp *op)
{
  const WfdP2pGroup *group = op->link->group;

  op->n_asked = 0;
  op->is_settling = FALSE;
  if (!group->has_address || (!group->info->is_owner && is_source (op->link))) {
    do_without (op);
    return;
  }
  wfd_p2p_op_wake_in (op, LOOK_MS, on_look_for_peer);
  /* Which station it is is about to be told. */
  if (group->newcomer == NULL)
    look_for_peer (op);
}
