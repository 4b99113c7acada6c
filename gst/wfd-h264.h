/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether @data, an H.264 byte stream, is one access unit as a whole: it begins
 * one, and neither a second one nor the rest of an earlier one is in it (H.264
 * §7.4.1.2.3, with arbitrary slice order counted as broken). */
gboolean wfd_h264_is_access_unit (const guint8 *data, gsize size);

G_END_DECLS
