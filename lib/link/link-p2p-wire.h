/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-dhcp.h"
#include "link.h"

G_BEGIN_DECLS

/* What wpa_supplicant says, read with a check of each type, and what it is
 * asked. Nothing here waits or calls. */

/* --- read --- */

/* The device address "02:00:00:00:01:00" of ".../Peers/020000000100"; NULL if
 * that is no path of a peer, or of nobody: wpa_supplicant makes the path of the owner
 * of a group out of zeros as long as it does not know him. */
char *wfd_p2p_read_peer_id (const char *path);

/* The value in (v); NULL if it is of another type or @answer is NULL. */
GVariant *wfd_p2p_read_value (GVariant *answer, const GVariantType *type);

/* Properties of a peer, a{sv}, all or those that changed: whether @peer changed. */
gboolean wfd_p2p_read_peer (GVariant *properties, WfdLinkPeer *peer);

/* The argument of the signal GroupStarted, (a{sv}). FALSE if it lacks something
 * that it must have. */
gboolean wfd_p2p_read_started (GVariant *args, WfdLinkInfo *info, char **ret_interface_path,
    char **ret_group_path);

/* Properties of the root, a{sv}: whether that wpa_supplicant has Wi-Fi Direct
 * and Wi-Fi Display at all; @ret_interfaces: object paths. */
gboolean wfd_p2p_read_root (GVariant *properties, char ***ret_interfaces, GVariant **ret_wfd_ies,
    GError **error);

/* Properties of an interface, a{sv}; FALSE if it has no name. */
gboolean wfd_p2p_read_interface (GVariant *properties, char **ret_name, gboolean *ret_can_p2p);

/* Whether it is that of a group, and no adapter. */
gboolean wfd_p2p_is_group_name (const char *name);

/* Neither searching for a network nor on the way into one; without a state, too. */
gboolean wfd_p2p_read_is_at_rest (GVariant *properties);
gboolean wfd_p2p_read_has_state (GVariant *properties);
/* Of an interface, all or those that changed: whether its radio is switched off, by a key of
 * the machine, or by "rfkill block" or "ip link set down". */
gboolean wfd_p2p_read_is_off (GVariant *properties);
/* The same: whether it is in a network, or on its way into one that was found... */
gboolean wfd_p2p_read_is_connected (GVariant *properties);
/* ... or looks for one. */
gboolean wfd_p2p_read_is_in_use (GVariant *properties);
/* ... or is to be in none. */
gboolean wfd_p2p_read_is_unused (GVariant *properties);
/* How many networks it may be in; left as it is where that is not told. */
void wfd_p2p_read_networks (GVariant *properties, guint *ret_n_networks);

/* Properties of a persistent group, a{sv}: whether it is one with that peer. */
gboolean wfd_p2p_read_is_paired (GVariant *properties, const char *peer_id);
/* The same: whether this device owns it. */
gboolean wfd_p2p_read_is_owner (GVariant *properties);
/* The same: where that group has to be; 0 for anywhere. */
guint wfd_p2p_read_kept_mhz (GVariant *properties);

/* The argument of the signal InvitationReceived, (a{sv}): the path of the owner of the
 * group, among the peers of @interface_path; NULL if it is not told. @ret_mhz: where the group is;
 * 0 if that is not told. */
char *wfd_p2p_read_invitation (GVariant *args, const char *interface_path, guint *ret_mhz);

/* The status in (a{sv}) or a{sv}. */
gboolean wfd_p2p_read_status (GVariant *args, gint *ret_status);

/* The argument of the signal GONegotiationSuccess, (a{sv}): the channel of our group, where both
 * could use no other; else 0. */
guint wfd_p2p_read_only_mhz (GVariant *args);

/* --- reasons --- */

/* The status of a negotiation or invitation (P2P 1.7 table 18), or -1 if there
 * was no answer. */
GError *wfd_p2p_error_from_status (const char *what, gint status);
/* In place of a status, of wpa_supplicant. */
#define WFD_P2P_NO_ANSWER -1
gboolean wfd_p2p_may_status_pass (gint status);
/* Of a call that would have begun a group: whether wpa_supplicant says no more than that it
 * has not worked, as when the driver gives it no interface for the group. */
