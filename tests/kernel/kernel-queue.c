/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIOCOUTQ, kept honest: what the probe says of a socket's queue against what has come
 * out of the device behind it, a TUN whose tbf lets so much through a second. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <poll.h>
#include <probe.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICE "wfd0"
#define OWN_ADDRESS "10.99.0.1"
#define PEER_ADDRESS "10.99.0.2"
#define HEADERS 28
#define PAYLOAD 1328
/* What a machine that is busy elsewhere may spoil. */
#define TRIES 5

static int tun_fd = -1;
/* Why there is nothing to look at; NULL: there is. */
static char *missing;

static gboolean
tc (const char *format, ...)
{
  g_autofree char *command = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;
  va_list arguments;

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (g_spawn_command_line_sync (command, NULL, NULL, &status, &error)
      && g_spawn_check_wait_status (status, &error))
    return TRUE;
  g_test_message ("%s: %s", command, error->message);
  return FALSE;
}

static void
write_map (const char *path, guint id)
{
  g_autofree char *text = g_strdup_printf ("0 %u 1", id);
  int fd = open (path, O_WRONLY);

  if (fd < 0 || write (fd, text, strlen (text)) < 0)
    g_test_message ("%s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
}

/* A network of our own, before GLib begins a thread. */
static char *
open_network (void)
{
  struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
  guint uid = getuid (), gid = getgid ();

  if (unshare (CLONE_NEWNET) != 0) {
    if (unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0)
      return g_strdup_printf ("no network namespace: %s", g_strerror (errno));
    write_map ("/proc/self/uid_map", uid);
    write_map ("/proc/self/gid_map", gid);
  }
  g_strlcpy (request.ifr_name, DEVICE, sizeof request.ifr_name);
  tun_fd = open ("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun_fd < 0 || ioctl (tun_fd, TUNSETIFF, &request) != 0)
    return g_strdup_printf ("no TUN: %s", g_strerror (errno));
  if (!tc ("ip address add " OWN_ADDRESS "/24 dev " DEVICE) || !tc ("ip link set " DEVICE " up")
      || !tc ("tc qdisc replace dev " DEVICE " root tbf rate 20mbit burst 4000 limit 4000000"))
    return g_strdup ("no ip, no tc, or a kernel without tbf");
  return NULL;
}

typedef struct
{
  GSocket *socket;
  GSocketAddress *to;
  WfdLinkProbe *probe;
  WfdRate *rate;
  gint64 sent_bytes, left_bytes; /* handed over, and come out */
} Fixture;

static Fixture
fixture (void)
{
  WfdRateConfig config = { .interval_us = 16667,
    .min_kbps = 500,
    .max_kbps = 100000,
    .start_kbps = 8000 };
  Fixture f = {
    .socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, 0, NULL),
    .to = g_inet_socket_address_new_from_string (PEER_ADDRESS, 19000),
    .rate = wfd_rate_new (&config),
  };

  g_socket_set_option (f.socket, SOL_SOCKET, SO_SNDBUF, 4000000, NULL);
  f.probe = wfd_link_probe_new_queue (f.socket);
  return f;
}

static void
take_what_left (Fixture *self)
{
  guint8 packet[2000];
  gssize n;

  while ((n = read (tun_fd, packet, sizeof packet)) > 0) {
    if (packet[0] >> 4 == 4 && packet[9] == IPPROTO_UDP)
      self->left_bytes += n;
  }
}

static void
fixture_clear (Fixture *self)
{
  /* The next one begins with an empty device. */
  while (self->left_bytes < self->sent_bytes) {
    struct pollfd fd = { tun_fd, POLLIN };

    g_assert_cmpint (poll (&fd, 1, 5000), ==, 1);
    take_what_left (self);
  }
  wfd_link_probe_free (self->probe);
  wfd_rate_free (self->rate);
  g_object_unref (self->to);
  g_object_unref (self->socket);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

/* @n datagrams in one call, if @segment; else one of each. */
static void
hand_over (Fixture *self, guint n, gsize payload, gboolean segment)
{
  g_autofree char *data = g_malloc0 (n * payload);
  gsize part = segment ? n * payload : payload;
  gint64 now_us = g_get_monotonic_time ();

  g_socket_set_option (self->socket, IPPROTO_UDP, 103 /* UDP_SEGMENT */, segment ? payload : 0,
      NULL);
  for (gsize at = 0; at < n * payload; at += part)
    g_assert_cmpint (g_socket_send_to (self->socket, self->to, data, part, NULL, NULL), ==, part);
  for (guint i = 0; i < n; i++) {
    WfdLinkPacket packet = { i, payload + HEADERS };

    wfd_link_probe_sent (self->probe, &packet, 1, now_us);
    wfd_rate_feed_sent (self->rate, payload + HEADERS, now_us);
    self->sent_bytes += payload + HEADERS;
  }
}

static gint64
look (Fixture *self)
{
  gint64 now_us = g_get_monotonic_time ();
  WfdLinkReading reading;

  wfd_link_probe_look (self->probe, &reading, now_us);
  g_assert_null (reading.problem);
  wfd_link_reading_feed (&reading, self->rate, 0, now_us);
  return reading.queue_bytes;
}

/* When something has left, the queue is what has not come out. */
static void
compare_once (Fixture *self, double tolerance)
{
  struct pollfd fd = { tun_fd, POLLIN };
  gint64 before, after, told;

  g_assert_cmpint (poll (&fd, 1, 5000), ==, 1);
  take_what_left (self);
  before = self->sent_bytes - self->left_bytes;
  told = look (self);
  /* What leaves in between, and the bucket. */
  take_what_left (self);
  after = self->sent_bytes - self->left_bytes;
  g_assert_cmpint (told, <=, before * (1 + tolerance) + 6000);
  g_assert_cmpint (told, >=, after * (1 - tolerance) - 6000);
}

/* Until nothing is left; how many looks were had. */
static guint
compare (Fixture *self, double tolerance)
{
  guint n = 0;

  for (; self->left_bytes < self->sent_bytes; n++)
    compare_once (self, tolerance);
  g_assert_cmpint (look (self), ==, 0);
  return n;
}

static gboolean
is_missing (void)
{
  if (missing != NULL)
    g_test_skip (missing);
  return missing != NULL;
}

static void
test_queue_is_what_has_not_left (void)
{
  guint n_seen = 0;

  if (is_missing ())
    return;
  for (guint i = 0; i < 5; i++) {
    g_auto (Fixture) f = fixture ();
    gint64 told;

    hand_over (&f, 100, PAYLOAD, FALSE);
    told = look (&f);
    /* The others have left if this program was held up for 25 ms. */
    n_seen += compare (&f, 0.05) > 10 && told > 40 * (PAYLOAD + HEADERS);
  }
  if (n_seen == 0)
    g_test_skip ("this program is held up too often");
}

static gboolean
set_rate (guint mbps)
{
  return tc ("tc qdisc change dev " DEVICE " root tbf rate %umbit burst 4000 limit 4000000", mbps);
}

/* What a link does while a picture is under way. */
static void
test_queue_whose_rate_changes_while_it_is_full (void)
{
  static const guint rates_mbps[] = { 20, 5, 40, 2, 20 };
  g_auto (Fixture) f = fixture ();

  if (is_missing ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rates_mbps); i++) {
    hand_over (&f, 100, PAYLOAD, FALSE);
    g_assert_true (set_rate (rates_mbps[i]));
    while (f.sent_bytes - f.left_bytes > 50 * (PAYLOAD + HEADERS))
      compare_once (&f, 0.15);
  }
  compare (&f, 0.15);
}

/* As the element sends, and with what it sends when the picture stands still. */
static void
test_queue_of_segments_and_small_packets (void)
{
  const struct
  {
    guint n;
    gsize payload;
    gboolean segment;
  } cases[] = { { 40, PAYLOAD, TRUE }, { 200, 200, FALSE }, { 100, 700, FALSE } };

  if (is_missing ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Fixture) f = fixture ();

    for (guint j = 0; j < 5; j++) {
      hand_over (&f, cases[i].n, cases[i].payload, cases[i].segment);
      look (&f);
      compare (&f, 0.25);
    }
  }
}

