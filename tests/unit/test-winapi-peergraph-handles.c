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
static PEER_ADDRESS somewhere = { sizeof (somewhere),
  { .sin6_family = AF_INET6, .sin6_port = 1, .sin6_addr = { { { [15] = 1 } } } } };
static const WCHAR all[] =
    L"<peersearch><clause attrib='peercreatorid' type='string'>*</clause></peersearch>";
static GUID id_of_record;
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
CALL (add_nothing, PeerGraphAddRecord (h, NULL, &id_of_record))
CALL (connect_null, PeerGraphConnect (h, NULL, &somewhere, NULL))
CALL (delete_unknown, PeerGraphDeleteRecord (h, &some, TRUE))
CALL (export_empty, PeerGraphExportDatabase (h, L""))
CALL (get_no_node, PeerGraphGetNodeInfo (h, 77, &node))
CALL (get_no_record, PeerGraphGetRecord (h, NULL, &record))
CALL (import_empty, PeerGraphImportDatabase (h, L""))
CALL (open_direct_nobody, PeerGraphOpenDirectConnection (h, NULL, &somewhere, &id))
CALL (open_direct_nowhere, PeerGraphOpenDirectConnection (h, L"bob", NULL, &id))
CALL (open_direct_null, PeerGraphOpenDirectConnection (h, L"bob", &somewhere, NULL))
CALL (from_universal_null, PeerGraphPeerTimeToUniversalTime (h, NULL, &to))
CALL (register_no_event, PeerGraphRegisterEvent (h, NULL, 1, &wanted, &registration))
CALL (register_none, PeerGraphRegisterEvent (h, event, 0, &wanted, &registration))
CALL (register_nowhere, PeerGraphRegisterEvent (h, event, 1, &wanted, NULL))
CALL (search, PeerGraphSearchRecords (h, all, &items))
CALL (search_nowhere, PeerGraphSearchRecords (h, all, NULL))
CALL (search_nonsense, PeerGraphSearchRecords (h, L"<peersearch>", &items))
CALL (send_no_type, PeerGraphSendData (h, 1, NULL, 0, NULL))
CALL (send_no_data, PeerGraphSendData (h, 1, &some, 1, NULL))
CALL (to_peer_nowhere, PeerGraphUniversalTimeToPeerTime (h, &from, NULL))
CALL (update_unknown, PeerGraphUpdateRecord (h, &given))
CALL (validate_all, PeerGraphValidateDeferredRecords (h, 0, NULL))
CALL (get_event, PeerGraphGetEventData (h, &data))
CALL (get_event_null, PeerGraphGetEventData (h, NULL))
CALL (get_count_null, PeerGraphGetItemCount (h, NULL))
CALL (get_next_null, PeerGraphGetNextItem (h, NULL, &got))
CALL (get_next_nowhere, PeerGraphGetNextItem (h, &n, NULL))
CALL (unregister, PeerGraphUnregisterEvent (h))
CALL (get_count, PeerGraphGetItemCount (h, &n))
CALL (get_next, PeerGraphGetNextItem (h, &n, &got))
CALL (end_enum, PeerGraphEndEnumeration (h))

typedef struct
{
  const char *name;
  HRESULT (*call) (HANDLE h);
  HRESULT of_no_graph; /* what it says of a handle that is none */
  HRESULT not_ready;   /* of a graph that was never synchronised */
  HRESULT ready;       /* of one that was created */
} Case;

#define GRAPH PEER_E_INVALID_GRAPH
#define BAD E_INVALIDARG
#define READY PEER_E_GRAPH_NOT_READY
#define NO_FILE ((HRESULT) 0x80070002)

