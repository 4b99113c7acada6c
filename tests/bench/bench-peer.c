/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a direct connection costs, beside plain TCP in the same run: two processes on
 * ::1, one answers.
 *
 *   bench-peer [ROUNDS] [MEGABYTES]
 */
#include <errno.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <p2p.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SMALL_BYTES 64
#define LARGE_BYTES (1024 * 1024)

static const GUID type = { 1, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };

static guint rounds = 20000, megabytes = 512;

static void
demand (gboolean what, const char *why)
{
  if (what)
    return;
  g_printerr ("%s\n", why);
  exit (EXIT_FAILURE);
}

/* --- plain TCP --- */

static void
write_all (int fd, const char *data, gsize size)
{
  while (size > 0) {
    gssize n = write (fd, data, size);

    demand (n > 0, "write");
    data += n;
    size -= n;
  }
}

static gsize
read_all (int fd, char *data, gsize size)
{
  gsize got = 0;

  while (got < size) {
    gssize n = read (fd, data + got, size - got);

    if (n <= 0)
      break;
    got += n;
  }
  return got;
}

/* Both ends of a connection on ::1. */
static void
connect_pair (int ends[2])
{
  SOCKADDR_IN6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  socklen_t size = sizeof (address);
  int listener = socket (AF_INET6, SOCK_STREAM, 0), on = 1;

  demand (bind (listener, (SOCKADDR *) &address, size) == 0 && listen (listener, 1) == 0
          && getsockname (listener, (SOCKADDR *) &address, &size) == 0,
      "listen");
  ends[0] = socket (AF_INET6, SOCK_STREAM, 0);
  demand (connect (ends[0], (SOCKADDR *) &address, size) == 0, "connect");
  ends[1] = accept (listener, NULL, NULL);
  demand (ends[1] >= 0, "accept");
  for (guint i = 0; i < 2; i++)
    setsockopt (ends[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
  close (listener);
}

static void
answer_tcp (int fd)
{
  g_autofree char *data = g_malloc (LARGE_BYTES);

  for (guint i = 0; i < rounds; i++) {
    demand (read_all (fd, data, SMALL_BYTES) == SMALL_BYTES, "read");
    write_all (fd, data, SMALL_BYTES);
  }
  for (guint i = 0; i < megabytes; i++)
    demand (read_all (fd, data, LARGE_BYTES) == LARGE_BYTES, "read");
  write_all (fd, data, 1);
}

static void
report (const char *what, gint64 begun_us, gint64 middle_us)
{
  gint64 now_us = g_get_monotonic_time ();

  g_print ("%-18s %6.1f us for a round of %d bytes, %6.0f MB/s\n", what,
      (double) (middle_us - begun_us) / rounds, SMALL_BYTES,
      megabytes * (double) LARGE_BYTES / (now_us - middle_us));
}

static void
ask_tcp (int fd)
{
  g_autofree char *data = g_malloc0 (LARGE_BYTES);
  gint64 begun_us = g_get_monotonic_time (), middle_us;

  for (guint i = 0; i < rounds; i++) {
    write_all (fd, data, SMALL_BYTES);
    demand (read_all (fd, data, SMALL_BYTES) == SMALL_BYTES, "read");
  }
  middle_us = g_get_monotonic_time ();
  for (guint i = 0; i < megabytes; i++)
    write_all (fd, data, LARGE_BYTES);
  demand (read_all (fd, data, 1) == 1, "read");
  report ("TCP", begun_us, middle_us);
}

static void
measure_tcp (void)
{
  int ends[2], status;
  pid_t child;

  connect_pair (ends);
  child = fork ();
  if (child == 0) {
    answer_tcp (ends[1]);
    _exit (0);
  }
  ask_tcp (ends[0]);
  waitpid (child, &status, 0);
}

/* --- direct connections --- */

static HGRAPH graph;
static HANDLE event;
static HPEEREVENT registration;
static ULONGLONG connection;

static void
enter_graph (PWSTR name)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"bench",
    .pwzCreatorId = name };
  PEER_GRAPH_EVENT_REGISTRATION wanted[] = { { PEER_GRAPH_EVENT_DIRECT_CONNECTION, NULL },
    { PEER_GRAPH_EVENT_INCOMING_DATA, NULL } };
  PEER_VERSION_DATA version;

  demand (PeerGraphStartup (PEER_GRAPH_VERSION, &version) == S_OK, "PeerGraphStartup");
  PeerGraphDelete (L"bench", name, L"bench");
  demand (PeerGraphCreate (&properties, L"bench", NULL, &graph) == S_OK, "PeerGraphCreate");
  event = CreateEvent (NULL, FALSE, FALSE, NULL);
  demand (PeerGraphRegisterEvent (graph, event, 2, wanted, &registration) == S_OK, "register");
}

