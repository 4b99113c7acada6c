/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <link-net.h>

#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

static const guint8 tv[] = { 0x02, 0x00, 0x00, 0x00, 0x01, 0x00 };
static const guint8 other[] = { 0x02, 0x00, 0x00, 0x00, 0x02, 0x00 };
/* Of a beacon of its group: P2P capability and device address. */
static const guint8 elements[] = { 0x00, 2, 'h', 'i', 0xdd, 18, 0x50, 0x6f, 0x9a, 0x09, 2, 2, 0,
  0x25, 0x09, 3, 6, 0, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00 };

typedef struct
{
  guint8 command;
  guint n_elements; /* octets of them */
  guint n_frequency;
  guint n_age;
} Told;

static const Told whole = { NL80211_CMD_NEW_SCAN_RESULTS, sizeof (elements), 4, 4 };

static struct nl_msg *
build (const Told *told)
{
  static const guint32 frequency_mhz = 5745, age_ms = 120;
  struct nl_msg *message = nlmsg_alloc ();
  struct nlattr *nest;

  genlmsg_put (message, 0, 1, 28, 0, NLM_F_MULTI, told->command, 1);
  nla_put_u32 (message, NL80211_ATTR_IFINDEX, 3);
  nest = nla_nest_start (message, NL80211_ATTR_BSS);
  nla_put (message, NL80211_BSS_FREQUENCY, told->n_frequency, &frequency_mhz);
  nla_put (message, NL80211_BSS_SEEN_MS_AGO, told->n_age, &age_ms);
  nla_put (message, NL80211_BSS_INFORMATION_ELEMENTS, told->n_elements, elements);
  nla_nest_end (message, nest);
  return message;
}

static gboolean
read_group (const Told *told, const guint8 *device, guint *ret_frequency_mhz, guint *ret_age_ms)
{
  struct nl_msg *message = build (told);
  gboolean is_read =
      wfd_net_read_group (nlmsg_hdr (message), device, ret_frequency_mhz, ret_age_ms);

  nlmsg_free (message);
  return is_read;
}

static void
test_group (void)
{
  guint frequency_mhz = 0, age_ms = 0;

  g_assert_true (read_group (&whole, tv, &frequency_mhz, &age_ms));
  g_assert_cmpuint (frequency_mhz, ==, 5745);
  g_assert_cmpuint (age_ms, ==, 120);
}

static void
test_of_other (void)
{
  guint frequency_mhz, age_ms;

  g_assert_false (read_group (&whole, other, &frequency_mhz, &age_ms));
}

static void
test_no_group (void)
{
  static const Told told[] = {
    { NL80211_CMD_NEW_STATION, sizeof (elements), 4, 4 },
    { NL80211_CMD_NEW_SCAN_RESULTS, sizeof (elements) - 1, 4, 4 },
    { NL80211_CMD_NEW_SCAN_RESULTS, 0, 4, 4 },
    { NL80211_CMD_NEW_SCAN_RESULTS, sizeof (elements), 3, 4 },
    { NL80211_CMD_NEW_SCAN_RESULTS, sizeof (elements), 4, 0 },
  };
  guint frequency_mhz, age_ms;

  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    g_assert_false (read_group (&told[i], tv, &frequency_mhz, &age_ms));
}

/* --- what a radio can --- */

static WfdNetP2p
read_p2p (guint8 command, const guint *types, guint n)
{
  struct nl_msg *message = nlmsg_alloc ();
  struct nlattr *nest;
  WfdNetP2p p2p;

  genlmsg_put (message, 0, 1, 28, 0, 0, command, 1);
  nla_put_u32 (message, NL80211_ATTR_WIPHY, 0);
  nest = nla_nest_start (message, NL80211_ATTR_SUPPORTED_IFTYPES);
  for (guint i = 0; i < n; i++)
    nla_put_flag (message, types[i]);
  nla_nest_end (message, nest);
  p2p = wfd_net_read_p2p (nlmsg_hdr (message));
  nlmsg_free (message);
  return p2p;
}

static void
test_p2p (void)
{
  static const guint all[] = { NL80211_IFTYPE_STATION, NL80211_IFTYPE_AP, NL80211_IFTYPE_P2P_CLIENT,
    NL80211_IFTYPE_P2P_GO, NL80211_IFTYPE_P2P_DEVICE };

  g_assert_cmpint (read_p2p (NL80211_CMD_NEW_WIPHY, all, 5), ==, WFD_NET_P2P_THERE);
  g_assert_cmpint (read_p2p (NL80211_CMD_NEW_WIPHY, all, 4), ==, WFD_NET_P2P_THERE);
  g_assert_cmpint (read_p2p (NL80211_CMD_NEW_WIPHY, all, 3), ==, WFD_NET_P2P_NONE);
  g_assert_cmpint (read_p2p (NL80211_CMD_NEW_WIPHY, all, 2), ==, WFD_NET_P2P_NONE);
  g_assert_cmpint (read_p2p (NL80211_CMD_NEW_WIPHY, all, 0), ==, WFD_NET_P2P_UNKNOWN);
  g_assert_cmpint (read_p2p (NL80211_CMD_NEW_INTERFACE, all, 4), ==, WFD_NET_P2P_UNKNOWN);
}

static gint
read_radio (guint8 command, const guint32 *number, guint octets)
{
  struct nl_msg *message = nlmsg_alloc ();
  gint radio;

  genlmsg_put (message, 0, 1, 28, 0, 0, command, 1);
  nla_put_u32 (message, NL80211_ATTR_IFINDEX, 3);
  if (number != NULL)
    nla_put (message, NL80211_ATTR_WIPHY, octets, number);
  radio = wfd_net_read_radio (nlmsg_hdr (message));
  nlmsg_free (message);
  return radio;
}

static void
test_radio (void)
{
  static const guint32 first = 0, eighth = 7, last = G_MAXINT, beyond = G_MAXINT + 1u;

  g_assert_cmpint (read_radio (NL80211_CMD_NEW_INTERFACE, &first, 4), ==, 0);
  g_assert_cmpint (read_radio (NL80211_CMD_NEW_INTERFACE, &eighth, 4), ==, 7);
  g_assert_cmpint (read_radio (NL80211_CMD_NEW_INTERFACE, &last, 4), ==, G_MAXINT);
  g_assert_cmpint (read_radio (NL80211_CMD_NEW_INTERFACE, &beyond, 4), ==, -1);
  g_assert_cmpint (read_radio (NL80211_CMD_NEW_INTERFACE, &eighth, 3), ==, -1);
  g_assert_cmpint (read_radio (NL80211_CMD_NEW_INTERFACE, NULL, 0), ==, -1);
  g_assert_cmpint (read_radio (NL80211_CMD_NEW_STATION, &eighth, 4), ==, -1);
}

/* With the socket, and the kernel of this machine. */
static void
test_no_such_interface (void)
{
  g_assert_cmpint (wfd_net_find_p2p ("none-such"), ==, WFD_NET_P2P_UNKNOWN);
  g_assert_cmpuint (wfd_net_find_group_mhz ("none-such", tv), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/net/group/heard", test_group);
  g_test_add_func ("/link/net/group/of-other", test_of_other);
  g_test_add_func ("/link/net/group/none", test_no_group);
  g_test_add_func ("/link/net/radio/p2p", test_p2p);
  g_test_add_func ("/link/net/radio/number", test_radio);
  g_test_add_func ("/link/net/group/no-such-interface", test_no_such_interface);
  return g_test_run ();
}
