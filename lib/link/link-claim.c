/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-claim.h"

#include <base-limits.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#define PREFIX "claim-"
#define GROUP "claim"

struct _WfdClaim
{
  int fd; /* locked */
  char *path;
  GKeyFile *values;
};

WfdClaim *
wfd_claim_new (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, PREFIX "XXXXXX", NULL);
  WfdClaim *self;
  int fd;

  g_mkdir_with_parents (folder, 0700);
  fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    return NULL;
  flock (fd, LOCK_EX | LOCK_NB);
  self = g_new (WfdClaim, 1);
  *self = (WfdClaim) { fd, g_steal_pointer (&path), g_key_file_new () };
  return self;
}

static gboolean
write_all (int fd, const char *text, gsize n)
{
  return ftruncate (fd, 0) == 0 && pwrite (fd, text, n, 0) == (gssize) n;
}

/* A file that cannot be written is as if it were not there. */
void
wfd_claim_set (WfdClaim *self, const char *key, const char *value)
{
  g_autofree char *text = NULL;
  gsize n;

  g_key_file_set_string (self->values, GROUP, key, value);
  text = g_key_file_to_data (self->values, &n, NULL);
  if (!write_all (self->fd, text, n))
    g_unlink (self->path);
}

void
wfd_claim_free (WfdClaim *self)
{
  g_unlink (self->path);
  close (self->fd);
  g_key_file_unref (self->values);
  g_free (self->path);
  g_free (self);
}

/* --- left over --- */

static GHashTable *
read_values (int fd)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) keys = NULL;
  char text[WFD_LIMIT_CLAIM_BYTES];
  gssize n = pread (fd, text, sizeof (text), 0);

  if (n > 0 && g_key_file_load_from_data (file, text, n, G_KEY_FILE_NONE, NULL))
    keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
    char *value = g_key_file_get_string (file, GROUP, keys[i], NULL);

    if (value != NULL)
      g_hash_table_insert (values, g_strdup (keys[i]), value);
  }
  return values;
}

/* NULL if somebody lives who holds it. */
static GHashTable *
take (const char *path)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
  GHashTable *values = NULL;

  if (fd < 0)
    return NULL;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0) {
    values = read_values (fd);
    g_unlink (path);
  }
  close (fd);
  return values;
}

GPtrArray *
wfd_claim_take_left_over (const char *folder)
{
  GPtrArray *left_over = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    GHashTable *values = g_str_has_prefix (name, PREFIX) ? take (path) : NULL;

    if (values != NULL)
      g_ptr_array_add (left_over, values);
  }
  return left_over;
}
