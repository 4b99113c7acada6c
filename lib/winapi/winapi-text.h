/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <windef.h>

G_BEGIN_DECLS

/* Wide strings of an application, and UTF-8. */

/* At most @max_chars of UTF-16, which Windows counts, without the NUL. NULL if @text is longer or no Unicode. */
char *winapi_text_from_wide (PCWSTR text, gsize max_chars);
/* NULL is fine, and makes NULL; too long is not. */
gboolean winapi_text_read_optional (PCWSTR text, gsize max_chars, char **ret_text);
/* Part of @block; NULL for NULL. */
PWSTR winapi_text_add_wide (gpointer block, const char *text);

G_END_DECLS
