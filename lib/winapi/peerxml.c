/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peerxml.h"

#include <string.h>

#define BINARY " xmlns:dt=\"urn:schemas-microsoft-com:datatypes\" dt:dt=\"bin.base64\""

/* --- reading --- */

typedef enum
{
  BEFORE,
  IN_ROOT,
  IN_ELEMENT,
  BEHIND,
} Place;

typedef struct
{
  const PeerXmlKind *kind;
  Place place;
  guint element;
  char *version;
  GString *texts[PEERXML_MAX_ELEMENTS];
} Reading;

void
peerxml_clear (PeerXml *self)
{
  g_clear_pointer (&self->version, g_free);
  for (guint i = 0; i < PEERXML_MAX_ELEMENTS; i++)
    g_clear_pointer (&self->texts[i], g_free);
}

static gboolean
start_root (Reading *self, const char *name, const char **attributes, const char **values)
{
  if (!g_str_equal (name, self->kind->root))
    return FALSE;
  for (; *attributes != NULL; attributes++, values++) {
    if (!g_str_equal (*attributes, "VERSION"))
      continue;
    /* GMarkup lets an attribute come twice. */
    if (self->version != NULL)
      return FALSE;
    self->version = g_strdup (*values);
  }
  self->place = IN_ROOT;
  return self->version != NULL;
}

static gboolean
start_element (Reading *self, const char *name)
{
  const PeerXmlElement *elements = self->kind->elements;
  guint i = 0;

  while (i < PEERXML_MAX_ELEMENTS && elements[i].name != NULL
      && !g_str_equal (elements[i].name, name) && g_strcmp0 (elements[i].other_name, name) != 0)
    i++;
  if (i == PEERXML_MAX_ELEMENTS || elements[i].name == NULL || self->texts[i] != NULL)
    return FALSE;

  self->texts[i] = g_string_new (NULL);
  self->element = i;
  self->place = IN_ELEMENT;
  return TRUE;
}

static void
on_start (GMarkupParseContext *context, const char *name, const char **attributes,
    const char **values, gpointer user_data, GError **error)
{
  Reading *self = user_data;

  if (self->place == BEFORE ? !start_root (self, name, attributes, values)
                            : self->place != IN_ROOT || !start_element (self, name))
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "<%s> here", name);
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
  Reading *self = user_data;

  self->place = self->place == IN_ROOT ? BEHIND : IN_ROOT;
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize size, gpointer user_data,
    GError **error)
{
  Reading *self = user_data;

  if (self->place == IN_ELEMENT)
    g_string_append_len (self->texts[self->element], text, size);
}

gboolean
peerxml_read (const PeerXmlKind *kind, const char *text, PeerXml *ret_xml)
{
  static const GMarkupParser parser = { on_start, on_end, on_text };
  Reading reading = { kind };
  g_autoptr (GMarkupParseContext) context =
      g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reading, NULL);
  gboolean good = g_markup_parse_context_parse (context, text, -1, NULL)
      && g_markup_parse_context_end_parse (context, NULL) && reading.place == BEHIND;

  *ret_xml = (PeerXml) { reading.version };
  for (guint i = 0; i < PEERXML_MAX_ELEMENTS; i++)
    if (reading.texts[i] != NULL)
      ret_xml->texts[i] = g_string_free (reading.texts[i], FALSE);
  if (!good)
    peerxml_clear (ret_xml);
  return good;
}

/* Lines may be broken anywhere. */
GBytes *
peerxml_decode (const char *text)
{
  guint8 *octets;
  gsize size, n = 0;

  if (text == NULL)
    return NULL;
  for (const char *c = text; *c != '\0'; c++) {
    if (g_ascii_isspace (*c))
      continue;
    if (!g_ascii_isalnum (*c) && strchr ("+/=", *c) == NULL)
      return NULL;
    n++;
  }
  octets = g_base64_decode (text, &size);
  if (n == 0 || n % 4 != 0) {
    g_free (octets);
    return NULL;
  }
  return g_bytes_new_take (octets, size);
}

/* --- building --- */

GString *
peerxml_begin (const char *root, const char *version)
{
  GString *xml = g_string_new (NULL);

  g_string_append_printf (xml, "<%s VERSION=\"%s\">", root, version);
  return xml;
}

void
peerxml_add_text (GString *xml, const char *element, const char *text)
{
  g_autofree char *escaped = text != NULL ? g_markup_escape_text (text, -1) : NULL;

  if (text != NULL)
    g_string_append_printf (xml, "<%s>%s</%s>", element, escaped, element);
}

void
peerxml_add_number (GString *xml, const char *element, guint number)
{
  g_string_append_printf (xml, "<%s>%u</%s>", element, number, element);
}

void
peerxml_add_octets (GString *xml, const char *element, GBytes *octets)
{
  g_autofree char *encoded = NULL;
  gsize size;
  gconstpointer data;

  if (octets == NULL)
    return;
  data = g_bytes_get_data (octets, &size);
  encoded = g_base64_encode (data, size);
  g_string_append_printf (xml, "<%s" BINARY ">%s</%s>", element, encoded, element);
}

char *
peerxml_end (GString *xml, const char *root)
{
  g_string_append_printf (xml, "</%s>", root);
  return g_string_free (xml, FALSE);
}
