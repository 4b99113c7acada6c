/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every function of graphs with a handle that is none, without an argument that it needs, and
 * before a graph is ready: its documented code, and nothing else. */
#include <peer-stage.h>
#include <sys/resource.h>
#include <unistd.h>

static const GUID some = { 1, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };
static FILETIME from, to;
static DWORD status;
static ULONG n;
static ULONGLONG id;
static HPEERENUM items;
static HPEEREVENT registration;
static PPEER_RECORD record;
static PEER_RECORD given = { sizeof (given) };
static PPEER_GRAPH_PROPERTIES properties;
static PEER_GRAPH_PROPERTIES changes = { sizeof (changes) };
static PPEER_NODE_INFO node;
static PVOID *got;
static PPEER_GRAPH_EVENT_DATA data;
static PEER_GRAPH_EVENT_REGISTRATION wanted = { PEER_GRAPH_EVENT_STATUS_CHANGED, NULL };
static PEER_ADDRESS address;
static HANDLE event;

/* A call with handle @h, and with all or with one thing missing. */
#define CALL(name, call) \
  static HRESULT name (HANDLE h) \
  { \
    return call; \
  }

CALL (add_record, PeerGraphAddRecord (h, &given, NULL))
CALL (close_graph, PeerGraphClose (h))
CALL (close_direct, PeerGraphCloseDirectConnection (h, 1))
CALL (connect_graph, PeerGraphConnect (h, NULL, &address, &id))
CALL (connect_nowhere, PeerGraphConnect (h, NULL, NULL, &id))
CALL (delete_record, PeerGraphDeleteRecord (h, &some, FALSE))
CALL (delete_nothing, PeerGraphDeleteRecord (h, NULL, FALSE))
CALL (enum_connections, PeerGraphEnumConnections (h, PEER_CONNECTION_DIRECT, &items))
CALL (enum_connections_null, PeerGraphEnumConnections (h, PEER_CONNECTION_DIRECT, NULL))
CALL (enum_nodes, PeerGraphEnumNodes (h, NULL, &items))
CALL (enum_nodes_null, PeerGraphEnumNodes (h, NULL, NULL))
CALL (enum_records, PeerGraphEnumRecords (h, NULL, NULL, &items))
CALL (enum_records_null, PeerGraphEnumRecords (h, NULL, NULL, NULL))
CALL (export_database, PeerGraphExportDatabase (h, L"/nowhere/at/all"))
CALL (export_null, PeerGraphExportDatabase (h, NULL))
CALL (get_node, PeerGraphGetNodeInfo (h, 0, &node))
CALL (get_node_null, PeerGraphGetNodeInfo (h, 0, NULL))
CALL (get_properties, PeerGraphGetProperties (h, &properties))
CALL (get_properties_null, PeerGraphGetProperties (h, NULL))
CALL (get_record, PeerGraphGetRecord (h, &some, &record))
CALL (get_record_null, PeerGraphGetRecord (h, &some, NULL))
CALL (get_status, PeerGraphGetStatus (h, &status))
CALL (get_status_null, PeerGraphGetStatus (h, NULL))
CALL (import_database, PeerGraphImportDatabase (h, L"/nowhere/at/all"))
CALL (import_null, PeerGraphImportDatabase (h, NULL))
CALL (listen_graph, PeerGraphListen (h, PEER_GRAPH_SCOPE_LOOPBACK, 0, 0))
CALL (open_direct, PeerGraphOpenDirectConnection (h, L"bob", &address, &id))
CALL (to_universal, PeerGraphPeerTimeToUniversalTime (h, &from, &to))
CALL (to_universal_null, PeerGraphPeerTimeToUniversalTime (h, &from, NULL))
CALL (register_event, PeerGraphRegisterEvent (h, event, 1, &wanted, &registration))
CALL (register_null, PeerGraphRegisterEvent (h, event, 1, NULL, &registration))
CALL (search_null, PeerGraphSearchRecords (h, NULL, &items))
CALL (send_data, PeerGraphSendData (h, 1, &some, 0, NULL))
CALL (set_attributes, PeerGraphSetNodeAttributes (h, NULL))
CALL (set_presence, PeerGraphSetPresence (h, FALSE))
CALL (set_properties, PeerGraphSetProperties (h, &changes))
CALL (set_properties_null, PeerGraphSetProperties (h, NULL))
CALL (to_peer, PeerGraphUniversalTimeToPeerTime (h, &from, &to))
CALL (to_peer_null, PeerGraphUniversalTimeToPeerTime (h, NULL, &to))
CALL (update_null, PeerGraphUpdateRecord (h, NULL))
CALL (validate_null, PeerGraphValidateDeferredRecords (h, 1, NULL))
CALL (get_event, PeerGraphGetEventData (h, &data))
CALL (unregister, PeerGraphUnregisterEvent (h))
CALL (get_count, PeerGraphGetItemCount (h, &n))
CALL (get_next, PeerGraphGetNextItem (h, &n, &got))
CALL (end_enum, PeerGraphEndEnumeration (h))

typedef struct
{
  const char *name;
  HRESULT (*call) (HANDLE h);
  HRESULT of_no_graph; /* what it says of a handle that is none */
  HRESULT not_ready;   /* and of a graph that was never synchronised; 1: not looked at */
} Case;

#define GRAPH PEER_E_INVALID_GRAPH
#define BAD E_INVALIDARG
#define READY PEER_E_GRAPH_NOT_READY

