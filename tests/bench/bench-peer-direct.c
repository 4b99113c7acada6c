/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Direct connections of a graph, and of groups of either profile. */
#include <initguid.h>

#include "bench-peer.h"

struct _Place
{
  HGRAPH graph; /* or, if it is NULL, */
  HGROUP group;
  HANDLE event;
  HPEEREVENT registration;
  PWSTR peer; /* who answers, and where */
  PEER_ADDRESS address;
};

static const GUID type = { 1, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };

/* --- a graph --- */

static void
enter_graph (Place *place, PCWSTR name)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"bench",
    .pwzCreatorId = (PWSTR) name };
  PEER_GRAPH_EVENT_REGISTRATION wanted[] = { { PEER_GRAPH_EVENT_DIRECT_CONNECTION, NULL },
    { PEER_GRAPH_EVENT_INCOMING_DATA, NULL } };
  PEER_VERSION_DATA version;

  demand (PeerGraphStartup (PEER_GRAPH_VERSION, &version) == S_OK);
  demand (PeerGraphCreate (&properties, L"bench", NULL, &place->graph) == S_OK);
  place->event = CreateEvent (NULL, FALSE, FALSE, NULL);
  demand (
      PeerGraphRegisterEvent (place->graph, place->event, 2, wanted, &place->registration) == S_OK);
}

static Place *
enter_graph_kind (gboolean asks)
{
  Place *place = g_new0 (Place, 1);
  PPEER_NODE_INFO info;

  place->peer = (PWSTR) L"bob";
  enter_graph (place, asks ? L"alice" : L"bob");
  if (asks) {
    learn (&place->address, sizeof (place->address));
    return place;
  }
  demand (PeerGraphListen (place->graph, PEER_GRAPH_SCOPE_LOOPBACK, 0, 0) == S_OK);
  demand (PeerGraphGetNodeInfo (place->graph, 0, &info) == S_OK);
  tell (&info->pAddresses[0], sizeof (place->address));
  PeerGraphFreeData (info);
  return place;
}

/* --- groups --- */

static void
tell_text (PCWSTR text)
{
  gsize size = (wcslen (text) + 1) * sizeof (WCHAR);

  tell (&size, sizeof (size));
  tell (text, size);
}

static PWSTR
learn_text (void)
{
  gsize size;
  PWSTR text;

  learn (&size, sizeof (size));
  text = g_malloc (size);
  learn (text, size);
  return text;
}

static PWSTR
create_identity (DWORD profile, PCWSTR name)
{
  HCRYPTPROV key;
  PWSTR identity;

  demand (WfdxCreateCryptKey (profile, &key) == S_OK);
  demand (PeerIdentityCreate (name, name, key, &identity) == S_OK);
  CryptReleaseContext (key, 0);
  return identity;
}

static void
register_group (Place *place)
{
  PEER_GROUP_EVENT_REGISTRATION wanted[] = { { PEER_GROUP_EVENT_DIRECT_CONNECTION, NULL },
    { PEER_GROUP_EVENT_INCOMING_DATA, NULL } };

  place->event = CreateEvent (NULL, FALSE, FALSE, NULL);
  demand (
      PeerGroupRegisterEvent (place->group, place->event, 2, wanted, &place->registration) == S_OK);
}

static void
wait_listening (Place *place)
{
  PEER_GROUP_EVENT_REGISTRATION wanted = { PEER_GROUP_EVENT_STATUS_CHANGED, NULL };
  HANDLE event = CreateEvent (NULL, FALSE, FALSE, NULL);
  HPEEREVENT registration;
  DWORD status;

  demand (PeerGroupRegisterEvent (place->group, event, 1, &wanted, &registration) == S_OK);
  demand (PeerGroupConnect (place->group) == S_OK);
  while (PeerGroupGetStatus (place->group, &status) == S_OK
      && (status & PEER_GROUP_STATUS_LISTENING) == 0)
    demand (WaitForSingleObject (event, 30000) == WAIT_OBJECT_0);
  PeerGroupUnregisterEvent (registration);
  CloseHandle (event);
}

/* Its port is all that differs from ::1. */
static void
tell_address (Place *place)
{
  PEER_ADDRESS address = { sizeof (address),
    { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT } };
  PPEER_MEMBER *items;
  HPEERENUM members;
  ULONG n = 1;

  demand (PeerGroupEnumMembers (place->group, PEER_MEMBER_PRESENT, place->peer, &members) == S_OK);
  demand (PeerGetNextItem (members, &n, (PVOID **) &items) == S_OK && items[0]->cAddresses > 0);
  address.sin6.sin6_port = items[0]->pAddresses[0].sin6.sin6_port;
  tell (&address, sizeof (address));
  PeerFreeData (items);
  PeerEndEnumeration (members);
}

