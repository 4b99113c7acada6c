/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* With a disk that is full, whatever writes says so and has changed nothing; and what a copy of a
 * database tells. */
#include <initguid.h>

#include <glib/gstdio.h>
#include <group-stage.h>
#include <peer-stage.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>

static const GUID note = { 0x0a0b0c0d, 0x0506, 0x0708, { 9, 10, 11, 12, 13, 14, 15, 16 } };

/* What keys and certificates need, and no database. */
#define SMALL_BYTES 4000

/* Files of this process cannot become larger than @size. */
static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (size, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
fill_disk (void)
{
  limit_files (0);
}

static void
free_disk (void)
{
  limit_files (RLIM_INFINITY);
}

static char *
get_path (void)
{
  return g_build_filename (group_stage_get_folder (), "copy", NULL);
}

static wchar_t *
get_wide_path (void)
{
  g_autofree char *path = get_path ();
  wchar_t *wide = g_new (wchar_t, strlen (path) + 1);

  mbstowcs (wide, path, strlen (path) + 1);
  return wide;
}

static PEER_RECORD
make_note (const char *text)
{
  return (PEER_RECORD) { sizeof (PEER_RECORD), .type = note,
    .ftExpiration = group_time_from_now (3600), .data = { strlen (text), (PBYTE) text } };
}

static void
assert_note (HGRAPH graph, const GUID *id, const char *text)
{
  PPEER_RECORD record;

  g_assert_cmphex (PeerGraphGetRecord (graph, id, &record), ==, S_OK);
  g_assert_cmpmem (record->data.pbData, record->data.cbData, text, strlen (text));
  PeerGraphFreeData (record);
}

static ULONG
count_notes (HGRAPH graph)
{
  HPEERENUM records;
  ULONG n;

  g_assert_cmphex (PeerGraphEnumRecords (graph, &note, NULL, &records), ==, S_OK);
  g_assert_cmphex (PeerGraphGetItemCount (records, &n), ==, S_OK);
  g_assert_cmphex (PeerGraphEndEnumeration (records), ==, S_OK);
  return n;
}

static void
begin (void)
{
  PEER_VERSION_DATA version;

  group_stage_begin ();
  g_assert_cmphex (PeerGraphStartup (PEER_GRAPH_VERSION, &version), ==, S_OK);
}

static void
end (void)
{
  g_assert_cmphex (PeerGraphShutdown (), ==, S_OK);
  group_stage_end ();
}

/* --- graphs --- */

static void
test_create (void)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"g1",
    .pwzCreatorId = (PWSTR) L"alice" };
  HGRAPH graph;
  Peer alice, bob;

  begin ();
  for (guint i = 0; i < 2; i++) {
    limit_files (i * SMALL_BYTES);
    g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, &graph), ==, PEER_E_DISK_FULL);
    g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", NULL, 0, NULL, &graph), ==,
        PEER_E_DISK_FULL);
  }
  free_disk ();
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==,
      HRESULT_FROM_WIN32 (ERROR_FILE_NOT_FOUND));
  peer_create (&alice, L"g1", L"alice");
  peer_open (&bob, L"g1", L"bob");
  peer_close (&bob);
  peer_close (&alice);
  end ();
}

/* Of the one graph that there is but for the one of @other, which may be NULL. */
static char *
find_database (const char *other)
{
  g_autofree char *folder = g_build_filename (group_stage_get_folder (), "gst-wfd", "graphs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *found = NULL;
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (!g_str_has_suffix (name, ".db") || g_strcmp0 (path, other) == 0)
      continue;
    g_assert_null (found);
    found = g_steal_pointer (&path);
  }
  g_assert_nonnull (found);
  return g_steal_pointer (&found);
}

/* Of a process that was killed before anything was in it. */
static void
leave_empty_file (void)
{
  g_autofree char *path = find_database (NULL);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
}

