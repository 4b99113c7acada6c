/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Makes an element of @factory and adds it to @bin, which owns it. NULL with
 * GST_CORE_ERROR_MISSING_PLUGIN and the name of what to install. */
GstElement *wfd_make_element (GstBin *bin, const char *factory, GError **error);

/* Takes @element, which @bin owns, out of it; NULL is fine. */
void wfd_remove_element (GstBin *bin, GstElement *element);

/* The streams of an element inside @element are those of @element: posts a message
 * that says so for @message, a STREAM_COLLECTION. (transfer full) @message. */
void wfd_post_collection (GstElement *element, GstMessage *message);

/* Posts @error as the error of @element, with a sentence that says what to do. */
void wfd_post_error (GstElement *element, const GError *error);

G_END_DECLS