static void
leave_graph (PWSTR name)
{
  PeerGraphShutdown ();
  CloseHandle (event);
}

static PPEER_GRAPH_EVENT_DATA
next_event (void)
{
  PPEER_GRAPH_EVENT_DATA data;

  while (PeerGraphGetEventData (registration, &data) != S_OK)
    demand (WaitForSingleObject (event, 30000) == WAIT_OBJECT_0, "nothing happens");
  return data;
}

static void
wait_connected (void)
{
  PPEER_GRAPH_EVENT_DATA data = next_event ();

  demand (data->eventType == PEER_GRAPH_EVENT_DIRECT_CONNECTION
          && data->connectionChangeData.status == PEER_CONNECTED,
      "not connected");
  connection = data->connectionChangeData.ullConnectionId;
  PeerGraphFreeData (data);
}

static void
take (ULONG size)
{
  PPEER_GRAPH_EVENT_DATA data = next_event ();

  demand (data->eventType == PEER_GRAPH_EVENT_INCOMING_DATA
          && data->incomingData.data.cbData == size,
      "other data");
  PeerGraphFreeData (data);
}

static void
give (char *bytes, ULONG size)
{
  HRESULT result;

  do
    result = PeerGraphSendData (graph, connection, &type, size, bytes);
  while (result == E_OUTOFMEMORY);
  demand (result == S_OK, "PeerGraphSendData");
}

static void
answer_peer (int tell)
{
  g_autofree char *bytes = g_malloc0 (LARGE_BYTES);
  PPEER_NODE_INFO info;

  enter_graph ((PWSTR) L"bob");
  demand (PeerGraphListen (graph, PEER_GRAPH_SCOPE_LOOPBACK, 0, 0) == S_OK, "PeerGraphListen");
  demand (PeerGraphGetNodeInfo (graph, 0, &info) == S_OK, "PeerGraphGetNodeInfo");
  write_all (tell, (const char *) &info->pAddresses[0], sizeof (PEER_ADDRESS));
  PeerGraphFreeData (info);
  wait_connected ();
  for (guint i = 0; i < rounds; i++) {
    take (SMALL_BYTES);
    give (bytes, SMALL_BYTES);
  }
  for (guint i = 0; i < megabytes; i++)
    take (LARGE_BYTES);
  give (bytes, 1);
  PeerGraphFreeData (next_event ());
  leave_graph ((PWSTR) L"bob");
}

static void
ask_peer (PEER_ADDRESS *address)
{
  g_autofree char *bytes = g_malloc0 (LARGE_BYTES);
  gint64 begun_us, middle_us;

  enter_graph ((PWSTR) L"alice");
  demand (PeerGraphOpenDirectConnection (graph, L"bob", address, &connection) == S_OK, "open");
  wait_connected ();
  begun_us = g_get_monotonic_time ();
  for (guint i = 0; i < rounds; i++) {
    give (bytes, SMALL_BYTES);
    take (SMALL_BYTES);
  }
  middle_us = g_get_monotonic_time ();
  for (guint i = 0; i < megabytes; i++)
    give (bytes, LARGE_BYTES);
  take (1);
  report ("direct connection", begun_us, middle_us);
  leave_graph ((PWSTR) L"alice");
}

/* The child is made before there is a thread. */
static void
measure_peer (void)
{
  PEER_ADDRESS address;
  int tell[2], status;
  pid_t child;

  demand (pipe (tell) == 0, "pipe");
  child = fork ();
  if (child == 0) {
    answer_peer (tell[1]);
    _exit (0);
  }
  demand (read_all (tell[0], (char *) &address, sizeof (address)) == sizeof (address), "read");
  ask_peer (&address);
  waitpid (child, &status, 0);
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("wfd-bench-XXXXXX", NULL);

  if (argc > 1)
    rounds = atoi (argv[1]);
  if (argc > 2)
    megabytes = atoi (argv[2]);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  measure_tcp ();
  measure_peer ();
  return EXIT_SUCCESS;
}
