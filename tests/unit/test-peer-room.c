/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Large messages that have come in part: who may hold how much of them, and for how long. */
#include <base-limits.h>
#include <peer-conn.h>
#include <peer-frames.h>
#include <peer-sockets.h>

/* --- who may --- */

static const guint8 here[16] = { 0xfd, [7] = 1 }, there[16] = { 0xfd, [7] = 2 },
                    elsewhere[16] = { 0xfd, [7] = 3 };

static void
room_begin (WfdPeerRoom *room)
{
  wfd_peer_room_init (room);
  room->max_bytes = 100;
  room->max_bytes_of_address = 60;
  room->least_bytes = 1;
  room->silence_us = 5;
  room->patience_us = 60;
}

static void
room_end (WfdPeerRoom *room, WfdPeerClaim *claims, guint n)
{
  for (guint i = 0; i < n; i++)
    wfd_peer_room_release (room, &claims[i]);
  g_assert_cmpuint (room->used_bytes, ==, 0);
  g_assert_cmpuint (room->n_waiting, ==, 0);
  g_assert_true (g_queue_is_empty (&room->holders));
  g_assert_true (g_queue_is_empty (&room->shares));
}

/* Of all the first goes on, though there is no room; the others do when it has ended. */
static void
test_first_may_end (void)
{
  WfdPeerClaim claims[3] = { { 0 } };
  WfdPeerRoom room;

  room_begin (&room);
  g_assert_true (wfd_peer_room_hold (&room, &claims[0], here, 50, 1));
  g_assert_true (wfd_peer_room_hold (&room, &claims[1], there, 50, 2));
  g_assert_false (wfd_peer_room_hold (&room, &claims[2], elsewhere, 10, 3));
  g_assert_true (wfd_peer_room_hold (&room, &claims[0], here, 70, 4));
  g_assert_false (wfd_peer_room_hold (&room, &claims[1], there, 60, 5));
  g_assert_cmpuint (room.used_bytes, ==, 140);
  g_assert_null (wfd_peer_room_next (&room, 6));
  wfd_peer_room_release (&room, &claims[0]);
  g_assert_true (wfd_peer_room_next (&room, 7) == &claims[1]);
  g_assert_true (wfd_peer_room_next (&room, 7) == &claims[2]);
  g_assert_null (wfd_peer_room_next (&room, 7));
  room_end (&room, claims, G_N_ELEMENTS (claims));
}

/* One address has its share, of which the first there may have more; others have theirs. */
static void
test_share_of_address (void)
{
  WfdPeerClaim claims[3] = { { 0 } };
  WfdPeerRoom room;

  room_begin (&room);
  g_assert_true (wfd_peer_room_hold (&room, &claims[0], elsewhere, 1, 1));
  g_assert_true (wfd_peer_room_hold (&room, &claims[1], here, 60, 1));
  g_assert_false (wfd_peer_room_hold (&room, &claims[2], here, 1, 2));
  g_assert_true (wfd_peer_room_hold (&room, &claims[1], here, 70, 3));
  g_assert_true (wfd_peer_room_hold (&room, &claims[0], elsewhere, 20, 4));
  g_assert_null (wfd_peer_room_next (&room, 5));
  wfd_peer_room_release (&room, &claims[1]);
  g_assert_true (wfd_peer_room_next (&room, 6) == &claims[2]);
  room_end (&room, claims, G_N_ELEMENTS (claims));
}

/* Who sends nothing is due when somebody has waited for as long; who waits itself is not. */
static void
test_silent_is_due (void)
{
  WfdPeerClaim claims[3] = { { 0 } };
  WfdPeerRoom room;

  room_begin (&room);
  wfd_peer_room_hold (&room, &claims[0], here, 60, 1);
  wfd_peer_room_hold (&room, &claims[1], there, 40, 20);
  g_assert_cmpint (wfd_peer_room_get_deadline_us (&room), ==, -1);
  g_assert_null (wfd_peer_room_get_overdue (&room, 1000));
  g_assert_false (wfd_peer_room_hold (&room, &claims[2], elsewhere, 1, 30));
  g_assert_cmpint (wfd_peer_room_get_deadline_us (&room), ==, 35);
  wfd_peer_room_hold (&room, &claims[0], here, 61, 33);
  g_assert_null (wfd_peer_room_get_overdue (&room, 34));
  g_assert_true (wfd_peer_room_get_overdue (&room, 35) == &claims[1]);
  wfd_peer_room_release (&room, &claims[1]);
  g_assert_true (wfd_peer_room_next (&room, 35) == &claims[2]);
  g_assert_cmpint (wfd_peer_room_get_deadline_us (&room), ==, -1);
  room_end (&room, claims, G_N_ELEMENTS (claims));
}

