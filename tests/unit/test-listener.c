/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several listeners of one program at one port. */
#include <wfd/wfd-listener.h>

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define N_LISTENERS 3

typedef struct
{
  GMainContext *context;
  WfdListener *listener;
  GSocketConnection *told; /* the last */
  gboolean passes_on;
  gboolean has_passed_on;
} One;

typedef struct
{
  One ones[N_LISTENERS];
  guint16 port;
  GSocketConnection *client; /* the last */
  GPtrArray *clients;
} Fixture;

/* More than anybody keeps, and fewer than are accepted without a rest. */
#define MANY 40

static void
on_connection (WfdListener *listener, GSocketConnection *connection, One *one)
{
  g_set_object (&one->told, connection);
  if (one->passes_on)
    one->has_passed_on = wfd_listener_pass_on (listener, connection);
}

static WfdListener *
make (One *one, guint16 port)
{
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (one->context);
  one->listener = wfd_listener_new_sharing ("127.0.0.1", port, &error);
  g_main_context_pop_thread_default (one->context);
  g_assert_no_error (error);
  g_signal_connect (one->listener, "connection", G_CALLBACK (on_connection), one);
  return one->listener;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->clients = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < N_LISTENERS; i++) {
    self->ones[i].context = g_main_context_new ();
    make (&self->ones[i], self->port);
    self->port = wfd_listener_get_port (self->ones[i].listener);
  }
}

static void
close_one (One *one)
{
  g_main_context_push_thread_default (one->context);
  wfd_listener_close (one->listener);
  g_main_context_pop_thread_default (one->context);
}

static void
iterate (One *one, gboolean may_block)
{
  g_main_context_push_thread_default (one->context);
  g_main_context_iteration (one->context, may_block);
  g_main_context_pop_thread_default (one->context);
}

static void
run (One *one)
{
  while (g_main_context_pending (one->context))
    iterate (one, FALSE);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < N_LISTENERS; i++) {
    One *one = &self->ones[i];

    if (one->listener != NULL)
      close_one (one);
    run (one);
    if (one->listener != NULL)
      g_assert_finalize_object (one->listener);
    g_main_context_unref (one->context);
    g_clear_object (&one->told);
  }
  g_ptr_array_unref (self->clients);
}

static void
connect_from (Fixture *self, const char *address)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) from = g_inet_socket_address_new_from_string (address, 0);
  g_autoptr (GError) error = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_local_address (client, from);
  self->client = g_socket_client_connect_to_host (client, "127.0.0.1", self->port, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (self->clients, self->client);
}

static void
connect_client (Fixture *self)
{
  connect_from (self, "127.0.0.1");
}

static void
connect_from_number (Fixture *self, guint i)
{
  g_autofree char *address = g_strdup_printf ("127.0.1.%u", i + 1);

  connect_from (self, address);
}

static void
set_peer (One *one, const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  wfd_listener_set_peer (one->listener, address);
}

static void
assert_closed (GSocketConnection *client)
{
  g_autoptr (GError) error = NULL;
  char octet;

  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (client)), &octet,
                       1, NULL, &error),
      ==, 0);
  g_assert_no_error (error);
}

/* That of the client, and no other. */
static void
wait_told (Fixture *self, One *one)
{
  g_autoptr (GSocketAddress) ours = NULL, theirs = NULL;

  while (one->told == NULL)
    iterate (one, TRUE);
  ours = g_socket_connection_get_local_address (self->client, NULL);
  theirs = g_socket_connection_get_remote_address (one->told, NULL);
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (ours)), ==,
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (theirs)));
  g_clear_object (&one->told);
}

/* The first keeps what is its own. */
static void
test_first_is_told (Fixture *self, gconstpointer data)
{
  connect_client (self);
  wait_told (self, &self->ones[0]);
  g_assert_false (g_main_context_pending (self->ones[1].context));
  g_assert_false (g_main_context_pending (self->ones[2].context));
}

static void
test_passed_on (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < N_LISTENERS; i++)
    self->ones[i].passes_on = TRUE;
  connect_client (self);
  for (guint i = 0; i < N_LISTENERS; i++) {
    wait_told (self, &self->ones[i]);
    g_assert_true (self->ones[i].has_passed_on);
  }
}

/* It may be of the next one. */
static void
test_passed_on_to_closed (Fixture *self, gconstpointer data)
{
  self->ones[0].passes_on = TRUE;
  connect_client (self);
  wait_told (self, &self->ones[0]);
  close_one (&self->ones[1]);
  wait_told (self, &self->ones[2]);
  g_assert_null (self->ones[1].told);
}

