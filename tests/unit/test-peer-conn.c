/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets of connections and listeners, against a peer who does what no node does. */
#include <base-limits.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <peer-conn-private.h>
#include <peer-hub.h>
#include <peer-sockets.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- connections --- */

#define ANSWER_BYTES (1024 * 1024)

typedef struct
{
  WfdPeerLoop loop;
  WfdPeerConn *conn;
  GSocket *peer, *accepted;
  guint n_received, n_answered;
  gboolean answers, pauses, may_be_lost, is_lost;
} Stage;

static void
send_bytes (Stage *stage, gsize size)
{
  g_autofree guint8 *octets = g_malloc0 (size);

  wfd_peer_conn_send (stage->conn, wfd_bytes (octets, size), wfd_bytes (NULL, 0));
}

static void
on_received (WfdPeerConn *conn, gpointer owner, GBytes *message)
{
  Stage *stage = owner;

  stage->n_received++;
  if (stage->answers)
    send_bytes (stage, ANSWER_BYTES);
  if (stage->pauses)
    wfd_peer_conn_set_reading (conn, FALSE);
}

static void
on_drained (WfdPeerConn *conn, gpointer owner)
{
}

static void
on_lost (WfdPeerConn *conn, gpointer owner)
{
  Stage *stage = owner;

  g_assert_true (stage->may_be_lost);
  stage->is_lost = TRUE;
}

static const WfdPeerConnCalls calls = { NULL, on_received, on_drained, on_lost };

static void
stage_begin_missing (Stage *stage, gint64 missed_us)
{
  *stage = (Stage) { .answers = TRUE };
  peer_connect_pair (&stage->peer, &stage->accepted);
  g_assert_true (wfd_peer_loop_init (&stage->loop));
  stage->loop.missed_us = missed_us;
  stage->conn = wfd_peer_conn_new_accepted (&stage->loop, stage->accepted, &calls, stage);
}

static void
stage_begin (Stage *stage)
{
  stage_begin_missing (stage, G_USEC_PER_SEC * G_GINT64_CONSTANT (3600));
}

static void
stage_end (Stage *stage)
{
  wfd_peer_conn_abort_all (&stage->loop);
  g_object_unref (stage->peer);
  wfd_peer_loop_clear (&stage->loop);
}

/* Until there is nothing to do. */
static void
settle (Stage *stage)
{
  while (g_main_context_iteration (stage->loop.context, FALSE))
    ;
}

/* All of it fits into one read. */
static void
ask (Stage *stage, guint n)
{
  static const char message[] = { 0, 12, 0, 0, 0, 12, 0x10, 0x0c, 0, 0, 1, 0, 0, 0 };
  g_autoptr (GByteArray) octets = g_byte_array_new ();

  for (guint i = 0; i < n; i++)
    g_byte_array_append (octets, (const guint8 *) message, sizeof (message));
  g_assert_cmpint (
      g_socket_send (stage->peer, (const char *) octets->data, octets->len, NULL, NULL), ==,
      octets->len);
}

static gsize
read_all (Stage *stage)
{
  static char buffer[1024 * 1024];
  gsize total = 0;
  gssize n;

  while ((n = g_socket_receive (stage->peer, buffer, sizeof (buffer), NULL, NULL)) > 0)
    total += n;
  return total;
}

/* It gets all its answers once it reads them. */
static void
test_who_asks_has_to_read (void)
{
  const guint n = 200;
  const gsize total = n * (ANSWER_BYTES + 2 * (ANSWER_BYTES / WFD_LIMIT_PEER_SENT_FRAME_BYTES + 1));
  gsize got = 0;
  Stage stage;

  stage_begin (&stage);
  ask (&stage, n);
  settle (&stage);
  g_assert_cmpuint (wfd_peer_conn_get_queued_bytes (stage.conn), <,
      2 * WFD_LIMIT_PEER_QUEUE_BYTES + 2 * ANSWER_BYTES);
  g_assert_cmpuint (stage.n_received, <, n);

  while (got < total) {
    settle (&stage);
    got += read_all (&stage);
  }
  g_assert_cmpuint (got, ==, total);
  g_assert_cmpuint (stage.n_received, ==, n);
  stage_end (&stage);
}