static void
test_create_over_empty_file (void)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"g1",
    .pwzCreatorId = (PWSTR) L"alice" };
  HGRAPH graph;
  Peer alice;

  begin ();
  peer_create (&alice, L"g1", L"alice");
  peer_close (&alice);
  leave_empty_file ();
  peer_create (&alice, L"g1", L"alice");
  peer_close (&alice);
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, &graph), ==,
      PEER_E_DUPLICATE_GRAPH);
  end ();
}

static void
assert_unchanged (Peer *alice, const GUID *id)
{
  PPEER_GRAPH_PROPERTIES properties;

  assert_note (alice->graph, id, "old");
  g_assert_cmpuint (count_notes (alice->graph), ==, 1);
  g_assert_cmphex (PeerGraphGetProperties (alice->graph, &properties), ==, S_OK);
  g_assert_null (properties->pwzComment);
  PeerGraphFreeData (properties);
  g_assert_cmpuint (peer_count (alice, PEER_GRAPH_EVENT_RECORD_CHANGED), ==, 0);
  g_assert_cmpuint (peer_count (alice, PEER_GRAPH_EVENT_PROPERTY_CHANGED), ==, 0);
}

static void
test_records (void)
{
  PEER_RECORD record = make_note ("old");
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzComment = (PWSTR) L"full" };
  Peer alice;
  GUID id, other;

  begin ();
  peer_create (&alice, L"g1", L"alice");
  g_assert_cmphex (PeerGraphAddRecord (alice.graph, &record, &id), ==, S_OK);
  PeerGraphFreeData (peer_wait (&alice, PEER_GRAPH_EVENT_RECORD_CHANGED));

  fill_disk ();
  record = make_note ("new");
  g_assert_cmphex (PeerGraphAddRecord (alice.graph, &record, &other), ==, PEER_E_DISK_FULL);
  record.id = id;
  g_assert_cmphex (PeerGraphUpdateRecord (alice.graph, &record), ==, PEER_E_DISK_FULL);
  g_assert_cmphex (PeerGraphDeleteRecord (alice.graph, &id, FALSE), ==, PEER_E_DISK_FULL);
  g_assert_cmphex (PeerGraphSetProperties (alice.graph, &properties), ==, PEER_E_DISK_FULL);
  assert_unchanged (&alice, &id);
  /* Of this time only, and nothing that would be read again. */
  g_assert_cmphex (PeerGraphSetNodeAttributes (alice.graph, L"here"), ==, S_OK);
  peer_close (&alice);
  free_disk ();

  g_assert_cmphex (PeerGraphOpen (L"g1", L"alice", L"test", NULL, 0, NULL, &alice.graph), ==, S_OK);
  assert_note (alice.graph, &id, "old");
  g_assert_cmpuint (count_notes (alice.graph), ==, 1);
  g_assert_cmphex (PeerGraphClose (alice.graph), ==, S_OK);
  end ();
}

/* Alice has a note before Bob comes. */
static void
begin_with_note (Peer *alice, PEER_ADDRESS *ret_address, GUID *ret_id)
{
  PEER_RECORD record = make_note ("hello");

  begin ();
  peer_create (alice, L"g1", L"alice");
  g_assert_cmphex (PeerGraphAddRecord (alice->graph, &record, ret_id), ==, S_OK);
  peer_listen (alice, ret_address);
}

static void
meet (Peer *bob, PEER_ADDRESS *at_alice)
{
  ULONGLONG link;

  DWORD status = 0;

  g_assert_cmphex (PeerGraphConnect (bob->graph, NULL, at_alice, &link), ==, S_OK);
  while ((status & PEER_GRAPH_STATUS_SYNCHRONIZED) == 0) {
    PPEER_GRAPH_EVENT_DATA event = peer_wait (bob, PEER_GRAPH_EVENT_STATUS_CHANGED);

    status = event->dwStatus;
    PeerGraphFreeData (event);
  }
}

static void
close_with (Peer *self, HRESULT expected)
{
  g_clear_pointer (&self->heard, g_ptr_array_unref);
  g_assert_cmphex (PeerGraphClose (self->graph), ==, expected);
  g_assert_true (CloseHandle (self->event));
  *self = (Peer) { 0 };
}

