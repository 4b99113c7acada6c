/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <establish-state.h>

#define S G_USEC_PER_SEC
/* In the middle of what is random. */
#define RANDOM (G_MAXUINT32 / 2)

typedef struct
{
  WfdEstablishEvent event;
  WfdEstablishPhase phase; /* afterwards */
  WfdEstablishAction action;
} Move;

#define E(event) WFD_ESTABLISH_EVENT_##event
#define P(phase) WFD_ESTABLISH_##phase
#define DO(action) WFD_ESTABLISH_DO_##action

static void
play_moves (WfdEstablishState *state, const Move *moves, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_test_message ("move %u", i);
    g_assert_cmpint (wfd_establish_state_feed (state, moves[i].event, 0, RANDOM), ==,
        moves[i].action);
    g_assert_cmpint (state->phase, ==, moves[i].phase);
  }
}

#define PLAY(state, ...) \
  G_STMT_START \
  { \
    static const Move moves[] = { __VA_ARGS__ }; \
\
    play_moves (state, moves, G_N_ELEMENTS (moves)); \
  } \
  G_STMT_END

static void
test_source_plays (void)
{
  WfdEstablishState state;

  wfd_establish_state_init (&state, WFD_ROLE_SOURCE);
  g_assert_cmpint (state.phase, ==, P (OFF));
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) }, { E (WANTED), P (SEEKING), DO (NOTHING) },
      { E (PEER), P (OPENING), DO (OPEN) }, { E (OPENED), P (OPEN), DO (NOTHING) },
      { E (CONNECTED), P (NEGOTIATING), DO (NOTHING) }, { E (PLAYS), P (PLAYING), DO (NOTHING) });
  g_assert_cmpint (state.deadline_us, ==, G_MAXINT64);
}

/* A person who does not enter it in time will not. */
static void
test_source_asks_for_pin (void)
{
  WfdEstablishState state;

  wfd_establish_state_init (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) }, { E (PEER), P (OPENING), DO (OPEN) },
      { E (PIN), P (ASKING), DO (NOTHING) });
  g_assert_cmpint (state.deadline_us, ==, 120 * S);
  PLAY (&state, { E (PEER), P (ASKING), DO (NOTHING) }, { E (ENTERED), P (OPENING), DO (OPEN) },
      { E (OPENED), P (OPEN), DO (NOTHING) });
}

static void
get_playing (WfdEstablishState *state, WfdRole role)
{
  wfd_establish_state_init (state, role);
  PLAY (state, { E (WANTED), P (SEEKING), DO (SEARCH) }, { E (OPENED), P (OPEN), DO (NOTHING) },
      { E (CONNECTED), P (NEGOTIATING), DO (NOTHING) }, { E (PLAYS), P (PLAYING), DO (NOTHING) });
}

/* What has never worked is given up at once, wherever it fails. */
static void
test_source_gives_up (void)
{
  static const WfdEstablishEvent ways[][3] = {
    { E (FAILED) },
    { E (TIME) },
    { E (PEER), E (FAILED) },
    { E (PEER), E (PIN), E (FAILED) },
    { E (PEER), E (PIN), E (TIME) },
    { E (PEER), E (OPENED), E (TIME) },
    { E (PEER), E (OPENED), E (LOST) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    WfdEstablishAction action = DO (NOTHING);
    WfdEstablishState state;

    wfd_establish_state_init (&state, WFD_ROLE_SOURCE);
    wfd_establish_state_feed (&state, E (WANTED), 0, RANDOM);
    for (guint k = 0; k < 3 && ways[i][k] != E (WANTED); k++)
      action = wfd_establish_state_feed (&state, ways[i][k], 0, RANDOM);
    g_assert_cmpint (action, ==, DO (GIVE_UP));
    g_assert_cmpint (state.phase, ==, P (OFF));
    /* Whoever comes now comes too late. */
    PLAY (&state, { E (OPENED), P (OFF), DO (NOTHING) }, { E (PEER), P (OFF), DO (NOTHING) },
        { E (WRONG), P (OFF), DO (NOTHING) });
  }
}

/* Each pause is longer than the one before, until it plays again. */
static void
test_source_tries_again (void)
{
  WfdEstablishState state;
  gint64 last_us = 0;

  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (LOST), P (RESTING), DO (NOTHING) });
  for (guint i = 0; i < 4; i++) {
    g_assert_cmpint (state.deadline_us, >, last_us);
    last_us = state.deadline_us;
    PLAY (&state, { E (TIME), P (SEEKING), DO (SEARCH) });
    g_assert_cmpint (state.deadline_us, ==, G_MAXINT64);
    PLAY (&state, { E (PEER), P (OPENING), DO (OPEN) }, { E (FAILED), P (RESTING), DO (NOTHING) });
  }
  PLAY (&state, { E (OPENED), P (OPEN), DO (NOTHING) },
      { E (CONNECTED), P (NEGOTIATING), DO (NOTHING) }, { E (PLAYS), P (PLAYING), DO (NOTHING) },
      { E (LOST), P (RESTING), DO (NOTHING) });
  g_assert_cmpint (state.deadline_us, <, S);
}

