/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-turns.h>

#define S G_TIME_SPAN_SECOND
#define START (1000 * S)

/* What comes in, one letter each: a lower-case one is an address that wasted its turn, one
 * after a "-" an address that said nothing, after a "+" one that spoke, after a "?" one that was
 * asked, an upper-case one an address that connects. Returns its letter. */
static const char *
take_event (WfdTurns *turns, const char *event, gint64 now_us)
{
  gboolean is_marked = strchr ("-+?", *event) != NULL;
  const char *letter = is_marked ? event + 1 : event;
  const char address[] = { g_ascii_toupper (*letter), '\0' };

  if (*event == '-')
    wfd_turns_note_silent (turns, address, now_us);
  else if (*event == '+')
    wfd_turns_note_heard (turns, address);
  else if (*event == '?')
    wfd_turns_note_asked (turns, address, now_us);
  else if (g_ascii_islower (*event))
    wfd_turns_note_wasted (turns, address, now_us);
  else
    wfd_turns_add (turns, address, GINT_TO_POINTER (*letter), now_us);
  return letter;
}

/* What comes in, and who is next, each in turn. */
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
    /* Of those who are alike, who was asked longest ago, or never. */
    { "?AABC", "BCA" },
    { "?B?AABC", "CBA" },
    { "?A?B?AABC", "CBA" },
    { "?B?AabABC", "CBA" },
    { "?B?A-A-BABC", "CBA" },
    /* With nobody else it goes on. */
    { "aA", "A" },
    { "aaaAA", "A" },
    /* Too many: the last in line goes. */
    { "ABCDEFGHI", "ABCDEFGH" },
    { "aABCDEFGHI", "BCDEFGHI" },
    { "abABCDEFGHI", "CDEFGHIA" },
    { "iABCDEFGHI", "ABCDEFGH" },
    /* Or who was asked last. */
    { "?C?DABCDEFGHI", "ABEFGHIC" },
    { "?A?B?C?D?E?F?G?HABCDEFGHI", "IABCDEFG" },
    { "?AabABCDEFGHI", "CDEFGHIB" },
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

    for (const char *c = cases[i].in; *c != '\0'; c++, now_us++)
      c = take_event (&turns, c, now_us);
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
  fail_unless_equals_int (g_hash_table_size (turns.known), 1);
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
    { "A", "B", FALSE, 31 * S, 31 * S },
    /* Unless one of them wasted a turn: then each has its time to answer. */
    { "AB", "B", FALSE, 1, WFD_TURNS_ANSWER_US },
    { "B", "BC", FALSE, 1, WFD_TURNS_ANSWER_US },
    { "D", "BC", FALSE, 1, WFD_TURNS_ANSWER_US },
    { "D", "BC", FALSE, 30 * S, 30 * S },
    { "-AD", "BC", FALSE, 1, 1 },
    { "B", "B", FALSE, 1 * S, 5 * S },
    { "B", "B", FALSE, 6 * S, 5 * S },
    { "B", "B", FALSE, 31 * S, 31 * S },
    /* But who said nothing before. */
    { "-AB", "B", FALSE, 1 * S, 1 * S },
    { "-AB", "B", TRUE, 1 * S, 5 * S },
    { "-A-BB", "B", FALSE, 1 * S, WFD_TURNS_ANSWER_US },
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

GST_START_TEST (who_was_asked_longest_ago_is_forgotten)
{
  WfdTurns turns = WFD_TURNS_INIT;

  for (guint i = 0; i < WFD_TURNS_MAX_KNOWN + 2; i++) {
    g_autofree char *address = g_strdup_printf ("%u", i);

    wfd_turns_note_asked (&turns, address, START + i);
    wfd_turns_note_silent (&turns, address, START + i);
  }
  fail_unless_equals_int (g_hash_table_size (turns.known), WFD_TURNS_MAX_KNOWN);
  for (guint i = 0; i < 4; i++)
    wfd_turns_add (&turns, (char[]) { '0' + i, '\0' }, &turns, START);
  fail_unless_equals_int (get_next (&turns, START), '0');
  wfd_turns_take_next (&turns, START, NULL);
  fail_unless_equals_int (get_next (&turns, START), '1');
  wfd_turns_take_next (&turns, START, NULL);
  fail_unless_equals_int (get_next (&turns, START), '2');
  fail_unless (g_hash_table_contains (turns.known, "2"));
  fail_if (g_hash_table_contains (turns.known, "1"));
  wfd_turns_clear (&turns);
}

