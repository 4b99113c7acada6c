/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peer-link.h>

#define S G_GINT64_CONSTANT (1000000)

static void
test_states (void)
{
  for (guint state = 0; state < WFD_PEER_LINK_N_STATES; state++) {
    for (guint event = 0; event < WFD_PEER_LINK_N_EVENTS; event++) {
      WfdPeerLinkAction action = wfd_peer_link_next (state, event);

      /* Only what has ended lets everything be. */
      g_assert_cmpint (action == WFD_PEER_LINK_IGNORE, ==, state == WFD_PEER_LINK_ENDED);
      g_assert_cmpint (action == WFD_PEER_LINK_DELIVER, ==,
          state == WFD_PEER_LINK_CONNECTED && event == WFD_PEER_LINK_EVENT_DATA);
    }
  }
  g_assert_cmpint (wfd_peer_link_get_limit_us (WFD_PEER_LINK_CONNECTED), ==, 0);
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
