/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files in which links say what they do: who is named in one lives, and is read by all. */
#include <base-limits.h>
#include <fcntl.h>
#include <link-claim.h>

#include "link-lab.h"

#define add(path, test) \
  g_test_add ("/link/claim-files/" path, Lab, NULL, lab_set_up, test, lab_tear_down)

/* A program that dies in between leaves one without anything in it. */
static void
test_empty_is_removed (Lab *lab, gconstpointer data)
{
  g_autofree char *path = g_build_filename (lab->folder, "claim-left", NULL);
  g_autoptr (GPtrArray) left_over = NULL;
  gboolean is_alone;

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  left_over = wfd_claim_take_left_over (lab->folder, NULL, &is_alone);
  g_assert_cmpuint (left_over->len, ==, 0);
  g_assert_cmpuint (lab_count_claims (lab), ==, 0);
}

#define N_CLAIMS 5000

typedef struct
{
  WfdClaim *claim;
  gint is_over; /* atomic */
} Writer;

/* One of two texts, each of one letter. */
static gpointer
write_often (gpointer data)
{
  Writer *writer = data;
  g_autofree char *a = g_strnfill (3000, 'a'), *b = g_strnfill (2000, 'b');

  for (guint i = 0; i < 4 * N_CLAIMS; i++)
    wfd_claim_set (writer->claim, "interfaces", i % 2 == 0 ? a : b);
  g_atomic_int_set (&writer->is_over, TRUE);
  return NULL;
}

/* Who reads while it is written reads what is said before or after, and always that it is held. */
static void
test_claim_is_whole (Lab *lab, gconstpointer data)
{
  Writer writer = { wfd_claim_new (lab->folder), FALSE };
  GThread *thread;

  wfd_claim_set (writer.claim, "interfaces", "a");
  thread = g_thread_new ("writer", write_often, &writer);
  while (!g_atomic_int_get (&writer.is_over)) {
    g_autoptr (GPtrArray) living = wfd_claim_read_living (lab->folder, NULL);
    const char *text;

    g_assert_cmpuint (living->len, ==, 1);
    text = g_hash_table_lookup (living->pdata[0], "interfaces");
    g_assert_nonnull (text);
    g_assert_cmpuint (strspn (text, (char[]) { text[0], '\0' }), ==, strlen (text));
  }
  g_thread_join (thread);
  wfd_claim_free (writer.claim);
}

static gpointer
take_all (gpointer data)
{
  Lab *lab = data;

  while (!g_cancellable_is_cancelled (lab->cancellable)) {
    gboolean is_alone;
    g_autoptr (GPtrArray) left_over = wfd_claim_take_left_over (lab->folder, NULL, &is_alone);

    g_assert_cmpuint (left_over->len, ==, 0);
  }
  return NULL;
}

/* Another program that starts takes nothing that is only just being made. */
static void
test_new_claim_is_not_taken (Lab *lab, gconstpointer data)
{
  GThread *other = g_thread_new ("other", take_all, lab);

  for (guint i = 0; i < N_CLAIMS; i++) {
    WfdClaim *claim = wfd_claim_new (lab->folder);

    g_assert_nonnull (claim);
    g_assert_cmpuint (lab_count_claims (lab), ==, 1);
    wfd_claim_free (claim);
  }
  g_cancellable_cancel (lab->cancellable);
  g_thread_join (other);
}

static guint n_same;

/* In the place of GLib's, whose names are of the moment: two threads may have the same. */
int
g_mkstemp_full (char *template, int flags, int mode)
{
  if (n_same == 0)
    return mkostemp (template, flags);
  n_same--;
  memset (template + strlen (template) - strlen ("XXXXXX"), 'S', strlen ("XXXXXX"));
  return open (template, flags | O_CREAT | O_EXCL, mode);
}

/* None takes the place of another. */
static void
test_claims_of_one_moment (Lab *lab, gconstpointer data)
{
  g_autoptr (GPtrArray) others = NULL;
  WfdClaim *first, *second;

  n_same = 2;
  first = wfd_claim_new (lab->folder);
  wfd_claim_set (first, "turn", "1");
  second = wfd_claim_new (lab->folder);
  others = wfd_claim_read_living (lab->folder, second);
  g_assert_cmpuint (others->len, ==, 1);
  n_same = G_MAXUINT;
  g_assert_null (wfd_claim_new (lab->folder));
  n_same = 0;
  g_assert_cmpuint (lab_count_claims (lab), ==, 2);
  wfd_claim_free (second);
  wfd_claim_free (first);
}

