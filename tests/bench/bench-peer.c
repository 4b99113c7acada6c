/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a direct connection costs, beside plain TCP and TLS in the same run: two processes on
 * ::1, one asks and one answers. All take turns, and the median of the turns counts, for a
 * machine that is fast now and slow then.
 *
 *   bench-peer [ROUNDS] [MEGABYTES]
 */
#include <glib.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/tcp.h>
#include <p2p.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SMALL_BYTES 64
#define LARGE_BYTES (1024 * 1024)
#define N_TURNS 9
#define N_OPENED 40
#define N_IDLE 200

static guint rounds = 2000, megabytes = 64;

static void
demand (gboolean what, const char *why)
{
  if (what)
    return;
  g_printerr ("%s\n", why);
  exit (EXIT_FAILURE);
}

/* One end of a connection. */
typedef struct
{
  int fd;
  gnutls_session_t tls;
  ULONGLONG link;
} End;

typedef struct
{
  const char *name;
  void (*listen) (int tell);
  void (*learn) (int from);
  void (*accept) (End *end);
  void (*open) (End *end);
  void (*close) (End *end, gboolean first);
  void (*give) (End *end, char *data, gsize size);
  void (*take) (End *end, char *data, gsize size);
} Kind;

/* --- plain TCP --- */

static int listener;
static SOCKADDR_IN6 tcp_address;

static void
write_all (int fd, const void *data, gsize size)
{
  for (gsize sent = 0; sent < size;) {
    gssize n = write (fd, (const char *) data + sent, size - sent);

    demand (n > 0, "write");
    sent += n;
  }
}

static void
read_all (int fd, void *data, gsize size)
{
  for (gsize got = 0; got < size;) {
    gssize n = read (fd, (char *) data + got, size - got);

    demand (n > 0, "read");
    got += n;
  }
}

static void
listen_tcp (int tell)
{
  SOCKADDR_IN6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  socklen_t size = sizeof (address);

  if (listener == 0) {
    listener = socket (AF_INET6, SOCK_STREAM, 0);
    demand (bind (listener, (SOCKADDR *) &address, size) == 0 && listen (listener, 100) == 0,
        "listen");
  }
  demand (getsockname (listener, (SOCKADDR *) &address, &size) == 0, "getsockname");
  write_all (tell, &address, size);
}

static void
learn_tcp (int from)
{
  read_all (from, &tcp_address, sizeof (tcp_address));
}

static void
set_up (int fd)
{
  int on = 1;

  demand (fd >= 0, "no connection");
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
}

static void
accept_tcp (End *end)
{
  end->fd = accept (listener, NULL, NULL);
  set_up (end->fd);
}

static void
open_tcp (End *end)
{
  end->fd = socket (AF_INET6, SOCK_STREAM, 0);
  demand (connect (end->fd, (SOCKADDR *) &tcp_address, sizeof (tcp_address)) == 0, "connect");
  set_up (end->fd);
}

static void
close_tcp (End *end, gboolean first)
{
  char octet;

  if (first)
    shutdown (end->fd, SHUT_WR);
  demand (read (end->fd, &octet, 1) == 0, "not closed");
  close (end->fd);
}

static void
give_tcp (End *end, char *data, gsize size)
{
  write_all (end->fd, data, size);
}

static void
wait_readable (int fd)
{
  struct pollfd wanted = { .fd = fd, .events = POLLIN };

  demand (poll (&wanted, 1, 30000) == 1, "nothing comes");
}

/* As a program does that has more than one connection. */
static void
take_tcp (End *end, char *data, gsize size)
{
  for (gsize got = 0; got < size;) {
    gssize n;

    wait_readable (end->fd);
    n = read (end->fd, data + got, size - got);
    demand (n > 0, "read");
    got += n;
  }
}

/* --- TLS --- */

static gnutls_certificate_credentials_t credentials;

static void
make_credentials (gboolean with_key)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  guint8 serial = 1;

  gnutls_certificate_allocate_credentials (&credentials);
  if (!with_key)
    return;
  gnutls_x509_privkey_init (&key);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
      GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, &serial, 1);
  gnutls_x509_crt_set_activation_time (certificate, time (NULL) - 60);
  gnutls_x509_crt_set_expiration_time (certificate, time (NULL) + 3600);
  gnutls_x509_crt_set_dn (certificate, "CN=bench", NULL);
  gnutls_x509_crt_set_key (certificate, key);
  demand (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0) == 0
          && gnutls_certificate_set_x509_key (credentials, &certificate, 1, key) == 0,
      "certificate");
}

static void
listen_tls (int tell)
{
  make_credentials (TRUE);
  listen_tcp (tell);
}

static void
learn_tls (int from)
{
  make_credentials (FALSE);
  read_all (from, &tcp_address, sizeof (tcp_address));
}

