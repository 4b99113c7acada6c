/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-link.h>

#include "link-peer.h"
#include "link-station.h"

G_BEGIN_DECLS

/* What the kinds of links have in common. */
struct _WfdLinkInterface
{
  GTypeInterface parent;

  void (*find_async) (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
      gpointer user_data);
  void (*stop_find) (WfdLink *self);
  void (*connect_async) (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
  void (*reopen_async) (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
  void (*start_group_async) (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
      gpointer user_data);
  void (*disconnect_async) (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
      gpointer user_data);
  void (*reject) (WfdLink *self, WfdLinkPeer *peer);
  void (*ask_pin) (WfdLink *self, WfdLinkPeer *peer);
  void (*close) (WfdLink *self);
  GPtrArray *(*dup_peers) (WfdLink *self);
  const WfdLinkInfo *(*get_info) (WfdLink *self);
  const WfdStation *(*get_station) (WfdLink *self);
  void (*tell) (WfdLink *self, WfdLinkLife life);
  void (*learn_address) (WfdLink *self, GInetAddress *peer_address);
};

/* What the kernel has told last of the peer as a station, some times a second;
 * NULL if nothing. Valid until the main context runs. */
const WfdStation *wfd_link_get_station (WfdLink *self);

/* Where the peer has been seen; counts only where the link has not learnt it. */
void wfd_link_learn_address (WfdLink *self, GInetAddress *peer_address);

/* --- for the kinds of links --- */

typedef enum
{
  WFD_LINK_PEER_FOUND,
  WFD_LINK_PEER_CHANGED,
  WFD_LINK_PEER_LOST,
  WFD_LINK_PAIRING_REQUEST,
  WFD_LINK_PIN,
  WFD_LINK_STAGE,
  WFD_LINK_OPENED,
  WFD_LINK_INTERRUPTED,
  WFD_LINK_RESUMED,
  WFD_LINK_LOST,
  WFD_LINK_NOT_OPENED,
  WFD_LINK_UNAVAILABLE,
  WFD_LINK_N_SIGNALS,
} WfdLinkSignal;

/* The arguments are those of the signal. */
void wfd_link_emit (gpointer self, WfdLinkSignal signal, ...);

WfdLinkInfo *wfd_link_info_new (void);
/* Four digits, or eight of which the last fits the others. */
gboolean wfd_link_is_pin (const char *pin);

G_END_DECLS
