/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergraph-private.h"

#include <winevent-helper.h>

#define MAX_REGISTRATIONS 4096
/* Of one call: every type, with room for many types of records. */
#define MAX_FILTERS 1024

WfdHandleTable peergraph_events = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_GRAPH_EVENT, MAX_REGISTRATIONS);
static GHashTable *handles; /* to Registration */

/* --- a thread of the application that waits --- */

static PVOID
ref_hub (PVOID hub)
{
  return wfd_peer_hub_ref (hub);
}

static void
unref_hub (PVOID hub)
{
  wfd_peer_hub_unref (hub);
}

static BOOL
begin_help (PVOID hub)
{
  return wfd_peer_loop_begin_help (&((WfdPeerHub *) hub)->loop);
}

static BOOL
help (PVOID hub, gint64 end_us)
{
  return wfd_peer_loop_help (&((WfdPeerHub *) hub)->loop, end_us);
}

static void
wake (PVOID hub)
{
  wfd_peer_loop_wake_helper (&((WfdPeerHub *) hub)->loop);
}

static void
end_help (PVOID hub, BOOL helped)
{
  wfd_peer_loop_end_help (&((WfdPeerHub *) hub)->loop, helped);
}

static const WfdxEventHelper helper = { ref_hub, unref_hub, begin_help, help, wake, end_help };

/* --- registrations --- */

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
  WfdxRemoveEventHelper (registration->event);
  g_free (registration);
}

static gboolean
is_of_graph (gpointer handle, gpointer registration, gpointer graph)
{
  return ((Registration *) registration)->graph == graph;
}

void
peergraph_end_registrations (const Graph *graph)
{
  if (handles != NULL)
    g_hash_table_foreach_remove (handles, is_of_graph, (gpointer) graph);
  if (handles != NULL && g_hash_table_size (handles) == 0)
    g_clear_pointer (&handles, g_hash_table_unref);
}

static HRESULT
add_registration (Graph *graph, HANDLE event, const WfdPeerFilter *filters, ULONG n,
    HPEEREVENT *ret_handle)
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
  WfdxAddEventHelper (event, &helper, peergraph_get_hub ());
  if (handles == NULL)
    handles = g_hash_table_new_full (NULL, NULL, end_registration, NULL);
  g_hash_table_insert (handles, handle, registration);
  *ret_handle = handle;
  return S_OK;
}

HRESULT
peergraph_register (Graph *graph, HANDLE event, ULONG n, gconstpointer registrations,
    PeerFilterFunc read, HPEEREVENT *ret_handle)
{
  g_autofree WfdPeerFilter *filters = NULL;

  if (ret_handle == NULL || registrations == NULL || n == 0 || n > MAX_FILTERS
      || WfdxGetEventDescriptor (event) < 0)
    return E_INVALIDARG;

  filters = g_new0 (WfdPeerFilter, n);
  for (ULONG i = 0; i < n; i++) {
    const GUID *type = read (registrations, i, &filters[i].type);

    if (filters[i].type == 0)
      return E_INVALIDARG;
    filters[i].has_guid = type != NULL;
    if (type != NULL)
      filters[i].guid = peergraph_guid_to_wire (type);
  }
  return add_registration (graph, event, filters, n, ret_handle);
}

static const GUID *
read_filter (gconstpointer registrations, ULONG i, WfdPeerEventType *ret_type)
{
  const PEER_GRAPH_EVENT_REGISTRATION *registration =
      (const PEER_GRAPH_EVENT_REGISTRATION *) registrations + i;

  if (registration->eventType >= PEER_GRAPH_EVENT_STATUS_CHANGED
      && registration->eventType <= PEER_GRAPH_EVENT_SYNCHRONIZED)
    *ret_type = (WfdPeerEventType) registration->eventType;
  return registration->pType;
}

HRESULT WINAPI
PeerGraphRegisterEvent (HGRAPH hGraph, HANDLE hEvent, ULONG cEventRegistrations,
    PEER_GRAPH_EVENT_REGISTRATION *pEventRegistrations, HPEEREVENT *phPeerEvent)
{
  Graph *graph;
  HRESULT result = peergraph_enter_graph (hGraph, &graph);

  if (FAILED (result))
    return result;
  return peergraph_leave (peergraph_register (graph, hEvent, cEventRegistrations,
      pEventRegistrations, read_filter, phPeerEvent));
}

