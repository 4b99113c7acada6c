/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <wfd/wfd-export.h>
#include <wfd/wfd-link-peer.h>

G_BEGIN_DECLS

/**
 * WfdPairing:
 * @WFD_PAIRING_PBC: on a button, or in a dialogue, of both devices
 * @WFD_PAIRING_PIN_DISPLAY: with a PIN that is shown here and entered there
 * @WFD_PAIRING_PIN_KEYPAD: with a PIN that is shown there and entered here
 *
 * How a person agrees to the pairing of two devices.
 */
typedef enum
{
  WFD_PAIRING_PBC,
  WFD_PAIRING_PIN_DISPLAY,
  WFD_PAIRING_PIN_KEYPAD,
} WfdPairing;

/**
 * WfdLinkPairing:
 * @pairing: how the person agrees
 * @pin: (nullable): four or eight digits. For %WFD_PAIRING_PIN_KEYPAD what is
 *   shown at the peer; for %WFD_PAIRING_PIN_DISPLAY what shall be shown, or
 *   %NULL for one that is made up, and told by #WfdLink::pin; else %NULL
 * @persist: whether to remember the pairing, so that wfd_link_reopen_async()
 *   needs nobody at the keyboard
 *
 * How to pair. In C it may live on the stack; functions that take one copy it.
 */
typedef struct
{
  WfdPairing pairing;
  const char *pin;
  gboolean persist;
} WfdLinkPairing;

#define WFD_TYPE_LINK_PAIRING (wfd_link_pairing_get_type ())

WFD_API GType wfd_link_pairing_get_type (void) G_GNUC_CONST;
WFD_API WfdLinkPairing *wfd_link_pairing_new (WfdPairing pairing, const char *pin,
    gboolean persist);
WFD_API gboolean wfd_link_pairing_check (const WfdLinkPairing *self, GError **error);
WFD_API WfdLinkPairing *wfd_link_pairing_copy (const WfdLinkPairing *self);
WFD_API void wfd_link_pairing_free (WfdLinkPairing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdLinkPairing, wfd_link_pairing_free)

/**
 * WfdLinkInfo:
 * @peer: (nullable): the device at the other end; %NULL if we own the group and
 *   nobody was invited
 * @interface: the network interface of the group, e.g. "p2p-wlan0-0"
 * @is_owner: whether the group is ours
 * @is_persistent: whether the pairing is remembered
 * @frequency_mhz: where the group is, in MHz; 0 if that is not known
 * @local_address: (nullable): our address, which is set on @interface
 * @network: (nullable): the network of the group
 * @peer_address: (nullable): the address of the peer; always known to a sink
 *   and in a group of the peer, and mostly else
 *
 * A link that is up.
 */
typedef struct
{
  WfdLinkPeer *peer;
  char *interface;
  gboolean is_owner;
  gboolean is_persistent;
  guint frequency_mhz;
  GInetAddress *local_address;
  GInetAddressMask *network;
  GInetAddress *peer_address;
} WfdLinkInfo;

#define WFD_TYPE_LINK_INFO (wfd_link_info_get_type ())

WFD_API GType wfd_link_info_get_type (void) G_GNUC_CONST;
WFD_API WfdLinkInfo *wfd_link_info_copy (const WfdLinkInfo *self);
WFD_API void wfd_link_info_free (WfdLinkInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdLinkInfo, wfd_link_info_free)

/**
 * WfdLinkStage:
 * @WFD_LINK_STAGE_PREPARE: reaching what the link works with
 * @WFD_LINK_STAGE_SEARCH: looking for the peer, or for whoever there is
 * @WFD_LINK_STAGE_PAIR: a new pairing, for which a person may be needed
 * @WFD_LINK_STAGE_REOPEN: coming together with the pairing of before
 * @WFD_LINK_STAGE_ADDRESS: the two are connected, and get addresses
 *
 * What a person sees of an operation of a link.
 */
typedef enum
{
  WFD_LINK_STAGE_PREPARE,
  WFD_LINK_STAGE_SEARCH,
  WFD_LINK_STAGE_PAIR,
  WFD_LINK_STAGE_REOPEN,
  WFD_LINK_STAGE_ADDRESS,
} WfdLinkStage;

/**
 * WfdLinkLife:
 * @WFD_LINK_HEARD: something came from the peer: media, a report, a request, an
 *   answer
 * @WFD_LINK_ASKED: something was sent to it that it has to answer
 *
 * What a session sees of its peer.
 */
typedef enum
{
  WFD_LINK_HEARD,
  WFD_LINK_ASKED,
} WfdLinkLife;

#define WFD_TYPE_LINK (wfd_link_get_type ())
WFD_API
G_DECLARE_INTERFACE (WfdLink, wfd_link, WFD, LINK, GObject)

WFD_API void wfd_link_find_async (WfdLink *self, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data);
WFD_API void wfd_link_stop_find (WfdLink *self);
WFD_API void wfd_link_connect_async (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
WFD_API void wfd_link_reopen_async (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
WFD_API void wfd_link_start_group_async (WfdLink *self, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data);
WFD_API void wfd_link_disconnect_async (WfdLink *self, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data);
WFD_API gboolean wfd_link_finish (WfdLink *self, GAsyncResult *result, GError **error);
WFD_API void wfd_link_reject (WfdLink *self, WfdLinkPeer *peer);
WFD_API void wfd_link_ask_pin (WfdLink *self, WfdLinkPeer *peer);
WFD_API void wfd_link_close (WfdLink *self);

WFD_API GPtrArray *wfd_link_dup_peers (WfdLink *self);
WFD_API const WfdLinkInfo *wfd_link_get_info (WfdLink *self);
WFD_API GVariant *wfd_link_dup_stats (WfdLink *self);
WFD_API void wfd_link_tell (WfdLink *self, WfdLinkLife life);

G_END_DECLS
