/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peer-stage.h>
#include <stdio.h>
#include <string.h>

static const GUID chat = { 0x01020304, 0x0506, 0x0708, { 9, 10, 11, 12, 13, 14, 15, 16 } };

static const PEER_GRAPH_EVENT_TYPE direct = PEER_GRAPH_EVENT_DIRECT_CONNECTION;

typedef struct
{
  Peer alice, bob;
  PEER_ADDRESS at_alice, at_bob;
} Pair;

static void
pair_begin (Pair *pair, gconstpointer data)
{
  peer_stage_begin ();
  peer_create (&pair->alice, L"g1", L"alice");
  peer_create (&pair->bob, L"g1", L"bob");
  peer_listen (&pair->alice, &pair->at_alice);
  peer_listen (&pair->bob, &pair->at_bob);
}

static void
pair_end (Pair *pair, gconstpointer data)
{
  peer_close (&pair->alice);
  peer_close (&pair->bob);
  peer_stage_end ();
}

static void
connect_pair (Pair *pair, ULONGLONG *ret_alice, ULONGLONG *ret_bob)
{
  ULONGLONG id = 0;

  g_assert_cmphex (PeerGraphOpenDirectConnection (pair->alice.graph, L"bob", &pair->at_bob, &id),
      ==, S_OK);
  *ret_alice = peer_wait_link (&pair->alice, direct, PEER_CONNECTED, S_OK);
  *ret_bob = peer_wait_link (&pair->bob, direct, PEER_CONNECTED, S_OK);
  g_assert_cmphex (*ret_alice, ==, id);
}

static HRESULT
send_text (Peer *self, ULONGLONG id, const char *text)
{
  return PeerGraphSendData (self->graph, id, &chat, strlen (text), (PVOID) text);
}

static void
test_data_both_ways (Pair *pair, gconstpointer data)
{
  ULONGLONG at_alice, at_bob;

  connect_pair (pair, &at_alice, &at_bob);
  g_assert_cmphex (send_text (&pair->alice, at_alice, "hi!"), ==, S_OK);
  peer_wait_data (&pair->bob, at_bob, &chat, "hi!", 3);
  g_assert_cmphex (PeerGraphSendData (pair->bob.graph, at_bob, &chat, 0, NULL), ==, S_OK);
  peer_wait_data (&pair->alice, at_alice, &chat, NULL, 0);
}

/* Messages of all sizes around those of a frame, and the largest there may be. */
static void
test_sizes (Pair *pair, gconstpointer data)
{
  static const gsize sizes[] = { 1, 16350, 16351, 16352, 16384, 1000000, 16 * 1024 * 1024 };
  ULONGLONG at_alice, at_bob;

  connect_pair (pair, &at_alice, &at_bob);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree guint8 *bytes = g_malloc (sizes[i]);

    for (gsize b = 0; b < sizes[i]; b++)
      bytes[b] = b * 31 + i;
    g_assert_cmphex (PeerGraphSendData (pair->alice.graph, at_alice, &chat, sizes[i], bytes), ==,
        S_OK);
    peer_wait_data (&pair->bob, at_bob, &chat, bytes, sizes[i]);
  }
}

static void
test_too_large (Pair *pair, gconstpointer data)
{
  ULONGLONG at_alice, at_bob;
  const gsize size = 16 * 1024 * 1024 + 1;
  g_autofree guint8 *bytes = g_malloc0 (size);

  connect_pair (pair, &at_alice, &at_bob);
  g_assert_cmphex (PeerGraphSendData (pair->alice.graph, at_alice, &chat, size, bytes), ==,
      E_INVALIDARG);
}

static void
test_order (Pair *pair, gconstpointer data)
{
  ULONGLONG at_alice, at_bob;

  connect_pair (pair, &at_alice, &at_bob);
  for (guint32 i = 0; i < 2000; i++)
    g_assert_cmphex (PeerGraphSendData (pair->alice.graph, at_alice, &chat, sizeof (i), &i), ==,
        S_OK);
  for (guint32 i = 0; i < 2000; i++)
    peer_wait_data (&pair->bob, at_bob, &chat, &i, sizeof (i));
}