/* Two that have much to say to each other must not both wait for the other to read. */
static void
test_full_of_our_own_still_reads (void)
{
  Stage stage;

  stage_begin (&stage);
  stage.answers = FALSE;
  send_bytes (&stage, WFD_LIMIT_PEER_FLOOD_BYTES);
  g_assert_cmpuint (wfd_peer_conn_get_queued_bytes (stage.conn), >,
      WFD_LIMIT_PEER_RECORD_BYTES / 2);
  ask (&stage, 3);
  settle (&stage);
  g_assert_cmpuint (stage.n_received, ==, 3);
  stage_end (&stage);
}

/* What has come from one in a piece does not keep the lock until all of it is done. */
static void
test_much_is_done_in_turns (void)
{
  const guint n = 5;
  Stage stage;

  stage_begin (&stage);
  stage.answers = FALSE;
  stage.loop.turn_us = 0;
  ask (&stage, n);
  for (guint i = 1; i <= n; i++) {
    while (stage.n_received < i)
      g_main_context_iteration (stage.loop.context, TRUE);
    g_assert_cmpuint (stage.n_received, ==, i);
  }
  settle (&stage);
  ask (&stage, 1);
  while (stage.n_received == n)
    g_main_context_iteration (stage.loop.context, TRUE);
  stage_end (&stage);
}

/* Nobody has to hold for ever what a peer does not take. */
static void
test_who_takes_nothing_is_lost (void)
{
  Stage stage;

  stage_begin (&stage);
  stage.loop.stalled_us = 1000;
  send_bytes (&stage, WFD_LIMIT_PEER_QUEUE_BYTES);
  stage.may_be_lost = TRUE;
  while (!stage.is_lost)
    g_main_context_iteration (stage.loop.context, TRUE);
  g_assert_cmpuint (g_hash_table_size (stage.loop.conns), ==, 0);
  stage_end (&stage);
}

/* It was slow, and has caught up. */
static void
test_who_takes_it_is_kept (void)
{
  gsize left = WFD_LIMIT_PEER_QUEUE_BYTES;
  Stage stage;

  stage_begin (&stage);
  send_bytes (&stage, left);
  while (wfd_peer_conn_get_queued_bytes (stage.conn) > 0) {
    settle (&stage);
    read_all (&stage);
  }
  stage.loop.stalled_us = 0;
  ask (&stage, 1);
  settle (&stage);
  g_assert_cmpuint (stage.n_received, ==, 1);
  stage_end (&stage);
}

/* Who goes on reading and sends before anything else is done still gets what has come. */
static void
test_full_goes_on_reading (void)
{
  Stage stage;

  stage_begin (&stage);
  stage.answers = FALSE;
  stage.pauses = TRUE;
  ask (&stage, 3);
  settle (&stage);
  g_assert_cmpuint (stage.n_received, ==, 1);
  stage.pauses = FALSE;
  wfd_peer_conn_set_reading (stage.conn, TRUE);
  send_bytes (&stage, WFD_LIMIT_PEER_QUEUE_BYTES);
  g_assert_cmpuint (wfd_peer_conn_get_queued_bytes (stage.conn), >, 0);
  settle (&stage);
  g_assert_cmpuint (stage.n_received, ==, 3);

  stage_end (&stage);
}

/* And who takes nothing is lost then, too. */
static void
test_full_that_read_is_lost (void)
{
  Stage stage;

  stage_begin (&stage);
  stage.answers = FALSE;
  stage.pauses = TRUE;
  stage.loop.stalled_us = 1000;
  ask (&stage, 2);
  settle (&stage);
  wfd_peer_conn_set_reading (stage.conn, TRUE);
  send_bytes (&stage, WFD_LIMIT_PEER_QUEUE_BYTES);
  stage.may_be_lost = TRUE;
  while (!stage.is_lost)
    g_main_context_iteration (stage.loop.context, TRUE);
  g_assert_cmpuint (stage.n_received, ==, 2);
  stage_end (&stage);
}

