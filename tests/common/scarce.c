/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scarce.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* More than a test has open at a time. */
#define LIMIT 512

static GArray *taken; /* int */
static struct rlimit before;

void
scarce_begin (guint n)
{
  struct rlimit few;
  int fd;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  few = (struct rlimit) { LIMIT, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
  taken = g_array_new (FALSE, FALSE, sizeof (int));
  while ((fd = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
    g_array_append_val (taken, fd);
  g_assert_cmpuint (taken->len, >=, n);
  for (guint i = 0; i < n; i++) {
    close (g_array_index (taken, int, taken->len - 1));
    g_array_set_size (taken, taken->len - 1);
  }
}

void
scarce_end (void)
{
  for (guint i = 0; i < taken->len; i++)
    close (g_array_index (taken, int, i));
  g_array_unref (taken);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
}

static gint n_threads_left = -1; /* atomic */

void
scarce_set_threads (gint n)
{
  g_atomic_int_set (&n_threads_left, n);
}

/* In the place of GLib's. */
GThread *
g_thread_try_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  gint n = g_atomic_int_get (&n_threads_left);

  if (n > 0)
    g_atomic_int_set (&n_threads_left, n - 1);
  if (n != 0)
    return g_thread_new (name, func, data);
  g_set_error (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "There are too many threads");
  return NULL;
}

guint
scarce_count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}