/* Everything that was accepted comes before the end. */
static void
test_close_is_told_behind_data (Pair *pair, gconstpointer data)
{
  g_autofree guint8 *bytes = g_malloc0 (1000000);
  ULONGLONG at_alice, at_bob;

  connect_pair (pair, &at_alice, &at_bob);
  for (guint i = 0; i < 10; i++)
    g_assert_cmphex (PeerGraphSendData (pair->alice.graph, at_alice, &chat, 1000000, bytes), ==,
        S_OK);
  g_assert_cmphex (PeerGraphCloseDirectConnection (pair->alice.graph, at_alice), ==, S_OK);
  g_assert_cmphex (peer_wait_link (&pair->alice, direct, PEER_DISCONNECTED, S_OK), ==, at_alice);
  g_assert_cmphex (peer_wait_link (&pair->bob, direct, PEER_DISCONNECTED, S_OK), ==, at_bob);
  g_assert_cmpuint (peer_count (&pair->bob, PEER_GRAPH_EVENT_INCOMING_DATA), ==, 10);

  g_assert_cmphex (send_text (&pair->alice, at_alice, "hi!"), ==, PEER_E_CONNECTION_NOT_FOUND);
  g_assert_cmphex (PeerGraphCloseDirectConnection (pair->alice.graph, at_alice), ==,
      PEER_E_CONNECTION_NOT_FOUND);
}

/* Who does not fetch makes the other wait, and loses nothing. */
static void
test_slow_reader (Pair *pair, gconstpointer data)
{
  const gsize size = 1024 * 1024;
  g_autofree guint8 *bytes = g_malloc0 (size);
  ULONGLONG at_alice, at_bob;
  HRESULT result;
  guint accepted = 0;

  connect_pair (pair, &at_alice, &at_bob);
  while ((result = PeerGraphSendData (pair->alice.graph, at_alice, &chat, size, bytes)) == S_OK) {
    accepted++;
    g_assert_cmpuint (accepted, <, 100);
  }
  g_assert_cmphex (result, ==, E_OUTOFMEMORY);
  for (guint i = 0; i < accepted; i++)
    peer_wait_data (&pair->bob, at_bob, &chat, bytes, size);
  g_assert_cmphex (PeerGraphSendData (pair->alice.graph, at_alice, &chat, size, bytes), ==, S_OK);
  peer_wait_data (&pair->bob, at_bob, &chat, bytes, size);
}

static void
test_not_registered_is_refused (Pair *pair, gconstpointer data)
{
  ULONGLONG id;

  g_assert_cmphex (PeerGraphUnregisterEvent (pair->bob.registration), ==, S_OK);
  g_assert_cmphex (PeerGraphOpenDirectConnection (pair->alice.graph, L"bob", &pair->at_bob, &id),
      ==, S_OK);
  g_assert_cmphex (
      peer_wait_link (&pair->alice, direct, PEER_CONNECTION_FAILED, PEER_E_CONNECTION_REFUSED), ==,
      id);
  peer_register (&pair->bob);
}

static void
test_wrong_identity (Pair *pair, gconstpointer data)
{
  ULONGLONG id;

  g_assert_cmphex (PeerGraphOpenDirectConnection (pair->alice.graph, L"carol", &pair->at_bob, &id),
      ==, S_OK);
  g_assert_cmphex (
      peer_wait_link (&pair->alice, direct, PEER_CONNECTION_FAILED, PEER_E_CONNECTION_FAILED), ==,
      id);
  g_assert_cmpuint (peer_count (&pair->bob, direct), ==, 0);
}

static void
test_nobody_there (Pair *pair, gconstpointer data)
{
  PEER_ADDRESS nowhere = pair->at_bob;
  ULONGLONG id;

  /* The discard service, which nobody runs any more. */
  nowhere.sin6.sin6_port = htons (9);
  g_assert_cmphex (PeerGraphOpenDirectConnection (pair->alice.graph, L"bob", &nowhere, &id), ==,
      S_OK);
  g_assert_cmphex (
      peer_wait_link (&pair->alice, direct, PEER_CONNECTION_FAILED, PEER_E_CONNECTION_FAILED), ==,
      id);
}

static void
test_not_to_oneself (Pair *pair, gconstpointer data)
{
  ULONGLONG id;

  g_assert_cmphex (
      PeerGraphOpenDirectConnection (pair->alice.graph, L"alice", &pair->at_alice, &id), ==,
      PEER_E_CONNECT_SELF);
  g_assert_cmphex (PeerGraphOpenDirectConnection (pair->alice.graph, L"bob", &pair->at_alice, &id),
      ==, PEER_E_CONNECT_SELF);
  g_assert_cmphex (PeerGraphConnect (pair->alice.graph, NULL, &pair->at_alice, &id), ==,
      PEER_E_CONNECT_SELF);
}

/* A graph that is closed takes its connections with it, and a program its graphs. */
static void
test_closed_graph_disconnects (Pair *pair, gconstpointer data)
{
  ULONGLONG at_alice, at_bob;

  connect_pair (pair, &at_alice, &at_bob);
  peer_close (&pair->alice);
  g_assert_cmphex (peer_wait_link (&pair->bob, direct, PEER_DISCONNECTED, S_OK), ==, at_bob);
  g_assert_cmphex (send_text (&pair->bob, at_bob, "hi!"), ==, PEER_E_CONNECTION_NOT_FOUND);
  peer_create (&pair->alice, L"g2", L"alice");
}

