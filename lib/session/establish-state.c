/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "establish-state.h"

#include <link-backoff.h>

/* A peer that is on and near is found in a few seconds; this is for one that is
 * being switched on. */
#define DISCOVER_US (60 * G_TIME_SPAN_SECOND)
#define LIST_US (5 * G_TIME_SPAN_SECOND)
/* A PIN is good for two minutes (Wi-Fi Simple Configuration 2.0). */
#define ENTER_US (120 * G_TIME_SPAN_SECOND)
/* Sinks connect as soon as they have an address; WFD 2.1 §6.5 lets them take 90 s (T0). */
#define CONNECT_US (90 * G_TIME_SPAN_SECOND)
/* A session that has failed on a link that stands may come again at once. */
#define TROUBLE_US (5 * G_TIME_SPAN_SECOND)
#define REST_FIRST_MS 250
/* Who is invited and there answers in a second or two; whoever else wants to come waits as long. */
#define CALL_US (10 * G_TIME_SPAN_SECOND)

/* Short names for the table. */
#define P(phase) WFD_ESTABLISH_##phase
#define E(event) WFD_ESTABLISH_EVENT_##event
#define DO(action) WFD_ESTABLISH_DO_##action

/* Who may take a row. */
typedef enum
{
  ANYONE,
  SINK,   /* who waits to be found */
  WORKED, /* for whom it has worked once */
  SEEKER, /* who waits to be found, or whose picture somebody wants to see */
  CALLER, /* a sink whose group was closed, or has gone, as nobody wanted to see the picture */
} Who;

/* Of the rows of a phase, the first that fits counts; where none does, the event is
 * no news. A sink waits for the next source where a source gives up, or tries again
 * if it has worked before. */