static gboolean no_watches_left;

/* In the place of the C library's. */
int
epoll_ctl (int epoll_fd, int change, int fd, struct epoll_event *event)
{
  if (!no_watches_left || change != EPOLL_CTL_ADD)
    return syscall (SYS_epoll_ctl, epoll_fd, change, fd, event);
  errno = ENOSPC;
  return -1;
}

/* What the kernel does not watch is lost at once, not when it has stalled. */
static void
test_unwatched_is_lost (void)
{
  static const char block[64 * 1024];
  Stage stage;

  stage_begin (&stage);
  wfd_peer_conn_set_reading (stage.conn, FALSE);
  while (g_socket_send (stage.accepted, block, sizeof (block), NULL, NULL) > 0)
    ;
  no_watches_left = TRUE;
  send_bytes (&stage, 1);
  no_watches_left = FALSE;
  stage.may_be_lost = TRUE;
  settle (&stage);
  g_assert_true (stage.is_lost);
  stage_end (&stage);
}

/* --- who has gone without a word --- */

static struct tcp_info tcp_info;
static guint n_asked;

/* In the place of the C library's. */
int
getsockopt (int fd, int level, int option, void *value, socklen_t *size)
{
  if (level != IPPROTO_TCP || option != TCP_INFO)
    return syscall (SYS_getsockopt, fd, level, option, value, size);
  memcpy (value, &tcp_info, *size);
  n_asked++;
  return 0;
}

static void
look_twice (Stage *stage)
{
  for (n_asked = 0; n_asked < 2 && !stage->is_lost;)
    g_main_context_iteration (stage->loop.context, TRUE);
}

/* TCP would go on sending what is on the way for a quarter of an hour. Who takes nothing and
 * who has nothing to take are there. */
static void
test_gone_is_missed (void)
{
  Stage stage;

  stage_begin_missing (&stage, 1000);
  tcp_info = (struct tcp_info) { .tcpi_unacked = 1, .tcpi_last_ack_recv = 59000 };
  look_twice (&stage);
  tcp_info = (struct tcp_info) { .tcpi_unacked = 0, .tcpi_last_ack_recv = 61000 };
  look_twice (&stage);
  stage.may_be_lost = TRUE;
  tcp_info.tcpi_unacked = 1;
  look_twice (&stage);
  g_assert_true (stage.is_lost);
  stage_end (&stage);
}

/* --- who is given up --- */

#define N_LEFT (WFD_LIMIT_PEER_LINGERING_OF_ADDRESS + 3)

/* Each has an address of one network, and @size octets waiting for a peer who neither reads nor closes. */
static void
leave_many (Stage *stage, GSocket **peers, guint n, gsize size)
{
  for (guint i = 0; i < n; i++) {
    GSocket *accepted;

    peer_connect_pair (&peers[i], &accepted);
    stage->conn = wfd_peer_conn_new_accepted (&stage->loop, accepted, &calls, stage);
    send_bytes (stage, size);
    stage->conn->remote.ip[0] = 0xfd;
    stage->conn->remote.ip[15] = i;
    wfd_peer_conn_close (stage->conn);
  }
}

static void
discard (GSocket **peers, guint n)
{
  for (guint i = 0; i < n; i++)
    g_object_unref (peers[i]);
}

/* They would hold a descriptor each for half a minute: of one machine the oldest go, which has as
 * many addresses as it likes. */
static void
test_few_linger (void)
{
  GSocket *peers[N_LEFT];
  char octet;
  Stage stage;

  stage_begin (&stage);
  leave_many (&stage, peers, N_LEFT, 1);
  g_assert_cmpuint (stage.loop.lingering.length, ==, WFD_LIMIT_PEER_LINGERING_OF_ADDRESS);
  g_assert_cmpuint (g_hash_table_size (stage.loop.conns), ==,
      WFD_LIMIT_PEER_LINGERING_OF_ADDRESS + 1);
  discard (peers, N_LEFT);
  settle (&stage);
  g_assert_cmpuint (stage.loop.lingering.length, ==, 0);
  /* Who is still there has lost nothing. */
  g_assert_cmpint (g_socket_receive (stage.peer, &octet, 1, NULL, NULL), ==, -1);
  stage_end (&stage);
}

