/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergroup-private.h"

/* By the numbers of p2p.h; 0: it has none. */
static const WfdPeerEventType types[] = {
  [PEER_GROUP_EVENT_STATUS_CHANGED] = WFD_PEER_EVENT_STATUS,
  [PEER_GROUP_EVENT_PROPERTY_CHANGED] = WFD_PEER_EVENT_PROPERTIES,
  [PEER_GROUP_EVENT_RECORD_CHANGED] = WFD_PEER_EVENT_RECORD,
  [PEER_GROUP_EVENT_DIRECT_CONNECTION] = WFD_PEER_EVENT_DIRECT,
  [PEER_GROUP_EVENT_NEIGHBOR_CONNECTION] = WFD_PEER_EVENT_NEIGHBOUR,
  [PEER_GROUP_EVENT_INCOMING_DATA] = WFD_PEER_EVENT_DATA,
  [PEER_GROUP_EVENT_MEMBER_CHANGED] = WFD_PEER_EVENT_MEMBER,
  [PEER_GROUP_EVENT_CONNECTION_FAILED] = WFD_PEER_EVENT_CONNECT_FAILED,
  [PEER_GROUP_EVENT_AUTHENTICATION_FAILED] = WFD_PEER_EVENT_AUTH_FAILED,
};

static const GUID *
read_filter (gconstpointer registrations, ULONG i, WfdPeerEventType *ret_type)
{
  const PEER_GROUP_EVENT_REGISTRATION *registration =
      (const PEER_GROUP_EVENT_REGISTRATION *) registrations + i;

  if ((guint) registration->eventType < G_N_ELEMENTS (types))
    *ret_type = types[registration->eventType];
  return registration->pType;
}

HRESULT WINAPI
PeerGroupRegisterEvent (HGROUP hGroup, HANDLE hEvent, DWORD cEventRegistration,
    PEER_GROUP_EVENT_REGISTRATION *pEventRegistrations, HPEEREVENT *phPeerEvent)
{
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  return peergraph_leave (peergraph_register (group->graph, hEvent, cEventRegistration,
      pEventRegistrations, read_filter, phPeerEvent));
}

HRESULT WINAPI
PeerGroupUnregisterEvent (HPEEREVENT hPeerEvent)
{
  return peergraph_unregister (hPeerEvent, TRUE);
}

static PEER_GROUP_EVENT_TYPE
get_type (WfdPeerEventType type)
{
  guint i = 0;

  while (types[i] != type)
    i++;
  return (PEER_GROUP_EVENT_TYPE) i;
}

static PPEER_GROUP_EVENT_DATA
build_event (const WfdPeerEvent *event)
{
  PPEER_GROUP_EVENT_DATA data = winapi_block_new (WINAPI_BLOCK_GROUP, sizeof (*data));

  data->eventType = get_type (event->type);
  switch (event->type) {
    case WFD_PEER_EVENT_STATUS:
      data->dwStatus = event->change & PEERGROUP_STATUS;
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
    case WFD_PEER_EVENT_MEMBER:
      data->memberChangeData = (PEER_EVENT_MEMBER_CHANGE_DATA) { sizeof (data->memberChangeData),
        event->change, winapi_text_add_wide (data, event->peer_id) };
      break;
    case WFD_PEER_EVENT_CONNECT_FAILED:
      data->hrConnectionFailedReason = event->reason;
      break;
    default:
      break;
  }
  return data;
}

HRESULT WINAPI
PeerGroupGetEventData (HPEEREVENT hPeerEvent, PPEER_GROUP_EVENT_DATA *ppEventData)
{
  g_autoptr (WfdPeerEvent) event = NULL;
  HRESULT result;

  if (ppEventData == NULL) {
    result = peergroup_enter ();
    return FAILED (result) ? result : peergraph_leave (E_INVALIDARG);
  }
  result = peergraph_next_event (hPeerEvent, TRUE, &event);
  if (SUCCEEDED (result))
    *ppEventData = event != NULL ? build_event (event) : NULL;
  return result;
}