static const struct
{
  WfdEstablishPhase phase;
  WfdEstablishEvent event;
  Who who;
  WfdEstablishPhase next;
  WfdEstablishAction action;
} rows[] = {
  { P (OFF), E (WANTED), ANYONE, P (SEEKING), DO (SEARCH) },

  /* A display that was left, or has left, comes back by itself. */
  { P (LISTENING), E (WANTED), ANYONE, P (SEEKING), DO (SEARCH) },
  { P (LISTENING), E (OPENED), ANYONE, P (OPEN), DO (NOTHING) },
  { P (LISTENING), E (PEER), ANYONE, P (OPENING), DO (OPEN) },
  { P (LISTENING), E (WRONG), ANYONE, P (LISTENING), DO (CLOSE_AND_LISTEN) },

  { P (SEEKING), E (WANTED), CALLER, P (CALLING), DO (CALL) },
  { P (SEEKING), E (PEER), ANYONE, P (OPENING), DO (OPEN) },
  { P (SEEKING), E (OPENED), ANYONE, P (OPEN), DO (NOTHING) },
  { P (SEEKING), E (WRONG), ANYONE, P (SEEKING), DO (CLOSE_AND_SEARCH) },
  { P (SEEKING), E (FAILED), WORKED, P (RESTING), DO (NOTHING) },
  { P (SEEKING), E (FAILED), ANYONE, P (OFF), DO (GIVE_UP) },
  { P (SEEKING), E (TIME), ANYONE, P (OFF), DO (GIVE_UP) },

  { P (OPENING), E (OPENED), ANYONE, P (OPEN), DO (NOTHING) },
  { P (OPENING), E (PIN), ANYONE, P (ASKING), DO (NOTHING) },
  { P (OPENING), E (WRONG), ANYONE, P (SEEKING), DO (CLOSE_AND_SEARCH) },
  { P (OPENING), E (FAILED), SINK, P (SEEKING), DO (SEARCH) },
  { P (OPENING), E (FAILED), WORKED, P (RESTING), DO (NOTHING) },
  { P (OPENING), E (FAILED), ANYONE, P (OFF), DO (GIVE_UP) },

  { P (ASKING), E (ENTERED), ANYONE, P (OPENING), DO (OPEN) },
  { P (ASKING), E (OPENED), ANYONE, P (OPEN), DO (NOTHING) },
  { P (ASKING), E (WRONG), ANYONE, P (SEEKING), DO (CLOSE_AND_SEARCH) },
  { P (ASKING), E (FAILED), SINK, P (SEEKING), DO (SEARCH) },
  { P (ASKING), E (FAILED), WORKED, P (RESTING), DO (NOTHING) },
  { P (ASKING), E (FAILED), ANYONE, P (OFF), DO (GIVE_UP) },
  { P (ASKING), E (TIME), SINK, P (SEEKING), DO (SEARCH) },
  { P (ASKING), E (TIME), WORKED, P (RESTING), DO (NOTHING) },
  { P (ASKING), E (TIME), ANYONE, P (OFF), DO (GIVE_UP) },

  { P (OPEN), E (CONNECTED), ANYONE, P (NEGOTIATING), DO (NOTHING) },
  { P (OPEN), E (LOST), SINK, P (SEEKING), DO (SEARCH) },
  { P (OPEN), E (LOST), WORKED, P (RESTING), DO (NOTHING) },
  { P (OPEN), E (LOST), ANYONE, P (OFF), DO (GIVE_UP) },
  { P (OPEN), E (TIME), SINK, P (SEEKING), DO (CLOSE_AND_SEARCH) },
  { P (OPEN), E (TIME), WORKED, P (RESTING), DO (CLOSE) },
  { P (OPEN), E (TIME), ANYONE, P (OFF), DO (GIVE_UP) },

  { P (NEGOTIATING), E (PLAYS), ANYONE, P (PLAYING), DO (NOTHING) },
  { P (NEGOTIATING), E (RESTS), ANYONE, P (OPEN), DO (NOTHING) },
  { P (NEGOTIATING), E (TROUBLE), ANYONE, P (OPEN), DO (NOTHING) },
  { P (NEGOTIATING), E (LOST), SINK, P (SEEKING), DO (SEARCH) },
  { P (NEGOTIATING), E (LOST), WORKED, P (RESTING), DO (NOTHING) },
  { P (NEGOTIATING), E (LOST), ANYONE, P (OFF), DO (GIVE_UP) },

  { P (PLAYING), E (RESTS), ANYONE, P (UNUSED), DO (NOTHING) },
  { P (PLAYING), E (TROUBLE), ANYONE, P (TROUBLED), DO (NOTHING) },
  { P (PLAYING), E (LOST), SINK, P (SEEKING), DO (SEARCH) },
  { P (PLAYING), E (LOST), ANYONE, P (RESTING), DO (NOTHING) },

  { P (UNUSED), E (PLAYS), ANYONE, P (PLAYING), DO (NOTHING) },
  { P (UNUSED), E (CONNECTED), ANYONE, P (NEGOTIATING), DO (NOTHING) },
  { P (UNUSED), E (TROUBLE), ANYONE, P (TROUBLED), DO (NOTHING) },
  /* A source that is begun anew invites its display, which does not hear that in a group. */
  { P (UNUSED), E (AWAY), SEEKER, P (SEEKING), DO (CLOSE_AND_SEARCH) },
  { P (UNUSED), E (AWAY), ANYONE, P (LISTENING), DO (CLOSE_AND_LISTEN) },
  { P (UNUSED), E (LOST), SEEKER, P (SEEKING), DO (SEARCH) },
  { P (UNUSED), E (LOST), ANYONE, P (LISTENING), DO (LISTEN) },
  { P (UNUSED), E (TIME), SINK, P (SEEKING), DO (CLOSE_AND_SEARCH) },
  { P (UNUSED), E (TIME), ANYONE, P (LISTENING), DO (CLOSE_AND_LISTEN) },

  { P (TROUBLED), E (CONNECTED), ANYONE, P (NEGOTIATING), DO (NOTHING) },
  /* Who has gone with its session is not away for a moment, and may come back at any. */
  { P (TROUBLED), E (AWAY), SEEKER, P (SEEKING), DO (CLOSE_AND_SEARCH) },
  { P (TROUBLED), E (LOST), SEEKER, P (SEEKING), DO (SEARCH) },
  { P (TROUBLED), E (TIME), SEEKER, P (SEEKING), DO (CLOSE_AND_SEARCH) },
  /* The end of a group that a display closes for want of use looks the same: nobody misses the
   * picture, and who searched would open it again and again. */
  { P (TROUBLED), E (AWAY), ANYONE, P (LISTENING), DO (CLOSE_AND_LISTEN) },
  { P (TROUBLED), E (LOST), ANYONE, P (LISTENING), DO (LISTEN) },
  { P (TROUBLED), E (TIME), ANYONE, P (LISTENING), DO (CLOSE_AND_LISTEN) },

  { P (CALLING), E (OPENED), ANYONE, P (OPEN), DO (NOTHING) },
  { P (CALLING), E (WRONG), ANYONE, P (SEEKING), DO (CLOSE_AND_SEARCH) },
  { P (CALLING), E (FAILED), ANYONE, P (SEEKING), DO (SEARCH) },
  { P (CALLING), E (TIME), ANYONE, P (CALLING), DO (HANG_UP) },

  { P (RESTING), E (OPENED), ANYONE, P (OPEN), DO (NOTHING) },
  { P (RESTING), E (WRONG), ANYONE, P (RESTING), DO (CLOSE) },
  { P (RESTING), E (PEER), ANYONE, P (OPENING), DO (OPEN) },
  { P (RESTING), E (TIME), ANYONE, P (SEEKING), DO (SEARCH) },
};