static void
assert_connections (Peer *self, DWORD flags, ULONG n)
{
  HPEERENUM all;
  PPEER_CONNECTION_INFO *infos;
  ULONG count;

  g_assert_cmphex (PeerGraphEnumConnections (self->graph, flags, &all), ==, S_OK);
  g_assert_cmphex (PeerGraphGetItemCount (all, &count), ==, S_OK);
  g_assert_cmpuint (count, ==, n);
  count = 10;
  g_assert_cmphex (PeerGraphGetNextItem (all, &count, (PVOID **) &infos), ==, S_OK);
  g_assert_cmpuint (count, ==, n);
  for (ULONG i = 0; i < n; i++) {
    g_assert_cmpuint (infos[i]->dwSize, ==, sizeof (**infos));
    g_assert_cmpuint (infos[i]->dwFlags & ~flags, ==, 0);
    g_assert_true (wcscmp (infos[i]->pwzPeerId, L"bob") == 0);
    g_assert_cmpint (infos[i]->address.sin6.sin6_family, ==, AF_INET6);
  }
  PeerGraphFreeData (infos);
  count = 1;
  g_assert_cmphex (PeerGraphGetNextItem (all, &count, (PVOID **) &infos), ==, S_OK);
  g_assert_cmpuint (count, ==, 0);
  PeerGraphFreeData (infos);
  g_assert_cmphex (PeerGraphEndEnumeration (all), ==, S_OK);
  g_assert_cmphex (PeerGraphEndEnumeration (all), ==, E_INVALIDARG);
}

static void
test_enumerated (Pair *pair, gconstpointer data)
{
  ULONGLONG at_alice, at_bob;

  assert_connections (&pair->alice, PEER_CONNECTION_DIRECT, 0);
  connect_pair (pair, &at_alice, &at_bob);
  assert_connections (&pair->alice, PEER_CONNECTION_DIRECT, 1);
  assert_connections (&pair->alice, PEER_CONNECTION_NEIGHBOR, 0);
  assert_connections (&pair->alice, PEER_CONNECTION_NEIGHBOR | PEER_CONNECTION_DIRECT, 1);
}

/* Only what was asked for waits, and what is fetched is gone. */
static void
test_filtered (Pair *pair, gconstpointer data)
{
  GUID other = chat;
  PEER_GRAPH_EVENT_REGISTRATION wanted[] = { { PEER_GRAPH_EVENT_INCOMING_DATA, &other } };
  HANDLE event = CreateEvent (NULL, TRUE, FALSE, NULL);
  HPEEREVENT registration;
  PPEER_GRAPH_EVENT_DATA heard;
  ULONGLONG at_alice, at_bob;

  other.Data1++;
  g_assert_cmphex (PeerGraphRegisterEvent (pair->bob.graph, event, 1, wanted, &registration), ==,
      S_OK);
  connect_pair (pair, &at_alice, &at_bob);
  g_assert_cmphex (send_text (&pair->alice, at_alice, "not this"), ==, S_OK);
  g_assert_cmphex (PeerGraphSendData (pair->alice.graph, at_alice, &other, 4, (PVOID) "this"), ==,
      S_OK);
  peer_wait_data (&pair->bob, at_bob, &chat, "not this", 8);
  g_assert_cmpuint (WaitForSingleObject (event, PEER_PATIENCE_MS), ==, WAIT_OBJECT_0);
  g_assert_cmphex (PeerGraphGetEventData (registration, &heard), ==, S_OK);
  g_assert_cmpmem (heard->incomingData.data.pbData, heard->incomingData.data.cbData, "this", 4);
  PeerGraphFreeData (heard);
  g_assert_cmphex (PeerGraphGetEventData (registration, &heard), ==, PEER_S_NO_EVENT_DATA);
  g_assert_null (heard);
  g_assert_cmphex (PeerGraphUnregisterEvent (registration), ==, S_OK);
  g_assert_cmphex (PeerGraphUnregisterEvent (registration), ==, E_INVALIDARG);
  CloseHandle (event);
}

