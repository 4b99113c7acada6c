/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergroup-private.h"

#include <sys/socket.h>

/* Start-up, shutdown, and the way into every other function of groups. */

#define MAX_GROUPS 256

static WfdHandleTable groups = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_GROUP, MAX_GROUPS);
static GPtrArray *all; /* Group */

/* --- handles --- */

HRESULT
peergroup_add (WfdPeerGroupNode *node, HGROUP *ret_handle)
{
  Group *self = g_new0 (Group, 1);

  self->node = node;
  self->graph = peergraph_new (TRUE);
  self->handle = self->graph != NULL ? wfd_handle_table_add (&groups, self) : NULL;
  if (all == NULL)
    all = g_ptr_array_new ();
  g_ptr_array_add (all, self);
  if (self->handle == NULL) {
    peergroup_free (self);
    return E_OUTOFMEMORY;
  }
  self->graph->graph = wfd_peer_group_node_get_graph (node);
  *ret_handle = self->handle;
  return S_OK;
}

HRESULT
peergroup_free (Group *self)
{
  HRESULT result;

  g_clear_pointer (&self->graph, peergraph_free);
  wfd_handle_table_remove (&groups, self->handle);
  g_ptr_array_remove_fast (all, self);
  if (all->len == 0)
    g_clear_pointer (&all, g_ptr_array_unref);
  result = wfd_peer_group_node_close (self->node);
  g_free (self);
  return result;
}

void
peergroup_free_all_of (const char *identity, const char *name)
{
  for (guint i = all != NULL ? all->len : 0; i-- > 0;) {
    Group *group = all->pdata[i];
    const WfdPeerGroupEntry *entry = wfd_peer_group_node_get_entry (group->node);

    if (g_str_equal (entry->identity, identity) && g_str_equal (entry->name, name))
      peergroup_free (group);
  }
}

static void
end_groups (void)
{
  while (all != NULL)
    peergroup_free (all->pdata[0]);
}

static PeerApi api = { 0, end_groups };

/* --- ways in --- */

HRESULT
peergroup_enter (void)
{
  HRESULT result = peergraph_enter ();

  if (SUCCEEDED (result) && api.n_users == 0)
    return peergraph_leave (PEER_E_NOT_INITIALIZED);
  return result;
}

HRESULT
peergroup_enter_group (HGROUP handle, Group **ret_group)
{
  HRESULT result = peergroup_enter ();
  Group *group;

  if (FAILED (result))
    return result;
  group = wfd_handle_table_get (&groups, handle);
  if (group == NULL)
    return peergraph_leave (PEER_E_INVALID_GROUP);
  *ret_group = group;
  return S_OK;
}

HRESULT
peergroup_get_graph (HGROUP handle, HGRAPH *ret_graph)
{
  Group *group;
  HRESULT result = peergroup_enter_group (handle, &group);

  if (FAILED (result))
    return result;
  *ret_graph = group->graph->handle;
  return peergraph_leave (S_OK);
}

HRESULT
peergroup_code (HRESULT result)
{
  static const struct
  {
    HRESULT of_graph, of_group;
  } rows[] = {
    { PEER_E_INVALID_GRAPH, PEER_E_INVALID_GROUP },
    { PEER_E_GRAPH_NOT_READY, PEER_E_GROUP_NOT_READY },
    { PEER_E_GRAPH_IN_USE, PEER_E_GROUP_IN_USE },
    { PEER_E_DUPLICATE_GRAPH, PEER_E_ALREADY_EXISTS },
    { PEER_E_GRAPH_SHUTTING_DOWN, PEER_E_INVALID_GROUP },
    { E_ACCESSDENIED, PEER_E_NOT_AUTHORIZED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].of_graph == result)
      return rows[i].of_group;
  return result;
}

WfdPeerGroupPlace
peergroup_get_place (void)
{
  static char *groups_folder, *identities_folder;

  if (groups_folder == NULL) {
    groups_folder = peeridentity_get_groups_folder ();
    identities_folder = peeridentity_get_folder ();
  }
  return (WfdPeerGroupPlace) { peergraph_get_hub (), groups_folder, identities_folder };
}

/* --- life --- */

static gboolean
has_ipv6 (void)
{
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

HRESULT WINAPI
PeerGroupStartup (WORD wVersionRequested, PPEER_VERSION_DATA pVersionData)
{
  if (pVersionData == NULL)
    return E_INVALIDARG;
  *pVersionData = (PEER_VERSION_DATA) { PEER_GROUP_VERSION, PEER_GROUP_VERSION };
  /* 1.0 has no passwords, and is the same else. */
  if (wVersionRequested != PEER_GROUP_VERSION && wVersionRequested != MAKEWORD (1, 0))
    return PEER_E_UNSUPPORTED_VERSION;
  if (!has_ipv6 ())
    return PEER_E_IPV6_NOT_INSTALLED;
  return peergraph_start (&api);
}

HRESULT WINAPI
PeerGroupShutdown (VOID)
{
  return peergraph_stop (&api) ? S_OK : E_UNEXPECTED;
}
