/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One node of a graph as a program of its own, on the public functions only.
 *
 *   peer-process NAME N COUNT SIZE PORT [ADDRESS]
 *
 * Creates the graph, or opens it by the node at ADDRESS; waits until N nodes are there
 * and one direct connection leads to each of the others; sends COUNT messages of SIZE
 * octets over each; and checks that the same comes from each, in order. With the environment
 * variable PEER_INTERFACE everything is on the link of that interface. Says "connected",
 * "sent" and "received" on lines of their own, then waits for the end of its input and
 * leaves; "lost NAME" tells of a connection that ended. What goes wrong ends it. */
#include <glib.h>
#include <net/if.h>
#include <p2p.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_NODES 256
#define GRAPH L"processes"

static const GUID message_type = { 1, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };

typedef struct
{
  ULONGLONG link;
  ULONGLONG node;
  guint32 n_received;
  gboolean up;
} Other;

static WCHAR name[32];
static guint n_nodes, count, size;
static HGRAPH graph;
static HANDLE event;
static HPEEREVENT registration;
static Other others[MAX_NODES];
static guint n_others;
static gboolean synchronized;

#define CHECK(what) check ((what), #what)

static HRESULT
check (HRESULT result, const char *what)
{
  if (FAILED (result)) {
    g_printerr ("%ls: %s: 0x%08x\n", name, what, result);
    exit (EXIT_FAILURE);
  }
  return result;
}

static void
demand (gboolean what, const char *why)
{
  if (!what) {
    g_printerr ("%ls: %s\n", name, why);
    exit (EXIT_FAILURE);
  }
}

static void
say (const char *line)
{
  g_print ("%s\n", line);
  fflush (stdout);
}

static Other *
find_link (ULONGLONG link)
{
  for (guint i = 0; i < n_others; i++)
    if (others[i].link == link)
      return &others[i];
  return NULL;
}

static Other *
add_other (void)
{
  demand (n_others < MAX_NODES, "more connections than nodes");
  return &others[n_others++];
}

/* --- events --- */

static void
take_connection (const PEER_EVENT_CONNECTION_CHANGE_DATA *change)
{
  Other *other = find_link (change->ullConnectionId);

  switch (change->status) {
    case PEER_CONNECTED:
      demand (other == NULL || !other->up, "a connection came up twice");
      if (other == NULL)
        other = add_other ();
      *other = (Other) { change->ullConnectionId, change->ullNodeId, 0, TRUE };
      break;
    case PEER_DISCONNECTED:
      demand (other != NULL && other->up, "a connection ended that was none");
      other->up = FALSE;
      g_print ("lost %" G_GINT64_MODIFIER "x\n", change->ullNodeId);
      fflush (stdout);
      break;
    case PEER_CONNECTION_FAILED:
      check (change->hrConnectionFailedReason, "a connection");
      demand (FALSE, "a connection failed for no reason");
  }
}

/* Each octet tells its place. */
static guint8
octet_at (guint32 number, guint at)
{
  return number * 31 + at * 7;
}

static void
take_data (const PEER_EVENT_INCOMING_DATA *data)
{
  Other *other = find_link (data->ullConnectionId);
  guint step = MAX (size / 64, 1);

  demand (other != NULL && other->up, "data of no connection");
  demand (data->data.cbData == size, "data of another size");
  for (guint at = 0; at < size; at += step)
    demand (data->data.pbData[at] == octet_at (other->n_received, at), "data out of order");
  other->n_received++;
}

static void
take_events (void)
{
  PPEER_GRAPH_EVENT_DATA data;

  while (CHECK (PeerGraphGetEventData (registration, &data)) == S_OK) {
    if (data->eventType == PEER_GRAPH_EVENT_DIRECT_CONNECTION)
      take_connection (&data->connectionChangeData);
    else if (data->eventType == PEER_GRAPH_EVENT_INCOMING_DATA)
      take_data (&data->incomingData);
    else if (data->eventType == PEER_GRAPH_EVENT_STATUS_CHANGED)
      synchronized = (data->dwStatus & PEER_GRAPH_STATUS_SYNCHRONIZED) != 0;
    PeerGraphFreeData (data);
  }
}

static void
wait_until (gboolean (*done) (void))
{
  for (take_events (); !done (); take_events ())
    demand (WaitForSingleObject (event, 60000) == WAIT_OBJECT_0, "nothing happens any more");
}

/* --- steps --- */

/* 0: any. */
static DWORD
get_interface (void)
{
  const char *interface = g_getenv ("PEER_INTERFACE");

  return interface != NULL ? if_nametoindex (interface) : 0;
}

static PEER_ADDRESS
read_address (const char *text, WORD port)
{
  PEER_ADDRESS address = { sizeof (address),
    { .sin6_family = AF_INET6, .sin6_port = htons (port), .sin6_scope_id = get_interface () } };

  demand (inet_pton (AF_INET6, text, &address.sin6.sin6_addr) == 1, "no address");
  return address;
}