static const Case cases[] = {
  { "AddRecord", add_record, GRAPH, BAD, BAD },
  { "AddRecord, none", add_nothing, GRAPH, BAD, BAD },
  { "CloseDirectConnection", close_direct, GRAPH, PEER_E_CONNECTION_NOT_FOUND,
      PEER_E_CONNECTION_NOT_FOUND },
  { "Connect", connect_graph, GRAPH, BAD, BAD },
  { "Connect, nowhere", connect_nowhere, GRAPH, BAD, BAD },
  { "Connect, NULL", connect_null, GRAPH, BAD, BAD },
  { "DeleteRecord", delete_record, GRAPH, READY, PEER_E_RECORD_NOT_FOUND },
  { "DeleteRecord, local", delete_unknown, GRAPH, READY, PEER_E_RECORD_NOT_FOUND },
  { "DeleteRecord, none", delete_nothing, GRAPH, BAD, BAD },
  { "EnumConnections", enum_connections, GRAPH, S_OK, S_OK },
  { "EnumConnections, NULL", enum_connections_null, GRAPH, BAD, BAD },
  { "EnumNodes", enum_nodes, GRAPH, READY, S_OK },
  { "EnumNodes, NULL", enum_nodes_null, GRAPH, BAD, BAD },
  { "EnumRecords", enum_records, GRAPH, S_OK, S_OK },
  { "EnumRecords, NULL", enum_records_null, GRAPH, BAD, BAD },
  { "ExportDatabase", export_database, GRAPH, E_ACCESSDENIED, E_ACCESSDENIED },
  { "ExportDatabase, NULL", export_null, GRAPH, BAD, BAD },
  { "ExportDatabase, empty", export_empty, GRAPH, BAD, BAD },
  { "GetNodeInfo", get_node, GRAPH, S_OK, S_OK },
  { "GetNodeInfo, unknown", get_no_node, GRAPH, PEER_E_NODE_NOT_FOUND, PEER_E_NODE_NOT_FOUND },
  { "GetNodeInfo, NULL", get_node_null, GRAPH, BAD, BAD },
  { "GetProperties", get_properties, GRAPH, READY, S_OK },
  { "GetProperties, NULL", get_properties_null, GRAPH, BAD, BAD },
  { "GetRecord", get_record, GRAPH, READY, PEER_E_RECORD_NOT_FOUND },
  { "GetRecord, none", get_no_record, GRAPH, BAD, BAD },
  { "GetRecord, NULL", get_record_null, GRAPH, BAD, BAD },
  { "GetStatus", get_status, GRAPH, S_OK, S_OK },
  { "GetStatus, NULL", get_status_null, GRAPH, BAD, BAD },
  { "ImportDatabase", import_database, GRAPH, NO_FILE, NO_FILE },
  { "ImportDatabase, NULL", import_null, GRAPH, BAD, BAD },
  { "ImportDatabase, empty", import_empty, GRAPH, BAD, BAD },
  { "OpenDirectConnection", open_direct, GRAPH, BAD, BAD },
  { "OpenDirectConnection, nobody", open_direct_nobody, GRAPH, BAD, BAD },
  { "OpenDirectConnection, nowhere", open_direct_nowhere, GRAPH, BAD, BAD },
  { "OpenDirectConnection, NULL", open_direct_null, GRAPH, BAD, BAD },
  { "PeerTimeToUniversalTime", to_universal, GRAPH, S_OK, S_OK },
  { "PeerTimeToUniversalTime, none", from_universal_null, GRAPH, BAD, BAD },
  { "PeerTimeToUniversalTime, NULL", to_universal_null, GRAPH, BAD, BAD },
  { "RegisterEvent", register_event, GRAPH, S_OK, S_OK },
  { "RegisterEvent, no event", register_no_event, GRAPH, BAD, BAD },
  { "RegisterEvent, for nothing", register_none, GRAPH, BAD, BAD },
  { "RegisterEvent, NULL", register_null, GRAPH, BAD, BAD },
  { "RegisterEvent, nowhere", register_nowhere, GRAPH, BAD, BAD },
  { "SearchRecords", search, GRAPH, S_OK, S_OK },
  { "SearchRecords, nonsense", search_nonsense, GRAPH, PEER_E_INVALID_SEARCH,
      PEER_E_INVALID_SEARCH },
  { "SearchRecords, NULL", search_null, GRAPH, BAD, BAD },
  { "SearchRecords, nowhere", search_nowhere, GRAPH, BAD, BAD },
  { "SendData", send_data, GRAPH, PEER_E_CONNECTION_NOT_FOUND, PEER_E_CONNECTION_NOT_FOUND },
  { "SendData, no type", send_no_type, GRAPH, BAD, BAD },
  { "SendData, no data", send_no_data, GRAPH, BAD, BAD },
  { "SetNodeAttributes", set_attributes, GRAPH, S_OK, S_OK },
  { "SetPresence", set_presence, GRAPH, S_OK, S_OK },
  { "SetProperties", set_properties, GRAPH, READY, S_OK },
  { "SetProperties, NULL", set_properties_null, GRAPH, BAD, BAD },
  { "UniversalTimeToPeerTime", to_peer, GRAPH, S_OK, S_OK },
  { "UniversalTimeToPeerTime, none", to_peer_null, GRAPH, BAD, BAD },
  { "UniversalTimeToPeerTime, NULL", to_peer_nowhere, GRAPH, BAD, BAD },
  { "UpdateRecord", update_unknown, GRAPH, READY, PEER_E_RECORD_NOT_FOUND },
  { "UpdateRecord, NULL", update_null, GRAPH, BAD, BAD },
  { "ValidateDeferredRecords", validate_all, GRAPH, S_OK, S_OK },
  { "ValidateDeferredRecords, NULL", validate_null, GRAPH, BAD, BAD },
  { "GetEventData", get_event, BAD, BAD, BAD },
  { "UnregisterEvent", unregister, BAD, BAD, BAD },
  { "GetItemCount", get_count, BAD, BAD, BAD },
  { "GetNextItem", get_next, BAD, BAD, BAD },
  { "EndEnumeration", end_enum, BAD, BAD, BAD },
  /* These say the same of every handle, and change the graph. */
  { "Listen", listen_graph, GRAPH, READY, S_OK },
  { "Listen, twice", listen_graph, GRAPH, READY, PEER_E_ALREADY_LISTENING },
  { "ImportDatabase, listening", import_database, GRAPH, NO_FILE, PEER_E_GRAPH_IN_USE },
  { "Close", close_graph, GRAPH, S_OK, S_OK },
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

/* Handles that are none of a graph: nobody's, of other things, and of what is no more. */
static void
test_no_handles (void)
{
  int stranger;
  HPEEREVENT live;
  HGRAPH graph;

  peer_stage_begin ();
  check_handle (NULL);
  check_handle (&stranger);
  check_handle (event);
  graph = open_new ();
  g_assert_cmphex (register_event (graph), ==, S_OK);
  live = registration;
  g_assert_cmphex (enum_records (graph), ==, S_OK);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].name);
    if (cases[i].of_no_graph == GRAPH) {
      g_assert_cmphex (cases[i].call (live), ==, GRAPH);
      g_assert_cmphex (cases[i].call (items), ==, GRAPH);
    }
  }
  g_assert_cmphex (get_event (items), ==, BAD);
  g_assert_cmphex (unregister (items), ==, BAD);
  g_assert_cmphex (get_count (live), ==, BAD);
  g_assert_cmphex (end_enum (live), ==, BAD);
  g_assert_cmphex (end_enum (items), ==, S_OK);
  check_handle (items);
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  check_handle (graph);
  check_handle (live);
  peer_stage_end ();
}

