/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <wfd/wfd-session.h>

G_BEGIN_DECLS

/* When to search, to open a link, to wait and to give up: the whole way from
 * nothing to a session and, when something is lost, back to it. Time is passed in. */

typedef enum
{
  WFD_ESTABLISH_OFF,         /* nothing is wanted, or everything has been given up */
  WFD_ESTABLISH_SEEKING,     /* searches, and can be found */
  WFD_ESTABLISH_OPENING,     /* pairs or reopens */
  WFD_ESTABLISH_ASKING,      /* for the PIN that the peer shows */
  WFD_ESTABLISH_OPEN,        /* the link is up, and nobody has connected yet */
  WFD_ESTABLISH_NEGOTIATING, /* a session begins */
  WFD_ESTABLISH_PLAYING,
  WFD_ESTABLISH_UNUSED,    /* the link is up, and nothing plays */
  WFD_ESTABLISH_TROUBLED,  /* the link is up, and the session has failed */
  WFD_ESTABLISH_RESTING,   /* before all is tried again */
  WFD_ESTABLISH_LISTENING, /* the group was closed for want of use, and the peer may open it again */
  WFD_ESTABLISH_CALLING,   /* a sink invites the source with which it was together */
  WFD_ESTABLISH_N_PHASES,
} WfdEstablishPhase;

typedef enum
{
  WFD_ESTABLISH_EVENT_WANTED,
  WFD_ESTABLISH_EVENT_PEER,      /* the peer is there, or asks to be paired */
  WFD_ESTABLISH_EVENT_PIN,       /* there has to be one, and there is somebody to enter it */
  WFD_ESTABLISH_EVENT_ENTERED,   /* who has done so */
  WFD_ESTABLISH_EVENT_OPENED,    /* the link is up, whoever did it */
  WFD_ESTABLISH_EVENT_FAILED,    /* a search or an opening has */
  WFD_ESTABLISH_EVENT_LOST,      /* the link */
  WFD_ESTABLISH_EVENT_CONNECTED, /* a session begins */
  WFD_ESTABLISH_EVENT_PLAYS,
  WFD_ESTABLISH_EVENT_AWAY,    /* the peer, with whom there is no session any more */
  WFD_ESTABLISH_EVENT_RESTS,   /* it is paused, or has ended in order */
  WFD_ESTABLISH_EVENT_TROUBLE, /* it has ended otherwise */
  WFD_ESTABLISH_EVENT_TIME,    /* the deadline is over */
  WFD_ESTABLISH_EVENT_WRONG,   /* somebody else has opened the link, or shows on the peer */
} WfdEstablishEvent;

typedef enum
{
  WFD_ESTABLISH_DO_NOTHING,
  WFD_ESTABLISH_DO_SEARCH,
  WFD_ESTABLISH_DO_OPEN,
  WFD_ESTABLISH_DO_CALL,
  WFD_ESTABLISH_DO_HANG_UP,          /* what was begun by that fails then */
  WFD_ESTABLISH_DO_CLOSE,            /* the link */
  WFD_ESTABLISH_DO_CLOSE_AND_SEARCH, /* the one, then the other */
  WFD_ESTABLISH_DO_LISTEN,           /* nothing is sought, but the peer may ask */
  WFD_ESTABLISH_DO_CLOSE_AND_LISTEN,
  WFD_ESTABLISH_DO_GIVE_UP,
} WfdEstablishAction;

typedef struct
{
  WfdRole role;
  gboolean lists_only; /* nobody is named, so who is there is said, and that is all */
  gint64 unused_us;    /* for how long a link that nothing uses stays; 0 for ever */
  WfdEstablishPhase phase;
  gboolean has_worked;   /* it has played; what has worked once is tried until it does again */
  guint n_failures;      /* since then */
  gboolean is_missed;    /* it has played, or was wanted, since it was unused last */
  gboolean was_unused;   /* nothing has been open or played since then */
  gint64 deadline_us;    /* G_MAXINT64 for none */
  gint64 seeks_until_us; /* the deadline of the search that was begun last */
  gint64 opens_until_us; /* that of the link for a session */
} WfdEstablishState;

void wfd_establish_state_init (WfdEstablishState *self, WfdRole role);
/* A search has begun: a sink is there to be found, which is all that it can do. */
void wfd_establish_state_note_search (WfdEstablishState *self);
/* What has to be done now. @random: for the length of a pause. */
WfdEstablishAction wfd_establish_state_feed (WfdEstablishState *self, WfdEstablishEvent event,
    gint64 now_us, guint32 random);

G_END_DECLS