/* What others publish is there without a disk; that it is not on it is told once, in the end. */
static void
test_what_others_publish (void)
{
  PEER_ADDRESS at_alice;
  Peer alice, bob;
  GUID id;

  begin_with_note (&alice, &at_alice, &id);
  peer_open (&bob, L"g1", L"bob");
  fill_disk ();
  meet (&bob, &at_alice);
  assert_note (bob.graph, &id, "hello");
  close_with (&bob, PEER_E_DISK_FULL);
  free_disk ();
  peer_open (&bob, L"g1", L"bob");

  fill_disk ();
  meet (&bob, &at_alice);
  assert_note (bob.graph, &id, "hello");
  free_disk ();
  close_with (&bob, S_OK);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", NULL, 0, NULL, &bob.graph), ==, S_OK);
  assert_note (bob.graph, &id, "hello");
  g_assert_cmphex (PeerGraphClose (bob.graph), ==, S_OK);
  peer_close (&alice);
  end ();
}

/* With the first change of Bob's own there is room again. */
static void
test_room_again (void)
{
  PEER_RECORD record = make_note ("of bob");
  PEER_ADDRESS at_alice;
  Peer alice, bob;
  GUID id, own;

  begin_with_note (&alice, &at_alice, &id);
  peer_open (&bob, L"g1", L"bob");
  fill_disk ();
  meet (&bob, &at_alice);
  g_assert_cmphex (PeerGraphAddRecord (bob.graph, &record, &own), ==, PEER_E_DISK_FULL);
  free_disk ();
  g_assert_cmphex (PeerGraphAddRecord (bob.graph, &record, &own), ==, S_OK);
  fill_disk ();
  close_with (&bob, S_OK);
  free_disk ();
  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", NULL, 0, NULL, &bob.graph), ==, S_OK);
  assert_note (bob.graph, &id, "hello");
  assert_note (bob.graph, &own, "of bob");
  g_assert_cmphex (PeerGraphClose (bob.graph), ==, S_OK);
  peer_close (&alice);
  end ();
}

static sqlite3 *
lock_database (const char *path)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  return db;
}

/* Nor is what comes kept up by another process that has the database. */
static void
test_locked_by_others (void)
{
  g_autofree char *of_alice = NULL;
  g_autofree char *of_bob = NULL;
  PEER_RECORD record = make_note ("while it is locked");
  PEER_ADDRESS at_alice;
  Peer alice, bob;
  sqlite3 *other;
  GUID id, later;

  begin_with_note (&alice, &at_alice, &id);
  of_alice = find_database (NULL);
  peer_open (&bob, L"g1", L"bob");
  of_bob = find_database (of_alice);
  meet (&bob, &at_alice);
  while (peer_count (&bob, PEER_GRAPH_EVENT_RECORD_CHANGED) > 0)
    PeerGraphFreeData (peer_wait (&bob, PEER_GRAPH_EVENT_RECORD_CHANGED));
  other = lock_database (of_bob);
  g_assert_cmphex (PeerGraphAddRecord (alice.graph, &record, &later), ==, S_OK);
  PeerGraphFreeData (peer_wait (&bob, PEER_GRAPH_EVENT_RECORD_CHANGED));
  assert_note (bob.graph, &later, "while it is locked");
  g_assert_cmpint (sqlite3_close (other), ==, SQLITE_OK);
  close_with (&bob, S_OK);

  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", NULL, 0, NULL, &bob.graph), ==, S_OK);
  assert_note (bob.graph, &later, "while it is locked");
  other = lock_database (of_bob);
  g_assert_cmphex (PeerGraphClose (bob.graph), ==, S_OK);
  g_assert_cmpint (sqlite3_close (other), ==, SQLITE_OK);
  peer_close (&alice);
  end ();
}

/* --- opening --- */