/* What they need besides the handle. */
static void
test_nothing_given (void)
{
  HGRAPH graph;

  peer_stage_begin ();
  graph = open_new ();
  g_assert_cmphex (register_event (graph), ==, S_OK);
  g_assert_cmphex (get_event_null (registration), ==, BAD);
  g_assert_cmphex (get_event (registration), ==, PEER_S_NO_EVENT_DATA);
  g_assert_cmphex (unregister (registration), ==, S_OK);
  g_assert_cmphex (unregister (registration), ==, BAD);
  g_assert_cmphex (enum_records (graph), ==, S_OK);
  n = 1;
  g_assert_cmphex (get_count_null (items), ==, BAD);
  g_assert_cmphex (get_next_null (items), ==, BAD);
  g_assert_cmphex (get_next_nowhere (items), ==, BAD);
  g_assert_cmphex (get_next (items), ==, S_OK);
  g_assert_cmpuint (n, ==, 0);
  PeerGraphFreeData (got);
  g_assert_cmphex (end_enum (items), ==, S_OK);
  g_assert_cmphex (end_enum (items), ==, BAD);
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  peer_stage_end ();
}

CALL (create_graph, PeerGraphCreate (&changes, L"test", NULL, &h))
CALL (open_graph, PeerGraphOpen (L"g1", L"alice", L"test", NULL, 0, NULL, &h))
CALL (delete_graph, PeerGraphDelete (L"g1", L"alice", L"test"))
CALL (shut_down, PeerGraphShutdown ())

