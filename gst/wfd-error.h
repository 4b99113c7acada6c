/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Posts @error as the error of @element, with a sentence that says what to do. */
void wfd_post_error (GstElement *element, const GError *error);
/* @step: (nullable): the code of the PROGRESS messages of the step that it has ended */
void wfd_post_error_in (GstElement *element, const GError *error, const char *step);
/* One of GStreamer's own, whose text says what to do. @debug: (nullable) */
void wfd_post_gst_error (GstElement *element, GQuark domain, gint code, const char *debug,
    const char *format, ...) G_GNUC_PRINTF (5, 6);

G_END_DECLS