/* Until it is free: the other one may have it. */
static gpointer
open_alice (gpointer ret_graph)
{
  HRESULT result;

  do
    result = PeerGraphOpen (L"g1", L"alice", L"test", NULL, 0, NULL, ret_graph);
  while (result == PEER_E_DUPLICATE_GRAPH);
  return GINT_TO_POINTER (result);
}

/* Until the thread has begun to open it, the same peer can be opened with another database. */
static void
wait_until_it_opens (void)
{
  HGRAPH graph;

  while (
      PeerGraphOpen (L"g1", L"alice", L"other", NULL, 0, NULL, &graph) != PEER_E_DUPLICATE_GRAPH) {
    g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
    g_thread_yield ();
  }
}

static void
test_other_graphs_while_one_opens (void)
{
  g_autofree char *path = NULL;
  Peer alice, carol;
  GThread *opens;
  sqlite3 *other;
  HGRAPH graph;
  DWORD status;

  begin ();
  peer_create (&alice, L"g1", L"alice");
  peer_close (&alice);
  path = find_database (NULL);
  peer_create (&carol, L"g2", L"carol");
  other = lock_database (path);
  opens = g_thread_new ("opens", open_alice, &graph);
  wait_until_it_opens ();
  g_assert_cmphex (PeerGraphGetStatus (carol.graph, &status), ==, S_OK);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, PEER_E_GRAPH_IN_USE);
  g_assert_cmpint (sqlite3_close (other), ==, SQLITE_OK);
  g_assert_cmphex (GPOINTER_TO_INT (g_thread_join (opens)), ==, S_OK);
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  peer_close (&carol);
  end ();
}

static void
test_copies (void)
{
  g_autofree wchar_t *path = get_wide_path ();
  PEER_RECORD record = make_note ("old");
  Peer alice;
  GUID id, later;

  begin ();
  peer_create (&alice, L"g1", L"alice");
  g_assert_cmphex (PeerGraphAddRecord (alice.graph, &record, &id), ==, S_OK);
  g_assert_cmphex (PeerGraphExportDatabase (alice.graph, path), ==, S_OK);
  record = make_note ("later");
  g_assert_cmphex (PeerGraphAddRecord (alice.graph, &record, &later), ==, S_OK);
  fill_disk ();
  g_assert_cmphex (PeerGraphExportDatabase (alice.graph, path), ==, PEER_E_DISK_FULL);
  free_disk ();
  peer_close (&alice);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, S_OK);

  peer_open (&alice, L"g1", L"alice");
  fill_disk ();
  g_assert_cmphex (PeerGraphImportDatabase (alice.graph, path), ==, PEER_E_DISK_FULL);
  free_disk ();
  g_assert_cmpuint (count_notes (alice.graph), ==, 0);
  g_assert_cmpuint (peer_count (&alice, PEER_GRAPH_EVENT_RECORD_CHANGED), ==, 0);
  /* The copy is the first one, whole. */
  g_assert_cmphex (PeerGraphImportDatabase (alice.graph, path), ==, S_OK);
  g_assert_cmpuint (count_notes (alice.graph), ==, 1);
  assert_note (alice.graph, &id, "old");
  g_assert_cmpuint (peer_count (&alice, PEER_GRAPH_EVENT_RECORD_CHANGED), ==, 1);
  peer_close (&alice);
  end ();
}

/* A copy of what Bob has that Alice has not. */
static void
copy_note_of_bob (Peer *bob, PCWSTR path)
{
  PEER_RECORD record = make_note ("of bob");
  GUID own;

  g_assert_cmphex (PeerGraphAddRecord (bob->graph, &record, &own), ==, S_OK);
  g_assert_cmphex (PeerGraphExportDatabase (bob->graph, path), ==, S_OK);
  peer_close (bob);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"bob", L"test"), ==, S_OK);
}

