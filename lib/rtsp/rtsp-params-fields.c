/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the values of the parameters consist of: numbers of a fixed width,
 * words, ports, text. */
#include "rtsp-params-private.h"

#include <string.h>

static guint64
highest_decimal (guint digits)
{
  guint64 highest = 9;

  for (guint i = 1; i < digits; i++)
    highest = highest * 10 + 9;
  return highest;
}

gboolean
wfd_param_take_word (WfdText *text, const char *word)
{
  WfdText rest = *text, token;

  if (!wfd_text_take_token (&rest, &token) || !wfd_text_equal (token, word))
    return FALSE;
  *text = rest;
  return TRUE;
}

static gboolean
take_field (WfdText *text, guint8 format, guint64 *ret_value)
{
  guint digits = WFD_FIELD_DIGITS (format);

  if ((format & WFD_FIELD_OR_NONE) && wfd_param_take_word (text, "none")) {
    *ret_value = WFD_FIELD_NONE;
    return TRUE;
  }
  if (format & WFD_FIELD_DECIMAL)
    return wfd_text_take_decimal (text, highest_decimal (digits), ret_value);
  if (!wfd_text_take_hex (text, G_MAXUINT64, ret_value))
    return FALSE;
  *ret_value &= G_MAXUINT64 >> (64 - 4 * digits);
  return TRUE;
}

gboolean
wfd_param_take_fields (WfdText *text, const guint8 *formats, gsize n, gsize required,
    guint64 *ret_values)
{
  guint64 values[WFD_MAX_FIELDS];
  WfdText rest = *text;

  g_assert (n <= WFD_MAX_FIELDS);
  for (gsize i = 0; i < n; i++) {
    if (i >= required && wfd_text_is_empty (rest))
      values[i] = formats[i] & WFD_FIELD_OR_NONE ? WFD_FIELD_NONE : 0;
    else if (!take_field (&rest, formats[i], &values[i]))
      return FALSE;
  }

  memcpy (ret_values, values, n * sizeof (values[0]));
  *text = rest;
  return TRUE;
}

void
wfd_param_print_fields (const guint8 *formats, const guint64 *values, gsize n, GString *out)
{
  for (gsize i = 0; i < n; i++) {
    int digits = WFD_FIELD_DIGITS (formats[i]);

    if (i > 0)
      g_string_append_c (out, ' ');
    if ((formats[i] & WFD_FIELD_OR_NONE) && values[i] == WFD_FIELD_NONE)
      g_string_append (out, "none");
    else if (formats[i] & WFD_FIELD_DECIMAL)
      g_string_append_printf (out, "%0*" G_GUINT64_FORMAT, digits, values[i]);
    else
      g_string_append_printf (out, "%0*" G_GINT64_MODIFIER "x", digits, values[i]);
  }
}

gboolean
wfd_param_fold_fields (WfdText *text, const guint8 *formats, gsize n, GString *out)
{
  guint64 values[WFD_MAX_FIELDS];

  if (!wfd_param_take_fields (text, formats, n, n, values))
    return FALSE;
  wfd_param_print_fields (formats, values, n, out);
  return TRUE;
}

guint
wfd_param_normalise_fields (WfdText value, const guint8 *formats, gsize n, GString *out)
{
  guint64 values[WFD_MAX_FIELDS];

  if (!wfd_param_take_fields (&value, formats, n, n, values) || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  wfd_param_print_fields (formats, values, n, out);
  return 0;
}

gint
wfd_param_find_word (const char *const *words, WfdText word)
{
  for (gint i = 0; words[i] != NULL; i++) {
    if (wfd_text_equal (word, words[i]))
      return i;
  }
  return -1;
}

guint
wfd_param_parse_word (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  gint index = wfd_param_find_word (row->words, value);

  /* Receivers answer "none" to whatever they do not do, also where the
   * standard has another word for it (wfd_idr_request_capability: 0). */
  if (index < 0 && row->none != NULL && wfd_text_equal (value, "none"))
    index = wfd_param_find_word (row->words, wfd_text (row->none));
  if (index < 0)
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  G_STRUCT_MEMBER (gint, params, row->offset) = index;
  return 0;
}

gboolean
wfd_param_print_word (const WfdParamRow *row, const WfdParams *params, GString *value)
{
  gint index = G_STRUCT_MEMBER (gint, params, row->offset);

  if (index < 0 || (guint) index >= g_strv_length ((char **) row->words))
    return FALSE;
  g_string_append (value, row->words[index]);
  return TRUE;
}

guint
wfd_param_normalise_word (const WfdParamRow *row, WfdText value, GString *text)
{
  gint index = wfd_param_find_word (row->words, value);

  if (index < 0)
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  g_string_append (text, row->words[index]);
  return 0;
}

gboolean
wfd_param_take_port (WfdText *text, guint64 *ret_port)
{
  WfdText rest = *text;
  guint64 port;

  if (!wfd_text_take_decimal (&rest, G_MAXUINT16, &port) || port == 0)
    return FALSE;
  *text = rest;
  *ret_port = port;
  return TRUE;
}

static gboolean
has_control_characters (const char *text, gsize len)
{
  for (const char *p = text; p < text + len; p = g_utf8_next_char (p)) {
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return TRUE;
  }
  return FALSE;
}

gboolean
wfd_param_fold_free_text (WfdText value, gsize max_bytes, gboolean ascii, GString *out)
{
  g_autoptr (GString) text = g_string_new (NULL);
  WfdText token;

  while (wfd_text_take_token (&value, &token)) {
    if (text->len > 0)
      g_string_append_c (text, ' ');
    g_string_append_len (text, token.pos, token.left);
  }

  if (text->len == 0 || text->len > max_bytes)
    return FALSE;
  if (!g_utf8_validate_len (text->str, text->len, NULL)
      || has_control_characters (text->str, text->len))
    return FALSE;
  if (ascii && !g_str_is_ascii (text->str))
    return FALSE;
  g_string_append_len (out, text->str, text->len);
  return TRUE;
}

gboolean
wfd_param_is_visible (WfdText text, gsize max_bytes)
{
  if (text.left == 0 || text.left > max_bytes)
    return FALSE;
  for (gsize i = 0; i < text.left; i++) {
    if (!g_ascii_isgraph (text.pos[i]))
      return FALSE;
  }
  return TRUE;
}

gboolean
wfd_param_fold_octets (WfdText digits, gsize max_bytes, GString *out)
{
  if (digits.left == 0 || digits.left % 2 != 0 || digits.left / 2 > max_bytes)
    return FALSE;
  for (gsize i = 0; i < digits.left; i++) {
    if (!g_ascii_isxdigit (digits.pos[i]))
      return FALSE;
  }
  for (gsize i = 0; i < digits.left; i++)
    g_string_append_c (out, g_ascii_tolower (digits.pos[i]));
  return TRUE;
}
