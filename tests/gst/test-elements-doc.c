/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* docs/elements.md against the elements: what the one names the others have, and what these have
 * is named there. A table is of the elements that the heading above it names. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "cast-stage.h"

#define STATS "field of `wfd-stats`"
#define AGREED "field of `wfd-negotiated`"

static const char *const factories[] = { "wfdsink", "wfdsrc", "rtspwfd" };

typedef struct
{
  char *what;     /* first cell of the head of the table */
  char *elements; /* the heading, or "" if it names none */
  char *name;
  char *second; /* the cell behind the names */
  char *third;  /* what is behind that */
} Row;

static GPtrArray *rows;
static char *source_code; /* of gst/ and lib/ */

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->what);
  g_free (row->elements);
  g_free (row->name);
  g_free (row->second);
  g_free (row->third);
  g_free (row);
}

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL), "%s", path);
  return text;
}

static gboolean
names_any (const char *heading)
{
  for (guint i = 0; i < G_N_ELEMENTS (factories); i++)
    if (strstr (heading, factories[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* "`a`, `b`" is a row for each. */
static void
add_names (const char *what, const char *heading, char **cells)
{
  g_auto (GStrv) parts = g_strsplit (cells[1], "`", -1);

  for (guint i = 1; parts[i] != NULL && parts[i + 1] != NULL; i += 2) {
    Row *row = g_new (Row, 1);

    *row = (Row) { g_strdup (what), g_strdup (heading), g_strdup (parts[i]), g_strdup (cells[2]),
      g_strdup (cells[3]) };
    g_strstrip (row->second);
    g_strstrip (row->third);
    g_ptr_array_add (rows, row);
  }
}

static void
read_doc (void)
{
  g_autofree char *text = read_file (WFD_SOURCE_ROOT "/docs", "elements.md");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *heading = g_strdup (""), *what = NULL;

  for (guint i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) cells = g_strsplit (lines[i], "|", 4);

    if (lines[i][0] == '#') {
      g_free (heading);
      heading = g_strdup (names_any (lines[i]) ? lines[i] : "");
    }
    if (lines[i][0] != '|') {
      g_clear_pointer (&what, g_free);
      continue;
    }
    if (what == NULL)
      what = g_strdup (g_strstrip (cells[1]));
    else
      add_names (what, heading, cells);
  }
}

static void
read_folder (GString *code, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  fail_unless (dir != NULL, "%s", folder);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *text = NULL;

    if (g_file_test (path, G_FILE_TEST_IS_DIR))
      read_folder (code, path);
    else if (g_str_has_suffix (name, ".c"))
      g_string_append (code, text = read_file (folder, name));
  }
}

static void
set_up (void)
{
  GString *code = g_string_new (NULL);

  rows = g_ptr_array_new_with_free_func (row_free);
  read_doc ();
  read_folder (code, WFD_SOURCE_ROOT "/gst");
  read_folder (code, WFD_SOURCE_ROOT "/lib");
  source_code = g_string_free (code, FALSE);
}

static void
tear_down_doc (void)
{
  g_clear_pointer (&rows, g_ptr_array_unref);
  g_clear_pointer (&source_code, g_free);
}

static gboolean
is_of (const Row *row, const char *what, const char *factory)
{
  return g_str_equal (row->what, what)
      && (row->elements[0] == '\0' || strstr (row->elements, factory) != NULL);
}

static const Row *
find_row (const char *what, const char *factory, const char *name)
{
  for (guint i = 0; i < rows->len; i++) {
    const Row *row = rows->pdata[i];

    if (is_of (row, what, factory) && g_str_equal (row->name, name))
      return row;
  }
  fail ("docs/elements.md has no %s \"%s\" of %s", what, name, factory);
  return NULL;
}

static guint
count_rows (const char *what, const char *factory)
{
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    n += is_of (rows->pdata[i], what, factory);
  return n;
}

static char *
describe_default (GParamSpec *pspec)
{
  const GValue *value = g_param_spec_get_default_value (pspec);

  if (!(pspec->flags & G_PARAM_WRITABLE) && pspec->value_type != G_TYPE_BOOLEAN
      && pspec->value_type != G_TYPE_UINT)
    return g_strdup ("—");
  if (G_IS_PARAM_SPEC_ENUM (pspec))
    return g_strdup (
        g_enum_get_value (G_PARAM_SPEC_ENUM (pspec)->enum_class, g_value_get_enum (value))
            ->value_nick);
  if (G_IS_PARAM_SPEC_UINT (pspec))
    return g_strdup_printf ("%u", g_value_get_uint (value));
  if (G_IS_PARAM_SPEC_INT (pspec))
    return g_strdup_printf ("%d", g_value_get_int (value));
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    return g_strdup (g_value_get_boolean (value) ? "true" : "false");
  if (G_IS_PARAM_SPEC_STRING (pspec))
    return g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value) : "NULL");
  return g_strdup ("—");
}

