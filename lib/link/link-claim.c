/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-claim.h"

#include <base-limits.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "claim-"
#define NEW_PREFIX "new-"
#define GROUP "claim"
#define KEY_BOOT "boot"
/* Each link has one, and one for its group: more than run on one machine. */
#define MAX_CLAIMS 256
/* In front of all it says, of all that: whoever reads it while it is written may find some of both. */
#define SUM "#%08x\n"
#define SUM_BYTES 10
#define MAX_NAMES 10
/* Some 20 ms; a write takes a microsecond. */
#define MAX_READS 10000

struct _WfdClaim
{
  int fd; /* locked */
  char *path;
  GKeyFile *values;
};

/* What was there before the machine was started anew is undone already. */
static char *
dup_boot (void)
{
  char *id = NULL;

  return g_file_get_contents ("/proc/sys/kernel/random/boot_id", &id, NULL, NULL) ? g_strchomp (id)
                                                                                  : g_strdup ("");
}

/* With O_CLOEXEC it goes with the process, and what flock () does at once no signal interrupts. */
int
wfd_claim_lock (const char *folder)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  close (fd);
  return WFD_CLAIM_BUSY;
}

void
wfd_claim_unlock (int lock)
{
  if (lock >= 0)
    close (lock);
}

/* It has its name when it is locked: one without a lock would be taken for left over. A name is of
 * the moment, which another thread may share: link () takes that of nobody. */
static gboolean
publish (int fd, const char *path, const char *name)
{
  gboolean is_done = flock (fd, LOCK_EX | LOCK_NB) == 0 && link (path, name) == 0;

  g_unlink (path);
  return is_done;
}

/* -1 if there can be none. */
static int
open_new (const char *folder, char **ret_path)
{
  for (guint i = 0; i < MAX_NAMES; i++) {
    g_autofree char *path = g_build_filename (folder, NEW_PREFIX "XXXXXX", NULL);
    g_autofree char *name = NULL;
    int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0)
      return -1;
    name = g_strconcat (folder, "/" PREFIX, path + strlen (path) - strlen ("XXXXXX"), NULL);
    if (publish (fd, path, name)) {
      *ret_path = g_steal_pointer (&name);
      return fd;
    }
    close (fd);
  }
  return -1;
}

WfdClaim *
wfd_claim_new (const char *folder)
{
  g_autofree char *boot = dup_boot ();
  WfdClaim *self;
  char *path;
  int fd;

  g_mkdir_with_parents (folder, 0700);
  fd = open_new (folder, &path);
  if (fd < 0)
    return NULL;
  self = g_new (WfdClaim, 1);
  *self = (WfdClaim) { fd, path, g_key_file_new () };
  g_key_file_set_string (self->values, GROUP, KEY_BOOT, boot);
  return self;
}

/* With its zero: what was longer before stays behind it. */
static gboolean
write_all (WfdClaim *self, GString *text)
{
  g_autofree char *sum = g_strdup_printf (SUM, g_str_hash (text->str));

  g_string_prepend (text, sum);
  return pwrite (self->fd, text->str, text->len + 1, 0) == (gssize) text->len + 1;
}

static void
set_value (WfdClaim *self, const char *key, const char *value)
{
  if (value != NULL)
    g_key_file_set_string (self->values, GROUP, key, value);
  else
    g_key_file_remove_key (self->values, GROUP, key, NULL);
}

static GString *
to_text (WfdClaim *self)
{
  g_autofree char *data = g_key_file_to_data (self->values, NULL, NULL);

  return g_string_new (data);
}

/* A file that cannot be written is as if it were not there. */
void
wfd_claim_set (WfdClaim *self, const char *key, const char *value)
{
  g_autoptr (GString) text = NULL;

  set_value (self, key, value);
  text = to_text (self);
  if (text->len > WFD_LIMIT_CLAIM_BYTES) {
    set_value (self, key, NULL);
    g_string_free (text, TRUE);
    text = to_text (self);
  }
  if (!write_all (self, text))
    g_unlink (self->path);
}

void
wfd_claim_abandon (WfdClaim *self)
{
  close (self->fd);
  g_key_file_unref (self->values);
  g_free (self->path);
  g_free (self);
}

