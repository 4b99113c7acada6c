/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the documents leave open in graphs, at the functions of Windows. */
#include <peer-stage.h>
#include <string.h>

static const GUID note = { 0x0a0b0c0d, 0x0506, 0x0708, { 9, 10, 11, 12, 13, 14, 15, 16 } };

static FILETIME
from_now (int s)
{
  ULONGLONG ticks = G_GUINT64_CONSTANT (116444736000000000)
      + (ULONGLONG) (g_get_real_time () + s * G_TIME_SPAN_SECOND) * 10;

  return (FILETIME) { (DWORD) ticks, ticks >> 32 };
}

static HRESULT
add_note (Peer *self, const char *text, PCWSTR attributes, GUID *ret_id)
{
  PEER_RECORD record = { sizeof (record), .type = note, .ftExpiration = from_now (3600),
    .pwzAttributes = (PWSTR) attributes, .data = { strlen (text), (PBYTE) text } };

  return PeerGraphAddRecord (self->graph, &record, ret_id);
}

/* --- callbacks --- */

static guint n_secured, n_freed;
static PEER_DATA bad = { 5, NULL };

static HRESULT
validate (HGRAPH hGraph, PVOID pvContext, PPEER_RECORD pRecord, PEER_RECORD_CHANGE_TYPE changeType)
{
  return S_OK;
}

static HRESULT
secure (HGRAPH hGraph, PVOID pvContext, PPEER_RECORD pRecord, PEER_RECORD_CHANGE_TYPE changeType,
    PPEER_DATA *ppSecurityData)
{
  if (IsEqualGUID (&pRecord->type, &note)) {
    n_secured++;
    *ppSecurityData = &bad;
  }
  return S_OK;
}

static HRESULT
free_security_data (HGRAPH hGraph, PVOID pvContext, PPEER_DATA pSecurityData)
{
  g_assert_true (pSecurityData == &bad);
  n_freed++;
  return S_OK;
}

static void
test_bad_security_data (void)
{
  PEER_SECURITY_INTERFACE security = { sizeof (security), .pfnValidateRecord = validate,
    .pfnSecureRecord = secure, .pfnFreeSecurityData = free_security_data };
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"g1",
    .pwzCreatorId = (PWSTR) L"alice" };
  Peer alice = { 0 };
  GUID id;

  peer_stage_begin ();
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", &security, &alice.graph), ==, S_OK);
  peer_register (&alice);
  g_assert_cmphex (add_note (&alice, "x", NULL, &id), ==, E_INVALIDARG);
  g_assert_cmpuint (n_secured, ==, 1);
  g_assert_cmpuint (n_freed, ==, 1);
  peer_close (&alice);
  peer_stage_end ();
}

/* --- two nodes --- */

typedef struct
{
  Peer alice, bob; /* who made the graph, and who has opened it and knows nothing of it yet */
  PEER_ADDRESS at_alice;
} Pair;

static void
pair_begin (Pair *pair, gconstpointer data)
{
  peer_stage_begin ();
  peer_create (&pair->alice, L"g1", L"alice");
  peer_listen (&pair->alice, &pair->at_alice);
  peer_open (&pair->bob, L"g1", L"bob");
}

static void
pair_end (Pair *pair, gconstpointer data)
{
  peer_close (&pair->bob);
  peer_close (&pair->alice);
  peer_stage_end ();
}

static DWORD
get_status (const Peer *self)
{
  DWORD status;

  g_assert_cmphex (PeerGraphGetStatus (self->graph, &status), ==, S_OK);
  return status;
}

static void
join_alice (Peer *self, PEER_ADDRESS *at_alice)
{
  ULONGLONG link;

  g_assert_cmphex (PeerGraphConnect (self->graph, L"alice", at_alice, &link), ==, S_OK);
  while ((get_status (self) & PEER_GRAPH_STATUS_SYNCHRONIZED) == 0)
    PeerGraphFreeData (peer_wait (self, PEER_GRAPH_EVENT_STATUS_CHANGED));
}

