/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-turns.h>

#define S G_TIME_SPAN_SECOND
#define START (1000 * S)

/* What comes in, one letter each: a lower-case one is an address that wasted its turn, one
 * after a "-" an address that said nothing, after a "+" one that spoke, an upper-case one an address that connects, and
 * what goes out: who is next, each in turn. */
GST_START_TEST (who_waits_longest_of_the_others_is_next)
{
  static const struct
  {
    const char *in, *out;
  } cases[] = {
    { "", "" },
    { "ABC", "ABC" },
    /* One place for an address, which it keeps. */
    { "ABAAA", "AB" },
    /* Who had a turn comes behind the others. */
    { "aABC", "BCA" },
    { "AaBC", "BCA" },
    { "AABAaA", "BA" },
    { "abABC", "CAB" },
    { "baABC", "CAB" },
    /* With nobody else it goes on. */
    { "aA", "A" },
    { "aaaAA", "A" },
    /* Too many: the last in line goes. */
    { "ABCDEFGHI", "ABCDEFGH" },
    { "aABCDEFGHI", "BCDEFGHI" },
    { "abABCDEFGHI", "CDEFGHIA" },
    { "iABCDEFGHI", "ABCDEFGH" },
    /* Who said nothing comes behind all of them, until it speaks. */
    { "-AABC", "BCA" },
    { "A-AB", "BA" },
    { "-ABA", "BA" },
    { "-AbABC", "CBA" },
    { "-Aa-BABC", "CAB" },
    { "-A+ABA", "BA" },
    { "-A+AAB", "AB" },
    { "-AABCDEFGHI", "BCDEFGHI" },
    { "a-IABCDEFGHI", "BCDEFGHA" },
    { "-H-IABCDEFGHI", "ABCDEFGH" },
    { "-HABCDEFGHI", "ABCDEFGI" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) out = g_string_new (NULL);
    WfdTurns turns = WFD_TURNS_INIT;
    gint64 now_us = START;

    for (const char *c = cases[i].in; *c != '\0'; c++, now_us++) {
      const char address[] = { g_ascii_toupper (*c), '\0' };

      if (*c == '-')
        wfd_turns_note_silent (&turns, (char[]) { *++c, '\0' }, now_us);
      else if (*c == '+')
        wfd_turns_note_heard (&turns, (char[]) { *++c, '\0' });
      else if (g_ascii_islower (*c))
        wfd_turns_note_wasted (&turns, address, now_us);
      else
        wfd_turns_add (&turns, address, GINT_TO_POINTER (*c), now_us);
    }
    while (!wfd_turns_is_empty (&turns)) {
      g_autofree char *next = g_strdup (wfd_turns_get_next (&turns, now_us));
      g_autofree char *address = NULL;
      gpointer item = wfd_turns_take_next (&turns, now_us, &address);

      fail_unless_equals_string (address, next);
      fail_unless_equals_int (GPOINTER_TO_INT (item), *address);
      g_string_append (out, address);
    }
    fail_unless (g_str_equal (out->str, cases[i].out), "%s: %s", cases[i].in, out->str);
    fail_unless (wfd_turns_get_next (&turns, now_us) == NULL);
    fail_unless (wfd_turns_take_next (&turns, now_us, NULL) == NULL);
    wfd_turns_clear (&turns);
  }
}

GST_END_TEST;

/* The newest is the most likely to be still there. */
GST_START_TEST (item_that_makes_room_is_given_back)
{
  WfdTurns turns = WFD_TURNS_INIT;
  char items[12], *address = NULL;

  fail_unless (wfd_turns_add (&turns, "0", &items[0], START) == NULL);
  fail_unless (wfd_turns_add (&turns, "0", &items[1], START) == &items[0]);
  fail_unless_equals_int (wfd_turns_get_length (&turns), 1);
  for (guint i = 2; i <= WFD_TURNS_MAX_WAITING; i++) {
    g_autofree char *other = g_strdup_printf ("%u", i);

    fail_unless (wfd_turns_add (&turns, other, &items[i], START) == NULL);
  }
  fail_unless (wfd_turns_add (&turns, "x", &items[11], START) == &items[11]);
  fail_unless (wfd_turns_take_next (&turns, START, &address) == &items[1]);
  fail_unless_equals_string (address, "0");
  g_free (address);
  wfd_turns_clear (&turns);
}

GST_END_TEST;

