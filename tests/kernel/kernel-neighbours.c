/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Neighbours as this machine's kernel tells them and is made to forget them, on an interface
 * in a network namespace of our own. */
#include <errno.h>
#include <fcntl.h>
#include <link-net.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#define DEVICE "wfd0"
#define OTHER_DEVICE "wfd1"

static gboolean
ip (const char *arguments)
{
  g_autofree char *command = g_strconcat ("ip ", arguments, NULL);
  g_autoptr (GError) error = NULL;
  int status = 0;

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

/* Why there is nothing to look at; NULL: there is. Before GLib begins a thread. */
static char *
open_network (void)
{
  guint uid = getuid (), gid = getgid ();

  if (unshare (CLONE_NEWNET) != 0) {
    if (unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0)
      return g_strdup_printf ("no network namespace: %s", g_strerror (errno));
    write_map ("/proc/self/uid_map", uid);
    write_map ("/proc/self/gid_map", gid);
  }
  if (!ip ("link add " DEVICE " type veth peer name " OTHER_DEVICE)
      || !ip ("address add 192.168.173.1/24 dev " DEVICE) || !ip ("link set " DEVICE " up")
      || !ip ("address add 192.168.174.1/24 dev " OTHER_DEVICE)
      || !ip ("link set " OTHER_DEVICE " up"))
    return g_strdup ("no ip, or a kernel without veth");
  return NULL;
}

static void
know (const char *address, const char *station, const char *state, const char *device)
{
  g_autofree char *text = g_strconcat ("neigh replace ", address,
      station[0] != '\0' ? " lladdr " : "", station, " nud ", state, " dev ", device, NULL);

  g_assert_true (ip (text));
}

static const guint8 second[] = { 2, 0, 0, 0, 0, 2 };

static gboolean
is_second (const guint8 *station, gpointer user_data)
{
  return memcmp (station, second, sizeof (second)) == 0;
}

static gboolean
is_anybody (const guint8 *station, gpointer user_data)
{
  return TRUE;
}

static void
assert_found (WfdNetStationFunc is_wanted, const char *expected)
{
  g_autoptr (GInetAddress) address = wfd_net_find_neighbour (DEVICE, is_wanted, NULL);
  g_autofree char *text = address != NULL ? g_inet_address_to_string (address) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static void
test_found_by_station (void)
{
  assert_found (is_anybody, NULL);
  know ("192.168.174.2", "02:00:00:00:00:02", "stale", OTHER_DEVICE);
  assert_found (is_anybody, NULL);
  know ("192.168.173.11", "02:00:00:00:00:01", "stale", DEVICE);
  know ("192.168.173.13", "02:00:00:00:00:03", "reachable", DEVICE);
  assert_found (is_second, NULL);
  know ("192.168.173.12", "02:00:00:00:00:02", "stale", DEVICE);
  assert_found (is_second, "192.168.173.12");
  g_assert_null (wfd_net_find_neighbour ("none-such", is_anybody, NULL));
}

static void
test_forgotten_by_station (void)
{
  wfd_net_forget_neighbours ("none-such", is_anybody, NULL);
  wfd_net_forget_neighbours (DEVICE, is_second, NULL);
  assert_found (is_second, NULL);
  wfd_net_forget_neighbours (DEVICE, is_anybody, NULL);
  assert_found (is_anybody, NULL);
}

/* Of the one that is asked for, however many there are. */
static void
test_answers (void)
{
  g_autoptr (GInetAddress) peer = g_inet_address_new_from_string ("192.168.173.12");

  g_assert_false (wfd_net_has_answered (DEVICE, peer));
  know ("192.168.173.11", "02:00:00:00:00:01", "reachable", DEVICE);
  know ("192.168.173.12", "02:00:00:00:00:02", "stale", DEVICE);
  g_assert_false (wfd_net_has_answered (DEVICE, peer));
  g_assert_true (wfd_net_ask_peer (DEVICE, peer));
  know ("192.168.173.12", "02:00:00:00:00:02", "reachable", DEVICE);
  g_assert_true (wfd_net_has_answered (DEVICE, peer));
  know ("192.168.173.12", "02:00:00:00:00:02", "permanent", DEVICE);
  g_assert_false (wfd_net_ask_peer (DEVICE, peer));
  g_assert_false (wfd_net_has_answered ("none-such", peer));
  g_assert_false (wfd_net_ask_peer ("none-such", peer));
}

/* To whom the kernel gives what is sent to an address. */
static void
test_way (void)
{
  g_autoptr (GSocketAddress) peer = g_inet_socket_address_new_from_string ("192.168.173.12", 7236);
  WfdNetWay way;

  know ("192.168.173.12", "02:00:00:00:00:02", "permanent", DEVICE);
  g_assert_true (wfd_net_find_way (G_INET_SOCKET_ADDRESS (peer), &way));
  g_assert_cmpuint (way.interface_index, ==, wfd_net_get_index (DEVICE));
  g_assert_true (way.has_neighbour);
  g_assert_cmpmem (way.neighbour, sizeof (way.neighbour), second, sizeof (second));
}

int
main (int argc, char **argv)
{
  g_autofree char *missing = open_network ();

  g_test_init (&argc, &argv, NULL);
  if (missing != NULL) {
    g_print ("1..0 # SKIP %s\n", missing);
    return 0;
  }
  g_test_add_func ("/kernel/neighbours/found-by-station", test_found_by_station);
  g_test_add_func ("/kernel/neighbours/forgotten-by-station", test_forgotten_by_station);
  g_test_add_func ("/kernel/neighbours/answers", test_answers);
  g_test_add_func ("/kernel/neighbours/way", test_way);
  return g_test_run ();
}
