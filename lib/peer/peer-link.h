/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-wire.h"

G_BEGIN_DECLS

/* The states of one connection (MS-PPGRH 3.1.1, figures 3 and 4), as a table of what
 * may come when, and what is to be done. */
typedef enum
{
  WFD_LINK_OPENING,   /* ours: no TCP connection yet */
  WFD_LINK_SECURING,  /* AUTH_INFO was sent or has come; tokens are exchanged */
  WFD_LINK_ASKED,     /* ours: CONNECT was sent */
  WFD_LINK_EXPECTED,  /* theirs: CONNECT has to come */
  WFD_LINK_CONNECTED, /* WELCOME was sent or has come */
  WFD_LINK_ENDED,
  WFD_LINK_N_STATES,
} WfdLinkState;

typedef enum
{
  WFD_LINK_EVENT_OPENED,
  WFD_LINK_EVENT_SECURED,
  WFD_LINK_EVENT_CONNECT,
  WFD_LINK_EVENT_WELCOME,
  WFD_LINK_EVENT_REFUSE,
  WFD_LINK_EVENT_DISCONNECT,
  WFD_LINK_EVENT_DATA,
  WFD_LINK_EVENT_SYNC,  /* the messages that keep records the same */
  WFD_LINK_EVENT_OTHER, /* a second AUTH_INFO */
  WFD_LINK_EVENT_LOST,  /* closed by the peer, or broken */
  WFD_LINK_EVENT_TIMEOUT,
  WFD_LINK_EVENT_CLOSE, /* the application */
  WFD_LINK_N_EVENTS,
} WfdLinkEvent;

typedef enum
{
  WFD_LINK_IGNORE,
  WFD_LINK_INTRODUCE,  /* send AUTH_INFO */
  WFD_LINK_PROCEED,    /* secured: send or expect CONNECT */
  WFD_LINK_ANSWER,     /* CONNECT: WELCOME or REFUSE */
  WFD_LINK_UPDATE,     /* CONNECT on a connected link: addresses */
  WFD_LINK_ADOPT,      /* WELCOME: connected */
  WFD_LINK_BE_REFUSED, /* REFUSE */
  WFD_LINK_DELIVER,    /* to the application */
  WFD_LINK_SYNC,
  WFD_LINK_FAIL_TO_REACH,        /* ends before it was one */
  WFD_LINK_FAIL_TO_AUTHENTICATE, /* the same, while tokens were exchanged */
  WFD_LINK_LEAVE,                /* say DISCONNECT, then end */
  WFD_LINK_END,                  /* it was connected */
} WfdLinkAction;

WfdLinkAction wfd_link_next (WfdLinkState state, WfdLinkEvent event);

/* The event that a message is. */
WfdLinkEvent wfd_link_event_of (WfdPeerMessageType type);

/* How long a state may last with @n_links connections; 0: as long as it likes. */
gint64 wfd_link_get_limit_us (WfdLinkState state, guint n_links);

const char *wfd_link_state_to_string (WfdLinkState state);
const char *wfd_link_event_to_string (WfdLinkEvent event);

G_END_DECLS
