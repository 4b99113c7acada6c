/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-files.h"

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
wfd_peer_files_read (const char *folder, const char *file, char **ret_text, gsize *ret_size)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;

  return g_file_get_contents (path, ret_text, ret_size, &error) ? WFD_PEER_OK
                                                                : wfd_peer_files_code_of (error);
}

guint32
wfd_peer_files_write (const char *folder, const char *file, const char *text, gssize size)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);

  return g_file_set_contents_full (path, text, size, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL)
      ? WFD_PEER_OK
      : WFD_PEER_NO_KEY_ACCESS;
}

void
wfd_peer_files_remove (const char *folder, const char *const *files)
{
  for (; *files != NULL; files++) {
    g_autofree char *path = g_build_filename (folder, *files, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
}
