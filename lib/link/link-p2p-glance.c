/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search where displays may own groups, on one channel after the other. */
#include "link-p2p-private.h"

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* In MHz, without the social channels; displays prefer 5 GHz. */
static const guint glances_mhz[] = { 5180, 5745, 5200, 5765, 5220, 5785, 5240, 5805, 5825, 2452,
  2422, 2432, 2442, 2417, 2427, 2447, 2457 };

/* One channel takes 0.08 s; then wpa_supplicant listens. A search that begins before the radio is
 * back from there Linux (6.1, mac80211) puts off to the next whole second. */
#define GLANCE_MS 100
#define BETWEEN_GLANCES_MS 50

static gboolean
on_next_glance (gpointer user_data)
{
  WfdP2pLink *self = user_data;
  gboolean was_last = self->n_glances >= G_N_ELEMENTS (glances_mhz);

  wfd_p2p_link_search (self, was_last ? WFD_P2P_SEARCH_SOCIAL : WFD_P2P_SEARCH_GLANCE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_glance_over (gpointer user_data)
{
  WfdP2pLink *self = user_data;

  wfd_p2p_link_send (self, self->interface_path, WPAS_STOP_FIND, NULL);
  wfd_p2p_link_wake_search_in (self, BETWEEN_GLANCES_MS, on_next_glance);
  return G_SOURCE_REMOVE;
}

void
wfd_p2p_link_glance (WfdP2pLink *self)
{
  wfd_p2p_link_send (self, self->interface_path, WPAS_FIND,
      wfd_p2p_build_glance (glances_mhz[self->n_glances++]));
  wfd_p2p_link_wake_search_in (self, GLANCE_MS, on_glance_over);
}