static const Case cases[] = {
  { "AddRecord", add_record, GRAPH, E_INVALIDARG },
  { "Close", close_graph, GRAPH, 1 },
  { "CloseDirectConnection", close_direct, GRAPH, PEER_E_CONNECTION_NOT_FOUND },
  { "Connect", connect_graph, GRAPH, BAD },
  { "Connect, nowhere", connect_nowhere, GRAPH, BAD },
  { "DeleteRecord", delete_record, GRAPH, READY },
  { "DeleteRecord, none", delete_nothing, GRAPH, BAD },
  { "EnumConnections", enum_connections, GRAPH, 1 },
  { "EnumConnections, NULL", enum_connections_null, GRAPH, BAD },
  { "EnumNodes", enum_nodes, GRAPH, READY },
  { "EnumNodes, NULL", enum_nodes_null, GRAPH, BAD },
  { "EnumRecords", enum_records, GRAPH, 1 },
  { "EnumRecords, NULL", enum_records_null, GRAPH, BAD },
  { "ExportDatabase", export_database, GRAPH, 1 },
  { "ExportDatabase, NULL", export_null, GRAPH, BAD },
  { "GetNodeInfo", get_node, GRAPH, 1 },
  { "GetNodeInfo, NULL", get_node_null, GRAPH, BAD },
  { "GetProperties", get_properties, GRAPH, READY },
  { "GetProperties, NULL", get_properties_null, GRAPH, BAD },
  { "GetRecord", get_record, GRAPH, 1 },
  { "GetRecord, NULL", get_record_null, GRAPH, BAD },
  { "GetStatus", get_status, GRAPH, S_OK },
  { "GetStatus, NULL", get_status_null, GRAPH, BAD },
  { "ImportDatabase", import_database, GRAPH, 1 },
  { "ImportDatabase, NULL", import_null, GRAPH, BAD },
  { "Listen", listen_graph, GRAPH, READY },
  { "OpenDirectConnection", open_direct, GRAPH, BAD },
  { "PeerTimeToUniversalTime", to_universal, GRAPH, S_OK },
  { "PeerTimeToUniversalTime, NULL", to_universal_null, GRAPH, BAD },
  { "RegisterEvent", register_event, GRAPH, S_OK },
  { "RegisterEvent, NULL", register_null, GRAPH, BAD },
  { "SearchRecords, NULL", search_null, GRAPH, BAD },
  { "SendData", send_data, GRAPH, PEER_E_CONNECTION_NOT_FOUND },
  { "SetNodeAttributes", set_attributes, GRAPH, S_OK },
  { "SetPresence", set_presence, GRAPH, S_OK },
  { "SetProperties", set_properties, GRAPH, READY },
  { "SetProperties, NULL", set_properties_null, GRAPH, BAD },
  { "UniversalTimeToPeerTime", to_peer, GRAPH, S_OK },
  { "UniversalTimeToPeerTime, NULL", to_peer_null, GRAPH, BAD },
  { "UpdateRecord, NULL", update_null, GRAPH, BAD },
  { "ValidateDeferredRecords, NULL", validate_null, GRAPH, BAD },
  { "GetEventData", get_event, BAD, BAD },
  { "UnregisterEvent", unregister, BAD, BAD },
  { "GetItemCount", get_count, BAD, BAD },
  { "GetNextItem", get_next, BAD, BAD },
  { "EndEnumeration", end_enum, BAD, BAD },
};

static void
check_handle (HANDLE handle)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].name);
    g_assert_cmphex (cases[i].call (handle), ==, cases[i].of_no_graph);
  }
}

static HGRAPH
open_new (void)
{
  HGRAPH graph;

  g_assert_cmphex (PeerGraphOpen (L"g1", L"alice", L"test", NULL, 0, NULL, &graph), ==,
      PEER_S_GRAPH_DATA_CREATED);
  return graph;
}

static void
test_no_handles (void)
{
  int stranger;
  HGRAPH graph;

  peer_stage_begin ();
  check_handle (NULL);
  check_handle (&stranger);
  check_handle (event);
  graph = open_new ();
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  check_handle (graph);
  peer_stage_end ();
}

static void
test_not_started (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].name);
    g_assert_cmphex (cases[i].call (NULL), ==, PEER_E_NOT_INITIALIZED);
  }
}

static void
test_not_ready (void)
{
  HGRAPH graph;

  peer_stage_begin ();
  graph = open_new ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].name);
    if (cases[i].not_ready != 1)
      g_assert_cmphex (cases[i].call (graph), ==, cases[i].not_ready);
  }
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  peer_stage_end ();
}

/* Of those that a hub needs, so many can be had. */
static HRESULT
start_with_descriptors (guint n_free)
{
  PEER_VERSION_DATA version;
  struct rlimit old, low;
  HRESULT result;
  int next = dup (STDERR_FILENO);

  close (next);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &old), ==, 0);
  low = (struct rlimit) { next + n_free, old.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &low), ==, 0);
  result = PeerGraphStartup (PEER_GRAPH_VERSION, &version);
  if (SUCCEEDED (result))
    g_assert_cmphex (PeerGraphShutdown (), ==, S_OK);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &old), ==, 0);
  return result;
}

static void
test_too_few_descriptors (void)
{
  for (guint n_free = 0; n_free < 4; n_free++)
    g_assert_cmphex (start_with_descriptors (n_free), ==, E_OUTOFMEMORY);
  g_assert_cmphex (PeerGraphShutdown (), ==, PEER_E_NOT_INITIALIZED);
  g_assert_cmphex (start_with_descriptors (4), ==, S_OK);
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  event = CreateEvent (NULL, FALSE, FALSE, NULL);
  g_test_add_func ("/peergraph/handles/none", test_no_handles);
  g_test_add_func ("/peergraph/handles/not-started", test_not_started);
  g_test_add_func ("/peergraph/handles/not-ready", test_not_ready);
  g_test_add_func ("/peergraph/handles/too-few-descriptors", test_too_few_descriptors);
  result = g_test_run ();
  CloseHandle (event);
  return result;
}
