/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzzer without libFuzzer: on each file that is named, and on each
 * file in a directory that is named. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static guint n_inputs;

/* The input lies in memory of its own size, for tools that see what is read
 * behind it. */
static void
run_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  guint8 *input;
  gsize size;

  if (!g_file_get_contents (path, &contents, &size, &error)) {
    g_printerr ("%s\n", error->message);
    exit (EXIT_FAILURE);
  }

  g_print ("%s\n", path);
  input = malloc (size);
  memcpy (input, contents, size);
  LLVMFuzzerTestOneInput (input, size);
  free (input);
  n_inputs++;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
run_directory (const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  const char *name;

  if (dir == NULL) {
    g_printerr ("%s\n", error->message);
    exit (EXIT_FAILURE);
  }
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    run_file (g_ptr_array_index (names, i));
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    if (g_file_test (argv[i], G_FILE_TEST_IS_DIR))
      run_directory (argv[i]);
    else
      run_file (argv[i]);
  }

  if (n_inputs == 0) {
    g_printerr ("There are no inputs\n");
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