/* An application may write into what it was given, and read any type there. */
static void
test_data_of_its_own (Pair *pair, gconstpointer data)
{
  PEER_GRAPH_EVENT_REGISTRATION wanted[] = { { PEER_GRAPH_EVENT_INCOMING_DATA, NULL } };
  HANDLE event = CreateEvent (NULL, TRUE, FALSE, NULL);
  HPEEREVENT registration;
  PPEER_GRAPH_EVENT_DATA first, second;
  ULONGLONG at_alice, at_bob;

  g_assert_cmphex (PeerGraphRegisterEvent (pair->bob.graph, event, 1, wanted, &registration), ==,
      S_OK);
  connect_pair (pair, &at_alice, &at_bob);
  g_assert_cmphex (send_text (&pair->alice, at_alice, "of both"), ==, S_OK);
  first = peer_wait (&pair->bob, PEER_GRAPH_EVENT_INCOMING_DATA);
  g_assert_cmphex (PeerGraphGetEventData (registration, &second), ==, S_OK);
  memset (first->incomingData.data.pbData, 0xff, first->incomingData.data.cbData);
  PeerGraphFreeData (first);
  g_assert_cmpmem (second->incomingData.data.pbData, second->incomingData.data.cbData, "of both",
      7);
  g_assert_cmpuint ((guintptr) second->incomingData.data.pbData % (2 * sizeof (gpointer)), ==, 0);
  PeerGraphFreeData (second);
  g_assert_cmphex (PeerGraphUnregisterEvent (registration), ==, S_OK);
  CloseHandle (event);
}

/* --- graphs of several nodes --- */

static const GUID note = { 0xaabbccdd, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } };

static FILETIME
in_an_hour (Peer *self)
{
  PPEER_GRAPH_PROPERTIES properties;
  FILETIME utc, time;
  guint64 ticks = 116444736000000000 + (guint64) g_get_real_time () * 10 + 36000000000;

  utc = (FILETIME) { (DWORD) ticks, ticks >> 32 };
  g_assert_cmphex (PeerGraphGetProperties (self->graph, &properties), ==, S_OK);
  PeerGraphFreeData (properties);
  g_assert_cmphex (PeerGraphUniversalTimeToPeerTime (self->graph, &utc, &time), ==, S_OK);
  return time;
}

static GUID
add_note (Peer *self, const char *text, PCWSTR attributes)
{
  PEER_RECORD record = { sizeof (record), note, .pwzAttributes = (PWSTR) attributes,
    .ftExpiration = in_an_hour (self), .data = { strlen (text), (PBYTE) text } };
  GUID id;

  g_assert_cmphex (PeerGraphAddRecord (self->graph, &record, &id), ==, S_OK);
  return id;
}

static void
assert_note (Peer *self, const GUID *id, const char *text)
{
  PPEER_RECORD record;

  g_assert_cmphex (PeerGraphGetRecord (self->graph, id, &record), ==, S_OK);
  g_assert_cmpmem (record->data.pbData, record->data.cbData, text, strlen (text));
  g_assert_true (wcscmp (record->pwzCreatorId, L"alice") == 0);
  PeerGraphFreeData (record);
}

static void
wait_record (Peer *self, PEER_RECORD_CHANGE_TYPE change, const GUID *id)
{
  PPEER_GRAPH_EVENT_DATA data = peer_wait (self, PEER_GRAPH_EVENT_RECORD_CHANGED);

  g_assert_cmpint (data->recordChangeData.changeType, ==, change);
  g_assert_true (IsEqualGUID (&data->recordChangeData.recordId, id));
  g_assert_true (IsEqualGUID (&data->recordChangeData.recordType, &note));
  PeerGraphFreeData (data);
}

static void
wait_synchronized (Peer *self)
{
  DWORD status = 0;

  while ((status & PEER_GRAPH_STATUS_SYNCHRONIZED) == 0) {
    PeerGraphFreeData (peer_wait (self, PEER_GRAPH_EVENT_STATUS_CHANGED));
    g_assert_cmphex (PeerGraphGetStatus (self->graph, &status), ==, S_OK);
  }
}

/* One creates a graph, another opens it and knows nothing of it: it learns. */
static void
test_second_node (void)
{
  Peer alice, bob;
  PEER_ADDRESS at_alice, at_bob;
  PPEER_GRAPH_PROPERTIES properties;
  PPEER_RECORD none;
  ULONGLONG id;
  GUID first, second;

  peer_stage_begin ();
  peer_create (&alice, L"g1", L"alice");
  peer_listen (&alice, &at_alice);
  first = add_note (&alice, "before", NULL);
  peer_open (&bob, L"g1", L"bob");
  g_assert_cmphex (PeerGraphListen (bob.graph, PEER_GRAPH_SCOPE_LOOPBACK, 0, 0), ==,
      PEER_E_GRAPH_NOT_READY);
  g_assert_cmphex (PeerGraphGetProperties (bob.graph, &properties), ==, PEER_E_GRAPH_NOT_READY);
  g_assert_cmphex (PeerGraphGetRecord (bob.graph, &first, &none), ==, PEER_E_GRAPH_NOT_READY);

  g_assert_cmphex (PeerGraphConnect (bob.graph, L"alice", &at_alice, &id), ==, S_OK);
  peer_wait_link (&bob, PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, PEER_CONNECTED, S_OK);
  peer_wait_link (&alice, PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, PEER_CONNECTED, S_OK);
  wait_synchronized (&bob);
  assert_note (&bob, &first, "before");
  g_assert_cmphex (PeerGraphGetProperties (bob.graph, &properties), ==, S_OK);
  g_assert_true (wcscmp (properties->pwzCreatorId, L"alice") == 0);
  PeerGraphFreeData (properties);

  second = add_note (&alice, "after", NULL);
  wait_record (&bob, PEER_RECORD_ADDED, &first);
  wait_record (&bob, PEER_RECORD_ADDED, &second);
  assert_note (&bob, &second, "after");
  g_assert_cmphex (PeerGraphDeleteRecord (bob.graph, &second, FALSE), ==, S_OK);
  wait_record (&alice, PEER_RECORD_ADDED, &first);
  wait_record (&alice, PEER_RECORD_ADDED, &second);
  wait_record (&alice, PEER_RECORD_DELETED, &second);
  g_assert_cmphex (PeerGraphGetRecord (alice.graph, &second, &none), ==, PEER_E_RECORD_NOT_FOUND);

  peer_listen (&bob, &at_bob);
  peer_close (&bob);
  peer_wait_link (&alice, PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, PEER_DISCONNECTED, S_OK);
  peer_close (&alice);
  peer_stage_end ();
}

