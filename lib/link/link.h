/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "link-peer.h"
#include "link-station.h"

G_BEGIN_DECLS

/* From "there is a peer" to "here is its network": what the kinds of links have
 * in common. A link lives in the thread-default main context in which it was
 * made; its functions are called and its signals come there.
 *
 * Signals:
 *   peer-found, peer-changed, peer-lost (WfdLinkPeer)
 *   pairing-request (WfdLinkPeer, guint WfdPairing, nullable string): the peer
 *       would like to be paired; with a PIN that has to be shown, if there is
 *       one. connect accepts, reject refuses.
 *   pin (string): to be shown, for somebody to enter at the peer
 *   opened (): the link is up, whoever did it
 *   lost (GError): it was up and is not any more, without being asked to
 *   unavailable (GError): the peers are gone and nothing is searched, because
 *       what the link works with is gone; a new attempt looks for it again
 */

/* How a person agrees to the pairing. */
typedef enum
{
  WFD_PAIRING_PBC,         /* on a button, or in a dialogue, of both devices */
  WFD_PAIRING_PIN_DISPLAY, /* with a PIN that is shown here and entered there */
  WFD_PAIRING_PIN_KEYPAD,  /* with a PIN that is shown there and entered here */
} WfdPairing;

/* A link that is up. */
typedef struct
{
  WfdLinkPeer *peer;      /* NULL if we own the group and nobody was invited */
  char *interface;        /* of the network, e.g. "p2p-wlan0-0" */
  gboolean is_owner;      /* of the group */
  gboolean is_persistent; /* the pairing is remembered */
  guint frequency_mhz;    /* 0 if not known */
  /* Ours is set on the interface. NULL if that is not known; ours always is, and
   * that of the peer unless we are the source and own the group. */
  GInetAddress *local_address;
  GInetAddressMask *network;
  GInetAddress *peer_address;
} WfdLinkInfo;

typedef struct
{
  WfdPairing pairing;
  const char *pin;  /* nullable unless it was shown there and entered here */
  gboolean persist; /* remember the pairing */
} WfdLinkPairing;

/* What a session sees of its peer. */
typedef enum
{
  WFD_LINK_HEARD, /* something came from it: media, a report, a request, an answer */
  WFD_LINK_ASKED, /* something was sent to it that it has to answer */
} WfdLinkLife;

#define WFD_TYPE_LINK (wfd_link_get_type ())
G_DECLARE_INTERFACE (WfdLink, wfd_link, WFD, LINK, GObject)

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
  void (*disconnect_async) (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
      gpointer user_data);
  void (*reject) (WfdLink *self, WfdLinkPeer *peer);
  void (*close) (WfdLink *self);
  GPtrArray *(*dup_peers) (WfdLink *self);
  const WfdLinkInfo *(*get_info) (WfdLink *self);
  const WfdStation *(*get_station) (WfdLink *self);
  void (*tell) (WfdLink *self, WfdLinkLife life);
};

/* Begins to search, and goes on until stop_find or close; the result says
 * whether it has begun. */
void wfd_link_find_async (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data);
void wfd_link_stop_find (WfdLink *self);

/* Pairs with @peer, by its id or name, and opens the link; searches for it
 * first if need be. @pairing is copied. */
void wfd_link_connect_async (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* Opens the link to a peer that was paired before, with nobody at the keyboard.
 * @pairing: (nullable): how to pair again if the peer has forgotten. */
void wfd_link_reopen_async (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* Closes the link, if it is up. */
void wfd_link_disconnect_async (WfdLink *self, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data);

/* Whether what was begun, of whichever of the above, has succeeded; an error is
 * of WFD_ERROR, or G_IO_ERROR_CANCELLED. A link does one of them at a time. */
gboolean wfd_link_finish (WfdLink *self, GAsyncResult *result, GError **error);

void wfd_link_reject (WfdLink *self, WfdLinkPeer *peer);

/* Undoes everything without waiting for anybody. What is under way ends as
 * cancelled. The link can be used again. */
void wfd_link_close (WfdLink *self);

/* (transfer container) (element-type WfdLinkPeer) */
GPtrArray *wfd_link_dup_peers (WfdLink *self);
/* NULL while the link is not up; valid until it is closed or lost. */
const WfdLinkInfo *wfd_link_get_info (WfdLink *self);
/* What the kernel has told last of the peer as a station, some times a second;
 * NULL if nothing. Valid until the main context runs. */
const WfdStation *wfd_link_get_station (WfdLink *self);
/* Helps to see within seconds that the peer has vanished, which is told by "lost".
 * A kind of link that does not watch needs no telling. */
void wfd_link_tell (WfdLink *self, WfdLinkLife life);
/* What is known of the link as a{sv}: interface (s), role (s, "owner" or
 * "client"), persistent (b), peer (s), frequency-mhz (u), local-address (s) and
 * peer-address (s), peers (u, devices in reach); of the peer as a station, each
 * (x): inactive-ms, connected-s, signal-dbm, signal-avg-dbm, tx-kbps, rx-kbps,
 * expected-kbps, tx-packets, tx-retries, tx-failed, rx-packets, tx-bytes and
 * rx-bytes. What is not known is absent. */
GVariant *wfd_link_dup_stats (WfdLink *self);

/* --- for the kinds of links --- */

typedef enum
{
  WFD_LINK_PEER_FOUND,
  WFD_LINK_PEER_CHANGED,
  WFD_LINK_PEER_LOST,
  WFD_LINK_PAIRING_REQUEST,
  WFD_LINK_PIN,
  WFD_LINK_OPENED,
  WFD_LINK_LOST,
  WFD_LINK_UNAVAILABLE,
  WFD_LINK_N_SIGNALS,
} WfdLinkSignal;

/* The arguments are those of the signal. */
void wfd_link_emit (gpointer self, WfdLinkSignal signal, ...);

WfdLinkInfo *wfd_link_info_new (void);
void wfd_link_info_free (WfdLinkInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdLinkInfo, wfd_link_info_free)

G_END_DECLS