static void
shake_hands (End *end, guint flags)
{
  int result;

  gnutls_init (&end->tls, flags);
  gnutls_set_default_priority (end->tls);
  gnutls_credentials_set (end->tls, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (end->tls, end->fd);
  do
    result = gnutls_handshake (end->tls);
  while (result < 0 && !gnutls_error_is_fatal (result));
  demand (result == 0, "handshake");
}

static void
accept_tls (End *end)
{
  accept_tcp (end);
  shake_hands (end, GNUTLS_SERVER);
}

static void
open_tls (End *end)
{
  open_tcp (end);
  shake_hands (end, GNUTLS_CLIENT);
}

static void
close_tls (End *end, gboolean first)
{
  char octet;

  if (first) {
    gnutls_bye (end->tls, GNUTLS_SHUT_WR);
    shutdown (end->fd, SHUT_WR);
  }
  while (gnutls_record_recv (end->tls, &octet, 1) == GNUTLS_E_AGAIN)
    ;
  gnutls_deinit (end->tls);
  close (end->fd);
}

static void
give_tls (End *end, char *data, gsize size)
{
  for (gsize sent = 0; sent < size;) {
    gssize n = gnutls_record_send (end->tls, data + sent, size - sent);

    demand (n > 0, "gnutls_record_send");
    sent += n;
  }
}

static void
take_tls (End *end, char *data, gsize size)
{
  for (gsize got = 0; got < size;) {
    gssize n;

    if (gnutls_record_check_pending (end->tls) == 0)
      wait_readable (end->fd);
    n = gnutls_record_recv (end->tls, data + got, size - got);
    demand (n > 0 || n == GNUTLS_E_AGAIN, "gnutls_record_recv");
    got += MAX (n, 0);
  }
}

/* --- direct connections --- */

static const GUID type = { 1, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };
static HGRAPH graph;
static HANDLE event;
static HPEEREVENT registration;
static PEER_ADDRESS graph_address;

static void
enter_graph (PWSTR name)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"bench",
    .pwzCreatorId = name };
  PEER_GRAPH_EVENT_REGISTRATION wanted[] = { { PEER_GRAPH_EVENT_DIRECT_CONNECTION, NULL },
    { PEER_GRAPH_EVENT_INCOMING_DATA, NULL } };
  PEER_VERSION_DATA version;

  demand (PeerGraphStartup (PEER_GRAPH_VERSION, &version) == S_OK, "PeerGraphStartup");
  demand (PeerGraphCreate (&properties, L"bench", NULL, &graph) == S_OK, "PeerGraphCreate");
  event = CreateEvent (NULL, FALSE, FALSE, NULL);
  demand (PeerGraphRegisterEvent (graph, event, 2, wanted, &registration) == S_OK, "register");
}

static void
listen_direct (int tell)
{
  PPEER_NODE_INFO info;

  enter_graph ((PWSTR) L"bob");
  demand (PeerGraphListen (graph, PEER_GRAPH_SCOPE_LOOPBACK, 0, 0) == S_OK, "PeerGraphListen");
  demand (PeerGraphGetNodeInfo (graph, 0, &info) == S_OK, "PeerGraphGetNodeInfo");
  write_all (tell, &info->pAddresses[0], sizeof (PEER_ADDRESS));
  PeerGraphFreeData (info);
}

