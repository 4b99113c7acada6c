/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergroup-private.h"

/* What groups do as graphs do it: connections, records, copies of the database, time. */

/* The result of @call with the @graph of @hGroup. */
#define CALL(hGroup, call) \
  HGRAPH graph; \
  HRESULT result = peergroup_get_graph ((hGroup), &graph); \
\
  return SUCCEEDED (result) ? peergroup_code (call) : result

/* The same, and what it gives is freed or ended by functions of groups. */
#define CALL_FOR_ENUM(hGroup, call, phPeerEnum) \
  HGRAPH graph; \
  HRESULT result = peergroup_get_graph ((hGroup), &graph); \
\
  if (SUCCEEDED (result)) \
    result = peergroup_code (call); \
  if (SUCCEEDED (result)) \
    winapi_enum_hand_over (*(phPeerEnum), WINAPI_BLOCK_GROUP); \
  return result

/* --- connections --- */

/* Who it is says more than where: at no address is somebody else who is this one. */
static HRESULT
check_direct (HGROUP hGroup, const char *identity, HGRAPH *ret_graph)
{
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  *ret_graph = group->graph->handle;
  result = wfd_peer_group_node_check_keys (group->node);
  if (SUCCEEDED (result)
      && g_strcmp0 (identity, wfd_peer_group_node_get_entry (group->node)->identity) == 0)
    result = PEER_E_CONNECT_SELF;
  return peergraph_leave (result);
}

HRESULT WINAPI
PeerGroupOpenDirectConnection (HGROUP hGroup, PCWSTR pwzIdentity, PPEER_ADDRESS pAddress,
    ULONGLONG *pullConnectionId)
{
  gboolean complete = pAddress != NULL && pullConnectionId != NULL;
  g_autofree char *identity = complete ? peergroup_read_name (pwzIdentity) : NULL;
  HGRAPH graph;
  HRESULT result = check_direct (hGroup, identity, &graph);

  if (FAILED (result))
    return result;
  if (identity == NULL)
    return E_INVALIDARG;
  return peergroup_code (
      PeerGraphOpenDirectConnection (graph, pwzIdentity, pAddress, pullConnectionId));
}

HRESULT WINAPI
PeerGroupCloseDirectConnection (HGROUP hGroup, ULONGLONG ullConnectionId)
{
  CALL (hGroup, PeerGraphCloseDirectConnection (graph, ullConnectionId));
}

HRESULT WINAPI
PeerGroupSendData (HGROUP hGroup, ULONGLONG ullConnectionId, const GUID *pType, ULONG cbData,
    PVOID pvData)
{
  CALL (hGroup, PeerGraphSendData (graph, ullConnectionId, pType, cbData, pvData));
}

HRESULT WINAPI
PeerGroupEnumConnections (HGROUP hGroup, DWORD dwFlags, HPEERENUM *phPeerEnum)
{
  CALL_FOR_ENUM (hGroup, PeerGraphEnumConnections (graph, dwFlags, phPeerEnum), phPeerEnum);
}

/* --- records --- */

/* Those that the group or its graph has for itself have their own functions. */
static gboolean
is_reserved (const GUID *type)
{
  WfdPeerGuid wire = peergraph_guid_to_wire (type);

  return wfd_peer_type_is_reserved (&wire) || wfd_peer_guid_equal (&wire, &wfd_peer_type_membership)
      || wfd_peer_guid_equal (&wire, &wfd_peer_type_group_properties);
}

HRESULT WINAPI
PeerGroupGetRecord (HGROUP hGroup, const GUID *pRecordId, PPEER_RECORD *ppRecord)
{
  HGRAPH graph;
  HRESULT result = peergroup_get_graph (hGroup, &graph);

  if (SUCCEEDED (result))
    result = peergroup_code (PeerGraphGetRecord (graph, pRecordId, ppRecord));
  if (SUCCEEDED (result))
    winapi_block_hand_over (*ppRecord, WINAPI_BLOCK_GROUP);
  return result;
}

static HRESULT
get_graph_to_publish (HGROUP hGroup, HGRAPH *ret_graph)
{
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  wfd_peer_group_node_introduce (group->node);
  *ret_graph = group->graph->handle;
  return peergraph_leave (S_OK);
}

/* The creator is always this identity, and who signs it is the group. */
HRESULT WINAPI
PeerGroupAddRecord (HGROUP hGroup, PPEER_RECORD pRecord, GUID *pRecordId)
{
  PEER_RECORD record;
  HGRAPH graph;
  HRESULT result = peergroup_get_graph (hGroup, &graph);

  if (SUCCEEDED (result) && (pRecord == NULL || pRecordId == NULL))
    result = E_INVALIDARG;
  if (SUCCEEDED (result) && is_reserved (&pRecord->type))
    result = PEER_E_NOT_AUTHORIZED;
  if (SUCCEEDED (result))
    result = get_graph_to_publish (hGroup, &graph);
  if (FAILED (result))
    return result;
  record = *pRecord;
  record.pwzCreatorId = NULL;
  record.dwVersion = 0;
  record.securityData = (PEER_DATA) { 0 };
  return peergroup_code (PeerGraphAddRecord (graph, &record, pRecordId));
}

