/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Posts @error as the error of @element, with a sentence that says what to do. */
void wfd_post_error (GstElement *element, const GError *error);

G_END_DECLS
