/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <link-net.h>

#include <netlink/errno.h>
#include <netlink/msg.h>

/* netlink(7) is in the byte order of the machine; these octets are those of a
 * little-endian one. */
#define SKIP_IF_BIG_ENDIAN() \
  G_STMT_START \
  { \
    if (G_BYTE_ORDER != G_LITTLE_ENDIAN) { \
      g_test_skip ("the vectors are little-endian"); \
      return; \
    } \
  } \
  G_STMT_END

static struct nl_msg *
build_request (WfdNetRequest request, guint index)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string ("192.168.42.100");
  WfdNetAddress address = { "p2p-wlan0-0", inet, 24 };

  return wfd_net_build_request (request, &address, index);
}

static void
assert_request (WfdNetRequest request, const guint8 *expected, gsize n)
{
  struct nl_msg *message = build_request (request, 7);
  struct nlmsghdr *header = nlmsg_hdr (message);

  g_assert_cmpmem (header, header->nlmsg_len, expected, n);
  nlmsg_free (message);
}

/* The number of the request and ours are given when it is sent. */
#define HEADER(type, flags_low, flags_high) \
  40, 0, 0, 0, type, 0, flags_low, flags_high, 0, 0, 0, 0, 0, 0, 0, 0
#define ADDRESS_AND_ATTRIBUTES \
  2, 24, 0, 0, 7, 0, 0, 0, 8, 0, 2, 0, 192, 168, 42, 100, 8, 0, 1, 0, 192, 168, 42, 100

static void
test_add (void)
{
  /* RTM_NEWADDR; EXCL, CREATE */
  static const guint8 expected[] = { HEADER (20, 0x00, 0x06), ADDRESS_AND_ATTRIBUTES };

  SKIP_IF_BIG_ENDIAN ();
  assert_request (WFD_NET_ADD, expected, sizeof (expected));
}

static void
test_remove (void)
{
  /* RTM_DELADDR */
  static const guint8 expected[] = { HEADER (21, 0x00, 0x00), ADDRESS_AND_ATTRIBUTES };

  SKIP_IF_BIG_ENDIAN ();
  assert_request (WFD_NET_REMOVE, expected, sizeof (expected));
}

/* With the socket, and the kernel of this machine. */
static void
test_no_such_interface (void)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string ("192.168.42.100");
  WfdNetAddress address = { "none-such", inet, 24 };
  g_autoptr (GError) error = NULL;

  g_assert_false (wfd_net_add_address (&address, &error));
  g_assert_nonnull (strstr (error->message, "none-such"));
  wfd_net_remove_address (&address);
}

/* An index that no interface has: the kernel says so, or that we may not ask. */
static void
test_kernel_answers (void)
{
  gint answer = wfd_net_ask (build_request (WFD_NET_ADD, 0x7ffffff0));

  if (answer == -NLE_AF_NOSUPPORT || answer == -NLE_NOMEM)
    g_test_skip ("there is no rtnetlink here");
  else
    g_assert_true (answer == -NLE_NODEV || answer == -NLE_PERM);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/net/add", test_add);
  g_test_add_func ("/link/net/remove", test_remove);
  g_test_add_func ("/link/net/no-such-interface", test_no_such_interface);
  g_test_add_func ("/link/net/kernel-answers", test_kernel_answers);
  return g_test_run ();
}
