/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ie-subelements.h"

G_BEGIN_DECLS

/* What a device says of itself before anybody is connected to it. */

/* An RTSP server's port that is not given (WFD 2.1 §4.5.4). */
#define WFD_IE_DEFAULT_PORT 7236

typedef struct
{
  WfdIeType type;
  gboolean available; /* FALSE while a session runs */
  guint16 port;       /* of the source's RTSP server; 0 for the default */
  guint16 max_throughput_mbps;
  guint16 extended; /* WFD_IE_EXTENDED_…, what is implemented */
} WfdIeAdvert;

/* What @advert wants said: the device information, the R2 device information
 * where the standard knows such an R2 device, the extended capability if any. */
void wfd_ie_advertise (const WfdIeAdvert *advert, WfdIe *ret_ie);

/* Whether the device can be one of these, busy or not. */
gboolean wfd_ie_is_source (const WfdIe *self);
gboolean wfd_ie_is_primary_sink (const WfdIe *self);
/* Whether it would take a session now. */
gboolean wfd_ie_is_available (const WfdIe *self);
/* Whether it knows WFD R2 (§5.1.12). */
gboolean wfd_ie_is_r2 (const WfdIe *self);
/* Where a source's RTSP server listens. */
guint16 wfd_ie_get_rtsp_port (const WfdIe *self);

G_END_DECLS