/* Nodes find each other by what they publish of themselves. */
static void
test_node_is_found (void)
{
  Peer alice, bob;
  PEER_ADDRESS at_alice, at_bob;
  PPEER_GRAPH_EVENT_DATA heard;
  PPEER_NODE_INFO *infos;
  HPEERENUM nodes;
  ULONG count = 1;
  ULONGLONG id;

  peer_stage_begin ();
  peer_create (&alice, L"g1", L"alice");
  peer_listen (&alice, &at_alice);
  peer_open (&bob, L"g1", L"bob");
  g_assert_cmphex (PeerGraphConnect (bob.graph, NULL, &at_alice, &id), ==, S_OK);
  wait_synchronized (&bob);
  peer_listen (&bob, &at_bob);
  g_assert_cmphex (PeerGraphSetNodeAttributes (bob.graph, L"on the desk"), ==, S_OK);
  do {
    heard = peer_wait (&alice, PEER_GRAPH_EVENT_NODE_CHANGED);
    g_assert_true (wcscmp (heard->nodeChangeData.pwzPeerId, L"bob") == 0);
    PeerGraphFreeData (heard);
    g_assert_cmphex (PeerGraphEnumNodes (alice.graph, L"bob", &nodes), ==, S_OK);
    count = 1;
    g_assert_cmphex (PeerGraphGetNextItem (nodes, &count, (PVOID **) &infos), ==, S_OK);
    g_assert_cmpuint (count, ==, 1);
    PeerGraphEndEnumeration (nodes);
    if (infos[0]->pwzAttributes != NULL)
      break;
    PeerGraphFreeData (infos);
  } while (TRUE);
  g_assert_true (wcscmp (infos[0]->pwzAttributes, L"on the desk") == 0);
  g_assert_cmpuint (infos[0]->cAddresses, ==, 1);
  g_assert_cmphex (PeerGraphOpenDirectConnection (alice.graph, infos[0]->pwzPeerId,
                       &infos[0]->pAddresses[0], &id),
      ==, S_OK);
  peer_wait_link (&alice, direct, PEER_CONNECTED, S_OK);
  PeerGraphFreeData (infos);
  peer_close (&alice);
  peer_close (&bob);
  peer_stage_end ();
}

/* What a graph has is there again when it is opened again, and in a copy. */
static void
test_kept_on_disk (void)
{
  Peer alice;
  PEER_ADDRESS at_alice;
  GUID id;
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "wfd-peer-copy-XXXXXX", NULL);
  WCHAR wide[256] = { 0 };
  PPEER_RECORD none;

  g_assert_cmpint (g_mkstemp (path), >=, 0);
  for (guint i = 0; path[i] != '\0'; i++)
    wide[i] = path[i];
  peer_stage_begin ();
  peer_create (&alice, L"g1", L"alice");
  id = add_note (&alice, "kept", NULL);
  g_assert_cmphex (PeerGraphExportDatabase (alice.graph, wide), ==, S_OK);
  peer_close (&alice);

  g_assert_cmphex (PeerGraphOpen (L"g1", L"alice", L"test", NULL, 0, NULL, &alice.graph), ==, S_OK);
  assert_note (&alice, &id, "kept");
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, PEER_E_GRAPH_IN_USE);
  g_assert_cmphex (PeerGraphClose (alice.graph), ==, S_OK);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, S_OK);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, (HRESULT) 0x80070002);

  peer_open (&alice, L"g1", L"alice");
  g_assert_cmphex (PeerGraphGetRecord (alice.graph, &id, &none), ==, PEER_E_GRAPH_NOT_READY);
  g_assert_cmphex (PeerGraphImportDatabase (alice.graph, wide), ==, S_OK);
  assert_note (&alice, &id, "kept");
  peer_listen (&alice, &at_alice);
  g_assert_cmphex (PeerGraphImportDatabase (alice.graph, wide), ==, PEER_E_GRAPH_IN_USE);
  peer_close (&alice);
  peer_open (&alice, L"g2", L"alice");
  g_assert_cmphex (PeerGraphImportDatabase (alice.graph, wide), ==, PEER_E_INVALID_DATABASE);
  peer_close (&alice);
  peer_stage_end ();
  remove (path);
}