/* One octet now and then does not help for ever, but the time in which it waits is not its. */
static void
test_slow_is_due (void)
{
  WfdPeerClaim claims[2] = { { 0 } };
  WfdPeerRoom room;

  room_begin (&room);
  wfd_peer_room_hold (&room, &claims[0], here, 100, 1);
  g_assert_false (wfd_peer_room_hold (&room, &claims[1], there, 1, 10));
  for (guint t = 10; t < 70; t += 4)
    wfd_peer_room_hold (&room, &claims[0], here, 100 + t, t);
  g_assert_null (wfd_peer_room_get_overdue (&room, 69));
  g_assert_true (wfd_peer_room_get_overdue (&room, 70) == &claims[0]);
  wfd_peer_room_release (&room, &claims[0]);
  g_assert_true (wfd_peer_room_next (&room, 70) == &claims[1]);

  wfd_peer_room_hold (&room, &claims[1], there, 100, 70);
  g_assert_false (wfd_peer_room_hold (&room, &claims[0], here, 1, 71));
  g_assert_cmpint (wfd_peer_room_get_deadline_us (&room), ==, 76);
  for (guint t = 72; t < 131; t += 4)
    wfd_peer_room_hold (&room, &claims[1], there, 100 + t, t);
  g_assert_cmpint (claims[1].began_us, ==, 70);
  g_assert_cmpint (wfd_peer_room_get_deadline_us (&room), ==, 131);
  room_end (&room, claims, G_N_ELEMENTS (claims));
}

/* Nor does it help as long as what comes faster. */
static void
test_trickle_is_due (void)
{
  WfdPeerClaim claims[2] = { { 0 } };
  WfdPeerRoom room;

  room_begin (&room);
  room.least_bytes = 10;
  wfd_peer_room_hold (&room, &claims[0], here, 100, 1);
  g_assert_true (wfd_peer_room_has_grown (&claims[0]));
  g_assert_false (wfd_peer_room_hold (&room, &claims[1], there, 1, 10));
  wfd_peer_room_hold (&room, &claims[0], here, 110, 11);
  for (guint t = 12; t < 16; t++)
    wfd_peer_room_hold (&room, &claims[0], here, 98 + t, t);
  g_assert_false (wfd_peer_room_has_grown (&claims[0]));
  g_assert_null (wfd_peer_room_get_overdue (&room, 15));
  g_assert_true (wfd_peer_room_get_overdue (&room, 16) == &claims[0]);
  room_end (&room, claims, G_N_ELEMENTS (claims));
}

/* Whose messages are not read cannot be silent; they take their time all the same. */
static void
test_unread_is_not_silent (void)
{
  WfdPeerClaim claims[2] = { { 0 } };
  WfdPeerRoom room;

  room_begin (&room);
  wfd_peer_room_hold (&room, &claims[0], here, 100, 1);
  g_assert_false (wfd_peer_room_hold (&room, &claims[1], there, 1, 10));
  wfd_peer_room_set_unread (&claims[0], TRUE, 12);
  g_assert_cmpint (wfd_peer_room_get_deadline_us (&room), ==, 70);
  wfd_peer_room_set_unread (&claims[0], FALSE, 40);
  g_assert_cmpint (wfd_peer_room_get_deadline_us (&room), ==, 45);
  room_end (&room, claims, G_N_ELEMENTS (claims));
}