static void
check_marks (const Row *row, GParamFlags flags)
{
  gboolean read_only = (flags & G_PARAM_WRITABLE) == 0;
  gboolean any_time = !read_only && (flags & GST_PARAM_MUTABLE_PLAYING) != 0;

  fail_unless (g_str_has_prefix (row->third, "(r) ") == read_only, "(r) of %s", row->name);
  fail_unless (g_str_has_prefix (row->third, "* ") == any_time, "* of %s", row->name);
}

GST_START_TEST (properties_are_those_of_the_element)
{
  const char *factory = factories[__i__];
  GstElement *element = gst_element_factory_make (factory, NULL);
  g_autofree GParamSpec **all = NULL;
  guint n, n_own = 0;

  all = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (guint i = 0; i < n; i++) {
    g_autofree char *value = NULL;
    const Row *row;

    if (all[i]->owner_type != G_OBJECT_TYPE (element))
      continue;
    n_own++;
    row = find_row ("property", factory, all[i]->name);
    value = describe_default (all[i]);
    fail_unless_equals_string (row->second, value);
    check_marks (row, all[i]->flags);
  }
  fail_unless_equals_int (count_rows ("property", factory), n_own);
  gst_object_unref (element);
}

GST_END_TEST;

/* The types, without the names that stand behind them. */
static char *
strip_names (const char *cell)
{
  g_auto (GStrv) sides = g_strsplit (cell, "→", 2);
  g_auto (GStrv) arguments = g_strsplit (g_strstrip (sides[0]), ", ", -1);
  GString *types = g_string_new (NULL);

  for (guint i = 0; arguments[i] != NULL; i++) {
    char *blank = strchr (arguments[i], ' ');

    if (blank != NULL)
      *blank = '\0';
    g_string_append_printf (types, "%s%s", i > 0 ? ", " : "", arguments[i]);
  }
  g_string_append_printf (types, " → %s", sides[1] != NULL ? g_strstrip (sides[1]) : "");
  return g_string_free (types, FALSE);
}

static char *
describe_signal (const GSignalQuery *query)
{
  GString *types = g_string_new (NULL);

  for (guint i = 0; i < query->n_params; i++)
    g_string_append_printf (types, "%s%s", i > 0 ? ", " : "", g_type_name (query->param_types[i]));
  g_string_append_printf (types, " → %s",
      query->return_type == G_TYPE_NONE ? "—" : g_type_name (query->return_type));
  return g_string_free (types, FALSE);
}

