/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Small files that only their user may read: keys, and what belongs to them. Results are
 * WFD_PEER_OK, WFD_PEER_NOT_FOUND, and WFD_PEER_NO_KEY_ACCESS for all else. */

/* The folder for @name in @folder: names may have any character, those of files may not. */
char *wfd_peer_files_get_folder (const char *folder, const char *name);
guint32 wfd_peer_files_code_of (const GError *error);
guint32 wfd_peer_files_read (const char *folder, const char *file, char **ret_text,
    gsize *ret_size);
/* Whole or not at all. */
guint32 wfd_peer_files_write (const char *folder, const char *file, const char *text, gssize size);
/* The files with these names (up to NULL), and the folder if nothing else is in it. */
void wfd_peer_files_remove (const char *folder, const char *const *files);

G_END_DECLS
