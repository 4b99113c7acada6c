/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergraph-private.h"

/* Graphs: create, open, listen, close, and what is known of them. */

#define MIN_RECORD_BYTES 1024
#define MIN_PRESENCE_S 300
#define MAX_PRECEDENCE 255
#define MAX_NAME_CHARS 255

/* --- what an application says --- */

/* A name of a file without a folder; NULL if it is none. */
static char *
read_database_name (PCWSTR name)
{
  g_autofree char *text = name != NULL ? winapi_text_from_wide (name, MAX_NAME_CHARS) : NULL;

  if (text == NULL || *text == '\0' || strpbrk (text, "/\\") != NULL || g_str_equal (text, ".")
      || g_str_equal (text, ".."))
    return NULL;
  return g_steal_pointer (&text);
}

/* What may change in a graph. */
static gboolean
read_changes (const PEER_GRAPH_PROPERTIES *from, WfdPeerProperties *properties)
{
  properties->presence_lifetime_s = MAX (from->ulPresenceLifetime, MIN_PRESENCE_S);
  properties->max_presence = from->cPresenceMax;
  return winapi_text_read_optional (from->pwzFriendlyName, WFD_LIMIT_PEER_ID_CHARS - 1,
             &properties->friendly_name)
      && winapi_text_read_optional (from->pwzComment, WFD_LIMIT_PEER_COMMENT_CHARS - 1,
          &properties->comment);
}

static gboolean
read_properties (const PEER_GRAPH_PROPERTIES *from, WfdPeerProperties *properties)
{
  if (from == NULL || from->dwSize != sizeof (*from)
      || (from->dwFlags & ~PEER_GRAPH_PROPERTY_DEFER_EXPIRATION) != 0
      || from->dwScope > PEER_GRAPH_SCOPE_LOOPBACK
      || (from->dwMaxRecordSize != 0
          && (from->dwMaxRecordSize < MIN_RECORD_BYTES
              || from->dwMaxRecordSize > WFD_LIMIT_PEER_RECORD_BYTES)))
    return FALSE;

  properties->flags = from->dwFlags;
  properties->scope = from->dwScope;
  properties->max_record_bytes = from->dwMaxRecordSize;
  properties->graph_id = peergraph_id_from_wide (from->pwzGraphId);
  properties->creator = peergraph_id_from_wide (from->pwzCreatorId);
  return properties->graph_id != NULL && properties->creator != NULL
      && read_changes (from, properties);
}

/* Security providers are programs of Windows; what is left are the two callbacks. */
static gboolean
is_usable (const PEER_SECURITY_INTERFACE *security)
{
  return security == NULL
      || (security->dwSize == sizeof (*security) && security->pwzSspFilename == NULL
          && (security->pfnValidateRecord != NULL) == (security->pfnSecureRecord != NULL));
}

/* --- callbacks of the application --- */

static guint32
validate_record (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change)
{
  Graph *self = user_data;
  PPEER_RECORD built = winapi_block_new (WINAPI_BLOCK_GRAPH, sizeof (*built));
  HRESULT result;

  peergraph_fill_record (built, record, built);
  peergraph_set_in_callback (TRUE);
  result = self->security.pfnValidateRecord (self->handle, self->security.pvContext, built,
      (PEER_RECORD_CHANGE_TYPE) change);
  peergraph_set_in_callback (FALSE);
  winapi_block_free (WINAPI_BLOCK_GRAPH, built);
  return result;
}

static guint32
take_security_data (Graph *self, PPEER_DATA data, WfdPeerRecord *record)
{
  guint32 result = WFD_PEER_OK;

  if (data == NULL)
    return result;
  if (data->cbData > WFD_LIMIT_PEER_SECURITY_BYTES)
    result = WFD_PEER_TOO_LARGE;
  else if (data->cbData > 0 && data->pbData == NULL)
    result = WFD_PEER_INVALID_ARGUMENT;
  else {
    g_bytes_unref (record->security);
    record->security = g_bytes_new (data->pbData, data->cbData);
  }
  if (self->security.pfnFreeSecurityData != NULL)
    self->security.pfnFreeSecurityData (self->handle, self->security.pvContext, data);
  return result;
}

