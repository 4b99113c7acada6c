/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Whether what is linked to @sink leads to an element that makes data. gst-launch-1.0
 * links elements to a demultiplexer only once this has something for them: of a film
 * without sound, the converter for the sound leads nowhere. */
gboolean wfd_upstream_is_there (GstPad *sink);

G_END_DECLS
