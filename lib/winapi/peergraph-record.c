/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peer-attributes.h>

#include "peergraph-private.h"

/* Records, and the file they are kept in. */

#define MIN_REFRESH_TICKS G_GUINT64_CONSTANT (2400000000) /* four minutes */
#define MAX_QUERY_CHARS (256 * 1024)
#define MAX_PATH_CHARS 4095

/* --- what an application says --- */

static HRESULT
read_attributes (PCWSTR wide, char **ret_attributes)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) attributes = NULL;

  *ret_attributes = NULL;
  if (wide == NULL)
    return S_OK;
  text = winapi_text_from_wide (wide, WFD_LIMIT_PEER_RECORD_BYTES / 2);
  attributes = text != NULL ? wfd_peer_attributes_read (text) : NULL;
  if (attributes == NULL)
    return PEER_E_INVALID_ATTRIBUTES;

  *ret_attributes = g_steal_pointer (&text);
  return S_OK;
}

/* What both a new record and a change of one have; the rest is the graph's. */
static HRESULT
read_record (const PEER_RECORD *from, WfdPeerRecord **ret_record)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new ();
  HRESULT result;

  if (from == NULL || from->dwSize != sizeof (*from)
      || (from->dwFlags & ~PEER_RECORD_FLAG_AUTOREFRESH) != 0
      || (from->data.pbData == NULL && from->data.cbData > 0)
      || (from->securityData.pbData == NULL && from->securityData.cbData > 0))
    return E_INVALIDARG;
  if (from->data.cbData > WFD_LIMIT_PEER_RECORD_BYTES
      || from->securityData.cbData > WFD_LIMIT_PEER_SECURITY_BYTES)
    return PEER_E_MAX_RECORD_SIZE_EXCEEDED;
  result = read_attributes (from->pwzAttributes, &record->attributes);
  if (FAILED (result))
    return result;

  record->type = peergraph_guid_to_wire (&from->type);
  record->id = peergraph_guid_to_wire (&from->id);
  record->flags = from->dwFlags;
  record->expires = peergraph_time_to_ticks (&from->ftExpiration);
  g_bytes_unref (record->payload);
  record->payload = g_bytes_new (from->data.pbData, from->data.cbData);
  g_bytes_unref (record->security);
  record->security = g_bytes_new (from->securityData.pbData, from->securityData.cbData);
  *ret_record = g_steal_pointer (&record);
  return S_OK;
}

static gboolean
refreshes_too_often (WfdPeerNode *node, const WfdPeerRecord *record)
{
  return (record->flags & WFD_PEER_RECORD_REFRESHED) != 0
      && record->expires < wfd_peer_node_get_peer_time (node) + MIN_REFRESH_TICKS;
}

/* --- one record --- */

HRESULT WINAPI
PeerGraphGetRecord (HGRAPH hGraph, const GUID *pRecordId, PPEER_RECORD *ppRecord)
{
  g_autoptr (WfdPeerRecord) record = NULL;
  WfdPeerGuid id;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (pRecordId == NULL || ppRecord == NULL)
    return peergraph_leave (E_INVALIDARG);
  if ((wfd_peer_node_get_status (self->graph->node) & WFD_PEER_STATUS_SYNCHRONIZED) == 0)
    return peergraph_leave (PEER_E_GRAPH_NOT_READY);

  id = peergraph_guid_to_wire (pRecordId);
  record = wfd_peer_node_get_record (wfd_peer_graph_begin (self->graph), &id);
  peergraph_leave (S_OK);
  if (record == NULL)
    return PEER_E_RECORD_NOT_FOUND;
  *ppRecord = winapi_block_new (WINAPI_BLOCK_GRAPH, sizeof (**ppRecord));
  peergraph_fill_record (*ppRecord, record, *ppRecord);
  return S_OK;
}

/* The creator is somebody else only if the application says so. */
static HRESULT
add_record (Graph *self, const PEER_RECORD *from, GUID *ret_id)
{
  g_autoptr (WfdPeerRecord) record = NULL;
  WfdPeerNode *node = wfd_peer_graph_begin (self->graph);
  HRESULT result = read_record (from, &record);

  if (FAILED (result))
    return result;
  if (from->pwzCreatorId != NULL) {
    record->creator = peergraph_id_from_wide (from->pwzCreatorId);
    if (record->creator == NULL)
      return E_INVALIDARG;
  }
  record->version = from->dwVersion;
  if (refreshes_too_often (node, record))
    return E_INVALIDARG;

  result = wfd_peer_node_add_record (node, record);
  wfd_peer_graph_end (self->graph);
  if (SUCCEEDED (result))
    peergraph_guid_from_wire (&record->id, ret_id);
  return result;
}

HRESULT WINAPI
PeerGraphAddRecord (HGRAPH hGraph, PPEER_RECORD pRecord, GUID *pRecordId)
{
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  return peergraph_leave (pRecordId != NULL ? add_record (self, pRecord, pRecordId) : E_INVALIDARG);
}