/* And what waits for them is no more than for those who are still there. */
static void
test_little_lingers (void)
{
  const guint n = WFD_LIMIT_PEER_LINGERING_BYTES_OF_ADDRESS / WFD_LIMIT_PEER_QUEUE_BYTES;
  GSocket *peers[8];
  Stage stage;

  stage_begin (&stage);
  leave_many (&stage, peers, 1, WFD_LIMIT_PEER_LINGERING_BYTES_OF_ADDRESS + 8 * ANSWER_BYTES);
  g_assert_cmpuint (stage.loop.lingering.length, ==, 1);
  leave_many (&stage, peers + 1, n + 2, WFD_LIMIT_PEER_QUEUE_BYTES);
  /* A little of each is in the kernel. */
  g_assert_cmpuint (stage.loop.lingering.length, >=, n);
  g_assert_cmpuint (stage.loop.lingering.length, <=, n + 1);
  discard (peers, n + 3);
  stage_end (&stage);
}

/* Who sends on and on is read until that is more than was on the way. */
static void
test_who_never_ends_is_left (void)
{
  static const char octets[WFD_PEER_READ_BYTES];
  gsize sent_bytes = 0;
  Stage stage;

  stage_begin (&stage);
  g_socket_set_blocking (stage.peer, FALSE);
  wfd_peer_conn_close (stage.conn);
  while (stage.loop.lingering.length > 0) {
    gssize n = g_socket_send (stage.peer, octets, sizeof (octets), NULL, NULL);

    sent_bytes += MAX (n, 0);
    g_assert_cmpuint (sent_bytes, <=, 2 * WFD_LIMIT_PEER_LINGERING_READ_BYTES);
    settle (&stage);
  }
  g_assert_cmpuint (sent_bytes, >=, WFD_LIMIT_PEER_LINGERING_READ_BYTES);
  stage_end (&stage);
}

/* --- a thread that waits serves the sockets --- */

/* Meanwhile the context does not look at them, and when nobody waits any more it does. */
static void
test_who_waits_reads (void)
{
  Stage stage;

  stage_begin (&stage);
  stage.answers = FALSE;
  g_assert_true (wfd_peer_loop_begin_help (&stage.loop));
  /* One is enough. */
  g_assert_false (wfd_peer_loop_begin_help (&stage.loop));
  wfd_peer_loop_end_help (&stage.loop, FALSE);

  ask (&stage, 3);
  settle (&stage);
  g_assert_cmpuint (stage.n_received, ==, 0);
  g_assert_true (wfd_peer_loop_help (&stage.loop, -1));
  g_assert_cmpuint (stage.n_received, ==, 3);
  /* Nor is it kept from the end of its time, and from what else comes. */
  g_assert_true (wfd_peer_loop_help (&stage.loop, 0));
  wfd_peer_loop_wake_helper (&stage.loop);
  g_assert_true (wfd_peer_loop_help (&stage.loop, -1));

  wfd_peer_loop_end_help (&stage.loop, TRUE);
  ask (&stage, 2);
  while (stage.n_received < 5)
    g_main_context_iteration (stage.loop.context, TRUE);
  stage_end (&stage);
}

/* Where callbacks must not come from a thread of the application. */
static void
test_kept_from_who_waits (void)
{
  Stage stage;

  stage_begin (&stage);
  stage.answers = FALSE;
  g_assert_true (wfd_peer_loop_begin_help (&stage.loop));
  wfd_peer_loop_keep (&stage.loop);
  ask (&stage, 1);
  g_assert_false (wfd_peer_loop_help (&stage.loop, -1));
  wfd_peer_loop_end_help (&stage.loop, TRUE);
  g_assert_false (wfd_peer_loop_begin_help (&stage.loop));
  while (stage.n_received < 1)
    g_main_context_iteration (stage.loop.context, TRUE);
  wfd_peer_loop_end_help (&stage.loop, FALSE);
  wfd_peer_loop_release (&stage.loop);
  stage_end (&stage);
}

