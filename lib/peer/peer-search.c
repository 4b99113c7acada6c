/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-attributes.h"

#include <base-text.h>
#include "peer-codes.h"

/* The query language: a tree of clauses, asked of each record. */

#define MAX_DEPTH 32
#define MAX_NODES 1024

/* 1601 to 1970, in the units of each. */
#define EPOCH_TICKS G_GINT64_CONSTANT (116444736000000000)

typedef enum
{
  NODE_ROOT,
  NODE_AND,
  NODE_OR,
  NODE_CLAUSE,
} NodeKind;

typedef enum
{
  EQUAL,
  NOT_EQUAL,
  GREATER,
  LESS,
  GREATER_OR_EQUAL,
  LESS_OR_EQUAL,
} Compare;

static const char *const node_names[] = { "peersearch", "and", "or", "clause" };
static const char *const compare_names[] = { "equal", "notequal", "greater", "less",
  "greaterorequal", "lessorequal" };

struct _WfdPeerSearch
{
  NodeKind kind;
  GPtrArray *children; /* of the first three */
  char *name;
  WfdPeerAttributeType type;
  Compare compare;
  char *text;
  gint64 number;
};

void
wfd_peer_search_free (WfdPeerSearch *self)
{
  g_ptr_array_unref (self->children);
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

/* --- reading --- */

typedef struct
{
  WfdPeerSearch *root;
  GPtrArray *open; /* from the root to where we are; borrowed */
  GString *text;
  guint n_nodes;
  guint32 result;
} Reading;

static WfdPeerSearch *
node_new (NodeKind kind)
{
  WfdPeerSearch *self = g_new0 (WfdPeerSearch, 1);

  self->kind = kind;
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_search_free);
  return self;
}

static gboolean
find_name (const char *const *names, guint n, const char *name, guint *ret_index)
{
  for (guint i = 0; i < n; i++) {
    if (g_str_equal (names[i], name)) {
      *ret_index = i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
read_clause (WfdPeerSearch *clause, const char **names, const char **values)
{
  gboolean has_type = FALSE;
  guint compare = EQUAL;

  for (; *names != NULL; names++, values++) {
    if (g_str_equal (*names, "attrib") && clause->name == NULL)
      clause->name = g_strdup (*values);
    else if (g_str_equal (*names, "type"))
      has_type = wfd_peer_attribute_type_read (*values, &clause->type);
    else if (!g_str_equal (*names, "compare")
        || !find_name (compare_names, G_N_ELEMENTS (compare_names), *values, &compare))
      return FALSE;
  }
  clause->compare = compare;
  return has_type && clause->name != NULL && *clause->name != '\0';
}

/* Where the grammar lets a node of @kind be. */
static gboolean
may_be_here (const Reading *reading, NodeKind kind)
{
  const WfdPeerSearch *parent =
      reading->open->len > 0 ? reading->open->pdata[reading->open->len - 1] : NULL;

  if (parent == NULL)
    return kind == NODE_ROOT && reading->root == NULL;
  return kind != NODE_ROOT && parent->kind != NODE_CLAUSE && reading->open->len < MAX_DEPTH
      && reading->n_nodes < MAX_NODES && (parent->kind != NODE_ROOT || parent->children->len == 0);
}

static void
on_start (GMarkupParseContext *context, const char *element, const char **names,
    const char **values, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  WfdPeerSearch *node;
  guint kind;

  if (!find_name (node_names, G_N_ELEMENTS (node_names), element, &kind)
      || !may_be_here (reading, kind)) {
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "<%s> here", element);
    return;
  }

  node = node_new (kind);
  if (reading->root == NULL)
    reading->root = node;
  else
    g_ptr_array_add (((WfdPeerSearch *) reading->open->pdata[reading->open->len - 1])->children,
        node);
  g_ptr_array_add (reading->open, node);
  reading->n_nodes++;
  g_string_set_size (reading->text, 0);
  if (kind == NODE_CLAUSE && !read_clause (node, names, values))
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "no clause");
}

/* A backslash stands before a star, a question mark or another one only. */
static gboolean
is_pattern (const char *text)
{
  for (; *text != '\0'; text++)
    if (*text == '\\' && (*++text == '\0' || strchr ("*?\\", *text) == NULL))
      return FALSE;
  return TRUE;
}

static gboolean
asks_for_guid (const WfdPeerSearch *clause)
{
  return g_str_equal (clause->name, "peerrecordid") || g_str_equal (clause->name, "peerrecordtype");
}

static gboolean
end_clause (Reading *reading, WfdPeerSearch *clause)
{
  /* Windows writes them in capitals. */
  clause->text = asks_for_guid (clause) ? g_ascii_strdown (reading->text->str, -1)
                                        : g_strdup (reading->text->str);
  if (clause->type == WFD_PEER_ATTRIBUTE_STRING && !is_pattern (clause->text)) {
    reading->result = WFD_PEER_INVALID_ARGUMENT;
    return FALSE;
  }
  return wfd_peer_attribute_read_value (clause->type, clause->text, &clause->number);
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  WfdPeerSearch *node = reading->open->pdata[reading->open->len - 1];
  gboolean good = node->kind == NODE_CLAUSE ? end_clause (reading, node) : node->children->len > 0;

  g_ptr_array_remove_index (reading->open, reading->open->len - 1);
  if (!good)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "in <%s>", element);
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize size, gpointer user_data,
    GError **error)
{
  g_string_append_len (((Reading *) user_data)->text, text, size);
}

