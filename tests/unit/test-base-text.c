/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-text.h>

#include <string.h>

#define assert_text(text, expected) \
  g_assert_cmpmem ((text).pos, (text).left, expected, strlen (expected))

/* The text in a block of its own, so that the address sanitizer sees a read
 * past its end. */
typedef struct
{
  char *block;
  WfdText text;
} Exact;

static Exact
exact_sized (const char *text, gsize len)
{
  Exact self = { .block = g_memdup2 (text, len) };

  self.text = wfd_text_sized (self.block, len);
  return self;
}

static Exact
exact (const char *text)
{
  return exact_sized (text, strlen (text));
}

static void
exact_clear (Exact *self)
{
  g_free (self->block);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exact, exact_clear)

static void
test_line_ends (void)
{
  g_auto (Exact) input = exact ("one\r\ntwo\nthree \r\r\n\r\n\n end");
  static const char *const lines[] = { "one", "two", "three \r", "", "", " end" };
  WfdText line;

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_assert_true (wfd_text_take_line (&input.text, &line));
    assert_text (line, lines[i]);
  }
  g_assert_cmpuint (input.text.left, ==, 0);
}

static void
test_line_without_end (void)
{
  g_auto (Exact) input = exact ("last\r");
  WfdText line;

  g_assert_true (wfd_text_take_line (&input.text, &line));
  assert_text (line, "last");
  g_assert_false (wfd_text_take_line (&input.text, &line));
  assert_text (line, "last");
}

static void
test_line_with_nul (void)
{
  g_auto (Exact) input = exact_sized ("a\0b\r\nc", 6);
  WfdText line;

  g_assert_true (wfd_text_take_line (&input.text, &line));
  g_assert_cmpmem (line.pos, line.left, "a\0b", 3);
  g_assert_true (wfd_text_take_line (&input.text, &line));
  assert_text (line, "c");
}

static void
test_token_blanks (void)
{
  g_auto (Exact) input = exact (" \tone\t  two,three\t");
  WfdText token;

  g_assert_true (wfd_text_take_token (&input.text, &token));
  assert_text (token, "one");
  g_assert_true (wfd_text_take_token (&input.text, &token));
  assert_text (token, "two,three");
  assert_text (input.text, "\t");
}

static void
test_token_none (void)
{
  g_auto (Exact) input = exact (" \t ");
  WfdText token = wfd_text ("untouched");

  g_assert_false (wfd_text_take_token (&input.text, &token));
  assert_text (token, "untouched");
  assert_text (input.text, " \t ");
}

static void
test_until_parts (void)
{
  g_auto (Exact) input = exact (" a b ,\tc,, d ");
  static const char *const parts[] = { "a b", "c", "", "d" };
  WfdText part;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_assert_true (wfd_text_take_until (&input.text, ',', &part));
    assert_text (part, parts[i]);
  }
  g_assert_false (wfd_text_take_until (&input.text, ',', &part));
  assert_text (part, "d");
}

static void
test_until_separator_last (void)
{
  g_auto (Exact) input = exact ("a;");
  WfdText part;

  g_assert_true (wfd_text_take_until (&input.text, ';', &part));
  assert_text (part, "a");
  g_assert_false (wfd_text_take_until (&input.text, ';', &part));
}

typedef struct
{
  const char *text;
  guint64 max;
  gboolean ok;
  guint64 value;
  const char *rest; /* what is left after a success */
} NumberCase;

typedef gboolean (*TakeNumber) (WfdText *self, guint64 max, guint64 *ret_value);

static void
check_numbers (TakeNumber take, const NumberCase *cases, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    g_auto (Exact) input = exact (cases[i].text);
    guint64 value = 4711;

    g_test_message ("\"%s\"", cases[i].text);
    g_assert_cmpint (take (&input.text, cases[i].max, &value), ==, cases[i].ok);
    g_assert_cmpuint (value, ==, cases[i].ok ? cases[i].value : 4711);
    assert_text (input.text, cases[i].ok ? cases[i].rest : cases[i].text);
  }
}

