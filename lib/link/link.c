/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link.h"

#include <wfd/wfd-enums.h>

/**
 * WfdLink:
 *
 * From "there is a device" to "here is its network": finds devices, pairs with
 * them, opens a link to one of them and says when it is lost. #WfdP2pLink is the
 * kind for Wi-Fi Direct.
 *
 * A link does one thing at a time, and can be used again and again. It lives in
 * the thread-default main context in which it was made: its functions are called
 * from there, and its signals and results come there. None of its functions waits.
 *
 * Unless a function says otherwise, errors are of #WfdError, and the message says
 * what to do about them: %WFD_ERROR_NO_SERVICE, %WFD_ERROR_NO_PERMISSION and
 * %WFD_ERROR_NO_DEVICE if this machine or this user cannot do it,
 * %WFD_ERROR_STATE if the link is busy or open already, %WFD_ERROR_NO_PEER,
 * %WFD_ERROR_TIMEOUT, %WFD_ERROR_REFUSED, %WFD_ERROR_UNSUPPORTED,
 * %WFD_ERROR_PAIRING and %WFD_ERROR_NOT_PAIRED if it did not work with this peer,
 * %WFD_ERROR_MALFORMED if a service of the system says what it should not.
 * %G_IO_ERROR_CANCELLED is what comes of a cancellable, and of wfd_link_close().
 */

G_DEFINE_INTERFACE (WfdLink, wfd_link, G_TYPE_OBJECT)

static guint signals[WFD_LINK_N_SIGNALS];

static const char *const peer_signals[] = {
  /**
   * WfdLink::peer-found:
   * @self: the link
   * @peer: the device
   *
   * A device is in reach. What it says of itself may come later.
   */
  [WFD_LINK_PEER_FOUND] = "peer-found",
  /**
   * WfdLink::peer-changed:
   * @self: the link
   * @peer: the device
   *
   * Something of what it says of itself is new.
   */
  [WFD_LINK_PEER_CHANGED] = "peer-changed",
  /**
   * WfdLink::peer-lost:
   * @self: the link
   * @peer: the device
   *
   * It is out of reach, or was switched off, or no device is known any more: after
   * wfd_link_close(), with the last reference, and before #WfdLink::unavailable.
   */
  [WFD_LINK_PEER_LOST] = "peer-lost",
};

static const char *const plain_signals[] = {
  /**
   * WfdLink::opened:
   * @self: the link
   *
   * The link is up, whoever has begun it; wfd_link_get_info() has the rest.
   */
  [WFD_LINK_OPENED] = "opened",
  /**
   * WfdLink::interrupted:
   * @self: the link
   *
   * The peer of a link that is up is not heard. It may come back by itself, for which
   * this side does what it can; nothing has to be opened again meanwhile. What comes
   * next is #WfdLink::resumed or #WfdLink::lost.
   */
  [WFD_LINK_INTERRUPTED] = "interrupted",
  /**
   * WfdLink::resumed:
   * @self: the link
   *
   * The peer that was away for a moment is back, with the same addresses.
   */
  [WFD_LINK_RESUMED] = "resumed",
};

static const char *const error_signals[] = {
  /**
   * WfdLink::lost:
   * @self: the link
   * @error: why: %WFD_ERROR_CLOSED if the peer has left, %WFD_ERROR_NO_PEER if
   *   it has vanished, %WFD_ERROR_NO_SERVICE, %WFD_ERROR_NO_DEVICE
   *
   * The link was up and is not any more, without being asked to.
   */
  [WFD_LINK_LOST] = "lost",
  /**
   * WfdLink::not-opened:
   * @self: the link
   * @error: why, as of wfd_link_finish()
   *
   * A peer has begun a group with this device by itself, as one that was paired before may,
   * and it has not come to an open link.
   */
  [WFD_LINK_NOT_OPENED] = "not-opened",
  /**
   * WfdLink::unavailable:
   * @self: the link
   * @error: why: %WFD_ERROR_NO_SERVICE, %WFD_ERROR_NO_DEVICE
   *
   * What the link works with is gone: the service, the adapter. No device is known
   * any more and nothing is searched. What is asked next looks for it again.
   */
  [WFD_LINK_UNAVAILABLE] = "unavailable",
};

