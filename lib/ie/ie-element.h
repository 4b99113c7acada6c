/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>
#include <base-limits.h>

G_BEGIN_DECLS

/* The information elements of IEEE 802.11 that carry the subelements (WFD 2.1
 * §5.1): 0xDD, a length of one octet, 50 6F 9A 0A; and those of Wi-Fi Direct (P2P 1.7
 * §4.1.1), with 09. */
#define WFD_IE_ELEMENT_P2P 0x09
#define WFD_IE_ELEMENT_WFD 0x0a

/* Appends what all elements of this type among @elements carry, one after the other: a
 * subelement may begin in one and end in the next. FALSE if there is none. More
 * than a frame can hold is left out. */
gboolean wfd_ie_collect (WfdBytes elements, guint8 type, GByteArray *out);

/* Appends elements that carry @subelements, as many as it takes. */
void wfd_ie_wrap (WfdBytes subelements, GByteArray *out);

G_END_DECLS