/* A search that cannot even begin, because wpa_supplicant is being restarted, is no
 * end either. */
static void
test_search_that_fails_after_playing (void)
{
  WfdEstablishState state;

  get_playing (&state, WFD_ROLE_SINK);
  PLAY (&state, { E (LOST), P (SEEKING), DO (SEARCH) }, { E (FAILED), P (RESTING), DO (NOTHING) },
      { E (TIME), P (SEEKING), DO (SEARCH) });
  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (LOST), P (RESTING), DO (NOTHING) }, { E (TIME), P (SEEKING), DO (SEARCH) },
      { E (FAILED), P (RESTING), DO (NOTHING) });
}

/* A display is there for whoever comes next. */
static void
test_sink_waits (void)
{
  WfdEstablishState state;

  wfd_establish_state_init (&state, WFD_ROLE_SINK);
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) });
  g_assert_cmpint (state.deadline_us, ==, G_MAXINT64);
  PLAY (&state, { E (PEER), P (OPENING), DO (OPEN) }, { E (FAILED), P (SEEKING), DO (SEARCH) },
      { E (OPENED), P (OPEN), DO (NOTHING) }, { E (LOST), P (SEEKING), DO (SEARCH) },
      { E (WRONG), P (SEEKING), DO (CLOSE_AND_SEARCH) }, { E (OPENED), P (OPEN), DO (NOTHING) },
      { E (TIME), P (SEEKING), DO (CLOSE_AND_SEARCH) });
}

/* A display without the means says so. */
static void
test_sink_cannot (void)
{
  WfdEstablishState state;

  wfd_establish_state_init (&state, WFD_ROLE_SINK);
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) }, { E (FAILED), P (OFF), DO (GIVE_UP) });
}

/* Who has been there to be found is there again when what it searches with is: it was only
 * restarted or switched off. */
static void
test_sink_that_could_search (void)
{
  WfdEstablishState state;

  wfd_establish_state_init (&state, WFD_ROLE_SINK);
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) });
  for (guint i = 0; i < 3; i++) {
    wfd_establish_state_note_search (&state);
    PLAY (&state, { E (FAILED), P (RESTING), DO (NOTHING) }, { E (TIME), P (SEEKING), DO (SEARCH) },
        { E (FAILED), P (RESTING), DO (NOTHING) });
    /* The second in a row, however many there were before. */
    g_assert_cmpint (state.deadline_us, >=, 3 * S / 8);
    g_assert_cmpint (state.deadline_us, <, 5 * S / 8);
    PLAY (&state, { E (TIME), P (SEEKING), DO (SEARCH) });
  }
  PLAY (&state, { E (PEER), P (OPENING), DO (OPEN) }, { E (FAILED), P (SEEKING), DO (SEARCH) });
}

/* Its person looks at it, and has named who has to be there. */
static void
test_source_that_could_search (void)
{
  WfdEstablishState state;

  wfd_establish_state_init (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) });
  wfd_establish_state_note_search (&state);
  PLAY (&state, { E (FAILED), P (OFF), DO (GIVE_UP) });
}

static void
test_unused_link_is_closed (void)
{
  WfdEstablishState state;

  get_playing (&state, WFD_ROLE_SOURCE);
  state.unused_us = 30 * S;
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) });
  g_assert_cmpint (state.deadline_us, ==, 30 * S);
  PLAY (&state, { E (PLAYS), P (PLAYING), DO (NOTHING) });
  g_assert_cmpint (state.deadline_us, ==, G_MAXINT64);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) },
      { E (TIME), P (LISTENING), DO (CLOSE_AND_LISTEN) }, { E (WANTED), P (SEEKING), DO (SEARCH) });

  get_playing (&state, WFD_ROLE_SINK);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) });
  g_assert_cmpint (state.deadline_us, ==, G_MAXINT64);
  PLAY (&state, { E (TIME), P (SEEKING), DO (CLOSE_AND_SEARCH) });
}