static void
come_in (Pair *pair)
{
  join_alice (&pair->bob, &pair->at_alice);
}

/* Who knows nothing of the graph may talk to those who are in it; that makes no neighbours. */
static void
test_direct_before_synchronized (Pair *pair, gconstpointer data)
{
  ULONGLONG id, at_alice;

  g_assert_cmphex (PeerGraphSetPresence (pair->bob.graph, TRUE), ==, S_OK);
  g_assert_cmphex (PeerGraphOpenDirectConnection (pair->bob.graph, L"alice", &pair->at_alice, &id),
      ==, S_OK);
  peer_wait_link (&pair->bob, PEER_GRAPH_EVENT_DIRECT_CONNECTION, PEER_CONNECTED, S_OK);
  at_alice =
      peer_wait_link (&pair->alice, PEER_GRAPH_EVENT_DIRECT_CONNECTION, PEER_CONNECTED, S_OK);
  g_assert_cmphex (PeerGraphSendData (pair->bob.graph, id, &note, 5, (PVOID) "hello"), ==, S_OK);
  peer_wait_data (&pair->alice, at_alice, &note, "hello", 5);
  g_assert_cmphex (get_status (&pair->bob), ==, 0);
  g_assert_cmphex (get_status (&pair->alice) & PEER_GRAPH_STATUS_HAS_CONNECTIONS, ==, 0);
  come_in (pair);
  g_assert_cmphex (get_status (&pair->bob) & PEER_GRAPH_STATUS_HAS_CONNECTIONS, !=, 0);
}

static void
test_connected_twice (Pair *pair, gconstpointer data)
{
  ULONGLONG link;

  come_in (pair);
  g_assert_cmphex (PeerGraphConnect (pair->bob.graph, L"alice", &pair->at_alice, &link), ==,
      PEER_E_ALREADY_EXISTS);
}

/* Every type of records of which somebody has brought all is told. */
static void
test_synchronized_is_told (Pair *pair, gconstpointer data)
{
  PPEER_GRAPH_EVENT_DATA event;

  come_in (pair);
  event = peer_wait (&pair->bob, PEER_GRAPH_EVENT_SYNCHRONIZED);
  g_assert_cmpuint (event->synchronizedData.dwSize, ==, sizeof (event->synchronizedData));
  PeerGraphFreeData (event);
}

static void
test_properties_reach_others (Pair *pair, gconstpointer data)
{
  PPEER_GRAPH_PROPERTIES properties;

  come_in (pair);
  PeerGraphFreeData (peer_wait (&pair->bob, PEER_GRAPH_EVENT_PROPERTY_CHANGED));
  g_assert_cmphex (PeerGraphGetProperties (pair->alice.graph, &properties), ==, S_OK);
  properties->pwzComment = (PWSTR) L"new";
  g_assert_cmphex (PeerGraphSetProperties (pair->alice.graph, properties), ==, S_OK);
  PeerGraphFreeData (properties);
  PeerGraphFreeData (peer_wait (&pair->bob, PEER_GRAPH_EVENT_PROPERTY_CHANGED));
  g_assert_cmphex (PeerGraphGetProperties (pair->bob.graph, &properties), ==, S_OK);
  g_assert_true (wcscmp (properties->pwzComment, L"new") == 0);
  PeerGraphFreeData (properties);
}

