/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-der.h"

#include "peer-put.h"

static gboolean
take_length (WfdBytes *bytes, guint32 *ret_length)
{
  guint8 first;
  guint n;

  if (!wfd_bytes_take_u8 (bytes, &first))
    return FALSE;
  if (first < 0x80) {
    *ret_length = first;
    return TRUE;
  }
  n = first & 0x7f;
  return n >= 1 && n <= 3 && wfd_bytes_take_number (bytes, n, ret_length)
      && *ret_length >= (n == 1 ? 0x80u : 1u << (8 * (n - 1)));
}

gboolean
wfd_peer_der_take (WfdBytes *bytes, guint8 tag, WfdBytes *ret_content)
{
  WfdBytes rest = *bytes;
  guint32 length;
  guint8 found;

  if (!wfd_bytes_take_u8 (&rest, &found) || found != tag || !take_length (&rest, &length)
      || !wfd_bytes_take (&rest, length, ret_content))
    return FALSE;
  *bytes = rest;
  return TRUE;
}

gboolean
wfd_peer_der_take_whole (WfdBytes *bytes, guint8 tag, WfdBytes *ret_whole)
{
  WfdBytes before = *bytes, content;

  return wfd_peer_der_take (bytes, tag, &content)
      && wfd_bytes_part (before, 0, before.left - bytes->left, ret_whole);
}

gboolean
wfd_peer_der_take_text (WfdBytes *bytes, gsize max_chars, char **ret_text)
{
  WfdBytes rest = *bytes, content;
  g_autoptr (GString) text = g_string_new (NULL);
  guint32 c;

  if (!wfd_peer_der_take (&rest, WFD_PEER_DER_UNIVERSAL_STRING, &content)
      || content.left / 4 > max_chars)
    return FALSE;
  while (wfd_bytes_take_u32 (&content, &c)) {
    if (c == 0 || !g_unichar_validate (c))
      return FALSE;
    g_string_append_unichar (text, c);
  }
  if (content.left > 0)
    return FALSE;

  *bytes = rest;
  *ret_text = g_string_free (g_steal_pointer (&text), FALSE);
  return TRUE;
}

void
wfd_peer_der_put (GByteArray *out, guint8 tag, WfdBytes content)
{
  put_u8 (out, tag);
  if (content.left >= 0x10000) {
    put_u8 (out, 0x83);
    put_u8 (out, content.left >> 16);
    put_u16 (out, content.left & 0xffff);
  } else if (content.left >= 0x100) {
    put_u8 (out, 0x82);
    put_u16 (out, content.left);
  } else {
    if (content.left >= 0x80)
      put_u8 (out, 0x81);
    put_u8 (out, content.left);
  }
  g_byte_array_append (out, content.pos, content.left);
}

void
wfd_peer_der_put_text (GByteArray *out, const char *text)
{
  g_autoptr (GByteArray) wide = g_byte_array_new ();

  for (; *text != '\0'; text = g_utf8_next_char (text))
    put_u32 (wide, g_utf8_get_char (text));
  wfd_peer_der_put (out, WFD_PEER_DER_UNIVERSAL_STRING, wfd_bytes (wide->data, wide->len));
}
