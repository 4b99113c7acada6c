/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <handle-table.h>

static int objects[WFD_HANDLE_MAX];

static void
clear (WfdHandleTable *table)
{
  g_clear_pointer (&table->entries, g_array_unref);
}

static void
test_found_until_removed (void)
{
  WfdHandleTable table = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_CLIENT, 4);
  gpointer a = wfd_handle_table_add (&table, &objects[0]);
  gpointer b = wfd_handle_table_add (&table, &objects[1]);

  g_assert_true (a != NULL && b != NULL && a != b);
  g_assert_true (wfd_handle_table_get (&table, a) == &objects[0]);
  g_assert_true (wfd_handle_table_remove (&table, a) == &objects[0]);
  g_assert_null (wfd_handle_table_get (&table, a));
  g_assert_null (wfd_handle_table_remove (&table, a));
  g_assert_true (wfd_handle_table_get (&table, b) == &objects[1]);
  clear (&table);
}

/* An entry is used again and again; what it was before is no handle. */
static void
test_stale (void)
{
  WfdHandleTable table = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_CLIENT, 1);
  gpointer first = wfd_handle_table_add (&table, objects);
  gpointer handle = first;

  for (guint i = 0; i < 1000; i++) {
    g_assert_true (wfd_handle_table_remove (&table, handle) == objects);
    handle = wfd_handle_table_add (&table, objects);
    g_assert_null (wfd_handle_table_get (&table, first));
  }
  clear (&table);
}

static void
test_other_kind (void)
{
  WfdHandleTable clients = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_CLIENT, 4);
  WfdHandleTable sessions = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_SESSION, 4);
  gpointer client = wfd_handle_table_add (&clients, objects);

  g_assert_null (wfd_handle_table_get (&sessions, client));
  wfd_handle_table_add (&sessions, objects);
  g_assert_null (wfd_handle_table_get (&sessions, client));
  clear (&clients);
  clear (&sessions);
}

static void
test_made_up (void)
{
  WfdHandleTable table = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_CLIENT, WFD_HANDLE_MAX);
  guintptr handle = (guintptr) wfd_handle_table_add (&table, objects);

  g_assert_null (wfd_handle_table_get (&table, NULL));
  g_assert_null (wfd_handle_table_get (&table, GINT_TO_POINTER (-1)));
  g_assert_null (wfd_handle_table_get (&table, objects));
  for (guint bit = 0; bit < 8 * sizeof (handle); bit++)
    g_assert_null (wfd_handle_table_get (&table, (gpointer) (handle ^ (guintptr) 1 << bit)));
  for (guintptr i = 0; i < 0x10000; i++)
    g_assert_null (wfd_handle_table_get (&table, (gpointer) i));
  clear (&table);
}

static void
test_full (void)
{
  WfdHandleTable table = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_EVENT, WFD_HANDLE_MAX);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  gpointer handle = NULL;

  for (guint i = 0; i < WFD_HANDLE_MAX; i++) {
    handle = wfd_handle_table_add (&table, &objects[i]);
    g_assert_true (handle != NULL && handle != GINT_TO_POINTER (-1));
    g_assert_true (g_hash_table_add (seen, handle));
    g_assert_true (wfd_handle_table_get (&table, handle) == &objects[i]);
  }
  g_assert_null (wfd_handle_table_add (&table, objects));
  wfd_handle_table_remove (&table, handle);
  g_assert_nonnull (wfd_handle_table_add (&table, objects));
  clear (&table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/handle/table/found-until-removed", test_found_until_removed);
  g_test_add_func ("/handle/table/stale-is-none", test_stale);
  g_test_add_func ("/handle/table/other-kind-is-none", test_other_kind);
  g_test_add_func ("/handle/table/made-up-is-none", test_made_up);
  g_test_add_func ("/handle/table/full", test_full);
  return g_test_run ();
}