/* Of what waits for room as well. */
static void
test_import_leaves_what_was_there (void)
{
  g_autofree wchar_t *path = NULL;
  PEER_ADDRESS at_alice;
  Peer alice, bob;
  GUID id;

  begin_with_note (&alice, &at_alice, &id);
  path = get_wide_path ();
  peer_open (&bob, L"g1", L"bob");
  meet (&bob, &at_alice);
  peer_close (&alice);
  copy_note_of_bob (&bob, path);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"alice", L"test", NULL, 0, NULL, &alice.graph), ==, S_OK);
  peer_listen (&alice, &at_alice);
  peer_open (&bob, L"g1", L"bob");

  fill_disk ();
  meet (&bob, &at_alice);
  peer_wait_link (&bob, PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, PEER_CONNECTED, S_OK);
  g_assert_cmphex (PeerGraphClose (alice.graph), ==, S_OK);
  peer_wait_link (&bob, PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, PEER_DISCONNECTED, S_OK);
  g_assert_cmphex (PeerGraphImportDatabase (bob.graph, path), ==, PEER_E_DISK_FULL);
  assert_note (bob.graph, &id, "hello");
  g_assert_cmpuint (count_notes (bob.graph), ==, 1);
  free_disk ();
  close_with (&bob, S_OK);
  g_assert_cmphex (PeerGraphOpen (L"g1", L"bob", L"test", NULL, 0, NULL, &bob.graph), ==, S_OK);
  assert_note (bob.graph, &id, "hello");
  g_assert_cmphex (PeerGraphClose (bob.graph), ==, S_OK);
  end ();
}

static void
set_number (const char *name, gint64 value)
{
  g_autofree char *path = get_path ();
  char *text =
      sqlite3_mprintf ("UPDATE numbers SET value = %lld WHERE name = %Q", (long long) value, name);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, text, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_changes (db), ==, 1);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  sqlite3_free (text);
}

/* How much later it is here than in the graph. */
static int
get_delta_s (HGRAPH graph)
{
  FILETIME here = group_time_from_now (0), there;

  g_assert_cmphex (PeerGraphUniversalTimeToPeerTime (graph, &here, &there), ==, S_OK);
  return ((gint64) (here.dwHighDateTime - there.dwHighDateTime) * (G_GINT64_CONSTANT (1) << 32)
             + here.dwLowDateTime - there.dwLowDateTime)
      / 10000000;
}

/* Bob leaves, takes a copy along, and imports it where he was never. */
static void
move_bob (Peer *bob, PEER_ADDRESS *at_alice, gint64 delta_s, gint64 version)
{
  g_autofree wchar_t *path = get_wide_path ();
  ULONGLONG link;

  peer_open (bob, L"g1", L"bob");
  g_assert_cmphex (PeerGraphConnect (bob->graph, NULL, at_alice, &link), ==, S_OK);
  PeerGraphFreeData (peer_wait (bob, PEER_GRAPH_EVENT_SYNCHRONIZED));
  g_assert_cmphex (PeerGraphExportDatabase (bob->graph, path), ==, S_OK);
  peer_close (bob);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"bob", L"test"), ==, S_OK);
  set_number ("time-delta", delta_s * 10000000);
  set_number ("version", version);
  peer_open (bob, L"g1", L"bob");
}

/* The time of the graph is that of the copy, until somebody says it who is there. */
static void
test_time_of_a_copy (void)
{
  g_autofree wchar_t *path = get_wide_path ();
  PEER_ADDRESS at_alice;
  Peer alice, bob;
  ULONGLONG link;

  begin ();
  peer_create (&alice, L"g1", L"alice");
  peer_listen (&alice, &at_alice);
  move_bob (&bob, &at_alice, 600, 1);
  g_assert_cmphex (PeerGraphImportDatabase (bob.graph, path), ==, S_OK);
  g_assert_cmpint (get_delta_s (bob.graph), ==, 600);
  g_assert_cmphex (PeerGraphConnect (bob.graph, NULL, &at_alice, &link), ==, S_OK);
  peer_wait_link (&bob, PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION, PEER_CONNECTED, S_OK);
  g_assert_cmpint (ABS (get_delta_s (bob.graph)), <, 60);
  peer_close (&bob);
  peer_close (&alice);
  end ();
}

