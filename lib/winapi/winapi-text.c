/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "winapi-text.h"

#include "winapi-block.h"

G_STATIC_ASSERT (sizeof (WCHAR) == sizeof (gunichar));

char *
winapi_text_from_wide (PCWSTR text, gsize max_chars)
{
  gsize n = wcsnlen (text, max_chars + 1), n_chars = 0;
  g_autofree char *utf8 = NULL;

  for (gsize i = 0; i < n; i++) {
    if (!g_unichar_validate (text[i]))
      return NULL;
    n_chars += text[i] > 0xffff ? 2 : 1;
  }
  if (n_chars > max_chars)
    return NULL;
  utf8 = g_ucs4_to_utf8 ((const gunichar *) text, n, NULL, NULL, NULL);
  return g_steal_pointer (&utf8);
}

gboolean
winapi_text_read_optional (PCWSTR text, gsize max_chars, char **ret_text)
{
  *ret_text = text != NULL ? winapi_text_from_wide (text, max_chars) : NULL;
  return text == NULL || *ret_text != NULL;
}

PWSTR
winapi_text_add_wide (gpointer block, const char *text)
{
  g_autofree gunichar *wide = NULL;
  glong n = 0;

  if (text == NULL)
    return NULL;
  wide = g_utf8_to_ucs4_fast (text, -1, &n);
  return winapi_block_add_copy (block, wide, (n + 1) * sizeof (*wide));
}