static gboolean
fits (const WfdEstablishState *self, Who who)
{
  switch (who) {
    case ANYONE:
      return TRUE;
    case SINK:
      return self->role == WFD_ROLE_SINK;
    case WORKED:
      return self->has_worked;
    case SEEKER:
      return self->role == WFD_ROLE_SINK || self->is_missed;
    case CALLER:
      return self->role == WFD_ROLE_SINK && self->was_unused;
  }
  g_return_val_if_reached (FALSE);
}

/* How long the phase lasts at most; G_MAXINT64 for ever. */
static gint64
get_length_us (const WfdEstablishState *self, guint32 random)
{
  switch (self->phase) {
    case WFD_ESTABLISH_SEEKING:
      if (self->role == WFD_ROLE_SINK || self->has_worked)
        return G_MAXINT64;
      return self->lists_only ? LIST_US : DISCOVER_US;
    case WFD_ESTABLISH_ASKING:
      return ENTER_US;
    case WFD_ESTABLISH_OPEN:
      return CONNECT_US;
    case WFD_ESTABLISH_UNUSED:
      return self->unused_us != 0 ? self->unused_us : G_MAXINT64;
    case WFD_ESTABLISH_TROUBLED:
      return TROUBLE_US;
    case WFD_ESTABLISH_CALLING:
      return CALL_US;
    case WFD_ESTABLISH_RESTING:
      return wfd_backoff_get_ms (REST_FIRST_MS, self->n_failures, random)
          * (gint64) G_TIME_SPAN_MILLISECOND;
    default:
      return G_MAXINT64;
  }
}

/* A stranger who opens a link again and again makes nothing longer, nor does a peer whose sessions
 * fail. */
static void
enter (WfdEstablishState *self, WfdEstablishPhase phase, WfdEstablishEvent event, gint64 now_us,
    guint32 random)
{
  gboolean is_wrong = event == WFD_ESTABLISH_EVENT_WRONG;
  WfdEstablishPhase before = self->phase;
  gint64 length_us;

  if (is_wrong && phase == self->phase)
    return;
  self->phase = phase;
  if (phase == WFD_ESTABLISH_PLAYING) {
    self->has_worked = self->is_missed = TRUE;
    self->n_failures = 0;
  }
  if (phase == WFD_ESTABLISH_UNUSED) {
    self->is_missed = FALSE;
    self->was_unused = TRUE;
  }
  if (phase == WFD_ESTABLISH_OPEN || phase == WFD_ESTABLISH_PLAYING)
    self->was_unused = FALSE;
  if (phase == WFD_ESTABLISH_RESTING)
    self->n_failures++;
  length_us = get_length_us (self, random);
  self->deadline_us = length_us != G_MAXINT64 ? now_us + length_us : G_MAXINT64;
  if (phase == WFD_ESTABLISH_SEEKING && !is_wrong)
    self->seeks_until_us = self->deadline_us;
  else if (phase == WFD_ESTABLISH_SEEKING && length_us != G_MAXINT64)
    self->deadline_us = self->seeks_until_us;
  if (phase == WFD_ESTABLISH_OPEN && event == WFD_ESTABLISH_EVENT_TROUBLE)
    self->deadline_us = self->opens_until_us;
  else if (phase == WFD_ESTABLISH_OPEN || before != WFD_ESTABLISH_OPEN)
    self->opens_until_us = now_us + CONNECT_US;
}

void
wfd_establish_state_init (WfdEstablishState *self, WfdRole role)
{
  *self = (WfdEstablishState) { .role = role, .deadline_us = G_MAXINT64 };
}

void
wfd_establish_state_note_search (WfdEstablishState *self)
{
  if (self->role != WFD_ROLE_SINK)
    return;
  self->has_worked = TRUE;
  self->n_failures = 0;
}

WfdEstablishAction
wfd_establish_state_feed (WfdEstablishState *self, WfdEstablishEvent event, gint64 now_us,
    guint32 random)
{
  if (event == WFD_ESTABLISH_EVENT_WANTED)
    self->is_missed = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].phase != self->phase || rows[i].event != event || !fits (self, rows[i].who))
      continue;
    enter (self, rows[i].next, event, now_us, random);
    return rows[i].action;
  }
  return WFD_ESTABLISH_DO_NOTHING;
}