/* Which of two types comes first says who opens the graph. */
static void
test_types_to_synchronize_first (Pair *pair, gconstpointer data)
{
  static const GUID types[] = { { 1 }, { 2 } };
  const guint n = 20;
  ULONGLONG link;
  GUID id;

  for (guint i = 0; i < 2 * n; i++) {
    PEER_RECORD record = { sizeof (record), .type = types[i % 2], .ftExpiration = from_now (600) };

    g_assert_cmphex (PeerGraphAddRecord (pair->alice.graph, &record, &id), ==, S_OK);
  }
  for (guint first = 0; first < 2; first++) {
    Peer carol = { 0 };

    g_assert_cmphex (PeerGraphOpen (L"g1", first == 0 ? L"carol" : L"dave", L"test", NULL, 1,
                         &types[first], &carol.graph),
        ==, PEER_S_GRAPH_DATA_CREATED);
    peer_register (&carol);
    g_assert_cmphex (PeerGraphConnect (carol.graph, NULL, &pair->at_alice, &link), ==, S_OK);
    for (guint i = 0; i < 2 * n; i++) {
      PPEER_GRAPH_EVENT_DATA event = peer_wait (&carol, PEER_GRAPH_EVENT_RECORD_CHANGED);

      g_assert_true (
          IsEqualGUID (&event->recordChangeData.recordType, &types[i < n ? first : !first]));
      PeerGraphFreeData (event);
    }
    peer_close (&carol);
  }
}

/* --- where nodes are --- */

/* Two graphs of one process may listen at the same port; there is somebody else then. */
static void
test_shared_port (Pair *pair, gconstpointer data)
{
  WORD port = g_ntohs (pair->at_alice.sin6.sin6_port);
  ULONGLONG id;

  come_in (pair);
  g_assert_cmphex (PeerGraphOpenDirectConnection (pair->alice.graph, L"bob", &pair->at_alice, &id),
      ==, PEER_E_CONNECT_SELF);
  g_assert_cmphex (PeerGraphListen (pair->bob.graph, PEER_GRAPH_SCOPE_LOOPBACK, 0, port), ==, S_OK);
  g_assert_cmphex (PeerGraphOpenDirectConnection (pair->alice.graph, L"bob", &pair->at_alice, &id),
      ==, S_OK);
  peer_wait_link (&pair->alice, PEER_GRAPH_EVENT_DIRECT_CONNECTION, PEER_CONNECTED, S_OK);
  peer_wait_link (&pair->bob, PEER_GRAPH_EVENT_DIRECT_CONNECTION, PEER_CONNECTED, S_OK);
  g_assert_cmphex (
      PeerGraphOpenDirectConnection (pair->alice.graph, L"alice", &pair->at_alice, &id), ==,
      PEER_E_CONNECT_SELF);
}

#define N_NEIGHBOURS 7

/* Who has as many neighbours as a node may have names others, and they are tried. */
static void
test_next_connection (Pair *pair, gconstpointer data)
{
  Peer others[N_NEIGHBOURS], last;
  PPEER_GRAPH_EVENT_DATA event;
  PEER_ADDRESS address;
  ULONGLONG link, next;

  for (guint i = 0; i < N_NEIGHBOURS; i++) {
    WCHAR name[] = { L'a' + i, 0 };

    peer_open (&others[i], L"g1", name);
    join_alice (&others[i], &pair->at_alice);
    peer_listen (&others[i], &address);
    PeerGraphFreeData (peer_wait (&pair->alice, PEER_GRAPH_EVENT_NODE_CHANGED));
  }
  peer_open (&last, L"g1", L"last");
  g_assert_cmphex (PeerGraphConnect (last.graph, NULL, &pair->at_alice, &link), ==, S_OK);
  event = peer_wait (&last, PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION);
  g_assert_cmpint (event->connectionChangeData.status, ==, PEER_CONNECTION_FAILED);
  g_assert_cmphex (event->connectionChangeData.hrConnectionFailedReason, ==,
      PEER_E_CONNECTION_REFUSED);
  g_assert_cmphex (event->connectionChangeData.ullConnectionId, ==, link);
  next = event->connectionChangeData.ullNextConnectionId;
  PeerGraphFreeData (event);
  g_assert_cmphex (next, !=, 0);
  g_assert_cmphex (
      peer_wait_link (&last, PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, PEER_CONNECTED, S_OK), ==, next);
  peer_close (&last);
  for (guint i = 0; i < N_NEIGHBOURS; i++)
    peer_close (&others[i]);
}

