/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of [MS-WFDPE] and Intel WiDi. */
#include "rtsp-params-private.h"

#include <base-limits.h>

#include <string.h>

/* [MS-WFDPE] §2.1 */
#define FRIENDLY_NAME_BYTES 18
#define SINK_NAME_BYTES 32
#define PRODUCT_ID_BYTES 16
#define DEVICE_URL_BYTES 256
#define LOGO_MIN_BYTES 464
#define LOGO_MAX_BYTES 76800

/* [MS-WFDPE] §2.10: up to ten digits, bit/s. */
#define MAX_BITRATE_BPS G_GUINT64_CONSTANT (9999999999)

guint
wfd_param_parse_max_bitrate (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  guint64 bps = 0;

  if (!wfd_text_equal (value, "none")
      && (!wfd_text_take_decimal (&value, MAX_BITRATE_BPS, &bps) || !wfd_text_is_empty (value)))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  params->max_bitrate_bps = bps;
  return 0;
}

gboolean
wfd_param_print_max_bitrate (const WfdParamRow *row, const WfdParams *params, GString *value)
{
  if (params->max_bitrate_bps > MAX_BITRATE_BPS)
    return FALSE;
  if (params->max_bitrate_bps == 0)
    g_string_append (value, "none");
  else
    g_string_append_printf (value, "%" G_GUINT64_FORMAT, params->max_bitrate_bps);
  return TRUE;
}

/* Cuts at a character, not in one. */
static void
cut_utf8 (GString *text, gsize start, gsize max_bytes)
{
  const char *end = text->str + start + max_bytes;

  if (text->len - start <= max_bytes)
    return;
  if ((*end & 0xc0) == 0x80)
    end = g_utf8_find_prev_char (text->str + start, end);
  g_string_truncate (text, end - text->str);
  while (text->len > start && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
}

/* Names of devices are longer and have a '-' (DESKTOP-…), which the grammar
 * excludes: both ways they are made to fit, a name is for people. */
guint
wfd_param_normalise_friendly_name (const WfdParamRow *row, WfdText value, GString *text)
{
  g_autofree char *copy = g_strdelimit (wfd_text_dup (value), "-", ' ');
  gsize start = text->len;

  if (!wfd_param_fold_free_text (wfd_text_sized (copy, strlen (copy)), WFD_LIMIT_NAME_BYTES, FALSE,
          text))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  cut_utf8 (text, start, FRIENDLY_NAME_BYTES);
  return 0;
}

/* The grammar has no blanks, the document's own samples have. */
guint
wfd_param_normalise_sink_name (const WfdParamRow *row, WfdText value, GString *text)
{
  if (!wfd_param_fold_free_text (value, SINK_NAME_BYTES, TRUE, text))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  return 0;
}

/* "key=a.b.c.d": three numbers of up to two digits, one of up to four. */
static gboolean
fold_version (WfdText part, const char *key, GString *text)
{
  WfdText number, name;
  guint n = 0;

  if (!wfd_text_take_until (&part, '=', &name) || !wfd_text_equal (name, key))
    return FALSE;

  g_string_append_printf (text, " %s=", key);
  while (wfd_text_take_until (&part, '.', &number)) {
    guint64 value;

    if (!wfd_text_take_decimal (&number, n == 3 ? 9999 : 99, &value) || !wfd_text_is_empty (number))
      return FALSE;
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, n > 0 ? "." : "", value);
    n++;
  }
  return n == 4;
}

/* Where the last token of @text begins; @text itself if it has none. */
static WfdText
split_last_token (WfdText *text)
{
  WfdText head = wfd_text_strip (*text), last;
  gsize start = head.left;

  while (start > 0 && head.pos[start - 1] != ' ' && head.pos[start - 1] != '\t')
    start--;
  last = wfd_text_sized (head.pos + start, head.left - start);
  *text = wfd_text_strip (wfd_text_sized (head.pos, start));
  return last;
}

/* product_ID=… hw_version=a.b.c.d sw_version=a.b.c.d; the product may have
 * blanks, as in the document's sample, so this is read from its end. */
