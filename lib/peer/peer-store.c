/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <unistd.h>
#include "peer-codes.h"
#include "peer-files.h"

#define VERSION 1

/* Other processes may have the file, each for as long as a change takes, or one that was stopped in
 * the middle of it. */
#define BUSY_TIMEOUT_MS 5000

struct _WfdPeerStore
{
  sqlite3 *db;
};

static const char schema[] =
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

/* SQLite has a code of its own for a disk without room only; a limit of the user (EDQUOT, EFBIG)
 * is a write that failed. */
static gboolean
is_full (sqlite3 *db)
{
  int code = sqlite3_extended_errcode (db);

  return code == SQLITE_FULL || code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE;
}

/* @result: of what @db did last. */
static guint32
code_of (sqlite3 *db, int result)
{
  switch (result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return WFD_PEER_OK;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return WFD_PEER_ACCESS_DENIED;
    case SQLITE_BUSY:
      return WFD_PEER_FILE_LOCKED;
    case SQLITE_NOMEM:
      return WFD_PEER_NO_MEMORY;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return WFD_PEER_INVALID_DATABASE;
    default:
      return is_full (db) ? WFD_PEER_DISK_FULL : WFD_PEER_FILE_ERROR;
  }
}

static guint32
open_file (const char *path, int flags, sqlite3 **ret_db)
{
  int result = sqlite3_open_v2 (path, ret_db, flags, NULL);

  return code_of (*ret_db, result);
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
run (sqlite3 *db, sqlite3_stmt *statement)
{
  int result = sqlite3_step (statement);

  sqlite3_finalize (statement);
  return code_of (db, result);
}

static guint32
execute (sqlite3 *db, const char *text)
{
  return code_of (db, sqlite3_exec (db, text, NULL, NULL, NULL));
}

/* All that is done between, or nothing of it; @result: of what was done. IMMEDIATE waits for
 * others first: whoever has read already, and then writes, is refused in the middle. */
static guint32
begin (sqlite3 *db)
{
  return execute (db, "BEGIN IMMEDIATE");
}

static guint32
end (sqlite3 *db, guint32 result)
{
  if (!WFD_PEER_FAILED (result))
    result = execute (db, "COMMIT");
  /* A disk that is full may have ended it already. */
  if (!sqlite3_get_autocommit (db))
    execute (db, "ROLLBACK");
  return result;
}

static guint32
set_text (sqlite3 *db, const char *name, const char *value)
{
  sqlite3_stmt *statement = prepare (db, "INSERT OR REPLACE INTO texts VALUES (?, ?)");

  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, value, -1, SQLITE_STATIC);
  return run (db, statement);
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

static guint32
set_number (sqlite3 *db, const char *name, gint64 value)
{
  sqlite3_stmt *statement = prepare (db, "INSERT OR REPLACE INTO numbers VALUES (?, ?)");

  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, value);
  return run (db, statement);
}