static void
test_passed_on_to_closed_last (Fixture *self, gconstpointer data)
{
  self->ones[0].passes_on = TRUE;
  close_one (&self->ones[2]);
  connect_client (self);
  wait_told (self, &self->ones[0]);
  close_one (&self->ones[1]);
  close_one (&self->ones[0]);
  assert_closed (self->client);
}

/* Who waits to be accepted is, and so is who comes later. */
static void
test_heir (Fixture *self, gconstpointer data)
{
  connect_client (self);
  close_one (&self->ones[0]);
  wait_told (self, &self->ones[1]);
  connect_client (self);
  wait_told (self, &self->ones[1]);
}

static void
test_heir_is_closed (Fixture *self, gconstpointer data)
{
  close_one (&self->ones[0]);
  close_one (&self->ones[1]);
  run (&self->ones[1]);
  connect_client (self);
  wait_told (self, &self->ones[2]);
}

/* The thread of the heir has ended. */
static void
test_heir_never_runs (Fixture *self, gconstpointer data)
{
  close_one (&self->ones[0]);
  close_one (&self->ones[1]);
  connect_client (self);
  wait_told (self, &self->ones[2]);
  g_assert_false (g_main_context_pending (self->ones[1].context));
  g_assert_finalize_object (g_steal_pointer (&self->ones[1].listener));
}

static void
test_nobody_runs (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WfdListener) other = NULL;

  for (guint i = 0; i < N_LISTENERS; i++)
    close_one (&self->ones[i]);
  other = wfd_listener_new_sharing ("127.0.0.1", self->port, &error);
  g_assert_no_error (error);
}

/* --- whose it is --- */

static void
test_claimed (Fixture *self, gconstpointer data)
{
  set_peer (&self->ones[1], "127.0.0.3");
  connect_from (self, "127.0.0.3");
  iterate (&self->ones[0], TRUE);
  wait_told (self, &self->ones[1]);
  g_assert_null (self->ones[0].told);
}

/* Who knows its peer is told of nobody else. */
static void
test_claimed_by_nobody (Fixture *self, gconstpointer data)
{
  self->ones[0].passes_on = TRUE;
  set_peer (&self->ones[1], "127.0.0.3");
  connect_from (self, "127.0.0.4");
  wait_told (self, &self->ones[0]);
  wait_told (self, &self->ones[2]);
  g_assert_null (self->ones[1].told);
}

/* Its source does not want it, and nobody else may. */
static void
test_claimed_is_passed_on (Fixture *self, gconstpointer data)
{
  set_peer (&self->ones[0], "127.0.0.3");
  self->ones[0].passes_on = TRUE;
  connect_from (self, "127.0.0.3");
  wait_told (self, &self->ones[0]);
  g_assert_false (self->ones[0].has_passed_on);
}

/* --- one whose thread stands still --- */

/* @data: (nullable): from ever fresh addresses */
static void
test_stands_still (Fixture *self, gconstpointer data)
{
  One *still = &self->ones[1];
  guint n_told = 0;

  self->ones[0].passes_on = TRUE;
  for (guint i = 0; i < MANY; i++) {
    connect_from_number (self, data != NULL ? i : 0);
    while (self->ones[0].told == NULL)
      iterate (&self->ones[0], TRUE);
    g_clear_object (&self->ones[0].told);
  }
  assert_closed (self->client);
  self->client = self->clients->pdata[0];
  wait_told (self, still);
  while (g_main_context_pending (still->context)) {
    iterate (still, FALSE);
    n_told += still->told != NULL;
    g_clear_object (&still->told);
  }
  g_assert_cmpuint (n_told, >, 0);
  g_assert_cmpuint (n_told, <, MANY - 1);
  /* It has room again. */
  connect_client (self);
  wait_told (self, &self->ones[0]);
  wait_told (self, still);
}

/* --- a display that is faster than its source --- */

static gint64 ahead_us;

/* In the place of GLib's. */
gint64
g_get_monotonic_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000 + ahead_us;
}

/* The first has its display. */
static void
leave_one (Fixture *self)
{
  set_peer (&self->ones[0], "127.0.0.2");
  close_one (&self->ones[1]);
  close_one (&self->ones[2]);
  g_assert_finalize_object (g_steal_pointer (&self->ones[1].listener));
}

static void
begin_one (Fixture *self, const char *peer)
{
  make (&self->ones[1], self->port);
  set_peer (&self->ones[1], peer);
}