void
wfd_claim_free (WfdClaim *self)
{
  g_unlink (self->path);
  wfd_claim_abandon (self);
}

/* --- those of others --- */

static gboolean
is_whole (const char *text)
{
  g_autofree char *sum = NULL;

  /* Made by somebody else. */
  if (text[0] != '#')
    return TRUE;
  sum = strlen (text) >= SUM_BYTES ? g_strdup_printf (SUM, g_str_hash (text + SUM_BYTES)) : NULL;
  return sum != NULL && g_str_has_prefix (text, sum);
}

/* Of whoever has died in between it stays as it is. */
static void
read_text (int fd, char *text, gsize n_bytes, gboolean is_held)
{
  guint n_reads = 0;

  do {
    gssize n = pread (fd, text, n_bytes - 1, 0);

    text[MAX (n, 0)] = '\0';
  } while (is_held && !is_whole (text) && ++n_reads < MAX_READS);
}

static GHashTable *
read_values (int fd, gboolean is_held)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) keys = NULL;
  char text[SUM_BYTES + WFD_LIMIT_CLAIM_BYTES + 1];

  read_text (fd, text, sizeof (text), is_held);
  if (g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL))
    keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
    char *value = g_key_file_get_string (file, GROUP, keys[i], NULL);

    if (value != NULL)
      g_hash_table_insert (values, g_strdup (keys[i]), value);
  }
  return values;
}

/* Whoever has undone everything has removed it, perhaps since it was opened here. */
static gboolean
is_there (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 && status.st_nlink > 0;
}

/* -1 if it cannot be opened; to open a pipe would take until somebody writes. Two who look at the
 * same time do not take each other for who holds it. */
static int
open_claim (const char *path, gboolean *ret_is_held)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);

  if (fd >= 0)
    *ret_is_held = flock (fd, LOCK_SH | LOCK_NB) != 0;
  return fd;
}

/* NULL if somebody lives who holds it. */
static GHashTable *
take (int fd, const char *path, gboolean is_held)
{
  GHashTable *values;

  if (is_held || !is_there (fd))
    return NULL;
  values = read_values (fd, FALSE);
  g_unlink (path);
  return values;
}

static GHashTable *
read_any (int fd, const char *path, gboolean is_held)
{
  return read_values (fd, is_held);
}

/* NULL if nobody lives who holds it. */
static GHashTable *
read_held (int fd, const char *path, gboolean is_held)
{
  return is_held ? read_values (fd, TRUE) : NULL;
}

static gboolean
is_of (const WfdClaim *self, const char *path)
{
  return self != NULL && strcmp (self->path, path) == 0;
}

/* @ret_is_alone: nobody holds any. */
static GPtrArray *
collect (const char *folder, const WfdClaim *ours,
    GHashTable *(*get) (int fd, const char *path, gboolean is_held), gboolean *ret_is_alone)
{
  GPtrArray *claims = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *boot = dup_boot ();
  const char *name;
  guint n = 0;

  *ret_is_alone = TRUE;
  while (dir != NULL && n < MAX_CLAIMS && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autoptr (GHashTable) values = NULL;
    gboolean is_held;
    int fd;

    if (!g_str_has_prefix (name, PREFIX) || is_of (ours, path))
      continue;
    n++;
    fd = open_claim (path, &is_held);
    if (fd < 0)
      continue;
    *ret_is_alone &= !is_held;
    values = get (fd, path, is_held);
    close (fd);
    if (values != NULL && g_strcmp0 (g_hash_table_lookup (values, KEY_BOOT), boot) == 0)
      g_ptr_array_add (claims, g_steal_pointer (&values));
  }
  return claims;
}

GPtrArray *
wfd_claim_take_left_over (const char *folder, const WfdClaim *ours, gboolean *ret_is_alone)
{
  return collect (folder, ours, take, ret_is_alone);
}

GPtrArray *
wfd_claim_read_all (const char *folder, const WfdClaim *ours)
{
  gboolean is_alone;

  return collect (folder, ours, read_any, &is_alone);
}

GPtrArray *
wfd_claim_read_living (const char *folder, const WfdClaim *ours)
{
  gboolean is_alone;

  return collect (folder, ours, read_held, &is_alone);
}
