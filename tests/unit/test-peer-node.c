/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a node says and does, octet by octet and among others. */
#include <base-limits.h>
#include <hex.h>
#include <peer-world.h>

/* --- one node, octet by octet --- */

typedef struct
{
  World *world;
  Node *bob;
  Wire *wire;
} Talk;

/* Alice is us. */
static void
talk_begin (Talk *talk, gboolean accepts)
{
  talk->world = world_new ();
  talk->bob = add_node (talk->world, "bob");
  wfd_peer_node_accept_direct (talk->bob->node, accepts);
  talk->wire = g_new0 (Wire, 1);
  talk->wire->ends[1] = talk->bob;
  g_ptr_array_add (talk->world->wires, talk->wire);
}

static void
say (Talk *talk, const char *hex)
{
  Delivery delivery = { talk->wire, 1, g_byte_array_free_to_bytes (hex_octets (hex)) };

  take_delivery (&delivery);
  g_bytes_unref (delivery.message);
}

static void
expect (Talk *talk, const char *hex)
{
  Delivery *delivery = g_queue_pop_head (&talk->world->deliveries);
  g_autoptr (GByteArray) octets = hex_octets (hex);
  WfdBytes message;

  g_assert_nonnull (delivery);
  g_assert_nonnull (delivery->message);
  message = wfd_bytes_of (delivery->message);
  g_assert_cmpmem (message.pos, message.left, octets->data, octets->len);
  g_bytes_unref (delivery->message);
  g_free (delivery);
}

static void
expect_close (Talk *talk)
{
  Delivery *delivery = g_queue_pop_head (&talk->world->deliveries);

  g_assert_nonnull (delivery);
  g_assert_true (delivery->message == NULL && delivery->end);
  g_free (delivery);
}

static void
talk_end (Talk *talk)
{
  g_assert_true (g_queue_is_empty (&talk->world->deliveries));
  wfd_peer_node_lost (touch (talk->bob), talk->wire->ids[1]);
  world_free (talk->world);
}

#define AUTH_INFO "0000001d 10 01 0000 02 00 0010 0013 0019 'g1'00 'alice'00 'bob'00"
#define CONNECT "00000018 10 02 0000 04 00 0018 0018 0000 1122334455667788"
#define GUID "000102030405060708090a0b0c0d0e0f"

static char *
welcome_of (const Node *node)
{
  return g_strdup_printf ("00000024 10 03 0000 %016" G_GINT64_MODIFIER "x %016" G_GINT64_MODIFIER
                          "x 00 00 0000 0020 0024 'bob'00",
      wfd_peer_node_get_id (node->node), wfd_peer_node_get_peer_time (node->node));
}

static void
talk_connect (Talk *talk)
{
  g_autofree char *welcome = NULL;

  talk_begin (talk, TRUE);
  say (talk, AUTH_INFO);
  welcome = welcome_of (talk->bob);
  g_assert_cmpuint (talk->bob->n_trusted, ==, 0);
  say (talk, CONNECT);
  g_assert_cmpuint (talk->bob->n_trusted, ==, 1);
  expect (talk, welcome);
  assert_link (talk->bob, WFD_PEER_EVENT_DIRECT, 0, WFD_PEER_LINK_UP, WFD_PEER_OK);
}

static void
test_talk (void)
{
  const WfdPeerEvent *event;
  Talk talk;

  talk_connect (&talk);
  say (&talk, "0000001f 10 0d 0000 001c 0000" GUID "'hi!'");
  event = last_event (talk.bob, WFD_PEER_EVENT_DATA);
  g_assert_cmpmem (g_bytes_get_data (event->data, NULL), 3, "hi!", 3);
  g_assert_cmphex (event->node_id, ==, 0x1122334455667788);
  say (&talk, "0000000c 10 05 0000 03 00 000c");
  assert_link (talk.bob, WFD_PEER_EVENT_DIRECT, 0, WFD_PEER_LINK_DOWN, WFD_PEER_OK);
  expect_close (&talk);
  talk_end (&talk);
}

