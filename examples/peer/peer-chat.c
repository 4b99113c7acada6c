/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A chat over direct connections of a peer graph, in the shape of the samples for Windows.
 *
 *   peer-chat alice                      creates the graph and says at which port it listens
 *   peer-chat bob ADDRESS[%IF] PORT      opens it by way of alice
 *
 * What is typed goes to everybody; the end of the input ends it. */
#include "chat.h"

#include <poll.h>

#define GRAPH L"chat"
#define DATABASE L"chat"

static const GUID TYPE_CHAT = { 0x5a1d9e60, 0x0f2b, 0x4c1e, { 0x9a, 1, 2, 3, 4, 5, 6, 7 } };

static HGRAPH graph;

static void
CallNode (const PEER_NODE_INFO *node)
{
  ULONGLONG id;

  if (node->cAddresses > 0)
    PeerGraphOpenDirectConnection (graph, node->pwzPeerId, &node->pAddresses[0], &id);
}

/* Everybody who is there already; who comes later calls us. */
static void
CallEverybody (PCWSTR self)
{
  HPEERENUM nodes;
  PPEER_NODE_INFO *node;
  ULONG count = 1;

  Check (PeerGraphEnumNodes (graph, NULL, &nodes), "PeerGraphEnumNodes");
  while (SUCCEEDED (PeerGraphGetNextItem (nodes, &count, (PVOID **) &node)) && count > 0) {
    if (wcscmp (node[0]->pwzPeerId, self) != 0)
      CallNode (node[0]);
    PeerGraphFreeData (node);
  }
  PeerGraphEndEnumeration (nodes);
}

static void
SendToEverybody (char *text)
{
  HPEERENUM connections;
  PPEER_CONNECTION_INFO *info;
  ULONG count = 1;

  Check (PeerGraphEnumConnections (graph, PEER_CONNECTION_DIRECT, &connections),
      "PeerGraphEnumConnections");
  while (SUCCEEDED (PeerGraphGetNextItem (connections, &count, (PVOID **) &info)) && count > 0) {
    PeerGraphSendData (graph, info[0]->ullConnectionId, &TYPE_CHAT, (ULONG) strlen (text), text);
    PeerGraphFreeData (info);
  }
  PeerGraphEndEnumeration (connections);
}

static void
ShowConnection (const PEER_EVENT_CONNECTION_CHANGE_DATA *change)
{
  if (change->status == PEER_CONNECTION_FAILED)
    printf ("* somebody cannot be reached: %s (0x%08x)\n",
        Explain (change->hrConnectionFailedReason), (unsigned) change->hrConnectionFailedReason);
  else
    printf ("* somebody %s\n", change->status == PEER_CONNECTED ? "is here" : "has left");
}

static void
Show (const PEER_GRAPH_EVENT_DATA *data)
{
  if (data->eventType == PEER_GRAPH_EVENT_INCOMING_DATA) {
    printf ("> ");
    PrintLine (data->incomingData.data.pbData, data->incomingData.data.cbData);
  } else if (data->eventType == PEER_GRAPH_EVENT_DIRECT_CONNECTION) {
    ShowConnection (&data->connectionChangeData);
  }
  fflush (stdout);
}

static void
ShowEvents (HPEEREVENT events)
{
  PPEER_GRAPH_EVENT_DATA data;

  while (PeerGraphGetEventData (events, &data) == S_OK) {
    Show (data);
    PeerGraphFreeData (data);
  }
}

/* The graph is whole when it has been synchronised. Whoever is asked may name others, who are
 * tried then; when nobody is left, it has failed. */
static void
WaitUntilReady (HANDLE event, HPEEREVENT events, const char *address, const char *port)
{
  PPEER_GRAPH_EVENT_DATA data;
  DWORD status = 0;

  while (!(status & PEER_GRAPH_STATUS_SYNCHRONIZED)) {
    if (WaitForSingleObject (event, 30000) != WAIT_OBJECT_0) {
      fprintf (stderr, "nobody answers at %s, port %s, in 30 s\n", address, port);
      exit (1);
    }
    while (PeerGraphGetEventData (events, &data) == S_OK) {
      const PEER_EVENT_CONNECTION_CHANGE_DATA *change = &data->connectionChangeData;

      if (data->eventType == PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION
          && change->status == PEER_CONNECTION_FAILED && change->ullNextConnectionId == 0) {
        fprintf (stderr, "%s, port %s: %s (0x%08x)\n", address, port,
            Explain (change->hrConnectionFailedReason),
            (unsigned) change->hrConnectionFailedReason);
        exit (1);
      }
      PeerGraphFreeData (data);
    }
    Check (PeerGraphGetStatus (graph, &status), "PeerGraphGetStatus");
  }
}