gboolean wfd_p2p_is_unspecified (const GError *error);
/* The argument of the signal WpsFailed, (sa{sv}). */
GError *wfd_p2p_error_from_wps (GVariant *args);
/* Takes @error, as a call returns it; @doing is e.g. "pairing". */
GError *wfd_p2p_error_from_call (GError *error, const char *doing);

/* --- asked --- */

typedef struct
{
  const char *name;      /* nullable */
  gboolean is_sink;      /* its type is "display", else "smartphone" */
  gboolean sets_address; /* wpa_supplicant has none to give to clients */
} WfdP2pConfig;

/* a{sv} */
GVariant *wfd_p2p_build_config (const WfdP2pConfig *config);
/* How it may be paired: @found, (nullable), s, and by button; NULL if that is not known. @ret_old:
 * what is to be restored, if that is another. */
char *wfd_p2p_choose_methods (GVariant *found, char **ret_old);
/* Arguments of Set. */
GVariant *wfd_p2p_build_methods (const char *methods);
/* They are kept with @config, a{sv}, of which they are no part for wpa_supplicant; @methods:
 * (nullable)... */
GVariant *wfd_p2p_with_methods (GVariant *config, const char *methods);
/* ... what is left without them; NULL if it is nothing. */
GVariant *wfd_p2p_take_methods (GVariant *config, char **ret_methods);
/* The same: groups are formed by the adapter's own interface. */
GVariant *wfd_p2p_build_no_group_interface (void);
/* The same: what of @old, a{sv}, these have overwritten; @was_named: it had a name. NULL if it
 * is nothing. */
GVariant *wfd_p2p_build_old_config (GVariant *old, gboolean was_named);
/* The address that is ours in a group of our own, and its network; FALSE if
 * clients are given none. @config: a{sv} */
gboolean wfd_p2p_read_go_address (GVariant *config, GInetAddress **ret_address,
    GInetAddressMask **ret_network);

/* The same: whether groups have interfaces of their own; FALSE if it cannot be changed. */
gboolean wfd_p2p_read_has_group_interface (GVariant *config);

/* The addresses that it gives to clients in the handshake; FALSE if none. */
gboolean wfd_p2p_read_pool (GVariant *config, WfdDhcpRange *ret_pool);

/* (a{sv}) each; @go_intent: -1 for wpa_supplicant's own choice; @frequency_mhz:
 * 0 for any; where the group is that is joined */
GVariant *wfd_p2p_build_find (gboolean social, guint timeout_s);
/* At one channel, and then at that and the social ones. */
GVariant *wfd_p2p_build_glance (guint frequency_mhz);
/* For this long of each so long, at most 65535; 0 not any more. */
GVariant *wfd_p2p_build_extended_listen (guint period_ms, guint interval_ms);
GVariant *wfd_p2p_build_connect (const char *peer_path, const WfdLinkPairing *pairing,
    gboolean join, gint go_intent, guint frequency_mhz);
GVariant *wfd_p2p_build_invite (const char *peer_path, const char *group_path);
GVariant *wfd_p2p_build_rejoin (const char *group_path);
/* A group of our own; @group_path: (nullable): as it was before */
GVariant *wfd_p2p_build_begin (const char *group_path, guint frequency_mhz);
/* a{sv}: properties of a pairing: where its group has to be; 0 for anywhere. */
GVariant *wfd_p2p_build_kept_mhz (guint frequency_mhz);
/* Into a group that stands already, on its own interface. */
GVariant *wfd_p2p_build_invite_in (const char *peer_path);
char *wfd_p2p_address_to_id (const guint8 *octets);
GVariant *wfd_p2p_build_remove (const guint8 *station);
/* @pin: (nullable): for the button; then it is that of @peer_id only */
GVariant *wfd_p2p_build_admit (const char *peer_id, const char *pin);
/* Where the group is, and nowhere else. */
GVariant *wfd_p2p_build_scan (guint frequency_mhz);

/* Eight digits, of which the last is made from the others. */
char *wfd_p2p_make_pin (guint32 random);

G_END_DECLS