static void
test_ping_is_swallowed (void)
{
  Talk talk;

  talk_connect (&talk);
  say (&talk, "0000001c 10 0d 0000 001c 0000 0ccbb0d2be414bd6914b058ec5dcce64");
  g_assert_null (last_event (talk.bob, WFD_PEER_EVENT_DATA));
  talk_end (&talk);
}

static void
test_not_accepted (void)
{
  Talk talk;

  talk_begin (&talk, FALSE);
  say (&talk, AUTH_INFO);
  say (&talk, CONNECT);
  expect (&talk, "0000000c 10 04 0000 04 00 0000");
  expect_close (&talk);
  g_assert_null (last_event (talk.bob, WFD_PEER_EVENT_DIRECT));
  talk_end (&talk);
}

/* What has no place on a direct connection ends it. */
static void
test_out_of_place (void)
{
  static const char *const messages[] = {
    AUTH_INFO,
    "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 0020 0024 'bob'00",
    "0000000c 10 06 0000 00 00 000c",
    "0000000c 10 0c 0000 01 00 0000",
    "0000000c 10 0f 0000 01 00 0000",
    "0000000b 10 0c 0000 01 00 00",
  };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++) {
    Talk talk;

    talk_connect (&talk);
    say (&talk, messages[i]);
    assert_link (talk.bob, WFD_PEER_EVENT_DIRECT, 0, WFD_PEER_LINK_DOWN, WFD_PEER_OK);
    expect_close (&talk);
    talk_end (&talk);
  }
}

/* A neighbour that says it is a direct connection, and data before CONNECT. */
static void
test_before_connect (void)
{
  static const char *const messages[] = {
    "00000018 10 02 0000 00 00 0018 0018 0000 1122334455667788",
    "0000001f 10 0d 0000 001c 0000" GUID "'hi!'",
    "0000000c 10 05 0000 03 00 000c",
  };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++) {
    Talk talk;

    talk_begin (&talk, TRUE);
    say (&talk, AUTH_INFO);
    say (&talk, messages[i]);
    expect_close (&talk);
    g_assert_cmpuint (talk.bob->events->len, ==, 0);
    talk_end (&talk);
  }
}

static void
test_second_connect (void)
{
  Talk talk;

  talk_connect (&talk);
  say (&talk, CONNECT);
  expect (&talk, "0000000c 10 04 0000 02 00 0000");
  talk_end (&talk);
}

/* REFUSE of another CONNECT: whom it names is worth keeping. */
static void
test_refused_beside (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  WfdPeerAddress other = { { 0xfd }, 1 };
  g_autoptr (GBytes) refusal = g_byte_array_free_to_bytes (
      wfd_peer_build_end (WFD_PEER_REFUSE, WFD_PEER_REFUSE_ALREADY_CONNECTED, &other, 1));
  guint64 id;

  create (bob);
  id = connect_to (alice, WFD_PEER_LINK_NEIGHBOUR, NULL, bob);
  g_assert_true (take_next (world));
  g_assert_true (wfd_peer_node_received (touch (alice), id, refusal));
  g_assert_cmpuint (alice->node->referrals->len, ==, 1);
  settle (world);
  assert_link (alice, WFD_PEER_EVENT_NEIGHBOUR, id, WFD_PEER_LINK_UP, WFD_PEER_OK);
  world_free (world);
}

/* --- time --- */

/* Somebody who takes the connection and says nothing. */
static void
test_no_welcome (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  Node *deaf = add_node (world, "deaf");
  guint64 id = connect_to (alice, WFD_PEER_LINK_DIRECT, "deaf", deaf);
  Delivery *opened = g_queue_pop_head (&world->deliveries);

  take_delivery (opened);
  ((Wire *) world->wires->pdata[0])->ends[1] = NULL;
  pass (world, 59 * S);
  g_assert_null (last_event (alice, WFD_PEER_EVENT_DIRECT));
  pass (world, 2 * S);
  assert_link (alice, WFD_PEER_EVENT_DIRECT, id, WFD_PEER_LINK_FAILED, WFD_PEER_CONNECTION_FAILED);
  g_free (opened);
  world_free (world);
}

