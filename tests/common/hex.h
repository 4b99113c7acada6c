/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Octets written as hex digits, with blanks where one likes, and text in '…'. */
static inline GByteArray *
hex_octets (const char *text)
{
  GByteArray *out = g_byte_array_new ();
  guint8 octet;

  for (; *text != '\0'; text++) {
    if (*text == ' ')
      continue;
    if (*text == '\'') {
      while (*++text != '\'')
        g_byte_array_append (out, (const guint8 *) text, 1);
      continue;
    }
    octet = g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]);
    g_byte_array_append (out, &octet, 1);
    text++;
  }
  return out;
}