HRESULT
peergraph_unregister (HPEEREVENT handle, gboolean of_group)
{
  Registration *registration;
  HRESULT result = peergraph_enter_event (handle, of_group, &registration);

  if (FAILED (result))
    return result;
  g_hash_table_remove (handles, handle);
  return peergraph_leave (S_OK);
}

HRESULT WINAPI
PeerGraphUnregisterEvent (HPEEREVENT hPeerEvent)
{
  return peergraph_unregister (hPeerEvent, FALSE);
}

/* Most events are for one registration, which gets what has come from the peer and no copy. */
static gpointer
add_data (gpointer block, const WfdPeerEvent *event)
{
  gsize size;
  gconstpointer bytes = g_bytes_get_data (event->data, &size);

  if (size == 0)
    return NULL;
  return wfd_peer_event_is_shared (event) ? winapi_block_add_copy (block, bytes, size)
                                          : winapi_block_keep (block, event->data);
}

void
peergraph_fill_data (gpointer block, const WfdPeerEvent *event, PEER_EVENT_INCOMING_DATA *ret_data)
{
  *ret_data = (PEER_EVENT_INCOMING_DATA) { sizeof (*ret_data), event->link_id };
  peergraph_guid_from_wire (&event->guid, &ret_data->type);
  ret_data->data.cbData = g_bytes_get_size (event->data);
  ret_data->data.pbData = add_data (block, event);
}

void
peergraph_fill_record_change (const WfdPeerEvent *event, PEER_EVENT_RECORD_CHANGE_DATA *ret_data)
{
  *ret_data = (PEER_EVENT_RECORD_CHANGE_DATA) { sizeof (*ret_data), event->change };
  peergraph_guid_from_wire (&event->record_id, &ret_data->recordId);
  peergraph_guid_from_wire (&event->guid, &ret_data->recordType);
}

void
peergraph_fill_link (const WfdPeerEvent *event, PEER_EVENT_CONNECTION_CHANGE_DATA *ret_data)
{
  *ret_data = (PEER_EVENT_CONNECTION_CHANGE_DATA) { sizeof (*ret_data), event->change,
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
      peergraph_fill_record_change (event, &data->recordChangeData);
      break;
    case WFD_PEER_EVENT_DIRECT:
    case WFD_PEER_EVENT_NEIGHBOUR:
      peergraph_fill_link (event, &data->connectionChangeData);
      break;
    case WFD_PEER_EVENT_DATA:
      peergraph_fill_data (data, event, &data->incomingData);
      break;
    case WFD_PEER_EVENT_NODE:
      data->nodeChangeData = (PEER_EVENT_NODE_CHANGE_DATA) { sizeof (data->nodeChangeData),
        event->change, event->node_id, winapi_text_add_wide (data, event->peer_id) };
      break;
    case WFD_PEER_EVENT_SYNCHRONIZED:
      data->synchronizedData.dwSize = sizeof (data->synchronizedData);
      peergraph_guid_from_wire (&event->guid, &data->synchronizedData.recordType);
      break;
    default:
      break;
  }
  return data;
}

HRESULT
peergraph_next_event (HPEEREVENT handle, gboolean of_group, WfdPeerEvent **ret_event)
{
  Registration *registration;
  HRESULT result = peergraph_enter_event (handle, of_group, &registration);

  if (FAILED (result))
    return result;
  *ret_event = wfd_peer_graph_next_event (registration->graph->graph, registration->queue);
  return peergraph_leave (*ret_event != NULL ? S_OK : PEER_S_NO_EVENT_DATA);
}

HRESULT WINAPI
PeerGraphGetEventData (HPEEREVENT hPeerEvent, PPEER_GRAPH_EVENT_DATA *ppEventData)
{
  g_autoptr (WfdPeerEvent) event = NULL;
  HRESULT result = peergraph_check_started ();

  if (FAILED (result))
    return result;
  if (ppEventData == NULL)
    return E_INVALIDARG;
  result = peergraph_next_event (hPeerEvent, FALSE, &event);
  if (SUCCEEDED (result))
    *ppEventData = event != NULL ? build_event (event) : NULL;
  return result;
}
