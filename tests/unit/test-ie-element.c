/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ie-element.h>
#include <ie-subelements.h>

#define octets(...) ((const guint8[]) { __VA_ARGS__ })
#define bytes_of(...) wfd_bytes (octets (__VA_ARGS__), sizeof (octets (__VA_ARGS__)))

#define WFD_TYPE 0x50, 0x6f, 0x9a, 0x0a

static void
assert_collected (WfdBytes elements, WfdBytes expected)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_assert_true (wfd_ie_collect (elements, WFD_IE_ELEMENT_WFD, out));
  g_assert_cmpmem (out->data, out->len, expected.pos, expected.left);
}

static void
assert_none (WfdBytes elements)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_assert_false (wfd_ie_collect (elements, WFD_IE_ELEMENT_WFD, out));
  g_assert_cmpuint (out->len, ==, 0);
}

/* A Roku's device information, between an SSID and a P2P element. */
static void
test_collect (void)
{
  assert_collected (bytes_of (0x00, 2, 'h', 'i', 0xdd, 13, WFD_TYPE, 0, 0, 6, 0x00, 0x11, 0x1c,
                        0x44, 0x00, 0x96, 0xdd, 5, 0x50, 0x6f, 0x9a, 0x09, 0xff),
      bytes_of (0, 0, 6, 0x00, 0x11, 0x1c, 0x44, 0x00, 0x96));
}

static void
test_short (void)
{
  assert_none (bytes_of (0xdd, 13, WFD_TYPE, 0, 0, 6, 0x00, 0x11, 0x1c, 0x44, 0x00));
  assert_none (bytes_of (0xdd, 3, 0x50, 0x6f, 0x9a));
  assert_none (bytes_of (0xdd));
  assert_none (wfd_bytes (NULL, 0));
  assert_none (bytes_of (0xdd, 5, 0x00, 0x50, 0xf2, 0x04, 0x10));
}

/* What stands behind an element is another element. */
static void
test_long (void)
{
  assert_collected (bytes_of (0xdd, 5, WFD_TYPE, 7, 0xff, 0xff), bytes_of (7));
  assert_collected (bytes_of (0xdd, 4, WFD_TYPE, 7), wfd_bytes (NULL, 0));
}

static void
test_split_subelement (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  WfdIe ie;

  g_assert_true (wfd_ie_collect (bytes_of (0xdd, 7, WFD_TYPE, 0, 0, 6, 0xdd, 6, WFD_TYPE, 0x00,
                                     0x11, 0xdd, 8, WFD_TYPE, 0x1c, 0x44, 0x00, 0x96),
      WFD_IE_ELEMENT_WFD, out));
  wfd_ie_read (wfd_bytes (out->data, out->len), &ie);
  g_assert_true (wfd_ie_has (&ie, WFD_IE_DEVICE));
  g_assert_cmphex (ie.device.bits, ==, 0x0011);
  g_assert_cmpuint (ie.device.control_port, ==, 7236);
  g_assert_cmpuint (ie.device.max_throughput_mbps, ==, 150);
}

static void
test_more_than_a_frame (void)
{
  g_autoptr (GByteArray) elements = g_byte_array_new ();
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 element[2 + 255] = { 0xdd, 255, WFD_TYPE };

  g_byte_array_append (out, octets (1, 2, 3), 3);
  for (guint i = 0; i < 10000; i++)
    g_byte_array_append (elements, element, sizeof (element));
  g_assert_true (
      wfd_ie_collect (wfd_bytes (elements->data, elements->len), WFD_IE_ELEMENT_WFD, out));
  g_assert_cmpuint (out->len, ==, 3 + WFD_LIMIT_IE_BYTES);
  g_assert_cmpmem (out->data, 3, octets (1, 2, 3), 3);
}

static void
test_wrap (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  static const guint8 expected[] = { 0xdd, 13, WFD_TYPE, 0, 0, 6, 0, 0x10, 0x1c, 0x44, 1, 0x2c };

  wfd_ie_wrap (wfd_bytes (NULL, 0), out);
  g_assert_cmpuint (out->len, ==, 0);
  wfd_ie_wrap (bytes_of (0, 0, 6, 0, 0x10, 0x1c, 0x44, 1, 0x2c), out);
  g_assert_cmpmem (out->data, out->len, expected, sizeof (expected));
}

/* 251 octets fit into one element, the 252nd needs another. */
static void
test_wrap_splits (void)
{
  guint8 long_one[252];
  g_autoptr (GByteArray) out = g_byte_array_new ();

  memset (long_one, 0x55, sizeof (long_one));
  wfd_ie_wrap (wfd_bytes (long_one, 251), out);
  g_assert_cmpuint (out->len, ==, 2 + 255);
  g_assert_cmpmem (out->data, 6, octets (0xdd, 255, WFD_TYPE), 6);

  g_byte_array_set_size (out, 0);
  wfd_ie_wrap (wfd_bytes (long_one, 252), out);
  g_assert_cmpuint (out->len, ==, 2 + 255 + 7);
  g_assert_cmpmem (out->data + 257, 7, octets (0xdd, 5, WFD_TYPE, 0x55), 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ie/element/collect", test_collect);
  g_test_add_func ("/ie/element/too-short", test_short);
  g_test_add_func ("/ie/element/too-long", test_long);
  g_test_add_func ("/ie/element/subelement-across-elements", test_split_subelement);
  g_test_add_func ("/ie/element/more-than-a-frame", test_more_than_a_frame);
  g_test_add_func ("/ie/element/wrap", test_wrap);
  g_test_add_func ("/ie/element/wrap-splits", test_wrap_splits);
  return g_test_run ();
}
