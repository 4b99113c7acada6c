/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-rate-probe.h"

#include <gst/gst.h>

static WfdLinkProbe *
new_emulated (const char *path)
{
  g_autoptr (GError) error = NULL;
  WfdLinkProbe *probe = wfd_link_probe_new_emulated (path, &error);

  if (probe == NULL)
    GST_WARNING ("no emulated link at %s: %s", path, error->message);
  return probe;
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
    wfd_link_probe_group_add (group, wfd_link_probe_new_tcp (rtsp));
  *ret_station = wfd_link_probe_new_station ();
  wfd_link_probe_group_add (group, *ret_station);
  return group;
}