/* Frames of 60 a second. */
static guint
find_capacity (Fixture *self)
{
  WfdRateView view;

  for (guint frame = 0; frame < 60; frame++) {
    WfdRateDecision decision;
    WfdRateFrame coded = { 0 };

    wfd_rate_decide (self->rate, g_get_monotonic_time (), &decision);
    coded.bytes = decision.bitrate_kbps * 2; /* of 16 ms */
    wfd_rate_feed_frame (self->rate, &coded, g_get_monotonic_time ());
    hand_over (self, coded.bytes / (PAYLOAD + HEADERS) + 1, PAYLOAD, FALSE);
    compare (self, 0.25);
  }
  wfd_rate_get_view (self->rate, &view);
  g_assert_cmpint (view.signal, ==, WFD_RATE_SIGNAL_QUEUE);
  return view.capacity_kbps;
}

/* On a link that gets narrow and wide again: what the controller takes it to carry is what it
 * carries, and a little of the bucket if this program is held up. */
static void
test_controller_sees_the_rate (void)
{
  static const guint rates_mbps[] = { 20, 5, 20 };
  g_auto (Fixture) f = fixture ();

  if (is_missing ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rates_mbps); i++) {
    double part = 0;

    g_assert_true (set_rate (rates_mbps[i]));
    for (guint n = 0; n < TRIES && !(part > 0.85 && part < 1.15); n++)
      part = find_capacity (&f) / (rates_mbps[i] * 1000.0);
    g_test_message ("%u Mbit/s: %.3f of that", rates_mbps[i], part);
    g_assert_cmpfloat (part, >, 0.85);
    g_assert_cmpfloat (part, <, 1.15);
  }
}

