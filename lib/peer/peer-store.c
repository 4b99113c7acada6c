/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-store.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include "peer-codes.h"

#define VERSION 1

struct _WfdPeerStore
{
  sqlite3 *db;
};

static const char schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
    "CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, value INTEGER);"
    "CREATE TABLE IF NOT EXISTS texts (name TEXT PRIMARY KEY, value TEXT);"
    "CREATE TABLE IF NOT EXISTS records (id BLOB PRIMARY KEY, "
    "flags INTEGER, octets BLOB);";

/* One file for each graph of each peer under each name: ids may have any
 * character, names of files may not. */
char *
wfd_peer_store_get_path (const WfdPeerStoreKey *key)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *const parts[] = { key->graph_id, key->peer_id, key->name };
  g_autofree char *file = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_checksum_update (sum, (const guchar *) parts[i], strlen (parts[i]) + 1);
  file = g_strconcat (g_checksum_get_string (sum), ".db", NULL);
  return g_build_filename (key->folder, file, NULL);
}

static guint32
code_of (int result)
{
  switch (result & 0xff) {
    case SQLITE_OK:
      return WFD_PEER_OK;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return WFD_PEER_ACCESS_DENIED;
    case SQLITE_NOMEM:
      return WFD_PEER_NO_MEMORY;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return WFD_PEER_INVALID_DATABASE;
    default:
      return WFD_PEER_FILE_ERROR;
  }
}

/* --- statements --- */

static sqlite3_stmt *
prepare (sqlite3 *db, const char *text)
{
  sqlite3_stmt *statement = NULL;

  sqlite3_prepare_v2 (db, text, -1, &statement, NULL);
  return statement;
}

/* One that gives no rows. */
static guint32
run (sqlite3_stmt *statement)
{
  int result = sqlite3_step (statement);

  sqlite3_finalize (statement);
  return result == SQLITE_DONE ? WFD_PEER_OK : code_of (result);
}

static void
set_text (sqlite3 *db, const char *name, const char *value)
{
  sqlite3_stmt *statement = prepare (db, "INSERT OR REPLACE INTO texts VALUES (?, ?)");

  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, value, -1, SQLITE_STATIC);
  run (statement);
}

static gboolean
has_text (sqlite3 *db, const char *name, const char *value)
{
  sqlite3_stmt *statement = prepare (db, "SELECT value FROM texts WHERE name = ?");
  gboolean same;

  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  same = sqlite3_step (statement) == SQLITE_ROW
      && g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), value) == 0;
  sqlite3_finalize (statement);
  return same;
}

void
wfd_peer_store_set_number (WfdPeerStore *self, const char *name, gint64 value)
{
  sqlite3_stmt *statement = prepare (self->db, "INSERT OR REPLACE INTO numbers VALUES (?, ?)");

  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, value);
  run (statement);
}

gint64
wfd_peer_store_get_number (WfdPeerStore *self, const char *name)
{
  sqlite3_stmt *statement = prepare (self->db, "SELECT value FROM numbers WHERE name = ?");
  gint64 value = 0;

  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  if (sqlite3_step (statement) == SQLITE_ROW)
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return value;
}

/* --- life --- */

guint32
wfd_peer_store_open (const WfdPeerStoreKey *key, gboolean *ret_new, WfdPeerStore **ret_store)
{
  g_autofree char *path = wfd_peer_store_get_path (key);
  gboolean is_new = !g_file_test (path, G_FILE_TEST_EXISTS);
  sqlite3 *db = NULL;
  WfdPeerStore *self;
  int result;

  if (g_mkdir_with_parents (key->folder, 0700) != 0)
    return WFD_PEER_ACCESS_DENIED;

  result = sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_exec (db, schema, NULL, NULL, NULL);
  if (result != SQLITE_OK) {
    sqlite3_close (db);
    return code_of (result);
  }

  self = g_new0 (WfdPeerStore, 1);
  self->db = db;
  if (is_new) {
    g_chmod (path, 0600);
    set_text (db, "graph", key->graph_id);
    set_text (db, "peer", key->peer_id);
    wfd_peer_store_set_number (self, "version", VERSION);
  }
  *ret_new = is_new;
  *ret_store = self;
  return WFD_PEER_OK;
}

