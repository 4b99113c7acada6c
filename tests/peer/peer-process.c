/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One node of a graph as a program of its own, on the public functions only.
 *
 *   peer-process NAME N COUNT SIZE PORT
 *
 * Obeys these, and says besides "lost NODE" of a direct connection that ended, "near NODE" and
 * "far NODE" of neighbours that come and go:
 *
 *   enter [ADDRESS]   creates the graph, or opens it by the node there: "ready NODE"
 *   leave             "left"; at another time, there shall be no more memory in use than at the first
 *   call              until N - 1 direct connections lead to others: "connected"
 *   send              COUNT messages of SIZE octets over each: "sent", and "received" when the same
 *                     has come from each, in order; "slow" when somebody does not read
 *   publish COUNT     so many records; "records N" tells how many of all nodes there are then
 *
 * With the environment variable PEER_INTERFACE everything is on the link of that interface; with
 * PEER_SPEED its clock is so many times as fast. */
#include <stdlib.h>
#include <string.h>

#include "fast-clock.h"
#include "process.h"

#define PATIENCE_MS (20 * 60 * 1000) /* also of a fast clock */

/* Tables of the libraries below that happen to be larger. */
#define KEPT_BYTES (32 * 1024)

static const GUID record_type = { 2, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };

static WCHAR name[32];
static guint n_nodes, count, size;
static WORD port;
static HGRAPH graph;
static HANDLE event;
static HPEEREVENT registration;
static gboolean synchronized, calling;
static gint64 sending_since_us; /* or 0 */
static GHashTable *records;     /* GUID of those that were told */

#define CHECK(what) check ((what), #what)

static HRESULT
check (HRESULT result, const char *what)
{
  if (SUCCEEDED (result))
    return result;
  say ("wrong: %s: 0x%08x", what, result);
  exit (EXIT_FAILURE);
}

/* --- events --- */

static Link *
find_node (ULONGLONG node)
{
  for (guint i = 0; i < n_links; i++)
    if (links[i].node == node)
      return &links[i];
  return NULL;
}

static Link *
get_link_to (ULONGLONG node)
{
  Link *link = find_node (node);

  if (link == NULL) {
    link = add_link ();
    link->node = node;
  }
  return link;
}

static void
take_connection (const PEER_EVENT_CONNECTION_CHANGE_DATA *change)
{
  Link *link = find_link (change->ullConnectionId);

  switch (change->status) {
    case PEER_CONNECTED:
      demand (link == NULL || !link->up, "a connection came up twice");
      if (link == NULL) {
        link = get_link_to (change->ullNodeId);
        begin_link (link, change->ullConnectionId);
      }
      link->up = TRUE;
      break;
    case PEER_DISCONNECTED:
      demand (link != NULL && link->up, "a connection ended that was none");
      end_link (link);
      say ("lost %" G_GINT64_MODIFIER "x", change->ullNodeId);
      break;
    case PEER_CONNECTION_FAILED:
      check (change->hrConnectionFailedReason, "a connection");
      demand (FALSE, "a connection failed for no reason");
  }
}

/* Attempts that fail are the business of the graph. */
static void
take_neighbour (const PEER_EVENT_CONNECTION_CHANGE_DATA *change)
{
  if (change->status != PEER_CONNECTION_FAILED)
    say ("%s %" G_GINT64_MODIFIER "x", change->status == PEER_CONNECTED ? "near" : "far",
        change->ullNodeId);
}

static guint
hash_guid (gconstpointer guid)
{
  return ((const GUID *) guid)->Data1;
}

static gboolean
is_same_guid (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (GUID)) == 0;
}

static void
take_record (const PEER_EVENT_RECORD_CHANGE_DATA *change)
{
  demand (change->changeType == PEER_RECORD_ADDED, "a record was changed");
  demand (g_hash_table_add (records, g_memdup2 (&change->recordId, sizeof (GUID))),
      "a record was told twice");
  say ("records %u", g_hash_table_size (records));
}

