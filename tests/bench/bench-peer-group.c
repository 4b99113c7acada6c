/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a direct connection of a group costs, beside plain TLS with the same certificates
 * and the same algorithms in the same run: two processes on ::1, one answers.
 *
 *   bench-peer-group [ROUNDS] [MEGABYTES]
 */
#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <peer-club.h>
#include <peer-graph.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SMALL_BYTES 64
#define LARGE_BYTES (1024 * 1024)
#define SCOPE_LOOPBACK 4

static const WfdPeerGuid type = { { 0xca, 0xfe } };
static guint rounds = 5000, megabytes = 256;
static Club club;
static Person alice;
static WfdPeerChain *alice_chain;
static guint8 data[LARGE_BYTES];

static void
demand (gboolean what, const char *why)
{
  if (what)
    return;
  g_printerr ("%s\n", why);
  exit (EXIT_FAILURE);
}

static void
report (const char *what, gint64 begun_us, gint64 middle_us)
{
  g_print ("%-18s %6.1f us for a round of %d bytes, %6.0f MB/s\n", what,
      (double) (middle_us - begun_us) / rounds, SMALL_BYTES,
      megabytes * (double) LARGE_BYTES / (g_get_monotonic_time () - middle_us));
}

/* Unlike the clock of the wall, much the same on a machine that has other things to do. */
static double
get_cpu_s (int who)
{
  struct rusage usage;

  getrusage (who, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
      + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
report_cpu (double own_s, pid_t child)
{
  double before_s = get_cpu_s (RUSAGE_CHILDREN);
  int status;

  own_s = get_cpu_s (RUSAGE_SELF) - own_s;
  waitpid (child, &status, 0);
  g_print ("%-18s %6.2f s of processors to send, %.2f s to receive\n", "", own_s,
      get_cpu_s (RUSAGE_CHILDREN) - before_s);
}

/* What both kinds of connection do, as the one who asks and as the one who answers. */
typedef struct
{
  void (*give) (gpointer connection, gsize size);
  void (*take) (gpointer connection, gsize size);
} Calls;

static void
ask (const char *what, const Calls *calls, gpointer connection)
{
  gint64 begun_us = g_get_monotonic_time (), middle_us;

  for (guint i = 0; i < rounds; i++) {
    calls->give (connection, SMALL_BYTES);
    calls->take (connection, SMALL_BYTES);
  }
  middle_us = g_get_monotonic_time ();
  for (guint i = 0; i < megabytes; i++)
    calls->give (connection, LARGE_BYTES);
  calls->take (connection, 1);
  report (what, begun_us, middle_us);
}

static void
answer (const Calls *calls, gpointer connection)
{
  for (guint i = 0; i < rounds; i++) {
    calls->take (connection, SMALL_BYTES);
    calls->give (connection, SMALL_BYTES);
  }
  for (guint i = 0; i < megabytes; i++)
    calls->take (connection, LARGE_BYTES);
  calls->give (connection, 1);
}

/* --- plain TLS --- */

static void
connect_pair (int ends[2])
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  socklen_t size = sizeof (address);
  int listener = socket (AF_INET6, SOCK_STREAM, 0), on = 1;

  demand (bind (listener, (struct sockaddr *) &address, size) == 0 && listen (listener, 1) == 0
          && getsockname (listener, (struct sockaddr *) &address, &size) == 0,
      "listen");
  ends[0] = socket (AF_INET6, SOCK_STREAM, 0);
  demand (connect (ends[0], (struct sockaddr *) &address, size) == 0, "connect");
  ends[1] = accept (listener, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    setsockopt (ends[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
  close (listener);
}

static gnutls_session_t
new_session (gboolean client, int fd)
{
  const Person *own = client ? &alice : &club.creator;
  gnutls_certificate_credentials_t credentials;
  gnutls_x509_crt_t certificate = own->identity->certificate;
  gnutls_session_t session;

  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_certificate_set_x509_key (credentials, &certificate, 1, own->key->key);
  gnutls_init (&session, client ? GNUTLS_CLIENT : GNUTLS_SERVER);
  gnutls_priority_set_direct (session,
      club.profile == WFD_PEER_PROFILE_MODERN
          ? "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM"
          : "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM:%PROFILE_VERY_WEAK",
      NULL);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (session, fd);
  demand (gnutls_handshake (session) >= 0, "handshake");
  return session;
}

static void
give_tls (gpointer session, gsize size)
{
  for (gsize done = 0; done < size;) {
    gssize n = gnutls_record_send (session, data + done, size - done);

    demand (n > 0, "gnutls_record_send");
    done += n;
  }
}

static void
take_tls (gpointer session, gsize size)
{
  for (gsize done = 0; done < size;) {
    gssize n = gnutls_record_recv (session, data + done, size - done);

    demand (n > 0, "gnutls_record_recv");
    done += n;
  }
}

static const Calls tls_calls = { give_tls, take_tls };

static void
measure_tls (void)
{
  double begun_s = get_cpu_s (RUSAGE_SELF);
  int ends[2];
  pid_t child;

  connect_pair (ends);
  child = fork ();
  if (child == 0) {
    answer (&tls_calls, new_session (FALSE, ends[1]));
    _exit (0);
  }
  ask ("TLS", &tls_calls, new_session (TRUE, ends[0]));
  report_cpu (begun_s, child);
}

/* --- groups --- */

typedef struct
{
  WfdPeerHub *hub;
  WfdPeerGraph *graph;
  WfdPeerQueue *queue;
  GCond happened;
  guint64 link_id;
} Node;

static void
on_event (gpointer user_data)
{
  g_cond_broadcast (&((Node *) user_data)->happened);
}

static void
node_open (Node *self, const Person *person, WfdPeerChain *chain, const char *folder)
{
  static const WfdPeerFilter filters[] = { { WFD_PEER_EVENT_DIRECT }, { WFD_PEER_EVENT_DATA } };
  WfdPeerGroupConfig group = { club.name, person->key, person->identity, chain };
  WfdPeerProperties properties = { 0, 1, club.name, person->identity->name,
    .presence_lifetime_s = 300 };
  WfdPeerGraphConfig config = { { club.name, person->identity->name },
    .database = person->identity->name };

  g_cond_init (&self->happened);
  self->hub = wfd_peer_hub_new (folder);
  demand (!WFD_PEER_FAILED (wfd_peer_group_new (&group, &config.group)), "group");
  wfd_peer_hub_lock (self->hub);
  demand (!WFD_PEER_FAILED (wfd_peer_graph_open (self->hub, &config, &properties, &self->graph)),
      "graph");
  self->queue = wfd_peer_queue_new (filters, G_N_ELEMENTS (filters), on_event, self);
  wfd_peer_graph_add_queue (self->graph, self->queue);
}

static WfdPeerEvent *
next_event (Node *self)
{
  WfdPeerEvent *event;

  wfd_peer_hub_lock (self->hub);
  while ((event = wfd_peer_graph_next_event (self->graph, self->queue)) == NULL)
    demand (g_cond_wait_until (&self->happened, &self->hub->loop.lock,
                g_get_monotonic_time () + 30 * G_USEC_PER_SEC),
        "nothing happens");
  wfd_peer_hub_unlock (self->hub);
  return event;
}

static void
wait_connected (Node *self)
{
  WfdPeerEvent *event = next_event (self);

  demand (event->type == WFD_PEER_EVENT_DIRECT && event->change == WFD_PEER_LINK_UP,
      "not connected");
  self->link_id = event->link_id;
  wfd_peer_event_unref (event);
}

static void
give_node (gpointer connection, gsize size)
{
  Node *self = connection;
  guint32 result;

  do {
    wfd_peer_hub_lock (self->hub);
    result = wfd_peer_graph_send (self->graph, self->link_id, &type, data, size);
    wfd_peer_hub_unlock (self->hub);
  } while (result == WFD_PEER_NO_MEMORY);
  demand (result == WFD_PEER_OK, "send");
}

static void
take_node (gpointer connection, gsize size)
{
  WfdPeerEvent *event = next_event (connection);

  demand (event->type == WFD_PEER_EVENT_DATA && g_bytes_get_size (event->data) == size,
      "other data");
  wfd_peer_event_unref (event);
}

static const Calls node_calls = { give_node, take_node };

static void
answer_node (const char *folder, int tell)
{
  Node self;
  WfdPeerNodeInfo *info;

  node_open (&self, &club.creator, club.creator_chain, folder);
  demand (wfd_peer_graph_listen (self.graph, SCOPE_LOOPBACK, 0, 0) == WFD_PEER_OK, "listen");
  info = wfd_peer_node_get_info (self.graph->node, 0);
  demand (write (tell, &info->addresses[0], sizeof (info->addresses[0])) > 0, "write");
  wfd_peer_hub_unlock (self.hub);
  wait_connected (&self);
  answer (&node_calls, &self);
  /* Until the other one has read it. */
  wfd_peer_event_unref (next_event (&self));
}

/* The child is made before there is a thread. */
static void
measure_node (const char *folder)
{
  WfdPeerAddress address;
  double begun_s = get_cpu_s (RUSAGE_SELF);
  int tell[2];
  pid_t child;
  Node self;

  demand (pipe (tell) == 0, "pipe");
  child = fork ();
  if (child == 0) {
    answer_node (folder, tell[1]);
    _exit (0);
  }
  demand (read (tell[0], &address, sizeof (address)) == sizeof (address), "read");
  node_open (&self, &alice, alice_chain, folder);
  demand (wfd_peer_graph_connect (self.graph, WFD_PEER_LINK_DIRECT, club.creator.identity->name,
              &address, &self.link_id)
          == WFD_PEER_OK,
      "connect");
  wfd_peer_hub_unlock (self.hub);
  wait_connected (&self);
  ask ("group", &node_calls, &self);
  wfd_peer_hub_free (self.hub);
  report_cpu (begun_s, child);
}

static void
measure (WfdPeerKeyKind kind)
{
  g_autofree char *folder = g_dir_make_tmp ("wfd-bench-XXXXXX", NULL);
  g_autofree char *command = g_strdup_printf ("rm -r '%s'", folder);

  club_begin (&club, kind);
  person_begin (&alice, kind);
  alice_chain = club_let_in (&club, &alice, WFD_PEER_ROLE_ADMIN);
  measure_tls ();
  measure_node (folder);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
}

/* Each profile in a process of its own, which has no thread yet when it forks. */
int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *name;
    WfdPeerKeyKind kind;
  } profiles[] = { { "modern", WFD_PEER_KEY_P256 }, { "compatible", WFD_PEER_KEY_RSA1024 } };

  if (argc > 1)
    rounds = atoi (argv[1]);
  if (argc > 2)
    megabytes = atoi (argv[2]);
  club_now_s = g_get_real_time () / G_USEC_PER_SEC - 3600;
  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++) {
    int status;
    pid_t child = fork ();

    if (child == 0) {
      g_print ("%s:\n", profiles[i].name);
      measure (profiles[i].kind);
      exit (EXIT_SUCCESS);
    }
    waitpid (child, &status, 0);
  }
  return EXIT_SUCCESS;
}