GST_START_TEST (wasted_turn_is_forgotten)
{
  WfdTurns turns = WFD_TURNS_INIT;
  gint64 end_us = START + WFD_TURNS_MEMORY_US;

  fail_if (wfd_turns_is_behind (&turns, "A", START));
  wfd_turns_note_wasted (&turns, "A", START);
  fail_unless (wfd_turns_is_behind (&turns, "A", START));
  fail_if (wfd_turns_is_behind (&turns, "B", START));
  fail_if (wfd_turns_is_behind (&turns, NULL, START));
  /* However often. */
  wfd_turns_note_wasted (&turns, "A", end_us - 1);
  fail_unless (wfd_turns_is_behind (&turns, "A", end_us - 1));
  fail_if (wfd_turns_is_behind (&turns, "A", end_us));
  /* And is noted again. */
  wfd_turns_note_wasted (&turns, "A", end_us);
  fail_unless (wfd_turns_is_behind (&turns, "A", 2 * end_us - START - 1));
  wfd_turns_clear (&turns);
}

GST_END_TEST;

/* Of a connection that is reset before it is looked at. */
GST_START_TEST (who_cannot_be_named_is_nobody)
{
  WfdTurns turns = WFD_TURNS_INIT;

  wfd_turns_note_silent (&turns, NULL, START);
  wfd_turns_note_silent (&turns, "A", START);
  wfd_turns_note_silent (&turns, NULL, START);
  wfd_turns_note_heard (&turns, NULL);
  fail_unless_equals_int (g_hash_table_size (turns.silent), 1);
  wfd_turns_clear (&turns);
}

GST_END_TEST;

GST_START_TEST (only_so_many_wasted_turns_are_remembered)
{
  WfdTurns turns = WFD_TURNS_INIT;

  for (guint i = 0; i < 1000; i++) {
    g_autofree char *address = g_strdup_printf ("%u", i);

    wfd_turns_note_wasted (&turns, address, START + i);
  }
  fail_unless_equals_int (g_queue_get_length (&turns.wasted), WFD_TURNS_MAX_WASTED);
  fail_if (wfd_turns_is_behind (&turns, "983", START + 1000));
  fail_unless (wfd_turns_is_behind (&turns, "984", START + 1000));
  fail_unless (wfd_turns_is_behind (&turns, "999", START + 1000));
  wfd_turns_clear (&turns);
}

GST_END_TEST;

/* A has the place since START, others wait; all times from START on. Who wasted a turn, after
 * a "-" who said nothing. */
GST_START_TEST (turn_has_an_end_when_another_waits)
{
  static const struct
  {
    const char *wasted, *waiting;
    gboolean speaks;
    gint64 now_us, end_us;
  } cases[] = {
    { "", "", TRUE, 0, G_MAXINT64 },
    { "", "", FALSE, 0, G_MAXINT64 },
    { "", "B", TRUE, 1 * S, 5 * S },
    { "A", "B", TRUE, 1 * S, 5 * S },
    { "", "A", TRUE, 1 * S, 5 * S },
    { "", "B", TRUE, 20 * S, 5 * S },
    /* Who wasted a turn cuts nobody short that did not, until that is forgotten. */
    { "B", "B", TRUE, 1 * S, 30 * S },
    { "B", "B", TRUE, 31 * S, 5 * S },
    { "B", "BC", TRUE, 1 * S, 5 * S },
    { "AB", "B", TRUE, 1 * S, 5 * S },
    { "A", "A", TRUE, 1 * S, 5 * S },
    /* Beside one that says nothing the others try at once. */
    { "", "B", FALSE, 1 * S, 1 * S },
    { "A", "B", FALSE, 1 * S, 1 * S },
    { "AB", "B", FALSE, 1 * S, 1 * S },
    { "B", "BC", FALSE, 1 * S, 1 * S },
    { "B", "B", FALSE, 1 * S, 5 * S },
    { "B", "B", FALSE, 6 * S, 5 * S },
    { "B", "B", FALSE, 31 * S, 31 * S },
    /* But who said nothing before. */
    { "-AB", "B", FALSE, 1 * S, 1 * S },
    { "-AB", "B", TRUE, 1 * S, 5 * S },
    { "-A-BB", "B", FALSE, 1 * S, 1 * S },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    WfdTurns turns = WFD_TURNS_INIT;
    gint64 end_us = cases[i].end_us == G_MAXINT64 ? G_MAXINT64 : START + cases[i].end_us;

    for (const char *c = cases[i].wasted; *c != '\0'; c++) {
      if (*c == '-')
        wfd_turns_note_silent (&turns, (char[]) { *++c, '\0' }, START);
      else
        wfd_turns_note_wasted (&turns, (char[]) { *c, '\0' }, START);
    }
    for (const char *c = cases[i].waiting; *c != '\0'; c++)
      wfd_turns_add (&turns, (char[]) { *c, '\0' }, &turns, START);
    fail_unless (wfd_turns_get_end_us (&turns, "A", START, cases[i].speaks, START + cases[i].now_us)
            == end_us,
        "case %u", i);
    wfd_turns_clear (&turns);
  }
}

GST_END_TEST;

/* Who was asked, the oldest first, a second apart from START on; who of them said nothing
 * before; who waits; and who makes room when. */