/* What the page lets nobody change; of the rest that it names the graph asks. */
static HRESULT
check_update (HGRAPH graph, const PEER_RECORD *changes)
{
  PPEER_RECORD record;
  HRESULT result;
  gboolean same;

  if (changes == NULL)
    return E_INVALIDARG;
  if (is_reserved (&changes->type))
    return PEER_E_NOT_AUTHORIZED;
  result = peergroup_code (PeerGraphGetRecord (graph, &changes->id, &record));
  if (FAILED (result))
    return result;
  same = record->dwFlags == changes->dwFlags;
  PeerGraphFreeData (record);
  return same ? S_OK : E_INVALIDARG;
}

HRESULT WINAPI
PeerGroupUpdateRecord (HGROUP hGroup, PPEER_RECORD pRecord)
{
  PEER_RECORD record;
  HGRAPH graph;
  HRESULT result = peergroup_get_graph (hGroup, &graph);

  if (SUCCEEDED (result))
    result = check_update (graph, pRecord);
  if (SUCCEEDED (result))
    result = get_graph_to_publish (hGroup, &graph);
  if (FAILED (result))
    return result;
  record = *pRecord;
  record.securityData = (PEER_DATA) { 0 };
  return peergroup_code (PeerGraphUpdateRecord (graph, &record));
}

HRESULT WINAPI
PeerGroupDeleteRecord (HGROUP hGroup, const GUID *pRecordId)
{
  PPEER_RECORD record;
  gboolean reserved = FALSE;
  HGRAPH graph;
  HRESULT result = peergroup_get_graph (hGroup, &graph);

  if (SUCCEEDED (result))
    result = peergroup_code (PeerGraphGetRecord (graph, pRecordId, &record));
  if (FAILED (result))
    return result;
  reserved = is_reserved (&record->type);
  PeerGraphFreeData (record);
  result = reserved ? PEER_E_NOT_AUTHORIZED : get_graph_to_publish (hGroup, &graph);
  return SUCCEEDED (result) ? peergroup_code (PeerGraphDeleteRecord (graph, pRecordId, FALSE))
                            : result;
}

HRESULT WINAPI
PeerGroupEnumRecords (HGROUP hGroup, const GUID *pRecordType, HPEERENUM *phPeerEnum)
{
  CALL_FOR_ENUM (hGroup, PeerGraphEnumRecords (graph, pRecordType, NULL, phPeerEnum), phPeerEnum);
}

HRESULT WINAPI
PeerGroupSearchRecords (HGROUP hGroup, PCWSTR pwzCriteria, HPEERENUM *phPeerEnum)
{
  CALL_FOR_ENUM (hGroup, PeerGraphSearchRecords (graph, pwzCriteria, phPeerEnum), phPeerEnum);
}

/* --- copies --- */

/* Who may not have a file is no matter of rights in the group. */
static HRESULT
copy_database (HGROUP hGroup, PCWSTR path, HRESULT (WINAPI *copy) (HGRAPH, PCWSTR))
{
  HGRAPH graph;
  HRESULT result = peergroup_get_graph (hGroup, &graph);

  if (SUCCEEDED (result))
    result = copy (graph, path);
  return result == E_ACCESSDENIED ? result : peergroup_code (result);
}

HRESULT WINAPI
PeerGroupExportDatabase (HGROUP hGroup, PCWSTR pwzFilePath)
{
  return copy_database (hGroup, pwzFilePath, PeerGraphExportDatabase);
}

HRESULT WINAPI
PeerGroupImportDatabase (HGROUP hGroup, PCWSTR pwzFilePath)
{
  return copy_database (hGroup, pwzFilePath, PeerGraphImportDatabase);
}

/* --- time --- */

/* Who has never been told what is in the group has not been told its time either. */
static HRESULT
convert_time (HGROUP hGroup, FILETIME *from, FILETIME *to,
    HRESULT (WINAPI *convert) (HGRAPH, FILETIME *, FILETIME *))
{
  HGRAPH graph;
  DWORD status;
  HRESULT result = peergroup_get_graph (hGroup, &graph);

  if (SUCCEEDED (result) && (from == NULL || to == NULL))
    result = E_INVALIDARG;
  if (SUCCEEDED (result))
    result = PeerGraphGetStatus (graph, &status);
  if (SUCCEEDED (result))
    result = (status & PEER_GRAPH_STATUS_SYNCHRONIZED) != 0 ? convert (graph, from, to)
                                                            : PEER_E_GROUP_NOT_READY;
  return peergroup_code (result);
}

HRESULT WINAPI
PeerGroupPeerTimeToUniversalTime (HGROUP hGroup, FILETIME *pftPeerTime, FILETIME *pftUniversalTime)
{
  return convert_time (hGroup, pftPeerTime, pftUniversalTime, PeerGraphPeerTimeToUniversalTime);
}

HRESULT WINAPI
PeerGroupUniversalTimeToPeerTime (HGROUP hGroup, FILETIME *pftUniversalTime, FILETIME *pftPeerTime)
{
  return convert_time (hGroup, pftUniversalTime, pftPeerTime, PeerGraphUniversalTimeToPeerTime);
}
