/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <link-station.h>

G_BEGIN_DECLS

/* Takes the place of who asks the kernel for stations: there are two, and the second is the peer.
 * There is no interface with the index 99. */

extern const guint8 miracast_kernel_peer[WFD_STATION_ADDRESS_BYTES];

/* The counters are since for ever; told in the thread of who asked, soon. */
void miracast_kernel_tell (gint64 tx_kbps, gint64 packets, gint64 retries);

G_END_DECLS
