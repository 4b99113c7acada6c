/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the link asks the kernel, and what that answers. */
#include <glib-unix.h>
#include <link-net.h>
#include <link-peer.h>
#include <linux/nl80211.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link-lab.h"

/* --- in the place of link-net-socket.c --- */

static GString *asked_kernel;
static gint kernel_answer;

void
lab_set_kernel_answer (gint answer)
{
  kernel_answer = answer;
}

static gboolean is_unplugged, is_off;

void
lab_unplug (Lab *lab)
{
  is_unplugged = TRUE;
}

void
lab_switch_off (Lab *lab)
{
  is_off = TRUE;
}

gboolean
wfd_net_is_up (const char *interface)
{
  return !is_off;
}

static const char *address_of_other;

void
lab_set_address_of_other (const char *address)
{
  address_of_other = address;
}

char *
wfd_net_dup_interface_in (GInetAddressMask *network, const char *interface, WfdNetNameFunc matters)
{
  g_autoptr (GInetAddress) address =
      address_of_other != NULL ? g_inet_address_new_from_string (address_of_other) : NULL;

  g_assert_true (matters ("p2p-wlan0-4"));
  g_assert_false (matters ("wlan0"));
  return address != NULL && g_inet_address_mask_matches (network, address)
      ? g_strdup ("p2p-wlan0-4")
      : NULL;
}

guint
wfd_net_get_index (const char *interface)
{
  if (g_str_equal (interface, "wlan0"))
    return is_unplugged ? 0 : 3;
  return g_str_equal (interface, "p2p-wlan0-0") ? 7 : 0;
}

