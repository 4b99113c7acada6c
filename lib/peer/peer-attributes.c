/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-attributes.h"

#include <base-text.h>

#define MAX_NAME_CHARS 40

static const char *const type_names[] = { "string", "int", "date" };

/* Those that the graph itself knows of a record. */
static const char *const reserved[] = { "peerlastmodifiedby", "peercreatorid",
  "peerlastmodificationtime", "peerrecordid", "peerrecordtype", "peercreationtime" };

void
wfd_peer_attribute_free (WfdPeerAttribute *self)
{
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

gboolean
wfd_peer_attribute_is_reserved (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (g_ascii_strcasecmp (name, reserved[i]) == 0)
      return TRUE;
  return FALSE;
}

gboolean
wfd_peer_attribute_type_read (const char *name, WfdPeerAttributeType *ret_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++) {
    if (g_strcmp0 (name, type_names[i]) == 0) {
      *ret_type = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* --- values --- */

static gboolean
read_int (const char *text, gint64 *ret_number)
{
  WfdText rest = wfd_text_strip (wfd_text (text));
  gboolean negative = wfd_text_has_prefix (rest, "-");
  guint64 value;

  if (negative || wfd_text_has_prefix (rest, "+")) {
    rest.pos++;
    rest.left--;
  }
  if (rest.left == 0 || !g_ascii_isdigit (*rest.pos)
      || !wfd_text_take_decimal (&rest, G_MAXINT64, &value) || !wfd_text_is_empty (rest))
    return FALSE;

  *ret_number = negative ? -(gint64) value : (gint64) value;
  return TRUE;
}

/* A date alone is its midnight, and one without a zone is of UTC. */
static gboolean
read_date (const char *text, gint64 *ret_number)
{
  g_autofree char *stripped = wfd_text_dup (wfd_text_strip (wfd_text (text)));
  g_autofree char *whole = strchr (stripped, 'T') != NULL
      ? g_strdup (stripped)
      : g_strconcat (stripped, "T00:00:00", NULL);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (whole, utc);

  if (date == NULL)
    return FALSE;
  *ret_number = g_date_time_to_unix (date) * G_USEC_PER_SEC + g_date_time_get_microsecond (date);
  return TRUE;
}

gboolean
wfd_peer_attribute_read_value (WfdPeerAttributeType type, const char *text, gint64 *ret_number)
{
  switch (type) {
    case WFD_PEER_ATTRIBUTE_STRING:
      return TRUE;
    case WFD_PEER_ATTRIBUTE_INT:
      return read_int (text, ret_number);
    case WFD_PEER_ATTRIBUTE_DATE:
      return read_date (text, ret_number);
  }
  return FALSE;
}

/* --- the text --- */

typedef struct
{
  GPtrArray *attributes;
  WfdPeerAttribute *open;
  GString *text;
  guint depth;
  gboolean has_root; /* instructions alone are well formed to GMarkup */
} Reading;

static gboolean
is_name (const char *name)
{
  gsize n = 0;

  for (const char *c = name; *c != '\0'; c = g_utf8_next_char (c), n++)
    if (!g_unichar_isalnum (g_utf8_get_char (c)))
      return FALSE;
  return n > 0 && n <= MAX_NAME_CHARS && !wfd_peer_attribute_is_reserved (name);
}

static gboolean
begin_attribute (Reading *reading, const char **names, const char **values)
{
  const char *name = NULL, *type = NULL;
  WfdPeerAttributeType read_type;

  for (; *names != NULL; names++, values++) {
    if (g_str_equal (*names, "name"))
      name = *values;
    else if (g_str_equal (*names, "type"))
      type = *values;
    else
      return FALSE;
  }
  if (name == NULL || !is_name (name) || !wfd_peer_attribute_type_read (type, &read_type))
    return FALSE;

  reading->open = g_new0 (WfdPeerAttribute, 1);
  reading->open->name = g_strdup (name);
  reading->open->type = read_type;
  g_string_set_size (reading->text, 0);
  g_ptr_array_add (reading->attributes, reading->open);
  return TRUE;
}

static void
on_start (GMarkupParseContext *context, const char *element, const char **names,
    const char **values, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  gboolean good = reading->depth == 0 ? g_str_equal (element, "attributes")
                                      : reading->depth == 1 && g_str_equal (element, "attribute")
          && begin_attribute (reading, names, values);

  reading->depth++;
  reading->has_root = TRUE;
  if (!good)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "<%s> here", element);
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  WfdPeerAttribute *attribute = reading->open;

  reading->depth--;
  if (attribute == NULL)
    return;
  attribute->text = g_strdup (reading->text->str);
  reading->open = NULL;
  if (!wfd_peer_attribute_read_value (attribute->type, attribute->text, &attribute->number))
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "no %s: %s",
        type_names[attribute->type], attribute->text);
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize size, gpointer user_data,
    GError **error)
{
  Reading *reading = user_data;

  if (reading->open != NULL)
    g_string_append_len (reading->text, text, size);
  else if (!wfd_text_is_empty (wfd_text_strip (wfd_text_sized (text, strcspn (text, "\r\n")))))
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "text between attributes");
}

GPtrArray *
wfd_peer_attributes_read (const char *xml)
{
  static const GMarkupParser parser = { on_start, on_end, on_text };
  g_autoptr (GPtrArray) attributes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_attribute_free);
  g_autoptr (GString) text = g_string_new (NULL);
  Reading reading = { attributes, NULL, text };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser,
      G_MARKUP_TREAT_CDATA_AS_TEXT | G_MARKUP_PREFIX_ERROR_POSITION, &reading, NULL);

  if (!g_markup_parse_context_parse (context, xml, -1, NULL)
      || !g_markup_parse_context_end_parse (context, NULL) || !reading.has_root)
    return NULL;
  return g_steal_pointer (&attributes);
}
