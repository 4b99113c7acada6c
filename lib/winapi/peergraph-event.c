/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergraph-private.h"

#define MAX_REGISTRATIONS 4096
/* Of one call: every type, with room for many types of records. */
#define MAX_FILTERS 1024

WfdHandleTable peergraph_events = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_GRAPH_EVENT, MAX_REGISTRATIONS);
static GHashTable *handles; /* to Registration */

static void
notify (gpointer event)
{
  SetEvent (event);
}

static void
end_registration (gpointer handle)
{
  Registration *registration = wfd_handle_table_remove (&peergraph_events, handle);

  wfd_peer_graph_remove_queue (registration->graph->graph, registration->queue);
  g_free (registration);
}

static gboolean
is_of_graph (gpointer handle, gpointer registration, gpointer graph)
{
  return graph == NULL || ((Registration *) registration)->graph == graph;
}

void
peergraph_end_registrations (const Graph *graph)
{
  if (handles != NULL)
    g_hash_table_foreach_remove (handles, is_of_graph, (gpointer) graph);
  if (handles != NULL && g_hash_table_size (handles) == 0)
    g_clear_pointer (&handles, g_hash_table_unref);
}

static gboolean
read_filters (const PEER_GRAPH_EVENT_REGISTRATION *registrations, ULONG n, WfdPeerFilter *filters)
{
  for (ULONG i = 0; i < n; i++) {
    if (registrations[i].eventType < PEER_GRAPH_EVENT_STATUS_CHANGED
        || registrations[i].eventType > PEER_GRAPH_EVENT_SYNCHRONIZED)
      return FALSE;
    filters[i].type = (WfdPeerEventType) registrations[i].eventType;
    filters[i].has_guid = registrations[i].pType != NULL;
    if (filters[i].has_guid)
      filters[i].guid = peergraph_guid_to_wire (registrations[i].pType);
  }
  return TRUE;
}

static HRESULT
add_registration (Graph *graph, HANDLE event, const WfdPeerFilter *filters, ULONG n,
    HPEEREVENT *phPeerEvent)
{
  Registration *registration = g_new0 (Registration, 1);
  gpointer handle = wfd_handle_table_add (&peergraph_events, registration);

  if (handle == NULL) {
    g_free (registration);
    return E_OUTOFMEMORY;
  }
  registration->graph = graph;
  registration->event = event;
  registration->queue = wfd_peer_queue_new (filters, n, notify, event);
  wfd_peer_graph_add_queue (graph->graph, registration->queue);
  if (handles == NULL)
    handles = g_hash_table_new_full (NULL, NULL, end_registration, NULL);
  g_hash_table_insert (handles, handle, registration);
  *phPeerEvent = handle;
  return S_OK;
}

HRESULT WINAPI
PeerGraphRegisterEvent (HGRAPH hGraph, HANDLE hEvent, ULONG cEventRegistrations,
    PEER_GRAPH_EVENT_REGISTRATION *pEventRegistrations, HPEEREVENT *phPeerEvent)
{
  g_autofree WfdPeerFilter *filters = NULL;
  Graph *graph;
  HRESULT result = peergraph_enter_graph (hGraph, &graph);

  if (FAILED (result))
    return result;
  if (phPeerEvent == NULL || pEventRegistrations == NULL || cEventRegistrations == 0
      || cEventRegistrations > MAX_FILTERS || WfdxGetEventDescriptor (hEvent) < 0)
    return peergraph_leave (E_INVALIDARG);

  filters = g_new0 (WfdPeerFilter, cEventRegistrations);
  if (!read_filters (pEventRegistrations, cEventRegistrations, filters))
    return peergraph_leave (E_INVALIDARG);
  return peergraph_leave (
      add_registration (graph, hEvent, filters, cEventRegistrations, phPeerEvent));
}

HRESULT WINAPI
PeerGraphUnregisterEvent (HPEEREVENT hPeerEvent)
{
  Registration *registration;
  HRESULT result = peergraph_enter_event (hPeerEvent, &registration);

  if (FAILED (result))
    return result;
  g_hash_table_remove (handles, hPeerEvent);
  return peergraph_leave (S_OK);
}

static void
fill_data (PEER_GRAPH_EVENT_DATA *data, const WfdPeerEvent *event)
{
  PEER_EVENT_INCOMING_DATA *incoming = &data->incomingData;
  gsize size;
  gconstpointer bytes = g_bytes_get_data (event->data, &size);

  *incoming = (PEER_EVENT_INCOMING_DATA) { sizeof (*incoming), event->link_id };
  peergraph_guid_from_wire (&event->guid, &incoming->type);
  incoming->data.cbData = size;
  incoming->data.pbData = size > 0 ? winapi_block_add_copy (data, bytes, size) : NULL;
}

static void
fill_link (PEER_GRAPH_EVENT_DATA *data, const WfdPeerEvent *event)
{
  data->connectionChangeData =
      (PEER_EVENT_CONNECTION_CHANGE_DATA) { sizeof (data->connectionChangeData), event->change,
        event->link_id, event->node_id, event->next_link_id, (HRESULT) event->reason };
}

static PPEER_GRAPH_EVENT_DATA
build_event (const WfdPeerEvent *event)
{
  PPEER_GRAPH_EVENT_DATA data = winapi_block_new (WINAPI_BLOCK_GRAPH, sizeof (*data));

  data->eventType = (PEER_GRAPH_EVENT_TYPE) event->type;
  switch (event->type) {
    case WFD_PEER_EVENT_STATUS:
      data->dwStatus = event->change;
      break;
    case WFD_PEER_EVENT_RECORD:
      data->recordChangeData =
          (PEER_EVENT_RECORD_CHANGE_DATA) { sizeof (data->recordChangeData), event->change };
      peergraph_guid_from_wire (&event->record_id, &data->recordChangeData.recordId);
      peergraph_guid_from_wire (&event->guid, &data->recordChangeData.recordType);
      break;
    case WFD_PEER_EVENT_DIRECT:
    case WFD_PEER_EVENT_NEIGHBOUR:
      fill_link (data, event);
      break;
    case WFD_PEER_EVENT_DATA:
      fill_data (data, event);
      break;
    case WFD_PEER_EVENT_NODE:
      data->nodeChangeData = (PEER_EVENT_NODE_CHANGE_DATA) { sizeof (data->nodeChangeData),
        event->change, event->node_id, winapi_text_add_wide (data, event->peer_id) };
      break;
    case WFD_PEER_EVENT_SYNCHRONIZED:
      data->synchronizedData.dwSize = sizeof (data->synchronizedData);
      peergraph_guid_from_wire (&event->guid, &data->synchronizedData.recordType);
      break;
    case WFD_PEER_EVENT_PROPERTIES:
    case WFD_PEER_EVENT_CONNECTION_REQUIRED:
      break;
  }
  return data;
}

HRESULT WINAPI
PeerGraphGetEventData (HPEEREVENT hPeerEvent, PPEER_GRAPH_EVENT_DATA *ppEventData)
{
  g_autoptr (WfdPeerEvent) event = NULL;
  Registration *registration;
  HRESULT result = peergraph_enter_event (hPeerEvent, &registration);

  if (FAILED (result))
    return result;
  if (ppEventData == NULL)
    return peergraph_leave (E_INVALIDARG);

  *ppEventData = NULL;
  event = wfd_peer_graph_next_event (registration->graph->graph, registration->queue);
  peergraph_leave (S_OK);
  if (event == NULL)
    return PEER_S_NO_EVENT_DATA;
  *ppEventData = build_event (event);
  return S_OK;
}
