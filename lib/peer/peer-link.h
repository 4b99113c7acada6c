/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-wire.h"

G_BEGIN_DECLS

/* The states of one connection (MS-PPGRH 3.1.1, figures 3 and 4), as a table of what
 * may come when, and what is to be done. */
typedef enum
{
  WFD_PEER_LINK_WAITING,   /* ours: who was asked had no place, and may have one later */
  WFD_PEER_LINK_OPENING,   /* ours: no TCP connection yet */
  WFD_PEER_LINK_PROVING,   /* AUTH_INFO was sent or has come: each proves who it is */
  WFD_PEER_LINK_ASKED,     /* ours: CONNECT was sent */
  WFD_PEER_LINK_EXPECTED,  /* theirs: CONNECT has to come */
  WFD_PEER_LINK_CONNECTED, /* WELCOME was sent or has come */
  WFD_PEER_LINK_ENDED,
  WFD_PEER_LINK_N_STATES,
} WfdPeerLinkState;

typedef enum
{
  WFD_PEER_LINK_EVENT_OPENED,
  WFD_PEER_LINK_EVENT_CONNECT,
  WFD_PEER_LINK_EVENT_WELCOME,
  WFD_PEER_LINK_EVENT_REFUSE,
  WFD_PEER_LINK_EVENT_DISCONNECT,
  WFD_PEER_LINK_EVENT_DATA,
  WFD_PEER_LINK_EVENT_SYNC,  /* the messages that keep records the same */
  WFD_PEER_LINK_EVENT_OTHER, /* a second AUTH_INFO */
  WFD_PEER_LINK_EVENT_LOST,  /* closed by the peer, or broken */
  WFD_PEER_LINK_EVENT_TIMEOUT,
  WFD_PEER_LINK_EVENT_CLOSE,   /* the application */
  WFD_PEER_LINK_EVENT_SECURED, /* each has proved who it is */
  WFD_PEER_LINK_N_EVENTS,
} WfdPeerLinkEvent;

typedef enum
{
  WFD_PEER_LINK_IGNORE,
  WFD_PEER_LINK_RETRY,      /* open it */
  WFD_PEER_LINK_ASK,        /* send AUTH_INFO, and CONNECT if nothing is to be proved */
  WFD_PEER_LINK_PROCEED,    /* ours: send CONNECT; theirs: expect it */
  WFD_PEER_LINK_ANSWER,     /* CONNECT: WELCOME or REFUSE */
  WFD_PEER_LINK_UPDATE,     /* CONNECT on a connected link: addresses */
  WFD_PEER_LINK_ADOPT,      /* WELCOME: connected */
  WFD_PEER_LINK_BE_REFUSED, /* REFUSE */
  WFD_PEER_LINK_DELIVER,    /* to the application */
  WFD_PEER_LINK_SYNC,
  WFD_PEER_LINK_FAIL,  /* ends before it was one */
  WFD_PEER_LINK_LEAVE, /* say DISCONNECT, then end */
  WFD_PEER_LINK_END,   /* it was connected */
} WfdPeerLinkAction;

WfdPeerLinkAction wfd_peer_link_next (WfdPeerLinkState state, WfdPeerLinkEvent event);

/* The event that a message is. */
WfdPeerLinkEvent wfd_peer_link_event_of (WfdPeerMessageType type);

/* How long a state may last; 0: as long as it likes. */
gint64 wfd_peer_link_get_limit_us (WfdPeerLinkState state);
/* How long somebody who has come may take for AUTH_INFO, with @n_links connections. */
gint64 wfd_peer_link_get_auth_limit_us (guint n_links);

const char *wfd_peer_link_state_to_string (WfdPeerLinkState state);
const char *wfd_peer_link_event_to_string (WfdPeerLinkEvent event);

G_END_DECLS