static void
test_copy_of_a_later_version (void)
{
  g_autofree wchar_t *path = get_wide_path ();
  PEER_ADDRESS at_alice;
  Peer alice, bob;

  begin ();
  peer_create (&alice, L"g1", L"alice");
  peer_listen (&alice, &at_alice);
  move_bob (&bob, &at_alice, 0, 2);
  g_assert_cmphex (PeerGraphImportDatabase (bob.graph, path), ==, PEER_E_INVALID_DATABASE);
  set_number ("version", 1);
  g_assert_cmphex (PeerGraphImportDatabase (bob.graph, path), ==, S_OK);
  peer_close (&bob);
  peer_close (&alice);
  end ();
}

/* --- identities --- */

static ULONG
count (HPEERENUM items)
{
  ULONG n;

  g_assert_cmphex (PeerGetItemCount (items, &n), ==, S_OK);
  g_assert_cmphex (PeerEndEnumeration (items), ==, S_OK);
  return n;
}

static ULONG
count_identities (void)
{
  HPEERENUM identities;

  g_assert_cmphex (PeerEnumIdentities (&identities), ==, S_OK);
  return count (identities);
}

static ULONG
count_groups (PCWSTR identity)
{
  HPEERENUM groups;

  g_assert_cmphex (PeerEnumGroups (identity, &groups), ==, S_OK);
  return count (groups);
}

static void
test_identities (void)
{
  PWSTR identity, name, xml, changed, exported;

  begin ();
  fill_disk ();
  g_assert_cmphex (PeerIdentityCreate (L"alice", NULL, 0, &identity), ==, PEER_E_DISK_FULL);
  g_assert_cmphex (PeerIdentityGetXML (NULL, &xml), ==, PEER_E_DISK_FULL);
  g_assert_cmpuint (count_identities (), ==, 0);

  free_disk ();
  g_assert_cmphex (PeerIdentityCreate (L"alice", L"Alice", 0, &identity), ==, S_OK);
  g_assert_cmphex (PeerIdentityGetXML (identity, &xml), ==, S_OK);
  g_assert_cmphex (PeerIdentityExport (identity, L"secret", &exported), ==, S_OK);
  fill_disk ();
  g_assert_cmphex (PeerIdentitySetFriendlyName (identity, L"Eve"), ==, PEER_E_DISK_FULL);
  g_assert_cmphex (PeerIdentityGetFriendlyName (identity, &name), ==, S_OK);
  g_assert_true (wcscmp (name, L"Alice") == 0);
  g_assert_cmphex (PeerIdentityGetXML (identity, &changed), ==, S_OK);
  g_assert_true (wcscmp (changed, xml) == 0);
  PeerFreeData (name);
  PeerFreeData (changed);

  g_assert_cmphex (PeerIdentityDelete (identity), ==, S_OK);
  PeerFreeData (identity);
  g_assert_cmphex (PeerIdentityImport (exported, L"secret", &identity), ==, PEER_E_DISK_FULL);
  g_assert_cmpuint (count_identities (), ==, 0);
  free_disk ();
  g_assert_cmphex (PeerIdentityImport (exported, L"secret", &identity), ==, S_OK);
  PeerFreeData (identity);
  PeerFreeData (exported);
  PeerFreeData (xml);
  end ();
}

/* --- groups --- */

