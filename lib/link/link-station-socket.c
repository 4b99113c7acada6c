/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/nl80211.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <wfd/wfd-error.h>

#include "link-station.h"

/* The number of nl80211, or a negative NLE_… */
static gint
open_nl80211 (struct nl_sock *socket)
{
  gint result = genl_connect (socket);

  if (result == 0)
    result = genl_ctrl_resolve (socket, NL80211_GENL_NAME);
  if (result >= 0)
    nl_socket_set_nonblocking (socket);
  return result;
}

gboolean
wfd_station_socket_open (WfdStationSocket *ret_socket, GError **error)
{
  struct nl_sock *socket = nl_socket_alloc ();
  gint family = open_nl80211 (socket);

  if (family < 0) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_UNSUPPORTED, "The kernel has no nl80211: %s",
        nl_geterror (family));
    nl_socket_free (socket);
    return FALSE;
  }
  *ret_socket = (WfdStationSocket) { socket, nl_socket_get_fd (socket), family };
  return TRUE;
}

void
wfd_station_socket_close (WfdStationSocket *self)
{
  nl_socket_free (self->handle);
}