/* A sink whose picture nobody wanted to see asks for it when somebody does, for a while. */
static void
test_sink_calls (void)
{
  static const WfdEstablishEvent ends[] = { E (TIME), E (LOST) };
  WfdEstablishState state;

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    get_playing (&state, WFD_ROLE_SINK);
    PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) });
    wfd_establish_state_feed (&state, ends[i], 0, 0);
    PLAY (&state, { E (WANTED), P (CALLING), DO (CALL) }, { E (TIME), P (CALLING), DO (HANG_UP) },
        { E (FAILED), P (SEEKING), DO (SEARCH) }, { E (WANTED), P (CALLING), DO (CALL) },
        { E (WRONG), P (SEEKING), DO (CLOSE_AND_SEARCH) }, { E (WANTED), P (CALLING), DO (CALL) });
    g_assert_cmpint (state.deadline_us, ==, 10 * S);
    PLAY (&state, { E (OPENED), P (OPEN), DO (NOTHING) }, { E (LOST), P (SEEKING), DO (SEARCH) },
        { E (WANTED), P (SEEKING), DO (NOTHING) });
  }
}

/* Nobody who was lost while he was wanted; whoever else has only tried to pair changes nothing. */
static void
test_sink_calls_nobody_else (void)
{
  WfdEstablishState state;

  get_playing (&state, WFD_ROLE_SINK);
  PLAY (&state, { E (LOST), P (SEEKING), DO (SEARCH) }, { E (WANTED), P (SEEKING), DO (NOTHING) });

  get_playing (&state, WFD_ROLE_SINK);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) },
      { E (TIME), P (SEEKING), DO (CLOSE_AND_SEARCH) }, { E (PEER), P (OPENING), DO (OPEN) },
      { E (FAILED), P (SEEKING), DO (SEARCH) }, { E (WANTED), P (CALLING), DO (CALL) });
}

/* An unused link that goes is no loss. */
static void
test_unused_link_goes (void)
{
  WfdEstablishState state;

  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) }, { E (LOST), P (LISTENING), DO (LISTEN) });
}

/* The display opens it again, or somebody else does. */
static void
test_peer_comes_back (void)
{
  WfdEstablishState state;

  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) }, { E (LOST), P (LISTENING), DO (LISTEN) },
      { E (WRONG), P (LISTENING), DO (CLOSE_AND_LISTEN) }, { E (OPENED), P (OPEN), DO (NOTHING) },
      { E (CONNECTED), P (NEGOTIATING), DO (NOTHING) });

  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) }, { E (LOST), P (LISTENING), DO (LISTEN) },
      { E (PEER), P (OPENING), DO (OPEN) });
}

/* The session fails, and the link stands: it may come again, but not for long. */
static void
test_trouble (void)
{
  WfdEstablishState state;

  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (TROUBLE), P (TROUBLED), DO (NOTHING) });
  g_assert_cmpint (state.deadline_us, ==, 5 * S);
  PLAY (&state, { E (CONNECTED), P (NEGOTIATING), DO (NOTHING) },
      { E (TROUBLE), P (OPEN), DO (NOTHING) }, { E (TIME), P (RESTING), DO (CLOSE) },
      { E (TIME), P (SEEKING), DO (SEARCH) });
}

static void
feed_at (WfdEstablishState *state, WfdEstablishEvent event, gint64 now_us)
{
  wfd_establish_state_feed (state, event, now_us, RANDOM);
}

/* However often it comes: nobody would be told. */
static void
test_sessions_that_fail (void)
{
  WfdEstablishState state;

  wfd_establish_state_init (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) }, { E (PEER), P (OPENING), DO (OPEN) });
  feed_at (&state, E (OPENED), 10 * S);
  g_assert_cmpint (state.deadline_us, ==, 100 * S);
  for (guint i = 1; i < 4; i++) {
    feed_at (&state, E (CONNECTED), i * 20 * S);
    g_assert_cmpint (state.deadline_us, ==, G_MAXINT64);
    feed_at (&state, E (TROUBLE), i * 25 * S);
    g_assert_cmpint (state.phase, ==, P (OPEN));
    g_assert_cmpint (state.deadline_us, ==, 100 * S);
  }
  /* What has played has this time anew. */
  get_playing (&state, WFD_ROLE_SOURCE);
  feed_at (&state, E (TROUBLE), 200 * S);
  feed_at (&state, E (CONNECTED), 201 * S);
  feed_at (&state, E (TROUBLE), 202 * S);
  g_assert_cmpint (state.deadline_us, ==, 291 * S);
}

