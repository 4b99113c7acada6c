/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-rate-probe.h"

#include <gst/gst.h>

#include "wfd-address.h"

static WfdLinkProbe *
new_emulated (const char *path)
{
  g_autoptr (GError) error = NULL;
  WfdLinkProbe *probe = wfd_link_probe_new_emulated (path, &error);

  if (probe == NULL)
    GST_WARNING ("no emulated link at %s: %s", path, error->message);
  return probe;
}

/* NULL: the other end is not known. (transfer full) */
static GInetAddress *
get_peer (GSocket *rtsp)
{
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (rtsp, NULL);
  GInetAddress *address;
  WfdBytes octets;

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return NULL;
  address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote));
  octets = wfd_address_unmap (
      wfd_bytes (g_inet_address_to_bytes (address), g_inet_address_get_native_size (address)));
  return g_inet_address_new_from_bytes (octets.pos,
      octets.left == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
}

/* Nothing is said on the connection for seconds; echoes are not allowed everywhere. */
static void
add_round_trips (WfdLinkProbe *group, GSocket *rtsp)
{
  g_autoptr (GInetAddress) peer = get_peer (rtsp);
  g_autoptr (GError) error = NULL;
  WfdLinkProbe *echo = peer != NULL ? wfd_link_probe_new_echo (peer, &error) : NULL;

  if (echo != NULL)
    wfd_link_probe_group_add (group, echo);
  else if (error != NULL)
    GST_INFO ("no echo requests to the display: %s", error->message);
  wfd_link_probe_group_add (group, wfd_link_probe_new_tcp (rtsp));
}

/* In this order they are believed. */
WfdLinkProbe *
wfd_rate_probe_new (GSocket *rtp, GSocket *rtsp, WfdLinkProbe **ret_station)
{
  const char *emulated_path = g_getenv (WFD_RATE_PROBE_EMULATED);
  WfdLinkProbe *group = wfd_link_probe_new_group ();
  WfdLinkProbe *emulated = emulated_path != NULL ? new_emulated (emulated_path) : NULL;

  if (emulated != NULL)
    wfd_link_probe_group_add (group, emulated);
  wfd_link_probe_group_add (group, wfd_link_probe_new_packets (rtp));
  wfd_link_probe_group_add (group, wfd_link_probe_new_queue (rtp));
  if (rtsp != NULL)
    add_round_trips (group, rtsp);
  *ret_station = wfd_link_probe_new_station ();
  wfd_link_probe_group_add (group, *ret_station);
  return group;
}
