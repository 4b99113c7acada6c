/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One node of a graph as a program of its own, on the public functions only.
 *
 *   peer-process NAME N COUNT SIZE PORT [ADDRESS]
 *
 * Creates the graph, or opens it by the node at ADDRESS; waits until N nodes are there
 * and one direct connection leads to each of the others; sends COUNT messages of SIZE
 * octets over each; and checks that the same comes from each, in order. Says "ready NODE",
 * "connected", "sent" and "received" on lines of their own; "lost NODE" tells of a connection that ended,
 * "near NODE" and "far NODE" of neighbours that come and go. Then it obeys what is on its input,
 * one on a line, and leaves with its end:
 *
 *   publish COUNT     so many records; "records N" tells how many of all nodes there are then
 *   call              as at first, whoever is not connected; "connected" once more
 *
 * What goes wrong ends it. With the environment variable PEER_INTERFACE everything is on the
 * link of that interface; with PEER_SPEED its clock is so many times as fast. */
#include <glib.h>
#include <net/if.h>
#include <p2p.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fast-clock.h"

#define MAX_NODES 256
#define GRAPH L"processes"
#define PATIENCE_MS (20 * 60 * 1000) /* also of a fast clock */

static const GUID message_type = { 1, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };
static const GUID record_type = { 2, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };

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
static gboolean synchronized, calling;
static GHashTable *records; /* GUID of those that were told */

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

static void say (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
say (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  printf ("\n");
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
  others[n_others] = (Other) { 0 };
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
      *other = others[--n_others];
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
      take_data (&data->incomingData);
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

  while (CHECK (PeerGraphGetEventData (registration, &data)) == S_OK) {
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
    { PEER_GRAPH_EVENT_NODE_CHANGED, NULL }, { PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, NULL },
    { PEER_GRAPH_EVENT_RECORD_CHANGED, (GUID *) &record_type } };

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

static void
obey (const char *line)
{
  if (g_str_has_prefix (line, "publish "))
    publish (atoi (line + strlen ("publish ")));
  else if (strcmp (line, "call") == 0)
    calling = TRUE;
  else
    demand (FALSE, line);
}

/* FALSE: it has ended. */
static gboolean
take_input (GString *input)
{
  char part[4096], *end;
  gssize n = read (STDIN_FILENO, part, sizeof (part));

  if (n <= 0)
    return FALSE;
  g_string_append_len (input, part, n);
  while ((end = strchr (input->str, '\n')) != NULL) {
    *end = '\0';
    obey (input->str);
    g_string_erase (input, 0, end - input->str + 1);
  }
  return TRUE;
}

static void
go_on_calling (void)
{
  if (!calling || !is_connected ())
    return;
  calling = FALSE;
  say ("connected");
}

static void
obey_input (void)
{
  g_autoptr (GString) input = g_string_new (NULL);
  struct pollfd wanted[] = { { STDIN_FILENO, POLLIN, 0 },
    { WfdxGetEventDescriptor (event), POLLIN, 0 } };

  do {
    take_events ();
    go_on_calling ();
    poll (wanted, G_N_ELEMENTS (wanted), -1);
    /* It resets itself when it is waited for. */
    WaitForSingleObject (event, 0);
  } while (wanted[0].revents == 0 || take_input (input));
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
  const char *speed = g_getenv ("PEER_SPEED");
  PEER_VERSION_DATA version;
  guint n_descriptors;
  gint64 begun_us;

  if (argc < 6)
    return 2;
  fast_clock_start (speed != NULL ? atoi (speed) : 1);
  /* It stays, once somebody has asked for it. */
  g_main_context_default ();
  n_descriptors = count_descriptors ();
  records = g_hash_table_new_full (hash_guid, is_same_guid, g_free, NULL);
  mbstowcs (name, argv[1], G_N_ELEMENTS (name) - 1);
  n_nodes = atoi (argv[2]);
  count = atoi (argv[3]);
  size = atoi (argv[4]);
  CHECK (PeerGraphStartup (PEER_GRAPH_VERSION, &version));
  enter_graph (argc > 6 ? argv[6] : NULL, atoi (argv[5]));
  tell_ready ();
  wait_until (is_connected);
  say ("connected");
  begun_us = g_get_monotonic_time ();
  send_all ();
  say ("sent");
  wait_until (has_everything);
  say ("received %.3f s", (g_get_monotonic_time () - begun_us) / 1e6);
  obey_input ();
  CHECK (PeerGraphClose (graph));
  CloseHandle (event);
  CHECK (PeerGraphShutdown ());
  g_hash_table_unref (records);
  demand (count_descriptors () == n_descriptors, "descriptors are left open");
  return EXIT_SUCCESS;
}
