/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-files.h"

#include <errno.h>
#include <glib/gstdio.h>
#include "peer-codes.h"

char *
wfd_peer_files_get_folder (const char *folder, const char *name)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);

  return g_build_filename (folder, sum, NULL);
}

guint32
wfd_peer_files_code_of (const GError *error)
{
  return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? WFD_PEER_NOT_FOUND
                                                                   : WFD_PEER_NO_KEY_ACCESS;
}

guint32
wfd_peer_files_code_of_errno (int error, guint32 otherwise)
{
  return error == ENOSPC || error == EDQUOT || error == EFBIG ? WFD_PEER_DISK_FULL : otherwise;
}

guint32
wfd_peer_files_read (const char *folder, const char *file, char **ret_text, gsize *ret_size)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;

  return g_file_get_contents (path, ret_text, ret_size, &error) ? WFD_PEER_OK
                                                                : wfd_peer_files_code_of (error);
}

static char *
get_new_path (const char *folder, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".new", NULL);

  return g_build_filename (folder, file, NULL);
}

static guint32
write_new (const char *folder, const WfdPeerFile *file)
{
  g_autofree char *path = get_new_path (folder, file->name);
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents_full (path, file->text, file->size, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
          &error))
    return WFD_PEER_OK;
  /* GLib has no code of its own for limits of a user: EDQUOT, EFBIG. */
  return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC)
          || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_FAILED)
      ? WFD_PEER_DISK_FULL
      : WFD_PEER_NO_KEY_ACCESS;
}

static guint32
finish_new (const char *folder, const WfdPeerFile *file, guint32 result)
{
  g_autofree char *new_path = get_new_path (folder, file->name);
  g_autofree char *path = g_build_filename (folder, file->name, NULL);

  if (!WFD_PEER_FAILED (result) && g_rename (new_path, path) != 0)
    result = wfd_peer_files_code_of_errno (errno, WFD_PEER_NO_KEY_ACCESS);
  if (WFD_PEER_FAILED (result))
    g_unlink (new_path);
  return result;
}

guint32
wfd_peer_files_write (const char *folder, const WfdPeerFile *files, guint n)
{
  guint32 result = WFD_PEER_OK;

  for (guint i = 0; i < n && !WFD_PEER_FAILED (result); i++)
    if (files[i].text != NULL)
      result = write_new (folder, &files[i]);
  for (guint i = 0; i < n; i++)
    if (files[i].text != NULL)
      result = finish_new (folder, &files[i], result);
  return result;
}

void
wfd_peer_files_remove (const char *folder, const char *const *files)
{
  for (; *files != NULL; files++) {
    g_autofree char *path = g_build_filename (folder, *files, NULL);
    g_autofree char *new_path = get_new_path (folder, *files);

    g_unlink (path);
    /* Of a process that was killed. */
    g_unlink (new_path);
  }
  g_rmdir (folder);
}