static void
test_early (Fixture *self, gconstpointer data)
{
  leave_one (self);
  connect_from (self, "127.0.0.3");
  iterate (&self->ones[0], TRUE);
  begin_one (self, "127.0.0.3");
  wait_told (self, &self->ones[1]);
  g_assert_null (self->ones[0].told);
}

/* Of two that do not know where their peers are. */
static void
test_early_and_passed_on (Fixture *self, gconstpointer data)
{
  leave_one (self);
  wfd_listener_set_peer (self->ones[0].listener, NULL);
  self->ones[0].passes_on = TRUE;
  connect_from (self, "127.0.0.3");
  wait_told (self, &self->ones[0]);
  g_assert_true (self->ones[0].has_passed_on);
  make (&self->ones[1], self->port);
  wait_told (self, &self->ones[1]);
}

/* And is not told again and again of it. */
static void
test_early_for_another (Fixture *self, gconstpointer data)
{
  leave_one (self);
  connect_from (self, "127.0.0.3");
  iterate (&self->ones[0], TRUE);
  make (&self->ones[1], self->port);
  self->ones[1].passes_on = TRUE;
  wait_told (self, &self->ones[1]);
  run (&self->ones[1]);
  g_assert_null (self->ones[1].told);
  make (&self->ones[2], self->port);
  set_peer (&self->ones[2], "127.0.0.3");
  wait_told (self, &self->ones[2]);
}

static void
test_early_and_first_closes (Fixture *self, gconstpointer data)
{
  leave_one (self);
  begin_one (self, "127.0.0.4");
  connect_from (self, "127.0.0.3");
  iterate (&self->ones[0], TRUE);
  close_one (&self->ones[0]);
  g_assert_finalize_object (g_steal_pointer (&self->ones[0].listener));
  make (&self->ones[0], self->port);
  set_peer (&self->ones[0], "127.0.0.3");
  wait_told (self, &self->ones[0]);
}

static void
test_early_and_last_closes (Fixture *self, gconstpointer data)
{
  leave_one (self);
  connect_from (self, "127.0.0.3");
  iterate (&self->ones[0], TRUE);
  close_one (&self->ones[0]);
  assert_closed (self->client);
}

/* It is somebody else. */
static void
test_early_for_nobody (Fixture *self, gconstpointer data)
{
  leave_one (self);
  connect_from (self, "127.0.0.3");
  ahead_us = -G_USEC_PER_SEC * 60;
  iterate (&self->ones[0], TRUE);
  ahead_us = 0;
  while (g_socket_condition_check (g_socket_connection_get_socket (self->client), G_IO_IN) == 0)
    iterate (&self->ones[0], FALSE);
  assert_closed (self->client);
}

/* The display is there, however many others come before it. */
static void
test_early_among_strangers (Fixture *self, gconstpointer data)
{
  leave_one (self);
  for (guint i = 0; i < MANY; i++)
    connect_from_number (self, i);
  connect_from (self, "127.0.0.3");
  run (&self->ones[0]);
  assert_closed (self->clients->pdata[0]);
  assert_closed (self->clients->pdata[MANY / 2]);
  begin_one (self, "127.0.0.3");
  wait_told (self, &self->ones[1]);
}

/* Who connects anew has given up what was before. */
static void
test_early_again (Fixture *self, gconstpointer data)
{
  leave_one (self);
  connect_from (self, "127.0.0.3");
  for (guint i = 0; i < MANY; i++)
    connect_from (self, "127.0.0.4");
  run (&self->ones[0]);
  assert_closed (self->clients->pdata[MANY - 1]);
  self->client = self->clients->pdata[0];
  begin_one (self, "127.0.0.3");
  wait_told (self, &self->ones[1]);
}

/* --- no file descriptors --- */

static gboolean
listens (int fd)
{
  int listens = 0;
  socklen_t size = sizeof listens;

  return getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens;
}

static gboolean waits_for_connections;

static gint
poll_and_note (GPollFD *fds, guint n, gint timeout_ms)
{
  waits_for_connections = FALSE;
  for (guint i = 0; i < n; i++)
    waits_for_connections |= listens (fds[i].fd);
  return g_poll (fds, n, timeout_ms);
}

static gboolean has_no_descriptors;

/* In the place of those of the C library: a limit under valgrind loses the connection. */
int
accept4 (int fd, __SOCKADDR_ARG address, socklen_t *size, int flags)
{
  if (!has_no_descriptors)
    return syscall (SYS_accept4, fd, address.__sockaddr__, size, flags);
  errno = EMFILE;
  return -1;
}

