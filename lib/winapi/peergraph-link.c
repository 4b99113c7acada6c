/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergraph-private.h"

/* Connections, and the nodes at their ends. */

/* For attributes of a node, which have no limit of their own. */
#define MAX_ATTRIBUTES_CHARS (64 * 1024)

static HRESULT
connect_to (HGRAPH hGraph, WfdPeerLinkType type, PCWSTR pwzPeerId, PPEER_ADDRESS pAddress,
    ULONGLONG *pullConnectionId)
{
  g_autofree char *peer_id = peergraph_id_from_wide (pwzPeerId);
  WfdPeerAddress address;
  guint64 link_id = 0;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (pullConnectionId == NULL || !peergraph_address_to_peer (pAddress, &address)
      || (peer_id == NULL && (pwzPeerId != NULL || type == WFD_PEER_LINK_DIRECT)))
    return peergraph_leave (E_INVALIDARG);

  result = wfd_peer_graph_connect (self->graph, type, peer_id, &address, &link_id);
  if (SUCCEEDED (result))
    *pullConnectionId = link_id;
  return peergraph_leave (result);
}

HRESULT WINAPI
PeerGraphConnect (HGRAPH hGraph, PCWSTR pwzPeerId, PPEER_ADDRESS pAddress,
    ULONGLONG *pullConnectionId)
{
  return connect_to (hGraph, WFD_PEER_LINK_NEIGHBOUR, pwzPeerId, pAddress, pullConnectionId);
}

HRESULT WINAPI
PeerGraphOpenDirectConnection (HGRAPH hGraph, PCWSTR pwzPeerId, PPEER_ADDRESS pAddress,
    ULONGLONG *pullConnectionId)
{
  return connect_to (hGraph, WFD_PEER_LINK_DIRECT, pwzPeerId, pAddress, pullConnectionId);
}

HRESULT WINAPI
PeerGraphCloseDirectConnection (HGRAPH hGraph, ULONGLONG ullConnectionId)
{
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  result = wfd_peer_node_disconnect_direct (wfd_peer_graph_begin (self->graph), ullConnectionId);
  wfd_peer_graph_end (self->graph);
  return peergraph_leave (result);
}

HRESULT WINAPI
PeerGraphSendData (HGRAPH hGraph, ULONGLONG ullConnectionId, const GUID *pType, ULONG cbData,
    PVOID pvData)
{
  WfdPeerGuid type;
  WfdPeerGraph *graph;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (pType == NULL || (pvData == NULL && cbData > 0))
    return peergraph_leave (E_INVALIDARG);

  type = peergraph_guid_to_wire (pType);
  /* Somebody may close it while this waits. */
  graph = wfd_peer_graph_ref (self->graph);
  result = wfd_peer_graph_send (graph, ullConnectionId, &type, pvData, cbData);
  wfd_peer_graph_unref (graph);
  return peergraph_leave (result);
}

HRESULT WINAPI
PeerGraphEnumConnections (HGRAPH hGraph, DWORD dwFlags, HPEERENUM *phPeerEnum)
{
  const DWORD all = PEER_CONNECTION_NEIGHBOR | PEER_CONNECTION_DIRECT;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (phPeerEnum == NULL || dwFlags == 0 || (dwFlags & ~all) != 0)
    return peergraph_leave (E_INVALIDARG);
  return peergraph_leave (winapi_enum_new (WINAPI_BLOCK_GRAPH, &peergraph_connections,
      wfd_peer_node_list_links (self->graph->node, dwFlags), phPeerEnum));
}

/* --- nodes --- */

HRESULT WINAPI
PeerGraphEnumNodes (HGRAPH hGraph, PCWSTR pwzPeerId, HPEERENUM *phPeerEnum)
{
  g_autofree char *peer_id = peergraph_id_from_wide (pwzPeerId);
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (phPeerEnum == NULL || (pwzPeerId != NULL && peer_id == NULL))
    return peergraph_leave (E_INVALIDARG);
  if ((wfd_peer_node_get_status (self->graph->node) & WFD_PEER_STATUS_SYNCHRONIZED) == 0)
    return peergraph_leave (PEER_E_GRAPH_NOT_READY);
  return peergraph_leave (winapi_enum_new (WINAPI_BLOCK_GRAPH, &peergraph_nodes,
      wfd_peer_node_list_nodes (wfd_peer_graph_begin (self->graph), peer_id), phPeerEnum));
}

HRESULT WINAPI
PeerGraphGetNodeInfo (HGRAPH hGraph, ULONGLONG ullNodeId, PPEER_NODE_INFO *ppNodeInfo)
{
  g_autoptr (WfdPeerNodeInfo) info = NULL;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (ppNodeInfo == NULL)
    return peergraph_leave (E_INVALIDARG);

  info = wfd_peer_node_get_info (wfd_peer_graph_begin (self->graph), ullNodeId);
  if (info == NULL)
    return peergraph_leave (PEER_E_NODE_NOT_FOUND);
  *ppNodeInfo = winapi_block_new (WINAPI_BLOCK_GRAPH, sizeof (**ppNodeInfo));
  peergraph_fill_node (*ppNodeInfo, info, *ppNodeInfo);
  return peergraph_leave (S_OK);
}

HRESULT WINAPI
PeerGraphSetNodeAttributes (HGRAPH hGraph, PCWSTR pwzAttributes)
{
  g_autofree char *attributes =
      pwzAttributes != NULL ? winapi_text_from_wide (pwzAttributes, MAX_ATTRIBUTES_CHARS) : NULL;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (pwzAttributes != NULL && attributes == NULL)
    return peergraph_leave (E_INVALIDARG);
  result = wfd_peer_node_set_attributes (wfd_peer_graph_begin (self->graph), attributes);
  wfd_peer_graph_end (self->graph);
  return peergraph_leave (result);
}

HRESULT WINAPI
PeerGraphSetPresence (HGRAPH hGraph, BOOL fPresent)
{
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  result = wfd_peer_node_set_presence (wfd_peer_graph_begin (self->graph), fPresent != FALSE);
  wfd_peer_graph_end (self->graph);
  return peergraph_leave (result);
}
