/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../peer/fast-clock.h"
#include <peer-stage.h>

/* What comes with time, at the interface, in a process whose clocks run fast. */

#define SPEED 100
#define LONG_MS (30 * 60 * 1000)

static const GUID note = { 0xaabbccdd, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } };

/* peer_wait () would not wait for minutes. */
static PPEER_GRAPH_EVENT_DATA
wait_long (Peer *self, PEER_GRAPH_EVENT_TYPE type)
{
  while (peer_count (self, type) == 0)
    g_assert_cmpuint (WaitForSingleObject (self->event, LONG_MS), ==, WAIT_OBJECT_0);
  return peer_wait (self, type);
}

static FILETIME
in_seconds (Peer *self, guint64 seconds)
{
  guint64 ticks = 116444736000000000 + ((guint64) g_get_real_time () + seconds * 1000000) * 10;
  FILETIME utc = { (DWORD) ticks, ticks >> 32 }, time;

  g_assert_cmphex (PeerGraphUniversalTimeToPeerTime (self->graph, &utc, &time), ==, S_OK);
  return time;
}

static GUID
add_note (Peer *self, guint64 seconds)
{
  PEER_RECORD record = { sizeof (record), note, .ftExpiration = in_seconds (self, seconds),
    .data = { 2, (PBYTE) "hi" } };
  PPEER_GRAPH_EVENT_DATA heard;
  GUID id;

  g_assert_cmphex (PeerGraphAddRecord (self->graph, &record, &id), ==, S_OK);
  heard = peer_wait (self, PEER_GRAPH_EVENT_RECORD_CHANGED);
  g_assert_cmpint (heard->recordChangeData.changeType, ==, PEER_RECORD_ADDED);
  PeerGraphFreeData (heard);
  return id;
}

static void
test_record_expires (void)
{
  PPEER_GRAPH_EVENT_DATA heard;
  PPEER_RECORD none;
  Peer alice;
  GUID id;

  peer_stage_begin ();
  peer_create (&alice, L"g1", L"alice");
  id = add_note (&alice, 60);
  heard = wait_long (&alice, PEER_GRAPH_EVENT_RECORD_CHANGED);
  g_assert_cmpint (heard->recordChangeData.changeType, ==, PEER_RECORD_EXPIRED);
  g_assert_true (IsEqualGUID (&heard->recordChangeData.recordId, &id));
  g_assert_true (IsEqualGUID (&heard->recordChangeData.recordType, &note));
  PeerGraphFreeData (heard);
  g_assert_cmphex (PeerGraphGetRecord (alice.graph, &id, &none), ==, PEER_E_RECORD_NOT_FOUND);
  peer_close (&alice);
  peer_stage_end ();
}

/* Who listens and has nobody asks for somebody every five minutes; alone, a node keeps what has
 * ended meanwhile if the graph says so. */
static void
test_connection_is_required (void)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties),
    .dwFlags = PEER_GRAPH_PROPERTY_DEFER_EXPIRATION, .pwzGraphId = (PWSTR) L"g1",
    .pwzCreatorId = (PWSTR) L"alice", .cPresenceMax = (ULONG) -1 };
  PEER_ADDRESS address;
  PPEER_RECORD record;
  Peer alice = { 0 };
  GUID id;

  peer_stage_begin ();
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, &alice.graph), ==, S_OK);
  peer_register (&alice);
  peer_listen (&alice, &address);
  id = add_note (&alice, 60);
  for (guint i = 0; i < 2; i++)
    PeerGraphFreeData (wait_long (&alice, PEER_GRAPH_EVENT_CONNECTION_REQUIRED));
  g_assert_cmphex (PeerGraphGetRecord (alice.graph, &id, &record), ==, S_OK);
  PeerGraphFreeData (record);
  g_assert_cmpuint (peer_count (&alice, PEER_GRAPH_EVENT_RECORD_CHANGED), ==, 0);
  peer_close (&alice);
  peer_stage_end ();
}

int
main (int argc, char **argv)
{
  fast_clock_start (SPEED);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peergraph-time/record-expires", test_record_expires);
  g_test_add_func ("/peergraph-time/connection-is-required", test_connection_is_required);
  return g_test_run ();
}
