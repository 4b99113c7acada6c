/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <probe.h>

G_BEGIN_DECLS

/* The environment variable with the path of a link emulator's socket; for benches. */
#define WFD_RATE_PROBE_EMULATED "GST_WFD_EMULATED_LINK"

/* All that can be measured of the link behind @rtp. @rtsp: (nullable): a connection to
 * the same peer. @ret_station: (transfer none): of it, what is to be told of a driver.
 * (transfer full) */
WfdLinkProbe *wfd_rate_probe_new (GSocket *rtp, GSocket *rtsp, WfdLinkProbe **ret_station);

G_END_DECLS