static void
wfd_link_default_init (WfdLinkInterface *iface)
{
  for (guint i = WFD_LINK_PEER_FOUND; i <= WFD_LINK_PEER_LOST; i++)
    signals[i] = g_signal_new (peer_signals[i], WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
        NULL, G_TYPE_NONE, 1, WFD_TYPE_LINK_PEER);
  for (guint i = WFD_LINK_OPENED; i <= WFD_LINK_RESUMED; i++)
    signals[i] = g_signal_new (plain_signals[i], WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
        NULL, G_TYPE_NONE, 0);
  for (guint i = WFD_LINK_LOST; i <= WFD_LINK_UNAVAILABLE; i++)
    signals[i] = g_signal_new (error_signals[i], WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
        NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * WfdLink::pairing-request:
   * @self: the link
   * @peer: who asks
   * @pairing: how it would like to be paired
   * @pin: (nullable): the PIN that has to be shown, if there is one
   *
   * A device would like to be paired. wfd_link_connect_async() accepts,
   * wfd_link_reject() refuses.
   */
  signals[WFD_LINK_PAIRING_REQUEST] =
      g_signal_new ("pairing-request", WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
          G_TYPE_NONE, 3, WFD_TYPE_LINK_PEER, WFD_TYPE_PAIRING, G_TYPE_STRING);

  /**
   * WfdLink::pin:
   * @self: the link
   * @pin: four or eight digits
   *
   * To be shown, for somebody to enter at the peer.
   */
  signals[WFD_LINK_PIN] = g_signal_new ("pin", WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
      NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * WfdLink::stage:
   * @self: the link
   * @stage: what begins
   *
   * How far an operation has come. One that fails and is tried again tells its
   * stages again.
   */
  signals[WFD_LINK_STAGE] = g_signal_new ("stage", WFD_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
      NULL, G_TYPE_NONE, 1, WFD_TYPE_LINK_STAGE);
}

void
wfd_link_emit (gpointer self, WfdLinkSignal signal, ...)
{
  va_list args;

  va_start (args, signal);
  g_signal_emit_valist (self, signals[signal], 0, args);
  va_end (args);
}

/**
 * wfd_link_find_async:
 * @self: a link
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the search has begun
 * @user_data: for @callback
 *
 * Begins to search, and goes on until wfd_link_stop_find() or wfd_link_close();
 * the result says whether it has begun. Devices come by #WfdLink::peer-found.
 * A source that has had a link, over Wi-Fi Direct, listens after its end for the peer
 * to come back, and looks around but now and then; called again, it searches as before.
 */
void
wfd_link_find_async (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  WFD_LINK_GET_IFACE (self)->find_async (self, cancellable, callback, user_data);
}

/**
 * wfd_link_stop_find:
 * @self: a link
 *
 * Ends the search that wfd_link_find_async() has begun, if there is one.
 */
void
wfd_link_stop_find (WfdLink *self)
{
  WFD_LINK_GET_IFACE (self)->stop_find (self);
}

/**
 * wfd_link_connect_async:
 * @self: a link
 * @peer: the id of the device, or its name
 * @pairing: how to pair; copied
 * @cancellable: (nullable): to give up; what was begun is undone
 * @callback: (scope async): called when the link is up, or will not be
 * @user_data: for @callback
 *
 * Pairs with @peer and opens the link; searches for it first if need be. What
 * fails for now is tried again; all that lasts two minutes at most, as long as a
 * person has to agree at the peer.
 *
 * In a group that is ours, whether the link in it is open or not, it lets @peer in
 * beside those who are there. The first of them is the peer of the link.
 *
 * Beside those of all links, an error is %WFD_ERROR_INVALID_ARGUMENT if the PIN is
 * missing or none.
 */
void
wfd_link_connect_async (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  WFD_LINK_GET_IFACE (self)->connect_async (self, peer, pairing, cancellable, callback, user_data);
}

/**
 * wfd_link_reopen_async:
 * @self: a link
 * @peer: the id of the device, or its name
 * @pairing: (nullable): how to pair again if one of the two has forgotten; copied.
 *   %NULL: not at all, but an error of %WFD_ERROR_NOT_PAIRED, at once for an id
 * @cancellable: (nullable): to give up; what was begun is undone
 * @callback: (scope async): called when the link is up, or will not be
 * @user_data: for @callback
 *
 * Opens the link to a device that was paired before, with nobody at the keyboard;
 * otherwise like wfd_link_connect_async().
 */
void
wfd_link_reopen_async (WfdLink *self, const char *peer, const WfdLinkPairing *pairing,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  WFD_LINK_GET_IFACE (self)->reopen_async (self, peer, pairing, cancellable, callback, user_data);
}

/**
 * wfd_link_start_group_async:
 * @self: a link
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the group stands, or will not
 * @user_data: for @callback
 *
 * Begins a group of our own, which waits for others; #WfdLink::opened says that
 * somebody has come into it: whom wfd_link_connect_async() has let in, or who was
 * paired before. When he has gone, which is told by #WfdLink::lost, the group waits
 * for the next, until wfd_link_disconnect_async() or wfd_link_close().
 */
void
wfd_link_start_group_async (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  WFD_LINK_GET_IFACE (self)->start_group_async (self, cancellable, callback, user_data);
}

/**
 * wfd_link_disconnect_async:
 * @self: a link
 * @cancellable: (nullable): to wait no longer
 * @callback: (scope async): called when it is closed
 * @user_data: for @callback
 *
 * Closes the link, if it is up. A search goes on.
 */
void
wfd_link_disconnect_async (WfdLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  WFD_LINK_GET_IFACE (self)->disconnect_async (self, cancellable, callback, user_data);
}

/**
 * wfd_link_finish:
 * @self: a link
 * @result: what the callback was given
 * @error: return location for an error
 *
 * For each of the functions above whose name ends with "async".
 *
 * Returns: whether it has worked
 */
gboolean
wfd_link_finish (WfdLink *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * wfd_link_reject:
 * @self: a link
 * @peer: who has asked, by #WfdLink::pairing-request
 *
 * Refuses to be paired. The answer is not waited for.
 */
void
wfd_link_reject (WfdLink *self, WfdLinkPeer *peer)
{
  WFD_LINK_GET_IFACE (self)->reject (self, peer);
}

/**
 * wfd_link_ask_pin:
 * @self: a link that has found @peer
 * @peer: a device
 *
 * Asks @peer to show a PIN, with which wfd_link_connect_async() pairs by
 * %WFD_PAIRING_PIN_KEYPAD. The answer is not waited for.
 */
void
wfd_link_ask_pin (WfdLink *self, WfdLinkPeer *peer)
{
  WFD_LINK_GET_IFACE (self)->ask_pin (self, peer);
}

/**
 * wfd_link_close:
 * @self: a link
 *
 * Undoes everything without waiting for anybody: the search, the link, what was
 * said of this device. What is under way ends with %G_IO_ERROR_CANCELLED, and each
 * device that was known is told by #WfdLink::peer-lost. The link can be used again.
 * Dropping the last reference does the same.
 */
void
wfd_link_close (WfdLink *self)
{
  WFD_LINK_GET_IFACE (self)->close (self);
}

/**
 * wfd_link_dup_peers:
 * @self: a link
 *
 * Returns: (transfer full) (element-type WfdLinkPeer): the devices in reach, at
 *   most 256, in no order
 */
GPtrArray *
wfd_link_dup_peers (WfdLink *self)
{
  return WFD_LINK_GET_IFACE (self)->dup_peers (self);
}

/**
 * wfd_link_get_info:
 * @self: a link
 *
 * Returns: (transfer none) (nullable): what there is to know of the link; %NULL
 *   while it is not up. Valid until it is closed or lost
 */
const WfdLinkInfo *
wfd_link_get_info (WfdLink *self)
{
  return WFD_LINK_GET_IFACE (self)->get_info (self);
}

const WfdStation *
wfd_link_get_station (WfdLink *self)
{
  return WFD_LINK_GET_IFACE (self)->get_station (self);
}

/**
 * wfd_link_tell:
 * @self: a link
 * @life: what was seen
 *
 * Helps to see within seconds that the peer has vanished, which is told by
 * #WfdLink::lost. A session calls it as often as it likes; a kind of link that
 * does not watch needs no telling.
 */
void
wfd_link_tell (WfdLink *self, WfdLinkLife life)
{
  WFD_LINK_GET_IFACE (self)->tell (self, life);
}

void
wfd_link_learn_address (WfdLink *self, GInetAddress *peer_address)
{
  WFD_LINK_GET_IFACE (self)->learn_address (self, peer_address);
}

static void
insert_address (GVariantDict *dict, const char *key, GInetAddress *address)
{
  if (address != NULL)
    g_variant_dict_insert_value (dict, key,
        g_variant_new_take_string (g_inet_address_to_string (address)));
}

static void
insert_info (GVariantDict *dict, const WfdLinkInfo *info)
{
  g_variant_dict_insert (dict, "interface", "s", info->interface);
  g_variant_dict_insert (dict, "role", "s", info->is_owner ? "owner" : "client");
  g_variant_dict_insert (dict, "persistent", "b", info->is_persistent);
  if (info->peer != NULL)
    g_variant_dict_insert (dict, "peer", "s", wfd_link_peer_get_id (info->peer));
  if (info->frequency_mhz != 0)
    g_variant_dict_insert (dict, "frequency-mhz", "u", info->frequency_mhz);
  insert_address (dict, "local-address", info->local_address);
  insert_address (dict, "peer-address", info->peer_address);
}

/**
 * wfd_link_dup_stats:
 * @self: a link
 *
 * Statistics, as a dictionary: peers (u, devices in reach); while the link is up
 * interface (s), role (s, "owner" or "client" of the group), persistent (b), peer
 * (s, its id), frequency-mhz (u), local-address (s) and peer-address (s); of the
 * peer as a Wi-Fi station, each (x), asked some times a second: inactive-ms and
 * connected-s, signal-dbm and signal-avg-dbm, tx-kbps and rx-kbps (of the
 * modulation, to the peer and from it), expected-kbps, and counters since the peer
 * came: tx-packets, tx-retries, tx-failed, rx-packets, tx-bytes and rx-bytes; of what waits for
 * it in the kernel (mac80211) queue-bytes, queue-packets, and counters: queue-flows,
 * queue-drops (by CoDel) and queue-overlimit (dropped as too many waited). What is not known is
 * absent.
 *
 * Returns: (transfer full): an `a{sv}`
 */
GVariant *
wfd_link_dup_stats (WfdLink *self)
{
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (self);
  const WfdLinkInfo *info = wfd_link_get_info (self);
  const WfdStation *station = wfd_link_get_station (self);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "peers", "u", peers->len);
  if (info != NULL)
    insert_info (&dict, info);
  if (station != NULL)
    wfd_station_insert (station, &dict);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
