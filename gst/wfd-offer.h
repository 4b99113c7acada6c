/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <wfd/wfd.h>

G_BEGIN_DECLS

/* What is offered, as caps; (transfer full), empty if nothing is. NULL if the
 * text cannot be read. */
GstCaps *wfd_offer_new_video_caps (WfdRole role, const char *video_formats);
GstCaps *wfd_offer_new_audio_caps (WfdRole role, const char *audio_codecs);

/* Whether they can be read. Errors: WFD_ERROR_INVALID_ARGUMENT. */
gboolean wfd_offer_check (WfdRole role, const char *video_formats, const char *audio_codecs,
    GError **error);

G_END_DECLS