/* --- several --- */

static void
test_direct_between_nodes (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  guint64 id = connect_to (alice, WFD_PEER_LINK_DIRECT, "bob", bob);

  wfd_peer_node_accept_direct (bob->node, TRUE);
  settle (world);
  assert_link (alice, WFD_PEER_EVENT_DIRECT, id, WFD_PEER_LINK_UP, WFD_PEER_OK);
  g_assert_cmphex (last_event (alice, WFD_PEER_EVENT_DIRECT)->node_id, ==,
      wfd_peer_node_get_id (bob->node));
  g_assert_cmphex (wfd_peer_node_disconnect_direct (touch (alice), id), ==, WFD_PEER_OK);
  settle (world);
  assert_link (alice, WFD_PEER_EVENT_DIRECT, id, WFD_PEER_LINK_DOWN, WFD_PEER_OK);
  assert_link (bob, WFD_PEER_EVENT_DIRECT, 0, WFD_PEER_LINK_DOWN, WFD_PEER_OK);
  g_assert_cmphex (wfd_peer_node_disconnect_direct (touch (alice), id), ==,
      WFD_PEER_CONNECTION_NOT_FOUND);
  world_free (world);
}

/* The name in AUTH_INFO is looked at by who listens; the one in WELCOME by us. */
static void
test_other_identity_in_welcome (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  guint64 id = connect_to (alice, WFD_PEER_LINK_DIRECT, "carol", bob);

  wfd_peer_node_accept_direct (bob->node, TRUE);
  settle (world);
  assert_link (alice, WFD_PEER_EVENT_DIRECT, id, WFD_PEER_LINK_FAILED, WFD_PEER_CONNECTION_FAILED);
  assert_link (bob, WFD_PEER_EVENT_DIRECT, 0, WFD_PEER_LINK_DOWN, WFD_PEER_OK);
  world_free (world);
}

/* What others say: on a link from elsewhere or from this machine, and in a record. */
static const struct
{
  WfdPeerAddress address;
  gboolean can_be, can_be_here;
} told[] = {
  { { { 0xfd, [15] = 1 }, 1000 }, TRUE, TRUE },
  { { { 0x20, 0x01, [15] = 1 }, 65535 }, TRUE, TRUE },
  { { { [15] = 1 }, 1000 }, FALSE, TRUE },
  { { { 0xfd, [15] = 1 }, 0 }, FALSE, FALSE },
  { { { 0 }, 1000 }, FALSE, FALSE },
  { { { 0xff, 0x02, [15] = 1 }, 1000 }, FALSE, FALSE },
  { { { [10] = 0xff, 0xff, 127, 0, 0, 1 }, 1000 }, FALSE, FALSE },
  { { { 0xfe, 0x80, [15] = 1 }, 1000 }, FALSE, FALSE },
};

static guint
count_referrals (WfdPeerNode *node, const Link *link, const WfdPeerAddress *address)
{
  g_autoptr (GBytes) octets = g_byte_array_free_to_bytes (
      wfd_peer_build_end (WFD_PEER_REFUSE, WFD_PEER_REFUSE_BUSY, address, 1));
  WfdPeerMessage message;

  g_array_set_size (node->referrals, 0);
  g_assert_true (wfd_peer_message_read (wfd_bytes_of (octets), &message));
  wfd_peer_node_remember_referrals (node, link, message.end.referrals);
  return node->referrals->len;
}