static guint32
sign_record (gpointer user_data, WfdPeerRecord *record, WfdPeerRecordChange change)
{
  Graph *self = user_data;
  PPEER_RECORD built = winapi_block_new (WINAPI_BLOCK_GRAPH, sizeof (*built));
  PPEER_DATA data = NULL;
  guint32 result;

  peergraph_fill_record (built, record, built);
  peergraph_set_in_callback (TRUE);
  result = self->security.pfnSecureRecord (self->handle, self->security.pvContext, built,
      (PEER_RECORD_CHANGE_TYPE) change, &data);
  if (!WFD_PEER_FAILED (result))
    result = take_security_data (self, data, record);
  peergraph_set_in_callback (FALSE);
  winapi_block_free (WINAPI_BLOCK_GRAPH, built);
  return result;
}

/* --- create, open, close --- */

static HRESULT
open_graph (WfdPeerGraphConfig *config, const PEER_SECURITY_INTERFACE *security,
    const WfdPeerProperties *properties, HGRAPH *phGraph)
{
  Graph *self;
  HRESULT result = peergraph_enter ();

  if (FAILED (result))
    return result;

  self = peergraph_new (FALSE);
  if (self == NULL)
    return peergraph_leave (E_OUTOFMEMORY);
  config->user_data = self;
  if (security != NULL && security->pfnValidateRecord != NULL) {
    self->security = *security;
    config->validate = validate_record;
    config->sign = sign_record;
  }
  result = wfd_peer_graph_open (peergraph_get_hub (), config, properties, &self->graph);
  if (FAILED (result))
    peergraph_free (self);
  else
    *phGraph = self->handle;
  return peergraph_leave (result);
}

HRESULT WINAPI
PeerGraphCreate (PPEER_GRAPH_PROPERTIES pGraphProperties, PCWSTR pwzDatabaseName,
    PPEER_SECURITY_INTERFACE pSecurityInterface, HGRAPH *phGraph)
{
  g_auto (WfdPeerProperties) properties = { 0 };
  g_autofree char *database = read_database_name (pwzDatabaseName);
  WfdPeerGraphConfig config = { .database = database };
  HRESULT result = peergraph_check_started ();

  if (FAILED (result))
    return result;
  if (phGraph == NULL || database == NULL || !is_usable (pSecurityInterface)
      || !read_properties (pGraphProperties, &properties))
    return E_INVALIDARG;

  config.node.graph_id = properties.graph_id;
  config.node.peer_id = properties.creator;
  return open_graph (&config, pSecurityInterface, &properties, phGraph);
}

HRESULT WINAPI
PeerGraphOpen (PCWSTR pwzGraphId, PCWSTR pwzPeerId, PCWSTR pwzDatabaseName,
    PPEER_SECURITY_INTERFACE pSecurityInterface, ULONG cRecordTypeSyncPrecedence,
    const GUID *pRecordTypeSyncPrecedence, HGRAPH *phGraph)
{
  g_autofree char *graph_id = peergraph_id_from_wide (pwzGraphId);
  g_autofree char *peer_id = peergraph_id_from_wide (pwzPeerId);
  g_autofree char *database = read_database_name (pwzDatabaseName);
  g_autofree WfdPeerGuid *types = NULL;
  WfdPeerGraphConfig config = { { graph_id, peer_id }, .database = database };
  HRESULT result = peergraph_check_started ();

  if (FAILED (result))
    return result;
  if (phGraph == NULL || graph_id == NULL || peer_id == NULL || database == NULL
      || !is_usable (pSecurityInterface) || cRecordTypeSyncPrecedence > MAX_PRECEDENCE
      || (cRecordTypeSyncPrecedence == 0) != (pRecordTypeSyncPrecedence == NULL))
    return E_INVALIDARG;

  types = g_new (WfdPeerGuid, cRecordTypeSyncPrecedence);
  for (ULONG i = 0; i < cRecordTypeSyncPrecedence; i++)
    types[i] = peergraph_guid_to_wire (&pRecordTypeSyncPrecedence[i]);
  config.node.precedence = types;
  config.node.n_precedence = cRecordTypeSyncPrecedence;
  return open_graph (&config, pSecurityInterface, NULL, phGraph);
}

HRESULT WINAPI
PeerGraphClose (HGRAPH hGraph)
{
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  return peergraph_leave (peergraph_free (self));
}