GST_START_TEST (who_has_most_gives_up)
{
  static const gint64 later_us = WFD_TURNS_ANSWER_US;
  static const struct
  {
    const char *asked, *silent, *waiting;
    guint excess;
    gint64 when_us;
  } cases[] = {
    /* Each has its time to answer. */
    { "A", "", "", 0, START + later_us },
    { "A", "", "N", 0, START + later_us },
    { "ABC", "", "N", 0, START + later_us },
    { "ABC", "ABCN", "N", 0, START + later_us },
    { "ABC", "BN", "N", 1, START + 1 * S + later_us },
    /* Who has more than one has none for each of them. */
    { "AAA", "", "N", 0, 0 },
    { "AAA", "", "A", 0, 0 },
    { "ABB", "", "N", 1, 0 },
    { "ABB", "A", "N", 1, 0 },
    { "HXXXX", "", "N", 1, 0 },
    { "XHXXX", "", "N", 0, 0 },
    { "HXYXY", "", "N", 1, 0 },
    { "HXYYX", "", "N", 1, 0 },
    { "HXYY", "", "N", 2, 0 },
    /* Nor who is known to say nothing, when somebody else comes. */
    { "ABC", "BC", "N", 1, 0 },
    { "ABC", "ABC", "N", 0, 0 },
    { "HABC", "ABC", "N", 1, 0 },
    { "HABC", "ABC", "A", 1, START + 1 * S + later_us },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint n = strlen (cases[i].asked);
    WfdTurns turns = WFD_TURNS_INIT;
    WfdTurnsAsked asked[8];
    char texts[8][2];
    gint64 when_us;

    for (guint j = 0; j < n; j++) {
      texts[j][0] = cases[i].asked[j];
      texts[j][1] = '\0';
      asked[j] = (WfdTurnsAsked) { texts[j], START + j * S };
    }
    for (const char *c = cases[i].silent; *c != '\0'; c++)
      wfd_turns_note_silent (&turns, (char[]) { *c, '\0' }, START);
    for (const char *c = cases[i].waiting; *c != '\0'; c++)
      wfd_turns_add (&turns, (char[]) { *c, '\0' }, &turns, START);
    fail_unless_equals_int (wfd_turns_find_excess (&turns, asked, n, START + n * S, &when_us),
        cases[i].excess);
    fail_unless (when_us == cases[i].when_us, "case %u", i);
    wfd_turns_clear (&turns);
  }
}

GST_END_TEST;

static char
get_next (const WfdTurns *turns, gint64 now_us)
{
  return *wfd_turns_get_next (turns, now_us);
}

GST_START_TEST (silence_is_forgotten)
{
  WfdTurns turns = WFD_TURNS_INIT;

  wfd_turns_note_silent (&turns, "A", START);
  wfd_turns_add (&turns, "A", &turns, START);
  wfd_turns_add (&turns, "B", &turns, START);
  fail_unless_equals_int (get_next (&turns, START + WFD_TURNS_MEMORY_US - 1), 'B');
  fail_unless_equals_int (get_next (&turns, START + WFD_TURNS_MEMORY_US), 'A');
  wfd_turns_clear (&turns);
}

GST_END_TEST;

GST_START_TEST (only_so_many_silent_addresses_are_remembered)
{
  WfdTurns turns = WFD_TURNS_INIT;
  gint64 end_us = START + WFD_TURNS_MEMORY_US;

  for (guint i = 0; i < 2 * WFD_TURNS_MAX_SILENT; i++) {
    g_autofree char *address = g_strdup_printf ("%u", i);

    wfd_turns_note_silent (&turns, address, START);
  }
  fail_unless_equals_int (g_hash_table_size (turns.silent), WFD_TURNS_MAX_SILENT);
  /* Those who are forgotten make room. */
  wfd_turns_note_silent (&turns, "A", end_us);
  fail_unless_equals_int (g_hash_table_size (turns.silent), 1);
  wfd_turns_clear (&turns);
}

GST_END_TEST;

static Suite *
wfd_turns_suite (void)
{
  Suite *suite = suite_create ("wfd-turns");
  TCase *tcase = tcase_create ("turns");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, who_waits_longest_of_the_others_is_next);
  tcase_add_test (tcase, item_that_makes_room_is_given_back);
  tcase_add_test (tcase, wasted_turn_is_forgotten);
  tcase_add_test (tcase, who_cannot_be_named_is_nobody);
  tcase_add_test (tcase, only_so_many_wasted_turns_are_remembered);
  tcase_add_test (tcase, turn_has_an_end_when_another_waits);
  tcase_add_test (tcase, who_has_most_gives_up);
  tcase_add_test (tcase, silence_is_forgotten);
  tcase_add_test (tcase, only_so_many_silent_addresses_are_remembered);
  return suite;
}

GST_CHECK_MAIN (wfd_turns);