static guint
count_places (WfdPeerNode *node, const WfdPeerAddress *address, gboolean of_contact)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new ();
  WfdPeerPresence presence = { .node_id = 1, .addresses = { *address }, .n_addresses = 1 };
  WfdPeerContact contact = { .node_id = 1, .addresses = { *address }, .n_addresses = 1 };
  WfdPeerContact place;

  record->type = of_contact ? wfd_peer_type_contact : wfd_peer_type_presence;
  g_bytes_unref (record->payload);
  record->payload =
      of_contact ? wfd_peer_contact_build (&contact) : wfd_peer_presence_build (&presence);
  g_assert_true (wfd_peer_node_read_place (node, record, &place));
  return place.n_addresses;
}

static void
check_told (gboolean here)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  g_autoptr (GPtrArray) links = NULL;
  Link *link;

  create (alice);
  join (bob, alice);
  links = wfd_peer_node_list_links (alice->node, WFD_PEER_LINK_NEIGHBOUR);
  link = wfd_peer_node_get_link (alice->node, ((WfdPeerLinkInfo *) links->pdata[0])->link_id);
  if (here)
    link->address = (WfdPeerAddress) { { [15] = 1 }, 2000 };
  for (guint i = 0; i < G_N_ELEMENTS (told); i++) {
    const WfdPeerAddress *address = &told[i].address;
    guint n = here ? told[i].can_be_here : told[i].can_be;

    g_assert_cmpuint (count_referrals (alice->node, link, address), ==, n);
    g_assert_cmpuint (count_places (alice->node, address, FALSE), ==, n);
    g_assert_cmpuint (count_places (alice->node, address, TRUE), ==, n);
  }
  world_free (world);
}

static void
test_addresses_that_cannot_be (void)
{
  check_told (FALSE);
  check_told (TRUE);
}

/* An address of a link says nothing without the interface, which is not on the wire. */
static void
test_address_of_link (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  WfdPeerAddress address = { { 0xfe, 0x80, [15] = 1 }, 1000, 7 };
  g_autoptr (GPtrArray) nodes = NULL;
  const WfdPeerNodeInfo *info;

  create (alice);
  wfd_peer_node_set_listening (touch (alice), &address, 1);
  join (bob, alice);
  address.ip[15] = 2;
  address.scope_id = 9;
  wfd_peer_node_set_listening (touch (bob), &address, 1);
  settle (world);
  nodes = wfd_peer_node_list_nodes (touch (alice), "bob");
  g_assert_cmpuint (nodes->len, ==, 1);
  info = nodes->pdata[0];
  g_assert_cmpuint (info->n_addresses, ==, 1);
  g_assert_cmphex (info->addresses[0].ip[15], ==, 2);
  g_assert_cmpuint (info->addresses[0].scope_id, ==, 7);
  world_free (world);
}

static void
test_everything_comes_along (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  WfdPeerGuid ids[50];

  create (alice);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    pass (world, S / 10);
    ids[i] = add_record (alice, "x", 3600, 0);
  }
  join (bob, alice);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_true (has_record (bob, &ids[i]));
  world_free (world);
}

static void
cut (World *world)
{
  for (guint i = 0; i < world->wires->len; i++) {
    Wire *wire = world->wires->pdata[i];

    for (int end = 0; end < 2; end++) {
      if (wire->closed[end] || wire->ends[end] == NULL)
        continue;
      wfd_peer_node_lost (touch (wire->ends[end]), wire->ids[end]);
      wire->closed[end] = TRUE;
    }
  }
  settle (world);
}

static void
set_reachable (World *world, gboolean reachable)
{
  for (guint i = 0; i < world->nodes->len; i++)
    ((Node *) world->nodes->pdata[i])->reachable = reachable;
}