/* They invite who asks. */
static void
answer_group (Place *place, DWORD profile)
{
  PEER_GROUP_PROPERTIES properties = { sizeof (properties), .pwzFriendlyName = (PWSTR) L"bench" };
  PWSTR info, invitation;

  place->peer = create_identity (profile, L"bob");
  properties.pwzCreatorPeerName = place->peer;
  demand (PeerGroupCreate (&properties, &place->group) == S_OK);
  wait_listening (place);
  info = learn_text ();
  demand (
      PeerGroupCreateInvitation (place->group, info, NULL, 1, &PEER_GROUP_ROLE_MEMBER, &invitation)
      == S_OK);
  tell_text (place->peer);
  tell_text (invitation);
  tell_address (place);
  PeerFreeData (invitation);
  g_free (info);
}

static void
ask_group (Place *place, DWORD profile)
{
  PWSTR identity = create_identity (profile, L"alice"), info, invitation;

  demand (PeerIdentityGetXML (identity, &info) == S_OK);
  tell_text (info);
  place->peer = learn_text ();
  invitation = learn_text ();
  learn (&place->address, sizeof (place->address));
  demand (PeerGroupJoin (identity, invitation, NULL, &place->group) == S_OK);
  g_free (invitation);
  PeerFreeData (info);
  PeerFreeData (identity);
}

static Place *
enter_group (gboolean asks, DWORD profile)
{
  Place *place = g_new0 (Place, 1);
  PEER_VERSION_DATA version;

  demand (PeerGroupStartup (PEER_GROUP_VERSION, &version) == S_OK);
  (asks ? ask_group : answer_group) (place, profile);
  register_group (place);
  return place;
}

static Place *
enter_modern (gboolean asks)
{
  return enter_group (asks, WFDX_PROFILE_MODERN);
}

static Place *
enter_compatible (gboolean asks)
{
  return enter_group (asks, WFDX_PROFILE_COMPATIBLE);
}

/* --- connections of either --- */

typedef struct
{
  gboolean is_data;
  ULONG size;
  PEER_EVENT_CONNECTION_CHANGE_DATA change;
} Event;

static gboolean
get_event (Place *place, Event *ret_event)
{
  PPEER_GRAPH_EVENT_DATA of_graph;
  PPEER_GROUP_EVENT_DATA of_group;

  if (place->graph != NULL) {
    if (PeerGraphGetEventData (place->registration, &of_graph) != S_OK)
      return FALSE;
    ret_event->is_data = of_graph->eventType == PEER_GRAPH_EVENT_INCOMING_DATA;
    ret_event->size = of_graph->incomingData.data.cbData;
    ret_event->change = of_graph->connectionChangeData;
    PeerGraphFreeData (of_graph);
    return TRUE;
  }
  if (PeerGroupGetEventData (place->registration, &of_group) != S_OK)
    return FALSE;
  ret_event->is_data = of_group->eventType == PEER_GROUP_EVENT_INCOMING_DATA;
  ret_event->size = of_group->incomingData.data.cbData;
  ret_event->change = of_group->connectionChangeData;
  PeerFreeData (of_group);
  return TRUE;
}

static Event
next_event (Place *place)
{
  Event event;

  while (!get_event (place, &event))
    demand (WaitForSingleObject (place->event, 30000) == WAIT_OBJECT_0);
  return event;
}

static void
await_change (End *end, PEER_CONNECTION_STATUS status)
{
  Event event = next_event (end->place);

  demand (!event.is_data && event.change.status == status);
  end->link = event.change.ullConnectionId;
}

static void
accept_direct (End *end)
{
  await_change (end, PEER_CONNECTED);
}

static void
open_direct (End *end)
{
  Place *place = end->place;
  HRESULT result = place->graph != NULL
      ? PeerGraphOpenDirectConnection (place->graph, place->peer, &place->address, &end->link)
      : PeerGroupOpenDirectConnection (place->group, place->peer, &place->address, &end->link);

  demand (result == S_OK);
  await_change (end, PEER_CONNECTED);
}

static void
close_direct (End *end, gboolean first)
{
  Place *place = end->place;

  if (first && place->graph != NULL)
    PeerGraphCloseDirectConnection (place->graph, end->link);
  else if (first)
    PeerGroupCloseDirectConnection (place->group, end->link);
  await_change (end, PEER_DISCONNECTED);
}

static void
give_direct (End *end, char *data, gsize size)
{
  Place *place = end->place;
  HRESULT result;

  do
    result = place->graph != NULL ? PeerGraphSendData (place->graph, end->link, &type, size, data)
                                  : PeerGroupSendData (place->group, end->link, &type, size, data);
  while (result == E_OUTOFMEMORY);
  demand (result == S_OK);
}

static void
take_direct (End *end, char *data, gsize size)
{
  Event event = next_event (end->place);

  demand (event.is_data && event.size == size);
}

const Kind kind_graph = { "graph", enter_graph_kind, accept_direct, open_direct, close_direct,
  give_direct, take_direct };
const Kind kind_modern = { "group, modern", enter_modern, accept_direct, open_direct, close_direct,
  give_direct, take_direct };
const Kind kind_compatible = { "group, compatible", enter_compatible, accept_direct, open_direct,
  close_direct, give_direct, take_direct };