static void
test_same_host (void)
{
  static const struct
  {
    guint8 a[16], b[16];
    gboolean same;
  } pairs[] = {
    { { 0xfd, [7] = 1, [15] = 1 }, { 0xfd, [7] = 1, [8] = 9 }, TRUE },
    { { 0xfd, [7] = 1 }, { 0xfd, [7] = 2 }, FALSE },
    { { 0xfe, 0x80, [15] = 1 }, { 0xfe, 0x80, [15] = 2 }, FALSE },
    { { 0xfe, 0x80, [15] = 1 }, { 0xfe, 0x80, [15] = 1 }, TRUE },
    { { [15] = 1 }, { [15] = 1 }, TRUE },
    { { [10] = 0xff, 0xff, 1 }, { [10] = 0xff, 0xff, 2 }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    g_assert_cmpint (wfd_peer_ip_is_same_host (pairs[i].a, pairs[i].b), ==, pairs[i].same);
}

/* --- connections of one node --- */

#define LARGE_BYTES (1024 * 1024)
#define N_GUESTS 3

typedef struct
{
  GSocket *peer;
  WfdPeerConn *conn;
  GByteArray *octets; /* of a large message, to be sent */
  guint n_sent, n_received, n_grew;
  gboolean is_lost;
} Guest;

typedef struct
{
  WfdPeerLoop loop;
  Guest guests[N_GUESTS];
} House;

static void
on_received (WfdPeerConn *conn, gpointer owner, GBytes *message)
{
  ((Guest *) owner)->n_received++;
}

static void
on_drained (WfdPeerConn *conn, gpointer owner)
{
}

static void
on_grew (WfdPeerConn *conn, gpointer owner)
{
  ((Guest *) owner)->n_grew++;
}

static void
on_lost (WfdPeerConn *conn, gpointer owner)
{
  ((Guest *) owner)->is_lost = TRUE;
}

static const WfdPeerConnCalls calls = { .received = on_received,
  .drained = on_drained,
  .grew = on_grew,
  .lost = on_lost };

/* With room for @max_bytes in parts. */
static void
house_begin (House *house, gsize max_bytes)
{
  g_autofree guint8 *message = g_malloc0 (LARGE_BYTES);

  *house = (House) { 0 };
  g_assert_true (wfd_peer_loop_init (&house->loop));
  house->loop.room.max_bytes = max_bytes;
  house->loop.room.least_bytes = LARGE_BYTES / 8;
  memcpy (message, "\x00\x10\x00\x00\x10\x0d", 6);
  for (guint i = 0; i < N_GUESTS; i++) {
    Guest *guest = &house->guests[i];
    GSocket *accepted;

    peer_connect_pair (&guest->peer, &accepted);
    guest->conn = wfd_peer_conn_new_accepted (&house->loop, accepted, &calls, guest);
    wfd_peer_conn_trust (guest->conn, G_MAXSIZE);
    guest->octets = g_byte_array_new ();
    wfd_peer_frames_append (guest->octets, wfd_bytes (message, LARGE_BYTES));
  }
}

static void
house_end (House *house)
{
  wfd_peer_conn_abort_all (&house->loop);
  g_assert_cmpuint (house->loop.room.used_bytes, ==, 0);
  for (guint i = 0; i < N_GUESTS; i++) {
    g_object_unref (house->guests[i].peer);
    g_byte_array_unref (house->guests[i].octets);
  }
  wfd_peer_loop_clear (&house->loop);
}

static void
settle (House *house)
{
  while (g_main_context_iteration (house->loop.context, FALSE))
    ;
}

/* Until as much of it has been sent, or nothing is taken any more. */
static void
say (House *house, guint i, gsize until)
{
  Guest *guest = &house->guests[i];
  guint n_refused = 0;

  until = MIN (until, guest->octets->len);
  while (guest->n_sent < until && n_refused < 2) {
    gssize n = g_socket_send (guest->peer, (const char *) guest->octets->data + guest->n_sent,
        until - guest->n_sent, NULL, NULL);

    guest->n_sent += MAX (n, 0);
    n_refused = n > 0 ? 0 : n_refused + 1;
    settle (house);
  }
}

/* What the kernel holds back comes when it has seen that there is room. */
static void
hear_all (House *house, guint i, guint n)
{
  while (house->guests[i].n_received < n && !house->guests[i].is_lost) {
    say (house, i, G_MAXSIZE);
    if (house->guests[i].n_received < n)
      g_main_context_iteration (house->loop.context, TRUE);
  }
}

/* All have begun; the others end when the first has, and nobody loses anything. */
static void
test_parts_wait_for_room (void)
{
  House house;

  house_begin (&house, LARGE_BYTES / 2);
  for (guint i = 0; i < N_GUESTS; i++)
    say (&house, i, LARGE_BYTES / 2);
  g_assert_cmpuint (house.loop.room.n_waiting, ==, 2);
  say (&house, 1, G_MAXSIZE);
  say (&house, 2, G_MAXSIZE);
  g_assert_cmpuint (house.guests[1].n_received + house.guests[2].n_received, ==, 0);
  g_assert_cmpuint (house.loop.room.used_bytes, <, LARGE_BYTES);
  for (guint i = 0; i < N_GUESTS; i++) {
    hear_all (&house, i, 1);
    g_assert_false (house.guests[i].is_lost);
  }
  house_end (&house);
}

/* What is only said to come takes no room. */
static void
test_said_is_not_held (void)
{
  House house;

  house_begin (&house, LARGE_BYTES);
  for (guint i = 0; i < N_GUESTS - 1; i++)
    say (&house, i, 10);
  g_assert_cmpuint (house.loop.room.used_bytes, ==, 2 * 8);
  say (&house, N_GUESTS - 1, LARGE_BYTES / 2);
  g_assert_cmpuint (house.loop.room.n_waiting, ==, 0);
  hear_all (&house, N_GUESTS - 1, 1);
  house_end (&house);
}

/* Who begins and does not go on keeps others out for some time only. */
static void
test_hoarder_is_lost (void)
{
  House house;

  house_begin (&house, LARGE_BYTES / 4);
  house.loop.room.silence_us = 1000;
  say (&house, 0, LARGE_BYTES / 2);
  g_assert_cmpuint (house.guests[0].n_grew, >, 0);
  g_assert_false (house.guests[0].is_lost);
  hear_all (&house, 1, 1);
  g_assert_true (house.guests[0].is_lost);
  g_assert_false (house.guests[1].is_lost);
  house_end (&house);
}

/* Nor is one lost whom we do not read ourselves. */
static void
test_unread_is_not_lost (void)
{
  House house;

  house_begin (&house, LARGE_BYTES / 4);
  house.loop.room.silence_us = 1000;
  say (&house, 0, LARGE_BYTES / 2);
  wfd_peer_conn_set_reading (house.guests[0].conn, FALSE);
  say (&house, 1, LARGE_BYTES / 2);
  g_assert_cmpuint (house.loop.room.n_waiting, ==, 1);
  g_assert_cmpint (wfd_peer_room_get_deadline_us (&house.loop.room), >,
      g_get_monotonic_time () + house.loop.room.patience_us / 2);
  wfd_peer_conn_set_reading (house.guests[0].conn, TRUE);
  hear_all (&house, 1, 1);
  g_assert_true (house.guests[0].is_lost);
  house_end (&house);
}

/* Nor does one who has ended, and whose data the application does not fetch. */
static void
test_pause_holds_nothing (void)
{
  House house;

  house_begin (&house, LARGE_BYTES);
  hear_all (&house, 0, 1);
  wfd_peer_conn_set_reading (house.guests[0].conn, FALSE);
  house.guests[0].n_sent = 0;
  say (&house, 0, LARGE_BYTES / 2);
  g_assert_cmpuint (house.loop.room.used_bytes, ==, 0);
  wfd_peer_conn_set_reading (house.guests[0].conn, TRUE);
  hear_all (&house, 0, 2);
  g_assert_false (house.guests[0].is_lost);
  house_end (&house);
}

/* Small ones need none. */
static void
test_small_passes (void)
{
  static const guint8 small[] = { 0, 12, 0, 0, 0, 12, 0x10, 0x0c, 0, 0, 1, 0, 0, 0 };
  House house;

  house_begin (&house, LARGE_BYTES / 4);
  say (&house, 0, LARGE_BYTES / 2);
  g_byte_array_set_size (house.guests[1].octets, 0);
  g_byte_array_append (house.guests[1].octets, small, sizeof (small));
  say (&house, 1, 12);
  say (&house, 1, G_MAXSIZE);
  g_assert_cmpuint (house.guests[1].n_received, ==, 1);
  house_end (&house);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/room/same-host", test_same_host);
  g_test_add_func ("/peer/room/unread-is-not-silent", test_unread_is_not_silent);
  g_test_add_func ("/peer/room/first-may-end", test_first_may_end);
  g_test_add_func ("/peer/room/share-of-address", test_share_of_address);
  g_test_add_func ("/peer/room/silent-is-due", test_silent_is_due);
  g_test_add_func ("/peer/room/slow-is-due", test_slow_is_due);
  g_test_add_func ("/peer/room/trickle-is-due", test_trickle_is_due);
  g_test_add_func ("/peer/room/parts-wait", test_parts_wait_for_room);
  g_test_add_func ("/peer/room/said-is-not-held", test_said_is_not_held);
  g_test_add_func ("/peer/room/hoarder-is-lost", test_hoarder_is_lost);
  g_test_add_func ("/peer/room/unread-is-not-lost", test_unread_is_not_lost);
  g_test_add_func ("/peer/room/pause-holds-nothing", test_pause_holds_nothing);
  g_test_add_func ("/peer/room/small-passes", test_small_passes);
  return g_test_run ();
}