/* Who has been away asks for what is new since then, and then whether that was all. */
static void
test_away_for_a_while (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  WfdPeerGuid missed;

  create (alice);
  for (guint i = 0; i < 40; i++)
    add_record (alice, "old", 3600, 0);
  join (bob, alice);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SOLICIT_NEW], ==, 3);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SOLICIT_TIME], ==, 0);

  pass (world, 10 * S);
  set_reachable (world, FALSE);
  cut (world);
  pass (world, 10 * S);
  missed = add_record (alice, "missed", 3600, 0);
  set_reachable (world, TRUE);
  memset (world->n_sent, 0, sizeof (world->n_sent));
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  settle (world);
  g_assert_true (has_record (bob, &missed));
  g_assert_cmpuint (world->n_sent[WFD_PEER_SOLICIT_NEW], ==, 0);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SOLICIT_TIME], ==, 3);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SOLICIT_HASH], ==, 1);
  g_assert_cmpuint (world->n_sent[WFD_PEER_FLOOD], <, 10);
  world_free (world);
}

/* The same when it was closed and opened again, with what was stored. */
static void
test_closed_for_a_while (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  WfdPeerGuid missed;
  guint64 known_until;

  create (alice);
  known_until = wfd_peer_node_get_known_until (touch (alice));
  g_assert_cmpuint (known_until, ==, START_UTC + world->now_us * 10);
  pass (world, 10 * S);
  missed = add_record (alice, "missed", 3600, 0);
  wfd_peer_node_restore (touch (bob), 0, TRUE, known_until);
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  settle (world);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SOLICIT_NEW], ==, 0);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SOLICIT_TIME], ==, 3);
  g_assert_true (has_record (bob, &missed));
  world_free (world);
}

/* Carol is slow to answer, and meanwhile bob has got everything from alice. */
static void
test_away_and_back_at_two (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob"),
       *carol = add_node (world, "carol");
  GQueue slow;

  create (alice);
  for (guint i = 0; i < 40; i++)
    add_record (alice, "old", 3600, 0);
  join (bob, alice);
  join (carol, alice);
  pass (world, 10 * S);
  set_reachable (world, FALSE);
  cut (world);
  pass (world, 10 * S);
  set_reachable (world, TRUE);

  memset (world->n_sent, 0, sizeof (world->n_sent));
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, carol);
  while (world->n_sent[WFD_PEER_SOLICIT_TIME] == 0)
    take_next (world);
  slow = world->deliveries;
  g_queue_init (&world->deliveries);
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  settle (world);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SOLICIT_HASH], ==, 1);
  world->deliveries = slow;
  settle (world);
  g_assert_cmpuint (world->n_sent[WFD_PEER_SOLICIT_HASH], ==, 2);
  g_assert_cmpuint (world->n_sent[WFD_PEER_FLOOD], <, 20);
  world_free (world);
}

static gboolean
is_down (Node *node)
{
  const WfdPeerEvent *event = last_event (node, WFD_PEER_EVENT_NEIGHBOUR);

  return event != NULL && event->change == WFD_PEER_LINK_DOWN;
}

/* Each costs a look at all records: of what is said once, a second ends the link. */
static void
test_hashes_said_twice (void)
{
  static const WfdPeerMessageType types[] = { WFD_PEER_SOLICIT_HASH, WFD_PEER_ADVERTISE };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    World *world = world_new ();
    Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
    Delivery *said;

    create (alice);
    join (bob, alice);
    pass (world, 10 * S);
    set_reachable (world, FALSE);
    cut (world);
    pass (world, 10 * S);
    set_reachable (world, TRUE);
    memset (world->n_sent, 0, sizeof (world->n_sent));
    connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
    while (world->n_sent[types[i]] == 0)
      g_assert_true (take_next (world));
    g_assert_false (is_down (alice) && is_down (bob));

    said = g_memdup2 (g_queue_peek_tail (&world->deliveries), sizeof (Delivery));
    g_bytes_ref (said->message);
    g_queue_push_tail (&world->deliveries, said);
    settle (world);
    g_assert_true (is_down (alice) && is_down (bob));
    world_free (world);
  }
}