/* --- listeners --- */

static GMutex accept_lock;
static GCond accept_changed;
static guint n_accepts;
static gboolean no_files_left;

/* In the place of the C library's. */
int
accept (int fd, struct sockaddr *address, socklen_t *size)
{
  gboolean fails;

  g_mutex_lock (&accept_lock);
  fails = no_files_left;
  n_accepts++;
  g_cond_broadcast (&accept_changed);
  g_mutex_unlock (&accept_lock);
  if (!fails)
    return syscall (SYS_accept4, fd, address, size, 0);
  errno = EMFILE;
  return -1;
}

int
accept4 (int fd, struct sockaddr *address, socklen_t *size, int flags)
{
  return accept (fd, address, size);
}

static void
set_files_left (gboolean left)
{
  g_mutex_lock (&accept_lock);
  no_files_left = !left;
  n_accepts = 0;
  g_mutex_unlock (&accept_lock);
}

static void
wait_for_accepts (guint n)
{
  g_mutex_lock (&accept_lock);
  while (n_accepts < n)
    g_cond_wait (&accept_changed, &accept_lock);
  g_mutex_unlock (&accept_lock);
}

/* Whoever comes waits, and the thread does too. */
static void
test_no_files_left (void)
{
  WfdPeerHub *hub = wfd_peer_hub_new ("");
  WfdPeerAddress address = { .ip = { [15] = 1 } };
  WfdPeerListener *listener;
  g_autoptr (GSocketAddress) gio = NULL;
  g_autoptr (GSocket) peer = NULL;
  guint32 result;
  gint64 begun_us;

  wfd_peer_hub_lock (hub);
  listener = wfd_peer_hub_listen (hub, &address, &result);
  g_assert_nonnull (listener);
  address.port = wfd_peer_listener_get_port (listener);
  wfd_peer_hub_unlock (hub);

  set_files_left (FALSE);
  begun_us = g_get_monotonic_time ();
  gio = wfd_peer_address_to_gio (&address);
  peer = peer_connect_to (gio);
  wait_for_accepts (4);
  /* Timers are never early. */
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, 3 * G_USEC_PER_SEC / 10);
  set_files_left (TRUE);
  wait_for_accepts (1);

  wfd_peer_hub_lock (hub);
  g_assert_cmpuint (hub->strangers->len, ==, 1);
  wfd_peer_listener_unref (listener);
  wfd_peer_hub_unlock (hub);
  wfd_peer_hub_free (hub);
}

static guint
count_strangers (WfdPeerHub *hub)
{
  guint n;

  wfd_peer_hub_lock (hub);
  n = hub->strangers->len;
  wfd_peer_hub_unlock (hub);
  return n;
}

/* The one who is silent for longest goes when somebody comes, at once. */
static void
test_silent_strangers (void)
{
  WfdPeerHub *hub = wfd_peer_hub_new ("");
  WfdPeerAddress address = { .ip = { [15] = 1 } };
  GSocket *peers[9];
  WfdPeerListener *listener;
  g_autoptr (GSocketAddress) gio = NULL;
  guint32 result;
  char octet;

  wfd_peer_hub_lock (hub);
  /* As where the program has few descriptors: a sixth of these is for strangers. */
  hub->loop.max_conns = 6 * (G_N_ELEMENTS (peers) - 1);
  listener = wfd_peer_hub_listen (hub, &address, &result);
  address.port = wfd_peer_listener_get_port (listener);
  wfd_peer_hub_unlock (hub);
  gio = wfd_peer_address_to_gio (&address);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = peer_connect_to (gio);

  g_socket_set_blocking (peers[0], TRUE);
  g_assert_cmpint (g_socket_receive (peers[0], &octet, 1, NULL, NULL), <=, 0);
  g_assert_cmpuint (count_strangers (hub), ==, G_N_ELEMENTS (peers) - 1);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    g_object_unref (peers[i]);
  wfd_peer_hub_lock (hub);
  wfd_peer_listener_unref (listener);
  wfd_peer_hub_unlock (hub);
  wfd_peer_hub_free (hub);
}

