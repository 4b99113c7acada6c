/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-text.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* Addresses by DHCP, where the Wi-Fi handshake has told none, from programs that
 * the system has. They set no address and no route: they only say what they have
 * got or given. How they are started and what they say; nothing here runs them. */

typedef struct
{
  GInetAddress *address;
  GInetAddressMask *network;
  GInetAddress *server; /* or router; NULL if neither is told, or neither is in the network */
} WfdDhcpLease;

void wfd_dhcp_lease_clear (WfdDhcpLease *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdDhcpLease, wfd_dhcp_lease_clear)

/* --- clients --- */

/* Those that are known, in the order in which they are tried; NULL beyond the last. */
const char *wfd_dhcp_get_client (guint n);
/* Its arguments; @path: where it is, @script: that in which it says what it gets. */
char **wfd_dhcp_build_client (guint n, const char *path, const char *interface, const char *script);
/* A line of the script; FALSE if it tells of no lease. */
gboolean wfd_dhcp_read_client (WfdText line, WfdDhcpLease *ret_lease);

/* --- server --- */

/* As owner of a group. In the order of numbers. */
typedef struct
{
  guint32 first, last;
} WfdDhcpRange;

/* The largest range in the network that leaves out our own address and those
 * that the handshake gives, @taken; FALSE if there is none. */
gboolean wfd_dhcp_choose_range (GInetAddressMask *network, GInetAddress *ours,
    const WfdDhcpRange *taken, WfdDhcpRange *ret_range);

#define WFD_DHCP_SERVER "dnsmasq"
char **wfd_dhcp_build_server (const char *path, const char *interface, const WfdDhcpRange *range);
/* A line of its log: the address that it has given, and to whom, six octets; NULL if it
 * tells of none. */
GInetAddress *wfd_dhcp_read_server (WfdText line, guint8 *ret_station);

guint32 wfd_dhcp_to_number (GInetAddress *address);
GInetAddress *wfd_dhcp_from_number (guint32 number);

G_END_DECLS
