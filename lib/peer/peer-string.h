/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

G_BEGIN_DECLS

/* Strings of records: length in characters of UTF-16 with the NUL (4 octets), then
 * the characters, big-endian; a length of 0 is no string, NULL. */

/* Of UTF-16, without the NUL, as the limits of the documents count. */
gsize wfd_peer_string_chars (const char *text);
gboolean wfd_peer_take_string (WfdBytes *bytes, gsize max_chars, char **ret_string);
/* @text may be NULL, and is UTF-8. */
void wfd_peer_put_string (GByteArray *out, const char *text);

G_END_DECLS