static gint64
get_difference_s (Node *a, Node *b)
{
  return (gint64) (wfd_peer_node_get_peer_time (touch (a))
             - wfd_peer_node_get_peer_time (touch (b)))
      / (gint64) TICKS_PER_S;
}

/* Clocks are wrong, and peer time is the same (3.1.5.2.2). */
static void
test_peer_time (void)
{
  static const struct
  {
    gint64 wrong_s, left_s;
  } cases[] = {
    { 0, 0 }, { 600, 0 }, { -1199, 0 }, { 1201, 1201 }, /* too far to be of one graph */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    World *world = world_new ();
    Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");

    create (alice);
    bob->wrong_s = cases[i].wrong_s;
    join (bob, alice);
    g_assert_cmpint (get_difference_s (bob, alice), ==, cases[i].left_s);
    world_free (world);
  }
}

/* The first neighbour's is taken, and of each other one's a fifth. */
static void
test_peer_time_of_others (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob"),
       *carol = add_node (world, "carol");

  create (alice);
  join (bob, alice);
  bob->wrong_s = 100;
  join (carol, alice);
  g_assert_cmpint (get_difference_s (carol, alice), ==, 0);
  connect_to (carol, WFD_PEER_LINK_NEIGHBOUR, "bob", bob);
  settle (world);
  g_assert_cmpint (get_difference_s (carol, alice), ==, 20);
  world_free (world);
}

/* Called back again and again, each time with a clock as wrong as can be. */
static void
be_misled (Node *node, Node *by, gint64 wrong_s)
{
  for (guint i = 0; i < 20; i++) {
    guint64 id;

    touch (by)->time_delta += (gint64) wfd_peer_node_get_peer_time (by->node)
        - wrong_s * (gint64) TICKS_PER_S - (gint64) wfd_peer_node_get_peer_time (touch (node));
    id = connect_to (node, WFD_PEER_LINK_NEIGHBOUR, NULL, by);
    settle (node->world);
    g_assert_true (wfd_peer_node_is_connected (node->node, id));
    wfd_peer_node_lost (touch (node), id);
    settle (node->world);
  }
}

static void
test_peer_time_is_not_led_away (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob"),
       *mallory = add_node (world, "mallory");

  create (alice);
  create (mallory);
  join (bob, alice);
  be_misled (bob, mallory, 1190);
  g_assert_cmpint (get_difference_s (bob, alice), ==, 60);
  be_misled (bob, mallory, -1190);
  g_assert_cmpint (get_difference_s (bob, alice), ==, -60);

  /* A clock may go wrong in time. */
  world->now_us += 5 * 24 * 3600 * S;
  be_misled (bob, mallory, 1190);
  g_assert_cmpint (get_difference_s (bob, alice), ==, 60 + 86);

  /* Or be set while the graph is closed. */
  wfd_peer_node_restore (bob->node, 0, TRUE, wfd_peer_node_get_peer_time (bob->node));
  be_misled (bob, mallory, 1190);
  g_assert_cmpint (get_difference_s (bob, alice), ==, 1200);
  world_free (world);
}

/* Who was misled at first is led back by the others, however far that is. */
static void
test_peer_time_comes_back (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob"),
       *mallory = add_node (world, "mallory");

  create (alice);
  create (mallory);
  mallory->wrong_s = 1000;
  join (bob, mallory);
  g_assert_cmpint (get_difference_s (bob, alice), ==, 1000);
  connect_to (bob, WFD_PEER_LINK_NEIGHBOUR, NULL, alice);
  settle (world);
  g_assert_cmpint (get_difference_s (bob, alice), ==, 800);
  world_free (world);
}

/* Parted, each goes on alone; together again, they find each other by themselves, and
 * have what both had done. */