guint32
wfd_peer_store_set_number (WfdPeerStore *self, const char *name, gint64 value)
{
  guint32 result;

  sqlite3_busy_timeout (self->db, 0);
  result = set_number (self->db, name, value);
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
  return result;
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

static guint32
put (sqlite3 *db, const WfdPeerRecord *record)
{
  sqlite3_stmt *statement = prepare (db, "INSERT OR REPLACE INTO records VALUES (?, ?, ?)");
  g_autoptr (GByteArray) octets = g_byte_array_new ();

  wfd_peer_record_append (record, octets);
  sqlite3_bind_blob (statement, 1, record->id.bytes, sizeof (record->id.bytes), SQLITE_STATIC);
  sqlite3_bind_int (statement, 2, record->flags);
  sqlite3_bind_blob64 (statement, 3, octets->data, octets->len, SQLITE_STATIC);
  return run (db, statement);
}

/* --- life --- */

static guint32
say_what_it_is (sqlite3 *db, const WfdPeerStoreKey *key)
{
  guint32 result = set_text (db, "graph", key->graph_id);

  if (!WFD_PEER_FAILED (result))
    result = set_text (db, "peer", key->peer_id);
  return WFD_PEER_FAILED (result) ? result : set_number (db, "version", VERSION);
}

static gboolean
is_of (WfdPeerStore *self, const WfdPeerStoreKey *key)
{
  return has_text (self->db, "graph", key->graph_id) && has_text (self->db, "peer", key->peer_id)
      && wfd_peer_store_get_number (self, "version") == VERSION;
}

static guint32
fill_new (sqlite3 *db, const WfdPeerStoreKey *key, WfdPeerRecord *const *first, guint n)
{
  guint32 result = say_what_it_is (db, key);

  for (guint i = 0; i < n && !WFD_PEER_FAILED (result); i++)
    result = put (db, first[i]);
  /* Who creates a graph knows all that is in it. */
  if (n > 0 && !WFD_PEER_FAILED (result))
    result = set_number (db, WFD_PEER_STORE_SYNCHRONIZED, TRUE);
  return result;
}

/* What has no version yet is new: whoever made the file may have been killed before he wrote one,
 * or have had no room for it. It stays, for others may be waiting for it. */
static guint32
set_up_tables (WfdPeerStore *self, const WfdPeerStoreKey *key, WfdPeerRecord *const *first, guint n,
    gboolean *ret_new)
{
  guint32 result = begin (self->db);

  if (WFD_PEER_FAILED (result))
    return result;
  result = execute (self->db, schema);
  *ret_new = wfd_peer_store_get_number (self, "version") == 0;
  if (!WFD_PEER_FAILED (result) && *ret_new)
    result = fill_new (self->db, key, first, n);
  return end (self->db, result);
}

/* With WAL, which the file keeps for all who have it open, nobody who reads waits. SQLite waits for
 * nobody here: whom others are in the way of, or a disk that is full, works without, until it is
 * opened again. */
static guint32
set_up (WfdPeerStore *self, const WfdPeerStoreKey *key, WfdPeerRecord *const *first, guint n,
    gboolean *ret_new)
{
  guint32 result;

  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
  result = execute (self->db, "PRAGMA synchronous = NORMAL");
  if (!WFD_PEER_FAILED (result))
    result = set_up_tables (self, key, first, n, ret_new);
  if (WFD_PEER_FAILED (result))
    return result;
  execute (self->db, "PRAGMA journal_mode = WAL");
  return is_of (self, key) ? WFD_PEER_OK : WFD_PEER_INVALID_DATABASE;
}

/* For its user alone. To close a descriptor ends the locks that this process has on the file: on a
 * new one it has none. */
static guint32
make_file (const char *path)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0)
    return errno == EEXIST ? WFD_PEER_OK
                           : wfd_peer_files_code_of_errno (errno, WFD_PEER_ACCESS_DENIED);
  close (fd);
  return WFD_PEER_OK;
}

guint32
wfd_peer_store_open (const WfdPeerStoreKey *key, WfdPeerRecord *const *first, guint n_first,
    gboolean *ret_new, WfdPeerStore **ret_store)
{
  g_autofree char *path = wfd_peer_store_get_path (key);
  WfdPeerStore *self;
  guint32 result;

  if (g_mkdir_with_parents (key->folder, 0700) != 0)
    return wfd_peer_files_code_of_errno (errno, WFD_PEER_ACCESS_DENIED);
  result = make_file (path);
  if (WFD_PEER_FAILED (result))
    return result;

  self = g_new0 (WfdPeerStore, 1);
  result = open_file (path, SQLITE_OPEN_READWRITE, &self->db);
  if (!WFD_PEER_FAILED (result))
    result = set_up (self, key, first, n_first, ret_new);
  if (WFD_PEER_FAILED (result))
    wfd_peer_store_close (self);
  else
    *ret_store = self;
  return result;
}

void
wfd_peer_store_close (WfdPeerStore *self)
{
  sqlite3_close (self->db);
  g_free (self);
}

static void
remove_files (const char *path)
{
  static const char *const endings[] = { "-journal", "-wal", "-shm", "" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++) {
    g_autofree char *file = g_strconcat (path, endings[i], NULL);

    g_unlink (file);
  }
}

guint32
wfd_peer_store_delete (const WfdPeerStoreKey *key)
{
  g_autofree char *path = wfd_peer_store_get_path (key);
  GStatBuf before;

  if (g_stat (path, &before) != 0)
    return WFD_PEER_FILE_NOT_FOUND;
  remove_files (path);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return WFD_PEER_ACCESS_DENIED;
  /* One that nobody has got to make. */
  return before.st_size > 0 ? WFD_PEER_OK : WFD_PEER_FILE_NOT_FOUND;
}

