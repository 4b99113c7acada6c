/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Small files that only their user may read: keys, and what belongs to them. Results are
 * WFD_PEER_OK, WFD_PEER_NOT_FOUND, WFD_PEER_DISK_FULL, and WFD_PEER_NO_KEY_ACCESS for all else. */

/* The folder for @name in @folder: names may have any character, those of files may not. */
char *wfd_peer_files_get_folder (const char *folder, const char *name);
guint32 wfd_peer_files_code_of (const GError *error);
/* WFD_PEER_DISK_FULL, or @otherwise. */
guint32 wfd_peer_files_code_of_errno (int error, guint32 otherwise);
guint32 wfd_peer_files_read (const char *folder, const char *file, char **ret_text,
    gsize *ret_size);
typedef struct
{
  const char *name;
  const char *text; /* NULL: this one is as it was */
  gsize size;
} WfdPeerFile;

/* All of them, or none if the disk is full. */
guint32 wfd_peer_files_write (const char *folder, const WfdPeerFile *files, guint n);
/* The files with these names (up to NULL), and the folder if nothing else is in it. */
void wfd_peer_files_remove (const char *folder, const char *const *files);

G_END_DECLS