static void
test_parted_and_healed (void)
{
  World *world = world_new ();
  Node *nodes[8];
  WfdPeerGuid common, changed[8];
  g_autoptr (WfdPeerRecord) deleted = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++) {
    g_autofree char *name = g_strdup_printf ("peer%u", i);

    nodes[i] = add_node (world, i == 0 ? "alice" : name);
    if (i == 0)
      create (nodes[0]);
    else
      join (nodes[i], nodes[i - 1]);
  }
  common = add_record (nodes[0], "common", 36000, 0);
  pass (world, 10 * S);
  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    g_assert_true (has_record (nodes[i], &common));

  set_reachable (world, FALSE);
  cut (world);
  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++) {
    g_assert_cmpuint (wfd_peer_node_get_status (nodes[i]->node) & WFD_PEER_STATUS_CONNECTED, ==, 0);
    changed[i] = add_record (nodes[i], "alone", 36000, 0);
  }
  g_assert_cmphex (wfd_peer_node_delete_record (touch (nodes[3]), &common, FALSE), ==, WFD_PEER_OK);
  pass (world, 60 * S);
  set_reachable (world, TRUE);
  pass (world, 900 * S);
  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (changed); j++)
      g_assert_true (has_record (nodes[i], &changed[j]));
    g_assert_false (has_record (nodes[i], &common));
  }
  world_free (world);
}

/* The eighth who comes is sent to others, and gets in there. */
static void
test_busy_node_names_others (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice");
  Node *last = NULL;

  create (alice);
  for (guint i = 1; i <= 10; i++) {
    g_autofree char *name = g_strdup_printf ("peer%u", i);

    last = add_node (world, name);
    join (last, alice);
  }
  g_assert_true (wfd_peer_node_get_status (last->node) & WFD_PEER_STATUS_SYNCHRONIZED);
  {
    g_autoptr (GPtrArray) links = wfd_peer_node_list_links (alice->node, WFD_PEER_LINK_NEIGHBOUR);

    g_assert_cmpuint (links->len, <=, 7);
  }
  world_free (world);
}

/* A link without room holds back records, and not memory; with room they go on. */
static void
test_slow_link_holds_back (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  g_autoptr (GPtrArray) links = NULL;
  WfdPeerGuid id;

  create (alice);
  join (bob, alice);
  alice->has_no_room = TRUE;
  id = add_record (alice, "waits", 3600, 0);
  settle (world);
  g_assert_false (has_record (bob, &id));
  alice->has_no_room = FALSE;
  links = wfd_peer_node_list_links (alice->node, WFD_PEER_LINK_NEIGHBOUR);
  wfd_peer_node_drained (touch (alice), ((WfdPeerLinkInfo *) links->pdata[0])->link_id);
  settle (world);
  g_assert_true (has_record (bob, &id));
  world_free (world);
}

/* The only link of @node to a neighbour. */
static Link *
get_neighbour (Node *node)
{
  g_autoptr (GPtrArray) links = wfd_peer_node_list_links (node->node, WFD_PEER_LINK_NEIGHBOUR);

  g_assert_cmpuint (links->len, ==, 1);
  return wfd_peer_node_get_link (node->node, ((WfdPeerLinkInfo *) links->pdata[0])->link_id);
}

/* Nor what the neighbour asks for that is not there, or has gone meanwhile. */
static void
test_slow_link_queues_only_what_is_there (void)
{
  World *world = world_new ();
  Node *alice = add_node (world, "alice"), *bob = add_node (world, "bob");
  WfdPeerAbstract wanted[100] = { 0 };
  g_autoptr (GBytes) request = NULL;
  Link *link;

  create (alice);
  join (bob, alice);
  link = get_neighbour (alice);
  alice->has_no_room = TRUE;
  wanted[0].id = add_record (alice, "there", 60, 0);
  for (guint i = 1; i < G_N_ELEMENTS (wanted); i++)
    wanted[i].id.bytes[0] = i;
  request = g_byte_array_free_to_bytes (
      wfd_peer_build_request ((WfdPeerList) { (const guint8 *) wanted, G_N_ELEMENTS (wanted) }));
  wfd_peer_node_received (touch (alice), link->id, request);
  g_assert_cmpuint (g_queue_get_length (&link->floods), ==, 1);
  pass (world, 100 * S);
  g_assert_false (has_record (alice, &wanted[0].id));
  g_assert_false (g_hash_table_contains (link->floods_known, &wanted[0].id));
  world_free (world);
}