static void
test_group_create (void)
{
  PEER_GROUP_PROPERTIES properties = { sizeof (properties), .pwzClassifier = (PWSTR) L"friends" };
  g_autofree char *groups = g_build_filename (group_stage_get_folder (), "gst-wfd", "groups", NULL);
  g_autoptr (GDir) dir = NULL;
  HGROUP group;
  Member alice;

  begin ();
  member_new (&alice, L"alice");
  properties.pwzCreatorPeerName = alice.identity;
  for (guint i = 0; i < 2; i++) {
    limit_files (i * SMALL_BYTES);
    g_assert_cmphex (PeerGroupCreate (&properties, &group), ==, PEER_E_DISK_FULL);
  }
  free_disk ();
  g_assert_cmpuint (count_groups (alice.identity), ==, 0);
  dir = g_dir_open (groups, 0, NULL);
  g_assert_nonnull (dir);
  g_assert_null (g_dir_read_name (dir));
  g_assert_cmphex (PeerGroupCreate (&properties, &alice.group), ==, S_OK);
  member_close (&alice);
  end ();
}

static void
assert_group_unchanged (Member *alice)
{
  PPEER_GROUP_PROPERTIES properties;
  HPEERENUM records;

  g_assert_cmphex (PeerGroupGetProperties (alice->group, &properties), ==, S_OK);
  g_assert_true (wcscmp (properties->pwzFriendlyName, L"Friends") == 0);
  g_assert_cmphex (properties->dwFlags, ==, 0);
  PeerFreeData (properties);
  g_assert_cmphex (PeerGroupEnumRecords (alice->group, &note, &records), ==, S_OK);
  g_assert_cmpuint (count (records), ==, 0);
  g_assert_cmpuint (member_count (alice, PEER_GROUP_EVENT_RECORD_CHANGED), ==, 0);
  g_assert_cmpuint (member_count (alice, PEER_GROUP_EVENT_PROPERTY_CHANGED), ==, 0);
}

static void
test_group (void)
{
  g_autofree wchar_t *path = get_wide_path ();
  PEER_GROUP_PROPERTIES changed = { sizeof (changed), .dwFlags = PEER_DEFER_EXPIRATION,
    .pwzFriendlyName = (PWSTR) L"Others" };
  PEER_RECORD record = make_note ("new");
  Member alice, bob;
  PWSTR info;
  GUID id;

  begin ();
  member_create (&alice, L"alice", NULL);
  member_new (&bob, L"bob");
  g_assert_cmphex (PeerIdentityGetXML (bob.identity, &info), ==, S_OK);
  fill_disk ();
  g_assert_cmphex (PeerGroupSetProperties (alice.group, &changed), ==, PEER_E_DISK_FULL);
  changed.dwFlags = 0;
  g_assert_cmphex (PeerGroupSetProperties (alice.group, &changed), ==, PEER_E_DISK_FULL);
  g_assert_cmphex (PeerGroupAddRecord (alice.group, &record, &id), ==, PEER_E_DISK_FULL);
  g_assert_cmphex (PeerGroupExportDatabase (alice.group, path), ==, PEER_E_DISK_FULL);
  assert_group_unchanged (&alice);
  free_disk ();
  g_assert_cmphex (PeerGroupSetProperties (alice.group, &changed), ==, S_OK);
  g_assert_cmphex (PeerGroupAddRecord (alice.group, &record, &id), ==, S_OK);
  PeerFreeData (info);
  member_close (&bob);
  member_close (&alice);
  end ();
}

/* What could not be changed lets people in as before. */
static void
test_password (void)
{
  PEER_GROUP_PROPERTIES changed = { sizeof (changed),
    .dwAuthenticationSchemes = PEER_GROUP_PASSWORD_AUTHENTICATION,
    .pwzGroupPassword = (PWSTR) L"another", .groupPasswordRole = PEER_GROUP_ROLE_MEMBER };
  Member alice, bob;
  PWSTR invitation;

  begin ();
  member_create (&alice, L"alice", L"sesame");
  member_go_online (&alice);
  fill_disk ();
  g_assert_cmphex (PeerGroupSetProperties (alice.group, &changed), ==, PEER_E_DISK_FULL);
  free_disk ();
  member_new (&bob, L"bob");
  g_assert_cmphex (PeerGroupCreatePasswordInvitation (alice.group, &invitation), ==, S_OK);
  g_assert_cmphex (PeerGroupPasswordJoin (bob.identity, invitation, L"sesame", NULL, &bob.group),
      ==, S_OK);
  member_register (&bob);
  member_connect (&bob, &alice);
  member_wait_status (&bob, PEER_GROUP_STATUS_LISTENING | PEER_GROUP_STATUS_HAS_CONNECTIONS);
  PeerFreeData (invitation);
  member_close (&bob);
  member_close (&alice);
  end ();
}

