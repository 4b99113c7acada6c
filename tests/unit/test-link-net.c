/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <link-net.h>

#include <errno.h>

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

static void
assert_request (WfdNetRequest request, const guint8 *expected, gsize n)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string ("192.168.42.100");
  WfdNetAddress address = { "p2p-wlan0-0", inet, 24 };

  wfd_net_build_request (request, &address, 7, 0x01020304, out);
  g_assert_cmpmem (out->data, out->len, expected, n);
}

#define ADDRESS_AND_ATTRIBUTES \
  2, 24, 0, 0, 7, 0, 0, 0, 8, 0, 2, 0, 192, 168, 42, 100, 8, 0, 1, 0, 192, 168, 42, 100

static void
test_add (void)
{
  /* RTM_NEWADDR; REQUEST, ACK, EXCL, CREATE */
  static const guint8 expected[] = { 40, 0, 0, 0, 20, 0, 0x05, 0x06, 4, 3, 2, 1, 0, 0, 0, 0,
    ADDRESS_AND_ATTRIBUTES };

  SKIP_IF_BIG_ENDIAN ();
  assert_request (WFD_NET_ADD, expected, sizeof (expected));
}

static void
test_remove (void)
{
  /* RTM_DELADDR; REQUEST, ACK */
  static const guint8 expected[] = { 40, 0, 0, 0, 21, 0, 0x05, 0x00, 4, 3, 2, 1, 0, 0, 0, 0,
    ADDRESS_AND_ATTRIBUTES };

  SKIP_IF_BIG_ENDIAN ();
  assert_request (WFD_NET_REMOVE, expected, sizeof (expected));
}

/* Header, errno, header of the request. */
#define ANSWER(type, sequence, number) \
  36, 0, 0, 0, type, 0, 0, 0, sequence, 0, 0, 0, 0, 0, 0, 0, number, 40, 0, 0, 0, 20, 0, 5, 6, \
      sequence, 0, 0, 0, 0, 0, 0, 0
#define NUMBER(a, b) a, b, b, b
#define LOWEST 0, 0, 0, 0x80

static const guint8 accepted[] = { ANSWER (2, 9, NUMBER (0, 0)) };
static const guint8 refused[] = { ANSWER (2, 9, NUMBER (0xff, 0xff)) };

static void
test_answer (void)
{
  gint number = 4711;

  SKIP_IF_BIG_ENDIAN ();
  g_assert_true (wfd_net_read_answer (wfd_bytes (accepted, sizeof (accepted)), 9, &number));
  g_assert_cmpint (number, ==, 0);
  g_assert_true (wfd_net_read_answer (wfd_bytes (refused, sizeof (refused)), 9, &number));
  g_assert_cmpint (number, ==, EPERM);
}

static void
assert_no_answer (const guint8 *octets, gsize n)
{
  g_autofree guint8 *copy = g_memdup2 (octets, n);
  gint number = 4711;

  g_assert_false (wfd_net_read_answer (wfd_bytes (copy, n), 9, &number));
  g_assert_cmpint (number, ==, 4711);
}

static void
test_answer_cut_off (void)
{
  for (gsize n = 0; n < sizeof (refused); n++)
    assert_no_answer (refused, n);
}

static void
test_answer_to_something_else (void)
{
  static const guint8 other[] = { ANSWER (2, 8, NUMBER (0, 0)) };
  static const guint8 done[] = { ANSWER (3, 9, NUMBER (0, 0)) };
  static const guint8 positive[] = { ANSWER (2, 9, NUMBER (1, 0)) };
  static const guint8 extreme[] = { ANSWER (2, 9, LOWEST) };
  static const guint8 shorter[] = { 19, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

  SKIP_IF_BIG_ENDIAN ();
  assert_no_answer (other, sizeof (other));
  assert_no_answer (done, sizeof (done));
  assert_no_answer (positive, sizeof (positive));
  assert_no_answer (extreme, sizeof (extreme));
  assert_no_answer (shorter, sizeof (shorter));
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
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string ("192.168.42.100");
  WfdNetAddress address = { "none-such", inet, 24 };
  g_autoptr (GByteArray) request = g_byte_array_new ();
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  gint number;

  wfd_net_build_request (WFD_NET_ADD, &address, 0x7ffffff0, 9, request);
  if (!wfd_net_exchange (request, answer, &error)) {
    g_test_skip (error->message);
    return;
  }
  g_assert_true (wfd_net_read_answer (wfd_bytes (answer->data, answer->len), 9, &number));
  g_assert_true (number == ENODEV || number == EPERM);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/net/add", test_add);
  g_test_add_func ("/link/net/remove", test_remove);
  g_test_add_func ("/link/net/answer", test_answer);
  g_test_add_func ("/link/net/answer-cut-off", test_answer_cut_off);
  g_test_add_func ("/link/net/answer-to-something-else", test_answer_to_something_else);
  g_test_add_func ("/link/net/no-such-interface", test_no_such_interface);
  g_test_add_func ("/link/net/kernel-answers", test_kernel_answers);
  return g_test_run ();
}