/* --- records --- */

typedef guint32 (*Change) (sqlite3 *db, const WfdPeerRecord *record);

static guint32
take_out (sqlite3 *db, const WfdPeerRecord *record)
{
  sqlite3_stmt *statement = prepare (db, "DELETE FROM records WHERE id = ?");

  sqlite3_bind_blob (statement, 1, record->id.bytes, sizeof (record->id.bytes), SQLITE_STATIC);
  return run (db, statement);
}

static guint32
change (WfdPeerStore *self, Change func, WfdPeerRecord *const *records, guint n, gboolean waits)
{
  guint32 result;

  sqlite3_busy_timeout (self->db, waits ? BUSY_TIMEOUT_MS : 0);
  result = begin (self->db);
  for (guint i = 0; i < n && !WFD_PEER_FAILED (result); i++)
    result = func (self->db, records[i]);
  result = end (self->db, result);
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
  return result;
}

guint32
wfd_peer_store_put (WfdPeerStore *self, WfdPeerRecord *const *records, guint n, gboolean waits)
{
  return change (self, put, records, n, waits);
}

guint32
wfd_peer_store_remove (WfdPeerStore *self, WfdPeerRecord *const *records, guint n, gboolean waits)
{
  return change (self, take_out, records, n, waits);
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

static guint32
copy (sqlite3 *to, sqlite3 *from)
{
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");

  if (backup == NULL)
    return code_of (to, sqlite3_errcode (to));
  sqlite3_backup_step (backup, -1);
  return code_of (to, sqlite3_backup_finish (backup));
}

static guint32
write_copy (sqlite3 *from, const char *path, gint64 time_delta)
{
  sqlite3 *to = NULL;
  guint32 result;

  result = open_file (path, SQLITE_OPEN_READWRITE, &to);
  if (!WFD_PEER_FAILED (result))
    result = copy (to, from);
  if (!WFD_PEER_FAILED (result))
    result = set_number (to, WFD_PEER_STORE_TIME_DELTA, time_delta);
  /* One file, which needs none beside it to be read. */
  if (!WFD_PEER_FAILED (result))
    result = execute (to, "PRAGMA journal_mode = DELETE");
  sqlite3_close (to);
  return result;
}

/* Beside it first: what was there before stays until the copy is whole. */
guint32
wfd_peer_store_export (WfdPeerStore *self, const char *path, gint64 time_delta)
{
  g_autofree char *beside = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp (beside);
  guint32 result;

  if (fd < 0)
    return wfd_peer_files_code_of_errno (errno, WFD_PEER_ACCESS_DENIED);
  close (fd);
  result = write_copy (self->db, beside, time_delta);
  if (!WFD_PEER_FAILED (result) && g_rename (beside, path) != 0)
    result = wfd_peer_files_code_of_errno (errno, WFD_PEER_ACCESS_DENIED);
  if (WFD_PEER_FAILED (result))
    remove_files (beside);
  return result;
}

/* Read as a copy in memory: the file stays as it is. */
guint32
wfd_peer_store_import (const WfdPeerStoreKey *key, const char *path, WfdPeerStoreFunc func,
    gpointer user_data, gint64 *ret_time_delta)
{
  WfdPeerStore memory = { NULL };
  sqlite3 *from = NULL;
  guint32 result;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return WFD_PEER_FILE_NOT_FOUND;

  result = open_file (path, SQLITE_OPEN_READONLY, &from);
  if (!WFD_PEER_FAILED (result))
    result = open_file (":memory:", SQLITE_OPEN_READWRITE, &memory.db);
  if (!WFD_PEER_FAILED (result))
    result = copy (memory.db, from);
  if (!WFD_PEER_FAILED (result) && !is_of (&memory, key))
    result = WFD_PEER_INVALID_DATABASE;
  if (!WFD_PEER_FAILED (result)) {
    wfd_peer_store_foreach (&memory, func, user_data);
    *ret_time_delta = wfd_peer_store_get_number (&memory, WFD_PEER_STORE_TIME_DELTA);
  }
  sqlite3_close (memory.db);
  sqlite3_close (from);
  return result;
}