/* Two adapters, each with a group whose name says nothing; on the radio of the first one more. */
gint
wfd_net_get_radio (const char *interface)
{
  static const struct
  {
    const char *name;
    gint radio;
  } known[] = { { "wlan0", 0 }, { "p2p-1", 0 }, { "p2p-wla-3", 0 }, { "p2p-wlan2-0", 0 },
    { "wlan1", 1 }, { "p2p-0", 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    if (g_str_equal (interface, known[i].name))
      return known[i].radio;
  }
  return -1;
}

static WfdNetP2p radio_p2p = WFD_NET_P2P_UNKNOWN;

void
lab_set_radio_p2p (Lab *lab, WfdNetP2p p2p)
{
  radio_p2p = p2p;
}

WfdNetP2p
wfd_net_find_p2p (const char *interface)
{
  return g_str_equal (interface, "wlan0") ? radio_p2p : WFD_NET_P2P_UNKNOWN;
}

static guint group_mhz;

void
lab_set_group_mhz (Lab *lab, guint frequency_mhz)
{
  group_mhz = frequency_mhz;
}

guint
wfd_net_find_group_mhz (const char *interface, const guint8 *device)
{
  static const guint8 tv[] = { 0x02, 0x00, 0x00, 0x00, 0x01, 0x00 };

  g_assert_cmpstr (interface, ==, "wlan0");
  return memcmp (device, tv, sizeof (tv)) == 0 ? group_mhz : 0;
}

gint
wfd_net_ask (struct nl_msg *request)
{
  struct nlmsghdr *header = nlmsg_hdr (request);
  const struct ifaddrmsg *message = nlmsg_data (header);
  const guint8 *address = nla_data (nlmsg_find_attr (header, sizeof (*message), IFA_LOCAL));

  /* Whether we may is asked of no interface. */
  if (message->ifa_index == 0) {
    nlmsg_free (request);
    return kernel_answer == -NLE_PERM || kernel_answer == -NLE_NOACCESS ? kernel_answer
                                                                        : -NLE_NODEV;
  }
  g_assert_cmpuint (message->ifa_index, ==, 7);
  g_string_append_printf (asked_kernel, "%s%c%u.%u.%u.%u/%u", asked_kernel->len > 0 ? " " : "",
      header->nlmsg_type == RTM_NEWADDR ? '+' : '-', address[0], address[1], address[2], address[3],
      message->ifa_prefixlen);
  nlmsg_free (request);
  return kernel_answer;
}

static guint n_forgotten;

void
wfd_net_forget_neighbours (const char *interface, WfdNetStationFunc is_wanted, gpointer user_data)
{
  g_assert_cmpstr (interface, ==, "p2p-wlan0-0");
  n_forgotten++;
}

guint
lab_count_forgotten (Lab *lab)
{
  return n_forgotten;
}

static guint n_probes;
static struct
{
  const char *address;
  guint8 station[6];
} neighbours[8];
static guint n_neighbours;

void
lab_set_neighbour (Lab *lab, const char *address)
{
  n_neighbours = 0;
  if (address != NULL)
    lab_add_neighbour (lab, address, "02:00:00:00:01:40");
}

void
lab_add_neighbour (Lab *lab, const char *address, const char *station)
{
  g_assert_cmpuint (n_neighbours, <, G_N_ELEMENTS (neighbours));
  neighbours[n_neighbours].address = address;
  g_assert_true (wfd_link_read_address (station, neighbours[n_neighbours++].station));
}

GInetAddress *
wfd_net_find_neighbour (const char *interface, WfdNetStationFunc is_wanted, gpointer user_data)
{
  g_assert_cmpstr (interface, ==, "p2p-wlan0-0");
  for (guint i = 0; i < n_neighbours; i++) {
    if (is_wanted (neighbours[i].station, user_data))
      return g_inet_address_new_from_string (neighbours[i].address);
  }
  return NULL;
}

void
wfd_net_probe (GInetAddress *peer)
{
  n_probes++;
}

static gboolean peer_answers, kernel_asks, has_answered;

void
lab_set_answers (Lab *lab, gboolean answers)
{
  peer_answers = answers;
}

void
lab_set_asks (Lab *lab, gboolean asks)
{
  kernel_asks = asks;
}

gboolean
wfd_net_ask_peer (const char *interface, GInetAddress *peer)
{
  g_assert_cmpstr (interface, ==, "p2p-wlan0-0");
  g_assert_true (G_IS_INET_ADDRESS (peer));
  n_probes++;
  has_answered = kernel_asks && peer_answers;
  return kernel_asks;
}

gboolean
wfd_net_has_answered (const char *interface, GInetAddress *peer)
{
  return has_answered;
}

guint
lab_count_probes (Lab *lab)
{
  return n_probes;
}

/* --- in the place of link-station-socket.c --- */

/* One link at a time has one. */
static GArray *told_stations;
static guint n_cut_answers;
static int station_kernel_fd;
static GSource *station_kernel;

#define STATION_FAMILY 28

static void
answer_station_request (int fd, struct nlmsghdr *request)
{
  WfdStationAnswer to = { .family = STATION_FAMILY, .sequence = request->nlmsg_seq };
  struct nlattr *interface = nlmsg_find_attr (request, GENL_HDRLEN, NL80211_ATTR_IFINDEX);
  g_autoptr (GByteArray) octets = g_byte_array_new ();

  g_assert_cmpuint (request->nlmsg_type, ==, STATION_FAMILY);
  g_assert_cmpuint (request->nlmsg_flags, ==, NLM_F_REQUEST | NLM_F_DUMP);
  g_assert_cmpuint (genlmsg_hdr (request)->cmd, ==, NL80211_CMD_GET_STATION);
  to.interface_index = nla_get_u32 (interface);
  g_assert_cmpuint (to.interface_index, ==, 7);
  for (guint i = 0; i < told_stations->len; i++)
    station_append (octets, &to, &g_array_index (told_stations, WfdStation, i));
  if (n_cut_answers > 0)
    n_cut_answers--;
  else
    station_append_end (octets, &to);
  g_assert_cmpint (send (fd, octets->data, octets->len, 0), ==, octets->len);
}

static gboolean
on_station_request (gint fd, GIOCondition condition, gpointer user_data)
{
  guint64 octets[512];
  gssize n = recv (fd, octets, sizeof (octets), 0);

  if (n <= 0)
    return G_SOURCE_REMOVE;
  answer_station_request (fd, (struct nlmsghdr *) octets);
  return G_SOURCE_CONTINUE;
}

gboolean
wfd_station_socket_open (WfdStationSocket *ret_socket, GError **error)
{
  int fds[2];

  if (told_stations == NULL) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_UNSUPPORTED, "no nl80211");
    return FALSE;
  }
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), ==, 0);
  station_kernel_fd = fds[1];
  station_kernel = g_unix_fd_source_new (fds[1], G_IO_IN);
  g_source_set_callback (station_kernel, G_SOURCE_FUNC (on_station_request), NULL, NULL);
  g_source_attach (station_kernel, NULL);
  *ret_socket = (WfdStationSocket) { NULL, fds[0], STATION_FAMILY };
  return TRUE;
}

void
wfd_station_socket_close (WfdStationSocket *self)
{
  g_source_destroy (station_kernel);
  g_clear_pointer (&station_kernel, g_source_unref);
  close (station_kernel_fd);
  close (self->fd);
}

void
lab_set_stations (Lab *lab, const WfdStation *stations, guint n)
{
  if (lab->stations == NULL)
    lab->stations = told_stations = g_array_new (FALSE, FALSE, sizeof (WfdStation));
  g_array_set_size (lab->stations, 0);
  g_array_append_vals (lab->stations, stations, n);
}

void
lab_cut_stations (Lab *lab, guint n_answers)
{
  n_cut_answers = n_answers;
}

void
lab_reset_kernel (Lab *lab)
{
  lab->network = asked_kernel = g_string_new (NULL);
  told_stations = NULL;
  kernel_answer = 0;
  group_mhz = 0;
  address_of_other = NULL;
  n_probes = n_forgotten = n_cut_answers = 0;
  peer_answers = kernel_asks = TRUE;
  is_unplugged = is_off = FALSE;
  lab_set_neighbour (lab, "192.168.173.10");
}