static void
register_events (void)
{
  PEER_GRAPH_EVENT_REGISTRATION wanted[] = { { PEER_GRAPH_EVENT_STATUS_CHANGED, NULL },
    { PEER_GRAPH_EVENT_DIRECT_CONNECTION, NULL }, { PEER_GRAPH_EVENT_INCOMING_DATA, NULL },
    { PEER_GRAPH_EVENT_NODE_CHANGED, NULL } };

  event = CreateEvent (NULL, FALSE, FALSE, NULL);
  CHECK (PeerGraphRegisterEvent (graph, event, G_N_ELEMENTS (wanted), wanted, &registration));
}

static gboolean
is_synchronized (void)
{
  return synchronized;
}

static void
enter_graph (const char *address, WORD port)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) GRAPH,
    .pwzCreatorId = name, .cPresenceMax = (ULONG) -1 };
  PEER_ADDRESS first;
  ULONGLONG link;

  if (address == NULL) {
    CHECK (PeerGraphCreate (&properties, L"test", NULL, &graph));
    register_events ();
  } else {
    CHECK (PeerGraphOpen (GRAPH, name, L"test", NULL, 0, NULL, &graph));
    register_events ();
    first = read_address (address, port);
    CHECK (PeerGraphConnect (graph, NULL, &first, &link));
    wait_until (is_synchronized);
  }
  CHECK (PeerGraphListen (graph,
      get_interface () != 0 ? PEER_GRAPH_SCOPE_LINKLOCAL : PEER_GRAPH_SCOPE_GLOBAL,
      get_interface (), port));
}

/* Whose name is behind ours is for us to call. */
static void
call (const PEER_NODE_INFO *info)
{
  PEER_ADDRESS address;
  Other *other;

  if (wcscmp (info->pwzPeerId, name) <= 0 || info->cAddresses == 0)
    return;
  for (guint i = 0; i < n_others; i++)
    if (others[i].node == info->ullNodeId)
      return;
  address = info->pAddresses[0];
  other = add_other ();
  other->node = info->ullNodeId;
  CHECK (PeerGraphOpenDirectConnection (graph, info->pwzPeerId, &address, &other->link));
}

static void
call_all (void)
{
  PPEER_NODE_INFO *infos;
  HPEERENUM nodes;
  ULONG n = MAX_NODES;

  CHECK (PeerGraphEnumNodes (graph, NULL, &nodes));
  CHECK (PeerGraphGetNextItem (nodes, &n, (PVOID **) &infos));
  for (ULONG i = 0; i < n; i++)
    call (infos[i]);
  PeerGraphFreeData (infos);
  CHECK (PeerGraphEndEnumeration (nodes));
}

static gboolean
is_connected (void)
{
  guint n = 0;

  call_all ();
  for (guint i = 0; i < n_others; i++)
    n += others[i].up;
  return n == n_nodes - 1;
}

static gboolean
has_everything (void)
{
  for (guint i = 0; i < n_others; i++)
    if (others[i].n_received < count)
      return FALSE;
  return TRUE;
}

/* A peer that is slow has what was sent waiting; meanwhile we read what it sends. */
static void
send_one (Other *other, guint8 *data)
{
  HRESULT result;

  do {
    take_events ();
    result = PeerGraphSendData (graph, other->link, &message_type, size, data);
  } while (result == E_OUTOFMEMORY);
  check (result, "PeerGraphSendData");
}

static void
send_all (void)
{
  g_autofree guint8 *data = g_malloc (MAX (size, 1));

  for (guint32 number = 0; number < count; number++) {
    for (guint at = 0; at < size; at++)
      data[at] = octet_at (number, at);
    for (guint i = 0; i < n_others; i++)
      send_one (&others[i], data);
  }
}

static void
wait_for_the_end (void)
{
  struct pollfd wanted[] = { { STDIN_FILENO, POLLIN, 0 },
    { WfdxGetEventDescriptor (event), POLLIN, 0 } };

  do {
    poll (wanted, G_N_ELEMENTS (wanted), -1);
    /* It resets itself when it is waited for. */
    WaitForSingleObject (event, 0);
    take_events ();
  } while (wanted[0].revents == 0);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

int
main (int argc, char *argv[])
{
  PEER_VERSION_DATA version;
  guint n_descriptors;
  gint64 begun_us;

  if (argc < 6)
    return 2;
  /* It stays, once somebody has asked for it. */
  g_main_context_default ();
  n_descriptors = count_descriptors ();
  mbstowcs (name, argv[1], G_N_ELEMENTS (name) - 1);
  n_nodes = atoi (argv[2]);
  count = atoi (argv[3]);
  size = atoi (argv[4]);
  CHECK (PeerGraphStartup (PEER_GRAPH_VERSION, &version));
  enter_graph (argc > 6 ? argv[6] : NULL, atoi (argv[5]));
  say ("ready");
  wait_until (is_connected);
  say ("connected");
  begun_us = g_get_monotonic_time ();
  send_all ();
  say ("sent");
  wait_until (has_everything);
  g_print ("received %.3f s\n", (g_get_monotonic_time () - begun_us) / 1e6);
  fflush (stdout);
  wait_for_the_end ();
  CHECK (PeerGraphClose (graph));
  CloseHandle (event);
  CHECK (PeerGraphShutdown ());
  demand (count_descriptors () == n_descriptors, "descriptors are left open");
  return EXIT_SUCCESS;
}