static void
Open (PCWSTR self, const char *address, const char *port, HANDLE event, HPEEREVENT events)
{
  PEER_ADDRESS where = ReadAddress (address, port);
  ULONGLONG id;

  Check (PeerGraphConnect (graph, NULL, &where, &id), "PeerGraphConnect");
  WaitUntilReady (event, events, address, port);
  Check (PeerGraphListen (graph, PEER_GRAPH_SCOPE_ANY, 0, 0), "PeerGraphListen");
  CallEverybody (self);
}

static void
Listen (void)
{
  PPEER_NODE_INFO info;

  Check (PeerGraphListen (graph, PEER_GRAPH_SCOPE_ANY, 0, 0), "PeerGraphListen");
  Check (PeerGraphGetNodeInfo (graph, 0, &info), "PeerGraphGetNodeInfo");
  printf ("listening at port %d\n", ntohs (info->pAddresses[0].sin6.sin6_port));
  fflush (stdout);
  PeerGraphFreeData (info);
}

static void
Chat (HANDLE event, HPEEREVENT events)
{
  struct pollfd wanted[] = { { STDIN_FILENO, POLLIN, 0 },
    { WfdxGetEventDescriptor (event), POLLIN, 0 } };
  char line[1024];
  BOOL more = TRUE;

  while (more) {
    poll (wanted, 2, -1);
    WaitForSingleObject (event, 0);
    ShowEvents (events);
    if (wanted[0].revents == 0)
      continue;
    more = ReadLine (line, sizeof (line));
    if (more)
      SendToEverybody (line);
  }
}

int
main (int argc, char *argv[])
{
  PEER_GRAPH_EVENT_REGISTRATION wanted[] = { { PEER_GRAPH_EVENT_STATUS_CHANGED, NULL },
    { PEER_GRAPH_EVENT_DIRECT_CONNECTION, NULL }, { PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, NULL },
    { PEER_GRAPH_EVENT_INCOMING_DATA, NULL } };
  PEER_VERSION_DATA version;
  PEER_GRAPH_PROPERTIES properties;
  WCHAR self[64] = { 0 };
  HANDLE event;
  HPEEREVENT events;

  if ((argc != 2 && argc != 4) || argv[1][0] == '-') {
    fprintf (stderr, "usage: %s NAME [ADDRESS[%%IF] PORT]\n", argv[0]);
    return 2;
  }
  mbstowcs (self, argv[1], ARRAYSIZE (self) - 1);
  memset (&properties, 0, sizeof (properties));
  properties.dwSize = sizeof (properties);
  properties.pwzGraphId = (PWSTR) GRAPH;
  properties.pwzCreatorId = self;
  properties.cPresenceMax = (ULONG) -1;

  Check (PeerGraphStartup (PEER_GRAPH_VERSION, &version), "PeerGraphStartup");
  /* A chat begins anew each time. */
  PeerGraphDelete (GRAPH, self, DATABASE);
  if (argc == 2)
    Check (PeerGraphCreate (&properties, DATABASE, NULL, &graph), "PeerGraphCreate");
  else
    Check (PeerGraphOpen (GRAPH, self, DATABASE, NULL, 0, NULL, &graph), "PeerGraphOpen");
  event = CreateEvent (NULL, FALSE, FALSE, NULL);
  Check (PeerGraphRegisterEvent (graph, event, ARRAYSIZE (wanted), wanted, &events),
      "PeerGraphRegisterEvent");
  if (argc == 2)
    Listen ();
  else
    Open (self, argv[2], argv[3], event, events);
  Chat (event, events);

  PeerGraphUnregisterEvent (events);
  CloseHandle (event);
  PeerGraphClose (graph);
  PeerGraphShutdown ();
  return 0;
}