static void
test_hex (void)
{
  static const NumberCase cases[] = {
    { "0", 0, TRUE, 0, "" },
    { "1", 0, FALSE },
    { "0001bdeb 00", G_MAXUINT32, TRUE, 0x1bdeb, " 00" },
    { "  FfFf\t", 0xffff, TRUE, 0xffff, "\t" },
    { "10000", 0xffff, FALSE },
    { "0x10", 0xff, TRUE, 0x10, "" },
    { "0X10", 0xff, TRUE, 0x10, "" },
    { "0x", 0xff, FALSE },
    { "x10", 0xff, FALSE },
    { "0x0x10", 0xff, FALSE },
    { "10,", 0xff, FALSE },
    { "1g", 0xff, FALSE },
    { "-1", G_MAXUINT64, FALSE },
    { "+1", G_MAXUINT64, FALSE },
    { "none", G_MAXUINT64, FALSE },
    { "", G_MAXUINT64, FALSE },
    { "  ", G_MAXUINT64, FALSE },
    { "000000000000000000000000000000ff", 0xff, TRUE, 0xff, "" },
    { "ffffffffffffffff", G_MAXUINT64, TRUE, G_MAXUINT64, "" },
    { "10000000000000000", G_MAXUINT64, FALSE },
    { "fffffffffffffffff", G_MAXUINT64, FALSE },
    { "fffffffffffffffe", G_MAXUINT64 - 1, TRUE, G_MAXUINT64 - 1, "" },
    { "ffffffffffffffff", G_MAXUINT64 - 1, FALSE },
    { "5", 4, FALSE },
    { "f", 14, FALSE },
  };

  check_numbers (wfd_text_take_hex, cases, G_N_ELEMENTS (cases));
}

static void
test_decimal (void)
{
  static const NumberCase cases[] = {
    { "0", 0, TRUE, 0, "" },
    { "65535 0", 65535, TRUE, 65535, " 0" },
    { "65536", 65535, FALSE },
    { "99999", 65535, FALSE },
    { "007236", 65535, TRUE, 7236, "" },
    { "0x10", 65535, FALSE },
    { "1a", 65535, FALSE },
    { "7236;", 65535, FALSE },
    { "-1", G_MAXUINT64, FALSE },
    { "", G_MAXUINT64, FALSE },
    { "18446744073709551615", G_MAXUINT64, TRUE, G_MAXUINT64, "" },
    { "18446744073709551616", G_MAXUINT64, FALSE },
    { "18446744073709551620", G_MAXUINT64, FALSE },
    { "99999999999999999999", G_MAXUINT64, FALSE },
    { "184467440737095516150", G_MAXUINT64, FALSE },
    { "18446744073709551614", G_MAXUINT64 - 1, TRUE, G_MAXUINT64 - 1, "" },
    { "18446744073709551615", G_MAXUINT64 - 1, FALSE },
    { "7", 6, FALSE },
  };

  check_numbers (wfd_text_take_decimal, cases, G_N_ELEMENTS (cases));
}

static void
test_number_with_nul (void)
{
  g_auto (Exact) input = exact_sized ("12\0", 3);
  guint64 value;

  g_assert_false (wfd_text_take_decimal (&input.text, 99, &value));
  g_assert_false (wfd_text_take_hex (&input.text, 99, &value));
}

static void
test_strip (void)
{
  g_auto (Exact) input = exact ("\t a b\t ");
  g_auto (Exact) blank = exact (" \t");
  g_auto (Exact) cr = exact (" a\r");

  assert_text (wfd_text_strip (input.text), "a b");
  assert_text (wfd_text_strip (blank.text), "");
  assert_text (wfd_text_strip (cr.text), "a\r");
}

static void
test_empty (void)
{
  g_assert_true (wfd_text_is_empty (wfd_text ("")));
  g_assert_true (wfd_text_is_empty (wfd_text (" \t")));
  g_assert_false (wfd_text_is_empty (wfd_text (" x ")));
  g_assert_false (wfd_text_is_empty (wfd_text_sized ("\0", 1)));
}

static void
test_equal (void)
{
  g_auto (Exact) none = exact ("NoNe");
  g_auto (Exact) with_nul = exact_sized ("none\0", 5);
  g_auto (Exact) nul_inside = exact_sized ("no\0e", 4);

  g_assert_true (wfd_text_equal (none.text, "none"));
  g_assert_false (wfd_text_equal (none.text, "non"));
  g_assert_false (wfd_text_equal (none.text, "none "));
  g_assert_false (wfd_text_equal (none.text, ""));
  g_assert_false (wfd_text_equal (with_nul.text, "none"));
  g_assert_false (wfd_text_equal (nul_inside.text, "none"));
  g_assert_true (wfd_text_equal (wfd_text (""), ""));
}