WfdPeerSearch *
wfd_peer_search_new (const char *xml, guint32 *ret_result)
{
  static const GMarkupParser parser = { on_start, on_end, on_text };
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  Reading reading = { NULL, open, text, 0, WFD_PEER_INVALID_SEARCH };
  g_autoptr (GMarkupParseContext) context =
      g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reading, NULL);

  if (g_markup_parse_context_parse (context, xml, -1, NULL)
      && g_markup_parse_context_end_parse (context, NULL) && reading.root != NULL)
    return reading.root;

  g_clear_pointer (&reading.root, wfd_peer_search_free);
  *ret_result = reading.result;
  return NULL;
}

/* --- asking --- */

/* @pattern is one (is_pattern). Goes back to the last star only, so that no pattern
 * takes longer than the product of both lengths. */
static gboolean
fits (const char *pattern, const char *text)
{
  const char *after_star = NULL, *tried = NULL;

  while (*text != '\0') {
    const char *literal = *pattern == '\\' ? pattern + 1 : pattern;
    gunichar c = g_utf8_get_char (text);

    if (*pattern == '*') {
      after_star = ++pattern;
      tried = text;
    } else if (*pattern == '?' || (*pattern != '\0' && g_utf8_get_char (literal) == c)) {
      pattern = *pattern == '?' ? pattern + 1 : g_utf8_next_char (literal);
      text = g_utf8_next_char (text);
    } else if (after_star != NULL) {
      pattern = after_star;
      tried = text = g_utf8_next_char (tried);
    } else
      return FALSE;
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

/* Where one is greater or less, a star is only a star. */
static int
compare_with (const char *text, const char *pattern)
{
  for (;; text++, pattern++) {
    if (*pattern == '\\')
      pattern++;
    if (*text != *pattern || *text == '\0')
      return (guchar) *text - (guchar) *pattern;
  }
}

static gboolean
decide (Compare compare, gboolean same, int order)
{
  switch (compare) {
    case EQUAL:
      return same;
    case NOT_EQUAL:
      return !same;
    case GREATER:
      return order > 0;
    case LESS:
      return order < 0;
    case GREATER_OR_EQUAL:
      return order >= 0;
    case LESS_OR_EQUAL:
      return order <= 0;
  }
  return FALSE;
}

static gboolean
clause_matches (const WfdPeerSearch *clause, WfdPeerAttributeType type, const char *text,
    gint64 number)
{
  if (clause->type != type)
    return FALSE;
  if (type == WFD_PEER_ATTRIBUTE_STRING)
    return decide (clause->compare, fits (clause->text, text), compare_with (text, clause->text));
  return decide (clause->compare, number == clause->number,
      (number > clause->number) - (number < clause->number));
}

static char *
print_guid (const WfdPeerGuid *guid)
{
  const guint8 *b = guid->bytes;

  return g_strdup_printf ("{%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x}",
      b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
      b[15]);
}

/* Those that the graph knows; FALSE if @clause asks for none of them. */
static gboolean
ask_record (const WfdPeerSearch *clause, const WfdPeerRecord *record, gboolean *ret_matches)
{
  g_autofree char *guid = NULL;
  const char *text = NULL;
  guint64 time = 0;

  if (g_str_equal (clause->name, "peercreatorid"))
    text = record->creator;
  else if (g_str_equal (clause->name, "peerlastmodifiedby"))
    text = record->modifier != NULL ? record->modifier : record->creator;
  else if (g_str_equal (clause->name, "peerrecordid"))
    text = guid = print_guid (&record->id);
  else if (g_str_equal (clause->name, "peerrecordtype"))
    text = guid = print_guid (&record->type);
  else if (g_str_equal (clause->name, "peercreationtime"))
    time = record->created;
  else if (g_str_equal (clause->name, "peerlastmodificationtime"))
    time = record->modified;
  else
    return FALSE;

  *ret_matches = text != NULL
      ? clause_matches (clause, WFD_PEER_ATTRIBUTE_STRING, text, 0)
      : clause_matches (clause, WFD_PEER_ATTRIBUTE_DATE, NULL, ((gint64) time - EPOCH_TICKS) / 10);
  return TRUE;
}

static gboolean
ask_clause (const WfdPeerSearch *clause, const WfdPeerRecord *record, const GPtrArray *attributes)
{
  gboolean matches = FALSE;

  if (ask_record (clause, record, &matches))
    return matches;
  for (guint i = 0; attributes != NULL && i < attributes->len && !matches; i++) {
    const WfdPeerAttribute *attribute = attributes->pdata[i];

    if (g_str_equal (attribute->name, clause->name))
      matches = clause_matches (clause, attribute->type, attribute->text, attribute->number);
  }
  return matches;
}

static gboolean
ask (const WfdPeerSearch *node, const WfdPeerRecord *record, const GPtrArray *attributes)
{
  gboolean all = node->kind == NODE_AND;

  if (node->kind == NODE_CLAUSE)
    return ask_clause (node, record, attributes);
  for (guint i = 0; i < node->children->len; i++)
    if (ask (node->children->pdata[i], record, attributes) != all)
      return !all;
  return all;
}

gboolean
wfd_peer_search_matches (const WfdPeerSearch *self, const WfdPeerRecord *record)
{
  g_autoptr (GPtrArray) attributes =
      record->attributes != NULL ? wfd_peer_attributes_read (record->attributes) : NULL;

  return ask (self, record, attributes);
}
