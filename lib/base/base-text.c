/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base-text.h"

#include <string.h>

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

WfdText
wfd_text (const char *text)
{
  return wfd_text_sized (text, strlen (text));
}

WfdText
wfd_text_sized (const char *text, gsize len)
{
  return (WfdText) { text, len };
}

static void
skip (WfdText *self, gsize n)
{
  self->pos += n;
  self->left -= n;
}

static void
skip_blanks (WfdText *self)
{
  while (self->left > 0 && is_blank (*self->pos))
    skip (self, 1);
}

gboolean
wfd_text_take_line (WfdText *self, WfdText *ret_line)
{
  const char *end;
  gsize len;

  if (self->left == 0)
    return FALSE;

  end = memchr (self->pos, '\n', self->left);
  len = end != NULL ? (gsize) (end - self->pos) : self->left;
  *ret_line = (WfdText) { self->pos, len };
  if (len > 0 && ret_line->pos[len - 1] == '\r')
    ret_line->left--;
  skip (self, end != NULL ? len + 1 : len);
  return TRUE;
}

gboolean
wfd_text_take_token (WfdText *self, WfdText *ret_token)
{
  WfdText rest = *self;
  gsize len = 0;

  skip_blanks (&rest);
  if (rest.left == 0)
    return FALSE;

  while (len < rest.left && !is_blank (rest.pos[len]))
    len++;
  *ret_token = (WfdText) { rest.pos, len };
  skip (&rest, len);
  *self = rest;
  return TRUE;
}

gboolean
wfd_text_take_until (WfdText *self, char separator, WfdText *ret_part)
{
  const char *end;
  gsize len;

  if (self->left == 0)
    return FALSE;

  end = memchr (self->pos, separator, self->left);
  len = end != NULL ? (gsize) (end - self->pos) : self->left;
  *ret_part = wfd_text_strip ((WfdText) { self->pos, len });
  skip (self, end != NULL ? len + 1 : len);
  return TRUE;
}

static gboolean
take_number (WfdText *self, guint base, guint64 max, guint64 *ret_value)
{
  WfdText rest = *self, token;
  guint64 value = 0;
  gsize i;

  if (!wfd_text_take_token (&rest, &token))
    return FALSE;
  if (base == 16 && token.left > 2 && wfd_text_has_prefix (token, "0x"))
    skip (&token, 2);

  for (i = 0; i < token.left; i++) {
    int digit = g_ascii_xdigit_value (token.pos[i]);

    if (digit < 0 || (guint) digit >= base)
      return FALSE;
    if ((guint64) digit > max || value > (max - digit) / base)
      return FALSE;
    value = value * base + digit;
  }

  *self = rest;
  *ret_value = value;
  return TRUE;
}

gboolean
wfd_text_take_hex (WfdText *self, guint64 max, guint64 *ret_value)
{
  return take_number (self, 16, max, ret_value);
}

gboolean
wfd_text_take_decimal (WfdText *self, guint64 max, guint64 *ret_value)
{
  return take_number (self, 10, max, ret_value);
}

WfdText
wfd_text_strip (WfdText self)
{
  skip_blanks (&self);
  while (self.left > 0 && is_blank (self.pos[self.left - 1]))
    self.left--;
  return self;
}

gboolean
wfd_text_is_empty (WfdText self)
{
  return wfd_text_strip (self).left == 0;
}

gboolean
wfd_text_equal (WfdText self, const char *other)
{
  return self.left == strlen (other) && wfd_text_has_prefix (self, other);
}

gboolean
wfd_text_has_prefix (WfdText self, const char *prefix)
{
  gsize len = strlen (prefix);

  if (len == 0)
    return TRUE;
  return self.left >= len && g_ascii_strncasecmp (self.pos, prefix, len) == 0;
}

char *
wfd_text_dup (WfdText self)
{
  return g_strndup (self.left > 0 ? self.pos : "", self.left);
}

char *
wfd_text_dup_printable (WfdText self, gsize max_bytes)
{
  g_autoptr (GString) printable = g_string_new (NULL);
  g_autofree char *valid =
      g_utf8_make_valid (self.pos != NULL ? self.pos : "", MIN (self.left, max_bytes));

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar character = g_utf8_get_char (c);

    g_string_append_unichar (printable, g_unichar_isprint (character) ? character : ' ');
  }
  g_strstrip (printable->str);
  return g_strdup (printable->str);
}