/* All that was in it is gone at once, which is no link that has become quick. */
static void
test_interface_that_vanishes (void)
{
  g_auto (Fixture) f = fixture ();
  WfdRateView before, after;
  WfdRateDecision decision;
  guint8 data[PAYLOAD] = { 0 };

  if (is_missing ())
    return;
  g_assert_true (set_rate (20));
  for (guint i = 0; i < 10; i++) {
    hand_over (&f, 20, PAYLOAD, FALSE);
    compare (&f, 0.25);
  }
  wfd_rate_get_view (f.rate, &before);
  hand_over (&f, 100, PAYLOAD, FALSE);
  look (&f);
  g_assert_true (tc ("ip link set " DEVICE " down"));
  g_assert_cmpint (look (&f), ==, 0);
  f.left_bytes = f.sent_bytes;
  g_assert_cmpint (g_socket_send_to (f.socket, f.to, (char *) data, PAYLOAD, NULL, NULL), <, 0);
  for (guint i = 0; i < 10; i++) {
    look (&f);
    wfd_rate_decide (f.rate, g_get_monotonic_time (), &decision);
    g_assert_cmpuint (decision.bitrate_kbps, >=, 500);
  }
  wfd_rate_get_view (f.rate, &after);
  g_test_message ("%u kbit/s, %u without the interface", before.capacity_kbps, after.capacity_kbps);
  g_assert_cmpuint (after.capacity_kbps, <=, before.capacity_kbps * 3);
  g_assert_true (tc ("ip link set " DEVICE " up"));
}

/* What the specification of the probe rests on: a TUN without a queue before it takes
 * all at once, so nothing can be seen. */
