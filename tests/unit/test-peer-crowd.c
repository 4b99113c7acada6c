/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peer-crowd.h>

/* Who is @network, @machine in it, and @age: the name of who goes. */
typedef struct
{
  guint8 network, machine;
  guint64 age;
  const char *name;
} Comer;

static const struct
{
  const char *name;
  Comer comers[6];
  const char *goes;
} cases[] = {
  { "alone", { { 1, 1, 5, "a" } }, "a" },
  { "first-of-one-address", { { 1, 1, 5, "a" }, { 1, 1, 3, "b" }, { 1, 1, 4, "c" } }, "b" },
  { "address-that-has-most", { { 1, 1, 1, "a" }, { 1, 2, 3, "b" }, { 1, 2, 2, "c" } }, "c" },
  { "network-that-has-most",
      { { 1, 1, 1, "a" }, { 1, 1, 2, "b" }, { 2, 1, 5, "c" }, { 2, 2, 4, "d" }, { 2, 3, 6, "e" } },
      "d" },
  { "most-of-an-address-are-not-most-of-a-network",
      { { 1, 1, 1, "a" }, { 1, 1, 2, "b" }, { 2, 1, 3, "c" }, { 2, 2, 4, "d" }, { 2, 3, 5, "e" },
          { 2, 2, 6, "f" } },
      "d" },
  { "as-many-in-both-networks",
      { { 1, 1, 3, "a" }, { 1, 2, 4, "b" }, { 2, 1, 2, "c" }, { 2, 2, 9, "d" } }, "c" },
  { "as-many-of-both-addresses",
      { { 1, 1, 3, "a" }, { 1, 1, 8, "b" }, { 1, 2, 2, "c" }, { 1, 2, 9, "d" } }, "c" },
};

/* In whichever order they stand. */
static void
test_who_goes (gconstpointer data)
{
  const Comer *comers = cases[GPOINTER_TO_UINT (data)].comers;
  guint8 ips[6][16] = { 0 };
  guint n;

  for (n = 0; n < 6 && comers[n].name != NULL; n++) {
    ips[n][7] = comers[n].network;
    ips[n][15] = comers[n].machine;
  }
  for (guint first = 0; first < n; first++) {
    WfdPeerComer crowd[6];

    for (guint i = 0; i < n; i++) {
      guint k = (first + i) % n;

      crowd[i] = (WfdPeerComer) { ips[k], comers[k].age, (gpointer) comers[k].name };
    }
    g_assert_cmpstr (wfd_peer_crowd_find_excess (crowd, n)->who, ==,
        cases[GPOINTER_TO_UINT (data)].goes);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/peer/crowd/", cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_who_goes);
  }
  return g_test_run ();
}