int
accept (int fd, __SOCKADDR_ARG address, socklen_t *size)
{
  return accept4 (fd, address, size, 0);
}

/* It does not ask again and again, and takes who waits when there are some. */
static void
test_no_descriptors (Fixture *self, gconstpointer data)
{
  One *one = &self->ones[0];

  g_main_context_set_poll_func (one->context, poll_and_note);
  connect_client (self);
  has_no_descriptors = waits_for_connections = TRUE;
  for (guint n = 0; waits_for_connections; n++) {
    g_assert_cmpuint (n, <, 100);
    iterate (one, FALSE);
  }
  g_assert_null (one->told);
  has_no_descriptors = FALSE;
  wait_told (self, one);
}

/* --- one begins while the last closes --- */

static struct
{
  Fixture *fixture; /* (nullable): until its socket is closed */
  GThread *thread;
  gint is_in_turn; /* atomic: it has to wait for the other, or has not had to */
} race;

/* In the place of GLib's. */
void
g_rec_mutex_lock (GRecMutex *mutex)
{
  while (!g_rec_mutex_trylock (mutex)) {
    g_atomic_int_set (&race.is_in_turn, TRUE);
    g_thread_yield ();
  }
}

static gpointer
begin_another (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WfdListener) other = wfd_listener_new_sharing ("127.0.0.1", fixture->port, &error);

  g_atomic_int_set (&race.is_in_turn, TRUE);
  g_assert_no_error (error);
  return NULL;
}

/* In the place of that of the C library. */
int
close (int fd)
{
  Fixture *fixture = race.fixture;

  if (fixture != NULL && listens (fd)) {
    race.fixture = NULL;
    race.thread = g_thread_new ("another", begin_another, fixture);
    while (!g_atomic_int_get (&race.is_in_turn))
      g_thread_yield ();
  }
  return syscall (SYS_close, fd);
}

/* @data: (nullable): whether the last has the socket already */
static void
test_begins_while_last_closes (Fixture *self, gconstpointer data)
{
  close_one (&self->ones[0]);
  close_one (&self->ones[1]);
  if (data != NULL)
    iterate (&self->ones[2], FALSE);
  race.fixture = self;
  race.is_in_turn = FALSE;
  close_one (&self->ones[2]);
  g_assert_null (race.fixture);
  g_thread_join (g_steal_pointer (&race.thread));
}

/* With one that shares with nobody. */
static void
test_port_is_taken (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WfdListener) other = NULL;

  g_assert_null (wfd_listener_new ("127.0.0.1", self->port, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  for (guint i = 0; i < N_LISTENERS; i++) {
    close_one (&self->ones[i]);
    run (&self->ones[i]);
  }
  other = wfd_listener_new ("127.0.0.1", self->port, &error);
  g_assert_no_error (error);
  /* Nor does anybody else come there then. */
  g_assert_null (wfd_listener_new_sharing ("127.0.0.1", self->port, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

#define add(path, test) add_with (path, NULL, test)
#define add_with(path, data, test) \
  g_test_add ("/listener/sharing/" path, Fixture, data, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("first-is-told", test_first_is_told);
  add ("passed-on", test_passed_on);
  add ("passed-on-to-closed", test_passed_on_to_closed);
  add ("passed-on-to-closed-last", test_passed_on_to_closed_last);
  add ("heir", test_heir);
  add ("heir-is-closed", test_heir_is_closed);
  add ("heir-never-runs", test_heir_never_runs);
  add ("nobody-runs", test_nobody_runs);
  add ("begins-while-last-closes", test_begins_while_last_closes);
  add ("claimed", test_claimed);
  add ("claimed-by-nobody", test_claimed_by_nobody);
  add ("claimed-is-passed-on", test_claimed_is_passed_on);
  add ("stands-still", test_stands_still);
  add_with ("stands-still-among-strangers", "strangers", test_stands_still);
  add ("early", test_early);
  add ("early-and-passed-on", test_early_and_passed_on);
  add ("early-for-another", test_early_for_another);
  add ("early-and-first-closes", test_early_and_first_closes);
  add ("early-and-last-closes", test_early_and_last_closes);
  add ("early-for-nobody", test_early_for_nobody);
  add ("early-among-strangers", test_early_among_strangers);
  add ("early-again", test_early_again);
  add ("no-descriptors", test_no_descriptors);
  add_with ("begins-while-heir-closes", "heir", test_begins_while_last_closes);
  add ("port-is-taken", test_port_is_taken);
  return g_test_run ();
}