GST_END_TEST;

GST_START_TEST (who_was_asked_before_may_overtake)
{
  static const struct
  {
    const char *wasted;
    gboolean speaks;
    gint64 now_us;
    gboolean may;
  } cases[] = {
    { "", FALSE, 1, TRUE },
    { "", TRUE, 1, FALSE },
    { "C", FALSE, 1, FALSE },
    { "C", FALSE, WFD_TURNS_ANSWER_US - 1, FALSE },
    { "C", FALSE, WFD_TURNS_ANSWER_US, TRUE },
    { "C", TRUE, WFD_TURNS_ANSWER_US, FALSE },
    { "C", FALSE, 30 * S, TRUE },
    /* Who has not wasted a turn one who has. */
    { "A", FALSE, 1, TRUE },
    { "B", FALSE, 1, FALSE },
    { "AB", FALSE, 1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    WfdTurns turns = WFD_TURNS_INIT;

    for (const char *c = cases[i].wasted; *c != '\0'; c++)
      wfd_turns_note_wasted (&turns, (char[]) { *c, '\0' }, START);
    fail_unless (
        wfd_turns_may_overtake (&turns, "B", "A", START, cases[i].speaks, START + cases[i].now_us)
            == cases[i].may,
        "case %u", i);
    wfd_turns_clear (&turns);
  }
}

GST_END_TEST;

/* --- a display among others who want its place --- */

#define MS G_TIME_SPAN_MILLISECOND
#define MAX_OTHERS 14

/* What somebody does. */
typedef struct
{
  gint64 answer_us; /* after it was asked; G_MAXINT64: never */
  gint64 again_us;  /* after it was turned away */
  gboolean leaves;  /* once it has the place */
} Manner;

typedef struct
{
  Manner manner;
  char address[12];
  gboolean connected;
  gint64 connect_us; /* of who is not connected */
  gint64 asked_us;   /* 0: it waits */
  gboolean spoke;
} Client;

typedef struct
{
  WfdTurns turns;
  Client clients[MAX_OTHERS + 1]; /* the display first */
  guint n;
  Client *holder; /* (nullable) */
  gint64 begin_us;
  gboolean heard;
  gint64 now_us, wake_us;
} Net;

static void
turn_away (Net *self, Client *client)
{
  client->connected = FALSE;
  client->connect_us = self->now_us + client->manner.again_us;
}

/* As wfd-control.c asks who waits. */
static void
consider (Net *self)
{
  self->wake_us = G_MAXINT64;
  while (!wfd_turns_is_empty (&self->turns)) {
    if (self->holder != NULL) {
      self->wake_us = wfd_turns_get_end_us (&self->turns, self->holder->address, self->begin_us,
          self->heard, self->now_us);
      if (self->now_us < self->wake_us)
        return;
      if (self->heard) {
        wfd_turns_note_wasted (&self->turns, self->holder->address, self->now_us);
        turn_away (self, self->holder);
      }
    }
    self->holder = wfd_turns_take_next (&self->turns, self->now_us, NULL);
    self->holder->asked_us = self->begin_us = self->now_us;
    self->heard = FALSE;
    wfd_turns_note_asked (&self->turns, self->holder->address, self->now_us);
  }
}

static void
connect_client (Net *self, Client *client)
{
  Client *left = wfd_turns_add (&self->turns, client->address, client, self->now_us);

  client->connected = TRUE;
  client->asked_us = 0;
  client->spoke = FALSE;
  if (left != NULL)
    turn_away (self, left);
}

static void
speak (Net *self, Client *client)
{
  client->spoke = TRUE;
  if (client != self->holder && self->holder != NULL
      && !wfd_turns_may_overtake (&self->turns, client->address, self->holder->address,
          self->begin_us, self->heard, self->now_us)) {
    turn_away (self, client);
    return;
  }
  self->holder = client;
  self->heard = TRUE;
  self->begin_us = self->now_us;
  wfd_turns_note_heard (&self->turns, client->address);
  if (!client->manner.leaves)
    return;
  wfd_turns_note_wasted (&self->turns, client->address, self->now_us);
  turn_away (self, client);
  self->holder = NULL;
}

/* When it does something again. */
static gint64
get_event_us (const Client *self)
{
  if (!self->connected)
    return self->connect_us;
  if (self->asked_us == 0 || self->spoke || self->manner.answer_us == G_MAXINT64)
    return G_MAXINT64;
  return self->asked_us + self->manner.answer_us;
}

static void
pass (Net *self)
{
  Client *first = &self->clients[0];

  for (guint i = 1; i < self->n; i++)
    if (get_event_us (&self->clients[i]) < get_event_us (first))
      first = &self->clients[i];
  self->now_us = MAX (self->now_us, MIN (get_event_us (first), self->wake_us));
  if (get_event_us (first) > self->now_us) {
    consider (self);
    return;
  }
  if (first->connected)
    speak (self, first);
  else
    connect_client (self, first);
  consider (self);
}

/* How long a display needs to get the place that comes @late_us after @n others, of which each
 * second has the one and the other manner; G_MAXINT64 if it does not. */
static gint64
get_wait_us (guint n, const Manner manners[2], gint64 late_us, gint64 limit_us)
{
  Net net = { WFD_TURNS_INIT, .n = n + 1, .now_us = START, .wake_us = G_MAXINT64 };
  Client *display = &net.clients[0];
  gint64 begin_us = START + late_us;

  g_assert_cmpuint (n, <=, MAX_OTHERS);
  for (guint i = 0; i <= n; i++) {
    g_snprintf (net.clients[i].address, sizeof (net.clients[i].address), "%u", i);
    net.clients[i].manner = manners[i % 2];
    net.clients[i].connect_us = START + i * MS;
  }
  display->manner = (Manner) { 300 * MS, 1 * S, FALSE };
  display->connect_us = begin_us;
  while (!(net.heard && net.holder == display) && net.now_us <= begin_us + limit_us)
    pass (&net);
  wfd_turns_clear (&net.turns);
  return net.heard && net.holder == display ? net.now_us - begin_us : G_MAXINT64;
}

static const Manner fast = { 1 * MS, 50 * MS, FALSE };
static const Manner flighty = { 1 * MS, 50 * MS, TRUE };
static const Manner slow = { 450 * MS, 50 * MS, FALSE };
static const Manner late = { 600 * MS, 50 * MS, FALSE };
static const Manner silent = { G_MAXINT64, 50 * MS, FALSE };

GST_START_TEST (display_alone_has_the_place_at_once)
{
  const Manner manners[2] = { fast, fast };

  fail_unless_equals_int64 (get_wait_us (0, manners, 10 * S, 10 * S), 300 * MS);
}

GST_END_TEST;

/* Among those who answer at once a display is asked when the turn that is ends, if the others have
 * had theirs, else behind theirs. Among those who answer late another turn may go before. */
GST_START_TEST (display_gets_in_among_many)
{
  static const guint numbers[] = { 1, 2, 4, 9, MAX_OTHERS };
  const Manner manners[][2] = { { fast, fast }, { flighty, flighty }, { slow, slow },
    { fast, slow }, { fast, flighty }, { fast, silent }, { late, late }, { fast, late },
    { slow, late } };
  const Manner *both = manners[__i__];
  gint64 turn_us = WFD_TURNS_TURN_US + WFD_TURNS_ANSWER_US;
  gint64 warm_us = __i__ < 6 ? turn_us : 2 * turn_us;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    guint n = numbers[i];

    for (gint64 late_us = 1 * S; late_us < 6 * S; late_us += 3100 * MS) {
      fail_if (get_wait_us (n, both, late_us, n * turn_us + warm_us) == G_MAXINT64,
          "%u others that have just come", n);
      fail_if (get_wait_us (n, both, n * turn_us + late_us, warm_us) == G_MAXINT64, "%u others", n);
    }
  }
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
  tcase_add_test (tcase, who_was_asked_longest_ago_is_forgotten);
  tcase_add_test (tcase, who_was_asked_before_may_overtake);
  tcase_add_test (tcase, display_alone_has_the_place_at_once);
  tcase_add_loop_test (tcase, display_gets_in_among_many, 0, 9);
  return suite;
}

GST_CHECK_MAIN (wfd_turns);