HRESULT WINAPI
PeerGraphDelete (PCWSTR pwzGraphId, PCWSTR pwzPeerId, PCWSTR pwzDatabaseName)
{
  g_autofree char *graph_id = peergraph_id_from_wide (pwzGraphId);
  g_autofree char *peer_id = peergraph_id_from_wide (pwzPeerId);
  g_autofree char *database = read_database_name (pwzDatabaseName);
  HRESULT result = peergraph_enter ();

  if (FAILED (result))
    return result;
  if (graph_id == NULL || peer_id == NULL || database == NULL)
    return peergraph_leave (E_INVALIDARG);
  return peergraph_leave (
      wfd_peer_graph_delete (peergraph_get_hub (), graph_id, peer_id, database));
}

HRESULT WINAPI
PeerGraphListen (HGRAPH hGraph, DWORD dwScope, DWORD dwScopeId, WORD wPort)
{
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  return peergraph_leave (wfd_peer_graph_listen (self->graph, dwScope, dwScopeId, wPort));
}

/* --- what is known of it --- */

HRESULT WINAPI
PeerGraphGetStatus (HGRAPH hGraph, DWORD *pdwStatus)
{
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (pdwStatus == NULL)
    return peergraph_leave (E_INVALIDARG);
  *pdwStatus = wfd_peer_node_get_status (self->graph->node);
  return peergraph_leave (S_OK);
}

static PPEER_GRAPH_PROPERTIES
build_properties (const WfdPeerProperties *from)
{
  PPEER_GRAPH_PROPERTIES built = winapi_block_new (WINAPI_BLOCK_GRAPH, sizeof (*built));

  *built = (PEER_GRAPH_PROPERTIES) { sizeof (*built), from->flags, from->scope,
    from->max_record_bytes, winapi_text_add_wide (built, from->graph_id),
    winapi_text_add_wide (built, from->creator), winapi_text_add_wide (built, from->friendly_name),
    winapi_text_add_wide (built, from->comment), from->presence_lifetime_s, from->max_presence };
  return built;
}

HRESULT WINAPI
PeerGraphGetProperties (HGRAPH hGraph, PPEER_GRAPH_PROPERTIES *ppGraphProperties)
{
  const WfdPeerProperties *properties;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (ppGraphProperties == NULL)
    return peergraph_leave (E_INVALIDARG);
  properties = wfd_peer_node_get_properties (self->graph->node);
  if (properties == NULL)
    return peergraph_leave (PEER_E_GRAPH_NOT_READY);
  *ppGraphProperties = build_properties (properties);
  return peergraph_leave (S_OK);
}

HRESULT WINAPI
PeerGraphSetProperties (HGRAPH hGraph, PPEER_GRAPH_PROPERTIES pGraphProperties)
{
  g_auto (WfdPeerProperties) changes = { 0 };
  const WfdPeerProperties *now;
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (pGraphProperties == NULL || pGraphProperties->dwSize != sizeof (*pGraphProperties)
      || !read_changes (pGraphProperties, &changes))
    return peergraph_leave (E_INVALIDARG);
  now = wfd_peer_node_get_properties (self->graph->node);
  changes.flags = now != NULL ? now->flags : 0;
  result = wfd_peer_node_set_properties (wfd_peer_graph_begin (self->graph), &changes, NULL);
  wfd_peer_graph_end (self->graph);
  return peergraph_leave (result);
}

/* --- time --- */

/* Peer time is the time of day without the delta of the node. */
static HRESULT
shift_time (HGRAPH hGraph, const FILETIME *from, FILETIME *to, int sign)
{
  Graph *self;
  HRESULT result = peergraph_enter_graph (hGraph, &self);

  if (FAILED (result))
    return result;
  if (from == NULL || to == NULL)
    return peergraph_leave (E_INVALIDARG);
  *to = peergraph_time_from_ticks (peergraph_time_to_ticks (from)
      + (guint64) (sign * wfd_peer_node_get_time_delta (self->graph->node)));
  return peergraph_leave (S_OK);
}

HRESULT WINAPI
PeerGraphPeerTimeToUniversalTime (HGRAPH hGraph, FILETIME *pftPeerTime, FILETIME *pftUniversalTime)
{
  return shift_time (hGraph, pftPeerTime, pftUniversalTime, 1);
}

HRESULT WINAPI
PeerGraphUniversalTimeToPeerTime (HGRAPH hGraph, FILETIME *pftUniversalTime, FILETIME *pftPeerTime)
{
  return shift_time (hGraph, pftUniversalTime, pftPeerTime, -1);
}
