/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-p2p.h"

G_BEGIN_DECLS

typedef enum
{
  WFD_P2P_SEARCH_NONE,
  WFD_P2P_SEARCH_SOCIAL, /* three channels, where most devices are found at once */
  WFD_P2P_SEARCH_GLANCE, /* at one channel, and then at the next, or to listen again */
  WFD_P2P_SEARCH_FULL,
  WFD_P2P_SEARCH_ENDED,  /* to go on later, perhaps for a group */
  WFD_P2P_SEARCH_LISTEN, /* not at all: to be found and invited, at once */
} WfdP2pSearch;

/* Which waits, and seeks only whom an operation wants. */
gboolean wfd_p2p_link_is_sink (WfdP2pLink *self);

/* Where a driver leaves it to Linux (6.1, mac80211) to listen on a channel, whoever asks for that,
 * or sends to somebody, or searches, while the radio is still on its way back from another is put
 * off for half a second, and to the next whole one. */
#define WFD_P2P_RADIO_BACK_MS 50
/* Who is asked answers that it is not ready, and stays where it was asked for another 100 ms. */
#define WFD_P2P_ANSWERED_MS 130
void wfd_p2p_link_expect_radio_in (WfdP2pLink *self, guint back_ms);

/* How long it searches so before it searches wider. */
guint wfd_p2p_link_get_search_s (WfdP2pLink *self, WfdP2pSearch search);
void wfd_p2p_link_search (WfdP2pLink *self, WfdP2pSearch search);
/* Nobody has to be found any more, nor to find us; nothing follows that needs the radio. */
void wfd_p2p_link_leave_search (WfdP2pLink *self);
/* As it goes on for the application: when it has begun, and again some time after
 * somebody else has ended it. */
void wfd_p2p_link_search_on (WfdP2pLink *self);
void wfd_p2p_link_search_again (WfdP2pLink *self);
/* In place of what else would happen next to the search. */
void wfd_p2p_link_wake_search_in (WfdP2pLink *self, guint wake_ms, GSourceFunc callback);
/* What has begun just now, by whichever call. */
void wfd_p2p_link_note_search (WfdP2pLink *self, WfdP2pSearch search);
/* wpa_supplicant says so, but not why. */
void wfd_p2p_link_search_stopped (WfdP2pLink *self);
/* For a group that is being formed; when nothing has come of it, it goes on. */
void wfd_p2p_link_make_way (WfdP2pLink *self);
/* There is a group, for which wpa_supplicant has ended it. */
void wfd_p2p_link_search_is_over (WfdP2pLink *self);
/* After a request wpa_supplicant (2.10) is deaf at the end of the seconds in which it
 * listens just then, and whoever waits for a person asks again. */
void wfd_p2p_link_listen_again (WfdP2pLink *self);
/* Who was refused learns it when he asks again, in some seconds, and a search is deaf half of
 * the time. */
void wfd_p2p_link_listen_to_refused (WfdP2pLink *self);
/* Listens as it may, if it is to be reachable: less where the radio is needed. */
void wfd_p2p_link_reach (WfdP2pLink *self);
/* @properties: of the adapter's interface, its state among them. */
void wfd_p2p_link_note_state (WfdP2pLink *self, GVariant *properties);

typedef enum
{
  WFD_P2P_NETWORK_ADDED,
  WFD_P2P_NETWORK_SELECTED,
  WFD_P2P_NETWORK_REMOVED,
} WfdP2pNetwork;

/* The adapter has a network more, is to be in one, or has one less; it may be that of a group. */
void wfd_p2p_link_note_network (WfdP2pLink *self, WfdP2pNetwork what);

G_END_DECLS