void
wfd_peer_store_close (WfdPeerStore *self)
{
  sqlite3_close (self->db);
  g_free (self);
}

guint32
wfd_peer_store_delete (const WfdPeerStoreKey *key)
{
  static const char *const endings[] = { "-wal", "-shm" };
  g_autofree char *path = wfd_peer_store_get_path (key);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++) {
    g_autofree char *beside = g_strconcat (path, endings[i], NULL);

    g_unlink (beside);
  }
  if (g_file_delete (file, NULL, &error))
    return WFD_PEER_OK;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ? WFD_PEER_FILE_NOT_FOUND
                                                                   : WFD_PEER_ACCESS_DENIED;
}

/* --- records --- */

void
wfd_peer_store_put (WfdPeerStore *self, const WfdPeerRecord *record)
{
  sqlite3_stmt *statement = prepare (self->db, "INSERT OR REPLACE INTO records VALUES (?, ?, ?)");
  g_autoptr (GByteArray) octets = g_byte_array_new ();

  wfd_peer_record_append (record, octets);
  sqlite3_bind_blob (statement, 1, record->id.bytes, sizeof (record->id.bytes), SQLITE_STATIC);
  sqlite3_bind_int (statement, 2, record->flags);
  sqlite3_bind_blob64 (statement, 3, octets->data, octets->len, SQLITE_STATIC);
  run (statement);
}

void
wfd_peer_store_remove (WfdPeerStore *self, const WfdPeerGuid *id)
{
  sqlite3_stmt *statement = prepare (self->db, "DELETE FROM records WHERE id = ?");

  sqlite3_bind_blob (statement, 1, id->bytes, sizeof (id->bytes), SQLITE_STATIC);
  run (statement);
}

void
wfd_peer_store_foreach (WfdPeerStore *self, WfdPeerStoreFunc func, gpointer user_data)
{
  sqlite3_stmt *statement = prepare (self->db, "SELECT flags, octets FROM records");

  while (sqlite3_step (statement) == SQLITE_ROW) {
    const guint8 *data = sqlite3_column_blob (statement, 1);
    gsize size = sqlite3_column_bytes (statement, 1);
    g_autoptr (WfdPeerRecord) record = wfd_peer_record_read (wfd_bytes (data, size));

    /* A file that somebody wrote to has what it has. */
    if (record == NULL)
      continue;
    record->flags |= sqlite3_column_int (statement, 0) & WFD_PEER_RECORD_REFRESHED;
    func (user_data, record);
  }
  sqlite3_finalize (statement);
}

/* --- copies --- */

static int
copy (sqlite3 *to, sqlite3 *from)
{
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");

  if (backup == NULL)
    return sqlite3_errcode (to);
  sqlite3_backup_step (backup, -1);
  return sqlite3_backup_finish (backup);
}

guint32
wfd_peer_store_export (WfdPeerStore *self, const char *path)
{
  sqlite3 *to = NULL;
  int result;

  if (g_unlink (path) != 0 && g_file_test (path, G_FILE_TEST_EXISTS))
    return WFD_PEER_ACCESS_DENIED;

  result = sqlite3_open_v2 (path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  if (result == SQLITE_OK)
    result = copy (to, self->db);
  sqlite3_close (to);
  return code_of (result);
}

/* Read as a copy in memory: the file stays as it is. */
guint32
wfd_peer_store_import (const WfdPeerStoreKey *key, const char *path, WfdPeerStoreFunc func,
    gpointer user_data)
{
  WfdPeerStore memory = { NULL };
  sqlite3 *from = NULL;
  guint32 code = WFD_PEER_INVALID_DATABASE;
  int result;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return WFD_PEER_FILE_NOT_FOUND;

  result = sqlite3_open_v2 (path, &from, SQLITE_OPEN_READONLY, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_open (":memory:", &memory.db);
  if (result == SQLITE_OK)
    result = copy (memory.db, from);
  if (result != SQLITE_OK)
    code = code_of (result);
  else if (has_text (memory.db, "graph", key->graph_id)
      && has_text (memory.db, "peer", key->peer_id)) {
    wfd_peer_store_foreach (&memory, func, user_data);
    code = WFD_PEER_OK;
  }
  sqlite3_close (memory.db);
  sqlite3_close (from);
  return code;
}
