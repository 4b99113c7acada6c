/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One database in several processes, and what is left of one that could not be made. */
#include <glib/gstdio.h>
#include <peer-codes.h>
#include <peer-store.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_PROCESSES 8
#define N_ROUNDS 12

typedef struct
{
  char *folder;
  WfdPeerStoreKey key;
} Place;

static void
place_begin (Place *self)
{
  self->folder = g_dir_make_tmp ("peer-store-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->key = (WfdPeerStoreKey) { self->folder, "g1", "alice", "test" };
}

static void
place_end (Place *self)
{
  g_autoptr (GDir) dir = NULL;

  wfd_peer_store_delete (&self->key);
  dir = g_dir_open (self->folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
}

static WfdPeerRecord *
make_record (guint i)
{
  WfdPeerRecord *record = wfd_peer_record_new ();

  record->type.bytes[0] = 0xaa;
  record->id.bytes[0] = i + 1;
  record->version = 1;
  record->creator = g_strdup ("alice");
  record->graph_id = g_strdup ("g1");
  record->created = 0x10;
  record->modified = 0x20;
  record->expires = 0x30;
  return record;
}

static guint32
put (WfdPeerStore *store, guint i)
{
  g_autoptr (WfdPeerRecord) record = make_record (i);

  return wfd_peer_store_put (store, &record, 1, TRUE);
}

static void
count_record (gpointer user_data, WfdPeerRecord *record)
{
  guint *n = user_data;

  (*n)++;
}

static guint
count (WfdPeerStore *store)
{
  guint n = 0;

  wfd_peer_store_foreach (store, count_record, &n);
  return n;
}

static void
assert_opens (const Place *place, gboolean as_new, guint n_records)
{
  WfdPeerStore *store;
  gboolean is_new;

  g_assert_cmphex (wfd_peer_store_open (&place->key, NULL, 0, &is_new, &store), ==, WFD_PEER_OK);
  g_assert_cmpint (is_new, ==, as_new);
  g_assert_cmpuint (count (store), ==, n_records);
  wfd_peer_store_close (store);
}

/* --- several processes --- */

typedef enum
{
  IS_NEW = 1,
  HAS_OPENED = 2,
  HAS_PUT = 4,
  SEES_ALL = 8,
} Outcome;

/* Each pipe but @done ends, for all at once, when the parent closes it. */
typedef struct
{
  int start[2], done[2], look[2];
} Pipes;

static void
wait_for_end (int fd)
{
  char octet;

  while (read (fd, &octet, 1) > 0)
    ;
}

/* No assertions: it is the parent who says what was wrong. */
static int
be_child (const Place *place, const Pipes *pipes, guint i)
{
  WfdPeerStore *store = NULL;
  gboolean is_new = FALSE;
  int outcome = 0;

  close (pipes->start[1]);
  close (pipes->look[1]);
  wait_for_end (pipes->start[0]);
  if (!WFD_PEER_FAILED (wfd_peer_store_open (&place->key, NULL, 0, &is_new, &store)))
    outcome = HAS_OPENED | (is_new ? IS_NEW : 0);
  if (outcome & HAS_OPENED && !WFD_PEER_FAILED (put (store, i)))
    outcome |= HAS_PUT;
  if (write (pipes->done[1], "", 1) != 1)
    return 0;
  wait_for_end (pipes->look[0]);
  if (outcome & HAS_OPENED && count (store) == N_PROCESSES)
    outcome |= SEES_ALL;
  return outcome;
}

static void
start_children (const Place *place, const Pipes *pipes, pid_t *ret_children)
{
  for (guint i = 0; i < N_PROCESSES; i++) {
    ret_children[i] = fork ();
    g_assert_cmpint (ret_children[i], >=, 0);
    if (ret_children[i] == 0)
      _exit (be_child (place, pipes, i));
  }
}

static void
wait_until_done (const Pipes *pipes)
{
  char octet;

  for (guint i = 0; i < N_PROCESSES; i++)
    g_assert_cmpint (read (pipes->done[0], &octet, 1), ==, 1);
}

static void
assert_outcomes (const pid_t *children)
{
  guint n_new = 0;

  for (guint i = 0; i < N_PROCESSES; i++) {
    int status;

    g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
    g_assert_true (WIFEXITED (status));
    g_assert_cmphex (WEXITSTATUS (status) | IS_NEW, ==, IS_NEW | HAS_OPENED | HAS_PUT | SEES_ALL);
    n_new += WEXITSTATUS (status) & IS_NEW;
  }
  g_assert_cmpuint (n_new, ==, 1);
}

static void
run_round (void)
{
  pid_t children[N_PROCESSES];
  Pipes pipes;
  Place place;

  place_begin (&place);
  g_assert_cmpint (pipe (pipes.start) | pipe (pipes.done) | pipe (pipes.look), ==, 0);
  start_children (&place, &pipes, children);
  close (pipes.done[1]);
  close (pipes.start[1]);
  wait_until_done (&pipes);
  close (pipes.look[1]);
  assert_outcomes (children);
  close (pipes.start[0]);
  close (pipes.done[0]);
  close (pipes.look[0]);
  assert_opens (&place, FALSE, N_PROCESSES);
  place_end (&place);
}

static void
test_first_open_by_several (void)
{
  for (guint i = 0; i < N_ROUNDS; i++)
    run_round ();
}

/* --- what was left --- */

static void
test_empty_file (void)
{
  g_autofree char *path = NULL;
  Place place;

  place_begin (&place);
  path = wfd_peer_store_get_path (&place.key);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  assert_opens (&place, TRUE, 0);
  assert_opens (&place, FALSE, 0);
  place_end (&place);
}

static void
execute (const Place *place, const char *text)
{
  g_autofree char *path = wfd_peer_store_get_path (&place->key);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, text, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
test_tables_without_version (void)
{
  Place place;

  place_begin (&place);
  assert_opens (&place, TRUE, 0);
  execute (&place, "DELETE FROM numbers; DELETE FROM texts");
  assert_opens (&place, TRUE, 0);
  assert_opens (&place, FALSE, 0);
  place_end (&place);
}

/* What is of others, or of a later version, stays as it is. */
static void
test_later_version (void)
{
  WfdPeerStore *store;
  gboolean is_new;
  Place place;

  place_begin (&place);
  assert_opens (&place, TRUE, 0);
  execute (&place, "UPDATE numbers SET value = 2 WHERE name = 'version'");
  g_assert_cmphex (wfd_peer_store_open (&place.key, NULL, 0, &is_new, &store), ==,
      WFD_PEER_INVALID_DATABASE);
  execute (&place, "UPDATE numbers SET value = 1 WHERE name = 'version'");
  assert_opens (&place, FALSE, 0);
  place_end (&place);
}

/* --- no room --- */

/* Files of this process cannot become larger than @size. */
static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (size, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static ino_t
get_inode (const Place *place)
{
  g_autofree char *path = wfd_peer_store_get_path (&place->key);
  GStatBuf found;

  g_assert_cmpint (g_stat (path, &found), ==, 0);
  return found.st_ino;
}

/* Others may have opened the file already, and wait for who has made it. */
static void
test_no_room_leaves_the_file (void)
{
  WfdPeerStore *store;
  gboolean is_new;
  Place place;
  ino_t inode;

  place_begin (&place);
  limit_files (0);
  g_assert_cmphex (wfd_peer_store_open (&place.key, NULL, 0, &is_new, &store), ==,
      WFD_PEER_DISK_FULL);
  limit_files (RLIM_INFINITY);
  inode = get_inode (&place);
  assert_opens (&place, TRUE, 0);
  g_assert_cmpuint (get_inode (&place), ==, inode);
  g_assert_cmphex (wfd_peer_store_delete (&place.key), ==, WFD_PEER_OK);

  limit_files (0);
  g_assert_cmphex (wfd_peer_store_open (&place.key, NULL, 0, &is_new, &store), ==,
      WFD_PEER_DISK_FULL);
  limit_files (RLIM_INFINITY);
  g_assert_cmphex (wfd_peer_store_delete (&place.key), ==, WFD_PEER_FILE_NOT_FOUND);
  place_end (&place);
}

/* A graph is created with its properties, or not at all. */
static void
test_first_records_or_nothing (void)
{
  g_autoptr (WfdPeerRecord) small = make_record (0);
  g_autoptr (WfdPeerRecord) large = make_record (1);
  WfdPeerRecord *const first[] = { small, large };
  WfdPeerStore *store;
  gboolean is_new;
  Place place;

  place_begin (&place);
  g_bytes_unref (large->payload);
  large->payload = g_bytes_new_take (g_malloc0 (1024 * 1024), 1024 * 1024);
  limit_files (256 * 1024);
  g_assert_cmphex (wfd_peer_store_open (&place.key, first, 2, &is_new, &store), ==,
      WFD_PEER_DISK_FULL);
  limit_files (RLIM_INFINITY);
  assert_opens (&place, TRUE, 0);
  g_assert_cmphex (wfd_peer_store_delete (&place.key), ==, WFD_PEER_OK);

  g_assert_cmphex (wfd_peer_store_open (&place.key, first, 2, &is_new, &store), ==, WFD_PEER_OK);
  g_assert_true (is_new);
  g_assert_cmpint (wfd_peer_store_get_number (store, WFD_PEER_STORE_SYNCHRONIZED), ==, TRUE);
  wfd_peer_store_close (store);
  assert_opens (&place, FALSE, 2);
  place_end (&place);
}

/* --- somebody in the way --- */

static void
test_who_does_not_wait (void)
{
  g_autoptr (WfdPeerRecord) record = make_record (0);
  g_autofree char *path = NULL;
  WfdPeerStore *store;
  gboolean is_new;
  sqlite3 *other;
  Place place;

  place_begin (&place);
  g_assert_cmphex (wfd_peer_store_open (&place.key, NULL, 0, &is_new, &store), ==, WFD_PEER_OK);
  path = wfd_peer_store_get_path (&place.key);
  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmphex (wfd_peer_store_put (store, &record, 1, FALSE), ==, WFD_PEER_FILE_LOCKED);
  g_assert_cmphex (wfd_peer_store_remove (store, &record, 1, FALSE), ==, WFD_PEER_FILE_LOCKED);
  g_assert_cmphex (wfd_peer_store_set_number (store, "n", 1), ==, WFD_PEER_FILE_LOCKED);
  g_assert_cmpint (sqlite3_close (other), ==, SQLITE_OK);
  g_assert_cmphex (wfd_peer_store_put (store, &record, 1, FALSE), ==, WFD_PEER_OK);
  g_assert_cmpuint (count (store), ==, 1);
  wfd_peer_store_close (store);
  place_end (&place);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGXFSZ, SIG_IGN);
  g_test_add_func ("/peer-store/first-open-by-several", test_first_open_by_several);
  g_test_add_func ("/peer-store/empty-file", test_empty_file);
  g_test_add_func ("/peer-store/tables-without-version", test_tables_without_version);
  g_test_add_func ("/peer-store/later-version", test_later_version);
  g_test_add_func ("/peer-store/no-room-leaves-the-file", test_no_room_leaves_the_file);
  g_test_add_func ("/peer-store/first-records-or-nothing", test_first_records_or_nothing);
  g_test_add_func ("/peer-store/who-does-not-wait", test_who_does_not_wait);
  return g_test_run ();
}