static void
ignore (WfdPeerConn *conn, gpointer owner)
{
}

/* Where a process has as many connections as it may, whoever comes goes again. */
static void
test_all_connections_count (void)
{
  static const WfdPeerConnCalls no_calls = { .opened = ignore, .drained = ignore, .lost = ignore };
  WfdPeerHub *hub = wfd_peer_hub_new ("");
  WfdPeerAddress address = { .ip = { [15] = 1 } }, elsewhere = address;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV6);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0), gio = NULL,
                             bound = NULL;
  g_autoptr (GSocket) silent =
      g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocket) peer = NULL;
  WfdPeerConn *conns[12];
  WfdPeerListener *listener;
  guint32 result;
  char octet;

  g_assert_true (g_socket_bind (silent, any_port, TRUE, NULL) && g_socket_listen (silent, NULL));
  bound = g_socket_get_local_address (silent, NULL);
  elsewhere.port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  wfd_peer_hub_lock (hub);
  hub->loop.max_conns = G_N_ELEMENTS (conns);
  listener = wfd_peer_hub_listen (hub, &address, &result);
  address.port = wfd_peer_listener_get_port (listener);
  for (guint i = 0; i < G_N_ELEMENTS (conns); i++)
    conns[i] = wfd_peer_conn_open (&hub->loop, &elsewhere, &no_calls, hub);
  wfd_peer_hub_unlock (hub);

  gio = wfd_peer_address_to_gio (&address);
  peer = peer_connect_to (gio);
  g_socket_set_blocking (peer, TRUE);
  g_assert_cmpint (g_socket_receive (peer, &octet, 1, NULL, NULL), <=, 0);
  g_assert_cmpuint (count_strangers (hub), ==, 0);
  wfd_peer_hub_lock (hub);
  for (guint i = 0; i < G_N_ELEMENTS (conns); i++)
    wfd_peer_conn_abort (conns[i]);
  wfd_peer_listener_unref (listener);
  wfd_peer_hub_unlock (hub);
  wfd_peer_hub_free (hub);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/conn/who-asks-has-to-read", test_who_asks_has_to_read);
  g_test_add_func ("/peer/conn/full-of-our-own-still-reads", test_full_of_our_own_still_reads);
  g_test_add_func ("/peer/conn/much-is-done-in-turns", test_much_is_done_in_turns);
  g_test_add_func ("/peer/conn/who-takes-nothing-is-lost", test_who_takes_nothing_is_lost);
  g_test_add_func ("/peer/conn/who-takes-it-is-kept", test_who_takes_it_is_kept);
  g_test_add_func ("/peer/conn/full-goes-on-reading", test_full_goes_on_reading);
  g_test_add_func ("/peer/conn/full-that-read-is-lost", test_full_that_read_is_lost);
  g_test_add_func ("/peer/conn/unwatched-is-lost", test_unwatched_is_lost);
  g_test_add_func ("/peer/conn/gone-is-missed", test_gone_is_missed);
  g_test_add_func ("/peer/conn/few-linger", test_few_linger);
  g_test_add_func ("/peer/conn/little-lingers", test_little_lingers);
  g_test_add_func ("/peer/conn/who-never-ends-is-left", test_who_never_ends_is_left);
  g_test_add_func ("/peer/conn/who-waits-reads", test_who_waits_reads);
  g_test_add_func ("/peer/conn/kept-from-who-waits", test_kept_from_who_waits);
  g_test_add_func ("/peer/listener/no-files-left", test_no_files_left);
  g_test_add_func ("/peer/listener/silent-strangers", test_silent_strangers);
  g_test_add_func ("/peer/listener/all-connections-count", test_all_connections_count);
  return g_test_run ();
}
