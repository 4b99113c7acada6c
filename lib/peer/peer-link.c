/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-link.h"

#include <math.h>

/* As TCP of Windows, which asks again after 3 and 6 s more, and waits 12. */
#define OPEN_US (21 * G_USEC_PER_SEC)
#define CONNECT_US (60 * G_USEC_PER_SEC)

static const char *const state_names[] = { "waiting", "opening", "proving", "asked", "expected",
  "connected", "ended" };
static const char *const event_names[] = { "opened", "CONNECT", "WELCOME", "REFUSE", "DISCONNECT",
  "data", "sync", "other", "lost", "timeout", "close", "secured" };

G_STATIC_ASSERT (G_N_ELEMENTS (state_names) == WFD_PEER_LINK_N_STATES);
G_STATIC_ASSERT (G_N_ELEMENTS (event_names) == WFD_PEER_LINK_N_EVENTS);

#define FAIL WFD_PEER_LINK_FAIL
#define END WFD_PEER_LINK_END

/* A message at the wrong time ends the connection (3.1.5.2). On our side it can be
 * nobody's mistake but the peer's; what counts is how far we had come. */
static const guint8 actions[WFD_PEER_LINK_N_STATES][WFD_PEER_LINK_N_EVENTS] = {
  /* opened, CONNECT, WELCOME, REFUSE, DISCONNECT, data, sync, other, lost, timeout, close,
   * secured */
  [WFD_PEER_LINK_WAITING] = { FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL,
      WFD_PEER_LINK_RETRY, FAIL, FAIL },
  [WFD_PEER_LINK_OPENING] = { WFD_PEER_LINK_ASK, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL,
      FAIL, FAIL, FAIL },
  [WFD_PEER_LINK_PROVING] = { FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL,
      WFD_PEER_LINK_PROCEED },
  [WFD_PEER_LINK_ASKED] = { FAIL, FAIL, WFD_PEER_LINK_ADOPT, WFD_PEER_LINK_BE_REFUSED, FAIL, FAIL,
      FAIL, FAIL, FAIL, FAIL, FAIL, FAIL },
  [WFD_PEER_LINK_EXPECTED] = { FAIL, WFD_PEER_LINK_ANSWER, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL,
      FAIL, FAIL, FAIL },
  [WFD_PEER_LINK_CONNECTED] = { END, WFD_PEER_LINK_UPDATE, END, END, END, WFD_PEER_LINK_DELIVER,
      WFD_PEER_LINK_SYNC, END, END, END, WFD_PEER_LINK_LEAVE, END },
  [WFD_PEER_LINK_ENDED] = { 0 },
};

WfdPeerLinkAction
wfd_peer_link_next (WfdPeerLinkState state, WfdPeerLinkEvent event)
{
  return actions[state][event];
}

WfdPeerLinkEvent
wfd_peer_link_event_of (WfdPeerMessageType type)
{
  switch (type) {
    case WFD_PEER_AUTH_INFO:
      return WFD_PEER_LINK_EVENT_OTHER;
    case WFD_PEER_CONNECT:
      return WFD_PEER_LINK_EVENT_CONNECT;
    case WFD_PEER_WELCOME:
      return WFD_PEER_LINK_EVENT_WELCOME;
    case WFD_PEER_REFUSE:
      return WFD_PEER_LINK_EVENT_REFUSE;
    case WFD_PEER_DISCONNECT:
      return WFD_PEER_LINK_EVENT_DISCONNECT;
    case WFD_PEER_PT2PT:
      return WFD_PEER_LINK_EVENT_DATA;
    case WFD_PEER_SOLICIT_NEW:
    case WFD_PEER_SOLICIT_TIME:
    case WFD_PEER_SOLICIT_HASH:
    case WFD_PEER_ADVERTISE:
    case WFD_PEER_REQUEST:
    case WFD_PEER_FLOOD:
    case WFD_PEER_SYNC_END:
    case WFD_PEER_ACK:
      return WFD_PEER_LINK_EVENT_SYNC;
  }
  return WFD_PEER_LINK_EVENT_OTHER;
}

gint64
wfd_peer_link_get_limit_us (WfdPeerLinkState state)
{
  switch (state) {
    case WFD_PEER_LINK_OPENING:
      return OPEN_US;
    case WFD_PEER_LINK_ASKED:
    case WFD_PEER_LINK_EXPECTED:
      return CONNECT_US;
    case WFD_PEER_LINK_WAITING: /* longer each time */
    case WFD_PEER_LINK_PROVING: /* wfd_peer_link_get_auth_limit_us () */
    case WFD_PEER_LINK_CONNECTED:
    case WFD_PEER_LINK_ENDED:
    case WFD_PEER_LINK_N_STATES:
      break;
  }
  return 0;
}

/* 3.1.2; between 20 and 300 s, as its text says */
gint64
wfd_peer_link_get_auth_limit_us (guint n_links)
{
  return (20 + 280 * exp (-(n_links / 10.0))) * G_USEC_PER_SEC;
}

const char *
wfd_peer_link_state_to_string (WfdPeerLinkState state)
{
  return state_names[state];
}

const char *
wfd_peer_link_event_to_string (WfdPeerLinkEvent event)
{
  return event_names[event];
}
