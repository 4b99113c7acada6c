/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ie-subelements.h"

G_BEGIN_DECLS

/* Whose group it is that beacons or probe responses with @elements tell of: its address as a
 * P2P device. FALSE if they are none of a group's owner, or do not say whose. */
gboolean wfd_ie_read_group_owner (WfdBytes elements, guint8 *ret_address);

G_END_DECLS
