/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever is called in whatever order, from several threads, with handles that are NULL, closed,
 * made up or of another kind: the documented code, and nobody waits for ever. */
#include <miracast-sink.h>
#include <unistd.h>
#include <wfdxmiracast.h>

#define N_THREADS 3
#define N_CALLS 1500
#define N_HANDLES 12
#define N_TURNS 50

static struct
{
  MIRACAST_DRIVER_INTERFACE driver;
  MIRACAST_CALLBACKS callbacks;
  GMutex lock;
  PVOID handles[N_HANDLES]; /* of both kinds, open or not */
  gint n_good;              /* calls that did something, atomic */
} now;

static PVOID
pick (GRand *rand)
{
  PVOID handle;

  g_mutex_lock (&now.lock);
  handle = now.handles[g_rand_int_range (rand, 0, N_HANDLES)];
  g_mutex_unlock (&now.lock);
  return g_rand_int_range (rand, 0, 20) == 0 ? GUINT_TO_POINTER (g_rand_int (rand)) : handle;
}

/* The one that it displaces is closed, as either kind. */
static void
put (GRand *rand, PVOID handle)
{
  guint i = g_rand_int_range (rand, 1, N_HANDLES);
  PVOID old;

  g_mutex_lock (&now.lock);
  old = now.handles[i];
  now.handles[i] = handle;
  g_mutex_unlock (&now.lock);
  WfdxMiracastClose (old);
  now.driver.DestroyMiracastContext (old);
}

static int
make_socket (GRand *rand, MiracastSink *sink)
{
  static const SinkBehaviour behaviours[] = { SINK_PLAYS, SINK_CLOSES_AT_M3, SINK_REFUSES_FORMATS };
  int fd;

  miracast_sink_init (sink, behaviours[g_rand_int_range (rand, 0, 3)], SINK_VIDEO_CEA);
  fd = sink->source_fd;
  sink->source_fd = -1;
  return fd;
}

/* The socket is that of the caller still. */
static NTSTATUS
start_driver (GRand *rand, PVOID handle)
{
  MIRACAST_WFD_CONNECTION_STATS stats = { g_rand_int_range (rand, 0, 6) * 1000000, 0, 0 };
  MIRACAST_SESSION_INFO info;
  MiracastSink sink;
  int fd = make_socket (rand, &sink);
  NTSTATUS status = now.driver.StartMiracastSession (handle, (SOCKET) fd,
      g_rand_boolean (rand) ? &stats : NULL, g_rand_int_range (rand, 0, 9) > 0 ? &info : NULL);

  now.driver.StopMiracastSession (handle);
  g_assert_cmpint (close (fd), ==, 0);
  miracast_sink_clear (&sink);
  return status;
}

static NTSTATUS
start_host (GRand *rand, HANDLE handle)
{
  MIRACAST_SESSION_INFO info;
  MiracastSink sink;
  int fd = make_socket (rand, &sink);
  NTSTATUS status = WfdxMiracastStart (handle, (SOCKET) fd, NULL, &info);

  if (status == STATUS_INVALID_PARAMETER || status == STATUS_INVALID_HANDLE
      || status == STATUS_INVALID_DEVICE_STATE)
    close (fd);
  else
    WfdxMiracastStop (handle);
  miracast_sink_clear (&sink);
  return status;
}

static NTSTATUS
send_message (GRand *rand, PVOID handle, gboolean is_host)
{
  const WFDX_MIRACAST_MESSAGE message = { g_rand_int_range (rand, 6, 10),
    g_rand_int_range (rand, 0, 5) };
  UINT n = g_rand_int_range (rand, 0, 9);

  /* Nothing is written there after this returns: the driver answers at once. */
  if (is_host)
    return WfdxMiracastSendMessage (handle, &message, n, NULL, 0, NULL, NULL);
  return now.driver.HandleKernelModeMessage (handle, n, (VOID *) &message, 0, NULL, NULL);
}

static NTSTATUS
create (GRand *rand)
{
  static const WFDX_MIRACAST_DISPLAY display = { .Size = sizeof (display) };
  PVOID handle = NULL;
  NTSTATUS status = g_rand_boolean (rand)
      ? WfdxMiracastOpen (NULL, &display, &handle)
      : now.driver.CreateMiracastContext (NULL, &now.callbacks, &handle);

  if (status == STATUS_SUCCESS)
    put (rand, handle);
  return status;
}

