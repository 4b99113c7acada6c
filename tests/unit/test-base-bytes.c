/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-bytes.h>

static const guint8 octets[] = { 0x01, 0x82, 0x03, 0x84, 0x05 };

/* The bytes in a block of their own, so that the address sanitizer sees a read
 * past their end. */
typedef struct
{
  guint8 *block;
  WfdBytes bytes;
} Exact;

static Exact
exact (gsize n)
{
  Exact self = { .block = g_memdup2 (octets, n) };

  self.bytes = wfd_bytes (self.block, n);
  return self;
}

static void
exact_clear (Exact *self)
{
  g_free (self->block);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exact, exact_clear)

static void
test_numbers_are_big_endian (void)
{
  g_auto (Exact) input = exact (5);
  WfdBytes bytes;
  guint8 u8;
  guint16 u16;
  guint32 u24, u32;

  bytes = input.bytes;
  g_assert_true (wfd_bytes_take_u8 (&bytes, &u8));
  g_assert_cmphex (u8, ==, 0x01);
  g_assert_true (wfd_bytes_take_u16 (&bytes, &u16));
  g_assert_cmphex (u16, ==, 0x8203);
  g_assert_cmpuint (bytes.left, ==, 2);

  bytes = input.bytes;
  g_assert_true (wfd_bytes_take_u24 (&bytes, &u24));
  g_assert_cmphex (u24, ==, 0x018203);

  bytes = input.bytes;
  g_assert_true (wfd_bytes_skip (&bytes, 1));
  g_assert_true (wfd_bytes_take_u32 (&bytes, &u32));
  g_assert_cmphex (u32, ==, 0x82038405);
  g_assert_cmpuint (bytes.left, ==, 0);
}

static void
test_short_takes_nothing (void)
{
  for (gsize n = 0; n < 4; n++) {
    g_auto (Exact) input = exact (n);
    WfdBytes bytes = input.bytes, part = { NULL, 77 };
    guint8 u8 = 7;
    guint16 u16 = 7;
    guint32 u24 = 7, u32 = 7;

    g_assert_cmpint (wfd_bytes_take_u32 (&bytes, &u32), ==, FALSE);
    if (n < 3)
      g_assert_false (wfd_bytes_take_u24 (&bytes, &u24));
    if (n < 2)
      g_assert_false (wfd_bytes_take_u16 (&bytes, &u16));
    if (n < 1)
      g_assert_false (wfd_bytes_take_u8 (&bytes, &u8));
    g_assert_false (wfd_bytes_take (&bytes, n + 1, &part));
    g_assert_false (wfd_bytes_skip (&bytes, n + 1));
    g_assert_false (wfd_bytes_take_exact (&bytes, octets, n + 1));

    g_assert_true (bytes.pos == input.bytes.pos && bytes.left == n);
    g_assert_cmpuint (u8 + u16 + u24 + u32, ==, 28);
    g_assert_true (part.pos == NULL && part.left == 77);
  }
}

static void
test_a_length_that_lies (void)
{
  g_auto (Exact) input = exact (5);
  WfdBytes bytes = input.bytes, part;

  /* pos + n would wrap around here. */
  g_assert_false (wfd_bytes_take (&bytes, G_MAXSIZE, &part));
  g_assert_false (wfd_bytes_skip (&bytes, G_MAXSIZE - 2));
  g_assert_cmpuint (bytes.left, ==, 5);
}

static void
test_part (void)
{
  g_auto (Exact) input = exact (5);
  WfdBytes bytes = input.bytes, part;

  g_assert_true (wfd_bytes_take (&bytes, 2, &part));
  g_assert_cmpmem (part.pos, part.left, octets, 2);
  g_assert_true (wfd_bytes_take (&bytes, 3, &part));
  g_assert_cmpmem (part.pos, part.left, octets + 2, 3);
  g_assert_true (wfd_bytes_take (&bytes, 0, &part));
  g_assert_cmpuint (part.left, ==, 0);
}

static void
test_exact (void)
{
  static const guint8 other[] = { 0x01, 0x83 };
  g_auto (Exact) input = exact (5);
  WfdBytes bytes = input.bytes;

  g_assert_false (wfd_bytes_take_exact (&bytes, other, 2));
  g_assert_cmpuint (bytes.left, ==, 5);
  g_assert_true (wfd_bytes_take_exact (&bytes, octets, 2));
  g_assert_cmpuint (bytes.left, ==, 3);
  g_assert_cmphex (*bytes.pos, ==, 0x03);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/bytes/numbers-are-big-endian", test_numbers_are_big_endian);
  g_test_add_func ("/base/bytes/short-takes-nothing", test_short_takes_nothing);
  g_test_add_func ("/base/bytes/a-length-that-lies", test_a_length_that_lies);
  g_test_add_func ("/base/bytes/part", test_part);
  g_test_add_func ("/base/bytes/exact", test_exact);

  return g_test_run ();
}