/* A database from elsewhere says how far its clock was from peer time, and may say anything. */
static void
test_restored_time_is_bounded (void)
{
  static const gint64 deltas[] = { G_MAXINT64, G_MAXINT64 - 1, G_MININT64, G_MININT64 + 1 };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (deltas); i++) {
    World *world = world_new ();
    Node *alice = add_node (world, "alice");
    gint64 delta = deltas[i / 2];

    wfd_peer_node_restore (touch (alice), delta, TRUE, i % 2);
    g_assert_cmpint (wfd_peer_node_get_time_delta (alice->node) < 0, ==, delta < 0);
    g_assert_cmpint (wfd_peer_node_get_time_delta (alice->node), >, G_MININT64 / 2);
    g_assert_cmpint (wfd_peer_node_get_time_delta (alice->node), <, G_MAXINT64 / 2);
    g_assert_cmpint (alice->node->furthest_time_delta, >=, 0);
    world_free (world);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/talk/direct", test_talk);
  g_test_add_func ("/peer/talk/ping-is-swallowed", test_ping_is_swallowed);
  g_test_add_func ("/peer/talk/not-accepted", test_not_accepted);
  g_test_add_func ("/peer/talk/out-of-place-ends-it", test_out_of_place);
  g_test_add_func ("/peer/talk/before-connect-ends-it", test_before_connect);
  g_test_add_func ("/peer/talk/second-connect", test_second_connect);
  g_test_add_func ("/peer/talk/refused-beside", test_refused_beside);
  g_test_add_func ("/peer/time/no-welcome-in-60s", test_no_welcome);
  g_test_add_func ("/peer/nodes/direct", test_direct_between_nodes);
  g_test_add_func ("/peer/nodes/other-identity-in-welcome", test_other_identity_in_welcome);
  g_test_add_func ("/peer/nodes/address-of-link-has-interface", test_address_of_link);
  g_test_add_func ("/peer/nodes/everything-comes-along", test_everything_comes_along);
  g_test_add_func ("/peer/nodes/away-for-a-while", test_away_for_a_while);
  g_test_add_func ("/peer/nodes/closed-for-a-while", test_closed_for_a_while);
  g_test_add_func ("/peer/nodes/away-and-back-at-two", test_away_and_back_at_two);
  g_test_add_func ("/peer/nodes/hashes-said-twice-end-it", test_hashes_said_twice);
  g_test_add_func ("/peer/nodes/peer-time", test_peer_time);
  g_test_add_func ("/peer/nodes/addresses-that-cannot-be", test_addresses_that_cannot_be);
  g_test_add_func ("/peer/nodes/peer-time-of-others", test_peer_time_of_others);
  g_test_add_func ("/peer/nodes/peer-time-is-not-led-away", test_peer_time_is_not_led_away);
  g_test_add_func ("/peer/nodes/peer-time-comes-back", test_peer_time_comes_back);
  g_test_add_func ("/peer/nodes/parted-and-healed", test_parted_and_healed);
  g_test_add_func ("/peer/nodes/busy-node-names-others", test_busy_node_names_others);
  g_test_add_func ("/peer/nodes/slow-link-holds-back", test_slow_link_holds_back);
  g_test_add_func ("/peer/nodes/slow-link-queues-only-what-is-there",
      test_slow_link_queues_only_what_is_there);
  g_test_add_func ("/peer/nodes/restored-time-is-bounded", test_restored_time_is_bounded);
  return g_test_run ();
}
