/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-codec.h"

G_BEGIN_DECLS

/* What the sequence parameter set of H.264 (§7.3.2.1.1) or H.265 (§7.3.2.2) says
 * about the picture: profile, width and height, as it is shown. @sps is a NAL unit
 * without its start code. FALSE if it is cut, or has a picture that no decoder
 * takes. */
gboolean wfd_ts_sps_read (WfdTsCodec codec, WfdBytes sps, WfdTsFormat *ret_format);

G_END_DECLS
