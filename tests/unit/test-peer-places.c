/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peer-places.h>

#define MAX_RECORDS 8
#define MAX_BYTES 1000

/* Costs what its payload, attributes and security data do. */
static WfdPeerRecord *
make (const char *creator, gsize payload, gsize security)
{
  WfdPeerRecord *record = wfd_peer_record_new ();

  record->creator = g_strdup (creator);
  g_bytes_unref (record->payload);
  record->payload = g_bytes_new_take (g_malloc0 (payload), payload);
  g_bytes_unref (record->security);
  record->security = g_bytes_new_take (g_malloc0 (security), security);
  return record;
}

/* So many that cost @size as there is room for, up to 100. */
static guint
fill (WfdPeerPlaces *places, const char *creator, gsize size)
{
  g_autoptr (WfdPeerRecord) record = make (creator, size, 0);
  guint n;

  for (n = 0; n < 100 && wfd_peer_places_have_room (places, record, NULL); n++)
    wfd_peer_places_take (places, record);
  return n;
}

static void
give_back (WfdPeerPlaces *places, const char *creator, gsize size)
{
  g_autoptr (WfdPeerRecord) record = make (creator, size, 0);

  wfd_peer_places_give_back (places, record);
}

static gboolean
has_room (const WfdPeerPlaces *places, const char *creator, gsize size, const WfdPeerRecord *old)
{
  g_autoptr (WfdPeerRecord) record = make (creator, size, 0);

  return wfd_peer_places_have_room (places, record, old);
}

/* Nobody has more than is free beside theirs. */
static void
test_number (void)
{
  WfdPeerPlaces places;

  wfd_peer_places_init (&places, MAX_RECORDS, G_MAXSIZE, G_MAXUINT);
  g_assert_cmpuint (fill (&places, "alice", 1), ==, 4);
  g_assert_cmpuint (fill (&places, "bob", 1), ==, 2);
  g_assert_cmpuint (fill (&places, "carol", 1), ==, 1);
  g_assert_cmpuint (fill (&places, "dave", 1), ==, 1);
  g_assert_cmpuint (fill (&places, "erin", 1), ==, 0);
  give_back (&places, "alice", 1);
  g_assert_cmpuint (fill (&places, "alice", 1), ==, 0);
  g_assert_cmpuint (fill (&places, "erin", 1), ==, 1);
  wfd_peer_places_clear (&places);
}

static void
test_bytes (void)
{
  WfdPeerPlaces places;

  wfd_peer_places_init (&places, G_MAXUINT, MAX_BYTES, G_MAXUINT);
  g_assert_true (has_room (&places, "alice", MAX_BYTES, NULL));
  g_assert_false (has_room (&places, "alice", MAX_BYTES + 1, NULL));
  g_assert_cmpuint (fill (&places, "alice", 250), ==, 2);
  g_assert_cmpuint (fill (&places, "bob", 250), ==, 1);
  g_assert_true (has_room (&places, "carol", 250, NULL));
  g_assert_false (has_room (&places, "carol", 251, NULL));
  give_back (&places, "bob", 250);
  g_assert_true (has_room (&places, "carol", 500, NULL));
  g_assert_false (has_room (&places, "alice", 1, NULL));
  give_back (&places, "alice", 250);
  g_assert_true (has_room (&places, "alice", 500, NULL));
  g_assert_false (has_room (&places, "alice", 501, NULL));
  give_back (&places, "alice", 250);
  g_assert_true (has_room (&places, "alice", MAX_BYTES, NULL));
  wfd_peer_places_clear (&places);
}

/* Whatever of a record it is. */
static void
test_cost (void)
{
  g_autoptr (WfdPeerRecord) fits = make ("alice", 600, 396), too_large = make ("alice", 600, 397);
  WfdPeerPlaces places;

  fits->attributes = g_strdup ("x");
  too_large->attributes = g_strdup ("x");
  wfd_peer_places_init (&places, MAX_RECORDS, MAX_BYTES, MAX_RECORDS);
  g_assert_true (wfd_peer_places_have_room (&places, fits, NULL));
  g_assert_false (wfd_peer_places_have_room (&places, too_large, NULL));
  wfd_peer_places_clear (&places);
}

static void
test_of_one_creator (void)
{
  WfdPeerPlaces places;

  wfd_peer_places_init (&places, 100, G_MAXSIZE, 3);
  g_assert_cmpuint (fill (&places, "alice", 1), ==, 3);
  g_assert_cmpuint (fill (&places, "bob", 1), ==, 3);
  give_back (&places, "alice", 1);
  g_assert_cmpuint (fill (&places, "alice", 1), ==, 1);
  wfd_peer_places_clear (&places);
}

/* Where all is full, a record still takes the place of the one before, if it is no larger. */
static void
test_replaced (void)
{
  g_autoptr (WfdPeerRecord) old = make ("alice", 250, 0), of_bob = make ("bob", 250, 0);
  WfdPeerPlaces places;

  wfd_peer_places_init (&places, 3, MAX_BYTES, 2);
  g_assert_cmpuint (fill (&places, "alice", 250), ==, 2);
  g_assert_cmpuint (fill (&places, "bob", 250), ==, 1);
  g_assert_false (has_room (&places, "alice", 1, NULL));
  g_assert_true (has_room (&places, "alice", 250, old));
  g_assert_false (has_room (&places, "alice", 251, old));
  /* What somebody else frees is not of one's own share. */
  g_assert_false (has_room (&places, "alice", 1, of_bob));
  wfd_peer_places_clear (&places);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/places/number", test_number);
  g_test_add_func ("/peer/places/bytes", test_bytes);
  g_test_add_func ("/peer/places/cost", test_cost);
  g_test_add_func ("/peer/places/of-one-creator", test_of_one_creator);
  g_test_add_func ("/peer/places/replaced", test_replaced);
  return g_test_run ();
}
