/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-string.h"

#include "peer-put.h"

gsize
wfd_peer_string_chars (const char *text)
{
  gsize n = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    n += g_utf8_get_char (text) > 0xffff ? 2 : 1;
  return n;
}

gboolean
wfd_peer_take_string (WfdBytes *bytes, gsize max_chars, char **ret_string)
{
  WfdBytes rest = *bytes, part;
  g_autofree gunichar2 *wide = NULL;
  char *text;
  guint32 n;

  if (!wfd_bytes_take_u32 (&rest, &n) || n > max_chars
      || !wfd_bytes_take (&rest, (gsize) n * 2, &part))
    return FALSE;
  if (n == 0) {
    *ret_string = NULL;
    *bytes = rest;
    return TRUE;
  }

  wide = g_new (gunichar2, n);
  for (guint i = 0; i < n; i++) {
    wide[i] = part.pos[2 * i] << 8 | part.pos[2 * i + 1];
    if ((wide[i] == 0) != (i == n - 1))
      return FALSE;
  }
  /* Half a pair of surrogates is refused here. */
  text = g_utf16_to_utf8 (wide, n - 1, NULL, NULL, NULL);
  if (text == NULL)
    return FALSE;

  *ret_string = text;
  *bytes = rest;
  return TRUE;
}

void
wfd_peer_put_string (GByteArray *out, const char *text)
{
  g_autofree gunichar2 *wide = text != NULL ? g_utf8_to_utf16 (text, -1, NULL, NULL, NULL) : NULL;
  glong n = 0;

  if (wide == NULL) {
    put_u32 (out, 0);
    return;
  }
  while (wide[n] != 0)
    n++;
  put_u32 (out, n + 1);
  for (glong i = 0; i <= n; i++)
    put_u16 (out, wide[i]);
}