static NTSTATUS
ask (GRand *rand, PVOID handle)
{
  MIRACAST_WFD_CONNECTION_STATS stats;
  MIRACAST_CHUNK_INFO chunk = { 0 };
  PVOID context;

  switch (g_rand_int_range (rand, 0, 4)) {
    case 0:
      return WfdxMiracastGetConnectionStats (handle, &stats);
    case 1:
      return WfdxMiracastGetContext (handle, &context);
    case 2:
      return WfdxMiracastPushChunk (handle, &chunk, "octets", g_rand_int_range (rand, 0, 7));
    default:
      return WfdxMiracastSetLink (handle, g_rand_int_range (rand, 0, 2), NULL, 0);
  }
}

static NTSTATUS
call (GRand *rand)
{
  PVOID handle = pick (rand);

  switch (g_rand_int_range (rand, 0, 12)) {
    case 0:
      return create (rand);
    case 1:
      return start_driver (rand, handle);
    case 2:
      return start_host (rand, handle);
    case 3:
      return WfdxMiracastStop (handle);
    case 4:
      now.driver.StopMiracastSession (handle);
      return STATUS_SUCCESS;
    case 5:
    case 6:
      return send_message (rand, handle, TRUE);
    case 7:
    case 8:
      return send_message (rand, handle, FALSE);
    default:
      return ask (rand, handle);
  }
}

static gboolean
is_documented (NTSTATUS status)
{
  static const NTSTATUS statuses[] = { STATUS_SUCCESS, STATUS_PENDING, STATUS_INVALID_PARAMETER,
    STATUS_INVALID_HANDLE, STATUS_INVALID_DEVICE_STATE, STATUS_NOT_SUPPORTED,
    STATUS_CONNECTION_RESET, STATUS_CONNECTION_REFUSED, STATUS_CANCELLED,
    STATUS_DEVICE_INSUFFICIENT_RESOURCES, STATUS_INSUFFICIENT_RESOURCES, STATUS_BUFFER_TOO_SMALL,
    STATUS_DEVICE_NOT_CONNECTED };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i] == status)
      return TRUE;
  return FALSE;
}

static gpointer
attack (gpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (GPOINTER_TO_UINT (data));

  for (guint i = 0; i < N_CALLS; i++) {
    NTSTATUS status = call (rand);

    if (!is_documented (status))
      g_error ("0x%08x", (guint) status);
    if (status == STATUS_SUCCESS)
      g_atomic_int_inc (&now.n_good);
  }
  return NULL;
}

static void
test_anything_in_any_order (void)
{
  GThread *threads[N_THREADS];
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);

  g_assert_cmpint (QueryMiracastDriverInterface (1, sizeof (now.driver), &now.driver), ==, 0);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("hostile", attack, GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < N_HANDLES * 10; i++)
    put (rand, NULL);
  g_assert_cmpint (now.n_good, >, N_CALLS / 10);
}

typedef struct
{
  PVOID context;
  MiracastSink first, second;
} Turn;

static NTSTATUS
start_turn (Turn *turn, const MiracastSink *sink)
{
  MIRACAST_WFD_CONNECTION_STATS stats = { 0 };
  MIRACAST_SESSION_INFO info;

  return now.driver.StartMiracastSession (turn->context, sink->source_fd, &stats, &info);
}

static gpointer
take_turn (gpointer data)
{
  Turn *turn = data;

  miracast_sink_wait (&turn->first, "M3");
  now.driver.StopMiracastSession (turn->context);
  g_assert_cmpint (start_turn (turn, &turn->second), ==, STATUS_SUCCESS);
  return NULL;
}

/* It may return when the next one has begun. */
static void
test_start_that_was_stopped_leaves_the_next (void)
{
  g_assert_cmpint (QueryMiracastDriverInterface (1, sizeof (now.driver), &now.driver), ==, 0);
  for (guint i = 0; i < N_TURNS; i++) {
    Turn turn = { NULL };
    GThread *thread;

    miracast_sink_init (&turn.first, SINK_NEVER_TELLS, "");
    miracast_sink_init (&turn.second, SINK_PLAYS, SINK_VIDEO_CEA);
    g_assert_cmpint (now.driver.CreateMiracastContext (NULL, &now.callbacks, &turn.context), ==, 0);
    thread = g_thread_new ("turn", take_turn, &turn);
    g_assert_cmpint (start_turn (&turn, &turn.first), ==, STATUS_CANCELLED);
    g_thread_join (thread);
    g_assert_cmpint (start_turn (&turn, &turn.second), ==, STATUS_INVALID_DEVICE_STATE);
    now.driver.DestroyMiracastContext (turn.context);
    miracast_sink_clear (&turn.first);
    miracast_sink_clear (&turn.second);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/miracast/hostile/anything-in-any-order", test_anything_in_any_order);
  g_test_add_func ("/miracast/hostile/start-that-was-stopped-leaves-the-next",
      test_start_that_was_stopped_leaves_the_next);
  return g_test_run ();
}