static ULONG
count_found (Peer *self, PCWSTR query)
{
  HPEERENUM found;
  ULONG n;

  g_assert_cmphex (PeerGraphSearchRecords (self->graph, query, &found), ==, S_OK);
  g_assert_cmphex (PeerGraphGetItemCount (found, &n), ==, S_OK);
  g_assert_cmphex (PeerGraphEndEnumeration (found), ==, S_OK);
  return n;
}

static void
test_search (void)
{
  Peer alice;
  HPEERENUM found;

  peer_stage_begin ();
  peer_create (&alice, L"g1", L"alice");
  add_note (&alice, "one",
      L"<attributes><attribute name='colour' type='string'>red</attribute></attributes>");
  add_note (&alice, "two", NULL);
  g_assert_cmpuint (
      count_found (&alice,
          L"<peersearch><clause attrib='colour' type='string'>r*</clause></peersearch>"),
      ==, 1);
  g_assert_cmpuint (count_found (&alice,
                        L"<peersearch><clause attrib='peerrecordtype' type='string'>"
                        L"{aabbccdd-0001-0002-0304-05060708090a}</clause></peersearch>"),
      ==, 2);
  g_assert_cmphex (PeerGraphSearchRecords (alice.graph, L"<peersearch/>", &found), ==,
      PEER_E_INVALID_SEARCH);
  peer_close (&alice);
  peer_stage_end ();
}

/* Where no callback seals records the application may, and anybody sees it. */
static void
test_security_data_given (void)
{
  PEER_RECORD given = { sizeof (given), .type = note, .securityData = { 4, (PBYTE) "mine" } };
  /* In an hour. */
  ULONGLONG expires = G_GUINT64_CONSTANT (116444772000000000) + (ULONGLONG) g_get_real_time () * 10;
  PPEER_RECORD record;
  Peer alice;
  GUID id;

  given.ftExpiration = (FILETIME) { (DWORD) expires, expires >> 32 };
  peer_stage_begin ();
  peer_create (&alice, L"g1", L"alice");
  g_assert_cmphex (PeerGraphAddRecord (alice.graph, &given, &id), ==, S_OK);
  g_assert_cmphex (PeerGraphGetRecord (alice.graph, &id, &record), ==, S_OK);
  g_assert_cmpmem (record->securityData.pbData, record->securityData.cbData, "mine", 4);
  PeerGraphFreeData (record);
  given.securityData.pbData = NULL;
  g_assert_cmphex (PeerGraphAddRecord (alice.graph, &given, &id), ==, E_INVALIDARG);
  given.securityData = (PEER_DATA) { 64 * 1024 + 1, (PBYTE) "" };
  g_assert_cmphex (PeerGraphAddRecord (alice.graph, &given, &id), ==,
      PEER_E_MAX_RECORD_SIZE_EXCEEDED);
  peer_close (&alice);
  peer_stage_end ();
}

/* --- callbacks --- */

typedef struct
{
  HRESULT verdict;
  guint n_validated, n_secured, n_freed;
  PEER_DATA data;
  HGRAPH graph;
} Security;

static HRESULT
validate (HGRAPH hGraph, PVOID pvContext, PPEER_RECORD pRecord, PEER_RECORD_CHANGE_TYPE changeType)
{
  Security *security = pvContext;
  DWORD status;

  /* The graph is busy; nothing of it may be called from here. */
  g_assert_cmphex (PeerGraphGetStatus (hGraph, &status), ==, E_UNEXPECTED);
  g_assert_cmpmem (pRecord->securityData.pbData, pRecord->securityData.cbData, "seal", 4);
  security->n_validated++;
  return IsEqualGUID (&pRecord->type, &note) ? security->verdict : S_OK;
}

static HRESULT
secure (HGRAPH hGraph, PVOID pvContext, PPEER_RECORD pRecord, PEER_RECORD_CHANGE_TYPE changeType,
    PPEER_DATA *ppSecurityData)
{
  Security *security = pvContext;

  security->n_secured++;
  security->data = (PEER_DATA) { 4, (PBYTE) "seal" };
  *ppSecurityData = &security->data;
  return S_OK;
}