/* Unlike the C locale's tolower () of a Turkish system. */
static void
test_equal_ascii_only (void)
{
  g_assert_true (wfd_text_equal (wfd_text ("WFD_TRIGGER"), "wfd_trigger"));
  g_assert_false (wfd_text_equal (wfd_text ("\xc4"), "\xe4"));
}

static void
test_prefix (void)
{
  g_auto (Exact) input = exact ("RTP/AVP");

  g_assert_true (wfd_text_has_prefix (input.text, "rtp/"));
  g_assert_true (wfd_text_has_prefix (input.text, "RTP/AVP"));
  g_assert_false (wfd_text_has_prefix (input.text, "RTP/AVP/UDP"));
  g_assert_false (wfd_text_has_prefix (input.text, "TCP"));
  g_assert_true (wfd_text_has_prefix (input.text, ""));
}

static void
test_dup (void)
{
  g_auto (Exact) input = exact ("abc");
  g_autofree char *copy = wfd_text_dup (input.text);
  g_autofree char *early = wfd_text_dup (wfd_text_sized ("a\0b", 3));

  g_assert_cmpstr (copy, ==, "abc");
  g_assert_cmpstr (early, ==, "a");
}

/* An RTSP message without a body gives NULL and 0. */
static void
test_null (void)
{
  WfdText text = wfd_text_sized (NULL, 0), part;
  g_autofree char *copy = wfd_text_dup (text);
  guint64 value;

  g_assert_cmpstr (copy, ==, "");
  g_assert_true (wfd_text_is_empty (text));
  g_assert_true (wfd_text_equal (text, ""));
  g_assert_false (wfd_text_equal (text, "none"));
  g_assert_true (wfd_text_has_prefix (text, ""));
  g_assert_false (wfd_text_has_prefix (text, "a"));
  g_assert_false (wfd_text_take_line (&text, &part));
  g_assert_false (wfd_text_take_token (&text, &part));
  g_assert_false (wfd_text_take_until (&text, ',', &part));
  g_assert_false (wfd_text_take_hex (&text, G_MAXUINT64, &value));
  g_assert_false (wfd_text_take_decimal (&text, G_MAXUINT64, &value));
}

static void
test_printable_has_no_control_characters (void)
{
  g_autofree char *plain = wfd_text_dup_printable (wfd_text (" LG \xc3\xa9 "), 100);
  g_autofree char *escape = wfd_text_dup_printable (wfd_text ("a\x1b]0;b\x07\r\nc\xff"), 100);
  g_autofree char *cut = wfd_text_dup_printable (wfd_text ("abcdef"), 3);
  g_autofree char *nothing = wfd_text_dup_printable (wfd_text_sized (NULL, 0), 3);

  g_assert_cmpstr (plain, ==, "LG \xc3\xa9");
  g_assert_cmpstr (escape, ==, "a ]0;b   c\xef\xbf\xbd");
  g_assert_cmpstr (cut, ==, "abc");
  g_assert_cmpstr (nothing, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/text/line-ends-are-crlf-or-lf", test_line_ends);
  g_test_add_func ("/base/text/last-line-needs-no-end", test_line_without_end);
  g_test_add_func ("/base/text/line-may-hold-nul", test_line_with_nul);
  g_test_add_func ("/base/text/token-ends-at-blank", test_token_blanks);
  g_test_add_func ("/base/text/token-of-blanks-takes-nothing", test_token_none);
  g_test_add_func ("/base/text/parts-are-stripped", test_until_parts);
  g_test_add_func ("/base/text/separator-at-the-end-opens-no-part", test_until_separator_last);
  g_test_add_func ("/base/text/hex-is-whole-token-within-max", test_hex);
  g_test_add_func ("/base/text/decimal-is-whole-token-within-max", test_decimal);
  g_test_add_func ("/base/text/nul-is-no-end-of-a-number", test_number_with_nul);
  g_test_add_func ("/base/text/strip-takes-blanks-only", test_strip);
  g_test_add_func ("/base/text/empty-is-blanks-only", test_empty);
  g_test_add_func ("/base/text/equal-compares-whole-text", test_equal);
  g_test_add_func ("/base/text/equal-folds-ascii-only", test_equal_ascii_only);
  g_test_add_func ("/base/text/prefix-fits-in-text", test_prefix);
  g_test_add_func ("/base/text/dup-adds-nul", test_dup);
  g_test_add_func ("/base/text/null-is-empty", test_null);
  g_test_add_func ("/base/text/printable-has-no-control-characters",
      test_printable_has_no_control_characters);
  return g_test_run ();
}