/* The session has ended, and the peer is not heard: it has gone, and may be there again at any moment.
 * Whoever is in a session comes back to it. */
static void
test_gone_with_its_session (void)
{
  static const WfdEstablishEvent ends[] = { E (AWAY), E (TIME) };
  WfdEstablishState state;

  for (guint role = 0; role < 2; role++) {
    for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
      get_playing (&state, role);
      PLAY (&state, { E (AWAY), P (PLAYING), DO (NOTHING) },
          { E (TROUBLE), P (TROUBLED), DO (NOTHING) });
      g_assert_cmpint (wfd_establish_state_feed (&state, ends[i], 0, RANDOM), ==,
          DO (CLOSE_AND_SEARCH));
      g_assert_cmpint (state.phase, ==, P (SEEKING));
    }
    get_playing (&state, role);
    PLAY (&state, { E (TROUBLE), P (TROUBLED), DO (NOTHING) },
        { E (LOST), P (SEEKING), DO (SEARCH) });
    /* The other side has paused it, and goes on. */
    get_playing (&state, role);
    PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) }, { E (PLAYS), P (PLAYING), DO (NOTHING) },
        { E (TROUBLE), P (TROUBLED), DO (NOTHING) }, { E (LOST), P (SEEKING), DO (SEARCH) });
  }
}

/* Nobody misses a picture: it is the peer who comes back, or the person here who wants one. */
static void
test_left_while_nothing_played (void)
{
  static const struct
  {
    WfdEstablishEvent event;
    WfdEstablishAction action;
  } ends[] = { { E (AWAY), DO (CLOSE_AND_LISTEN) }, { E (LOST), DO (LISTEN) },
    { E (TIME), DO (CLOSE_AND_LISTEN) } };
  WfdEstablishState state;

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    get_playing (&state, WFD_ROLE_SOURCE);
    PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) },
        { E (TROUBLE), P (TROUBLED), DO (NOTHING) });
    g_assert_cmpint (state.deadline_us, ==, 5 * S);
    g_assert_cmpint (wfd_establish_state_feed (&state, ends[i].event, 0, RANDOM), ==,
        ends[i].action);
    g_assert_cmpint (state.phase, ==, P (LISTENING));
  }
  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) },
      { E (TROUBLE), P (TROUBLED), DO (NOTHING) },
      { E (CONNECTED), P (NEGOTIATING), DO (NOTHING) });
  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) },
      { E (TROUBLE), P (TROUBLED), DO (NOTHING) }, { E (WANTED), P (TROUBLED), DO (NOTHING) },
      { E (LOST), P (SEEKING), DO (SEARCH) });
  get_playing (&state, WFD_ROLE_SINK);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) },
      { E (TROUBLE), P (TROUBLED), DO (NOTHING) }, { E (LOST), P (SEEKING), DO (SEARCH) });
}

/* Who has left the group after its session, or is not heard, is not waited for in it. */
static void
test_gone_after_its_session (void)
{
  WfdEstablishState state;

  get_playing (&state, WFD_ROLE_SINK);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) },
      { E (AWAY), P (SEEKING), DO (CLOSE_AND_SEARCH) });
  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) },
      { E (AWAY), P (LISTENING), DO (CLOSE_AND_LISTEN) });
  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) }, { E (WANTED), P (UNUSED), DO (NOTHING) },
      { E (AWAY), P (SEEKING), DO (CLOSE_AND_SEARCH) });
}

/* Whoever opens links that nobody wants makes a search, or a pause, no longer. */
static void
test_wrong_links_delay_nothing (void)
{
  WfdEstablishState state;
  gint64 deadline_us;

  wfd_establish_state_init (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) });
  deadline_us = state.deadline_us;
  wfd_establish_state_feed (&state, E (WRONG), 7 * S, RANDOM);
  g_assert_cmpint (state.deadline_us, ==, deadline_us);
  wfd_establish_state_feed (&state, E (PEER), 8 * S, RANDOM);
  wfd_establish_state_feed (&state, E (WRONG), 9 * S, RANDOM);
  g_assert_cmpint (state.phase, ==, P (SEEKING));
  g_assert_cmpint (state.deadline_us, ==, deadline_us);

  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (LOST), P (RESTING), DO (NOTHING) });
  deadline_us = state.deadline_us;
  for (guint i = 0; i < 3; i++)
    wfd_establish_state_feed (&state, E (WRONG), deadline_us - 1, RANDOM);
  g_assert_cmpint (state.phase, ==, P (RESTING));
  g_assert_cmpint (state.deadline_us, ==, deadline_us);
  g_assert_cmpuint (state.n_failures, ==, 1);
}

