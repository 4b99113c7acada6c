/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peer-link.h>

#define S G_GINT64_CONSTANT (1000000)

/* What may come when, as 3.1.5 says it; everything else ends the connection. */
static const struct
{
  WfdPeerLinkState state;
  WfdPeerLinkEvent event;
  WfdPeerLinkAction action;
} allowed[] = {
  { WFD_PEER_LINK_WAITING, WFD_PEER_LINK_EVENT_TIMEOUT, WFD_PEER_LINK_RETRY },
  { WFD_PEER_LINK_OPENING, WFD_PEER_LINK_EVENT_OPENED, WFD_PEER_LINK_ASK },
  { WFD_PEER_LINK_PROVING, WFD_PEER_LINK_EVENT_SECURED, WFD_PEER_LINK_PROCEED },
  { WFD_PEER_LINK_ASKED, WFD_PEER_LINK_EVENT_WELCOME, WFD_PEER_LINK_ADOPT },
  { WFD_PEER_LINK_ASKED, WFD_PEER_LINK_EVENT_REFUSE, WFD_PEER_LINK_BE_REFUSED },
  { WFD_PEER_LINK_EXPECTED, WFD_PEER_LINK_EVENT_CONNECT, WFD_PEER_LINK_ANSWER },
  { WFD_PEER_LINK_CONNECTED, WFD_PEER_LINK_EVENT_CONNECT, WFD_PEER_LINK_UPDATE },
  { WFD_PEER_LINK_CONNECTED, WFD_PEER_LINK_EVENT_DATA, WFD_PEER_LINK_DELIVER },
  { WFD_PEER_LINK_CONNECTED, WFD_PEER_LINK_EVENT_SYNC, WFD_PEER_LINK_SYNC },
  { WFD_PEER_LINK_CONNECTED, WFD_PEER_LINK_EVENT_CLOSE, WFD_PEER_LINK_LEAVE },
};

static WfdPeerLinkAction
get_expected (WfdPeerLinkState state, WfdPeerLinkEvent event)
{
  for (guint i = 0; i < G_N_ELEMENTS (allowed); i++)
    if (allowed[i].state == state && allowed[i].event == event)
      return allowed[i].action;
  if (state == WFD_PEER_LINK_ENDED)
    return WFD_PEER_LINK_IGNORE;
  return state == WFD_PEER_LINK_CONNECTED ? WFD_PEER_LINK_END : WFD_PEER_LINK_FAIL;
}

static void
test_states (void)
{
  for (guint state = 0; state < WFD_PEER_LINK_N_STATES; state++) {
    for (guint event = 0; event < WFD_PEER_LINK_N_EVENTS; event++) {
      g_test_message ("%s, %s", wfd_peer_link_state_to_string (state),
          wfd_peer_link_event_to_string (event));
      g_assert_cmpint (wfd_peer_link_next (state, event), ==, get_expected (state, event));
    }
  }
  g_assert_cmpint (wfd_peer_link_get_limit_us (WFD_PEER_LINK_CONNECTED), ==, 0);
  g_assert_cmpint (wfd_peer_link_get_limit_us (WFD_PEER_LINK_OPENING), ==, 21 * S);
  g_assert_cmpint (wfd_peer_link_get_limit_us (WFD_PEER_LINK_ASKED), ==, 60 * S);
  g_assert_cmpint (wfd_peer_link_get_auth_limit_us (0), ==, 300 * S);
  g_assert_cmpint (wfd_peer_link_get_auth_limit_us (10), <, 124 * S);
  g_assert_cmpint (wfd_peer_link_get_auth_limit_us (1000), >=, 20 * S);
  g_assert_cmpint (wfd_peer_link_get_auth_limit_us (1000), <, 21 * S);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/link/states", test_states);
  return g_test_run ();
}
