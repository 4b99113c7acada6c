/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What more than one of our elements does with itself and with those inside it. */

/* Makes an element of @factory and adds it to @bin, which owns it. NULL with
 * GST_CORE_ERROR_MISSING_PLUGIN and the name of what to install. */
GstElement *wfd_element_make (GstBin *bin, const char *factory, GError **error);
/* Takes @element, which @bin owns, out of it; NULL is fine. */
void wfd_element_remove (GstBin *bin, GstElement *element);

/* The pad @pad_name of @inside is that of @element with @name. */
void wfd_element_add_ghost (GstElement *element, const char *name, GstElement *inside,
    const char *pad_name);
void wfd_element_remove_src_pads (GstElement *element);

/* The streams of an element inside @element are those of @element: posts a message
 * that says so for @message, a STREAM_COLLECTION. (transfer full) @message. */
void wfd_element_post_collection (GstElement *element, GstMessage *message);

/* Whether the pipeline passes PAUSED only because it is stopped. */
gboolean wfd_element_is_being_stopped (GstElement *element);

/* NONE without a clock, 0 before the begin. */
GstClockTime wfd_element_get_running_time (GstElement *element);

/* An INFO message if there is no sink pad: links may come later, or have been forgotten. @pads:
 * the names of those that there can be. */
void wfd_element_tell_unlinked (GstElement *element, const char *pads);

G_END_DECLS