/* A person wants to see it again, and only then it turns out that the display has gone. */
static void
test_left_when_wanted_again (void)
{
  WfdEstablishState state;

  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) }, { E (WANTED), P (UNUSED), DO (NOTHING) },
      { E (TROUBLE), P (TROUBLED), DO (NOTHING) },
      { E (TIME), P (SEEKING), DO (CLOSE_AND_SEARCH) });
  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) }, { E (WANTED), P (UNUSED), DO (NOTHING) },
      { E (LOST), P (SEEKING), DO (SEARCH) });
  /* The next time it rests nobody does. */
  get_playing (&state, WFD_ROLE_SOURCE);
  PLAY (&state, { E (RESTS), P (UNUSED), DO (NOTHING) }, { E (WANTED), P (UNUSED), DO (NOTHING) },
      { E (PLAYS), P (PLAYING), DO (NOTHING) }, { E (RESTS), P (UNUSED), DO (NOTHING) },
      { E (LOST), P (LISTENING), DO (LISTEN) });
}

static void
test_nobody_named (void)
{
  WfdEstablishState state;

  wfd_establish_state_init (&state, WFD_ROLE_SOURCE);
  state.lists_only = TRUE;
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) });
  g_assert_cmpint (state.deadline_us, ==, 5 * S);
  state.lists_only = FALSE;
  state.phase = P (OFF);
  PLAY (&state, { E (WANTED), P (SEEKING), DO (SEARCH) });
  g_assert_cmpint (state.deadline_us, ==, 60 * S);
}

/* Whatever comes at whatever moment, there is a phase and what is due can happen. */
static void
test_anything (void)
{
  WfdEstablishState state;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint role = 0; role < 2; role++) {
    wfd_establish_state_init (&state, role);
    for (guint i = 0; i < 100000; i++) {
      gint64 now_us = i * S;
      WfdEstablishAction action = wfd_establish_state_feed (&state,
          g_rand_int_range (random, 0, WFD_ESTABLISH_EVENT_WRONG + 1), now_us, RANDOM);

      g_assert_cmpuint (state.phase, <, WFD_ESTABLISH_N_PHASES);
      g_assert_true (action != DO (GIVE_UP) || state.phase == P (OFF));
      g_assert_true (action != DO (OPEN) || state.phase == P (OPENING));
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/establish/state/source-plays", test_source_plays);
  g_test_add_func ("/establish/state/source-asks-for-pin", test_source_asks_for_pin);
  g_test_add_func ("/establish/state/source-gives-up", test_source_gives_up);
  g_test_add_func ("/establish/state/source-tries-again", test_source_tries_again);
  g_test_add_func ("/establish/state/search-that-fails-after-playing",
      test_search_that_fails_after_playing);
  g_test_add_func ("/establish/state/sink-waits", test_sink_waits);
  g_test_add_func ("/establish/state/sink-cannot", test_sink_cannot);
  g_test_add_func ("/establish/state/sink-that-could-search", test_sink_that_could_search);
  g_test_add_func ("/establish/state/source-that-could-search", test_source_that_could_search);
  g_test_add_func ("/establish/state/unused-link-is-closed", test_unused_link_is_closed);
  g_test_add_func ("/establish/state/unused-link-goes", test_unused_link_goes);
  g_test_add_func ("/establish/state/sink-calls", test_sink_calls);
  g_test_add_func ("/establish/state/sink-calls/nobody-else", test_sink_calls_nobody_else);
  g_test_add_func ("/establish/state/peer-comes-back", test_peer_comes_back);
  g_test_add_func ("/establish/state/trouble", test_trouble);
  g_test_add_func ("/establish/state/sessions-that-fail", test_sessions_that_fail);
  g_test_add_func ("/establish/state/gone-with-its-session", test_gone_with_its_session);
  g_test_add_func ("/establish/state/left-while-nothing-played", test_left_while_nothing_played);
  g_test_add_func ("/establish/state/left-when-wanted-again", test_left_when_wanted_again);
  g_test_add_func ("/establish/state/wrong-links-delay-nothing", test_wrong_links_delay_nothing);
  g_test_add_func ("/establish/state/gone-after-its-session", test_gone_after_its_session);
  g_test_add_func ("/establish/state/nobody-named", test_nobody_named);
  g_test_add_func ("/establish/state/anything", test_anything);
  return g_test_run ();
}