static gpointer
read_all (gpointer data)
{
  Lab *lab = data;

  while (!g_cancellable_is_cancelled (lab->cancellable)) {
    g_autoptr (GPtrArray) living = wfd_claim_read_living (lab->folder, NULL);

    g_assert_cmpuint (living->len, ==, 0);
  }
  return NULL;
}

/* Two that look at what nobody holds take each other for nobody who does. */
static void
test_readers_are_not_living (Lab *lab, gconstpointer data)
{
  GThread *other;

  lab_leave_claim (lab, "[claim]\nowner=:1.1\n");
  other = g_thread_new ("other", read_all, lab);
  for (guint i = 0; i < N_CLAIMS; i++) {
    g_autoptr (GPtrArray) living = wfd_claim_read_living (lab->folder, NULL);

    g_assert_cmpuint (living->len, ==, 0);
  }
  g_cancellable_cancel (lab->cancellable);
  g_thread_join (other);
}

/* --- how much --- */

static char *
repeat (const char *text, guint n)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (all, text);
  return g_string_free (all, FALSE);
}

static GHashTable *
read_one (Lab *lab)
{
  g_autoptr (GPtrArray) living = wfd_claim_read_living (lab->folder, NULL);

  g_assert_cmpuint (living->len, ==, 1);
  return g_hash_table_ref (g_ptr_array_index (living, 0));
}

/* As many stations as are remembered, as many interfaces, the longest IEs and names. */
static void
test_most_is_read (Lab *lab, gconstpointer data)
{
  g_autofree char *stations = repeat (TV_ID " " TV_ID " ", WFD_LIMIT_STATIONS),
                  *interfaces = repeat (ROOT "/Interfaces/4294967295 ", WFD_LIMIT_WPAS_OBJECTS),
                  *octets = repeat ("0xff, ", 255), *config = repeat ("x", 400);
  const char *const claims[][6][2] = {
    { { "owner", ":1.4294967295" }, { "stations", stations }, { "path", config },
        { "group", config }, { "adapter", config }, { "peer", config } },
    { { "owner", ":1.4294967295" }, { "interfaces", interfaces }, { "wfd-ies", octets },
        { "announces", octets }, { "config", config }, { "configures", config } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (claims); i++) {
    WfdClaim *claim = wfd_claim_new (lab->folder);
    g_autoptr (GHashTable) values = NULL;

    for (guint j = 0; j < G_N_ELEMENTS (claims[i]); j++)
      wfd_claim_set (claim, claims[i][j][0], claims[i][j][1]);
    values = read_one (lab);
    for (guint j = 0; j < G_N_ELEMENTS (claims[i]); j++)
      g_assert_true (g_hash_table_contains (values, claims[i][j][0]));
    wfd_claim_free (claim);
  }
}

/* What has no room costs nothing of the rest. */
static void
test_too_much_is_left_out (Lab *lab, gconstpointer data)
{
  g_autofree char *much = repeat ("x", WFD_LIMIT_CLAIM_BYTES - 40);
  WfdClaim *claim = wfd_claim_new (lab->folder);
  g_autoptr (GHashTable) values = NULL;

  wfd_claim_set (claim, "owner", ":1.1");
  wfd_claim_set (claim, "interfaces", much);
  wfd_claim_set (claim, "path", GROUP_IFACE);
  values = read_one (lab);
  g_assert_cmpstr (g_hash_table_lookup (values, "owner"), ==, ":1.1");
  g_assert_cmpstr (g_hash_table_lookup (values, "path"), ==, GROUP_IFACE);
  g_assert_false (g_hash_table_contains (values, "interfaces"));
  wfd_claim_free (claim);
}

/* They are read bit by bit. */
static void
test_too_many (Lab *lab, gconstpointer data)
{
  static const guint n = 300;
  g_autofree char *boot = lab_dup_boot (), *text = g_strconcat ("[claim]\n", boot, NULL);
  guint left = n;
  gboolean is_alone;

  for (guint i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf ("claim-%u", i);
    g_autofree char *path = g_build_filename (lab->folder, name, NULL);

    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  }
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GPtrArray) claims = wfd_claim_take_left_over (lab->folder, NULL, &is_alone);

    g_assert_cmpuint (claims->len, <, n);
    left -= claims->len;
  }
  g_assert_cmpuint (left, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("empty-is-removed", test_empty_is_removed);
  add ("claim-is-whole", test_claim_is_whole);
  add ("new-claim-is-not-taken", test_new_claim_is_not_taken);
  add ("claims-of-one-moment", test_claims_of_one_moment);
  add ("readers-are-not-living", test_readers_are_not_living);
  add ("most-is-read", test_most_is_read);
  add ("too-much-is-left-out", test_too_much_is_left_out);
  add ("too-many", test_too_many);
  return lab_run ();
}