/* Those that need no handle, and PeerGraphStartup and PeerGraphFreeData, which have no state. */
static const struct
{
  const char *name;
  HRESULT (*call) (HANDLE h);
} handleless[] = {
  { "Create", create_graph },
  { "Open", open_graph },
  { "Delete", delete_graph },
  { "Shutdown", shut_down },
  { "Startup", NULL },
  { "FreeData", NULL },
};

static void
test_not_started (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].name);
    g_assert_cmphex (cases[i].call (NULL), ==, PEER_E_NOT_INITIALIZED);
  }
  for (guint i = 0; handleless[i].call != NULL; i++)
    g_assert_cmphex (handleless[i].call (NULL), ==, PEER_E_NOT_INITIALIZED);
  PeerGraphFreeData (NULL);
  PeerGraphFreeData (&given);
}

/* "DeleteRecord, none" is of DeleteRecord. */
static gboolean
is_of (const char *name, const char *function)
{
  gsize length = strlen (function);

  return strncmp (name, function, length) == 0 && strchr (",", name[length]) != NULL;
}

static gboolean
has_case (const char *function)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (is_of (cases[i].name, function))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (handleless); i++)
    if (is_of (handleless[i].name, function))
      return TRUE;
  return FALSE;
}

/* What is added to the header comes into these tables. */
static void
test_every_function (void)
{
  g_autofree char *header = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("\\bPeerGraph(\\w+) \\(", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n_functions = 0;

  g_assert_true (g_file_get_contents (PEER_HEADER, &header, NULL, NULL));
  for (g_regex_match (regex, header, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL)) {
    g_autofree char *function = g_match_info_fetch (match, 1);

    g_test_message ("%s", function);
    g_assert_true (has_case (function));
    n_functions++;
  }
  g_assert_cmpuint (n_functions, >=, 37);
}

/* What was made goes with the graph. */
static void
free_what_was_given (void)
{
  if (node != NULL)
    PeerGraphFreeData (g_steal_pointer (&node));
  if (properties != NULL)
    PeerGraphFreeData (g_steal_pointer (&properties));
  if (items != NULL)
    PeerGraphEndEnumeration (g_steal_pointer (&items));
}

static void
check_graph (HGRAPH graph, gboolean ready)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].name);
    g_assert_cmphex (cases[i].call (graph), ==, ready ? cases[i].ready : cases[i].not_ready);
    free_what_was_given ();
    if (cases[i].call == close_graph)
      break;
  }
}

static void
test_not_ready (void)
{
  peer_stage_begin ();
  check_graph (open_new (), FALSE);
  peer_stage_end ();
}

static void
test_ready (void)
{
  PEER_GRAPH_PROPERTIES wished = { sizeof (wished), .pwzGraphId = (PWSTR) L"g1",
    .pwzCreatorId = (PWSTR) L"alice" };
  HGRAPH graph;

  peer_stage_begin ();
  g_assert_cmphex (PeerGraphCreate (&wished, L"test", NULL, &graph), ==, S_OK);
  check_graph (graph, TRUE);
  peer_stage_end ();
}

/* --- those without a handle --- */

