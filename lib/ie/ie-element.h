/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>
#include <base-limits.h>

G_BEGIN_DECLS

/* The information elements of IEEE 802.11 that carry the subelements (WFD 2.1
 * §5.1): 0xDD, a length of one octet, 50 6F 9A 0A. */

/* Appends what all WFD elements among @elements carry, one after the other: a
 * subelement may begin in one and end in the next. FALSE if there is none. More
 * than a frame can hold is left out. */
gboolean wfd_ie_collect (WfdBytes elements, GByteArray *out);

/* Appends elements that carry @subelements, as many as it takes. */
void wfd_ie_wrap (WfdBytes subelements, GByteArray *out);

G_END_DECLS
