/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A view of text that came from the network, read from the front. It owns
 * nothing and needs no NUL at its end. A take that does not find what it
 * wants takes nothing and leaves its result alone. Blank means space or tab. */
typedef struct
{
  const char *pos;
  gsize left;
} WfdText;

WfdText wfd_text (const char *text);
/* @text may be NULL if @len is 0. */
WfdText wfd_text_sized (const char *text, gsize len);

/* The next line without its end (CRLF or LF); FALSE when nothing is left. */
gboolean wfd_text_take_line (WfdText *self, WfdText *ret_line);

/* Text up to the next blank, after skipping blanks; FALSE when only blanks
 * are left. */
gboolean wfd_text_take_token (WfdText *self, WfdText *ret_token);

/* Text up to @separator, which is taken too, or to the end; stripped of blanks
 * on both sides. FALSE when nothing is left. */
gboolean wfd_text_take_until (WfdText *self, char separator, WfdText *ret_part);

/* A whole token as a number, at most @max; an optional 0x before hex digits
 * is skipped. FALSE also for rubbish behind the digits and for overflow. */
gboolean wfd_text_take_hex (WfdText *self, guint64 max, guint64 *ret_value);
gboolean wfd_text_take_decimal (WfdText *self, guint64 max, guint64 *ret_value);

WfdText wfd_text_strip (WfdText self);
gboolean wfd_text_is_empty (WfdText self);
/* ASCII, without regard to case. */
gboolean wfd_text_equal (WfdText self, const char *other);
gboolean wfd_text_has_prefix (WfdText self, const char *prefix);
/* A copy with a NUL at its end, never NULL; a NUL inside ends it early. */
char *wfd_text_dup (WfdText self);
/* For people to read: at most @max_bytes, valid UTF-8, and without the control
 * characters with which a peer could write to a terminal. */
char *wfd_text_dup_printable (WfdText self, gsize max_bytes);

G_END_DECLS