HRESULT WINAPI
PeerGraphUpdateRecord (HGRAPH hGraph, PPEER_RECORD pRecord)
{
  g_autoptr (WfdPeerRecord) record = NULL;
  WfdPeerNode *node;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  result = read_record (pRecord, &record);
  if (FAILED (result))
    return peergraph_leave (result);
  node = wfd_peer_graph_begin (self->graph);
  if (refreshes_too_often (node, record))
    return peergraph_leave (E_INVALIDARG);
  result = wfd_peer_node_update_record (node, record);
  wfd_peer_graph_end (self->graph);
  return peergraph_leave (result);
}

HRESULT WINAPI
PeerGraphDeleteRecord (HGRAPH hGraph, const GUID *pRecordId, BOOL fLocal)
{
  WfdPeerGuid id;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (pRecordId == NULL)
    return peergraph_leave (E_INVALIDARG);
  id = peergraph_guid_to_wire (pRecordId);
  result = wfd_peer_node_delete_record (wfd_peer_graph_begin (self->graph), &id, fLocal != FALSE);
  wfd_peer_graph_end (self->graph);
  return peergraph_leave (result);
}

/* --- many --- */

HRESULT WINAPI
PeerGraphEnumRecords (HGRAPH hGraph, const GUID *pRecordType, PCWSTR pwzPeerId,
    HPEERENUM *phPeerEnum)
{
  g_autofree char *creator = peergraph_id_from_wide (pwzPeerId);
  WfdPeerGuid type;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (phPeerEnum == NULL || (pwzPeerId != NULL && creator == NULL))
    return peergraph_leave (E_INVALIDARG);
  if (pRecordType != NULL)
    type = peergraph_guid_to_wire (pRecordType);
  return peergraph_leave (winapi_enum_new (WINAPI_BLOCK_GRAPH, &peergraph_records,
      wfd_peer_node_list_records (wfd_peer_graph_begin (self->graph),
          pRecordType != NULL ? &type : NULL, creator),
      phPeerEnum));
}

HRESULT WINAPI
PeerGraphSearchRecords (HGRAPH hGraph, PCWSTR pwzCriteria, HPEERENUM *phPeerEnum)
{
  g_autofree char *query =
      pwzCriteria != NULL ? winapi_text_from_wide (pwzCriteria, MAX_QUERY_CHARS) : NULL;
  g_autoptr (WfdPeerSearch) search = NULL;
  guint32 code = WFD_PEER_OK;
  GPtrArray *records;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (phPeerEnum == NULL || query == NULL)
    return peergraph_leave (E_INVALIDARG);
  search = wfd_peer_search_new (query, &code);
  if (search == NULL)
    return peergraph_leave (code);

  records = wfd_peer_node_list_records (wfd_peer_graph_begin (self->graph), NULL, NULL);
  for (guint i = records->len; i-- > 0;)
    if (!wfd_peer_search_matches (search, records->pdata[i]))
      g_ptr_array_remove_index_fast (records, i);
  return peergraph_leave (
      winapi_enum_new (WINAPI_BLOCK_GRAPH, &peergraph_records, records, phPeerEnum));
}

HRESULT WINAPI
PeerGraphValidateDeferredRecords (HGRAPH hGraph, ULONG cRecordIds, const GUID *pRecordIds)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (WfdPeerGuid));
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (cRecordIds > WFD_LIMIT_PEER_DEFERRED || (cRecordIds > 0 && pRecordIds == NULL))
    return peergraph_leave (E_INVALIDARG);
  for (ULONG i = 0; i < cRecordIds; i++) {
    WfdPeerGuid id = peergraph_guid_to_wire (&pRecordIds[i]);

    g_array_append_val (ids, id);
  }
  wfd_peer_node_validate_deferred (wfd_peer_graph_begin (self->graph),
      (const WfdPeerGuid *) ids->data, ids->len);
  wfd_peer_graph_end (self->graph);
  return peergraph_leave (S_OK);
}

/* --- the file --- */

static HRESULT
copy_database (HGRAPH hGraph, PCWSTR pwzFilePath,
    guint32 (*copy) (WfdPeerGraph *graph, const char *path))
{
  g_autofree char *path =
      pwzFilePath != NULL ? winapi_text_from_wide (pwzFilePath, MAX_PATH_CHARS) : NULL;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  return peergraph_leave (
      path != NULL && *path != '\0' ? (HRESULT) copy (self->graph, path) : E_INVALIDARG);
}

HRESULT WINAPI
PeerGraphExportDatabase (HGRAPH hGraph, PCWSTR pwzFilePath)
{
  return copy_database (hGraph, pwzFilePath, wfd_peer_graph_export);
}

HRESULT WINAPI
PeerGraphImportDatabase (HGRAPH hGraph, PCWSTR pwzFilePath)
{
  return copy_database (hGraph, pwzFilePath, wfd_peer_graph_import);
}