static void
test_bare_tun_hides_its_queue (void)
{
  g_auto (Fixture) f = fixture ();

  if (is_missing ())
    return;
  g_assert_true (tc ("tc qdisc replace dev " DEVICE " root pfifo"));
  hand_over (&f, 50, PAYLOAD, FALSE);
  g_assert_cmpint (look (&f), ==, 0);
}

/* Who may ask is set for each network by itself. */
static gboolean
allow_echo (void)
{
  g_autofree char *range = g_strdup_printf ("%u %u", getgid (), getgid ());
  int fd = open ("/proc/sys/net/ipv4/ping_group_range", O_WRONLY);
  gboolean allowed = fd >= 0 && write (fd, range, strlen (range)) > 0;

  if (fd >= 0)
    close (fd);
  return allowed && tc ("ip link set lo up");
}

/* The kernel answers itself before the request is out of our hands. */
static void
test_echo_comes_back (gconstpointer address)
{
  g_autoptr (GInetAddress) peer = g_inet_address_new_from_string (address);
  g_autoptr (WfdLinkProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  WfdLinkReading reading;

  if (is_missing ())
    return;
  if (!allow_echo ()) {
    g_test_skip ("this network cannot be told who may send an echo request");
    return;
  }
  probe = wfd_link_probe_new_echo (peer, &error);
  g_assert_no_error (error);
  wfd_link_probe_look (probe, &reading, 1000000);
  g_assert_cmpint (reading.rtt_us, ==, WFD_RATE_UNKNOWN);
  wfd_link_probe_look (probe, &reading, 1030000);
  g_assert_cmpint (reading.rtt_us, >=, 0);
  g_assert_cmpint (reading.rtt_us, <=, 30000);
  /* The next one is not due yet, and then it is. */
  wfd_link_probe_look (probe, &reading, 1040000);
  wfd_link_probe_look (probe, &reading, 1045000);
  g_assert_cmpint (reading.rtt_us, ==, WFD_RATE_UNKNOWN);
  wfd_link_probe_look (probe, &reading, 1200000);
  wfd_link_probe_look (probe, &reading, 1205000);
  g_assert_cmpint (reading.rtt_us, >=, 0);
}

/* Nobody is behind the TUN: what is lost is no round trip. */
static void
test_echo_that_is_lost (void)
{
  g_autoptr (GInetAddress) peer = g_inet_address_new_from_string (PEER_ADDRESS);
  g_autoptr (WfdLinkProbe) probe = NULL;
  WfdLinkReading reading;

  if (is_missing ())
    return;
  if (!allow_echo ()) {
    g_test_skip ("this network cannot be told who may send an echo request");
    return;
  }
  probe = wfd_link_probe_new_echo (peer, NULL);
  g_assert_nonnull (probe);
  for (guint i = 0; i < 300; i++) {
    wfd_link_probe_look (probe, &reading, i * 10000);
    g_assert_cmpint (reading.rtt_us, ==, WFD_RATE_UNKNOWN);
  }
}

int
main (int argc, char **argv)
{
  missing = open_network ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel/queue/is-what-has-not-left", test_queue_is_what_has_not_left);
  g_test_add_func ("/kernel/queue/of-segments-and-small-packets",
      test_queue_of_segments_and_small_packets);
  g_test_add_func ("/kernel/queue/whose-rate-changes-while-it-is-full",
      test_queue_whose_rate_changes_while_it_is_full);
  g_test_add_func ("/kernel/queue/controller-sees-the-rate", test_controller_sees_the_rate);
  g_test_add_func ("/kernel/queue/interface-that-vanishes", test_interface_that_vanishes);
  g_test_add_func ("/kernel/queue/bare-tun-hides-it", test_bare_tun_hides_its_queue);
  g_test_add_data_func ("/kernel/echo/comes-back", "127.0.0.1", test_echo_comes_back);
  g_test_add_data_func ("/kernel/echo/comes-back-over-ipv6", "::1", test_echo_comes_back);
  g_test_add_func ("/kernel/echo/that-is-lost", test_echo_that_is_lost);
  return g_test_run ();
}