static void
test_create_and_open (void)
{
  PEER_GRAPH_PROPERTIES good = { sizeof (good), .pwzGraphId = (PWSTR) L"g1",
    .pwzCreatorId = (PWSTR) L"alice" };
  PEER_GRAPH_PROPERTIES bad[] = { good, good, good, good, good, good, good, good };
  PEER_SECURITY_INTERFACE half = { sizeof (half),
    .pfnValidateRecord = (PFNPEER_VALIDATE_RECORD) 1 };
  PEER_SECURITY_INTERFACE provider = { sizeof (provider), .pwzSspFilename = (PWSTR) L"ssp.dll" };
  PEER_SECURITY_INTERFACE sizeless = { 0 };
  HGRAPH graph, second;

  bad[0].dwSize--;
  bad[1].pwzGraphId = NULL;
  bad[2].pwzCreatorId = NULL;
  bad[3].pwzGraphId = (PWSTR) L"";
  bad[4].dwFlags = PEER_GRAPH_PROPERTY_HEARTBEATS;
  bad[5].dwScope = 5;
  bad[6].dwMaxRecordSize = 1023;
  bad[7].dwMaxRecordSize = 62914561;
  peer_stage_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmphex (PeerGraphCreate (&bad[i], L"test", NULL, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphCreate (NULL, L"test", NULL, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphCreate (&good, NULL, NULL, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphCreate (&good, L"a/b", NULL, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphCreate (&good, L"test", NULL, NULL), ==, BAD);
  g_assert_cmphex (PeerGraphCreate (&good, L"test", &half, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphCreate (&good, L"test", &provider, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphCreate (&good, L"test", &sizeless, &graph), ==, BAD);

  g_assert_cmphex (PeerGraphOpen (NULL, L"bob", L"test", NULL, 0, NULL, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphOpen (L"g1", NULL, L"test", NULL, 0, NULL, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", NULL, NULL, 0, NULL, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", &half, 0, NULL, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", NULL, 1, NULL, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", NULL, 0, &some, &graph), ==, BAD);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", NULL, 0, NULL, NULL), ==, BAD);

  g_assert_cmphex (PeerGraphCreate (&good, L"test", NULL, &graph), ==, S_OK);
  g_assert_cmphex (PeerGraphCreate (&good, L"test", NULL, &second), ==, PEER_E_DUPLICATE_GRAPH);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"alice", L"test", NULL, 0, NULL, &second), ==,
      PEER_E_DUPLICATE_GRAPH);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, PEER_E_GRAPH_IN_USE);
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  g_assert_cmphex (PeerGraphCreate (&good, L"test", NULL, &second), ==, PEER_E_DUPLICATE_GRAPH);
  g_assert_cmphex (PeerGraphDelete (NULL, L"alice", L"test"), ==, BAD);
  g_assert_cmphex (PeerGraphDelete (L"g1", NULL, L"test"), ==, BAD);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", NULL), ==, BAD);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, S_OK);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, NO_FILE);
  peer_stage_end ();
}

/* Nobody listens where there is no interface, or in a scope without one. */
static void
test_scopes (void)
{
  static const struct
  {
    DWORD scope, id;
    HRESULT result;
  } scopes[] = {
    { PEER_GRAPH_SCOPE_LINKLOCAL, 0, E_INVALIDARG },
    { PEER_GRAPH_SCOPE_SITELOCAL, 0, E_INVALIDARG },
    { PEER_GRAPH_SCOPE_LINKLOCAL, 99999, E_INVALIDARG },
    { PEER_GRAPH_SCOPE_SITELOCAL, 99999, E_INVALIDARG },
    { 5, 0, E_INVALIDARG },
    { PEER_GRAPH_SCOPE_LOOPBACK, 1, S_OK },
    { PEER_GRAPH_SCOPE_GLOBAL, 0, S_OK },
    { PEER_GRAPH_SCOPE_ANY, 0, S_OK },
  };

  peer_stage_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++) {
    PEER_GRAPH_PROPERTIES wished = { sizeof (wished), .pwzGraphId = (PWSTR) L"g1",
      .pwzCreatorId = (PWSTR) L"alice" };
    HGRAPH graph;

    g_assert_cmphex (PeerGraphCreate (&wished, L"test", NULL, &graph), ==, S_OK);
    g_assert_cmphex (PeerGraphListen (graph, scopes[i].scope, scopes[i].id, 0), ==,
        scopes[i].result);
    g_assert_cmphex (PeerGraphGetStatus (graph, &status), ==, S_OK);
    g_assert_cmpint ((status & PEER_GRAPH_STATUS_LISTENING) != 0, ==, scopes[i].result == S_OK);
    g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
    g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, S_OK);
  }
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
  g_test_add_func ("/peergraph/handles/every-function", test_every_function);
  g_test_add_func ("/peergraph/handles/not-started", test_not_started);
  g_test_add_func ("/peergraph/handles/nothing-given", test_nothing_given);
  g_test_add_func ("/peergraph/handles/not-ready", test_not_ready);
  g_test_add_func ("/peergraph/handles/ready", test_ready);
  g_test_add_func ("/peergraph/handles/create-and-open", test_create_and_open);
  g_test_add_func ("/peergraph/handles/scopes", test_scopes);
  g_test_add_func ("/peergraph/handles/too-few-descriptors", test_too_few_descriptors);
  result = g_test_run ();
  CloseHandle (event);
  return result;
}