guint
wfd_param_normalise_sink_version (const WfdParamRow *row, WfdText value, GString *text)
{
  const char key[] = "product_ID";
  WfdText software = split_last_token (&value);
  WfdText hardware = split_last_token (&value);
  WfdText name;

  if (!wfd_text_take_until (&value, '=', &name) || !wfd_text_equal (name, key))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  g_string_append_printf (text, "%s=", key);
  if (!wfd_param_fold_free_text (value, PRODUCT_ID_BYTES, TRUE, text)
      || !fold_version (hardware, "hw_version", text)
      || !fold_version (software, "sw_version", text))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  return 0;
}

guint
wfd_param_normalise_device_url (const WfdParamRow *row, WfdText value, GString *text)
{
  if (!wfd_param_is_visible (value, DEVICE_URL_BYTES))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  g_string_append_len (text, value.pos, value.left);
  return 0;
}

/* A PNG in base64 (RFC 4648 §4). */
guint
wfd_param_normalise_logo (const WfdParamRow *row, WfdText value, GString *text)
{
  gsize n_padding = 0;

  if (value.left < LOGO_MIN_BYTES || value.left > LOGO_MAX_BYTES || value.left % 4 != 0)
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  while (n_padding < 2 && value.pos[value.left - 1 - n_padding] == '=')
    n_padding++;
  for (gsize i = 0; i < value.left - n_padding; i++) {
    char c = value.pos[i];

    if (!g_ascii_isalnum (c) && c != '+' && c != '/')
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  }
  g_string_append_len (text, value.pos, value.left);
  return 0;
}

/* [MS-WFDPE] §2.2: an HRESULT and a text. */
guint
wfd_param_normalise_teardown_reason (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 result[] = { 8 };

  if (!wfd_param_fold_fields (&value, result, G_N_ELEMENTS (result), text))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  g_string_append_c (text, ' ');
  if (!wfd_param_fold_free_text (value, WFD_LIMIT_NAME_BYTES, FALSE, text))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  return 0;
}

/* [MS-WFDPE] §2.11: a word, or "secondary", size in pixels and bit/s. */
guint
wfd_param_normalise_multiscreen (const WfdParamRow *row, WfdText value, GString *text)
{
  guint64 width, height, bps;

  if (!wfd_param_take_word (&value, "secondary"))
    return wfd_param_normalise_word (row, value, text);
  if (!wfd_text_take_decimal (&value, G_MAXUINT16, &width)
      || !wfd_text_take_decimal (&value, G_MAXUINT16, &height)
      || !wfd_text_take_decimal (&value, MAX_BITRATE_BPS, &bps) || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  g_string_append_printf (text,
      "secondary %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, width, height,
      bps);
  return 0;
}

/* Four hex digits in the grammar and on the wire (4abf), but decimal in the
 * document's sample (50001). */
static gboolean
take_cursor_port (WfdText *text, guint64 *ret_port)
{
  WfdText rest = *text, token;

  if (!wfd_text_take_token (&rest, &token))
    return FALSE;
  if (token.left == 4 || wfd_text_has_prefix (token, "0x"))
    return wfd_text_take_hex (text, G_MAXUINT16, ret_port);
  return wfd_text_take_decimal (text, G_MAXUINT16, ret_port);
}

/* [MS-WDHCE]: "none" here is a sink that has a cursor but no XOR. */
guint
wfd_param_normalise_cursor (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 fields[] = { 4, 4, 4 };
  guint64 values[G_N_ELEMENTS (fields)];
  WfdText kind;
  gint index;

  if (!wfd_text_take_token (&value, &kind) || (index = wfd_param_find_word (row->words, kind)) < 0)
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  if (!wfd_param_take_fields (&value, fields, 2, 2, values)
      || !take_cursor_port (&value, &values[2]) || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  g_string_append_printf (text, "%s ", row->words[index]);
  wfd_param_print_fields (fields, values, G_N_ELEMENTS (fields), text);
  return 0;
}
