/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <ts-codec.h>

G_BEGIN_DECLS

/* One buffer with all that is in @list (transfer full), the timestamps and
 * flags of its first. rtpmp2tpay keeps the tail of what it gets until a packet
 * is full, which holds the end of each frame back until the next one, but sends
 * a buffer of two TS packets and more at once; a single packet is therefore
 * followed by a null packet (ISO/IEC 13818-1 §2.4.3.3, PID 0x1fff). */
GstBuffer *wfd_ts_list_merge (GstBufferList *list);

G_END_DECLS
