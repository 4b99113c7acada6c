/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

struct nl_msg;
struct nlmsghdr;

/* An IPv4 address on a network interface of this machine, by rtnetlink. With it
 * the kernel makes the route into its network, on this interface and no other. */
typedef struct
{
  const char *interface;
  GInetAddress *address;
  guint prefix_length;
} WfdNetAddress;

/* Whether this program may set addresses: has CAP_NET_ADMIN. */
gboolean wfd_net_check_rights (GError **error);
/* Needs CAP_NET_ADMIN. An address that is there already is no error. */
gboolean wfd_net_add_address (const WfdNetAddress *address, GError **error);
/* Whether that worked or not: the interface may be gone as well. */
void wfd_net_remove_address (const WfdNetAddress *address);

/* IPv4. NULL if the address is none of a host, or if the mask has ones behind
 * zeros. */
GInetAddressMask *wfd_net_new_network (GInetAddress *address, const guint8 *mask);
/* Whether a peer may put us into it. */
gboolean wfd_net_is_small (GInetAddressMask *network);

/* --- wire --- */

typedef enum
{
  WFD_NET_ADD,
  WFD_NET_REMOVE,
} WfdNetRequest;

/* To be freed with nlmsg_free (). */
struct nl_msg *wfd_net_build_request (WfdNetRequest request, const WfdNetAddress *address,
    guint interface_index);

/* Of the list of who was heard: whether this is the owner of a group with the P2P device address
 * @device; on which channel it was heard, and how long ago. */
gboolean wfd_net_read_group (struct nlmsghdr *header, const guint8 *device,
    guint *ret_frequency_mhz, guint *ret_age_ms);

/* Of what nl80211 tells of an interface: the number of its radio (wiphy); -1 if it tells none. */
gint wfd_net_read_radio (struct nlmsghdr *header);

/* Whether a radio can be in a group of Wi-Fi Direct; each later one goes before the others. */
typedef enum
{
  WFD_NET_P2P_NONE,    /* its driver cannot */
  WFD_NET_P2P_UNKNOWN, /* nl80211 does not say */
  WFD_NET_P2P_THERE,   /* as client and as owner */
} WfdNetP2p;

/* Of what nl80211 tells of a radio (wiphy). */
WfdNetP2p wfd_net_read_p2p (struct nlmsghdr *header);

/* --- socket --- */

/* Whether an interface, by its name, is one that matters. */
typedef gboolean (*WfdNetNameFunc) (const char *name);
/* Which interface that matters, but @interface, has an address in @network; NULL if none has. */
char *wfd_net_dup_interface_in (GInetAddressMask *network, const char *interface,
    WfdNetNameFunc matters);
/* 0 if there is no such interface. */
guint wfd_net_get_index (const char *interface);
/* FALSE also if there is none. */
gboolean wfd_net_is_up (const char *interface);
/* The number of its radio (wiphy); -1 if nl80211 tells none. */
gint wfd_net_get_radio (const char *interface);
/* Of that radio. */
WfdNetP2p wfd_net_find_p2p (const char *interface);
/* Where @device, a P2P device address, owns a group, as the radio of @interface has heard last; 0
 * if it has not. */
guint wfd_net_find_group_mhz (const char *interface, const guint8 *device);
/* Asks the kernel, which answers at once: 0, or a negative NLE_… of libnl.
 * @request: (transfer full) */
gint wfd_net_ask (struct nl_msg *request);
/* Sends a packet that means nothing, which the peer's radio acknowledges, and its
 * kernel mostly refuses. */
void wfd_net_probe (GInetAddress *peer);
/* Has the kernel ask (ARP) whether @peer is there; FALSE if it does not. Needs
 * CAP_NET_ADMIN. */
gboolean wfd_net_ask_peer (const char *interface, GInetAddress *peer);
/* Whether it has answered since. */
gboolean wfd_net_has_answered (const char *interface, GInetAddress *peer);

#define WFD_NET_STATION_BYTES 6

/* Whether it is the one that is wanted. @station: its address on the interface */
typedef gboolean (*WfdNetStationFunc) (const guint8 *station, gpointer user_data);

/* The IPv4 address of one on @interface whom the kernel has spoken to; NULL if there is
 * nobody. Those that have not answered are asked anew at the next probe. */
GInetAddress *wfd_net_find_neighbour (const char *interface, WfdNetStationFunc is_wanted,
    gpointer user_data);
/* Who comes next may have the address of one who has gone. */
void wfd_net_forget_neighbours (const char *interface, WfdNetStationFunc is_wanted,
    gpointer user_data);

typedef struct
{
  guint interface_index;
  guint8 neighbour[WFD_NET_STATION_BYTES]; /* whom packets are given there: MAC address */
  gboolean has_neighbour;
} WfdNetWay;

/* The way to @peer as it is now. FALSE: there is none, or it is in this machine. */
gboolean wfd_net_find_way (GInetSocketAddress *peer, WfdNetWay *ret_way);

G_END_DECLS