static HRESULT
free_security_data (HGRAPH hGraph, PVOID pvContext, PPEER_DATA pSecurityData)
{
  Security *security = pvContext;

  g_assert_true (pSecurityData == &security->data);
  security->n_freed++;
  return S_OK;
}

/* Records are sealed by who makes them and judged by who gets them, now or later. */
static void
test_security_callbacks (void)
{
  Security security[2] = { { S_OK }, { PEER_E_DEFERRED_VALIDATION } };
  PEER_SECURITY_INTERFACE interfaces[2];
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"g1",
    .pwzCreatorId = (PWSTR) L"alice", .cPresenceMax = (ULONG) -1 };
  Peer alice = { 0 }, bob = { 0 };
  PEER_ADDRESS at_alice;
  PPEER_RECORD record;
  ULONGLONG link;
  GUID id;

  for (guint i = 0; i < 2; i++)
    interfaces[i] = (PEER_SECURITY_INTERFACE) { sizeof (PEER_SECURITY_INTERFACE),
      .pvContext = &security[i], .pfnValidateRecord = validate, .pfnSecureRecord = secure,
      .pfnFreeSecurityData = free_security_data };
  peer_stage_begin ();
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", &interfaces[0], &alice.graph), ==, S_OK);
  peer_register (&alice);
  peer_listen (&alice, &at_alice);
  id = add_note (&alice, "sealed", NULL);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", &interfaces[1], 0, NULL, &bob.graph), ==,
      PEER_S_GRAPH_DATA_CREATED);
  peer_register (&bob);
  g_assert_cmphex (PeerGraphConnect (bob.graph, NULL, &at_alice, &link), ==, S_OK);
  wait_synchronized (&bob);
  g_assert_cmphex (PeerGraphGetRecord (bob.graph, &id, &record), ==, PEER_E_RECORD_NOT_FOUND);

  security[1].verdict = S_OK;
  g_assert_cmphex (PeerGraphValidateDeferredRecords (bob.graph, 1, &id), ==, S_OK);
  assert_note (&bob, &id, "sealed");
  g_assert_cmphex (PeerGraphDeleteRecord (bob.graph, &id, TRUE), ==, E_ACCESSDENIED);
  security[1].verdict = PEER_E_INVALID_RECORD;
  g_assert_cmphex (PeerGraphDeleteRecord (bob.graph, &id, TRUE), ==, S_OK);
  g_assert_cmphex (PeerGraphGetRecord (bob.graph, &id, &record), ==, PEER_E_RECORD_NOT_FOUND);
  g_assert_cmpuint (security[0].n_secured, ==, security[0].n_freed);
  g_assert_cmpuint (security[1].n_validated, >, 0);
  peer_close (&bob);
  peer_close (&alice);
  peer_stage_end ();
}

/* --- what an application must not do --- */

static void
test_not_started (void)
{
  PEER_VERSION_DATA version;
  DWORD status;
  HGRAPH graph;

  g_assert_cmphex (PeerGraphShutdown (), ==, PEER_E_NOT_INITIALIZED);
  g_assert_cmphex (PeerGraphGetStatus (NULL, &status), ==, PEER_E_NOT_INITIALIZED);
  g_assert_cmphex (PeerGraphOpen (L"g", L"p", L"d", NULL, 0, NULL, &graph), ==,
      PEER_E_NOT_INITIALIZED);
  g_assert_cmphex (PeerGraphStartup (PEER_GRAPH_VERSION, NULL), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphStartup (0x0909, &version), ==, PEER_E_UNSUPPORTED_VERSION);
  g_assert_cmphex (PeerGraphShutdown (), ==, PEER_E_NOT_INITIALIZED);
  PeerGraphFreeData (NULL);
  PeerGraphFreeData (&version);
}

static void
test_counted (void)
{
  PEER_VERSION_DATA version;
  DWORD status;

  peer_stage_begin ();
  g_assert_cmphex (PeerGraphStartup (PEER_GRAPH_VERSION, &version), ==, S_OK);
  g_assert_cmphex (PeerGraphShutdown (), ==, S_OK);
  g_assert_cmphex (PeerGraphGetStatus (NULL, &status), ==, PEER_E_INVALID_GRAPH);
  peer_stage_end ();
  g_assert_cmphex (PeerGraphGetStatus (NULL, &status), ==, PEER_E_NOT_INITIALIZED);
}