GST_START_TEST (signals_have_their_arguments)
{
  const char *factory = factories[__i__];
  GstElement *element = gst_element_factory_make (factory, NULL);
  g_autofree guint *ids = NULL;
  guint n;

  ids = g_signal_list_ids (G_OBJECT_TYPE (element), &n);
  for (guint i = 0; i < n; i++) {
    g_autofree char *have = NULL, *told = NULL;
    GSignalQuery query;
    const Row *row;

    g_signal_query (ids[i], &query);
    row = find_row ("signal", factory, query.signal_name);
    have = describe_signal (&query);
    told = strip_names (row->second);
    fail_unless_equals_string (told, have);
  }
  fail_unless_equals_int (count_rows ("signal", factory), n);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (pads_are_those_of_the_element)
{
  const char *factory = factories[__i__];
  GstElement *element = gst_element_factory_make (factory, NULL);
  GList *templates = gst_element_class_get_pad_template_list (GST_ELEMENT_GET_CLASS (element));

  for (GList *item = templates; item != NULL; item = item->next)
    find_row ("pad", factory, GST_PAD_TEMPLATE_NAME_TEMPLATE (item->data));
  fail_unless_equals_int (count_rows ("pad", factory), g_list_length (templates));
  gst_object_unref (element);
}

GST_END_TEST;

/* What one run does not show is at least somewhere in the code. */
GST_START_TEST (names_are_in_the_code)
{
  static const char *const kinds[] = { "code", "event", STATS, AGREED };

  for (guint i = 0; i < rows->len; i++) {
    const Row *row = rows->pdata[i];
    const char *name = row->name + (g_str_has_prefix (row->name, "link-") ? strlen ("link-") : 0);
    g_autofree char *quoted = g_strdup_printf ("\"%s\"", name);

    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      fail_unless (!g_str_equal (row->what, kinds[k]) || strstr (source_code, quoted) != NULL
              || g_str_equal (name, "GstForceKeyUnit"),
          "%s is nowhere", row->name);
  }
}

GST_END_TEST;

#define ERRORS "name in `wfd-error`"

/* As the header has them, one a line, from 0. */
GST_START_TEST (errors_are_those_of_the_header)
{
  g_autofree char *header = read_file (WFD_SOURCE_ROOT "/lib/include/wfd", "wfd-error.h");
  g_auto (GStrv) lines = g_strsplit (header, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++) {
    g_autofree char *name = NULL, *code = NULL;

    if (!g_str_has_prefix (lines[i], "  WFD_ERROR_"))
      continue;
    name = g_strndup (lines[i] + 2, strcspn (lines[i] + 2, ","));
    code = g_strdup_printf ("%u", n++);
    fail_unless_equals_string (find_row (ERRORS, "wfdsink", name)->second, code);
  }
  fail_unless (n > 0);
  fail_unless_equals_int (count_rows (ERRORS, "wfdsink"), n);
}

GST_END_TEST;

static gboolean
check_field (GQuark id, const GValue *value, gpointer what_and_factory)
{
  const char *const *about = what_and_factory;
  const Row *row = find_row (about[0], about[1], g_quark_to_string (id));

  fail_unless_equals_string (row->second, G_VALUE_TYPE_NAME (value));
  return TRUE;
}

static void
check_structure (const Side *side, const char *property, const char *what, const char *factory)
{
  const char *about[] = { what, factory };
  g_autoptr (GstStructure) structure = NULL;

  g_object_get (side->wfd, property, &structure, NULL);
  fail_unless (structure != NULL && gst_structure_n_fields (structure) > 5);
  gst_structure_foreach (structure, check_field, about);
}

static gboolean
is_progress (GstMessage *message, gconstpointer factory)
{
  g_autofree char *code = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_PROGRESS)
    return FALSE;
  gst_message_parse_progress (message, NULL, &code, NULL);
  find_row ("code", factory, code);
  return TRUE;
}

static void
check_side (const Side *side, const char *factory)
{
  check_structure (side, "stats", STATS, factory);
  check_structure (side, "negotiated", AGREED, factory);
  fail_unless (recorder_count (side->recorder, is_progress, factory) >= 3);
}

GST_START_TEST (what_a_session_tells_is_named)
{
  if (!can_encode ())
    return;
  cast (SINK PICTURES " ! wfd. " TONE " ! wfd.");
  watch ("", SHOW HEAR);
  skip_samples (sink.app, 3);
  check_side (&source, "wfdsink");
  check_side (&sink, "wfdsrc");
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (what_a_session_of_rtspwfd_tells_is_named)
{
  side_init_source (&source, TRUE, "");
  side_set_state (&source, GST_STATE_PLAYING);
  side_init_sink (&sink, &source, "");
  side_set_state (&sink, GST_STATE_PLAYING);
  side_wait_flowing (&source, TRUE);
  side_wait_flowing (&sink, TRUE);
  check_side (&source, "rtspwfd");
  check_side (&sink, "rtspwfd");
  tear_down ();
}

GST_END_TEST;

static Suite *
elements_doc_suite (void)
{
  Suite *suite = suite_create ("elements-doc");
  TCase *doc = tcase_create ("doc");

  suite_add_tcase (suite, doc);
  tcase_add_checked_fixture (doc, set_up, tear_down_doc);
  tcase_add_loop_test (doc, properties_are_those_of_the_element, 0, 3);
  tcase_add_loop_test (doc, signals_have_their_arguments, 0, 3);
  tcase_add_loop_test (doc, pads_are_those_of_the_element, 0, 3);
  tcase_add_test (doc, names_are_in_the_code);
  tcase_add_test (doc, errors_are_those_of_the_header);
  tcase_add_test (doc, what_a_session_tells_is_named);
  tcase_add_test (doc, what_a_session_of_rtspwfd_tells_is_named);
  return suite;
}

GST_CHECK_MAIN (elements_doc);