/* --- arguments --- */

static void
test_port_in_use (Pair *pair, gconstpointer data)
{
  WORD port = g_ntohs (pair->at_alice.sin6.sin6_port);
  Peer carol;

  peer_create (&carol, L"g2", L"carol");
  g_assert_cmphex (PeerGraphListen (carol.graph, PEER_GRAPH_SCOPE_ANY, 0, port), ==,
      (HRESULT) 0x80072740);
  peer_close (&carol);
}

static void
test_attributes (Pair *pair, gconstpointer data)
{
  const gsize max = 64 * 1024;
  g_autofree WCHAR *attributes = g_new0 (WCHAR, max + 2);
  GUID id;

  g_assert_cmphex (add_note (&pair->alice, "x", L"red", &id), ==, PEER_E_INVALID_ATTRIBUTES);
  wmemset (attributes, L'a', max);
  g_assert_cmphex (PeerGraphSetNodeAttributes (pair->alice.graph, attributes), ==, S_OK);
  attributes[max] = L'a';
  g_assert_cmphex (PeerGraphSetNodeAttributes (pair->alice.graph, attributes), ==, E_INVALIDARG);
}

/* On Windows, and in records, a character beyond U+FFFF is two: an id has room for 127 of them and
 * one of the others. */
static void
test_characters_of_two (void)
{
  WCHAR id[129] = { 0 };
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"g2",
    .pwzCreatorId = id };
  PPEER_GRAPH_PROPERTIES got;
  HGRAPH graph;

  peer_stage_begin ();
  wmemset (id, 0x1f600, 128);
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, &graph), ==, E_INVALIDARG);
  id[127] = L'x';
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, &graph), ==, S_OK);
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  g_assert_cmphex (PeerGraphOpen (L"g2", id, L"test", NULL, 0, NULL, &graph), ==, S_OK);
  g_assert_cmphex (PeerGraphGetProperties (graph, &got), ==, S_OK);
  g_assert_cmpmem (got->pwzCreatorId, (wcslen (got->pwzCreatorId) + 1) * sizeof (WCHAR), id,
      sizeof (id));
  PeerGraphFreeData (got);
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  peer_stage_end ();
}

static void
test_not_started (void)
{
  PPEER_GRAPH_EVENT_DATA event;

  g_assert_cmphex (PeerGraphGetEventData (NULL, NULL), ==, PEER_E_NOT_INITIALIZED);
  g_assert_cmphex (PeerGraphGetEventData (NULL, &event), ==, PEER_E_NOT_INITIALIZED);
}

static void
add_pair_test (const char *path, void (*test) (Pair *pair, gconstpointer data))
{
  g_test_add (path, Pair, NULL, pair_begin, test, pair_end);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peergraph/rules/not-started", test_not_started);
  g_test_add_func ("/peergraph/rules/characters-of-two", test_characters_of_two);
  g_test_add_func ("/peergraph/rules/bad-security-data", test_bad_security_data);
  add_pair_test ("/peergraph/rules/direct-before-synchronized", test_direct_before_synchronized);
  add_pair_test ("/peergraph/rules/connected-twice", test_connected_twice);
  add_pair_test ("/peergraph/rules/synchronized-is-told", test_synchronized_is_told);
  add_pair_test ("/peergraph/rules/properties-reach-others", test_properties_reach_others);
  add_pair_test ("/peergraph/rules/types-to-synchronize-first", test_types_to_synchronize_first);
  add_pair_test ("/peergraph/rules/shared-port", test_shared_port);
  add_pair_test ("/peergraph/rules/next-connection", test_next_connection);
  add_pair_test ("/peergraph/rules/port-in-use", test_port_in_use);
  add_pair_test ("/peergraph/rules/attributes", test_attributes);
  return g_test_run ();
}
