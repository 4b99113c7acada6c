/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peeridentity-private.h"

/* What identities are carried around in. */

#define BINARY "xmlns:dt=\"urn:schemas-microsoft-com:datatypes\" dt:dt=\"bin.base64\""

static char *
encode (GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  return g_base64_encode (data, size);
}

char *
peeridentity_build_info (GBytes *certificate)
{
  g_autofree char *encoded = encode (certificate);

  return g_strconcat ("<PEERIDENTITYINFO VERSION=\"1.0\"><IDC " BINARY ">", encoded,
      "</IDC></PEERIDENTITYINFO>", NULL);
}

char *
peeridentity_build_export (const char *name, GBytes *pfx)
{
  g_autofree char *encoded = encode (pfx);
  g_autofree char *escaped = g_markup_escape_text (name, -1);

  return g_strconcat ("<PEERIDENTITYEXPORT VERSION=\"1.0\"><PEERNAME>", escaped,
      "</PEERNAME><DATA " BINARY ">", encoded, "</DATA></PEERIDENTITYEXPORT>", NULL);
}

/* One page of the documents has IDENTITY and IDENTITYDATA for the two inner ones. */
typedef enum
{
  NOWHERE,
  IN_EXPORT,
  IN_NAME,
  IN_DATA,
  BEHIND,
} Place;

typedef struct
{
  Place place;
  GString *name, *data;
} Reading;

static gboolean
is_version (const char **names, const char **values)
{
  for (; *names != NULL; names++, values++)
    if (g_str_equal (*names, "VERSION"))
      return g_str_equal (*values, "1.0");
  return FALSE;
}

static void
on_start (GMarkupParseContext *context, const char *element, const char **names,
    const char **values, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  if (reading->place == NOWHERE && g_str_equal (element, "PEERIDENTITYEXPORT")
      && is_version (names, values))
    reading->place = IN_EXPORT;
  else if (reading->place == IN_EXPORT
      && (g_str_equal (element, "PEERNAME") || g_str_equal (element, "IDENTITY")))
    reading->place = IN_NAME;
  else if (reading->place == IN_EXPORT
      && (g_str_equal (element, "DATA") || g_str_equal (element, "IDENTITYDATA")))
    reading->place = IN_DATA;
  else
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "<%s> here", element);
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  reading->place = reading->place == IN_EXPORT ? BEHIND : IN_EXPORT;
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize size, gpointer user_data,
    GError **error)
{
  Reading *reading = user_data;

  if (reading->place == IN_NAME)
    g_string_append_len (reading->name, text, size);
  else if (reading->place == IN_DATA)
    g_string_append_len (reading->data, text, size);
}

gboolean
peeridentity_read_export (const char *xml, char **ret_name, GBytes **ret_pfx)
{
  static const GMarkupParser parser = { on_start, on_end, on_text };
  g_autoptr (GString) name = g_string_new (NULL);
  g_autoptr (GString) data = g_string_new (NULL);
  Reading reading = { NOWHERE, name, data };
  g_autoptr (GMarkupParseContext) context =
      g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reading, NULL);
  guint8 *octets;
  gsize size;

  if (!g_markup_parse_context_parse (context, xml, -1, NULL)
      || !g_markup_parse_context_end_parse (context, NULL) || name->len == 0 || data->len == 0)
    return FALSE;

  octets = g_base64_decode (data->str, &size);
  *ret_pfx = g_bytes_new_take (octets, size);
  *ret_name = g_strdup (name->str);
  return TRUE;
}