static void
test_join (void)
{
  PWSTR invitation, config, identity, name;
  Member alice, bob;

  begin ();
  member_create (&alice, L"alice", NULL);
  member_new (&bob, L"bob");
  invitation = member_invite (&alice, &bob, &PEER_GROUP_ROLE_MEMBER);
  for (guint i = 0; i < 2; i++) {
    limit_files (i * SMALL_BYTES);
    g_assert_cmphex (PeerGroupJoin (bob.identity, invitation, NULL, &bob.group), ==,
        PEER_E_DISK_FULL);
    g_assert_cmpuint (count_groups (bob.identity), ==, 0);
  }
  free_disk ();
  g_assert_cmphex (PeerGroupJoin (bob.identity, invitation, NULL, &bob.group), ==, S_OK);
  g_assert_cmphex (PeerGroupExportConfig (bob.group, L"secret", &config), ==, S_OK);
  g_assert_cmphex (PeerGroupImportConfig (config, L"secret", TRUE, &identity, &name), ==,
      PEER_E_GROUP_IN_USE);
  g_assert_cmphex (PeerGroupClose (bob.group), ==, S_OK);
  name = member_get_group_name (&alice);
  g_assert_cmphex (PeerGroupDelete (bob.identity, name), ==, S_OK);
  PeerFreeData (name);

  fill_disk ();
  g_assert_cmphex (PeerGroupImportConfig (config, L"secret", FALSE, &identity, &name), ==,
      PEER_E_DISK_FULL);
  g_assert_cmpuint (count_groups (bob.identity), ==, 0);
  free_disk ();
  g_assert_cmphex (PeerGroupImportConfig (config, L"secret", FALSE, &identity, &name), ==, S_OK);
  g_assert_cmphex (PeerGroupOpen (identity, name, NULL, &bob.group), ==, S_OK);
  PeerFreeData (name);
  PeerFreeData (identity);
  PeerFreeData (config);
  PeerFreeData (invitation);
  member_close (&bob);
  member_close (&alice);
  end ();
}

int
main (int argc, char *argv[])
{
  group_stage_init (&argc, &argv);
  signal (SIGXFSZ, SIG_IGN);
  g_test_add_func ("/peer-disk/graph/create", test_create);
  g_test_add_func ("/peer-disk/graph/create-over-empty-file", test_create_over_empty_file);
  g_test_add_func ("/peer-disk/graph/records", test_records);
  g_test_add_func ("/peer-disk/graph/what-others-publish", test_what_others_publish);
  g_test_add_func ("/peer-disk/graph/room-again", test_room_again);
  g_test_add_func ("/peer-disk/graph/locked-by-others", test_locked_by_others);
  g_test_add_func ("/peer-disk/graph/others-while-one-opens", test_other_graphs_while_one_opens);
  g_test_add_func ("/peer-disk/graph/copies", test_copies);
  g_test_add_func ("/peer-disk/graph/import-leaves-what-was-there",
      test_import_leaves_what_was_there);
  g_test_add_func ("/peer-disk/graph/time-of-a-copy", test_time_of_a_copy);
  g_test_add_func ("/peer-disk/graph/copy-of-a-later-version", test_copy_of_a_later_version);
  g_test_add_func ("/peer-disk/identities", test_identities);
  g_test_add_func ("/peer-disk/group/create", test_group_create);
  g_test_add_func ("/peer-disk/group/changes", test_group);
  g_test_add_func ("/peer-disk/group/password", test_password);
  g_test_add_func ("/peer-disk/group/join", test_join);
  return g_test_run ();
}
