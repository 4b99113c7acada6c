/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A chat over direct connections of a peer graph, in the shape of the samples for Windows.
 *
 *   peer-chat alice                      creates the graph and says at which port it listens
 *   peer-chat bob ADDRESS[%IF] PORT      opens it by way of alice
 *
 * What is typed goes to everybody; the end of the input ends it. */
#include <p2p.h>

#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GRAPH L"chat"
#define DATABASE L"chat"

static const GUID TYPE_CHAT = { 0x5a1d9e60, 0x0f2b, 0x4c1e, { 0x9a, 1, 2, 3, 4, 5, 6, 7 } };

static HGRAPH graph;

static const char *
Explain (HRESULT hr)
{
  static const struct
  {
    HRESULT hr;
    const char *text;
  } texts[] = {
    { E_INVALIDARG, "this cannot be meant" },
    { E_ACCESSDENIED, "this is not allowed here" },
    { E_OUTOFMEMORY, "there is no memory or no descriptor left" },
    { PEER_E_CONNECT_SELF, "this is our own address" },
    { PEER_E_CONNECTION_FAILED, "nobody answers there" },
    { PEER_E_CONNECTION_REFUSED, "who is there takes no more connections" },
    { PEER_E_CONNECTION_NOT_AUTHENTICATED, "who is there does not know us" },
    { PEER_E_DUPLICATE_GRAPH, "another chat of this name runs" },
    { PEER_E_GRAPH_IN_USE, "another chat of this name runs" },
    { (HRESULT) 0x80072740, "another program has the port" },
  };

  for (size_t i = 0; i < ARRAYSIZE (texts); i++)
    if (texts[i].hr == hr)
      return texts[i].text;
  return "see docs/peer.md for the code";
}

static HRESULT
Check (HRESULT hr, const char *what)
{
  if (FAILED (hr)) {
    fprintf (stderr, "%s: %s (0x%08x)\n", what, Explain (hr), (unsigned) hr);
    exit (1);
  }
  return hr;
}

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
  if (data->eventType == PEER_GRAPH_EVENT_INCOMING_DATA)
    printf ("> %.*s\n", (int) data->incomingData.data.cbData,
        (const char *) data->incomingData.data.pbData);
  else if (data->eventType == PEER_GRAPH_EVENT_DIRECT_CONNECTION)
    ShowConnection (&data->connectionChangeData);
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
  PEER_ADDRESS where;
  char ip[64] = { 0 };
  const char *interface = strchr (address, '%');
  ULONGLONG id;

  memset (&where, 0, sizeof (where));
  where.dwSize = sizeof (where);
  where.sin6.sin6_family = AF_INET6;
  where.sin6.sin6_port = htons ((uint16_t) atoi (port));
  where.sin6.sin6_scope_id = interface != NULL ? if_nametoindex (interface + 1) : 0;
  snprintf (ip, sizeof (ip), "%.*s", (int) strcspn (address, "%"), address);
  if (inet_pton (AF_INET6, ip, &where.sin6.sin6_addr) != 1) {
    fprintf (stderr, "%s is no address of IPv6\n", address);
    exit (1);
  }
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
  ssize_t n = 1;

  while (n > 0) {
    poll (wanted, 2, -1);
    WaitForSingleObject (event, 0);
    ShowEvents (events);
    if (wanted[0].revents == 0)
      continue;
    n = read (STDIN_FILENO, line, sizeof (line) - 1);
    line[n > 0 ? n : 0] = '\0';
    line[strcspn (line, "\n")] = '\0';
    if (n > 0)
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

  if (argc != 2 && argc != 4) {
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