static void
learn_direct (int from)
{
  read_all (from, &graph_address, sizeof (graph_address));
  enter_graph ((PWSTR) L"alice");
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
await_change (End *end, PEER_CONNECTION_STATUS status)
{
  PPEER_GRAPH_EVENT_DATA data = next_event ();

  demand (data->eventType == PEER_GRAPH_EVENT_DIRECT_CONNECTION
          && data->connectionChangeData.status == status,
      "another event");
  end->link = data->connectionChangeData.ullConnectionId;
  PeerGraphFreeData (data);
}

static void
accept_direct (End *end)
{
  await_change (end, PEER_CONNECTED);
}

static void
open_direct (End *end)
{
  demand (PeerGraphOpenDirectConnection (graph, L"bob", &graph_address, &end->link) == S_OK,
      "PeerGraphOpenDirectConnection");
  await_change (end, PEER_CONNECTED);
}

static void
close_direct (End *end, gboolean first)
{
  if (first)
    PeerGraphCloseDirectConnection (graph, end->link);
  await_change (end, PEER_DISCONNECTED);
}

static void
give_direct (End *end, char *data, gsize size)
{
  HRESULT result;

  do
    result = PeerGraphSendData (graph, end->link, &type, size, data);
  while (result == E_OUTOFMEMORY);
  demand (result == S_OK, "PeerGraphSendData");
}

static void
take_direct (End *end, char *bytes, gsize size)
{
  PPEER_GRAPH_EVENT_DATA data = next_event ();

  demand (data->eventType == PEER_GRAPH_EVENT_INCOMING_DATA
          && data->incomingData.data.cbData == size,
      "other data");
  PeerGraphFreeData (data);
}

static const Kind kinds[] = {
  { "plain TCP", listen_tcp, learn_tcp, accept_tcp, open_tcp, close_tcp, give_tcp, take_tcp },
  { "TLS", listen_tls, learn_tls, accept_tls, open_tls, close_tls, give_tls, take_tls },
  { "direct connection", listen_direct, learn_direct, accept_direct, open_direct, close_direct,
      give_direct, take_direct },
};

#define N_KINDS G_N_ELEMENTS (kinds)

/* --- what is measured; each is done by both, and timed by the one that asks --- */

static char *bytes;
static int talk[2]; /* to us, to the other */

static void
do_rounds (const Kind *kind, End *end, gboolean asks)
{
  for (guint i = 0; i < rounds; i++) {
    if (asks)
      kind->give (end, bytes, SMALL_BYTES);
    kind->take (end, bytes, SMALL_BYTES);
    if (!asks)
      kind->give (end, bytes, SMALL_BYTES);
  }
}

static void
do_stream (const Kind *kind, End *end, gboolean asks)
{
  for (guint i = 0; i < megabytes; i++)
    (asks ? kind->give : kind->take) (end, bytes, LARGE_BYTES);
  (asks ? kind->take : kind->give) (end, bytes, 1);
}

static void
do_open (const Kind *kind, End *none, gboolean asks)
{
  for (guint i = 0; i < N_OPENED; i++) {
    End end;

    (asks ? kind->open : kind->accept) (&end);
    kind->close (&end, asks);
  }
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : 1;
}

typedef void (*Measure) (const Kind *kind, End *end, gboolean asks);

/* Microseconds, of the median turn. */
static void
take_turns (Measure measure, End *ends, gboolean asks, gint64 ret_us[N_KINDS])
{
  gint64 times[N_KINDS][N_TURNS];

  for (guint turn = 0; turn < N_TURNS; turn++) {
    for (guint k = 0; k < N_KINDS; k++) {
      gint64 begun_us = g_get_monotonic_time ();

      measure (&kinds[k], &ends[k], asks);
      times[k][turn] = g_get_monotonic_time () - begun_us;
    }
  }
  for (guint k = 0; k < N_KINDS; k++) {
    qsort (times[k], N_TURNS, sizeof (gint64), compare_times);
    ret_us[k] = times[k][N_TURNS / 2];
  }
}

static gsize
get_resident_bytes (void)
{
  g_autofree char *text = NULL;
  gulong all, resident;

  demand (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
          && sscanf (text, "%lu %lu", &all, &resident) == 2,
      "statm");
  return resident * sysconf (_SC_PAGESIZE);
}

/* Of both ends, for each connection. */
static gint64
get_idle_bytes (const Kind *kind, gboolean asks)
{
  g_autofree End *ends = g_new0 (End, N_IDLE);
  gint64 ours = -(gint64) get_resident_bytes (), theirs = 0;

  for (guint i = 0; i < N_IDLE; i++)
    (asks ? kind->open : kind->accept) (&ends[i]);
  ours += get_resident_bytes ();
  write_all (talk[1], &ours, sizeof (ours));
  read_all (talk[0], &theirs, sizeof (theirs));
  for (guint i = 0; i < N_IDLE; i++)
    kind->close (&ends[i], asks);
  return (ours + theirs) / N_IDLE;
}

static void
measure_all (gboolean asks)
{
  End ends[N_KINDS] = { 0 };
  gint64 round_us[N_KINDS], stream_us[N_KINDS], open_us[N_KINDS], idle[N_KINDS];

  /* Memory that nobody has written to is one page for all of it. */
  bytes = g_malloc (LARGE_BYTES);
  memset (bytes, 0x5a, LARGE_BYTES);
  for (guint k = 0; k < N_KINDS; k++)
    asks ? kinds[k].learn (talk[0]) : kinds[k].listen (talk[1]);
  /* While no memory is free that was in use before. */
  for (guint k = 0; k < N_KINDS; k++)
    idle[k] = get_idle_bytes (&kinds[k], asks);
  for (guint k = 0; k < N_KINDS; k++)
    (asks ? kinds[k].open : kinds[k].accept) (&ends[k]);
  take_turns (do_rounds, ends, asks, round_us);
  take_turns (do_stream, ends, asks, stream_us);
  take_turns (do_open, ends, asks, open_us);
  for (guint k = 0; asks && k < N_KINDS; k++)
    g_print ("%-18s %6.1f us a round of %d bytes %6.0f MB/s %6.0f connections/s %7.1f KiB idle\n",
        kinds[k].name, (double) round_us[k] / rounds, SMALL_BYTES,
        megabytes * (double) LARGE_BYTES / stream_us[k], N_OPENED * 1e6 / open_us[k],
        idle[k] / 1024.0);
  PeerGraphShutdown ();
  CloseHandle (event);
}

/* The child is made before there is a thread. */
int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("wfd-bench-XXXXXX", NULL);
  int to_child[2], to_parent[2], status;
  pid_t child;

  if (argc > 1)
    rounds = atoi (argv[1]);
  if (argc > 2)
    megabytes = atoi (argv[2]);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  demand (pipe (to_child) == 0 && pipe (to_parent) == 0, "pipe");
  child = fork ();
  talk[0] = child == 0 ? to_child[0] : to_parent[0];
  talk[1] = child == 0 ? to_parent[1] : to_child[1];
  measure_all (child != 0);
  if (child == 0)
    _exit (0);
  waitpid (child, &status, 0);
  return WIFEXITED (status) ? WEXITSTATUS (status) : EXIT_FAILURE;
}