static void
take_event (const PEER_GRAPH_EVENT_DATA *data)
{
  switch (data->eventType) {
    case PEER_GRAPH_EVENT_DIRECT_CONNECTION:
      take_connection (&data->connectionChangeData);
      break;
    case PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION:
      take_neighbour (&data->connectionChangeData);
      break;
    case PEER_GRAPH_EVENT_INCOMING_DATA:
      demand (data->incomingData.data.cbData == size, "data of another size");
      take_message (&data->incomingData);
      break;
    case PEER_GRAPH_EVENT_RECORD_CHANGED:
      take_record (&data->recordChangeData);
      break;
    case PEER_GRAPH_EVENT_STATUS_CHANGED:
      synchronized = (data->dwStatus & PEER_GRAPH_STATUS_SYNCHRONIZED) != 0;
      break;
    default:
      break;
  }
}

static void
take_events (void)
{
  PPEER_GRAPH_EVENT_DATA data;

  while (graph != NULL && CHECK (PeerGraphGetEventData (registration, &data)) == S_OK) {
    take_event (data);
    PeerGraphFreeData (data);
  }
}

static void
wait_until (gboolean (*done) (void))
{
  for (take_events (); !done (); take_events ())
    demand (WaitForSingleObject (event, PATIENCE_MS) == WAIT_OBJECT_0, "nothing happens any more");
}

/* --- steps --- */

static void
register_events (void)
{
  PEER_GRAPH_EVENT_REGISTRATION wanted[] = { { PEER_GRAPH_EVENT_STATUS_CHANGED, NULL },
    { PEER_GRAPH_EVENT_DIRECT_CONNECTION, NULL }, { PEER_GRAPH_EVENT_INCOMING_DATA, NULL },
    { PEER_GRAPH_EVENT_NODE_CHANGED, NULL }, { PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, NULL },
    { PEER_GRAPH_EVENT_RECORD_CHANGED, (GUID *) &record_type } };

  CHECK (PeerGraphRegisterEvent (graph, event, G_N_ELEMENTS (wanted), wanted, &registration));
}

static gboolean
is_synchronized (void)
{
  return synchronized;
}

/* Another one each time: it stays on the disk. */
static void
enter_graph (const char *address)
{
  static guint n_entered;
  g_autofree char *text = g_strdup_printf ("processes%u", n_entered++);
  g_autofree WCHAR *id = (WCHAR *) g_utf8_to_ucs4_fast (text, -1, NULL);
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = id, .pwzCreatorId = name,
    .cPresenceMax = (ULONG) -1 };
  PEER_VERSION_DATA version;
  PEER_ADDRESS first;
  ULONGLONG link;

  synchronized = FALSE;
  records = g_hash_table_new_full (hash_guid, is_same_guid, g_free, NULL);
  CHECK (PeerGraphStartup (PEER_GRAPH_VERSION, &version));
  if (address == NULL) {
    CHECK (PeerGraphCreate (&properties, L"test", NULL, &graph));
    register_events ();
  } else {
    CHECK (PeerGraphOpen (id, name, L"test", NULL, 0, NULL, &graph));
    register_events ();
    first = read_address (address, port);
    CHECK (PeerGraphConnect (graph, NULL, &first, &link));
    wait_until (is_synchronized);
  }
  CHECK (PeerGraphListen (graph,
      get_interface () != 0 ? PEER_GRAPH_SCOPE_LINKLOCAL : PEER_GRAPH_SCOPE_GLOBAL,
      get_interface (), port));
}

static void
leave_graph (void)
{
  static gsize memory;

  CHECK (PeerGraphClose (graph));
  graph = NULL;
  CHECK (PeerGraphShutdown ());
  g_hash_table_unref (records);
  for (guint i = 0; i < n_links; i++)
    links[i] = (Link) { 0 };
  n_links = 0;
  if (memory == 0)
    memory = get_memory ();
  demand (get_memory () <= memory + KEPT_BYTES, "memory is left");
  say ("left %zu", get_memory ());
}

