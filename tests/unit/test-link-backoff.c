/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <link-backoff.h>

static const struct
{
  guint n_failures;
  guint least_ms, most_ms;
} rows[] = {
  { 0, 375, 625 },
  { 1, 375, 625 },
  { 2, 750, 1250 },
  { 3, 1500, 2500 },
  { 5, 6000, 10000 },
  { 6, 11250, 18750 },
  { 7, 11250, 18750 },
  { G_MAXUINT, 11250, 18750 },
};

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpuint (wfd_backoff_get_ms (500, rows[i].n_failures, 0), ==, rows[i].least_ms);
    g_assert_cmpuint (wfd_backoff_get_ms (500, rows[i].n_failures, G_MAXUINT32), ==,
        rows[i].most_ms);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/backoff/rows", test_rows);
  return g_test_run ();
}