static void
test_bad_arguments (Pair *pair, gconstpointer data)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"g9",
    .pwzCreatorId = (PWSTR) L"alice" };
  PEER_GRAPH_EVENT_REGISTRATION registration = { (PEER_GRAPH_EVENT_TYPE) 10, NULL };
  PEER_ADDRESS address = pair->at_bob;
  WCHAR long_id[300];
  HGRAPH graph, alice = pair->alice.graph;
  HPEEREVENT event;
  HPEERENUM items;
  ULONGLONG id;

  wmemset (long_id, L'x', G_N_ELEMENTS (long_id));
  long_id[G_N_ELEMENTS (long_id) - 1] = 0;
  g_assert_cmphex (PeerGraphCreate (NULL, L"test", NULL, &graph), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphCreate (&properties, NULL, NULL, &graph), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphCreate (&properties, L"../x", NULL, &graph), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, NULL), ==, E_INVALIDARG);
  properties.pwzGraphId = long_id;
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, &graph), ==, E_INVALIDARG);
  properties.pwzGraphId = (PWSTR) L"g1";
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, &graph), ==,
      PEER_E_DUPLICATE_GRAPH);

  g_assert_cmphex (PeerGraphListen (alice, PEER_GRAPH_SCOPE_LINKLOCAL, 0, 0), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphListen (alice, 5, 0, 0), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphListen (alice, PEER_GRAPH_SCOPE_LOOPBACK, 0, 0), ==,
      PEER_E_ALREADY_LISTENING);
  g_assert_cmphex (PeerGraphOpenDirectConnection (alice, NULL, &address, &id), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphOpenDirectConnection (alice, L"bob", NULL, &id), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphOpenDirectConnection (alice, L"bob", &address, NULL), ==, E_INVALIDARG);
  address.sin6.sin6_addr.s6_addr[0] = 0xfe;
  address.sin6.sin6_addr.s6_addr[1] = 0x80;
  g_assert_cmphex (PeerGraphOpenDirectConnection (alice, L"bob", &address, &id), ==, E_INVALIDARG);
  address = pair->at_bob;
  address.dwSize = 0;
  g_assert_cmphex (PeerGraphOpenDirectConnection (alice, L"bob", &address, &id), ==, E_INVALIDARG);

  g_assert_cmphex (PeerGraphSendData (alice, 1, NULL, 0, NULL), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphSendData (alice, 1, &chat, 1, NULL), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphSendData (alice, 1, &chat, 0, NULL), ==, PEER_E_CONNECTION_NOT_FOUND);
  g_assert_cmphex (PeerGraphEnumConnections (alice, 0, &items), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphEnumConnections (alice, 4, &items), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphRegisterEvent (alice, pair->alice.event, 1, &registration, &event), ==,
      E_INVALIDARG);
  registration.eventType = PEER_GRAPH_EVENT_STATUS_CHANGED;
  g_assert_cmphex (PeerGraphRegisterEvent (alice, NULL, 1, &registration, &event), ==,
      E_INVALIDARG);
  g_assert_cmphex (PeerGraphGetEventData (alice, NULL), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphClose (pair->alice.registration), ==, PEER_E_INVALID_GRAPH);
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
  g_test_add_func ("/peergraph/not-started", test_not_started);
  g_test_add_func ("/peergraph/started-twice", test_counted);
  add_pair_test ("/peergraph/bad-arguments", test_bad_arguments);
  add_pair_test ("/peergraph/direct/data-both-ways", test_data_both_ways);
  add_pair_test ("/peergraph/direct/all-sizes-whole", test_sizes);
  add_pair_test ("/peergraph/direct/too-large-is-refused", test_too_large);
  add_pair_test ("/peergraph/direct/order-kept", test_order);
  add_pair_test ("/peergraph/direct/close-is-told-behind-data", test_close_is_told_behind_data);
  add_pair_test ("/peergraph/direct/slow-reader-pushes-back", test_slow_reader);
  add_pair_test ("/peergraph/direct/only-for-who-registered", test_not_registered_is_refused);
  add_pair_test ("/peergraph/direct/wrong-identity", test_wrong_identity);
  add_pair_test ("/peergraph/direct/nobody-there", test_nobody_there);
  add_pair_test ("/peergraph/direct/not-to-oneself", test_not_to_oneself);
  add_pair_test ("/peergraph/direct/closed-graph-disconnects", test_closed_graph_disconnects);
  add_pair_test ("/peergraph/direct/enumerated", test_enumerated);
  add_pair_test ("/peergraph/events/filtered", test_filtered);
  add_pair_test ("/peergraph/events/data-of-its-own", test_data_of_its_own);
  g_test_add_func ("/peergraph/graph/second-node-learns-it", test_second_node);
  g_test_add_func ("/peergraph/graph/node-is-found", test_node_is_found);
  g_test_add_func ("/peergraph/graph/kept-on-disk", test_kept_on_disk);
  g_test_add_func ("/peergraph/graph/search", test_search);
  g_test_add_func ("/peergraph/graph/security-data-given", test_security_data_given);
  g_test_add_func ("/peergraph/graph/security-callbacks", test_security_callbacks);
  return g_test_run ();
}