static void
tell_ready (void)
{
  PPEER_NODE_INFO info;

  CHECK (PeerGraphGetNodeInfo (graph, 0, &info));
  say ("ready %" G_GINT64_MODIFIER "x", info->ullNodeId);
  PeerGraphFreeData (info);
}

/* Whose name is behind ours is for us to call. */
static void
call (const PEER_NODE_INFO *info)
{
  PEER_ADDRESS address;
  ULONGLONG id;
  Link *link;

  if (wcscmp (info->pwzPeerId, name) <= 0 || info->cAddresses == 0)
    return;
  link = get_link_to (info->ullNodeId);
  if (link->id != 0)
    return;
  address = info->pAddresses[0];
  CHECK (PeerGraphOpenDirectConnection (graph, info->pwzPeerId, &address, &id));
  begin_link (link, id);
}

static void
call_all (void)
{
  PPEER_NODE_INFO *infos;
  HPEERENUM nodes;
  ULONG n = MAX_LINKS;

  CHECK (PeerGraphEnumNodes (graph, NULL, &nodes));
  CHECK (PeerGraphGetNextItem (nodes, &n, (PVOID **) &infos));
  for (ULONG i = 0; i < n; i++)
    call (infos[i]);
  PeerGraphFreeData (infos);
  CHECK (PeerGraphEndEnumeration (nodes));
}

/* --- commands --- */

static void
publish (guint n)
{
  gint64 tomorrow_s = g_get_real_time () / G_USEC_PER_SEC + 24 * 3600;
  guint64 expires = (G_GUINT64_CONSTANT (11644473600) + tomorrow_s) * 10000000;
  PEER_RECORD record = { sizeof (record), .type = record_type,
    .ftExpiration = { (DWORD) expires, expires >> 32 } };
  GUID id;

  for (guint i = 0; i < n; i++)
    CHECK (PeerGraphAddRecord (graph, &record, &id));
}

static HRESULT
send_to_graph (ULONGLONG link, const GUID *type, ULONG n_bytes, PVOID data)
{
  return PeerGraphSendData (graph, link, type, n_bytes, data);
}

static void obey (const char *line);
static void go_on (void);

static const Process process = { take_events, obey, go_on, send_to_graph };

static void
send_to_all (void)
{
  sending_since_us = g_get_monotonic_time ();
  send_all (&process, count, size);
  say ("sent");
}

static void
obey (const char *line)
{
  if (g_str_has_prefix (line, "publish "))
    publish (atoi (line + strlen ("publish ")));
  else if (strcmp (line, "call") == 0)
    calling = TRUE;
  else if (strcmp (line, "send") == 0)
    send_to_all ();
  else if (strcmp (line, "leave") == 0)
    leave_graph ();
  else if (g_str_has_prefix (line, "enter")) {
    enter_graph (line[strlen ("enter")] != '\0' ? line + strlen ("enter ") : NULL);
    tell_ready ();
  } else
    demand (FALSE, line);
}

static void
go_on (void)
{
  if (calling)
    call_all ();
  if (calling && count_links () == n_nodes - 1) {
    calling = FALSE;
    say ("connected");
  }
  if (sending_since_us != 0 && has_all ()) {
    say ("received %.3f s", (g_get_monotonic_time () - sending_since_us) / 1e6);
    sending_since_us = 0;
  }
}

int
main (int argc, char *argv[])
{
  const char *speed = g_getenv ("PEER_SPEED");
  guint n_descriptors;

  if (argc != 6)
    return 2;
  fast_clock_start (speed != NULL ? atoi (speed) : 1);
  /* It stays, once somebody has asked for it. */
  g_main_context_default ();
  n_descriptors = count_descriptors ();
  mbstowcs (name, argv[1], G_N_ELEMENTS (name) - 1);
  n_nodes = atoi (argv[2]);
  count = atoi (argv[3]);
  size = atoi (argv[4]);
  port = atoi (argv[5]);
  event = CreateEvent (NULL, FALSE, FALSE, NULL);
  serve (&process, event);
  CloseHandle (event);
  demand (count_descriptors () == n_descriptors, "descriptors are left open");
  return EXIT_SUCCESS;
}
